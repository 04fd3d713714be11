//! Small translations between rooms: words of closed vocabularies, file names, and reading several paths at once.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::PipelineError;
use super::discover::discover;
use crate::facts::{FileState, Reading};
use crate::source::{Limits, ReaderCommand, read_file};

/// The word by which a closed vocabulary appears in JSON.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A file and what its reader delivered.
pub(super) struct ReadPath {
    pub name: String,
    pub reading: Reading,
    pub sha256: String,
}

/// Reads one file that must be readable.
///
/// # Errors
/// `Unreadable` with the state it ended in.
pub(super) fn read_path(path: &Path, reader: &ReaderCommand) -> Result<ReadPath, PipelineError> {
    if !path.exists() {
        let source = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(PipelineError::ReadFile { path: path.to_path_buf(), source });
    }
    let outcome = read_file(path, &Limits::default(), reader);
    let readable = matches!(outcome.state, FileState::Parsed | FileState::Partial);
    match outcome.reading.filter(|_| readable) {
        Some(reading) => Ok(ReadPath { name: file_name(path), reading, sha256: outcome.sha256 }),
        None => Err(PipelineError::Unreadable {
            path: path.to_path_buf(),
            state: word(&outcome.state),
            reason: outcome.reason,
        }),
    }
}

/// Reads every readable file of `paths` (files or folders). A file named by itself must be readable; one found in a
/// folder that is not gives a line in the second list.
///
/// # Errors
/// `ReadFile` when a path does not exist, `Unreadable` for a named file.
pub(super) fn read_paths(
    paths: &[PathBuf],
    reader: &ReaderCommand,
) -> Result<(Vec<ReadPath>, Vec<String>), PipelineError> {
    let (mut read, mut failed) = (Vec::new(), Vec::new());
    for path in paths {
        if !path.is_dir() {
            read.push(read_path(path, reader)?);
            continue;
        }
        for root in discover(std::slice::from_ref(path), Path::new("")) {
            for file in root.files {
                match read_path(&file, reader) {
                    Ok(one) => read.push(one),
                    Err(error) => failed.push(error.to_string()),
                }
            }
        }
    }
    Ok((read, failed))
}

/// The last part of a path as text.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
