//! Money over time: annuities, present values, rates of return. Payments out are negative, as in Excel.

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::value::{CellValue, Fail, Outcome};
use super::args::result;
use super::{Function, Lift, MANY, function};
use crate::lang::formula::ErrorKind;

/// Rounds of approximation and the closeness at which they end (Microsoft's references of IRR, RATE and XIRR: 20 to 100 rounds,
/// 0.00001 per cent; more rounds only find what Excel gives up on less often).
const ROUNDS: usize = 100;
const CLOSE: f64 = 1e-12;

pub(super) const FUNCTIONS: &[Function] = &[
    function("PMT", (3, 5), Lift::All, |c, a| {
        let (rate, periods, present, future, due) = annuity(c, a)?;
        result(payment(rate, periods, present, future, due)?)
    }),
    function("IPMT", (4, 6), Lift::All, |c, a| result(split_payment(c, a)?.0)),
    function("PPMT", (4, 6), Lift::All, |c, a| result(split_payment(c, a)?.1)),
    function("FV", (3, 5), Lift::All, |c, a| {
        let (rate, periods, payment, present, due) = annuity(c, a)?;
        result(future_value(rate, periods, payment, present, due))
    }),
    function("PV", (3, 5), Lift::All, |c, a| {
        let (rate, periods, payment, future, due) = annuity(c, a)?;
        if rate == 0.0 {
            return result(-future - payment * periods);
        }
        let growth = (1.0 + rate).powf(periods);
        result(-(future + payment * (1.0 + rate * due) * (growth - 1.0) / rate) / growth)
    }),
    function("NPER", (3, 5), Lift::All, |c, a| {
        let (rate, payment, present, future, due) = annuity(c, a)?;
        if rate == 0.0 {
            return if payment == 0.0 { Err(ErrorKind::Num.into()) } else { result(-(present + future) / payment) };
        }
        let adjusted = payment * (1.0 + rate * due) / rate;
        result(((adjusted - future) / (adjusted + present)).ln() / (1.0 + rate).ln())
    }),
    function("RATE", (3, 6), Lift::All, rate),
    function("NPV", (2, MANY), Lift::Whole, |c, a| {
        let rate = c.number(a, 0)?;
        if rate == -1.0 {
            return Err(ErrorKind::Div0.into());
        }
        let flows = c.numbers(a.get(1..).unwrap_or_default())?;
        result(present_value(rate, &flows) / (1.0 + rate))
    }),
    function("IRR", (1, 2), Lift::Whole, |c, a| {
        let flows = c.numbers(a.get(..1).unwrap_or_default())?;
        let guess = c.number_or(a, 1, 0.1)?;
        signs_differ(&flows)?;
        c.spend((flows.len() * ROUNDS) as u64)?;
        result(solved(guess, |rate| present_value(rate, &flows))?)
    }),
    function("MIRR", (3, 3), Lift::Whole, modified_return),
    function("XNPV", (3, 3), Lift::Whole, |c, a| {
        let rate = c.number(a, 0)?;
        let flows = dated_flows(c, a, 1)?;
        if rate <= -1.0 { Err(ErrorKind::Num.into()) } else { result(dated_value(rate, &flows)) }
    }),
    function("XIRR", (2, 3), Lift::Whole, |c, a| {
        let flows = dated_flows(c, a, 0)?;
        let guess = c.number_or(a, 2, 0.1)?;
        signs_differ(&flows.iter().map(|(flow, _)| *flow).collect::<Vec<_>>())?;
        c.spend((flows.len() * ROUNDS) as u64)?;
        result(solved(guess, |rate| dated_value(rate, &flows))?)
    }),
    function("CUMIPMT", (6, 6), Lift::All, |c, a| result(cumulated(c, a)?.0)),
    function("CUMPRINC", (6, 6), Lift::All, |c, a| result(cumulated(c, a)?.1)),
    function("EFFECT", (2, 2), Lift::All, |c, a| {
        let (rate, periods) = (c.number(a, 0)?, c.number(a, 1)?.trunc());
        if rate <= 0.0 || periods < 1.0 {
            Err(ErrorKind::Num.into())
        } else {
            result((1.0 + rate / periods).powf(periods) - 1.0)
        }
    }),
    function("NOMINAL", (2, 2), Lift::All, |c, a| {
        let (rate, periods) = (c.number(a, 0)?, c.number(a, 1)?.trunc());
        if rate <= 0.0 || periods < 1.0 {
            return Err(ErrorKind::Num.into());
        }
        result(((1.0 + rate).powf(1.0 / periods) - 1.0) * periods)
    }),
    function("RRI", (3, 3), Lift::All, |c, a| {
        let (periods, present, future) = (c.number(a, 0)?, c.number(a, 1)?, c.number(a, 2)?);
        if periods <= 0.0 || present == 0.0 {
            Err(ErrorKind::Num.into())
        } else {
            result((future / present).powf(1.0 / periods) - 1.0)
        }
    }),
    function("PDURATION", (3, 3), Lift::All, |c, a| {
        let (rate, present, future) = (c.number(a, 0)?, c.number(a, 1)?, c.number(a, 2)?);
        if rate <= 0.0 || present <= 0.0 || future <= 0.0 {
            Err(ErrorKind::Num.into())
        } else {
            result((future / present).ln() / (1.0 + rate).ln())
        }
    }),
    function("ISPMT", (4, 4), Lift::All, |c, a| {
        let (rate, period, periods, present) = (c.number(a, 0)?, c.number(a, 1)?, c.number(a, 2)?, c.number(a, 3)?);
        if periods == 0.0 { Err(ErrorKind::Div0.into()) } else { result(present * rate * (period / periods - 1.0)) }
    }),
    function("FVSCHEDULE", (2, 2), Lift::Whole, |c, a| {
        let rates = c.numbers(a.get(1..).unwrap_or_default())?;
        result(rates.iter().fold(c.number(a, 0)?, |sum, rate| sum * (1.0 + rate)))
    }),
    function("DOLLARDE", (2, 2), Lift::All, |c, a| {
        let (price, parts) = (c.number(a, 0)?, c.number(a, 1)?.trunc());
        if parts < 1.0 {
            return Err(if parts < 0.0 { ErrorKind::Num } else { ErrorKind::Div0 }.into());
        }
        result(price.trunc() + price.fract() * 10f64.powf(parts.log10().ceil()) / parts)
    }),
    function("DOLLARFR", (2, 2), Lift::All, |c, a| {
        let (price, parts) = (c.number(a, 0)?, c.number(a, 1)?.trunc());
        if parts < 1.0 {
            return Err(if parts < 0.0 { ErrorKind::Num } else { ErrorKind::Div0 }.into());
        }
        result(price.trunc() + price.fract() * parts / 10f64.powf(parts.log10().ceil()))
    }),
];

/// Rate, then three amounts or counts, and whether payments fall at a period's start.
fn annuity(context: &mut Context, args: &[Operand]) -> Outcome<(f64, f64, f64, f64, f64)> {
    let due = if context.number_or(args, 4, 0.0)? != 0.0 { 1.0 } else { 0.0 };
    Ok((
        context.number(args, 0)?,
        context.number(args, 1)?,
        context.number(args, 2)?,
        context.number_or(args, 3, 0.0)?,
        due,
    ))
}

fn payment(rate: f64, periods: f64, present: f64, future: f64, due: f64) -> Outcome<f64> {
    if periods == 0.0 {
        return Err(ErrorKind::Num.into());
    }
    if rate == 0.0 {
        return Ok(-(present + future) / periods);
    }
    let growth = (1.0 + rate).powf(periods);
    Ok(-rate * (future + present * growth) / ((1.0 + rate * due) * (growth - 1.0)))
}

fn future_value(rate: f64, periods: f64, payment: f64, present: f64, due: f64) -> f64 {
    if rate == 0.0 {
        return -present - payment * periods;
    }
    let growth = (1.0 + rate).powf(periods);
    -present * growth - payment * (1.0 + rate * due) * (growth - 1.0) / rate
}

/// Interest and principal of one period's payment.
fn split_payment(context: &mut Context, args: &[Operand]) -> Outcome<(f64, f64)> {
    let (rate, period, periods) = (context.number(args, 0)?, context.number(args, 1)?, context.number(args, 2)?);
    let (present, future) = (context.number(args, 3)?, context.number_or(args, 4, 0.0)?);
    let due = if context.number_or(args, 5, 0.0)? != 0.0 { 1.0 } else { 0.0 };
    if period < 1.0 || period >= periods + 1.0 {
        return Err(ErrorKind::Num.into());
    }
    let payment = payment(rate, periods, present, future, due)?;
    let interest = interest_of(rate, period, payment, present, due);
    Ok((interest, payment - interest))
}

fn interest_of(rate: f64, period: f64, payment: f64, present: f64, due: f64) -> f64 {
    if due > 0.0 && period == 1.0 {
        return 0.0;
    }
    // With payments at the start, the balance grows from the one after the payment before.
    let passed = if due > 0.0 { period - 2.0 } else { period - 1.0 };
    let owed = future_value(rate, passed, payment, present, due);
    if due > 0.0 { (owed - payment) * rate } else { owed * rate }
}

fn cumulated(context: &mut Context, args: &[Operand]) -> Outcome<(f64, f64)> {
    let (rate, periods, present) = (context.number(args, 0)?, context.number(args, 1)?, context.number(args, 2)?);
    let (first, last) = (context.number(args, 3)?.ceil(), context.number(args, 4)?.floor());
    let due = context.number(args, 5)?;
    if rate <= 0.0 || periods <= 0.0 || present <= 0.0 || first < 1.0 || last < first || last > periods {
        return Err(ErrorKind::Num.into());
    }
    context.spend((last - first) as u64)?;
    let payment = payment(rate, periods, present, 0.0, due)?;
    let (mut interest, mut period) = (0.0, first);
    while period <= last {
        interest += interest_of(rate, period, payment, present, due);
        period += 1.0;
    }
    Ok((interest, payment * (last - first + 1.0) - interest))
}

/// The root of a falling curve near a guess: Newton's method, then halving between −100 % and 1,000,000 % where that fails.
fn solved(guess: f64, worth: impl Fn(f64) -> f64) -> Outcome<f64> {
    let mut rate = guess;
    for _ in 0..ROUNDS {
        let step = (rate.abs() * 1e-6).max(1e-7);
        let (value, slope) = (worth(rate), (worth(rate + step) - worth(rate - step)) / (2.0 * step));
        let next = rate - value / slope;
        if !next.is_finite() || next <= -1.0 {
            break;
        }
        if (next - rate).abs() <= CLOSE * next.abs().max(1.0) {
            return Ok(next);
        }
        rate = next;
    }
    let (mut low, mut high) = (-0.999_999, 10_000.0);
    if worth(low).signum() == worth(high).signum() {
        return Err(ErrorKind::Num.into());
    }
    for _ in 0..ROUNDS * 2 {
        let middle = (low + high) / 2.0;
        if worth(middle).signum() == worth(low).signum() {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok((low + high) / 2.0)
}

fn rate(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (periods, payment, present) = (context.number(args, 0)?, context.number(args, 1)?, context.number(args, 2)?);
    let future = context.number_or(args, 3, 0.0)?;
    let due = if context.number_or(args, 4, 0.0)? != 0.0 { 1.0 } else { 0.0 };
    let guess = context.number_or(args, 5, 0.1)?;
    if periods <= 0.0 {
        return Err(ErrorKind::Num.into());
    }
    result(solved(guess, |rate| future_value(rate, periods, payment, present, due) - future)?)
}

/// Worth at the first flow's time.
fn present_value(rate: f64, flows: &[f64]) -> f64 {
    let mut worth = 0.0;
    let mut factor = 1.0;
    for flow in flows {
        worth += flow / factor;
        factor *= 1.0 + rate;
    }
    worth
}

fn signs_differ(flows: &[f64]) -> Outcome<()> {
    let both = flows.iter().any(|flow| *flow > 0.0) && flows.iter().any(|flow| *flow < 0.0);
    if both { Ok(()) } else { Err(ErrorKind::Num.into()) }
}

fn modified_return(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let flows = context.numbers(args.get(..1).unwrap_or_default())?;
    let (finance, reinvest) = (context.number(args, 1)?, context.number(args, 2)?);
    let only = |sign: f64| flows.iter().map(|flow| if flow * sign > 0.0 { *flow } else { 0.0 }).collect::<Vec<_>>();
    let periods = flows.len() as f64 - 1.0;
    let spent = present_value(finance, &only(-1.0));
    let earned = present_value(reinvest, &only(1.0)) * (1.0 + reinvest).powf(periods);
    if spent == 0.0 || earned == 0.0 || periods < 1.0 {
        return Err(ErrorKind::Div0.into());
    }
    result((-earned / spent).powf(1.0 / periods) - 1.0)
}

/// Flows and the years from the first one, of 365 days each.
fn dated_flows(context: &mut Context, args: &[Operand], from: usize) -> Outcome<Vec<(f64, f64)>> {
    let (flows, days) = (context.grid_at(args, from)?, context.grid_at(args, from + 1)?);
    if flows.cells().len() != days.cells().len() {
        return Err(ErrorKind::Num.into());
    }
    let mut found: Vec<(f64, f64)> = Vec::new();
    let mut first = None;
    for (flow, day) in flows.cells().iter().zip(days.cells()) {
        let number = |value: &CellValue| match value {
            CellValue::Number(number) => Ok(*number),
            CellValue::Error(kind) => Err(Fail::Error(*kind)),
            _ => Err(Fail::Error(ErrorKind::Value)),
        };
        let day = number(day)?.floor();
        let start = *first.get_or_insert(day);
        if day < start {
            return Err(ErrorKind::Num.into());
        }
        found.push((number(flow)?, (day - start) / 365.0));
    }
    Ok(found)
}

fn dated_value(rate: f64, flows: &[(f64, f64)]) -> f64 {
    flows.iter().map(|(flow, years)| flow / (1.0 + rate).powf(*years)).sum()
}
