//! One macro beside its workflow: is it the same, and where not?

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::{Page, PageError, blocking, grade_class, html, shell, theme};
use crate::dsl::branches;
use crate::model::{Application, Difference, EvidenceLevel, Grade, Receipt, Step, Trigger, Workflow};
use crate::web::Web;
use crate::web::flow::{Piece, count, grade_word, lay_out};
use crate::web::shell::Shell;
use crate::web::source_text::{Part, highlight};

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
    verdict: Verdict,
    trigger: String,
    inputs: String,
    capabilities: Vec<String>,
    steps: usize,
    lines: Vec<Line>,
    module_lines: usize,
    whole: bool,
    only_checks: bool,
    flow: Vec<Piece>,
    notes: Vec<Note>,
    differences: Vec<Difference>,
    dsl: String,
}

/// Whether the meaning survived, as far as anyone knows.
struct Verdict {
    word: &'static str,
    class: &'static str,
    text: String,
    level: &'static str,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    /// `all` shows the whole module and not only the procedure.
    #[serde(default)]
    source: String,
    /// `check` shows only the lines that need a check or a person.
    #[serde(default)]
    lines: String,
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
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &id, &workflow, &asked)?)).await
}

fn build(web: &Web, theme: &str, id: &str, name: &str, asked: &Asked) -> Result<MacroPage, PageError> {
    let missing = || PageError::NotFound(String::from("macro of this name in this application"));
    let view = web.workspace.macro_view(id, name)?.ok_or_else(missing)?;
    let workflow = view.model.workflows.iter().find(|found| found.name == name).ok_or_else(missing)?;
    let grade = grade_word(workflow.grade.unwrap_or(Grade::Exact));
    let graded = |wanted: Grade| count(&workflow.steps, &|step| step.grade.unwrap_or(Grade::Exact) == wanted);
    let (exact, approximate, manual) = (graded(Grade::Exact), graded(Grade::Approximate), graded(Grade::Manual));
    let all = (exact + approximate + manual).max(1);
    let width = |part: usize| part * 100 / all;
    let (module, procedure) = name.split_once('.').unwrap_or(("", name));
    let whole = asked.source == "all";
    let only_checks = asked.lines == "check";
    let module_lines = view.code.lines().count();
    let mut lines = lines(&view.code, workflow);
    if !whole && let Some((first, last)) = extent(&view.code, procedure) {
        lines.retain(|line| (first..=last).contains(&line.number));
    }
    if only_checks {
        lines.retain(|line| !line.class.is_empty());
    }
    Ok(MacroPage {
        shell: shell(web, theme, procedure, "/macros")?,
        application: view.application.application.clone(),
        application_name: view.application.name.clone(),
        module: module.to_string(),
        procedure: procedure.to_string(),
        workflow: name.to_string(),
        grade: grade.to_string(),
        class: grade_class(grade),
        sentence: format!(
            "{exact} of {all} steps are exact, {approximate} {} a check and {manual} {} a person.",
            if approximate == 1 { "needs" } else { "need" },
            if manual == 1 { "needs" } else { "need" }
        ),
        exact,
        approximate,
        manual,
        exact_width: width(exact),
        approximate_width: width(approximate),
        manual_x: width(exact) + width(approximate),
        manual_width: width(manual),
        verdict: verdict(view.receipt.as_ref(), manual),
        trigger: workflow.trigger.as_ref().map(trigger_words).unwrap_or_default(),
        inputs: workflow.inputs.iter().map(|input| input.name.as_str()).collect::<Vec<_>>().join(", "),
        capabilities: workflow.capabilities.clone(),
        steps: count(&workflow.steps, &|_| true),
        lines,
        module_lines,
        whole,
        only_checks,
        flow: lay_out(&workflow.steps),
        notes: notes(workflow),
        differences: view.receipt.map(|receipt| receipt.differences).unwrap_or_default(),
        dsl: dsl_of(workflow),
    })
}

/// What the last replay says, with how strong that is.
fn verdict(receipt: Option<&Receipt>, manual: usize) -> Verdict {
    let Some(receipt) = receipt else {
        return Verdict {
            word: "unproven",
            class: "warn",
            text: match manual {
                0 => String::from("It was not replayed against a legacy result yet."),
                _ => String::from("It cannot run to its end before a person has dealt with its manual steps."),
            },
            level: "Save the workbook before and after the macro ran in Excel, then run: daylight replay BEFORE --after AFTER",
        };
    };
    let cells = super::counted(receipt.cells as usize, "cell");
    let reached = format!("{:.0} % of its steps were reached", receipt.statements_reached * 100.0);
    let level = match receipt.level {
        EvidenceLevel::Recorded => {
            "Recorded: compared with workbooks saved before and after the macro ran. The strongest evidence."
        }
        EvidenceLevel::Found => {
            "Found: the workbook still held the macro's last output; it was cleared, computed anew and compared."
        }
        EvidenceLevel::SecondRuntime => "Second runtime: another program ran the macro, and the results were compared.",
        EvidenceLevel::SelfCompared => {
            "Self: compared with a further run of the macro's own conversion, not with Excel. This proves that it is deterministic, and no more."
        }
    };
    let (word, class, text) = match (receipt.equal, receipt.level) {
        (true, EvidenceLevel::SelfCompared) => ("unproven", "warn", format!("Deterministic over {cells}; {reached}.")),
        (true, _) => ("same result", "ok", format!("{cells} compared, all identical; {reached}.")),
        (false, _) => (
            "different result",
            "bad",
            format!("{cells} compared, {} different; {reached}.", receipt.differences.len()),
        ),
    };
    Verdict { word, class, text, level }
}

fn trigger_words(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Manual => String::from("by hand"),
        Trigger::OnOpen => String::from("when the file is opened"),
        Trigger::BeforeClose => String::from("before the file is closed"),
        Trigger::BeforeSave => String::from("before the file is saved"),
        Trigger::OnCreate { model } => format!("when a record of {model} is created"),
        Trigger::OnUpdate { model, .. } => format!("when a record of {model} changes"),
        Trigger::OnDelete { model } => format!("when a record of {model} is deleted"),
        Trigger::OnControl { control } => format!("by {control}"),
        Trigger::Schedule { cron } => format!("at {cron}"),
        Trigger::Event { topic } => format!("on {topic}"),
    }
}

/// First and last line of a procedure in its module, counted from 1.
fn extent(code: &str, procedure: &str) -> Option<(u32, u32)> {
    let mut first = None;
    for (line, number) in code.lines().zip(1u32..) {
        let words: Vec<String> = line
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .filter(|word| !matches!(word.as_str(), "public" | "private" | "friend" | "static"))
            .collect();
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        let named = if word(0) == "property" { word(2) } else { word(1) };
        match (first, word(0)) {
            (None, "sub" | "function" | "property") if named == procedure.to_lowercase() => first = Some(number),
            (Some(first), "end") if matches!(word(1), "sub" | "function" | "property") => return Some((first, number)),
            _ => {}
        }
    }
    None
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
