//! Policy: which rules hold, and what is open?

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;

use super::{Page, PageError, blocking, html, shell, theme};
use crate::pipeline::{FindingRow, rule_pages};
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/policy.html")]
struct Policy {
    shell: Shell,
    sentence: String,
    findings: Vec<FindingRow>,
    rules: Vec<Row>,
}

struct Row {
    id: String,
    severity: String,
    reference: String,
    title: String,
    source: String,
    rego: String,
    fired: usize,
}

pub(in crate::web) async fn page(State(web): State<Web>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme)?)).await
}

fn build(web: &Web, theme: &str) -> Result<Policy, PageError> {
    let findings = web.workspace.findings()?;
    let checked = web.workspace.decisions()?.len();
    let rules: Vec<Row> = rule_pages()
        .iter()
        .map(|rule| Row {
            id: rule.id.to_string(),
            severity: serde_json::to_value(rule.severity)
                .ok()
                .and_then(|word| word.as_str().map(str::to_string))
                .unwrap_or_default(),
            reference: rule.reference.to_string(),
            title: rule.title.to_string(),
            source: rule.source.to_string(),
            rego: rule.rego.to_string(),
            fired: findings.iter().filter(|finding| finding.id == rule.id).count(),
        })
        .collect();
    Ok(Policy {
        shell: shell(web, theme, "Policy", "/policy")?,
        sentence: format!(
            "{} rules judge every application when it is scanned, before it is deployed and before each run. {checked} applications were checked. Any critical finding denies, any high one asks for a review.",
            rules.len()
        ),
        findings,
        rules,
    })
}
