//! Conditional compilation: `#Const`, `#If`, `#ElseIf`, `#Else`, `#End If`, evaluated for 64-bit Office on Windows.
//! Rules: MS-VBAL 3.4. A condition that cannot be evaluated is reported and counts as false.

use std::collections::HashMap;

use super::Notice;
use super::ast::{BinaryOp, Expr, ExprKind, Literal, Span, UnaryOp};
use super::lexeme::Lexeme;
use super::parser::Parser;
use super::token::TokenKind;
use super::word::Word;

/// Compiler constants that are true in 64-bit Office 2010 or later on Windows; every other name is Empty.
/// (Source: the documentation of the VBA compiler constants.)
const TRUE_CONSTANTS: [&str; 4] = ["vba6", "vba7", "win32", "win64"];

/// Which branch of an `#If` is being read.
struct Level {
    opened: Span,
    /// The source around it is active.
    outer: bool,
    /// A branch was already taken.
    taken: bool,
    active: bool,
    seen_else: bool,
}

/// The state between two lines.
#[derive(Default)]
pub(super) struct Conditional {
    levels: Vec<Level>,
    constants: HashMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Empty,
    Number(f64),
    Text(String),
}

impl Value {
    fn number(&self) -> f64 {
        match self {
            Value::Empty => 0.0,
            Value::Number(value) => *value,
            Value::Text(text) => text.trim().parse().unwrap_or(0.0),
        }
    }

    fn truth(value: bool) -> Value {
        Value::Number(if value { -1.0 } else { 0.0 })
    }
}

impl Conditional {
    /// Whether the source here is compiled.
    pub(super) fn is_active(&self) -> bool {
        self.levels.last().is_none_or(|level| level.active)
    }

    /// Reads one directive line, `#` first.
    pub(super) fn read(&mut self, source: &str, line: &[Lexeme], notices: &mut Vec<Notice>) {
        let word = line.get(1).map_or(Word::Other, |lexeme| lexeme.word);
        let span = line.first().map_or(Lexeme::END.span, |lexeme| lexeme.span);
        let body = line.get(2..).unwrap_or(&[]);
        match word {
            Word::Const if self.is_active() => self.define(source, body, notices),
            Word::Const => {}
            Word::If => {
                let outer = self.is_active();
                let active = outer && self.condition(source, body, span, notices);
                self.levels.push(Level { opened: span, outer, taken: active, active, seen_else: false });
            }
            Word::ElseIf | Word::Else => self.branch(source, word, body, span, notices),
            _ => {
                if self.levels.pop().is_none() {
                    notices.push(Notice::at(span, "#End If without #If"));
                }
            }
        }
    }

    /// Reports what is still open at the end of the text.
    pub(super) fn finish(&self, notices: &mut Vec<Notice>) {
        for level in &self.levels {
            notices.push(Notice::at(level.opened, "#If without #End If"));
        }
    }

    fn branch(&mut self, source: &str, word: Word, body: &[Lexeme], span: Span, notices: &mut Vec<Notice>) {
        let open = self.levels.last().map(|level| (level.outer && !level.taken, level.seen_else));
        let Some((candidate, seen_else)) = open else {
            notices.push(Notice::at(span, "#Else without #If"));
            return;
        };
        if seen_else {
            notices.push(Notice::at(span, "#Else or #ElseIf after #Else"));
        }
        let active = candidate && (word == Word::Else || self.condition(source, body, span, notices));
        if let Some(level) = self.levels.last_mut() {
            level.active = active;
            level.taken |= active;
            level.seen_else |= word == Word::Else;
        }
    }

    fn condition(&self, source: &str, body: &[Lexeme], span: Span, notices: &mut Vec<Notice>) -> bool {
        let mut parser = Parser::new(source, body);
        let value = parser.expr().ok().and_then(|expr| self.value(&expr));
        let complete = parser.peek().word == Word::Then;
        match value {
            Some(value) if complete => value.number() != 0.0,
            _ => {
                notices.push(Notice::at(span, "condition of a directive cannot be read; taken as False"));
                false
            }
        }
    }

    fn define(&mut self, source: &str, body: &[Lexeme], notices: &mut Vec<Notice>) {
        let named = body.first().filter(|lexeme| lexeme.kind == TokenKind::Ident);
        let assigned = body.get(1).is_some_and(|lexeme| lexeme.kind == TokenKind::Equal);
        let mut parser = Parser::new(source, body.get(2..).unwrap_or(&[]));
        let value = parser.expr().ok().and_then(|expr| self.value(&expr));
        match (named, value) {
            (Some(name), Some(value)) if assigned => {
                self.constants.insert(name.span.text(source).to_lowercase(), value);
            }
            _ => {
                let span = body.first().map_or(Lexeme::END.span, |lexeme| lexeme.span);
                notices.push(Notice::at(span, "#Const cannot be read"));
            }
        }
    }

    fn value(&self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Literal(literal) => literal_value(literal),
            ExprKind::Name(name) => Some(self.constant(&name.text.to_lowercase())),
            ExprKind::Paren(inner) => self.value(inner),
            ExprKind::Unary { op, operand } => {
                let value = self.value(operand)?.number();
                Some(Value::Number(match op {
                    UnaryOp::Minus => -value,
                    UnaryOp::Plus => value,
                    UnaryOp::Not => bits(value).map(|b| !b)? as f64,
                }))
            }
            ExprKind::Binary { op, left, right } => binary(*op, &self.value(left)?, &self.value(right)?),
            _ => None,
        }
    }

    fn constant(&self, lower: &str) -> Value {
        if let Some(value) = self.constants.get(lower) {
            return value.clone();
        }
        if TRUE_CONSTANTS.contains(&lower) { Value::truth(true) } else { Value::Empty }
    }
}

fn literal_value(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Integer { value, .. } => Value::Number(f64::from(*value)),
        Literal::Long { value, .. } => Value::Number(f64::from(*value)),
        Literal::LongLong { value, .. } => Value::Number(*value as f64),
        Literal::Single(value) => Value::Number(f64::from(*value)),
        Literal::Double(value) | Literal::Date { serial: value } => Value::Number(*value),
        Literal::Currency { scaled } => Value::Number(*scaled as f64 / 10_000.0),
        Literal::String(text) => Value::Text(text.clone()),
        Literal::Boolean(value) => Value::truth(*value),
        Literal::Empty => Value::Empty,
        Literal::Nothing | Literal::Null => return None,
    })
}

/// The whole number that bitwise operators work on.
fn bits(value: f64) -> Option<i64> {
    let rounded = value.round_ties_even();
    (rounded.abs() <= f64::from(i32::MAX)).then_some(rounded as i64)
}

fn binary(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    use BinaryOp::*;
    if let (Value::Text(a), Value::Text(b)) = (left, right) {
        let (a, b) = (a.to_lowercase(), b.to_lowercase());
        return Some(match op {
            Equal => Value::truth(a == b),
            NotEqual => Value::truth(a != b),
            Less => Value::truth(a < b),
            Greater => Value::truth(a > b),
            LessEqual => Value::truth(a <= b),
            GreaterEqual => Value::truth(a >= b),
            _ => return None,
        });
    }
    let (a, b) = (left.number(), right.number());
    let number = match op {
        Add => a + b,
        Subtract => a - b,
        Multiply => a * b,
        Divide if b != 0.0 => a / b,
        IntegerDivide => bits(a)?.checked_div(bits(b)?)? as f64,
        Mod => bits(a)?.checked_rem(bits(b)?)? as f64,
        Power => a.powf(b),
        And => (bits(a)? & bits(b)?) as f64,
        Or => (bits(a)? | bits(b)?) as f64,
        Xor => (bits(a)? ^ bits(b)?) as f64,
        Eqv => !(bits(a)? ^ bits(b)?) as f64,
        Imp => (!bits(a)? | bits(b)?) as f64,
        Equal => return Some(Value::truth(a == b)),
        NotEqual => return Some(Value::truth(a != b)),
        Less => return Some(Value::truth(a < b)),
        Greater => return Some(Value::truth(a > b)),
        LessEqual => return Some(Value::truth(a <= b)),
        GreaterEqual => return Some(Value::truth(a >= b)),
        Divide | Concat | Like | Is => return None,
    };
    number.is_finite().then_some(Value::Number(number))
}
