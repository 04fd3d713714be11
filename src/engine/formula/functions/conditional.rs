//! SUMIF, COUNTIFS and the rest of the family: one pass over ranges with criteria.
//! Cells beyond the used range are empty and so only matter to COUNTIF and COUNTIFS.

use super::super::context::Context;
use super::super::criteria::Criterion;
use super::super::grid::{Operand, Range};
use super::super::refer::cells;
use super::super::source::CellAddress;
use super::super::value::{CellValue, Outcome};
use super::args::{mean, result, sum};
use super::{Function, Lift, MANY, function};
use crate::lang::formula::ErrorKind;

/// Places of criteria in the functions that take pairs from the first or the second argument on.
const FROM_FIRST: &[usize] = &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31];
const FROM_SECOND: &[usize] = &[2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32];

pub(super) const FUNCTIONS: &[Function] = &[
    function("SUMIF", (2, 3), Lift::At(&[1]), |c, a| result(sum(&old_style(c, a)?))),
    function("AVERAGEIF", (2, 3), Lift::At(&[1]), |c, a| result(mean(&old_style(c, a)?)?)),
    function("COUNTIF", (2, 2), Lift::At(&[1]), count),
    function("COUNTIFS", (2, MANY), Lift::At(FROM_FIRST), count),
    function("SUMIFS", (3, MANY), Lift::At(FROM_SECOND), |c, a| result(sum(&chosen(c, a)?))),
    function("AVERAGEIFS", (3, MANY), Lift::At(FROM_SECOND), |c, a| result(mean(&chosen(c, a)?)?)),
    function("MAXIFS", (3, MANY), Lift::At(FROM_SECOND), |c, a| {
        result(chosen(c, a)?.into_iter().reduce(f64::max).unwrap_or(0.0))
    }),
    function("MINIFS", (3, MANY), Lift::At(FROM_SECOND), |c, a| {
        result(chosen(c, a)?.into_iter().reduce(f64::min).unwrap_or(0.0))
    }),
];

struct Condition {
    range: Range,
    criterion: Criterion,
}

fn one_range(args: &[Operand], place: usize) -> Outcome<Range> {
    let ranges = cells(args.get(place).cloned().unwrap_or(Operand::Omitted))?;
    match ranges.as_slice() {
        [range] if range.sheet == range.last_sheet => Ok(*range),
        _ => Err(ErrorKind::Value.into()),
    }
}

fn conditions(context: &mut Context, args: &[Operand], from: usize) -> Outcome<Vec<Condition>> {
    let date1904 = context.date1904();
    let mut found: Vec<Condition> = Vec::new();
    let mut place = from;
    while place + 1 < args.len() {
        let range = one_range(args, place)?;
        let wanted = context.raw(args, place + 1)?;
        if found.first().is_some_and(|first| !same_shape(&first.range, &range)) {
            return Err(ErrorKind::Value.into());
        }
        found.push(Condition { range, criterion: Criterion::new(&wanted, date1904) });
        place += 2;
    }
    if place < args.len() { Err(ErrorKind::Value.into()) } else { Ok(found) }
}

fn same_shape(left: &Range, right: &Range) -> bool {
    left.rows() == right.rows() && left.columns() == right.columns()
}

/// Offsets of the places where all conditions hold, within the rows and columns that any of the ranges uses.
fn matching(context: &mut Context, conditions: &[Condition], extra: Option<&Range>) -> Outcome<Vec<(u32, u32)>> {
    let (rows, columns) = used_shape(context, conditions, extra);
    let date1904 = context.date1904();
    let mut found = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            context.spend(1)?;
            let mut holds = true;
            for condition in conditions {
                let value = context.read(at(&condition.range, row, column))?;
                if !condition.criterion.matches(&value, date1904) {
                    holds = false;
                    break;
                }
            }
            if holds {
                found.push((row, column));
            }
        }
    }
    Ok(found)
}

fn used_shape(context: &Context, conditions: &[Condition], extra: Option<&Range>) -> (u32, u32) {
    let ranges = conditions.iter().map(|condition| &condition.range).chain(extra);
    let mut shape = (0, 0);
    for range in ranges {
        if let Some(used) = context.used(range, range.sheet) {
            shape = (shape.0.max(used.rows()), shape.1.max(used.columns()));
        }
    }
    match conditions.first() {
        Some(first) => (shape.0.min(first.range.rows()), shape.1.min(first.range.columns())),
        None => (0, 0),
    }
}

fn at(range: &Range, row: u32, column: u32) -> CellAddress {
    CellAddress { sheet: range.sheet, row: range.top.saturating_add(row), column: range.left.saturating_add(column) }
}

fn count(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let conditions = conditions(context, args, 0)?;
    let found = matching(context, &conditions, None)?.len() as f64;
    if !conditions.iter().all(|condition| condition.criterion.admits_empty()) {
        return result(found);
    }
    let (rows, columns) = used_shape(context, &conditions, None);
    let whole =
        conditions.first().map_or(0.0, |first| f64::from(first.range.rows()) * f64::from(first.range.columns()));
    result(found + whole - f64::from(rows) * f64::from(columns))
}

/// The numbers of a range at the places found.
fn picked(context: &mut Context, range: &Range, places: &[(u32, u32)]) -> Outcome<Vec<f64>> {
    let mut numbers = Vec::new();
    for (row, column) in places {
        match context.read(at(range, *row, *column))? {
            CellValue::Number(number) => numbers.push(number),
            CellValue::Error(kind) => return Err(kind.into()),
            _ => {}
        }
    }
    Ok(numbers)
}

/// SUMIF and AVERAGEIF: the range to add takes its size from the range of the condition.
fn old_style(context: &mut Context, args: &[Operand]) -> Outcome<Vec<f64>> {
    let conditions = conditions(context, args.get(..2).unwrap_or_default(), 0)?;
    let target = if context.given(args, 2) { one_range(args, 2)? } else { one_range(args, 0)? };
    let places = matching(context, &conditions, None)?;
    picked(context, &target, &places)
}

fn chosen(context: &mut Context, args: &[Operand]) -> Outcome<Vec<f64>> {
    let target = one_range(args, 0)?;
    let conditions = conditions(context, args, 1)?;
    if conditions.first().is_none_or(|first| !same_shape(&first.range, &target)) {
        return Err(ErrorKind::Value.into());
    }
    let places = matching(context, &conditions, Some(&target))?;
    picked(context, &target, &places)
}
