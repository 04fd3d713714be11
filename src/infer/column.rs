//! The profile of one column over all its rows: counters per lexical kind, lengths, distinct values. Values are hashed, not kept.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::number::{self, Digits};
use super::when::{self, DateText};
use crate::facts::Scalar;

/// Distinct short values that are kept by name, for choices; more make the column no choice.
const MOST_CHOICES: usize = 40;
/// Longest text that can be a choice, in characters.
const LONGEST_CHOICE: usize = 40;

/// Counters of one column. A text is counted under what it reads as; native kinds under what they are.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    pub rows: usize,
    /// Empty cells and empty texts.
    pub empty: usize,
    /// Words that stand for "nothing": `n/a`, `-`, `TBD`...
    pub noise: usize,
    pub integers: usize,
    /// Digit texts with a leading zero or plus, or more digits than 18: identifiers, not numbers.
    pub coded: usize,
    pub decimals: usize,
    /// Numbers with an exponent or more than `number::LARGEST_SCALE` decimals.
    pub floats: usize,
    pub booleans: usize,
    /// Texts such as yes/no/true/false.
    pub boolean_words: usize,
    pub dates: usize,
    pub date_times: usize,
    pub times: usize,
    /// Date texts whose day is above 12 in the first place, and in the second.
    pub day_first: usize,
    pub month_first: usize,
    pub uuids: usize,
    pub texts: usize,
    pub errors: usize,
    pub binaries: usize,
    pub integer_digits: u32,
    pub scale: u32,
    pub longest: usize,
    /// Hash → how often; empty and noise left out.
    pub distinct: HashMap<u64, u32>,
    /// Short values by name while there are few.
    pub choices: Option<HashMap<String, u32>>,
    /// Numbers as integers, for dense surrogate keys.
    pub smallest: f64,
    pub largest: f64,
    pub text_cells: usize,
}

impl Profile {
    pub fn of(values: &[Scalar]) -> Profile {
        let mut profile = Profile {
            rows: values.len(),
            choices: Some(HashMap::new()),
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            ..Profile::default()
        };
        for value in values {
            profile.count(value);
        }
        profile
    }

    /// Values that are neither empty nor noise.
    pub fn filled(&self) -> usize {
        self.rows - self.empty - self.noise - self.errors
    }

    /// Whether every row has a value of its own.
    pub fn is_unique(&self) -> bool {
        self.rows > 0 && self.filled() == self.rows && self.distinct.len() == self.rows
    }

    fn count(&mut self, value: &Scalar) {
        match value {
            Scalar::Empty => self.empty += 1,
            Scalar::Error(_) => self.errors += 1,
            Scalar::Binary(_) => {
                self.binaries += 1;
            }
            Scalar::Text(text) if text.trim().is_empty() => self.empty += 1,
            Scalar::Text(text) if is_noise(text) => self.noise += 1,
            other => {
                self.kind(other);
                self.remember(other);
            }
        }
    }

    fn kind(&mut self, value: &Scalar) {
        match value {
            Scalar::Number(number) => self.number(number::of_float(*number)),
            Scalar::Exact(text) => match number::of_text(text) {
                Some(digits) => self.number(digits),
                None => self.texts += 1,
            },
            Scalar::Boolean(_) => self.booleans += 1,
            Scalar::Moment(text) => self.moment(&when::of_iso(text)),
            Scalar::Text(text) => self.text(text.trim()),
            _ => {}
        }
    }

    fn number(&mut self, digits: Digits) {
        match digits {
            Digits::Integer { digits, value } => {
                self.integers += 1;
                self.integer_digits = self.integer_digits.max(digits);
                self.span(value);
            }
            Digits::Decimal { integer_digits, scale, value } => {
                self.decimals += 1;
                self.integer_digits = self.integer_digits.max(integer_digits);
                self.scale = self.scale.max(scale);
                self.span(value);
            }
            Digits::Float => self.floats += 1,
            Digits::Coded => self.coded += 1,
        }
    }

    fn span(&mut self, value: f64) {
        self.smallest = self.smallest.min(value);
        self.largest = self.largest.max(value);
    }

    fn text(&mut self, text: &str) {
        self.text_cells += 1;
        self.longest = self.longest.max(text.chars().count());
        if let Some(digits) = number::of_text(text) {
            self.number(digits);
        } else if is_boolean_word(text) {
            self.boolean_words += 1;
        } else if is_uuid(text) {
            self.uuids += 1;
        } else if let Some(found) = when::of_text(text) {
            self.moment(&Some(found));
        } else {
            self.texts += 1;
        }
    }

    fn moment(&mut self, found: &Option<DateText>) {
        match found {
            Some(DateText::Date { day_first, month_first }) => {
                self.dates += 1;
                self.day_first += usize::from(*day_first);
                self.month_first += usize::from(*month_first);
            }
            Some(DateText::DateTime) => self.date_times += 1,
            Some(DateText::Time) => self.times += 1,
            None => self.texts += 1,
        }
    }

    fn remember(&mut self, value: &Scalar) {
        let key = key_of(value);
        *self.distinct.entry(hash_of(&key)).or_default() += 1;
        if let Some(choices) = &mut self.choices {
            let fits = matches!(value, Scalar::Text(_)) && key.chars().count() <= LONGEST_CHOICE;
            if !fits || (choices.len() >= MOST_CHOICES && !choices.contains_key(&key)) {
                self.choices = None;
            } else {
                *choices.entry(key).or_default() += 1;
            }
        }
    }

    /// The hashes of all distinct values.
    pub fn hashes(&self) -> HashSet<u64> {
        self.distinct.keys().copied().collect()
    }
}

/// A value as it is compared across columns: numbers by value, texts without outer blanks.
pub(super) fn key_of(value: &Scalar) -> String {
    match value {
        Scalar::Number(number) => number.to_string(),
        Scalar::Exact(text) => text.parse::<f64>().map_or_else(|_| text.clone(), |number| number.to_string()),
        Scalar::Text(text) => {
            let text = text.trim();
            match number::of_text(text) {
                Some(Digits::Integer { value, .. } | Digits::Decimal { value, .. }) => value.to_string(),
                _ => text.to_string(),
            }
        }
        Scalar::Boolean(flag) => flag.to_string(),
        Scalar::Moment(text) => text.clone(),
        Scalar::Error(text) => text.clone(),
        Scalar::Empty | Scalar::Binary(_) => String::new(),
    }
}

pub(super) fn hash_of(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Whether a cell holds nothing that counts as a value.
pub(super) fn is_blank(value: &Scalar) -> bool {
    match value {
        Scalar::Empty | Scalar::Error(_) => true,
        Scalar::Text(text) => text.trim().is_empty() || is_noise(text),
        _ => false,
    }
}

/// Words that people type where there is no value.
fn is_noise(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "n/a",
        "na",
        "n.a.",
        "-",
        "--",
        "---",
        "?",
        "??",
        "tbd",
        "tba",
        "none",
        "null",
        "#n/a",
        "k.a.",
        "unknown",
        "unbekannt",
        ".",
    ];
    let word = text.trim().to_lowercase();
    WORDS.contains(&word.as_str())
}

fn is_boolean_word(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "y" | "n" | "wahr" | "falsch" | "ja" | "nein"
    )
}

/// RFC 9562 form, with or without braces.
pub(super) fn is_uuid(text: &str) -> bool {
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let groups: Vec<&str> = bare.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
