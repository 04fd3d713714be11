//! Calls: procedures of the program by their frame layout, everything else by name through the host.

use std::sync::Arc;

use wasm_encoder::{Instruction as I, ValType};

use crate::engine::value::Subtype;
use crate::lang::formula::Node;
use crate::model::ProcedureKind;

use super::EngineError;
use super::body::{Body, Done, Home};
use super::capability::{self, Capability};
use super::code::{Rep, at, at32, home_offset, reference_offset};
use super::meta::{Type, Use};
use super::scope::{ParameterScope, Seen, Symbol, key};
use super::tables::{FIRST_PROCEDURE, capability_import, import};
use super::types;
use super::word::{self, WORD};

/// "Wrong number of arguments or invalid property assignment".
const WRONG_ARGUMENTS: i32 = 450;
/// "Named argument not found".
const NO_SUCH_NAME: i32 = 448;
/// "Argument not optional".
const NOT_OPTIONAL: i32 = 449;
/// Classes that live in the sandbox have the highest numbers.
pub(in crate::engine) const COLLECTION_CLASS: u32 = u32::MAX;
pub(in crate::engine) const DICTIONARY_CLASS: u32 = u32::MAX - 1;
/// Unknown names that are kept; a program with so many is beyond repair.
const MOST_UNKNOWN: usize = 10_000;
/// A capability import is told that its first argument is a step, not a shape.
pub(in crate::engine) const STEP_BIT: u32 = 1 << 31;

/// Names that the host answers without any capability.
const SANDBOX_NAMES: &[&str] = &[
    "err",
    "erl",
    "debug",
    "vba",
    "lbound",
    "ubound",
    "createobject",
    "getobject",
    "ismissing",
    "typename",
    "callbyname",
    "tab",
    "spc",
];

/// Collection and Scripting.Dictionary by the names they are declared with.
pub(super) fn built_in_class(name: &str) -> Option<u32> {
    match key(name).as_str() {
        "collection" | "vba.collection" => Some(COLLECTION_CLASS),
        "dictionary" | "scripting.dictionary" => Some(DICTIONARY_CLASS),
        _ => None,
    }
}

/// A variable to be written after a call, from the word the callee left.
struct CopyBack<'n> {
    node: &'n Node,
    kind: Type,
    offset: u32,
    address: Option<u32>,
    pin: Option<u32>,
}

impl Body<'_> {
    /// `name(args)`.
    pub(super) fn call(&mut self, node: &Node, name: &str, args: &[Node]) -> Done<Rep> {
        let own = self.is_own_call(name);
        if !own {
            if let Some(rep) = self.stored(node)? {
                return Ok(rep);
            }
            if self.variable(name).is_some() {
                self.word_of(&Node::Name(name.to_string()))?;
                return self.index_word(args);
            }
        }
        let symbol = self.scope.find(self.module, name);
        if let Symbol::Procedure(procedure) = symbol {
            return self.call_found(procedure, args);
        }
        if let Some(rep) = self.special_call(name, args)? {
            return Ok(rep);
        }
        match symbol {
            Symbol::Shared { .. } | Symbol::Constant(_) => {
                self.word_of(&Node::Name(name.to_string()))?;
                self.index_word(args)
            }
            _ => {
                self.note_unknown(name, true);
                self.global(name, Use::Get, args, None)
            }
        }
    }

    /// Keeps a name that only an object model can know.
    pub(super) fn note_unknown(&mut self, name: &str, called: bool) {
        let lower = key(name);
        if self.signature.strict
            || SANDBOX_NAMES.contains(&lower.as_str())
            || super::library::knows(name)
            || capability::of_global(name).is_some()
            || !matches!(self.scope.find(self.module, name), Symbol::Unknown)
        {
            return;
        }
        let step = self.tables.steps.last();
        let unknown = super::UnknownName {
            name: name.to_string(),
            module: step.map(|step| step.module.to_string()).unwrap_or_default(),
            line: step.map_or(0, |step| step.line),
            called,
        };
        if self.tables.unknown.len() < MOST_UNKNOWN {
            self.tables.unknown.push(unknown);
        }
    }

    /// Inside a function its name with brackets calls it again; without, it is the result.
    fn is_own_call(&self, name: &str) -> bool {
        key(name) == key(&self.signature.base_name)
            && !matches!(self.signature.result, Type::Array(_))
            && self.module == self.signature.module
            && self.signature.kind != ProcedureKind::Sub
    }

    /// A function without parameters that is called with arguments gives something that is indexed.
    fn call_found(&mut self, procedure: usize, args: &[Node]) -> Done<Rep> {
        let procedure = self.scope.property(procedure, ProcedureKind::PropertyGet).unwrap_or(procedure);
        if self.scope.signatures[procedure].parameters.is_empty() && !args.is_empty() {
            let rep = self.call_procedure(procedure, &[], None)?;
            self.code.boxed(rep);
            return self.index_word(args);
        }
        self.call_procedure(procedure, args, None)
    }

    fn special_call(&mut self, name: &str, args: &[Node]) -> Done<Option<Rep>> {
        if let Some(rep) = self.operator_call(name, args)? {
            return Ok(Some(rep));
        }
        match (name.to_ascii_uppercase().as_str(), args) {
            ("RAISEEVENT", [Node::Text(event), args @ ..]) if self.is_class() => {
                self.raise_event(event, args).map(Some)
            }
            ("NEW", [class]) => self.new_named(&dotted(class)).map(Some),
            ("TYPEOF" | "ISTYPE", [object, class]) => self.type_of(object, &dotted(class)).map(Some),
            ("LEN" | "LENB", [value]) if !self.signature.strict && self.has_size(value) => {
                let size = self.place_type(value).map_or(0, |kind| self.bytes_of(&kind, &[], 0));
                self.code.op(I::I32Const(i32::try_from(size).unwrap_or(i32::MAX)));
                Ok(Some(Rep::I32))
            }
            ("CLNG", [value]) => self.converted(value, Subtype::Long).map(Some),
            ("CINT", [value]) => self.converted(value, Subtype::Integer).map(Some),
            ("CDBL", [value]) => self.converted(value, Subtype::Double).map(Some),
            ("CBOOL", [value]) => self.converted(value, Subtype::Boolean).map(Some),
            ("ADDRESSOF", [_]) => Err(EngineError::Unsupported { pointer: self.pointer.clone(), what: "AddressOf" }),
            _ => Ok(None),
        }
    }

    /// Whether `Len` gives the bytes of a variable: it is of a declared type other than text.
    fn has_size(&self, value: &Node) -> bool {
        match self.place_type(value) {
            Some(Type::Record(_)) => true,
            Some(Type::Plain(kind)) => !matches!(
                kind,
                Subtype::Variant | Subtype::Object | Subtype::Text | Subtype::FixedText(_) | Subtype::Decimal
            ),
            _ => false,
        }
    }

    /// Bytes of a value in a record (Microsoft, "Data type summary"); a text of variable length counts its pointer.
    fn bytes_of(&self, kind: &Type, bounds: &[(i32, i32)], depth: usize) -> u64 {
        const POINTER: u64 = 8;
        const VARIANT: u64 = 24;
        const DEEPEST: usize = 16;
        match kind {
            Type::Array(element) => {
                let count = |(lower, upper): &(i32, i32)| (i64::from(*upper) - i64::from(*lower) + 1).max(0) as u64;
                let all = bounds.iter().map(count).fold(1, u64::saturating_mul);
                if bounds.is_empty() { POINTER } else { all.saturating_mul(self.bytes_of(element, &[], depth + 1)) }
            }
            Type::Record(record) if depth < DEEPEST => {
                let fields = self.scope.records.get(*record as usize).map(|record| record.fields.as_slice());
                let fields = fields.unwrap_or_default().iter();
                fields.map(|field| self.bytes_of(&field.kind, &field.bounds, depth + 1)).fold(0, u64::saturating_add)
            }
            Type::Plain(Subtype::Byte) => 1,
            Type::Plain(Subtype::Boolean | Subtype::Integer) => 2,
            Type::Plain(Subtype::Long | Subtype::Single) => 4,
            Type::Plain(Subtype::FixedText(length)) => u64::from(*length),
            Type::Plain(Subtype::LongLong | Subtype::Double | Subtype::Currency | Subtype::Date) => 8,
            Type::Plain(Subtype::Decimal | Subtype::Variant) => VARIANT,
            _ => POINTER,
        }
    }

    fn converted(&mut self, value: &Node, to: Subtype) -> Done<Rep> {
        let rep = self.expr(value)?;
        let kind = Type::Plain(to);
        let to = types::rep(&kind);
        if rep == to || self.convert_inline(rep, to) {
            return Ok(to);
        }
        self.code.boxed(rep);
        self.coerce_loosely(&kind);
        Ok(to)
    }

    /// Calls every listener in turn; each sees what the ones before made of the arguments passed by reference.
    fn raise_event(&mut self, event: &str, args: &[Node]) -> Done<Rep> {
        let (start, positional, named) = self.words(args, None)?;
        let shape = self.shape(event, Use::Get, positional, named);
        let place = self.code.borrow(ValType::I32);
        self.code.ops(&[I::I32Const(0), I::LocalSet(place)]);
        let top = self.open_loop();
        self.code.op(I::I32Const(shape as i32));
        self.load_instance();
        self.argument_address(start);
        self.code.ops(&[I::LocalGet(place), I::Call(import("event"))]);
        self.answered(start, args)?;
        self.code.ops(&[I::LocalGet(place), I::I32Const(1), I::I32Add, I::LocalSet(place)]);
        self.code.upper();
        self.code.ops(&[I::I32Const(word::MISSING as i32), I::I32Ne]);
        self.code.branch_if(top);
        self.code.op(I::End);
        self.code.release(ValType::I32, place);
        self.close_arguments(start);
        self.code.word(word::word(word::EMPTY, 0));
        Ok(Rep::Any)
    }

    fn type_of(&mut self, object: &Node, class: &str) -> Done<Rep> {
        self.word_of(object)?;
        let number = self.tables.names.number(Arc::from(class));
        self.code.ops(&[I::I32Const(number as i32), I::Call(import("is_type"))]);
        self.checked();
        Ok(Rep::Any)
    }

    /// `New Class`.
    pub(super) fn new_named(&mut self, class: &str) -> Done<Rep> {
        let known = self.scope.class(class.rsplit('.').next().unwrap_or(class)).or_else(|| built_in_class(class));
        match known {
            Some(number) => self.new_object(number),
            None => self.global_with(
                "CreateObject",
                Use::Get,
                &[Node::Text(class.to_string())],
                None,
                capability::of_class(class),
            ),
        }
    }

    /// Makes an object and runs its `Class_Initialize`.
    pub(super) fn new_object(&mut self, class: u32) -> Done<Rep> {
        self.code.ops(&[I::I32Const(class as i32), I::Call(import("new_object"))]);
        self.checked();
        let initialise = self.scope.classes.get(class as usize).and_then(|meta| {
            meta.procedures
                .iter()
                .copied()
                .find(|number| key(&self.scope.signatures[*number as usize].base_name) == "class_initialize")
        });
        if let Some(procedure) = initialise {
            let slot = self.slot();
            self.code.store_slot(slot);
            self.call_method(procedure as usize, &[], None, &|body| body.code.load_slot(slot))?;
            self.code.op(I::Drop);
            self.code.load_slot(slot);
            self.free_slot(slot);
        }
        Ok(Rep::Any)
    }

    // ---- procedures of the program ----

    /// Calls a procedure of the program; `value` is what a property is set to. Pushes the result.
    pub(super) fn call_procedure(&mut self, procedure: usize, args: &[Node], value: Option<&Node>) -> Done<Rep> {
        if self.scope.signatures[procedure].method {
            return self.call_method_of_me(procedure, args, value);
        }
        self.call_with(procedure, args, value, None)
    }

    fn call_method_of_me(&mut self, procedure: usize, args: &[Node], value: Option<&Node>) -> Done<Rep> {
        self.call_method(procedure, args, value, &|body| body.load_instance())?;
        Ok(Rep::Any)
    }

    /// Calls a method; the closure pushes the instance. The result is pushed as a word.
    fn call_method(
        &mut self,
        procedure: usize,
        args: &[Node],
        value: Option<&Node>,
        instance: &dyn Fn(&mut Self),
    ) -> Done<()> {
        let rep = self.call_with(procedure, args, value, Some(instance))?;
        self.code.boxed(rep);
        Ok(())
    }

    fn call_with(
        &mut self,
        procedure: usize,
        args: &[Node],
        value: Option<&Node>,
        instance: Option<&dyn Fn(&mut Self)>,
    ) -> Done<Rep> {
        let scope = self.scope;
        let signature = &scope.signatures[procedure];
        let first = u32::from(signature.method);
        let count = signature.parameters.len() as u32 + first;
        let start = self.open_arguments(WORD + count * 2 * WORD);
        if let Some(instance) = instance {
            instance(self);
            self.store_argument(start + home_offset(0));
        }
        let (assigned, unmatched) = assign(&signature.parameters, args, value);
        if let Some(number) = unmatched {
            self.raise(number);
        }
        let mut copies = Vec::new();
        let mut rests = Vec::new();
        for (place, (parameter, given)) in signature.parameters.iter().zip(assigned).enumerate() {
            let number = place as u32 + first;
            match given {
                Given::One(node) => copies.extend(self.argument(start, number, parameter, node, signature.strict)?),
                Given::Rest(nodes) => {
                    self.rest(start, number, &nodes)?;
                    rests.push((start + home_offset(number), nodes));
                }
                Given::Nothing => self.omitted(start, number, parameter, signature.module)?,
            }
        }
        self.argument_address(start);
        self.code.op(I::Call(FIRST_PROCEDURE + procedure as u32));
        self.fail_if();
        self.mark_step();
        for copy in copies {
            self.copy_back(copy)?;
        }
        for (offset, nodes) in rests {
            self.copy_rest_back(offset, &nodes)?;
        }
        self.code.ops(&[I::LocalGet(super::body::ARGUMENTS), I::I64Load(at(start))]);
        self.close_arguments(start);
        let rep = types::rep(&signature.result);
        self.code.unboxed(rep);
        Ok(rep)
    }

    /// Lays out one argument.
    fn argument<'n>(
        &mut self,
        start: u32,
        number: u32,
        parameter: &ParameterScope,
        node: &'n Node,
        strict: bool,
    ) -> Done<Option<CopyBack<'n>>> {
        let place = if parameter.by_reference { self.place_type(node) } else { None };
        let in_local = matches!(node, Node::Name(name) if self.variable(name).is_some_and(|local| matches!(local.home, Home::Local(_)) || local.auto_new));
        if let Some(kind) = &place
            && !in_local
            && shares(kind, &parameter.kind)
        {
            self.place_address(node)?;
            self.code.op(I::I64ExtendI32U);
            self.store_argument(start + reference_offset(number));
            if let Some(slot) = self.pin(node) {
                // The home of a parameter passed by reference is free: it keeps the array alive for the callee's time.
                self.code.load_slot(slot);
                self.store_argument(start + home_offset(number));
                self.free_slot(slot);
            }
            return Ok(None);
        }
        let copy = match place {
            Some(kind) => Some(self.prepare_copy(node, kind, start + home_offset(number), in_local)?),
            None => None,
        };
        self.argument_value(node, &parameter.kind, strict)?;
        self.store_argument(start + home_offset(number));
        self.home_reference(start, number);
        Ok(copy)
    }

    fn prepare_copy<'n>(&mut self, node: &'n Node, kind: Type, offset: u32, in_local: bool) -> Done<CopyBack<'n>> {
        if in_local || matches!(node, Node::Name(_)) {
            return Ok(CopyBack { node, kind, offset, address: None, pin: None });
        }
        self.place_address(node)?;
        let address = self.code.borrow(ValType::I32);
        self.code.op(I::LocalSet(address));
        let pin = self.pin(node);
        Ok(CopyBack { node, kind, offset, address: Some(address), pin })
    }

    /// The argument as the parameter's type, boxed.
    fn argument_value(&mut self, node: &Node, kind: &Type, strict: bool) -> Done<()> {
        let rep = self.expr(node)?;
        if strict && !self.signature.strict {
            // Numbers of VBA code are doubles in a strict workflow.
            self.code.boxed(rep);
            self.coerce(kind, Use::Let);
            return Ok(());
        }
        if *kind == types::VARIANT {
            self.code.boxed(rep);
            if rep == Rep::Any {
                self.pass_variant();
            }
            return Ok(());
        }
        if matches!(kind, Type::Class(_) | Type::Named(_) | Type::Plain(Subtype::Object)) {
            self.code.boxed(rep);
            self.coerce(kind, Use::Set);
            return Ok(());
        }
        let to = self.convert(rep, kind)?;
        self.code.boxed(to);
        Ok(())
    }

    /// A Variant parameter takes objects as they are; arrays and records are copied.
    fn pass_variant(&mut self) {
        let held = self.code.borrow(ValType::I64);
        self.code.op(I::LocalTee(held));
        self.code.upper();
        self.code.ops(&[I::I32Const(word::ARRAY as i32), I::I32Eq, I::LocalGet(held)]);
        self.code.upper();
        self.code.ops(&[I::I32Const(word::RECORD as i32), I::I32Eq, I::I32Or]);
        self.code.open_if();
        let number = self.tables.types.number(types::VARIANT) as i32;
        self.code.ops(&[I::I32Const(number), I::LocalGet(held), I::I32Const(0), I::Call(import("coerce"))]);
        self.checked();
        self.code.ops(&[I::LocalSet(held), I::End, I::LocalGet(held)]);
        self.code.release(ValType::I64, held);
    }

    /// The parameter refers to its own word.
    fn home_reference(&mut self, start: u32, number: u32) {
        self.argument_address(start + home_offset(number));
        self.code.op(I::I64ExtendI32U);
        self.store_argument(start + reference_offset(number));
    }

    fn rest(&mut self, start: u32, number: u32, nodes: &[&Node]) -> Done<()> {
        let count = nodes.len() as u32;
        let area = self.open_arguments(count * WORD);
        for (place, node) in nodes.iter().enumerate() {
            self.argument_value(node, &types::VARIANT, self.signature.strict)?;
            self.store_argument(area + place as u32 * WORD);
        }
        self.argument_address(area);
        self.code.ops(&[I::I32Const(count as i32), I::Call(import("rest"))]);
        self.close_arguments(area);
        self.checked();
        self.store_argument(start + home_offset(number));
        self.home_reference(start, number);
        Ok(())
    }

    /// Variables in a `ParamArray` are passed by reference (MS-VBAL 5.3.1.5).
    fn copy_rest_back(&mut self, offset: u32, nodes: &[&Node]) -> Done<()> {
        for (place, node) in nodes.iter().enumerate() {
            let Node::Name(name) = node else { continue };
            let Some(local) = self.variable(name).cloned() else { continue };
            if matches!(local.kind, Type::Array(_) | Type::Record(_)) || local.auto_new {
                continue;
            }
            let load = [I::LocalGet(super::body::ARGUMENTS), I::I64Load(at(offset))];
            self.code.ops(&load);
            self.code.upper();
            self.code.ops(&[I::I32Const(word::ARRAY as i32), I::I32Eq]);
            self.code.open_if();
            self.code.ops(&load);
            self.code.ops(&[I::I32WrapI64, I::I32Load(super::code::at32(word::ARRAY_COUNT_AT))]);
            self.code.ops(&[I::I32Const(place as i32), I::I32GtU]);
            self.code.open_if();
            self.code.ops(&load);
            self.code.ops(&[I::I32WrapI64, I::I64Load(at(word::VECTOR_AT + place as u32 * WORD))]);
            let object = matches!(local.kind, Type::Class(_) | Type::Named(_) | Type::Plain(Subtype::Object));
            if !object && local.kind != types::VARIANT {
                self.convert(Rep::Any, &local.kind)?;
            }
            self.store_place(node, &local.kind)?;
            self.code.ops(&[I::End, I::End]);
        }
        Ok(())
    }

    fn omitted(&mut self, start: u32, number: u32, parameter: &ParameterScope, module: Option<usize>) -> Done<()> {
        if !parameter.optional {
            self.raise(NOT_OPTIONAL);
        }
        match &parameter.default {
            Some(default) => {
                let node = self.parse(default)?;
                let outer = std::mem::replace(&mut self.module, module);
                let pushed = self.argument_value(&node, &parameter.kind, self.signature.strict);
                self.module = outer;
                pushed?;
            }
            None if parameter.kind == types::VARIANT => self.code.word(word::word(word::MISSING, 0)),
            None => self.initial_word(&parameter.kind),
        }
        self.store_argument(start + home_offset(number));
        self.home_reference(start, number);
        Ok(())
    }

    /// Pushes the word a fresh variable of the type holds.
    pub(super) fn initial_word(&mut self, kind: &Type) {
        match (self.tables.initial(kind), kind) {
            (Some(initial), _) => self.code.word(initial),
            (None, Type::Record(record)) => {
                self.code.ops(&[I::I32Const(*record as i32), I::Call(import("new_record"))]);
                self.checked();
            }
            (None, _) => self.code.word(word::word(word::EMPTY, 0)),
        }
    }

    fn copy_back(&mut self, copy: CopyBack<'_>) -> Done<()> {
        self.code.ops(&[I::LocalGet(super::body::ARGUMENTS), I::I64Load(at(copy.offset))]);
        let object = matches!(copy.kind, Type::Class(_) | Type::Named(_) | Type::Plain(Subtype::Object));
        let raw = object || copy.kind == types::VARIANT;
        if !raw {
            self.convert(Rep::Any, &copy.kind)?;
        }
        match copy.address {
            Some(address) => {
                let rep = types::rep(&copy.kind);
                self.code.boxed(rep);
                let held = self.code.borrow(ValType::I64);
                self.code.ops(&[I::LocalSet(held), I::LocalGet(address), I::LocalGet(held), I::I64Store(at(0))]);
                self.code.release(ValType::I64, held);
                self.code.release(ValType::I32, address);
            }
            None => self.store_place(copy.node, &copy.kind)?,
        }
        if let Some(slot) = copy.pin {
            self.free_slot(slot);
        }
        Ok(())
    }

    // ---- by name, through the host ----

    /// `object.name(args)` as a value.
    pub(super) fn member_get(&mut self, node: &Node, object: &Node, name: &str, args: &[Node]) -> Done<Rep> {
        if let Some(rep) = self.stored(node)? {
            return Ok(rep);
        }
        if let Some(rep) = self.qualified(object, name, args)? {
            return Ok(rep);
        }
        self.word_of(object)?;
        self.member_of_word(name, Use::Get, args, None)
    }

    /// `Module1.Total(x)`, `Colours.Red`, `VBA.Left(a, 1)`, `Me.Total`.
    fn qualified(&mut self, object: &Node, name: &str, args: &[Node]) -> Done<Option<Rep>> {
        let Node::Name(root) = object else { return Ok(None) };
        if self.variable(root).is_some() {
            return Ok(None);
        }
        if matches!(
            key(root).as_str(),
            "vba" | "strings" | "math" | "conversion" | "datetime" | "information" | "interaction"
        ) {
            let node = if args.is_empty() { Node::Name(name.to_string()) } else { Node::call(name, args.to_vec()) };
            return self.expr(&node).map(Some);
        }
        let found = self.named_module(object).and_then(|module| self.scope.find_in(module, &key(name), Seen::Own));
        match found {
            Some(Symbol::Procedure(procedure)) => self.call_found(procedure, args).map(Some),
            Some(Symbol::Constant(constant)) => self.constant(&constant).map(Some),
            Some(_) => Ok(None),
            None => self.enum_member(root, name),
        }
    }

    fn enum_member(&mut self, root: &str, name: &str) -> Done<Option<Rep>> {
        let modules = &self.scope.modules;
        let owner = modules.iter().find(|module| module.enums.contains(&key(root)));
        match owner.and_then(|module| module.constants.get(&key(name))).cloned() {
            Some(constant) => self.constant(&constant).map(Some),
            None => Ok(None),
        }
    }

    /// A member of the object whose word is on the stack. With `value`, its word is assigned and nothing useful is pushed.
    pub(super) fn member_of_word(
        &mut self,
        name: &str,
        usage: Use,
        args: &[Node],
        value: Option<super::expr::Held>,
    ) -> Done<Rep> {
        let calls = args.iter().any(|arg| self.may_call(arg));
        let object = self.hold(Rep::Any, calls);
        let (start, positional, named) = self.words(args, value)?;
        let shape = self.shape(name, usage, positional, named);
        self.code.op(I::I32Const(shape as i32));
        self.held(object);
        self.argument_address(start);
        self.code.op(I::Call(import("member")));
        self.let_go(object);
        self.answered(start, args)?;
        self.close_arguments(start);
        Ok(Rep::Any)
    }

    /// Lays out arguments as words: positional, named, then the assigned value.
    fn words(&mut self, args: &[Node], value: Option<super::expr::Held>) -> Done<(u32, u32, Vec<Arc<str>>)> {
        let count = args.len() as u32 + u32::from(value.is_some());
        let start = self.open_arguments(count * WORD);
        let mut named = Vec::new();
        for (place, arg) in args.iter().enumerate() {
            if let Node::Argument { name, .. } = arg {
                named.push(Arc::from(name.as_str()));
            }
            self.word_of(arg)?;
            self.store_argument(start + place as u32 * WORD);
        }
        if let Some(value) = value {
            self.held(value);
            self.code.boxed(value.rep);
            self.store_argument(start + args.len() as u32 * WORD);
        }
        Ok((start, args.len() as u32 - named.len() as u32, named))
    }

    /// The answer of an import that may have found a procedure of the program: runs it, then writes variables it changed.
    fn answered(&mut self, start: u32, args: &[Node]) -> Done<()> {
        let answer = self.code.borrow(ValType::I64);
        self.code.op(I::LocalTee(answer));
        self.code.word(word::word(word::FAULT, 0));
        self.code.op(I::I64Eq);
        self.fail_if();
        self.code.op(I::LocalGet(answer));
        self.code.word(word::word(word::CALL, 0));
        self.code.op(I::I64Eq);
        self.code.open_if();
        let frame = self.code.borrow(ValType::I32);
        self.code.ops(&[I::I32Const(0), I::I32Load(at32(word::CALL_FRAME_AT)), I::LocalTee(frame)]);
        self.code.ops(&[
            I::I32Const(0),
            I::I32Load(at32(word::CALL_TARGET_AT)),
            I::CallIndirect { type_index: 0, table_index: 0 },
        ]);
        self.fail_if();
        self.mark_step();
        self.code.ops(&[I::LocalGet(frame), I::I64Load(at(0)), I::LocalSet(answer)]);
        self.code.release(ValType::I32, frame);
        for (place, arg) in args.iter().enumerate() {
            if let Node::Name(_) = arg
                && let Some(kind) = self.place_type(arg)
            {
                let copy = CopyBack { node: arg, kind, offset: start + place as u32 * WORD, address: None, pin: None };
                self.copy_back(copy)?;
            }
        }
        self.code.ops(&[I::End, I::LocalGet(answer)]);
        self.code.release(ValType::I64, answer);
        Ok(())
    }

    /// A name that is no name of the program: the library, or a capability.
    pub(super) fn global(
        &mut self,
        name: &str,
        usage: Use,
        args: &[Node],
        value: Option<super::expr::Held>,
    ) -> Done<Rep> {
        let lower = key(name);
        let capability = match (lower.as_str(), args) {
            ("createobject" | "getobject", [Node::Text(class), ..]) => capability::of_class(class),
            _ if SANDBOX_NAMES.contains(&lower.as_str()) => None,
            _ => capability::of_global(name).or_else(|| (!super::library::knows(name)).then_some(Capability::Workbook)),
        };
        self.global_with(name, usage, args, value, capability)
    }

    fn global_with(
        &mut self,
        name: &str,
        usage: Use,
        args: &[Node],
        value: Option<super::expr::Held>,
        capability: Option<Capability>,
    ) -> Done<Rep> {
        let (start, positional, named) = self.words(args, value)?;
        let shape = self.shape(name, usage, positional, named);
        self.code.op(I::I32Const(shape as i32));
        self.argument_address(start);
        let target = match capability {
            Some(capability) => {
                self.tables.capabilities.insert(capability);
                capability_import(capability)
            }
            None => import("global"),
        };
        self.code.op(I::Call(target));
        self.answered(start, args)?;
        self.close_arguments(start);
        Ok(Rep::Any)
    }
}

/// What a parameter gets.
enum Given<'n> {
    One(&'n Node),
    Rest(Vec<&'n Node>),
    Nothing,
}

/// Matches arguments to parameters; the number of the error when they do not fit.
fn assign<'n>(
    parameters: &[ParameterScope],
    args: &'n [Node],
    value: Option<&'n Node>,
) -> (Vec<Given<'n>>, Option<i32>) {
    let mut given: Vec<Given<'n>> = parameters.iter().map(|_| Given::Nothing).collect();
    let mut unmatched = None;
    let mut next = 0;
    for arg in args {
        match arg {
            Node::Argument { name, value } => {
                match parameters.iter().position(|parameter| key(&parameter.name) == key(name)) {
                    Some(place) => given[place] = Given::One(value),
                    None => unmatched = Some(NO_SUCH_NAME),
                }
            }
            _ => {
                match parameters.get(next) {
                    Some(parameter) if parameter.rest => {
                        if let Given::Rest(all) = &mut given[next] {
                            all.push(arg);
                        } else {
                            given[next] = Given::Rest(vec![arg]);
                        }
                        continue;
                    }
                    Some(_) if matches!(arg, Node::Omitted) => {}
                    Some(_) => given[next] = Given::One(arg),
                    None => unmatched = Some(WRONG_ARGUMENTS),
                }
                next += 1;
            }
        }
    }
    if let (Some(value), Some(last)) = (value, given.last_mut()) {
        *last = Given::One(value);
    }
    for (place, parameter) in parameters.iter().enumerate() {
        if parameter.rest && matches!(given[place], Given::Nothing) {
            given[place] = Given::Rest(Vec::new());
        }
    }
    (given, unmatched)
}

/// Whether a parameter can use the variable itself.
fn shares(variable: &Type, parameter: &Type) -> bool {
    let object = |kind: &Type| matches!(kind, Type::Class(_) | Type::Named(_) | Type::Plain(Subtype::Object));
    variable == parameter
        || (object(variable) && object(parameter))
        || (*parameter == types::VARIANT && matches!(variable, Type::Array(_)))
        || (matches!(variable, Type::Array(_)) && matches!(parameter, Type::Array(_)))
}

/// A class name written as a name or a chain of names.
fn dotted(node: &Node) -> String {
    match node {
        Node::Name(name) | Node::Text(name) => name.clone(),
        Node::Member { object, name } => format!("{}.{name}", dotted(object)),
        _ => String::new(),
    }
}
