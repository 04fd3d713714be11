//! Words of linear memory to values of the host and back.

use std::sync::Arc;

use rust_decimal::Decimal;
use wasmtime::AsContextMut;

use crate::engine::compile::meta::{FieldMeta, Type};
use crate::engine::compile::word::{self, WORD};
use crate::engine::value::array::MOST_ELEMENTS;
use crate::engine::value::{Array, HostObject, Object, Subtype, Value};

use super::state::{Answer, State, Vm, raised};

/// Arrays and records may nest this deep; deeper is error 28.
const MAX_NESTING: u32 = 64;
/// "Out of stack space".
const OUT_OF_STACK: i32 = 28;

impl<C: AsContextMut<Data = State>> Vm<C> {
    // ---- words to values ----

    pub(super) fn decode(&mut self, from: u64) -> Value {
        self.decode_nested(from, 0)
    }

    fn decode_nested(&mut self, from: u64, depth: u32) -> Value {
        if word::is_double(from) {
            return Value::Double(f64::from_bits(from));
        }
        let low = word::low(from);
        match word::tag(from) {
            word::NULL => Value::Null,
            word::MISSING => Value::Missing,
            word::NOTHING => Value::Nothing,
            word::BOOLEAN => Value::Boolean(low != 0),
            word::BYTE => Value::Byte(low as u8),
            word::INTEGER => Value::Integer(low as i16),
            word::LONG => Value::Long(low as i32),
            word::SINGLE => Value::Single(f32::from_bits(low)),
            word::ERROR => Value::Error(low as i32),
            word::TEXT => Value::Text(Arc::from(self.text_at(low).as_ref())),
            word::LONG_LONG => Value::LongLong(self.word(low + word::WIDE_AT) as i64),
            word::CURRENCY => Value::Currency(self.word(low + word::WIDE_AT) as i64),
            word::DATE => Value::Date(f64::from_bits(self.word(low + word::WIDE_AT))),
            word::DECIMAL => self
                .slice(low + word::WIDE_AT, 16)
                .try_into()
                .map_or(Value::Empty, |bytes| Value::Decimal(Decimal::deserialize(bytes))),
            word::ARRAY if depth < MAX_NESTING => Value::Array(Arc::new(self.decode_array(low, depth))),
            word::HOST => Value::Object(Object::Host(self.host_object(low))),
            word::COLLECTION | word::DICTIONARY | word::RECORD | word::INSTANCE => Value::Object(Object::Guest(low)),
            _ => Value::Empty,
        }
    }

    /// The text of a text object.
    pub(super) fn text_at(&mut self, address: u32) -> std::borrow::Cow<'_, str> {
        let length = self.u32(address + word::TEXT_BYTES_AT);
        String::from_utf8_lossy(self.slice(address + word::TEXT_AT, length))
    }

    fn decode_array(&mut self, address: u32, depth: u32) -> Array {
        let element = self.element_subtype(address);
        let bounds = self.array_bounds(address);
        let (data, count) = self.array_data(address);
        let elements = (0..count).map(|place| {
            let at = data + place * WORD;
            let found = self.word(at);
            self.decode_nested(found, depth + 1)
        });
        Array { element, bounds, elements: elements.collect() }
    }

    /// The bounds of an array object.
    pub(super) fn array_bounds(&mut self, address: u32) -> Vec<(i32, i32)> {
        const MOST: u32 = 60;
        let dimensions = self.u32(address + word::ARRAY_DIMENSIONS_AT).min(MOST);
        let at = |place: u32| address + word::ARRAY_BOUNDS_AT + place * WORD;
        (0..dimensions).map(|place| (self.u32(at(place)) as i32, self.u32(at(place) + 4) as i32)).collect()
    }

    /// Where the elements of an array start, and how many there are.
    pub(super) fn array_data(&mut self, address: u32) -> (u32, u32) {
        let dimensions = self.u32(address + word::ARRAY_DIMENSIONS_AT);
        let data = address.saturating_add(word::ARRAY_BOUNDS_AT).saturating_add(dimensions.saturating_mul(WORD));
        let fits = (word::MAX_PAGES * (word::PAGE / WORD)).min(u32::MAX / WORD);
        (data, self.u32(address + word::ARRAY_COUNT_AT).min(fits))
    }

    pub(super) fn element_type(&mut self, address: u32) -> Type {
        let number = self.u32(address + word::ARRAY_TYPE_AT) as usize;
        self.state().types.get(number).cloned().unwrap_or(Type::Plain(Subtype::Variant))
    }

    fn element_subtype(&mut self, address: u32) -> Subtype {
        match self.element_type(address) {
            Type::Plain(subtype) => subtype,
            Type::Class(_) | Type::Named(_) => Subtype::Object,
            Type::Array(_) | Type::Record(_) => Subtype::Variant,
        }
    }

    /// The descriptor in a host object: class length, count of words, the words, the class.
    pub(super) fn host_object(&mut self, address: u32) -> HostObject {
        let (length, count) = (self.u32(address + 8), self.u32(address + 12));
        let words: Vec<u32> = self
            .slice(address + 16, count.saturating_mul(4))
            .chunks_exact(4)
            .map(|part| part.try_into().map_or(0, u32::from_le_bytes))
            .collect();
        let class = String::from_utf8_lossy(self.slice(address + 16 + count.saturating_mul(4), length)).into_owned();
        HostObject { class: Arc::from(class), words: Arc::from(words) }
    }

    // ---- values to words ----

    pub(super) fn encode(&mut self, value: &Value) -> Answer<u64> {
        self.encode_nested(value, 0)
    }

    fn encode_nested(&mut self, value: &Value, depth: u32) -> Answer<u64> {
        Ok(match value {
            Value::Empty => word::word(word::EMPTY, 0),
            Value::Null => word::word(word::NULL, 0),
            Value::Missing => word::word(word::MISSING, 0),
            Value::Nothing => word::word(word::NOTHING, 0),
            Value::Boolean(value) => word::word(word::BOOLEAN, u32::from(*value)),
            Value::Byte(value) => word::word(word::BYTE, u32::from(*value)),
            Value::Integer(value) => word::word(word::INTEGER, i32::from(*value) as u32),
            Value::Long(value) => word::word(word::LONG, *value as u32),
            Value::Single(value) => word::word(word::SINGLE, value.to_bits()),
            Value::Error(value) => word::word(word::ERROR, *value as u32),
            Value::Double(value) => word::from_double(*value),
            Value::LongLong(value) => self.wide(word::LONG_LONG, *value as u64)?,
            Value::Currency(value) => self.wide(word::CURRENCY, *value as u64)?,
            Value::Date(value) => self.wide(word::DATE, value.to_bits())?,
            Value::Decimal(value) => self.decimal(value)?,
            Value::Text(text) => self.text(text)?,
            Value::Array(_) if depth >= MAX_NESTING => return raised(OUT_OF_STACK),
            Value::Array(array) => self.encode_array(array, depth)?,
            Value::Object(Object::Host(object)) => self.encode_host(object)?,
            Value::Object(Object::Guest(address)) => {
                let tag = self.u32(address + 4);
                word::word(tag, *address)
            }
        })
    }

    fn wide(&mut self, tag: u32, bits: u64) -> Answer<u64> {
        let address = self.allocate(tag, WORD)?;
        self.set_word(address + word::WIDE_AT, bits);
        Ok(word::word(tag, address))
    }

    fn decimal(&mut self, value: &Decimal) -> Answer<u64> {
        let address = self.allocate(word::DECIMAL, 16)?;
        self.slice_mut(address + word::WIDE_AT, 16).copy_from_slice(&value.serialize());
        Ok(word::word(word::DECIMAL, address))
    }

    /// A new text.
    pub(super) fn text(&mut self, text: &str) -> Answer<u64> {
        let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        let Ok(length) = u32::try_from(text.len()) else { return raised(super::operate::OUT_OF_STRING_SPACE) };
        let address = self.allocate(word::TEXT, length.saturating_add(WORD))?;
        self.set_u32(address + word::TEXT_BYTES_AT, length);
        self.set_u32(address + word::TEXT_UNITS_AT, units as u32);
        self.slice_mut(address + word::TEXT_AT, length).copy_from_slice(text.as_bytes());
        Ok(word::word(word::TEXT, address))
    }

    fn encode_host(&mut self, object: &HostObject) -> Answer<u64> {
        let (length, count) = (object.class.len() as u32, object.words.len() as u32);
        let address = self.allocate(word::HOST, WORD + length + count * 4)?;
        self.set_u32(address + 8, length);
        self.set_u32(address + 12, count);
        for (place, part) in object.words.iter().enumerate() {
            self.set_u32(address + 16 + place as u32 * 4, *part);
        }
        self.slice_mut(address + 16 + count * 4, length).copy_from_slice(object.class.as_bytes());
        Ok(word::word(word::HOST, address))
    }

    fn encode_array(&mut self, array: &Array, depth: u32) -> Answer<u64> {
        let kind = self.type_number(&Type::Plain(array.element));
        let made = self.raw_array(kind, &array.bounds, array.elements.len())?;
        let (data, count) = self.array_data(word::low(made));
        for (place, element) in array.elements.iter().take(count as usize).enumerate() {
            let encoded = self.encode_nested(element, depth + 1)?;
            self.set_word(data + place as u32 * WORD, encoded);
        }
        Ok(made)
    }

    /// The number of a type, added when the program did not name it.
    pub(super) fn type_number(&mut self, kind: &Type) -> u32 {
        let types = &mut self.state().types;
        let found = types.iter().position(|known| known == kind);
        found.unwrap_or_else(|| {
            types.push(kind.clone());
            types.len() - 1
        }) as u32
    }

    /// An array with zeroed elements.
    pub(super) fn raw_array(&mut self, kind: u32, bounds: &[(i32, i32)], count: usize) -> Answer<u64> {
        if count > MOST_ELEMENTS {
            return raised(super::heap_error());
        }
        let dimensions = bounds.len() as u32;
        let body = (word::ARRAY_BOUNDS_AT - word::HEADER_BYTES) + dimensions.max(1) * WORD + count as u32 * WORD;
        let address = self.allocate(word::ARRAY, body)?;
        self.set_u32(address + word::ARRAY_TYPE_AT, kind);
        self.set_u32(address + word::ARRAY_DIMENSIONS_AT, dimensions);
        self.set_u32(address + word::ARRAY_COUNT_AT, count as u32);
        for (place, (lower, upper)) in bounds.iter().enumerate() {
            let at = address + word::ARRAY_BOUNDS_AT + place as u32 * WORD;
            self.set_u32(at, *lower as u32);
            self.set_u32(at + 4, *upper as u32);
        }
        Ok(word::word(word::ARRAY, address))
    }

    /// A one-dimensional array of Variants from 0.
    pub(super) fn vector(&mut self, words: &[u64]) -> Answer<u64> {
        let made = self.raw_array(0, &[(0, words.len() as i32 - 1)], words.len())?;
        let (data, _) = self.array_data(word::low(made));
        for (place, element) in words.iter().enumerate() {
            self.set_word(data + place as u32 * WORD, *element);
        }
        Ok(made)
    }

    // ---- fresh values ----

    /// What a variable of a type holds at first.
    pub(super) fn initial(&mut self, kind: &Type, bounds: &[(i32, i32)]) -> Answer<u64> {
        self.initial_nested(kind, bounds, 0)
    }

    fn initial_nested(&mut self, kind: &Type, bounds: &[(i32, i32)], depth: u32) -> Answer<u64> {
        if depth > MAX_NESTING {
            return raised(OUT_OF_STACK);
        }
        match kind {
            Type::Plain(subtype) => self.encode(&subtype.default_value()),
            Type::Class(_) | Type::Named(_) => Ok(word::word(word::NOTHING, 0)),
            Type::Record(number) => {
                let meta = self.meta();
                let Some(record) = meta.records.get(*number as usize) else { return raised(OUT_OF_STACK) };
                self.fields(word::RECORD, *number, &record.fields, depth)
            }
            Type::Array(element) => {
                let number = self.type_number(element);
                let made = self.dimensioned(number, bounds, depth)?;
                self.set_u32(word::low(made) + FIXED_AT, u32::from(!bounds.is_empty()));
                Ok(made)
            }
        }
    }

    /// A record or instance with fresh fields.
    pub(super) fn fields(&mut self, tag: u32, owner: u32, fields: &[FieldMeta], depth: u32) -> Answer<u64> {
        let address = self.allocate(tag, WORD + fields.len() as u32 * WORD)?;
        self.set_u32(address + word::OWNER_AT, owner);
        for (place, field) in fields.iter().enumerate() {
            let first = self.initial_nested(&field.kind, &field.bounds, depth + 1)?;
            self.set_word(address + word::FIELDS_AT + place as u32 * WORD, first);
        }
        Ok(word::word(tag, address))
    }

    /// An array with fresh elements.
    pub(super) fn dimensioned(&mut self, kind: u32, bounds: &[(i32, i32)], depth: u32) -> Answer<u64> {
        let count = if bounds.is_empty() { 0 } else { element_count(bounds)? };
        let made = self.raw_array(kind, bounds, count)?;
        self.fill(made, kind, 0, depth)?;
        Ok(made)
    }

    /// Fresh elements from a place on.
    pub(super) fn fill(&mut self, array: u64, kind: u32, from: u32, depth: u32) -> Answer<()> {
        let element = self.state().types.get(kind as usize).cloned().unwrap_or(Type::Plain(Subtype::Variant));
        let (data, count) = self.array_data(word::low(array));
        let shared = match &element {
            Type::Record(_) => None,
            other => Some(self.initial_nested(other, &[], depth + 1)?),
        };
        for place in from..count {
            let first = match shared {
                Some(first) => first,
                None => self.initial_nested(&element, &[], depth + 1)?,
            };
            self.set_word(data + place * WORD, first);
        }
        Ok(())
    }

    /// A copy of an array or record; what they hold is copied as well, objects are shared.
    pub(super) fn copy(&mut self, from: u64) -> Answer<u64> {
        self.copy_nested(from, 0)
    }

    fn copy_nested(&mut self, from: u64, depth: u32) -> Answer<u64> {
        let tag = word::tag(from);
        if word::is_double(from) || !matches!(tag, word::ARRAY | word::RECORD) {
            return Ok(from);
        }
        if depth > MAX_NESTING {
            return raised(OUT_OF_STACK);
        }
        let old = word::low(from);
        let size = self.u32(old) & !1;
        let address = self.allocate(tag, size.saturating_sub(word::HEADER_BYTES))?;
        let start = word::HEADER_BYTES;
        let body = self.slice(old + start, size.saturating_sub(start)).to_vec();
        let target = self.slice_mut(address + start, size.saturating_sub(start));
        if target.len() == body.len() {
            target.copy_from_slice(&body);
        }
        let (data, count) = match tag {
            word::ARRAY => self.array_data(address),
            _ => (address + word::FIELDS_AT, (size.saturating_sub(word::FIELDS_AT)) / WORD),
        };
        if tag == word::ARRAY {
            self.set_u32(address + FIXED_AT, 0);
            if let Type::Plain(subtype) = self.element_type(address)
                && subtype != Subtype::Variant
            {
                return Ok(word::word(tag, address));
            }
        }
        for place in 0..count {
            let at = data + place * WORD;
            let inner = self.word(at);
            let copied = self.copy_nested(inner, depth + 1)?;
            self.set_word(at, copied);
        }
        Ok(word::word(tag, address))
    }
}

/// Flag word of an array: bounds were declared and stay.
pub(super) const FIXED_AT: u32 = 20;

/// Elements of an array with these bounds; error 9 for bounds the wrong way round, 7 for too many.
pub(super) fn element_count(bounds: &[(i32, i32)]) -> Answer<usize> {
    let mut count = 1i64;
    for (lower, upper) in bounds {
        let length = i64::from(*upper) - i64::from(*lower) + 1;
        if length < 0 || (length == 0 && bounds.len() > 1) {
            return raised(9);
        }
        if length == 0 {
            return raised(9);
        }
        count = count.saturating_mul(length);
    }
    match usize::try_from(count) {
        Ok(count) if count <= MOST_ELEMENTS => Ok(count),
        _ => raised(super::heap_error()),
    }
}
