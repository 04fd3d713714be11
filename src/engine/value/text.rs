//! Values as text: what `CStr`, `&` and `Debug.Print` show, in the English (United States) locale.
//! Also the UTF-16 view of strings, because VBA counts code units. Knows no format masks.

use rust_decimal::Decimal;

use super::{RunError, Value, errors, serial};

/// Significant digits of a Double as text (MS-VBAL 5.5.1.2.4).
pub const DOUBLE_DIGITS: usize = 15;
/// Significant digits of a Single as text (MS-VBAL 5.5.1.2.4).
pub const SINGLE_DIGITS: usize = 7;
/// Ten-thousandths in a Currency unit.
pub const CURRENCY_SCALE: i64 = 10_000;

/// What `CStr` gives. Error 94 for Null, 13 for what has no text; an Error variant reads "Error 2042".
pub fn cstr(value: &Value) -> Result<String, RunError> {
    Ok(match value {
        Value::Error(number) => format!("Error {number}"),
        Value::Missing => "Error 448".to_owned(),
        other => implicit(other)?,
    })
}

/// Let-coercion to String: as `cstr`, but an Error variant is a type mismatch (MS-VBAL 5.5.1.2.4).
pub fn implicit(value: &Value) -> Result<String, RunError> {
    Ok(match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Boolean(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Byte(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::LongLong(value) => value.to_string(),
        Value::Single(value) => float(f64::from(*value), SINGLE_DIGITS),
        Value::Double(value) => float(*value, DOUBLE_DIGITS),
        Value::Currency(value) => currency(*value),
        Value::Decimal(value) => decimal(*value),
        Value::Date(value) => date(*value),
        Value::Null => return Err(errors::null_use()),
        Value::Nothing => return Err(errors::object_not_set()),
        Value::Object(_) => return Err(errors::no_member()),
        Value::Array(array) => return bytes_text(array).ok_or_else(errors::mismatch),
        Value::Error(_) | Value::Missing => return Err(errors::mismatch()),
    })
}

/// A Byte array holds UTF-16 code units, low byte first (`s = bytes()`).
fn bytes_text(array: &super::Array) -> Option<String> {
    let bytes: Option<Vec<u8>> =
        array.elements.iter().map(|element| if let Value::Byte(byte) = element { Some(*byte) } else { None }).collect();
    (array.element == super::Subtype::Byte).then(|| from_bytes(&bytes.unwrap_or_default()))
}

/// The significant decimal digits of a number (no leading or trailing zeros) and the power of ten of the first.
pub fn digits(value: f64, significant: usize) -> (String, i32) {
    let scientific = format!("{:.*e}", significant.saturating_sub(1), value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or(("0", "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let trimmed = digits.trim_end_matches('0');
    (trimmed.to_owned(), exponent.parse().unwrap_or(0))
}

/// A floating number with at most so many significant digits: plain while it fits them, else `1.5E+20`.
pub fn float(value: f64, significant: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return if value.is_nan() {
            "-nan(ind)"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    let (digits, exponent) = digits(value, significant);
    let sign = if value < 0.0 { "-" } else { "" };
    let decimals = digits.len() as i32 - 1 - exponent;
    let limit = significant as i32;
    if exponent >= limit || (exponent < 0 && decimals > limit) {
        return format!("{sign}{}", scientific(&digits, exponent));
    }
    format!("{sign}{}", plain(&digits, exponent))
}

fn scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}E{sign}{:02}", exponent.abs())
}

/// Digits with the point in place: the first digit has this power of ten.
pub fn plain(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        Some((left, "")) => left.to_owned(),
        Some((left, right)) => format!("{left}.{right}"),
        None => format!("{digits}{}", "0".repeat(whole.saturating_sub(digits.len()))),
    }
}

/// A Currency without trailing zeros.
pub fn currency(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let magnitude = value.unsigned_abs();
    let scale = CURRENCY_SCALE.unsigned_abs();
    let fraction = format!("{:04}", magnitude % scale);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", magnitude / scale)
}

/// A Decimal without trailing zeros.
pub fn decimal(value: Decimal) -> String {
    value.normalize().to_string()
}

/// A date as CStr writes it: `3/5/2024 2:07:09 PM`, only the date at midnight, only the time on day 0.
pub fn date(value: f64) -> String {
    let (day, seconds) = serial::split(value);
    if day == 0 {
        return long_time(value);
    }
    if seconds == 0 { short_date(value) } else { format!("{} {}", short_date(value), long_time(value)) }
}

/// `3/5/2024`.
pub fn short_date(value: f64) -> String {
    let at = serial::moment(value);
    format!("{}/{}/{:04}", at.month, at.day, at.year)
}

/// `2:07:09 PM`.
pub fn long_time(value: f64) -> String {
    let at = serial::moment(value);
    format!("{}:{:02}:{:02} {}", clock_hour(at.hour), at.minute, at.second, half_day(at.hour))
}

/// The hour on a 12-hour clock.
pub fn clock_hour(hour: i64) -> i64 {
    if hour % 12 == 0 { 12 } else { hour % 12 }
}

/// AM or PM.
pub fn half_day(hour: i64) -> &'static str {
    if hour < 12 { "AM" } else { "PM" }
}

/// UTF-16 code units: what positions and lengths count.
pub fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Text of code units; half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD.
pub fn from_units(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

/// Number of code units.
pub fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The bytes of a VBA string (UTF-16, low byte first).
pub fn to_bytes(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The reverse; a last odd byte is completed by zero, since text here has whole code units.
pub fn from_bytes(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]))
        .collect();
    from_units(&units)
}
