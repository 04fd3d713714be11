//! `macro run`, `replay`, `run`.

use super::{Context, FINDINGS, Failure, OK, must_be_file, must_exist, report_failed};
use crate::cli::arguments::{MacroRunArguments, PathsArguments, ReplayArguments, RunArguments};
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

pub(super) fn survey(context: &Context, arguments: &PathsArguments) -> Result<u8, Failure> {
    arguments.paths.iter().try_for_each(|path| must_exist(path))?;
    let (report, failed) = pipeline::survey(&arguments.paths, context.clock.as_ref(), &context.reader)?;
    if arguments.json {
        print_json(&report)?;
        return Ok(report_failed(&failed));
    }
    let rows: Vec<Vec<String>> = report
        .files
        .iter()
        .map(|file| {
            let ended = file.runs.iter().filter(|run| run.status == "ok").count();
            vec![
                plain(&file.file),
                file.coverage.statements.to_string(),
                file.coverage.manual.to_string(),
                format!("{} of {}", file.without_manual, file.procedures),
                format!("{ended} of {}", file.runs.len()),
            ]
        })
        .collect();
    table(&["file", "statements", "manual", "procedures without manual", "runs that ended well"], &rows);
    let share = |part: u64, whole: u64| match whole {
        0 => String::from("-"),
        _ => format!("{:.1} %", part as f64 * 100.0 / whole as f64),
    };
    let coverage = report.coverage;
    println!(
        "{} statements: {} exact, {} approximate, {} no-op on purpose, {} left to a person",
        coverage.statements,
        share(coverage.exact, coverage.statements),
        share(coverage.approximate, coverage.statements),
        share(coverage.noop, coverage.statements),
        share(coverage.manual, coverage.statements)
    );
    println!(
        "{} procedures: {} without a statement left to a person",
        report.procedures,
        share(report.without_manual, report.procedures)
    );
    let runs: u64 = report.statuses.values().sum();
    let ended = report.statuses.get("ok").copied().unwrap_or(0);
    println!("{runs} macros that compute on cells: {} ran to their end", share(ended, runs));
    for (status, count) in report.statuses.iter().filter(|(status, _)| *status != "ok") {
        println!("  {status}: {count}");
    }
    Ok(report_failed(&failed))
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
    if let Some(count) = arguments.mutants {
        return mutants(context, &request, (count, arguments.seed), arguments.json);
    }
    let replayed = pipeline::replay(&request, context.clock.as_ref(), &context.reader)?;
    // A store that is served belongs to the server; the receipt is still worth seeing.
    match context.open() {
        Ok(workspace) => pipeline::record_receipts(&workspace, &replayed)?,
        Err(failure) => eprintln!("The receipts were not recorded: {}", plain(&failure.happened)),
    }
    let report = replayed.report;
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

fn mutants(context: &Context, request: &ReplayRequest, (count, seed): (usize, u64), json: bool) -> Result<u8, Failure> {
    let report = pipeline::mutants(request, count, seed, context.clock.as_ref(), &context.reader)?;
    if json {
        print_json(&report)?;
        return Ok(OK);
    }
    let rows: Vec<Vec<String>> = report
        .mutants
        .iter()
        .map(|one| {
            let counts = [one.possible, one.made, one.caught].map(|count| count.to_string());
            std::iter::once(one.procedure.clone()).chain(counts).collect()
        })
        .collect();
    table(&["macro", "operators reached", "mutants", "caught"], &rows);
    for survivor in report.mutants.iter().flat_map(|one| &one.survivors) {
        println!(
            "not caught: {} line {}: {}  ->  {}",
            survivor.workflow,
            survivor.line,
            plain(&survivor.from),
            plain(&survivor.to)
        );
    }
    Ok(OK)
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
