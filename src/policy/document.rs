//! The document rules see as `input`: the application, what was observed beside it, the day, and an index that saves
//! every rule from walking nested steps. Judges nothing; the same arguments give the same document.

use serde_json::{Map, Value, json};

use super::PolicyError;
use super::index;
use crate::model::{Action, Application, Day, Step};

/// Kinds of findings the rules know.
pub const FINDING_KINDS: [&str; 8] = [
    "pii_in_free_text",
    "luhn_pan",
    "hardcoded_secret",
    "unsupported_construct",
    "orphan_rows",
    "external_link",
    "hardcoded_constant",
    "formula_overwritten",
];

/// What was seen beside the model, in one shape.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Observed {
    pub findings: Vec<Value>,
    pub inventory: Map<String, Value>,
}

/// Builds `input` for a decision on `day` (`YYYY-MM-DD`).
pub(super) fn document(application: &Application, observed: &Observed, day: &str) -> Result<Value, PolicyError> {
    let mut body =
        serde_json::to_value(application).map_err(|error| PolicyError::Application { reason: error.to_string() })?;
    let allowed = &application.metadata.network_allow;
    let index = index::take(&mut body, allowed);
    for (key, day) in [
        ("attestedDay", &application.metadata.attested_day),
        ("scopeConfirmedDay", &application.metadata.scope_confirmed_day),
    ] {
        set_day(&mut body, key, day.as_ref());
    }
    let mut findings: Vec<Value> = observed.findings.iter().map(|finding| complete(finding, &application.id)).collect();
    findings.extend(unconverted(application));
    Ok(json!({
        "application": body,
        "findings": findings,
        "inventory": observed.inventory,
        "now": unix_day(day).ok_or_else(|| PolicyError::Day { day: day.to_string() })?,
        "index": index,
    }))
}

/// Reads observations: nothing, a list of findings, or an object with `findings`, `inventory` and `liveCopies`.
pub(super) fn observed(observations: &Value) -> Result<Observed, PolicyError> {
    let mut seen = Observed::default();
    let list = match observations {
        Value::Null => None,
        Value::Array(_) => Some(observations),
        Value::Object(fields) => {
            match fields.get("inventory") {
                None | Some(Value::Null) => {}
                Some(Value::Object(inventory)) => seen.inventory = inventory.clone(),
                Some(_) => return Err(wrong("`inventory` is no object")),
            }
            if let Some(copies) = fields.get("liveCopies") {
                seen.inventory.entry("liveCopies").or_insert_with(|| copies.clone());
            }
            fields.get("findings").filter(|list| !list.is_null())
        }
        _ => return Err(wrong("neither a list of findings nor an object")),
    };
    match list {
        None => {}
        Some(Value::Array(findings)) => seen.findings.clone_from(findings),
        Some(_) => return Err(wrong("`findings` is no list")),
    }
    if seen.findings.iter().any(|finding| finding.get("kind").and_then(Value::as_str).is_none()) {
        return Err(wrong("a finding has no `kind`"));
    }
    if seen.inventory.get("liveCopies").is_some_and(|copies| !copies.is_number() && !copies.is_null()) {
        return Err(wrong("`liveCopies` is no number"));
    }
    seen.inventory.retain(|_, value| !value.is_null());
    Ok(seen)
}

fn wrong(reason: &str) -> PolicyError {
    PolicyError::Observations { reason: reason.to_string() }
}

/// A finding with every member the rules read, so that a missing one cannot silence a rule.
fn complete(finding: &Value, application: &str) -> Value {
    let mut whole = finding.as_object().cloned().unwrap_or_default();
    if whole.get("location").and_then(Value::as_str).is_none_or(str::is_empty) {
        whole.insert(String::from("location"), json!(application));
    }
    if whole.get("hits").and_then(Value::as_u64).is_none() {
        whole.insert(String::from("hits"), json!(1));
    }
    if whole.get("detail").and_then(Value::as_str).is_none() {
        whole.insert(String::from("detail"), json!("no detail given"));
    }
    Value::Object(whole)
}

/// One finding per workflow and reason for steps that were not converted, unless a person reviewed the workflow.
fn unconverted(application: &Application) -> Vec<Value> {
    let mut found = Vec::new();
    for workflow in application.workflows.iter().filter(|workflow| workflow.reviewed_by.is_none()) {
        let mut reasons: Vec<(&str, String, u64)> = Vec::new();
        each_step(&workflow.steps, &mut |step| {
            let Action::Manual { reason, .. } = &step.action else { return };
            match reasons.iter_mut().find(|(known, _, _)| known == reason) {
                Some((_, _, hits)) => *hits = hits.saturating_add(1),
                None => reasons.push((reason, format!("{}/{}", workflow.name, step.id), 1)),
            }
        });
        for (reason, location, hits) in reasons {
            let detail = if hits == 1 { reason.to_string() } else { format!("{reason} ({hits} places)") };
            found.push(json!({"kind": "unsupported_construct", "location": location, "detail": detail, "hits": hits}));
        }
    }
    found
}

/// Visits every step, a parent before its children.
pub(super) fn each_step<'a>(steps: &'a [Step], visit: &mut impl FnMut(&'a Step)) {
    let mut open: Vec<&Step> = steps.iter().rev().collect();
    while let Some(step) = open.pop() {
        visit(step);
        open.extend(crate::dsl::branches(&step.action).into_iter().rev().flat_map(|branch| branch.iter().rev()));
    }
}

/// Puts a day as days since 1970-01-01; a text that is no day is left out, as if nobody had given one.
fn set_day(body: &mut Value, key: &str, day: Option<&Day>) {
    let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let number = match day {
        Some(Day::Number(number)) => Some(*number),
        Some(Day::Text(text)) => text.get(..10).and_then(unix_day),
        None => None,
    };
    match number {
        Some(number) => metadata.insert(key.to_string(), json!(number)),
        None => metadata.remove(key),
    };
}

/// Days since 1970-01-01 of an ISO 8601 day.
pub(super) fn unix_day(text: &str) -> Option<i64> {
    let day: jiff::civil::Date = text.parse().ok()?;
    let start = jiff::civil::date(1970, 1, 1);
    start.until(day).ok().map(|span| i64::from(span.get_days()))
}

/// The document of an application with nothing in it, to warm up an engine.
pub(super) fn empty() -> Value {
    document(&Application::default(), &Observed::default(), "1970-01-01").unwrap_or(Value::Null)
}
