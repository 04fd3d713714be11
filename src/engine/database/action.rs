//! Action queries: INSERT, UPDATE, DELETE and SELECT INTO. What changes is computed first, then done; with `OnError::Fail`
//! a statement is done whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::value::functions::Environment;
use crate::engine::value::{Fault, RunError, Value};
use crate::lang::sql::{Assignment, Expr, Insertion, Name, Query, Select, Source, Statement, StatementKind, TableName};

use super::bind::{Binder, ColumnInfo, Frame, Scope, find};
use super::domain;
use super::evaluate::{Parameters, Run, evaluate};
use super::fault;
use super::join::{self, Relation};
use super::kind::Kind;
use super::select;
use super::store::{Field, Store, Table, same};

/// What happens when a row cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnError {
    /// The statement ends with the row's error and changes nothing (`dbFailOnError`).
    Fail,
    /// The row is left out (`Execute` without options, `RunSQL` without warnings).
    Skip,
}

/// Runs an action query; answers the number of rows it changed. Error 3065 for a query that selects.
pub(super) fn execute(
    store: &mut Store,
    statement: &Statement,
    environment: &Environment,
    parameters: &Parameters,
    on_error: OnError,
) -> Result<u64, Fault> {
    match &statement.kind {
        StatementKind::Query(query) => match &query.first.into {
            Some(target) => make_table(store, query, target, environment, parameters).map_err(Fault::from),
            None => Err(fault::select_executed().into()),
        },
        StatementKind::Insert { target, columns, source } => {
            let mut run = Run::new(store, environment, parameters);
            let rows = inserted(target, columns, source, &mut run)?;
            insert(store, &target.name.text, rows, on_error).map_err(Fault::from)
        }
        StatementKind::Update { from, assignments, filter } => {
            let mut run = Run::new(store, environment, parameters);
            let changes = changed(from, assignments, filter.as_ref(), &mut run)?;
            update(store, changes, on_error).map_err(Fault::from)
        }
        StatementKind::Delete { target, from, filter } => {
            let mut run = Run::new(store, environment, parameters);
            let (table, ids) = doomed(target.as_ref(), from, filter.as_ref(), &mut run)?;
            Ok(store.table_mut(&table).map(|table| table.delete(&ids))?)
        }
        StatementKind::Transform { .. } => Err(fault::select_executed().into()),
        StatementKind::Other { keyword } => {
            Err(fault::refused(&format!("The statement {}", keyword.text.to_uppercase())))
        }
    }
}

/// Values of a new row: those given, else the default of the column.
pub(super) fn completed(table: &Table, given: Vec<(usize, Value)>, run: &mut Run) -> Result<Vec<Value>, RunError> {
    let mut values = Vec::with_capacity(table.fields.len());
    for field in &table.fields {
        values.push(match &field.default {
            Some(text) => default_of(text, run)?,
            None => Value::Null,
        });
    }
    for (at, value) in given {
        if let Some(slot) = values.get_mut(at) {
            *slot = value;
        }
    }
    Ok(values)
}

fn default_of(text: &str, run: &mut Run) -> Result<Value, RunError> {
    let text = text.trim().trim_start_matches('=');
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let expression = domain::read(text)?;
    let scope = Scope { columns: &[], outer: None };
    let bound = Binder::new(&scope, run).bind(&expression)?;
    run.check_parameters()?;
    evaluate(&bound, &scope, &Frame { row: &[], aggregates: &[], outer: None }, run)
}

fn inserted(
    target: &TableName,
    columns: &[Name],
    source: &Insertion,
    run: &mut Run,
) -> Result<Vec<Vec<Value>>, RunError> {
    let store = run.store;
    let table = store.table(&target.name.text).filter(|_| target.external.is_none());
    let table = table.ok_or_else(|| fault::unknown_table(&target.name.text))?;
    let (names, rows) = match source {
        Insertion::Values(values) => (None, vec![constants(values, run)?]),
        Insertion::Query(query) => {
            let found = select::visible(select::query(query, None, run)?);
            let names: Vec<Arc<str>> = found.columns.iter().map(|column| column.name.clone()).collect();
            (Some(names), found.rows)
        }
    };
    let places = places(table, columns, names.as_deref())?;
    let mut complete = Vec::with_capacity(rows.len());
    for row in rows {
        if row.len() != places.len() {
            return Err(fault::value_count());
        }
        complete.push(completed(table, places.iter().copied().zip(row).collect(), run)?);
    }
    Ok(complete)
}

/// Which columns the values go to: those listed; else by name for a query whose columns all fit; else by order.
fn places(table: &Table, columns: &[Name], names: Option<&[Arc<str>]>) -> Result<Vec<usize>, RunError> {
    if !columns.is_empty() {
        let place = |name: &Name| table.field(&name.text).ok_or_else(|| fault::unknown_column(&name.text));
        return columns.iter().map(place).collect();
    }
    match names {
        Some(names) => names.iter().map(|n| table.field(n).ok_or_else(|| fault::unknown_column(n))).collect(),
        None => Ok((0..table.fields.len()).collect()),
    }
}

fn constants(values: &[Expr], run: &mut Run) -> Result<Vec<Value>, RunError> {
    let scope = Scope { columns: &[], outer: None };
    let mut bound = Vec::with_capacity(values.len());
    let mut binder = Binder::new(&scope, run);
    for value in values {
        bound.push(binder.bind(value)?);
    }
    run.check_parameters()?;
    let frame = Frame { row: &[], aggregates: &[], outer: None };
    bound.iter().map(|value| evaluate(value, &scope, &frame, run)).collect()
}

fn insert(store: &mut Store, name: &str, rows: Vec<Vec<Value>>, on_error: OnError) -> Result<u64, RunError> {
    let before = (rows.len() > 1 && on_error == OnError::Fail).then(|| store.clone());
    let table = store.table_mut(name)?;
    let mut done = 0;
    for row in rows {
        match table.insert(row) {
            Ok(_) => done += 1,
            Err(_) if on_error == OnError::Skip => {}
            Err(error) => return undo(store, before, error),
        }
    }
    Ok(done)
}

fn undo(store: &mut Store, before: Option<Store>, error: RunError) -> Result<u64, RunError> {
    if let Some(before) = before {
        *store = before;
    }
    Err(error)
}

/// Changes by table and row: column and new value.
pub(super) type Changes = BTreeMap<(String, i64), Vec<(usize, Value)>>;

fn changed(
    from: &[Source],
    assignments: &[Assignment],
    filter: Option<&Expr>,
    run: &mut Run,
) -> Result<Changes, RunError> {
    let found = join::sources(from, filter, None, run)?;
    let scope = Scope { columns: &found.columns, outer: None };
    let mut targets = Vec::new();
    let mut values = Vec::new();
    let mut binder = Binder::new(&scope, run);
    for assignment in assignments {
        match target(&found.columns, &assignment.column)? {
            Some(target) => targets.push(target),
            None => binder.run.miss(&assignment.column.last().map_or(String::new(), |name| name.text.clone())),
        }
        values.push(binder.bind(&assignment.value)?);
    }
    let filter = filter.map(|filter| binder.bind(filter)).transpose()?;
    run.check_parameters()?;
    let mut changes = Changes::new();
    for row in select::filtered(found.rows, filter.as_ref(), &scope, run)? {
        let frame = Frame { row: &row, aggregates: &[], outer: None };
        for ((table, field, id), value) in targets.iter().zip(&values) {
            let value = evaluate(value, &scope, &frame, run)?;
            // A row that an outer join left empty has no id: there is nothing to change.
            if let Some(Value::LongLong(id)) = row.get(*id) {
                changes.entry((table.to_string(), *id)).or_default().push((*field, value));
            }
        }
    }
    Ok(changes)
}

/// The table, column and place of the row id an assignment writes to; error 3073 for a column that is computed.
fn target(columns: &[ColumnInfo], parts: &[Name]) -> Result<Option<(Arc<str>, usize, usize)>, RunError> {
    let Some(at) = find(columns, parts)? else { return Ok(None) };
    let column = columns.get(at).ok_or_else(fault::update_query)?;
    let (table, field) = column.origin.clone().ok_or_else(fault::update_query)?;
    let id = columns.iter().position(|other| other.row_id && same(&other.table, &column.table));
    Ok(Some((table, field, id.ok_or_else(fault::update_query)?)))
}

pub(super) fn update(store: &mut Store, changes: Changes, on_error: OnError) -> Result<u64, RunError> {
    let before = (changes.len() > 1 && on_error == OnError::Fail).then(|| store.clone());
    let mut done = 0;
    for ((name, id), fields) in changes {
        let table = store.table_mut(&name)?;
        let Some(row) = table.row(id) else { continue };
        let mut values = row.values.clone();
        for (at, value) in fields {
            if let Some(slot) = values.get_mut(at) {
                *slot = value;
            }
        }
        match table.update(id, values) {
            Ok(()) => done += 1,
            Err(_) if on_error == OnError::Skip => {}
            Err(error) => return undo(store, before, error),
        }
    }
    Ok(done)
}

pub(super) fn doomed(
    named: Option<&Name>,
    from: &[Source],
    filter: Option<&Expr>,
    run: &mut Run,
) -> Result<(String, BTreeSet<i64>), RunError> {
    let found = join::sources(from, filter, None, run)?;
    let ids: Vec<usize> = (0..)
        .zip(&found.columns)
        .filter(|(_, column)| column.row_id && named.is_none_or(|name| same(&name.text, &column.table)))
        .map(|(at, _)| at)
        .collect();
    let [id] = ids.as_slice() else {
        return Err(if ids.is_empty() { fault::update_query() } else { fault::delete_target() });
    };
    let table = found.columns.get(*id).and_then(|column| column.origin.clone()).ok_or_else(fault::update_query)?.0;
    let scope = Scope { columns: &found.columns, outer: None };
    let filter = filter.map(|filter| Binder::new(&scope, run).bind(filter)).transpose()?;
    run.check_parameters()?;
    let rows = select::filtered(found.rows, filter.as_ref(), &scope, run)?;
    let gone = rows.iter().filter_map(|row| match row.get(*id) {
        Some(Value::LongLong(id)) => Some(*id),
        _ => None,
    });
    Ok((table.to_string(), gone.collect()))
}

fn make_table(
    store: &mut Store,
    query: &Query,
    target: &TableName,
    environment: &Environment,
    parameters: &Parameters,
) -> Result<u64, RunError> {
    let name = &target.name.text;
    if store.table(name).is_some() || store.query(name).is_some() {
        return Err(fault::exists(name));
    }
    let plain = Query { first: Select { into: None, ..query.first.clone() }, ..query.clone() };
    let found = {
        let mut run = Run::new(store, environment, parameters);
        select::visible(select::query(&plain, None, &mut run)?)
    };
    let mut table = Table::empty(name, fields(&found), Vec::new());
    let mut done = 0;
    for row in found.rows {
        table.insert(row)?;
        done += 1;
    }
    store.tables.push(Arc::new(table));
    Ok(done)
}

fn fields(found: &Relation) -> Vec<Field> {
    let kinds = (0..).zip(&found.columns).map(|(at, column)| kind_of(found, at, column));
    let make = |(column, kind): (&ColumnInfo, Kind)| Field {
        name: column.name.clone(),
        kind,
        required: false,
        size: 0,
        auto_number: false,
        default: None,
    };
    found.columns.iter().zip(kinds).map(make).collect()
}

/// The type of a column of a result: its table's, else that of its first value.
pub(super) fn kind_of(found: &Relation, at: usize, column: &ColumnInfo) -> Kind {
    if column.origin.is_some() {
        return column.kind;
    }
    let mut values = found.rows.iter().filter_map(|row| row.get(at));
    values.find(|value| **value != Value::Null).map_or(Kind::Text, Kind::of)
}

/// Names a statement uses that are neither columns nor among these known ones: its undeclared parameters.
pub(super) fn unknown_names(
    store: &Store,
    statement: &Statement,
    environment: &Environment,
    known: &[String],
) -> Vec<String> {
    let parameters: Parameters = known.iter().map(|name| (name.to_lowercase(), Value::Null)).collect();
    let mut run = Run::new(store, environment, &parameters);
    // Whether the statement would succeed does not matter here: only the names it missed do.
    let _ = match &statement.kind {
        StatementKind::Query(query) => select::query(query, None, &mut run).map(|_| ()),
        StatementKind::Insert { target, columns, source } => inserted(target, columns, source, &mut run).map(|_| ()),
        StatementKind::Update { from, assignments, filter } => {
            changed(from, assignments, filter.as_ref(), &mut run).map(|_| ())
        }
        StatementKind::Delete { target, from, filter } => {
            doomed(target.as_ref(), from, filter.as_ref(), &mut run).map(|_| ())
        }
        kind @ StatementKind::Transform { .. } => select::shown(kind, &mut run).map(|_| ()),
        StatementKind::Other { .. } => Ok(()),
    };
    run.missing
}
