//! String functions that work on characters: cutting, searching, replacing, case, splitting.
//! Positions and lengths are UTF-16 code units and count from 1 (Microsoft Learn, each function's page).

use super::{Environment, Function, arg, bounded, compare_at, count_at, function, given, long_at, long_or, text_at};
use crate::engine::value::operators::compare::{equal_text, order_text, search_units};
use crate::engine::value::{Array, Compare, RunError, Subtype, Value, coerce, errors, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("len", &["expression"], 1, len),
    function("left", &["string", "length"], 2, left),
    function("right", &["string", "length"], 2, right),
    function("mid", &["string", "start", "length"], 2, mid),
    function("trim", &["string"], 1, trim),
    function("ltrim", &["string"], 1, ltrim),
    function("rtrim", &["string"], 1, rtrim),
    function("ucase", &["string"], 1, ucase),
    function("lcase", &["string"], 1, lcase),
    function("strconv", &["string", "conversion", "lcid"], 2, strconv),
    function("strcomp", &["string1", "string2", "compare"], 2, strcomp),
    function("strreverse", &["expression"], 1, strreverse),
    function("string", &["number", "character"], 2, string),
    function("space", &["number"], 1, space),
    function("instr", &["start", "string1", "string2", "compare"], 2, instr),
    function("instrrev", &["stringcheck", "stringmatch", "start", "compare"], 2, instrrev),
    function("replace", &["expression", "find", "replace", "start", "count", "compare"], 3, replace),
    function("split", &["expression", "delimiter", "limit", "compare"], 1, split),
    function("join", &["sourcearray", "delimiter"], 1, join),
    function("filter", &["sourcearray", "match", "include", "compare"], 2, filter),
];

fn is_null(values: &[Value], at: usize) -> bool {
    *arg(values, at) == Value::Null
}

/// Bytes a value occupies: `Len` of a number is the size of its type (Microsoft Learn, Len).
fn size(value: &Value) -> Option<i32> {
    Some(match value {
        Value::Byte(_) => 1,
        Value::Integer(_) | Value::Boolean(_) => 2,
        Value::Long(_) | Value::Single(_) => 4,
        Value::Double(_) | Value::Date(_) | Value::Currency(_) | Value::LongLong(_) => 8,
        _ => return None,
    })
}

/// A number here is always in a Variant, whose length is that of its text.
fn len(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    if is_null(values, 0) {
        return Ok(Value::Null);
    }
    Ok(long(text::length(&text_at(values, 0)?)))
}

/// `Len` of a variable with this declared type: the size of numbers, the length of text.
pub fn declared_length(value: &Value) -> Result<i32, RunError> {
    match size(value) {
        Some(size) => Ok(size),
        None => Ok(i32::try_from(text::length(&coerce::to_text(value)?)).unwrap_or(i32::MAX)),
    }
}

pub(super) fn long(number: usize) -> Value {
    Value::Long(i32::try_from(number).unwrap_or(i32::MAX))
}

fn left(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    if is_null(values, 0) {
        return Ok(Value::Null);
    }
    let count = count_at(values, 1)?;
    cut(&text_at(values, 0)?, 0, count)
}

fn right(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    if is_null(values, 0) {
        return Ok(Value::Null);
    }
    let count = count_at(values, 1)?;
    let source = text_at(values, 0)?;
    cut(&source, text::length(&source).saturating_sub(count), count)
}

fn mid(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    if is_null(values, 0) {
        return Ok(Value::Null);
    }
    let start = count_at(values, 1)?.checked_sub(1).ok_or_else(errors::invalid_call)?;
    let count = if given(values, 2).is_some() { count_at(values, 2)? } else { usize::MAX };
    cut(&text_at(values, 0)?, start, count)
}

/// Part of a text by code units, as far as it reaches.
fn cut(source: &str, start: usize, count: usize) -> Result<Value, RunError> {
    Ok(Value::text(part(source, start, count)))
}

fn part(source: &str, start: usize, count: usize) -> String {
    if source.is_ascii() {
        let end = start.saturating_add(count).min(source.len());
        return source.get(start.min(end)..end).unwrap_or_default().to_owned();
    }
    let units: Vec<u16> = source.encode_utf16().skip(start).take(count).collect();
    text::from_units(&units)
}

/// The `Mid` statement: overwrites characters in place, never changing the length (MS-VBAL 5.4.3.5).
pub fn mid_assign(target: &str, start: i32, length: Option<i32>, source: &str) -> Result<String, RunError> {
    let mut units = text::units(target);
    let start = usize::try_from(start).ok().and_then(|start| start.checked_sub(1)).ok_or_else(errors::invalid_call)?;
    if start >= units.len() {
        return Err(errors::invalid_call());
    }
    let most = match length {
        Some(length) => usize::try_from(length).map_err(|_| errors::invalid_call())?,
        None => usize::MAX,
    };
    for (slot, unit) in units.iter_mut().skip(start).take(most).zip(source.encode_utf16()) {
        *slot = unit;
    }
    Ok(text::from_units(&units))
}

/// A function from text to text that passes Null through.
fn mapped(values: &[Value], map: impl Fn(&str) -> String) -> Result<Value, RunError> {
    if is_null(values, 0) {
        return Ok(Value::Null);
    }
    Ok(Value::text(map(&text_at(values, 0)?)))
}

fn trim(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    mapped(values, |text| text.trim_matches(' ').to_owned())
}

fn ltrim(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    mapped(values, |text| text.trim_start_matches(' ').to_owned())
}

fn rtrim(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    mapped(values, |text| text.trim_end_matches(' ').to_owned())
}

fn ucase(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    mapped(values, |text| text.chars().map(upper).collect())
}

fn lcase(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    mapped(values, lower_text)
}

fn lower_text(source: &str) -> String {
    crate::engine::value::operators::compare::fold_text(source)
}

/// Upper case where that is one character; VBA never changes the length ("ß" stays).
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

/// Flags of `StrConv` (Microsoft Learn, StrConv constants).
const UPPER: i32 = 1;
const LOWER: i32 = 2;
const PROPER: i32 = 3;
const UNICODE: i32 = 64;
const FROM_UNICODE: i32 = 128;

fn strconv(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    if is_null(values, 0) {
        return Ok(Value::Null);
    }
    let conversion = long_at(values, 1)?;
    let source = text_at(values, 0)?;
    let cased = match conversion & PROPER {
        UPPER => source.chars().map(upper).collect(),
        LOWER => lower_text(&source),
        PROPER => proper(&source),
        _ => source,
    };
    match conversion & !PROPER {
        0 => Ok(Value::text(cased)),
        UNICODE => {
            Ok(Value::text(text::to_bytes(&cased).iter().map(|&byte| super::units::ansi(byte)).collect::<String>()))
        }
        FROM_UNICODE => {
            let bytes: Vec<u8> = cased.chars().map(super::units::ansi_byte).collect();
            Ok(Value::text(text::from_bytes(&bytes)))
        }
        _ => Err(errors::invalid_call()),
    }
}

/// The first letter of each word in upper case; words end at white space and Null characters.
fn proper(source: &str) -> String {
    let mut start = true;
    source
        .chars()
        .map(|c| {
            let cased = if start { upper(c) } else { crate::engine::value::operators::compare::fold(c) };
            start = matches!(c, '\0' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ');
            cased
        })
        .collect()
}

fn strcomp(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let mode = compare_at(values, 2, environment)?;
    if is_null(values, 0) || is_null(values, 1) {
        return Ok(Value::Null);
    }
    let order = order_text(&text_at(values, 0)?, &text_at(values, 1)?, mode);
    Ok(Value::Integer(order as i16))
}

fn strreverse(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let mut units = text::units(&text_at(values, 0)?);
    units.reverse();
    Ok(Value::text(text::from_units(&units)))
}

/// A character code or the first character of a string, repeated.
fn string(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let count = bounded(count_at(values, 0)?)?;
    let c = match arg(values, 1) {
        Value::Null => return Ok(Value::Null),
        Value::Text(text) => text.chars().next().ok_or_else(errors::invalid_call)?,
        // Codes above 255 are taken modulo 256 (Microsoft Learn, String function).
        number => super::units::ansi(coerce::to_long(number)?.rem_euclid(256) as u8),
    };
    Ok(Value::text(c.to_string().repeat(count)))
}

fn space(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    Ok(Value::text(" ".repeat(bounded(count_at(values, 0)?)?)))
}

/// A wanted text prepared for searching in linear time (Knuth, Morris and Pratt), since a host call cannot be stopped.
struct Search<'a> {
    wanted: &'a [u16],
    /// Per position the length of the longest proper prefix that ends there.
    borders: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(wanted: &'a [u16]) -> Self {
        let mut borders = vec![0; wanted.len()];
        let mut length = 0;
        for at in 1..wanted.len() {
            length = Self::extend(wanted, &borders, length, wanted.get(at));
            if let Some(slot) = borders.get_mut(at) {
                *slot = length;
            }
        }
        Self { wanted, borders }
    }

    fn extend(wanted: &[u16], borders: &[usize], mut length: usize, unit: Option<&u16>) -> usize {
        while length > 0 && wanted.get(length) != unit {
            length = borders.get(length - 1).copied().unwrap_or(0);
        }
        length + usize::from(wanted.get(length) == unit)
    }

    /// Position of the first occurrence at or after a position (both from 0).
    fn find(&self, source: &[u16], from: usize) -> Option<usize> {
        if self.wanted.is_empty() {
            return (from <= source.len()).then_some(from);
        }
        let mut length = 0;
        for (at, unit) in source.iter().enumerate().skip(from) {
            length = Self::extend(self.wanted, &self.borders, length, Some(unit));
            if length == self.wanted.len() {
                return Some(at + 1 - length);
            }
        }
        None
    }
}

/// Position of the last occurrence: the first one read backwards.
fn find_last(source: &[u16], wanted: &[u16]) -> Option<usize> {
    let reversed = |units: &[u16]| units.iter().rev().copied().collect::<Vec<u16>>();
    let wanted = reversed(wanted);
    let at = Search::new(&wanted).find(&reversed(source), 0)?;
    source.len().checked_sub(at + wanted.len())
}

/// Position of the first occurrence among bytes.
pub(super) fn find_bytes(source: &[u8], wanted: &[u8]) -> Option<usize> {
    let wide = |bytes: &[u8]| bytes.iter().map(|byte| u16::from(*byte)).collect::<Vec<u16>>();
    Search::new(&wide(wanted)).find(&wide(source), 0)
}

/// The first argument may be left out: with two arguments they are the strings.
fn instr(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let short = given(values, 2).is_none();
    let (start, a, b) = if short {
        (1, arg(values, 0), arg(values, 1))
    } else {
        (long_or(values, 0, 1)?, arg(values, 1), arg(values, 2))
    };
    let mode = compare_at(values, 3, environment)?;
    if *a == Value::Null || *b == Value::Null {
        return Ok(Value::Null);
    }
    let from = usize::try_from(start).ok().and_then(|start| start.checked_sub(1)).ok_or_else(errors::invalid_call)?;
    let source = search_units(&coerce::to_text(a)?, mode);
    let wanted = search_units(&coerce::to_text(b)?, mode);
    if source.is_empty() || from >= source.len() {
        return Ok(Value::Long(0));
    }
    Ok(Search::new(&wanted).find(&source, from).map_or(Value::Long(0), |at| long(at + 1)))
}

fn instrrev(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let mode = compare_at(values, 3, environment)?;
    if is_null(values, 0) || is_null(values, 1) {
        return Ok(Value::Null);
    }
    let source = search_units(&text_at(values, 0)?, mode);
    let wanted = search_units(&text_at(values, 1)?, mode);
    let start = match long_or(values, 2, -1)? {
        -1 => source.len(),
        start if start > 0 => start as usize,
        _ => return Err(errors::invalid_call()),
    };
    if source.is_empty() || start > source.len() {
        return Ok(Value::Long(0));
    }
    if wanted.is_empty() {
        return Ok(long(start));
    }
    let area = source.get(..start).unwrap_or_default();
    let at = find_last(area, &wanted);
    Ok(at.map_or(Value::Long(0), |at| long(at + 1)))
}

/// The result begins at `start`: what stands before it is not returned (Microsoft Learn, Replace).
fn replace(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let source = text_at(values, 0)?;
    let wanted = text_at(values, 1)?;
    let by = text::units(&text_at(values, 2)?);
    let start = long_or(values, 3, 1)?;
    let count = long_or(values, 4, -1)?;
    let mode = compare_at(values, 5, environment)?;
    if start < 1 || count < -1 {
        return Err(errors::invalid_call());
    }
    let source = part(&source, start as usize - 1, usize::MAX);
    if wanted.is_empty() || source.is_empty() || count == 0 {
        return Ok(Value::text(source));
    }
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let units = text::units(&source);
    let pieces = pieces(&units, &search_units(&source, mode), &search_units(&wanted, mode), most);
    let mut out: Vec<u16> = Vec::with_capacity(units.len());
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(&by);
        }
        bounded(out.len())?;
        out.extend_from_slice(piece);
    }
    Ok(Value::text(text::from_units(&out)))
}

/// Cuts at each occurrence of a non-empty separator, at most so often. `searched` is the folded form of `units`.
fn pieces<'a>(units: &'a [u16], searched: &[u16], separator: &[u16], most: usize) -> Vec<&'a [u16]> {
    let mut out = Vec::new();
    let mut from = 0;
    let search = Search::new(separator);
    while out.len() < most
        && let Some(at) = search.find(searched, from)
    {
        out.push(units.get(from..at).unwrap_or_default());
        from = at + separator.len();
    }
    out.push(units.get(from..).unwrap_or_default());
    out
}

/// Pieces `Split` makes at most; beyond it error 7, as strings cost far more than the text they came from.
const MOST_PIECES: usize = 4_000_000;

/// A String array from 0 whatever `Option Base` says; of "" an empty one (0 to -1).
fn split(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let source = text_at(values, 0)?;
    let delimiter = given(values, 1).map_or(Ok(" ".to_owned()), coerce::to_text)?;
    let limit = long_or(values, 2, -1)?;
    let mode = compare_at(values, 3, environment)?;
    if limit < -1 {
        return Err(errors::invalid_call());
    }
    if source.is_empty() || limit == 0 {
        return Ok(text_array(Vec::new()));
    }
    if delimiter.is_empty() {
        return Ok(text_array(vec![Value::text(source)]));
    }
    let most = usize::try_from(limit).map_or(usize::MAX, |limit| limit - 1);
    let units = text::units(&source);
    let pieces = pieces(&units, &search_units(&source, mode), &search_units(&delimiter, mode), most);
    if pieces.len() > MOST_PIECES {
        return Err(errors::out_of_memory());
    }
    Ok(text_array(pieces.into_iter().map(|piece| Value::text(text::from_units(piece))).collect()))
}

fn text_array(elements: Vec<Value>) -> Value {
    Value::Array(Array::of(Subtype::Text, 0, elements).into())
}

fn one_dimension(value: &Value) -> Result<&Array, RunError> {
    match value {
        Value::Array(array) if array.bounds.len() == 1 => Ok(array),
        Value::Array(array) if array.bounds.is_empty() => Err(errors::invalid_call()),
        Value::Null => Err(errors::null_use()),
        _ => Err(errors::mismatch()),
    }
}

fn join(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let array = one_dimension(arg(values, 0))?;
    let delimiter = given(values, 1).map_or(Ok(" ".to_owned()), coerce::to_text)?;
    let mut out = String::new();
    for (at, element) in array.elements.iter().enumerate() {
        if at > 0 {
            out.push_str(&delimiter);
        }
        out.push_str(&coerce::to_text(element)?);
        bounded(out.len())?;
    }
    Ok(Value::text(out))
}

fn filter(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let array = one_dimension(arg(values, 0))?;
    let wanted = text_at(values, 1)?;
    let include = given(values, 2).map_or(Ok(true), coerce::to_boolean)?;
    let mode = compare_at(values, 3, environment)?;
    let wanted = search_units(&wanted, mode);
    let search = Search::new(&wanted);
    let mut out = Vec::new();
    for element in &array.elements {
        let text = coerce::to_text(element)?;
        if search.find(&search_units(&text, mode), 0).is_some() == include {
            out.push(Value::text(text));
        }
    }
    Ok(text_array(out))
}

/// Whether two texts are equal under a comparison; for `Select Case` and lookups by key.
pub fn same(a: &str, b: &str, mode: Compare) -> bool {
    equal_text(a, b, mode)
}
