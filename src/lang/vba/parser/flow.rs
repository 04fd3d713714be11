//! Block statements: If, Select Case, For, For Each, Do, While, With.

use super::super::ast::{Branch, Case, CaseTest, Expr, Label, LoopTest, Span, Stmt, StmtKind};
use super::super::token::TokenKind;
use super::super::word::Word;
use super::block::{Block, Closer};
use super::{Fault, Parser, Res};

impl Parser<'_> {
    pub(super) fn if_statement(&mut self, out: &mut Vec<Stmt>) {
        let start = self.at;
        let deep = self.too_deep();
        self.at += 1;
        let condition = match self.condition() {
            Ok(condition) if !deep => condition,
            Ok(_) => return self.skip_if(start, out),
            Err(fault) => {
                self.report_fault(fault);
                return self.skip_if(start, out);
            }
        };
        let branch = Branch { span: self.span_from(start), condition, body: Vec::new() };
        if self.opens_block() {
            self.block_if(start, branch, out);
        } else {
            self.inline_if(start, branch, out);
        }
    }

    /// `Then` and nothing but `:` after it on the line.
    fn opens_block(&self) -> bool {
        let mut ahead = 0;
        while self.ahead(ahead).kind == TokenKind::Colon {
            ahead += 1;
        }
        self.ahead(ahead).kind == TokenKind::Newline
    }

    fn condition(&mut self) -> Res<Expr> {
        let condition = self.expr()?;
        // `If x GoTo 10` may do without Then.
        if !self.is_word(Word::GoTo) {
            self.expect_word(Word::Then, "Then")?;
        }
        Ok(condition)
    }

    /// An `If` whose head is left unread: a whole line, or a block that joins the one around it.
    fn skip_if(&mut self, start: usize, out: &mut Vec<Stmt>) {
        self.skip_line();
        let last = self.at.checked_sub(1).and_then(|before| self.lexemes.get(before));
        if last.is_some_and(|lexeme| lexeme.word == Word::Then) {
            self.ghost(Block::If, start, out);
        } else {
            self.push_unparsed(start, out);
        }
    }

    fn block_if(&mut self, start: usize, first: Branch, out: &mut Vec<Stmt>) {
        let mut branches = vec![first];
        let mut else_body: Option<Vec<Stmt>> = None;
        loop {
            let mut part = Vec::new();
            self.inside(Block::If, &mut part);
            match (&mut else_body, branches.last_mut()) {
                (Some(body), _) => body.append(&mut part),
                (None, Some(branch)) => branch.body.append(&mut part),
                (None, None) => {}
            }
            match self.closer().filter(|_| self.next_left == 0 && !self.at_eof()) {
                Some(Closer::EndIf) => {
                    self.end_words();
                    break;
                }
                Some(Closer::Else) => {
                    if else_body.is_some() {
                        self.report(self.peek().span, "Else after Else");
                    }
                    self.at += 1;
                    else_body.get_or_insert_default();
                }
                Some(Closer::ElseIf) => self.else_if(&mut branches, &mut else_body),
                _ => {
                    self.missing(Block::If, self.span_at(start));
                    break;
                }
            }
        }
        let kind = StmtKind::If { branches, else_body, single_line: false };
        self.finish(start, kind, out);
    }

    /// `ElseIf x Then`; an unreadable condition leaves its statements in the part before it.
    fn else_if(&mut self, branches: &mut Vec<Branch>, else_body: &mut Option<Vec<Stmt>>) {
        let start = self.at;
        self.at += 1;
        if else_body.is_some() {
            self.report(self.span_at(start), "ElseIf after Else");
        }
        let part = match self.condition() {
            Ok(condition) if else_body.is_none() => {
                branches.push(Branch { span: self.span_from(start), condition, body: Vec::new() });
                return;
            }
            Ok(_) => else_body.get_or_insert_default(),
            Err(fault) => {
                self.report_fault(fault);
                self.skip_to_end();
                match (else_body, branches.last_mut()) {
                    (Some(body), _) => body,
                    (None, Some(branch)) => &mut branch.body,
                    (None, None) => return,
                }
            }
        };
        self.push_unparsed(start, part);
    }

    fn inline_if(&mut self, start: usize, mut branch: Branch, out: &mut Vec<Stmt>) {
        self.inline_body(&mut branch.body);
        let mut branches = vec![branch];
        let mut else_body = None;
        while self.is_word(Word::ElseIf) {
            let head = self.at;
            self.at += 1;
            match self.condition() {
                Ok(condition) => {
                    let mut body = Vec::new();
                    let span = self.span_from(head);
                    self.inline_body(&mut body);
                    branches.push(Branch { span, condition, body });
                }
                Err(fault) => {
                    self.report_fault(fault);
                    self.skip_line();
                    self.push_unparsed(head, out);
                }
            }
        }
        if self.eat_word(Word::Else) {
            let mut body = Vec::new();
            self.inline_body(&mut body);
            else_body = Some(body);
        }
        match self.closer() {
            Some(Closer::EndIf) => self.end_words(),
            Some(Closer::Else | Closer::ElseIf) if self.inline > 0 => {}
            Some(_) if !self.at_line_start() => {
                self.report(self.peek().span, "block closed inside a single-line If");
            }
            _ => {}
        }
        self.finish(start, StmtKind::If { branches, else_body, single_line: true }, out);
    }

    /// What follows `Then` or `Else` on the line: statements, or a line number to jump to.
    fn inline_body(&mut self, body: &mut Vec<Stmt>) {
        if self.is(TokenKind::Number) {
            let next = self.bump();
            let label = Label { span: next.span, text: next.span.text(self.source).to_owned() };
            self.push(Stmt { span: next.span, label: None, kind: StmtKind::GoTo(label) }, body);
        }
        self.inline_block(body);
    }

    /// Reads `End If`, `End With` ... or the one-word `EndIf`.
    fn end_words(&mut self) {
        if self.bump().word == Word::End {
            self.at += 1;
        }
    }

    pub(super) fn finish(&mut self, start: usize, kind: StmtKind, out: &mut Vec<Stmt>) {
        let span = self.trimmed_span(start);
        self.push(Stmt { span, label: None, kind }, out);
    }

    /// From `start` to the last lexeme read that is no separator.
    fn trimmed_span(&self, start: usize) -> Span {
        let mut last = self.at;
        while last > start + 1 {
            match self.lexemes.get(last - 1) {
                Some(l) if matches!(l.kind, TokenKind::Newline | TokenKind::Colon) => last -= 1,
                _ => break,
            }
        }
        self.span_at(start).to(self.span_at(last.saturating_sub(1).max(start)))
    }

    /// Turns a block whose head failed, or that lies too deep, into a ghost.
    fn unread_head(&mut self, block: Block, start: usize, fault: Option<Fault>, out: &mut Vec<Stmt>) {
        if let Some(fault) = fault {
            self.report_fault(fault);
        }
        self.skip_to_end();
        self.ghost(block, start, out);
    }

    /// Reads the head with `rule`; `None` when the block became a ghost.
    fn block_head<T>(
        &mut self,
        block: Block,
        out: &mut Vec<Stmt>,
        rule: impl FnOnce(&mut Self) -> Res<T>,
    ) -> Option<T> {
        let start = self.at;
        let deep = self.too_deep();
        let head = rule(self);
        let ended = matches!(self.peek().kind, TokenKind::Newline | TokenKind::Colon);
        match head {
            Ok(head) if ended && !deep => return Some(head),
            Ok(_) if deep => self.unread_head(block, start, None, out),
            Ok(_) => {
                let fault = self.expected::<()>("end of statement").err();
                self.unread_head(block, start, fault, out);
            }
            Err(fault) => self.unread_head(block, start, Some(fault), out),
        }
        None
    }

    pub(super) fn with(&mut self, out: &mut Vec<Stmt>) {
        let start = self.at;
        let head = self.block_head(Block::With, out, |p| {
            p.at += 1;
            p.expr()
        });
        let Some(object) = head else { return };
        let mut body = Vec::new();
        self.inside(Block::With, &mut body);
        if self.next_left == 0 && self.closes_block(Block::With) {
            self.end_words();
        } else {
            self.missing(Block::With, self.span_at(start));
        }
        self.finish(start, StmtKind::With { object, body }, out);
    }

    pub(super) fn while_loop(&mut self, out: &mut Vec<Stmt>) {
        let start = self.at;
        let head = self.block_head(Block::While, out, |p| {
            p.at += 1;
            p.expr()
        });
        let Some(condition) = head else { return };
        let mut body = Vec::new();
        self.inside(Block::While, &mut body);
        if self.next_left == 0 && self.closes_block(Block::While) {
            self.at += 1;
        } else {
            self.missing(Block::While, self.span_at(start));
        }
        let test = Some(LoopTest { at_tail: false, until: false, condition });
        self.finish(start, StmtKind::Do { test, body, wend: true }, out);
    }

    /// `While x` or `Until x`.
    fn loop_test(&mut self) -> Res<Option<(bool, Expr)>> {
        let until = match self.peek().word {
            Word::While => false,
            Word::Until => true,
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some((until, self.expr()?)))
    }

    pub(super) fn do_loop(&mut self, out: &mut Vec<Stmt>) {
        let start = self.at;
        let head = self.block_head(Block::Do, out, |p| {
            p.at += 1;
            p.loop_test()
        });
        let Some(head) = head else { return };
        let mut test = head.map(|(until, condition)| LoopTest { at_tail: false, until, condition });
        let mut body = Vec::new();
        self.inside(Block::Do, &mut body);
        if self.next_left == 0 && self.closes_block(Block::Do) {
            let tail_start = self.at;
            self.at += 1;
            match self.loop_test() {
                Ok(Some(_)) if test.is_some() => {
                    self.report(self.span_at(tail_start), "loop with a test at both ends; the second is left out");
                    self.push_unparsed(tail_start, &mut body);
                }
                Ok(Some((until, condition))) => test = Some(LoopTest { at_tail: true, until, condition }),
                Ok(None) => {}
                Err(fault) => {
                    self.report_fault(fault);
                    self.skip_to_end();
                    self.push_unparsed(tail_start, &mut body);
                }
            }
        } else {
            self.missing(Block::Do, self.span_at(start));
        }
        self.finish(start, StmtKind::Do { test, body, wend: false }, out);
    }

    pub(super) fn for_loop(&mut self, out: &mut Vec<Stmt>) {
        let start = self.at;
        let Some(head) = self.block_head(Block::For, out, Self::for_head) else {
            return;
        };
        let mut body = Vec::new();
        self.inside(Block::For, &mut body);
        let counter = match &head {
            StmtKind::For { counter, .. } => Some(counter),
            StmtKind::ForEach { item, .. } => Some(item),
            _ => None,
        };
        self.next(start, counter);
        let kind = match head {
            StmtKind::For { counter, from, to, step, .. } => StmtKind::For { counter, from, to, step, body },
            StmtKind::ForEach { item, group, .. } => StmtKind::ForEach { item, group, body },
            other => other,
        };
        self.finish(start, kind, out);
    }

    /// The head, as a statement with an empty body.
    fn for_head(&mut self) -> Res<StmtKind> {
        self.at += 1;
        if self.eat_word(Word::Each) {
            let item = self.operand()?.expr;
            self.expect_word(Word::In, "In")?;
            return Ok(StmtKind::ForEach { item, group: self.expr()?, body: Vec::new() });
        }
        let counter = self.operand()?.expr;
        self.expect(TokenKind::Equal, "`=`")?;
        let from = self.expr()?;
        self.expect_word(Word::To, "To")?;
        let to = self.expr()?;
        let step = if self.eat_word(Word::Step) { Some(self.expr()?) } else { None };
        Ok(StmtKind::For { counter, from, to, step, body: Vec::new() })
    }

    /// `Next`, `Next i`, `Next i, j`: the last form closes as many loops as it has names.
    fn next(&mut self, start: usize, counter: Option<&Expr>) {
        if self.next_left > 0 {
            self.next_left -= 1;
            return;
        }
        if !self.closes_block(Block::For) {
            return self.missing(Block::For, self.span_at(start));
        }
        self.at += 1;
        if self.at_end() {
            return;
        }
        let named = self.peek();
        match self.expr_list() {
            Ok(names) => {
                self.next_left = names.len().saturating_sub(1);
                let same = names.first().zip(counter).is_none_or(|(name, counter)| {
                    let (name, counter) = (name.span.text(self.source), counter.span.text(self.source));
                    name.to_lowercase() == counter.to_lowercase()
                });
                if !same {
                    self.report(named.span, "Next names another variable than its For");
                }
            }
            Err(fault) => {
                self.report_fault(fault);
                self.skip_to_end();
            }
        }
    }

    pub(super) fn select(&mut self, out: &mut Vec<Stmt>) {
        let start = self.at;
        let head = self.block_head(Block::Select, out, |p| {
            p.at += 1;
            p.expect_word(Word::Case, "Case")?;
            p.expr()
        });
        let Some(subject) = head else { return };
        let mut cases: Vec<Case> = Vec::new();
        let mut else_body: Option<Vec<Stmt>> = None;
        // Statements before the first Case belong nowhere: they are kept in front of the Select.
        let kept = out.len();
        self.inside(Block::Select, out);
        if let Some(stmt) = out.get(kept) {
            self.report(stmt.span, "statement between Select Case and the first Case");
        }
        while self.next_left == 0 && self.closer() == Some(Closer::Case) {
            self.case(&mut cases, &mut else_body);
        }
        if self.next_left == 0 && self.closer() == Some(Closer::EndSelect) {
            self.end_words();
        } else {
            self.missing(Block::Select, self.span_at(start));
        }
        self.finish(start, StmtKind::Select { subject, cases, else_body }, out);
    }

    fn case(&mut self, cases: &mut Vec<Case>, else_body: &mut Option<Vec<Stmt>>) {
        let start = self.at;
        self.at += 1;
        let mut body = Vec::new();
        if self.eat_word(Word::Else) {
            self.inside(Block::Select, &mut body);
            return else_body.get_or_insert_default().append(&mut body);
        }
        let tests = match self.case_tests() {
            Ok(tests) => tests,
            Err(fault) => {
                self.report_fault(fault);
                self.skip_to_end();
                self.push_unparsed(start, &mut body);
                Vec::new()
            }
        };
        let span = self.span_from(start);
        self.inside(Block::Select, &mut body);
        cases.push(Case { span, tests, body });
    }

    fn case_tests(&mut self) -> Res<Vec<CaseTest>> {
        let mut tests = Vec::new();
        loop {
            tests.push(self.case_test()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        // `Case 1 Foo` is malformed, `Case 1: Foo` is not.
        if self.at_end() { Ok(tests) } else { self.expected("`,`, `:` or end of line") }
    }

    fn case_test(&mut self) -> Res<CaseTest> {
        self.eat_word(Word::Is);
        if let Some(op) = self.comparison() {
            self.at += 1;
            return Ok(CaseTest::Is(op, self.expr()?));
        }
        let low = self.expr()?;
        if self.eat_word(Word::To) {
            return Ok(CaseTest::Range(low, self.expr()?));
        }
        Ok(CaseTest::Value(low))
    }
}
