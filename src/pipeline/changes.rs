//! What changed on the estate between two looks at it: files that are new, gone, changed or read otherwise, and why that is known.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::queries;
use super::{PipelineError, SnapshotRow, Workspace};

/// One file in one snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotFile {
    pub snapshot: u64,
    pub asset: String,
    pub root: String,
    pub path: String,
    pub sha256: String,
    pub state: String,
    pub reason: String,
    pub application: String,
    pub rows: u64,
    pub formulas: u64,
    pub macros: u64,
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Not there before.
    New,
    /// Not there any more although its root was looked at.
    Gone,
    /// Another content.
    Changed,
    /// The same content, but another state: it can be read now, or not any more.
    Reread,
    /// Its root was not looked at, or not to the end, at the later time.
    Unknown,
    /// The same content and state.
    Same,
}

/// One file before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileChange {
    pub change: Change,
    pub before: Option<SnapshotFile>,
    pub after: Option<SnapshotFile>,
}

/// Two looks at the estate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    pub from: SnapshotRow,
    pub to: SnapshotRow,
    /// By kind of change, then by path.
    pub files: Vec<FileChange>,
    /// Applications seen only at the later, and only at the earlier time.
    pub new_applications: Vec<String>,
    pub gone_applications: Vec<String>,
}

impl Workspace {
    /// What changed between two snapshots of shares; the last two when none are named. `None` when there are not two.
    ///
    /// # Errors
    /// When the projection refuses.
    pub fn changes(&self, from: Option<u64>, to: Option<u64>) -> Result<Option<Changes>, PipelineError> {
        let all = self.share_snapshots()?;
        let numbered = |wanted: u64| all.iter().find(|row| row.snapshot == wanted).cloned();
        let to = match to {
            Some(wanted) => numbered(wanted),
            None => all.last().cloned(),
        };
        let Some(to) = to else { return Ok(None) };
        let from = match from {
            Some(wanted) => numbered(wanted),
            None => all.iter().rfind(|row| row.snapshot < to.snapshot).cloned(),
        };
        let Some(from) = from.filter(|from| from.snapshot != to.snapshot) else { return Ok(None) };
        let argument = json!({ "from": from.snapshot, "to": to.snapshot });
        let rows: Vec<SnapshotFile> = self.scope().ask(queries::SNAPSHOT_FILES, &argument)?;
        let looked: BTreeSet<String> = self
            .roots()?
            .into_iter()
            .filter(|root| root.snapshot == to.snapshot && root.readable)
            .map(|root| root.root)
            .collect();
        Ok(Some(compare(from, to, rows, &looked)))
    }
}

fn compare(from: SnapshotRow, to: SnapshotRow, rows: Vec<SnapshotFile>, looked: &BTreeSet<String>) -> Changes {
    let mut pairs: BTreeMap<String, (Option<SnapshotFile>, Option<SnapshotFile>)> = BTreeMap::new();
    for row in rows {
        let pair = pairs.entry(row.asset.clone()).or_default();
        if row.snapshot == from.snapshot { pair.0 = Some(row) } else { pair.1 = Some(row) }
    }
    let mut files: Vec<FileChange> = pairs
        .into_values()
        .map(|(before, after)| FileChange { change: change_of(before.as_ref(), after.as_ref(), looked), before, after })
        .collect();
    files.sort_by(|a, b| (a.change, path_of(a)).cmp(&(b.change, path_of(b))));
    let applications = |side: fn(&FileChange) -> Option<&SnapshotFile>| -> BTreeSet<String> {
        files.iter().filter_map(side).map(|file| file.application.clone()).filter(|id| !id.is_empty()).collect()
    };
    let (before, after) = (applications(|file| file.before.as_ref()), applications(|file| file.after.as_ref()));
    let unknown: BTreeSet<String> = files
        .iter()
        .filter(|file| file.change == Change::Unknown)
        .filter_map(|file| file.before.as_ref().map(|before| before.application.clone()))
        .collect();
    Changes {
        from,
        to,
        new_applications: after.difference(&before).cloned().collect(),
        gone_applications: before.difference(&after).filter(|id| !unknown.contains(*id)).cloned().collect(),
        files,
    }
}

fn change_of(before: Option<&SnapshotFile>, after: Option<&SnapshotFile>, looked: &BTreeSet<String>) -> Change {
    match (before, after) {
        (None, _) => Change::New,
        (Some(before), None) if looked.contains(&before.root) => Change::Gone,
        (Some(_), None) => Change::Unknown,
        (Some(before), Some(after)) if before.sha256 != after.sha256 => Change::Changed,
        (Some(before), Some(after)) if before.state != after.state => Change::Reread,
        _ => Change::Same,
    }
}

fn path_of(file: &FileChange) -> &str {
    file.after.as_ref().or(file.before.as_ref()).map_or("", |file| file.path.as_str())
}
