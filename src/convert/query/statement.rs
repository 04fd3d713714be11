//! What each kind of statement becomes. Changes of one table whose parts the expression language can say are steps over its
//! records; other changes keep their SQL.

use std::collections::BTreeMap;

use crate::facts::QueryFacts;
use crate::lang::formula::{MAX_TEXT, print};
use crate::lang::sql::{Assignment, Column, Expr, Insertion, Name, Query, Source, Statement, StatementKind, TableName};
use crate::model::{Action, Expression, Grade, Step, Variable};

use super::catalog::Catalog;
use super::reach::Reach;
use super::{Draft, ROWS, expression, manual, with};

/// The variable that counts rows.
const ROW: &str = "row";

pub(super) fn drafted(query: &QueryFacts, read: &Statement, reach: &Reach, catalog: &Catalog) -> Draft {
    let text = flat(&query.sql);
    let sql = Expression(format!("\"{}\"", text.replace('"', "\"\"")));
    if sql.0.len() > MAX_TEXT {
        return manual(query, "the SQL is longer than the expression language allows");
    }
    match &read.kind {
        StatementKind::Query(inner) if inner.first.into.is_some() => {
            let mut draft = executed(sql, reach, Grade::Approximate);
            draft.notes.push(made_table(inner, catalog));
            draft
        }
        StatementKind::Query(_) => shown(sql, reach, Grade::Exact),
        StatementKind::Transform { headings, .. } if !headings.is_empty() => shown(sql, reach, Grade::Exact),
        StatementKind::Transform { .. } => {
            let mut draft = shown(sql, reach, Grade::Approximate);
            draft
                .notes
                .push(String::from("its columns are the values found at the time; list them to fix their number"));
            draft
        }
        StatementKind::Update { from, assignments, filter } => {
            updated(from, assignments, filter.as_ref(), reach).unwrap_or_else(|| executed(sql, reach, Grade::Exact))
        }
        StatementKind::Delete { from, filter, .. } => {
            deleted(from, filter.as_ref(), reach).unwrap_or_else(|| executed(sql, reach, Grade::Exact))
        }
        StatementKind::Insert { target, columns, source } => {
            let created = match source {
                Insertion::Values(values) => created(target, columns, values, catalog, reach),
                Insertion::Query(inner) => appended(query, target, columns, inner, catalog, reach),
            };
            created.unwrap_or_else(|| executed(sql, reach, Grade::Exact))
        }
        StatementKind::Other { .. } => manual(query, "this kind of statement is not converted"),
    }
}

/// One line, as a reader of the model sees it; what stands between quotation marks is left alone.
fn flat(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quote = None;
    for c in sql.trim().trim_end_matches([';', '\0', ' ', '\r', '\n']).chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '[' => quote = Some(']'),
            None if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

fn step(action: Action, reach: &Reach) -> Step {
    Step { action, reads: reach.reads.clone(), writes: reach.writes.clone(), ..Step::default() }
}

fn variable(name: &str, kind: &str) -> Variable {
    Variable { name: name.to_string(), kind: kind.to_string(), ..Variable::default() }
}

fn shown(sql: Expression, reach: &Reach, grade: Grade) -> Draft {
    let action = Action::Query { sql, with: with(reach), into: Some(Expression::from(ROWS)) };
    Draft {
        steps: vec![step(action, reach)],
        variables: vec![variable(ROWS, "Variant")],
        shows_rows: true,
        grade,
        notes: Vec::new(),
    }
}

fn executed(sql: Expression, reach: &Reach, grade: Grade) -> Draft {
    one(Action::ExecuteSql { sql, with: with(reach), on: None, options: None }, reach, grade)
}

fn one(action: Action, reach: &Reach, grade: Grade) -> Draft {
    Draft { steps: vec![step(action, reach)], variables: Vec::new(), shows_rows: false, grade, notes: Vec::new() }
}

fn made_table(query: &Query, catalog: &Catalog) -> String {
    let name = query.first.into.as_ref().map_or("", |target| target.name.text.as_str());
    if catalog.is_table(name) {
        format!("Access offers to delete the table {name} first; here it must not be there")
    } else {
        format!("it makes the table {name}, which no data model declares")
    }
}

/// The one table of this database a change works on: its name, and the name its fields go by.
fn single(from: &[Source]) -> Option<(String, String)> {
    match from {
        [Source::Table { table, alias }] if table.external.is_none() => {
            let alias = alias.as_ref().unwrap_or(&table.name);
            Some((table.name.text.clone(), alias.text.clone()))
        }
        _ => None,
    }
}

fn condition(filter: Option<&Expr>, alias: &str) -> Option<Option<Expression>> {
    match filter {
        None => Some(None),
        Some(filter) => Some(Some(written(filter, alias)?)),
    }
}

fn written(expr: &Expr, alias: &str) -> Option<Expression> {
    let text = print(&expression::node(expr, alias)?);
    (text.len() <= MAX_TEXT).then_some(Expression(text))
}

fn updated(from: &[Source], assignments: &[Assignment], filter: Option<&Expr>, reach: &Reach) -> Option<Draft> {
    let (model, alias) = single(from)?;
    let mut values = BTreeMap::new();
    for assignment in assignments {
        let field = match assignment.column.as_slice() {
            [field] => field,
            [owner, field] if owner.text.eq_ignore_ascii_case(&alias) => field,
            _ => return None,
        };
        values.insert(field.text.clone(), written(&assignment.value, &alias)?);
    }
    let filter = condition(filter, &alias)?;
    (values.len() == assignments.len())
        .then(|| one(Action::UpdateRecord { model, filter, values }, reach, Grade::Exact))
}

fn deleted(from: &[Source], filter: Option<&Expr>, reach: &Reach) -> Option<Draft> {
    let (model, alias) = single(from)?;
    let filter = condition(filter, &alias)?;
    Some(one(Action::DeleteRecord { model, filter }, reach, Grade::Exact))
}

/// `INSERT INTO t (a, b) VALUES (1, 2)`; without names the columns of the table, in order.
fn created(target: &TableName, columns: &[Name], values: &[Expr], catalog: &Catalog, reach: &Reach) -> Option<Draft> {
    let names = target_columns(target, columns, catalog)?;
    if names.len() != values.len() {
        return None;
    }
    let mut given = BTreeMap::new();
    for (name, value) in names.into_iter().zip(values) {
        given.insert(name, written(value, "")?);
    }
    Some(one(Action::CreateRecord { model: target.name.text.clone(), values: given }, reach, Grade::Exact))
}

fn target_columns(target: &TableName, columns: &[Name], catalog: &Catalog) -> Option<Vec<String>> {
    if target.external.is_some() {
        return None;
    }
    if !columns.is_empty() {
        return Some(columns.iter().map(|column| column.text.clone()).collect());
    }
    Some(catalog.columns(&target.name.text)?.into_iter().map(|column| column.name).collect())
}

/// `INSERT INTO t SELECT ...`: the rows, then a record for each.
fn appended(
    query: &QueryFacts,
    target: &TableName,
    columns: &[Name],
    inner: &Query,
    catalog: &Catalog,
    reach: &Reach,
) -> Option<Draft> {
    // Without a list the columns of the query go by their names.
    let shown = catalog.shown(inner);
    let names = if columns.is_empty() {
        shown?.into_iter().map(|column| column.name).collect()
    } else {
        let all = inner.first.columns.iter().any(|column| matches!(column, Column::All { .. }));
        let count = if all { shown?.len() } else { inner.first.columns.len() };
        target_columns(target, columns, catalog).filter(|names| names.len() == count)?
    };
    if target.external.is_some() || names.iter().any(String::is_empty) {
        return None;
    }
    let select = select_of(query, inner)?;
    let rows = Expression(format!("\"{}\"", select.replace('"', "\"\"")));
    let cell = |place: usize| Expression(format!("{ROWS}({ROW}, {place})"));
    let values: BTreeMap<String, Expression> = (0..).zip(&names).map(|(at, name)| (name.clone(), cell(at))).collect();
    if values.len() != names.len() {
        return None;
    }
    let create = step(Action::CreateRecord { model: target.name.text.clone(), values }, &writing(reach));
    let read =
        step(Action::Query { sql: rows, with: with(reach), into: Some(Expression::from(ROWS)) }, &reading(reach));
    let each = Action::For {
        variable: Expression::from(ROW),
        from: Expression::from("0"),
        to: Expression(format!("UBOUND({ROWS}, 1)")),
        by: None,
        steps: vec![create],
    };
    Some(Draft {
        steps: vec![read, Step { action: each, ..Step::default() }],
        variables: vec![variable(ROWS, "Variant"), variable(ROW, "Long")],
        shows_rows: false,
        grade: Grade::Approximate,
        notes: vec![String::from("a record that the table refuses ends it, and the records before it stay")],
    })
}

fn reading(reach: &Reach) -> Reach {
    Reach { writes: Vec::new(), ..reach.clone() }
}

fn writing(reach: &Reach) -> Reach {
    Reach { reads: Vec::new(), ..reach.clone() }
}

/// The text of the query within an `INSERT`, with the parameters the whole statement declares.
fn select_of(query: &QueryFacts, inner: &Query) -> Option<String> {
    let body = query.sql.get(inner.first.at.start as usize..)?;
    let declared = query.sql.trim_start().get(..10).is_some_and(|word| word.eq_ignore_ascii_case("PARAMETERS"));
    let head = if declared { query.sql.split_inclusive(';').next().unwrap_or_default() } else { "" };
    Some(flat(&format!("{head} {body}")))
}
