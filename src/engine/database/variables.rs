//! `TempVars`: values that macros, code and queries share until the database is closed.

use crate::engine::value::{Arguments, Fault, HostObject, RunError, Value, coerce, errors};

use super::State;
use super::dao::{Answer, argument, count, lower, object, text, word};
use super::evaluate::Parameters;
use super::fault;
use super::store::same;

/// `TempVars` at once (Microsoft Learn, "TempVars object": 255).
const MOST: usize = 255;
/// How queries name them: `[TempVars]![name]`.
const PREFIX: &str = "tempvars!";

/// A property or method of the collection or of one variable.
pub(super) fn get(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    if host.class.as_ref() == "TempVar" {
        let (name, value) = state.session.variables.get(word(host, 0)).ok_or_else(fault::no_item)?;
        return match lower(member).as_str() {
            "name" => Ok(Value::text(name)),
            "" | "value" => Ok(value.clone()),
            _ => Err(errors::no_member().into()),
        };
    }
    match lower(member).as_str() {
        "add" => {
            let name = text(arguments, 0, "name")?;
            set(state, &name, &argument(arguments, 1, "value"))?;
            Ok(Value::Empty)
        }
        "remove" => {
            let name = text(arguments, 0, "var")?;
            state.session.variables.retain(|(known, _)| !same(known, &name));
            Ok(Value::Empty)
        }
        "removeall" => {
            state.session.variables.clear();
            Ok(Value::Empty)
        }
        "count" => Ok(count(state.session.variables.len() as u64)),
        "" | "item" => one(state, &argument(arguments, 0, "index")),
        other => one(state, &Value::text(other)),
    }
}

/// `TempVars!Name = value`, `TempVars("Name").Value = value`.
pub(super) fn put(
    state: &mut State,
    host: &HostObject,
    member: &str,
    arguments: &Arguments,
    value: &Value,
) -> Result<(), Fault> {
    if host.class.as_ref() == "TempVar" {
        let (_, slot) = state.session.variables.get_mut(word(host, 0)).ok_or_else(fault::no_item)?;
        *slot = value.clone();
        return Ok(());
    }
    let name = match lower(member).as_str() {
        "" | "item" => coerce::to_text(&argument(arguments, 0, "index"))?,
        _ => member.to_owned(),
    };
    Ok(set(state, &name, value)?)
}

/// Objects cannot be kept; a name that is there gets the new value.
fn set(state: &mut State, name: &str, value: &Value) -> Result<(), RunError> {
    if matches!(value, Value::Object(_) | Value::Array(_) | Value::Nothing) {
        return Err(errors::described(32_538, "TempVars can only store data. They cannot store objects."));
    }
    let name = name.trim_matches(['[', ']']);
    let known = &mut state.session.variables;
    if let Some((_, slot)) = known.iter_mut().find(|(own, _)| same(own, name)) {
        *slot = value.clone();
        return Ok(());
    }
    if known.len() >= MOST {
        return Err(fault::resources());
    }
    known.push((name.to_owned(), value.clone()));
    Ok(())
}

/// A variable by name or number; one that is not there is made and holds Null, as Access does for `TempVars!Name`.
fn one(state: &mut State, wanted: &Value) -> Answer {
    let place = match wanted {
        Value::Text(name) => {
            let name = name.trim_matches(['[', ']']);
            match state.session.variables.iter().position(|(known, _)| same(known, name)) {
                Some(place) => place,
                None => {
                    set(state, name, &Value::Null)?;
                    state.session.variables.len().saturating_sub(1)
                }
            }
        }
        number => usize::try_from(coerce::to_long(number)?).map_err(|_| fault::no_item())?,
    };
    if place >= state.session.variables.len() {
        return Err(fault::no_item().into());
    }
    Ok(object("TempVar", &[u32::try_from(place).unwrap_or(u32::MAX)]))
}

/// What `For Each` visits.
pub(super) fn items(state: &State) -> Vec<Value> {
    (0..state.session.variables.len()).map(|at| object("TempVar", &[u32::try_from(at).unwrap_or(0)])).collect()
}

/// The parameters of a statement together with the variables it may name.
pub(super) fn beside(state: &State, parameters: &Parameters) -> Parameters {
    let mut all = parameters.clone();
    for (name, value) in &state.session.variables {
        all.entry(format!("{PREFIX}{}", name.to_lowercase())).or_insert_with(|| value.clone());
    }
    all
}
