//! The profile of one column over all its rows: counters per lexical kind, lengths, distinct values. Values are hashed, not kept.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::number::{self, Digits, Marks};
use super::when::{self, DateText};
use crate::facts::Scalar;

/// Distinct short values that are kept by name, for choices; more make the column no choice.
const MOST_CHOICES: usize = 40;
/// Longest text that can be a choice, in characters.
const LONGEST_CHOICE: usize = 40;
/// Distinct boolean words and odd texts that are told apart.
const MOST_FORMS: usize = 8;
const MOST_ODD: usize = 256;
/// Share of values that must be found in another column to be worth telling (`inference.md`: 0.95 in dirty sheets).
const LEAST_COVERED: f64 = 0.95;
/// Texts from which the look of a column can be told.
const FEWEST_CODES: usize = 5;

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
    /// The distinct ones among them in lower case, while there are few.
    pub boolean_forms: BTreeSet<String>,
    /// Which sign stands before decimals in this column's texts.
    pub marks: Marks,
    pub dates: usize,
    pub date_times: usize,
    pub times: usize,
    /// Date texts whose day is above 12 in the first place, and in the second.
    pub day_first: usize,
    pub month_first: usize,
    /// Date texts that write midnight out.
    pub midnights: usize,
    pub uuids: usize,
    pub texts: usize,
    /// Distinct values among them, counted up to a few: the same word again and again is no slip.
    pub odd: HashMap<u64, u32>,
    /// Numbers typed as texts with decimals, all of one scale: `101.10` may be a code.
    pub smallest_scale: Option<u32>,
    /// Texts of decimals that end in a zero: as numbers they would lose it.
    pub trailing_zeros: usize,
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
    /// Whether a word such as `NA` or `None` is a value here, because the others look alike: Namibia among country codes.
    pub words_are_values: bool,
}

impl Profile {
    pub fn of(values: &[Scalar]) -> Profile {
        let mut profile = Profile {
            rows: values.len(),
            marks: marks_of(values),
            words_are_values: has_short_codes(values),
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

    /// Cells that hold something that is no word for "nothing"; an error counts, for a formula stands there.
    pub fn given(&self) -> usize {
        self.rows - self.empty - self.noise
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
            Scalar::Text(text) if self.is_noise(text) => self.noise += 1,
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
                None => self.odd(text),
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
                self.smallest_scale = Some(self.smallest_scale.map_or(scale, |known| known.min(scale)));
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
        if let Some(digits) = number::of_text_with(text, self.marks) {
            self.trailing_zeros += usize::from(text.ends_with('0') && text.contains('.'));
            self.number(digits);
        } else if is_boolean_word(text) {
            self.boolean_words += 1;
            if self.boolean_forms.len() < MOST_FORMS {
                self.boolean_forms.insert(text.to_lowercase());
            }
        } else if is_uuid(text) {
            self.uuids += 1;
        } else if let Some(found) = when::of_text(text) {
            self.moment(&Some(found));
        } else {
            self.odd(text);
        }
    }

    fn odd(&mut self, text: &str) {
        self.texts += 1;
        let key = hash_of(text);
        if self.odd.len() < MOST_ODD || self.odd.contains_key(&key) {
            *self.odd.entry(key).or_default() += 1;
        }
    }

    fn moment(&mut self, found: &Option<DateText>) {
        match found {
            Some(DateText::Date { day_first, month_first, midnight }) => {
                self.dates += 1;
                self.midnights += usize::from(*midnight);
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

    fn is_noise(&self, text: &str) -> bool {
        is_noise(text) && !(self.words_are_values && text.trim().chars().all(char::is_uppercase))
    }

    /// Whether a cell of this column holds nothing that counts as a value.
    pub fn is_blank(&self, value: &Scalar) -> bool {
        match value {
            Scalar::Text(text) => text.trim().is_empty() || self.is_noise(text),
            other => is_blank(other),
        }
    }

    /// How many of this column's values (by occurrence) are among the other's, and how many there are; none when too few
    /// are: looking ends as soon as that is certain.
    pub fn coverage(&self, other: &Profile) -> Option<(u64, u64)> {
        let seen: u64 = self.distinct.values().map(|count| u64::from(*count)).sum();
        if seen == 0 || other.distinct.is_empty() {
            return None;
        }
        let allowed = (seen as f64 * (1.0 - LEAST_COVERED)) as u64;
        let mut missed = 0u64;
        for (hash, count) in &self.distinct {
            if !other.distinct.contains_key(hash) {
                missed += u64::from(*count);
                if missed > allowed {
                    return None;
                }
            }
        }
        Some((seen - missed, seen))
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

/// Whether most texts of a column are codes of two to four capitals, as ISO 3166 and 4217 have them.
fn has_short_codes(values: &[Scalar]) -> bool {
    let (mut texts, mut codes) = (0usize, 0usize);
    for value in values {
        if let Scalar::Text(text) = value {
            let text = text.trim();
            texts += usize::from(!text.is_empty());
            codes += usize::from((2..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase()));
        }
    }
    texts >= FEWEST_CODES && codes * 2 > texts
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
        "nan",
        "nil",
        "(null)",
        "<null>",
        "\\n",
        "k. a.",
        "keine angabe",
        "inconnu",
        "desconocido",
        "sconosciuto",
        "onbekend",
        "brak",
        "nieznany",
    ];
    /// Bytes of the longest word above.
    const LONGEST: usize = 12;
    let word = text.trim();
    word.len() <= LONGEST && WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Words for yes and no, in pairs (en, de, fr, es, it, nl, pl).
pub(super) const BOOLEAN_PAIRS: &[(&str, &str)] = &[
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("wahr", "falsch"),
    ("ja", "nein"),
    ("j", "n"),
    ("vrai", "faux"),
    ("oui", "non"),
    ("o", "n"),
    ("verdadero", "falso"),
    ("vero", "falso"),
    ("sí", "no"),
    ("si", "no"),
    ("sì", "no"),
    ("waar", "onwaar"),
    ("ja", "nee"),
    ("prawda", "fałsz"),
    ("tak", "nie"),
    ("on", "off"),
];

fn is_boolean_word(text: &str) -> bool {
    /// Letters of the longest word above.
    const LONGEST: usize = 10;
    if text.len() > LONGEST {
        return false;
    }
    let word = text.to_lowercase();
    BOOLEAN_PAIRS.iter().any(|(yes, no)| word == *yes || word == *no)
}

/// The decimal sign of a column: what only one reading allows, by majority. Ambiguous texts such as `1.234` follow.
fn marks_of(values: &[Scalar]) -> Marks {
    let (mut comma, mut point) = (0usize, 0usize);
    for value in values {
        if let Scalar::Text(text) = value {
            match number::marks_of(text) {
                Some(Marks::Comma) => comma += 1,
                Some(Marks::Point) => point += 1,
                None => {}
            }
        }
    }
    if comma > point { Marks::Comma } else { Marks::Point }
}

/// RFC 9562 form, with or without braces.
pub(super) fn is_uuid(text: &str) -> bool {
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let groups: Vec<&str> = bare.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
