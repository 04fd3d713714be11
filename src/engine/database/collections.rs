//! The collections of DAO and their members: fields, table definitions, query definitions, parameters.

use std::sync::Arc;

use crate::engine::value::{Arguments, Fault, HostObject, Object, RunError, Value, coerce, errors};
use crate::lang::sql;

use super::State;
use super::dao::{Answer, Definition, argument, count, lower, object, options, text, word};
use super::data::QueryData;
use super::evaluate::Parameters;
use super::fault;
use super::kind::Kind;
use super::store::{Table, same};

/// First word of `Fields` and `Field2`: whose fields they are.
pub(super) const OF_RECORDSET: u32 = 0;
const OF_TABLE: u32 = 1;
/// Queries that may be open as QueryDef objects.
const MOST_DEFINITIONS: usize = 65_536;

/// A property or method of a collection, or of one of its members.
pub(super) fn get(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    match host.class.as_ref() {
        "Fields" | "TableDefs" | "QueryDefs" | "Parameters" => collection(state, host, member, arguments),
        "Field2" => field(state, host, member),
        "TableDef" => table_def(state, host, member, arguments),
        "QueryDef" => query_def(state, host, member, arguments),
        "Parameter" => {
            let names = parameters(state, host)?;
            let name = names.get(word(host, 1)).cloned().ok_or_else(fault::no_item)?;
            match lower(member).as_str() {
                "name" => Ok(Value::text(name)),
                "" | "value" => {
                    let definition = definition(state, host)?;
                    Ok(definition.parameters.get(&name.to_lowercase()).cloned().unwrap_or(Value::Null))
                }
                _ => Err(errors::no_member().into()),
            }
        }
        _ => Err(errors::no_member().into()),
    }
}

/// A property write.
pub(super) fn put(
    state: &mut State,
    host: &HostObject,
    member: &str,
    arguments: &Arguments,
    value: &Value,
) -> Result<(), Fault> {
    let name = lower(member);
    match (host.class.as_ref(), name.as_str()) {
        ("Field2", "" | "value") if word(host, 0) == OF_RECORDSET as usize => {
            let State { store, session, .. } = state;
            let set = session.recordsets.get_mut(word(host, 1)).and_then(Option::as_mut).ok_or_else(fault::closed)?;
            Ok(set.put(word(host, 2), value, store)?)
        }
        ("QueryDef", "sql") => {
            let text = coerce::to_text(value)?;
            let changed = definition(state, host)?;
            changed.sql.clone_from(&text);
            let name = changed.name.clone();
            if let Some(saved) = state.store.queries.iter_mut().find(|query| same(&query.name, &name)) {
                saved.sql = text;
            }
            Ok(())
        }
        ("Parameter", "" | "value") => {
            let name = parameters(state, host)?.get(word(host, 1)).cloned().ok_or_else(fault::no_item)?;
            definition(state, host)?.parameters.insert(name.to_lowercase(), value.clone());
            Ok(())
        }
        // `rs.Fields("a") = 1`, `qd!p = 1`: the item takes the value.
        ("Fields" | "Parameters", "" | "item") | ("QueryDef", "" | "parameters") => {
            let item = match (host.class.as_ref(), get(state, host, "item", arguments)) {
                ("QueryDef", _) => get(state, host, "parameters", arguments)?,
                (_, item) => item?,
            };
            let Value::Object(Object::Host(item)) = item else { return Err(errors::no_member().into()) };
            put(state, &item, "value", &Arguments::default(), value)
        }
        _ => Err(errors::no_member().into()),
    }
}

/// What `For Each` visits.
pub(super) fn items(state: &mut State, host: &HostObject) -> Result<Vec<Value>, Fault> {
    let names = names(state, host)?;
    let mut found = Vec::with_capacity(names.len());
    for (place, name) in (0..).zip(&names) {
        found.push(item(state, host, place, name)?);
    }
    Ok(found)
}

/// Names of a collection's members, in order.
fn names(state: &mut State, host: &HostObject) -> Result<Vec<String>, Fault> {
    Ok(match host.class.as_ref() {
        "TableDefs" => state.store.tables.iter().map(|table| table.name.to_string()).collect(),
        "QueryDefs" => state.store.queries.iter().map(|query| query.name.clone()).collect(),
        "Parameters" => parameters(state, host)?,
        "Fields" if word(host, 0) == OF_TABLE as usize => {
            let table = table(state, word(host, 1))?;
            table.fields.iter().map(|field| field.name.to_string()).collect()
        }
        "Fields" => {
            let set = state.session.recordsets.get(word(host, 1)).and_then(Option::as_ref).ok_or_else(fault::closed)?;
            set.columns.iter().filter(|column| !column.row_id).map(|column| column.name.to_string()).collect()
        }
        _ => return Err(errors::not_a_collection().into()),
    })
}

/// A member of a collection as a descriptor.
fn item(state: &mut State, host: &HostObject, place: u32, name: &str) -> Answer {
    let owner = |at: usize| host.words.get(at).copied().unwrap_or(0);
    Ok(match host.class.as_ref() {
        "TableDefs" => object("TableDef", &[intern(state, name)?]),
        "QueryDefs" => {
            let sql = state.store.query(name).map(|query| query.sql.clone()).unwrap_or_default();
            define(state, Definition { name: name.to_owned(), sql, ..Definition::default() })?
        }
        "Parameters" => object("Parameter", &[owner(0), place]),
        _ => object("Field2", &[owner(0), owner(1), place]),
    })
}

fn collection(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    match lower(member).as_str() {
        "count" => Ok(count(names(state, host)?.len() as u64)),
        "refresh" => Ok(Value::Empty),
        "delete" => delete(state, host, &text(arguments, 0, "name")?),
        "" | "item" => {
            let wanted = match argument(arguments, 0, "item") {
                Value::Object(_) | Value::Missing => return Err(errors::no_member().into()),
                wanted => wanted,
            };
            let names = names(state, host)?;
            let place = place(&names, &wanted)?;
            let name = names.get(place).cloned().ok_or_else(fault::no_item)?;
            item(state, host, u32::try_from(place).map_err(|_| fault::no_item())?, &name)
        }
        // `Fields!Name`, `TableDefs!Orders` reach here as a member of that name.
        other => {
            let names = names(state, host)?;
            let place = place(&names, &Value::text(other)).map_err(|_| errors::no_member())?;
            let name = names.get(place).cloned().ok_or_else(fault::no_item)?;
            item(state, host, u32::try_from(place).map_err(|_| fault::no_item())?, &name)
        }
    }
}

/// A member by number from 0 or by name; error 3265 when there is none.
fn place(names: &[String], wanted: &Value) -> Result<usize, RunError> {
    if let Value::Text(name) = wanted {
        let name = name.trim().trim_matches(|c| c == '[' || c == ']');
        return names.iter().position(|known| same(known, name)).ok_or_else(fault::no_item);
    }
    let number = usize::try_from(coerce::to_long(wanted)?).map_err(|_| fault::no_item())?;
    if number < names.len() { Ok(number) } else { Err(fault::no_item()) }
}

fn delete(state: &mut State, host: &HostObject, name: &str) -> Answer {
    match host.class.as_ref() {
        "TableDefs" if state.store.table(name).is_some() => {
            state.store.tables.retain(|table| !same(&table.name, name));
        }
        "QueryDefs" if state.store.query(name).is_some() => {
            state.store.queries.retain(|query| !same(&query.name, name));
        }
        "TableDefs" | "QueryDefs" => return Err(fault::no_item().into()),
        _ => return Err(fault::not_supported().into()),
    }
    Ok(Value::Empty)
}

fn intern(state: &mut State, name: &str) -> Result<u32, RunError> {
    let names = &mut state.session.names;
    let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    u32::try_from(place).map_err(|_| fault::resources())
}

fn table(state: &State, name: usize) -> Result<Arc<Table>, RunError> {
    let name = state.session.names.get(name).ok_or_else(fault::no_item)?;
    state.store.table(name).cloned().ok_or_else(fault::no_item)
}

fn table_def(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    let name = host.words.first().copied().unwrap_or(0);
    let found = table(state, name as usize)?;
    match lower(member).as_str() {
        "name" => Ok(Value::text(&found.name)),
        "recordcount" => Ok(count(found.rows.len() as u64)),
        "connect" | "sourcetablename" => Ok(Value::text("")),
        "attributes" => Ok(Value::Long(0)),
        "" | "fields" => {
            let fields = HostObject { class: "Fields".into(), words: [OF_TABLE, name].into() };
            if arguments.positional.is_empty() {
                return Ok(Value::Object(Object::Host(fields)));
            }
            collection(state, &fields, "item", arguments)
        }
        "openrecordset" => state.open(&found.name, &argument(arguments, 0, "type"), &Parameters::new()),
        _ => Err(errors::no_member().into()),
    }
}

fn field(state: &mut State, host: &HostObject, member: &str) -> Answer {
    let place = word(host, 2);
    if word(host, 0) == OF_TABLE as usize {
        let table = table(state, word(host, 1))?;
        let field = table.fields.get(place).ok_or_else(fault::no_item)?;
        return match lower(member).as_str() {
            "required" => Ok(Value::Boolean(field.required)),
            "defaultvalue" => Ok(Value::text(field.default.as_deref().unwrap_or_default())),
            "attributes" => {
                // dbFixedField 1, dbVariableField 2, dbAutoIncrField 16.
                let fixed = if matches!(field.kind, Kind::Text | Kind::Memo | Kind::Binary) { 2 } else { 1 };
                Ok(Value::Long(fixed + if field.auto_number { 16 } else { 0 }))
            }
            _ => described(&field.name, field.kind, field.size, place, member),
        };
    }
    let State { store, session, .. } = state;
    let set = session.recordsets.get(word(host, 1)).and_then(Option::as_ref).ok_or_else(fault::closed)?;
    let column = set.columns.get(place).ok_or_else(fault::no_item)?;
    match lower(member).as_str() {
        "" | "value" => Ok(set.value(place, store)?),
        "sourcetable" => Ok(Value::text(column.origin.as_ref().map_or("", |origin| origin.0.as_ref()))),
        _ => described(&column.name, set.kinds.get(place).copied().unwrap_or(column.kind), 0, place, member),
    }
}

fn described(name: &str, kind: Kind, size: u32, place: usize, member: &str) -> Answer {
    match lower(member).as_str() {
        "name" => Ok(Value::text(name)),
        "type" => Ok(Value::Integer(i16::try_from(kind.number()).unwrap_or(0))),
        "size" => Ok(count(u64::from(size))),
        "ordinalposition" => Ok(count(place as u64)),
        _ => Err(errors::no_member().into()),
    }
}

// ---- queries ----

fn define(state: &mut State, definition: Definition) -> Answer {
    let number = state.session.definitions.len();
    if number >= MOST_DEFINITIONS {
        return Err(fault::resources().into());
    }
    state.session.definitions.push(definition);
    Ok(object("QueryDef", &[u32::try_from(number).unwrap_or(u32::MAX)]))
}

/// `CreateQueryDef([name], [sql])`: with a name the query is saved.
pub(super) fn create_query(state: &mut State, arguments: &Arguments) -> Answer {
    let given = |place, name| match argument(arguments, place, name) {
        Value::Missing => Ok(String::new()),
        value => coerce::to_text(&value),
    };
    let (name, sql) = (given(0, "name")?, given(1, "sqltext")?);
    if !name.is_empty() {
        if state.store.query(&name).is_some() || state.store.table(&name).is_some() {
            return Err(fault::exists(&name).into());
        }
        state.store.queries.push(QueryData { name: name.clone(), sql: sql.clone() });
    }
    define(state, Definition { name, sql, ..Definition::default() })
}

fn definition<'s>(state: &'s mut State, host: &HostObject) -> Result<&'s mut Definition, RunError> {
    state.session.definitions.get_mut(word(host, 0)).ok_or_else(fault::closed)
}

/// Names of a query's parameters: declared ones first, then those its text uses.
fn parameters(state: &mut State, host: &HostObject) -> Result<Vec<String>, Fault> {
    let definition = definition(state, host)?.clone();
    let parsed = sql::parse(&definition.sql);
    let mut found: Vec<String> = Vec::new();
    if let Some(statement) = &parsed.statement {
        found.extend(statement.parameters.iter().map(|parameter| parameter.name.text.clone()));
        found.extend(super::action::unknown_names(&state.store, statement, &state.environment, &found));
    }
    Ok(found)
}

fn query_def(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    let definition = definition(state, host)?.clone();
    match lower(member).as_str() {
        "name" => Ok(Value::text(&definition.name)),
        "sql" => Ok(Value::text(&definition.sql)),
        "recordsaffected" => Ok(count(definition.affected)),
        "type" => Ok(Value::Integer(kind_number(&definition.sql))),
        "execute" => {
            let done = state.run_action(&definition.sql, &definition.parameters, options(arguments)?)?;
            self::definition(state, host)?.affected = done;
            Ok(Value::Empty)
        }
        "openrecordset" => state.open(&definition.sql, &argument(arguments, 0, "type"), &definition.parameters),
        "" | "parameters" => {
            let all = HostObject { class: "Parameters".into(), words: host.words.clone() };
            if arguments.positional.is_empty() {
                return Ok(Value::Object(Object::Host(all)));
            }
            collection(state, &all, "item", arguments)
        }
        "close" => Ok(Value::Empty),
        _ => Err(errors::no_member().into()),
    }
}

/// `QueryDefTypeEnum` of DAO.
fn kind_number(text: &str) -> i16 {
    use sql::StatementKind as Kind;
    match sql::parse(text).statement.map(|statement| statement.kind) {
        Some(Kind::Query(query)) if query.first.into.is_some() => 80,
        Some(Kind::Query(query)) if !query.unions.is_empty() => 128,
        Some(Kind::Transform { .. }) => 16,
        Some(Kind::Delete { .. }) => 32,
        Some(Kind::Update { .. }) => 48,
        Some(Kind::Insert { .. }) => 64,
        Some(Kind::Other { .. }) => 96,
        _ => 0,
    }
}
