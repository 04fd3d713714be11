//! Functions that make arrays: TRANSPOSE, UNIQUE, SORT, FILTER, SEQUENCE, matrices.

use std::cmp::Ordering;

use super::super::arithmetic::compare;
use super::super::context::{Context, MAX_GRID};
use super::super::grid::{Grid, Operand};
use super::super::value::{CellValue, Fail, Outcome, Refusal};
use super::args::result;
use super::{Function, Lift, MANY, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("TRANSPOSE", (1, 1), Lift::Arrays, |c, a| Ok(Operand::from_grid(c.grid_at(a, 0)?.transposed()))),
    function("UNIQUE", (1, 3), Lift::ArraysAt(&[0]), unique),
    function("SORT", (1, 4), Lift::ArraysAt(&[0]), sort),
    function("SORTBY", (2, MANY), Lift::Arrays, sort_by),
    function("FILTER", (2, 3), Lift::Arrays, filter),
    function("SEQUENCE", (1, 4), Lift::Whole, sequence),
    function("RANDARRAY", (0, 5), Lift::Whole, random_array),
    function("TAKE", (2, 3), Lift::ArraysAt(&[0]), |c, a| cut(c, a, taken)),
    function("DROP", (2, 3), Lift::ArraysAt(&[0]), |c, a| cut(c, a, dropped)),
    function("VSTACK", (1, MANY), Lift::Arrays, |c, a| Ok(Operand::from_grid(stacked(c, a, false)?))),
    function("HSTACK", (1, MANY), Lift::Arrays, |c, a| Ok(Operand::from_grid(stacked(c, a, true)?.transposed()))),
    function("TOCOL", (1, 1), Lift::Arrays, |c, a| {
        Ok(Operand::from_grid(Grid::column(c.grid_at(a, 0)?.cells().to_vec())))
    }),
    function("TOROW", (1, 1), Lift::Arrays, |c, a| {
        Ok(Operand::from_grid(Grid::column(c.grid_at(a, 0)?.cells().to_vec()).transposed()))
    }),
    function("MMULT", (2, 2), Lift::Arrays, multiply),
    function("MDETERM", (1, 1), Lift::Arrays, |c, a| {
        let matrix = square(c, a)?;
        result(eliminated(c, matrix, Vec::new())?.0)
    }),
    function("MINVERSE", (1, 1), Lift::Arrays, inverse),
    function("MUNIT", (1, 1), Lift::Whole, |c, a| {
        let size = size(c.number(a, 0)?)?;
        c.spend((size * size) as u64)?;
        let cells = (0..size * size).map(|place| f64::from(u8::from(place / size == place % size)).into()).collect();
        Ok(Operand::from_grid(Grid::new(size, size, cells)))
    }),
];

fn grid_of(rows: Vec<Vec<CellValue>>) -> Grid {
    let width = rows.iter().map(Vec::len).max().unwrap_or(1);
    Grid::new(rows.len(), width, rows.into_iter().flatten().collect())
}

fn rows_of(grid: &Grid) -> Vec<Vec<CellValue>> {
    (0..grid.rows()).map(|row| grid.row(row).to_vec()).collect()
}

/// Rows as they are, or columns as rows.
fn lines(grid: Grid, across: bool) -> Vec<Vec<CellValue>> {
    rows_of(&if across { grid.transposed() } else { grid })
}

fn back(lines: Vec<Vec<CellValue>>, across: bool) -> Operand {
    let grid = grid_of(lines);
    Operand::from_grid(if across { grid.transposed() } else { grid })
}

fn compare_lines(left: &[CellValue], right: &[CellValue]) -> Ordering {
    left.iter().zip(right).map(|(a, b)| compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn unique(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let across = context.flag_or(args, 1, false)?;
    let once = context.flag_or(args, 2, false)?;
    let lines = lines(context.grid_at(args, 0)?, across);
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let line = |place: usize| lines.get(place).map(Vec::as_slice).unwrap_or_default();
    context.spend((lines.len() as u64).saturating_mul(16))?;
    order.sort_by(|a, b| compare_lines(line(*a), line(*b)));
    let mut kept = Vec::new();
    for group in order.chunk_by(|a, b| compare_lines(line(*a), line(*b)).is_eq()) {
        if !once || group.len() == 1 {
            kept.extend(group.iter().min());
        }
    }
    kept.sort_unstable();
    if kept.is_empty() {
        return Err(ErrorKind::Calc.into());
    }
    Ok(back(kept.into_iter().map(|place| line(place).to_vec()).collect(), across))
}

/// Empty cells go last, whatever the order.
fn sort_order(left: &CellValue, right: &CellValue, descending: bool) -> Ordering {
    match (left, right) {
        (CellValue::Empty, CellValue::Empty) => Ordering::Equal,
        (CellValue::Empty, _) => Ordering::Greater,
        (_, CellValue::Empty) => Ordering::Less,
        _ if descending => compare(right, left),
        _ => compare(left, right),
    }
}

fn sort(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let key = if context.given(args, 1) { context.number(args, 1)? } else { 1.0 };
    let descending = if context.given(args, 2) { context.number(args, 2)? < 0.0 } else { false };
    let across = context.flag_or(args, 3, false)?;
    let mut lines = lines(context.grid_at(args, 0)?, across);
    let width = lines.first().map_or(0, Vec::len);
    if key < 1.0 || key > width as f64 {
        return Err(ErrorKind::Value.into());
    }
    let key = key as usize - 1;
    context.spend((lines.len() as u64).saturating_mul(16))?;
    let empty = CellValue::Empty;
    lines.sort_by(|a, b| sort_order(a.get(key).unwrap_or(&empty), b.get(key).unwrap_or(&empty), descending));
    Ok(back(lines, across))
}

fn sort_by(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let lines = rows_of(&context.grid_at(args, 0)?);
    let mut keys = Vec::new();
    let mut place = 1;
    while place < args.len() {
        let key = context.grid_at(args, place)?;
        let descending = if context.given(args, place + 1) { context.number(args, place + 1)? < 0.0 } else { false };
        if key.cells().len() != lines.len() {
            return Err(ErrorKind::Value.into());
        }
        keys.push((key, descending));
        place += 2;
    }
    context.spend((lines.len() as u64).saturating_mul(16))?;
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let empty = CellValue::Empty;
    order.sort_by(|a, b| {
        let by = |(key, descending): &(Grid, bool)| {
            let at = |place: usize| key.cells().get(place).unwrap_or(&empty);
            sort_order(at(*a), at(*b), *descending)
        };
        keys.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    Ok(back(order.into_iter().filter_map(|place| lines.get(place).cloned()).collect(), false))
}

fn filter(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (grid, keep) = (context.grid_at(args, 0)?, context.grid_at(args, 1)?);
    let across = keep.columns() == grid.columns() && keep.rows() == 1 && grid.rows() > 1;
    let lines = lines(grid, across);
    if keep.cells().len() != lines.len() {
        return Err(ErrorKind::Value.into());
    }
    let mut kept = Vec::new();
    for (line, keep) in lines.into_iter().zip(keep.cells()) {
        if keep.to_boolean()? {
            kept.push(line);
        }
    }
    if !kept.is_empty() {
        return Ok(back(kept, across));
    }
    match args.get(2) {
        None | Some(Operand::Omitted) => Err(ErrorKind::Calc.into()),
        Some(other) => Ok(other.clone()),
    }
}

/// A positive size of an array.
fn size(number: f64) -> Outcome<usize> {
    let number = number.trunc();
    if number < 1.0 {
        return Err(ErrorKind::Value.into());
    }
    if number > MAX_GRID as f64 {
        return Err(Refusal::Budget.into());
    }
    Ok(number as usize)
}

fn number_given(context: &mut Context, args: &[Operand], place: usize, default: f64) -> Outcome<f64> {
    if context.given(args, place) { context.number(args, place) } else { Ok(default) }
}

fn shape(context: &mut Context, args: &[Operand]) -> Outcome<(usize, usize)> {
    let rows = size(number_given(context, args, 0, 1.0)?)?;
    let columns = size(number_given(context, args, 1, 1.0)?)?;
    let count = (rows as u64).saturating_mul(columns as u64);
    if count > MAX_GRID {
        return Err(Refusal::Budget.into());
    }
    context.spend(count)?;
    Ok((rows, columns))
}

fn sequence(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (rows, columns) = shape(context, args)?;
    let (start, step) = (number_given(context, args, 2, 1.0)?, number_given(context, args, 3, 1.0)?);
    let cells = (0..rows * columns).map(|place| (start + step * place as f64).into()).collect();
    Ok(Operand::from_grid(Grid::new(rows, columns, cells)))
}

fn random_array(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (rows, columns) = shape(context, args)?;
    let (low, high) = (number_given(context, args, 2, 0.0)?, number_given(context, args, 3, 1.0)?);
    let whole = context.flag_or(args, 4, false)?;
    if low > high {
        return Err(ErrorKind::Value.into());
    }
    let cells = (0..rows * columns)
        .map(|_| {
            let share = context.random();
            let number = if whole { (low + share * (high - low + 1.0)).floor() } else { low + share * (high - low) };
            number.into()
        })
        .collect();
    Ok(Operand::from_grid(Grid::new(rows, columns, cells)))
}

fn taken(count: usize, wanted: f64) -> (usize, usize) {
    let size = (wanted.abs() as usize).min(count);
    if wanted < 0.0 { (count - size, count) } else { (0, size) }
}

fn dropped(count: usize, wanted: f64) -> (usize, usize) {
    let size = (wanted.abs() as usize).min(count);
    if wanted < 0.0 { (0, count - size) } else { (size, count) }
}

fn cut(context: &mut Context, args: &[Operand], part: fn(usize, f64) -> (usize, usize)) -> Outcome<Operand> {
    let grid = context.grid_at(args, 0)?;
    let mut span = |place: usize, count: usize| -> Outcome<(usize, usize)> {
        if context.given(args, place) { Ok(part(count, context.number(args, place)?)) } else { Ok((0, count)) }
    };
    let ((top, bottom), (left, right)) = (span(1, grid.rows())?, span(2, grid.columns())?);
    if top >= bottom || left >= right {
        return Err(ErrorKind::Calc.into());
    }
    let rows = (top..bottom).map(|row| (left..right).filter_map(|column| grid.get(row, column).cloned()).collect());
    Ok(Operand::from_grid(grid_of(rows.collect())))
}

/// One under the other, narrower ones filled up with `#N/A`; columns as rows when `across`.
fn stacked(context: &mut Context, args: &[Operand], across: bool) -> Outcome<Grid> {
    let mut all = Vec::new();
    for place in 0..args.len() {
        all.extend(lines(context.grid_at(args, place)?, across));
    }
    let width = all.iter().map(Vec::len).max().unwrap_or(1);
    for line in &mut all {
        line.resize(width, CellValue::Error(ErrorKind::NotAvailable));
    }
    Ok(grid_of(all))
}

fn matrix(grid: &Grid) -> Outcome<Vec<Vec<f64>>> {
    let number = |value: &CellValue| match value {
        CellValue::Number(number) => Ok(*number),
        CellValue::Error(kind) => Err(Fail::Error(*kind)),
        _ => Err(Fail::Error(ErrorKind::Value)),
    };
    (0..grid.rows()).map(|row| grid.row(row).iter().map(number).collect()).collect()
}

fn operand(matrix: &[Vec<f64>]) -> Operand {
    Operand::from_grid(grid_of(matrix.iter().map(|row| row.iter().map(|x| CellValue::from(*x)).collect()).collect()))
}

fn multiply(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (left, right) = (context.grid_at(args, 0)?, context.grid_at(args, 1)?);
    if left.columns() != right.rows() {
        return Err(ErrorKind::Value.into());
    }
    context.spend((left.rows() as u64).saturating_mul(left.columns() as u64).saturating_mul(right.columns() as u64))?;
    let (left, right) = (matrix(&left)?, matrix(&right.transposed())?);
    let cell = |row: &[f64], column: &[f64]| row.iter().zip(column).map(|(a, b)| a * b).sum();
    let product: Vec<Vec<f64>> =
        left.iter().map(|row| right.iter().map(|column| cell(row, column)).collect()).collect();
    Ok(operand(&product))
}

fn square(context: &mut Context, args: &[Operand]) -> Outcome<Vec<Vec<f64>>> {
    let grid = context.grid_at(args, 0)?;
    if grid.rows() != grid.columns() {
        return Err(ErrorKind::Value.into());
    }
    matrix(&grid)
}

/// Gaussian elimination with row exchange: the determinant, and `beside` as the inverse maps it.
fn eliminated(
    context: &mut Context,
    mut rows: Vec<Vec<f64>>,
    mut beside: Vec<Vec<f64>>,
) -> Outcome<(f64, Vec<Vec<f64>>)> {
    let size = rows.len();
    context.spend((size as u64).saturating_pow(3))?;
    let mut determinant = 1.0;
    for place in 0..size {
        let entry =
            |rows: &[Vec<f64>], row: usize| rows.get(row).and_then(|row| row.get(place)).copied().unwrap_or(0.0);
        let best =
            (place..size).max_by(|a, b| entry(&rows, *a).abs().total_cmp(&entry(&rows, *b).abs())).unwrap_or(place);
        let pivot = entry(&rows, best);
        if pivot == 0.0 {
            return Ok((0.0, beside));
        }
        if best != place {
            rows.swap(place, best);
            if !beside.is_empty() {
                beside.swap(place, best);
            }
            determinant = -determinant;
        }
        determinant *= pivot;
        let pivot_row: Vec<f64> = rows.get(place).cloned().unwrap_or_default();
        let pivot_beside: Vec<f64> = beside.get(place).cloned().unwrap_or_default();
        for row in 0..size {
            let factor = entry(&rows, row) / pivot;
            if row == place || factor == 0.0 {
                continue;
            }
            subtract(rows.get_mut(row), &pivot_row, factor);
            subtract(beside.get_mut(row), &pivot_beside, factor);
        }
        if let Some(row) = beside.get_mut(place) {
            row.iter_mut().for_each(|value| *value /= pivot);
        }
        if let Some(row) = rows.get_mut(place) {
            row.iter_mut().for_each(|value| *value /= pivot);
        }
    }
    Ok((determinant, beside))
}

fn subtract(row: Option<&mut Vec<f64>>, other: &[f64], factor: f64) {
    if let Some(row) = row {
        row.iter_mut().zip(other).for_each(|(value, other)| *value -= factor * other);
    }
}

fn inverse(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let matrix = square(context, args)?;
    let unit = |row: usize| (0..matrix.len()).map(|column| f64::from(u8::from(row == column))).collect();
    let beside = (0..matrix.len()).map(unit).collect();
    match eliminated(context, matrix, beside)? {
        (0.0, _) => Err(ErrorKind::Num.into()),
        (_, inverse) => Ok(operand(&inverse)),
    }
}
