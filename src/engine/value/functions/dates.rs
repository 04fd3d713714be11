//! Date and time functions. Weeks follow the first-day and first-week rules of their arguments, including the known
//! fault of `DatePart`. Dates are serials; the clock is the environment's.

use super::{Environment, Function, arg, date_at, function, given, long_at, long_or, text_at};
use crate::engine::value::serial::{self, DAY_SECONDS};
use crate::engine::value::{RunError, Value, coerce, errors, parse};

pub(super) const FUNCTIONS: &[Function] = &[
    function("date", &[], 0, |_, environment| Ok(Value::Date(environment.now.trunc()))),
    function("date$", &[], 0, |_, environment| super::format_date::formatted(environment.now, "mm\\-dd\\-yyyy", 1, 1)),
    function("time", &[], 0, |_, environment| Ok(Value::Date(time_of(environment.now)))),
    function("time$", &[], 0, |_, environment| super::format_date::formatted(environment.now, "hh:nn:ss", 1, 1)),
    function("now", &[], 0, |_, environment| Ok(Value::Date(environment.now))),
    function("timer", &[], 0, |_, environment| Ok(Value::Single(seconds_today(environment.now)))),
    function("year", &["date"], 1, |v, environment| field(v, environment, |at| at.year)),
    function("month", &["date"], 1, |v, environment| field(v, environment, |at| at.month)),
    function("day", &["date"], 1, |v, environment| field(v, environment, |at| at.day)),
    function("hour", &["time"], 1, |v, environment| field(v, environment, |at| at.hour)),
    function("minute", &["time"], 1, |v, environment| field(v, environment, |at| at.minute)),
    function("second", &["time"], 1, |v, environment| field(v, environment, |at| at.second)),
    function("weekday", &["date", "firstdayofweek"], 1, weekday),
    function("weekdayname", &["weekday", "abbreviate", "firstdayofweek"], 1, weekday_name),
    function("monthname", &["month", "abbreviate"], 1, month_name),
    function("dateserial", &["year", "month", "day"], 3, date_serial),
    function("timeserial", &["hour", "minute", "second"], 3, time_serial),
    function("datevalue", &["date"], 1, date_value),
    function("timevalue", &["time"], 1, time_value),
    function("dateadd", &["interval", "number", "date"], 3, date_add),
    function("datediff", &["interval", "date1", "date2", "firstdayofweek", "firstweekofyear"], 3, date_diff),
    function("datepart", &["interval", "date", "firstdayofweek", "firstweekofyear"], 2, date_part),
];

/// Names of the months.
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
/// Names of the weekdays from Sunday.
pub const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// Letters of an abbreviated name.
const SHORT: usize = 3;

/// First week of the year: contains January 1st, has four days in the year, or is full.
const FIRST_FOUR_DAYS: i64 = 2;
const FIRST_FULL_WEEK: i64 = 3;

fn time_of(now: f64) -> f64 {
    serial::join(0, serial::split(now).1)
}

/// Seconds since midnight, with their fraction.
pub(super) fn seconds_today(now: f64) -> f32 {
    ((now - now.trunc()).abs() * DAY_SECONDS as f64) as f32
}

fn field(values: &[Value], environment: &Environment, pick: fn(serial::Moment) -> i64) -> Result<Value, RunError> {
    if *arg(values, 0) == Value::Null {
        return Ok(Value::Null);
    }
    let at = serial::moment(date_at(values, 0, environment)?);
    Ok(Value::Integer(pick(at) as i16))
}

/// First day of the week: 1 (Sunday) to 7; 0 is the system's, Sunday here.
fn first_day(values: &[Value], at: usize) -> Result<i64, RunError> {
    match long_or(values, at, 1)? {
        0 => Ok(1),
        day @ 1..=7 => Ok(day.into()),
        _ => Err(errors::invalid_call()),
    }
}

fn first_week(values: &[Value], at: usize) -> Result<i64, RunError> {
    match long_or(values, at, 1)? {
        0 => Ok(1),
        rule @ 1..=3 => Ok(rule.into()),
        _ => Err(errors::invalid_call()),
    }
}

/// Position in the week from 1 when it begins on `first`.
pub(super) fn position_in_week(day: i64, first: i64) -> i64 {
    (serial::weekday(day) - first).rem_euclid(7) + 1
}

fn weekday(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    if *arg(values, 0) == Value::Null {
        return Ok(Value::Null);
    }
    let (day, _) = serial::split(date_at(values, 0, environment)?);
    Ok(Value::Integer(position_in_week(day, first_day(values, 1)?) as i16))
}

fn weekday_name(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let position = i64::from(long_at(values, 0)?);
    let first = first_day(values, 2)?;
    if !(1..=7).contains(&position) {
        return Err(errors::invalid_call());
    }
    let index = (first - 1 + position - 1).rem_euclid(7);
    named(&WEEKDAYS, index, values)
}

fn month_name(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    named(&MONTHS, i64::from(long_at(values, 0)?) - 1, values)
}

fn named(names: &[&'static str], index: i64, values: &[Value]) -> Result<Value, RunError> {
    let name = usize::try_from(index).ok().and_then(|at| names.get(at)).ok_or_else(errors::invalid_call)?;
    let short = given(values, 1).map_or(Ok(false), coerce::to_boolean)?;
    Ok(Value::text(if short { name.get(..SHORT).unwrap_or(name) } else { name }))
}

fn in_range(date: f64) -> Result<Value, RunError> {
    if serial::in_range(date) { Ok(Value::Date(date)) } else { Err(errors::invalid_call()) }
}

/// Months and days outside their range carry over; two-digit years are of 1930 to 2029.
fn date_serial(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let part = |at: usize| coerce::to_integer(arg(values, at)).map(i64::from);
    let (year, month, day) = (part(0)?, part(1)?, part(2)?);
    in_range(serial::day_number(serial::full_year(year), month, day) as f64)
}

fn time_serial(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let part = |at: usize| coerce::to_integer(arg(values, at)).map(i64::from);
    let seconds = part(0)? * 3600 + part(1)? * 60 + part(2)?;
    in_range(seconds as f64 / DAY_SECONDS as f64)
}

/// A string must be a date; numbers are not read here, dates pass.
fn written_date(values: &[Value], environment: &Environment) -> Result<f64, RunError> {
    match arg(values, 0) {
        Value::Date(date) => Ok(*date),
        Value::Null => Err(errors::null_use()),
        other => {
            let year = serial::moment(environment.now).year;
            parse::date(&coerce::to_text(other)?, Some(year)).ok_or_else(errors::mismatch)
        }
    }
}

fn date_value(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    Ok(Value::Date(written_date(values, environment)?.trunc()))
}

fn time_value(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    Ok(Value::Date(time_of(written_date(values, environment)?)))
}

/// An interval of DateAdd, DateDiff and DatePart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interval {
    Year,
    Quarter,
    Month,
    DayOfYear,
    Day,
    Weekday,
    Week,
    Hour,
    Minute,
    Second,
}

fn interval(values: &[Value]) -> Result<Interval, RunError> {
    Ok(match text_at(values, 0)?.to_ascii_lowercase().as_str() {
        "yyyy" => Interval::Year,
        "q" => Interval::Quarter,
        "m" => Interval::Month,
        "y" => Interval::DayOfYear,
        "d" => Interval::Day,
        "w" => Interval::Weekday,
        "ww" => Interval::Week,
        "h" => Interval::Hour,
        "n" => Interval::Minute,
        "s" => Interval::Second,
        _ => return Err(errors::invalid_call()),
    })
}

/// Adds whole intervals; a day that the target month lacks becomes its last.
fn date_add(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let interval = interval(values)?;
    if *arg(values, 2) == Value::Null {
        return Ok(Value::Null);
    }
    let number = i64::from(long_at(values, 1)?);
    let date = date_at(values, 2, environment)?;
    let (day, seconds) = serial::split(date);
    in_range(match interval {
        Interval::Year => add_months(day, seconds, number * 12),
        Interval::Quarter => add_months(day, seconds, number * 3),
        Interval::Month => add_months(day, seconds, number),
        Interval::DayOfYear | Interval::Day | Interval::Weekday => serial::join(day + number, seconds),
        Interval::Week => serial::join(day + number * 7, seconds),
        Interval::Hour => serial::join(day, seconds + number * 3600),
        Interval::Minute => serial::join(day, seconds + number * 60),
        Interval::Second => serial::join(day, seconds + number),
    })
}

fn add_months(day: i64, seconds: i64, months: i64) -> f64 {
    let (year, month, day_of_month) = serial::civil(day);
    let first = serial::day_number(year, month + months, 1);
    let (year, month, _) = serial::civil(first);
    let last = serial::month_length(year, month);
    serial::join(first + day_of_month.min(last) - 1, seconds)
}

/// How many interval boundaries lie between two dates.
fn date_diff(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let interval = interval(values)?;
    if *arg(values, 1) == Value::Null || *arg(values, 2) == Value::Null {
        return Ok(Value::Null);
    }
    let first = first_day(values, 3)?;
    let (from, to) = (date_at(values, 1, environment)?, date_at(values, 2, environment)?);
    let (a, b) = (serial::moment(from), serial::moment(to));
    let (from_day, to_day) = (serial::split(from).0, serial::split(to).0);
    let steps = |unit: i64| serial::continuous(to).div_euclid(unit) - serial::continuous(from).div_euclid(unit);
    let week = |day: i64| (day - (position_in_week(day, first) - 1)).div_euclid(7);
    let difference = match interval {
        Interval::Year => b.year - a.year,
        Interval::Quarter => (b.year * 4 + (b.month - 1) / 3) - (a.year * 4 + (a.month - 1) / 3),
        Interval::Month => (b.year * 12 + b.month) - (a.year * 12 + a.month),
        Interval::DayOfYear | Interval::Day => to_day - from_day,
        Interval::Weekday => (to_day - from_day) / 7,
        Interval::Week => week(to_day) - week(from_day),
        Interval::Hour => steps(3600),
        Interval::Minute => steps(60),
        Interval::Second => steps(1),
    };
    i32::try_from(difference).map(Value::Long).map_err(|_| errors::overflow())
}

fn date_part(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let interval = interval(values)?;
    if *arg(values, 1) == Value::Null {
        return Ok(Value::Null);
    }
    let (first, rule) = (first_day(values, 2)?, first_week(values, 3)?);
    let date = date_at(values, 1, environment)?;
    let at = serial::moment(date);
    let (day, _) = serial::split(date);
    let part = match interval {
        Interval::Year => at.year,
        Interval::Quarter => quarter(at.month),
        Interval::Month => at.month,
        Interval::DayOfYear => day_of_year(day),
        Interval::Day => at.day,
        Interval::Weekday => position_in_week(day, first),
        Interval::Week => week_of_year(day, first, rule),
        Interval::Hour => at.hour,
        Interval::Minute => at.minute,
        Interval::Second => at.second,
    };
    Ok(Value::Integer(part as i16))
}

pub(super) fn quarter(month: i64) -> i64 {
    (month - 1) / 3 + 1
}

pub(super) fn day_of_year(day: i64) -> i64 {
    day - serial::day_number(serial::civil(day).0, 1, 1) + 1
}

/// Number of the week a day lies in. With four-day weeks the last Monday of a year before a leap year gives 53
/// although the rest of its week gives 1: the fault described in Microsoft Knowledge Base 200299, kept on purpose.
pub(super) fn week_of_year(day: i64, first: i64, rule: i64) -> i64 {
    let (year, ..) = serial::civil(day);
    if rule == FIRST_FOUR_DAYS && day >= week_one(year + 1, first, rule) {
        let faulty = serial::is_leap(year + 1) && position_in_week(day, first) == 1;
        return if faulty { 53 } else { 1 };
    }
    let mut start = week_one(year, first, rule);
    if day < start {
        start = week_one(year - 1, first, rule);
    }
    (day - start) / 7 + 1
}

/// First day of week 1 of a year.
fn week_one(year: i64, first: i64, rule: i64) -> i64 {
    let new_year = serial::day_number(year, 1, 1);
    let before = position_in_week(new_year, first) - 1;
    let start = new_year - before;
    let days_in_year = 7 - before;
    let next = match rule {
        FIRST_FOUR_DAYS => days_in_year < 4,
        FIRST_FULL_WEEK => before > 0,
        _ => false,
    };
    if next { start + 7 } else { start }
}
