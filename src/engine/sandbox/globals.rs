//! Names used without an object: the sandbox's own, the dialogs, the object models, then VBA's library.

use std::sync::Arc;

use wasmtime::AsContextMut;

use crate::engine::compile::Capability;
use crate::engine::compile::capability;
use crate::engine::compile::meta::{Shape, Use};
use crate::engine::compile::word;
use crate::engine::print_list::{SPACE_CLASS, TAB_CLASS};
use crate::engine::value::functions;
use crate::engine::value::{Arguments, Assign, Compare, Fault, HostObject, Object, Value, coerce, constants, errors};
use crate::model;

use super::member::Call;
use super::state::{Answer, ErrorState, State, Vm, raised};

/// Class of the pseudo object `Err`.
pub(super) const ERR_CLASS: &str = "ErrObject";
/// Class of the pseudo object `Debug`.
pub(super) const DEBUG_CLASS: &str = "DebugObject";
const OUT_OF_RANGE: i32 = 9;
const OBJECT_REQUIRED: i32 = 424;
const NO_MEMBER: i32 = 438;
const CANNOT_CREATE: i32 = 429;
const NOT_DEFINED: i32 = 35;
const INVALID_CALL: i32 = 5;
/// Milliseconds of a day: the virtual clock moves by waits.
const DAY_MS: f64 = 86_400_000.0;

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// A global name; `door` is the capability through which it came.
    pub(super) fn global(&mut self, shape: &Shape, base: u32, door: Option<Capability>) -> Answer<u64> {
        let call = self.call_of(shape, base);
        if let Some(door) = door {
            self.state().used.insert(door);
        }
        if let Some(answer) = self.own_name(&call)? {
            return Ok(answer);
        }
        let arguments = self.arguments(&call);
        match call.value {
            Some(value) => self.put_global(&call, &arguments, value),
            None => self.get_global(shape, &call, arguments, door),
        }
    }

    fn get_global(
        &mut self,
        shape: &Shape,
        call: &Call,
        arguments: Arguments,
        door: Option<Capability>,
    ) -> Answer<u64> {
        if door == Some(Capability::Dialogs) {
            let dialogs = &mut self.state().host.dialogs;
            let shown = match &*call.name {
                "msgbox" => Some(dialogs.message_box(&arguments)),
                "inputbox" => Some(dialogs.input_box(&arguments)),
                _ => None,
            };
            if let Some(answer) = shown {
                return self.encode(&answer?);
            }
        }
        if door.is_some()
            && let Some(value) = self.ask_models(&shape.name, &arguments)
        {
            return self.encode(&value?);
        }
        self.library(shape, call, arguments)
    }

    fn ask_models(&mut self, name: &str, arguments: &Arguments) -> Option<Answer<Value>> {
        self.state().host.models.iter_mut().find_map(|model| model.global(name, arguments))
    }

    /// Assigns to a global: its own setter, else the default member of what it gives.
    fn put_global(&mut self, call: &Call, arguments: &Arguments, value: u64) -> Answer<u64> {
        let by = if call.usage == Use::Set { Assign::Set } else { Assign::Let };
        let assigned = if by == Assign::Let { self.plain_or_array(value)? } else { self.decode(value) };
        let name = call.name.clone();
        let put =
            self.state().host.models.iter_mut().find_map(|model| model.put_global(&name, arguments, &assigned, by));
        if let Some(done) = put {
            done?;
            return Ok(word::word(word::EMPTY, 0));
        }
        match self.ask_models(&name, arguments) {
            Some(object) => {
                let object = object?;
                let object = self.encode(&object)?;
                self.member(
                    object,
                    &Call { name: Arc::from(""), positional: Vec::new(), named: Vec::new(), ..call.clone() },
                )
            }
            None => Err(errors::described(NOT_DEFINED, format!("Name not defined: {name}")).into()),
        }
    }

    /// The pure library. Objects give their values first.
    fn library(&mut self, shape: &Shape, call: &Call, mut arguments: Arguments) -> Answer<u64> {
        if let Some(id) = shape.function {
            for place in 0..arguments.positional.len() {
                if matches!(arguments.positional[place], Value::Object(Object::Host(_))) {
                    arguments.positional[place] = self.plain(call.positional[place])?;
                }
            }
            let now = self.now();
            let environment = &mut self.state().environment;
            environment.now = now;
            environment.compare = match shape.compare {
                model::Compare::Binary => Compare::Binary,
                model::Compare::Text => Compare::Text,
                model::Compare::Database => Compare::Database,
            };
            environment.base = i32::from(shape.base);
            let value = functions::invoke(id, &arguments, environment)?;
            return self.encode(&value);
        }
        if let Some(value) = constants::constant(&shape.name) {
            return self.encode(&value);
        }
        if shape.bare && !reads_as_constant(&shape.name) {
            // Without `Option Explicit` a name that nobody knows is a variable.
            return Ok(word::word(word::EMPTY, 0));
        }
        if call.positional.is_empty() {
            return Err(
                errors::described(OBJECT_REQUIRED, format!("Object required: {} is not defined", shape.name)).into()
            );
        }
        Err(errors::described(NOT_DEFINED, format!("Sub or Function not defined: {}", shape.name)).into())
    }

    /// The run's clock as a serial: its start plus what was waited.
    pub(super) fn now(&mut self) -> f64 {
        let state = self.state();
        state.host.clock_serial + state.waited_ms as f64 / DAY_MS
    }

    // ---- names of the sandbox itself ----

    fn own_name(&mut self, call: &Call) -> Answer<Option<u64>> {
        let first = call.positional.first().copied();
        let answer = match (&*call.name, first) {
            ("err" | "debug", _) if call.usage == Use::Get => {
                let class = if &*call.name == "err" { ERR_CLASS } else { DEBUG_CLASS };
                let object = HostObject { class: class.into(), words: Vec::new().into() };
                self.encode(&Value::Object(Object::Host(object)))?
            }
            ("err", _) => return self.error_member(&Call { name: Arc::from(""), ..call.clone() }).map(Some),
            ("tab", column) => self.position(TAB_CLASS, column)?,
            ("spc", Some(count)) => self.position(SPACE_CLASS, Some(count))?,
            ("erl", _) => {
                let line = self.state().error.erl;
                word::word(word::LONG, line as u32)
            }
            ("lbound" | "ubound", Some(array)) => self.bound(&call.name, array, call.positional.get(1).copied())?,
            ("ismissing", Some(value)) => truth(!word::is_double(value) && word::tag(value) == word::MISSING),
            ("isobject", Some(value)) => truth(!word::is_double(value) && word::is_object(value)),
            ("isarray", Some(value)) => truth(!word::is_double(value) && word::tag(value) == word::ARRAY),
            ("isempty", Some(value)) if word::is_double(value) || word::tag(value) != word::HOST => {
                truth(!word::is_double(value) && word::tag(value) == word::EMPTY)
            }
            ("typename", Some(value)) => match self.object_type(value) {
                Some(name) => self.text(&name)?,
                None => return Ok(None),
            },
            ("vartype", Some(value)) if !word::is_double(value) && word::tag(value) > word::HOST => {
                const OBJECT: u32 = 9;
                const RECORD: u32 = 36;
                word::word(word::INTEGER, if word::tag(value) == word::RECORD { RECORD } else { OBJECT })
            }
            ("createobject", Some(class)) => return self.create(class, call).map(Some),
            ("callbyname", Some(object)) => return self.call_by_name(object, call).map(Some),
            ("run", Some(_)) if call.usage == Use::Get => return self.run_by_name(call).map(Some),
            _ => return Ok(None),
        };
        Ok(Some(answer))
    }

    fn bound(&mut self, name: &str, array: u64, dimension: Option<u64>) -> Answer<u64> {
        if word::is_double(array) || word::tag(array) != word::ARRAY {
            return raised(super::member::TYPE_MISMATCH);
        }
        let dimension = match dimension {
            Some(dimension) if word::is_double(dimension) || word::tag(dimension) != word::MISSING => {
                let value = self.plain(dimension)?;
                coerce::to_long(&value)?
            }
            _ => 1,
        };
        let bounds = self.array_bounds(word::low(array));
        let place = usize::try_from(i64::from(dimension) - 1).unwrap_or(usize::MAX);
        match bounds.get(place) {
            Some((lower, upper)) => {
                Ok(word::word(word::LONG, if name == "lbound" { *lower as u32 } else { *upper as u32 }))
            }
            None => raised(OUT_OF_RANGE),
        }
    }

    /// The type name of an object.
    pub(super) fn object_type(&mut self, value: u64) -> Option<String> {
        if word::is_double(value) {
            return None;
        }
        let meta = self.meta();
        let owner = |vm: &mut Self| vm.u32(word::low(value) + word::OWNER_AT) as usize;
        match word::tag(value) {
            word::HOST => Some(self.host_object(word::low(value)).class.to_string()),
            word::COLLECTION => Some(String::from("Collection")),
            word::DICTIONARY => Some(String::from("Dictionary")),
            word::INSTANCE => meta.classes.get(owner(self)).map(|class| class.name.to_string()),
            word::RECORD => meta.records.get(owner(self)).map(|record| record.name.to_string()),
            _ => None,
        }
    }

    /// `TypeOf x Is Name`.
    pub(super) fn is_type(&mut self, object: u64, name: &str) -> Answer<u64> {
        let short = name.rsplit('.').next().unwrap_or(name).to_lowercase();
        let tag = if word::is_double(object) { 0 } else { word::tag(object) };
        let is = match tag {
            word::NOTHING => false,
            _ if !word::is_object(object) => return raised(OBJECT_REQUIRED),
            _ if short == "object" => true,
            word::HOST => {
                let object = self.host_object(word::low(object));
                let models = &mut self.state().host.models;
                models.iter().find(|model| model.owns(&object.class)).is_some_and(|model| model.is_a(&object, &short))
            }
            word::INSTANCE => {
                let own = self.u32(word::low(object) + word::OWNER_AT) as usize;
                let meta = self.meta();
                meta.classes.get(own).is_some_and(|class| {
                    class.name.to_lowercase() == short
                        || class.implements.iter().any(|interface| interface.to_lowercase() == short)
                })
            }
            _ => self.object_type(object).is_some_and(|known| known.to_lowercase() == short),
        };
        Ok(truth(is))
    }

    /// `CreateObject`, also of classes whose name is known only now.
    fn create(&mut self, class: u64, call: &Call) -> Answer<u64> {
        let value = self.plain(class)?;
        let class = coerce::to_text(&value)?;
        match class.to_lowercase().as_str() {
            "scripting.dictionary" | "dictionary" => return self.new_map(word::DICTIONARY),
            "collection" => return self.new_map(word::COLLECTION),
            _ => {}
        }
        if let Some(door) = capability::of_class(&class) {
            if !self.state().host.grants.contains(&door) {
                let reason = format!("the code creates an object of class {class}");
                return Err(Fault::Refused { capability: door.name().to_string(), reason });
            }
            self.state().used.insert(door);
        }
        let arguments = self.arguments(call);
        match self.ask_models("CreateObject", &arguments) {
            Some(made) => self.encode(&made?),
            None => raised(CANNOT_CREATE),
        }
    }

    /// `CallByName(object, name, kind, arguments...)`: kind 1 calls, 2 reads, 4 lets, 8 sets.
    fn call_by_name(&mut self, object: u64, call: &Call) -> Answer<u64> {
        let [_, name, kind, rest @ ..] = call.positional.as_slice() else {
            return Err(errors::argument_missing().into());
        };
        let name = coerce::to_text(&self.plain(*name)?)?.to_lowercase();
        let name: Arc<str> = Arc::from(name);
        let usage = match coerce::to_long(&self.plain(*kind)?)? {
            1..=3 => Use::Get,
            4 => Use::Let,
            8 => Use::Set,
            _ => return raised(INVALID_CALL),
        };
        let mut positional = rest.to_vec();
        let value = if usage == Use::Get { None } else { positional.pop() };
        let base = call.base + 3 * word::WORD;
        self.member(
            object,
            &Call { name, usage, positional, named: Vec::new(), value, base, top: call.top, inside: call.inside },
        )
    }

    /// `Tab(n)` and `Spc(n)` of a print list: descriptors that only printing understands.
    fn position(&mut self, class: &str, count: Option<u64>) -> Answer<u64> {
        let mut words = Vec::new();
        if let Some(count) = count {
            let value = self.plain(count)?;
            words.push(u32::try_from(coerce::to_long(&value)?).unwrap_or(0));
        }
        self.encode(&Value::Object(Object::Host(HostObject { class: class.into(), words: words.into() })))
    }

    /// `Debug.Print` leaves a line in the output; `Debug.Assert` is for the editor only.
    pub(super) fn debug_member(&mut self, call: &Call) -> Answer<u64> {
        match &*call.name {
            "print" => self.print(&call.positional)?,
            "assert" => {}
            _ => return raised(NO_MEMBER),
        }
        Ok(word::word(word::EMPTY, 0))
    }

    // ---- Err ----

    pub(super) fn error_member(&mut self, call: &Call) -> Answer<u64> {
        let empty = word::word(word::EMPTY, 0);
        if let Some(value) = call.value {
            let value = self.plain(value)?;
            match &*call.name {
                "" | "number" => self.state().error.number = coerce::to_long(&value)?,
                "description" => self.state().error.description = coerce::to_text(&value)?,
                "source" => self.state().error.source = coerce::to_text(&value)?,
                "helpfile" | "helpcontext" => {}
                _ => return raised(NO_MEMBER),
            }
            return Ok(empty);
        }
        let error = self.state().error.clone();
        match &*call.name {
            "" | "number" => Ok(word::word(word::LONG, error.number as u32)),
            "description" => self.text(&error.description),
            "source" => self.text(&error.source),
            "helpfile" => self.text(""),
            "helpcontext" | "lastdllerror" => Ok(word::word(word::LONG, 0)),
            "clear" => {
                self.clear_error();
                Ok(empty)
            }
            "raise" => self.raise_by_code(call),
            _ => raised(NO_MEMBER),
        }
    }

    fn raise_by_code(&mut self, call: &Call) -> Answer<u64> {
        let mut part = |place: usize, name: &str| -> Answer<Option<Value>> {
            let word = super::map::pick(&call.positional, &call.named, place, name);
            let missing = !word::is_double(word) && word::tag(word) == word::MISSING;
            if missing { Ok(None) } else { self.plain(word).map(Some) }
        };
        let Some(number) = part(0, "number")? else { return Err(errors::argument_missing().into()) };
        let number = coerce::to_long(&number)?;
        let source = part(1, "source")?.map(|value| coerce::to_text(&value)).transpose()?;
        let description = part(2, "description")?.map(|value| coerce::to_text(&value)).transpose()?;
        if number == 0 {
            return raised(INVALID_CALL);
        }
        // What is left out keeps the text Err has, when it is the same error that is raised again (Microsoft, "Raise method").
        let current = &self.state().error;
        let again = current.number == number;
        let mut error = errors::raise(number);
        match description {
            Some(text) => error.description = text,
            None if again => error.description = current.description.clone(),
            None => {}
        }
        match source {
            Some(text) => error.source = text,
            None if again => error.source = current.source.clone(),
            None => {}
        }
        Err(Fault::Raised(error))
    }

    pub(super) fn clear_error(&mut self) {
        self.state().error = ErrorState::default();
        self.state().environment.last_error.clear();
    }
}

/// Whether a name looks like a constant of a type library: `xlUp`, `msoTrue`.
fn reads_as_constant(name: &str) -> bool {
    const PREFIXES: [&str; 7] = ["xl", "vb", "mso", "db", "ac", "ad", "ol"];
    PREFIXES.iter().any(|prefix| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            && name.get(prefix.len()..).is_some_and(|rest| rest.starts_with(char::is_uppercase))
    })
}

fn truth(value: bool) -> u64 {
    word::word(word::BOOLEAN, u32::from(value))
}
