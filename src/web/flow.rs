//! The picture of a workflow: steps below each other, blocks as nested boxes, grades as bands.

use super::chart::{at, short};
use crate::dsl::branches;
use crate::model::{Action, Grade, Step};

/// A drawn workflow.
pub(super) struct Graph {
    pub width: f64,
    pub height: f64,
    pub nodes: Vec<Node>,
    pub boxes: Vec<Block>,
    pub edges: Vec<String>,
}

/// One step.
pub(super) struct Node {
    pub id: String,
    pub kind: String,
    pub text: String,
    pub title: String,
    pub grade: String,
    pub class: String,
    pub line: u32,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub text_x: f64,
    pub label_y: f64,
    pub sub_y: f64,
}

/// The extent of a loop, branch or handler.
pub(super) struct Block {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

const WIDTH: f64 = 520.0;
const INDENT: f64 = 22.0;
const NODE: f64 = 40.0;
const GAP: f64 = 14.0;
/// Steps drawn; the DSL below the picture holds all.
const MOST_STEPS: usize = 300;

/// Lays out the steps of a workflow.
pub(super) fn lay_out(steps: &[Step]) -> Graph {
    let mut graph = Graph { width: WIDTH, height: 10.0, nodes: Vec::new(), boxes: Vec::new(), edges: Vec::new() };
    place(steps, 0, &mut graph);
    graph.height += 10.0;
    graph
}

fn place(steps: &[Step], depth: usize, graph: &mut Graph) {
    let x = 10.0 + INDENT * depth.min(12) as f64;
    for step in steps {
        if graph.nodes.len() >= MOST_STEPS {
            return;
        }
        let y = graph.height;
        if let Some(last) = graph.nodes.last() {
            graph.edges.push(format!(
                "M{} {}V{}H{}",
                at(last.x + 16.0),
                at(last.y + NODE),
                at(y - GAP / 2.0),
                at(x + 16.0)
            ));
            graph.edges.push(format!("M{} {}V{}", at(x + 16.0), at(y - GAP / 2.0), at(y)));
        }
        graph.nodes.push(node(step, x, y));
        graph.height = y + NODE + GAP;
        for branch in branches(&step.action) {
            if branch.is_empty() {
                continue;
            }
            let top = graph.height - GAP / 2.0;
            place(branch, depth + 1, graph);
            let left = x + INDENT / 2.0;
            graph.boxes.push(Block {
                x: left,
                y: top,
                width: WIDTH - left - 6.0,
                height: graph.height - top - GAP / 2.0 + 2.0,
            });
        }
    }
}

fn node(step: &Step, x: f64, y: f64) -> Node {
    let grade = step.grade.unwrap_or(Grade::Exact);
    let width = WIDTH - x - 16.0;
    let text = words(step);
    Node {
        id: step.id.clone(),
        kind: kind(step),
        text: short(&text, ((width - 24.0) / 6.6) as usize),
        title: text,
        grade: grade_word(grade).to_string(),
        class: String::from(match grade {
            Grade::Exact => "",
            Grade::Approximate => "approx",
            Grade::Manual => "manual",
        }),
        line: step.source.first().map_or(0, |source| source.start_line),
        x,
        y,
        width,
        text_x: x + 14.0,
        label_y: y + 16.0,
        sub_y: y + 32.0,
    }
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
        Action::ExecuteSql { sql } | Action::Query { sql, .. } => sql.0.clone(),
        Action::ApiCall { service, operation, .. } => format!("{service}.{operation}"),
        Action::DeclareArray { variable, .. } | Action::ClearArray { variable } => variable.0.clone(),
        other => expression(other).unwrap_or_default(),
    }
}

fn expression(action: &Action) -> Option<String> {
    let value = serde_json::to_value(action).ok()?;
    value.get("expression").and_then(|text| text.as_str()).map(str::to_string)
}
