//! What the compiler asks of the function library: whether a name is in it, what a named constant is worth, and which functions
//! are declared with a type of their own.

use crate::engine::value::{Subtype, Value, constants, functions};

/// Functions that answer by the pure library although their name may also be a statement's.
pub(super) fn knows(name: &str) -> bool {
    functions::resolve(name).is_some() || constants::constant(name).is_some()
}

/// A named constant of the libraries.
pub(super) fn constant(name: &str) -> Option<Value> {
    constants::constant(name)
}

/// The declared type of a function's result where it is not Variant (MS-VBAL 6.1.2.3.1, 6.1.2.11.1): it decides whether an
/// operator overflows or widens, and whether a comparison is one of numbers.
pub(super) fn result(name: &str) -> Option<Subtype> {
    Some(match name.to_ascii_lowercase().as_str() {
        "cbool" | "isarray" | "isdate" | "isempty" | "iserror" | "ismissing" | "isnull" | "isnumeric" | "isobject" => {
            Subtype::Boolean
        }
        "cbyte" => Subtype::Byte,
        "cint" | "asc" | "ascw" => Subtype::Integer,
        "clng" => Subtype::Long,
        "clnglng" | "clngptr" => Subtype::LongLong,
        "csng" => Subtype::Single,
        "cdbl" | "val" | "sqr" => Subtype::Double,
        "ccur" => Subtype::Currency,
        "cdate" => Subtype::Date,
        "cstr" | "typename" | "strreverse" | "replace" => Subtype::Text,
        _ => return None,
    })
}
