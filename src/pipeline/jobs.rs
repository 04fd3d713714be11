//! Long work in the background with progress that pages can show: one thread per job, state in memory, results in the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use serde::Serialize;

use super::scan::{Progress, ScanOptions, scan};
use super::uploads::UPLOADS;
use super::{PipelineError, ScannedFile, Workspace};
use crate::base::{Chain, contained, timestamp};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    Running,
    Finished,
    Cancelled,
    Failed,
}

/// A scan as its page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    pub id: u64,
    pub state: JobState,
    pub roots: Vec<String>,
    pub started: String,
    /// `waiting`, `discovering`, `reading`, `modelling`, `done`.
    pub stage: String,
    pub done: usize,
    pub total: usize,
    /// Files that are being read now.
    pub reading: Vec<String>,
    /// Files read so far, newest last.
    pub files: Vec<ScannedFile>,
    pub snapshot: Option<u64>,
    pub error: Option<String>,
    /// Milliseconds since 1970; rates and time left are computed from it.
    pub started_ms: u64,
    pub updated_ms: u64,
    /// Grows with every change of any job of the process; a watcher that has seen it has seen the change.
    pub version: u64,
}

/// All jobs of this process.
#[derive(Clone, Default)]
pub struct Jobs {
    all: Arc<Mutex<BTreeMap<u64, Entry>>>,
    changes: Arc<AtomicU64>,
    line: Arc<Line>,
}

/// The jobs that are not over. One works at a time, in the order they came: a scan uses every processor already, its readers
/// may take a gigabyte each, and snapshots are numbered one after the other.
#[derive(Default)]
struct Line {
    waiting: Mutex<BTreeSet<u64>>,
    moved: Condvar,
}

impl Line {
    fn join(&self, id: u64) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Waits until all earlier jobs are over. The turn ends when what is given back is dropped, also after a panic.
    fn turn(&self, id: u64) -> Turn<'_> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = |waiting: &mut BTreeSet<u64>| waiting.first().is_some_and(|first| *first < id);
        drop(self.moved.wait_while(waiting, first).unwrap_or_else(PoisonError::into_inner));
        Turn { line: self, id }
    }
}

struct Turn<'a> {
    line: &'a Line,
    id: u64,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.line.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        self.line.moved.notify_all();
    }
}

struct Entry {
    job: Job,
    cancel: Arc<AtomicBool>,
}

impl Jobs {
    /// Starts a scan of `roots` and returns its number.
    pub fn start_scan(&self, workspace: Arc<Workspace>, roots: Vec<PathBuf>) -> u64 {
        self.start(workspace, roots, None)
    }

    /// Starts a scan of an upload, whose clear copy is removed when it was read.
    pub fn start_upload(&self, workspace: Arc<Workspace>, folder: PathBuf) -> u64 {
        self.start(workspace, vec![folder.clone()], Some(folder))
    }

    /// The number of the last change of any job.
    pub fn version(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    fn start(&self, workspace: Arc<Workspace>, roots: Vec<PathBuf>, discard: Option<PathBuf>) -> u64 {
        let cancel = Arc::new(AtomicBool::new(false));
        let now = workspace.clock().now_ms();
        let id = self.with(|all| {
            let id = all.keys().next_back().map_or(1, |last| last + 1);
            let job = Job {
                id,
                state: JobState::Running,
                roots: match &discard {
                    Some(_) => vec![String::from(UPLOADS)],
                    None => roots.iter().map(|root| root.display().to_string()).collect(),
                },
                started: timestamp(now),
                stage: String::from("waiting"),
                done: 0,
                total: 0,
                reading: Vec::new(),
                files: Vec::new(),
                snapshot: None,
                error: None,
                started_ms: now,
                updated_ms: now,
                version: self.changes.fetch_add(1, Ordering::SeqCst) + 1,
            };
            all.insert(id, Entry { job, cancel: Arc::clone(&cancel) });
            self.line.join(id);
            id
        });
        let jobs = self.clone();
        std::thread::spawn(move || {
            let turn = jobs.line.turn(id);
            jobs.run(id, &workspace, &roots, &cancel, discard.is_some());
            if let Some(folder) = discard {
                super::uploads::discard(&folder);
            }
            drop(turn);
        });
        id
    }

    fn run(&self, id: u64, workspace: &Workspace, roots: &[PathBuf], cancel: &Arc<AtomicBool>, transient: bool) {
        let progress = JobProgress { jobs: self, id, workspace, cancel };
        let share = transient.then(|| String::from(UPLOADS));
        let options = ScanOptions { share, transient, ..ScanOptions::default() };
        let outcome = contained(|| scan(workspace, roots, &options, &progress)).unwrap_or(Err(PipelineError::Worker));
        self.update(id, workspace, |job| match outcome {
            Ok(report) => {
                job.files = report.files;
                job.reading.clear();
                job.state = if cancel.load(Ordering::Relaxed) { JobState::Cancelled } else { JobState::Finished };
                job.stage = String::from("done");
                job.snapshot = Some(report.snapshot);
            }
            Err(error) => {
                job.state = JobState::Failed;
                job.reading.clear();
                let remedy = error.remedy().map(|text| format!(" {text}")).unwrap_or_default();
                job.error = Some(format!("{}. Files already listed are in.{remedy}", Chain(&error)));
            }
        });
    }

    /// A job as it stands.
    pub fn get(&self, id: u64) -> Option<Job> {
        self.with(|all| all.get(&id).map(|entry| entry.job.clone()))
    }

    /// All jobs, newest first.
    pub fn list(&self) -> Vec<Job> {
        self.with(|all| all.values().rev().map(|entry| entry.job.clone()).collect())
    }

    /// Asks a job to stop after the files it is reading; what was read is kept.
    pub fn cancel(&self, id: u64) -> bool {
        self.with(|all| all.get(&id).map(|entry| entry.cancel.store(true, Ordering::Relaxed)).is_some())
    }

    fn update(&self, id: u64, workspace: &Workspace, change: impl FnOnce(&mut Job)) {
        let now = workspace.clock().now_ms();
        self.with(|all| {
            if let Some(entry) = all.get_mut(&id) {
                change(&mut entry.job);
                entry.job.updated_ms = now;
                entry.job.version = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<u64, Entry>) -> T) -> T {
        // A panic while the map was held leaves plain data behind, which is still whole.
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut all)
    }
}

struct JobProgress<'a> {
    jobs: &'a Jobs,
    id: u64,
    workspace: &'a Workspace,
    cancel: &'a AtomicBool,
}

impl Progress for JobProgress<'_> {
    fn stage(&self, stage: &str, total: usize) {
        self.jobs.update(self.id, self.workspace, |job| {
            job.stage = stage.to_string();
            job.total = total.max(job.total);
        });
    }

    fn begins(&self, path: &str) {
        self.jobs.update(self.id, self.workspace, |job| job.reading.push(path.to_string()));
    }

    fn file(&self, file: &ScannedFile) {
        self.jobs.update(self.id, self.workspace, |job| {
            job.done += 1;
            job.reading.retain(|path| *path != file.path);
            job.files.push(file.clone());
        });
    }

    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}
