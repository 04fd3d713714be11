//! Expressions bound to columns, parameters and functions, once per query, so that rows are computed without names.
//! A name that is no column is a parameter; those without a value are counted, for error 3061.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use crate::engine::value::functions::{self, FunctionId};
use crate::engine::value::{RunError, Value, parse};
use crate::lang::sql::{BinaryOp, Expr, ExprKind, InSet, Literal, Name, Quantifier, Query, UnaryOp};

use super::evaluate::Run;
use super::fault;
use super::kind::Kind;
use super::store::same;

/// A column of an intermediate result.
#[derive(Debug, Clone)]
pub(super) struct ColumnInfo {
    /// Alias of the source it comes from.
    pub table: Arc<str>,
    pub name: Arc<str>,
    pub kind: Kind,
    /// Table and position of the column it is, where it is one.
    pub origin: Option<(Arc<str>, usize)>,
    /// Carries the id of the source's row; has no name.
    pub row_id: bool,
}

/// What names mean inside a query.
pub(super) struct Scope<'s> {
    pub columns: &'s [ColumnInfo],
    pub outer: Option<Outer<'s>>,
}

/// The query around a sub-query, with its current row.
#[derive(Clone, Copy)]
pub(super) struct Outer<'s> {
    pub scope: &'s Scope<'s>,
    pub frame: &'s Frame<'s>,
    /// Set once the sub-query uses the row: its result then holds for that row only.
    pub used: &'s Cell<bool>,
}

/// The current row of each query around an expression.
pub(super) struct Frame<'s> {
    pub row: &'s [Value],
    pub aggregates: &'s [Value],
    pub outer: Option<&'s Frame<'s>>,
}

/// A sub-query, with its rows once they are known to hold for every row outside.
#[derive(Debug, Clone)]
pub(super) struct Sub<'q> {
    pub query: &'q Query,
    pub rows: OnceCell<Arc<Vec<Vec<Value>>>>,
}

/// A bound expression.
#[derive(Debug, Clone)]
pub(super) enum Bound<'q> {
    Constant(Value),
    /// A column so many queries outwards.
    Column {
        level: usize,
        index: usize,
    },
    Unary(UnaryOp, Box<Bound<'q>>),
    Binary(BinaryOp, Box<Bound<'q>>, Box<Bound<'q>>),
    Between {
        parts: Box<[Bound<'q>; 3]>,
        negated: bool,
    },
    In {
        value: Box<Bound<'q>>,
        list: Vec<Bound<'q>>,
        negated: bool,
    },
    InQuery {
        value: Box<Bound<'q>>,
        sub: Sub<'q>,
        negated: bool,
    },
    IsNull(Box<Bound<'q>>, bool),
    /// The part not asked for is not computed.
    Choice(Box<[Bound<'q>; 3]>),
    Function(FunctionId, Vec<Bound<'q>>),
    Domain(super::domain::Domain, Vec<Bound<'q>>),
    Aggregate(usize),
    Scalar(Sub<'q>),
    Exists(Sub<'q>),
    Quantified {
        op: BinaryOp,
        left: Box<Bound<'q>>,
        quantifier: Quantifier,
        sub: Sub<'q>,
    },
}

/// A function over the rows of a group.
#[derive(Debug, Clone)]
pub(super) struct Aggregate<'q> {
    pub function: AggregateFunction,
    /// None: `Count(*)`.
    pub argument: Option<Bound<'q>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AggregateFunction {
    Count,
    Sum,
    Average,
    Least,
    Greatest,
    First,
    Last,
    Deviation,
    PopulationDeviation,
    Variance,
    PopulationVariance,
}

impl AggregateFunction {
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "count" => Self::Count,
            "sum" => Self::Sum,
            "avg" => Self::Average,
            "min" => Self::Least,
            "max" => Self::Greatest,
            "first" => Self::First,
            "last" => Self::Last,
            "stdev" => Self::Deviation,
            "stdevp" => Self::PopulationDeviation,
            "var" => Self::Variance,
            "varp" => Self::PopulationVariance,
            _ => return None,
        })
    }
}

/// Binds the expressions of one query.
pub(super) struct Binder<'q, 's, 'r> {
    pub scope: &'s Scope<'s>,
    pub run: &'s mut Run<'r>,
    /// Aggregates met so far.
    pub aggregates: Vec<Aggregate<'q>>,
    /// Columns of the same `SELECT` that have a name of their own.
    pub aliases: Vec<(&'q str, Bound<'q>)>,
    pub in_aggregate: bool,
}

impl<'q, 's, 'r> Binder<'q, 's, 'r> {
    pub(super) fn new(scope: &'s Scope<'s>, run: &'s mut Run<'r>) -> Self {
        Binder { scope, run, aggregates: Vec::new(), aliases: Vec::new(), in_aggregate: false }
    }

    fn boxed(&mut self, expr: &'q Expr) -> Result<Box<Bound<'q>>, RunError> {
        self.bind(expr).map(Box::new)
    }

    fn all(&mut self, list: &'q [Expr]) -> Result<Vec<Bound<'q>>, RunError> {
        list.iter().map(|item| self.bind(item)).collect()
    }

    /// Binds an expression; recursion is bounded by the parser's bound on height.
    pub(super) fn bind(&mut self, expr: &'q Expr) -> Result<Bound<'q>, RunError> {
        self.run.check_height(expr.height)?;
        let sub = |query| Sub { query, rows: OnceCell::new() };
        Ok(match &expr.kind {
            ExprKind::Literal(literal) => Bound::Constant(constant(literal)?),
            ExprKind::Name(parts) => self.name(parts)?,
            ExprKind::Star => Bound::Constant(Value::Long(1)),
            ExprKind::Unary { op, operand } => Bound::Unary(*op, self.boxed(operand)?),
            ExprKind::Binary { op, left, right } => Bound::Binary(*op, self.boxed(left)?, self.boxed(right)?),
            ExprKind::Between { value, low, high, negated } => {
                let parts = Box::new([self.bind(value)?, self.bind(low)?, self.bind(high)?]);
                Bound::Between { parts, negated: *negated }
            }
            ExprKind::In { value, set: InSet::List(list), negated } => {
                Bound::In { value: self.boxed(value)?, list: self.all(list)?, negated: *negated }
            }
            ExprKind::In { value, set: InSet::Query(query), negated } => {
                Bound::InQuery { value: self.boxed(value)?, sub: sub(query), negated: *negated }
            }
            ExprKind::IsNull { value, negated } => Bound::IsNull(self.boxed(value)?, *negated),
            ExprKind::Call { name, arguments } => self.call(name, arguments)?,
            ExprKind::Subquery(query) => Bound::Scalar(sub(query)),
            ExprKind::Exists(query) => Bound::Exists(sub(query)),
            ExprKind::Quantified { op, left, quantifier, query } => {
                Bound::Quantified { op: *op, left: self.boxed(left)?, quantifier: *quantifier, sub: sub(query) }
            }
        })
    }

    fn name(&mut self, parts: &'q [Name]) -> Result<Bound<'q>, RunError> {
        if let Some((level, index)) = resolve(self.scope, parts, 0)? {
            return Ok(Bound::Column { level, index });
        }
        if let [only] = parts
            && let Some((_, bound)) = self.aliases.iter().find(|(alias, _)| same(alias, &only.text))
        {
            return Ok(bound.clone());
        }
        let written: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        let written = written.join("!");
        if let Some(value) = self.run.parameter(&written) {
            return Ok(Bound::Constant(value));
        }
        self.run.miss(&written);
        Ok(Bound::Constant(Value::Null))
    }

    fn call(&mut self, name: &'q Name, arguments: &'q [Expr]) -> Result<Bound<'q>, RunError> {
        if let (Some(function), [argument]) = (AggregateFunction::named(&name.text), arguments)
            && !self.in_aggregate
        {
            return self.aggregate(function, argument);
        }
        if let Some(domain) = super::domain::Domain::named(&name.text) {
            return Ok(Bound::Domain(domain, self.all(arguments)?));
        }
        let bound = self.all(arguments)?;
        if name.text.eq_ignore_ascii_case("iif") {
            let parts: [Bound<'q>; 3] = bound.try_into().map_err(|_| crate::engine::value::errors::argument_count())?;
            return Ok(Bound::Choice(Box::new(parts)));
        }
        let id = functions::resolve(&name.text).ok_or_else(|| fault::unknown_function(&name.text))?;
        Ok(Bound::Function(id, bound))
    }

    fn aggregate(&mut self, function: AggregateFunction, argument: &'q Expr) -> Result<Bound<'q>, RunError> {
        self.in_aggregate = true;
        let argument = match &argument.kind {
            ExprKind::Star => Ok(None),
            _ => self.bind(argument).map(Some),
        };
        self.in_aggregate = false;
        self.aggregates.push(Aggregate { function, argument: argument? });
        Ok(Bound::Aggregate(self.aggregates.len() - 1))
    }
}

/// A literal's value; the engine reads `#...#` month first.
fn constant(literal: &Literal) -> Result<Value, RunError> {
    Ok(match literal {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Integer(value) => Value::Long(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::Text(text) | Literal::Guid(text) => Value::text(text),
        Literal::Date(text) => Value::Date(parse::date(text.trim(), None).ok_or_else(fault::criteria_mismatch)?),
    })
}

/// The place of a column: in this query, else in the ones around it. Error 3079 when several columns fit.
fn resolve(scope: &Scope, parts: &[Name], level: usize) -> Result<Option<(usize, usize)>, RunError> {
    if let Some(index) = find(scope.columns, parts)? {
        return Ok(Some((level, index)));
    }
    let Some(outer) = scope.outer else { return Ok(None) };
    let found = resolve(outer.scope, parts, level + 1)?;
    if found.is_some() {
        outer.used.set(true);
    }
    Ok(found)
}

/// The place of a column among these, by `field` or `table.field`.
pub(super) fn find(columns: &[ColumnInfo], parts: &[Name]) -> Result<Option<usize>, RunError> {
    let (table, name) = match parts {
        [name] => (None, &name.text),
        [table, name] => (Some(&table.text), &name.text),
        _ => return Ok(None),
    };
    let fits = |column: &ColumnInfo| {
        !column.row_id && same(&column.name, name) && table.is_none_or(|table| same(&column.table, table))
    };
    let mut found = (0..).zip(columns).filter(|(_, column)| fits(column)).map(|(at, _)| at);
    let first = found.next();
    if first.is_some() && found.next().is_some() {
        return Err(fault::ambiguous(name));
    }
    Ok(first)
}
