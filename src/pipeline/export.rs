//! `daylight data export`: the rows of files, one file per table, as CSV or Parquet. No table replaces another's file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::PipelineError;
use super::contents::read_paths;
use crate::facts::{Scalar, TableContent};
use crate::infer::Source;
use crate::source::ReaderCommand;
use crate::store::{ColumnKind, write_parquet};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// RFC 4180, UTF-8, ISO 8601; empty = null, quoted empty = empty text.
    Csv,
    /// Typed columns; null and empty text are different values.
    Parquet,
}

/// What an export wrote, and what it could not read or not wholly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    pub written: Vec<PathBuf>,
    pub failed: Vec<String>,
}

/// Writes every table of the files into `out`.
///
/// # Errors
/// When a named file cannot be read or a file cannot be written.
pub fn export_rows(
    paths: &[PathBuf],
    out: &Path,
    format: RowFormat,
    reader: &ReaderCommand,
) -> Result<Exported, PipelineError> {
    let (read, failed) = read_paths(paths, reader)?;
    let write_error = |source| PipelineError::WriteFile { path: out.to_path_buf(), source };
    std::fs::create_dir_all(out).map_err(write_error)?;
    // An absolute path cannot be mistaken for an address by whoever writes the file.
    let out = std::fs::canonicalize(out).map_err(write_error)?;
    let mut exported = Exported { written: Vec::new(), failed };
    let mut taken = BTreeSet::new();
    for file in &read {
        let of_sheets = crate::infer::rows(&Source { name: &file.name, reading: &file.reading });
        for table in file.reading.tables.iter().chain(&of_sheets) {
            if table.truncated {
                exported.failed.push(format!("`{}`: not all rows of {} could be read", file.name, table.name));
            }
            let path = out.join(file_name(table, &file.name, format, &mut taken));
            match format {
                RowFormat::Csv => write_csv(&path, table)?,
                RowFormat::Parquet => write_typed(&path, table)?,
            }
            exported.written.push(path);
        }
    }
    Ok(exported)
}

/// `<table>.csv`; where an earlier table has that name, letter case aside, the file's name stands behind it.
fn file_name(table: &TableContent, file: &str, format: RowFormat, taken: &mut BTreeSet<String>) -> String {
    let ending = match format {
        RowFormat::Csv => "csv",
        RowFormat::Parquet => "parquet",
    };
    let plain = safe_name(&table.name);
    let mut name = format!("{plain}.{ending}");
    let mut number = 1u32;
    while !taken.insert(name.to_lowercase()) {
        let more = if number == 1 { String::new() } else { format!(" {number}") };
        name = format!("{plain} ({}{more}).{ending}", safe_name(file));
        number = number.saturating_add(1);
    }
    name
}

fn write_csv(path: &Path, table: &TableContent) -> Result<(), PipelineError> {
    let file =
        std::fs::File::create(path).map_err(|source| PipelineError::WriteFile { path: path.to_path_buf(), source })?;
    let mut buffered = std::io::BufWriter::new(file);
    crate::source::write_table_csv(table, &mut buffered)
        .map_err(|error| PipelineError::Export { source: Box::new(error) })
}

fn write_typed(path: &Path, table: &TableContent) -> Result<(), PipelineError> {
    let columns: Vec<(String, ColumnKind)> =
        table.columns.iter().enumerate().map(|(at, name)| (name.clone(), kind_of(table, at))).collect();
    let rows = table.rows.iter().map(|row| row.iter().map(text_of).collect());
    write_parquet(path, &columns, rows).map_err(|error| PipelineError::Export { source: Box::new(error) })
}

/// Most digits of a whole number that an i64 surely holds.
const INTEGER_DIGITS: usize = 18;
/// Digits of an exact column, and those kept before the point.
const DECIMAL_DIGITS: usize = 38;

/// The narrowest kind that holds every value of a column as it stands; text where values of several kinds meet.
fn kind_of(table: &TableContent, at: usize) -> ColumnKind {
    let values = table.rows.iter().filter_map(|row| row.get(at));
    let mut kinds = values.filter_map(kind_of_value);
    let Some(first) = kinds.next() else { return ColumnKind::Text };
    kinds.fold(first, both)
}

fn kind_of_value(value: &Scalar) -> Option<ColumnKind> {
    match value {
        Scalar::Empty => None,
        Scalar::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(ColumnKind::Integer),
        Scalar::Number(number) if number.is_finite() => Some(ColumnKind::Number),
        Scalar::Number(_) => Some(ColumnKind::Text),
        Scalar::Exact(text) => Some(exact_kind(text)),
        Scalar::Boolean(_) => Some(ColumnKind::Boolean),
        Scalar::Moment(text) => Some(moment_kind(text)),
        Scalar::Text(_) | Scalar::Error(_) | Scalar::Binary(_) => Some(ColumnKind::Text),
    }
}

fn exact_kind(text: &str) -> ColumnKind {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let scale = u8::try_from(fraction.len()).unwrap_or(u8::MAX);
    match (plain, fraction.is_empty()) {
        (true, true) if whole.len() <= INTEGER_DIGITS => ColumnKind::Integer,
        (true, _) if whole.len() + fraction.len() <= DECIMAL_DIGITS / 2 => ColumnKind::Decimal(scale),
        _ => ColumnKind::Text,
    }
}

fn moment_kind(text: &str) -> ColumnKind {
    let is_time = text.contains(':');
    let date = text.split(['T', ' ']).next().unwrap_or("");
    let readable = date.parse::<jiff::civil::Date>().is_ok();
    match (is_time, text.contains(['T', ' '])) {
        (true, true) if readable => ColumnKind::Moment,
        (true, false) if text.parse::<jiff::civil::Time>().is_ok() => ColumnKind::Time,
        (false, false) if readable => ColumnKind::Date,
        _ => ColumnKind::Text,
    }
}

fn both(a: ColumnKind, b: ColumnKind) -> ColumnKind {
    use ColumnKind::{Date, Decimal, Integer, Moment, Number, Text};
    match (a.min(b), a.max(b)) {
        (a, b) if a == b => a,
        (Integer, Number) => Number,
        (Integer, Decimal(scale)) => Decimal(scale),
        (Decimal(a), Decimal(b)) => Decimal(a.max(b)),
        (Date, Moment) => Moment,
        _ => Text,
    }
}

/// A value as text that its column's kind reads; null for an empty cell.
fn text_of(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Empty => None,
        Scalar::Number(number) => Some(number.to_string()),
        Scalar::Boolean(flag) => Some(flag.to_string()),
        Scalar::Exact(text) | Scalar::Text(text) | Scalar::Moment(text) | Scalar::Error(text) => Some(text.clone()),
        Scalar::Binary(bytes) => Some(format!("({bytes} bytes)")),
    }
}

/// A table's name as a file name: separators and control characters become `_`, so no name leaves the folder.
fn safe_name(name: &str) -> String {
    let plain: String =
        name.chars()
            .map(|c| {
                if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                    '_'
                } else {
                    c
                }
            })
            .collect();
    let trimmed = plain.trim_matches(['.', ' ']);
    if trimmed.is_empty() { String::from("table") } else { trimmed.to_string() }
}
