//! One tenant's folder: ledger, objects, originals and the projection, opened together and written in one order:
//! object first, then the ledger record that names it, then the projection, which may lag and is caught up.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{FileRow, PipelineError};
use crate::base::{Clock, TenantId, date_of_unix_ms};
use crate::insight::Indicator;
use crate::ledger::{
    Event, FileLedger, Ledger, LedgerError, ObjectId, Objects, Opening, Record, SealedOriginals, Signature, SigningKey,
    TenantKeys,
};
use crate::source::ReaderCommand;
use crate::store::{LedgerRow, Store, TenantScope};

/// Who the machine itself is in the ledger.
pub const SYSTEM: &str = "system";

/// Hexadecimal digits of a pseudonym: 64 bits, enough to keep a million people apart.
const PSEUDONYM_DIGITS: usize = 16;

/// An open workspace. One process owns it at a time.
pub struct Workspace {
    folder: PathBuf,
    tenant: TenantId,
    clock: Arc<dyn Clock>,
    ledger: Mutex<FileLedger>,
    keys: TenantKeys,
    objects: Objects,
    signing: SigningKey,
    originals: SealedOriginals,
    store: Store,
    reader: ReaderCommand,
    /// Held while something is read, weighed and recorded, so that two people's decisions do not overlook each other.
    turn: Mutex<()>,
    /// The files of the estate: every page asks for them.
    estate: Kept<u64, Vec<FileRow>>,
    /// The indicators of the day asked for last.
    indicators: Kept<(u64, String), Vec<Indicator>>,
    /// What was mended on opening, in words for a person; empty when nothing was.
    mended: Vec<String>,
}

/// What was made last, and from which state.
struct Kept<S, T>(Mutex<Option<(S, T)>>);

impl<S, T> Default for Kept<S, T> {
    fn default() -> Self {
        Kept(Mutex::new(None))
    }
}

impl<S: PartialEq, T: Clone> Kept<S, T> {
    /// The kept value if it is of this state, else a new one. Whoever asks meanwhile waits for it.
    fn of(&self, state: S, make: impl FnOnce() -> Result<T, PipelineError>) -> Result<T, PipelineError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, value)) = kept.as_ref()
            && *known == state
        {
            return Ok(value.clone());
        }
        let value = make()?;
        *kept = Some((state, value.clone()));
        Ok(value)
    }
}

impl Workspace {
    /// Opens or creates the store in `folder` for the installation's one tenant and brings the projection up to date.
    ///
    /// # Errors
    /// When another process holds the folder, the chain is broken, or the disk refuses.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>, reader: ReaderCommand) -> Result<Workspace, PipelineError> {
        let tenant = TenantId::local();
        let home = folder.join("tenants").join(tenant.as_str());
        let ledger = FileLedger::open(&home.join("ledger"), Arc::clone(&clock))?;
        let keys = TenantKeys::open(&home.join("keys"))?;
        let objects = Objects::open(&home.join("objects"), keys.clone())?;
        let signing = SigningKey::open(&home.join("keys"))?;
        let originals = SealedOriginals::open(&home.join("originals"))?;
        let opened = Store::open(&folder.join("projection.duckdb"))?;
        let mut mended = mended(ledger.opening(), opened.set_aside.as_deref());
        mended.extend(super::uploads::clear_left_over(folder));
        let workspace = Workspace {
            folder: folder.to_path_buf(),
            tenant,
            clock,
            ledger: Mutex::new(ledger),
            keys,
            objects,
            signing,
            originals,
            store: opened.store,
            reader,
            turn: Mutex::new(()),
            estate: Kept::default(),
            indicators: Kept::default(),
            mended,
        };
        workspace.catch_up()?;
        Ok(workspace)
    }

    /// The folder given on opening.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was mended on opening.
    pub fn mended(&self) -> &[String] {
        &self.mended
    }

    /// How files are read.
    pub fn reader(&self) -> &ReaderCommand {
        &self.reader
    }

    /// The clock of this workspace.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Today, UTC, `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        date_of_unix_ms(self.clock.now_ms())
    }

    /// Where the ledger's segments lie.
    pub fn ledger_folder(&self) -> PathBuf {
        ledger_folder(&self.folder)
    }

    /// The tenant's rows.
    pub fn scope(&self) -> TenantScope<'_> {
        self.store.scope(&self.tenant)
    }

    /// A keyed hash of a person's name or id: the same person shows, who it is does not.
    pub fn pseudonym(&self, text: &str) -> String {
        self.keys.name_of(text.as_bytes()).chars().take(PSEUDONYM_DIGITS).collect()
    }

    /// Keeps uploaded originals sealed.
    pub fn originals(&self) -> &SealedOriginals {
        &self.originals
    }

    /// The number of the last record.
    pub fn version(&self) -> u64 {
        self.ledger.lock().map_or(0, |ledger| ledger.last_seq())
    }

    /// Waits for whoever is weighing and recording; the next does so when the guard is dropped.
    pub(super) fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files as `read` gives them, read once per state of the projection.
    pub(super) fn estate(
        &self,
        read: impl FnOnce() -> Result<Vec<FileRow>, PipelineError>,
    ) -> Result<Vec<FileRow>, PipelineError> {
        self.estate.of(self.store.revision(), read)
    }

    /// The indicators of a day as `compute` gives them, computed once per state of the projection.
    pub(super) fn indicators(
        &self,
        day: &str,
        compute: impl FnOnce() -> Result<Vec<Indicator>, PipelineError>,
    ) -> Result<Vec<Indicator>, PipelineError> {
        self.indicators.of((self.store.revision(), day.to_string()), compute)
    }

    /// Keeps a document as an object.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep<T: Serialize>(&self, document: &T) -> Result<String, PipelineError> {
        let bytes = serde_json::to_vec(document).map_err(|source| PipelineError::Encode { source })?;
        Ok(self.objects.put(&bytes)?.0)
    }

    /// Keeps a document as an object and signs its bytes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_signed<T: Serialize>(&self, document: &T) -> Result<(String, Signature), PipelineError> {
        let bytes = serde_json::to_vec(document).map_err(|source| PipelineError::Encode { source })?;
        Ok((self.objects.put(&bytes)?.0, self.signing.sign(&bytes)))
    }

    /// Keeps a text as an object.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_text(&self, text: &str) -> Result<String, PipelineError> {
        Ok(self.objects.put(text.as_bytes())?.0)
    }

    /// Reads a document back.
    ///
    /// # Errors
    /// When it is missing, damaged or of another shape.
    pub fn fetch<T: DeserializeOwned>(&self, id: &str) -> Result<T, PipelineError> {
        let bytes = self.objects.get(&ObjectId(id.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|source| PipelineError::Decode { what: id.to_string(), source })
    }

    /// Reads a text back.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub fn fetch_text(&self, id: &str) -> Result<String, PipelineError> {
        let bytes = self.objects.get(&ObjectId(id.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Records events durably, then shows them. When this returns, they are acknowledged.
    ///
    /// # Errors
    /// `Ledger`: nothing was recorded. A projection that cannot follow is an error too, though nothing is lost.
    pub fn record(&self, actor: &str, events: Vec<(&str, Value)>) -> Result<(), PipelineError> {
        let events: Vec<Event> = events
            .into_iter()
            .map(|(event, data)| Event { actor: actor.to_string(), event: event.to_string(), data })
            .collect();
        let mut ledger = self.ledger.lock().map_err(|_| LedgerError::Closed)?;
        let fresh = ledger.append(&events)?;
        self.store.apply(&self.tenant, &rows_of(fresh))?;
        Ok(())
    }

    fn catch_up(&self) -> Result<(), PipelineError> {
        let applied = self.store.applied(&self.tenant)?;
        let ledger = self.ledger.lock().map_err(|_| LedgerError::Closed)?;
        if applied < ledger.last_seq() {
            self.store.apply(&self.tenant, &rows_of(ledger.records_after(applied)?))?;
        }
        Ok(())
    }
}

/// What was recorded of an application beside its model.
pub(super) struct Recorded {
    /// Of the object, for errors.
    pub id: String,
    pub object: Value,
    /// What somebody said last became of it; `unmanaged` when nobody did.
    pub status: String,
}

/// What was recorded of an application, read from the ledger of a data folder without opening it for writing, so that a
/// served store can be asked as well. None when nothing of that id was recorded.
///
/// # Errors
/// When the ledger or the object cannot be read.
pub(super) fn recorded_observations(folder: &Path, application: &str) -> Result<Option<Recorded>, PipelineError> {
    let ledger = ledger_folder(folder);
    if !ledger.is_dir() {
        return Ok(None);
    }
    let (mut id, mut status) = (String::new(), String::from("unmanaged"));
    crate::ledger::read_folder(&ledger, &mut |record| {
        let member = |name: &str| record.data.get(name).and_then(Value::as_str).map(str::to_string);
        if member("application").as_deref() != Some(application) {
            return;
        }
        match record.event.as_str() {
            "application.inferred" => id = member("observations").unwrap_or_default(),
            "application.status" => status = member("status").unwrap_or_default(),
            _ => {}
        }
    })?;
    if id.is_empty() {
        return Ok(None);
    }
    let home = folder.join("tenants").join(TenantId::local().as_str());
    let objects = Objects::open(&home.join("objects"), TenantKeys::open(&home.join("keys"))?)?;
    let bytes = objects.get(&ObjectId(id.clone()))?;
    match serde_json::from_slice(&bytes) {
        Ok(object) => Ok(Some(Recorded { id, object, status })),
        Err(source) => Err(PipelineError::Decode { what: id, source }),
    }
}

/// Where the ledger of the installation's one tenant lies under a data folder.
pub fn ledger_folder(folder: &Path) -> PathBuf {
    folder.join("tenants").join(TenantId::local().as_str()).join("ledger")
}

fn rows_of(records: Vec<Record>) -> Vec<LedgerRow> {
    records
        .into_iter()
        .map(|record| LedgerRow {
            seq: record.seq,
            time: record.time,
            actor: record.actor,
            event: record.event,
            data: record.data.to_string(),
        })
        .collect()
}

fn mended(opening: &Opening, set_aside: Option<&str>) -> Vec<String> {
    let mut words = Vec::new();
    if opening.torn_bytes > 0 {
        words.push(format!(
            "The last line of the ledger was unfinished ({} bytes, never acknowledged) and was cut off.",
            opening.torn_bytes
        ));
    }
    if let Some(reason) = set_aside {
        words.push(format!(
            "The projection could not be opened ({reason}); it was set aside and rebuilt from the ledger. Nothing was lost."
        ));
    }
    words
}
