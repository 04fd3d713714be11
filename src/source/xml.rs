//! Markup as a stream of pieces under a budget: no document type definition, bounded depth and token length.
//! The only file that names the XML parser's events; it knows nothing of any vocabulary.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::SourceError;
use super::spend::{Charged, Spend, limit_of};

/// The limit that a document type definition breaks (requirement 9 of the security notes).
pub(crate) const NO_DTD: &str = "document type definition";

/// The next thing in a markup. An empty element gives a start and an end.
pub(crate) enum Piece<'a> {
    Start(BytesStart<'a>),
    End(BytesEnd<'a>),
    Text(Cow<'a, str>),
    Finished,
}

/// A markup being read.
pub(crate) struct Markup<'a> {
    reader: Reader<Charged<Box<dyn BufRead + 'a>>>,
    buffer: Vec<u8>,
    spend: Spend,
    depth: u32,
    part: String,
}

impl<'a> Markup<'a> {
    pub(crate) fn new(input: Box<dyn BufRead + 'a>, part: &str, spend: &Spend) -> Markup<'a> {
        let mut reader = Reader::from_reader(Charged::new(input, spend));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Markup { reader, buffer: Vec::new(), spend: spend.clone(), depth: 0, part: part.to_string() }
    }

    /// The next piece; comments and processing instructions come as an empty text.
    pub(crate) fn next(&mut self) -> Result<Piece<'_>, SourceError> {
        self.spend.new_token();
        self.buffer.clear();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(refusal(&self.part, &error)),
        };
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                self.depth = self.depth.saturating_add(1);
                if self.depth > self.spend.depth() {
                    let what = format!("{} nests deeper than {} levels", self.part, self.spend.depth());
                    return Err(SourceError::Limit { limit: "depth", what });
                }
                Ok(Piece::Start(tag))
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Piece::End(tag))
            }
            Event::Text(text) => Ok(Piece::Text(text.xml10_content())),
            Event::CData(text) => Ok(Piece::Text(text.xml10_content())),
            Event::GeneralRef(name) => Ok(Piece::Text(Cow::Owned(referred(&name)))),
            Event::DocType(_) => {
                let what = format!("{} declares one; such files are never expanded", self.part);
                Err(SourceError::Limit { limit: NO_DTD, what })
            }
            Event::Eof => Ok(Piece::Finished),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => Ok(Piece::Text(Cow::Borrowed(""))),
        }
    }

    /// The text up to the end of the element just started, of all elements within.
    pub(crate) fn text(&mut self) -> Result<String, SourceError> {
        let mut open = 1u32;
        let mut collected = String::new();
        while open > 0 {
            match self.next()? {
                Piece::Start(_) => open = open.saturating_add(1),
                Piece::End(_) => open = open.saturating_sub(1),
                Piece::Text(text) => collected.push_str(&text),
                Piece::Finished => break,
            }
        }
        Ok(collected)
    }
}

fn refusal(part: &str, error: &quick_xml::Error) -> SourceError {
    let limit = match error {
        quick_xml::Error::Io(cause) => limit_of(cause),
        _ => None,
    };
    // The parser's own words may quote the content, so only the kind of the error is told.
    limit.unwrap_or_else(|| SourceError::malformed(part, kind_of(error)))
}

fn kind_of(error: &quick_xml::Error) -> &'static str {
    match error {
        quick_xml::Error::Io(_) => "the packed data are damaged",
        quick_xml::Error::Encoding(_) => "the text is not in the declared encoding",
        _ => "the markup is not well-formed",
    }
}

/// What a reference in text stands for: a character, one of the five names of XML, else itself.
fn referred(name: &str) -> String {
    let written = format!("&{name};");
    match unescape(&written) {
        Ok(text) => text.into_owned(),
        Err(_) => written,
    }
}

/// The name of an element without its prefix.
pub(crate) fn local<'t>(tag: &'t BytesStart<'_>) -> &'t str {
    after_colon(tag.name().into_inner())
}

/// The name of an end tag without its prefix.
pub(crate) fn local_end<'t>(tag: &'t BytesEnd<'_>) -> &'t str {
    after_colon(tag.name().into_inner())
}

fn after_colon(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The value of the attribute `name`, its prefix ignored unless `name` has one.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let wanted = |key: &str| if name.contains(':') { key == name } else { after_colon(key) == name };
    let found = tag.attributes().with_checks(false).flatten().find(|found| wanted(found.key.into_inner()))?;
    let raw = found.value;
    Some(unescape(&raw).map_or_else(|_| raw.to_string(), Cow::into_owned))
}

/// The same as a number.
pub(crate) fn number<N: std::str::FromStr>(tag: &BytesStart<'_>, name: &str) -> Option<N> {
    attribute(tag, name)?.trim().parse().ok()
}

/// The same as a switch: `1`, `true` and `on` are on.
pub(crate) fn switched_on(tag: &BytesStart<'_>, name: &str) -> bool {
    matches!(attribute(tag, name).as_deref(), Some("1" | "true" | "on"))
}

/// Writes `_x0020_` as the character it stands for, as names of Access exports and texts of workbooks use it
/// (ECMA-376 part 1, 22.9.2.19).
pub(crate) fn unescape_hex(text: &str) -> Cow<'_, str> {
    /// `_xHHHH_`.
    const LENGTH: usize = 7;
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let unit = rest.get(..LENGTH).and_then(|piece| piece.strip_prefix("_x")?.strip_suffix('_'));
        let unit = unit.filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match unit.and_then(|hex| u16::from_str_radix(hex, 16).ok()) {
            Some(code) => {
                units.push(code);
                rest = rest.get(LENGTH..).unwrap_or_default();
            }
            None => {
                units.extend(letter.encode_utf16(&mut [0; 2]).iter());
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            }
        }
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}
