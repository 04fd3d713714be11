//! Lists of applications: as apps and as data models.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::{Page, PageError, blocking, counted, decision_class, html, shell, theme};
use crate::pipeline::ApplicationRow;
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/apps.html")]
struct Apps {
    shell: Shell,
    sentence: String,
    filtered: bool,
    rows: Vec<Row>,
}

struct Row {
    row: ApplicationRow,
    decision: String,
    class: &'static str,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Filter {
    /// `allow`, `review` or `deny`.
    #[serde(default)]
    decision: String,
}

pub(in crate::web) async fn page(State(web): State<Web>, Query(filter): Query<Filter>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| {
        let mut page = build(web, &theme, "Apps", "/apps", false)?;
        if !filter.decision.is_empty() {
            page.rows.retain(|row| row.decision == filter.decision);
            let n = counted(page.rows.len(), "application");
            page.sentence = format!("{n} whose last policy decision is “{}”.", filter.decision);
            page.filtered = true;
        }
        html(&page)
    })
    .await
}

pub(in crate::web) async fn models(State(web): State<Web>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, "Data models", "/models", true)?)).await
}

fn build(web: &Web, theme: &str, title: &str, href: &str, with_models: bool) -> Result<Apps, PageError> {
    let decisions = web.workspace.decisions()?;
    let rows: Vec<Row> = web
        .workspace
        .current_applications()?
        .into_iter()
        .filter(|row| !with_models || row.models > 0)
        .map(|row| {
            let decision = decisions
                .iter()
                .find(|decision| decision.application == row.application)
                .map_or(String::from("not checked"), |decision| decision.decision.clone());
            Row { class: decision_class(&decision), decision, row }
        })
        .collect();
    let files: u64 = rows.iter().map(|row| row.row.files).sum();
    Ok(Apps {
        shell: shell(web, theme, title, href)?,
        sentence: format!(
            "{} made of {}. Copies and forks of one file count once.",
            counted(rows.len(), "logical application"),
            counted(files as usize, "file")
        ),
        filtered: false,
        rows,
    })
}
