//! What changed in meaning between two versions of an application, whether it breaks who relies on it, and the next version.
//! Empty for a re-export: order of fields and models, source positions, derived step ids, `lastModified` and the version
//! itself carry no meaning. Must not know policy: whether a change is wanted is not said here.

mod data;
mod steps;
mod version;
mod workflows;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Application, CodeModule};

/// All changes, in the order of the model: metadata, models, relationships, modules, workflows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SemanticDiff {
    pub changes: Vec<Change>,
    pub bump: Bump,
    /// Version of the first model.
    pub from_version: String,
    /// What the second one's version should be: the first raised by `bump`; none when it is no semantic version.
    pub proposed_version: Option<String>,
}

/// One change of meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Path by names: `/dataModels/Order/fields/total`, `/workflows/Module1.Main/steps/s1.2`.
    pub path: String,
    pub kind: ChangeKind,
    /// Data or callers that fitted the first version may not fit the second.
    pub breaking: bool,
    /// Before and after, or what was added or removed.
    pub detail: String,
}

/// Kinds of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    MetadataChanged,
    ModelAdded,
    ModelRemoved,
    ModelRenamed,
    ModelChanged,
    FieldAdded,
    FieldRemoved,
    FieldRenamed,
    FieldChanged,
    TypeNarrowed,
    TypeWidened,
    TypeChanged,
    RequiredAdded,
    RequiredDropped,
    ValidationChanged,
    KeyChanged,
    IndexAdded,
    IndexRemoved,
    RelationshipAdded,
    RelationshipRemoved,
    RelationshipChanged,
    ModuleAdded,
    ModuleRemoved,
    ModuleChanged,
    WorkflowAdded,
    WorkflowRemoved,
    WorkflowChanged,
    TriggerChanged,
    InputAdded,
    InputRemoved,
    InputChanged,
    OutputAdded,
    OutputRemoved,
    CapabilityAdded,
    CapabilityRemoved,
    StepAdded,
    StepRemoved,
    StepMoved,
    StepChanged,
    RetryChanged,
}

impl ChangeKind {
    /// Whether something new appeared beside what was there (a minor version).
    fn is_addition(self) -> bool {
        matches!(
            self,
            Self::ModelAdded
                | Self::FieldAdded
                | Self::TypeWidened
                | Self::RequiredDropped
                | Self::IndexAdded
                | Self::RelationshipAdded
                | Self::ModuleAdded
                | Self::WorkflowAdded
                | Self::InputAdded
                | Self::OutputAdded
                | Self::CapabilityAdded
                | Self::StepAdded
        )
    }
}

/// Which part of the version rises: breaking is major, addition minor, the rest patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    None,
    Patch,
    Minor,
    Major,
}

/// Compares two versions of one application.
pub fn diff(before: &Application, after: &Application) -> SemanticDiff {
    let mut log = Log::default();
    metadata(&mut log, before, after);
    data::models(&mut log, &before.data_models, &after.data_models);
    data::relationships(&mut log, &before.relationships, &after.relationships);
    modules(&mut log, &before.modules, &after.modules);
    workflows::workflows(&mut log, &before.workflows, &after.workflows);
    let bump = log.changes.iter().map(weight).max().unwrap_or(Bump::None);
    SemanticDiff {
        bump,
        from_version: before.version.clone(),
        proposed_version: version::raised(&before.version, bump),
        changes: log.changes,
    }
}

fn weight(change: &Change) -> Bump {
    match (change.breaking, change.kind.is_addition()) {
        (true, _) => Bump::Major,
        (false, true) => Bump::Minor,
        (false, false) => Bump::Patch,
    }
}

/// Whether a change may break data or callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Breaking,
    Compatible,
}

impl Effect {
    fn breaking_if(condition: bool) -> Self {
        if condition { Effect::Breaking } else { Effect::Compatible }
    }
}

#[derive(Default)]
struct Log {
    changes: Vec<Change>,
}

impl Log {
    fn add(&mut self, path: &str, kind: ChangeKind, effect: Effect, detail: impl Into<String>) {
        let breaking = effect == Effect::Breaking;
        self.changes.push(Change { path: path.to_string(), kind, breaking, detail: detail.into() });
    }
}

fn metadata(log: &mut Log, before: &Application, after: &Application) {
    if before.id != after.id {
        log.add("/id", ChangeKind::MetadataChanged, Effect::Breaking, changed(&before.id, &after.id));
    }
    let ignored = ["lastModified"];
    fields_of(
        log,
        "/metadata",
        ChangeKind::MetadataChanged,
        (&json(&before.metadata), &json(&after.metadata)),
        &ignored,
    );
}

fn modules(log: &mut Log, before: &[CodeModule], after: &[CodeModule]) {
    for module in before {
        let path = format!("/modules/{}", module.name);
        match after.iter().find(|other| other.name == module.name) {
            None => log.add(&path, ChangeKind::ModuleRemoved, Effect::Breaking, "removed"),
            // The hash of the text is no meaning: comments change it.
            Some(other) => {
                fields_of(log, &path, ChangeKind::ModuleChanged, (&json(module), &json(other)), &["sha256"]);
            }
        }
    }
    for module in after.iter().filter(|module| !before.iter().any(|other| other.name == module.name)) {
        log.add(&format!("/modules/{}", module.name), ChangeKind::ModuleAdded, Effect::Compatible, "added");
    }
}

/// One compatible change per key whose value differs.
fn fields_of(log: &mut Log, path: &str, kind: ChangeKind, (before, after): (&Value, &Value), ignored: &[&str]) {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return;
    };
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys.into_iter().filter(|key| !ignored.contains(&key.as_str())) {
        let (old, new) = (before.get(key), after.get(key));
        if old != new {
            log.add(&format!("{path}/{key}"), kind, Effect::Compatible, changed(&shown(old), &shown(new)));
        }
    }
}

fn json<T: Serialize>(part: &T) -> Value {
    serde_json::to_value(part).unwrap_or(Value::Null)
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_string(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn changed(before: &str, after: &str) -> String {
    format!("{before} -> {after}")
}
