//! Typed text as a number, as US Excel reads it: digits with separators, currency, percent, fractions, dates and times.
//! Text that Excel would leave as text is none.

use super::dates::{self, MONTHS, from_1900, time_serial};

/// Two-digit years below this are of this century (Windows' default since Excel 2000).
const CENTURY_TURN: i64 = 30;

/// The number a text stands for; dates count in the book's system.
pub fn text_to_number(text: &str, date1904: bool) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 255 {
        return None;
    }
    plain(text).or_else(|| fraction(text)).or_else(|| date_time(text, date1904))
}

/// `-$1,234.5%`, `(12)`, `1E3`.
fn plain(text: &str) -> Option<f64> {
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return unsigned(inner.trim()).map(|number| -number);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    unsigned(rest.trim_start()).map(|number| sign * number)
}

fn unsigned(text: &str) -> Option<f64> {
    let (text, currency) = match text.strip_prefix('$') {
        Some(rest) => (rest.trim_start(), true),
        None => (text, false),
    };
    let (text, scale) = match text.strip_suffix('%') {
        Some(rest) => (rest.trim_end(), 0.01),
        None => (text, 1.0),
    };
    let text = if currency { text.strip_prefix('-').unwrap_or(text) } else { text };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = without_separators(whole)?;
    let real = places.bytes().all(|b| b.is_ascii_digit()) && !(whole.is_empty() && places.is_empty());
    if !real {
        return None;
    }
    let number: f64 = format!("{whole}.{places}e{exponent}").parse().ok()?;
    // Dividing keeps `5%` at the nearest double, which multiplying by 0.01 would miss.
    let number = if scale < 1.0 { number / 100.0 } else { number };
    number.is_finite().then_some(number)
}

/// Digits with thousands separators taken out; none where a separator stands amiss.
fn without_separators(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped: Vec<&str> = groups.collect();
    let well = (grouped.is_empty() || !first.is_empty()) && grouped.iter().all(|group| group.len() == 3);
    let all = text.bytes().all(|b| b.is_ascii_digit() || b == b',');
    (well && all).then(|| text.replace(',', ""))
}

/// `1 1/2`, `0 3/4`: a whole number and a fraction.
fn fraction(text: &str) -> Option<f64> {
    let (whole, rest) = text.split_once(' ')?;
    let (over, under) = rest.trim().split_once('/')?;
    let number = |text: &str| -> Option<f64> {
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    let (sign, whole) = match whole.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, whole),
    };
    let (whole, over, under) = (number(whole)?, number(over)?, number(under)?);
    (under > 0.0).then(|| sign * (whole + over / under))
}

/// A day, a time, or a day and a time.
fn date_time(text: &str, date1904: bool) -> Option<f64> {
    if let Some(time) = time(text) {
        return Some(time);
    }
    if let Some(day) = day(text) {
        return Some(from_1900(day as f64, date1904)).filter(|serial| *serial >= 0.0);
    }
    // The time begins after the first blank or `T` from which the rest reads as a time.
    for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, ' ' | 'T')) {
        let (first, rest) = text.split_at_checked(at)?;
        let rest = rest.get(mark.len_utf8()..)?;
        if let (Some(day), Some(time)) = (day(first.trim()), time(rest.trim())) {
            return Some(from_1900(day as f64 + time, date1904));
        }
    }
    None
}

/// `14:07`, `14:07:09.5`, `2 PM`, `2:07 pm`; hours may exceed 24.
fn time(text: &str) -> Option<f64> {
    let upper = text.to_ascii_uppercase();
    let (clock, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(rest), _) => (rest.trim_end(), Some(0.0)),
        (_, Some(rest)) => (rest.trim_end(), Some(12.0)),
        _ => (upper.as_str(), None),
    };
    let mut parts = Vec::new();
    for part in clock.split(':') {
        let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        parts.push(if plain { part.parse::<f64>().ok()? } else { return None });
    }
    let enough = if half.is_some() { 1 } else { 2 };
    if parts.len() < enough || parts.len() > 3 {
        return None;
    }
    let part = |place: usize| parts.get(place).copied().unwrap_or(0.0);
    let (mut hour, minute, second) = (part(0), part(1), part(2));
    if let Some(half) = half {
        if hour > 12.0 {
            return None;
        }
        hour = hour % 12.0 + half;
    }
    let well = hour < 10_000.0 && minute < 60.0 && second < 60.0 && hour.fract() == 0.0;
    well.then(|| time_serial(hour, minute, second))
}

/// `2024-01-31`, `1/31/2024`, `31-Jan-2024`, `Jan 31, 2024`, `January 2024`; as a serial of the 1900 system.
fn day(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(['-', '/', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<Option<i64>> = parts.iter().map(|part| small(part)).collect();
    let (year, month, day) = match (parts.as_slice(), numbers.as_slice()) {
        ([first, ..], [Some(year), Some(month), Some(day)]) if first.len() == 4 => (*year, *month, *day),
        ([_, _, last], [Some(month), Some(day), Some(year)]) => (century(*year, last), *month, *day),
        ([_, name, last], [Some(day), None, Some(year)]) => (century(*year, last), month_of(name)?, *day),
        ([name, _, last], [None, Some(day), Some(year)]) => (century(*year, last), month_of(name)?, *day),
        ([name, last], [None, Some(year)]) if last.len() == 4 => (*year, month_of(name)?, 1),
        ([last, name], [Some(year), None]) if last.len() == 4 => (*year, month_of(name)?, 1),
        _ => return None,
    };
    let separated = text.contains(['-', '/', ' ']) && !text.starts_with(['-', '/']);
    let leap_bug = (year, month, day) == (1900, 2, 29);
    let real = (1900..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (leap_bug || (1..=dates::month_length(year, month)).contains(&day));
    (separated && real).then(|| dates::serial(year, month, day)).flatten()
}

fn small(text: &str) -> Option<i64> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn century(year: i64, text: &str) -> i64 {
    match text.len() {
        1 | 2 if year < CENTURY_TURN => year + 2000,
        1 | 2 => year + 1900,
        _ => year,
    }
}

fn month_of(name: &str) -> Option<i64> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let place = MONTHS.iter().position(|month| {
        let month = month.to_ascii_lowercase();
        name == month || (name.len() == 3 && month.starts_with(&name))
    })?;
    i64::try_from(place).ok().map(|place| place + 1)
}
