//! Step ids: derived from position where absent (`s1`, `s1.2`), unique in their workflow.

use std::collections::HashSet;

use crate::model::{Action, Application, Step};

/// Gives every step without an id one: `s` and its number at the top, its parent's id, a point and its number below.
/// Numbers run over all branches of the parent in order. An id that is taken gets `-2`, `-3`...
pub fn assign_ids(application: &mut Application) {
    for workflow in &mut application.workflows {
        assign_step_ids(&mut workflow.steps);
    }
}

/// `assign_ids` for the steps of one workflow.
pub fn assign_step_ids(steps: &mut [Step]) {
    let mut taken = HashSet::new();
    collect(steps, &mut taken);
    let mut number = 0usize;
    assign(steps, "s", &mut number, &mut taken);
}

fn collect(steps: &[Step], taken: &mut HashSet<String>) {
    for step in steps {
        if !step.id.is_empty() {
            taken.insert(step.id.clone());
        }
        for branch in branches(&step.action) {
            collect(branch, taken);
        }
    }
}

fn assign(steps: &mut [Step], prefix: &str, number: &mut usize, taken: &mut HashSet<String>) {
    for step in steps {
        *number = number.saturating_add(1);
        if step.id.is_empty() {
            step.id = free_id(format!("{prefix}{number}"), taken);
        }
        let below = format!("{}.", step.id);
        let mut count = 0usize;
        for branch in branches_mut(&mut step.action) {
            assign(branch, &below, &mut count, taken);
        }
    }
}

fn free_id(wanted: String, taken: &mut HashSet<String>) -> String {
    let mut id = wanted.clone();
    let mut attempt = 2usize;
    while !taken.insert(id.clone()) {
        id = format!("{wanted}-{attempt}");
        attempt = attempt.saturating_add(1);
    }
    id
}

/// The first step whose id another step of its workflow has: the workflow's JSON pointer and the id.
pub(super) fn duplicate_step(application: &Application) -> Option<(String, String)> {
    for (place, workflow) in application.workflows.iter().enumerate() {
        let mut seen = HashSet::new();
        if let Some(id) = first_repeated(&workflow.steps, &mut seen) {
            return Some((format!("/workflows/{place}"), id));
        }
    }
    None
}

fn first_repeated<'a>(steps: &'a [Step], seen: &mut HashSet<&'a str>) -> Option<String> {
    for step in steps {
        if !seen.insert(&step.id) {
            return Some(step.id.clone());
        }
        for branch in branches(&step.action) {
            if let Some(id) = first_repeated(branch, seen) {
                return Some(id);
            }
        }
    }
    None
}

/// The lists of steps inside a step, in the order of the text.
pub fn branches(action: &Action) -> Vec<&Vec<Step>> {
    match action {
        Action::Sequence { steps }
        | Action::ForEach { steps, .. }
        | Action::For { steps, .. }
        | Action::While { steps, .. } => vec![steps],
        Action::If { then, otherwise, .. } | Action::Approval { then, otherwise, .. } => vec![then, otherwise],
        Action::TryCatch { steps, handler } => vec![steps, handler],
        Action::Switch { cases, otherwise, .. } => {
            cases.iter().map(|case| &case.steps).chain(std::iter::once(otherwise)).collect()
        }
        _ => Vec::new(),
    }
}

/// As `branches`, to change them.
pub fn branches_mut(action: &mut Action) -> Vec<&mut Vec<Step>> {
    match action {
        Action::Sequence { steps }
        | Action::ForEach { steps, .. }
        | Action::For { steps, .. }
        | Action::While { steps, .. } => vec![steps],
        Action::If { then, otherwise, .. } | Action::Approval { then, otherwise, .. } => vec![then, otherwise],
        Action::TryCatch { steps, handler } => vec![steps, handler],
        Action::Switch { cases, otherwise, .. } => {
            cases.iter_mut().map(|case| &mut case.steps).chain(std::iter::once(otherwise)).collect()
        }
        _ => Vec::new(),
    }
}
