//! The shift-plan family and the hours macro mirrored by hand in Rust (`macros/shift.bas`, `macros/shift_tally.cls`).

use crate::build::{Book, Result, Sample, module_truth, outputs};
use crate::calendar::{dotted, serial};
use crate::catalogue::person;
use crate::grid::{BOLD, Grid, Value};
use crate::rng::Rng;
use crate::vba::{Kind, Module};
use rust_xlsxwriter::{Button, Format};
use serde_json::json;

const FIRST_ROW: u32 = 5;
const COL_FIRST_DAY: u16 = 4;
const COL_HOURS: u16 = 11;
/// `ColorIndex = 3` in the default palette.
const RED: u32 = 0x00FF_0000;
const CODES: [&str; 6] = ["F", "S", "N", "T", "K", "U"];

pub struct Plan {
    pub store: &'static str,
    pub path: &'static str,
    pub sheet: &'static str,
    pub seed: u64,
    pub people: usize,
    pub first_person: usize,
    /// Hours above contract at which a week is flagged red.
    pub red_line: i64,
    pub monday: (i64, i64, i64),
    pub what: &'static str,
}

fn source(plan: &Plan) -> String {
    let mut text =
        include_str!("macros/shift.bas").replace("Worksheets(\"Plan\")", &format!("Worksheets(\"{}\")", plan.sheet));
    if plan.red_line != 8 {
        text = text
            .replace("Case Is > 8", &format!("Case Is > {}", plan.red_line))
            .replace("If over > 8 Then", &format!("If over > {} Then", plan.red_line));
    }
    text
}

fn plan_sheet(plan: &Plan) -> Grid {
    let mut rng = Rng::new(plan.seed);
    let mut g = Grid::new(plan.sheet);
    let monday = serial(plan.monday.0, plan.monday.1, plan.monday.2);
    g.put_as(1, 1, format!("Shift plan store {}   week from {}", plan.store, dotted(monday)), BOLD);
    g.put(2, 1, "F = early, S = late, N = night, T = part day, K = sick, U = leave");
    g.put_as(3, 4, "Days", BOLD);
    g.put_as(3, 11, "Week", BOLD);
    g.header(
        4,
        1,
        &["Pers. no.", "Name", "Contract", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "Hours", "Over", "Flag", "Mobile"],
    );
    for i in 0..plan.people {
        let row = FIRST_ROW + i as u32;
        let (given, family, _) = person(plan.first_person + i);
        g.put(row, 1, format!("{:05}", 4100 + plan.first_person + i));
        g.put(row, 2, if rng.chance(15) { format!("{family}, {given} ") } else { format!("{given} {family}") });
        let contract = *rng.pick(&[20.0, 30.0, 38.5, 38.5, 40.0]);
        if rng.chance(25) {
            g.put(row, 3, format!("{contract} h"));
        } else {
            g.put(row, 3, contract);
        }
        for day in 0..7u16 {
            let col = COL_FIRST_DAY + day;
            let off = if day == 6 { 80 } else { 22 };
            if rng.chance(off) {
                continue;
            }
            match rng.below(16) {
                0 => g.put(row, col, "9-17"),
                1 => g.put(row, col, 7.5),
                2 => g.put(row, col, "f "),
                3 => g.put(row, col, "K"),
                4 => g.put(row, col, "U"),
                5 => g.put(row, col, "?"),
                6 => g.put(row, col, "N"),
                7 | 8 => g.put(row, col, "T"),
                9..=11 => g.put(row, col, "S"),
                _ => g.put(row, col, "F"),
            }
        }
        g.put(row, 14, format!("+49 151 0000{:04}", rng.between(1000, 9999)));
    }
    g
}

fn shift_hours(code: &str) -> f64 {
    match code {
        "" => 0.0,
        "F" | "S" => 8.0,
        "N" => 9.5,
        "T" => 5.25,
        "K" | "U" => 7.75,
        _ => match code.split_once('-') {
            Some((from, to)) if !from.is_empty() => {
                to.parse::<f64>().expect("planted span") - from.parse::<f64>().expect("planted span")
            }
            _ => code.parse().unwrap_or(0.0),
        },
    }
}

fn is_working(code: &str) -> bool {
    !matches!(code, "" | "K" | "U" | "OFF")
}

fn overtime_flag(over: f64, red_line: f64) -> &'static str {
    if over > red_line {
        "OVERTIME!"
    } else if over > 0.0 {
        "overtime"
    } else if over < -4.0 {
        "under hours"
    } else {
        "ok"
    }
}

/// VBA's `Val` for the texts planted here: the leading number.
pub fn val(text: &str) -> f64 {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(text.len());
    text[..end].parse().unwrap_or(0.0)
}

/// `CalculateHours`. Returns the text of its closing message.
fn calculate_hours(ws: &mut Grid, summary: &mut Grid, red_line: f64) -> String {
    let min_staff = summary.number(3, 2).unwrap_or(0.0);
    let last_row = ws.last_row(1);
    let mut staff = [0i64; 7];
    let mut tally = vec![0i64; CODES.len()];
    let (mut flagged, mut sum_hours) = (0, 0.0);
    for r in FIRST_ROW..=last_row {
        let mut total = 0.0;
        for day in 0..7u16 {
            let code = ws.text(r, COL_FIRST_DAY + day).trim().to_uppercase();
            total += shift_hours(&code);
            if let Some(i) = CODES.iter().position(|c| *c == code) {
                tally[i] += 1;
            }
            if is_working(&code) {
                staff[usize::from(day)] += 1;
            }
        }
        let over = total - val(&ws.text(r, 3));
        ws.output(r, COL_HOURS, total);
        ws.output(r, COL_HOURS + 1, over);
        ws.output(r, COL_HOURS + 2, overtime_flag(over, red_line));
        if over > red_line {
            ws.fill(r, COL_HOURS + 2, RED);
        }
        flagged += i64::from(over > 0.0);
        sum_hours += total;
    }
    for (i, n) in staff.iter().enumerate() {
        ws.output(last_row + 2, COL_FIRST_DAY + i as u16, *n);
        ws.output(last_row + 3, COL_FIRST_DAY + i as u16, if (*n as f64) < min_staff { "LOW" } else { "ok" });
    }
    ws.output(last_row + 2, COL_HOURS, sum_hours);
    for (i, code) in CODES.iter().enumerate() {
        summary.output(6 + i as u32, 1, *code);
        summary.output(6 + i as u32, 2, tally[i]);
    }
    if flagged > 0 { format!("{flagged} employees with overtime this week.") } else { "No overtime.".to_string() }
}

pub fn workbook(plan: &Plan, project: u64) -> Result<Sample> {
    let mut sheet = plan_sheet(plan);
    let last = sheet.last_row(1);
    sheet.put(last + 2, 2, "Staff on duty");
    sheet.put(last + 3, 2, "Minimum reached?");
    let mut summary = Grid::new("Summary");
    summary.put_as(1, 1, "Summary", BOLD);
    summary.put(3, 1, "Minimum staff per day");
    summary.put(3, 2, Value::Num(5.0));
    summary.header(5, 1, &["Code", "Count"]);
    let message = calculate_hours(&mut sheet, &mut summary, plan.red_line as f64);
    let modules = vec![
        Module::new("ThisWorkbook", Kind::Workbook, include_str!("macros/shift_workbook.cls")),
        Module::new("Sheet1", Kind::Sheet, include_str!("macros/shift_sheet.cls")),
        Module::new("Sheet2", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("modShift", Kind::Standard, &source(plan)),
        Module::new("clsTally", Kind::Class, include_str!("macros/shift_tally.cls")),
    ];
    let title = format!(
        "Shift plan store {}   week from {}",
        plan.store,
        dotted(serial(plan.monday.0, plan.monday.1, plan.monday.2))
    );
    let mut book = Book::new("Filiale", plan.monday)
        .sheet_with(&sheet, move |s| {
            s.merge_range(0, 0, 0, 13, &title, &Format::new().set_bold())?;
            s.merge_range(2, 3, 2, 9, "Days", &Format::new().set_bold())?;
            s.merge_range(2, 10, 2, 12, "Week", &Format::new().set_bold())?;
            s.insert_button(0, 15, &Button::new().set_caption("Calculate hours").set_macro("CalculateHours"))?;
            Ok(())
        })
        .sheet(&summary);
    book.modules = modules.clone();
    book.project = project;
    let truth = json!({
        "kind": "xlsm", "state": "parsed", "family": "shift-plan", "drift": plan.what, "modules": module_truth(&modules),
        "tables": [{"sheet": plan.sheet, "header_row": 4, "first_row": FIRST_ROW, "last_row": last, "key": "Pers. no.", "planted": ["merged title", "merged group headers", "leading zeros in Pers. no.", "contract as text with unit", "names in two orders", "staffing rows below"]}],
        "relationships": [],
        "macros": [{"entry": "modShift.CalculateHours", "answers": [], "messages": [message], "idempotent": true, "outputs": outputs(&[&sheet, &summary])}],
        "triggers": [{"module": "Sheet1", "event": "Worksheet_Change", "range": "D5:J60"}, {"module": "ThisWorkbook", "event": "Workbook_Open"}, {"sheet": plan.sheet, "button": "Calculate hours", "macro": "CalculateHours"}],
        "sensitive": [
            {"sheet": plan.sheet, "column": "Name", "type": "personName", "class": "personal"},
            {"sheet": plan.sheet, "column": "Mobile", "type": "phone", "class": "personal"},
            {"sheet": plan.sheet, "column": "Mo..Su", "type": "sickness code K", "class": "special", "article9": "health"}
        ]
    });
    Ok(Sample { path: plan.path.to_string(), bytes: book.bytes()?, truth })
}

pub fn family(year: i64) -> Vec<Plan> {
    let base = |store, path, seed, people, first_person, monday| Plan {
        store,
        path,
        sheet: "Plan",
        seed,
        people,
        first_person,
        red_line: 8,
        monday,
        what: "as first written",
    };
    if year == 2025 {
        return vec![
            base("014", "estate/2025-05/stores/014/shift-plan-014.xlsm", 514, 12, 0, (2025, 5, 26)),
            base("027", "estate/2025-05/stores/027/shift-plan-027.xlsm", 527, 9, 20, (2025, 5, 26)),
            base("031", "estate/2025-05/stores/031/shift-plan-031.xlsm", 531, 8, 40, (2025, 5, 26)),
        ];
    }
    vec![
        base("014", "estate/2026-11/stores/014/shift-plan-014.xlsm", 614, 14, 0, (2026, 11, 9)),
        Plan {
            sheet: "Plan KW46",
            red_line: 10,
            what: "sheet renamed, overtime threshold 10 instead of 8",
            ..base("027", "estate/2026-11/stores/027/shift-plan-027.xlsm", 627, 11, 20, (2026, 11, 9))
        },
    ]
}
