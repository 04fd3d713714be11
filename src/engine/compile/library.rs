//! What the compiler asks of the function library: whether a name is in it, and what a named constant is worth.

use crate::engine::value::{Value, constants, functions};

/// Functions that answer by the pure library although their name may also be a statement's.
pub(super) fn knows(name: &str) -> bool {
    functions::resolve(name).is_some() || constants::constant(name).is_some()
}

/// A named constant of the libraries.
pub(super) fn constant(name: &str) -> Option<Value> {
    constants::constant(name)
}
