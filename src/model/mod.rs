//! The words of the product as plain data: applications, data models, workflows, findings and evidence.
//! Public fields, no I/O, no clock, no judgement. The JSON form of these types *is* the DSL (`docs/dsl.md`);
//! reading and writing its canonical text is `dsl`'s work.

mod application;
mod data;
mod evidence;
mod finding;
mod receipt;
mod step;
mod workflow;

pub use application::{Application, ApprovalRecord, Day, Dpia, Metadata, Recipient};
pub use data::{Choice, DataModel, End, Field, Index, ModelSource, Region, Relationship, Retention, Storage};
pub use evidence::{Evidence, Inference};
pub use finding::{Decision, Finding, Severity, Verdict};
pub use receipt::{Difference, EvidenceLevel, Receipt};
pub use step::{Action, Case, CaseTest, Expression, Grade, Method, RetryPolicy, SourceSpan, Step, Unmapped};
pub use workflow::{
    CodeModule, Coercion, Compare, ConstantDefinition, EnumDefinition, Equivalence, ModuleKind, Parameter,
    ProcedureKind, RecordType, Trigger, Variable, Workflow,
};
