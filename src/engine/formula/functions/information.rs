//! What a value is. CELL and INFO ask for the look of a sheet and of a machine; they are refused, being unknown here.

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::source::{CellAddress, CellContent};
use super::super::value::{CellValue, Outcome};
use super::args::result;
use super::{Function, Lift, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("ISERROR", (1, 1), Lift::All, |c, a| is(c, a, |v| matches!(v, CellValue::Error(_)))),
    function("ISERR", (1, 1), Lift::All, |c, a| {
        is(c, a, |v| matches!(v, CellValue::Error(kind) if *kind != ErrorKind::NotAvailable))
    }),
    function("ISNA", (1, 1), Lift::All, |c, a| is(c, a, |v| *v == CellValue::Error(ErrorKind::NotAvailable))),
    function("ISBLANK", (1, 1), Lift::All, |c, a| {
        let omitted = matches!(a, [Operand::Omitted]);
        if omitted { Ok(true.into()) } else { is(c, a, |v| *v == CellValue::Empty) }
    }),
    function("ISNUMBER", (1, 1), Lift::All, |c, a| is(c, a, |v| matches!(v, CellValue::Number(_)))),
    function("ISTEXT", (1, 1), Lift::All, |c, a| is(c, a, |v| matches!(v, CellValue::Text(_)))),
    function("ISNONTEXT", (1, 1), Lift::All, |c, a| is(c, a, |v| !matches!(v, CellValue::Text(_)))),
    function("ISLOGICAL", (1, 1), Lift::All, |c, a| is(c, a, |v| matches!(v, CellValue::Boolean(_)))),
    function("ISREF", (1, 1), Lift::Whole, |_, a| Ok(matches!(a, [Operand::Cells(_)]).into())),
    function("ISFORMULA", (1, 1), Lift::Whole, |c, a| {
        let cell = first_cell(c, a)?;
        Ok((!matches!(c.source.content(cell), CellContent::Value(_))).into())
    }),
    function("FORMULATEXT", (1, 1), Lift::Whole, formula_text),
    function("ISEVEN", (1, 1), Lift::All, |c, a| Ok((c.number(a, 0)?.trunc() % 2.0 == 0.0).into())),
    function("ISODD", (1, 1), Lift::All, |c, a| Ok((c.number(a, 0)?.trunc() % 2.0 != 0.0).into())),
    function("NA", (0, 0), Lift::All, |_, _| Err(ErrorKind::NotAvailable.into())),
    function("N", (1, 1), Lift::Whole, |c, a| match first(c, a)? {
        CellValue::Number(number) => result(number),
        CellValue::Boolean(value) => result(f64::from(u8::from(value))),
        CellValue::Error(kind) => Err(kind.into()),
        _ => result(0.0),
    }),
    function("T", (1, 1), Lift::Whole, |c, a| match first(c, a)? {
        CellValue::Text(text) => Ok(CellValue::Text(text).into()),
        CellValue::Error(kind) => Err(kind.into()),
        _ => Ok("".into()),
    }),
    function("TYPE", (1, 1), Lift::Whole, value_type),
    function("ERROR.TYPE", (1, 1), Lift::All, |c, a| match c.raw(a, 0)? {
        CellValue::Error(kind) => result(f64::from(kind.number())),
        _ => Err(ErrorKind::NotAvailable.into()),
    }),
    function("SHEET", (0, 1), Lift::Whole, |c, a| match a.first() {
        None => result(c.address().sheet as f64 + 1.0),
        Some(Operand::Cells(_)) => result(first_cell(c, a)?.sheet as f64 + 1.0),
        Some(_) => {
            let name = c.text(a, 0)?;
            let sheet = c.source.sheet_index(&name).ok_or(ErrorKind::NotAvailable)?;
            result(sheet as f64 + 1.0)
        }
    }),
];

fn is(context: &mut Context, args: &[Operand], test: fn(&CellValue) -> bool) -> Outcome<Operand> {
    Ok(test(&context.raw(args, 0)?).into())
}

/// The first value of an operand: of a range its top left cell.
fn first(context: &mut Context, args: &[Operand]) -> Outcome<CellValue> {
    match args.first() {
        Some(Operand::Cells(_)) => {
            let cell = first_cell(context, args)?;
            context.read(cell)
        }
        _ => context.raw(args, 0),
    }
}

fn first_cell(context: &mut Context, args: &[Operand]) -> Outcome<CellAddress> {
    let _ = &context;
    match args.first() {
        Some(Operand::Cells(ranges)) => match ranges.first() {
            Some(range) => Ok(CellAddress { sheet: range.sheet, row: range.top, column: range.left }),
            None => Err(ErrorKind::Ref.into()),
        },
        Some(Operand::Value(CellValue::Error(kind))) => Err((*kind).into()),
        _ => Err(ErrorKind::Value.into()),
    }
}

fn formula_text(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let cell = first_cell(context, args)?;
    match context.source.content(cell) {
        CellContent::Value(_) => Err(ErrorKind::NotAvailable.into()),
        CellContent::Formula(text) | CellContent::Refused { formula: text, .. } => {
            Ok(CellValue::from(format!("={}", text.trim_start_matches('='))).into())
        }
        CellContent::ArrayFormula { formula, .. } => {
            Ok(CellValue::from(format!("{{={}}}", formula.trim_start_matches('='))).into())
        }
    }
}

/// The numbers of `TYPE` (Microsoft's reference of that function).
fn value_type(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    if matches!(args, [Operand::Array(_)]) {
        return result(64.0);
    }
    result(match first(context, args)? {
        CellValue::Empty | CellValue::Number(_) => 1.0,
        CellValue::Text(_) => 2.0,
        CellValue::Boolean(_) => 4.0,
        CellValue::Error(_) => 16.0,
    })
}
