//! K3: whether people use the new apps instead of the old files, over 28 days.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::calendar::{Day, day_number, day_text};
use super::rows::{Eligible, Observations, Usage};
use super::{Indicator, InsightError, percent, term};

/// Days of the window: four whole weeks, so that week days weigh alike.
const WINDOW_DAYS: i32 = 28;
/// An app is in production from this many runs or people in a month on (CoE starter kit, power-bi-monitor).
const PRODUCTION_RUNS: u64 = 50;
const PRODUCTION_PEOPLE: u64 = 5;
/// Windows shown in the series.
const WINDOWS_SHOWN: i32 = 12;

/// Uses of one window.
struct Window {
    /// App → people who ran it.
    people: BTreeMap<String, u64>,
    /// Apps that count as in production.
    production: usize,
    runs: u64,
    legacy_opens: Option<u64>,
    daily_mean: f64,
}

pub(super) fn indicators(rows: &Observations, day: Day) -> Result<Vec<Indicator>, InsightError> {
    let aggregate = |source| InsightError::Aggregate { source };
    let window = format!("28 days to {}", day_text(day));
    let blank = |id: &str, name: &str, definition: &str| Indicator {
        id: id.into(),
        name: name.into(),
        unit: String::from("%"),
        window: window.clone(),
        scope: String::from("apps with usage records"),
        definition: definition.into(),
        ..Indicator::default()
    };
    let mut reach = blank(
        "K3",
        "Adoption (reach)",
        "People who ran an app in 28 days / people who could (eligible head count), over apps with both figures.",
    );
    let mut displacement = blank(
        "K3b",
        "Displacement of legacy files",
        "App runs / (app runs + openings of the legacy files) in 28 days.",
    );
    if rows.usage.is_empty() {
        let needs = Some(String::from("No usage imported: `daylight import usage FILE.csv`."));
        reach.insufficient.clone_from(&needs);
        displacement.insufficient = needs;
        return Ok(vec![reach, displacement]);
    }
    let frame = frame(&rows.usage).map_err(aggregate)?;
    let now = window_of(&frame, day).map_err(aggregate)?;
    let users: u64 = now.people.values().sum();
    reach.n = users;
    reach.measured_share = Some(1.0);
    reach.value = reach_of(&now, &rows.eligible);
    reach.terms = vec![
        term("people who ran an app (counted per app)", users),
        term("apps in use", now.people.len()),
        term("mean daily people / 28-day people, %", stickiness(&now, users)),
        term("apps in production use (50 runs or 5 people in the window)", now.production),
    ];
    if reach.value.is_none() {
        reach.insufficient = Some(String::from(
            "How many people could use the apps is unknown: `daylight import eligible FILE.csv`. Users alone are shown.",
        ));
    }
    for back in (0..WINDOWS_SHOWN).rev() {
        let at = day - back * WINDOW_DAYS;
        let window = window_of(&frame, at).map_err(aggregate)?;
        reach.series.extend(reach_of(&window, &rows.eligible).map(|value| (day_text(at), value)));
    }
    displacement.n = now.runs + now.legacy_opens.unwrap_or(0);
    displacement.measured_share = Some(1.0);
    match now.legacy_opens {
        Some(opens) => displacement.value = percent(now.runs as f64, (now.runs + opens) as f64),
        None => {
            displacement.insufficient =
                Some(String::from("No openings of legacy files are recorded; import them with kind `legacy`."));
        }
    }
    displacement.terms = vec![
        term("app runs", now.runs),
        term("openings of legacy files", now.legacy_opens.map_or(String::from("not measured"), |n| n.to_string())),
    ];
    Ok(vec![reach, displacement])
}

fn stickiness(window: &Window, users: u64) -> String {
    percent(window.daily_mean, users as f64).map_or(String::from("none"), |share| format!("{share}"))
}

fn frame(usage: &[Usage]) -> PolarsResult<DataFrame> {
    let known = || usage.iter().filter_map(|row| day_number(&row.day).map(|day| (row, day)));
    df!(
        "app" => known().map(|(row, _)| row.app.as_str()).collect::<Vec<_>>(),
        "person" => known().map(|(row, _)| row.person.as_str()).collect::<Vec<_>>(),
        "day" => known().map(|(_, day)| day).collect::<Vec<i32>>(),
        "legacy" => known().map(|(row, _)| row.kind.contains("legacy")).collect::<Vec<bool>>(),
        "n" => known().map(|(row, _)| row.n).collect::<Vec<u64>>(),
    )
}

fn window_of(frame: &DataFrame, day: Day) -> PolarsResult<Window> {
    let within =
        frame.clone().lazy().filter(col("day").gt(lit(day - WINDOW_DAYS)).and(col("day").lt_eq(lit(day)))).collect()?;
    let total = |legacy: bool| -> PolarsResult<(u64, u64)> {
        let row = within
            .clone()
            .lazy()
            .filter(col("legacy").eq(lit(legacy)))
            .select([col("n").sum().cast(DataType::UInt64).alias("n"), len().cast(DataType::UInt64).alias("rows")])
            .collect()?;
        let value = |name: &str| -> PolarsResult<u64> { Ok(row.column(name)?.u64()?.get(0).unwrap_or(0)) };
        Ok((value("n")?, value("rows")?))
    };
    let people = within
        .clone()
        .lazy()
        .filter(col("legacy").not())
        .group_by([col("app")])
        .agg([
            col("person").n_unique().cast(DataType::UInt64).alias("people"),
            col("n").sum().cast(DataType::UInt64).alias("runs"),
        ])
        .collect()?;
    let (legacy_opens, legacy_rows) = total(true)?;
    let (runs, _) = total(false)?;
    let daily = within
        .lazy()
        .filter(col("legacy").not())
        .group_by([col("app"), col("day")])
        .agg([col("person").n_unique().cast(DataType::Float64).alias("people")])
        .select([col("people").sum()])
        .collect()?;
    let apps = people.column("app")?.str()?;
    let counts = people.column("people")?.u64()?;
    let uses = people.column("runs")?.u64()?;
    let is_production = |(runs, people): &(Option<u64>, Option<u64>)| {
        runs.unwrap_or(0) >= PRODUCTION_RUNS || people.unwrap_or(0) >= PRODUCTION_PEOPLE
    };
    Ok(Window {
        people: apps.iter().zip(counts.iter()).filter_map(|(app, n)| Some((app?.to_string(), n?))).collect(),
        production: uses.iter().zip(counts.iter()).filter(is_production).count(),
        runs,
        legacy_opens: (legacy_rows > 0).then_some(legacy_opens),
        daily_mean: daily.column("people")?.f64()?.get(0).unwrap_or(0.0) / f64::from(WINDOW_DAYS),
    })
}

fn reach_of(window: &Window, eligible: &[Eligible]) -> Option<f64> {
    let pairs: Vec<(u64, u64)> =
        eligible.iter().map(|head| (window.people.get(&head.app).copied().unwrap_or(0).min(head.n), head.n)).collect();
    let (users, heads) = pairs.iter().fold((0, 0), |(users, heads), (user, head)| (users + user, heads + head));
    percent(users as f64, heads as f64)
}
