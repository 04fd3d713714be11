//! Number bases, bits and comparisons as engineers count. Bases hold ten digits, negative numbers in two's complement.

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::value::{Fail, Outcome};
use super::args::result;
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

/// Digits of a number in another base (Microsoft's reference of DEC2BIN and its kind).
const DIGITS: usize = 10;
/// Largest number of the bit functions, 2^48 - 1.
const LARGEST_BITS: f64 = 281_474_976_710_655.0;

pub(super) const FUNCTIONS: &[Function] = &[
    function("BIN2DEC", (1, 1), Lift::All, |c, a| result(from_base(c, a, 2)? as f64)),
    function("OCT2DEC", (1, 1), Lift::All, |c, a| result(from_base(c, a, 8)? as f64)),
    function("HEX2DEC", (1, 1), Lift::All, |c, a| result(from_base(c, a, 16)? as f64)),
    function("DEC2BIN", (1, 2), Lift::All, |c, a| {
        let n = c.int(a, 0)?;
        to_base(c, a, n, 2)
    }),
    function("DEC2OCT", (1, 2), Lift::All, |c, a| {
        let n = c.int(a, 0)?;
        to_base(c, a, n, 8)
    }),
    function("DEC2HEX", (1, 2), Lift::All, |c, a| {
        let n = c.int(a, 0)?;
        to_base(c, a, n, 16)
    }),
    function("BIN2HEX", (1, 2), Lift::All, |c, a| {
        let n = from_base(c, a, 2)?;
        to_base(c, a, n, 16)
    }),
    function("BIN2OCT", (1, 2), Lift::All, |c, a| {
        let n = from_base(c, a, 2)?;
        to_base(c, a, n, 8)
    }),
    function("HEX2BIN", (1, 2), Lift::All, |c, a| {
        let n = from_base(c, a, 16)?;
        to_base(c, a, n, 2)
    }),
    function("HEX2OCT", (1, 2), Lift::All, |c, a| {
        let n = from_base(c, a, 16)?;
        to_base(c, a, n, 8)
    }),
    function("OCT2BIN", (1, 2), Lift::All, |c, a| {
        let n = from_base(c, a, 8)?;
        to_base(c, a, n, 2)
    }),
    function("OCT2HEX", (1, 2), Lift::All, |c, a| {
        let n = from_base(c, a, 8)?;
        to_base(c, a, n, 16)
    }),
    function("BITAND", (2, 2), Lift::All, |c, a| bits(c, a, |x, y| x & y)),
    function("BITOR", (2, 2), Lift::All, |c, a| bits(c, a, |x, y| x | y)),
    function("BITXOR", (2, 2), Lift::All, |c, a| bits(c, a, |x, y| x ^ y)),
    function("BITLSHIFT", (2, 2), Lift::All, |c, a| {
        let by = c.number(a, 1)?;
        shifted(c, a, by)
    }),
    function("BITRSHIFT", (2, 2), Lift::All, |c, a| {
        let by = c.number(a, 1)?;
        shifted(c, a, -by)
    }),
    function("DELTA", (1, 2), Lift::All, |c, a| {
        result(f64::from(u8::from(c.number(a, 0)? == c.number_or(a, 1, 0.0)?)))
    }),
    function("GESTEP", (1, 2), Lift::All, |c, a| {
        result(f64::from(u8::from(c.number(a, 0)? >= c.number_or(a, 1, 0.0)?)))
    }),
];

/// Where negative numbers of a base begin: half of its ten-digit range.
fn half(base: i64) -> i64 {
    base.pow(DIGITS as u32) / 2
}

fn from_base(context: &mut Context, args: &[Operand], base: u32) -> Outcome<i64> {
    let text = context.text(args, 0)?;
    if text.len() > DIGITS {
        return Err(ErrorKind::Num.into());
    }
    if text.is_empty() {
        return Ok(0);
    }
    let number = i64::from_str_radix(&text, base).ok().filter(|number| *number >= 0 && !text.starts_with('+'));
    let number = number.ok_or(Fail::Error(ErrorKind::Num))?;
    let half = half(i64::from(base));
    Ok(if number >= half { number - half * 2 } else { number })
}

fn to_base(context: &mut Context, args: &[Operand], number: i64, base: i64) -> Outcome<Operand> {
    let half = half(base);
    if number < -half || number >= half {
        return Err(ErrorKind::Num.into());
    }
    let mut rest = if number < 0 { number + half * 2 } else { number };
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        let digit = u32::try_from(rest % base).ok().and_then(|digit| char::from_digit(digit, 16));
        digits.push(digit.unwrap_or('0').to_ascii_uppercase());
        rest /= base;
    }
    if args.len() > 1 && number >= 0 {
        let places = context.number(args, 1)?.trunc();
        if places < digits.len() as f64 || places > DIGITS as f64 {
            return Err(ErrorKind::Num.into());
        }
        digits.resize(places as usize, '0');
    }
    Ok(digits.into_iter().rev().collect::<String>().into())
}

fn whole(context: &mut Context, args: &[Operand], place: usize) -> Outcome<u64> {
    let number = context.number(args, place)?;
    let well = (0.0..=LARGEST_BITS).contains(&number) && number.fract() == 0.0;
    if well { Ok(number as u64) } else { Err(ErrorKind::Num.into()) }
}

fn bits(context: &mut Context, args: &[Operand], join: fn(u64, u64) -> u64) -> Outcome<Operand> {
    result(join(whole(context, args, 0)?, whole(context, args, 1)?) as f64)
}

fn shifted(context: &mut Context, args: &[Operand], by: f64) -> Outcome<Operand> {
    /// Widest shift (Microsoft's reference of BITLSHIFT).
    const WIDEST: f64 = 53.0;
    let number = whole(context, args, 0)?;
    let by = by.trunc();
    if by.abs() > WIDEST {
        return Err(ErrorKind::Num.into());
    }
    let moved = (number as f64 * 2f64.powf(by)).floor();
    if moved > LARGEST_BITS { Err(ErrorKind::Num.into()) } else { result(moved) }
}
