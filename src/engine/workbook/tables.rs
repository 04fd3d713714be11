//! Tables: ListObjects and their columns and rows (Microsoft, "ListObject object").

use super::area::Area;
use super::book::{same_text, table_columns};
use super::excel::{Excel, only, sheet_object};
use super::fault::{Answer, Done, excel as excel_error, mismatch, object_required, subscript, undefined};
use super::members::{ABOUT, EXACT, Member, bind, call, part, property};
use super::range_edit::insert_area;
use super::range_ref::{BOOK, RangeRef, object};
use super::resolve::data_body;
use super::scalar::{self, of_count, of_text};
use super::sheet::Table;
use super::shift::Shift;
use crate::engine::value::{Arguments, Fault, HostObject, Value};

/// The tables of a sheet.
pub static LIST_OBJECTS: &[Member<u32>] = &[
    call("Add", EXACT, |x, s, a| add(x, *s, a)),
    call("", EXACT, |x, s, a| item(x, *s, a)),
    call("Item", EXACT, |x, s, a| item(x, *s, a)),
    call("Count", EXACT, |x, s, _| Ok(Value::Long(i32::try_from(x.sheet(*s)?.tables.len()).unwrap_or(i32::MAX)))),
    part("Parent", EXACT, |_, s, _| Ok(sheet_object(*s))),
];

fn table_object(sheet: u32, id: u32) -> Value {
    object("ListObject", &[BOOK, sheet, id])
}

/// `ListObjects.Add(SourceType, Source, LinkSource, XlListObjectHasHeaders, Destination, TableStyleName)`.
fn add(excel: &mut Excel, sheet: u32, arguments: &Arguments) -> Answer {
    let names = ["SourceType", "Source", "LinkSource", "XlListObjectHasHeaders", "Destination", "TableStyleName"];
    let [kind, source, _, headers, _, style] = bind(arguments, names)?;
    const XL_SRC_RANGE: i64 = 1;
    if kind.map_or(Ok(XL_SRC_RANGE), scalar::whole)? != XL_SRC_RANGE {
        return Err(super::fault::refused("file", "a table linked to an outside source is not offered"));
    }
    let mut area = match source {
        Some(value) => excel.range_argument(value)?.first(),
        None => {
            let home = excel.sheet(sheet)?;
            home.current_region(Area::cell(home.active.0, home.active.1))
        }
    };
    if area.is_cell() {
        area = excel.sheet(sheet)?.current_region(area);
    }
    if excel.sheet(sheet)?.tables.iter().any(|table| table.area.intersect(area).is_some()) {
        return Err(excel_error("A table cannot overlap another table."));
    }
    const XL_NO: i64 = 2;
    if headers.map_or(Ok(0), scalar::whole)? == XL_NO {
        // Excel pushes the data down by one row and names the columns.
        insert_area(excel, sheet, Area { bottom: area.top, ..area }, true)?;
        area.bottom += 1;
    }
    name_columns(excel, sheet, area)?;
    let used = |number: u32| excel.book.table(&format!("Table{number}")).is_some();
    let number = (1..).find(|number| !used(*number)).unwrap_or(1);
    let id = excel.book.new_id();
    let style = style.map_or(Ok("TableStyleMedium2".into()), scalar::text)?.to_string();
    let name = format!("Table{number}");
    let table = Table { id, name, area, header_row: true, totals_row: false, style };
    excel.sheet_mut(sheet)?.tables.push(table);
    excel.book.revision += 1;
    Ok(table_object(sheet, id))
}

/// Headers must be texts, one of each: blanks become `Column1`, repetitions get a number.
fn name_columns(excel: &mut Excel, sheet: u32, area: Area) -> Done {
    let mut seen: Vec<String> = Vec::new();
    for column in area.left..=area.right {
        let shown = super::range_value::shown(excel, sheet, area.top, column)?;
        let base = if shown.is_empty() { format!("Column{}", column - area.left + 1) } else { shown };
        let mut name = base.clone();
        let mut number = 2;
        while seen.iter().any(|known| same_text(known, &name)) {
            name = format!("{base}{number}");
            number += 1;
        }
        excel.sheet_mut(sheet)?.set_value(area.top, column, of_text(&name));
        seen.push(name);
    }
    Ok(())
}

fn item(excel: &mut Excel, sheet: u32, arguments: &Arguments) -> Answer {
    let index = only(arguments, "Index")?.ok_or_else(mismatch)?;
    let index = excel.plain(index)?;
    let tables = &excel.sheet(sheet)?.tables;
    let found = match &index {
        Value::Text(name) => tables.iter().find(|table| same_text(&table.name, name)),
        number => usize::try_from(scalar::whole(number)? - 1).ok().and_then(|at| tables.get(at)),
    };
    found.map(|table| table_object(sheet, table.id)).ok_or_else(subscript)
}

/// `Range.ListObject`: the table that holds the first cell, or Nothing.
pub fn of_range(excel: &Excel, range: &RangeRef) -> Answer {
    let tables = &excel.sheet(range.sheet)?.tables;
    let found = tables.iter().find(|table| table.area.holds(range.first().top, range.first().left));
    Ok(found.map_or(Value::Nothing, |table| table_object(range.sheet, table.id)))
}

/// Sheet and table that the words of a table, column or row name.
fn table(excel: &Excel, words: &[u32]) -> Result<(u32, Table), Fault> {
    let [_, sheet, id, ..] = words else { return Err(object_required()) };
    let found = excel.sheet(*sheet)?.tables.iter().find(|table| table.id == *id);
    found.cloned().map(|table| (*sheet, table)).ok_or_else(object_required)
}

fn change(excel: &mut Excel, words: &[u32], change: impl FnOnce(&mut Table)) -> Done {
    let [_, sheet, id, ..] = words else { return Err(object_required()) };
    let found = excel.sheet_mut(*sheet)?.tables.iter_mut().find(|table| table.id == *id);
    change(found.ok_or_else(object_required)?);
    excel.book.revision += 1;
    Ok(())
}

fn range_or_nothing(excel: &Excel, sheet: u32, area: Option<Area>) -> Value {
    excel.range_or_nothing(area.map(|area| RangeRef::new(sheet, area)))
}

fn header_area(table: &Table) -> Option<Area> {
    table.header_row.then_some(Area { bottom: table.area.top, ..table.area })
}

fn totals_area(table: &Table) -> Option<Area> {
    table.totals_row.then_some(Area { top: table.area.bottom, ..table.area })
}

/// A table.
pub static LIST_OBJECT: &[Member<[u32]>] = &[
    call("", EXACT, |x, w, _| Ok(of_text(table(x, w)?.1.name))),
    property("Name", EXACT, |x, w, _| Ok(of_text(table(x, w)?.1.name)), rename),
    property("DisplayName", EXACT, |x, w, _| Ok(of_text(table(x, w)?.1.name)), rename),
    part("Range", EXACT, |x, w, _| {
        let (sheet, table) = table(x, w)?;
        Ok(range_or_nothing(x, sheet, Some(table.area)))
    }),
    part("DataBodyRange", EXACT, |x, w, _| {
        let (sheet, table) = table(x, w)?;
        Ok(range_or_nothing(x, sheet, data_body(&table)))
    }),
    part("HeaderRowRange", EXACT, |x, w, _| {
        let (sheet, table) = table(x, w)?;
        Ok(range_or_nothing(x, sheet, header_area(&table)))
    }),
    part("TotalsRowRange", EXACT, |x, w, _| {
        let (sheet, table) = table(x, w)?;
        Ok(range_or_nothing(x, sheet, totals_area(&table)))
    }),
    part("InsertRowRange", ABOUT, |_, _, _| Ok(Value::Nothing)),
    part("ListColumns", EXACT, |_, w, _| Ok(object("ListColumns", w))),
    part("ListRows", EXACT, |_, w, _| Ok(object("ListRows", w))),
    part("Parent", EXACT, |x, w, _| Ok(sheet_object(table(x, w)?.0))),
    part("Sort", EXACT, |x, w, _| Ok(object("Sort", &[BOOK, table(x, w)?.0]))),
    part("AutoFilter", ABOUT, |x, w, _| Ok(object("AutoFilter", &[BOOK, table(x, w)?.0]))),
    property("ShowTotals", ABOUT, |x, w, _| Ok(Value::Boolean(table(x, w)?.1.totals_row)), show_totals),
    property(
        "ShowHeaders",
        ABOUT,
        |x, w, _| Ok(Value::Boolean(table(x, w)?.1.header_row)),
        |_, _, _, v| {
            let reason = "hiding the header of a table moves its cells; not offered";
            if scalar::truth(v)? { Ok(()) } else { Err(super::fault::refused("excel:showheaders", reason)) }
        },
    ),
    property("ShowAutoFilter", ABOUT, |_, _, _| Ok(Value::Boolean(true)), |_, _, _, _| Ok(())),
    property(
        "TableStyle",
        ABOUT,
        |x, w, _| Ok(of_text(table(x, w)?.1.style)),
        |x, w, _, v| {
            let style = scalar::text(v)?.to_string();
            change(x, w, |table| table.style = style)
        },
    ),
    call("Resize", EXACT, |x, w, a| {
        let range = x.range_argument(only(a, "Range")?.ok_or_else(mismatch)?)?;
        let (sheet, table) = table(x, w)?;
        let area = range.first();
        let fits = range.sheet == sheet && area.top == table.area.top && area.intersect(table.area).is_some();
        if !fits || area.height() < 2 {
            return Err(undefined());
        }
        change(x, w, |table| table.area = area)?;
        name_columns(x, sheet, area)?;
        Ok(Value::Empty)
    }),
    call("Unlist", EXACT, |x, w, _| {
        let (sheet, table) = table(x, w)?;
        x.sheet_mut(sheet)?.tables.retain(|known| known.id != table.id);
        x.book.revision += 1;
        Ok(Value::Empty)
    }),
    call("Delete", EXACT, |x, w, _| {
        let (sheet, table) = table(x, w)?;
        let home = x.sheet_mut(sheet)?;
        home.tables.retain(|known| known.id != table.id);
        home.grid.take(table.area);
        x.book.changed(sheet, table.area);
        Ok(Value::Empty)
    }),
];

fn rename(excel: &mut Excel, words: &[u32], _: &Arguments, value: &Value) -> Done {
    let name = scalar::text(value)?.to_string();
    let (_, own) = table(excel, words)?;
    if excel.book.table(&name).is_some_and(|(_, other)| other.id != own.id) {
        return Err(excel_error("A table with that name already exists. Use a unique name."));
    }
    change(excel, words, |table| table.name = name)
}

fn show_totals(excel: &mut Excel, words: &[u32], _: &Arguments, value: &Value) -> Done {
    let wanted = scalar::truth(value)?;
    let (sheet, own) = table(excel, words)?;
    if wanted == own.totals_row {
        return Ok(());
    }
    let below = Area { top: own.area.bottom + 1, bottom: own.area.bottom + 1, ..own.area };
    if wanted {
        insert_area(excel, sheet, below, true)?;
        excel.sheet_mut(sheet)?.set_value(below.top, below.left, of_text("Total"));
        return change(excel, words, |table| {
            table.totals_row = true;
            table.area.bottom = below.top;
        });
    }
    let last = Area { top: own.area.bottom, ..own.area };
    change(excel, words, |table| {
        table.totals_row = false;
        table.area.bottom -= 1;
    })?;
    excel.book.shift(sheet, Shift::Delete { area: last, toward: super::grid::Direction::Up });
    Ok(())
}

fn column_object(words: &[u32], column: u32) -> Value {
    object(
        "ListColumn",
        &[
            words.first().copied().unwrap_or(BOOK),
            words.get(1).copied().unwrap_or(0),
            words.get(2).copied().unwrap_or(0),
            column,
        ],
    )
}

/// The columns of a table; a column's words end with its number from 1.
pub static LIST_COLUMNS: &[Member<[u32]>] = &[
    call("Count", EXACT, |x, w, _| Ok(of_count(table(x, w)?.1.area.width()))),
    call("", EXACT, list_column),
    call("Item", EXACT, list_column),
    call("Add", EXACT, |x, w, a| {
        let at = only(a, "Position")?.map(scalar::whole).transpose()?;
        let (sheet, own) = table(x, w)?;
        let width = own.area.width();
        let at = at.and_then(|at| u32::try_from(at).ok()).unwrap_or(width + 1);
        if !(1..=width + 1).contains(&at) {
            return Err(undefined());
        }
        let column = own.area.left + at - 1;
        let gap = Area { left: column, right: column, ..own.area };
        insert_area(x, sheet, gap, false)?;
        change(x, w, |table| {
            table.area = Area { left: own.area.left, right: own.area.right + 1, ..own.area };
        })?;
        let area = table(x, w)?.1.area;
        name_columns(x, sheet, area)?;
        Ok(column_object(w, at))
    }),
];

fn list_column(excel: &mut Excel, words: &[u32], arguments: &Arguments) -> Answer {
    let index = excel.plain(only(arguments, "Index")?.ok_or_else(mismatch)?)?;
    let (sheet, own) = table(excel, words)?;
    let names = table_columns(excel.sheet(sheet)?, &own);
    let at = match &index {
        Value::Text(name) => names.iter().position(|known| same_text(known, name)),
        number => usize::try_from(scalar::whole(number)? - 1).ok().filter(|at| *at < names.len()),
    };
    let at = at.and_then(|at| u32::try_from(at + 1).ok()).ok_or_else(subscript)?;
    Ok(column_object(words, at))
}

/// The table's area narrowed to the column the words end with.
fn column_area(excel: &Excel, words: &[u32]) -> Result<(u32, Table, u32), Fault> {
    let (sheet, table) = table(excel, words)?;
    let at = words.get(3).copied().ok_or_else(object_required)?;
    if !(1..=table.area.width()).contains(&at) {
        return Err(object_required());
    }
    let column = table.area.left + at - 1;
    Ok((sheet, table, column))
}

/// `XlTotalsCalculation` and the functions of SUBTOTAL: sum, average, count, count of numbers, least, largest, deviation, variance.
const TOTALS: [(i64, u32); 8] = [(1, 109), (2, 101), (3, 103), (4, 102), (5, 105), (6, 104), (7, 107), (8, 110)];

fn set_totals(excel: &mut Excel, words: &[u32], _: &Arguments, value: &Value) -> Done {
    let (sheet, table, column) = column_area(excel, words)?;
    if !table.totals_row {
        return Err(undefined());
    }
    let kind = scalar::whole(value)?;
    let names = table_columns(excel.sheet(sheet)?, &table);
    let header = names.get((column - table.area.left) as usize).cloned().unwrap_or_default();
    let cell = RangeRef::new(sheet, Area::cell(table.area.bottom, column));
    let text = match TOTALS.iter().find(|(known, _)| *known == kind) {
        Some((_, number)) => format!("=SUBTOTAL({number},{}[{header}])", table.name),
        None => String::new(),
    };
    super::range_value::set_formula(excel, &cell, &Arguments::default(), &of_text(text))
}

/// A column of a table.
pub static LIST_COLUMN: &[Member<[u32]>] = &[
    property(
        "Name",
        EXACT,
        |x, w, _| {
            let (sheet, table, column) = column_area(x, w)?;
            let names = table_columns(x.sheet(sheet)?, &table);
            Ok(of_text(names.get((column - table.area.left) as usize).cloned().unwrap_or_default()))
        },
        |x, w, _, v| {
            let (sheet, table, column) = column_area(x, w)?;
            let name = scalar::text(v)?;
            x.sheet_mut(sheet)?.set_value(table.area.top, column, Value::Text(name));
            x.book.changed(sheet, Area::cell(table.area.top, column));
            Ok(())
        },
    ),
    property(
        "TotalsCalculation",
        EXACT,
        |x, w, _| {
            let (sheet, table, column) = column_area(x, w)?;
            let text = x.sheet(sheet)?.grid.get(table.area.bottom, column).and_then(|cell| cell.formula.clone());
            let known = |(_, number): &&(i64, u32)| {
                text.as_ref().is_some_and(|t| t.starts_with(&format!("SUBTOTAL({number},")))
            };
            let found = TOTALS.iter().find(known).filter(|_| table.totals_row);
            Ok(Value::Long(found.map_or(0, |(kind, _)| i32::try_from(*kind).unwrap_or(0))))
        },
        set_totals,
    ),
    call("Index", EXACT, |_, w, _| Ok(of_count(w.get(3).copied().unwrap_or(0)))),
    part("Range", EXACT, |x, w, _| {
        let (sheet, table, column) = column_area(x, w)?;
        Ok(range_or_nothing(x, sheet, Some(Area { left: column, right: column, ..table.area })))
    }),
    part("DataBodyRange", EXACT, |x, w, _| {
        let (sheet, table, column) = column_area(x, w)?;
        let body = data_body(&table).map(|area| Area { left: column, right: column, ..area });
        Ok(range_or_nothing(x, sheet, body))
    }),
    part("Parent", EXACT, |_, w, _| Ok(object("ListObject", w.get(..3).unwrap_or_default()))),
    call("Delete", EXACT, |x, w, _| {
        let (sheet, table, column) = column_area(x, w)?;
        let area = Area { left: column, right: column, ..table.area };
        change(x, w, |table| table.area.right -= 1)?;
        x.book.shift(sheet, Shift::Delete { area, toward: super::grid::Direction::Left });
        // The table may have been wider than what the shift could move as one.
        change(x, w, |known| known.area = Area { right: table.area.right - 1, ..table.area })?;
        Ok(Value::Empty)
    }),
];

/// The rows of a table; a row's words end with its number from 1.
pub static LIST_ROWS: &[Member<[u32]>] = &[
    call("Count", EXACT, |x, w, _| Ok(of_count(data_body(&table(x, w)?.1).map_or(0, Area::height)))),
    call("", EXACT, list_row),
    call("Item", EXACT, list_row),
    call("Add", EXACT, |x, w, a| {
        let [position, _] = bind(a, ["Position", "AlwaysInsert"])?;
        let position = position.map(scalar::whole).transpose()?;
        let (sheet, own) = table(x, w)?;
        let first = own.area.top + u32::from(own.header_row);
        let count = data_body(&own).map_or(0, Area::height);
        let at = position.and_then(|at| u32::try_from(at).ok()).unwrap_or(count + 1);
        if !(1..=count + 1).contains(&at) {
            return Err(undefined());
        }
        let row = first + at - 1;
        let gap = Area { top: row, bottom: row, ..own.area };
        insert_area(x, sheet, gap, true)?;
        change(x, w, |table| table.area = Area { bottom: own.area.bottom + 1, ..own.area })?;
        fill_formulas(x, sheet, gap, at, count)?;
        Ok(object("ListRow", &[BOOK, sheet, own.id, at]))
    }),
];

/// Calculated columns: a new row takes the formulas of the row above.
fn fill_formulas(excel: &mut Excel, sheet: u32, row: Area, at: u32, count: u32) -> Done {
    if at == 1 || count == 0 {
        return Ok(());
    }
    excel.book.flush();
    for column in row.left..=row.right {
        let above = excel.sheet(sheet)?.grid.get(row.top - 1, column).and_then(|cell| cell.formula.clone());
        let Some(text) = above else { continue };
        let formula = super::rewrite::copied(&text, 1, 0).unwrap_or(text);
        excel.book.store(sheet, row.top, column, super::grid::Cell::formula(formula, Value::Empty));
    }
    Ok(())
}

fn list_row(excel: &mut Excel, words: &[u32], arguments: &Arguments) -> Answer {
    let at = scalar::whole(&excel.plain(only(arguments, "Index")?.ok_or_else(mismatch)?)?)?;
    let (sheet, own) = table(excel, words)?;
    let count = data_body(&own).map_or(0, Area::height);
    let at = u32::try_from(at).ok().filter(|at| (1..=count).contains(at)).ok_or_else(subscript)?;
    Ok(object("ListRow", &[BOOK, sheet, own.id, at]))
}

fn row_area(excel: &Excel, words: &[u32]) -> Result<(u32, Area), Fault> {
    let (sheet, table) = table(excel, words)?;
    let at = words.get(3).copied().ok_or_else(object_required)?;
    let body = data_body(&table).filter(|body| (1..=body.height()).contains(&at)).ok_or_else(object_required)?;
    Ok((sheet, Area { top: body.top + at - 1, bottom: body.top + at - 1, ..body }))
}

/// A row of a table.
pub static LIST_ROW: &[Member<[u32]>] = &[
    part("Range", EXACT, |x, w, _| {
        let (sheet, area) = row_area(x, w)?;
        Ok(range_or_nothing(x, sheet, Some(area)))
    }),
    call("Index", EXACT, |_, w, _| Ok(of_count(w.get(3).copied().unwrap_or(0)))),
    part("Parent", EXACT, |_, w, _| Ok(object("ListObject", w.get(..3).unwrap_or_default()))),
    call("Delete", EXACT, |x, w, _| {
        let (sheet, area) = row_area(x, w)?;
        x.book.shift(sheet, Shift::Delete { area, toward: super::grid::Direction::Up });
        Ok(Value::Empty)
    }),
];

/// What `For Each` visits in a sheet's tables or a table's columns or rows.
pub fn items(excel: &mut Excel, collection: &HostObject) -> Result<Vec<Value>, Fault> {
    let words = &collection.words;
    if &*collection.class == "ListObjects" {
        let sheet = words.get(1).copied().ok_or_else(object_required)?;
        return Ok(excel.sheet(sheet)?.tables.iter().map(|table| table_object(sheet, table.id)).collect());
    }
    let (sheet, own) = table(excel, words)?;
    if &*collection.class == "ListColumns" {
        return Ok((1..=own.area.width()).map(|at| column_object(words, at)).collect());
    }
    let count = data_body(&own).map_or(0, Area::height);
    Ok((1..=count).map(|at| object("ListRow", &[BOOK, sheet, own.id, at])).collect())
}
