//! Two office workbooks with macros that change more than a column: discount approval (a yes/no box guards the effect) and the weekly report
//! (copies rows, deletes closed ones). Both macros are mirrored by hand; each has a before/after pair under `samples/pairs/`.

use crate::build::{Book, Result, Sample, module_truth, outputs};
use crate::calendar::serial;
use crate::catalogue::FAMILY;
use crate::grid::{BOLD, Grid, MONEY, Style, Value};
use crate::rng::Rng;
use crate::shifts::val;
use crate::vba::{Kind, Module};
use rust_xlsxwriter::{Button, DataValidation};
use serde_json::json;

const SHOPS: [&str; 9] = [
    "Bistro Lindenhof",
    "Hotel Seeblick",
    "Kantine Nord",
    "Cafe Morgenrot",
    "Kita Regenbogen",
    "Imbiss am Tor",
    "Pension Waldrand",
    "Sportverein Blau",
    "Kiosk Hafen",
];
const KEY_ACCOUNTS: [&str; 3] = ["Hotel Seeblick", "Kantine Nord", "KITA REGENBOGEN"];

fn requests_sheet() -> Grid {
    let mut rng = Rng::new(77);
    let mut g = Grid::new("Requests");
    g.put_as(1, 1, "Discount requests November 2026", BOLD);
    g.put(2, 7, "sum granted");
    g.header(
        4,
        1,
        &["Request", "Customer", "Asked on", "Order total", "Asked %", "Decision", "Granted %", "Net total", "Remark"],
    );
    for i in 0..28u32 {
        let row = 5 + i;
        g.put(row, 1, format!("DR-{:04}", 301 + i));
        g.put(row, 2, *rng.pick(&SHOPS));
        g.put(row, 3, Value::Date((serial(2026, 11, 2) + rng.between(0, 14)) as f64));
        g.put_as(row, 4, rng.between(4000, 250_000) as f64 / 100.0, MONEY);
        let asked = *rng.pick(&[2.0, 3.0, 5.0, 7.5, 10.0, 12.0, 15.0, 20.0, 25.0]);
        match rng.below(9) {
            0 => g.put(row, 5, format!("{asked} %")),
            1 => g.put(row, 5, 0i64),
            _ => g.put(row, 5, asked),
        }
        if rng.chance(20) {
            g.put(row, 9, "ask F. Vorlage first");
        }
    }
    g
}

/// `ApproveDiscounts` of `macros/discount.bas`, the box answered with Yes.
fn approve_discounts(ws: &mut Grid, keys: &[&str]) -> Vec<String> {
    let last_row = ws.last_row(1);
    let asked_number = |ws: &Grid, r| if let Some(Value::Num(n)) = ws.get(r, 5) { *n } else { 0.0 };
    let pending = (5..=last_row).filter(|r| (5.0 < asked_number(ws, *r)) && (asked_number(ws, *r) <= 15.0)).count();
    let mut sum = 0.0;
    for r in 5..=last_row {
        let pct = val(&ws.text(r, 5));
        let amount = ws.number(r, 4).unwrap_or(0.0);
        let (mut decision, mut granted) = match pct {
            p if p <= 0.0 => ("INVALID", 0.0),
            p if p <= 5.0 => ("AUTO", p),
            p if p <= 15.0 => ("APPROVED", p),
            _ => ("REFUSED", 5.0),
        };
        let customer = ws.text(r, 2);
        if decision == "REFUSED" && keys.iter().any(|k| k.eq_ignore_ascii_case(&customer)) {
            (decision, granted) = ("KEY ACCOUNT", 15.0);
        }
        let net = (amount * (100.0 - granted) + 0.5).floor() / 100.0;
        ws.output(r, 6, decision);
        ws.output(r, 7, granted);
        ws.output(r, 8, net);
        sum += amount - net;
    }
    ws.output(2, 8, (sum * 100.0 + 0.5).floor() / 100.0);
    vec![
        format!("{pending} requests are above 5 %. Approve them?"),
        format!("Done. Discounts granted: {}", thousands(sum)),
    ]
}

/// `Format(x, "#,##0.00")` for positive numbers.
fn thousands(x: f64) -> String {
    let plain = format!("{x:.2}");
    let (whole, cents) = plain.split_once('.').expect("two decimals");
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    format!("{out}.{cents}")
}

fn discount_book(requests: &Grid, keys: &Grid, modules: &[Module]) -> Result<Vec<u8>> {
    let mut book = Book::new("Vertrieb", (2026, 11, 17))
        .sheet_with(requests, |s| {
            s.set_freeze_panes(4, 0)?;
            s.autofilter(3, 0, 32, 8)?;
            s.insert_button(0, 10, &Button::new().set_caption("Approve").set_macro("ApproveDiscounts"))?;
            Ok(())
        })
        .sheet_with(keys, |s| {
            s.set_hidden(true);
            Ok(())
        });
    book.modules = modules.to_vec();
    book.project = 21;
    book.bytes()
}

pub fn discount() -> Result<Vec<Sample>> {
    let before = requests_sheet();
    let mut after = before.clone();
    let messages = approve_discounts(&mut after, &KEY_ACCOUNTS);
    let mut keys = Grid::new("KeyAccounts");
    keys.header(1, 1, &["Customer"]);
    for (i, name) in KEY_ACCOUNTS.iter().enumerate() {
        keys.put(2 + i as u32, 1, *name);
    }
    let modules = vec![
        Module::new("ThisWorkbook", Kind::Workbook, include_str!("macros/discount_workbook.cls")),
        Module::new("Sheet1", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet2", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("modDiscount", Kind::Standard, include_str!("macros/discount.bas")),
    ];
    let run = json!({"entry": "modDiscount.ApproveDiscounts", "answers": ["yes"], "messages": messages, "idempotent": true, "outputs": outputs(&[&after])});
    let truth = json!({
        "kind": "xlsm", "state": "parsed", "family": null, "modules": module_truth(&modules),
        "tables": [{"sheet": "Requests", "header_row": 4, "first_row": 5, "last_row": after.last_row(1), "key": "Request", "planted": ["percent as text with unit", "zero percent", "hidden sheet KeyAccounts"]}],
        "relationships": [], "macros": [run], "triggers": [{"module": "ThisWorkbook", "event": "Workbook_BeforeSave"}], "sensitive": []
    });
    let pair = |role: &str| json!({"kind": "xlsm", "state": "parsed", "pair": "discount-approval", "role": role, "entry": "modDiscount.ApproveDiscounts", "answers": ["yes"]});
    let (before_bytes, after_bytes) =
        (discount_book(&before, &keys, &modules)?, discount_book(&after, &keys, &modules)?);
    Ok(vec![
        Sample { path: "estate/2026-11/office/discount-approval.xlsm".into(), bytes: after_bytes, truth },
        Sample {
            path: "pairs/discount-approval/before.xlsm".into(),
            bytes: before_bytes,
            truth: pair("before; the after side is estate/2026-11/office/discount-approval.xlsm"),
        },
    ])
}

fn tickets_sheet() -> Grid {
    let mut rng = Rng::new(99);
    let mut g = Grid::new("Tickets");
    g.put_as(1, 1, "Store tickets (building, tills, cooling)", BOLD);
    g.header(3, 1, &["Ticket", "Store", "Opened", "Subject", "State", "Cost"]);
    const SUBJECTS: [&str; 8] = [
        "Cooling aisle 3 too warm",
        "Till 2 freezes",
        "Door sensor",
        "Light in storage",
        "Card terminal offline",
        "Roof leak",
        "Pallet jack broken",
        "Scale calibration",
    ];
    const STATES: [&str; 7] = ["open", "Open ", "closed", "Done", "blocked", "waiting", "CLOSED"];
    for i in 0..40u32 {
        let row = 4 + i;
        g.put(row, 1, format!("T-{:04}", 2001 + i));
        g.put(row, 2, format!("S{:03}", rng.pick(&[14, 27, 31, 44])));
        g.put(row, 3, Value::Date((serial(2026, 10, 1) + i64::from(i)) as f64));
        g.put(row, 4, *rng.pick(&SUBJECTS));
        g.put(row, 5, *rng.pick(&STATES));
        match rng.below(8) {
            0 => g.put(row, 6, "n/a"),
            1 => {}
            2 => g.put(row, 6, format!("{}", rng.between(20, 900))),
            _ => g.put(row, 6, rng.between(2000, 90_000) as f64 / 100.0),
        }
    }
    g
}

fn urgency(state: &str, cost: f64) -> &'static str {
    if state == "blocked" || cost >= 500.0 {
        "high"
    } else if cost >= 100.0 {
        "medium"
    } else {
        "low"
    }
}

/// `WeeklyReport` of `macros/report.bas`.
fn weekly_report(data: &mut Grid, report: &mut Grid, archive: &mut Grid) -> String {
    let state_of = |g: &Grid, r| g.text(r, 5).trim().to_lowercase();
    let is_closed = |s: &str| s == "closed" || s == "done";
    let last_row = data.last_row(1);
    report.clear((4, 300), (1, 6));
    let (mut out_row, mut sum) = (4, 0.0);
    for r in 4..=last_row {
        let state = state_of(data, r);
        if is_closed(&state) {
            continue;
        }
        let cost = data.number(r, 6).unwrap_or(0.0);
        for (to, from) in [(1u16, 1u16), (2, 2), (3, 4)] {
            report.output(out_row, to, data.text(r, from));
        }
        report.output(out_row, 4, state.as_str());
        report.output(out_row, 5, cost);
        report.output(out_row, 6, urgency(&state, cost));
        sum += cost;
        out_row += 1;
    }
    let mut arch_row = archive.last_row(1) + 1;
    let mut closed = 0;
    for r in (4..=last_row).rev() {
        if !is_closed(&state_of(data, r)) {
            continue;
        }
        for col in 1..=6 {
            if let Some(cell) = data.cells.get(&(r, col)).cloned() {
                archive.cells.insert((arch_row, col), cell);
            }
        }
        delete_row(data, r);
        arch_row += 1;
        closed += 1;
    }
    let open = i64::from(out_row - 4);
    report.output(2, 2, open);
    report.output(2, 5, sum);
    format!("{open} open tickets, {closed} archived.")
}

fn delete_row(g: &mut Grid, row: u32) {
    let moved = std::mem::take(&mut g.cells);
    g.cells = moved
        .into_iter()
        .filter(|((r, _), _)| *r != row)
        .map(|((r, c), cell)| ((if r > row { r - 1 } else { r }, c), cell))
        .collect();
}

fn report_book(grids: [&Grid; 3], modules: &[Module]) -> Result<Vec<u8>> {
    let mut book = Book::new("Technik", (2026, 11, 13))
        .sheet_with(grids[0], |s| {
            s.add_data_validation(
                3,
                4,
                300,
                4,
                &DataValidation::new().allow_list_strings(&["open", "blocked", "waiting", "closed", "done"])?,
            )?;
            Ok(())
        })
        .sheet(grids[1])
        .sheet_with(grids[2], |s| {
            s.set_very_hidden(true);
            Ok(())
        });
    book.modules = modules.to_vec();
    book.project = 22;
    book.bytes()
}

pub fn report() -> Result<Vec<Sample>> {
    let mut data = tickets_sheet();
    let mut report = Grid::new("Report");
    report.put_as(1, 1, "Open tickets of the week", BOLD);
    report.put(2, 1, "Open");
    report.put_as(2, 4, "Cost", Style::default());
    report.header(3, 1, &["Ticket", "Store", "Subject", "State", "Cost", "Urgency"]);
    let mut archive = Grid::new("Archive");
    archive.header(1, 1, &["Ticket", "Store", "Opened", "Subject", "State", "Cost"]);
    archive.row(
        2,
        1,
        vec![
            "T-1990".into(),
            "S014".into(),
            Value::Date(serial(2026, 9, 18) as f64),
            "Till 1 receipt printer".into(),
            "closed".into(),
            85.5.into(),
        ],
    );
    let modules = vec![
        Module::new("ThisWorkbook", Kind::Workbook, include_str!("macros/shift_workbook.cls")),
        Module::new("Sheet1", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet2", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet3", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("modReport", Kind::Standard, include_str!("macros/report.bas")),
    ];
    let before = report_book([&data, &report, &archive], &modules)?;
    let message = weekly_report(&mut data, &mut report, &mut archive);
    let after = report_book([&data, &report, &archive], &modules)?;
    let run = json!({"entry": "modReport.WeeklyReport", "answers": [], "messages": [message], "idempotent": true, "outputs": outputs(&[&report]),
        "note": "replayed on this file no row is left to delete; the pair also shows the deletions and the archive rows"});
    let truth = json!({
        "kind": "xlsm", "state": "parsed", "family": null, "modules": module_truth(&modules),
        "tables": [{"sheet": "Tickets", "header_row": 3, "first_row": 4, "last_row": data.last_row(1), "key": "Ticket", "planted": ["states in mixed case with spaces", "cost as text and n/a"]},
            {"sheet": "Archive", "header_row": 1, "first_row": 2, "last_row": archive.last_row(1), "key": "Ticket", "planted": ["very hidden sheet"]}],
        "relationships": [], "macros": [run], "triggers": [{"module": "ThisWorkbook", "event": "Workbook_Open"}], "sensitive": []
    });
    let pair = json!({"kind": "xlsm", "state": "parsed", "pair": "weekly-report", "role": "before; the after side is estate/2026-11/office/weekly-report.xlsm", "entry": "modReport.WeeklyReport", "answers": [],
        "tickets_after": data.last_row(1) - 3, "archive_after": archive.last_row(1) - 1});
    Ok(vec![
        Sample { path: "estate/2026-11/office/weekly-report.xlsm".into(), bytes: after, truth },
        Sample { path: "pairs/weekly-report/before.xlsm".into(), bytes: before, truth: pair },
    ])
}

/// A family name for free-text remarks.
pub fn remark_name(i: usize) -> &'static str {
    FAMILY[i % FAMILY.len()]
}
