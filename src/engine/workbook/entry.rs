//! What Excel makes of typed text: `1001` is a number, `5%` 0.05 shown as a percentage, `1/2/2024` a date, `=A1` a formula,
//! `'001` text. United States English settings, as VBA's object model reads what is assigned to `Value` and `Formula`.

use std::sync::Arc;

use crate::engine::value::Value;
use crate::lang::formula::ErrorKind;

/// A typed text, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A constant, and the number format Excel gives a General cell for it.
    Constant { value: Value, format: Option<&'static str> },
    /// A formula without its `=`.
    Formula(String),
}

/// First year of the two-digit years that mean 19xx (Windows' default: 1930 to 2029).
const PIVOT_YEAR: i64 = 30;
const SECONDS_PER_DAY: f64 = 86_400.0;
/// What amounts are formatted with: built-in formats 8 and 6 (ECMA-376 18.8.30, United States).
pub const MONEY: &str = "$#,##0.00_);[Red]($#,##0.00)";
const WHOLE_MONEY: &str = "$#,##0_);[Red]($#,##0)";
/// Longest text a cell holds (Microsoft, "Excel specifications and limits").
pub const LONGEST_TEXT: usize = 32_767;
/// CVErr numbers of `ErrorKind::ALL` (Microsoft, "Cell error values").
const ERROR_NUMBERS: [i32; 10] = [2000, 2007, 2015, 2023, 2029, 2036, 2042, 2043, 2045, 2050];

/// The CVErr number of an error text (`#N/A` is 2042).
pub fn error_number(text: &str) -> Option<i32> {
    let kind = ErrorKind::from_text(text)?;
    let at = ErrorKind::ALL.iter().position(|known| *known == kind)?;
    ERROR_NUMBERS.get(at).copied()
}

/// The text of a CVErr number; an unknown one shows as `#N/A`, which is what Excel writes for it.
pub fn error_text(number: i32) -> &'static str {
    let at = ERROR_NUMBERS.iter().position(|known| *known == number);
    at.and_then(|at| ErrorKind::ALL.get(at)).map_or("#N/A", |kind| kind.text())
}

fn constant(value: Value, format: Option<&'static str>) -> Entry {
    Entry::Constant { value, format }
}

/// Reads a typed text into a cell that is not formatted as text (`@` cells keep what is typed).
/// `year` is what a date without a year gets.
pub fn read_entry(text: &str, year: i64) -> Entry {
    let plain = |text: &str| constant(Value::Text(Arc::from(text)), None);
    if text.is_empty() {
        return constant(Value::Empty, None);
    }
    if let Some(rest) = text.strip_prefix('\'') {
        return plain(rest);
    }
    if let Some(formula) = text.strip_prefix('=').filter(|rest| !rest.trim().is_empty()) {
        return Entry::Formula(formula.to_owned());
    }
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("true") || trimmed.eq_ignore_ascii_case("false") {
        return constant(Value::Boolean(trimmed.eq_ignore_ascii_case("true")), None);
    }
    if let Some(number) = error_number(trimmed) {
        return constant(Value::Error(number), None);
    }
    let read = read_number(trimmed).or_else(|| read_moment(trimmed, year));
    read.map_or_else(|| plain(text), |(number, format)| constant(Value::Double(number), format))
}

/// A number with sign, brackets, currency, thousands separators, percent, exponent or a fraction.
fn read_number(text: &str) -> Option<(f64, Option<&'static str>)> {
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        let (number, format) = read_number(inner).filter(|(n, _)| *n >= 0.0)?;
        return (!inner.starts_with(['(', '-', '+'])).then_some((-number, format));
    }
    if let Some(rest) = text.strip_prefix('-').or_else(|| text.strip_prefix('+')) {
        let (number, format) = read_number(rest.trim_start())?;
        let signed = rest.starts_with(['-', '+', '(']);
        return (!signed).then_some((if text.starts_with('-') { -number } else { number }, format));
    }
    if let Some(rest) = text.strip_suffix('%') {
        let number = plain_number(rest.trim_end())?;
        return Some((number / 100.0, Some(if rest.contains('.') { "0.00%" } else { "0%" })));
    }
    if let Some(rest) = text.strip_prefix('$') {
        let rest = rest.trim_start();
        let (negative, digits) = rest.strip_prefix('-').map_or((false, rest), |digits| (true, digits));
        let number = plain_number(digits)?;
        let format = if digits.contains('.') { MONEY } else { WHOLE_MONEY };
        return Some((if negative { -number } else { number }, Some(format)));
    }
    if let Some(number) = fraction(text) {
        return Some((number, Some("# ?/?")));
    }
    let number = plain_number(text)?;
    let format = match (text.contains(['e', 'E']), text.contains(','), text.contains('.')) {
        (true, _, _) => Some("0.00E+00"),
        (_, true, true) => Some("#,##0.00"),
        (_, true, false) => Some("#,##0"),
        _ => None,
    };
    Some((number, format))
}

/// Digits with thousands separators, a point and an exponent; no sign.
fn plain_number(text: &str) -> Option<f64> {
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | 'e' | 'E' | '+' | '-');
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !text.chars().all(allowed) {
        return None;
    }
    let (whole, rest) = text.split_at(text.find(['.', 'e', 'E']).unwrap_or(text.len()));
    let mut groups = whole.split(',');
    let first_group = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    if rest.contains(',') || (grouped && first_group.is_empty()) || groups.any(|g| g.len() != 3) {
        return None;
    }
    let digits: String = format!("{whole}{rest}").replace(',', "");
    digits.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// `1 1/2`; a bare `1/2` is a date to Excel, `0 1/2` is not.
fn fraction(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once(' ')?;
    let (over, under) = part.trim().split_once('/')?;
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<f64>().ok())?;
    let under = digits(under).filter(|n| *n > 0.0)?;
    Some(digits(whole)? + digits(over)? / under)
}

/// A date, a time, or a date and a time.
fn read_moment(text: &str, year: i64) -> Option<(f64, Option<&'static str>)> {
    if let Some((time, format)) = read_time(text) {
        return Some((time, Some(format)));
    }
    if let Some((serial, format)) = read_date(text, year) {
        return Some((serial, Some(format)));
    }
    let (date, time) = text.match_indices([' ', 'T']).find_map(|(at, _)| {
        let (date, time) = text.split_at_checked(at)?;
        let time = time.get(1..)?;
        Some((read_date(date.trim(), year)?, read_time(time.trim())?))
    })?;
    Some((date.0 + time.0, Some("m/d/yyyy h:mm")))
}

fn read_time(text: &str) -> Option<(f64, &'static str)> {
    let upper = text.to_ascii_uppercase();
    let (body, afternoon) = match upper.strip_suffix("AM").or_else(|| upper.strip_suffix('A')) {
        Some(body) => (body.strip_suffix(' ')?, Some(false)),
        None => match upper.strip_suffix("PM").or_else(|| upper.strip_suffix('P')) {
            Some(body) => (body.strip_suffix(' ')?, Some(true)),
            None => (upper.as_str(), None),
        },
    };
    let parts: Vec<&str> = body.trim().split(':').collect();
    let digits = |t: &&str| t.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !t.is_empty();
    if parts.len() > 3 || !parts.iter().all(digits) || (parts.len() == 1 && afternoon.is_none()) {
        return None;
    }
    let number = |at: usize| parts.get(at).map_or(Some(0.0), |t| t.parse::<f64>().ok());
    let (hour, minute, second) = (number(0)?, number(1)?, number(2)?);
    let valid_hour = match afternoon {
        Some(_) => (0.0..=12.0).contains(&hour),
        None => (0.0..=9999.0).contains(&hour),
    };
    if !valid_hour || hour.fract() != 0.0 || minute.fract() != 0.0 || minute >= 60.0 || second >= 60.0 {
        return None;
    }
    let hour = match afternoon {
        Some(after) => (hour % 12.0) + if after { 12.0 } else { 0.0 },
        None => hour,
    };
    let format = match (parts.len(), afternoon.is_some()) {
        (3, true) => "h:mm:ss AM/PM",
        (3, false) if hour >= 24.0 => "[h]:mm:ss",
        (3, false) => "h:mm:ss",
        (_, true) => "h:mm AM/PM",
        (_, false) if hour >= 24.0 => "[h]:mm:ss",
        (_, false) => "h:mm",
    };
    Some(((hour * 3600.0 + minute * 60.0 + second) / SECONDS_PER_DAY, format))
}

/// `m/d/yyyy`, `m/d`, `yyyy-mm-dd`, `d-mmm-yy`, `d mmm yyyy`, `mmm-yy`, `mmm d, yyyy`.
fn read_date(text: &str, this_year: i64) -> Option<(f64, &'static str)> {
    let clean = text.replace(',', " ");
    let parts: Vec<&str> = clean.split(['/', '-', ' ']).filter(|part| !part.is_empty()).collect();
    let number = |at: usize| parts.get(at).and_then(|t| whole_number(t));
    let month = |at: usize| parts.get(at).and_then(|t| month_number(t));
    if let (Some(m), 3) = (month(0), parts.len()) {
        return Some((serial(full_year(number(2)?), m, number(1)?)?, "d-mmm-yy"));
    }
    if let (Some(m), 3) = (month(1), parts.len()) {
        return Some((serial(full_year(number(2)?), m, number(0)?)?, "d-mmm-yy"));
    }
    if let (Some(m), 2) = (month(1), parts.len()) {
        return Some((serial(this_year, m, number(0)?)?, "d-mmm"));
    }
    if let (Some(m), 2) = (month(0), parts.len()) {
        let second = number(1)?;
        if parts.get(1).is_some_and(|t| t.len() <= 2) && (1..=31).contains(&second) {
            return Some((serial(this_year, m, second)?, "d-mmm"));
        }
        return Some((serial(full_year(second), m, 1)?, "mmm-yy"));
    }
    if text.contains(',') || text.contains(' ') {
        return None;
    }
    match parts.as_slice() {
        [first, _, _] if first.len() == 4 => Some((serial(number(0)?, number(1)?, number(2)?)?, "m/d/yyyy")),
        [_, _, _] => Some((serial(full_year(number(2)?), number(0)?, number(1)?)?, "m/d/yyyy")),
        [year, _] if year.len() == 4 => Some((serial(number(0)?, number(1)?, 1)?, "mmm-yy")),
        [_, _] => month_and_day(number(0)?, number(1)?, this_year),
        _ => None,
    }
}

/// `1/2` is a day of this year; `1/1999` and `1/45` (no such day) the first of a month.
fn month_and_day(month: i64, other: i64, this_year: i64) -> Option<(f64, &'static str)> {
    match serial(this_year, month, other) {
        Some(day) => Some((day, "d-mmm")),
        None => Some((serial(full_year(other), month, 1)?, "mmm-yy")),
    }
}

fn whole_number(text: &str) -> Option<i64> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// January is 1; whole English names or their first three letters.
fn month_number(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = text.to_ascii_lowercase();
    let at = MONTHS.iter().position(|name| *name == lower || name.get(..3) == Some(lower.as_str()))?;
    i64::try_from(at).ok().map(|at| at + 1)
}

fn full_year(year: i64) -> i64 {
    match year {
        0..PIVOT_YEAR => year + 2000,
        PIVOT_YEAR..100 => year + 1900,
        _ => year,
    }
}

/// The sheet serial of a calendar day, with Excel's 29 February 1900 before 1 March 1900.
pub fn serial(year: i64, month: i64, day: i64) -> Option<f64> {
    let date = jiff::civil::Date::new(
        i16::try_from(year).ok().filter(|y| (1900..=9999).contains(y))?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()?;
    let epoch = jiff::civil::date(1899, 12, 30);
    let days = f64::from(date.since((jiff::Unit::Day, epoch)).ok()?.get_days());
    const FIRST_OF_MARCH_1900: f64 = 61.0;
    Some(if days < FIRST_OF_MARCH_1900 { days - 1.0 } else { days })
}

/// The calendar day of a sheet serial; none outside 1900 to 9999.
pub fn civil(serial: f64) -> Option<jiff::civil::Date> {
    const FIRST_OF_MARCH_1900: f64 = 61.0;
    const LAST: f64 = 2_958_465.0;
    let whole = serial.floor();
    if !(1.0..=LAST).contains(&whole) {
        return None;
    }
    let days = if whole < FIRST_OF_MARCH_1900 { whole + 1.0 } else { whole };
    jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().days(days as i64)).ok()
}

/// The same day so many months on, the last of a shorter month where it has no such day; the time of day stays.
pub fn add_months(moment: f64, months: i64) -> Option<f64> {
    let day = civil(moment)?;
    let moved = day.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
    let number = serial(moved.year().into(), moved.month().into(), moved.day().into())?;
    Some(number + moment.fract())
}
