//! What VBA's compiler refuses although each statement reads well: names declared twice or not at all, calls that do not fit
//! their procedure, jumps without a label. Only what is certain from the code at hand is reported: names of libraries are
//! not known here.

use std::collections::{HashMap, HashSet};

use crate::convert::SyntaxError;
use crate::lang::vba::Span;
use crate::lang::vba::ast::{
    Arg, DeclarationKind, ExitKind, Expr, ExprKind, Ident, Label, Module, ModuleKind, OnError, Param, Passing,
    Procedure, ProcedureKind, Resume, Stmt, StmtKind, TypeRef, TypeSuffix, Variable, Visibility,
};
use crate::lang::vba::walk;

use super::symbols::{Project, Symbol};
use super::words::{GLOBALS, is_library_constant, one_of};

/// Everything wrong with a module, in the order of its procedures.
pub(super) fn errors(project: &Project, place: usize) -> Vec<SyntaxError> {
    let Some(module) = project.modules.get(place).copied() else { return Vec::new() };
    let mut check = Check { project, place, module, found: Vec::new() };
    check.procedure_names();
    for procedure in &module.procedures {
        check.procedure(procedure);
    }
    check.found
}

struct Check<'a> {
    project: &'a Project<'a>,
    place: usize,
    module: &'a Module,
    found: Vec<SyntaxError>,
}

/// What is known of a name of a procedure.
#[derive(Debug, Clone, Copy, Default)]
struct Local<'a> {
    declared: Option<&'a TypeRef>,
    suffix: Option<TypeSuffix>,
    array: bool,
    fixed_array: bool,
    constant: bool,
    /// A plain variable whose type the text tells.
    typed: bool,
}

type Locals<'a> = HashMap<String, Local<'a>>;

impl<'a> Check<'a> {
    fn report(&mut self, span: Span, message: impl Into<String>) {
        self.found.push(SyntaxError {
            module: self.module.name.clone(),
            line: span.line,
            column: span.col,
            message: message.into(),
        });
    }

    /// Two procedures of one name; the forms of a property may share one.
    fn procedure_names(&mut self) {
        let mut seen: HashMap<String, Vec<ProcedureKind>> = HashMap::new();
        for procedure in &self.module.procedures {
            let kinds = seen.entry(procedure.name.text.to_lowercase()).or_default();
            let property = |kind: &ProcedureKind| !matches!(kind, ProcedureKind::Sub | ProcedureKind::Function);
            let clash =
                kinds.iter().any(|known| *known == procedure.kind || !property(known) || !property(&procedure.kind));
            kinds.push(procedure.kind);
            if clash {
                self.report(procedure.name.span, format!("Ambiguous name detected: {}", procedure.name.text));
            }
        }
    }

    fn procedure(&mut self, procedure: &'a Procedure) {
        let locals = self.locals(procedure);
        self.labels(procedure);
        self.exits(&procedure.body, procedure.kind, (false, false));
        let mut all: Vec<&'a Stmt> = Vec::new();
        walk::statements(&procedure.body, &mut |stmt| all.push(stmt));
        for stmt in all {
            self.statement(stmt, procedure, &locals);
            for expr in walk::expressions(&stmt.kind) {
                self.expression(expr, procedure, &locals);
            }
        }
    }

    // ---- names ----

    fn locals(&mut self, procedure: &'a Procedure) -> Locals<'a> {
        let mut locals = Locals::new();
        for param in &procedure.params {
            let array = param.is_array || param.param_array;
            let local = Local {
                declared: param.declared_type.as_ref(),
                suffix: param.name.suffix,
                array,
                typed: !array,
                ..Local::default()
            };
            self.declare(&mut locals, &param.name, local);
        }
        let mut all: Vec<&'a Stmt> = Vec::new();
        walk::statements(&procedure.body, &mut |stmt| all.push(stmt));
        for stmt in all {
            match &stmt.kind {
                StmtKind::Local { variables, .. } => {
                    for one in variables {
                        self.declare(&mut locals, &one.name, local_of(one));
                    }
                }
                StmtKind::Const(list) => {
                    for one in list {
                        self.declare(&mut locals, &one.name, Local { constant: true, ..Local::default() });
                    }
                }
                _ => {}
            }
        }
        locals
    }

    fn declare(&mut self, locals: &mut Locals<'a>, name: &Ident, local: Local<'a>) {
        if locals.insert(name.text.to_lowercase(), local).is_some() {
            self.report(name.span, format!("Duplicate declaration in current scope: {}", name.text));
        }
    }

    /// What a name stands for when it is a variable whose declaration is at hand.
    fn variable(&self, name: &str, locals: &Locals<'a>) -> Option<Local<'a>> {
        if let Some(local) = locals.get(&name.to_lowercase()) {
            return Some(*local);
        }
        match self.project.find(self.place, name) {
            Symbol::Variable(variable) => Some(local_of(variable)),
            Symbol::Constant | Symbol::EnumMember => Some(Local { constant: true, ..Local::default() }),
            _ => None,
        }
    }

    // ---- jumps ----

    fn labels(&mut self, procedure: &'a Procedure) {
        let mut defined = HashSet::new();
        let mut all: Vec<&'a Stmt> = Vec::new();
        walk::statements(&procedure.body, &mut |stmt| all.push(stmt));
        for label in all.iter().filter_map(|stmt| stmt.label.as_ref()) {
            if !defined.insert(label.text.to_lowercase()) {
                self.report(label.span, format!("Duplicate label: {}", label.text));
            }
        }
        for stmt in all {
            let used: Vec<&Label> = match &stmt.kind {
                StmtKind::GoTo(label)
                | StmtKind::GoSub(label)
                | StmtKind::OnError(OnError::GoTo(label))
                | StmtKind::Resume(Resume::Label(label)) => vec![label],
                StmtKind::OnJump { labels, .. } => labels.iter().collect(),
                _ => Vec::new(),
            };
            for label in used {
                if !defined.contains(&label.text.to_lowercase()) {
                    self.report(label.span, format!("Label not defined: {}", label.text));
                }
            }
        }
    }

    /// `inside`: in a `For`, in a `Do`.
    fn exits(&mut self, block: &'a [Stmt], kind: ProcedureKind, inside: (bool, bool)) {
        for stmt in block {
            if let StmtKind::Exit(exit) = &stmt.kind {
                let property = !matches!(kind, ProcedureKind::Sub | ProcedureKind::Function);
                let allowed = match exit {
                    ExitKind::For => inside.0,
                    ExitKind::Do => inside.1,
                    ExitKind::Sub => kind == ProcedureKind::Sub,
                    ExitKind::Function => kind == ProcedureKind::Function,
                    ExitKind::Property => property,
                };
                if !allowed {
                    self.report(stmt.span, "Exit is not allowed here");
                }
            }
            let now = match &stmt.kind {
                StmtKind::For { .. } | StmtKind::ForEach { .. } => (true, inside.1),
                StmtKind::Do { wend: false, .. } => (inside.0, true),
                _ => inside,
            };
            for inner in walk::blocks(&stmt.kind) {
                self.exits(inner, kind, now);
            }
        }
    }

    // ---- statements ----

    fn statement(&mut self, stmt: &'a Stmt, procedure: &Procedure, locals: &Locals<'a>) {
        match &stmt.kind {
            StmtKind::Assign { target, .. } => self.target(target, procedure, locals),
            StmtKind::For { counter: target, .. } | StmtKind::ForEach { item: target, .. } => {
                self.target(target, procedure, locals);
            }
            StmtKind::ReDim { items, .. } => {
                for item in items {
                    if let ExprKind::Name(name) = &item.target.kind
                        && self.variable(&name.text, locals).is_some_and(|local| local.fixed_array)
                    {
                        self.report(item.span, "Array already dimensioned");
                    }
                }
            }
            StmtKind::Call { callee, args, .. } => {
                match &callee.kind {
                    ExprKind::Name(name) => self.called(name, args, locals),
                    _ => self.expression(callee, procedure, locals),
                };
            }
            _ => {}
        }
    }

    /// What is assigned must be a variable: not a constant, and under `Option Explicit` a declared one.
    fn target(&mut self, target: &Expr, procedure: &Procedure, locals: &Locals<'a>) {
        let ExprKind::Name(name) = &target.kind else { return };
        if procedure.name.is(&name.text) && procedure.kind != ProcedureKind::Sub {
            return;
        }
        match self.variable(&name.text, locals) {
            Some(local) if local.constant => {
                self.report(name.span, "Assignment to constant not permitted");
            }
            Some(_) => {}
            None if self.undeclared(name) => self.report(name.span, format!("Variable not defined: {}", name.text)),
            None => {}
        }
    }

    /// A name that nothing declares, in a module that asks for declarations. Modules of documents and forms see the
    /// members and controls of their object.
    fn undeclared(&self, name: &Ident) -> bool {
        self.module.options.explicit
            && matches!(self.module.kind, ModuleKind::Standard | ModuleKind::Class)
            && !name.bracketed
            && !name.is("Me")
            && matches!(self.project.find(self.place, &name.text), Symbol::Unknown)
            && !one_of(&name.text, GLOBALS)
            && !is_library_constant(&name.text)
            && self.project.sheet_name(&name.text).is_none()
    }

    // ---- expressions ----

    fn expression(&mut self, expr: &Expr, procedure: &Procedure, locals: &Locals<'a>) {
        match &expr.kind {
            ExprKind::AddressOf(_) => return,
            ExprKind::Name(name) => self.valued(name, procedure, locals),
            ExprKind::Call { callee, args } => {
                if let ExprKind::Name(name) = &callee.kind {
                    self.valued(name, procedure, locals);
                    self.called(name, args, locals);
                    for value in args.iter().filter_map(|arg| arg.value.as_ref()) {
                        self.expression(value, procedure, locals);
                    }
                    return;
                }
            }
            ExprKind::Member { object, member } => self.member(object, member, locals),
            _ => {}
        }
        for part in walk::parts(expr) {
            self.expression(part, procedure, locals);
        }
    }

    /// A Sub gives no value.
    fn valued(&mut self, name: &Ident, procedure: &Procedure, locals: &Locals<'a>) {
        if locals.contains_key(&name.text.to_lowercase()) || procedure.name.is(&name.text) {
            return;
        }
        if let Symbol::Procedure(found, _) = self.project.find(self.place, &name.text)
            && found.kind == ProcedureKind::Sub
        {
            self.report(name.span, format!("Expected Function or variable: {}", name.text));
        }
    }

    /// Members of records and classes of the project.
    fn member(&mut self, object: &Expr, member: &Ident, locals: &Locals<'a>) {
        let ExprKind::Name(name) = &object.kind else { return };
        let Some(local) = self.variable(&name.text, locals).filter(|local| local.typed) else { return };
        let Some(declared) = local.declared else { return };
        if self.has_member(&declared.name, &member.text) == Some(false) {
            self.report(member.span, format!("Method or data member not found: {}", member.text));
        }
    }

    /// Whether a type of the project has a member; none when the type is not of the project.
    fn has_member(&self, kind: &str, member: &str) -> Option<bool> {
        let records: Vec<&Vec<Variable>> = self
            .project
            .modules
            .iter()
            .flat_map(|module| &module.declarations)
            .filter_map(|declaration| match &declaration.kind {
                DeclarationKind::Type { name, members } if name.is(kind) => Some(members),
                _ => None,
            })
            .collect();
        if !records.is_empty() {
            return Some(records.iter().any(|members| members.iter().any(|one| one.name.is(member))));
        }
        let module = self.project.module_named(kind).and_then(|place| self.project.modules.get(place))?;
        if module.kind != ModuleKind::Class {
            return None;
        }
        let procedure = |one: &Procedure| one.name.is(member) && one.visibility != Visibility::Private;
        let fields =
            module.declarations.iter().filter(|one| matches!(one.visibility, Visibility::Public | Visibility::Global));
        let field = fields.filter_map(|one| match &one.kind {
            DeclarationKind::Variables(list) => Some(list),
            _ => None,
        });
        Some(module.procedures.iter().any(procedure) || field.flatten().any(|one| one.name.is(member)))
    }

    // ---- calls ----

    fn called(&mut self, name: &Ident, args: &[Arg], locals: &Locals<'a>) {
        if locals.contains_key(&name.text.to_lowercase()) {
            return;
        }
        let Symbol::Procedure(found, _) = self.project.find(self.place, &name.text) else { return };
        if !matches!(found.kind, ProcedureKind::Sub | ProcedureKind::Function) {
            return;
        }
        // A function without parameters gives something that the brackets index.
        if found.params.is_empty() && found.kind == ProcedureKind::Function {
            return;
        }
        if let Some(message) = misfit(args, &found.params) {
            self.report(name.span, message);
            return;
        }
        for (place, arg) in args.iter().enumerate() {
            let param = match &arg.name {
                Some(name) => found.params.iter().find(|param| param.name.is(&name.text)),
                None => found.params.get(place),
            };
            if let (Some(param), Some(value)) = (param, &arg.value)
                && !arg.by_val
                && self.mismatched(value, param, locals)
            {
                self.report(value.span, "ByRef argument type mismatch");
            }
        }
    }

    /// A variable of one built-in type for a reference to another (MS-VBAL 5.3.1.11).
    fn mismatched(&self, value: &Expr, param: &Param, locals: &Locals<'a>) -> bool {
        if param.passing == Passing::ByVal || param.is_array || param.param_array {
            return false;
        }
        let ExprKind::Name(name) = &value.kind else { return false };
        let Some(local) = self.variable(&name.text, locals).filter(|local| local.typed && !local.array) else {
            return false;
        };
        match (
            self.built_in(local.declared, local.suffix),
            self.built_in(param.declared_type.as_ref(), param.name.suffix),
        ) {
            (Some(from), Some(to)) => to != "variant" && from != to,
            _ => false,
        }
    }

    /// The built-in type of a declaration; none for other types and where `DefInt` and its kin rule.
    fn built_in(&self, declared: Option<&TypeRef>, suffix: Option<TypeSuffix>) -> Option<&'static str> {
        const TYPES: [&str; 11] = [
            "variant", "boolean", "byte", "integer", "long", "longlong", "single", "double", "currency", "date",
            "string",
        ];
        if let Some(suffix) = suffix {
            return Some(match suffix {
                TypeSuffix::Integer => "integer",
                TypeSuffix::Long => "long",
                TypeSuffix::LongLong => "longlong",
                TypeSuffix::Single => "single",
                TypeSuffix::Double => "double",
                TypeSuffix::Currency => "currency",
                TypeSuffix::String => "string",
            });
        }
        let Some(declared) = declared else {
            let rules = |one: &crate::lang::vba::ast::Declaration| matches!(one.kind, DeclarationKind::DefType { .. });
            return (!self.module.declarations.iter().any(rules)).then_some("variant");
        };
        if declared.fixed_length.is_some() {
            return None;
        }
        TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(&declared.name))
    }
}

fn local_of(variable: &Variable) -> Local<'_> {
    Local {
        declared: variable.declared_type.as_ref(),
        suffix: variable.name.suffix,
        array: variable.array.is_some(),
        fixed_array: variable.array.as_ref().is_some_and(|bounds| !bounds.is_empty()),
        constant: false,
        typed: variable.array.is_none(),
    }
}

/// Why arguments do not fit parameters.
fn misfit(args: &[Arg], params: &[Param]) -> Option<String> {
    let rest = params.last().is_some_and(|param| param.param_array);
    let positional = args.iter().take_while(|arg| arg.name.is_none()).count();
    if positional > params.len() && !rest {
        return Some(String::from("Wrong number of arguments or invalid property assignment"));
    }
    for name in args.iter().filter_map(|arg| arg.name.as_ref()) {
        if !params.iter().any(|param| param.name.is(&name.text)) {
            return Some(format!("Named argument not found: {}", name.text));
        }
    }
    let missing = params.iter().enumerate().find(|(place, param)| {
        let given = args.get(*place).is_some_and(|arg| arg.name.is_none() && arg.value.is_some());
        let named = args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| param.name.is(&name.text)));
        !param.optional && !param.param_array && !given && !named
    });
    missing.map(|_| String::from("Argument not optional"))
}
