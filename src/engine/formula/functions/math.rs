//! Arithmetic, rounding, logarithms, trigonometry and counting rules; one number in, one out.
//! Rounding is decimal as people write it: half away from zero on the 15 digits Excel keeps.

use super::super::arithmetic::power;
use super::super::context::Context;
use super::super::general::{DIGITS, significant};
use super::super::grid::Operand;
use super::super::value::{CellValue, Fail, Outcome};
use super::args::result;
use super::{Function, Lift, MANY, function};
use crate::lang::formula::ErrorKind;

/// Arguments beyond this make trigonometric functions `#NUM!` (Microsoft's reference of SIN: 2^27).
const MAX_ANGLE: f64 = 134_217_728.0;

pub(super) const FUNCTIONS: &[Function] = &[
    function("ABS", (1, 1), Lift::All, |c, a| one(c, a, f64::abs)),
    function("SIGN", (1, 1), Lift::All, |c, a| one(c, a, |x| if x == 0.0 { 0.0 } else { x.signum() })),
    function("SQRT", (1, 1), Lift::All, |c, a| positive(c, a, f64::sqrt)),
    function("SQRTPI", (1, 1), Lift::All, |c, a| positive(c, a, |x| (x * std::f64::consts::PI).sqrt())),
    function("EXP", (1, 1), Lift::All, |c, a| one(c, a, f64::exp)),
    function("LN", (1, 1), Lift::All, |c, a| one(c, a, f64::ln)),
    function("LOG10", (1, 1), Lift::All, |c, a| one(c, a, f64::log10)),
    function("LOG", (1, 2), Lift::All, log),
    function("PI", (0, 0), Lift::All, |_, _| result(std::f64::consts::PI)),
    function("POWER", (2, 2), Lift::All, |c, a| result(power(c.number(a, 0)?, c.number(a, 1)?)?)),
    function("SIN", (1, 1), Lift::All, |c, a| angle(c, a, f64::sin)),
    function("COS", (1, 1), Lift::All, |c, a| angle(c, a, f64::cos)),
    function("TAN", (1, 1), Lift::All, |c, a| angle(c, a, f64::tan)),
    function("COT", (1, 1), Lift::All, |c, a| inverse(c, a, f64::tan)),
    function("SEC", (1, 1), Lift::All, |c, a| inverse(c, a, f64::cos)),
    function("CSC", (1, 1), Lift::All, |c, a| inverse(c, a, f64::sin)),
    function("ASIN", (1, 1), Lift::All, |c, a| one(c, a, f64::asin)),
    function("ACOS", (1, 1), Lift::All, |c, a| one(c, a, f64::acos)),
    function("ATAN", (1, 1), Lift::All, |c, a| one(c, a, f64::atan)),
    function("ACOT", (1, 1), Lift::All, |c, a| one(c, a, |x| std::f64::consts::FRAC_PI_2 - x.atan())),
    function("ATAN2", (2, 2), Lift::All, atan2),
    function("SINH", (1, 1), Lift::All, |c, a| one(c, a, f64::sinh)),
    function("COSH", (1, 1), Lift::All, |c, a| one(c, a, f64::cosh)),
    function("TANH", (1, 1), Lift::All, |c, a| one(c, a, f64::tanh)),
    function("COTH", (1, 1), Lift::All, |c, a| inverse(c, a, f64::tanh)),
    function("SECH", (1, 1), Lift::All, |c, a| inverse(c, a, f64::cosh)),
    function("CSCH", (1, 1), Lift::All, |c, a| inverse(c, a, f64::sinh)),
    function("ASINH", (1, 1), Lift::All, |c, a| one(c, a, f64::asinh)),
    function("ACOSH", (1, 1), Lift::All, |c, a| one(c, a, f64::acosh)),
    function("ATANH", (1, 1), Lift::All, |c, a| one(c, a, f64::atanh)),
    function("ACOTH", (1, 1), Lift::All, |c, a| one(c, a, |x| (1.0 / x).atanh())),
    function("DEGREES", (1, 1), Lift::All, |c, a| one(c, a, f64::to_degrees)),
    function("RADIANS", (1, 1), Lift::All, |c, a| one(c, a, f64::to_radians)),
    function("INT", (1, 1), Lift::All, |c, a| one(c, a, |x| settled(x).floor())),
    function("TRUNC", (1, 2), Lift::All, |c, a| rounding(c, a, Way::Down)),
    function("ROUND", (2, 2), Lift::All, |c, a| rounding(c, a, Way::Half)),
    function("ROUNDUP", (2, 2), Lift::All, |c, a| rounding(c, a, Way::Up)),
    function("ROUNDDOWN", (2, 2), Lift::All, |c, a| rounding(c, a, Way::Down)),
    function("MROUND", (2, 2), Lift::All, mround),
    function("CEILING", (2, 2), Lift::All, |c, a| classic_multiple(c, a, f64::ceil)),
    function("FLOOR", (2, 2), Lift::All, |c, a| classic_multiple(c, a, f64::floor)),
    function("CEILING.MATH", (1, 3), Lift::All, |c, a| multiple(c, a, f64::ceil)),
    function("FLOOR.MATH", (1, 3), Lift::All, |c, a| multiple(c, a, f64::floor)),
    function("CEILING.PRECISE", (1, 2), Lift::All, |c, a| multiple(c, a, f64::ceil)),
    function("ISO.CEILING", (1, 2), Lift::All, |c, a| multiple(c, a, f64::ceil)),
    function("FLOOR.PRECISE", (1, 2), Lift::All, |c, a| multiple(c, a, f64::floor)),
    function("EVEN", (1, 1), Lift::All, |c, a| one(c, a, |x| (x.abs() / 2.0).ceil() * 2.0 * x.signum())),
    function("ODD", (1, 1), Lift::All, |c, a| one(c, a, odd)),
    function("MOD", (2, 2), Lift::All, modulo),
    function("QUOTIENT", (2, 2), Lift::All, |c, a| {
        let (over, under) = (c.number(a, 0)?, c.number(a, 1)?);
        if under == 0.0 { Err(ErrorKind::Div0.into()) } else { result((over / under).trunc()) }
    }),
    function("GCD", (1, MANY), Lift::Whole, |c, a| whole_fold(c, a, gcd)),
    function("LCM", (1, MANY), Lift::Whole, |c, a| {
        whole_fold(c, a, |x, y| if x == 0.0 || y == 0.0 { 0.0 } else { x / gcd(x, y) * y })
    }),
    function("FACT", (1, 1), Lift::All, |c, a| falling(c, a, 1.0)),
    function("FACTDOUBLE", (1, 1), Lift::All, |c, a| falling(c, a, 2.0)),
    function("COMBIN", (2, 2), Lift::All, |c, a| {
        let (n, k) = chosen(c, a)?;
        result(combinations(n, k))
    }),
    function("COMBINA", (2, 2), Lift::All, |c, a| {
        let (n, k) = (c.number(a, 0)?.trunc(), c.number(a, 1)?.trunc());
        if n < 0.0 || k < 0.0 { Err(ErrorKind::Num.into()) } else { result(combinations(n + k - 1.0, k)) }
    }),
    function("PERMUT", (2, 2), Lift::All, |c, a| {
        let (n, k) = chosen(c, a)?;
        result((0..k.min(200.0) as u32).map(|step| n - f64::from(step)).product())
    }),
    function("PERMUTATIONA", (2, 2), Lift::All, |c, a| result(c.number(a, 0)?.trunc().powf(c.number(a, 1)?.trunc()))),
    function("MULTINOMIAL", (1, MANY), Lift::Whole, multinomial),
    function("RAND", (0, 0), Lift::All, |c, _| result(c.random())),
    function("RANDBETWEEN", (2, 2), Lift::All, |c, a| {
        let (low, high) = (c.number(a, 0)?.ceil(), c.number(a, 1)?.floor());
        if low > high { Err(ErrorKind::Num.into()) } else { result(low + (c.random() * (high - low + 1.0)).floor()) }
    }),
    function("SERIESSUM", (4, 4), Lift::Whole, |c, a| {
        let (x, start, step) = (c.number(a, 0)?, c.number(a, 1)?, c.number(a, 2)?);
        let terms = c.numbers(a.get(3..).unwrap_or_default())?;
        result(terms.iter().enumerate().map(|(i, term)| term * x.powf(start + step * i as f64)).sum())
    }),
    function("ROMAN", (1, 2), Lift::All, |c, a| roman(c.number(a, 0)?)),
    function("ARABIC", (1, 1), Lift::All, |c, a| arabic(&c.text(a, 0)?)),
];

fn one(context: &mut Context, args: &[Operand], work: fn(f64) -> f64) -> Outcome<Operand> {
    result(work(context.number(args, 0)?))
}

fn positive(context: &mut Context, args: &[Operand], work: fn(f64) -> f64) -> Outcome<Operand> {
    let number = context.number(args, 0)?;
    if number < 0.0 { Err(ErrorKind::Num.into()) } else { result(work(number)) }
}

fn angle(context: &mut Context, args: &[Operand], work: fn(f64) -> f64) -> Outcome<Operand> {
    let number = context.number(args, 0)?;
    if number.abs() >= MAX_ANGLE { Err(ErrorKind::Num.into()) } else { result(work(number)) }
}

fn inverse(context: &mut Context, args: &[Operand], work: fn(f64) -> f64) -> Outcome<Operand> {
    let under = work(context.number(args, 0)?);
    if under == 0.0 { Err(ErrorKind::Div0.into()) } else { result(1.0 / under) }
}

fn log(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (number, base) = (context.number(args, 0)?, context.number_or(args, 1, 10.0)?);
    if number <= 0.0 || base <= 0.0 {
        return Err(ErrorKind::Num.into());
    }
    if base == 1.0 {
        return Err(ErrorKind::Div0.into());
    }
    if base == 10.0 {
        return result(number.log10());
    }
    if base == 2.0 {
        return result(number.log2());
    }
    result(number.ln() / base.ln())
}

fn atan2(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (x, y) = (context.number(args, 0)?, context.number(args, 1)?);
    if x == 0.0 && y == 0.0 { Err(ErrorKind::Div0.into()) } else { result(y.atan2(x)) }
}

fn odd(number: f64) -> f64 {
    if number == 0.0 {
        return 1.0;
    }
    let up = number.abs().ceil();
    let odd = if up % 2.0 == 0.0 { up + 1.0 } else { up };
    odd * number.signum()
}

/// A double brought to the 15 digits Excel shows, so that 2.9999999999999996 counts as 3.
fn settled(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    let (negative, digits, exponent) = significant(number, DIGITS);
    let text = format!("{}{digits}e{}", if negative { "-" } else { "" }, exponent - digits.len() as i32 + 1);
    text.parse().unwrap_or(number)
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    Half,
    Up,
    Down,
}

fn rounding(context: &mut Context, args: &[Operand], way: Way) -> Outcome<Operand> {
    let number = context.number(args, 0)?;
    let places = context.int_or(args, 1, 0)?;
    result(round_to(number, places, way))
}

/// Rounds to decimal places (negative: before the point), on the decimal digits of the number.
pub(super) fn round_to(number: f64, places: i64, way: Way) -> f64 {
    /// Beyond this many places nothing changes; before them everything is cut.
    const REACH: i64 = 308;
    let places = places.clamp(-REACH, REACH) as i32;
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    let (negative, digits, exponent) = significant(number, DIGITS);
    // Digits of the number that stay before the cut.
    let kept = exponent.saturating_add(1).saturating_add(places);
    if kept >= digits.len() as i32 {
        return if kept > DIGITS as i32 { number } else { settled(number) };
    }
    let cut = usize::try_from(kept).unwrap_or(0);
    let whole: f64 =
        digits.get(..cut).and_then(|text| if text.is_empty() { Some(0.0) } else { text.parse().ok() }).unwrap_or(0.0);
    let next = if kept < 0 { b'0' } else { digits.as_bytes().get(cut).copied().unwrap_or(b'0') };
    let up = match way {
        Way::Half => next >= b'5',
        Way::Up => true,
        Way::Down => false,
    };
    let mantissa = whole + f64::from(u8::from(up));
    let text = format!("{}{mantissa}e{}", if negative { "-" } else { "" }, -places);
    text.parse().unwrap_or(number)
}

fn mround(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (number, step) = (context.number(args, 0)?, context.number(args, 1)?);
    if number == 0.0 || step == 0.0 {
        return result(0.0);
    }
    if number * step < 0.0 {
        return Err(ErrorKind::Num.into());
    }
    result(settled((settled(number / step) + 0.5).floor() * step))
}

/// CEILING and FLOOR as they were before 2010: a positive number with a negative step is an error.
fn classic_multiple(context: &mut Context, args: &[Operand], way: fn(f64) -> f64) -> Outcome<Operand> {
    let (number, step) = (context.number(args, 0)?, context.number(args, 1)?);
    if number == 0.0 {
        return result(0.0);
    }
    if step == 0.0 {
        let floor = way(0.5) == 0.0;
        return if floor { Err(ErrorKind::Div0.into()) } else { result(0.0) };
    }
    if number > 0.0 && step < 0.0 {
        return Err(ErrorKind::Num.into());
    }
    result(settled(way(settled(number / step)) * step))
}

/// CEILING.MATH and FLOOR.MATH: the sign of the step does not count; with a mode, negative numbers go the other way.
fn multiple(context: &mut Context, args: &[Operand], way: fn(f64) -> f64) -> Outcome<Operand> {
    let number = context.number(args, 0)?;
    let step = if context.given(args, 1) { context.number(args, 1)?.abs() } else { 1.0 };
    let mirrored = context.number_or(args, 2, 0.0)? != 0.0 && number < 0.0;
    if number == 0.0 || step == 0.0 {
        return result(0.0);
    }
    let sign = if mirrored { -1.0 } else { 1.0 };
    result(settled(sign * way(settled(sign * number / step)) * step))
}

fn modulo(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (number, divisor) = (context.number(args, 0)?, context.number(args, 1)?);
    if divisor == 0.0 {
        return Err(ErrorKind::Div0.into());
    }
    let quotient = number / divisor;
    if !quotient.is_finite() {
        return Err(ErrorKind::Num.into());
    }
    let rest = number % divisor;
    let rest = if rest != 0.0 && (rest < 0.0) != (divisor < 0.0) { rest + divisor } else { rest };
    // 1 mod 0.1 is 0, though neither is exact.
    let close = (quotient - quotient.round()).abs() < quotient.abs() * f64::EPSILON && quotient.round() != quotient;
    result(if close { 0.0 } else { rest })
}

fn gcd(mut left: f64, mut right: f64) -> f64 {
    while right > 0.0 {
        (left, right) = (right, left % right);
    }
    left
}

fn whole_fold(context: &mut Context, args: &[Operand], join: fn(f64, f64) -> f64) -> Outcome<Operand> {
    let numbers: Vec<f64> = context.numbers(args)?.into_iter().map(f64::trunc).collect();
    if numbers.iter().any(|number| *number < 0.0 || *number >= 9_007_199_254_740_992.0) {
        return Err(ErrorKind::Num.into());
    }
    result(numbers.into_iter().reduce(join).unwrap_or(0.0))
}

fn falling(context: &mut Context, args: &[Operand], step: f64) -> Outcome<Operand> {
    let number = context.number(args, 0)?.trunc();
    let least = if step > 1.0 { -1.0 } else { 0.0 };
    if !(least..=300.0).contains(&number) {
        return Err(ErrorKind::Num.into());
    }
    let (mut product, mut factor) = (1.0, number);
    while factor > 1.0 {
        product *= factor;
        factor -= step;
    }
    result(product)
}

fn chosen(context: &mut Context, args: &[Operand]) -> Outcome<(f64, f64)> {
    let (n, k) = (context.number(args, 0)?.trunc(), context.number(args, 1)?.trunc());
    if k < 0.0 || n < k { Err(ErrorKind::Num.into()) } else { Ok((n, k)) }
}

/// `n` over `k`, exact while a double is.
pub(super) fn combinations(n: f64, k: f64) -> f64 {
    /// More factors than this only occur where the result overflows or the factors have fallen to nothing.
    const MOST_FACTORS: f64 = 100_000.0;
    let k = k.min(n - k).min(MOST_FACTORS);
    let mut product = 1.0;
    let mut step = 1.0;
    while step <= k && f64::is_finite(product) {
        product = product * (n - k + step) / step;
        step += 1.0;
    }
    product.round()
}

fn multinomial(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let mut total = 0.0;
    let mut product = 1.0;
    for number in context.numbers(args)? {
        let number = number.trunc();
        if number < 0.0 {
            return Err(ErrorKind::Num.into());
        }
        total += number;
        product *= combinations(total, number);
    }
    result(product)
}

const ROMAN: [(f64, &str); 13] = [
    (1000.0, "M"),
    (900.0, "CM"),
    (500.0, "D"),
    (400.0, "CD"),
    (100.0, "C"),
    (90.0, "XC"),
    (50.0, "L"),
    (40.0, "XL"),
    (10.0, "X"),
    (9.0, "IX"),
    (5.0, "V"),
    (4.0, "IV"),
    (1.0, "I"),
];

fn roman(number: f64) -> Outcome<Operand> {
    let mut rest = number.trunc();
    if !(0.0..4000.0).contains(&rest) {
        return Err(ErrorKind::Value.into());
    }
    let mut text = String::new();
    for (value, letters) in ROMAN {
        while rest >= value {
            text.push_str(letters);
            rest -= value;
        }
    }
    Ok(CellValue::from(text).into())
}

fn arabic(text: &str) -> Outcome<Operand> {
    let upper = text.trim().to_ascii_uppercase();
    let (sign, letters) = match upper.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, upper.as_str()),
    };
    let mut total = 0.0;
    let mut before: f64 = 0.0;
    for letter in letters.chars().rev() {
        let value = ROMAN.iter().find(|(_, known)| known.len() == 1 && known.starts_with(letter));
        let (value, _) = value.ok_or(Fail::Error(ErrorKind::Value))?;
        total += if *value < before { -value } else { *value };
        before = before.max(*value);
    }
    result(sign * total)
}
