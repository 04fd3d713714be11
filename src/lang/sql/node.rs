//! The tree of a statement. Every name and expression knows its place in the text, in bytes.
//! Heights are counted while building, so that whoever walks a tree by recursion is safe.

pub use crate::lang::Span;

/// A name without its brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub at: Span,
}

/// One statement with the parameters it declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub parameters: Vec<Parameter>,
    pub kind: StatementKind,
}

/// `PARAMETERS name type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: Name,
    /// As written, without the length: `Text`, `Long`, `DateTime`.
    pub kind: String,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `SELECT`; with `INTO` in its first part it makes a table.
    Query(Query),
    Insert {
        target: TableName,
        /// None: the columns of the table, in order.
        columns: Vec<Name>,
        source: Insertion,
    },
    Update {
        from: Vec<Source>,
        assignments: Vec<Assignment>,
        filter: Option<Expr>,
    },
    Delete {
        /// The table before `.*`, where one was named.
        target: Option<Name>,
        from: Vec<Source>,
        filter: Option<Expr>,
    },
    /// A cross-tab query.
    Transform {
        value: Expr,
        query: Box<Query>,
        pivot: Expr,
        headings: Vec<Expr>,
    },
    /// A statement that is known but not read (definition of data, `EXECUTE`, rights); named by its first word.
    Other {
        keyword: Name,
    },
}

/// Where the rows of an `INSERT` come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Insertion {
    Values(Vec<Expr>),
    Query(Box<Query>),
}

/// `column = value` of an `UPDATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// `[field]` or `[table, field]`.
    pub column: Vec<Name>,
    pub value: Expr,
}

/// One or more `SELECT`s put together.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub first: Select,
    pub unions: Vec<Union>,
    pub order_by: Vec<Order>,
}

/// A further part of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// `UNION ALL`: equal rows stay.
    pub rows: Rows,
    pub select: Select,
}

/// Which rows of a result stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    All,
    /// Equal rows once.
    Distinct,
    /// `DISTINCTROW`: rows of the joined tables once; changes nothing for one table.
    DistinctRow,
}

/// One `SELECT`.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    pub rows: Rows,
    pub top: Option<Top>,
    pub columns: Vec<Column>,
    pub into: Option<TableName>,
    pub from: Vec<Source>,
    pub filter: Option<Expr>,
    pub group_by: Vec<Expr>,
    pub having: Option<Expr>,
    pub at: Span,
}

/// `TOP n [PERCENT]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Top {
    Rows(u32),
    Percent(u32),
}

/// A column of a `SELECT`.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// `*` or `table.*`.
    All {
        table: Option<Name>,
        at: Span,
    },
    Value {
        value: Expr,
        alias: Option<Name>,
    },
}

/// A table named as a target, perhaps in another database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    pub name: Name,
    /// `IN 'path'` or the folder before the name.
    pub external: Option<String>,
}

/// Something rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Table { table: TableName, alias: Option<Name> },
    Query { query: Box<Query>, alias: Option<Name> },
    Join { kind: JoinKind, left: Box<Source>, right: Box<Source>, on: Option<Expr> },
}

/// How two sources join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    Inner,
    Left,
    Right,
}

/// A sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub value: Expr,
    pub descending: bool,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub at: Span,
    /// Levels of expressions beneath this one; bounded by the parser.
    pub height: u16,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Literal(Literal),
    /// `field`, `table.field`, `[Forms]![form]![control]`: a column, a parameter or a reference to a form.
    Name(Vec<Name>),
    /// `*` as the argument of `Count`.
    Star,
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Between {
        value: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    In {
        value: Box<Expr>,
        set: InSet,
        negated: bool,
    },
    IsNull {
        value: Box<Expr>,
        negated: bool,
    },
    Call {
        name: Name,
        arguments: Vec<Expr>,
    },
    /// A query in brackets that gives one value.
    Subquery(Box<Query>),
    Exists(Box<Query>),
    /// `value op ANY (query)`, `value op ALL (query)`.
    Quantified {
        op: BinaryOp,
        left: Box<Expr>,
        quantifier: Quantifier,
        query: Box<Query>,
    },
}

/// What `IN` looks into.
#[derive(Debug, Clone, PartialEq)]
pub enum InSet {
    List(Vec<Expr>),
    Query(Box<Query>),
}

/// `ANY` (also written `SOME`) or `ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    Any,
    All,
}

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Null,
    Boolean(bool),
    Integer(i32),
    Double(f64),
    Text(String),
    /// What stands between `#` and `#`; month before day.
    Date(String),
    /// `{guid {...}}`: the part with the digits, braces included.
    Guid(String),
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Negate,
    Identity,
    Not,
}

/// Operators between operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo,
    Power,
    Concatenate,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// With the wildcards of Access: `*`, `?`, `#`, `[list]`.
    Like,
    /// `ALIKE`: with the wildcards `%` and `_`.
    AnsiLike,
    And,
    Or,
    Xor,
    Eqv,
    Imp,
}

/// Something that could not be read as meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub at: Span,
    pub kind: NoticeKind,
}

/// What was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    Empty,
    TooLong,
    TooDeep,
    UnexpectedEnd,
    UnexpectedWord,
    UnknownCharacter,
    UnclosedText,
    UnclosedName,
    UnclosedDate,
    BadNumber,
    TrailingText,
    NotRead,
}

impl std::fmt::Display for Notice {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            NoticeKind::Empty => "there is no statement",
            NoticeKind::TooLong => "the statement is longer than Access takes",
            NoticeKind::TooDeep => "the statement nests too deeply",
            NoticeKind::UnexpectedEnd => "the statement ends too early",
            NoticeKind::UnexpectedWord => "something else was expected here",
            NoticeKind::UnknownCharacter => "this character has no meaning here",
            NoticeKind::UnclosedText => "a quotation mark is missing",
            NoticeKind::UnclosedName => "a closing bracket is missing",
            NoticeKind::UnclosedDate => "a date is not closed",
            NoticeKind::BadNumber => "this number cannot be read",
            NoticeKind::TrailingText => "the statement ended before this text",
            NoticeKind::NotRead => "this kind of statement is known but not read",
        };
        write!(out, "{what} (at byte {})", self.at.start)
    }
}
