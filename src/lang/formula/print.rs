//! A tree back to text. `parse(print(n)) == normal(n, Names)` for every tree: `normal` adds the brackets that binding strength asks
//! for and gives equal things one form; a tree that the parser made is normal already. Written for people: blanks around operators.

use super::node::{
    Area, BinaryOp, Dialect, ErrorKind, Node, PostfixOp, Reference, SheetPrefix, StructuredRef, UnaryOp,
};
use super::reference::{is_plain_sheet, quote_sheet};
use super::tokens::{is_dotted_function, is_plain_word, is_reserved, is_sheet_name};

/// Binding strength of what never needs brackets.
const ATOM: u8 = 12;
const PREFIX: u8 = 7;
const PERCENT: u8 = 6;
/// Below this, digits are written out; above, with an exponent, as Excel does.
const PLAIN_NUMBER: f64 = 1e15;
const SMALL_NUMBER: f64 = 1e-5;

/// The text of an expression in the Names dialect.
pub fn print(node: &Node) -> String {
    written(node, Dialect::Names)
}

/// The text of a sheet formula, without the `=` and without blanks around operators, as Excel writes it.
pub fn print_sheet(node: &Node) -> String {
    written(node, Dialect::Sheet)
}

fn written(node: &Node, dialect: Dialect) -> String {
    written_with(node, dialect, &reference_text)
}

/// The text of a sheet formula with each reference written by the given function.
pub(super) fn print_references(node: &Node, reference: &dyn Fn(&Reference) -> String) -> String {
    written_with(node, Dialect::Sheet, reference)
}

fn written_with(node: &Node, dialect: Dialect, reference: &dyn Fn(&Reference) -> String) -> String {
    let mut writer = Writer { out: String::new(), dialect, reference };
    writer.node(&normal(node, dialect));
    writer.out
}

/// The same expression in the form the parser gives: brackets where binding strength needs them, negative numbers as a sign and
/// a number, two cells joined by `:` as one area.
pub fn normal(node: &Node, dialect: Dialect) -> Node {
    match node {
        Node::Integer(value) if *value < 0 => negative(match value.checked_neg() {
            Some(positive) => Node::Integer(positive),
            None => Node::Number(value.unsigned_abs() as f64),
        }),
        Node::Number(value) => normal_number(*value),
        Node::Array(rows) => {
            Node::Array(rows.iter().map(|row| row.iter().map(|item| normal(item, dialect)).collect()).collect())
        }
        Node::Member { object, name } => Node::member(owner(object, dialect), name.clone()),
        Node::MemberCall { object, name, args } => Node::MemberCall {
            object: Box::new(owner(object, dialect)),
            name: name.clone(),
            args: normal_args(args, dialect),
        },
        Node::Call { name, args } => normal_call(name, args, dialect),
        Node::Index { object, args } => normal_index(object, args, dialect),
        Node::Argument { name, value } => {
            Node::Argument { name: name.clone(), value: Box::new(no_union(normal(value, dialect))) }
        }
        Node::Paren(inner) => Node::Paren(Box::new(normal(inner, dialect))),
        Node::Unary { op, operand } => Node::unary(*op, at_least(normal(operand, dialect), PREFIX)),
        Node::Postfix { op, operand } => normal_postfix(*op, operand, dialect),
        Node::Binary { op, left, right } => normal_binary(*op, left, right, dialect),
        other => other.clone(),
    }
}

fn negative(positive: Node) -> Node {
    Node::unary(UnaryOp::Minus, positive)
}

fn normal_number(value: f64) -> Node {
    if !value.is_finite() {
        return Node::Error(ErrorKind::Num);
    }
    if value.is_sign_negative() {
        return negative(Node::Number(-value));
    }
    Node::Number(value)
}

/// What stands before a `.`: anything whose text could run into it gets brackets.
fn owner(object: &Node, dialect: Dialect) -> Node {
    let object = normal(object, dialect);
    match object {
        Node::Name(_)
        | Node::QualifiedName { .. }
        | Node::Member { .. }
        | Node::MemberCall { .. }
        | Node::Call { .. }
        | Node::Index { .. }
        | Node::Paren(_) => object,
        other => Node::Paren(Box::new(other)),
    }
}

fn normal_call(name: &str, args: &[Node], dialect: Dialect) -> Node {
    let args = normal_args(args, dialect);
    let callable = match dialect {
        Dialect::Sheet => is_sheet_name(name),
        Dialect::Names => (is_plain_word(name) && !is_reserved(name)) || is_dotted_function(name),
    };
    if callable {
        return Node::Call { name: name.to_owned(), args };
    }
    Node::Index { object: Box::new(Node::Name(name.to_owned())), args }
}

fn normal_index(object: &Node, args: &[Node], dialect: Dialect) -> Node {
    match owner(object, dialect) {
        Node::Name(name) if is_plain_word(&name) && !is_reserved(&name) => {
            Node::Call { name, args: normal_args(args, dialect) }
        }
        Node::Member { object, name } => Node::MemberCall { object, name, args: normal_args(args, dialect) },
        object => Node::Index { object: Box::new(object), args: normal_args(args, dialect) },
    }
}

/// One argument left out alone is no argument at all: `F()`.
fn normal_args(args: &[Node], dialect: Dialect) -> Vec<Node> {
    if matches!(args, [Node::Omitted]) {
        return Vec::new();
    }
    args.iter().map(|arg| no_union(normal(arg, dialect))).collect()
}

/// Brackets around a union, whose commas would otherwise separate arguments.
fn no_union(node: Node) -> Node {
    match node {
        Node::Binary { op: BinaryOp::Union, .. } => Node::Paren(Box::new(node)),
        other => other,
    }
}

fn normal_postfix(op: PostfixOp, operand: &Node, dialect: Dialect) -> Node {
    let weakest = if op == PostfixOp::Percent { PERCENT } else { ATOM };
    let operand = at_least(normal(operand, dialect), weakest);
    Node::Postfix { op, operand: Box::new(operand) }
}

fn normal_binary(op: BinaryOp, left: &Node, right: &Node, dialect: Dialect) -> Node {
    if let (BinaryOp::Range, Node::Reference(first), Node::Reference(last)) = (op, left, right)
        && let (Area::Cell(from), Area::Cell(to)) = (first.area, last.area)
        && last.prefix.is_none()
    {
        let area = Area::Cells(from, to);
        return Node::Reference(Reference { prefix: first.prefix.clone(), area });
    }
    let left = at_least(normal(left, dialect), op.strength());
    let right = at_least(normal(right, dialect), op.strength() + 1);
    // Nested unions keep their brackets, so that they are never taken for arguments further out.
    let (left, right) = if op == BinaryOp::Union { (left, right) } else { (no_union(left), no_union(right)) };
    Node::binary(op, left, right)
}

fn at_least(node: Node, strength: u8) -> Node {
    if binding(&node) >= strength { node } else { Node::Paren(Box::new(node)) }
}

fn binding(node: &Node) -> u8 {
    match node {
        Node::Binary { op, .. } => op.strength(),
        Node::Unary { .. } => PREFIX,
        Node::Postfix { op: PostfixOp::Percent, .. } => PERCENT,
        Node::Argument { .. } | Node::Omitted => 0,
        _ => ATOM,
    }
}

struct Writer<'a> {
    out: String,
    dialect: Dialect,
    reference: &'a dyn Fn(&Reference) -> String,
}

impl Writer<'_> {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Integer(value) => self.push(&value.to_string()),
            Node::Number(value) => self.push(&number_text(*value)),
            Node::Text(text) => self.push(&format!("\"{}\"", text.replace('"', "\"\""))),
            Node::Boolean(value) => self.push(if *value { "TRUE" } else { "FALSE" }),
            Node::Error(kind) => self.push(kind.text()),
            Node::Date(literal) => self.push(&literal.to_string()),
            Node::Empty => self.push("EMPTY"),
            Node::Null => self.push("NULL"),
            Node::Nothing => self.push("NOTHING"),
            Node::Omitted => {}
            Node::Name(name) => self.name(name),
            Node::QualifiedName { prefix, name } => self.push(&format!("{}{name}", prefix_text(prefix))),
            Node::Reference(reference) => self.push(&(self.reference)(reference)),
            Node::Structured(reference) => self.push(&structured_text(reference)),
            Node::Array(rows) => self.array(rows),
            Node::Paren(inner) => {
                self.push("(");
                self.node(inner);
                self.push(")");
            }
            other => self.compound(other),
        }
    }

    fn compound(&mut self, node: &Node) {
        match node {
            Node::Member { object, name } => self.member(object, name),
            Node::MemberCall { object, name, args } => {
                self.member_call_owner(object, name);
                self.push(".");
                self.word(name);
                self.args(args);
            }
            Node::Call { name, args } => {
                self.push(name);
                self.args(args);
            }
            Node::Index { object, args } => {
                self.node(object);
                self.args(args);
            }
            Node::Argument { name, value } => {
                self.word(name);
                self.push(" := ");
                self.node(value);
            }
            Node::Unary { op, operand } => {
                self.push(match op {
                    UnaryOp::Minus => "-",
                    UnaryOp::Plus => "+",
                    UnaryOp::Single => "@",
                });
                self.node(operand);
            }
            Node::Postfix { op, operand } => {
                self.node(operand);
                self.push(if *op == PostfixOp::Percent { "%" } else { "#" });
            }
            Node::Binary { .. } => self.binary(node),
            _ => {}
        }
    }

    /// A chain that leans left is written in a loop, not by recursion.
    fn binary(&mut self, node: &Node) {
        let mut chain = Vec::new();
        let mut first = node;
        while let Node::Binary { op, left, right } = first {
            chain.push((op, right));
            first = left;
        }
        self.node(first);
        for (op, right) in chain.into_iter().rev() {
            let tight = matches!(op, BinaryOp::Range | BinaryOp::Union | BinaryOp::Intersect);
            if self.dialect == Dialect::Sheet || tight {
                self.push(op.symbol());
            } else {
                self.push(&format!(" {} ", op.symbol()));
            }
            self.node(right);
        }
    }

    fn name(&mut self, name: &str) {
        match self.dialect {
            Dialect::Names => self.word(name),
            Dialect::Sheet => self.push(name),
        }
    }

    /// A word of Names, bracketed where it is not plain.
    fn word(&mut self, word: &str) {
        if is_plain_word(word) && !is_reserved(word) {
            self.push(word);
        } else {
            self.push(&format!("[{}]", word.replace(']', "]]")));
        }
    }

    fn member(&mut self, object: &Node, name: &str) {
        self.node(object);
        self.push(".");
        self.word(name);
    }

    /// `[RANK].EQ(x)`: the brackets keep the member from reading as the dotted function.
    fn member_call_owner(&mut self, object: &Node, name: &str) {
        match object {
            Node::Name(first) if is_dotted_function(&format!("{first}.{name}")) => {
                self.push(&format!("[{first}]"));
            }
            Node::Member { object: inner, name: middle } => {
                self.member_call_owner(inner, &format!("{middle}.{name}"));
                self.push(".");
                self.word(middle);
            }
            _ => self.node(object),
        }
    }

    fn args(&mut self, args: &[Node]) {
        let gap = if self.dialect == Dialect::Sheet { "," } else { ", " };
        self.push("(");
        for (place, arg) in args.iter().enumerate() {
            if place > 0 {
                self.push(gap);
            }
            self.node(arg);
        }
        self.push(")");
    }

    fn array(&mut self, rows: &[Vec<Node>]) {
        self.push("{");
        for (row_place, row) in rows.iter().enumerate() {
            if row_place > 0 {
                self.push(";");
            }
            for (place, item) in row.iter().enumerate() {
                if place > 0 {
                    self.push(",");
                }
                self.node(item);
            }
        }
        self.push("}");
    }
}

/// The shortest text that reads back as the same double, always with a point or an exponent.
fn number_text(value: f64) -> String {
    if value != 0.0 && !(SMALL_NUMBER..PLAIN_NUMBER).contains(&value) {
        return format!("{value:E}");
    }
    format!("{value:?}")
}

pub(super) fn prefix_text(prefix: &SheetPrefix) -> String {
    let mut sheets = prefix.sheet.clone();
    if let Some(last) = &prefix.last {
        sheets = format!("{sheets}:{last}");
    }
    let plain =
        (prefix.sheet.is_empty() || is_plain_sheet(&prefix.sheet)) && prefix.last.as_deref().is_none_or(is_plain_sheet);
    match &prefix.book {
        Some(book) if plain && book.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_')) => {
            format!("[{book}]{sheets}!")
        }
        Some(book) => {
            let cut = book.rfind(['\\', '/']).map_or(0, |at| at + 1);
            let (path, file) = book.split_at(cut);
            format!("'{}'!", format!("{path}[{file}]{sheets}").replace('\'', "''"))
        }
        None if plain => format!("{sheets}!"),
        None if prefix.last.is_none() => format!("{}!", quote_sheet(&sheets)),
        None => format!("'{}'!", sheets.replace('\'', "''")),
    }
}

fn reference_text(reference: &Reference) -> String {
    let prefix = reference.prefix.as_ref().map(prefix_text).unwrap_or_default();
    format!("{prefix}{}", reference.area)
}

/// `Table[[#Headers],[A]:[C]]`.
fn structured_text(reference: &StructuredRef) -> String {
    let table = reference.table.as_deref().unwrap_or_default();
    let mut parts: Vec<String> = reference.items.iter().map(|item| format!("[{}]", item.text())).collect();
    match &reference.columns {
        Some((first, Some(last))) => parts.push(format!("[{}]:[{}]", column(first), column(last))),
        Some((first, None)) => parts.push(format!("[{}]", column(first))),
        None => {}
    }
    let simple = parts.len() == 1 && !matches!(&reference.columns, Some((_, Some(_))));
    match parts.first() {
        Some(only) if simple => format!("{table}{only}"),
        _ => format!("{table}[{}]", parts.join(",")),
    }
}

/// A column's name with the letters escaped that would end it.
fn column(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if matches!(c, '[' | ']' | '#' | '\'' | '@') {
            text.push('\'');
        }
        text.push(c);
    }
    text
}

impl std::fmt::Display for super::node::DateLiteral {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("#")?;
        if let Some((year, month, day)) = self.date {
            write!(out, "{year:04}-{month:02}-{day:02}")?;
        }
        if let Some((hour, minute, second)) = self.time {
            let gap = if self.date.is_some() { "T" } else { "" };
            write!(out, "{gap}{hour:02}:{minute:02}:{second:02}")?;
        }
        out.write_str("#")
    }
}
