//! The grammar: lexemes to the tree, by recursive descent with recovery.
//! A rule returns `Res`; its `Fault` is turned into one notice and one `Unparsed` statement by whoever owns the
//! statement. Recursion is bounded by the depths in `ast`. Knows the words of VBA, not what names mean.

mod assign;
mod block;
mod decl;
mod expr;
mod file;
mod flow;
mod member;
mod module;
mod procedure;
mod stmt;

use super::Notice;
use super::ast::{Attribute, Ident, Span, TypeSuffix};
use super::lexeme::Lexeme;
use super::token::TokenKind;
use super::word::Word;

pub(super) type Res<T> = Result<T, Fault>;

/// Why a rule stopped, and at which lexeme.
pub(super) struct Fault {
    at: usize,
    message: String,
}

pub(super) struct Parser<'a> {
    source: &'a str,
    lexemes: &'a [Lexeme],
    at: usize,
    notices: Vec<Notice>,
    /// The blocks around the current statement, outermost first.
    open: Vec<block::Open>,
    /// Loops that a `Next i, j` just read still closes.
    next_left: usize,
    /// Single-line `If`s around the current statement.
    inline: usize,
    /// Nesting of the expression being read.
    nesting: usize,
    /// Statements made so far.
    statements: usize,
    /// Attribute lines found inside the current procedure.
    attributes: Vec<Attribute>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a str, lexemes: &'a [Lexeme]) -> Parser<'a> {
        Parser {
            source,
            lexemes,
            at: 0,
            notices: Vec::new(),
            open: Vec::new(),
            next_left: 0,
            inline: 0,
            nesting: 0,
            statements: 0,
            attributes: Vec::new(),
        }
    }

    pub(super) fn into_notices(self) -> Vec<Notice> {
        self.notices
    }

    pub(super) fn peek(&self) -> Lexeme {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> Lexeme {
        self.lexemes.get(self.at.saturating_add(count)).copied().unwrap_or(Lexeme::END)
    }

    fn at_eof(&self) -> bool {
        self.at >= self.lexemes.len()
    }

    fn bump(&mut self) -> Lexeme {
        let lexeme = self.peek();
        self.at = (self.at + 1).min(self.lexemes.len());
        lexeme
    }

    fn is(&self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    fn is_word(&self, word: Word) -> bool {
        self.peek().word == word
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.is(kind) && !self.at_eof();
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: Word) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, kind: TokenKind, name: &str) -> Res<()> {
        if self.eat(kind) { Ok(()) } else { self.expected(name) }
    }

    fn expect_word(&mut self, word: Word, name: &str) -> Res<()> {
        if self.eat_word(word) { Ok(()) } else { self.expected(name) }
    }

    /// A fault at the current lexeme.
    fn fault<T>(&self, message: impl Into<String>) -> Res<T> {
        Err(Fault { at: self.at, message: message.into() })
    }

    fn expected<T>(&self, what: &str) -> Res<T> {
        let found = match self.peek().kind {
            TokenKind::Newline => "end of line",
            TokenKind::OpenStr => "a string that is not closed",
            TokenKind::Unknown => "a character unknown to VBA",
            TokenKind::Str => "a string",
            _ => self.peek().span.text(self.source),
        };
        self.fault(format!("expected {what}, found {found}"))
    }

    /// The span of a lexeme; past the end, the end of the last.
    fn span_at(&self, index: usize) -> Span {
        if let Some(lexeme) = self.lexemes.get(index) {
            return lexeme.span;
        }
        let last = self.lexemes.last().map_or(Span { line: 1, col: 1, ..Span::default() }, |lexeme| lexeme.span);
        Span { start: last.end, end: last.end, line: last.end_line, col: last.end_col, ..last }
    }

    /// From the lexeme at `start` to the last one read.
    fn span_from(&self, start: usize) -> Span {
        let first = self.span_at(start);
        match self.at.checked_sub(1) {
            Some(last) if last >= start => first.to(self.span_at(last)),
            _ => Span { end: first.start, end_line: first.line, end_col: first.col, ..first },
        }
    }

    fn report(&mut self, span: Span, message: impl Into<String>) {
        self.notices.push(Notice::at(span, message));
    }

    fn report_fault(&mut self, fault: Fault) {
        let span = match self.lexemes.get(fault.at) {
            // The end of a line is reported where the line ends, which is where the line break starts.
            Some(lexeme) => lexeme.span,
            None => self.span_at(fault.at),
        };
        self.report(span, fault.message);
    }

    /// End of a simple statement: line end, `:`, or `Else` inside a single-line `If`.
    fn at_end(&self) -> bool {
        let next = self.peek();
        let inline_else = self.inline > 0 && matches!(next.word, Word::Else | Word::ElseIf);
        inline_else || matches!(next.kind, TokenKind::Newline | TokenKind::Colon)
    }

    fn skip_to_end(&mut self) {
        while !self.at_end() {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        while !self.is(TokenKind::Newline) {
            self.at += 1;
        }
    }

    /// Skips `:` and line ends.
    fn skip_separators(&mut self) {
        while !self.at_eof() && matches!(self.peek().kind, TokenKind::Newline | TokenKind::Colon) {
            self.at += 1;
        }
    }

    fn at_line_start(&self) -> bool {
        self.at.checked_sub(1).and_then(|before| self.lexemes.get(before)).is_none_or(|l| l.kind == TokenKind::Newline)
    }

    /// A name where any word may stand: after `.` and `!`, as a member of a `Type`, a named argument.
    fn any_name(&mut self) -> Res<Ident> {
        match self.peek().kind {
            TokenKind::Ident | TokenKind::Bracket => Ok(self.take_name()),
            _ => self.expected("a name"),
        }
    }

    /// A name that is no reserved word.
    fn name(&mut self) -> Res<Ident> {
        if self.peek().word.is_reserved() { self.expected("a name") } else { self.any_name() }
    }

    fn take_name(&mut self) -> Ident {
        let start = self.at;
        let lexeme = self.bump();
        let text = lexeme.span.text(self.source);
        let bracketed = lexeme.kind == TokenKind::Bracket;
        let inner = if bracketed { text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) } else { None };
        let suffix = if self.is(TokenKind::Suffix) { suffix_of(self.bump().span.text(self.source)) } else { None };
        Ident { span: self.span_from(start), text: inner.unwrap_or(text).to_owned(), suffix, bracketed }
    }
}

fn suffix_of(text: &str) -> Option<TypeSuffix> {
    Some(match text {
        "%" => TypeSuffix::Integer,
        "&" => TypeSuffix::Long,
        "^" => TypeSuffix::LongLong,
        "!" => TypeSuffix::Single,
        "#" => TypeSuffix::Double,
        "@" => TypeSuffix::Currency,
        "$" => TypeSuffix::String,
        _ => return None,
    })
}
