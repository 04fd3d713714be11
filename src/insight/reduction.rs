//! K1: what became of the applications that were unmanaged at the first snapshot. The cohort and its file-to-application
//! map are frozen at that snapshot; a root that was not looked at again makes its applications unknown, never reduced.
//! Each root counts as it was last looked at: shares are scanned one after the other.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{Day, day_number};
use super::rows::{FileState, Observations, Snapshot};
use super::{Indicator, percent, term};

/// More unknown than this share of the cohort, and no figure is shown (`kpis.md`).
const MOST_UNKNOWN: f64 = 0.20;

/// What an application of the cohort is at a later day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Unmanaged,
    Controlled,
    Eliminated,
    Unknown,
}

/// The unmanaged applications of the first snapshot.
struct Cohort {
    /// Application → its assets and their roots.
    assets: BTreeMap<String, Vec<(String, String)>>,
    risk: BTreeMap<String, f64>,
}

/// The looks at one root that are compared.
struct Look {
    /// Snapshot that makes the baseline.
    base: u64,
    /// The last snapshot that looked at the root after the baseline; none while nobody did, or when it could not be read.
    last: Option<u64>,
}

pub(super) fn indicators(rows: &Observations, day: Day) -> Vec<Indicator> {
    let snapshots: Vec<&Snapshot> = rows
        .snapshots
        .iter()
        .filter(|snapshot| day_number(&snapshot.taken).is_some_and(|taken| taken <= day))
        .collect();
    let (Some(first), Some(last)) = (snapshots.first(), snapshots.last()) else {
        return blank("No scan yet: run `daylight scan` on the shares.");
    };
    if snapshots.len() < 2 {
        return blank("Needs a second snapshot of the same roots: scan again later.");
    }
    let looks = looks(rows, &snapshots, last);
    if looks.values().all(|look| look.last.is_none()) {
        return blank("The first and the last snapshot have no readable root in common.");
    }
    let cohort = cohort(rows, first, &looks);
    if cohort.assets.is_empty() {
        return blank("Nothing was unmanaged at the first snapshot.");
    }
    let series: Vec<(String, f64)> = snapshots
        .iter()
        .filter(|at| at.snapshot > first.snapshot)
        .filter_map(|at| {
            let known = self::looks(rows, &snapshots, at);
            eliminated_share(&fates(rows, &cohort, &known, at)).map(|value| (at.taken.clone(), value))
        })
        .collect();
    let now = fates(rows, &cohort, &looks, last);
    let window = format!("{} to {}", first.taken, last.taken);
    figures(rows, &cohort, &now, &looks, (first, last), &window, series)
}

/// The roots of the first day with their baseline and their last look up to `until`.
fn looks<'a>(rows: &'a Observations, snapshots: &[&Snapshot], until: &Snapshot) -> BTreeMap<&'a str, Look> {
    let taken = |number: u64| snapshots.iter().find(|at| at.snapshot == number).map(|at| at.taken.as_str());
    let first_day = snapshots.first().map_or("", |first| first.taken.as_str());
    let mut found: BTreeMap<&str, Look> = BTreeMap::new();
    let mut roots: Vec<&super::rows::Root> =
        rows.roots.iter().filter(|root| root.snapshot <= until.snapshot && taken(root.snapshot).is_some()).collect();
    roots.sort_by_key(|root| root.snapshot);
    for root in roots {
        match found.get_mut(root.root.as_str()) {
            Some(look) => look.last = root.readable.then_some(root.snapshot),
            None if root.readable && taken(root.snapshot) == Some(first_day) => {
                found.insert(root.root.as_str(), Look { base: root.snapshot, last: None });
            }
            None => {}
        }
    }
    found
}

fn figures(
    rows: &Observations,
    cohort: &Cohort,
    now: &BTreeMap<&str, Fate>,
    looks: &BTreeMap<&str, Look>,
    (first, last): (&Snapshot, &Snapshot),
    window: &str,
    series: Vec<(String, f64)>,
) -> Vec<Indicator> {
    let count = |fate: Fate| now.values().filter(|found| **found == fate).count() as f64;
    let (all, unknown) = (now.len() as f64, count(Fate::Unknown));
    let known = all - unknown;
    let refused = (unknown / all > MOST_UNKNOWN).then(|| {
        format!("{unknown:.0} of {all:.0} applications are unknown because their root was not read; scan it again.")
    });
    let risk_of = |fates: &[Fate]| -> f64 {
        now.iter().filter(|(_, fate)| fates.contains(fate)).filter_map(|(app, _)| cohort.risk.get(*app)).sum()
    };
    let known_risk = risk_of(&[Fate::Unmanaged, Fate::Controlled, Fate::Eliminated]);
    let common = looks.values().filter(|look| look.last.is_some()).count();
    let before = unmanaged_on(rows, first, looks, |look| look.last.map(|_| look.base));
    let after = unmanaged_on(rows, last, looks, |look| look.last) + absent_on(rows, cohort, last, looks);
    let terms = vec![
        term("cohort (unmanaged applications at the first snapshot)", now.len()),
        term("migrated or retired", count(Fate::Eliminated)),
        term("controlled", count(Fate::Controlled)),
        term("still unmanaged, absent files included", count(Fate::Unmanaged)),
        term("unknown (root not read)", unknown),
    ];
    let make = |id: &str, name: &str, value: Option<f64>, n: f64, definition: &str| Indicator {
        id: id.into(),
        name: name.into(),
        value: if refused.is_some() { None } else { value },
        unit: String::from("%"),
        n: n as u64,
        window: window.to_string(),
        scope: format!("{common} common roots"),
        measured_share: Some(known / all),
        insufficient: refused.clone(),
        definition: definition.into(),
        terms: terms.clone(),
        series: if id == "K1a" { series.clone() } else { Vec::new() },
    };
    vec![
        make(
            "K1a",
            "Shadow-IT eliminated",
            percent(count(Fate::Eliminated), known),
            known,
            "Applications migrated or retired / applications unmanaged at the first snapshot whose fate is known. Counts applications (families of copies), not files.",
        ),
        make(
            "K1b",
            "Brought under control",
            percent(count(Fate::Controlled), known),
            known,
            "Applications registered and controlled but not replaced / the same cohort; never added to K1a.",
        ),
        make(
            "K1c",
            "Net reduction",
            (before > 0.0).then(|| ((1.0 - after / before) * 1000.0).round() / 10.0),
            before,
            "1 - unmanaged now / unmanaged at the first snapshot on common roots; new applications count, and absent ones count as unmanaged.",
        ),
        make(
            "K1d",
            "Risk eliminated",
            percent(risk_of(&[Fate::Eliminated]), known_risk),
            known,
            "Risk of eliminated applications / risk of the cohort, both as estimated at the first snapshot.",
        ),
    ]
}

fn blank(needs: &str) -> Vec<Indicator> {
    [
        ("K1a", "Shadow-IT eliminated"),
        ("K1b", "Brought under control"),
        ("K1c", "Net reduction"),
        ("K1d", "Risk eliminated"),
    ]
    .into_iter()
    .map(|(id, name)| Indicator {
        id: id.into(),
        name: name.into(),
        unit: String::from("%"),
        window: String::from("none"),
        scope: String::from("none"),
        insufficient: Some(needs.to_string()),
        definition: String::from("What became of the applications that were unmanaged at the first snapshot."),
        ..Indicator::default()
    })
    .collect()
}

/// The files of a root as one snapshot saw them.
fn files_of<'a>(rows: &'a Observations, root: &'a str, snapshot: u64) -> impl Iterator<Item = &'a FileState> {
    let of = move |file: &&FileState| file.snapshot == snapshot && file.root == root && !file.application.is_empty();
    rows.files.iter().filter(of)
}

fn status_on<'a>(rows: &'a Observations, application: &str, day: &str) -> &'a str {
    rows.statuses
        .iter()
        .rfind(|change| change.application == application && change.day.as_str() <= day)
        .map_or("unmanaged", |change| change.status.as_str())
}

fn cohort(rows: &Observations, first: &Snapshot, looks: &BTreeMap<&str, Look>) -> Cohort {
    let mut found = Cohort { assets: BTreeMap::new(), risk: BTreeMap::new() };
    for file in looks.iter().flat_map(|(root, look)| files_of(rows, root, look.base)) {
        if status_on(rows, &file.application, &first.taken) != "unmanaged" {
            continue;
        }
        found.assets.entry(file.application.clone()).or_default().push((file.asset.clone(), file.root.clone()));
        *found.risk.entry(file.application.clone()).or_default() += file.risk.unwrap_or(0.0);
    }
    found
}

fn fates<'a>(
    rows: &Observations,
    cohort: &'a Cohort,
    looks: &BTreeMap<&str, Look>,
    at: &Snapshot,
) -> BTreeMap<&'a str, Fate> {
    let looked_at = |root: &str| looks.get(root).is_some_and(|look| look.last.is_some());
    cohort
        .assets
        .iter()
        .map(|(application, assets)| {
            let all_looked_at = assets.iter().all(|(_, root)| looked_at(root));
            let fate = match status_on(rows, application, &at.taken) {
                _ if !all_looked_at => Fate::Unknown,
                "migrated" | "retired" => Fate::Eliminated,
                "controlled" => Fate::Controlled,
                _ => Fate::Unmanaged,
            };
            (application.as_str(), fate)
        })
        .collect()
}

fn eliminated_share(fates: &BTreeMap<&str, Fate>) -> Option<f64> {
    let known = fates.values().filter(|fate| **fate != Fate::Unknown).count() as f64;
    let gone = fates.values().filter(|fate| **fate == Fate::Eliminated).count() as f64;
    let trusted = fates.len() as f64 * (1.0 - MOST_UNKNOWN);
    if known < trusted { None } else { percent(gone, known) }
}

/// Unmanaged applications on the common roots, each root as the snapshot that `of` chooses saw it.
fn unmanaged_on(
    rows: &Observations,
    at: &Snapshot,
    looks: &BTreeMap<&str, Look>,
    of: impl Fn(&Look) -> Option<u64>,
) -> f64 {
    let found: BTreeSet<&str> = looks
        .iter()
        .filter_map(|(root, look)| of(look).map(|snapshot| files_of(rows, root, snapshot)))
        .flatten()
        .map(|file| file.application.as_str())
        .filter(|application| status_on(rows, application, &at.taken) == "unmanaged")
        .collect();
    found.len() as f64
}

/// Applications of the cohort of which no file was seen any more although their roots were read, and of which nobody said
/// that they were migrated or retired: they count as unmanaged, because a moved file looks the same.
fn absent_on(rows: &Observations, cohort: &Cohort, at: &Snapshot, looks: &BTreeMap<&str, Look>) -> f64 {
    let seen: BTreeSet<&str> = looks
        .iter()
        .filter_map(|(root, look)| look.last.map(|snapshot| files_of(rows, root, snapshot)))
        .flatten()
        .map(|file| file.application.as_str())
        .collect();
    let common = |root: &str| looks.get(root).is_some_and(|look| look.last.is_some());
    let absent = cohort.assets.iter().filter(|(application, assets)| {
        assets.iter().any(|(_, root)| common(root))
            && !seen.contains(application.as_str())
            && status_on(rows, application, &at.taken) == "unmanaged"
    });
    absent.count() as f64
}
