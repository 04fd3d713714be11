//! Cell addresses in A1 style: letters to numbers and back, and the scanners that recognise an area at the start of a text.
//! Pure text work; it does not know whether a sheet exists.

use super::node::{Area, CellRef, Line, MAX_COLUMN, MAX_ROW};

/// The letters of a column, from 1 (`A`); empty for 0.
pub fn column_letters(number: u32) -> String {
    let mut rest = number;
    let mut letters = Vec::new();
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The number of a column by its letters, in either case; none beyond `XFD`.
pub fn column_number(letters: &str) -> Option<u32> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut number = 0u32;
    for byte in letters.bytes() {
        if !byte.is_ascii_alphabetic() {
            return None;
        }
        number = number * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
    }
    (number <= MAX_COLUMN).then_some(number)
}

/// A sheet (or book and sheet) name as it stands before `!`, in quotes where its letters require them.
pub fn quote_sheet(name: &str) -> String {
    if is_plain_sheet(name) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "''"))
}

/// Whether a sheet name may stand without quotes: a word that does not read as a number, a cell, or a boolean.
pub(super) fn is_plain_sheet(name: &str) -> bool {
    let mut chars = name.chars();
    let starts_well = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    let plain = starts_well && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    plain && !looks_like_cell(name) && !is_boolean(name) && !looks_like_r1c1(name)
}

/// `TRUE` or `FALSE`, in any case.
pub(super) fn is_boolean(word: &str) -> bool {
    word.eq_ignore_ascii_case("TRUE") || word.eq_ignore_ascii_case("FALSE")
}

/// Whether a whole word reads as a cell address.
pub(super) fn looks_like_cell(word: &str) -> bool {
    let chars: Vec<char> = word.chars().collect();
    cell_at(&chars, 0).is_some_and(|(_, end)| end == chars.len())
}

/// `R`, `C`, `R1`, `C2`, `R1C1`: Excel refuses them as names and quotes sheets that are called so.
fn looks_like_r1c1(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    let Some(rest) = upper.strip_prefix(['R', 'C']) else {
        return false;
    };
    rest.chars().all(|c| c.is_ascii_digit() || c == 'C')
}

/// A cell address that starts at `from`, and where it ends.
fn cell_at(chars: &[char], from: usize) -> Option<(CellRef, usize)> {
    let (column, next) = column_at(chars, from)?;
    let (row, end) = row_at(chars, next)?;
    Some((CellRef { row, column }, end))
}

/// `$` and where the rest begins.
fn dollar_at(chars: &[char], from: usize) -> (bool, usize) {
    match chars.get(from) {
        Some('$') => (true, from + 1),
        _ => (false, from),
    }
}

/// `$AB` at `from`.
fn column_at(chars: &[char], from: usize) -> Option<(Line, usize)> {
    let (fixed, start) = dollar_at(chars, from);
    let letters: String = chars.get(start..)?.iter().take(4).take_while(|c| c.is_ascii_alphabetic()).collect();
    let number = column_number(&letters)?;
    Some((Line { number, fixed }, start + letters.len()))
}

/// `$12` at `from`.
fn row_at(chars: &[char], from: usize) -> Option<(Line, usize)> {
    let (fixed, start) = dollar_at(chars, from);
    let digits: String = chars.get(start..)?.iter().take(8).take_while(|c| c.is_ascii_digit()).collect();
    let number: u32 = digits.parse().ok()?;
    let real = (1..=MAX_ROW).contains(&number) && !digits.starts_with('0');
    real.then_some((Line { number, fixed }, start + digits.len()))
}

/// Whether an address may end before this character: a letter, digit or bracket would make it part of something else.
fn ends_address(chars: &[char], at: usize) -> bool {
    chars.get(at).is_none_or(|&c| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '(' | '!' | '$' | '[' | '?' | '\\')))
}

/// The longest area that starts at `from`: `A1`, `A1:B2`, `$1:$3`, `A:C`; and where it ends.
pub(super) fn area_at(chars: &[char], from: usize) -> Option<(Area, usize)> {
    if let Some((first, end)) = cell_at(chars, from) {
        return Some(match second(chars, end, cell_at) {
            Some((last, stop)) => (Area::Cells(first, last), stop),
            None if ends_address(chars, end) => (Area::Cell(first), end),
            None => return None,
        });
    }
    if let Some((first, end)) = column_at(chars, from)
        && let Some((last, stop)) = second(chars, end, column_at)
    {
        return Some((Area::Columns(first, last), stop));
    }
    let (first, end) = row_at(chars, from)?;
    let (last, stop) = second(chars, end, row_at)?;
    Some((Area::Rows(first, last), stop))
}

/// `:` and a second corner of the same shape, if it ends as an address does.
fn second<T>(chars: &[char], at: usize, scan: impl Fn(&[char], usize) -> Option<(T, usize)>) -> Option<(T, usize)> {
    if chars.get(at) != Some(&':') {
        return None;
    }
    scan(chars, at + 1).filter(|&(_, end)| ends_address(chars, end))
}

impl std::fmt::Display for Line {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}{}", if self.fixed { "$" } else { "" }, self.number)
    }
}

/// A column line as letters with its `$`.
pub(super) fn column_text(line: Line) -> String {
    format!("{}{}", if line.fixed { "$" } else { "" }, column_letters(line.number))
}

impl std::fmt::Display for CellRef {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}{}", column_text(self.column), self.row)
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cell(cell) => write!(out, "{cell}"),
            Self::Cells(first, last) => write!(out, "{first}:{last}"),
            Self::Rows(first, last) => write!(out, "{first}:{last}"),
            Self::Columns(first, last) => {
                write!(out, "{}:{}", column_text(*first), column_text(*last))
            }
        }
    }
}
