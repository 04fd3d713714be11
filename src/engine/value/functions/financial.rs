//! Financial functions with the formulas of their documentation (Microsoft Learn, VBA financial functions).
//! Error 5 where no result exists or the iteration does not settle.

use super::{Environment, Function, arg, double_at, double_or, function};
use crate::engine::value::{RunError, Value, coerce, errors};

pub(super) const FUNCTIONS: &[Function] = &[
    function("fv", &["rate", "nper", "pmt", "pv", "due"], 3, |v, _| {
        money(fv(double_at(v, 0)?, double_at(v, 1)?, double_at(v, 2)?, double_or(v, 3, 0.0)?, due(v, 4)?))
    }),
    function("pv", &["rate", "nper", "pmt", "fv", "due"], 3, |v, _| {
        money(pv(double_at(v, 0)?, double_at(v, 1)?, double_at(v, 2)?, double_or(v, 3, 0.0)?, due(v, 4)?))
    }),
    function("pmt", &["rate", "nper", "pv", "fv", "due"], 3, pmt_function),
    function("ipmt", &["rate", "per", "nper", "pv", "fv", "due"], 4, |v, _| money(interest(v)?.0)),
    function("ppmt", &["rate", "per", "nper", "pv", "fv", "due"], 4, |v, _| money(interest(v)?.1)),
    function("nper", &["rate", "pmt", "pv", "fv", "due"], 3, nper),
    function("rate", &["nper", "pmt", "pv", "fv", "due", "guess"], 3, rate),
    function("npv", &["rate", "values"], 2, npv_function),
    function("irr", &["values", "guess"], 1, irr),
    function("mirr", &["values", "finance_rate", "reinvest_rate"], 3, mirr),
    function("sln", &["cost", "salvage", "life"], 3, sln),
    function("syd", &["cost", "salvage", "life", "period"], 4, syd),
    function("ddb", &["cost", "salvage", "life", "period", "factor"], 4, ddb),
];

/// Steps RATE and IRR take before giving up (documented: 20 for IRR; RATE needs a few more for distant guesses).
const MOST_STEPS: usize = 40;
/// How near to zero the equation must come.
const TOLERANCE: f64 = 1e-7;
/// First guess of RATE and IRR.
const GUESS: f64 = 0.1;

fn money(amount: f64) -> Result<Value, RunError> {
    if amount.is_finite() { Ok(Value::Double(amount)) } else { Err(errors::invalid_call()) }
}

/// 1 when payments fall at the beginning of a period, else 0.
fn due(values: &[Value], at: usize) -> Result<f64, RunError> {
    Ok(if double_or(values, at, 0.0)? == 0.0 { 0.0 } else { 1.0 })
}

fn fv(rate: f64, nper: f64, pmt: f64, pv: f64, due: f64) -> f64 {
    if rate == 0.0 {
        return -pv - pmt * nper;
    }
    let growth = (1.0 + rate).powf(nper);
    -pv * growth - pmt / rate * (1.0 + rate * due) * (growth - 1.0)
}

fn pv(rate: f64, nper: f64, pmt: f64, fv: f64, due: f64) -> f64 {
    if rate == 0.0 {
        return -fv - pmt * nper;
    }
    let growth = (1.0 + rate).powf(nper);
    -(fv + pmt * (1.0 + rate * due) * ((growth - 1.0) / rate)) / growth
}

fn pmt(rate: f64, nper: f64, pv: f64, fv: f64, due: f64) -> f64 {
    if rate == 0.0 {
        return (-fv - pv) / nper;
    }
    let growth = (1.0 + rate).powf(nper);
    (-fv - pv * growth) / ((1.0 + rate * due) * (growth - 1.0)) * rate
}

fn pmt_function(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let nper = double_at(values, 1)?;
    if nper == 0.0 {
        return Err(errors::invalid_call());
    }
    money(pmt(double_at(values, 0)?, nper, double_at(values, 2)?, double_or(values, 3, 0.0)?, due(values, 4)?))
}

/// Interest and principal of one period.
fn interest(values: &[Value]) -> Result<(f64, f64), RunError> {
    let (rate, period, nper, present) =
        (double_at(values, 0)?, double_at(values, 1)?, double_at(values, 2)?, double_at(values, 3)?);
    let (future, due) = (double_or(values, 4, 0.0)?, due(values, 5)?);
    if period <= 0.0 || period >= nper + 1.0 {
        return Err(errors::invalid_call());
    }
    let payment = pmt(rate, nper, present, future, due);
    let before = if due == 1.0 { present + payment } else { present };
    let interest =
        if due == 1.0 && period == 1.0 { 0.0 } else { fv(rate, period - due - 1.0, payment, before, 0.0) * rate };
    Ok((interest, payment - interest))
}

fn nper(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let (rate, pmt, pv) = (double_at(values, 0)?, double_at(values, 1)?, double_at(values, 2)?);
    let (fv, due) = (double_or(values, 3, 0.0)?, due(values, 4)?);
    if rate <= -1.0 {
        return Err(errors::invalid_call());
    }
    if rate == 0.0 {
        return if pmt == 0.0 { Err(errors::invalid_call()) } else { money(-(pv + fv) / pmt) };
    }
    let payment = pmt * (1.0 + rate * due) / rate;
    money(((payment - fv) / (payment + pv)).ln() / (1.0 + rate).ln())
}

/// A zero of a function by secants from two guesses.
fn solve(guess: f64, f: impl Fn(f64) -> f64) -> Result<f64, RunError> {
    let (mut x0, mut y0) = (guess, f(guess));
    let mut x1 = if y0 > 0.0 { guess / 2.0 } else { guess * 2.0 };
    let mut y1 = f(x1);
    for _ in 0..MOST_STEPS {
        if y1 == y0 {
            x0 += if x1 > x0 { -1e-5 } else { 1e-5 };
            y0 = f(x0);
            if y1 == y0 {
                break;
            }
        }
        let next = x1 - (x1 - x0) * y1 / (y1 - y0);
        let y = f(next);
        if !y.is_finite() {
            break;
        }
        if y.abs() < TOLERANCE {
            return Ok(next);
        }
        (x0, y0, x1, y1) = (x1, y1, next, y);
    }
    Err(errors::invalid_call())
}

fn rate(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let (nper, pmt, pv) = (double_at(values, 0)?, double_at(values, 1)?, double_at(values, 2)?);
    let (fv, due, guess) = (double_or(values, 3, 0.0)?, due(values, 4)?, double_or(values, 5, GUESS)?);
    if nper <= 0.0 {
        return Err(errors::invalid_call());
    }
    let balance = |rate: f64| {
        if rate == 0.0 {
            return pv + pmt * nper + fv;
        }
        let growth = (1.0 + rate).powf(nper);
        pv * growth + pmt * (1.0 + rate * due) * (growth - 1.0) / rate + fv
    };
    solve(guess, balance).and_then(money)
}

fn flows(value: &Value) -> Result<Vec<f64>, RunError> {
    let Value::Array(array) = value else { return Err(errors::mismatch()) };
    array.elements.iter().map(coerce::to_double).collect()
}

fn npv(rate: f64, flows: &[f64]) -> f64 {
    let mut factor = 1.0;
    flows
        .iter()
        .map(|flow| {
            factor *= 1.0 + rate;
            flow / factor
        })
        .sum()
}

fn npv_function(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let rate = double_at(values, 0)?;
    if rate == -1.0 {
        return Err(errors::invalid_call());
    }
    money(npv(rate, &flows(arg(values, 1))?))
}

/// Needs at least one payment out and one in.
fn irr(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let flows = flows(arg(values, 0))?;
    if !flows.iter().any(|flow| *flow > 0.0) || !flows.iter().any(|flow| *flow < 0.0) {
        return Err(errors::invalid_call());
    }
    let scale = flows.iter().fold(0.0, |most: f64, flow| most.max(flow.abs()));
    let guess = double_or(values, 1, GUESS)?;
    solve(guess, |rate| npv(rate, &flows) / scale).and_then(money)
}

fn mirr(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let flows = flows(arg(values, 0))?;
    let (finance, reinvest) = (double_at(values, 1)?, double_at(values, 2)?);
    let negative: Vec<f64> = flows.iter().map(|flow| flow.min(0.0)).collect();
    let positive: Vec<f64> = flows.iter().map(|flow| flow.max(0.0)).collect();
    let (paid, earned) = (npv(finance, &negative), npv(reinvest, &positive));
    if flows.len() < 2 || paid == 0.0 || earned == 0.0 {
        return Err(errors::zero_division());
    }
    let count = flows.len() as f64;
    let ratio = -earned * (1.0 + reinvest).powf(count) / (paid * (1.0 + finance));
    money(ratio.powf(1.0 / (count - 1.0)) - 1.0)
}

fn sln(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let life = double_at(values, 2)?;
    if life == 0.0 {
        return Err(errors::invalid_call());
    }
    money((double_at(values, 0)? - double_at(values, 1)?) / life)
}

fn syd(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let (cost, salvage, life, period) =
        (double_at(values, 0)?, double_at(values, 1)?, double_at(values, 2)?, double_at(values, 3)?);
    if salvage < 0.0 || period <= 0.0 || period > life {
        return Err(errors::invalid_call());
    }
    money((cost - salvage) * 2.0 * (life + 1.0 - period) / (life * (life + 1.0)))
}

/// Declining balance; the last period takes what is left above the salvage value.
fn ddb(values: &[Value], _: &mut Environment) -> Result<Value, RunError> {
    let (cost, salvage, life, period) =
        (double_at(values, 0)?, double_at(values, 1)?, double_at(values, 2)?, double_at(values, 3)?);
    let factor = double_or(values, 4, 2.0)?;
    if factor <= 0.0 || salvage < 0.0 || period <= 0.0 || period > life {
        return Err(errors::invalid_call());
    }
    if cost <= 0.0 {
        return money(0.0);
    }
    let kept = (1.0 - factor / life).max(0.0);
    let before = cost * kept.powf(period - 1.0);
    let after = (cost * kept.powf(period)).max(salvage);
    money((before - after).max(0.0))
}
