//! What `For Each` visits: the cells of a range row by row, its rows or columns, areas, sheets, names, tables' rows...

use super::area::Area;
use super::excel::{Excel, sheet_object};
use super::fault::{no_member, out_of_memory};
use super::range_ref::{BOOK, RANGE, RangeRef, Unit, object};
use super::sheets::members_of;
use super::{notes, tables};
use crate::engine::value::{Fault, HostObject, Value};

/// Most items handed out at once: a whole column. A loop over a whole sheet is not finished by Excel either.
const MOST_ITEMS: u64 = 1_048_576;

/// The items of a collection; error 438 for an object that is none.
pub fn items(excel: &mut Excel, object: &HostObject) -> Result<Vec<Value>, Fault> {
    let sheet = object.words.get(1).copied().unwrap_or(0);
    match &*object.class {
        RANGE => range_items(&excel.range_of(object)?),
        "Areas" => {
            let range = excel.range_of(object)?;
            let area = |area: &Area| excel.range_value(&RangeRef::new(range.sheet, *area));
            Ok(range.areas.iter().map(area).collect())
        }
        "Sheets" => Ok(members_of(excel, &object.words).into_iter().map(sheet_object).collect()),
        "Workbooks" => Ok(vec![super::range_ref::object("Workbook", &[BOOK])]),
        "Names" => {
            let scope = object.words.get(1).copied();
            let names = excel.book.names.iter().filter(|name| scope.is_none() || name.sheet == scope);
            Ok(names.map(|name| super::range_ref::object("Name", &[BOOK, name.id])).collect())
        }
        "ListObjects" | "ListColumns" | "ListRows" => tables::items(excel, object),
        "Comments" | "Hyperlinks" => notes::items(excel, &object.class, sheet),
        "SortFields" => {
            let count = u32::try_from(excel.sheet(sheet)?.sort.fields.len()).unwrap_or(0);
            Ok((0..count).map(|at| super::range_ref::object("SortField", &[BOOK, sheet, at])).collect())
        }
        _ => Err(no_member()),
    }
}

fn range_items(range: &RangeRef) -> Result<Vec<Value>, Fault> {
    let bare = |area: Area, unit: Unit| {
        // A row of `.Rows` is itself counted in rows; only such a descriptor needs its last word.
        let one = RangeRef { sheet: range.sheet, areas: vec![area], unit };
        object(RANGE, &if unit == Unit::Cells { one.bare_words() } else { one.words_at_position() })
    };
    let first = range.first();
    match range.unit {
        Unit::Cells if range.size() > MOST_ITEMS => Err(out_of_memory()),
        Unit::Cells => {
            let cells = range.areas.iter().flat_map(|area| area.cells());
            Ok(cells.map(|(row, column)| bare(Area::cell(row, column), Unit::Cells)).collect())
        }
        Unit::Rows => {
            let rows = (first.top..=first.bottom).map(|row| Area { top: row, bottom: row, ..first });
            Ok(rows.map(|area| bare(area, Unit::Rows)).collect())
        }
        Unit::Columns => {
            let columns = (first.left..=first.right).map(|column| Area { left: column, right: column, ..first });
            Ok(columns.map(|area| bare(area, Unit::Columns)).collect())
        }
    }
}
