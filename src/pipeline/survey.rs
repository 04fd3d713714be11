//! How well the macros of many files convert and run: for each file the share of statements by grade, and what became of every
//! macro that computes on cells when it is started by itself on its own workbook. Nothing is granted and dialogs get their default answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::PipelineError;
use super::contents::{ReadPath, file_name, read_path};
use super::convert::reported;
use super::discover::discover;
use super::excel_data::workbook_of;
use super::macros::{application_of, compiled, host_for, inside};
use super::report::{SurveyReport, SurveyedFile, SurveyedRun};
use crate::base::{Clock, contained};
use crate::engine::workbook::data::WorkbookData;
use crate::engine::{Limits, Program, RunOutcome, run};
use crate::facts::FileKind;
use crate::model::{Action, Application, Grade, ModuleKind, ProcedureKind, Step, Workflow};
use crate::source::ReaderCommand;

/// `daylight macro survey`: every file with code among the files of `paths`, one after the other; the second value lists what
/// could not be read.
///
/// # Errors
/// When a named file cannot be read.
pub fn survey(
    paths: &[PathBuf],
    clock: &dyn Clock,
    reader: &ReaderCommand,
) -> Result<(SurveyReport, Vec<String>), PipelineError> {
    let (mut files, mut failed) = (Vec::new(), Vec::new());
    for path in paths {
        let is_folder = path.is_dir();
        for file in discover(std::slice::from_ref(path), Path::new("")).into_iter().flat_map(|root| root.files) {
            let name = if is_folder { file.display().to_string() } else { file_name(&file) };
            let surveyed = match read_path(&file, reader) {
                Ok(read) => contained(|| surveyed(&name, &read, clock)),
                Err(error) if is_folder => {
                    failed.push(error.to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            match surveyed {
                Ok(found) => files.extend(found?),
                Err(place) => failed.push(format!("{name}: stopped on an internal error at {place}")),
            }
        }
    }
    Ok((SurveyReport::of(files), failed))
}

fn surveyed(name: &str, read: &ReadPath, clock: &dyn Clock) -> Result<Option<SurveyedFile>, PipelineError> {
    let facts = &read.reading.facts;
    if facts.code.is_empty() && facts.macros.is_empty() {
        return Ok(None);
    }
    let conversion = super::convert::converted(facts, &[facts]);
    let converted = reported(conversion.clone());
    let application = application_of(conversion);
    let procedures = application.workflows.iter().filter(|workflow| workflow.procedure.is_some());
    let of_own = |workflow: &&Workflow| !holds_manual(&workflow.steps);
    let mut file = SurveyedFile {
        file: name.to_string(),
        coverage: converted.coverage,
        procedures: procedures.clone().count() as u64,
        without_manual: procedures.filter(of_own).count() as u64,
        runs: Vec::new(),
    };
    if matches!(facts.kind, FileKind::Xlsx | FileKind::Xlsm | FileKind::Xlsb | FileKind::Xls) {
        file.runs = runs(read, &application, clock)?;
    }
    Ok((file.procedures > 0).then_some(file))
}

/// Whether a statement of the procedure itself was left to a person.
fn holds_manual(steps: &[Step]) -> bool {
    steps.iter().any(|step| {
        step.grade == Some(Grade::Manual)
            || matches!(step.action, Action::Manual { .. })
            || crate::dsl::branches(&step.action).into_iter().any(|branch| holds_manual(branch))
    })
}

fn runs(read: &ReadPath, application: &Application, clock: &dyn Clock) -> Result<Vec<SurveyedRun>, PipelineError> {
    let chosen: Vec<&Workflow> = application.workflows.iter().filter(|one| starts_on_cells(one, application)).collect();
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let program = compiled(application)?;
    let data = workbook_of(read);
    chosen.into_iter().map(|workflow| one_run(&program, workflow, &data, clock)).collect()
}

fn one_run(
    program: &Program,
    workflow: &Workflow,
    data: &WorkbookData,
    clock: &dyn Clock,
) -> Result<SurveyedRun, PipelineError> {
    let host = host_for(data, clock.now_ms(), Vec::new(), inside()?);
    let outcome = run(program, &workflow.name, Vec::new(), host, Limits::default())
        .map_err(|error| PipelineError::Compile { source: Box::new(error) })?;
    Ok(SurveyedRun {
        procedure: workflow.name.clone(),
        status: outcome.status.name().to_string(),
        reason: reason(&outcome),
    })
}

fn reason(outcome: &RunOutcome) -> String {
    match (&outcome.error, &outcome.refusal) {
        (Some(error), _) => format!("error {} in {} line {}", error.number, error.module, error.line),
        (None, Some((capability, reason))) => format!("{capability}: {reason}"),
        (None, None) => String::new(),
    }
}

/// A Sub that needs no argument, stands where somebody can start it, and reads or writes cells itself.
fn starts_on_cells(workflow: &Workflow, application: &Application) -> bool {
    let startable = application.modules.iter().any(|module| {
        Some(&module.name) == workflow.module.as_ref()
            && matches!(module.kind, ModuleKind::Module | ModuleKind::Document)
    });
    startable
        && workflow.procedure == Some(ProcedureKind::Sub)
        && workflow.inputs.iter().all(|input| input.optional)
        && names_cells(&workflow.steps)
}

/// Words by which code reaches cells.
const CELLS: [&str; 8] = ["range", "cells", "activecell", "selection", "usedrange", "currentregion", "rows", "columns"];

fn names_cells(steps: &[Step]) -> bool {
    // The text of a step holds its expressions, whatever kind of step it is.
    let names = |step: &Step| {
        let own = Step { source: Vec::new(), note: None, ..step.clone() };
        let text = serde_json::to_string(&own).unwrap_or_default().to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| CELLS.contains(&word))
    };
    steps.iter().any(names)
}

impl SurveyReport {
    /// The files with their sums.
    fn of(files: Vec<SurveyedFile>) -> SurveyReport {
        let mut report = SurveyReport::default();
        let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
        for file in &files {
            report.coverage.add(file.coverage);
            report.procedures += file.procedures;
            report.without_manual += file.without_manual;
            for run in &file.runs {
                *statuses.entry(run.status.clone()).or_default() += 1;
            }
        }
        SurveyReport { files, statuses, ..report }
    }
}
