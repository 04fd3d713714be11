//! Expressions by precedence: `^`, sign, `* /`, `\`, `Mod`, `+ -`, `&`, comparisons, `Not`, `And`, `Or`, `Xor`, `Eqv`, `Imp`
//! (Microsoft Learn, "Operator precedence"). Chains and brackets are bounded in height.

use super::clause::is_clause_word;
use super::node::{BinaryOp, Expr, ExprKind, InSet, Literal, Name, NoticeKind, Quantifier, UnaryOp};
use super::parse::{MAX_HEIGHT, Parser, Read};
use super::token::{Token, TokenKind};

const NOT_POWER: u8 = 6;
const COMPARISON_POWER: u8 = 7;
const SIGN_POWER: u8 = 13;

/// What stands between two operands, and how tightly it binds.
enum Link {
    Binary(BinaryOp),
    Is,
    Between,
    In,
    /// `NOT LIKE`, `NOT IN`, `NOT BETWEEN`.
    Not,
}

impl Parser {
    pub(super) fn expression(&mut self) -> Read<Expr> {
        self.level(0)
    }

    /// An expression whose operators bind at least this tightly.
    fn level(&mut self, power: u8) -> Read<Expr> {
        self.deeper(|parser| {
            let mut left = parser.prefix()?;
            while let Some((link, binding)) = parser.link() {
                if binding < power {
                    break;
                }
                left = parser.linked(left, link, binding)?;
            }
            Ok(left)
        })
    }

    fn prefix(&mut self) -> Read<Expr> {
        let start = self.here();
        let (op, power) = if self.take_word("NOT") {
            (UnaryOp::Not, NOT_POWER)
        } else if self.take_sign("-") {
            (UnaryOp::Negate, SIGN_POWER)
        } else if self.take_sign("+") {
            (UnaryOp::Identity, SIGN_POWER)
        } else {
            return self.primary();
        };
        let operand = self.level(power)?;
        let height = operand.height;
        self.node(start, height, ExprKind::Unary { op, operand: Box::new(operand) })
    }

    /// A node one level above its parts.
    fn node(&self, start: usize, below: u16, kind: ExprKind) -> Read<Expr> {
        let height = below.saturating_add(1);
        if height > MAX_HEIGHT {
            return self.fail(NoticeKind::TooDeep);
        }
        Ok(Expr { kind, at: self.since(start), height })
    }

    fn link(&self) -> Option<(Link, u8)> {
        use BinaryOp as Op;
        let (op, power) = match self.peek_kind(0)? {
            TokenKind::Sign(sign) => match *sign {
                "^" => (Op::Power, 14),
                "*" => (Op::Multiply, 12),
                "/" => (Op::Divide, 12),
                "\\" => (Op::IntegerDivide, 11),
                "+" => (Op::Add, 9),
                "-" => (Op::Subtract, 9),
                "&" => (Op::Concatenate, 8),
                "=" => (Op::Equal, COMPARISON_POWER),
                "<>" | "!=" => (Op::NotEqual, COMPARISON_POWER),
                "<" => (Op::Less, COMPARISON_POWER),
                "<=" | "=<" => (Op::LessEqual, COMPARISON_POWER),
                ">" => (Op::Greater, COMPARISON_POWER),
                ">=" | "=>" => (Op::GreaterEqual, COMPARISON_POWER),
                _ => return None,
            },
            TokenKind::Word(word) => match word.to_ascii_uppercase().as_str() {
                "MOD" => (Op::Modulo, 10),
                "LIKE" => (Op::Like, COMPARISON_POWER),
                "ALIKE" => (Op::AnsiLike, COMPARISON_POWER),
                "AND" => (Op::And, 5),
                "OR" => (Op::Or, 4),
                "XOR" => (Op::Xor, 3),
                "EQV" => (Op::Eqv, 2),
                "IMP" => (Op::Imp, 1),
                "IS" => return Some((Link::Is, COMPARISON_POWER)),
                "BETWEEN" => return Some((Link::Between, COMPARISON_POWER)),
                "IN" => return Some((Link::In, COMPARISON_POWER)),
                "NOT" if self.negates() => return Some((Link::Not, COMPARISON_POWER)),
                _ => return None,
            },
            _ => return None,
        };
        Some((Link::Binary(op), power))
    }

    /// Whether the word after this one takes a `NOT` before it.
    fn negates(&self) -> bool {
        ["LIKE", "ALIKE", "IN", "BETWEEN"].iter().any(|word| self.is_word_at(1, word))
    }

    fn linked(&mut self, left: Expr, link: Link, power: u8) -> Read<Expr> {
        let start = left.at.start as usize;
        match link {
            Link::Not => {
                self.advance();
                let negated = match self.link() {
                    Some((Link::Binary(op), power)) => {
                        let like = self.linked(left, Link::Binary(op), power)?;
                        let height = like.height;
                        return self.node(start, height, ExprKind::Unary { op: UnaryOp::Not, operand: Box::new(like) });
                    }
                    other => other,
                };
                self.membership(left, negated.is_some_and(|(link, _)| matches!(link, Link::Between)), true)
            }
            Link::Between => self.membership(left, true, false),
            Link::In => self.membership(left, false, false),
            Link::Is => {
                self.advance();
                let negated = self.take_word("NOT");
                self.need_word("NULL")?;
                let height = left.height;
                self.node(start, height, ExprKind::IsNull { value: Box::new(left), negated })
            }
            Link::Binary(op) => self.binary(left, op, power),
        }
    }

    fn binary(&mut self, left: Expr, op: BinaryOp, power: u8) -> Read<Expr> {
        let start = left.at.start as usize;
        self.advance();
        if power == COMPARISON_POWER
            && let Some(quantifier) = self.quantifier()
        {
            self.need_sign("(")?;
            let query = Box::new(self.query()?);
            self.need_sign(")")?;
            let height = left.height;
            return self.node(start, height, ExprKind::Quantified { op, left: Box::new(left), quantifier, query });
        }
        let right = self.level(power + 1)?;
        let height = left.height.max(right.height);
        self.node(start, height, ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) })
    }

    fn quantifier(&mut self) -> Option<Quantifier> {
        if !(matches!(self.peek_kind(1), Some(TokenKind::Sign("("))) && self.is_word_at(2, "SELECT")) {
            return None;
        }
        if self.take_word("ALL") {
            Some(Quantifier::All)
        } else if self.take_word("ANY") || self.take_word("SOME") {
            Some(Quantifier::Any)
        } else {
            None
        }
    }

    /// `BETWEEN low AND high`, `IN (...)`: the cursor is at the keyword.
    fn membership(&mut self, value: Expr, between: bool, negated: bool) -> Read<Expr> {
        let start = value.at.start as usize;
        self.advance();
        if between {
            let low = self.level(COMPARISON_POWER + 1)?;
            self.need_word("AND")?;
            let high = self.level(COMPARISON_POWER + 1)?;
            let height = value.height.max(low.height).max(high.height);
            let kind = ExprKind::Between { value: Box::new(value), low: Box::new(low), high: Box::new(high), negated };
            return self.node(start, height, kind);
        }
        self.need_sign("(")?;
        let mut height = value.height;
        let set = if self.is_word("SELECT") {
            InSet::Query(Box::new(self.query()?))
        } else {
            let list = self.list()?;
            height = list.iter().map(|item| item.height).fold(height, u16::max);
            InSet::List(list)
        };
        self.need_sign(")")?;
        self.node(start, height, ExprKind::In { value: Box::new(value), set, negated })
    }

    fn primary(&mut self) -> Read<Expr> {
        let start = self.here();
        let Some(token) = self.peek().cloned() else { return self.fail(NoticeKind::UnexpectedEnd) };
        let literal = match token.kind {
            TokenKind::Integer(value) => Literal::Integer(value),
            TokenKind::Double(value) => Literal::Double(value),
            TokenKind::Text(text) => Literal::Text(text),
            TokenKind::Date(text) => Literal::Date(text),
            TokenKind::Guid(text) => Literal::Guid(text),
            TokenKind::Sign("(") => return self.bracketed(),
            // ADO marks parameters by place; they are named by their number.
            TokenKind::Sign("?") => {
                let number = self.marks();
                self.advance();
                let name = Name { text: format!("?{number}"), at: self.since(start) };
                return self.node(start, 0, ExprKind::Name(vec![name]));
            }
            TokenKind::Sign(_) => return self.fail(NoticeKind::UnexpectedWord),
            TokenKind::Bracketed(_) => return self.named(),
            TokenKind::Word(word) => match self.constant(&word) {
                Some(literal) => literal,
                None if word.eq_ignore_ascii_case("EXISTS") && self.opens_query() => return self.exists(),
                // `Left(` and `Right(` are functions, not joins.
                None if is_clause_word(&word) && !matches!(self.peek_kind(1), Some(TokenKind::Sign("("))) => {
                    return self.fail(NoticeKind::UnexpectedWord);
                }
                None => return self.named(),
            },
        };
        self.advance();
        self.node(start, 0, ExprKind::Literal(literal))
    }

    /// `True`, `Null`... unless they are the start of a longer name.
    fn constant(&self, word: &str) -> Option<Literal> {
        if matches!(self.peek_kind(1), Some(TokenKind::Sign("." | "!" | "("))) {
            return None;
        }
        match word.to_ascii_uppercase().as_str() {
            "NULL" => Some(Literal::Null),
            "TRUE" | "YES" | "ON" => Some(Literal::Boolean(true)),
            "FALSE" | "NO" | "OFF" => Some(Literal::Boolean(false)),
            _ => None,
        }
    }

    fn opens_query(&self) -> bool {
        matches!(self.peek_kind(1), Some(TokenKind::Sign("("))) && self.is_word_at(2, "SELECT")
    }

    fn exists(&mut self) -> Read<Expr> {
        let start = self.here();
        self.advance();
        self.need_sign("(")?;
        let query = Box::new(self.query()?);
        self.need_sign(")")?;
        self.node(start, 0, ExprKind::Exists(query))
    }

    /// `(expression)` or `(SELECT ...)`.
    fn bracketed(&mut self) -> Read<Expr> {
        let start = self.here();
        self.advance();
        if self.is_word("SELECT") {
            let query = Box::new(self.query()?);
            self.need_sign(")")?;
            return self.node(start, 0, ExprKind::Subquery(query));
        }
        let mut inner = self.expression()?;
        self.need_sign(")")?;
        inner.at = self.since(start);
        Ok(inner)
    }

    /// A name of one or more parts, or a call.
    fn named(&mut self) -> Read<Expr> {
        let start = self.here();
        let called = matches!(self.peek_kind(1), Some(TokenKind::Sign("(")));
        if called {
            let name = self.any_name()?;
            return self.call(name);
        }
        let parts = self.name_path()?;
        self.node(start, 0, ExprKind::Name(parts))
    }

    fn call(&mut self, name: Name) -> Read<Expr> {
        let start = name.at.start as usize;
        self.need_sign("(")?;
        let mut arguments = Vec::new();
        if self.is_sign("*") && matches!(self.peek_kind(1), Some(TokenKind::Sign(")"))) {
            let star = self.here();
            self.advance();
            arguments.push(self.node(star, 0, ExprKind::Star)?);
        } else if !self.is_sign(")") {
            arguments = self.list()?;
        }
        self.need_sign(")")?;
        let height = arguments.iter().map(|argument| argument.height).max().unwrap_or(0);
        self.node(start, height, ExprKind::Call { name, arguments })
    }

    /// `a`, `a.b`, `a!b!c`.
    pub(super) fn name_path(&mut self) -> Read<Vec<Name>> {
        const MOST_PARTS: usize = 16;
        let mut parts = vec![self.any_name()?];
        while self.take_sign(".") || self.take_sign("!") {
            parts.push(self.any_name()?);
            if parts.len() > MOST_PARTS {
                return self.fail(NoticeKind::TooDeep);
            }
        }
        Ok(parts)
    }

    /// A word or a name in brackets.
    pub(super) fn any_name(&mut self) -> Read<Name> {
        match self.peek().cloned() {
            Some(Token { kind: TokenKind::Word(text) | TokenKind::Bracketed(text), at }) => {
                self.advance();
                Ok(Name { text: text.trim().to_owned(), at })
            }
            _ => self.fail(NoticeKind::UnexpectedWord),
        }
    }
}
