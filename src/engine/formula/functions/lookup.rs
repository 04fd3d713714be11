//! Finding by key and by place: VLOOKUP and its kind, INDEX, OFFSET, INDIRECT, addresses.
//! Approximate matches search in halves as Excel does, so that unsorted data gives the same answer.

use std::cmp::Ordering;

use super::super::arithmetic::compare;
use super::super::context::Context;
use super::super::criteria::Pattern;
use super::super::grid::{Grid, Operand, Range};
use super::super::refer::cells;
use super::super::source::CellAddress;
use super::super::value::{CellValue, Fail, Outcome, Refusal};
use super::args::result;
use super::{Function, Lift, function};
use crate::lang::formula::{Dialect, ErrorKind, MAX_COLUMN, MAX_ROW, Node, column_letters, parse, quote_sheet};

pub(super) const FUNCTIONS: &[Function] = &[
    function("VLOOKUP", (3, 4), Lift::At(&[0, 2]), |c, a| table_lookup(c, a, Direction::Down)),
    function("HLOOKUP", (3, 4), Lift::At(&[0, 2]), |c, a| table_lookup(c, a, Direction::Across)),
    function("LOOKUP", (2, 3), Lift::ArraysAt(&[1, 2]), lookup),
    function("MATCH", (2, 3), Lift::At(&[0]), match_place),
    function("XMATCH", (2, 4), Lift::At(&[0]), |c, a| {
        let found = extended_match(c, a, 2)?;
        found.map(|place| (place as f64 + 1.0).into()).ok_or(Fail::Error(ErrorKind::NotAvailable))
    }),
    function("XLOOKUP", (3, 6), Lift::At(&[0]), extended_lookup),
    function("INDEX", (1, 4), Lift::ArraysAt(&[0]), index),
    function("OFFSET", (3, 5), Lift::Whole, offset),
    function("INDIRECT", (1, 2), Lift::Whole, indirect),
    function("ADDRESS", (2, 5), Lift::All, address),
    function("ROW", (0, 1), Lift::Whole, |c, a| place_of(c, a, |r| (r.top, r.rows()), |at| at.row, Direction::Down)),
    function("COLUMN", (0, 1), Lift::Whole, |c, a| {
        place_of(c, a, |r| (r.left, r.columns()), |at| at.column, Direction::Across)
    }),
    function("ROWS", (1, 1), Lift::ArraysAt(&[0]), |c, a| extent(c, a, Range::rows, Grid::rows)),
    function("COLUMNS", (1, 1), Lift::ArraysAt(&[0]), |c, a| extent(c, a, Range::columns, Grid::columns)),
    function("AREAS", (1, 1), Lift::Whole, |_, a| match a.first() {
        Some(Operand::Cells(ranges)) => result(ranges.len() as f64),
        _ => Err(ErrorKind::Value.into()),
    }),
    function("HYPERLINK", (1, 2), Lift::All, |c, a| {
        let shown = usize::from(c.given(a, 1));
        c.value(a, shown).map(Operand::Value)
    }),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    Down,
    Across,
}

/// A list to search: read item by item, so that a long column costs only what is looked at.
enum List {
    Cells { range: Range, direction: Direction, used: usize },
    Values(Vec<CellValue>),
}

impl List {
    /// The cells of a range are searched as far as they are in use.
    fn of_range(context: &Context, range: Range, direction: Direction) -> Self {
        let used = context.used(&range, range.sheet).map_or(0, |used| match direction {
            Direction::Down => used.rows(),
            Direction::Across => used.columns(),
        });
        Self::Cells { range, direction, used: used as usize }
    }

    fn len(&self) -> usize {
        match self {
            Self::Cells { used, .. } => *used,
            Self::Values(values) => values.len(),
        }
    }

    fn get(&self, context: &mut Context, place: usize) -> Outcome<CellValue> {
        match self {
            Self::Values(values) => {
                context.spend(1)?;
                Ok(values.get(place).cloned().unwrap_or_default())
            }
            Self::Cells { range, direction, .. } => {
                let step = u32::try_from(place).unwrap_or(u32::MAX);
                let (rows, columns) = if *direction == Direction::Down { (step, 0) } else { (0, step) };
                context.read(CellAddress {
                    sheet: range.sheet,
                    row: range.top.saturating_add(rows),
                    column: range.left.saturating_add(columns),
                })
            }
        }
    }

    /// A range or array of one row or column.
    fn from_operand(context: &mut Context, operand: &Operand) -> Outcome<Self> {
        match operand {
            Operand::Cells(ranges) => {
                let [range] = ranges.as_slice() else { return Err(ErrorKind::NotAvailable.into()) };
                if range.rows() > 1 && range.columns() > 1 || range.sheet != range.last_sheet {
                    return Err(ErrorKind::NotAvailable.into());
                }
                let direction = if range.columns() > 1 { Direction::Across } else { Direction::Down };
                Ok(Self::of_range(context, *range, direction))
            }
            other => {
                let grid = context.grid(other.clone())?;
                if grid.rows() > 1 && grid.columns() > 1 {
                    return Err(ErrorKind::NotAvailable.into());
                }
                Ok(Self::Values(grid.cells().to_vec()))
            }
        }
    }
}

fn same_type(left: &CellValue, right: &CellValue) -> bool {
    use CellValue::{Boolean, Number, Text};
    matches!((left, right), (Number(_), Number(_)) | (Text(_), Text(_)) | (Boolean(_), Boolean(_)))
}

/// An empty key looks for 0.
fn key(value: CellValue) -> Outcome<CellValue> {
    Ok(match value.checked()? {
        CellValue::Empty => CellValue::Number(0.0),
        other => other,
    })
}

/// The first item equal to a key; texts may hold wildcards.
fn exact(context: &mut Context, list: &List, key: &CellValue) -> Outcome<Option<usize>> {
    let pattern = match key {
        CellValue::Text(text) if text.contains(['*', '?', '~']) => Some(Pattern::new(text)),
        _ => None,
    };
    for place in 0..list.len() {
        let item = list.get(context, place)?;
        let fits = match (&pattern, &item) {
            (Some(pattern), CellValue::Text(text)) => pattern.matches(text),
            _ => same_type(&item, key) && compare(&item, key).is_eq(),
        };
        if fits {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// The last item not above a key in an ascending list (or not below, in a descending one), by halving; items of another type are
/// stepped over.
fn nearest(context: &mut Context, list: &List, key: &CellValue, order: Ordering) -> Outcome<Option<usize>> {
    let (mut low, mut high) = (0usize, list.len());
    let mut found = None;
    while low < high {
        let middle = low + (high - low) / 2;
        let mut probe = middle;
        let mut item = list.get(context, probe)?;
        while !same_type(&item, key) && probe + 1 < high {
            probe += 1;
            item = list.get(context, probe)?;
        }
        if !same_type(&item, key) {
            high = middle;
            continue;
        }
        let side = compare(&item, key);
        if side == order {
            high = middle;
        } else {
            found = Some(probe);
            low = probe + 1;
        }
    }
    Ok(found)
}

fn table_lookup(context: &mut Context, args: &[Operand], direction: Direction) -> Outcome<Operand> {
    let wanted = key(context.raw(args, 0)?)?;
    let offset = context.number(args, 2)?.trunc();
    let approximate = context.flag_or(args, 3, true)?;
    if offset < 1.0 {
        return Err(ErrorKind::Value.into());
    }
    let table = match args.get(1) {
        Some(Operand::Cells(ranges)) => match ranges.as_slice() {
            [range] if range.sheet == range.last_sheet => Table::Cells(*range),
            _ => return Err(ErrorKind::Value.into()),
        },
        _ => Table::Values(context.grid_at(args, 1)?),
    };
    if offset > table.width(direction) as f64 {
        return Err(ErrorKind::Ref.into());
    }
    let list = table.first_line(context, direction);
    let found = if approximate {
        nearest(context, &list, &wanted, Ordering::Greater)?
    } else {
        exact(context, &list, &wanted)?
    };
    let place = found.ok_or(Fail::Error(ErrorKind::NotAvailable))?;
    table.at(context, place, offset as usize - 1, direction).map(Operand::Value)
}

enum Table {
    Cells(Range),
    Values(Grid),
}

impl Table {
    fn width(&self, direction: Direction) -> usize {
        match (self, direction) {
            (Self::Cells(range), Direction::Down) => range.columns() as usize,
            (Self::Cells(range), Direction::Across) => range.rows() as usize,
            (Self::Values(grid), Direction::Down) => grid.columns(),
            (Self::Values(grid), Direction::Across) => grid.rows(),
        }
    }

    fn first_line(&self, context: &Context, direction: Direction) -> List {
        match self {
            Self::Cells(range) => List::of_range(context, *range, direction),
            Self::Values(grid) if direction == Direction::Across => List::Values(grid.row(0).to_vec()),
            Self::Values(grid) => List::Values((0..grid.rows()).filter_map(|row| grid.get(row, 0).cloned()).collect()),
        }
    }

    fn at(&self, context: &mut Context, place: usize, offset: usize, direction: Direction) -> Outcome<CellValue> {
        let (row, column) = if direction == Direction::Down { (place, offset) } else { (offset, place) };
        match self {
            Self::Values(grid) => Ok(grid.get(row, column).cloned().unwrap_or_default()),
            Self::Cells(range) => context.read(CellAddress {
                sheet: range.sheet,
                row: range.top.saturating_add(row as u32),
                column: range.left.saturating_add(column as u32),
            }),
        }
    }
}

fn lookup(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let wanted = key(context.raw(args, 0)?)?;
    let table = args.get(1).cloned().unwrap_or(Operand::Omitted);
    let (list, answers) = match args.get(2) {
        Some(answers) => (List::from_operand(context, &table)?, answers.clone()),
        None => {
            // The array form searches the longer side's first line and answers from its last.
            let grid = context.grid(table)?;
            let across = grid.columns() > grid.rows();
            let grid = if across { grid.transposed() } else { grid };
            let column = |place: usize| (0..grid.rows()).filter_map(|row| grid.get(row, place).cloned()).collect();
            let last: Vec<CellValue> = column(grid.columns().saturating_sub(1));
            (List::Values(column(0)), Operand::Array(std::sync::Arc::new(Grid::column(last))))
        }
    };
    let place = nearest(context, &list, &wanted, Ordering::Greater)?.ok_or(Fail::Error(ErrorKind::NotAvailable))?;
    let answers = List::from_operand(context, &answers)?;
    answers.get(context, place).map(Operand::Value)
}

fn match_place(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let wanted = key(context.raw(args, 0)?)?;
    let kind = context.number_or(args, 2, 1.0)?;
    let list = List::from_operand(context, args.get(1).unwrap_or(&Operand::Omitted))?;
    let found = if kind == 0.0 {
        exact(context, &list, &wanted)?
    } else if kind > 0.0 {
        nearest(context, &list, &wanted, Ordering::Greater)?
    } else {
        descending(context, &list, &wanted)?
    };
    found.map(|place| (place as f64 + 1.0).into()).ok_or(Fail::Error(ErrorKind::NotAvailable))
}

/// The last item not below a key, in a list that falls.
fn descending(context: &mut Context, list: &List, key: &CellValue) -> Outcome<Option<usize>> {
    let mut found = None;
    for place in 0..list.len() {
        let item = list.get(context, place)?;
        if !same_type(&item, key) {
            continue;
        }
        match compare(&item, key) {
            Ordering::Less => break,
            Ordering::Equal => return Ok(Some(place)),
            Ordering::Greater => found = Some(place),
        }
    }
    Ok(found)
}

/// XMATCH's search: mode 0 exact, -1 or next smaller, 1 or next larger, 2 wildcards; search mode -1 from the end.
fn extended_match(context: &mut Context, args: &[Operand], modes: usize) -> Outcome<Option<usize>> {
    let wanted = match context.value(args, 0)? {
        CellValue::Empty => CellValue::Text("".into()),
        other => other,
    };
    let mode = if context.given(args, modes) { context.int(args, modes)? } else { 0 };
    let search = if context.given(args, modes + 1) { context.int(args, modes + 1)? } else { 1 };
    let list = List::from_operand(context, args.get(1).unwrap_or(&Operand::Omitted))?;
    let pattern = match &wanted {
        CellValue::Text(text) if mode == 2 => Some(Pattern::new(text)),
        _ => None,
    };
    let backwards = search < 0;
    let mut best: Option<(usize, CellValue)> = None;
    for step in 0..list.len() {
        let place = if backwards { list.len() - 1 - step } else { step };
        let item = list.get(context, place)?;
        if let (Some(pattern), CellValue::Text(text)) = (&pattern, &item) {
            if pattern.matches(text) {
                return Ok(Some(place));
            }
            continue;
        }
        let blank = item == CellValue::Empty && wanted == CellValue::Text("".into());
        if blank || (same_type(&item, &wanted) && compare(&item, &wanted).is_eq()) {
            return Ok(Some(place));
        }
        if !same_type(&item, &wanted) || mode.abs() != 1 {
            continue;
        }
        let side = compare(&item, &wanted);
        let eligible = if mode < 0 { side.is_lt() } else { side.is_gt() };
        let closer = best.as_ref().is_none_or(|(_, known)| {
            let order = compare(&item, known);
            if mode < 0 { order.is_gt() } else { order.is_lt() }
        });
        if eligible && closer {
            best = Some((place, item));
        }
    }
    Ok(best.map(|(place, _)| place))
}

fn extended_lookup(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let Some(place) = extended_match(context, args, 4)? else {
        return match args.get(3) {
            None | Some(Operand::Omitted) => Err(ErrorKind::NotAvailable.into()),
            Some(other) => Ok(other.clone()),
        };
    };
    let across = match args.get(1) {
        Some(Operand::Cells(ranges)) => ranges.first().is_some_and(|range| range.columns() > 1),
        Some(Operand::Array(grid)) => grid.columns() > 1,
        _ => false,
    };
    let line = place as f64 + 1.0;
    let answers = args.get(2).cloned().unwrap_or(Operand::Omitted);
    let (row, column) = if across { (0.0, line) } else { (line, 0.0) };
    part(context, answers, row, column)
}

fn index(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (mut row, mut column) = (context.number_or(args, 1, 0.0)?.trunc(), context.number_or(args, 2, 0.0)?.trunc());
    let area = context.number_or(args, 3, 1.0)?.trunc();
    let source = match args.first() {
        Some(Operand::Cells(ranges)) => {
            let place = if area >= 1.0 { area as usize - 1 } else { usize::MAX };
            Operand::from_range(*ranges.get(place).ok_or(Fail::Error(ErrorKind::Ref))?)
        }
        Some(other) => other.clone(),
        None => return Err(ErrorKind::Value.into()),
    };
    let one_row = match &source {
        Operand::Cells(ranges) => ranges.first().is_some_and(|range| range.rows() == 1 && range.columns() > 1),
        Operand::Array(grid) => grid.rows() == 1 && grid.columns() > 1,
        _ => false,
    };
    // In one row a single number counts columns.
    if args.len() == 2 && one_row {
        (row, column) = (0.0, row);
    }
    part(context, source, row, column)
}

/// A cell, a row, a column, or all of an operand; 0 means all.
fn part(context: &mut Context, source: Operand, row: f64, column: f64) -> Outcome<Operand> {
    if row < 0.0 || column < 0.0 {
        return Err(ErrorKind::Value.into());
    }
    match source {
        Operand::Cells(ranges) => {
            let mut range = *ranges.first().ok_or(Fail::Error(ErrorKind::Ref))?;
            if row > f64::from(range.rows()) || column > f64::from(range.columns()) {
                return Err(ErrorKind::Ref.into());
            }
            if row > 0.0 {
                range.top = range.top.saturating_add(row as u32 - 1);
                range.bottom = range.top;
            }
            if column > 0.0 {
                range.left = range.left.saturating_add(column as u32 - 1);
                range.right = range.left;
            }
            Ok(Operand::from_range(range))
        }
        Operand::Value(CellValue::Error(kind)) => Err(kind.into()),
        other => {
            let grid = context.grid(other)?;
            if row > grid.rows() as f64 || column > grid.columns() as f64 {
                return Err(ErrorKind::Ref.into());
            }
            let pick = |wanted: f64, count: usize| if wanted > 0.0 { (wanted as usize - 1, 1) } else { (0, count) };
            let ((top, rows), (left, columns)) = (pick(row, grid.rows()), pick(column, grid.columns()));
            let mut cells = Vec::new();
            for row in top..top + rows {
                cells.extend((left..left + columns).filter_map(|column| grid.get(row, column).cloned()));
            }
            Ok(Operand::from_grid(Grid::new(rows, columns, cells)))
        }
    }
}

fn offset(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let ranges = cells(args.first().cloned().unwrap_or(Operand::Omitted))?;
    let [range] = ranges.as_slice() else { return Err(ErrorKind::Value.into()) };
    let size = |context: &mut Context, place: usize, own: u32| -> Outcome<f64> {
        if context.given(args, place) { Ok(context.number(args, place)?.trunc()) } else { Ok(f64::from(own)) }
    };
    let top = f64::from(range.top) + context.number(args, 1)?.trunc();
    let left = f64::from(range.left) + context.number(args, 2)?.trunc();
    let (rows, columns) = (size(context, 3, range.rows())?, size(context, 4, range.columns())?);
    let (top, bottom) = span(top, rows, MAX_ROW)?;
    let (left, right) = span(left, columns, MAX_COLUMN)?;
    Ok(Operand::from_range(Range { top, left, bottom, right, ..*range }))
}

/// First and last line of a span; a negative length counts backwards.
fn span(start: f64, length: f64, limit: u32) -> Outcome<(u32, u32)> {
    if length == 0.0 {
        return Err(ErrorKind::Ref.into());
    }
    let other = if length > 0.0 { start + length - 1.0 } else { start + length + 1.0 };
    let (first, last) = (start.min(other), start.max(other));
    if first < 1.0 || last > f64::from(limit) { Err(ErrorKind::Ref.into()) } else { Ok((first as u32, last as u32)) }
}

/// A reference by its text; other workbooks are refused.
fn indirect(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let text = context.text(args, 0)?;
    if !context.flag_or(args, 1, true)? {
        return relative(context, &text);
    }
    context.spend(text.len() as u64)?;
    let (node, notices) = parse(&text, Dialect::Sheet);
    if !notices.is_empty() {
        return Err(ErrorKind::Ref.into());
    }
    match node {
        Node::Reference(_) | Node::Name(_) | Node::QualifiedName { .. } | Node::Structured(_) => {
            match context.node(&node)? {
                found @ Operand::Cells(_) => Ok(found),
                _ => Err(ErrorKind::Ref.into()),
            }
        }
        _ => Err(ErrorKind::Ref.into()),
    }
}

/// `R1C1`, `R[-1]C[2]`, with an optional sheet.
fn relative(context: &mut Context, text: &str) -> Outcome<Operand> {
    let (sheet, rest) = match text.rsplit_once('!') {
        Some((sheet, rest)) => {
            let name = sheet.trim_matches('\'').replace("''", "'");
            if name.contains('[') {
                return Err(Refusal::Unsupported { name: "INDIRECT to another workbook".to_owned() }.into());
            }
            (context.source.sheet_index(&name).ok_or(Fail::Error(ErrorKind::Ref))?, rest)
        }
        None => (context.address().sheet, text),
    };
    let at = context.address();
    let corner = |text: &str| -> Option<(u32, u32)> {
        let upper = text.to_ascii_uppercase();
        let (row, column) = upper.strip_prefix('R')?.split_once('C')?;
        Some((line(row, at.row, MAX_ROW)?, line(column, at.column, MAX_COLUMN)?))
    };
    let (first, last) = rest.split_once(':').unwrap_or((rest, rest));
    let ((top, left), (bottom, right)) = corner(first).zip(corner(last)).ok_or(Fail::Error(ErrorKind::Ref))?;
    Ok(Operand::from_range(Range {
        sheet,
        last_sheet: sheet,
        top: top.min(bottom),
        left: left.min(right),
        bottom: top.max(bottom),
        right: left.max(right),
    }))
}

fn line(text: &str, here: u32, limit: u32) -> Option<u32> {
    let number = if text.is_empty() {
        i64::from(here)
    } else if let Some(inner) = text.strip_prefix('[') {
        i64::from(here).checked_add(inner.strip_suffix(']')?.parse().ok()?)?
    } else {
        text.parse().ok()?
    };
    u32::try_from(number).ok().filter(|number| (1..=limit).contains(number))
}

fn address(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (row, column) = (context.int(args, 0)?, context.int(args, 1)?);
    let kind = if context.given(args, 2) { context.int(args, 2)? } else { 1 };
    let a1 = if context.given(args, 3) { context.flag_or(args, 3, true)? } else { true };
    let inside = (1..=i64::from(MAX_ROW)).contains(&row) && (1..=i64::from(MAX_COLUMN)).contains(&column);
    if !inside || !(1..=4).contains(&kind) {
        return Err(ErrorKind::Value.into());
    }
    let (fixed_row, fixed_column) = (kind <= 2, matches!(kind, 1 | 3));
    let text = if a1 {
        let mark = |fixed: bool| if fixed { "$" } else { "" };
        format!("{}{}{}{row}", mark(fixed_column), column_letters(column as u32), mark(fixed_row))
    } else {
        let line = |letter: char, fixed: bool, number: i64| {
            if fixed { format!("{letter}{number}") } else { format!("{letter}[{number}]") }
        };
        format!("{}{}", line('R', fixed_row, row), line('C', fixed_column, column))
    };
    if !context.given(args, 4) {
        return Ok(text.into());
    }
    let sheet = context.text(args, 4)?;
    let sheet = if sheet.starts_with('[') { sheet.to_string() } else { quote_sheet(&sheet) };
    Ok(format!("{sheet}!{text}").into())
}

/// ROW and COLUMN: of the formula's cell, or of each line of a range.
fn place_of(
    context: &mut Context,
    args: &[Operand],
    of: fn(&Range) -> (u32, u32),
    own: fn(CellAddress) -> u32,
    direction: Direction,
) -> Outcome<Operand> {
    let range = match args.first() {
        None => return result(f64::from(own(context.address()))),
        Some(Operand::Cells(ranges)) => *ranges.first().ok_or(Fail::Error(ErrorKind::Ref))?,
        Some(Operand::Value(CellValue::Error(kind))) => return Err((*kind).into()),
        Some(_) => return Err(ErrorKind::Value.into()),
    };
    let (first, count) = of(&range);
    if count == 1 || context.mode == super::super::context::Mode::Cell {
        return result(f64::from(first));
    }
    context.spend(u64::from(count))?;
    let numbers: Vec<CellValue> = (0..count).map(|step| f64::from(first.saturating_add(step)).into()).collect();
    let column = Grid::column(numbers);
    Ok(Operand::from_grid(if direction == Direction::Down { column } else { column.transposed() }))
}

fn extent(
    context: &mut Context,
    args: &[Operand],
    of_range: fn(&Range) -> u32,
    of_grid: fn(&Grid) -> usize,
) -> Outcome<Operand> {
    match args.first() {
        Some(Operand::Cells(ranges)) => {
            let [range] = ranges.as_slice() else { return Err(ErrorKind::Ref.into()) };
            result(f64::from(of_range(range)))
        }
        Some(Operand::Value(CellValue::Error(kind))) => Err((*kind).into()),
        _ => result(of_grid(&context.grid_at(args, 0)?) as f64),
    }
}
