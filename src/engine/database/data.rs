//! The plain description a database is built from and can be read back into: whoever opens files fills it, the engine
//! does not know which reader did.

use serde::{Deserialize, Serialize};

/// One database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DatabaseData {
    /// Path or file name, as `CurrentDb.Name` gives it.
    pub name: String,
    pub tables: Vec<TableData>,
    pub queries: Vec<QueryData>,
}

/// One table with its rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TableData {
    pub name: String,
    pub columns: Vec<ColumnData>,
    /// One value per column; missing ones at the end are Null.
    pub rows: Vec<Vec<FieldValue>>,
    /// Names of the columns of the primary key, in order.
    pub primary_key: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ColumnData {
    pub name: String,
    /// A word of Access: `Long`, `Text`, `Double`, `Currency`, `DateTime`, `Boolean`, `Memo`, `GUID`...
    #[serde(rename = "type")]
    pub kind: String,
    pub required: bool,
    /// Longest text in characters; 0 for no bound.
    pub size: u32,
    /// The engine numbers new rows.
    pub auto_number: bool,
    /// Expression a new row gets where it has no value, with or without `=`.
    pub default: Option<String>,
}

/// What a field holds. Dates are VBA serials, or text that reads as a date.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FieldValue {
    #[default]
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

/// A saved query.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct QueryData {
    pub name: String,
    pub sql: String,
}

/// What is left of a table after a run, for the command line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableDump {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<FieldValue>>,
}
