//! Let-coercion (MS-VBAL 5.5.1.2): every value type to every declared type, with Banker's rounding and the errors 6, 13 and 94.

use super::text::{self, CURRENCY_UNITS, half_even};
use super::value::{Halt, Judged, Kind, MISMATCH, NULL_USE, OVERFLOW, Value};

/// The numeric meaning of a value, kept as exact as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Number {
    Whole(i128),
    Float(f64),
    /// In ten-thousandths.
    Currency(i64),
}

/// Days a Date can hold: 1 January 100 to 31 December 9999 (MS-VBAL 2.1).
const FIRST_DATE: f64 = -657_434.0;
const AFTER_LAST_DATE: f64 = 2_958_466.0;

/// Coerces a value to a declared type.
pub fn to_kind(value: &Value, kind: Kind) -> Judged<Value> {
    if value.kind() == kind || kind == Kind::Variant {
        return Ok(value.clone());
    }
    // MS-VBAL 5.5.1.2.10: Null fits a Variant only.
    if *value == Value::Null {
        return Err(NULL_USE);
    }
    Ok(match kind {
        Kind::Boolean => Value::Boolean(boolean(value)?),
        Kind::Byte => Value::Byte(byte(value)?),
        Kind::Integer => Value::Integer(i16::try_from(whole(value)?).map_err(|_| OVERFLOW)?),
        Kind::Long => Value::Long(long(value)?),
        Kind::LongLong => Value::LongLong(i64::try_from(whole(value)?).map_err(|_| OVERFLOW)?),
        Kind::Single => Value::Single(single(value)?),
        Kind::Double => Value::Double(double(value)?),
        Kind::Currency => Value::Currency(currency(value)?),
        Kind::Date => Value::Date(date(value)?),
        Kind::Text => Value::Text(text::of(value)?),
        Kind::Empty | Kind::Null | Kind::Variant => return Err(MISMATCH),
    })
}

/// The number of anything but a string and Null: Empty is 0, True is -1, a date its serial (MS-VBAL 5.5.1.2.2, .3, .11).
fn number(value: &Value) -> Judged<Number> {
    Ok(match value {
        Value::Empty => Number::Whole(0),
        Value::Boolean(value) => Number::Whole(-i128::from(*value)),
        Value::Byte(value) => Number::Whole((*value).into()),
        Value::Integer(value) => Number::Whole((*value).into()),
        Value::Long(value) => Number::Whole((*value).into()),
        Value::LongLong(value) => Number::Whole((*value).into()),
        Value::Single(value) => Number::Float((*value).into()),
        Value::Double(value) | Value::Date(value) => Number::Float(*value),
        Value::Currency(value) => Number::Currency(*value),
        Value::Null => return Err(NULL_USE),
        Value::Text(text) => Number::Float(text::number(text)?.double()?),
    })
}

/// MS-VBAL 5.5.1.2.2 and .4: the words of truth without case, `#TRUE#` and `#FALSE#` exactly, else whether the number is not 0.
pub fn boolean(value: &Value) -> Judged<bool> {
    if let Value::Text(text) = value {
        match text.as_str() {
            "#TRUE#" => return Ok(true),
            "#FALSE#" => return Ok(false),
            word if word.eq_ignore_ascii_case("true") => return Ok(true),
            word if word.eq_ignore_ascii_case("false") => return Ok(false),
            _ => {}
        }
    }
    Ok(match number(value)? {
        Number::Whole(number) => number != 0,
        Number::Float(number) => number != 0.0,
        Number::Currency(number) => number != 0,
    })
}

/// MS-VBAL 5.5.1.2.2: True as a Byte is 255.
fn byte(value: &Value) -> Judged<u8> {
    match value {
        Value::Boolean(value) => Ok(if *value { 255 } else { 0 }),
        other => u8::try_from(whole(other)?).map_err(|_| OVERFLOW),
    }
}

/// Let-coercion to Long, as arguments of functions need it.
pub fn long(value: &Value) -> Judged<i32> {
    i32::try_from(whole(value)?).map_err(|_| OVERFLOW)
}

/// The nearest whole number, halves to even (MS-VBAL 5.5.1.2.1.1). A string is rounded from its own digits; where the nearest
/// Double would be rounded otherwise there is no verdict.
pub fn whole(value: &Value) -> Judged<i128> {
    if let Value::Text(text) = value {
        let written = text::number(text)?;
        let through_double = float_whole(written.double()?)?;
        return match written.scaled(0) {
            Some(exact) if exact == through_double => Ok(exact),
            _ => Err(Halt::Unsettled("whether a text is rounded from its digits or from a Double")),
        };
    }
    match number(value)? {
        Number::Whole(number) => Ok(number),
        Number::Float(number) => float_whole(number),
        Number::Currency(units) => Ok(half_even(units.into(), CURRENCY_UNITS.into())),
    }
}

fn float_whole(number: f64) -> Judged<i128> {
    // Far beyond every integral type and far below the end of what i128 holds.
    const BOUND: f64 = 1e30;
    if number.abs() > BOUND { Err(OVERFLOW) } else { Ok(number.round_ties_even() as i128) }
}

/// The nearest Double (MS-VBAL 5.5.1.2.1).
pub fn double(value: &Value) -> Judged<f64> {
    Ok(match number(value)? {
        Number::Whole(number) => number as f64,
        Number::Float(number) => number,
        Number::Currency(units) => units as f64 / CURRENCY_UNITS as f64,
    })
}

/// The nearest Single; error 6 beyond its range (MS-VBAL 5.5.1.2.1).
pub fn single(value: &Value) -> Judged<f32> {
    let narrow = double(value)? as f32;
    if narrow.is_finite() { Ok(narrow) } else { Err(OVERFLOW) }
}

/// Ten-thousandths rounded half to even (MS-VBAL 5.5.1.2.1). A float just beside a half gives no verdict.
pub fn currency(value: &Value) -> Judged<i64> {
    let unclear = Halt::Unsettled("whether a float is multiplied before it is rounded to a Currency");
    let units = match value {
        Value::Text(text) => {
            let written = text::number(text)?;
            let scaled = written.double()? * CURRENCY_UNITS as f64;
            match written.scaled(4) {
                Some(exact) if exact == float_whole(scaled)? => exact,
                _ if scaled.abs() > 1e20 => return Err(OVERFLOW),
                _ => return Err(unclear),
            }
        }
        other => match number(other)? {
            Number::Whole(number) => number * i128::from(CURRENCY_UNITS),
            Number::Currency(units) => units.into(),
            Number::Float(number) => {
                let exact = scaled_exactly(number)?;
                // A product in Double is what many know; where it would round the other way there is no verdict.
                if number.abs() < 1e9 && exact != float_whole(number * CURRENCY_UNITS as f64)? {
                    return Err(unclear);
                }
                exact
            }
        },
    };
    i64::try_from(units).map_err(|_| OVERFLOW)
}

/// A float in ten-thousandths, from its binary digits (IEEE 754) and rounded half to even once.
fn scaled_exactly(number: f64) -> Judged<i128> {
    if number.abs() > 1e20 {
        return Err(OVERFLOW);
    }
    let bits = number.abs().to_bits();
    let exponent = (bits >> 52) as i32 - 1075;
    let mantissa = i128::from(bits & ((1 << 52) - 1) | (1 << 52)) * i128::from(CURRENCY_UNITS);
    // Below 2^-110 not even the scaled mantissa reaches a half.
    let magnitude = match exponent {
        0.. => mantissa << exponent,
        -110..0 => half_even(mantissa, 1 << -exponent),
        _ => 0,
    };
    Ok(if number < 0.0 { -magnitude } else { magnitude })
}

/// Whether a serial is a date (MS-VBAL 5.5.1.2.3).
pub fn is_date(serial: f64) -> bool {
    (FIRST_DATE..AFTER_LAST_DATE).contains(&serial)
}

/// MS-VBAL 5.5.1.2.3: through Double; error 6 outside the calendar.
fn date(value: &Value) -> Judged<f64> {
    let serial = match value {
        Value::Text(text) => text::date_of(text)?,
        other => double(other)?,
    };
    if is_date(serial) { Ok(serial) } else { Err(OVERFLOW) }
}
