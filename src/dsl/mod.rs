//! The text form of an application: reading with useful errors, one canonical writing, the JSON Schema, the semantic diff.
//! Promises `read(write(x)) == x` for every application whose steps have ids, and `write(read(t)) == t` for canonical `t`.
//! Must not know where a model came from or who runs it.

mod check;
mod diff;
mod error;
mod evidence;
mod ids;
mod json;
mod read;
mod schema;
mod write;

pub use diff::{Bump, Change, ChangeKind, SemanticDiff, diff};
pub use error::DslError;
pub use evidence::write_evidence;
pub use ids::{assign_ids, assign_step_ids, branches, branches_mut};
pub use read::{MAX_TEXT, read};
pub use schema::schema;
pub use write::write;
