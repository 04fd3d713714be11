//! Languages found in office files, read to trees: VBA, macros of Access, worksheet formulas, Jet SQL.
//! Every parser returns a tree and notices, never fails, is bounded in depth and linear in time.
//! Knows nothing of files, models or workflows.

pub mod formula;
pub mod macros;
mod span;
pub mod sql;
pub mod vba;

pub use span::Span;
