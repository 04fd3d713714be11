//! What the object model needs of its arguments: VBA's Let-coercions (`value::coerce`) with errors as faults, and the values it
//! answers with.

use std::sync::Arc;

use crate::engine::value::{Fault, Value, coerce};

/// The number of a value, when it is one or reads as one.
pub fn number(value: &Value) -> Option<f64> {
    coerce::to_double(value).ok()
}

/// Whether a value is of a numeric subtype.
pub fn is_numeric(value: &Value) -> bool {
    !matches!(value, Value::Text(_) | Value::Empty | Value::Boolean(_)) && number(value).is_some()
}

/// A whole number, halves to even.
pub fn whole(value: &Value) -> Result<i64, Fault> {
    Ok(coerce::to_long_long(value)?)
}

/// A truth value.
pub fn truth(value: &Value) -> Result<bool, Fault> {
    Ok(coerce::to_boolean(value)?)
}

/// A text.
pub fn text(value: &Value) -> Result<Arc<str>, Fault> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        other => Ok(coerce::to_text(other)?.into()),
    }
}

/// A text value.
pub fn of_text(text: impl AsRef<str>) -> Value {
    Value::Text(Arc::from(text.as_ref()))
}

/// A Long, as Excel's counts and positions are.
pub fn of_count(count: u32) -> Value {
    Value::Long(i32::try_from(count).unwrap_or(i32::MAX))
}
