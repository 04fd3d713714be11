//! Decisions of compliance officers about proposed tags: append-only, with a reason where one is owed.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{PipelineError, Workspace};

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
    let proposed = workspace.tags()?;
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
    workspace.record(actor, vec![("tag.decided", event)])
}
