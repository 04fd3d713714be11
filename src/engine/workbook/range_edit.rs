//! Clearing, inserting, deleting, merging, copying and pasting cells of a Range (Microsoft, "Range.Copy", "Range.Insert",
//! "Range.Delete", "Range.PasteSpecial", "Range.Merge").

use super::area::{Area, ROWS};
use super::block::{self, Content, Paste};
use super::excel::Excel;
use super::fault::{Answer, Done, class_method, excel as excel_error, undefined};
use super::grid::Direction;
use super::members::bind;
use super::range::add_to_union;
use super::range_ref::{RangeRef, as_range};
use super::range_value::guard;
use super::scalar;
use super::sheet::Sheet;
use super::shift::Shift;
use crate::engine::value::{Arguments, Fault, HostObject, Value};

/// What was copied or cut, until it is pasted or something is typed.
#[derive(Debug, Clone)]
pub struct Clipboard {
    /// The descriptor of the range; follows its cells.
    pub source: HostObject,
    pub cut: bool,
}

/// Most rows merged one by one by a single call.
const MOST_MERGES: u32 = 10_000;

/// Keys painted on cells that ClearFormats leaves alone.
fn is_format(key: &str) -> bool {
    !matches!(key, "columnwidth" | "rowheight") && !key.starts_with("validation")
}

pub fn clear(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    clear_contents(excel, range, arguments)?;
    clear_formats(excel, range, arguments)?;
    super::notes::clear_comments(excel, range, arguments)?;
    super::notes::clear_hyperlinks(excel, range, arguments)
}

/// Error 1004 when a merged area is only partly covered.
pub fn clear_contents(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    guard(excel, range)?;
    let sheet = excel.sheet(range.sheet)?;
    let splits = |merge: &Area| range.areas.iter().any(|area| area.intersect(*merge).is_some() && !area.covers(*merge));
    let single = range.size() == 1;
    if !single && sheet.merges.iter().any(splits) {
        return Err(excel_error("We can't do that to a merged cell."));
    }
    for area in &range.areas {
        let sheet = excel.sheet_mut(range.sheet)?;
        sheet.arrays.retain(|array| !area.covers(*array));
        sheet.grid.take(*area);
        excel.book.changed(range.sheet, *area);
    }
    excel.clipboard = None;
    Ok(Value::Boolean(true))
}

pub fn clear_formats(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let sheet = excel.sheet_mut(range.sheet)?;
    for area in &range.areas {
        sheet.paint.clear(*area, is_format);
        sheet.merges.retain(|merge| merge.intersect(*area).is_none());
    }
    Ok(Value::Boolean(true))
}

/// `XlInsertShiftDirection` / `XlDeleteShiftDirection`, else what Excel decides by the shape of the range.
fn shift_lines(excel: &mut Excel, sheet: u32, area: Area, shift: Option<&Value>) -> Result<bool, Fault> {
    if area.spans_rows() || area.spans_columns() {
        return Ok(area.spans_rows());
    }
    // Rows of a table go as rows of the table.
    let rows_of = |table: &super::sheet::Table| {
        table.area.covers(area) && (area.left, area.right) == (table.area.left, table.area.right)
    };
    if shift.is_none() && excel.sheet(sheet)?.tables.iter().any(rows_of) {
        return Ok(true);
    }
    match shift {
        Some(shift) => match scalar::whole(&excel.plain(shift)?)? {
            -4121 | -4162 => Ok(true),
            -4159 | -4161 => Ok(false),
            _ => Err(undefined()),
        },
        None => Ok(area.height() <= area.width()),
    }
}

pub fn insert(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [shift, _origin] = bind(arguments, ["Shift", "CopyOrigin"])?;
    guard_structure(excel, range)?;
    let pending = excel.clipboard.take();
    let mut areas = range.areas.clone();
    areas.sort_by(|a, b| b.cmp(a));
    for area in areas {
        let area = match &pending {
            Some(clip) => inserted_size(excel, clip, area)?,
            None => area,
        };
        let down = shift_lines(excel, range.sheet, area, shift)?;
        insert_area(excel, range.sheet, area, down)?;
        if let Some(clip) = &pending {
            paste_clip(excel, clip, range.sheet, area)?;
        }
    }
    Ok(Value::Boolean(true))
}

/// Inserting while something is copied inserts the copied cells: the gap takes their size.
fn inserted_size(excel: &Excel, clip: &Clipboard, area: Area) -> Result<Area, Fault> {
    let source = excel.range_of(&clip.source)?.first();
    let height = source.height().max(if source.spans_columns() { ROWS } else { area.height() });
    let width = source.width().max(area.width());
    Area::cell(area.top, area.left).resize(height, width).ok_or_else(undefined)
}

pub(super) fn insert_area(excel: &mut Excel, sheet: u32, area: Area, down: bool) -> Done {
    let toward = if down { Direction::Down } else { Direction::Right };
    if !excel.book.shift(sheet, Shift::Insert { area, toward }) {
        return Err(excel_error(
            "Microsoft Excel can't insert new cells because it would push non-empty cells off the end of the worksheet. These non-empty cells might appear empty but have blank values, some formatting, or a formula. Delete enough rows or columns to make room for what you want to insert and then try again.",
        ));
    }
    take_neighbour_format(excel.sheet_mut(sheet)?, area, down);
    Ok(())
}

/// New cells look like those above or to the left (`xlFormatFromLeftOrAbove`, the default).
fn take_neighbour_format(sheet: &mut Sheet, area: Area, down: bool) {
    let origin = if down {
        (area.top > 1).then(|| Area { top: area.top - 1, bottom: area.top - 1, ..area })
    } else {
        (area.left > 1).then(|| Area { left: area.left - 1, right: area.left - 1, ..area })
    };
    let Some(origin) = origin else { return };
    for (key, painted, value) in sheet.paint.copy(origin) {
        if !is_format(&key) {
            continue;
        }
        let target = if down {
            Area { left: painted.left, right: painted.right, ..area }
        } else {
            Area { top: painted.top, bottom: painted.bottom, ..area }
        };
        sheet.paint.set(&key, target, value);
    }
}

pub fn delete(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [shift] = bind(arguments, ["Shift"])?;
    guard_structure(excel, range)?;
    excel.clipboard = None;
    let mut areas: Vec<Area> = Vec::new();
    for area in &range.areas {
        let visible = visible_rows(excel.sheet(range.sheet)?, *area);
        visible.into_iter().for_each(|part| add_to_union(&mut areas, part));
    }
    areas.sort_by(|a, b| b.cmp(a));
    for area in areas {
        let toward = if shift_lines(excel, range.sheet, area, shift)? { Direction::Up } else { Direction::Left };
        excel.book.shift(range.sheet, Shift::Delete { area, toward });
    }
    Ok(Value::Boolean(true))
}

/// Whole rows of a filtered list: Excel deletes only those the filter shows.
fn visible_rows(sheet: &Sheet, area: Area) -> Vec<Area> {
    let filtered = |filter: &super::sheet::Filter| !filter.criteria.is_empty() && filter.area.intersect(area).is_some();
    if !area.spans_rows() || area.is_cell() || !sheet.filter.as_ref().is_some_and(filtered) || area.height() == 1 {
        return vec![area];
    }
    let mut parts: Vec<Area> = Vec::new();
    for row in (area.top..=area.bottom).filter(|row| !sheet.hidden_rows.contains(row)) {
        match parts.last_mut() {
            Some(part) if part.bottom + 1 == row => part.bottom = row,
            _ => parts.push(Area { top: row, bottom: row, ..area }),
        }
    }
    parts
}

fn guard_structure(excel: &Excel, range: &RangeRef) -> Done {
    let sheet = excel.sheet(range.sheet)?;
    if sheet.protected && !sheet.open_to_macros {
        return guard(excel, range);
    }
    Ok(())
}

/// The cell or range a `Destination` argument names.
fn destination(excel: &mut Excel, value: &Value) -> Result<RangeRef, Fault> {
    let Some(object) = as_range(value) else { return Err(undefined()) };
    excel.range_of(object)
}

pub fn copy(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [target] = bind(arguments, ["Destination"])?;
    match target {
        None => to_clipboard(excel, range, false),
        Some(target) => {
            let target = destination(excel, target)?;
            guard(excel, &target)?;
            let source = block::lift(excel, range, Content::All)?;
            for area in &target.areas {
                block::paste_tiled(excel, &source, target.sheet, *area, &Paste::ALL)?;
            }
            Ok(Value::Boolean(true))
        }
    }
}

fn to_clipboard(excel: &mut Excel, range: &RangeRef, cut: bool) -> Answer {
    let Value::Object(crate::engine::value::Object::Host(source)) = excel.range_value(range) else {
        return Err(undefined());
    };
    excel.clipboard = Some(Clipboard { source, cut });
    Ok(Value::Boolean(true))
}

pub fn cut(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [target] = bind(arguments, ["Destination"])?;
    if range.areas.len() > 1 {
        return Err(excel_error("This action won't work on multiple selections."));
    }
    guard(excel, range)?;
    match target {
        None => to_clipboard(excel, range, true),
        Some(target) => {
            let target = destination(excel, target)?;
            block::relocate(excel, range, &target)?;
            Ok(Value::Boolean(true))
        }
    }
}

fn paste_clip(excel: &mut Excel, clip: &Clipboard, sheet: u32, area: Area) -> Done {
    let source = excel.range_of(&clip.source)?;
    if clip.cut {
        return block::relocate(excel, &source, &RangeRef::new(sheet, area));
    }
    let lifted = block::lift(excel, &source, Content::All)?;
    block::paste_tiled(excel, &lifted, sheet, area, &Paste::ALL).map(|_| ())
}

/// `Worksheet.Paste(Destination)`: into the selection when no destination is given.
pub fn paste(excel: &mut Excel, sheet: u32, target: Option<&Value>) -> Answer {
    let target = match target {
        Some(value) => destination(excel, value)?,
        None => RangeRef::of(sheet, excel.sheet(sheet)?.selection.clone()).ok_or_else(undefined)?,
    };
    let clip = excel.clipboard.clone().ok_or_else(|| class_method("Paste", "Worksheet"))?;
    guard(excel, &target)?;
    paste_clip(excel, &clip, target.sheet, target.first())?;
    if clip.cut {
        excel.clipboard = None;
    }
    Ok(Value::Boolean(true))
}

pub fn paste_special(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [what, operation, skip, transpose] = bind(arguments, ["Paste", "Operation", "SkipBlanks", "Transpose"])?;
    let failed = || class_method("PasteSpecial", "Range");
    let clip = excel.clipboard.clone().filter(|clip| !clip.cut).ok_or_else(failed)?;
    guard(excel, range)?;
    const XL_PASTE_ALL: i64 = -4104;
    let kind = what.map_or(Ok(XL_PASTE_ALL), scalar::whole)?;
    let mut paste = Paste::of_type(kind).ok_or_else(failed)?;
    const XL_NONE: i64 = -4142;
    paste.operation = block::Operation::of_number(operation.map_or(Ok(XL_NONE), scalar::whole)?);
    paste.skip_blanks = skip.map_or(Ok(false), scalar::truth)?;
    paste.transpose = transpose.map_or(Ok(false), scalar::truth)?;
    let source = excel.range_of(&clip.source)?;
    let lifted = block::lift(excel, &source, paste.content)?;
    let mut pasted = Vec::new();
    for area in &range.areas {
        pasted.push(block::paste_tiled(excel, &lifted, range.sheet, *area, &paste)?);
    }
    // Excel leaves what was pasted selected.
    if excel.book.active == range.sheet {
        let sheet = excel.sheet_mut(range.sheet)?;
        sheet.active = pasted.first().map_or(sheet.active, |area| (area.top, area.left));
        sheet.selection = pasted;
    }
    Ok(Value::Boolean(true))
}

pub fn merge(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [across] = bind(arguments, ["Across"])?;
    let across = across.map_or(Ok(false), scalar::truth)?;
    for area in &range.areas {
        if across {
            if area.height() > MOST_MERGES {
                return Err(super::fault::out_of_memory());
            }
            for row in area.top..=area.bottom {
                merge_area(excel, range.sheet, Area { top: row, bottom: row, ..*area })?;
            }
        } else {
            merge_area(excel, range.sheet, *area)?;
        }
    }
    Ok(Value::Boolean(true))
}

/// Only the first cell that holds something keeps it, and it goes to the upper left.
fn merge_area(excel: &mut Excel, sheet: u32, area: Area) -> Done {
    guard(excel, &RangeRef::new(sheet, area))?;
    if area.is_cell() {
        return Ok(());
    }
    let home = excel.sheet_mut(sheet)?;
    let kept = home.grid.take(area).into_iter().next();
    if let Some((_, _, cell)) = kept {
        home.grid.set(area.top, area.left, cell);
    }
    home.merges.retain(|old| old.intersect(area).is_none());
    home.merges.push(area);
    excel.book.changed(sheet, area);
    Ok(())
}

pub fn unmerge(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let areas = range.areas.clone();
    let sheet = excel.sheet_mut(range.sheet)?;
    sheet.merges.retain(|merge| !areas.iter().any(|area| area.intersect(*merge).is_some()));
    Ok(Value::Boolean(true))
}

/// True inside a merged area, False outside, Null for some of both.
pub fn merge_cells(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let sheet = excel.sheet(range.sheet)?;
    let meets = |area: &Area| sheet.merges.iter().any(|merge| merge.intersect(*area).is_some());
    let merged = |area: &Area| {
        let covered: u64 = sheet.merges.iter().filter_map(|m| m.intersect(*area)).map(Area::size).sum();
        covered == area.size()
    };
    if range.areas.iter().all(merged) {
        return Ok(Value::Boolean(true));
    }
    Ok(if range.areas.iter().any(meets) { Value::Null } else { Value::Boolean(false) })
}

pub fn set_merge_cells(excel: &mut Excel, range: &RangeRef, arguments: &Arguments, value: &Value) -> Done {
    if scalar::truth(value)? {
        return merge(excel, range, arguments).map(|_| ());
    }
    unmerge(excel, range, arguments).map(|_| ())
}
