//! Names of a project: procedures, module variables, constants, types, external procedures, and who sees them.
//! VBA compares names without case; a name is looked up in its own module, then among the public names of standard modules.

use std::collections::HashMap;

use crate::convert::{Context, Host};
use crate::lang::vba::Parsed;
use crate::lang::vba::ast::{
    DeclarationKind, ExternalProcedure, Ident, Module, ModuleKind, Procedure, ProcedureKind, TypeRef, TypeSuffix,
    Variable, Visibility,
};

use super::class::{self, Class};

/// What a name of module level stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Symbol<'a> {
    Variable(&'a Variable),
    Constant,
    EnumMember,
    Enum,
    Procedure(&'a Procedure, usize),
    External(&'a ExternalProcedure),
    Module(usize),
    Unknown,
}

/// A user-defined type.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub members: &'a [Variable],
}

/// Which object a document module belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Document {
    None,
    Sheet,
    Workbook,
}

/// All modules of one conversion.
pub(super) struct Project<'a> {
    pub modules: Vec<&'a Module>,
    pub context: &'a Context,
    pub records: Vec<Record<'a>>,
    record_names: HashMap<String, usize>,
    own: Vec<HashMap<String, Symbol<'a>>>,
    public: HashMap<String, Symbol<'a>>,
    module_names: HashMap<String, usize>,
}

impl<'a> Project<'a> {
    pub fn new(parsed: &'a [Parsed], context: &'a Context) -> Self {
        let modules: Vec<&Module> = parsed.iter().map(|one| &one.module).collect();
        let mut project = Project {
            module_names: modules.iter().enumerate().map(|(place, one)| (one.name.to_lowercase(), place)).collect(),
            modules: modules.clone(),
            context,
            records: Vec::new(),
            record_names: HashMap::new(),
            own: Vec::new(),
            public: HashMap::new(),
        };
        for (place, module) in modules.iter().enumerate() {
            let names = project.names_of(place, module);
            project.own.push(names);
        }
        project
    }

    fn names_of(&mut self, place: usize, module: &'a Module) -> HashMap<String, Symbol<'a>> {
        let mut names = HashMap::new();
        for declaration in &module.declarations {
            let visibility = declaration.visibility;
            let standard = module.kind == ModuleKind::Standard;
            let public = matches!(visibility, Visibility::Public | Visibility::Global) && standard;
            // Enums, types and external procedures are public unless said otherwise; enums and types even in classes.
            let default_public = visibility != Visibility::Private;
            match &declaration.kind {
                DeclarationKind::Variables(list) => {
                    list.iter().for_each(|one| self.add(&mut names, &one.name, Symbol::Variable(one), public));
                }
                DeclarationKind::Constants(list) => {
                    list.iter().for_each(|one| self.add(&mut names, &one.name, Symbol::Constant, public));
                }
                DeclarationKind::Enum { name, members } => {
                    self.add(&mut names, name, Symbol::Enum, default_public);
                    members.iter().for_each(|one| self.add(&mut names, &one.name, Symbol::EnumMember, default_public));
                }
                DeclarationKind::Type { name, members } => {
                    self.record_names.insert(name.text.to_lowercase(), self.records.len());
                    self.records.push(Record { members });
                }
                DeclarationKind::Declare(external) => {
                    self.add(&mut names, &external.name, Symbol::External(external), default_public && standard);
                }
                _ => {}
            }
        }
        for procedure in &module.procedures {
            let public = module.kind == ModuleKind::Standard && procedure.visibility != Visibility::Private;
            self.add(&mut names, &procedure.name, Symbol::Procedure(procedure, place), public);
        }
        names
    }

    fn add(&mut self, names: &mut HashMap<String, Symbol<'a>>, name: &Ident, symbol: Symbol<'a>, public: bool) {
        let key = name.text.to_lowercase();
        if public {
            self.public.entry(key.clone()).or_insert(symbol);
        }
        names.entry(key).or_insert(symbol);
    }

    /// What a name means in a module, its procedures' locals apart.
    pub fn find(&self, module: usize, name: &str) -> Symbol<'a> {
        let key = name.to_lowercase();
        let own = self.own.get(module).and_then(|names| names.get(&key));
        if let Some(symbol) = own.or_else(|| self.public.get(&key)) {
            return *symbol;
        }
        self.module_named(name).map_or(Symbol::Unknown, Symbol::Module)
    }

    /// A name inside a given module: `Module1.Total`.
    pub fn find_in(&self, module: usize, name: &str) -> Symbol<'a> {
        let found = self.own.get(module).and_then(|names| names.get(&name.to_lowercase()));
        found.copied().unwrap_or(Symbol::Unknown)
    }

    pub fn module_named(&self, name: &str) -> Option<usize> {
        self.module_names.get(&name.to_lowercase()).copied()
    }

    /// The procedure of one name and form, for properties.
    pub fn procedure(&self, module: usize, name: &str, kinds: &[ProcedureKind]) -> Option<&'a Procedure> {
        let module = self.modules.get(module)?;
        module.procedures.iter().find(|one| one.name.is(name) && kinds.contains(&one.kind))
    }

    /// The static class of a variable or parameter.
    pub fn class_of_type(&self, declared: Option<&TypeRef>, suffix: Option<TypeSuffix>) -> Class {
        if suffix.is_some() {
            return Class::Scalar;
        }
        let Some(declared) = declared else {
            return Class::Unknown;
        };
        let short = declared.name.rsplit('.').next().unwrap_or(&declared.name).to_lowercase();
        if let Some(record) = self.record_names.get(&short) {
            return Class::Record(*record);
        }
        match self.module_names.get(&short) {
            Some(place) => self.class_of_module(*place),
            None => class::of_type(&declared.name),
        }
    }

    /// The class of `Me` and of the module's own name.
    pub fn class_of_module(&self, place: usize) -> Class {
        match (self.document(place), self.modules.get(place).map(|module| module.kind)) {
            (Document::Sheet, _) => Class::Worksheet,
            (Document::Workbook, _) => Class::Workbook,
            (_, Some(ModuleKind::Form)) if self.context.host == Host::Access => Class::Form,
            _ => Class::Own(place),
        }
    }

    /// What a document module belongs to: by its base class's GUID, by the context, else by name.
    pub fn document(&self, place: usize) -> Document {
        /// Base classes of worksheet and chart modules, and of the workbook's (registered by Excel).
        const SHEET_BASES: [&str; 2] = ["00020820", "00020821"];
        const WORKBOOK_BASE: &str = "00020819";
        let Some(module) = self.modules.get(place).filter(|module| module.kind == ModuleKind::Document) else {
            return Document::None;
        };
        if self.context.host == Host::Access {
            return Document::None;
        }
        let base = module.attributes.iter().find(|one| one.name.eq_ignore_ascii_case("VB_Base"));
        let base = base.map(|one| format!("{:?}", one.values)).unwrap_or_default();
        if base.contains(WORKBOOK_BASE) {
            return Document::Workbook;
        }
        if SHEET_BASES.iter().any(|guid| base.contains(guid)) || self.sheet_name(&module.name).is_some() {
            return Document::Sheet;
        }
        if module.name.eq_ignore_ascii_case("ThisWorkbook") { Document::Workbook } else { Document::Sheet }
    }

    /// The tab name of the sheet with this code name.
    pub fn sheet_name(&self, code_name: &str) -> Option<&str> {
        let found = self.context.sheets.iter().find(|(code, _)| code.eq_ignore_ascii_case(code_name));
        found.map(|(_, name)| name.as_str())
    }
}

/// The name of a procedure's workflow.
pub(super) fn workflow_name(module: &str, procedure: &Procedure) -> String {
    let form = match procedure.kind {
        ProcedureKind::Sub | ProcedureKind::Function => "",
        ProcedureKind::PropertyGet => " [get]",
        ProcedureKind::PropertyLet => " [let]",
        ProcedureKind::PropertySet => " [set]",
    };
    format!("{module}.{}{form}", procedure.name.text)
}
