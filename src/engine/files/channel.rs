//! An open file: its mode, its content and the place where the next reading or writing happens (MS-VBAL 5.4.5).
//! The content is held in memory and written back when the file is closed or looked at by other means.

use std::sync::Arc;

use super::disk::{Answer, failed};
use crate::engine::print_list;
use crate::engine::value::functions::units::{ansi, ansi_byte};
use crate::engine::value::{Array, RunError, Subtype, Value, coerce, errors, text};

const BAD_MODE: i32 = 54;
const PAST_END: i32 = 62;
const DISK_FULL: i32 = 61;
const BAD_RECORD: i32 = 63;
const TOO_LONG: i32 = 59;
/// Largest content of one open file.
const MOST_BYTES: usize = 64 << 20;
/// Serial of a time without a date lies within one day.
const ONE_DAY: f64 = 1.0;

/// How a file was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Input,
    Output,
    Append,
    Binary,
    Random,
}

/// See the file's head.
#[derive(Debug)]
pub(super) struct Channel {
    pub path: String,
    pub mode: Mode,
    pub content: Vec<u8>,
    pub at: usize,
    /// Bytes of a record.
    pub record: usize,
    pub changed: bool,
}

/// Text as bytes of the ANSI code page.
pub(super) fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().map(ansi_byte).collect()
}

pub(super) fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| ansi(*byte)).collect()
}

impl Channel {
    fn readable(&self) -> Answer<()> {
        if matches!(self.mode, Mode::Input | Mode::Binary) { Ok(()) } else { failed(BAD_MODE) }
    }

    fn writable(&self) -> Answer<()> {
        if matches!(self.mode, Mode::Output | Mode::Append) { Ok(()) } else { failed(BAD_MODE) }
    }

    pub fn ended(&self) -> bool {
        self.at >= self.content.len()
    }

    /// Puts bytes at the current place.
    fn put(&mut self, bytes: &[u8]) -> Answer<()> {
        let end = self.at.saturating_add(bytes.len());
        if end > MOST_BYTES {
            return failed(DISK_FULL);
        }
        if self.content.len() < end {
            self.content.resize(end, 0);
        }
        if let Some(place) = self.content.get_mut(self.at..end) {
            place.copy_from_slice(bytes);
        }
        self.at = end;
        self.changed = true;
        Ok(())
    }

    /// The next bytes; missing ones are 0.
    fn take(&mut self, count: usize) -> Vec<u8> {
        let start = self.at.min(self.content.len());
        let end = self.at.saturating_add(count).min(self.content.len());
        let mut bytes = self.content.get(start..end).unwrap_or_default().to_vec();
        bytes.resize(count.min(MOST_BYTES), 0);
        self.at = self.at.saturating_add(count);
        bytes
    }

    // ---- text ----

    /// `Print #`.
    pub fn print(&mut self, values: &[Value]) -> Answer<()> {
        self.writable()?;
        let start = self.content.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let mut line = text_of(self.content.get(start..).unwrap_or_default());
        let had = line.len();
        let done = print_list::append(&mut line, values, "\r\n")?;
        let mut added = bytes_of(line.get(had..).unwrap_or_default());
        if done {
            added.extend(b"\r\n");
        }
        self.put(&added)
    }

    /// `Write #`; `open` leaves the line unfinished.
    pub fn write(&mut self, values: &[Value], open: bool) -> Answer<()> {
        self.writable()?;
        let items = values.iter().map(written).collect::<Result<Vec<_>, _>>()?;
        let end = if open { "," } else { "\r\n" };
        self.put(&bytes_of(&format!("{}{end}", items.join(","))))
    }

    /// `Line Input #`: up to a carriage return, with or without a line feed after it.
    pub fn line(&mut self) -> Answer<String> {
        self.readable()?;
        if self.ended() {
            return failed(PAST_END);
        }
        let rest = self.content.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\r').unwrap_or(rest.len());
        let line = text_of(rest.get(..length).unwrap_or_default());
        let after = if rest.get(length + 1) == Some(&b'\n') { 2 } else { 1 };
        self.at = self.at.saturating_add(length).saturating_add(after).min(self.content.len());
        Ok(line)
    }

    /// `Input(count, #number)`.
    pub fn characters(&mut self, count: usize) -> Answer<String> {
        self.readable()?;
        if self.at.saturating_add(count) > self.content.len() {
            return failed(PAST_END);
        }
        Ok(text_of(&self.take(count)))
    }

    /// One field of `Input #`, for a variable of a type (`VarType`; 12 is a Variant).
    pub fn field(&mut self, kind: i32) -> Answer<Value> {
        const TEXT: i32 = 8;
        const VARIANT: i32 = 12;
        self.readable()?;
        self.skip(|byte| matches!(byte, b' ' | b'\t'));
        if self.ended() {
            return failed(PAST_END);
        }
        if self.content.get(self.at) == Some(&b'"') {
            self.at += 1;
            let quoted = self.until(|byte| byte == b'"');
            self.at += 1;
            self.skip(|byte| matches!(byte, b' ' | b'\t'));
            self.delimiter();
            return Ok(Value::text(quoted));
        }
        let raw = self.until(|byte| matches!(byte, b',' | b'\r' | b'\n'));
        self.delimiter();
        let raw = raw.trim_end();
        if kind == TEXT {
            return Ok(Value::text(raw));
        }
        Ok(match literal(raw) {
            Some(value) => value,
            None if raw.is_empty() => Value::Empty,
            None => match coerce::text_double(raw) {
                Ok(number) => Value::Double(number),
                Err(_) if kind == VARIANT => Value::text(raw),
                Err(_) => Value::Integer(0),
            },
        })
    }

    fn skip(&mut self, what: fn(u8) -> bool) {
        while self.content.get(self.at).is_some_and(|byte| what(*byte)) {
            self.at += 1;
        }
    }

    fn until(&mut self, end: fn(u8) -> bool) -> String {
        let rest = self.content.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| end(*byte)).unwrap_or(rest.len());
        let text = text_of(rest.get(..length).unwrap_or_default());
        self.at += length;
        text
    }

    /// Goes past a comma or the end of a line.
    fn delimiter(&mut self) {
        match self.content.get(self.at) {
            Some(b',' | b'\n') => self.at += 1,
            Some(b'\r') => self.at += if self.content.get(self.at + 1) == Some(&b'\n') { 2 } else { 1 },
            _ => {}
        }
    }

    // ---- bytes ----

    /// Goes to a record (or byte, in binary mode) before the first part is read or written.
    pub fn begin(&mut self, record: Option<i32>) -> Answer<usize> {
        if !matches!(self.mode, Mode::Binary | Mode::Random) {
            return failed(BAD_MODE);
        }
        if let Some(number) = record {
            let Some(number) = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) else {
                return failed(BAD_RECORD);
            };
            self.at = number.saturating_mul(if self.mode == Mode::Random { self.record } else { 1 });
        }
        if self.at > MOST_BYTES { failed(BAD_RECORD) } else { Ok(self.at) }
    }

    /// After the last part the next record follows.
    pub fn finish(&mut self, start: usize, fill: bool) -> Answer<()> {
        if self.mode != Mode::Random {
            return Ok(());
        }
        let end = start.saturating_add(self.record);
        if self.at > end {
            return failed(TOO_LONG);
        }
        if fill && self.content.len() < end {
            self.content.resize(end.min(MOST_BYTES), 0);
        }
        self.at = end;
        Ok(())
    }

    /// `Put`: a value as its bytes. A text of variable length in a record has its length before it.
    pub fn put_value(&mut self, value: &Value) -> Answer<()> {
        if let (Value::Text(text), Mode::Random) = (value, self.mode) {
            let bytes = bytes_of(text);
            self.put(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_le_bytes())?;
            return self.put(&bytes);
        }
        let bytes = raw(value)?;
        self.put(&bytes)
    }

    /// A text that fills its field.
    pub fn put_fixed(&mut self, text: &str) -> Answer<()> {
        let bytes = bytes_of(text);
        self.put(&bytes)
    }

    /// `Get`: a value like the one the variable holds now.
    pub fn get_value(&mut self, like: &Value, fixed: bool) -> Answer<Value> {
        Ok(match like {
            Value::Text(text) if self.mode == Mode::Random && !fixed => {
                let length = self.take(2);
                let length =
                    u16::from_le_bytes([length.first().copied().unwrap_or(0), length.get(1).copied().unwrap_or(0)]);
                let _ = text;
                Value::text(text_of(&self.take(usize::from(length))))
            }
            Value::Text(known) => Value::text(text_of(&self.take(text::length(known)))),
            Value::Array(array) => {
                let mut elements = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    elements.push(self.get_value(element, true)?);
                }
                Value::Array(Arc::new(Array { element: array.element, bounds: array.bounds.clone(), elements }))
            }
            other => self.number(other)?,
        })
    }

    fn number(&mut self, like: &Value) -> Answer<Value> {
        fn part<const N: usize>(channel: &mut Channel) -> [u8; N] {
            channel.take(N).try_into().unwrap_or([0; N])
        }
        Ok(match like {
            Value::Byte(_) => Value::Byte(u8::from_le_bytes(part(self))),
            Value::Boolean(_) => Value::Boolean(i16::from_le_bytes(part(self)) != 0),
            Value::Integer(_) => Value::Integer(i16::from_le_bytes(part(self))),
            Value::Long(_) => Value::Long(i32::from_le_bytes(part(self))),
            Value::LongLong(_) => Value::LongLong(i64::from_le_bytes(part(self))),
            Value::Single(_) => Value::Single(f32::from_le_bytes(part(self))),
            Value::Double(_) => Value::Double(f64::from_le_bytes(part(self))),
            Value::Currency(_) => Value::Currency(i64::from_le_bytes(part(self))),
            Value::Date(_) => Value::Date(f64::from_le_bytes(part(self))),
            _ => return Err(errors::mismatch().into()),
        })
    }
}

/// A value as the bytes of its type.
fn raw(value: &Value) -> Result<Vec<u8>, RunError> {
    Ok(match value {
        Value::Byte(value) => value.to_le_bytes().to_vec(),
        Value::Boolean(value) => (-i16::from(*value)).to_le_bytes().to_vec(),
        Value::Integer(value) => value.to_le_bytes().to_vec(),
        Value::Long(value) => value.to_le_bytes().to_vec(),
        Value::LongLong(value) | Value::Currency(value) => value.to_le_bytes().to_vec(),
        Value::Single(value) => value.to_le_bytes().to_vec(),
        Value::Double(value) | Value::Date(value) => value.to_le_bytes().to_vec(),
        Value::Text(text) => bytes_of(text),
        Value::Array(array) if array.element != Subtype::Variant => {
            let mut all = Vec::new();
            for element in &array.elements {
                all.extend(raw(element)?);
            }
            all
        }
        _ => return Err(errors::mismatch()),
    })
}

/// A value as `Write #` writes it: the same in every country.
fn written(value: &Value) -> Result<String, RunError> {
    Ok(match value {
        Value::Text(text) => format!("\"{text}\""),
        Value::Boolean(true) => String::from("#TRUE#"),
        Value::Boolean(false) => String::from("#FALSE#"),
        Value::Null => String::from("#NULL#"),
        Value::Empty | Value::Missing => String::new(),
        Value::Error(number) => format!("#ERROR {number}#"),
        Value::Date(serial) => {
            let mask = match (*serial, serial.fract() != 0.0) {
                (serial, true) if serial.abs() < ONE_DAY => "hh:nn:ss",
                (_, true) => "yyyy-mm-dd hh:nn:ss",
                _ => "yyyy-mm-dd",
            };
            let mut environment = crate::engine::value::functions::Environment::at(*serial);
            let arguments = crate::engine::value::Arguments::positional([value.clone(), Value::text(mask)]);
            let shown = crate::engine::value::functions::call("format", &arguments, &mut environment);
            format!("#{}#", shown.map_or_else(|| coerce::to_text(value), |shown| coerce::to_text(&shown?))?)
        }
        number => coerce::to_text(number)?,
    })
}

/// What `Write #` put between number signs.
fn literal(raw: &str) -> Option<Value> {
    let inner = raw.strip_prefix('#')?.strip_suffix('#')?;
    let upper = inner.to_ascii_uppercase();
    Some(match upper.as_str() {
        "TRUE" => Value::Boolean(true),
        "FALSE" => Value::Boolean(false),
        "NULL" => Value::Null,
        _ => match upper.strip_prefix("ERROR ").and_then(|number| number.trim().parse().ok()) {
            Some(number) => Value::Error(number),
            None => Value::Date(coerce::to_date(&Value::text(inner)).ok()?),
        },
    })
}
