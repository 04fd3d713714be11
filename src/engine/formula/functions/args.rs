//! How functions take their arguments: a place that was not given has a default, a place left empty (`F(a,,b)`) is 0, "" or FALSE.
//! Ranges and arrays give their numbers only; single values are converted.

use std::sync::Arc;

use super::super::context::Context;
use super::super::grid::Operand;
use super::super::value::{CellValue, Outcome};
use crate::lang::formula::ErrorKind;

impl Context<'_> {
    /// One argument as a single value, errors included; empty where it was not given.
    pub(super) fn raw(&mut self, args: &[Operand], place: usize) -> Outcome<CellValue> {
        match args.get(place) {
            Some(operand) => self.single(operand.clone()),
            None => Ok(CellValue::Empty),
        }
    }

    /// One argument as a single value; an error fails.
    pub(super) fn value(&mut self, args: &[Operand], place: usize) -> Outcome<CellValue> {
        self.raw(args, place)?.checked()
    }

    /// One argument as a number.
    pub(super) fn number(&mut self, args: &[Operand], place: usize) -> Outcome<f64> {
        let date1904 = self.date1904();
        self.raw(args, place)?.to_number(date1904)
    }

    /// One argument as a number, with a default where it was not given.
    pub(super) fn number_or(&mut self, args: &[Operand], place: usize, default: f64) -> Outcome<f64> {
        if args.len() > place { self.number(args, place) } else { Ok(default) }
    }

    /// One argument as a whole number, cut off towards zero.
    pub(super) fn int(&mut self, args: &[Operand], place: usize) -> Outcome<i64> {
        self.number(args, place).map(|number| number as i64)
    }

    /// One argument as a whole number, with a default.
    pub(super) fn int_or(&mut self, args: &[Operand], place: usize, default: i64) -> Outcome<i64> {
        if args.len() > place { self.int(args, place) } else { Ok(default) }
    }

    /// One argument as text.
    pub(super) fn text(&mut self, args: &[Operand], place: usize) -> Outcome<Arc<str>> {
        self.raw(args, place)?.to_text()
    }

    /// One argument as a condition, with a default.
    pub(super) fn flag_or(&mut self, args: &[Operand], place: usize, default: bool) -> Outcome<bool> {
        if args.len() > place { self.raw(args, place)?.to_boolean() } else { Ok(default) }
    }

    /// Whether an argument is there and not left empty.
    pub(super) fn given(&self, args: &[Operand], place: usize) -> bool {
        !matches!(args.get(place), None | Some(Operand::Omitted))
    }

    /// One argument as an array.
    pub(super) fn grid_at(&mut self, args: &[Operand], place: usize) -> Outcome<super::super::grid::Grid> {
        match args.get(place) {
            Some(operand) => self.grid(operand.clone()),
            None => Err(ErrorKind::Value.into()),
        }
    }

    /// Visits the values of arguments: of ranges the cells in use, of arrays all. `direct` tells a value written in the formula.
    pub(super) fn each_value(
        &mut self,
        args: &[Operand],
        visit: &mut dyn FnMut(&CellValue, bool) -> Outcome<()>,
    ) -> Outcome<()> {
        for arg in args {
            match arg {
                Operand::Omitted => visit(&CellValue::Number(0.0), true)?,
                Operand::Value(value) => visit(value, true)?,
                Operand::Array(grid) => {
                    self.spend(grid.cells().len() as u64)?;
                    grid.cells().iter().try_for_each(|value| visit(value, false))?;
                }
                Operand::Cells(ranges) => {
                    self.each_cell(ranges, &mut |_, _, value| visit(&value, false))?;
                }
            }
        }
        Ok(())
    }

    /// The numbers of arguments as SUM takes them.
    pub(super) fn numbers(&mut self, args: &[Operand]) -> Outcome<Vec<f64>> {
        let date1904 = self.date1904();
        let mut numbers = Vec::new();
        self.each_value(args, &mut |value, direct| {
            match value {
                CellValue::Number(number) => numbers.push(*number),
                CellValue::Error(kind) => return Err((*kind).into()),
                other if direct => numbers.push(other.to_number(date1904)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    /// The numbers of arguments as AVERAGEA takes them: text counts 0, TRUE counts 1.
    pub(super) fn all_numbers(&mut self, args: &[Operand]) -> Outcome<Vec<f64>> {
        let date1904 = self.date1904();
        let mut numbers = Vec::new();
        self.each_value(args, &mut |value, direct| {
            match value {
                CellValue::Empty => {}
                CellValue::Text(_) if !direct => numbers.push(0.0),
                other => numbers.push(other.to_number(date1904)?),
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    /// Two arguments of one shape as pairs of numbers; places where either is no number fall out.
    pub(super) fn pairs(&mut self, args: &[Operand], first: usize, second: usize) -> Outcome<Vec<(f64, f64)>> {
        let (left, right) = (self.grid_at(args, first)?, self.grid_at(args, second)?);
        if left.cells().len() != right.cells().len() {
            return Err(ErrorKind::NotAvailable.into());
        }
        let mut pairs = Vec::new();
        for (left, right) in left.cells().iter().zip(right.cells()) {
            match (left, right) {
                (CellValue::Error(kind), _) | (_, CellValue::Error(kind)) => return Err((*kind).into()),
                (CellValue::Number(left), CellValue::Number(right)) => pairs.push((*left, *right)),
                _ => {}
            }
        }
        Ok(pairs)
    }
}

/// A number as a function's result; beyond a double's range it is `#NUM!`.
pub(super) fn result(number: f64) -> Outcome<Operand> {
    Ok(number.into())
}

/// Sum without the small errors of adding one by one where Excel has none: plain left to right, as Excel does.
pub(super) fn sum(numbers: &[f64]) -> f64 {
    numbers.iter().sum()
}

/// The mean; `#DIV/0!` without numbers.
pub(super) fn mean(numbers: &[f64]) -> Outcome<f64> {
    if numbers.is_empty() { Err(ErrorKind::Div0.into()) } else { Ok(sum(numbers) / numbers.len() as f64) }
}
