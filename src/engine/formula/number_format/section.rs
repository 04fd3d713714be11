//! A format code cut into sections, and each section into marks: digits, literals, date letters.
//! Unknown letters stand for themselves, as Excel shows most of them.

use super::super::general::cell_text;
use super::clock;
use super::digits;

/// One piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Group,
    Percent,
    /// `E+` or `E-`: the letter as written, and whether a plus shows.
    Exponent(char, bool),
    /// `/` between digit marks.
    Slash,
    Literal(String),
    /// `@`.
    Text,
    General,
    /// A run of one date letter, lower case: `y m d h s b e`; and its length.
    Date(char, usize),
    /// `.0` after seconds: how many digits.
    Fraction(usize),
    /// `[h]`, `[mm]`, `[s]`.
    Elapsed(char, usize),
    /// `AM/PM` or `A/P`: the two texts; single letters keep their case.
    HalfDay(String, String),
}

/// `[>=100]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    test: String,
    limit: f64,
}

impl Condition {
    pub(super) fn holds(&self, number: f64) -> bool {
        match self.test.as_str() {
            "<" => number < self.limit,
            "<=" => number <= self.limit,
            ">" => number > self.limit,
            ">=" => number >= self.limit,
            "<>" => number != self.limit,
            _ => number == self.limit,
        }
    }
}

/// One section.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub(super) condition: Option<Condition>,
    pub(super) marks: Vec<Mark>,
}

/// The sections of a format code.
pub(super) fn sections(format: &str) -> Vec<Section> {
    let mut reader = Reader { chars: format.chars().collect(), next: 0 };
    let mut found = vec![reader.section()];
    while reader.take(';') {
        found.push(reader.section());
    }
    found
}

struct Reader {
    chars: Vec<char>,
    next: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.next.saturating_add(ahead)).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek(0) == Some(wanted);
        self.next += usize::from(found);
        found
    }

    fn ahead(&self, word: &str) -> bool {
        word.chars().enumerate().all(|(at, c)| self.peek(at).is_some_and(|found| found.eq_ignore_ascii_case(&c)))
    }

    fn section(&mut self) -> Section {
        let mut section = Section::default();
        while let Some(c) = self.peek(0) {
            if c == ';' {
                break;
            }
            self.mark(c, &mut section);
        }
        settle_minutes(&mut section.marks);
        section
    }

    fn mark(&mut self, c: char, section: &mut Section) {
        if c == '[' {
            return self.bracket(section);
        }
        if let Some(mark) = self.word() {
            section.marks.push(mark);
            return;
        }
        self.next += 1;
        let mark = match c {
            '0' | '#' | '?' => Mark::Digit(c),
            '.' => self.point(section),
            ',' => Mark::Group,
            '%' => Mark::Percent,
            '/' => Mark::Slash,
            '@' => Mark::Text,
            '"' => Mark::Literal(self.quoted()),
            '\\' => Mark::Literal(self.one()),
            '_' => {
                self.one();
                Mark::Literal(" ".to_owned())
            }
            '*' => {
                self.one();
                Mark::Literal(String::new())
            }
            'E' | 'e' if matches!(self.peek(0), Some('+' | '-')) => {
                let plus = self.peek(0) == Some('+');
                self.next += 1;
                Mark::Exponent(c, plus)
            }
            _ if "ymdhsbeYMDHSBE".contains(c) => Mark::Date(c.to_ascii_lowercase(), 1 + self.run(c)),
            _ => Mark::Literal(c.to_string()),
        };
        section.marks.push(mark);
    }

    /// `General`, `AM/PM` or `A/P` at this place.
    fn word(&mut self) -> Option<Mark> {
        if self.ahead("General") {
            self.next += "General".len();
            return Some(Mark::General);
        }
        if self.ahead("AM/PM") {
            self.next += "AM/PM".len();
            return Some(Mark::HalfDay("AM".to_owned(), "PM".to_owned()));
        }
        if !self.ahead("A/P") {
            return None;
        }
        let half = |at: usize| self.peek(at).map(String::from).unwrap_or_default();
        let mark = Mark::HalfDay(half(0), half(2));
        self.next += "A/P".len();
        Some(mark)
    }

    /// How many more of the same letter follow, in either case.
    fn run(&mut self, c: char) -> usize {
        let from = self.next;
        while self.peek(0).is_some_and(|next| next.eq_ignore_ascii_case(&c)) {
            self.next += 1;
        }
        self.next - from
    }

    /// A decimal point, or parts of a second after `s`.
    fn point(&mut self, section: &Section) -> Mark {
        let after_seconds = section.marks.iter().rev().find(|mark| !matches!(mark, Mark::Literal(_)));
        let seconds = matches!(after_seconds, Some(Mark::Date('s', _) | Mark::Elapsed('s', _)));
        if !seconds || self.peek(0) != Some('0') {
            return Mark::Point;
        }
        Mark::Fraction(self.run('0'))
    }

    fn quoted(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek(0) {
            self.next += 1;
            if c == '"' {
                break;
            }
            text.push(c);
        }
        text
    }

    fn one(&mut self) -> String {
        let text: String = self.peek(0).into_iter().collect();
        self.next += 1;
        text
    }

    /// `[Red]`, `[>=1]`, `[$€-407]`, `[hh]`.
    fn bracket(&mut self, section: &mut Section) {
        self.next += 1;
        let mut inner = String::new();
        while let Some(c) = self.peek(0) {
            self.next += 1;
            if c == ']' {
                break;
            }
            inner.push(c);
        }
        if let Some(currency) = inner.strip_prefix('$') {
            let symbol = currency.rsplit_once('-').map_or(currency, |(symbol, _)| symbol);
            section.marks.push(Mark::Literal(symbol.to_owned()));
            return;
        }
        let lower = inner.to_ascii_lowercase();
        let first = lower.chars().next().unwrap_or(' ');
        if matches!(first, 'h' | 'm' | 's') && lower.chars().all(|c| c == first) {
            section.marks.push(Mark::Elapsed(first, lower.len()));
            return;
        }
        let tests = ["<=", ">=", "<>", "<", ">", "="];
        if let Some(test) = tests.into_iter().find(|test| inner.starts_with(test))
            && let Ok(limit) = inner.trim_start_matches(test).trim().parse()
        {
            section.condition = Some(Condition { test: test.to_owned(), limit });
        }
    }
}

/// `m` after hours or before seconds means minutes: they are marked `n`. Beside an elapsed time it always does.
fn settle_minutes(marks: &mut [Mark]) {
    let elapsed = marks.iter().any(|mark| matches!(mark, Mark::Elapsed(..)));
    let letters: Vec<(usize, char)> = marks
        .iter()
        .enumerate()
        .filter_map(|(place, mark)| match mark {
            Mark::Date(letter, _) | Mark::Elapsed(letter, _) => Some((place, *letter)),
            _ => None,
        })
        .collect();
    for (order, (place, letter)) in letters.iter().enumerate() {
        let before = order.checked_sub(1).and_then(|order| letters.get(order)).map(|(_, letter)| *letter);
        let after = letters.get(order + 1).map(|(_, letter)| *letter);
        let minutes = *letter == 'm' && (elapsed || before == Some('h') || after == Some('s'));
        if let (true, Some(Mark::Date(letter, length))) = (minutes, marks.get_mut(*place))
            && *length <= 2
        {
            *letter = 'n';
        }
    }
}

impl Section {
    pub(super) fn has_text(&self) -> bool {
        self.marks.contains(&Mark::Text)
    }

    fn is_date(&self) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Date(..) | Mark::Elapsed(..) | Mark::HalfDay(..)))
    }

    /// A text in this section.
    pub(super) fn text(&self, text: &str) -> String {
        let piece = |mark: &Mark| match mark {
            Mark::Text | Mark::General => text.to_owned(),
            Mark::Literal(literal) => literal.clone(),
            _ => String::new(),
        };
        self.marks.iter().map(piece).collect()
    }

    /// A number in this section; none where it cannot be shown (a date before 1900).
    pub(super) fn number(&self, number: f64, date1904: bool) -> Option<String> {
        if self.is_date() {
            return clock::date(&self.marks, number, date1904);
        }
        if self.has_text() || self.marks.contains(&Mark::General) {
            let sign = if number < 0.0 { "-" } else { "" };
            return Some(format!("{sign}{}", self.text(&cell_text(number.abs()))));
        }
        Some(digits::number(&self.marks, number))
    }
}
