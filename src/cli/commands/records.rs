//! `import`, `kpi`, `ledger verify`, `config show`.

use super::{Context, FINDINGS, Failure, OK, must_exist};
use crate::cli::arguments::{ImportArguments, RecordKind};
use crate::cli::output::{json as print_json, table};
use crate::pipeline;

pub(super) fn import(context: &Context, arguments: &ImportArguments) -> Result<u8, Failure> {
    must_exist(&arguments.file)?;
    let kind = match arguments.kind {
        RecordKind::Backlog => pipeline::RecordKind::Backlog,
        RecordKind::Usage => pipeline::RecordKind::Usage,
        RecordKind::Costs => pipeline::RecordKind::Costs,
        RecordKind::Owners => pipeline::RecordKind::Owners,
        RecordKind::Eligible => pipeline::RecordKind::Eligible,
        RecordKind::Legacy => pipeline::RecordKind::Legacy,
        RecordKind::Runs => pipeline::RecordKind::Runs,
    };
    let workspace = context.open()?;
    let report = pipeline::import_records(&workspace, kind, &arguments.file, &arguments.mapping)?;
    if arguments.json {
        print_json(&report)?;
    } else {
        println!("{} {} rows imported", report.rows, report.kind);
        for (field, column) in &report.mapping {
            println!("  {field} from column `{column}`");
        }
        for (reason, count) in &report.skipped {
            println!("  {count} rows left out: {reason}");
        }
    }
    Ok(if report.skipped.is_empty() { OK } else { FINDINGS })
}

pub(super) fn kpi(context: &Context, as_of: Option<&str>, json: bool) -> Result<u8, Failure> {
    let workspace = context.open()?;
    let report = pipeline::kpis(&workspace, as_of)?;
    if json {
        print_json(&report)?;
        return Ok(OK);
    }
    let rows: Vec<Vec<String>> = report
        .kpis
        .iter()
        .map(|kpi| {
            let value = kpi.value.map_or(String::from("not shown"), |value| format!("{value} {}", kpi.unit));
            vec![
                kpi.id.clone(),
                kpi.name.clone(),
                value,
                format!("n={}", kpi.n),
                kpi.insufficient.clone().unwrap_or_else(|| kpi.window.clone()),
            ]
        })
        .collect();
    table(&["id", "figure", "value", "n", "window, or what it needs"], &rows);
    Ok(OK)
}

pub(super) fn ledger_verify(context: &Context, json: bool) -> Result<u8, Failure> {
    must_exist(&context.data)?;
    let found = pipeline::verify_ledger(&context.data)?;
    let broken = found.broken.is_some();
    if json {
        print_json(&found)?;
    } else {
        println!("{} records hold; head {}", found.records, found.head);
        if let Some(place) = &found.broken {
            println!("record {} in {} is bad: {}", place.seq, place.file, place.reason);
        }
        if found.torn_bytes > 0 {
            println!("{} bytes of an unfinished last line (never acknowledged)", found.torn_bytes);
        }
    }
    Ok(if broken { FINDINGS } else { OK })
}

pub(super) fn config_show(context: &Context) -> Result<u8, Failure> {
    let log = std::env::var("DAYLIGHT_LOG");
    let rows = vec![
        vec![String::from("data"), context.data.display().to_string(), String::from("--data or default")],
        vec![
            String::from("log"),
            log.clone().unwrap_or_else(|_| String::from("error")),
            String::from(if log.is_ok() { "environment DAYLIGHT_LOG" } else { "default" }),
        ],
    ];
    table(&["setting", "value", "from"], &rows);
    Ok(OK)
}
