//! VBA dates: days since 1899-12-30 with the time of day as fraction, proleptic Gregorian, years 100 to 9999.
//! Before day 0 the fraction still counts forward in the day (-1.25 is 6 a.m. of 1899-12-29; MS-VBAL 2.1, Date).
//! Knows numbers only; reading and writing them as text is elsewhere.

/// 0100-01-01, the first date a Date holds (MS-VBAL 2.1).
pub const FIRST_DAY: i64 = -657_434;
/// 9999-12-31, the last.
pub const LAST_DAY: i64 = 2_958_465;
/// Seconds in a day.
pub const DAY_SECONDS: i64 = 86_400;
/// Days from 1970-01-01 back to 1899-12-30.
const EPOCH_OFFSET: i64 = 25_569;

/// A point in time by calendar fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
}

/// Whether a Date can hold this number.
pub fn in_range(date: f64) -> bool {
    date.is_finite() && date.trunc() >= FIRST_DAY as f64 && date.trunc() <= LAST_DAY as f64
}

/// Day number and seconds of the day, rounded to the nearest second as VBA shows it.
/// A number no Date can hold counts as the nearest one that it can.
pub fn split(date: f64) -> (i64, i64) {
    let date = if date.is_nan() { 0.0 } else { date.clamp(FIRST_DAY as f64, LAST_DAY as f64 + 1.0) };
    let day = date.trunc();
    let seconds = ((date - day).abs() * DAY_SECONDS as f64).round() as i64;
    if seconds >= DAY_SECONDS { (day as i64 + 1, 0) } else { (day as i64, seconds) }
}

/// The date of a day number and seconds from its midnight (which may lie outside the day).
pub fn join(day: i64, seconds: i64) -> f64 {
    let day = day.saturating_add(seconds.div_euclid(DAY_SECONDS));
    let fraction = seconds.rem_euclid(DAY_SECONDS) as f64 / DAY_SECONDS as f64;
    if day < 0 { day as f64 - fraction } else { day as f64 + fraction }
}

/// Seconds since day 0 on a scale without the fold of negative dates.
pub fn continuous(date: f64) -> i64 {
    let (day, seconds) = split(date);
    day * DAY_SECONDS + seconds
}

/// Calendar fields of a date.
pub fn moment(date: f64) -> Moment {
    let (days, seconds) = split(date);
    let (year, month, day) = civil(days);
    Moment { year, month, day, hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60 }
}

/// Year, month, day of a day number (the usual 400-year-era computation on March-based years).
pub fn civil(day_number: i64) -> (i64, i64, i64) {
    let z = day_number - EPOCH_OFFSET + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Day number of year, month, day; months and days outside their range carry over. Fields must be below 10^9.
pub fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 + EPOCH_OFFSET + day - 1
}

/// Days in a month.
pub fn month_length(year: i64, month: i64) -> i64 {
    day_number(year, month + 1, 1) - day_number(year, month, 1)
}

/// Whether February has 29 days.
pub fn is_leap(year: i64) -> bool {
    month_length(year, 2) == 29
}

/// 1 (Sunday) to 7 (Saturday).
pub fn weekday(day_number: i64) -> i64 {
    (day_number - 1).rem_euclid(7) + 1
}

/// The century of a year written with two digits: 0-29 are 2000-2029, 30-99 are 1930-1999
/// (Microsoft Learn, DateSerial).
pub fn full_year(year: i64) -> i64 {
    match year {
        0..=29 => 2000 + year,
        30..=99 => 1900 + year,
        _ => year,
    }
}
