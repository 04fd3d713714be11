//! One procedure under conversion: its names, what its statements have used, and the steps made so far.

use std::collections::{BTreeSet, HashMap};

use crate::convert::Coverage;
use crate::facts::{Notice, Problem};
use crate::lang::formula::{MAX_TEXT, Node, print};
use crate::lang::vba::Span;
use crate::lang::vba::ast::{self, Constant, Expr, ExprKind, ModuleKind, Stmt, StmtKind};
use crate::model::{Action, Coercion, Expression, Grade, SourceSpan, Step, Unmapped, Variable, Workflow};

use super::class::Class;
use super::declare::Types;
use super::expr::Constants;
use super::grade::Procedure;
use super::stmt;
use super::symbols::{Project, Symbol, workflow_name};
use super::trigger;
use super::words::{GLOBALS, SHEET_MEMBERS, WORKBOOK_MEMBERS, is_library_constant, one_of};

/// Why a statement cannot be converted; the text goes to its `manual` step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal(pub String);

pub(super) type Made<T> = Result<T, Refusal>;

/// What is known of the statement being converted.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark {
    pub weak: Option<Grade>,
    pub notes: Vec<String>,
    pub network: bool,
    pub external: bool,
}

impl Mark {
    pub fn grade(&self) -> Grade {
        self.weak.unwrap_or(Grade::Exact)
    }
}

/// What `.member` means inside a `With`.
#[derive(Debug, Clone)]
pub(super) struct WithObject {
    pub node: Node,
    pub class: Class,
}

pub(super) struct Body<'a> {
    pub project: &'a Project<'a>,
    pub place: usize,
    pub module: &'a ast::Module,
    pub source: &'a ast::Procedure,
    code: &'a str,
    locals: HashMap<String, Class>,
    constant_values: Constants<'a>,
    pub variables: Vec<Variable>,
    pub withs: Vec<WithObject>,
    pub mark: Mark,
    pub callees: BTreeSet<String>,
    pub capabilities: BTreeSet<&'static str>,
    pub coverage: Coverage,
    pub unmapped: Vec<Unmapped>,
    pub notices: Vec<Notice>,
}

/// Converts every procedure of a module.
pub(super) fn procedures<'a>(project: &'a Project<'a>, place: usize, code: &'a str) -> Vec<Procedure> {
    let Some(module) = project.modules.get(place).copied() else {
        return Vec::new();
    };
    module.procedures.iter().map(|source| procedure(project, place, source, code, module)).collect()
}

fn procedure<'a>(
    project: &'a Project<'a>,
    place: usize,
    source: &'a ast::Procedure,
    code: &'a str,
    module: &'a ast::Module,
) -> Procedure {
    let mut body = Body {
        project,
        place,
        module,
        source,
        code,
        locals: HashMap::new(),
        constant_values: Constants::new(),
        variables: Vec::new(),
        withs: Vec::new(),
        mark: Mark::default(),
        callees: BTreeSet::new(),
        capabilities: BTreeSet::new(),
        coverage: Coverage { declarations: stmt::declaration_count(&source.body), ..Coverage::default() },
        unmapped: Vec::new(),
        notices: Vec::new(),
    };
    let constants = body.declare();
    let mut steps = body.constants(&constants);
    steps.extend(body.block(&source.body));
    crate::dsl::assign_step_ids(&mut steps);
    body.finish(steps)
}

impl<'a> Body<'a> {
    fn finish(self, steps: Vec<Step>) -> Procedure {
        let (inputs, returns) = (self.types().parameters(self.source), self.types().returns(self.source));
        let workflow = Workflow {
            name: workflow_name(&self.module.name, self.source),
            trigger: trigger::of(self.project, self.place, self.source),
            module: Some(self.module.name.clone()),
            procedure: Some(form(self.source.kind)),
            private: self.source.visibility == ast::Visibility::Private,
            coercion: Coercion::Vba,
            inputs,
            returns,
            variables: self.variables,
            steps,
            unmapped: self.unmapped,
            ..Workflow::default()
        };
        Procedure {
            module: self.place,
            workflow,
            grade: Grade::Exact,
            coverage: self.coverage,
            callees: self.callees,
            capabilities: self.capabilities.into_iter().map(str::to_string).collect(),
            notices: self.notices,
        }
    }

    // --- names ---

    /// Declares parameters and locals, wherever they stand: VBA's locals exist for the whole procedure.
    fn declare(&mut self) -> Vec<&'a Constant> {
        for param in &self.source.params {
            let class = match (param.is_array || param.param_array, &param.declared_type) {
                (true, None) => Class::Unknown,
                (_, declared) => self.project.class_of_type(declared.as_ref(), param.name.suffix),
            };
            self.locals.insert(param.name.text.to_lowercase(), class);
        }
        let mut constants = Vec::new();
        find_constants(&self.source.body, &mut constants);
        self.constant_values = constants.iter().map(|one| (one.name.text.to_lowercase(), &one.value)).collect();
        self.declare_locals(&self.source.body);
        self.declare_used(&self.source.body);
        self.guess_classes(&self.source.body);
        constants
    }

    fn declare_locals(&mut self, block: &'a [Stmt]) {
        for stmt in block {
            match &stmt.kind {
                StmtKind::Local { is_static, variables } => {
                    for one in variables {
                        let class = self.project.class_of_type(one.declared_type.as_ref(), one.name.suffix);
                        let keeps_value = *is_static || self.source.is_static;
                        let variable = self.types().variable(one);
                        self.add_local(Variable { keeps_value, ..variable }, class);
                        self.created(one);
                    }
                }
                StmtKind::Const(list) => {
                    for one in list {
                        let kind = match (&one.declared_type, one.name.suffix) {
                            (None, None) => "Variant".to_string(),
                            (declared, _) => self.types().name(declared.as_ref(), &one.name),
                        };
                        self.add_local(
                            Variable { name: one.name.text.clone(), kind, ..Variable::default() },
                            Class::Scalar,
                        );
                    }
                }
                _ => {}
            }
            for inner in stmt::blocks(&stmt.kind) {
                self.declare_locals(inner);
            }
        }
    }

    pub fn types(&self) -> Types<'_> {
        Types::new(self.project, self.place, &self.constant_values)
    }

    fn add_local(&mut self, variable: Variable, class: Class) {
        let key = variable.name.to_lowercase();
        if self.locals.contains_key(&key) {
            return;
        }
        self.locals.insert(key, class);
        self.variables.push(variable);
    }

    /// Without `Option Explicit` the first use of a name declares it.
    fn declare_used(&mut self, block: &'a [Stmt]) {
        for stmt in block {
            for name in self.assigned_names(&stmt.kind) {
                // `[A1] = 5` is `Evaluate` in Excel, no variable.
                let evaluated = name.bracketed && self.project.context.host == crate::convert::Host::Excel;
                if !evaluated && self.is_undeclared(&name.text) {
                    let declared = redimensioned_type(&stmt.kind, name);
                    let kind = self.types().name(declared, name);
                    let dynamic_array = matches!(stmt.kind, StmtKind::ReDim { .. });
                    let variable = Variable { name: name.text.clone(), kind, dynamic_array, ..Variable::default() };
                    self.add_local(variable, Class::Unknown);
                }
            }
            for inner in stmt::blocks(&stmt.kind) {
                self.declare_used(inner);
            }
        }
    }

    /// Plain names that a statement gives a value, by assignment or by reference.
    fn assigned_names(&self, kind: &'a StmtKind) -> Vec<&'a ast::Ident> {
        let targets: Vec<&Expr> = match kind {
            StmtKind::Assign { target, .. } | StmtKind::LineInput { target, .. } | StmtKind::Get { target, .. } => {
                vec![target]
            }
            StmtKind::Mid { target, .. } => vec![target],
            StmtKind::For { counter, .. } => vec![counter],
            StmtKind::ForEach { item, .. } => vec![item],
            StmtKind::Input { targets, .. } => targets.iter().collect(),
            // `ReDim` declares an array even under `Option Explicit` (MS-VBAL 5.4.3.3).
            StmtKind::ReDim { items, .. } => return items.iter().filter_map(|item| plain_name(&item.target)).collect(),
            StmtKind::Call { callee, args, .. } if self.calls_own(callee) => {
                args.iter().filter_map(|arg| arg.value.as_ref()).collect()
            }
            _ => Vec::new(),
        };
        if self.module.options.explicit {
            return Vec::new();
        }
        targets.into_iter().filter_map(plain_name).collect()
    }

    fn calls_own(&self, callee: &Expr) -> bool {
        plain_name(callee).is_some_and(|name| matches!(self.symbol(&name.text), Symbol::Procedure(..)))
    }

    fn is_undeclared(&self, name: &str) -> bool {
        !self.is_local(name)
            && matches!(self.symbol(name), Symbol::Unknown)
            && !one_of(name, GLOBALS)
            && !is_library_constant(name)
            && self.project.sheet_name(name).is_none()
            && !self.is_host_member(name)
    }

    /// Whether a bare name may be a member or control of the document or form this module belongs to.
    fn is_host_member(&self, name: &str) -> bool {
        let own = |prefix: &str| {
            let events = self.module.procedures.iter().filter_map(|one| one.name.text.rsplit_once('_'));
            events.into_iter().any(|(control, _)| control.eq_ignore_ascii_case(prefix))
        };
        match self.module.kind {
            ModuleKind::Document => one_of(name, SHEET_MEMBERS) || one_of(name, WORKBOOK_MEMBERS) || own(name),
            ModuleKind::Form => self.module.options.explicit || own(name),
            ModuleKind::Standard | ModuleKind::Class => false,
        }
    }

    /// Late-bound variables take the class of what the procedure sets them to.
    fn guess_classes(&mut self, block: &'a [Stmt]) {
        for stmt in block {
            let found = match &stmt.kind {
                StmtKind::Assign { kind: ast::AssignKind::Set, target, value } => {
                    plain_name(target).map(|name| (name, self.class_of(value)))
                }
                StmtKind::ForEach { item, group, .. } => {
                    plain_name(item).map(|name| (name, super::class::of_item(self.class_of(group))))
                }
                _ => None,
            };
            if let Some((name, class)) = found
                && let Some(known) = self.locals.get_mut(&name.text.to_lowercase())
                && *known == Class::Unknown
            {
                *known = class;
            }
            for inner in stmt::blocks(&stmt.kind) {
                self.guess_classes(inner);
            }
        }
    }

    pub fn is_local(&self, name: &str) -> bool {
        self.locals.contains_key(&name.to_lowercase())
    }

    pub fn local_class(&self, name: &str) -> Option<Class> {
        self.locals.get(&name.to_lowercase()).copied()
    }

    /// What a name means beyond the procedure's own names.
    pub fn symbol(&self, name: &str) -> Symbol<'a> {
        self.project.find(self.place, name)
    }

    /// A new variable for an object or value VBA holds without a name.
    pub fn temporary(&mut self, prefix: &str, kind: &str, class: Class) -> Node {
        let taken = |name: &str| self.is_local(name) || !matches!(self.symbol(name), Symbol::Unknown);
        let mut number = 1usize;
        while taken(&format!("{prefix}{number}")) {
            number = number.saturating_add(1);
        }
        let name = format!("{prefix}{number}");
        self.add_local(Variable { name: name.clone(), kind: kind.to_string(), ..Variable::default() }, class);
        Node::Name(name)
    }

    // --- the statement at hand ---

    pub fn weaken(&mut self, grade: Grade, note: impl Into<String>) {
        self.mark.weak = self.mark.weak.max(Some(grade));
        self.note(note);
    }

    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.mark.notes.contains(&note) {
            self.mark.notes.push(note);
        }
    }

    /// Something a reader should look at although nothing is lost.
    pub fn remark(&mut self, span: Span, message: &str) {
        self.note(message);
        self.notices.push(Notice {
            place: format!("{}:{}", self.module.name, span.line),
            problem: Problem::Remark,
            message: message.to_string(),
        });
    }

    /// The text of an expression; one too long to be read back is refused.
    pub fn written(&self, node: &Node) -> Made<Expression> {
        let text = print(node);
        if text.len() > MAX_TEXT {
            return Err(Refusal("the expression is longer than the expression language allows".to_string()));
        }
        Ok(Expression(text))
    }

    pub fn text_of(&self, span: Span) -> &'a str {
        span.text(self.code)
    }

    pub fn span(&self, span: Span) -> SourceSpan {
        SourceSpan {
            module: self.module.name.clone(),
            procedure: self.source.name.text.clone(),
            start_line: span.line,
            start_column: span.col,
            end_line: span.end_line,
            end_column: span.end_col,
        }
    }

    /// A finished step with what was noted while its parts were made.
    pub fn step(&self, span: Span, action: Action, mark: Mark) -> Step {
        Step {
            action,
            grade: Some(mark.grade()),
            note: (!mark.notes.is_empty()).then(|| mark.notes.join("; ")),
            source: vec![self.span(span)],
            network: mark.network.then_some(true),
            external: mark.external.then_some(true),
            ..Step::default()
        }
    }

    /// Local constants become variables set at the start: they have no other value at any time.
    fn constants(&mut self, constants: &[&'a Constant]) -> Vec<Step> {
        let mut steps = Vec::new();
        for constant in constants {
            self.mark = Mark::default();
            let value = self.value(&constant.value).and_then(|node| self.written(&node));
            let target = print(&Node::Name(constant.name.text.clone()));
            let action = match value {
                Ok(value) => Action::Set { target: Expression(target), value, reference: false },
                Err(Refusal(reason)) => Action::Manual { reason, text: self.text_of(constant.span).to_string() },
            };
            let mark = std::mem::take(&mut self.mark);
            steps.push(self.step(constant.span, action, mark));
        }
        steps
    }
}

fn find_constants<'a>(block: &'a [Stmt], found: &mut Vec<&'a Constant>) {
    for stmt in block {
        if let StmtKind::Const(list) = &stmt.kind {
            found.extend(list);
        }
        for inner in stmt::blocks(&stmt.kind) {
            find_constants(inner, found);
        }
    }
}

/// The type that `ReDim name(...) As Type` gives an array it declares.
fn redimensioned_type<'s>(kind: &'s StmtKind, name: &ast::Ident) -> Option<&'s ast::TypeRef> {
    let StmtKind::ReDim { items, .. } = kind else { return None };
    let found = items.iter().find(|item| plain_name(&item.target).is_some_and(|target| target.is(&name.text)));
    found.and_then(|item| item.declared_type.as_ref())
}

/// The name, if an expression is nothing but one.
pub(super) fn plain_name(expr: &Expr) -> Option<&ast::Ident> {
    match &expr.kind {
        ExprKind::Name(name) if !expr.kind.is_me() => Some(name),
        _ => None,
    }
}

fn form(kind: ast::ProcedureKind) -> crate::model::ProcedureKind {
    use crate::model::ProcedureKind as Form;
    match kind {
        ast::ProcedureKind::Sub => Form::Sub,
        ast::ProcedureKind::Function => Form::Function,
        ast::ProcedureKind::PropertyGet => Form::PropertyGet,
        ast::ProcedureKind::PropertyLet => Form::PropertyLet,
        ast::ProcedureKind::PropertySet => Form::PropertySet,
    }
}
