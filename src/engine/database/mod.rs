//! A database in memory that speaks Jet SQL and answers as Access and DAO do: tables and saved queries go in as plain
//! data, macros and workflows run on them, and the data comes out again. Promises that a refused statement changes nothing,
//! that every statement ends within a budget, and that nothing leaves memory. Knows no files and no WebAssembly.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::sandbox::{DatabaseModel, Rows};
use crate::engine::value::functions::Environment;
use crate::engine::value::{Array, Fault, RunError, Subtype, Value, serial};
use crate::lang::sql;

mod action;
mod ado;
mod aggregate;
mod bind;
mod collections;
mod crosstab;
mod dao;
mod data;
mod domain;
mod evaluate;
mod fault;
mod join;
mod kind;
mod recordset;
mod search;
mod select;
mod store;
mod variables;

pub use data::{ColumnData, DatabaseData, FieldValue, QueryData, TableData, TableDump};

use action::OnError;
use dao::Session;
use evaluate::{Parameters, Run};
use store::Store;

/// Transactions within each other (Microsoft Learn, "BeginTrans": five levels).
const MOST_TRANSACTIONS: usize = 5;

/// A database; copies are handles to the same one, so that a run's object models and its table steps share it.
#[derive(Debug, Clone)]
pub struct Database {
    shared: Arc<Mutex<State>>,
}

/// What the handles share.
#[derive(Debug)]
struct State {
    store: Store,
    /// The database as it was at the start of each open transaction.
    snapshots: Vec<Store>,
    environment: Environment,
    session: Session,
}

impl Database {
    /// A database with these tables and queries. Error 3421 for a value its column cannot hold, 3265 for a primary key
    /// over a column that is not there.
    pub fn new(data: DatabaseData) -> Result<Database, RunError> {
        let store = Store::new(&data)?;
        let state =
            State { store, snapshots: Vec::new(), environment: Environment::at(0.0), session: Session::default() };
        Ok(Database { shared: Arc::new(Mutex::new(state)) })
    }

    /// Sets the local time that `Now()` and `Date()` give in queries, as a VBA serial.
    pub fn set_clock(&self, serial: f64) {
        self.lock().environment.now = serial;
    }

    /// Everything as it is now, in the form it was given.
    pub fn data(&self) -> DatabaseData {
        self.lock().store.data()
    }

    /// The tables as a person reads them: dates as `yyyy-mm-dd hh:nn:ss`.
    pub fn dump(&self) -> Vec<TableDump> {
        let state = self.lock();
        state.store.tables.iter().map(|table| dump(table)).collect()
    }

    /// A lock that a panic elsewhere cannot break: the state is changed in whole steps only.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn dump(table: &store::Table) -> TableDump {
    let shown = |value: &Value| match value {
        Value::Date(date) => {
            let at = serial::moment(*date);
            let text = format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                at.year, at.month, at.day, at.hour, at.minute, at.second
            );
            FieldValue::Text(text)
        }
        other => kind::describe(other),
    };
    TableDump {
        name: table.name.to_string(),
        columns: table.fields.iter().map(|field| field.name.to_string()).collect(),
        rows: table.rows.iter().map(|row| row.values.iter().map(shown).collect()).collect(),
    }
}

/// A statement that is read whole; error 3075 otherwise.
fn read(text: &str) -> Result<sql::Statement, Fault> {
    let parsed = sql::parse(text);
    let broken = parsed.notices.iter().find(|notice| notice.kind != sql::NoticeKind::NotRead);
    match (parsed.statement, broken) {
        (_, Some(notice)) => Err(fault::syntax(notice).into()),
        (Some(statement), None) => Ok(statement),
        (None, None) => Err(fault::criteria_mismatch().into()),
    }
}

impl State {
    /// The text of a saved query, or the text itself where it is SQL.
    fn text_of(&self, source: &str) -> String {
        let name = source.trim().trim_matches(|c| c == '[' || c == ']');
        self.store.query(name).map_or_else(|| source.to_owned(), |query| query.sql.clone())
    }

    /// The rows of a table, a saved query or a statement.
    fn rows(&self, source: &str, parameters: &Parameters) -> Result<join::Relation, Fault> {
        let parameters = variables::beside(self, parameters);
        let mut run = Run::new(&self.store, &self.environment, &parameters);
        let name = source.trim().trim_matches(|c| c == '[' || c == ']');
        if self.store.table(name).is_some() {
            return Ok(join::sources(&[domain::named(name)], None, None, &mut run)?);
        }
        let words = name.split_whitespace().count();
        let saved = self.store.query(name);
        if saved.is_none() && words == 1 {
            return Err(fault::unknown_table(name).into());
        }
        let statement = read(&self.text_of(source))?;
        Ok(select::shown(&statement.kind, &mut run)?)
    }

    /// Runs an action query by its text or its name.
    fn run_action(&mut self, source: &str, parameters: &Parameters, on_error: OnError) -> Result<u64, Fault> {
        let statement = read(&self.text_of(source))?;
        let parameters = variables::beside(self, parameters);
        action::execute(&mut self.store, &statement, &self.environment, &parameters, on_error)
    }

    fn begin(&mut self) -> Result<(), RunError> {
        if self.snapshots.len() >= MOST_TRANSACTIONS {
            return Err(fault::invalid_operation());
        }
        self.snapshots.push(self.store.clone());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), RunError> {
        self.snapshots.pop().map(|_| ()).ok_or_else(fault::no_transaction)
    }

    fn roll_back(&mut self) -> Result<(), RunError> {
        self.store = self.snapshots.pop().ok_or_else(fault::no_transaction)?;
        Ok(())
    }
}

/// A two-dimensional array from 0; without rows its upper bound is -1.
fn grid(rows: Vec<Vec<Value>>, columns: usize) -> Value {
    let bound = |count: usize| (0, i32::try_from(count).unwrap_or(i32::MAX).saturating_sub(1));
    let bounds = vec![bound(rows.len()), bound(columns)];
    let mut elements = Vec::with_capacity(rows.len().saturating_mul(columns));
    for column in 0..columns {
        elements.extend(rows.iter().map(|row| row.get(column).cloned().unwrap_or(Value::Null)));
    }
    Value::Array(Arc::new(Array { element: Subtype::Variant, bounds, elements }))
}

/// Values by the names of columns; error 3265 for a name the table does not have.
fn placed(table: &store::Table, values: &[(String, Value)]) -> Result<Vec<(usize, Value)>, RunError> {
    let place = |(name, value): &(String, Value)| Some((table.field(name)?, value.clone()));
    values.iter().map(|pair| place(pair).ok_or_else(fault::no_item)).collect()
}

/// Values of parameters as the engine looks them up.
fn given(parameters: &[(String, Value)]) -> Parameters {
    parameters.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect()
}

impl DatabaseModel for Database {
    fn query(&mut self, text: &str, parameters: &[(String, Value)]) -> Result<Rows, Fault> {
        let found = select::visible(self.lock().rows(text, &given(parameters))?);
        let columns = found.columns.iter().map(|column| column.name.to_string()).collect();
        Ok(Rows { columns, values: grid(found.rows, found.columns.len()) })
    }

    fn execute(&mut self, text: &str, parameters: &[(String, Value)]) -> Result<u64, Fault> {
        self.lock().run_action(text, &given(parameters), OnError::Fail)
    }

    fn create(&mut self, model: &str, values: &[(String, Value)]) -> Result<u64, Fault> {
        let mut state = self.lock();
        let complete = {
            let table = state.store.table(model).ok_or_else(|| fault::unknown_table(model))?;
            let parameters = Parameters::new();
            let mut run = Run::new(&state.store, &state.environment, &parameters);
            action::completed(table, placed(table, values)?, &mut run)?
        };
        state.store.table_mut(model)?.insert(complete)?;
        Ok(1)
    }
}
