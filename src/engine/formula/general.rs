//! Numbers as text in Excel's General format, without a column width: what `&` and `LEN` see.
//! Rule: 15 significant digits, half away from zero on the decimal expansion; written out up to 20 digits before the point or
//! 19 places after it, else with an exponent (behaviour of Excel as recorded in Apache POI's conversion examples).

/// Significant digits Excel keeps.
pub(super) const DIGITS: usize = 15;
/// Longest run of digits written without an exponent.
const PLAIN_DIGITS: i32 = 20;
/// Most places after the point, counting the one before it.
const PLAIN_PLACES: i32 = 19;

/// A number in General.
pub fn general_text(number: f64) -> String {
    if !number.is_finite() {
        return "#NUM!".to_owned();
    }
    let (negative, digits, exponent) = significant(number, DIGITS);
    if digits.is_empty() {
        return "0".to_owned();
    }
    let sign = if negative { "-" } else { "" };
    format!("{sign}{}", place_point(&digits, exponent))
}

/// Characters a number takes in a cell of General format that is wide enough, the sign not counted.
const CELL_WIDTH: i32 = 11;
/// Digits before the exponent there.
const CELL_DIGITS: usize = 6;

/// A number as a General cell shows it: at most 11 characters, with an exponent where those do not hold it (Excel, "Number format
/// codes"; the bounds are those of Apache POI's GeneralFormatTests workbook, saved by Excel).
pub(super) fn cell_text(number: f64) -> String {
    let (negative, digits, exponent) = significant(number, DIGITS);
    if digits.is_empty() {
        return "0".to_owned();
    }
    let sign = if negative { "-" } else { "" };
    // Places left after the digits before the point and the point itself.
    let places = if exponent < 0 { CELL_WIDTH - 2 } else { (CELL_WIDTH - 2 - exponent).max(0) };
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let exact = count.saturating_sub(exponent).saturating_sub(1) <= places;
    let tiny = exponent < -4 && !exact;
    if exponent >= CELL_WIDTH || tiny {
        let (_, digits, exponent) = significant(number, CELL_DIGITS);
        return format!("{sign}{}", with_exponent(&digits, exponent));
    }
    let kept = usize::try_from(exponent.saturating_add(1).saturating_add(places)).unwrap_or(0);
    let (_, digits, exponent) = significant(number, kept.clamp(1, DIGITS));
    format!("{sign}{}", place_point(&digits, exponent))
}

/// Sign, significant digits without trailing zeros (none for 0), and the decimal exponent of the first digit.
pub(super) fn significant(number: f64, digits: usize) -> (bool, String, i32) {
    let text = format!("{:.*e}", digits.saturating_sub(1), number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let kept: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let kept = kept.trim_end_matches('0').to_owned();
    (number < 0.0 && !kept.is_empty(), kept, exponent.parse().unwrap_or(0))
}

/// Puts the point among digits, or writes an exponent.
fn place_point(digits: &str, exponent: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if exponent >= PLAIN_DIGITS || (exponent < 0 && count.saturating_sub(exponent) > PLAIN_PLACES) {
        return with_exponent(digits, exponent);
    }
    if exponent < 0 {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    }
    let whole = usize::try_from(exponent).unwrap_or(0) + 1;
    match digits.split_at_checked(whole) {
        Some((all, "")) => all.to_owned(),
        Some((whole, rest)) => format!("{whole}.{rest}"),
        None => format!("{digits}{}", "0".repeat(whole.saturating_sub(digits.len()))),
    }
}

fn with_exponent(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}E{sign}{:02}", exponent.unsigned_abs())
}
