//! DAO and the parts of Access that reach data: `CurrentDb`, `DBEngine`, `DoCmd`, the domain functions, recordsets and
//! their fields. Descriptors carry numbers only; what is open lives in the session. Forms and reports are refused.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::engine::object::ObjectModel;
use crate::engine::value::{Arguments, Assign, Fault, HostObject, Object, RunError, Value, coerce, errors};

use super::action::OnError;
use super::ado;
use super::collections;
use super::domain::{self, Domain};
use super::evaluate::{Parameters, Run};
use super::fault;
use super::recordset::{Mode, Recordset};
use super::search::Way;
use super::variables;
use super::{Database, State, grid};

/// `dbFailOnError`.
const FAIL_ON_ERROR: i32 = 128;
/// Recordsets that may be open (Access: 2,048 open tables).
const MOST_OPEN: usize = 2_048;
/// Rows all open recordsets may hold together.
const MOST_OPEN_ROWS: usize = 4_000_000;
/// Database objects whose `RecordsAffected` is remembered.
const REMEMBERED: usize = 256;

/// Classes of this model; `Application` belongs to whoever comes first.
const CLASSES: [&str; 17] = [
    "Database",
    "DBEngine",
    "Workspace",
    "DoCmd",
    "CurrentProject",
    "Recordset2",
    "Fields",
    "Field2",
    "TableDefs",
    "TableDef",
    "QueryDefs",
    "QueryDef",
    "Parameters",
    "Parameter",
    "Access.Application",
    "TempVars",
    "TempVar",
];

/// What a run has open.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub recordsets: Vec<Option<Recordset>>,
    pub definitions: Vec<Definition>,
    pub names: Vec<String>,
    /// `DoCmd.SetWarnings False`.
    silent: bool,
    /// `TempVars`, in the order they were made.
    pub variables: Vec<(String, Value)>,
    /// Recordsets and commands of ADO.
    pub sets: Vec<ado::Set>,
    pub commands: Vec<ado::Command>,
    /// Rows that the last `Execute` of a connection changed.
    pub changed: u64,
    databases: u32,
    affected: VecDeque<(u32, u64)>,
}

/// An open QueryDef.
#[derive(Debug, Clone, Default)]
pub(super) struct Definition {
    /// Empty for a temporary query.
    pub name: String,
    pub sql: String,
    pub parameters: Parameters,
    pub affected: u64,
}

pub(super) type Answer = Result<Value, Fault>;

/// A descriptor.
pub(super) fn object(class: &str, words: &[u32]) -> Value {
    Value::Object(Object::Host(HostObject { class: class.into(), words: words.into() }))
}

/// An argument by place or name.
pub(super) fn argument(arguments: &Arguments, place: usize, name: &str) -> Value {
    let named = arguments.named.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    named.or_else(|| arguments.positional.get(place)).cloned().unwrap_or(Value::Missing)
}

pub(super) fn text(arguments: &Arguments, place: usize, name: &str) -> Result<String, RunError> {
    match argument(arguments, place, name) {
        Value::Missing => Err(errors::argument_missing()),
        value => coerce::to_text(&value),
    }
}

fn long_or(arguments: &Arguments, place: usize, name: &str, default: i32) -> Result<i32, RunError> {
    match argument(arguments, place, name) {
        Value::Missing => Ok(default),
        value => coerce::to_long(&value),
    }
}

pub(super) fn count(number: u64) -> Value {
    Value::Long(i32::try_from(number).unwrap_or(i32::MAX))
}

/// A word of a descriptor as a place in a list.
pub(super) fn word(object: &HostObject, at: usize) -> usize {
    object.words.get(at).map_or(usize::MAX, |word| *word as usize)
}

pub(super) fn lower(member: &str) -> String {
    member.to_ascii_lowercase()
}

/// An item of a collection by what came with it: the collection itself without arguments.
fn item_or(state: &mut State, collection: HostObject, arguments: &Arguments) -> Answer {
    if arguments.positional.is_empty() && arguments.named.is_empty() {
        return Ok(Value::Object(Object::Host(collection)));
    }
    if collection.class.as_ref() == "TempVars" {
        return variables::get(state, &collection, "item", arguments);
    }
    collections::get(state, &collection, "item", arguments)
}

impl ObjectModel for Database {
    fn global(&mut self, name: &str, arguments: &Arguments) -> Option<Answer> {
        let mut state = self.lock();
        if let Some(domain) = Domain::named(name) {
            return Some(state.domain(domain, arguments));
        }
        Some(Ok(match lower(name).as_str() {
            "currentdb" | "codedb" => state.fresh_database(),
            "dbengine" => object("DBEngine", &[]),
            "docmd" => object("DoCmd", &[]),
            "currentproject" | "codeproject" => object("CurrentProject", &[]),
            "tempvars" => return Some(item_or(&mut state, descriptor("TempVars"), arguments)),
            "createobject" => {
                let class = coerce::to_text(&argument(arguments, 0, "class")).ok()?;
                return ado::create(&mut state, &class);
            }
            "application" => object("Access.Application", &[]),
            _ => return None,
        }))
    }

    fn put_global(&mut self, _: &str, _: &Arguments, _: &Value, _: Assign) -> Option<Result<(), Fault>> {
        None
    }

    fn owns(&self, class: &str) -> bool {
        CLASSES.iter().chain(&ado::CLASSES).any(|known| known.eq_ignore_ascii_case(class))
    }

    fn get(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Answer {
        if object.class.as_ref() == "Access.Application" {
            return self.global(member, arguments).unwrap_or_else(|| Err(errors::no_member().into()));
        }
        self.lock().read_member(object, member, arguments)
    }

    fn put(
        &mut self,
        object: &HostObject,
        member: &str,
        arguments: &Arguments,
        value: &Value,
        _: Assign,
    ) -> Result<(), Fault> {
        self.lock().write_member(object, member, arguments, value)
    }

    fn items(&mut self, object: &HostObject) -> Result<Vec<Value>, Fault> {
        let mut state = self.lock();
        match object.class.as_ref() {
            "TempVars" => Ok(variables::items(&state)),
            class if ado::CLASSES.contains(&class) => ado::items(&mut state, object),
            _ => collections::items(&mut state, object),
        }
    }

    fn is_a(&self, object: &HostObject, name: &str) -> bool {
        let short = name.rsplit('.').next().unwrap_or(name);
        short.eq_ignore_ascii_case(&object.class)
            || object.class.strip_suffix('2').is_some_and(|class| short.eq_ignore_ascii_case(class))
    }
}

impl State {
    /// Each `CurrentDb` is an object of its own: `CurrentDb.RecordsAffected` after `CurrentDb.Execute` is 0.
    fn fresh_database(&mut self) -> Value {
        self.session.databases = self.session.databases.wrapping_add(1);
        object("Database", &[self.session.databases])
    }

    fn domain(&mut self, domain: Domain, arguments: &Arguments) -> Answer {
        let names = ["expr", "domain", "criteria"];
        let values: Vec<Value> = (0..).zip(names).map(|(place, name)| argument(arguments, place, name)).collect();
        let parameters = Parameters::new();
        let parameters = variables::beside(self, &parameters);
        let mut run = Run::new(&self.store, &self.environment, &parameters);
        Ok(domain::compute(domain, &values, &mut run)?)
    }

    pub(super) fn read_member(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Answer {
        match object.class.as_ref() {
            "Database" => self.database_member(object, member, arguments),
            "DBEngine" | "Workspace" => self.workspace_member(object, member, arguments),
            "DoCmd" => self.do_command(member, arguments),
            "CurrentProject" => match lower(member).as_str() {
                "" | "name" => Ok(Value::text(self.store.name.rsplit(['/', '\\']).next().unwrap_or_default())),
                "fullname" => Ok(Value::text(&self.store.name)),
                "path" => {
                    let end = self.store.name.rfind(['/', '\\']).unwrap_or(0);
                    Ok(Value::text(self.store.name.get(..end).unwrap_or_default()))
                }
                "connection" | "accessconnection" => Ok(super::dao::object("Connection", &[])),
                "isconnected" => Ok(Value::Boolean(true)),
                _ => Err(errors::no_member().into()),
            },
            "Recordset2" => self.recordset_member(object, member, arguments),
            "TempVars" | "TempVar" => variables::get(self, object, member, arguments),
            class if ado::CLASSES.contains(&class) => ado::get(self, object, member, arguments),
            _ => collections::get(self, object, member, arguments),
        }
    }

    pub(super) fn write_member(
        &mut self,
        object: &HostObject,
        member: &str,
        arguments: &Arguments,
        value: &Value,
    ) -> Result<(), Fault> {
        match object.class.as_ref() {
            "TempVars" | "TempVar" => return variables::put(self, object, member, arguments, value),
            class if ado::CLASSES.contains(&class) => return ado::put(self, object, member, arguments, value),
            _ => {}
        }
        if object.class.as_ref() != "Recordset2" {
            return collections::put(self, object, member, arguments, value);
        }
        let name = lower(member);
        if matches!(name.as_str(), "" | "fields" | "collect") {
            let field = self.read_member(object, "fields", arguments)?;
            let Value::Object(Object::Host(field)) = field else { return Err(errors::no_member().into()) };
            return collections::put(self, &field, "value", &Arguments::default(), value);
        }
        let set = self.recordset(object)?;
        match name.as_str() {
            "filter" => set.filter = coerce::to_text(value)?,
            "sort" => set.sort = coerce::to_text(value)?,
            "index" => set.index = coerce::to_text(value)?,
            "bookmark" | "absoluteposition" => set.go_to(coerce::to_long(value)?)?,
            _ => return Err(errors::no_member().into()),
        }
        Ok(())
    }

    fn database_member(&mut self, database: &HostObject, member: &str, arguments: &Arguments) -> Answer {
        let number = database.words.first().copied().unwrap_or(0);
        match lower(member).as_str() {
            "" | "name" => Ok(Value::text(&self.store.name)),
            "execute" => {
                let source = text(arguments, 0, "query")?;
                let on_error = on_error(long_or(arguments, 1, "options", 0)?);
                let done = self.run_action(&source, &Parameters::new(), on_error)?;
                self.session.affected.retain(|(known, _)| *known != number);
                self.session.affected.push_back((number, done));
                if self.session.affected.len() > REMEMBERED {
                    self.session.affected.pop_front();
                }
                Ok(Value::Empty)
            }
            "recordsaffected" => {
                let found = self.session.affected.iter().find(|(known, _)| *known == number);
                Ok(count(found.map_or(0, |(_, done)| *done)))
            }
            "openrecordset" => {
                let source = text(arguments, 0, "name")?;
                self.open(&source, &argument(arguments, 1, "type"), &Parameters::new())
            }
            "tabledefs" => item_or(self, descriptor("TableDefs"), arguments),
            "querydefs" => item_or(self, descriptor("QueryDefs"), arguments),
            "createquerydef" => collections::create_query(self, arguments),
            "close" => Ok(Value::Empty),
            "recordsets" | "properties" | "containers" | "relations" => {
                Err(refused_command("The structure of the file"))
            }
            // `db!Orders` is a table of that name in its default collection.
            "transactions" | "updatable" => Ok(Value::Boolean(true)),
            _ => Err(errors::no_member().into()),
        }
    }

    fn workspace_member(&mut self, owner: &HostObject, member: &str, arguments: &Arguments) -> Answer {
        match lower(member).as_str() {
            "begintrans" => self.begin()?,
            "committrans" => self.commit()?,
            "rollback" => self.roll_back()?,
            // `DBEngine(0)(0)`: there is one workspace and one database.
            "" if owner.class.as_ref() == "Workspace" => return Ok(self.fresh_database()),
            "workspaces" | "" => return Ok(object("Workspace", &[])),
            "databases" if !arguments.positional.is_empty() => return Ok(self.fresh_database()),
            "name" => return Ok(Value::text("#Default Workspace#")),
            "close" | "idle" => {}
            "opendatabase" => return Err(fault::refused("Opening another database")),
            _ => return Err(errors::no_member().into()),
        }
        Ok(Value::Empty)
    }

    fn do_command(&mut self, member: &str, arguments: &Arguments) -> Answer {
        let on_error = if self.session.silent { OnError::Skip } else { OnError::Fail };
        match lower(member).as_str() {
            "runsql" => {
                let source = text(arguments, 0, "sqlstatement")?;
                self.run_action(&source, &Parameters::new(), on_error)?;
            }
            "openquery" => {
                let name = text(arguments, 0, "queryname")?;
                let Some(query) = self.store.query(&name).cloned() else {
                    return Err(fault::unknown_table(&name).into());
                };
                if let Err(error) = self.run_action(&query.sql, &Parameters::new(), on_error) {
                    if error != fault::select_executed().into() {
                        return Err(error);
                    }
                    // The rows are shown in a window and change nothing; that they can be found is still asked.
                    self.rows(&query.sql, &Parameters::new())?;
                }
            }
            "setwarnings" => self.session.silent = !coerce::to_boolean(&argument(arguments, 0, "warningson"))?,
            // The pointer and the screen change nothing in the data.
            "hourglass" | "echo" => {}
            _ => return Err(refused_command(&format!("DoCmd.{member}"))),
        }
        Ok(Value::Empty)
    }

    /// Opens a table, query or statement; tables open as type table unless told otherwise.
    pub(super) fn open(&mut self, source: &str, kind: &Value, parameters: &Parameters) -> Answer {
        let is_table = self.store.table(source.trim().trim_matches(|c| c == '[' || c == ']')).is_some();
        let mode = match kind {
            Value::Missing if is_table => Mode::Table,
            Value::Missing => Mode::Dynaset,
            number => Mode::numbered(coerce::to_long(number)?).ok_or_else(errors::invalid_call)?,
        };
        if mode == Mode::Table && !is_table {
            return Err(fault::invalid_operation().into());
        }
        let rows = self.rows(source, parameters)?;
        self.keep(Recordset::open(source, mode, rows))
    }

    fn keep(&mut self, set: Recordset) -> Answer {
        let open = self.session.recordsets.iter().flatten();
        let (count, held) = open.fold((0, 0), |(count, held), set| (count + 1, held + set.weight()));
        if count >= MOST_OPEN || held + set.weight() > MOST_OPEN_ROWS {
            return Err(fault::resources().into());
        }
        let number = u32::try_from(self.session.recordsets.len()).map_err(|_| fault::resources())?;
        self.session.recordsets.push(Some(set));
        Ok(object("Recordset2", &[number]))
    }

    /// An open recordset; error 3420 once it was closed.
    pub(super) fn recordset(&mut self, object: &HostObject) -> Result<&mut Recordset, RunError> {
        self.session.recordsets.get_mut(word(object, 0)).and_then(Option::as_mut).ok_or_else(fault::closed)
    }

    fn recordset_member(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Answer {
        let number = word(object, 0);
        let State { store, environment, session, .. } = self;
        let slot = session.recordsets.get_mut(number).ok_or_else(fault::closed)?;
        let set = slot.as_mut().ok_or_else(fault::closed)?;
        let name = lower(member);
        match name.as_str() {
            "eof" => return Ok(Value::Boolean(set.is_eof())),
            "bof" => return Ok(Value::Boolean(set.is_bof())),
            "recordcount" => return Ok(Value::Long(set.record_count())),
            "nomatch" => return Ok(Value::Boolean(set.no_match)),
            "editmode" => return Ok(Value::Integer(i16::try_from(set.edit_mode()).unwrap_or(0))),
            "updatable" => return Ok(Value::Boolean(set.table.is_some())),
            "type" => return Ok(Value::Integer(i16::try_from(set.mode.number()).unwrap_or(0))),
            "name" => return Ok(Value::text(&set.source)),
            "filter" => return Ok(Value::text(&set.filter)),
            "sort" => return Ok(Value::text(&set.sort)),
            "index" => return Ok(Value::text(&set.index)),
            "bookmark" | "absoluteposition" => return Ok(Value::Long(set.position()?)),
            "lastmodified" => return Ok(Value::Long(set.last_modified()?)),
            "movefirst" => set.move_first()?,
            "movelast" => set.move_last()?,
            "movenext" => set.move_by(1)?,
            "moveprevious" => set.move_by(-1)?,
            "move" => set.move_by(i64::from(coerce::to_long(&argument(arguments, 0, "rows"))?))?,
            "addnew" => set.add_new(store, environment)?,
            "edit" => set.edit(store)?,
            "update" => set.update(store, environment)?,
            "cancelupdate" => set.cancel()?,
            "delete" => set.delete(store)?,
            "findfirst" => set.find(&text(arguments, 0, "criteria")?, Way::First, store, environment)?,
            "findlast" => set.find(&text(arguments, 0, "criteria")?, Way::Last, store, environment)?,
            "findnext" => set.find(&text(arguments, 0, "criteria")?, Way::Next, store, environment)?,
            "findprevious" => set.find(&text(arguments, 0, "criteria")?, Way::Previous, store, environment)?,
            "seek" => {
                let keys = arguments.positional.get(1..).unwrap_or_default();
                set.seek(&text(arguments, 0, "comparison")?, keys, store)?;
            }
            "getrows" => {
                let wanted = usize::try_from(long_or(arguments, 0, "numrows", 1)?).unwrap_or(0);
                let (width, rows) = (set.width(), set.take_rows(wanted, store)?);
                let turned = (0..width)
                    .map(|at| rows.iter().map(|row| row.get(at).cloned().unwrap_or(Value::Null)).collect())
                    .collect();
                return Ok(grid(turned, rows.len()));
            }
            "clone" => {
                let copy = set.duplicate();
                return self.keep(copy);
            }
            "openrecordset" => {
                let wanted = Mode::numbered(long_or(arguments, 0, "type", Mode::Dynaset.number())?);
                let again = set.reopened(wanted.ok_or_else(errors::invalid_call)?, store, environment)?;
                return self.keep(again);
            }
            "requery" => {
                let (source, mode) = (set.source.clone(), Value::Long(set.mode.number()));
                let fresh = self.open(&source, &mode, &Parameters::new())?;
                if let Value::Object(Object::Host(fresh)) = &fresh {
                    let taken = self.session.recordsets.get_mut(word(fresh, 0)).and_then(Option::take);
                    self.session.recordsets.pop();
                    if let Some(slot) = self.session.recordsets.get_mut(number) {
                        *slot = taken;
                    }
                }
            }
            "close" => *slot = None,
            "" | "fields" | "collect" => {
                let words: Arc<[u32]> = [collections::OF_RECORDSET, object.words.first().copied().unwrap_or(0)].into();
                return item_or(self, HostObject { class: "Fields".into(), words }, arguments);
            }
            _ => return Err(errors::no_member().into()),
        }
        Ok(Value::Empty)
    }
}

fn descriptor(class: &str) -> HostObject {
    HostObject { class: class.into(), words: [].into() }
}

pub(super) fn on_error(options: i32) -> OnError {
    if options & FAIL_ON_ERROR != 0 { OnError::Fail } else { OnError::Skip }
}

/// Options of `QueryDef.Execute`.
pub(super) fn options(arguments: &Arguments) -> Result<OnError, RunError> {
    Ok(on_error(long_or(arguments, 0, "options", 0)?))
}

fn refused_command(what: &str) -> Fault {
    let reason = format!("{what} needs forms, reports or files of Access");
    Fault::Refused { capability: "manual".to_owned(), reason }
}
