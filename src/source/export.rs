//! Rows as CSV files (RFC 4180, UTF-8, ISO 8601): an empty field is null, a quoted empty field an empty text.

use std::io::{self, Write};

use thiserror::Error;

use crate::facts::{Scalar, TableContent};

/// Why rows could not be written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The destination refused bytes.
    #[error("cannot write rows")]
    Write(#[from] io::Error),
}

/// Letters that make a spreadsheet take a text for a formula, full-width forms included (OWASP, «CSV Injection»).
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '＠'];
/// Put in front of such a text.
const SHIELD: char = '\'';

/// Writes a table: its column names, then its rows. Lines end with CR LF.
pub fn write_table_csv(table: &TableContent, out: &mut dyn Write) -> Result<(), ExportError> {
    write_header(&table.columns, out)?;
    for row in &table.rows {
        write_row(row, table.columns.len(), out)?;
    }
    Ok(())
}

/// Writes a line of names.
pub fn write_header(columns: &[String], out: &mut dyn Write) -> Result<(), ExportError> {
    let fields: Vec<String> = columns.iter().map(|name| text_field(name)).collect();
    Ok(write_line(&fields, out)?)
}

/// Writes one row; missing values at its end are null.
pub fn write_row(row: &[Scalar], columns: usize, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut fields: Vec<String> = row.iter().map(field).collect();
    fields.resize(columns.max(fields.len()), String::new());
    Ok(write_line(&fields, out)?)
}

fn write_line(fields: &[String], out: &mut dyn Write) -> io::Result<()> {
    // A line of one null would be an empty line, which readers pass over; the standard has no better word for it.
    out.write_all(fields.join(",").as_bytes())?;
    out.write_all(b"\r\n")
}

fn field(value: &Scalar) -> String {
    match value {
        Scalar::Empty | Scalar::Binary(_) => String::new(),
        Scalar::Number(number) => number.to_string(),
        Scalar::Exact(digits) => digits.clone(),
        Scalar::Boolean(true) => String::from("true"),
        Scalar::Boolean(false) => String::from("false"),
        Scalar::Moment(text) => text.clone(),
        Scalar::Text(text) | Scalar::Error(text) => text_field(text),
    }
}

/// Numbers, telephone numbers and signs alone: without a letter there is no function, name or cell that a formula could
/// reach, and without another sign no command.
fn is_harmless(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '.' | '/');
    text.parse::<f64>().is_ok() || (text.starts_with(['+', '-']) && text.chars().all(plain))
}

/// A text that a spreadsheet would run is shielded; numbers written as text stay as they are.
fn text_field(text: &str) -> String {
    let runs = text.starts_with(FORMULA_STARTS) && !is_harmless(text);
    let shielded = if runs { format!("{SHIELD}{text}") } else { text.to_string() };
    let plain = !shielded.is_empty() && !shielded.contains([',', '"', '\r', '\n']) && shielded.trim() == shielded;
    if plain { shielded } else { format!("\"{}\"", shielded.replace('"', "\"\"")) }
}
