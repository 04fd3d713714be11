//! The judge's own values: VBA's data values (MS-VBAL 2.1), the types variables are declared with, and the two ways a rule can
//! end without a value. Shares nothing with the values of the product; `read` is the only place that looks at those.

use daylight::engine::value::Value as Product;

/// One data value with its value type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Empty,
    Null,
    Boolean(bool),
    Byte(u8),
    Integer(i16),
    Long(i32),
    LongLong(i64),
    Single(f32),
    Double(f64),
    /// In ten-thousandths.
    Currency(i64),
    /// Days since 30 December 1899.
    Date(f64),
    Text(String),
}

/// A value type, or the declared type of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Empty,
    Null,
    Boolean,
    Byte,
    Integer,
    Long,
    LongLong,
    Single,
    Double,
    Currency,
    Date,
    Text,
    /// Only as a declared type.
    Variant,
}

/// What is known of an expression's declared type: overflow and comparison depend on whether it is Variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    Variant,
    /// A type other than Variant; it is then the type of the value.
    Concrete,
    /// The specification declares a function's result Variant where compilers know better.
    Unknown,
}

/// A value and how its expression is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    pub value: Value,
    pub declared: Declared,
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// A run-time error by its number.
    Error(i32),
    /// The specification and the documentation leave this open or contradict each other; no program may depend on it.
    Unsettled(&'static str),
}

/// A value, an error of the language, or no verdict.
pub type Judged<T> = Result<T, Halt>;

/// Invalid procedure call or argument.
pub const INVALID_CALL: Halt = Halt::Error(5);
/// Overflow.
pub const OVERFLOW: Halt = Halt::Error(6);
/// Division by zero.
pub const DIVISION: Halt = Halt::Error(11);
/// Type mismatch.
pub const MISMATCH: Halt = Halt::Error(13);
/// Invalid use of Null.
pub const NULL_USE: Halt = Halt::Error(94);

impl Value {
    /// The value type.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Empty => Kind::Empty,
            Value::Null => Kind::Null,
            Value::Boolean(_) => Kind::Boolean,
            Value::Byte(_) => Kind::Byte,
            Value::Integer(_) => Kind::Integer,
            Value::Long(_) => Kind::Long,
            Value::LongLong(_) => Kind::LongLong,
            Value::Single(_) => Kind::Single,
            Value::Double(_) => Kind::Double,
            Value::Currency(_) => Kind::Currency,
            Value::Date(_) => Kind::Date,
            Value::Text(_) => Kind::Text,
        }
    }

    /// Whether two results are the same: type and content, a zero of either sign being one zero.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Double(a), Value::Double(b)) | (Value::Date(a), Value::Date(b)) => {
                a.to_bits() == b.to_bits() || (*a == 0.0 && *b == 0.0)
            }
            (Value::Single(a), Value::Single(b)) => a.to_bits() == b.to_bits() || (*a == 0.0 && *b == 0.0),
            (a, b) => a == b,
        }
    }
}

impl Kind {
    /// As `TypeName` and `As` write it (MS-VBAL 6.1.2.11.1.14).
    pub fn name(self) -> &'static str {
        match self {
            Kind::Empty => "Empty",
            Kind::Null => "Null",
            Kind::Boolean => "Boolean",
            Kind::Byte => "Byte",
            Kind::Integer => "Integer",
            Kind::Long => "Long",
            Kind::LongLong => "LongLong",
            Kind::Single => "Single",
            Kind::Double => "Double",
            Kind::Currency => "Currency",
            Kind::Date => "Date",
            Kind::Text => "String",
            Kind::Variant => "Variant",
        }
    }

    /// The number of `VarType` (Microsoft, VarType constants).
    pub fn number(self) -> i32 {
        match self {
            Kind::Empty => 0,
            Kind::Null => 1,
            Kind::Integer => 2,
            Kind::Long => 3,
            Kind::Single => 4,
            Kind::Double => 5,
            Kind::Currency => 6,
            Kind::Date => 7,
            Kind::Text => 8,
            Kind::Boolean => 11,
            Kind::Variant => 12,
            Kind::Byte => 17,
            Kind::LongLong => 20,
        }
    }

    /// What a variable of this type holds before its first assignment (MS-VBAL 2.3).
    pub fn initial(self) -> Value {
        match self {
            Kind::Boolean => Value::Boolean(false),
            Kind::Byte => Value::Byte(0),
            Kind::Integer => Value::Integer(0),
            Kind::Long => Value::Long(0),
            Kind::LongLong => Value::LongLong(0),
            Kind::Single => Value::Single(0.0),
            Kind::Double => Value::Double(0.0),
            Kind::Currency => Value::Currency(0),
            Kind::Date => Value::Date(0.0),
            Kind::Text => Value::Text(String::new()),
            Kind::Null => Value::Null,
            Kind::Empty | Kind::Variant => Value::Empty,
        }
    }

    /// Bytes a variable of this type takes (MS-VBAL 2.1; Microsoft, Len function).
    pub fn bytes(self) -> Option<i32> {
        match self {
            Kind::Byte => Some(1),
            Kind::Boolean | Kind::Integer => Some(2),
            Kind::Long | Kind::Single => Some(4),
            Kind::LongLong | Kind::Double | Kind::Currency | Kind::Date => Some(8),
            Kind::Empty | Kind::Null | Kind::Text | Kind::Variant => None,
        }
    }
}

impl Declared {
    /// The declared type of an operator over two operands (MS-VBAL 5.6.9): Variant if either is.
    pub fn with(self, other: Declared) -> Declared {
        match (self, other) {
            (Declared::Variant, _) | (_, Declared::Variant) => Declared::Variant,
            (Declared::Unknown, _) | (_, Declared::Unknown) => Declared::Unknown,
            _ => Declared::Concrete,
        }
    }
}

impl Operand {
    /// An operand whose declared type is that of its value.
    pub fn concrete(value: Value) -> Operand {
        Operand { value, declared: Declared::Concrete }
    }

    /// An operand declared Variant.
    pub fn variant(value: Value) -> Operand {
        Operand { value, declared: Declared::Variant }
    }

    /// The result of a function whose declared type the sources disagree on.
    pub fn unknown(value: Value) -> Operand {
        Operand { value, declared: Declared::Unknown }
    }

    /// The value type.
    pub fn kind(&self) -> Kind {
        self.value.kind()
    }
}

/// A result of the product as the judge names it; nothing for what the judge has no rules on.
pub fn read(value: &Product) -> Option<Value> {
    Some(match value {
        Product::Empty => Value::Empty,
        Product::Null => Value::Null,
        Product::Boolean(value) => Value::Boolean(*value),
        Product::Byte(value) => Value::Byte(*value),
        Product::Integer(value) => Value::Integer(*value),
        Product::Long(value) => Value::Long(*value),
        Product::LongLong(value) => Value::LongLong(*value),
        Product::Single(value) => Value::Single(*value),
        Product::Double(value) => Value::Double(*value),
        Product::Currency(value) => Value::Currency(*value),
        Product::Date(value) => Value::Date(*value),
        Product::Text(value) => Value::Text(value.to_string()),
        _ => return None,
    })
}
