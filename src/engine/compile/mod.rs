//! Workflows to WebAssembly: every workflow of an application becomes one function of one module, with no door out but
//! the imports. Promises well-formed code for any model, or an `EngineError` that says where the model is wrong.
//! Knows nothing of WebAssembly engines: running is `engine::sandbox`'s work.

mod assign;
mod body;
mod bounds;
mod call;
pub mod capability;
mod code;
mod control;
mod criteria;
mod expr;
mod flow;
mod library;
pub mod meta;
pub(in crate::engine) mod module;
pub(in crate::engine) mod operate;
mod outside;
mod place;
mod procedure;
mod scope;
mod steps;
mod tables;
mod types;
pub(in crate::engine) mod word;

use std::sync::{Arc, OnceLock};

use thiserror::Error;

use crate::model::{Application, Step};

pub(in crate::engine) use call::{COLLECTION_CLASS, DICTIONARY_CLASS, STEP_BIT};
pub use capability::Capability;

use meta::{FieldMeta, Layout, Meta, ParameterMeta, ProcedureMeta};
use scope::Scope;
use tables::Tables;

/// Steps of one program; a workbook's whole code is some thousands.
pub const MAX_STEPS: usize = 500_000;
/// Procedures of one program.
pub const MAX_PROCEDURES: usize = 20_000;
/// Bytes of one module.
pub const MAX_MODULE_BYTES: usize = 64 << 20;

/// What is wrong with a model, or why its module cannot be run.
#[derive(Debug, Error)]
pub enum EngineError {
    #[error("there is no workflow `{name}`")]
    UnknownWorkflow { name: String },
    #[error("the expression `{text}` of step {pointer} cannot be read: {reason}")]
    Expression { pointer: String, text: String, reason: String },
    #[error("step {pointer} jumps to an unknown label `{label}`")]
    UnknownLabel { pointer: String, label: String },
    #[error("step {pointer} nests too deeply")]
    TooDeep { pointer: String },
    #[error("{what} is too large: {name}")]
    TooLarge { what: &'static str, name: String },
    #[error("step {pointer} holds {what}, which cannot be compiled")]
    Unsupported { pointer: String, what: &'static str },
    #[error("the compiled module was not accepted")]
    Module(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// How to compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CompileOptions {
    /// A workflow that cannot be compiled ends a run that reaches it as `refused` instead of failing the whole program.
    pub lenient: Lenient,
}

/// What becomes of a workflow that cannot be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lenient {
    #[default]
    Fail,
    Refuse,
}

/// A compiled application: its module and what the sandbox must know of it.
#[derive(Debug)]
pub struct Program {
    pub(in crate::engine) bytes: Vec<u8>,
    pub(in crate::engine) meta: Arc<Meta>,
    pub(in crate::engine) module: OnceLock<super::sandbox::CompiledModule>,
    /// Workflows that became a refusal, with the reason.
    pub rejected: Vec<(String, String)>,
    /// Names that neither the program nor the libraries know, in order of appearance.
    pub unknown: Vec<UnknownName>,
}

/// A name that only an object model can still know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    pub name: String,
    pub module: String,
    pub line: u32,
    /// With arguments, or as a statement; else it reads like a variable.
    pub called: bool,
}

impl Program {
    /// The capabilities the code contains, whether or not a run reaches them.
    pub fn manifest(&self) -> &[Capability] {
        &self.meta.capabilities
    }

    /// The WebAssembly module.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Ids of all steps with their workflow, in the order of the record's hit counts.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &str)> {
        self.meta.steps.iter().map(|step| (step.workflow.as_ref(), step.id.as_str()))
    }

    /// The number of a workflow: by its name, else by the part after the module's name.
    pub(in crate::engine) fn find(&self, name: &str) -> Option<u32> {
        let wanted = name.to_lowercase();
        let all = &self.meta.procedures;
        let exact = all.iter().position(|procedure| procedure.name.to_lowercase() == wanted);
        exact
            .or_else(|| {
                all.iter().position(|procedure| !procedure.method && procedure.base_name.to_lowercase() == wanted)
            })
            .map(|at| at as u32)
    }
}

/// Compiles every workflow of an application into one program.
pub fn compile(application: &Application, options: &CompileOptions) -> Result<Program, EngineError> {
    let steps: usize = application.workflows.iter().map(|workflow| count(&workflow.steps, 0)).sum();
    if steps > MAX_STEPS || application.workflows.len() > MAX_PROCEDURES {
        return Err(EngineError::TooLarge { what: "the application", name: application.id.clone() });
    }
    let scope = Scope::new(application);
    let mut globals = module_globals(&scope);
    let statics = application
        .workflows
        .iter()
        .flat_map(|workflow| &workflow.variables)
        .filter(|variable| variable.keeps_value)
        .count();
    let mut tables = Tables::default();
    tables.globals_at = (word::COUNTERS_AT + steps as u32 * 4).next_multiple_of(word::WORD);
    let words = globals.len() as u32 + statics as u32;
    tables.statics_at = tables.globals_at + words * word::WORD;
    tables.types.number(types::VARIANT);
    let mut bodies = Vec::new();
    let mut procedures = Vec::new();
    let mut rejected = Vec::new();
    for signature in &scope.signatures {
        let workflow = &application.workflows[signature.workflow];
        let before = (tables.steps.len(), globals.len());
        let compiled = match procedure::compile(&scope, &mut tables, &mut globals, signature, workflow) {
            Err(error) if options.lenient == Lenient::Refuse => {
                rejected.push((workflow.name.clone(), error.to_string()));
                tables.steps.truncate(before.0);
                globals.truncate(before.1);
                procedure::compile(&scope, &mut tables, &mut globals, signature, &refusal(workflow, &error))?
            }
            other => other?,
        };
        procedures.push(procedure_meta(signature, compiled.outputs));
        bodies.push(compiled.function);
    }
    let unknown = std::mem::take(&mut tables.unknown);
    let meta = finish(scope, tables, globals, procedures, words);
    let (meta, statics) = meta;
    let bytes = module::assemble(&bodies, &meta.layout, &statics);
    if bytes.len() > MAX_MODULE_BYTES {
        return Err(EngineError::TooLarge { what: "the compiled module", name: application.id.clone() });
    }
    Ok(Program { bytes, meta: Arc::new(meta), module: OnceLock::new(), rejected, unknown })
}

/// The same workflow with nothing but a refusal in it.
fn refusal(workflow: &crate::model::Workflow, error: &EngineError) -> crate::model::Workflow {
    let action = crate::model::Action::Manual { reason: error.to_string(), text: String::new() };
    let source = workflow.steps.first().map(|step| step.source.clone()).unwrap_or_default();
    let step = Step { id: String::from("refused"), action, source, ..Step::default() };
    crate::model::Workflow { steps: vec![step], variables: Vec::new(), outputs: Vec::new(), ..workflow.clone() }
}

fn finish(
    mut scope: Scope,
    mut tables: Tables,
    globals: Vec<FieldMeta>,
    procedures: Vec<ProcedureMeta>,
    words: u32,
) -> (Meta, Vec<u8>) {
    // The sandbox coerces fields and parameters by type number.
    let declared = scope
        .records
        .iter()
        .flat_map(|record| &record.fields)
        .chain(scope.classes.iter().flat_map(|class| &class.fields));
    for kind in declared.map(|field| field.kind.clone()).collect::<Vec<_>>() {
        tables.types.number(kind);
    }
    let statics = std::mem::take(&mut tables.statics);
    let stack_at = (tables.statics_at + statics.len() as u32).next_multiple_of(word::WORD * 2);
    let layout = Layout {
        globals_at: tables.globals_at,
        globals: words,
        statics_at: tables.statics_at,
        stack_at,
        heap_at: stack_at + word::STACK_BYTES,
    };
    let meta = Meta {
        shapes: tables.shapes.all,
        types: tables.types.all,
        names: tables.names.all,
        procedures,
        classes: std::mem::take(&mut scope.classes),
        records: std::mem::take(&mut scope.records),
        modules: scope.modules.iter().map(|module| module.name.clone()).collect(),
        globals,
        steps: tables.steps,
        capabilities: tables.capabilities.into_iter().collect(),
        layout,
    };
    (meta, statics)
}

fn procedure_meta(signature: &scope::Signature, outputs: Vec<(Arc<str>, u32)>) -> ProcedureMeta {
    let parameter = |parameter: &scope::ParameterScope| ParameterMeta {
        name: parameter.name.clone(),
        kind: parameter.kind.clone(),
        by_reference: parameter.by_reference,
        optional: parameter.optional,
        rest: parameter.rest,
        default: parameter.default.as_ref().and_then(literal),
    };
    ProcedureMeta {
        name: signature.name.clone(),
        base_name: signature.base_name.as_str().into(),
        module: signature.module.map(|module| module as u32),
        kind: signature.kind,
        parameters: signature.parameters.iter().map(parameter).collect(),
        method: signature.method,
        strict: signature.strict,
        private: signature.private,
        result: signature.result.clone(),
        outputs,
    }
}

fn literal(expression: &crate::model::Expression) -> Option<meta::Literal> {
    use crate::lang::formula::{Dialect, Node, UnaryOp, parse};
    let (node, _) = parse(&expression.0, Dialect::Names);
    Some(match node {
        Node::Integer(value) => meta::Literal::Whole(value),
        Node::Number(value) => meta::Literal::Number(value),
        Node::Text(text) => meta::Literal::Text(text),
        Node::Boolean(value) => meta::Literal::Boolean(value),
        Node::Unary { op: UnaryOp::Minus, operand } => match *operand {
            Node::Integer(value) => meta::Literal::Whole(value.checked_neg()?),
            Node::Number(value) => meta::Literal::Number(-value),
            _ => return None,
        },
        _ => return None,
    })
}

/// The globals of standard modules, by the numbers the scope gave them.
fn module_globals(scope: &Scope) -> Vec<FieldMeta> {
    let mut all: Vec<(u32, FieldMeta)> = Vec::new();
    for (index, module) in scope.modules.iter().enumerate().filter(|(_, module)| module.class.is_none()) {
        for shared in module.variables.values() {
            let bounds = bounds::fixed_bounds(scope, Some(index), &shared.variable.bounds);
            let field = FieldMeta {
                name: shared.variable.name.as_str().into(),
                kind: shared.kind.clone(),
                bounds,
                public: shared.variable.public,
                with_events: false,
            };
            all.push((shared.index, field));
        }
    }
    all.sort_by_key(|(index, _)| *index);
    let mut globals = Vec::new();
    for (index, field) in all {
        // A name declared twice in a module leaves a word without a variable.
        while globals.len() < index as usize {
            globals.push(FieldMeta {
                name: "".into(),
                kind: types::VARIANT,
                bounds: Vec::new(),
                public: false,
                with_events: false,
            });
        }
        globals.push(field);
    }
    globals
}

/// Steps of a list, nested ones included; more than may nest count as too many.
fn count(steps: &[Step], depth: usize) -> usize {
    if depth > body::MAX_STEP_DEPTH {
        return MAX_STEPS + 1;
    }
    steps
        .iter()
        .map(|step| 1 + flow::children(&step.action).into_iter().map(|inner| count(inner, depth + 1)).sum::<usize>())
        .sum()
}
