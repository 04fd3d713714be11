//! Expressions to code. A value stays unboxed as long as its type is known; everything else is a boxed word.

use wasm_encoder::{Instruction as I, ValType};

use crate::engine::value::Value;
use crate::lang::formula::{BinaryOp, DateLiteral, ErrorKind, Node, PostfixOp, UnaryOp};

use super::EngineError;
use super::body::{Body, Done, Home, MAX_DEPTH};
use super::code::{Rep, at};
use super::meta::{Type, Use};
use super::scope::{Constant, Symbol, key};
use super::tables::import;
use super::types;
use super::word;

/// Serial of 1970-01-01 counted from 1899-12-30 (VBA's day 0).
const UNIX_DAY: i64 = 25_569;
const SECONDS_PER_DAY: f64 = 86_400.0;

impl Body<'_> {
    /// Pushes the value of an expression.
    pub(super) fn expr(&mut self, node: &Node) -> Done<Rep> {
        self.depth += 1;
        if self.depth > MAX_DEPTH || self.code.instructions > super::code::MAX_INSTRUCTIONS {
            return Err(self.too_deep());
        }
        let rep = self.expr_inner(node);
        self.depth -= 1;
        rep
    }

    /// Pushes the value of an expression as a word.
    pub(super) fn word_of(&mut self, node: &Node) -> Done<()> {
        let rep = self.expr(node)?;
        self.code.boxed(rep);
        Ok(())
    }

    fn expr_inner(&mut self, node: &Node) -> Done<Rep> {
        match node {
            Node::Integer(value) => Ok(self.whole(*value)),
            Node::Number(value) => Ok(self.double(*value)),
            Node::Text(text) => {
                let made = self.tables.text(text);
                Ok(self.constant_word(made))
            }
            Node::Boolean(value) => {
                self.code.op(I::I32Const(i32::from(*value)));
                Ok(Rep::Bool)
            }
            Node::Error(kind) => Ok(self.constant_word(word::word(word::ERROR, cell_error(*kind) as u32))),
            Node::Date(date) => {
                let bits = serial(*date).to_bits() as i64;
                let made = self.tables.wide(word::DATE, bits);
                Ok(self.constant_word(made))
            }
            Node::Empty => Ok(self.constant_word(word::word(word::EMPTY, 0))),
            Node::Null => Ok(self.constant_word(word::word(word::NULL, 0))),
            Node::Nothing => Ok(self.constant_word(word::word(word::NOTHING, 0))),
            Node::Omitted => Ok(self.constant_word(word::word(word::MISSING, 0))),
            Node::Name(name) => self.name(node, name),
            Node::Member { object, name } => self.member_get(node, object, name, &[]),
            Node::MemberCall { object, name, args } => self.member_get(node, object, name, args),
            Node::Call { name, args } => self.call(node, name, args),
            Node::Index { object, args } => self.index_get(node, object, args),
            Node::Argument { value, .. } => self.expr(value),
            Node::Paren(inner) => self.parenthesised(inner),
            Node::Unary { op, operand } => self.unary(*op, operand),
            Node::Postfix { op: PostfixOp::Percent, operand } => self.unary_import(super::operate::PERCENT, operand),
            Node::Binary { op, left, right } => self.binary(*op, left, right),
            Node::QualifiedName { .. }
            | Node::Reference(_)
            | Node::Structured(_)
            | Node::Array(_)
            | Node::Postfix { .. } => Err(EngineError::Unsupported {
                pointer: self.pointer.clone(),
                what: "a sheet reference in an expression over names",
            }),
        }
    }

    /// `(x)`: the value, never the variable itself; an object gives its default value only where one is asked for.
    fn parenthesised(&mut self, inner: &Node) -> Done<Rep> {
        self.expr(inner)
    }

    pub(super) fn constant_word(&mut self, value: u64) -> Rep {
        self.code.word(value);
        Rep::Any
    }

    fn double(&mut self, value: f64) -> Rep {
        self.code.op(I::F64Const(value.into()));
        Rep::F64
    }

    /// Digits: Integer, Long or Double by size in VBA's rules, a double in strict ones.
    fn whole(&mut self, value: i64) -> Rep {
        if self.signature.strict {
            return self.double(value as f64);
        }
        if i16::try_from(value).is_ok() {
            self.code.op(I::I32Const(value as i32));
            return Rep::I16;
        }
        match i32::try_from(value) {
            Ok(value) => {
                self.code.op(I::I32Const(value));
                Rep::I32
            }
            Err(_) => self.double(value as f64),
        }
    }

    fn name(&mut self, node: &Node, name: &str) -> Done<Rep> {
        if let Some(rep) = self.stored(node)? {
            return Ok(rep);
        }
        if key(name) == "me" && self.signature.module.is_some() {
            return self.me();
        }
        match self.scope.find(self.module, name) {
            Symbol::Constant(constant) => self.constant(&constant),
            Symbol::Procedure(procedure) => self.call_procedure(procedure, &[], None),
            Symbol::Module(module) => {
                let name = self.scope.modules[module].name.clone();
                self.global(&name, Use::Get, &[], None)
            }
            _ => self.library_name(name),
        }
    }

    /// The instance, or in a document module the object it belongs to.
    fn me(&mut self) -> Done<Rep> {
        if self.is_class() {
            self.load_instance();
            return Ok(Rep::Any);
        }
        let module = self.signature.module.map(|module| self.scope.modules[module].name.clone());
        self.global(&module.unwrap_or_default(), Use::Get, &[], None)
    }

    /// A constant of the library in place, else a global of the host.
    fn library_name(&mut self, name: &str) -> Done<Rep> {
        let constant = super::library::constant(name);
        match constant.as_ref().and_then(|value| self.host_constant(value)) {
            Some(rep) => Ok(rep),
            None => {
                self.note_unknown(name, false);
                self.bare = true;
                let pushed = self.global(name, Use::Get, &[], None);
                self.bare = false;
                pushed
            }
        }
    }

    /// The default member of an object of the program, where a value is wanted (`VB_UserMemId = 0`).
    pub(super) fn defaulted(&self, node: &Node) -> Option<Node> {
        let Some(Type::Class(class)) = self.place_type(node) else { return None };
        let member = self.scope.classes.get(class as usize)?.default_member.clone()?;
        Some(Node::member(node.clone(), member.to_string()))
    }

    fn host_constant(&mut self, value: &Value) -> Option<Rep> {
        Some(match value {
            Value::Boolean(value) => {
                self.code.op(I::I32Const(i32::from(*value)));
                Rep::Bool
            }
            Value::Integer(value) => {
                self.code.op(I::I32Const(i32::from(*value)));
                Rep::I16
            }
            Value::Long(value) => {
                self.code.op(I::I32Const(*value));
                Rep::I32
            }
            Value::Double(value) => self.double(*value),
            Value::Text(text) => {
                let made = self.tables.text(text);
                self.constant_word(made)
            }
            _ => return None,
        })
    }

    /// A constant of the program: its expression, seen from its own module.
    pub(super) fn constant(&mut self, constant: &Constant) -> Done<Rep> {
        let node = self.parse(&constant.value)?;
        let outer = self.module.replace(constant.module);
        let compiled = self.expr(&node);
        self.module = outer;
        let rep = compiled?;
        match &constant.kind {
            Some(kind) => self.convert(rep, kind),
            None => Ok(rep),
        }
    }

    /// The value of something that has a place in memory; `None` when the node is no such thing.
    pub(super) fn stored(&mut self, node: &Node) -> Done<Option<Rep>> {
        let Some(kind) = self.place_type(node) else { return Ok(None) };
        if let Node::Name(name) = node
            && let Some(local) = self.variable(name).cloned()
        {
            return self.local_value(&local).map(Some);
        }
        self.place_address(node)?;
        if let Some(class) = self.auto_class(node) {
            return self.created_on_use(&class).map(Some);
        }
        Ok(Some(self.load(&kind)))
    }

    fn local_value(&mut self, local: &super::body::Local) -> Done<Rep> {
        if local.auto_new && matches!(local.kind, Type::Class(_) | Type::Named(_)) {
            self.home_address(local.home);
            return self.created_on_use(&local.kind);
        }
        Ok(self.load_home(local.home, &local.kind))
    }

    /// `As New`: the address is on the stack; makes the object when there is none, and pushes it.
    fn created_on_use(&mut self, class: &Type) -> Done<Rep> {
        let address = self.code.borrow(ValType::I32);
        self.code.ops(&[I::LocalTee(address), I::I64Load(at(0))]);
        self.code.upper();
        self.code.ops(&[I::I32Const(word::NOTHING as i32), I::I32Eq]);
        self.code.open_if();
        match (self.class_number(class), class) {
            (Some(number), _) => self.new_object(number)?,
            (None, Type::Named(name)) => self.new_named(name)?,
            (None, _) => self.constant_word(word::word(word::NOTHING, 0)),
        };
        let made = self.code.borrow(ValType::I64);
        self.code.ops(&[I::LocalSet(made), I::LocalGet(address), I::LocalGet(made), I::I64Store(at(0)), I::End]);
        self.code.ops(&[I::LocalGet(address), I::I64Load(at(0))]);
        self.code.release(ValType::I64, made);
        self.code.release(ValType::I32, address);
        Ok(Rep::Any)
    }

    /// Whether evaluating may run a procedure of the program, where garbage may be collected.
    pub(super) fn may_call(&self, node: &Node) -> bool {
        match node {
            Node::Name(name) => self.variable(name).map_or_else(
                || matches!(self.scope.find(self.module, name), Symbol::Procedure(_) | Symbol::Constant(_)),
                |local| local.auto_new,
            ),
            Node::Member { .. } | Node::MemberCall { .. } | Node::Index { .. } => true,
            Node::Call { name, args } => {
                let quiet = self.variable(name).is_some_and(|local| matches!(local.kind, Type::Array(_)))
                    || (super::operate::is_operator(name) && self.variable(name).is_none())
                    || (super::library::knows(name) && matches!(self.scope.find(self.module, name), Symbol::Unknown));
                !quiet || args.iter().any(|arg| self.may_call(arg))
            }
            Node::Argument { value, .. } => self.may_call(value),
            Node::Paren(inner) => self.may_call(inner),
            Node::Unary { operand, .. } | Node::Postfix { operand, .. } => self.may_call(operand),
            Node::Binary { left, right, .. } => self.may_call(left) || self.may_call(right),
            _ => false,
        }
    }

    /// Takes the value on the stack into a local, and where needed into a slot that the collector sees.
    pub(super) fn hold(&mut self, rep: Rep, across_calls: bool) -> Held {
        if rep == Rep::Any && across_calls {
            let slot = self.slot();
            self.code.store_slot(slot);
            return Held { rep, place: Home::Frame(slot) };
        }
        let local = self.code.borrow(rep.wasm());
        self.code.op(I::LocalSet(local));
        Held { rep, place: Home::Local(local) }
    }

    /// Pushes a held value.
    pub(super) fn held(&mut self, held: Held) {
        match held.place {
            Home::Frame(slot) => self.code.load_slot(slot),
            Home::Local(local) => self.code.op(I::LocalGet(local)),
            Home::Reference(_) | Home::Fixed(_) => {}
        }
    }

    pub(super) fn let_go(&mut self, held: Held) {
        match held.place {
            Home::Frame(slot) => self.free_slot(slot),
            Home::Local(local) => self.code.release(held.rep.wasm(), local),
            Home::Reference(_) | Home::Fixed(_) => {}
        }
    }

    /// Pushes 1 when a condition holds, else 0.
    pub(super) fn condition(&mut self, node: &Node) -> Done<()> {
        let rep = self.expr(node)?;
        self.truth(rep);
        Ok(())
    }

    /// Turns the value on the stack into 1 or 0.
    pub(super) fn truth(&mut self, rep: Rep) {
        match rep {
            Rep::Bool => {}
            _ if self.signature.strict && rep != Rep::Any => {
                self.code.op(I::Drop);
                self.raise(super::operate::TYPE_MISMATCH);
                self.code.op(I::I32Const(0));
            }
            Rep::I16 | Rep::I32 => self.code.ops(&[I::I32Const(0), I::I32Ne]),
            Rep::F64 => self.code.ops(&[I::F64Const(0.0.into()), I::F64Ne]),
            Rep::Any => self.truth_of_word(),
        }
    }

    fn truth_of_word(&mut self) {
        let (held, answer) = (self.code.borrow(ValType::I64), self.code.borrow(ValType::I32));
        self.code.op(I::LocalTee(held));
        self.code.upper();
        self.code.ops(&[I::I32Const(word::BOOLEAN as i32), I::I32Eq]);
        self.code.open_if();
        self.code.ops(&[I::LocalGet(held), I::I32WrapI64, I::LocalSet(answer), I::Else]);
        let strict = i32::from(self.signature.strict);
        self.code.ops(&[
            I::LocalGet(held),
            I::I32Const(strict),
            I::Call(import("truth")),
            I::LocalTee(answer),
            I::I32Const(2),
            I::I32Eq,
        ]);
        self.fail_if();
        self.code.op(I::End);
        self.code.op(I::LocalGet(answer));
        self.code.release(ValType::I32, answer);
        self.code.release(ValType::I64, held);
    }

    fn unary(&mut self, op: UnaryOp, operand: &Node) -> Done<Rep> {
        match op {
            UnaryOp::Plus | UnaryOp::Single => self.expr(operand),
            UnaryOp::Minus => self.negate(operand),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Node, right: &Node) -> Done<Rep> {
        let (own_left, own_right) = (self.defaulted(left), self.defaulted(right));
        let (left, right) = (own_left.as_ref().unwrap_or(left), own_right.as_ref().unwrap_or(right));
        match super::operate::code_of(op) {
            Some(super::operate::CONCAT) => self.concat(left, right),
            Some(code) => self.operate(code, left, right),
            None => Err(EngineError::Unsupported { pointer: self.pointer.clone(), what: "a reference operator" }),
        }
    }

    /// The class of the program a type names, `Collection` and `Scripting.Dictionary` included.
    pub(super) fn class_number(&self, kind: &Type) -> Option<u32> {
        match kind {
            Type::Class(class) => Some(*class),
            Type::Named(name) => super::call::built_in_class(name),
            _ => None,
        }
    }

    /// The class of a module variable or field declared `As New`.
    fn auto_class(&self, node: &Node) -> Option<Type> {
        let Node::Name(name) = node else { return None };
        match self.scope.find(self.module, name) {
            Symbol::Shared { shared, .. } if shared.variable.auto_new => {
                Some(shared.kind).filter(|kind| matches!(kind, Type::Class(_) | Type::Named(_)))
            }
            _ => None,
        }
    }

    /// The value on the stack as a declared type; pushes it in the type's representation.
    pub(super) fn convert(&mut self, from: Rep, kind: &Type) -> Done<Rep> {
        let to = types::rep(kind);
        if from == to && to != Rep::Any {
            return Ok(to);
        }
        if !self.signature.strict && self.convert_inline(from, to) {
            return Ok(to);
        }
        self.code.boxed(from);
        self.coerce(kind, Use::Let);
        Ok(to)
    }
}

/// A value put aside while another is computed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub rep: Rep,
    pub place: Home,
}

/// `CVErr` numbers of the cell errors (Microsoft, "Cell Error Values").
fn cell_error(kind: ErrorKind) -> i32 {
    match kind {
        ErrorKind::Null => 2000,
        ErrorKind::Div0 => 2007,
        ErrorKind::Value => 2015,
        ErrorKind::Ref => 2023,
        ErrorKind::Name => 2029,
        ErrorKind::Num => 2036,
        ErrorKind::NotAvailable => 2042,
        ErrorKind::GettingData => 2043,
        ErrorKind::Spill => 2045,
        ErrorKind::Calc => 2050,
    }
}

/// The serial of a date literal. Before day 0 the time of day counts away from zero.
fn serial(literal: DateLiteral) -> f64 {
    let day =
        literal.date.map_or(0, |(year, month, day)| days(i64::from(year), i64::from(month), i64::from(day)) + UNIX_DAY)
            as f64;
    let time = literal.time.map_or(0.0, |(hour, minute, second)| {
        (f64::from(hour) * 3600.0 + f64::from(minute) * 60.0 + f64::from(second)) / SECONDS_PER_DAY
    });
    if day < 0.0 { day - time } else { day + time }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, counting years from March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let of_era_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + of_era_days - 719_468
}
