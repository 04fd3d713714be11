//! K6: what the same applications cost per month before and after, with at least three months on each side.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{Day, day_number, day_text};
use super::rows::CostMonth;
use super::{Indicator, InsightError, percent, term};

/// Months that each side needs (`kpis.md`).
const FEWEST_MONTHS: usize = 3;

#[derive(Default)]
struct Side {
    months: BTreeSet<String>,
    total: f64,
}

impl Side {
    fn monthly(&self) -> Option<f64> {
        (self.months.len() >= FEWEST_MONTHS).then(|| self.total / self.months.len() as f64)
    }
}

pub(super) fn indicator(costs: &[CostMonth], day: Day) -> Result<Indicator, InsightError> {
    let mut made = Indicator {
        id: String::from("K6"),
        name: String::from("Maintenance cost change"),
        unit: String::from("%"),
        window: format!("months to {}", day_text(day)),
        scope: String::from("applications with at least 3 months of cost on both sides"),
        definition: String::from(
            "1 - mean monthly cost after / before (hours x rate + licence + infrastructure), the same applications on both sides.",
        ),
        ..Indicator::default()
    };
    let known: Vec<&CostMonth> =
        costs.iter().filter(|cost| day_number(&cost.month).is_some_and(|month| month <= day)).collect();
    let mut sides: BTreeMap<&str, (Side, Side)> = BTreeMap::new();
    for cost in &known {
        let pair = sides.entry(cost.app.as_str()).or_default();
        let side = if is_after(&cost.phase) { &mut pair.1 } else { &mut pair.0 };
        side.months.insert(cost.month.clone());
        side.total += amount(cost);
    }
    let pairs: Vec<(f64, f64)> =
        sides.values().filter_map(|(before, after)| Some((before.monthly()?, after.monthly()?))).collect();
    let measured = known.iter().filter(|cost| cost.measured == Some(true)).count();
    made.measured_share = (!known.is_empty()).then(|| measured as f64 / known.len() as f64);
    made.n = pairs.len() as u64;
    let (before, after) = pairs.iter().fold((0.0, 0.0), |(b, a), (before, after)| (b + before, a + after));
    made.value = percent(before - after, before);
    made.terms = vec![
        term("applications with both sides", pairs.len()),
        term("mean monthly cost before", before.round()),
        term("mean monthly cost after", after.round()),
        term("cost rows measured, not estimated", format!("{measured} of {}", known.len())),
    ];
    if made.value.is_none() {
        made.insufficient = Some(if costs.is_empty() {
            String::from("No costs imported: `daylight import costs FILE.csv`.")
        } else {
            String::from("No application has 3 months of cost before and after its migration yet.")
        });
    }
    Ok(made)
}

fn is_after(phase: &str) -> bool {
    matches!(phase.to_ascii_lowercase().as_str(), "after" | "platform" | "new" | "migrated")
}

fn amount(cost: &CostMonth) -> f64 {
    cost.hours.unwrap_or(0.0) * cost.rate.unwrap_or(0.0) + cost.licence.unwrap_or(0.0) + cost.infra.unwrap_or(0.0)
}
