//! Places: variables, array elements and record fields whose address is known to the compiler.

use wasm_encoder::{Instruction as I, ValType};

use crate::engine::value::Subtype;
use crate::lang::formula::Node;

use super::body::{Body, Done, Home};
use super::code::{Rep, at};
use super::meta::{Type, Use};
use super::scope::{Symbol, key};
use super::tables::{ELEMENT_1, ELEMENT_2, import};
use super::word::{self, WORD};

/// "Subscript out of range".
const OUT_OF_RANGE: i32 = 9;

impl Body<'_> {
    /// The declared type of a place; `None` when the node is no place the compiler can address.
    pub(super) fn place_type(&self, node: &Node) -> Option<Type> {
        match node {
            Node::Name(name) => self.variable_type(name),
            Node::Call { name, args } => element_of(self.variable_type(name)?, args),
            Node::Index { object, args } => element_of(self.place_type(object)?, args),
            Node::Member { object, name } => self.field_type(object, name),
            Node::MemberCall { object, name, args } => element_of(self.field_type(object, name)?, args),
            _ => None,
        }
    }

    fn variable_type(&self, name: &str) -> Option<Type> {
        if let Some(local) = self.variable(name) {
            return Some(local.kind.clone());
        }
        match self.scope.find(self.module, name) {
            Symbol::Shared { module, shared } if self.reachable(module) => Some(shared.kind),
            _ => None,
        }
    }

    /// Fields of a class are reachable from its own procedures only.
    fn reachable(&self, module: usize) -> bool {
        self.scope.modules[module].class.is_none() || (self.is_class() && self.signature.module == Some(module))
    }

    fn field_type(&self, object: &Node, name: &str) -> Option<Type> {
        if let Some(module) = self.named_module(object) {
            return match self.scope.find_in(module, &key(name), super::scope::Seen::Own) {
                Some(Symbol::Shared { shared, .. }) if self.reachable(module) => Some(shared.kind),
                _ => None,
            };
        }
        let Type::Record(record) = self.place_type(object)? else { return None };
        self.record_field(record, name).map(|(_, kind)| kind)
    }

    fn record_field(&self, record: u32, name: &str) -> Option<(u32, Type)> {
        let fields = &self.scope.records.get(record as usize)?.fields;
        let place = fields.iter().position(|field| key(&field.name) == key(name))?;
        Some((place as u32, fields[place].kind.clone()))
    }

    /// The module a node names: `Module1` in `Module1.total`, or the own one for `Me`.
    pub(super) fn named_module(&self, node: &Node) -> Option<usize> {
        let Node::Name(name) = node else { return None };
        if self.variable(name).is_some() {
            return None;
        }
        if key(name) == "me" {
            return self.signature.module;
        }
        match self.scope.find(self.module, name) {
            Symbol::Module(module) if self.scope.modules[module].class.is_none() => Some(module),
            _ => None,
        }
    }

    /// Pushes the address of a place (not of a variable in a wasm local).
    pub(super) fn place_address(&mut self, node: &Node) -> Done<()> {
        match node {
            Node::Name(name) => {
                self.variable_address(name);
                Ok(())
            }
            Node::Call { name, args } => {
                let array = Node::Name(name.clone());
                self.element_address(&array, args)
            }
            Node::Index { object, args } => self.element_address(object, args),
            Node::Member { object, name } => self.field_address(object, name),
            Node::MemberCall { object, name, args } => {
                let array = Node::Member { object: object.clone(), name: name.clone() };
                self.element_address(&array, args)
            }
            _ => {
                self.code.op(I::I32Const(0));
                Ok(())
            }
        }
    }

    fn variable_address(&mut self, name: &str) {
        if let Some(home) = self.variable(name).map(|local| local.home) {
            return self.home_address(home);
        }
        if let Symbol::Shared { module, shared } = self.scope.find(self.module, name) {
            self.shared_address(module, shared.index);
        }
    }

    fn shared_address(&mut self, module: usize, index: u32) {
        if self.scope.modules[module].class.is_some() {
            self.load_instance();
            self.code.ops(&[I::I32WrapI64, I::I32Const((word::FIELDS_AT + index * WORD) as i32), I::I32Add]);
        } else {
            let address = self.tables.global_address(index);
            self.code.op(I::I32Const(address as i32));
        }
    }

    fn field_address(&mut self, object: &Node, name: &str) -> Done<()> {
        if let Some(module) = self.named_module(object) {
            if let Some(Symbol::Shared { shared, .. }) = self.scope.find_in(module, &key(name), super::scope::Seen::Own)
            {
                self.shared_address(module, shared.index);
            }
            return Ok(());
        }
        let Some(Type::Record(record)) = self.place_type(object) else { return Ok(()) };
        let index = self.record_field(record, name).map_or(0, |(index, _)| index);
        self.place_address(object)?;
        self.code.ops(&[
            I::I64Load(at(0)),
            I::I32WrapI64,
            I::I32Const((word::FIELDS_AT + index * WORD) as i32),
            I::I32Add,
        ]);
        Ok(())
    }

    fn element_address(&mut self, array: &Node, args: &[Node]) -> Done<()> {
        self.place_address(array)?;
        self.code.op(I::I64Load(at(0)));
        let calls = args.iter().any(|arg| self.may_call(arg));
        let array = self.hold(Rep::Any, calls);
        self.element_of_held(array, args)?;
        let address = self.code.borrow(ValType::I32);
        self.code.ops(&[I::LocalTee(address), I::I32Eqz]);
        if args.len() > 2 {
            self.fail_if();
        } else {
            self.raise_if(OUT_OF_RANGE);
        }
        self.code.op(I::LocalGet(address));
        self.code.release(ValType::I32, address);
        self.let_go(array);
        Ok(())
    }

    /// Pushes the address of an element of a held array, or 0.
    pub(super) fn element_of_held(&mut self, array: super::expr::Held, args: &[Node]) -> Done<()> {
        match args {
            [one] => {
                self.subscript(one)?;
                let index = self.hold(Rep::I32, false);
                self.held(array);
                self.held(index);
                self.code.op(I::Call(ELEMENT_1));
                self.let_go(index);
            }
            [one, two] => {
                self.subscript(one)?;
                // A Long needs no collector: the second subscript may call without harm.
                let first = self.hold(Rep::I32, false);
                self.subscript(two)?;
                let second = self.hold(Rep::I32, false);
                self.held(array);
                self.held(first);
                self.held(second);
                self.code.op(I::Call(ELEMENT_2));
                self.let_go(second);
                self.let_go(first);
            }
            _ => {
                let count = args.len() as u32;
                let start = self.open_arguments(count * WORD);
                for (place, arg) in args.iter().enumerate() {
                    self.word_of(arg)?;
                    self.store_argument(start + place as u32 * WORD);
                }
                self.held(array);
                self.argument_address(start);
                self.code.ops(&[I::I32Const(count as i32), I::Call(import("element"))]);
                self.close_arguments(start);
            }
        }
        Ok(())
    }

    /// Pushes a subscript as i32.
    fn subscript(&mut self, node: &Node) -> Done<()> {
        let rep = self.expr(node)?;
        if self.signature.strict && rep == Rep::F64 {
            self.convert_inline(Rep::F64, Rep::I32);
            return Ok(());
        }
        self.convert(rep, &Type::Plain(Subtype::Long))?;
        Ok(())
    }

    /// `object(args)` where nothing is known of the object: an element if it turns out to be an array, else its default member.
    pub(super) fn index_get(&mut self, node: &Node, object: &Node, args: &[Node]) -> Done<Rep> {
        if let Some(rep) = self.stored(node)? {
            return Ok(rep);
        }
        self.word_of(object)?;
        self.index_word(args)
    }

    /// As `index_get`, the object's word being on the stack.
    pub(super) fn index_word(&mut self, args: &[Node]) -> Done<Rep> {
        let plain = (1..=2).contains(&args.len())
            && !args.iter().any(|arg| matches!(arg, Node::Omitted | Node::Argument { .. }));
        if !plain || args.iter().any(|arg| self.may_call(arg)) || self.signature.strict {
            return self.member_of_word("", Use::Get, args, None);
        }
        let object = self.hold(Rep::Any, false);
        let answer = self.code.borrow(ValType::I64);
        self.held(object);
        self.code.upper();
        self.code.ops(&[I::I32Const(word::ARRAY as i32), I::I32Eq]);
        self.code.open_if();
        self.element_of_held(object, args)?;
        let address = self.code.borrow(ValType::I32);
        self.code.ops(&[I::LocalTee(address), I::I32Eqz]);
        self.raise_if(OUT_OF_RANGE);
        self.code.ops(&[I::LocalGet(address), I::I64Load(at(0)), I::LocalSet(answer), I::Else]);
        self.code.release(ValType::I32, address);
        self.held(object);
        self.member_of_word("", Use::Get, args, None)?;
        self.code.ops(&[I::LocalSet(answer), I::End, I::LocalGet(answer)]);
        self.code.release(ValType::I64, answer);
        self.let_go(object);
        Ok(Rep::Any)
    }

    /// Keeps the array or record a place lies in alive while another procedure runs; the slot is to be given back.
    pub(super) fn pin(&mut self, node: &Node) -> Option<u32> {
        let root = root_name(node)?;
        let local = self.variable(root).cloned();
        match local {
            Some(local) if matches!(local.home, Home::Local(_)) => return None,
            _ => self.variable_address(root),
        }
        self.code.op(I::I64Load(at(0)));
        let slot = self.slot();
        self.code.store_slot(slot);
        Some(slot)
    }
}

fn root_name(node: &Node) -> Option<&str> {
    match node {
        Node::Call { name, .. } => Some(name),
        Node::Index { object, .. } | Node::Member { object, .. } | Node::MemberCall { object, .. } => {
            match object.as_ref() {
                Node::Name(name) => Some(name),
                other => root_name(other),
            }
        }
        _ => None,
    }
}

fn element_of(kind: Type, args: &[Node]) -> Option<Type> {
    let plain = !args.is_empty() && !args.iter().any(|arg| matches!(arg, Node::Omitted | Node::Argument { .. }));
    match kind {
        Type::Array(element) if plain => Some(*element),
        _ => None,
    }
}
