//! JSON text to a tree that keeps the order of keys and the digits of numbers, with places for errors.
//! Own reader because the canonical text needs the order, duplicates must be errors, and converted code nests deeper
//! than serde_json's fixed 128 levels. Knows nothing of applications.

use serde_json::{Map, Number, Value};

use super::DslError;

/// Deepest nesting of objects and arrays. Converted code nests 64 blocks (`lang::vba::ast::MAX_BLOCK_DEPTH`) and a
/// `switch` takes four levels of JSON, so 256; the rest is for what stands around them.
pub(super) const MAX_DEPTH: usize = 280;

/// One JSON value, keys in the order of the text, numbers as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The same value for serde. Numbers take std's exact reading, because serde_json's default one may miss by one bit.
    pub fn to_value(&self) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(digits) => number_value(digits),
            Json::Text(text) => Value::String(text.clone()),
            Json::Array(items) => Value::Array(items.iter().map(Json::to_value).collect()),
            Json::Object(fields) => {
                Value::Object(fields.iter().map(|(key, value)| (key.clone(), value.to_value())).collect::<Map<_, _>>())
            }
        }
    }

    /// The field of an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }
}

fn number_value(digits: &str) -> Value {
    if let Ok(whole) = digits.parse::<u64>() {
        return Value::Number(whole.into());
    }
    if let Ok(whole) = digits.parse::<i64>() {
        return Value::Number(whole.into());
    }
    digits.parse::<f64>().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

/// Reads one JSON document, at most `max_depth` levels deep.
pub(super) fn parse(text: &str, max_depth: usize) -> Result<Json, DslError> {
    let mut reader = Reader::new(text, None);
    reader.max_depth = max_depth;
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < reader.bytes.len() {
        return Err(reader.fault("text after the end of the document"));
    }
    Ok(value)
}

/// Line and column of the value a JSON pointer names; of the document's start when there is none.
pub(super) fn locate(text: &str, pointer: &str) -> (u32, u32) {
    let mut reader = Reader::new(text, Some(pointer));
    let _ = reader.value(0);
    reader.place(reader.found.unwrap_or(0))
}

/// One token of a JSON pointer (RFC 6901), escaped.
pub(super) fn pointer_token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    wanted: Option<&'a str>,
    path: String,
    found: Option<usize>,
    max_depth: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, wanted: Option<&'a str>) -> Self {
        Reader { text, bytes: text.as_bytes(), at: 0, wanted, path: String::new(), found: None, max_depth: MAX_DEPTH }
    }

    fn place(&self, at: usize) -> (u32, u32) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()).saturating_add(1);
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    fn fault(&self, message: &str) -> DslError {
        let (line, column) = self.place(self.at);
        DslError::Syntax { line, column, message: message.to_string() }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, DslError> {
        self.blanks();
        if self.wanted == Some(self.path.as_str()) && self.found.is_none() {
            self.found = Some(self.at);
        }
        if depth > self.max_depth {
            let (line, column) = self.place(self.at);
            return Err(DslError::TooDeep { line, column, limit: self.max_depth });
        }
        match self.peek() {
            None => Err(self.fault("the text ends where a value was expected")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.text().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, DslError> {
        for (word, value) in [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)] {
            if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.fault("a value was expected"))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Json, DslError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(self.fault("this is not a number"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.fault("digits were expected after the point"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.fault("digits were expected in the exponent"));
            }
        }
        Ok(Json::Number(self.text.get(start..self.at).unwrap_or_default().to_string()))
    }

    fn text(&mut self) -> Result<String, DslError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => {
                    self.at = start;
                    return Err(self.fault("a quotation mark is missing"));
                }
                Some(b'"') => break,
                Some(b'\\') => self.at = (self.at + 2).min(self.bytes.len()),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let token = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(token).map_err(|_| {
            let (line, column) = self.place(start);
            DslError::Syntax {
                line,
                column,
                message: "this string has a control character or a bad escape".to_string(),
            }
        })
    }

    fn array(&mut self, depth: usize) -> Result<Json, DslError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            let length = self.path.len();
            if self.wanted.is_some() {
                self.path.push_str(&format!("/{}", items.len()));
            }
            items.push(self.value(depth + 1)?);
            self.path.truncate(length);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::Array(items));
                }
                _ => return Err(self.fault("`,` or `]` was expected")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, DslError> {
        self.at += 1;
        let mut fields: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(fields));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a field name in quotation marks was expected"));
            }
            let start = self.at;
            let key = self.text()?;
            if !seen.insert(key.clone()) {
                self.at = start;
                return Err(self.fault(&format!("the field \"{key}\" stands twice in one object")));
            }
            self.blanks();
            if self.peek() != Some(b':') {
                return Err(self.fault("`:` was expected"));
            }
            self.at += 1;
            let length = self.path.len();
            if self.wanted.is_some() {
                self.path.push_str(&format!("/{}", pointer_token(&key)));
            }
            let value = self.value(depth + 1)?;
            self.path.truncate(length);
            fields.push((key, value));
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(fields));
                }
                _ => return Err(self.fault("`,` or `}` was expected")),
            }
        }
    }
}
