//! Expressions over a record as Jet SQL, for steps that change or delete the records of a model. Names of fields stay names;
//! variables of the workflow become parameters, so that no value is ever part of a statement's text.

use crate::lang::formula::{BinaryOp, DateLiteral, Node, PostfixOp, UnaryOp};

/// Levels an expression may nest in a statement: the height the SQL parser takes, with room for brackets.
const MOST_LEVELS: usize = 60;

/// What a name in an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Field,
    Variable,
}

/// A statement under construction: its parameters with what gives them their values.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub names: Vec<String>,
    pub values: Vec<Node>,
}

impl Parameters {
    /// The parameter that holds this expression; columns win over parameters of their name, so it gets a sign none has.
    pub(super) fn of(&mut self, value: &Node) -> String {
        let place = self.values.iter().position(|known| known == value).unwrap_or_else(|| {
            self.values.push(value.clone());
            self.names.push(format!("@{}", self.values.len()));
            self.values.len() - 1
        });
        bracketed(self.names.get(place).map_or("@", String::as_str))
    }
}

/// A name between brackets; a bracket in it cannot be written, and no field of Access has one.
pub(super) fn bracketed(name: &str) -> String {
    format!("[{}]", name.replace(['[', ']'], ""))
}

/// Whether an expression mentions a field.
pub(super) fn mentions_field(node: &Node, meaning: &dyn Fn(&str) -> Meaning) -> bool {
    match node {
        Node::Name(name) => meaning(name) == Meaning::Field,
        Node::Paren(inner) | Node::Unary { operand: inner, .. } | Node::Postfix { operand: inner, .. } => {
            mentions_field(inner, meaning)
        }
        Node::Binary { left, right, .. } => mentions_field(left, meaning) || mentions_field(right, meaning),
        Node::Call { args, .. } => args.iter().any(|arg| mentions_field(arg, meaning)),
        _ => false,
    }
}

/// The SQL of an expression; none when it holds something that has no meaning for a record.
pub(super) fn sql(node: &Node, meaning: &dyn Fn(&str) -> Meaning, parameters: &mut Parameters) -> Option<String> {
    written(node, meaning, parameters, MOST_LEVELS)
}

fn written(
    node: &Node,
    meaning: &dyn Fn(&str) -> Meaning,
    parameters: &mut Parameters,
    levels: usize,
) -> Option<String> {
    let levels = levels.checked_sub(1)?;
    let mut inner = |node: &Node| written(node, meaning, parameters, levels);
    Some(match node {
        Node::Integer(number) => number.to_string(),
        Node::Number(number) => format!("{number:?}"),
        Node::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Node::Boolean(value) => String::from(if *value { "True" } else { "False" }),
        Node::Null | Node::Empty => String::from("Null"),
        Node::Date(date) => date_text(date),
        Node::Name(name) => match meaning(name) {
            Meaning::Field => bracketed(name),
            Meaning::Variable => parameters.of(node),
        },
        Node::Member { object, name } => match object.as_ref() {
            Node::Name(owner) if meaning(owner) == Meaning::Field => {
                format!("{}.{}", bracketed(owner), bracketed(name))
            }
            _ => parameters.of(node),
        },
        Node::MemberCall { .. } | Node::Index { .. } => parameters.of(node),
        Node::Paren(one) => format!("({})", inner(one)?),
        Node::Unary { op: UnaryOp::Minus, operand } => format!("-({})", inner(operand)?),
        Node::Unary { op: UnaryOp::Plus, operand } => inner(operand)?,
        Node::Postfix { op: PostfixOp::Percent, operand } => format!("(({})/100)", inner(operand)?),
        Node::Binary { op, left, right } => {
            let symbol = symbol(*op)?;
            format!("({} {symbol} {})", inner(left)?, inner(right)?)
        }
        Node::Call { name, args } => {
            // An element of an array, or a procedure's result, is the workflow's to compute.
            if meaning(name) == Meaning::Variable {
                return Some(parameters.of(node));
            }
            let args: Option<Vec<String>> = args.iter().map(inner).collect();
            call(name, &args?)?
        }
        _ => return None,
    })
}

fn symbol(op: BinaryOp) -> Option<&'static str> {
    match op {
        BinaryOp::Concat => Some("&"),
        BinaryOp::Range | BinaryOp::Intersect | BinaryOp::Union => None,
        other => Some(other.symbol()),
    }
}

/// Operators that the expression language writes as functions, and functions by their name.
fn call(name: &str, args: &[String]) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let between = |symbol: &str| format!("({})", args.join(&format!(" {symbol} ")));
    Some(match (upper.as_str(), args) {
        ("AND", [_, ..]) => between("And"),
        ("OR", [_, ..]) => between("Or"),
        ("XOR", [_, _]) => between("Xor"),
        ("EQV", [_, _]) => between("Eqv"),
        ("IMP", [_, _]) => between("Imp"),
        ("MOD", [_, _]) => between("Mod"),
        ("INTDIV" | "QUOTIENT", [_, _]) => between("\\"),
        ("LIKE", [_, _]) => between("Like"),
        ("NOT", [one]) => format!("(Not {one})"),
        ("ISBLANK" | "ISNULL", [one]) => format!("({one} Is Null)"),
        ("IF" | "IIF", [condition, yes, no]) => format!("IIf({condition}, {yes}, {no})"),
        ("IF", [condition, yes]) => format!("IIf({condition}, {yes}, False)"),
        ("IN", [one, list @ ..]) if !list.is_empty() => format!("({one} In ({}))", list.join(", ")),
        ("BETWEEN", [one, low, high]) => format!("({one} Between {low} And {high})"),
        _ => format!("{}({})", name, args.join(", ")),
    })
}

/// `#month/day/year hour:minute:second#`, as Jet reads it whatever the locale.
fn date_text(date: &DateLiteral) -> String {
    let day = date.date.map(|(year, month, day)| format!("{month:02}/{day:02}/{year:04}"));
    let time = date.time.map(|(hour, minute, second)| format!("{hour:02}:{minute:02}:{second:02}"));
    let parts: Vec<String> = day.into_iter().chain(time).collect();
    format!("#{}#", parts.join(" "))
}
