//! The clauses of a query: what is selected, from where, in which groups and order.
//! Joins nest by brackets as Access writes them; every source counts against a bound.

use super::node::{Column, Expr, JoinKind, Name, NoticeKind, Order, Query, Rows, Select, Source, Top, Union};
use super::parse::{MAX_SOURCES, Parser, Read};
use super::token::{Token, TokenKind};

/// Words that end a clause: never a name without brackets after an expression or a table.
const CLAUSE_WORDS: [&str; 24] = [
    "AS", "ASC", "BY", "DESC", "EXISTS", "FROM", "GROUP", "HAVING", "IN", "INNER", "INTO", "JOIN", "LEFT", "ON",
    "ORDER", "OUTER", "PIVOT", "RIGHT", "SELECT", "SET", "UNION", "VALUES", "WHERE", "WITH",
];

/// Whether a word belongs to the grammar and so is no alias.
pub(super) fn is_clause_word(word: &str) -> bool {
    CLAUSE_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

impl Parser {
    /// `SELECT ... [UNION [ALL] SELECT ...] [ORDER BY ...]`, with or without brackets around its parts.
    pub(super) fn query(&mut self) -> Read<Query> {
        self.deeper(|parser| {
            let (first, mut order_by) = parser.query_part()?;
            let mut unions = Vec::new();
            while parser.take_word("UNION") {
                let rows = if parser.take_word("ALL") { Rows::All } else { Rows::Distinct };
                let (select, order) = parser.query_part()?;
                unions.push(Union { rows, select });
                order_by = order;
            }
            if parser.take_words("ORDER", "BY") {
                order_by = parser.order_terms()?;
            }
            parser.options();
            Ok(Query { first, unions, order_by })
        })
    }

    /// One part of a union; `TABLE name` stands for all of a table.
    fn query_part(&mut self) -> Read<(Select, Vec<Order>)> {
        if self.take_sign("(") {
            return self.deeper(|parser| {
                let part = parser.query_part()?;
                parser.need_sign(")")?;
                Ok(part)
            });
        }
        if self.is_word("TABLE") {
            return Ok((self.whole_table()?, Vec::new()));
        }
        let select = self.select()?;
        let order = if self.take_words("ORDER", "BY") { self.order_terms()? } else { Vec::new() };
        self.options();
        Ok((select, order))
    }

    fn whole_table(&mut self) -> Read<Select> {
        let start = self.here();
        self.need_word("TABLE")?;
        let table = self.table_name()?;
        let at = self.since(start);
        Ok(Select {
            rows: Rows::All,
            top: None,
            columns: vec![Column::All { table: None, at }],
            into: None,
            from: vec![Source::Table { table, alias: None }],
            filter: None,
            group_by: Vec::new(),
            having: None,
            at,
        })
    }

    /// `WITH OWNERACCESS OPTION` says with whose rights a query runs; there is one user here.
    fn options(&mut self) {
        if self.take_words("WITH", "OWNERACCESS") {
            self.take_word("OPTION");
        }
    }

    fn select(&mut self) -> Read<Select> {
        let start = self.here();
        self.need_word("SELECT")?;
        let rows = self.row_words();
        let top = if self.is_word("TOP") && matches!(self.peek_kind(1), Some(TokenKind::Integer(_))) {
            self.top()?
        } else {
            None
        };
        // `SELECT TOP 5 DISTINCT` does not exist, but `SELECT DISTINCT TOP 5` does: the row words come first.
        let columns = self.columns()?;
        let into = if self.take_word("INTO") { Some(self.table_name()?) } else { None };
        let mut from = if self.take_word("FROM") { self.sources()? } else { Vec::new() };
        if let (Some(path), Some(Source::Table { table, .. })) = (self.external()?, from.first_mut()) {
            table.external = Some(path);
        }
        let filter = self.optional_filter()?;
        let group_by = if self.take_words("GROUP", "BY") { self.list()? } else { Vec::new() };
        let having = if self.take_word("HAVING") { Some(self.expression()?) } else { None };
        Ok(Select { rows, top, columns, into, from, filter, group_by, having, at: self.since(start) })
    }

    /// `ALL`, `DISTINCT`, `DISTINCTROW`.
    pub(super) fn row_words(&mut self) -> Rows {
        let starts_name = |parser: &Self| {
            matches!(parser.peek_kind(1), Some(TokenKind::Sign("," | "." | ")" | ";")))
                || parser.is_word_at(1, "FROM")
                || parser.is_word_at(1, "AS")
        };
        if starts_name(self) {
            return Rows::All;
        }
        if self.take_word("DISTINCT") {
            Rows::Distinct
        } else if self.take_word("DISTINCTROW") {
            Rows::DistinctRow
        } else {
            self.take_word("ALL");
            Rows::All
        }
    }

    fn top(&mut self) -> Read<Option<Top>> {
        self.advance();
        let count = match self.advance() {
            Some(Token { kind: TokenKind::Integer(count), .. }) => u32::try_from(count).unwrap_or(0),
            _ => return self.fail(NoticeKind::UnexpectedWord),
        };
        Ok(Some(if self.take_word("PERCENT") { Top::Percent(count) } else { Top::Rows(count) }))
    }

    pub(super) fn columns(&mut self) -> Read<Vec<Column>> {
        let mut found = Vec::new();
        loop {
            found.push(self.column()?);
            if !self.take_sign(",") {
                return Ok(found);
            }
        }
    }

    fn column(&mut self) -> Read<Column> {
        let start = self.here();
        if self.take_sign("*") {
            return Ok(Column::All { table: None, at: self.since(start) });
        }
        if let (Some(TokenKind::Word(_) | TokenKind::Bracketed(_)), Some(TokenKind::Sign("."))) =
            (self.peek_kind(0), self.peek_kind(1))
            && matches!(self.peek_kind(2), Some(TokenKind::Sign("*")))
        {
            let table = self.any_name()?;
            self.need_sign(".")?;
            self.need_sign("*")?;
            return Ok(Column::All { table: Some(table), at: self.since(start) });
        }
        let value = self.expression()?;
        let alias = if self.take_word("AS") { Some(self.any_name()?) } else { self.bare_alias()? };
        Ok(Column::Value { value, alias })
    }

    /// A name right after something, without `AS`.
    fn bare_alias(&mut self) -> Read<Option<Name>> {
        match self.peek_kind(0) {
            Some(TokenKind::Bracketed(_)) => Ok(Some(self.any_name()?)),
            Some(TokenKind::Word(word)) if !is_clause_word(word) => Ok(Some(self.any_name()?)),
            _ => Ok(None),
        }
    }

    /// The list after `FROM`.
    pub(super) fn sources(&mut self) -> Read<Vec<Source>> {
        let mut found = Vec::new();
        loop {
            found.push(self.deeper(Self::joined)?);
            if !self.take_sign(",") {
                return Ok(found);
            }
        }
    }

    /// A source and everything that joins to it; the nesting of the tree is bounded by the number of sources.
    fn joined(&mut self) -> Read<Source> {
        let mut left = self.single_source()?;
        while let Some(kind) = self.join_kind()? {
            let right = self.deeper(Self::joined_operand)?;
            let on = if self.take_word("ON") { Some(self.expression()?) } else { None };
            left = Source::Join { kind, left: Box::new(left), right: Box::new(right), on };
        }
        Ok(left)
    }

    /// What stands right of a join. `A JOIN B JOIN C ON .. ON ..` without brackets nests to the right.
    fn joined_operand(&mut self) -> Read<Source> {
        let mut left = self.single_source()?;
        while !self.is_word("ON") {
            let Some(kind) = self.join_kind()? else { break };
            let right = self.deeper(Self::joined_operand)?;
            let on = if self.take_word("ON") { Some(self.expression()?) } else { None };
            left = Source::Join { kind, left: Box::new(left), right: Box::new(right), on };
        }
        Ok(left)
    }

    fn join_kind(&mut self) -> Read<Option<JoinKind>> {
        let kind = if self.take_word("INNER") || self.is_word("JOIN") {
            JoinKind::Inner
        } else if self.is_word("LEFT") || self.is_word("RIGHT") {
            let left = self.is_word("LEFT");
            self.advance();
            self.take_word("OUTER");
            if left { JoinKind::Left } else { JoinKind::Right }
        } else {
            return Ok(None);
        };
        self.need_word("JOIN")?;
        Ok(Some(kind))
    }

    fn single_source(&mut self) -> Read<Source> {
        self.sources += 1;
        if self.sources > MAX_SOURCES {
            return self.fail(NoticeKind::TooDeep);
        }
        if self.is_sign("(") && (self.is_word_at(1, "SELECT") || self.is_word_at(1, "TABLE")) {
            self.advance();
            let query = self.query()?;
            self.need_sign(")")?;
            return self.aliased_query(query);
        }
        if self.take_sign("(") {
            let inner = self.deeper(Self::joined)?;
            self.need_sign(")")?;
            return Ok(inner);
        }
        // Access writes derived tables as `[SELECT ...]. AS name`.
        if let Some(TokenKind::Bracketed(text)) = self.peek_kind(0)
            && text.trim_start().get(..7).is_some_and(|word| word.eq_ignore_ascii_case("SELECT "))
        {
            return self.bracketed_query();
        }
        let table = self.table_name()?;
        let alias = if self.take_word("AS") { Some(self.any_name()?) } else { self.bare_alias()? };
        Ok(Source::Table { table, alias })
    }

    fn aliased_query(&mut self, query: Query) -> Read<Source> {
        let alias = if self.take_word("AS") { Some(self.any_name()?) } else { self.bare_alias()? };
        Ok(Source::Query { query: Box::new(query), alias })
    }

    fn bracketed_query(&mut self) -> Read<Source> {
        let Some(Token { kind: TokenKind::Bracketed(text), at }) = self.peek().cloned() else {
            return self.fail(NoticeKind::UnexpectedWord);
        };
        let query = self.deeper(|parser| parser.inner_query(&text, at.start as usize + 1))?;
        self.advance();
        self.take_sign(".");
        self.aliased_query(query)
    }

    pub(super) fn order_terms(&mut self) -> Read<Vec<Order>> {
        let mut found = Vec::new();
        loop {
            let value = self.expression()?;
            let descending = self.take_word("DESC");
            if !descending {
                self.take_word("ASC");
            }
            found.push(Order { value, descending });
            if !self.take_sign(",") {
                return Ok(found);
            }
        }
    }

    /// Expressions between commas.
    pub(super) fn list(&mut self) -> Read<Vec<Expr>> {
        let mut found = Vec::new();
        loop {
            found.push(self.expression()?);
            if !self.take_sign(",") {
                return Ok(found);
            }
        }
    }
}
