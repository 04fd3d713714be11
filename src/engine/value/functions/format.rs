//! `Format` and its siblings: named formats, and which kind of mask a format string is.
//! The masks themselves are in `format_number` and `format_date`; strings are filled in here.

use super::format_number::Scaled;
use super::{Environment, Function, arg, date_at, format_date, format_number, function, given, long_or};
use crate::engine::value::{RunError, Value, coerce, errors, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("format", &["expression", "format", "firstdayofweek", "firstweekofyear"], 1, format),
    function("formatnumber", DIGITS, 1, |v, _| plain(v, "", "")),
    function("formatcurrency", DIGITS, 1, |v, _| plain(v, "$", "")),
    function("formatpercent", DIGITS, 1, |v, _| plain(v, "", "%")),
    function("formatdatetime", &["date", "namedformat"], 1, format_date_time),
];

const DIGITS: &[&str] =
    &["expression", "numdigitsafterdecimal", "includeleadingdigit", "useparensfornegativenumbers", "groupdigits"];

/// Longest mask that is read; longer is error 5.
const LONGEST_MASK: usize = 4096;

fn format(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let value = arg(values, 0);
    let mask = given(values, 1).map_or(Ok(String::new()), coerce::to_text)?;
    let first = long_or(values, 2, 1)?;
    let rule = long_or(values, 3, 1)?;
    if mask.len() > LONGEST_MASK || !(0..=7).contains(&first) || !(0..=3).contains(&rule) {
        return Err(errors::invalid_call());
    }
    let weeks = (i64::from(first.max(1)), i64::from(rule.max(1)));
    Ok(Value::text(formatted(value, &mask, weeks, environment)?))
}

fn formatted(value: &Value, mask: &str, weeks: (i64, i64), environment: &Environment) -> Result<String, RunError> {
    if matches!(value, Value::Object(_) | Value::Nothing | Value::Array(_)) {
        return Err(errors::mismatch());
    }
    if mask.is_empty() {
        return if *value == Value::Null { Ok(String::new()) } else { text::cstr(value) };
    }
    if let Some(named) = named(value, mask, environment)? {
        return Ok(named);
    }
    match kind(mask) {
        Mask::Number => number_mask(value, mask),
        Mask::Date => date_mask(value, mask, weeks, environment),
        Mask::Text => text_mask(value, mask),
    }
}

enum Mask {
    Number,
    Date,
    Text,
}

/// The first sign outside quotes that means something decides.
fn kind(mask: &str) -> Mask {
    let mut chars = mask.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '0' | '#' | '.' | '%' => return Mask::Number,
            '@' | '&' | '<' | '>' | '!' => return Mask::Text,
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 'n' | 'N' | 's' | 'S' | 'w' | 'W' | 'q' | 'Q' | 'c'
            | 'C' | 't' | 'T' => {
                return Mask::Date;
            }
            'a' | 'A' if is_half_day(chars.as_str()) => return Mask::Date,
            _ => {}
        }
    }
    Mask::Number
}

fn is_half_day(rest: &str) -> bool {
    let rest = rest.to_ascii_lowercase();
    ["m/pm", "/p", "mpm"].iter().any(|form| rest.starts_with(form))
}

/// Named formats (Microsoft Learn, Format: named numeric and date formats).
fn named(value: &Value, mask: &str, environment: &Environment) -> Result<Option<String>, RunError> {
    let name = mask.to_ascii_lowercase();
    let numeric = match name.as_str() {
        "general number" => {
            return Ok(Some(match value {
                Value::Null => String::new(),
                Value::Date(date) => text::float(*date, text::DOUBLE_DIGITS),
                other => text::cstr(other)?,
            }));
        }
        "currency" => "$#,##0.00;($#,##0.00)",
        "fixed" => "0.00",
        "standard" => "#,##0.00",
        "percent" => "0.00%",
        "scientific" => "0.00E+00",
        "yes/no" => "\"Yes\";\"Yes\";\"No\"",
        "true/false" => "\"True\";\"True\";\"False\"",
        "on/off" => "\"On\";\"On\";\"Off\"",
        _ => "",
    };
    if !numeric.is_empty() {
        return number_mask(value, numeric).map(Some);
    }
    let dated = match name.as_str() {
        "general date" => "c",
        "long date" => "dddddd",
        "medium date" => "dd\\-mmm\\-yy",
        "short date" => "ddddd",
        "long time" => "ttttt",
        "medium time" => "hh:nn AM/PM",
        "short time" => "hh:nn",
        _ => return Ok(None),
    };
    date_mask(value, dated, (1, 1), environment).map(Some)
}

/// A value that is no number is shown as it is.
fn number_mask(value: &Value, mask: &str) -> Result<String, RunError> {
    if *value == Value::Null {
        return format_number::null_section(mask);
    }
    let number = match value {
        Value::Text(text) => match coerce::text_double(text) {
            Ok(number) => Value::Double(number),
            Err(_) => match coerce::to_date(value) {
                Ok(date) => Value::Double(date),
                Err(_) => return Ok(text.to_string()),
            },
        },
        other => other.clone(),
    };
    format_number::apply(&Scaled::of(&number)?, mask)
}

/// A string that is no date, and a number outside the dates, are shown as they are.
fn date_mask(value: &Value, mask: &str, weeks: (i64, i64), environment: &Environment) -> Result<String, RunError> {
    let date = match value {
        Value::Null => return Ok(String::new()),
        Value::Text(text) => match coerce::to_date_at(value, environment.now) {
            Ok(date) => date,
            Err(_) => return Ok(text.to_string()),
        },
        other => coerce::to_date_at(other, environment.now)?,
    };
    let (mask, _) = mask.split_once(';').unwrap_or((mask, ""));
    Ok(format_date::text(date, mask, weeks.0, weeks.1))
}

/// `@ & < > !`: characters fill the places from the right unless `!` stands in the mask.
fn text_mask(value: &Value, mask: &str) -> Result<String, RunError> {
    let source = if *value == Value::Null { String::new() } else { text::cstr(value)? };
    let section = match mask.split_once(';') {
        Some((_, second)) if source.is_empty() => second,
        Some((first, _)) => first,
        None => mask,
    };
    let places = section.chars().filter(|c| matches!(c, '@' | '&')).count();
    let cased: Vec<char> = if section.contains('<') {
        source.to_lowercase().chars().collect()
    } else if section.contains('>') {
        source.to_uppercase().chars().collect()
    } else {
        source.chars().collect()
    };
    Ok(if places == 0 { free_text(section, &cased) } else { fill(section, &cased, places) })
}

/// Without places the whole string stands where the case sign is.
fn free_text(section: &str, source: &[char]) -> String {
    let mut out = String::new();
    let mut shown = false;
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '<' | '>' | '!' if shown => {}
            '<' | '>' | '!' => {
                out.extend(source);
                shown = true;
            }
            other => literal(other, &mut chars, &mut out),
        }
    }
    out
}

fn literal(c: char, chars: &mut std::str::Chars<'_>, out: &mut String) {
    match c {
        '\\' => out.extend(chars.next()),
        '"' => out.extend(chars.by_ref().take_while(|c| *c != '"')),
        other => out.push(other),
    }
}

fn fill(section: &str, source: &[char], places: usize) -> String {
    let from_left = section.contains('!');
    let lacking = places.saturating_sub(source.len());
    let surplus = source.len().saturating_sub(places);
    let mut pending = source.iter();
    let mut out = String::new();
    let mut place = 0;
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '@' | '&' => {
                if place == 0 && !from_left {
                    out.extend(pending.by_ref().take(surplus));
                }
                let empty = if from_left { place >= source.len() } else { place < lacking };
                match (empty, c) {
                    (false, _) => out.extend(pending.next()),
                    (true, '@') => out.push(' '),
                    _ => {}
                }
                place += 1;
                if place == places {
                    out.extend(pending.by_ref());
                }
            }
            '<' | '>' | '!' => {}
            other => literal(other, &mut chars, &mut out),
        }
    }
    out
}

/// TriState arguments: -1 yes, 0 no, -2 as the system has it.
fn tristate(values: &[Value], at: usize, system: bool) -> Result<bool, RunError> {
    match long_or(values, at, -2)? {
        -1 => Ok(true),
        0 => Ok(false),
        -2 => Ok(system),
        _ => Err(errors::invalid_call()),
    }
}

/// Decimals of the system where -1 asks for it (English locale).
const SYSTEM_DECIMALS: i32 = 2;
/// Most decimals the functions take.
const MOST_DECIMALS: i32 = 99;

/// FormatNumber, FormatCurrency, FormatPercent: a mask made from their arguments.
fn plain(values: &[Value], currency: &str, percent: &str) -> Result<Value, RunError> {
    let decimals = match long_or(values, 1, -1)? {
        -1 => SYSTEM_DECIMALS,
        decimals @ 0..=MOST_DECIMALS => decimals,
        _ => return Err(errors::invalid_call()),
    };
    let lead = if tristate(values, 2, true)? { '0' } else { '#' };
    let parentheses = tristate(values, 3, !currency.is_empty())?;
    let grouped = tristate(values, 4, percent.is_empty() || given(values, 4).is_none())?;
    let value = arg(values, 0);
    if *value == Value::Null {
        return Err(errors::null_use());
    }
    let whole = if grouped { format!("#,##{lead}") } else { lead.to_string() };
    let fraction = if decimals == 0 { String::new() } else { format!(".{}", "0".repeat(decimals as usize)) };
    let body = format!("{currency}{whole}{fraction}{percent}");
    let negative = if parentheses { format!("({body})") } else { format!("-{body}") };
    let number = coerce::number(value)?;
    let scaled = Scaled::of_number(number)?;
    Ok(Value::text(format_number::apply(&scaled, &format!("{body};{negative};{body}"))?))
}

fn format_date_time(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let mask = match long_or(values, 1, 0)? {
        0 => "c",
        1 => "dddddd",
        2 => "ddddd",
        3 => "ttttt",
        4 => "hh:nn",
        _ => return Err(errors::invalid_call()),
    };
    Ok(Value::text(format_date::text(date_at(values, 0, environment)?, mask, 1, 1)))
}
