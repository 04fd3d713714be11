//! VBA expressions to `Node`s. Operators that the expression language lacks become functions (`MOD(a, b)`, `LIKE`, `IS`,
//! `INTDIV`); brackets of precedence are left to the printer, and VBA's own brackets stay only around an argument that is
//! a variable, where they pass a copy.

use std::collections::HashMap;

use crate::convert::Host;
use crate::lang::formula::{self, Node};
use crate::lang::vba::ast::{
    Arg, BinaryOp, Expr, ExprKind, Ident, Literal, ProcedureKind, TypeSuffix, UnaryOp, Variable,
};
use crate::model::Grade;

use super::capability;
use super::class::{self, Class};
use super::literal::literal;
use super::procedure::{Body, Made, Refusal};
use super::symbols::{Document, Symbol, workflow_name};
use super::words::{
    ACTIVE_SHEET_GLOBALS, MANUAL_CALLS, REGIONAL_FORMATS, SHEET_MEMBERS, WORKBOOK_MEMBERS, is_library_constant, one_of,
};

/// What the surroundings ask of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// A value: objects give their default member.
    Value,
    /// Whatever it is, passed on.
    Argument,
    /// The object itself.
    Object,
}

/// Constants of a procedure by lower-case name.
pub(super) type Constants<'e> = HashMap<String, &'e Expr>;

/// Constants that refer to each other are followed this far; a longer chain is taken for a circle.
const MAX_CONSTANT_CHAIN: usize = 32;

/// A constant expression: literals, names and operators. Constants of the procedure are replaced by their values, because
/// bounds are needed before any code runs.
pub(super) fn constant(value: &Expr, constants: &Constants) -> Node {
    plain(value, constants, MAX_CONSTANT_CHAIN)
}

fn plain(value: &Expr, constants: &Constants, left: usize) -> Node {
    let same = |inner: &Expr| plain(inner, constants, left);
    match &value.kind {
        ExprKind::Literal(found) => literal(found),
        ExprKind::Name(name) => match constants.get(&name.text.to_lowercase()) {
            Some(value) if left > 0 => plain(value, constants, left - 1),
            _ => Node::Name(name.text.clone()),
        },
        ExprKind::Member { object, member } => Node::member(same(object), member.text.clone()),
        ExprKind::Call { callee, args } => {
            let args = args.iter().map(|arg| arg.value.as_ref().map_or(Node::Omitted, same)).collect();
            Node::apply(same(callee), args)
        }
        ExprKind::Paren(inner) => same(inner),
        ExprKind::Unary { op, operand } => unary(*op, same(operand)),
        ExprKind::Binary { op, left, right } => binary(*op, same(left), same(right)),
        // Nothing else is a constant in VBA.
        _ => Node::Error(formula::ErrorKind::Value),
    }
}

fn unary(op: UnaryOp, operand: Node) -> Node {
    match op {
        UnaryOp::Minus => Node::unary(formula::UnaryOp::Minus, operand),
        UnaryOp::Plus => Node::unary(formula::UnaryOp::Plus, operand),
        UnaryOp::Not => Node::call("NOT", vec![operand]),
    }
}

fn binary(op: BinaryOp, left: Node, right: Node) -> Node {
    use formula::BinaryOp as Symbol;
    let symbol = match op {
        BinaryOp::Power => Symbol::Power,
        BinaryOp::Multiply => Symbol::Multiply,
        BinaryOp::Divide => Symbol::Divide,
        BinaryOp::Add => Symbol::Add,
        BinaryOp::Subtract => Symbol::Subtract,
        BinaryOp::Concat => Symbol::Concat,
        BinaryOp::Equal => Symbol::Equal,
        BinaryOp::NotEqual => Symbol::NotEqual,
        BinaryOp::Less => Symbol::Less,
        BinaryOp::Greater => Symbol::Greater,
        BinaryOp::LessEqual => Symbol::LessOrEqual,
        BinaryOp::GreaterEqual => Symbol::GreaterOrEqual,
        _ => return Node::call(function_of(op), vec![left, right]),
    };
    Node::binary(symbol, left, right)
}

fn function_of(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::IntegerDivide => "INTDIV",
        BinaryOp::Mod => "MOD",
        BinaryOp::Like => "LIKE",
        BinaryOp::Is => "IS",
        BinaryOp::And => "AND",
        BinaryOp::Or => "OR",
        BinaryOp::Xor => "XOR",
        BinaryOp::Eqv => "EQV",
        _ => "IMP",
    }
}

/// A comparison as `Case Is` writes it.
pub(super) fn comparison_symbol(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "<>",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        _ => return None,
    })
}

/// Whether an expression names something that can be passed by reference.
fn is_variable(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Name(_)
            | ExprKind::Member { .. }
            | ExprKind::WithMember(_)
            | ExprKind::Call { .. }
            | ExprKind::Bang { .. }
            | ExprKind::WithBang(_)
    )
}

/// The text of a string literal.
pub(super) fn text_literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        ExprKind::Paren(inner) => text_literal(inner),
        _ => None,
    }
}

/// The expression of the n-th positional argument.
pub(super) fn argument(args: &[Arg], place: usize) -> Option<&Expr> {
    args.get(place).filter(|arg| arg.name.is_none()).and_then(|arg| arg.value.as_ref())
}

/// An argument by name, or by place.
pub(super) fn named<'e>(args: &'e [Arg], name: &str, place: usize) -> Option<&'e Expr> {
    let by_name = args.iter().find(|arg| arg.name.as_ref().is_some_and(|given| given.is(name)));
    by_name.and_then(|arg| arg.value.as_ref()).or_else(|| argument(args, place))
}

impl<'a> Body<'a> {
    /// The value of an expression.
    pub fn value(&mut self, expr: &Expr) -> Made<Node> {
        self.expr(expr, Want::Value)
    }

    /// The object an expression gives.
    pub fn object(&mut self, expr: &Expr) -> Made<Node> {
        self.expr(expr, Want::Object)
    }

    pub fn expr(&mut self, expr: &Expr, want: Want) -> Made<Node> {
        match &expr.kind {
            ExprKind::Literal(found) => Ok(literal(found)),
            ExprKind::Name(name) => self.name(name, want),
            ExprKind::Member { object, member } => self.member(object, member),
            ExprKind::WithMember(member) => {
                let with = self.with_object()?;
                self.touch_class(with.class, member)?;
                if self.is_evaluated(with.class, member) {
                    return Ok(evaluated(with.node, member));
                }
                Ok(Node::member(with.node, self.word(member)))
            }
            ExprKind::Bang { object, key } => {
                let class = self.class_of(object);
                let owner = self.object(object)?;
                Ok(banged(owner, class, key, want))
            }
            ExprKind::WithBang(key) => {
                let with = self.with_object()?;
                Ok(banged(with.node, with.class, key, want))
            }
            ExprKind::Call { callee, args } => self.applied(callee, args),
            ExprKind::Paren(inner) => self.expr(inner, Want::Value),
            ExprKind::Unary { op, operand } => Ok(unary(*op, self.value(operand)?)),
            ExprKind::Binary { op, left, right } => {
                let want = if *op == BinaryOp::Is { Want::Object } else { Want::Value };
                Ok(binary(*op, self.expr(left, want)?, self.expr(right, want)?))
            }
            ExprKind::TypeOf { operand, type_ref } => {
                let operand = self.object(operand)?;
                Ok(Node::call("TYPEOF", vec![operand, Node::Text(type_ref.name.clone())]))
            }
            ExprKind::AddressOf(_) => {
                Err(Refusal("AddressOf hands out the address of a procedure to the operating system".to_string()))
            }
            ExprKind::New(class) => {
                self.capabilities.extend(capability::of_class(&class.name));
                self.instance_used(&class.name);
                Ok(Node::call("NEW", vec![Node::Text(class.name.clone())]))
            }
            ExprKind::FileNumber(number) => self.value(number),
        }
    }

    /// `Class_Initialize` and `Class_Terminate` run with every instance.
    pub fn instance_used(&mut self, class: &str) {
        let Some(place) = self.project.module_named(class) else {
            return;
        };
        for event in ["Class_Initialize", "Class_Terminate"] {
            self.uses_procedure(place, event, &[ProcedureKind::Sub]);
        }
    }

    pub fn with_object(&self) -> Made<super::procedure::WithObject> {
        self.withs
            .last()
            .cloned()
            .ok_or_else(|| Refusal("a member without an object stands outside every With".to_string()))
    }

    /// Records a call of a procedure of the project, if there is one.
    pub fn uses_procedure(&mut self, module: usize, name: &str, kinds: &[ProcedureKind]) {
        let owner = self.project.modules.get(module).map(|one| one.name.clone());
        if let (Some(procedure), Some(owner)) = (self.project.procedure(module, name, kinds), owner) {
            self.callees.insert(workflow_name(&owner, procedure));
        }
    }

    fn reads(&mut self, module: usize, name: &str) {
        self.uses_procedure(module, name, &[ProcedureKind::Sub, ProcedureKind::Function, ProcedureKind::PropertyGet]);
    }

    /// The spelling of a name; only `Date$` and `Time$` differ in result from the name without its suffix.
    fn word(&self, name: &Ident) -> String {
        let texts = ["date", "time"];
        if name.suffix == Some(TypeSuffix::String) && one_of(&name.text, &texts) && !self.is_local(&name.text) {
            return format!("{}$", name.text);
        }
        name.text.clone()
    }

    fn name(&mut self, name: &Ident, want: Want) -> Made<Node> {
        if self.is_local(&name.text) || self.source.name.is(&name.text) {
            return Ok(Node::Name(name.text.clone()));
        }
        match self.symbol(&name.text) {
            Symbol::External(external) => Err(refused_api(&external.name.text, &external.library)),
            Symbol::Procedure(procedure, module) => {
                self.reads(module, &procedure.name.text);
                Ok(Node::Name(name.text.clone()))
            }
            Symbol::Unknown => self.global(name, want),
            Symbol::Variable(variable) if variable.is_new => {
                self.created(variable);
                Ok(Node::Name(name.text.clone()))
            }
            _ => Ok(Node::Name(name.text.clone())),
        }
    }

    /// A variable declared `As New`: its first use makes an instance.
    pub fn created(&mut self, variable: &Variable) {
        if let Some(class) = variable.declared_type.as_ref().filter(|_| variable.is_new) {
            self.capabilities.extend(capability::of_class(&class.name));
            self.instance_used(&class.name);
        }
    }

    /// A name that nothing in the project declares.
    fn global(&mut self, name: &Ident, want: Want) -> Made<Node> {
        if name.bracketed && self.project.context.host == Host::Excel {
            self.capabilities.insert("workbook");
            return Ok(Node::call("Evaluate", vec![Node::Text(name.text.clone())]));
        }
        if name.is("Err") && want != Want::Object {
            return Ok(Node::member(Node::Name("Err".to_string()), "Number"));
        }
        self.touch_global(&name.text)?;
        let word = self.word(name);
        match self.owner_of_global(&name.text) {
            Some(me) => Ok(Node::member(me, word)),
            None => Ok(Node::Name(word)),
        }
    }

    /// In a document's module its own members come before the application's.
    fn owner_of_global(&self, name: &str) -> Option<Node> {
        let members = match self.project.document(self.place) {
            Document::Sheet => SHEET_MEMBERS,
            Document::Workbook => WORKBOOK_MEMBERS,
            Document::None => return None,
        };
        one_of(name, members).then(|| Node::Name("Me".to_string()))
    }

    /// Capabilities and grades that come with a global name.
    fn touch_global(&mut self, name: &str) -> Made<()> {
        if let Some((_, reason)) = MANUAL_CALLS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(Refusal((*reason).to_string()));
        }
        self.capabilities.extend(capability::of_global(name));
        if self.project.sheet_name(name).is_some() {
            self.capabilities.insert("workbook");
        }
        if one_of(name, &["selection", "activecell", "activesheet", "activewindow"]) {
            self.weaken(Grade::Approximate, format!("depends on what is active: {name}"));
        }
        if name.eq_ignore_ascii_case("Shell") {
            self.weaken(Grade::Manual, "starts another program");
        }
        Ok(())
    }

    fn member(&mut self, object: &Expr, member: &Ident) -> Made<Node> {
        if let ExprKind::Name(owner) = &object.kind
            && let Some(node) = self.qualified(owner, member)?
        {
            return Ok(node);
        }
        self.touch_member(object, member)?;
        let owner = self.object(object)?;
        if self.is_evaluated(self.class_of(object), member) {
            return Ok(evaluated(owner, member));
        }
        Ok(Node::member(owner, self.word(member)))
    }

    /// `Worksheets(1).[A1]` is `Evaluate` of the sheet; hidden members are written `[_NewEnum]`.
    /// Of an object of unknown class only what reads as a cell is taken so; another name is a member.
    fn is_evaluated(&self, class: Class, member: &Ident) -> bool {
        let cell = || {
            let digits = member.text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '$');
            digits.len() < member.text.len() && digits.starts_with(|c: char| c.is_ascii_digit())
        };
        let sheet = matches!(class, Class::Worksheet | Class::Application) && !member.text.starts_with('_');
        let known = sheet || (class == Class::Unknown && cell());
        member.bracketed && self.project.context.host == Host::Excel && known
    }

    /// `VBA.Left`, `XlDirection.xlUp`, `Colours.Red`: the owner only says where the name is declared.
    fn qualified(&mut self, owner: &Ident, member: &Ident) -> Made<Option<Node>> {
        if self.is_local(&owner.text) {
            return Ok(None);
        }
        match self.symbol(&owner.text) {
            Symbol::Enum if !self.is_local(&member.text) && matches!(self.symbol(&member.text), Symbol::EnumMember) => {
                Ok(Some(Node::Name(member.text.clone())))
            }
            Symbol::Unknown if owner.is("VBA") => self.name(member, Want::Argument).map(Some),
            Symbol::Unknown if is_library_constant(&owner.text) && is_library_constant(&member.text) => {
                Ok(Some(Node::Name(member.text.clone())))
            }
            Symbol::Module(module) => {
                if let Symbol::External(external) = self.project.find_in(module, &member.text) {
                    return Err(refused_api(&external.name.text, &external.library));
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Callees, capabilities and grades that come with a member.
    pub fn touch_member(&mut self, object: &Expr, member: &Ident) -> Made<()> {
        self.touch_class(self.class_of(object), member)?;
        // A document module is reached by its class, but its own procedures are the project's.
        if let ExprKind::Name(owner) = &object.kind
            && !self.is_local(&owner.text)
        {
            let module = if object.kind.is_me() { Some(self.place) } else { self.project.module_named(&owner.text) };
            if let Some(module) = module {
                self.reads(module, &member.text);
            }
        }
        Ok(())
    }

    fn touch_class(&mut self, class: Class, member: &Ident) -> Made<()> {
        match class {
            Class::Own(module) => self.reads(module, &member.text),
            Class::Explorer => self.weaken(Grade::Manual, "automates Internet Explorer"),
            Class::Editor => self.weaken(Grade::Manual, "works on the code of the project itself"),
            Class::Application if one_of(&member.text, &["sendkeys", "onkey"]) => {
                return Err(Refusal(format!("Application.{} works on the keyboard; there is none", member.text)));
            }
            Class::Application => self.touch_global(&member.text)?,
            Class::Shell => {
                self.capabilities.insert("process");
            }
            Class::FileSystem | Class::TextStream => {
                self.capabilities.insert("file");
            }
            Class::Http => {
                self.capabilities.insert("network");
            }
            Class::Mail => {
                self.capabilities.insert("mail");
            }
            Class::Database | Class::Recordset => {
                self.capabilities.insert("database");
            }
            _ => {}
        }
        Ok(())
    }

    /// `callee(args)`.
    fn applied(&mut self, callee: &Expr, args: &[Arg]) -> Made<Node> {
        if let Some(node) = self.special(callee, args)? {
            return Ok(node);
        }
        self.warn_of_other_sheet(callee, args);
        let target = match &callee.kind {
            ExprKind::Name(name) => self.name(name, Want::Object)?,
            _ => self.object(callee)?,
        };
        Ok(Node::apply(target, self.arguments(args)?))
    }

    pub fn arguments(&mut self, args: &[Arg]) -> Made<Vec<Node>> {
        args.iter().map(|arg| self.one_argument(arg)).collect()
    }

    pub fn one_argument(&mut self, arg: &Arg) -> Made<Node> {
        let Some(value) = &arg.value else {
            return Ok(Node::Omitted);
        };
        let copies = arg.by_val || matches!(value.kind, ExprKind::Paren(_));
        let inner = stripped(value);
        let want = if matches!(value.kind, ExprKind::Paren(_)) { Want::Value } else { Want::Argument };
        let node = self.expr(inner, want)?;
        let node = if copies && is_variable(inner) { Node::Paren(Box::new(node)) } else { node };
        Ok(match &arg.name {
            Some(name) => Node::Argument { name: name.text.clone(), value: Box::new(node) },
            None => node,
        })
    }

    /// Calls that are more than they look: automation classes, calls by name, regional formats.
    pub fn special(&mut self, callee: &Expr, args: &[Arg]) -> Made<Option<Node>> {
        match &callee.kind {
            ExprKind::Name(name)
                if !self.is_local(&name.text) && matches!(self.symbol(&name.text), Symbol::Unknown) =>
            {
                self.special_function(name, args)
            }
            ExprKind::Member { object, member } if member.is("Run") && self.class_of(object) == Class::Application => {
                self.application_run(args).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn special_function(&mut self, name: &Ident, args: &[Arg]) -> Made<Option<Node>> {
        match name.text.to_ascii_lowercase().as_str() {
            "createobject" | "getobject" => {
                match args.iter().find_map(|arg| arg.value.as_ref().and_then(text_literal)) {
                    Some(class) => self.capabilities.extend(capability::of_class(class)),
                    None => self.weaken(Grade::Manual, "the class of the object is known only at run time"),
                }
                Ok(None)
            }
            "callbyname" => self.call_by_name(args).map(Some),
            "eval" if argument(args, 0).and_then(text_literal).is_none() => {
                Err(Refusal("Eval of a text that is known only at run time".to_string()))
            }
            "format" | "formatcurrency" | "formatdatetime" => {
                let regional = !name.is("Format")
                    || argument(args, 1).and_then(text_literal).is_some_and(|mask| one_of(mask, REGIONAL_FORMATS));
                if regional {
                    self.weaken(Grade::Approximate, "the format depends on the regional settings");
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// `CallByName(object, "Member", kind, args...)` with a literal name is the call itself.
    fn call_by_name(&mut self, args: &[Arg]) -> Made<Node> {
        let refusal = || Refusal("CallByName with a name or a kind of call that is known only at run time".to_string());
        let object = argument(args, 0).ok_or_else(refusal)?;
        let member = argument(args, 1).and_then(text_literal).ok_or_else(refusal)?;
        let kind = argument(args, 2).ok_or_else(refusal)?;
        let reads = match &kind.kind {
            ExprKind::Name(name) => one_of(&name.text, &["vbget", "vbmethod"]),
            ExprKind::Literal(Literal::Integer { value, .. }) => matches!(value, 1 | 2),
            _ => false,
        };
        if !reads {
            return Err(refusal());
        }
        let owner = self.object(object)?;
        let rest = self.arguments(args.get(3..).unwrap_or_default())?;
        Ok(Node::MemberCall { object: Box::new(owner), name: member.to_string(), args: rest })
    }

    /// `Application.Run "Macro", args...`.
    fn application_run(&mut self, args: &[Arg]) -> Made<Node> {
        let refusal = || Refusal("Application.Run of a macro that is known only at run time".to_string());
        let name = argument(args, 0).and_then(text_literal).ok_or_else(refusal)?;
        let (module, procedure) = self
            .macro_named(name)
            .ok_or_else(|| Refusal(format!("Application.Run of a macro outside this project: {name}")))?;
        self.reads(module, &procedure);
        let rest = self.arguments(args.get(1..).unwrap_or_default())?;
        let owner = self.project.modules.get(module).map(|one| one.name.clone()).unwrap_or_default();
        Ok(Node::MemberCall { object: Box::new(Node::Name(owner)), name: procedure, args: rest })
    }

    /// `Macro`, `Module1.Macro`, `'Book.xlsm'!Module1.Macro`.
    pub fn macro_named(&self, name: &str) -> Option<(usize, String)> {
        let name = name.rsplit('!').next().unwrap_or(name);
        let symbol = match name.split_once('.') {
            Some((module, procedure)) => self.project.find_in(self.project.module_named(module)?, procedure),
            None => self.symbol(name),
        };
        match symbol {
            Symbol::Procedure(procedure, module) => Some((module, procedure.name.text.clone())),
            _ => None,
        }
    }

    /// `Worksheets("x").Range(Cells(1, 1), ...)`: the inner cells are those of the active sheet, a frequent mistake.
    pub fn warn_of_other_sheet(&mut self, callee: &Expr, args: &[Arg]) {
        let owner = match &callee.kind {
            ExprKind::Member { object, member } if member.is("Range") && !object.kind.is_me() => self.class_of(object),
            ExprKind::WithMember(member) if member.is("Range") => {
                self.withs.last().map_or(Class::Unknown, |with| with.class)
            }
            _ => return,
        };
        if !matches!(owner, Class::Worksheet | Class::Unknown) {
            return;
        }
        let loose = args.iter().filter_map(|arg| arg.value.as_ref()).find(|value| self.is_loose_cell(value));
        if let Some(cell) = loose {
            let whose = match self.project.document(self.place) {
                Document::Sheet => "this module's own sheet",
                _ => "the active sheet",
            };
            self.remark(
                cell.span,
                &format!("cells without a sheet inside a qualified Range belong to {whose}; converted as written"),
            );
        }
    }

    fn is_loose_cell(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => {
                one_of(&name.text, ACTIVE_SHEET_GLOBALS)
                    && !self.is_local(&name.text)
                    && matches!(self.symbol(&name.text), Symbol::Unknown)
            }
            ExprKind::Call { callee, .. } => self.is_loose_cell(callee),
            ExprKind::Member { object, .. } => self.is_loose_cell(object),
            _ => false,
        }
    }

    /// The class an expression gives.
    pub fn class_of(&self, expr: &Expr) -> Class {
        match &expr.kind {
            ExprKind::Name(name) => self.class_of_name(name),
            ExprKind::Member { object, member } => match (self.class_of(object), &object.kind) {
                (Class::Record(record), _) => self.class_of_field(record, member),
                (Class::Unknown, ExprKind::Name(owner)) if owner.is("VBA") => class::of_global(&member.text),
                (owner, _) => class::of_member(owner, &member.text),
            },
            ExprKind::WithMember(member) => match self.withs.last().map(|with| with.class) {
                Some(Class::Record(record)) => self.class_of_field(record, member),
                Some(owner) => class::of_member(owner, &member.text),
                None => Class::Unknown,
            },
            ExprKind::Call { callee, args } => self.class_of_call(callee, args),
            ExprKind::Bang { object, .. } => class::of_item(self.class_of(object)),
            ExprKind::WithBang(_) => self.withs.last().map_or(Class::Unknown, |with| class::of_item(with.class)),
            ExprKind::Paren(inner) => self.class_of(inner),
            ExprKind::New(created) => self.project.class_of_type(Some(created), None),
            ExprKind::Literal(Literal::Nothing) => Class::Unknown,
            ExprKind::Literal(_) | ExprKind::Unary { .. } | ExprKind::Binary { .. } => Class::Scalar,
            _ => Class::Unknown,
        }
    }

    fn class_of_name(&self, name: &Ident) -> Class {
        if name.is("Me") {
            return self.project.class_of_module(self.place);
        }
        if let Some(class) = self.local_class(&name.text) {
            return class;
        }
        match self.symbol(&name.text) {
            Symbol::Variable(variable) => {
                self.project.class_of_type(variable.declared_type.as_ref(), variable.name.suffix)
            }
            Symbol::Procedure(procedure, _) => {
                self.project.class_of_type(procedure.return_type.as_ref(), procedure.name.suffix)
            }
            Symbol::Module(place) => self.project.class_of_module(place),
            Symbol::Unknown if self.project.sheet_name(&name.text).is_some() => Class::Worksheet,
            Symbol::Unknown => class::of_global(&name.text),
            _ => Class::Scalar,
        }
    }

    fn class_of_field(&self, record: usize, member: &Ident) -> Class {
        let record = self.project.records.get(record);
        let field = record.and_then(|record| record.members.iter().find(|one| one.name.is(&member.text)));
        field
            .map_or(Class::Unknown, |field| self.project.class_of_type(field.declared_type.as_ref(), field.name.suffix))
    }

    fn class_of_call(&self, callee: &Expr, args: &[Arg]) -> Class {
        if let ExprKind::Name(name) = &callee.kind
            && one_of(&name.text, &["createobject", "getobject"])
        {
            let class = args.iter().find_map(|arg| arg.value.as_ref().and_then(text_literal));
            return class.map_or(Class::Unknown, class::of_type);
        }
        match self.class_of(callee) {
            // `Worksheets("x")`, `Workbooks(1)`, `rs.Fields("y")` and the like are items.
            owner @ (Class::Sheets | Class::Workbooks | Class::Fields) if !args.is_empty() => class::of_item(owner),
            owner @ Class::Recordset if !args.is_empty() && !is_opening(callee) => class::of_item(owner),
            other => other,
        }
    }
}

/// Whether a call gives a recordset rather than a field of one.
fn is_opening(callee: &Expr) -> bool {
    matches!(&callee.kind, ExprKind::Member { member, .. } | ExprKind::WithMember(member) if one_of(&member.text, &["openrecordset", "clone", "execute"]))
}

fn refused_api(name: &str, library: &str) -> Refusal {
    Refusal(format!("calls {name} of {library}, a library of the operating system"))
}

/// `owner!key`: an item of the default collection.
fn banged(owner: Node, class: Class, key: &Ident, want: Want) -> Node {
    let key = vec![Node::Text(key.text.clone())];
    match class {
        Class::Recordset => {
            let field = Node::MemberCall { object: Box::new(owner), name: "Fields".to_string(), args: key };
            if want == Want::Value { Node::member(field, "Value") } else { field }
        }
        _ => Node::apply(owner, key),
    }
}

fn evaluated(owner: Node, member: &Ident) -> Node {
    let args = vec![Node::Text(member.text.clone())];
    Node::MemberCall { object: Box::new(owner), name: "Evaluate".to_string(), args }
}

/// The expression without the brackets around it.
pub(super) fn stripped(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => stripped(inner),
        _ => expr,
    }
}
