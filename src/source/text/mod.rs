//! Files that are text: delimited tables, Access exports, saved objects, VBA. Finds the encoding and the kind.

mod access_text;
mod access_xml;
mod delimited;
mod guess;
mod schema_ini;

use std::io::Read;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::SourceError;
use super::content::Content;
use super::spend::Spend;

pub(crate) use access_text::{read_access_text, read_vba_text};
pub(crate) use access_xml::read_access_xml;
pub(crate) use delimited::read_delimited;
pub(crate) use guess::{Guess, guess};

/// Largest saved object or module that is held as one text.
const WHOLE_TEXT: u64 = 64 * super::MIB;

/// The encoding: a byte order mark decides, else zero bytes in every second place, else UTF-8 if valid, else Windows-1252.
pub(crate) fn encoding_of(start: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return encoding;
    }
    let even_zeros = start.iter().step_by(2).filter(|byte| **byte == 0).count();
    let odd_zeros = start.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    let many = start.len() / 4;
    if start.len() >= 4 && odd_zeros > many && even_zeros == 0 {
        return UTF_16LE;
    }
    if start.len() >= 4 && even_zeros > many && odd_zeros == 0 {
        return UTF_16BE;
    }
    match std::str::from_utf8(start) {
        Ok(_) => UTF_8,
        // A letter may be cut at the end of what was looked at.
        Err(error) if error.error_len().is_none() => UTF_8,
        Err(_) => WINDOWS_1252,
    }
}

/// The text of bytes that are all there.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    encoding_of(bytes).decode(bytes).0.into_owned()
}

/// The text of the start of a file; none when it is no text.
pub(crate) fn decoded_start(start: &[u8]) -> Option<String> {
    let text = encoding_of(start).decode(start).0.into_owned();
    let odd = |letter: &char| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n' | '\u{c}' | '\u{1a}');
    let strange = text.chars().filter(odd).count();
    // One in a thousand is a slip of an export; more is binary.
    (strange * 1_000 <= text.len()).then_some(text)
}

/// The whole text of a small file.
pub(crate) fn whole_text(content: &Content, spend: &Spend) -> Result<String, SourceError> {
    if content.len() > WHOLE_TEXT {
        let what = format!("a saved object of {} bytes, at most {WHOLE_TEXT} are read", content.len());
        return Err(SourceError::Limit { limit: "text bytes", what });
    }
    let mut bytes = Vec::new();
    content.start().read_to_end(&mut bytes).map_err(|source| SourceError::Io { operation: "read the file", source })?;
    spend.bytes(bytes.len())?;
    Ok(decoded(&bytes))
}
