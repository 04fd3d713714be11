//! Statements without a leading keyword: assignments, calls, `Mid(...) =`, print and draw methods.

use super::super::ast::{Arg, AssignKind, Expr, ExprKind, Ident, Point, PrintItem, PrintTo, StmtKind};
use super::super::lexeme::Gap;
use super::super::token::TokenKind;
use super::super::word::Word;
use super::member::Head;
use super::{Parser, Res};

impl Parser<'_> {
    /// `target = value` or `callee args`.
    pub(super) fn plain(&mut self) -> Res<StmtKind> {
        if self.is_word(Word::Debug) && self.ahead(1).kind == TokenKind::Dot && self.ahead(2).word == Word::Print {
            self.at += 3;
            return Ok(StmtKind::Print { to: PrintTo::Debug, items: self.print_items()? });
        }
        if let Some(draw) = self.draw()? {
            return Ok(draw);
        }
        let head = self.head()?;
        if self.eat(TokenKind::Equal) {
            let value = self.expr()?;
            return Ok(assignment(head.expr, value));
        }
        self.call(head)
    }

    /// `Let`, `Set`, `LSet`, `RSet` after the keyword.
    pub(super) fn keyword_assign(&mut self, kind: AssignKind) -> Res<StmtKind> {
        self.at += 1;
        let target = self.operand()?.expr;
        self.expect(TokenKind::Equal, "`=`")?;
        Ok(StmtKind::Assign { kind, target, value: self.expr()? })
    }

    /// `Call f(a)` after the keyword is seen.
    pub(super) fn call_keyword(&mut self) -> Res<StmtKind> {
        self.at += 1;
        let whole = self.operand()?.expr;
        let (callee, args) = match whole.kind {
            ExprKind::Call { callee, args } => (*callee, args),
            _ => (whole, Vec::new()),
        };
        check_callable(self, &callee)?;
        Ok(StmtKind::Call { callee, args, keyword: true })
    }

    /// A call without `Call`, its chain read as far as it goes.
    fn call(&mut self, head: Head) -> Res<StmtKind> {
        let past_chain = self.at;
        if let Some(split) = head.split {
            self.at = split.at;
            let call = self.call_or_print(split.callee);
            if call.is_ok() && self.at_end() {
                return call;
            }
            self.at = past_chain;
        }
        let ended = self.at_end();
        match head.expr.kind {
            ExprKind::Call { callee, args } if ended => self.paren_call(*callee, args),
            ExprKind::Call { callee, .. } if !self.is(TokenKind::Equal) => {
                // `f(1), 2`: the parentheses belong to the first argument.
                self.rewind_to(callee.span.end);
                let args = self.bare_args()?;
                Ok(StmtKind::Call { callee: *callee, args, keyword: false })
            }
            kind => {
                let callee = Expr { span: head.expr.span, kind };
                check_callable(self, &callee)?;
                self.call_or_print(callee)
            }
        }
    }

    /// `f(a)` as a whole statement: the parentheses make a copy of the single argument.
    fn paren_call(&mut self, callee: Expr, mut args: Vec<Arg>) -> Res<StmtKind> {
        if args.len() > 1 {
            return self.fault("arguments in parentheses need `Call`, or a value is not used");
        }
        if let Some(arg) = args.first_mut()
            && arg.name.is_none()
            && let Some(value) = arg.value.take()
        {
            arg.value = Some(Expr { span: value.span, kind: ExprKind::Paren(Box::new(value)) });
        }
        Ok(StmtKind::Call { callee, args, keyword: false })
    }

    /// Goes back to the lexeme that starts at or after byte `end`.
    fn rewind_to(&mut self, end: u32) {
        while let Some(before) = self.at.checked_sub(1) {
            if self.span_at(before).start < end {
                break;
            }
            self.at = before;
        }
    }

    fn call_or_print(&mut self, callee: Expr) -> Res<StmtKind> {
        match callee.kind {
            ExprKind::Member { object, member } if member.is("Print") => {
                Ok(StmtKind::Print { to: PrintTo::Object(*object), items: self.print_items()? })
            }
            kind => {
                let callee = Expr { span: callee.span, kind };
                Ok(StmtKind::Call { callee, args: self.bare_args()?, keyword: false })
            }
        }
    }

    /// The list of `Print #`, `Write #` and print methods.
    pub(super) fn print_items(&mut self) -> Res<Vec<PrintItem>> {
        let mut items = Vec::new();
        while !self.at_end() {
            let next = self.peek();
            let paren = self.ahead(1).kind == TokenKind::LeftParen;
            items.push(match (next.kind, next.word) {
                (TokenKind::Semicolon, _) => self.mark(PrintItem::Semicolon),
                (TokenKind::Comma, _) => self.mark(PrintItem::Comma),
                (_, Word::Spc) if paren => {
                    self.at += 1;
                    PrintItem::Spaces(self.in_parens()?)
                }
                (_, Word::Tab) if paren => {
                    self.at += 1;
                    PrintItem::Tab(Some(self.in_parens()?))
                }
                (_, Word::Tab) => self.mark(PrintItem::Tab(None)),
                _ => PrintItem::Value(self.expr()?),
            });
        }
        Ok(items)
    }

    fn mark(&mut self, item: PrintItem) -> PrintItem {
        self.at += 1;
        item
    }

    fn in_parens(&mut self) -> Res<Expr> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let inner = self.expr()?;
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(inner)
    }

    /// `object.Line (x, y)-(x, y), colour, BF` and its kin, if that is what stands here.
    fn draw(&mut self) -> Res<Option<StmtKind>> {
        let start = self.at;
        let Some(method) = self.draw_method() else {
            self.at = start;
            return Ok(None);
        };
        let mut points = Vec::new();
        while points.len() < 2 {
            if !self.is(TokenKind::Minus) && !points.is_empty() {
                break;
            }
            self.eat(TokenKind::Minus);
            points.push(self.point()?);
        }
        let args = if self.eat(TokenKind::Comma) { self.bare_args()? } else { Vec::new() };
        Ok(Some(StmtKind::Draw { method, points, args }))
    }

    /// `Me.Line`, `.PSet`, `Circle` before a coordinate.
    fn draw_method(&mut self) -> Option<Expr> {
        let dots = match (self.peek().kind, self.ahead(1).kind) {
            (TokenKind::Dot, _) => 1,
            (TokenKind::Ident, TokenKind::Dot) => 2,
            _ => 0,
        };
        let word = self.ahead(dots);
        let name = word.span.text(self.source);
        let known = ["Line", "PSet", "Circle"].iter().any(|known| known.eq_ignore_ascii_case(name));
        let next = self.ahead(dots + 1);
        let opens = next.kind == TokenKind::LeftParen || next.word == Word::Step;
        if !known || !opens || (next.kind == TokenKind::LeftParen && next.gap == Gap::None && dots == 0) {
            return None;
        }
        if !self.coordinate_follows(dots + 1) {
            return None;
        }
        let (start, object) = (self.at, self.peek().kind == TokenKind::Ident && dots == 2);
        if object {
            let object = Box::new(self.primary().ok()?.expr);
            self.at += 1;
            let member = self.any_name().ok()?;
            return Some(Expr { span: self.span_from(start), kind: ExprKind::Member { object, member } });
        }
        self.primary().ok().map(|node| node.expr)
    }

    /// Whether a comma stands directly inside the parentheses that open at `ahead`.
    fn coordinate_follows(&self, ahead: usize) -> bool {
        let mut depth = 0usize;
        for offset in ahead.. {
            match self.ahead(offset).kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen if depth <= 1 => return false,
                TokenKind::RightParen => depth -= 1,
                TokenKind::Comma if depth == 1 => return true,
                TokenKind::Newline | TokenKind::Equal => return false,
                _ => {}
            }
        }
        false
    }

    fn point(&mut self) -> Res<Point> {
        let relative = self.eat_word(Word::Step);
        self.expect(TokenKind::LeftParen, "`(`")?;
        let x = self.expr()?;
        self.expect(TokenKind::Comma, "`,`")?;
        let y = self.expr()?;
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(Point { relative, x, y })
    }
}

fn check_callable(parser: &Parser<'_>, callee: &Expr) -> Res<()> {
    match callee.kind {
        ExprKind::Literal(_) | ExprKind::Paren(_) | ExprKind::New(_) | ExprKind::FileNumber(_) => {
            parser.fault("an expression is not a statement")
        }
        _ => Ok(()),
    }
}

/// An assignment; `Mid(s, 1, 2) = x` is a statement of its own.
fn assignment(target: Expr, value: Expr) -> StmtKind {
    let kind = AssignKind::Let;
    match mid_name(&target) {
        Some(bytes) => mid_statement(bytes, target, value),
        None => StmtKind::Assign { kind, target, value },
    }
}

/// Whether the target is `Mid(...)` (false) or `MidB(...)` (true) with two or three plain arguments.
fn mid_name(target: &Expr) -> Option<bool> {
    let ExprKind::Call { callee, args } = &target.kind else {
        return None;
    };
    let ExprKind::Name(Ident { text, bracketed: false, .. }) = &callee.kind else {
        return None;
    };
    let plain = (2..=3).contains(&args.len()) && args.iter().all(|arg| arg.name.is_none() && arg.value.is_some());
    match (text.eq_ignore_ascii_case("Mid"), text.eq_ignore_ascii_case("MidB")) {
        (true, _) if plain => Some(false),
        (_, true) if plain => Some(true),
        _ => None,
    }
}

fn mid_statement(bytes: bool, target: Expr, value: Expr) -> StmtKind {
    let whole = target.clone();
    let ExprKind::Call { args, .. } = target.kind else {
        return StmtKind::Assign { kind: AssignKind::Let, target: whole, value };
    };
    let mut values = args.into_iter().filter_map(|arg| arg.value);
    match (values.next(), values.next(), values.next()) {
        (Some(target), Some(start), length) => StmtKind::Mid { bytes, target, start, length, value },
        _ => StmtKind::Assign { kind: AssignKind::Let, target: whole, value },
    }
}
