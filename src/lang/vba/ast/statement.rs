//! Statements and their parts; blocks are lists of statements.

use crate::lang::Span;

use super::declaration::{Bound, Constant, Ident, TypeRef, Variable};
use super::expression::{Arg, BinaryOp, Expr};

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
