//! Probability: the normal family and those built on the incomplete gamma and beta functions.
//! Series and continued fractions after Abramowitz and Stegun, Handbook of Mathematical Functions (6.5, 7.1, 26.5); Lanczos' gamma.

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::value::Outcome;
use super::args::result;
use super::math::combinations;
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

const SQRT_TWO_PI: f64 = 2.506_628_274_631_000_5;
/// Terms after which a series or fraction that has not settled never will.
const TERMS: usize = 2_000;
const TINY: f64 = 1e-300;

pub(super) const FUNCTIONS: &[Function] = &[
    function("NORM.S.DIST", (1, 2), Lift::All, |c, a| {
        let z = c.number(a, 0)?;
        result(if c.flag_or(a, 1, true)? { normal(z) } else { density(z) })
    }),
    function("NORMSDIST", (1, 1), Lift::All, |c, a| result(normal(c.number(a, 0)?))),
    function("NORM.DIST", (4, 4), Lift::All, general_normal),
    function("NORMDIST", (4, 4), Lift::All, general_normal),
    function("NORM.S.INV", (1, 1), Lift::All, |c, a| result(normal_inverse(c.number(a, 0)?)?)),
    function("NORMSINV", (1, 1), Lift::All, |c, a| result(normal_inverse(c.number(a, 0)?)?)),
    function("NORM.INV", (3, 3), Lift::All, general_inverse),
    function("NORMINV", (3, 3), Lift::All, general_inverse),
    function("CONFIDENCE", (3, 3), Lift::All, confidence),
    function("CONFIDENCE.NORM", (3, 3), Lift::All, confidence),
    function("PHI", (1, 1), Lift::All, |c, a| result(density(c.number(a, 0)?))),
    function("GAUSS", (1, 1), Lift::All, |c, a| result(normal(c.number(a, 0)?) - 0.5)),
    function("ERF", (1, 2), Lift::All, |c, a| {
        let low = erf(c.number(a, 0)?);
        result(if a.len() > 1 { erf(c.number(a, 1)?) - low } else { low })
    }),
    function("ERF.PRECISE", (1, 1), Lift::All, |c, a| result(erf(c.number(a, 0)?))),
    function("ERFC", (1, 1), Lift::All, |c, a| result(erfc(c.number(a, 0)?))),
    function("ERFC.PRECISE", (1, 1), Lift::All, |c, a| result(erfc(c.number(a, 0)?))),
    function("GAMMALN", (1, 1), Lift::All, log_gamma_of),
    function("GAMMALN.PRECISE", (1, 1), Lift::All, log_gamma_of),
    function("GAMMA", (1, 1), Lift::All, |c, a| {
        let x = c.number(a, 0)?;
        if x <= 0.0 && x.fract() == 0.0 { Err(ErrorKind::Num.into()) } else { result(gamma(x)) }
    }),
    function("EXPON.DIST", (3, 3), Lift::All, exponential),
    function("EXPONDIST", (3, 3), Lift::All, exponential),
    function("POISSON", (3, 3), Lift::All, poisson),
    function("POISSON.DIST", (3, 3), Lift::All, poisson),
    function("BINOMDIST", (4, 4), Lift::All, binomial),
    function("BINOM.DIST", (4, 4), Lift::All, binomial),
    function("WEIBULL", (4, 4), Lift::All, weibull),
    function("WEIBULL.DIST", (4, 4), Lift::All, weibull),
    function("CHIDIST", (2, 2), Lift::All, chi_right),
    function("CHISQ.DIST.RT", (2, 2), Lift::All, chi_right),
    function("TDIST", (3, 3), Lift::All, |c, a| {
        let (x, freedom, tails) = (c.number(a, 0)?, c.number(a, 1)?.trunc(), c.number(a, 2)?.trunc());
        if x < 0.0 || freedom < 1.0 || !(1.0..=2.0).contains(&tails) {
            return Err(ErrorKind::Num.into());
        }
        result(two_tails(x, freedom) * tails / 2.0)
    }),
    function("T.DIST.2T", (2, 2), Lift::All, |c, a| {
        let (x, freedom) = (c.number(a, 0)?, c.number(a, 1)?.trunc());
        if x < 0.0 || freedom < 1.0 { Err(ErrorKind::Num.into()) } else { result(two_tails(x, freedom)) }
    }),
    function("FDIST", (3, 3), Lift::All, f_right),
    function("F.DIST.RT", (3, 3), Lift::All, f_right),
    function("FISHER", (1, 1), Lift::All, |c, a| {
        let x = c.number(a, 0)?;
        if x.abs() >= 1.0 { Err(ErrorKind::Num.into()) } else { result(x.atanh()) }
    }),
    function("FISHERINV", (1, 1), Lift::All, |c, a| result(c.number(a, 0)?.tanh())),
    function("HYPGEOMDIST", (4, 4), Lift::All, |c, a| {
        let (hits, draws) = (c.number(a, 0)?.trunc(), c.number(a, 1)?.trunc());
        let (good, all) = (c.number(a, 2)?.trunc(), c.number(a, 3)?.trunc());
        if hits < 0.0 || hits > draws.min(good) || draws > all || good > all || draws - hits > all - good {
            return Err(ErrorKind::Num.into());
        }
        result(combinations(good, hits) * combinations(all - good, draws - hits) / combinations(all, draws))
    }),
];

fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / SQRT_TWO_PI
}

fn normal(z: f64) -> f64 {
    erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

fn erf(x: f64) -> f64 {
    let share = gamma_share(0.5, x * x);
    if x < 0.0 { -share } else { share }
}

fn erfc(x: f64) -> f64 {
    if x < 0.0 { 1.0 + gamma_share(0.5, x * x) } else { gamma_rest(0.5, x * x) }
}

fn general_normal(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (x, mean, deviation) = (context.number(args, 0)?, context.number(args, 1)?, context.number(args, 2)?);
    if deviation <= 0.0 {
        return Err(ErrorKind::Num.into());
    }
    let z = (x - mean) / deviation;
    result(if context.flag_or(args, 3, true)? { normal(z) } else { density(z) / deviation })
}

fn general_inverse(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (share, mean, deviation) = (context.number(args, 0)?, context.number(args, 1)?, context.number(args, 2)?);
    if deviation <= 0.0 { Err(ErrorKind::Num.into()) } else { result(mean + deviation * normal_inverse(share)?) }
}

/// By Newton's method on the distribution itself, from the middle; converges for every share a double can tell from 0 and 1.
fn normal_inverse(share: f64) -> Outcome<f64> {
    if share <= 0.0 || share >= 1.0 {
        return Err(ErrorKind::Num.into());
    }
    let (mut low, mut high) = (-40.0, 40.0);
    let mut z = 0.0;
    for _ in 0..200 {
        let over = normal(z) - share;
        if over > 0.0 {
            high = z;
        } else {
            low = z;
        }
        let next = z - over / density(z).max(TINY);
        let next = if next > low && next < high { next } else { (low + high) / 2.0 };
        if (next - z).abs() <= f64::EPSILON * next.abs() {
            return Ok(next);
        }
        z = next;
    }
    Ok(z)
}

fn confidence(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (alpha, deviation, size) =
        (context.number(args, 0)?, context.number(args, 1)?, context.number(args, 2)?.trunc());
    if deviation <= 0.0 || size < 1.0 {
        return Err(ErrorKind::Num.into());
    }
    result(normal_inverse(1.0 - alpha / 2.0)? * deviation / size.sqrt())
}

/// Lanczos' approximation with g = 7 and nine terms, good to 15 digits.
fn log_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin().abs()).ln() - log_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let mut sum = 0.0;
    for (place, term) in TERMS.iter().enumerate() {
        sum += if place == 0 { *term } else { term / (x + place as f64) };
    }
    let base = x + G + 0.5;
    SQRT_TWO_PI.ln() + (x + 0.5) * base.ln() - base + sum.ln()
}

fn gamma(x: f64) -> f64 {
    if x.fract() == 0.0 && (1.0..=171.0).contains(&x) {
        return (1..x as u32).map(f64::from).product();
    }
    let size = log_gamma(x).exp();
    let negative = x < 0.0 && (x.floor() % 2.0 != 0.0);
    if negative { -size } else { size }
}

fn log_gamma_of(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let x = context.number(args, 0)?;
    if x <= 0.0 { Err(ErrorKind::Num.into()) } else { result(log_gamma(x)) }
}

/// The lower incomplete gamma function over the whole one.
fn gamma_share(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= a + 1.0 {
        return 1.0 - gamma_rest(a, x);
    }
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    for _ in 0..TERMS {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term.abs() < sum.abs() * f64::EPSILON {
            break;
        }
    }
    sum * (a * x.ln() - x - log_gamma(a)).exp()
}

/// The upper incomplete gamma function over the whole one.
fn gamma_rest(a: f64, x: f64) -> f64 {
    if x < a + 1.0 {
        return 1.0 - gamma_share(a, x);
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for step in 1..TERMS {
        let n = step as f64;
        let factor = -n * (n - a);
        b += 2.0;
        d = 1.0 / non_zero(factor * d + b);
        c = non_zero(b + factor / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction * (a * x.ln() - x - log_gamma(a)).exp()
}

fn non_zero(x: f64) -> f64 {
    if x.abs() < TINY { TINY } else { x }
}

/// The regularised incomplete beta function.
fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / non_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..TERMS {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / non_zero(1.0 + even * d);
        c = non_zero(1.0 + even / c);
        fraction *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / non_zero(1.0 + odd * d);
        c = non_zero(1.0 + odd / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

fn two_tails(x: f64, freedom: f64) -> f64 {
    beta_share(freedom / (freedom + x * x), freedom / 2.0, 0.5)
}

fn f_right(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (x, over, under) =
        (context.number(args, 0)?, context.number(args, 1)?.trunc(), context.number(args, 2)?.trunc());
    if x < 0.0 || over < 1.0 || under < 1.0 {
        return Err(ErrorKind::Num.into());
    }
    result(beta_share(under / (under + over * x), under / 2.0, over / 2.0))
}

fn chi_right(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (x, freedom) = (context.number(args, 0)?, context.number(args, 1)?.trunc());
    if x < 0.0 || freedom < 1.0 { Err(ErrorKind::Num.into()) } else { result(gamma_rest(freedom / 2.0, x / 2.0)) }
}

fn exponential(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (x, rate) = (context.number(args, 0)?, context.number(args, 1)?);
    if x < 0.0 || rate <= 0.0 {
        return Err(ErrorKind::Num.into());
    }
    result(if context.flag_or(args, 2, true)? { 1.0 - (-rate * x).exp() } else { rate * (-rate * x).exp() })
}

fn poisson(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (x, mean) = (context.number(args, 0)?.trunc(), context.number(args, 1)?);
    if x < 0.0 || mean < 0.0 {
        return Err(ErrorKind::Num.into());
    }
    let cumulative = context.flag_or(args, 2, true)?;
    result(if cumulative { gamma_rest(x + 1.0, mean) } else { (x * mean.ln() - mean - log_gamma(x + 1.0)).exp() })
}

fn binomial(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (hits, trials, chance) =
        (context.number(args, 0)?.trunc(), context.number(args, 1)?.trunc(), context.number(args, 2)?);
    if hits < 0.0 || hits > trials || !(0.0..=1.0).contains(&chance) {
        return Err(ErrorKind::Num.into());
    }
    if context.flag_or(args, 3, true)? {
        return result(if hits == trials { 1.0 } else { 1.0 - beta_share(chance, hits + 1.0, trials - hits) });
    }
    result(combinations(trials, hits) * chance.powf(hits) * (1.0 - chance).powf(trials - hits))
}

fn weibull(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (x, shape, scale) = (context.number(args, 0)?, context.number(args, 1)?, context.number(args, 2)?);
    if x < 0.0 || shape <= 0.0 || scale <= 0.0 {
        return Err(ErrorKind::Num.into());
    }
    let power = (x / scale).powf(shape);
    let cumulative = context.flag_or(args, 3, true)?;
    result(if cumulative { 1.0 - (-power).exp() } else { shape / x * power * (-power).exp() })
}
