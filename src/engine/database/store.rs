//! Tables in memory: rows with ids that are never used twice, the primary key's index, saved queries, snapshots.
//! Promises that a refused row leaves a table as it was. Knows no SQL.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::engine::value::operators::compare;
use crate::engine::value::{Compare, RunError, Value, coerce};

use super::data::{ColumnData, DatabaseData, QueryData, TableData};
use super::fault;
use super::kind::{self, Kind};

/// Rows all tables may hold together.
const MOST_ROWS: usize = 4_000_000;

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub name: Arc<str>,
    pub kind: Kind,
    pub required: bool,
    pub size: u32,
    pub auto_number: bool,
    pub default: Option<String>,
}

/// A row with its id.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub id: i64,
    pub values: Vec<Value>,
}

/// A table; rows are in the order of their ids.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub name: Arc<str>,
    pub fields: Vec<Field>,
    pub key: Vec<usize>,
    pub rows: Vec<Row>,
    next_row: i64,
    next_number: i32,
    index: HashMap<Vec<Key>, i64>,
}

/// Everything a database holds. Cloning shares the tables until one of the copies changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    pub name: String,
    pub tables: Vec<Arc<Table>>,
    pub queries: Vec<QueryData>,
}

/// A value as keys, groups and joins compare it: numbers by value, text without case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Null,
    Number(u64),
    Text(String),
}

/// A value's key.
pub(super) fn key(value: &Value) -> Key {
    match value {
        Value::Null | Value::Empty | Value::Missing => Key::Null,
        Value::Text(text) => Key::Text(compare::fold_text(text)),
        value => match coerce::to_double(value) {
            // Adding zero makes -0 and 0 one.
            Ok(number) => Key::Number((number + 0.0).to_bits()),
            Err(_) => Key::Text(coerce::to_text(value).unwrap_or_default()),
        },
    }
}

/// How values sort: Null first, then numbers and dates, then text without case.
pub(super) fn order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null | Value::Empty | Value::Missing => 0,
        Value::Text(_) => 2,
        _ => 1,
    };
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => compare::order_text(a, b, Compare::Database),
        _ if rank(a) == 1 && rank(b) == 1 => {
            let number = |value| coerce::to_double(value).unwrap_or(0.0);
            number(a).total_cmp(&number(b))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

/// Whether two names are the same.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}

impl Table {
    fn new(data: &TableData) -> Result<Table, RunError> {
        let fields: Vec<Field> = data.columns.iter().map(field).collect();
        let key = data.primary_key.iter();
        let key: Option<Vec<usize>> = key.map(|name| fields.iter().position(|field| same(&field.name, name))).collect();
        let mut table = Table::empty(&data.name, fields, key.ok_or_else(fault::no_item)?);
        for row in &data.rows {
            let values: Result<Vec<Value>, RunError> = (0..)
                .zip(&table.fields)
                .map(|(at, field)| field.kind.read(row.get(at).unwrap_or(&super::data::FieldValue::Null)))
                .collect();
            table.push(values?);
        }
        Ok(table)
    }

    /// A table without rows.
    pub(super) fn empty(name: &str, fields: Vec<Field>, key: Vec<usize>) -> Table {
        Table { name: name.into(), fields, key, rows: Vec::new(), next_row: 1, next_number: 1, index: HashMap::new() }
    }

    pub(super) fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| same(&field.name, name))
    }

    pub(super) fn row(&self, id: i64) -> Option<&Row> {
        self.rows.get(self.place(id)?)
    }

    fn place(&self, id: i64) -> Option<usize> {
        self.rows.binary_search_by_key(&id, |row| row.id).ok()
    }

    fn key_of(&self, values: &[Value]) -> Vec<Key> {
        self.key.iter().filter_map(|&at| values.get(at)).map(key).collect()
    }

    /// Stored values as they are, without checks: rows that were read from a file.
    fn push(&mut self, values: Vec<Value>) -> i64 {
        let id = self.next_row;
        self.next_row += 1;
        for (field, value) in self.fields.iter().zip(&values) {
            if field.auto_number
                && let Value::Long(number) = value
            {
                self.next_number = self.next_number.max(number.saturating_add(1));
            }
        }
        if !self.key.is_empty() {
            self.index.insert(self.key_of(&values), id);
        }
        self.rows.push(Row { id, values });
        id
    }

    /// Values in the types of their columns, with what is required there.
    fn checked(&self, values: Vec<Value>) -> Result<Vec<Value>, RunError> {
        let mut stored = Vec::with_capacity(values.len());
        for (field, value) in self.fields.iter().zip(&values) {
            let value = field.kind.store(value)?;
            if value == Value::Null && field.required {
                return Err(fault::required(&self.name, &field.name));
            }
            if let Value::Text(text) = &value
                && field.size > 0
                && text.chars().count() > field.size as usize
            {
                return Err(fault::too_long());
            }
            stored.push(value);
        }
        let null_key = self.key.iter().any(|&at| stored.get(at).is_none_or(|value| *value == Value::Null));
        if null_key { Err(fault::null_key()) } else { Ok(stored) }
    }

    /// Adds a row of one value per column; Null in an AutoNumber column takes the next number.
    pub(super) fn insert(&mut self, mut values: Vec<Value>) -> Result<i64, RunError> {
        if self.rows.len() >= MOST_ROWS {
            return Err(fault::resources());
        }
        for (field, value) in self.fields.iter().zip(values.iter_mut()) {
            if field.auto_number && matches!(value, Value::Null | Value::Empty) {
                *value = Value::Long(self.next_number);
            }
        }
        let stored = self.checked(values)?;
        if !self.key.is_empty() && self.index.contains_key(&self.key_of(&stored)) {
            return Err(fault::duplicate());
        }
        Ok(self.push(stored))
    }

    /// The number the next AutoNumber column gets.
    pub(super) fn next_number(&self) -> i32 {
        self.next_number
    }

    /// Replaces a row's values; error 3167 when it is gone.
    pub(super) fn update(&mut self, id: i64, values: Vec<Value>) -> Result<(), RunError> {
        let place = self.place(id).ok_or_else(fault::deleted)?;
        let stored = self.checked(values)?;
        if !self.key.is_empty() {
            let fresh = self.key_of(&stored);
            let former = self.rows.get(place).map(|row| self.key_of(&row.values));
            if former.as_ref() != Some(&fresh) {
                if self.index.contains_key(&fresh) {
                    return Err(fault::duplicate());
                }
                if let Some(former) = former {
                    self.index.remove(&former);
                }
                self.index.insert(fresh, id);
            }
        }
        if let Some(row) = self.rows.get_mut(place) {
            row.values = stored;
        }
        Ok(())
    }

    /// Removes rows; answers how many were there.
    pub(super) fn delete(&mut self, ids: &BTreeSet<i64>) -> u64 {
        let mut keys = Vec::new();
        for row in self.rows.iter().filter(|row| ids.contains(&row.id)) {
            keys.push(self.key_of(&row.values));
        }
        for gone in &keys {
            self.index.remove(gone);
        }
        self.rows.retain(|row| !ids.contains(&row.id));
        keys.len() as u64
    }

    fn data(&self) -> TableData {
        let columns = self.fields.iter().map(|field| ColumnData {
            name: field.name.to_string(),
            kind: field.kind.word().to_owned(),
            required: field.required,
            size: field.size,
            auto_number: field.auto_number,
            default: field.default.clone(),
        });
        TableData {
            name: self.name.to_string(),
            columns: columns.collect(),
            rows: self.rows.iter().map(|row| row.values.iter().map(kind::describe).collect()).collect(),
            primary_key: self.key.iter().filter_map(|&at| self.fields.get(at)).map(|f| f.name.to_string()).collect(),
        }
    }
}

fn field(column: &ColumnData) -> Field {
    let counter = matches!(column.kind.to_ascii_lowercase().as_str(), "counter" | "autonumber" | "autoincrement");
    Field {
        name: column.name.as_str().into(),
        kind: Kind::named(&column.kind),
        required: column.required,
        size: column.size,
        auto_number: column.auto_number || counter,
        default: column.default.clone(),
    }
}

impl Store {
    pub(super) fn new(data: &DatabaseData) -> Result<Store, RunError> {
        let tables: Result<Vec<Arc<Table>>, RunError> =
            data.tables.iter().map(|table| Table::new(table).map(Arc::new)).collect();
        Ok(Store { name: data.name.clone(), tables: tables?, queries: data.queries.clone() })
    }

    pub(super) fn data(&self) -> DatabaseData {
        DatabaseData {
            name: self.name.clone(),
            tables: self.tables.iter().map(|table| table.data()).collect(),
            queries: self.queries.clone(),
        }
    }

    pub(super) fn table(&self, name: &str) -> Option<&Arc<Table>> {
        self.tables.iter().find(|table| same(&table.name, name))
    }

    /// A table to change; error 3078 when there is none.
    pub(super) fn table_mut(&mut self, name: &str) -> Result<&mut Table, RunError> {
        let found = self.tables.iter_mut().find(|table| same(&table.name, name));
        found.map(Arc::make_mut).ok_or_else(|| fault::unknown_table(name))
    }

    pub(super) fn query(&self, name: &str) -> Option<&QueryData> {
        self.queries.iter().find(|query| same(&query.name, name))
    }
}
