//! The functions of the standard library (MS-VBAL 6.1.2; Microsoft, Functions) that the judge knows. Results whose declared type
//! the specification calls Variant are `Declared::Unknown`, as compilers give some of them their own types.

use super::coerce;
use super::compare::{Mode, strings};
use super::text;
use super::value::{Halt, INVALID_CALL, Judged, Kind, MISMATCH, NULL_USE, Operand, Value};

const UNSETTLED_ARGUMENT: Halt = Halt::Unsettled("an argument of a type the documentation does not speak of");

/// Calls a function by its lower-case name without `$`; `dollar` says that it was written.
pub fn call(name: &str, dollar: bool, args: &[Operand], mode: Mode) -> Judged<Operand> {
    if let Some(kind) = conversion(name) {
        // MS-VBAL 6.1.2.3.1: the explicit conversions are Let-coercions.
        return coerce::to_kind(&first(args)?.value, kind).map(Operand::concrete);
    }
    match name {
        "isnull" => Ok(Operand::concrete(Value::Boolean(first(args)?.value == Value::Null))),
        "isempty" => Ok(Operand::concrete(Value::Boolean(first(args)?.value == Value::Empty))),
        "isnumeric" => is_numeric(&first(args)?.value).map(|flag| Operand::concrete(Value::Boolean(flag))),
        "typename" => Ok(Operand::concrete(text_value(first(args)?.kind().name()))),
        "cvar" => Ok(Operand::variant(first(args)?.value.clone())),
        "iif" => iif(args),
        // An Integer by its page, a VbVarType (Long) by the specification; programs ask for its text only.
        "vartype" => Ok(Operand::unknown(Value::Long(first(args)?.kind().number()))),
        "abs" | "int" | "fix" | "sgn" | "round" | "sqr" => numeric(name, args),
        _ => textual(name, dollar, args, mode),
    }
}

fn conversion(name: &str) -> Option<Kind> {
    Some(match name {
        "cbool" => Kind::Boolean,
        "cbyte" => Kind::Byte,
        "cint" => Kind::Integer,
        "clng" => Kind::Long,
        "clnglng" => Kind::LongLong,
        "csng" => Kind::Single,
        "cdbl" => Kind::Double,
        "ccur" => Kind::Currency,
        "cdate" => Kind::Date,
        "cstr" => Kind::Text,
        _ => return None,
    })
}

fn first(args: &[Operand]) -> Judged<&Operand> {
    args.first().ok_or(MISMATCH)
}

fn text_value(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// Microsoft, IsNumeric: numbers, Booleans, Empty and texts that are numbers; not dates and not Null.
fn is_numeric(value: &Value) -> Judged<bool> {
    match value {
        Value::Null | Value::Date(_) => Ok(false),
        Value::Text(text) => match text::number(text) {
            Ok(_) => Ok(true),
            Err(Halt::Error(_)) => Ok(false),
            Err(unsettled) => Err(unsettled),
        },
        _ => Ok(true),
    }
}

/// MS-VBAL 6.1.2.8.1.1: both parts are evaluated before.
fn iif(args: &[Operand]) -> Judged<Operand> {
    let [condition, yes, no] = args else { return Err(MISMATCH) };
    if condition.value == Value::Null {
        return Err(Halt::Unsettled("IIf of Null"));
    }
    let chosen = if coerce::boolean(&condition.value)? { yes } else { no };
    Ok(Operand::unknown(chosen.value.clone()))
}

/// Abs, Int, Fix and Sgn keep or name the sign (Microsoft, same names); Round and Sqr work on a Double.
fn numeric(name: &str, args: &[Operand]) -> Judged<Operand> {
    let value = &first(args)?.value;
    let result = match (name, value) {
        ("abs" | "int" | "fix", Value::Null) => Value::Null,
        ("sqr", Value::Null) => return Err(NULL_USE),
        (_, Value::Null | Value::Empty | Value::Boolean(_) | Value::Date(_)) => return Err(UNSETTLED_ARGUMENT),
        ("abs", _) => absolute(value)?,
        ("int", _) => cut(value, f64::floor)?,
        ("fix", _) => cut(value, f64::trunc)?,
        ("sgn", _) => sign(value)?,
        ("sqr", _) => {
            let number = coerce::double(value)?;
            if number < 0.0 {
                return Err(INVALID_CALL);
            }
            return Ok(Operand::concrete(Value::Double(number.sqrt())));
        }
        _ => round(value, args.get(1))?,
    };
    Ok(Operand::unknown(result))
}

fn absolute(value: &Value) -> Judged<Value> {
    let least = Halt::Unsettled("the absolute value of the least number");
    Ok(match value {
        Value::Integer(number) => Value::Integer(number.checked_abs().ok_or(least)?),
        Value::Long(number) => Value::Long(number.checked_abs().ok_or(least)?),
        Value::LongLong(number) => Value::LongLong(number.checked_abs().ok_or(least)?),
        Value::Single(number) => Value::Single(number.abs()),
        Value::Currency(units) => Value::Currency(units.checked_abs().ok_or(least)?),
        Value::Byte(number) => Value::Byte(*number),
        other => Value::Double(coerce::double(other)?.abs()),
    })
}

fn cut(value: &Value, how: impl Fn(f64) -> f64) -> Judged<Value> {
    Ok(match value {
        Value::Single(number) => Value::Single(how(f64::from(*number)) as f32),
        Value::Double(number) => Value::Double(how(*number)),
        Value::Text(_) => Value::Double(how(coerce::double(value)?)),
        Value::Currency(units) => {
            let below = how(-0.5) < -0.75;
            let one = text::CURRENCY_UNITS;
            let whole = if below { units.div_euclid(one) } else { units / one };
            Value::Currency(whole.checked_mul(one).ok_or(Halt::Unsettled("Int of the least Currency"))?)
        }
        other => other.clone(),
    })
}

fn sign(value: &Value) -> Judged<Value> {
    let number = coerce::double(value)?;
    Ok(Value::Integer(if number == 0.0 { 0 } else { number.signum() as i16 }))
}

/// Microsoft, Round: half to even. Only of a Double whose scaled value is exact or far from a half.
fn round(value: &Value, places: Option<&Operand>) -> Judged<Value> {
    let Value::Double(number) = value else { return Err(UNSETTLED_ARGUMENT) };
    let places = places.map_or(Ok(0), |places| coerce::long(&places.value))?;
    if places < 0 {
        return Err(INVALID_CALL);
    }
    if places > 4 || number.abs() > 1e9 {
        return Err(Halt::Unsettled("Round to many digits"));
    }
    let power = 10_f64.powi(places);
    let scaled = number * power;
    let beside_half = (scaled.fract().abs() - 0.5).abs();
    if beside_half < 1e-6 && (beside_half != 0.0 || number.fract() * 8.0 % 1.0 != 0.0) {
        return Err(Halt::Unsettled("Round just beside a half"));
    }
    Ok(Value::Double(scaled.round_ties_even() / power))
}

fn textual(name: &str, dollar: bool, args: &[Operand], mode: Mode) -> Judged<Operand> {
    let null = args.iter().any(|arg| arg.value == Value::Null);
    let concrete = |value: Judged<Value>| value.map(Operand::concrete);
    match name {
        "val" | "asc" | "strreverse" | "replace" | "space" if null => Err(NULL_USE),
        "val" => concrete(val(&text::of(&first(args)?.value)?).map(Value::Double)),
        "asc" => concrete(asc(&text::of(&first(args)?.value)?)),
        "strreverse" => {
            let reversed: String = text::of(&first(args)?.value)?.chars().rev().collect();
            concrete(Ok(text_value(reversed)))
        }
        "replace" => concrete(replace(args, mode)),
        "space" => repeated(" ", coerce::long(&first(args)?.value)?).map(Operand::unknown),
        // The forms with `$` take strings, which Null is not; the others give Null for Null.
        _ if null && dollar => Err(NULL_USE),
        "left" | "right" | "mid" if null && first(args)?.value != Value::Null => {
            Err(Halt::Unsettled("Null as a length or a position"))
        }
        "string" | "chr" if null => Err(UNSETTLED_ARGUMENT),
        "str" | "hex" | "oct" | "len" | "left" | "right" | "mid" | "ucase" | "lcase" | "trim" | "ltrim" | "rtrim"
        | "instr" | "instrrev" | "strcomp"
            if null =>
        {
            Ok(Operand::unknown(Value::Null))
        }
        _ => piece(name, args, mode).map(Operand::unknown),
    }
}

/// Functions whose arguments are not Null.
fn piece(name: &str, args: &[Operand], mode: Mode) -> Judged<Value> {
    let text_at = |at: usize| args.get(at).map_or(Err(MISMATCH), |arg| text::of(&arg.value));
    let long_at = |at: usize| args.get(at).map_or(Err(MISMATCH), |arg| coerce::long(&arg.value));
    Ok(match name {
        "str" => text_value(str_of(&first(args)?.value)?),
        "hex" => text_value(format!("{:X}", bits(&first(args)?.value)?)),
        "oct" => text_value(format!("{:o}", bits(&first(args)?.value)?)),
        "len" => Value::Long(text_at(0)?.chars().count() as i32),
        "ucase" => text_value(text_at(0)?.to_ascii_uppercase()),
        "lcase" => text_value(text_at(0)?.to_ascii_lowercase()),
        "trim" => text_value(text_at(0)?.trim_matches(' ')),
        "ltrim" => text_value(text_at(0)?.trim_start_matches(' ')),
        "rtrim" => text_value(text_at(0)?.trim_end_matches(' ')),
        "chr" => match long_at(0)? {
            code @ 0..=127 => text_value(char::from(code as u8).to_string()),
            128..=255 => return Err(Halt::Unsettled("characters of the code page")),
            _ => return Err(INVALID_CALL),
        },
        "string" => {
            let count = long_at(0)?;
            let Value::Text(sign) = &args.get(1).ok_or(MISMATCH)?.value else { return Err(UNSETTLED_ARGUMENT) };
            let sign = sign.get(..1).ok_or(INVALID_CALL)?;
            repeated(sign, count)?
        }
        "left" | "right" => edge(name == "left", &text_at(0)?, long_at(1)?)?,
        "mid" => middle(&text_at(0)?, long_at(1)?, if args.len() > 2 { Some(long_at(2)?) } else { None })?,
        "instr" if args.len() > 2 => instr(long_at(0)?, &text_at(1)?, &text_at(2)?, mode)?,
        "instr" => instr(1, &text_at(0)?, &text_at(1)?, mode)?,
        "instrrev" => instrrev(&text_at(0)?, &text_at(1)?)?,
        "strcomp" => Value::Integer(strings(&text_at(0)?, &text_at(1)?, mode, false)? as i16),
        _ => return Err(Halt::Unsettled("a function the judge does not know")),
    })
}

/// Microsoft, Str: a blank for the sign of what is not negative; the zero before a point is not written.
fn str_of(value: &Value) -> Judged<String> {
    let number = match value {
        Value::Text(_) => Value::Double(coerce::double(value)?),
        Value::Empty | Value::Boolean(_) | Value::Date(_) => return Err(UNSETTLED_ARGUMENT),
        other => other.clone(),
    };
    let shown = text::of(&number)?;
    let (sign, rest) = shown.strip_prefix('-').map_or((" ", shown.as_str()), |rest| ("-", rest));
    let rest = if rest.starts_with("0.") { &rest[1..] } else { rest };
    Ok(format!("{sign}{rest}"))
}

/// Microsoft, Hex and Oct: the bits of the whole number in the width of its type, a Long's for fractions.
fn bits(value: &Value) -> Judged<u64> {
    Ok(match value {
        Value::Empty => 0,
        Value::Byte(number) => (*number).into(),
        Value::Integer(number) => (*number as u16).into(),
        Value::LongLong(number) => *number as u64,
        Value::Boolean(_) | Value::Date(_) => return Err(UNSETTLED_ARGUMENT),
        other => {
            let number = coerce::long(other).map_err(|halt| match halt {
                super::value::OVERFLOW => Halt::Unsettled("Hex beyond a Long"),
                other => other,
            })?;
            u64::from(number as u32)
        }
    })
}

/// Microsoft, Val: blanks do not count, reading stops at the first foreign character, `&H` begins a hexadecimal number.
fn val(source: &str) -> Judged<f64> {
    let text: String = source.chars().filter(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')).collect();
    if text.contains(['%', '!', '#', '@', '$']) || text.starts_with('&') && text.len() > 6 {
        return Err(Halt::Unsettled("Val of a type character"));
    }
    if let Some(digits) = text.strip_prefix("&H") {
        let digits: String = digits.chars().take_while(char::is_ascii_hexdigit).collect();
        return u16::from_str_radix(&digits, 16).map(|bits| f64::from(bits as i16)).map_err(|_| UNSETTLED_ARGUMENT);
    }
    if text.starts_with('&') {
        return Err(UNSETTLED_ARGUMENT);
    }
    // The longest beginning that is a number.
    let lower = text.to_ascii_lowercase().replace('d', "e");
    let known: String = lower.chars().take_while(|c| c.is_ascii_digit() || "+-.e".contains(*c)).collect();
    let longest = (1..=known.len()).rev().find_map(|end| {
        let part = known.get(..end)?;
        if part.ends_with('e') { None } else { part.parse::<f64>().ok() }
    });
    let number = longest.unwrap_or(0.0);
    if number.is_finite() { Ok(number) } else { Err(Halt::Unsettled("Val beyond a Double")) }
}

fn asc(text: &str) -> Judged<Value> {
    match text.chars().next() {
        Some(c) if c.is_ascii() => Ok(Value::Integer(c as i16)),
        Some(_) => Err(Halt::Unsettled("characters of the code page")),
        None => Err(INVALID_CALL),
    }
}

fn repeated(sign: &str, count: i32) -> Judged<Value> {
    let count = usize::try_from(count).map_err(|_| INVALID_CALL)?;
    if count > 1000 { Err(Halt::Unsettled("a very long text")) } else { Ok(text_value(sign.repeat(count))) }
}

/// Microsoft, Left and Right: error 5 for a negative length.
fn edge(left: bool, text: &str, length: i32) -> Judged<Value> {
    let length = usize::try_from(length).map_err(|_| INVALID_CALL)?;
    let count = text.chars().count();
    let skipped = if left { 0 } else { count.saturating_sub(length) };
    Ok(text_value(text.chars().skip(skipped).take(length).collect::<String>()))
}

/// Microsoft, Mid: positions from 1; error 5 for a start below 1 and for a negative length.
fn middle(text: &str, start: i32, length: Option<i32>) -> Judged<Value> {
    if start < 1 || length.is_some_and(|length| length < 0) {
        return Err(INVALID_CALL);
    }
    let length = length.map_or(usize::MAX, |length| length as usize);
    Ok(text_value(text.chars().skip(start as usize - 1).take(length).collect::<String>()))
}

fn folded(text: &str, mode: Mode) -> String {
    if mode == Mode::Text { text.to_ascii_lowercase() } else { text.to_string() }
}

/// Microsoft, InStr: 0 in an empty text and beyond the end, the start for an empty wanted text.
fn instr(start: i32, source: &str, wanted: &str, mode: Mode) -> Judged<Value> {
    let from = usize::try_from(start).ok().and_then(|start| start.checked_sub(1)).ok_or(INVALID_CALL)?;
    let (source, wanted) = (folded(source, mode), folded(wanted, mode));
    let found = source.get(from..).filter(|rest| !rest.is_empty()).and_then(|rest| rest.find(&wanted));
    Ok(Value::Long(found.map_or(0, |at| (from + at + 1) as i32)))
}

/// Microsoft, InStrRev: binary unless asked otherwise; an empty wanted text is found at the start, which is the end.
fn instrrev(source: &str, wanted: &str) -> Judged<Value> {
    if wanted.is_empty() {
        return if source.is_empty() {
            Ok(Value::Long(0))
        } else {
            Err(Halt::Unsettled("InStrRev of an empty text without a start"))
        };
    }
    Ok(Value::Long(source.rfind(wanted).map_or(0, |at| at as i32 + 1)))
}

/// Microsoft, Replace without start and count: binary unless asked otherwise; only letters of either case could differ.
fn replace(args: &[Operand], mode: Mode) -> Judged<Value> {
    let [source, wanted, by] = args else { return Err(MISMATCH) };
    let (source, wanted, by) = (text::of(&source.value)?, text::of(&wanted.value)?, text::of(&by.value)?);
    if mode == Mode::Text && folded(&wanted, mode) != wanted.to_ascii_uppercase() {
        return Err(Halt::Unsettled("whether Replace follows Option Compare"));
    }
    Ok(text_value(if wanted.is_empty() { source } else { source.replace(&wanted, &by) }))
}
