//! Digit marks: whole and decimal places, thousands, percent, exponents, fractions.
//! Numbers are rounded half away from zero on their 15 digits.

use super::super::general::{DIGITS, significant};
use super::section::Mark;

/// A number by digit marks.
pub(super) fn number(marks: &[Mark], number: f64) -> String {
    let (body, shown_zero) = if let Some(at) = marks.iter().position(|mark| matches!(mark, Mark::Exponent(..))) {
        exponential(marks, at, number.abs())
    } else {
        let percents = marks.iter().filter(|mark| **mark == Mark::Percent).count();
        let scaled = number.abs() * 100f64.powi(i32::try_from(percents).unwrap_or(0));
        match fraction_slash(marks) {
            Some(at) => fraction(marks, at, scaled),
            None => decimal(marks, scaled),
        }
    };
    if number < 0.0 && !shown_zero { format!("-{body}") } else { body }
}

/// The digits of a number at so many decimals: whole part without leading zeros, decimals in full.
fn rounded(number: f64, places: usize) -> (String, String) {
    let (_, digits, exponent) = significant(number, DIGITS);
    let places = i32::try_from(places).unwrap_or(i32::MAX);
    let keep = exponent.saturating_add(1).saturating_add(places);
    let mut bytes: Vec<u8> = digits.into_bytes();
    let mut exponent = exponent;
    if keep < 0 {
        bytes.clear();
    } else if let Ok(keep) = usize::try_from(keep)
        && keep < bytes.len()
    {
        let up = bytes.get(keep).is_some_and(|digit| *digit >= b'5');
        bytes.truncate(keep);
        if up && carry(&mut bytes) {
            bytes.insert(0, b'1');
            exponent += 1;
        }
    }
    let digit = |place: i32| {
        let at = exponent.saturating_sub(place);
        usize::try_from(at).ok().and_then(|at| bytes.get(at)).map_or('0', |byte| char::from(*byte))
    };
    let whole: String = (0..=exponent.max(-1)).rev().map(digit).collect();
    let decimals: String = (1..=places).map(|place| digit(-place)).collect();
    (if bytes.is_empty() { String::new() } else { whole }, decimals)
}

/// Adds one to the last digit; whether it ran over the first.
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

/// Plain digits. Also answers whether nothing but zeros shows, so that no sign is due.
fn decimal(marks: &[Mark], number: f64) -> (String, bool) {
    let point = marks.iter().position(|mark| *mark == Mark::Point).unwrap_or(marks.len());
    let (before, after) = marks.split_at_checked(point).unwrap_or((marks, &[]));
    let last_digit = marks.iter().rposition(|mark| matches!(mark, Mark::Digit(_)));
    // Commas after the last digit divide by a thousand each; between digits they group.
    let is_scale = |place: usize| {
        let end = last_digit.map_or(0, |last| {
            if last < point { last } else { before.iter().rposition(|m| matches!(m, Mark::Digit(_))).unwrap_or(0) }
        });
        place > end
    };
    let commas_before: Vec<usize> =
        before.iter().enumerate().filter(|(_, mark)| **mark == Mark::Group).map(|(place, _)| place).collect();
    let trailing = commas_before.iter().filter(|place| last_digit.is_some() && is_scale(**place)).count()
        + last_digit.map_or(0, |last| marks.iter().skip(last.max(point)).filter(|mark| **mark == Mark::Group).count());
    let grouped = commas_before.iter().any(|place| !is_scale(*place));
    let places = after.iter().filter(|mark| matches!(mark, Mark::Digit(_))).count();
    let scaled = number / 1000f64.powi(i32::try_from(trailing).unwrap_or(0));
    let (whole, decimals) = rounded(scaled, places);
    let zero = whole.bytes().chain(decimals.bytes()).all(|byte| byte == b'0');
    let mut text = whole_part(before, &whole, grouped);
    text.push_str(&decimal_part(after, &decimals));
    (text, zero)
}

/// The whole part put into its marks from the right; digits beyond the first mark go before it.
fn whole_part(marks: &[Mark], digits: &str, grouped: bool) -> String {
    let slots = marks.iter().filter(|mark| matches!(mark, Mark::Digit(_))).count();
    let mut left: Vec<char> = digits.chars().collect();
    let mut pieces: Vec<String> = Vec::new();
    let (mut seen, mut written) = (0usize, 0usize);
    for mark in marks.iter().rev() {
        let mut piece = String::new();
        match mark {
            Mark::Digit(kind) => {
                seen += 1;
                let count = if seen == slots { left.len().max(1) } else { 1 };
                for _ in 0..count {
                    let digit = left.pop().or(match kind {
                        '0' => Some('0'),
                        '?' => Some(' '),
                        _ => None,
                    });
                    let Some(digit) = digit else { break };
                    if grouped && written > 0 && written % 3 == 0 && digit != ' ' {
                        piece.insert(0, ',');
                    }
                    piece.insert(0, digit);
                    written += 1;
                }
            }
            Mark::Literal(literal) => piece.push_str(literal),
            Mark::Percent => piece.push('%'),
            Mark::Slash => piece.push('/'),
            _ => {}
        }
        pieces.push(piece);
    }
    pieces.reverse();
    pieces.concat()
}

/// The decimals from the left; trailing zeros fall where `#` stands for them, and become blanks for `?`.
fn decimal_part(marks: &[Mark], decimals: &str) -> String {
    let digits: Vec<char> = decimals.chars().collect();
    let significant = digits.iter().rposition(|digit| *digit != '0').map_or(0, |last| last + 1);
    let mut place = 0;
    let mut text = String::new();
    for mark in marks {
        match mark {
            Mark::Digit(kind) => {
                let digit = digits.get(place).copied().unwrap_or('0');
                place += 1;
                match kind {
                    _ if place <= significant => text.push(digit),
                    '0' => text.push('0'),
                    '?' => text.push(' '),
                    _ => {}
                }
            }
            Mark::Point => text.push('.'),
            Mark::Literal(literal) => text.push_str(literal),
            Mark::Percent => text.push('%'),
            _ => {}
        }
    }
    text
}

/// `0.00E+00`: the exponent is a multiple of the places before the point.
fn exponential(marks: &[Mark], at: usize, number: f64) -> (String, bool) {
    let (mantissa, rest) = marks.split_at_checked(at).unwrap_or((marks, &[]));
    let point = mantissa.iter().position(|mark| *mark == Mark::Point).unwrap_or(mantissa.len());
    let count = |marks: &[Mark]| marks.iter().filter(|mark| matches!(mark, Mark::Digit(_))).count();
    let (before, after) = mantissa.split_at_checked(point).unwrap_or((mantissa, &[]));
    let (width, places) = (i32::try_from(count(before).max(1)).unwrap_or(1), count(after));
    let (_, digits, first) = significant(number, DIGITS);
    let mut exponent = if digits.is_empty() { 0 } else { first.div_euclid(width) * width };
    let scale = |exponent: i32| -> f64 {
        format!("{digits}e{}", first - exponent - i32::try_from(digits.len()).unwrap_or(0) + 1).parse().unwrap_or(0.0)
    };
    let (mut whole, mut decimals) = rounded(scale(exponent), places);
    if i32::try_from(whole.len()).unwrap_or(0) > width {
        exponent += width;
        (whole, decimals) = rounded(scale(exponent), places);
    }
    let (letter, plus) = match rest.first() {
        Some(Mark::Exponent(letter, plus)) => (*letter, *plus),
        _ => ('E', true),
    };
    let sign = match (exponent < 0, plus) {
        (true, _) => "-",
        (_, true) => "+",
        _ => "",
    };
    if digits.is_empty() {
        // Zero fills every place before the point, whatever its mark.
        whole = "0".repeat(count(before));
    }
    let grouped = before
        .iter()
        .rposition(|mark| matches!(mark, Mark::Digit(_)))
        .is_some_and(|last| before.get(..last).is_some_and(|marks| marks.contains(&Mark::Group)));
    let body = whole_part(before, &whole, grouped) + &decimal_part(after, &decimals);
    let tail = rest.get(1..).unwrap_or_default();
    let first = tail.iter().position(|mark| matches!(mark, Mark::Digit(_))).unwrap_or(tail.len());
    let (between, exponent_marks) = tail.split_at_checked(first).unwrap_or((tail, &[]));
    let exponent_text = whole_part(exponent_marks, &exponent.unsigned_abs().to_string(), false);
    (format!("{body}{letter}{}{sign}{exponent_text}", whole_part(between, "", false)), digits.is_empty())
}

/// The place of a slash with digit marks on its left and digits on its right.
fn fraction_slash(marks: &[Mark]) -> Option<usize> {
    let at = marks.iter().position(|mark| *mark == Mark::Slash)?;
    let before = marks.get(..at)?.iter().rev().find(|mark| !matches!(mark, Mark::Literal(text) if text == " "));
    matches!(before, Some(Mark::Digit(_))).then_some(at)
}

/// `# ?/?`, `?/8`: the nearest fraction within the places of its denominator, or with the given one.
fn fraction(marks: &[Mark], at: usize, number: f64) -> (String, bool) {
    let tail = marks.get(at + 1..).unwrap_or_default();
    let length = tail.iter().take_while(|mark| is_denominator(mark)).count();
    let under = tail.get(..length).unwrap_or_default();
    let fixed: Option<u64> = fixed_denominator(under);
    let start = numerator_start(marks, at);
    let whole_marks = marks.get(..start).unwrap_or_default();
    let mixed = whole_marks.iter().any(|mark| matches!(mark, Mark::Digit(_)));
    let whole = if mixed { number.floor() } else { 0.0 };
    /// Longest denominator that is searched.
    const MOST_PLACES: usize = 5;
    let places = under.len().clamp(1, MOST_PLACES);
    let limit = 10u64.pow(u32::try_from(places).unwrap_or(1)) - 1;
    let (mut over, denominator) = match fixed {
        Some(denominator) => (((number - whole) * denominator as f64).round() as u64, denominator),
        None => nearest_fraction(number - whole, limit),
    };
    let mut whole = whole;
    if mixed && over == denominator {
        whole += 1.0;
        over = 0;
    }
    let mut text = String::new();
    let none = mixed && over == 0;
    if mixed {
        let (digits, _) = rounded(whole, 0);
        let digits = if digits.is_empty() && none { "0".to_owned() } else { digits };
        text.push_str(&whole_part(whole_marks, &digits, false));
    } else {
        text.push_str(&whole_part(whole_marks, "", false));
    }
    let over_marks = marks.get(start..at).unwrap_or_default();
    let shown = whole_part(over_marks, &over.to_string(), false);
    let width = denominator.to_string();
    let padding = " ".repeat(under.len().saturating_sub(width.len()));
    let body = format!("{shown}/{width}{padding}");
    text.push_str(&if none { " ".repeat(body.chars().count()) } else { body });
    text.push_str(&whole_part(tail.get(length..).unwrap_or_default(), "", false));
    (text, whole == 0.0 && over == 0)
}

fn is_denominator(mark: &Mark) -> bool {
    match mark {
        Mark::Digit(_) => true,
        Mark::Literal(text) => text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty(),
        _ => false,
    }
}

/// Digits written out, such as `8` or `100`.
fn fixed_denominator(marks: &[Mark]) -> Option<u64> {
    let mut text = String::new();
    for mark in marks {
        match mark {
            Mark::Literal(digits) => text.push_str(digits),
            Mark::Digit('0') if !text.is_empty() => text.push('0'),
            _ => return None,
        }
    }
    text.parse().ok().filter(|number| *number > 0)
}

/// Where the marks of the numerator begin.
fn numerator_start(marks: &[Mark], slash: usize) -> usize {
    let mut start = slash;
    while start > 0 && matches!(marks.get(start - 1), Some(Mark::Digit(_))) {
        start -= 1;
    }
    start
}

/// The fraction nearest to a number below 1 (or any, where no whole part shows), by continued fractions.
fn nearest_fraction(number: f64, limit: u64) -> (u64, u64) {
    let mut best = (number.round() as u64, 1u64);
    let mut error = (number - best.0 as f64).abs();
    let mut denominator = 2u64;
    /// Denominators tried one by one; beyond, only the closest would still improve.
    const MOST_TRIED: u64 = 10_000;
    while denominator <= limit.min(MOST_TRIED) && error > 0.0 {
        let over = (number * denominator as f64).round();
        let off = (number - over / denominator as f64).abs();
        // The improvement must be real, not the rounding of 2/6 against 1/3.
        if off + f64::EPSILON < error {
            best = (over as u64, denominator);
            error = off;
        }
        denominator += 1;
    }
    best
}
