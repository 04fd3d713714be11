//! A workbook as read becomes a workbook the engine can work on, and back into a comparable listing.

use std::any::Any;

use super::contents::ReadPath;
use super::report::{CellReport, SheetReport};
use crate::engine::object::ObjectModel;
use crate::engine::workbook::data::{
    CellData, CellValue, NameData, SheetData, SheetDump, TableData, Visibility, WorkbookData,
};
use crate::engine::workbook::{Excel, Workbook};
use crate::facts::{CellContent, FileKind, Reading, Scalar, SheetContent, SheetFacts, TableContent};

/// Sheet serial of 1970-01-01 (1900 date system).
const UNIX_EPOCH_SERIAL: f64 = 25_569.0;
/// Serial days between the 1900 and the 1904 date system.
const SERIAL_1904: f64 = 1_462.0;
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;

/// The workbook of a file.
pub(super) fn workbook_of(read: &ReadPath) -> WorkbookData {
    workbook(&read.name, &read.reading)
}

/// The workbook of a reading; `name` is the file's.
pub(super) fn workbook(name: &str, reading: &Reading) -> WorkbookData {
    let facts = &reading.facts;
    WorkbookData {
        name: name.to_string(),
        path: String::new(),
        code_name: String::new(),
        date1904: facts.date_1904,
        manual_calculation: facts.manual_calculation,
        stale_results: facts.stale_results,
        sheets: sheets_of(reading),
        names: facts
            .names
            .iter()
            .map(|name| NameData {
                name: name.name.clone(),
                refers_to: name.refers_to.clone(),
                sheet: name.sheet.clone(),
                hidden: name.hidden,
            })
            .collect(),
        active_sheet: 0,
    }
}

fn sheets_of(reading: &Reading) -> Vec<SheetData> {
    let facts = &reading.facts;
    if facts.kind == FileKind::Csv {
        return reading.tables.iter().map(typed_in).collect();
    }
    let known = facts.sheets.iter().filter(|sheet| sheet.kind.is_empty() || sheet.kind == "worksheet");
    known
        .map(|sheet| {
            let content = reading.sheets.iter().find(|content| content.name == sheet.name);
            let mut data = sheet_of(sheet, content, facts.date_1904);
            data.tables = facts
                .list_objects
                .iter()
                .filter(|object| object.sheet == sheet.name)
                .map(|object| TableData {
                    name: object.name.clone(),
                    range: object.range.clone(),
                    columns: object.columns.clone(),
                    header_row: object.header_rows > 0,
                    totals_row: object.totals_rows > 0,
                })
                .collect();
            data
        })
        .collect()
}

/// Longest name of a sheet (Excel specifications and limits).
const LONGEST_SHEET_NAME: usize = 31;

/// The one sheet of a delimited text: named after the file, and its texts that read as numbers are numbers, as when Excel
/// opens such a file. Dates stay as written, because their order of day and month is not known here.
fn typed_in(table: &TableContent) -> SheetData {
    // The reader names the columns of a file without a header row F1, F2...
    let named = table.columns.iter().zip(1..).any(|(name, number)| *name != format!("F{number}"));
    let header: Option<Vec<Scalar>> = named.then(|| table.columns.iter().cloned().map(Scalar::Text).collect());
    let lines = header.iter().chain(&table.rows).zip(1..);
    let cell = |row: u32, column: u32, value: &Scalar| CellData {
        row,
        column,
        value: number_or(value_of(value, false)),
        ..CellData::default()
    };
    SheetData {
        name: table.name.chars().take(LONGEST_SHEET_NAME).collect(),
        cells: lines
            .flat_map(|(line, row)| (1..).zip(line).map(move |(column, value)| cell(row, column, value)))
            .collect(),
        ..SheetData::default()
    }
}

fn number_or(value: CellValue) -> CellValue {
    let number = |text: &str| {
        let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
        if plain { text.parse::<f64>().ok() } else { None }
    };
    match value {
        CellValue::Text(text) => number(text.trim()).map_or(CellValue::Text(text), CellValue::Number),
        other => other,
    }
}

fn sheet_of(facts: &SheetFacts, content: Option<&SheetContent>, date1904: bool) -> SheetData {
    SheetData {
        name: facts.name.clone(),
        code_name: facts.code_name.clone().unwrap_or_default(),
        visibility: match facts.visibility.as_str() {
            "hidden" => Visibility::Hidden,
            "veryHidden" => Visibility::VeryHidden,
            _ => Visibility::Visible,
        },
        cells: content
            .map(|content| content.cells.iter().map(|cell| cell_of(cell, content, date1904)).collect())
            .unwrap_or_default(),
        hidden_rows: facts.hidden_rows.clone(),
        merges: facts.merged.clone(),
        auto_filter: facts.autofilter.clone(),
        protected: facts.protected,
        ..SheetData::default()
    }
}

fn cell_of(cell: &CellContent, content: &SheetContent, date1904: bool) -> CellData {
    let format = cell.format.and_then(|at| content.formats.get(at as usize)).cloned();
    let is_moment = matches!(cell.value, Scalar::Moment(_));
    CellData {
        row: cell.row,
        column: cell.column,
        value: value_of(&cell.value, date1904),
        formula: cell.formula.clone(),
        array: cell.array.clone(),
        // A moment without a known format must stay a date for `.Value`.
        number_format: format.or_else(|| is_moment.then(|| String::from("m/d/yyyy"))),
        ..CellData::default()
    }
}

fn value_of(value: &Scalar, date1904: bool) -> CellValue {
    match value {
        Scalar::Empty | Scalar::Binary(_) => CellValue::Blank,
        Scalar::Number(number) => CellValue::Number(*number),
        Scalar::Exact(text) => text.parse().map_or_else(|_| CellValue::Text(text.clone()), CellValue::Number),
        Scalar::Text(text) => CellValue::Text(text.clone()),
        Scalar::Boolean(flag) => CellValue::Boolean(*flag),
        Scalar::Error(text) => CellValue::Error(text.clone()),
        Scalar::Moment(text) => serial_of(text).map_or_else(
            || CellValue::Text(text.clone()),
            |serial| CellValue::Number(if date1904 { serial - SERIAL_1904 } else { serial }),
        ),
    }
}

/// The sheet serial of an ISO date, date and time, or time; the 1900 system counts a 29 February 1900 that never was.
pub(super) fn serial_of(text: &str) -> Option<f64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (Some(date), Some(time)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let fraction = match time {
        Some(time) => {
            let time: jiff::civil::Time = time.trim_end_matches('Z').parse().ok()?;
            f64::from(time.hour()) / 24.0
                + f64::from(time.minute()) / 1_440.0
                + (f64::from(time.second()) + f64::from(time.subsec_nanosecond()) / 1e9) / 86_400.0
        }
        None => 0.0,
    };
    let Some(date) = date else { return Some(fraction) };
    let day: jiff::civil::Date = date.parse().ok()?;
    let days = f64::from(day.since(jiff::civil::date(1899, 12, 30)).ok()?.get_days());
    /// 1900-03-01, the first day on which both counts agree.
    const AGREE: f64 = 61.0;
    Some(if days < AGREE { days - 1.0 } else { days } + fraction)
}

/// The present moment as a sheet serial, UTC.
pub(super) fn serial_now(unix_ms: u64) -> f64 {
    UNIX_EPOCH_SERIAL + unix_ms as f64 / DAY_MS
}

/// Excel with this workbook open.
pub(super) fn excel_of(data: &WorkbookData, serial: f64) -> Excel {
    let (book, _left_out) = Workbook::from_data(data);
    Excel::new(book, serial)
}

/// The Excel that a run gives back.
pub(super) fn take_excel(models: Vec<Box<dyn ObjectModel>>) -> Option<Excel> {
    models.into_iter().find_map(|model| {
        let any: Box<dyn Any> = model;
        any.downcast::<Excel>().ok().map(|excel| *excel)
    })
}

/// Longest value shown in a difference, in characters.
const LONGEST_SHOWN: usize = 40;

/// A value as receipts and lists of differences show it: numbers as they are, texts as their shape, because they may be personal data.
pub(super) fn shown(value: &CellValue) -> String {
    match value {
        CellValue::Blank => String::from("(blank)"),
        CellValue::Number(number) if number.abs() < 1e9 => number.to_string(),
        CellValue::Number(_) => String::from("(long number)"),
        CellValue::Boolean(flag) => flag.to_string(),
        CellValue::Error(text) => text.clone(),
        CellValue::Text(text) => text
            .chars()
            .take(LONGEST_SHOWN)
            .map(|c| {
                if c.is_numeric() {
                    '9'
                } else if c.is_alphabetic() {
                    'x'
                } else {
                    c
                }
            })
            .collect(),
    }
}

/// The listing of the command line.
pub(super) fn sheet_reports(dumps: Vec<SheetDump>) -> Vec<SheetReport> {
    dumps
        .into_iter()
        .map(|sheet| SheetReport {
            name: sheet.name,
            hidden_rows: sheet.hidden_rows,
            cells: sheet
                .cells
                .into_iter()
                .map(|cell| CellReport {
                    reference: cell.reference,
                    value: json_of(&cell.value),
                    formula: cell.formula,
                })
                .collect(),
        })
        .collect()
}

fn json_of(value: &CellValue) -> serde_json::Value {
    match value {
        CellValue::Blank => serde_json::Value::Null,
        CellValue::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => serde_json::json!(*number as i64),
        CellValue::Number(number) => serde_json::json!(number),
        CellValue::Text(text) => serde_json::json!(text),
        CellValue::Boolean(flag) => serde_json::json!(flag),
        CellValue::Error(text) => serde_json::json!(text),
    }
}
