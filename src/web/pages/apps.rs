//! Lists of applications: as apps and as data models.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;

use super::{Page, PageError, blocking, decision_class, html, shell, theme};
use crate::pipeline::ApplicationRow;
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/apps.html")]
struct Apps {
    shell: Shell,
    sentence: String,
    rows: Vec<Row>,
}

struct Row {
    row: ApplicationRow,
    decision: String,
    class: &'static str,
}

pub(in crate::web) async fn page(State(web): State<Web>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, "Apps", "/apps", false)?)).await
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
        sentence: format!("{} logical applications made of {files} files. Copies and forks count once.", rows.len()),
        rows,
    })
}
