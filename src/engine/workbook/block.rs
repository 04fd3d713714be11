//! Cells lifted from one place to be put down in another: what Copy, Cut, PasteSpecial, filling and copying sheets share.

use std::sync::Arc;

use super::area::Area;
use super::excel::Excel;
use super::fault::{Done, excel as excel_error, undefined};
use super::grid::Cell;
use super::range_ref::RangeRef;
use super::rewrite::{self, Move};
use super::scalar;
use super::sheet::{NUMBER_FORMAT, Sheet};
use crate::engine::value::{Fault, Value};

/// What of the content is put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Formulas and constants.
    All,
    /// Results.
    Values,
    /// Nothing: formats or comments only.
    None,
}

/// `XlPasteSpecialOperation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    None,
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operation {
    /// By the number of the constant; unknown ones do nothing.
    pub fn of_number(number: i64) -> Self {
        match number {
            2 => Self::Add,
            3 => Self::Subtract,
            4 => Self::Multiply,
            5 => Self::Divide,
            _ => Self::None,
        }
    }
}

/// Which painted properties come along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formats {
    All,
    Numbers,
    ColumnWidths,
    Validation,
    Borderless,
    None,
}

/// How a block is put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paste {
    pub content: Content,
    pub formats: Formats,
    pub comments: bool,
    pub operation: Operation,
    pub skip_blanks: bool,
    pub transpose: bool,
}

impl Paste {
    /// Everything.
    pub const ALL: Self = Self {
        content: Content::All,
        formats: Formats::All,
        comments: true,
        operation: Operation::None,
        skip_blanks: false,
        transpose: false,
    };

    /// By `XlPasteType`; none for an unknown one.
    pub fn of_type(kind: i64) -> Option<Self> {
        let only = |content, formats, comments| Some(Self { content, formats, comments, ..Self::ALL });
        match kind {
            -4104 | 13 | 14 => Some(Self::ALL),
            -4123 => only(Content::All, Formats::None, false),
            -4163 => only(Content::Values, Formats::None, false),
            -4122 => only(Content::None, Formats::All, false),
            -4144 => only(Content::None, Formats::None, true),
            6 => only(Content::None, Formats::Validation, false),
            7 => only(Content::All, Formats::Borderless, true),
            8 => only(Content::None, Formats::ColumnWidths, false),
            11 => only(Content::All, Formats::Numbers, false),
            12 => only(Content::Values, Formats::Numbers, false),
            _ => None,
        }
    }
}

/// A cell of a block: its place from the block's corner, and where it stood (its formula is relative to that).
struct Lifted {
    down: u32,
    right: u32,
    from: (u32, u32),
    cell: Cell,
}

/// Cells and formats lifted from a sheet.
pub struct Block {
    sheet: u32,
    height: u32,
    width: u32,
    cells: Vec<Lifted>,
    paints: Vec<(Arc<str>, Area, Value)>,
    comments: Vec<((u32, u32), String)>,
    merges: Vec<Area>,
}

/// Lifts a range. Areas side by side are joined as Excel does; rows a filter hides stay behind.
pub fn lift(excel: &mut Excel, range: &RangeRef, content: Content) -> Result<Block, Fault> {
    excel.book.flush();
    let parts = parts(excel.sheet(range.sheet)?, range)?;
    if parts.is_empty() {
        return Err(excel_error("No cells were found."));
    }
    let mut block = Block {
        sheet: range.sheet,
        height: 0,
        width: 0,
        cells: Vec::new(),
        paints: Vec::new(),
        comments: Vec::new(),
        merges: Vec::new(),
    };
    for (area, down, right) in parts {
        block.height = block.height.max(down + area.height());
        block.width = block.width.max(right + area.width());
        lift_part(excel, &mut block, area, (down, right), content)?;
    }
    Ok(block)
}

/// The pieces to lift, each with its place in the block.
fn parts(sheet: &Sheet, range: &RangeRef) -> Result<Vec<(Area, u32, u32)>, Fault> {
    let first = range.first();
    let stacked = range.areas.iter().all(|area| (area.left, area.right) == (first.left, first.right));
    let abreast = range.areas.iter().all(|area| (area.top, area.bottom) == (first.top, first.bottom));
    if !stacked && !abreast {
        return Err(excel_error("This action won't work on multiple selections."));
    }
    let mut areas = range.areas.clone();
    areas.sort();
    let mut parts = Vec::new();
    let (mut down, mut right) = (0, 0);
    for area in areas {
        if !stacked {
            parts.push((area, 0, right));
            right += area.width();
            continue;
        }
        for piece in shown_rows(sheet, area) {
            parts.push((piece, down, 0));
            down += piece.height();
        }
    }
    Ok(parts)
}

/// Runs of rows that a filter shows; the whole area where no filter hides any of it.
fn shown_rows(sheet: &Sheet, area: Area) -> Vec<Area> {
    let Some(filter) = sheet.filter.as_ref().filter(|f| !f.criteria.is_empty()) else { return vec![area] };
    let Some(both) = filter.area.intersect(area).filter(|_| area.height() > 1) else { return vec![area] };
    let gone = |row: u32| (both.top..=both.bottom).contains(&row) && sheet.hidden_rows.contains(&row);
    if !(both.top..=both.bottom).any(gone) {
        return vec![area];
    }
    let mut runs: Vec<Area> = Vec::new();
    for row in (area.top..=area.bottom).filter(|row| !gone(*row)) {
        match runs.last_mut() {
            Some(run) if run.bottom + 1 == row => run.bottom = row,
            _ => runs.push(Area { top: row, bottom: row, ..area }),
        }
    }
    runs
}

fn lift_part(excel: &mut Excel, block: &mut Block, area: Area, at: (u32, u32), content: Content) -> Done {
    let sheet = excel.sheet(block.sheet)?;
    let place = |row: u32, column: u32| (at.0 + (row - area.top), at.1 + (column - area.left));
    let found: Vec<(u32, u32, Cell)> =
        sheet.grid.cells(area).map(|(row, column, cell)| (row, column, cell.clone())).collect();
    for (key, painted, value) in sheet.paint.copy(area) {
        let (top, left) = place(painted.top, painted.left);
        let moved =
            painted.offset(i64::from(top) + 1 - i64::from(painted.top), i64::from(left) + 1 - i64::from(painted.left));
        block.paints.extend(moved.map(|area| (key, area, value)));
    }
    for (&(row, column), text) in sheet.comments.iter().filter(|((r, c), _)| area.holds(*r, *c)) {
        block.comments.push((place(row, column), text.clone()));
    }
    for merge in sheet.merges.iter().filter(|merge| area.covers(**merge)) {
        let (top, left) = place(merge.top, merge.left);
        block.merges.extend(Area::cell(top + 1, left + 1).resize(merge.height(), merge.width()));
    }
    let sheet = block.sheet;
    for (row, column, cell) in found {
        let cell = match content {
            Content::Values => Cell::constant(excel.cell_value(sheet, row, column)?),
            _ => cell,
        };
        let (down, right) = place(row, column);
        block.cells.push(Lifted { down, right, from: (row, column), cell });
    }
    Ok(())
}

/// Puts a block down on an area: repeated when the area is a multiple of it, else once from the corner. Answers what was filled.
pub fn paste_tiled(excel: &mut Excel, block: &Block, sheet: u32, area: Area, paste: &Paste) -> Result<Area, Fault> {
    let (height, width) = if paste.transpose { (block.width, block.height) } else { (block.height, block.width) };
    let tall = area.height().is_multiple_of(height);
    let wide = area.width().is_multiple_of(width);
    let (times_down, times_right) = if tall && wide { (area.height() / height, area.width() / width) } else { (1, 1) };
    let whole = Area::cell(area.top, area.left).resize(height * times_down, width * times_right);
    let whole = whole.ok_or_else(|| {
        excel_error("The information cannot be pasted because the Copy area and the paste area are not the same size and shape.")
    })?;
    let tiles = u64::from(times_down) * u64::from(times_right);
    let cells = tiles.saturating_mul(block.cells.len() as u64);
    if cells > super::range_value::MOST_CELLS {
        return Err(super::fault::out_of_memory());
    }
    // A blank block only clears; there is nothing to repeat cell by cell.
    let nothing = block.cells.is_empty() && block.paints.is_empty() && block.comments.is_empty();
    if nothing {
        clear_target(excel.sheet_mut(sheet)?, whole, paste);
    } else {
        for down in 0..times_down {
            for right in 0..times_right {
                put_down(excel, block, sheet, (whole.top + down * height, whole.left + right * width), paste)?;
            }
        }
    }
    excel.book.changed(sheet, whole);
    Ok(whole)
}

fn clear_target(sheet: &mut Sheet, area: Area, paste: &Paste) {
    if paste.content != Content::None && !paste.skip_blanks && paste.operation == Operation::None {
        sheet.grid.take(area);
        sheet.arrays.retain(|array| !area.covers(*array));
    }
    sheet.paint.clear(area, |key| carries(paste.formats, key));
    if paste.formats == Formats::All {
        sheet.merges.retain(|merge| merge.intersect(area).is_none());
    }
    if paste.comments && paste.content == Content::All {
        sheet.comments.retain(|&(row, column), _| !area.holds(row, column));
    }
}

fn carries(formats: Formats, key: &str) -> bool {
    let width = matches!(key, "columnwidth" | "rowheight");
    let validation = key.starts_with("validation");
    match formats {
        Formats::All => !width,
        Formats::Numbers => key == NUMBER_FORMAT,
        Formats::ColumnWidths => key == "columnwidth",
        Formats::Validation => validation,
        Formats::Borderless => !width && !key.starts_with("border"),
        Formats::None => false,
    }
}

/// Puts a block down once with its corner at a cell.
fn put_down(excel: &mut Excel, block: &Block, sheet: u32, (top, left): (u32, u32), paste: &Paste) -> Done {
    let turn = |down: u32, right: u32| if paste.transpose { (right, down) } else { (down, right) };
    let (height, width) = turn(block.height, block.width);
    let area = Area::cell(top, left).resize(height, width).ok_or_else(undefined)?;
    clear_target(excel.sheet_mut(sheet)?, area, paste);
    for lifted in block.cells.iter().filter(|_| paste.content != Content::None) {
        let (down, right) = turn(lifted.down, lifted.right);
        let (row, column) = (top + down, left + right);
        let mut cell = lifted.cell.clone();
        if let Some(text) = &cell.formula {
            let by = (i64::from(row) - i64::from(lifted.from.0), i64::from(column) - i64::from(lifted.from.1));
            if let Some(moved) = rewrite::copied(text, by.0, by.1) {
                cell.formula = Some(moved);
            }
            cell.value = Value::Empty;
        }
        if paste.operation != Operation::None {
            cell = combined(excel, sheet, (row, column), cell, paste.operation)?;
        }
        excel.sheet_mut(sheet)?.grid.set(row, column, cell);
    }
    let home = excel.sheet_mut(sheet)?;
    for (key, painted, value) in block.paints.iter().filter(|(key, ..)| carries(paste.formats, key)) {
        let (first_row, first_column) = turn(painted.top, painted.left);
        let (last_row, last_column) = turn(painted.bottom, painted.right);
        let target =
            Area::new(top + first_row - 1, left + first_column - 1, top + last_row - 1, left + last_column - 1);
        if let Some(target) = target {
            home.paint.set(key, target, value.clone());
        }
    }
    if paste.comments {
        for ((down, right), text) in &block.comments {
            let (down, right) = turn(*down, *right);
            home.comments.insert((top + down, left + right), text.clone());
        }
    }
    if paste.formats == Formats::All && !paste.transpose {
        let moved = block.merges.iter().filter_map(|m| m.offset(i64::from(top) - 1, i64::from(left) - 1));
        home.merges.extend(moved);
    }
    Ok(())
}

/// `PasteSpecial Operation`: the target's number and the source's; what is no number counts as 0.
fn combined(excel: &mut Excel, sheet: u32, at: (u32, u32), cell: Cell, operation: Operation) -> Result<Cell, Fault> {
    let target = excel.cell_value(sheet, at.0, at.1)?;
    let (Some(old), Some(new)) = (scalar::number(&target), scalar::number(&cell.value)) else {
        return Ok(Cell::constant(target));
    };
    let result = match operation {
        Operation::Add => old + new,
        Operation::Subtract => old - new,
        Operation::Multiply => old * new,
        Operation::Divide if new == 0.0 => return Ok(Cell::constant(Value::Error(DIVISION))),
        Operation::Divide => old / new,
        Operation::None => new,
    };
    Ok(Cell::constant(Value::Double(result)))
}

/// `CVErr(xlErrDiv0)`.
const DIVISION: i32 = 2007;

/// Cuts a range and pastes it at the corner of another: contents, formats and every reference to the cells move.
pub fn relocate(excel: &mut Excel, source: &RangeRef, target: &RangeRef) -> Done {
    let (from, corner) = (source.first(), target.first());
    let rows = i64::from(corner.top) - i64::from(from.top);
    let columns = i64::from(corner.left) - i64::from(from.left);
    let to = from.offset(rows, columns).ok_or_else(undefined)?;
    let from_name = excel.sheet(source.sheet)?.name.clone();
    let to_name = excel.sheet(target.sheet)?.name.clone();
    let moved = Move { from_sheet: &from_name, from, to_sheet: &to_name, rows, columns };
    let mut block = lift(excel, source, Content::All)?;
    let home = excel.sheet_mut(source.sheet)?;
    home.grid.take(from);
    home.paint.clear(from, |key| carries(Formats::All, key));
    home.merges.retain(|merge| !from.covers(*merge));
    home.comments.retain(|&(row, column), _| !from.holds(row, column));
    excel.sheet_mut(target.sheet)?.grid.take(to);
    excel.book.follow_move(&moved);
    for lifted in &mut block.cells {
        let Some(text) = lifted.cell.formula.clone() else { continue };
        lifted.cell.formula = Some(rewrite::carried(&text, &moved).unwrap_or(text));
        // Already says what it should: a cut formula keeps its references.
        lifted.from = (to.top + lifted.down, to.left + lifted.right);
    }
    put_down(excel, &block, target.sheet, (to.top, to.left), &Paste::ALL)?;
    excel.book.changed(source.sheet, from);
    excel.book.changed(target.sheet, to);
    Ok(())
}
