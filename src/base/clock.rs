//! The only way to ask for the time, so that every run can be repeated with a fixed one.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time. Rooms that need it take it as an argument.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
    }
}

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub u64);

impl Clock for FixedClock {
    fn now_ms(&self) -> u64 {
        self.0
    }
}

/// The UTC time as RFC 3339 with milliseconds, for records and pages.
pub fn timestamp(unix_ms: u64) -> String {
    let moment = jiff::Timestamp::from_millisecond(unix_ms.min(i64::MAX as u64) as i64);
    moment.map_or_else(|_| String::from("unknown time"), |at| format!("{at:.3}"))
}

/// The UTC calendar day, `YYYY-MM-DD`.
pub fn date_of_unix_ms(unix_ms: u64) -> String {
    timestamp(unix_ms).chars().take(10).collect()
}
