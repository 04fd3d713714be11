//! Operators, by precedence climbing. Precedences: MS-VBAL 5.6.9 (`-2 ^ 2` is -4; `Not` binds weaker than comparison).

use super::super::ast::{BinaryOp, Expr, ExprKind, Literal, MAX_EXPR_DEPTH, TypeRef, UnaryOp};
use super::super::literal;
use super::super::token::TokenKind;
use super::super::word::Word;
use super::{Parser, Res};

/// Deepest recursion while reading one expression; each level costs five stack frames.
/// (Own choice: a fifth of a 2 MiB stack in an unoptimised build.)
const MAX_NESTING: usize = 100;

const NOT: u8 = 6;
const COMPARISON: u8 = 7;
const NEGATION: u8 = 13;
const POWER: u8 = 14;

/// An expression and the height of its tree.
pub(super) struct Node {
    pub expr: Expr,
    pub height: usize,
}

impl Parser<'_> {
    /// One expression.
    pub(in super::super) fn expr(&mut self) -> Res<Expr> {
        self.node().map(|node| node.expr)
    }

    pub(super) fn node(&mut self) -> Res<Node> {
        self.binary(0)
    }

    /// A node one level above `height`, unless that is too deep.
    pub(super) fn grow(&self, start: usize, height: usize, kind: ExprKind) -> Res<Node> {
        if height >= MAX_EXPR_DEPTH {
            return self.fault("expression nested too deeply to be read");
        }
        Ok(Node { expr: Expr { span: self.span_from(start), kind }, height: height + 1 })
    }

    fn binary(&mut self, floor: u8) -> Res<Node> {
        if self.nesting >= MAX_NESTING {
            return self.fault("expression nested too deeply to be read");
        }
        self.nesting += 1;
        let node = self.climb(floor);
        self.nesting -= 1;
        node
    }

    fn climb(&mut self, floor: u8) -> Res<Node> {
        let start = self.at;
        let mut left = self.unary()?;
        while let Some((op, precedence)) = self.operator() {
            if precedence < floor {
                break;
            }
            self.at += 1;
            let right = self.binary(precedence + 1)?;
            let height = left.height.max(right.height);
            let kind = ExprKind::Binary { op, left: Box::new(left.expr), right: Box::new(right.expr) };
            left = self.grow(start, height, kind)?;
        }
        Ok(left)
    }

    /// The binary operator here and its precedence.
    fn operator(&self) -> Option<(BinaryOp, u8)> {
        use TokenKind as K;
        let next = self.peek();
        Some(match (next.kind, next.word) {
            (K::Caret, _) => (BinaryOp::Power, POWER),
            (K::Star, _) => (BinaryOp::Multiply, 12),
            (K::Slash, _) => (BinaryOp::Divide, 12),
            (K::Backslash, _) => (BinaryOp::IntegerDivide, 11),
            (K::Ident, Word::Mod) => (BinaryOp::Mod, 10),
            (K::Plus, _) => (BinaryOp::Add, 9),
            (K::Minus, _) => (BinaryOp::Subtract, 9),
            (K::Ampersand, _) => (BinaryOp::Concat, 8),
            (K::Ident, Word::And) => (BinaryOp::And, 5),
            (K::Ident, Word::Or) => (BinaryOp::Or, 4),
            (K::Ident, Word::Xor) => (BinaryOp::Xor, 3),
            (K::Ident, Word::Eqv) => (BinaryOp::Eqv, 2),
            (K::Ident, Word::Imp) => (BinaryOp::Imp, 1),
            _ => (self.comparison()?, COMPARISON),
        })
    }

    /// The comparison operator here.
    pub(super) fn comparison(&self) -> Option<BinaryOp> {
        use TokenKind as K;
        let next = self.peek();
        Some(match (next.kind, next.word) {
            (K::Equal, _) => BinaryOp::Equal,
            (K::NotEqual, _) => BinaryOp::NotEqual,
            (K::Less, _) => BinaryOp::Less,
            (K::Greater, _) => BinaryOp::Greater,
            (K::LessEqual, _) => BinaryOp::LessEqual,
            (K::GreaterEqual, _) => BinaryOp::GreaterEqual,
            (K::Ident, Word::Like) => BinaryOp::Like,
            (K::Ident, Word::Is) => BinaryOp::Is,
            _ => return None,
        })
    }

    fn unary(&mut self) -> Res<Node> {
        let start = self.at;
        let next = self.peek();
        let (op, floor) = match (next.kind, next.word) {
            (TokenKind::Minus, _) => (UnaryOp::Minus, NEGATION),
            (TokenKind::Plus, _) => (UnaryOp::Plus, NEGATION),
            (TokenKind::Ident, Word::Not) => (UnaryOp::Not, NOT),
            _ => return self.operand(),
        };
        self.at += 1;
        let operand = self.binary(floor)?;
        self.grow(start, operand.height, ExprKind::Unary { op, operand: Box::new(operand.expr) })
    }

    /// What stands first in an operand, before `.`, `!` and `(`.
    pub(super) fn primary(&mut self) -> Res<Node> {
        let start = self.at;
        match self.peek().kind {
            TokenKind::Number => {
                let text = self.peek().span.text(self.source);
                let Some(value) = literal::number(text) else {
                    return self.fault("number out of the range of its type");
                };
                self.leaf(value)
            }
            TokenKind::Str => self.leaf(Literal::String(literal::string(self.peek().span.text(self.source)))),
            TokenKind::OpenStr => self.fault("string is not closed"),
            TokenKind::Date => {
                let serial = literal::date_serial(self.peek().span.text(self.source).trim_matches('#'));
                self.leaf(Literal::Date { serial: serial.unwrap_or(0.0) })
            }
            TokenKind::Ident => self.word_operand(),
            TokenKind::Bracket => {
                let name = self.take_name();
                self.grow(start, 0, ExprKind::Name(name))
            }
            TokenKind::LeftParen => {
                self.at += 1;
                let inner = self.node()?;
                self.expect(TokenKind::RightParen, "`)`")?;
                self.grow(start, inner.height, ExprKind::Paren(Box::new(inner.expr)))
            }
            TokenKind::Dot => {
                self.at += 1;
                let member = self.any_name()?;
                self.grow(start, 0, ExprKind::WithMember(member))
            }
            TokenKind::Bang => {
                self.at += 1;
                let key = self.any_name()?;
                self.grow(start, 0, ExprKind::WithBang(key))
            }
            TokenKind::Hash => {
                self.at += 1;
                let number = self.binary(NEGATION)?;
                self.grow(start, number.height, ExprKind::FileNumber(Box::new(number.expr)))
            }
            _ => self.expected("an expression"),
        }
    }

    fn leaf(&mut self, value: Literal) -> Res<Node> {
        let start = self.at;
        self.at += 1;
        self.grow(start, 0, ExprKind::Literal(value))
    }

    fn word_operand(&mut self) -> Res<Node> {
        let start = self.at;
        match self.peek().word {
            Word::True => self.leaf(Literal::Boolean(true)),
            Word::False => self.leaf(Literal::Boolean(false)),
            Word::Nothing => self.leaf(Literal::Nothing),
            Word::Null => self.leaf(Literal::Null),
            Word::Empty => self.leaf(Literal::Empty),
            Word::New => {
                self.at += 1;
                let type_ref = self.type_ref()?;
                self.grow(start, 0, ExprKind::New(type_ref))
            }
            Word::AddressOf => {
                self.at += 1;
                let target = self.operand()?;
                self.grow(start, target.height, ExprKind::AddressOf(Box::new(target.expr)))
            }
            Word::TypeOf => {
                self.at += 1;
                let operand = self.operand()?;
                self.expect_word(Word::Is, "`Is`")?;
                let type_ref = self.type_ref()?;
                self.grow(start, operand.height, ExprKind::TypeOf { operand: Box::new(operand.expr), type_ref })
            }
            word if word.is_reserved() => self.expected("an expression"),
            _ => {
                let name = self.take_name();
                self.grow(start, 0, ExprKind::Name(name))
            }
        }
    }

    /// A type name with dots, without a length.
    pub(super) fn type_ref(&mut self) -> Res<TypeRef> {
        let start = self.at;
        let mut name = self.any_name()?.text;
        while self.is(TokenKind::Dot) {
            self.at += 1;
            name.push('.');
            name.push_str(&self.any_name()?.text);
        }
        Ok(TypeRef { span: self.span_from(start), name, fixed_length: None })
    }
}
