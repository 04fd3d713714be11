//! When and how long to wait before another attempt.

use crate::model::RetryPolicy;

/// Delay before the second attempt when the policy names none.
const DEFAULT_DELAY_MS: u64 = 200;
/// Longest delay when the policy names none.
const DEFAULT_MAX_DELAY_MS: u64 = 30_000;

/// How delays grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    Fixed,
    Linear,
    Exponential,
}

impl Backoff {
    /// The DSL's word; exponential when none is given.
    pub fn of(policy: &RetryPolicy) -> Self {
        match policy.backoff.as_deref() {
            Some("fixed") => Self::Fixed,
            Some("linear") => Self::Linear,
            _ => Self::Exponential,
        }
    }
}

/// A small seeded generator (SplitMix64, Steele et al. 2014): jitter must repeat with the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RandomSource(pub u64);

impl RandomSource {
    /// A number from 0 up to, not including, 1.
    pub fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        const BITS: u32 = 53;
        (mixed >> (u64::BITS - BITS)) as f64 / (1u64 << BITS) as f64
    }
}

/// Whether a status may be gone by the next attempt (RFC 9110 15.5.9 and 15.6, RFC 6585 4).
pub fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

/// Milliseconds to wait after so many failed attempts: capped, and spread over the whole interval unless jitter is off.
pub fn delay_ms(policy: &RetryPolicy, failed: u32, random: &mut RandomSource) -> u64 {
    let first = policy.initial_delay_ms.unwrap_or(DEFAULT_DELAY_MS);
    let cap = policy.max_delay_ms.unwrap_or(DEFAULT_MAX_DELAY_MS);
    let full = match Backoff::of(policy) {
        Backoff::Fixed => first,
        Backoff::Linear => first.saturating_mul(u64::from(failed)),
        Backoff::Exponential => first.saturating_mul(1u64.checked_shl(failed.saturating_sub(1)).unwrap_or(u64::MAX)),
    };
    let full = full.min(cap);
    if policy.jitter == Some(false) { full } else { (full as f64 * random.share()) as u64 }
}
