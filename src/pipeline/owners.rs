//! What owner records say of applications: who answers for them, and what became of them. A record names files by a path or
//! a pattern; it counts for every application that has, or had, such a file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{FileRow, PipelineError, Workspace, queries};
use crate::insight::StatusChange;
use crate::model::Application;

/// States an owner record may claim for an application.
const STATES: &[&str] = &["unmanaged", "controlled", "migrated", "retired"];
/// What an application is until somebody says otherwise.
const UNMANAGED: &str = "unmanaged";

/// One owner record.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct OwnerRow {
    pub asset: String,
    pub owner: String,
    pub owner_active: Option<bool>,
    pub deputy: String,
    pub domain: String,
    pub criticality: String,
    pub attested: Option<String>,
    pub purpose: String,
    pub state: String,
    /// The name other records use for the application.
    pub app: String,
    /// Compliance tags the owner claims, separated by blanks, commas or semicolons.
    pub tags: String,
    /// `production`, `test`, `sample`...
    pub environment: String,
}

/// All owner records, in the order of their file.
pub(super) fn rows(workspace: &Workspace) -> Result<Vec<OwnerRow>, PipelineError> {
    Ok(workspace.scope().ask(queries::OWNERS, &Value::Null)?)
}

/// The record of a family: the first whose path or pattern fits one of its files or a folder above it.
pub(super) fn of_paths<'a, 'o>(
    paths: impl IntoIterator<Item = &'a str>,
    owners: &'o [OwnerRow],
) -> Option<&'o OwnerRow> {
    let paths: Vec<String> = paths.into_iter().map(|path| path.replace('\\', "/")).collect();
    owners.iter().find(|owner| paths.iter().any(|path| lies_at(path, &owner.asset)))
}

/// Whether a path, or a folder above it, ends in a pattern of whole parts; `*` stands for any characters within a part.
pub(super) fn lies_at(path: &str, pattern: &str) -> bool {
    let pattern = pattern.trim_matches('/').replace('\\', "/");
    let (parts, wanted): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), pattern.split('/').collect());
    !pattern.is_empty()
        && parts.windows(wanted.len()).any(|window| window.iter().zip(&wanted).all(|(part, one)| fits(part, one)))
}

fn fits(part: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = part.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or("");
        last = Some(piece);
    }
    rest.is_empty() || last.is_some_and(|piece| piece.is_empty() || part.ends_with(piece))
}

/// Puts an owner's record into the model's metadata.
pub(super) fn apply(application: &mut Application, owner: &OwnerRow) {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
    let metadata = &mut application.metadata;
    metadata.owner = some(&owner.owner);
    metadata.owner_active = owner.owner_active;
    metadata.deputy = some(&owner.deputy);
    metadata.business_domain = some(&owner.domain);
    metadata.criticality = some(&owner.criticality);
    metadata.purpose = some(&owner.purpose);
    metadata.attested_day = owner.attested.clone().map(crate::model::Day::Text);
    metadata.compliance_tags =
        owner.tags.split([' ', ',', ';']).filter(|tag| !tag.is_empty()).map(str::to_string).collect();
}

/// All statuses given, oldest first.
pub(super) fn changes(workspace: &Workspace) -> Result<Vec<StatusChange>, PipelineError> {
    Ok(workspace.scope().ask(queries::STATUSES, &Value::Null)?)
}

/// What an application is now: as its owner's record says, else as was said last, else unmanaged.
pub(super) fn status_of(
    workspace: &Workspace,
    application: &str,
    owner: Option<&OwnerRow>,
) -> Result<String, PipelineError> {
    if let Some(owner) = owner.filter(|owner| STATES.contains(&owner.state.as_str())) {
        return Ok(owner.state.clone());
    }
    let last = changes(workspace)?.into_iter().rfind(|change| change.application == application);
    Ok(last.map_or_else(|| UNMANAGED.to_string(), |change| change.status))
}

/// The statuses that owner records claim and the ledger does not hold yet, as events that count from `day` on. They concern
/// every application ever seen: what was retired has no file any more.
pub(super) fn states<'e>(workspace: &Workspace, day: &str) -> Result<Vec<(&'e str, Value)>, PipelineError> {
    let owners = rows(workspace)?;
    let known: BTreeMap<String, String> =
        changes(workspace)?.into_iter().map(|change| (change.application, change.status)).collect();
    let files = workspace.files_ever()?;
    let claims = by_application(&files).into_iter().filter_map(|(application, paths)| {
        let claimed = of_paths(paths, &owners).map(|owner| owner.state.clone())?;
        let now = known.get(application).map_or(UNMANAGED, String::as_str);
        (STATES.contains(&claimed.as_str()) && claimed != now).then(|| {
            let event = json!({ "application": application, "status": claimed, "day": day, "reason": "owner record" });
            ("application.status", event)
        })
    });
    Ok(claims.collect())
}

/// The paths of every application's files.
pub(super) fn by_application(files: &[FileRow]) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.application.is_empty()) {
        found.entry(file.application.as_str()).or_default().push(file.path.as_str());
    }
    found
}
