//! The syntax tree of one VBA module: plain data with public fields, no behaviour but look-ups.
//!
//! How to read it: `Module` -> `declarations` and `procedures` -> `Procedure::body` (a `Vec<Stmt>`) -> `StmtKind`,
//! whose blocks are again `Vec<Stmt>`. Names keep the spelling of the source; VBA compares them without case, use
//! `Ident::is`. The tree is syntax only: `f(1)` is `ExprKind::Call` whether `f` is an array, a default member or a
//! function; nothing is resolved and no default type is filled in. A statement that could not be read is
//! `StmtKind::Unparsed` with its text, so walking the tree meets every statement of the active source.
//! Depth is bounded (`MAX_BLOCK_DEPTH`, `MAX_EXPR_DEPTH`): a recursive walk needs no guard of its own.
//! `Span`s are lines and columns from 1 in the physical module text (Attribute lines included), plus byte offsets.

/// Deepest nesting of statement blocks that the parser builds; deeper statements become `Unparsed`.
/// (Own choice: an order above hand-written code, small enough for a 2 MiB stack.)
pub const MAX_BLOCK_DEPTH: usize = 64;

/// Deepest expression tree that the parser builds, chains like `a & b & c` included. (Own choice: the editor allows
/// 25 physical lines of 1,023 characters to a statement; measured code stays below 150.)
pub const MAX_EXPR_DEPTH: usize = 256;

/// A stretch of module text. `end` is exclusive in all three measures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Physical line of the first character, from 1.
    pub line: u32,
    /// Column of the first character, from 1, in Unicode scalar values.
    pub col: u32,
    /// Physical line of the position after the last character.
    pub end_line: u32,
    /// Column after the last character.
    pub end_col: u32,
}

impl Span {
    /// The span from the start of `self` to the end of `last`.
    pub fn to(self, last: Span) -> Span {
        Span { end: last.end, end_line: last.end_line, end_col: last.end_col, ..self }
    }

    /// The bytes of this span in the text it was made from; empty when the text is another one.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

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

/// One statement. A block statement spans from its head to its closing line.
#[derive(Debug, Clone, PartialEq)]
pub struct Stmt {
    pub span: Span,
    /// A label or line number in front of the statement.
    pub label: Option<Label>,
    pub kind: StmtKind,
}

/// A label or line number, where defined or where named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    /// Identifier, or digits of a line number.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignKind {
    /// `x = 1` or `Let x = 1`.
    Let,
    Set,
    LSet,
    RSet,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind {
    /// Nothing but the label.
    Empty,
    Assign {
        kind: AssignKind,
        target: Expr,
        value: Expr,
    },
    /// `f a, b` or `Call f(a, b)`. `callee` is without the arguments. `f (a)` without `Call` has the single argument
    /// `Paren(a)`: it passes a copy.
    Call {
        callee: Expr,
        args: Vec<Arg>,
        /// Written with the word `Call`.
        keyword: bool,
    },
    /// `Dim` or `Static` inside a procedure.
    Local {
        is_static: bool,
        variables: Vec<Variable>,
    },
    Const(Vec<Constant>),
    ReDim {
        preserve: bool,
        items: Vec<ReDimItem>,
    },
    Erase(Vec<Expr>),
    If {
        /// `If` and every `ElseIf`.
        branches: Vec<Branch>,
        else_body: Option<Vec<Stmt>>,
        single_line: bool,
    },
    Select {
        subject: Expr,
        cases: Vec<Case>,
        else_body: Option<Vec<Stmt>>,
    },
    For {
        counter: Expr,
        from: Expr,
        to: Expr,
        step: Option<Expr>,
        body: Vec<Stmt>,
    },
    ForEach {
        item: Expr,
        group: Expr,
        body: Vec<Stmt>,
    },
    /// All forms of `Do ... Loop`; `While ... Wend` too, as a test at the head with `wend`.
    Do {
        test: Option<LoopTest>,
        body: Vec<Stmt>,
        wend: bool,
    },
    With {
        object: Expr,
        body: Vec<Stmt>,
    },
    Exit(ExitKind),
    GoTo(Label),
    GoSub(Label),
    /// Return from a `GoSub`.
    Return,
    OnError(OnError),
    /// `On x GoTo a, b` (`gosub`: `On x GoSub a, b`).
    OnJump {
        selector: Expr,
        gosub: bool,
        labels: Vec<Label>,
    },
    Resume(Resume),
    RaiseEvent {
        name: Ident,
        args: Vec<Arg>,
    },
    /// `Error n`.
    Error(Expr),
    Stop,
    End,
    /// `Mid(target, start, length) = value`; `bytes` for `MidB`.
    Mid {
        bytes: bool,
        target: Expr,
        start: Expr,
        length: Option<Expr>,
        value: Expr,
    },
    /// `Print #n, list`, `Debug.Print list`, `Me.Print list`.
    Print {
        to: PrintTo,
        items: Vec<PrintItem>,
    },
    Write {
        number: Expr,
        items: Vec<PrintItem>,
    },
    Open {
        path: Expr,
        mode: OpenMode,
        access: Option<OpenAccess>,
        lock: Option<OpenLock>,
        number: Expr,
        record_length: Option<Expr>,
    },
    /// Empty: all files.
    Close(Vec<Expr>),
    Input {
        number: Expr,
        targets: Vec<Expr>,
    },
    LineInput {
        number: Expr,
        target: Expr,
    },
    Get {
        number: Expr,
        record: Option<Expr>,
        target: Expr,
    },
    Put {
        number: Expr,
        record: Option<Expr>,
        value: Expr,
    },
    Seek {
        number: Expr,
        position: Expr,
    },
    Lock {
        number: Expr,
        records: Option<Bound>,
    },
    Unlock {
        number: Expr,
        records: Option<Bound>,
    },
    Width {
        number: Expr,
        width: Expr,
    },
    /// Close all disk files.
    Reset,
    /// `Name from As to`.
    Rename {
        from: Expr,
        to: Expr,
    },
    /// Graphic methods of Access reports and VB forms: `Me.Line (x, y)-(x, y), colour, BF`.
    Draw {
        method: Expr,
        points: Vec<Point>,
        args: Vec<Arg>,
    },
    /// A statement that could not be read; a notice says why.
    Unparsed {
        text: String,
    },
}

/// A coordinate of a graphic method.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// `Step(x, y)`: relative.
    pub relative: bool,
    pub x: Expr,
    pub y: Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReDimItem {
    pub span: Span,
    /// The array, without the bounds.
    pub target: Expr,
    pub bounds: Vec<Bound>,
    pub declared_type: Option<TypeRef>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The `If`/`ElseIf ... Then` line (only the head).
    pub span: Span,
    pub condition: Expr,
    pub body: Vec<Stmt>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The `Case ...` line (only the head).
    pub span: Span,
    pub tests: Vec<CaseTest>,
    pub body: Vec<Stmt>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CaseTest {
    Value(Expr),
    /// `low To high`.
    Range(Expr, Expr),
    /// `Is < 5`.
    Is(BinaryOp, Expr),
}

#[derive(Debug, Clone, PartialEq)]
pub struct LoopTest {
    /// The test stands at the tail (`Loop While x`): the body runs once before it.
    pub at_tail: bool,
    /// `Until`: the loop ends when the condition is true.
    pub until: bool,
    pub condition: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    Sub,
    Function,
    Property,
    For,
    Do,
}

#[derive(Debug, Clone, PartialEq)]
pub enum OnError {
    GoTo(Label),
    /// `GoTo 0`: no handler.
    Disable,
    /// `GoTo -1`: forget the current error.
    Clear,
    ResumeNext,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Resume {
    /// `Resume` or `Resume 0`: the failing statement again.
    Same,
    Next,
    Label(Label),
}

#[derive(Debug, Clone, PartialEq)]
pub enum PrintTo {
    /// `Print #n`.
    File(Expr),
    /// `Debug.Print`.
    Debug,
    /// `Me.Print`, `Printer.Print`.
    Object(Expr),
}

/// One element of a print list, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum PrintItem {
    Value(Expr),
    /// `Spc(n)`.
    Spaces(Expr),
    /// `Tab` or `Tab(n)`.
    Tab(Option<Expr>),
    /// `;`
    Semicolon,
    /// `,`: next print zone.
    Comma,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    Append,
    Binary,
    Input,
    Output,
    /// Also the default when `For` is absent.
    Random,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenAccess {
    Read,
    Write,
    ReadWrite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenLock {
    Shared,
    LockRead,
    LockWrite,
    LockReadWrite,
}

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
