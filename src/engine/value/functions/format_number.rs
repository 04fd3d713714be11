//! Number masks of `Format`: sections, `0 # . , % E+`, literals. Rounds half away from zero on the decimal digits a
//! value shows (15 of a Double), as `Format(1.005, "0.00")` gives 1.01 where `Round` gives 1.

use crate::engine::value::coerce::{self, Number};
use crate::engine::value::text::{self, DOUBLE_DIGITS, SINGLE_DIGITS};
use crate::engine::value::{RunError, Value, errors};

/// A number by its decimal digits: the first one has the power of ten `exponent`.
#[derive(Debug, Clone)]
pub(super) struct Scaled {
    negative: bool,
    /// No leading zeros; empty for 0.
    digits: Vec<u8>,
    exponent: i32,
}

impl Scaled {
    pub(super) fn of(value: &Value) -> Result<Self, RunError> {
        Self::of_number(coerce::number(value)?)
    }

    pub(super) fn of_number(number: Number) -> Result<Self, RunError> {
        Ok(match number {
            Number::Float(number) => Self::float(number, DOUBLE_DIGITS)?,
            Number::Short(number) => Self::float(number.into(), SINGLE_DIGITS)?,
            Number::Whole(number) => Self::plain(&number.to_string()),
            Number::Currency(number) => Self::plain(&text::currency(number)),
            Number::Decimal(number) => Self::plain(&text::decimal(number)),
        })
    }

    fn float(number: f64, significant: usize) -> Result<Self, RunError> {
        if !number.is_finite() {
            return Err(errors::overflow());
        }
        let (digits, exponent) = text::digits(number, significant);
        Ok(Self { negative: number < 0.0, digits: digits.into_bytes(), exponent })
    }

    fn plain(text: &str) -> Self {
        let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let whole = body.split('.').next().unwrap_or_default().len() as i32;
        let all: Vec<u8> = body.bytes().filter(u8::is_ascii_digit).collect();
        let zeros = all.iter().take_while(|digit| **digit == b'0').count();
        let digits: Vec<u8> = all.into_iter().skip(zeros).collect();
        Self { negative, digits, exponent: whole - 1 - zeros as i32 }
    }

    /// Keeps this many digits before and after the point, halves away from zero.
    fn rounded(&self, decimals: i32) -> Self {
        let keep = self.exponent.saturating_add(1).saturating_add(decimals);
        if self.digits.is_empty() || keep >= self.digits.len() as i32 {
            return self.clone();
        }
        let none = Self { negative: self.negative, digits: Vec::new(), exponent: 0 };
        let Ok(keep) = usize::try_from(keep) else { return none };
        let up = self.digits.get(keep).is_some_and(|digit| *digit >= b'5');
        let mut digits: Vec<u8> = self.digits.iter().take(keep).copied().collect();
        let mut exponent = self.exponent;
        if up && carry(&mut digits) {
            digits.insert(0, b'1');
            exponent += 1;
        }
        if digits.iter().all(|digit| *digit == b'0') {
            none
        } else {
            Self { negative: self.negative, digits, exponent }
        }
    }

    /// The digit at a power of ten.
    fn digit(&self, power: i32) -> u8 {
        usize::try_from(self.exponent.saturating_sub(power))
            .ok()
            .and_then(|at| self.digits.get(at))
            .copied()
            .unwrap_or(b'0')
    }

    fn is_zero(&self) -> bool {
        self.digits.iter().all(|digit| *digit == b'0')
    }
}

/// Adds one to the last digit; true when the number grew by a digit.
fn carry(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return false;
        }
        *digit = b'0';
    }
    true
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// `0`
    Zero,
    /// `#`
    Digit,
    Point,
    Percent,
    /// Letter of the exponent, whether `+` is shown, digits of the exponent.
    Exponent(char, bool, usize),
    Literal(char),
}

#[derive(Debug, Clone, Default)]
struct Section {
    tokens: Vec<Token>,
    grouped: bool,
    /// Commas that divide by a thousand each.
    thousands: i32,
}

/// Masks have at most four sections: positive, negative, zero, Null.
const MOST_SECTIONS: usize = 4;

/// A number by a mask.
pub(super) fn apply(number: &Scaled, mask: &str) -> Result<String, RunError> {
    let sections = sections(mask);
    if sections.len() > MOST_SECTIONS {
        return Err(errors::invalid_call());
    }
    let first = sections.first().cloned().unwrap_or_default();
    let chosen = |at: usize| sections.get(at).filter(|section| !section.tokens.is_empty());
    if number.is_zero() {
        return Ok(show(number, chosen(2).unwrap_or(&first), false));
    }
    if number.negative {
        return Ok(match chosen(1) {
            Some(section) => show(number, section, false),
            None => show(number, &first, true),
        });
    }
    Ok(show(number, &first, false))
}

/// What a mask shows for Null: its fourth section.
pub(super) fn null_section(mask: &str) -> Result<String, RunError> {
    let zero = Scaled { negative: false, digits: Vec::new(), exponent: 0 };
    Ok(sections(mask).get(3).map_or(String::new(), |section| show(&zero, section, false)))
}

fn sections(mask: &str) -> Vec<Section> {
    let mut out = vec![Section::default()];
    let mut chars = mask.chars().peekable();
    while let Some(c) = chars.next() {
        if c == ';' {
            out.push(Section::default());
            continue;
        }
        let Some(section) = out.last_mut() else { break };
        match c {
            '0' => section.tokens.push(Token::Zero),
            '#' => section.tokens.push(Token::Digit),
            '.' => section.tokens.push(if section.tokens.contains(&Token::Point) {
                Token::Literal('.')
            } else {
                Token::Point
            }),
            '%' => section.tokens.push(Token::Percent),
            ',' => comma(section, chars.peek().copied()),
            'e' | 'E' if matches!(chars.peek(), Some('+' | '-')) => {
                let plus = chars.next() == Some('+');
                let mut count = 0;
                while chars.next_if(|c| matches!(c, '0' | '#')).is_some() {
                    count += 1;
                }
                section.tokens.push(Token::Exponent(c, plus, count));
            }
            '\\' => section.tokens.extend(chars.next().map(Token::Literal)),
            '"' => section.tokens.extend(chars.by_ref().take_while(|c| *c != '"').map(Token::Literal)),
            other => section.tokens.push(Token::Literal(other)),
        }
    }
    out
}

/// Between digit places a comma groups; after the last one before the point it scales.
fn comma(section: &mut Section, next: Option<char>) {
    let after_digit = section.tokens.iter().any(|token| matches!(token, Token::Zero | Token::Digit));
    match next {
        _ if !after_digit => section.tokens.push(Token::Literal(',')),
        Some('0' | '#') => section.grouped = true,
        _ if section.tokens.contains(&Token::Point) => {}
        _ => section.thousands += 1,
    }
}

fn show(number: &Scaled, section: &Section, minus: bool) -> String {
    let places =
        |tokens: &[Token]| tokens.iter().filter(|token| matches!(token, Token::Zero | Token::Digit)).count() as i32;
    let point = section.tokens.iter().position(|token| *token == Token::Point).unwrap_or(section.tokens.len());
    let whole = places(section.tokens.get(..point).unwrap_or_default());
    let decimals = places(section.tokens.get(point..).unwrap_or_default());
    let percents = section.tokens.iter().filter(|token| **token == Token::Percent).count() as i32;
    let mut scaled = number.clone();
    scaled.exponent += 2 * percents - 3 * section.thousands;
    let exponential = section.tokens.iter().any(|token| matches!(token, Token::Exponent(..)));
    let mut power_shown = 0;
    if exponential {
        power_shown = normalise(&mut scaled, whole.max(1), decimals);
    } else {
        scaled = scaled.rounded(decimals);
    }
    let body = lay_out(&scaled, section, whole, decimals, power_shown);
    let shows_number = whole + decimals > 0;
    if minus && (!scaled.is_zero() || !shows_number) { format!("-{body}") } else { body }
}

/// Moves the point so that so many digits stand before it; the power taken out.
fn normalise(scaled: &mut Scaled, whole: i32, decimals: i32) -> i32 {
    if scaled.is_zero() {
        return 0;
    }
    let power = scaled.exponent - (whole - 1);
    scaled.exponent = whole - 1;
    *scaled = scaled.rounded(decimals);
    if scaled.exponent > whole - 1 {
        scaled.exponent -= 1;
        return power + 1;
    }
    power
}

fn lay_out(number: &Scaled, section: &Section, whole: i32, decimals: i32, power_shown: i32) -> String {
    let mut out = String::new();
    let mut power = whole - 1;
    let mut fraction = false;
    let mut started = false;
    let least = least_decimals(section, number, decimals);
    for token in &section.tokens {
        match token {
            Token::Literal(c) => out.push(*c),
            Token::Percent => out.push('%'),
            Token::Point => {
                if whole == 0 && !started {
                    leading(number, section, -1, &mut out);
                }
                fraction = true;
                power = -1;
                out.push('.');
            }
            Token::Exponent(letter, plus, count) => out.push_str(&exponent(*letter, *plus, *count, power_shown)),
            Token::Zero | Token::Digit if fraction => {
                if -power <= least {
                    out.push(char::from(number.digit(power)));
                }
                power -= 1;
            }
            Token::Zero | Token::Digit => {
                if !started && power == whole - 1 {
                    started = leading(number, section, power, &mut out);
                }
                started |= *token == Token::Zero || number.digit(power) != b'0' || number_reaches(number, power);
                if started {
                    push_digit(number, section, power, &mut out);
                }
                power -= 1;
            }
        }
    }
    out
}

fn number_reaches(number: &Scaled, power: i32) -> bool {
    !number.is_zero() && number.exponent >= power
}

/// Digits beyond the first place of the mask; whether there were any.
fn leading(number: &Scaled, section: &Section, power: i32, out: &mut String) -> bool {
    if number.is_zero() || number.exponent <= power {
        return false;
    }
    for at in ((power + 1)..=number.exponent).rev() {
        push_digit(number, section, at, out);
    }
    true
}

fn push_digit(number: &Scaled, section: &Section, power: i32, out: &mut String) {
    out.push(char::from(number.digit(power)));
    if section.grouped && power > 0 && power % 3 == 0 {
        out.push(',');
    }
}

/// Decimals to show: to the last `0` of the mask or the last digit of the number.
fn least_decimals(section: &Section, number: &Scaled, decimals: i32) -> i32 {
    let point = section.tokens.iter().position(|token| *token == Token::Point).unwrap_or(section.tokens.len());
    let places = section.tokens.iter().skip(point).filter(|token| matches!(token, Token::Zero | Token::Digit));
    let required =
        places.enumerate().filter(|(_, token)| **token == Token::Zero).map(|(at, _)| at as i32 + 1).max().unwrap_or(0);
    let present = (1..=decimals).rev().find(|at| number.digit(-at) != b'0').unwrap_or(0);
    required.max(present)
}

fn exponent(letter: char, plus: bool, count: usize, power: i32) -> String {
    let sign = if power < 0 {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    };
    format!("{letter}{sign}{:0count$}", power.abs())
}
