//! The module as a whole: its options, attributes, comments and counts.

use crate::lang::Span;

use super::declaration::{Declaration, Procedure};
use super::expression::Expr;
use super::statement::Stmt;

/// What sort of module the text is, as the project lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModuleKind {
    /// A standard module (`.bas`).
    Standard,
    /// A class module (`.cls`).
    Class,
    /// The code behind a workbook, worksheet, chart or Word document.
    Document,
    /// The code behind a UserForm, or an Access form or report.
    Form,
}

/// One parsed module.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// `Attribute VB_Name` when present, else the name handed to `parse`.
    pub name: String,
    pub kind: ModuleKind,
    pub options: Options,
    /// `Attribute` lines outside procedures, in order.
    pub attributes: Vec<Attribute>,
    /// Module-level declarations, in order.
    pub declarations: Vec<Declaration>,
    /// Procedures, in order. `Property Get/Let/Set` of one name are separate entries.
    pub procedures: Vec<Procedure>,
    /// Statements found outside every procedure that are not declarations: malformed input, kept and reported.
    pub stray: Vec<Stmt>,
    /// Comments of active source, in order.
    pub comments: Vec<Comment>,
    /// Header text that is no code: `VERSION`, `BEGIN ... END`, the Access form preamble.
    pub preamble: Vec<Span>,
    /// Conditional-compilation directives and the source they switch off.
    pub inactive: Vec<Span>,
    pub counts: Counts,
}

/// Numbers of statements. Definition: every `Stmt` that is neither `Empty` nor `Local`/`Const`, blocks counted once for
/// their head, is executable (`Unparsed` included); every `Declaration`, every `Local`/`Const` statement and every
/// procedure head is a declaration. `Option`, `Attribute`, comments, labels, directives, `Else`, `Case`, `Next`, `Loop`,
/// `End x` count nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub executable: usize,
    pub declarations: usize,
    /// How many of both are `Unparsed` or `DeclarationKind::Unparsed`.
    pub unparsed: usize,
}

/// `Option` statements of a module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// `Option Explicit`.
    pub explicit: bool,
    /// `Option Base 1` is true; the default base is 0.
    pub base_one: bool,
    pub compare: Compare,
    /// `Option Private Module`.
    pub private_module: bool,
}

/// How `=`, `<`, `Like` compare strings in the module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compare {
    #[default]
    Binary,
    Text,
    /// Access only: the sort order of the database.
    Database,
}

/// `Attribute target.name = values`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub span: Span,
    /// The member it belongs to (`Foo` in `Attribute Foo.VB_Description = "x"`), if it names one.
    pub target: Option<String>,
    pub name: String,
    pub values: Vec<Expr>,
}

/// A `'` or `Rem` comment; the text without the marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub span: Span,
    pub text: String,
}
