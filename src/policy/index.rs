//! The index of `input`: every field with its words, every step at whatever depth, flat. Built in one walk over the JSON
//! form of the application, out of which the steps are taken so that nothing is held twice. Judges nothing.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value, json};

use super::hosts;

/// Members of a step that hold further steps.
const BRANCHES: [&str; 4] = ["steps", "then", "else", "catch"];
/// Members of a step that are about the legacy text, not about what the step does.
const ABOUT: [&str; 6] = ["source", "note", "reason", "text", "id", "type"];
/// Members of a workflow no rule reads.
const UNREAD: [&str; 4] = ["variables", "unmapped", "inputs", "outputs"];

/// Members by which a step says something about data protection or the outside.
const TELLING: [&str; 11] = [
    "external",
    "network",
    "host",
    "tls",
    "decision",
    "humanReview",
    "authorisation",
    "encrypted",
    "service",
    "retryPolicy",
    "timeoutMs",
];
/// Types of steps that rules ask for by name.
const ASKED_FOR: [&str; 10] = [
    "apiCall",
    "sendEmail",
    "chatMessage",
    "exportFile",
    "exportDocument",
    "importFile",
    "writeFile",
    "print",
    "data",
    "log",
];

/// Takes steps and code modules out of `body` (the application's JSON form) and gives `{fields, steps, stepCount}`. Steps
/// that touch no field and neither are of a type nor have a member that rules ask for are only counted: in converted code
/// they are nearly all, and a decision must not take longer for them.
pub(super) fn take(body: &mut Value, allowed: &[String]) -> Value {
    let fields = fields(body);
    let known: HashSet<String> =
        fields.iter().filter_map(|field| field.get("path").and_then(Value::as_str)).map(str::to_string).collect();
    if let Some(application) = body.as_object_mut() {
        application.remove("modules");
    }
    let mut steps = Vec::new();
    let mut count = 0u64;
    for workflow in list_mut(body, "workflows") {
        let Some(workflow) = workflow.as_object_mut() else { continue };
        for member in UNREAD {
            workflow.remove(member);
        }
        let name = workflow.get("name").and_then(Value::as_str).unwrap_or_default().to_string();
        let Some(Value::Array(top)) = workflow.remove("steps") else { continue };
        flatten(top, &mut |step| {
            count = count.saturating_add(1);
            steps.extend(entry(&name, step, &known, allowed));
        });
    }
    json!({ "fields": fields, "steps": steps, "stepCount": count })
}

fn list_mut<'a>(body: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    body.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten()
}

fn fields(body: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for model in body.get("dataModels").and_then(Value::as_array).into_iter().flatten() {
        let name = model.get("name").and_then(Value::as_str).unwrap_or_default();
        for field in model.get("fields").and_then(Value::as_array).into_iter().flatten() {
            let of = field.get("name").and_then(Value::as_str).unwrap_or_default();
            found.push(json!({
                "model": name,
                "path": format!("{name}.{of}"),
                "kinds": kinds(field),
                "tags": words(field.get("tags")),
                "storage": field.pointer("/storage/method").and_then(Value::as_str).unwrap_or("plain"),
                "field": field,
            }));
        }
    }
    found
}

/// The semantic type and the type of a field, without length and case: hand-written models use either.
fn kinds(field: &Value) -> BTreeSet<String> {
    ["semanticType", "type"]
        .iter()
        .filter_map(|key| field.get(key).and_then(Value::as_str))
        .map(|kind| kind.split('(').next().unwrap_or_default().trim().to_lowercase())
        .filter(|kind| !kind.is_empty())
        .collect()
}

fn words(list: Option<&Value>) -> BTreeSet<String> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|word| word.trim().to_lowercase())
        .collect()
}

/// Gives every step without its children, a parent before them, in the order of the text.
fn flatten(top: Vec<Value>, give: &mut impl FnMut(Map<String, Value>)) {
    let mut open: Vec<Value> = top.into_iter().rev().collect();
    while let Some(step) = open.pop() {
        let Value::Object(mut step) = step else { continue };
        let mut children = Vec::new();
        for branch in BRANCHES {
            if let Some(Value::Array(steps)) = step.remove(branch) {
                children.extend(steps);
            }
        }
        for case in step.get_mut("cases").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(Value::Array(steps)) = case.as_object_mut().and_then(|case| case.remove("steps")) {
                children.extend(steps);
            }
        }
        open.extend(children.into_iter().rev());
        give(step);
    }
}

/// One step as rules see it; `None` for a step no rule can ask for.
fn entry(workflow: &str, step: Map<String, Value>, known: &HashSet<String>, allowed: &[String]) -> Option<Value> {
    let id = step.get("id").and_then(Value::as_str).unwrap_or_default().to_string();
    let kind = step.get("type").and_then(Value::as_str).unwrap_or_default().to_string();
    let mentioned = mentions(&step, known);
    let mut touches: BTreeSet<String> = texts(step.get("reads")).chain(texts(step.get("writes"))).collect();
    touches.extend(mentioned.iter().cloned());
    if let (Some(model), Some(values)) =
        (step.get("model").and_then(Value::as_str), step.get("values").and_then(Value::as_object))
    {
        touches.extend(values.keys().map(|field| format!("{model}.{field}")));
    }
    let mut logs: BTreeSet<String> = texts(step.get("logFields")).collect();
    if kind == "log" {
        logs.extend(mentioned);
    }
    let told = ASKED_FOR.contains(&kind.as_str()) || TELLING.iter().any(|member| step.contains_key(*member));
    if !told && touches.is_empty() && logs.is_empty() {
        return None;
    }
    let host_allowed = step.get("host").and_then(Value::as_str).is_some_and(|host| hosts::allowed(allowed, host));
    Some(json!({
        "workflow": workflow,
        "id": id,
        "object": format!("{workflow}/{id}"),
        "type": kind,
        "touches": touches,
        "logs": logs,
        "hostAllowed": host_allowed,
        "step": step,
    }))
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = String> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_string)
}

/// Fields of the application that the step's expressions name as `Model.field`.
fn mentions(step: &Map<String, Value>, known: &HashSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Value> =
        step.iter().filter(|(key, _)| !ABOUT.contains(&key.as_str())).map(|(_, value)| value).collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => names_in(text, known, &mut found),
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    found
}

/// Names in an expression: letters, digits and underscores, or anything in brackets, joined by points.
fn names_in(text: &str, known: &HashSet<String>, found: &mut BTreeSet<String>) {
    if !text.contains('.') {
        return;
    }
    let mut parts: Vec<String> = vec![String::new()];
    let mut bracket = false;
    for letter in text.chars().chain(std::iter::once(' ')) {
        match letter {
            '[' if !bracket => bracket = true,
            ']' if bracket => bracket = false,
            '.' if !bracket => parts.push(String::new()),
            _ if bracket || letter.is_alphanumeric() || letter == '_' => {
                if let Some(last) = parts.last_mut() {
                    last.push(letter);
                }
            }
            _ => {
                keep_pairs(&parts, known, found);
                parts = vec![String::new()];
            }
        }
    }
    keep_pairs(&parts, known, found);
}

fn keep_pairs(parts: &[String], known: &HashSet<String>, found: &mut BTreeSet<String>) {
    for pair in parts.windows(2) {
        let path = pair.join(".");
        if known.contains(&path) {
            found.insert(path);
        }
    }
}
