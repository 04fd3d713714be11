//! The words of the sandbox: how a value is boxed into 64 bits and how objects lie in linear memory.
//! Shared by the compiler, which writes these numbers into code, and the sandbox, which reads and writes such memory.

/// Doubles are stored as they are; any word from here upward is something else (no arithmetic makes such a NaN).
pub const BOXED: u64 = 0xFFF9_0000_0000_0000;

/// Upper halves of words that carry their value in the lower half.
pub const EMPTY: u32 = 0xFFF9_0000;
pub const NULL: u32 = 0xFFF9_0001;
pub const MISSING: u32 = 0xFFF9_0002;
pub const NOTHING: u32 = 0xFFF9_0003;
pub const BOOLEAN: u32 = 0xFFF9_0004;
pub const BYTE: u32 = 0xFFF9_0005;
pub const INTEGER: u32 = 0xFFF9_0006;
pub const LONG: u32 = 0xFFF9_0007;
pub const SINGLE: u32 = 0xFFF9_0008;
pub const ERROR: u32 = 0xFFF9_0009;
/// Answer of an import that failed: a VBA error is pending on the host.
pub const FAULT: u32 = 0xFFF9_00FE;
/// Answer of an import that found a procedure of the program to call: target and frame are in the header.
pub const CALL: u32 = 0xFFF9_00FF;

/// Upper halves of words whose lower half is the address of an object.
pub const TEXT: u32 = 0xFFFA_0000;
pub const LONG_LONG: u32 = 0xFFFA_0001;
pub const CURRENCY: u32 = 0xFFFA_0002;
pub const DATE: u32 = 0xFFFA_0003;
pub const DECIMAL: u32 = 0xFFFA_0004;
pub const ARRAY: u32 = 0xFFFA_0005;
pub const HOST: u32 = 0xFFFA_0006;
pub const COLLECTION: u32 = 0xFFFA_0007;
pub const DICTIONARY: u32 = 0xFFFA_0008;
pub const RECORD: u32 = 0xFFFA_0009;
pub const INSTANCE: u32 = 0xFFFA_000A;
/// Storage that belongs to another object; never a value.
pub const BUFFER: u32 = 0xFFFA_000B;

/// Every object starts with its size in bytes (a multiple of 8, lowest bit: marked) and the upper half of its word.
pub const HEADER_BYTES: u32 = 8;
/// Text: bytes, UTF-16 units, then UTF-8.
pub const TEXT_BYTES_AT: u32 = 8;
pub const TEXT_UNITS_AT: u32 = 12;
pub const TEXT_AT: u32 = 16;
/// LongLong, Currency, Date: one 64-bit number; Decimal: its sixteen serialised bytes.
pub const WIDE_AT: u32 = 8;
/// Array: element type, dimensions, elements, unused, then (lower, upper) per dimension, then the elements.
pub const ARRAY_TYPE_AT: u32 = 8;
pub const ARRAY_DIMENSIONS_AT: u32 = 12;
pub const ARRAY_COUNT_AT: u32 = 16;
pub const ARRAY_BOUNDS_AT: u32 = 24;
/// Where the elements of a one-dimensional array start.
pub const VECTOR_AT: u32 = 32;
/// Record and instance: type number, unused, then the fields.
pub const OWNER_AT: u32 = 8;
pub const FIELDS_AT: u32 = 16;
/// Bytes of one word.
pub const WORD: u32 = 8;

/// Addresses of the run's header words.
pub const STEP_AT: u32 = 8;
pub const CALL_TARGET_AT: u32 = 12;
pub const CALL_FRAME_AT: u32 = 16;
pub const COLLECT_AT: u32 = 20;
pub const ERL_AT: u32 = 24;
/// Instances alive whose class has `Class_Terminate`.
pub const TERMINABLE_AT: u32 = 28;
/// Set in the word at `STEP_AT` when a loop goes from its end to its next round.
pub const STEP_END: u32 = 1 << 31;
/// Hit counters of the steps start here, four bytes each.
pub const COUNTERS_AT: u32 = 64;

/// Bytes of the shadow stack. Frames are padded so that the machine's own stack never grows faster than this one;
/// a Rust test thread has 2 MB in all.
pub const STACK_BYTES: u32 = 768 * 1024;
/// Bytes of one page of linear memory (WebAssembly core specification).
pub const PAGE: u32 = 65_536;
/// Memory of one run: 256 MB (`docs/engine.md`).
pub const MAX_PAGES: u32 = 4096;

/// A word from its halves.
pub const fn word(tag: u32, low: u32) -> u64 {
    ((tag as u64) << 32) | low as u64
}

/// The upper half, meaningful when the word is not a double.
pub const fn tag(word: u64) -> u32 {
    (word >> 32) as u32
}

/// The lower half.
pub const fn low(word: u64) -> u32 {
    word as u32
}

/// Whether the word is a plain double.
pub const fn is_double(word: u64) -> bool {
    word < BOXED
}

/// A double as a word; a NaN becomes the one NaN that is below `BOXED`.
pub fn from_double(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { value.to_bits() }
}

/// Whether the word holds the address of an object.
pub const fn is_pointer(word: u64) -> bool {
    tag(word) >= TEXT && tag(word) <= BUFFER
}

/// Whether the word is an object reference in VBA's sense.
pub const fn is_object(word: u64) -> bool {
    matches!(tag(word), NOTHING | HOST | COLLECTION | DICTIONARY | INSTANCE)
}
