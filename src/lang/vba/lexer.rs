//! Cuts VBA text into tokens without losing a byte. Total: any text gives tokens, in linear time.
//! Rules: MS-VBAL section 3.2 and 3.3, loosened where the editor accepts more than the norm. Knows no grammar beyond
//! what decides between a type suffix and an operator, and where `Rem` may start.

use super::literal;
use super::token::{Token, TokenKind};

/// Longest `[bracketed name]` looked for, in bytes. (A name has at most 255 characters, MS-VBAL 3.3.5.)
const MAX_BRACKET: usize = 512;
/// Longest date literal looked for, in bytes; `#September 30, 2020 12:00:00 PM#` has 32.
const MAX_DATE: usize = 40;

/// The tokens of `text`, whose concatenation is `text`.
pub fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        pos: 0,
        previous: None,
        adjacent: None,
        first_on_line: true,
        opens_statement: true,
        no_close_before: 0,
    };
    let mut tokens = Vec::with_capacity(text.len() / 4);
    let (mut line, mut col) = (1u32, 1u32);
    while lexer.pos < text.len() {
        let start = lexer.pos;
        let kind = lexer.scan();
        if lexer.pos <= start {
            lexer.skip_char();
        }
        let end = lexer.pos;
        tokens.push(Token { kind, start: offset(start), end: offset(end), line, col });
        lexer.remember(kind, start);
        (line, col) = advance(text.get(start..end).unwrap_or(""), kind, line, col);
    }
    tokens
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// The position after `text` that starts at `line`, `col`.
pub(super) fn advance(text: &str, kind: TokenKind, line: u32, col: u32) -> (u32, u32) {
    if !matches!(kind, TokenKind::Newline | TokenKind::Continuation | TokenKind::Comment) {
        return (line, col.saturating_add(offset(text.chars().count())));
    }
    let (mut line, mut col) = (line, col);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends = c == '\n' || (c == '\r' && chars.peek() != Some(&'\n'));
        (line, col) = if ends { (line.saturating_add(1), 1) } else { (line, col.saturating_add(1)) };
    }
    (line, col)
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    /// The last token that is neither blank nor continuation.
    previous: Option<TokenKind>,
    /// The token just before, blanks included.
    adjacent: Option<TokenKind>,
    /// Nothing but blanks since the line began.
    first_on_line: bool,
    /// A statement may start here, so `Rem` is a comment.
    opens_statement: bool,
    /// No `]` stands before this byte: a `[` before it needs no search, which keeps the lexer linear.
    no_close_before: usize,
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos.saturating_add(ahead)).copied().unwrap_or(0)
    }

    fn char_at(&self, position: usize) -> Option<char> {
        self.text.get(position..).and_then(|rest| rest.chars().next())
    }

    fn skip_char(&mut self) {
        self.pos += self.char_at(self.pos).map_or(1, char::len_utf8);
    }

    fn remember(&mut self, kind: TokenKind, start: usize) {
        self.adjacent = Some(kind);
        if matches!(kind, TokenKind::Space | TokenKind::Continuation) {
            return;
        }
        let word = if kind == TokenKind::Ident { self.text.get(start..self.pos) } else { None };
        let opens_word = word.is_some_and(|w| w.eq_ignore_ascii_case("then") || w.eq_ignore_ascii_case("else"));
        let line_number = kind == TokenKind::Number && self.first_on_line;
        self.opens_statement = matches!(kind, TokenKind::Newline | TokenKind::Colon) || opens_word || line_number;
        self.first_on_line = kind == TokenKind::Newline;
        self.previous = Some(kind);
    }

    fn take(&mut self, kind: TokenKind, bytes: usize) -> TokenKind {
        self.pos += bytes;
        kind
    }

    fn scan(&mut self) -> TokenKind {
        match self.byte(0) {
            b' ' | b'\t' | 0x0b | 0x0c => self.spaces(),
            b'\r' if self.byte(1) == b'\n' => self.take(TokenKind::Newline, 2),
            b'\r' | b'\n' => self.take(TokenKind::Newline, 1),
            b'\'' => self.comment(),
            b'"' => self.string(),
            b'0'..=b'9' => self.number(),
            b'_' if self.continuation_length(0).is_some() => {
                let length = self.continuation_length(0).unwrap_or(1);
                self.take(TokenKind::Continuation, length)
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'[' => self.bracket(),
            128.. => self.wide(),
            _ => self.punctuation(),
        }
    }

    fn spaces(&mut self) -> TokenKind {
        while matches!(self.byte(0), b' ' | b'\t' | 0x0b | 0x0c) {
            self.pos += 1;
        }
        TokenKind::Space
    }

    /// Non-ASCII: foreign blanks, letters, or nothing the language knows.
    fn wide(&mut self) -> TokenKind {
        let Some(c) = self.char_at(self.pos) else {
            return self.take(TokenKind::Unknown, 1);
        };
        if c.is_whitespace() || c == '\u{feff}' {
            self.skip_char();
            return TokenKind::Space;
        }
        if is_name_char(c) {
            return self.word();
        }
        self.skip_char();
        TokenKind::Unknown
    }

    /// Length of `_`, blanks and line end at `ahead`, if that is what stands there.
    fn continuation_length(&self, ahead: usize) -> Option<usize> {
        let mut length = 1;
        while matches!(self.byte(ahead + length), b' ' | b'\t') {
            length += 1;
        }
        match (self.byte(ahead + length), self.byte(ahead + length + 1)) {
            (b'\r', b'\n') => Some(length + 2),
            (b'\r' | b'\n', _) => Some(length + 1),
            _ if self.pos + ahead + length >= self.bytes.len() => Some(length),
            _ => None,
        }
    }

    /// To the end of the line, and of the next when the line ends with ` _`.
    fn comment(&mut self) -> TokenKind {
        while self.pos < self.bytes.len() {
            match self.byte(0) {
                b'\r' | b'\n' => break,
                b' ' | b'\t' if self.byte(1) == b'_' => {
                    self.pos += 1 + self.continuation_length(1).unwrap_or(1);
                }
                _ => self.pos += 1,
            }
        }
        TokenKind::Comment
    }

    fn string(&mut self) -> TokenKind {
        self.pos += 1;
        while self.pos < self.bytes.len() {
            match self.byte(0) {
                b'"' if self.byte(1) == b'"' => self.pos += 2,
                b'"' => return self.take(TokenKind::Str, 1),
                b'\r' | b'\n' => break,
                _ => self.pos += 1,
            }
        }
        TokenKind::OpenStr
    }

    fn word(&mut self) -> TokenKind {
        let start = self.pos;
        loop {
            match self.byte(0) {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => self.pos += 1,
                128.. if self.char_at(self.pos).is_some_and(is_name_char) => self.skip_char(),
                _ => break,
            }
        }
        let word = self.text.get(start..self.pos).unwrap_or("");
        let ends = matches!(self.byte(0), b' ' | b'\t' | b'\r' | b'\n') || self.pos >= self.bytes.len();
        if self.opens_statement && ends && word.eq_ignore_ascii_case("rem") {
            return self.comment();
        }
        TokenKind::Ident
    }

    /// `[name]`, inner brackets in pairs as in `[Table1[Column]]`; a lone `[` is unknown.
    fn bracket(&mut self) -> TokenKind {
        if self.pos < self.no_close_before {
            return self.take(TokenKind::Unknown, 1);
        }
        let (mut depth, mut searched) = (0usize, 0);
        let mut first_close = None;
        for ahead in 0..MAX_BRACKET {
            searched = ahead;
            match self.byte(ahead) {
                b'[' => depth += 1,
                b']' => {
                    depth = depth.saturating_sub(1);
                    first_close = first_close.or(Some(ahead + 1));
                    if depth == 0 {
                        return self.take(TokenKind::Bracket, ahead + 1);
                    }
                }
                b'\r' | b'\n' | 0 => break,
                _ => {}
            }
        }
        match first_close {
            Some(length) => self.take(TokenKind::Bracket, length),
            None => {
                self.no_close_before = self.pos + searched;
                self.take(TokenKind::Unknown, 1)
            }
        }
    }

    fn digits(&mut self) {
        while self.byte(0).is_ascii_digit() {
            self.pos += 1;
        }
    }

    fn number(&mut self) -> TokenKind {
        self.digits();
        if self.byte(0) == b'.' {
            self.pos += 1;
            self.digits();
        }
        let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
        if matches!(self.byte(0), b'e' | b'E' | b'd' | b'D') && self.byte(1 + sign).is_ascii_digit() {
            self.pos += 1 + sign;
            self.digits();
        }
        self.number_suffix();
        TokenKind::Number
    }

    fn number_suffix(&mut self) {
        let taken = match self.byte(0) {
            b'%' | b'@' => true,
            b'!' => !is_name_byte(self.byte(1)),
            b'#' => !is_name_byte(self.byte(1)),
            b'&' => !starts_operand(self.byte(1)),
            b'^' => self.caret_is_suffix(),
            _ => false,
        };
        self.pos += usize::from(taken);
    }

    /// `^` is a suffix when no operand follows it (only `As` may).
    fn caret_is_suffix(&self) -> bool {
        let mut ahead = 1;
        while self.byte(ahead) == b' ' {
            ahead += 1;
            if ahead > MAX_DATE {
                return false;
            }
        }
        let is_as = ahead > 1
            && self.byte(ahead).eq_ignore_ascii_case(&b'a')
            && self.byte(ahead + 1).eq_ignore_ascii_case(&b's')
            && !is_name_byte(self.byte(ahead + 2));
        let operand = starts_operand(self.byte(ahead)) || matches!(self.byte(ahead), b'(' | b'.' | b'-' | b'_' | b'[');
        is_as || !operand
    }

    /// `&HFF`, `&O17`, `&17`, or the operator `&`.
    fn ampersand(&mut self) -> TokenKind {
        use TokenKind::{Ampersand, Bracket, Date, Number, RightParen, Str};
        let after_operand = matches!(self.previous, Some(Number | Str | Date | RightParen | Bracket));
        let (skip, is_digit): (usize, fn(u8) -> bool) = match self.byte(1) {
            b'h' | b'H' => (2, |b| b.is_ascii_hexdigit()),
            b'o' | b'O' => (2, |b| matches!(b, b'0'..=b'7')),
            b'0'..=b'7' => (1, |b| matches!(b, b'0'..=b'7')),
            _ => return self.take(Ampersand, 1),
        };
        let mut length = skip;
        while is_digit(self.byte(length)) {
            length += 1;
        }
        if after_operand || length == skip || is_name_byte(self.byte(length)) {
            return self.take(Ampersand, 1);
        }
        self.pos += length;
        self.number_suffix();
        Number
    }

    /// `#` opens a date, else it is a lone sign (file number, directive).
    fn hash(&mut self) -> TokenKind {
        let window = (1..MAX_DATE).take_while(|&ahead| !matches!(self.byte(ahead), b'\r' | b'\n' | 0));
        let close = window.into_iter().find(|&ahead| self.byte(ahead) == b'#');
        let Some(close) = close else {
            return self.take(TokenKind::Hash, 1);
        };
        let inner = self.text.get(self.pos + 1..self.pos + close).unwrap_or("");
        match literal::date_serial(inner) {
            Some(_) => self.take(TokenKind::Date, close + 1),
            None => self.take(TokenKind::Hash, 1),
        }
    }

    /// Whether the byte here is a type character of the name just before.
    fn is_suffix(&self) -> bool {
        if self.adjacent != Some(TokenKind::Ident) {
            return false;
        }
        match self.byte(0) {
            b'%' | b'@' | b'$' => true,
            b'!' => !is_name_byte(self.byte(1)) && self.byte(1) != b'[',
            b'#' => !is_name_byte(self.byte(1)) && self.byte(1) != b'(',
            b'&' => !starts_operand(self.byte(1)),
            b'^' => self.caret_is_suffix(),
            _ => false,
        }
    }

    fn punctuation(&mut self) -> TokenKind {
        if self.is_suffix() {
            return self.take(TokenKind::Suffix, 1);
        }
        match (self.byte(0), self.byte(1)) {
            (b'.', b'0'..=b'9') if !self.after_name() => self.number(),
            (b'.', _) => self.take(TokenKind::Dot, 1),
            (b'!', _) => self.take(TokenKind::Bang, 1),
            (b',', _) => self.take(TokenKind::Comma, 1),
            (b';', _) => self.take(TokenKind::Semicolon, 1),
            (b':', b'=') => self.take(TokenKind::ColonEquals, 2),
            (b':', _) => self.take(TokenKind::Colon, 1),
            (b'(', _) => self.take(TokenKind::LeftParen, 1),
            (b')', _) => self.take(TokenKind::RightParen, 1),
            (b'#', _) => self.hash(),
            (b'&', _) => self.ampersand(),
            (b'+', _) => self.take(TokenKind::Plus, 1),
            (b'-', _) => self.take(TokenKind::Minus, 1),
            (b'*', _) => self.take(TokenKind::Star, 1),
            (b'/', _) => self.take(TokenKind::Slash, 1),
            (b'\\', _) => self.take(TokenKind::Backslash, 1),
            (b'^', _) => self.take(TokenKind::Caret, 1),
            (b'<', b'>') | (b'>', b'<') => self.take(TokenKind::NotEqual, 2),
            (b'<', b'=') | (b'=', b'<') => self.take(TokenKind::LessEqual, 2),
            (b'>', b'=') | (b'=', b'>') => self.take(TokenKind::GreaterEqual, 2),
            (b'<', _) => self.take(TokenKind::Less, 1),
            (b'>', _) => self.take(TokenKind::Greater, 1),
            (b'=', _) => self.take(TokenKind::Equal, 1),
            _ => self.take(TokenKind::Unknown, 1),
        }
    }

    fn after_name(&self) -> bool {
        use TokenKind::{Bracket, Ident, RightParen, Suffix};
        matches!(self.adjacent, Some(Ident | Bracket | RightParen | Suffix))
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128
}

/// Whether an operand starts with this byte, so that `&` or `^` before it is an operator.
fn starts_operand(byte: u8) -> bool {
    is_name_byte(byte) && byte != b'_' || byte == b'"'
}

/// Letters of any script, digits and underscore. (MS-VBAL lists code pages; letters of all of them are letters in Unicode.)
fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
