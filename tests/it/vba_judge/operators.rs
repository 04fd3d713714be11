//! The arithmetic and concatenation operators (MS-VBAL 5.6.9.3, 5.6.9.4): first the effective value type by the tables, then
//! the operation in that type, then what overflow becomes where an operand is declared Variant.

use super::coerce;
use super::text::{self, CURRENCY_UNITS, half_even};
use super::value::{DIVISION, Declared, Halt, INVALID_CALL, Judged, Kind, OVERFLOW, Operand, Value};

/// The arithmetic operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo,
    Power,
}

fn is_small(kind: Kind) -> bool {
    matches!(kind, Kind::Byte | Kind::Boolean | Kind::Integer | Kind::Empty)
}

fn is_fractional(kind: Kind) -> bool {
    matches!(kind, Kind::Single | Kind::Double | Kind::Currency | Kind::Date | Kind::Text)
}

/// The table that most operators share (MS-VBAL 5.6.9.3).
fn shared(a: Kind, b: Kind) -> Kind {
    let either = |kind: Kind| a == kind || b == kind;
    let larger = |kind: Kind| matches!(kind, Kind::Long | Kind::LongLong);
    match (a, b) {
        (Kind::Byte, Kind::Byte | Kind::Empty) | (Kind::Empty, Kind::Byte) => Kind::Byte,
        _ if is_small(a) && is_small(b) => Kind::Integer,
        _ if either(Kind::Date) => Kind::Date,
        _ if either(Kind::Currency) => Kind::Currency,
        _ if either(Kind::Double) || either(Kind::Text) => Kind::Double,
        (Kind::Single, other) | (other, Kind::Single) if larger(other) => Kind::Double,
        _ if either(Kind::Single) => Kind::Single,
        _ if either(Kind::LongLong) => Kind::LongLong,
        _ => Kind::Long,
    }
}

/// The effective value type of an operator (MS-VBAL 5.6.9.3 and the exceptions of each operator's own section).
fn effective(op: Arithmetic, a: Kind, b: Kind) -> Judged<Kind> {
    let either = |kind: Kind| a == kind || b == kind;
    if either(Kind::Null) {
        return Ok(Kind::Null);
    }
    Ok(match op {
        // 5.6.9.3.2
        Arithmetic::Add if a == Kind::Text && b == Kind::Text => Kind::Text,
        Arithmetic::Add if either(Kind::Text) && either(Kind::Empty) => {
            return Err(Halt::Unsettled("whether a string plus Empty is the string or a number"));
        }
        // 5.6.9.3.3
        Arithmetic::Subtract if a == Kind::Date && b == Kind::Date => Kind::Double,
        // 5.6.9.3.4
        Arithmetic::Multiply if either(Kind::Date) => Kind::Double,
        Arithmetic::Multiply if either(Kind::Currency) => {
            if either(Kind::Single) || either(Kind::Double) || either(Kind::Text) {
                Kind::Double
            } else {
                Kind::Currency
            }
        }
        Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply => shared(a, b),
        // 5.6.9.3.5
        Arithmetic::Divide if either(Kind::Single) && shared(a, b) == Kind::Single => Kind::Single,
        // 5.6.9.3.7
        Arithmetic::Divide | Arithmetic::Power => Kind::Double,
        Arithmetic::IntegerDivide | Arithmetic::Modulo => return divided(a, b),
    })
}

/// The exceptions of `\` and `Mod` (MS-VBAL 5.6.9.3.6).
fn divided(a: Kind, b: Kind) -> Judged<Kind> {
    Ok(match (a, b) {
        (Kind::Byte, Kind::Empty) | (Kind::Empty, Kind::Byte) => Kind::Integer,
        (Kind::LongLong, _) | (_, Kind::LongLong) => Kind::LongLong,
        (Kind::Boolean | Kind::Integer, right) if is_fractional(right) => {
            return Err(Halt::Unsettled("an Integer divided by a fraction is Integer at run time but declared Long"));
        }
        _ if is_fractional(a) || is_fractional(b) => Kind::Long,
        _ => shared(a, b),
    })
}

/// An arithmetic operator on two operands.
pub fn arithmetic(op: Arithmetic, a: &Operand, b: &Operand) -> Judged<Operand> {
    let declared = a.declared.with(b.declared);
    let kind = effective(op, a.kind(), b.kind())?;
    let value = match kind {
        Kind::Null => Value::Null,
        Kind::Text => Value::Text(text::of(&a.value)? + &text::of(&b.value)?),
        Kind::Byte | Kind::Integer | Kind::Long | Kind::LongLong => integral(op, kind, a, b)?,
        Kind::Currency => in_currency(op, a, b, declared)?,
        Kind::Date => {
            let (left, right) = (coerce::double(&a.value)?, coerce::double(&b.value)?);
            in_date(if op == Arithmetic::Add { left + right } else { left - right }, declared)?
        }
        Kind::Single | Kind::Double if op == Arithmetic::Divide => divide(kind, a, b)?,
        Kind::Double if op == Arithmetic::Power => power(coerce::double(&a.value)?, coerce::double(&b.value)?)?,
        Kind::Single => in_single(op, coerce::single(&a.value)?, coerce::single(&b.value)?, declared)?,
        _ => {
            let number = plain(op, coerce::double(&a.value)?, coerce::double(&b.value)?);
            finite(number, a, b)?
        }
    };
    Ok(Operand { value, declared })
}

fn plain(op: Arithmetic, a: f64, b: f64) -> f64 {
    match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        _ => a / b,
    }
}

/// Both operands declared Double: the special value is assigned although the error is raised (MS-VBAL 5.6.9.3.2 to .5), which
/// no workflow needs; programs stay away from it.
fn both_double(a: &Operand, b: &Operand) -> bool {
    let double = |side: &Operand| side.declared != Declared::Variant && side.kind() == Kind::Double;
    double(a) && double(b)
}

fn finite(number: f64, a: &Operand, b: &Operand) -> Judged<Value> {
    if number.is_finite() {
        return Ok(Value::Double(number));
    }
    if both_double(a, b) {
        return Err(Halt::Unsettled("infinity is assigned although error 6 is raised"));
    }
    Err(OVERFLOW)
}

/// Overflow of a Single becomes a Double where an operand is declared Variant (MS-VBAL 5.6.9.3; Microsoft, - operator).
fn in_single(op: Arithmetic, a: f32, b: f32, declared: Declared) -> Judged<Value> {
    let wide = plain(op, a.into(), b.into());
    let narrow = wide as f32;
    match declared {
        _ if narrow.is_finite() => Ok(Value::Single(narrow)),
        Declared::Variant => Ok(Value::Double(wide)),
        Declared::Concrete => Err(OVERFLOW),
        Declared::Unknown => Err(UNKNOWN_OVERFLOW),
    }
}

const UNKNOWN_OVERFLOW: Halt = Halt::Unsettled("overflow of a function's result whose declared type is open");

/// Currency sums, differences and products (MS-VBAL 5.6.9.3.2 to .4).
fn in_currency(op: Arithmetic, a: &Operand, b: &Operand, declared: Declared) -> Judged<Value> {
    let (left, right) = (i128::from(coerce::currency(&a.value)?), i128::from(coerce::currency(&b.value)?));
    let units = match op {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        _ => {
            let product = left * right;
            let unit = i128::from(CURRENCY_UNITS);
            if product.rem_euclid(unit) * 2 == unit {
                return Err(Halt::Unsettled("which way a product of Currency is rounded at a tie"));
            }
            half_even(product, unit)
        }
    };
    match i64::try_from(units) {
        Ok(units) => Ok(Value::Currency(units)),
        Err(_) if declared == Declared::Concrete => Err(OVERFLOW),
        Err(_) => Err(Halt::Unsettled("overflow of a Currency in a Variant")),
    }
}

/// Outside the calendar the result is the Double where an operand is declared Variant (MS-VBAL 5.6.9.3.2).
fn in_date(serial: f64, declared: Declared) -> Judged<Value> {
    match declared {
        _ if coerce::is_date(serial) => Ok(Value::Date(serial)),
        Declared::Variant if serial.is_finite() => Ok(Value::Double(serial)),
        Declared::Unknown => Err(UNKNOWN_OVERFLOW),
        _ => Err(OVERFLOW),
    }
}

/// `/` (MS-VBAL 5.6.9.3.5): error 11 for a divisor of 0, error 6 for 0 / 0.
fn divide(kind: Kind, a: &Operand, b: &Operand) -> Judged<Value> {
    let (left, right) = (coerce::double(&a.value)?, coerce::double(&b.value)?);
    if right == 0.0 {
        if both_double(a, b) {
            return Err(Halt::Unsettled("infinity is assigned although error 11 is raised"));
        }
        if left == 0.0 && b.kind() == Kind::Empty && is_fractional(a.kind()) {
            return Err(Halt::Unsettled("a fraction of 0 divided by Empty is named apart from 0 / 0"));
        }
        return Err(if left == 0.0 { OVERFLOW } else { DIVISION });
    }
    if kind == Kind::Single {
        let (left, right) = (coerce::single(&a.value)?, coerce::single(&b.value)?);
        return in_single(Arithmetic::Divide, left, right, a.declared.with(b.declared));
    }
    finite(left / right, a, b)
}

/// `^` (MS-VBAL 5.6.9.3.7): error 5 for 0 to a negative power and for a broken power of a negative number.
fn power(base: f64, exponent: f64) -> Judged<Value> {
    if (base == 0.0 && exponent < 0.0) || (base < 0.0 && exponent.fract() != 0.0) {
        return Err(INVALID_CALL);
    }
    let number = base.powf(exponent);
    if number.is_finite() { Ok(Value::Double(number)) } else { Err(OVERFLOW) }
}

fn integral(op: Arithmetic, kind: Kind, a: &Operand, b: &Operand) -> Judged<Value> {
    let number = |side: &Operand| coerce::to_kind(&side.value, kind).and_then(|value| coerce::whole(&value));
    let (left, right) = (number(a)?, number(b)?);
    let result = match op {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        _ if right == 0 => return Err(DIVISION),
        _ if right == -1 && (left == i128::from(i32::MIN) || left == i128::from(i64::MIN)) => {
            return Err(Halt::Unsettled("the least number divided by -1"));
        }
        Arithmetic::Modulo if right == -1 && left == i128::from(i16::MIN) => {
            return Err(Halt::Unsettled("the least number divided by -1"));
        }
        // Rust cuts towards zero and gives the remainder the sign of the dividend, as 5.6.9.3.6 asks.
        Arithmetic::Modulo => left % right,
        _ => left / right,
    };
    fit(kind, result, a.declared.with(b.declared))
}

fn integer_of(kind: Kind, number: i128) -> Option<Value> {
    match kind {
        Kind::Byte => u8::try_from(number).ok().map(Value::Byte),
        Kind::Integer => i16::try_from(number).ok().map(Value::Integer),
        Kind::Long => i32::try_from(number).ok().map(Value::Long),
        _ => i64::try_from(number).ok().map(Value::LongLong),
    }
}

/// Beyond the range: error 6 between declared types, else the narrowest of Integer, Long and Double (MS-VBAL 5.6.9.3).
fn fit(kind: Kind, number: i128, declared: Declared) -> Judged<Value> {
    if let Some(value) = integer_of(kind, number) {
        return Ok(value);
    }
    match declared {
        Declared::Concrete => Err(OVERFLOW),
        Declared::Unknown => Err(UNKNOWN_OVERFLOW),
        Declared::Variant if kind == Kind::LongLong => Err(Halt::Unsettled("overflow of a LongLong in a Variant")),
        Declared::Variant => {
            let wider = integer_of(Kind::Integer, number).or_else(|| integer_of(Kind::Long, number));
            Ok(wider.unwrap_or(Value::Double(number as f64)))
        }
    }
}

/// Unary minus (MS-VBAL 5.6.9.3.1): 0 less the operand; of a Byte it is an Integer.
pub fn negate(a: &Operand) -> Judged<Operand> {
    let value = match &a.value {
        Value::Null => Value::Null,
        Value::Empty | Value::Boolean(_) | Value::Byte(_) | Value::Integer(_) => {
            fit(Kind::Integer, -coerce::whole(&a.value)?, a.declared)?
        }
        Value::Long(number) => fit(Kind::Long, -i128::from(*number), a.declared)?,
        Value::LongLong(number) => fit(Kind::LongLong, -i128::from(*number), a.declared)?,
        Value::Single(number) => Value::Single(-number),
        Value::Double(number) => Value::Double(-number),
        Value::Text(_) => Value::Double(-coerce::double(&a.value)?),
        Value::Currency(units) => Value::Currency(units.checked_neg().ok_or(OVERFLOW)?),
        Value::Date(serial) => in_date(-serial, a.declared)?,
    };
    Ok(Operand { value, declared: a.declared })
}

/// `&` (MS-VBAL 5.6.9.4): Null is the empty string unless both are Null.
pub fn concatenate(a: &Operand, b: &Operand) -> Judged<Operand> {
    let declared = a.declared.with(b.declared);
    if a.value == Value::Null && b.value == Value::Null {
        return Ok(Operand { value: Value::Null, declared });
    }
    let part = |value: &Value| if *value == Value::Null { Ok(String::new()) } else { text::of(value) };
    Ok(Operand { value: Value::Text(part(&a.value)? + &part(&b.value)?), declared })
}
