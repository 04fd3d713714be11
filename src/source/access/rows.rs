//! Rows of a table, streamed one page at a time. Texts and binaries of fixed length, which jetdb gives as Null, are
//! read from the row's bytes.

use std::collections::HashMap;

use jetdb::{ColumnDef, ColumnType, RowPosition, TableDef, TableRows, Value};

use crate::facts::{Notice, Problem, Scalar, SourceFacts};

use super::super::SourceError;
use super::super::excel::moment_of_days;
use super::super::sink::{Completeness, Sink};
use super::tables::Defined;
use super::{Database, guarded};

/// Longest binary value that is handed on with its content; pictures and embedded files are only counted.
const LONGEST_BINARY: usize = 64 * 1024;
/// Rows in one delivery.
const BATCH: usize = 1_024;
/// Rows of a system table that are looked at.
const SYSTEM_ROWS: usize = 1_000_000;

/// Streams the rows of a table to the sink. A broken page ends the table with a notice.
pub(crate) fn stream(
    database: &mut Database,
    table: &mut Defined,
    sink: &mut dyn Sink,
    facts: &mut SourceFacts,
) -> Result<(), SourceError> {
    let names: Vec<String> = table.definition.columns.iter().map(|column| column.name.clone()).collect();
    sink.table(&table.entry.name, &names)?;
    let mut sent = 0u64;
    let read = deliver(database, &table.definition, sink, &mut sent);
    let mut completeness = Completeness::Whole;
    let place = table.entry.name.clone();
    match read {
        Ok(0) => {
            let counted = facts.tables.get(table.at).map_or(sent, |known| known.rows);
            if counted != sent {
                facts.notices.push(Notice {
                    place,
                    problem: Problem::Remark,
                    message: format!("its header counts {counted} rows, but {sent} are stored and were read"),
                });
            }
        }
        Ok(skipped) => facts.notices.push(Notice {
            place,
            problem: Problem::Malformed,
            message: format!("{skipped} rows are damaged and were left out; compact and repair the database in Access"),
        }),
        Err(error) => {
            completeness = Completeness::Cut;
            facts
                .notices
                .push(error.notice(&place, &format!("rows 1 to {} are in", super::super::sink::grouped(sent))));
        }
    }
    if let Some(known) = facts.tables.get_mut(table.at) {
        known.rows = sent;
    }
    sink.table_end(completeness)
}

/// Delivers all rows; answers how many were damaged.
fn deliver(
    database: &mut Database,
    table: &TableDef,
    sink: &mut dyn Sink,
    sent: &mut u64,
) -> Result<usize, SourceError> {
    let calculated = jetdb::calculated_column_types_in(&database.catalog, table);
    let fixed: Vec<usize> = fixed_texts(table);
    let mut rows = TableRows::new(table, &calculated);
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let reader = &mut database.reader;
        let Some(mut row) = guarded(&table.name, || rows.next_row(reader))? else {
            break;
        };
        if !fixed.is_empty() {
            fill_fixed(database, table, &fixed, row.position, &mut row.values)?;
        }
        database.spend.cells(row.values.len())?;
        let values: Vec<Scalar> = row.values.into_iter().map(scalar).collect();
        *sent = sent.saturating_add(1);
        batch.push(values);
        if batch.len() >= BATCH {
            sink.rows(std::mem::take(&mut batch))?;
        }
    }
    if !batch.is_empty() {
        sink.rows(batch)?;
    }
    Ok(rows.skipped_rows())
}

fn fixed_texts(table: &TableDef) -> Vec<usize> {
    let lost = |column: &ColumnDef| column.is_fixed && matches!(column.col_type, ColumnType::Text | ColumnType::Binary);
    table.columns.iter().enumerate().filter(|(_, column)| lost(column)).map(|(index, _)| index).collect()
}

fn fill_fixed(
    database: &mut Database,
    table: &TableDef,
    fixed: &[usize],
    position: RowPosition,
    values: &mut [Value],
) -> Result<(), SourceError> {
    let Some(&page) = table.data_pages.get(position.page as usize) else {
        return Ok(());
    };
    let reader = &mut database.reader;
    let jet3 = reader.header().version.is_jet3();
    let format = reader.format();
    let bytes = guarded(&table.name, || reader.read_page_copy(page))?;
    let (start, size) = guarded(&table.name, || jetdb::find_row(format, &bytes, page, position.row))?;
    let row = bytes.get(start..start.saturating_add(size)).unwrap_or_default();
    for &index in fixed {
        let (Some(column), Some(value)) = (table.columns.get(index), values.get_mut(index)) else {
            continue;
        };
        if let Some(found) = fixed_value(row, column, table, jet3) {
            *value = found;
        }
    }
    Ok(())
}

/// The value of a fixed-length column: behind the row's column count, unless the null mask at the row's end says there is none.
fn fixed_value(row: &[u8], column: &ColumnDef, table: &TableDef, jet3: bool) -> Option<Value> {
    let (count, head) =
        if jet3 { (usize::from(*row.first()?), 1) } else { (usize::from(super::super::precheck::u16_at(row, 0)?), 2) };
    let mask = row.get(row.len().checked_sub(count.div_ceil(8))?..)?;
    let number = usize::from(column.col_num);
    let present = mask.get(number / 8)? >> (number % 8) & 1 == 1;
    if !present {
        return None;
    }
    let start = head + usize::from(column.fixed_offset);
    let bytes = row.get(start..start.checked_add(usize::from(column.col_size))?)?;
    if column.col_type == ColumnType::Binary {
        return Some(Value::Binary(bytes.to_vec()));
    }
    let text = jetdb::encoding::decode_text(bytes, table.text_encoding).ok()?;
    Some(Value::Text(text.trim_end_matches('\0').to_string()))
}

/// The wanted columns of a system table's rows; a column that is not there is Null.
pub(crate) fn system_rows(
    database: &mut Database,
    name: &str,
    page: u32,
    wanted: &[&str],
) -> Result<Vec<Vec<Value>>, SourceError> {
    let reader = &mut database.reader;
    let table = guarded(name, || jetdb::read_table_def(reader, name, page))?;
    let columns: Vec<Option<usize>> =
        wanted.iter().map(|wanted| table.columns.iter().position(|column| column.name == *wanted)).collect();
    let read: Vec<usize> = columns.iter().flatten().copied().collect();
    let none = HashMap::new();
    let mut rows = TableRows::new(&table, &none).with_columns(&read);
    let mut found = Vec::new();
    while let Some(row) = guarded(name, || rows.next_row(reader))? {
        let value = |column: &Option<usize>| column.and_then(|at| row.values.get(at).cloned()).unwrap_or(Value::Null);
        let picked: Vec<Value> = columns.iter().map(value).collect();
        let size: usize = picked.iter().map(weight).sum();
        database.spend.bytes(size)?;
        if found.len() >= SYSTEM_ROWS {
            let what = format!("{name} has more than {SYSTEM_ROWS} rows");
            return Err(SourceError::Limit { limit: "system rows", what });
        }
        found.push(picked);
    }
    Ok(found)
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Binary(bytes) => bytes.len(),
        Value::Text(text) => text.len(),
        _ => size_of::<Value>(),
    }
}

fn scalar(value: Value) -> Scalar {
    match value {
        Value::Null => Scalar::Empty,
        Value::Bool(value) => Scalar::Boolean(value),
        Value::Byte(number) => Scalar::Number(f64::from(number)),
        Value::Int(number) => Scalar::Number(f64::from(number)),
        Value::Long(number) => Scalar::Number(f64::from(number)),
        Value::BigInt(number) => Scalar::Exact(number.to_string()),
        // The shortest decimal that gives the same single: 0.1 stays 0.1.
        Value::Float(number) => finite(number.to_string().parse().unwrap_or(f64::from(number))),
        Value::Double(number) => finite(number),
        Value::Text(text) | Value::Guid(text) => Scalar::Text(text),
        Value::Binary(bytes) if bytes.len() <= LONGEST_BINARY => Scalar::Text(hexadecimal(&bytes)),
        Value::Binary(bytes) => Scalar::Binary(bytes.len() as u64),
        Value::Money(digits) | Value::Numeric(digits) => Scalar::Exact(digits),
        Value::Timestamp(days) => moment_of_days(days).map_or(Scalar::Number(days), Scalar::Moment),
        Value::DateTimeExtended(text) => Scalar::Moment(text.replacen(' ', "T", 1)),
        _ => Scalar::Empty,
    }
}

/// Bytes as digits, two each: what `data export` writes for them.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn finite(number: f64) -> Scalar {
    if number.is_finite() { Scalar::Number(number) } else { Scalar::Text(number.to_string()) }
}
