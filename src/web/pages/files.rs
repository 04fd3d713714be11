//! Estate: what do we have and what is risky? With its CSV and JSON twins.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Page, PageError, blocking, csv_answer, html, shell, theme};
use crate::pipeline::FileRow;
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/files.html")]
struct Files {
    shell: Shell,
    sentence: String,
    query: String,
    facets: Vec<Facet>,
    nothing: String,
    rows: Vec<Row>,
}

/// One filter with how many rows it leaves.
pub(super) struct Facet {
    pub name: String,
    pub count: usize,
    pub href: String,
    pub current: bool,
}

struct Row {
    asset: String,
    path: String,
    state: String,
    reason: String,
    application: String,
    application_name: String,
    copies: usize,
    kind: String,
    tables: u64,
    rows: u64,
    formulas: u64,
    macros: u64,
    risk: String,
    seen: String,
}

/// What the address says.
#[derive(Debug, Default, Clone, Deserialize)]
pub(in crate::web) struct Filter {
    #[serde(default)]
    state: String,
}

/// States in the order of the filters.
const STATES: &[&str] = &["parsed", "partial", "encrypted", "unsupported", "rejected", "crashed"];

pub(in crate::web) async fn page(State(web): State<Web>, Query(filter): Query<Filter>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &filter)?)).await
}

pub(in crate::web) async fn csv(State(web): State<Web>, Query(filter): Query<Filter>) -> Result<Response, PageError> {
    let rows = blocking(web, move |web| select(web, &filter)).await?;
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.path.clone(),
                row.state.clone(),
                row.reason.clone(),
                row.application.clone(),
                row.kind.clone(),
                row.tables.to_string(),
                row.rows.to_string(),
                row.formulas.to_string(),
                row.macros.to_string(),
                row.risk.map(|risk| format!("{risk:.2}")).unwrap_or_default(),
                row.seen.clone().unwrap_or_default(),
                row.sha256.clone(),
            ]
        })
        .collect();
    let header_row = [
        "path",
        "state",
        "reason",
        "application",
        "kind",
        "tables",
        "rows",
        "formulas",
        "macros",
        "risk",
        "seen",
        "sha256",
    ];
    Ok(csv_answer("estate.csv", &header_row, &lines))
}

pub(in crate::web) async fn json(State(web): State<Web>, Query(filter): Query<Filter>) -> Result<Response, PageError> {
    let rows = blocking(web, move |web| select(web, &filter)).await?;
    let text = serde_json::to_string_pretty(&serde_json::json!({ "files": rows })).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// The rows that the address asks for, riskiest first.
fn select(web: &Web, filter: &Filter) -> Result<Vec<FileRow>, PageError> {
    let mut rows: Vec<FileRow> = web
        .workspace
        .files()?
        .into_iter()
        .filter(|file| filter.state.is_empty() || file.state == filter.state)
        .collect();
    rows.sort_by(|a, b| b.risk.unwrap_or(-1.0).total_cmp(&a.risk.unwrap_or(-1.0)).then(a.path.cmp(&b.path)));
    Ok(rows)
}

fn build(web: &Web, theme: &str, filter: &Filter) -> Result<Files, PageError> {
    let all = web.workspace.files()?;
    let names: BTreeMap<String, String> =
        web.workspace.applications()?.into_iter().map(|row| (row.application, row.name)).collect();
    let mut facets = vec![Facet {
        name: String::from("All"),
        count: all.len(),
        href: String::from("/files"),
        current: filter.state.is_empty(),
    }];
    for state in STATES {
        let count = all.iter().filter(|file| file.state == *state).count();
        if count > 0 {
            facets.push(Facet {
                name: (*state).to_string(),
                count,
                href: format!("/files?state={state}"),
                current: filter.state == *state,
            });
        }
    }
    let copies = |id: &str| all.iter().filter(|file| !id.is_empty() && file.application == id).count();
    let rows: Vec<Row> = select(web, filter)?
        .into_iter()
        .map(|file| Row {
            copies: copies(&file.application),
            application_name: names.get(&file.application).cloned().unwrap_or_default(),
            risk: file.risk.map_or(String::from("not read"), |risk| format!("{risk:.1}")),
            seen: file.seen.unwrap_or_default(),
            asset: file.asset,
            path: file.path,
            state: file.state,
            reason: file.reason,
            application: file.application,
            kind: file.kind,
            tables: file.tables,
            rows: file.rows,
            formulas: file.formulas,
            macros: file.macros,
        })
        .collect();
    let nothing = if all.is_empty() { "Nothing was scanned yet." } else { "No file has this state." };
    Ok(Files {
        shell: shell(web, theme, "Estate", "/files")?,
        sentence: format!(
            "{} files were ever seen, riskiest first. Files that could not be read are listed, not hidden.",
            all.len()
        ),
        query: if filter.state.is_empty() { String::new() } else { format!("?state={}", super::escape(&filter.state)) },
        facets,
        nothing: nothing.to_string(),
        rows,
    })
}
