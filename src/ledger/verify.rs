//! What an auditor runs: reads every line without trusting anything and names the first bad record.

use std::path::Path;

use serde::Serialize;

use super::LedgerError;
use super::chain::{GENESIS, check_line, hash_line};
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
    let numbers = segment_numbers(folder).map_err(|source| LedgerError::Read { path: folder.to_path_buf(), source })?;
    let last = numbers.last().copied();
    for number in numbers {
        let path = segment_path(folder, number);
        let bytes = read_all(&path)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (lines, tail) = bytes.split_at(whole);
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if let Err(reason) = check_line(line, found.records + 1, &found.head) {
                found.broken = Some(break_at(&found, &path, reason));
                return Ok(found);
            }
            found.records += 1;
            found.head = hash_line(line);
        }
        if tail.is_empty() {
            continue;
        }
        if Some(number) != last {
            found.broken = Some(break_at(&found, &path, String::from("the segment ends in the middle of a line")));
            return Ok(found);
        }
        found.torn_bytes = tail.len() as u64;
    }
    Ok(found)
}

fn break_at(found: &Verification, path: &Path, reason: String) -> Break {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Break { seq: found.records + 1, file, reason }
}
