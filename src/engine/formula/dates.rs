//! Serial numbers and calendar days, in both date systems of Excel. The 1900 system counts a 29 February 1900 that never was
//! (serial 60), as Lotus 1-2-3 did; the 1904 system starts 1,462 days later and has no such day.

/// Days between the two systems (Microsoft, "Differences between the 1900 and the 1904 date system").
pub const OFFSET_1904: f64 = 1462.0;
/// Serial of 31 December 9999 in the 1900 system, the last day Excel knows.
pub const LAST_DAY: i64 = 2_958_465;
/// The serial of the day that never was.
const FALSE_LEAP_DAY: i64 = 60;
/// Days from 1970-01-01 back to 1899-12-31, serial 0 as the 1900 system counts January 1900.
const EPOCH: i64 = 25_568;
const SECONDS_A_DAY: f64 = 86_400.0;

/// A calendar day; month 1 to 12. The false leap day is (1900, 2, 29), serial 0 is (1900, 1, 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

/// Whether a year has a 29 February.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month, by the real calendar.
pub fn month_length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap(year)),
        _ => 31,
    }
}

/// The serial (1900 system) of a day; months and days beyond their ends carry over, as in `DATE`.
pub fn serial(year: i64, month: i64, day: i64) -> Option<i64> {
    let months = year.checked_mul(12)?.checked_add(month)?.checked_sub(1)?;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    if !(1..=10_000).contains(&year) {
        return None;
    }
    let first = days_from_1970(year, month).checked_add(EPOCH)?;
    let first = if first >= FALSE_LEAP_DAY { first + 1 } else { first };
    let serial = first.checked_add(day)?.checked_sub(1)?;
    (0..=LAST_DAY).contains(&serial).then_some(serial)
}

/// Days from 1970-01-01 to the first of a month (proleptic Gregorian calendar).
fn days_from_1970(year: i64, month: i64) -> i64 {
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let in_year: i64 = (1..month).map(|earlier| month_length(year, earlier)).sum();
    before * 365 + leap_days - 719_162 + in_year
}

/// The day of a serial (1900 system); none outside 0 to 9999-12-31.
pub fn day_of(serial: i64) -> Option<Day> {
    match serial {
        0 => return Some(Day { year: 1900, month: 1, day: 0 }),
        FALSE_LEAP_DAY => return Some(Day { year: 1900, month: 2, day: 29 }),
        _ if !(0..=LAST_DAY).contains(&serial) => return None,
        _ => {}
    }
    let counted = if serial > FALSE_LEAP_DAY { serial - 1 } else { serial };
    let days = counted - EPOCH;
    let mut year = 1970 + days.div_euclid(366);
    while days_from_1970(year + 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days_from_1970(year, month + 1) <= days {
        month += 1;
    }
    Some(Day { year, month, day: days - days_from_1970(year, month) + 1 })
}

/// A serial of the book as one of the 1900 system.
pub fn to_1900(serial: f64, date1904: bool) -> f64 {
    if date1904 { serial + OFFSET_1904 } else { serial }
}

/// A serial of the 1900 system as one of the book.
pub fn from_1900(serial: f64, date1904: bool) -> f64 {
    if date1904 { serial - OFFSET_1904 } else { serial }
}

/// Day of the week of a serial (1900 system): 1 is Sunday, by Excel's count in which 1 January 1900 is a Sunday.
pub fn weekday(serial: i64) -> i64 {
    (serial - 1).rem_euclid(7) + 1
}

/// The time of day of a serial: hour, minute, second, rounded to the second; 24 hours carry into the day by the caller.
pub fn time_of(serial: f64) -> (i64, i64, i64) {
    let seconds = ((serial - serial.floor()) * SECONDS_A_DAY).round() as i64;
    let seconds = seconds.rem_euclid(SECONDS_A_DAY as i64);
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The fraction of a day.
pub fn time_serial(hour: f64, minute: f64, second: f64) -> f64 {
    (hour * 3600.0 + minute * 60.0 + second) / SECONDS_A_DAY
}

/// English month names, as US Excel writes them.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// English day names from Sunday.
pub const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
