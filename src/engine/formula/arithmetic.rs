//! Operators on single values, with Excel's habits: comparison at 15 digits, types in the order number, text, boolean, and a last
//! subtraction that comes close to zero being zero.

use std::cmp::Ordering;

use super::general::significant;
use super::value::{CellValue, Fail, Outcome};
use crate::lang::formula::{BinaryOp, ErrorKind};

/// A sum this much smaller than its greater part is zero when it is a formula's last step (Microsoft, "Floating-point arithmetic may
/// give inaccurate results in Excel"; the width is the one observed there, two bits short of a double's).
const NEAR_ZERO: f64 = 1.0 / (1u64 << 50) as f64;
/// Doubles further apart than this, relatively, differ within 15 digits; closer ones are compared digit by digit.
const SURELY_DIFFERENT: f64 = 2e-14;
/// Longest text a cell holds (Excel specifications and limits).
pub(super) const MAX_CELL_TEXT: usize = 32_767;

/// Applies an operator to two values.
pub(super) fn apply(op: BinaryOp, left: &CellValue, right: &CellValue, date1904: bool) -> Outcome<CellValue> {
    if let CellValue::Error(kind) = left {
        return Err(Fail::Error(*kind));
    }
    match op {
        BinaryOp::Concat => {
            let (left, right) = (left.to_text()?, right.to_text()?);
            let text = format!("{left}{right}");
            if text.chars().count() > MAX_CELL_TEXT {
                return Err(ErrorKind::Value.into());
            }
            Ok(text.into())
        }
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual => {
            if let CellValue::Error(kind) = right {
                return Err(Fail::Error(*kind));
            }
            Ok(holds(op, compare(left, right)).into())
        }
        _ => number(op, left.to_number(date1904)?, right.to_number(date1904)?).map(CellValue::from),
    }
}

fn number(op: BinaryOp, left: f64, right: f64) -> Outcome<f64> {
    match op {
        BinaryOp::Add => Ok(left + right),
        BinaryOp::Subtract => Ok(left - right),
        BinaryOp::Multiply => Ok(left * right),
        BinaryOp::Divide if right == 0.0 => Err(ErrorKind::Div0.into()),
        BinaryOp::Divide => Ok(left / right),
        BinaryOp::Power => power(left, right),
        _ => Err(ErrorKind::Value.into()),
    }
}

/// `left ^ right`; 0^0 is `#NUM!`, 0 to a negative power `#DIV/0!`.
pub(super) fn power(left: f64, right: f64) -> Outcome<f64> {
    if left == 0.0 && right == 0.0 {
        return Err(ErrorKind::Num.into());
    }
    if left == 0.0 && right < 0.0 {
        return Err(ErrorKind::Div0.into());
    }
    let result = left.powf(right);
    if result.is_finite() { Ok(result) } else { Err(ErrorKind::Num.into()) }
}

/// The result of the last `+` or `-` of a formula, snapped to zero where it is all rounding error.
pub(super) fn snapped(result: f64, left: f64, right: f64) -> f64 {
    if result.abs() < left.abs().max(right.abs()) * NEAR_ZERO { 0.0 } else { result }
}

fn holds(op: BinaryOp, order: Ordering) -> bool {
    match op {
        BinaryOp::Equal => order.is_eq(),
        BinaryOp::NotEqual => order.is_ne(),
        BinaryOp::Less => order.is_lt(),
        BinaryOp::LessOrEqual => order.is_le(),
        BinaryOp::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// Excel's order of values: numbers, then texts (case ignored), then FALSE and TRUE, then errors. An empty cell takes the other's type.
pub(super) fn compare(left: &CellValue, right: &CellValue) -> Ordering {
    use CellValue::{Boolean, Empty, Error, Number, Text};
    match (left, right) {
        (Empty, Empty) => Ordering::Equal,
        (Empty, Number(right)) => compare_numbers(0.0, *right),
        (Number(left), Empty) => compare_numbers(*left, 0.0),
        (Empty, Text(right)) => compare_texts("", right),
        (Text(left), Empty) => compare_texts(left, ""),
        (Empty, Boolean(right)) => false.cmp(right),
        (Boolean(left), Empty) => left.cmp(&false),
        (Number(left), Number(right)) => compare_numbers(*left, *right),
        (Text(left), Text(right)) => compare_texts(left, right),
        (Boolean(left), Boolean(right)) => left.cmp(right),
        (Error(left), Error(right)) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)),
    }
}

fn rank(value: &CellValue) -> u8 {
    match value {
        CellValue::Empty | CellValue::Number(_) => 0,
        CellValue::Text(_) => 1,
        CellValue::Boolean(_) => 2,
        CellValue::Error(_) => 3,
    }
}

/// Numbers as Excel compares them: equal when their 15 digits are.
pub(super) fn compare_numbers(left: f64, right: f64) -> Ordering {
    let plain = left.partial_cmp(&right).unwrap_or(Ordering::Equal);
    let close = (left - right).abs() <= SURELY_DIFFERENT * left.abs().max(right.abs());
    if plain.is_eq() || !close {
        return plain;
    }
    let digits = super::general::DIGITS;
    if significant(left, digits) == significant(right, digits) { Ordering::Equal } else { plain }
}

/// Texts without regard to case, letter by letter.
pub(super) fn compare_texts(left: &str, right: &str) -> Ordering {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    if left.is_ascii() && right.is_ascii() {
        let (left, right) = (left.bytes(), right.bytes());
        return left
            .map(|b| sort_key(char::from(b.to_ascii_lowercase())))
            .cmp(right.map(|b| sort_key(char::from(b.to_ascii_lowercase()))));
    }
    lower(left).chars().map(sort_key).cmp(lower(right).chars().map(sort_key))
}

/// Blanks and punctuation sort before digits, and those before letters (Windows' word order, which Excel sorts by).
fn sort_key(c: char) -> (u8, char) {
    let class = if c.is_alphabetic() { 2 } else { u8::from(c.is_numeric()) };
    (class, c)
}
