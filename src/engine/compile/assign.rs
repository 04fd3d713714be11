//! Assignments: `Let` copies a value into a place or a property, `Set` makes it refer to an object.

use wasm_encoder::{Instruction as I, ValType};

use crate::engine::value::Subtype;
use crate::lang::formula::Node;
use crate::model::{Expression, ProcedureKind};

use super::EngineError;
use super::body::{Body, Done, Home};
use super::code::{Rep, at};
use super::meta::{Type, Use};
use super::scope::{Seen, Symbol, key};
use super::types;

impl Body<'_> {
    /// `target = value`, read from their texts.
    pub(super) fn assign_text(&mut self, target: &Expression, value: &Expression, usage: Use) -> Done<()> {
        let target = self.parse(target)?;
        let value = self.parse(value)?;
        self.assign(&target, &value, usage)
    }

    pub(super) fn assign(&mut self, target: &Node, value: &Node, usage: Use) -> Done<()> {
        let own = if usage == Use::Let { self.defaulted(value) } else { None };
        let rep = self.expr(own.as_ref().unwrap_or(value))?;
        self.assign_value(target, rep, usage)
    }

    /// Assigns the value on the stack.
    pub(super) fn assign_value(&mut self, target: &Node, rep: Rep, usage: Use) -> Done<()> {
        match self.place_type(target) {
            Some(kind) if usage == Use::Set => {
                self.code.boxed(rep);
                self.coerce(if kind == types::VARIANT { &Type::Plain(Subtype::Object) } else { &kind }, Use::Set);
                self.store_place(target, &kind)
            }
            Some(kind) if !is_object(&kind) => {
                self.convert(rep, &kind)?;
                self.store_place(target, &kind)
            }
            _ => self.put(target, rep, usage),
        }
    }

    /// Stores the value on the stack, in the representation of the place's type.
    pub(super) fn store_place(&mut self, target: &Node, kind: &Type) -> Done<()> {
        if let Node::Name(name) = target
            && let Some(local) = self.variable(name).cloned()
        {
            self.store_home(local.home, &local.kind);
            return Ok(());
        }
        let rep = types::rep(kind);
        let calls = !matches!(target, Node::Name(_)) && self.may_call(target);
        let value = self.hold(rep, calls);
        self.place_address(target)?;
        self.held(value);
        self.code.boxed(rep);
        self.code.op(I::I64Store(at(0)));
        self.let_go(value);
        Ok(())
    }

    /// Assigns the value on the stack to what is no place: a property, a default member, an element of an array in a Variant.
    fn put(&mut self, target: &Node, rep: Rep, usage: Use) -> Done<()> {
        let value = self.hold(rep, rep == Rep::Any);
        match target {
            Node::Name(name) => self.put_name(target, name, &[], value, usage)?,
            Node::Call { name, args } => self.put_name(target, name, args, value, usage)?,
            Node::Member { object, name } => self.put_member(object, name, &[], value, usage)?,
            Node::MemberCall { object, name, args } => self.put_member(object, name, args, value, usage)?,
            Node::Index { object, args } => self.put_default(object, args, value, usage)?,
            Node::Paren(inner) if matches!(**inner, Node::Name(_)) => self.put_default(inner, &[], value, usage)?,
            _ => {
                return Err(EngineError::Unsupported {
                    pointer: self.pointer.clone(),
                    what: "an assignment to an expression",
                });
            }
        }
        self.let_go(value);
        Ok(())
    }

    fn put_default(&mut self, object: &Node, args: &[Node], value: super::expr::Held, usage: Use) -> Done<()> {
        self.word_of(object)?;
        self.member_of_word("", usage, args, Some(value))?;
        self.code.op(I::Drop);
        Ok(())
    }

    fn put_name(&mut self, target: &Node, name: &str, args: &[Node], value: super::expr::Held, usage: Use) -> Done<()> {
        if self.place_type(target).is_some() || self.variable(name).is_some() {
            return self.put_default(&Node::Name(name.to_string()), args, value, usage);
        }
        match self.scope.find(self.module, name) {
            Symbol::Procedure(procedure) => self.put_property(procedure, args, value, usage),
            Symbol::Shared { .. } => self.put_default(&Node::Name(name.to_string()), args, value, usage),
            _ => {
                self.global(name, usage, args, Some(value))?;
                self.code.op(I::Drop);
                Ok(())
            }
        }
    }

    fn put_member(
        &mut self,
        object: &Node,
        name: &str,
        args: &[Node],
        value: super::expr::Held,
        usage: Use,
    ) -> Done<()> {
        let place = Node::Member { object: Box::new(object.clone()), name: name.to_string() };
        if self.place_type(&place).is_some() {
            return self.put_default(&place, args, value, usage);
        }
        let own = self.named_module(object).and_then(|module| self.scope.find_in(module, &key(name), Seen::Own));
        if let Some(Symbol::Procedure(procedure)) = own {
            return self.put_property(procedure, args, value, usage);
        }
        self.word_of(object)?;
        self.member_of_word(name, usage, args, Some(value))?;
        self.code.op(I::Drop);
        Ok(())
    }

    /// A property procedure of the program; without one for the use the other one serves.
    fn put_property(&mut self, procedure: usize, args: &[Node], value: super::expr::Held, usage: Use) -> Done<()> {
        let wanted = if usage == Use::Set { ProcedureKind::PropertySet } else { ProcedureKind::PropertyLet };
        let other = if usage == Use::Set { ProcedureKind::PropertyLet } else { ProcedureKind::PropertySet };
        let found = self.scope.property(procedure, wanted).or_else(|| self.scope.property(procedure, other));
        let Some(found) = found else {
            // A function's result indexed and assigned: `Item(1) = 2`.
            let rep = self.call_procedure(procedure, &[], None)?;
            self.code.boxed(rep);
            self.member_of_word("", usage, args, Some(value))?;
            self.code.op(I::Drop);
            return Ok(());
        };
        // The value becomes the last argument through a variable of its own.
        let hidden = format!("\u{1}value{}", self.depth);
        let slot = self.slot();
        self.held(value);
        self.code.boxed(value.rep);
        self.code.store_slot(slot);
        self.declare(&hidden, types::VARIANT, Home::Frame(slot));
        let node = Node::Paren(Box::new(Node::Name(hidden.clone())));
        self.call_procedure(found, args, Some(&node))?;
        self.code.op(I::Drop);
        self.variables.remove(&key(&hidden));
        self.free_slot(slot);
        Ok(())
    }

    /// `Mid(target, start, length) = value`.
    pub(super) fn replace_text(&mut self, target: &Expression, parts: [Option<&Expression>; 3]) -> Done<()> {
        use super::word::{self, WORD};
        let target = self.parse(target)?;
        let start = self.open_arguments(3 * WORD);
        for (place, part) in parts.into_iter().enumerate() {
            match part {
                Some(part) => {
                    let node = self.parse(part)?;
                    self.word_of(&node)?;
                }
                None => self.code.word(word::word(word::MISSING, 0)),
            }
            self.store_argument(start + place as u32 * WORD);
        }
        self.word_of(&target)?;
        self.argument_address(start);
        self.code.op(I::Call(super::tables::import("replace_text")));
        self.close_arguments(start);
        self.checked();
        self.assign_value(&target, Rep::Any, Use::Let)
    }

    /// Stores the word on the stack into a variable as it is: what `For Each` does.
    pub(super) fn store_raw(&mut self, target: &Node) -> Done<()> {
        match self.place_type(target) {
            Some(kind) if kind == types::VARIANT || is_object(&kind) => self.store_place(target, &kind),
            Some(kind) => {
                self.convert(Rep::Any, &kind)?;
                self.store_place(target, &kind)
            }
            None => self.assign_value(target, Rep::Any, Use::Let),
        }
    }

    /// Puts an i32 aside in a fresh local.
    pub(super) fn keep_i32(&mut self) -> u32 {
        let local = self.code.local(ValType::I32);
        self.code.op(I::LocalSet(local));
        local
    }
}

/// Whether variables of the type hold references.
pub(super) fn is_object(kind: &Type) -> bool {
    matches!(kind, Type::Class(_) | Type::Named(_) | Type::Plain(Subtype::Object))
}
