//! VBA literals as expressions. The expression language re-derives a literal's type from its text (`3` Integer, `40000` Long,
//! `3.0` Double), so a literal of another type is wrapped in its conversion: `3&` is `CLNG(3)`.

use crate::lang::formula::{DateLiteral, Node};
use crate::lang::vba::ast::Literal;

/// Ten-thousandths in one unit of Currency.
const CURRENCY_SCALE: i64 = 10_000;
/// Whole numbers up to here are exact in a double (2^53).
const EXACT_DOUBLE: i64 = 1 << 53;
const SECONDS_PER_DAY: f64 = 86_400.0;
/// Day 0 of VBA, 1899-12-30, counted from 1970-01-01.
const DAY_ZERO: i64 = -25_569;

pub(super) fn literal(literal: &Literal) -> Node {
    match literal {
        Literal::Integer { value: i16::MIN, .. } => typed("CINT", Node::Integer(i64::from(i16::MIN))),
        Literal::Integer { value, .. } => Node::Integer(i64::from(*value)),
        Literal::Long { value, .. } if *value == i32::MIN || short(*value) => {
            typed("CLNG", Node::Integer(i64::from(*value)))
        }
        Literal::Long { value, .. } => Node::Integer(i64::from(*value)),
        Literal::LongLong { value, .. } if value.unsigned_abs() <= EXACT_DOUBLE.unsigned_abs() => {
            typed("CLNGLNG", Node::Integer(*value))
        }
        Literal::LongLong { value, .. } => typed("CLNGLNG", Node::Text(value.to_string())),
        // The shortest digits of the Single, so that `0.1!` stays readable and rounds back to itself.
        Literal::Single(value) => typed("CSNG", Node::Number(value.to_string().parse().unwrap_or(f64::from(*value)))),
        Literal::Double(value) => Node::Number(*value),
        Literal::Currency { scaled } => currency(*scaled),
        Literal::Date { serial } => date(*serial),
        Literal::String(text) => Node::Text(text.clone()),
        Literal::Boolean(value) => Node::Boolean(*value),
        Literal::Nothing => Node::Nothing,
        Literal::Null => Node::Null,
        Literal::Empty => Node::Empty,
    }
}

/// A Long small enough to read back as Integer, or one short of being negated into one.
fn short(value: i32) -> bool {
    i16::try_from(value).is_ok()
}

fn typed(conversion: &str, value: Node) -> Node {
    Node::call(conversion, vec![value])
}

fn currency(scaled: i64) -> Node {
    let whole = scaled / CURRENCY_SCALE;
    let part = (scaled % CURRENCY_SCALE).abs();
    if part == 0 && whole.abs() <= EXACT_DOUBLE {
        return typed("CCUR", Node::Integer(whole));
    }
    let sign = if scaled < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{part:04}", whole.abs());
    if scaled.abs() <= EXACT_DOUBLE {
        return typed("CCUR", Node::Number(text.parse().unwrap_or_default()));
    }
    typed("CCUR", Node::Text(text))
}

fn date(serial: f64) -> Node {
    let fraction = serial.fract().abs();
    let mut days = serial.trunc() as i64;
    let mut seconds = (fraction * SECONDS_PER_DAY).round() as i64;
    if seconds >= SECONDS_PER_DAY as i64 {
        seconds = 0;
        days = days.saturating_add(1);
    }
    let clock = |seconds: i64| {
        let part = |value: i64| u8::try_from(value).unwrap_or(0);
        (part(seconds / 3600), part(seconds / 60 % 60), part(seconds % 60))
    };
    if days == 0 && seconds > 0 {
        return Node::Date(DateLiteral { date: None, time: Some(clock(seconds)) });
    }
    match calendar(days.saturating_add(DAY_ZERO)) {
        Some(date) => Node::Date(DateLiteral { date: Some(date), time: (seconds > 0).then(|| clock(seconds)) }),
        None => typed("CDATE", Node::Number(serial)),
    }
}

/// Year, month and day of a day counted from 1970-01-01 in the proleptic Gregorian calendar (years counted from March, so
/// that the leap day ends one).
fn calendar(day: i64) -> Option<(u16, u8, u8)> {
    const ERA_DAYS: i64 = 146_097;
    let shifted = day.checked_add(719_468)?;
    let era = shifted.div_euclid(ERA_DAYS);
    let of_era = shifted.rem_euclid(ERA_DAYS);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let month_day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let date = (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(month_day).ok()?);
    (100..=9999).contains(&date.0).then_some(date)
}
