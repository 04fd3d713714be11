//! Tokens of VBA text. The concatenation of all tokens is the text, byte for byte: blanks, comments, continuations and
//! characters outside the language are tokens too. Knows no grammar.

/// One token. The text is `source[start..end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Physical line, from 1.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub col: u32,
}

impl Token {
    /// The token's text in the source it was made from; empty for another source.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Blanks and tabs.
    Space,
    /// `_`, blanks, line end: the statement goes on.
    Continuation,
    /// CR LF, LF or CR.
    Newline,
    /// `'` or `Rem` to the end of the logical line.
    Comment,
    /// A name or keyword, without type suffix.
    Ident,
    /// `[name]`
    Bracket,
    /// The type character stuck to a name.
    Suffix,
    /// A number with its suffix.
    Number,
    /// A closed string.
    Str,
    /// A string that its line does not close.
    OpenStr,
    /// `#1/31/2020#`
    Date,
    Dot,
    Bang,
    Comma,
    Semicolon,
    Colon,
    /// `:=`
    ColonEquals,
    LeftParen,
    RightParen,
    Hash,
    Ampersand,
    Plus,
    Minus,
    Star,
    Slash,
    Backslash,
    Caret,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    /// A character that VBA does not know.
    Unknown,
}

impl TokenKind {
    /// Whether the grammar never sees it.
    pub fn is_trivia(self) -> bool {
        matches!(self, TokenKind::Space | TokenKind::Continuation | TokenKind::Comment)
    }
}
