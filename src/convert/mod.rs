//! Legacy code to workflows. Nothing is lost: every statement ends as a step, a noop with its reason, or `manual` with its
//! reason; coverage is counted from exactly that. Conversion is faithful: the workflow does what the code did, bugs included,
//! and says so in notes. Must not know how workflows run, nor where the code came from.

mod coverage;
pub mod formula;
pub mod macros;
pub mod query;
pub mod vba;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{CodeFacts, Notice};
use crate::model::{CodeModule, Grade, Unmapped, Workflow};

pub use coverage::{LineKind, LineUse, line_map};

/// The program the code ran in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Host {
    #[default]
    Excel,
    Access,
}

/// What must be known of the file around the code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    pub host: Host,
    /// Sheet code name (the name of its document module) to the name on its tab.
    pub sheets: BTreeMap<String, String>,
}

/// How statements ended. `statements` = `exact` + `approximate` + `manual` + `noop`; declarations are counted apart
/// (`lang::vba::ast::Counts` defines both sums).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    pub statements: usize,
    pub exact: usize,
    pub approximate: usize,
    pub manual: usize,
    pub noop: usize,
    pub declarations: usize,
}

/// One module in the conversion report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModuleReport {
    pub module: String,
    pub procedures: Vec<ProcedureReport>,
}

/// One procedure in the conversion report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcedureReport {
    /// Name of its workflow.
    pub name: String,
    /// Weakest of its own steps and of what it calls.
    pub grade: Grade,
    pub coverage: Coverage,
    /// Statements that need a person.
    pub unmapped: Vec<Unmapped>,
}

/// A place the parser could not read. Lines and columns count from 1 in the module as extracted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyntaxError {
    pub module: String,
    pub line: u32,
    pub column: u32,
    pub message: String,
}

/// Everything a conversion gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conversion {
    pub modules: Vec<CodeModule>,
    /// One per procedure, in the order of the modules and of their text.
    pub workflows: Vec<Workflow>,
    pub coverage: Coverage,
    pub report: Vec<ModuleReport>,
    pub notices: Vec<Notice>,
    pub syntax_errors: Vec<SyntaxError>,
    /// What VBA's compiler refuses although each statement reads well.
    pub compile_errors: Vec<SyntaxError>,
    /// Modules with `Option Explicit`.
    pub explicit_modules: Vec<String>,
}

impl Conversion {
    /// Adds what another kind of logic of the same file gave.
    pub fn extend(&mut self, other: Conversion) {
        self.modules.extend(other.modules);
        self.workflows.extend(other.workflows);
        self.coverage += other.coverage;
        self.report.extend(other.report);
        self.notices.extend(other.notices);
        self.syntax_errors.extend(other.syntax_errors);
    }
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Coverage) {
        self.statements = self.statements.saturating_add(other.statements);
        self.exact = self.exact.saturating_add(other.exact);
        self.approximate = self.approximate.saturating_add(other.approximate);
        self.manual = self.manual.saturating_add(other.manual);
        self.noop = self.noop.saturating_add(other.noop);
        self.declarations = self.declarations.saturating_add(other.declarations);
    }
}

/// Converts the modules of one file together, because they call each other.
pub fn convert(modules: &[CodeFacts], context: &Context) -> Conversion {
    let mut conversion = vba::convert(modules, context);
    macros::settle(&mut conversion);
    conversion
}
