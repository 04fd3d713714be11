//! The records an IT department keeps beside the estate, over 18 months ending October 2026: backlog, use, legacy opens, costs, owners, runs, deployments.
//! Column names are those the indicators are defined on. Users appear as salted hashes only.

use crate::build::{Result, Sample};
use crate::calendar::{civil, iso, serial};
use crate::rng::Rng;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

const MONTHS: i64 = 18;
/// First and last day of the records.
const FIRST: (i64, i64, i64) = (2025, 5, 1);
const LAST: (i64, i64, i64) = (2026, 10, 31);

struct App {
    name: &'static str,
    /// First day in production on the platform, if any.
    live: Option<(i64, i64, i64)>,
    eligible: i64,
    file: &'static str,
    legacy_per_day: i64,
}

const APPS: [App; 5] = [
    App {
        name: "stock-count",
        live: Some((2026, 3, 2)),
        eligible: 24,
        file: "stores/014/stock-count-014.xlsm",
        legacy_per_day: 6,
    },
    App {
        name: "shift-plan",
        live: Some((2026, 6, 1)),
        eligible: 18,
        file: "stores/014/shift-plan-014.xlsm",
        legacy_per_day: 4,
    },
    App {
        name: "complaints",
        live: Some((2026, 8, 17)),
        eligible: 30,
        file: "access/complaints-frontend",
        legacy_per_day: 5,
    },
    App { name: "supplier-orders", live: None, eligible: 6, file: "office/supplier-orders.xlsm", legacy_per_day: 3 },
    App { name: "phone-payments", live: None, eligible: 4, file: "office/phone-payments.xlsx", legacy_per_day: 2 },
];

pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn user(app: usize, n: u64) -> String {
    sha256_hex(format!("fixed salt of the samples/{app}/{n}").as_bytes())[..16].to_string()
}

fn day((y, m, d): (i64, i64, i64)) -> i64 {
    serial(y, m, d)
}

fn month_start(index: i64) -> i64 {
    let zero_based = FIRST.1 - 1 + index;
    serial(FIRST.0 + zero_based / 12, zero_based % 12 + 1, 1)
}

/// Monday to Saturday; 30 December 1899 was a Saturday.
fn is_open_day(d: i64) -> bool {
    d % 7 != 1
}

fn table(path: &str, header: &[&str], rows: &[Vec<String>], truth: Json) -> Result<Sample> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let mut entry = json!({"kind": "record", "state": "parsed", "rows": rows.len(), "columns": header});
    if let (Some(to), Some(from)) = (entry.as_object_mut(), truth.as_object()) {
        to.extend(from.clone());
    }
    Ok(Sample { path: format!("records/{path}"), bytes: writer.into_inner()?, truth: entry })
}

struct Item {
    created: i64,
    resolved: Option<i64>,
}

fn backlog_items() -> Vec<Item> {
    let mut rng = Rng::new(61);
    // What was already waiting when the records begin.
    let mut items: Vec<Item> =
        (0..64).map(|_| Item { created: day(FIRST) - rng.between(5, 540), resolved: None }).collect();
    for month in 0..MONTHS {
        let start = month_start(month);
        for _ in 0..rng.between(5, 9) {
            items.push(Item { created: start + rng.between(0, 27), resolved: None });
        }
        // Completions rise once the platform is there.
        let done = if month < 10 { rng.between(4, 6) } else { rng.between(8, 12) };
        let mut open: Vec<usize> =
            (0..items.len()).filter(|i| items[*i].resolved.is_none() && items[*i].created < start).collect();
        for _ in 0..done.min(open.len() as i64) {
            let at = rng.below(open.len() as u64) as usize;
            items[open.swap_remove(at)].resolved = Some(start + rng.between(0, 27));
        }
    }
    items.sort_by_key(|i| i.created);
    items
}

fn backlog() -> Result<Sample> {
    const WISHES: [&str; 6] =
        ["Replace workbook", "New report", "Fix import", "Access for store", "Form for", "Interface to till"];
    let mut rng = Rng::new(62);
    let items = backlog_items();
    let mut rows = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let app = rng.pick(&APPS).name;
        let status =
            if item.resolved.is_some() { "Done" } else { *rng.pick(&["To Do", "To Do", "In Progress", "Waiting"]) };
        let kind = *rng.pick(&["Story", "Task", "Bug", "Service Request"]);
        rows.push(vec![
            format!("SITC-{}", 1001 + i),
            format!("{}: {app}", rng.pick(&WISHES)),
            kind.into(),
            status.into(),
            iso(item.created),
            item.resolved.map(iso).unwrap_or_default(),
            app.into(),
        ]);
    }
    let at = day(LAST);
    let (from, to) = (serial(2026, 7, 1), serial(2026, 10, 1));
    let open = items.iter().filter(|i| i.created <= at && i.resolved.is_none_or(|r| r > at)).count();
    let done = items.iter().filter(|i| i.resolved.is_some_and(|r| r >= from && r < to)).count();
    let new = items.iter().filter(|i| i.created >= from && i.created < to).count();
    table(
        "backlog.csv",
        &["Key", "Summary", "Issue Type", "Status", "Created", "Resolved", "Application"],
        &rows,
        json!({"k2": {"day": iso(at), "open": open, "done_last_3_full_months": done, "new_last_3_full_months": new, "backlog_months": open as f64 * 3.0 / done as f64}}),
    )
}

fn usage() -> Result<Vec<Sample>> {
    let mut rng = Rng::new(63);
    let (mut used, mut opened) = (Vec::new(), Vec::new());
    for (index, app) in APPS.iter().enumerate() {
        for d in day(FIRST)..=day(LAST) {
            let age = app.live.map_or(-1, |l| d - day(l));
            let share = (age.max(0) as f64 / 120.0).min(1.0);
            let users = if age < 0 { 0 } else { (app.eligible as f64 * (0.15 + 0.55 * share)) as u64 };
            for n in 0..if is_open_day(d) { users } else { 0 } {
                if rng.chance(24) {
                    used.push(vec![app.name.into(), user(index, n), iso(d), rng.between(1, 4).to_string()]);
                }
            }
            // Legacy opens are logged once a week, summed over the week.
            if d % 7 == 2 {
                let per_week = (app.legacy_per_day * 6) as f64 * (1.0 - 0.75 * if age >= 0 { share } else { 0.0 });
                opened.push(vec![
                    app.name.into(),
                    app.file.into(),
                    iso(d),
                    (per_week as i64 + rng.between(0, 3)).to_string(),
                ]);
            }
        }
    }
    let eligible: Vec<Vec<String>> = APPS
        .iter()
        .filter(|a| a.name != "phone-payments")
        .map(|a| vec![a.name.into(), a.eligible.to_string()])
        .collect();
    Ok(vec![
        table("usage.csv", &["app", "user", "date", "n"], &used, json!({}))?,
        table("legacy_opens.csv", &["app", "file", "date", "n"], &opened, json!({}))?,
        table(
            "eligible.csv",
            &["app", "eligible"],
            &eligible,
            json!({"note": "phone-payments has no head-count: its reach must be shown as unknown"}),
        )?,
    ])
}

fn costs() -> Result<Sample> {
    let mut rng = Rng::new(64);
    let mut rows = Vec::new();
    for app in &APPS {
        for month in 0..MONTHS {
            let start = month_start(month);
            let after = app.live.is_some_and(|l| start >= day(l));
            let hours = if after { rng.between(2, 5) } else { rng.between(9, 16) };
            let (licence, infra) = if after { (0, rng.between(30, 60)) } else { (rng.between(40, 70), 0) };
            let measured = rng.chance(70);
            let (y, m, _) = civil(start);
            rows.push(vec![
                app.name.into(),
                format!("{y:04}-{m:02}"),
                if after { "after" } else { "before" }.into(),
                hours.to_string(),
                "62.00".into(),
                licence.to_string(),
                infra.to_string(),
                measured.to_string(),
            ]);
        }
    }
    table(
        "costs.csv",
        &["app", "month", "phase", "hours", "rate", "licence", "infra", "measured"],
        &rows,
        json!({"note": "only stock-count, shift-plan and complaints have both phases; complaints has fewer than 3 months after"}),
    )
}

fn owners() -> Result<Sample> {
    const ROWS: [[&str; 10]; 17] = [
        [
            "stock-count",
            "stores/*/stock-count-*.xlsm",
            "k.platzhalter@example.com",
            "n.vorlage@example.com",
            "true",
            "inventory",
            "high",
            "stock counting and reorder",
            "2026-06-30",
            "controlled",
        ],
        [
            "stock-count",
            "stores/031/Bestand 031.xlsm",
            "k.platzhalter@example.com",
            "",
            "true",
            "inventory",
            "high",
            "stock counting and reorder",
            "2026-06-30",
            "controlled",
        ],
        [
            "shift-plan",
            "stores/*/shift-plan-*.xlsm",
            "d.testmann@example.com",
            "",
            "true",
            "hr",
            "high",
            "shift scheduling",
            "2025-09-01",
            "controlled",
        ],
        [
            "price-list",
            "office/price-list.xlsx",
            "a.musterfrau@example.com",
            "b.beispiel@example.com",
            "true",
            "purchasing",
            "high",
            "sales prices",
            "2026-10-01",
            "controlled",
        ],
        [
            "supplier-orders",
            "office/supplier-orders.xlsm",
            "a.musterfrau@example.com",
            "",
            "true",
            "purchasing",
            "high",
            "ordering",
            "",
            "unmanaged",
        ],
        ["staff", "office/staff.xlsx", "g.erdacht@example.com", "", "false", "hr", "high", "", "", "unmanaged"],
        ["phone-payments", "office/phone-payments.xlsx", "", "", "", "service", "high", "", "", "unmanaged"],
        [
            "customers",
            "office/customers.xlsx",
            "l.demo@example.com",
            "",
            "true",
            "service",
            "medium",
            "delivery and newsletter",
            "",
            "unmanaged",
        ],
        [
            "inventory",
            "office/inventory.xlsx",
            "h.modell@example.com",
            "",
            "true",
            "inventory",
            "medium",
            "stock value",
            "",
            "unmanaged",
        ],
        [
            "discount-approval",
            "office/discount-approval.xlsm",
            "f.vorlage@example.com",
            "",
            "true",
            "sales",
            "medium",
            "discounts",
            "",
            "unmanaged",
        ],
        [
            "weekly-report",
            "office/weekly-report.xlsm",
            "t.schablone@example.com",
            "",
            "true",
            "facility",
            "low",
            "store tickets",
            "",
            "unmanaged",
        ],
        [
            "promo-calendar",
            "office/promo-calendar-2025.xlsx",
            "m.fiktiv@example.com",
            "",
            "true",
            "marketing",
            "low",
            "promotions",
            "",
            "retired",
        ],
        ["returns", "stores/014/returns-2026.xls", "", "", "", "service", "low", "", "", "unmanaged"],
        [
            "complaints",
            "access/complaints-frontend",
            "q.niemand@example.com",
            "p.specimen@example.com",
            "true",
            "service",
            "medium",
            "complaints",
            "2026-08-01",
            "controlled",
        ],
        [
            "deliveries",
            "access/deliveries-export",
            "h.modell@example.com",
            "",
            "true",
            "logistics",
            "medium",
            "carrier planning",
            "",
            "unmanaged",
        ],
        [
            "loyalty",
            "access/loyalty-csv",
            "l.demo@example.com",
            "",
            "true",
            "marketing",
            "medium",
            "loyalty points",
            "",
            "unmanaged",
        ],
        [
            "warehouse",
            "access/warehouse.mdb",
            "h.modell@example.com",
            "",
            "true",
            "inventory",
            "high",
            "warehouse stock",
            "2026-02-15",
            "unmanaged",
        ],
    ];
    let rows: Vec<Vec<String>> = ROWS.iter().map(|r| r.iter().map(|c| c.to_string()).collect()).collect();
    table(
        "owners.csv",
        &[
            "app",
            "path",
            "owner",
            "deputy",
            "owner_active",
            "business_domain",
            "criticality",
            "purpose",
            "attested_day",
            "state",
        ],
        &rows,
        json!({"orphans": ["phone-payments", "returns", "staff"]}),
    )
}

fn operations() -> Result<Vec<Sample>> {
    let mut rng = Rng::new(65);
    let mut runs = Vec::new();
    for app in APPS.iter().filter(|a| a.live.is_some()) {
        for d in serial(2026, 9, 20)..=day(LAST) {
            for n in 0..if is_open_day(d) { rng.between(2, 6) } else { 0 } {
                let outcome = match rng.below(60) {
                    0 | 1 => "failed",
                    2 => "timeout",
                    3 => "denied",
                    4 => "cancelled",
                    _ => "ok",
                };
                let ms = rng.between(3, 60) + if outcome == "timeout" { 5000 } else { 0 };
                runs.push(vec![
                    app.name.into(),
                    format!("{}T{:02}:{:02}:00Z", iso(d), 6 + n * 2, rng.between(0, 59)),
                    outcome.into(),
                    ms.to_string(),
                ]);
            }
        }
    }
    let slo: Vec<Vec<String>> =
        APPS.iter().filter(|a| a.live.is_some()).map(|a| vec![a.name.into(), "0.98".into(), "50".into()]).collect();
    let mut deploys = Vec::new();
    const LEGACY: [(&str, i64, i64); 6] = [
        ("till-interface", 100, 260),
        ("goods-receipt", 40, 310),
        ("store-portal", 150, 205),
        ("label-print", 10, 190),
        ("time-clock", 60, 400),
        ("intranet-form", 90, 150),
    ];
    for (app, requested, lead) in LEGACY {
        let asked = serial(2025, 1, 1) + requested;
        deploys.push(vec![
            app.into(),
            "legacy".into(),
            iso(asked + lead),
            iso(asked),
            (lead > 300).to_string(),
            if lead > 300 { "30" } else { "" }.into(),
        ]);
    }
    for app in APPS.iter().filter(|a| a.live.is_some()) {
        let live = app.live.map_or(0, day);
        for (n, offset) in [0, 9, 23, 40, 61].iter().enumerate() {
            if live + offset <= day(LAST) {
                deploys.push(vec![
                    app.name.into(),
                    "platform".into(),
                    iso(live + offset),
                    iso(live - 55),
                    (n == 2).to_string(),
                    if n == 2 { "3" } else { "" }.into(),
                ]);
            }
        }
    }
    Ok(vec![
        table("runs.csv", &["app", "ts", "outcome", "ms"], &runs, json!({}))?,
        table("slo.csv", &["app", "success", "p95_ms"], &slo, json!({}))?,
        table(
            "deploys.csv",
            &["app", "phase", "date", "requested", "failed", "restored_h"],
            &deploys,
            json!({"note": "3 platform apps: below the threshold of 5, no speed-up may be printed"}),
        )?,
    ])
}

/// All record files.
pub fn all() -> Result<Vec<Sample>> {
    let mut out = vec![backlog()?, costs()?, owners()?];
    out.extend(usage()?);
    out.extend(operations()?);
    Ok(out)
}
