//! The rows that indicators are computed from, as observed. Days are ISO texts.

use serde::{Deserialize, Serialize};

/// Everything that was observed or imported for one tenant.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    pub snapshots: Vec<Snapshot>,
    pub roots: Vec<Root>,
    pub files: Vec<FileState>,
    pub statuses: Vec<StatusChange>,
    pub backlog: Vec<BacklogItem>,
    pub usage: Vec<Usage>,
    pub eligible: Vec<Eligible>,
    pub costs: Vec<CostMonth>,
    pub runs: Vec<RunOutcome>,
    pub tags: Vec<TagState>,
    pub policy: Vec<PolicyOutcome>,
    pub replays: Vec<Replay>,
    pub coverage: Vec<Coverage>,
    pub objectives: Vec<Objective>,
    pub ownership: Vec<Ownership>,
    pub deploys: Vec<Deploy>,
    pub recalculated: Vec<Recalculated>,
}

/// One finished scan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    pub snapshot: u64,
    pub taken: String,
}

/// A root that a snapshot looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Root {
    pub snapshot: u64,
    pub root: String,
    pub readable: bool,
}

/// One file in one snapshot and the application it belonged to then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileState {
    pub snapshot: u64,
    pub asset: String,
    pub root: String,
    pub state: String,
    pub application: String,
    pub risk: Option<f64>,
}

/// Someone said what became of an application: `controlled`, `migrated`, `retired` or `unmanaged` again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StatusChange {
    pub application: String,
    pub status: String,
    pub day: String,
}

/// One item of IT's backlog.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BacklogItem {
    pub item: String,
    pub created: String,
    pub resolved: Option<String>,
}

/// Uses of an app (`kind` = `run`) or openings of its legacy file (`kind` = `legacy`) by one person on one day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Usage {
    pub app: String,
    pub person: String,
    pub day: String,
    pub kind: String,
    pub n: u64,
}

/// How many people could use an app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Eligible {
    pub app: String,
    pub n: u64,
}

/// What one app cost in one month, on the legacy side (`before`, `legacy`) or after migration (`after`, `platform`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CostMonth {
    pub app: String,
    pub month: String,
    pub phase: String,
    pub hours: Option<f64>,
    pub rate: Option<f64>,
    pub licence: Option<f64>,
    pub infra: Option<f64>,
    pub measured: Option<bool>,
}

/// One run of a workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunOutcome {
    pub application: String,
    pub day: String,
    /// `ok`, `runtime-error`, `timeout`, `refused`...
    pub status: String,
    pub ms: f64,
    /// Replays prove equivalence; they are not use and count for no health.
    pub replay: bool,
}

/// One proposed tag; decided or open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TagState {
    pub application: String,
    pub field: String,
    pub decided: bool,
    pub regime: String,
}

/// The last policy decision for an application and its open findings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyOutcome {
    pub application: String,
    pub decision: String,
    pub findings: u64,
    pub fields: u64,
}

/// The last receipt of a macro.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Replay {
    pub application: String,
    pub level: String,
    pub equal: bool,
}

/// Converted statements of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Coverage {
    pub application: String,
    pub statements: u64,
    pub exact: u64,
    pub approximate: u64,
    pub manual: u64,
    pub noop: u64,
}

/// What was promised of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Objective {
    pub application: String,
    /// Share of runs that end well, 0 to 1.
    pub success: Option<f64>,
    /// 95th percentile of the duration of good runs, in milliseconds.
    pub p95: Option<f64>,
}

/// Who answers for an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ownership {
    pub application: String,
    /// Whether someone who still works here does.
    pub owned: bool,
    /// Day on which the owner last confirmed it.
    pub attested: Option<String>,
}

/// One deployment of an app, on the legacy side (`legacy`) or on the platform.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deploy {
    pub app: String,
    pub phase: String,
    pub day: String,
    pub requested: Option<String>,
    pub failed: bool,
    /// Hours until it worked again.
    pub restored: Option<f64>,
}

/// A workbook whose formulas were computed and compared with the results Excel saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recalculated {
    pub asset: String,
    /// Formula cells.
    pub formulas: u64,
    pub compared: u64,
    pub equal: u64,
}
