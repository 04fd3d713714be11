//! Honest numbers: each indicator against figures computed by hand, and no figure where the data does not carry one.
//! Absent is not deleted, unknown is not reduced, unproven is not 100 %.

use daylight::insight::{
    BacklogItem, CostMonth, Coverage, Eligible, FileState, Indicator, InsightError, Observations, PolicyOutcome,
    Replay, Root, RunOutcome, Snapshot, StatusChange, TagState, Usage, day_number, day_text, indicators,
};

const FIRST: &str = "2025-05-31";
const LAST: &str = "2026-05-31";

fn of(rows: &Observations, day: &str, id: &str) -> Indicator {
    let all = indicators(rows, day).expect("the indicators are computed");
    all.into_iter().find(|indicator| indicator.id == id).expect("the indicator exists")
}

fn term<'a>(indicator: &'a Indicator, name: &str) -> &'a str {
    let found = indicator.terms.iter().find(|(known, _)| known.starts_with(name));
    found.map_or("(no such term)", |(_, value)| value.as_str())
}

fn assert_refused(indicator: &Indicator) {
    assert_eq!(indicator.value, None, "{} must not show a figure", indicator.id);
    let needs = indicator.insufficient.as_deref().unwrap_or("");
    assert!(!needs.is_empty(), "{} must say what it needs", indicator.id);
}

// ---- K1 ----

fn snapshot(number: u64, taken: &str) -> Snapshot {
    Snapshot { snapshot: number, taken: taken.to_string() }
}

fn root(snapshot: u64, name: &str, readable: bool) -> Root {
    Root { snapshot, root: name.to_string(), readable }
}

/// One file of an application of the same name.
fn file(snapshot: u64, root: &str, application: &str, risk: f64) -> FileState {
    FileState {
        snapshot,
        asset: format!("{root}/{application}"),
        root: root.to_string(),
        state: String::from("parsed"),
        application: application.to_string(),
        risk: Some(risk),
    }
}

fn status(application: &str, status: &str, day: &str) -> StatusChange {
    StatusChange { application: application.to_string(), status: status.to_string(), day: day.to_string() }
}

/// Eight unmanaged applications; a year later one is migrated, one retired, one controlled, four are as before, the file
/// of one is not seen any more without a word from anyone, and a new application has appeared.
fn estate() -> Observations {
    let mut files: Vec<FileState> =
        (1..=8).map(|n| file(1, "share", &format!("a{n}"), if n == 1 { 2.0 } else { 1.0 })).collect();
    files.extend(["a1", "a3", "a4", "a5", "a6", "a7", "new"].map(|name| file(2, "share", name, 1.0)));
    Observations {
        snapshots: vec![snapshot(1, FIRST), snapshot(2, LAST)],
        roots: vec![root(1, "share", true), root(2, "share", true)],
        files,
        statuses: vec![
            status("a1", "migrated", "2026-01-15"),
            status("a2", "retired", "2026-02-15"),
            status("a3", "controlled", "2026-03-15"),
        ],
        ..Observations::default()
    }
}

#[test]
fn reduction_counts_what_someone_said_and_absent_files_as_unmanaged() {
    let rows = estate();
    assert_eq!(of(&rows, LAST, "K1a").value, Some(25.0), "2 of 8");
    assert_eq!(of(&rows, LAST, "K1b").value, Some(12.5), "1 of 8");
    // 4 unmanaged, 1 new, 1 absent of 8 before: 25.0 %, and not the 37.5 % that counting the absent one as gone would give.
    assert_eq!(of(&rows, LAST, "K1c").value, Some(25.0));
    // Risk 2 + 1 of 9, as estimated at the first snapshot.
    assert_eq!(of(&rows, LAST, "K1d").value, Some(33.3));
    assert_eq!(of(&rows, LAST, "K1a").n, 8);
}

#[test]
fn a_status_given_after_the_snapshot_does_not_count_yet() {
    let mut rows = estate();
    rows.statuses.push(status("a4", "migrated", "2026-06-01"));
    assert_eq!(of(&rows, "2026-07-01", "K1a").value, Some(25.0));
}

#[test]
fn a_taken_back_status_is_unmanaged_again() {
    let mut rows = estate();
    rows.statuses.push(status("a1", "unmanaged", "2026-05-01"));
    assert_eq!(of(&rows, LAST, "K1a").value, Some(12.5));
}

#[test]
fn taking_away_a_root_gives_unknown_and_never_reduced() {
    let mut rows = estate();
    for file in rows.files.iter_mut().filter(|file| file.application.as_str() > "a4") {
        file.root = String::from("other");
    }
    rows.roots.extend([root(1, "other", true), root(2, "other", false)]);
    rows.files.retain(|file| file.snapshot == 1 || file.root == "share");
    for id in ["K1a", "K1b", "K1c", "K1d"] {
        assert_refused(&of(&rows, LAST, id));
    }
    assert_eq!(term(&of(&rows, LAST, "K1a"), "unknown"), "4");
}

#[test]
fn a_small_unread_root_leaves_the_figure_on_what_is_known() {
    let mut rows = Observations {
        snapshots: vec![snapshot(1, FIRST), snapshot(2, LAST)],
        roots: vec![root(1, "share", true), root(1, "other", true), root(2, "share", true)],
        ..Observations::default()
    };
    for n in 1..=9 {
        rows.files.extend([file(1, "share", &format!("a{n}"), 1.0), file(2, "share", &format!("a{n}"), 1.0)]);
    }
    rows.files.push(file(1, "other", "a10", 1.0));
    let net = of(&rows, LAST, "K1c");
    assert_eq!(net.value, Some(0.0), "the unread application is not a reduction");
    assert_eq!(of(&rows, LAST, "K1a").n, 9);
    assert_eq!(net.measured_share, Some(0.9));
}

#[test]
fn one_snapshot_or_no_common_root_gives_no_reduction() {
    let mut one = estate();
    one.snapshots.truncate(1);
    assert_refused(&of(&one, LAST, "K1a"));
    assert_refused(&of(&estate(), FIRST, "K1a"));
    let mut apart = estate();
    apart.roots = vec![root(1, "share", true), root(2, "elsewhere", true)];
    assert_refused(&of(&apart, LAST, "K1c"));
}

// ---- K2 ----

const BACKLOG_DAY: &str = "2026-06-15";

fn items(count: usize, created: &str, resolved: Option<&str>) -> Vec<BacklogItem> {
    let item = |n| BacklogItem {
        item: format!("{created}-{n}"),
        created: created.to_string(),
        resolved: resolved.map(str::to_string),
    };
    (0..count).map(item).collect()
}

#[test]
fn backlog_is_open_items_over_completions_of_three_full_months() {
    let backlog = [
        items(6, "2026-05-16", None),
        items(5, "2026-03-07", None),
        items(1, "2026-03-07", Some("2026-06-20")), // resolved after the day: still open on it
        items(2, "2026-01-10", Some("2026-03-01")),
        items(4, "2026-01-10", Some("2026-04-30")),
        items(3, "2026-01-10", Some("2026-05-31")),
        items(7, "2026-01-10", Some("2026-02-28")), // before the three months
        items(1, "2026-01-10", Some("2026-06-02")), // in the unfinished month
        items(9, "2026-06-16", None),               // not yet created
    ];
    let rows = Observations { backlog: backlog.concat(), ..Observations::default() };
    let found = of(&rows, BACKLOG_DAY, "K2");
    assert_eq!(found.value, Some(4.0), "12 open / 3 a month");
    assert_eq!(found.n, 12);
    assert_eq!(term(&found, "completed per month"), "3");
    assert_eq!(term(&found, "new per month"), "4");
    assert_eq!(term(&found, "net flow"), "1");
    assert_eq!(term(&found, "age of open items, median"), "65", "between 30 and 100 days");
    assert_eq!(term(&found, "age of open items, 85th"), "100");
    assert_eq!(found.series.last(), Some(&(BACKLOG_DAY.to_string(), 4.0)));
}

#[test]
fn backlog_without_a_completion_a_month_says_nothing() {
    let backlog = [items(12, "2026-05-16", None), items(2, "2026-01-10", Some("2026-04-30"))].concat();
    let found = of(&Observations { backlog, ..Observations::default() }, BACKLOG_DAY, "K2");
    assert_refused(&found);
    assert_eq!(term(&found, "open items"), "12");
}

// ---- K3 ----

const USAGE_DAY: &str = "2026-06-28";

fn usage(app: &str, person: &str, day: &str, kind: &str, n: u64) -> Usage {
    Usage { app: app.into(), person: person.into(), day: day.into(), kind: kind.into(), n }
}

fn used() -> Observations {
    Observations {
        usage: vec![
            usage("stock", "p1", "2026-06-01", "run", 4),
            usage("stock", "p2", "2026-06-01", "run", 3),
            usage("stock", "p3", "2026-06-28", "run", 5),
            usage("stock", "p4", "2026-05-31", "run", 50), // 28 days before: outside
            usage("stock", "p5", "2026-06-29", "run", 50), // after the day
            usage("stock", "", "2026-06-10", "legacy", 36),
        ],
        eligible: vec![Eligible { app: String::from("stock"), n: 10 }],
        ..Observations::default()
    }
}

#[test]
fn adoption_is_people_of_28_days_over_those_who_could() {
    let found = of(&used(), USAGE_DAY, "K3");
    assert_eq!(found.value, Some(30.0));
    assert_eq!(found.n, 3);
    // 3 person-days / 28 days / 3 people
    assert_eq!(term(&found, "mean daily people"), "3.6");
    let displaced = of(&used(), USAGE_DAY, "K3b");
    assert_eq!(displaced.value, Some(25.0), "12 runs of 48 uses");
    assert_eq!(displaced.n, 48);
}

#[test]
fn adoption_without_a_head_count_shows_users_and_no_share() {
    let mut rows = used();
    rows.eligible.clear();
    let found = of(&rows, USAGE_DAY, "K3");
    assert_refused(&found);
    assert_eq!(found.n, 3);
}

#[test]
fn users_of_an_app_without_head_count_do_not_raise_the_reach() {
    let mut rows = used();
    rows.usage.push(usage("complaints", "p9", "2026-06-10", "run", 1));
    let found = of(&rows, USAGE_DAY, "K3");
    assert_eq!((found.value, found.n), (Some(30.0), 4));
}

#[test]
fn displacement_without_legacy_openings_is_not_measured() {
    let mut rows = used();
    rows.usage.retain(|usage| usage.kind == "run");
    let found = of(&rows, USAGE_DAY, "K3b");
    assert_refused(&found);
    assert_eq!(term(&found, "openings"), "not measured");
}

// ---- K4 ----

fn runs(count: usize, status: &str) -> Vec<RunOutcome> {
    let run = RunOutcome {
        application: String::from("stock"),
        day: String::from("2026-06-20"),
        status: status.to_string(),
        ms: 5.0,
        replay: false,
    };
    vec![run; count]
}

fn allowed() -> Vec<PolicyOutcome> {
    let outcome =
        PolicyOutcome { application: String::from("stock"), decision: String::from("allow"), findings: 0, fields: 40 };
    vec![outcome]
}

fn proof(level: &str, equal: bool) -> Replay {
    Replay { application: String::from("stock"), level: level.to_string(), equal }
}

#[test]
fn health_is_the_weighted_mean_over_components_with_data() {
    let mut rows = Observations {
        runs: [runs(18, "ok"), runs(2, "runtime-error")].concat(),
        policy: allowed(),
        ..Observations::default()
    };
    // (.30 x .9 + .20 x 1 + .15 x 1) / .65
    assert_eq!(of(&rows, USAGE_DAY, "K4").value, Some(95.4));
    rows.replays = vec![proof("found", true), proof("recorded", false), proof("self", true)];
    // (.27 + .20 + .15 + .15 x .5) / .80
    assert_eq!(of(&rows, USAGE_DAY, "K4").value, Some(86.9));
}

#[test]
fn health_below_twenty_runs_has_no_score() {
    let mut rows = Observations { runs: runs(19, "ok"), policy: allowed(), ..Observations::default() };
    assert_refused(&of(&rows, USAGE_DAY, "K4"));
    rows.runs.extend(runs(5, "refused"));
    assert_refused(&of(&rows, USAGE_DAY, "K4"));
    let replayed = RunOutcome { replay: true, ..runs(1, "ok").remove(0) };
    rows.runs.push(replayed);
    assert_refused(&of(&rows, USAGE_DAY, "K4"));
    rows.runs.extend(runs(1, "ok"));
    assert_eq!(of(&rows, USAGE_DAY, "K4").value, Some(100.0));
}

#[test]
fn health_on_too_little_weight_has_no_score() {
    let rows = Observations { runs: runs(40, "ok"), ..Observations::default() };
    assert_refused(&of(&rows, USAGE_DAY, "K4"));
}

#[test]
fn runs_older_than_the_window_do_not_count() {
    let rows = Observations { runs: runs(40, "ok"), policy: allowed(), ..Observations::default() };
    assert_refused(&of(&rows, "2026-07-18", "K4"));
    assert_eq!(of(&rows, "2026-07-17", "K4").value, Some(100.0));
}

// ---- K6 ----

fn cost(app: &str, month: &str, phase: &str, hours: f64, licence: f64, measured: bool) -> CostMonth {
    CostMonth {
        app: app.into(),
        month: format!("{month}-01"),
        phase: phase.into(),
        hours: Some(hours),
        rate: Some(50.0),
        licence: Some(licence),
        infra: None,
        measured: Some(measured),
    }
}

#[test]
fn maintenance_compares_the_same_apps_with_three_months_a_side() {
    let mut rows = Observations::default();
    for month in ["2025-10", "2025-11", "2025-12"] {
        rows.costs.push(cost("stock", month, "before", 10.0, 100.0, true)); // 600 a month
    }
    for month in ["2026-01", "2026-02", "2026-03"] {
        rows.costs.push(cost("stock", month, "after", 4.0, 100.0, true)); // 300 a month
    }
    for month in ["2025-11", "2025-12"] {
        rows.costs.push(cost("shifts", month, "before", 100.0, 0.0, false));
        rows.costs.push(cost("shifts", &month.replace("2025", "2026"), "after", 1.0, 0.0, false));
    }
    let found = of(&rows, "2026-12-31", "K6");
    assert_eq!((found.value, found.n), (Some(50.0), 1), "shifts has two months a side and stays out");
    assert_eq!(found.measured_share, Some(0.6));
    assert_refused(&of(&rows, "2026-02-28", "K6"));
}

// ---- K7, K8, K5 ----

#[test]
fn compliance_counts_decided_proposals_and_findings_per_field() {
    let tag = |n: usize| TagState {
        application: String::from("staff"),
        field: format!("f{n}"),
        decided: n == 0,
        regime: String::from(if n < 3 { "GDPR" } else { "PCI-DSS" }),
    };
    let rows = Observations {
        snapshots: vec![snapshot(1, FIRST)],
        tags: (0..4).map(tag).collect(),
        policy: vec![PolicyOutcome { findings: 6, ..allowed().remove(0) }],
        ..Observations::default()
    };
    let reviewed = of(&rows, LAST, "K7");
    assert_eq!((reviewed.value, reviewed.n), (Some(25.0), 4));
    assert_eq!(term(&reviewed, "GDPR"), "1 of 3");
    assert_eq!(of(&rows, LAST, "K7b").value, Some(15.0), "6 findings on 40 fields");
}

#[test]
fn fidelity_without_a_replay_is_unproven_and_not_complete() {
    let coverage = Coverage {
        application: String::from("stock"),
        statements: 100,
        exact: 60,
        approximate: 20,
        manual: 10,
        noop: 10,
    };
    let mut rows = Observations { coverage: vec![coverage], ..Observations::default() };
    assert_eq!(of(&rows, LAST, "K8").value, Some(90.0));
    let unproven = of(&rows, LAST, "K8b");
    assert_refused(&unproven);
    assert!(unproven.insufficient.is_some_and(|text| text.contains("nproven")));
    rows.replays = vec![proof("self", true)];
    assert_refused(&of(&rows, LAST, "K8b"));
    rows.replays.extend([proof("found", true), proof("recorded", false)]);
    assert_eq!(of(&rows, LAST, "K8b").value, Some(50.0));
}

#[test]
fn without_any_data_no_indicator_shows_a_figure_and_each_says_why() {
    let all = indicators(&Observations::default(), LAST).expect("the indicators are computed");
    for id in ["K1a", "K1b", "K1c", "K1d", "K2", "K3", "K4", "K5", "K6", "K7", "K8"] {
        assert!(all.iter().any(|indicator| indicator.id == id), "{id} is missing");
    }
    for indicator in &all {
        assert_refused(indicator);
        assert!(!indicator.definition.is_empty() && !indicator.unit.is_empty(), "{}", indicator.id);
    }
}

#[test]
fn a_text_that_is_no_day_is_an_error() {
    let answer = indicators(&Observations::default(), "yesterday");
    assert!(matches!(answer, Err(InsightError::Day { .. })));
}

#[test]
fn days_are_numbers_since_1970() {
    for (text, number) in [("1970-01-01", 0), ("1970-03-01", 59), ("2000-01-01", 10_957), ("2024-02-29", 19_782)] {
        assert_eq!(day_number(text), Some(number));
        assert_eq!(day_text(number), text);
    }
    assert_eq!(day_number("2026-13-01"), None);
}
