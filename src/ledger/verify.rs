//! What an auditor runs: reads every line without trusting anything and names the first bad record.

use std::path::Path;

use serde::Serialize;

use super::LedgerError;
use super::chain::{GENESIS, Misfit, check_line, hash_line};
use super::segments::{read_all, segment_numbers, segment_path};

/// The outcome of a check of the whole chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Records that hold, from the first.
    pub records: u64,
    /// SHA-256 of the last good line; write it down elsewhere to notice a cut tail later.
    pub head: String,
    /// The first record that does not hold.
    pub broken: Option<Break>,
    /// Bytes of an unfinished last line.
    pub torn_bytes: u64,
}

/// Where the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Break {
    pub seq: u64,
    pub file: String,
    pub reason: String,
}

/// Checks the ledger in `folder` without opening it for writing.
///
/// # Errors
/// `Read` when a segment cannot be read; a chain that does not hold is not an error but the answer.
pub fn verify_folder(folder: &Path) -> Result<Verification, LedgerError> {
    let mut found = Verification { records: 0, head: GENESIS.to_string(), broken: None, torn_bytes: 0 };
    // The hash before the last good record and the segment that holds it, should it turn out to be the changed one.
    let (mut before, mut held_in) = (GENESIS.to_string(), folder.to_path_buf());
    let numbers = segment_numbers(folder).map_err(|source| LedgerError::Read { path: folder.to_path_buf(), source })?;
    let last = numbers.last().copied();
    for (at, number) in numbers.iter().enumerate() {
        let path = segment_path(folder, *number);
        let bytes = read_all(&path)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (lines, tail) = bytes.split_at(whole);
        let lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        for (place, line) in lines.iter().enumerate() {
            if let Err(misfit) = check_line(line, found.records + 1, &found.head) {
                let next = match lines.get(place + 1) {
                    Some(next) => Some(next.to_vec()),
                    None => numbers.get(at + 1).and_then(|number| first_line(&segment_path(folder, *number))),
                };
                let step_back = misfit == Misfit::Chain && found.records > 0 && !is_disowned(line, next.as_deref());
                if step_back {
                    found.records -= 1;
                    found.head.clone_from(&before);
                }
                let path = if step_back { &held_in } else { &path };
                let reason = if step_back { changed(found.records + 1) } else { misfit.to_string() };
                found.broken = Some(break_at(&found, path, reason));
                return Ok(found);
            }
            found.records += 1;
            before = std::mem::replace(&mut found.head, hash_line(line));
            held_in.clone_from(&path);
        }
        if tail.is_empty() {
            continue;
        }
        if Some(*number) != last {
            found.broken = Some(break_at(&found, &path, String::from("the segment ends in the middle of a line")));
            return Ok(found);
        }
        found.torn_bytes = tail.len() as u64;
    }
    Ok(found)
}

/// Where two neighbours do not fit together, the record after them tells which was changed: if it still names the hash of
/// the second, the second is whole and the first was changed.
fn is_disowned(line: &[u8], next: Option<&[u8]>) -> bool {
    let named = next.and_then(|next| serde_json::from_slice::<super::Record>(next).ok()).map(|record| record.prev);
    named.is_some_and(|named| named != hash_line(line))
}

fn changed(seq: u64) -> String {
    format!("record {} names another SHA-256 for it: it was changed after it was written", seq + 1)
}

fn first_line(path: &Path) -> Option<Vec<u8>> {
    let bytes = read_all(path).ok()?;
    bytes.split(|byte| *byte == b'\n').next().map(<[u8]>::to_vec)
}

fn break_at(found: &Verification, path: &Path, reason: String) -> Break {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Break { seq: found.records + 1, file, reason }
}

/// Gives every whole record in `folder` to `see`, oldest first, without opening the ledger for writing. A line that is no
/// record is passed over: whether the chain holds is asked of `verify_folder`.
///
/// # Errors
/// `Read` when a segment cannot be read.
pub fn read_folder(folder: &Path, see: &mut dyn FnMut(super::Record)) -> Result<(), LedgerError> {
    let numbers = segment_numbers(folder).map_err(|source| LedgerError::Read { path: folder.to_path_buf(), source })?;
    for number in numbers {
        let bytes = read_all(&segment_path(folder, number))?;
        bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).for_each(&mut *see);
    }
    Ok(())
}
