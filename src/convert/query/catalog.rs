//! What is known of the tables and queries a statement may name: their columns, as far as they are declared.

use std::collections::HashMap;

use crate::facts::{ColumnFacts, QueryFacts, TableFacts};
use crate::lang::sql::{self, Column, ExprKind, Query, Source, StatementKind};

/// Queries within queries that are followed (Access: 50).
const MOST_LEVELS: usize = 16;

/// A column by its name, with its type where one is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownColumn {
    pub name: String,
    /// In Access' words: `Text`, `Long`, `DateTime`.
    pub kind: Option<String>,
}

/// A table as far as it is known.
#[derive(Debug, Clone, Default)]
struct Table {
    columns: Vec<KnownColumn>,
    /// It stands for a table of another file.
    is_linked: bool,
}

/// Everything statements may name.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    tables: HashMap<String, Table>,
    queries: HashMap<String, sql::Statement>,
}

impl Catalog {
    /// Of declared tables and saved queries.
    pub fn new<'a>(
        tables: impl IntoIterator<Item = &'a TableFacts>,
        queries: impl IntoIterator<Item = &'a QueryFacts>,
    ) -> Catalog {
        let column =
            |column: &ColumnFacts| KnownColumn { name: column.name.clone(), kind: column.declared_type.clone() };
        let table = |table: &TableFacts| {
            let columns = table.columns.iter().map(column).collect();
            (table.name.to_lowercase(), Table { columns, is_linked: table.linked_to.is_some() })
        };
        let query = |query: &QueryFacts| Some((query.name.to_lowercase(), sql::parse(&query.sql).statement?));
        Catalog {
            tables: tables.into_iter().map(table).collect(),
            queries: queries.into_iter().filter_map(query).collect(),
        }
    }

    pub(super) fn is_linked(&self, name: &str) -> bool {
        self.tables.get(&name.to_lowercase()).is_some_and(|table| table.is_linked)
    }

    pub(super) fn is_table(&self, name: &str) -> bool {
        self.tables.contains_key(&name.to_lowercase())
    }

    /// Whether there is a table or query of this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.is_table(name) || self.queries.contains_key(&name.to_lowercase())
    }

    pub(super) fn query(&self, name: &str) -> Option<&sql::Statement> {
        self.queries.get(&name.to_lowercase())
    }

    /// The columns of a table or query; none where they are not known.
    pub(super) fn columns(&self, name: &str) -> Option<Vec<KnownColumn>> {
        self.columns_within(name, MOST_LEVELS)
    }

    fn columns_within(&self, name: &str, levels: usize) -> Option<Vec<KnownColumn>> {
        let levels = levels.checked_sub(1)?;
        if let Some(table) = self.tables.get(&name.to_lowercase()) {
            return (!table.columns.is_empty()).then(|| table.columns.clone());
        }
        match &self.queries.get(&name.to_lowercase())?.kind {
            StatementKind::Query(query) => self.shown_within(query, levels),
            _ => None,
        }
    }

    /// The columns a query shows.
    pub(super) fn shown(&self, query: &Query) -> Option<Vec<KnownColumn>> {
        self.shown_within(query, MOST_LEVELS)
    }

    fn shown_within(&self, query: &Query, levels: usize) -> Option<Vec<KnownColumn>> {
        let mut sources = Vec::new();
        for source in &query.first.from {
            self.source(source, levels, &mut sources);
        }
        let mut shown = Vec::new();
        for column in &query.first.columns {
            match column {
                Column::All { table, .. } => {
                    for origin in &sources {
                        if table.as_ref().is_none_or(|table| table.text.eq_ignore_ascii_case(&origin.alias)) {
                            shown.extend(origin.columns.clone()?);
                        }
                    }
                }
                Column::Value { value, alias } => {
                    let last = match &value.kind {
                        ExprKind::Name(parts) => parts.last(),
                        _ => None,
                    };
                    let name = alias.as_ref().or(last).map(|name| name.text.clone());
                    let kind = last.and_then(|last| kind_of(&sources, &last.text));
                    shown.push(KnownColumn { name: name.unwrap_or_default(), kind });
                }
            }
        }
        Some(shown)
    }

    /// The sources of a `FROM` with their columns, as far as known.
    pub(super) fn source(&self, source: &Source, levels: usize, found: &mut Sources) {
        match source {
            Source::Table { table, alias } => {
                let alias = alias.as_ref().unwrap_or(&table.name);
                let columns =
                    if table.external.is_some() { None } else { self.columns_within(&table.name.text, levels) };
                found.push(Origin { alias: alias.text.clone(), table: table.name.text.clone(), columns });
            }
            Source::Query { query, alias } => {
                let alias = alias.as_ref().map(|alias| alias.text.clone()).unwrap_or_default();
                let columns = levels.checked_sub(1).and_then(|levels| self.shown_within(query, levels));
                found.push(Origin { table: alias.clone(), alias, columns });
            }
            Source::Join { left, right, .. } => {
                self.source(left, levels, found);
                self.source(right, levels, found);
            }
        }
    }

    /// The sources of a whole `FROM`.
    pub(super) fn sources(&self, from: &[Source]) -> Sources {
        let mut found = Sources::new();
        from.iter().for_each(|source| self.source(source, MOST_LEVELS, &mut found));
        found
    }
}

/// One source of a `FROM`.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub alias: String,
    /// The table or query itself; empty for the names a query gives its own columns.
    pub table: String,
    /// None where they are not known.
    pub columns: Option<Vec<KnownColumn>>,
}

pub(super) type Sources = Vec<Origin>;

fn kind_of(sources: &Sources, name: &str) -> Option<String> {
    let columns = sources.iter().filter_map(|origin| origin.columns.as_ref()).flatten();
    columns.into_iter().find(|column| column.name.eq_ignore_ascii_case(name))?.kind.clone()
}
