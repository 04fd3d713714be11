//! The rows of a FROM clause: tables, saved queries, sub-queries, and their joins. Equal keys join by hashing;
//! any other condition is tried on every pair, within the run's budget.

use std::collections::HashMap;

use crate::engine::value::{RunError, Value};
use crate::lang::sql::{BinaryOp, Expr, ExprKind, JoinKind, Source};

use super::bind::{Binder, Bound, ColumnInfo, Frame, Outer, Scope, find};
use super::evaluate::{Run, evaluate, holds};
use super::fault;
use super::kind::Kind;
use super::select;
use super::store::{Key, Table, key};

/// Values a join may hold at once: about 200 MB.
const MOST_VALUES: usize = 8_000_000;

/// Rows with their columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Relation {
    pub columns: Vec<ColumnInfo>,
    pub rows: Vec<Vec<Value>>,
}

/// Sources side by side; equalities of the filter narrow their product early.
pub(super) fn sources(
    from: &[Source],
    filter: Option<&Expr>,
    outer: Option<Outer>,
    run: &mut Run,
) -> Result<Relation, RunError> {
    let mut found: Option<Relation> = None;
    let mut conditions = Vec::new();
    select::conjuncts(filter, &mut conditions);
    for one in from {
        let next = source(one, outer, run)?;
        found = Some(match found {
            None => next,
            Some(left) => {
                let equal = equalities(&conditions, &left.columns, &next.columns);
                pairs(left, next, JoinKind::Inner, &equal, None, outer, run)?
            }
        });
    }
    Ok(found.unwrap_or_default())
}

fn source(source: &Source, outer: Option<Outer>, run: &mut Run) -> Result<Relation, RunError> {
    match source {
        Source::Table { table, alias } => {
            let alias = alias.as_ref().map_or(table.name.text.as_str(), |alias| alias.text.as_str());
            if table.external.is_some() {
                return Err(fault::unknown_table(&table.name.text));
            }
            named(&table.name.text, alias, run)
        }
        Source::Query { query, alias } => {
            let alias = alias.as_ref().map_or("", |alias| alias.text.as_str());
            let found = run.deeper(alias, |run| select::query(query, outer, run))?;
            Ok(renamed(found, alias))
        }
        Source::Join { kind, left, right, on } => {
            let left = self::source(left, outer, run)?;
            let right = self::source(right, outer, run)?;
            let mut conditions = Vec::new();
            select::conjuncts(on.as_ref(), &mut conditions);
            let equal = equalities(&conditions, &left.columns, &right.columns);
            let rest = if equal.len() == conditions.len() { None } else { on.as_ref() };
            pairs(left, right, *kind, &equal, rest, outer, run)
        }
    }
}

/// A table or saved query; error 3078 when there is neither.
fn named(name: &str, alias: &str, run: &mut Run) -> Result<Relation, RunError> {
    let store = run.store;
    if let Some(table) = store.table(name) {
        run.spend(table.rows.len())?;
        return Ok(rows_of(table, alias));
    }
    let Some(saved) = store.query(name) else { return Err(fault::unknown_table(name)) };
    let found = select::saved(name, &saved.sql, run)?;
    Ok(renamed(found, alias))
}

fn renamed(mut relation: Relation, alias: &str) -> Relation {
    for column in &mut relation.columns {
        column.table = alias.into();
    }
    relation
}

fn rows_of(table: &Table, alias: &str) -> Relation {
    let mut columns: Vec<ColumnInfo> = (0..)
        .zip(&table.fields)
        .map(|(at, field)| ColumnInfo {
            table: alias.into(),
            name: field.name.clone(),
            kind: field.kind,
            origin: Some((table.name.clone(), at)),
            row_id: false,
        })
        .collect();
    columns.push(ColumnInfo {
        table: alias.into(),
        name: "".into(),
        kind: Kind::BigInt,
        origin: Some((table.name.clone(), usize::MAX)),
        row_id: true,
    });
    let row = |row: &super::store::Row| row.values.iter().cloned().chain([Value::LongLong(row.id)]).collect();
    Relation { columns, rows: table.rows.iter().map(row).collect() }
}

/// Pairs of places (left, right) that conditions compare with `=`.
fn equalities(conditions: &[&Expr], left: &[ColumnInfo], right: &[ColumnInfo]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for condition in conditions {
        let ExprKind::Binary { op: BinaryOp::Equal, left: a, right: b } = &condition.kind else { continue };
        let (ExprKind::Name(a), ExprKind::Name(b)) = (&a.kind, &b.kind) else { continue };
        let place = |parts, columns| find(columns, parts).ok().flatten();
        // A name that both sides have is left to the condition itself, which finds it ambiguous.
        match (place(a, left), place(a, right), place(b, left), place(b, right)) {
            (Some(a), None, None, Some(b)) | (None, Some(b), Some(a), None) => found.push((a, b)),
            _ => {}
        }
    }
    found
}

fn pairs(
    left: Relation,
    right: Relation,
    kind: JoinKind,
    equal: &[(usize, usize)],
    condition: Option<&Expr>,
    outer: Option<Outer>,
    run: &mut Run,
) -> Result<Relation, RunError> {
    if kind == JoinKind::Right {
        let width = right.columns.len();
        let swapped: Vec<(usize, usize)> = equal.iter().map(|&(a, b)| (b, a)).collect();
        let mut found = pairs(right, left, JoinKind::Left, &swapped, condition, outer, run)?;
        found.columns.rotate_left(width);
        for row in &mut found.rows {
            let shift = width.min(row.len());
            row.rotate_left(shift);
        }
        return Ok(found);
    }
    let columns: Vec<ColumnInfo> = left.columns.iter().chain(&right.columns).cloned().collect();
    let scope = Scope { columns: &columns, outer };
    let bound = condition.map(|condition| Binder::new(&scope, run).bind(condition)).transpose()?;
    run.check_parameters()?;
    let index = indexed(&right.rows, equal);
    let everything: Vec<usize> = if equal.is_empty() { (0..right.rows.len()).collect() } else { Vec::new() };
    let mut rows = Vec::new();
    for row in &left.rows {
        let wanted = keys(row, equal.iter().map(|pair| pair.0));
        let candidates = match (&wanted, equal.is_empty()) {
            (_, true) => everything.as_slice(),
            (Some(wanted), false) => index.get(wanted).map_or(&[][..], Vec::as_slice),
            (None, false) => &[],
        };
        run.spend(candidates.len().saturating_mul(columns.len().max(1)).saturating_add(1))?;
        let before = rows.len();
        for candidate in candidates.iter().filter_map(|&at| right.rows.get(at)) {
            let joined: Vec<Value> = row.iter().chain(candidate).cloned().collect();
            if matches(bound.as_ref(), &joined, &scope, run)? {
                rows.push(joined);
                if rows.len().saturating_mul(columns.len()) > MOST_VALUES {
                    return Err(fault::resources());
                }
            }
        }
        if kind == JoinKind::Left && rows.len() == before {
            let empty = std::iter::repeat_n(Value::Null, right.columns.len());
            rows.push(row.iter().cloned().chain(empty).collect());
        }
    }
    Ok(Relation { columns, rows })
}

fn matches(bound: Option<&Bound>, row: &[Value], scope: &Scope, run: &mut Run) -> Result<bool, RunError> {
    let Some(bound) = bound else { return Ok(true) };
    let frame = Frame { row, aggregates: &[], outer: scope.outer.map(|outer| outer.frame) };
    holds(&evaluate(bound, scope, &frame, run)?)
}

/// The keys of a row; none when one of them is Null, which equals nothing.
fn keys(row: &[Value], places: impl Iterator<Item = usize>) -> Option<Vec<Key>> {
    let mut found = Vec::new();
    for place in places {
        match row.get(place).map(key) {
            None | Some(Key::Null) => return None,
            Some(key) => found.push(key),
        }
    }
    Some(found)
}

fn indexed(rows: &[Vec<Value>], equal: &[(usize, usize)]) -> HashMap<Vec<Key>, Vec<usize>> {
    let mut index: HashMap<Vec<Key>, Vec<usize>> = HashMap::new();
    if equal.is_empty() {
        return index;
    }
    for (at, row) in (0..).zip(rows) {
        if let Some(found) = keys(row, equal.iter().map(|pair| pair.1)) {
            index.entry(found).or_default().push(at);
        }
    }
    index
}
