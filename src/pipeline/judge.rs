//! Policy at its three gates: when scanned, before deployment, before each run. Brings model and observations together.

use std::path::Path;

use serde_json::{Value, json};

use super::PipelineError;
use crate::facts::LinkFacts;
use crate::model::{Application, Inference, Verdict};
use crate::policy::{self, RuleReport};

/// What scanning saw beside the model, in the shape `policy::check` reads: how many copies are alive, rows without a
/// parent, and links to files of which `is_known` says no.
pub(super) fn observations(
    live_copies: u64,
    inference: &Inference,
    links: &[LinkFacts],
    is_known: &dyn Fn(&str) -> bool,
) -> Value {
    let orphans =
        inference.evidence.iter().filter(|evidence| evidence.subject.starts_with("/relationships/")).filter_map(
            |evidence| {
                let hits = evidence.seen.saturating_sub(evidence.held);
                (hits > 0).then(|| json!({ "kind": "orphan_rows", "location": evidence.claim, "hits": hits }))
            },
        );
    let outside = links
        .iter()
        .filter(|link| link.kind == "workbook" && !is_known(&link.target))
        .map(|link| json!({ "kind": "external_link", "location": link.target, "inInventory": false }));
    let findings: Vec<Value> = orphans.chain(outside).collect();
    json!({ "findings": findings, "inventory": { "liveCopies": live_copies } })
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

/// `daylight check`: the decision about a model file with optional findings from a JSON file.
///
/// # Errors
/// When a file cannot be read or is not what it should be.
pub fn check_model(model: &Path, findings: Option<&Path>, day: &str) -> Result<Verdict, PipelineError> {
    let application = load_model(model)?;
    let seen = match findings {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|source| PipelineError::ReadFile { path: path.to_path_buf(), source })?;
            serde_json::from_str(&text)
                .map_err(|source| PipelineError::Decode { what: path.display().to_string(), source })?
        }
        None => Value::Null,
    };
    check_application(&application, &seen, day)
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
pub fn explain_rule(rule: &str, model: &Path, day: &str) -> Result<policy::Explanation, PipelineError> {
    let application = load_model(model)?;
    let seen = Value::Null;
    if !policy::rules().iter().any(|known| known.id == rule) {
        let known: Vec<&str> = policy::rules().iter().map(|known| known.id.as_str()).collect();
        return Err(PipelineError::Unknown { name: rule.to_string(), place: "policy", known: known.join(", ") });
    }
    policy::explain(rule, &application, &seen, day).map_err(|error| PipelineError::Policy { source: Box::new(error) })
}

/// The proposed tags with their evidence, in the shape of the event `fields.tagged`.
pub(super) fn tagged_fields(inference: &Inference) -> Vec<Value> {
    let mut found = Vec::new();
    for model in &inference.application.data_models {
        for field in model.fields.iter().filter(|field| !field.tags.is_empty()) {
            let subject = format!("/dataModels/{}/fields/{}", model.name, field.name);
            let evidence = inference.evidence.iter().find(|evidence| {
                evidence.subject == subject
                    && (evidence.claim.starts_with("semantic") || evidence.claim.starts_with("tag"))
            });
            found.push(json!({
                "field": format!("{}.{}", model.name, field.name),
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
