//! Functions that ask about a value or choose between values, and the words of the surroundings.

use super::{Environment, Function, arg, function, given, long_at, variadic};
use crate::engine::value::{Object, RunError, Value, coerce, errors};

pub(super) const FUNCTIONS: &[Function] = &[
    function("isnull", &["expression"], 1, |v, _| truth(matches!(arg(v, 0), Value::Null))),
    function("isempty", &["expression"], 1, |v, _| truth(matches!(arg(v, 0), Value::Empty))),
    function("ismissing", &["argname"], 0, |v, _| truth(matches!(arg(v, 0), Value::Missing))),
    function("iserror", &["expression"], 0, |v, _| truth(matches!(arg(v, 0), Value::Error(_) | Value::Missing))),
    function("isobject", &["identifier"], 1, |v, _| truth(matches!(arg(v, 0), Value::Object(_) | Value::Nothing))),
    function("isnumeric", &["expression"], 1, |v, _| truth(coerce::is_numeric(arg(v, 0)))),
    function("isdate", &["expression"], 1, |v, environment| truth(coerce::is_date(arg(v, 0), environment.now))),
    function("isarray", &["varname"], 1, |v, _| truth(matches!(arg(v, 0), Value::Array(_)))),
    function("vartype", &["varname"], 0, |v, _| Ok(Value::Integer(coerce::var_type(arg(v, 0))))),
    function("typename", &["varname"], 0, |v, _| Ok(Value::text(coerce::type_name(arg(v, 0))))),
    function("iif", &["expression", "truepart", "falsepart"], 3, iif),
    variadic("choose", choose),
    variadic("switch", switch),
    function("nz", &["value", "valueifnull"], 1, nz),
    function("environ", &["envstring"], 1, environ),
    function("command", &[], 0, |_, _| Ok(Value::text(""))),
    function("objptr", &["object"], 1, objptr),
];

fn truth(holds: bool) -> Result<Value, RunError> {
    Ok(Value::Boolean(holds))
}

/// Both parts were computed before; Null counts as False.
fn iif(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let condition = *arg(values, 0) != Value::Null && coerce::to_boolean(arg(values, 0))?;
    Ok(arg(values, if condition { 1 } else { 2 }).clone())
}

/// The n-th choice, n cut to a whole number; Null outside the list.
fn choose(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let index = coerce::to_double(given(values, 0).ok_or_else(errors::argument_missing)?)?.floor();
    if values.len() < 2 {
        return Err(errors::argument_missing());
    }
    let in_list = index >= 1.0 && index < values.len() as f64;
    Ok(if in_list { arg(values, index as usize).clone() } else { Value::Null })
}

/// The value after the first true condition; Null when none is; an odd list is error 5.
fn switch(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    if !values.len().is_multiple_of(2) {
        return Err(errors::invalid_call());
    }
    for pair in values.chunks(2) {
        let condition = arg(pair, 0);
        if *condition != Value::Null && coerce::to_boolean(condition)? {
            return Ok(arg(pair, 1).clone());
        }
    }
    Ok(Value::Null)
}

/// Access: a value in place of Null; Empty when none is given, which is 0 or "" where it is used.
fn nz(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    Ok(match arg(values, 0) {
        Value::Null => given(values, 1).cloned().unwrap_or(Value::Empty),
        value => value.clone(),
    })
}

/// A granted variable by name; anything else, numbers included, is "".
fn environ(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let found = match arg(values, 0) {
        Value::Text(name) => environment.variables.get(&name.to_ascii_uppercase()).cloned(),
        _ if long_at(values, 0)? < 1 => return Err(errors::invalid_call()),
        _ => None,
    };
    Ok(Value::text(found.unwrap_or_default()))
}

/// A number that tells objects apart; there are no addresses here.
fn objptr(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    match arg(values, 0) {
        Value::Nothing => Ok(Value::LongLong(0)),
        Value::Object(Object::Guest(address)) => Ok(Value::LongLong((*address).into())),
        _ => Err(errors::object_required()),
    }
}
