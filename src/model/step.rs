//! Steps: what a workflow does, in the vocabulary of `docs/dsl.md`.
//! Object-model steps keep the legacy call as an expression over names, so the faithful workflow is executable as it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An expression in the DSL's one expression language: Excel formula syntax over names (`lang::formula`, dialect `Names`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Expression(pub String);

impl Expression {
    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Expression {
    fn from(text: &str) -> Self {
        Expression(text.to_string())
    }
}

/// One step. `id` is derived on read when absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    #[serde(default)]
    pub id: String,
    #[serde(flatten)]
    pub action: Action,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Why the grade is not exact, or what to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The statements this step was made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<SourceSpan>,
    /// Facts for policy: fields read, written, logged; where data goes and under which protection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_fields: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<bool>,
    /// TLS version of the connection: `1.2`, `1.3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// `automated-significant` for a decision with legal or similar effect (GDPR Art. 22).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_review: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
}

/// Where in the legacy code a step comes from. Lines and columns count from 1 over the module as extracted, Attribute lines included.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceSpan {
    pub module: String,
    pub procedure: String,
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// How faithful a conversion is; the weakest wins upward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    Exact,
    Approximate,
    Manual,
}

/// A statement that became no step of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unmapped {
    pub reason: String,
    pub text: String,
    pub source: SourceSpan,
}

/// What to do when a call fails. The host retries; only transient failures (408, 429, 5xx, transport) are retried.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetryPolicy {
    /// Attempts in all, the first included; 0 counts as 1.
    pub max_attempts: u32,
    /// `fixed`, `linear` or `exponential`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backoff: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_delay_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_delay_ms: Option<u64>,
    /// Full jitter unless `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<bool>,
}

/// One alternative of a `switch`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Tried in order; the first that holds wins.
    pub when: Vec<CaseTest>,
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// One test of a case against the switch value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", untagged)]
pub enum CaseTest {
    Equals {
        equals: Expression,
    },
    Between {
        from: Expression,
        to: Expression,
    },
    /// `is` is one of `=`, `<>`, `<`, `<=`, `>`, `>=`.
    Compared {
        is: String,
        value: Expression,
    },
}

/// A step that calls a member of the legacy object model; `expression` is the call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Method {
    #[serde(default, skip_serializing_if = "Expression::is_empty")]
    pub expression: Expression,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    // control
    Sequence {
        steps: Vec<Step>,
    },
    If {
        condition: Expression,
        #[serde(default)]
        then: Vec<Step>,
        #[serde(default, rename = "else", skip_serializing_if = "Vec::is_empty")]
        otherwise: Vec<Step>,
    },
    Switch {
        on: Expression,
        cases: Vec<Case>,
        #[serde(default, rename = "else", skip_serializing_if = "Vec::is_empty")]
        otherwise: Vec<Step>,
    },
    /// `items` is a collection, array or range; the variable holds each in turn.
    ForEach {
        variable: Expression,
        items: Expression,
        #[serde(default)]
        steps: Vec<Step>,
    },
    /// Limits are evaluated once; afterwards the variable is one step past the limit.
    For {
        variable: Expression,
        from: Expression,
        to: Expression,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Expression>,
        #[serde(default)]
        steps: Vec<Step>,
    },
    /// `test` is `head` or `tail`.
    While {
        condition: Expression,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        test: Option<String>,
        #[serde(default)]
        steps: Vec<Step>,
    },
    /// Leaves the innermost loop of the kind `for` or `do`.
    Break {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    Continue {},
    /// Leaves the procedure; a function's value is the variable of its name.
    Return {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Expression>,
    },
    /// Ends the whole run (`End`).
    Stop {},
    /// Calls another workflow of the application by name.
    Call {
        workflow: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        arguments: Vec<Expression>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<Expression>,
    },
    Raise {
        number: Expression,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<Expression>,
    },
    TryCatch {
        #[serde(default)]
        steps: Vec<Step>,
        #[serde(default, rename = "catch", skip_serializing_if = "Vec::is_empty")]
        handler: Vec<Step>,
    },
    /// `On Error`: `mode` is `goto` (with `label`), `resumeNext`, `off` (GoTo 0) or `clear` (GoTo -1).
    OnError {
        mode: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    /// `Resume`: `mode` is `retry`, `next` or `label`.
    Resume {
        mode: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    Label {
        name: String,
    },
    Goto {
        label: String,
    },
    Gosub {
        label: String,
    },
    GosubReturn {},
    // data
    /// `reference`: the target becomes the same object (`Set`); else the value is copied (`Let`).
    Set {
        target: Expression,
        value: Expression,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reference: bool,
    },
    /// `ReDim`: one `lower:upper` pair per dimension.
    DeclareArray {
        variable: Expression,
        bounds: Vec<(Expression, Expression)>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        preserve: bool,
        #[serde(default, rename = "elementType", skip_serializing_if = "Option::is_none")]
        element: Option<String>,
    },
    /// `Erase`.
    ClearArray {
        variable: Expression,
    },
    /// `Mid(target, start, length) = value` in place.
    ReplaceText {
        target: Expression,
        start: Expression,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        length: Option<Expression>,
        value: Expression,
    },
    WriteRange {
        target: Expression,
        value: Expression,
    },
    SetFormula {
        target: Expression,
        value: Expression,
    },
    ClearRange(Method),
    InsertRows(Method),
    DeleteRows(Method),
    CopyRange(Method),
    SortRange(Method),
    FilterRange(Method),
    FindCell(Method),
    AddSheet(Method),
    DeleteSheet(Method),
    RenameSheet {
        target: Expression,
        value: Expression,
    },
    Recalc(Method),
    /// Cosmetics: fonts, colours, widths. A write has a `value`, a method call has none.
    Format {
        target: Expression,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Expression>,
    },
    /// Any other call of a member for its effect.
    Invoke(Method),
    // tables
    /// A query; the variable holds its rows as (row, column). `with` gives its parameters their values.
    Query {
        sql: Expression,
        #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
        with: std::collections::BTreeMap<String, Expression>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<Expression>,
    },
    /// An action query, executed as written: `CurrentDb.Execute`, `DoCmd.RunSQL`. `with` gives its parameters their values.
    /// `on` is the object whose `Execute` (of `DoCmd`: `RunSQL`) it was and `options` what it was told; without `on` it is
    /// done whole or not at all.
    ExecuteSql {
        sql: Expression,
        #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
        with: std::collections::BTreeMap<String, Expression>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Expression>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        options: Option<Expression>,
    },
    CreateRecord {
        model: String,
        values: std::collections::BTreeMap<String, Expression>,
    },
    /// Filter and values are expressions over the record's fields and the workflow's variables. A name that is both means
    /// the field in the filter and the variable in a value.
    UpdateRecord {
        model: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Expression>,
        values: std::collections::BTreeMap<String, Expression>,
    },
    DeleteRecord {
        model: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<Expression>,
    },
    // outside
    ApiCall {
        service: String,
        operation: String,
        #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
        with: std::collections::BTreeMap<String, Expression>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<Expression>,
    },
    SendEmail(Method),
    ReadFile(Method),
    WriteFile(Method),
    RunProcess(Method),
    ImportFile(Method),
    ExportFile(Method),
    ExportDocument(Method),
    Print(Method),
    ChatMessage(Method),
    /// An operation on all records of a model: `erase`, `anonymise`, `purge`, `subjectExport`.
    Data {
        operation: String,
        model: String,
    },
    Emit {
        topic: String,
        payload: Expression,
    },
    Wait {
        milliseconds: Expression,
    },
    // people
    Notify {
        message: Expression,
    },
    UserTask {
        prompt: Expression,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<Expression>,
    },
    Approval {
        prompt: Expression,
        #[serde(default)]
        then: Vec<Step>,
        #[serde(default, rename = "else", skip_serializing_if = "Vec::is_empty")]
        otherwise: Vec<Step>,
    },
    Navigate(Method),
    // meta
    Log {
        values: Vec<Expression>,
    },
    /// Does nothing on purpose.
    Noop {
        reason: String,
    },
    /// Not converted: reaching it ends the run as `refused`. `text` is the legacy statement.
    Manual {
        reason: String,
        #[serde(default)]
        text: String,
    },
}

impl Default for Action {
    fn default() -> Self {
        Action::Sequence { steps: Vec::new() }
    }
}
