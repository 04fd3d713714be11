//! Policy at its three gates: when scanned, before deployment, before each run. Brings model and observations together.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::PipelineError;
use super::owners::OwnerRow;
use super::workspace::recorded_observations;
use crate::facts::LinkFacts;
use crate::infer::Sighting;
use crate::model::{Application, Inference, Verdict};
use crate::policy::{self, RuleReport};

/// What scanning saw of an application beside its model. Kept as an object, so that the same facts can be put before the rules
/// again when a person decided something, before deployment and before each run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Seen {
    pub live_copies: u64,
    /// Of the copy that stands for the family.
    pub path: String,
    /// Models that forms and reports show.
    pub shown_models: Vec<String>,
    /// In the shape of `docs/policy.md`, section Observations.
    pub sightings: Vec<Value>,
    pub links: Vec<Value>,
    pub orphans: Vec<Value>,
}

impl Seen {
    /// What `policy::check` reads, for an application of this status.
    pub fn document(&self, status: &str) -> Value {
        let findings: Vec<&Value> = self.orphans.iter().chain(&self.links).chain(&self.sightings).collect();
        json!({
            "findings": findings,
            "inventory": {
                "liveCopies": self.live_copies, "status": status, "path": self.path, "viewFields": self.shown_models,
            },
        })
    }
}

/// Words of a folder, sheet or table that say its data are not live.
const ENVIRONMENTS: &[(&str, &str)] = &[
    ("test", "test"),
    ("tests", "test"),
    ("testdata", "test"),
    ("testdaten", "test"),
    ("uat", "test"),
    ("staging", "test"),
    ("sample", "sample"),
    ("samples", "sample"),
    ("demo", "sample"),
    ("beispiel", "sample"),
    ("beispiele", "sample"),
    ("fixture", "fixture"),
    ("fixtures", "fixture"),
];

/// Where data live: as the owner's record says, else as a folder above the file says; empty for production.
pub(super) fn environment(within: &str, owner: Option<&OwnerRow>) -> &'static str {
    if let Some(told) = owner.map(|owner| owner.environment.as_str()).filter(|told| !told.trim().is_empty()) {
        return named_environment(told);
    }
    let folders = within.rsplit_once('/').map_or("", |(folders, _)| folders);
    named_environment(folders)
}

fn named_environment(text: &str) -> &'static str {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| ENVIRONMENTS.iter().find(|(known, _)| *known == word)).map_or("", |(_, kind)| *kind)
}

/// A sighting in the shape the rules read. `elsewhere` names the copy it was seen in, when that is not the fullest one.
pub(super) fn finding(sighting: &Sighting, elsewhere: Option<&str>, environment: &str) -> Value {
    let location = match elsewhere {
        Some(file) => format!("{file}: {}", sighting.location),
        None => sighting.location.clone(),
    };
    let mut made = json!({ "kind": sighting.kind, "location": location, "hits": sighting.hits });
    let Some(members) = made.as_object_mut() else { return made };
    if sighting.kind == "luhn_pan" {
        let environment = if environment.is_empty() { named_environment(&sighting.container) } else { environment };
        members.insert(String::from("modelledAs"), json!(sighting.modelled_as));
        members.insert(String::from("knownTestRange"), json!(sighting.known_test_range));
        members.insert(String::from("environment"), json!(environment));
    }
    made
}

/// Relationships under which rows have no parent.
pub(super) fn orphans(inference: &Inference) -> Vec<Value> {
    let claims = inference.evidence.iter().filter(|evidence| evidence.subject.starts_with("/relationships/"));
    claims
        .filter_map(|evidence| {
            let hits = evidence.seen.saturating_sub(evidence.held);
            (hits > 0).then(|| json!({ "kind": "orphan_rows", "location": evidence.claim, "hits": hits }))
        })
        .collect()
}

/// Links to workbooks of which `is_known` says no.
pub(super) fn unknown_links(links: &[LinkFacts], is_known: &dyn Fn(&str) -> bool) -> Vec<Value> {
    links
        .iter()
        .filter(|link| link.kind == "workbook" && !is_known(&link.target))
        .map(|link| json!({ "kind": "external_link", "location": link.target, "inInventory": false }))
        .collect()
}

/// The event that records a decision.
pub(super) fn checked(application: &str, stage: &str, verdict: &Verdict) -> Value {
    json!({
        "application": application, "stage": stage, "decision": verdict.decision, "rules": rule_count(),
        "violations": verdict.violations,
    })
}

/// The decision about an application on `day`.
///
/// # Errors
/// `Policy` when the rules themselves cannot be loaded; a rule that errs denies.
pub(super) fn check_application(
    application: &Application,
    observations: &Value,
    day: &str,
) -> Result<Verdict, PipelineError> {
    policy::check(application, observations, day).map_err(|error| PipelineError::Policy { source: Box::new(error) })
}

/// How many rules are in force.
pub(super) fn rule_count() -> usize {
    rule_pages().len()
}

/// `daylight check`: the decision about a model before it is deployed. The rules see what the model's own steps show, what
/// scanning recorded under the application's id in the store at `data`, and the findings of a JSON file.
///
/// # Errors
/// When a file cannot be read or is not what it should be.
pub fn check_model(model: &Path, findings: Option<&Path>, day: &str, data: &Path) -> Result<Verdict, PipelineError> {
    let application = load_model(model)?;
    let mut seen = recorded(&application, data)?;
    add(&mut seen, &own_steps(&application));
    if let Some(path) = findings {
        let text = std::fs::read_to_string(path)
            .map_err(|source| PipelineError::ReadFile { path: path.to_path_buf(), source })?;
        let given: Value = serde_json::from_str(&text)
            .map_err(|source| PipelineError::Decode { what: path.display().to_string(), source })?;
        policy::check(&Application::default(), &given, day)
            .map_err(|source| PipelineError::Findings { path: path.to_path_buf(), source: Box::new(source) })?;
        add(&mut seen, &given);
    }
    check_application(&application, &seen, day)
}

/// What scanning recorded under the application's id; nothing when the store does not know it.
pub(super) fn recorded(application: &Application, data: &Path) -> Result<Value, PipelineError> {
    let Some(kept) = recorded_observations(data, &application.id)? else { return Ok(Value::Null) };
    let seen: Seen =
        serde_json::from_value(kept.object).map_err(|source| PipelineError::Decode { what: kept.id, source })?;
    Ok(seen.document(&kept.status))
}

/// What the steps of the model themselves show.
pub(super) fn own_steps(application: &Application) -> Value {
    let findings: Vec<Value> =
        crate::infer::secrets_in_steps(application).iter().map(|sighting| finding(sighting, None, "")).collect();
    json!({ "findings": findings })
}

/// Adds observations to others: findings are joined, facts of the inventory given later win.
pub(super) fn add(to: &mut Value, more: &Value) {
    let list = |value: &Value| match value {
        Value::Array(findings) => findings.clone(),
        other => other.get("findings").and_then(Value::as_array).cloned().unwrap_or_default(),
    };
    let mut findings = list(to);
    findings.extend(list(more));
    let mut inventory = to.get("inventory").and_then(Value::as_object).cloned().unwrap_or_default();
    inventory.extend(more.get("inventory").and_then(Value::as_object).cloned().unwrap_or_default());
    if let Some(copies) = more.get("liveCopies") {
        inventory.insert(String::from("liveCopies"), copies.clone());
    }
    *to = json!({ "findings": findings, "inventory": inventory });
}

/// Reads a model in the DSL.
///
/// # Errors
/// `ReadFile` and `Model`.
pub fn load_model(path: &Path) -> Result<Application, PipelineError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| PipelineError::ReadFile { path: path.to_path_buf(), source })?;
    crate::dsl::read(&text).map_err(|source| PipelineError::Model { path: path.to_path_buf(), source })
}

/// What changed in meaning from model `a` to model `b`.
///
/// # Errors
/// `ReadFile` and `Model`.
pub fn diff_models(a: &Path, b: &Path) -> Result<crate::dsl::SemanticDiff, PipelineError> {
    Ok(crate::dsl::diff(&load_model(a)?, &load_model(b)?))
}

/// Every rule with the outcome of its own cases.
///
/// # Errors
/// `Policy`.
pub fn test_rules() -> Result<Vec<RuleReport>, PipelineError> {
    policy::test_rules().map_err(|error| PipelineError::Policy { source: Box::new(error) })
}

/// The rules as their page shows them.
pub fn rule_pages() -> &'static [policy::Rule] {
    policy::rules()
}

/// Whether a rule fires on a model, on which facts, and the smallest change that flips it.
///
/// # Errors
/// `Unknown` for a rule that does not exist.
pub fn explain_rule(rule: &str, model: &Path, day: &str, data: &Path) -> Result<policy::Explanation, PipelineError> {
    let application = load_model(model)?;
    let mut seen = recorded(&application, data)?;
    add(&mut seen, &own_steps(&application));
    if !policy::rules().iter().any(|known| known.id == rule) {
        let known: Vec<&str> = policy::rules().iter().map(|known| known.id.as_str()).collect();
        return Err(PipelineError::Unknown { name: rule.to_string(), place: "policy", known: known.join(", ") });
    }
    policy::explain(rule, &application, &seen, day).map_err(|error| PipelineError::Policy { source: Box::new(error) })
}

/// The proposed tags with their evidence, each field once, in the shape of the event `fields.tagged`.
pub(super) fn tagged_fields(inference: &Inference) -> Vec<Value> {
    let mut found = Vec::new();
    let mut taken = std::collections::BTreeSet::new();
    for model in &inference.application.data_models {
        for field in model.fields.iter().filter(|field| !field.tags.is_empty()) {
            let name = format!("{}.{}", model.name, field.name);
            if !taken.insert(name.clone()) {
                continue;
            }
            let subject = format!("/dataModels/{}/fields/{}", model.name, field.name);
            let evidence = inference.evidence.iter().find(|evidence| {
                evidence.subject == subject
                    && (evidence.claim.starts_with("semantic") || evidence.claim.starts_with("tag"))
            });
            found.push(json!({
                "field": name,
                "semanticType": field.semantic_type.clone().unwrap_or_else(|| field.kind.clone()),
                "tags": field.tags,
                "rule": evidence.map_or("", |evidence| evidence.rule.as_str()),
                "held": evidence.map_or(0, |evidence| evidence.held),
                "seen": evidence.map_or(0, |evidence| evidence.seen),
                "place": evidence.map_or("", |evidence| evidence.place.as_str()),
                "confidence": evidence.map_or(0.0, |evidence| evidence.confidence),
                "against": evidence.map(|evidence| evidence.counter_examples.clone()).unwrap_or_default(),
            }));
        }
    }
    found
}
