//! DSUM and its family: rows of a list chosen by a range of criteria (Microsoft, "Database functions").
//! Rows of the criteria are alternatives, its columns hold together; a text without an operator matches beginnings.

use super::super::context::Context;
use super::super::criteria::Criterion;
use super::super::grid::{Grid, Operand};
use super::super::value::{CellValue, Outcome};
use super::args::{mean, result, sum};
use super::statistics::variance;
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("DSUM", (3, 3), Lift::Whole, |c, a| result(sum(&numbers(c, a)?))),
    function("DAVERAGE", (3, 3), Lift::Whole, |c, a| result(mean(&numbers(c, a)?)?)),
    function("DCOUNT", (3, 3), Lift::Whole, |c, a| result(numbers(c, a)?.len() as f64)),
    function("DCOUNTA", (3, 3), Lift::Whole, |c, a| result(values(c, a)?.len() as f64)),
    function("DMAX", (3, 3), Lift::Whole, |c, a| result(numbers(c, a)?.into_iter().reduce(f64::max).unwrap_or(0.0))),
    function("DMIN", (3, 3), Lift::Whole, |c, a| result(numbers(c, a)?.into_iter().reduce(f64::min).unwrap_or(0.0))),
    function("DPRODUCT", (3, 3), Lift::Whole, |c, a| result(numbers(c, a)?.into_iter().product())),
    function("DSTDEV", (3, 3), Lift::Whole, |c, a| result(variance(&numbers(c, a)?, 1)?.sqrt())),
    function("DSTDEVP", (3, 3), Lift::Whole, |c, a| result(variance(&numbers(c, a)?, 0)?.sqrt())),
    function("DVAR", (3, 3), Lift::Whole, |c, a| result(variance(&numbers(c, a)?, 1)?)),
    function("DVARP", (3, 3), Lift::Whole, |c, a| result(variance(&numbers(c, a)?, 0)?)),
    function("DGET", (3, 3), Lift::Whole, |c, a| match values(c, a)?.as_slice() {
        [] => Err(ErrorKind::Value.into()),
        [one] => Ok(one.clone().into()),
        _ => Err(ErrorKind::Num.into()),
    }),
];

/// The numbers of the field in the rows chosen; an error among them fails.
fn numbers(context: &mut Context, args: &[Operand]) -> Outcome<Vec<f64>> {
    let mut found = Vec::new();
    for value in values(context, args)? {
        match value {
            CellValue::Number(number) => found.push(number),
            CellValue::Error(kind) => return Err(kind.into()),
            _ => {}
        }
    }
    Ok(found)
}

/// The filled cells of the field in the rows chosen; whole rows count where no field is given.
fn values(context: &mut Context, args: &[Operand]) -> Outcome<Vec<CellValue>> {
    let list = context.grid_at(args, 0)?;
    let criteria = context.grid_at(args, 2)?;
    let date1904 = context.date1904();
    let field = if context.given(args, 1) { Some(column(&list, &context.value(args, 1)?)?) } else { None };
    let alternatives = alternatives(&list, &criteria, date1904);
    let mut found = Vec::new();
    for row in 1..list.rows() {
        let cell = |column: usize| list.get(row, column).cloned().unwrap_or_default();
        let meets = |conditions: &Vec<(usize, Criterion)>| {
            conditions.iter().all(|(column, criterion)| criterion.matches(&cell(*column), date1904))
        };
        if !alternatives.iter().any(meets) {
            continue;
        }
        let value = field.map_or(CellValue::Boolean(true), cell);
        found.extend((value != CellValue::Empty).then_some(value));
    }
    Ok(found)
}

/// The column a field means: its header, or its number from 1.
fn column(list: &Grid, field: &CellValue) -> Outcome<usize> {
    let place = match field {
        CellValue::Number(number) if *number >= 1.0 => Some(*number as usize - 1),
        CellValue::Text(text) => header(list, text),
        _ => None,
    };
    place.filter(|place| *place < list.columns()).ok_or_else(|| ErrorKind::Value.into())
}

fn header(list: &Grid, text: &str) -> Option<usize> {
    (0..list.columns()).find(|place| match list.get(0, *place) {
        Some(CellValue::Text(known)) => known.to_lowercase() == text.to_lowercase(),
        _ => false,
    })
}

/// Each row of the criteria as conditions on columns of the list; a row without any holds for all.
fn alternatives(list: &Grid, criteria: &Grid, date1904: bool) -> Vec<Vec<(usize, Criterion)>> {
    let condition = |row: usize, place: usize| -> Option<(usize, Criterion)> {
        let Some(CellValue::Text(name)) = criteria.get(0, place) else { return None };
        let wanted = criteria.get(row, place).filter(|value| **value != CellValue::Empty)?;
        let wanted = match wanted {
            CellValue::Text(text) if !text.starts_with(['=', '<', '>']) => format!("{text}*").into(),
            other => other.clone(),
        };
        Some((header(list, name)?, Criterion::new(&wanted, date1904)))
    };
    (1..criteria.rows())
        .map(|row| (0..criteria.columns()).filter_map(|place| condition(row, place)).collect())
        .collect()
}
