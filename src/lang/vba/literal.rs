//! Values of VBA literals: numbers with the type VBA gives them, dates as serials, strings without quotes.
//! Rules: MS-VBAL 3.3.2 to 3.3.4. Total: a literal outside its type's range is `None`.

use super::ast::{Literal, Radix};

/// Two-digit years below this belong to 2000, the others to 1900 (the Windows default that VBA documents).
const CENTURY_PIVOT: i64 = 30;
/// Days from 30 Dec 1899, VBA's day zero, to 1 Jan 1970.
const DAYS_TO_UNIX: i64 = 25_569;
const SECONDS_PER_DAY: f64 = 86_400.0;
/// Currency counts ten-thousandths.
const CURRENCY_SCALE: f64 = 10_000.0;

/// The text between the quotes of a closed string literal, doubled quotes undone.
pub(super) fn string(text: &str) -> String {
    let inner = text.strip_prefix('"').unwrap_or(text);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    inner.replace("\"\"", "\"")
}

/// The value of a number token; `None` when its type cannot hold it.
pub(super) fn number(text: &str) -> Option<Literal> {
    let (body, suffix) = split_suffix(text);
    match body.strip_prefix('&') {
        Some(digits) => radix_number(digits, suffix),
        None => decimal_number(body, suffix),
    }
}

fn split_suffix(text: &str) -> (&str, Option<char>) {
    match text.chars().last() {
        Some(last) if "%&!#@^".contains(last) && text.len() > 1 => {
            (text.get(..text.len() - 1).unwrap_or(text), Some(last))
        }
        _ => (text, None),
    }
}

/// `&H` and `&O` literals are bit patterns: `&HFFFF` is -1.
fn radix_number(digits: &str, suffix: Option<char>) -> Option<Literal> {
    let first = digits.chars().next()?;
    let (radix, base, digits) = match first {
        'h' | 'H' => (Radix::Hex, 16, digits.get(1..)?),
        'o' | 'O' => (Radix::Octal, 8, digits.get(1..)?),
        _ => (Radix::Octal, 8, digits),
    };
    let bits = u64::from_str_radix(digits, base).ok()?;
    match suffix {
        Some('^') => Some(Literal::LongLong { value: bits.cast_signed(), radix }),
        Some('&') => Some(Literal::Long { value: u32::try_from(bits).ok()?.cast_signed(), radix }),
        Some('%') => Some(Literal::Integer { value: u16::try_from(bits).ok()?.cast_signed(), radix }),
        Some(_) => None,
        None => match u16::try_from(bits) {
            Ok(short) => Some(Literal::Integer { value: short.cast_signed(), radix }),
            Err(_) => Some(Literal::Long { value: u32::try_from(bits).ok()?.cast_signed(), radix }),
        },
    }
}

fn decimal_number(body: &str, suffix: Option<char>) -> Option<Literal> {
    let radix = Radix::Decimal;
    match suffix {
        Some('%') => Some(Literal::Integer { value: body.parse().ok()?, radix }),
        Some('&') => Some(Literal::Long { value: body.parse().ok()?, radix }),
        Some('^') => Some(Literal::LongLong { value: body.parse().ok()?, radix }),
        Some('!') => Some(Literal::Single(finite(body)? as f32)),
        Some('@') => currency(body),
        Some(_) => finite(body).map(Literal::Double),
        None if !body.bytes().all(|b| b.is_ascii_digit()) => finite(body).map(Literal::Double),
        None => Some(whole_number(body)?),
    }
}

/// Without suffix a whole number takes the smallest of Integer, Long, Double.
fn whole_number(body: &str) -> Option<Literal> {
    let radix = Radix::Decimal;
    if let Ok(value) = body.parse::<i16>() {
        return Some(Literal::Integer { value, radix });
    }
    if let Ok(value) = body.parse::<i32>() {
        return Some(Literal::Long { value, radix });
    }
    finite(body).map(Literal::Double)
}

fn finite(body: &str) -> Option<f64> {
    let value: f64 =
        if body.contains(['d', 'D']) { body.replace(['d', 'D'], "e").parse().ok()? } else { body.parse().ok()? };
    value.is_finite().then_some(value)
}

fn currency(body: &str) -> Option<Literal> {
    if let Some(scaled) = exact_currency(body) {
        return Some(Literal::Currency { scaled });
    }
    let scaled = (finite(body)? * CURRENCY_SCALE).round_ties_even();
    // The bounds are exact powers of two, so the comparison is exact.
    let fits = scaled.abs() < 9.223_372_036_854_775e18;
    fits.then_some(Literal::Currency { scaled: scaled as i64 })
}

/// Digits with at most four decimals, which a double may not hold: `922337203685477.5807@`.
fn exact_currency(body: &str) -> Option<i64> {
    const DECIMALS: usize = 4;
    let (whole, part) = body.split_once('.').unwrap_or((body, ""));
    if part.len() > DECIMALS || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{part:0<4}").parse().ok()
}

/// The serial of a date literal's inner text (without `#`), or `None` when it is no date or time.
/// Month first, as VBA writes it; `yyyy-mm-dd` and month names are read too. A date without year is refused: its value
/// would depend on the day it is compiled.
pub(super) fn date_serial(inner: &str) -> Option<f64> {
    let mut parts = DateParts::default();
    for word in inner.split([' ', '\t', ',', '/', '-']).filter(|w| !w.is_empty()) {
        parts.add(word)?;
    }
    let day = match (parts.fields.as_slice(), parts.time) {
        ([], Some(_)) => 0,
        ([], None) => return None,
        (fields, _) => day_number(fields)?,
    };
    let fraction = parts.time.unwrap_or(0.0);
    let whole = day as f64;
    Some(if day < 0 { whole - fraction } else { whole + fraction })
}

#[derive(Clone, Copy)]
enum DateField {
    Number { value: i64, digits: usize },
    Month(i64),
}

#[derive(Default)]
struct DateParts {
    fields: Vec<DateField>,
    /// Fraction of a day.
    time: Option<f64>,
}

impl DateParts {
    fn add(&mut self, word: &str) -> Option<()> {
        if word.contains(':') {
            return self.set_time(word);
        }
        if let Some(afternoon) = half_day(word) {
            return self.set_half(afternoon);
        }
        if word.bytes().all(|b| b.is_ascii_digit()) && word.len() <= 4 && self.fields.len() < 4 {
            let value = word.parse().ok()?;
            self.fields.push(DateField::Number { value, digits: word.len() });
            return Some(());
        }
        if let Some((digits, afternoon)) = split_half(word) {
            self.add(digits)?;
            return self.set_half(afternoon);
        }
        self.fields.push(DateField::Month(month_number(word)?));
        Some(())
    }

    fn set_time(&mut self, word: &str) -> Option<()> {
        if self.time.is_some() {
            return None;
        }
        let (clock, half) = match split_half(word) {
            Some((clock, half)) => (clock, Some(half)),
            None => (word, None),
        };
        let mut units = [0.0f64; 3];
        for (index, part) in clock.split(':').enumerate() {
            let limit = if index == 0 { 23 } else { 59 };
            let value: u8 = part.parse().ok()?;
            *units.get_mut(index)? = f64::from(value);
            if value > limit {
                return None;
            }
        }
        let [hour, minute, second] = units;
        self.time = Some((hour * 3600.0 + minute * 60.0 + second) / SECONDS_PER_DAY);
        half.map_or(Some(()), |afternoon| self.set_half(afternoon))
    }

    /// `AM`/`PM` after a clock time or a bare hour.
    fn set_half(&mut self, afternoon: bool) -> Option<()> {
        let time = match self.time {
            Some(time) => time,
            None => match self.fields.pop()? {
                DateField::Number { value, .. } if value <= 12 => value as f64 / 24.0,
                _ => return None,
            },
        };
        let noon_hour = (0.5..0.5 + 1.0 / 24.0).contains(&time);
        self.time = match (afternoon, noon_hour) {
            (true, false) if time < 0.5 => Some(time + 0.5),
            (false, true) => Some(time - 0.5),
            (true, true) => Some(time),
            (false, false) if time < 0.5 => Some(time),
            _ => return None,
        };
        Some(())
    }
}

fn half_day(word: &str) -> Option<bool> {
    if word.eq_ignore_ascii_case("pm") || word.eq_ignore_ascii_case("p") {
        return Some(true);
    }
    (word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("a")).then_some(false)
}

/// `2:05PM` into `2:05` and the half.
fn split_half(word: &str) -> Option<(&str, bool)> {
    let at = word.find(|c: char| c.is_ascii_alphabetic()).filter(|&at| at > 0)?;
    let (clock, half) = (word.get(..at)?, word.get(at..)?);
    Some((clock, half_day(half)?))
}

fn month_number(word: &str) -> Option<i64> {
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
    let lower = word.to_ascii_lowercase();
    let found = MONTHS.iter().position(|name| *name == lower || (lower.len() == 3 && name.starts_with(&lower)))?;
    i64::try_from(found + 1).ok()
}

fn day_number(fields: &[DateField]) -> Option<i64> {
    use DateField::{Month, Number};
    let (year, digits, month, day) = match *fields {
        [Number { value: y, digits: 4 }, Number { value: m, .. }, Number { value: d, .. }] => (y, 4, m, d),
        [Number { value: a, .. }, Number { value: b, .. }, Number { value: y, digits }] if a > 12 => (y, digits, b, a),
        [Number { value: m, .. }, Number { value: d, .. }, Number { value: y, digits }] => (y, digits, m, d),
        [Month(m), Number { value: d, .. }, Number { value: y, digits }]
        | [Number { value: d, .. }, Month(m), Number { value: y, digits }] => (y, digits, m, d),
        _ => return None,
    };
    let year = match (digits, year < CENTURY_PIVOT) {
        (3.., _) => year,
        (_, true) => year + 2000,
        (_, false) => year + 1900,
    };
    let valid = (100..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= month_days(year, month);
    valid.then(|| days_from_unix(year, month, day) + DAYS_TO_UNIX)
}

fn month_days(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1 Jan 1970 in the proleptic Gregorian calendar, by whole years and months from March.
fn days_from_unix(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era_days = year * 365 + year / 4 - year / 100 + year / 400;
    era_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}
