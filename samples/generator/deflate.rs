//! Zip files with bytes that depend on nothing but the input: a plain LZ77 search with the fixed Huffman codes of deflate (RFC 1951, 3.2.6)
//! and the container of PKWARE's APPNOTE with a fixed time. A library would do, but its bytes change with its version and its build's features.

/// 1 January 1980, the first date a zip entry can hold.
const DOS_DATE: u16 = 0x0021;
const METHOD_DEFLATE: u16 = 8;
const VERSION_NEEDED: u16 = 20;
const MIN_MATCH: usize = 3;
const MAX_MATCH: usize = 258;
const WINDOW: usize = 32_768;
/// How many earlier places with the same three bytes are tried.
const CHAIN: usize = 48;
const HASH_BITS: u32 = 15;
const NOWHERE: usize = usize::MAX;
/// First length of each length code 257..=285 and first distance of each distance code (RFC 1951, 3.2.5).
const LENGTHS: [u16; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const DISTANCES: [u16; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
];

/// Bits, least significant first.
#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    hold: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, bits: u32) {
        self.hold |= value << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.out.push(self.hold as u8);
            self.hold >>= 8;
            self.count -= 8;
        }
    }

    /// Huffman codes go in with their most significant bit first.
    fn code(&mut self, value: u32, bits: u32) {
        self.put(value.reverse_bits() >> (32 - bits), bits);
    }

    fn symbol(&mut self, symbol: u32) {
        match symbol {
            0..=143 => self.code(0x30 + symbol, 8),
            144..=255 => self.code(0x190 + symbol - 144, 9),
            256..=279 => self.code(symbol - 256, 7),
            _ => self.code(0xC0 + symbol - 280, 8),
        }
    }

    fn copy(&mut self, length: usize, distance: usize) {
        let at = LENGTHS.partition_point(|l| usize::from(*l) <= length) - 1;
        self.symbol(257 + at as u32);
        let extra = if !(8..28).contains(&at) { 0 } else { (at as u32 - 4) / 4 };
        self.put((length - usize::from(LENGTHS[at])) as u32, extra);
        let at = DISTANCES.partition_point(|d| usize::from(*d) <= distance) - 1;
        self.code(at as u32, 5);
        let extra = if at < 4 { 0 } else { (at as u32 - 2) / 2 };
        self.put((distance - usize::from(DISTANCES[at])) as u32, extra);
    }
}

fn hash(data: &[u8]) -> usize {
    let word = u32::from(data[0]) | u32::from(data[1]) << 8 | u32::from(data[2]) << 16;
    (word.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize
}

/// One final block with fixed codes.
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0b011, 3);
    let mut newest = vec![NOWHERE; 1 << HASH_BITS];
    let mut older = vec![NOWHERE; data.len()];
    let mut pos = 0;
    while pos < data.len() {
        let (length, distance) = longest(data, pos, &newest, &older);
        let step = if length >= MIN_MATCH {
            bits.copy(length, distance);
            length
        } else {
            bits.symbol(u32::from(data[pos]));
            1
        };
        for at in pos..pos + step {
            if at + MIN_MATCH <= data.len() {
                let slot = hash(&data[at..]);
                older[at] = newest[slot];
                newest[slot] = at;
            }
        }
        pos += step;
    }
    bits.symbol(256);
    bits.put(0, 7);
    bits.out
}

fn longest(data: &[u8], pos: usize, newest: &[usize], older: &[usize]) -> (usize, usize) {
    let limit = MAX_MATCH.min(data.len() - pos);
    if limit < MIN_MATCH {
        return (0, 0);
    }
    let mut best = (0, 0);
    let mut at = newest[hash(&data[pos..])];
    for _ in 0..CHAIN {
        if at == NOWHERE || pos - at > WINDOW {
            break;
        }
        let same = (0..limit).take_while(|i| data[at + i] == data[pos + i]).count();
        if same > best.0 {
            best = (same, pos - at);
        }
        at = older[at];
    }
    best
}

/// CRC-32 as zip wants it (polynomial 0xEDB88320), bit by bit.
fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    let byte = |crc: u32, b: &u8| (0..8).fold(crc ^ u32::from(*b), |c, _| step(c));
    !data.iter().fold(u32::MAX, byte)
}

/// A zip file of the given parts in their order; those for which `stored` holds are not compressed.
pub fn zip(parts: &[(String, Vec<u8>)], stored: impl Fn(&str) -> bool) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in parts {
        let (method, body) = if stored(name) { (0, data.clone()) } else { (METHOD_DEFLATE, deflate(data)) };
        let offset = out.len() as u32;
        let mut common = Vec::new();
        for word in [VERSION_NEEDED, 0, method, 0, DOS_DATE] {
            common.extend(word.to_le_bytes());
        }
        for word in [crc32(data), body.len() as u32, data.len() as u32] {
            common.extend(word.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(body);
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION_NEEDED.to_le_bytes());
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, count) = (out.len() as u32, parts.len() as u16);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}
