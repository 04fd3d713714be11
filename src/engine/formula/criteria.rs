//! The little language of SUMIF and its kind: `">=3"`, `"<>x"`, `"a*"`, and wildcards as MATCH and SEARCH know them.
//! Works on single values; it never reads cells.

use std::cmp::Ordering;

use super::arithmetic::{compare_numbers, compare_texts};
use super::text_number::text_to_number;
use super::value::CellValue;
use crate::lang::formula::ErrorKind;

/// A condition on one cell.
#[derive(Debug, Clone)]
pub(super) struct Criterion {
    test: Test,
    wanted: Wanted,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Test {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
enum Wanted {
    Number(f64),
    Boolean(bool),
    Error(ErrorKind),
    Pattern(Pattern),
    /// `""` or an empty criterion text.
    Blank,
    /// `"="`: cells without anything, `"<>"`: cells with something.
    Nothing,
}

const TESTS: [(&str, Test); 6] = [
    ("<>", Test::NotEqual),
    ("<=", Test::LessOrEqual),
    (">=", Test::GreaterOrEqual),
    ("<", Test::Less),
    (">", Test::Greater),
    ("=", Test::Equal),
];

impl Criterion {
    /// Reads a criterion; an empty cell as criterion means 0.
    pub(super) fn new(value: &CellValue, date1904: bool) -> Self {
        let wanted = match value {
            CellValue::Empty => Wanted::Number(0.0),
            CellValue::Number(number) => Wanted::Number(*number),
            CellValue::Boolean(value) => Wanted::Boolean(*value),
            CellValue::Error(kind) => Wanted::Error(*kind),
            CellValue::Text(text) => return Self::from_text(text, date1904),
        };
        Self { test: Test::Equal, wanted }
    }

    fn from_text(text: &str, date1904: bool) -> Self {
        let found = TESTS.iter().find_map(|(mark, test)| Some((text.strip_prefix(mark)?, *test)));
        let (rest, test) = found.unwrap_or((text, Test::Equal));
        let wanted = match rest {
            "" if found.is_some() => Wanted::Nothing,
            "" => Wanted::Blank,
            _ if rest.eq_ignore_ascii_case("TRUE") => Wanted::Boolean(true),
            _ if rest.eq_ignore_ascii_case("FALSE") => Wanted::Boolean(false),
            _ => match (text_to_number(rest, date1904), ErrorKind::from_text(rest)) {
                (Some(number), _) => Wanted::Number(number),
                (_, Some(kind)) => Wanted::Error(kind),
                _ => Wanted::Pattern(Pattern::new(rest)),
            },
        };
        Self { test, wanted }
    }

    /// Whether empty cells can meet it, so that cells beyond the used range count.
    pub(super) fn admits_empty(&self) -> bool {
        self.matches(&CellValue::Empty, false)
    }

    /// Whether a cell meets it.
    pub(super) fn matches(&self, cell: &CellValue, date1904: bool) -> bool {
        match self.test {
            Test::Equal => self.equals(cell, date1904),
            Test::NotEqual => !self.equals(cell, date1904),
            _ => self.order(cell).is_some_and(|order| match self.test {
                Test::Less => order.is_lt(),
                Test::LessOrEqual => order.is_le(),
                Test::Greater => order.is_gt(),
                _ => order.is_ge(),
            }),
        }
    }

    fn equals(&self, cell: &CellValue, date1904: bool) -> bool {
        match (&self.wanted, cell) {
            (Wanted::Number(wanted), CellValue::Number(number)) => compare_numbers(*number, *wanted).is_eq(),
            // A text that reads as the number counts as it: SUMIF("1") meets both 1 and "1".
            (Wanted::Number(wanted), CellValue::Text(text)) => {
                text_to_number(text, date1904).is_some_and(|number| compare_numbers(number, *wanted).is_eq())
            }
            (Wanted::Boolean(wanted), CellValue::Boolean(value)) => wanted == value,
            (Wanted::Error(wanted), CellValue::Error(kind)) => wanted == kind,
            (Wanted::Pattern(pattern), CellValue::Text(text)) => pattern.matches(text),
            (Wanted::Blank, CellValue::Empty) => true,
            (Wanted::Blank, CellValue::Text(text)) => text.is_empty(),
            (Wanted::Nothing, CellValue::Empty) => true,
            _ => false,
        }
    }

    /// How a cell compares with what is wanted; none for another type.
    fn order(&self, cell: &CellValue) -> Option<Ordering> {
        match (&self.wanted, cell) {
            (Wanted::Number(wanted), CellValue::Number(number)) => Some(compare_numbers(*number, *wanted)),
            (Wanted::Pattern(pattern), CellValue::Text(text)) => Some(compare_texts(text, &pattern.text)),
            (Wanted::Boolean(wanted), CellValue::Boolean(value)) => Some(value.cmp(wanted)),
            _ => None,
        }
    }
}

/// A text with `*`, `?` and `~`.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Any,
    One,
    Letter(char),
}

/// Whether a pattern must fit a text to its end, or only its start.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reach {
    Start,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fit {
    Whole,
    No,
    /// No, and some star had already taken all there is.
    NotAfterStar,
}

impl Pattern {
    /// Reads a pattern; case does not count.
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut chars = text.chars().flat_map(char::to_lowercase).peekable();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '*' => Part::Any,
                '?' => Part::One,
                '~' if matches!(chars.peek(), Some('*' | '?' | '~')) => Part::Letter(chars.next().unwrap_or('~')),
                other => Part::Letter(other),
            });
        }
        Self { text: text.to_owned(), parts }
    }

    /// Whether a whole text fits.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        self.fits(&text, Reach::End) == Fit::Whole
    }

    /// Where the pattern first fits in a text, from a character on.
    pub(super) fn find(&self, text: &[char], from: usize) -> Option<usize> {
        let text: Vec<char> = text.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
        for start in from..=text.len() {
            match self.fits(text.get(start..).unwrap_or_default(), Reach::Start) {
                Fit::Whole => return Some(start),
                // What follows a star was nowhere in the rest, so it is nowhere further on.
                Fit::NotAfterStar => return None,
                Fit::No => {}
            }
        }
        None
    }

    /// Greedy matching with one point of return, linear for each `*`.
    fn fits(&self, text: &[char], reach: Reach) -> Fit {
        let (mut at, mut part) = (0usize, 0usize);
        let mut back: Option<(usize, usize)> = None;
        loop {
            let step = match (self.parts.get(part), text.get(at)) {
                (None, None) => return Fit::Whole,
                (None, Some(_)) if reach == Reach::Start => return Fit::Whole,
                (Some(Part::Any), _) => {
                    back = Some((at, part));
                    part += 1;
                    continue;
                }
                (Some(Part::One), Some(_)) => true,
                (Some(Part::Letter(wanted)), Some(found)) => wanted == found,
                _ => false,
            };
            if step {
                at += 1;
                part += 1;
                continue;
            }
            let Some((from, star)) = back else { return Fit::No };
            if from >= text.len() {
                return Fit::NotAfterStar;
            }
            back = Some((from + 1, star));
            at = from + 1;
            part = star + 1;
        }
    }
}
