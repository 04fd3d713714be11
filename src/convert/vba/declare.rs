//! Declarations: module-level ones to a `CodeModule`, variables, parameters and types to the DSL's words.

use crate::convert::Host;
use crate::lang::formula::{BinaryOp, Node, print};
use crate::lang::vba::ast::{
    self, Bound, Constant, DeclarationKind, EnumMember, Expr, Ident, Literal, Module, ModuleKind, Param, Passing,
    Procedure, ProcedureKind, TypeRef, TypeSuffix, Visibility,
};
use crate::model::{
    self, CodeModule, Compare, ConstantDefinition, EnumDefinition, Expression, Parameter, RecordType, Variable,
};

use super::expr::{self, Constants};
use super::symbols::{Document, Project};

/// What a module's procedures share.
pub(super) fn module(project: &Project, place: usize, module: &Module, sha256: String) -> CodeModule {
    let mut code = CodeModule {
        name: module.name.clone(),
        kind: model_kind(module.kind),
        sha256,
        compare: compare(project, module),
        base: u8::from(module.options.base_one),
        default_member: marked_member(module, 0),
        enumerator: marked_member(module, -4),
        document: document(project, place, module),
        ..CodeModule::default()
    };
    let constants = Constants::new();
    let types = Types::new(project, place, &constants);
    for declaration in &module.declarations {
        let public = matches!(declaration.visibility, Visibility::Public | Visibility::Global);
        match &declaration.kind {
            DeclarationKind::Variables(list) => {
                code.variables.extend(list.iter().map(|one| Variable { public, ..types.variable(one) }));
            }
            DeclarationKind::Constants(list) => {
                code.constants.extend(list.iter().map(|one| types.constant(one, public)));
            }
            DeclarationKind::Type { name, members } => code.types.push(RecordType {
                name: name.text.clone(),
                fields: members.iter().map(|one| types.variable(one)).collect(),
            }),
            DeclarationKind::Enum { name, members } => {
                code.enums.push(EnumDefinition {
                    name: name.text.clone(),
                    members: types.members(members, declaration.visibility),
                });
            }
            DeclarationKind::Implements(class) => code.implements.push(class.name.clone()),
            _ => {}
        }
    }
    code
}

fn model_kind(kind: ModuleKind) -> model::ModuleKind {
    match kind {
        ModuleKind::Standard => model::ModuleKind::Module,
        ModuleKind::Class => model::ModuleKind::Class,
        ModuleKind::Document => model::ModuleKind::Document,
        ModuleKind::Form => model::ModuleKind::Form,
    }
}

fn compare(project: &Project, module: &Module) -> Compare {
    match module.options.compare {
        ast::Compare::Binary => Compare::Binary,
        ast::Compare::Text => Compare::Text,
        // Excel has no such option; its editor refuses it.
        ast::Compare::Database if project.context.host == Host::Access => Compare::Database,
        ast::Compare::Database => Compare::Text,
    }
}

fn document(project: &Project, place: usize, module: &Module) -> Option<String> {
    match project.document(place) {
        Document::None => None,
        Document::Workbook => Some(module.name.clone()),
        Document::Sheet => Some(project.sheet_name(&module.name).unwrap_or(&module.name).to_string()),
    }
}

/// The variable that stands for the one instance of each class that has one by its name (`VB_PredeclaredId`).
pub(super) fn predeclared(project: &Project) -> Option<CodeModule> {
    let marks = |attribute: &ast::Attribute| {
        attribute.name.eq_ignore_ascii_case("VB_PredeclaredId")
            && attribute
                .values
                .first()
                .is_some_and(|value| matches!(value.kind, ast::ExprKind::Literal(Literal::Boolean(true))))
    };
    let classes = project.modules.iter().filter(|module| module.kind == ModuleKind::Class);
    let variables: Vec<Variable> = classes
        .filter(|module| module.attributes.iter().any(marks))
        .map(|module| Variable {
            name: module.name.clone(),
            kind: module.name.clone(),
            auto_new: true,
            public: true,
            ..Variable::default()
        })
        .collect();
    let name = String::from("PredeclaredInstances");
    (!variables.is_empty()).then(|| CodeModule { name, variables, ..CodeModule::default() })
}

/// The procedure with `Attribute Name.VB_UserMemId = id`: 0 marks the default member, -4 the enumerator.
fn marked_member(module: &Module, id: i16) -> Option<String> {
    let is_id = |value: &Expr| match &value.kind {
        ast::ExprKind::Literal(Literal::Integer { value, .. }) => *value == id,
        ast::ExprKind::Unary { op: ast::UnaryOp::Minus, operand } => {
            matches!(operand.kind, ast::ExprKind::Literal(Literal::Integer { value, .. }) if value == -id)
        }
        _ => false,
    };
    let marks = |attribute: &ast::Attribute| {
        attribute.name.eq_ignore_ascii_case("VB_UserMemId") && attribute.values.first().is_some_and(is_id)
    };
    let inside = module.procedures.iter().find(|one| one.attributes.iter().any(marks)).map(|one| one.name.text.clone());
    inside.or_else(|| module.attributes.iter().find(|one| marks(one)).and_then(|one| one.target.clone()))
}

/// Types as one module sees them: `DefInt` and `Option Base` count.
pub(super) struct Types<'a> {
    project: &'a Project<'a>,
    place: usize,
    constants: &'a Constants<'a>,
}

impl<'a> Types<'a> {
    /// `constants` are those of the procedure at hand.
    pub fn new(project: &'a Project<'a>, place: usize, constants: &'a Constants<'a>) -> Self {
        Types { project, place, constants }
    }

    fn module(&self) -> Option<&'a Module> {
        self.project.modules.get(self.place).copied()
    }

    /// The DSL's word for a type; none declared: by suffix, by `DefType`, else Variant.
    pub fn name(&self, declared: Option<&TypeRef>, name: &Ident) -> String {
        if let Some(declared) = declared {
            return self.written(declared);
        }
        if let Some(suffix) = name.suffix {
            return suffix_type(suffix).to_string();
        }
        self.default_type(&name.text)
    }

    pub fn written(&self, declared: &TypeRef) -> String {
        let name = canonical(&declared.name);
        match &declared.fixed_length {
            Some(length) => format!("{name}*{}", self.text(length)),
            None => name,
        }
    }

    fn default_type(&self, name: &str) -> String {
        let first = name.chars().next().map_or(' ', |c| c.to_ascii_uppercase());
        let declarations = self.module().map(|module| module.declarations.as_slice()).unwrap_or_default();
        let found = declarations.iter().find_map(|one| match &one.kind {
            DeclarationKind::DefType { type_name, ranges }
                if ranges.iter().any(|(a, z)| (*a..=*z).contains(&first)) =>
            {
                Some(type_name.clone())
            }
            _ => None,
        });
        found.unwrap_or_else(|| "Variant".to_string())
    }

    fn text(&self, value: &Expr) -> String {
        print(&expr::constant(value, self.constants))
    }

    fn expression(&self, value: &Expr) -> Expression {
        Expression(self.text(value))
    }

    /// The lower bound where none is written.
    pub fn base(&self) -> &'static str {
        if self.module().is_some_and(|module| module.options.base_one) { "1" } else { "0" }
    }

    fn bounds(&self, bounds: &[Bound]) -> Vec<(Expression, Expression)> {
        let lower = |bound: &Bound| {
            bound.lower.as_ref().map_or_else(|| Expression::from(self.base()), |one| self.expression(one))
        };
        bounds.iter().map(|bound| (lower(bound), self.expression(&bound.upper))).collect()
    }

    pub fn variable(&self, variable: &ast::Variable) -> Variable {
        let bounds = variable.array.as_deref().unwrap_or_default();
        Variable {
            name: variable.name.text.clone(),
            kind: self.name(variable.declared_type.as_ref(), &variable.name),
            bounds: self.bounds(bounds),
            dynamic_array: variable.array.is_some() && bounds.is_empty(),
            auto_new: variable.is_new,
            with_events: variable.with_events,
            ..Variable::default()
        }
    }

    fn constant(&self, constant: &Constant, public: bool) -> ConstantDefinition {
        let suffix = constant.name.suffix.map(|suffix| suffix_type(suffix).to_string());
        ConstantDefinition {
            name: constant.name.text.clone(),
            kind: constant.declared_type.as_ref().map(|declared| self.written(declared)).or(suffix),
            value: self.expression(&constant.value),
            public,
        }
    }

    /// Members without a value count on from the one before, from 0 (MS-VBAL 5.2.3.4).
    fn members(&self, members: &[EnumMember], visibility: Visibility) -> Vec<ConstantDefinition> {
        let mut next = Node::Integer(0);
        let mut list = Vec::new();
        for member in members {
            let value = match &member.value {
                Some(value) => expr::constant(value, self.constants),
                None => next,
            };
            list.push(ConstantDefinition {
                name: member.name.text.clone(),
                kind: Some("Long".to_string()),
                value: Expression(print(&value)),
                // Enumerations are public unless said otherwise (MS-VBAL 5.2.3.4).
                public: visibility != Visibility::Private,
            });
            next = match value {
                Node::Integer(number) => Node::Integer(number.saturating_add(1)),
                _ => Node::binary(BinaryOp::Add, Node::Name(member.name.text.clone()), Node::Integer(1)),
            };
        }
        list
    }

    pub fn parameters(&self, procedure: &Procedure) -> Vec<Parameter> {
        let last = procedure.params.len().saturating_sub(1);
        let takes_value = matches!(procedure.kind, ProcedureKind::PropertyLet | ProcedureKind::PropertySet);
        let each = procedure.params.iter().enumerate();
        // The value of Property Let and Set is passed by value whatever is written (MS-VBAL 5.3.1.7).
        each.map(|(place, param)| self.parameter(param, takes_value && place == last)).collect()
    }

    fn parameter(&self, param: &Param, is_value: bool) -> Parameter {
        let array = if param.is_array || param.param_array { "()" } else { "" };
        Parameter {
            name: param.name.text.clone(),
            kind: format!("{}{array}", self.name(param.declared_type.as_ref(), &param.name)),
            by_reference: param.passing != Passing::ByVal && !is_value && !param.param_array,
            optional: param.optional,
            default: param.default.as_ref().map(|value| self.expression(value)),
            rest: param.param_array,
        }
    }

    pub fn returns(&self, procedure: &Procedure) -> Option<String> {
        if !matches!(procedure.kind, ProcedureKind::Function | ProcedureKind::PropertyGet) {
            return None;
        }
        let array = if procedure.returns_array { "()" } else { "" };
        Some(format!("{}{array}", self.name(procedure.return_type.as_ref(), &procedure.name)))
    }
}

/// The type a type character stands for (MS-VBAL 3.3.5.3).
fn suffix_type(suffix: TypeSuffix) -> &'static str {
    match suffix {
        TypeSuffix::Integer => "Integer",
        TypeSuffix::Long => "Long",
        TypeSuffix::LongLong => "LongLong",
        TypeSuffix::Single => "Single",
        TypeSuffix::Double => "Double",
        TypeSuffix::Currency => "Currency",
        TypeSuffix::String => "String",
    }
}

/// Built-in types in their usual spelling, others as written. `LongPtr` is what it is in 64-bit Office.
fn canonical(name: &str) -> String {
    if name.eq_ignore_ascii_case("LongPtr") {
        return "LongLong".to_string();
    }
    const BUILT_IN: [&str; 13] = [
        "Variant", "Boolean", "Byte", "Integer", "Long", "LongLong", "Single", "Double", "Currency", "Decimal", "Date",
        "String", "Object",
    ];
    let found = BUILT_IN.iter().find(|known| known.eq_ignore_ascii_case(name));
    found.map_or_else(|| name.to_string(), |known| (*known).to_string())
}
