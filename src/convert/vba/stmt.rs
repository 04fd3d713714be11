//! Statements to steps: dispatch, labels, leaves. Each statement is counted exactly once, by the grade of its own step.

use crate::lang::vba::Span;
use crate::lang::vba::ast::{self, Expr, OnError, PrintItem, PrintTo, ReDimItem, Resume, Stmt, StmtKind};
use crate::model::{Action, Expression, Grade, Method, Step, Unmapped};

use super::procedure::{Body, Made, Mark, Refusal};

pub(super) use crate::lang::vba::walk::blocks;

fn count(block: &[Stmt], counts: fn(&StmtKind) -> bool) -> usize {
    let one = |stmt: &Stmt| {
        let below: usize = blocks(&stmt.kind).into_iter().map(|inner| count(inner, counts)).sum();
        below.saturating_add(usize::from(counts(&stmt.kind)))
    };
    block.iter().map(one).sum()
}

/// Executable statements, those of inner blocks included (`ast::Counts`).
pub(super) fn executable_count(block: &[Stmt]) -> usize {
    count(block, |kind| !matches!(kind, StmtKind::Empty | StmtKind::Local { .. } | StmtKind::Const(_)))
}

/// Declaring statements inside procedures.
pub(super) fn declaration_count(block: &[Stmt]) -> usize {
    count(block, |kind| matches!(kind, StmtKind::Local { .. } | StmtKind::Const(_)))
}

impl<'a> Body<'a> {
    pub fn block(&mut self, block: &'a [Stmt]) -> Vec<Step> {
        let mut steps = Vec::new();
        for stmt in block {
            self.statement(stmt, &mut steps);
        }
        steps
    }

    fn statement(&mut self, stmt: &'a Stmt, out: &mut Vec<Step>) {
        if let Some(label) = &stmt.label {
            out.push(self.step(label.span, Action::Label { name: label.text.clone() }, Mark::default()));
        }
        self.mark = Mark::default();
        if self.module.kind == ast::ModuleKind::Class && self.source.name.is("Class_Terminate") {
            self.weaken(Grade::Approximate, "runs after the statement that lets go of the object, not within it");
        }
        let made = match &stmt.kind {
            StmtKind::Empty | StmtKind::Local { .. } | StmtKind::Const(_) => return,
            StmtKind::If { branches, else_body, .. } => self.if_statement(stmt.span, branches, else_body.as_deref()),
            StmtKind::Select { subject, cases, else_body } => {
                self.select(stmt.span, subject, cases, else_body.as_deref())
            }
            StmtKind::For { .. } => self.for_statement(stmt),
            StmtKind::ForEach { item, group, body } => self.for_each(stmt.span, item, group, body),
            StmtKind::Do { test, body, .. } => self.do_loop(stmt.span, test.as_ref(), body),
            StmtKind::With { object, body } => self.with(stmt.span, object, body),
            StmtKind::ReDim { preserve, items } => self.redim(stmt.span, *preserve, items),
            StmtKind::Erase(targets) => self.erase(stmt.span, targets),
            leaf => self.leaf(leaf).map(|action| self.counted(stmt.span, action)),
        };
        match made {
            Ok(mut steps) => out.append(&mut steps),
            Err(Refusal(reason)) => out.push(self.manual(stmt, reason)),
        }
    }

    /// A statement, with everything inside it, that a person must convert.
    fn manual(&mut self, stmt: &'a Stmt, reason: String) -> Step {
        let all = executable_count(std::slice::from_ref(stmt));
        self.coverage.statements = self.coverage.statements.saturating_add(all);
        self.coverage.manual = self.coverage.manual.saturating_add(all);
        let text = self.text_of(stmt.span).to_string();
        self.unmapped.push(Unmapped { reason: reason.clone(), text: text.clone(), source: self.span(stmt.span) });
        let mark = Mark { weak: Some(Grade::Manual), ..std::mem::take(&mut self.mark) };
        self.step(stmt.span, Action::Manual { reason, text }, mark)
    }

    /// Counts the statement at hand.
    pub fn count(&mut self, action: &Action, grade: Grade) {
        let coverage = &mut self.coverage;
        coverage.statements = coverage.statements.saturating_add(1);
        let kind = match (action, grade) {
            (Action::Noop { .. }, _) => &mut coverage.noop,
            (_, Grade::Exact) => &mut coverage.exact,
            (_, Grade::Approximate) => &mut coverage.approximate,
            (_, Grade::Manual) => &mut coverage.manual,
        };
        *kind = kind.saturating_add(1);
    }

    /// The one step of the statement at hand.
    pub fn counted(&mut self, span: Span, action: Action) -> Vec<Step> {
        let mark = std::mem::take(&mut self.mark);
        self.counted_with(span, action, mark)
    }

    /// As `counted`, for a block whose head was read before its body.
    pub fn counted_with(&mut self, span: Span, action: Action, mark: Mark) -> Vec<Step> {
        self.count(&action, mark.grade());
        if mark.grade() == Grade::Manual {
            let (reason, text) = (mark.notes.join("; "), self.head_text(span));
            self.unmapped.push(Unmapped { reason, text, source: self.span(span) });
        }
        vec![self.step(span, action, mark)]
    }

    fn head_text(&self, span: Span) -> String {
        self.text_of(span).lines().next().unwrap_or_default().trim_end().to_string()
    }

    fn leaf(&mut self, kind: &'a StmtKind) -> Made<Action> {
        match kind {
            StmtKind::Assign { kind, target, value } => self.assign(*kind, target, value),
            StmtKind::Call { callee, args, .. } => self.call(callee, args),
            StmtKind::Exit(exit) => Ok(exit_action(*exit)),
            StmtKind::GoTo(label) => self.jump(label).map(|label| Action::Goto { label }),
            StmtKind::GoSub(label) => self.jump(label).map(|label| Action::Gosub { label }),
            StmtKind::Return => Ok(Action::GosubReturn {}),
            StmtKind::OnError(mode) => self.on_error(mode),
            StmtKind::OnJump { selector, gosub, labels } => self.on_jump(selector, *gosub, labels),
            StmtKind::Resume(mode) => self.resume(mode),
            StmtKind::RaiseEvent { name, args } => self.raise_event(name, args),
            StmtKind::Error(number) => {
                let number = self.value(number)?;
                Ok(Action::Raise { number: self.written(&number)?, description: None })
            }
            StmtKind::Stop => Ok(Action::Noop { reason: "pauses in the editor's debugger".to_string() }),
            StmtKind::End => Ok(Action::Stop {}),
            StmtKind::Mid { bytes: true, .. } => Err(Refusal("MidB replaces bytes of a text".to_string())),
            StmtKind::Mid { target, start, length, value, .. } => self.mid(target, start, length.as_ref(), value),
            StmtKind::Print { to, items } => self.print(to, items),
            StmtKind::Draw { .. } => {
                Err(Refusal("draws on a report or form; a layout has to be designed for it".to_string()))
            }
            StmtKind::Unparsed { .. } => Err(Refusal("the statement could not be read".to_string())),
            other => self.file_statement(other),
        }
    }

    fn jump(&mut self, label: &ast::Label) -> Made<String> {
        if !defines(&self.source.body, &label.text) {
            return Err(Refusal(format!("the label {} is not in the procedure", label.text)));
        }
        Ok(label.text.clone())
    }

    fn on_error(&mut self, mode: &OnError) -> Made<Action> {
        let action = |mode: &str, label: Option<String>| Action::OnError { mode: mode.to_string(), label };
        Ok(match mode {
            OnError::GoTo(label) => action("goto", Some(self.jump(label)?)),
            OnError::Disable => action("off", None),
            OnError::Clear => action("clear", None),
            OnError::ResumeNext => {
                self.weaken(Grade::Approximate, "errors are passed over from here on");
                action("resumeNext", None)
            }
        })
    }

    fn resume(&mut self, mode: &Resume) -> Made<Action> {
        self.weaken(Grade::Approximate, "goes back into the code that failed");
        let action = |mode: &str, label: Option<String>| Action::Resume { mode: mode.to_string(), label };
        Ok(match mode {
            Resume::Same => action("retry", None),
            Resume::Next => action("next", None),
            Resume::Label(label) => action("label", Some(self.jump(label)?)),
        })
    }

    fn raise_event(&mut self, name: &ast::Ident, args: &[ast::Arg]) -> Made<Action> {
        if self.module.kind == ast::ModuleKind::Class {
            let name = crate::lang::formula::Node::Text(name.text.clone());
            let args = std::iter::once(Ok(name)).chain(args.iter().map(|arg| self.one_argument(arg)));
            let args = args.collect::<Made<Vec<_>>>()?;
            return self.method(&crate::lang::formula::Node::call("RAISEEVENT", args), Action::Invoke);
        }
        self.weaken(Grade::Approximate, "who listens to the event is decided when the workflow is deployed");
        let args = self.arguments(args)?;
        let payload = crate::lang::formula::Node::call("Array", args);
        Ok(Action::Emit { topic: format!("{}.{}", self.module.name, name.text), payload: self.written(&payload)? })
    }

    fn mid(&mut self, target: &Expr, start: &Expr, length: Option<&Expr>, value: &Expr) -> Made<Action> {
        Ok(Action::ReplaceText {
            target: self.target_text(target)?,
            start: self.value_text(start)?,
            length: length.map(|length| self.value_text(length)).transpose()?,
            value: self.value_text(value)?,
        })
    }

    pub fn value_text(&mut self, expr: &Expr) -> Made<Expression> {
        let node = self.value(expr)?;
        self.written(&node)
    }

    pub fn target_text(&mut self, expr: &Expr) -> Made<Expression> {
        let node = self.value(expr)?;
        self.written(&node)
    }

    fn print(&mut self, to: &PrintTo, items: &[PrintItem]) -> Made<Action> {
        match to {
            PrintTo::Debug => {
                let nodes = self.print_list(items)?;
                let values = nodes.iter().map(|node| self.written(node)).collect::<Made<Vec<_>>>()?;
                Ok(Action::Log { values })
            }
            PrintTo::File(number) => {
                let mut args = vec![self.value(number)?];
                args.extend(self.print_list(items)?);
                self.file_step("PRINTFILE", args, Action::WriteFile)
            }
            PrintTo::Object(_) => {
                Err(Refusal("prints on a report or form; a layout has to be designed for it".to_string()))
            }
        }
    }

    fn redim(&mut self, span: Span, preserve: bool, items: &'a [ReDimItem]) -> Made<Vec<Step>> {
        let mut actions = Vec::new();
        for item in items {
            let variable = self.target_text(&item.target)?;
            let mut bounds = Vec::new();
            for bound in &item.bounds {
                let lower = match &bound.lower {
                    Some(lower) => self.value_text(lower)?,
                    None => Expression::from(self.types().base()),
                };
                bounds.push((lower, self.value_text(&bound.upper)?));
            }
            let element = item.declared_type.as_ref().map(|declared| self.types().written(declared));
            actions.push(Action::DeclareArray { variable, bounds, preserve, element });
        }
        Ok(self.together(span, actions))
    }

    fn erase(&mut self, span: Span, targets: &'a [Expr]) -> Made<Vec<Step>> {
        let mut actions = Vec::new();
        for target in targets {
            actions.push(Action::ClearArray { variable: self.target_text(target)? });
        }
        Ok(self.together(span, actions))
    }

    /// Several steps of one statement, counted once.
    fn together(&mut self, span: Span, actions: Vec<Action>) -> Vec<Step> {
        let mark = std::mem::take(&mut self.mark);
        if let Some(first) = actions.first() {
            self.count(first, mark.grade());
        }
        actions.into_iter().map(|action| self.step(span, action, mark.clone())).collect()
    }

    /// A call kept as it is.
    pub fn method(&mut self, node: &crate::lang::formula::Node, kind: fn(Method) -> Action) -> Made<Action> {
        Ok(kind(Method { expression: self.written(node)? }))
    }
}

fn exit_action(exit: ast::ExitKind) -> Action {
    match exit {
        ast::ExitKind::Sub | ast::ExitKind::Function | ast::ExitKind::Property => Action::Return { value: None },
        ast::ExitKind::For => Action::Break { of: Some("for".to_string()) },
        ast::ExitKind::Do => Action::Break { of: Some("do".to_string()) },
    }
}

fn defines(block: &[Stmt], label: &str) -> bool {
    block.iter().any(|stmt| {
        stmt.label.as_ref().is_some_and(|one| one.text.eq_ignore_ascii_case(label))
            || blocks(&stmt.kind).into_iter().any(|inner| defines(inner, label))
    })
}
