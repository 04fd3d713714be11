//! `infer`, `convert`, `vba`, `access show`, `data export`, `check`, `policy`, `diff`, `schema`.

use std::path::{Path, PathBuf};

use super::{Context, FINDINGS, Failure, OK, must_be_file, must_exist, report_failed};
use crate::cli::arguments::{ExportFormat, PathsArguments};
use crate::cli::output::{self, json as print_json, table};
use crate::model::{Decision, Verdict};
use crate::pipeline;

pub(super) fn infer(context: &Context, arguments: &PathsArguments) -> Result<u8, Failure> {
    arguments.paths.iter().try_for_each(|path| must_exist(path))?;
    let (inference, failed) = pipeline::infer(&arguments.paths, &context.reader)?;
    if arguments.json {
        print_json(&inference)?;
        return Ok(report_failed(&failed));
    }
    for model in &inference.application.data_models {
        println!("{}  ({} fields, key {})", model.name, model.fields.len(), key_text(&model.primary_key));
        let rows: Vec<Vec<String>> = model
            .fields
            .iter()
            .map(|field| {
                let required = if field.required == Some(true) { "required" } else { "" };
                vec![
                    format!("  {}", field.name),
                    field.kind.clone(),
                    field.semantic_type.clone().unwrap_or_default(),
                    required.to_string(),
                    field.tags.join(" "),
                ]
            })
            .collect();
        table(&["  field", "type", "semantic", "", "tags"], &rows);
        println!();
    }
    for link in &inference.application.relationships {
        println!(
            "{}({}) -> {}({})",
            link.from.model,
            link.from.fields.join(", "),
            link.to.model,
            link.to.fields.join(", ")
        );
    }
    Ok(report_failed(&failed))
}

fn key_text(key: &[String]) -> String {
    if key.is_empty() { String::from("none found") } else { key.join(" + ") }
}

pub(super) fn convert(context: &Context, arguments: &PathsArguments) -> Result<u8, Failure> {
    arguments.paths.iter().try_for_each(|path| must_exist(path))?;
    let (report, failed) = pipeline::convert(&arguments.paths, &context.reader)?;
    if arguments.json {
        print_json(&report)?;
        return Ok(report_failed(&failed));
    }
    let coverage = report.coverage;
    println!(
        "{} statements: {} exact, {} approximate, {} no-op on purpose, {} left to a person; {} declarations",
        coverage.statements,
        coverage.exact,
        coverage.approximate,
        coverage.noop,
        coverage.manual,
        coverage.declarations
    );
    let rows: Vec<Vec<String>> = report
        .modules
        .iter()
        .flat_map(|module| module.procedures.iter())
        .map(|procedure| vec![procedure.name.clone(), procedure.grade.clone(), procedure.unmapped.len().to_string()])
        .collect();
    table(&["procedure", "grade", "unmapped"], &rows);
    Ok(report_failed(&failed))
}

pub(super) fn vba_extract(context: &Context, file: &Path, json: bool) -> Result<u8, Failure> {
    must_exist(file)?;
    let (report, failed) = pipeline::vba_extract(file, &context.reader)?;
    if json {
        print_json(&report)?;
        return Ok(report_failed(&failed));
    }
    for module in &report.modules {
        println!("' ==== {} ({})", module.name, module.kind);
        println!("{}", output::plain(&module.code.replace('\r', "")));
    }
    Ok(report_failed(&failed))
}

pub(super) fn vba_check(files: &[PathBuf], json: bool) -> Result<u8, Failure> {
    files.iter().try_for_each(|path| must_exist(path))?;
    let report = pipeline::vba_check(files)?;
    let malformed = report.modules.iter().any(|module| !module.errors.is_empty());
    if json {
        print_json(&report)?;
    } else {
        for module in &report.modules {
            println!("{}: {} lines, {} statements", module.file, module.lines, module.statements);
            for error in &module.errors {
                println!("  {}:{}: {}", error.line, error.column, error.message);
            }
        }
    }
    Ok(if malformed { FINDINGS } else { OK })
}

pub(super) fn formula_check(context: &Context, arguments: &PathsArguments) -> Result<u8, Failure> {
    arguments.paths.iter().try_for_each(|path| must_exist(path))?;
    let (report, failed) = pipeline::check_formulas(&arguments.paths, &context.reader)?;
    if arguments.json {
        print_json(&report)?;
        return Ok(report_failed(&failed));
    }
    let share = |equal: u64, compared: u64| match compared {
        0 => String::from("-"),
        _ => format!("{:.1} %", equal as f64 * 100.0 / compared as f64),
    };
    let rows: Vec<Vec<String>> = report
        .workbooks
        .iter()
        .map(|book| {
            let refused: u64 = book.refused.values().sum();
            let counts = [book.formulas, book.compared, book.equal];
            let others = [refused, book.unsteady + book.unsaved + book.of_macros + book.unchecked];
            let mut row = vec![output::plain(&book.file)];
            row.extend(counts.map(|count| count.to_string()));
            row.push(share(book.equal, book.compared));
            row.extend(others.map(|count| count.to_string()));
            row
        })
        .collect();
    table(&["workbook", "formulas", "compared", "equal", "share", "not offered", "no result to compare"], &rows);
    let total = |count: fn(&pipeline::WorkbookFidelity) -> u64| report.workbooks.iter().map(count).sum::<u64>();
    let (compared, equal) = (total(|book| book.compared), total(|book| book.equal));
    println!(
        "{} formulas in {} workbooks; {compared} compared, {equal} equal ({}); {} workbooks without any difference",
        total(|book| book.formulas),
        report.workbooks.len(),
        share(equal, compared),
        report.workbooks.iter().filter(|book| book.compared > 0 && book.different == 0).count()
    );
    for (name, count) in not_offered(&report) {
        println!("  not offered: {} ({count})", output::plain(&name));
    }
    Ok(report_failed(&failed))
}

/// What was not computed over all workbooks, most frequent first.
fn not_offered(report: &pipeline::FormulaReport) -> Vec<(String, u64)> {
    let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for (name, count) in report.workbooks.iter().flat_map(|book| &book.refused) {
        *counts.entry(name).or_default() += count;
    }
    let mut sorted: Vec<(String, u64)> = counts.into_iter().map(|(name, count)| (name.to_string(), count)).collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sorted
}

pub(super) fn access_show(context: &Context, file: &Path, json: bool) -> Result<u8, Failure> {
    must_exist(file)?;
    let (report, failed) = pipeline::access_show(file, &context.reader)?;
    if json {
        print_json(&report)?;
        return Ok(report_failed(&failed));
    }
    println!("{}", output::plain(&report.version));
    let rows: Vec<Vec<String>> = report
        .tables
        .iter()
        .map(|found| {
            vec![
                found.name.clone(),
                found.rows.to_string(),
                found.columns.len().to_string(),
                found.indexes.len().to_string(),
            ]
        })
        .collect();
    table(&["table", "rows", "columns", "indexes"], &rows);
    for link in &report.relationships {
        println!(
            "{}({}) -> {}({})",
            link.from.table,
            link.from.columns.join(", "),
            link.to.table,
            link.to.columns.join(", ")
        );
    }
    for query in &report.queries {
        println!("query {} ({})", query.name, query.kind);
    }
    for module in &report.modules {
        println!("module {} ({} lines)", module.name, module.code.lines().count());
    }
    Ok(report_failed(&failed))
}

pub(super) fn export(context: &Context, paths: &[PathBuf], out: &Path, format: ExportFormat) -> Result<u8, Failure> {
    paths.iter().try_for_each(|path| must_exist(path))?;
    let format = match format {
        ExportFormat::Csv => pipeline::RowFormat::Csv,
        ExportFormat::Parquet => pipeline::RowFormat::Parquet,
    };
    let exported = pipeline::export_rows(paths, out, format, &context.reader)?;
    for path in &exported.written {
        println!("{}", output::plain(&path.display().to_string()));
    }
    if exported.written.is_empty() {
        eprintln!("There were no tables to write.");
    }
    Ok(report_failed(&exported.failed))
}

pub(super) fn check(context: &Context, model: &Path, findings: Option<&Path>, json: bool) -> Result<u8, Failure> {
    must_be_file(model)?;
    findings.map_or(Ok(()), must_be_file)?;
    let verdict = pipeline::check_model(model, findings, &context.today(), &context.data)?;
    if json {
        print_json(&verdict)?;
    } else {
        print_verdict(&verdict);
    }
    Ok(if verdict.decision == Decision::Allow { OK } else { FINDINGS })
}

fn print_verdict(verdict: &Verdict) {
    println!("decision: {}", word(&verdict.decision));
    for finding in &verdict.violations {
        println!(
            "{} {} [{}] {}: {}",
            finding.id,
            word(&finding.severity),
            finding.reference,
            finding.object,
            finding.message
        );
        println!("    {}", finding.remedy);
    }
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_string)).unwrap_or_default()
}

pub(super) fn policy_test(json: bool) -> Result<u8, Failure> {
    let reports = pipeline::test_rules()?;
    let failed = reports.iter().any(|report| !report.failures.is_empty());
    if json {
        print_json(&reports)?;
    } else {
        for report in &reports {
            println!("{}: {} of {} cases pass", report.id, report.passed, report.cases);
            for failure in &report.failures {
                println!("  {failure}");
            }
        }
    }
    Ok(if failed { FINDINGS } else { OK })
}

pub(super) fn policy_explain(context: &Context, rule: &str, model: &Path, json: bool) -> Result<u8, Failure> {
    must_be_file(model)?;
    let found = pipeline::explain_rule(rule, model, &context.today(), &context.data)?;
    if json {
        print_json(&found)?;
        return Ok(OK);
    }
    println!("{} [{}]: {}", found.id, found.reference, if found.fired { "fired" } else { "did not fire" });
    for hit in &found.hits {
        println!("  {}: {}", output::plain(&hit.object), output::plain(&hit.message));
    }
    println!("facts:");
    for fact in &found.facts {
        println!("  {} = {}", output::plain(&fact.path), output::plain(&fact.value.to_string()));
    }
    match &found.flip {
        Some(flip) => {
            println!("it would {} after:", if flip.fires { "fire" } else { "no longer fire" });
            for edit in &flip.edits {
                println!("  {} = {}", output::plain(&edit.path), output::plain(&edit.after.to_string()));
            }
        }
        None => println!("no change among the admissible values was found that flips it"),
    }
    Ok(OK)
}

pub(super) fn diff(a: &Path, b: &Path, json: bool) -> Result<u8, Failure> {
    must_be_file(a)?;
    must_be_file(b)?;
    let found = pipeline::diff_models(a, b)?;
    if json {
        print_json(&found)?;
    } else if found.changes.is_empty() {
        println!("no change in meaning");
    } else {
        for change in &found.changes {
            let breaking = if change.breaking { "breaking" } else { "" };
            println!("{:<9} {}  {}  {}", breaking, word(&change.kind), change.path, change.detail);
        }
    }
    Ok(if found.changes.is_empty() { OK } else { FINDINGS })
}

pub(super) fn schema() -> Result<u8, Failure> {
    print_json(&crate::dsl::schema())?;
    Ok(OK)
}
