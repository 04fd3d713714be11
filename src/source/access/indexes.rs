//! The columns of indexes, read from a table definition's own bytes. jetdb drops them as soon as a table has foreign-key
//! indexes, because it counts the two lists of a definition as one. Layout: mdbtools HACKING.md, «Table Definition».

use std::collections::HashSet;

use jetdb::{JetFormat, PageReader, TableDef};

use super::super::SourceError;
use super::super::precheck::{u16_at, u32_at};
use super::super::spend::Spend;
use super::guarded;

/// Slots for columns in an index.
const COLUMNS: usize = 10;
/// A slot that is not used.
const UNUSED: u16 = 0xFFFF;
/// Bytes of a slot: column number, order.
const SLOT: usize = 3;
/// Indexes of one table (Access specifications: 32; hidden ones of relationships come on top).
const INDEXES: usize = 1_024;
/// Bytes in front of the definition on its further pages.
const CONTINUED: usize = 8;
/// Flag of an index: unique.
const UNIQUE: u8 = 0x01;

/// What an index is over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) columns: Vec<u16>,
    pub(crate) unique: bool,
}

/// The indexes in the order of the definition's own list.
pub(crate) fn read(
    reader: &mut PageReader,
    page: u32,
    table: &TableDef,
    spend: &Spend,
) -> Result<Vec<Listed>, SourceError> {
    let bytes = definition_bytes(reader, page, &table.name, spend)?;
    let jet3 = reader.header().version.is_jet3();
    listed(&bytes, reader.format(), jet3)
        .ok_or_else(|| SourceError::malformed(table.name.clone(), "its index list is cut"))
}

/// The definition over all its pages.
fn definition_bytes(reader: &mut PageReader, first: u32, place: &str, spend: &Spend) -> Result<Vec<u8>, SourceError> {
    let mut bytes = guarded(place, || reader.read_page_copy(first))?;
    let mut seen = HashSet::from([first]);
    let mut next = u32_at(&bytes, 4).unwrap_or(0);
    while next != 0 && seen.insert(next) {
        let page = guarded(place, || reader.read_page_copy(next))?;
        spend.bytes(page.len())?;
        bytes.extend(page.get(CONTINUED..).unwrap_or_default());
        next = u32_at(&page, 4).unwrap_or(0);
    }
    Ok(bytes)
}

fn listed(bytes: &[u8], format: &JetFormat, jet3: bool) -> Option<Vec<Listed>> {
    let count = |at| u32_at(bytes, at).map(|count| count as usize);
    let logical = count(format.tdef_index_count_pos)?.min(INDEXES);
    let physical = count(format.tdef_real_index_count_pos)?.min(INDEXES);
    let columns = usize::from(u16_at(bytes, format.tdef_column_count_pos)?);
    let mut at = format.tdef_index_entries_pos.checked_add(physical.checked_mul(format.tdef_index_entry_span)?)?;
    at = at.checked_add(columns.checked_mul(format.tdef_column_entry_span)?)?;
    at = after_names(bytes, at, columns, jet3)?;
    let mut stored = Vec::new();
    for _ in 0..physical {
        stored.push(stored_index(bytes.get(at..)?, format)?);
        at = at.checked_add(format.idx_col_block_size)?;
    }
    let mut found = Vec::new();
    for _ in 0..logical {
        let number = u32_at(bytes, at.checked_add(format.idx_info_skip_before)?.checked_add(4)?)? as usize;
        found.push(stored.get(number).cloned().unwrap_or_default());
        at = at.checked_add(format.idx_info_block_size)?;
    }
    Some(found)
}

/// Names are a length (one byte in Jet 3, two later) and their bytes.
fn after_names(bytes: &[u8], start: usize, count: usize, jet3: bool) -> Option<usize> {
    let mut at = start;
    for _ in 0..count {
        let (length, head) =
            if jet3 { (usize::from(*bytes.get(at)?), 1) } else { (usize::from(u16_at(bytes, at)?), 2) };
        at = at.checked_add(head)?.checked_add(length)?;
    }
    Some(at)
}

fn stored_index(bytes: &[u8], format: &JetFormat) -> Option<Listed> {
    let slots = bytes.get(format.idx_col_skip_before..)?;
    let mut columns = Vec::new();
    for slot in slots.chunks_exact(SLOT).take(COLUMNS) {
        let number = u16_at(slot, 0)?;
        if number != UNUSED {
            columns.push(number);
        }
    }
    // Behind the slots: usage map and first page of four bytes each, then the flags.
    let flags = COLUMNS * SLOT + 8 + format.idx_col_skip_before_flags;
    Some(Listed { columns, unique: slots.get(flags)? & UNIQUE != 0 })
}
