//! Rectangles of a sheet and their addresses. Rows and columns count from 1 everywhere in this room, as in Excel.
//! Pure arithmetic: it does not know whether a sheet exists or what a cell holds.

use crate::lang::formula::{column_letters, column_number};

/// Rows of a sheet (Microsoft, "Excel specifications and limits").
pub const ROWS: u32 = 1_048_576;
/// Columns of a sheet, `XFD` (Microsoft, "Excel specifications and limits").
pub const COLUMNS: u32 = 16_384;

/// A rectangle of cells, corners included, `top <= bottom` and `left <= right`, inside the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Area {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// How an address is written (`Range.Address`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressStyle {
    pub row_absolute: bool,
    pub column_absolute: bool,
    /// R1C1 notation; relative parts count from this cell (row, column).
    pub r1c1: Option<(u32, u32)>,
}

impl AddressStyle {
    /// `$A$1`, what `Address` gives without arguments.
    pub const ABSOLUTE: Self = Self { row_absolute: true, column_absolute: true, r1c1: None };
    /// `A1`.
    pub const RELATIVE: Self = Self { row_absolute: false, column_absolute: false, r1c1: None };
}

impl Area {
    /// The whole sheet.
    pub const SHEET: Self = Self { top: 1, left: 1, bottom: ROWS, right: COLUMNS };

    /// The rectangle spanned by two corners in any order; none outside the sheet.
    pub fn new(row: u32, column: u32, other_row: u32, other_column: u32) -> Option<Self> {
        let area = Self {
            top: row.min(other_row),
            left: column.min(other_column),
            bottom: row.max(other_row),
            right: column.max(other_column),
        };
        let inside = area.top >= 1 && area.left >= 1 && area.bottom <= ROWS && area.right <= COLUMNS;
        inside.then_some(area)
    }

    /// One cell; the caller vouches that it lies in the sheet.
    pub fn cell(row: u32, column: u32) -> Self {
        Self { top: row, left: column, bottom: row, right: column }
    }

    /// Entire rows.
    pub fn whole_rows(top: u32, bottom: u32) -> Self {
        Self { top, left: 1, bottom, right: COLUMNS }
    }

    /// Entire columns.
    pub fn whole_columns(left: u32, right: u32) -> Self {
        Self { top: 1, left, bottom: ROWS, right }
    }

    pub fn height(self) -> u32 {
        self.bottom - self.top + 1
    }

    pub fn width(self) -> u32 {
        self.right - self.left + 1
    }

    /// Number of cells.
    pub fn size(self) -> u64 {
        u64::from(self.height()) * u64::from(self.width())
    }

    pub fn is_cell(self) -> bool {
        self.top == self.bottom && self.left == self.right
    }

    pub fn spans_rows(self) -> bool {
        self.left == 1 && self.right == COLUMNS
    }

    pub fn spans_columns(self) -> bool {
        self.top == 1 && self.bottom == ROWS
    }

    pub fn holds(self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }

    pub fn covers(self, other: Self) -> bool {
        self.holds(other.top, other.left) && self.holds(other.bottom, other.right)
    }

    pub fn intersect(self, other: Self) -> Option<Self> {
        let area = Self {
            top: self.top.max(other.top),
            left: self.left.max(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.min(other.right),
        };
        (area.top <= area.bottom && area.left <= area.right).then_some(area)
    }

    /// The smallest rectangle around both.
    pub fn hull(self, other: Self) -> Self {
        Self {
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }

    /// Moved by rows and columns; none when it would leave the sheet.
    pub fn offset(self, rows: i64, columns: i64) -> Option<Self> {
        Self::new(
            moved(self.top, rows)?,
            moved(self.left, columns)?,
            moved(self.bottom, rows)?,
            moved(self.right, columns)?,
        )
    }

    /// Same first cell, another height and width; none when empty or outside the sheet.
    pub fn resize(self, height: u32, width: u32) -> Option<Self> {
        let bottom = self.top.checked_add(height)?.checked_sub(1)?;
        let right = self.left.checked_add(width)?.checked_sub(1)?;
        (height > 0 && width > 0).then_some(())?;
        Self::new(self.top, self.left, bottom, right)
    }

    /// What is left of this rectangle without another: up to four pieces, top, left, right, bottom.
    pub fn without(self, hole: Self) -> Vec<Self> {
        let Some(cut) = self.intersect(hole) else {
            return vec![self];
        };
        let mut left = Vec::new();
        if cut.top > self.top {
            left.push(Self { bottom: cut.top - 1, ..self });
        }
        if cut.left > self.left {
            left.push(Self { top: cut.top, bottom: cut.bottom, right: cut.left - 1, ..self });
        }
        if cut.right < self.right {
            left.push(Self { top: cut.top, bottom: cut.bottom, left: cut.right + 1, ..self });
        }
        if cut.bottom < self.bottom {
            left.push(Self { top: cut.bottom + 1, ..self });
        }
        left
    }

    /// The cells, row by row.
    pub fn cells(self) -> impl Iterator<Item = (u32, u32)> {
        (self.top..=self.bottom).flat_map(move |row| (self.left..=self.right).map(move |column| (row, column)))
    }

    /// The address in the style asked for.
    pub fn address(self, style: AddressStyle) -> String {
        if let Some(base) = style.r1c1 {
            return self.address_r1c1(style, base);
        }
        let row = |n: u32| format!("{}{n}", dollar(style.row_absolute));
        let column = |n: u32| format!("{}{}", dollar(style.column_absolute), column_letters(n));
        if self.spans_columns() {
            return format!("{}:{}", column(self.left), column(self.right));
        }
        if self.spans_rows() {
            return format!("{}:{}", row(self.top), row(self.bottom));
        }
        let first = format!("{}{}", column(self.left), row(self.top));
        if self.is_cell() {
            return first;
        }
        format!("{first}:{}{}", column(self.right), row(self.bottom))
    }

    fn address_r1c1(self, style: AddressStyle, (base_row, base_column): (u32, u32)) -> String {
        let part = |letter: char, n: u32, absolute: bool, base: u32| {
            let away = i64::from(n) - i64::from(base);
            match (absolute, away) {
                (true, _) => format!("{letter}{n}"),
                (false, 0) => letter.to_string(),
                (false, away) => format!("{letter}[{away}]"),
            }
        };
        let row = |n| part('R', n, style.row_absolute, base_row);
        let column = |n| part('C', n, style.column_absolute, base_column);
        let both = |first: String, last: String| {
            if first == last { first } else { format!("{first}:{last}") }
        };
        if self.spans_columns() {
            return both(column(self.left), column(self.right));
        }
        if self.spans_rows() {
            return both(row(self.top), row(self.bottom));
        }
        both(format!("{}{}", row(self.top), column(self.left)), format!("{}{}", row(self.bottom), column(self.right)))
    }
}

fn dollar(absolute: bool) -> &'static str {
    if absolute { "$" } else { "" }
}

fn moved(line: u32, by: i64) -> Option<u32> {
    u32::try_from(i64::from(line).checked_add(by)?).ok()
}

/// Reads `A1`, `$A$1:B2`, `A:C`, `1:3`; none for anything else (names, lists, sheet prefixes).
pub fn parse_area(text: &str) -> Option<Area> {
    let text = text.trim();
    let Some((first, last)) = text.split_once(':') else {
        let (row, column) = parse_corner(text)?;
        return Area::new(row?, column?, row?, column?);
    };
    match (parse_corner(first.trim())?, parse_corner(last.trim())?) {
        ((Some(top), Some(left)), (Some(bottom), Some(right))) => Area::new(top, left, bottom, right),
        ((Some(top), None), (Some(bottom), None)) => Area::new(top, 1, bottom, COLUMNS),
        ((None, Some(left)), (None, Some(right))) => Area::new(1, left, ROWS, right),
        _ => None,
    }
}

/// (row, column) of `$A$1`, of `A` (no row) or of `1` (no column).
fn parse_corner(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let rest = text.strip_prefix('$').unwrap_or(text);
    let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let (name, digits) = rest.split_at_checked(letters)?;
    if name.is_empty() {
        return Some((Some(row_number(digits)?), None));
    }
    let column = column_number(name)?;
    let digits = match digits.strip_prefix('$') {
        Some("") => return None,
        Some(digits) => digits,
        None => digits,
    };
    if digits.is_empty() {
        return Some((None, Some(column)));
    }
    Some((Some(row_number(digits)?), Some(column)))
}

fn row_number(digits: &str) -> Option<u32> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|row| (1..=ROWS).contains(row))
}
