//! Policy: which rules hold, and what is open?

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::files::Facet;
use super::{Page, PageError, blocking, counted, decision_class, html, shell, theme};
use crate::pipeline::{DecisionRow, FindingRow, rule_pages};
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/policy.html")]
struct Policy {
    shell: Shell,
    sentence: String,
    open: usize,
    facets: Vec<Facet>,
    groups: Vec<Group>,
    decisions: Vec<Decided>,
    rules: Vec<Row>,
    fired: usize,
}

/// The findings of one rule.
struct Group {
    id: String,
    severity: String,
    reference: String,
    title: String,
    remedy: String,
    findings: Vec<FindingRow>,
    applications: usize,
}

struct Decided {
    row: DecisionRow,
    name: String,
    class: &'static str,
    findings: usize,
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

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Filter {
    #[serde(default)]
    severity: String,
}

/// Severities, the gravest first.
const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "info"];

pub(in crate::web) async fn page(State(web): State<Web>, Query(filter): Query<Filter>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &filter)?)).await
}

fn build(web: &Web, theme: &str, filter: &Filter) -> Result<Policy, PageError> {
    let findings = web.workspace.findings()?;
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
    let decisions = decisions(web, &findings)?;
    Ok(Policy {
        shell: shell(web, theme, "Policy", "/policy")?,
        sentence: format!(
            "{} rules judge every application when it is scanned, before it is deployed and before each run. {} were checked. Any critical finding denies, any high one asks for a review.",
            rules.len(),
            counted(decisions.len(), "application")
        ),
        open: findings.len(),
        fired: rules.iter().filter(|rule| rule.fired > 0).count(),
        facets: facets(&findings, filter),
        groups: groups(&findings, &rules, filter),
        decisions,
        rules,
    })
}

fn facets(findings: &[FindingRow], filter: &Filter) -> Vec<Facet> {
    let facet = |name: &str, severity: &str| Facet {
        name: name.to_string(),
        count: findings.iter().filter(|row| severity.is_empty() || row.severity == severity).count(),
        href: if severity.is_empty() { String::from("/policy") } else { format!("/policy?severity={severity}") },
        current: filter.severity == severity,
    };
    let mut facets = vec![facet("All", "")];
    facets.extend(SEVERITIES.iter().map(|severity| facet(severity, severity)));
    facets.retain(|facet| facet.count > 0 || facet.current);
    facets
}

/// Findings by rule, in their order: the gravest first.
fn groups(findings: &[FindingRow], rules: &[Row], filter: &Filter) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for finding in findings.iter().filter(|row| filter.severity.is_empty() || row.severity == filter.severity) {
        match groups.iter_mut().find(|group| group.id == finding.id) {
            Some(group) => group.findings.push(finding.clone()),
            None => groups.push(Group {
                id: finding.id.clone(),
                severity: finding.severity.clone(),
                reference: finding.reference.clone(),
                title: rules
                    .iter()
                    .find(|rule| rule.id == finding.id)
                    .map(|rule| rule.title.clone())
                    .unwrap_or_default(),
                remedy: finding.remedy.clone(),
                findings: vec![finding.clone()],
                applications: 0,
            }),
        }
    }
    for group in &mut groups {
        group.applications =
            group.findings.iter().map(|finding| finding.application.as_str()).collect::<BTreeSet<_>>().len();
    }
    groups
}

/// Every application's last decision, the strictest first.
fn decisions(web: &Web, findings: &[FindingRow]) -> Result<Vec<Decided>, PageError> {
    let names = web.workspace.applications()?;
    let strict = |decision: &str| match decision {
        "deny" => 0,
        "review" => 1,
        _ => 2,
    };
    let mut rows: Vec<Decided> = web
        .workspace
        .decisions()?
        .into_iter()
        .map(|row| Decided {
            name: names
                .iter()
                .find(|known| known.application == row.application)
                .map_or_else(|| row.application.clone(), |known| known.name.clone()),
            class: decision_class(&row.decision),
            findings: findings.iter().filter(|finding| finding.application == row.application).count(),
            row,
        })
        .collect();
    rows.sort_by(|a, b| (strict(&a.row.decision), &a.name).cmp(&(strict(&b.row.decision), &b.name)));
    Ok(rows)
}
