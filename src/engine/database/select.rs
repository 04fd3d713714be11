//! Queries: sources, filter, groups, columns, order. Results are whole relations in memory, within the run's budget.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::engine::value::{RunError, Value};
use crate::lang::sql::{self, BinaryOp, Column, Expr, ExprKind, Literal, Order, Query, Rows, Select, Source, Top};

use super::aggregate;
use super::bind::{Aggregate, Binder, Bound, ColumnInfo, Frame, Outer, Scope};
use super::evaluate::{Run, evaluate, holds};
use super::fault;
use super::join::{self, Relation};
use super::kind::Kind;
use super::store::{Key, key, order, same};

/// Number of the first column without a name: `Expr1000`.
const FIRST_UNNAMED: usize = 1000;

/// The rows of a query.
pub(super) fn query(query: &Query, outer: Option<Outer>, run: &mut Run) -> Result<Relation, RunError> {
    if query.unions.is_empty() {
        return select(&query.first, &query.order_by, outer, run);
    }
    let mut whole = visible(select(&query.first, &[], outer, run)?);
    for part in &query.unions {
        let further = visible(select(&part.select, &[], outer, run)?);
        if further.columns.len() != whole.columns.len() {
            return Err(fault::union_columns());
        }
        whole.rows.extend(further.rows);
        if part.rows != Rows::All {
            distinct(&mut whole.rows);
        }
    }
    for column in &mut whole.columns {
        column.origin = None;
    }
    sort_union(&mut whole, &query.order_by, outer, run)?;
    Ok(whole)
}

/// Without the ids of rows.
pub(super) fn visible(relation: Relation) -> Relation {
    if !relation.columns.iter().any(|column| column.row_id) {
        return relation;
    }
    let keep: Vec<bool> = relation.columns.iter().map(|column| !column.row_id).collect();
    let kept = |row: Vec<Value>| row.into_iter().zip(&keep).filter(|(_, keep)| **keep).map(|(value, _)| value);
    Relation {
        rows: relation.rows.into_iter().map(|row| kept(row).collect()).collect(),
        columns: relation.columns.into_iter().filter(|column| !column.row_id).collect(),
    }
}

fn distinct(rows: &mut Vec<Vec<Value>>) {
    let mut seen: HashSet<Vec<Key>> = HashSet::new();
    rows.retain(|row| seen.insert(row.iter().map(key).collect()));
}

fn sort_union(whole: &mut Relation, terms: &[Order], outer: Option<Outer>, run: &mut Run) -> Result<(), RunError> {
    if terms.is_empty() {
        return Ok(());
    }
    let columns = whole.columns.clone();
    let scope = Scope { columns: &columns, outer };
    let mut bound = Vec::new();
    let mut binder = Binder::new(&scope, run);
    for term in terms {
        bound.push(match ordinal(&term.value, columns.len()) {
            Some(index) => Bound::Column { level: 0, index },
            None => binder.bind(&term.value)?,
        });
    }
    run.check_parameters()?;
    let mut keyed = Vec::with_capacity(whole.rows.len());
    for row in std::mem::take(&mut whole.rows) {
        let frame = Frame { row: &row, aggregates: &[], outer: outer.map(|outer| outer.frame) };
        let keys: Result<Vec<Value>, RunError> = bound.iter().map(|key| evaluate(key, &scope, &frame, run)).collect();
        keyed.push((keys?, row));
    }
    keyed.sort_by(|a, b| compare_keys(&a.0, &b.0, terms));
    whole.rows = keyed.into_iter().map(|(_, row)| row).collect();
    Ok(())
}

/// `ORDER BY 2`: the column of that number.
fn ordinal(value: &Expr, columns: usize) -> Option<usize> {
    let ExprKind::Literal(Literal::Integer(number)) = value.kind else { return None };
    usize::try_from(number).ok()?.checked_sub(1).filter(|index| *index < columns)
}

fn compare_keys(a: &[Value], b: &[Value], terms: &[Order]) -> Ordering {
    for ((a, b), term) in a.iter().zip(b).zip(terms) {
        let ordering = if term.descending { order(b, a) } else { order(a, b) };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

/// A `SELECT` made ready.
struct Plan<'q> {
    columns: Vec<ColumnInfo>,
    values: Vec<Bound<'q>>,
    filter: Option<Bound<'q>>,
    groups: Vec<Bound<'q>>,
    having: Option<Bound<'q>>,
    keys: Vec<Bound<'q>>,
    aggregates: Vec<Aggregate<'q>>,
    grouped: bool,
}

fn select<'q>(
    select: &'q Select,
    terms: &'q [Order],
    outer: Option<Outer>,
    run: &mut Run,
) -> Result<Relation, RunError> {
    let source = join::sources(&select.from, select.filter.as_ref(), outer, run)?;
    let columns = source.columns;
    let scope = Scope { columns: &columns, outer };
    let plan = plan(select, terms, &scope, run)?;
    let mut rows = filtered(source.rows, plan.filter.as_ref(), &scope, run)?;
    if select.from.is_empty() {
        rows = vec![Vec::new()];
    }
    let mut keyed =
        if plan.grouped { grouped(&rows, &plan, &scope, run)? } else { projected(&rows, &plan, &scope, run)? };
    if select.rows == Rows::Distinct {
        let mut seen: HashSet<Vec<Key>> = HashSet::new();
        keyed.retain(|(_, row)| seen.insert(row.iter().map(key).collect()));
    }
    keyed.sort_by(|a, b| compare_keys(&a.0, &b.0, terms));
    cut(&mut keyed, select.top, terms);
    Ok(Relation { columns: plan.columns, rows: keyed.into_iter().map(|(_, row)| row).collect() })
}

/// `TOP`: rows that sort equal to the last one stay (Microsoft Learn, "ALL, DISTINCT, DISTINCTROW, TOP predicates").
fn cut(keyed: &mut Vec<(Vec<Value>, Vec<Value>)>, top: Option<Top>, terms: &[Order]) {
    const WHOLE: usize = 100;
    let wanted = match top {
        None => return,
        Some(Top::Rows(count)) => count as usize,
        Some(Top::Percent(share)) => keyed.len().saturating_mul(share as usize).div_ceil(WHOLE),
    };
    let mut end = wanted.min(keyed.len());
    while let (Some(last), Some(next)) = (end.checked_sub(1).and_then(|last| keyed.get(last)), keyed.get(end)) {
        if terms.is_empty() || compare_keys(&last.0, &next.0, terms) != Ordering::Equal {
            break;
        }
        end += 1;
    }
    keyed.truncate(end);
}

/// The rows a condition holds for.
pub(super) fn filtered(
    rows: Vec<Vec<Value>>,
    filter: Option<&Bound>,
    scope: &Scope,
    run: &mut Run,
) -> Result<Vec<Vec<Value>>, RunError> {
    let Some(filter) = filter else { return Ok(rows) };
    let mut kept = Vec::new();
    for row in rows {
        let frame = Frame { row: &row, aggregates: &[], outer: scope.outer.map(|outer| outer.frame) };
        if holds(&evaluate(filter, scope, &frame, run)?)? {
            kept.push(row);
        }
    }
    Ok(kept)
}

fn plan<'q>(select: &'q Select, terms: &'q [Order], scope: &Scope, run: &mut Run) -> Result<Plan<'q>, RunError> {
    let mut binder = Binder::new(scope, run);
    let filter = select.filter.as_ref().map(|filter| binder.bind(filter)).transpose()?;
    if !binder.aggregates.is_empty() {
        return Err(fault::not_grouped());
    }
    let (mut columns, mut values) = columns(select, &mut binder)?;
    let groups: Result<Vec<Bound>, RunError> = select.group_by.iter().map(|group| binder.bind(group)).collect();
    let groups = groups?;
    let having = select.having.as_ref().map(|having| binder.bind(having)).transpose()?;
    // A name in ORDER BY means a column of the sources, never an alias: Access asks for it as a parameter.
    binder.aliases.clear();
    let mut keys = Vec::new();
    for term in terms {
        keys.push(match ordinal(&term.value, values.len()) {
            Some(index) => values.get(index).cloned().unwrap_or(Bound::Constant(Value::Null)),
            None => binder.bind(&term.value)?,
        });
    }
    let aggregates = binder.aggregates;
    run.check_parameters()?;
    let grouped = !groups.is_empty() || !aggregates.is_empty() || having.is_some();
    if grouped {
        let used = values.iter().chain(&having).chain(&keys);
        if !used.into_iter().all(|value| is_grouped(value, &groups)) {
            return Err(fault::not_grouped());
        }
    } else if select.rows != Rows::Distinct && matches!(select.from.as_slice(), [Source::Table { .. }]) {
        keep_row_id(scope.columns, &mut columns, &mut values);
    }
    Ok(Plan { columns, values, filter, groups, having, keys, aggregates, grouped })
}

/// Rows of one table keep their ids, so that recordsets can change them.
fn keep_row_id<'q>(source: &[ColumnInfo], columns: &mut Vec<ColumnInfo>, values: &mut Vec<Bound<'q>>) {
    let ids: Vec<usize> = (0..source.len()).filter(|&at| source.get(at).is_some_and(|column| column.row_id)).collect();
    if let [index] = ids.as_slice()
        && let Some(column) = source.get(*index)
    {
        columns.push(column.clone());
        values.push(Bound::Column { level: 0, index: *index });
    }
}

type Columns<'q> = (Vec<ColumnInfo>, Vec<Bound<'q>>);

fn columns<'q>(select: &'q Select, binder: &mut Binder<'q, '_, '_>) -> Result<Columns<'q>, RunError> {
    let source = binder.scope.columns;
    let mut columns: Vec<ColumnInfo> = Vec::new();
    let mut values = Vec::new();
    for column in &select.columns {
        match column {
            Column::All { table, .. } => {
                let before = columns.len();
                for (index, info) in (0..).zip(source) {
                    if !info.row_id && table.as_ref().is_none_or(|table| same(&table.text, &info.table)) {
                        columns.push(info.clone());
                        values.push(Bound::Column { level: 0, index });
                    }
                }
                if before == columns.len() && table.is_some() {
                    binder.run.miss(table.as_ref().map_or("", |table| table.text.as_str()));
                }
            }
            Column::Value { value, alias } => {
                let bound = binder.bind(value)?;
                let mut info = match bound {
                    Bound::Column { level: 0, index } => source.get(index).cloned(),
                    _ => None,
                }
                .unwrap_or_else(|| unnamed(columns.len()));
                if let Some(alias) = alias {
                    info.name = alias.text.as_str().into();
                    info.table = "".into();
                    binder.aliases.push((&alias.text, bound.clone()));
                }
                columns.push(info);
                values.push(bound);
            }
        }
    }
    qualify(&mut columns);
    Ok((columns, values))
}

fn unnamed(place: usize) -> ColumnInfo {
    let name = format!("Expr{}", FIRST_UNNAMED.saturating_add(place));
    ColumnInfo { table: "".into(), name: name.into(), kind: Kind::Text, origin: None, row_id: false }
}

/// Two columns of one name carry the names of their tables.
fn qualify(columns: &mut [ColumnInfo]) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for column in columns.iter() {
        *counts.entry(column.name.to_lowercase()).or_default() += 1;
    }
    for column in columns.iter_mut() {
        if counts.get(&column.name.to_lowercase()).is_some_and(|count| *count > 1) && !column.table.is_empty() {
            column.name = format!("{}.{}", column.table, column.name).into();
        }
    }
}

/// Whether an expression has one value per group.
fn is_grouped(value: &Bound, groups: &[Bound]) -> bool {
    if groups.iter().any(|group| equal(value, group)) {
        return true;
    }
    let all = |parts: &[Bound]| parts.iter().all(|part| is_grouped(part, groups));
    match value {
        Bound::Column { level, .. } => *level > 0,
        Bound::Unary(_, inner) | Bound::IsNull(inner, _) => is_grouped(inner, groups),
        Bound::Binary(_, left, right) => is_grouped(left, groups) && is_grouped(right, groups),
        Bound::Between { parts, .. } | Bound::Choice(parts) => all(parts.as_slice()),
        Bound::In { value, list, .. } => is_grouped(value, groups) && all(list),
        Bound::InQuery { value, .. } => is_grouped(value, groups),
        Bound::Quantified { left, .. } => is_grouped(left, groups),
        Bound::Function(_, parts) | Bound::Domain(_, parts) => all(parts),
        Bound::Constant(_) | Bound::Aggregate(_) | Bound::Scalar(_) | Bound::Exists(_) => true,
    }
}

/// Whether two expressions are written the same; sub-queries never are.
fn equal(a: &Bound, b: &Bound) -> bool {
    let all = |a: &[Bound], b: &[Bound]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b));
    match (a, b) {
        (Bound::Constant(a), Bound::Constant(b)) => a == b,
        (Bound::Column { level: a, index: i }, Bound::Column { level: b, index: j }) => (a, i) == (b, j),
        (Bound::Unary(op, a), Bound::Unary(other, b)) => op == other && equal(a, b),
        (Bound::IsNull(a, negated), Bound::IsNull(b, other)) => negated == other && equal(a, b),
        (Bound::Binary(op, a, b), Bound::Binary(other, c, d)) => op == other && equal(a, c) && equal(b, d),
        (Bound::Choice(a), Bound::Choice(b)) => all(a.as_slice(), b.as_slice()),
        (Bound::Function(id, a), Bound::Function(other, b)) => id == other && all(a, b),
        _ => false,
    }
}

type Keyed = Vec<(Vec<Value>, Vec<Value>)>;

fn projected(rows: &[Vec<Value>], plan: &Plan, scope: &Scope, run: &mut Run) -> Result<Keyed, RunError> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(output(row, &[], plan, scope, run)?);
    }
    Ok(found)
}

fn output(
    row: &[Value],
    aggregates: &[Value],
    plan: &Plan,
    scope: &Scope,
    run: &mut Run,
) -> Result<(Vec<Value>, Vec<Value>), RunError> {
    let frame = Frame { row, aggregates, outer: scope.outer.map(|outer| outer.frame) };
    let keys: Result<Vec<Value>, RunError> = plan.keys.iter().map(|key| evaluate(key, scope, &frame, run)).collect();
    let values: Result<Vec<Value>, RunError> =
        plan.values.iter().map(|value| evaluate(value, scope, &frame, run)).collect();
    Ok((keys?, values?))
}

fn grouped(rows: &[Vec<Value>], plan: &Plan, scope: &Scope, run: &mut Run) -> Result<Keyed, RunError> {
    let outer = scope.outer.map(|outer| outer.frame);
    let mut groups: Vec<(Vec<Value>, Vec<&Vec<Value>>)> = Vec::new();
    let mut places: HashMap<Vec<Key>, usize> = HashMap::new();
    for row in rows {
        let frame = Frame { row, aggregates: &[], outer };
        let values: Result<Vec<Value>, RunError> =
            plan.groups.iter().map(|group| evaluate(group, scope, &frame, run)).collect();
        let values = values?;
        let place = *places.entry(values.iter().map(key).collect()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, members)) => members.push(row),
            None => groups.push((values, vec![row])),
        }
    }
    if plan.groups.is_empty() && groups.is_empty() {
        groups.push((Vec::new(), Vec::new()));
    }
    // Jet groups by sorting: groups come in the order of their keys.
    groups.sort_by(|a, b| {
        a.0.iter()
            .zip(&b.0)
            .map(|(a, b)| order(a, b))
            .find(|found| *found != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    });
    let nothing: Vec<Value> = vec![Value::Null; scope.columns.len()];
    let mut found = Vec::new();
    for (_, members) in &groups {
        let mut aggregates = Vec::with_capacity(plan.aggregates.len());
        for wanted in &plan.aggregates {
            aggregates.push(aggregate::compute(wanted, members, scope, run)?);
        }
        let row = members.first().copied().unwrap_or(&nothing);
        let frame = Frame { row, aggregates: &aggregates, outer };
        let stays = match &plan.having {
            Some(having) => holds(&evaluate(having, scope, &frame, run)?)?,
            None => true,
        };
        if stays {
            found.push(output(row, &aggregates, plan, scope, run)?);
        }
    }
    Ok(found)
}

/// The conditions that `AND` joins.
pub(super) fn conjuncts<'q>(filter: Option<&'q Expr>, found: &mut Vec<&'q Expr>) {
    match filter.map(|filter| (&filter.kind, filter)) {
        Some((ExprKind::Binary { op: BinaryOp::And, left, right }, _)) => {
            conjuncts(Some(left), found);
            conjuncts(Some(right), found);
        }
        Some((_, filter)) => found.push(filter),
        None => {}
    }
}

/// A saved query's rows, with its own names; error 3102 when queries use each other.
pub(super) fn saved(name: &str, text: &str, run: &mut Run) -> Result<Relation, RunError> {
    let parsed = sql::parse(text);
    if let Some(notice) = parsed.notices.first() {
        return Err(fault::syntax(notice));
    }
    match parsed.statement {
        Some(statement) => run.deeper(name, |run| shown(&statement.kind, run)),
        None => Err(fault::unknown_table(name)),
    }
}

/// The rows of a statement that shows some; error 3219 for an action query.
pub(super) fn shown(kind: &sql::StatementKind, run: &mut Run) -> Result<Relation, RunError> {
    match kind {
        sql::StatementKind::Query(inner) if inner.first.into.is_none() => query(inner, None, run),
        sql::StatementKind::Transform { value, query, pivot, headings } => {
            super::crosstab::rows(value, query, pivot, headings, run)
        }
        _ => Err(fault::invalid_operation()),
    }
}
