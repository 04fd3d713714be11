//! References inside formulas when cells move: copying shifts relative references, inserting, deleting and cutting move
//! references to the cells they meant. Works on `lang::formula` trees; a formula that cannot be read stays as it is.

use std::sync::Arc;

use super::area::{Area, COLUMNS, ROWS};
use super::shift::{Shift, shifted};
use crate::lang::formula::{self, Area as Shape, CellRef, Dialect, ErrorKind, Line, Node, Reference, SheetPrefix};

/// What becomes of one reference.
enum Fate {
    Stays,
    Becomes(Reference),
    Lost,
}

/// A formula as it reads `rows` and `columns` further on: relative parts move, `$` parts stay; what leaves the sheet is `#REF!`.
pub fn copied(text: &str, rows: i64, columns: i64) -> Option<Arc<str>> {
    rewritten(text, &mut |reference| match shape_offset(reference.area, rows, columns) {
        Some(area) if area == reference.area => Fate::Stays,
        Some(area) => Fate::Becomes(Reference { prefix: reference.prefix.clone(), area }),
        None => Fate::Lost,
    })
}

/// A formula after cells were inserted or deleted, each change with the name of its sheet, in order; `home` is the sheet the
/// formula stands on.
pub fn after_shifts(text: &str, home: &str, changes: &[(String, Shift)]) -> Option<Arc<str>> {
    rewritten(text, &mut |reference| {
        let before = rectangle(reference.area);
        let mine = changes.iter().filter(|(sheet, _)| means(reference, home, sheet));
        match mine.map(|(_, shift)| *shift).try_fold(before, shifted) {
            Some(after) if after == before => Fate::Stays,
            Some(after) => {
                Fate::Becomes(Reference { prefix: reference.prefix.clone(), area: reshape(reference.area, after) })
            }
            None => Fate::Lost,
        }
    })
}

/// Where cut cells went.
pub struct Move<'a> {
    pub from_sheet: &'a str,
    pub from: Area,
    pub to_sheet: &'a str,
    pub rows: i64,
    pub columns: i64,
}

/// A formula that stays in place after cells were cut and pasted: references to cells that moved follow them.
pub fn after_move(text: &str, home: &str, moved: &Move) -> Option<Arc<str>> {
    rewritten(text, &mut |reference| {
        let before = rectangle(reference.area);
        if !means(reference, home, moved.from_sheet) || !moved.from.covers(before) {
            return Fate::Stays;
        }
        let Some(after) = before.offset(moved.rows, moved.columns) else { return Fate::Lost };
        let prefix = if moved.to_sheet.eq_ignore_ascii_case(home) && reference.prefix.is_none() {
            None
        } else {
            Some(prefix_of(moved.to_sheet))
        };
        Fate::Becomes(Reference { prefix, area: reshape(reference.area, after) })
    })
}

/// A formula that was itself cut from one sheet to another: what it meant on its old sheet is now written with its name.
pub fn carried(text: &str, moved: &Move) -> Option<Arc<str>> {
    rewritten(text, &mut |reference| {
        let before = rectangle(reference.area);
        if !means(reference, moved.from_sheet, moved.from_sheet) {
            return Fate::Stays;
        }
        if moved.from.covers(before) {
            let Some(after) = before.offset(moved.rows, moved.columns) else { return Fate::Lost };
            let prefix = reference.prefix.as_ref().map(|_| prefix_of(moved.to_sheet));
            return Fate::Becomes(Reference { prefix, area: reshape(reference.area, after) });
        }
        if moved.to_sheet.eq_ignore_ascii_case(moved.from_sheet) || reference.prefix.is_some() {
            return Fate::Stays;
        }
        Fate::Becomes(Reference { prefix: Some(prefix_of(moved.from_sheet)), area: reference.area })
    })
}

/// A formula after a sheet got another name; with none, after the sheet was deleted (`#REF!`).
pub fn renamed(text: &str, old: &str, new: Option<&str>) -> Option<Arc<str>> {
    rewritten(text, &mut |reference| {
        let Some(prefix) = &reference.prefix else { return Fate::Stays };
        if prefix.book.is_some() || !prefix.sheet.eq_ignore_ascii_case(old) {
            return Fate::Stays;
        }
        match new {
            Some(new) => Fate::Becomes(Reference { prefix: Some(prefix_of(new)), area: reference.area }),
            None => Fate::Lost,
        }
    })
}

fn prefix_of(sheet: &str) -> SheetPrefix {
    SheetPrefix { book: None, sheet: sheet.to_owned(), last: None }
}

/// Whether a reference in a formula on `home` points to `sheet` of this book (3-D references are left alone).
fn means(reference: &Reference, home: &str, sheet: &str) -> bool {
    match &reference.prefix {
        None => home.eq_ignore_ascii_case(sheet),
        Some(prefix) => prefix.book.is_none() && prefix.last.is_none() && prefix.sheet.eq_ignore_ascii_case(sheet),
    }
}

/// The new text, or none when nothing changed or the formula could not be read.
fn rewritten(text: &str, fate: &mut dyn FnMut(&Reference) -> Fate) -> Option<Arc<str>> {
    let (mut node, notices) = formula::parse(text, Dialect::Sheet);
    if !notices.is_empty() {
        return None;
    }
    let mut changed = false;
    visit(&mut node, &mut |found| {
        let Node::Reference(reference) = found else { return };
        match fate(reference) {
            Fate::Stays => return,
            Fate::Becomes(other) => *reference = other,
            Fate::Lost => *found = Node::Error(ErrorKind::Ref),
        }
        changed = true;
    });
    changed.then(|| formula::print_sheet(&node).into())
}

/// Visits every node, innermost last. Trees from the parser have bounded height.
pub fn visit(node: &mut Node, see: &mut dyn FnMut(&mut Node)) {
    see(node);
    match node {
        Node::Array(rows) => rows.iter_mut().flatten().for_each(|item| visit(item, see)),
        Node::Call { args, .. } => args.iter_mut().for_each(|item| visit(item, see)),
        Node::MemberCall { object, args, .. } | Node::Index { object, args } => {
            visit(object, see);
            args.iter_mut().for_each(|item| visit(item, see));
        }
        Node::Member { object: inner, .. }
        | Node::Argument { value: inner, .. }
        | Node::Paren(inner)
        | Node::Unary { operand: inner, .. }
        | Node::Postfix { operand: inner, .. } => visit(inner, see),
        Node::Binary { left, right, .. } => {
            visit(left, see);
            visit(right, see);
        }
        _ => {}
    }
}

/// The rectangle a reference covers.
pub fn rectangle(shape: Shape) -> Area {
    let of = |a: u32, b: u32, c: u32, d: u32| Area::new(a, b, c, d).unwrap_or(Area::cell(1, 1));
    match shape {
        Shape::Cell(c) => of(c.row.number, c.column.number, c.row.number, c.column.number),
        Shape::Cells(a, b) => of(a.row.number, a.column.number, b.row.number, b.column.number),
        Shape::Rows(a, b) => of(a.number, 1, b.number, COLUMNS),
        Shape::Columns(a, b) => of(1, a.number, ROWS, b.number),
    }
}

/// Another rectangle with the `$` of the old reference.
fn reshape(shape: Shape, area: Area) -> Shape {
    let line = |old: Line, number: u32| Line { number, fixed: old.fixed };
    let cell = |old: CellRef, row, column| CellRef { row: line(old.row, row), column: line(old.column, column) };
    match shape {
        Shape::Cell(c) => Shape::Cell(cell(c, area.top, area.left)),
        Shape::Cells(a, b) => Shape::Cells(cell(a, area.top, area.left), cell(b, area.bottom, area.right)),
        Shape::Rows(a, b) => Shape::Rows(line(a, area.top), line(b, area.bottom)),
        Shape::Columns(a, b) => Shape::Columns(line(a, area.left), line(b, area.right)),
    }
}

fn shape_offset(shape: Shape, rows: i64, columns: i64) -> Option<Shape> {
    let line = |line: Line, by: i64, last: u32| {
        if line.fixed {
            return Some(line);
        }
        let number = u32::try_from(i64::from(line.number).checked_add(by)?).ok()?;
        (1..=last).contains(&number).then_some(Line { number, fixed: false })
    };
    let cell = |cell: CellRef| {
        Some(CellRef { row: line(cell.row, rows, ROWS)?, column: line(cell.column, columns, COLUMNS)? })
    };
    Some(match shape {
        Shape::Cell(only) => Shape::Cell(cell(only)?),
        Shape::Cells(a, b) => Shape::Cells(cell(a)?, cell(b)?),
        Shape::Rows(a, b) => Shape::Rows(line(a, rows, ROWS)?, line(b, rows, ROWS)?),
        Shape::Columns(a, b) => Shape::Columns(line(a, columns, COLUMNS)?, line(b, columns, COLUMNS)?),
    })
}

/// R1C1 text as assigned to `FormulaR1C1`, read from a cell, as A1 text; strings and quoted sheet names stay as they are.
pub fn from_r1c1(text: &str, row: u32, column: u32) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c == '"' || c == '\'' {
            let end = quoted_end(&chars, at);
            out.extend(chars.get(at..end)?);
            at = end;
        } else if c.is_alphanumeric() || c == '_' || c == '\\' {
            let (written, end) = word_or_reference(&chars, at, row, column)?;
            out.push_str(&written);
            at = end;
        } else {
            out.push(c);
            at += 1;
        }
    }
    Some(out)
}

fn quoted_end(chars: &[char], at: usize) -> usize {
    let quote = chars.get(at).copied();
    let mut next = at + 1;
    while let Some(&c) = chars.get(next) {
        next += 1;
        if Some(c) == quote {
            if chars.get(next).copied() != quote {
                return next;
            }
            next += 1;
        }
    }
    chars.len()
}

/// A word copied as it is, or an R1C1 reference turned into A1; none when the reference leaves the sheet.
fn word_or_reference(chars: &[char], at: usize, row: u32, column: u32) -> Option<(String, usize)> {
    let mut end = at;
    while chars.get(end).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?')) {
        end += 1;
    }
    let plain = || chars.get(at..end).map(|word| (word.iter().collect::<String>(), end));
    let (row_part, next) = line_at(chars, at, 'R', row);
    let (column_part, stop) = line_at(chars, next, 'C', column);
    if stop == at || stop < end || matches!(chars.get(stop), Some('(' | '!')) {
        return plain();
    }
    if chars.get(stop).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
        return plain();
    }
    let text = match (row_part, column_part) {
        (Some(row), Some(column)) => format!("{}{}", letters(column?), numbered(row?)),
        (Some(row), None) => whole(chars, stop, 'R', row?, &numbered),
        (None, Some(column)) => whole(chars, stop, 'C', column?, &letters),
        (None, None) => return plain(),
    };
    Some((text, stop))
}

type Part = (u32, bool);

/// A whole row or column stands twice in A1 (`R1` is `$1:$1`), unless it is one end of `R1:R3`.
fn whole(chars: &[char], stop: usize, letter: char, part: Part, text: &dyn Fn(Part) -> String) -> String {
    let joined = chars.get(stop) == Some(&':') && chars.get(stop + 1).is_some_and(|c| c.eq_ignore_ascii_case(&letter));
    let second = chars.get(..stop).is_some_and(|before| before.iter().rev().find(|c| !is_part(**c)) == Some(&':'));
    if joined || second { text(part) } else { format!("{0}:{0}", text(part)) }
}

fn is_part(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '[' | ']' | '-' | 'R' | 'C' | 'r' | 'c')
}

fn letters((number, fixed): Part) -> String {
    format!("{}{}", if fixed { "$" } else { "" }, formula::column_letters(number))
}

fn numbered((number, fixed): Part) -> String {
    format!("{}{number}", if fixed { "$" } else { "" })
}

/// `R`, `R3`, `R[-1]` at a position: the line meant (inner none: outside the sheet) and where it ends.
fn line_at(chars: &[char], at: usize, letter: char, base: u32) -> (Option<Option<Part>>, usize) {
    if !chars.get(at).is_some_and(|c| c.eq_ignore_ascii_case(&letter)) {
        return (None, at);
    }
    let last = if letter == 'R' { ROWS } else { COLUMNS };
    let valid = |number: Option<u32>| number.filter(|n| (1..=last).contains(n));
    let rest = chars.get(at + 1..).unwrap_or_default();
    if rest.first() == Some(&'[') {
        let inner: String = rest.iter().skip(1).take_while(|c| **c != ']').collect();
        let end = at + 3 + inner.chars().count();
        let number = inner.trim().parse::<i64>().ok().and_then(|by| by.checked_add(i64::from(base)));
        return (Some(valid(number.and_then(|n| u32::try_from(n).ok())).map(|n| (n, false))), end);
    }
    let digits: String = rest.iter().take_while(|c| c.is_ascii_digit()).collect();
    if digits.is_empty() {
        return (Some(Some((base, false))), at + 1);
    }
    (Some(valid(digits.parse().ok()).map(|n| (n, true))), at + 1 + digits.len())
}
