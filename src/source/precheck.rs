//! What is checked before a parser may see the bytes: the directory of a zip as declared, the sectors of a compound
//! file, the prologue of every markup part. Reads little, allocates little, and must not unpack content.

use std::collections::HashSet;

use crate::facts::{Notice, Problem};

use super::content::Content;
use super::spend::Spend;
use super::xml::{NO_DTD, Piece};
use super::zipped::Package;
use super::{MIB, SourceError};

/// Most entries of a zip. The largest public workbook has some 3,000 (one per drawing, comment and sheet).
const ENTRIES: u64 = 20_000;
/// Largest zip directory in bytes: 20,000 entries of 46 bytes with names and extras of some 800.
const DIRECTORY_BYTES: u64 = 16 * MIB;
/// A part under this size may be packed as tightly as it likes.
const RATIO_FLOOR: u64 = 64 * MIB;
/// Sheets of repeated rows pack up to about 100 to 1 (measured on generated workbooks); bombs reach 1,000.
const RATIO: u64 = 150;
/// The end record is 22 bytes and a comment of at most 65,535 (APPNOTE 4.3.16).
const END_SEARCH: usize = 22 + 65_535;

const END_SIGNATURE: &[u8] = b"PK\x05\x06";
const LOCATOR_SIGNATURE: &[u8] = b"PK\x06\x07";
const END64_SIGNATURE: &[u8] = b"PK\x06\x06";
const ENTRY_SIGNATURE: &[u8] = b"PK\x01\x02";
/// Fixed part of a directory entry and of the header before a part's data (APPNOTE 4.3.12, 4.3.7).
const ENTRY_BYTES: usize = 46;
const HEADER_BYTES: u64 = 30;
/// A 32-bit field that says: look in the zip64 extra field.
const IN_EXTRA: u64 = 0xFFFF_FFFF;
/// Tag of the zip64 extra field (APPNOTE 4.5.3).
const ZIP64_TAG: u16 = 1;

/// What the directory declares of one part.
struct Declared {
    name: Vec<u8>,
    packed: u64,
    inflated: u64,
    offset: u64,
    encrypted: bool,
}

/// Checks the directory of a zip; remarks are about names that would be dangerous as paths.
pub(crate) fn zip_directory(content: &Content, spend: &Spend) -> Result<Vec<Notice>, SourceError> {
    let mut entries = directory(content)?;
    if entries.iter().any(|entry| entry.encrypted) {
        return Err(SourceError::Encrypted { what: String::from("parts of the zip need a password") });
    }
    check_sizes(&entries, spend)?;
    entries.sort_by_key(|entry| entry.offset);
    check_overlap(&entries)?;
    Ok(entries.iter().filter_map(|entry| name_remark(&entry.name)).take(1).collect())
}

fn io(operation: &'static str) -> impl Fn(std::io::Error) -> SourceError {
    move |source| SourceError::Io { operation, source }
}

fn broken(what: &str) -> SourceError {
    SourceError::malformed("zip directory", what)
}

fn directory(content: &Content) -> Result<Vec<Declared>, SourceError> {
    let tail_start = content.len().saturating_sub(END_SEARCH as u64);
    let tail = content.slice(tail_start, END_SEARCH).map_err(io("read the end of the file"))?;
    let end = tail.windows(4).rposition(|four| four == END_SIGNATURE).ok_or_else(|| broken("no end record"))?;
    let record = tail.get(end..).unwrap_or_default();
    let mut count = u64::from(u16_at(record, 10).ok_or_else(|| broken("end record cut"))?);
    let mut size = u64::from(u32_at(record, 12).ok_or_else(|| broken("end record cut"))?);
    let mut start = u64::from(u32_at(record, 16).ok_or_else(|| broken("end record cut"))?);
    let mut end_at = tail_start.saturating_add(end as u64);
    if let Some((count64, size64, start64, at)) = zip64_end(content, end_at)? {
        (count, size, start, end_at) = (count64, size64, start64, at);
    }
    if count > ENTRIES {
        return Err(SourceError::Limit { limit: "zip entries", what: format!("{count} entries, at most {ENTRIES}") });
    }
    if size > DIRECTORY_BYTES || size > end_at {
        let what = format!("the directory takes {size} bytes, at most {DIRECTORY_BYTES}");
        return Err(SourceError::Limit { limit: "zip directory", what });
    }
    // Bytes in front of the archive shift every offset; the directory ends where the end record begins.
    let shift = end_at.saturating_sub(size).saturating_sub(start);
    let at = start.checked_add(shift).ok_or_else(|| broken("offsets overflow"))?;
    let bytes = content.slice(at, size as usize).map_err(io("read the zip directory"))?;
    entries_of(&bytes)
}

fn zip64_end(content: &Content, end_at: u64) -> Result<Option<(u64, u64, u64, u64)>, SourceError> {
    let Some(locator_at) = end_at.checked_sub(20) else {
        return Ok(None);
    };
    let locator = content.slice(locator_at, 20).map_err(io("read the zip64 locator"))?;
    if !locator.starts_with(LOCATOR_SIGNATURE) {
        return Ok(None);
    }
    let at = u64_at(&locator, 8).unwrap_or(u64::MAX);
    let record = content.slice(at, 56).map_err(io("read the zip64 end record"))?;
    if !record.starts_with(END64_SIGNATURE) {
        return Err(broken("no zip64 end record"));
    }
    let field = |offset| u64_at(&record, offset).ok_or_else(|| broken("zip64 end record cut"));
    Ok(Some((field(32)?, field(40)?, field(48)?, at)))
}

fn entries_of(bytes: &[u8]) -> Result<Vec<Declared>, SourceError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while rest.starts_with(ENTRY_SIGNATURE) {
        if entries.len() as u64 >= ENTRIES {
            let what = format!("more than {ENTRIES} entries");
            return Err(SourceError::Limit { limit: "zip entries", what });
        }
        let (entry, length) = entry_of(rest).ok_or_else(|| broken("an entry is cut"))?;
        entries.push(entry);
        rest = rest.get(length..).unwrap_or_default();
    }
    if entries.is_empty() { Err(broken("no entries")) } else { Ok(entries) }
}

fn entry_of(bytes: &[u8]) -> Option<(Declared, usize)> {
    let name_length = usize::from(u16_at(bytes, 28)?);
    let extra_length = usize::from(u16_at(bytes, 30)?);
    let comment_length = usize::from(u16_at(bytes, 32)?);
    let name = bytes.get(ENTRY_BYTES..ENTRY_BYTES + name_length)?.to_vec();
    let extra = bytes.get(ENTRY_BYTES + name_length..ENTRY_BYTES + name_length + extra_length)?;
    let mut wide = zip64_fields(extra).into_iter();
    let mut whole = |value: u32| match u64::from(value) {
        IN_EXTRA => wide.next().unwrap_or(IN_EXTRA),
        value => value,
    };
    let inflated = whole(u32_at(bytes, 24)?);
    let packed = whole(u32_at(bytes, 20)?);
    let offset = whole(u32_at(bytes, 42)?);
    let encrypted = u16_at(bytes, 8)? & 1 == 1;
    let length = ENTRY_BYTES + name_length + extra_length + comment_length;
    Some((Declared { name, packed, inflated, offset, encrypted }, length))
}

/// The 64-bit numbers of the zip64 extra field, in their order.
fn zip64_fields(extra: &[u8]) -> Vec<u64> {
    let mut rest = extra;
    while let (Some(tag), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let data = rest.get(4..).unwrap_or_default();
        if tag == ZIP64_TAG {
            let data = data.get(..usize::from(length)).unwrap_or(data);
            return data.chunks_exact(8).filter_map(|eight| u64_at(eight, 0)).collect();
        }
        rest = data.get(usize::from(length)..).unwrap_or_default();
    }
    Vec::new()
}

fn check_sizes(entries: &[Declared], spend: &Spend) -> Result<(), SourceError> {
    let total = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.inflated));
    if total > spend.bytes_left() {
        let what = format!("{total} bytes declared, at most {} are unpacked", spend.bytes_left());
        return Err(SourceError::Limit { limit: "inflated bytes", what });
    }
    let tight = |entry: &&Declared| entry.inflated > RATIO_FLOOR && entry.inflated / entry.packed.max(1) > RATIO;
    match entries.iter().find(tight) {
        None => Ok(()),
        Some(entry) => {
            let what = format!("a part packs {} bytes into {}, at most {RATIO} to 1", entry.inflated, entry.packed);
            Err(SourceError::Limit { limit: "zip ratio", what })
        }
    }
}

/// Two parts that share packed bytes are the mark of an overlap bomb (Fifield 2019); writers never do so.
fn check_overlap(sorted: &[Declared]) -> Result<(), SourceError> {
    for pair in sorted.windows(2) {
        if let [first, second] = pair {
            let header = HEADER_BYTES.saturating_add(first.name.len() as u64);
            let end = first.offset.saturating_add(header).saturating_add(first.packed);
            if end > second.offset {
                let what = String::from("two parts share the same packed bytes");
                return Err(SourceError::Limit { limit: "zip overlap", what });
            }
        }
    }
    Ok(())
}

fn name_remark(name: &[u8]) -> Option<Notice> {
    let text = String::from_utf8_lossy(name).replace('\\', "/");
    let climbs = text.split('/').any(|step| step == "..");
    let drive = text.as_bytes().get(1) == Some(&b':');
    let message = if text.contains('\0') {
        "a part's name holds a NUL"
    } else if climbs || drive || text.starts_with('/') {
        "a part's name would leave its folder when unpacked"
    } else {
        return None;
    };
    let message =
        format!("{message}; names are only keys here and nothing is unpacked to disk; ask where the file comes from");
    Some(Notice { place: String::new(), problem: Problem::Remark, message })
}

/// Refuses a package of which any markup part has a document type definition, by reading every part's prologue.
pub(crate) fn no_type_definitions(package: &mut Package) -> Result<(), SourceError> {
    let mut parts = package.named("", ".xml");
    parts.extend(package.named("", ".rels"));
    parts.extend(package.named("", ".vml"));
    for part in parts {
        let refused = match package.markup(&part) {
            Ok(Some(mut markup)) => prologue(&mut markup),
            _ => Ok(()),
        };
        match refused {
            Err(SourceError::Limit { limit: NO_DTD, what }) => return Err(SourceError::Limit { limit: NO_DTD, what }),
            // A part that is broken in another way is told by its own reader.
            _ => continue,
        }
    }
    Ok(())
}

fn prologue(markup: &mut super::xml::Markup<'_>) -> Result<(), SourceError> {
    loop {
        match markup.next()? {
            Piece::Start(_) | Piece::Finished => return Ok(()),
            _ => {}
        }
    }
}

/// Opens a compound file with a reader that refuses cycles and sectors outside the file.
pub(crate) fn compound(content: &Content) -> Result<cfb::CompoundFile<Content>, SourceError> {
    let file = cfb::CompoundFile::open(content.start())
        .map_err(|_| SourceError::malformed("compound file", "its sectors are damaged"))?;
    let mut seen = HashSet::new();
    let mut declared = 0u64;
    for entry in file.walk() {
        declared = declared.saturating_add(entry.len());
        if seen.len() as u64 > ENTRIES || !seen.insert(entry.path().to_path_buf()) {
            let what = String::from("its directory names the same entry twice or has too many entries");
            return Err(SourceError::Limit { limit: "compound file entries", what });
        }
    }
    // Streams do not share sectors, so together they cannot be longer than the file.
    if declared > content.len().saturating_mul(2) {
        let what = format!("streams of {declared} bytes in a file of {}", content.len());
        return Err(SourceError::Limit { limit: "compound file streams", what });
    }
    Ok(file)
}

/// Little-endian numbers at an offset; none beyond the end.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}
