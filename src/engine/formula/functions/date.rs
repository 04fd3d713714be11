//! Days, months, weeks and times. Serials are turned to the 1900 system on the way in and back on the way out.

use std::collections::HashSet;

use super::super::context::Context;
use super::super::dates::{
    Day, LAST_DAY, day_of, from_1900, is_leap, month_length, serial, time_of, time_serial, to_1900, weekday,
};
use super::super::grid::Operand;
use super::super::text_number::text_to_number;
use super::super::value::{CellValue, Fail, Outcome};
use super::args::result;
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("DATE", (3, 3), Lift::All, date),
    function("TIME", (3, 3), Lift::All, |c, a| {
        let time = time_serial(c.number(a, 0)?.trunc(), c.number(a, 1)?.trunc(), c.number(a, 2)?.trunc());
        if time < 0.0 { Err(ErrorKind::Num.into()) } else { result(time.fract()) }
    }),
    function("NOW", (0, 0), Lift::All, |c, _| result(from_1900(c.now(), c.date1904()))),
    function("TODAY", (0, 0), Lift::All, |c, _| result(from_1900(c.now().floor(), c.date1904()))),
    function("YEAR", (1, 1), Lift::All, |c, a| result(day(c, a, 0)?.year as f64)),
    function("MONTH", (1, 1), Lift::All, |c, a| result(day(c, a, 0)?.month as f64)),
    function("DAY", (1, 1), Lift::All, |c, a| result(day(c, a, 0)?.day as f64)),
    function("HOUR", (1, 1), Lift::All, |c, a| result(time_of(moment(c, a, 0)?).0 as f64)),
    function("MINUTE", (1, 1), Lift::All, |c, a| result(time_of(moment(c, a, 0)?).1 as f64)),
    function("SECOND", (1, 1), Lift::All, |c, a| result(time_of(moment(c, a, 0)?).2 as f64)),
    function("WEEKDAY", (1, 2), Lift::All, week_day),
    function("WEEKNUM", (1, 2), Lift::All, week_number),
    function("ISOWEEKNUM", (1, 1), Lift::All, |c, a| result(iso_week(whole(c, a, 0)?)?)),
    function("EDATE", (2, 2), Lift::All, |c, a| {
        let (from, months) = (day(c, a, 0)?, c.int(a, 1)?);
        dated(c, months_on(from, months))
    }),
    function("EOMONTH", (2, 2), Lift::All, |c, a| {
        let (from, months) = (day(c, a, 0)?, c.int(a, 1)?);
        let next = from.month.saturating_add(months).saturating_add(1);
        dated(c, serial(from.year, next, 1).map(|first| first - 1))
    }),
    function("DAYS", (2, 2), Lift::All, |c, a| result((whole(c, a, 0)? - whole(c, a, 1)?) as f64)),
    function("DAYS360", (2, 3), Lift::All, |c, a| {
        let european = c.flag_or(a, 2, false)?;
        result(days_360(day(c, a, 0)?, day(c, a, 1)?, european))
    }),
    function("DATEDIF", (3, 3), Lift::All, date_difference),
    function("DATEVALUE", (1, 1), Lift::All, |c, a| result(read(c, a)?.floor())),
    function("TIMEVALUE", (1, 1), Lift::All, |c, a| result(read(c, a)?.fract())),
    function("YEARFRAC", (2, 3), Lift::All, year_fraction),
    function("NETWORKDAYS", (2, 3), Lift::At(&[0, 1]), |c, a| network_days(c, a, None)),
    function("NETWORKDAYS.INTL", (2, 4), Lift::At(&[0, 1]), |c, a| network_days(c, a, Some(2))),
    function("WORKDAY", (2, 3), Lift::At(&[0, 1]), |c, a| work_day(c, a, None)),
    function("WORKDAY.INTL", (2, 4), Lift::At(&[0, 1]), |c, a| work_day(c, a, Some(2))),
];

/// A moment as a serial of the 1900 system, within Excel's calendar.
fn moment(context: &mut Context, args: &[Operand], place: usize) -> Outcome<f64> {
    let given = context.number(args, place)?;
    if given < 0.0 {
        return Err(ErrorKind::Num.into());
    }
    let serial = to_1900(given, context.date1904());
    if serial < 0.0 || serial >= LAST_DAY as f64 + 1.0 { Err(ErrorKind::Num.into()) } else { Ok(serial) }
}

fn whole(context: &mut Context, args: &[Operand], place: usize) -> Outcome<i64> {
    Ok(moment(context, args, place)?.floor() as i64)
}

fn day(context: &mut Context, args: &[Operand], place: usize) -> Outcome<Day> {
    day_of(whole(context, args, place)?).ok_or(Fail::Error(ErrorKind::Num))
}

/// A serial of the 1900 system as a result; none is `#NUM!`.
fn dated(context: &Context, serial: Option<i64>) -> Outcome<Operand> {
    let serial = serial.ok_or(Fail::Error(ErrorKind::Num))?;
    let own = from_1900(serial as f64, context.date1904());
    if own < 0.0 { Err(ErrorKind::Num.into()) } else { result(own) }
}

fn read(context: &mut Context, args: &[Operand]) -> Outcome<f64> {
    let date1904 = context.date1904();
    match context.value(args, 0)? {
        CellValue::Text(text) => text_to_number(&text, date1904)
            .filter(|_| text.contains(['/', '-', ':', ' ']) || text.to_ascii_uppercase().ends_with('M'))
            .ok_or(Fail::Error(ErrorKind::Value)),
        _ => Err(ErrorKind::Value.into()),
    }
}

fn date(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (year, month, day) = (context.int(args, 0)?, context.int(args, 1)?, context.int(args, 2)?);
    // Years below 1900 count from it (1904 in the other system, where they still count from 1900).
    let year = if (0..1900).contains(&year) { year + 1900 } else { year };
    dated(context, serial(year, month, day))
}

fn months_on(from: Day, months: i64) -> Option<i64> {
    let first = day_of(serial(from.year, from.month.checked_add(months)?, 1)?)?;
    serial(first.year, first.month, from.day.min(month_length(first.year, first.month)))
}

fn week_day(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let sunday_first = weekday(whole(context, args, 0)?);
    result(match context.int_or(args, 1, 1)? {
        1 | 17 => sunday_first,
        3 => (sunday_first + 5).rem_euclid(7),
        2 => (sunday_first + 5).rem_euclid(7) + 1,
        kind @ 11..=16 => (sunday_first - 2 - (kind - 11)).rem_euclid(7) + 1,
        _ => return Err(ErrorKind::Num.into()),
    } as f64)
}

fn week_number(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let serial_number = whole(context, args, 0)?;
    let first_day = match context.int_or(args, 1, 1)? {
        1 | 17 => 1,
        2 | 11 => 2,
        kind @ 12..=16 => kind - 9,
        21 => return result(iso_week(serial_number)?),
        _ => return Err(ErrorKind::Num.into()),
    };
    let year = day_of(serial_number).ok_or(Fail::Error(ErrorKind::Num))?.year;
    let new_year = serial(year, 1, 1).unwrap_or(1);
    let lead = (weekday(new_year) - first_day).rem_euclid(7);
    result(((serial_number - new_year + lead).div_euclid(7) + 1) as f64)
}

/// The week of the year by ISO 8601: the one that holds the Thursday.
fn iso_week(serial_number: i64) -> Outcome<f64> {
    let monday_first = (weekday(serial_number) + 5).rem_euclid(7);
    let thursday = serial_number - monday_first + 3;
    let year = day_of(thursday).ok_or(Fail::Error(ErrorKind::Num))?.year;
    let new_year = serial(year, 1, 1).unwrap_or(1);
    Ok(((thursday - new_year).div_euclid(7) + 1) as f64)
}

/// Days by months of 30 days: NASD's rule, or the European one.
fn days_360(from: Day, to: Day, european: bool) -> f64 {
    let last = |day: Day| day.day == month_length(day.year, day.month);
    let (mut first, mut second) = (from.day, to.day);
    if european {
        first = first.min(30);
        second = second.min(30);
    } else {
        if last(from) {
            first = 30;
        }
        if second == 31 && first >= 30 {
            second = 30;
        }
    }
    ((to.year - from.year) * 360 + (to.month - from.month) * 30 + second - first) as f64
}

fn date_difference(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (start, end) = (whole(context, args, 0)?, whole(context, args, 1)?);
    let (from, to) = (day(context, args, 0)?, day(context, args, 1)?);
    if start > end {
        return Err(ErrorKind::Num.into());
    }
    let months = (to.year - from.year) * 12 + to.month - from.month - i64::from(to.day < from.day);
    let unit = context.text(args, 2)?.to_ascii_uppercase();
    result(match unit.as_str() {
        "D" => end - start,
        "M" => months,
        "Y" => months / 12,
        "YM" => months % 12,
        "MD" => {
            let month = to.month - i64::from(to.day < from.day);
            end - serial(to.year, month, from.day).ok_or(Fail::Error(ErrorKind::Num))?
        }
        "YD" => {
            let before = (to.month, to.day) < (from.month, from.day);
            end - serial(to.year - i64::from(before), from.month, from.day).ok_or(Fail::Error(ErrorKind::Num))?
        }
        _ => return Err(ErrorKind::Num.into()),
    } as f64)
}

fn year_fraction(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (start, end) = (whole(context, args, 0)?, whole(context, args, 1)?);
    let basis = context.int_or(args, 2, 0)?;
    let (start, end) = (start.min(end), start.max(end));
    let bounds = day_of(start).zip(day_of(end));
    let (from, to) = bounds.ok_or(Fail::Error(ErrorKind::Num))?;
    let days = (end - start) as f64;
    result(match basis {
        0 => nasd_360(from, to) / 360.0,
        1 => days / actual_year(from, to),
        2 => days / 360.0,
        3 => days / 365.0,
        4 => days_360(from, to, true) / 360.0,
        _ => return Err(ErrorKind::Num.into()),
    })
}

/// The US rule of YEARFRAC, which unlike DAYS360 treats two ends of February alike.
fn nasd_360(from: Day, to: Day) -> f64 {
    let february_end = |day: Day| day.month == 2 && day.day == month_length(day.year, 2);
    let (mut first, mut second) = (from.day, to.day);
    if february_end(from) && february_end(to) {
        second = 30;
    }
    if february_end(from) {
        first = 30;
    }
    if second == 31 && first >= 30 {
        second = 30;
    }
    first = first.min(30);
    ((to.year - from.year) * 360 + (to.month - from.month) * 30 + second - first) as f64
}

/// Length of the year for basis 1: within a year of each other by the leap day between, else the mean of the years touched.
fn actual_year(from: Day, to: Day) -> f64 {
    let within_year =
        to.year == from.year || (to.year == from.year + 1 && (to.month, to.day) <= (from.month, from.day));
    if !within_year {
        let years = to.year - from.year + 1;
        let days: i64 = (from.year..=to.year).map(|year| 365 + i64::from(is_leap(year))).sum();
        return days as f64 / years as f64;
    }
    let leap = if from.year == to.year {
        is_leap(from.year)
    } else {
        (is_leap(from.year) && (from.month, from.day) <= (2, 29)) || (is_leap(to.year) && (to.month, to.day) >= (2, 29))
    };
    if leap { 366.0 } else { 365.0 }
}

/// Which days of the week are free, from Monday.
fn weekend(context: &mut Context, args: &[Operand], place: Option<usize>) -> Outcome<[bool; 7]> {
    let standard = [false, false, false, false, false, true, true];
    let Some(place) = place.filter(|place| context.given(args, *place)) else {
        return Ok(standard);
    };
    let mut free = [false; 7];
    match context.value(args, place)? {
        CellValue::Text(text) if text.len() == 7 => {
            for (slot, mark) in free.iter_mut().zip(text.chars()) {
                *slot = match mark {
                    '0' => false,
                    '1' => true,
                    _ => return Err(ErrorKind::Value.into()),
                };
            }
        }
        CellValue::Text(_) => return Err(ErrorKind::Value.into()),
        other => {
            // 1 is Saturday and Sunday, 2 Sunday and Monday...; 11 is Sunday only, 12 Monday only...
            let (first, length) = match other.to_number(false)?.trunc() as i64 {
                kind @ 1..=7 => (kind + 4, 2),
                kind @ 11..=17 => (kind - 11 + 6, 1),
                _ => return Err(ErrorKind::Num.into()),
            };
            for step in 0..length {
                let day = usize::try_from((first + step).rem_euclid(7)).unwrap_or(0);
                if let Some(slot) = free.get_mut(day) {
                    *slot = true;
                }
            }
        }
    }
    Ok(free)
}

fn holidays(context: &mut Context, args: &[Operand], place: usize) -> Outcome<HashSet<i64>> {
    let date1904 = context.date1904();
    let mut days = HashSet::new();
    if !context.given(args, place) {
        return Ok(days);
    }
    context.each_value(args.get(place..=place).unwrap_or_default(), &mut |value, _| {
        if *value != CellValue::Empty {
            days.insert(to_1900(value.to_number(date1904)?, date1904).floor() as i64);
        }
        Ok(())
    })?;
    Ok(days)
}

fn is_free(serial: i64, free: &[bool; 7]) -> bool {
    let monday_first = usize::try_from((weekday(serial) + 5).rem_euclid(7)).unwrap_or(0);
    free.get(monday_first).copied().unwrap_or(false)
}

fn network_days(context: &mut Context, args: &[Operand], weekend_at: Option<usize>) -> Outcome<Operand> {
    let (start, end) = (whole(context, args, 0)?, whole(context, args, 1)?);
    let free = weekend(context, args, weekend_at)?;
    let holidays = holidays(context, args, weekend_at.map_or(2, |place| place + 1))?;
    let (first, last) = (start.min(end), start.max(end));
    // Whole weeks by multiplication, the rest and the holidays one by one.
    let weeks = (last - first + 1) / 7;
    let worked = free.iter().filter(|free| !**free).count() as i64;
    let rest = (first + weeks * 7..=last).filter(|day| !is_free(*day, &free)).count() as i64;
    let lost = holidays.iter().filter(|day| (first..=last).contains(day) && !is_free(**day, &free)).count() as i64;
    let days = (weeks * worked + rest - lost) as f64;
    result(if start > end { -days } else { days })
}

fn work_day(context: &mut Context, args: &[Operand], weekend_at: Option<usize>) -> Outcome<Operand> {
    let start = whole(context, args, 0)?;
    let mut left = context.int(args, 1)?;
    let free = weekend(context, args, weekend_at)?;
    let holidays = holidays(context, args, weekend_at.map_or(2, |place| place + 1))?;
    if free.iter().all(|free| *free) {
        return Err(ErrorKind::Value.into());
    }
    let step = left.signum();
    let mut day = start;
    while left != 0 {
        day += step;
        if !(0..=LAST_DAY).contains(&day) {
            return Err(ErrorKind::Num.into());
        }
        if !is_free(day, &free) && !holidays.contains(&day) {
            left -= step;
        }
    }
    context.spend((day - start).unsigned_abs())?;
    dated(context, Some(day))
}
