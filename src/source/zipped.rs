//! The parts of a zip package by name, unpacked under the budget. Names are keys and never paths of this machine.
//! It must be opened only after the pre-check of the archive.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Read};

use zip::ZipArchive;

use super::content::Content;
use super::spend::{Charged, Spend, limit_of};
use super::xml::{Markup, Piece, attribute, local};
use super::{MIB, SourceError};

/// Largest part that is decoded as a whole (only texts in UTF-16, which Excel does not write).
const WHOLE_PART: u64 = 64 * MIB;

/// A package whose parts can be read one at a time.
pub(crate) struct Package {
    archive: ZipArchive<BufReader<Content>>,
    names: HashMap<String, usize>,
    spend: Spend,
}

/// A relationship of one part to another or to something outside.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) id: String,
    /// Last word of the type's address: `worksheet`, `styles`...
    pub(crate) kind: String,
    /// The part's name, or the outside address as written.
    pub(crate) target: String,
    pub(crate) external: bool,
}

impl Package {
    pub(crate) fn open(content: &Content, spend: &Spend) -> Result<Package, SourceError> {
        let archive = ZipArchive::new(BufReader::new(content.start()))
            .map_err(|_| SourceError::malformed("zip directory", "it cannot be read"))?;
        let mut names = HashMap::new();
        for (index, name) in archive.file_names().enumerate() {
            if let Ok(name) = name {
                names.entry(normal(&name)).or_insert(index);
            }
        }
        Ok(Package { archive, names, spend: spend.clone() })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&normal(name))
    }

    /// Names of the parts whose name starts and ends so, in order; lower case.
    pub(crate) fn named(&self, start: &str, end: &str) -> Vec<String> {
        let fits = |name: &&String| name.starts_with(start) && name.ends_with(end);
        let mut found: Vec<String> = self.names.keys().filter(fits).cloned().collect();
        found.sort_by_key(|name| (name.len(), name.clone()));
        found
    }

    /// The part as a stream that charges the budget when it is read through `Markup` or `bytes`.
    fn stream(&mut self, name: &str) -> Result<Option<Box<dyn BufRead + '_>>, SourceError> {
        let Some(&index) = self.names.get(&normal(name)) else {
            return Ok(None);
        };
        let part = self.archive.by_index(index).map_err(|error| unpacking(name, &error))?;
        let mut reader = BufReader::with_capacity(1 << 16, part);
        let start = reader.fill_buf().map_err(|_| SourceError::malformed(name, "it cannot be unpacked"))?;
        let utf16 = match start {
            [0xFF, 0xFE, ..] => encoding_rs::UTF_16LE,
            [0xFE, 0xFF, ..] => encoding_rs::UTF_16BE,
            _ => return Ok(Some(Box::new(reader))),
        };
        let mut bytes = Vec::new();
        Charged::new(reader.take(WHOLE_PART), &self.spend)
            .read_to_end(&mut bytes)
            .map_err(|error| limit_of(&error).unwrap_or_else(|| SourceError::malformed(name, "it is damaged")))?;
        let text = utf16.decode(&bytes).0.into_owned();
        Ok(Some(Box::new(Cursor::new(text.into_bytes()))))
    }

    /// The part as markup; none when there is no such part.
    pub(crate) fn markup(&mut self, name: &str) -> Result<Option<Markup<'_>>, SourceError> {
        let spend = self.spend.clone();
        Ok(self.stream(name)?.map(|input| Markup::new(input, name, &spend)))
    }

    /// The bytes of a part, at most `cap` of them.
    pub(crate) fn bytes(&mut self, name: &str, cap: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let spend = self.spend.clone();
        let Some(&index) = self.names.get(&normal(name)) else {
            return Ok(None);
        };
        let part = self.archive.by_index(index).map_err(|error| unpacking(name, &error))?;
        let mut bytes = Vec::new();
        part.take(cap).read_to_end(&mut bytes).map_err(|_| SourceError::malformed(name, "it cannot be unpacked"))?;
        spend.bytes(bytes.len())?;
        Ok(Some(bytes))
    }

    /// The relationships of a part; of the package for an empty name.
    pub(crate) fn relations(&mut self, part: &str) -> Result<Vec<Relation>, SourceError> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let mut found = Vec::new();
        let Some(mut markup) = self.markup(&name)? else {
            return Ok(found);
        };
        loop {
            match markup.next()? {
                Piece::Start(tag) if local(&tag) == "Relationship" => {
                    let external = attribute(&tag, "TargetMode").is_some_and(|mode| mode == "External");
                    let target = attribute(&tag, "Target").unwrap_or_default();
                    found.push(Relation {
                        id: attribute(&tag, "Id").unwrap_or_default(),
                        kind: attribute(&tag, "Type")
                            .and_then(|kind| kind.rsplit('/').next().map(str::to_string))
                            .unwrap_or_default(),
                        target: if external { target } else { resolved(folder, &target) },
                        external,
                    });
                }
                Piece::Finished => return Ok(found),
                _ => {}
            }
        }
    }
}

fn unpacking(name: &str, error: &zip::result::ZipError) -> SourceError {
    match error {
        zip::result::ZipError::UnsupportedArchive(what) if what.contains("assword") => {
            SourceError::Encrypted { what: String::from("a part of the package needs a password") }
        }
        _ => SourceError::malformed(name, "it cannot be unpacked"),
    }
}

/// Part names compare without regard to case (OPC, ISO/IEC 29500-2, 6.2.2.3) and some writers use backslashes.
fn normal(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// A relationship's target seen from the folder of its part. `..` never leaves the package: it is only a key.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            name => steps.push(name),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}

/// Inflates a raw deflate stream to `size` bytes; fewer when it is damaged. The unpacking of the zip reader is used by putting
/// an archive of one part around the stream, so that no second unpacker is needed.
pub(crate) fn inflated(packed: &[u8], size: u32) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"a";
    let length = u32::try_from(packed.len()).ok()?;
    // Version, flags, method 8, time, date, checksum (not known and never reached), sizes, length of the name and of extras.
    let about = [
        &20u16.to_le_bytes()[..],
        &[0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        &length.to_le_bytes(),
        &size.to_le_bytes(),
        &(NAME.len() as u16).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    let mut archive = [b"PK\x03\x04", about.as_slice(), NAME, packed].concat();
    let directory = [b"PK\x01\x02", &20u16.to_le_bytes()[..], about.as_slice(), &[0; 14], NAME].concat();
    let start = u32::try_from(archive.len()).ok()?;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);
    let mut opened = ZipArchive::new(Cursor::new(archive)).ok()?;
    let mut bytes = Vec::new();
    // What came before a damage is kept.
    let _ = opened.by_index(0).ok()?.take(u64::from(size)).read_to_end(&mut bytes);
    Some(bytes)
}
