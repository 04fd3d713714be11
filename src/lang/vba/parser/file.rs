//! Statements on files. Their first words may also be names of procedures, so a rule that fails gives way to a plain
//! call or assignment.

use super::super::ast::{Bound, Expr, OpenAccess, OpenLock, OpenMode, PrintTo, StmtKind};
use super::super::lexeme::Gap;
use super::super::token::TokenKind;
use super::super::word::Word;
use super::{Parser, Res};

impl Parser<'_> {
    /// A file statement if one can be read here, else a plain statement.
    pub(super) fn file_or_plain(&mut self) -> Res<StmtKind> {
        if !self.maybe_file() {
            return self.plain();
        }
        let start = self.at;
        let first = self
            .file_statement()
            .and_then(|kind| if self.at_end() { Ok(kind) } else { self.expected("end of statement") });
        let Err(fault) = first else {
            return first;
        };
        self.at = start;
        match self.plain() {
            Ok(kind) if self.at_end() => Ok(kind),
            _ => Err(fault),
        }
    }

    fn maybe_file(&self) -> bool {
        let next = self.ahead(1);
        // `Open.x` is a member, `Open .x` opens a file named by a member of `With`.
        let linked = matches!(next.kind, TokenKind::Dot | TokenKind::Bang) && next.gap != Gap::Space;
        let named = linked || next.kind == TokenKind::Equal;
        match self.peek().word {
            Word::Print | Word::Write | Word::Input | Word::Width => next.kind == TokenKind::Hash,
            Word::Line => next.word == Word::Input,
            Word::Reset => matches!(next.kind, TokenKind::Newline | TokenKind::Colon),
            Word::Name => self.operand_follows() || (next.kind == TokenKind::Dot && !linked),
            Word::Open | Word::Close | Word::Get | Word::Put | Word::Seek | Word::Lock | Word::Unlock => !named,
            _ => false,
        }
    }

    fn file_statement(&mut self) -> Res<StmtKind> {
        match self.bump().word {
            Word::Open => self.open_file(),
            Word::Close => self.close_files(),
            Word::Print => {
                let to = PrintTo::File(self.number_and_comma()?);
                Ok(StmtKind::Print { to, items: self.print_items()? })
            }
            Word::Write => {
                let number = self.number_and_comma()?;
                Ok(StmtKind::Write { number, items: self.print_items()? })
            }
            Word::Input => {
                let number = self.file_number()?;
                self.expect(TokenKind::Comma, "`,`")?;
                Ok(StmtKind::Input { number, targets: self.expr_list()? })
            }
            Word::Line => {
                self.at += 1;
                let (number, target) = self.number_then_expr()?;
                Ok(StmtKind::LineInput { number, target })
            }
            Word::Get => {
                let (number, record, target) = self.record_transfer()?;
                Ok(StmtKind::Get { number, record, target })
            }
            Word::Put => {
                let (number, record, value) = self.record_transfer()?;
                Ok(StmtKind::Put { number, record, value })
            }
            Word::Seek => {
                let (number, position) = self.number_then_expr()?;
                Ok(StmtKind::Seek { number, position })
            }
            Word::Lock => {
                let (number, records) = self.locked_records()?;
                Ok(StmtKind::Lock { number, records })
            }
            Word::Unlock => {
                let (number, records) = self.locked_records()?;
                Ok(StmtKind::Unlock { number, records })
            }
            Word::Width => {
                let (number, width) = self.number_then_expr()?;
                Ok(StmtKind::Width { number, width })
            }
            Word::Name => {
                let from = self.expr()?;
                self.expect_word(Word::As, "As")?;
                Ok(StmtKind::Rename { from, to: self.expr()? })
            }
            _ => Ok(StmtKind::Reset),
        }
    }

    /// `#n` or `n`.
    fn file_number(&mut self) -> Res<Expr> {
        self.eat(TokenKind::Hash);
        self.expr()
    }

    /// `#n,` where a missing comma means an empty list.
    fn number_and_comma(&mut self) -> Res<Expr> {
        let number = self.file_number()?;
        if !self.eat(TokenKind::Comma) && !self.at_end() && !self.is(TokenKind::Semicolon) {
            return self.expected("`,`");
        }
        Ok(number)
    }

    fn number_then_expr(&mut self) -> Res<(Expr, Expr)> {
        let number = self.file_number()?;
        self.expect(TokenKind::Comma, "`,`")?;
        Ok((number, self.expr()?))
    }

    /// `#n, [record], variable`.
    fn record_transfer(&mut self) -> Res<(Expr, Option<Expr>, Expr)> {
        let number = self.file_number()?;
        self.expect(TokenKind::Comma, "`,`")?;
        let record = if self.is(TokenKind::Comma) { None } else { Some(self.expr()?) };
        self.expect(TokenKind::Comma, "`,`")?;
        Ok((number, record, self.expr()?))
    }

    /// `#n [, first [To last]]`.
    fn locked_records(&mut self) -> Res<(Expr, Option<Bound>)> {
        let number = self.file_number()?;
        if !self.eat(TokenKind::Comma) {
            return Ok((number, None));
        }
        let first = if self.is_word(Word::To) { None } else { Some(self.expr()?) };
        let records = match (first, self.eat_word(Word::To)) {
            (lower, true) => Bound { lower, upper: self.expr()? },
            (Some(upper), false) => Bound { lower: None, upper },
            (None, false) => return self.expected("a record number"),
        };
        Ok((number, Some(records)))
    }

    fn close_files(&mut self) -> Res<StmtKind> {
        let mut numbers = Vec::new();
        while !self.at_end() {
            numbers.push(self.file_number()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        Ok(StmtKind::Close(numbers))
    }

    fn open_file(&mut self) -> Res<StmtKind> {
        let path = self.expr()?;
        let mode = if self.eat_word(Word::For) { self.open_mode()? } else { OpenMode::Random };
        let access = if self.eat_word(Word::Access) { Some(self.open_access()?) } else { None };
        let lock = self.open_lock()?;
        self.expect_word(Word::As, "As")?;
        let number = self.file_number()?;
        let mut record_length = None;
        if self.eat_word(Word::Len) {
            self.expect(TokenKind::Equal, "`=`")?;
            record_length = Some(self.expr()?);
        }
        Ok(StmtKind::Open { path, mode, access, lock, number, record_length })
    }

    fn open_mode(&mut self) -> Res<OpenMode> {
        let mode = match self.peek().word {
            Word::Append => OpenMode::Append,
            Word::Binary => OpenMode::Binary,
            Word::Input => OpenMode::Input,
            Word::Output => OpenMode::Output,
            Word::Random => OpenMode::Random,
            _ => return self.expected("Append, Binary, Input, Output or Random"),
        };
        self.at += 1;
        Ok(mode)
    }

    fn open_access(&mut self) -> Res<OpenAccess> {
        match (self.eat_word(Word::Read), self.eat_word(Word::Write)) {
            (true, true) => Ok(OpenAccess::ReadWrite),
            (true, false) => Ok(OpenAccess::Read),
            (false, true) => Ok(OpenAccess::Write),
            (false, false) => self.expected("Read or Write"),
        }
    }

    fn open_lock(&mut self) -> Res<Option<OpenLock>> {
        if self.eat_word(Word::Shared) {
            return Ok(Some(OpenLock::Shared));
        }
        if !self.eat_word(Word::Lock) {
            return Ok(None);
        }
        Ok(Some(match self.open_access()? {
            OpenAccess::Read => OpenLock::LockRead,
            OpenAccess::Write => OpenLock::LockWrite,
            OpenAccess::ReadWrite => OpenLock::LockReadWrite,
        }))
    }
}
