//! Workflow runs: what ran, and how did it end?

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::files::Facet;
use super::{Page, PageError, blocking, counted, escape, grouped, html, shell, size_text, theme};
use crate::pipeline::RunRow;
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/runs.html")]
struct Runs {
    shell: Shell,
    sentence: String,
    facets: Vec<Facet>,
    all: usize,
    rows: Vec<Row>,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Filter {
    #[serde(default)]
    status: String,
}

struct Row {
    time: String,
    workflow: String,
    application: String,
    name: String,
    purpose: String,
    steps: String,
    memory: String,
    status: String,
    class: &'static str,
    ms: String,
    error: String,
}

pub(in crate::web) async fn page(State(web): State<Web>, Query(filter): Query<Filter>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &filter)?)).await
}

fn build(web: &Web, theme: &str, filter: &Filter) -> Result<Runs, PageError> {
    let runs = web.workspace.runs()?;
    let names: BTreeMap<String, String> =
        web.workspace.applications()?.into_iter().map(|row| (row.application, row.name)).collect();
    let failed = runs.iter().filter(|run| run.status != "ok").count();
    let rows: Vec<Row> = runs
        .iter()
        .filter(|run| filter.status.is_empty() || run.status == filter.status)
        .map(|run| row(run, &names))
        .collect();
    Ok(Runs {
        shell: shell(web, theme, "Workflow runs", "/runs")?,
        sentence: format!(
            "{}, newest first; {failed} did not end well. Replays prove equivalence; they do not count as use.",
            counted(runs.len(), "run")
        ),
        facets: facets(&runs, filter),
        all: runs.len(),
        rows,
    })
}

fn facets(runs: &[RunRow], filter: &Filter) -> Vec<Facet> {
    let statuses: BTreeSet<&str> = runs.iter().map(|run| run.status.as_str()).collect();
    let facet = |name: &str, status: &str| Facet {
        name: name.to_string(),
        count: runs.iter().filter(|run| status.is_empty() || run.status == status).count(),
        href: if status.is_empty() { String::from("/runs") } else { format!("/runs?status={}", escape(status)) },
        current: filter.status == status,
    };
    let mut facets = vec![facet("All", "")];
    facets.extend(statuses.into_iter().map(|status| facet(status, status)));
    facets
}

fn row(run: &RunRow, names: &BTreeMap<String, String>) -> Row {
    let detail = |key: &str| run.detail.as_ref().and_then(|detail| detail.get(key));
    let replay = detail("purpose").and_then(|value| value.as_str()) == Some("replay");
    let outcome = match (detail("equal").and_then(serde_json::Value::as_bool), detail("level")) {
        (Some(equal), Some(level)) if run.error.is_empty() => format!(
            "{} the legacy result, level {}",
            if equal { "equal to" } else { "different from" },
            level.as_str().unwrap_or("unknown")
        ),
        _ => run.error.clone(),
    };
    let measured = |value: u64, text: String| if value > 0 { text } else { String::from("not measured") };
    Row {
        purpose: String::from(if replay { "equivalence replay" } else { "run" }),
        class: match run.status.as_str() {
            "ok" => "ok",
            "refused" => "warn",
            _ => "bad",
        },
        ms: if run.ms > 0.0 { format!("{:.1} ms", run.ms) } else { String::from("not measured") },
        steps: measured(run.steps, grouped(run.steps)),
        memory: measured(run.memory_bytes, size_text(run.memory_bytes)),
        name: names.get(&run.application).cloned().unwrap_or_else(|| run.application.clone()),
        error: outcome,
        time: run.time.clone(),
        workflow: run.workflow.clone(),
        application: run.application.clone(),
        status: run.status.clone(),
    }
}
