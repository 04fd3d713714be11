//! K4: app health as a weighted score whose every term opens up; no number below its data threshold.

use std::collections::BTreeMap;

use super::calendar::{Day, day_number, day_text};
use super::rows::{Observations, RunOutcome};
use super::{Indicator, tenth, term};

/// Days of the window.
const WINDOW_DAYS: i32 = 28;
/// Runs below which an app has no score (`kpis.md`).
const FEWEST_RUNS: usize = 20;
/// Weight that must have data before a score is shown (`kpis.md`).
const LEAST_WEIGHT: f64 = 0.6;
/// Weights of the components (`kpis.md`): success, latency, open findings, equivalence, policy, ownership.
const SUCCESS: f64 = 0.30;
const FINDINGS: f64 = 0.20;
const EQUIVALENCE: f64 = 0.15;
const POLICY: f64 = 0.15;
/// Findings per 100 fields at which that component reaches zero.
const WORST_FINDINGS_PER_HUNDRED: f64 = 50.0;

pub(super) fn indicator(rows: &Observations, day: Day) -> Indicator {
    let mut runs: BTreeMap<&str, Vec<&RunOutcome>> = BTreeMap::new();
    let within =
        |run: &&RunOutcome| !run.replay && day_number(&run.day).is_some_and(|at| at > day - WINDOW_DAYS && at <= day);
    for run in rows.runs.iter().filter(within) {
        runs.entry(run.application.as_str()).or_default().push(run);
    }
    let scores: Vec<f64> = runs.iter().filter_map(|(app, of)| score(rows, app, of)).collect();
    let most = runs.values().map(Vec::len).max().unwrap_or(0);
    Indicator {
        id: String::from("K4"),
        name: String::from("App health"),
        value: median(&scores).map(tenth),
        unit: String::from("of 100, median"),
        n: scores.len() as u64,
        window: format!("28 days to {}", day_text(day)),
        scope: String::from("apps with at least 20 runs"),
        measured_share: None,
        insufficient: scores.is_empty().then(|| {
            let reached = runs.values().filter(|of| of.len() >= FEWEST_RUNS).count();
            format!(
                "{reached} apps have {FEWEST_RUNS} runs in 28 days (most: {most}; replays do not count), but less than {:.0} % of the score's weight has data: policy and replay results of the same app are missing.",
                LEAST_WEIGHT * 100.0
            )
        }),
        definition: String::from(
            "Weighted mean of success rate (.30), open findings (.20), equivalence replays (.15) and policy decision (.15) per app over those with data; shown from 60 % of the weight and 20 runs on; the tile is the median app.",
        ),
        terms: vec![
            term("apps with runs", runs.len()),
            term("apps with a score", scores.len()),
            term("runs in the window", runs.values().map(Vec::len).sum::<usize>()),
        ],
        series: Vec::new(),
    }
}

fn score(rows: &Observations, app: &str, runs: &[&RunOutcome]) -> Option<f64> {
    let ok = runs.iter().filter(|run| run.status == "ok").count();
    let failed =
        runs.iter().filter(|run| matches!(run.status.as_str(), "runtime-error" | "failed" | "timeout")).count();
    if ok + failed < FEWEST_RUNS {
        return None;
    }
    let mut parts = vec![(SUCCESS, ok as f64 / (ok + failed) as f64)];
    if let Some(policy) = rows.policy.iter().find(|policy| policy.application == app) {
        let per_hundred = policy.findings as f64 * 100.0 / (policy.fields.max(1)) as f64;
        parts.push((FINDINGS, (1.0 - per_hundred / WORST_FINDINGS_PER_HUNDRED).max(0.0)));
        parts.push((
            POLICY,
            match policy.decision.as_str() {
                "allow" => 1.0,
                "review" => 0.5,
                _ => 0.0,
            },
        ));
    }
    let replays: Vec<bool> = rows
        .replays
        .iter()
        .filter(|replay| replay.application == app && replay.level != "self")
        .map(|replay| replay.equal)
        .collect();
    if !replays.is_empty() {
        let equal = replays.iter().filter(|equal| **equal).count();
        parts.push((EQUIVALENCE, equal as f64 / replays.len() as f64));
    }
    let weight: f64 = parts.iter().map(|(weight, _)| weight).sum();
    (weight >= LEAST_WEIGHT).then(|| parts.iter().map(|(weight, part)| weight * part).sum::<f64>() / weight * 100.0)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => sorted.get(middle).copied(),
        _ => Some((sorted.get(middle - 1)? + sorted.get(middle)?) / 2.0),
    }
}
