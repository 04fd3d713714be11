//! All macros of the estate and how faithful their conversion is.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;

use super::{Page, PageError, blocking, grade_class, html, shell, theme};
use crate::dsl::branches;
use crate::model::{Application, Grade, Step};
use crate::web::Web;
use crate::web::graph::grade_word;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/macros.html")]
struct Macros {
    shell: Shell,
    sentence: String,
    rows: Vec<Row>,
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

pub(in crate::web) async fn page(State(web): State<Web>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme)?)).await
}

/// Steps of one grade, nested ones included.
pub(super) fn count(steps: &[Step], wanted: &dyn Fn(&Step) -> bool) -> usize {
    steps
        .iter()
        .map(|step| {
            usize::from(wanted(step))
                + branches(&step.action).into_iter().map(|branch| count(branch, wanted)).sum::<usize>()
        })
        .sum()
}

fn build(web: &Web, theme: &str) -> Result<Macros, PageError> {
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
                    let result = if receipt.equal { "equal" } else { "different" };
                    format!("{result} ({}), {} cells", receipt.level, receipt.cells)
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
    Ok(Macros {
        shell: shell(web, theme, "Macro conversion", "/macros")?,
        sentence: format!(
            "{converted} of {statements} statements became steps or deliberate no-ops; the rest waits for a person."
        ),
        rows,
    })
}
