//! Functions over groups: Null is left out, an empty group counts 0 and has no other result.

use crate::engine::value::{RunError, Value, coerce};
use crate::lang::sql::BinaryOp;

use super::bind::{Aggregate, AggregateFunction, Frame, Scope};
use super::evaluate::{Run, binary, evaluate};
use super::store::order;

/// One aggregate over the rows of a group.
pub(super) fn compute(
    wanted: &Aggregate,
    rows: &[&Vec<Value>],
    scope: &Scope,
    run: &mut Run,
) -> Result<Value, RunError> {
    let Some(argument) = &wanted.argument else { return Ok(count(rows.len())) };
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let frame = Frame { row, aggregates: &[], outer: scope.outer.map(|outer| outer.frame) };
        values.push(evaluate(argument, scope, &frame, run)?);
    }
    over(wanted.function, values)
}

fn count(number: usize) -> Value {
    Value::Long(i32::try_from(number).unwrap_or(i32::MAX))
}

/// An aggregate of these values.
pub(super) fn over(function: AggregateFunction, mut values: Vec<Value>) -> Result<Value, RunError> {
    use AggregateFunction as F;
    match function {
        // The first and last rows count as they are, Null included.
        F::First => return Ok(values.into_iter().next().unwrap_or(Value::Null)),
        F::Last => return Ok(values.pop().unwrap_or(Value::Null)),
        _ => values.retain(|value| !matches!(value, Value::Null | Value::Empty)),
    }
    match function {
        F::Count => Ok(count(values.len())),
        F::Sum => sum(&values),
        F::Average if values.is_empty() => Ok(Value::Null),
        F::Average => binary(BinaryOp::Divide, &sum(&values)?, &count(values.len())).map(|mean| match values.first() {
            Some(Value::Currency(_)) => coerce::to_currency(&mean).map(Value::Currency).unwrap_or(mean),
            _ => mean,
        }),
        F::Least => Ok(values.into_iter().min_by(order).unwrap_or(Value::Null)),
        F::Greatest => Ok(values.into_iter().max_by(order).unwrap_or(Value::Null)),
        _ => spread(function, &values),
    }
}

/// Whole numbers sum to Double, as `Sum` of Jet does; Currency and Decimal stay exact.
fn sum(values: &[Value]) -> Result<Value, RunError> {
    let Some(first) = values.first() else { return Ok(Value::Null) };
    if matches!(first, Value::Currency(_) | Value::Decimal(_)) {
        let mut total = first.clone();
        for value in values.iter().skip(1) {
            total = binary(BinaryOp::Add, &total, value)?;
        }
        return Ok(total);
    }
    let mut total = 0.0;
    for value in values {
        total += coerce::to_double(value)?;
    }
    Ok(Value::Double(total))
}

/// Variance and deviation, of a sample (two values at least) or of all.
fn spread(function: AggregateFunction, values: &[Value]) -> Result<Value, RunError> {
    use AggregateFunction as F;
    let numbers: Result<Vec<f64>, RunError> = values.iter().map(coerce::to_double).collect();
    let numbers = numbers?;
    let all = numbers.len() as f64;
    let sample = matches!(function, F::Deviation | F::Variance);
    let divisor = if sample { all - 1.0 } else { all };
    if divisor <= 0.0 {
        return Ok(Value::Null);
    }
    let mean = numbers.iter().sum::<f64>() / all;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / divisor;
    let deviation = matches!(function, F::Deviation | F::PopulationDeviation);
    Ok(Value::Double(if deviation { variance.sqrt() } else { variance }))
}
