//! One application: is the inferred model right, and is it fit for use?

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::{PageError, blocking, decision_class, escape, grade_class, html, shell, theme};
use crate::model::{Application, DataModel, Evidence, Field, Grade};
use crate::pipeline::{ApplicationRow, ApplicationView, FileRow, FindingRow, ReceiptRow, TagRow, rule_pages};
use crate::web::Web;
use crate::web::chart::{Diagram, er};
use crate::web::flow::grade_word;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/app.html")]
struct App {
    shell: Shell,
    row: ApplicationRow,
    model: Application,
    model_sub: String,
    counts: Counts,
    steps: Vec<NextStep>,
    owner: String,
    decision: String,
    decision_class: &'static str,
    er: Diagram,
    tables: Vec<Table>,
    macros: Vec<Macro>,
    findings: Vec<FindingRow>,
    rules: usize,
    receipts: Vec<ReceiptRow>,
    files: Vec<FileRow>,
}

/// What the tabs at the top count.
struct Counts {
    fields: usize,
    open_tags: usize,
    manual: u64,
    statements: u64,
    converted: u64,
    replayed_equal: usize,
    replayed: usize,
}

/// Something a person must do, the most urgent first.
struct NextStep {
    what: String,
    why: String,
    href: String,
    action: &'static str,
}

struct Table {
    anchor: String,
    open: bool,
    name: String,
    place: String,
    key: String,
    fields: Vec<Line>,
}

struct Line {
    name: String,
    kind: String,
    rules: String,
    evidence: Vec<String>,
    against: String,
    confidence: String,
    tags: Vec<String>,
    review: String,
    answer: String,
    answer_class: &'static str,
}

struct Macro {
    name: String,
    grade: String,
    class: &'static str,
}

pub(in crate::web) async fn page(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if let Some(id) = id.strip_suffix(".json").map(str::to_string) {
        return blocking(web, move |web| document(web, &id)).await;
    }
    let theme = theme(&headers);
    blocking(web, move |web| Ok(html(&build(web, &theme, &id)?)?.into_response())).await
}

fn find(web: &Web, id: &str) -> Result<ApplicationView, PageError> {
    web.workspace.application(id)?.ok_or_else(|| PageError::NotFound(String::from("application of this id")))
}

fn document(web: &Web, id: &str) -> Result<Response, PageError> {
    let view = find(web, id)?;
    let name: String = view.row.application.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let headers = [
        (header::CONTENT_TYPE, String::from("application/json")),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.json\"")),
    ];
    Ok((headers, crate::dsl::write(&view.model)).into_response())
}

fn build(web: &Web, theme: &str, id: &str) -> Result<App, PageError> {
    let view = find(web, id)?;
    let decision = view.decision.as_ref().map_or(String::from("not checked"), |decision| decision.decision.clone());
    let fields: usize = view.model.data_models.iter().map(|model| model.fields.len()).sum();
    let counts = counts(&view, fields);
    let tables: Vec<Table> =
        view.model.data_models.iter().enumerate().map(|(at, model)| table(at, model, &view)).collect();
    Ok(App {
        shell: shell(web, theme, &view.row.name, "/apps")?,
        model_sub: format!(
            "{} · {} · {}",
            super::counted(view.model.data_models.len(), "table"),
            super::counted(fields, "field"),
            super::counted(view.model.relationships.len(), "relationship")
        ),
        owner: view.model.metadata.owner.clone().unwrap_or_else(|| String::from("unknown")),
        decision_class: decision_class(&decision),
        decision,
        steps: next_steps(&view, &counts),
        counts,
        er: er(&view.model),
        tables,
        macros: view
            .model
            .workflows
            .iter()
            .map(|workflow| {
                let grade = grade_word(workflow.grade.unwrap_or(Grade::Exact));
                Macro { name: workflow.name.clone(), grade: grade.to_string(), class: grade_class(grade) }
            })
            .collect(),
        findings: view.findings,
        rules: rule_pages().len(),
        receipts: view.receipts,
        files: view.files,
        row: view.row,
        model: view.model,
    })
}

fn counts(view: &ApplicationView, fields: usize) -> Counts {
    let coverage = view.row.coverage;
    Counts {
        fields,
        open_tags: view.tags.iter().filter(|tag| tag.answer.is_empty()).count(),
        manual: coverage.manual,
        statements: coverage.statements,
        converted: coverage.exact + coverage.approximate + coverage.noop,
        replayed_equal: view.receipts.iter().filter(|receipt| receipt.is_proof()).count(),
        replayed: view.receipts.len(),
    }
}

/// Choices named in a field's rules; the DSL holds all.
const MOST_CHOICES: usize = 4;
/// Tables whose fields are shown without a click.
const SHOWN_TABLES: usize = 4;

fn next_steps(view: &ApplicationView, counts: &Counts) -> Vec<NextStep> {
    let mut steps = Vec::new();
    let critical = view.findings.iter().filter(|finding| finding.severity == "critical").count();
    if critical > 0 {
        steps.push(NextStep {
            what: super::counted(critical, "critical finding"),
            why: String::from("While one is open, policy denies every run and the deployment."),
            href: String::from("#policy"),
            action: "See them",
        });
    }
    if let Some(tag) = view.tags.iter().find(|tag| tag.answer.is_empty()) {
        steps.push(NextStep {
            what: format!("{} to review", super::counted(counts.open_tags, "field")),
            why: String::from("Proposed as personal or card data; a person decides."),
            href: format!("/review?id={}", escape(&format!("{}:{}", tag.application, tag.field))),
            action: "Review",
        });
    }
    if counts.manual > 0 {
        steps.push(NextStep {
            what: format!("{} left to a person", super::counted(counts.manual as usize, "statement")),
            why: format!("{} of {} statements are converted.", counts.converted, counts.statements),
            href: String::from("#workflows"),
            action: "See macros",
        });
    }
    if view.model.metadata.owner.is_none() {
        steps.push(NextStep {
            what: String::from("No owner is recorded"),
            why: String::from("Nobody can attest it or answer for it: `daylight import owners FILE.csv`."),
            href: String::from("#policy"),
            action: "See policy",
        });
    }
    steps
}

fn table(at: usize, model: &DataModel, view: &ApplicationView) -> Table {
    let place = model.source.as_ref().map(|source| {
        let within = [source.sheet.as_deref(), source.range.as_deref()];
        format!("{} {}", source.file, within.into_iter().flatten().collect::<Vec<_>>().join(" "))
    });
    Table {
        anchor: format!("t{at}"),
        open: at < SHOWN_TABLES,
        name: model.name.clone(),
        place: place.unwrap_or_default(),
        key: if model.primary_key.is_empty() { String::from("none found") } else { model.primary_key.join(" + ") },
        fields: model.fields.iter().map(|field| line(model, field, view)).collect(),
    }
}

fn line(model: &DataModel, field: &Field, view: &ApplicationView) -> Line {
    let subject = format!("/dataModels/{}/fields/{}", model.name, field.name);
    let evidence: Vec<&Evidence> = view.evidence.iter().filter(|evidence| evidence.subject == subject).collect();
    let typed = evidence.iter().find(|evidence| evidence.claim.starts_with("type"));
    let path = format!("{}.{}", model.name, field.name);
    let tag = view.tags.iter().find(|tag| tag.field == path);
    Line {
        name: field.name.clone(),
        kind: kind_text(field),
        rules: rules_text(model, field, view),
        evidence: evidence_lines(&evidence),
        against: evidence
            .iter()
            .flat_map(|evidence| evidence.counter_examples.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(", "),
        confidence: typed.map_or(String::new(), |evidence| format!("{:.0} %", evidence.confidence * 100.0)),
        tags: field.tags.clone(),
        review: tag
            .map_or(String::new(), |_| format!("/review?id={}", escape(&format!("{}:{path}", view.row.application)))),
        answer: tag.map_or(String::new(), answer_text),
        answer_class: tag.map_or("", |tag| match tag.answer.as_str() {
            "accept" => "ok",
            "change" => "acc",
            "reject" => "bad",
            _ => "warn",
        }),
    }
}

fn answer_text(tag: &TagRow) -> String {
    match tag.answer.as_str() {
        "" => String::from("decide"),
        "accept" => format!("accepted by {}", tag.actor),
        "change" => format!("changed by {}", tag.actor),
        _ => format!("rejected by {}", tag.actor),
    }
}

fn kind_text(field: &Field) -> String {
    let base = match (field.precision, field.scale) {
        (Some(precision), Some(scale)) => format!("{}({precision},{scale})", field.kind),
        _ => field.kind.clone(),
    };
    match &field.semantic_type {
        Some(semantic) if *semantic != field.kind => format!("{base} {semantic}"),
        _ => base,
    }
}

fn rules_text(model: &DataModel, field: &Field, view: &ApplicationView) -> String {
    let mut rules = Vec::new();
    if field.required == Some(true) {
        rules.push(String::from("required"));
    }
    if model.primary_key == [field.name.clone()] {
        rules.push(String::from("key"));
    } else if model.indexes.iter().any(|index| index.unique == Some(true) && index.fields == [field.name.clone()]) {
        rules.push(String::from("unique"));
    }
    for link in &view.model.relationships {
        if link.from.model == model.name && link.from.fields.contains(&field.name) {
            rules.push(format!("references {}", link.to.model));
        }
    }
    if !field.choices.is_empty() {
        let shown: Vec<&str> = field.choices.iter().take(MOST_CHOICES).map(String::as_str).collect();
        let more = field.choices.len() - shown.len();
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        rules.push(format!("one of {}{rest}", shown.join(", ")));
    }
    rules.join(", ")
}

/// What held, one line for all rules that held equally often.
fn evidence_lines(evidence: &[&Evidence]) -> Vec<String> {
    let mut lines: Vec<((u64, u64), Vec<&str>)> = Vec::new();
    for one in evidence {
        let counts = (one.held, one.seen);
        match lines.iter_mut().find(|(known, _)| *known == counts) {
            Some((_, rules)) if rules.contains(&one.rule.as_str()) => {}
            Some((_, rules)) => rules.push(&one.rule),
            None => lines.push((counts, vec![&one.rule])),
        }
    }
    lines
        .into_iter()
        .map(|((held, seen), rules)| {
            format!("{} of {}: {}", super::grouped(held), super::grouped(seen), rules.join("; "))
        })
        .collect()
}
