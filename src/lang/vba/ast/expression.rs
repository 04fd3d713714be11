//! Expressions, arguments, operators and literals.

use crate::lang::Span;

use super::declaration::{Ident, TypeRef};

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Literal(Literal),
    /// A plain name, also `Me` (see `ExprKind::is_me`), constants, functions called without arguments.
    Name(Ident),
    /// `object.member`
    Member {
        object: Box<Expr>,
        member: Ident,
    },
    /// `.member` inside `With`.
    WithMember(Ident),
    /// `object!key`
    Bang {
        object: Box<Expr>,
        key: Ident,
    },
    /// `!key` inside `With`.
    WithBang(Ident),
    /// `callee(args)`: index, default member or function call; syntax cannot tell.
    Call {
        callee: Box<Expr>,
        args: Vec<Arg>,
    },
    /// `(x)`: a copy when passed as argument.
    Paren(Box<Expr>),
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `TypeOf x Is T`
    TypeOf {
        operand: Box<Expr>,
        type_ref: TypeRef,
    },
    AddressOf(Box<Expr>),
    New(TypeRef),
    /// `#n` as an argument.
    FileNumber(Box<Expr>),
}

impl ExprKind {
    /// Whether this is the word `Me`.
    pub fn is_me(&self) -> bool {
        matches!(self, ExprKind::Name(name) if !name.bracketed && name.is("Me"))
    }
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    pub span: Span,
    /// `name:=value`.
    pub name: Option<Ident>,
    /// `ByVal value`.
    pub by_val: bool,
    /// None: omitted, as the second in `f a, , c`.
    pub value: Option<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Minus,
    Plus,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Power,
    Multiply,
    Divide,
    /// `\`
    IntegerDivide,
    Mod,
    Add,
    Subtract,
    /// `&`
    Concat,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    Like,
    Is,
    And,
    Or,
    Xor,
    Eqv,
    Imp,
}

/// A literal with the type VBA gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Integer {
        value: i16,
        radix: Radix,
    },
    Long {
        value: i32,
        radix: Radix,
    },
    LongLong {
        value: i64,
        radix: Radix,
    },
    Single(f32),
    Double(f64),
    /// In ten-thousandths.
    Currency {
        scaled: i64,
    },
    /// The serial (days since 30 Dec 1899; negative dates count their fraction away from zero).
    Date {
        serial: f64,
    },
    /// Without the outer quotes, doubled quotes undone.
    String(String),
    Boolean(bool),
    Nothing,
    Null,
    Empty,
}

/// How an integer literal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radix {
    Decimal,
    /// `&HFF`
    Hex,
    /// `&O17` or `&17`
    Octal,
}
