//! Tokens to a tree, by binding strength (Pratt). The first fault is noted and ends the reading; what was read stays in the
//! tree, and a missing operand stands as `Omitted`. Nesting, height and length are bounded, so hostile text costs little.

use super::node::{BinaryOp, Dialect, MAX_HEIGHT, MAX_NESTING, MAX_TEXT, Node, Notice, NoticeKind, PostfixOp, UnaryOp};
use super::tokens::{Kind, Token, tokens};

/// Binding strength of prefix operators: above `%` and `^`, below the reference operators.
const PREFIX: u8 = 7;
/// Binding strength of `%`: above `^`.
const PERCENT: u8 = 6;

/// Reads one formula, with or without its leading `=`. The tree is whole when there are no notices.
pub fn parse(text: &str, dialect: Dialect) -> (Node, Vec<Notice>) {
    let trimmed = text.trim_start();
    let skipped = text.len() - trimmed.len();
    let (body, skipped) = match trimmed.strip_prefix('=') {
        Some(rest) => (rest, skipped + 1),
        None => (trimmed, skipped),
    };
    if body.len() > MAX_TEXT {
        return (Node::Omitted, vec![Notice { at: 0, kind: NoticeKind::TooLong }]);
    }
    let (tokens, fault) = tokens(body, dialect);
    let mut parser = Parser { tokens, next: 0, end: body.len(), dialect, depth: 0, union: true, notice: None };
    let (node, _) = parser.expression(0);
    if parser.next < parser.tokens.len() {
        parser.fail(NoticeKind::TrailingText);
    }
    let mut notices: Vec<Notice> = parser.notice.into_iter().collect();
    if let Some(fault) = fault {
        // The list of tokens ended there, so what the parser missed is only the consequence.
        notices = vec![fault];
    }
    for notice in &mut notices {
        notice.at += skipped;
    }
    (node, notices)
}

/// A tree and its height.
type Tall = (Node, usize);

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    dialect: Dialect,
    depth: usize,
    /// Whether a comma here joins references instead of separating arguments.
    union: bool,
    notice: Option<Notice>,
}

impl Parser {
    /// Notes the first fault and skips the rest.
    fn fail(&mut self, kind: NoticeKind) -> Tall {
        let at = self.tokens.get(self.next).map_or(self.end, |token| token.at);
        self.notice.get_or_insert(Notice { at, kind });
        self.next = self.tokens.len();
        (Node::Omitted, 1)
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn at_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Some(Kind::Symbol(found)) if *found == symbol)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.at_symbol(symbol);
        self.next += usize::from(found);
        found
    }

    fn close(&mut self, symbol: &str) {
        if !self.take(symbol) {
            self.fail(NoticeKind::UnclosedBracket);
        }
    }

    fn expression(&mut self, weakest: u8) -> Tall {
        if self.depth >= MAX_NESTING {
            return self.fail(NoticeKind::TooDeep);
        }
        self.depth += 1;
        let mut left = self.operand();
        while let Some(joined) = self.suffix(&mut left, weakest) {
            left = joined;
            if left.1 > MAX_HEIGHT {
                self.fail(NoticeKind::TooDeep);
                break;
            }
        }
        self.depth -= 1;
        left
    }

    /// One operator after `left`, if one binds at least as tightly as asked; `left` is taken then.
    fn suffix(&mut self, left: &mut Tall, weakest: u8) -> Option<Tall> {
        if weakest <= PERCENT && self.take("%") {
            return Some(postfix(PostfixOp::Percent, left));
        }
        if self.dialect == Dialect::Sheet && is_reference(&left.0) && self.take("#") {
            return Some(postfix(PostfixOp::Spill, left));
        }
        if let Some(called) = self.called(left) {
            return Some(called);
        }
        let (op, width) = self.binary_op(&left.0)?;
        if op.strength() < weakest {
            return None;
        }
        self.next += width;
        let (right, right_height) = self.expression(op.strength() + 1);
        let (node, height) = std::mem::replace(left, (Node::Omitted, 1));
        Some((Node::binary(op, node, right), height.max(right_height) + 1))
    }

    /// `.name`, `.name(args)` or `(args)` after an expression.
    fn called(&mut self, left: &mut Tall) -> Option<Tall> {
        let member = self.dialect == Dialect::Names && self.take(".");
        if member {
            let name = self.member_name()?;
            let (object, height) = std::mem::replace(left, (Node::Omitted, 1));
            if !self.at_symbol("(") {
                return Some((Node::member(object, name), height + 1));
            }
            let (args, tallest) = self.arguments();
            let call = Node::MemberCall { object: Box::new(object), name, args };
            return Some((call, height.max(tallest) + 1));
        }
        if !self.at_symbol("(") || !may_be_indexed(&left.0, self.dialect) {
            return None;
        }
        let (object, height) = std::mem::replace(left, (Node::Omitted, 1));
        let (args, tallest) = self.arguments();
        Some((Node::Index { object: Box::new(object), args }, height.max(tallest) + 1))
    }

    fn member_name(&mut self) -> Option<String> {
        if let Some(Kind::Word { text, .. } | Kind::Function(text)) = self.peek() {
            let name = text.clone();
            self.next += 1;
            return Some(name);
        }
        self.fail(NoticeKind::UnexpectedToken);
        None
    }

    /// The operator at this place and how many tokens it takes (an intersection takes none).
    fn binary_op(&self, left: &Node) -> Option<(BinaryOp, usize)> {
        let token = self.tokens.get(self.next)?;
        let Kind::Symbol(symbol) = token.kind else {
            return self.intersects(token, left).then_some((BinaryOp::Intersect, 0));
        };
        let op = match symbol {
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Subtract,
            "*" => BinaryOp::Multiply,
            "/" => BinaryOp::Divide,
            "^" => BinaryOp::Power,
            "&" => BinaryOp::Concat,
            "=" => BinaryOp::Equal,
            "<>" => BinaryOp::NotEqual,
            "<" => BinaryOp::Less,
            "<=" => BinaryOp::LessOrEqual,
            ">" => BinaryOp::Greater,
            ">=" => BinaryOp::GreaterOrEqual,
            ":" if self.dialect == Dialect::Sheet => BinaryOp::Range,
            "," if self.union && self.dialect == Dialect::Sheet && is_reference(left) => BinaryOp::Union,
            "(" => return self.intersects(token, left).then_some((BinaryOp::Intersect, 0)),
            _ => return None,
        };
        Some((op, 1))
    }

    /// Whether a blank before this token joins two references.
    fn intersects(&self, token: &Token, left: &Node) -> bool {
        let operand = matches!(
            token.kind,
            Kind::Reference(_)
                | Kind::Word { .. }
                | Kind::Function(_)
                | Kind::Qualified { .. }
                | Kind::Structured(_)
                | Kind::Symbol("(")
        );
        self.dialect == Dialect::Sheet && token.spaced && operand && is_reference(left)
    }

    fn operand(&mut self) -> Tall {
        let Some(kind) = self.peek().cloned() else {
            return self.fail(NoticeKind::UnexpectedEnd);
        };
        self.next += 1;
        let leaf = match kind {
            Kind::Integer(value) => Node::Integer(value),
            Kind::Number(value) => Node::Number(value),
            Kind::Text(text) => Node::Text(text),
            Kind::Error(error) => Node::Error(error),
            Kind::Date(date) => Node::Date(date),
            Kind::Reference(reference) => Node::Reference(reference),
            Kind::Structured(reference) => Node::Structured(reference),
            Kind::Qualified { prefix, name } => Node::QualifiedName { prefix, name },
            Kind::Word { text, bracketed: true } => Node::Name(text),
            Kind::Word { text, bracketed: false } => word(text, self.dialect),
            Kind::Function(name) => return self.call(name),
            Kind::Symbol(symbol) => return self.opened(symbol),
        };
        (leaf, 1)
    }

    fn call(&mut self, name: String) -> Tall {
        let (args, tallest) = self.arguments();
        (Node::Call { name, args }, tallest + 1)
    }

    /// An operand that starts with a symbol.
    fn opened(&mut self, symbol: &'static str) -> Tall {
        let op = match symbol {
            "-" => UnaryOp::Minus,
            "+" => UnaryOp::Plus,
            "@" if self.dialect == Dialect::Sheet => UnaryOp::Single,
            "(" => return self.parenthesised(),
            "{" if self.dialect == Dialect::Sheet => return self.array(),
            _ => {
                self.next = self.next.saturating_sub(1);
                return self.fail(NoticeKind::UnexpectedToken);
            }
        };
        let (operand, height) = self.expression(PREFIX);
        (Node::unary(op, operand), height + 1)
    }

    fn parenthesised(&mut self) -> Tall {
        let outer = std::mem::replace(&mut self.union, true);
        let (inner, height) = self.expression(0);
        self.close(")");
        self.union = outer;
        (Node::Paren(Box::new(inner)), height + 1)
    }

    /// `(a, , Name := b)`; the opening bracket is the next token. Answers the arguments and the tallest one's height.
    fn arguments(&mut self) -> (Vec<Node>, usize) {
        let outer = std::mem::replace(&mut self.union, false);
        let mut args = Vec::new();
        let mut tallest = 0;
        self.next += 1;
        if !self.take(")") {
            loop {
                let (arg, height) = self.argument();
                tallest = tallest.max(height);
                args.push(arg);
                if !self.take(",") {
                    break;
                }
            }
            self.close(")");
        }
        self.union = outer;
        (args, tallest)
    }

    fn argument(&mut self) -> Tall {
        if self.at_symbol(",") || self.at_symbol(")") {
            return (Node::Omitted, 1);
        }
        let named = matches!(self.tokens.get(self.next + 1), Some(Token { kind: Kind::Symbol(":="), .. }));
        if named && let Some(Kind::Word { text, .. }) = self.peek() {
            let name = text.clone();
            self.next += 2;
            let (value, height) = self.expression(0);
            return (Node::Argument { name, value: Box::new(value) }, height + 1);
        }
        self.expression(0)
    }

    /// `{1,2;3,4}`; the brace is taken.
    fn array(&mut self) -> Tall {
        let mut rows = vec![Vec::new()];
        loop {
            let item = self.array_item();
            if let Some(row) = rows.last_mut() {
                row.push(item);
            }
            if self.take(";") {
                rows.push(Vec::new());
            } else if !self.take(",") {
                break;
            }
        }
        self.close("}");
        (Node::Array(rows), 3)
    }

    fn array_item(&mut self) -> Node {
        let sign = match () {
            () if self.take("-") => Some(UnaryOp::Minus),
            () if self.take("+") => Some(UnaryOp::Plus),
            () => None,
        };
        let item = match self.peek().cloned() {
            Some(Kind::Integer(value)) => Node::Integer(value),
            Some(Kind::Number(value)) => Node::Number(value),
            Some(Kind::Text(text)) if sign.is_none() => Node::Text(text),
            Some(Kind::Error(error)) if sign.is_none() => Node::Error(error),
            Some(Kind::Word { text, .. }) if sign.is_none() => match word(text, self.dialect) {
                value @ Node::Boolean(_) => value,
                _ => return self.fail(NoticeKind::UnexpectedToken).0,
            },
            _ => return self.fail(NoticeKind::UnexpectedToken).0,
        };
        self.next += 1;
        match sign {
            Some(op) => Node::unary(op, item),
            None => item,
        }
    }
}

fn postfix(op: PostfixOp, left: &mut Tall) -> Tall {
    let (node, height) = std::mem::replace(left, (Node::Omitted, 1));
    (Node::Postfix { op, operand: Box::new(node) }, height + 1)
}

/// An unbracketed word: a value where the dialect has it as one, else a name.
fn word(text: String, dialect: Dialect) -> Node {
    match text.to_ascii_uppercase().as_str() {
        "TRUE" => Node::Boolean(true),
        "FALSE" => Node::Boolean(false),
        "EMPTY" if dialect == Dialect::Names => Node::Empty,
        "NULL" if dialect == Dialect::Names => Node::Null,
        "NOTHING" if dialect == Dialect::Names => Node::Nothing,
        _ => Node::Name(text),
    }
}

/// Whether an expression can be worth a reference, so that `#`, a blank or a comma may join it.
fn is_reference(node: &Node) -> bool {
    match node {
        Node::Reference(_)
        | Node::Structured(_)
        | Node::Name(_)
        | Node::QualifiedName { .. }
        | Node::Call { .. }
        | Node::Index { .. }
        | Node::Paren(_)
        | Node::Error(super::node::ErrorKind::Ref) => true,
        Node::Postfix { op, .. } => *op == PostfixOp::Spill,
        Node::Binary { op, .. } => {
            matches!(op, BinaryOp::Range | BinaryOp::Intersect | BinaryOp::Union)
        }
        _ => false,
    }
}

/// Whether brackets directly after an expression call or index it.
fn may_be_indexed(node: &Node, dialect: Dialect) -> bool {
    match node {
        Node::Call { .. } | Node::Index { .. } => true,
        // `[1]!Rates(2)`: a function of another workbook.
        Node::QualifiedName { .. } => true,
        Node::Name(_) | Node::Paren(_) | Node::MemberCall { .. } => dialect == Dialect::Names,
        _ => false,
    }
}
