//! What can go wrong between the rooms.

use std::path::PathBuf;

use thiserror::Error;

use crate::dsl::DslError;
use crate::ledger::LedgerError;
use crate::store::StoreError;

/// A failure of the pipeline. Display says what happened; `remedy` says what was kept and what to do.
#[derive(Debug, Error)]
pub enum PipelineError {
    #[error("the ledger refused")]
    Ledger(#[from] LedgerError),
    #[error("the projection refused")]
    Store(#[from] StoreError),
    #[error("cannot read `{}`", path.display())]
    ReadFile { path: PathBuf, source: std::io::Error },
    #[error("cannot write `{}`", path.display())]
    WriteFile { path: PathBuf, source: std::io::Error },
    #[error("`{}` could not be read: {state}: {reason}", path.display())]
    Unreadable { path: PathBuf, state: String, reason: String },
    #[error("`{}` is not a model", path.display())]
    Model { path: PathBuf, source: DslError },
    #[error("`{name}` is not in this {place}; there are: {known}")]
    Unknown { name: String, place: &'static str, known: String },
    #[error("{what}")]
    Refused { what: String },
    #[error("cannot understand {what}: {reason}")]
    Argument { what: String, reason: String },
    #[error("cannot encode a document")]
    Encode { source: serde_json::Error },
    #[error("`{what}` does not hold what it should")]
    Decode { what: String, source: serde_json::Error },
    #[error("`{}` does not hold findings", path.display())]
    Findings { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("policy could not be evaluated")]
    Policy { source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the workflow could not be compiled")]
    Compile { source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the rows could not be exported")]
    Export { source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the workbook could not be saved to `{}`", path.display())]
    Save { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("a worker stopped unexpectedly; what it had recorded is kept")]
    Worker,
}

impl PipelineError {
    /// What to do, where there is something to do.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            PipelineError::Ledger(LedgerError::InUse { .. }) => {
                Some("Stop the other process, or give another folder with --data.")
            }
            PipelineError::Ledger(LedgerError::Broken { .. }) => {
                Some("Run `daylight ledger verify` and restore the named segment from a backup. Nothing was changed.")
            }
            PipelineError::Store(_) => {
                Some("Nothing is lost: delete projection.duckdb and start again, it is rebuilt from the ledger.")
            }
            PipelineError::Unreadable { .. } => Some("Open the file in its own program, save it anew, and try again."),
            PipelineError::Model { .. } => Some("Nothing was changed. Compare it with `daylight schema`."),
            PipelineError::Findings { .. } => {
                Some("Nothing was decided. Write a list of findings as `docs/policy.md` shows, each with its `kind`.")
            }
            PipelineError::ReadFile { .. } => Some("Nothing was changed. Check the path and that it may be read."),
            PipelineError::WriteFile { .. } | PipelineError::Export { .. } | PipelineError::Save { .. } => {
                Some("What was read is untouched. Check that the folder may be written and the disk has room.")
            }
            PipelineError::Decode { .. } => {
                Some("Nothing was changed. Check that the file is JSON of the kind asked for.")
            }
            PipelineError::Unknown { .. } => {
                Some("Nothing was run and nothing was changed. Choose one of those named.")
            }
            PipelineError::Argument { .. } => Some("Nothing was recorded and nothing was changed."),
            PipelineError::Ledger(LedgerError::Missing { .. } | LedgerError::Corrupt { .. }) => {
                Some("The ledger still holds; restore the object from a backup, or scan the files again.")
            }
            PipelineError::Ledger(_) => Some("What was acknowledged before is kept. Check the disk, then try again."),
            PipelineError::Worker => Some("Start it again; what was recorded is not read a second time."),
            _ => None,
        }
    }

    /// Whether the input, not the command, was at fault.
    pub fn input_unreadable(&self) -> bool {
        matches!(
            self,
            PipelineError::ReadFile { .. }
                | PipelineError::Unreadable { .. }
                | PipelineError::Model { .. }
                | PipelineError::Findings { .. }
                | PipelineError::Decode { .. }
                | PipelineError::Ledger(
                    LedgerError::Open { .. }
                        | LedgerError::InUse { .. }
                        | LedgerError::Read { .. }
                        | LedgerError::Broken { .. }
                        | LedgerError::Missing { .. }
                        | LedgerError::Corrupt { .. }
                        | LedgerError::Keys { .. }
                )
                | PipelineError::Store(_)
        )
    }
}
