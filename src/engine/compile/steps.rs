//! Steps to code: plain ones here, compound ones in `control` and `outside`. Every step notes that it runs and counts it.

use std::sync::Arc;

use wasm_encoder::Instruction as I;

use crate::engine::value::Subtype;
use crate::lang::formula::Node;
use crate::model::{Action, Expression, Method, Step};

use super::body::{Body, Done, MAX_STEP_DEPTH};
use super::code::at32;
use super::meta::{Outside, StepMeta, Type, Use};
use super::tables::import;
use super::types;
use super::word::{self, WORD};

impl Body<'_> {
    pub(super) fn steps(&mut self, steps: &[Step]) -> Done<()> {
        self.step_depth += 1;
        if self.step_depth > MAX_STEP_DEPTH {
            return Err(self.too_deep());
        }
        for step in steps {
            self.one_step(step)?;
        }
        self.step_depth -= 1;
        Ok(())
    }

    fn one_step(&mut self, step: &Step) -> Done<()> {
        let number = self.tables.steps.len() as u32;
        self.step = number;
        self.pointer = format!("{}#{}", self.signature.name, step.id);
        let source = step.source.first();
        self.tables.steps.push(StepMeta {
            id: step.id.clone(),
            workflow: self.signature.name.clone(),
            module: Arc::from(source.map_or("", |span| span.module.as_str())),
            line: source.map_or(0, |span| span.start_line),
            end_line: source.map_or(0, |span| span.end_line),
            outside: None,
            arguments: 0,
        });
        match &step.action {
            Action::Label { name } => {
                self.place_label(name)?;
                self.count_step();
                Ok(())
            }
            Action::Sequence { steps } => {
                self.count_step();
                self.steps(steps)
            }
            action if self.is_compound(action) => self.compound(step),
            action => {
                let after = self.begin_statement();
                self.count_step();
                self.plain(step, action)?;
                if self.terminates && lets_go(action) {
                    self.terminate();
                }
                self.end_statement(after);
                Ok(())
            }
        }
    }

    fn is_compound(&self, action: &Action) -> bool {
        matches!(
            action,
            Action::If { .. }
                | Action::Switch { .. }
                | Action::ForEach { .. }
                | Action::For { .. }
                | Action::While { .. }
                | Action::TryCatch { .. }
                | Action::Approval { .. }
        )
    }

    /// Notes the running step and adds one to its counter.
    pub(super) fn count_step(&mut self) {
        self.mark_step();
        let counter = word::COUNTERS_AT + self.step * 4;
        self.code.ops(&[
            I::I32Const(0),
            I::I32Const(0),
            I::I32Load(at32(counter)),
            I::I32Const(1),
            I::I32Add,
            I::I32Store(at32(counter)),
        ]);
    }

    fn plain(&mut self, step: &Step, action: &Action) -> Done<()> {
        match action {
            Action::Set { target, value, reference } => {
                self.assign_text(target, value, if *reference { Use::Set } else { Use::Let })
            }
            Action::WriteRange { target, value }
            | Action::SetFormula { target, value }
            | Action::RenameSheet { target, value } => self.assign_text(target, value, Use::Let),
            Action::Format { target, value: Some(value) } => self.assign_text(target, value, Use::Let),
            Action::Format { target, value: None } => self.effect(target),
            Action::Call { workflow, arguments, into } => self.call_workflow(workflow, arguments, into.as_ref()),
            Action::Return { value } => self.return_value(value.as_ref()),
            Action::Break { of } => self.break_loop(of.as_deref()),
            Action::Continue {} => self.continue_loop(),
            Action::Stop {} => {
                self.code.op(I::Call(import("stop")));
                Ok(())
            }
            Action::Raise { number, description } => self.raise_error(number, description.as_ref()),
            Action::OnError { mode, label } => self.on_error(mode, label.as_deref()),
            Action::Resume { mode, label } => self.resume(mode, label.as_deref()),
            Action::Goto { label } => self.goto_label(label),
            Action::Gosub { label } => self.gosub(label),
            Action::GosubReturn {} => self.gosub_return(),
            Action::DeclareArray { variable, bounds, preserve, element } => {
                self.declare_array(variable, bounds, *preserve, element.as_deref())
            }
            Action::ClearArray { variable } => self.clear_array(variable),
            Action::ReplaceText { target, start, length, value } => {
                self.replace_text(target, [Some(start), length.as_ref(), Some(value)])
            }
            Action::Noop { .. } => Ok(()),
            Action::Manual { reason, .. } => self.manual(reason),
            _ => match method(action) {
                Some(method) => self.effect(&method.expression),
                None => self.outside_step(step, action),
            },
        }
    }

    /// Evaluates an expression for its effect.
    fn effect(&mut self, expression: &Expression) -> Done<()> {
        let node = self.parse(expression)?;
        if let Node::Call { name, args } = &node
            && self.read_into_variables(name, args)?
        {
            return Ok(());
        }
        self.expr(&node)?;
        self.code.op(I::Drop);
        Ok(())
    }

    /// `LINEINPUT(1, text)`, `INPUTFILE(1, a, b)`, `GETFILE(1, record, target)`: the host cannot write variables, so each
    /// target is assigned what the function answers for it. `false`: no such call.
    fn read_into_variables(&mut self, name: &str, args: &[Node]) -> Done<bool> {
        match (name.to_ascii_uppercase().as_str(), args) {
            ("LINEINPUT" | "INPUTFILE", [number, targets @ ..]) => {
                for target in targets {
                    let given = [number.clone(), Node::Integer(self.field_kind(target))];
                    let given = if name.eq_ignore_ascii_case("LINEINPUT") { &given[..1] } else { &given[..] };
                    let rep = self.global(name, Use::Get, given, None)?;
                    self.assign_value(target, rep, Use::Let)?;
                }
            }
            ("GETFILE" | "PUTFILE", [number, record, value]) => self.record_parts(name, number, record, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `VarType` of what `Input #` reads into: text, Variant, or a number.
    fn field_kind(&self, target: &Node) -> i64 {
        match self.place_type(target) {
            Some(Type::Plain(Subtype::Text | Subtype::FixedText(_))) => 8,
            Some(Type::Plain(Subtype::Variant)) | None => 12,
            Some(_) => 5,
        }
    }

    /// `Get` and `Put` of a record go field by field; the first says where, the last ends the record.
    fn record_parts(&mut self, name: &str, number: &Node, record: &Node, value: &Node) -> Done<()> {
        let mut parts = Vec::new();
        self.fields_of(value, 0, &mut parts);
        let last = parts.len().saturating_sub(1);
        for (place, (part, fixed)) in parts.iter().enumerate() {
            let word = match place {
                _ if last == 0 => "whole",
                0 => "first",
                place if place == last => "last",
                _ => "inner",
            };
            let mut given = vec![number.clone(), record.clone(), Node::Text(word.to_string()), part.clone()];
            if *fixed {
                given.push(Node::Integer(1));
            }
            let rep = self.global(name, Use::Get, &given, None)?;
            if name.eq_ignore_ascii_case("GETFILE") {
                self.assign_value(part, rep, Use::Let)?;
            } else {
                self.code.op(I::Drop);
            }
        }
        Ok(())
    }

    fn fields_of(&self, value: &Node, depth: usize, parts: &mut Vec<(Node, bool)>) {
        const DEEPEST: usize = 16;
        match self.place_type(value) {
            Some(Type::Record(record)) if depth < DEEPEST => {
                let scope = self.scope;
                for field in
                    scope.records.get(record as usize).map(|record| record.fields.as_slice()).unwrap_or_default()
                {
                    self.fields_of(&Node::member(value.clone(), field.name.to_string()), depth + 1, parts);
                }
            }
            Some(Type::Plain(Subtype::FixedText(_))) => parts.push((value.clone(), true)),
            _ => parts.push((value.clone(), false)),
        }
    }

    fn manual(&mut self, reason: &str) -> Done<()> {
        self.outside(Outside::Manual { reason: reason.to_string() }, 0);
        let step = self.step as i32;
        self.code.ops(&[I::I32Const(step), I::Call(import("manual"))]);
        Ok(())
    }

    /// Says what the current step asks of the outside.
    pub(super) fn outside(&mut self, outside: Outside, arguments: u32) {
        if let Some(meta) = self.tables.steps.last_mut() {
            meta.outside = Some(outside);
            meta.arguments = arguments;
        }
    }

    /// `Err.Raise number, , description`.
    fn raise_error(&mut self, number: &Expression, description: Option<&Expression>) -> Done<()> {
        let number = self.parse(number)?;
        let mut args = vec![number];
        if let Some(description) = description {
            let description = self.parse(description)?;
            args.extend([Node::Omitted, description]);
        }
        self.global("Err", Use::Get, &[], None)?;
        self.member_of_word("Raise", Use::Get, &args, None)?;
        self.code.op(I::Drop);
        Ok(())
    }

    fn call_workflow(&mut self, workflow: &str, arguments: &[Expression], into: Option<&Expression>) -> Done<()> {
        // Read as one call, so that `Name := value` is an argument as in any call.
        let texts: Vec<&str> = arguments.iter().map(|argument| argument.0.as_str()).collect();
        let call = self.parse(&Expression(format!("F({})", texts.join(", "))))?;
        let Node::Call { args, .. } = call else { return Err(self.too_deep()) };
        let rep = match self.scope.workflow(workflow) {
            Some(procedure) if self.may_reach(procedure) => self.call_procedure(procedure, &args, None)?,
            _ => {
                let name = Node::Name(workflow.to_string());
                match workflow.split_once('.') {
                    Some((object, member)) => {
                        let object = Node::Name(object.to_string());
                        self.member_get(&Node::Omitted, &object, member, &args)?
                    }
                    None => self.call(&name, workflow, &args)?,
                }
            }
        };
        match into {
            None => self.code.op(I::Drop),
            Some(into) => {
                self.code.boxed(rep);
                let target = self.parse(into)?;
                self.store_raw(&target)?;
            }
        }
        Ok(())
    }

    /// Methods of a class can be called without an object only from the class itself.
    fn may_reach(&self, procedure: usize) -> bool {
        let callee = &self.scope.signatures[procedure];
        !callee.method || (self.is_class() && callee.module == self.signature.module)
    }

    fn return_value(&mut self, value: Option<&Expression>) -> Done<()> {
        if let Some(value) = value {
            let node = self.parse(value)?;
            let rep = self.expr(&node)?;
            let target = Node::Name(self.signature.base_name.clone());
            let kind = self.signature.result.clone();
            if super::assign::is_object(&kind) || kind == types::VARIANT {
                self.code.boxed(rep);
            } else {
                self.convert(rep, &kind)?;
            }
            self.store_place(&target, &kind)?;
        }
        self.leave_procedure();
        Ok(())
    }

    pub(super) fn leave_procedure(&mut self) {
        self.clear_if_active();
        self.code.leave();
    }

    fn declare_array(
        &mut self,
        variable: &Expression,
        bounds: &[(Expression, Expression)],
        preserve: bool,
        element: Option<&str>,
    ) -> Done<()> {
        let target = self.parse(variable)?;
        let kind = self.place_type(&target);
        let declared = element.map(|name| types::named(name, self.scope, self.signature.module, self.signature.strict));
        let element = match (&kind, declared) {
            (Some(Type::Array(element)), _) => (**element).clone(),
            (_, Some(declared)) => declared,
            _ => types::VARIANT,
        };
        let area = self.bounds(bounds)?;
        let number = self.tables.types.number(element) as i32;
        if preserve {
            self.word_of(&target)?;
        } else {
            self.code.word(word::word(word::EMPTY, 0));
        }
        self.code.op(I::I32Const(number));
        self.argument_address(area);
        self.code.ops(&[I::I32Const(bounds.len() as i32), I::I32Const(i32::from(preserve)), I::Call(import("redim"))]);
        self.close_arguments(area);
        self.checked();
        self.store_array(&target, kind)
    }

    fn store_array(&mut self, target: &Node, kind: Option<Type>) -> Done<()> {
        match kind {
            Some(kind) if types::rep(&kind) == super::code::Rep::Any => self.store_place(target, &kind),
            _ => self.assign_value(target, super::code::Rep::Any, Use::Let),
        }
    }

    /// Lays out bounds as words in the argument area.
    pub(super) fn bounds(&mut self, bounds: &[(Expression, Expression)]) -> Done<u32> {
        let area = self.open_arguments(bounds.len() as u32 * 2 * WORD);
        for (place, (lower, upper)) in bounds.iter().enumerate() {
            for (side, expression) in [lower, upper].into_iter().enumerate() {
                let node = self.parse(expression)?;
                self.word_of(&node)?;
                self.store_argument(area + (place * 2 + side) as u32 * WORD);
            }
        }
        Ok(area)
    }

    fn clear_array(&mut self, variable: &Expression) -> Done<()> {
        let target = self.parse(variable)?;
        let kind = self.place_type(&target);
        self.word_of(&target)?;
        self.code.op(I::Call(import("erase")));
        self.checked();
        self.store_array(&target, kind)
    }
}

/// Whether a step may drop the last reference to an object.
fn lets_go(action: &Action) -> bool {
    matches!(
        action,
        Action::Set { .. }
            | Action::Call { .. }
            | Action::ClearArray { .. }
            | Action::DeclareArray { .. }
            | Action::Invoke(_)
    )
}

/// The steps that only call a member for its effect.
fn method(action: &Action) -> Option<&Method> {
    match action {
        Action::ClearRange(method)
        | Action::InsertRows(method)
        | Action::DeleteRows(method)
        | Action::CopyRange(method)
        | Action::SortRange(method)
        | Action::FilterRange(method)
        | Action::FindCell(method)
        | Action::AddSheet(method)
        | Action::DeleteSheet(method)
        | Action::Recalc(method)
        | Action::Invoke(method)
        | Action::SendEmail(method)
        | Action::ReadFile(method)
        | Action::WriteFile(method)
        | Action::RunProcess(method)
        | Action::Navigate(method) => Some(method),
        _ => None,
    }
}
