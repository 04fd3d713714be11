//! Sums, counts, extremes over many cells, and SUBTOTAL and AGGREGATE, which leave out rows by how they are hidden.

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::source::{CellAddress, CellContent};
use super::super::value::{CellValue, Fail, Outcome, Refusal};
use super::args::{mean, result, sum};
use super::{Function, Lift, MANY, function, rank, statistics};
use crate::lang::formula::{ErrorKind, Node};

pub(super) const FUNCTIONS: &[Function] = &[
    function("SUM", (1, MANY), Lift::Whole, |c, a| result(sum(&c.numbers(a)?))),
    function("SUMSQ", (1, MANY), Lift::Whole, |c, a| result(c.numbers(a)?.iter().map(|x| x * x).sum())),
    function("PRODUCT", (1, MANY), Lift::Whole, |c, a| result(product(&c.numbers(a)?))),
    function("AVERAGE", (1, MANY), Lift::Whole, |c, a| result(mean(&c.numbers(a)?)?)),
    function("AVERAGEA", (1, MANY), Lift::Whole, |c, a| result(mean(&c.all_numbers(a)?)?)),
    function("MIN", (1, MANY), Lift::Whole, |c, a| result(least(&c.numbers(a)?))),
    function("MAX", (1, MANY), Lift::Whole, |c, a| result(greatest(&c.numbers(a)?))),
    function("MINA", (1, MANY), Lift::Whole, |c, a| result(least(&c.all_numbers(a)?))),
    function("MAXA", (1, MANY), Lift::Whole, |c, a| result(greatest(&c.all_numbers(a)?))),
    function("COUNT", (1, MANY), Lift::Whole, count),
    function("COUNTA", (1, MANY), Lift::Whole, |c, a| {
        let mut found = 0.0;
        c.each_value(a, &mut |value, _| {
            found += f64::from(u8::from(*value != CellValue::Empty));
            Ok(())
        })?;
        result(found)
    }),
    function("COUNTBLANK", (1, 1), Lift::Whole, count_blank),
    function("SUMPRODUCT", (1, MANY), Lift::Arrays, sum_product),
    function("SUMX2MY2", (2, 2), Lift::Arrays, |c, a| paired(c, a, |x, y| x * x - y * y)),
    function("SUMX2PY2", (2, 2), Lift::Arrays, |c, a| paired(c, a, |x, y| x * x + y * y)),
    function("SUMXMY2", (2, 2), Lift::Arrays, |c, a| paired(c, a, |x, y| (x - y) * (x - y))),
    function("SUBTOTAL", (2, MANY), Lift::Whole, subtotal),
    function("AGGREGATE", (3, MANY), Lift::ArraysAt(&[2]), aggregate),
];

fn product(numbers: &[f64]) -> f64 {
    if numbers.is_empty() { 0.0 } else { numbers.iter().product() }
}

fn least(numbers: &[f64]) -> f64 {
    numbers.iter().copied().reduce(f64::min).unwrap_or(0.0)
}

fn greatest(numbers: &[f64]) -> f64 {
    numbers.iter().copied().reduce(f64::max).unwrap_or(0.0)
}

fn count(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let date1904 = context.date1904();
    let mut found = 0.0;
    context.each_value(args, &mut |value, direct| {
        let counts = match value {
            CellValue::Number(_) => true,
            CellValue::Boolean(_) | CellValue::Text(_) => direct && value.to_number(date1904).is_ok(),
            _ => false,
        };
        found += f64::from(u8::from(counts));
        Ok(())
    })?;
    result(found)
}

/// Cells without anything or with an empty text, those beyond the used range included.
fn count_blank(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let Some(Operand::Cells(ranges)) = args.first() else {
        return Err(ErrorKind::Value.into());
    };
    let all: f64 = ranges.iter().map(|range| f64::from(range.rows()) * f64::from(range.columns())).sum();
    let mut filled = 0.0;
    context.each_value(args, &mut |value, _| {
        let blank = match value {
            CellValue::Empty => true,
            CellValue::Text(text) => text.is_empty(),
            _ => false,
        };
        filled += f64::from(u8::from(!blank));
        Ok(())
    })?;
    result(all - filled)
}

/// The sum of products of places; what is no number counts 0.
fn sum_product(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let args = &common_part(context, args);
    let mut products: Vec<f64> = Vec::new();
    let mut shape = None;
    for place in 0..args.len() {
        let grid = context.grid_at(args, place)?;
        if *shape.get_or_insert((grid.rows(), grid.columns())) != (grid.rows(), grid.columns()) {
            return Err(ErrorKind::Value.into());
        }
        context.spend(grid.cells().len() as u64)?;
        products.resize(grid.cells().len(), 1.0);
        for (product, value) in products.iter_mut().zip(grid.cells()) {
            *product *= match value {
                CellValue::Number(number) => *number,
                CellValue::Error(kind) => return Err((*kind).into()),
                _ => 0.0,
            };
        }
    }
    result(sum(&products))
}

/// Whole columns cut to what is in use, when all arguments are plain ranges of one shape: beyond it every product is 0.
fn common_part(context: &Context, args: &[Operand]) -> Vec<Operand> {
    let plain: Option<Vec<_>> = args
        .iter()
        .map(|arg| match arg {
            Operand::Cells(ranges) => match ranges.as_slice() {
                [range] if range.sheet == range.last_sheet => Some(*range),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let Some(mut ranges) = plain else { return args.to_vec() };
    let shape = ranges.first().map(|range| (range.rows(), range.columns()));
    if ranges.iter().any(|range| Some((range.rows(), range.columns())) != shape) {
        return args.to_vec();
    }
    let used = ranges.iter().map(|range| context.used(range, range.sheet).map_or(1, |used| used.rows())).max();
    for range in &mut ranges {
        range.bottom = range.bottom.min(range.top.saturating_add(used.unwrap_or(1).saturating_sub(1)));
    }
    ranges.into_iter().map(Operand::from_range).collect()
}

fn paired(context: &mut Context, args: &[Operand], term: fn(f64, f64) -> f64) -> Outcome<Operand> {
    let pairs = context.pairs(args, 0, 1)?;
    if pairs.is_empty() {
        return Err(ErrorKind::Div0.into());
    }
    result(pairs.into_iter().map(|(x, y)| term(x, y)).sum())
}

/// What a subtotal leaves out.
#[derive(Debug, Clone, Copy)]
struct Omission {
    hidden: bool,
    errors: bool,
    nested: bool,
}

fn subtotal(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let code = context.int(args, 0)?;
    /// Codes from here leave out rows hidden by hand as well.
    const HIDDEN: i64 = 100;
    let omit = Omission { hidden: code > HIDDEN, errors: false, nested: true };
    let code = if code > HIDDEN { code - HIDDEN } else { code };
    if !(1..=11).contains(&code) {
        return Err(ErrorKind::Value.into());
    }
    let values = kept(context, args.get(1..).unwrap_or_default(), omit)?;
    total(code, &values)
}

fn aggregate(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    /// Functions from here take arrays and a parameter (LARGE, SMALL, percentiles).
    const WITH_PARAMETER: i64 = 14;
    let (code, option) = (context.int(args, 0)?, context.int(args, 1)?);
    if !(0..=7).contains(&option) || !(1..=19).contains(&code) {
        return Err(ErrorKind::Value.into());
    }
    let omit = Omission {
        hidden: matches!(option, 1 | 3 | 5 | 7),
        errors: matches!(option, 2 | 3 | 6 | 7),
        nested: option < 4,
    };
    if code < WITH_PARAMETER {
        let values = kept(context, args.get(2..).unwrap_or_default(), omit)?;
        return total(code, &values);
    }
    let values = kept(context, args.get(2..3).unwrap_or_default(), omit)?;
    let numbers = numbers_of(&values)?;
    let parameter = context.number(args, 3)?;
    result(match code {
        14 => rank::nth(&numbers, parameter, rank::End::Top)?,
        15 => rank::nth(&numbers, parameter, rank::End::Bottom)?,
        16 => rank::percentile(&numbers, parameter, rank::Ends::Inclusive)?,
        17 => rank::percentile(&numbers, parameter.trunc() / 4.0, rank::Ends::Inclusive)?,
        18 => rank::percentile(&numbers, parameter, rank::Ends::Exclusive)?,
        _ => rank::percentile(&numbers, parameter.trunc() / 4.0, rank::Ends::Exclusive)?,
    })
}

/// The values that a subtotal counts.
fn kept(context: &mut Context, args: &[Operand], omit: Omission) -> Outcome<Vec<CellValue>> {
    let mut values = Vec::new();
    for arg in args {
        match arg {
            Operand::Cells(ranges) => {
                for range in ranges {
                    for sheet in range.sheet..=range.last_sheet {
                        kept_of(context, range, sheet, omit, &mut values)?;
                    }
                }
            }
            Operand::Array(grid) => values.extend(grid.cells().iter().cloned()),
            Operand::Value(value) => values.push(value.clone()),
            Operand::Omitted => {}
        }
    }
    if omit.errors {
        values.retain(|value| !matches!(value, CellValue::Error(_)));
    }
    Ok(values)
}

fn kept_of(
    context: &mut Context,
    range: &super::super::grid::Range,
    sheet: usize,
    omit: Omission,
    values: &mut Vec<CellValue>,
) -> Outcome<()> {
    let Some(used) = context.used(range, sheet) else { return Ok(()) };
    for row in used.top..=used.bottom {
        let source = context.source;
        if source.row_filtered(sheet, row) || (omit.hidden && source.row_hidden(sheet, row)) {
            continue;
        }
        for column in used.left..=used.right {
            let cell = CellAddress { sheet, row, column };
            if omit.nested && is_subtotal(context, cell)? {
                continue;
            }
            values.push(context.read(cell)?);
        }
    }
    Ok(())
}

/// Whether a cell's formula is itself a subtotal somewhere.
fn is_subtotal(context: &mut Context, cell: CellAddress) -> Outcome<bool> {
    let text = match context.source.content(cell) {
        CellContent::Value(_) => return Ok(false),
        CellContent::Formula(text)
        | CellContent::ArrayFormula { formula: text, .. }
        | CellContent::Refused { formula: text, .. } => text,
    };
    let upper = text.to_ascii_uppercase();
    if !upper.contains("SUBTOTAL(") && !upper.contains("AGGREGATE(") {
        return Ok(false);
    }
    match context.tree(&text) {
        Ok(tree) => Ok(calls_subtotal(&tree)),
        Err(Fail::Refusal(Refusal::Unreadable { .. })) => Ok(false),
        Err(other) => Err(other),
    }
}

fn calls_subtotal(node: &Node) -> bool {
    match node {
        Node::Call { name, args } => {
            matches!(super::bare_name(name).as_str(), "SUBTOTAL" | "AGGREGATE") || args.iter().any(calls_subtotal)
        }
        Node::Paren(inner) => calls_subtotal(inner),
        Node::Unary { operand, .. } | Node::Postfix { operand, .. } => calls_subtotal(operand),
        Node::Binary { left, right, .. } => calls_subtotal(left) || calls_subtotal(right),
        _ => false,
    }
}

fn numbers_of(values: &[CellValue]) -> Outcome<Vec<f64>> {
    let mut numbers = Vec::new();
    for value in values {
        match value {
            CellValue::Number(number) => numbers.push(*number),
            CellValue::Error(kind) => return Err((*kind).into()),
            _ => {}
        }
    }
    Ok(numbers)
}

/// The functions of SUBTOTAL and AGGREGATE by their code (Microsoft's reference of both).
fn total(code: i64, values: &[CellValue]) -> Outcome<Operand> {
    if code == 3 {
        return result(values.iter().filter(|value| **value != CellValue::Empty).count() as f64);
    }
    if code == 2 {
        return result(values.iter().filter(|value| matches!(value, CellValue::Number(_))).count() as f64);
    }
    let numbers = numbers_of(values)?;
    result(match code {
        1 => mean(&numbers)?,
        4 => greatest(&numbers),
        5 => least(&numbers),
        6 => product(&numbers),
        7 => statistics::variance(&numbers, 1)?.sqrt(),
        8 => statistics::variance(&numbers, 0)?.sqrt(),
        9 => sum(&numbers),
        10 => statistics::variance(&numbers, 1)?,
        11 => statistics::variance(&numbers, 0)?,
        12 => statistics::median(&numbers)?,
        _ => statistics::mode(&numbers)?,
    })
}
