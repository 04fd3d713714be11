//! The picture of a workflow: its steps below each other, the branches of a step as groups that fold, grades as bands.
//! It is made of lists, so that it wraps, prints, folds without script and is read aloud in order.

use crate::dsl::branches;
use crate::model::{Action, Grade, Step};

/// One piece of a drawn workflow. Groups nest: every `Open` has its `Close`.
pub(super) enum Piece {
    /// A step begins; its groups follow.
    Step(Box<Node>),
    /// A branch of the step begins.
    Open { label: String, steps: usize, open: bool, looped: bool },
    /// The branch ends.
    Close,
    /// The step ends.
    End,
}

/// One step.
pub(super) struct Node {
    pub id: String,
    pub kind: String,
    pub text: String,
    pub grade: &'static str,
    pub glyph: &'static str,
    pub class: &'static str,
    /// First source line; 0 when the step was not made from code.
    pub line: u32,
    pub note: String,
}

/// Steps up to which everything is shown unfolded.
const SHOWN_WHOLE: usize = 60;
/// Depth up to which a larger workflow is unfolded.
const SHOWN_DEEP: usize = 1;
/// Longest expression shown in a step, in characters; the DSL below holds all.
const LONGEST_TEXT: usize = 240;

/// The steps of a workflow in drawing order.
pub(super) fn lay_out(steps: &[Step]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    place(steps, 0, count(steps, &|_| true) <= SHOWN_WHOLE, &mut pieces);
    pieces
}

/// Steps that are wanted, nested ones included.
pub(super) fn count(steps: &[Step], wanted: &dyn Fn(&Step) -> bool) -> usize {
    steps
        .iter()
        .map(|step| {
            usize::from(wanted(step))
                + branches(&step.action).into_iter().map(|branch| count(branch, wanted)).sum::<usize>()
        })
        .sum()
}

fn place(steps: &[Step], depth: usize, whole: bool, pieces: &mut Vec<Piece>) {
    for step in steps {
        pieces.push(Piece::Step(Box::new(node(step))));
        let looped = matches!(step.action, Action::ForEach { .. } | Action::For { .. } | Action::While { .. });
        for (branch, label) in branches(&step.action).into_iter().zip(labels(&step.action)) {
            if branch.is_empty() {
                continue;
            }
            let open = whole || depth < SHOWN_DEEP;
            pieces.push(Piece::Open { label, steps: count(branch, &|_| true), open, looped });
            place(branch, depth + 1, whole, pieces);
            pieces.push(Piece::Close);
        }
        pieces.push(Piece::End);
    }
}

/// What leads into each branch of a step, in the order of `branches`.
fn labels(action: &Action) -> Vec<String> {
    let words = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect();
    match action {
        Action::If { .. } => words(&["yes", "no"]),
        Action::Approval { .. } => words(&["approved", "refused"]),
        Action::TryCatch { .. } => words(&["try", "on error"]),
        Action::ForEach { .. } | Action::For { .. } | Action::While { .. } => words(&["each time"]),
        Action::Switch { cases, .. } => {
            let mut all: Vec<String> = (1..=cases.len()).map(|n| format!("case {n}")).collect();
            all.push(String::from("else"));
            all
        }
        _ => words(&["steps"]),
    }
}

fn node(step: &Step) -> Node {
    let grade = step.grade.unwrap_or(Grade::Exact);
    let (class, glyph) = match grade {
        Grade::Exact => ("", "✓"),
        Grade::Approximate => ("approx", "≈"),
        Grade::Manual => ("manual", "!"),
    };
    Node {
        id: step.id.clone(),
        kind: title(&kind(step)),
        text: super::chart::short(&words(step), LONGEST_TEXT),
        grade: grade_word(grade),
        glyph,
        class,
        line: step.source.first().map_or(0, |source| source.start_line),
        note: if grade == Grade::Exact { String::new() } else { step.note.clone().unwrap_or_default() },
    }
}

/// Step types in the words of the people who read them; any other is its DSL name in words.
const TITLES: &[(&str, &str)] = &[
    ("if", "Decide"),
    ("switch", "Choose a case"),
    ("forEach", "For each"),
    ("for", "Count"),
    ("while", "Repeat while"),
    ("break", "Leave the loop"),
    ("return", "Return"),
    ("stop", "End the run"),
    ("call", "Call workflow"),
    ("raise", "Raise an error"),
    ("tryCatch", "Try"),
    ("onError", "On error"),
    ("set", "Set"),
    ("declareArray", "Make an array"),
    ("clearArray", "Empty an array"),
    ("writeRange", "Write cells"),
    ("setFormula", "Write a formula"),
    ("format", "Format cells"),
    ("notify", "Tell the user"),
    ("prompt", "Ask the user"),
    ("log", "Log"),
    ("noop", "Nothing to do"),
    ("manual", "Needs a person"),
    ("executeSql", "Run SQL"),
    ("apiCall", "Call a service"),
    ("sendEmail", "Send mail"),
];

fn title(kind: &str) -> String {
    if let Some((_, words)) = TITLES.iter().find(|(name, _)| *name == kind) {
        return (*words).to_string();
    }
    let mut out = String::new();
    for (at, c) in kind.chars().enumerate() {
        if at == 0 {
            out.extend(c.to_uppercase());
        } else if c.is_uppercase() {
            out.push(' ');
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

/// A grade as pages write it.
pub(super) fn grade_word(grade: Grade) -> &'static str {
    match grade {
        Grade::Exact => "exact",
        Grade::Approximate => "approximate",
        Grade::Manual => "manual",
    }
}

/// The step's type as the DSL writes it.
pub(super) fn kind(step: &Step) -> String {
    serde_json::to_value(&step.action)
        .ok()
        .and_then(|value| value.get("type").and_then(|kind| kind.as_str()).map(str::to_string))
        .unwrap_or_default()
}

/// What the step does, in its own expressions.
fn words(step: &Step) -> String {
    match &step.action {
        Action::If { condition, .. } | Action::While { condition, .. } => condition.0.clone(),
        Action::Switch { on, .. } => on.0.clone(),
        Action::ForEach { variable, items, .. } => format!("{} in {}", variable.0, items.0),
        Action::For { variable, from, to, by, .. } => match by {
            Some(by) => format!("{} from {} to {} by {}", variable.0, from.0, to.0, by.0),
            None => format!("{} from {} to {}", variable.0, from.0, to.0),
        },
        Action::Set { target, value, .. }
        | Action::WriteRange { target, value }
        | Action::SetFormula { target, value }
        | Action::RenameSheet { target, value } => format!("{} = {}", target.0, value.0),
        Action::Format { target, value } => match value {
            Some(value) => format!("{} = {}", target.0, value.0),
            None => target.0.clone(),
        },
        Action::Call { workflow, arguments, .. } => {
            format!(
                "{workflow}({})",
                arguments.iter().map(|argument| argument.0.as_str()).collect::<Vec<_>>().join(", ")
            )
        }
        Action::Notify { message } => message.0.clone(),
        Action::Log { values } => values.iter().map(|value| value.0.as_str()).collect::<Vec<_>>().join(", "),
        Action::Noop { reason } => reason.clone(),
        Action::Manual { reason, text } => format!("{reason}: {text}"),
        Action::OnError { mode, label } | Action::Resume { mode, label } => {
            format!("{mode} {}", label.as_deref().unwrap_or("")).trim().to_string()
        }
        Action::Label { name } => name.clone(),
        Action::Goto { label } | Action::Gosub { label } => label.clone(),
        Action::ExecuteSql { sql, .. } | Action::Query { sql, .. } => sql.0.clone(),
        Action::ApiCall { service, operation, .. } => format!("{service}.{operation}"),
        Action::DeclareArray { variable, .. } | Action::ClearArray { variable } => variable.0.clone(),
        other => expression(other).unwrap_or_default(),
    }
}

fn expression(action: &Action) -> Option<String> {
    let value = serde_json::to_value(action).ok()?;
    value.get("expression").and_then(|text| text.as_str()).map(str::to_string)
}
