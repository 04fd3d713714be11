//! Formulas that hide a number, and values typed where a formula belongs (the two defects that spreadsheet inspections name
//! first: EuSpRIG; SOX 404 logic inspection).

use std::collections::BTreeMap;

use super::Sighting;
use super::cells::{Corners, address, corners};
use crate::facts::{CellContent, FormulaFacts, Reading, Scalar, SourceFacts};
use crate::lang::formula::{BinaryOp, Dialect, Node, PostfixOp, UnaryOp, parse};
use crate::model::Region;

/// Numbers that are units and not assumptions: identities, powers of ten, days, weeks, months, hours, minutes, seconds.
const UNITS: [f64; 17] =
    [0.0, 1.0, 2.0, 10.0, 100.0, 1000.0, 7.0, 12.0, 24.0, 30.0, 52.0, 60.0, 360.0, 365.0, 366.0, 1440.0, 86400.0];
/// Fewest cells that share a formula before a value among them is called typed over.
const FEWEST_FORMULAS: usize = 3;
/// Share of a column's filled cells that must be formulas of one shape.
const LEAST_SHARE: f64 = 0.7;
/// Cells of one run of formulas that are named one by one; more are one sighting of the area they lie in.
const MOST_CELLS: usize = 50;
/// Functions whose branches are results, so that a rate in them is an assumption.
const CHOOSING: [&str; 5] = ["IF", "IFS", "SWITCH", "CHOOSE", "IFERROR"];

/// One sighting per formula shape with a number that is calculated or compared with.
pub(super) fn constants(facts: &SourceFacts) -> Vec<Sighting> {
    facts
        .formulas
        .iter()
        .filter(|shape| hides_number(&parse(&shape.formula, Dialect::Sheet).0))
        .map(|shape| {
            let cells = usize::try_from(shape.cells).unwrap_or(usize::MAX);
            Sighting::at("hardcoded_constant", format!("{}!{}", shape.sheet, shape.cell), cells)
        })
        .collect()
}

/// Whether a tree calculates or compares with a literal that is no unit. Trees from the parser are bounded in height.
fn hides_number(node: &Node) -> bool {
    match node {
        Node::Binary { op, left, right } => {
            let counts = !matches!(op, BinaryOp::Concat | BinaryOp::Range | BinaryOp::Intersect | BinaryOp::Union);
            (counts && (is_assumption(left) || is_assumption(right))) || hides_number(left) || hides_number(right)
        }
        Node::Call { name, args } => {
            let chooses = CHOOSING.iter().any(|known| known.eq_ignore_ascii_case(name));
            args.iter().any(|arg| (chooses && is_rate(arg)) || hides_number(arg))
        }
        Node::Paren(inner) | Node::Unary { operand: inner, .. } | Node::Postfix { operand: inner, .. } => {
            hides_number(inner)
        }
        Node::Index { object, args } => hides_number(object) || args.iter().any(hides_number),
        _ => false,
    }
}

fn is_assumption(node: &Node) -> bool {
    literal(node).is_some_and(|number| !UNITS.contains(&number.abs()))
}

/// A literal with decimals.
fn is_rate(node: &Node) -> bool {
    literal(node).is_some_and(|number| number.fract() != 0.0)
}

fn literal(node: &Node) -> Option<f64> {
    match node {
        Node::Integer(number) => Some(*number as f64),
        Node::Number(number) => Some(*number),
        Node::Paren(inner) => literal(inner),
        Node::Unary { op: UnaryOp::Minus | UnaryOp::Plus, operand } => literal(operand),
        Node::Postfix { op: PostfixOp::Percent, operand } => literal(operand).map(|number| number / 100.0),
        _ => None,
    }
}

/// One sighting per cell that holds a typed value where the cells around it hold one formula.
pub(super) fn overwritten(reading: &Reading, regions: &[Region]) -> Vec<Sighting> {
    let mut found = Vec::new();
    for sheet in &reading.sheets {
        let shapes: Vec<&FormulaFacts> =
            reading.facts.formulas.iter().filter(|shape| shape.sheet == sheet.name).collect();
        if shapes.is_empty() {
            continue;
        }
        let tables: Vec<Corners> = regions
            .iter()
            .filter(|region| region.sheet == sheet.name)
            .filter_map(|region| corners(&region.data_range))
            .collect();
        let mut columns: BTreeMap<u32, Vec<&CellContent>> = BTreeMap::new();
        let mut lines: BTreeMap<u32, Vec<&CellContent>> = BTreeMap::new();
        for cell in sheet.cells.iter().filter(|cell| cell.formula.is_some() || !is_empty(&cell.value)) {
            columns.entry(cell.column).or_default().push(cell);
            lines.entry(cell.row).or_default().push(cell);
        }
        for shape in shapes {
            let Some(extent) = filled(shape).and_then(|extent| within_table(extent, &tables)) else { continue };
            let run = if extent.left == extent.right { columns.get(&extent.left) } else { lines.get(&extent.top) };
            let inside: Vec<&CellContent> =
                run.into_iter().flatten().copied().filter(|cell| extent.hold(cell.row, cell.column)).collect();
            found.extend(typed_over(&sheet.name, shape, &inside));
        }
    }
    found
}

/// The extent of a shape that fills (most of) one column or one row.
fn filled(shape: &FormulaFacts) -> Option<Corners> {
    let extent = corners(&shape.range)?;
    let is_line = extent.left == extent.right || extent.top == extent.bottom;
    (is_line && shape.cells >= FEWEST_FORMULAS as u64).then_some(extent)
}

/// A formula column of a table belongs to all its rows, so that the first and the last row count as well.
fn within_table(extent: Corners, tables: &[Corners]) -> Option<Corners> {
    let around = tables.iter().find(|table| {
        extent.left == extent.right && table.hold(extent.top, extent.left) && table.hold(extent.bottom, extent.left)
    });
    Some(around.map_or(extent, |table| Corners { top: table.top, bottom: table.bottom, ..extent }))
}

fn typed_over(sheet: &str, shape: &FormulaFacts, cells: &[&CellContent]) -> Vec<Sighting> {
    if (shape.cells as f64) < cells.len() as f64 * LEAST_SHARE {
        return Vec::new();
    }
    // A reader that ran out of its budget keeps results without their formulas: then nothing can be said of the others.
    let formulas = cells.iter().filter(|cell| cell.formula.is_some()).count() as u64;
    if formulas < shape.cells {
        return Vec::new();
    }
    let typed: Vec<&&CellContent> =
        cells.iter().filter(|cell| cell.formula.is_none() && is_typed(&cell.value)).collect();
    let place = |cell: &CellContent| address(sheet, cell.row, cell.column);
    match typed.as_slice() {
        [first, .., last] if typed.len() > MOST_CELLS => {
            let end = place(last);
            let end = end.rsplit('!').next().unwrap_or(&end);
            vec![Sighting::at("formula_overwritten", format!("{}:{end}", place(first)), typed.len())]
        }
        _ => typed.iter().map(|cell| Sighting::at("formula_overwritten", place(cell), 1)).collect(),
    }
}

fn is_empty(value: &Scalar) -> bool {
    matches!(value, Scalar::Empty) || matches!(value, Scalar::Text(text) if text.trim().is_empty())
}

/// Headings and remarks inside a column of formulas are texts; what replaces a result is a number, a date or a yes/no.
fn is_typed(value: &Scalar) -> bool {
    matches!(value, Scalar::Number(_) | Scalar::Exact(_) | Scalar::Boolean(_) | Scalar::Moment(_))
}
