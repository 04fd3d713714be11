//! Depreciation of assets: straight line, declining balances, sum of years' digits.

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::value::Outcome;
use super::args::result;
use super::math::{Way, round_to};
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

/// More periods than any asset lives; keeps the loops short.
const MOST_PERIODS: f64 = 100_000.0;

pub(super) const FUNCTIONS: &[Function] = &[
    function("SLN", (3, 3), Lift::All, |c, a| {
        let (cost, salvage, life) = (c.number(a, 0)?, c.number(a, 1)?, c.number(a, 2)?);
        if life == 0.0 { Err(ErrorKind::Div0.into()) } else { result((cost - salvage) / life) }
    }),
    function("SYD", (4, 4), Lift::All, |c, a| {
        let (cost, salvage, life, period) = asset(c, a)?;
        if period < 1.0 {
            Err(ErrorKind::Num.into())
        } else {
            result((cost - salvage) * (life - period + 1.0) * 2.0 / (life * (life + 1.0)))
        }
    }),
    function("DB", (4, 5), Lift::All, declining),
    function("DDB", (4, 5), Lift::All, |c, a| {
        let (cost, salvage, life, period) = asset(c, a)?;
        let factor = c.number_or(a, 4, 2.0)?;
        if factor <= 0.0 || period < 1.0 {
            Err(ErrorKind::Num.into())
        } else {
            result(double_declining(cost, salvage, life, period, factor))
        }
    }),
    function("VDB", (5, 7), Lift::All, variable),
];

fn asset(context: &mut Context, args: &[Operand]) -> Outcome<(f64, f64, f64, f64)> {
    let (cost, salvage) = (context.number(args, 0)?, context.number(args, 1)?);
    let (life, period) = (context.number(args, 2)?, context.number(args, 3)?);
    if cost < 0.0 || salvage < 0.0 || life <= 0.0 || period < 0.0 || period > life + 1.0 || life > MOST_PERIODS {
        return Err(ErrorKind::Num.into());
    }
    Ok((cost, salvage, life, period))
}

/// DB: a rate rounded to three decimals, and a first year of `month` months.
fn declining(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (cost, salvage, life, period) = asset(context, args)?;
    let month = context.number_or(args, 4, 12.0)?.trunc();
    let period = period.trunc();
    let extra = if month < 12.0 { 1.0 } else { 0.0 };
    if period < 1.0 || period > life + extra || !(1.0..=12.0).contains(&month) {
        return Err(ErrorKind::Num.into());
    }
    if cost == 0.0 {
        return result(0.0);
    }
    context.spend(period as u64)?;
    let rate = round_to(1.0 - (salvage / cost).powf(1.0 / life), 3, Way::Half);
    let first = cost * rate * month / 12.0;
    let (mut total, mut now, mut year) = (first, first, 1.0);
    while year < period {
        year += 1.0;
        now = (cost - total) * rate;
        if year > life {
            now = now * (12.0 - month) / 12.0;
        }
        total += now;
    }
    result(now)
}

/// One period's share at `factor / life`, never below the salvage value.
fn double_declining(cost: f64, salvage: f64, life: f64, period: f64, factor: f64) -> f64 {
    let rate = (factor / life).min(1.0);
    let before = if rate >= 1.0 && period > 1.0 { 0.0 } else { cost * (1.0 - rate).powf(period - 1.0) };
    let after = cost * (1.0 - rate).powf(period);
    let share = if after < salvage { before - salvage } else { before - after };
    share.max(0.0)
}

/// VDB between two times, which may lie within periods; changes to straight line where that is more, unless told not to.
fn variable(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (cost, salvage, life, start) = asset(context, args)?;
    let end = context.number(args, 4)?;
    let factor = context.number_or(args, 5, 2.0)?;
    let stay = context.flag_or(args, 6, false)?;
    if end < start || end > life || factor <= 0.0 {
        return Err(ErrorKind::Num.into());
    }
    context.spend(end.ceil() as u64)?;
    let (mut book, mut total, mut period) = (cost, 0.0, 0.0);
    let mut straight = false;
    while period < end.ceil() {
        let mut share = (book * factor / life).min(book - salvage).max(0.0);
        let even = (book - salvage).max(0.0) / (life - period);
        straight = straight || (!stay && even > share);
        if straight {
            share = even;
        }
        let inside = (end.min(period + 1.0) - start.max(period)).max(0.0);
        total += share * inside;
        book -= share;
        period += 1.0;
    }
    result(total)
}
