//! An Access file as read becomes a database the engine can work on. The run sees a copy; the file stays as it is.

use super::PipelineError;
use super::contents::ReadPath;
use crate::engine::database::{ColumnData, Database, DatabaseData, FieldValue, QueryData, TableData};
use crate::facts::{ColumnFacts, Scalar, TableFacts};

/// The database of a reading.
///
/// # Errors
/// `Compile` when a table cannot be set up as it is declared.
pub(super) fn database_of(read: &ReadPath, clock_serial: f64) -> Result<Database, PipelineError> {
    let facts = &read.reading.facts;
    let data = DatabaseData {
        name: read.name.clone(),
        tables: facts.tables.iter().map(|table| table_of(table, read)).collect(),
        queries: facts
            .queries
            .iter()
            .map(|query| QueryData { name: query.name.clone(), sql: query.sql.clone() })
            .collect(),
    };
    let database = Database::new(data).map_err(|error| PipelineError::Refused {
        what: format!("`{}` cannot be opened as a database: {}", read.name, error.description),
    })?;
    database.set_clock(clock_serial);
    Ok(database)
}

fn table_of(facts: &TableFacts, read: &ReadPath) -> TableData {
    let content = read.reading.tables.iter().find(|content| content.name == facts.name);
    let primary = facts.indexes.iter().find(|index| index.primary);
    let rows = content.map(|content| {
        let places: Vec<Option<usize>> =
            facts.columns.iter().map(|column| content.columns.iter().position(|name| *name == column.name)).collect();
        let row_of = |row: &Vec<Scalar>| {
            places.iter().map(|at| at.and_then(|at| row.get(at)).map(value_of).unwrap_or_default()).collect()
        };
        content.rows.iter().map(row_of).collect()
    });
    TableData {
        name: facts.name.clone(),
        columns: facts.columns.iter().map(column_of).collect(),
        rows: rows.unwrap_or_default(),
        primary_key: primary.map(|index| index.columns.clone()).unwrap_or_default(),
    }
}

fn column_of(facts: &ColumnFacts) -> ColumnData {
    let kind = facts.declared_type.clone().unwrap_or_else(|| String::from("Text"));
    let size = if kind.eq_ignore_ascii_case("text") { facts.length.unwrap_or(0) } else { 0 };
    ColumnData {
        name: facts.name.clone(),
        kind,
        required: facts.required,
        size,
        auto_number: facts.auto_number,
        default: facts.default.clone(),
    }
}

fn value_of(value: &Scalar) -> FieldValue {
    match value {
        Scalar::Empty | Scalar::Binary(_) | Scalar::Error(_) => FieldValue::Null,
        Scalar::Number(number) => FieldValue::Number(*number),
        Scalar::Exact(text) => text.parse().map_or_else(|_| FieldValue::Text(text.clone()), FieldValue::Number),
        Scalar::Text(text) => FieldValue::Text(text.clone()),
        Scalar::Boolean(flag) => FieldValue::Boolean(*flag),
        Scalar::Moment(text) => FieldValue::Text(text.replace('T', " ")),
    }
}
