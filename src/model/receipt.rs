//! Equivalence receipts: what was compared, how strong the comparison is, and where it differs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the legacy side's result came from, strongest first; levels are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceLevel {
    /// A before and an after workbook saved by Excel.
    Recorded,
    /// The macro's last output, found in the file itself.
    Found,
    /// A second runtime ran the legacy code.
    SecondRuntime,
    /// The workflow against itself: proves determinism only.
    #[serde(rename = "self")]
    SelfCompared,
}

/// The comparison of one macro's workflow with the legacy result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    #[serde(rename = "macro")]
    pub procedure: String,
    pub level: EvidenceLevel,
    pub equal: bool,
    /// Cells that the legacy side or the workflow wrote, all of them compared; for databases all values of all tables.
    pub cells: u64,
    pub differences: Vec<Difference>,
    /// Share of the converted statements that the run reached, 0 to 1.
    pub statements_reached: f64,
    pub input_hash: String,
    pub legacy_hash: String,
    pub model_hash: String,
    /// Engine name and version.
    pub engine: String,
}

/// One cell that differs; values are masked where they are personal or card data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// `Orders!J1`.
    pub cell: String,
    pub legacy: String,
    pub workflow: String,
}
