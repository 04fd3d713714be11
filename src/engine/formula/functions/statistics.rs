//! Spread, centre and shape of numbers. Variances are computed in two passes, as Excel does since 2003.

use std::collections::HashMap;

use super::super::context::Context;
use super::super::grid::{Grid, Operand};
use super::super::value::{CellValue, Fail, Outcome};
use super::args::{mean, result, sum};
use super::{Function, Lift, MANY, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("STDEV", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 1)?.sqrt())),
    function("STDEV.S", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 1)?.sqrt())),
    function("STDEVP", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 0)?.sqrt())),
    function("STDEV.P", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 0)?.sqrt())),
    function("STDEVA", (1, MANY), Lift::Whole, |c, a| result(variance(&c.all_numbers(a)?, 1)?.sqrt())),
    function("STDEVPA", (1, MANY), Lift::Whole, |c, a| result(variance(&c.all_numbers(a)?, 0)?.sqrt())),
    function("VAR", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 1)?)),
    function("VAR.S", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 1)?)),
    function("VARP", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 0)?)),
    function("VAR.P", (1, MANY), Lift::Whole, |c, a| result(variance(&c.numbers(a)?, 0)?)),
    function("VARA", (1, MANY), Lift::Whole, |c, a| result(variance(&c.all_numbers(a)?, 1)?)),
    function("VARPA", (1, MANY), Lift::Whole, |c, a| result(variance(&c.all_numbers(a)?, 0)?)),
    function("MEDIAN", (1, MANY), Lift::Whole, |c, a| result(median(&c.numbers(a)?)?)),
    function("MODE", (1, MANY), Lift::Whole, |c, a| result(mode(&c.numbers(a)?)?)),
    function("MODE.SNGL", (1, MANY), Lift::Whole, |c, a| result(mode(&c.numbers(a)?)?)),
    function("MODE.MULT", (1, MANY), Lift::Whole, |c, a| {
        let modes = modes(&c.numbers(a)?)?;
        Ok(Operand::from_grid(Grid::column(modes.into_iter().map(CellValue::from).collect())))
    }),
    function("GEOMEAN", (1, MANY), Lift::Whole, |c, a| {
        let logs: Vec<f64> = positive(c, a)?.iter().map(|x| x.ln()).collect();
        result(mean(&logs)?.exp())
    }),
    function("HARMEAN", (1, MANY), Lift::Whole, |c, a| {
        let inverses: Vec<f64> = positive(c, a)?.iter().map(|x| 1.0 / x).collect();
        result(1.0 / mean(&inverses)?)
    }),
    function("TRIMMEAN", (2, 2), Lift::Whole, trimmed),
    function("AVEDEV", (1, MANY), Lift::Whole, |c, a| {
        let numbers = c.numbers(a)?;
        let centre = mean(&numbers).map_err(|_| Fail::Error(ErrorKind::Num))?;
        result(mean(&numbers.iter().map(|x| (x - centre).abs()).collect::<Vec<_>>())?)
    }),
    function("DEVSQ", (1, MANY), Lift::Whole, |c, a| {
        let numbers = c.numbers(a)?;
        let centre = mean(&numbers).map_err(|_| Fail::Error(ErrorKind::Num))?;
        result(moment(&numbers, centre, 2))
    }),
    function("SKEW", (1, MANY), Lift::Whole, |c, a| result(skew(&c.numbers(a)?)?)),
    function("SKEW.P", (1, MANY), Lift::Whole, |c, a| {
        let numbers = c.numbers(a)?;
        let deviation = variance(&numbers, 0)?.sqrt();
        if deviation == 0.0 {
            return Err(ErrorKind::Div0.into());
        }
        result(moment(&numbers, mean(&numbers)?, 3) / numbers.len() as f64 / deviation.powi(3))
    }),
    function("KURT", (1, MANY), Lift::Whole, |c, a| result(kurtosis(&c.numbers(a)?)?)),
    function("STANDARDIZE", (3, 3), Lift::All, |c, a| {
        let deviation = c.number(a, 2)?;
        if deviation <= 0.0 {
            Err(ErrorKind::Num.into())
        } else {
            result((c.number(a, 0)? - c.number(a, 1)?) / deviation)
        }
    }),
];

/// Sum of squares about the mean over n less `lost` degrees of freedom.
pub(super) fn variance(numbers: &[f64], lost: usize) -> Outcome<f64> {
    if numbers.len() <= lost {
        return Err(ErrorKind::Div0.into());
    }
    let centre = mean(numbers)?;
    Ok(moment(numbers, centre, 2) / (numbers.len() - lost) as f64)
}

fn moment(numbers: &[f64], centre: f64, power: i32) -> f64 {
    numbers.iter().map(|number| (number - centre).powi(power)).sum()
}

/// The middle number, or the mean of the two in the middle.
pub(super) fn median(numbers: &[f64]) -> Outcome<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let high = sorted.get(sorted.len() / 2).copied().ok_or(Fail::Error(ErrorKind::Num))?;
    if sorted.len() % 2 == 1 {
        return Ok(high);
    }
    let low = sorted.get((sorted.len() / 2).saturating_sub(1)).copied().unwrap_or(high);
    Ok((low + high) / 2.0)
}

/// The most frequent number, the first of them where several are.
pub(super) fn mode(numbers: &[f64]) -> Outcome<f64> {
    modes(numbers)?.first().copied().ok_or(Fail::Error(ErrorKind::NotAvailable))
}

fn modes(numbers: &[f64]) -> Outcome<Vec<f64>> {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for number in numbers {
        *counts.entry((number + 0.0).to_bits()).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    if most < 2 {
        return Err(ErrorKind::NotAvailable.into());
    }
    let mut found: Vec<f64> = Vec::new();
    for number in numbers {
        if counts.remove(&(number + 0.0).to_bits()) == Some(most) {
            found.push(*number);
        }
    }
    Ok(found)
}

fn positive(context: &mut Context, args: &[Operand]) -> Outcome<Vec<f64>> {
    let numbers = context.numbers(args)?;
    if numbers.is_empty() || numbers.iter().any(|number| *number <= 0.0) {
        return Err(ErrorKind::Num.into());
    }
    Ok(numbers)
}

fn trimmed(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let mut numbers = context.numbers(args.get(..1).unwrap_or_default())?;
    let share = context.number(args, 1)?;
    if !(0.0..1.0).contains(&share) || numbers.is_empty() {
        return Err(ErrorKind::Num.into());
    }
    numbers.sort_by(f64::total_cmp);
    let cut = (numbers.len() as f64 * share / 2.0) as usize;
    let kept = numbers.get(cut..numbers.len().saturating_sub(cut)).unwrap_or_default();
    result(mean(kept)?)
}

fn skew(numbers: &[f64]) -> Outcome<f64> {
    let n = numbers.len() as f64;
    let deviation = if numbers.len() < 3 { 0.0 } else { variance(numbers, 1)?.sqrt() };
    if deviation == 0.0 {
        return Err(ErrorKind::Div0.into());
    }
    Ok(moment(numbers, sum(numbers) / n, 3) / deviation.powi(3) * n / ((n - 1.0) * (n - 2.0)))
}

fn kurtosis(numbers: &[f64]) -> Outcome<f64> {
    let n = numbers.len() as f64;
    let spread = if numbers.len() < 4 { 0.0 } else { variance(numbers, 1)? };
    if spread == 0.0 {
        return Err(ErrorKind::Div0.into());
    }
    let fourth = moment(numbers, sum(numbers) / n, 4) / (spread * spread);
    Ok(fourth * n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0)) - 3.0 * (n - 1.0).powi(2) / ((n - 2.0) * (n - 3.0)))
}
