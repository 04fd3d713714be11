//! `= <> < <= > >=` (MS-VBAL 5.6.9.5) and the ordering of strings under `Option Compare`.
//! Promises Null when an operand is Null, error 13 for an Error variant against anything but another one.

use std::cmp::Ordering;

use super::arithmetic::{Kind, kind};
use super::{BinaryOp, Typing};
use crate::engine::value::coerce::{self, Number};
use crate::engine::value::{Compare, RunError, Value, errors, text};

pub(super) fn operator(
    op: BinaryOp,
    a: (&Value, Typing),
    b: (&Value, Typing),
    mode: Compare,
) -> Result<Value, RunError> {
    if let (Value::Error(left), Value::Error(right)) = (a.0, b.0) {
        return Ok(Value::Boolean(holds(op, left.cmp(right))));
    }
    let (left, right) = (kind(a.0)?, kind(b.0)?);
    if left == Kind::Null || right == Kind::Null {
        return Ok(Value::Null);
    }
    Ok(Value::Boolean(holds(op, order(a, b, left, right, mode)?)))
}

fn holds(op: BinaryOp, order: Ordering) -> bool {
    match op {
        BinaryOp::Equal => order.is_eq(),
        BinaryOp::NotEqual => order.is_ne(),
        BinaryOp::Less => order.is_lt(),
        BinaryOp::LessEqual => order.is_le(),
        BinaryOp::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}

fn order(
    a: (&Value, Typing),
    b: (&Value, Typing),
    left: Kind,
    right: Kind,
    mode: Compare,
) -> Result<Ordering, RunError> {
    match (left, right) {
        (Kind::Text, Kind::Text | Kind::Empty) | (Kind::Empty, Kind::Text) => texts(a.0, b.0, mode),
        (Kind::Text, _) => Ok(mixed(b, a, mode)?.reverse()),
        (_, Kind::Text) => mixed(a, b, mode),
        _ => numbers(a.0, b.0, left, right),
    }
}

fn texts(a: &Value, b: &Value, mode: Compare) -> Result<Ordering, RunError> {
    Ok(order_text(&coerce::to_text(a)?, &coerce::to_text(b)?, mode))
}

/// A number against a string: between Variants the number is always less; a declared string decides for text,
/// a declared number for numbers (Microsoft Learn, Comparison operators).
fn mixed(number: (&Value, Typing), string: (&Value, Typing), mode: Compare) -> Result<Ordering, RunError> {
    match (number.1, string.1) {
        (Typing::Variant, Typing::Variant) => Ok(Ordering::Less),
        (Typing::Variant, Typing::Declared) => texts(number.0, string.0, mode),
        (Typing::Declared, _) => number_text(number.0, string.0),
    }
}

/// The string takes the type of the other side (MS-VBAL 5.6.9.5): Boolean, Date, or a number.
fn number_text(number: &Value, string: &Value) -> Result<Ordering, RunError> {
    match number {
        // True is -1, so it is less than False.
        Value::Boolean(value) => Ok(coerce::to_boolean(string)?.cmp(value)),
        Value::Date(value) => floats(*value, coerce::to_date(string)?),
        Value::Decimal(value) => Ok(value.cmp(&coerce::to_decimal(string)?)),
        Value::Currency(value) => Ok(value.cmp(&coerce::to_currency(string)?)),
        other => floats(coerce::to_double(other)?, coerce::to_double(string)?),
    }
}

fn floats(a: f64, b: f64) -> Result<Ordering, RunError> {
    a.partial_cmp(&b).ok_or_else(errors::overflow)
}

/// A Single and a Double compare as Singles; Currency and Decimal draw the other side to them, error 6 where it does not fit.
fn numbers(a: &Value, b: &Value, left: Kind, right: Kind) -> Result<Ordering, RunError> {
    let (x, y) = (coerce::number(a)?, coerce::number(b)?);
    match (x, y) {
        (Number::Whole(x), Number::Whole(y)) | (Number::Currency(x), Number::Currency(y)) => return Ok(x.cmp(&y)),
        (Number::Decimal(_), _) | (_, Number::Decimal(_)) => {
            return Ok(coerce::number_decimal(x)?.cmp(&coerce::number_decimal(y)?));
        }
        (Number::Currency(_), _) | (_, Number::Currency(_)) if left.max(right) == Kind::Currency => {
            return Ok(coerce::number_currency(x)?.cmp(&coerce::number_currency(y)?));
        }
        _ => {}
    }
    let single = left == Kind::Single || right == Kind::Single;
    let narrow = |kind: Kind| {
        matches!(kind, Kind::Empty | Kind::Byte | Kind::Boolean | Kind::Integer | Kind::Single | Kind::Double)
    };
    let (x, y) = (coerce::float(x), coerce::float(y));
    if single && narrow(left) && narrow(right) {
        return floats(f64::from(x as f32), f64::from(y as f32));
    }
    floats(x, y)
}

/// Order of two strings.
pub fn order_text(a: &str, b: &str, mode: Compare) -> Ordering {
    match mode {
        Compare::Binary if a.is_ascii() && b.is_ascii() => a.cmp(b),
        Compare::Binary => a.encode_utf16().cmp(b.encode_utf16()),
        Compare::Text | Compare::Database => order_folded(a, b),
    }
}

/// Whether two strings are equal.
pub fn equal_text(a: &str, b: &str, mode: Compare) -> bool {
    order_text(a, b, mode).is_eq()
}

/// Without case: punctuation before digits before letters, accents only where nothing else differs
/// (the order of Windows' English locale).
fn order_folded(a: &str, b: &str) -> Ordering {
    let primary = a.chars().map(weight).cmp(b.chars().map(weight));
    primary.then_with(|| a.chars().map(fold).cmp(b.chars().map(fold)))
}

/// A character without case, as one character.
pub fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

/// A string without case, with as many characters as before.
pub fn fold_text(source: &str) -> String {
    source.chars().map(fold).collect()
}

/// Order of the signs before digits in Windows' English locale.
const SIGNS: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

fn weight(c: char) -> (u8, u32) {
    let folded = fold(c);
    if let Some(at) = SIGNS.find(folded) {
        return (1, at as u32);
    }
    if folded.is_ascii_digit() {
        return (2, folded.into());
    }
    if folded.is_alphanumeric() { (3, base(folded).into()) } else { (0, folded.into()) }
}

/// The letter under the accent, for Latin-1.
fn base(c: char) -> char {
    match c {
        'à'..='æ' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'ß' => 's',
        other => other,
    }
}

/// Code units ready to be searched: folded unless the comparison is binary.
pub fn search_units(source: &str, mode: Compare) -> Vec<u16> {
    if mode == Compare::Binary { text::units(source) } else { text::units(&fold_text(source)) }
}
