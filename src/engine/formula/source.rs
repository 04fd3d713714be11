//! What the calculation asks of a workbook. The workbook object model implements it; tests implement it over a map.
//! Rows and columns count from 1, sheets from 0.

use std::sync::Arc;

use super::grid::{Operand, Range};
use super::value::{CellValue, Outcome, Refusal};

/// One cell of a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellAddress {
    pub sheet: usize,
    pub row: u32,
    pub column: u32,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellContent {
    /// A constant, or nothing.
    Value(CellValue),
    /// A formula, with or without its `=`.
    Formula(Arc<str>),
    /// A cell of an array formula; `area` is all the cells it fills, its top left cell holds the formula.
    ArrayFormula { formula: Arc<str>, area: Range },
    /// A formula whose value cannot be given.
    Refused { formula: Arc<str>, refusal: Refusal },
}

/// A table as structured references see it.
#[derive(Debug, Clone, PartialEq)]
pub struct TableArea {
    /// The whole table, header and totals included.
    pub range: Range,
    pub columns: Vec<String>,
    pub header_row: bool,
    pub totals_row: bool,
}

/// A workbook to calculate in. Answers must not change while the epoch stays the same.
pub trait SheetSource {
    /// Counts the writes: another number than last time makes every computed value stale.
    fn epoch(&self) -> u64;
    /// The sheet of that name, in any case of letters.
    fn sheet_index(&self, name: &str) -> Option<usize>;
    /// The name of a sheet.
    fn sheet_name(&self, sheet: usize) -> Option<Arc<str>>;
    /// What stands in a cell; an empty value outside the used range.
    fn content(&self, cell: CellAddress) -> CellContent;
    /// Last row and last column that hold anything; none for an empty sheet.
    fn used_range(&self, sheet: usize) -> Option<(u32, u32)>;
    /// What a defined name refers to, as formula text; names of the sheet go before names of the book.
    fn defined_name(&self, name: &str, sheet: usize) -> Option<Arc<str>>;
    /// The table of that name.
    fn table(&self, name: &str) -> Option<TableArea>;
    /// The table that holds a cell.
    fn table_at(&self, cell: CellAddress) -> Option<TableArea>;
    /// Whether a row is hidden, by hand or by a filter.
    fn row_hidden(&self, sheet: usize, row: u32) -> bool;
    /// Whether a filter hides it, so that even SUBTOTAL(9) leaves it out.
    fn row_filtered(&self, sheet: usize, row: u32) -> bool;
    /// Whether dates count from 1904-01-01.
    fn date1904(&self) -> bool;
    /// The moment of the run, as a serial of the 1900 system: `NOW()`.
    fn now(&self) -> f64;
    /// Start of the run's random numbers: `RAND()`.
    fn seed(&self) -> u64;
    /// Told of the cells of a circle, as far as they are known, before the calculation gives up.
    fn circle(&self, cells: &[CellAddress]) {
        let _ = cells;
    }
    /// A function that macros of the workbook define; none when there is no such function.
    fn user_function(&self, name: &str, args: &[Operand]) -> Option<Outcome<Operand>> {
        let _ = (name, args);
        None
    }
}
