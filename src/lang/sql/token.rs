//! The words and signs of a statement. Promises one token or one notice per stretch of text and never to stop early:
//! a sign without meaning is a token of its own. Keywords are words here; the parser knows which are meant.

use super::node::{Notice, NoticeKind, Span};

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A name or keyword without brackets.
    Word(String),
    /// `[name]` or `` `name` ``.
    Bracketed(String),
    Integer(i32),
    Double(f64),
    Text(String),
    Date(String),
    Guid(String),
    /// A sign, one or two characters.
    Sign(&'static str),
}

/// Signs, longer ones first.
const SIGNS: [&str; 23] = [
    "<>", "<=", ">=", "!=", "=<", "=>", "(", ")", ",", ".", "!", ";", "*", "/", "\\", "+", "-", "^", "&", "=", "<",
    ">", "?",
];

/// All tokens, and the first thing that is wrong with the text.
pub(super) fn tokens(text: &str) -> (Vec<Token>, Option<Notice>) {
    let mut found = Vec::new();
    let mut notice = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() || first == '\0' {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = match token(rest, first) {
            Ok(read) => read,
            Err((kind, length)) => {
                let span = Span::bytes(at, at + length);
                notice.get_or_insert(Notice { at: span, kind });
                break;
            }
        };
        found.push(Token { kind, at: Span::bytes(at, at + length) });
        at += length.max(1);
    }
    (found, notice)
}

type Scan = Result<(TokenKind, usize), (NoticeKind, usize)>;

fn token(rest: &str, first: char) -> Scan {
    match first {
        '[' => enclosed(rest, ']', NoticeKind::UnclosedName, TokenKind::Bracketed),
        '`' => enclosed(rest, '`', NoticeKind::UnclosedName, TokenKind::Bracketed),
        '#' => enclosed(rest, '#', NoticeKind::UnclosedDate, TokenKind::Date),
        '\'' | '"' => quoted(rest, first),
        '{' => guid(rest),
        '&' if hexadecimal(rest).is_some() => {
            let (value, length) = hexadecimal(rest).unwrap_or((0, 1));
            Ok((TokenKind::Integer(value), length))
        }
        '0'..='9' => number(rest),
        '.' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => number(rest),
        _ if is_word_start(first) => {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            Ok((TokenKind::Word(rest.get(..length).unwrap_or_default().to_owned()), length))
        }
        _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => Ok((TokenKind::Sign(sign), sign.len())),
            None => Err((NoticeKind::UnknownCharacter, first.len_utf8())),
        },
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '~' || c == '@' || (!c.is_ascii() && !c.is_whitespace())
}

fn is_word(c: char) -> bool {
    is_word_start(c) || c.is_numeric() || c == '$'
}

/// Text between two signs that cannot stand inside.
fn enclosed(rest: &str, close: char, missing: NoticeKind, make: fn(String) -> TokenKind) -> Scan {
    let inner = rest.get(1..).unwrap_or_default();
    match inner.find(close) {
        Some(end) => Ok((make(inner.get(..end).unwrap_or_default().to_owned()), end + 2)),
        None => Err((missing, rest.len())),
    }
}

/// Text in quotation marks; the mark itself stands doubled inside.
fn quoted(rest: &str, mark: char) -> Scan {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c != mark {
            text.push(c);
        } else if characters.peek().is_some_and(|(_, next)| *next == mark) {
            characters.next();
            text.push(mark);
        } else {
            return Ok((TokenKind::Text(text), at + 1));
        }
    }
    Err((NoticeKind::UnclosedText, rest.len()))
}

/// `{guid {8-4-4-4-12}}`, and the digits in braces alone.
fn guid(rest: &str) -> Scan {
    let close = rest.find('}').ok_or((NoticeKind::UnclosedName, rest.len()))?;
    let inner = rest.get(1..close).unwrap_or_default();
    let digits = inner.rsplit('{').next().unwrap_or_default().trim();
    let length = match rest.get(close + 1..) {
        Some(after) if inner.contains('{') && after.trim_start().starts_with('}') => {
            close + 2 + after.len() - after.trim_start().len()
        }
        _ => close + 1,
    };
    Ok((TokenKind::Guid(format!("{{{digits}}}")), length))
}

/// `&HFF`.
fn hexadecimal(rest: &str) -> Option<(i32, usize)> {
    const PREFIX: usize = 2;
    const RADIX: u32 = 16;
    let digits = rest.strip_prefix("&H").or_else(|| rest.strip_prefix("&h"))?;
    let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    let value = u32::from_str_radix(digits.get(..length)?, RADIX).ok()?;
    Some((value.cast_signed(), PREFIX + length))
}

fn number(rest: &str) -> Scan {
    let bytes = rest.as_bytes();
    let digits = |from: usize| from + bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    let whole = end;
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    let text = rest.get(..end).unwrap_or_default();
    if end == whole
        && let Ok(value) = text.parse::<i32>()
    {
        return Ok((TokenKind::Integer(value), end));
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((TokenKind::Double(value), end)),
        _ => Err((NoticeKind::BadNumber, end.max(1))),
    }
}
