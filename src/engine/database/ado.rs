//! ADO over the same database: connections, recordsets and commands. A recordset is one of DAO underneath; what differs is
//! when an edit begins and ends, what an empty search leaves, and how properties are named. Errors carry ADO's numbers.

use crate::engine::value::{Arguments, Array, Fault, HostObject, Object, RunError, Value, coerce, errors};
use crate::lang::sql;

use super::action::{self, OnError};
use super::collections;
use super::dao::{Answer, argument, count, lower, object, text, word};
use super::evaluate::Parameters;
use super::fault;
use super::recordset::{Cursor, Mode};
use super::{State, grid};

/// `adOpenForwardOnly`, `adOpenDynamic`: cursors that do not know how many records there are.
const UNCOUNTED: [i32; 2] = [0, 2];
/// `adUseClient`: the cursor is always a static one.
const CLIENT: i32 = 3;
/// `adLockReadOnly`.
const READ_ONLY: i32 = 1;
/// `adStateOpen`.
const OPEN: i32 = 1;
/// Recordsets and commands of one run.
const MOST_OBJECTS: usize = 65_536;

/// Classes of this file.
pub(super) const CLASSES: [&str; 6] =
    ["Connection", "Recordset", "Command", "ADODB.Parameters", "ADODB.Parameter", "ADODB.Errors"];

/// A recordset of ADO.
#[derive(Debug, Clone)]
pub(super) struct Set {
    /// The recordset underneath; none while it is closed.
    inner: Option<u32>,
    source: String,
    cursor: i32,
    location: i32,
    lock: i32,
    filter: Value,
    sort: String,
}

impl Default for Set {
    fn default() -> Self {
        Set {
            inner: None,
            source: String::new(),
            cursor: 0,
            location: 2,
            lock: READ_ONLY,
            filter: Value::Empty,
            sort: String::new(),
        }
    }
}

/// A command with its parameters in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Command {
    text: String,
    parameters: Vec<(String, Value)>,
}

/// Numbers that ADO gives where DAO has its own (Microsoft Learn, "ErrorValueEnum", and the OLE DB provider's).
fn translated(error: RunError) -> RunError {
    const SYNTAX: i32 = -2_147_217_900;
    const NO_TABLE: i32 = -2_147_217_865;
    const PARAMETERS: i32 = -2_147_217_904;
    const PROVIDER: i32 = -2_147_467_259;
    let number = match error.number {
        3075 | 3127 | 3122 | 3346 | 3464 | 3085 | 3079 => SYNTAX,
        3078 => NO_TABLE,
        3061 => PARAMETERS,
        3022 | 3058 | 3163 | 3314 => PROVIDER,
        3420 => 3704,
        3027 => 3251,
        number => number,
    };
    RunError { number, ..error }
}

fn adapted<T>(result: Result<T, Fault>) -> Result<T, Fault> {
    result.map_err(|fault| match fault {
        Fault::Raised(error) => Fault::Raised(translated(error)),
        other => other,
    })
}

/// `CreateObject("ADODB.Recordset")`, `New ADODB.Command`.
pub(super) fn create(state: &mut State, class: &str) -> Option<Answer> {
    let name = class.to_ascii_lowercase();
    Some(match name.trim_end_matches(".6.0").trim_end_matches(".2.8") {
        "adodb.connection" => Ok(object("Connection", &[])),
        "adodb.recordset" => new_set(state, Set::default()),
        "adodb.command" => new_command(state),
        _ => return None,
    })
}

fn new_set(state: &mut State, set: Set) -> Answer {
    if state.session.sets.len() >= MOST_OBJECTS {
        return Err(fault::resources().into());
    }
    state.session.sets.push(set);
    Ok(object("Recordset", &[u32::try_from(state.session.sets.len() - 1).unwrap_or(u32::MAX)]))
}

fn new_command(state: &mut State) -> Answer {
    if state.session.commands.len() >= MOST_OBJECTS {
        return Err(fault::resources().into());
    }
    state.session.commands.push(Command::default());
    Ok(object("Command", &[u32::try_from(state.session.commands.len() - 1).unwrap_or(u32::MAX)]))
}

/// A property or method.
pub(super) fn get(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    adapted(match host.class.as_ref() {
        "Connection" => connection(state, member, arguments),
        "Recordset" => recordset(state, host, member, arguments),
        "Command" => command(state, host, member, arguments),
        "ADODB.Parameters" => parameters(state, host, member, arguments),
        "ADODB.Parameter" => parameter(state, host, member),
        "ADODB.Errors" if lower(member) == "count" => Ok(Value::Long(0)),
        _ => Err(errors::no_member().into()),
    })
}

/// A property write.
pub(super) fn put(
    state: &mut State,
    host: &HostObject,
    member: &str,
    arguments: &Arguments,
    value: &Value,
) -> Result<(), Fault> {
    adapted(match host.class.as_ref() {
        "Connection" => Ok(()),
        "Recordset" => put_recordset(state, host, member, arguments, value),
        "Command" => put_command(state, host, member, arguments, value),
        "ADODB.Parameters" => {
            let item = parameters(state, host, "item", arguments)?;
            let Value::Object(Object::Host(item)) = item else { return Err(errors::no_member().into()) };
            put(state, &item, "value", &Arguments::default(), value)
        }
        "ADODB.Parameter" => {
            let (owner, place) = (word(host, 0), word(host, 1));
            let known = state.session.commands.get_mut(owner).and_then(|command| command.parameters.get_mut(place));
            let (_, slot) = known.ok_or_else(fault::no_item)?;
            if matches!(lower(member).as_str(), "" | "value") {
                *slot = value.clone();
            }
            Ok(())
        }
        _ => Err(errors::no_member().into()),
    })
}

// ---- connections ----

fn connection(state: &mut State, member: &str, arguments: &Arguments) -> Answer {
    match lower(member).as_str() {
        "execute" => execute(state, &text(arguments, 0, "commandtext")?, &Parameters::new()),
        // The number `Execute` writes into its second argument.
        "recordsaffected" => Ok(count(state.session.changed)),
        "begintrans" => state.begin().map(|()| Value::Long(1)).map_err(Fault::from),
        "committrans" => state.commit().map(|()| Value::Empty).map_err(Fault::from),
        "rollbacktrans" => state.roll_back().map(|()| Value::Empty).map_err(Fault::from),
        "open" | "close" | "cancel" => Ok(Value::Empty),
        "state" => Ok(Value::Long(OPEN)),
        "errors" => Ok(object("ADODB.Errors", &[])),
        "connectionstring" | "" => Ok(Value::text(format!("Data Source={}", state.store.name))),
        "provider" => Ok(Value::text("Microsoft.ACE.OLEDB.12.0")),
        "cursorlocation" => Ok(Value::Long(2)),
        _ => Err(errors::no_member().into()),
    }
}

/// Rows give an open recordset, a change a closed one.
fn execute(state: &mut State, source: &str, parameters: &Parameters) -> Answer {
    match state.run_action(source, parameters, OnError::Fail) {
        Ok(done) => {
            state.session.changed = done;
            new_set(state, Set::default())
        }
        Err(error) if error == fault::select_executed().into() => {
            let inner = opened(state, source, parameters)?;
            new_set(state, Set { inner: Some(inner), source: source.to_owned(), ..Set::default() })
        }
        Err(error) => Err(error),
    }
}

/// The recordset of DAO behind a source; it may be changed where its rows are those of a table.
fn opened(state: &mut State, source: &str, parameters: &Parameters) -> Result<u32, Fault> {
    let plain = source.trim();
    let mode = Value::Long(Mode::Dynaset.number());
    match state.open(plain, &mode, parameters)? {
        Value::Object(Object::Host(inner)) => {
            if let Ok(set) = state.recordset(&inner) {
                set.edits_at_once = true;
            }
            Ok(inner.words.first().copied().unwrap_or(0))
        }
        _ => Err(fault::closed().into()),
    }
}

// ---- recordsets ----

fn set_of<'s>(state: &'s mut State, host: &HostObject) -> Result<&'s mut Set, RunError> {
    state.session.sets.get_mut(word(host, 0)).ok_or_else(fault::closed)
}

fn inner_of(state: &mut State, host: &HostObject) -> Result<HostObject, RunError> {
    let number = set_of(state, host)?.inner.ok_or_else(fault::closed)?;
    Ok(HostObject { class: "Recordset2".into(), words: [number].into() })
}

fn recordset(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    let name = lower(member);
    match name.as_str() {
        "open" => return open(state, host, arguments),
        "state" => return Ok(Value::Long(i32::from(set_of(state, host)?.inner.is_some()))),
        "close" => {
            let inner = inner_of(state, host)?;
            state.read_member(&inner, "close", arguments)?;
            set_of(state, host)?.inner = None;
            return Ok(Value::Empty);
        }
        "source" => return Ok(Value::text(&set_of(state, host)?.source)),
        "cursortype" => return Ok(Value::Long(set_of(state, host)?.cursor)),
        "cursorlocation" => return Ok(Value::Long(set_of(state, host)?.location)),
        "locktype" => return Ok(Value::Long(set_of(state, host)?.lock)),
        "filter" => return Ok(set_of(state, host)?.filter.clone()),
        "sort" => return Ok(Value::text(&set_of(state, host)?.sort)),
        "activeconnection" => return Ok(object("Connection", &[])),
        "supports" => return Ok(Value::Boolean(true)),
        _ => {}
    }
    let set = set_of(state, host)?.clone();
    let inner = inner_of(state, host)?;
    match name.as_str() {
        "movenext" | "moveprevious" | "movefirst" | "movelast" | "move" => {
            commit(state, &inner)?;
            state.read_member(&inner, &name, arguments)
        }
        "addnew" | "update" | "delete" if set.lock == READ_ONLY => Err(fault::not_supported().into()),
        "addnew" => {
            commit(state, &inner)?;
            state.read_member(&inner, "addnew", &Arguments::default())?;
            assign(state, &inner, arguments)
        }
        "update" => {
            assign(state, &inner, arguments)?;
            commit(state, &inner)?;
            Ok(Value::Empty)
        }
        "cancelupdate" => {
            let open = state.recordset(&inner)?.edit.take();
            drop(open);
            Ok(Value::Empty)
        }
        "find" => find(state, &inner, arguments),
        "recordcount" => {
            let counted = set.location == CLIENT || !UNCOUNTED.contains(&set.cursor);
            let all = state.recordset(&inner)?.weight_live();
            Ok(if counted { count(all as u64) } else { Value::Long(-1) })
        }
        // ADO counts from 1.
        "absoluteposition" => match state.read_member(&inner, "absoluteposition", arguments)? {
            Value::Long(place) => Ok(Value::Long(place.saturating_add(1))),
            other => Ok(other),
        },
        "getrows" => {
            let all = argument(arguments, 0, "rows");
            let wanted = match coerce::to_long(&all) {
                Ok(rows) if !matches!(all, Value::Missing) && rows >= 0 => rows,
                _ => i32::MAX,
            };
            state.read_member(&inner, "getrows", &Arguments::positional([Value::Long(wanted)]))
        }
        "getstring" => string_of(state, &inner, arguments),
        "requery" => state.read_member(&inner, "requery", &Arguments::default()),
        "clone" => {
            let copy = state.read_member(&inner, "clone", &Arguments::default())?;
            let Value::Object(Object::Host(copy)) = copy else { return Err(fault::closed().into()) };
            state
                .recordset(&copy)?
                .move_first()
                .or_else(|error| if error.number == 3021 { Ok(()) } else { Err(error) })?;
            new_set(state, Set { inner: copy.words.first().copied(), ..set })
        }
        _ => state.read_member(&inner, member, arguments),
    }
}

/// An edit under way is written when the cursor moves on.
fn commit(state: &mut State, inner: &HostObject) -> Result<(), Fault> {
    if state.recordset(inner)?.edit.is_some() {
        state.read_member(inner, "update", &Arguments::default())?;
    }
    Ok(())
}

/// `AddNew fields, values`, `Update fields, values`: one of each, or arrays of them. A new record is written at once.
fn assign(state: &mut State, inner: &HostObject, arguments: &Arguments) -> Answer {
    let (fields, values) = (argument(arguments, 0, "fieldlist"), argument(arguments, 1, "values"));
    if matches!(fields, Value::Missing) {
        return Ok(Value::Empty);
    }
    let list = |value: &Value| match value {
        Value::Array(array) => array.elements.clone(),
        one => vec![one.clone()],
    };
    for (field, value) in list(&fields).into_iter().zip(list(&values)) {
        state.write_member(inner, "fields", &Arguments::positional([field]), &value)?;
    }
    commit(state, inner)?;
    Ok(Value::Empty)
}

fn open(state: &mut State, host: &HostObject, arguments: &Arguments) -> Answer {
    if set_of(state, host)?.inner.is_some() {
        return Err(RunError { number: 3705, ..fault::invalid_operation() }.into());
    }
    let number = |place: usize, name: &str| match argument(arguments, place, name) {
        Value::Missing => Ok(None),
        value => coerce::to_long(&value).map(Some),
    };
    let (cursor, lock) = (number(2, "cursortype")?, number(3, "locktype")?);
    let (source, parameters) = match argument(arguments, 0, "source") {
        Value::Object(Object::Host(command)) if command.class.as_ref() == "Command" => bound(state, word(&command, 0))?,
        Value::Missing => (set_of(state, host)?.source.clone(), Parameters::new()),
        source => (coerce::to_text(&source)?, Parameters::new()),
    };
    let inner = opened(state, &source, &parameters)?;
    let set = set_of(state, host)?;
    set.source = source;
    set.cursor = cursor.unwrap_or(set.cursor);
    set.lock = lock.unwrap_or(set.lock);
    set.inner = Some(inner);
    Ok(Value::Empty)
}

/// `Find`: from the current record on; without a match the cursor stands behind the last one.
fn find(state: &mut State, inner: &HostObject, arguments: &Arguments) -> Answer {
    const BACKWARD: i32 = -1;
    let criterion = text(arguments, 0, "criteria")?;
    let skip = match argument(arguments, 1, "skiprecords") {
        Value::Missing => 0,
        value => coerce::to_long(&value)?,
    };
    let backward = match argument(arguments, 2, "searchdirection") {
        Value::Missing => false,
        value => coerce::to_long(&value)? == BACKWARD,
    };
    let State { store, environment, session, .. } = state;
    let set = session.recordsets.get_mut(word(inner, 0)).and_then(Option::as_mut).ok_or_else(fault::closed)?;
    // A search of DAO leaves out the current record; one of ADO begins with it.
    for _ in 0..skip.max(0) {
        set.move_by(if backward { -1 } else { 1 })?;
    }
    set.cursor = match (set.cursor, backward) {
        (Cursor::At(0), false) => Cursor::Before,
        (Cursor::At(place), false) => Cursor::At(place - 1),
        (Cursor::At(place), true) => Cursor::At(place + 1),
        (other, _) => other,
    };
    let way = if backward { super::search::Way::Previous } else { super::search::Way::Next };
    set.find(&criterion, way, store, environment)?;
    if set.no_match {
        set.cursor = if backward { Cursor::Before } else { Cursor::After };
    }
    Ok(Value::Empty)
}

/// `GetString`: columns by tabs, rows by carriage returns unless told otherwise.
fn string_of(state: &mut State, inner: &HostObject, arguments: &Arguments) -> Answer {
    let given = |place: usize, name: &str, default: &str| match argument(arguments, place, name) {
        Value::Missing => Ok(default.to_owned()),
        value => coerce::to_text(&value),
    };
    let column = given(2, "columndelimeter", "\t")?;
    let row = given(3, "rowdelimeter", "\r")?;
    let null = given(4, "nullexpr", "")?;
    let set = state.session.recordsets.get_mut(word(inner, 0)).and_then(Option::as_mut).ok_or_else(fault::closed)?;
    let rows = set.take_rows(usize::MAX, &state.store)?;
    let mut out = String::new();
    for values in rows {
        let cells: Result<Vec<String>, RunError> = values
            .iter()
            .map(|value| if *value == Value::Null { Ok(null.clone()) } else { coerce::to_text(value) })
            .collect();
        out.push_str(&cells?.join(&column));
        out.push_str(&row);
    }
    Ok(Value::text(out))
}

fn put_recordset(
    state: &mut State,
    host: &HostObject,
    member: &str,
    arguments: &Arguments,
    value: &Value,
) -> Result<(), Fault> {
    match lower(member).as_str() {
        "cursortype" => set_of(state, host)?.cursor = coerce::to_long(value)?,
        "cursorlocation" => set_of(state, host)?.location = coerce::to_long(value)?,
        "locktype" => set_of(state, host)?.lock = coerce::to_long(value)?,
        "source" => set_of(state, host)?.source = coerce::to_text(value)?,
        "activeconnection" => {}
        "filter" | "sort" => {
            if lower(member) == "filter" {
                set_of(state, host)?.filter = value.clone();
            } else {
                set_of(state, host)?.sort = coerce::to_text(value)?;
            }
            refresh(state, host)?;
        }
        "absoluteposition" => {
            let inner = inner_of(state, host)?;
            let place = coerce::to_long(value)?.saturating_sub(1);
            state.write_member(&inner, "absoluteposition", arguments, &Value::Long(place))?;
        }
        name => {
            if matches!(name, "" | "fields" | "collect") && set_of(state, host)?.lock == READ_ONLY {
                return Err(fault::not_supported().into());
            }
            let inner = inner_of(state, host)?;
            state.write_member(&inner, member, arguments, value)?;
        }
    }
    Ok(())
}

/// `Filter` and `Sort` work at once: the rows are those of the source again, narrowed and ordered.
fn refresh(state: &mut State, host: &HostObject) -> Result<(), Fault> {
    let set = set_of(state, host)?.clone();
    if set.inner.is_none() {
        return Ok(());
    }
    let whole = opened(state, &set.source, &Parameters::new())?;
    let State { store, environment, session, .. } = state;
    let base = session.recordsets.get_mut(whole as usize).and_then(Option::as_mut).ok_or_else(fault::closed)?;
    // `adFilterNone` and an empty text show everything.
    base.filter = match &set.filter {
        Value::Text(text) => text.to_string(),
        _ => String::new(),
    };
    base.sort.clone_from(&set.sort);
    let mut narrowed = base.reopened(Mode::Dynaset, store, environment)?;
    narrowed.edits_at_once = true;
    *base = narrowed;
    set_of(state, host)?.inner = Some(whole);
    Ok(())
}

// ---- commands ----

fn command_of<'s>(state: &'s mut State, host: &HostObject) -> Result<&'s mut Command, RunError> {
    state.session.commands.get_mut(word(host, 0)).ok_or_else(fault::closed)
}

fn command(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    match lower(member).as_str() {
        "commandtext" => Ok(Value::text(&command_of(state, host)?.text)),
        "commandtype" | "commandtimeout" => Ok(Value::Long(1)),
        "activeconnection" => Ok(object("Connection", &[])),
        "createparameter" => {
            let name = match argument(arguments, 0, "name") {
                Value::Missing => String::new(),
                name => coerce::to_text(&name)?,
            };
            let value = match argument(arguments, 4, "value") {
                Value::Missing => Value::Null,
                value => value,
            };
            // A parameter belongs to no command until it is appended.
            state.session.commands.push(Command { text: String::new(), parameters: vec![(name, value)] });
            let owner = u32::try_from(state.session.commands.len() - 1).unwrap_or(u32::MAX);
            Ok(object("ADODB.Parameter", &[owner, 0]))
        }
        "" | "parameters" => {
            let all = HostObject { class: "ADODB.Parameters".into(), words: host.words.clone() };
            if arguments.positional.is_empty() {
                return Ok(Value::Object(Object::Host(all)));
            }
            parameters(state, &all, "item", arguments)
        }
        "execute" => {
            if let Value::Array(values) = argument(arguments, 1, "parameters") {
                place_values(state, host, &values)?;
            }
            let (source, parameters) = bound(state, word(host, 0))?;
            execute(state, &source, &parameters)
        }
        _ => Err(errors::no_member().into()),
    }
}

fn place_values(state: &mut State, host: &HostObject, values: &Array) -> Result<(), RunError> {
    let command = command_of(state, host)?;
    for (at, value) in values.elements.iter().enumerate() {
        match command.parameters.get_mut(at) {
            Some((_, slot)) => *slot = value.clone(),
            None => command.parameters.push((String::new(), value.clone())),
        }
    }
    Ok(())
}

fn put_command(
    state: &mut State,
    host: &HostObject,
    member: &str,
    arguments: &Arguments,
    value: &Value,
) -> Result<(), Fault> {
    match lower(member).as_str() {
        "commandtext" => command_of(state, host)?.text = coerce::to_text(value)?,
        "" | "parameters" => {
            let all = HostObject { class: "ADODB.Parameters".into(), words: host.words.clone() };
            put(state, &all, "item", arguments, value)?;
        }
        _ => {}
    }
    Ok(())
}

/// The text of a command, and its parameters by place: the names of the text in their order take the values in theirs.
fn bound(state: &mut State, command: usize) -> Result<(String, Parameters), Fault> {
    let command = state.session.commands.get(command).cloned().ok_or_else(fault::closed)?;
    let text = state.text_of(&command.text);
    let mut names: Vec<String> = Vec::new();
    if let Some(statement) = &sql::parse(&text).statement {
        names.extend(statement.parameters.iter().map(|parameter| parameter.name.text.clone()));
        let further = action::unknown_names(&state.store, statement, &state.environment, &names);
        names.extend(further);
    }
    let values = command.parameters.into_iter().map(|(_, value)| value);
    Ok((text, names.into_iter().map(|name| name.to_lowercase()).zip(values).collect()))
}

fn parameters(state: &mut State, host: &HostObject, member: &str, arguments: &Arguments) -> Answer {
    match lower(member).as_str() {
        "count" => Ok(count(command_of(state, host)?.parameters.len() as u64)),
        "refresh" => Ok(Value::Empty),
        "append" => {
            let Value::Object(Object::Host(given)) = argument(arguments, 0, "object") else {
                return Err(errors::argument_missing().into());
            };
            let owner = state.session.commands.get(word(&given, 0));
            let taken = owner.and_then(|owner| owner.parameters.get(word(&given, 1))).cloned();
            command_of(state, host)?.parameters.push(taken.ok_or_else(fault::no_item)?);
            Ok(Value::Empty)
        }
        _ => {
            let wanted = if matches!(lower(member).as_str(), "" | "item") {
                argument(arguments, 0, "index")
            } else {
                Value::text(member)
            };
            let known = &command_of(state, host)?.parameters;
            let place = match &wanted {
                Value::Text(name) => known.iter().position(|(own, _)| own.eq_ignore_ascii_case(name)),
                number => usize::try_from(coerce::to_long(number)?).ok().filter(|place| *place < known.len()),
            };
            let place = u32::try_from(place.ok_or_else(fault::no_item)?).map_err(|_| fault::no_item())?;
            Ok(object("ADODB.Parameter", &[host.words.first().copied().unwrap_or(0), place]))
        }
    }
}

fn parameter(state: &mut State, host: &HostObject, member: &str) -> Answer {
    let command = state.session.commands.get(word(host, 0)).ok_or_else(fault::closed)?;
    let (name, value) = command.parameters.get(word(host, 1)).ok_or_else(fault::no_item)?;
    match lower(member).as_str() {
        "name" => Ok(Value::text(name)),
        "" | "value" => Ok(value.clone()),
        _ => Ok(Value::Long(0)),
    }
}

/// What `For Each` visits: fields of a recordset, parameters of a command.
pub(super) fn items(state: &mut State, host: &HostObject) -> Result<Vec<Value>, Fault> {
    match host.class.as_ref() {
        "Recordset" => {
            let inner = inner_of(state, host)?;
            let words = [collections::OF_RECORDSET, inner.words.first().copied().unwrap_or(0)].into();
            collections::items(state, &HostObject { class: "Fields".into(), words })
        }
        "ADODB.Parameters" => {
            let owner = host.words.first().copied().unwrap_or(0);
            let count = command_of(state, host)?.parameters.len();
            Ok((0..count).map(|at| object("ADODB.Parameter", &[owner, u32::try_from(at).unwrap_or(0)])).collect())
        }
        _ => Ok(match grid(Vec::new(), 0) {
            Value::Array(array) => array.elements.clone(),
            _ => Vec::new(),
        }),
    }
}
