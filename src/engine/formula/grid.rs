//! What an expression may be worth besides one value: an array, or cells of sheets not read yet.
//! Plain data; reading cells is the context's.

use std::sync::Arc;

use super::value::CellValue;

/// A rectangle of values, row by row; at least one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    rows: usize,
    columns: usize,
    cells: Vec<CellValue>,
}

impl Grid {
    /// A grid of the given shape; missing cells are empty, a shape without cells becomes one empty cell.
    pub fn new(rows: usize, columns: usize, mut cells: Vec<CellValue>) -> Self {
        let (rows, columns) = (rows.max(1), columns.max(1));
        cells.resize(rows.saturating_mul(columns), CellValue::Empty);
        Self { rows, columns, cells }
    }

    /// One column of values.
    pub fn column(cells: Vec<CellValue>) -> Self {
        Self::new(cells.len(), 1, cells)
    }

    /// Height in cells.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Width in cells.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row by row.
    pub fn cells(&self) -> &[CellValue] {
        &self.cells
    }

    /// The value at a place, from 0; none outside.
    pub fn get(&self, row: usize, column: usize) -> Option<&CellValue> {
        if column >= self.columns {
            return None;
        }
        self.cells.get(row.checked_mul(self.columns)?.checked_add(column)?)
    }

    /// The value as broadcasting sees it: a single row or column repeats; none outside.
    pub fn broadcast(&self, row: usize, column: usize) -> Option<&CellValue> {
        let row = if self.rows == 1 { 0 } else { row };
        let column = if self.columns == 1 { 0 } else { column };
        self.get(row, column)
    }

    /// One row of values, from 0.
    pub fn row(&self, row: usize) -> &[CellValue] {
        let start = row.saturating_mul(self.columns);
        self.cells.get(start..start.saturating_add(self.columns)).unwrap_or_default()
    }

    /// Rows as columns.
    pub fn transposed(&self) -> Self {
        let mut cells = Vec::with_capacity(self.cells.len());
        for column in 0..self.columns {
            cells.extend((0..self.rows).filter_map(|row| self.get(row, column).cloned()));
        }
        Self::new(self.columns, self.rows, cells)
    }
}

/// A rectangle of cells on one sheet, or on a row of sheets (3-D). Everything counts from 1 but the sheets, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    pub sheet: usize,
    pub last_sheet: usize,
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

impl Range {
    /// One cell.
    pub fn cell(sheet: usize, row: u32, column: u32) -> Self {
        Self { sheet, last_sheet: sheet, top: row, left: column, bottom: row, right: column }
    }

    /// Height in cells.
    pub fn rows(&self) -> u32 {
        self.bottom.saturating_sub(self.top).saturating_add(1)
    }

    /// Width in cells.
    pub fn columns(&self) -> u32 {
        self.right.saturating_sub(self.left).saturating_add(1)
    }

    /// Whether it is one cell of one sheet.
    pub fn is_single(&self) -> bool {
        self.rows() == 1 && self.columns() == 1 && self.sheet == self.last_sheet
    }

    /// The cells both hold, if on the same sheets.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let range = Self {
            sheet: self.sheet,
            last_sheet: self.last_sheet,
            top: self.top.max(other.top),
            left: self.left.max(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.min(other.right),
        };
        let meet = range.top <= range.bottom && range.left <= range.right;
        (self.sheet == other.sheet && self.last_sheet == other.last_sheet && meet).then_some(range)
    }

    /// The smallest rectangle around both; none across sheets.
    pub fn hull(&self, other: &Self) -> Option<Self> {
        (self.sheet == other.sheet && self.last_sheet == other.last_sheet).then_some(Self {
            sheet: self.sheet,
            last_sheet: self.last_sheet,
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        })
    }
}

/// What an expression is worth before anyone asks for a single value.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// An argument left out.
    Omitted,
    Value(CellValue),
    Array(Arc<Grid>),
    /// Cells, not read yet; more than one range for a union.
    Cells(Vec<Range>),
}

impl Operand {
    /// An array, or its value when it is one cell.
    pub fn from_grid(grid: Grid) -> Self {
        match grid.cells() {
            [only] => Self::Value(only.clone()),
            _ => Self::Array(Arc::new(grid)),
        }
    }

    /// One range of cells.
    pub fn from_range(range: Range) -> Self {
        Self::Cells(vec![range])
    }
}

impl<T: Into<CellValue>> From<T> for Operand {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}
