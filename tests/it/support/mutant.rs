//! A seeded mutator of real files: the same number gives the same mutant, so that a finding can be made again by its number.
//! Changes bytes anywhere, and in packages also the texts of their parts, where a byte changed in the packed form would only
//! break the packing.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit.max(1) as u64) as usize
    }
}

/// Numbers that break what trusts them, as little-endian bytes.
const EDGES: [&[u8]; 9] = [
    &[0],
    &[0xFF],
    &[0x7F],
    &[0, 0],
    &[0xFF, 0xFF],
    &[0, 0, 0, 0],
    &[0xFF, 0xFF, 0xFF, 0xFF],
    &[0xFE, 0xFF, 0xFF, 0xFF],
    &[0xFF, 0xFF, 0xFF, 0x7F],
];
/// Texts that break what trusts markup.
const TEXTS: [&str; 10] = [
    "-1",
    "4294967296",
    "99999999999999999999",
    "1e400",
    "XFE1048577",
    "<row><c><v>",
    "</sheetData>",
    "&#0;&#x110000;",
    "_x0000_",
    "<!DOCTYPE x>",
];
/// Most changes of one mutant, and the longest piece that is moved.
const CHANGES: usize = 6;
const PIECE: usize = 600;

/// The files below a folder, in the order of their paths.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(place) = open.pop() {
        for entry in std::fs::read_dir(place).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The mutant of a number: a name that tells the number and the original, and its bytes.
pub fn mutant(originals: &[PathBuf], number: u64) -> (String, Vec<u8>) {
    let mut dice = Dice::new(number);
    let original = &originals[dice.below(originals.len())];
    let bytes = std::fs::read(original).expect("the original is there");
    let name = original.file_name().expect("it has a name").to_string_lossy();
    let inside = bytes.starts_with(b"PK") && dice.below(3) > 0;
    let changed = if inside { repacked(&bytes, &mut dice) } else { None };
    let bytes = changed.unwrap_or_else(|| changed_anywhere(bytes, &mut dice));
    (format!("{number:06}-{name}"), bytes)
}

/// The package with one part changed; none when it cannot be unpacked.
fn repacked(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let chosen = dice.below(archive.len());
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).ok()?;
        let name = part.name().ok()?.into_owned();
        let mut inner = Vec::new();
        part.read_to_end(&mut inner).ok()?;
        if index == chosen {
            inner = if inner.starts_with(b"<") { changed_text(inner, dice) } else { changed_anywhere(inner, dice) };
        }
        out.start_file(name, SimpleFileOptions::default()).ok()?;
        out.write_all(&inner).ok()?;
    }
    Some(out.finish().ok()?.into_inner())
}

fn changed_text(mut bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    for _ in 0..=dice.below(CHANGES) {
        // A place where a value, a name or a tag begins.
        let places: Vec<usize> =
            bytes.iter().enumerate().filter(|(_, byte)| b"\"><".contains(byte)).map(|(at, _)| at + 1).collect();
        let at = *places.get(dice.below(places.len())).unwrap_or(&0);
        let text = TEXTS[dice.below(TEXTS.len())].as_bytes();
        match dice.below(4) {
            0 => bytes = changed_anywhere(bytes, dice),
            1 => drop(bytes.splice(at..at, text.iter().copied())),
            _ => {
                let end =
                    bytes[at..].iter().position(|byte| b"\"><".contains(byte)).map_or(bytes.len(), |len| at + len);
                drop(bytes.splice(at..end, text.iter().copied()));
            }
        }
    }
    bytes
}

fn changed_anywhere(mut bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    for _ in 0..=dice.below(CHANGES) {
        // Directories and headers are at the ends, where most of what is trusted lies.
        let near = bytes.len().min(4_096);
        let at = match dice.below(4) {
            0 => dice.below(near),
            1 => bytes.len() - near + dice.below(near),
            _ => dice.below(bytes.len()),
        };
        if at >= bytes.len() {
            return bytes;
        }
        let end = (at + 1 + dice.below(PIECE)).min(bytes.len());
        match dice.below(8) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1..=3 => {
                let edge = EDGES[dice.below(EDGES.len())];
                for (place, byte) in bytes[at..].iter_mut().zip(edge) {
                    *place = *byte;
                }
            }
            4 => bytes[at..end].fill(0),
            5 => drop(bytes.drain(at..end)),
            6 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                drop(bytes.splice(to..to, piece));
            }
            _ if dice.below(4) == 0 => bytes.truncate(at),
            _ => bytes[at..end].reverse(),
        }
    }
    bytes
}
