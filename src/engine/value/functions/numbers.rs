//! Numeric functions: absolute value, cutting, rounding, roots, logarithms, angles, colours, and `Rnd`.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Environment, Function, arg, double_at, function, given, long_at, long_or};
use crate::engine::value::coerce::{self, half_even};
use crate::engine::value::text::CURRENCY_SCALE;
use crate::engine::value::{RunError, Value, errors};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", &["number"], 1, abs),
    function("sgn", &["number"], 1, sgn),
    function("int", &["number"], 1, |values, _| cut(arg(values, 0), f64::floor)),
    function("fix", &["number"], 1, |values, _| cut(arg(values, 0), f64::trunc)),
    function("round", &["number", "numdigitsafterdecimal"], 1, round),
    function("sqr", &["number"], 1, sqr),
    function("exp", &["number"], 1, |values, _| finite(double_at(values, 0)?.exp())),
    function("log", &["number"], 1, log),
    function("sin", &["number"], 1, |values, _| finite(double_at(values, 0)?.sin())),
    function("cos", &["number"], 1, |values, _| finite(double_at(values, 0)?.cos())),
    function("tan", &["number"], 1, |values, _| finite(double_at(values, 0)?.tan())),
    function("atn", &["number"], 1, |values, _| finite(double_at(values, 0)?.atan())),
    function("rnd", &["number"], 0, rnd),
    function("randomize", &["number"], 0, randomize),
    function("rgb", &["red", "green", "blue"], 3, rgb),
    function("qbcolor", &["color"], 1, qbcolor),
    function("partition", &["number", "start", "stop", "interval"], 4, partition),
];

fn finite(number: f64) -> Result<Value, RunError> {
    if number.is_finite() { Ok(Value::Double(number)) } else { Err(errors::overflow()) }
}

/// Keeps the type; a Boolean becomes an Integer, a string a Double; -32768 has no absolute Integer.
fn abs(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    Ok(match arg(values, 0) {
        Value::Null => Value::Null,
        Value::Empty => Value::Integer(0),
        Value::Boolean(value) => Value::Integer((*value).into()),
        Value::Byte(value) => Value::Byte(*value),
        Value::Integer(value) => Value::Integer(value.checked_abs().ok_or_else(errors::overflow)?),
        Value::Long(value) => Value::Long(value.checked_abs().ok_or_else(errors::overflow)?),
        Value::LongLong(value) => Value::LongLong(value.checked_abs().ok_or_else(errors::overflow)?),
        Value::Single(value) => Value::Single(value.abs()),
        Value::Currency(value) => Value::Currency(value.checked_abs().ok_or_else(errors::overflow)?),
        Value::Decimal(value) => Value::Decimal(value.abs()),
        Value::Date(value) => Value::Date(value.abs()),
        other => Value::Double(coerce::to_double(other)?.abs()),
    })
}

fn sgn(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let number = double_at(values, 0)?;
    Ok(Value::Integer(if number > 0.0 { 1 } else { -i16::from(number < 0.0) }))
}

/// `Int` goes down, `Fix` towards zero; both keep the type.
fn cut(value: &Value, how: fn(f64) -> f64) -> Result<Value, RunError> {
    Ok(match value {
        Value::Null => Value::Null,
        Value::Empty => Value::Integer(0),
        Value::Boolean(value) => Value::Integer(-i16::from(*value)),
        Value::Byte(_) | Value::Integer(_) | Value::Long(_) | Value::LongLong(_) => value.clone(),
        Value::Single(value) => Value::Single(how((*value).into()) as f32),
        Value::Date(value) => Value::Date(how(*value)),
        Value::Currency(value) => {
            let down = how(-0.5) < -0.5;
            let whole = if down { value.div_euclid(CURRENCY_SCALE) } else { value / CURRENCY_SCALE };
            Value::Currency(whole.checked_mul(CURRENCY_SCALE).ok_or_else(errors::overflow)?)
        }
        Value::Decimal(value) => Value::Decimal(if how(-0.5) < -0.5 { value.floor() } else { value.trunc() }),
        other => Value::Double(how(coerce::to_double(other)?)),
    })
}

/// Most decimals `Round` takes for a Double (beyond its precision nothing changes).
const MOST_DECIMALS: i32 = 22;

/// Half to even; negative decimals are error 5.
fn round(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let decimals = long_or(values, 1, 0)?;
    if !(0..=MOST_DECIMALS).contains(&decimals) {
        return Err(errors::invalid_call());
    }
    Ok(match arg(values, 0) {
        Value::Null => Value::Null,
        Value::Empty => Value::Integer(0),
        Value::Boolean(value) => Value::Integer(-i16::from(*value)),
        whole @ (Value::Byte(_) | Value::Integer(_) | Value::Long(_) | Value::LongLong(_)) => whole.clone(),
        Value::Single(value) => Value::Single(round_float((*value).into(), decimals) as f32),
        Value::Date(value) => Value::Date(round_float(*value, decimals)),
        Value::Currency(value) => Value::Currency(round_currency(*value, decimals)),
        Value::Decimal(value) => Value::Decimal(round_decimal(*value, decimals)),
        other => Value::Double(round_float(coerce::to_double(other)?, decimals)),
    })
}

/// Scales, rounds half to even and scales back: 2.125 gives 2.12, and 1.005, which is stored below, gives 1.
pub fn round_float(number: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    let scaled = number * scale;
    if scaled.is_finite() { scaled.round_ties_even() / scale } else { number }
}

fn round_currency(value: i64, decimals: i32) -> i64 {
    let unit = 10i128.pow(4i32.saturating_sub(decimals).max(0) as u32);
    i64::try_from(half_even(value.into(), unit) * unit).unwrap_or(value)
}

fn round_decimal(value: Decimal, decimals: i32) -> Decimal {
    value.round_dp_with_strategy(decimals as u32, RoundingStrategy::MidpointNearestEven)
}

fn sqr(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let number = double_at(values, 0)?;
    if number < 0.0 { Err(errors::invalid_call()) } else { finite(number.sqrt()) }
}

fn log(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let number = double_at(values, 0)?;
    if number <= 0.0 { Err(errors::invalid_call()) } else { finite(number.ln()) }
}

fn rnd(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let number = given(values, 0).map(coerce::to_single).transpose()?;
    Ok(Value::Single(environment.random.next(number)))
}

/// Without a number the clock is the seed.
fn randomize(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let seed = match given(values, 0) {
        Some(number) => coerce::to_double(number)?,
        None => f64::from(super::dates::seconds_today(environment.now)),
    };
    environment.random.seed(seed);
    Ok(Value::Empty)
}

/// Red in the lowest byte; above 255 counts as 255, negative is error 5.
fn rgb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let part = |at: usize| -> Result<i32, RunError> {
        let part = i32::from(coerce::to_integer(arg(values, at))?);
        if part < 0 { Err(errors::invalid_call()) } else { Ok(part.min(255)) }
    };
    Ok(Value::Long(part(0)? + part(1)? * 0x100 + part(2)? * 0x1_0000))
}

/// The sixteen colours of QuickBasic as RGB numbers (Microsoft Learn, QBColor).
const QB_COLORS: [i32; 16] = [
    0, 0x80_0000, 0x8000, 0x80_8000, 0x80, 0x80_0080, 0x8080, 0xC0_C0C0, 0x80_8080, 0xFF_0000, 0xFF00, 0xFF_FF00, 0xFF,
    0xFF_00FF, 0xFFFF, 0xFF_FFFF,
];

fn qbcolor(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let color = usize::try_from(long_at(values, 0)?).ok().and_then(|at| QB_COLORS.get(at));
    color.map(|&color| Value::Long(color)).ok_or_else(errors::invalid_call)
}

/// The range a number falls in, as "  1: 10", padded to the width of the widest bound.
fn partition(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    if (0..4).any(|at| *arg(values, at) == Value::Null) {
        return Ok(Value::Null);
    }
    let whole = |at: usize| coerce::to_long(arg(values, at)).map(i64::from);
    let (number, start, stop, interval) = (whole(0)?, whole(1)?, whole(2)?, whole(3)?);
    if start < 0 || stop <= start || interval < 1 {
        return Err(errors::invalid_call());
    }
    let width = (stop + 1).to_string().len().max((start - 1).to_string().len());
    let (low, high) = if number < start {
        (None, Some(start - 1))
    } else if number > stop {
        (Some(stop + 1), None)
    } else {
        let low = start + (number - start) / interval * interval;
        (Some(low), Some((low + interval - 1).min(stop)))
    };
    let shown = |bound: Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    Ok(Value::text(format!("{:>width$}:{:>width$}", shown(low), shown(high))))
}
