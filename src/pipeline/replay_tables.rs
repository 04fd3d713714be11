//! Receipts for macros and queries of a database: what the run leaves in the tables against the database as saved after the
//! legacy code ran, row by row. Rows are matched by the primary key, without one by their values. Without such a file the
//! run is compared with itself, which proves determinism only.

use std::collections::{BTreeMap, BTreeSet};

use super::PipelineError;
use super::access_data::database_of;
use super::contents::ReadPath;
use super::excel_data::serial_now;
use super::macros::{granted, host_for};
use super::replay::{Compared, RunCost, Runnable};
use crate::base::Clock;
use crate::engine::RunOutcome;
use crate::engine::database::{DatabaseData, FieldValue, TableData};
use crate::engine::workbook::data::WorkbookData;
use crate::model::{Action, Application, EvidenceLevel, ProcedureKind, Step, Workflow};

/// Relative tolerance for numbers, as for cells.
const TOLERANCE: f64 = 1e-12;

/// A procedure or query that a person starts and that changes records.
pub(super) fn can_start(workflow: &Workflow, application: &Application) -> bool {
    let starts = matches!(workflow.procedure, Some(ProcedureKind::Sub | ProcedureKind::Function));
    starts && workflow.inputs.iter().all(|input| input.optional) && changes(&workflow.steps, application, 0)
}

fn changes(steps: &[Step], application: &Application, depth: usize) -> bool {
    const MOST_CALLS: usize = 16;
    let calls = |text: &str| {
        [".Execute(", ".Update", ".Delete", ".RunSQL(", ".OpenQuery("].iter().any(|call| text.contains(call))
    };
    steps.iter().any(|step| match &step.action {
        Action::ExecuteSql { .. }
        | Action::CreateRecord { .. }
        | Action::UpdateRecord { .. }
        | Action::DeleteRecord { .. } => true,
        Action::Invoke(method) => calls(&method.expression.0),
        Action::Call { workflow, .. } if depth < MOST_CALLS => application
            .workflows
            .iter()
            .filter(|found| found.name.rsplit('.').next() == workflow.rsplit('.').next())
            .any(|found| changes(&found.steps, application, depth + 1)),
        action => crate::dsl::branches(action).into_iter().any(|branch| changes(branch, application, depth)),
    })
}

/// Runs a workflow on the database and compares what it leaves.
pub(super) fn compared(
    read: &ReadPath,
    tried: Runnable<'_>,
    after: Option<&ReadPath>,
    clock: &dyn Clock,
) -> Result<Compared, PipelineError> {
    let (here, outcome, cost) = left_by(read, tried, clock)?;
    let (level, there) = match after {
        Some(after) => {
            let saved = database_of(std::slice::from_ref(after), serial_now(clock.now_ms()))?;
            (EvidenceLevel::Recorded, saved.data())
        }
        None => (EvidenceLevel::SelfCompared, left_by(read, tried, clock)?.0),
    };
    let mut found = Compared::by(level, &outcome, cost);
    compare(&there, &here, &mut found);
    Ok(found)
}

fn left_by(
    read: &ReadPath,
    tried: Runnable<'_>,
    clock: &dyn Clock,
) -> Result<(DatabaseData, RunOutcome, RunCost), PipelineError> {
    let database = database_of(std::slice::from_ref(read), serial_now(clock.now_ms()))?;
    let grants = granted(&[], &["database"])?;
    let mut host = host_for(&WorkbookData::default(), clock.now_ms(), Vec::new(), grants);
    host.models.push(Box::new(database.clone()));
    host.database = Some(Box::new(database.clone()));
    let (outcome, cost) = tried.run(host)?;
    Ok((database.data(), outcome, cost))
}

fn compare(there: &DatabaseData, here: &DatabaseData, found: &mut Compared) {
    for table in &there.tables {
        match here.tables.iter().find(|other| other.name.eq_ignore_ascii_case(&table.name)) {
            Some(other) => compare_tables(table, other, found),
            None => found.differ(&table.name, "a table", "(no table)"),
        }
    }
    for table in &here.tables {
        if !there.tables.iter().any(|other| other.name.eq_ignore_ascii_case(&table.name)) {
            found.differ(&table.name, "(no table)", "a table");
        }
    }
}

type Rows<'a> = BTreeMap<Vec<String>, Vec<&'a Vec<FieldValue>>>;

fn compare_tables(there: &TableData, here: &TableData, found: &mut Compared) {
    let place =
        |table: &TableData, name: &str| table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    let key: Option<Vec<usize>> = there.primary_key.iter().map(|name| place(there, name)).collect();
    let key = key.unwrap_or_default();
    // Columns go by their names: a definition may list them in another order.
    let order: Vec<Option<usize>> = there.columns.iter().map(|column| place(here, &column.name)).collect();
    let aligned: Vec<Vec<FieldValue>> = here
        .rows
        .iter()
        .map(|row| order.iter().map(|at| at.and_then(|at| row.get(at)).cloned().unwrap_or_default()).collect())
        .collect();
    let (wanted, got) = (keyed(there.rows.iter(), &key), keyed(aligned.iter(), &key));
    let all: BTreeSet<&Vec<String>> = wanted.keys().chain(got.keys()).collect();
    for (number, row_key) in all.into_iter().enumerate() {
        let none = Vec::new();
        let (a, b) = (wanted.get(row_key).unwrap_or(&none), got.get(row_key).unwrap_or(&none));
        let row = if key.is_empty() { format!("{}[{}]", there.name, number + 1) } else { row_name(there, row_key) };
        for at in 0..a.len().max(b.len()) {
            match (a.get(at), b.get(at)) {
                (Some(a), Some(b)) => compare_rows(there, &row, a, b, found),
                (Some(_), None) => found.differ(&row, "a record", "(no record)"),
                (None, _) => found.differ(&row, "(no record)", "a record"),
            }
        }
    }
}

fn keyed<'a>(rows: impl Iterator<Item = &'a Vec<FieldValue>>, key: &[usize]) -> Rows<'a> {
    let mut found = Rows::new();
    for row in rows {
        let parts: Vec<String> = if key.is_empty() {
            row.iter().map(text_of).collect()
        } else {
            key.iter().filter_map(|at| row.get(*at)).map(text_of).collect()
        };
        found.entry(parts).or_default().push(row);
    }
    found
}

/// `Orders[ID=10]` for a numeric key; other keys may be personal and show their shape.
fn row_name(table: &TableData, key: &[String]) -> String {
    let part = |(name, value): (&String, &String)| {
        let shown = if value.parse::<f64>().is_ok() { value.clone() } else { shape(value) };
        format!("{name}={shown}")
    };
    let parts: Vec<String> = table.primary_key.iter().zip(key).map(part).collect();
    format!("{}[{}]", table.name, parts.join(", "))
}

fn compare_rows(table: &TableData, row: &str, a: &[FieldValue], b: &[FieldValue], found: &mut Compared) {
    for ((column, a), b) in table.columns.iter().zip(a).zip(b) {
        found.cells += 1;
        if !same(a, b) {
            found.differ(&format!("{row}.{}", column.name), &shown(a), &shown(b));
        }
    }
}

fn number_of(value: &FieldValue) -> Option<f64> {
    match value {
        FieldValue::Integer(number) => Some(*number as f64),
        FieldValue::Number(number) => Some(*number),
        _ => None,
    }
}

fn same(a: &FieldValue, b: &FieldValue) -> bool {
    match (number_of(a), number_of(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0),
        _ => a == b,
    }
}

fn text_of(value: &FieldValue) -> String {
    match value {
        FieldValue::Null => String::new(),
        FieldValue::Boolean(flag) => flag.to_string(),
        FieldValue::Integer(number) => number.to_string(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Text(text) => text.clone(),
    }
}

/// A value as a receipt shows it: numbers as they are, texts as their shape.
fn shown(value: &FieldValue) -> String {
    match value {
        FieldValue::Null => String::from("(null)"),
        FieldValue::Text(text) => shape(text),
        other => text_of(other),
    }
}

fn shape(text: &str) -> String {
    const LONGEST: usize = 40;
    let letter = |c: char| match c {
        c if c.is_numeric() => '9',
        c if c.is_alphabetic() => 'x',
        c => c,
    };
    text.chars().take(LONGEST).map(letter).collect()
}
