//! How a number is written: whole, decimal with its scale, floating, or a code that only looks like a number.

/// More decimals than this are a measurement, not an amount: money has 2 to 4 (ISO 4217), rates up to 6.
pub(super) const LARGEST_SCALE: u32 = 6;
/// More digits than this do not fit 64 bits; such texts are kept as text (DuckDB issue 25824 shows the loss).
const MOST_DIGITS: usize = 18;

/// The reading of one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Digits {
    Integer {
        digits: u32,
        value: f64,
    },
    Decimal {
        integer_digits: u32,
        scale: u32,
        value: f64,
    },
    Float,
    /// Leading zero, leading plus, or too many digits: typing it as a number would lose something.
    Coded,
}

/// Reads a native number by its shortest decimal text.
pub(super) fn of_float(number: f64) -> Digits {
    if !number.is_finite() {
        return Digits::Float;
    }
    of_text(&number.to_string()).unwrap_or(Digits::Float)
}

/// Reads a text as a number; `None` when it is none. Currency signs and thousands separators are accepted.
pub(super) fn of_text(text: &str) -> Option<Digits> {
    let bare = text.trim().trim_matches(['$', '€', '£']).trim();
    let unsigned = bare.strip_prefix('-').unwrap_or(bare);
    if unsigned.is_empty() || !unsigned.bytes().next()?.is_ascii_digit() && !unsigned.starts_with(['+', '.']) {
        return None;
    }
    if let Some(rest) = unsigned.strip_prefix('+') {
        return (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())).then_some(Digits::Coded);
    }
    let plain = without_thousands(unsigned)?;
    if plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(whole(&plain, bare.starts_with('-')));
    }
    let value: f64 = plain.parse().ok().filter(|value: &f64| value.is_finite())?;
    if plain.bytes().any(|byte| byte == b'e' || byte == b'E') {
        return Some(Digits::Float);
    }
    let (integer, decimals) = plain.split_once('.')?;
    let scale = decimals.len() as u32;
    if scale > LARGEST_SCALE {
        return Some(Digits::Float);
    }
    let value = if bare.starts_with('-') { -value } else { value };
    Some(Digits::Decimal { integer_digits: integer.len() as u32, scale, value })
}

fn whole(plain: &str, negative: bool) -> Digits {
    if plain.len() > MOST_DIGITS || (plain.len() > 1 && plain.starts_with('0')) {
        return Digits::Coded;
    }
    let value: f64 = plain.parse().unwrap_or(0.0);
    Digits::Integer { digits: plain.len() as u32, value: if negative { -value } else { value } }
}

/// `1,234,567.5` without its commas; `None` when the commas are not thousands separators.
fn without_thousands(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_string());
    }
    let (integer, rest) = text.split_once('.').map_or((text, None), |(integer, rest)| (integer, Some(rest)));
    let groups: Vec<&str> = integer.split(',').collect();
    let first_fits = groups.first().is_some_and(|group| (1..=3).contains(&group.len()));
    let others_fit = groups.iter().skip(1).all(|group| group.len() == 3);
    let digits = groups.concat();
    if !first_fits || !others_fit || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(rest.map_or(digits.clone(), |rest| format!("{digits}.{rest}")))
}
