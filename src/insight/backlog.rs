//! K2: IT's backlog in months of work, by Little's law: open items / mean monthly completions of the last three full months.

use polars::prelude::*;

use super::calendar::{Day, day_number, day_text, month_start};
use super::rows::BacklogItem;
use super::{Indicator, InsightError, tenth, term};

/// Full months whose completions are averaged (`kpis.md`).
const MONTHS_AVERAGED: i32 = 3;
/// Months shown in the series.
const MONTHS_SHOWN: i32 = 12;

/// The backlog at the end of one day.
struct Standing {
    open: f64,
    done_per_month: f64,
    new_per_month: f64,
    age_p50: Option<f64>,
    age_p85: Option<f64>,
}

impl Standing {
    /// None when less than one item a month is completed: the quotient would say nothing.
    fn months(&self) -> Option<f64> {
        (self.done_per_month >= 1.0).then(|| tenth(self.open / self.done_per_month))
    }
}

pub(super) fn indicator(items: &[BacklogItem], day: Day) -> Result<Indicator, InsightError> {
    let mut made = Indicator {
        id: String::from("K2"),
        name: String::from("IT backlog"),
        unit: String::from("months"),
        window: format!("as of {}, completions of the last {MONTHS_AVERAGED} full months", day_text(day)),
        scope: String::from("imported backlog"),
        definition: String::from(
            "Open items / mean items completed per month over the last 3 full months (Little's law): how long the work at hand lasts at today's pace.",
        ),
        ..Indicator::default()
    };
    if items.is_empty() {
        made.insufficient = Some(String::from("No backlog imported: `daylight import backlog FILE.csv`."));
        return Ok(made);
    }
    let aggregate = |source| InsightError::Aggregate { source };
    let frame = frame(items).map_err(aggregate)?;
    let now = standing(&frame, day).map_err(aggregate)?;
    made.n = now.open as u64;
    made.measured_share = Some(1.0);
    made.value = now.months();
    if made.value.is_none() {
        made.insufficient = Some(format!("{:.1} items completed per month; needs at least 1.", now.done_per_month));
    }
    made.terms = vec![
        term("open items", now.open),
        term("completed per month", tenth(now.done_per_month)),
        term("new per month", tenth(now.new_per_month)),
        term("net flow per month", tenth(now.new_per_month - now.done_per_month)),
        term("age of open items, median days", now.age_p50.map_or(String::from("none"), |age| format!("{age:.0}"))),
        term(
            "age of open items, 85th percentile days",
            now.age_p85.map_or(String::from("none"), |age| format!("{age:.0}")),
        ),
    ];
    for back in (0..MONTHS_SHOWN).rev() {
        let Some(at) = month_start(day, back) else { continue };
        if let Some(months) = standing(&frame, at).map_err(aggregate)?.months() {
            made.series.push((day_text(at), months));
        }
    }
    if let Some(value) = made.value {
        if let Some((since, before)) = made.series.first().filter(|(_, before)| *before > 0.0) {
            let reduction = tenth((1.0 - value / before) * 100.0);
            made.terms.push(term(&format!("reduction since {since}, %"), reduction));
        }
        made.series.push((day_text(day), value));
    }
    Ok(made)
}

fn frame(items: &[BacklogItem]) -> PolarsResult<DataFrame> {
    let readable = || items.iter().filter_map(|item| day_number(&item.created).map(|created| (item, created)));
    let created: Vec<i32> = readable().map(|(_, created)| created).collect();
    let resolved: Vec<Option<i32>> =
        readable().map(|(item, _)| item.resolved.as_deref().and_then(day_number)).collect();
    df!("created" => created, "resolved" => resolved)
}

fn standing(frame: &DataFrame, day: Day) -> PolarsResult<Standing> {
    let until = month_start(day, 0).unwrap_or(day);
    let since = month_start(day, MONTHS_AVERAGED).unwrap_or(day);
    let open = col("created").lt_eq(lit(day)).and(col("resolved").is_null().or(col("resolved").gt(lit(day))));
    let age = lit(day) - col("created").filter(open.clone());
    let within = |name: &str| col(name).gt_eq(lit(since)).and(col(name).lt(lit(until)));
    let row = frame
        .clone()
        .lazy()
        .select([
            open.sum().cast(DataType::Float64).alias("open"),
            within("resolved").sum().cast(DataType::Float64).alias("done"),
            within("created").sum().cast(DataType::Float64).alias("new"),
            age.clone().cast(DataType::Float64).median().alias("p50"),
            age.cast(DataType::Float64).quantile(lit(0.85), QuantileMethod::Linear).alias("p85"),
        ])
        .collect()?;
    let number = |name: &str| -> PolarsResult<Option<f64>> { Ok(row.column(name)?.f64()?.get(0)) };
    let months = f64::from(MONTHS_AVERAGED);
    Ok(Standing {
        open: number("open")?.unwrap_or(0.0),
        done_per_month: number("done")?.unwrap_or(0.0) / months,
        new_per_month: number("new")?.unwrap_or(0.0) / months,
        age_p50: number("p50")?,
        age_p85: number("p85")?,
    })
}
