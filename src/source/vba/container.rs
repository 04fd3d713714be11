//! The compressed container of MS-OVBA 2.4.1. A broken chunk ends the container; what was unpacked before it is kept.

use super::super::SourceError;
use super::super::precheck::u16_at;
use super::super::spend::Spend;

/// First byte of a container.
const SIGNATURE: u8 = 1;
/// A chunk unpacks to at most this many bytes.
const CHUNK: usize = 4096;
/// Bits 12 to 14 of a chunk's header.
const CHUNK_MARK: u16 = 0b011;
/// Text that every module begins with, and the bytes by which its container begins before it: a signature, a chunk header, a
/// byte of flags that says eight plain bytes follow (observed in all modules of public files).
const FIRST_WORD: &[u8] = b"\x00Attribut";

/// Unpacks a container. The flag tells whether it was whole.
pub(crate) fn container_at(bytes: &[u8], spend: &Spend) -> Result<(Vec<u8>, bool), SourceError> {
    let mut out = Vec::new();
    let Some((&SIGNATURE, mut rest)) = bytes.split_first() else {
        return Ok((out, false));
    };
    while let Some(header) = u16_at(rest, 0) {
        if (header >> 12) & 0b111 != CHUNK_MARK {
            // Streams are padded with zeros or hold other data behind the container.
            return Ok((out, !rest.is_empty() && header == 0 || rest.len() < 3));
        }
        let size = usize::from(header & 0x0FFF) + 3;
        let chunk = rest.get(2..size.min(rest.len())).unwrap_or_default();
        let start = out.len();
        let whole = if header & 0x8000 == 0 { plain(chunk, &mut out) } else { packed(chunk, &mut out) };
        spend.bytes(out.len().saturating_sub(start))?;
        if !whole || size > rest.len() {
            return Ok((out, false));
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    Ok((out, rest.is_empty()))
}

/// A container in memory of a size that needs no budget, for tests and tools.
pub fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    let spend = Spend::new(crate::base::Budget { bytes: super::PROJECT_BYTES, rows: 0, depth: 0 });
    match container_at(bytes, &spend) {
        Ok((out, true)) => Some(out),
        _ => None,
    }
}

fn plain(chunk: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend(chunk.iter().take(CHUNK));
    true
}

fn packed(chunk: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let mut bytes = chunk.iter().copied();
    while let Some(flags) = bytes.next() {
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some(byte) = bytes.next() else {
                    return true;
                };
                out.push(byte);
            } else {
                let (Some(low), Some(high)) = (bytes.next(), bytes.next()) else {
                    return bit > 0;
                };
                if !copy(u16::from_le_bytes([low, high]), start, out) {
                    return false;
                }
            }
            if out.len() - start > CHUNK {
                out.truncate(start + CHUNK);
                return false;
            }
        }
    }
    true
}

/// A copy token: the split between offset and length moves with what the chunk has unpacked so far (2.4.1.3.19.1).
fn copy(token: u16, start: usize, out: &mut Vec<u8>) -> bool {
    let done = out.len() - start;
    if done == 0 {
        return false;
    }
    let offset_bits = (usize::BITS - (done - 1).leading_zeros()).max(4);
    let length_bits = 16u32.saturating_sub(offset_bits);
    let length = usize::from(token & ((1u16 << length_bits) - 1)) + 3;
    let offset = usize::from(token >> length_bits) + 1;
    let Some(mut from) = out.len().checked_sub(offset).filter(|from| *from >= start) else {
        return false;
    };
    for _ in 0..length {
        let Some(&byte) = out.get(from) else {
            return false;
        };
        out.push(byte);
        from += 1;
    }
    true
}

/// Looks for the container of a module's source in its stream when the recorded offset is wrong.
pub(crate) fn find_container(stream: &[u8]) -> Option<&[u8]> {
    /// Signature and chunk header.
    const BEFORE: usize = 3;
    let word = stream.windows(FIRST_WORD.len()).position(|bytes| bytes == FIRST_WORD)?;
    let found = stream.get(word.checked_sub(BEFORE)?..)?;
    (found.first() == Some(&SIGNATURE)).then_some(found)
}
