//! The slow operators: words decoded, computed by VBA's rules in `engine::value`, and encoded again.

use wasmtime::AsContextMut;

use crate::engine::compile::meta::Type;
use crate::engine::compile::operate as code;
use crate::engine::compile::word::{self, WORD};
use crate::engine::value::coerce;
use crate::engine::value::operators::{BinaryOp, Typing, UnaryOp, binary_typed, unary_typed};
use crate::engine::value::{Compare, Fault, Object, Subtype, Value, errors};

use super::state::{Answer, State, Vm, raised};

/// "Out of string space".
pub(super) const OUT_OF_STRING_SPACE: i32 = 14;
const TYPE_MISMATCH: i32 = 13;
const OBJECT_REQUIRED: i32 = 424;
const NO_OBJECT: i32 = 91;
const NO_DEFAULT: i32 = 438;
/// A host object's default member may be an object again; this often.
const MAX_DEFAULTS: u32 = 4;

fn operator(number: u32) -> Option<BinaryOp> {
    Some(match number {
        code::ADD => BinaryOp::Add,
        code::SUBTRACT => BinaryOp::Subtract,
        code::MULTIPLY => BinaryOp::Multiply,
        code::DIVIDE => BinaryOp::Divide,
        code::POWER => BinaryOp::Power,
        code::CONCAT => BinaryOp::Concatenate,
        code::EQUAL => BinaryOp::Equal,
        code::NOT_EQUAL => BinaryOp::NotEqual,
        code::LESS => BinaryOp::Less,
        code::LESS_OR_EQUAL => BinaryOp::LessEqual,
        code::GREATER => BinaryOp::Greater,
        code::GREATER_OR_EQUAL => BinaryOp::GreaterEqual,
        code::INT_DIVIDE => BinaryOp::IntegerDivide,
        code::MODULO => BinaryOp::Modulo,
        code::AND => BinaryOp::And,
        code::OR => BinaryOp::Or,
        code::XOR => BinaryOp::Xor,
        code::EQV => BinaryOp::Eqv,
        code::IMP => BinaryOp::Imp,
        code::IS => BinaryOp::Is,
        code::LIKE => BinaryOp::Like,
        _ => return None,
    })
}

pub(super) fn compare_of(flags: u32) -> Compare {
    match (flags >> code::COMPARE_SHIFT) & 0xFF {
        0 => Compare::Binary,
        1 => Compare::Text,
        _ => Compare::Database,
    }
}

fn typing(flags: u32, bit: u32) -> Typing {
    if flags & bit == 0 { Typing::Declared } else { Typing::Variant }
}

impl<C: AsContextMut<Data = State>> Vm<C> {
    pub(super) fn binary(&mut self, flags: u32, left: u64, right: u64) -> Answer<u64> {
        let Some(op) = operator(flags & 0xFF) else { return raised(TYPE_MISMATCH) };
        let (left, right) = if op == BinaryOp::Is {
            (self.decode(left), self.decode(right))
        } else {
            (self.plain(left)?, self.plain(right)?)
        };
        if flags & code::STRICT_BIT != 0 {
            strict_operands(op, &left, &right)?;
        }
        let left = (&left, typing(flags, code::LEFT_VARIANT));
        let right = (&right, typing(flags, code::RIGHT_VARIANT));
        let value = binary_typed(op, left, right, compare_of(flags))?;
        self.encode(&value)
    }

    pub(super) fn unary(&mut self, flags: u32, operand: u64) -> Answer<u64> {
        let value = self.plain(operand)?;
        let op = match flags & 0xFF {
            code::MINUS => UnaryOp::Negate,
            code::NOT => UnaryOp::Not,
            _ => {
                let hundred = Value::Double(100.0);
                let share = binary_typed(
                    BinaryOp::Divide,
                    (&value, Typing::Declared),
                    (&hundred, Typing::Declared),
                    Compare::Binary,
                )?;
                return self.encode(&share);
            }
        };
        if flags & code::STRICT_BIT != 0 && (op == UnaryOp::Not) != matches!(value, Value::Boolean(_)) {
            return raised(TYPE_MISMATCH);
        }
        let value = unary_typed(op, &value, Typing::Declared)?;
        self.encode(&value)
    }

    /// Joins texts by the rules of `&`, or only texts where coercion is strict.
    pub(super) fn concat(&mut self, base: u32, count: u32, flags: u32) -> Answer<u64> {
        let mut joined = String::new();
        let mut all_null = true;
        for place in 0..count {
            let part = self.word(base + place * WORD);
            if !word::is_double(part) && word::tag(part) == word::TEXT {
                joined.push_str(&self.text_at(word::low(part)));
                all_null = false;
            } else {
                let value = self.plain(part)?;
                if flags & code::STRICT_BIT != 0 {
                    return raised(TYPE_MISMATCH);
                }
                if value != Value::Null {
                    joined.push_str(&coerce::to_text(&value)?);
                    all_null = false;
                }
            }
            if joined.len() > crate::engine::value::operators::LONGEST_TEXT {
                return raised(OUT_OF_STRING_SPACE);
            }
        }
        if all_null { Ok(word::word(word::NULL, 0)) } else { self.text(&joined) }
    }

    /// 1 or 0 for a condition.
    pub(super) fn truth(&mut self, condition: u64, strict: bool) -> Answer<u32> {
        let value = self.plain(condition)?;
        match value {
            Value::Boolean(value) => Ok(u32::from(value)),
            _ if strict => raised(TYPE_MISMATCH),
            // Null in a condition counts as not true (MS-VBAL 5.4.2.8 for If; the same for loops).
            Value::Null => Ok(0),
            value => Ok(u32::from(coerce::to_boolean(&value)?)),
        }
    }

    /// A value without an object: default members are read.
    pub(super) fn plain(&mut self, from: u64) -> Answer<Value> {
        let mut value = self.decode(from);
        for _ in 0..MAX_DEFAULTS {
            match value {
                Value::Object(Object::Host(object)) => value = self.host_get(&object, "", &Default::default())?,
                Value::Object(Object::Guest(_)) => return raised(NO_DEFAULT),
                Value::Nothing => return raised(NO_OBJECT),
                value => return Ok(value),
            }
        }
        raised(NO_DEFAULT)
    }

    // ---- coercion ----

    /// The word as a declared type. `mode`: 1 for `Set`, 2 for strict rules.
    pub(super) fn coerce(&mut self, kind: u32, from: u64, mode: u32) -> Answer<u64> {
        let kind = self.state().types.get(kind as usize).cloned().unwrap_or(Type::Plain(Subtype::Variant));
        if mode & 1 != 0 { self.coerce_set(&kind, from) } else { self.coerce_let(&kind, from, mode & 2 != 0) }
    }

    pub(super) fn coerce_set(&mut self, kind: &Type, from: u64) -> Answer<u64> {
        if word::is_double(from) || !word::is_object(from) {
            return raised(OBJECT_REQUIRED);
        }
        let tag = word::tag(from);
        if tag == word::NOTHING {
            return Ok(from);
        }
        let fits = match kind {
            Type::Class(class) => self.is_class(from, *class),
            Type::Named(name) => self.is_named(from, name),
            _ => true,
        };
        if fits { Ok(from) } else { raised(TYPE_MISMATCH) }
    }

    fn is_class(&mut self, from: u64, class: u32) -> bool {
        if word::tag(from) != word::INSTANCE {
            return false;
        }
        let own = self.u32(word::low(from) + word::OWNER_AT);
        let meta = self.meta();
        let name = meta.classes.get(class as usize).map(|wanted| wanted.name.to_lowercase()).unwrap_or_default();
        own == class
            || meta
                .classes
                .get(own as usize)
                .is_some_and(|own| own.implements.iter().any(|interface| interface.to_lowercase() == name))
    }

    /// Object models name their classes in more ways than one, so a host object is never refused by a name.
    fn is_named(&mut self, from: u64, name: &str) -> bool {
        let short = name.rsplit('.').next().unwrap_or(name).to_lowercase();
        match word::tag(from) {
            word::COLLECTION => matches!(short.as_str(), "collection" | "object" | "iunknown"),
            word::DICTIONARY => matches!(short.as_str(), "dictionary" | "object"),
            word::INSTANCE => {
                !matches!(short.as_str(), "collection" | "dictionary" | "range" | "worksheet" | "workbook")
            }
            _ => !matches!(short.as_str(), "collection" | "dictionary"),
        }
    }

    pub(super) fn coerce_let(&mut self, kind: &Type, from: u64, strict: bool) -> Answer<u64> {
        let tag = if word::is_double(from) { 0 } else { word::tag(from) };
        match kind {
            Type::Plain(Subtype::Variant) => match tag {
                word::ARRAY | word::RECORD => self.copy(from),
                word::HOST | word::COLLECTION | word::DICTIONARY | word::INSTANCE => {
                    let value = self.plain(from)?;
                    self.encode(&value)
                }
                _ => Ok(from),
            },
            Type::Plain(Subtype::Object) | Type::Class(_) | Type::Named(_) => self.coerce_set(kind, from),
            Type::Plain(subtype) => {
                let value = self.plain(from)?;
                if strict {
                    strict_value(*subtype, &value)?;
                }
                let now = self.state().environment.now;
                let value = coerce::coerce_at(&value, *subtype, now)?;
                self.encode(&value)
            }
            Type::Record(record) => {
                if tag != word::RECORD || self.u32(word::low(from) + word::OWNER_AT) != *record {
                    return raised(TYPE_MISMATCH);
                }
                self.copy(from)
            }
            Type::Array(element) => self.coerce_array(element, from, tag),
        }
    }

    fn coerce_array(&mut self, element: &Type, from: u64, tag: u32) -> Answer<u64> {
        if tag == word::TEXT && *element == Type::Plain(Subtype::Byte) {
            let text = self.text_at(word::low(from)).into_owned();
            return self.encode(&Value::Array(std::sync::Arc::new(coerce::text_bytes(&text))));
        }
        if tag == word::HOST {
            let value = self.plain(from)?;
            let encoded = self.encode(&value)?;
            let inner = if word::is_double(encoded) { 0 } else { word::tag(encoded) };
            return if inner == word::ARRAY {
                self.coerce_array(element, encoded, inner)
            } else {
                raised(TYPE_MISMATCH)
            };
        }
        if tag != word::ARRAY {
            return raised(TYPE_MISMATCH);
        }
        let copy = self.copy(from)?;
        let own = self.element_type(word::low(copy));
        if own == *element {
            return Ok(copy);
        }
        let number = self.type_number(element);
        self.set_u32(word::low(copy) + word::ARRAY_TYPE_AT, number);
        let (data, count) = self.array_data(word::low(copy));
        for place in 0..count {
            let at = data + place * WORD;
            let old = self.word(at);
            let new = if super::member::is_object_type(element) {
                self.coerce_set(element, old)?
            } else {
                self.coerce_let(element, old, false)?
            };
            self.set_word(at, new);
        }
        Ok(copy)
    }
}

/// Strict rules: numbers with numbers, texts with texts, and so on.
fn strict_operands(op: BinaryOp, left: &Value, right: &Value) -> Answer<()> {
    let fits = match op {
        BinaryOp::Is => true,
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Eqv | BinaryOp::Imp => {
            matches!((left, right), (Value::Boolean(_), Value::Boolean(_)))
        }
        BinaryOp::Concatenate | BinaryOp::Like => matches!((left, right), (Value::Text(_), Value::Text(_))),
        BinaryOp::Equal | BinaryOp::NotEqual
            if matches!(left, Value::Empty | Value::Null) || matches!(right, Value::Empty | Value::Null) =>
        {
            true
        }
        _ => match (family(left), family(right)) {
            (Some(a), Some(b)) => {
                a == b
                    || (matches!(op, BinaryOp::Add | BinaryOp::Subtract)
                        && a != Family::Text
                        && b != Family::Text
                        && a != Family::Truth
                        && b != Family::Truth)
            }
            _ => false,
        },
    };
    let arithmetic = matches!(
        op,
        BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Power
            | BinaryOp::IntegerDivide
            | BinaryOp::Modulo
    );
    let countable = |value: &Value| matches!(family(value), Some(Family::Number | Family::Date));
    if fits && (!arithmetic || (countable(left) && countable(right))) {
        Ok(())
    } else {
        Err(Fault::Raised(errors::mismatch()))
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Family {
    Number,
    Text,
    Truth,
    Date,
}

fn family(value: &Value) -> Option<Family> {
    Some(match value {
        Value::Boolean(_) => Family::Truth,
        Value::Text(_) => Family::Text,
        Value::Date(_) => Family::Date,
        value if value.is_numeric() => Family::Number,
        _ => return None,
    })
}

fn strict_value(to: Subtype, value: &Value) -> Answer<()> {
    let wanted = match to {
        Subtype::Boolean => Family::Truth,
        Subtype::Text | Subtype::FixedText(_) => Family::Text,
        Subtype::Date => Family::Date,
        _ => Family::Number,
    };
    if family(value) == Some(wanted) { Ok(()) } else { Err(Fault::Raised(errors::mismatch())) }
}
