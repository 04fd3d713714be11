//! The Range class: its member table, and the members that find other cells (Offset, End, CurrentRegion, Address...).
//! Reading and writing values is in `range_value`, moving cells in `range_edit`.

use super::area::{AddressStyle, Area, parse_area};
use super::excel::{Excel, sheet_object};
use super::fault::{Answer, Done, class_method, excel as excel_error, mismatch, undefined};
use super::formats;
use super::grid::Direction;
use super::members::{ABOUT, EXACT, Member, NOOP, REFUSED, bind, call, part, property};
use super::range_ref::{BOOK, RangeRef, Unit, object};
use super::resolve::intersect;
use super::scalar::{self, of_count, of_text};
use super::{filter, find, notes, range_edit, range_fill, range_value, sort, text_columns};
use crate::engine::value::{Arguments, Fault, Object, Value};
use crate::lang::formula::quote_sheet;

/// Everything a Range offers.
pub static RANGE_MEMBERS: &[Member<RangeRef>] = &[
    property("", EXACT, default_read, default_write),
    property("_Default", EXACT, default_read, default_write),
    call("Item", EXACT, item),
    // where it is
    call("Address", EXACT, address),
    call("AddressLocal", EXACT, address),
    call("Row", EXACT, |_, r, _| Ok(of_count(r.first().top))),
    call("Column", EXACT, |_, r, _| Ok(of_count(r.first().left))),
    call("Count", EXACT, count),
    call("CountLarge", EXACT, |_, r, _| Ok(Value::LongLong(i64::try_from(units(r)).unwrap_or(i64::MAX)))),
    part("Areas", EXACT, |x, r, _| Ok(derived(x, "Areas", r))),
    part("Worksheet", EXACT, |_, r, _| Ok(sheet_object(r.sheet))),
    part("Parent", EXACT, |_, r, _| Ok(sheet_object(r.sheet))),
    part("Application", EXACT, |_, _, _| Ok(object("Application", &[]))),
    call("ListHeaderRows", ABOUT, |_, _, _| Ok(Value::Long(0))),
    // other cells
    part("Cells", EXACT, |x, r, _| Ok(x.range_value(&RangeRef { unit: Unit::Cells, ..r.clone() }))),
    part("Rows", EXACT, |x, r, _| Ok(x.range_value(&RangeRef { unit: Unit::Rows, ..r.clone() }))),
    part("Columns", EXACT, |x, r, _| Ok(x.range_value(&RangeRef { unit: Unit::Columns, ..r.clone() }))),
    call("Range", EXACT, inner_range),
    part("EntireRow", EXACT, |x, r, _| Ok(mapped(x, r, |a| Area::whole_rows(a.top, a.bottom)))),
    part("EntireColumn", EXACT, |x, r, _| Ok(mapped(x, r, |a| Area::whole_columns(a.left, a.right)))),
    call("Offset", EXACT, offset),
    call("Resize", EXACT, resize),
    call("End", EXACT, end),
    part("CurrentRegion", EXACT, |x, r, _| {
        let area = x.sheet(r.sheet)?.current_region(Area::cell(r.first().top, r.first().left));
        Ok(x.range_value(&RangeRef::new(r.sheet, area)))
    }),
    part("CurrentArray", EXACT, current_array),
    part("MergeArea", EXACT, merge_area),
    part("Next", ABOUT, |x, r, _| Ok(neighbour(x, r, 1))),
    part("Previous", ABOUT, |x, r, _| Ok(neighbour(x, r, -1))),
    call("SpecialCells", EXACT, find::special_cells),
    part("ListObject", EXACT, |x, r, _| super::tables::of_range(x, r)),
    property("Name", EXACT, |x, r, _| super::names::of_range(x, r), |x, r, _, v| super::names::set_of_range(x, r, v)),
    // content
    property("Value", EXACT, range_value::value, range_value::set_value),
    property("Value2", EXACT, range_value::value2, range_value::set_value2),
    property("Formula", EXACT, range_value::formula, range_value::set_formula),
    property("FormulaLocal", EXACT, range_value::formula, range_value::set_formula),
    property("Formula2", ABOUT, range_value::formula, range_value::set_formula),
    property("FormulaR1C1", EXACT, range_value::formula_r1c1, range_value::set_formula_r1c1),
    property("Formula2R1C1", ABOUT, range_value::formula_r1c1, range_value::set_formula_r1c1),
    property("FormulaArray", ABOUT, range_value::formula, range_value::set_formula_array),
    call("Text", EXACT, range_value::text),
    call("PrefixCharacter", ABOUT, range_value::prefix),
    call("HasFormula", EXACT, range_value::has_formula),
    call("HasArray", EXACT, range_value::has_array),
    call("Calculate", EXACT, |x, _, _| x.calculate().map(|()| Value::Empty)),
    call("Dirty", EXACT, |x, _, _| x.calculate().map(|()| Value::Empty)),
    // clearing and moving
    call("Clear", EXACT, range_edit::clear),
    call("ClearContents", EXACT, range_edit::clear_contents),
    call("ClearFormats", EXACT, range_edit::clear_formats),
    call("ClearComments", EXACT, notes::clear_comments),
    call("ClearNotes", EXACT, notes::clear_comments),
    call("ClearHyperlinks", EXACT, notes::clear_hyperlinks),
    call("Insert", EXACT, range_edit::insert),
    call("Delete", EXACT, range_edit::delete),
    call("Copy", EXACT, range_edit::copy),
    call("Cut", EXACT, range_edit::cut),
    call("PasteSpecial", EXACT, range_edit::paste_special),
    call("FillDown", EXACT, |x, r, _| range_fill::fill(x, r, Direction::Down)),
    call("FillUp", EXACT, |x, r, _| range_fill::fill(x, r, Direction::Up)),
    call("FillRight", EXACT, |x, r, _| range_fill::fill(x, r, Direction::Right)),
    call("FillLeft", EXACT, |x, r, _| range_fill::fill(x, r, Direction::Left)),
    call("AutoFill", ABOUT, range_fill::auto_fill),
    call("DataSeries", ABOUT, range_fill::data_series),
    call("Merge", EXACT, range_edit::merge),
    call("UnMerge", EXACT, range_edit::unmerge),
    property("MergeCells", EXACT, range_edit::merge_cells, range_edit::set_merge_cells),
    call("RemoveDuplicates", EXACT, filter::remove_duplicates),
    call("TextToColumns", ABOUT, text_columns::text_to_columns),
    call("Sort", ABOUT, sort::range_sort),
    call("AutoFilter", ABOUT, filter::auto_filter),
    call("AdvancedFilter", ABOUT, filter::advanced_filter),
    call("Find", EXACT, find::find),
    call("FindNext", EXACT, find::find_next),
    call("FindPrevious", EXACT, find::find_previous),
    call("Replace", EXACT, find::replace),
    call("Select", EXACT, select),
    call("Activate", EXACT, activate),
    call("Show", NOOP, |_, _, _| Ok(Value::Empty)),
    // notes
    call("AddComment", EXACT, notes::add_comment),
    part("Comment", EXACT, notes::comment),
    call("NoteText", EXACT, notes::note_text),
    part("Hyperlinks", EXACT, |_, r, _| Ok(object("Hyperlinks", &[BOOK, r.sheet]))),
    // formats
    part("Font", ABOUT, |x, r, _| Ok(formats::styled(x, "Font", r))),
    part("Interior", ABOUT, |x, r, _| Ok(formats::styled(x, "Interior", r))),
    part("Borders", ABOUT, |x, r, _| Ok(formats::styled(x, "Borders", r))),
    part("Validation", ABOUT, |x, r, _| Ok(formats::styled(x, "Validation", r))),
    part("FormatConditions", ABOUT, |x, r, _| Ok(formats::styled(x, "FormatConditions", r))),
    part("Characters", ABOUT, |x, r, _| Ok(formats::styled(x, "Characters", r))),
    call("BorderAround", ABOUT, formats::border_around),
    property("NumberFormat", EXACT, |x, r, _| formats::number_format(x, r), formats::set_number_format),
    property("NumberFormatLocal", EXACT, |x, r, _| formats::number_format(x, r), formats::set_number_format),
    property("Hidden", EXACT, formats::hidden, formats::set_hidden),
    property(
        "ColumnWidth",
        ABOUT,
        |x, r, _| formats::size(x, r, "columnwidth"),
        |x, r, _, v| formats::set_size(x, r, "columnwidth", v),
    ),
    property(
        "RowHeight",
        ABOUT,
        |x, r, _| formats::size(x, r, "rowheight"),
        |x, r, _, v| formats::set_size(x, r, "rowheight", v),
    ),
    call("AutoFit", NOOP, |_, _, _| Ok(Value::Boolean(true))),
    property(
        "HorizontalAlignment",
        ABOUT,
        |x, r, _| formats::direct(x, r, "horizontalalignment"),
        |x, r, _, v| formats::set_direct(x, r, "horizontalalignment", v),
    ),
    property(
        "VerticalAlignment",
        ABOUT,
        |x, r, _| formats::direct(x, r, "verticalalignment"),
        |x, r, _, v| formats::set_direct(x, r, "verticalalignment", v),
    ),
    property(
        "WrapText",
        ABOUT,
        |x, r, _| formats::direct(x, r, "wraptext"),
        |x, r, _, v| formats::set_direct(x, r, "wraptext", v),
    ),
    property(
        "Orientation",
        ABOUT,
        |x, r, _| formats::direct(x, r, "orientation"),
        |x, r, _, v| formats::set_direct(x, r, "orientation", v),
    ),
    property(
        "IndentLevel",
        ABOUT,
        |x, r, _| formats::direct(x, r, "indentlevel"),
        |x, r, _, v| formats::set_direct(x, r, "indentlevel", v),
    ),
    property(
        "ShrinkToFit",
        ABOUT,
        |x, r, _| formats::direct(x, r, "shrinktofit"),
        |x, r, _, v| formats::set_direct(x, r, "shrinktofit", v),
    ),
    property(
        "AddIndent",
        ABOUT,
        |x, r, _| formats::direct(x, r, "addindent"),
        |x, r, _, v| formats::set_direct(x, r, "addindent", v),
    ),
    property(
        "ReadingOrder",
        ABOUT,
        |x, r, _| formats::direct(x, r, "readingorder"),
        |x, r, _, v| formats::set_direct(x, r, "readingorder", v),
    ),
    property(
        "Locked",
        ABOUT,
        |x, r, _| formats::direct(x, r, "locked"),
        |x, r, _, v| formats::set_direct(x, r, "locked", v),
    ),
    property(
        "FormulaHidden",
        ABOUT,
        |x, r, _| formats::direct(x, r, "formulahidden"),
        |x, r, _, v| formats::set_direct(x, r, "formulahidden", v),
    ),
    property(
        "Style",
        ABOUT,
        |x, r, _| formats::direct(x, r, "style"),
        |x, r, _, v| formats::set_direct(x, r, "style", v),
    ),
    call("PrintOut", REFUSED, |_, _, _| Err(super::fault::refused("print", "printing leaves the workbook"))),
    call("Group", NOOP, |_, _, _| Ok(Value::Empty)),
    call("Ungroup", NOOP, |_, _, _| Ok(Value::Empty)),
];

/// The areas of a range.
pub static AREAS: &[Member<RangeRef>] = &[
    call("Count", EXACT, |_, r, _| Ok(Value::Long(i32::try_from(r.areas.len()).unwrap_or(i32::MAX)))),
    call("", EXACT, area_item),
    call("Item", EXACT, area_item),
    part("Parent", EXACT, |x, r, _| Ok(x.range_value(r))),
];

fn area_item(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [index] = bind(arguments, ["Index"])?;
    let at = excel.line_index(index.ok_or_else(mismatch)?, false)?;
    let area = usize::try_from(at - 1).ok().and_then(|at| range.areas.get(at));
    let area = area.copied().ok_or_else(super::fault::subscript)?;
    Ok(excel.range_value(&RangeRef::new(range.sheet, area)))
}

/// An object of another class over the same cells.
fn derived(excel: &Excel, class: &str, range: &RangeRef) -> Value {
    let shifts = excel.sheet(range.sheet).map_or(0, |sheet| sheet.shifts.len());
    object(class, &range.words(shifts))
}

fn mapped(excel: &Excel, range: &RangeRef, map: impl Fn(Area) -> Area) -> Value {
    let mut areas: Vec<Area> = Vec::new();
    for area in range.areas.iter().map(|area| map(*area)) {
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    excel.range_or_nothing(RangeRef::of(range.sheet, areas))
}

fn default_read(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    if arguments.positional.is_empty() && arguments.named.is_empty() {
        return range_value::value(excel, range, arguments);
    }
    item(excel, range, arguments)
}

fn default_write(excel: &mut Excel, range: &RangeRef, arguments: &Arguments, value: &Value) -> Done {
    if arguments.positional.is_empty() && arguments.named.is_empty() {
        return range_value::set_value(excel, range, arguments, value);
    }
    match item(excel, range, arguments)? {
        Value::Object(Object::Host(cell)) => excel.write(&cell, "", &Arguments::default(), value),
        _ => Err(undefined()),
    }
}

/// How many cells, rows or columns the range counts.
fn units(range: &RangeRef) -> u64 {
    match range.unit {
        Unit::Cells => range.size(),
        Unit::Rows => u64::from(range.first().height()),
        Unit::Columns => u64::from(range.first().width()),
    }
}

/// Error 6 beyond a Long, as `Cells.Count` of a whole sheet gives.
fn count(_: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    const OVERFLOW: i32 = 6;
    i32::try_from(units(range)).map(Value::Long).map_err(|_| {
        Fault::Raised(crate::engine::value::RunError {
            number: OVERFLOW,
            description: "Overflow".into(),
            source: "VBAProject".into(),
        })
    })
}

/// `Item(RowIndex, ColumnIndex)`: counts from the first cell and may leave the range; one index counts row by row.
pub(super) fn item(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [row, column] = bind(arguments, ["RowIndex", "ColumnIndex"])?;
    let first = range.first();
    let row = row.ok_or_else(undefined)?;
    let area = match (range.unit, column) {
        (Unit::Rows, None) => rows_item(excel, first, row)?,
        (Unit::Columns, None) => columns_item(excel, first, row)?,
        (_, Some(column)) => {
            let row = excel.line_index(row, false)?;
            let column = excel.line_index(column, true)?;
            Area::cell(first.top, first.left).offset(row - 1, column - 1)
        }
        (Unit::Cells, None) => {
            let at = excel.line_index(row, false)? - 1;
            let width = i64::from(first.width());
            Area::cell(first.top, first.left).offset(at.div_euclid(width), at.rem_euclid(width))
        }
    };
    let area = area.ok_or_else(undefined)?;
    let unit = if column.is_none() { range.unit } else { Unit::Cells };
    Ok(excel.range_value(&RangeRef { sheet: range.sheet, areas: vec![area], unit }))
}

/// `Rows(2)` or `Rows("2:4")` of a range.
fn rows_item(excel: &mut Excel, first: Area, index: &Value) -> Result<Option<Area>, Fault> {
    let plain = excel.plain(index)?;
    if let Value::Text(text) = &plain
        && let Some(lines) = parse_area(text).filter(|area| area.spans_rows())
    {
        let row = Area { bottom: first.top, ..first };
        let top = row.offset(i64::from(lines.top) - 1, 0);
        return Ok(top.and_then(|top| top.resize(lines.height(), first.width())));
    }
    let at = excel.line_index(&plain, false)?;
    Ok(Area { bottom: first.top, ..first }.offset(at - 1, 0))
}

/// `Columns(2)`, `Columns("B")` or `Columns("B:D")` of a range.
fn columns_item(excel: &mut Excel, first: Area, index: &Value) -> Result<Option<Area>, Fault> {
    let plain = excel.plain(index)?;
    if let Value::Text(text) = &plain
        && let Some(lines) = parse_area(text).filter(|area| area.spans_columns())
    {
        let column = Area { right: first.left, ..first };
        let left = column.offset(0, i64::from(lines.left) - 1);
        return Ok(left.and_then(|left| left.resize(first.height(), lines.width())));
    }
    let at = excel.line_index(&plain, true)?;
    Ok(Area { right: first.left, ..first }.offset(0, at - 1))
}

/// `Range("A1:B2")` of a range: addresses count from its first cell.
fn inner_range(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [first, second] = bind(arguments, ["Cell1", "Cell2"])?;
    let first = first.ok_or_else(undefined)?;
    let found = excel.range_of_arguments(range.sheet, first, second, "Range")?;
    let relative = matches!(excel.plain(first), Ok(Value::Text(text)) if parse_area(text.split(',').next().unwrap_or_default()).is_some())
        && super::range_ref::as_range(first).is_none();
    if !relative {
        return Ok(excel.range_value(&found));
    }
    let base = range.first();
    let (rows, columns) = (i64::from(base.top) - 1, i64::from(base.left) - 1);
    let moved = |area: &Area| area.offset(rows, columns).ok_or_else(undefined);
    let areas = found.areas.iter().map(moved).collect::<Result<Vec<_>, _>>()?;
    Ok(excel.range_or_nothing(RangeRef::of(range.sheet, areas)))
}

/// Microsoft, "Range.Address property": rows and columns absolute unless said otherwise.
fn address(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let names = ["RowAbsolute", "ColumnAbsolute", "ReferenceStyle", "External", "RelativeTo"];
    let [row, column, style, external, relative] = bind(arguments, names)?;
    let truth = |excel: &mut Excel, value: Option<&Value>, otherwise: bool| match value {
        Some(value) => scalar::truth(&excel.plain(value)?),
        None => Ok(otherwise),
    };
    const XL_R1C1: i64 = -4150;
    let r1c1 = match style {
        Some(style) => scalar::whole(&excel.plain(style)?)? == XL_R1C1,
        None => false,
    };
    let base = match relative {
        Some(value) => excel.range_argument(value)?.first(),
        None => Area::cell(1, 1),
    };
    let style = AddressStyle {
        row_absolute: truth(excel, row, true)?,
        column_absolute: truth(excel, column, true)?,
        r1c1: r1c1.then_some((base.top, base.left)),
    };
    let list: Vec<String> = range.areas.iter().map(|area| area.address(style)).collect();
    let text = list.join(",");
    if !truth(excel, external, false)? {
        return Ok(of_text(text));
    }
    let sheet = &excel.sheet(range.sheet)?.name;
    let place = quote_sheet(&format!("[{}]{sheet}", excel.book.name));
    // Excel leaves the quotes off where book and sheet are plain words.
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let bare = format!("[{}]{sheet}", excel.book.name);
    let place = if bare.chars().all(plain) { bare } else { place };
    Ok(of_text(format!("{place}!{text}")))
}

fn offset(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [rows, columns] = bind(arguments, ["RowOffset", "ColumnOffset"])?;
    let mut count = |value: Option<&Value>| match value {
        Some(value) => scalar::whole(&excel.plain(value)?),
        None => Ok(0),
    };
    let (rows, columns) = (count(rows)?, count(columns)?);
    let moved = |area: &Area| area.offset(rows, columns).ok_or_else(undefined);
    let areas = range.areas.iter().map(moved).collect::<Result<Vec<_>, _>>()?;
    Ok(excel.range_value(&RangeRef { areas, ..range.clone() }))
}

fn resize(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [rows, columns] = bind(arguments, ["RowSize", "ColumnSize"])?;
    let first = range.first();
    let mut count = |value: Option<&Value>, otherwise: u32| match value {
        Some(value) => {
            let plain = excel.plain(value)?;
            u32::try_from(scalar::whole(&plain)?).map_err(|_| undefined())
        }
        None => Ok(otherwise),
    };
    let (height, width) = (count(rows, first.height())?, count(columns, first.width())?);
    let area = first.resize(height, width).ok_or_else(undefined)?;
    Ok(excel.range_value(&RangeRef { areas: vec![area], ..range.clone() }))
}

/// `XlDirection`, and the numbers 1 to 4 that Excel accepts as well (left, right, up, down).
pub(super) fn direction(value: &Value) -> Result<Direction, Fault> {
    Ok(match scalar::whole(value)? {
        -4121 | 4 => Direction::Down,
        -4162 | 3 => Direction::Up,
        -4159 | 1 => Direction::Left,
        -4161 | 2 => Direction::Right,
        _ => return Err(undefined()),
    })
}

fn end(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [toward] = bind(arguments, ["Direction"])?;
    let toward = direction(&excel.plain(toward.ok_or_else(undefined)?)?)?;
    let first = range.first();
    let (row, column) = excel.sheet(range.sheet)?.end(first.top, first.left, toward);
    Ok(excel.range_value(&RangeRef::new(range.sheet, Area::cell(row, column))))
}

fn current_array(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let first = range.first();
    let covering = excel.sheet(range.sheet)?.array_at(first.top, first.left);
    let area = covering.ok_or_else(|| excel_error("No cells were found."))?;
    Ok(excel.range_value(&RangeRef::new(range.sheet, area)))
}

fn merge_area(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    if range.size() != 1 {
        return Err(undefined());
    }
    let area = excel.sheet(range.sheet)?.merge_at(range.first().top, range.first().left);
    Ok(excel.range_value(&RangeRef::new(range.sheet, area)))
}

fn neighbour(excel: &Excel, range: &RangeRef, by: i64) -> Value {
    let first = range.first();
    let area = Area::cell(first.top, first.left).offset(0, by).unwrap_or(first);
    excel.range_value(&RangeRef::new(range.sheet, area))
}

/// Only cells of the active sheet can be selected (error 1004 otherwise, as in Excel).
fn select(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    if excel.book.active != range.sheet {
        return Err(class_method("Select", "Range"));
    }
    let first = range.first();
    let sheet = excel.sheet_mut(range.sheet)?;
    let before = std::mem::replace(&mut sheet.selection, range.areas.clone());
    sheet.active = (first.top, first.left);
    if before != range.areas {
        let target = excel.range_value(range);
        excel.raise_on_sheet(range.sheet, "SelectionChange", &[target]);
    }
    Ok(Value::Boolean(true))
}

/// A cell inside the selection becomes active and the selection stays; another is selected.
fn activate(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    if excel.book.active != range.sheet {
        return Err(class_method("Activate", "Range"));
    }
    let first = range.first();
    let sheet = excel.sheet_mut(range.sheet)?;
    if range.size() == 1 && sheet.selection.iter().any(|area| area.covers(first)) {
        sheet.active = (first.top, first.left);
        return Ok(Value::Boolean(true));
    }
    select(excel, range, arguments)
}

/// `Union(Arg1, Arg2, ...)`: neighbours that form one rectangle are joined, as Excel does.
pub(super) fn union(excel: &mut Excel, arguments: &Arguments) -> Answer {
    let mut sheet = None;
    let mut areas: Vec<Area> = Vec::new();
    for value in arguments.positional.iter().filter(|value| **value != Value::Missing) {
        let range = excel.range_argument(value)?;
        if *sheet.get_or_insert(range.sheet) != range.sheet {
            return Err(super::fault::method("Union", "_Global"));
        }
        for area in range.areas {
            add_to_union(&mut areas, area);
        }
    }
    let sheet = sheet.ok_or_else(super::fault::wrong_arguments)?;
    Ok(excel.range_or_nothing(RangeRef::of(sheet, areas)))
}

/// Adds an area to a union: what is covered is left out, what completes a rectangle is joined.
pub(super) fn add_to_union(areas: &mut Vec<Area>, area: Area) {
    if areas.iter().any(|known| known.covers(area)) {
        return;
    }
    areas.retain(|known| !area.covers(*known));
    let mut area = area;
    while let Some(at) = areas.iter().position(|known| joins(*known, area)) {
        area = areas.remove(at).hull(area);
    }
    areas.push(area);
}

fn joins(one: Area, other: Area) -> bool {
    let hull = one.hull(other);
    let overlap = one.intersect(other).map_or(0, Area::size);
    hull.size() == one.size() + other.size() - overlap
}

/// `Intersect(Arg1, Arg2, ...)`: Nothing when they do not meet, also on different sheets.
pub(super) fn intersection(excel: &mut Excel, arguments: &Arguments) -> Answer {
    let mut result: Option<RangeRef> = None;
    for value in arguments.positional.iter().filter(|value| **value != Value::Missing) {
        let range = excel.range_argument(value)?;
        result = match result {
            None => Some(range),
            Some(before) if before.sheet != range.sheet => {
                return Err(super::fault::method("Intersect", "_Global"));
            }
            Some(before) => match RangeRef::of(range.sheet, intersect(&before.areas, &range.areas)) {
                Some(both) => Some(both),
                None => return Ok(Value::Nothing),
            },
        };
    }
    Ok(excel.range_or_nothing(result))
}

/// The rows of a sheet as a range (`Rows`), its columns, or all cells.
pub(super) fn sheet_cells(excel: &Excel, sheet: u32, unit: Unit) -> Value {
    excel.range_value(&RangeRef { sheet, areas: vec![Area::SHEET], unit })
}
