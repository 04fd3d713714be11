//! Sparse cells of one sheet: a vector of rows, each a vector sorted by column. Inserting or deleting rows moves pointers
//! only; looking up or down a column is a walk over rows with a binary search each. Holds content, not formats.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::area::{Area, COLUMNS, ROWS};
use crate::engine::value::Value;

/// Content of a cell. A blank cell is not stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// `Empty`, `Double`, `Text`, `Boolean` or `Error`: the constant, or the last known result of the formula.
    pub value: Value,
    /// A1 text without its `=`.
    pub formula: Option<Arc<str>>,
    /// Computed as read, the formula gave another result than the one saved, or none: it is not computed again.
    pub distrusted: bool,
}

impl Cell {
    /// A constant.
    pub fn constant(value: Value) -> Self {
        Self { value, formula: None, distrusted: false }
    }

    /// A formula (A1 text without its `=`) with its last known result.
    pub fn formula(text: Arc<str>, value: Value) -> Self {
        Self { value, formula: Some(text), distrusted: false }
    }
}

type Row = Vec<(u32, Cell)>;

/// The cells of a sheet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// Row 1 is at 0; the last row is not empty.
    rows: Vec<Row>,
    /// The used area while it is known: every range a formula reads asks for it.
    used: std::cell::Cell<Option<Area>>,
    /// Positions whose content was set or taken since `watch`; none while nobody watches, or since rows or columns moved.
    written: Option<BTreeSet<(u32, u32)>>,
}

/// Which way something lies or moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
    Left,
    Right,
}

fn index(line: u32) -> usize {
    (line as usize).saturating_sub(1)
}

fn number(index: usize) -> u32 {
    u32::try_from(index.saturating_add(1)).unwrap_or(ROWS)
}

impl Grid {
    /// Starts to note which positions are written. New results of formulas are not writing.
    pub fn watch(&mut self) {
        self.written = Some(BTreeSet::new());
    }

    /// The (row, column) of what was written since `watch`; none when nobody watched, or when rows or columns were inserted
    /// or deleted, so that a position no longer means one cell.
    pub fn written(&self) -> Option<&BTreeSet<(u32, u32)>> {
        self.written.as_ref()
    }

    fn note(&mut self, row: u32, column: u32) {
        if let Some(written) = &mut self.written {
            written.insert((row, column));
        }
    }

    pub fn get(&self, row: u32, column: u32) -> Option<&Cell> {
        let cells = self.rows.get(index(row))?;
        let at = cells.binary_search_by_key(&column, |(c, _)| *c).ok()?;
        cells.get(at).map(|(_, cell)| cell)
    }

    pub fn get_mut(&mut self, row: u32, column: u32) -> Option<&mut Cell> {
        let cells = self.rows.get_mut(index(row))?;
        let at = cells.binary_search_by_key(&column, |(c, _)| *c).ok()?;
        cells.get_mut(at).map(|(_, cell)| cell)
    }

    /// Stores a cell; positions outside the sheet are ignored.
    pub fn set(&mut self, row: u32, column: u32, cell: Cell) {
        if !Area::SHEET.holds(row, column) {
            return;
        }
        self.note(row, column);
        if cell.formula.is_none() && cell.value == Value::Empty {
            self.remove(row, column);
            return;
        }
        if let Some(used) = self.used.get() {
            self.used.set(Some(used.hull(Area::cell(row, column))));
        }
        if self.rows.len() <= index(row) {
            self.rows.resize_with(row as usize, Vec::new);
        }
        let Some(cells) = self.rows.get_mut(index(row)) else { return };
        match cells.binary_search_by_key(&column, |(c, _)| *c) {
            Ok(at) => {
                if let Some(slot) = cells.get_mut(at) {
                    slot.1 = cell;
                }
            }
            Err(at) => cells.insert(at, (column, cell)),
        }
    }

    pub fn remove(&mut self, row: u32, column: u32) -> Option<Cell> {
        let cells = self.rows.get_mut(index(row))?;
        let at = cells.binary_search_by_key(&column, |(c, _)| *c).ok()?;
        let (_, cell) = cells.remove(at);
        self.note(row, column);
        self.forget_edge(Area::cell(row, column));
        self.trim();
        Some(cell)
    }

    /// Cells of an area went: the used area is only still known if none of them lay on its edge.
    fn forget_edge(&mut self, gone: Area) {
        let inside = |used: &Area| {
            gone.top > used.top && gone.bottom < used.bottom && gone.left > used.left && gone.right < used.right
        };
        self.used.set(self.used.get().filter(inside));
    }

    fn trim(&mut self) {
        while self.rows.last().is_some_and(Vec::is_empty) {
            self.rows.pop();
        }
    }

    /// Stored cells inside an area, row by row.
    pub fn cells(&self, area: Area) -> impl Iterator<Item = (u32, u32, &Cell)> {
        let last = (area.bottom as usize).min(self.rows.len());
        let first = index(area.top).min(last);
        let rows = self.rows.get(first..last).unwrap_or_default();
        rows.iter().enumerate().flat_map(move |(at, cells)| {
            let from = cells.partition_point(|(c, _)| *c < area.left);
            let to = cells.partition_point(|(c, _)| *c <= area.right);
            let row = number(first + at);
            cells.get(from..to).unwrap_or_default().iter().map(move |(column, cell)| (row, *column, cell))
        })
    }

    /// Stored cells inside an area, to change in place; do not make one blank.
    pub fn cells_mut(&mut self, area: Area) -> impl Iterator<Item = (u32, u32, &mut Cell)> {
        let last = (area.bottom as usize).min(self.rows.len());
        let first = index(area.top).min(last);
        let rows = self.rows.get_mut(first..last).unwrap_or_default();
        rows.iter_mut().enumerate().flat_map(move |(at, cells)| {
            let row = number(first + at);
            cells
                .iter_mut()
                .filter(move |(column, _)| (area.left..=area.right).contains(column))
                .map(move |(column, cell)| (row, *column, cell))
        })
    }

    /// Whether nothing is stored in an area.
    pub fn is_blank(&self, area: Area) -> bool {
        self.cells(area).next().is_none()
    }

    /// Removes the cells of an area and gives them back.
    pub fn take(&mut self, area: Area) -> Vec<(u32, u32, Cell)> {
        let last = (area.bottom as usize).min(self.rows.len());
        let mut taken = Vec::new();
        self.forget_edge(area);
        for at in index(area.top)..last {
            let Some(cells) = self.rows.get_mut(at) else { continue };
            let from = cells.partition_point(|(c, _)| *c < area.left);
            let to = cells.partition_point(|(c, _)| *c <= area.right);
            taken.extend(cells.drain(from..to).map(|(column, cell)| (number(at), column, cell)));
        }
        self.trim();
        taken.iter().for_each(|(row, column, _)| self.note(*row, *column));
        taken
    }

    /// The smallest area around all stored cells.
    pub fn used(&self) -> Option<Area> {
        if let Some(known) = self.used.get() {
            return Some(known);
        }
        let mut used: Option<Area> = None;
        for (at, cells) in self.rows.iter().enumerate() {
            let (Some((left, _)), Some((right, _))) = (cells.first(), cells.last()) else { continue };
            let row = number(at);
            let here = Area { top: row, left: *left, bottom: row, right: *right };
            used = Some(used.map_or(here, |area| area.hull(here)));
        }
        self.used.set(used);
        used
    }

    /// The nearest stored cell beyond a position in one direction, among lines the caller does not skip.
    pub fn next_stored(&self, row: u32, column: u32, toward: Direction, skip: &dyn Fn(u32) -> bool) -> Option<u32> {
        let has = |row: &u32| !skip(*row) && self.get(*row, column).is_some();
        let last = number(self.rows.len().saturating_sub(1));
        match toward {
            Direction::Down => (row.saturating_add(1)..=last).find(has),
            Direction::Up => (1..row.min(last.saturating_add(1))).rev().find(has),
            Direction::Right | Direction::Left => {
                let cells = self.rows.get(index(row))?;
                let mut columns = cells.iter().map(|(c, _)| *c).filter(|c| !skip(*c));
                match toward {
                    Direction::Right => columns.find(|c| *c > column),
                    _ => columns.rfind(|c| *c < column),
                }
            }
        }
    }

    /// Makes room for rows; false when stored cells would leave the sheet.
    pub fn insert_rows(&mut self, at: u32, count: u32) -> bool {
        self.written = None;
        self.used.set(None);
        let at = index(at);
        if at >= self.rows.len() {
            return true;
        }
        if self.rows.len().saturating_add(count as usize) > ROWS as usize {
            return false;
        }
        drop(self.rows.splice(at..at, std::iter::repeat_with(Vec::new).take(count as usize)));
        true
    }

    pub fn delete_rows(&mut self, at: u32, count: u32) {
        self.written = None;
        self.used.set(None);
        let last = index(at).saturating_add(count as usize).min(self.rows.len());
        if index(at) < last {
            self.rows.drain(index(at)..last);
        }
        self.trim();
    }

    /// Makes room for columns; false when stored cells would leave the sheet.
    pub fn insert_columns(&mut self, at: u32, count: u32) -> bool {
        self.written = None;
        self.used.set(None);
        let fits = |cells: &Row| cells.last().is_none_or(|(c, _)| *c < at || c.saturating_add(count) <= COLUMNS);
        if !self.rows.iter().all(fits) {
            return false;
        }
        for cells in &mut self.rows {
            let from = cells.partition_point(|(c, _)| *c < at);
            cells.iter_mut().skip(from).for_each(|(c, _)| *c = c.saturating_add(count));
        }
        true
    }

    pub fn delete_columns(&mut self, at: u32, count: u32) {
        self.written = None;
        self.used.set(None);
        let end = at.saturating_add(count);
        for cells in &mut self.rows {
            cells.retain(|(c, _)| *c < at || *c >= end);
            let from = cells.partition_point(|(c, _)| *c < at);
            cells.iter_mut().skip(from).for_each(|(c, _)| *c = c.saturating_sub(count));
        }
        self.trim();
    }
}
