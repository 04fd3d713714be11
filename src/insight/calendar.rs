//! Days as numbers, so that windows are plain arithmetic.

use jiff::civil::{Date, date};

/// Days since 1970-01-01.
pub type Day = i32;

/// The number of an ISO day; a longer text is read by its first ten characters.
pub fn day_number(text: &str) -> Option<Day> {
    let day: Date = text.get(..10)?.parse().ok()?;
    day.since(date(1970, 1, 1)).ok().map(|span| span.get_days())
}

/// The ISO text of a day.
pub fn day_text(day: Day) -> String {
    let found = date(1970, 1, 1).checked_add(jiff::Span::new().days(day));
    found.map_or_else(|_| String::from("unknown day"), |found| found.to_string())
}

/// The first day of the month that is `back` months before the month of `day`.
pub fn month_start(day: Day, back: i32) -> Option<Day> {
    let found = date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).ok()?;
    let first = found.first_of_month().checked_sub(jiff::Span::new().months(back)).ok()?;
    day_number(&first.to_string())
}
