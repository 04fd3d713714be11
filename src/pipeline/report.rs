//! The JSON shapes of `docs/cli.md`, field by field. Scripts rely on them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Application;

/// What `daylight scan` did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScanReport {
    pub files: Vec<ScannedFile>,
    pub applications: usize,
    pub snapshot: u64,
}

/// One file of a scan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScannedFile {
    pub path: String,
    pub sha256: String,
    pub bytes: u64,
    pub kind: String,
    /// `parsed`, `partial`, `encrypted`, `unsupported`, `rejected` or `crashed`.
    pub state: String,
    pub reason: String,
    pub tables: u64,
    pub rows: u64,
    pub formulas: u64,
    pub macros: u64,
    pub ms: u64,
    pub application: String,
}

/// What `daylight convert` gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConvertReport {
    pub application: Application,
    pub coverage: CoverageReport,
    pub modules: Vec<ModuleReport>,
}

/// Statements by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoverageReport {
    pub statements: u64,
    pub exact: u64,
    pub approximate: u64,
    pub manual: u64,
    pub noop: u64,
    pub declarations: u64,
}

impl CoverageReport {
    /// Adds the counts of another part.
    pub fn add(&mut self, other: CoverageReport) {
        self.statements += other.statements;
        self.exact += other.exact;
        self.approximate += other.approximate;
        self.manual += other.manual;
        self.noop += other.noop;
        self.declarations += other.declarations;
    }
}

/// One code module of a conversion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModuleReport {
    pub module: String,
    pub procedures: Vec<ProcedureReport>,
}

/// One procedure of a conversion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcedureReport {
    pub name: String,
    pub grade: String,
    pub unmapped: Vec<crate::model::Unmapped>,
}

/// What `daylight vba extract` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ExtractReport {
    pub modules: Vec<ExtractedModule>,
}

/// One module's source.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ExtractedModule {
    pub name: String,
    pub kind: String,
    /// With its Attribute lines.
    pub code: String,
}

/// What `daylight vba check` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SyntaxReport {
    pub modules: Vec<CheckedModule>,
}

/// One checked text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CheckedModule {
    pub file: String,
    pub lines: u64,
    pub statements: u64,
    pub errors: Vec<SyntaxError>,
}

/// A place where the text is malformed; lines and columns count from 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SyntaxError {
    pub line: u32,
    pub column: u32,
    pub message: String,
}

/// What `daylight macro run` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MacroReport {
    /// `ok`, `runtime-error`, `compile-error`, `refused` or `timeout`.
    pub status: String,
    /// As CStr gives it; null for Null, empty when nothing was returned.
    #[serde(rename = "return")]
    pub returned: Option<String>,
    pub error: Option<MacroError>,
    pub output: Vec<OutputLine>,
    pub sheets: Vec<SheetReport>,
    pub capabilities: Vec<String>,
    pub grade: String,
}

/// The error a macro ended with.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MacroError {
    pub number: i32,
    pub description: String,
    pub module: String,
    /// Physical line of the module, from 1.
    pub line: u32,
}

/// One line a macro showed or printed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutputLine {
    /// `MsgBox`, `InputBox` or `Debug.Print`.
    pub kind: String,
    pub text: String,
}

/// One sheet after a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SheetReport {
    pub name: String,
    #[serde(rename = "hiddenRows")]
    pub hidden_rows: Vec<u32>,
    pub cells: Vec<CellReport>,
}

/// One non-empty cell.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CellReport {
    #[serde(rename = "ref")]
    pub reference: String,
    /// Number, string, boolean; dates as serials, errors as their text.
    pub value: Value,
    pub formula: Option<String>,
}

/// What `daylight replay` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReplayReport {
    pub receipts: Vec<crate::model::Receipt>,
}

/// What `daylight run` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    pub run: String,
    pub status: String,
    pub steps: Vec<StepReport>,
    pub outputs: serde_json::Map<String, Value>,
}

/// One executed step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    pub id: String,
    pub status: String,
    pub attempts: u32,
    pub ms: f64,
}

/// What `daylight access show` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccessReport {
    pub version: String,
    pub tables: Vec<AccessTable>,
    pub relationships: Vec<AccessRelationship>,
    pub queries: Vec<crate::facts::QueryFacts>,
    pub modules: Vec<ExtractedModule>,
    pub macros: Vec<crate::facts::ObjectFacts>,
    pub forms: Vec<crate::facts::ObjectFacts>,
    pub reports: Vec<crate::facts::ObjectFacts>,
    pub links: Vec<crate::facts::LinkFacts>,
}

/// One table of an Access file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccessTable {
    pub name: String,
    pub rows: u64,
    pub columns: Vec<AccessColumn>,
    pub indexes: Vec<AccessIndex>,
}

/// One column of an Access table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccessColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub length: Option<u32>,
    pub required: bool,
}

/// One index of an Access table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccessIndex {
    pub name: String,
    pub columns: Vec<String>,
    pub unique: bool,
    pub primary: bool,
}

/// One relationship of an Access file, from the referencing to the referenced table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccessRelationship {
    pub name: String,
    pub from: AccessEnd,
    pub to: AccessEnd,
}

/// One side of a relationship.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccessEnd {
    pub table: String,
    pub columns: Vec<String>,
}
