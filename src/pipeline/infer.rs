//! `daylight infer`: one application model from files together, no store needed.

use std::path::PathBuf;

use super::PipelineError;
use super::contents::{ReadPath, read_paths};
use crate::infer::Source;
use crate::model::Inference;
use crate::source::ReaderCommand;

/// Infers one model from all readable files of `paths`; the second value lists what could not be read.
///
/// # Errors
/// When a named file cannot be read.
pub fn infer(paths: &[PathBuf], reader: &ReaderCommand) -> Result<(Inference, Vec<String>), PipelineError> {
    let (read, failed) = read_paths(paths, reader)?;
    Ok((infer_read(&read), failed))
}

fn infer_read(read: &[ReadPath]) -> Inference {
    let sources: Vec<Source<'_>> =
        read.iter().map(|file| Source { name: &file.name, reading: &file.reading }).collect();
    let mut inference = crate::infer::infer(&sources);
    inference.application.metadata.sources = read.iter().map(|file| file.name.clone()).collect();
    inference
}
