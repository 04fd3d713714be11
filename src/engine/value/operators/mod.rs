//! VBA's operators on values (MS-VBAL 5.6.9): which type they compute in, what Null and Empty do, which errors they raise.
//! An object operand must have been replaced by its default member before; here it is error 438 (`Nothing`: 91).
//! Knows no syntax: precedence (`-2 ^ 2` is -4) is the parser's.

use super::{Compare, RunError, Value, errors};

pub mod arithmetic;
pub mod compare;
pub mod like;
pub mod logic;

/// The operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// `\`
    IntegerDivide,
    Modulo,
    /// `^`
    Power,
    /// `&`
    Concatenate,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Like,
    Is,
    And,
    Or,
    Xor,
    Eqv,
    Imp,
}

/// The operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Negate,
    /// `+x` keeps the value but asks for a number.
    Identity,
    Not,
}

/// Whether an operand's declared type is Variant (or unknown): it decides between overflow and a wider type,
/// and between comparing as numbers or as strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Typing {
    /// A variable, literal or function result with a declared type other than Variant.
    Declared,
    Variant,
}

/// An operation where the declared types are not known: arithmetic overflows as between declared types
/// (error 6), comparisons follow the rules for two Variants.
pub fn binary(op: BinaryOp, a: &Value, b: &Value, compare: Compare) -> Result<Value, RunError> {
    let typing = if is_comparison(op) { Typing::Variant } else { Typing::Declared };
    binary_typed(op, (a, typing), (b, typing), compare)
}

/// An operation with the operands' typing: with a Variant among them arithmetic widens (Byte, Integer, Long, Double)
/// instead of overflowing (Microsoft Learn, + operator).
pub fn binary_typed(
    op: BinaryOp,
    a: (&Value, Typing),
    b: (&Value, Typing),
    compare: Compare,
) -> Result<Value, RunError> {
    let typing = if a.1 == Typing::Variant || b.1 == Typing::Variant { Typing::Variant } else { Typing::Declared };
    match op {
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::IntegerDivide
        | BinaryOp::Modulo
        | BinaryOp::Power => arithmetic::binary(op, a.0, b.0, typing),
        BinaryOp::Concatenate => concatenate(a.0, b.0),
        BinaryOp::Like => like::operator(a.0, b.0, compare),
        BinaryOp::Is => is(a.0, b.0),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Eqv | BinaryOp::Imp => logic::binary(op, a.0, b.0),
        comparison => compare::operator(comparison, a, b, compare),
    }
}

/// An operation with one operand of unknown declared type; overflow is error 6.
pub fn unary(op: UnaryOp, a: &Value) -> Result<Value, RunError> {
    unary_typed(op, a, Typing::Declared)
}

/// An operation with one operand.
pub fn unary_typed(op: UnaryOp, a: &Value, typing: Typing) -> Result<Value, RunError> {
    match op {
        UnaryOp::Negate => arithmetic::negate(a, typing),
        UnaryOp::Identity => arithmetic::identity(a),
        UnaryOp::Not => logic::not(a),
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

/// Longest string `&` makes, in bytes: beyond it error 14, before an instance could run out of memory.
pub const LONGEST_TEXT: usize = 64 << 20;

/// `&`: Null counts as "" unless both are Null (MS-VBAL 5.6.9.4).
fn concatenate(a: &Value, b: &Value) -> Result<Value, RunError> {
    if *a == Value::Null && *b == Value::Null {
        return Ok(Value::Null);
    }
    let part = |value: &Value| if *value == Value::Null { Ok(String::new()) } else { super::coerce::to_text(value) };
    let (mut left, right) = (part(a)?, part(b)?);
    if left.len().saturating_add(right.len()) > LONGEST_TEXT {
        return Err(errors::string_space());
    }
    left.push_str(&right);
    Ok(Value::text(left))
}

/// `Is`: the same object (MS-VBAL 5.6.9.7); error 424 for what is no object.
fn is(a: &Value, b: &Value) -> Result<Value, RunError> {
    let object = |value: &Value| matches!(value, Value::Object(_) | Value::Nothing);
    if object(a) && object(b) { Ok(Value::Boolean(a == b)) } else { Err(errors::object_required()) }
}
