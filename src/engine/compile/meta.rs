//! What the sandbox must know of a compiled program besides its code: names, call shapes, types, procedures, classes, steps.

use std::sync::Arc;

use crate::engine::value::Subtype;
use crate::engine::value::functions::FunctionId;
use crate::model::{Compare, ProcedureKind, RetryPolicy};

use super::capability::Capability;

/// A declared type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    Plain(Subtype),
    Array(Box<Type>),
    /// A record type of the program, by number.
    Record(u32),
    /// A class of the program, by number.
    Class(u32),
    /// A class of an object model, by name; `Object`, `Collection` and unknown names too.
    Named(Arc<str>),
}

/// What a member or name is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    Get,
    Let,
    Set,
}

/// One way of calling: the name, how many positional arguments, which named ones. With `Let` and `Set` the value is
/// one more argument at the end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    pub name: Arc<str>,
    /// The name in lower case.
    pub key: Arc<str>,
    /// The library function of that name.
    pub function: Option<FunctionId>,
    pub usage: Use,
    pub positional: u32,
    pub named: Vec<Arc<str>>,
    pub compare: Compare,
    /// `Option Base` of the caller.
    pub base: u8,
    /// Whether the caller takes no implicit conversions.
    pub strict: bool,
    /// A name and nothing more: one that nobody knows is an undeclared variable.
    pub bare: bool,
    /// Class of the caller: it sees its private members.
    pub inside: Option<u32>,
}

impl Shape {
    /// Arguments without the assigned value.
    pub fn arguments(&self) -> u32 {
        self.positional + self.named.len() as u32
    }

    /// Arguments with the assigned value.
    pub fn pairs(&self) -> u32 {
        self.arguments() + u32::from(self.usage != Use::Get)
    }
}

/// A parameter as the dispatcher sees it.
#[derive(Debug, Clone)]
pub struct ParameterMeta {
    pub name: Arc<str>,
    pub kind: Type,
    pub by_reference: bool,
    pub optional: bool,
    pub rest: bool,
    /// The default as a constant, when it is a literal.
    pub default: Option<Literal>,
}

/// A constant the host can build.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Whole(i64),
    Number(f64),
    Text(String),
    Boolean(bool),
}

/// One procedure; its number is its place in the function table.
#[derive(Debug, Clone)]
pub struct ProcedureMeta {
    /// The workflow's name.
    pub name: Arc<str>,
    pub base_name: Arc<str>,
    pub module: Option<u32>,
    pub kind: ProcedureKind,
    pub parameters: Vec<ParameterMeta>,
    /// The first parameter is the instance.
    pub method: bool,
    pub strict: bool,
    pub private: bool,
    pub result: Type,
    /// (name, frame offset) of the variables that are outputs of the workflow.
    pub outputs: Vec<(Arc<str>, u32)>,
}

/// A class of the program.
#[derive(Debug, Clone, Default)]
pub struct ClassMeta {
    pub name: Arc<str>,
    /// Fields in order: name, type, declared public.
    pub fields: Vec<FieldMeta>,
    pub procedures: Vec<u32>,
    pub default_member: Option<Arc<str>>,
    pub enumerator: Option<Arc<str>>,
    pub implements: Vec<Arc<str>>,
}

/// A field of a class or record; fixed arrays carry their bounds.
#[derive(Debug, Clone)]
pub struct FieldMeta {
    pub name: Arc<str>,
    pub kind: Type,
    pub bounds: Vec<(i32, i32)>,
    pub public: bool,
    pub with_events: bool,
}

/// A record type.
#[derive(Debug, Clone, Default)]
pub struct RecordMeta {
    pub name: Arc<str>,
    pub fields: Vec<FieldMeta>,
}

/// One step as the record of a run names it.
#[derive(Debug, Clone, Default)]
pub struct StepMeta {
    pub id: String,
    pub workflow: Arc<str>,
    pub module: Arc<str>,
    /// First physical line in the legacy code; 0 where there is none.
    pub line: u32,
    /// Last physical line: where a loop goes on to its next round.
    pub end_line: u32,
    pub outside: Option<Outside>,
    /// Words the step hands to the outside.
    pub arguments: u32,
}

/// What a step asks of the world outside the program.
#[derive(Debug, Clone)]
pub enum Outside {
    Service {
        service: String,
        operation: String,
        names: Vec<Arc<str>>,
        retry: RetryPolicy,
        timeout_ms: Option<u64>,
    },
    Emit {
        topic: String,
    },
    Wait,
    Notify,
    Ask,
    Approve,
    Log,
    /// The statement, then its parameters in the order of their names.
    Sql {
        names: Vec<Arc<str>>,
    },
    Query {
        names: Vec<Arc<str>>,
    },
    Create {
        model: String,
        names: Vec<Arc<str>>,
    },
    /// An action query made of a step over records, with the variables it uses as parameters.
    Change {
        sql: String,
        names: Vec<Arc<str>>,
    },
    Manual {
        reason: String,
    },
}

/// Where things lie in linear memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout {
    pub globals_at: u32,
    pub globals: u32,
    pub statics_at: u32,
    pub stack_at: u32,
    pub heap_at: u32,
}

/// Everything above.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    pub shapes: Vec<Shape>,
    pub types: Vec<Type>,
    pub names: Vec<Arc<str>>,
    pub procedures: Vec<ProcedureMeta>,
    pub classes: Vec<ClassMeta>,
    pub records: Vec<RecordMeta>,
    pub modules: Vec<Arc<str>>,
    /// Module and static variables in the order of their words.
    pub globals: Vec<FieldMeta>,
    pub steps: Vec<StepMeta>,
    pub capabilities: Vec<Capability>,
    pub layout: Layout,
}
