//! Declared type names to types: VBA's own, the DSL's storage types, classes and records of the program.

use std::sync::Arc;

use crate::engine::value::Subtype;

use super::code::Rep;
use super::meta::Type;
use super::scope::{Scope, key};

/// How values of a declared type lie on the wasm stack. In typed slots the word's tag is known.
pub(super) fn rep(kind: &Type) -> Rep {
    match kind {
        Type::Plain(Subtype::Integer) => Rep::I16,
        Type::Plain(Subtype::Long) => Rep::I32,
        Type::Plain(Subtype::Double) => Rep::F64,
        Type::Plain(Subtype::Boolean) => Rep::Bool,
        _ => Rep::Any,
    }
}

/// Characters of a fixed-length string (Microsoft, "String data type": about 64 K).
const LONGEST_FIXED_TEXT: u32 = 65_526;

pub(super) const VARIANT: Type = Type::Plain(Subtype::Variant);

/// The type a name stands for. In strict workflows every number is a double, so no literal and no field can overflow an Integer.
pub(super) fn named(name: &str, scope: &Scope, module: Option<usize>, strict: bool) -> Type {
    let name = name.trim();
    if let Some(element) = name.strip_suffix("()") {
        return Type::Array(Box::new(named(element, scope, module, strict)));
    }
    if let Some(length) = name.split_once('*').and_then(|(_, length)| length.trim().parse::<u32>().ok()) {
        return Type::Plain(Subtype::FixedText(length.min(LONGEST_FIXED_TEXT)));
    }
    let base = name.split(['(', ' ']).next().unwrap_or(name);
    if strict {
        return strict_type(base);
    }
    match vba(base) {
        Some(kind) => Type::Plain(kind),
        None => scope.user_type(module, &key(name)).unwrap_or_else(|| storage(name, base)),
    }
}

fn vba(name: &str) -> Option<Subtype> {
    Some(match name.to_ascii_lowercase().as_str() {
        "" | "variant" | "any" => Subtype::Variant,
        "boolean" => Subtype::Boolean,
        "byte" => Subtype::Byte,
        "integer" => Subtype::Integer,
        "long" => Subtype::Long,
        "longlong" | "longptr" => Subtype::LongLong,
        "single" => Subtype::Single,
        "double" | "float" => Subtype::Double,
        "currency" => Subtype::Currency,
        "decimal" => Subtype::Decimal,
        "date" | "datetime" | "time" => Subtype::Date,
        "string" | "text" => Subtype::Text,
        _ => return None,
    })
}

/// Object-model classes keep their names; `Object` admits any.
fn storage(name: &str, base: &str) -> Type {
    match base.to_ascii_lowercase().as_str() {
        "uuid" | "email" | "phone" | "iban" | "pan" | "url" => Type::Plain(Subtype::Text),
        _ => Type::Named(Arc::from(name)),
    }
}

fn strict_type(base: &str) -> Type {
    Type::Plain(match base.to_ascii_lowercase().as_str() {
        "boolean" => Subtype::Boolean,
        "integer" | "long" | "longlong" | "byte" | "decimal" | "float" | "double" | "single" | "currency" => {
            Subtype::Double
        }
        "date" | "datetime" | "time" => Subtype::Date,
        "text" | "string" | "uuid" | "email" | "phone" | "iban" | "pan" | "url" => Subtype::Text,
        _ => Subtype::Variant,
    })
}
