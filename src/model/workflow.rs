//! Workflows: procedures made of steps, with their trigger, interface and rules of coercion.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expression, Grade, Step, Unmapped};

/// One procedure: converted from a macro, a query or a formula, or written by hand.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workflow {
    /// Unique in the application: `Module1.Main` for converted code.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// The code module it was converted from; its variables, types and constants are in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<ProcedureKind>,
    /// Seen by its own module only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    #[serde(default, skip_serializing_if = "is_strict")]
    pub coercion: Coercion,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Parameter>,
    /// Names of variables whose final values are the run's outputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// Type of the returned value, for functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Statements that became no step, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmapped: Vec<Unmapped>,
    /// Weakest grade of its own steps and of every procedure it calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// 0 to 1: share of statements converted exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion_confidence: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equivalence: Option<Equivalence>,
    /// What the procedure and its callees try to use: the manifest that policy grants or refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
}

fn is_strict(coercion: &Coercion) -> bool {
    *coercion == Coercion::Strict
}

/// Whose rules turn one type into another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Coercion {
    /// Mixed types are an error: for workflows written by hand.
    #[default]
    Strict,
    /// MS-VBAL: for workflows converted from VBA.
    Vba,
}

/// What starts a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "on", rename_all = "camelCase")]
pub enum Trigger {
    Manual,
    OnOpen,
    BeforeClose,
    BeforeSave,
    OnCreate {
        model: String,
    },
    OnUpdate {
        model: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<String>,
    },
    OnDelete {
        model: String,
    },
    /// A form control or another user-interface event, named as in the source: `CommandButton1_Click`.
    OnControl {
        control: String,
    },
    Schedule {
        cron: String,
    },
    Event {
        topic: String,
    },
}

/// The form of the procedure a workflow was converted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ProcedureKind {
    Sub,
    Function,
    PropertyGet,
    PropertyLet,
    PropertySet,
}

/// One argument of a workflow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    pub name: String,
    /// A DSL storage type, a VBA type name (`Long`, `Variant`, `Range`), or a class or record type; `()` appended for arrays.
    #[serde(rename = "type")]
    pub kind: String,
    /// Changes are seen by the caller.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_reference: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Expression>,
    /// Takes all remaining arguments as an array.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest: bool,
}

/// A declared variable; it exists for the whole procedure (or module), wherever its declaration stood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    pub name: String,
    /// As `Parameter::kind`; `String*5` for fixed-length text.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bounds of a fixed array, one `lower:upper` expression pair per dimension.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<(Expression, Expression)>,
    /// `()` without bounds: dimensioned later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dynamic_array: bool,
    /// Keeps its value between calls.
    #[serde(default, rename = "static", skip_serializing_if = "std::ops::Not::not")]
    pub keeps_value: bool,
    /// `As New`: created on first use.
    #[serde(default, rename = "new", skip_serializing_if = "std::ops::Not::not")]
    pub auto_new: bool,
    /// `WithEvents`: the procedures `name_Event` of its class answer the events of the object it holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_events: bool,
    /// Visible to other modules (module variables only).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
}

/// Kinds of code modules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ModuleKind {
    #[default]
    Module,
    Class,
    Document,
    Form,
}

/// What the procedures of one code module share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeModule {
    pub name: String,
    pub kind: ModuleKind,
    /// SHA-256 of the module's text as extracted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    #[serde(default)]
    pub compare: Compare,
    /// `Option Base`: 0 or 1.
    #[serde(default)]
    pub base: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constants: Vec<ConstantDefinition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<RecordType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumDefinition>,
    /// Interfaces a class implements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implements: Vec<String>,
    /// The member marked as default (`VB_UserMemId = 0`), if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_member: Option<String>,
    /// The member that gives what `For Each` visits (`VB_UserMemId = -4`), if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enumerator: Option<String>,
    /// The worksheet or workbook object a document module belongs to (its code name is `name`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// How strings compare (`Option Compare`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    #[default]
    Binary,
    Text,
    Database,
}

/// A named constant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConstantDefinition {
    pub name: String,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub value: Expression,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
}

/// A user-defined type: assigning one copies it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordType {
    pub name: String,
    pub fields: Vec<Variable>,
}

/// An enumeration: names for Long values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnumDefinition {
    pub name: String,
    pub members: Vec<ConstantDefinition>,
}

/// The last equivalence replay of a workflow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Equivalence {
    pub passed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}
