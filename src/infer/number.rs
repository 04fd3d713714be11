//! How a number is written: whole, decimal with its scale, floating, or a code that only looks like a number. Whether
//! `1.234` is a thousand or a fraction is decided per column by its other values, never per value.

/// More decimals than this are a measurement, not an amount: money has 2 to 4 (ISO 4217), rates up to 6.
pub(super) const LARGEST_SCALE: u32 = 6;
/// More digits than this do not fit 64 bits; such texts are kept as text (DuckDB issue 25824 shows the loss).
const MOST_DIGITS: usize = 18;
/// Significant digits that Excel keeps; what a native number shows beyond them is binary noise (Excel specifications).
const EXACT_DIGITS: usize = 15;
/// Signs and codes that people write beside an amount.
const CURRENCIES: &[&str] =
    &["$", "€", "£", "¥", "₹", "zł", "eur", "usd", "gbp", "chf", "pln", "sek", "dkk", "nok", "kr"];

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

/// Which sign stands before the decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Marks {
    /// `1,234.5`
    #[default]
    Point,
    /// `1.234,5`
    Comma,
}

/// Reads a native number by its shortest decimal text, without the noise beyond 15 digits.
pub(super) fn of_float(number: f64) -> Digits {
    if !number.is_finite() {
        return Digits::Float;
    }
    let shortest = number.to_string();
    if shortest.bytes().filter(u8::is_ascii_digit).count() <= EXACT_DIGITS || number.fract() == 0.0 {
        return of_text(&shortest).unwrap_or(Digits::Float);
    }
    let rounded: f64 = format!("{number:.*e}", EXACT_DIGITS - 1).parse().unwrap_or(number);
    of_text(&rounded.to_string()).unwrap_or(Digits::Float)
}

/// Reads a text as a number with the point before the decimals; `None` when it is none. Currency signs, percent signs,
/// thousands separators and parentheses for a negative amount are accepted.
pub(super) fn of_text(text: &str) -> Option<Digits> {
    of_text_with(text, Marks::Point)
}

/// Reads a text as a number written with these marks.
pub(super) fn of_text_with(text: &str, marks: Marks) -> Option<Digits> {
    let trimmed = text.trim();
    // Most texts are no numbers: they have no digit where a number must have one.
    if !trimmed.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (bare, negative, percent) = bare_number(trimmed);
    if bare.is_empty() || !bare.bytes().next()?.is_ascii_digit() && !bare.starts_with(['+', '.', ',']) {
        return None;
    }
    if let Some(rest) = bare.strip_prefix('+') {
        return (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())).then_some(Digits::Coded);
    }
    let plain = match marks {
        Marks::Point => without_thousands(bare, ',', '.')?,
        Marks::Comma => without_thousands(bare, '.', ',')?,
    };
    if plain.bytes().all(|byte| byte.is_ascii_digit()) {
        let found = whole(&plain, negative);
        return Some(if percent { hundredth(found) } else { found });
    }
    fraction(&plain, negative).map(|found| if percent { hundredth(found) } else { found })
}

/// Whether a text can only be read with a comma before its decimals, only with a point, or with both or none.
pub(super) fn marks_of(text: &str) -> Option<Marks> {
    if !text.contains([',', '.']) {
        return None;
    }
    let comma = matches!(of_text_with(text, Marks::Comma), Some(Digits::Decimal { .. } | Digits::Integer { .. }));
    let point = matches!(
        of_text_with(text, Marks::Point),
        Some(Digits::Decimal { .. } | Digits::Integer { .. } | Digits::Float)
    );
    match (comma, point) {
        (true, false) => Some(Marks::Comma),
        (false, true) => Some(Marks::Point),
        _ => None,
    }
}

/// The digits without sign, currency, percent sign and parentheses; whether negative; whether per cent.
fn bare_number(text: &str) -> (&str, bool, bool) {
    let (mut bare, mut negative) = (text, false);
    if let Some(inner) = bare.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (bare, negative) = (inner.trim(), true);
    }
    // A sign may stand on either side of the currency: `-$3`, `$ -3`, `3- €`.
    for _ in 0..2 {
        bare = without_currency(bare);
        if let Some(rest) = bare.strip_prefix('-').or_else(|| bare.strip_suffix('-')) {
            (bare, negative) = (rest.trim(), true);
        }
    }
    match bare.strip_suffix('%') {
        Some(rest) => (rest.trim_end(), negative, true),
        None => (bare, negative, false),
    }
}

fn without_currency(text: &str) -> &str {
    if text.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && text.bytes().next_back().is_some_and(|byte| byte.is_ascii_digit())
    {
        return text;
    }
    for sign in CURRENCIES {
        let cut = |rest: &str| rest.len() < text.len() && rest.contains(|c: char| c.is_ascii_digit());
        if let Some((head, rest)) = text.split_at_checked(sign.len())
            && head.eq_ignore_ascii_case(sign)
            && cut(rest)
        {
            return rest.trim_start();
        }
        if let Some((rest, tail)) = text.len().checked_sub(sign.len()).and_then(|at| text.split_at_checked(at))
            && tail.eq_ignore_ascii_case(sign)
            && cut(rest)
        {
            return rest.trim_end();
        }
    }
    text
}

fn fraction(plain: &str, negative: bool) -> Option<Digits> {
    let value: f64 = plain.parse().ok().filter(|value: &f64| value.is_finite())?;
    if plain.bytes().any(|byte| byte == b'e' || byte == b'E') {
        return Some(Digits::Float);
    }
    let (integer, decimals) = plain.split_once('.')?;
    let scale = decimals.len() as u32;
    if scale > LARGEST_SCALE {
        return Some(Digits::Float);
    }
    let value = if negative { -value } else { value };
    Some(Digits::Decimal { integer_digits: integer.len() as u32, scale, value })
}

/// A percentage as the share it stands for: two decimals more.
fn hundredth(found: Digits) -> Digits {
    match found {
        Digits::Integer { digits, value } => {
            Digits::Decimal { integer_digits: digits.saturating_sub(2).max(1), scale: 2, value: value / 100.0 }
        }
        Digits::Decimal { integer_digits, scale, value } => Digits::Decimal {
            integer_digits: integer_digits.saturating_sub(2).max(1),
            scale: scale.saturating_add(2).min(LARGEST_SCALE),
            value: value / 100.0,
        },
        other => other,
    }
}

fn whole(plain: &str, negative: bool) -> Digits {
    if plain.len() > MOST_DIGITS || (plain.len() > 1 && plain.starts_with('0')) {
        return Digits::Coded;
    }
    let value: f64 = plain.parse().unwrap_or(0.0);
    Digits::Integer { digits: plain.len() as u32, value: if negative { -value } else { value } }
}

/// `1,234,567.5` without its commas and with a point; `None` when the groups are not of three digits. Groups may also be
/// parted by a blank, a narrow blank or an apostrophe (SI brochure 5.4.4; Swiss custom).
fn without_thousands(text: &str, group: char, decimal: char) -> Option<String> {
    const OTHER_GROUPS: &[char] = &[' ', '\u{a0}', '\u{202f}', '\''];
    let written = |integer: &str, rest: Option<&str>| match rest {
        Some(rest) => format!("{integer}.{rest}"),
        None => integer.to_string(),
    };
    let (integer, rest) = text.split_once(decimal).map_or((text, None), |(integer, rest)| (integer, Some(rest)));
    let separator = match integer.chars().find(|c| *c == group || OTHER_GROUPS.contains(c)) {
        Some(separator) => separator,
        None => return Some(written(integer, rest)),
    };
    let groups: Vec<&str> = integer.split(separator).collect();
    let first_fits = groups.first().is_some_and(|group| (1..=3).contains(&group.len()));
    let others_fit = groups.iter().skip(1).all(|group| group.len() == 3);
    let digits = groups.concat();
    if !first_fits || !others_fit || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(written(&digits, rest))
}
