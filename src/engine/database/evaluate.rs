//! What a bound expression gives for a row: VBA's operators and functions with the Null rules of Jet.
//! Every step counts against a budget, so that no query runs without end.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::value::functions::{self, Environment};
use crate::engine::value::operators::{self, Typing};
use crate::engine::value::{Arguments, Compare, RunError, Value, coerce};
use crate::lang::sql::{BinaryOp, Quantifier, UnaryOp};

use super::bind::{Bound, Frame, Outer, Scope, Sub};
use super::fault;
use super::select;
use super::store::{Key, Store, key};

/// Steps of evaluation one statement may take: some seconds.
const MOST_WORK: u64 = 50_000_000;
/// Queries within queries, saved ones included (Access: 50).
const MOST_DEPTH: usize = 24;

/// Levels of expressions under evaluation at once, over all queries within each other: what a thread's stack surely holds.
const MOST_LEVELS: usize = 192;

/// Values of parameters by name, in lower case and without brackets.
pub(super) type Parameters = HashMap<String, Value>;

/// One statement on its way: what it reads, and what it may still use.
pub(super) struct Run<'r> {
    pub store: &'r Store,
    pub environment: Environment,
    pub parameters: &'r Parameters,
    /// Names that had no meaning so far.
    pub missing: Vec<String>,
    work: u64,
    depth: usize,
    levels: usize,
}

impl<'r> Run<'r> {
    pub(super) fn new(store: &'r Store, environment: &Environment, parameters: &'r Parameters) -> Self {
        let environment = Environment { compare: Compare::Database, base: 0, ..environment.clone() };
        Run { store, environment, parameters, missing: Vec::new(), work: 0, depth: 0, levels: 0 }
    }

    /// Takes steps from the budget; error 3035 when it is used up.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), RunError> {
        self.work = self.work.saturating_add(steps as u64);
        if self.work > MOST_WORK { Err(fault::resources()) } else { Ok(()) }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<Value> {
        self.parameters.get(&name.to_lowercase()).cloned()
    }

    pub(super) fn miss(&mut self, name: &str) {
        if !self.missing.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            self.missing.push(name.to_owned());
        }
    }

    /// Error 3061 when a name had no meaning.
    pub(super) fn check_parameters(&self) -> Result<(), RunError> {
        if self.missing.is_empty() { Ok(()) } else { Err(fault::parameters(self.missing.len())) }
    }

    /// Error 3360 when an expression of this height would reach deeper than a stack surely holds.
    pub(super) fn check_height(&self, height: u16) -> Result<(), RunError> {
        if self.levels.saturating_add(usize::from(height)) > MOST_LEVELS { Err(fault::too_complex()) } else { Ok(()) }
    }

    /// Runs a query inside this one.
    pub(super) fn deeper<T>(
        &mut self,
        name: &str,
        inner: impl FnOnce(&mut Self) -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        if self.depth >= MOST_DEPTH {
            return Err(fault::circular(name));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }
}

/// Whether a condition holds: Null does not.
pub(super) fn holds(value: &Value) -> Result<bool, RunError> {
    match value {
        Value::Null | Value::Empty => Ok(false),
        value => coerce::to_boolean(value).map_err(|_| fault::criteria_mismatch()),
    }
}

/// Computes an expression for the current rows.
pub(super) fn evaluate(bound: &Bound, scope: &Scope, frame: &Frame, run: &mut Run) -> Result<Value, RunError> {
    run.spend(1)?;
    if run.levels >= MOST_LEVELS {
        return Err(fault::too_complex());
    }
    run.levels += 1;
    let result = computed(bound, scope, frame, run);
    run.levels -= 1;
    result
}

/// Small on purpose: its frame lies on the stack once per level, so whatever needs room is a function of its own.
fn computed(bound: &Bound, scope: &Scope, frame: &Frame, run: &mut Run) -> Result<Value, RunError> {
    match bound {
        Bound::Constant(value) => Ok(value.clone()),
        Bound::Column { level, index } => Ok(column(frame, *level, *index)),
        Bound::Aggregate(index) => Ok(frame.aggregates.get(*index).cloned().unwrap_or(Value::Null)),
        Bound::Unary(op, operand) => unary(*op, &evaluate(operand, scope, frame, run)?),
        Bound::Binary(op, left, right) => both(*op, left, right, scope, frame, run),
        Bound::Choice(parts) => choice(parts, scope, frame, run),
        Bound::IsNull(value, negated) => {
            evaluate(value, scope, frame, run).map(|value| Value::Boolean(is_null(&value) != *negated))
        }
        Bound::Function(id, arguments) => {
            let values = all(arguments, scope, frame, run)?;
            functions::invoke(*id, &Arguments::positional(values), &mut run.environment)
        }
        Bound::Domain(domain, arguments) => {
            let values = all(arguments, scope, frame, run)?;
            super::domain::compute(*domain, &values, run)
        }
        Bound::Between { parts, negated } => between(parts, *negated, scope, frame, run),
        Bound::In { value, list, negated } => {
            let value = evaluate(value, scope, frame, run)?;
            negate(among(&value, all(list, scope, frame, run)?.iter()), *negated)
        }
        Bound::InQuery { value, sub, negated } => {
            let value = evaluate(value, scope, frame, run)?;
            let rows = sub_rows(sub, scope, frame, run)?;
            run.spend(rows.len())?;
            negate(among(&value, rows.iter().filter_map(|row| row.first())), *negated)
        }
        Bound::Scalar(sub) => scalar(sub, scope, frame, run),
        Bound::Exists(sub) => sub_rows(sub, scope, frame, run).map(|rows| Value::Boolean(!rows.is_empty())),
        Bound::Quantified { op, left, quantifier, sub } => {
            let left = evaluate(left, scope, frame, run)?;
            quantified(*op, &left, *quantifier, sub, scope, frame, run)
        }
    }
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Empty)
}

fn both(
    op: BinaryOp,
    left: &Bound,
    right: &Bound,
    scope: &Scope,
    frame: &Frame,
    run: &mut Run,
) -> Result<Value, RunError> {
    let left = evaluate(left, scope, frame, run)?;
    let right = evaluate(right, scope, frame, run)?;
    binary(op, &left, &right)
}

fn choice(parts: &[Bound; 3], scope: &Scope, frame: &Frame, run: &mut Run) -> Result<Value, RunError> {
    let [condition, yes, no] = parts;
    let chosen = if holds(&evaluate(condition, scope, frame, run)?)? { yes } else { no };
    evaluate(chosen, scope, frame, run)
}

fn all(list: &[Bound], scope: &Scope, frame: &Frame, run: &mut Run) -> Result<Vec<Value>, RunError> {
    list.iter().map(|item| evaluate(item, scope, frame, run)).collect()
}

fn between(parts: &[Bound; 3], negated: bool, scope: &Scope, frame: &Frame, run: &mut Run) -> Result<Value, RunError> {
    let [value, low, high] = parts;
    let value = evaluate(value, scope, frame, run)?;
    let above = binary(BinaryOp::GreaterEqual, &value, &evaluate(low, scope, frame, run)?)?;
    let below = binary(BinaryOp::LessEqual, &value, &evaluate(high, scope, frame, run)?)?;
    negate(binary(BinaryOp::And, &above, &below)?, negated)
}

fn scalar(sub: &Sub, scope: &Scope, frame: &Frame, run: &mut Run) -> Result<Value, RunError> {
    match sub_rows(sub, scope, frame, run)?.as_slice() {
        [] => Ok(Value::Null),
        [row] => Ok(row.first().cloned().unwrap_or(Value::Null)),
        _ => Err(fault::several_rows()),
    }
}

fn quantified(
    op: BinaryOp,
    left: &Value,
    quantifier: Quantifier,
    sub: &Sub,
    scope: &Scope,
    frame: &Frame,
    run: &mut Run,
) -> Result<Value, RunError> {
    let rows = sub_rows(sub, scope, frame, run)?;
    run.spend(rows.len())?;
    let (mut every, mut some) = (true, false);
    for value in rows.iter().filter_map(|row| row.first()) {
        let fits = holds(&binary(op, left, value)?)?;
        every &= fits;
        some |= fits;
    }
    Ok(Value::Boolean(if quantifier == Quantifier::All { every } else { some }))
}

fn column(frame: &Frame, level: usize, index: usize) -> Value {
    let mut at = Some(frame);
    for _ in 0..level {
        at = at.and_then(|frame| frame.outer);
    }
    at.and_then(|frame| frame.row.get(index)).cloned().unwrap_or(Value::Null)
}

/// The rows of a sub-query; computed once where they do not depend on the row outside.
fn sub_rows(sub: &Sub, scope: &Scope, frame: &Frame, run: &mut Run) -> Result<Arc<Vec<Vec<Value>>>, RunError> {
    if let Some(rows) = sub.rows.get() {
        return Ok(rows.clone());
    }
    let used = Cell::new(false);
    let outer = Outer { scope, frame, used: &used };
    let found = run.deeper("", |run| select::query(sub.query, Some(outer), run))?;
    let rows = Arc::new(found.rows);
    if !used.get() {
        // A second value cannot be there: the cell was empty, and nothing else sets it.
        let _ = sub.rows.set(rows.clone());
    }
    Ok(rows)
}

/// `IN`: true, false, or Null where only a Null could have been it.
fn among<'v>(value: &Value, items: impl Iterator<Item = &'v Value>) -> Value {
    let wanted = key(value);
    if wanted == Key::Null {
        return Value::Null;
    }
    let mut unknown = false;
    for item in items {
        match key(item) {
            Key::Null => unknown = true,
            found if found == wanted => return Value::Boolean(true),
            _ => {}
        }
    }
    if unknown { Value::Null } else { Value::Boolean(false) }
}

fn negate(value: Value, negated: bool) -> Result<Value, RunError> {
    if negated { unary(UnaryOp::Not, &value) } else { Ok(value) }
}

fn unary(op: UnaryOp, value: &Value) -> Result<Value, RunError> {
    let op = match op {
        UnaryOp::Negate => operators::UnaryOp::Negate,
        UnaryOp::Identity => operators::UnaryOp::Identity,
        UnaryOp::Not => operators::UnaryOp::Not,
    };
    operators::unary_typed(op, value, Typing::Variant)
}

/// An operator between two values; text against a number or date is error 3464.
pub(super) fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, RunError> {
    use operators::BinaryOp as Plain;
    let plain = match op {
        BinaryOp::Add => Plain::Add,
        BinaryOp::Subtract => Plain::Subtract,
        BinaryOp::Multiply => Plain::Multiply,
        BinaryOp::Divide => Plain::Divide,
        BinaryOp::IntegerDivide => Plain::IntegerDivide,
        BinaryOp::Modulo => Plain::Modulo,
        BinaryOp::Power => Plain::Power,
        BinaryOp::Concatenate => Plain::Concatenate,
        BinaryOp::Equal => Plain::Equal,
        BinaryOp::NotEqual => Plain::NotEqual,
        BinaryOp::Less => Plain::Less,
        BinaryOp::LessEqual => Plain::LessEqual,
        BinaryOp::Greater => Plain::Greater,
        BinaryOp::GreaterEqual => Plain::GreaterEqual,
        BinaryOp::Like => Plain::Like,
        BinaryOp::AnsiLike => return binary(BinaryOp::Like, a, &wildcards(b)?),
        BinaryOp::And => Plain::And,
        BinaryOp::Or => Plain::Or,
        BinaryOp::Xor => Plain::Xor,
        BinaryOp::Eqv => Plain::Eqv,
        BinaryOp::Imp => Plain::Imp,
    };
    let compares = matches!(
        op,
        BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
    );
    let text = |value: &Value| matches!(value, Value::Text(_));
    if compares && ((text(a) && b.is_numeric()) || (a.is_numeric() && text(b))) {
        return Err(fault::criteria_mismatch());
    }
    operators::binary_typed(plain, (a, Typing::Variant), (b, Typing::Variant), Compare::Database)
}

/// `%` and `_` as the wildcards of `Like`, whose own stand in brackets.
fn wildcards(pattern: &Value) -> Result<Value, RunError> {
    if *pattern == Value::Null {
        return Ok(Value::Null);
    }
    let mut written = String::new();
    for c in coerce::to_text(pattern)?.chars() {
        match c {
            '%' => written.push('*'),
            '_' => written.push('?'),
            '*' | '?' | '#' => written.extend(['[', c, ']']),
            c => written.push(c),
        }
    }
    Ok(Value::text(written))
}
