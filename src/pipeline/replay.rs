//! Equivalence receipts: the workflow is run on the inputs of the legacy file and its result compared with what the legacy
//! side gave. The receipt says where that came from: a file saved after the macro ran (recorded), the output found in the
//! file itself (found), or nothing but the workflow (self, which proves determinism only). `replay_cells` compares
//! workbooks, `replay_tables` databases; `replay_variants` holds another workflow against the macro's own conversion.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use super::PipelineError;
use super::contents::{ReadPath, read_path};
use super::excel_data::workbook_of;
use super::judge::load_model;
use super::macros::{application_of, compiled};
use super::report::ReplayReport;
use super::{replay_cells, replay_tables, replay_variants};
use crate::base::{Clock, sha256_hex};
use crate::engine::{Host, Limits, Program, RunOutcome, RunStatus, run};
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

/// What a replay gave, and whose macros it was about.
#[derive(Debug, Clone)]
pub struct Replayed {
    pub report: ReplayReport,
    /// SHA-256 of the file's code modules; empty when other workflows than their conversion were run.
    pub(super) code: BTreeSet<String>,
}

/// Replays macros and returns their receipts.
///
/// # Errors
/// When a file cannot be read, the model is none, or there is no such macro.
pub fn replay(request: &ReplayRequest, clock: &dyn Clock, reader: &ReaderCommand) -> Result<Replayed, PipelineError> {
    let read = read_path(&request.file, reader)?;
    let faithful = application_of(super::convert::converted(&read.reading.facts, &[&read.reading.facts]));
    let (application, reference) = match &request.model {
        Some(path) => (load_model(path)?, Some(faithful)),
        None => (faithful, None),
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
    let replayed = receipts(&read, (&application, reference.as_ref()), &chosen, after.as_ref(), clock)?;
    let own = request.model.is_none().then(|| application.modules.iter().map(|module| module.sha256.clone()));
    Ok(Replayed {
        report: ReplayReport { receipts: replayed.into_iter().map(|(receipt, _)| receipt).collect() },
        code: own.into_iter().flatten().filter(|hash| !hash.is_empty()).collect(),
    })
}

/// What the run behind a receipt took. Measured around the run alone: reading the file, compiling and comparing are not in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunCost {
    pub status: RunStatus,
    pub ms: f64,
    /// Steps executed, each time counted.
    pub steps: u64,
    /// Bytes of linear memory at the end.
    pub memory_bytes: u64,
}

impl RunCost {
    pub(super) fn of(outcome: &RunOutcome, started: Instant) -> RunCost {
        RunCost {
            status: outcome.status,
            ms: started.elapsed().as_secs_f64() * 1000.0,
            steps: outcome.steps_executed(),
            memory_bytes: outcome.memory_bytes as u64,
        }
    }
}

/// What a comparison found.
pub(super) struct Compared {
    pub level: EvidenceLevel,
    pub equal: bool,
    /// Cells or values compared.
    pub cells: u64,
    pub differences: Vec<Difference>,
    /// How often each step ran, in the order of `Program::steps`.
    pub hits: Vec<u32>,
    pub cost: RunCost,
}

impl Compared {
    /// Nothing compared yet; a run that did not end well is the first difference.
    pub(super) fn by(level: EvidenceLevel, outcome: &RunOutcome, cost: RunCost) -> Compared {
        let mut found = Compared {
            level,
            equal: matches!(outcome.status, RunStatus::Ok | RunStatus::Stopped),
            cells: 0,
            differences: Vec::new(),
            hits: outcome.hits.clone(),
            cost,
        };
        if let Some(reason) = ended_by(outcome) {
            found.differ("run", "ended", &reason);
        }
        found
    }

    pub(super) fn differ(&mut self, cell: &str, legacy: &str, workflow: &str) {
        self.equal = false;
        if self.differences.len() < MOST_DIFFERENCES {
            self.differences.push(Difference {
                cell: cell.to_string(),
                legacy: legacy.to_string(),
                workflow: workflow.to_string(),
            });
        }
    }
}

fn ended_by(outcome: &RunOutcome) -> Option<String> {
    match (&outcome.error, &outcome.refusal) {
        (Some(error), _) => Some(format!("error {} in line {}: {}", error.number, error.line, error.description)),
        (None, Some((capability, reason))) => Some(format!("refused: {capability}: {reason}")),
        (None, None) => (outcome.status == RunStatus::Timeout).then(|| String::from("timeout")),
    }
}

/// A workflow ready to run.
#[derive(Clone, Copy)]
pub(super) struct Runnable<'a> {
    pub application: &'a Application,
    pub program: &'a Program,
    pub workflow: &'a Workflow,
    pub limits: Limits,
}

impl Runnable<'_> {
    /// Runs it in the sandbox.
    pub(super) fn run(&self, host: Host) -> Result<(RunOutcome, RunCost), PipelineError> {
        let started = Instant::now();
        let outcome = run(self.program, &self.workflow.name, Vec::new(), host, self.limits)
            .map_err(|error| PipelineError::Compile { source: Box::new(error) })?;
        let cost = RunCost::of(&outcome, started);
        Ok((outcome, cost))
    }

    /// Share of the steps with a source that were executed, over this workflow and those it calls.
    pub(super) fn reached(&self, hits: &[u32]) -> f64 {
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

/// Receipts for some workflows of an application on one file, each with what its run took. `reference` is the conversion of
/// the file's own code when the application is another: it tells which cells the macro writes, whatever the other does.
pub(super) fn receipts(
    read: &ReadPath,
    (application, reference): (&Application, Option<&Application>),
    chosen: &[&Workflow],
    after: Option<&ReadPath>,
    clock: &dyn Clock,
) -> Result<Vec<(Receipt, RunCost)>, PipelineError> {
    let program = compiled(application)?;
    let reference = match reference {
        Some(application) => Some((application, compiled(application)?)),
        None => None,
    };
    let model_hash = sha256_hex(crate::dsl::write(application).as_bytes());
    let data = workbook_of(read);
    let receipt = |workflow: &Workflow, tried: Runnable<'_>, compared: Compared| {
        let receipt = Receipt {
            procedure: workflow.name.clone(),
            level: compared.level,
            equal: compared.equal,
            cells: compared.cells,
            statements_reached: tried.reached(&compared.hits),
            differences: compared.differences,
            input_hash: read.sha256.clone(),
            legacy_hash: legacy_hash(read),
            model_hash: model_hash.clone(),
            engine: concat!("daylight ", env!("CARGO_PKG_VERSION")).to_string(),
        };
        (receipt, compared.cost)
    };
    let mut found = Vec::new();
    for workflow in chosen {
        let tried = Runnable { application, program: &program, workflow, limits: Limits::default() };
        if is_database(read) {
            found.push(receipt(workflow, tried, replay_tables::compared(read, tried, after, clock)?));
            continue;
        }
        let original = reference.as_ref().and_then(|(application, program)| {
            let workflow = application.workflows.iter().find(|other| other.name == workflow.name)?;
            Some(Runnable { application, program, workflow, limits: Limits::default() })
        });
        let compared = replay_cells::compared(&data, tried, original.unwrap_or(tried), after, clock)?;
        found.push(receipt(workflow, tried, compared));
        // Another workflow than the macro's own conversion is also held against that where one file shows too little.
        if let Some(original) = original
            && let Some(compared) = replay_variants::compared(&data, tried, original, clock)?
        {
            found.push(receipt(workflow, tried, compared));
        }
    }
    Ok(found)
}

fn is_database(read: &ReadPath) -> bool {
    matches!(read.reading.facts.kind, FileKind::Mdb | FileKind::Accdb | FileKind::AccessXml)
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
