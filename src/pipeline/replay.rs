//! Equivalence receipts: the workflow is run on the inputs of the legacy file and its result compared, cell by cell, with
//! what the legacy side gave. The receipt says where that came from: an after-workbook (recorded), the output found in
//! the file itself (found), or nothing but the workflow (self, which proves determinism only).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::PipelineError;
use super::contents::{ReadPath, read_path};
use super::excel_data::{take_excel, workbook_of};
use super::judge::load_model;
use super::macros::{application_of, compiled, host_for, inside};
use super::replay_tables;
use super::report::ReplayReport;
use crate::base::{Clock, sha256_hex};
use crate::engine::workbook::data::{CellValue, SheetDump, WorkbookData};
use crate::engine::{Limits, Program, RunStatus, run};
use crate::facts::FileKind;
use crate::model::{
    Action, Application, CodeModule, Difference, EvidenceLevel, ModuleKind, ProcedureKind, Receipt, Step, Workflow,
};
use crate::source::ReaderCommand;

/// What to replay.
#[derive(Debug, Clone, Default)]
pub struct ReplayRequest {
    pub file: PathBuf,
    /// One macro; every one that can be started by itself when none is given.
    pub procedure: Option<String>,
    /// Workflows from this model instead of a fresh conversion.
    pub model: Option<PathBuf>,
    /// The workbook as saved after the macro ran.
    pub after: Option<PathBuf>,
}

/// Differences that a receipt lists; further ones are only counted in `equal`.
const MOST_DIFFERENCES: usize = 100;
/// Relative tolerance for numbers: Excel keeps 15 significant digits.
const TOLERANCE: f64 = 1e-12;
/// Longest value shown in a difference, in characters.
const LONGEST_SHOWN: usize = 40;

/// Cells by sheet and address.
type Cells = BTreeMap<(String, String), CellValue>;

/// Replays macros and returns their receipts.
///
/// # Errors
/// When a file cannot be read, the model is none, or there is no such macro.
pub fn replay(
    request: &ReplayRequest,
    clock: &dyn Clock,
    reader: &ReaderCommand,
) -> Result<ReplayReport, PipelineError> {
    let read = read_path(&request.file, reader)?;
    let application = match &request.model {
        Some(path) => load_model(path)?,
        None => application_of(super::convert::converted(&read.reading.facts, &[&read.reading.facts])),
    };
    let after = request.after.as_ref().map(|path| read_path(path, reader)).transpose()?;
    let chosen: Vec<&Workflow> = match &request.procedure {
        Some(name) => vec![super::macros::find_workflow(&application, name)?],
        None if is_database(&read) => {
            let starts = |workflow: &&Workflow| replay_tables::can_start(workflow, &application);
            application.workflows.iter().filter(starts).collect()
        }
        None => application.workflows.iter().filter(|workflow| can_start(workflow, &application)).collect(),
    };
    let receipts = receipts(&read, &application, &chosen, after.as_ref(), clock)?;
    Ok(ReplayReport { receipts })
}

/// Receipts for some workflows of an application on one file.
pub(super) fn receipts(
    read: &ReadPath,
    application: &Application,
    chosen: &[&Workflow],
    after: Option<&ReadPath>,
    clock: &dyn Clock,
) -> Result<Vec<Receipt>, PipelineError> {
    let program = compiled(application)?;
    let model_hash = sha256_hex(crate::dsl::write(application).as_bytes());
    let data = workbook_of(read);
    chosen
        .iter()
        .map(|workflow| {
            let replayed = Replayed { read, data: &data, program: &program, workflow, application };
            let mut receipt = replayed.receipt(after, clock)?;
            receipt.input_hash.clone_from(&read.sha256);
            receipt.model_hash.clone_from(&model_hash);
            receipt.legacy_hash = legacy_hash(read);
            Ok(receipt)
        })
        .collect()
}

/// A procedure a person or an event starts: a public Sub without arguments in a standard module.
pub(super) fn can_start(workflow: &Workflow, application: &Application) -> bool {
    let standard =
        |module: &CodeModule| module.kind == ModuleKind::Module && Some(&module.name) == workflow.module.as_ref();
    workflow.procedure == Some(ProcedureKind::Sub)
        && workflow.inputs.iter().all(|input| input.optional)
        && application.modules.iter().any(standard)
        && writes_cells(&workflow.steps, application)
}

/// Whether the steps, or what they call, write cells: only such a macro leaves something to compare.
fn writes_cells(steps: &[Step], application: &Application) -> bool {
    let mut seen = BTreeSet::new();
    writes(steps, application, &mut seen)
}

fn writes<'a>(steps: &'a [Step], application: &'a Application, seen: &mut BTreeSet<&'a str>) -> bool {
    steps.iter().any(|step| match &step.action {
        Action::WriteRange { .. }
        | Action::SetFormula { .. }
        | Action::ClearRange(_)
        | Action::CopyRange(_)
        | Action::SortRange(_)
        | Action::InsertRows(_)
        | Action::DeleteRows(_) => true,
        Action::Call { workflow, .. } if seen.insert(workflow.as_str()) => application
            .workflows
            .iter()
            .filter(|found| found.name.rsplit('.').next() == workflow.rsplit('.').next())
            .any(|found| writes(&found.steps, application, seen)),
        action => crate::dsl::branches(action).into_iter().any(|branch| writes(branch, application, seen)),
    })
}

fn legacy_hash(read: &ReadPath) -> String {
    let facts = &read.reading.facts;
    let modules = facts.code.iter().map(|module| format!("{}\n{}", module.name, module.code));
    let macros = facts.macros.iter().map(|one| format!("{}\n{}", one.name, one.text.as_deref().unwrap_or_default()));
    let queries = facts.queries.iter().map(|query| format!("{}\n{}", query.name, query.sql));
    let code: Vec<String> = modules.chain(macros).chain(queries).collect();
    sha256_hex(code.join("\n").as_bytes())
}

struct Replayed<'a> {
    read: &'a ReadPath,
    data: &'a WorkbookData,
    program: &'a Program,
    workflow: &'a Workflow,
    application: &'a Application,
}

/// What one run of the workflow left.
struct Ran {
    cells: Cells,
    status: RunStatus,
    reason: String,
    reached: f64,
}

fn is_database(read: &ReadPath) -> bool {
    matches!(read.reading.facts.kind, FileKind::Mdb | FileKind::Accdb | FileKind::AccessXml)
}

impl Replayed<'_> {
    /// The receipt of a macro or query of a database.
    fn table_receipt(&self, after: Option<&ReadPath>, clock: &dyn Clock) -> Result<Receipt, PipelineError> {
        let found = replay_tables::compared(self.read, self.program, self.workflow, after, clock)?;
        Ok(Receipt {
            procedure: self.workflow.name.clone(),
            level: found.level,
            equal: found.equal,
            cells: found.cells,
            differences: found.differences,
            statements_reached: self.reached(&found.hits),
            input_hash: String::new(),
            legacy_hash: String::new(),
            model_hash: String::new(),
            engine: concat!("daylight ", env!("CARGO_PKG_VERSION")).to_string(),
        })
    }

    fn receipt(&self, after: Option<&ReadPath>, clock: &dyn Clock) -> Result<Receipt, PipelineError> {
        if is_database(self.read) {
            return self.table_receipt(after, clock);
        }
        let ran = self.run_on(self.data, clock)?;
        let before = cells_of(self.data);
        let (level, legacy) = match after {
            Some(after) => (EvidenceLevel::Recorded, cells_of(&workbook_of(after))),
            // The file was saved after the macro ran: a run on it must leave every cell it writes as it is.
            None if self.read.reading.facts.code.is_empty() => {
                (EvidenceLevel::SelfCompared, self.run_on(self.data, clock)?.cells)
            }
            None => (EvidenceLevel::Found, before.clone()),
        };
        let mut differences = Vec::new();
        let mut compared = 0;
        let mut equal = ran.status == RunStatus::Ok || ran.status == RunStatus::Stopped;
        for key in legacy.keys().chain(ran.cells.keys()).collect::<BTreeSet<_>>() {
            let blank = CellValue::Blank;
            let (there, here) = (legacy.get(key).unwrap_or(&blank), ran.cells.get(key).unwrap_or(&blank));
            compared += 1;
            if !same(there, here) {
                equal = false;
                if differences.len() < MOST_DIFFERENCES {
                    differences.push(Difference {
                        cell: format!("{}!{}", key.0, key.1),
                        legacy: shown(there),
                        workflow: shown(here),
                    });
                }
            }
        }
        if !ran.reason.is_empty() {
            differences.insert(
                0,
                Difference { cell: String::from("run"), legacy: String::from("ended"), workflow: ran.reason },
            );
        }
        Ok(Receipt {
            procedure: self.workflow.name.clone(),
            level,
            equal,
            cells: compared,
            differences,
            statements_reached: ran.reached,
            input_hash: String::new(),
            legacy_hash: String::new(),
            model_hash: String::new(),
            engine: concat!("daylight ", env!("CARGO_PKG_VERSION")).to_string(),
        })
    }

    fn run_on(&self, data: &WorkbookData, clock: &dyn Clock) -> Result<Ran, PipelineError> {
        let host = host_for(data, clock.now_ms(), Vec::new(), inside()?);
        let outcome = run(self.program, &self.workflow.name, Vec::new(), host, Limits::default())
            .map_err(|error| PipelineError::Compile { source: Box::new(error) })?;
        let reason = match (&outcome.error, &outcome.refusal) {
            (Some(error), _) => format!("error {} in line {}: {}", error.number, error.line, error.description),
            (None, Some((capability, reason))) => format!("refused: {capability}: {reason}"),
            (None, None) if outcome.status == RunStatus::Timeout => String::from("timeout"),
            (None, None) => String::new(),
        };
        let reached = self.reached(&outcome.hits);
        let cells = take_excel(outcome.host.models).map(|mut excel| cells_of_dump(excel.dump())).unwrap_or_default();
        Ok(Ran { cells, status: outcome.status, reason, reached })
    }

    /// Share of the steps with a source that were executed, over this workflow and those it calls.
    fn reached(&self, hits: &[u32]) -> f64 {
        let called = reachable(self.workflow, self.application);
        let (mut all, mut done) = (0u32, 0u32);
        for ((workflow, _), hit) in self.program.steps().zip(hits) {
            if called.contains(workflow) {
                all += 1;
                done += u32::from(*hit > 0);
            }
        }
        if all == 0 { 0.0 } else { (f64::from(done) / f64::from(all) * 1000.0).round() / 1000.0 }
    }
}

/// The names of a workflow and of every workflow it calls, directly or not, as far as names tell.
fn reachable<'a>(from: &'a Workflow, application: &'a Application) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![from];
    while let Some(workflow) = open.pop() {
        if !found.insert(workflow.name.as_str()) {
            continue;
        }
        let text = serde_json::to_string(&workflow.steps).unwrap_or_default();
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let called = |other: &&Workflow| other.name.rsplit('.').next().is_some_and(|name| words.contains(name));
        open.extend(application.workflows.iter().filter(called));
    }
    found
}

fn cells_of(data: &WorkbookData) -> Cells {
    let (mut book, _) = crate::engine::workbook::Workbook::from_data(data);
    cells_of_dump(book.dump())
}

fn cells_of_dump(sheets: Vec<SheetDump>) -> Cells {
    let mut cells = Cells::new();
    for sheet in sheets {
        for cell in sheet.cells {
            cells.insert((sheet.name.clone(), cell.reference), cell.value);
        }
    }
    cells
}

/// Equal as a person would say: numbers within Excel's 15 digits, texts exactly, blank and empty text alike.
fn same(a: &CellValue, b: &CellValue) -> bool {
    match (a, b) {
        (CellValue::Number(a), CellValue::Number(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0),
        (CellValue::Blank, CellValue::Text(text)) | (CellValue::Text(text), CellValue::Blank) => text.is_empty(),
        _ => a == b,
    }
}

/// A value as a receipt shows it: numbers as they are, texts as their shape, because they may be personal data.
fn shown(value: &CellValue) -> String {
    match value {
        CellValue::Blank => String::from("(blank)"),
        CellValue::Number(number) if number.abs() < 1e9 => number.to_string(),
        CellValue::Number(_) => String::from("(long number)"),
        CellValue::Boolean(flag) => flag.to_string(),
        CellValue::Error(text) => text.clone(),
        CellValue::Text(text) => text
            .chars()
            .take(LONGEST_SHOWN)
            .map(|c| {
                if c.is_numeric() {
                    '9'
                } else if c.is_alphabetic() {
                    'x'
                } else {
                    c
                }
            })
            .collect(),
    }
}
