//! The records of a binary workbook that calamine passes over: which part each sheet is, number formats, merged areas,
//! filters, hidden rows, frozen rows, validations. Must not read values.

use std::collections::HashMap;

use crate::facts::{Scalar, SheetFacts, ValidationFacts};

use super::super::SourceError;
use super::super::precheck::{u16_at, u32_at, u64_at};
use super::super::spend::Spend;
use super::super::zipped::Package;
use super::biff_records::{KINDS, OPERATORS};
use super::cells::{Extent, on_sheet};
use super::number_formats::built_in;

/// Records (MS-XLSB 2.3.2).
mod record {
    pub(super) const ROW: u32 = 0;
    /// Formulas that gave an error and texts with formats of their own, which calamine passes over.
    pub(super) const FORMULA_ERROR: u32 = 11;
    pub(super) const RICH_TEXT: u32 = 62;
    /// Cells that hold something: RK, error, boolean, real, text, shared text, the four kinds of formulas, rich text.
    pub(super) const CELLS: [u32; 11] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 62];
    pub(super) const FORMAT: u32 = 44;
    pub(super) const STYLE: u32 = 47;
    pub(super) const VALIDATION: u32 = 64;
    pub(super) const PANE: u32 = 151;
    pub(super) const LISTED_SHEET: u32 = 156;
    pub(super) const FILTER: u32 = 161;
    pub(super) const MERGED: u32 = 176;
    pub(super) const CONDITIONAL: u32 = 461;
    pub(super) const HYPERLINK: u32 = 494;
    pub(super) const PROTECTION: u32 = 535;
    pub(super) const CELL_STYLES: u32 = 617;
    pub(super) const CELL_STYLES_END: u32 = 618;
}
/// The bit of a row that is not shown, in its twelfth byte; the bits of frozen panes.
const ROW_HIDDEN: u8 = 0x10;
const FROZEN: u8 = 0x03;
/// Largest part that is walked.
const PART_BYTES: u64 = 512 * super::super::MIB;
/// Hidden rows, merged areas and validations kept; a sheet with more is made by a program.
const LISTED: usize = 100_000;

/// What the walk of a sheet's part saw.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) facts: SheetFacts,
    pub(super) validations: Vec<ValidationFacts>,
    /// Row, column (from 1) and style of the cells that hold something, in the order of the file.
    pub(super) styles: Vec<(u32, u32, u32)>,
    /// Values that calamine passes over, by row and column.
    pub(super) passed_over: Vec<((u32, u32), Scalar)>,
    pub(super) conditional_formats: u64,
    pub(super) hyperlinks: u64,
    pub(super) rules_unread: u64,
    row: u32,
}

/// The sheets' relationships by name, in the order they are listed.
pub(super) fn sheet_relations(package: &mut Package, spend: &Spend) -> Result<HashMap<String, String>, SourceError> {
    let bytes = part(package, "xl/workbook.bin", spend)?;
    let mut found = HashMap::new();
    for (id, data) in records(&bytes) {
        if id == record::LISTED_SHEET
            && let Some((relation, rest)) = data.get(8..).and_then(text)
            && let Some((name, _)) = text(rest)
        {
            found.insert(name, relation);
        }
    }
    Ok(found)
}

/// The format code of each cell style; none for General.
pub(super) fn formats(package: &mut Package, spend: &Spend) -> Result<Vec<Option<String>>, SourceError> {
    let bytes = part(package, "xl/styles.bin", spend)?;
    let mut codes: HashMap<u16, String> = HashMap::new();
    let mut styles = Vec::new();
    let mut in_cell_styles = false;
    for (id, data) in records(&bytes) {
        match id {
            record::FORMAT => {
                let code = data.get(2..).and_then(text).map(|(code, _)| code);
                codes.extend(u16_at(data, 0).zip(code));
            }
            record::CELL_STYLES => in_cell_styles = true,
            record::CELL_STYLES_END => in_cell_styles = false,
            record::STYLE if in_cell_styles => styles.extend(u16_at(data, 2)),
            _ => {}
        }
    }
    let code = |format: u16| {
        let code = codes.get(&format).cloned().or_else(|| built_in(u32::from(format)).map(str::to_string))?;
        (!code.eq_ignore_ascii_case("general")).then_some(code)
    };
    Ok(styles.into_iter().map(code).collect())
}

/// Walks the part of a sheet.
pub(super) fn walk(package: &mut Package, name: &str, spend: &Spend) -> Result<Walked, SourceError> {
    let bytes = part(package, name, spend)?;
    let mut walked = Walked::default();
    for (id, data) in records(&bytes) {
        walked.take(id, data, spend)?;
    }
    Ok(walked)
}

fn part(package: &mut Package, name: &str, spend: &Spend) -> Result<Vec<u8>, SourceError> {
    let cap = PART_BYTES.min(spend.bytes_left());
    Ok(package.bytes(name, cap)?.unwrap_or_default())
}

/// Kind and data of each record: both lengths are written seven bits a byte (MS-XLSB 2.1.4).
fn records(part: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let (id, after) = sevens(rest, 2)?;
        let (length, after) = sevens(after, 4)?;
        let (data, after) = after.split_at_checked(length as usize).unwrap_or((after, &[]));
        rest = after;
        Some((id, data))
    })
}

fn sevens(bytes: &[u8], most: u32) -> Option<(u32, &[u8])> {
    let mut number = 0u32;
    let mut rest = bytes;
    for place in 0..most {
        let (byte, after) = rest.split_first()?;
        rest = after;
        number |= u32::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((number, rest))
}

/// A count of four bytes and that many letters of two bytes, with what follows; the count of no text is all ones.
fn text(data: &[u8]) -> Option<(String, &[u8])> {
    let (count, rest) = (u32_at(data, 0)?, data.get(4..)?);
    if count == u32::MAX {
        return Some((String::new(), rest));
    }
    let (letters, rest) = rest.split_at_checked((count as usize).checked_mul(2)?)?;
    Some((encoding_rs::UTF_16LE.decode_without_bom_handling(letters).0.into_owned(), rest))
}

/// First and last row, first and last column, each from 0 in four bytes.
fn area(data: &[u8]) -> Option<Extent> {
    let at = |offset| u32_at(data, offset).and_then(|number| number.checked_add(1));
    let ((top, bottom), (left, right)) = ((at(0)?, at(4)?), (at(8)?, at(12)?));
    if !on_sheet(top, left) || !on_sheet(bottom, right) {
        return None;
    }
    let mut extent = Extent::at(top, left);
    extent.include(bottom, right);
    Some(extent)
}

impl Walked {
    fn take(&mut self, id: u32, data: &[u8], spend: &Spend) -> Result<(), SourceError> {
        match id {
            record::ROW => self.begin_row(data),
            id if record::CELLS.contains(&id) => {
                let style = u32_at(data, 4).map_or(0, |style| style & 0x00FF_FFFF);
                if let Some(column) = u32_at(data, 0).and_then(|column| column.checked_add(1)) {
                    spend.bytes(size_of::<(u32, u32, u32)>())?;
                    self.styles.push((self.row, column, style));
                    if let Some(value) = passed_over(id, data) {
                        spend.bytes(data.len())?;
                        self.passed_over.push(((self.row, column), value));
                    }
                }
            }
            record::MERGED if self.facts.merged.len() < LISTED => {
                self.facts.merged.extend(area(data).map(|area| area.a1()));
            }
            record::FILTER => self.facts.autofilter = area(data).map(|area| area.a1()),
            record::PANE => {
                let frozen = data.get(28).is_some_and(|flags| flags & FROZEN != 0);
                let rows = u64_at(data, 8).map_or(0.0, f64::from_bits);
                self.facts.frozen_rows = if frozen { rows as u32 } else { 0 };
            }
            record::PROTECTION => self.facts.protected = u32_at(data, 2).is_some_and(|locked| locked != 0),
            record::CONDITIONAL => self.conditional_formats = self.conditional_formats.saturating_add(1),
            record::HYPERLINK => self.hyperlinks = self.hyperlinks.saturating_add(1),
            record::VALIDATION => match validation(data) {
                Some((rule, understood)) if self.validations.len() < LISTED => {
                    self.rules_unread = self.rules_unread.saturating_add(u64::from(!understood));
                    self.validations.push(rule);
                }
                _ => self.rules_unread = self.rules_unread.saturating_add(1),
            },
            _ => {}
        }
        Ok(())
    }

    fn begin_row(&mut self, data: &[u8]) {
        self.row = u32_at(data, 0).and_then(|row| row.checked_add(1)).unwrap_or(0);
        let hidden = data.get(11).is_some_and(|flags| flags & ROW_HIDDEN != 0);
        if hidden && self.facts.hidden_rows.len() < LISTED && on_sheet(self.row, 1) {
            self.facts.hidden_rows.push(self.row);
        }
    }
}

/// The value of a cell that calamine passes over; it begins behind column and style.
fn passed_over(id: u32, data: &[u8]) -> Option<Scalar> {
    match id {
        record::FORMULA_ERROR => {
            let text = match data.get(8)? {
                0x00 => "#NULL!",
                0x07 => "#DIV/0!",
                0x0F => "#VALUE!",
                0x17 => "#REF!",
                0x1D => "#NAME?",
                0x24 => "#NUM!",
                0x2A => "#N/A",
                _ => "#GETTING_DATA",
            };
            Some(Scalar::Error(text.to_string()))
        }
        // A byte of marks comes before the text, runs of formats behind it.
        record::RICH_TEXT => data.get(9..).and_then(text).map(|(text, _)| Scalar::Text(text)),
        _ => None,
    }
}

/// A validation, and whether its formulas were understood: only texts and numbers are (MS-XLSB 2.4.361).
fn validation(data: &[u8]) -> Option<(ValidationFacts, bool)> {
    let flags = u32_at(data, 0)?;
    let count = u32_at(data, 4)? as usize;
    let (areas, mut rest) = data.get(8..)?.split_at_checked(count.checked_mul(16)?)?;
    // Title and text of the error and of the prompt.
    for _ in 0..4 {
        rest = text(rest)?.1;
    }
    let (first, rest) = formula(rest)?;
    let (second, _) = formula(rest)?;
    let kind = KINDS.get((flags & 0xF) as usize)?;
    let compares = !matches!(*kind, "any" | "list" | "custom");
    let operator = OPERATORS.get((flags >> 20 & 0xF) as usize).filter(|_| compares).map(|name| name.to_string());
    let ranges: Vec<String> = areas.chunks_exact(16).filter_map(area).map(|area| area.a1()).collect();
    let understood = first.is_ok() && second.is_ok();
    let rule = ValidationFacts {
        sheet: String::new(),
        range: ranges.join(" "),
        kind: kind.to_string(),
        operator,
        formula1: first.unwrap_or_default(),
        formula2: second.unwrap_or_default(),
    };
    Some((rule, understood))
}

/// A formula that is a text or a number alone, none for no formula, an error for any other.
type Constant = Result<Option<String>, ()>;

/// A length and tokens, a length and constants (MS-XLSB 2.5.97.24).
fn formula(data: &[u8]) -> Option<(Constant, &[u8])> {
    let (tokens, rest) = data.get(4..)?.split_at_checked(u32_at(data, 0)? as usize)?;
    let rest = rest.get(4..)?.get(u32_at(rest, 0)? as usize..)?;
    let found = match tokens {
        [] => Ok(None),
        [0x17, ..] => {
            let letters = tokens.get(3..).unwrap_or_default();
            let text = encoding_rs::UTF_16LE.decode_without_bom_handling(letters).0.replace('\0', ",");
            Ok(Some(format!("\"{text}\"")))
        }
        [0x1E, _, _] => u16_at(tokens, 1).map(|number| Some(number.to_string())).ok_or(()),
        [0x1F, ..] if tokens.len() == 9 => {
            u64_at(tokens, 1).map(|bits| Some(f64::from_bits(bits).to_string())).ok_or(())
        }
        _ => Err(()),
    };
    Some((found, rest))
}
