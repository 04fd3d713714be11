//! The chain rule: each line names the SHA-256 of the line before it.

use super::Record;
use crate::base::sha256_hex;

/// What the first record names as its predecessor.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash the next record must carry: over the bytes of `line` without its line feed, as `sha256sum` gives it.
pub fn hash_line(line: &[u8]) -> String {
    sha256_hex(line)
}

/// Why a line does not stand where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Misfit {
    NoRecord,
    Number { found: u64, expected: u64 },
    Chain,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Misfit::NoRecord => out.write_str("the line is not a record"),
            Misfit::Number { found, expected } => write!(out, "its number is {found}, expected {expected}"),
            Misfit::Chain => out.write_str("its `prev` is not the SHA-256 of the line before it"),
        }
    }
}

/// Checks one line against its place in the chain.
///
/// # Errors
/// What does not fit.
pub(super) fn check_line(line: &[u8], seq: u64, prev: &str) -> Result<Record, Misfit> {
    let record: Record = serde_json::from_slice(line).map_err(|_| Misfit::NoRecord)?;
    if record.seq != seq {
        return Err(Misfit::Number { found: record.seq, expected: seq });
    }
    if record.prev != prev {
        return Err(Misfit::Chain);
    }
    Ok(record)
}
