//! The scan: discover, hash, read what changed in children, model each file, group files into applications, check, record.
//! Every file that was announced is in the ledger before it is announced; a scan that is killed loses only what it was reading.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};

use serde_json::{Value, json};

use super::applications::{self, FileModel};
use super::discover::{Root, discover};
use super::places::{Place, place_files, root_name};
use super::report::{ScanReport, ScannedFile};
use super::uploads::UPLOADS;
use super::views::covers;
use super::workspace::SYSTEM;
use super::{FileRow, PipelineError, Presence, Workspace, queries};
use crate::base::contained;
use crate::facts::{FileState, Reading};
use crate::source::{Limits, Outcome, read_file};

/// How a scan is done.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// Files read at the same time; the number of processors when none is given.
    pub jobs: Option<usize>,
    /// The day the snapshot counts for; today when none is given.
    pub day: Option<String>,
    /// The share the roots are a copy of: files of two dated copies are then the same assets.
    pub share: Option<String>,
    /// The files are removed once they were read: they are recorded by their place within the share.
    pub transient: bool,
}

/// Who watches a scan.
pub trait Progress: Sync {
    /// A stage begins; `total` files take part in it.
    fn stage(&self, stage: &str, total: usize);
    /// A file is about to be read.
    fn begins(&self, _path: &str) {}
    /// A file is read and recorded.
    fn file(&self, file: &ScannedFile);
    /// Whether to stop after the files being read.
    fn cancelled(&self) -> bool;
}

/// Nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &str, _: usize) {}
    fn file(&self, _: &ScannedFile) {}
    fn cancelled(&self) -> bool {
        false
    }
}

/// Most files whose records share one disk confirmation.
const GROUP: usize = 16;

/// A file that was read (or recognised as unchanged) and recorded.
pub(super) struct Read {
    pub root: String,
    /// The path as the ledger keeps it, and the place that makes the asset.
    pub path: String,
    pub place: String,
    pub file: ScannedFile,
    pub asset: String,
    /// Object ids of facts and file model; empty when nothing could be read.
    pub facts: String,
    pub model: String,
    pub risk: Option<f64>,
    /// Formulas compared with their saved results, and the equal ones among them.
    pub compared: u64,
    pub equal: u64,
}

impl Read {
    /// The path below the root; empty for a root that is a file.
    pub fn within(&self) -> &str {
        self.place.strip_prefix(self.root.as_str()).unwrap_or(&self.place).trim_start_matches('/')
    }
}

/// Scans `roots` into the workspace and returns what is in them now.
///
/// # Errors
/// When the ledger refuses; files that were announced are kept.
pub fn scan(
    workspace: &Workspace,
    roots: &[PathBuf],
    options: &ScanOptions,
    progress: &dyn Progress,
) -> Result<ScanReport, PipelineError> {
    progress.stage("discovering", 0);
    let found = discover(roots, workspace.folder());
    let day = options.day.clone().unwrap_or_else(|| workspace.today());
    let snapshot = begin(workspace, &found, options)?;
    let known: BTreeMap<String, FileRow> =
        workspace.files_ever()?.into_iter().map(|row| (row.asset.clone(), row)).collect();
    let places = place_files(&found, &known, options);
    progress.stage("reading", places.len());
    let read = read_all(workspace, &places, snapshot, &known, options, progress)?;
    progress.stage("modelling", read.len());
    let elsewhere = not_looked_at(&known, &places, &found, options);
    let applications = applications::group(workspace, (snapshot, &day), &read, &known, &elsewhere)?;
    let count = applications.values().collect::<BTreeSet<_>>().len();
    let whole = !progress.cancelled();
    let roots: Vec<Value> = found
        .iter()
        .map(|root| json!({ "root": root_name(root, options.share.as_deref()), "readable": root.readable && whole }))
        .collect();
    // Files that a cancelled scan did not come to are unknown, not gone: none of its roots was read to its end.
    let event = json!({
        "snapshot": snapshot, "day": day, "roots": roots, "files": read.len(), "applications": count,
    });
    workspace.record(SYSTEM, vec![("scan.finished", event)])?;
    let report = ScanReport {
        files: read
            .into_iter()
            .map(|read| ScannedFile {
                application: applications.get(&read.asset).cloned().unwrap_or_default(),
                ..read.file
            })
            .collect(),
        applications: count,
        snapshot,
    };
    Ok(report)
}

/// Files of the estate that lie outside the roots that were read now.
fn not_looked_at(
    known: &BTreeMap<String, FileRow>,
    places: &[Place],
    roots: &[Root],
    options: &ScanOptions,
) -> Vec<FileRow> {
    let now: BTreeSet<&str> = places.iter().map(|place| place.asset.as_str()).collect();
    // An upload adds files; it is no look at what was uploaded before.
    let looks = roots.iter().filter(|root| root.readable && options.share.as_deref() != Some(UPLOADS));
    let read: Vec<String> = looks.map(|root| root_name(root, options.share.as_deref())).collect();
    let outside = |row: &&FileRow| {
        row.presence != Presence::Absent
            && !now.contains(row.asset.as_str())
            && !read.iter().any(|root| covers(root, &row.place))
    };
    known.values().filter(outside).cloned().collect()
}

/// Records that a scan begins and gives its number: one more than the last that was begun, also if that never ended.
fn begin(workspace: &Workspace, roots: &[Root], options: &ScanOptions) -> Result<u64, PipelineError> {
    #[derive(serde::Deserialize)]
    struct Last {
        snapshot: u64,
    }
    let _turn = workspace.take_turn();
    let last: Vec<Last> = workspace.scope().ask(queries::LAST_SCAN, &Value::Null)?;
    let snapshot = last.first().map_or(1, |last| last.snapshot + 1);
    let names: Vec<String> = roots.iter().map(|root| root_name(root, options.share.as_deref())).collect();
    workspace.record(SYSTEM, vec![("scan.started", json!({ "snapshot": snapshot, "roots": names }))])?;
    Ok(snapshot)
}

fn read_all(
    workspace: &Workspace,
    places: &[Place],
    snapshot: u64,
    known: &BTreeMap<String, FileRow>,
    options: &ScanOptions,
    progress: &dyn Progress,
) -> Result<Vec<Read>, PipelineError> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = options.jobs.unwrap_or(processors).clamp(1, 64);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let failed = Mutex::new(None);
    let collected = std::thread::scope(|threads| {
        for _ in 0..workers {
            let (sender, next, failed) = (sender.clone(), &next, &failed);
            threads.spawn(move || {
                while !progress.cancelled() {
                    let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    progress.begins(&place.given);
                    match read_one(workspace, place, known) {
                        Ok(read) => {
                            if sender.send(read).is_err() {
                                break;
                            }
                        }
                        Err(error) => {
                            if let Ok(mut slot) = failed.lock() {
                                slot.get_or_insert(error);
                            }
                            break;
                        }
                    }
                }
            });
        }
        drop(sender);
        record_in_groups(workspace, snapshot, &receiver, progress)
    });
    if let Ok(Some(error)) = failed.into_inner() {
        return Err(error);
    }
    let mut read = collected?;
    read.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    Ok(read)
}

/// Takes what has arrived, records it with one disk confirmation, and only then announces it.
fn record_in_groups(
    workspace: &Workspace,
    snapshot: u64,
    receiver: &Receiver<Read>,
    progress: &dyn Progress,
) -> Result<Vec<Read>, PipelineError> {
    let mut all = Vec::new();
    while let Ok(first) = receiver.recv() {
        let mut group = vec![first];
        group.extend(receiver.try_iter().take(GROUP - 1));
        let events = group.iter().map(|read| ("file.read", file_event(read, snapshot))).collect();
        workspace.record(SYSTEM, events)?;
        for read in &group {
            progress.file(&read.file);
        }
        all.extend(group);
    }
    Ok(all)
}

fn file_event(read: &Read, snapshot: u64) -> Value {
    let file = &read.file;
    json!({
        "snapshot": snapshot, "asset": read.asset, "root": read.root, "path": read.path, "place": read.place, "format": applications::FORMAT, "sha256": file.sha256, "bytes": file.bytes,
        "kind": file.kind, "state": file.state, "reason": file.reason, "tables": file.tables, "rows": file.rows, "formulas": file.formulas,
        "macros": file.macros, "ms": file.ms, "facts": read.facts, "model": read.model, "risk": read.risk,
        "compared": read.compared, "equal": read.equal,
    })
}

fn read_one(workspace: &Workspace, place: &Place, known: &BTreeMap<String, FileRow>) -> Result<Read, PipelineError> {
    if let Some(read) = unchanged(workspace, place, known)? {
        return Ok(read);
    }
    let outcome = read_file(&place.path, &Limits::default(), workspace.reader());
    keep(workspace, place, outcome)
}

/// A file whose content and name are those of its last reading by this version is not read again.
fn unchanged(
    workspace: &Workspace,
    place: &Place,
    known: &BTreeMap<String, FileRow>,
) -> Result<Option<Read>, PipelineError> {
    let same_reading = |row: &&FileRow| {
        row.state != "crashed"
            && row.format == applications::FORMAT
            && super::contents::file_name(Path::new(&row.path)) == super::contents::file_name(&place.path)
    };
    let Some(row) = known.get(&place.asset).filter(same_reading) else { return Ok(None) };
    if super::places::hash_file(&place.path).as_deref() != Some(row.sha256.as_str()) {
        return Ok(None);
    }
    let model = match applications::model_of(workspace, &row.facts)? {
        Some(model) => model,
        None if row.facts.is_empty() => String::new(),
        None => return Ok(None),
    };
    Ok(Some(Read {
        root: place.root.clone(),
        path: place.shown.clone(),
        place: place.place.clone(),
        file: ScannedFile {
            path: place.given.clone(),
            sha256: row.sha256.clone(),
            bytes: row.bytes,
            kind: row.kind.clone(),
            state: row.state.clone(),
            reason: row.reason.clone(),
            tables: row.tables,
            rows: row.rows,
            formulas: row.formulas,
            macros: row.macros,
            ms: 0,
            application: String::new(),
        },
        asset: place.asset.clone(),
        facts: row.facts.clone(),
        model,
        risk: row.risk,
        compared: row.compared,
        equal: row.equal,
    }))
}

fn keep(workspace: &Workspace, place: &Place, outcome: Outcome) -> Result<Read, PipelineError> {
    let mut file = ScannedFile {
        path: place.given.clone(),
        sha256: outcome.sha256.clone(),
        bytes: outcome.bytes,
        kind: super::contents::word(&outcome.kind),
        state: super::contents::word(&outcome.state),
        reason: outcome.reason.clone(),
        ms: outcome.ms,
        ..ScannedFile::default()
    };
    let (mut facts, mut model, mut risk) = (String::new(), String::new(), None);
    let (mut compared, mut equal) = (0, 0);
    if let Some(reading) = &outcome.reading {
        let name = super::contents::file_name(&place.path);
        match contained(|| applications::model_file(&name, &outcome.sha256, reading)) {
            Ok(made) => {
                measure(&mut file, &made, reading);
                risk = Some(made.risk);
                (compared, equal) = made.fidelity.as_ref().map_or((0, 0), |found| (found.compared, found.equal));
                model = workspace.keep(&made)?;
                facts =
                    workspace.keep(&applications::KeptFacts { facts: reading.facts.clone(), model: model.clone() })?;
            }
            Err(place) => {
                file.state = super::contents::word(&FileState::Crashed);
                file.reason = format!(
                    "the file was read, but making its model stopped on an internal error at {place}; nothing of it was kept, report it and scan again with the next version"
                );
            }
        }
        tracing::debug!(state = %file.state, kind = %file.kind, "file read");
    } else {
        tracing::debug!(state = %file.state, "file not read");
    }
    Ok(Read {
        root: place.root.clone(),
        path: place.shown.clone(),
        place: place.place.clone(),
        file,
        asset: place.asset.clone(),
        facts,
        model,
        risk,
        compared,
        equal,
    })
}

/// The counts of a scanned file.
fn measure(file: &mut ScannedFile, made: &FileModel, reading: &Reading) {
    file.tables = made.inference.application.data_models.len() as u64;
    file.rows = made.rows;
    file.formulas = reading.facts.formulas.iter().map(|shape| shape.cells).sum();
    file.macros = reading.facts.code.iter().filter(|module| module.code.lines().any(is_code)).count() as u64
        + reading.facts.macros.len() as u64;
}

/// Whether a line of a module is more than an attribute or a comment.
fn is_code(line: &str) -> bool {
    let line = line.trim();
    !(line.is_empty() || line.starts_with('\'') || line.starts_with("Attribute ") || line.starts_with("Option "))
}
