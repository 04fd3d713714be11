//! The values a workflow computes with: VBA's Variant with every subtype (MS-VBAL 2.1), as host-side Rust.
//! Inside the sandbox the same values are NaN-boxed words over linear memory (`engine::sandbox`); slow operators
//! decode to these, compute here, and encode the result. Nothing here knows WebAssembly, workbooks or files.

use std::sync::Arc;

use rust_decimal::Decimal;

pub mod array;
pub mod coerce;
pub mod constants;
pub mod errors;
pub mod functions;
pub mod operators;
pub mod parse;
pub mod serial;
pub mod text;

/// One value with its VBA subtype.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A Variant that was never assigned: 0, "" and False at once.
    Empty,
    /// A database null: propagates through operators, but not through `&`.
    Null,
    /// An omitted optional argument (an Error subtype in VBA; kept apart because `IsMissing` asks for it).
    Missing,
    /// An object variable without an object.
    Nothing,
    Boolean(bool),
    Byte(u8),
    Integer(i16),
    Long(i32),
    LongLong(i64),
    Single(f32),
    Double(f64),
    /// Fixed point in ten-thousandths.
    Currency(i64),
    Decimal(Decimal),
    /// Days since 1899-12-30; the fraction is the time of day and counts away from zero before that day.
    Date(f64),
    /// UTF-8 here; lengths and positions are those of UTF-16 as in VBA.
    Text(Arc<str>),
    /// `CVErr(n)`: also what a cell with an error value gives (2042 is `#N/A`).
    Error(i32),
    /// A copy: assigning an array in VBA copies it.
    Array(Arc<Array>),
    Object(Object),
}

/// A VBA array: bounds per dimension and the elements with the first dimension varying fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Type that elements are coerced to on assignment.
    pub element: Subtype,
    /// (lower, upper) per dimension; empty for a dynamic array that was never dimensioned.
    pub bounds: Vec<(i32, i32)>,
    pub elements: Vec<Value>,
}

/// A declared type: what a variable, element or parameter coerces to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subtype {
    Variant,
    Boolean,
    Byte,
    Integer,
    Long,
    LongLong,
    Single,
    Double,
    Currency,
    Decimal,
    Date,
    Text,
    /// `String * n`.
    FixedText(u32),
    Object,
}

/// An object reference: a host object described by plain words, or an object in the sandbox's own memory.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// Lives outside the sandbox: a range, sheet, workbook, recordset... Serialisable, never a pointer.
    Host(HostObject),
    /// Lives in linear memory at this address: a Collection, Dictionary, record or class instance.
    Guest(u32),
}

/// A serialisable descriptor of a host object: its class and the words that identify it
/// (for a Range: book, sheet, then first row, first column, last row, last column per area).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostObject {
    /// What `TypeName` gives: `Range`, `Worksheet`, `Recordset2`...
    pub class: Arc<str>,
    pub words: Arc<[u32]>,
}

/// Arguments of a member or function call: positional ones (an omitted one is `Missing`), then named ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments {
    pub positional: Vec<Value>,
    pub named: Vec<(Arc<str>, Value)>,
}

/// A VBA run-time error: `Err.Number`, `Err.Description`, `Err.Source`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    pub number: i32,
    pub description: String,
    pub source: String,
}

/// Why an operation did not give a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An error that VBA code can handle with On Error.
    Raised(RunError),
    /// A capability that was not granted, or logic that was not converted: ends the run, VBA cannot catch it.
    Refused { capability: String, reason: String },
}

/// How a value reaches its target: by value (`Let`) or as an object reference (`Set`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assign {
    Let,
    Set,
}

/// How strings compare: `Option Compare` of a module, or the last argument of the string functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compare {
    /// By code unit (the default of a module).
    #[default]
    Binary,
    /// Without case, in the order of an English locale.
    Text,
    /// The sort order of the database; general order of Access compares as `Text` does.
    Database,
}

impl Value {
    /// A string value.
    pub fn text(text: impl AsRef<str>) -> Value {
        Value::Text(Arc::from(text.as_ref()))
    }

    /// Whether this is a number to VBA (Boolean and Date included, numeric strings not).
    pub fn is_numeric(&self) -> bool {
        matches!(
            self,
            Value::Boolean(_)
                | Value::Byte(_)
                | Value::Integer(_)
                | Value::Long(_)
                | Value::LongLong(_)
                | Value::Single(_)
                | Value::Double(_)
                | Value::Currency(_)
                | Value::Decimal(_)
                | Value::Date(_)
        )
    }
}

impl Arguments {
    /// Positional arguments only.
    pub fn positional(values: impl IntoIterator<Item = Value>) -> Self {
        Self { positional: values.into_iter().collect(), named: Vec::new() }
    }
}

impl From<RunError> for Fault {
    fn from(error: RunError) -> Self {
        Fault::Raised(error)
    }
}
