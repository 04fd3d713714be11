//! `+ - * / \ Mod ^` and unary minus: the effective types of MS-VBAL 5.6.9.3 and the widening of Variants.
//! Promises error 6 or the next wider type on overflow, 11 on division by zero, never an infinite result.

use rust_decimal::Decimal;

use super::{BinaryOp, Typing};
use crate::engine::value::coerce;
use crate::engine::value::text::CURRENCY_SCALE;
use crate::engine::value::{RunError, Value, errors, serial};

/// What an operand is to an arithmetic operator; ascending by how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Empty,
    Byte,
    Boolean,
    Integer,
    Long,
    LongLong,
    Single,
    Double,
    Text,
    Currency,
    Date,
    Decimal,
    Null,
}

pub(super) fn kind(value: &Value) -> Result<Kind, RunError> {
    Ok(match value {
        Value::Empty => Kind::Empty,
        Value::Null => Kind::Null,
        Value::Boolean(_) => Kind::Boolean,
        Value::Byte(_) => Kind::Byte,
        Value::Integer(_) => Kind::Integer,
        Value::Long(_) => Kind::Long,
        Value::LongLong(_) => Kind::LongLong,
        Value::Single(_) => Kind::Single,
        Value::Double(_) => Kind::Double,
        Value::Currency(_) => Kind::Currency,
        Value::Decimal(_) => Kind::Decimal,
        Value::Date(_) => Kind::Date,
        Value::Text(_) => Kind::Text,
        Value::Nothing => return Err(errors::object_not_set()),
        Value::Object(_) => return Err(errors::no_member()),
        Value::Error(_) | Value::Missing | Value::Array(_) => return Err(errors::mismatch()),
    })
}

pub(super) fn binary(op: BinaryOp, a: &Value, b: &Value, typing: Typing) -> Result<Value, RunError> {
    let (left, right) = (kind(a)?, kind(b)?);
    if left == Kind::Null || right == Kind::Null {
        return Ok(Value::Null);
    }
    if op == BinaryOp::Add
        && let Some(text) = add_text(a, b)?
    {
        return Ok(text);
    }
    match op {
        BinaryOp::Power => power(coerce::to_double(a)?, coerce::to_double(b)?),
        BinaryOp::Divide => divide(a, b, quotient_kind(left, right), typing),
        BinaryOp::IntegerDivide | BinaryOp::Modulo => integer(op, a, b, integer_kind(left, right), typing),
        _ => compute(op, a, b, effective(op, left, right), typing),
    }
}

/// `+` joins two strings, and a string with Empty (MS-VBAL 5.6.9.3.2).
fn add_text(a: &Value, b: &Value) -> Result<Option<Value>, RunError> {
    match (a, b) {
        (Value::Text(_), Value::Text(_) | Value::Empty) | (Value::Empty, Value::Text(_)) => {
            super::concatenate(a, b).map(Some)
        }
        _ => Ok(None),
    }
}

/// Effective type of `+ - *` (MS-VBAL 5.6.9.3, general table and the exceptions of each operator).
fn effective(op: BinaryOp, left: Kind, right: Kind) -> Kind {
    let (low, high) = if left <= right { (left, right) } else { (right, left) };
    match (low, high) {
        (_, Kind::Decimal) => Kind::Decimal,
        (Kind::Date, Kind::Date) if op == BinaryOp::Subtract => Kind::Double,
        (_, Kind::Date) if op == BinaryOp::Multiply => Kind::Double,
        (_, Kind::Date) => Kind::Date,
        (Kind::Single | Kind::Double | Kind::Text, Kind::Currency) if op == BinaryOp::Multiply => Kind::Double,
        (_, Kind::Currency) => Kind::Currency,
        (_, Kind::Text | Kind::Double) | (Kind::Long | Kind::LongLong, Kind::Single) => Kind::Double,
        (_, Kind::Single) => Kind::Single,
        (_, Kind::LongLong) => Kind::LongLong,
        (_, Kind::Long) => Kind::Long,
        (Kind::Empty | Kind::Byte, Kind::Byte) => Kind::Byte,
        _ => Kind::Integer,
    }
}

/// Effective type of `/`: Double but for Single among small types, and Decimal (MS-VBAL 5.6.9.3.5).
fn quotient_kind(left: Kind, right: Kind) -> Kind {
    let small = |kind: Kind| kind <= Kind::Integer || kind == Kind::Single;
    match (left, right) {
        (Kind::Decimal, _) | (_, Kind::Decimal) => Kind::Decimal,
        (Kind::Single, other) | (other, Kind::Single) if small(other) => Kind::Single,
        _ => Kind::Double,
    }
}

/// Effective type of `\` and `Mod`: everything with a fraction rounds to Long (MS-VBAL 5.6.9.3.6).
fn integer_kind(left: Kind, right: Kind) -> Kind {
    match left.max(right) {
        _ if left == Kind::LongLong || right == Kind::LongLong => Kind::LongLong,
        Kind::Byte => Kind::Byte,
        Kind::Empty | Kind::Boolean | Kind::Integer => Kind::Integer,
        _ => Kind::Long,
    }
}

fn compute(op: BinaryOp, a: &Value, b: &Value, kind: Kind, typing: Typing) -> Result<Value, RunError> {
    match kind {
        Kind::Decimal => decimal(op, coerce::to_decimal(a)?, coerce::to_decimal(b)?),
        Kind::Currency => currency(op, coerce::to_currency(a)?, coerce::to_currency(b)?),
        Kind::Date => date(float(op, days(a)?, days(b)?), typing),
        Kind::Double => double(float(op, coerce::to_double(a)?, coerce::to_double(b)?)),
        Kind::Single => single(float(op, coerce::to_double(a)?, coerce::to_double(b)?), typing),
        whole => {
            let (a, b) = (i128::from(coerce::to_long_long(a)?), i128::from(coerce::to_long_long(b)?));
            fit(exact(op, a, b), whole, typing)
        }
    }
}

/// An operand of a sum of dates: only the result must be a date (MS-VBAL 5.6.9.3).
fn days(value: &Value) -> Result<f64, RunError> {
    if matches!(value, Value::Text(_)) { coerce::to_date(value) } else { coerce::to_double(value) }
}

fn exact(op: BinaryOp, a: i128, b: i128) -> i128 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        _ => a * b,
    }
}

fn float(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        _ => a * b,
    }
}

/// A whole result in its type, or in the next wider one when a Variant takes it.
fn fit(result: i128, kind: Kind, typing: Typing) -> Result<Value, RunError> {
    let fitted = match kind {
        Kind::Byte => u8::try_from(result).ok().map(Value::Byte),
        Kind::Long => i32::try_from(result).ok().map(Value::Long),
        Kind::LongLong => i64::try_from(result).ok().map(Value::LongLong),
        _ => i16::try_from(result).ok().map(Value::Integer),
    };
    match fitted {
        Some(value) => Ok(value),
        None if typing == Typing::Declared => Err(errors::overflow()),
        None => match kind {
            Kind::Byte => fit(result, Kind::Integer, typing),
            Kind::Boolean | Kind::Integer => fit(result, Kind::Long, typing),
            _ => double(result as f64),
        },
    }
}

fn double(result: f64) -> Result<Value, RunError> {
    if result.is_finite() { Ok(Value::Double(result)) } else { Err(errors::overflow()) }
}

fn single(result: f64, typing: Typing) -> Result<Value, RunError> {
    let narrow = result as f32;
    if narrow.is_finite() {
        return Ok(Value::Single(narrow));
    }
    if typing == Typing::Variant { double(result) } else { Err(errors::overflow()) }
}

fn date(result: f64, typing: Typing) -> Result<Value, RunError> {
    if serial::in_range(result) {
        return Ok(Value::Date(result));
    }
    if typing == Typing::Variant { double(result) } else { Err(errors::overflow()) }
}

fn currency(op: BinaryOp, a: i64, b: i64) -> Result<Value, RunError> {
    let exact = exact(op, a.into(), b.into());
    let scaled = if op == BinaryOp::Multiply { coerce::half_even(exact, CURRENCY_SCALE.into()) } else { exact };
    i64::try_from(scaled).map(Value::Currency).map_err(|_| errors::overflow())
}

fn decimal(op: BinaryOp, a: Decimal, b: Decimal) -> Result<Value, RunError> {
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        _ => a.checked_mul(b),
    };
    result.map(Value::Decimal).ok_or_else(errors::overflow)
}

/// `/`: 0/0 is an overflow, anything else over 0 is error 11 (MS-VBAL 5.6.9.3.5).
fn divide(a: &Value, b: &Value, kind: Kind, typing: Typing) -> Result<Value, RunError> {
    if kind == Kind::Decimal {
        let (a, b) = (coerce::to_decimal(a)?, coerce::to_decimal(b)?);
        if b.is_zero() {
            return Err(zero_divisor(a.is_zero()));
        }
        return a.checked_div(b).map(Value::Decimal).ok_or_else(errors::overflow);
    }
    let (a, b) = (coerce::to_double(a)?, coerce::to_double(b)?);
    if b == 0.0 {
        return Err(zero_divisor(a == 0.0));
    }
    if kind == Kind::Single { single(a / b, typing) } else { double(a / b) }
}

fn zero_divisor(also_zero: bool) -> RunError {
    if also_zero { errors::overflow() } else { errors::zero_division() }
}

/// `\` and `Mod`: operands round half to even first, the quotient is cut, the remainder has the sign of the dividend.
fn integer(op: BinaryOp, a: &Value, b: &Value, kind: Kind, typing: Typing) -> Result<Value, RunError> {
    let operand = |value: &Value| -> Result<i128, RunError> {
        Ok(if kind == Kind::LongLong { coerce::to_long_long(value)?.into() } else { coerce::to_long(value)?.into() })
    };
    let (a, b) = (operand(a)?, operand(b)?);
    if b == 0 {
        return Err(errors::zero_division());
    }
    fit(if op == BinaryOp::Modulo { a % b } else { a / b }, kind, typing)
}

/// `^`: always a Double. A negative base needs a whole exponent (error 5); 0 to a negative power is error 5 too.
fn power(base: f64, exponent: f64) -> Result<Value, RunError> {
    let fractional = exponent.fract() != 0.0;
    if (base < 0.0 && fractional) || (base == 0.0 && exponent < 0.0) {
        return Err(errors::invalid_call());
    }
    double(base.powf(exponent))
}

/// Unary minus: a Byte becomes an Integer, a string a Double (MS-VBAL 5.6.9.3.1).
pub(super) fn negate(value: &Value, typing: Typing) -> Result<Value, RunError> {
    match kind(value)? {
        Kind::Null => Ok(Value::Null),
        Kind::Empty | Kind::Byte | Kind::Boolean | Kind::Integer => whole_negation(value, Kind::Integer, typing),
        Kind::Long => whole_negation(value, Kind::Long, typing),
        Kind::LongLong => whole_negation(value, Kind::LongLong, typing),
        Kind::Single => Ok(Value::Single(-coerce::to_single(value)?)),
        Kind::Double | Kind::Text => double(-coerce::to_double(value)?),
        Kind::Currency => coerce::to_currency(value)?.checked_neg().map(Value::Currency).ok_or_else(errors::overflow),
        Kind::Date => date(-coerce::to_date(value)?, typing),
        Kind::Decimal => Ok(Value::Decimal(-coerce::to_decimal(value)?)),
    }
}

fn whole_negation(value: &Value, kind: Kind, typing: Typing) -> Result<Value, RunError> {
    fit(-i128::from(coerce::to_long_long(value)?), kind, typing)
}

/// Unary plus: the value, as a number.
pub(super) fn identity(value: &Value) -> Result<Value, RunError> {
    match kind(value)? {
        Kind::Text => Ok(Value::Double(coerce::to_double(value)?)),
        Kind::Empty => Ok(Value::Integer(0)),
        _ => Ok(value.clone()),
    }
}
