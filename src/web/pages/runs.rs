//! Workflow runs: what ran, and how did it end?

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;

use super::{Page, PageError, blocking, html, shell, theme};
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/runs.html")]
struct Runs {
    shell: Shell,
    sentence: String,
    rows: Vec<Row>,
}

struct Row {
    time: String,
    workflow: String,
    application: String,
    purpose: String,
    status: String,
    class: &'static str,
    ms: String,
    error: String,
}

pub(in crate::web) async fn page(State(web): State<Web>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme)?)).await
}

fn build(web: &Web, theme: &str) -> Result<Runs, PageError> {
    let rows: Vec<Row> = web
        .workspace
        .runs()?
        .into_iter()
        .map(|run| {
            let purpose = run.detail.as_ref().and_then(|detail| detail.get("purpose")).and_then(|value| value.as_str());
            Row {
                purpose: String::from(if purpose == Some("replay") { "equivalence replay" } else { "run" }),
                class: if run.status == "ok" { "ok" } else { "bad" },
                ms: if run.ms > 0.0 { format!("{:.1} ms", run.ms) } else { String::from("not measured") },
                time: run.time,
                workflow: run.workflow,
                application: run.application,
                status: run.status,
                error: run.error,
            }
        })
        .collect();
    Ok(Runs {
        shell: shell(web, theme, "Workflow runs", "/runs")?,
        sentence: format!(
            "The last {} runs, newest first. Replays prove equivalence; they do not count as use.",
            rows.len()
        ),
        rows,
    })
}
