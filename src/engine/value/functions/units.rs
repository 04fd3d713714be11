//! Functions on code units and bytes: Asc, Chr and the *B and *W families.
//! Character codes up to 255 are Windows-1252, the code page of an English system; strings are UTF-16 below.

use super::strings::long;
use super::{Environment, Function, arg, count_at, function, given, long_at, text_at};
use crate::engine::value::{RunError, Value, coerce, errors, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("lenb", &["expression"], 1, lenb),
    function("leftb", &["string", "length"], 2, leftb),
    function("rightb", &["string", "length"], 2, rightb),
    function("midb", &["string", "start", "length"], 2, midb),
    function("instrb", &["start", "string1", "string2", "compare"], 2, instrb),
    function("asc", &["string"], 1, asc),
    function("ascw", &["string"], 1, ascw),
    function("ascb", &["string"], 1, ascb),
    function("chr", &["charcode"], 1, chr),
    function("chrw", &["charcode"], 1, chrw),
    function("chrb", &["charcode"], 1, chrb),
];

/// Windows-1252 from 0x80 to 0x9F; the five unassigned codes map to themselves as Windows does.
const HIGH: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];
const HIGH_START: u8 = 0x80;

/// The character of a Windows-1252 code.
pub fn ansi(code: u8) -> char {
    code.checked_sub(HIGH_START).and_then(|at| HIGH.get(usize::from(at))).copied().unwrap_or(char::from(code))
}

/// The Windows-1252 code of a character; `?` when it has none.
pub fn ansi_byte(c: char) -> u8 {
    if let Some(at) = HIGH.iter().position(|high| *high == c) {
        return HIGH_START + at as u8;
    }
    match u8::try_from(c) {
        Ok(code) if !(0x80..0xa0).contains(&code) => code,
        _ => b'?',
    }
}

fn bytes(value: &Value) -> Result<Option<Vec<u8>>, RunError> {
    if *value == Value::Null {
        return Ok(None);
    }
    Ok(Some(text::to_bytes(&coerce::to_text(value)?)))
}

fn slice(bytes: &[u8], start: usize, count: usize) -> Value {
    let end = start.saturating_add(count).min(bytes.len());
    Value::text(text::from_bytes(bytes.get(start.min(end)..end).unwrap_or_default()))
}

fn lenb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    Ok(bytes(arg(values, 0))?.map_or(Value::Null, |bytes| long(bytes.len())))
}

fn leftb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let count = count_at(values, 1)?;
    Ok(bytes(arg(values, 0))?.map_or(Value::Null, |bytes| slice(&bytes, 0, count)))
}

fn rightb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let count = count_at(values, 1)?;
    Ok(bytes(arg(values, 0))?.map_or(Value::Null, |bytes| slice(&bytes, bytes.len().saturating_sub(count), count)))
}

fn midb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let start = count_at(values, 1)?.checked_sub(1).ok_or_else(errors::invalid_call)?;
    let count = if given(values, 2).is_some() { count_at(values, 2)? } else { usize::MAX };
    Ok(bytes(arg(values, 0))?.map_or(Value::Null, |bytes| slice(&bytes, start, count)))
}

fn instrb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let short = given(values, 2).is_none();
    let (start, a, b) =
        if short { (1, arg(values, 0), arg(values, 1)) } else { (long_at(values, 0)?, arg(values, 1), arg(values, 2)) };
    let from = usize::try_from(start).ok().and_then(|start| start.checked_sub(1)).ok_or_else(errors::invalid_call)?;
    let (Some(source), Some(wanted)) = (bytes(a)?, bytes(b)?) else { return Ok(Value::Null) };
    if from >= source.len() {
        return Ok(Value::Long(0));
    }
    if wanted.is_empty() {
        return Ok(long(from + 1));
    }
    let area = source.get(from..).unwrap_or_default();
    Ok(super::strings::find_bytes(area, &wanted).map_or(Value::Long(0), |at| long(at + from + 1)))
}

fn asc(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let c = text_at(values, 0)?.chars().next().ok_or_else(errors::invalid_call)?;
    Ok(Value::Integer(ansi_byte(c).into()))
}

/// The code unit as an Integer, so that codes above 32767 are negative.
fn ascw(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let unit = text_at(values, 0)?.encode_utf16().next().ok_or_else(errors::invalid_call)?;
    Ok(Value::Integer(unit as i16))
}

fn ascb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let byte = text::to_bytes(&text_at(values, 0)?).first().copied().ok_or_else(errors::invalid_call)?;
    Ok(Value::Byte(byte))
}

fn code(values: &[Value]) -> Result<u8, RunError> {
    u8::try_from(long_at(values, 0)?).map_err(|_| errors::invalid_call())
}

fn chr(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    Ok(Value::text(ansi(code(values)?).to_string()))
}

fn chrb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    Ok(Value::text(text::from_bytes(&[code(values)?])))
}

/// Codes from -32768 to 65535 (Microsoft Learn, ChrW).
fn chrw(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let code = long_at(values, 0)?;
    let unit = u16::try_from(code).or_else(|_| i16::try_from(code).map(|code| code as u16));
    Ok(Value::text(text::from_units(&[unit.map_err(|_| errors::invalid_call())?])))
}
