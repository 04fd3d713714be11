//! References to ranges: sheets by name, tables, defined names, and the operators between references.
//! Other workbooks are refused by name; what is missing is `#REF!`.

use super::context::Context;
use super::grid::{Operand, Range};
use super::value::{CellValue, Fail, Outcome, Refusal};
use crate::lang::formula::{
    Area, BinaryOp, CellRef, ErrorKind, Line, MAX_COLUMN, MAX_ROW, Reference, SheetPrefix, StructuredRef, TableItem,
};

/// Index of the workbook itself among external links.
const OWN_BOOK: &str = "0";

impl Context<'_> {
    /// The cells a reference means.
    pub(super) fn reference(&self, reference: &Reference) -> Outcome<Operand> {
        let (sheet, last_sheet) = self.sheets(reference.prefix.as_ref())?;
        let (first, last) = match reference.area {
            Area::Cell(cell) => (self.corner(cell), self.corner(cell)),
            Area::Cells(first, last) => (self.corner(first), self.corner(last)),
            Area::Rows(first, last) => ((self.row(first), 1), (self.row(last), MAX_COLUMN)),
            Area::Columns(first, last) => ((1, self.column(first)), (MAX_ROW, self.column(last))),
        };
        Ok(Operand::from_range(Range {
            sheet,
            last_sheet,
            top: first.0.min(last.0),
            left: first.1.min(last.1),
            bottom: first.0.max(last.0),
            right: first.1.max(last.1),
        }))
    }

    fn corner(&self, cell: CellRef) -> (u32, u32) {
        (self.row(cell.row), self.column(cell.column))
    }

    fn row(&self, line: Line) -> u32 {
        shifted(line, self.shift.map(|(rows, _)| rows), MAX_ROW)
    }

    fn column(&self, line: Line) -> u32 {
        shifted(line, self.shift.map(|(_, columns)| columns), MAX_COLUMN)
    }

    /// First and last sheet of a prefix.
    fn sheets(&self, prefix: Option<&SheetPrefix>) -> Outcome<(usize, usize)> {
        let Some(prefix) = prefix else {
            return Ok((self.at.sheet, self.at.sheet));
        };
        refuse_book(prefix)?;
        let find = |name: &str| self.source.sheet_index(name).ok_or(Fail::Error(ErrorKind::Ref));
        let first = find(&prefix.sheet)?;
        let last = prefix.last.as_deref().map_or(Ok(first), find)?;
        Ok((first.min(last), first.max(last)))
    }

    /// What a defined name is worth.
    pub(super) fn name(&mut self, prefix: Option<&SheetPrefix>, name: &str) -> Outcome<Operand> {
        if prefix.is_none()
            && let Some((_, operand)) = self.scopes.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            return Ok(operand.clone());
        }
        let sheet = match prefix {
            Some(prefix) if prefix.sheet.is_empty() => {
                refuse_book(prefix)?;
                self.at.sheet
            }
            Some(prefix) => {
                refuse_book(prefix)?;
                self.source.sheet_index(&prefix.sheet).ok_or(Fail::Error(ErrorKind::Ref))?
            }
            None => self.at.sheet,
        };
        let Some(text) = self.source.defined_name(name, sheet) else {
            let table = self.source.table(name).ok_or(Fail::Error(ErrorKind::Name))?;
            return data_rows(&table).map(Operand::from_range).ok_or(Fail::Error(ErrorKind::Ref));
        };
        let tree = self.tree(&text)?;
        let shift = Some((self.at.row.saturating_sub(1), self.at.column.saturating_sub(1)));
        let outer = (std::mem::replace(&mut self.shift, shift), std::mem::take(&mut self.scopes));
        let home = self.at.sheet;
        self.at.sheet = sheet;
        // Excel evaluates the formulas of names as array formulas.
        let result = self.in_mode(super::context::Mode::Array, |context| context.node(&tree));
        self.at.sheet = home;
        (self.shift, self.scopes) = outer;
        result
    }

    /// The cells of a structured reference.
    pub(super) fn structured(&mut self, reference: &StructuredRef) -> Outcome<Operand> {
        let table = self.table(reference.table.as_deref())?;
        let (top, bottom) = self.table_rows(&table, &reference.items)?;
        let find = |name: &str| {
            let place = table.columns.iter().position(|column| column.to_lowercase() == name.to_lowercase());
            place.and_then(|place| u32::try_from(place).ok()).ok_or(Fail::Error(ErrorKind::Ref))
        };
        let (left, right) = match &reference.columns {
            None => (0, table.range.columns().saturating_sub(1)),
            Some((first, None)) => (find(first)?, find(first)?),
            Some((first, Some(last))) => (find(first)?, find(last)?),
        };
        Ok(Operand::from_range(Range {
            top,
            bottom,
            left: table.range.left.saturating_add(left.min(right)),
            right: table.range.left.saturating_add(left.max(right)),
            ..table.range
        }))
    }

    fn table_rows(&self, table: &super::source::TableArea, items: &[TableItem]) -> Outcome<(u32, u32)> {
        let range = table.range;
        let data = data_rows(table);
        let mut rows: Option<(u32, u32)> = None;
        let default = [TableItem::Data];
        let items = if items.is_empty() { &default } else { items };
        for item in items {
            let (top, bottom) = match item {
                TableItem::All => Some((range.top, range.bottom)),
                TableItem::Data => data.map(|data| (data.top, data.bottom)),
                TableItem::Headers => table.header_row.then_some((range.top, range.top)),
                TableItem::Totals => table.totals_row.then_some((range.bottom, range.bottom)),
                TableItem::ThisRow => {
                    let inside = self.at.sheet == range.sheet && (range.top..=range.bottom).contains(&self.at.row);
                    if !inside {
                        return Err(ErrorKind::Value.into());
                    }
                    Some((self.at.row, self.at.row))
                }
            }
            .ok_or(Fail::Error(ErrorKind::Ref))?;
            rows = Some(rows.map_or((top, bottom), |(a, b)| (a.min(top), b.max(bottom))));
        }
        rows.ok_or(Fail::Error(ErrorKind::Ref))
    }

    /// `:`, blank and comma between references.
    pub(super) fn join(&mut self, op: BinaryOp, left: Operand, right: Operand) -> Outcome<Operand> {
        let (left, right) = (cells(left)?, cells(right)?);
        match op {
            BinaryOp::Union => Ok(Operand::Cells(left.into_iter().chain(right).collect())),
            BinaryOp::Intersect => {
                self.spend((left.len() as u64).saturating_mul(right.len() as u64))?;
                let meet: Vec<Range> =
                    left.iter().flat_map(|a| right.iter().filter_map(|b| a.intersection(b))).collect();
                if meet.is_empty() { Err(ErrorKind::Null.into()) } else { Ok(Operand::Cells(meet)) }
            }
            _ => {
                let mut all = left.iter().chain(&right);
                let first = *all.next().ok_or(Fail::Error(ErrorKind::Ref))?;
                let hull = all.try_fold(first, |hull, range| hull.hull(range));
                hull.map(Operand::from_range).ok_or(Fail::Error(ErrorKind::Value))
            }
        }
    }
}

/// The rows of a table between header and totals; none in an empty table.
fn data_rows(table: &super::source::TableArea) -> Option<Range> {
    let mut range = table.range;
    range.top = range.top.checked_add(u32::from(table.header_row))?;
    range.bottom = range.bottom.checked_sub(u32::from(table.totals_row))?;
    (range.top <= range.bottom).then_some(range)
}

/// A relative line of a defined name, counted from A1 and around the sheet's end.
fn shifted(line: Line, shift: Option<u32>, length: u32) -> u32 {
    match shift {
        Some(shift) if !line.fixed => (line.number.saturating_sub(1).saturating_add(shift)) % length + 1,
        _ => line.number,
    }
}

fn refuse_book(prefix: &SheetPrefix) -> Outcome<()> {
    match prefix.book.as_deref() {
        // Files write names of the own workbook as `[0]!Name`.
        None | Some(OWN_BOOK) => Ok(()),
        Some(_) => Err(Refusal::Unsupported { name: "reference to another workbook".to_owned() }.into()),
    }
}

/// The ranges of an operand that is a reference.
pub(super) fn cells(operand: Operand) -> Outcome<Vec<Range>> {
    match operand {
        Operand::Cells(ranges) => Ok(ranges),
        Operand::Value(CellValue::Error(kind)) => Err(kind.into()),
        _ => Err(ErrorKind::Value.into()),
    }
}
