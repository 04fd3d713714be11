//! SQL expressions over the fields of one table as expressions of the application model. Only what means the same in both is
//! carried over; the rest stays SQL.

use crate::lang::formula::{self, DateLiteral, Node};
use crate::lang::sql::{BinaryOp, Expr, ExprKind, InSet, Literal, UnaryOp};

/// The expression; none when the expression language has no word for a part of it. `table` is the name or alias whose fields
/// stand without it.
pub(super) fn node(expr: &Expr, table: &str) -> Option<Node> {
    let one = |expr: &Expr| node(expr, table);
    Some(match &expr.kind {
        ExprKind::Literal(literal) => self::literal(literal)?,
        ExprKind::Name(parts) => match parts.as_slice() {
            [name] => Node::Name(name.text.clone()),
            [owner, name] if owner.text.eq_ignore_ascii_case(table) => Node::Name(name.text.clone()),
            // References to forms are inputs by their whole name.
            parts => Node::Name(parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("!")),
        },
        ExprKind::Unary { op: UnaryOp::Not, operand } => Node::call("NOT", vec![one(operand)?]),
        ExprKind::Unary { op: UnaryOp::Negate, operand } => match one(operand)? {
            literal @ (Node::Integer(_) | Node::Number(_)) => Node::unary(formula::UnaryOp::Minus, literal),
            other => Node::unary(formula::UnaryOp::Minus, Node::Paren(Box::new(other))),
        },
        ExprKind::Unary { op: UnaryOp::Identity, operand } => one(operand)?,
        ExprKind::Binary { op, left, right } => binary(*op, one(left)?, one(right)?)?,
        ExprKind::Between { value, low, high, negated } => {
            negate(Node::call("BETWEEN", vec![one(value)?, one(low)?, one(high)?]), *negated)
        }
        ExprKind::In { value, set: InSet::List(list), negated } => {
            let mut args = vec![one(value)?];
            for item in list {
                args.push(one(item)?);
            }
            negate(Node::call("IN", args), *negated)
        }
        ExprKind::IsNull { value, negated } => negate(Node::call("ISNULL", vec![one(value)?]), *negated),
        ExprKind::Call { name, arguments } => {
            let args: Option<Vec<Node>> = arguments.iter().map(one).collect();
            Node::call(name.text.clone(), args?)
        }
        ExprKind::Star
        | ExprKind::In { .. }
        | ExprKind::Subquery(_)
        | ExprKind::Exists(_)
        | ExprKind::Quantified { .. } => return None,
    })
}

fn negate(node: Node, negated: bool) -> Node {
    if negated { Node::call("NOT", vec![node]) } else { node }
}

fn literal(literal: &Literal) -> Option<Node> {
    Some(match literal {
        Literal::Null => Node::Null,
        Literal::Boolean(value) => Node::Boolean(*value),
        Literal::Integer(number) => Node::Integer(i64::from(*number)),
        Literal::Double(number) => Node::Number(*number),
        Literal::Text(text) | Literal::Guid(text) => Node::Text(text.clone()),
        Literal::Date(text) => Node::Date(date(text)?),
    })
}

/// `month/day/year` as Jet writes dates, or ISO; with or without a time.
fn date(text: &str) -> Option<DateLiteral> {
    let (day, time) = match text.trim().split_once(' ') {
        Some((day, time)) => (day, Some(time)),
        None => (text.trim(), None),
    };
    let numbers: Vec<u16> = day.split(['/', '-']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let date = match numbers.as_slice() {
        [year, month, day] if *year > 31 => (*year, *month, *day),
        [month, day, year] if *year > 99 => (*year, *month, *day),
        _ => return None,
    };
    let time = match time {
        None => None,
        Some(time) => {
            let parts: Vec<u8> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
            match parts.as_slice() {
                [hour, minute, second] => Some((*hour, *minute, *second)),
                [hour, minute] => Some((*hour, *minute, 0)),
                _ => return None,
            }
        }
    };
    let (year, month, day) = (date.0, u8::try_from(date.1).ok()?, u8::try_from(date.2).ok()?);
    let literal = DateLiteral { date: Some((year, month, day)), time };
    // Only a real day of the calendar can be read back.
    let written = formula::print(&Node::Date(literal));
    formula::parse(&written, formula::Dialect::Names).1.is_empty().then_some(literal)
}

fn binary(op: BinaryOp, left: Node, right: Node) -> Option<Node> {
    use formula::BinaryOp as Symbol;
    let symbol = match op {
        BinaryOp::Add => Symbol::Add,
        BinaryOp::Subtract => Symbol::Subtract,
        BinaryOp::Multiply => Symbol::Multiply,
        BinaryOp::Divide => Symbol::Divide,
        BinaryOp::Power => Symbol::Power,
        BinaryOp::Concatenate => Symbol::Concat,
        BinaryOp::Equal => Symbol::Equal,
        BinaryOp::NotEqual => Symbol::NotEqual,
        BinaryOp::Less => Symbol::Less,
        BinaryOp::LessEqual => Symbol::LessOrEqual,
        BinaryOp::Greater => Symbol::Greater,
        BinaryOp::GreaterEqual => Symbol::GreaterOrEqual,
        other => {
            let name = match other {
                BinaryOp::And => "AND",
                BinaryOp::Or => "OR",
                BinaryOp::Xor => "XOR",
                BinaryOp::Eqv => "EQV",
                BinaryOp::Imp => "IMP",
                BinaryOp::Modulo => "MOD",
                BinaryOp::IntegerDivide => "INTDIV",
                BinaryOp::Like => "LIKE",
                _ => return None,
            };
            return Some(Node::call(name, vec![left, right]));
        }
    };
    Some(Node::binary(symbol, left, right))
}
