//! One statement: its label, the choice of the rule by its first word, and recovery when the rule fails.

use super::super::ast::{AssignKind, ExitKind, Label, OnError, ReDimItem, Resume, Stmt, StmtKind};
use super::super::token::TokenKind;
use super::super::word::Word;
use super::{Parser, Res};

/// Most statements read from one module; what follows is reported and kept as one `Unparsed`.
/// (Own choice: eight times the editor's 65,534 lines.)
const MAX_STATEMENTS: usize = 500_000;

impl Parser<'_> {
    /// Reads one statement, block statements whole, and adds it to `out`.
    pub(super) fn statement(&mut self, out: &mut Vec<Stmt>) {
        if self.statements >= MAX_STATEMENTS {
            return self.give_up(out);
        }
        let first = out.len();
        let start = self.at;
        let label = if self.at_line_start() || self.after_line_number() { self.label() } else { None };
        if label.is_some() {
            while self.eat(TokenKind::Colon) {}
        }
        let empty = self.is(TokenKind::Newline) || self.closer().is_some() || self.names_label();
        let alone = label.is_some() && empty;
        if alone {
            let span = self.span_from(start);
            return self.push(Stmt { span, label, kind: StmtKind::Empty }, out);
        }
        if self.is_word(Word::Attribute) && self.at_attribute() {
            return self.local_attribute();
        }
        self.dispatch(out);
        if let (Some(label), Some(stmt)) = (label, out.get_mut(first)) {
            stmt.span = label.span.to(stmt.span);
            stmt.label = Some(label);
        }
    }

    fn give_up(&mut self, out: &mut Vec<Stmt>) {
        self.report(self.peek().span, format!("more than {MAX_STATEMENTS} statements; the rest was not read"));
        let start = self.at;
        self.at = self.lexemes.len();
        self.push_unparsed(start, out);
    }

    /// A label or line number in front of a statement.
    fn label(&mut self) -> Option<Label> {
        let next = self.peek();
        let text = next.span.text(self.source);
        let found = match next.kind {
            TokenKind::Number => text.bytes().all(|b| b.is_ascii_digit()),
            TokenKind::Ident => self.names_label(),
            _ => false,
        };
        if !found {
            return None;
        }
        self.at += 1;
        Some(Label { span: next.span, text: text.to_owned() })
    }

    /// Whether `name:` stands here and the name is no statement of its own.
    fn names_label(&self) -> bool {
        let next = self.peek();
        let colon = next.kind == TokenKind::Ident && self.ahead(1).kind == TokenKind::Colon;
        colon
            && !next.word.is_reserved()
            && !stands_alone(next.word)
            && (self.at_line_start() || self.after_line_number())
    }

    /// Whether only a line number stands before this on its line: `10 Done:` has two labels.
    fn after_line_number(&self) -> bool {
        let before = |count: usize| self.at.checked_sub(count).and_then(|at| self.lexemes.get(at));
        let number = before(1).is_some_and(|lexeme| lexeme.kind == TokenKind::Number);
        number && before(2).is_none_or(|lexeme| lexeme.kind == TokenKind::Newline)
    }

    fn dispatch(&mut self, out: &mut Vec<Stmt>) {
        match self.peek().word {
            Word::If => self.if_statement(out),
            Word::Select => self.select(out),
            Word::For => self.for_loop(out),
            Word::Do => self.do_loop(out),
            Word::While => self.while_loop(out),
            Word::With => self.with(out),
            _ => self.simple_statement(out),
        }
    }

    fn simple_statement(&mut self, out: &mut Vec<Stmt>) {
        let start = self.at;
        let outcome =
            self.simple().and_then(|kind| if self.at_end() { Ok(kind) } else { self.expected("end of statement") });
        match outcome {
            Ok(kind) => {
                let span = self.span_from(start);
                self.push(Stmt { span, label: None, kind }, out);
            }
            Err(fault) => {
                self.report_fault(fault);
                self.skip_to_end();
                if self.at == start {
                    self.at += 1;
                }
                self.push_unparsed(start, out);
            }
        }
    }

    fn simple(&mut self) -> Res<StmtKind> {
        match self.peek().word {
            Word::Other | Word::Debug => self.plain(),
            Word::Let => self.keyword_assign(AssignKind::Let),
            Word::Set => self.keyword_assign(AssignKind::Set),
            Word::LSet => self.keyword_assign(AssignKind::LSet),
            Word::RSet => self.keyword_assign(AssignKind::RSet),
            Word::Call => self.call_keyword(),
            Word::Dim | Word::Static => self.local(),
            Word::Const => self.after_word(|p| Ok(StmtKind::Const(p.constants()?))),
            Word::ReDim => self.redim(),
            Word::Erase => self.after_word(|p| Ok(StmtKind::Erase(p.expr_list()?))),
            Word::Exit => self.exit(),
            Word::GoTo => self.after_word(|p| Ok(StmtKind::GoTo(p.label_name()?))),
            Word::GoSub => self.after_word(|p| Ok(StmtKind::GoSub(p.label_name()?))),
            Word::Go => self.go(),
            Word::On => self.on(),
            Word::Resume => self.resume(),
            Word::Return => self.lone(StmtKind::Return),
            Word::Stop => self.lone(StmtKind::Stop),
            Word::End => self.lone(StmtKind::End),
            Word::RaiseEvent => self.raise_event(),
            Word::Error if self.operand_follows() => self.after_word(|p| Ok(StmtKind::Error(p.expr()?))),
            _ => self.file_or_plain(),
        }
    }

    pub(super) fn after_word(&mut self, rule: impl FnOnce(&mut Self) -> Res<StmtKind>) -> Res<StmtKind> {
        self.at += 1;
        rule(self)
    }

    pub(super) fn lone(&mut self, kind: StmtKind) -> Res<StmtKind> {
        self.at += 1;
        Ok(kind)
    }

    /// Whether an operand follows the word here, so that the word is a statement and no name.
    pub(super) fn operand_follows(&self) -> bool {
        use TokenKind as K;
        matches!(self.ahead(1).kind, K::Ident | K::Bracket | K::Number | K::Str | K::LeftParen | K::Hash)
    }

    fn local(&mut self) -> Res<StmtKind> {
        let is_static = self.bump().word == Word::Static;
        Ok(StmtKind::Local { is_static, variables: self.variables()? })
    }

    pub(super) fn expr_list(&mut self) -> Res<Vec<super::super::ast::Expr>> {
        let mut list = vec![self.expr()?];
        while self.eat(TokenKind::Comma) {
            list.push(self.expr()?);
        }
        Ok(list)
    }

    fn redim(&mut self) -> Res<StmtKind> {
        self.at += 1;
        let preserve = self.eat_word(Word::Preserve);
        let mut items = vec![self.redim_item()?];
        while self.eat(TokenKind::Comma) {
            items.push(self.redim_item()?);
        }
        Ok(StmtKind::ReDim { preserve, items })
    }

    /// The bounds are the last parentheses of the chain, so the chain is read up to each `(` that may open them.
    fn redim_item(&mut self) -> Res<ReDimItem> {
        let start = self.at;
        let (target, bounds) = self.redim_target()?;
        let declared_type = self.as_type()?.map(|(type_ref, _)| type_ref);
        Ok(ReDimItem { span: self.span_from(start), target, bounds, declared_type })
    }

    fn exit(&mut self) -> Res<StmtKind> {
        self.at += 1;
        let kind = match self.peek().word {
            Word::Sub => ExitKind::Sub,
            Word::Function => ExitKind::Function,
            Word::Property => ExitKind::Property,
            Word::For => ExitKind::For,
            Word::Do => ExitKind::Do,
            _ => return self.expected("Sub, Function, Property, For or Do"),
        };
        self.lone(StmtKind::Exit(kind))
    }

    /// `Go To x`, `Go Sub x`.
    fn go(&mut self) -> Res<StmtKind> {
        match self.ahead(1).word {
            Word::To => {
                self.at += 2;
                Ok(StmtKind::GoTo(self.label_name()?))
            }
            Word::Sub => {
                self.at += 2;
                Ok(StmtKind::GoSub(self.label_name()?))
            }
            _ => self.plain(),
        }
    }

    pub(super) fn label_name(&mut self) -> Res<Label> {
        let next = self.peek();
        let text = next.span.text(self.source);
        let digits = next.kind == TokenKind::Number && text.bytes().all(|b| b.is_ascii_digit());
        if !digits && (next.kind != TokenKind::Ident || next.word.is_reserved()) {
            return self.expected("a label");
        }
        self.at += 1;
        Ok(Label { span: next.span, text: text.to_owned() })
    }

    fn on(&mut self) -> Res<StmtKind> {
        self.at += 1;
        // `On Local Error` is the older spelling.
        if self.ahead(1).word == Word::Error && self.peek().span.text(self.source).eq_ignore_ascii_case("local") {
            self.at += 1;
        }
        if self.is_word(Word::Error) && matches!(self.ahead(1).word, Word::GoTo | Word::Resume | Word::Go) {
            self.at += 1;
            return self.on_error().map(StmtKind::OnError);
        }
        let selector = self.expr()?;
        let gosub = match self.peek().word {
            Word::GoTo => false,
            Word::GoSub => true,
            _ => return self.expected("GoTo or GoSub"),
        };
        self.at += 1;
        let mut labels = vec![self.label_name()?];
        while self.eat(TokenKind::Comma) {
            labels.push(self.label_name()?);
        }
        Ok(StmtKind::OnJump { selector, gosub, labels })
    }

    fn on_error(&mut self) -> Res<OnError> {
        if self.eat_word(Word::Resume) {
            self.expect_word(Word::Next, "Next")?;
            return Ok(OnError::ResumeNext);
        }
        if self.eat_word(Word::Go) {
            self.expect_word(Word::To, "To")?;
        } else {
            self.at += 1;
        }
        if self.eat(TokenKind::Minus) {
            let one = self.bump();
            let is_one = one.span.text(self.source) == "1";
            return if is_one { Ok(OnError::Clear) } else { self.expected("1 after -") };
        }
        let label = self.label_name()?;
        Ok(if label.text == "0" { OnError::Disable } else { OnError::GoTo(label) })
    }

    fn resume(&mut self) -> Res<StmtKind> {
        self.at += 1;
        if self.at_end() {
            return Ok(StmtKind::Resume(Resume::Same));
        }
        if self.eat_word(Word::Next) {
            return Ok(StmtKind::Resume(Resume::Next));
        }
        let label = self.label_name()?;
        Ok(StmtKind::Resume(if label.text == "0" { Resume::Same } else { Resume::Label(label) }))
    }

    fn raise_event(&mut self) -> Res<StmtKind> {
        self.at += 1;
        let name = self.name()?;
        let args = if self.is(TokenKind::LeftParen) { self.paren_args()? } else { Vec::new() };
        Ok(StmtKind::RaiseEvent { name, args })
    }
}

/// Words that are statements of their own, so that `Close:` is no label.
fn stands_alone(word: Word) -> bool {
    matches!(word, Word::Close | Word::Reset)
}
