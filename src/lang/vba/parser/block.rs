//! Blocks and their closing words: which open block a closing word belongs to, and recovery when it belongs to none.

use super::super::ast::{MAX_BLOCK_DEPTH, Span, Stmt, StmtKind};
use super::super::token::TokenKind;
use super::super::word::Word;
use super::Parser;

/// Blocks kept open without a tree of their own; closing words beyond them are reported as strays.
const MAX_OPEN: usize = MAX_BLOCK_DEPTH * 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Procedure,
    If,
    InlineIf,
    Select,
    For,
    Do,
    While,
    With,
}

impl Block {
    /// The word that opens it and the words that close it, for notices.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Block::Procedure => ("procedure", "End Sub, End Function or End Property"),
            Block::If => ("If", "End If"),
            Block::InlineIf => ("If", "end of line"),
            Block::Select => ("Select Case", "End Select"),
            Block::For => ("For", "Next"),
            Block::Do => ("Do", "Loop"),
            Block::While => ("While", "Wend"),
            Block::With => ("With", "End With"),
        }
    }
}

/// A block that the current statement stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub block: Block,
    /// Its head could not be read or lies too deep: its statements join the block around it.
    pub ghost: bool,
}

/// A word that ends a block or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closer {
    EndIf,
    Else,
    ElseIf,
    Case,
    EndSelect,
    Next,
    Loop,
    Wend,
    EndWith,
    EndProcedure,
    /// The head of another procedure: the one before was not closed.
    Head,
}

impl Closer {
    fn belongs_to(self, block: Block) -> bool {
        match self {
            Closer::EndIf => block == Block::If,
            Closer::Else | Closer::ElseIf => matches!(block, Block::If | Block::InlineIf),
            Closer::Case | Closer::EndSelect => block == Block::Select,
            Closer::Next => block == Block::For,
            Closer::Loop => block == Block::Do,
            Closer::Wend => block == Block::While,
            Closer::EndWith => block == Block::With,
            Closer::EndProcedure | Closer::Head => block == Block::Procedure,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Closer::EndIf => "End If without If",
            Closer::Else => "Else without If",
            Closer::ElseIf => "ElseIf without If",
            Closer::Case => "Case without Select Case",
            Closer::EndSelect => "End Select without Select Case",
            Closer::Next => "Next without For",
            Closer::Loop => "Loop without Do",
            Closer::Wend => "Wend without While",
            Closer::EndWith => "End With without With",
            Closer::EndProcedure => "end of a procedure outside of one",
            Closer::Head => "procedure inside a procedure",
        }
    }

    /// Whether it only starts another part of its block.
    fn is_middle(self) -> bool {
        matches!(self, Closer::Else | Closer::ElseIf | Closer::Case)
    }
}

impl Parser<'_> {
    /// The closing word here, if one stands at the start of this statement.
    pub(super) fn closer(&self) -> Option<Closer> {
        Some(match self.peek().word {
            Word::Other => return None,
            Word::Else => Closer::Else,
            Word::ElseIf => Closer::ElseIf,
            Word::EndIf => Closer::EndIf,
            Word::Case => Closer::Case,
            Word::Next => Closer::Next,
            Word::Loop => Closer::Loop,
            Word::Wend => Closer::Wend,
            Word::End => match self.ahead(1).word {
                Word::If => Closer::EndIf,
                Word::Select => Closer::EndSelect,
                Word::With => Closer::EndWith,
                Word::Sub | Word::Function | Word::Property => Closer::EndProcedure,
                _ => return None,
            },
            _ if self.procedure_head_length().is_some() => Closer::Head,
            _ => return None,
        })
    }

    /// Whether the closing word here is one of this block's.
    pub(super) fn closes_block(&self, block: Block) -> bool {
        self.closer().is_some_and(|closer| closer.belongs_to(block))
    }

    /// Statements up to a closing word of the innermost block or of one around it; the word is left.
    pub(super) fn block(&mut self, out: &mut Vec<Stmt>) {
        let level = self.open.len();
        loop {
            self.skip_separators();
            if self.at_eof() || self.next_left > 0 {
                break;
            }
            match self.closer() {
                Some(closer) if self.returns_on(closer, level, out) => break,
                Some(_) => {}
                None => self.statement(out),
            }
        }
        self.open.truncate(level);
    }

    /// Handles a closing word; true when the block that `level` is the depth of has to end.
    fn returns_on(&mut self, closer: Closer, level: usize, out: &mut Vec<Stmt>) -> bool {
        let owner = self.open.iter().rposition(|open| closer.belongs_to(open.block));
        let Some(owner) = owner else {
            self.stray_closer(closer, out);
            return false;
        };
        if owner < level {
            return true;
        }
        self.open.truncate(owner + 1);
        self.close_ghost(closer);
        false
    }

    /// A closing word that no open block asks for: one notice, one `Unparsed`.
    pub(super) fn stray_closer(&mut self, closer: Closer, out: &mut Vec<Stmt>) {
        self.report(self.peek().span, closer.name());
        let start = self.at;
        self.bump();
        if closer != Closer::Else {
            self.skip_to_end();
        }
        self.push_unparsed(start, out);
    }

    /// Reads over a closing word of a block that has no tree.
    fn close_ghost(&mut self, closer: Closer) {
        self.bump();
        if closer == Closer::Else {
            return;
        }
        while !self.at_end() && !self.is_word(Word::Then) {
            self.at += 1;
        }
        self.eat_word(Word::Then);
        if !closer.is_middle() {
            self.open.pop();
        }
    }

    /// Opens a block for its statements and closes it again. The closing word is left to the caller.
    pub(super) fn inside(&mut self, block: Block, out: &mut Vec<Stmt>) {
        self.open.push(Open { block, ghost: false });
        self.block(out);
        self.open.pop();
    }

    /// A block whose head could not be read: the head becomes `Unparsed`, the rest joins the block around.
    pub(super) fn ghost(&mut self, block: Block, start: usize, out: &mut Vec<Stmt>) {
        self.push_unparsed(start, out);
        if self.open.len() < MAX_OPEN {
            self.open.push(Open { block, ghost: true });
        }
    }

    /// Whether one more block may be opened; reports the first that may not.
    pub(super) fn too_deep(&mut self) -> bool {
        let deep = self.open.len() >= MAX_BLOCK_DEPTH;
        if deep && self.open.last().is_some_and(|open| !open.ghost) {
            self.report(self.peek().span, "blocks nested too deeply to be read");
        }
        deep
    }

    /// Reports a block whose closing word is missing, at its head.
    pub(super) fn missing(&mut self, block: Block, head: Span) {
        let (opens, closes) = block.names();
        self.report(head, format!("{opens} without {closes}"));
    }

    pub(super) fn push_unparsed(&mut self, start: usize, out: &mut Vec<Stmt>) {
        let span = self.span_from(start);
        let text = span.text(self.source).to_owned();
        self.push(Stmt { span, label: None, kind: StmtKind::Unparsed { text } }, out);
    }

    pub(super) fn push(&mut self, stmt: Stmt, out: &mut Vec<Stmt>) {
        self.statements += 1;
        out.push(stmt);
    }

    /// Statements of a single-line `If` up to `Else`, `End If` or the end of the line.
    pub(super) fn inline_block(&mut self, out: &mut Vec<Stmt>) {
        self.open.push(Open { block: Block::InlineIf, ghost: false });
        self.inline += 1;
        let level = self.open.len();
        loop {
            while self.eat(TokenKind::Colon) {}
            if self.is(TokenKind::Newline) || self.next_left > 0 || self.closer().is_some() {
                break;
            }
            self.statement(out);
        }
        self.inline -= 1;
        self.open.truncate(level - 1);
    }
}
