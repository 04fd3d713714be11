//! The file ledger: JSON lines in numbered segment files, one fdatasync per group of events.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chain::{GENESIS, check_line, hash_line};
use super::{Event, Ledger, LedgerError, Opening, Record};
use crate::base::{Clock, timestamp};

/// A segment is closed at this size, so that a backup copies little twice and a person can open one in an editor.
pub const SEGMENT_BYTES: u64 = 16 * 1024 * 1024;

/// The ledger of one tenant in one folder, owned by this process alone.
pub struct FileLedger {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    file: File,
    path: PathBuf,
    segment: u32,
    written: u64,
    last_seq: u64,
    last_hash: String,
    closed: bool,
    opening: Opening,
    _lock: File,
}

impl FileLedger {
    /// Opens or creates the ledger in `folder`, checks its whole chain and cuts a torn last line.
    ///
    /// # Errors
    /// `InUse` when another process holds the folder, `Broken` when the chain does not hold.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<FileLedger, LedgerError> {
        let open_error = |source| LedgerError::Open { path: folder.to_path_buf(), source };
        std::fs::create_dir_all(folder).map_err(open_error)?;
        let lock = lock_folder(folder)?;
        let numbers = segment_numbers(folder).map_err(open_error)?;
        let segment = numbers.last().copied().unwrap_or(1);
        let mut walk = Walk::default();
        for number in &numbers {
            walk.read_segment(&segment_path(folder, *number), *number == segment)?;
        }
        let path = segment_path(folder, segment);
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(open_error)?;
        if walk.torn > 0 {
            file.set_len(walk.kept).map_err(open_error)?;
        }
        file.sync_all().map_err(open_error)?;
        sync_folder(folder).map_err(open_error)?;
        Ok(FileLedger {
            folder: folder.to_path_buf(),
            clock,
            file,
            path,
            segment,
            written: walk.kept,
            last_seq: walk.seq,
            last_hash: walk.hash,
            closed: false,
            opening: Opening { torn_bytes: walk.torn },
            _lock: lock,
        })
    }

    /// What was mended on opening.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    fn roll(&mut self) -> io::Result<()> {
        self.segment += 1;
        self.path = segment_path(&self.folder, self.segment);
        self.file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        self.written = 0;
        sync_folder(&self.folder)
    }

    fn undo(&mut self) {
        // A half-written group must not stay in front of the next one; if even this fails, nothing more is written.
        if self.file.set_len(self.written).is_err() {
            self.closed = true;
        }
    }
}

impl Ledger for FileLedger {
    fn append(&mut self, events: &[Event]) -> Result<Vec<Record>, LedgerError> {
        if self.closed {
            return Err(LedgerError::Closed);
        }
        if self.written >= SEGMENT_BYTES {
            self.roll().map_err(|source| LedgerError::Append { path: self.path.clone(), source })?;
        }
        let time = timestamp(self.clock.now_ms());
        let (lines, records, hash) = encode(events, &time, self.last_seq, &self.last_hash);
        if let Err(source) = self.file.write_all(&lines) {
            self.undo();
            return Err(LedgerError::Append { path: self.path.clone(), source });
        }
        if let Err(source) = self.file.sync_data() {
            self.closed = true;
            return Err(LedgerError::Sync { path: self.path.clone(), source });
        }
        self.written += lines.len() as u64;
        self.last_seq += events.len() as u64;
        self.last_hash = hash;
        Ok(records)
    }

    fn records_after(&self, after: u64) -> Result<Vec<Record>, LedgerError> {
        let numbers =
            segment_numbers(&self.folder).map_err(|source| LedgerError::Read { path: self.folder.clone(), source })?;
        let mut records = Vec::new();
        for number in numbers {
            let path = segment_path(&self.folder, number);
            for line in read_all(&path)?.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let record: Record = serde_json::from_slice(line).map_err(|_| LedgerError::Broken {
                    path: path.clone(),
                    seq: after + 1,
                    reason: String::from("the line is not a record"),
                })?;
                if record.seq > after {
                    records.push(record);
                }
            }
        }
        Ok(records)
    }

    fn last_seq(&self) -> u64 {
        self.last_seq
    }
}

fn encode(events: &[Event], time: &str, last_seq: u64, last_hash: &str) -> (Vec<u8>, Vec<Record>, String) {
    let mut lines = Vec::new();
    let mut records = Vec::with_capacity(events.len());
    let mut prev = last_hash.to_string();
    for (seq, event) in (last_seq + 1..).zip(events) {
        let record = Record {
            seq,
            time: time.to_string(),
            actor: event.actor.clone(),
            event: event.event.clone(),
            data: event.data.clone(),
            prev,
        };
        let line = serde_json::to_vec(&record).unwrap_or_default();
        prev = hash_line(&line);
        lines.extend_from_slice(&line);
        lines.push(b'\n');
        records.push(record);
    }
    (lines, records, prev)
}

/// The state of a walk over all lines from the first.
struct Walk {
    seq: u64,
    hash: String,
    kept: u64,
    torn: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Walk { seq: 0, hash: GENESIS.to_string(), kept: 0, torn: 0 }
    }
}

impl Walk {
    fn read_segment(&mut self, path: &Path, last: bool) -> Result<(), LedgerError> {
        let bytes = read_all(path)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (lines, tail) = bytes.split_at(whole);
        if !tail.is_empty() && !last {
            return Err(self.broken(path, "a segment that is not the last one ends in the middle of a line"));
        }
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let record =
                check_line(line, self.seq + 1, &self.hash).map_err(|misfit| self.broken(path, &misfit.to_string()))?;
            self.seq = record.seq;
            self.hash = hash_line(line);
        }
        self.kept = whole as u64;
        self.torn = tail.len() as u64;
        Ok(())
    }

    fn broken(&self, path: &Path, reason: &str) -> LedgerError {
        LedgerError::Broken { path: path.to_path_buf(), seq: self.seq + 1, reason: reason.to_string() }
    }
}

fn lock_folder(folder: &Path) -> Result<File, LedgerError> {
    let open_error = |source| LedgerError::Open { path: folder.to_path_buf(), source };
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(open_error)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(LedgerError::InUse { path: folder.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(open_error(source)),
    }
}

pub(super) fn segment_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number:06}.jsonl"))
}

pub(super) fn segment_numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let stem = name.to_str().and_then(|text| text.strip_suffix(".jsonl"));
        numbers.extend(stem.and_then(|text| text.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

pub(super) fn read_all(path: &Path) -> Result<Vec<u8>, LedgerError> {
    let read_error = |source| LedgerError::Read { path: path.to_path_buf(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(read_error)?.read_to_end(&mut bytes).map_err(read_error)?;
    Ok(bytes)
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
