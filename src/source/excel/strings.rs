//! The shared strings of a workbook in one block of memory. What the part says about its own size is never believed.

use super::super::SourceError;
use super::super::spend::Spend;
use super::super::xml::{Piece, local, local_end, number, unescape_hex};
use super::super::zipped::Package;

/// Most shared strings. A sheet has 1,048,576 rows; the largest public workbook has some 600,000 distinct texts.
const STRINGS: usize = 8_000_000;
/// The shortest entry of the part is `<si/>`.
const SHORTEST_ENTRY: u64 = 5;

/// All texts one after the other.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<usize>,
    /// What the part declared wrongly.
    pub(crate) lie: Option<u64>,
}

impl Strings {
    /// Reads the part; a workbook without one has no shared strings.
    pub(crate) fn read(package: &mut Package, part: &str, spend: &Spend) -> Result<Strings, SourceError> {
        let mut strings = Strings::default();
        let Some(mut markup) = package.markup(part)? else {
            return Ok(strings);
        };
        let mut declared = 0u64;
        let mut phonetic = false;
        loop {
            let mut wanted = false;
            match markup.next()? {
                Piece::Start(tag) => match local(&tag) {
                    "sst" => declared = number(&tag, "uniqueCount").unwrap_or(0),
                    "rPh" => phonetic = true,
                    "t" => wanted = !phonetic,
                    _ => {}
                },
                Piece::End(tag) => match local_end(&tag) {
                    "rPh" => phonetic = false,
                    "si" => strings.close(spend)?,
                    _ => {}
                },
                Piece::Finished => break,
                Piece::Text(_) => {}
            }
            if wanted {
                let text = markup.text()?;
                strings.text.push_str(&unescape_hex(&text));
            }
        }
        let held = strings.ends.len() as u64;
        strings.lie = (declared > held.saturating_add(1) && declared > SHORTEST_ENTRY).then_some(declared);
        Ok(strings)
    }

    fn close(&mut self, spend: &Spend) -> Result<(), SourceError> {
        if self.ends.len() >= STRINGS {
            let what = format!("more than {STRINGS} shared strings");
            return Err(SourceError::Limit { limit: "shared strings", what });
        }
        spend.bytes(size_of::<usize>())?;
        self.ends.push(self.text.len());
        Ok(())
    }

    /// The text number `index`, from 0.
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }
}
