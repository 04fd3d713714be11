//! Markup to a tree, as far as macros need it: elements, attributes, text, character data. No document types, no
//! expansion beyond the five names and numbers; what is not well-formed ends the reading with a notice.

use super::MAX_LEVELS;

/// One element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Without its prefix.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// All text directly within.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// The elements at the top, and what is wrong.
pub(super) fn read(text: &str) -> (Vec<Element>, Vec<String>) {
    // The first element stands for the document.
    let mut open = vec![Element::default()];
    let mut notices = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        put_text(&mut open, rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let Some((piece, after)) = piece(rest) else {
            notices.push(String::from("a tag is not closed"));
            break;
        };
        rest = after;
        match piece {
            Piece::Skipped => {}
            Piece::Data(data) => open.last_mut().into_iter().for_each(|element| element.text.push_str(data)),
            Piece::End => close(&mut open),
            Piece::Start { inner, is_empty } => {
                if open.len() > MAX_LEVELS {
                    notices.push(format!("it nests deeper than {MAX_LEVELS} levels"));
                    break;
                }
                open.push(started(inner));
                if is_empty {
                    close(&mut open);
                }
            }
        }
    }
    if open.len() > 1 && notices.is_empty() {
        notices.push(String::from("an element is not closed"));
    }
    while open.len() > 1 {
        close(&mut open);
    }
    (open.pop().map(|document| document.children).unwrap_or_default(), notices)
}

enum Piece<'t> {
    Skipped,
    Data(&'t str),
    End,
    Start { inner: &'t str, is_empty: bool },
}

/// The tag at the start of a text, and what follows it.
fn piece(text: &str) -> Option<(Piece<'_>, &str)> {
    for (open, close) in [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")] {
        if let Some(inner) = text.strip_prefix(open) {
            let (inner, after) = inner.split_once(close)?;
            return Some((if open == "<![CDATA[" { Piece::Data(inner) } else { Piece::Skipped }, after));
        }
    }
    let end = end_of_tag(text)?;
    let inner = text.get(1..end)?;
    let after = text.get(end.checked_add(1)?..)?;
    if inner.starts_with('!') {
        return Some((Piece::Skipped, after));
    }
    if inner.starts_with('/') {
        return Some((Piece::End, after));
    }
    let is_empty = inner.ends_with('/');
    Some((Piece::Start { inner: inner.trim_end_matches('/'), is_empty }, after))
}

/// The place of the `>` that is not within an attribute's quotation marks.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '>' => return Some(at),
            None => {}
        }
    }
    None
}

fn started(inner: &str) -> Element {
    let (name, mut rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let mut attributes = Vec::new();
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(mark) = after.chars().next().filter(|mark| matches!(mark, '"' | '\'')) else { break };
        let Some((value, further)) = after.get(1..).and_then(|value| value.split_once(mark)) else { break };
        attributes.push((local(key.trim()).to_string(), plain(value)));
        rest = further;
    }
    Element { name: local(name.trim()).to_string(), attributes, ..Element::default() }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn close(open: &mut Vec<Element>) {
    if open.len() < 2 {
        return;
    }
    if let (Some(element), Some(parent)) = (open.pop(), open.last_mut()) {
        parent.children.push(element);
    }
}

fn put_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut()
        && (!text.trim().is_empty() || element.children.is_empty())
    {
        element.text.push_str(&plain(text));
    }
}

/// References as the characters they stand for.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = after.split_once(';').and_then(|(name, further)| Some((character(name)?, further)));
        match known {
            Some((c, further)) => {
                out.push(c);
                rest = further;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    const HEXADECIMAL: u32 = 16;
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, HEXADECIMAL).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
