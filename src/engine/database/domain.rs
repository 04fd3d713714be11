//! The domain functions of Access: one value out of a table or query, with a criterion written as SQL.

use crate::engine::value::{RunError, Value, coerce, errors};
use crate::lang::sql;

use super::aggregate;
use super::bind::{AggregateFunction, Binder, Frame, Scope};
use super::evaluate::{Run, evaluate};
use super::fault;
use super::select;

/// Which function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    Lookup,
    Count,
    Sum,
    Least,
    Greatest,
    Average,
    First,
    Last,
    Deviation,
    PopulationDeviation,
    Variance,
    PopulationVariance,
}

impl Domain {
    pub(super) fn named(name: &str) -> Option<Domain> {
        Some(match name.to_ascii_lowercase().as_str() {
            "dlookup" => Domain::Lookup,
            "dcount" => Domain::Count,
            "dsum" => Domain::Sum,
            "dmin" => Domain::Least,
            "dmax" => Domain::Greatest,
            "davg" => Domain::Average,
            "dfirst" => Domain::First,
            "dlast" => Domain::Last,
            "dstdev" => Domain::Deviation,
            "dstdevp" => Domain::PopulationDeviation,
            "dvar" => Domain::Variance,
            "dvarp" => Domain::PopulationVariance,
            _ => return None,
        })
    }
}

/// `DXxx(expression, domain, criterion)`.
pub(super) fn compute(domain: Domain, arguments: &[Value], run: &mut Run) -> Result<Value, RunError> {
    let text = |at: usize| match arguments.get(at) {
        None | Some(Value::Missing | Value::Null | Value::Empty) => Ok(None),
        Some(value) => coerce::to_text(value).map(Some),
    };
    let (Some(expression), Some(table)) = (text(0)?, text(1)?) else { return Err(errors::null_use()) };
    let criterion = text(2)?.filter(|criterion| !criterion.trim().is_empty());
    let table = table.trim().trim_matches(|c| c == '[' || c == ']').to_owned();
    let values = run.deeper(&table, |run| column(&expression, &table, criterion.as_deref(), run))?;
    let function = match domain {
        Domain::Lookup | Domain::First => AggregateFunction::First,
        Domain::Count if expression.trim() == "*" => return aggregate::over(AggregateFunction::Count, values),
        Domain::Count => AggregateFunction::Count,
        Domain::Sum => AggregateFunction::Sum,
        Domain::Least => AggregateFunction::Least,
        Domain::Greatest => AggregateFunction::Greatest,
        Domain::Average => AggregateFunction::Average,
        Domain::Last => AggregateFunction::Last,
        Domain::Deviation => AggregateFunction::Deviation,
        Domain::PopulationDeviation => AggregateFunction::PopulationDeviation,
        Domain::Variance => AggregateFunction::Variance,
        Domain::PopulationVariance => AggregateFunction::PopulationVariance,
    };
    aggregate::over(function, values)
}

/// An expression that is read whole; error 3075 otherwise.
pub(super) fn read(text: &str) -> Result<sql::Expr, RunError> {
    let parsed = sql::parse_expression(text);
    match (parsed.expression, parsed.notices.first()) {
        (_, Some(notice)) => Err(fault::syntax(notice)),
        (Some(expression), None) => Ok(expression),
        (None, None) => Err(fault::criteria_mismatch()),
    }
}

/// The expression's value for every row of the domain that meets the criterion.
fn column(expression: &str, table: &str, criterion: Option<&str>, run: &mut Run) -> Result<Vec<Value>, RunError> {
    let every = expression.trim() == "*";
    let value = read(if every { "1" } else { expression })?;
    let filter = criterion.map(read).transpose()?;
    let found = super::join::sources(&[named(table)], None, None, run)?;
    let scope = Scope { columns: &found.columns, outer: None };
    let mut binder = Binder::new(&scope, run);
    let value = binder.bind(&value)?;
    let filter = filter.as_ref().map(|filter| binder.bind(filter)).transpose()?;
    run.check_parameters()?;
    let mut values = Vec::new();
    for row in select::filtered(found.rows, filter.as_ref(), &scope, run)? {
        let frame = Frame { row: &row, aggregates: &[], outer: None };
        values.push(evaluate(&value, &scope, &frame, run)?);
    }
    Ok(values)
}

/// A table or query as the source of a FROM clause.
pub(super) fn named(table: &str) -> sql::Source {
    let name = sql::Name { text: table.to_owned(), at: sql::Span::default() };
    sql::Source::Table { table: sql::TableName { name, external: None }, alias: None }
}
