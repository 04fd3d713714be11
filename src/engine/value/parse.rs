//! Reading numbers and dates from text as VBA does in the English (United States) locale:
//! signs, thousands, currency, parentheses, exponents, hexadecimal; dates in the usual written orders.
//! `None` means VBA raises error 13; nothing here guesses beyond that.

use super::serial;

/// A number found in text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// Sign, digits, point and exponent in the form Rust parses.
    Plain(String),
    /// `&H` or `&O` digits; the target type decides the sign bit.
    Bits(u64),
}

/// A whole string as a number.
pub fn number(text: &str) -> Option<Number> {
    let trimmed = text.trim_matches(is_blank);
    if let Some(bits) = bits(trimmed) {
        return Some(Number::Bits(bits));
    }
    let (body, negative) = unsigned(trimmed)?;
    let plain = plain_number(body)?;
    Some(Number::Plain(if negative { format!("-{plain}") } else { plain }))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{a0}' | '\u{3000}')
}

fn bits(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('&')?;
    let rest = rest.strip_suffix('&').unwrap_or(rest);
    let marker = rest.chars().next()?;
    let digits = rest.get(marker.len_utf8()..)?;
    let radix = match marker {
        'h' | 'H' => 16,
        'o' | 'O' => 8,
        _ => return None,
    };
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// Takes off sign (before or after), parentheses and the currency sign, each at most once.
fn unsigned(text: &str) -> Option<(&str, bool)> {
    let mut body = text;
    let (mut sign, mut negative, mut currency) = (false, false, false);
    if let Some(inner) = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (body, sign, negative) = (inner.trim_matches(is_blank), true, true);
    }
    loop {
        let before = body;
        let mut chars = body.chars();
        match chars.next()? {
            '+' | '-' if sign => return None,
            c @ ('+' | '-') => (body, sign, negative) = (chars.as_str(), true, c == '-'),
            '$' if currency => return None,
            '$' => (body, currency) = (chars.as_str(), true),
            _ => {}
        }
        body = body.trim_start_matches(is_blank);
        if body == before {
            break;
        }
    }
    for mark in ['-', '+'] {
        if let Some(rest) = body.strip_suffix(mark)
            && !sign
        {
            (body, sign, negative) = (rest.trim_end_matches(is_blank), true, mark == '-');
        }
    }
    Some((body, negative))
}

/// Digits with thousands separators, a point and an exponent, in Rust's spelling.
fn plain_number(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let (mut digits, mut point) = (false, false);
    while let Some(&c) = chars.peek() {
        match c {
            '0'..='9' => {
                digits = true;
                out.push(c);
            }
            ',' if digits && !point => {}
            '.' if !point => {
                point = true;
                out.push(c);
            }
            'e' | 'E' | 'd' | 'D' if digits => break,
            _ => return None,
        }
        chars.next();
    }
    if !digits {
        return None;
    }
    if chars.next().is_some() {
        let exponent: String = chars.collect();
        exponent.parse::<i32>().ok()?;
        out.push('e');
        out.push_str(&exponent);
    }
    Some(out)
}

/// A part of a written date.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Number(i64, usize),
    Month(i64),
    Weekday,
    Half(bool),
    Slash,
    Colon,
    Comma,
}

/// Longest text read as a date; longer is not one.
const LONGEST_DATE: usize = 80;

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
const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
/// Letters of the short form of a month or weekday name.
const SHORT_NAME: usize = 3;

/// A whole string as a date or time; `year` is the one meant where none is written.
pub fn date(text: &str, year: Option<i64>) -> Option<f64> {
    let text = text.trim_matches(is_blank);
    let text = text.strip_prefix('#').and_then(|rest| rest.strip_suffix('#')).unwrap_or(text);
    if text.is_empty() || text.len() > LONGEST_DATE {
        return None;
    }
    let mut pieces = pieces(text)?;
    let seconds = take_time(&mut pieces)?;
    let day = if pieces.is_empty() { None } else { Some(day(&pieces, year)?) };
    match (day, seconds) {
        (None, None) => None,
        (day, seconds) => Some(serial::join(day.unwrap_or(0), seconds.unwrap_or(0))),
    }
}

fn pieces(text: &str) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = if c.is_ascii_digit() {
            let count = rest.chars().take_while(char::is_ascii_digit).count();
            out.push(Piece::Number(rest.get(..count)?.parse().ok()?, count));
            count
        } else if c.is_ascii_alphabetic() {
            let count = rest.chars().take_while(char::is_ascii_alphabetic).count();
            out.push(word(&rest.get(..count)?.to_ascii_lowercase())?);
            count
        } else {
            match c {
                '/' | '-' => out.push(Piece::Slash),
                ':' => out.push(Piece::Colon),
                ',' => out.push(Piece::Comma),
                '.' if matches!(out.last(), Some(Piece::Month(_) | Piece::Weekday)) => {}
                c if is_blank(c) => {}
                _ => return None,
            }
            c.len_utf8()
        };
        rest = rest.get(taken..)?;
    }
    Some(out)
}

fn word(word: &str) -> Option<Piece> {
    match word {
        "am" | "a" => return Some(Piece::Half(false)),
        "pm" | "p" => return Some(Piece::Half(true)),
        _ => {}
    }
    let named = |names: &[&str]| names.iter().position(|name| *name == word || name.get(..SHORT_NAME) == Some(word));
    if let Some(at) = named(&MONTHS) {
        return Some(Piece::Month(at as i64 + 1));
    }
    if word == "sept" {
        return Some(Piece::Month(9));
    }
    named(&WEEKDAYS).map(|_| Piece::Weekday)
}

/// Removes the time from the pieces; `Some(None)` when there is none, `None` when it is not a time.
#[allow(clippy::option_option, reason = "absent and malformed differ")]
fn take_time(pieces: &mut Vec<Piece>) -> Option<Option<i64>> {
    let colon = pieces.iter().position(|piece| *piece == Piece::Colon);
    let half = pieces.iter().position(|piece| matches!(piece, Piece::Half(_)));
    let Some(anchor) = colon.or(half) else { return Some(None) };
    let start = anchor.checked_sub(1)?;
    let mut fields = Vec::new();
    let mut end = start;
    loop {
        let Piece::Number(value, _) = pieces.get(end)? else { return None };
        fields.push(*value);
        end += 1;
        if pieces.get(end) != Some(&Piece::Colon) {
            break;
        }
        end += 1;
    }
    let mut after_noon = None;
    if let Some(Piece::Half(half)) = pieces.get(end) {
        after_noon = Some(*half);
        end += 1;
    }
    pieces.drain(start..end);
    if pieces.iter().any(|piece| matches!(piece, Piece::Colon | Piece::Half(_))) {
        return None;
    }
    while pieces.last() == Some(&Piece::Comma) {
        pieces.pop();
    }
    time(&fields, after_noon).map(Some)
}

fn time(fields: &[i64], after_noon: Option<bool>) -> Option<i64> {
    let hour = *fields.first()?;
    let minute = fields.get(1).copied().unwrap_or(0);
    let second = fields.get(2).copied().unwrap_or(0);
    if fields.len() > 3 || minute > 59 || second > 59 || hour > 23 {
        return None;
    }
    let hour = match after_noon {
        Some(_) if hour > 12 => hour,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None => hour,
    };
    Some(hour * 3600 + minute * 60 + second)
}

fn day(pieces: &[Piece], year: Option<i64>) -> Option<i64> {
    let mut numbers: Vec<(i64, usize)> = Vec::new();
    let mut month = None;
    for piece in pieces {
        match piece {
            Piece::Number(value, digits) => numbers.push((*value, *digits)),
            Piece::Month(value) if month.is_none() => month = Some(*value),
            Piece::Weekday | Piece::Slash | Piece::Comma => {}
            _ => return None,
        }
    }
    match month {
        Some(month) => named_month(month, &numbers, year),
        None if well_separated(pieces) => numeric_date(&numbers, year),
        None => None,
    }
}

/// Numbers alone make a date only with separators between all of them.
fn well_separated(pieces: &[Piece]) -> bool {
    let numbers: Vec<&Piece> = pieces.iter().filter(|piece| **piece != Piece::Weekday).collect();
    numbers
        .iter()
        .enumerate()
        .all(|(at, piece)| matches!(piece, Piece::Number(..)) == (at % 2 == 0) && **piece != Piece::Comma)
}

fn is_year(number: (i64, usize)) -> bool {
    number.1 >= 3 || number.0 > 31
}

fn named_month(month: i64, numbers: &[(i64, usize)], year: Option<i64>) -> Option<i64> {
    match *numbers {
        [only] if is_year(only) => checked(written_year(only), month, 1),
        [only] => checked(year?, month, only.0),
        [first, second] if is_year(first) => checked(written_year(first), month, second.0),
        [first, second] => checked(written_year(second), month, first.0),
        _ => None,
    }
}

fn numeric_date(numbers: &[(i64, usize)], year: Option<i64>) -> Option<i64> {
    match *numbers {
        [a, b] if is_year(b) => checked(written_year(b), a.0, 1),
        [a, b] if is_year(a) => checked(written_year(a), b.0, 1),
        [a, b] => checked(year?, a.0, b.0).or_else(|| checked(year?, b.0, a.0)),
        [a, b, c] if is_year(a) => checked(written_year(a), b.0, c.0),
        // Month first; where that is no date VBA takes the day first (Microsoft Learn, CDate: order of the locale).
        [a, b, c] => checked(written_year(c), a.0, b.0).or_else(|| checked(written_year(c), b.0, a.0)),
        _ => None,
    }
}

fn written_year(number: (i64, usize)) -> i64 {
    if number.1 <= 2 { serial::full_year(number.0) } else { number.0 }
}

fn checked(year: i64, month: i64, day: i64) -> Option<i64> {
    let valid = (100..=9999).contains(&year)
        && (1..=12).contains(&month)
        && day >= 1
        && day <= serial::month_length(year, month);
    valid.then(|| serial::day_number(year, month, day))
}
