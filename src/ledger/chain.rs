//! The chain rule: each line names the SHA-256 of the line before it.

use super::Record;
use crate::base::sha256_hex;

/// What the first record names as its predecessor.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash the next record must carry: over the bytes of `line` without its line feed, as `sha256sum` gives it.
pub fn hash_line(line: &[u8]) -> String {
    sha256_hex(line)
}

/// Checks one line against its place in the chain.
///
/// # Errors
/// Says in words what does not fit.
pub(super) fn check_line(line: &[u8], seq: u64, prev: &str) -> Result<Record, String> {
    let record: Record = serde_json::from_slice(line).map_err(|_| String::from("the line is not a record"))?;
    if record.seq != seq {
        return Err(format!("its number is {}, expected {seq}", record.seq));
    }
    if record.prev != prev {
        return Err(String::from("its `prev` is not the SHA-256 of the line before it"));
    }
    Ok(record)
}
