//! Whether anything a formula depends on was written since the file was read. Only then may the result Excel saved still stand
//! for a formula that cannot be computed here.

use std::collections::HashSet;

use super::book::{Change, Workbook};
use super::resolve::resolve_text;
use super::rewrite::visit;
use crate::lang::formula::{self, Dialect, Node};

/// Cells visited at most; a larger cone counts as touched.
const MOST_CELLS: usize = 100_000;
/// Functions whose precedents are not in their text, or that change by themselves.
const UNKNOWABLE: [&str; 9] =
    ["INDIRECT", "OFFSET", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO"];

/// Whether nothing in the cone of a cell was written since loading.
pub fn is_untouched(book: &Workbook, sheet: u32, row: u32, column: u32) -> bool {
    book.touched().is_some_and(|touched| !reaches(book, touched, sheet, row, column))
}

/// Whether a cell or anything it depends on is among what was written; also when that cannot be told.
pub fn reaches(book: &Workbook, touched: &[Change], sheet: u32, row: u32, column: u32) -> bool {
    let mut seen = HashSet::new();
    let mut next = vec![(sheet, row, column)];
    while let Some((sheet, row, column)) = next.pop() {
        if !seen.insert((sheet, row, column)) {
            continue;
        }
        let written = touched.iter().any(|change| change.sheet == sheet && change.area.holds(row, column));
        if written || seen.len() > MOST_CELLS {
            return true;
        }
        let Some(home) = book.sheet(sheet) else { return true };
        let Some(text) = home.grid.get(row, column).and_then(|cell| cell.formula.clone()) else { continue };
        let Some(references) = references(&text) else { return true };
        for reference in references {
            let Some(range) = resolve_text(book, &reference, sheet) else { return true };
            let Some(target) = book.sheet(range.sheet) else { return true };
            for area in &range.areas {
                if touched.iter().any(|c| c.sheet == range.sheet && c.area.intersect(*area).is_some()) {
                    return true;
                }
                let formulas = target.grid.cells(*area).filter(|(_, _, cell)| cell.formula.is_some());
                next.extend(formulas.map(|(row, column, _)| (range.sheet, row, column)));
            }
        }
    }
    false
}

/// The texts of all references and names in a formula; none when it cannot be read or reaches cells it does not name.
fn references(text: &str) -> Option<Vec<String>> {
    let (mut node, notices) = formula::parse(text, Dialect::Sheet);
    if !notices.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    let mut known = true;
    visit(&mut node, &mut |node| match node {
        Node::Reference(_) | Node::Name(_) | Node::QualifiedName { .. } | Node::Structured(_) => {
            found.push(formula::print_sheet(node));
        }
        Node::Call { name, .. } => {
            known &= !UNKNOWABLE.iter().any(|function| function.eq_ignore_ascii_case(name));
        }
        _ => {}
    });
    known.then_some(found)
}
