//! All macros of the estate and how faithful their conversion is.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::files::Facet;
use super::{Page, PageError, blocking, grade_class, grouped, html, shell, theme};
use crate::model::{Application, Grade};
use crate::web::Web;
use crate::web::flow::{count, grade_word};
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/macros.html")]
struct Macros {
    shell: Shell,
    sentence: String,
    facets: Vec<Facet>,
    rows: Vec<Row>,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Filter {
    #[serde(default)]
    grade: String,
}

struct Row {
    application: String,
    name: String,
    workflow: String,
    grade: String,
    class: &'static str,
    steps: usize,
    manual: usize,
    receipt: String,
}

pub(in crate::web) async fn page(State(web): State<Web>, Query(filter): Query<Filter>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &filter)?)).await
}

fn build(web: &Web, theme: &str, filter: &Filter) -> Result<Macros, PageError> {
    let workspace = &web.workspace;
    let receipts = workspace.receipts()?;
    let mut rows = Vec::new();
    let (mut statements, mut converted) = (0, 0);
    for row in workspace.current_applications()?.into_iter().filter(|row| row.workflows > 0) {
        statements += row.coverage.statements;
        converted += row.coverage.exact + row.coverage.approximate + row.coverage.noop;
        let model: Application = workspace.fetch(&row.model)?;
        for workflow in &model.workflows {
            let grade = grade_word(workflow.grade.unwrap_or(Grade::Exact));
            let receipt = receipts
                .iter()
                .find(|receipt| receipt.application == row.application && receipt.procedure == workflow.name)
                .map_or(String::from("unproven"), |receipt| {
                    format!("{} ({}), {} cells", receipt.word(), receipt.level, receipt.cells)
                });
            rows.push(Row {
                application: row.application.clone(),
                name: row.name.clone(),
                workflow: workflow.name.clone(),
                grade: grade.to_string(),
                class: grade_class(grade),
                steps: count(&workflow.steps, &|_| true),
                manual: count(&workflow.steps, &|step| step.grade == Some(Grade::Manual)),
                receipt,
            });
        }
    }
    let facets = facets(&rows, filter);
    rows.retain(|row| filter.grade.is_empty() || row.grade == filter.grade);
    // What needs a person comes first.
    rows.sort_by(|a, b| b.manual.cmp(&a.manual).then((&a.name, &a.workflow).cmp(&(&b.name, &b.workflow))));
    Ok(Macros {
        shell: shell(web, theme, "Macro conversion", "/macros")?,
        sentence: format!(
            "{} of {} statements became steps or deliberate no-ops; the rest waits for a person. Every macro of the estate's current applications is counted.",
            grouped(converted),
            grouped(statements)
        ),
        facets,
        rows,
    })
}

fn facets(rows: &[Row], filter: &Filter) -> Vec<Facet> {
    let facet = |name: &str, grade: &str| Facet {
        name: name.to_string(),
        count: rows.iter().filter(|row| grade.is_empty() || row.grade == grade).count(),
        href: if grade.is_empty() { String::from("/macros") } else { format!("/macros?grade={grade}") },
        current: filter.grade == grade,
    };
    vec![facet("All", ""), facet("manual", "manual"), facet("approximate", "approximate"), facet("exact", "exact")]
}
