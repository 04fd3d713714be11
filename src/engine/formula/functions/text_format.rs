//! Numbers to text and back: TEXT, FIXED, DOLLAR, VALUE, NUMBERVALUE, BASE and the number bases.

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::number_format::render;
use super::super::value::{CellValue, Fail, Outcome};
use super::args::result;
use super::math::{Way, round_to};
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("TEXT", (2, 2), Lift::All, text),
    function("FIXED", (1, 3), Lift::All, fixed),
    function("DOLLAR", (1, 2), Lift::All, dollar),
    function("VALUE", (1, 1), Lift::All, |c, a| match c.value(a, 0)? {
        CellValue::Boolean(_) => Err(ErrorKind::Value.into()),
        other => result(other.to_number(c.date1904())?),
    }),
    function("NUMBERVALUE", (1, 3), Lift::All, number_value),
    function("BASE", (2, 3), Lift::All, base),
    function("DECIMAL", (2, 2), Lift::All, |c, a| {
        let (text, radix) = (c.text(a, 0)?, c.int(a, 1)?);
        let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
        let number = i64::from_str_radix(text.trim(), radix.ok_or(Fail::Error(ErrorKind::Num))?);
        number.map(|number| (number as f64).into()).map_err(|_| Fail::Error(ErrorKind::Num))
    }),
];

/// Formats values; a text goes through the text section, an empty format gives an empty text.
fn text(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let date1904 = context.date1904();
    let format = context.text(args, 1)?;
    context.spend(format.len() as u64)?;
    let value = match context.value(args, 0)? {
        CellValue::Empty => CellValue::Number(0.0),
        // Text that reads as a number is formatted as one.
        CellValue::Text(text) => match super::super::text_number::text_to_number(&text, date1904) {
            Some(number) => CellValue::Number(number),
            None => CellValue::Text(text),
        },
        other => other,
    };
    let made = render(&value, &format, date1904);
    // Excel shows a number it cannot format as a row of #; TEXT gives an error instead.
    let unshown = !made.is_empty() && made.chars().all(|c| c == '#') && matches!(value, CellValue::Number(_));
    if unshown { Err(ErrorKind::Value.into()) } else { Ok(made.into()) }
}

fn pattern(decimals: i64, grouped: bool) -> String {
    let whole = if grouped { "#,##0" } else { "0" };
    match usize::try_from(decimals) {
        Ok(places) if places > 0 => format!("{whole}.{}", "0".repeat(places)),
        _ => whole.to_owned(),
    }
}

/// Most decimals that FIXED and DOLLAR take (Microsoft's reference of FIXED).
const MAX_DECIMALS: i64 = 127;

fn fixed(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let number = context.number(args, 0)?;
    let decimals = context.int_or(args, 1, 2)?;
    let plain = context.flag_or(args, 2, false)?;
    if decimals > MAX_DECIMALS {
        return Err(ErrorKind::Value.into());
    }
    let rounded = round_to(number, decimals, Way::Half);
    Ok(render(&CellValue::Number(rounded), &pattern(decimals, !plain), false).into())
}

fn dollar(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let number = context.number(args, 0)?;
    let decimals = context.int_or(args, 1, 2)?;
    if decimals > MAX_DECIMALS {
        return Err(ErrorKind::Value.into());
    }
    let rounded = round_to(number, decimals, Way::Half);
    let one = format!("${}", pattern(decimals, true));
    Ok(render(&CellValue::Number(rounded), &format!("{one};({one})"), false).into())
}

fn number_value(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let text = context.text(args, 0)?;
    let mark = |context: &mut Context, place: usize, default: char| -> Outcome<char> {
        if args.len() <= place {
            return Ok(default);
        }
        context.text(args, place)?.chars().next().ok_or(Fail::Error(ErrorKind::Value))
    };
    let (point, group) = (mark(context, 1, '.')?, mark(context, 2, ',')?);
    let mut plain = String::new();
    let mut percents = 0;
    let mut after_point = false;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        match c {
            c if c == point && !after_point => {
                after_point = true;
                plain.push('.');
            }
            c if c == group && !after_point => {}
            '%' => percents += 1,
            c => plain.push(c),
        }
    }
    if plain.is_empty() {
        return result(0.0);
    }
    let well = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    let number: f64 = plain.parse().ok().filter(|_| well).ok_or(Fail::Error(ErrorKind::Value))?;
    result(number / 100f64.powi(percents))
}

fn base(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    /// Largest number and longest text of BASE (Microsoft's reference).
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    const LONGEST: i64 = 255;
    let (number, radix, width) = (context.number(args, 0)?, context.int(args, 1)?, context.int_or(args, 2, 0)?);
    if !(0.0..LARGEST).contains(&number) || !(2..=36).contains(&radix) || !(0..=LONGEST).contains(&width) {
        return Err(ErrorKind::Num.into());
    }
    let (mut rest, radix) = (number as u64, radix as u64);
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        digits.push(u32::try_from(rest % radix).ok().and_then(|digit| char::from_digit(digit, 36)).unwrap_or('0'));
        rest /= radix;
    }
    digits.resize(digits.len().max(usize::try_from(width).unwrap_or(0)), '0');
    Ok(digits.into_iter().rev().collect::<String>().to_ascii_uppercase().into())
}
