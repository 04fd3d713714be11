//! Cross-tab queries (`TRANSFORM ... PIVOT`): a grouped query whose last group becomes columns.

use std::collections::HashMap;

use crate::engine::value::{RunError, Value, coerce};
use crate::lang::sql::{Column, Expr, ExprKind, Literal, Query, Select};

use super::bind::ColumnInfo;
use super::evaluate::Run;
use super::fault;
use super::join::Relation;
use super::kind::Kind;
use super::select;
use super::store::{Key, key, order};

/// Columns a result may have (Access: 255 fields in a table).
const MOST_COLUMNS: usize = 255;

/// The rows of a cross-tab query: its row headings, then a column per value of the pivot.
pub(super) fn rows(
    value: &Expr,
    query: &Query,
    pivot: &Expr,
    headings: &[Expr],
    run: &mut Run,
) -> Result<Relation, RunError> {
    let column = |value: &Expr| Column::Value { value: value.clone(), alias: None };
    let mut columns = query.first.columns.clone();
    columns.extend([column(pivot), column(value)]);
    let mut group_by = query.first.group_by.clone();
    group_by.push(pivot.clone());
    let first = Select { columns, group_by, ..query.first.clone() };
    let long = select::query(&Query { first, ..query.clone() }, None, run)?;
    let fixed = long.columns.len().saturating_sub(2);
    let names = match headings {
        [] => found_headings(&long, fixed),
        listed => listed.iter().map(heading).collect::<Result<Vec<String>, RunError>>()?,
    };
    if fixed.saturating_add(names.len()) > MOST_COLUMNS {
        return Err(fault::too_many_columns());
    }
    Ok(turned(long, fixed, names))
}

/// A listed heading as the column it names.
fn heading(listed: &Expr) -> Result<String, RunError> {
    match &listed.kind {
        ExprKind::Literal(Literal::Text(text) | Literal::Date(text)) => Ok(text.clone()),
        ExprKind::Literal(Literal::Integer(number)) => Ok(number.to_string()),
        ExprKind::Literal(Literal::Double(number)) => coerce::to_text(&Value::Double(*number)),
        ExprKind::Literal(Literal::Null) => Ok(name_of(&Value::Null)),
        _ => Err(fault::criteria_mismatch()),
    }
}

/// Access heads the column of Null with `<>`.
fn name_of(value: &Value) -> String {
    match value {
        Value::Null => "<>".to_owned(),
        value => coerce::to_text(value).unwrap_or_default(),
    }
}

/// The pivot's values in their order.
fn found_headings(long: &Relation, fixed: usize) -> Vec<String> {
    let mut values: Vec<&Value> = long.rows.iter().filter_map(|row| row.get(fixed)).collect();
    values.sort_by(|a, b| order(a, b));
    values.dedup_by_key(|value| key(value));
    values.into_iter().map(name_of).collect()
}

fn turned(long: Relation, fixed: usize, names: Vec<String>) -> Relation {
    let mut columns: Vec<ColumnInfo> = long.columns.into_iter().take(fixed).collect();
    let places: HashMap<String, usize> = (fixed..).zip(&names).map(|(at, name)| (name.to_lowercase(), at)).collect();
    let width = fixed.saturating_add(names.len());
    columns.extend(names.into_iter().map(|name| ColumnInfo {
        table: "".into(),
        name: name.into(),
        kind: Kind::Text,
        origin: None,
        row_id: false,
    }));
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut found: HashMap<Vec<Key>, usize> = HashMap::new();
    for row in long.rows {
        let keys = row.iter().take(fixed).map(key).collect();
        let at = *found.entry(keys).or_insert(rows.len());
        if at == rows.len() {
            let mut fresh: Vec<Value> = row.iter().take(fixed).cloned().collect();
            fresh.resize(width, Value::Null);
            rows.push(fresh);
        }
        let place = row.get(fixed).and_then(|pivot| places.get(&name_of(pivot).to_lowercase()));
        let slot = place.and_then(|place| rows.get_mut(at).and_then(|target| target.get_mut(*place)));
        if let (Some(slot), Some(value)) = (slot, row.last()) {
            *slot = value.clone();
        }
    }
    Relation { columns, rows }
}
