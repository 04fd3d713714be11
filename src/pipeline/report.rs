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

/// What `daylight replay --mutants` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MutantReport {
    pub mutants: Vec<MutatedMacro>,
}

/// The mutants of one macro.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MutatedMacro {
    #[serde(rename = "macro")]
    pub procedure: String,
    /// Operators in reached steps that can be another.
    pub possible: u64,
    /// Mutants that were made and run.
    pub made: u64,
    /// Of these, the ones that some run showed.
    pub caught: u64,
    pub survivors: Vec<Survivor>,
}

/// A mutant that no run showed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Survivor {
    pub workflow: String,
    pub step: String,
    /// Line of the legacy code, from 1.
    pub line: u64,
    pub from: String,
    pub to: String,
}

/// What `daylight macro survey` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SurveyReport {
    pub coverage: CoverageReport,
    pub procedures: u64,
    pub without_manual: u64,
    /// Runs by how they ended.
    pub statuses: std::collections::BTreeMap<String, u64>,
    pub files: Vec<SurveyedFile>,
}

/// The macros of one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SurveyedFile {
    pub file: String,
    pub coverage: CoverageReport,
    pub procedures: u64,
    /// Procedures of which no statement was left to a person.
    pub without_manual: u64,
    /// Macros that compute on cells, each started by itself on the workbook.
    pub runs: Vec<SurveyedRun>,
}

/// How one macro ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SurveyedRun {
    #[serde(rename = "macro")]
    pub procedure: String,
    /// As in `macro run`.
    pub status: String,
    /// The error or what was refused; empty for a run that ended well.
    pub reason: String,
}

/// What `daylight formula check` gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FormulaReport {
    pub workbooks: Vec<WorkbookFidelity>,
}

/// What computing the formulas of one workbook gave. Each formula cell is counted once:
/// `formulas` = `compared` + `unsteady` + `unsaved` + `ofMacros` + `unchecked` + those in `refused`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkbookFidelity {
    pub file: String,
    pub formulas: u64,
    /// With a saved result to compare with: `equal` + `different`.
    pub compared: u64,
    pub equal: u64,
    pub different: u64,
    /// Of these, the ones that differ only because something they depend on does.
    pub inherited: u64,
    /// The clock or chance has a part in them.
    pub unsteady: u64,
    /// The file holds no result for them.
    pub unsaved: u64,
    /// The file asks to be recalculated when it is opened, so that its results count as none.
    pub stale: bool,
    /// They need a function of the workbook's macros.
    pub of_macros: u64,
    /// Not computed, because the work granted was used up.
    pub unchecked: u64,
    /// Not computed, by function or reason.
    pub refused: std::collections::BTreeMap<String, u64>,
    pub differences: Vec<DifferenceReport>,
}

/// One formula with another result than the saved one; texts are shown as their shape.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DifferenceReport {
    pub sheet: String,
    pub cell: String,
    pub formula: String,
    pub saved: String,
    pub computed: String,
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
