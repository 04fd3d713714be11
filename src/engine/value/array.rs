//! VBA arrays: bounds, element positions, ReDim and Preserve.
//! Promises error 9 for an index outside the bounds and error 7 for what no instance could hold; never panics.

use super::{Array, RunError, Subtype, Value, errors};

/// Elements an array may have here; beyond this `ReDim` ends as error 7, as on a machine without the memory.
pub const MOST_ELEMENTS: usize = 16_000_000;
/// VBA's limit on dimensions (Microsoft Learn, "Too many dimensions").
pub const MOST_DIMENSIONS: usize = 60;

impl Subtype {
    /// What a variable of this type holds before it is assigned (MS-VBAL 2.3).
    pub fn default_value(self) -> Value {
        match self {
            Subtype::Variant => Value::Empty,
            Subtype::Boolean => Value::Boolean(false),
            Subtype::Byte => Value::Byte(0),
            Subtype::Integer => Value::Integer(0),
            Subtype::Long => Value::Long(0),
            Subtype::LongLong => Value::LongLong(0),
            Subtype::Single => Value::Single(0.0),
            Subtype::Double => Value::Double(0.0),
            Subtype::Currency => Value::Currency(0),
            Subtype::Decimal => Value::Decimal(rust_decimal::Decimal::ZERO),
            Subtype::Date => Value::Date(0.0),
            Subtype::Text => Value::text(""),
            Subtype::FixedText(length) => Value::text("\0".repeat(length.min(u16::MAX.into()) as usize)),
            Subtype::Object => Value::Nothing,
        }
    }
}

impl Array {
    /// A new array with every element at its default (`ReDim`).
    pub fn dimensioned(element: Subtype, bounds: &[(i32, i32)]) -> Result<Array, RunError> {
        let count = element_count(bounds)?;
        Ok(Array { element, bounds: bounds.to_vec(), elements: vec![element.default_value(); count] })
    }

    /// A one-dimensional array of these elements.
    pub fn of(element: Subtype, lower: i32, elements: Vec<Value>) -> Array {
        let count = i32::try_from(elements.len()).unwrap_or(i32::MAX);
        Array { element, bounds: vec![(lower, lower.saturating_add(count).saturating_sub(1))], elements }
    }

    /// Position of an element among `elements`.
    pub fn position(&self, indices: &[i32]) -> Result<usize, RunError> {
        if indices.len() != self.bounds.len() || indices.is_empty() {
            return Err(errors::subscript());
        }
        let mut position = 0usize;
        let mut stride = 1usize;
        for (&index, &(lower, upper)) in indices.iter().zip(&self.bounds) {
            if index < lower || index > upper {
                return Err(errors::subscript());
            }
            position += distance(lower, index) * stride;
            stride *= distance(lower, upper) + 1;
        }
        Ok(position)
    }

    /// The element at these indices.
    pub fn element(&self, indices: &[i32]) -> Result<&Value, RunError> {
        self.elements.get(self.position(indices)?).ok_or_else(errors::subscript)
    }

    /// Replaces an element, coerced to the element type.
    pub fn put(&mut self, indices: &[i32], value: &Value) -> Result<(), RunError> {
        let position = self.position(indices)?;
        let value = super::coerce::coerce(value, self.element)?;
        let slot = self.elements.get_mut(position).ok_or_else(errors::subscript)?;
        *slot = value;
        Ok(())
    }

    /// `ReDim Preserve`: only the upper bound of the last dimension may change (otherwise error 9).
    pub fn preserved(&self, bounds: &[(i32, i32)]) -> Result<Array, RunError> {
        if self.bounds.is_empty() {
            return Array::dimensioned(self.element, bounds);
        }
        let same_rank = bounds.len() == self.bounds.len();
        let (Some(last), Some(old)) = (bounds.last(), self.bounds.last()) else { return Err(errors::subscript()) };
        let kept = bounds.len().saturating_sub(1);
        if !same_rank || bounds.get(..kept) != self.bounds.get(..kept) || last.0 != old.0 {
            return Err(errors::subscript());
        }
        let count = element_count(bounds)?;
        let mut elements = self.elements.clone();
        elements.resize(count, self.element.default_value());
        Ok(Array { element: self.element, bounds: bounds.to_vec(), elements })
    }

    /// Bounds of a dimension counted from 1 (`LBound`, `UBound`); error 9 without such a dimension.
    pub fn dimension(&self, number: i32) -> Result<(i32, i32), RunError> {
        let at = usize::try_from(number).ok().and_then(|n| n.checked_sub(1)).ok_or_else(errors::subscript)?;
        self.bounds.get(at).copied().ok_or_else(errors::subscript)
    }
}

fn distance(lower: i32, index: i32) -> usize {
    usize::try_from(i64::from(index) - i64::from(lower)).unwrap_or(0)
}

fn element_count(bounds: &[(i32, i32)]) -> Result<usize, RunError> {
    if bounds.is_empty() || bounds.len() > MOST_DIMENSIONS {
        return Err(errors::subscript());
    }
    let mut count = 1usize;
    for &(lower, upper) in bounds {
        if i64::from(upper) < i64::from(lower) {
            return Err(errors::subscript());
        }
        count = count.checked_mul(distance(lower, upper) + 1).ok_or_else(errors::out_of_memory)?;
        if count > MOST_ELEMENTS {
            return Err(errors::out_of_memory());
        }
    }
    Ok(count)
}
