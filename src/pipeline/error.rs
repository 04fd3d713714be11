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
            PipelineError::Model { .. } => Some("Compare it with `daylight schema`."),
            _ => None,
        }
    }

    /// Whether the input, not the command, was at fault.
    pub fn input_unreadable(&self) -> bool {
        matches!(self, PipelineError::ReadFile { .. } | PipelineError::Unreadable { .. } | PipelineError::Model { .. })
    }
}
