//! Macros of Access as the VBA that Access' own converter would make of them, so that they are converted, graded, run and
//! shown as all other code. One module per macro object; its procedure has the macro's name, submacros have their own.
//! An action without a meaning outside of an open form ends as a statement that the conversion refuses, with its reason.

mod action;
mod block;
mod expression;

use std::collections::HashSet;

use crate::facts::{CodeFacts, ObjectFacts};
use crate::lang::macros::{Branch, Macro, Statement, parse};
use crate::model::{Action, Step, Workflow};

use super::Conversion;

/// Refusals are written as a call of a macro that is not there; the conversion's own words for that are taken off again.
const REFUSED: &str = "Application.Run of a macro outside this project: ";
/// Spaces of one level.
const INDENT: usize = 4;

/// The modules of macro objects. `code` are the modules beside them, whose names they do not take.
pub fn modules(objects: &[ObjectFacts], code: &[CodeFacts]) -> Vec<CodeFacts> {
    let mut taken: HashSet<String> = code.iter().map(|module| module.name.to_lowercase()).collect();
    let names: Vec<String> = objects.iter().map(|object| free_name(&module_name(&object.name), &mut taken)).collect();
    let known: Vec<Known> = objects.iter().zip(&names).map(|(object, name)| Known::new(object, name)).collect();
    let written = objects.iter().zip(&known).filter_map(|(object, own)| {
        let text = object.text.as_deref().filter(|text| !text.trim().is_empty())?;
        Some(CodeFacts {
            name: own.module.clone(),
            kind: String::from("module"),
            code: module(object, own, text, &known),
        })
    });
    written.collect()
}

/// Takes the words off refusals that only name the device they are written with.
pub(super) fn settle(conversion: &mut Conversion) {
    for workflow in &mut conversion.workflows {
        settle_workflow(workflow);
    }
    for procedure in conversion.report.iter_mut().flat_map(|module| &mut module.procedures) {
        procedure.unmapped.iter_mut().for_each(|unmapped| plain(&mut unmapped.reason));
    }
}

fn settle_workflow(workflow: &mut Workflow) {
    workflow.unmapped.iter_mut().for_each(|unmapped| plain(&mut unmapped.reason));
    settle_steps(&mut workflow.steps);
}

fn settle_steps(steps: &mut [Step]) {
    for step in steps {
        if let Action::Manual { reason, .. } = &mut step.action {
            plain(reason);
        }
        step.note.iter_mut().for_each(plain);
        crate::dsl::branches_mut(&mut step.action).into_iter().for_each(|branch| settle_steps(branch));
    }
}

fn plain(reason: &mut String) {
    if reason.contains(REFUSED) {
        *reason = reason.replace(REFUSED, "");
    }
}

/// What other macros may call: an object, its module, the procedures in it.
struct Known {
    object: String,
    module: String,
    submacros: Vec<String>,
}

impl Known {
    fn new(object: &ObjectFacts, module: &str) -> Known {
        let parsed = parse(object.text.as_deref().unwrap_or_default());
        let named = parsed.macros.iter().flat_map(|one| &one.statements).filter_map(|statement| match statement {
            Statement::SubMacro { name, .. } => Some(name.clone()),
            _ => None,
        });
        Known { object: object.name.clone(), module: module.to_string(), submacros: named.collect() }
    }
}

/// The procedure that `Macro` or `Macro.Submacro` means.
fn procedure_named(name: &str, known: &[Known]) -> Option<String> {
    let (object, submacro) = match name.split_once('.') {
        Some((object, submacro)) => (object, Some(submacro)),
        None => (name, None),
    };
    let found = known.iter().find(|one| one.object.eq_ignore_ascii_case(object.trim()))?;
    match submacro {
        None => Some(format!("{}.{}", found.module, identifier(&found.object))),
        Some(submacro) => {
            let own = found.submacros.iter().find(|one| one.eq_ignore_ascii_case(submacro.trim()))?;
            Some(format!("{}.{}", found.module, identifier(own)))
        }
    }
}

/// A name VBA takes: letters, digits and `_`, beginning with a letter.
fn identifier(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let starts = plain.chars().next().is_some_and(char::is_alphabetic);
    if starts { plain } else { format!("Macro_{plain}") }
}

/// A module may not have the name of its procedure: VBA could not tell `Tools.Clean` from a member of what `Tools` gives.
fn module_name(object: &str) -> String {
    format!("Macro_{}", identifier(object))
}

fn free_name(wanted: &str, taken: &mut HashSet<String>) -> String {
    let mut name = wanted.to_string();
    while !taken.insert(name.to_lowercase()) {
        name = format!("Macro_{name}");
    }
    name
}

/// Text under construction.
struct Writer<'k> {
    out: String,
    level: usize,
    known: &'k [Known],
    /// Recordsets of the blocks around, innermost last: the table's name or alias, and the variable.
    records: Vec<(String, String)>,
    recordsets: usize,
    /// Whether the record that a table's event is about stands behind names without a table.
    event: Option<String>,
    /// The procedure at hand, whose result a return value is.
    procedure: String,
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        self.out.extend(std::iter::repeat_n(' ', self.level.saturating_mul(INDENT)));
        self.out.push_str(text);
        self.out.push_str("\r\n");
    }

    /// A statement that ends a run, with the reason a person reads.
    fn refuse(&mut self, reason: &str) {
        let text = reason.replace('"', "'").replace(['\r', '\n'], " ");
        self.line(&format!("Application.Run \"{text}\""));
    }

    fn comment(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.line(&format!("' {}", line.trim()));
        }
    }

    fn statements(&mut self, list: &[Statement]) {
        for statement in list {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Comment(text) => self.comment(text),
            Statement::Group(list) => self.statements(list),
            Statement::If(branches) => self.choice(branches),
            Statement::Action { name, arguments } => action::write(self, name, arguments),
            Statement::Block { kind, data, statements } => block::write(self, kind, data, statements),
            // A submacro is a procedure of its own; one inside a block cannot be.
            Statement::SubMacro { name, .. } => self.refuse(&format!("the submacro {name} stands inside a block")),
            Statement::Unknown(name) => self.refuse(&format!("the element {name} is not known")),
        }
    }

    fn choice(&mut self, branches: &[Branch]) {
        let mut is_first = true;
        for branch in branches {
            match branch.condition.as_deref().map(|condition| expression::condition(condition, self)) {
                Some(Ok(condition)) => {
                    let word = if is_first { "If" } else { "ElseIf" };
                    self.line(&format!("{word} {condition} Then"));
                }
                // Which way to go is not known, so nothing after it is either.
                Some(Err(reason)) if is_first => return self.refuse(&reason),
                Some(Err(reason)) => {
                    self.line("Else");
                    self.inner(|writer| writer.refuse(&reason));
                    break;
                }
                None if is_first => {
                    self.statements(&branch.statements);
                    return;
                }
                None => self.line("Else"),
            }
            is_first = false;
            self.inner(|writer| writer.statements(&branch.statements));
        }
        if !is_first {
            self.line("End If");
        }
    }

    fn inner(&mut self, write: impl FnOnce(&mut Self)) {
        self.level += 1;
        write(self);
        self.level -= 1;
    }

    fn procedure(&mut self, name: &str, parameters: &[String], statements: &[Statement]) {
        self.line("");
        let head =
            parameters.iter().map(|name| format!("Optional {}", identifier(name))).collect::<Vec<_>>().join(", ");
        self.procedure = name.to_string();
        self.line(&format!("Public Function {name}({head})"));
        self.inner(|writer| writer.statements(statements));
        self.line("End Function");
    }
}

fn module(object: &ObjectFacts, own: &Known, text: &str, known: &[Known]) -> String {
    let parsed = parse(text);
    let mut writer = Writer {
        out: String::new(),
        level: 0,
        known,
        records: Vec::new(),
        recordsets: 0,
        event: None,
        procedure: String::new(),
    };
    writer.line(&format!("Attribute VB_Name = \"{}\"", own.module));
    writer.line("Option Compare Database");
    writer.comment(&format!("The macro {} as VBA", object.name));
    for notice in &parsed.notices {
        writer.comment(&format!("Not read whole: {notice}"));
    }
    for one in &parsed.macros {
        procedures(&mut writer, own, one);
    }
    if !parsed.notices.is_empty() && parsed.macros.is_empty() {
        let why = parsed.notices.join("; ");
        writer.procedure(&identifier(&own.object), &[], &[Statement::Unknown(why)]);
    }
    writer.out
}

fn procedures(writer: &mut Writer, own: &Known, one: &Macro) {
    let (submacros, plain): (Vec<Statement>, Vec<Statement>) =
        one.statements.iter().cloned().partition(|statement| matches!(statement, Statement::SubMacro { .. }));
    // The events of a table are macros of one object and are told apart by their names.
    let is_data =
        one.name.is_some() || (one.event.is_some() && one.event.as_deref().is_some_and(block::is_table_event));
    writer.event = one.event.clone().filter(|_| is_data && one.name.is_none());
    let name = match (&one.name, &one.event) {
        (Some(name), _) => identifier(name),
        (None, Some(event)) if is_data => identifier(event),
        _ => identifier(&own.object),
    };
    let only_named = plain.iter().all(|statement| matches!(statement, Statement::Comment(_))) && !submacros.is_empty();
    if !only_named {
        writer.procedure(&name, &one.parameters, &plain);
    } else if let Some(Statement::SubMacro { statements, .. }) = submacros.first() {
        // Running a macro object runs its first macro.
        let first: Vec<Statement> = statements.clone();
        writer.procedure(&name, &[], &first);
    }
    for submacro in &submacros {
        if let Statement::SubMacro { name: own_name, statements } = submacro
            && identifier(own_name) != name
        {
            writer.procedure(&identifier(own_name), &[], statements);
        }
    }
}
