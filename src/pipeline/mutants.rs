//! How much a replay would notice: the conversion of a macro gets one operator changed at a time, in a step that the runs reach,
//! and each such mutant is run where the conversion itself was run: on the workbook as found and on its boundary variants. A
//! mutant is caught when one of its runs ends otherwise, says something else or leaves other cells.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::PipelineError;
use super::contents::read_path;
use super::excel_data::workbook_of;
use super::macros::{application_of, compiled, find_workflow};
use super::replay::{ReplayRequest, Runnable, can_start};
use super::replay_cells::{Ran, run_on};
use super::replay_variants::variants;
use super::report::{MutantReport, MutatedMacro, Survivor};
use crate::base::Clock;
use crate::engine::Limits;
use crate::engine::workbook::data::WorkbookData;
use crate::lang::formula::{BinaryOp, Dialect, Node, parse, print};
use crate::model::{Application, Workflow};
use crate::source::ReaderCommand;

/// Longest run of a mutant: a changed condition may never end. Macros that take longer themselves are not mutated well.
const DEADLINE: Duration = Duration::from_secs(2);
/// Members of a step whose text is no expression.
const WORDS: [&str; 14] = [
    "id",
    "type",
    "note",
    "reason",
    "text",
    "label",
    "name",
    "module",
    "procedure",
    "mode",
    "of",
    "test",
    "grade",
    "workflow",
];

/// `daylight replay --mutants`: at most `count` mutants of each macro, chosen by `seed`.
///
/// # Errors
/// When the file cannot be read or there is no such macro.
pub fn mutants(
    request: &ReplayRequest,
    count: usize,
    seed: u64,
    clock: &dyn Clock,
    reader: &ReaderCommand,
) -> Result<MutantReport, PipelineError> {
    let read = read_path(&request.file, reader)?;
    let application = application_of(super::convert::converted(&read.reading.facts, &[&read.reading.facts]));
    let data = workbook_of(&read);
    let chosen: Vec<&Workflow> = match &request.procedure {
        Some(name) => vec![find_workflow(&application, name)?],
        None => application.workflows.iter().filter(|workflow| can_start(workflow, &application)).collect(),
    };
    let one = |workflow: &&Workflow| mutated_macro(&application, workflow, &data, (count, seed), clock);
    Ok(MutantReport { mutants: chosen.iter().map(one).collect::<Result<_, _>>()? })
}

/// A workbook and what the conversion itself left of it.
type Baseline = (WorkbookData, Ran);

fn mutated_macro(
    application: &Application,
    workflow: &Workflow,
    data: &WorkbookData,
    (count, seed): (usize, u64),
    clock: &dyn Clock,
) -> Result<MutatedMacro, PipelineError> {
    let program = compiled(application)?;
    let original = Runnable { application, program: &program, workflow, limits: Limits::default() };
    let as_found = std::iter::once(data.clone());
    let baselines = as_found.chain(variants(data, workflow).map(|(_, varied)| varied));
    let baselines: Vec<Baseline> =
        baselines.map(|data| run_on(original, &data, clock).map(|ran| (data, ran))).collect::<Result<_, _>>()?;
    let mut reached: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (_, ran) in &baselines {
        let hit = program.steps().zip(&ran.outcome.hits).filter(|(_, hits)| **hits > 0);
        reached.extend(hit.map(|(step, _)| step));
    }
    let mut places = Vec::new();
    for (number, other) in application.workflows.iter().enumerate() {
        places.extend(mutations(other, &reached).into_iter().map(|mutation| (number, mutation)));
    }
    let mut found =
        MutatedMacro { procedure: workflow.name.clone(), possible: places.len() as u64, ..MutatedMacro::default() };
    for (number, mutation) in sample(places, count, seed) {
        let Some(mutant) = changed(application, number, &mutation) else { continue };
        let Ok(program) = compiled(&mutant) else { continue };
        let Some(workflow) = mutant.workflows.iter().find(|other| other.name == workflow.name) else { continue };
        let limits = Limits { deadline: DEADLINE, ..Limits::default() };
        let tried = Runnable { application: &mutant, program: &program, workflow, limits };
        found.made += 1;
        let mut caught = false;
        for (data, before) in &baselines {
            if !before.is_like(&run_on(tried, data, clock)?) {
                caught = true;
                break;
            }
        }
        if caught {
            found.caught += 1;
        } else {
            found.survivors.push(mutation.survivor);
        }
    }
    Ok(found)
}

/// One operator that can be another.
struct Mutation {
    /// Where the expression stands in the workflow's JSON.
    pointer: String,
    changed: String,
    survivor: Survivor,
}

fn mutations(workflow: &Workflow, reached: &BTreeSet<(&str, &str)>) -> Vec<Mutation> {
    let mut found = Vec::new();
    if let Ok(value) = serde_json::to_value(workflow)
        && let Some(steps) = value.get("steps")
    {
        collect(steps, "/steps", ("", 0), &workflow.name, reached, &mut found);
    }
    found
}

/// Visits the texts of reached steps. `step` is the id and line of the innermost step around.
fn collect(
    value: &Value,
    pointer: &str,
    step: (&str, u64),
    workflow: &str,
    reached: &BTreeSet<(&str, &str)>,
    found: &mut Vec<Mutation>,
) {
    match value {
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{place}"), step, workflow, reached, found);
            }
        }
        Value::Object(members) => {
            let id = members.get("id").and_then(Value::as_str);
            let line = value.pointer("/source/0/startLine").and_then(Value::as_u64).unwrap_or(0);
            let step = id.map_or(step, |id| (id, line));
            for (name, member) in members {
                if !WORDS.contains(&name.as_str()) && name != "source" {
                    let escaped = name.replace('~', "~0").replace('/', "~1");
                    collect(member, &format!("{pointer}/{escaped}"), step, workflow, reached, found);
                }
            }
        }
        Value::String(text) if reached.contains(&(workflow, step.0)) => {
            found.extend(other_texts(text).into_iter().map(|changed| Mutation {
                pointer: pointer.to_string(),
                survivor: Survivor {
                    workflow: workflow.to_string(),
                    step: step.0.to_string(),
                    line: step.1,
                    from: text.clone(),
                    to: changed.clone(),
                },
                changed,
            }));
        }
        _ => {}
    }
}

/// The expression with each of its operators changed in turn.
fn other_texts(text: &str) -> Vec<String> {
    let (node, notices) = parse(text, Dialect::Names);
    if !notices.is_empty() {
        return Vec::new();
    }
    let count = operators(&mut node.clone(), None);
    let other = |place: usize| {
        let mut copy = node.clone();
        operators(&mut copy, Some(place));
        print(&copy)
    };
    (0..count).map(other).filter(|other| other != text).collect()
}

/// Counts the operators that can be another, and changes the one at `place`.
fn operators(node: &mut Node, place: Option<usize>) -> usize {
    let mut seen = 0;
    visit(node, &mut |node| {
        let is_here = place == Some(seen);
        match node {
            Node::Binary { op, .. } => {
                if let Some(other) = other_operator(*op) {
                    seen += 1;
                    if is_here {
                        *op = other;
                    }
                }
            }
            Node::Call { name, args } if args.len() == 2 => {
                let other = match name.as_str() {
                    "AND" => "OR",
                    "OR" => "AND",
                    _ => return,
                };
                seen += 1;
                if is_here {
                    *name = String::from(other);
                }
            }
            _ => {}
        }
    });
    seen
}

fn visit(node: &mut Node, see: &mut dyn FnMut(&mut Node)) {
    see(node);
    match node {
        Node::Call { args, .. } => args.iter_mut().for_each(|argument| visit(argument, see)),
        Node::MemberCall { object, args, .. } | Node::Index { object, args } => {
            visit(object, see);
            args.iter_mut().for_each(|argument| visit(argument, see));
        }
        Node::Member { object: inner, .. }
        | Node::Argument { value: inner, .. }
        | Node::Paren(inner)
        | Node::Unary { operand: inner, .. } => visit(inner, see),
        Node::Binary { left, right, .. } => {
            visit(left, see);
            visit(right, see);
        }
        _ => {}
    }
}

/// What stands for an operator in a mutant (the arithmetic and relational replacements of Offutt et al. 1996, one for each).
fn other_operator(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Add => BinaryOp::Subtract,
        BinaryOp::Subtract => BinaryOp::Add,
        BinaryOp::Multiply => BinaryOp::Divide,
        BinaryOp::Divide => BinaryOp::Multiply,
        BinaryOp::Equal => BinaryOp::NotEqual,
        BinaryOp::NotEqual => BinaryOp::Equal,
        BinaryOp::Less => BinaryOp::LessOrEqual,
        BinaryOp::LessOrEqual => BinaryOp::Less,
        BinaryOp::Greater => BinaryOp::GreaterOrEqual,
        BinaryOp::GreaterOrEqual => BinaryOp::Greater,
        _ => return None,
    })
}

fn changed(application: &Application, number: usize, mutation: &Mutation) -> Option<Application> {
    let mut mutant = application.clone();
    let workflow = mutant.workflows.get_mut(number)?;
    let mut value = serde_json::to_value(&*workflow).ok()?;
    *value.pointer_mut(&mutation.pointer)? = Value::String(mutation.changed.clone());
    *workflow = serde_json::from_value(value).ok()?;
    Some(mutant)
}

/// At most `count` of them, by chance that the seed decides (SplitMix64, Steele, Lea and Flood 2014).
fn sample<T>(mut all: Vec<T>, count: usize, seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut chosen = Vec::new();
    while chosen.len() < count && !all.is_empty() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let place = ((mixed ^ (mixed >> 31)) % all.len() as u64) as usize;
        chosen.push(all.swap_remove(place));
    }
    chosen
}
