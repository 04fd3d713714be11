//! The few conversions the object model needs of its arguments: numbers, texts and truth values as VBA coerces them
//! (MS-VBAL 5.5.1.2), without the operators.

use std::sync::Arc;

use rust_decimal::prelude::ToPrimitive;

use super::fault::mismatch;
use crate::engine::value::{Fault, Value};

/// Ten-thousandths per unit of Currency.
const CURRENCY_SCALE: f64 = 10_000.0;

/// The number of a value, when it is one or reads as one.
pub fn number(value: &Value) -> Option<f64> {
    Some(match value {
        Value::Empty => 0.0,
        Value::Boolean(truth) => {
            if *truth {
                -1.0
            } else {
                0.0
            }
        }
        Value::Byte(n) => f64::from(*n),
        Value::Integer(n) => f64::from(*n),
        Value::Long(n) => f64::from(*n),
        Value::LongLong(n) => *n as f64,
        Value::Single(n) => f64::from(*n),
        Value::Double(n) | Value::Date(n) => *n,
        Value::Currency(n) => *n as f64 / CURRENCY_SCALE,
        Value::Decimal(n) => n.to_f64()?,
        Value::Text(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite())?,
        _ => return None,
    })
}

/// Whether a value is of a numeric subtype.
pub fn is_numeric(value: &Value) -> bool {
    !matches!(value, Value::Text(_) | Value::Empty | Value::Boolean(_)) && number(value).is_some()
}

/// A whole number, halves to even; error 13 when it is none.
pub fn whole(value: &Value) -> Result<i64, Fault> {
    let number = number(value).ok_or_else(mismatch)?.round_ties_even();
    // Beyond this a double no longer counts in ones; no row, column or constant is near it.
    const LARGEST: f64 = 9e15;
    if number.abs() > LARGEST {
        return Err(super::fault::undefined());
    }
    Ok(number as i64)
}

/// A truth value; error 13 when it is none.
pub fn truth(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Boolean(truth) => Ok(*truth),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        other => number(other).map(|n| n != 0.0).ok_or_else(mismatch),
    }
}

/// A text; error 13 for objects, arrays, errors and Null.
pub fn text(value: &Value) -> Result<Arc<str>, Fault> {
    Ok(match value {
        Value::Text(text) => text.clone(),
        Value::Empty => Arc::from(""),
        Value::Boolean(truth) => Arc::from(if *truth { "True" } else { "False" }),
        other => Arc::from(general(number(other).ok_or_else(mismatch)?)),
    })
}

/// A number as CStr writes it: up to 15 significant digits, an exponent from 1E+15 and below 1E-4... as VBA does.
pub fn general(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return "0".to_owned();
    }
    const DIGITS: usize = 14;
    let scientific = format!("{number:.DIGITS$e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = mantissa.trim_end_matches('0').trim_end_matches('.');
    if !(-5..15).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{trimmed}E{sign}{:02}", exponent.abs());
    }
    let places = usize::try_from(14 - exponent).unwrap_or(0);
    let plain = format!("{number:.places$}");
    if plain.contains('.') {
        return plain.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    plain
}

/// A text value.
pub fn of_text(text: impl AsRef<str>) -> Value {
    Value::Text(Arc::from(text.as_ref()))
}

/// A Long, as Excel's counts and positions are.
pub fn of_count(count: u32) -> Value {
    Value::Long(i32::try_from(count).unwrap_or(i32::MAX))
}
