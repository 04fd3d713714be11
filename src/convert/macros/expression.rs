//! Expressions of macros as VBA. They are those of Access: `Between`, `In`, `Is Null`, references to forms, temporary
//! variables, and within data macros the fields of the records around.

use crate::lang::sql::{self, BinaryOp, Expr, ExprKind, InSet, Literal, Name, UnaryOp};

use super::{Writer, identifier};

/// A condition.
pub(super) fn condition(text: &str, writer: &Writer) -> Result<String, String> {
    value(text.trim().trim_start_matches('='), writer)
}

/// An expression, or why it cannot be written.
pub(super) fn value(text: &str, writer: &Writer) -> Result<String, String> {
    let parsed = sql::parse_expression(text);
    match (&parsed.expression, parsed.notices.first()) {
        (Some(expr), None) => written(expr, writer),
        _ => Err(format!("the expression {text} cannot be read")),
    }
}

/// A text argument: an expression after `=`, else the text itself.
pub(super) fn text_or_value(text: &str, writer: &Writer) -> Result<String, String> {
    match text.trim_start().strip_prefix('=') {
        Some(expression) => value(expression, writer),
        None => Ok(quoted(text)),
    }
}

/// A text as VBA writes it, line breaks included.
pub(super) fn quoted(text: &str) -> String {
    let lines: Vec<String> =
        text.replace("\r\n", "\n").split('\n').map(|line| format!("\"{}\"", line.replace('"', "\"\""))).collect();
    lines.join(" & vbCrLf & ")
}

fn written(expr: &Expr, writer: &Writer) -> Result<String, String> {
    let one = |expr: &Expr| written(expr, writer);
    Ok(match &expr.kind {
        ExprKind::Literal(literal) => self::literal(literal),
        ExprKind::Name(parts) => name(parts, writer)?,
        ExprKind::Star => String::from("\"*\""),
        ExprKind::Unary { op, operand } => {
            let sign = match op {
                UnaryOp::Not => "Not ",
                UnaryOp::Negate => "-",
                UnaryOp::Identity => "",
            };
            format!("({sign}{})", one(operand)?)
        }
        ExprKind::Binary { op, left, right } => format!("({} {} {})", one(left)?, symbol(*op), one(right)?),
        ExprKind::Between { value, low, high, negated } => {
            let value = one(value)?;
            negate(format!("({value} >= {} And {value} <= {})", one(low)?, one(high)?), *negated)
        }
        ExprKind::In { value, set: InSet::List(list), negated } => {
            let value = one(value)?;
            let mut tests = Vec::new();
            for item in list {
                tests.push(format!("{value} = {}", one(item)?));
            }
            negate(format!("({})", tests.join(" Or ")), *negated)
        }
        ExprKind::IsNull { value, negated } => negate(format!("IsNull({})", one(value)?), *negated),
        ExprKind::Call { name, arguments } => {
            let mut written = Vec::new();
            for argument in arguments {
                written.push(one(argument)?);
            }
            format!("{}({})", name.text, written.join(", "))
        }
        _ => return Err(String::from("the condition holds a query")),
    })
}

fn negate(text: String, negated: bool) -> String {
    if negated { format!("(Not {text})") } else { text }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => String::from("Null"),
        Literal::Boolean(value) => String::from(if *value { "True" } else { "False" }),
        Literal::Integer(number) => number.to_string(),
        Literal::Double(number) => format!("{number:?}"),
        Literal::Text(text) | Literal::Guid(text) => quoted(text),
        Literal::Date(text) => format!("#{text}#"),
    }
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::IntegerDivide => "\\",
        BinaryOp::Modulo => "Mod",
        BinaryOp::Power => "^",
        BinaryOp::Concatenate => "&",
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "<>",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Like | BinaryOp::AnsiLike => "Like",
        BinaryOp::And => "And",
        BinaryOp::Or => "Or",
        BinaryOp::Xor => "Xor",
        BinaryOp::Eqv => "Eqv",
        BinaryOp::Imp => "Imp",
    }
}

/// What a name means in a macro.
fn name(parts: &[Name], writer: &Writer) -> Result<String, String> {
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    let is = |at: usize, word: &str| texts.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word));
    match texts.as_slice() {
        [_, variable] if is(0, "TempVars") => Ok(format!("TempVars!{}", bracketed(variable))),
        [_, variable] if is(0, "LocalVars") => Ok(identifier(variable)),
        [_, variable] if is(0, "ReturnVars") => Ok(format!("TempVars!{}", bracketed(variable))),
        [_, member] if is(0, "MacroError") => Ok(format!("Err.{member}")),
        [_] if is(0, "MacroError") => Ok(String::from("Err.Number")),
        [first, ..] if is(0, "Forms") || is(0, "Reports") || is(0, "Screen") => {
            let rest = texts.iter().skip(1).map(|part| bracketed(part)).collect::<Vec<_>>().join("!");
            Ok(format!("{first}!{rest}"))
        }
        [owner, field] => match writer.records.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(owner)) {
            Some((_, recordset)) => Ok(format!("{recordset}!{}", bracketed(field))),
            None if writer.event.is_some() => {
                Err(format!("{owner}.{field} is a field of the record whose change started it"))
            }
            None => Ok(format!("{}!{}", bracketed(owner), bracketed(field))),
        },
        [only] => match (writer.records.last(), &writer.event) {
            (Some((_, recordset)), _) => Ok(format!("{recordset}!{}", bracketed(only))),
            (None, Some(_)) => Err(format!("{only} is a field of the record whose change started it")),
            // Parameters of a named data macro, constants and controls of the active form.
            (None, None) if is_word(only) => Ok((*only).to_string()),
            (None, None) => Ok(bracketed(only)),
        },
        _ => Ok(texts.iter().map(|part| bracketed(part)).collect::<Vec<_>>().join("!")),
    }
}

fn is_word(name: &str) -> bool {
    identifier(name) == name
}

fn bracketed(name: &str) -> String {
    format!("[{}]", name.replace(['[', ']'], ""))
}
