//! `Like` (MS-VBAL 5.6.9.6): `?`, `*`, `#`, `[list]`, `[!list]`, ranges, case by the comparison option.
//! Promises error 93 for an open bracket or a backward range, and time proportional to text times pattern.

use super::compare::fold;
use crate::engine::value::{Compare, RunError, Value, coerce, errors};

/// One element of a pattern.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    AnyOne,
    AnyRun,
    Digit,
    One(char),
    Set { negated: bool, ranges: Vec<(char, char)> },
}

pub(super) fn operator(a: &Value, b: &Value, mode: Compare) -> Result<Value, RunError> {
    if *a == Value::Null || *b == Value::Null {
        return Ok(Value::Null);
    }
    let (text, pattern) = (coerce::to_text(a)?, coerce::to_text(b)?);
    Ok(Value::Boolean(matches(&text, &pattern, mode)?))
}

/// Text length times pattern length that is still tried (some seconds); beyond it error 14.
const MOST_WORK: usize = 1 << 33;

/// Whether a text has the pattern's form.
pub fn matches(text: &str, pattern: &str, mode: Compare) -> Result<bool, RunError> {
    let parts = parts(pattern, mode)?;
    let text: Vec<char> =
        if mode == Compare::Binary { text.chars().collect() } else { text.chars().map(fold).collect() };
    if text.len().saturating_mul(parts.len()) > MOST_WORK {
        return Err(errors::string_space());
    }
    Ok(run(&text, &parts))
}

/// Greedy matching with one point to come back to: the last `*`.
fn run(text: &[char], parts: &[Part]) -> bool {
    let (mut at, mut part) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (parts.get(part), text.get(at)) {
            (Some(Part::AnyRun), _) => {
                retry = Some((part, at));
                part += 1;
            }
            (Some(one), Some(&c)) if accepts(one, c) => {
                at += 1;
                part += 1;
            }
            (None, None) => return true,
            _ => match retry {
                Some((star, from)) if from < text.len() => {
                    retry = Some((star, from + 1));
                    at = from + 1;
                    part = star + 1;
                }
                _ => return false,
            },
        }
    }
}

fn accepts(part: &Part, c: char) -> bool {
    match part {
        Part::AnyOne => true,
        Part::AnyRun => false,
        Part::Digit => c.is_ascii_digit(),
        Part::One(one) => *one == c,
        Part::Set { negated, ranges } => ranges.iter().any(|&(low, high)| low <= c && c <= high) != *negated,
    }
}

fn parts(pattern: &str, mode: Compare) -> Result<Vec<Part>, RunError> {
    let case = |c: char| if mode == Compare::Binary { c } else { fold(c) };
    let mut out = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '?' => out.push(Part::AnyOne),
            '*' if out.last() == Some(&Part::AnyRun) => {}
            '*' => out.push(Part::AnyRun),
            '#' => out.push(Part::Digit),
            '[' => {
                let (list, rest) = chars.as_str().split_once(']').ok_or_else(errors::invalid_pattern)?;
                chars = rest.chars();
                // An empty list is the empty string and takes no character (Microsoft Learn, Like operator).
                if !list.is_empty() {
                    out.push(set(list, case)?);
                }
            }
            other => out.push(Part::One(case(other))),
        }
    }
    Ok(out)
}

/// The characters of a list; `!` in front negates, `-` between two makes a range, `[!]` is the sign itself.
fn set(list: &str, case: impl Fn(char) -> char) -> Result<Part, RunError> {
    let body = list.strip_prefix('!').filter(|rest| !rest.is_empty());
    let chars: Vec<char> = body.unwrap_or(list).chars().collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(&low) = chars.get(at) {
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(&high)) => {
                if case(high) < case(low) {
                    return Err(errors::invalid_pattern());
                }
                ranges.push((case(low), case(high)));
                at += 3;
            }
            _ => {
                ranges.push((case(low), case(low)));
                at += 1;
            }
        }
    }
    Ok(Part::Set { negated: body.is_some(), ranges })
}
