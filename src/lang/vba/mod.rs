//! VBA front end: text of one module to a tree (`ast`), with notices for what could not be read.
//! Promises: never fails, never panics, linear time, bounded depth; one bad statement costs one statement; every
//! malformed place is a `Notice` with line and column. Only the source active in 64-bit Office on Windows is parsed.
//! Knows no object model: nothing is resolved here.

pub mod ast;
mod conditional;
mod count;
mod lexeme;
mod lexer;
mod literal;
mod parser;
mod preamble;
pub mod token;
pub mod walk;
mod word;

pub use ast::{Module, ModuleKind, Span};
pub use lexer::lex;
pub use token::{Token, TokenKind};

/// Longest text read, in bytes; the rest is reported and left. (The editor allows 65,534 lines: 64 bytes for each, where
/// a measured line has 40.)
pub const MAX_MODULE_BYTES: usize = 4 << 20;

/// Something in the text that VBA would not accept, or that was left unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Physical line, from 1.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub column: u32,
    /// What is wrong, in English; never quotes more of the source than one word.
    pub message: String,
}

impl Notice {
    fn at(span: Span, message: impl Into<String>) -> Notice {
        Notice { line: span.line, column: span.col, message: message.into() }
    }
}

/// The outcome of `parse`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub module: Module,
    /// In the order of the text.
    pub notices: Vec<Notice>,
    /// Physical lines of the text; a line end at the very end opens no new line.
    pub lines: usize,
    /// Executable and declaration statements, as `ast::Counts` defines them.
    pub statements: usize,
}

/// Parses the text of one module. `name` is used when the text has no `Attribute VB_Name`.
pub fn parse(name: &str, text: &str, kind: ModuleKind) -> Parsed {
    let read = readable(text);
    let tokens = lex(read);
    let prepared = lexeme::prepare(read, &tokens);
    let mut parser = parser::Parser::new(read, &prepared.lexemes);
    let mut module = parser.module(name, kind);
    let mut notices = prepared.notices;
    notices.append(&mut parser.into_notices());
    if read.len() < text.len() {
        let line = tokens.last().map_or(1, |token| token.line);
        let message = format!("the module is longer than {MAX_MODULE_BYTES} bytes; the rest was not read");
        notices.push(Notice { line, column: 1, message });
    }
    notices.sort_by_key(|notice| (notice.line, notice.column));
    module.comments = prepared.comments;
    module.preamble = prepared.preamble;
    module.inactive = prepared.inactive;
    module.counts = count::counts(&module);
    let statements = module.counts.executable + module.counts.declarations;
    Parsed { module, notices, lines: line_count(text), statements }
}

/// `text`, cut after the last whole line that fits.
fn readable(text: &str) -> &str {
    if text.len() <= MAX_MODULE_BYTES {
        return text;
    }
    let window = text.as_bytes().get(..MAX_MODULE_BYTES).unwrap_or(&[]);
    let cut = window.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
    text.get(..cut).unwrap_or("")
}

fn line_count(text: &str) -> usize {
    let bytes = text.as_bytes();
    let lone = |at: usize| bytes.get(at + 1) != Some(&b'\n');
    let ends = bytes.iter().enumerate().filter(|(at, b)| **b == b'\n' || (**b == b'\r' && lone(*at))).count();
    let open = bytes.last().is_some_and(|b| !matches!(b, b'\n' | b'\r'));
    ends + usize::from(open)
}
