//! Cells on their way to the sink: positions, batches, used range. Shared by every workbook format.

use std::collections::HashMap;

use crate::facts::{CellContent, SheetFacts};

use super::super::SourceError;
use super::super::sink::{Completeness, Sink};
use super::super::spend::Spend;

/// Rows and columns of a sheet (Excel specifications): up to `XFD1048576`.
pub(crate) const LAST_ROW: u32 = 1_048_576;
pub(crate) const LAST_COLUMN: u32 = 16_384;

/// Cells in one delivery: small enough that an interrupted reading loses little.
const BATCH: usize = 4_096;

/// Letters in a column's name and values of a letter.
const LETTERS: u32 = 26;

/// Row and column from 1 of a reference like `B7` or `$B$7`; none outside the sheet.
pub(crate) fn position(reference: &str) -> Option<(u32, u32)> {
    let mut column = 0u32;
    let mut row = 0u32;
    for byte in reference.bytes() {
        match byte {
            b'$' => {}
            b'A'..=b'Z' | b'a'..=b'z' if row == 0 => {
                let value = u32::from(byte.to_ascii_uppercase() - b'A') + 1;
                column = column.checked_mul(LETTERS)?.checked_add(value)?;
            }
            b'0'..=b'9' => row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?,
            _ => return None,
        }
    }
    on_sheet(row, column).then_some((row, column))
}

/// Whether a position from 1 lies on a sheet.
pub(crate) fn on_sheet(row: u32, column: u32) -> bool {
    (1..=LAST_ROW).contains(&row) && (1..=LAST_COLUMN).contains(&column)
}

/// `B7`.
pub(crate) fn a1(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + (rest % LETTERS) as u8);
        rest /= LETTERS;
    }
    letters.reverse();
    format!("{}{row}", String::from_utf8_lossy(&letters))
}

/// A rectangle that grows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    top: u32,
    left: u32,
    bottom: u32,
    right: u32,
}

impl Extent {
    pub(crate) fn at(row: u32, column: u32) -> Extent {
        Extent { top: row, left: column, bottom: row, right: column }
    }

    pub(crate) fn include(&mut self, row: u32, column: u32) {
        self.top = self.top.min(row);
        self.left = self.left.min(column);
        self.bottom = self.bottom.max(row);
        self.right = self.right.max(column);
    }

    /// `A1:C9`, or `A1` for one cell.
    pub(crate) fn a1(&self) -> String {
        let first = a1(self.top, self.left);
        let last = a1(self.bottom, self.right);
        if first == last { first } else { format!("{first}:{last}") }
    }
}

/// The cells of one sheet on their way.
pub(crate) struct Stream<'a> {
    sink: &'a mut dyn Sink,
    spend: Spend,
    batch: Vec<CellContent>,
    extent: Option<Extent>,
    formats: Vec<String>,
    known: HashMap<String, u32>,
    cells: u64,
    formulas: u64,
}

impl<'a> Stream<'a> {
    /// Begins the sheet at the sink.
    pub(crate) fn begin(sink: &'a mut dyn Sink, spend: &Spend, name: &str) -> Result<Stream<'a>, SourceError> {
        sink.sheet(name)?;
        Ok(Stream {
            sink,
            spend: spend.clone(),
            batch: Vec::with_capacity(BATCH),
            extent: None,
            formats: Vec::new(),
            known: HashMap::new(),
            cells: 0,
            formulas: 0,
        })
    }

    /// The index of a format code for `CellContent::format`.
    pub(crate) fn format(&mut self, code: &str) -> u32 {
        if let Some(index) = self.known.get(code) {
            return *index;
        }
        let index = self.formats.len().min(u32::MAX as usize) as u32;
        self.formats.push(code.to_string());
        self.known.insert(code.to_string(), index);
        index
    }

    /// Takes the next cell.
    pub(crate) fn push(&mut self, cell: CellContent) -> Result<(), SourceError> {
        self.spend.cells(1)?;
        match &mut self.extent {
            Some(extent) => extent.include(cell.row, cell.column),
            None => self.extent = Some(Extent::at(cell.row, cell.column)),
        }
        self.cells += 1;
        self.formulas += u64::from(cell.formula.is_some());
        self.batch.push(cell);
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SourceError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.sink.cells(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH)))
    }

    /// Ends the sheet and fills its counts.
    pub(crate) fn end(mut self, completeness: Completeness, facts: &mut SheetFacts) -> Result<(), SourceError> {
        self.flush()?;
        facts.cells = self.cells;
        facts.formulas = self.formulas;
        facts.used_range = self.extent.map(|extent| extent.a1());
        self.sink.sheet_end(&self.formats, completeness)
    }
}
