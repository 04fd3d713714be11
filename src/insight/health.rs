//! K4: app health as a weighted score whose every term opens up; no number below its data threshold.

use std::collections::BTreeMap;

use super::calendar::{Day, day_number, day_text};
use super::rows::{Objective, Observations, RunOutcome};
use super::{Indicator, quantile, tenth, term};

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
const LATENCY: f64 = 0.10;
const OWNERSHIP: f64 = 0.10;
/// Days after which an owner's confirmation is old (rule E13).
const ATTESTED_DAYS: i32 = 365;
/// Findings per 100 fields at which that component reaches zero.
const WORST_FINDINGS_PER_HUNDRED: f64 = 50.0;

pub(super) fn indicator(rows: &Observations, day: Day) -> Indicator {
    let mut runs: BTreeMap<&str, Vec<&RunOutcome>> = BTreeMap::new();
    let within =
        |run: &&RunOutcome| !run.replay && day_number(&run.day).is_some_and(|at| at > day - WINDOW_DAYS && at <= day);
    for run in rows.runs.iter().filter(within) {
        runs.entry(run.application.as_str()).or_default().push(run);
    }
    let scores: Vec<f64> = runs.iter().filter_map(|(app, of)| score(rows, app, of, day)).collect();
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
            "Weighted mean of success rate (.30), open findings (.20), equivalence replays (.15), policy decision (.15), latency against its objective (.10) and ownership with attestation (.10) per app over those with data; shown from 60 % of the weight and 20 runs on; the tile is the median app.",
        ),
        terms: [
            vec![
                term("apps with runs", runs.len()),
                term("apps with a score", scores.len()),
                term("runs in the window", runs.values().map(Vec::len).sum::<usize>()),
            ],
            burns(rows, &runs),
        ]
        .concat(),
        series: Vec::new(),
    }
}

fn score(rows: &Observations, app: &str, runs: &[&RunOutcome], day: Day) -> Option<f64> {
    let ok = runs.iter().filter(|run| run.status == "ok").count();
    let failed =
        runs.iter().filter(|run| matches!(run.status.as_str(), "runtime-error" | "failed" | "timeout")).count();
    if ok + failed < FEWEST_RUNS {
        return None;
    }
    let mut parts = vec![(SUCCESS, ok as f64 / (ok + failed) as f64)];
    let objective = rows.objectives.iter().find(|objective| objective.application == app);
    parts.extend(objective.and_then(|objective| latency(objective, runs)).map(|share| (LATENCY, share)));
    if let Some(known) = rows.ownership.iter().find(|known| known.application == app) {
        let fresh = known.attested.as_deref().and_then(day_number).is_some_and(|at| at > day - ATTESTED_DAYS);
        parts.push((
            OWNERSHIP,
            match (known.owned, fresh) {
                (true, true) => 1.0,
                (true, false) => 0.5,
                _ => 0.0,
            },
        ));
    }
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

/// 1 while the 95th percentile of good runs keeps the objective, else the objective's share of it.
fn latency(objective: &Objective, runs: &[&RunOutcome]) -> Option<f64> {
    let good: Vec<f64> = runs.iter().filter(|run| run.status == "ok").map(|run| run.ms).collect();
    let seen = quantile(&good, 0.95).filter(|seen| *seen > 0.0)?;
    objective.p95.map(|wanted| (wanted / seen).clamp(0.0, 1.0))
}

/// How fast the apps with an objective use up what it allows to fail: 1 is just as fast as allowed.
fn burns(rows: &Observations, runs: &BTreeMap<&str, Vec<&RunOutcome>>) -> Vec<(String, String)> {
    let counted = |run: &&&RunOutcome| matches!(run.status.as_str(), "ok" | "runtime-error" | "failed" | "timeout");
    rows.objectives
        .iter()
        .filter_map(|objective| {
            let of = runs.get(objective.application.as_str())?;
            let all = of.iter().filter(counted).count();
            let failed = of.iter().filter(counted).filter(|run| run.status != "ok").count();
            let allowed = 1.0 - objective.success?;
            (all >= FEWEST_RUNS && allowed > 0.0).then(|| {
                let burn = failed as f64 / all as f64 / allowed;
                term(&format!("error budget used by {} (1 = as allowed)", objective.application), tenth(burn))
            })
        })
        .collect()
}

fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}
