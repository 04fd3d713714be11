//! Serial numbers of Excel and Access as ISO 8601, and which number formats show a moment.

use std::fmt::Write;

/// Milliseconds in a day.
const DAY_MS: f64 = 86_400_000.0;
/// Days from 1970-01-01 back to 1899-12-30, the zero of Access and of Excel's serials from 61 on.
const EPOCH_1899: i64 = -25_569;
/// Days between the 1900 and the 1904 systems (ECMA-376 part 1, 18.17.4.1).
const SHIFT_1904: f64 = 1_462.0;
/// Excel counts a 1900-02-29 that never was (serial 60); serials below it are one day off.
const FALSE_LEAP_DAY: f64 = 60.0;
/// 9999-12-31, the last date of Excel, plus one.
const LAST_SERIAL: f64 = 2_958_466.0;
/// 0100-01-01, the first date of Access.
const FIRST_ACCESS: f64 = -657_434.0;

/// The zero of a workbook's serial numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum DateSystem {
    #[default]
    From1900,
    From1904,
}

/// A serial of a workbook as a moment; none where Excel itself shows no date.
pub(crate) fn moment_of_serial(serial: f64, system: DateSystem) -> Option<String> {
    let serial = match system {
        DateSystem::From1900 => serial,
        DateSystem::From1904 => serial + SHIFT_1904,
    };
    if !(0.0..LAST_SERIAL).contains(&serial) || (FALSE_LEAP_DAY..FALSE_LEAP_DAY + 1.0).contains(&serial) {
        return None;
    }
    let days = if (1.0..FALSE_LEAP_DAY).contains(&serial) { serial + 1.0 } else { serial };
    moment_of_days(days)
}

/// Days since 1899-12-30 as a moment: a time alone within the first day, a date alone at midnight.
/// Before the zero, Access counts the time of day upwards from a negative date.
pub(crate) fn moment_of_days(days: f64) -> Option<String> {
    if !(FIRST_ACCESS..LAST_SERIAL).contains(&days) {
        return None;
    }
    let mut date = days.trunc() as i64;
    let mut ms = (days.fract().abs() * DAY_MS).round() as i64;
    if ms >= DAY_MS as i64 {
        ms = 0;
        date = date.checked_add(1)?;
    }
    let mut text = String::new();
    if date != 0 || ms == 0 {
        let (year, month, day) = civil(date.checked_add(EPOCH_1899)?);
        let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    }
    if ms != 0 {
        let mark = if text.is_empty() { "" } else { "T" };
        let (seconds, rest) = (ms / 1000, ms % 1000);
        let _ = write!(text, "{mark}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if rest != 0 {
            let _ = write!(text, ".{rest:03}");
        }
    }
    Some(text)
}

/// Year, month and day of a count of days since 1970-01-01 (Hinnant, «chrono-compatible low-level date algorithms»).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Whether a number format shows a moment: it has a date or time letter outside quotes, brackets and escapes, and is no
/// elapsed time (`[h]:mm`), which is a quantity.
pub(crate) fn shows_moment(format: &str) -> bool {
    let mut letters = format.split(';').next().unwrap_or_default().chars();
    let mut found = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => letters.by_ref().take_while(|next| *next != '"').for_each(drop),
            '\\' | '_' | '*' => drop(letters.next()),
            '[' => {
                let inside: String = letters.by_ref().take_while(|next| *next != ']').collect();
                let elapsed = inside.chars().all(|c| matches!(c, 'h' | 'H' | 'm' | 'M' | 's' | 'S'));
                if elapsed && !inside.is_empty() {
                    return false;
                }
            }
            'y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'm' | 'M' => found = true,
            // `General`, `E+00` and digits belong to numbers only.
            '0' | '#' | '?' if !found => return false,
            'G' | 'g' if !found => return false,
            _ => {}
        }
    }
    found
}
