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
use super::report::{ScanReport, ScannedFile};
use super::workspace::SYSTEM;
use super::{FileRow, PipelineError, Workspace};
use crate::base::{Sha256Hex, contained, sha256_hex};
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
    pub file: ScannedFile,
    pub asset: String,
    /// Object ids of facts and file model; empty when nothing could be read.
    pub facts: String,
    pub model: String,
    pub risk: Option<f64>,
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
    let snapshot = workspace.snapshots()?.last().map_or(1, |last| last.snapshot + 1);
    let names: Vec<String> = found.iter().map(|root| root.path.display().to_string()).collect();
    workspace.record(SYSTEM, vec![("scan.started", json!({ "snapshot": snapshot, "roots": names }))])?;
    let known: BTreeMap<String, FileRow> = workspace.files()?.into_iter().map(|row| (row.asset.clone(), row)).collect();
    let files: Vec<(&Root, &PathBuf)> =
        found.iter().flat_map(|root| root.files.iter().map(move |file| (root, file))).collect();
    progress.stage("reading", files.len());
    let read = read_all(workspace, &files, snapshot, &known, options, progress)?;
    progress.stage("modelling", read.len());
    let applications = applications::group(workspace, snapshot, &day, &read, &known)?;
    let count = applications.values().collect::<BTreeSet<_>>().len();
    // What a cancelled scan did not look at is unknown, not gone.
    let complete = read.len() == files.len();
    let roots: Vec<Value> = found
        .iter()
        .map(|root| json!({ "root": root_name(root, options), "readable": root.readable && complete }))
        .collect();
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

fn read_all(
    workspace: &Workspace,
    files: &[(&Root, &PathBuf)],
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
                    let Some((root, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    let place = place_of(root, path, options);
                    progress.begins(&place.shown);
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
        "snapshot": snapshot, "asset": read.asset, "root": read.root, "path": file.path, "sha256": file.sha256, "bytes": file.bytes,
        "kind": file.kind, "state": file.state, "reason": file.reason, "tables": file.tables, "rows": file.rows, "formulas": file.formulas,
        "macros": file.macros, "ms": file.ms, "facts": read.facts, "model": read.model, "risk": read.risk,
    })
}

fn read_one(workspace: &Workspace, place: Place<'_>, known: &BTreeMap<String, FileRow>) -> Result<Read, PipelineError> {
    if let Some(read) = unchanged(workspace, &place, known)? {
        return Ok(read);
    }
    let outcome = read_file(place.path, &Limits::default(), workspace.reader());
    keep(workspace, place, outcome)
}

/// A file where it lies, and the asset it is.
struct Place<'a> {
    root: String,
    asset: String,
    path: &'a Path,
    /// The path as it is recorded and shown.
    shown: String,
}

fn place_of<'a>(root: &Root, path: &'a Path, options: &ScanOptions) -> Place<'a> {
    let shown = match &options.share {
        Some(share) if options.transient => Path::new(share).join(path.strip_prefix(&root.path).unwrap_or(path)),
        _ => path.to_path_buf(),
    };
    Place {
        root: root_name(root, options),
        asset: asset_of(root, path, options),
        path,
        shown: shown.display().to_string(),
    }
}

fn root_name(root: &Root, options: &ScanOptions) -> String {
    options.share.clone().unwrap_or_else(|| root.path.display().to_string())
}

/// A file asset is its place: 16 hexadecimal digits of the SHA-256 of its absolute path, or of its path within its share.
fn asset_of(root: &Root, path: &Path, options: &ScanOptions) -> String {
    let place = match &options.share {
        Some(share) => Path::new(share).join(path.strip_prefix(&root.path).unwrap_or(path)),
        None => std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()),
    };
    sha256_hex(place.as_os_str().as_encoded_bytes()).chars().take(16).collect()
}

/// A file whose content is that of its last complete reading by this version is not read again.
fn unchanged(
    workspace: &Workspace,
    place: &Place<'_>,
    known: &BTreeMap<String, FileRow>,
) -> Result<Option<Read>, PipelineError> {
    let Some(row) = known.get(&place.asset).filter(|row| row.state != "crashed" && !row.facts.is_empty()) else {
        return Ok(None);
    };
    if hash_file(place.path).as_deref() != Some(row.sha256.as_str()) {
        return Ok(None);
    }
    let Some(model) = applications::model_of(workspace, &row.facts)? else { return Ok(None) };
    Ok(Some(Read {
        root: place.root.clone(),
        file: ScannedFile {
            path: place.shown.clone(),
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
    }))
}

fn hash_file(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path).ok()?;
    let mut hash = Sha256Hex::default();
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hash.finish()),
            n => hash.update(buffer.get(..n)?),
        }
    }
}

fn keep(workspace: &Workspace, place: Place<'_>, outcome: Outcome) -> Result<Read, PipelineError> {
    let mut file = ScannedFile {
        path: place.shown.clone(),
        sha256: outcome.sha256.clone(),
        bytes: outcome.bytes,
        kind: super::contents::word(&outcome.kind),
        state: super::contents::word(&outcome.state),
        reason: outcome.reason.clone(),
        ms: outcome.ms,
        ..ScannedFile::default()
    };
    let (mut facts, mut model, mut risk) = (String::new(), String::new(), None);
    if let Some(reading) = &outcome.reading {
        let name = super::contents::file_name(place.path);
        match contained(|| applications::model_file(&name, &outcome.sha256, reading)) {
            Ok(made) => {
                measure(&mut file, &made, reading);
                risk = Some(made.risk);
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
    Ok(Read { root: place.root, file, asset: place.asset, facts, model, risk })
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
