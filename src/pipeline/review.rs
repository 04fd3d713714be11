//! Decisions of compliance officers about proposed tags: append-only, with a reason where one is owed. What a person decided
//! wins over every rule of inference: it is put into the model at once and again at every scan, and policy decides anew.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::judge::{self, Seen};
use super::owners::{self, OwnerRow};
use super::{ApplicationRow, PipelineError, TagRow, Workspace};
use crate::model::{Application, Inference};

/// What an officer answers to a proposed tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The tag is right.
    Accept,
    /// Another tag is right.
    Change,
    /// No tag is right.
    Reject,
    /// The last answer is taken back: the proposal is open again.
    Undo,
}

/// Tags a field may carry (`docs/policy.md`).
pub const TAGS: &[&str] = &["personal", "special", "criminal", "nationalId", "CHD", "SAD"];

/// Longest reason that is kept, in characters.
const LONGEST_REASON: usize = 2000;

/// Records a decision about `field` (`Model.field`) of an application.
///
/// # Errors
/// `Argument` when a reason or the new tags are missing, `Unknown` when nothing of that name was proposed.
pub fn decide(
    workspace: &Workspace,
    actor: &str,
    application: &str,
    field: &str,
    answer: Answer,
    tags: &[String],
    reason: &str,
) -> Result<(), PipelineError> {
    let _turn = workspace.take_turn();
    let mut proposed = workspace.tags()?;
    let Some(found) = proposed.iter().find(|tag| tag.application == application && tag.field == field) else {
        return Err(PipelineError::Unknown {
            name: format!("{application}: {field}"),
            place: "review queue",
            known: String::from("see /review"),
        });
    };
    let argument = |reason: &str| PipelineError::Argument { what: String::from("the decision"), reason: reason.into() };
    if answer == Answer::Undo && found.answer.is_empty() {
        return Err(argument("there is no decision to take back; nothing was recorded"));
    }
    if matches!(answer, Answer::Change | Answer::Reject) && reason.trim().is_empty() {
        return Err(argument("a change or a rejection needs a reason; nothing was recorded"));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(argument("the reason is longer than 2,000 characters; nothing was recorded"));
    }
    let decided: Vec<String> = match answer {
        Answer::Accept | Answer::Undo => found.tags.clone(),
        Answer::Change => tags.to_vec(),
        Answer::Reject => Vec::new(),
    };
    if answer == Answer::Change && (decided.is_empty() || decided.iter().any(|tag| !TAGS.contains(&tag.as_str()))) {
        return Err(argument("a change names at least one of the known tags; nothing was recorded"));
    }
    let event = json!({
        "application": application, "field": field, "answer": answer, "tags": decided, "reason": reason.trim(),
    });
    for tag in proposed.iter_mut().filter(|tag| tag.application == application && tag.field == field) {
        // An answer that was taken back leaves the proposal open.
        let word = super::contents::word(&answer);
        tag.answer = if word == "undo" { String::new() } else { word };
        tag.decided_tags = Some(decided.clone());
    }
    let row = workspace.applications()?.into_iter().find(|row| row.application == application);
    let mut events = match row {
        Some(row) => judged_anew(workspace, &row, &proposed, &owners::rows(workspace)?, "review")?,
        None => Vec::new(),
    };
    events.push(("tag.decided", event));
    workspace.record(actor, events)
}

/// Puts people's decisions into a model: accepted and changed tags as decided, rejected proposals taken back.
pub(super) fn apply_decisions(application: &mut Application, tags: &[TagRow]) {
    let decided: Vec<&TagRow> =
        tags.iter().filter(|tag| tag.application == application.id && !tag.answer.is_empty()).collect();
    for model in &mut application.data_models {
        for field in &mut model.fields {
            let name = format!("{}.{}", model.name, field.name);
            let Some(tag) = decided.iter().find(|tag| tag.field == name) else { continue };
            field.tags = tag.decided_tags.clone().unwrap_or_default();
            if field.tags.is_empty() {
                field.semantic_type = None;
            }
        }
    }
}

/// Events that hold an application's model with the decisions in it and the policy decision that follows.
fn judged_anew<'e>(
    workspace: &Workspace,
    row: &ApplicationRow,
    tags: &[TagRow],
    owners: &[OwnerRow],
    stage: &str,
) -> Result<Vec<(&'e str, Value)>, PipelineError> {
    if row.inference.is_empty() || row.observations.is_empty() {
        return Ok(Vec::new());
    }
    let inference: Inference = workspace.fetch(&row.inference)?;
    let seen: Seen = workspace.fetch(&row.observations)?;
    let mut application = inference.application;
    let sources = application.metadata.sources.clone();
    let owner = owners::of_paths(sources.iter().map(String::as_str), owners);
    if let Some(owner) = owner {
        owners::apply(&mut application, owner);
    }
    apply_decisions(&mut application, tags);
    let status = owners::status_of(workspace, &row.application, owner)?;
    let verdict = judge::check_application(&application, &seen.document(&status), &workspace.today())?;
    let model = workspace.keep(&application)?;
    Ok(vec![
        ("model.reviewed", json!({ "application": row.application, "model": model })),
        ("policy.checked", judge::checked(&row.application, stage, &verdict)),
    ])
}

/// Decides anew about every application of the estate, because owner records changed.
pub(super) fn judge_estate(workspace: &Workspace, stage: &str) -> Result<(), PipelineError> {
    let _turn = workspace.take_turn();
    let (tags, owners) = (workspace.tags()?, owners::rows(workspace)?);
    for row in workspace.current_applications()? {
        let events = judged_anew(workspace, &row, &tags, &owners, stage)?;
        if !events.is_empty() {
            workspace.record(super::workspace::SYSTEM, events)?;
        }
    }
    Ok(())
}
