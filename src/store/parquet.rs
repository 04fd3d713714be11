//! Rows as a Parquet file, written by DuckDB. Has nothing to do with the projection: its own database in memory, which knows
//! one table and one file name, both given by the caller.

use std::path::Path;

use duckdb::{Config, Connection, appender_params_from_iter};

use super::StoreError;

/// What a column becomes in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnKind {
    Text,
    Boolean,
    Integer,
    /// Binary floating point, 64 bits.
    Number,
    /// Exact, with this many digits after the point.
    Decimal(u8),
    Date,
    Time,
    Moment,
}

impl ColumnKind {
    fn sql(self) -> String {
        match self {
            ColumnKind::Text => String::from("VARCHAR"),
            ColumnKind::Boolean => String::from("BOOLEAN"),
            ColumnKind::Integer => String::from("BIGINT"),
            ColumnKind::Number => String::from("DOUBLE"),
            ColumnKind::Decimal(scale) => format!("DECIMAL(38, {scale})"),
            ColumnKind::Date => String::from("DATE"),
            ColumnKind::Time => String::from("TIME"),
            ColumnKind::Moment => String::from("TIMESTAMP"),
        }
    }
}

/// Writes rows of texts (None: null) to `path`; every text must read as its column's kind. An existing file is replaced.
///
/// # Errors
/// `Parquet` when a text does not fit its column or the disk refuses.
pub fn write_parquet(
    path: &Path,
    columns: &[(String, ColumnKind)],
    rows: impl Iterator<Item = Vec<Option<String>>>,
) -> Result<(), StoreError> {
    write(path, columns, rows).map_err(|source| StoreError::Parquet { path: path.to_path_buf(), source })
}

fn write(
    path: &Path,
    columns: &[(String, ColumnKind)],
    rows: impl Iterator<Item = Vec<Option<String>>>,
) -> Result<(), duckdb::Error> {
    let config = Config::default()
        .enable_autoload_extension(false)?
        .with("autoinstall_known_extensions", "false")?
        .max_memory("1GB")?;
    let connection = Connection::open_in_memory_with_flags(config)?;
    // A file needs a column; a table without one gets one that is always null.
    let nothing = [(String::from("(no columns)"), ColumnKind::Text)];
    let columns = if columns.is_empty() { &nothing[..] } else { columns };
    let staged: Vec<String> = (0..columns.len()).map(|at| format!("c{at} VARCHAR")).collect();
    connection.execute_batch(&format!("CREATE TABLE staged ({})", staged.join(", ")))?;
    {
        let mut appender = connection.appender("staged")?;
        for mut row in rows {
            row.resize(columns.len(), None);
            appender.append_row(appender_params_from_iter(row))?;
        }
        appender.flush()?;
    }
    let taken = unlike(columns);
    let typed: Vec<String> = columns
        .iter()
        .zip(&taken)
        .enumerate()
        .map(|(at, ((_, kind), name))| format!("CAST(c{at} AS {}) AS {}", kind.sql(), quoted(name, '"')))
        .collect();
    let target = quoted(&path.to_string_lossy(), '\'');
    connection.execute_batch(&format!(
        "COPY (SELECT {} FROM staged) TO {target} (FORMAT parquet, COMPRESSION zstd)",
        typed.join(", ")
    ))
}

/// Column names made different from each other: Parquet readers look columns up by name, letter case aside.
fn unlike(columns: &[(String, ColumnKind)]) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(columns.len());
    for (name, _) in columns {
        let mut other = if name.is_empty() { String::from("column") } else { name.replace('\0', "") };
        while found.iter().any(|known| known.to_lowercase() == other.to_lowercase()) {
            other.push_str("_2");
        }
        found.push(other);
    }
    found
}

/// SQL's quoting: the quotation mark doubled.
fn quoted(text: &str, mark: char) -> String {
    let doubled = text.replace('\0', "").replace(mark, &format!("{mark}{mark}"));
    format!("{mark}{doubled}{mark}")
}
