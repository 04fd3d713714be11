//! `daylight macro run`: converts a macro and runs the workflow in the sandbox on a workbook.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::access_data::database_of;
use super::contents::{read_path, word};
use super::convert::{context_of, read_module};
use super::excel_data::{excel_of, serial_now, sheet_reports, take_excel, workbook_of};
use super::report::{MacroError, MacroReport, OutputLine};
use super::{PipelineError, save};
use crate::base::Clock;
use crate::convert::Conversion;
use crate::engine::dialogs::Dialogs;
use crate::engine::files::Files;
use crate::engine::object::ObjectModel;
use crate::engine::regexp::RegularExpressions;
use crate::engine::value::{Value, coerce};
use crate::engine::workbook::data::WorkbookData;
use crate::engine::{
    Capability, CompileOptions, Host, Lenient, Limits, Program, RunOutcome, RunStatus, UnknownName, compile, run,
};
use crate::facts::{CodeFacts, SourceFacts};
use crate::model::{Application, Workflow};
use crate::source::ReaderCommand;

/// What to run, on what, with which answers and grants.
#[derive(Debug, Clone, Default)]
pub struct MacroRequest {
    pub workbook: Option<PathBuf>,
    pub database: Option<PathBuf>,
    /// VBA source files; the workbook's own modules when empty.
    pub modules: Vec<PathBuf>,
    /// `Main` or `Module1.Main`.
    pub procedure: String,
    /// VBA literals, else text.
    pub arguments: Vec<String>,
    pub answers: Vec<String>,
    /// `CAP` or `CAP:PATH`.
    pub grants: Vec<String>,
    pub save: Option<PathBuf>,
}

/// Environment variables of a run: the folders of the in-memory file system.
const VARIABLES: [(&str, &str); 3] = [("HOME", "/home"), ("TEMP", "/tmp"), ("TMP", "/tmp")];

/// Runs a macro.
///
/// # Errors
/// `Unknown` when there is no such macro; the reader's errors for files. A macro that fails is a report, not an error.
pub fn run_macro(
    request: &MacroRequest,
    clock: &dyn Clock,
    reader: &ReaderCommand,
) -> Result<MacroReport, PipelineError> {
    let file = request.workbook.as_ref().or(request.database.as_ref());
    let read = file.map(|path| read_path(path, reader)).transpose()?;
    let facts = read.as_ref().map(|read| read.reading.facts.clone()).unwrap_or_default();
    let code = code_of(request, &facts)?;
    let mut conversion = crate::convert::convert(&code, &context_of(&facts));
    // What a file holds besides its macro may have been broken for years; modules that are handed in must compile.
    let strict = !request.modules.is_empty();
    let refused = conversion.syntax_errors.first().or(conversion.compile_errors.first().filter(|_| strict));
    if let Some(error) = refused {
        return Ok(not_compiled(&error.message, &error.module, error.line));
    }
    let explicit = std::mem::take(&mut conversion.explicit_modules);
    let application = application_of(conversion);
    let workflow = find_workflow(&application, &request.procedure)?.clone();
    let program = compiled(&application)?;
    let data = read.as_ref().map_or_else(WorkbookData::default, workbook_of);
    let arguments = request.arguments.iter().map(|text| literal(text)).collect();
    let holds: &[&str] = if request.database.is_some() { &["database"] } else { &[] };
    let mut host = host_for(&data, clock.now_ms(), request.answers.clone(), granted(&request.grants, holds)?);
    if let Some(folder) = granted_folder(&request.grants) {
        host.models[0] = Box::new(real_folder(folder, serial_now(clock.now_ms()))?);
    }
    if let Some(read) = read.as_ref().filter(|_| request.database.is_some()) {
        let database = database_of(std::slice::from_ref(read), serial_now(clock.now_ms()))?;
        host.models.push(Box::new(database.clone()));
        host.database = Some(Box::new(database));
    }
    if strict
        && request.database.is_none()
        && let Some((unknown, message)) = unknown_name(&program, &host.models, &explicit)
    {
        return Ok(not_compiled(&message, &unknown.module, unknown.line));
    }
    let outcome = run(&program, &workflow.name, arguments, host, Limits::default())
        .map_err(|error| PipelineError::Compile { source: Box::new(error) })?;
    report(request, &workflow, &program, outcome)
}

fn not_compiled(message: &str, module: &str, line: u32) -> MacroReport {
    MacroReport {
        status: String::from("compile-error"),
        returned: Some(String::new()),
        error: Some(MacroError { number: 0, description: message.to_string(), module: module.to_string(), line }),
        ..MacroReport::default()
    }
}

/// Libraries whose names may stand before a member, and functions of VBA that the sandbox does not have: code that names
/// them compiles.
const LIBRARIES: [&str; 18] = [
    "excel",
    "vba",
    "office",
    "msforms",
    "scripting",
    "stdole",
    "vbide",
    "doevents",
    "beep",
    "inputb",
    "loadpicture",
    "savepicture",
    "imestatus",
    "macscript",
    "macid",
    "load",
    "unload",
    "objptr",
];

/// The first name that nothing knows: a call always, a variable where declarations are asked for.
fn unknown_name<'p>(
    program: &'p Program,
    models: &[Box<dyn ObjectModel>],
    explicit: &[String],
) -> Option<(&'p UnknownName, String)> {
    let known = |name: &str| {
        LIBRARIES.iter().any(|library| library.eq_ignore_ascii_case(name))
            || crate::convert::vba::is_known_global(name)
            || models.iter().any(|model| model.knows(name))
    };
    program.unknown.iter().filter(|unknown| !known(&unknown.name)).find_map(|unknown| match unknown.called {
        true => Some((unknown, format!("Sub or Function not defined: {}", unknown.name))),
        false if explicit.contains(&unknown.module) => {
            Some((unknown, format!("Variable not defined: {}", unknown.name)))
        }
        false => None,
    })
}

fn code_of(request: &MacroRequest, facts: &SourceFacts) -> Result<Vec<CodeFacts>, PipelineError> {
    if request.modules.is_empty() {
        return Ok(super::convert::code_of(facts));
    }
    let mut code = request.modules.iter().map(|path| read_module(path)).collect::<Result<Vec<_>, _>>()?;
    if request.workbook.is_some() {
        for module in code.iter_mut().filter(|module| module.kind == "class" && is_document(&module.name, facts)) {
            module.kind = String::from("document");
        }
    }
    Ok(code)
}

/// Whether a class file is the exported module of the workbook or of one of its sheets; sheets without a code name in the file
/// are called `Sheet1`, `Sheet2`, ... in order.
fn is_document(name: &str, facts: &SourceFacts) -> bool {
    let coded = facts.sheets.iter().enumerate().any(|(place, sheet)| match sheet.code_name.as_deref() {
        Some(code_name) if !code_name.is_empty() => code_name.eq_ignore_ascii_case(name),
        _ => name.eq_ignore_ascii_case(&format!("Sheet{}", place + 1)),
    });
    coded || name.eq_ignore_ascii_case("ThisWorkbook")
}

/// An application that holds just this code.
pub(super) fn application_of(conversion: Conversion) -> Application {
    Application {
        id: String::from("macro"),
        version: String::from("1.0.0"),
        modules: conversion.modules,
        workflows: conversion.workflows,
        ..Application::default()
    }
}

/// Compiles a program; a procedure that cannot be compiled refuses when it is reached.
pub(super) fn compiled(application: &Application) -> Result<Program, PipelineError> {
    compile(application, &CompileOptions { lenient: Lenient::Refuse })
        .map_err(|error| PipelineError::Compile { source: Box::new(error) })
}

/// The workflow a macro name means: `Module.Name`, or `Name` in any module.
///
/// # Errors
/// `Unknown`, listing what there is.
pub(super) fn find_workflow<'a>(application: &'a Application, name: &str) -> Result<&'a Workflow, PipelineError> {
    let exact = application.workflows.iter().find(|workflow| workflow.name.eq_ignore_ascii_case(name));
    let short = || {
        application
            .workflows
            .iter()
            .find(|workflow| workflow.name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(name)))
    };
    exact.or_else(short).ok_or_else(|| {
        let known: Vec<&str> = application.workflows.iter().map(|workflow| workflow.name.as_str()).collect();
        PipelineError::Unknown {
            name: name.to_string(),
            place: "file",
            known: if known.is_empty() { String::from("no macros") } else { known.join(", ") },
        }
    })
}

/// The host of a run on a workbook.
pub(super) fn host_for(data: &WorkbookData, now_ms: u64, answers: Vec<String>, grants: BTreeSet<Capability>) -> Host {
    let serial = serial_now(now_ms);
    let excel: Box<dyn ObjectModel> = Box::new(excel_of(data, serial));
    Host {
        models: vec![Box::new(Files::in_memory(serial)), Box::new(RegularExpressions::default()), excel],
        dialogs: Dialogs::with_answers(answers),
        clock_serial: serial,
        variables: VARIABLES.map(|(name, value)| (name.to_string(), value.to_string())).into(),
        run_id: format!("run-{now_ms}"),
        grants,
        ..Host::default()
    }
}

/// What policy gives a macro on data that `holds` this, with what a person granted by name.
///
/// # Errors
/// `Argument` for a word that names no capability a person may give.
pub(super) fn granted(words: &[String], holds: &[&str]) -> Result<BTreeSet<Capability>, PipelineError> {
    let granted = crate::policy::macro_grants(words, holds).map_err(|error| PipelineError::Argument {
        what: format!("--grant {}", words.join(" ")),
        reason: error.to_string(),
    })?;
    Ok(capabilities(&granted))
}

/// The folder of `file:DIR`.
fn granted_folder(words: &[String]) -> Option<&Path> {
    let mut granted = words.iter().filter_map(|text| text.split_once(':'));
    let found = granted.find(|(name, _)| Capability::from_name(name) == Some(Capability::Files));
    found.map(|(_, folder)| Path::new(folder))
}

fn real_folder(folder: &Path, serial: f64) -> Result<Files, PipelineError> {
    Files::in_folder(folder, serial).map_err(|source| PipelineError::ReadFile { path: folder.to_path_buf(), source })
}

/// The capabilities of a macro to which nobody granted anything.
pub(super) fn inside() -> Result<BTreeSet<Capability>, PipelineError> {
    granted(&[], &[])
}

/// The doors of the sandbox that policy's words name.
pub(super) fn capabilities(granted: &[String]) -> BTreeSet<Capability> {
    granted.iter().filter_map(|word| Capability::from_name(word)).collect()
}

/// An argument as the command line gives it: a number, a quoted text, True, False or a date literal; else text.
fn literal(text: &str) -> Value {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "true" => return Value::Boolean(true),
        "false" => return Value::Boolean(false),
        "empty" => return Value::Empty,
        "null" => return Value::Null,
        _ => {}
    }
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Value::text(inner.replace("\"\"", "\""));
    }
    if let Some(inner) = text.strip_prefix('#').and_then(|rest| rest.strip_suffix('#'))
        && let Ok(date) = coerce::to_date(&Value::text(inner))
    {
        return Value::Date(date);
    }
    if let Ok(number) = text.parse::<i16>() {
        return Value::Integer(number);
    }
    if let Ok(number) = text.parse::<i32>() {
        return Value::Long(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') => {
            Value::Double(number)
        }
        _ => Value::text(text),
    }
}

fn report(
    request: &MacroRequest,
    workflow: &Workflow,
    program: &Program,
    outcome: RunOutcome,
) -> Result<MacroReport, PipelineError> {
    let returned = returned(&outcome);
    let mut report = MacroReport {
        status: outcome.status.name().to_string(),
        returned,
        error: outcome.error.as_ref().map(|error| MacroError {
            number: error.number,
            description: error.description.clone(),
            module: error.module.clone(),
            line: error.line,
        }),
        output: outcome
            .output
            .iter()
            .map(|line| OutputLine { kind: line.kind.clone(), text: line.text.clone() })
            .collect(),
        capabilities: program.manifest().iter().map(|capability| capability.name().to_string()).collect(),
        grade: workflow.grade.map(|grade| word(&grade)).unwrap_or_default(),
        ..MacroReport::default()
    };
    if let Some((capability, reason)) = &outcome.refusal {
        report.error = Some(MacroError {
            number: 0,
            description: format!("refused: {capability}: {reason}"),
            module: workflow.module.clone().unwrap_or_default(),
            line: 0,
        });
    }
    if let Some(mut excel) = take_excel(outcome.host.models) {
        if request.workbook.is_some() {
            report.sheets = sheet_reports(excel.dump());
        }
        if let Some(path) = &request.save {
            save::save_workbook(&excel.book.to_data(), path)?;
        }
    }
    Ok(report)
}

/// As CStr gives it; null for Null; empty when nothing was returned.
fn returned(outcome: &RunOutcome) -> Option<String> {
    match (&outcome.status, &outcome.value) {
        (RunStatus::Ok | RunStatus::Stopped, Some(Value::Null)) => None,
        (RunStatus::Ok | RunStatus::Stopped, Some(value)) => Some(coerce::to_text(value).unwrap_or_default()),
        _ => Some(String::new()),
    }
}
