//! Procedures with error handlers or jumps: basic blocks under one dispatcher, so that any statement can be resumed.

use std::collections::HashMap;

use wasm_encoder::{Instruction as I, ValType};

use crate::model::{Action, Step};

use super::EngineError;
use super::body::{Body, Done};
use super::code::{Code, NEXT, STATUS};
use super::scope::key;
use super::tables::import;

/// Handler modes, kept in a local.
const OFF: i32 = 0;
const GOTO: i32 = 1;
const RESUME_NEXT: i32 = 2;
const TRY: i32 = 3;
/// Depth of GoSub.
const GOSUB_DEPTH: u32 = 64;
const RESUME_WITHOUT_ERROR: i32 = 20;
const RETURN_WITHOUT_GOSUB: i32 = 3;
const OUT_OF_STACK: i32 = 28;

/// The state of the machine, in locals, and the blocks that labels name.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub fault: usize,
    mode: u32,
    handler: u32,
    active: u32,
    retry: u32,
    next: u32,
    failed_retry: u32,
    failed_next: u32,
    gosub: u32,
    gosub_slots: u32,
    labels: HashMap<String, usize>,
    /// Locals that hold the outer mode and handler of each open try.
    pub tries: Vec<(u32, u32)>,
}

/// Whether steps need the machine.
pub(super) fn needs_flow(steps: &[Step]) -> bool {
    steps.iter().any(|step| match &step.action {
        Action::OnError { .. }
        | Action::Resume { .. }
        | Action::Label { .. }
        | Action::Goto { .. }
        | Action::Gosub { .. }
        | Action::GosubReturn {}
        | Action::TryCatch { .. } => true,
        action => children(action).into_iter().any(needs_flow),
    })
}

/// The step lists inside a step.
pub(super) fn children(action: &Action) -> Vec<&[Step]> {
    match action {
        Action::Sequence { steps }
        | Action::ForEach { steps, .. }
        | Action::For { steps, .. }
        | Action::While { steps, .. } => vec![steps],
        Action::If { then, otherwise, .. } | Action::Approval { then, otherwise, .. } => vec![then, otherwise],
        Action::Switch { cases, otherwise, .. } => {
            cases.iter().map(|case| case.steps.as_slice()).chain([otherwise.as_slice()]).collect()
        }
        Action::TryCatch { steps, handler } => vec![steps, handler],
        _ => Vec::new(),
    }
}

fn labels_of(steps: &[Step], code: &mut Code, labels: &mut HashMap<String, usize>) {
    for step in steps {
        if let Action::Label { name } = &step.action {
            let block = code.block();
            labels.entry(key(name)).or_insert(block);
        }
        for inner in children(&step.action) {
            labels_of(inner, code, labels);
        }
    }
}

impl Body<'_> {
    /// Sets the machine up; the current block is the procedure's first.
    pub(super) fn start_flow(&mut self, steps: &[Step]) {
        let fault = self.code.block();
        let mut labels = HashMap::new();
        labels_of(steps, &mut self.code, &mut labels);
        let mut local = || self.code.local(ValType::I32);
        let (mode, handler, active, retry, next, failed_retry, failed_next, gosub) =
            (local(), local(), local(), local(), local(), local(), local(), local());
        let gosub_slots = self.frame;
        self.frame += GOSUB_DEPTH * super::word::WORD;
        let tries = Vec::new();
        self.flow = Some(Flow {
            fault,
            mode,
            handler,
            active,
            retry,
            next,
            failed_retry,
            failed_next,
            gosub,
            gosub_slots,
            labels,
            tries,
        });
    }

    /// The block where a fault is decided, and the end of the procedure.
    pub(super) fn finish_flow(&mut self) {
        let Some(flow) = self.flow.clone() else { return };
        self.code.leave();
        self.code.switch_to(flow.fault);
        // An error while one is handled, or without a handler, is the caller's.
        self.code.ops(&[I::LocalGet(flow.mode), I::I32Eqz, I::LocalGet(flow.active), I::I32Or]);
        self.code.open_if();
        self.code.ops(&[I::I32Const(1), I::LocalSet(STATUS)]);
        self.code.leave();
        self.code.op(I::End);
        self.code.ops(&[I::LocalGet(flow.mode), I::I32Const(RESUME_NEXT), I::I32Eq]);
        self.code.open_if();
        self.code.ops(&[I::LocalGet(flow.next), I::LocalSet(NEXT)]);
        self.code.top();
        self.code.op(I::End);
        self.code.ops(&[I::LocalGet(flow.mode), I::I32Const(GOTO), I::I32Eq]);
        self.code.open_if();
        self.code.ops(&[I::I32Const(1), I::LocalSet(flow.active)]);
        self.code.ops(&[
            I::LocalGet(flow.retry),
            I::LocalSet(flow.failed_retry),
            I::LocalGet(flow.next),
            I::LocalSet(flow.failed_next),
        ]);
        self.code.op(I::End);
        self.code.ops(&[I::LocalGet(flow.handler), I::LocalSet(NEXT)]);
        self.code.top();
    }

    /// Begins a statement that can be resumed; answers the block after it.
    pub(super) fn begin_statement(&mut self) -> Option<usize> {
        let (retry, next) = self.flow.as_ref().map(|flow| (flow.retry, flow.next))?;
        let here = self.code.block();
        let after = self.code.block();
        self.code.enter(here);
        self.code.ops(&[I::I32Const(here as i32), I::LocalSet(retry), I::I32Const(after as i32), I::LocalSet(next)]);
        Some(after)
    }

    /// A statement inside a structured step ended: what follows belongs to the outer statement again.
    pub(super) fn end_statement(&mut self, after: Option<usize>) {
        if let Some(after) = after {
            self.code.enter(after);
        }
    }

    /// Says again which statement runs: the test of a loop, reached from its body.
    pub(super) fn resume_at(&mut self, here: usize, after: usize) {
        if let Some(flow) = &self.flow {
            let (retry, next) = (flow.retry, flow.next);
            self.code.ops(&[
                I::I32Const(here as i32),
                I::LocalSet(retry),
                I::I32Const(after as i32),
                I::LocalSet(next),
            ]);
        }
    }

    fn label(&self, name: &str) -> Done<usize> {
        let found = self.flow.as_ref().and_then(|flow| flow.labels.get(&key(name)).copied());
        found.ok_or_else(|| EngineError::UnknownLabel { pointer: self.pointer.clone(), label: name.to_string() })
    }

    fn machine(&self) -> Done<Flow> {
        self.flow.clone().ok_or_else(|| self.too_deep())
    }

    pub(super) fn on_error(&mut self, mode: &str, label: Option<&str>) -> Done<()> {
        let flow = self.machine()?;
        let set = match (mode, label) {
            ("goto", Some(label)) => {
                let target = self.label(label)? as i32;
                self.code.ops(&[I::I32Const(target), I::LocalSet(flow.handler)]);
                GOTO
            }
            ("resumeNext", _) => RESUME_NEXT,
            ("clear", _) => {
                self.code.ops(&[I::I32Const(0), I::LocalSet(flow.active), I::Call(import("clear"))]);
                return Ok(());
            }
            _ => OFF,
        };
        self.code.ops(&[I::I32Const(set), I::LocalSet(flow.mode), I::Call(import("clear"))]);
        Ok(())
    }

    pub(super) fn resume(&mut self, mode: &str, label: Option<&str>) -> Done<()> {
        let flow = self.machine()?;
        self.code.ops(&[I::LocalGet(flow.active), I::I32Eqz]);
        self.raise_if(RESUME_WITHOUT_ERROR);
        self.code.ops(&[I::I32Const(0), I::LocalSet(flow.active), I::Call(import("clear"))]);
        match (mode, label) {
            ("label", Some(label)) => {
                let target = self.label(label)?;
                self.code.ops(&[I::I32Const(target as i32), I::LocalSet(NEXT)]);
            }
            ("next", _) => self.code.ops(&[I::LocalGet(flow.failed_next), I::LocalSet(NEXT)]),
            _ => self.code.ops(&[I::LocalGet(flow.failed_retry), I::LocalSet(NEXT)]),
        }
        self.jump_away();
        Ok(())
    }

    /// To the block in `NEXT`; what is written after it is not reached from here.
    fn jump_away(&mut self) {
        self.code.top();
        let dead = self.code.block();
        self.code.switch_to(dead);
    }

    pub(super) fn place_label(&mut self, name: &str) -> Done<()> {
        let block = self.label(name)?;
        self.code.enter(block);
        if let Ok(number) = name.parse::<i32>() {
            self.code.ops(&[I::I32Const(0), I::I32Const(number), I::I32Store(super::code::at32(super::word::ERL_AT))]);
        }
        Ok(())
    }

    pub(super) fn goto_label(&mut self, name: &str) -> Done<()> {
        let block = self.label(name)?;
        self.safepoint();
        self.code.ops(&[I::I32Const(block as i32), I::LocalSet(NEXT)]);
        self.jump_away();
        Ok(())
    }

    pub(super) fn gosub(&mut self, name: &str) -> Done<()> {
        let flow = self.machine()?;
        let target = self.label(name)?;
        let after = self.code.block();
        self.code.ops(&[I::LocalGet(flow.gosub), I::I32Const(GOSUB_DEPTH as i32), I::I32GeU]);
        self.raise_if(OUT_OF_STACK);
        self.gosub_slot(&flow);
        self.code.ops(&[I::I32Const(after as i32), I::I32Store(super::code::at32(0))]);
        self.code.ops(&[I::LocalGet(flow.gosub), I::I32Const(1), I::I32Add, I::LocalSet(flow.gosub)]);
        self.code.go(target);
        self.code.switch_to(after);
        Ok(())
    }

    fn gosub_slot(&mut self, flow: &Flow) {
        self.code.frame_address(flow.gosub_slots);
        self.code.ops(&[I::LocalGet(flow.gosub), I::I32Const(3), I::I32Shl, I::I32Add]);
    }

    pub(super) fn gosub_return(&mut self) -> Done<()> {
        let flow = self.machine()?;
        self.code.ops(&[I::LocalGet(flow.gosub), I::I32Eqz]);
        self.raise_if(RETURN_WITHOUT_GOSUB);
        self.code.ops(&[I::LocalGet(flow.gosub), I::I32Const(1), I::I32Sub, I::LocalSet(flow.gosub)]);
        self.gosub_slot(&flow);
        self.code.ops(&[I::I32Load(super::code::at32(0)), I::LocalSet(NEXT)]);
        self.jump_away();
        Ok(())
    }

    /// `tryCatch`: an error in `steps` goes on in `handler`, outside the try.
    pub(super) fn try_catch(&mut self, steps: &[Step], handler: &[Step]) -> Done<()> {
        let flow = self.machine()?;
        let (mode, target) = (self.code.local(ValType::I32), self.code.local(ValType::I32));
        self.code.ops(&[I::LocalGet(flow.mode), I::LocalSet(mode), I::LocalGet(flow.handler), I::LocalSet(target)]);
        let (caught, after) = (self.code.block(), self.code.block());
        self.code.ops(&[
            I::I32Const(TRY),
            I::LocalSet(flow.mode),
            I::I32Const(caught as i32),
            I::LocalSet(flow.handler),
        ]);
        if let Some(flow) = &mut self.flow {
            flow.tries.push((mode, target));
        }
        self.steps(steps)?;
        if let Some(flow) = &mut self.flow {
            flow.tries.pop();
        }
        self.restore_try(mode, target);
        self.code.go(after);
        self.code.switch_to(caught);
        self.restore_try(mode, target);
        self.steps(handler)?;
        self.code.op(I::Call(import("clear")));
        self.code.enter(after);
        Ok(())
    }

    fn restore_try(&mut self, mode: u32, target: u32) {
        if let Some(flow) = &self.flow {
            let (to_mode, to_handler) = (flow.mode, flow.handler);
            self.code.ops(&[I::LocalGet(mode), I::LocalSet(to_mode), I::LocalGet(target), I::LocalSet(to_handler)]);
        }
    }

    /// Leaves the tries opened since there were so many.
    pub(super) fn leave_tries(&mut self, outer: usize) {
        let left = self.flow.as_ref().and_then(|flow| flow.tries.get(outer).copied());
        if let Some((mode, target)) = left {
            self.restore_try(mode, target);
        }
    }

    /// Leaving a procedure from its error handler clears Err (Microsoft, "Err object").
    pub(super) fn clear_if_active(&mut self) {
        let Some(active) = self.flow.as_ref().map(|flow| flow.active) else { return };
        self.code.op(I::LocalGet(active));
        self.code.open_if();
        self.code.op(I::Call(import("clear")));
        self.code.op(I::End);
    }
}
