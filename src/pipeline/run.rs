//! `daylight run`: a workflow of a model in the sandbox, after policy had its say, with services by name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::access_data::database_of;
use super::contents::{ReadPath, read_path};
use super::excel_data::{serial_now, workbook_of};
use super::judge::{self, load_model};
use super::macros::{capabilities, find_workflow, host_for};
use super::report::{RunReport, StepReport};
use super::{PipelineError, Workspace};
use crate::base::{Clock, date_of_unix_ms};
use crate::engine::sandbox::json;
use crate::engine::services::{PrivateHosts, ServiceRegistry};
use crate::engine::value::Value;
use crate::engine::workbook::data::WorkbookData;
use crate::engine::{CompileOptions, Lenient, Limits, RunOutcome, StepRecord, compile, run};
use crate::infer::{Source, infer, sightings};
use crate::model::{Action, Decision, Step, Verdict, Workflow};
use crate::policy::{self, Asked};
use crate::source::ReaderCommand;

/// What to run.
#[derive(Debug, Clone, Default)]
pub struct RunRequest {
    pub model: PathBuf,
    pub workflow: String,
    /// `name=value`.
    pub inputs: Vec<String>,
    pub data_in: Vec<PathBuf>,
    /// `NAME=mock:FILE` or `NAME=URL`.
    pub services: Vec<String>,
    pub approve: Option<String>,
    pub dry_run: bool,
}

/// A run and the decision it was made under.
#[derive(Debug, Clone)]
pub struct Ran {
    pub report: RunReport,
    /// Why it did not end well; in words for a person.
    pub reason: Option<String>,
    /// What a dry run would have called, one line each.
    pub calls: Vec<String>,
    pub verdict: Verdict,
    pub application: String,
    /// The run alone, in milliseconds; checking and compiling are not in it.
    pub ms: f64,
    /// Steps executed, each time counted.
    pub executed: u64,
    /// Bytes of linear memory at the end.
    pub memory_bytes: u64,
    pub capabilities: Vec<String>,
}

/// Status of a run that was judged and compiled, but not made.
const DRY_RUN: &str = "dry-run";

/// Checks and runs a workflow. A run that policy or the sandbox refuses is a report with status `refused`. `data` is the store
/// whose records of the application policy sees as well.
///
/// # Errors
/// When the model, a service or an input cannot be understood.
pub fn run_workflow(
    request: &RunRequest,
    clock: &dyn Clock,
    reader: &ReaderCommand,
    data: &Path,
) -> Result<Ran, PipelineError> {
    let application = load_model(&request.model)?;
    let workflow = find_workflow(&application, &request.workflow)?.clone();
    let arguments = arguments(&workflow, &request.inputs)?;
    let read = request.data_in.iter().map(|path| read_path(path, reader)).collect::<Result<Vec<ReadPath>, _>>()?;
    let mut services = ServiceRegistry::default();
    for text in &request.services {
        register(&mut services, text)?;
    }
    let started = clock.now_ms();
    let mut seen = judge::recorded(&application, data)?;
    judge::add(&mut seen, &judge::own_steps(&application));
    judge::add(&mut seen, &data_findings(&read));
    let verdict = judge::check_application(&application, &seen, &date_of_unix_ms(started))?;
    let mut ran = Ran {
        report: RunReport { run: format!("run-{started}"), status: String::from("refused"), ..RunReport::default() },
        reason: refusal(&verdict, request.approve.as_deref()),
        calls: Vec::new(),
        application: application.id.clone(),
        ms: 0.0,
        executed: 0,
        memory_bytes: 0,
        capabilities: Vec::new(),
        verdict,
    };
    if ran.reason.is_some() && !request.dry_run {
        return Ok(ran);
    }
    // What cannot be compiled elsewhere in the model does not concern this workflow; in it, it ends the run as refused.
    let program = compile(&application, &CompileOptions { lenient: Lenient::Refuse })
        .map_err(|error| PipelineError::Compile { source: Box::new(error) })?;
    let manifest: Vec<&str> = program.manifest().iter().map(|capability| capability.name()).collect();
    let names: Vec<&str> = request.services.iter().filter_map(|text| text.split_once('=')).map(|pair| pair.0).collect();
    let granted =
        policy::grants(&application, &workflow.name, &ran.verdict, &Asked { manifest: &manifest, services: &names });
    if request.dry_run {
        plan(&mut ran, &workflow, &names);
        return Ok(ran);
    }
    let book = read.first().map_or_else(WorkbookData::default, workbook_of);
    let mut host = host_for(&book, started, Vec::new(), capabilities(&granted));
    host.services = services;
    if !read.is_empty() {
        // The run works on a copy in memory, as it does with a workbook.
        let database = database_of(&read, serial_now(started))?;
        host.models.push(Box::new(database.clone()));
        host.database = Some(Box::new(database));
    }
    host.run_id.clone_from(&ran.report.run);
    let clocked = std::time::Instant::now();
    let outcome = run(&program, &workflow.name, arguments, host, Limits::default())
        .map_err(|error| PipelineError::Compile { source: Box::new(error) })?;
    ran.ms = clocked.elapsed().as_secs_f64() * 1000.0;
    finish(&mut ran, &workflow, outcome);
    Ok(ran)
}

fn finish(ran: &mut Ran, workflow: &Workflow, outcome: RunOutcome) {
    ran.memory_bytes = outcome.memory_bytes as u64;
    ran.executed = outcome.steps_executed();
    ran.capabilities = outcome.capabilities_used.iter().map(|used| used.name().to_string()).collect();
    ran.report.status = outcome.status.name().to_string();
    let columns = columns_of(&workflow.steps, &outcome.steps);
    ran.report.steps = outcome
        .steps
        .into_iter()
        .map(|step| StepReport { id: step.id, status: step.status, attempts: step.attempts, ms: step.ms as f64 })
        .collect();
    ran.reason = match (outcome.error, outcome.refusal) {
        (Some(error), _) => Some(format!("error {}: {}", error.number, error.description)),
        (None, Some((capability, reason))) => Some(format!("{capability}: {reason}")),
        (None, None) => None,
    };
    let mut outputs: Map<String, Json> = outcome
        .outputs
        .iter()
        .map(|(name, value)| (name.clone(), named_rows(columns.get(name), json(value))))
        .collect();
    if let Some(value) = &outcome.value {
        outputs.insert(String::from("return"), json(value));
    }
    ran.report.outputs = outputs;
}

/// What a dry run tells: every step with no attempt made, and every call that would leave.
fn plan(ran: &mut Ran, workflow: &Workflow, services: &[&str]) {
    if ran.reason.is_none() {
        ran.report.status = DRY_RUN.to_string();
    }
    let mut open: Vec<&Step> = workflow.steps.iter().rev().collect();
    while let Some(step) = open.pop() {
        ran.report.steps.push(StepReport {
            id: step.id.clone(),
            status: String::from("planned"),
            attempts: 0,
            ms: 0.0,
        });
        if let Action::ApiCall { service, operation, .. } = &step.action {
            let known = if services.contains(&service.as_str()) { "registered" } else { "not registered: refused" };
            ran.calls.push(format!("{}: {service}.{operation} ({known})", step.id));
        }
        open.extend(crate::dsl::branches(&step.action).into_iter().rev().flat_map(|branch| branch.iter().rev()));
    }
}

/// Card numbers and personal data in the data a run is given, where no field is modelled for them.
fn data_findings(read: &[ReadPath]) -> Json {
    let mut findings = Vec::new();
    for file in read {
        let source = Source { name: &file.name, reading: &file.reading };
        let inferred = infer(&[source]);
        let seen = sightings(&source, &inferred.application, &inferred.regions);
        let of_data = seen.iter().filter(|one| matches!(one.kind.as_str(), "luhn_pan" | "pii_in_free_text"));
        findings.extend(of_data.map(|one| judge::finding(one, Some(&file.name), "")));
    }
    Json::Array(findings)
}

/// The columns of the rows that each variable got from a query.
fn columns_of(steps: &[Step], records: &[StepRecord]) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for step in steps {
        if let Action::Query { into: Some(into), .. } = &step.action
            && let Some(record) = records.iter().rev().find(|record| record.id == step.id && record.status == "ok")
        {
            found.insert(into.0.clone(), record.columns.clone());
        }
        for branch in crate::dsl::branches(&step.action) {
            found.extend(columns_of(branch, records));
        }
    }
    found
}

/// Rows of a query as objects by the names of its columns; any other value as it is.
fn named_rows(columns: Option<&Vec<String>>, value: Json) -> Json {
    let (Some(columns), Json::Array(rows)) = (columns, &value) else { return value };
    let row = |row: &Json| {
        let cells = row.as_array()?;
        (cells.len() == columns.len())
            .then(|| Json::Object(columns.iter().cloned().zip(cells.iter().cloned()).collect()))
    };
    rows.iter().map(row).collect::<Option<Vec<Json>>>().map_or(value, Json::Array)
}

fn refusal(verdict: &Verdict, approval: Option<&str>) -> Option<String> {
    let rules: BTreeSet<&str> = verdict.violations.iter().map(|violation| violation.id.as_str()).collect();
    let named: Vec<&str> = rules.into_iter().collect();
    match verdict.decision {
        Decision::Allow => None,
        Decision::Deny => Some(format!("policy denies this model: {}", named.join(", "))),
        Decision::Review if approval.is_some_and(|reason| !reason.trim().is_empty()) => None,
        Decision::Review => Some(format!(
            "policy asks for a review of this model ({}); run it with --approve \"REASON\" to record an approval",
            named.join(", ")
        )),
    }
}

fn register(services: &mut ServiceRegistry, text: &str) -> Result<(), PipelineError> {
    let argument = |reason: String| PipelineError::Argument { what: format!("the service `{text}`"), reason };
    let (name, target) =
        text.split_once('=').ok_or_else(|| argument(String::from("write NAME=mock:FILE or NAME=URL")))?;
    let added = match target.strip_prefix("mock:") {
        Some(file) => {
            let script = std::fs::read_to_string(file)
                .map_err(|source| PipelineError::ReadFile { path: PathBuf::from(file), source })?;
            services.add_mock(name, &script)
        }
        // Named on the command line by the person who runs it: this host, also a private one, may be reached.
        None => services.add_url(name, target, PrivateHosts::Granted),
    };
    added.map_err(|error| argument(crate::base::Chain(&error).to_string()))
}

fn arguments(workflow: &Workflow, inputs: &[String]) -> Result<Vec<Value>, PipelineError> {
    let mut given = std::collections::BTreeMap::new();
    for text in inputs {
        let (name, value) = text.split_once('=').ok_or_else(|| PipelineError::Argument {
            what: format!("the input `{text}`"),
            reason: String::from("write name=value"),
        })?;
        if !workflow.inputs.iter().any(|input| input.name == name) {
            let known: Vec<&str> = workflow.inputs.iter().map(|input| input.name.as_str()).collect();
            return Err(PipelineError::Unknown {
                name: name.to_string(),
                place: "workflow's inputs",
                known: known.join(", "),
            });
        }
        given.insert(name, value);
    }
    Ok(workflow
        .inputs
        .iter()
        .map(|input| given.get(input.name.as_str()).map_or(Value::Missing, |text| value_of(text)))
        .collect())
}

fn value_of(text: &str) -> Value {
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Bool(flag)) => Value::Boolean(flag),
        Ok(Json::Number(number)) => match number.as_i64().and_then(|whole| i32::try_from(whole).ok()) {
            Some(whole) => Value::Long(whole),
            None => Value::Double(number.as_f64().unwrap_or(0.0)),
        },
        Ok(Json::String(text)) => Value::text(text),
        Ok(Json::Null) => Value::Null,
        _ => Value::text(text),
    }
}

/// Records a run and, where one was needed, the approval it was made under.
///
/// # Errors
/// When the ledger refuses.
pub fn record_run(
    workspace: &Workspace,
    request: &RunRequest,
    ran: &Ran,
    approval: Option<&str>,
) -> Result<(), PipelineError> {
    let mut events = vec![("policy.checked", judge::checked(&ran.application, "run", &ran.verdict))];
    let given = approval.filter(|reason| !reason.trim().is_empty() && ran.verdict.decision == Decision::Review);
    if let Some(reason) = given {
        events.push(("approval.recorded", serde_json::json!({ "application": ran.application, "reason": reason })));
    }
    events.push((
        "run.finished",
        serde_json::json!({
            "run": ran.report.run, "application": ran.application, "workflow": request.workflow, "status": ran.report.status,
            "ms": ran.ms, "steps": ran.executed, "memoryBytes": ran.memory_bytes, "error": ran.reason,
            "detail": { "purpose": "run", "steps": ran.report.steps, "capabilities": ran.capabilities },
        }),
    ));
    workspace.record(&actor(), events)
}

/// The name of the person at the terminal, as the system tells it.
fn actor() -> String {
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| String::from("operator"))
}
