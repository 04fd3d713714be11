//! Uploads: streamed to disk, sealed as originals, scanned, and removed in clear as soon as they are read.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::workspace::SYSTEM;
use super::{PipelineError, Workspace};
use crate::base::sha256_hex;

/// Files on their way in.
pub struct Upload {
    folder: PathBuf,
    open: Option<File>,
    files: Vec<PathBuf>,
}

/// The folder of a store in which uploads lie in clear until they are read.
const INCOMING: &str = "incoming";

/// Uploads that this process has begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// The share that uploaded files belong to.
pub(super) const UPLOADS: &str = "uploads";
/// Longest name of a file or folder that is kept, in characters.
const LONGEST_NAME: usize = 120;
/// Deepest nesting of uploaded folders; what lies deeper is put into the last of them.
const DEEPEST: usize = 16;

impl Upload {
    /// Begins an upload in a folder of its own.
    ///
    /// # Errors
    /// `WriteFile`.
    pub fn begin(workspace: &Workspace) -> Result<Upload, PipelineError> {
        // Two uploads may begin in the same millisecond.
        let number = BEGUN.fetch_add(1, Ordering::Relaxed);
        let unique = sha256_hex(format!("{}-{}-{number}", workspace.clock().now_ms(), workspace.version()).as_bytes());
        let folder = workspace.folder().join(INCOMING).join(unique.get(..12).unwrap_or("upload"));
        std::fs::create_dir_all(&folder).map_err(|source| PipelineError::WriteFile { path: folder.clone(), source })?;
        Ok(Upload { folder, open: None, files: Vec::new() })
    }

    /// Begins the next file. A name is data: the folders in it are kept below the upload's own, without control characters
    /// and without a way up or out.
    ///
    /// # Errors
    /// `WriteFile`.
    pub fn next_file(&mut self, name: &str) -> Result<(), PipelineError> {
        let mut parts: Vec<String> = name.split(['/', '\\']).map(safe_part).filter(|part| !part.is_empty()).collect();
        let last = parts.pop().unwrap_or_else(|| String::from("file"));
        parts.truncate(DEEPEST);
        let mut folder = self.folder.clone();
        folder.extend(parts);
        // A folder cannot be made where a file of that name lies already; the file then goes beside it.
        if std::fs::create_dir_all(&folder).is_err() {
            folder = self.folder.clone();
        }
        let mut path = folder.join(&last);
        if path.exists() {
            path = folder.join(format!("{}-{last}", self.files.len() + 1));
        }
        let file = File::create(&path).map_err(|source| PipelineError::WriteFile { path: path.clone(), source })?;
        self.files.push(path);
        self.open = Some(file);
        Ok(())
    }

    /// Adds a piece of the file that was begun last.
    ///
    /// # Errors
    /// `WriteFile`.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), PipelineError> {
        let path = self.files.last().cloned().unwrap_or_default();
        let Some(file) = &mut self.open else { return Ok(()) };
        file.write_all(piece).map_err(|source| PipelineError::WriteFile { path, source })
    }

    /// Whether nothing came in.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Seals every file as an original, records that, and gives the folder to scan.
    ///
    /// # Errors
    /// When a file cannot be sealed or the ledger refuses; nothing is recorded then.
    pub fn seal(mut self, workspace: &Workspace) -> Result<PathBuf, PipelineError> {
        self.open = None;
        let mut events = Vec::new();
        for path in &self.files {
            let bytes = std::fs::read(path).map_err(|source| PipelineError::ReadFile { path: path.clone(), source })?;
            let sealed = workspace.originals().seal(&bytes)?;
            let event = json!({
                "path": shown(&self.folder, path), "sha256": sha256_hex(&bytes), "bytes": bytes.len(), "original": sealed,
            });
            events.push(("file.uploaded", event));
        }
        workspace.record(SYSTEM, events)?;
        Ok(self.folder.clone())
    }
}

/// Where a file lies within its upload.
fn shown(folder: &Path, path: &Path) -> String {
    Path::new(UPLOADS).join(path.strip_prefix(folder).unwrap_or(path)).display().to_string()
}

/// One part of a name as a file system takes it: hidden names are shown, parents and drives are gone.
fn safe_part(part: &str) -> String {
    let plain: String =
        part.chars().filter(|c| !c.is_control() && !matches!(c, ':' | '\0')).take(LONGEST_NAME).collect();
    plain.trim().trim_start_matches('.').trim_end_matches([' ', '.']).to_string()
}

/// Removes the clear copies of an upload.
pub(super) fn discard(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        tracing::warn!(error = %error, "an upload's clear copy could not be removed");
    }
}

/// Removes clear copies that a process left behind that was killed; the sealed originals stay. They are not read again by
/// themselves, since one of them may have been what ended the process. Answers what was done, in words for a person.
pub(super) fn clear_left_over(store: &Path) -> Option<String> {
    let folder = store.join(INCOMING);
    let uploads = std::fs::read_dir(&folder).ok()?.flatten().count();
    discard(&folder);
    let words =
        "were not read to their end before the service stopped; their clear copies were removed; import them again";
    (uploads > 0).then(|| format!("{uploads} uploads {words}"))
}
