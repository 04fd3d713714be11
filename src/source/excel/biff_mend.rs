//! The stream of an old workbook as calamine needs it: shared and array formulas written out where they are used, records
//! that are too short for their kind left out, sizes that nobody has to believe removed. Values are not touched.

use std::collections::HashMap;
use std::io::{Cursor, Write};

use super::super::SourceError;
use super::super::precheck::u16_at;
use super::super::spend::Spend;
use super::super::vba::code_page;

/// Records (MS-XLS 2.3.1).
mod record {
    pub(super) const BOF: u16 = 0x0809;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const DIMENSIONS: u16 = 0x0200;
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const SHARED: u16 = 0x04BC;
    pub(super) const ARRAY: u16 = 0x0221;
    pub(super) const MANY_NUMBERS: u16 = 0x00BD;
    /// NUMBER, LABEL, BOOLERR, FORMULA, LABELSST, RK, MULRK with the bytes each has at least.
    pub(super) const SHORTEST: [(u16, usize); 7] =
        [(0x0203, 14), (0x0204, 8), (0x0205, 8), (0x0006, 22), (0x00FD, 10), (0x027E, 10), (0x00BD, 12)];
}
/// The version of BOF since Excel 97.
const BIFF8: u16 = 0x0600;
/// Longest data of a record; a formula that grows over it is left as it is (MS-XLS 2.1.4).
const RECORD_BYTES: usize = 8_224;
/// Where the tokens of SHARED, ARRAY and FORMULA have their length.
const SHARED_LENGTH: usize = 8;
const ARRAY_LENGTH: usize = 12;
const FORMULA_LENGTH: usize = 20;

/// The mended stream.
pub(super) struct Mended {
    pub(super) bytes: Vec<u8>,
    /// Records of cells that were too short to be read.
    pub(super) short: u64,
    /// Formulas that are written once for many cells and could not be written out.
    pub(super) unexpanded: u64,
}

/// Tokens that several cells share.
#[derive(Clone, Copy)]
struct Template<'a> {
    tokens: &'a [u8],
    /// Constants behind the tokens.
    after: &'a [u8],
    array: bool,
}

/// Sheet, row and column of the cell a template follows.
type Anchor = (usize, u16, u16);

/// Mends a stream.
pub(super) fn mend(stream: &[u8], spend: &Spend) -> Result<Mended, SourceError> {
    let templates = templates(stream);
    let wide = records(stream).next().is_some_and(|(_, _, data)| u16_at(data, 0) == Some(BIFF8));
    let mut mended = Mended { bytes: Vec::with_capacity(stream.len()), short: 0, unexpanded: 0 };
    let mut moved: HashMap<u32, u32> = HashMap::new();
    let mut places = Vec::new();
    let mut sheets = Sheets::default();
    for (at, id, data) in records(stream) {
        sheets.pass(id);
        let shortest = record::SHORTEST.iter().find(|(known, _)| *known == id).map_or(0, |(_, bytes)| *bytes);
        if data.len() < shortest || id == record::MANY_NUMBERS && !is_whole(data) {
            mended.short = mended.short.saturating_add(1);
            continue;
        }
        let here = mended.bytes.len();
        match id {
            record::DIMENSIONS => continue,
            record::CODE_PAGE => {
                emit(&mut mended.bytes, id, &known_page(data).to_le_bytes());
                continue;
            }
            record::BOF => drop(moved.insert(at as u32, here as u32)),
            record::BOUND_SHEET => places.push(here + 4),
            record::FORMULA => {
                let written = expanded(data, sheets.number, &templates, wide, &mut mended.unexpanded);
                if let Some(written) = written {
                    spend.bytes(written.len())?;
                    emit(&mut mended.bytes, id, &written);
                    continue;
                }
            }
            _ => {}
        }
        emit(&mut mended.bytes, id, data);
    }
    for place in places {
        if let Some(four) = mended.bytes.get_mut(place..place + 4)
            && let Some(new) = <[u8; 4]>::try_from(&*four).ok().and_then(|old| moved.get(&u32::from_le_bytes(old)))
        {
            four.copy_from_slice(&new.to_le_bytes());
        }
    }
    Ok(mended)
}

/// A compound file that holds nothing but the stream: of version 3 and with no small stream, which calamine finds surely.
pub(super) fn enclosed(mut stream: Vec<u8>) -> Result<Vec<u8>, SourceError> {
    /// Shorter streams are kept in a stream of their own (MS-CFB 2.2).
    const SMALL: usize = 4_096;
    stream.resize(stream.len().max(SMALL), 0);
    let failed = |source| SourceError::Io { operation: "hold the workbook in memory", source };
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).map_err(failed)?;
    let mut into = file.create_stream("/Workbook").map_err(failed)?;
    into.write_all(&stream).and_then(|()| into.flush()).map_err(failed)?;
    drop(into);
    file.flush().map_err(failed)?;
    Ok(file.into_inner().into_inner())
}

fn emit(out: &mut Vec<u8>, id: u16, data: &[u8]) {
    out.extend(id.to_le_bytes());
    // A record's length has two bytes, so that this holds for all that were read as one.
    out.extend((data.len().min(usize::from(u16::MAX)) as u16).to_le_bytes());
    out.extend(data);
}

/// Place, kind and data of each record.
fn records(stream: &[u8]) -> impl Iterator<Item = (usize, u16, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = stream.get(at..)?;
        let (id, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let data = rest.get(4..)?;
        let data = data.get(..length).unwrap_or(data);
        let place = at;
        at = at.checked_add(4)?.checked_add(length)?;
        Some((place, id, data))
    })
}

/// Whether a row of numbers holds as many as its first and last column say.
fn is_whole(data: &[u8]) -> bool {
    let last = data.len().checked_sub(2).and_then(|at| u16_at(data, at));
    let (Some(first), Some(last)) = (u16_at(data, 2), last) else {
        return false;
    };
    let count = usize::from(last).checked_sub(usize::from(first)).map(|count| count + 1);
    count.is_some_and(|count| data.len() == 6 + 6 * count)
}

/// The code page if texts can be decoded by it, else that of Western Windows (32769 by MS-XLS 2.4.52, the rest for want of
/// a better one; since Excel 97 texts are Unicode whatever it says).
fn known_page(data: &[u8]) -> u16 {
    const UNICODE: u16 = 1_200;
    const WESTERN: u16 = 1_252;
    /// Apple's pages from 10000 on, which calamine knows by two of them only.
    const APPLE: std::ops::Range<u16> = 10_001..10_100;
    let page = u16_at(data, 0).unwrap_or(WESTERN);
    let known = page == UNICODE || !APPLE.contains(&page) && code_page(page).is_some();
    if known { page } else { WESTERN }
}

/// Counts the outermost substreams.
#[derive(Default)]
struct Sheets {
    number: usize,
    depth: usize,
}

impl Sheets {
    fn pass(&mut self, id: u16) {
        match id {
            record::BOF => {
                self.number = self.number.saturating_add(usize::from(self.depth == 0));
                self.depth = self.depth.saturating_add(1);
            }
            record::EOF => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

fn templates(stream: &[u8]) -> HashMap<Anchor, Template<'_>> {
    let mut found = HashMap::new();
    let mut sheets = Sheets::default();
    let mut last = None;
    for (_, id, data) in records(stream) {
        sheets.pass(id);
        let length_at = match id {
            record::FORMULA => {
                last = u16_at(data, 0).zip(u16_at(data, 2));
                continue;
            }
            record::SHARED => SHARED_LENGTH,
            record::ARRAY => ARRAY_LENGTH,
            _ => continue,
        };
        let tokens =
            u16_at(data, length_at).and_then(|length| data.get(length_at + 2..)?.split_at_checked(length.into()));
        if let (Some((row, column)), Some((tokens, after))) = (last, tokens) {
            let array = id == record::ARRAY;
            found.insert((sheets.number, row, column), Template { tokens, after, array });
        }
    }
    found
}

/// The data of a formula that points to a template, with the template's tokens in place; none for every other formula.
fn expanded(
    data: &[u8],
    sheet: usize,
    templates: &HashMap<Anchor, Template<'_>>,
    wide: bool,
    unexpanded: &mut u64,
) -> Option<Vec<u8>> {
    let head = data.get(..FORMULA_LENGTH)?;
    // A pointer is the only token: PtgExp, row, column.
    let [1, pointer @ ..] = data.get(FORMULA_LENGTH + 2..)? else {
        return None;
    };
    let anchor = (u16_at(pointer, 0)?, u16_at(pointer, 2)?);
    let place = (u16_at(data, 0)?, u16_at(data, 2)?);
    let template = templates.get(&(sheet, anchor.0, anchor.1)).copied();
    // The cells of an array have one formula, which is told at the first.
    if template.is_some_and(|template| template.array && anchor != place) {
        return None;
    }
    let tokens = template.and_then(|template| moved_to(template.tokens, place, wide));
    let (Some(template), Some(tokens)) = (template, tokens) else {
        *unexpanded = unexpanded.saturating_add(1);
        return None;
    };
    let mut written = head.to_vec();
    written.extend(u16::try_from(tokens.len()).ok()?.to_le_bytes());
    written.extend(tokens);
    written.extend(template.after);
    (written.len() <= RECORD_BYTES).then_some(written)
}

/// The tokens with relative places counted from a cell; none when a token is not known.
fn moved_to(tokens: &[u8], place: (u16, u16), wide: bool) -> Option<Vec<u8>> {
    let mut out = tokens.to_vec();
    let mut at = 0;
    while at < tokens.len() {
        let token = *tokens.get(at)?;
        let body = tokens.get(at + 1..)?;
        let length = token_length(token, body, wide)?;
        body.get(..length)?;
        let class = token & 0x60;
        let ends: &[(usize, usize)] = match (class != 0, token & 0x1F, wide) {
            (true, 0x0C, _) => &[(0, 2)],
            (true, 0x0D, true) => &[(0, 4), (2, 6)],
            (true, 0x0D, false) => &[(0, 4), (2, 5)],
            _ => &[],
        };
        for (row_at, column_at) in ends {
            let target = out.get_mut(at + 1..)?;
            if wide {
                settle_wide(target, *row_at, *column_at, place)?
            } else {
                settle_narrow(target, *row_at, *column_at, place)?
            }
        }
        if !ends.is_empty() {
            // The token of a plain reference or area is eight below that of a relative one.
            *out.get_mut(at)? = token - 8;
        }
        at = at.checked_add(1)?.checked_add(length)?;
    }
    Some(out)
}

/// A row of 16 bits; a column of 8 with the marks of a relative column and row above it (MS-XLS 2.5.198.109).
fn settle_wide(target: &mut [u8], row_at: usize, column_at: usize, (row, column): (u16, u16)) -> Option<()> {
    let (held_row, held_column) = (u16_at(target, row_at)?, u16_at(target, column_at)?);
    let new_row = if held_column & 0x8000 != 0 { row.wrapping_add(held_row) } else { held_row };
    let own = held_column & 0xFF;
    let new_column = if held_column & 0x4000 != 0 { column.wrapping_add(own) & 0xFF } else { own };
    target.get_mut(row_at..row_at + 2)?.copy_from_slice(&new_row.to_le_bytes());
    target.get_mut(column_at..column_at + 2)?.copy_from_slice(&(new_column | held_column & 0xC000).to_le_bytes());
    Some(())
}

/// Before Excel 97 the marks stand above a row of 14 bits, and a column has one byte.
fn settle_narrow(target: &mut [u8], row_at: usize, column_at: usize, (row, column): (u16, u16)) -> Option<()> {
    let (held, own) = (u16_at(target, row_at)?, *target.get(column_at)?);
    let new_row = if held & 0x8000 != 0 { row.wrapping_add(held) & 0x3FFF } else { held & 0x3FFF };
    let new_column = if held & 0x4000 != 0 { (column as u8).wrapping_add(own) } else { own };
    target.get_mut(row_at..row_at + 2)?.copy_from_slice(&(new_row | held & 0xC000).to_le_bytes());
    *target.get_mut(column_at)? = new_column;
    Some(())
}

/// Bytes that follow a token (MS-XLS 2.5.198; before Excel 97: OpenOffice's description of the format, 3.4).
fn token_length(token: u8, body: &[u8], wide: bool) -> Option<usize> {
    let by_version = |new, old| if wide { new } else { old };
    Some(match token {
        0x01 | 0x02 => 4,
        0x03..=0x16 => 0,
        0x17 => {
            let count = usize::from(*body.first()?);
            if wide { 2 + if body.get(1)? & 1 == 1 { count * 2 } else { count } } else { 1 + count }
        }
        0x19 => {
            // A list of jumps follows a choice.
            let jumps = if body.first()? & 4 != 0 { 2 * (usize::from(u16_at(body, 1)?) + 1) } else { 0 };
            3 + jumps
        }
        0x1C | 0x1D => 1,
        0x1E => 2,
        0x1F => 8,
        0x20.. => match token & 0x1F | 0x20 {
            0x20 => 7,
            0x21 | 0x29 | 0x2E | 0x2F => 2,
            0x22 => 3,
            0x23 => by_version(4, 14),
            0x24 | 0x2A | 0x2C => by_version(4, 3),
            0x25 | 0x2B | 0x2D => by_version(8, 6),
            0x26..=0x28 => 6,
            0x39 => by_version(6, 24),
            0x3A | 0x3C => by_version(6, 17),
            0x3B | 0x3D => by_version(10, 20),
            _ => return None,
        },
        _ => return None,
    })
}
