//! Changes of steps. Lists are aligned by content (longest common subsequence), what is left by id and kind; ids, sources,
//! grades and notes are no content, because a re-conversion of moved code gives new ones.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::{Action, Step};

use super::super::ids::{branches, branches_mut};
use super::{ChangeKind, Effect, Log, changed, json};

/// Above this many comparisons the alignment is by hash only. (Own choice: 4 million cells are 16 MB and some milliseconds.)
const MAX_TABLE: usize = 4_000_000;

pub(super) fn steps(log: &mut Log, path: &str, before: &[Step], after: &[Step]) {
    let old: Vec<u64> = before.iter().map(content).collect();
    let new: Vec<u64> = after.iter().map(content).collect();
    if old == new {
        return;
    }
    let pairs = aligned(&old, &new);
    let (paired_old, paired_new): (HashSet<usize>, HashSet<usize>) = pairs.into_iter().unzip();
    let mut free_old: Vec<usize> = (0..old.len()).filter(|place| !paired_old.contains(place)).collect();
    let mut free_new: Vec<usize> = (0..new.len()).filter(|place| !paired_new.contains(place)).collect();
    moved(log, path, (before, &old, &mut free_old), (after, &new, &mut free_new));
    revised(log, path, (before, &mut free_old), (after, &mut free_new));
    for step in free_old.iter().filter_map(|place| before.get(*place)) {
        log.add(&at(path, step), ChangeKind::StepRemoved, Effect::Breaking, summary(step));
    }
    for step in free_new.iter().filter_map(|place| after.get(*place)) {
        log.add(&at(path, step), ChangeKind::StepAdded, Effect::Compatible, summary(step));
    }
}

fn at(path: &str, step: &Step) -> String {
    format!("{path}/{}", step.id)
}

type Side<'a> = (&'a [Step], &'a [u64], &'a mut Vec<usize>);

/// Equal content in another place.
fn moved(log: &mut Log, path: &str, (before, old, free_old): Side, (_, new, free_new): Side) {
    free_old.retain(|place| {
        let hash = old.get(*place);
        let Some(found) = free_new.iter().position(|other| new.get(*other) == hash) else {
            return true;
        };
        let target = free_new.remove(found);
        if let Some(step) = before.get(*place) {
            let detail = changed(&format!("place {}", place.saturating_add(1)), &target.saturating_add(1).to_string());
            log.add(&at(path, step), ChangeKind::StepMoved, Effect::Compatible, detail);
        }
        false
    });
}

/// The same id, or else the same kind in the same relative order, is one step that changed.
fn revised(
    log: &mut Log,
    path: &str,
    (before, free_old): (&[Step], &mut Vec<usize>),
    (after, free_new): (&[Step], &mut Vec<usize>),
) {
    if free_old.len().saturating_mul(free_new.len()) > MAX_TABLE {
        return;
    }
    free_old.retain(|place| {
        let Some(step) = before.get(*place) else {
            return true;
        };
        let kind = kind_of(step);
        let alike = |other: &&usize| after.get(**other).is_some_and(|one| kind_of(one) == kind);
        let found = free_new
            .iter()
            .filter(alike)
            .find(|other| after.get(**other).is_some_and(|one| one.id == step.id))
            .or_else(|| free_new.iter().find(alike))
            .copied();
        let Some(other) = found.and_then(|found| after.get(found)) else {
            return true;
        };
        free_new.retain(|one| Some(*one) != found);
        one_step(log, path, step, other);
        false
    });
}

fn one_step(log: &mut Log, path: &str, before: &Step, after: &Step) {
    let path = at(path, before);
    if before.retry_policy != after.retry_policy {
        let detail = changed(&json(&before.retry_policy).to_string(), &json(&after.retry_policy).to_string());
        log.add(&path, ChangeKind::RetryChanged, Effect::Compatible, detail);
    }
    let (mut old_head, mut new_head) = (head(before), head(after));
    (old_head.retry_policy, new_head.retry_policy) = (None, None);
    if old_head != new_head {
        let detail = changed(&summary(&old_head), &summary(&new_head));
        log.add(&path, ChangeKind::StepChanged, Effect::Compatible, detail);
    }
    let (old, new) = (branches(&before.action), branches(&after.action));
    let none = Vec::new();
    for place in 0..old.len().max(new.len()) {
        steps(log, &path, old.get(place).copied().unwrap_or(&none), new.get(place).copied().unwrap_or(&none));
    }
}

/// The step without what is below it and without what carries no meaning.
fn head(step: &Step) -> Step {
    let mut head = bare(step);
    for branch in branches_mut(&mut head.action) {
        branch.clear();
    }
    head
}

fn bare(step: &Step) -> Step {
    Step { id: String::new(), source: Vec::new(), note: None, grade: None, ..step.clone() }
}

fn kind_of(step: &Step) -> std::mem::Discriminant<Action> {
    std::mem::discriminant(&step.action)
}

/// One line for a person: the head of the step as JSON, without its empty id.
fn summary(step: &Step) -> String {
    let mut value = json(&head(step));
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|key, field| key != "id" && field.as_array().is_none_or(|list| !list.is_empty()));
    }
    value.to_string()
}

/// A hash of everything a step means, its branches included.
fn content(step: &Step) -> u64 {
    let mut hasher = DefaultHasher::new();
    json(&head(step)).to_string().hash(&mut hasher);
    if let Action::Switch { cases, .. } = &step.action {
        cases.len().hash(&mut hasher);
    }
    for branch in branches(&step.action) {
        branch.len().hash(&mut hasher);
        branch.iter().for_each(|below| content(below).hash(&mut hasher));
    }
    hasher.finish()
}

/// Pairs of places with equal content, both rising.
fn aligned(old: &[u64], new: &[u64]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MAX_TABLE {
        return aligned_by_hash(old, new);
    }
    let width = new.len().saturating_add(1);
    let mut table = vec![0u32; width.saturating_mul(old.len().saturating_add(1))];
    let get = |table: &[u32], a: usize, b: usize| table.get(a * width + b).copied().unwrap_or(0);
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            let best = if old.get(a) == new.get(b) {
                get(&table, a + 1, b + 1).saturating_add(1)
            } else {
                get(&table, a + 1, b).max(get(&table, a, b + 1))
            };
            if let Some(cell) = table.get_mut(a * width + b) {
                *cell = best;
            }
        }
    }
    let (mut a, mut b, mut pairs) = (0, 0, Vec::new());
    while a < old.len() && b < new.len() {
        if old.get(a) == new.get(b) {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if get(&table, a + 1, b) >= get(&table, a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

fn aligned_by_hash(old: &[u64], new: &[u64]) -> Vec<(usize, usize)> {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (place, hash) in new.iter().enumerate().rev() {
        places.entry(*hash).or_default().push(place);
    }
    let mut last = None;
    let mut pairs = Vec::new();
    for (place, hash) in old.iter().enumerate() {
        let Some(list) = places.get_mut(hash) else { continue };
        while list.last().is_some_and(|found| last.is_some_and(|last| *found <= last)) {
            list.pop();
        }
        if let Some(found) = list.pop() {
            last = Some(found);
            pairs.push((place, found));
        }
    }
    pairs
}
