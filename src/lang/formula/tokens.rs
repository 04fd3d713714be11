//! Formula text to tokens, for either dialect. References, prefixes and structured references are single tokens, because
//! only the letters around them tell `A1` from a name and `LOG10(` from a cell. Never fails: the first fault ends the list.

use super::node::{
    DateLiteral, Dialect, ErrorKind, Notice, NoticeKind, Reference, SheetPrefix, StructuredRef, TableItem,
};
use super::reference::area_at;

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Integer(i64),
    Number(f64),
    Text(String),
    Error(ErrorKind),
    Date(DateLiteral),
    /// A plain word, and whether it was written in brackets.
    Word {
        text: String,
        bracketed: bool,
    },
    /// A word directly before `(`; the bracket is the next token.
    Function(String),
    Reference(Reference),
    Qualified {
        prefix: SheetPrefix,
        name: String,
    },
    Structured(StructuredRef),
    Symbol(&'static str),
}

/// A token, where it starts (byte), and whether blanks stand before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub at: usize,
    pub spaced: bool,
}

/// Longest first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 23] = [
    ":=", "<>", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "^", "&", "%", "(", ")", "{", "}", ",", ";", ":", "@",
    "#",
];

/// Excel's functions whose names hold a point; in Names a point elsewhere means a member.
/// Source: Microsoft's list "Excel functions (alphabetical)".
const DOTTED: &[&str] = &[
    "BETA.DIST",
    "BETA.INV",
    "BINOM.DIST",
    "BINOM.DIST.RANGE",
    "BINOM.INV",
    "CEILING.MATH",
    "CEILING.PRECISE",
    "CHISQ.DIST",
    "CHISQ.DIST.RT",
    "CHISQ.INV",
    "CHISQ.INV.RT",
    "CHISQ.TEST",
    "CONFIDENCE.NORM",
    "CONFIDENCE.T",
    "COVARIANCE.P",
    "COVARIANCE.S",
    "ERF.PRECISE",
    "ERFC.PRECISE",
    "ERROR.TYPE",
    "EXPON.DIST",
    "F.DIST",
    "F.DIST.RT",
    "F.INV",
    "F.INV.RT",
    "F.TEST",
    "FLOOR.MATH",
    "FLOOR.PRECISE",
    "FORECAST.ETS",
    "FORECAST.ETS.CONFINT",
    "FORECAST.ETS.SEASONALITY",
    "FORECAST.ETS.STAT",
    "FORECAST.LINEAR",
    "GAMMA.DIST",
    "GAMMA.INV",
    "GAMMALN.PRECISE",
    "HYPGEOM.DIST",
    "ISO.CEILING",
    "LOGNORM.DIST",
    "LOGNORM.INV",
    "MODE.MULT",
    "MODE.SNGL",
    "NEGBINOM.DIST",
    "NETWORKDAYS.INTL",
    "NORM.DIST",
    "NORM.INV",
    "NORM.S.DIST",
    "NORM.S.INV",
    "PERCENTILE.EXC",
    "PERCENTILE.INC",
    "PERCENTRANK.EXC",
    "PERCENTRANK.INC",
    "POISSON.DIST",
    "QUARTILE.EXC",
    "QUARTILE.INC",
    "RANK.AVG",
    "RANK.EQ",
    "SKEW.P",
    "STDEV.P",
    "STDEV.S",
    "T.DIST",
    "T.DIST.2T",
    "T.DIST.RT",
    "T.INV",
    "T.INV.2T",
    "T.TEST",
    "VAR.P",
    "VAR.S",
    "WEIBULL.DIST",
    "WORKDAY.INTL",
    "Z.TEST",
];

/// Whether a dotted name is one of Excel's functions.
pub(super) fn is_dotted_function(name: &str) -> bool {
    DOTTED.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The words that are values in Names and so need brackets as names.
pub(super) fn is_reserved(word: &str) -> bool {
    ["TRUE", "FALSE", "EMPTY", "NULL", "NOTHING"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// A word of Names that stands without brackets: a letter or `_`, then letters, digits, `_`.
pub(super) fn is_plain_word(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

struct Scanner {
    chars: Vec<char>,
    /// Byte offset of each character, and one of the end.
    offsets: Vec<usize>,
    next: usize,
    dialect: Dialect,
}

type Scan<T> = Result<T, NoticeKind>;

/// All tokens of a text, up to the first fault.
pub(super) fn tokens(text: &str, dialect: Dialect) -> (Vec<Token>, Option<Notice>) {
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    offsets.push(text.len());
    let mut scanner = Scanner { chars: text.chars().collect(), offsets, next: 0, dialect };
    let mut found = Vec::new();
    loop {
        let before = scanner.next;
        scanner.skip_blanks();
        if scanner.next >= scanner.chars.len() {
            return (found, None);
        }
        let spaced = scanner.next > before;
        let at = scanner.offset();
        match scanner.token() {
            Ok(kind) => found.push(Token { kind, at, spaced }),
            Err(kind) => return (found, Some(Notice { at, kind })),
        }
    }
}

impl Scanner {
    fn offset(&self) -> usize {
        self.offsets.get(self.next).copied().unwrap_or(0)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.next + ahead).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek(0).is_some_and(|c| c.is_whitespace()) {
            self.next += 1;
        }
    }

    fn token(&mut self) -> Scan<Kind> {
        let Some(first) = self.peek(0) else {
            return Err(NoticeKind::UnexpectedEnd);
        };
        if first == '"' {
            return self.string();
        }
        if first == '#'
            && let Some(kind) = self.hash()?
        {
            return Ok(kind);
        }
        if self.dialect == Dialect::Sheet
            && let Some(kind) = self.sheet_word()?
        {
            return Ok(kind);
        }
        if first.is_ascii_digit() || (first == '.' && self.peek(1).is_some_and(|c| c.is_ascii_digit())) {
            return self.number();
        }
        if self.dialect == Dialect::Names {
            if first == '[' {
                return self.bracketed();
            }
            if first == '.' {
                self.next += 1;
                return Ok(Kind::Symbol("."));
            }
            if first.is_alphabetic() || first == '_' {
                return Ok(self.plain_word());
            }
        }
        self.symbol()
    }

    fn symbol(&mut self) -> Scan<Kind> {
        for symbol in SYMBOLS {
            if symbol.chars().enumerate().all(|(i, c)| self.peek(i) == Some(c)) {
                self.next += symbol.len();
                return Ok(Kind::Symbol(symbol));
            }
        }
        Err(NoticeKind::UnknownCharacter)
    }

    /// Text up to a closing mark; a doubled mark stands for one.
    fn until(&mut self, mark: char, fault: NoticeKind) -> Scan<String> {
        let mut text = String::new();
        self.next += 1;
        while let Some(c) = self.peek(0) {
            self.next += 1;
            if c != mark {
                text.push(c);
            } else if self.peek(0) == Some(mark) {
                text.push(c);
                self.next += 1;
            } else {
                return Ok(text);
            }
        }
        Err(fault)
    }

    fn string(&mut self) -> Scan<Kind> {
        self.until('"', NoticeKind::UnclosedString).map(Kind::Text)
    }

    fn bracketed(&mut self) -> Scan<Kind> {
        let text = self.until(']', NoticeKind::UnclosedBracket)?;
        if text.is_empty() {
            return Err(NoticeKind::UnexpectedToken);
        }
        Ok(Kind::Word { text, bracketed: true })
    }

    /// After `#`: an error literal, a date (Names), or nothing of the kind (the spill operator).
    fn hash(&mut self) -> Scan<Option<Kind>> {
        for kind in ErrorKind::ALL {
            let same = kind
                .text()
                .chars()
                .enumerate()
                .all(|(i, c)| self.peek(i).is_some_and(|found| found.eq_ignore_ascii_case(&c)));
            if same {
                self.next += kind.text().len();
                return Ok(Some(Kind::Error(kind)));
            }
        }
        if self.dialect == Dialect::Sheet {
            return Ok(None);
        }
        let body: String = self.chars.iter().skip(self.next + 1).take(20).take_while(|c| **c != '#').collect();
        let literal = date_literal(&body).ok_or(NoticeKind::BadDate)?;
        if self.peek(body.chars().count() + 1) != Some('#') {
            return Err(NoticeKind::BadDate);
        }
        self.next += body.chars().count() + 2;
        Ok(Some(Kind::Date(literal)))
    }

    fn number(&mut self) -> Scan<Kind> {
        let start = self.next;
        let mut whole = true;
        while let Some(c) = self.peek(0) {
            match c {
                '0'..='9' => {}
                '.' if whole => whole = false,
                _ => break,
            }
            self.next += 1;
        }
        let signed = usize::from(matches!(self.peek(1), Some('+' | '-')));
        let exponent =
            matches!(self.peek(0), Some('e' | 'E')) && self.peek(1 + signed).is_some_and(|c| c.is_ascii_digit());
        if exponent {
            whole = false;
            self.next += 1 + signed;
            while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
                self.next += 1;
            }
        }
        let text: String = self.chars.iter().skip(start).take(self.next.saturating_sub(start)).collect();
        if whole && let Ok(integer) = text.parse() {
            return Ok(Kind::Integer(integer));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Kind::Number(number)),
            _ => Err(NoticeKind::UnexpectedToken),
        }
    }

    /// A word of Names; a dotted function name before `(` is one word.
    fn plain_word(&mut self) -> Kind {
        let mut end = self.word_end(self.next, |c| c == '_');
        let dotted = self.word_end(self.next, |c| c == '_' || c == '.');
        let long: String = self.slice(self.next, dotted);
        if dotted > end && self.chars.get(dotted) == Some(&'(') && is_dotted_function(&long) {
            end = dotted;
        }
        let text = self.slice(self.next, end);
        self.next = end;
        // In Sheet `LOG10(` is a function though it looks like a cell; here only the value words stay values.
        if self.peek(0) == Some('(') && !is_reserved(&text) {
            return Kind::Function(text);
        }
        Kind::Word { text, bracketed: false }
    }

    fn word_end(&self, from: usize, extra: impl Fn(char) -> bool) -> usize {
        let length = self.chars.iter().skip(from).take_while(|c| c.is_alphanumeric() || extra(**c)).count();
        from + length
    }

    fn slice(&self, from: usize, to: usize) -> String {
        self.chars.iter().skip(from).take(to.saturating_sub(from)).collect()
    }

    /// A reference, qualified or structured one, function or name; none where no such thing starts.
    fn sheet_word(&mut self) -> Scan<Option<Kind>> {
        let Some(first) = self.peek(0) else { return Ok(None) };
        if let Some((prefix, after)) = self.prefix()? {
            self.next = after;
            return self.after_prefix(prefix).map(Some);
        }
        if let Some((area, end)) = area_at(&self.chars, self.next) {
            self.next = end;
            return Ok(Some(Kind::Reference(Reference { prefix: None, area })));
        }
        if first == '[' {
            return self.structured(None).map(Some);
        }
        if !(first.is_alphabetic() || matches!(first, '_' | '\\')) {
            return Ok(None);
        }
        let text = self.sheet_name_text();
        match self.peek(0) {
            Some('(') => Ok(Some(Kind::Function(text))),
            Some('[') => self.structured(Some(text)).map(Some),
            _ => Ok(Some(Kind::Word { text, bracketed: false })),
        }
    }

    fn sheet_name_text(&mut self) -> String {
        let end = self.word_end(self.next, |c| matches!(c, '_' | '.' | '\\' | '?'));
        let text = self.slice(self.next, end);
        self.next = end;
        text
    }

    /// What may follow `Sheet1!`.
    fn after_prefix(&mut self, prefix: SheetPrefix) -> Scan<Kind> {
        if let Some((area, end)) = area_at(&self.chars, self.next) {
            self.next = end;
            return Ok(Kind::Reference(Reference { prefix: Some(prefix), area }));
        }
        if self.peek(0) == Some('#')
            && let Some(kind) = self.hash()?
        {
            return Ok(kind);
        }
        let name = self.sheet_name_text();
        if name.is_empty() {
            return Err(NoticeKind::BadReference);
        }
        if self.peek(0) == Some('[') {
            return self.structured(Some(name));
        }
        Ok(Kind::Qualified { prefix, name })
    }

    /// `Sheet1!`, `'My Sheet'!`, `[1]Sheet1!`, `Jan:Dec!` at this place, and where the rest begins.
    fn prefix(&mut self) -> Scan<Option<(SheetPrefix, usize)>> {
        if self.peek(0) == Some('\'') {
            let start = self.next;
            let text = self.until('\'', NoticeKind::UnclosedString)?;
            let after = self.next;
            self.next = start;
            if self.chars.get(after) != Some(&'!') {
                return Err(NoticeKind::BadReference);
            }
            return Ok(Some((split_prefix(&text), after + 1)));
        }
        let mut end = self.next;
        if self.peek(0) == Some('[') {
            let close = self.chars.iter().skip(end).position(|c| *c == ']');
            let Some(close) = close else { return Ok(None) };
            end += close + 1;
        }
        let sheet_char = |c: char| matches!(c, '_' | '.' | '\\' | '?');
        end = self.word_end(end, sheet_char);
        if self.chars.get(end) == Some(&':') {
            let last = self.word_end(end + 1, sheet_char);
            if self.chars.get(last) == Some(&'!') && last > end + 1 {
                end = last;
            }
        }
        if end == self.next || self.chars.get(end) != Some(&'!') {
            return Ok(None);
        }
        Ok(Some((split_prefix(&self.slice(self.next, end)), end + 1)))
    }

    /// `[Col]`, `[@Col]`, `[[#Headers],[A]:[C]]` after an optional table name.
    fn structured(&mut self, table: Option<String>) -> Scan<Kind> {
        let mut reference = StructuredRef { table, ..StructuredRef::default() };
        self.next += 1;
        self.skip_blanks();
        if self.peek(0) == Some('@') {
            reference.items.push(TableItem::ThisRow);
            self.next += 1;
        }
        match self.peek(0) {
            Some(']') => self.next += 1,
            Some('[') => self.structured_list(&mut reference)?,
            _ => {
                let text = self.column_text()?;
                self.add_part(&mut reference, text);
            }
        }
        Ok(Kind::Structured(reference))
    }

    /// The bracketed parts, up to and with the closing bracket.
    fn structured_list(&mut self, reference: &mut StructuredRef) -> Scan<()> {
        loop {
            self.skip_blanks();
            match self.peek(0) {
                Some('[') => {
                    self.next += 1;
                    let text = self.column_text()?;
                    self.add_part(reference, text);
                }
                Some(',' | ':') => self.next += 1,
                Some(']') => {
                    self.next += 1;
                    return Ok(());
                }
                _ => return Err(NoticeKind::BadReference),
            }
        }
    }

    fn add_part(&mut self, reference: &mut StructuredRef, text: String) {
        if let Some(item) = TableItem::from_text(&text) {
            reference.items.push(item);
            return;
        }
        match &mut reference.columns {
            None => reference.columns = Some((text, None)),
            Some((_, last)) => *last = Some(text),
        }
    }

    /// A column's name up to `]`; `'` takes the next character as it is.
    fn column_text(&mut self) -> Scan<String> {
        let mut text = String::new();
        while let Some(c) = self.peek(0) {
            self.next += 1;
            match c {
                ']' => return Ok(text),
                '\'' => {
                    text.extend(self.peek(0));
                    self.next += 1;
                }
                _ => text.push(c),
            }
        }
        Err(NoticeKind::UnclosedBracket)
    }
}

/// `C:\dir\[Book.xlsx]Jan:Dec` into its parts.
fn split_prefix(text: &str) -> SheetPrefix {
    let (book, sheets) = match text
        .split_once('[')
        .and_then(|(path, rest)| rest.split_once(']').map(|(book, sheets)| (format!("{path}{book}"), sheets)))
    {
        Some((book, sheets)) => (Some(book), sheets),
        None => (None, text),
    };
    let (sheet, last) = match sheets.split_once(':') {
        Some((first, last)) => (first, Some(last.to_owned())),
        None => (sheets, None),
    };
    SheetPrefix { book, sheet: sheet.to_owned(), last }
}

/// `2024-01-31`, `2024-01-31T14:07:09`, `14:07:09`.
fn date_literal(text: &str) -> Option<DateLiteral> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (Some(date), Some(time)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let date = date.map(|d| day(d).ok_or(())).transpose().ok()?;
    let time = time.map(|t| time_of_day(t).ok_or(())).transpose().ok()?;
    Some(DateLiteral { date, time })
}

fn digits<T: std::str::FromStr>(text: &str, length: usize) -> Option<T> {
    let plain = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn day(text: &str) -> Option<(u16, u8, u8)> {
    let mut parts = text.split('-');
    let year: u16 = digits(parts.next()?, 4)?;
    let month: u8 = digits(parts.next()?, 2)?;
    let day: u8 = digits(parts.next()?, 2)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    let real = parts.next().is_none() && year >= 100 && (1..=length).contains(&day);
    real.then_some((year, month, day))
}

fn time_of_day(text: &str) -> Option<(u8, u8, u8)> {
    let mut parts = text.split(':');
    let hour: u8 = digits(parts.next()?, 2)?;
    let minute: u8 = digits(parts.next()?, 2)?;
    let second: u8 = match parts.next() {
        Some(text) => digits(text, 2)?,
        None => 0,
    };
    let real = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    real.then_some((hour, minute, second))
}

/// Whether a word can name a function in Sheet.
pub(super) fn is_sheet_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '\\'))
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?'))
}
