//! `import`, `kpi`, `ledger verify`, `config show`.

use serde::Serialize;

use super::{Context, FINDINGS, Failure, OK, must_be_file, must_exist};
use crate::cli::arguments::DEFAULT_LISTEN;
use crate::cli::arguments::{ImportArguments, RecordKind};
use crate::cli::output::{json as print_json, plain, table};
use crate::pipeline;

pub(super) fn import(context: &Context, arguments: &ImportArguments) -> Result<u8, Failure> {
    must_be_file(&arguments.file)?;
    let kind = match arguments.kind {
        RecordKind::Backlog => pipeline::RecordKind::Backlog,
        RecordKind::Usage => pipeline::RecordKind::Usage,
        RecordKind::Costs => pipeline::RecordKind::Costs,
        RecordKind::Owners => pipeline::RecordKind::Owners,
        RecordKind::Eligible => pipeline::RecordKind::Eligible,
        RecordKind::Legacy => pipeline::RecordKind::Legacy,
        RecordKind::Runs => pipeline::RecordKind::Runs,
        RecordKind::Deploys => pipeline::RecordKind::Deploys,
        RecordKind::Slo => pipeline::RecordKind::Slo,
    };
    let workspace = context.open()?;
    let report = pipeline::import_records(&workspace, kind, &arguments.file, &arguments.mapping)?;
    if arguments.json {
        print_json(&report)?;
    } else {
        println!("{} {} rows imported; they replace an earlier import of this kind", report.rows, report.kind);
        for (field, column) in &report.mapping {
            println!("  {field} from column `{}`", plain(column));
        }
        println!("Another column: import again with --map FIELD=COLUMN.");
        for (reason, count) in &report.skipped {
            println!("  {count} rows left out: {reason}");
        }
    }
    Ok(if report.skipped.is_empty() { OK } else { FINDINGS })
}

/// `kpi --json` in the contract's keys; definitions, terms and series belong to the pages.
#[derive(Serialize)]
struct KpiDocument<'a> {
    kpis: Vec<KpiLine<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KpiLine<'a> {
    id: &'a str,
    name: &'a str,
    value: Option<f64>,
    unit: &'a str,
    n: u64,
    window: &'a str,
    scope: &'a str,
    measured_share: Option<f64>,
    insufficient: Option<&'a str>,
}

impl<'a> KpiLine<'a> {
    fn of(kpi: &'a pipeline::Indicator) -> KpiLine<'a> {
        KpiLine {
            id: &kpi.id,
            name: &kpi.name,
            value: kpi.value,
            unit: &kpi.unit,
            n: kpi.n,
            window: &kpi.window,
            scope: &kpi.scope,
            measured_share: kpi.measured_share,
            insufficient: kpi.insufficient.as_deref(),
        }
    }
}

pub(super) fn kpi(context: &Context, as_of: Option<&str>, json: bool) -> Result<u8, Failure> {
    let workspace = context.open()?;
    let report = pipeline::kpis(&workspace, as_of)?;
    if json {
        print_json(&KpiDocument { kpis: report.kpis.iter().map(KpiLine::of).collect() })?;
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
    let bad = found.chain.broken.is_some() || !found.receipts.bad.is_empty();
    if json {
        print_json(&found)?;
    } else {
        let (chain, receipts) = (&found.chain, &found.receipts);
        println!("{} records hold; head {}", chain.records, chain.head);
        if let Some(place) = &chain.broken {
            println!("record {} in {} is bad: {}", place.seq, place.file, place.reason);
        }
        if chain.torn_bytes > 0 {
            println!("{} bytes of an unfinished last line (never acknowledged)", chain.torn_bytes);
        }
        if receipts.signed > 0 {
            println!("{} receipts hold, signed by {}", receipts.signed, receipts.keys.join(", "));
        }
        for seq in &receipts.bad {
            println!("the receipt of record {seq} is gone, changed or not signed by the key it names");
        }
    }
    Ok(if bad { FINDINGS } else { OK })
}

/// Words in the name of an environment variable whose value is not shown.
const SECRET_NAMES: [&str; 5] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL"];
/// What stands instead.
const MASK: &str = "***";

/// One setting.
#[derive(Serialize)]
struct Setting {
    setting: String,
    value: String,
    from: String,
}

pub(super) fn config_show(context: &Context, json: bool) -> Result<u8, Failure> {
    let setting = |name: &str, value: String, from: &str| Setting {
        setting: name.to_string(),
        value: plain(&value),
        from: from.to_string(),
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut settings = vec![
        setting("data", context.data.display().to_string(), context.data_from),
        setting("listen", DEFAULT_LISTEN.to_string(), "default; `serve --listen` overrules it"),
        setting("jobs", processors.to_string(), "processors; `scan --jobs` overrules it"),
    ];
    if std::env::var_os("DAYLIGHT_LOG").is_none() {
        settings.push(setting("log", String::from("error"), "default"));
    }
    let ours = std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value));
    for (name, value) in ours.filter(|(name, _)| name.starts_with("DAYLIGHT_")) {
        let is_secret = SECRET_NAMES.iter().any(|word| name.contains(word));
        let shown = if is_secret { MASK.to_string() } else { value.to_string_lossy().into_owned() };
        let short = if name == "DAYLIGHT_LOG" { String::from("log") } else { name.clone() };
        settings.push(setting(&short, shown, &format!("environment {name}")));
    }
    if json {
        print_json(&settings)?;
        return Ok(OK);
    }
    let rows: Vec<Vec<String>> =
        settings.into_iter().map(|setting| vec![setting.setting, setting.value, setting.from]).collect();
    table(&["setting", "value", "from"], &rows);
    Ok(OK)
}
