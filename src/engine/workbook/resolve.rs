//! From texts and arguments to cells: `Range("A1,C3")`, `Range("Rates")`, `Range(Cells(1, 1), Cells(2, 3))`, `[Orders[Qty]]`.

use super::area::{Area, parse_area};
use super::book::{Workbook, same_text, table_columns};
use super::excel::Excel;
use super::fault::{method, undefined};
use super::range_ref::{RangeRef, as_range};
use super::rewrite::rectangle;
use super::scalar;
use super::sheet::{Sheet, Table};
use crate::engine::value::{Fault, Value};
use crate::lang::formula::{self, BinaryOp, Dialect, Node, SheetPrefix, StructuredRef, TableItem};

/// Names may refer to names; a circle ends here.
const MAX_NAMES: u32 = 16;

/// The cells a reference text means as seen from a sheet; none when it is no reference.
pub fn resolve_text(book: &Workbook, text: &str, home: u32) -> Option<RangeRef> {
    if let Some(area) = parse_area(text) {
        return Some(RangeRef::new(home, area));
    }
    // A list is a union only inside brackets.
    let (node, notices) = formula::parse(&format!("({text})"), Dialect::Sheet);
    if !notices.is_empty() {
        return None;
    }
    resolve_node(book, &node, home, MAX_NAMES)
}

/// The cells a formula tree means without calculating anything.
fn resolve_node(book: &Workbook, node: &Node, home: u32, depth: u32) -> Option<RangeRef> {
    let depth = depth.checked_sub(1)?;
    match node {
        Node::Paren(inner) => resolve_node(book, inner, home, depth + 1),
        Node::Reference(reference) => {
            let sheet = sheet_of(book, reference.prefix.as_ref(), home)?;
            Some(RangeRef::new(sheet, rectangle(reference.area)))
        }
        Node::Name(name) => resolve_name(book, name, home, depth),
        Node::QualifiedName { prefix, name } => {
            let sheet = sheet_of(book, Some(prefix), home);
            let book_itself = || same_text(&prefix.sheet, &book.name).then_some(home);
            resolve_name(book, name, sheet.or_else(book_itself)?, depth)
        }
        Node::Structured(reference) => structured(book, reference, home),
        Node::Binary { op, left, right } => {
            let one = resolve_node(book, left, home, depth + 1)?;
            let other = resolve_node(book, right, home, depth + 1)?;
            combine(*op, one, other)
        }
        _ => None,
    }
}

fn combine(op: BinaryOp, mut one: RangeRef, other: RangeRef) -> Option<RangeRef> {
    if one.sheet != other.sheet {
        return None;
    }
    match op {
        BinaryOp::Union => {
            one.areas.extend(other.areas);
            Some(one)
        }
        BinaryOp::Intersect => RangeRef::of(one.sheet, intersect(&one.areas, &other.areas)),
        BinaryOp::Range => {
            let hull = one.areas.iter().chain(&other.areas).copied().reduce(Area::hull)?;
            Some(RangeRef::new(one.sheet, hull))
        }
        _ => None,
    }
}

/// What the areas of two lists have in common.
pub fn intersect(one: &[Area], other: &[Area]) -> Vec<Area> {
    let pairs = one.iter().flat_map(|a| other.iter().filter_map(move |b| a.intersect(*b)));
    let mut found: Vec<Area> = Vec::new();
    pairs.for_each(|area| {
        if !found.contains(&area) {
            found.push(area)
        }
    });
    found
}

fn sheet_of(book: &Workbook, prefix: Option<&SheetPrefix>, home: u32) -> Option<u32> {
    let Some(prefix) = prefix else { return Some(home) };
    let own_book = prefix.book.as_ref().is_none_or(|name| same_text(name, &book.name));
    let single = prefix.last.is_none();
    (own_book && single).then(|| book.sheet_named(&prefix.sheet).map(|sheet| sheet.id))?
}

fn resolve_name(book: &Workbook, name: &str, home: u32, depth: u32) -> Option<RangeRef> {
    if let Some(found) = book.find_name(name, home) {
        let (node, notices) = formula::parse(&found.refers_to, Dialect::Sheet);
        return notices.is_empty().then(|| resolve_node(book, &node, home, depth))?;
    }
    let (sheet, table) = book.table(name)?;
    data_body(table).map(|area| RangeRef::new(sheet.id, area))
}

/// The rows of a table between header and totals; none when it has none.
pub fn data_body(table: &Table) -> Option<Area> {
    let top = table.area.top + u32::from(table.header_row);
    let bottom = table.area.bottom.checked_sub(u32::from(table.totals_row))?;
    (top <= bottom).then_some(Area { top, bottom, ..table.area })
}

fn structured(book: &Workbook, reference: &StructuredRef, home: u32) -> Option<RangeRef> {
    let (sheet, table) = match &reference.table {
        Some(name) => book.table(name)?,
        None => {
            let sheet = book.sheet(home)?;
            let (row, column) = sheet.active;
            (sheet, sheet.tables.iter().find(|table| table.area.holds(row, column))?)
        }
    };
    let rows = structured_rows(sheet, table, &reference.items)?;
    let area = match &reference.columns {
        None => rows,
        Some((first, last)) => {
            let names = table_columns(sheet, table);
            let column = |name: &str| {
                let at = names.iter().position(|known| same_text(known, name))?;
                table.area.left.checked_add(u32::try_from(at).ok()?)
            };
            let first = column(first)?;
            let last = last.as_deref().map_or(Some(first), column)?;
            Area { left: first.min(last), right: first.max(last), ..rows }
        }
    };
    Some(RangeRef::new(sheet.id, area))
}

fn structured_rows(sheet: &Sheet, table: &Table, items: &[TableItem]) -> Option<Area> {
    let whole = table.area;
    let row = |row: u32| Area { top: row, bottom: row, ..whole };
    let one = |item: &TableItem| match item {
        TableItem::All => Some(whole),
        TableItem::Data => data_body(table),
        TableItem::Headers => table.header_row.then(|| row(whole.top)),
        TableItem::Totals => table.totals_row.then(|| row(whole.bottom)),
        TableItem::ThisRow => data_body(table)?.intersect(row(sheet.active.0)),
    };
    if items.is_empty() {
        return data_body(table);
    }
    items.iter().filter_map(one).reduce(Area::hull)
}

impl Excel {
    /// `Range(Cell1, Cell2)` of a sheet or the application; `class` is how the error names the object.
    pub(super) fn range_of_arguments(
        &mut self,
        home: u32,
        first: &Value,
        second: Option<&Value>,
        class: &str,
    ) -> Result<RangeRef, Fault> {
        let failed = || method("Range", class);
        let one = self.corner(home, first).ok_or_else(failed)?;
        let Some(second) = second else { return Ok(one) };
        let other = self.corner(home, second).ok_or_else(failed)?;
        let qualified = class != "_Global";
        if one.sheet != other.sheet || (qualified && one.sheet != home) {
            return Err(failed());
        }
        let hull = one.areas.iter().chain(&other.areas).copied().reduce(Area::hull);
        hull.map(|area| RangeRef::new(one.sheet, area)).ok_or_else(failed)
    }

    fn corner(&mut self, home: u32, value: &Value) -> Option<RangeRef> {
        if let Some(object) = as_range(value) {
            return self.range_of(object).ok();
        }
        let plain = self.plain(value).ok()?;
        let text = scalar::text(&plain).ok()?;
        resolve_text(&self.book, &text, home).or_else(|| self.calculated_range(&text, home))
    }

    /// A row or column index: a number, or for columns letters.
    pub(super) fn line_index(&mut self, value: &Value, letters: bool) -> Result<i64, Fault> {
        let plain = self.plain(value)?;
        if let (true, Value::Text(text)) = (letters, &plain)
            && let Some(column) = formula::column_number(text)
        {
            return Ok(i64::from(column));
        }
        scalar::whole(&plain).map_err(|_| undefined())
    }
}
