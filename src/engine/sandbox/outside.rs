//! Steps that reach outside: services, people, databases, and the run's own record (log, emit, wait).

use std::sync::Arc;

use wasmtime::AsContextMut;

use crate::engine::compile::Capability;
use crate::engine::compile::meta::Outside;
use crate::engine::compile::word::{self, WORD};
use crate::engine::services::{Delivery, Request};
use crate::engine::value::{Array, Fault, Value, coerce, errors};

use super::state::{Answer, State, Vm, raised};
use super::{Rows, StepRecord};

/// Error number of a service that failed for good; outside the numbers VBA uses itself (`vbObjectError` + 1).
pub const SERVICE_FAILED: i32 = -2_147_221_503;
/// "Database not available": no database was given to the run.
const NO_DATABASE: i32 = 429;

fn named(names: &[Arc<str>], values: &[Value]) -> Vec<(String, Value)> {
    names.iter().map(|name| name.to_string()).zip(values.iter().cloned()).collect()
}

fn record(id: &str, status: &str, attempts: u32, ms: u64) -> StepRecord {
    StepRecord { id: id.to_string(), status: status.to_string(), attempts, ms, columns: Vec::new() }
}

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// Does what a step asks; `door` is the capability it came through.
    pub(super) fn outside(&mut self, step: u32, base: u32, door: Option<Capability>) -> Answer<u64> {
        let meta = self.meta();
        let Some(asked) = meta.steps.get(step as usize) else { return Ok(word::word(word::EMPTY, 0)) };
        if let Some(door) = door {
            self.state().used.insert(door);
        }
        let words: Vec<u64> = (0..asked.arguments).map(|place| self.word(base + place * WORD)).collect();
        let Some(outside) = &asked.outside else { return Ok(word::word(word::EMPTY, 0)) };
        if matches!(outside, Outside::Log) {
            self.print(&words)?;
            return Ok(word::word(word::EMPTY, 0));
        }
        let mut values = Vec::with_capacity(words.len());
        for word in &words {
            values.push(self.plain_or_array(*word)?);
        }
        let mut columns = Vec::new();
        let answer = match outside {
            Outside::Query { names } => self.ask_rows(names, &values).map(|rows| {
                columns = rows.columns;
                rows.values
            }),
            _ => self.ask(step, &asked.id, outside, &values),
        };
        if !matches!(outside, Outside::Service { .. }) {
            let status = if answer.is_ok() { "ok" } else { "failed" };
            let record = StepRecord { columns, ..record(&asked.id, status, 1, 0) };
            self.state().records.push(record);
        }
        let answer = answer?;
        self.encode(&answer)
    }

    /// A query: its text, then the values of its parameters.
    fn ask_rows(&mut self, names: &[Arc<str>], values: &[Value]) -> Answer<Rows> {
        let Some(database) = self.state().host.database.as_mut() else { return raised(NO_DATABASE) };
        let sql = coerce::to_text(values.first().unwrap_or(&Value::Empty))?;
        database.query(&sql, &named(names, values.get(1..).unwrap_or_default()))
    }

    fn ask(&mut self, step: u32, id: &str, outside: &Outside, values: &[Value]) -> Answer<Value> {
        let first = values.first().cloned().unwrap_or(Value::Empty);
        match outside {
            Outside::Service { service, operation, names, retry, timeout_ms } => {
                let arguments = names.iter().zip(values).map(|(name, value)| (name.to_string(), json(value))).collect();
                self.call_service(
                    step,
                    id,
                    service,
                    Request { operation: operation.clone(), arguments, key: String::new(), timeout_ms: *timeout_ms },
                    retry,
                )
            }
            Outside::Emit { topic } => {
                let text = format!("{topic}: {}", json(&first));
                self.state().host.dialogs.show("Emit", text);
                Ok(Value::Empty)
            }
            Outside::Wait => {
                let ms = coerce::to_double(&first)?.max(0.0);
                let state = self.state();
                state.waited_ms = state.waited_ms.saturating_add(ms as u64);
                Ok(Value::Empty)
            }
            Outside::Notify => {
                let text = coerce::to_text(&first)?;
                self.state().host.dialogs.show("MsgBox", text);
                Ok(Value::Empty)
            }
            Outside::Ask => {
                let text = coerce::to_text(&first)?;
                let dialogs = &mut self.state().host.dialogs;
                dialogs.show("InputBox", text);
                Ok(Value::text(dialogs.next_answer().unwrap_or_default()))
            }
            Outside::Approve => {
                let text = coerce::to_text(&first)?;
                let dialogs = &mut self.state().host.dialogs;
                dialogs.show("MsgBox", text);
                Ok(Value::Boolean(dialogs.next_approval()))
            }
            Outside::Log | Outside::Manual { .. } => Ok(Value::Empty),
            _ => self.ask_database(outside, values),
        }
    }

    fn ask_database(&mut self, outside: &Outside, values: &[Value]) -> Answer<Value> {
        let Some(database) = self.state().host.database.as_mut() else { return raised(NO_DATABASE) };
        let rows = match outside {
            Outside::Sql { names } => {
                let sql = coerce::to_text(values.first().unwrap_or(&Value::Empty))?;
                database.execute(&sql, &named(names, values.get(1..).unwrap_or_default()))?
            }
            Outside::Change { sql, names } => database.execute(sql, &named(names, values))?,
            Outside::Create { model, names } => database.create(model, &named(names, values))?,
            _ => 0,
        };
        Ok(Value::Long(i32::try_from(rows).unwrap_or(i32::MAX)))
    }

    fn call_service(
        &mut self,
        step: u32,
        id: &str,
        service: &str,
        request: Request,
        retry: &crate::model::RetryPolicy,
    ) -> Answer<Value> {
        let state = self.state();
        let visit = state.visits.entry(step).or_default();
        *visit += 1;
        let request = Request { key: format!("{}-{id}-{visit}", state.host.run_id), ..request };
        let outcome = state.host.services.call(service, &request, retry, &mut state.host.random);
        state.waited_ms = state.waited_ms.saturating_add(outcome.waited_ms);
        let (status, answer) = match outcome.delivery {
            Delivery::Answered(value) => ("ok", Ok(from_json(&value, 0))),
            Delivery::Failed { reason } => (
                "failed",
                Err(Fault::Raised(errors::described(
                    SERVICE_FAILED,
                    format!("The service {service} failed: {reason}"),
                ))),
            ),
            Delivery::Denied { reason } => {
                ("refused", Err(Fault::Refused { capability: Capability::Network.name().to_string(), reason }))
            }
        };
        let done = record(id, status, outcome.attempts, outcome.ms);
        self.state().records.push(done);
        answer
    }

    /// The reason of a step that was not converted.
    pub(super) fn manual_reason(&mut self, step: u32) -> String {
        let meta = self.meta();
        match meta.steps.get(step as usize).and_then(|step| step.outside.as_ref()) {
            Some(Outside::Manual { reason }) => reason.clone(),
            _ => String::from("this logic was not converted"),
        }
    }
}

/// A value as JSON: dates are serials, errors their number, objects their class.
pub fn json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::Empty | Value::Null | Value::Missing | Value::Nothing => Json::Null,
        Value::Boolean(value) => Json::Bool(*value),
        Value::Text(text) => Json::String(text.to_string()),
        Value::Array(array) => list(array),
        Value::Error(number) => Json::String(format!("Error {number}")),
        Value::Object(_) => Json::String(String::from("Object")),
        Value::LongLong(value) => Json::from(*value),
        number => {
            let number = coerce::to_double(number).unwrap_or_default();
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if number.fract() == 0.0 && number.abs() < EXACT { Json::from(number as i64) } else { Json::from(number) }
        }
    }
}

/// An array as a list; a two-dimensional one as a list of rows.
fn list(array: &Array) -> serde_json::Value {
    use serde_json::Value as Json;
    let [(low, high), _] = array.bounds.as_slice() else {
        return Json::Array(array.elements.iter().map(json).collect());
    };
    let height = usize::try_from(i64::from(*high) - i64::from(*low) + 1).unwrap_or(0);
    let row = |at: usize| Json::Array(array.elements.iter().skip(at).step_by(height.max(1)).map(json).collect());
    Json::Array((0..height).map(row).collect())
}

/// A service's answer: objects become their JSON text, lists arrays.
fn from_json(value: &serde_json::Value, depth: u32) -> Value {
    use serde_json::Value as Json;
    const MAX_DEPTH: u32 = 32;
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => Value::Double(number.as_f64().unwrap_or_default()),
        Json::String(text) => Value::text(text),
        Json::Array(items) if depth < MAX_DEPTH => {
            let elements: Vec<Value> = items.iter().map(|item| from_json(item, depth + 1)).collect();
            Value::Array(std::sync::Arc::new(Array::of(crate::engine::value::Subtype::Variant, 0, elements)))
        }
        other => Value::text(other.to_string()),
    }
}
