//! VBScript's `RegExp` (Microsoft, "Regular Expression (RegExp) object"): an object model of its own, inside the sandbox.
//! Matches are descriptors that carry their text, so that nothing has to be remembered for them.

mod matcher;
mod pattern;

use super::object::ObjectModel;
use super::value::{Arguments, Assign, Fault, HostObject, Object, Value, coerce, errors};
use matcher::Spans;
use pattern::Pattern;

const CLASSES: &[&str] = &["IRegExp2", "IMatchCollection2", "IMatch2", "ISubMatches"];
const REGEXP: &str = "IRegExp2";
const MATCHES: &str = "IMatchCollection2";
const MATCH: &str = "IMatch2";
const SUBMATCHES: &str = "ISubMatches";
const NO_MEMBER: i32 = 438;
const INVALID_CALL: i32 = 5;
/// "Syntax error in regular expression" and "Unexpected quantifier" share this in effect; a search without end too.
const BAD_PATTERN: i32 = 5017;
/// Objects of one run.
const MOST_OBJECTS: usize = 100_000;
const OUT_OF_MEMORY: i32 = 7;
/// Marks a group that took no part.
const ABSENT: u32 = u32::MAX;

#[derive(Debug, Clone, Default)]
struct Expression {
    source: String,
    compiled: Option<Pattern>,
    global: bool,
    fold: bool,
    lines: bool,
}

/// The expressions of a run.
#[derive(Debug, Default)]
pub struct RegularExpressions {
    all: Vec<Expression>,
}

fn failed<T>(number: i32) -> Result<T, Fault> {
    Err(errors::raise(number).into())
}

fn object(class: &str, words: Vec<u32>) -> Value {
    Value::Object(Object::Host(HostObject { class: class.into(), words: words.into() }))
}

fn text_arg(arguments: &Arguments, place: usize) -> Result<String, Fault> {
    match arguments.positional.get(place) {
        Some(value) => Ok(coerce::to_text(value)?),
        None => Err(errors::argument_missing().into()),
    }
}

/// A match as words: place, groups, then each span's length and units, the whole first.
fn encoded(units: &[u16], spans: &Spans) -> Vec<u32> {
    let start = spans.first().copied().flatten().map_or(0, |(start, _)| start);
    let mut words = vec![start as u32, spans.len() as u32];
    for span in spans {
        match span {
            Some((from, to)) => {
                words.push((to - from) as u32);
                words.extend(units.get(*from..*to).unwrap_or_default().iter().map(|unit| u32::from(*unit)));
            }
            None => words.push(ABSENT),
        }
    }
    words
}

/// The texts of a match; none for a group that took no part.
fn texts(words: &[u32]) -> Vec<Option<String>> {
    let mut all = Vec::new();
    let mut at = 2;
    while let Some(length) = words.get(at) {
        at += 1;
        if *length == ABSENT {
            all.push(None);
            continue;
        }
        let end = at.saturating_add(*length as usize);
        let units: Vec<u16> = words.get(at..end).unwrap_or_default().iter().map(|word| *word as u16).collect();
        all.push(Some(String::from_utf16_lossy(&units)));
        at = end;
    }
    all
}

/// The matches of a collection: (length, words) one after another.
fn split_matches(words: &[u32]) -> Vec<Vec<u32>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(length) = words.get(at) {
        let end = at + 1 + *length as usize;
        all.push(words.get(at + 1..end).unwrap_or_default().to_vec());
        at = end;
    }
    all
}

impl Expression {
    fn found(&self, units: &[u16], from: usize) -> Result<Option<Spans>, Fault> {
        let Some(pattern) = &self.compiled else {
            return if self.source.is_empty() { Ok(Some(vec![Some((from, from))])) } else { failed(BAD_PATTERN) };
        };
        match matcher::find(pattern, units, from, self.fold, self.lines) {
            Ok(spans) => Ok(spans),
            Err(matcher::TooComplex) => failed(BAD_PATTERN),
        }
    }

    /// Every match, or the first one only.
    fn matches(&self, units: &[u16]) -> Result<Vec<Spans>, Fault> {
        let mut all = Vec::new();
        let mut from = 0;
        while from <= units.len() {
            let Some(spans) = self.found(units, from)? else { break };
            let (start, end) = spans.first().copied().flatten().unwrap_or((from, from));
            all.push(spans);
            if !self.global {
                break;
            }
            from = if end == start { end + 1 } else { end };
        }
        Ok(all)
    }

    fn replaced(&self, text: &str, with: &str) -> Result<String, Fault> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut made: Vec<u16> = Vec::new();
        let mut done = 0;
        for spans in self.matches(&units)? {
            let (start, end) = spans.first().copied().flatten().unwrap_or((done, done));
            made.extend(units.get(done..start).unwrap_or_default());
            expand(&mut made, with, &units, &spans);
            done = end;
        }
        made.extend(units.get(done..).unwrap_or_default());
        Ok(String::from_utf16_lossy(&made))
    }
}

/// `$1`, `$&`, `` $` ``, `$'` and `$$` in a replacement.
fn expand(made: &mut Vec<u16>, with: &str, units: &[u16], spans: &Spans) {
    let (start, end) = spans.first().copied().flatten().unwrap_or((0, 0));
    let letters: Vec<char> = with.chars().collect();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        at += 1;
        let next = letters.get(at).copied();
        let part: Option<&[u16]> = match (letter, next) {
            ('$', Some('$')) => Some(&[b'$' as u16]),
            ('$', Some('&')) => units.get(start..end),
            ('$', Some('`')) => units.get(..start),
            ('$', Some('\'')) => units.get(end..),
            ('$', Some(digit)) => match digit.to_digit(10).map(|digit| digit as usize) {
                Some(number) if number > 0 && number < spans.len() => {
                    Some(spans[number].and_then(|(from, to)| units.get(from..to)).unwrap_or_default())
                }
                _ => None,
            },
            _ => None,
        };
        match part {
            Some(part) => {
                made.extend(part);
                at += 1;
            }
            None => made.extend(letter.encode_utf16(&mut [0; 2]).iter()),
        }
    }
}

impl RegularExpressions {
    fn expression(&mut self, object: &HostObject) -> Result<&mut Expression, Fault> {
        let place = object.words.first().map_or(usize::MAX, |place| *place as usize);
        self.all.get_mut(place).map_or_else(|| failed(INVALID_CALL), Ok)
    }

    fn read(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Result<Value, Fault> {
        let own = self.expression(object)?;
        match member {
            "pattern" | "" => Ok(Value::text(&own.source)),
            "global" => Ok(Value::Boolean(own.global)),
            "ignorecase" => Ok(Value::Boolean(own.fold)),
            "multiline" => Ok(Value::Boolean(own.lines)),
            "test" => {
                let units: Vec<u16> = text_arg(arguments, 0)?.encode_utf16().collect();
                Ok(Value::Boolean(own.found(&units, 0)?.is_some()))
            }
            "execute" => {
                let units: Vec<u16> = text_arg(arguments, 0)?.encode_utf16().collect();
                let mut words = Vec::new();
                for spans in own.matches(&units)? {
                    let one = encoded(&units, &spans);
                    words.push(one.len() as u32);
                    words.extend(one);
                }
                Ok(self::object(MATCHES, words))
            }
            "replace" => Ok(Value::text(own.replaced(&text_arg(arguments, 0)?, &text_arg(arguments, 1)?)?)),
            _ => failed(NO_MEMBER),
        }
    }
}

fn read_match(found: &HostObject, member: &str, arguments: &Arguments) -> Result<Value, Fault> {
    let all = texts(&found.words);
    let indexed = member == "submatches" && !arguments.positional.is_empty();
    let whole = all.first().cloned().flatten().unwrap_or_default();
    match member {
        "value" | "" => Ok(Value::text(whole)),
        "firstindex" => Ok(Value::Long(found.words.first().map_or(0, |place| *place as i32))),
        "length" => Ok(Value::Long(whole.encode_utf16().count() as i32)),
        "submatches" if indexed => {
            let groups = all.into_iter().skip(1).map(|text| text.map_or(Value::Empty, Value::text));
            item(groups.collect(), "", arguments)
        }
        "submatches" => Ok(object(SUBMATCHES, found.words.to_vec())),
        _ => failed(NO_MEMBER),
    }
}

fn item(items: Vec<Value>, member: &str, arguments: &Arguments) -> Result<Value, Fault> {
    match member {
        "count" => Ok(Value::Long(items.len() as i32)),
        "item" | "" => {
            let index = arguments.positional.first().map(coerce::to_long).transpose()?;
            let index = index.and_then(|index| usize::try_from(index).ok());
            index.and_then(|index| items.into_iter().nth(index)).map_or_else(|| failed(INVALID_CALL), Ok)
        }
        _ => failed(NO_MEMBER),
    }
}

impl ObjectModel for RegularExpressions {
    fn global(&mut self, name: &str, arguments: &Arguments) -> Option<Result<Value, Fault>> {
        if !name.eq_ignore_ascii_case("createobject") {
            return None;
        }
        let class = text_arg(arguments, 0).ok()?.to_ascii_lowercase();
        if !matches!(class.as_str(), "vbscript.regexp" | "regexp" | "vbscript_regexp_55.regexp") {
            return None;
        }
        if self.all.len() >= MOST_OBJECTS {
            return Some(failed(OUT_OF_MEMORY));
        }
        self.all.push(Expression::default());
        Some(Ok(object(REGEXP, vec![self.all.len() as u32 - 1])))
    }

    fn put_global(&mut self, _: &str, _: &Arguments, _: &Value, _: Assign) -> Option<Result<(), Fault>> {
        None
    }

    fn owns(&self, class: &str) -> bool {
        CLASSES.contains(&class)
    }

    fn get(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Result<Value, Fault> {
        let member = member.to_ascii_lowercase();
        match object.class.as_ref() {
            REGEXP => self.read(object, &member, arguments),
            MATCH => read_match(object, &member, arguments),
            _ => item(self.items(object)?, &member, arguments),
        }
    }

    fn put(&mut self, object: &HostObject, member: &str, _: &Arguments, value: &Value, _: Assign) -> Result<(), Fault> {
        if object.class.as_ref() != REGEXP {
            return failed(NO_MEMBER);
        }
        let own = self.expression(object)?;
        match member.to_ascii_lowercase().as_str() {
            "pattern" | "" => {
                own.source = coerce::to_text(value)?;
                own.compiled = pattern::parse(&own.source);
            }
            "global" => own.global = coerce::to_boolean(value)?,
            "ignorecase" => own.fold = coerce::to_boolean(value)?,
            "multiline" => own.lines = coerce::to_boolean(value)?,
            _ => return failed(NO_MEMBER),
        }
        Ok(())
    }

    fn items(&mut self, found: &HostObject) -> Result<Vec<Value>, Fault> {
        match found.class.as_ref() {
            MATCHES => Ok(split_matches(&found.words).into_iter().map(|words| object(MATCH, words)).collect()),
            SUBMATCHES => {
                let groups = texts(&found.words).into_iter().skip(1);
                Ok(groups.map(|text| text.map_or(Value::Empty, Value::text)).collect())
            }
            _ => failed(NO_MEMBER),
        }
    }

    fn is_a(&self, object: &HostObject, name: &str) -> bool {
        let class = object.class.trim_start_matches('I').trim_end_matches('2');
        object.class.eq_ignore_ascii_case(name) || class.eq_ignore_ascii_case(name)
    }
}
