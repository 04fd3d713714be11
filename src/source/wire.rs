//! Frames between the reader's process and its parent: a tag, a length, a payload. Cells and rows go in a compact
//! binary form, facts as JSON. Decoding trusts nothing, since a reader may have been taken over by its file.

use std::io::{self, Read, Write};

use crate::facts::{CellContent, Scalar};

/// What a frame holds.
pub(crate) mod tag {
    pub(crate) const KIND: u8 = b'K';
    pub(crate) const SHEET: u8 = b'S';
    pub(crate) const CELLS: u8 = b'C';
    pub(crate) const SHEET_END: u8 = b'E';
    pub(crate) const TABLE: u8 = b'T';
    pub(crate) const ROWS: u8 = b'R';
    pub(crate) const TABLE_END: u8 = b'X';
    pub(crate) const EARLY: u8 = b'A';
    pub(crate) const FACTS: u8 = b'F';
    pub(crate) const FAILED: u8 = b'Z';
}

/// Largest frame of content; a batch is cut long before. Facts have a limit of their own.
pub(crate) const CONTENT_FRAME: u64 = 64 * super::MIB;

/// Writes one frame.
pub(crate) fn write_frame(out: &mut impl Write, tag: u8, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    out.write_all(&[tag])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(payload)
}

/// Reads one frame; none at the end. A frame over the limit of its tag is an error.
pub(crate) fn read_frame(input: &mut impl Read, facts_bytes: u64) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0u8; 5];
    let mut filled = 0;
    while filled < head.len() {
        match input.read(head.get_mut(filled..).unwrap_or_default())? {
            0 => return Ok(None),
            got => filled += got,
        }
    }
    let [tag, length @ ..] = head;
    let length = u64::from(u32::from_le_bytes(length));
    let limit = if matches!(tag, tag::EARLY | tag::FACTS) { facts_bytes } else { CONTENT_FRAME };
    if length > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "frame too long"));
    }
    let mut payload = Vec::new();
    input.take(length).read_to_end(&mut payload)?;
    // A frame that was cut with its writer is as good as none.
    Ok((payload.len() as u64 == length).then_some((tag, payload)))
}

const HAS_FORMULA: u8 = 1;
const HAS_FORMAT: u8 = 2;
const HAS_ARRAY: u8 = 4;

/// Packs cells.
pub(crate) fn pack_cells(cells: &[CellContent]) -> Vec<u8> {
    let mut out = Vec::with_capacity(cells.len() * 24);
    for cell in cells {
        out.extend(cell.row.to_le_bytes());
        out.extend(cell.column.to_le_bytes());
        let formula = if cell.formula.is_some() { HAS_FORMULA } else { 0 };
        let format = if cell.format.is_some() { HAS_FORMAT } else { 0 };
        let array = if cell.array.is_some() { HAS_ARRAY } else { 0 };
        out.push(formula | format | array);
        pack_scalar(&mut out, &cell.value);
        if let Some(text) = &cell.formula {
            pack_text(&mut out, text);
        }
        if let Some(format) = cell.format {
            out.extend(format.to_le_bytes());
        }
        if let Some(area) = &cell.array {
            pack_text(&mut out, area);
        }
    }
    out
}

/// Packs rows, each with its number of values.
pub(crate) fn pack_rows(rows: &[Vec<Scalar>]) -> Vec<u8> {
    let mut out = Vec::new();
    for row in rows {
        out.extend((row.len().min(u32::MAX as usize) as u32).to_le_bytes());
        row.iter().for_each(|value| pack_scalar(&mut out, value));
    }
    out
}

fn pack_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len().min(u32::MAX as usize) as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

fn pack_scalar(out: &mut Vec<u8>, value: &Scalar) {
    let mut tagged = |tag: u8, text: &str| {
        out.push(tag);
        pack_text(out, text);
    };
    match value {
        Scalar::Empty => out.push(0),
        Scalar::Number(number) => {
            out.push(1);
            out.extend(number.to_le_bytes());
        }
        Scalar::Exact(text) => tagged(2, text),
        Scalar::Text(text) => tagged(3, text),
        Scalar::Boolean(value) => out.push(if *value { 5 } else { 4 }),
        Scalar::Moment(text) => tagged(6, text),
        Scalar::Error(text) => tagged(7, text),
        Scalar::Binary(size) => {
            out.push(8);
            out.extend(size.to_le_bytes());
        }
    }
}

/// Unpacks what `pack_cells` packed; none when it is anything else.
pub(crate) fn unpack_cells(bytes: &[u8]) -> Option<Vec<CellContent>> {
    let mut input = Unpacker(bytes);
    let mut cells = Vec::new();
    while !input.0.is_empty() {
        let (row, column) = (input.number()?, input.number()?);
        let [flags] = input.take()?;
        let value = input.scalar()?;
        let formula = if flags & HAS_FORMULA != 0 { Some(input.text()?) } else { None };
        let format = if flags & HAS_FORMAT != 0 { Some(input.number()?) } else { None };
        let array = if flags & HAS_ARRAY != 0 { Some(input.text()?) } else { None };
        cells.push(CellContent { row, column, value, formula, array, format });
    }
    Some(cells)
}

/// Unpacks what `pack_rows` packed; none when it is anything else.
pub(crate) fn unpack_rows(bytes: &[u8]) -> Option<Vec<Vec<Scalar>>> {
    let mut input = Unpacker(bytes);
    let mut rows = Vec::new();
    while !input.0.is_empty() {
        let count = input.number()?;
        let row: Option<Vec<Scalar>> = (0..count).map(|_| input.scalar()).collect();
        rows.push(row?);
    }
    Some(rows)
}

struct Unpacker<'a>(&'a [u8]);

impl Unpacker<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(head.to_vec()).ok()
    }

    fn scalar(&mut self) -> Option<Scalar> {
        let [tag] = self.take()?;
        Some(match tag {
            0 => Scalar::Empty,
            1 => Scalar::Number(f64::from_le_bytes(self.take()?)),
            2 => Scalar::Exact(self.text()?),
            3 => Scalar::Text(self.text()?),
            4 => Scalar::Boolean(false),
            5 => Scalar::Boolean(true),
            6 => Scalar::Moment(self.text()?),
            7 => Scalar::Error(self.text()?),
            8 => Scalar::Binary(u64::from_le_bytes(self.take()?)),
            _ => return None,
        })
    }
}
