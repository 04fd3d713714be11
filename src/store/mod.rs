//! The projection: what the ledger says, as DuckDB tables that answer questions fast.
//! Promises: holds nothing that cannot be rebuilt from the ledger; the last applied record number is written in the same
//! transaction as the rows; only a `TenantScope` can ask, and no query takes a tenant next to its data.
//! Knows neither ledger nor pages: it is handed records and gives rows.

mod answers;
mod open;
mod parquet;
mod project;
mod scope;

use std::path::PathBuf;

use thiserror::Error;

pub use open::{Opened, Store};
pub use parquet::{ColumnKind, write_parquet};
pub use project::LedgerRow;
pub use scope::{Question, TenantScope};

/// Why the projection could not do what was asked. Nothing is lost by any of these: the ledger is the truth.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("cannot open the projection `{}`", path.display())]
    Open { path: PathBuf, source: duckdb::Error },
    #[error("cannot set the unreadable projection `{}` aside", path.display())]
    SetAside { path: PathBuf, source: std::io::Error },
    #[error("DuckDB accepted `{statement}` although external access is switched off; refusing to serve")]
    NotLocked { statement: &'static str },
    #[error("cannot apply record {seq} to the projection")]
    Apply { seq: u64, source: duckdb::Error },
    #[error("cannot answer `{question}`")]
    Ask { question: &'static str, source: duckdb::Error },
    #[error("the answer to `{question}` does not have the expected shape")]
    Shape { question: &'static str, source: serde_json::Error },
    #[error("it was made by another version")]
    OtherVersion,
    #[error("cannot write `{}`", path.display())]
    Parquet { path: PathBuf, source: duckdb::Error },
    #[error("the projection is in use by a request that failed; restart to continue")]
    Poisoned,
}
