//! Why a rule fires or not: the facts it reads and the smallest change that turns its answer, found by trying admissible values
//! (`rules/lib/values.json`) and asking the rule again. Never shows a person's name or address.

use serde::Serialize;
use serde_json::{Value, json};

use super::document::{self, Observed};
use super::edits::{self, Change};
use super::evaluate::{Answer, Hit, Program};
use super::rule::{self, Rule};
use super::{PolicyError, visible};
use crate::model::Application;

/// Facts shown at most; the number left out is told.
const MOST_FACTS: usize = 200;
/// Times a rule is asked in the search: at most, at least, and the items (fields and steps) looked at in all, so that a
/// large model costs seconds and not minutes. A count, not a time, so that the same input gives the same answer.
const MOST_TRIES: usize = 400;
const FEWEST_TRIES: usize = 10;
const MOST_ITEMS: usize = 60_000;
/// What says which data a field holds. Changing it is no remedy, so it is tried last for a rule that fired.
const CLASSES: [&str; 3] =
    ["dataModels[].fields[].semanticType", "dataModels[].fields[].type", "dataModels[].fields[].tags"];
/// Paths changed together at most.
const MOST_TOGETHER: usize = 3;

/// One rule's answer about one application.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub id: String,
    #[serde(rename = "ref")]
    pub reference: String,
    pub title: String,
    pub fired: bool,
    pub hits: Vec<Hit>,
    /// Why the rule gave no answer, if it gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What stands at the paths the rule reads; null for nothing.
    pub facts: Vec<Fact>,
    pub facts_left_out: usize,
    /// The smallest change found that turns the answer; `None` when none was found among the admissible values.
    pub flip: Option<Flip>,
    pub remedy: String,
}

/// One value a rule reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    pub path: String,
    pub value: Value,
}

/// A set of edits after which the rule answers the other way; each is needed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Flip {
    /// Whether the rule fires after the edits.
    pub fires: bool,
    pub edits: Vec<Edit>,
}

/// One value to set; null before means nothing was there, null after means to take it away. A path that ends in `[+]` is an item
/// appended to a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    pub path: String,
    pub before: Value,
    pub after: Value,
}

/// Explains one rule's answer about an application.
///
/// # Errors
/// `UnknownRule`, and those of `check`.
pub fn explain(
    rule_id: &str,
    application: &Application,
    observations: &Value,
    day: &str,
) -> Result<Explanation, PolicyError> {
    let rule = rule::loaded()?
        .iter()
        .find(|rule| rule.id == rule_id)
        .ok_or_else(|| PolicyError::UnknownRule { id: visible(rule_id) })?;
    let observed = document::observed(observations)?;
    let program = Program::new(std::slice::from_ref(rule))?;
    let answer = ask(&program, &document::document(application, &observed, day)?);
    let body =
        serde_json::to_value(application).map_err(|error| PolicyError::Application { reason: error.to_string() })?;
    let input = json!({"application": body, "findings": observed.findings, "inventory": observed.inventory});
    let (hits, fault) = match answer {
        Ok(hits) => (hits, None),
        Err(fault) => (Vec::new(), Some(fault.0)),
    };
    let fired = !hits.is_empty();
    let flip = match fault {
        None => Search { program: &program, input: &input, day, fired, tries_left: tries(application) }.flip(rule)?,
        Some(_) => None,
    };
    let (facts, facts_left_out) = facts(rule, &input);
    Ok(Explanation {
        id: rule.id.clone(),
        reference: rule.reference.clone(),
        title: rule.title.clone(),
        fired,
        hits,
        fault,
        facts,
        facts_left_out,
        flip,
        remedy: rule.remedy.clone(),
    })
}

fn tries(application: &Application) -> usize {
    let mut items = application.data_models.iter().map(|model| model.fields.len()).fold(1, usize::saturating_add);
    for workflow in &application.workflows {
        document::each_step(&workflow.steps, &mut |_| items = items.saturating_add(1));
    }
    MOST_ITEMS.checked_div(items).unwrap_or(MOST_TRIES).clamp(FEWEST_TRIES, MOST_TRIES)
}

fn ask(program: &Program<'_>, input: &Value) -> Answer {
    program.answers(input).into_iter().next().unwrap_or_else(|| Ok(Vec::new()))
}

/// The values at the paths a rule reads. Of lists only what is there is shown, of single members also that nothing is.
fn facts(rule: &Rule, input: &Value) -> (Vec<Fact>, usize) {
    let mut all: Vec<Fact> = Vec::new();
    for path in &rule.reads {
        for place in edits::places(input, path) {
            let value = edits::value_at(input, &place);
            if !value.is_null() || !path.contains("[]") {
                all.push(Fact { value: edits::shown_value(&place, value), path: place.shown });
            }
        }
    }
    let left_out = all.len().saturating_sub(MOST_FACTS);
    all.truncate(MOST_FACTS);
    (all, left_out)
}

/// The search for the smallest change. Deterministic: paths in the order the rule names them, values in the order of the list.
struct Search<'a> {
    program: &'a Program<'a>,
    input: &'a Value,
    day: &'a str,
    fired: bool,
    tries_left: usize,
}

impl Search<'_> {
    fn flip(mut self, rule: &Rule) -> Result<Option<Flip>, PolicyError> {
        let all: Vec<&str> = rule.reads.iter().map(String::as_str).collect();
        let remedies: Vec<&str> = all.iter().copied().filter(|path| !CLASSES.contains(path)).collect();
        let rounds = if self.fired { vec![remedies, all] } else { vec![all] };
        for paths in rounds {
            let candidates = self.candidates(&paths)?;
            for together in 1..=MOST_TOGETHER {
                if let Some(changes) = self.smallest(&candidates, together) {
                    return Ok(Some(self.told(&changes)));
                }
            }
        }
        Ok(None)
    }

    /// One candidate per path and admissible value: the value at every place of the path where it would be new.
    fn candidates(&self, paths: &[&str]) -> Result<Vec<(usize, Vec<Change>)>, PolicyError> {
        let admissible = rule::admissible()?;
        let mut found = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            let places = edits::places(self.input, path);
            for value in admissible.get(*path).into_iter().flatten().map(|value| self.filled(value)) {
                let changes: Vec<Change> = places
                    .iter()
                    .filter_map(|place| {
                        let after = edits::changed(edits::value_at(self.input, place), &value)?;
                        Some(Change { place: place.clone(), after })
                    })
                    .collect();
                if !changes.is_empty() {
                    found.push((number, changes));
                }
            }
        }
        Ok(found)
    }

    /// An admissible value with its placeholders filled: `$today`, and an item of a list once for each `$model` or `$host`.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text == "$today" => Value::from(self.day),
            Value::Array(items) => Value::Array(items.iter().flat_map(|item| self.repeated(item)).collect()),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(key, value)| (key.clone(), self.filled(value))).collect())
            }
            other => other.clone(),
        }
    }

    fn repeated(&self, item: &Value) -> Vec<Value> {
        let text = item.to_string();
        let (mark, path) = match (text.contains("$model"), text.contains("$host")) {
            (true, _) if item.get("steps").is_none() => ("$model", "dataModels[].name"),
            (_, true) => ("$host", "workflows[].steps[].host"),
            _ => return vec![self.filled(item)],
        };
        let mut names: Vec<&str> = edits::places(self.input, path)
            .iter()
            .filter_map(|place| edits::value_at(self.input, place).as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|name| with_name(item, mark, name)).collect()
    }

    /// The fewest changes among all combinations of `together` candidates about different paths.
    fn smallest(&mut self, candidates: &[(usize, Vec<Change>)], together: usize) -> Option<Vec<Change>> {
        let mut best: Option<Vec<Change>> = None;
        let mut open: Vec<(usize, Vec<usize>)> = vec![(0, Vec::new())];
        while let Some((next, chosen)) = open.pop() {
            if chosen.len() == together {
                let changes: Vec<Change> = chosen
                    .iter()
                    .filter_map(|at| candidates.get(*at))
                    .flat_map(|(_, changes)| changes.clone())
                    .collect();
                if self.turns(&changes) {
                    let least = self.minimised(changes);
                    if best.as_ref().is_none_or(|best| least.len() < best.len()) {
                        best = Some(least);
                    }
                }
                if self.tries_left == 0 || best.as_ref().is_some_and(|best| best.len() <= together) {
                    break;
                }
                continue;
            }
            for at in (next..candidates.len()).rev() {
                let path = candidates.get(at).map(|(path, _)| *path);
                if chosen.iter().all(|other| candidates.get(*other).map(|(path, _)| *path) != path) {
                    let mut more = chosen.clone();
                    more.push(at);
                    open.push((at.saturating_add(1), more));
                }
            }
        }
        best
    }

    /// Leaves out changes, halves first, as long as the answer stays turned (delta debugging).
    fn minimised(&mut self, changes: Vec<Change>) -> Vec<Change> {
        let mut kept = changes;
        let mut size = kept.len().div_ceil(2);
        while size >= 1 && kept.len() > 1 {
            let mut at = 0usize;
            while at < kept.len() {
                let end = at.saturating_add(size).min(kept.len());
                let without: Vec<Change> = kept
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| !(at..end).contains(index))
                    .map(|(_, one)| one.clone())
                    .collect();
                if !without.is_empty() && self.turns(&without) {
                    kept = without;
                } else {
                    at = end;
                }
            }
            size /= 2;
        }
        kept
    }

    /// Whether the rule answers the other way after these changes. A change that makes no application turns nothing.
    fn turns(&mut self, changes: &[Change]) -> bool {
        let Some(left) = self.tries_left.checked_sub(1) else { return false };
        self.tries_left = left;
        let mut input = self.input.clone();
        for change in changes {
            edits::apply(&mut input, change);
        }
        let Ok(application) = serde_json::from_value::<Application>(input["application"].take()) else { return false };
        let Ok(observed): Result<Observed, _> = document::observed(&input) else { return false };
        let Ok(document) = document::document(&application, &observed, self.day) else { return false };
        ask(self.program, &document).is_ok_and(|hits| hits.is_empty() == self.fired)
    }

    fn told(&self, changes: &[Change]) -> Flip {
        let edits = changes.iter().flat_map(|change| self.edits(change)).collect();
        Flip { fires: !self.fired, edits }
    }

    /// One edit, or one for each item that is appended to a list.
    fn edits(&self, change: &Change) -> Vec<Edit> {
        let before = edits::value_at(self.input, &change.place);
        let known = before.as_array().map_or(&[][..], Vec::as_slice);
        if let Some(added) =
            change.after.as_array().and_then(|after| after.strip_prefix(known)).filter(|added| !added.is_empty())
        {
            let path = format!("{}[+]", change.place.shown);
            return added
                .iter()
                .map(|item| Edit { path: path.clone(), before: Value::Null, after: item.clone() })
                .collect();
        }
        let before = edits::shown_value(&change.place, before);
        vec![Edit { path: change.place.shown.clone(), before, after: change.after.clone() }]
    }
}

fn with_name(value: &Value, mark: &str, name: &str) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace(mark, name)),
        Value::Array(items) => Value::Array(items.iter().map(|item| with_name(item, mark, name)).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.clone(), with_name(value, mark, name))).collect())
        }
        other => other.clone(),
    }
}
