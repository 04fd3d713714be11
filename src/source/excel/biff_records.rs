//! The records of an old workbook's stream, walked before and beside calamine: what its ranges would take, and what it leaves
//! out, such as number formats, validations, links to other workbooks and the place of each sheet. Must not read values.

use std::collections::HashMap;

use crate::facts::{LinkFacts, SheetFacts, ValidationFacts};

use super::super::SourceError;
use super::super::mask::credentials;
use super::super::precheck::{u16_at, u32_at, u64_at};
use super::super::spend::Spend;
use super::cells::Extent;
use super::number_formats::built_in;

/// Records that are looked at (MS-XLS 2.3.1).
mod record {
    pub(super) const BOF: u16 = 0x0809;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const PROTECT: u16 = 0x0012;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const PANE: u16 = 0x0041;
    pub(super) const WINDOW2: u16 = 0x023E;
    pub(super) const CODE_NAME: u16 = 0x01BA;
    pub(super) const MERGED: u16 = 0x00E5;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const CELL_STYLE: u16 = 0x00E0;
    pub(super) const OTHER_BOOK: u16 = 0x01AE;
    pub(super) const VALIDATION: u16 = 0x01BE;
    pub(super) const NOTE: u16 = 0x001C;
    pub(super) const CONDITIONAL: u16 = 0x01B0;
    pub(super) const HYPERLINK: u16 = 0x01B8;
    pub(super) const PIVOT: u16 = 0x00B0;
    pub(super) const FILTER: u16 = 0x009D;
    pub(super) const ARRAY: u16 = 0x0221;
    /// RK and MULRK; the latter repeats a style and a value for each of its cells.
    pub(super) const MANY_NUMBERS: u16 = 0x00BD;
    /// Records of cells begin with row and column: BLANK, NUMBER, LABEL, BOOLERR, FORMULA, LABELSST, RK, MULRK, MULBLANK, RSTRING.
    pub(super) const CELLS: [u16; 10] =
        [0x0201, 0x0203, 0x0204, 0x0205, 0x0006, 0x00FD, 0x027E, 0x00BD, 0x00BE, 0x00D6];
    /// Of these, the ones that hold nothing.
    pub(super) const BLANKS: [u16; 2] = [0x0201, 0x00BE];
}

/// Bits of ROW and WINDOW2: hidden row, frozen panes.
const ROW_HIDDEN: u16 = 0x20;
const FROZEN: u16 = 0x08;
/// The version of BOF since Excel 97; its texts say how wide their letters are.
const BIFF8: u16 = 0x0600;
/// The kind of BOF of a chart.
const CHART: u16 = 0x0020;
/// Hidden rows, merged areas, validations and links kept; a sheet with more is made by a program.
const LISTED: usize = 100_000;

/// What the walk saw of one substream after the workbook's own.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) facts: SheetFacts,
    pub(super) validations: Vec<ValidationFacts>,
    pub(super) extent: Option<(u64, u64, u64, u64)>,
    /// Row, column (from 0) and style of the cells that hold something, in the order of the file.
    pub(super) styles: Vec<(u16, u16, u16)>,
    /// The areas of array formulas by the row and column (from 1) of their first cell.
    pub(super) arrays: HashMap<(u32, u32), String>,
    offset: usize,
    frozen: bool,
    split_rows: u32,
}

/// What the walk saw.
#[derive(Default)]
pub(super) struct Stream {
    /// In the order of the file.
    sheets: Vec<Walked>,
    /// Where each listed sheet begins.
    places: Vec<usize>,
    codes: HashMap<u16, String>,
    /// The format of each cell style.
    styles: Vec<u16>,
    pub(super) links: Vec<LinkFacts>,
    pub(super) comments: u64,
    pub(super) conditional_formats: u64,
    pub(super) hyperlinks: u64,
    pub(super) pivot_tables: u64,
    pub(super) charts: u64,
    pub(super) filters: u64,
    /// Validations of which a formula was not understood.
    pub(super) rules_unread: u64,
    wide: bool,
}

impl Stream {
    /// Walks the records; each outermost substream after the first is a sheet.
    pub(super) fn walk(bytes: &[u8], spend: &Spend) -> Result<Stream, SourceError> {
        let mut stream = Stream::default();
        // A chart within a sheet is a substream within its substream, so that only the outermost count.
        let (mut depth, mut outermost) = (0usize, 0usize);
        let mut rest = bytes;
        while let (Some(id), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
            let data = rest.get(4..).unwrap_or_default();
            let data = data.get(..usize::from(length)).unwrap_or(data);
            match id {
                record::BOF => {
                    stream.charts = stream.charts.saturating_add(u64::from(u16_at(data, 2) == Some(CHART)));
                    outermost = outermost.saturating_add(usize::from(depth == 0));
                    if depth == 0 && outermost == 1 {
                        stream.wide = u16_at(data, 0) == Some(BIFF8);
                    }
                    // The first is the workbook's own.
                    if depth == 0 && outermost > 1 {
                        spend.bytes(size_of::<Walked>())?;
                        stream.sheets.push(Walked { offset: bytes.len() - rest.len(), ..Walked::default() });
                    }
                    depth = depth.saturating_add(1);
                }
                record::EOF => depth = depth.saturating_sub(1),
                record::FILE_PASS => {
                    let what =
                        String::from("the workbook is protected by a password to open; save it without and scan again");
                    return Err(SourceError::Encrypted { what });
                }
                _ => stream.take(id, data, spend)?,
            }
            rest = rest.get(4usize.saturating_add(usize::from(length))..).unwrap_or_default();
        }
        Ok(stream)
    }

    fn take(&mut self, id: u16, data: &[u8], spend: &Spend) -> Result<(), SourceError> {
        let count = match id {
            record::NOTE => &mut self.comments,
            record::CONDITIONAL => &mut self.conditional_formats,
            record::HYPERLINK => &mut self.hyperlinks,
            record::PIVOT => &mut self.pivot_tables,
            record::FILTER => &mut self.filters,
            _ => return self.take_content(id, data, spend),
        };
        *count = count.saturating_add(1);
        Ok(())
    }

    fn take_content(&mut self, id: u16, data: &[u8], spend: &Spend) -> Result<(), SourceError> {
        if let Some(sheet) = self.sheets.last_mut() {
            if id == record::VALIDATION {
                let (rule, understood) = validation(data);
                self.rules_unread = self.rules_unread.saturating_add(u64::from(!understood));
                if sheet.validations.len() < LISTED {
                    sheet.validations.extend(rule);
                }
            }
            return sheet.take(id, data, spend);
        }
        match id {
            record::BOUND_SHEET => self.places.extend(u32_at(data, 0).map(|place| place as usize)),
            record::CELL_STYLE => self.styles.extend(u16_at(data, 2)),
            record::FORMAT => {
                let text = if self.wide { wide_text(data.get(2..).unwrap_or_default()) } else { narrow_text(data) };
                self.codes.extend(u16_at(data, 0).zip(text));
            }
            record::OTHER_BOOK if self.links.len() < LISTED => self.links.extend(other_book(data)),
            _ => {}
        }
        Ok(())
    }

    /// The substream of the sheet that is listed at `index`; sheets need not lie in the order they are listed in.
    pub(super) fn sheet(&mut self, index: usize) -> Walked {
        let place = self.places.get(index).copied();
        let at = self.sheets.iter().position(|sheet| Some(sheet.offset) == place);
        let found = at.unwrap_or(index);
        self.sheets.get_mut(found).map(std::mem::take).unwrap_or_default()
    }

    /// Cells that dense ranges of all sheets would span.
    pub(super) fn dense_cells(&self) -> u64 {
        let area = |sheet: &Walked| {
            sheet.extent.map_or(0, |(top, left, bottom, right)| (bottom - top + 1) * (right - left + 1))
        };
        self.sheets.iter().map(area).fold(0, u64::saturating_add)
    }

    /// The format code of a cell style; none for General and for styles that are not there.
    pub(super) fn code(&self, style: u16) -> Option<&str> {
        let format = *self.styles.get(usize::from(style))?;
        let code = self.codes.get(&format).map(String::as_str).or_else(|| built_in(u32::from(format)))?;
        (!code.eq_ignore_ascii_case("general")).then_some(code)
    }
}

impl Walked {
    fn take(&mut self, id: u16, data: &[u8], spend: &Spend) -> Result<(), SourceError> {
        let field = |at| u16_at(data, at).unwrap_or(0);
        match id {
            record::PROTECT => self.facts.protected = field(0) == 1,
            record::ROW if field(12) & ROW_HIDDEN != 0 && self.facts.hidden_rows.len() < LISTED => {
                self.facts.hidden_rows.push(u32::from(field(0)) + 1);
            }
            record::WINDOW2 => {
                self.frozen = field(0) & FROZEN != 0;
                self.settle_panes();
            }
            record::PANE => {
                self.split_rows = u32::from(field(2));
                self.settle_panes();
            }
            record::CODE_NAME => self.facts.code_name = wide_text(data),
            record::MERGED if self.facts.merged.len() < LISTED => self.facts.merged.extend(areas(data)),
            record::ARRAY => {
                spend.bytes(size_of::<((u32, u32), String)>())?;
                self.arrays.extend(array_area(data));
            }
            id if record::CELLS.contains(&id) => self.cell(id, data, spend)?,
            _ => {}
        }
        Ok(())
    }

    fn settle_panes(&mut self) {
        self.facts.frozen_rows = if self.frozen { self.split_rows } else { 0 };
    }

    fn cell(&mut self, id: u16, data: &[u8], spend: &Spend) -> Result<(), SourceError> {
        let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else {
            return Ok(());
        };
        // Cells without content take no room in a range.
        if record::BLANKS.contains(&id) {
            return Ok(());
        }
        let (wide_row, wide_column) = (u64::from(row), u64::from(column));
        let (top, left, bottom, right) = self.extent.unwrap_or((wide_row, wide_column, wide_row, wide_column));
        self.extent = Some((top.min(wide_row), left.min(wide_column), bottom.max(wide_row), right.max(wide_column)));
        let before = self.styles.len();
        if id == record::MANY_NUMBERS {
            let styles = data.get(4..).unwrap_or_default().chunks_exact(6).filter_map(|six| u16_at(six, 0));
            self.styles.extend((column..=u16::MAX).zip(styles).map(|(column, style)| (row, column, style)));
        } else {
            self.styles.extend(u16_at(data, 4).map(|style| (row, column, style)));
        }
        spend.bytes((self.styles.len() - before).saturating_mul(size_of::<(u16, u16, u16)>()))
    }
}

/// XLUnicodeString: a count, a byte whose lowest bit says two bytes a letter (MS-XLS 2.5.294).
fn wide_text(data: &[u8]) -> Option<String> {
    Some(unicode(data)?.0)
}

/// The same with what follows it.
fn unicode(data: &[u8]) -> Option<(String, &[u8])> {
    let count = usize::from(u16_at(data, 0)?);
    let wide = data.get(2)? & 1 == 1;
    letters(data.get(3..)?, count, wide)
}

fn letters(data: &[u8], count: usize, wide: bool) -> Option<(String, &[u8])> {
    let (text, rest) = data.split_at_checked(if wide { count.checked_mul(2)? } else { count })?;
    let text = if wide {
        encoding_rs::UTF_16LE.decode_without_bom_handling(text).0.into_owned()
    } else {
        text.iter().map(|byte| char::from(*byte)).collect()
    };
    Some((text, rest))
}

/// A format's code before Excel 97: a count of one byte, then bytes.
fn narrow_text(data: &[u8]) -> Option<String> {
    let count = usize::from(*data.get(2)?);
    Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(data.get(3..)?.get(..count)?).0.into_owned())
}

/// A count and that many areas of first and last row, first and last column.
fn areas(data: &[u8]) -> Vec<String> {
    let area = |bytes: &[u8]| {
        let at = |offset| u16_at(bytes, offset).map(|number| u32::from(number) + 1);
        let mut extent = Extent::at(at(0)?, at(4)?);
        extent.include(at(2)?, at(6)?);
        Some(extent.a1())
    };
    data.get(2..).unwrap_or_default().chunks_exact(8).filter_map(area).collect()
}

/// First cell and area of an array formula: first and last row in two bytes each, first and last column in one (MS-XLS 2.4.4).
fn array_area(data: &[u8]) -> Option<((u32, u32), String)> {
    let row = |offset| u16_at(data, offset).map(|number| u32::from(number) + 1);
    let column = |offset: usize| data.get(offset).map(|number| u32::from(*number) + 1);
    let first = (row(0)?, column(4)?);
    let mut area = Extent::at(first.0, first.1);
    area.include(row(2)?, column(5)?);
    Some((first, area.a1()))
}

/// SupBook of another workbook (MS-XLS 2.4.271): a count of sheets, then the path in its own encoding. The workbook itself and
/// add-ins have a mark instead of a path.
fn other_book(data: &[u8]) -> Option<LinkFacts> {
    let marks = [0x0401, 0x3A01];
    let second = u16_at(data, 2)?;
    if data.len() <= 4 || marks.contains(&second) {
        return None;
    }
    let path = wide_text(data.get(2..)?)?;
    let target = credentials(&plain_path(&path));
    (!target.trim().is_empty()).then(|| LinkFacts { kind: String::from("workbook"), target, place: String::new() })
}

/// A virtual path (MS-XLS 2.5.277): control letters stand for drive, folder and parent.
fn plain_path(path: &str) -> String {
    let mut plain = String::new();
    let mut rest = path.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\u{1}' => match rest.next() {
                // A drive's letter, or a share for `@`.
                Some('\u{1}') => match rest.next() {
                    Some('@') => plain.push_str("\\\\"),
                    Some(drive) => plain.extend([drive, ':', '\\']),
                    None => {}
                },
                Some('\u{2}') => plain.push('\\'),
                Some('\u{5}') => drop(rest.next()),
                Some(other) => plain.push(other),
                None => {}
            },
            '\u{3}' => plain.push('\\'),
            '\u{4}' => plain.push_str("..\\"),
            letter if letter.is_control() => {}
            letter => plain.push(letter),
        }
    }
    plain
}

/// Kinds and operators of a validation by number (MS-XLS 2.4.93).
pub(super) const KINDS: [&str; 8] = ["any", "whole", "decimal", "list", "date", "time", "textLength", "custom"];
pub(super) const OPERATORS: [&str; 8] =
    ["between", "notBetween", "equal", "notEqual", "greaterThan", "lessThan", "greaterThanOrEqual", "lessThanOrEqual"];

/// A validation, and whether its formulas were understood: only texts and numbers are.
fn validation(data: &[u8]) -> (Option<ValidationFacts>, bool) {
    let Some((rule, understood)) = read_validation(data) else {
        return (None, false);
    };
    (Some(rule), understood)
}

fn read_validation(data: &[u8]) -> Option<(ValidationFacts, bool)> {
    let flags = u32_at(data, 0)?;
    let mut rest = data.get(4..)?;
    // Title and text of the prompt and of the error.
    for _ in 0..4 {
        rest = unicode(rest)?.1;
    }
    let (first, rest) = formula(rest)?;
    let (second, rest) = formula(rest)?;
    let kind = KINDS.get((flags & 0xF) as usize)?;
    let compares = !matches!(*kind, "any" | "list" | "custom");
    let operator = OPERATORS.get((flags >> 20 & 0xF) as usize).filter(|_| compares).map(|name| name.to_string());
    let understood = !matches!((&first, &second), (Formula::Other, _) | (_, Formula::Other));
    let rule = ValidationFacts {
        sheet: String::new(),
        range: areas(rest).join(" "),
        kind: kind.to_string(),
        operator,
        formula1: first.text(),
        formula2: second.text(),
    };
    Some((rule, understood))
}

/// A formula of a validation.
enum Formula {
    None,
    Constant(String),
    Other,
}

impl Formula {
    fn text(self) -> Option<String> {
        match self {
            Formula::Constant(text) => Some(text),
            Formula::None | Formula::Other => None,
        }
    }
}

/// A length, two unused bytes, tokens: a text, a whole number or a number alone is understood (MS-XLS 2.5.198).
fn formula(data: &[u8]) -> Option<(Formula, &[u8])> {
    let length = usize::from(u16_at(data, 0)?);
    let (tokens, rest) = data.get(4..)?.split_at_checked(length)?;
    let found = match tokens {
        [] => Formula::None,
        [0x17, count, flags, ..] => {
            let text = letters(tokens.get(3..)?, usize::from(*count), flags & 1 == 1);
            // The items of a list are kept apart by zeros.
            text.map_or(Formula::Other, |(text, _)| Formula::Constant(format!("\"{}\"", text.replace('\0', ","))))
        }
        [0x1E, _, _] => u16_at(tokens, 1).map_or(Formula::Other, |number| Formula::Constant(number.to_string())),
        [0x1F, ..] if tokens.len() == 9 => {
            u64_at(tokens, 1).map_or(Formula::Other, |bits| Formula::Constant(f64::from_bits(bits).to_string()))
        }
        _ => Formula::Other,
    };
    Some((found, rest))
}
