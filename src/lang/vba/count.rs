//! Counts the statements of a module as `ast::Counts` defines them.

use super::ast::{Counts, DeclarationKind, Module, Stmt, StmtKind};

pub(super) fn counts(module: &Module) -> Counts {
    let mut counts = Counts { declarations: module.declarations.len() + module.procedures.len(), ..Counts::default() };
    let unread = |kind: &DeclarationKind| matches!(kind, DeclarationKind::Unparsed { .. });
    counts.unparsed = module.declarations.iter().filter(|declaration| unread(&declaration.kind)).count();
    add(&module.stray, &mut counts);
    for procedure in &module.procedures {
        add(&procedure.body, &mut counts);
    }
    counts
}

fn add(body: &[Stmt], counts: &mut Counts) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Empty => {}
            StmtKind::Local { .. } | StmtKind::Const(_) => counts.declarations += 1,
            _ => counts.executable += 1,
        }
        counts.unparsed += usize::from(matches!(stmt.kind, StmtKind::Unparsed { .. }));
        for block in blocks(&stmt.kind) {
            add(block, counts);
        }
    }
}

/// The blocks inside a statement.
fn blocks(kind: &StmtKind) -> Vec<&[Stmt]> {
    match kind {
        StmtKind::If { branches, else_body, .. } => {
            branches.iter().map(|b| b.body.as_slice()).chain(else_body.as_deref()).collect()
        }
        StmtKind::Select { cases, else_body, .. } => {
            cases.iter().map(|c| c.body.as_slice()).chain(else_body.as_deref()).collect()
        }
        StmtKind::For { body, .. }
        | StmtKind::ForEach { body, .. }
        | StmtKind::Do { body, .. }
        | StmtKind::With { body, .. } => vec![body.as_slice()],
        _ => Vec::new(),
    }
}
