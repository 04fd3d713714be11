//! Range.Find and its kin, Replace, and SpecialCells (Microsoft, "Range.Find": LookIn, LookAt, SearchOrder and MatchByte are
//! remembered from call to call).

use super::area::Area;
use super::excel::Excel;
use super::fault::{Answer, excel as excel_error, undefined};
use super::members::bind;
use super::pattern::Pattern;
use super::range_ref::RangeRef;
use super::range_value::{constant_text, guard, set_formula, shown};
use super::scalar::{self, of_text};
use crate::engine::value::{Arguments, Fault, Value};

const LOOK_IN_VALUES: i64 = -4163;
const LOOK_IN_FORMULAS: i64 = -4123;
const LOOK_IN_COMMENTS: i64 = -4144;
const WHOLE: i64 = 1;
const BY_COLUMNS: i64 = 2;
const PREVIOUS: i64 = 2;

/// What Find remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct FindState {
    what: Option<Value>,
    look_in: i64,
    look_at: i64,
    order: i64,
    match_case: bool,
}

impl Default for FindState {
    fn default() -> Self {
        Self { what: None, look_in: LOOK_IN_FORMULAS, look_at: 2, order: 1, match_case: false }
    }
}

pub fn find(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let names = [
        "What",
        "After",
        "LookIn",
        "LookAt",
        "SearchOrder",
        "SearchDirection",
        "MatchCase",
        "MatchByte",
        "SearchFormat",
    ];
    let [what, after, look_in, look_at, order, direction, case, _, _] = bind(arguments, names)?;
    let what = excel.plain(what.ok_or_else(undefined)?)?;
    let number = |value: Option<&Value>, otherwise: i64| value.map_or(Ok(otherwise), scalar::whole);
    let old = excel.find.clone();
    excel.find = FindState {
        what: Some(what),
        look_in: number(look_in, old.look_in)?,
        look_at: number(look_at, old.look_at)?,
        order: number(order, old.order)?,
        match_case: case.map_or(Ok(false), scalar::truth)?,
    };
    let after = after.map(|value| excel.range_argument(value)).transpose()?;
    let backwards = number(direction, 1)? == PREVIOUS;
    search(excel, range, after, backwards)
}

pub fn find_next(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [after] = bind(arguments, ["After"])?;
    let after = after.map(|value| excel.range_argument(value)).transpose()?;
    search(excel, range, after, false)
}

pub fn find_previous(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [after] = bind(arguments, ["Before"]).or_else(|_| bind(arguments, ["After"]))?;
    let after = after.map(|value| excel.range_argument(value)).transpose()?;
    search(excel, range, after, true)
}

/// The search order of the filled cells, turned so that it starts behind `after`; that cell comes last.
fn candidates(excel: &Excel, range: &RangeRef, after: (u32, u32), by_columns: bool) -> Result<Vec<(u32, u32)>, Fault> {
    let sheet = excel.sheet(range.sheet)?;
    let mut cells: Vec<(u32, u32)> = Vec::new();
    for area in &range.areas {
        cells.extend(sheet.grid.cells(*area).map(|(row, column, _)| (row, column)));
    }
    let key = |cell: (u32, u32)| if by_columns { (cell.1, cell.0) } else { cell };
    cells.sort_by_key(|cell| key(*cell));
    cells.dedup();
    let start = cells.partition_point(|cell| key(*cell) <= key(after));
    cells.rotate_left(start);
    Ok(cells)
}

/// All cells, for what blank ones may match; turned like `candidates`.
fn every_cell(range: &RangeRef, after: (u32, u32), by_columns: bool) -> Result<Vec<(u32, u32)>, Fault> {
    if range.size() > super::range_value::MOST_CELLS {
        return Err(super::fault::out_of_memory());
    }
    let mut cells: Vec<(u32, u32)> = range.areas.iter().flat_map(|area| area.cells()).collect();
    let key = |cell: (u32, u32)| if by_columns { (cell.1, cell.0) } else { cell };
    cells.sort_by_key(|cell| key(*cell));
    let start = cells.partition_point(|cell| key(*cell) <= key(after));
    cells.rotate_left(start);
    Ok(cells)
}

fn search(excel: &mut Excel, range: &RangeRef, after: Option<RangeRef>, backwards: bool) -> Answer {
    let state = excel.find.clone();
    let Some(what) = &state.what else { return Ok(Value::Nothing) };
    let after = match after {
        Some(cell) => (cell.first().top, cell.first().left),
        None => (range.first().top, range.first().left),
    };
    if !range.holds(after.0, after.1) {
        return Err(excel_error("Type mismatch"));
    }
    if state.look_in == LOOK_IN_COMMENTS {
        return search_comments(excel, range, &state, what);
    }
    let blank = matches!(what, Value::Empty) || matches!(what, Value::Text(text) if text.is_empty());
    let mut cells = if blank {
        every_cell(range, after, state.order == BY_COLUMNS)?
    } else {
        candidates(excel, range, after, state.order == BY_COLUMNS)?
    };
    if backwards {
        // The start comes last in both directions.
        let last = cells.last().copied();
        if last == Some(after) {
            cells.pop();
            cells.reverse();
            cells.push(after);
        } else {
            cells.reverse();
        }
    }
    let pattern = if blank { Pattern::whole("", false) } else { pattern_of(what, &state)? };
    for (row, column) in cells {
        if looked_at(excel, range.sheet, row, column, state.look_in)?.is_some_and(|text| pattern.matches(&text)) {
            return Ok(excel.range_value(&RangeRef::new(range.sheet, Area::cell(row, column))));
        }
    }
    Ok(Value::Nothing)
}

fn pattern_of(what: &Value, state: &FindState) -> Result<Pattern, Fault> {
    let text = match what {
        Value::Boolean(_) | Value::Error(_) => constant_text(what),
        Value::Date(serial) => bar_text(*serial),
        other => scalar::text(other)?.to_string(),
    };
    Ok(if state.look_at == WHOLE {
        Pattern::whole(&text, state.match_case)
    } else {
        Pattern::anywhere(&text, state.match_case)
    })
}

/// A moment as the formula bar shows it (United States).
fn bar_text(serial: f64) -> String {
    let code = match (serial.fract() == 0.0, serial.trunc() == 0.0) {
        (true, _) => "m/d/yyyy",
        (false, true) => "h:mm:ss AM/PM",
        (false, false) => "m/d/yyyy h:mm:ss AM/PM",
    };
    let content = super::recalc::to_formula_value(&Value::Double(serial));
    crate::engine::formula::number_format::render(&content, code, false)
}

/// The text Find compares: what is shown (hidden cells are passed over), or the formula bar's text.
fn looked_at(excel: &mut Excel, sheet: u32, row: u32, column: u32, look_in: i64) -> Result<Option<String>, Fault> {
    if look_in == LOOK_IN_VALUES {
        if excel.sheet(sheet)?.is_hidden(row, column) {
            return Ok(None);
        }
        return shown(excel, sheet, row, column).map(Some);
    }
    let home = excel.sheet(sheet)?;
    let Some(cell) = home.grid.get(row, column) else { return Ok(Some(String::new())) };
    if let Some(text) = &cell.formula {
        return Ok(Some(format!("={text}")));
    }
    if super::range_value::is_date_format(&home.number_format(row, column)) {
        // The formula bar shows a date as a date, in the system's short form.
        if let Value::Double(number) = cell.value {
            return Ok(Some(bar_text(number)));
        }
    }
    Ok(Some(constant_text(&cell.value)))
}

fn search_comments(excel: &mut Excel, range: &RangeRef, state: &FindState, what: &Value) -> Answer {
    let pattern = pattern_of(what, state)?;
    let comments = &excel.sheet(range.sheet)?.comments;
    let found = comments.iter().find(|((row, column), text)| range.holds(*row, *column) && pattern.matches(text));
    let cell = found.map(|(&(row, column), _)| RangeRef::new(range.sheet, Area::cell(row, column)));
    Ok(excel.range_or_nothing(cell))
}

/// `Range.Replace(What, Replacement, LookAt, SearchOrder, MatchCase, ...)`: works on formulas and constants as typed.
pub fn replace(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let names = [
        "What",
        "Replacement",
        "LookAt",
        "SearchOrder",
        "MatchCase",
        "MatchByte",
        "SearchFormat",
        "ReplaceFormat",
        "FormulaVersion",
    ];
    let [what, with, look_at, order, case, _, _, _, _] = bind(arguments, names)?;
    guard(excel, range)?;
    let what = excel.plain(what.ok_or_else(undefined)?)?;
    let with = scalar::text(&excel.plain(with.ok_or_else(undefined)?)?)?;
    let number = |value: Option<&Value>, otherwise: i64| value.map_or(Ok(otherwise), scalar::whole);
    excel.find.look_at = number(look_at, excel.find.look_at)?;
    excel.find.order = number(order, excel.find.order)?;
    excel.find.match_case = case.map_or(Ok(false), scalar::truth)?;
    let pattern = pattern_of(&what, &excel.find)?;
    // A single cell means the whole sheet, as in the dialog.
    let range = if range.size() == 1 { RangeRef::new(range.sheet, Area::SHEET) } else { range.clone() };
    for (row, column) in candidates(excel, &range, (1, 1), false)? {
        let Some(text) = looked_at(excel, range.sheet, row, column, LOOK_IN_FORMULAS)? else { continue };
        if let Some(new) = pattern.replace(&text, &with) {
            let cell = RangeRef::new(range.sheet, Area::cell(row, column));
            set_formula(excel, &cell, &Arguments::default(), &of_text(new))?;
        }
    }
    Ok(Value::Boolean(true))
}

/// `XlCellType`.
const BLANKS: i64 = 4;
const CONSTANTS: i64 = 2;
const FORMULAS: i64 = -4123;
const LAST_CELL: i64 = 11;
const VISIBLE: i64 = 12;
const COMMENTS: i64 = -4144;
/// `XlSpecialCellsValue` bits.
const NUMBERS: i64 = 1;
const TEXTS: i64 = 2;
const LOGICALS: i64 = 4;
const ERRORS: i64 = 16;

/// `Range.SpecialCells(Type, Value)`: a single cell means the used range; error 1004 "No cells were found." without a hit.
pub fn special_cells(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [kind, value] = bind(arguments, ["Type", "Value"])?;
    let kind = scalar::whole(kind.ok_or_else(undefined)?)?;
    let wanted = value.map_or(Ok(NUMBERS | TEXTS | LOGICALS | ERRORS), scalar::whole)?;
    let used = excel.sheet(range.sheet)?.used_range();
    if kind == LAST_CELL {
        return Ok(excel.range_value(&RangeRef::new(range.sheet, Area::cell(used.bottom, used.right))));
    }
    let single = range.size() == 1;
    let scope: Vec<Area> = if single { vec![used] } else { range.areas.clone() };
    let mut found: Vec<Area> = Vec::new();
    for area in scope {
        match kind {
            VISIBLE => visible(excel, range.sheet, area, &mut found)?,
            BLANKS => blanks(excel, range.sheet, area.intersect(used), &mut found)?,
            CONSTANTS | FORMULAS => filled(excel, range.sheet, area, kind == FORMULAS, wanted, &mut found)?,
            COMMENTS => {
                let comments = excel.sheet(range.sheet)?.comments.keys();
                comments.filter(|(r, c)| area.holds(*r, *c)).for_each(|(r, c)| gather(&mut found, Area::cell(*r, *c)));
            }
            _ => return Err(super::fault::refused("excel:specialcells", "this kind of special cells is not offered")),
        }
    }
    let found = RangeRef::of(range.sheet, joined(found)).ok_or_else(|| excel_error("No cells were found."))?;
    Ok(excel.range_value(&found))
}

/// Adds a cell or a piece of a row, lengthening the last piece where it follows it.
fn gather(found: &mut Vec<Area>, piece: Area) {
    match found.last_mut() {
        Some(last) if last.top == piece.top && last.bottom == piece.bottom && last.right + 1 == piece.left => {
            last.right = piece.right;
        }
        _ => found.push(piece),
    }
}

/// Joins pieces of following rows with the same columns.
fn joined(pieces: Vec<Area>) -> Vec<Area> {
    let mut areas: Vec<Area> = Vec::new();
    let mut open: std::collections::HashMap<(u32, u32), usize> = std::collections::HashMap::new();
    for piece in pieces {
        let key = (piece.left, piece.right);
        let above = open.get(&key).and_then(|at| areas.get_mut(*at)).filter(|area| area.bottom + 1 == piece.top);
        if let Some(area) = above {
            area.bottom = piece.bottom;
            continue;
        }
        open.insert(key, areas.len());
        areas.push(piece);
    }
    areas
}

fn visible(excel: &Excel, sheet: u32, area: Area, found: &mut Vec<Area>) -> Result<(), Fault> {
    let home = excel.sheet(sheet)?;
    let mut bands: Vec<Area> = Vec::new();
    let mut top = area.top;
    for row in home.hidden_rows.range(area.top..=area.bottom) {
        if *row > top {
            bands.push(Area { top, bottom: row - 1, ..area });
        }
        top = row + 1;
    }
    if top <= area.bottom {
        bands.push(Area { top, ..area });
    }
    for band in bands {
        let mut left = band.left;
        for column in home.hidden_columns.range(band.left..=band.right) {
            if *column > left {
                found.push(Area { left, right: column - 1, ..band });
            }
            left = column + 1;
        }
        if left <= band.right {
            found.push(Area { left, ..band });
        }
    }
    Ok(())
}

fn blanks(excel: &Excel, sheet: u32, area: Option<Area>, found: &mut Vec<Area>) -> Result<(), Fault> {
    let Some(area) = area else { return Ok(()) };
    if area.size() > super::range_value::MOST_CELLS {
        return Err(super::fault::out_of_memory());
    }
    let grid = &excel.sheet(sheet)?.grid;
    for (row, column) in area.cells().filter(|(row, column)| grid.get(*row, *column).is_none()) {
        gather(found, Area::cell(row, column));
    }
    Ok(())
}

fn filled(
    excel: &mut Excel,
    sheet: u32,
    area: Area,
    formulas: bool,
    wanted: i64,
    found: &mut Vec<Area>,
) -> Result<(), Fault> {
    let home = excel.sheet(sheet)?;
    let cells = home.grid.cells(area).filter(|(_, _, cell)| cell.formula.is_some() == formulas);
    let cells: Vec<(u32, u32)> = cells.map(|(row, column, _)| (row, column)).collect();
    for (row, column) in cells {
        let kind = match excel.cell_value(sheet, row, column)? {
            Value::Double(_) => NUMBERS,
            Value::Boolean(_) => LOGICALS,
            Value::Error(_) => ERRORS,
            _ => TEXTS,
        };
        if kind & wanted != 0 {
            gather(found, Area::cell(row, column));
        }
    }
    Ok(())
}
