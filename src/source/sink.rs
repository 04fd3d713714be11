//! Where a reader delivers cells and rows as it goes: to the parent process, to memory, to an export.
//! Content passes through; a sink keeps what it wants and the reader nothing.

use crate::facts::{CellContent, FileKind, Notice, Problem, Reading, Scalar, SheetContent, SourceFacts, TableContent};

use super::SourceError;

/// Takes content in the order: kind, then for each sheet or table its start, its batches, its end.
pub trait Sink {
    /// What the content is.
    fn kind(&mut self, kind: FileKind) -> Result<(), SourceError>;
    /// A sheet begins.
    fn sheet(&mut self, name: &str) -> Result<(), SourceError>;
    /// The next cells of the sheet, in row order.
    fn cells(&mut self, cells: Vec<CellContent>) -> Result<(), SourceError>;
    /// The sheet ends; its cells' formats index these.
    fn sheet_end(&mut self, formats: &[String], truncated: Completeness) -> Result<(), SourceError>;
    /// A table begins.
    fn table(&mut self, name: &str, columns: &[String]) -> Result<(), SourceError>;
    /// The next rows of the table.
    fn rows(&mut self, rows: Vec<Vec<Scalar>>) -> Result<(), SourceError>;
    /// The table ends.
    fn table_end(&mut self, truncated: Completeness) -> Result<(), SourceError>;
    /// Everything known without the content, in case the reader does not come to its end.
    fn early_facts(&mut self, facts: &SourceFacts) -> Result<(), SourceError>;
}

/// Whether a sheet or table was delivered to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// To its end.
    Whole,
    /// Reading stopped early; a notice says why.
    Cut,
}

impl Completeness {
    /// Whether reading stopped early.
    pub fn is_cut(self) -> bool {
        self == Completeness::Cut
    }
}

/// How much has been delivered, for the words of an interrupted reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// The sheet or table last begun.
    pub place: String,
    /// The last row of it that arrived, from 1.
    pub last_row: u64,
    /// Sheets and tables that came to their end.
    pub finished: u64,
}

impl Delivered {
    /// `sheet Orders: rows 1 to 41,207 are in, 2 others are whole`.
    pub fn in_words(&self) -> String {
        let finished = match self.finished {
            0 => String::new(),
            count => format!(", {} sheets or tables are whole", grouped(count)),
        };
        match (self.place.is_empty(), self.last_row) {
            (true, _) => format!("nothing was in progress{finished}"),
            (false, 0) => format!("{}: no rows are in{finished}", self.place),
            (false, row) => format!("{}: rows 1 to {} are in{finished}", self.place, grouped(row)),
        }
    }
}

/// A number with a comma between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Keeps contents in memory up to a number of cells; the facts count all of them.
#[derive(Debug, Default)]
pub struct Collector {
    /// The kind, as soon as it is known.
    pub kind: FileKind,
    /// The facts that came before the content.
    pub early: Option<SourceFacts>,
    /// What has arrived.
    pub delivered: Delivered,
    reading: Reading,
    room: u64,
    dropped: Vec<String>,
    open: Open,
}

/// What is being delivered.
#[derive(Debug, Default, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    Sheet,
    Table,
}

impl Collector {
    /// Keeps at most `kept_cells`.
    pub fn new(kept_cells: u64) -> Collector {
        Collector { room: kept_cells, ..Collector::default() }
    }

    /// The reading, with a remark for each place of which not everything was kept.
    pub fn finish(mut self, facts: SourceFacts) -> Reading {
        self.close_open();
        self.reading.facts = facts;
        for place in self.dropped {
            let message = "more cells than are kept for inference; the counts are of all cells, the types and keys \
                           are inferred from the kept ones; raise the limit `kept_cells` or split the file";
            self.reading.facts.notices.push(Notice { place, problem: Problem::Remark, message: message.to_string() });
        }
        self.reading
    }

    /// An interrupted sheet or table is kept and marked.
    fn close_open(&mut self) {
        match self.open {
            Open::Nothing => {}
            Open::Sheet => mark(self.reading.sheets.last_mut().map(|sheet| &mut sheet.truncated)),
            Open::Table => mark(self.reading.tables.last_mut().map(|table| &mut table.truncated)),
        }
        self.open = Open::Nothing;
    }

    fn fits(&mut self, cells: u64) -> bool {
        let place = self.delivered.place.clone();
        if self.dropped.last() == Some(&place) {
            return false;
        }
        match self.room.checked_sub(cells) {
            Some(left) => {
                self.room = left;
                true
            }
            None => {
                self.dropped.push(place);
                false
            }
        }
    }
}

fn mark(truncated: Option<&mut bool>) {
    if let Some(flag) = truncated {
        *flag = true;
    }
}

impl Sink for Collector {
    fn kind(&mut self, kind: FileKind) -> Result<(), SourceError> {
        self.kind = kind;
        Ok(())
    }

    fn sheet(&mut self, name: &str) -> Result<(), SourceError> {
        self.close_open();
        self.open = Open::Sheet;
        self.delivered.place = format!("sheet {name}");
        self.delivered.last_row = 0;
        self.reading.sheets.push(SheetContent { name: name.to_string(), ..SheetContent::default() });
        Ok(())
    }

    fn cells(&mut self, cells: Vec<CellContent>) -> Result<(), SourceError> {
        self.delivered.last_row = cells.last().map_or(self.delivered.last_row, |cell| u64::from(cell.row));
        let fits = self.fits(cells.len() as u64);
        if let Some(sheet) = self.reading.sheets.last_mut() {
            if fits {
                sheet.cells.extend(cells);
            } else {
                sheet.truncated = true;
            }
        }
        Ok(())
    }

    fn sheet_end(&mut self, formats: &[String], truncated: Completeness) -> Result<(), SourceError> {
        if let Some(sheet) = self.reading.sheets.last_mut() {
            sheet.formats = formats.to_vec();
            sheet.truncated |= truncated.is_cut();
        }
        self.open = Open::Nothing;
        self.delivered.finished += 1;
        Ok(())
    }

    fn table(&mut self, name: &str, columns: &[String]) -> Result<(), SourceError> {
        self.close_open();
        self.open = Open::Table;
        self.delivered.place = format!("table {name}");
        self.delivered.last_row = 0;
        let table = TableContent { name: name.to_string(), columns: columns.to_vec(), ..TableContent::default() };
        self.reading.tables.push(table);
        Ok(())
    }

    fn rows(&mut self, rows: Vec<Vec<Scalar>>) -> Result<(), SourceError> {
        self.delivered.last_row += rows.len() as u64;
        let fits = self.fits(rows.iter().map(|row| row.len() as u64).sum());
        if let Some(table) = self.reading.tables.last_mut() {
            if fits {
                table.rows.extend(rows);
            } else {
                table.truncated = true;
            }
        }
        Ok(())
    }

    fn table_end(&mut self, truncated: Completeness) -> Result<(), SourceError> {
        if let Some(table) = self.reading.tables.last_mut() {
            table.truncated |= truncated.is_cut();
        }
        self.open = Open::Nothing;
        self.delivered.finished += 1;
        Ok(())
    }

    fn early_facts(&mut self, facts: &SourceFacts) -> Result<(), SourceError> {
        self.early = Some(facts.clone());
        Ok(())
    }
}
