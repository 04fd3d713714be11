//! Conversion functions: the C* family, Val, Str, Hex, Oct, and what makes Error variants.

use super::{Environment, Function, arg, date_at, function, long_at, text_at};
use crate::engine::value::coerce::{self, Number};
use crate::engine::value::{RunError, Value, errors, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("cbool", &["expression"], 1, |v, _| coerce::to_boolean(&number_of_error(arg(v, 0))).map(Value::Boolean)),
    function("cbyte", &["expression"], 1, |v, _| coerce::to_byte(&number_of_error(arg(v, 0))).map(Value::Byte)),
    function("cint", &["expression"], 1, |v, _| coerce::to_integer(&number_of_error(arg(v, 0))).map(Value::Integer)),
    function("clng", &["expression"], 1, |v, _| coerce::to_long(&number_of_error(arg(v, 0))).map(Value::Long)),
    function("clnglng", &["expression"], 1, |v, _| {
        coerce::to_long_long(&number_of_error(arg(v, 0))).map(Value::LongLong)
    }),
    function("clngptr", &["expression"], 1, |v, _| {
        coerce::to_long_long(&number_of_error(arg(v, 0))).map(Value::LongLong)
    }),
    function("csng", &["expression"], 1, |v, _| coerce::to_single(&number_of_error(arg(v, 0))).map(Value::Single)),
    function("cdbl", &["expression"], 1, |v, _| coerce::to_double(&number_of_error(arg(v, 0))).map(Value::Double)),
    function("ccur", &["expression"], 1, |v, _| coerce::to_currency(&number_of_error(arg(v, 0))).map(Value::Currency)),
    function("cdec", &["expression"], 1, |v, _| coerce::to_decimal(&number_of_error(arg(v, 0))).map(Value::Decimal)),
    function("cdate", &["expression"], 1, |v, environment| date_at(v, 0, environment).map(Value::Date)),
    function("cvdate", &["expression"], 1, cvdate),
    function("cstr", &["expression"], 1, |v, _| text::cstr(arg(v, 0)).map(Value::text)),
    function("cvar", &["expression"], 1, |v, _| Ok(arg(v, 0).clone())),
    function("cverr", &["expression"], 1, cverr),
    function("val", &["string"], 1, |v, _| Ok(Value::Double(val(&text_at(v, 0)?)))),
    function("str", &["number"], 1, str_function),
    function("hex", &["number"], 1, |v, _| bits(arg(v, 0), |bits| format!("{bits:X}"))),
    function("oct", &["number"], 1, |v, _| bits(arg(v, 0), |bits| format!("{bits:o}"))),
    function("error", &["errornumber"], 0, error_text),
];

/// The explicit conversions read the number of an Error variant, as `CLng(Range("A1").Value)` on `#N/A` gives 2042.
fn number_of_error(value: &Value) -> Value {
    if let Value::Error(number) = value { Value::Long(*number) } else { value.clone() }
}

/// As `CDate`, but passes Null through (Microsoft Learn, Type conversion functions).
fn cvdate(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    if *arg(values, 0) == Value::Null { Ok(Value::Null) } else { date_at(values, 0, environment).map(Value::Date) }
}

fn cverr(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let number = long_at(values, 0)?;
    if (0..=i32::from(u16::MAX)).contains(&number) { Ok(Value::Error(number)) } else { Err(errors::invalid_call()) }
}

/// The number a text begins with; blanks, tabs and line feeds do not count, nothing readable is 0.
pub fn val(source: &str) -> f64 {
    let text: String = source.chars().filter(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')).collect();
    radix(&text).unwrap_or_else(|| prefix(&text))
}

fn radix(text: &str) -> Option<f64> {
    let rest = text.strip_prefix('&')?;
    let marker = rest.chars().next()?;
    let radix = match marker {
        'h' | 'H' => 16,
        'o' | 'O' => 8,
        _ => return None,
    };
    let digits: String = rest.chars().skip(1).take_while(|c| c.is_digit(radix)).collect();
    let number = u64::from_str_radix(&digits, radix).unwrap_or(0);
    let long = rest.chars().nth(digits.len() + 1) == Some('&');
    // Four hexadecimal digits are an Integer with its sign unless "&" makes them a Long.
    Some(match number {
        0..=0xFFFF if !long => f64::from(number as u16 as i16),
        0..=0xFFFF_FFFF => f64::from(number as u32 as i32),
        _ => number as f64,
    })
}

fn prefix(text: &str) -> f64 {
    let mut end = 0;
    let (mut digits, mut point, mut exponent) = (false, false, false);
    let mut last = ' ';
    for (at, c) in text.char_indices() {
        let fits = match c {
            '0'..='9' => true,
            '+' | '-' => at == 0 || matches!(last, 'e' | 'E' | 'd' | 'D'),
            '.' => !point && !exponent,
            'e' | 'E' | 'd' | 'D' => digits && !exponent,
            _ => false,
        };
        if !fits {
            break;
        }
        point |= c == '.';
        exponent |= c.is_ascii_alphabetic();
        digits |= c.is_ascii_digit();
        if c.is_ascii_digit() {
            end = at + 1;
        }
        last = c;
    }
    let number = text.get(..end).unwrap_or_default().replace(['d', 'D'], "e");
    number.parse().unwrap_or(0.0)
}

/// A blank in place of the sign of positive numbers, and no 0 before the point.
fn str_function(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let value = match arg(values, 0) {
        Value::Null => return Ok(Value::Null),
        Value::Text(text) => Value::Double(coerce::text_double(text)?),
        Value::Empty => Value::Integer(0),
        other => other.clone(),
    };
    let plain = coerce::to_text(&value)?;
    if matches!(value, Value::Boolean(_) | Value::Date(_)) {
        return Ok(Value::text(plain));
    }
    let (sign, magnitude) = plain.strip_prefix('-').map_or((" ", plain.as_str()), |rest| ("-", rest));
    let magnitude = magnitude.strip_prefix('0').filter(|rest| rest.starts_with('.')).unwrap_or(magnitude);
    Ok(Value::text(format!("{sign}{magnitude}")))
}

/// The bits of the number in its own width: an Integer shows 16, everything else a Long's 32 unless larger.
fn bits(value: &Value, show: impl Fn(u64) -> String) -> Result<Value, RunError> {
    let bits = match value {
        Value::Null => return Ok(Value::Null),
        Value::Integer(number) => u64::from(*number as u16),
        Value::Boolean(flag) => u64::from(-i16::from(*flag) as u16),
        Value::LongLong(number) => *number as u64,
        other => {
            let number = match coerce::number(other)? {
                Number::Whole(number) => number,
                wide => coerce::round_whole(wide)?,
            };
            match i32::try_from(number) {
                Ok(number) => u64::from(number as u32),
                Err(_) => return Err(errors::overflow()),
            }
        }
    };
    Ok(Value::text(show(bits)))
}

/// The text of an error number; numbers without one are application-defined, 0 is "".
fn error_text(values: &[Value], environment: &mut Environment) -> Result<Value, RunError> {
    let Some(number) = super::given(values, 0) else { return Ok(Value::text(&environment.last_error)) };
    let number = coerce::to_long(number)?;
    match number {
        0 => Ok(Value::text("")),
        number if number > i32::from(u16::MAX) || number < 0 => Err(errors::invalid_call()),
        number => Ok(Value::text(errors::language_text(number).unwrap_or(errors::UNKNOWN))),
    }
}
