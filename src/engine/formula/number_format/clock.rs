//! Date and time marks. The moment is rounded to the smallest unit shown before anything is written.

use super::super::dates::{self, MONTHS, WEEKDAYS, to_1900, weekday};
use super::section::Mark;

const SECONDS_A_DAY: f64 = 86_400.0;
/// Most decimals of a second Excel shows.
const MAX_FRACTION: usize = 3;

/// The parts of a moment.
struct Moment {
    day: dates::Day,
    serial: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// Parts of a second, as a whole number of the smallest shown.
    fraction: i64,
    /// Whole seconds since serial 0.
    total: i64,
    half_days: bool,
    /// The unit that counts all the time elapsed: `h`, `m` or `s`.
    elapsed: Option<char>,
}

/// A serial by date marks; none before day 0 and after 9999.
pub(super) fn date(marks: &[Mark], number: f64, date1904: bool) -> Option<String> {
    let elapsed = marks.iter().any(|mark| matches!(mark, Mark::Elapsed(..)));
    let serial = if elapsed { number.abs() } else { to_1900(number, date1904) };
    if number < 0.0 && !elapsed || serial >= dates::LAST_DAY as f64 + 1.0 {
        return None;
    }
    let places = marks.iter().find_map(|mark| match mark {
        Mark::Fraction(places) => Some((*places).min(MAX_FRACTION)),
        _ => None,
    });
    let moment = moment(serial, places.unwrap_or(0), marks)?;
    let mut text = if number < 0.0 { "-".to_owned() } else { String::new() };
    for mark in marks {
        piece(mark, &moment, &mut text);
    }
    Some(text)
}

fn moment(serial: f64, places: usize, marks: &[Mark]) -> Option<Moment> {
    let unit = 10i64.pow(u32::try_from(places).ok()?);
    let ticks = (serial * SECONDS_A_DAY * unit as f64).round() as i64;
    let (total, fraction) = (ticks / unit, ticks % unit);
    let day = total / SECONDS_A_DAY as i64;
    let seconds = total % SECONDS_A_DAY as i64;
    Some(Moment {
        day: dates::day_of(day.min(dates::LAST_DAY))?,
        serial: day,
        hour: seconds / 3600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        fraction,
        total,
        elapsed: marks.iter().find_map(|mark| match mark {
            Mark::Elapsed(letter, _) => Some(*letter),
            _ => None,
        }),
        half_days: marks.iter().any(|mark| matches!(mark, Mark::HalfDay(..))),
    })
}

fn piece(mark: &Mark, moment: &Moment, text: &mut String) {
    match mark {
        Mark::Date(letter, length) => text.push_str(&date_piece(*letter, *length, moment)),
        Mark::Elapsed('h', length) => text.push_str(&padded(moment.total / 3600, *length)),
        Mark::Elapsed('m', length) => text.push_str(&padded(moment.total / 60, *length)),
        Mark::Elapsed(_, length) => text.push_str(&padded(moment.total, *length)),
        Mark::HalfDay(am, pm) => text.push_str(if moment.hour < 12 { am } else { pm }),
        Mark::Fraction(places) => text.push_str(&format!(".{}", padded(moment.fraction, *places))),
        Mark::Literal(literal) => text.push_str(literal),
        Mark::Slash => text.push('/'),
        Mark::Point => text.push('.'),
        Mark::Group => text.push(','),
        Mark::Digit('0') => text.push('0'),
        _ => {}
    }
}

fn padded(number: i64, length: usize) -> String {
    format!("{number:0length$}")
}

fn date_piece(letter: char, length: usize, moment: &Moment) -> String {
    let name = |names: &[&str], place: i64, long: bool| {
        let name = usize::try_from(place).ok().and_then(|place| names.get(place)).copied().unwrap_or_default();
        if long { name.to_owned() } else { name.chars().take(3).collect() }
    };
    match (letter, length) {
        ('y', 1 | 2) => padded(moment.day.year % 100, 2),
        ('y', _) | ('e', _) => padded(moment.day.year, 4),
        ('b', _) => padded(moment.day.year + 543, 4),
        ('m', 1 | 2) => padded(moment.day.month, length),
        ('m', 5) => name(&MONTHS, moment.day.month - 1, false).chars().take(1).collect(),
        ('m', _) => name(&MONTHS, moment.day.month - 1, length == 4 || length > 5),
        ('d', 1 | 2) => padded(moment.day.day, length),
        ('d', _) => name(&WEEKDAYS, weekday(moment.serial) - 1, length > 3),
        // Once an hour or second counts all elapsed time, it does so wherever it stands.
        ('h', _) if moment.elapsed == Some('h') => padded(moment.total / 3600, length.min(2)),
        ('s', _) if moment.elapsed == Some('s') => padded(moment.total, length.min(2)),
        ('h', _) => {
            let hour = if moment.half_days { (moment.hour + 11) % 12 + 1 } else { moment.hour };
            padded(hour, length.min(2))
        }
        ('n', _) => padded(moment.minute, length.min(2)),
        _ => padded(moment.second, length.min(2)),
    }
}
