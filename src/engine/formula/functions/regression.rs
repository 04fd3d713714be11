//! Two samples against each other: correlation, covariance, straight lines.

use super::super::context::Context;
use super::super::grid::{Grid, Operand};
use super::super::value::{CellValue, Fail, Outcome};
use super::args::result;
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("CORREL", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 0, 1)?.correlation()?)),
    function("PEARSON", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 0, 1)?.correlation()?)),
    function("RSQ", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 1, 0)?.correlation()?.powi(2))),
    function("COVAR", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 0, 1)?.covariance(0.0)?)),
    function("COVARIANCE.P", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 0, 1)?.covariance(0.0)?)),
    function("COVARIANCE.S", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 0, 1)?.covariance(1.0)?)),
    function("SLOPE", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 1, 0)?.slope()?)),
    function("INTERCEPT", (2, 2), Lift::Arrays, |c, a| result(line(c, a, 1, 0)?.at(0.0)?)),
    function("STEYX", (2, 2), Lift::Arrays, |c, a| {
        let line = line(c, a, 1, 0)?;
        if line.count < 3.0 {
            return Err(ErrorKind::Div0.into());
        }
        result(((line.yy - line.xy * line.xy / line.xx) / (line.count - 2.0)).sqrt())
    }),
    function("FORECAST", (3, 3), Lift::ArraysAt(&[1, 2]), forecast),
    function("FORECAST.LINEAR", (3, 3), Lift::ArraysAt(&[1, 2]), forecast),
    function("TREND", (2, 3), Lift::Arrays, trend),
];

/// Sums of squares and products about the means.
struct Line {
    count: f64,
    mean_x: f64,
    mean_y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

fn line(context: &mut Context, args: &[Operand], x: usize, y: usize) -> Outcome<Line> {
    let pairs = context.pairs(args, x, y)?;
    if pairs.is_empty() {
        return Err(ErrorKind::Div0.into());
    }
    let count = pairs.len() as f64;
    let mean_x = pairs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = pairs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xx += (x - mean_x).powi(2);
        yy += (y - mean_y).powi(2);
        xy += (x - mean_x) * (y - mean_y);
    }
    Ok(Line { count, mean_x, mean_y, xx, yy, xy })
}

impl Line {
    fn correlation(&self) -> Outcome<f64> {
        let spread = (self.xx * self.yy).sqrt();
        if spread == 0.0 { Err(ErrorKind::Div0.into()) } else { Ok(self.xy / spread) }
    }

    fn covariance(&self, lost: f64) -> Outcome<f64> {
        if self.count <= lost { Err(ErrorKind::Div0.into()) } else { Ok(self.xy / (self.count - lost)) }
    }

    fn slope(&self) -> Outcome<f64> {
        if self.xx == 0.0 { Err(ErrorKind::Div0.into()) } else { Ok(self.xy / self.xx) }
    }

    fn at(&self, x: f64) -> Outcome<f64> {
        Ok(self.mean_y + self.slope()? * (x - self.mean_x))
    }
}

fn forecast(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let x = context.number(args, 0)?;
    result(line(context, args, 2, 1)?.at(x)?)
}

/// TREND over one known x; several columns of x are refused.
fn trend(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let known = context.grid_at(args, 1)?;
    if known.rows() > 1 && known.columns() > 1 {
        return Err(
            super::super::value::Refusal::Unsupported { name: "TREND over several variables".to_owned() }.into()
        );
    }
    let line = line(context, args, 1, 0)?;
    let wanted = if context.given(args, 2) { context.grid_at(args, 2)? } else { known };
    let mut found = Vec::new();
    for value in wanted.cells() {
        let CellValue::Number(x) = value else { return Err(Fail::Error(ErrorKind::Value)) };
        found.push(CellValue::from(line.at(*x)?));
    }
    Ok(Operand::from_grid(Grid::new(wanted.rows(), wanted.columns(), found)))
}
