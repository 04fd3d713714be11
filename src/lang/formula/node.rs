//! The one expression tree of the product: sheet formulas, VBA's `Evaluate`, and the DSL's expressions are all `Node`s.
//! Plain data with public fields; it knows neither how text is read (`parse`) nor what a node is worth (the engine).
//! Heights are bounded by `MAX_HEIGHT` when a tree comes from the parser, so plain recursion over one is safe.

/// Levels of brackets, calls and prefix operators a formula may nest. Excel documents 64 levels of nested functions;
/// each may carry one bracket or sign of its own, hence twice that.
pub const MAX_NESTING: usize = 128;
/// Greatest height of a parsed tree. A chain `a&b&c...` leans left, one level per operator; Excel's 8,192 characters allow
/// more than this, but every consumer recurses, and a 2 MB stack holds 1,024 frames of any of them.
pub const MAX_HEIGHT: usize = 1024;
/// Longest text that is parsed, in bytes: Excel's limit is 8,192 characters of at most four bytes.
pub const MAX_TEXT: usize = 32_768;
/// Rows of a sheet (Excel specifications and limits).
pub const MAX_ROW: u32 = 1_048_576;
/// Columns of a sheet, `XFD` (Excel specifications and limits).
pub const MAX_COLUMN: u32 = 16_384;

/// One expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A literal of digits only (`12`): in VBA rules an Integer or Long, on a sheet simply a number.
    Integer(i64),
    /// A literal with a point or an exponent (`1.0`, `2E5`), or too long for an `i64`: a double in VBA rules.
    Number(f64),
    /// A string literal, unescaped.
    Text(String),
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// An error literal such as `#N/A`.
    Error(ErrorKind),
    /// `#2024-01-31#`, `#14:07:09#` (Names only).
    Date(DateLiteral),
    /// `EMPTY` (Names only): VBA's uninitialised Variant.
    Empty,
    /// `NULL` (Names only).
    Null,
    /// `NOTHING` (Names only).
    Nothing,
    /// An argument left out: `F(a,,b)`. Only ever an item of an argument list.
    Omitted,
    /// A defined name, field or variable; written `[Order ID]` in Names where it is not a plain word.
    Name(String),
    /// A name of one sheet or of another book: `Sheet1!Rate`, `[2]!Rate` (Sheet only).
    QualifiedName { prefix: SheetPrefix, name: String },
    /// Cells, whole rows or whole columns (Sheet only).
    Reference(Reference),
    /// `Table[[#This Row],[Col]]` (Sheet only).
    Structured(StructuredRef),
    /// An array constant, row by row; items are literals (Sheet only).
    Array(Vec<Vec<Node>>),
    /// `object.name` (Names only).
    Member { object: Box<Node>, name: String },
    /// `object.name(args)` (Names only).
    MemberCall { object: Box<Node>, name: String, args: Vec<Node> },
    /// `name(args)`: a function, or in Names an element of an array; only who knows the names can tell which.
    Call { name: String, args: Vec<Node> },
    /// `object(args)` where the object is not a plain name: `a.b(1)(2)`, `[Order ID](1)` (Names), `LAMBDA(x,x)(1)`,
    /// `[1]!Rates(2)` (Sheet).
    Index { object: Box<Node>, args: Vec<Node> },
    /// `Header := 1`. Only ever an item of an argument list (Names only).
    Argument { name: String, value: Box<Node> },
    /// `(inner)`: kept, because in VBA it passes a copy.
    Paren(Box<Node>),
    /// `-x`, `+x`, `@x`.
    Unary { op: UnaryOp, operand: Box<Node> },
    /// `x%`, `x#`.
    Postfix { op: PostfixOp, operand: Box<Node> },
    /// `left op right`.
    Binary { op: BinaryOp, left: Box<Node>, right: Box<Node> },
}

/// Prefix operators. All bind tighter than `^`, as in Excel: `-2^2` is 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Minus,
    Plus,
    /// `@`: implicit intersection (Sheet only).
    Single,
}

/// Suffix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PostfixOp {
    Percent,
    /// `A1#`: the array that spills from a cell (Sheet only).
    Spill,
}

/// Operators between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Concat,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `:` between references that are not both plain cells, as in `A1:INDEX(B:B,3)` (Sheet only).
    Range,
    /// A blank between references (Sheet only).
    Intersect,
    /// `,` inside brackets between references (Sheet only).
    Union,
}

impl BinaryOp {
    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
            Self::Concat => "&",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Range => ":",
            Self::Intersect => " ",
            Self::Union => ",",
        }
    }

    /// Binding strength; higher binds tighter, all operators lean left (ECMA-376 part 1, 18.17.2.2).
    pub fn strength(self) -> u8 {
        match self {
            Self::Equal | Self::NotEqual | Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 1,
            Self::Concat => 2,
            Self::Add | Self::Subtract => 3,
            Self::Multiply | Self::Divide => 4,
            Self::Power => 5,
            Self::Union => 8,
            Self::Intersect => 9,
            Self::Range => 10,
        }
    }
}

/// The error values of a cell (ECMA-376 part 1, 18.17.3, and Excel's later ones).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    Null,
    Div0,
    Value,
    Ref,
    Name,
    Num,
    NotAvailable,
    GettingData,
    Spill,
    Calc,
}

impl ErrorKind {
    /// Every kind, in the order of `ERROR.TYPE`.
    pub const ALL: [Self; 10] = [
        Self::Null,
        Self::Div0,
        Self::Value,
        Self::Ref,
        Self::Name,
        Self::Num,
        Self::NotAvailable,
        Self::GettingData,
        Self::Spill,
        Self::Calc,
    ];

    /// The text a cell shows.
    pub fn text(self) -> &'static str {
        match self {
            Self::Null => "#NULL!",
            Self::Div0 => "#DIV/0!",
            Self::Value => "#VALUE!",
            Self::Ref => "#REF!",
            Self::Name => "#NAME?",
            Self::Num => "#NUM!",
            Self::NotAvailable => "#N/A",
            Self::GettingData => "#GETTING_DATA",
            Self::Spill => "#SPILL!",
            Self::Calc => "#CALC!",
        }
    }

    /// The kind a cell text stands for, in any case of letters.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.text().eq_ignore_ascii_case(text))
    }

    /// What `ERROR.TYPE` answers (Microsoft's reference of that function).
    pub fn number(self) -> u8 {
        match self {
            Self::Null => 1,
            Self::Div0 => 2,
            Self::Value => 3,
            Self::Ref => 4,
            Self::Name => 5,
            Self::Num => 6,
            Self::NotAvailable => 7,
            Self::GettingData => 8,
            Self::Spill => 9,
            Self::Calc => 14,
        }
    }
}

/// An ISO date, a time, or both; the parser admits real calendar days and times of day only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateLiteral {
    /// Year 100 to 9999, month, day: VBA's range.
    pub date: Option<(u16, u8, u8)>,
    /// Hour, minute, second.
    pub time: Option<(u8, u8, u8)>,
}

/// What stands before the `!`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SheetPrefix {
    /// `[Book.xlsx]` or the index of an external link, `[1]`; without the brackets.
    pub book: Option<String>,
    /// The sheet, or the first of a 3-D reference; empty in `[1]!Name`.
    pub sheet: String,
    /// The last sheet of a 3-D reference.
    pub last: Option<String>,
}

/// Cells of one sheet, or of a row of sheets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    pub prefix: Option<SheetPrefix>,
    pub area: Area,
}

/// The shape of a reference, as written (corners are not put in order).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    Cell(CellRef),
    Cells(CellRef, CellRef),
    Rows(Line, Line),
    Columns(Line, Line),
}

/// One cell. Row and column count from 1, as `Cells(1, 1)` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellRef {
    pub row: Line,
    pub column: Line,
}

/// A row or column number, from 1, and whether a `$` fixes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Line {
    pub number: u32,
    pub fixed: bool,
}

/// A reference into a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct StructuredRef {
    /// None inside the table itself: `[@Amount]`.
    pub table: Option<String>,
    pub items: Vec<TableItem>,
    /// First column, and last where a range of columns is meant.
    pub columns: Option<(String, Option<String>)>,
}

/// The `#` words of a structured reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableItem {
    All,
    Data,
    Headers,
    Totals,
    ThisRow,
}

impl TableItem {
    /// The word as written, with its `#`.
    pub fn text(self) -> &'static str {
        match self {
            Self::All => "#All",
            Self::Data => "#Data",
            Self::Headers => "#Headers",
            Self::Totals => "#Totals",
            Self::ThisRow => "#This Row",
        }
    }

    /// The item a word stands for.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::All, Self::Data, Self::Headers, Self::Totals, Self::ThisRow]
            .into_iter()
            .find(|item| item.text().eq_ignore_ascii_case(text))
    }
}

/// Which words an expression may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// A cell's formula: references in A1 style, tables, arrays.
    Sheet,
    /// The DSL's expression language: names, members, dates.
    Names,
}

/// Something of a formula that could not be read. The tree then holds what could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Byte offset in the text, without a leading `=`.
    pub at: usize,
    pub kind: NoticeKind,
}

/// What was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    TooLong,
    TooDeep,
    UnexpectedEnd,
    UnexpectedToken,
    UnknownCharacter,
    UnclosedString,
    UnclosedBracket,
    BadDate,
    BadReference,
    TrailingText,
}

impl std::fmt::Display for Notice {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            NoticeKind::TooLong => "the formula is longer than 32,768 bytes",
            NoticeKind::TooDeep => "the formula nests too deeply",
            NoticeKind::UnexpectedEnd => "the formula ends too early",
            NoticeKind::UnexpectedToken => "a value was expected",
            NoticeKind::UnknownCharacter => "this character has no meaning here",
            NoticeKind::UnclosedString => "a quotation mark is missing",
            NoticeKind::UnclosedBracket => "a closing bracket is missing",
            NoticeKind::BadDate => "this is not an ISO date or time",
            NoticeKind::BadReference => "this reference cannot be read",
            NoticeKind::TrailingText => "the formula ended before this text",
        };
        write!(out, "{what} (at byte {})", self.at)
    }
}

impl Node {
    /// `name(args)`.
    pub fn call(name: impl Into<String>, args: Vec<Node>) -> Self {
        Self::Call { name: name.into(), args }
    }

    /// `left op right`.
    pub fn binary(op: BinaryOp, left: Node, right: Node) -> Self {
        Self::Binary { op, left: Box::new(left), right: Box::new(right) }
    }

    /// `op operand`.
    pub fn unary(op: UnaryOp, operand: Node) -> Self {
        Self::Unary { op, operand: Box::new(operand) }
    }

    /// `object.name`.
    pub fn member(object: Node, name: impl Into<String>) -> Self {
        Self::Member { object: Box::new(object), name: name.into() }
    }

    /// `object(args)` in the form the parser gives it: a plain name makes a call, a member a member call.
    pub fn apply(object: Node, args: Vec<Node>) -> Self {
        match object {
            Self::Name(name) => Self::Call { name, args },
            Self::Member { object, name } => Self::MemberCall { object, name, args },
            other => Self::Index { object: Box::new(other), args },
        }
    }
}
