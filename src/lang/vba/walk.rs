//! Ways over the tree: the blocks of a statement, the expressions it holds itself, the parts of an expression.
//! Depth is bounded by the parser, so callers may recurse.

use super::ast::{Arg, CaseTest, Expr, ExprKind, PrintItem, PrintTo, Stmt, StmtKind};

/// The blocks inside a statement, in the order of the text.
pub fn blocks(kind: &StmtKind) -> Vec<&[Stmt]> {
    match kind {
        StmtKind::If { branches, else_body, .. } => {
            branches.iter().map(|branch| branch.body.as_slice()).chain(else_body.as_deref()).collect()
        }
        StmtKind::Select { cases, else_body, .. } => {
            cases.iter().map(|case| case.body.as_slice()).chain(else_body.as_deref()).collect()
        }
        StmtKind::For { body, .. }
        | StmtKind::ForEach { body, .. }
        | StmtKind::Do { body, .. }
        | StmtKind::With { body, .. } => vec![body.as_slice()],
        _ => Vec::new(),
    }
}

/// Every statement of a block, those of inner blocks after the one that holds them.
pub fn statements<'a>(block: &'a [Stmt], visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in block {
        visit(stmt);
        for inner in blocks(&stmt.kind) {
            statements(inner, visit);
        }
    }
}

fn values(args: &[Arg]) -> impl Iterator<Item = &Expr> {
    args.iter().filter_map(|arg| arg.value.as_ref())
}

fn printed(items: &[PrintItem]) -> impl Iterator<Item = &Expr> {
    items.iter().filter_map(|item| match item {
        PrintItem::Value(value) | PrintItem::Spaces(value) | PrintItem::Tab(Some(value)) => Some(value),
        _ => None,
    })
}

/// The expressions that belong to a statement itself, not to the statements in its blocks. The callee of a call statement is
/// not among them, its arguments are.
pub fn expressions(kind: &StmtKind) -> Vec<&Expr> {
    match kind {
        StmtKind::Assign { target, value, .. } => vec![target, value],
        StmtKind::Call { args, .. } | StmtKind::RaiseEvent { args, .. } => values(args).collect(),
        StmtKind::Const(list) => list.iter().map(|one| &one.value).collect(),
        StmtKind::ReDim { items, .. } => {
            let bounds = items.iter().flat_map(|item| &item.bounds);
            bounds.flat_map(|bound| bound.lower.iter().chain([&bound.upper])).collect()
        }
        StmtKind::Erase(targets) | StmtKind::Close(targets) => targets.iter().collect(),
        StmtKind::If { branches, .. } => branches.iter().map(|branch| &branch.condition).collect(),
        StmtKind::Select { subject, cases, .. } => {
            let tests = cases.iter().flat_map(|case| &case.tests);
            let tested = tests.flat_map(|test| match test {
                CaseTest::Value(value) | CaseTest::Is(_, value) => vec![value],
                CaseTest::Range(from, to) => vec![from, to],
            });
            std::iter::once(subject).chain(tested).collect()
        }
        StmtKind::For { counter, from, to, step, .. } => [counter, from, to].into_iter().chain(step).collect(),
        StmtKind::ForEach { item, group, .. } => vec![item, group],
        StmtKind::Do { test, .. } => test.iter().map(|test| &test.condition).collect(),
        StmtKind::With { object, .. } => vec![object],
        StmtKind::OnJump { selector, .. } => vec![selector],
        StmtKind::Error(number) => vec![number],
        StmtKind::Mid { target, start, length, value, .. } => {
            [target, start].into_iter().chain(length).chain([value]).collect()
        }
        StmtKind::Print { to, items } => {
            let place = match to {
                PrintTo::File(place) | PrintTo::Object(place) => Some(place),
                PrintTo::Debug => None,
            };
            place.into_iter().chain(printed(items)).collect()
        }
        StmtKind::Write { number, items } => std::iter::once(number).chain(printed(items)).collect(),
        StmtKind::Open { path, number, record_length, .. } => [path, number].into_iter().chain(record_length).collect(),
        StmtKind::Input { number, targets } => std::iter::once(number).chain(targets).collect(),
        StmtKind::LineInput { number, target } => vec![number, target],
        StmtKind::Get { number, record, target: value } | StmtKind::Put { number, record, value } => {
            std::iter::once(number).chain(record).chain([value]).collect()
        }
        StmtKind::Seek { number, position: other } | StmtKind::Width { number, width: other } => vec![number, other],
        StmtKind::Rename { from, to } => vec![from, to],
        _ => Vec::new(),
    }
}

/// The parts of an expression, one level down.
pub fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Member { object, .. } | ExprKind::Bang { object, .. } => vec![object],
        ExprKind::Call { callee, args } => std::iter::once(callee.as_ref()).chain(values(args)).collect(),
        ExprKind::Paren(inner) | ExprKind::FileNumber(inner) => vec![inner],
        ExprKind::Unary { operand, .. } | ExprKind::TypeOf { operand, .. } => vec![operand],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        _ => Vec::new(),
    }
}
