//! The syntax tree of one VBA module: plain data with public fields, no behaviour but look-ups.
//!
//! How to read it: `Module` -> `declarations` and `procedures` -> `Procedure::body` (a `Vec<Stmt>`) -> `StmtKind`,
//! whose blocks are again `Vec<Stmt>`. Names keep the spelling of the source; VBA compares them without case, use
//! `Ident::is`. The tree is syntax only: `f(1)` is `ExprKind::Call` whether `f` is an array, a default member or a
//! function; nothing is resolved and no default type is filled in. A statement that could not be read is
//! `StmtKind::Unparsed` with its text, so walking the tree meets every statement of the active source.
//! Depth is bounded (`MAX_BLOCK_DEPTH`, `MAX_EXPR_DEPTH`): a recursive walk needs no guard of its own.
//! `Span`s are lines and columns from 1 in the physical module text (Attribute lines included), plus byte offsets.

mod declaration;
mod expression;
mod module;
mod statement;

pub use crate::lang::Span;
pub use declaration::{
    Bound, Constant, Declaration, DeclarationKind, EnumMember, ExternalProcedure, Ident, Param, Passing, Procedure,
    ProcedureKind, TypeRef, TypeSuffix, Variable, Visibility,
};
pub use expression::{Arg, BinaryOp, Expr, ExprKind, Literal, Radix, UnaryOp};
pub use module::{Attribute, Comment, Compare, Counts, Module, ModuleKind, Options};
pub use statement::{
    AssignKind, Branch, Case, CaseTest, ExitKind, Label, LoopTest, OnError, OpenAccess, OpenLock, OpenMode, Point,
    PrintItem, PrintTo, ReDimItem, Resume, Stmt, StmtKind,
};

/// Deepest nesting of statement blocks that the parser builds; deeper statements become `Unparsed`.
/// (Own choice: an order above hand-written code, small enough for a 2 MiB stack.)
pub const MAX_BLOCK_DEPTH: usize = 64;

/// Deepest expression tree that the parser builds, chains like `a & b & c` included. (Own choice: the editor allows
/// 25 physical lines of 1,023 characters to a statement; measured code stays below 150.)
pub const MAX_EXPR_DEPTH: usize = 256;
