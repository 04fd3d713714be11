//! One worksheet: cells, formats, hidden lines, merged areas, tables, filter, sort keys, comments; and the structural changes
//! that keep all of these together. It knows no VBA and no other sheet.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::area::{Area, COLUMNS, ROWS};
use super::data::Visibility;
use super::grid::{Cell, Direction, Grid};
use super::paint::Paint;
use super::shift::{Shift, moving, shifted};
use crate::engine::value::Value;

/// Key of the number format among the painted properties.
pub const NUMBER_FORMAT: &str = "numberformat";
/// The format of cells that have no other.
pub const GENERAL: &str = "General";

/// A worksheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Never reused within a book, so that a descriptor cannot come to mean another sheet.
    pub id: u32,
    pub name: String,
    pub code_name: String,
    pub visibility: Visibility,
    pub grid: Grid,
    pub paint: Paint,
    pub hidden_rows: BTreeSet<u32>,
    pub hidden_columns: BTreeSet<u32>,
    pub merges: Vec<Area>,
    /// Areas of array formulas; the first cell of each holds the formula.
    pub arrays: Vec<Area>,
    pub tables: Vec<Table>,
    pub filter: Option<Filter>,
    pub sort: SortState,
    pub comments: BTreeMap<(u32, u32), String>,
    pub hyperlinks: Vec<Hyperlink>,
    pub protected: bool,
    /// Protected from the user only (`UserInterfaceOnly`).
    pub open_to_macros: bool,
    /// Remembered properties of the sheet itself, its window and page setup, by `class.member` in lower case.
    pub properties: HashMap<String, Value>,
    /// Structural changes since loading; range descriptors replay them (`reference::RangeRef`).
    pub shifts: Vec<Shift>,
    pub selection: Vec<Area>,
    pub active: (u32, u32),
}

/// A table (ListObject).
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub id: u32,
    pub name: String,
    pub area: Area,
    pub header_row: bool,
    pub totals_row: bool,
    pub style: String,
}

/// A filtered list (AutoFilter).
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub area: Area,
    /// By field, from 1.
    pub criteria: BTreeMap<u32, Criterion>,
}

/// What a field must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    pub first: Value,
    /// `XlAutoFilterOperator`.
    pub operator: i32,
    pub second: Value,
}

/// A link of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperlink {
    pub area: Area,
    pub address: String,
    pub sub_address: String,
    pub text: String,
    pub tip: String,
}

/// The Sort object of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SortState {
    pub fields: Vec<SortField>,
    pub area: Option<Area>,
    /// `XlYesNoGuess`: 2 is xlNo.
    pub header: i32,
    pub match_case: bool,
    /// `XlSortOrientation`: 1 is top to bottom.
    pub orientation: i32,
}

/// One key of the Sort object.
#[derive(Debug, Clone, PartialEq)]
pub struct SortField {
    pub area: Area,
    /// `XlSortOrder`: 1 ascending, 2 descending.
    pub order: i32,
    /// `XlSortDataOption`: 1 treats text that reads as a number as that number.
    pub data_option: i32,
    /// Texts in the order wanted, before all others.
    pub custom: Option<Arc<[String]>>,
}

impl Default for SortState {
    fn default() -> Self {
        Self { fields: Vec::new(), area: None, header: 2, match_case: false, orientation: 1 }
    }
}

impl Sheet {
    /// An empty, visible sheet.
    pub fn new(id: u32, name: &str, code_name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            code_name: code_name.to_owned(),
            visibility: Visibility::Visible,
            grid: Grid::default(),
            paint: Paint::default(),
            hidden_rows: BTreeSet::new(),
            hidden_columns: BTreeSet::new(),
            merges: Vec::new(),
            arrays: Vec::new(),
            tables: Vec::new(),
            filter: None,
            sort: SortState::default(),
            comments: BTreeMap::new(),
            hyperlinks: Vec::new(),
            protected: false,
            open_to_macros: false,
            properties: HashMap::new(),
            shifts: Vec::new(),
            selection: vec![Area::cell(1, 1)],
            active: (1, 1),
        }
    }

    /// Forgets what formulas gave last.
    pub fn forget_results(&mut self) {
        for (_, _, cell) in self.grid.cells_mut(Area::SHEET).filter(|(_, _, cell)| cell.formula.is_some()) {
            cell.value = Value::Empty;
        }
    }

    /// The number format code of a cell.
    pub fn number_format(&self, row: u32, column: u32) -> Arc<str> {
        match self.paint.get(NUMBER_FORMAT, row, column) {
            Some(Value::Text(code)) => code.clone(),
            _ => Arc::from(GENERAL),
        }
    }

    /// Cells that hold something or are formatted one by one; `A1` of an empty sheet (`Worksheet.UsedRange`).
    pub fn used_range(&self) -> Area {
        let extents = [self.grid.used(), self.paint.extent()];
        extents.into_iter().flatten().reduce(Area::hull).unwrap_or(Area::cell(1, 1))
    }

    /// The part of an area that can hold anything: what loops over whole columns need to visit.
    pub fn occupied(&self, area: Area) -> Option<Area> {
        self.grid.used().and_then(|used| used.intersect(area))
    }

    /// The merged area a cell belongs to, or the cell.
    pub fn merge_at(&self, row: u32, column: u32) -> Area {
        self.merges.iter().copied().find(|m| m.holds(row, column)).unwrap_or(Area::cell(row, column))
    }

    /// The area of the array formula a cell belongs to.
    pub fn array_at(&self, row: u32, column: u32) -> Option<Area> {
        self.arrays.iter().copied().find(|area| area.holds(row, column))
    }

    pub fn is_hidden(&self, row: u32, column: u32) -> bool {
        self.hidden_rows.contains(&row) || self.hidden_columns.contains(&column)
    }

    /// Where Ctrl+arrow goes from a cell (`Range.End`): the last cell of a run of filled cells, else the next filled cell,
    /// else the edge. Hidden rows and columns are stepped over, as Excel does.
    pub fn end(&self, row: u32, column: u32, toward: Direction) -> (u32, u32) {
        let hidden = |line: u32| match toward {
            Direction::Up | Direction::Down => self.hidden_rows.contains(&line),
            Direction::Left | Direction::Right => self.hidden_columns.contains(&line),
        };
        let vertical = matches!(toward, Direction::Up | Direction::Down);
        let forward = matches!(toward, Direction::Down | Direction::Right);
        let (from, last) = if vertical { (row, ROWS) } else { (column, COLUMNS) };
        let at = |line: u32| if vertical { (line, column) } else { (row, line) };
        let filled = |line: u32| {
            let (row, column) = at(line);
            self.grid.get(row, column).is_some()
        };
        let step = |line: u32| -> Option<u32> {
            if forward { (line + 1..=last).find(|n| !hidden(*n)) } else { (1..line).rev().find(|n| !hidden(*n)) }
        };
        let Some(mut next) = step(from) else { return (row, column) };
        if !(filled(from) && filled(next)) {
            let (row, column) = at(from);
            let edge = if forward { last } else { 1 };
            let edge = if hidden(edge) { self.last_visible(from, vertical, forward) } else { edge };
            return at(self.grid.next_stored(row, column, toward, &hidden).unwrap_or(edge));
        }
        while let Some(further) = step(next).filter(|line| filled(*line)) {
            next = further;
        }
        at(next)
    }

    fn last_visible(&self, from: u32, vertical: bool, forward: bool) -> u32 {
        let hidden = if vertical { &self.hidden_rows } else { &self.hidden_columns };
        let last = if vertical { ROWS } else { COLUMNS };
        let visible = |line: &u32| !hidden.contains(line);
        let found = if forward { (from..=last).rev().find(visible) } else { (1..=from).find(visible) };
        found.unwrap_or(from)
    }

    /// The block of cells around an area that blank rows and columns bound (`Range.CurrentRegion`).
    pub fn current_region(&self, start: Area) -> Area {
        let mut area = start;
        loop {
            let before = area;
            let left = area.left.saturating_sub(1).max(1);
            let right = (area.right + 1).min(COLUMNS);
            let row = |n: u32| Area { top: n, bottom: n, left, right };
            while area.top > 1 && !self.grid.is_blank(row(area.top - 1)) {
                area.top -= 1;
            }
            while area.bottom < ROWS && !self.grid.is_blank(row(area.bottom + 1)) {
                area.bottom += 1;
            }
            let top = area.top.saturating_sub(1).max(1);
            let bottom = (area.bottom + 1).min(ROWS);
            let column = |n: u32| Area { top, bottom, left: n, right: n };
            while area.left > 1 && !self.grid.is_blank(column(area.left - 1)) {
                area.left -= 1;
            }
            while area.right < COLUMNS && !self.grid.is_blank(column(area.right + 1)) {
                area.right += 1;
            }
            if area == before {
                return area;
            }
        }
    }

    /// Inserts or deletes cells and moves everything that belongs to them. False when filled cells would leave the sheet.
    /// Formulas are rewritten by the book, which knows the other sheets.
    pub fn shift(&mut self, shift: Shift) -> bool {
        if !self.shift_cells(shift) {
            return false;
        }
        self.paint.shift(shift);
        self.shift_lines(shift);
        self.merges = self.merges.iter().filter_map(|m| shifted(*m, shift)).filter(|m| !m.is_cell()).collect();
        self.arrays = self.arrays.iter().filter_map(|a| shifted(*a, shift)).collect();
        self.tables.retain_mut(|table| match shifted(table.area, shift) {
            Some(area) => {
                table.area = area;
                true
            }
            None => false,
        });
        self.filter = self.filter.take().and_then(|f| Some(Filter { area: shifted(f.area, shift)?, ..f }));
        self.sort.area = self.sort.area.and_then(|area| shifted(area, shift));
        self.sort.fields.retain_mut(|field| match shifted(field.area, shift) {
            Some(area) => {
                field.area = area;
                true
            }
            None => false,
        });
        let comments = std::mem::take(&mut self.comments);
        let moved = comments.into_iter().filter_map(|((row, column), text)| {
            shifted(Area::cell(row, column), shift).map(|area| ((area.top, area.left), text))
        });
        self.comments = moved.collect();
        self.hyperlinks.retain_mut(|link| match shifted(link.area, shift) {
            Some(area) => {
                link.area = area;
                true
            }
            None => false,
        });
        self.shifts.push(shift);
        true
    }

    fn shift_cells(&mut self, shift: Shift) -> bool {
        match shift {
            Shift::Insert { area, toward: Direction::Down } if area.spans_rows() => {
                self.grid.insert_rows(area.top, area.height())
            }
            Shift::Insert { area, toward: Direction::Right } if area.spans_columns() => {
                self.grid.insert_columns(area.left, area.width())
            }
            Shift::Delete { area, toward: Direction::Up } if area.spans_rows() => {
                self.grid.delete_rows(area.top, area.height());
                true
            }
            Shift::Delete { area, toward: Direction::Left } if area.spans_columns() => {
                self.grid.delete_columns(area.left, area.width());
                true
            }
            _ => self.shift_part(shift),
        }
    }

    /// Only some columns (or rows) move: take the cells out and put them where they belong.
    fn shift_part(&mut self, shift: Shift) -> bool {
        if let Shift::Insert { area, toward } = shift {
            let edge = match toward {
                Direction::Down => Area { top: ROWS - area.height() + 1, bottom: ROWS, ..area },
                _ => Area { left: COLUMNS - area.width() + 1, right: COLUMNS, ..area },
            };
            if !self.grid.is_blank(edge) {
                return false;
            }
        }
        for (row, column, cell) in self.grid.take(moving(shift)) {
            if let Some(at) = shifted(Area::cell(row, column), shift) {
                self.grid.set(at.top, at.left, cell);
            }
        }
        true
    }

    fn shift_lines(&mut self, shift: Shift) {
        let (Shift::Insert { area, .. } | Shift::Delete { area, .. }) = shift;
        if area.spans_rows() && !area.spans_columns() {
            self.hidden_rows = remap(&self.hidden_rows, |row| shifted(Area::cell(row, 1), shift).map(|area| area.top));
        } else if area.spans_columns() && !area.spans_rows() {
            self.hidden_columns =
                remap(&self.hidden_columns, |column| shifted(Area::cell(1, column), shift).map(|area| area.left));
        }
    }

    /// Stores a constant; blank removes the cell.
    pub fn set_value(&mut self, row: u32, column: u32, value: Value) {
        self.grid.set(row, column, Cell::constant(value));
    }
}

fn remap(lines: &BTreeSet<u32>, map: impl Fn(u32) -> Option<u32>) -> BTreeSet<u32> {
    lines.iter().filter_map(|line| map(*line)).collect()
}
