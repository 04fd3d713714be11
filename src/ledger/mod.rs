//! The truth: an append-only, hash-chained log of events per tenant, objects filed by content, and sealed originals.
//! Promises: what was acknowledged survives kill -9 and power loss; nobody writes without a record; an auditor can
//! check the chain with `sha256sum` and a text editor. Knows nothing of models, files or databases.

mod chain;
mod keys;
mod objects;
mod sealed;
mod segments;
mod signing;
mod verify;

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

pub use chain::{GENESIS, hash_line};
pub use keys::TenantKeys;
pub use objects::{ObjectId, Objects};
pub use sealed::{SealedId, SealedOriginals};
pub use segments::{FileLedger, SEGMENT_BYTES};
pub use signing::{Signature, SigningKey};
pub use verify::{Break, Verification, read_folder, verify_folder};

/// What happened, before it has a number and a place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Who caused it: a person's name or `system`.
    pub actor: String,
    /// Closed vocabulary of the product, past tense: `scan.finished`, `tag.accepted`.
    pub event: String,
    /// Plain facts of the event. Never cell values or personal data.
    pub data: Value,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// From 1, without gaps.
    pub seq: u64,
    /// RFC 3339, UTC. May go back when a clock does; `seq` orders.
    pub time: String,
    pub actor: String,
    pub event: String,
    pub data: Value,
    /// SHA-256 of the whole previous line without its line feed; of the first record: 64 zeros.
    pub prev: String,
}

/// What was found and mended when a ledger was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// Bytes of a line that was being written when the machine stopped; it was never acknowledged and was cut off.
    pub torn_bytes: u64,
}

/// Why the ledger could not do what was asked. After `Sync` the process must stop using it: what the disk holds is unknown.
#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("cannot open the ledger folder `{}`", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("another process is using `{}`; stop it or choose another folder with --data", path.display())]
    InUse { path: PathBuf },
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("record {seq} of `{}` does not follow from the one before it: {reason}. Nothing was changed; run `daylight ledger verify`", path.display())]
    Broken { path: PathBuf, seq: u64, reason: String },
    #[error("cannot append to `{}`; the events were not acknowledged", path.display())]
    Append { path: PathBuf, source: io::Error },
    #[error("the disk did not confirm `{}`; the events were not acknowledged and the ledger is closed", path.display())]
    Sync { path: PathBuf, source: io::Error },
    #[error("the ledger was closed by an earlier disk failure; restart to continue from what the disk holds")]
    Closed,
    #[error("cannot keep object `{}`", path.display())]
    Object { path: PathBuf, source: io::Error },
    #[error("object `{id}` is not here")]
    Missing { id: String },
    #[error("object `{id}` does not hold what its name says")]
    Corrupt { id: String },
    #[error("cannot read or make the keys in `{}`", path.display())]
    Keys { path: PathBuf, source: io::Error },
    #[error("the operating system gave no random bytes: {reason}")]
    Random { reason: String },
}

/// The seam behind which files stand today and a database may stand later.
pub trait Ledger: Send {
    /// Appends all events in order and returns them as recorded, only after the disk confirmed them.
    ///
    /// # Errors
    /// `Append` or `Sync`: none of them is acknowledged.
    fn append(&mut self, events: &[Event]) -> Result<Vec<Record>, LedgerError>;

    /// The records with numbers above `after`, oldest first.
    ///
    /// # Errors
    /// `Read` and `Broken`.
    fn records_after(&self, after: u64) -> Result<Vec<Record>, LedgerError>;

    /// The number of the last record; 0 when empty.
    fn last_seq(&self) -> u64;
}
