//! A share of a whole that never divides by zero and prints one way.

use serde::{Deserialize, Serialize};

/// Part of a whole in basis points (1/10,000), so that it has `Eq`, `Ord` and one spelling in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Share(u16);

/// Basis points in the whole.
const WHOLE: u64 = 10_000;

impl Share {
    /// All of it.
    pub const ALL: Share = Share(WHOLE as u16);

    /// `part` of `whole`, rounded down; nothing of nothing is zero, and no share exceeds the whole.
    pub fn of(part: u64, whole: u64) -> Share {
        let exact = u128::from(part) * u128::from(WHOLE);
        let points = exact.checked_div(u128::from(whole)).unwrap_or(0);
        Share(points.min(u128::from(WHOLE)) as u16)
    }

    /// The share as a fraction between 0 and 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / WHOLE as f64
    }
}
