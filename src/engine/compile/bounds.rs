//! Bounds of fixed arrays as numbers, known before any code runs: literals, signs, sums, products and named constants.

use crate::lang::formula::{BinaryOp, Dialect, Node, UnaryOp, parse};
use crate::model::Expression;

use super::scope::{Scope, Symbol};

/// Named constants may refer to each other this many times.
const MAX_STEPS: usize = 32;

/// The bounds as numbers; a bound that is not constant makes the array undimensioned.
pub(super) fn fixed_bounds(
    scope: &Scope,
    module: Option<usize>,
    bounds: &[(Expression, Expression)],
) -> Vec<(i32, i32)> {
    let number = |expression: &Expression| constant(scope, module, expression, MAX_STEPS);
    let all: Option<Vec<_>> = bounds.iter().map(|(lower, upper)| Some((number(lower)?, number(upper)?))).collect();
    all.unwrap_or_default()
}

fn constant(scope: &Scope, module: Option<usize>, expression: &Expression, left: usize) -> Option<i32> {
    let (node, notices) = parse(&expression.0, Dialect::Names);
    if !notices.is_empty() {
        return None;
    }
    value(scope, module, &node, left)
}

fn value(scope: &Scope, module: Option<usize>, node: &Node, left: usize) -> Option<i32> {
    let left = left.checked_sub(1)?;
    match node {
        Node::Integer(number) => i32::try_from(*number).ok(),
        Node::Paren(inner) => value(scope, module, inner, left),
        Node::Unary { op: UnaryOp::Minus, operand } => value(scope, module, operand, left)?.checked_neg(),
        Node::Unary { op: UnaryOp::Plus, operand } => value(scope, module, operand, left),
        Node::Binary { op, left: a, right: b } => {
            let (a, b) = (value(scope, module, a, left)?, value(scope, module, b, left)?);
            match op {
                BinaryOp::Add => a.checked_add(b),
                BinaryOp::Subtract => a.checked_sub(b),
                BinaryOp::Multiply => a.checked_mul(b),
                _ => None,
            }
        }
        Node::Name(name) => match scope.find(module, name) {
            Symbol::Constant(found) => constant(scope, Some(found.module), &found.value, left),
            _ => None,
        },
        _ => None,
    }
}
