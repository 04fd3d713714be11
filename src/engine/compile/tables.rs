//! What all procedures of a program share while they are compiled: interned shapes, types, names, constants in memory, steps.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use crate::engine::value::Subtype;

use super::capability::Capability;
use super::meta::{Shape, StepMeta, Type};
use super::word::{self, WORD};

/// Imports of the runtime, in order; capabilities follow. Name, parameters (`i` = i32, `l` = i64), result.
pub(super) const IMPORTS: [(&str, &str, &str); 25] = [
    ("binary", "ill", "l"),
    ("unary", "il", "l"),
    ("coerce", "ili", "l"),
    ("truth", "li", "i"),
    ("element", "lii", "i"),
    ("member", "ili", "l"),
    ("global", "ii", "l"),
    ("iterate", "l", "l"),
    ("new_object", "i", "l"),
    ("new_record", "i", "l"),
    ("new_array", "iii", "l"),
    ("redim", "liiii", "l"),
    ("erase", "l", "l"),
    ("collect", "i", ""),
    ("raise", "i", ""),
    ("clear", "", ""),
    ("rest", "ii", "l"),
    ("record", "ii", "l"),
    ("manual", "i", ""),
    ("stop", "", ""),
    ("replace_text", "li", "l"),
    ("is_type", "li", "l"),
    ("concat", "iii", "l"),
    ("event", "ilii", "l"),
    ("terminate", "i", "l"),
];

/// Function index of an import of the runtime.
pub(super) fn import(name: &str) -> u32 {
    IMPORTS.iter().position(|(known, _, _)| *known == name).unwrap_or_default() as u32
}

/// Function index of a capability's import.
pub(super) fn capability_import(capability: Capability) -> u32 {
    let place = Capability::ALL.iter().position(|known| *known == capability).unwrap_or_default();
    (IMPORTS.len() + place) as u32
}

/// Function indexes of the two helpers that find array elements, and of the first procedure.
pub(super) const ELEMENT_1: u32 = (IMPORTS.len() + Capability::ALL.len()) as u32;
pub(super) const ELEMENT_2: u32 = ELEMENT_1 + 1;
/// `entry(procedure, frame) -> status`.
pub(super) const ENTRY: u32 = ELEMENT_1 + 2;
pub(super) const FIRST_PROCEDURE: u32 = ELEMENT_1 + 3;

/// Values numbered in order of first use.
#[derive(Debug)]
pub(super) struct Interned<T> {
    pub all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Interned { all: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Interned<T> {
    pub(super) fn number(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(value.clone());
        self.numbers.insert(value, number);
        number
    }
}

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub shapes: Interned<Shape>,
    pub types: Interned<Type>,
    pub names: Interned<Arc<str>>,
    pub capabilities: BTreeSet<Capability>,
    pub steps: Vec<StepMeta>,
    pub unknown: Vec<super::UnknownName>,
    pub globals_at: u32,
    pub statics_at: u32,
    pub statics: Vec<u8>,
    texts: HashMap<String, u64>,
    wides: HashMap<(u32, i64), u64>,
    empty_arrays: HashMap<u32, u64>,
}

impl Tables {
    /// The address of a global word.
    pub(super) fn global_address(&self, index: u32) -> u32 {
        self.globals_at + index * WORD
    }

    fn object(&mut self, tag: u32, body: &[u8]) -> u64 {
        let address = self.statics_at + self.statics.len() as u32;
        let size = (word::HEADER_BYTES as usize + body.len()).next_multiple_of(WORD as usize);
        self.statics.extend((size as u32).to_le_bytes());
        self.statics.extend(tag.to_le_bytes());
        self.statics.extend(body);
        let end = (address - self.statics_at) as usize + size;
        self.statics.resize(end, 0);
        word::word(tag, address)
    }

    /// The word of a text constant.
    pub(super) fn text(&mut self, text: &str) -> u64 {
        if let Some(found) = self.texts.get(text) {
            return *found;
        }
        let mut body = Vec::with_capacity(text.len() + 8);
        body.extend((text.len() as u32).to_le_bytes());
        body.extend((text.encode_utf16().count() as u32).to_le_bytes());
        body.extend(text.as_bytes());
        let made = self.object(word::TEXT, &body);
        self.texts.insert(text.to_string(), made);
        made
    }

    /// The word of a constant LongLong, Currency or Date.
    pub(super) fn wide(&mut self, tag: u32, bits: i64) -> u64 {
        if let Some(found) = self.wides.get(&(tag, bits)) {
            return *found;
        }
        let made = self.object(tag, &bits.to_le_bytes());
        self.wides.insert((tag, bits), made);
        made
    }

    /// An array that was never dimensioned; it has no elements, so all variables of the type share it.
    fn empty_array(&mut self, element: &Type) -> u64 {
        let element = self.types.number(element.clone());
        if let Some(found) = self.empty_arrays.get(&element) {
            return *found;
        }
        let mut body = element.to_le_bytes().to_vec();
        body.resize((word::VECTOR_AT - word::HEADER_BYTES) as usize, 0);
        let made = self.object(word::ARRAY, &body);
        self.empty_arrays.insert(element, made);
        made
    }

    /// What a variable of the type holds before its first assignment; `None` for records, which are made anew.
    pub(super) fn initial(&mut self, kind: &Type) -> Option<u64> {
        Some(match kind {
            Type::Record(_) => return None,
            Type::Array(element) => self.empty_array(element),
            Type::Class(_) | Type::Named(_) => word::word(word::NOTHING, 0),
            Type::Plain(subtype) => match subtype {
                Subtype::Variant => word::word(word::EMPTY, 0),
                Subtype::Boolean => word::word(word::BOOLEAN, 0),
                Subtype::Byte => word::word(word::BYTE, 0),
                Subtype::Integer => word::word(word::INTEGER, 0),
                Subtype::Long => word::word(word::LONG, 0),
                Subtype::Single => word::word(word::SINGLE, 0),
                Subtype::Double => 0,
                Subtype::LongLong => self.wide(word::LONG_LONG, 0),
                Subtype::Currency => self.wide(word::CURRENCY, 0),
                Subtype::Date => self.wide(word::DATE, 0),
                Subtype::Decimal => self.object(word::DECIMAL, &rust_decimal::Decimal::ZERO.serialize()),
                Subtype::Text => self.text(""),
                Subtype::FixedText(length) => {
                    let length = (*length as usize).min(u16::MAX as usize);
                    self.text(&"\0".repeat(length))
                }
                Subtype::Object => word::word(word::NOTHING, 0),
            },
        })
    }
}
