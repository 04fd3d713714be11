//! Chains `a.b!c(1).d` and argument lists.

use super::super::ast::{Arg, Expr, ExprKind};
use super::super::lexeme::Gap;
use super::super::token::TokenKind;
use super::super::word::Word;
use super::expr::Node;
use super::{Parser, Res};

/// A chain at the head of a statement.
pub(super) struct Head {
    pub expr: Expr,
    /// The first ` (` with a blank before it: where the arguments of a call without `Call` may start.
    pub split: Option<Split>,
}

/// A chain cut before one of its `(`.
pub(super) struct Split {
    pub callee: Expr,
    pub at: usize,
}

/// Argument lists, with the height of the highest argument.
pub(super) struct Args {
    pub list: Vec<Arg>,
    pub height: usize,
}

impl Parser<'_> {
    /// An operand with everything hung onto it.
    pub(super) fn operand(&mut self) -> Res<Node> {
        let start = self.at;
        let mut node = self.primary()?;
        while matches!(self.peek().kind, TokenKind::Dot | TokenKind::Bang | TokenKind::LeftParen) {
            node = self.link(start, node)?;
        }
        Ok(node)
    }

    /// The chain a statement starts with. A blank before `.` or `!` ends it: what follows is an argument of `With`.
    pub(super) fn head(&mut self) -> Res<Head> {
        let start = self.at;
        let mut node = self.primary()?;
        let mut split = None;
        loop {
            let next = self.peek();
            match next.kind {
                TokenKind::Dot | TokenKind::Bang if next.gap != Gap::Space => {}
                TokenKind::LeftParen => {
                    if next.gap == Gap::Space && split.is_none() && !matches!(node.expr.kind, ExprKind::Paren(_)) {
                        split = Some(Split { callee: node.expr.clone(), at: self.at });
                    }
                }
                _ => break,
            }
            node = self.link(start, node)?;
        }
        Ok(Head { expr: node.expr, split })
    }

    /// One `.name`, `!name` or `(args)`.
    pub(super) fn link(&mut self, start: usize, node: Node) -> Res<Node> {
        let object = Box::new(node.expr);
        match self.bump().kind {
            TokenKind::Dot => {
                let member = self.any_name()?;
                self.grow(start, node.height, ExprKind::Member { object, member })
            }
            TokenKind::Bang => {
                let key = self.any_name()?;
                self.grow(start, node.height, ExprKind::Bang { object, key })
            }
            _ => {
                let args = self.args_until(TokenKind::RightParen)?;
                self.expect(TokenKind::RightParen, "`,` or `)`")?;
                let height = node.height.max(args.height);
                self.grow(start, height, ExprKind::Call { callee: object, args: args.list })
            }
        }
    }

    /// Arguments in parentheses, the `(` included.
    pub(super) fn paren_args(&mut self) -> Res<Vec<Arg>> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let args = self.args_until(TokenKind::RightParen)?;
        self.expect(TokenKind::RightParen, "`,` or `)`")?;
        Ok(args.list)
    }

    /// Arguments of a call without parentheses, to the end of the statement.
    pub(super) fn bare_args(&mut self) -> Res<Vec<Arg>> {
        self.args_until(TokenKind::Newline).map(|args| args.list)
    }

    /// Arguments up to `close`, which is left; none when `close` comes at once. `Newline` stands for any statement end.
    fn args_until(&mut self, close: TokenKind) -> Res<Args> {
        let mut args = Args { list: Vec::new(), height: 0 };
        if self.closes(close) {
            return Ok(args);
        }
        loop {
            let start = self.at;
            let (name, by_val, value) = if self.closes(close) || self.is(TokenKind::Comma) {
                (None, false, None)
            } else {
                let name = self.argument_name();
                let by_val = self.is_word(Word::ByVal) && self.eat_word(Word::ByVal);
                let node = self.node()?;
                args.height = args.height.max(node.height);
                (name, by_val, Some(node.expr))
            };
            args.list.push(Arg { span: self.span_from(start), name, by_val, value });
            if !self.eat(TokenKind::Comma) {
                return Ok(args);
            }
        }
    }

    fn closes(&self, close: TokenKind) -> bool {
        if close == TokenKind::Newline { self.at_end() } else { self.is(close) }
    }

    fn argument_name(&mut self) -> Option<super::super::ast::Ident> {
        if !matches!(self.peek().kind, TokenKind::Ident | TokenKind::Bracket) {
            return None;
        }
        if self.ahead(1).kind != TokenKind::ColonEquals {
            return None;
        }
        let name = self.take_name();
        self.at += 1;
        Some(name)
    }
}
