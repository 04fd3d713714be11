//! Searching in recordsets: `Find...` by a criterion, `Seek` by the primary key, and reopening by `Filter` and `Sort`.

use std::cmp::Ordering;

use crate::engine::value::functions::Environment;
use crate::engine::value::{RunError, Value, errors};
use crate::lang::sql;

use super::bind::{Binder, ColumnInfo, Frame, Scope};
use super::domain;
use super::evaluate::{Parameters, Run, evaluate, holds};
use super::fault;
use super::join::Relation;
use super::recordset::{Cursor, Mode, Recordset};
use super::select;
use super::store::{Store, order};

/// Where a search starts and which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    First,
    Next,
    Previous,
    Last,
}

impl Recordset {
    /// `FindFirst`, `FindNext`...: the nearest record that meets a criterion, from an end or from the current one.
    pub(super) fn find(
        &mut self,
        criterion: &str,
        way: Way,
        store: &Store,
        environment: &Environment,
    ) -> Result<(), RunError> {
        let expression = domain::read(criterion)?;
        let places: Vec<usize> = match (way, self.cursor) {
            (Way::First, _) | (Way::Next, Cursor::Before) => (0..self.rows.len()).collect(),
            (Way::Last, _) | (Way::Previous, Cursor::After) => (0..self.rows.len()).rev().collect(),
            (Way::Next, Cursor::At(place)) => (place + 1..self.rows.len()).collect(),
            (Way::Previous, Cursor::At(place)) => (0..place).rev().collect(),
            (Way::Next, Cursor::After) | (Way::Previous, Cursor::Before) => Vec::new(),
        };
        let parameters = Parameters::new();
        let mut run = Run::new(store, environment, &parameters);
        let scope = Scope { columns: &self.columns, outer: None };
        let bound = Binder::new(&scope, &mut run).bind(&expression)?;
        run.check_parameters()?;
        let mut found = None;
        for place in places {
            let Ok(row) = self.current(place, store) else { continue };
            let frame = Frame { row: &row, aggregates: &[], outer: None };
            if holds(&evaluate(&bound, &scope, &frame, &mut run)?)? {
                found = Some(place);
                break;
            }
        }
        self.edit = None;
        self.no_match = found.is_none();
        if let Some(place) = found {
            self.cursor = Cursor::At(place);
            self.visit();
        }
        Ok(())
    }

    /// `Seek`: the first record, by the primary key, that compares so; only for recordsets of type table.
    pub(super) fn seek(&mut self, comparison: &str, keys: &[Value], store: &Store) -> Result<(), RunError> {
        let name = self.updatable()?;
        let table = store.table(&name).filter(|_| self.mode == Mode::Table).ok_or_else(fault::not_supported)?;
        let key = table.key.clone();
        if key.is_empty() || self.index.is_empty() || keys.is_empty() {
            return Err(fault::not_supported());
        }
        let compare = |row: &[Value]| {
            let pairs = key.iter().filter_map(|&at| row.get(at)).zip(keys);
            pairs.map(|(a, b)| order(a, b)).find(|found| *found != Ordering::Equal).unwrap_or(Ordering::Equal)
        };
        let mut fitting: Vec<(usize, Vec<Value>)> = Vec::new();
        for place in 0..self.rows.len() {
            let Ok(row) = self.current(place, store) else { continue };
            let ordering = compare(&row);
            let fits = match comparison.trim() {
                "=" => ordering == Ordering::Equal,
                ">" => ordering == Ordering::Greater,
                ">=" => ordering != Ordering::Less,
                "<" => ordering == Ordering::Less,
                "<=" => ordering != Ordering::Greater,
                _ => return Err(errors::invalid_call()),
            };
            if fits {
                fitting.push((place, key.iter().filter_map(|&at| row.get(at)).cloned().collect()));
            }
        }
        let by_key = |a: &&(usize, Vec<Value>), b: &&(usize, Vec<Value>)| {
            a.1.iter().zip(&b.1).map(|(a, b)| order(a, b)).find(|o| *o != Ordering::Equal).unwrap_or(Ordering::Equal)
        };
        let backwards = comparison.trim().starts_with('<');
        let best = if backwards { fitting.iter().max_by(by_key) } else { fitting.iter().min_by(by_key) };
        self.no_match = best.is_none();
        if let Some((place, _)) = best {
            self.cursor = Cursor::At(*place);
        }
        Ok(())
    }

    /// `OpenRecordset` of a recordset: its rows by `Filter` and in the order of `Sort`.
    pub(super) fn reopened(&self, mode: Mode, store: &Store, environment: &Environment) -> Result<Recordset, RunError> {
        let parameters = Parameters::new();
        let mut run = Run::new(store, environment, &parameters);
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for place in 0..self.rows.len() {
            if let Ok(row) = self.current(place, store) {
                let id = self.rows.get(place).and_then(|record| record.id);
                let with_id = |(column, value): (&ColumnInfo, Value)| match id {
                    Some(id) if column.row_id => Value::LongLong(id),
                    _ => value,
                };
                rows.push(self.columns.iter().zip(row).map(with_id).collect());
            }
        }
        let scope = Scope { columns: &self.columns, outer: None };
        if !self.filter.trim().is_empty() {
            let filter = domain::read(&self.filter)?;
            let bound = Binder::new(&scope, &mut run).bind(&filter)?;
            run.check_parameters()?;
            rows = select::filtered(rows, Some(&bound), &scope, &mut run)?;
        }
        if !self.sort.trim().is_empty() {
            let parsed = sql::parse_order(&self.sort);
            if let Some(notice) = parsed.notices.first() {
                return Err(fault::syntax(notice));
            }
            let mut bound = Vec::new();
            for term in &parsed.terms {
                bound.push((Binder::new(&scope, &mut run).bind(&term.value)?, term.descending));
            }
            run.check_parameters()?;
            let mut keyed = Vec::with_capacity(rows.len());
            for row in rows {
                let frame = Frame { row: &row, aggregates: &[], outer: None };
                let keys: Result<Vec<Value>, RunError> =
                    bound.iter().map(|(key, _)| evaluate(key, &scope, &frame, &mut run)).collect();
                keyed.push((keys?, row));
            }
            keyed.sort_by(|a, b| {
                let each = a.0.iter().zip(&b.0).zip(&bound);
                each.map(|((a, b), (_, descending))| if *descending { order(b, a) } else { order(a, b) })
                    .find(|found| *found != Ordering::Equal)
                    .unwrap_or(Ordering::Equal)
            });
            rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        let mode = if self.table.is_some() { mode } else { Mode::Snapshot };
        Ok(Recordset::open(&self.source, mode, Relation { columns: self.columns.clone(), rows }))
    }
}
