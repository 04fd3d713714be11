//! Let-coercion (MS-VBAL 5.5.1.2): any value to any declared type, with VBA's errors:
//! 6 outside the range, 13 where nothing converts, 94 for Null, 91 and 438 for objects (the caller reads default
//! members first). Rounds half to even. Knows no operators and no functions.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromStr, ToPrimitive};

use super::text::{self, CURRENCY_SCALE, DOUBLE_DIGITS, SINGLE_DIGITS};
use super::{Array, RunError, Subtype, Value, errors, parse, serial};

/// A number in the widest form that keeps it exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Whole(i64),
    Float(f64),
    /// A Single, which shows fewer digits.
    Short(f32),
    /// Ten-thousandths.
    Currency(i64),
    Decimal(Decimal),
}

/// The numeric meaning of a value (Let-coercion to "a number"); strings by their text.
pub fn number(value: &Value) -> Result<Number, RunError> {
    Ok(match value {
        Value::Empty => Number::Whole(0),
        Value::Boolean(value) => Number::Whole(-i64::from(*value)),
        Value::Byte(value) => Number::Whole((*value).into()),
        Value::Integer(value) => Number::Whole((*value).into()),
        Value::Long(value) => Number::Whole((*value).into()),
        Value::LongLong(value) => Number::Whole(*value),
        Value::Single(value) => Number::Short(*value),
        Value::Double(value) | Value::Date(value) => Number::Float(*value),
        Value::Currency(value) => Number::Currency(*value),
        Value::Decimal(value) => Number::Decimal(*value),
        Value::Text(text) => Number::Float(text_double(text)?),
        Value::Null => return Err(errors::null_use()),
        Value::Nothing => return Err(errors::object_not_set()),
        Value::Object(_) => return Err(errors::no_member()),
        Value::Error(_) | Value::Missing | Value::Array(_) => return Err(errors::mismatch()),
    })
}

/// Coerces to a declared type. A string without a year ("March 5") is not a date here; see [`coerce_at`].
pub fn coerce(value: &Value, to: Subtype) -> Result<Value, RunError> {
    coerce_in(value, to, None)
}

/// Coerces to a declared type where "now" (a date serial) gives the year of a date written without one.
pub fn coerce_at(value: &Value, to: Subtype, now: f64) -> Result<Value, RunError> {
    coerce_in(value, to, Some(serial::moment(now).year))
}

fn coerce_in(value: &Value, to: Subtype, year: Option<i64>) -> Result<Value, RunError> {
    Ok(match to {
        Subtype::Variant => value.clone(),
        Subtype::Boolean => Value::Boolean(to_boolean(value)?),
        Subtype::Byte => Value::Byte(to_byte(value)?),
        Subtype::Integer => Value::Integer(to_integer(value)?),
        Subtype::Long => Value::Long(to_long(value)?),
        Subtype::LongLong => Value::LongLong(to_long_long(value)?),
        Subtype::Single => Value::Single(to_single(value)?),
        Subtype::Double => Value::Double(to_double(value)?),
        Subtype::Currency => Value::Currency(to_currency(value)?),
        Subtype::Decimal => Value::Decimal(to_decimal(value)?),
        Subtype::Date => Value::Date(date_in(value, year)?),
        Subtype::Text => match value {
            Value::Text(_) => value.clone(),
            other => Value::text(to_text(other)?),
        },
        Subtype::FixedText(length) => Value::text(fixed_text(&to_text(value)?, length)),
        Subtype::Object => match value {
            Value::Object(_) | Value::Nothing => value.clone(),
            _ => return Err(errors::object_required()),
        },
    })
}

/// `String * n`: cut, or filled with blanks (MS-VBAL 5.5.1.2.5).
pub fn fixed_text(source: &str, length: u32) -> String {
    let length = length as usize;
    let mut units = text::units(source);
    units.resize(length, u16::from(b' '));
    text::from_units(&units)
}

/// Let-coercion to String.
pub fn to_text(value: &Value) -> Result<String, RunError> {
    text::implicit(value)
}

/// Let-coercion to Boolean: "True" and "False" without case, otherwise whether the number is not 0.
pub fn to_boolean(value: &Value) -> Result<bool, RunError> {
    if let Value::Text(text) = value {
        let word = text.trim_matches('#');
        if word.eq_ignore_ascii_case("true") {
            return Ok(true);
        }
        if word.eq_ignore_ascii_case("false") {
            return Ok(false);
        }
    }
    Ok(match number(value)? {
        Number::Whole(number) | Number::Currency(number) => number != 0,
        Number::Float(number) => number != 0.0,
        Number::Short(number) => number != 0.0,
        Number::Decimal(number) => !number.is_zero(),
    })
}

/// Let-coercion to Byte; True is 255 (MS-VBAL 5.5.1.2.1).
pub fn to_byte(value: &Value) -> Result<u8, RunError> {
    if let Value::Boolean(value) = value {
        return Ok(if *value { u8::MAX } else { 0 });
    }
    u8::try_from(whole(value, u8::BITS)?).map_err(|_| errors::overflow())
}

/// Let-coercion to Integer.
pub fn to_integer(value: &Value) -> Result<i16, RunError> {
    i16::try_from(whole(value, i16::BITS)?).map_err(|_| errors::overflow())
}

/// Let-coercion to Long.
pub fn to_long(value: &Value) -> Result<i32, RunError> {
    i32::try_from(whole(value, i32::BITS)?).map_err(|_| errors::overflow())
}

/// Let-coercion to LongLong.
pub fn to_long_long(value: &Value) -> Result<i64, RunError> {
    whole(value, i64::BITS)
}

/// The nearest whole number, halves to even; `bits` is where hexadecimal text has its sign.
fn whole(value: &Value, bits: u32) -> Result<i64, RunError> {
    if let Value::Text(text) = value {
        return text_whole(text, bits);
    }
    round_whole(number(value)?)
}

/// The nearest whole number, halves to even; error 6 beyond 64 bits.
pub fn round_whole(number: Number) -> Result<i64, RunError> {
    match number {
        Number::Whole(number) => Ok(number),
        Number::Float(number) => float_whole(number),
        Number::Short(number) => float_whole(number.into()),
        Number::Currency(number) => Ok(half_even(number.into(), CURRENCY_SCALE.into()) as i64),
        Number::Decimal(number) => number.round().to_i64().ok_or_else(errors::overflow),
    }
}

/// 2^63 as a float: the first that a LongLong cannot hold.
const LONG_LONG_END: f64 = 9_223_372_036_854_775_808.0;

fn float_whole(number: f64) -> Result<i64, RunError> {
    let rounded = number.round_ties_even();
    if (-LONG_LONG_END..LONG_LONG_END).contains(&rounded) { Ok(rounded as i64) } else { Err(errors::overflow()) }
}

/// Quotient rounded half to even; the divisor is positive.
pub(crate) fn half_even(number: i128, divisor: i128) -> i128 {
    let quotient = number.div_euclid(divisor);
    let twice = number.rem_euclid(divisor) * 2;
    let up = twice > divisor || (twice == divisor && quotient % 2 != 0);
    quotient + i128::from(up)
}

fn text_whole(text: &str, bits: u32) -> Result<i64, RunError> {
    match parse::number(text).ok_or_else(errors::mismatch)? {
        parse::Number::Bits(number) => Ok(signed(number, bits)),
        parse::Number::Plain(plain) => match exact(&plain) {
            Some(decimal) => round_whole(Number::Decimal(decimal)),
            None => float_whole(plain.parse().map_err(|_| errors::mismatch())?),
        },
    }
}

/// Hexadecimal digits fill the target type, so &HFFFF is -1 as an Integer; a Byte has no sign.
fn signed(number: u64, bits: u32) -> i64 {
    match bits {
        i16::BITS if number <= u16::MAX.into() => i64::from(number as u16 as i16),
        i32::BITS if number <= u32::MAX.into() => i64::from(number as u32 as i32),
        i64::BITS => number as i64,
        _ => i64::try_from(number).unwrap_or(i64::MAX),
    }
}

fn exact(plain: &str) -> Option<Decimal> {
    if plain.contains('e') { Decimal::from_scientific(plain).ok() } else { Decimal::from_str(plain).ok() }
}

/// A string as a Double; error 13 when it is no number, 6 when it is too large.
pub fn text_double(text: &str) -> Result<f64, RunError> {
    match parse::number(text).ok_or_else(errors::mismatch)? {
        parse::Number::Bits(number) => Ok(signed(number, i64::BITS) as f64),
        parse::Number::Plain(plain) => finite(plain.parse().map_err(|_| errors::mismatch())?),
    }
}

fn finite(number: f64) -> Result<f64, RunError> {
    if number.is_finite() { Ok(number) } else { Err(errors::overflow()) }
}

/// The nearest Double of a number.
pub fn float(number: Number) -> f64 {
    match number {
        Number::Whole(number) => number as f64,
        Number::Float(number) => number,
        Number::Short(number) => number.into(),
        Number::Currency(number) => number as f64 / CURRENCY_SCALE as f64,
        // Through text: the shortest road to the nearest Double of a scaled integer.
        Number::Decimal(number) => number.to_string().parse().unwrap_or(f64::NAN),
    }
}

/// Let-coercion to Double.
pub fn to_double(value: &Value) -> Result<f64, RunError> {
    Ok(float(number(value)?))
}

/// Let-coercion to Single.
pub fn to_single(value: &Value) -> Result<f32, RunError> {
    let wide = float(number(value)?);
    let narrow = wide as f32;
    if narrow.is_infinite() && wide.is_finite() { Err(errors::overflow()) } else { Ok(narrow) }
}

/// Let-coercion to Currency, in ten-thousandths; halves of the last place to even.
pub fn to_currency(value: &Value) -> Result<i64, RunError> {
    if let Value::Text(text) = value
        && let Some(parse::Number::Plain(plain)) = parse::number(text)
        && let Some(decimal) = exact(&plain)
    {
        return number_currency(Number::Decimal(decimal));
    }
    number_currency(number(value)?)
}

/// A number in ten-thousandths.
pub fn number_currency(number: Number) -> Result<i64, RunError> {
    match number {
        Number::Whole(number) => number.checked_mul(CURRENCY_SCALE).ok_or_else(errors::overflow),
        Number::Float(number) => float_currency(number),
        Number::Short(number) => float_currency(number.into()),
        Number::Currency(number) => Ok(number),
        Number::Decimal(number) => {
            let scaled = number.checked_mul(Decimal::from(CURRENCY_SCALE)).ok_or_else(errors::overflow)?;
            scaled.round().to_i64().ok_or_else(errors::overflow)
        }
    }
}

/// 2^53: from here on a Double skips whole numbers.
const DOUBLE_WHOLE_END: f64 = 9_007_199_254_740_992.0;

/// Where the ten-thousandths need more digits than a Double has, the whole part and the fraction are scaled apart.
fn float_currency(number: f64) -> Result<i64, RunError> {
    let scaled = number * CURRENCY_SCALE as f64;
    if scaled.abs() < DOUBLE_WHOLE_END {
        return float_whole(scaled);
    }
    let whole = float_whole(number.trunc())?.checked_mul(CURRENCY_SCALE).ok_or_else(errors::overflow)?;
    whole.checked_add(float_whole(number.fract() * CURRENCY_SCALE as f64)?).ok_or_else(errors::overflow)
}

/// Let-coercion to Decimal: of a Double its 15 significant digits, of a Single its 7.
pub fn to_decimal(value: &Value) -> Result<Decimal, RunError> {
    if let Value::Text(text) = value
        && let Some(parse::Number::Plain(plain)) = parse::number(text)
    {
        return exact(&plain).ok_or_else(errors::overflow);
    }
    number_decimal(number(value)?)
}

/// A number as a Decimal.
pub fn number_decimal(number: Number) -> Result<Decimal, RunError> {
    match number {
        Number::Whole(number) => Ok(Decimal::from(number)),
        Number::Float(number) => float_decimal(number, DOUBLE_DIGITS),
        Number::Short(number) => float_decimal(number.into(), SINGLE_DIGITS),
        Number::Currency(number) => Ok(Decimal::new(number, 4)),
        Number::Decimal(number) => Ok(number),
    }
}

/// Decimals a Decimal holds at most; a smaller number is 0 to it.
const DECIMAL_SCALE: i32 = 28;

fn float_decimal(number: f64, significant: usize) -> Result<Decimal, RunError> {
    if number == 0.0 {
        return Ok(Decimal::ZERO);
    }
    let (digits, exponent) = text::digits(finite(number)?, significant);
    if exponent > DECIMAL_SCALE {
        return Err(errors::overflow());
    }
    if exponent < -DECIMAL_SCALE {
        return Ok(Decimal::ZERO);
    }
    let plain = text::plain(&digits, exponent);
    let magnitude = Decimal::from_str(&plain).map_err(|_| errors::overflow())?;
    Ok(if number < 0.0 { -magnitude } else { magnitude })
}

/// Let-coercion to Date.
pub fn to_date(value: &Value) -> Result<f64, RunError> {
    date_in(value, None)
}

/// Let-coercion to Date, a missing year taken from "now".
pub fn to_date_at(value: &Value, now: f64) -> Result<f64, RunError> {
    date_in(value, Some(serial::moment(now).year))
}

fn date_in(value: &Value, year: Option<i64>) -> Result<f64, RunError> {
    if let Value::Text(text) = value
        && let Some(date) = parse::date(text, year)
    {
        return Ok(date);
    }
    let date = to_double(value)?;
    if serial::in_range(date) { Ok(date) } else { Err(errors::overflow()) }
}

/// A string as Byte array (`b() = s`): its UTF-16 bytes, 0-based.
pub fn text_bytes(source: &str) -> Array {
    let bytes = text::to_bytes(source).into_iter().map(Value::Byte).collect();
    Array::of(Subtype::Byte, 0, bytes)
}

/// `IsNumeric`: numbers, Boolean, Empty and strings that are numbers; not dates, Null or errors.
pub fn is_numeric(value: &Value) -> bool {
    match value {
        Value::Empty => true,
        Value::Text(text) => parse::number(text).is_some(),
        Value::Date(_) => false,
        other => other.is_numeric(),
    }
}

/// `IsDate`: dates, and strings that are dates.
pub fn is_date(value: &Value, now: f64) -> bool {
    match value {
        Value::Date(_) => true,
        Value::Text(text) => parse::date(text, Some(serial::moment(now).year)).is_some(),
        _ => false,
    }
}

/// `VarType` of a value (Microsoft Learn, VarType constants).
pub fn var_type(value: &Value) -> i16 {
    /// Added for an array.
    const ARRAY: i16 = 8192;
    match value {
        Value::Empty => 0,
        Value::Null => 1,
        Value::Integer(_) => 2,
        Value::Long(_) => 3,
        Value::Single(_) => 4,
        Value::Double(_) => 5,
        Value::Currency(_) => 6,
        Value::Date(_) => 7,
        Value::Text(_) => 8,
        Value::Nothing | Value::Object(_) => 9,
        Value::Error(_) | Value::Missing => 10,
        Value::Boolean(_) => 11,
        Value::Decimal(_) => 14,
        Value::Byte(_) => 17,
        Value::LongLong(_) => 20,
        Value::Array(array) => ARRAY + element_type(array.element),
    }
}

fn element_type(element: Subtype) -> i16 {
    match element {
        Subtype::Variant => 12,
        Subtype::Object => 9,
        other => var_type(&other.default_value()),
    }
}

/// `TypeName` of a value. An object in the sandbox's memory is named by who owns that memory; here it is "Object".
pub fn type_name(value: &Value) -> String {
    match value {
        Value::Empty => "Empty".to_owned(),
        Value::Null => "Null".to_owned(),
        Value::Nothing => "Nothing".to_owned(),
        Value::Missing | Value::Error(_) => "Error".to_owned(),
        Value::Object(super::Object::Host(host)) => host.class.to_string(),
        Value::Object(super::Object::Guest(_)) => "Object".to_owned(),
        Value::Array(array) => format!("{}()", subtype_name(array.element)),
        Value::Boolean(_) => subtype_name(Subtype::Boolean).to_owned(),
        Value::Byte(_) => subtype_name(Subtype::Byte).to_owned(),
        Value::Integer(_) => subtype_name(Subtype::Integer).to_owned(),
        Value::Long(_) => subtype_name(Subtype::Long).to_owned(),
        Value::LongLong(_) => subtype_name(Subtype::LongLong).to_owned(),
        Value::Single(_) => subtype_name(Subtype::Single).to_owned(),
        Value::Double(_) => subtype_name(Subtype::Double).to_owned(),
        Value::Currency(_) => subtype_name(Subtype::Currency).to_owned(),
        Value::Decimal(_) => subtype_name(Subtype::Decimal).to_owned(),
        Value::Date(_) => subtype_name(Subtype::Date).to_owned(),
        Value::Text(_) => subtype_name(Subtype::Text).to_owned(),
    }
}

/// The word VBA has for a type.
pub fn subtype_name(subtype: Subtype) -> &'static str {
    match subtype {
        Subtype::Variant => "Variant",
        Subtype::Boolean => "Boolean",
        Subtype::Byte => "Byte",
        Subtype::Integer => "Integer",
        Subtype::Long => "Long",
        Subtype::LongLong => "LongLong",
        Subtype::Single => "Single",
        Subtype::Double => "Double",
        Subtype::Currency => "Currency",
        Subtype::Decimal => "Decimal",
        Subtype::Date => "Date",
        Subtype::Text | Subtype::FixedText(_) => "String",
        Subtype::Object => "Object",
    }
}
