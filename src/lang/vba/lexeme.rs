//! What the grammar reads: tokens without trivia, of active source only. Sorts out the file header, comments and
//! conditional compilation, and says where each of them stood. Knows no statement.

use super::ast::{Comment, Span};
use super::conditional::Conditional;
use super::token::{Token, TokenKind};
use super::word::Word;
use super::{Notice, preamble};

/// What stands between a lexeme and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    None,
    Space,
    /// At least one line continuation.
    Continued,
}

/// A token the grammar sees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexeme {
    pub kind: TokenKind,
    pub word: Word,
    pub gap: Gap,
    pub span: Span,
}

impl Lexeme {
    /// Past the last lexeme of the text.
    pub(super) const END: Lexeme = Lexeme {
        kind: TokenKind::Newline,
        word: Word::Other,
        gap: Gap::None,
        span: Span { start: 0, end: 0, line: 0, col: 0, end_line: 0, end_col: 0 },
    };
}

/// The sorted text of a module.
#[derive(Default)]
pub(super) struct Prepared {
    pub lexemes: Vec<Lexeme>,
    pub comments: Vec<Comment>,
    pub preamble: Vec<Span>,
    pub inactive: Vec<Span>,
    pub notices: Vec<Notice>,
}

/// Sorts the tokens of `source`.
pub(super) fn prepare(source: &str, tokens: &[Token]) -> Prepared {
    let mut out = Prepared::default();
    let header = preamble::length(source);
    let code = tokens.partition_point(|token| (token.end as usize) <= header);
    if let (Some(first), Some(last)) = (tokens.first(), tokens.get(code.wrapping_sub(1))) {
        out.preamble.push(span_of(first, source).to(span_of(last, source)));
    }
    let mut conditional = Conditional::default();
    let mut rest = tokens.get(code..).unwrap_or(&[]);
    while !rest.is_empty() {
        let newline = rest.iter().position(|token| token.kind == TokenKind::Newline);
        let (line, next) = rest.split_at(newline.map_or(rest.len(), |at| at + 1));
        rest = next;
        sort_line(source, line, &mut conditional, &mut out);
    }
    conditional.finish(&mut out.notices);
    out
}

/// One logical line: a directive, inactive source or code.
fn sort_line(source: &str, line: &[Token], conditional: &mut Conditional, out: &mut Prepared) {
    let was_active = conditional.is_active();
    let directive = is_directive(source, line);
    if directive {
        let lexemes = lexemes_of(source, line);
        conditional.read(source, &lexemes, &mut out.notices);
    }
    if directive || !was_active {
        switch_off(source, line, &mut out.inactive);
        return;
    }
    let comments = line.iter().filter(|token| token.kind == TokenKind::Comment);
    out.comments.extend(comments.map(|token| comment(source, token)));
    out.lexemes.extend(lexemes_of(source, line));
}

fn is_directive(source: &str, line: &[Token]) -> bool {
    let mut tokens = line.iter().filter(|token| !token.kind.is_trivia());
    tokens.next().is_some_and(|token| token.kind == TokenKind::Hash)
        && tokens.next().is_some_and(|token| {
            let word = Word::of(token.text(source));
            matches!(word, Word::If | Word::ElseIf | Word::Else | Word::End | Word::EndIf | Word::Const)
        })
}

/// Adds the line to the inactive source, joined to the stretch before it when they touch.
fn switch_off(source: &str, line: &[Token], inactive: &mut Vec<Span>) {
    let (Some(first), Some(last)) = (line.first(), line.last()) else {
        return;
    };
    let span = span_of(first, source).to(span_of(last, source));
    match inactive.last_mut() {
        Some(before) if before.end == span.start => *before = before.to(span),
        _ => inactive.push(span),
    }
}

fn comment(source: &str, token: &Token) -> Comment {
    let text = token.text(source);
    let bare = text.strip_prefix('\'').or_else(|| text.get(3..)).unwrap_or("");
    Comment { span: span_of(token, source), text: bare.to_owned() }
}

fn lexemes_of(source: &str, line: &[Token]) -> Vec<Lexeme> {
    let mut gap = Gap::None;
    let mut lexemes = Vec::with_capacity(line.len());
    for token in line {
        match token.kind {
            TokenKind::Continuation => gap = Gap::Continued,
            TokenKind::Space if gap == Gap::None => gap = Gap::Space,
            TokenKind::Space | TokenKind::Comment => {}
            kind => {
                let word = match kind {
                    TokenKind::Ident => Word::of(token.text(source)),
                    _ => Word::Other,
                };
                lexemes.push(Lexeme { kind, word, gap, span: span_of(token, source) });
                gap = Gap::None;
            }
        }
    }
    lexemes
}

/// The span of a token; the end position is found by looking at the text.
pub(super) fn span_of(token: &Token, source: &str) -> Span {
    let text = token.text(source);
    let breaks = matches!(token.kind, TokenKind::Newline | TokenKind::Continuation | TokenKind::Comment);
    let (end_line, end_col) = if breaks {
        super::lexer::advance(text, token.kind, token.line, token.col)
    } else {
        let chars = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        (token.line, token.col.saturating_add(chars))
    };
    Span { start: token.start, end: token.end, line: token.line, col: token.col, end_line, end_col }
}
