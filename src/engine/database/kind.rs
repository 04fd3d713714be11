//! Types of columns: the words of Access for them, their DAO numbers, and how a value becomes one of theirs.

use crate::engine::value::{RunError, Value, coerce, parse};

use super::data::FieldValue;
use super::fault;

/// A column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Byte,
    Integer,
    Long,
    BigInt,
    Currency,
    Single,
    Double,
    Decimal,
    Date,
    Text,
    Memo,
    Guid,
    Binary,
}

impl Kind {
    /// By the words of the table designer, of DAO and of Jet SQL; Text where the word is none of them.
    pub(super) fn named(word: &str) -> Kind {
        let word: String = word.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
        match word.as_str() {
            "boolean" | "bool" | "yesno" | "bit" | "logical" => Kind::Boolean,
            "byte" => Kind::Byte,
            "integer" | "int" | "short" | "smallint" => Kind::Integer,
            "long" | "longinteger" | "counter" | "autonumber" | "autoincrement" | "int32" => Kind::Long,
            "bigint" | "longlong" | "largenumber" | "int64" => Kind::BigInt,
            "currency" | "money" => Kind::Currency,
            "single" | "real" | "float4" => Kind::Single,
            "double" | "number" | "float" | "float8" | "numericdouble" => Kind::Double,
            "decimal" | "numeric" => Kind::Decimal,
            "datetime" | "date" | "time" | "shortdatetime" | "extdatetime" => Kind::Date,
            "memo" | "longtext" | "note" | "hyperlink" | "richtext" => Kind::Memo,
            "guid" | "replicationid" => Kind::Guid,
            "binary" | "ole" | "oleobject" | "longbinary" | "attachment" | "image" => Kind::Binary,
            _ => Kind::Text,
        }
    }

    /// The word that `named` reads back.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Boolean => "Boolean",
            Kind::Byte => "Byte",
            Kind::Integer => "Integer",
            Kind::Long => "Long",
            Kind::BigInt => "BigInt",
            Kind::Currency => "Currency",
            Kind::Single => "Single",
            Kind::Double => "Double",
            Kind::Decimal => "Decimal",
            Kind::Date => "DateTime",
            Kind::Text => "Text",
            Kind::Memo => "Memo",
            Kind::Guid => "GUID",
            Kind::Binary => "Binary",
        }
    }

    /// `DataTypeEnum` of DAO (Microsoft Learn).
    pub(super) fn number(self) -> i32 {
        match self {
            Kind::Boolean => 1,
            Kind::Byte => 2,
            Kind::Integer => 3,
            Kind::Long => 4,
            Kind::Currency => 5,
            Kind::Single => 6,
            Kind::Double => 7,
            Kind::Date => 8,
            Kind::Binary => 9,
            Kind::Text => 10,
            Kind::Memo => 12,
            Kind::Guid => 15,
            Kind::BigInt => 16,
            Kind::Decimal => 20,
        }
    }

    /// The type a computed value belongs to.
    pub(super) fn of(value: &Value) -> Kind {
        match value {
            Value::Boolean(_) => Kind::Boolean,
            Value::Byte(_) => Kind::Byte,
            Value::Integer(_) => Kind::Integer,
            Value::Long(_) => Kind::Long,
            Value::LongLong(_) => Kind::BigInt,
            Value::Currency(_) => Kind::Currency,
            Value::Single(_) => Kind::Single,
            Value::Double(_) => Kind::Double,
            Value::Decimal(_) => Kind::Decimal,
            Value::Date(_) => Kind::Date,
            _ => Kind::Text,
        }
    }

    /// A value as this column stores it; error 3421 where it cannot. Null in a Boolean column is No.
    pub(super) fn store(self, value: &Value) -> Result<Value, RunError> {
        match value {
            Value::Null | Value::Empty => {
                return Ok(if self == Kind::Boolean { Value::Boolean(false) } else { Value::Null });
            }
            Value::Missing | Value::Nothing | Value::Error(_) | Value::Object(_) => return Err(fault::conversion()),
            Value::Array(_) if self != Kind::Binary => return Err(fault::conversion()),
            _ => {}
        }
        let stored = match self {
            Kind::Boolean => coerce::to_boolean(value).map(Value::Boolean),
            Kind::Byte => coerce::to_byte(value).map(Value::Byte),
            Kind::Integer => coerce::to_integer(value).map(Value::Integer),
            Kind::Long => coerce::to_long(value).map(Value::Long),
            Kind::BigInt => coerce::to_long_long(value).map(Value::LongLong),
            Kind::Currency => coerce::to_currency(value).map(Value::Currency),
            Kind::Single => coerce::to_single(value).map(Value::Single),
            Kind::Double => coerce::to_double(value).map(Value::Double),
            Kind::Decimal => coerce::to_decimal(value).map(Value::Decimal),
            Kind::Date => coerce::to_date(value).map(Value::Date),
            Kind::Text | Kind::Memo | Kind::Guid => coerce::to_text(value).map(Value::text),
            Kind::Binary => Ok(value.clone()),
        };
        stored.map_err(|_| fault::conversion())
    }

    /// A described value; text in a date column may be written as ISO 8601 or as the locale does.
    pub(super) fn read(self, value: &FieldValue) -> Result<Value, RunError> {
        let plain = match value {
            FieldValue::Null => Value::Null,
            FieldValue::Boolean(value) => Value::Boolean(*value),
            FieldValue::Integer(value) => i32::try_from(*value).map_or(Value::LongLong(*value), Value::Long),
            FieldValue::Number(value) => Value::Double(*value),
            FieldValue::Text(text) if self == Kind::Date => {
                let spaced = text.replace('T', " ");
                return parse::date(&spaced, None).map(Value::Date).ok_or_else(fault::conversion);
            }
            FieldValue::Text(text) => Value::text(text),
        };
        self.store(&plain)
    }
}

/// A value as a description; exact texts where a number would lose digits.
pub(super) fn describe(value: &Value) -> FieldValue {
    match value {
        Value::Null | Value::Empty | Value::Missing | Value::Nothing => FieldValue::Null,
        Value::Boolean(value) => FieldValue::Boolean(*value),
        Value::Byte(value) => FieldValue::Integer(i64::from(*value)),
        Value::Integer(value) => FieldValue::Integer(i64::from(*value)),
        Value::Long(value) => FieldValue::Integer(i64::from(*value)),
        Value::LongLong(value) => FieldValue::Integer(*value),
        Value::Single(value) => FieldValue::Number(f64::from(*value)),
        Value::Double(value) | Value::Date(value) => FieldValue::Number(*value),
        Value::Currency(_) | Value::Decimal(_) => {
            let text = coerce::to_text(value).unwrap_or_default();
            let number = text.parse::<f64>().ok().filter(|number| number.to_string() == text);
            number.map_or(FieldValue::Text(text), FieldValue::Number)
        }
        other => coerce::to_text(other).map_or(FieldValue::Null, FieldValue::Text),
    }
}
