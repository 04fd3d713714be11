//! An Access file as read becomes a database the engine can work on. The run sees a copy; the file stays as it is.

use super::PipelineError;
use super::contents::ReadPath;
use crate::engine::database::{ColumnData, Database, DatabaseData, FieldValue, QueryData, TableData};
use crate::facts::{ColumnFacts, Scalar, TableContent, TableFacts};
use crate::infer::Source;
use crate::model::DataModel;

/// The database of files: the tables and queries of databases and their exports, and the tables that were found on sheets.
///
/// # Errors
/// `Refused` when a table cannot be set up as it is declared.
pub(super) fn database_of(files: &[ReadPath], clock_serial: f64) -> Result<Database, PipelineError> {
    let mut data = DatabaseData::default();
    for file in files {
        let facts = &file.reading.facts;
        if data.name.is_empty() {
            data.name.clone_from(&file.name);
        }
        let source = Source { name: &file.name, reading: &file.reading };
        let rows = crate::infer::rows(&source);
        let undeclared = facts.tables.iter().flat_map(|table| &table.columns).any(|one| one.declared_type.is_none());
        let models = if rows.is_empty() && !undeclared {
            Vec::new()
        } else {
            crate::infer::infer(&[source]).application.data_models
        };
        data.tables.extend(facts.tables.iter().map(|table| table_of(table, file, &models)));
        data.tables.extend(rows.iter().map(|content| sheet_table(content, &models)));
        let query = |query: &crate::facts::QueryFacts| QueryData { name: query.name.clone(), sql: query.sql.clone() };
        data.queries.extend(facts.queries.iter().map(query));
    }
    let database = Database::new(data).map_err(|error| PipelineError::Refused {
        what: format!(
            "`{}` cannot be opened as a database: {}",
            files.first().map_or("", |file| file.name.as_str()),
            error.description
        ),
    })?;
    database.set_clock(clock_serial);
    Ok(database)
}

/// A table found on a sheet. A column is of the type all its values have; any other is text.
fn sheet_table(content: &TableContent, models: &[DataModel]) -> TableData {
    let kinds: Vec<&str> = (0..content.columns.len()).map(|at| settled(content, at, models)).collect();
    let column = |(name, kind): (&String, &&str)| ColumnData {
        name: name.clone(),
        kind: (*kind).to_string(),
        ..ColumnData::default()
    };
    TableData {
        name: content.name.clone(),
        columns: content.columns.iter().zip(&kinds).map(column).collect(),
        rows: content.rows.iter().map(|row| row.iter().map(value_of).collect()).collect(),
        primary_key: Vec::new(),
    }
}

/// The type of a column that nothing declares. A delimited text holds texts only; they are numbers and dates where
/// inference says so and all of them can be read.
fn settled(content: &TableContent, at: usize, models: &[DataModel]) -> &'static str {
    let inferred = || {
        let model = models.iter().find(|model| model.name == content.name)?;
        let field = model.fields.iter().find(|field| content.columns.get(at) == Some(&field.name))?;
        Some(field.kind.as_str())
    };
    match (kind_of(content, at), inferred()) {
        ("Memo", Some("Integer" | "Decimal" | "Float")) if every(content, at, is_number) => "Double",
        ("Memo", Some("Date" | "DateTime")) if every(content, at, is_iso_date) => "DateTime",
        (kind, _) => kind,
    }
}

fn every(content: &TableContent, at: usize, fits: fn(&str) -> bool) -> bool {
    content.rows.iter().all(|row| match row.get(at) {
        Some(Scalar::Text(text)) => fits(text.trim()),
        Some(Scalar::Empty) | None => true,
        _ => false,
    })
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// `2024-01-31`, with or without a time.
fn is_iso_date(text: &str) -> bool {
    super::excel_data::serial_of(text).is_some() && text.contains('-')
}

fn kind_of(content: &TableContent, at: usize) -> &'static str {
    let mut kinds = content.rows.iter().filter_map(|row| match row.get(at)? {
        Scalar::Number(_) | Scalar::Exact(_) => Some("Double"),
        Scalar::Boolean(_) => Some("Boolean"),
        Scalar::Moment(_) => Some("DateTime"),
        Scalar::Text(_) => Some("Memo"),
        Scalar::Empty | Scalar::Error(_) | Scalar::Binary(_) => None,
    });
    let Some(first) = kinds.next() else { return "Memo" };
    if kinds.all(|kind| kind == first) { first } else { "Memo" }
}

fn table_of(facts: &TableFacts, read: &ReadPath, models: &[DataModel]) -> TableData {
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
        columns: facts.columns.iter().map(|column| column_of(column, content, models)).collect(),
        rows: rows.unwrap_or_default(),
        primary_key: primary.map(|index| index.columns.clone()).unwrap_or_default(),
    }
}

fn column_of(facts: &ColumnFacts, content: Option<&TableContent>, models: &[DataModel]) -> ColumnData {
    let found = || {
        let content = content?;
        let at = content.columns.iter().position(|name| *name == facts.name)?;
        Some(settled(content, at, models).to_string())
    };
    let kind = facts.declared_type.clone().or_else(found).unwrap_or_else(|| String::from("Text"));
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
