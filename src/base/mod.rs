//! The ground floor: shares, budgets, the clock, tenant ids, content hashes, containment of panics
//! and the error chain.
//! Holds no word of the product's domain and does no I/O besides asking for the time.

mod clock;
mod contain;
mod hash;
mod share;
mod tenant;

use std::error::Error;
use std::fmt;

pub use clock::{Clock, FixedClock, SystemClock, date_of_unix_ms, timestamp};
pub use contain::{contained, report_places_only};
pub use hash::{Sha256Hex, sha256_hex};
pub use share::Share;
pub use tenant::{BadTenantId, TenantId};

/// What one reading may cost. Every loop over untrusted bytes charges it, so that a hostile file costs itself only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes that may be inflated or read in all.
    pub bytes: u64,
    /// Cells or rows that may be delivered in all.
    pub rows: u64,
    /// Nesting depth of any structure.
    pub depth: u32,
}

/// Writes an error and every cause below it, joined by `: `. Display of an error never repeats its cause.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}
