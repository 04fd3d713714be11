//! Numbers and dates as text and back (MS-VBAL 5.5.1.2.4), under the regional settings of the United States.
//! Where a text could be read in more than one way (currency signs, thousands, words of truth) there is no verdict.

use super::value::{Halt, Judged, MISMATCH, OVERFLOW, Value};

/// Significant digits of a Double as text (MS-VBAL 5.5.1.2.4).
const DOUBLE_DIGITS: usize = 15;
/// Significant digits of a Single as text (MS-VBAL 5.5.1.2.4).
const SINGLE_DIGITS: usize = 7;
/// Units of a Currency in one.
pub const CURRENCY_UNITS: i64 = 10_000;

/// Let-coercion to String (MS-VBAL 5.5.1.2.4); Null has none (5.5.1.2.10).
pub fn of(value: &Value) -> Judged<String> {
    Ok(match value {
        Value::Empty => String::new(),
        Value::Null => return Err(super::value::NULL_USE),
        Value::Boolean(value) => String::from(if *value { "True" } else { "False" }),
        Value::Byte(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::LongLong(value) => value.to_string(),
        Value::Single(value) => float(f64::from(*value), SINGLE_DIGITS)?,
        Value::Double(value) => float(*value, DOUBLE_DIGITS)?,
        Value::Currency(value) => currency(*value),
        Value::Date(value) => date(*value)?,
        Value::Text(text) => text.clone(),
    })
}

/// Plain notation while the whole part and the decimals each fit the significant digits, else scientific (MS-VBAL 5.5.1.2.4).
fn float(number: f64, significant: usize) -> Judged<String> {
    if number == 0.0 {
        return Ok(String::from("0"));
    }
    let long = format!("{:.50e}", number.abs());
    let tail: String = long.chars().filter(char::is_ascii_digit).skip(significant).take(20).collect();
    if tail == "50000000000000000000" {
        return Err(Halt::Unsettled("which way a digit beyond the significant ones is rounded at a tie"));
    }
    let shown = format!("{:.*e}", significant - 1, number.abs());
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "").trim_end_matches('0').to_string();
    let sign = if number < 0.0 { "-" } else { "" };
    let decimals = digits.len() as i32 - 1 - exponent;
    if exponent >= significant as i32 || decimals > significant as i32 {
        return Ok(format!("{sign}{}", scientific(&digits, exponent)));
    }
    Ok(format!("{sign}{}", plain(&digits, exponent)))
}

fn scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}E{sign}{:02}", exponent.abs())
}

fn plain(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{digits}{}", "0".repeat(whole - digits.len()));
    }
    let (front, back) = digits.split_at(whole);
    format!("{front}.{back}")
}

fn currency(units: i64) -> String {
    let magnitude = units.unsigned_abs();
    let whole = magnitude / CURRENCY_UNITS as u64;
    let fraction = format!("{:04}", magnitude % CURRENCY_UNITS as u64);
    let fraction = fraction.trim_end_matches('0');
    let sign = if units < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The date of the day, the time unless it is midnight; on 30 December 1899 the time alone (MS-VBAL 5.5.1.2.4).
fn date(serial: f64) -> Judged<String> {
    let seconds = serial.fract().abs() * 86_400.0;
    let whole = seconds.round();
    if (seconds - whole).abs() > 1e-3 || whole >= 86_400.0 {
        return Err(Halt::Unsettled("how a part of a second is rounded in a text"));
    }
    let day = serial.trunc() as i64;
    let time = time(whole as i64);
    if day == 0 {
        return Ok(time);
    }
    let (year, month, date) = civil(day);
    if year < 1000 {
        return Err(Halt::Unsettled("how years of three digits are written"));
    }
    if whole == 0.0 {
        return Ok(format!("{month}/{date}/{year}"));
    }
    Ok(format!("{month}/{date}/{year} {time}"))
}

fn time(seconds: i64) -> String {
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{hour}:{minute:02}:{second:02} {half}")
}

/// Year, month and day of a serial, by walking the calendar of 400 years (the proleptic Gregorian calendar).
fn civil(serial: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    // 30 December 1899 is day 109,571 of the cycle that began on 1 January 1600.
    let from_1600 = serial + 109_571;
    let cycle = from_1600.div_euclid(CYCLE);
    let mut left = from_1600.rem_euclid(CYCLE);
    let mut year = 1600 + cycle * 400;
    while left >= length_of_year(year) {
        left -= length_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while left >= length_of_month(year, month) {
        left -= length_of_month(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn length_of_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn length_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A number written in a string: its decimal form, exactly as written.
pub struct Written {
    negative: bool,
    /// Without leading zeros.
    digits: String,
    /// The power of ten that the digits are multiplied with.
    exponent: i32,
}

impl Written {
    /// The nearest Double; error 6 when it is infinite.
    pub fn double(&self) -> Judged<f64> {
        let number: f64 = format!("{}e{}", self.digits, self.exponent).parse().map_err(|_| MISMATCH)?;
        let number = if self.negative { -number } else { number };
        if number.is_finite() { Ok(number) } else { Err(OVERFLOW) }
    }

    /// The number times a power of ten, rounded half to even (MS-VBAL 5.5.1.2.1.1); nothing beyond 30 digits.
    pub fn scaled(&self, places: i32) -> Option<i128> {
        let shift = self.exponent + places;
        if self.digits.len() as i32 + shift > 30 || self.digits.len() > 30 {
            return None;
        }
        let digits: i128 = self.digits.parse().ok()?;
        let rounded = if shift >= 0 {
            digits * 10_i128.pow(shift.unsigned_abs())
        } else if shift < -31 {
            0
        } else {
            half_even(digits, 10_i128.pow(shift.unsigned_abs()))
        };
        Some(if self.negative { -rounded } else { rounded })
    }
}

/// A quotient of a positive divisor rounded half to even (MS-VBAL 5.5.1.2.1.1, Banker's rounding).
pub fn half_even(number: i128, divisor: i128) -> i128 {
    let (low, rest) = (number.div_euclid(divisor), number.rem_euclid(divisor));
    match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Less => low,
        std::cmp::Ordering::Greater => low + 1,
        std::cmp::Ordering::Equal => low + low.rem_euclid(2),
    }
}

/// Reads a number: blanks around it, a sign, digits with a point, an exponent (MS-VBAL 5.5.1.2.4), or hexadecimal digits
/// after `&H`. Error 13 for what is no number in any reading.
pub fn number(text: &str) -> Judged<Written> {
    let trimmed = text.trim_matches(' ');
    if let Some(written) = decimal(trimmed) {
        return Ok(written);
    }
    let lower = trimmed.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("&h")
        && !digits.is_empty()
        && digits.len() < 4
        && let Ok(number) = i128::from_str_radix(digits, 16)
    {
        return Ok(Written { negative: false, digits: number.to_string(), exponent: 0 });
    }
    if trimmed.is_empty() {
        return Err(MISMATCH);
    }
    if lower == "true" || lower == "false" {
        return Err(Halt::Unsettled("whether the words of truth are numbers"));
    }
    let foreign = |c: char| c.is_ascii_alphabetic() && !matches!(c, 'd' | 'e' | 'h' | 'o');
    if lower.contains(foreign) && lower.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ') {
        return Err(MISMATCH);
    }
    Err(Halt::Unsettled("a text that regional settings may read as a number"))
}

fn decimal(trimmed: &str) -> Option<Written> {
    let (negative, rest) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let lower = rest.trim_start_matches(' ').to_ascii_lowercase().replace('d', "e");
    let (mantissa, exponent) = match lower.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, signed(exponent)?),
        None => (lower.as_str(), 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    Some(Written { negative, digits: digits.to_string(), exponent: exponent - fraction.len() as i32 })
}

fn signed(exponent: &str) -> Option<i32> {
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { exponent.parse().ok() } else { None }
}

/// A text as a date (MS-VBAL 5.5.1.2.4): only plain whole numbers, and what is certainly no date, are settled here.
pub fn date_of(text: &str) -> Judged<f64> {
    let plain = !text.is_empty() && text.len() < 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain {
        return number(text)?.double();
    }
    const NO_DATES: [&str; 4] = ["", "abc", "ABC", "xyz"];
    if NO_DATES.contains(&text) { Err(MISMATCH) } else { Err(Halt::Unsettled("a text that may be a date")) }
}
