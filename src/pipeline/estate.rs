//! The main job and its summary: the same functions as the pages use, so that terminal and browser never disagree.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::contents::read_path;
use super::receipts::issue;
use super::records::import_on;
use super::replay::{can_start, receipts};
use super::workspace::SYSTEM;
use super::{PipelineError, Progress, RecordKind, ScanOptions, Workspace, kpis, scan};
use crate::insight::Indicator;
use crate::model::{Application, Workflow};

/// What a summary shows.
#[derive(Debug, Clone)]
pub struct Summary {
    pub counts: Vec<(String, String)>,
    pub kpis: Vec<Indicator>,
}

/// `snapshots.json` of the samples: dated copies of one share.
#[derive(Debug, Deserialize)]
struct Snapshots {
    snapshots: Vec<DatedFolder>,
}

#[derive(Debug, Deserialize)]
struct DatedFolder {
    folder: String,
    taken: String,
}

/// Files of records beside the estate and what they hold.
const RECORDS: &[(&str, RecordKind)] = &[
    ("owners.csv", RecordKind::Owners),
    ("backlog.csv", RecordKind::Backlog),
    ("usage.csv", RecordKind::Usage),
    ("legacy_opens.csv", RecordKind::Legacy),
    ("eligible.csv", RecordKind::Eligible),
    ("costs.csv", RecordKind::Costs),
    ("runs.csv", RecordKind::Runs),
    ("deploys.csv", RecordKind::Deploys),
    ("slo.csv", RecordKind::Slo),
];

/// Imports the samples' records, scans each dated copy of the share, and replays the macros of the last one.
///
/// # Errors
/// When the samples are not what they should be or the ledger refuses.
pub fn main_job(workspace: &Workspace, samples: &Path, progress: &dyn Progress) -> Result<(), PipelineError> {
    let path = samples.join("snapshots.json");
    let text =
        std::fs::read_to_string(&path).map_err(|source| PipelineError::ReadFile { path: path.clone(), source })?;
    let dated: Snapshots = serde_json::from_str(&text)
        .map_err(|source| PipelineError::Decode { what: path.display().to_string(), source })?;
    for (index, folder) in dated.snapshots.iter().enumerate() {
        // The records tell how things stand now; the first copy of the share was found before anyone kept any.
        if index + 1 == dated.snapshots.len() {
            import_all(workspace, samples, &folder.taken)?;
        }
        let options = ScanOptions {
            day: Some(folder.taken.clone()),
            share: Some(String::from("estate")),
            ..ScanOptions::default()
        };
        scan(workspace, &[samples.join(&folder.folder)], &options, progress)?;
    }
    replay_macros(workspace, progress)
}

fn import_all(workspace: &Workspace, samples: &Path, day: &str) -> Result<(), PipelineError> {
    for (file, kind) in RECORDS {
        import_on(workspace, *kind, &samples.join("records").join(file), &[], day)?;
    }
    Ok(())
}

/// Replays every macro that can start by itself on the files of its application and records receipts and runs.
///
/// # Errors
/// When the ledger refuses.
pub fn replay_macros(workspace: &Workspace, progress: &dyn Progress) -> Result<(), PipelineError> {
    let applications: Vec<_> = workspace.current_applications()?.into_iter().filter(|row| row.workflows > 0).collect();
    progress.stage("replaying", applications.len());
    for row in applications {
        let model: Application = workspace.fetch(&row.model)?;
        let chosen: Vec<&Workflow> = model.workflows.iter().filter(|workflow| can_start(workflow, &model)).collect();
        let Some(path) = representative(workspace, &row.application, &model)? else { continue };
        if chosen.is_empty() {
            continue;
        }
        let read = match read_path(&path, workspace.reader()) {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(application = %row.application, error = %error, "replay left out");
                continue;
            }
        };
        let replayed = match receipts(&read, (&model, None), &chosen, None, workspace.clock()) {
            Ok(replayed) => replayed,
            Err(error) => {
                tracing::warn!(application = %row.application, error = %crate::base::Chain(&error), "replay left out");
                continue;
            }
        };
        let mut events = Vec::new();
        for (receipt, cost) in replayed {
            events.push(issue(workspace, &row.application, &receipt)?);
            let failed =
                receipt.differences.first().filter(|first| first.cell == "run").map(|first| first.workflow.clone());
            events.push((
                "run.finished",
                serde_json::json!({
                    "run": format!("replay-{}", receipt.procedure), "application": row.application, "workflow": receipt.procedure,
                    "status": cost.status.name(), "ms": cost.ms, "steps": cost.steps, "memoryBytes": cost.memory_bytes,
                    "error": failed, "detail": { "purpose": "replay", "level": receipt.level, "equal": receipt.equal },
                }),
            ));
        }
        workspace.record(SYSTEM, events)?;
    }
    Ok(())
}

/// The file whose code the application's model was converted from.
fn representative(
    workspace: &Workspace,
    application: &str,
    model: &Application,
) -> Result<Option<PathBuf>, PipelineError> {
    let wanted: Vec<&str> = model.modules.iter().map(|module| module.sha256.as_str()).collect();
    for file in workspace.files()?.into_iter().filter(|file| file.application == application && !file.facts.is_empty())
    {
        let facts: super::applications::KeptFacts = workspace.fetch(&file.facts)?;
        let holds = |module: &crate::facts::CodeFacts| {
            wanted.contains(&crate::base::sha256_hex(module.code.as_bytes()).as_str())
        };
        if !facts.facts.code.is_empty() && facts.facts.code.iter().all(holds) && Path::new(&file.path).exists() {
            return Ok(Some(PathBuf::from(file.path)));
        }
    }
    Ok(None)
}

/// The figures of the Overview page.
///
/// # Errors
/// When the projection refuses.
pub fn summary(workspace: &Workspace) -> Result<Summary, PipelineError> {
    let files = workspace.current_files()?;
    let applications = workspace.current_applications()?;
    let tags = workspace.tags()?;
    let findings = workspace.findings()?;
    let receipts = workspace.receipts()?;
    let state = |state: &str| files.iter().filter(|file| file.state == state).count();
    let sum = |part: fn(&super::ApplicationRow) -> u64| applications.iter().map(part).sum::<u64>();
    let counts = [
        ("files in the estate", files.len().to_string()),
        ("  parsed / partial", format!("{} / {}", state("parsed"), state("partial"))),
        ("  encrypted / unsupported", format!("{} / {}", state("encrypted"), state("unsupported"))),
        ("  rejected / crashed", format!("{} / {}", state("rejected"), state("crashed"))),
        ("logical applications", applications.len().to_string()),
        ("data models / fields", format!("{} / {}", sum(|row| row.models), sum(|row| row.fields))),
        ("workflows from macros", sum(|row| row.workflows).to_string()),
        (
            "macros replayed equal",
            format!("{} of {}", receipts.iter().filter(|receipt| receipt.is_proof()).count(), receipts.len()),
        ),
        ("tags to review", format!("{} of {}", tags.iter().filter(|tag| tag.answer.is_empty()).count(), tags.len())),
        ("policy findings open", findings.len().to_string()),
    ];
    Ok(Summary {
        counts: counts.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        kpis: kpis(workspace, None)?.kpis,
    })
}
