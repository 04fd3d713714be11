//! Functions that make or measure arrays.

use super::{Environment, Function, arg, function, long_or, variadic};
use crate::engine::value::{Array, RunError, Subtype, Value, errors};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("array", array),
    function("lbound", &["arrayname", "dimension"], 1, |values, _| bound(values).map(|bounds| Value::Long(bounds.0))),
    function("ubound", &["arrayname", "dimension"], 1, |values, _| bound(values).map(|bounds| Value::Long(bounds.1))),
];

/// Starts at `Option Base`; `VBA.Array` starts at 0.
fn array(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    Ok(Value::Array(Array::of(Subtype::Variant, environment.base, values.to_vec()).into()))
}

/// Bounds of a dimension; error 9 before the first ReDim, 13 for what is no array.
fn bound(values: &[Value]) -> Result<(i32, i32), RunError> {
    match arg(values, 0) {
        Value::Array(array) => array.dimension(long_or(values, 1, 1)?),
        _ => Err(errors::mismatch()),
    }
}
