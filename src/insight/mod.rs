//! Honest numbers: rows in, indicators out, each with its definition, n, window, scope and the share that was measured.
//! An indicator below its data threshold has no value but says what it needs. Absent is not deleted, unknown is not zero.
//! Knows no store and no page; time is an input.

mod adoption;
mod backlog;
mod calendar;
mod compliance;
mod delivery;
mod fidelity;
mod health;
mod maintenance;
mod reduction;
mod rows;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use calendar::{Day, day_number, day_text};
pub use rows::{
    BacklogItem, CostMonth, Coverage, Deploy, Eligible, FileState, Objective, Observations, Ownership, PolicyOutcome,
    Recalculated, Replay, Root, RunOutcome, Snapshot, StatusChange, TagState, Usage,
};

/// One indicator, in the shape of `docs/cli.md`, with what opens it up on a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Indicator {
    /// `K1a`, `K2`...
    pub id: String,
    pub name: String,
    /// None when `insufficient` says why.
    pub value: Option<f64>,
    /// `%`, `months`, `apps`, `days`.
    pub unit: String,
    /// What the value was computed over.
    pub n: u64,
    pub window: String,
    pub scope: String,
    /// 0 to 1: the share that was measured rather than estimated; none when the question does not arise.
    pub measured_share: Option<f64>,
    /// What is missing, and what to do about it.
    pub insufficient: Option<String>,
    /// How it is computed, in one sentence.
    #[serde(default)]
    pub definition: String,
    /// The terms behind the value, in words and numbers.
    #[serde(default)]
    pub terms: Vec<(String, String)>,
    /// The value over time, oldest first: ISO day and value.
    #[serde(default)]
    pub series: Vec<(String, f64)>,
}

/// Why an indicator could not be computed at all.
#[derive(Debug, Error)]
pub enum InsightError {
    #[error("`{text}` is not a day; write YYYY-MM-DD")]
    Day { text: String },
    #[error("the rows could not be aggregated")]
    Aggregate { source: polars::error::PolarsError },
}

/// Computes K1 to K8 as of the end of `day`.
///
/// # Errors
/// `Day` when `as_of` is no day; `Aggregate` when the rows do not fit together.
pub fn indicators(rows: &Observations, as_of: &str) -> Result<Vec<Indicator>, InsightError> {
    let day = day_number(as_of).ok_or_else(|| InsightError::Day { text: as_of.to_string() })?;
    let mut all = reduction::indicators(rows, day);
    all.push(backlog::indicator(&rows.backlog, day)?);
    all.extend(adoption::indicators(rows, day)?);
    all.push(health::indicator(rows, day));
    all.push(delivery::indicator(&rows.deploys, day));
    all.push(maintenance::indicator(&rows.costs, day)?);
    all.extend(compliance::indicators(rows));
    all.extend(fidelity::indicators(rows));
    Ok(all)
}

/// `part` of `whole` in per cent with one decimal; none of nothing.
pub(crate) fn percent(part: f64, whole: f64) -> Option<f64> {
    // Adding zero turns a negative zero into zero.
    (whole > 0.0).then(|| (part / whole * 1000.0).round() / 10.0 + 0.0)
}

/// The value below which `share` of the values lie, between neighbours in proportion; none of nothing.
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len().checked_sub(1)? as f64);
    let (below, above) = (sorted.get(place.floor() as usize)?, sorted.get(place.ceil() as usize)?);
    Some(below + (above - below) * place.fract())
}

/// Rounded to one decimal, as shown.
pub(crate) fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A term of an indicator.
pub(crate) fn term(name: &str, value: impl ToString) -> (String, String) {
    (name.to_string(), value.to_string())
}
