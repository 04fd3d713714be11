//! The main job, `scan` and `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Context, FINDINGS, Failure, OK, must_exist};
use crate::cli::arguments::ScanArguments;
use crate::cli::output::{json as print_json, plain, table};
use crate::cli::progress::Bar;
use crate::pipeline::{self, ScanOptions, ScanReport, Workspace};

/// Where the main job serves.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8470);

/// The main job: scans the samples into an empty store, prints the summary, serves the dashboards.
pub(super) fn main_job(context: &Context) -> Result<u8, Failure> {
    let workspace = context.open()?;
    if workspace.snapshots()?.is_empty() {
        let samples = PathBuf::from("samples");
        must_exist(&samples).map_err(|failure| {
            failure.with_remedy("Run it in the project's folder, or scan your own files: `daylight scan PATH`.")
        })?;
        let bar = Bar::new();
        let done = pipeline::main_job(&workspace, &samples, &bar);
        bar.finish();
        done?;
    }
    print_summary(&workspace)?;
    serve_workspace(workspace, LISTEN)
}

pub(super) fn scan(context: &Context, arguments: &ScanArguments) -> Result<u8, Failure> {
    arguments.paths.iter().try_for_each(|path| must_exist(path))?;
    let workspace = context.open()?;
    let bar = Bar::new();
    let report = pipeline::scan(
        &workspace,
        &arguments.paths,
        &ScanOptions { jobs: arguments.jobs, ..ScanOptions::default() },
        &bar,
    );
    bar.finish();
    let report = report?;
    let incomplete = report.files.iter().any(|file| file.state != "parsed");
    if arguments.json {
        print_json(&report)?;
    } else {
        print_scan(&report);
    }
    Ok(if incomplete { FINDINGS } else { OK })
}

fn print_scan(report: &ScanReport) {
    let rows: Vec<Vec<String>> = report
        .files
        .iter()
        .map(|file| {
            vec![
                file.state.clone(),
                plain(&file.path),
                file.kind.clone(),
                file.tables.to_string(),
                file.rows.to_string(),
                file.formulas.to_string(),
                file.macros.to_string(),
                plain(&file.reason),
            ]
        })
        .collect();
    table(&["state", "file", "kind", "tables", "rows", "formulas", "macros", "reason"], &rows);
    println!("{} files, {} applications, snapshot {}", report.files.len(), report.applications, report.snapshot);
}

pub(super) fn serve(context: &Context, listen: SocketAddr, scan: &[PathBuf]) -> Result<u8, Failure> {
    scan.iter().try_for_each(|path| must_exist(path))?;
    let workspace = context.open()?;
    if !scan.is_empty() {
        let bar = Bar::new();
        let done = pipeline::scan(&workspace, scan, &ScanOptions::default(), &bar);
        bar.finish();
        done?;
    }
    serve_workspace(workspace, listen)
}

fn serve_workspace(workspace: Workspace, listen: SocketAddr) -> Result<u8, Failure> {
    crate::web::serve(Arc::new(workspace), listen, &|address| {
        println!("\nDashboards: http://{address}/  (Ctrl+C stops)");
    })
    .map_err(|error| {
        Failure::unreadable(crate::base::Chain(&error).to_string())
            .with_remedy("Choose another address with `daylight serve --listen ADDR`. What was scanned is kept.")
    })?;
    Ok(OK)
}

/// The same figures as the Overview page, from the same functions.
fn print_summary(workspace: &Workspace) -> Result<(), Failure> {
    let summary = pipeline::summary(workspace)?;
    for (name, value) in &summary.counts {
        println!("{name:<34} {value}");
    }
    println!();
    for kpi in &summary.kpis {
        let value = match (kpi.value, &kpi.insufficient) {
            (Some(value), _) => format!("{value} {}  (n = {}, {})", kpi.unit, kpi.n, kpi.window),
            (None, Some(needs)) => format!("not shown: {needs}"),
            (None, None) => String::from("not shown"),
        };
        println!("{:<4} {:<30} {value}", kpi.id, kpi.name);
    }
    Ok(())
}
