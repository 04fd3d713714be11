//! Members of objects: arrays, collections, class instances and records in linear memory, object models on the host.

use std::sync::Arc;

use wasmtime::AsContextMut;

use crate::engine::compile::meta::{Literal, ParameterMeta, ProcedureMeta, Shape, Type, Use};
use crate::engine::compile::word::{self, WORD};
use crate::engine::value::{Arguments, Assign, Fault, HostObject, Subtype, Value, coerce, errors};
use crate::model::ProcedureKind;

use super::map::Put;
use super::state::{Answer, State, Vm, raised};

pub(super) const TYPE_MISMATCH: i32 = 13;
const OUT_OF_RANGE: i32 = 9;
const OUT_OF_STACK: i32 = 28;
const NO_OBJECT: i32 = 91;
const OBJECT_REQUIRED: i32 = 424;
const NO_MEMBER: i32 = 438;
const WRONG_ARGUMENTS: i32 = 450;
const NO_SUCH_NAME: i32 = 448;

/// A call as the dispatcher sees it.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// In lower case.
    pub name: Arc<str>,
    pub usage: Use,
    pub positional: Vec<u64>,
    pub named: Vec<(String, u64)>,
    /// What is assigned, with `Let` and `Set`.
    pub value: Option<u64>,
    /// Where the first argument lies: a procedure may write a ByRef argument back there.
    pub base: u32,
    /// First free byte of the shadow stack.
    pub top: u32,
    /// Class of the caller: it sees its private members.
    pub inside: Option<u32>,
}

/// Whether variables of the type hold references.
pub(super) fn is_object_type(kind: &Type) -> bool {
    matches!(kind, Type::Class(_) | Type::Named(_) | Type::Plain(Subtype::Object))
}

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// Reads a call from its shape and the words at `base`.
    pub(super) fn call_of(&mut self, shape: &Shape, base: u32) -> Call {
        let mut at = base;
        let mut next = || {
            let found = self.word(at);
            at += WORD;
            found
        };
        let positional = (0..shape.positional).map(|_| next()).collect();
        let named = shape.named.iter().map(|name| (name.to_lowercase(), next())).collect();
        let value = (shape.usage != Use::Get).then(next);
        let top = base + shape.pairs() * WORD;
        Call { inside: shape.inside, name: shape.key.clone(), usage: shape.usage, positional, named, value, base, top }
    }

    /// Arguments for the host; objects stay descriptors.
    pub(super) fn arguments(&mut self, call: &Call) -> Arguments {
        let positional = call.positional.iter().map(|word| self.decode(*word)).collect();
        let named = call.named.iter().map(|(name, word)| (Arc::from(name.as_str()), self.decode(*word))).collect();
        Arguments { positional, named }
    }

    /// A member of an object; the answer may be the word `CALL`.
    pub(super) fn member(&mut self, object: u64, call: &Call) -> Answer<u64> {
        let tag = if word::is_double(object) { word::EMPTY } else { word::tag(object) };
        let address = word::low(object);
        match tag {
            word::NOTHING => raised(NO_OBJECT),
            word::ARRAY if call.name.is_empty() => self.element_member(address, call),
            word::HOST => self.host_member(address, call),
            word::COLLECTION if call.usage == Use::Get => {
                self.collection_member(address, &call.name, &call.positional, &call.named)
            }
            word::DICTIONARY => self.dictionary_call(address, call),
            word::INSTANCE => self.instance_member(address, call),
            word::RECORD => self.record_member(address, call),
            word::COLLECTION => raised(NO_MEMBER),
            _ if call.name.is_empty() && call.usage == Use::Get && call.positional.is_empty() => Ok(object),
            // Brackets after what is no array.
            _ if call.name.is_empty() => raised(TYPE_MISMATCH),
            _ => raised(OBJECT_REQUIRED),
        }
    }

    fn dictionary_call(&mut self, address: u32, call: &Call) -> Answer<u64> {
        let by = match call.usage {
            Use::Get => return self.dictionary_member(address, &call.name, &call.positional, &call.named),
            Use::Let => Put::Let,
            Use::Set => Put::Set,
        };
        let value = call.value.unwrap_or(word::word(word::EMPTY, 0));
        self.dictionary_put(address, &call.name, &call.positional, value, by)?;
        Ok(word::word(word::EMPTY, 0))
    }

    // ---- arrays ----

    /// The address of an element.
    pub(super) fn element(&mut self, address: u32, indices: &[u64]) -> Answer<u32> {
        let bounds = self.array_bounds(address);
        if bounds.len() != indices.len() || bounds.is_empty() {
            return raised(OUT_OF_RANGE);
        }
        let (mut place, mut stride) = (0u64, 1u64);
        for (index, (lower, upper)) in indices.iter().zip(bounds) {
            let value = self.plain(*index)?;
            let index = coerce::to_long(&value)?;
            if index < lower || index > upper {
                return raised(OUT_OF_RANGE);
            }
            place += (i64::from(index) - i64::from(lower)) as u64 * stride;
            stride = stride.saturating_mul((i64::from(upper) - i64::from(lower) + 1) as u64);
        }
        let (data, count) = self.array_data(address);
        match u32::try_from(place) {
            Ok(place) if place < count => Ok(data + place * WORD),
            _ => raised(OUT_OF_RANGE),
        }
    }

    fn element_member(&mut self, address: u32, call: &Call) -> Answer<u64> {
        if call.positional.is_empty() {
            return if call.usage == Use::Get { Ok(word::word(word::ARRAY, address)) } else { raised(TYPE_MISMATCH) };
        }
        let at = self.element(address, &call.positional)?;
        let Some(value) = call.value else { return Ok(self.word(at)) };
        let kind = self.element_type(address);
        let stored =
            if call.usage == Use::Set { self.coerce_set(&kind, value)? } else { self.coerce_let(&kind, value, false)? };
        self.set_word(at, stored);
        Ok(word::word(word::EMPTY, 0))
    }

    // ---- records and instances ----

    fn record_member(&mut self, address: u32, call: &Call) -> Answer<u64> {
        let owner = self.u32(address + word::OWNER_AT) as usize;
        let meta = self.meta();
        let fields = meta.records.get(owner).map(|record| record.fields.as_slice()).unwrap_or_default();
        match fields.iter().position(|field| field.name.to_lowercase() == *call.name) {
            Some(place) => self.field(address, place as u32, &fields[place].kind, call),
            None => raised(NO_MEMBER),
        }
    }

    fn field(&mut self, address: u32, place: u32, kind: &Type, call: &Call) -> Answer<u64> {
        let at = address + word::FIELDS_AT + place * WORD;
        if !call.positional.is_empty() {
            let inner = self.word(at);
            return self.member(inner, &Call { name: Arc::from(""), ..call.clone() });
        }
        let Some(value) = call.value else { return Ok(self.word(at)) };
        let stored =
            if call.usage == Use::Set { self.coerce_set(kind, value)? } else { self.coerce_let(kind, value, false)? };
        self.set_word(at, stored);
        Ok(word::word(word::EMPTY, 0))
    }

    fn instance_member(&mut self, address: u32, call: &Call) -> Answer<u64> {
        let meta = self.meta();
        let owner = self.u32(address + word::OWNER_AT) as usize;
        let Some(class) = meta.classes.get(owner) else { return raised(NO_MEMBER) };
        let name = if call.name.is_empty() {
            class.default_member.as_deref().unwrap_or_default().to_lowercase()
        } else {
            call.name.to_string()
        };
        if name.is_empty() {
            return raised(NO_MEMBER);
        }
        let find = |name: &str| procedure_for(&meta.procedures, &class.procedures, name, call.usage);
        let me = word::word(word::INSTANCE, address);
        let reachable = |procedure: &u32| {
            call.inside == Some(owner as u32)
                || meta.procedures.get(*procedure as usize).is_some_and(|procedure| !procedure.private)
        };
        if let Some(procedure) = find(&name).filter(reachable) {
            return self.prepare(procedure, Some(me), call);
        }
        if let Some(place) = class.fields.iter().position(|field| field.public && field.name.to_lowercase() == name) {
            return self.field(address, place as u32, &class.fields[place].kind, call);
        }
        let through =
            class.implements.iter().find_map(|interface| find(&format!("{}_{name}", interface.to_lowercase())));
        match through {
            Some(procedure) => self.prepare(procedure, Some(me), call),
            None => raised(NO_MEMBER),
        }
    }

    /// Lays out the frame of a procedure and answers that it is to be called.
    pub(super) fn prepare(&mut self, procedure: u32, me: Option<u64>, call: &Call) -> Answer<u64> {
        let meta = self.meta();
        let Some(target) = meta.procedures.get(procedure as usize) else { return raised(NO_MEMBER) };
        // A function without parameters called with arguments gives something to be indexed; the host cannot run it first.
        let first = u32::from(target.method);
        let count = target.parameters.len() as u32 + first;
        let frame = call.top.next_multiple_of(WORD);
        if frame + WORD + count * 2 * WORD > meta.layout.heap_at {
            return raised(OUT_OF_STACK);
        }
        self.set_word(frame, word::word(word::EMPTY, 0));
        if let Some(me) = me {
            self.set_word(frame + 2 * WORD, me);
        }
        let given = self.matched(target, call)?;
        for (place, (parameter, given)) in target.parameters.iter().zip(given).enumerate() {
            let home = frame + WORD + (place as u32 + first) * 2 * WORD + WORD;
            let reference = self.pass(parameter, given, home)?;
            self.set_word(home - WORD, u64::from(reference));
        }
        self.set_u32(word::CALL_TARGET_AT, procedure);
        self.set_u32(word::CALL_FRAME_AT, frame);
        Ok(word::word(word::CALL, 0))
    }

    fn matched(&mut self, target: &ProcedureMeta, call: &Call) -> Answer<Vec<Given>> {
        let count = target.parameters.len();
        let mut given: Vec<Given> = vec![Given::Nothing; count];
        let rest = target.parameters.iter().position(|parameter| parameter.rest);
        for (place, found) in call.positional.iter().enumerate() {
            let at = call.base + place as u32 * WORD;
            match (rest, given.get_mut(place)) {
                (Some(rest), _) if place >= rest => match &mut given[rest] {
                    Given::Rest(all) => all.push(*found),
                    slot => *slot = Given::Rest(vec![*found]),
                },
                (_, Some(slot)) => *slot = Given::At(*found, at),
                _ => return raised(WRONG_ARGUMENTS),
            }
        }
        for (place, (name, found)) in call.named.iter().enumerate() {
            let at = call.base + (call.positional.len() + place) as u32 * WORD;
            match target.parameters.iter().position(|parameter| parameter.name.to_lowercase() == *name) {
                Some(slot) => given[slot] = Given::At(*found, at),
                None => return raised(NO_SUCH_NAME),
            }
        }
        if let (Some(value), Some(last)) = (call.value, given.last_mut()) {
            *last = Given::Value(value);
        }
        Ok(given)
    }

    /// Puts an argument into its home and answers the address the parameter refers to.
    fn pass(&mut self, parameter: &ParameterMeta, given: Given, home: u32) -> Answer<u32> {
        let missing = |word: u64| !word::is_double(word) && word::tag(word) == word::MISSING;
        match given {
            Given::Rest(all) => {
                let list = self.vector(&all)?;
                self.set_word(home, list);
            }
            Given::Nothing if parameter.rest => {
                let list = self.vector(&[])?;
                self.set_word(home, list);
            }
            Given::At(found, at) if parameter.by_reference && !missing(found) => {
                let passed = self.as_parameter(&parameter.kind, found, Passing::ByReference)?;
                self.set_word(at, passed);
                return Ok(at);
            }
            Given::At(found, _) | Given::Value(found) if !missing(found) => {
                let passed = self.as_parameter(&parameter.kind, found, Passing::ByValue)?;
                self.set_word(home, passed);
            }
            _ if !parameter.optional => return Err(errors::argument_missing().into()),
            _ => {
                let default = self.default_of(parameter)?;
                self.set_word(home, default);
            }
        }
        Ok(home)
    }

    fn default_of(&mut self, parameter: &ParameterMeta) -> Answer<u64> {
        let value = match &parameter.default {
            Some(Literal::Whole(value)) => i32::try_from(*value).map_or(Value::Double(*value as f64), Value::Long),
            Some(Literal::Number(value)) => Value::Double(*value),
            Some(Literal::Text(text)) => Value::text(text),
            Some(Literal::Boolean(value)) => Value::Boolean(*value),
            None if parameter.kind == Type::Plain(Subtype::Variant) => Value::Missing,
            None => return self.initial(&parameter.kind, &[]),
        };
        let encoded = self.encode(&value)?;
        self.coerce_let(&parameter.kind, encoded, false)
    }

    pub(super) fn as_parameter(&mut self, kind: &Type, found: u64, passing: Passing) -> Answer<u64> {
        let tag = if word::is_double(found) { 0 } else { word::tag(found) };
        match kind {
            Type::Plain(Subtype::Variant) => match tag {
                word::ARRAY | word::RECORD if passing == Passing::ByValue => self.copy(found),
                _ => Ok(found),
            },
            kind if is_object_type(kind) => self.coerce_set(kind, found),
            Type::Array(_) | Type::Record(_)
                if passing == Passing::ByReference && matches!(tag, word::ARRAY | word::RECORD) =>
            {
                Ok(found)
            }
            kind => self.coerce_let(kind, found, false),
        }
    }

    // ---- objects of the host ----

    fn host_member(&mut self, address: u32, call: &Call) -> Answer<u64> {
        let object = self.host_object(address);
        if object.class.as_ref() == super::globals::ERR_CLASS {
            return self.error_member(call);
        }
        if object.class.as_ref() == super::globals::DEBUG_CLASS {
            return self.debug_member(call);
        }
        if &*call.name == "run" && object.class.eq_ignore_ascii_case("Application") && call.usage == Use::Get {
            return self.run_by_name(call);
        }
        // A document module's own procedures are members of its object.
        let arguments = self.arguments(call);
        if object.class.eq_ignore_ascii_case("Application") && call.usage == Use::Get {
            match &*call.name {
                "inputbox" => return self.application_input(&arguments),
                "getopenfilename" | "getsaveasfilename" => return self.chosen_file(),
                _ => {}
            }
        }
        match call.value {
            None => {
                let value = self.host_get(&object, &call.name, &arguments)?;
                self.encode(&value)
            }
            Some(value) => {
                let by = if call.usage == Use::Set { Assign::Set } else { Assign::Let };
                let value = if by == Assign::Let { self.plain_or_array(value)? } else { self.decode(value) };
                self.host_put(&object, &call.name, &arguments, &value, by)?;
                Ok(word::word(word::EMPTY, 0))
            }
        }
    }

    /// A value for a `Let`: objects of the host give their default member.
    pub(super) fn plain_or_array(&mut self, from: u64) -> Answer<Value> {
        if !word::is_double(from) && word::tag(from) == word::NOTHING { Ok(Value::Nothing) } else { self.plain(from) }
    }

    pub(super) fn host_get(&mut self, object: &HostObject, name: &str, arguments: &Arguments) -> Answer<Value> {
        let models = &mut self.state().host.models;
        match models.iter_mut().find(|model| model.owns(&object.class)) {
            Some(model) => model.get(object, name, arguments),
            None => Err(Fault::Raised(errors::raise(NO_MEMBER))),
        }
    }

    fn host_put(
        &mut self,
        object: &HostObject,
        name: &str,
        arguments: &Arguments,
        value: &Value,
        by: Assign,
    ) -> Answer<()> {
        let models = &mut self.state().host.models;
        match models.iter_mut().find(|model| model.owns(&object.class)) {
            Some(model) => model.put(object, name, arguments, value, by),
            None => Err(Fault::Raised(errors::raise(NO_MEMBER))),
        }
    }

    /// `Application.Run "Module1.Main", arguments`.
    pub(super) fn run_by_name(&mut self, call: &Call) -> Answer<u64> {
        let Some(first) = call.positional.first() else { return Err(errors::argument_missing().into()) };
        let value = self.plain(*first)?;
        let name = coerce::to_text(&value)?;
        let wanted = name.rsplit('!').next().unwrap_or(&name).trim_matches('\'').to_lowercase();
        let meta = self.meta();
        let exact = meta.procedures.iter().position(|procedure| procedure.name.to_lowercase() == wanted);
        let found = exact.or_else(|| {
            meta.procedures
                .iter()
                .position(|procedure| !procedure.method && procedure.base_name.to_lowercase() == wanted)
        });
        const CANNOT_RUN: i32 = 1004;
        let Some(procedure) = found else {
            let text = format!(
                "Cannot run the macro '{name}'. The macro may not be available in this workbook or all macros may be disabled."
            );
            return Err(errors::described(CANNOT_RUN, text).into());
        };
        let inner = Call { positional: call.positional[1..].to_vec(), base: call.base + WORD, ..call.clone() };
        self.prepare(procedure as u32, None, &inner)
    }

    /// What `For Each` visits, as a one-dimensional array.
    pub(super) fn iterate(&mut self, from: u64) -> Answer<u64> {
        let tag = if word::is_double(from) { 0 } else { word::tag(from) };
        let address = word::low(from);
        match tag {
            word::ARRAY => {
                let (data, count) = self.array_data(address);
                let words: Vec<u64> = (0..count).map(|place| self.word(data + place * WORD)).collect();
                self.vector(&words)
            }
            word::COLLECTION | word::DICTIONARY => {
                let words = self.map_items(address);
                self.vector(&words)
            }
            word::HOST => {
                let object = self.host_object(address);
                let models = &mut self.state().host.models;
                let Some(model) = models.iter_mut().find(|model| model.owns(&object.class)) else {
                    return raised(NO_MEMBER);
                };
                let items = model.items(&object)?;
                let mut words = Vec::with_capacity(items.len());
                for item in &items {
                    words.push(self.encode(item)?);
                }
                self.vector(&words)
            }
            word::NOTHING => raised(NO_OBJECT),
            word::INSTANCE => raised(NO_MEMBER),
            _ => raised(TYPE_MISMATCH),
        }
    }
}

#[derive(Debug, Clone)]
enum Given {
    /// A word and where it lies.
    At(u64, u32),
    Value(u64),
    Rest(Vec<u64>),
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    ByValue,
    ByReference,
}

/// The procedure of a class that answers to a name in a use.
fn procedure_for(all: &[ProcedureMeta], own: &[u32], name: &str, usage: Use) -> Option<u32> {
    let wanted: &[ProcedureKind] = match usage {
        Use::Get => &[ProcedureKind::PropertyGet, ProcedureKind::Function, ProcedureKind::Sub],
        Use::Let => &[ProcedureKind::PropertyLet, ProcedureKind::PropertySet],
        Use::Set => &[ProcedureKind::PropertySet, ProcedureKind::PropertyLet],
    };
    let named = |kind: ProcedureKind| {
        own.iter().copied().find(|number| {
            all.get(*number as usize)
                .is_some_and(|procedure| procedure.kind == kind && procedure.base_name.to_lowercase() == name)
        })
    };
    wanted.iter().copied().find_map(named)
}
