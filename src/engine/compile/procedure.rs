//! One procedure from its workflow: variables first, then the steps, then the body put together.

use std::collections::HashSet;

use wasm_encoder::{BlockType, Function, Instruction as I, ValType};

use crate::lang::formula::{Dialect, Node, parse};
use crate::model::{Action, Expression, ProcedureKind, Step, Variable, Workflow};

use super::EngineError;
use super::body::{ARGUMENTS, Body, Done, Home};
use super::code::{Code, Emit, FRAME, MAX_INSTRUCTIONS, NEXT, Rep, STATUS, at, home_offset, reference_offset};
use super::flow::{children, needs_flow};
use super::meta::{FieldMeta, Type};
use super::scope::{Scope, Signature, Symbol, key};
use super::tables::{Tables, import};
use super::types;
use super::word::{self, WORD};

/// Variables kept unboxed: more gain nothing, and every one is carried through every basic block.
const MOST_UNBOXED: usize = 40;
/// Bytes the machine's own frame is taken to need: return address, saved registers, spilled temporaries.
const NATIVE_FRAME: u32 = 192;
/// Spilled locals counted towards it.
const MOST_SPILLED: u32 = 512;
/// "Out of stack space".
const OUT_OF_STACK: i32 = 28;
/// Slots zeroed one by one; more are filled.
const FEW_SLOTS: u32 = 16;

/// A compiled body and the frame offsets of its output variables.
pub(super) struct Compiled {
    pub function: Function,
    pub outputs: Vec<(std::sync::Arc<str>, u32)>,
}

/// Compiles one workflow.
pub(super) fn compile(
    scope: &Scope,
    tables: &mut Tables,
    globals: &mut Vec<FieldMeta>,
    signature: &Signature,
    workflow: &Workflow,
) -> Done<Compiled> {
    let mut body = Body::new(scope, tables, signature);
    body.pointer = workflow.name.clone();
    body.declare_parameters(workflow);
    body.declare_result();
    let unboxed = if needs_flow(&workflow.steps) { MOST_UNBOXED / 2 } else { MOST_UNBOXED };
    for variable in &workflow.variables {
        body.declare_variable(variable, workflow, globals, unboxed)?;
    }
    body.declare_undeclared(workflow)?;
    let parameters = WORD + 2 * WORD * (signature.parameters.len() as u32 + u32::from(signature.method));
    body.code.nest = 0;
    if needs_flow(&workflow.steps) {
        body.start_flow(&workflow.steps);
        body.steps(&workflow.steps)?;
        body.clear_if_active();
        body.finish_flow();
    } else {
        body.steps(&workflow.steps)?;
    }
    if body.code.instructions > MAX_INSTRUCTIONS {
        return Err(EngineError::TooLarge { what: "a procedure", name: workflow.name.clone() });
    }
    let outputs = body.output_offsets(workflow);
    let frame = body.frame;
    let (code, most) = (body.code, body.most_arguments);
    Ok(Compiled { function: assemble(code, frame, parameters, most), outputs })
}

impl Body<'_> {
    fn declare_parameters(&mut self, workflow: &Workflow) {
        let first = u32::from(self.signature.method);
        let count = self.signature.parameters.len() as u32 + first;
        self.frame = WORD + count * 2 * WORD;
        let signature = self.signature;
        for (place, parameter) in signature.parameters.iter().enumerate() {
            let number = place as u32 + first;
            if parameter.by_reference {
                self.declare(&parameter.name, parameter.kind.clone(), Home::Reference(reference_offset(number)));
                continue;
            }
            let rep = types::rep(&parameter.kind);
            if rep == Rep::Any || is_output(workflow, &parameter.name) {
                self.declare(&parameter.name, parameter.kind.clone(), Home::Frame(home_offset(number)));
                continue;
            }
            self.code.load_slot(home_offset(number));
            self.code.unboxed(rep);
            let local = self.code.local(rep.wasm());
            self.code.op(I::LocalSet(local));
            self.declare(&parameter.name, parameter.kind.clone(), Home::Local(local));
        }
    }

    /// The result is the word at the start of the frame; a function assigns it by its own name.
    fn declare_result(&mut self) {
        let kind = self.signature.result.clone();
        self.initial_word(&kind);
        self.code.store_slot(0);
        let function = matches!(self.signature.kind, ProcedureKind::Function | ProcedureKind::PropertyGet);
        let name = self.signature.base_name.clone();
        if function || !self.variables.contains_key(&key(&name)) {
            self.declare(&name, kind, Home::Frame(0));
        }
    }

    fn declare_variable(
        &mut self,
        variable: &Variable,
        workflow: &Workflow,
        globals: &mut Vec<FieldMeta>,
        unboxed: usize,
    ) -> Done<()> {
        let kind = self.scope.variable_type(self.signature.module, variable, self.signature.strict);
        if variable.keeps_value {
            return self.declare_static(variable, kind, globals);
        }
        let rep = types::rep(&kind);
        let used = self.variables.values().filter(|local| matches!(local.home, Home::Local(_))).count();
        if rep != Rep::Any && used < unboxed && !is_output(workflow, &variable.name) {
            let local = self.code.local(rep.wasm());
            self.declare(&variable.name, kind, Home::Local(local));
            return Ok(());
        }
        let slot = self.fresh_slot();
        match &kind {
            Type::Array(element) if !variable.bounds.is_empty() => self.fixed_array(variable, element)?,
            _ => self.initial_word(&kind),
        }
        self.code.store_slot(slot);
        self.declare(&variable.name, kind, Home::Frame(slot));
        if let Some(local) = self.variables.get_mut(&key(&variable.name)) {
            local.auto_new = variable.auto_new;
        }
        Ok(())
    }

    fn fixed_array(&mut self, variable: &Variable, element: &Type) -> Done<()> {
        let number = self.tables.types.number(element.clone()) as i32;
        let area = self.bounds(&variable.bounds)?;
        self.code.op(I::I32Const(number));
        self.argument_address(area);
        self.code.ops(&[I::I32Const(variable.bounds.len() as i32), I::Call(import("new_array"))]);
        self.close_arguments(area);
        self.checked();
        Ok(())
    }

    fn declare_static(&mut self, variable: &Variable, kind: Type, globals: &mut Vec<FieldMeta>) -> Done<()> {
        let index = globals.len() as u32;
        let address = self.tables.global_address(index);
        globals.push(FieldMeta {
            name: variable.name.as_str().into(),
            kind: kind.clone(),
            bounds: super::bounds::fixed_bounds(self.scope, self.signature.module, &variable.bounds),
            public: false,
            with_events: false,
        });
        self.declare(&variable.name, kind, Home::Fixed(address));
        Ok(())
    }

    /// Names that are assigned but declared nowhere are Variants of the procedure.
    fn declare_undeclared(&mut self, workflow: &Workflow) -> Done<()> {
        let mut names = Vec::new();
        targets(&workflow.steps, &mut names);
        let outputs: Vec<Expression> = workflow.outputs.iter().map(|name| Expression(name.clone())).collect();
        let mut seen = HashSet::new();
        for expression in names.into_iter().chain(&outputs) {
            let (Node::Name(name), _) = parse(&expression.0, Dialect::Names) else { continue };
            if !seen.insert(key(&name)) || self.variables.contains_key(&key(&name)) || is_host_variable(&name) {
                continue;
            }
            if matches!(self.scope.find(self.signature.module, &name), Symbol::Unknown | Symbol::Module(_)) {
                self.declare_implicit(&name);
                let slot = self.frame - WORD;
                self.code.word(word::word(word::EMPTY, 0));
                self.code.store_slot(slot);
            }
        }
        Ok(())
    }

    fn output_offsets(&self, workflow: &Workflow) -> Vec<(std::sync::Arc<str>, u32)> {
        let offset = |name: &String| match self.variables.get(&key(name))?.home {
            Home::Frame(offset) => Some((name.as_str().into(), offset)),
            _ => None,
        };
        workflow.outputs.iter().filter_map(offset).collect()
    }
}

/// Names that an object model lets code assign.
fn is_host_variable(name: &str) -> bool {
    matches!(key(name).as_str(), "activecell" | "selection" | "err" | "me")
}

fn is_output(workflow: &Workflow, name: &str) -> bool {
    workflow.outputs.iter().any(|output| key(output) == key(name))
}

/// The expressions that steps write to.
fn targets<'s>(steps: &'s [Step], found: &mut Vec<&'s Expression>) {
    for step in steps {
        match &step.action {
            Action::Set { target, .. } | Action::ReplaceText { target, .. } => found.push(target),
            Action::For { variable, .. } | Action::ForEach { variable, .. } | Action::DeclareArray { variable, .. } => {
                found.push(variable)
            }
            Action::Call { into: Some(into), .. }
            | Action::Query { into: Some(into), .. }
            | Action::ApiCall { into: Some(into), .. }
            | Action::UserTask { into: Some(into), .. } => found.push(into),
            _ => {}
        }
        for inner in children(&step.action) {
            targets(inner, found);
        }
    }
}

/// Prologue, body and epilogue as one wasm function.
fn assemble(code: Code, frame: u32, parameters: u32, most_arguments: u32) -> Function {
    let spilled = (code.locals.len() as u32).min(MOST_SPILLED) * WORD;
    let frame = frame.max(NATIVE_FRAME + spilled).next_multiple_of(WORD);
    let locals: Vec<(u32, ValType)> = code.locals.iter().skip(1).map(|kind| (1, *kind)).collect();
    let mut function = Function::new(locals);
    prologue(&mut function, frame, parameters, most_arguments);
    function.instruction(&I::Block(BlockType::Empty));
    if code.blocks.len() == 1 {
        structured(&mut function, &code.blocks[0]);
    } else {
        dispatched(&mut function, &code.blocks);
    }
    function.instruction(&I::End);
    function.instruction(&I::LocalGet(STATUS));
    function.instruction(&I::End);
    function
}

fn prologue(function: &mut Function, frame: u32, parameters: u32, most_arguments: u32) {
    let mut op = |instruction: I<'static>| {
        function.instruction(&instruction);
    };
    for instruction in [I::LocalGet(FRAME), I::I32Const(frame as i32), I::I32Add, I::LocalTee(ARGUMENTS)] {
        op(instruction);
    }
    for instruction in [
        I::I32Const(most_arguments as i32 + WORD as i32),
        I::I32Add,
        I::GlobalGet(0),
        I::I32GtU,
        I::If(BlockType::Empty),
    ] {
        op(instruction);
    }
    for instruction in [I::I32Const(OUT_OF_STACK), I::Call(import("raise")), I::I32Const(1), I::Return, I::End] {
        op(instruction);
    }
    let slots = (frame - parameters.min(frame)) / WORD;
    if slots <= FEW_SLOTS {
        for slot in 0..slots {
            op(I::LocalGet(FRAME));
            op(I::I64Const(0));
            op(I::I64Store(at(parameters + slot * WORD)));
        }
    } else {
        for instruction in [
            I::LocalGet(FRAME),
            I::I32Const(parameters as i32),
            I::I32Add,
            I::I32Const(0),
            I::I32Const((slots * WORD) as i32),
            I::MemoryFill(0),
        ] {
            op(instruction);
        }
    }
}

fn structured(function: &mut Function, block: &[Emit]) {
    for emit in block {
        match emit {
            Emit::Op(instruction) => function.instruction(instruction),
            Emit::Leave(nest) => function.instruction(&I::Br(*nest)),
            Emit::Top(nest) => function.instruction(&I::Br(*nest)),
        };
    }
}

/// `loop { block.. block { br_table } code0 } code1 ...`: block k is followed by what it runs.
fn dispatched(function: &mut Function, blocks: &[Vec<Emit>]) {
    let count = blocks.len() as u32;
    function.instruction(&I::Loop(BlockType::Empty));
    for _ in 0..count {
        function.instruction(&I::Block(BlockType::Empty));
    }
    function.instruction(&I::LocalGet(NEXT));
    let table: Vec<u32> = (0..count).collect();
    function.instruction(&I::BrTable(table.into(), count.saturating_sub(1)));
    for (number, block) in blocks.iter().enumerate() {
        function.instruction(&I::End);
        // Blocks still open around this code, then the loop, then the way out.
        let open = count - number as u32 - 1;
        for emit in block {
            match emit {
                Emit::Op(instruction) => function.instruction(instruction),
                Emit::Top(nest) => function.instruction(&I::Br(nest + open)),
                Emit::Leave(nest) => function.instruction(&I::Br(nest + open + 1)),
            };
        }
        if !matches!(block.last(), Some(Emit::Top(_) | Emit::Leave(_))) {
            function.instruction(&I::Br(open + 1));
        }
    }
    function.instruction(&I::End);
}
