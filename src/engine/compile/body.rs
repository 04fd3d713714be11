//! One procedure under construction: its variables and where they live, its frame, how errors leave.

use std::collections::HashMap;

use wasm_encoder::{BlockType, Instruction as I, ValType};

use crate::lang::formula::{Dialect, Node, parse};
use crate::model::Expression;

use super::EngineError;
use super::code::{Code, FRAME, NEXT, Rep, STATUS, at};
use super::flow::Flow;
use super::meta::{Shape, Type, Use};
use super::scope::{Scope, Signature, key};
use super::tables::{Tables, import};
use super::types;
use super::word::{self, WORD};

/// Local that holds the address of the area where arguments of calls are laid out.
pub(super) const ARGUMENTS: u32 = 3;
/// Levels an expression may nest once constants are put in place.
pub(super) const MAX_DEPTH: usize = 1200;
/// Levels steps may nest.
pub(super) const MAX_STEP_DEPTH: usize = 96;

/// Where a variable lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Unboxed in a wasm local.
    Local(u32),
    /// A word of the frame.
    Frame(u32),
    /// A word of the frame holds the address of the variable.
    Reference(u32),
    /// A fixed address.
    Fixed(u32),
}

#[derive(Debug, Clone)]
pub(super) struct Local {
    pub home: Home,
    pub kind: Type,
    /// Created on first use.
    pub auto_new: bool,
}

/// A loop that `break` and `continue` may leave.
#[derive(Debug, Clone)]
pub(super) struct LoopFrame {
    /// `for` or `do`.
    pub of: &'static str,
    /// Structured: nesting of the outer block and of the body block; else basic blocks.
    pub leave: usize,
    pub again: usize,
    /// Try blocks open outside the loop.
    pub tries: usize,
}

pub(super) type Done<T> = Result<T, EngineError>;

/// See the file's head.
pub(super) struct Body<'a> {
    pub scope: &'a Scope,
    pub tables: &'a mut Tables,
    pub signature: &'a Signature,
    pub code: Code,
    pub variables: HashMap<String, Local>,
    /// Bytes of the frame so far.
    pub frame: u32,
    free_slots: Vec<u32>,
    /// Bytes of the argument area in use, and at most.
    pub arguments: u32,
    pub most_arguments: u32,
    pub loops: Vec<LoopFrame>,
    pub flow: Option<Flow>,
    pub step: u32,
    pub pointer: String,
    pub depth: usize,
    pub step_depth: usize,
    /// The module whose names an expression sees (constants are compiled in their own).
    pub module: Option<usize>,
    /// The global that is asked for next is a name alone.
    pub bare: bool,
    /// Whether a class of the program has `Class_Terminate`.
    pub terminates: bool,
}

impl<'a> Body<'a> {
    pub(super) fn new(scope: &'a Scope, tables: &'a mut Tables, signature: &'a Signature) -> Self {
        let mut code = Code::new();
        code.local(ValType::I32);
        Body {
            scope,
            tables,
            signature,
            code,
            variables: HashMap::new(),
            frame: WORD,
            free_slots: Vec::new(),
            arguments: 0,
            most_arguments: 0,
            loops: Vec::new(),
            flow: None,
            step: 0,
            pointer: String::new(),
            depth: 0,
            step_depth: 0,
            module: signature.module,
            bare: false,
            terminates: scope.terminates(),
        }
    }

    /// Reads an expression, or says where it is wrong.
    pub(super) fn parse(&self, expression: &Expression) -> Done<Node> {
        let (node, notices) = parse(&expression.0, Dialect::Names);
        match notices.first() {
            None => Ok(node),
            Some(notice) => Err(EngineError::Expression {
                pointer: self.pointer.clone(),
                text: expression.0.chars().take(120).collect(),
                reason: notice.to_string(),
            }),
        }
    }

    pub(super) fn too_deep(&self) -> EngineError {
        EngineError::TooDeep { pointer: self.pointer.clone() }
    }

    // ---- frame ----

    /// A word of the frame, given back with `free_slot`.
    pub(super) fn slot(&mut self) -> u32 {
        self.free_slots.pop().unwrap_or_else(|| self.fresh_slot())
    }

    pub(super) fn fresh_slot(&mut self) -> u32 {
        self.frame += WORD;
        self.frame - WORD
    }

    pub(super) fn free_slot(&mut self, slot: u32) {
        if self.terminates {
            // A reference left behind would keep its object from terminating.
            self.code.word(0);
            self.code.store_slot(slot);
        }
        self.free_slots.push(slot);
    }

    /// Takes bytes of the argument area; answers their offset.
    pub(super) fn open_arguments(&mut self, bytes: u32) -> u32 {
        let start = self.arguments;
        self.arguments += bytes;
        self.most_arguments = self.most_arguments.max(self.arguments);
        start
    }

    pub(super) fn close_arguments(&mut self, start: u32) {
        self.arguments = start;
    }

    /// Pushes an address in the argument area.
    pub(super) fn argument_address(&mut self, offset: u32) {
        self.code.ops(&[I::LocalGet(ARGUMENTS), I::I32Const(offset as i32), I::I32Add]);
    }

    /// Stores the word on the stack in the argument area.
    pub(super) fn store_argument(&mut self, offset: u32) {
        let held = self.code.borrow(ValType::I64);
        self.code.ops(&[I::LocalSet(held), I::LocalGet(ARGUMENTS), I::LocalGet(held), I::I64Store(at(offset))]);
        self.code.release(ValType::I64, held);
    }

    // ---- errors ----

    /// Takes an i32 from the stack; when it is not 0 the pending error takes its course.
    pub(super) fn fail_if(&mut self) {
        self.code.open_if();
        self.fail();
        self.code.op(I::End);
    }

    /// The pending error takes its course.
    pub(super) fn fail(&mut self) {
        match &self.flow {
            Some(flow) => {
                let fault = flow.fault as i32;
                self.code.ops(&[I::I32Const(fault), I::LocalSet(NEXT)]);
                self.code.top();
            }
            None => {
                self.code.ops(&[I::I32Const(1), I::LocalSet(STATUS)]);
                self.code.leave();
            }
        }
    }

    /// Raises a run-time error by number when the i32 on the stack is not 0.
    pub(super) fn raise_if(&mut self, number: i32) {
        self.code.open_if();
        self.raise(number);
        self.code.op(I::End);
    }

    pub(super) fn raise(&mut self, number: i32) {
        self.code.ops(&[I::I32Const(number), I::Call(import("raise"))]);
        self.fail();
    }

    /// Checks the word an import answered.
    pub(super) fn checked(&mut self) {
        let held = self.code.borrow(ValType::I64);
        self.code.op(I::LocalTee(held));
        self.code.word(word::word(word::FAULT, 0));
        self.code.op(I::I64Eq);
        self.fail_if();
        self.code.op(I::LocalGet(held));
        self.code.release(ValType::I64, held);
    }

    /// Notes the running step again after another procedure ran.
    pub(super) fn mark_step(&mut self) {
        let step = self.step as i32;
        self.code.ops(&[I::I32Const(0), I::I32Const(step), I::I32Store(super::code::at32(word::STEP_AT))]);
    }

    /// As `mark_step`, at the statement's last line: the way from a loop's end to its next round.
    pub(super) fn mark_end(&mut self) {
        let step = (self.step | word::STEP_END) as i32;
        self.code.ops(&[I::I32Const(0), I::I32Const(step), I::I32Store(super::code::at32(word::STEP_AT))]);
    }

    /// Runs `Class_Terminate` of the objects that nothing refers to any more.
    pub(super) fn terminate(&mut self) {
        if !self.terminates {
            return;
        }
        let top = self.open_loop();
        self.code.ops(&[I::I32Const(0), I::I32Load(super::code::at32(word::TERMINABLE_AT))]);
        self.code.open_if();
        let used = self.arguments;
        self.argument_address(used);
        self.code.op(I::Call(import("terminate")));
        self.code.upper();
        self.code.ops(&[I::I32Const(word::CALL as i32), I::I32Eq]);
        self.code.open_if();
        self.code.ops(&[
            I::I32Const(0),
            I::I32Load(super::code::at32(word::CALL_FRAME_AT)),
            I::I32Const(0),
            I::I32Load(super::code::at32(word::CALL_TARGET_AT)),
            I::CallIndirect { type_index: 0, table_index: 0 },
        ]);
        self.fail_if();
        self.mark_step();
        self.code.branch(top);
        self.code.ops(&[I::End, I::End, I::End]);
    }

    /// Collects garbage when the host asked for it; nothing but slots may hold objects here.
    pub(super) fn safepoint(&mut self) {
        self.code.ops(&[I::I32Const(0), I::I32Load(super::code::at32(word::COLLECT_AT))]);
        self.code.open_if();
        let used = self.arguments;
        self.argument_address(used);
        self.code.op(I::Call(import("collect")));
        self.code.op(I::End);
    }

    // ---- names ----

    pub(super) fn is_class(&self) -> bool {
        self.signature.method
    }

    pub(super) fn shape(&mut self, name: &str, usage: Use, positional: u32, named: Vec<std::sync::Arc<str>>) -> u32 {
        let shape = Shape {
            name: std::sync::Arc::from(name),
            key: std::sync::Arc::from(key(name)),
            function: crate::engine::value::functions::resolve(name),
            usage,
            positional,
            named,
            compare: self.signature.compare,
            base: self.signature.module.map_or(0, |module| self.scope.modules[module].base),
            strict: self.signature.strict,
            bare: self.bare,
            inside: self.signature.module.and_then(|module| self.scope.modules[module].class),
        };
        self.tables.shapes.number(shape)
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Local> {
        // A constant of another module does not see the variables of this procedure.
        if self.module != self.signature.module {
            return None;
        }
        self.variables.get(&key(name))
    }

    /// Declares a variable of the procedure and writes its first value.
    pub(super) fn declare(&mut self, name: &str, kind: Type, home: Home) {
        let local = Local { home, kind, auto_new: false };
        self.variables.insert(key(name), local);
    }

    /// A variable that nobody declared: VBA makes it a Variant.
    pub(super) fn declare_implicit(&mut self, name: &str) {
        let slot = self.fresh_slot();
        self.declare(name, types::VARIANT, Home::Frame(slot));
    }

    /// Pushes the word of the instance.
    pub(super) fn load_instance(&mut self) {
        self.code.load_slot(super::code::home_offset(0));
    }

    // ---- loads and stores at an address ----

    /// Replaces the address on the stack by the value there.
    pub(super) fn load(&mut self, kind: &Type) -> Rep {
        let rep = types::rep(kind);
        self.code.op(I::I64Load(at(0)));
        self.code.unboxed(rep);
        rep
    }

    /// Pushes the value of a variable.
    pub(super) fn load_home(&mut self, home: Home, kind: &Type) -> Rep {
        let rep = types::rep(kind);
        match home {
            Home::Local(local) => self.code.op(I::LocalGet(local)),
            _ => {
                self.home_address(home);
                self.load(kind);
            }
        }
        rep
    }

    /// Pushes the address of a variable that is not in a wasm local.
    pub(super) fn home_address(&mut self, home: Home) {
        match home {
            Home::Local(_) => self.code.op(I::I32Const(0)),
            Home::Frame(offset) => self.code.frame_address(offset),
            Home::Reference(offset) => self.code.ops(&[I::LocalGet(FRAME), I::I32Load(super::code::at32(offset))]),
            Home::Fixed(address) => self.code.op(I::I32Const(address as i32)),
        }
    }

    /// Stores the value on the stack, which already has the variable's representation.
    pub(super) fn store_home(&mut self, home: Home, kind: &Type) {
        let rep = types::rep(kind);
        if let Home::Local(local) = home {
            return self.code.op(I::LocalSet(local));
        }
        let held = self.code.borrow(rep.wasm());
        self.code.op(I::LocalSet(held));
        self.home_address(home);
        self.code.op(I::LocalGet(held));
        self.code.boxed(rep);
        self.code.op(I::I64Store(at(0)));
        self.code.release(rep.wasm(), held);
    }

    /// Opens a structured block and answers its nesting.
    pub(super) fn open_block(&mut self) -> u32 {
        self.code.op(I::Block(BlockType::Empty));
        self.code.nest
    }

    pub(super) fn open_loop(&mut self) -> u32 {
        self.code.op(I::Loop(BlockType::Empty));
        self.code.nest
    }
}
