//! Names, types and declarations: variables, constants, records, procedures and their parameters.

use crate::lang::Span;

use super::expression::Expr;
use super::module::Attribute;
use super::statement::Stmt;

/// A name as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Ident {
    pub span: Span,
    /// Without type suffix and without brackets.
    pub text: String,
    /// The type character stuck to the name, as in `total&`.
    pub suffix: Option<TypeSuffix>,
    /// Written `[in brackets]`. As a whole expression that is `Evaluate` in Excel.
    pub bracketed: bool,
}

impl Ident {
    /// Whether this is `name`, letter case apart.
    pub fn is(&self, name: &str) -> bool {
        self.text.eq_ignore_ascii_case(name)
    }
}

/// Type characters (MS-VBAL 3.3.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeSuffix {
    /// `%`
    Integer,
    /// `&`
    Long,
    /// `^`
    LongLong,
    /// `!`
    Single,
    /// `#`
    Double,
    /// `@`
    Currency,
    /// `$`
    String,
}

/// A type in an `As` clause or after `New`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRef {
    pub span: Span,
    /// As written, dots included: `Long`, `ADODB.Recordset`.
    pub name: String,
    /// `String * n`.
    pub fixed_length: Option<Box<Expr>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// No keyword: public for procedures, private for `Dim`.
    Default,
    Public,
    Private,
    Friend,
    Global,
}

/// A module-level declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    pub span: Span,
    pub visibility: Visibility,
    pub kind: DeclarationKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum DeclarationKind {
    Variables(Vec<Variable>),
    Constants(Vec<Constant>),
    Type {
        name: Ident,
        members: Vec<Variable>,
    },
    Enum {
        name: Ident,
        members: Vec<EnumMember>,
    },
    Declare(ExternalProcedure),
    Event {
        name: Ident,
        params: Vec<Param>,
    },
    Implements(TypeRef),
    /// `DefInt A-Z`: the type name (`Integer`) and the letter ranges, upper case.
    DefType {
        type_name: String,
        ranges: Vec<(char, char)>,
    },
    Unparsed {
        text: String,
    },
}

/// One variable of a declaration, or one member of a `Type`.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    pub span: Span,
    pub name: Ident,
    /// None: scalar. Some(empty): dynamic array `x()`. Some(bounds): fixed array.
    pub array: Option<Vec<Bound>>,
    pub declared_type: Option<TypeRef>,
    /// `As New T`.
    pub is_new: bool,
    pub with_events: bool,
}

/// One dimension, `lower To upper` or `upper`.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    pub lower: Option<Expr>,
    pub upper: Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    pub span: Span,
    pub name: Ident,
    pub declared_type: Option<TypeRef>,
    pub value: Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EnumMember {
    pub span: Span,
    pub name: Ident,
    pub value: Option<Expr>,
}

/// `Declare [PtrSafe] Sub|Function name Lib "lib" [Alias "alias"] (params) [As type]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalProcedure {
    pub name: Ident,
    pub is_function: bool,
    pub ptr_safe: bool,
    pub library: String,
    pub alias: Option<String>,
    pub params: Vec<Param>,
    pub return_type: Option<TypeRef>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProcedureKind {
    Sub,
    Function,
    PropertyGet,
    PropertyLet,
    PropertySet,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Procedure {
    /// From the first word of the head to `End Sub` (or to where it was missed).
    pub span: Span,
    /// The head, `Sub f(...)`.
    pub head: Span,
    pub name: Ident,
    pub kind: ProcedureKind,
    pub visibility: Visibility,
    /// All locals are static.
    pub is_static: bool,
    pub params: Vec<Param>,
    pub return_type: Option<TypeRef>,
    /// The return type is an array, `As Long()`.
    pub returns_array: bool,
    /// `Attribute` lines inside or right after the procedure.
    pub attributes: Vec<Attribute>,
    pub body: Vec<Stmt>,
}

/// How an argument is passed; `Default` means ByRef (except the value of Property Let/Set).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    Default,
    ByRef,
    ByVal,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    pub span: Span,
    pub name: Ident,
    pub passing: Passing,
    pub optional: bool,
    pub param_array: bool,
    /// `x()`.
    pub is_array: bool,
    pub declared_type: Option<TypeRef>,
    pub default: Option<Expr>,
}
