//! FillDown and its kin, and AutoFill's series (Microsoft, "Range.FillDown", "Range.AutoFill", "XlAutoFillType").

use super::area::Area;
use super::block::{Content, Paste, lift, paste_tiled};
use super::entry::{add_months, civil};
use super::excel::Excel;
use super::fault::{Answer, Done, class_method};
use super::grid::{Cell, Direction};
use super::members::bind;
use super::range_ref::RangeRef;
use super::range_value::guard;
use super::scalar;
use crate::engine::value::{Arguments, Value};

/// Copies the first line of each area over the rest. A range of one line is filled from its neighbour, as in Excel.
pub fn fill(excel: &mut Excel, range: &RangeRef, toward: Direction) -> Answer {
    guard(excel, range)?;
    for area in &range.areas {
        let source = match toward {
            Direction::Down => Area { bottom: area.top, ..*area },
            Direction::Up => Area { top: area.bottom, ..*area },
            Direction::Right => Area { right: area.left, ..*area },
            Direction::Left => Area { left: area.right, ..*area },
        };
        let neighbour = match toward {
            Direction::Down => source.offset(-1, 0),
            Direction::Up => source.offset(1, 0),
            Direction::Right => source.offset(0, -1),
            Direction::Left => source.offset(0, 1),
        };
        let source = if source == *area { neighbour } else { Some(source) };
        let Some(source) = source else { continue };
        let block = lift(excel, &RangeRef::new(range.sheet, source), Content::All)?;
        paste_tiled(excel, &block, range.sheet, *area, &Paste::ALL)?;
    }
    excel.clipboard = None;
    Ok(Value::Boolean(true))
}

/// `XlAutoFillType`.
const FILL_COPY: i64 = 1;
const FILL_SERIES: i64 = 2;
const FILL_FORMATS: i64 = 3;
const FILL_VALUES: i64 = 4;
const FILL_DAYS: i64 = 5;
const FILL_WEEKDAYS: i64 = 6;
const FILL_MONTHS: i64 = 7;
const FILL_YEARS: i64 = 8;
const GROWTH_TREND: i64 = 10;
const MONTHS_PER_YEAR: i64 = 12;

/// Series of numbers (also at the end of texts), dates, months and weekdays, in the four directions; formulas are copied.
pub fn auto_fill(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [target, kind] = bind(arguments, ["Destination", "Type"])?;
    let failed = || class_method("AutoFill", "Range");
    let target = excel.range_argument(target.ok_or_else(failed)?)?;
    let kind = kind.map_or(Ok(0), scalar::whole)?;
    let (from, to) = (range.first(), target.first());
    if target.sheet != range.sheet || !to.covers(from) {
        return Err(failed());
    }
    guard(excel, &target)?;
    let down = to.left == from.left && to.right == from.right;
    let across = to.top == from.top && to.bottom == from.bottom;
    if !down && !across {
        return Err(failed());
    }
    let block = lift(excel, range, Content::All)?;
    let paste = match kind {
        FILL_FORMATS => Paste { content: Content::None, ..Paste::ALL },
        FILL_VALUES => Paste { formats: super::block::Formats::None, ..Paste::ALL },
        _ => Paste::ALL,
    };
    for area in to.without(from) {
        tile_from(excel, &block, range.sheet, from, area, down, &paste)?;
    }
    if kind != FILL_COPY && kind != FILL_FORMATS {
        let lines = if down { from.left..=from.right } else { from.top..=from.bottom };
        for line in lines {
            continue_line(excel, range.sheet, from, to, line, kind)?;
        }
    }
    excel.book.changed(range.sheet, to);
    Ok(Value::Boolean(true))
}

/// Repeats the source over one side; a rest that is no whole multiple is filled line by line.
fn tile_from(
    excel: &mut Excel,
    block: &super::block::Block,
    sheet: u32,
    from: Area,
    area: Area,
    down: bool,
    paste: &Paste,
) -> Done {
    let (length, size) = if down { (area.height(), from.height()) } else { (area.width(), from.width()) };
    let whole = length / size * size;
    if whole > 0 {
        let part = if down { area.resize(whole, area.width()) } else { area.resize(area.height(), whole) };
        if let Some(part) = part {
            paste_tiled(excel, block, sheet, part, paste)?;
        }
    }
    let rest = length - whole;
    if rest == 0 {
        return Ok(());
    }
    let (source, target) = if down {
        (from.resize(rest, from.width()), Area { top: area.top + whole, ..area })
    } else {
        (from.resize(from.height(), rest), Area { left: area.left + whole, ..area })
    };
    let Some(source) = source else { return Ok(()) };
    let block = lift(excel, &RangeRef::new(sheet, source), Content::All)?;
    paste_tiled(excel, &block, sheet, target, paste).map(|_| ())
}

/// Continues the constants of one column (or row) beyond the source, in both directions.
fn continue_line(excel: &mut Excel, sheet: u32, from: Area, to: Area, line: u32, kind: i64) -> Done {
    let down = to.height() > from.height();
    let (first, last) = if down { (from.top, from.bottom) } else { (from.left, from.right) };
    let (start, end) = if down { (to.top, to.bottom) } else { (to.left, to.right) };
    let at = |n: u32| if down { (n, line) } else { (line, n) };
    let home = excel.sheet(sheet)?;
    let cells: Vec<Option<&Cell>> = (first..=last).map(|n| home.grid.get(at(n).0, at(n).1)).collect();
    if cells.iter().any(|cell| cell.is_none_or(|cell| cell.formula.is_some())) {
        return Ok(());
    }
    let values: Vec<Value> = cells.iter().flatten().map(|cell| cell.value.clone()).collect();
    let dated = super::range_value::is_date_format(&home.number_format(at(first).0, at(first).1));
    let Some(series) = Series::of(&values, kind, dated) else { return Ok(()) };
    let home = excel.sheet_mut(sheet)?;
    for n in (start..=end).filter(|n| !(first..=last).contains(n)) {
        let value = series.at(i64::from(n) - i64::from(first));
        home.grid.set(at(n).0, at(n).1, Cell::constant(value));
    }
    Ok(())
}

/// How a line goes on.
enum Series {
    /// Each so many times the one before.
    Growth { start: f64, factor: f64 },
    /// Days so many months apart.
    Monthly { start: f64, months: i64 },
    /// Working days, so many apart.
    Weekdays { start: f64, step: i64 },
    /// Least squares through the numbers, as Excel extends a selection.
    Linear { start: f64, step: f64 },
    /// `Item 1`, `Item 2`...
    Numbered { prefix: String, start: i64, step: i64 },
    /// Names of months or weekdays.
    Named { names: &'static [&'static str], start: i64, step: i64 },
}

/// Excel's own lists: months and weekdays, short and long.
pub const LISTS: [&[&str]; 4] = [
    &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    &[
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
    ],
    &["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    &["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
];

impl Series {
    /// A single number goes up by one where it is a date or a series was asked for; else it is repeated.
    fn of(values: &[Value], kind: i64, dated: bool) -> Option<Self> {
        let single_counts = dated || matches!(kind, FILL_SERIES | FILL_DAYS);
        let numbers: Option<Vec<f64>> =
            values.iter().map(|value| if let Value::Double(n) = value { Some(*n) } else { None }).collect();
        if let Some(numbers) = numbers {
            if let (Some(start), true) = (numbers.first().copied(), kind >= FILL_DAYS) {
                let second = numbers.get(1).copied();
                if let Some(series) = Self::by_kind(kind, start, second) {
                    return Some(series);
                }
            }
            return match numbers.as_slice() {
                [start] => single_counts.then_some(Self::Linear { start: *start, step: 1.0 }),
                many => Some(fitted(many)),
            };
        }
        let texts: Option<Vec<&str>> =
            values.iter().map(|value| if let Value::Text(text) = value { Some(&**text) } else { None }).collect();
        let texts = texts?;
        named(&texts).or_else(|| numbered(&texts))
    }

    /// The series a type asks for, its step taken from a second number.
    fn by_kind(kind: i64, start: f64, second: Option<f64>) -> Option<Self> {
        let months = || {
            let (one, two) = (civil(start)?, civil(second?)?);
            Some(i64::from(two.year() - one.year()) * MONTHS_PER_YEAR + i64::from(two.month() - one.month()))
        };
        Some(match kind {
            FILL_WEEKDAYS => Self::Weekdays { start, step: 1 },
            FILL_MONTHS => Self::Monthly { start, months: months().filter(|step| *step != 0).unwrap_or(1) },
            FILL_YEARS => {
                Self::Monthly { start, months: months().filter(|step| *step != 0).unwrap_or(MONTHS_PER_YEAR) }
            }
            GROWTH_TREND => {
                Self::Growth { start, factor: second.filter(|_| start != 0.0).map_or(2.0, |two| two / start) }
            }
            _ => return None,
        })
    }

    fn at(&self, index: i64) -> Value {
        match self {
            Self::Growth { start, factor } => Value::Double(start * factor.powf(index as f64)),
            Self::Monthly { start, months } => {
                Value::Double(add_months(*start, months.saturating_mul(index)).unwrap_or(*start))
            }
            Self::Weekdays { start, step } => Value::Double(working_day(*start, step.saturating_mul(index))),
            Self::Linear { start, step } => Value::Double(start + step * index as f64),
            Self::Numbered { prefix, start, step } => {
                let number = start.saturating_add(step.saturating_mul(index)).saturating_abs();
                scalar::of_text(format!("{prefix}{number}"))
            }
            Self::Named { names, start, step } => {
                let count = i64::try_from(names.len()).unwrap_or(1);
                let at = (start + step.saturating_mul(index)).rem_euclid(count);
                let name = usize::try_from(at).ok().and_then(|at| names.get(at)).copied();
                scalar::of_text(name.unwrap_or_default())
            }
        }
    }
}

/// The day so many working days on, Saturdays and Sundays left out.
fn working_day(start: f64, count: i64) -> f64 {
    const WEEK: f64 = 7.0;
    let mut day = start;
    let step = if count < 0 { -1.0 } else { 1.0 };
    // Serial 7 is a Saturday in Excel's count, serial 8 a Sunday.
    let weekend = |day: f64| day.floor().rem_euclid(WEEK) < 2.0;
    for _ in 0..count.unsigned_abs() {
        day += step;
        while weekend(day) {
            day += step;
        }
    }
    day
}

/// `XlDataSeriesType`.
const LINEAR: i64 = -4132;
const GROWTH: i64 = 2;
const CHRONOLOGICAL: i64 = 3;
/// `XlRowCol`.
const BY_ROWS: i64 = 1;

/// `Range.DataSeries(Rowcol, Type, Date, Step, Stop, Trend)`: continues the first cell of each column (or row).
pub fn data_series(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [line, kind, unit, step, stop, trend] = bind(arguments, ["Rowcol", "Type", "Date", "Step", "Stop", "Trend"])?;
    guard(excel, range)?;
    if trend.map_or(Ok(false), scalar::truth)? {
        return Err(super::fault::refused("excel:dataseries", "a trend over existing values is not offered"));
    }
    let area = range.first();
    let default_line = if area.width() > area.height() { BY_ROWS } else { 2 };
    let by_rows = line.map_or(Ok(default_line), scalar::whole)? == BY_ROWS;
    let kind = kind.map_or(Ok(LINEAR), scalar::whole)?;
    let unit = unit.map_or(Ok(1), scalar::whole)?;
    let step = step.map_or(Some(1.0), scalar::number).ok_or_else(super::fault::mismatch)?;
    let stop = stop.map(|value| scalar::number(value).ok_or_else(super::fault::mismatch)).transpose()?;
    let lines = if by_rows { area.top..=area.bottom } else { area.left..=area.right };
    for line in lines {
        let (first, last) = if by_rows { (area.left, area.right) } else { (area.top, area.bottom) };
        let at = |n: u32| if by_rows { (line, n) } else { (n, line) };
        let Value::Double(start) = excel.cell_value(range.sheet, at(first).0, at(first).1)? else { continue };
        let series = match (kind, unit) {
            (GROWTH, _) => Series::Growth { start, factor: step },
            (CHRONOLOGICAL, 2) => Series::Weekdays { start, step: step as i64 },
            (CHRONOLOGICAL, 3) => Series::Monthly { start, months: step as i64 },
            (CHRONOLOGICAL, 4) => Series::Monthly { start, months: step as i64 * MONTHS_PER_YEAR },
            _ => Series::Linear { start, step },
        };
        for n in first..=last {
            let value = series.at(i64::from(n) - i64::from(first));
            let beyond = |limit: f64| {
                let number = scalar::number(&value).unwrap_or(limit);
                if step < 0.0 { number < limit } else { number > limit }
            };
            if stop.is_some_and(beyond) {
                break;
            }
            excel.sheet_mut(range.sheet)?.grid.set(at(n).0, at(n).1, Cell::constant(value));
        }
    }
    excel.book.changed(range.sheet, area);
    Ok(Value::Boolean(true))
}

/// The straight line through equidistant points.
fn fitted(numbers: &[f64]) -> Series {
    let count = numbers.len() as f64;
    let mean_x = (count - 1.0) / 2.0;
    let mean_y = numbers.iter().sum::<f64>() / count;
    let (mut above, mut below) = (0.0, 0.0);
    for (at, y) in numbers.iter().enumerate() {
        let x = at as f64 - mean_x;
        above += x * (y - mean_y);
        below += x * x;
    }
    let step = above / below;
    Series::Linear { start: mean_y - step * mean_x, step }
}

fn named(texts: &[&str]) -> Option<Series> {
    let names = LISTS
        .into_iter()
        .find(|names| texts.iter().all(|text| names.iter().any(|name| name.eq_ignore_ascii_case(text))))?;
    let place = |text: &str| names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let start = i64::try_from(place(texts.first()?)?).ok()?;
    let second = texts.get(1).and_then(|text| place(text)).and_then(|at| i64::try_from(at).ok());
    Some(Series::Named { names, start, step: second.map_or(1, |second| second - start) })
}

fn numbered(texts: &[&str]) -> Option<Series> {
    let split = |text: &str| {
        let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = text.get(prefix.len()..)?.parse::<i64>().ok()?;
        Some((prefix.to_owned(), number))
    };
    let (prefix, start) = split(texts.first()?)?;
    let all: Option<Vec<(String, i64)>> = texts.iter().map(|text| split(text)).collect();
    let all = all?;
    if all.iter().any(|(other, _)| *other != prefix) {
        return None;
    }
    let step = all.get(1).map_or(1, |(_, second)| second.saturating_sub(start));
    Some(Series::Numbered { prefix, start, step })
}
