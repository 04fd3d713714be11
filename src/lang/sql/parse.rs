//! Statements: which clauses follow each other, and the cursor all clauses read from.
//! Promises that every step either takes a token or ends, and that nesting beyond `MAX_NESTING` is a notice.

use super::node::{
    Assignment, Expr, ExprKind, InSet, Insertion, Name, Notice, NoticeKind, Order, Parameter, Query, Span, Statement,
    StatementKind, TableName,
};
use super::token::{Token, TokenKind, tokens};

/// Characters Access takes in a statement (Access specifications: about 64,000), with room for texts put together in
/// code that Access would still refuse to store.
pub const MAX_TEXT: usize = 256 << 10;
/// Brackets, functions and sub-queries within each other (Access: 50 nested queries).
pub(super) const MAX_NESTING: usize = 64;
/// Levels of an expression: Access takes 99 `AND`s.
pub(super) const MAX_HEIGHT: u16 = 128;
/// Sources of one statement (Access: 32 tables in a query).
pub(super) const MAX_SOURCES: usize = 64;

/// What was read of a statement.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// None where the text holds no statement that could be read whole.
    pub statement: Option<Statement>,
    pub notices: Vec<Notice>,
}

/// What was read of an expression: a criterion, a filter, a validation rule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedExpression {
    pub expression: Option<Expr>,
    pub notices: Vec<Notice>,
}

/// What was read of a list of sort keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedOrder {
    pub terms: Vec<Order>,
    pub notices: Vec<Notice>,
}

/// Reads one statement, with or without `PARAMETERS` before and `;` after it.
pub fn parse(text: &str) -> Parsed {
    let (statement, notices) = whole(text, Parser::statement);
    Parsed { statement, notices }
}

/// Reads an expression alone, as `DLookup` and `Filter` take it.
pub fn parse_expression(text: &str) -> ParsedExpression {
    let (expression, notices) = whole(text, Parser::expression);
    ParsedExpression { expression, notices }
}

/// Reads sort keys alone, as the property `Sort` takes them.
pub fn parse_order(text: &str) -> ParsedOrder {
    let (terms, notices) = whole(text, Parser::order_terms);
    ParsedOrder { terms: terms.unwrap_or_default(), notices }
}

fn whole<T>(text: &str, read: fn(&mut Parser) -> Read<T>) -> (Option<T>, Vec<Notice>) {
    let everything = Span::bytes(0, text.len());
    if text.len() > MAX_TEXT {
        return (None, vec![Notice { at: everything, kind: NoticeKind::TooLong }]);
    }
    let (tokens, broken) = tokens(text);
    if let Some(notice) = broken {
        return (None, vec![notice]);
    }
    if tokens.iter().all(|token| token.kind == TokenKind::Sign(";")) {
        return (None, vec![Notice { at: everything, kind: NoticeKind::Empty }]);
    }
    let mut parser = Parser { tokens, place: 0, depth: 0, sources: 0, end: text.len(), notices: Vec::new() };
    let result = read(&mut parser);
    while parser.take_sign(";") {}
    match result {
        Ok(found) => {
            if let Some(token) = parser.peek() {
                let at = Span::bytes(token.at.start as usize, text.len());
                parser.notices.push(Notice { at, kind: NoticeKind::TrailingText });
            }
            (Some(found), parser.notices)
        }
        Err(notice) => {
            parser.notices.push(notice);
            (None, parser.notices)
        }
    }
}

/// The result of reading: a part of the tree, or what was in the way.
pub(super) type Read<T> = Result<T, Notice>;

/// The cursor.
pub(super) struct Parser {
    tokens: Vec<Token>,
    place: usize,
    depth: usize,
    pub(super) sources: usize,
    end: usize,
    notices: Vec<Notice>,
}

impl Parser {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.place)
    }

    pub(super) fn peek_kind(&self, ahead: usize) -> Option<&TokenKind> {
        self.tokens.get(self.place + ahead).map(|token| &token.kind)
    }

    /// How many `?` there are up to here.
    pub(super) fn marks(&self) -> usize {
        let seen = self.tokens.iter().take(self.place.saturating_add(1));
        seen.filter(|token| token.kind == TokenKind::Sign("?")).count()
    }

    pub(super) fn advance(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.place).cloned()?;
        self.place += 1;
        Some(token)
    }

    /// Where the next token starts; the end of the text after the last one.
    pub(super) fn here(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at.start as usize)
    }

    /// From an offset to the end of the last token taken.
    pub(super) fn since(&self, start: usize) -> Span {
        let last = self.place.checked_sub(1).and_then(|place| self.tokens.get(place));
        Span::bytes(start, last.map_or(start, |token| token.at.end as usize))
    }

    pub(super) fn fail<T>(&self, kind: NoticeKind) -> Read<T> {
        match self.peek() {
            Some(token) => Err(Notice { at: token.at, kind }),
            None if kind == NoticeKind::UnexpectedWord => {
                Err(Notice { at: Span::bytes(self.end, self.end), kind: NoticeKind::UnexpectedEnd })
            }
            None => Err(Notice { at: Span::bytes(self.end, self.end), kind }),
        }
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek_kind(0), Some(TokenKind::Sign(found)) if *found == sign)
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.place += usize::from(found);
        found
    }

    pub(super) fn need_sign(&mut self, sign: &str) -> Read<()> {
        if self.take_sign(sign) { Ok(()) } else { self.fail(NoticeKind::UnexpectedWord) }
    }

    pub(super) fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek_kind(ahead), Some(TokenKind::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.place += usize::from(found);
        found
    }

    /// Two keywords in a row.
    pub(super) fn take_words(&mut self, first: &str, second: &str) -> bool {
        let found = self.is_word(first) && self.is_word_at(1, second);
        self.place += if found { 2 } else { 0 };
        found
    }

    pub(super) fn need_word(&mut self, word: &str) -> Read<()> {
        if self.take_word(word) { Ok(()) } else { self.fail(NoticeKind::UnexpectedWord) }
    }

    /// Reads one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_NESTING {
            return self.fail(NoticeKind::TooDeep);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads a query out of a text that stands inside this one, at an offset; depth and sources go on counting.
    pub(super) fn inner_query(&mut self, text: &str, offset: usize) -> Read<Query> {
        let shift = |mut notice: Notice| {
            notice.at = notice.at.shifted(offset);
            notice
        };
        let (mut tokens, broken) = tokens(text);
        if let Some(notice) = broken {
            return Err(shift(notice));
        }
        for token in &mut tokens {
            token.at = token.at.shifted(offset);
        }
        let end = offset + text.len();
        let mut inner = Parser { tokens, place: 0, depth: self.depth, sources: self.sources, end, notices: Vec::new() };
        let query = inner.query()?;
        self.sources = inner.sources;
        self.notices.append(&mut inner.notices);
        inner.take_sign(";");
        match inner.peek() {
            Some(_) => inner.fail(NoticeKind::TrailingText),
            None => Ok(query),
        }
    }

    fn statement(&mut self) -> Read<Statement> {
        let parameters = if self.take_word("PARAMETERS") { self.parameters()? } else { Vec::new() };
        let kind = self.statement_kind()?;
        Ok(Statement { parameters, kind })
    }

    fn statement_kind(&mut self) -> Read<StatementKind> {
        if self.is_word("SELECT") || self.is_sign("(") || self.is_word("TABLE") {
            return Ok(StatementKind::Query(self.query()?));
        }
        let Some(Token { kind: TokenKind::Word(word), at }) = self.peek().cloned() else {
            return self.fail(NoticeKind::UnexpectedWord);
        };
        match word.to_ascii_uppercase().as_str() {
            "INSERT" => self.insert(),
            "UPDATE" => self.update(),
            "DELETE" => self.delete(),
            "TRANSFORM" => self.transform(),
            "CREATE" | "ALTER" | "DROP" | "EXECUTE" | "EXEC" | "PROCEDURE" | "GRANT" | "REVOKE" | "ADD" => {
                self.place = self.tokens.len();
                self.notices.push(Notice { at: Span::bytes(at.start as usize, self.end), kind: NoticeKind::NotRead });
                Ok(StatementKind::Other { keyword: Name { text: word, at } })
            }
            _ => self.fail(NoticeKind::UnexpectedWord),
        }
    }

    /// `PARAMETERS name type [(n)], ... ;`
    fn parameters(&mut self) -> Read<Vec<Parameter>> {
        let mut found = Vec::new();
        loop {
            let is_bare = matches!(self.peek_kind(0), Some(TokenKind::Word(_)));
            let mut name = self.any_name()?;
            let mut kind = Vec::new();
            while let Some(TokenKind::Word(word)) = self.peek_kind(0) {
                kind.push(word.clone());
                self.place += 1;
            }
            if self.take_sign("(") {
                self.advance();
                self.need_sign(")")?;
            }
            // Saved queries keep names of several words without brackets; the last word is the type.
            let of_name = if is_bare { kind.len().saturating_sub(1) } else { 0 };
            for word in kind.drain(..of_name) {
                name.text.push(' ');
                name.text.push_str(&word);
            }
            found.push(Parameter { name, kind: kind.join(" ") });
            if !self.take_sign(",") {
                self.need_sign(";")?;
                return Ok(found);
            }
        }
    }

    fn insert(&mut self) -> Read<StatementKind> {
        self.place += 1;
        self.need_word("INTO")?;
        let mut target = self.table_name()?;
        let mut columns = Vec::new();
        if self.is_sign("(") && !self.is_word_at(1, "SELECT") {
            self.place += 1;
            loop {
                let mut name = self.any_name()?;
                while self.take_sign(".") {
                    name = self.any_name()?;
                }
                columns.push(name);
                if !self.take_sign(",") {
                    break;
                }
            }
            self.need_sign(")")?;
        }
        if target.external.is_none() {
            target.external = self.external()?;
        }
        if self.take_word("VALUES") {
            self.need_sign("(")?;
            let values = self.list()?;
            self.need_sign(")")?;
            return Ok(StatementKind::Insert { target, columns, source: Insertion::Values(values) });
        }
        let query = self.query()?;
        Ok(StatementKind::Insert { target, columns, source: Insertion::Query(Box::new(query)) })
    }

    fn update(&mut self) -> Read<StatementKind> {
        self.place += 1;
        self.row_words();
        let from = self.sources()?;
        self.need_word("SET")?;
        let mut assignments = Vec::new();
        loop {
            let column = self.name_path()?;
            self.need_sign("=")?;
            let value = self.expression()?;
            assignments.push(Assignment { column, value });
            if !self.take_sign(",") {
                break;
            }
        }
        let filter = self.optional_filter()?;
        Ok(StatementKind::Update { from, assignments, filter })
    }

    /// `DELETE [table.*] FROM ...`; Access also writes columns of criteria there, which change nothing.
    fn delete(&mut self) -> Read<StatementKind> {
        self.place += 1;
        self.row_words();
        let mut target = None;
        while !self.is_word("FROM") {
            let columns = self.columns()?;
            target = columns.into_iter().find_map(|column| match column {
                super::node::Column::All { table, .. } => table,
                super::node::Column::Value { .. } => None,
            });
            if !self.is_word("FROM") {
                return self.fail(NoticeKind::UnexpectedWord);
            }
        }
        self.need_word("FROM")?;
        let from = self.sources()?;
        let filter = self.optional_filter()?;
        Ok(StatementKind::Delete { target, from, filter })
    }

    fn transform(&mut self) -> Read<StatementKind> {
        self.place += 1;
        let value = self.expression()?;
        // Access lets the aggregate carry a name.
        if self.take_word("AS") {
            self.any_name()?;
        }
        let query: Query = self.query()?;
        self.need_word("PIVOT")?;
        let pivot = self.expression()?;
        // `PIVOT field IN (headings)` reads as a membership; here it is a list of columns.
        let (pivot, headings) = match pivot.kind {
            ExprKind::In { value, set: InSet::List(list), negated: false } => (*value, list),
            _ => (pivot, Vec::new()),
        };
        Ok(StatementKind::Transform { value, query: Box::new(query), pivot, headings })
    }

    pub(super) fn optional_filter(&mut self) -> Read<Option<Expr>> {
        if self.take_word("WHERE") { Ok(Some(self.expression()?)) } else { Ok(None) }
    }

    /// A table as a target, with the database it lies in.
    pub(super) fn table_name(&mut self) -> Read<TableName> {
        let mut name = self.any_name()?;
        let mut external = None;
        while self.take_sign(".") || self.take_sign("!") {
            let inner = self.any_name()?;
            external = Some(name.text);
            name = inner;
        }
        if external.is_none() {
            external = self.external()?;
        }
        Ok(TableName { name, external })
    }

    /// `IN 'path' ['type']`.
    pub(super) fn external(&mut self) -> Read<Option<String>> {
        if !(self.is_word("IN") && matches!(self.peek_kind(1), Some(TokenKind::Text(_)))) {
            return Ok(None);
        }
        self.place += 1;
        let Some(Token { kind: TokenKind::Text(path), .. }) = self.advance() else {
            return self.fail(NoticeKind::UnexpectedWord);
        };
        if let Some(TokenKind::Text(_) | TokenKind::Bracketed(_)) = self.peek_kind(0) {
            self.place += 1;
        }
        Ok(Some(path))
    }
}
