//! Recordsets: a cursor over the rows of a table or query, with an edit that counts only after `Update`.
//! Rows of one table are read live and can be changed; everything else is a picture of when it was opened.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::value::functions::Environment;
use crate::engine::value::{RunError, Value};

use super::action;
use super::bind::ColumnInfo;
use super::evaluate::{Parameters, Run};
use super::fault;
use super::join::Relation;
use super::kind::Kind;
use super::store::Store;

/// `RecordsetTypeEnum` of DAO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Table,
    Dynaset,
    Snapshot,
    ForwardOnly,
}

impl Mode {
    pub(super) fn numbered(number: i32) -> Option<Mode> {
        match number {
            1 => Some(Mode::Table),
            2 => Some(Mode::Dynaset),
            4 => Some(Mode::Snapshot),
            8 => Some(Mode::ForwardOnly),
            _ => None,
        }
    }

    pub(super) fn number(self) -> i32 {
        match self {
            Mode::Table => 1,
            Mode::Dynaset => 2,
            Mode::Snapshot => 4,
            Mode::ForwardOnly => 8,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Record {
    pub id: Option<i64>,
    pub values: Vec<Value>,
    pub gone: bool,
}

/// Where the cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cursor {
    Before,
    At(usize),
    After,
}

#[derive(Debug, Clone)]
pub(super) enum Edit {
    Add(Vec<Value>),
    Change(Vec<Value>),
}

/// An open recordset.
#[derive(Debug, Clone)]
pub(super) struct Recordset {
    pub source: String,
    pub mode: Mode,
    pub columns: Vec<ColumnInfo>,
    pub kinds: Vec<Kind>,
    /// The table whose rows can be changed.
    pub table: Option<Arc<str>>,
    pub rows: Vec<Record>,
    pub cursor: Cursor,
    /// Records visited so far: what `RecordCount` of a dynaset says.
    seen: usize,
    pub edit: Option<Edit>,
    pub no_match: bool,
    pub filter: String,
    pub sort: String,
    pub index: String,
    modified: Option<usize>,
    /// A field that is written begins an edit, as in ADO.
    pub edits_at_once: bool,
}

impl Recordset {
    /// Opens over the rows of a query.
    pub(super) fn open(source: &str, mode: Mode, mut relation: Relation) -> Recordset {
        let kinds = (0..).zip(&relation.columns).map(|(at, column)| action::kind_of(&relation, at, column)).collect();
        let ids: Vec<usize> =
            (0..).zip(&relation.columns).filter(|(_, column)| column.row_id).map(|(at, _)| at).collect();
        let id = if let [id] = ids.as_slice() { Some(*id) } else { None };
        let table = id.and_then(|id| relation.columns.get(id)).and_then(|column| column.origin.clone());
        let table = table.map(|origin| origin.0).filter(|_| matches!(mode, Mode::Table | Mode::Dynaset));
        let record = |values: Vec<Value>| {
            let id = match id.and_then(|id| values.get(id)) {
                Some(Value::LongLong(id)) => Some(*id),
                _ => None,
            };
            Record { id, values, gone: false }
        };
        let rows: Vec<Record> = std::mem::take(&mut relation.rows).into_iter().map(record).collect();
        let cursor = if rows.is_empty() { Cursor::After } else { Cursor::At(0) };
        Recordset {
            source: source.to_owned(),
            mode,
            columns: relation.columns,
            kinds,
            table,
            seen: usize::from(!rows.is_empty()),
            rows,
            cursor,
            edit: None,
            no_match: false,
            filter: String::new(),
            sort: String::new(),
            index: String::new(),
            modified: None,
            edits_at_once: false,
        }
    }

    /// Records that were not deleted.
    pub(super) fn weight_live(&self) -> usize {
        self.live()
    }

    fn live(&self) -> usize {
        self.rows.iter().filter(|row| !row.gone).count()
    }

    /// Number of rows held, for the bound on all open recordsets.
    pub(super) fn weight(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_eof(&self) -> bool {
        self.cursor == Cursor::After || (self.live() == 0 && !matches!(self.cursor, Cursor::At(_)))
    }

    pub(super) fn is_bof(&self) -> bool {
        self.cursor == Cursor::Before || (self.live() == 0 && !matches!(self.cursor, Cursor::At(_)))
    }

    pub(super) fn record_count(&self) -> i32 {
        let count = if self.mode == Mode::Table { self.live() } else { self.seen.min(self.live()) };
        i32::try_from(count).unwrap_or(i32::MAX)
    }

    pub(super) fn edit_mode(&self) -> i32 {
        match self.edit {
            None => 0,
            Some(Edit::Change(_)) => 1,
            Some(Edit::Add(_)) => 2,
        }
    }

    /// Number of columns with a name.
    pub(super) fn width(&self) -> usize {
        self.columns.iter().filter(|column| !column.row_id).count()
    }

    fn place(&self) -> Result<usize, RunError> {
        match self.cursor {
            Cursor::At(place) if place < self.rows.len() => Ok(place),
            _ => Err(fault::no_record()),
        }
    }

    /// A row as it is now; error 3167 when it was deleted.
    pub(super) fn current(&self, place: usize, store: &Store) -> Result<Vec<Value>, RunError> {
        let record = self.rows.get(place).filter(|record| !record.gone).ok_or_else(fault::deleted)?;
        let (Some(table), Some(id)) = (&self.table, record.id) else { return Ok(record.values.clone()) };
        let row = store.table(table).and_then(|table| table.row(id)).ok_or_else(fault::deleted)?;
        let fresh = |(column, kept): (&ColumnInfo, &Value)| match &column.origin {
            Some((_, field)) => row.values.get(*field).unwrap_or(kept).clone(),
            None => kept.clone(),
        };
        Ok(self.columns.iter().zip(&record.values).map(fresh).collect())
    }

    /// A field of the current record, or of the edit under way.
    pub(super) fn value(&self, column: usize, store: &Store) -> Result<Value, RunError> {
        if let Some(Edit::Add(values) | Edit::Change(values)) = &self.edit {
            return Ok(values.get(column).cloned().unwrap_or(Value::Null));
        }
        Ok(self.current(self.place()?, store)?.get(column).cloned().unwrap_or(Value::Null))
    }

    /// Writes a field of the edit under way; error 3020 without one, 3421 for a value its column cannot take.
    pub(super) fn put(&mut self, column: usize, value: &Value, store: &Store) -> Result<(), RunError> {
        let Some((name, field)) = self.columns.get(column).and_then(|column| column.origin.clone()) else {
            return Err(fault::not_updatable());
        };
        let kind = store.table(&name).and_then(|table| table.fields.get(field)).map(|field| field.kind);
        if self.edits_at_once && self.edit.is_none() {
            self.edit(store)?;
        }
        let Some(Edit::Add(values) | Edit::Change(values)) = &mut self.edit else { return Err(fault::no_edit()) };
        if let (Some(slot), Some(kind)) = (values.get_mut(column), kind) {
            *slot = kind.store(value)?;
        }
        Ok(())
    }

    // ---- moving ----

    /// Moves by so many records; an edit under way is lost, as in Access.
    pub(super) fn move_by(&mut self, step: i64) -> Result<(), RunError> {
        self.edit = None;
        if self.mode == Mode::ForwardOnly && step < 0 {
            return Err(fault::not_supported());
        }
        let beyond = (step > 0 && self.is_eof()) || (step < 0 && self.is_bof());
        if beyond {
            return Err(fault::no_record());
        }
        for _ in 0..step.unsigned_abs().min(self.rows.len() as u64 + 1) {
            self.cursor = if step > 0 { self.after(self.cursor) } else { self.before(self.cursor) };
            self.visit();
        }
        Ok(())
    }

    fn after(&self, cursor: Cursor) -> Cursor {
        let from = match cursor {
            Cursor::Before => 0,
            Cursor::At(place) => place + 1,
            Cursor::After => return Cursor::After,
        };
        let next = (from..self.rows.len()).find(|&at| self.rows.get(at).is_some_and(|row| !row.gone));
        next.map_or(Cursor::After, Cursor::At)
    }

    fn before(&self, cursor: Cursor) -> Cursor {
        let end = match cursor {
            Cursor::Before => return Cursor::Before,
            Cursor::At(place) => place,
            Cursor::After => self.rows.len(),
        };
        let next = (0..end).rev().find(|&at| self.rows.get(at).is_some_and(|row| !row.gone));
        next.map_or(Cursor::Before, Cursor::At)
    }

    pub(super) fn visit(&mut self) {
        match self.cursor {
            Cursor::At(place) => self.seen = self.seen.max(place + 1),
            Cursor::After => self.seen = self.rows.len(),
            Cursor::Before => {}
        }
    }

    /// `MoveFirst`; error 3021 without records.
    pub(super) fn move_first(&mut self) -> Result<(), RunError> {
        self.end(Cursor::Before)
    }

    /// `MoveLast`; error 3021 without records.
    pub(super) fn move_last(&mut self) -> Result<(), RunError> {
        self.seen = self.rows.len();
        self.end(Cursor::After)
    }

    fn end(&mut self, from: Cursor) -> Result<(), RunError> {
        self.edit = None;
        if self.live() == 0 {
            return Err(fault::no_record());
        }
        self.cursor = if from == Cursor::Before { self.after(from) } else { self.before(from) };
        Ok(())
    }

    /// Place of the current record, for `Bookmark` and `AbsolutePosition`.
    pub(super) fn position(&self) -> Result<i32, RunError> {
        i32::try_from(self.place()?).map_err(|_| fault::resources())
    }

    /// The record that was added or changed last.
    pub(super) fn last_modified(&self) -> Result<i32, RunError> {
        self.modified.and_then(|place| i32::try_from(place).ok()).ok_or_else(fault::no_record)
    }

    pub(super) fn go_to(&mut self, place: i32) -> Result<(), RunError> {
        let place = usize::try_from(place).ok().filter(|place| *place < self.rows.len());
        self.edit = None;
        self.cursor = Cursor::At(place.ok_or_else(fault::no_record)?);
        self.visit();
        Ok(())
    }

    // ---- changing ----

    pub(super) fn updatable(&self) -> Result<Arc<str>, RunError> {
        self.table.clone().ok_or_else(fault::not_updatable)
    }

    pub(super) fn add_new(&mut self, store: &Store, environment: &Environment) -> Result<(), RunError> {
        let name = self.updatable()?;
        let table = store.table(&name).ok_or_else(|| fault::unknown_table(&name))?;
        let parameters = Parameters::new();
        let mut run = Run::new(store, environment, &parameters);
        let mut defaults = action::completed(table, Vec::new(), &mut run)?;
        for (field, value) in table.fields.iter().zip(defaults.iter_mut()) {
            // Jet numbers a new record at once: code reads the number before Update.
            if field.auto_number {
                *value = Value::Long(table.next_number());
            } else {
                *value = field.kind.store(value)?;
            }
        }
        let value = |column: &ColumnInfo| match &column.origin {
            Some((_, field)) => defaults.get(*field).cloned().unwrap_or(Value::Null),
            None => Value::Null,
        };
        self.edit = Some(Edit::Add(self.columns.iter().map(value).collect()));
        Ok(())
    }

    pub(super) fn edit(&mut self, store: &Store) -> Result<(), RunError> {
        self.updatable()?;
        self.edit = Some(Edit::Change(self.current(self.place()?, store)?));
        Ok(())
    }

    pub(super) fn cancel(&mut self) -> Result<(), RunError> {
        self.edit.take().map(|_| ()).ok_or_else(fault::no_edit)
    }

    /// Writes the edit under way into the table; after a refused row it is still under way.
    pub(super) fn update(&mut self, store: &mut Store, environment: &Environment) -> Result<(), RunError> {
        let name = self.updatable()?;
        match self.edit.clone().ok_or_else(fault::no_edit)? {
            Edit::Add(values) => {
                let given = self.fields(&values);
                let complete = {
                    let table = store.table(&name).ok_or_else(|| fault::unknown_table(&name))?;
                    let parameters = Parameters::new();
                    action::completed(table, given, &mut Run::new(store, environment, &parameters))?
                };
                let id = store.table_mut(&name)?.insert(complete)?;
                self.modified = Some(self.rows.len());
                self.seen = self.seen.saturating_add(1);
                self.rows.push(Record { id: Some(id), values, gone: false });
                if self.rows.len() == 1 {
                    self.cursor = Cursor::At(0);
                }
            }
            Edit::Change(values) => {
                let place = self.place()?;
                let id = self.rows.get(place).and_then(|record| record.id).ok_or_else(fault::not_updatable)?;
                let table = store.table_mut(&name)?;
                let mut row = table.row(id).ok_or_else(fault::deleted)?.values.clone();
                for (field, value) in self.fields(&values) {
                    if let Some(slot) = row.get_mut(field) {
                        *slot = value;
                    }
                }
                table.update(id, row)?;
                self.modified = Some(place);
            }
        }
        self.edit = None;
        Ok(())
    }

    /// Values by the column of the table they belong to.
    fn fields(&self, values: &[Value]) -> Vec<(usize, Value)> {
        let pairs = self.columns.iter().zip(values).filter(|(column, _)| !column.row_id);
        pairs.filter_map(|(column, value)| Some((column.origin.as_ref()?.1, value.clone()))).collect()
    }

    /// Deletes the current record; the cursor stays on it until it is moved.
    pub(super) fn delete(&mut self, store: &mut Store) -> Result<(), RunError> {
        let name = self.updatable()?;
        let place = self.place()?;
        let record = self.rows.get_mut(place).filter(|record| !record.gone).ok_or_else(fault::deleted)?;
        let id = record.id.ok_or_else(fault::not_updatable)?;
        store.table_mut(&name)?.delete(&BTreeSet::from([id]));
        record.gone = true;
        self.edit = None;
        Ok(())
    }

    /// `GetRows(n)`: (field, row) from the current record on; the cursor ends behind them.
    pub(super) fn take_rows(&mut self, count: usize, store: &Store) -> Result<Vec<Vec<Value>>, RunError> {
        let mut taken = Vec::new();
        let width = self.width();
        while taken.len() < count
            && let Cursor::At(place) = self.cursor
        {
            if self.rows.get(place).is_some_and(|record| !record.gone) {
                taken.push(self.current(place, store)?.into_iter().take(width).collect());
            }
            self.cursor = self.after(self.cursor);
            self.visit();
        }
        Ok(taken)
    }

    /// `Clone`: the same records with a cursor of their own, on none of them.
    pub(super) fn duplicate(&self) -> Recordset {
        Recordset { edit: None, no_match: false, cursor: Cursor::Before, ..self.clone() }
    }
}
