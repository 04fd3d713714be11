//! Why a DSL text could not be read. Every variant says where: line and column, JSON pointer, or both.

use thiserror::Error;

/// What is wrong with a DSL text. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DslError {
    #[error("the text has {bytes} bytes, more than the {limit} allowed")]
    TooLarge { bytes: usize, limit: usize },
    #[error("line {line}, column {column}: nested deeper than {limit} levels")]
    TooDeep { line: u32, column: u32, limit: usize },
    #[error("line {line}, column {column}: {message}")]
    Syntax { line: u32, column: u32, message: String },
    /// The text is JSON, but not an application.
    #[error("{} (line {line}, column {column}): {message}", shown(pointer))]
    Shape { pointer: String, line: u32, column: u32, message: String },
    /// A field the DSL does not have; it would be lost by reading.
    #[error("{pointer} (line {line}, column {column}): unknown field")]
    UnknownField { pointer: String, line: u32, column: u32 },
    /// Two steps of one workflow with one id.
    #[error("{pointer}: the step id \"{id}\" is used twice")]
    DuplicateStep { pointer: String, id: String },
}

fn shown(pointer: &str) -> &str {
    if pointer.is_empty() { "the document" } else { pointer }
}
