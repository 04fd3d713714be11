//! Order statistics: LARGE, SMALL, RANK, percentiles, quartiles, FREQUENCY.

use super::super::context::Context;
use super::super::grid::{Grid, Operand};
use super::super::value::{CellValue, Fail, Outcome};
use super::args::result;
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

/// From which end LARGE and SMALL count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    Top,
    Bottom,
}

/// Whether percentiles reach the extremes (INC) or stay within (EXC).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ends {
    Inclusive,
    Exclusive,
}

pub(super) const FUNCTIONS: &[Function] = &[
    function("LARGE", (2, 2), Lift::At(&[1]), |c, a| extreme(c, a, End::Top)),
    function("SMALL", (2, 2), Lift::At(&[1]), |c, a| extreme(c, a, End::Bottom)),
    function("RANK", (2, 3), Lift::At(&[0]), |c, a| ranked(c, a, 0.0)),
    function("RANK.EQ", (2, 3), Lift::At(&[0]), |c, a| ranked(c, a, 0.0)),
    function("RANK.AVG", (2, 3), Lift::At(&[0]), |c, a| ranked(c, a, 0.5)),
    function("PERCENTILE", (2, 2), Lift::At(&[1]), |c, a| quantile(c, a, 1.0, Ends::Inclusive)),
    function("PERCENTILE.INC", (2, 2), Lift::At(&[1]), |c, a| quantile(c, a, 1.0, Ends::Inclusive)),
    function("PERCENTILE.EXC", (2, 2), Lift::At(&[1]), |c, a| quantile(c, a, 1.0, Ends::Exclusive)),
    function("QUARTILE", (2, 2), Lift::At(&[1]), |c, a| quantile(c, a, 4.0, Ends::Inclusive)),
    function("QUARTILE.INC", (2, 2), Lift::At(&[1]), |c, a| quantile(c, a, 4.0, Ends::Inclusive)),
    function("QUARTILE.EXC", (2, 2), Lift::At(&[1]), |c, a| quantile(c, a, 4.0, Ends::Exclusive)),
    function("PERCENTRANK", (2, 3), Lift::At(&[1]), |c, a| percent_rank(c, a, Ends::Inclusive)),
    function("PERCENTRANK.INC", (2, 3), Lift::At(&[1]), |c, a| percent_rank(c, a, Ends::Inclusive)),
    function("PERCENTRANK.EXC", (2, 3), Lift::At(&[1]), |c, a| percent_rank(c, a, Ends::Exclusive)),
    function("FREQUENCY", (2, 2), Lift::Whole, frequency),
];

/// The k-th number from one end; k counts from 1 and is rounded up.
pub(super) fn nth(numbers: &[f64], k: f64, end: End) -> Outcome<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    if end == End::Top {
        sorted.reverse();
    }
    let place = k.ceil() - 1.0;
    if place < 0.0 || place >= sorted.len() as f64 {
        return Err(ErrorKind::Num.into());
    }
    sorted.get(place as usize).copied().ok_or(Fail::Error(ErrorKind::Num))
}

fn extreme(context: &mut Context, args: &[Operand], end: End) -> Outcome<Operand> {
    let numbers = context.numbers(args.get(..1).unwrap_or_default())?;
    let k = context.number(args, 1)?;
    context.spend(numbers.len() as u64)?;
    result(nth(&numbers, k, end)?)
}

/// The number below which a share of the numbers lies, between neighbours in proportion.
pub(super) fn percentile(numbers: &[f64], share: f64, ends: Ends) -> Outcome<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let place = match ends {
        Ends::Inclusive => share * (count - 1.0),
        Ends::Exclusive => share * (count + 1.0) - 1.0,
    };
    if sorted.is_empty() || !(0.0..=1.0).contains(&share) || place < 0.0 || place > count - 1.0 {
        return Err(ErrorKind::Num.into());
    }
    let low = place.floor();
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or(0.0);
    let (below, above) = (at(low), at((low + 1.0).min(count - 1.0)));
    Ok(below + (above - below) * (place - low))
}

fn quantile(context: &mut Context, args: &[Operand], parts: f64, ends: Ends) -> Outcome<Operand> {
    let numbers = context.numbers(args.get(..1).unwrap_or_default())?;
    let share = context.number(args, 1)?;
    let share = if parts > 1.0 { share.trunc() } else { share };
    context.spend(numbers.len() as u64)?;
    result(percentile(&numbers, share / parts, ends)?)
}

/// How many numbers go before; `shared` splits the places of equal ones.
fn ranked(context: &mut Context, args: &[Operand], shared: f64) -> Outcome<Operand> {
    let number = context.number(args, 0)?;
    let numbers = context.numbers(args.get(1..2).unwrap_or_default())?;
    let ascending = context.number_or(args, 2, 0.0)? != 0.0;
    let equal = numbers.iter().filter(|other| **other == number).count() as f64;
    if equal == 0.0 {
        return Err(ErrorKind::NotAvailable.into());
    }
    let before = numbers.iter().filter(|other| if ascending { **other < number } else { **other > number }).count();
    result(before as f64 + 1.0 + shared * (equal - 1.0))
}

fn percent_rank(context: &mut Context, args: &[Operand], ends: Ends) -> Outcome<Operand> {
    let mut numbers = context.numbers(args.get(..1).unwrap_or_default())?;
    let wanted = context.number(args, 1)?;
    let digits = context.int_or(args, 2, 3)?;
    if digits < 1 || numbers.is_empty() {
        return Err(ErrorKind::Num.into());
    }
    numbers.sort_by(f64::total_cmp);
    let below = numbers.iter().filter(|number| **number < wanted).count();
    let above = numbers.get(below).copied().ok_or(Fail::Error(ErrorKind::NotAvailable))?;
    let place = if above == wanted {
        below as f64
    } else {
        let under = below.checked_sub(1).and_then(|place| numbers.get(place)).copied();
        let under = under.ok_or(Fail::Error(ErrorKind::NotAvailable))?;
        (below - 1) as f64 + (wanted - under) / (above - under)
    };
    let count = numbers.len() as f64;
    let share = match ends {
        Ends::Inclusive if numbers.len() == 1 => 1.0,
        Ends::Inclusive => place / (count - 1.0),
        Ends::Exclusive => (place + 1.0) / (count + 1.0),
    };
    result(super::math::round_to(share, digits, super::math::Way::Down))
}

fn frequency(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let numbers = context.numbers(args.get(..1).unwrap_or_default())?;
    let bins = context.numbers(args.get(1..2).unwrap_or_default())?;
    let mut order: Vec<usize> = (0..bins.len()).collect();
    order.sort_by(|a, b| bins.get(*a).partial_cmp(&bins.get(*b)).unwrap_or(std::cmp::Ordering::Equal));
    let sorted: Vec<f64> = order.iter().filter_map(|place| bins.get(*place).copied()).collect();
    let mut counts = vec![0.0; bins.len() + 1];
    for number in numbers {
        let place = sorted.partition_point(|bin| *bin < number);
        let slot = order.get(place).copied().unwrap_or(bins.len());
        if let Some(count) = counts.get_mut(slot) {
            *count += 1.0;
        }
    }
    Ok(Operand::from_grid(Grid::column(counts.into_iter().map(CellValue::from).collect())))
}
