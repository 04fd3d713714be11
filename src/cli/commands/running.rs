//! `macro run`, `replay`, `run`.

use super::{Context, FINDINGS, Failure, OK, must_be_file};
use crate::cli::arguments::{MacroRunArguments, ReplayArguments, RunArguments};
use crate::cli::output::{json as print_json, plain, table};
use crate::pipeline::{self, MacroRequest, ReplayRequest, RunRequest};

pub(super) fn macro_run(context: &Context, arguments: MacroRunArguments) -> Result<u8, Failure> {
    let json = arguments.json;
    let files = arguments.workbook.iter().chain(&arguments.database).chain(&arguments.modules);
    files.into_iter().try_for_each(|path| must_be_file(path))?;
    let request = MacroRequest {
        workbook: arguments.workbook,
        database: arguments.database,
        modules: arguments.modules,
        procedure: arguments.procedure,
        arguments: arguments.arguments,
        answers: arguments.answers,
        grants: arguments.grants,
        save: arguments.save,
    };
    let report = pipeline::run_macro(&request, context.clock.as_ref(), &context.reader)?;
    let code = if report.status == "ok" { OK } else { FINDINGS };
    if json {
        print_json(&report)?;
        return Ok(code);
    }
    for line in &report.output {
        println!("{}: {}", line.kind, plain(&line.text));
    }
    println!("status: {} (conversion {})", report.status, report.grade);
    if let Some(value) = report.returned.as_deref().filter(|value| !value.is_empty()) {
        println!("returned: {}", plain(value));
    }
    if let Some(error) = &report.error {
        println!("error {} in {} line {}: {}", error.number, error.module, error.line, plain(&error.description));
    }
    Ok(code)
}

pub(super) fn replay(context: &Context, arguments: ReplayArguments) -> Result<u8, Failure> {
    let files = std::iter::once(&arguments.file).chain(&arguments.model).chain(&arguments.after);
    files.into_iter().try_for_each(|path| must_be_file(path))?;
    let request = ReplayRequest {
        file: arguments.file,
        procedure: arguments.procedure,
        model: arguments.model,
        after: arguments.after,
    };
    let report = pipeline::replay(&request, context.clock.as_ref(), &context.reader)?;
    let equal = report.receipts.iter().all(|receipt| receipt.equal);
    if arguments.json {
        print_json(&report)?;
        return Ok(if equal { OK } else { FINDINGS });
    }
    let rows: Vec<Vec<String>> = report
        .receipts
        .iter()
        .map(|receipt| {
            vec![
                receipt.procedure.clone(),
                serde_json::to_value(receipt.level)
                    .ok()
                    .and_then(|level| level.as_str().map(str::to_string))
                    .unwrap_or_default(),
                String::from(if receipt.equal { "equal" } else { "different" }),
                receipt.cells.to_string(),
                receipt.differences.len().to_string(),
                format!("{:.1}", receipt.statements_reached * 100.0),
            ]
        })
        .collect();
    table(&["macro", "evidence", "result", "cells", "differences", "% reached"], &rows);
    for receipt in &report.receipts {
        for difference in &receipt.differences {
            println!("{}: {}: {} / {}", receipt.procedure, difference.cell, difference.legacy, difference.workflow);
        }
    }
    Ok(if equal { OK } else { FINDINGS })
}

pub(super) fn run(context: &Context, arguments: RunArguments) -> Result<u8, Failure> {
    std::iter::once(&arguments.model).chain(&arguments.data_in).try_for_each(|path| must_be_file(path))?;
    let approve = arguments.approve.clone();
    let request = RunRequest {
        model: arguments.model,
        workflow: arguments.workflow,
        inputs: arguments.inputs,
        data_in: arguments.data_in,
        services: arguments.services,
        approve: arguments.approve,
        dry_run: arguments.dry_run,
    };
    // The store is opened before the run, so that no run stays without its record.
    let workspace = if request.dry_run { None } else { Some(context.open()?) };
    let ran = pipeline::run_workflow(&request, context.clock.as_ref(), &context.reader, &context.data)?;
    if let Some(workspace) = &workspace {
        pipeline::record_run(workspace, &request, &ran, approve.as_deref())?;
    }
    let code = if ran.reason.is_none() && ran.report.status != "timeout" { OK } else { FINDINGS };
    if let Some(reason) = &ran.reason {
        eprintln!("{}", plain(reason));
    }
    for call in &ran.calls {
        eprintln!("would call {}", plain(call));
    }
    if arguments.json {
        print_json(&ran.report)?;
        return Ok(code);
    }
    println!("{}: {}", ran.report.run, ran.report.status);
    for step in &ran.report.steps {
        println!("  {}: {} after {} attempts, {} ms", step.id, step.status, step.attempts, step.ms);
    }
    for (name, value) in &ran.report.outputs {
        println!("  {name} = {value}");
    }
    Ok(code)
}
