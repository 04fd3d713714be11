//! The R1C1 form of an A1 formula: what `Range.FormulaR1C1` answers, and the shape by which copies of one formula are recognised.
//! Pure text work on a tree; literals, names and functions stay as they are.

use super::node::{Area, CellRef, Dialect, Line, Notice, Reference};
use super::parse::parse;
use super::print::{prefix_text, print_references};

/// Rewrites a sheet formula as seen from the cell that holds it (row and column from 1). Relative references become offsets:
/// `=A1*$B$2` in `C3` is `R[-2]C[-2]*R2C2`. Answers the text without `=`, and the notices of reading.
pub fn to_r1c1(text: &str, row: u32, column: u32) -> (String, Vec<Notice>) {
    let (node, notices) = parse(text, Dialect::Sheet);
    let written = print_references(&node, &|reference: &Reference| {
        let prefix = reference.prefix.as_ref().map(prefix_text).unwrap_or_default();
        format!("{prefix}{}", area_text(reference.area, row, column))
    });
    (written, notices)
}

fn area_text(area: Area, row: u32, column: u32) -> String {
    let cell = |cell: CellRef| format!("{}{}", line_text('R', cell.row, row), line_text('C', cell.column, column));
    match area {
        Area::Cell(only) => cell(only),
        Area::Cells(first, last) => format!("{}:{}", cell(first), cell(last)),
        Area::Rows(first, last) => lines_text('R', first, last, row),
        Area::Columns(first, last) => lines_text('C', first, last, column),
    }
}

/// A single whole row or column is written once: `R[1]`, not `R[1]:R[1]`.
fn lines_text(letter: char, first: Line, last: Line, here: u32) -> String {
    let (first, last) = (line_text(letter, first, here), line_text(letter, last, here));
    if first == last { first } else { format!("{first}:{last}") }
}

fn line_text(letter: char, line: Line, here: u32) -> String {
    if line.fixed {
        return format!("{letter}{}", line.number);
    }
    match i64::from(line.number) - i64::from(here) {
        0 => letter.to_string(),
        offset => format!("{letter}[{offset}]"),
    }
}
