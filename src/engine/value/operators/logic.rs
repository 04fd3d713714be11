//! `And Or Xor Eqv Imp Not`: bitwise on whole numbers, Boolean among Booleans, with the tables for Null
//! (MS-VBAL 5.6.9.8). Both operands are always there: nothing short-circuits.

use super::BinaryOp;
use super::arithmetic::{Kind, kind};
use crate::engine::value::{RunError, Value, coerce};

pub(super) fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, RunError> {
    let (left, right) = (kind(a)?, kind(b)?);
    if left == Kind::Null || right == Kind::Null {
        return with_null(op, a, b, left, right);
    }
    let kind = effective(left, right);
    let bits = combine(op, bits(a, kind)?, bits(b, kind)?);
    Ok(typed(bits, kind))
}

fn combine(op: BinaryOp, a: i64, b: i64) -> i64 {
    match op {
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Eqv => !(a ^ b),
        _ => !a | b,
    }
}

/// Byte and Boolean stay among themselves, small types are Integer, everything with a fraction is Long.
fn effective(left: Kind, right: Kind) -> Kind {
    match (left, right) {
        (Kind::Byte, Kind::Byte) => Kind::Byte,
        (Kind::Boolean, Kind::Boolean) => Kind::Boolean,
        (Kind::LongLong, _) | (_, Kind::LongLong) => Kind::LongLong,
        (left, right) if left.max(right) <= Kind::Integer => Kind::Integer,
        _ => Kind::Long,
    }
}

fn bits(value: &Value, kind: Kind) -> Result<i64, RunError> {
    Ok(match kind {
        Kind::LongLong => coerce::to_long_long(value)?,
        _ => text_boolean(value)?.map_or_else(|| coerce::to_long(value), |flag| Ok(-i32::from(flag)))?.into(),
    })
}

/// "True" and "False" are words a logical operator understands (Let-coercion of a string to Boolean).
fn text_boolean(value: &Value) -> Result<Option<bool>, RunError> {
    match value {
        Value::Text(text) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
            coerce::to_boolean(value).map(Some)
        }
        _ => Ok(None),
    }
}

fn typed(bits: i64, kind: Kind) -> Value {
    match kind {
        Kind::Byte => Value::Byte(bits as u8),
        Kind::Boolean => Value::Boolean(bits != 0),
        Kind::Integer => Value::Integer(bits as i16),
        Kind::LongLong => Value::LongLong(bits),
        _ => Value::Long(bits as i32),
    }
}

/// With one Null the other operand can still decide: False And, True Or, False Imp, Imp True.
fn with_null(op: BinaryOp, a: &Value, b: &Value, left: Kind, right: Kind) -> Result<Value, RunError> {
    let known = match (left, right) {
        (Kind::Null, Kind::Null) => return Ok(Value::Null),
        (Kind::Null, _) => b,
        _ => a,
    };
    let kind = effective(kind(known)?, kind(known)?);
    let bits = bits(known, kind)?;
    let left_known = right == Kind::Null;
    Ok(match op {
        BinaryOp::And if bits == 0 => typed(0, kind),
        BinaryOp::Or if bits != 0 => typed(bits, kind),
        BinaryOp::Imp if left_known && bits != -1 => typed(!bits, kind),
        BinaryOp::Imp if !left_known && bits != 0 => typed(bits, kind),
        _ => Value::Null,
    })
}

/// `Not`: the complement of the bits; Not Null is Null.
pub(super) fn not(value: &Value) -> Result<Value, RunError> {
    let kind = match kind(value)? {
        Kind::Null => return Ok(Value::Null),
        Kind::Empty => Kind::Integer,
        other => effective(other, other),
    };
    Ok(typed(!bits(value, kind)?, kind))
}
