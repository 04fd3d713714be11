//! Reading and writing what cells hold: Value, Value2, Text and the formulas, singly and as arrays.
//! Microsoft, "Range.Value property": dates and currency come as such, `Value2` gives Doubles; arrays count from 1.

use std::sync::Arc;

use super::area::Area;
use super::book::DATE_1904;
use super::entry::{Entry, LONGEST_TEXT, MONEY, error_text, read_entry};
use super::excel::Excel;
use super::fault::{Answer, Done, excel as excel_error, mismatch, out_of_memory, undefined};
use super::grid::Cell;
use super::members::bind;
use super::range_ref::RangeRef;
use super::rewrite;
use super::scalar::{self, of_text};
use super::sheet::{GENERAL, NUMBER_FORMAT};
use crate::engine::formula::number_format;
use crate::engine::value::{Arguments, Array, Fault, Subtype, Value};
use crate::lang::formula;

/// Most cells one read or write may touch; two whole columns. Excel runs out of memory at sizes that depend on the machine.
pub const MOST_CELLS: u64 = 2_097_152;
const CURRENCY_SCALE: f64 = 10_000.0;
/// `xlRangeValueDefault`; the other data types are XML documents.
const VALUE_DEFAULT: i64 = 10;

/// What of a cell is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aspect {
    Value,
    Value2,
    Formula,
    FormulaR1C1,
}

pub fn value(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [kind] = bind(arguments, ["RangeValueDataType"])?;
    if let Some(kind) = kind
        && scalar::whole(kind)? != VALUE_DEFAULT
    {
        return Err(super::fault::refused("excel:xml", "a range as an XML document is not offered"));
    }
    read_area(excel, range, Aspect::Value)
}

pub fn value2(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    read_area(excel, range, Aspect::Value2)
}

pub fn formula(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    read_area(excel, range, Aspect::Formula)
}

pub fn formula_r1c1(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    read_area(excel, range, Aspect::FormulaR1C1)
}

/// One cell's aspect, or the first area as a 2-D array from 1.
fn read_area(excel: &mut Excel, range: &RangeRef, aspect: Aspect) -> Answer {
    let area = range.first();
    if area.is_cell() {
        return read_cell(excel, range.sheet, area.top, area.left, aspect);
    }
    if area.size() > MOST_CELLS {
        return Err(out_of_memory());
    }
    let blank = if matches!(aspect, Aspect::Value | Aspect::Value2) { Value::Empty } else { of_text("") };
    let mut elements = vec![blank; usize::try_from(area.size()).unwrap_or(0)];
    let height = area.height() as usize;
    if let Some(occupied) = excel.sheet(range.sheet)?.occupied(area) {
        for (row, column) in occupied.cells() {
            let at = (column - area.left) as usize * height + (row - area.top) as usize;
            if excel.sheet(range.sheet)?.grid.get(row, column).is_none() {
                continue;
            }
            if let Some(element) = elements.get_mut(at) {
                *element = read_cell(excel, range.sheet, row, column, aspect)?;
            }
        }
    }
    Ok(array(elements, area.height(), area.width()))
}

/// A 2-D Variant array from 1; elements with the row varying fastest.
pub fn array(elements: Vec<Value>, height: u32, width: u32) -> Value {
    let upper = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let bounds = vec![(1, upper(height)), (1, upper(width))];
    Value::Array(Arc::new(Array { element: Subtype::Variant, bounds, elements }))
}

fn read_cell(excel: &mut Excel, sheet: u32, row: u32, column: u32, aspect: Aspect) -> Answer {
    match aspect {
        Aspect::Value2 => excel.cell_value(sheet, row, column),
        Aspect::Value => {
            let value = excel.cell_value(sheet, row, column)?;
            Ok(typed(excel, sheet, row, column, value))
        }
        Aspect::Formula | Aspect::FormulaR1C1 => {
            let Some(cell) = excel.sheet(sheet)?.grid.get(row, column) else { return Ok(of_text("")) };
            let Some(text) = &cell.formula else { return Ok(of_text(constant_text(&cell.value))) };
            if aspect == Aspect::FormulaR1C1 {
                return Ok(of_text(format!("={}", formula::to_r1c1(text, row, column).0)));
            }
            Ok(of_text(format!("={text}")))
        }
    }
}

/// A constant as the formula bar shows it, which is what `Formula` answers.
pub fn constant_text(value: &Value) -> String {
    match value {
        Value::Double(number) => crate::engine::formula::general_text(*number),
        Value::Text(text) => text.to_string(),
        Value::Boolean(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Error(number) => error_text(*number).to_owned(),
        _ => String::new(),
    }
}

/// A number in a date or currency format as that subtype.
fn typed(excel: &Excel, sheet: u32, row: u32, column: u32, value: Value) -> Value {
    let (Value::Double(number), Some(home)) = (&value, excel.book.sheet(sheet)) else { return value };
    let code = home.number_format(row, column);
    if &*code == GENERAL {
        return value;
    }
    if is_date_format(&code) {
        return Value::Date(if excel.book.date1904 { number + DATE_1904 } else { *number });
    }
    let scaled = (number * CURRENCY_SCALE).round_ties_even();
    // Beyond this Currency cannot hold the number and Excel gives the Double.
    const LARGEST: f64 = 9.2e18;
    if is_currency_format(&code) && scaled.abs() < LARGEST {
        return Value::Currency(scaled as i64);
    }
    value
}

/// Whether a format code shows dates or times: one of `y m d h s` outside quotes, brackets and escapes.
pub fn is_date_format(code: &str) -> bool {
    let first = code.split(';').next().unwrap_or_default();
    let elapsed = ["[h", "[m", "[s"].iter().any(|part| first.to_ascii_lowercase().contains(part));
    elapsed || bare_letters(first).any(|c| matches!(c, 'y' | 'm' | 'd' | 'h' | 's'))
}

/// Whether a format code shows money: a currency sign, also as `[$€-407]`.
fn is_currency_format(code: &str) -> bool {
    const SIGNS: [char; 5] = ['$', '€', '£', '¥', '₩'];
    let first = code.split(';').next().unwrap_or_default();
    // `[$-409]` is a locale without a sign.
    first.replace("[$-", "").contains(SIGNS)
}

/// Lower-case letters of a code that are instructions; `General` and colours are not among them.
fn bare_letters(code: &str) -> impl Iterator<Item = char> {
    let lower = code.to_ascii_lowercase().replace("general", "");
    let mut letters = Vec::new();
    let mut chars = lower.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '[' => while chars.next().is_some_and(|c| c != ']') {},
            '\\' | '_' | '*' => {
                chars.next();
            }
            c => letters.push(c),
        }
    }
    letters.into_iter()
}

/// What the cell shows; Null when several cells show different texts (Microsoft, "Range.Text property").
pub fn text(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let area = range.first();
    let first = shown(excel, range.sheet, area.top, area.left)?;
    for (row, column) in area.cells().take(usize::try_from(MOST_CELLS).unwrap_or(0)).skip(1) {
        if shown(excel, range.sheet, row, column)? != first {
            return Ok(Value::Null);
        }
    }
    Ok(of_text(first))
}

/// A cell's text in its number format.
pub fn shown(excel: &mut Excel, sheet: u32, row: u32, column: u32) -> Result<String, Fault> {
    let value = excel.cell_value(sheet, row, column)?;
    let code = excel.sheet(sheet)?.number_format(row, column);
    match value {
        Value::Double(number) if &*code == GENERAL => Ok(super::recalc::narrow_general(number)),
        Value::Double(_) | Value::Text(_) if &*code != GENERAL => {
            let content = super::recalc::to_formula_value(&value);
            Ok(number_format::render(&content, &code, excel.book.date1904))
        }
        other => Ok(constant_text(&other)),
    }
}

pub fn has_formula(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let sheet = excel.sheet(range.sheet)?;
    let count = |area: &Area| sheet.grid.cells(*area).filter(|(_, _, cell)| cell.formula.is_some()).count() as u64;
    let with: u64 = range.areas.iter().map(count).sum();
    Ok(match with {
        0 => Value::Boolean(false),
        all if all == range.size() => Value::Boolean(true),
        _ => Value::Null,
    })
}

pub fn has_array(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let first = range.first();
    Ok(Value::Boolean(excel.sheet(range.sheet)?.array_at(first.top, first.left).is_some()))
}

/// How what is assigned is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// Texts are read as typed; dates and currency format a General cell.
    Typed,
    /// The same, but dates and currency are plain numbers.
    Plain,
    /// Formulas are in R1C1 notation.
    R1c1,
}

pub fn set_value(excel: &mut Excel, range: &RangeRef, _: &Arguments, value: &Value) -> Done {
    write_areas(excel, range, value, Writing::Typed)
}

pub fn set_value2(excel: &mut Excel, range: &RangeRef, _: &Arguments, value: &Value) -> Done {
    write_areas(excel, range, value, Writing::Plain)
}

pub fn set_formula(excel: &mut Excel, range: &RangeRef, _: &Arguments, value: &Value) -> Done {
    write_areas(excel, range, value, Writing::Typed)
}

pub fn set_formula_r1c1(excel: &mut Excel, range: &RangeRef, _: &Arguments, value: &Value) -> Done {
    write_areas(excel, range, value, Writing::R1c1)
}

/// One formula over the whole area; its cells can then only be changed together.
pub fn set_formula_array(excel: &mut Excel, range: &RangeRef, _: &Arguments, value: &Value) -> Done {
    let text = scalar::text(value)?;
    let area = range.first();
    let formula = text.strip_prefix('=').ok_or_else(undefined)?;
    let a1 = if is_a1(formula) {
        formula.to_owned()
    } else {
        rewrite::from_r1c1(formula, area.top, area.left).ok_or_else(undefined)?
    };
    guard(excel, range)?;
    let sheet = excel.sheet_mut(range.sheet)?;
    sheet.grid.take(area);
    sheet.arrays.retain(|old| !area.covers(*old));
    sheet.arrays.push(area);
    sheet.grid.set(area.top, area.left, Cell::formula(a1.into(), Value::Empty));
    excel.book.changed(range.sheet, area);
    Ok(())
}

/// Whether a formula reads as A1 notation and has no word that only R1C1 notation understands.
fn is_a1(text: &str) -> bool {
    let (mut node, notices) = formula::parse(text, formula::Dialect::Sheet);
    let mut plain = notices.is_empty();
    rewrite::visit(&mut node, &mut |node| {
        if let formula::Node::Name(name) = node {
            plain &= rewrite::from_r1c1(name, 1, 1).as_deref() == Some(name.as_str());
        }
    });
    plain
}

/// What forbids writing: a protected sheet's locked cells, a part of an array formula.
pub fn guard(excel: &Excel, range: &RangeRef) -> Done {
    let sheet = excel.sheet(range.sheet)?;
    if sheet.protected
        && !sheet.open_to_macros
        && range.areas.iter().any(|area| super::formats::any_locked(sheet, *area))
    {
        return Err(excel_error(
            "The cell or chart you're trying to change is on a protected sheet. To make a change, unprotect the sheet. You might be requested to enter a password.",
        ));
    }
    let splits = |array: &Area| range.areas.iter().any(|area| area.intersect(*array).is_some() && !area.covers(*array));
    if sheet.arrays.iter().any(splits) {
        return Err(excel_error("You can't change part of an array."));
    }
    Ok(())
}

fn write_areas(excel: &mut Excel, range: &RangeRef, value: &Value, writing: Writing) -> Done {
    guard(excel, range)?;
    if range.size() > MOST_CELLS && *value != Value::Empty {
        return Err(out_of_memory());
    }
    excel.clipboard = None;
    for area in &range.areas {
        let sheet = excel.sheet_mut(range.sheet)?;
        sheet.arrays.retain(|array| !area.covers(*array));
        match value {
            Value::Array(array) => write_array(excel, range.sheet, *area, array, writing)?,
            Value::Empty | Value::Null => {
                sheet.grid.take(*area);
            }
            single => write_same(excel, range.sheet, *area, single, writing)?,
        }
        excel.book.changed(range.sheet, *area);
    }
    Ok(())
}

/// One value over an area; a formula moves its relative references from cell to cell.
fn write_same(excel: &mut Excel, sheet: u32, area: Area, value: &Value, writing: Writing) -> Done {
    let relative = matches!(value, Value::Text(text) if text.starts_with('=')) && writing != Writing::R1c1;
    if !relative || area.is_cell() {
        for (row, column) in area.cells() {
            write_cell(excel, sheet, row, column, value, writing)?;
        }
        return Ok(());
    }
    write_cell(excel, sheet, area.top, area.left, value, writing)?;
    let first = excel.sheet(sheet)?.grid.get(area.top, area.left).cloned();
    let Some(Cell { formula: Some(text), .. }) = first else {
        return area.cells().skip(1).try_for_each(|(r, c)| write_cell(excel, sheet, r, c, value, writing));
    };
    for (row, column) in area.cells().skip(1) {
        let (down, right) = (i64::from(row) - i64::from(area.top), i64::from(column) - i64::from(area.left));
        let moved = rewrite::copied(&text, down, right).unwrap_or_else(|| text.clone());
        excel.book.store(sheet, row, column, Cell::formula(moved, Value::Empty));
    }
    Ok(())
}

/// An array over an area: cells beyond it get `#N/A`; a single row or column of it repeats.
fn write_array(excel: &mut Excel, sheet: u32, area: Area, array: &Array, writing: Writing) -> Done {
    let (height, width) = match array.bounds.as_slice() {
        [columns] => (1, extent(*columns)),
        [rows, columns] => (extent(*rows), extent(*columns)),
        _ => return Err(undefined()),
    };
    for (row, column) in area.cells() {
        let down = if height == 1 { 0 } else { (row - area.top) as usize };
        let right = if width == 1 { 0 } else { (column - area.left) as usize };
        let inside = down < height && right < width;
        let element = inside.then(|| array.elements.get(right.saturating_mul(height).saturating_add(down)));
        let missing = Value::Error(NOT_AVAILABLE);
        let value = excel.plain(element.flatten().unwrap_or(&missing))?;
        write_cell(excel, sheet, row, column, &value, writing)?;
    }
    Ok(())
}

/// `CVErr(xlErrNA)`.
pub const NOT_AVAILABLE: i32 = 2042;

fn extent((lower, upper): (i32, i32)) -> usize {
    usize::try_from(i64::from(upper) - i64::from(lower) + 1).unwrap_or(0)
}

fn write_cell(excel: &mut Excel, sheet: u32, row: u32, column: u32, value: &Value, writing: Writing) -> Done {
    let (stored, format) = match value {
        Value::Text(text) => return write_text(excel, sheet, row, column, text, writing),
        Value::Empty | Value::Null => (Value::Empty, None),
        Value::Boolean(truth) => (Value::Boolean(*truth), None),
        Value::Error(number) => (Value::Error(*number), None),
        Value::Date(moment) => {
            let serial = if excel.book.date1904 { moment - DATE_1904 } else { *moment };
            let format = match (moment.fract() == 0.0, moment.trunc() == 0.0) {
                (true, _) => "m/d/yyyy",
                (false, true) => "h:mm:ss AM/PM",
                (false, false) => "m/d/yyyy h:mm",
            };
            (Value::Double(serial), Some(format))
        }
        Value::Currency(_) => (Value::Double(scalar::number(value).ok_or_else(mismatch)?), Some(MONEY)),
        other => (Value::Double(scalar::number(other).ok_or_else(undefined)?), None),
    };
    let stored = match stored {
        // A cell formatted as text takes numbers as texts.
        Value::Double(_) if is_text_cell(excel, sheet, row, column)? => Value::Text(scalar::text(value)?),
        other => other,
    };
    excel.book.store(sheet, row, column, Cell::constant(stored));
    match (writing, format) {
        (Writing::Typed, Some(code)) => format_general(excel, sheet, row, column, code),
        _ => Ok(()),
    }
}

fn write_text(excel: &mut Excel, sheet: u32, row: u32, column: u32, text: &Arc<str>, writing: Writing) -> Done {
    if text.chars().take(LONGEST_TEXT + 1).count() > LONGEST_TEXT {
        return Err(undefined());
    }
    if !text.is_empty() && is_text_cell(excel, sheet, row, column)? {
        excel.book.store(sheet, row, column, Cell::constant(Value::Text(text.clone())));
        return Ok(());
    }
    match read_entry(text, excel.year()) {
        Entry::Constant { value, format } => {
            excel.book.store(sheet, row, column, Cell::constant(value));
            format.map_or(Ok(()), |code| format_general(excel, sheet, row, column, code))
        }
        Entry::Formula(formula) => {
            excel.book.flush();
            let a1 = match writing {
                Writing::R1c1 => rewrite::from_r1c1(&formula, row, column).ok_or_else(undefined)?,
                _ => formula,
            };
            let (mut node, notices) = formula::parse(&a1, formula::Dialect::Sheet);
            if !notices.is_empty() {
                return Err(undefined());
            }
            let own = excel.book.name.clone();
            rewrite::visit(&mut node, &mut |node| normalise(node, &own));
            excel.note_formula(&a1);
            let written = formula::print_sheet(&node);
            excel.book.store(sheet, row, column, Cell::formula(written.into(), Value::Empty));
            Ok(())
        }
    }
}

/// What Excel makes of a formula as typed: functions in capitals, no name of the own book before references.
fn normalise(node: &mut formula::Node, own: &str) {
    match node {
        formula::Node::Call { name, .. } if crate::engine::formula::functions::is_supported(name) => {
            name.make_ascii_uppercase();
        }
        formula::Node::Reference(reference) => {
            if let Some(prefix) = &mut reference.prefix {
                let is_own = prefix.book.as_ref().is_some_and(|book| super::book::same_text(book, own));
                prefix.book = prefix.book.take().filter(|_| !is_own);
            }
        }
        _ => {}
    }
}

fn is_text_cell(excel: &Excel, sheet: u32, row: u32, column: u32) -> Result<bool, Fault> {
    Ok(&*excel.sheet(sheet)?.number_format(row, column) == "@")
}

/// `Range.PrefixCharacter`: the apostrophe of a text that would be read as something else without it.
pub fn prefix(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let first = range.first();
    let year = excel.year();
    let sheet = excel.sheet(range.sheet)?;
    let formatted = &*sheet.number_format(first.top, first.left) == "@";
    let hidden = match sheet.grid.get(first.top, first.left) {
        Some(Cell { value: Value::Text(text), formula: None, .. }) if !formatted => {
            !matches!(read_entry(text, year), Entry::Constant { value: Value::Text(_), .. })
        }
        _ => false,
    };
    Ok(of_text(if hidden { "'" } else { "" }))
}

/// Typed dates, percentages and amounts format a cell that is General; one with a format keeps it.
fn format_general(excel: &mut Excel, sheet: u32, row: u32, column: u32, code: &str) -> Done {
    let sheet = excel.sheet_mut(sheet)?;
    if &*sheet.number_format(row, column) == GENERAL {
        sheet.paint.set(NUMBER_FORMAT, Area::cell(row, column), of_text(code));
    }
    Ok(())
}
