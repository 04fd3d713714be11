//! One macro beside its workflow: is it the same, and where not?

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;

use super::macros::count;
use super::{Page, PageError, blocking, grade_class, html, shell, theme};
use crate::dsl::branches;
use crate::model::{Application, Difference, Grade, Step, Workflow};
use crate::web::Web;
use crate::web::graph::{Graph, grade_word, lay_out};
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/macro.html")]
struct MacroPage {
    shell: Shell,
    application: String,
    application_name: String,
    module: String,
    procedure: String,
    workflow: String,
    grade: String,
    class: &'static str,
    sentence: String,
    exact: usize,
    approximate: usize,
    manual: usize,
    exact_width: usize,
    approximate_width: usize,
    manual_x: usize,
    manual_width: usize,
    equivalence: String,
    steps: usize,
    lines: Vec<Line>,
    graph: Graph,
    notes: Vec<Note>,
    differences: Vec<Difference>,
    dsl: String,
}

struct Line {
    number: u32,
    class: &'static str,
    step: String,
    glyph: &'static str,
    glyph_class: &'static str,
    status: &'static str,
    parts: Vec<Part>,
}

struct Part {
    class: &'static str,
    text: String,
}

struct Note {
    id: String,
    line: u32,
    grade: String,
    class: &'static str,
    text: String,
}

pub(in crate::web) async fn page(
    State(web): State<Web>,
    Path((id, workflow)): Path<(String, String)>,
    headers: HeaderMap,
) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &id, &workflow)?)).await
}

fn build(web: &Web, theme: &str, id: &str, name: &str) -> Result<MacroPage, PageError> {
    let missing = || PageError::NotFound(String::from("macro of this name in this application"));
    let view = web.workspace.macro_view(id, name)?.ok_or_else(missing)?;
    let workflow = view.model.workflows.iter().find(|found| found.name == name).ok_or_else(missing)?;
    let grade = grade_word(workflow.grade.unwrap_or(Grade::Exact));
    let graded = |wanted: Grade| count(&workflow.steps, &|step| step.grade.unwrap_or(Grade::Exact) == wanted);
    let (exact, approximate, manual) = (graded(Grade::Exact), graded(Grade::Approximate), graded(Grade::Manual));
    let all = (exact + approximate + manual).max(1);
    let width = |part: usize| part * 100 / all;
    let (module, procedure) = name.split_once('.').unwrap_or(("", name));
    let equivalence =
        view.receipt.as_ref().map_or(String::from("Unproven: not replayed against a legacy result."), |receipt| {
            let result = if receipt.equal { "identical" } else { "different" };
            format!(
                "Replay: {} cells compared, {result}, {:.0} % of the steps reached",
                receipt.cells,
                receipt.statements_reached * 100.0
            )
        });
    Ok(MacroPage {
        shell: shell(web, theme, procedure, "/macros")?,
        application: view.application.application.clone(),
        application_name: view.application.name.clone(),
        module: module.to_string(),
        procedure: procedure.to_string(),
        workflow: name.to_string(),
        grade: grade.to_string(),
        class: grade_class(grade),
        sentence: format!("{exact} of {all} steps are exact, {approximate} need a check and {manual} need a person."),
        exact,
        approximate,
        manual,
        exact_width: width(exact),
        approximate_width: width(approximate),
        manual_x: width(exact) + width(approximate),
        manual_width: width(manual),
        equivalence,
        steps: count(&workflow.steps, &|_| true),
        lines: lines(&view.code, workflow),
        graph: lay_out(&workflow.steps),
        notes: notes(workflow),
        differences: view.receipt.map(|receipt| receipt.differences).unwrap_or_default(),
        dsl: dsl_of(workflow),
    })
}

/// The workflow alone in the DSL's canonical text.
fn dsl_of(workflow: &Workflow) -> String {
    let alone = Application {
        id: String::from("excerpt"),
        version: String::from("1.0.0"),
        workflows: vec![workflow.clone()],
        ..Application::default()
    };
    crate::dsl::write(&alone)
}

/// Per source line: the first step that owns it and the weakest grade of those.
fn owners(steps: &[Step], found: &mut BTreeMap<u32, (String, Grade)>) {
    for step in steps {
        let grade = step.grade.unwrap_or(Grade::Exact);
        for source in &step.source {
            let leaf = branches(&step.action).into_iter().all(Vec::is_empty);
            let last = if leaf { source.end_line } else { source.start_line };
            for line in source.start_line..=last.max(source.start_line) {
                let entry = found.entry(line).or_insert_with(|| (step.id.clone(), grade));
                entry.1 = entry.1.max(grade);
            }
        }
        for branch in branches(&step.action) {
            owners(branch, found);
        }
    }
}

fn lines(code: &str, workflow: &Workflow) -> Vec<Line> {
    let mut owned = BTreeMap::new();
    owners(&workflow.steps, &mut owned);
    let unmapped: Vec<u32> =
        workflow.unmapped.iter().flat_map(|unmapped| unmapped.source.start_line..=unmapped.source.end_line).collect();
    code.lines()
        .zip(1u32..)
        .map(|(text, number)| {
            let owner = owned.get(&number);
            let (class, glyph, glyph_class, status) = match owner.map(|(_, grade)| *grade) {
                Some(Grade::Exact) => ("", "✓", "e", "exact"),
                Some(Grade::Approximate) => ("approx", "≈", "a", "approximate"),
                Some(Grade::Manual) => ("manual", "!", "m", "needs a person"),
                None if unmapped.contains(&number) => ("", "·", "x", "no step, with a reason"),
                None => ("", "·", "x", "not of this procedure, a declaration or a comment"),
            };
            Line {
                number,
                class,
                step: owner.map(|(id, _)| id.clone()).unwrap_or_default(),
                glyph,
                glyph_class,
                status,
                parts: highlight(text),
            }
        })
        .collect()
}

/// Words the editor shows in blue.
const KEYWORDS: &[&str] = &[
    "sub",
    "function",
    "end",
    "if",
    "then",
    "else",
    "elseif",
    "for",
    "each",
    "next",
    "to",
    "step",
    "do",
    "loop",
    "while",
    "wend",
    "until",
    "select",
    "case",
    "dim",
    "as",
    "set",
    "let",
    "const",
    "private",
    "public",
    "static",
    "option",
    "explicit",
    "with",
    "exit",
    "on",
    "error",
    "resume",
    "goto",
    "call",
    "new",
    "nothing",
    "true",
    "false",
    "and",
    "or",
    "not",
    "mod",
    "in",
    "byval",
    "byref",
    "optional",
    "attribute",
    "property",
    "get",
    "is",
    "like",
    "redim",
    "preserve",
    "erase",
    "type",
    "enum",
    "long",
    "integer",
    "string",
    "double",
    "boolean",
    "variant",
    "date",
    "object",
    "currency",
    "single",
    "byte",
];

/// A line in pieces: keywords, texts, comments.
fn highlight(line: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut push = |class: &'static str, text: &str| match parts.last_mut() {
        Some(last) if last.class == class => last.text.push_str(text),
        _ => parts.push(Part { class, text: text.to_string() }),
    };
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => rest.len(),
            '"' => rest.char_indices().skip(1).find(|(_, c)| *c == '"').map_or(rest.len(), |(at, _)| at + 1),
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        let class = match c {
            '\'' => "cm",
            '"' => "s",
            _ if KEYWORDS.contains(&piece.to_ascii_lowercase().as_str()) => "k",
            _ => "",
        };
        push(class, piece);
        rest = after;
    }
    parts
}

fn notes(workflow: &Workflow) -> Vec<Note> {
    let mut found = Vec::new();
    collect(&workflow.steps, &mut found);
    for unmapped in &workflow.unmapped {
        found.push(Note {
            id: String::from("none"),
            line: unmapped.source.start_line,
            grade: String::from("no step"),
            class: "",
            text: unmapped.reason.clone(),
        });
    }
    found.sort_by_key(|note| note.line);
    found
}

fn collect(steps: &[Step], found: &mut Vec<Note>) {
    for step in steps {
        let grade = step.grade.unwrap_or(Grade::Exact);
        if grade != Grade::Exact || step.note.is_some() {
            let reason = match &step.action {
                crate::model::Action::Manual { reason, .. } => reason.clone(),
                _ => step.note.clone().unwrap_or_default(),
            };
            found.push(Note {
                id: step.id.clone(),
                line: step.source.first().map_or(0, |source| source.start_line),
                grade: grade_word(grade).to_string(),
                class: grade_class(grade_word(grade)),
                text: reason,
            });
        }
        for branch in branches(&step.action) {
            collect(branch, found);
        }
    }
}
