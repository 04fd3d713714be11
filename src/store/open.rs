//! Opening: locked down, set aside and rebuilt when it cannot be opened.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use duckdb::{Config, Connection, params};

use super::answers::Answers;
use super::project::{RULES, SCHEMA};
use super::{StoreError, TenantScope};
use crate::base::{TenantId, sha256_hex};

/// Checkpoint after this much write-ahead log: 99 MB replay in 2.6 s, 1 MB of single-row commits in 1.8 s (measured), so keep it small.
const CHECKPOINT_AT: &str = "2MB";
/// DuckDB's own memory. Taking a record apart needs about twenty times its size: one of 58 MB did not fit into 1 GB (measured),
/// and a record that cannot be applied keeps a store from opening.
const MEMORY: &str = "4GB";

/// The projection of all tenants of one installation.
pub struct Store {
    connection: Mutex<Connection>,
    answers: Mutex<Answers>,
    /// Rises with each batch of records applied.
    revision: AtomicU64,
    path: Option<PathBuf>,
}

/// A store and what happened when it was opened.
pub struct Opened {
    pub store: Store,
    /// Why the old projection was set aside; then everything has to be applied again.
    pub set_aside: Option<String>,
}

impl Store {
    /// Opens the projection in `path`. A file that cannot be opened is renamed to `<path>.unreadable` and a new one begun.
    ///
    /// # Errors
    /// `Open` when not even a new file can be made; `NotLocked` when DuckDB would reach outside.
    pub fn open(path: &Path) -> Result<Opened, StoreError> {
        match Store::try_open(path) {
            Ok(store) => Ok(Opened { store, set_aside: None }),
            Err(StoreError::NotLocked { statement }) => Err(StoreError::NotLocked { statement }),
            Err(error) => {
                let reason = crate::base::Chain(&error).to_string();
                set_aside(path)?;
                Ok(Opened { store: Store::try_open(path)?, set_aside: Some(reason) })
            }
        }
    }

    /// A projection in memory only, for commands that keep nothing.
    ///
    /// # Errors
    /// As `open`.
    pub fn in_memory() -> Result<Store, StoreError> {
        let path = PathBuf::from(":memory:");
        let open_error = |source| StoreError::Open { path: path.clone(), source };
        let connection = locked_config().and_then(Connection::open_in_memory_with_flags).map_err(open_error)?;
        Store::prepare(connection, None)
    }

    fn try_open(path: &Path) -> Result<Store, StoreError> {
        let open_error = |source| StoreError::Open { path: path.to_path_buf(), source };
        let connection =
            locked_config().and_then(|config| Connection::open_with_flags(path, config)).map_err(open_error)?;
        Store::prepare(connection, Some(path.to_path_buf()))
    }

    fn prepare(connection: Connection, path: Option<PathBuf>) -> Result<Store, StoreError> {
        let shown = path.clone().unwrap_or_else(|| PathBuf::from(":memory:"));
        connection
            .execute_batch(SCHEMA)
            .and_then(|()| connection.execute_batch("SET lock_configuration = true"))
            .map_err(|source| StoreError::Open { path: shown, source })?;
        prove_locked(&connection)?;
        same_version(&connection)?;
        Ok(Store { connection: Mutex::new(connection), answers: Mutex::default(), revision: AtomicU64::new(0), path })
    }

    /// The only way to ask: a handle that sees one tenant.
    pub fn scope(&self, tenant: &TenantId) -> TenantScope<'_> {
        TenantScope::new(self, tenant.clone())
    }

    /// A number that changes whenever a question may get another answer.
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    pub(super) fn changed(&self) {
        self.revision.fetch_add(1, Ordering::Release);
    }

    /// Where the projection lies; none when it is in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The answers that still hold. Whoever takes the connection as well takes it first.
    pub(super) fn answers(&self) -> Result<MutexGuard<'_, Answers>, StoreError> {
        self.answers.lock().map_err(|_| StoreError::Poisoned)
    }

    pub(super) fn connection(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        self.connection.lock().map_err(|_| StoreError::Poisoned)
    }
}

/// The bundled build turns extension auto-install and auto-load on; both are off here, as is every door to the outside.
fn locked_config() -> Result<Config, duckdb::Error> {
    Config::default()
        .enable_external_access(false)?
        .enable_autoload_extension(false)?
        .with("autoinstall_known_extensions", "false")?
        .with("checkpoint_threshold", CHECKPOINT_AT)?
        .max_memory(MEMORY)
}

/// A projection made with other tables or rules would answer wrongly or not at all; it is rebuilt, which costs seconds.
fn same_version(connection: &Connection) -> Result<(), StoreError> {
    let ask_error = |source| StoreError::Ask { question: "version", source };
    let ours = sha256_hex(format!("{SCHEMA}{RULES}").as_bytes());
    let (found, rows): (Option<String>, u64) = connection
        .query_row("SELECT max(version), (SELECT count(*) FROM applied)::UBIGINT FROM made_by", params![], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(ask_error)?;
    match found {
        Some(version) if version == ours => Ok(()),
        None if rows == 0 => {
            connection.execute("INSERT INTO made_by VALUES (?)", params![ours]).map(|_| ()).map_err(ask_error)
        }
        _ => Err(StoreError::OtherVersion),
    }
}

/// Tries what must be refused, once at start.
fn prove_locked(connection: &Connection) -> Result<(), StoreError> {
    const MUST_FAIL: &[&str] = &[
        "SELECT * FROM read_csv('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/daylight-must-not-exist.csv'",
        "ATTACH '/tmp/daylight-must-not-exist.duckdb' AS outside",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ];
    let accepted = MUST_FAIL.iter().find(|statement| connection.execute_batch(statement).is_ok());
    accepted.map_or(Ok(()), |statement| Err(StoreError::NotLocked { statement }))
}

fn set_aside(path: &Path) -> Result<(), StoreError> {
    for ending in ["", ".wal"] {
        let from = PathBuf::from(format!("{}{ending}", path.display()));
        if from.exists() {
            let to = PathBuf::from(format!("{}.unreadable{ending}", path.display()));
            std::fs::rename(&from, &to).map_err(|source| StoreError::SetAside { path: from, source })?;
        }
    }
    Ok(())
}
