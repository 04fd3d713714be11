//! The value of a cell, its coercions as Excel makes them, and how an evaluation ends otherwise.
//! Knows nothing of sheets.

use std::sync::Arc;

use super::general::general_text;
use super::text_number::text_to_number;
use crate::lang::formula::ErrorKind;

/// What a cell holds or a formula is worth.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CellValue {
    #[default]
    Empty,
    Number(f64),
    Text(Arc<str>),
    Boolean(bool),
    Error(ErrorKind),
}

/// Why a value cannot be given. Whoever asked must refuse rather than show a cached value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A function or kind of reference that is not offered (cube functions, other workbooks, add-ins).
    #[error("{name} is not supported")]
    Unsupported { name: String },
    /// The formula text cannot be read.
    #[error("the formula cannot be read at byte {at}")]
    Unreadable { at: usize },
    /// The cell depends on itself and iteration is off.
    #[error("row {row}, column {column} of sheet {sheet} depends on itself")]
    Circular { sheet: usize, row: u32, column: u32 },
    /// A function of the workbook's macros must run first; asked again afterwards, the calculation goes on.
    #[error("{name}, a function of the macros, has not run yet")]
    Awaited { name: String },
    /// Computed as the workbook was read, the formula gave another result than Excel had saved, or none.
    #[error("row {row}, column {column} of sheet {sheet} is not computed here as Excel computes it")]
    Distrusted { sheet: usize, row: u32, column: u32 },
    /// Names or formulas nest deeper than the stack allows.
    #[error("the calculation nests too deeply")]
    TooDeep,
    /// The calculation took more steps, or an array more cells, than granted.
    #[error("the calculation is larger than its budget")]
    Budget,
}

/// How a function ends without a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Fail {
    /// An ordinary error value, which formulas can catch.
    Error(ErrorKind),
    /// No value at all; nothing catches it.
    Refusal(Refusal),
    /// The stack is full: the cells on the way must be computed first (internal).
    Postponed,
}

impl From<ErrorKind> for Fail {
    fn from(kind: ErrorKind) -> Self {
        Self::Error(kind)
    }
}

impl From<Refusal> for Fail {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// What evaluation answers.
pub type Outcome<T> = Result<T, Fail>;

impl From<f64> for CellValue {
    /// Not a number, or beyond a double's range, is `#NUM!`.
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Error(ErrorKind::Num) }
    }
}

impl From<bool> for CellValue {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<&str> for CellValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for CellValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<ErrorKind> for CellValue {
    fn from(kind: ErrorKind) -> Self {
        Self::Error(kind)
    }
}

impl CellValue {
    /// As a number in arithmetic: empty is 0, TRUE is 1, text is read as Excel reads typed text (`date1904` for dates in it).
    pub fn to_number(&self, date1904: bool) -> Outcome<f64> {
        match self {
            Self::Empty => Ok(0.0),
            Self::Number(number) => Ok(*number),
            Self::Boolean(value) => Ok(f64::from(u8::from(*value))),
            Self::Text(text) => text_to_number(text, date1904).ok_or(Fail::Error(ErrorKind::Value)),
            Self::Error(kind) => Err(Fail::Error(*kind)),
        }
    }

    /// As text in `&`: numbers in General with 15 digits.
    pub fn to_text(&self) -> Outcome<Arc<str>> {
        match self {
            Self::Empty => Ok("".into()),
            Self::Number(number) => Ok(general_text(*number).into()),
            Self::Boolean(true) => Ok("TRUE".into()),
            Self::Boolean(false) => Ok("FALSE".into()),
            Self::Text(text) => Ok(text.clone()),
            Self::Error(kind) => Err(Fail::Error(*kind)),
        }
    }

    /// As a condition: numbers other than 0, and the words TRUE and FALSE; other text is `#VALUE!`.
    pub fn to_boolean(&self) -> Outcome<bool> {
        match self {
            Self::Empty => Ok(false),
            Self::Number(number) => Ok(*number != 0.0),
            Self::Boolean(value) => Ok(*value),
            Self::Text(text) if text.eq_ignore_ascii_case("TRUE") => Ok(true),
            Self::Text(text) if text.eq_ignore_ascii_case("FALSE") => Ok(false),
            Self::Text(_) => Err(Fail::Error(ErrorKind::Value)),
            Self::Error(kind) => Err(Fail::Error(*kind)),
        }
    }

    /// The error in it, as a failure.
    pub fn checked(self) -> Outcome<Self> {
        match self {
            Self::Error(kind) => Err(Fail::Error(kind)),
            other => Ok(other),
        }
    }
}
