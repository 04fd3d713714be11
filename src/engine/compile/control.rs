//! Compound steps: branches and loops, as structured code or, where statements must be resumable, as basic blocks.

use wasm_encoder::{Instruction as I, ValType};

use crate::engine::value::Subtype;
use crate::lang::formula::Node;
use crate::model::{Action, Case, CaseTest, Expression, Step};

use super::EngineError;
use super::body::{Body, Done, Home, LoopFrame};
use super::code::{NEXT, Rep, at, at32};
use super::expr::Held;
use super::meta::{Outside, Type, Use};
use super::operate;
use super::tables::import;
use super::types;
use super::word;

impl Body<'_> {
    pub(super) fn compound(&mut self, step: &Step) -> Done<()> {
        match &step.action {
            Action::If { condition, then, otherwise } => self.branch_on(&Test::Condition(condition), then, otherwise),
            Action::Approval { prompt, then, otherwise } => self.branch_on(&Test::Approval(prompt), then, otherwise),
            Action::Switch { on, cases, otherwise } => self.switch(on, cases, otherwise),
            Action::ForEach { variable, items, steps } => self.for_each(variable, items, steps),
            Action::For { variable, from, to, by, steps } => self.for_range(variable, [from, to], by.as_ref(), steps),
            Action::While { condition, test, steps } => {
                self.while_loop(condition, test.as_deref() == Some("tail"), steps)
            }
            Action::TryCatch { steps, handler } => {
                self.count_step();
                self.try_catch(steps, handler)
            }
            _ => Ok(()),
        }
    }

    fn test(&mut self, test: &Test<'_>) -> Done<()> {
        match test {
            Test::Condition(condition) => {
                let node = self.parse(condition)?;
                self.condition(&node)
            }
            Test::Approval(prompt) => {
                self.outside(Outside::Approve, 1);
                self.hand_out(&[prompt], Some(super::capability::Capability::Dialogs))?;
                self.truth(Rep::Any);
                Ok(())
            }
        }
    }

    fn branch_on(&mut self, test: &Test<'_>, then: &[Step], otherwise: &[Step]) -> Done<()> {
        if self.flow.is_none() {
            self.count_step();
            self.test(test)?;
            self.code.open_if();
            self.steps(then)?;
            if !otherwise.is_empty() {
                self.code.op(I::Else);
                self.steps(otherwise)?;
            }
            self.code.op(I::End);
            return Ok(());
        }
        let (here, yes, no, after) = (self.code.block(), self.code.block(), self.code.block(), self.code.block());
        self.code.enter(here);
        // After an error in the condition VBA goes on with the first statement of the block.
        self.resume_at(here, yes);
        self.count_step();
        self.test(test)?;
        self.fork(yes, no);
        self.code.switch_to(yes);
        self.steps(then)?;
        self.code.go(after);
        self.code.switch_to(no);
        self.steps(otherwise)?;
        self.code.enter(after);
        Ok(())
    }

    /// Takes 1 or 0 from the stack and goes on at one of two blocks.
    fn fork(&mut self, yes: usize, no: usize) {
        let held = self.code.borrow(ValType::I32);
        self.code.op(I::LocalSet(held));
        self.code.ops(&[
            I::I32Const(yes as i32),
            I::I32Const(no as i32),
            I::LocalGet(held),
            I::Select,
            I::LocalSet(NEXT),
        ]);
        self.code.release(ValType::I32, held);
        self.code.top();
    }

    // ---- switch ----

    fn switch(&mut self, value: &Expression, cases: &[Case], otherwise: &[Step]) -> Done<()> {
        let node = self.parse(value)?;
        let after = self.flow.is_some().then(|| (self.code.block(), self.code.block()));
        if let Some((here, after)) = after {
            self.code.enter(here);
            self.resume_at(here, after);
        }
        self.count_step();
        let typing = self.typing(&node, operate::LEFT_VARIANT);
        let rep = self.expr(&node)?;
        let value = self.keep(rep, &node);
        match after {
            None => {
                let end = self.open_block();
                for case in cases {
                    self.structured_case(value, typing, case, end)?;
                }
                self.steps(otherwise)?;
                self.code.op(I::End);
            }
            Some((_, after)) => {
                for case in cases {
                    self.flow_case(value, typing, case, after)?;
                }
                self.steps(otherwise)?;
                self.code.enter(after);
            }
        }
        if let Home::Frame(slot) = value.place {
            self.free_slot(slot);
        }
        Ok(())
    }

    /// A value that lasts over whole steps: never in a borrowed local. An object gives its value once.
    fn keep(&mut self, rep: Rep, node: &Node) -> Held {
        if rep != Rep::Any {
            let local = self.code.local(rep.wasm());
            self.code.op(I::LocalSet(local));
            return Held { rep, place: Home::Local(local) };
        }
        if !matches!(node, Node::Text(_)) {
            self.coerce(&types::VARIANT, Use::Let);
        }
        let slot = self.fresh_slot();
        self.code.store_slot(slot);
        Held { rep, place: Home::Frame(slot) }
    }

    fn structured_case(&mut self, value: Held, typing: u32, case: &Case, end: u32) -> Done<()> {
        let next = self.open_block();
        let body = self.open_block();
        for test in &case.when {
            self.case_test(value, typing, test)?;
            self.code.branch_if(body);
        }
        self.code.branch(next);
        self.code.op(I::End);
        self.steps(&case.steps)?;
        self.code.branch(end);
        self.code.op(I::End);
        Ok(())
    }

    fn flow_case(&mut self, value: Held, typing: u32, case: &Case, after: usize) -> Done<()> {
        let (body, next) = (self.code.block(), self.code.block());
        for test in &case.when {
            let other = self.code.block();
            self.case_test(value, typing, test)?;
            self.fork(body, other);
            self.code.switch_to(other);
        }
        self.code.go(next);
        self.code.switch_to(body);
        self.steps(&case.steps)?;
        self.code.go(after);
        self.code.switch_to(next);
        Ok(())
    }

    fn case_test(&mut self, value: Held, typing: u32, test: &CaseTest) -> Done<()> {
        match test {
            CaseTest::Equals { equals } => self.compare_with(value, typing, operate::EQUAL, equals),
            CaseTest::Compared { is, value: bound } => {
                let code = match is.as_str() {
                    "<>" => operate::NOT_EQUAL,
                    "<" => operate::LESS,
                    "<=" => operate::LESS_OR_EQUAL,
                    ">" => operate::GREATER,
                    ">=" => operate::GREATER_OR_EQUAL,
                    _ => operate::EQUAL,
                };
                self.compare_with(value, typing, code, bound)
            }
            CaseTest::Between { from, to } => {
                self.compare_with(value, typing, operate::GREATER_OR_EQUAL, from)?;
                let lower = self.code.borrow(ValType::I32);
                self.code.op(I::LocalSet(lower));
                self.compare_with(value, typing, operate::LESS_OR_EQUAL, to)?;
                self.code.ops(&[I::LocalGet(lower), I::I32And]);
                self.code.release(ValType::I32, lower);
                Ok(())
            }
        }
    }

    fn compare_with(&mut self, value: Held, typing: u32, code: u32, bound: &Expression) -> Done<()> {
        let node = self.parse(bound)?;
        let rep = self.expr(&node)?;
        let other = self.hold(rep, false);
        let rep = self.operate_held(code, typing, value, other);
        self.let_go(other);
        self.truth(rep);
        Ok(())
    }

    // ---- loops ----

    fn while_loop(&mut self, condition: &Expression, tail: bool, steps: &[Step]) -> Done<()> {
        let node = self.parse(condition)?;
        let step = self.step;
        let pointer = self.pointer.clone();
        if self.flow.is_some() {
            return self.while_flow(&node, tail, steps, step);
        }
        let leave = self.open_block();
        let top = self.open_loop();
        if !tail {
            self.count_step();
            self.condition(&node)?;
            self.code.op(I::I32Eqz);
            self.code.branch_if(leave);
        }
        let again = self.open_block();
        self.push_loop("do", leave as usize, again as usize);
        self.steps(steps)?;
        self.loops.pop();
        self.code.op(I::End);
        self.safepoint();
        (self.step, self.pointer) = (step, pointer);
        if tail {
            self.count_step();
            self.mark_end();
            self.condition(&node)?;
            self.code.branch_if(top);
        } else {
            self.code.branch(top);
        }
        self.code.ops(&[I::End, I::End]);
        Ok(())
    }

    fn while_flow(&mut self, node: &Node, tail: bool, steps: &[Step], step: u32) -> Done<()> {
        let (test, body, leave) = (self.code.block(), self.code.block(), self.code.block());
        self.code.go(if tail { body } else { test });
        self.code.switch_to(test);
        self.resume_at(test, if tail { leave } else { body });
        self.safepoint();
        self.step = step;
        self.count_step();
        if tail {
            self.mark_end();
        }
        self.condition(node)?;
        self.fork(body, leave);
        self.code.switch_to(body);
        self.push_loop("do", leave, test);
        self.steps(steps)?;
        self.loops.pop();
        self.code.go(test);
        self.code.switch_to(leave);
        Ok(())
    }

    fn push_loop(&mut self, of: &'static str, leave: usize, again: usize) {
        let tries = self.flow.as_ref().map_or(0, |flow| flow.tries.len());
        self.loops.push(LoopFrame { of, leave, again, tries });
    }

    /// The body of a counted loop and the way back; `next` writes the step to the next item, `test` pushes 1 while there is one.
    fn counted(
        &mut self,
        leave: usize,
        steps: &[Step],
        test: &mut dyn FnMut(&mut Self) -> Done<()>,
        next: &mut dyn FnMut(&mut Self) -> Done<()>,
    ) -> Done<()> {
        let step = self.step;
        if self.flow.is_some() {
            let (head, body, again) = (self.code.block(), self.code.block(), self.code.block());
            self.code.enter(head);
            self.resume_at(head, leave);
            test(self)?;
            self.fork(body, leave);
            self.code.switch_to(body);
            self.push_loop("for", leave, again);
            self.steps(steps)?;
            self.loops.pop();
            self.code.enter(again);
            self.resume_at(again, leave);
            self.step = step;
            self.mark_end();
            next(self)?;
            self.safepoint();
            self.code.go(head);
            self.code.switch_to(leave);
            return Ok(());
        }
        let leave = self.open_block();
        let top = self.open_loop();
        test(self)?;
        self.code.op(I::I32Eqz);
        self.code.branch_if(leave);
        let again = self.open_block();
        self.push_loop("for", leave as usize, again as usize);
        self.steps(steps)?;
        self.loops.pop();
        self.code.op(I::End);
        self.step = step;
        self.mark_end();
        next(self)?;
        self.safepoint();
        self.code.branch(top);
        self.code.ops(&[I::End, I::End]);
        Ok(())
    }

    /// Begins a loop's own statement: an error in its limits goes on after it.
    fn begin_loop(&mut self) -> usize {
        let mut leave = 0;
        if self.flow.is_some() {
            let here = self.code.block();
            leave = self.code.block();
            self.code.enter(here);
            self.resume_at(here, leave);
        }
        self.count_step();
        leave
    }

    fn for_each(&mut self, variable: &Expression, items: &Expression, steps: &[Step]) -> Done<()> {
        let target = self.parse(variable)?;
        let items = self.parse(items)?;
        let items = self.enumerated(items);
        let leave = self.begin_loop();
        self.word_of(&items)?;
        self.code.op(I::Call(import("iterate")));
        self.checked();
        let list = self.fresh_slot();
        self.code.store_slot(list);
        self.code.op(I::I32Const(0));
        let index = self.keep_i32();
        let mut test = |body: &mut Self| {
            body.code.op(I::LocalGet(index));
            body.code.load_slot(list);
            body.code.ops(&[I::I32WrapI64, I::I32Load(at32(word::ARRAY_COUNT_AT)), I::I32LtU]);
            body.code.open_if();
            body.code.load_slot(list);
            body.code.ops(&[
                I::I32WrapI64,
                I::LocalGet(index),
                I::I32Const(3),
                I::I32Shl,
                I::I32Add,
                I::I64Load(at(word::VECTOR_AT)),
            ]);
            body.store_raw(&target)?;
            body.code.op(I::End);
            body.code.op(I::LocalGet(index));
            body.code.load_slot(list);
            body.code.ops(&[I::I32WrapI64, I::I32Load(at32(word::ARRAY_COUNT_AT)), I::I32LtU]);
            Ok(())
        };
        let mut next = |body: &mut Self| {
            body.code.ops(&[I::LocalGet(index), I::I32Const(1), I::I32Add, I::LocalSet(index)]);
            Ok(())
        };
        self.counted(leave, steps, &mut test, &mut next)?;
        if self.terminates {
            self.code.word(0);
            self.code.store_slot(list);
        }
        Ok(())
    }

    /// What a class of the program gives to `For Each`.
    fn enumerated(&self, items: Node) -> Node {
        let class = match self.place_type(&items) {
            Some(Type::Class(class)) => self.scope.classes.get(class as usize),
            _ => None,
        };
        match class.and_then(|class| class.enumerator.clone()) {
            Some(member) => Node::member(items, member.to_string()),
            None => items,
        }
    }

    fn for_range(
        &mut self,
        variable: &Expression,
        limits: [&Expression; 2],
        by: Option<&Expression>,
        steps: &[Step],
    ) -> Done<()> {
        let target = self.parse(variable)?;
        let (from, to) = (self.parse(limits[0])?, self.parse(limits[1])?);
        let by = match by {
            Some(by) => self.parse(by)?,
            None => Node::Integer(1),
        };
        let kind = self.place_type(&target).unwrap_or(types::VARIANT);
        let leave = self.begin_loop();
        // All three are computed before the variable changes: they may name it.
        let start = self.loop_number(&from, &kind)?;
        let limit = self.loop_number(&to, &kind)?;
        let stride = self.loop_number(&by, &kind)?;
        self.held(start);
        self.store_counter(&target, &kind, start.rep)?;
        let descending = constant_sign(&by);
        let mut test = |body: &mut Self| body.within(&target, limit, stride, descending);
        let mut next = |body: &mut Self| {
            let rep = body.expr(&target)?;
            let held = body.hold(rep, false);
            let rep = body.operate_held(operate::ADD, operate::LEFT_VARIANT, held, stride);
            body.let_go(held);
            body.store_counter(&target, &kind, rep)
        };
        self.counted(leave, steps, &mut test, &mut next)
    }

    fn store_counter(&mut self, target: &Node, kind: &Type, rep: Rep) -> Done<()> {
        if self.place_type(target).is_some() {
            self.convert(rep, kind)?;
            return self.store_place(target, kind);
        }
        self.assign_value(target, rep, Use::Let)
    }

    /// A limit as the counter's type, kept for the whole loop.
    fn loop_number(&mut self, node: &Node, kind: &Type) -> Done<Held> {
        let rep = self.expr(node)?;
        let rep = match kind {
            Type::Plain(Subtype::Integer | Subtype::Long | Subtype::Double) => self.convert(rep, kind)?,
            _ => rep,
        };
        Ok(self.keep(rep, node))
    }

    /// Pushes 1 while the counter is within its limit.
    fn within(&mut self, target: &Node, limit: Held, stride: Held, sign: Option<Direction>) -> Done<()> {
        let rep = self.expr(target)?;
        let counter = self.hold(rep, false);
        match sign {
            Some(direction) => self.within_known(counter, limit, direction),
            None => {
                let answer = self.code.borrow(ValType::I32);
                self.code.op(I::I32Const(0));
                let zero = self.hold(Rep::I16, false);
                let zero = Held { rep: Rep::I16, ..zero };
                let rep = self.operate_held(operate::GREATER_OR_EQUAL, operate::LEFT_VARIANT, stride, zero);
                self.truth(rep);
                self.let_go(zero);
                self.code.open_if();
                self.within_known(counter, limit, Direction::Up);
                self.code.ops(&[I::LocalSet(answer), I::Else]);
                self.within_known(counter, limit, Direction::Down);
                self.code.ops(&[I::LocalSet(answer), I::End, I::LocalGet(answer)]);
                self.code.release(ValType::I32, answer);
            }
        }
        self.let_go(counter);
        Ok(())
    }

    fn within_known(&mut self, counter: Held, limit: Held, direction: Direction) {
        let code = if direction == Direction::Up { operate::LESS_OR_EQUAL } else { operate::GREATER_OR_EQUAL };
        let rep = self.operate_held(code, operate::LEFT_VARIANT | operate::RIGHT_VARIANT, counter, limit);
        self.truth(rep);
    }

    // ---- leaving loops ----

    pub(super) fn break_loop(&mut self, of: Option<&str>) -> Done<()> {
        let found = self.loops.iter().rev().find(|frame| of.is_none_or(|of| of == frame.of)).cloned();
        self.leave_loop(found, |frame| frame.leave)
    }

    pub(super) fn continue_loop(&mut self) -> Done<()> {
        let found = self.loops.last().cloned();
        self.leave_loop(found, |frame| frame.again)
    }

    fn leave_loop(&mut self, frame: Option<LoopFrame>, target: fn(&LoopFrame) -> usize) -> Done<()> {
        let Some(frame) = frame else {
            return Err(EngineError::Unsupported {
                pointer: self.pointer.clone(),
                what: "a break or continue outside a loop",
            });
        };
        if self.flow.is_some() {
            self.leave_tries(frame.tries);
            self.code.go(target(&frame));
        } else {
            self.code.branch(target(&frame) as u32);
        }
        Ok(())
    }
}

enum Test<'s> {
    Condition(&'s Expression),
    Approval(&'s Expression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// Which way a literal stride counts.
fn constant_sign(node: &Node) -> Option<Direction> {
    use crate::lang::formula::UnaryOp;
    match node {
        Node::Integer(_) | Node::Number(_) => Some(Direction::Up),
        Node::Unary { op: UnaryOp::Minus, operand } => match operand.as_ref() {
            Node::Integer(value) if *value > 0 => Some(Direction::Down),
            Node::Number(value) if *value > 0.0 => Some(Direction::Down),
            _ => None,
        },
        Node::Paren(inner) => constant_sign(inner),
        _ => None,
    }
}
