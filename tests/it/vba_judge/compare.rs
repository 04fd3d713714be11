//! The relational and logical operators (MS-VBAL 5.6.9.5, 5.6.9.8): numeric or string comparison by value and declared types,
//! bitwise logic with Null as the third truth value.

use std::cmp::Ordering;

use super::coerce;
use super::text;
use super::value::{Declared, Halt, Judged, Kind, Operand, Value};

/// How strings compare: `Option Compare` (MS-VBAL 5.2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Binary,
    Text,
}

/// The logical operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logic {
    And,
    Or,
    Xor,
    Eqv,
    Imp,
}

/// The order of two operands; nothing when one is Null. `equality` says that only equal or not is asked.
pub fn order(a: &Operand, b: &Operand, mode: Mode, equality: bool) -> Judged<Option<Ordering>> {
    let texts = |side: &Operand| matches!(side.kind(), Kind::Text);
    match (a.kind(), b.kind()) {
        (Kind::Null, _) | (_, Kind::Null) => Ok(None),
        (Kind::Text, Kind::Text | Kind::Empty) | (Kind::Empty, Kind::Text) => {
            strings(&text::of(&a.value)?, &text::of(&b.value)?, mode, equality).map(Some)
        }
        _ if texts(a) => Ok(Some(number_and_text(b, a)?.reverse())),
        _ if texts(b) => number_and_text(a, b).map(Some),
        _ => numbers(&a.value, &b.value).map(Some),
    }
}

/// Order of strings. By code unit, or without case: then only letters and digits have an order every locale agrees on.
pub fn strings(a: &str, b: &str, mode: Mode, equality: bool) -> Judged<Ordering> {
    if mode == Mode::Binary {
        return Ok(a.encode_utf16().cmp(b.encode_utf16()));
    }
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if a == b || equality || (plain(&a) && plain(&b)) {
        return Ok(a.cmp(&b));
    }
    Err(Halt::Unsettled("the order of signs in a comparison without case"))
}

/// A number against a string (MS-VBAL 5.6.9.5; Microsoft, Comparison operators).
fn number_and_text(number: &Operand, text: &Operand) -> Judged<Ordering> {
    if matches!(number.kind(), Kind::Boolean | Kind::Date) {
        return Err(Halt::Unsettled("a Boolean or Date against a string"));
    }
    match (number.declared, text.declared) {
        // Both Variant: the number is always less than the string.
        (Declared::Variant, Declared::Variant) => Ok(Ordering::Less),
        (Declared::Concrete, Declared::Concrete | Declared::Variant) => {
            // Both sources compare as numbers, but not in the same type: the verdict must not depend on it.
            let wide = coerce::double(&text.value)?;
            let narrow = coerce::to_kind(&text.value, number.kind());
            let in_kind = narrow.map_err(|_| DIFFERENT_TYPE)?;
            if coerce::double(&in_kind)? != wide {
                return Err(DIFFERENT_TYPE);
            }
            numbers(&number.value, &in_kind)
        }
        _ => Err(Halt::Unsettled("a declared string against a number in a Variant")),
    }
}

const DIFFERENT_TYPE: Halt = Halt::Unsettled("whether a string is compared as a Double or in the other type");

/// Numbers by the table of effective types (MS-VBAL 5.6.9.5): a Double beside a Single is rounded to Single, a float beside a
/// Currency becomes a Currency (also Microsoft, Comparison operators).
fn numbers(a: &Value, b: &Value) -> Judged<Ordering> {
    let (left, right) = (a.kind(), b.kind());
    let either = |kind: Kind| left == kind || right == kind;
    if either(Kind::Date) {
        let (x, y) = (coerce::double(a)?, coerce::double(b)?);
        if !coerce::is_date(x) || !coerce::is_date(y) {
            return Err(Halt::Unsettled("a date against a number that is no date"));
        }
        return Ok(floats(x, y));
    }
    if either(Kind::Currency) {
        return Ok(coerce::currency(a)?.cmp(&coerce::currency(b)?));
    }
    if either(Kind::Single) && !either(Kind::Long) {
        if either(Kind::LongLong) {
            return Err(Halt::Unsettled("a Single against a LongLong"));
        }
        let narrow = |value: &Value| coerce::single(value).map_err(|_| Halt::Unsettled("a Double beyond a Single"));
        return Ok(floats(narrow(a)?.into(), narrow(b)?.into()));
    }
    if either(Kind::Single) || either(Kind::Double) {
        return Ok(floats(coerce::double(a)?, coerce::double(b)?));
    }
    Ok(coerce::whole(a)?.cmp(&coerce::whole(b)?))
}

fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// The type a logical operator computes in for one operand (MS-VBAL 5.6.9.8).
fn logical_kind(kind: Kind) -> Kind {
    match kind {
        Kind::Byte | Kind::Boolean | Kind::Integer | Kind::LongLong => kind,
        Kind::Empty => Kind::Integer,
        Kind::Null => Kind::Null,
        _ => Kind::Long,
    }
}

/// The effective type of a logical operator with two operands (MS-VBAL 5.6.9.8).
fn logical_kinds(a: Kind, b: Kind) -> Kind {
    let (left, right) = (logical_kind(a), logical_kind(b));
    let either = |kind: Kind| left == kind || right == kind;
    match (left, right) {
        (Kind::Null, other) | (other, Kind::Null) => other,
        _ if left == right => left,
        _ if either(Kind::LongLong) => Kind::LongLong,
        _ if either(Kind::Long) => Kind::Long,
        _ => Kind::Integer,
    }
}

fn bits(value: &Value, kind: Kind) -> Judged<i64> {
    let coerced = coerce::to_kind(value, kind)?;
    Ok(match coerced {
        Value::Boolean(value) => -i64::from(value),
        Value::Byte(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Long(value) => value.into(),
        Value::LongLong(value) => value,
        _ => return Err(Halt::Unsettled("bits of a type without bits")),
    })
}

fn typed(bits: i64, kind: Kind) -> Value {
    match kind {
        Kind::Boolean => Value::Boolean(bits != 0),
        Kind::Byte => Value::Byte(bits as u8),
        Kind::Integer => Value::Integer(bits as i16),
        Kind::Long => Value::Long(bits as i32),
        _ => Value::LongLong(bits),
    }
}

/// A logical operator (MS-VBAL 5.6.9.8.2 to .6).
pub fn logic(op: Logic, a: &Operand, b: &Operand) -> Judged<Operand> {
    let declared = a.declared.with(b.declared);
    let kind = logical_kinds(a.kind(), b.kind());
    let value = match (a.kind(), b.kind()) {
        (Kind::Null, Kind::Null) => Value::Null,
        (Kind::Null, _) => with_null(op, bits(&b.value, kind)?, kind, false)?,
        (_, Kind::Null) => with_null(op, bits(&a.value, kind)?, kind, true)?,
        _ => {
            let (left, right) = (bits(&a.value, kind)?, bits(&b.value, kind)?);
            typed(combined(op, left, right), kind)
        }
    };
    Ok(Operand { value, declared })
}

fn combined(op: Logic, left: i64, right: i64) -> i64 {
    match op {
        Logic::And => left & right,
        Logic::Or => left | right,
        Logic::Xor => left ^ right,
        Logic::Eqv => !(left ^ right),
        Logic::Imp => !left | right,
    }
}

/// One operand is Null; `left` says that the known one stands on the left. The tables of Microsoft's And, Or, Xor, Eqv and Imp
/// operators know True, False and Null only: other numbers beside `Or` and `Imp` have no verdict.
fn with_null(op: Logic, known: i64, kind: Kind, left: bool) -> Judged<Value> {
    let truth = |bits: i64| bits == 0 || typed(bits, kind) == typed(-1, kind);
    match op {
        Logic::Xor | Logic::Eqv => Ok(Value::Null),
        Logic::And => Ok(if known == 0 { typed(0, kind) } else { Value::Null }),
        _ if !truth(known) || kind == Kind::Byte => Err(Halt::Unsettled("Or and Imp of Null and a number")),
        // True Or Null, Null Imp True and False Imp Null are True, the rest is Null.
        Logic::Or => Ok(if known != 0 { typed(-1, kind) } else { Value::Null }),
        Logic::Imp if left => Ok(if known == 0 { typed(-1, kind) } else { Value::Null }),
        Logic::Imp => Ok(if known != 0 { typed(-1, kind) } else { Value::Null }),
    }
}

/// `Not` (MS-VBAL 5.6.9.8.1): the complement of the bits in the operand's own type.
pub fn not(a: &Operand) -> Judged<Operand> {
    let kind = logical_kind(a.kind());
    let value = match kind {
        Kind::Null => Value::Null,
        _ => typed(!bits(&a.value, kind)?, kind),
    };
    Ok(Operand { value, declared: a.declared })
}
