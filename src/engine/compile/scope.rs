//! Every name of the program before any code is written: modules with their variables, constants, types and enums,
//! procedures with their signatures, and the order in which a name is looked up.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::engine::value::Subtype;
use crate::model::{
    Application, CodeModule, Coercion, Compare, Expression, ModuleKind, Parameter, ProcedureKind, RecordType, Variable,
    Workflow,
};

use super::bounds::fixed_bounds;
use super::meta::{ClassMeta, FieldMeta, RecordMeta, Type};
use super::types;

/// Names compare without case.
pub(super) fn key(name: &str) -> String {
    name.to_lowercase()
}

/// A constant: its expression, compiled anew where it is used.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub value: Expression,
    pub kind: Option<Type>,
    pub module: usize,
    pub public: bool,
}

/// A module-level variable: a global word, or a field of the class.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub index: u32,
    pub kind: Type,
    pub variable: Variable,
}

#[derive(Debug)]
pub(super) struct ModuleScope {
    pub name: Arc<str>,
    pub kind: ModuleKind,
    pub compare: Compare,
    pub base: u8,
    pub variables: HashMap<String, Shared>,
    pub constants: HashMap<String, Constant>,
    pub procedures: HashMap<String, Vec<usize>>,
    pub records: HashMap<String, u32>,
    pub enums: HashSet<String>,
    /// Number of the class, for class modules.
    pub class: Option<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct ParameterScope {
    pub name: Arc<str>,
    pub kind: Type,
    pub by_reference: bool,
    pub optional: bool,
    pub default: Option<Expression>,
    pub rest: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub workflow: usize,
    pub name: Arc<str>,
    pub base_name: String,
    pub module: Option<usize>,
    pub kind: ProcedureKind,
    /// Without the instance.
    pub parameters: Vec<ParameterScope>,
    pub result: Type,
    pub method: bool,
    pub strict: bool,
    pub compare: Compare,
    /// Seen by its own module only.
    pub private: bool,
}

/// What a name means where it stands.
#[derive(Debug, Clone)]
pub(super) enum Symbol {
    Shared { module: usize, shared: Shared },
    Constant(Constant),
    Procedure(usize),
    Module(usize),
    Unknown,
}

#[derive(Debug, Default)]
pub(super) struct Scope {
    pub modules: Vec<ModuleScope>,
    pub signatures: Vec<Signature>,
    pub classes: Vec<ClassMeta>,
    pub records: Vec<RecordMeta>,
    /// Words taken by module variables; static variables of procedures follow.
    pub globals: u32,
    /// Fields of the application's models, both by their keys.
    fields: HashSet<(String, String)>,
    /// Procedures without a module.
    free: HashMap<String, Vec<usize>>,
    module_names: HashMap<String, usize>,
}

impl Scope {
    pub(super) fn new(application: &Application) -> Self {
        let mut scope = Scope::default();
        for module in &application.modules {
            scope.add_module(module);
        }
        for module in &application.modules {
            scope.add_record_names(module);
        }
        for (index, module) in application.modules.iter().enumerate() {
            scope.add_constants(index, module);
        }
        for (index, module) in application.modules.iter().enumerate() {
            scope.fill_module(index, module);
        }
        for (index, workflow) in application.workflows.iter().enumerate() {
            scope.add_procedure(index, workflow);
        }
        for model in &application.data_models {
            scope.fields.extend(model.fields.iter().map(|field| (key(&model.name), key(&field.name))));
        }
        scope
    }

    /// Whether a model declares a field.
    pub(super) fn has_field(&self, model: &str, field: &str) -> bool {
        self.fields.contains(&(key(model), key(field)))
    }

    fn add_module(&mut self, module: &CodeModule) {
        let class = (module.kind == ModuleKind::Class).then(|| {
            self.classes.push(ClassMeta {
                name: Arc::from(module.name.as_str()),
                default_member: module.default_member.as_deref().map(Arc::from),
                enumerator: module.enumerator.as_deref().map(Arc::from),
                implements: module.implements.iter().map(|name| Arc::from(name.as_str())).collect(),
                ..ClassMeta::default()
            });
            (self.classes.len() - 1) as u32
        });
        self.module_names.entry(key(&module.name)).or_insert(self.modules.len());
        self.modules.push(ModuleScope {
            name: Arc::from(module.name.as_str()),
            kind: module.kind,
            compare: module.compare,
            base: module.base,
            variables: HashMap::new(),
            constants: HashMap::new(),
            procedures: HashMap::new(),
            records: HashMap::new(),
            enums: HashSet::new(),
            class,
        });
    }

    fn add_record_names(&mut self, module: &CodeModule) {
        let Some(&index) = self.module_names.get(&key(&module.name)) else { return };
        for record in &module.types {
            let number = self.records.len() as u32;
            self.records.push(RecordMeta { name: Arc::from(record.name.as_str()), fields: Vec::new() });
            self.modules[index].records.insert(key(&record.name), number);
        }
        for definition in &module.enums {
            self.modules[index].enums.insert(key(&definition.name));
        }
    }

    fn fill_module(&mut self, index: usize, module: &CodeModule) {
        for record in &module.types {
            self.fill_record(index, record);
        }
        for variable in &module.variables {
            self.add_variable(index, variable);
        }
    }

    fn add_constants(&mut self, index: usize, module: &CodeModule) {
        let mut all = Vec::new();
        for constant in &module.constants {
            let kind = constant.kind.as_deref().map(|name| types::named(name, self, Some(index), false));
            all.push((
                key(&constant.name),
                Constant { value: constant.value.clone(), kind, module: index, public: constant.public },
            ));
        }
        for member in module.enums.iter().flat_map(|definition| &definition.members) {
            let kind = Some(Type::Plain(Subtype::Long));
            all.push((key(&member.name), Constant { value: member.value.clone(), kind, module: index, public: true }));
        }
        self.modules[index].constants.extend(all);
    }

    fn fill_record(&mut self, index: usize, record: &RecordType) {
        let fields = record.fields.iter().map(|field| self.field(index, field)).collect();
        let number = self.modules[index].records.get(&key(&record.name)).copied();
        if let Some(slot) = number.and_then(|number| self.records.get_mut(number as usize)) {
            slot.fields = fields;
        }
    }

    fn field(&self, index: usize, variable: &Variable) -> FieldMeta {
        FieldMeta {
            name: Arc::from(variable.name.as_str()),
            kind: self.variable_type(Some(index), variable, false),
            bounds: fixed_bounds(self, Some(index), &variable.bounds),
            public: variable.public,
            with_events: variable.with_events,
        }
    }

    fn add_variable(&mut self, index: usize, variable: &Variable) {
        let kind = self.variable_type(Some(index), variable, false);
        let place = match self.modules[index].class {
            Some(class) => {
                let field = self.field(index, variable);
                let fields = &mut self.classes[class as usize].fields;
                fields.push(field);
                (fields.len() - 1) as u32
            }
            None => {
                self.globals += 1;
                self.globals - 1
            }
        };
        let shared = Shared { index: place, kind, variable: variable.clone() };
        self.modules[index].variables.insert(key(&variable.name), shared);
    }

    /// The type of a variable, arrays included.
    pub(super) fn variable_type(&self, module: Option<usize>, variable: &Variable, strict: bool) -> Type {
        let kind = types::named(&variable.kind, self, module, strict);
        let array = variable.dynamic_array || !variable.bounds.is_empty();
        match kind {
            Type::Array(_) => kind,
            kind if array => Type::Array(Box::new(kind)),
            kind => kind,
        }
    }

    fn add_procedure(&mut self, index: usize, workflow: &Workflow) {
        let module = workflow.module.as_deref().and_then(|name| self.module_names.get(&key(name)).copied());
        let strict = workflow.coercion == Coercion::Strict;
        let base_name = base_name(workflow);
        let method = module.is_some_and(|module| self.modules[module].class.is_some());
        let result =
            workflow.returns.as_deref().map_or(types::VARIANT, |name| types::named(name, self, module, strict));
        let signature = Signature {
            workflow: index,
            name: Arc::from(workflow.name.as_str()),
            base_name: base_name.clone(),
            module,
            kind: workflow.procedure.unwrap_or(ProcedureKind::Sub),
            parameters: workflow.inputs.iter().map(|input| self.parameter(module, input, strict)).collect(),
            result,
            method,
            strict,
            private: workflow.private,
            compare: module.map_or(Compare::Binary, |module| self.modules[module].compare),
        };
        let number = self.signatures.len();
        let table = match module {
            Some(module) => &mut self.modules[module].procedures,
            None => &mut self.free,
        };
        table.entry(key(&base_name)).or_default().push(number);
        if let Some(class) = module.and_then(|module| self.modules[module].class) {
            self.classes[class as usize].procedures.push(number as u32);
        }
        self.signatures.push(signature);
    }

    fn parameter(&self, module: Option<usize>, input: &Parameter, strict: bool) -> ParameterScope {
        let kind = if input.rest {
            Type::Array(Box::new(types::VARIANT))
        } else {
            types::named(&input.kind, self, module, strict)
        };
        ParameterScope {
            name: Arc::from(input.name.as_str()),
            // Arrays are always passed by reference in VBA.
            by_reference: input.by_reference || matches!(kind, Type::Array(_)),
            kind,
            optional: input.optional || input.default.is_some(),
            default: input.default.clone(),
            rest: input.rest,
        }
    }

    /// A class or record type seen from a module.
    pub(super) fn user_type(&self, module: Option<usize>, name: &str) -> Option<Type> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let own = module.and_then(|module| self.modules.get(module));
        let all = own.into_iter().chain(&self.modules);
        for candidate in all {
            if let Some(record) = candidate.records.get(name) {
                return Some(Type::Record(*record));
            }
            if candidate.enums.contains(name) {
                return Some(Type::Plain(Subtype::Long));
            }
        }
        self.class(name).map(Type::Class)
    }

    /// Whether a class has `Class_Terminate`.
    pub(super) fn terminates(&self) -> bool {
        self.modules.iter().any(|module| module.class.is_some() && module.procedures.contains_key("class_terminate"))
    }

    /// The number of a class.
    pub(super) fn class(&self, name: &str) -> Option<u32> {
        self.module_names.get(&key(name)).and_then(|module| self.modules[*module].class)
    }

    /// What a name means in a module, beyond the variables of the procedure: own module, then public names of the others.
    pub(super) fn find(&self, module: Option<usize>, name: &str) -> Symbol {
        let name = key(name);
        if let Some(own) = module
            && let Some(found) = self.find_in(own, &name, Seen::Own)
        {
            return found;
        }
        for other in 0..self.modules.len() {
            if Some(other) != module
                && self.modules[other].class.is_none()
                && let Some(found) = self.find_in(other, &name, Seen::Public)
            {
                return found;
            }
        }
        if let Some(found) = self.enum_of_class(&name) {
            return found;
        }
        if let Some(procedure) = self.free.get(&name).and_then(|all| all.first()) {
            return Symbol::Procedure(*procedure);
        }
        self.module_names.get(&name).map_or(Symbol::Unknown, |module| Symbol::Module(*module))
    }

    fn enum_of_class(&self, name: &str) -> Option<Symbol> {
        let classes = self.modules.iter().filter(|module| module.class.is_some());
        let constant = classes.filter_map(|module| module.constants.get(name)).find(|constant| constant.public);
        constant.map(|constant| Symbol::Constant(constant.clone()))
    }

    pub(super) fn find_in(&self, module: usize, name: &str, seen: Seen) -> Option<Symbol> {
        let scope = self.modules.get(module)?;
        let public = seen == Seen::Public;
        if let Some(shared) = scope.variables.get(name).filter(|shared| !public || shared.variable.public) {
            return Some(Symbol::Shared { module, shared: shared.clone() });
        }
        if let Some(constant) = scope.constants.get(name).filter(|constant| !public || constant.public) {
            return Some(Symbol::Constant(constant.clone()));
        }
        // Procedures of document and form modules are members of these objects, not global names.
        if public && scope.kind != ModuleKind::Module {
            return None;
        }
        let seen = |procedure: &&usize| !public || !self.signatures[**procedure].private;
        scope.procedures.get(name)?.iter().find(seen).map(|procedure| Symbol::Procedure(*procedure))
    }

    /// The variant of a property procedure that a use needs.
    pub(super) fn property(&self, procedure: usize, kind: ProcedureKind) -> Option<usize> {
        let signature = self.signatures.get(procedure)?;
        let name = key(&signature.base_name);
        let all = match signature.module {
            Some(module) => self.modules[module].procedures.get(&name),
            None => self.free.get(&name),
        }?;
        all.iter().copied().find(|candidate| self.signatures[*candidate].kind == kind)
    }

    /// A workflow by its name, else by the base name when only one has it.
    pub(super) fn workflow(&self, name: &str) -> Option<usize> {
        let wanted = key(name);
        if let Some(exact) = self.signatures.iter().position(|signature| key(&signature.name) == wanted) {
            return Some(exact);
        }
        let mut found = self
            .signatures
            .iter()
            .enumerate()
            .filter(|(_, signature)| !signature.method && key(&signature.base_name) == wanted);
        let first = found.next()?;
        Some(first.0)
    }
}

/// From where a name is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Own,
    Public,
}

/// The name by which code calls a procedure: the workflow's name without its module and without what tells property variants apart.
fn base_name(workflow: &Workflow) -> String {
    let name = workflow.name.as_str();
    let prefix = workflow.module.as_deref().map(|module| format!("{module}."));
    let rest = match prefix {
        Some(prefix) if name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&prefix)) => {
            &name[prefix.len()..]
        }
        _ => name,
    };
    let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(rest.len());
    let base = if workflow.module.is_some() && end > 0 { &rest[..end] } else { rest };
    base.to_string()
}
