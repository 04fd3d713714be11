//! Conditions. The lazy ways of IF and its kind are the evaluator's; these run where conditions are arrays or come from outside.

use super::super::arithmetic::compare;
use super::super::context::Context;
use super::super::grid::Operand;
use super::super::value::{CellValue, Outcome};
use super::{Function, Lift, MANY, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("TRUE", (0, 0), Lift::All, |_, _| Ok(true.into())),
    function("FALSE", (0, 0), Lift::All, |_, _| Ok(false.into())),
    function("NOT", (1, 1), Lift::All, |c, a| Ok((!c.raw(a, 0)?.to_boolean()?).into())),
    function("AND", (1, MANY), Lift::Whole, |c, a| Ok(conditions(c, a)?.iter().all(|x| *x).into())),
    function("OR", (1, MANY), Lift::Whole, |c, a| Ok(conditions(c, a)?.iter().any(|x| *x).into())),
    function("XOR", (1, MANY), Lift::Whole, |c, a| {
        Ok((conditions(c, a)?.iter().filter(|x| **x).count() % 2 == 1).into())
    }),
    function("IF", (2, 3), Lift::All, |c, a| {
        let place = if c.raw(a, 0)?.to_boolean()? { 1 } else { 2 };
        if a.len() <= place { Ok(false.into()) } else { given_or_zero(c, a, place) }
    }),
    function("IFERROR", (2, 2), Lift::All, |c, a| {
        let failed = matches!(c.raw(a, 0)?, CellValue::Error(_));
        given_or_zero(c, a, usize::from(failed))
    }),
    function("IFNA", (2, 2), Lift::All, |c, a| {
        let failed = c.raw(a, 0)? == CellValue::Error(ErrorKind::NotAvailable);
        given_or_zero(c, a, usize::from(failed))
    }),
    function("CHOOSE", (2, MANY), Lift::At(&[0]), |c, a| {
        let index = c.int(a, 0)?;
        match usize::try_from(index).ok().filter(|place| *place > 0).and_then(|place| a.get(place)) {
            Some(operand) => Ok(operand.clone()),
            None => Err(ErrorKind::Value.into()),
        }
    }),
    function("IFS", (2, MANY), Lift::All, ifs),
    function("SWITCH", (3, MANY), Lift::All, switch),
];

fn given_or_zero(context: &mut Context, args: &[Operand], place: usize) -> Outcome<Operand> {
    if context.given(args, place) { context.raw(args, place).map(Operand::Value) } else { Ok(0.0.into()) }
}

/// The conditions among arguments: in ranges numbers and booleans count, text does not; none at all is `#VALUE!`.
fn conditions(context: &mut Context, args: &[Operand]) -> Outcome<Vec<bool>> {
    let mut found = Vec::new();
    context.each_value(args, &mut |value, direct| {
        match value {
            CellValue::Error(kind) => return Err((*kind).into()),
            CellValue::Number(number) => found.push(*number != 0.0),
            CellValue::Boolean(value) => found.push(*value),
            CellValue::Text(_) if direct => found.push(value.to_boolean()?),
            _ => {}
        }
        Ok(())
    })?;
    if found.is_empty() { Err(ErrorKind::Value.into()) } else { Ok(found) }
}

fn ifs(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    for place in (0..args.len()).step_by(2) {
        if context.raw(args, place)?.to_boolean()? {
            return given_or_zero(context, args, place + 1);
        }
    }
    Err(ErrorKind::NotAvailable.into())
}

fn switch(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let value = context.value(args, 0)?;
    let mut place = 1;
    while place + 1 < args.len() {
        if compare(&value, &context.value(args, place)?).is_eq() {
            return given_or_zero(context, args, place + 1);
        }
        place += 2;
    }
    if place < args.len() { given_or_zero(context, args, place) } else { Err(ErrorKind::NotAvailable.into()) }
}
