//! Which line of a module became what: the map a viewer shows beside the code, and the proof that nothing was lost.

use crate::dsl::branches;
use crate::facts::CodeFacts;
use crate::lang::vba::ast::{Module, Procedure, Span, Stmt, StmtKind};
use crate::lang::vba::parse;
use crate::model::{Action, Grade, Step, Workflow};

use super::vba::kind_of;

/// What one physical line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// Nothing in the conversion answers for it: a fault of the converter.
    #[default]
    Lost,
    Blank,
    /// Comments, `Attribute`, `Option`, directives and what they switch off, headers that are no code.
    Comment,
    Declaration,
    Step,
    Noop,
    Manual,
}

/// One line and the steps made from it, outermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineUse {
    pub kind: LineKind,
    pub steps: Vec<String>,
}

/// The lines of a module, in order, from line 1. `workflows` are those of the same conversion.
pub fn line_map(code: &CodeFacts, workflows: &[Workflow]) -> Vec<LineUse> {
    let parsed = parse(&code.name, &code.code, kind_of(&code.kind));
    let mut lines: Vec<LineUse> = code.code.lines().map(by_text).collect();
    describe(&mut lines, &parsed.module);
    // What the parser could not place is reported as a syntax error: a person must look at it.
    for notice in &parsed.notices {
        for line in lines_of(&mut lines, notice.line, notice.line).iter_mut().filter(|line| line.kind == LineKind::Lost)
        {
            line.kind = LineKind::Manual;
        }
    }
    for workflow in workflows.iter().filter(|one| one.module.as_deref() == Some(parsed.module.name.as_str())) {
        steps(&mut lines, &workflow.steps);
    }
    lines
}

fn by_text(line: &str) -> LineUse {
    let text = line.trim();
    let first = text.split_whitespace().next().unwrap_or("");
    let kind = if text.is_empty() {
        LineKind::Blank
    } else if ["Option", "Attribute", "Rem"].iter().any(|word| first.eq_ignore_ascii_case(word))
        || text.starts_with('\'')
    {
        LineKind::Comment
    } else {
        LineKind::Lost
    };
    LineUse { kind, steps: Vec::new() }
}

fn describe(lines: &mut [LineUse], module: &Module) {
    let comments = module
        .comments
        .iter()
        .map(|one| one.span)
        .chain(module.preamble.iter().copied())
        .chain(module.inactive.iter().copied());
    for span in comments {
        mark(lines, span, LineKind::Comment);
    }
    for attribute in &module.attributes {
        mark(lines, attribute.span, LineKind::Comment);
    }
    for declaration in &module.declarations {
        mark(lines, declaration.span, LineKind::Declaration);
    }
    for procedure in &module.procedures {
        describe_procedure(lines, procedure);
    }
    for stmt in &module.stray {
        mark(lines, stmt.span, LineKind::Manual);
    }
}

fn describe_procedure(lines: &mut [LineUse], procedure: &Procedure) {
    mark(lines, procedure.head, LineKind::Declaration);
    let last = Span { line: procedure.span.end_line, ..procedure.span };
    mark(lines, last, LineKind::Declaration);
    for attribute in &procedure.attributes {
        mark(lines, attribute.span, LineKind::Comment);
    }
    locals(lines, &procedure.body);
}

fn locals(lines: &mut [LineUse], block: &[Stmt]) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::Local { .. } | StmtKind::Const(_) => mark(lines, stmt.span, LineKind::Declaration),
            StmtKind::If { branches, else_body, .. } => {
                branches.iter().for_each(|branch| locals(lines, &branch.body));
                locals(lines, else_body.as_deref().unwrap_or_default());
            }
            StmtKind::Select { cases, else_body, .. } => {
                cases.iter().for_each(|case| locals(lines, &case.body));
                locals(lines, else_body.as_deref().unwrap_or_default());
            }
            StmtKind::For { body, .. }
            | StmtKind::ForEach { body, .. }
            | StmtKind::Do { body, .. }
            | StmtKind::With { body, .. } => locals(lines, body),
            _ => {}
        }
    }
}

/// A stronger kind replaces a weaker one: a line with a statement and a comment is the statement's.
fn mark(lines: &mut [LineUse], span: Span, kind: LineKind) {
    for line in lines_of(lines, span.line, span.end_line) {
        if line.kind != LineKind::Blank {
            line.kind = line.kind.max(kind);
        }
    }
}

fn lines_of(lines: &mut [LineUse], first: u32, last: u32) -> &mut [LineUse] {
    let first = usize::try_from(first.saturating_sub(1)).unwrap_or(usize::MAX).min(lines.len());
    let last = usize::try_from(last).unwrap_or(usize::MAX).clamp(first, lines.len());
    lines.get_mut(first..last).unwrap_or_default()
}

/// Inner steps after outer ones, so that a noop inside a loop shows as a noop.
fn steps(lines: &mut [LineUse], list: &[Step]) {
    for step in list {
        let kind = match (&step.action, step.grade) {
            (Action::Noop { .. }, _) => LineKind::Noop,
            (_, Some(Grade::Manual)) => LineKind::Manual,
            _ => LineKind::Step,
        };
        for source in &step.source {
            for line in lines_of(lines, source.start_line, source.end_line) {
                if matches!(line.kind, LineKind::Blank | LineKind::Comment | LineKind::Declaration) {
                    continue;
                }
                line.kind = kind;
                line.steps.push(step.id.clone());
            }
        }
        for branch in branches(&step.action) {
            steps(lines, branch);
        }
    }
}
