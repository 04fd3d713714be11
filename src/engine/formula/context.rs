//! One calculation under way: where it stands, what it has computed, what it may still spend, and how it reads cells.
//! Cells are computed when read, by bounded recursion; where the stack would get too deep the reading is postponed and the
//! calculator computes the cells on the way first.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::grid::{Grid, Operand, Range};
use super::source::{CellAddress, CellContent, SheetSource, TableArea};
use super::value::{CellValue, Fail, Outcome, Refusal};
use crate::lang::formula::{Dialect, ErrorKind, Node, parse};

/// Expressions inside expressions at which reading another formula cell is postponed; keeps the stack within 2 MB.
const POSTPONE_FRAMES: usize = 32;
/// Hard end of nesting: a formula's own limit (128) on top of the above, and names within names.
const MAX_FRAMES: usize = 176;
/// Most cells an array may have: a few whole columns.
pub(super) const MAX_GRID: u64 = 1 << 22;

/// How ranges are taken where one value is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// An ordinary cell formula: the value in the same row or column (implicit intersection).
    Cell,
    /// An array formula, VBA's `Evaluate`, or an argument that takes arrays: value by value.
    Array,
}

/// What is known of computed cells; valid for one epoch.
#[derive(Debug, Default)]
pub(super) struct Memo {
    pub values: HashMap<CellAddress, Result<CellValue, Refusal>>,
    /// Of these, the ones that the clock or chance had a part in.
    pub unsteady: HashSet<CellAddress>,
    pub parsed: HashMap<Arc<str>, Result<Arc<Node>, usize>>,
}

/// One calculation.
pub struct Context<'a> {
    pub(super) source: &'a dyn SheetSource,
    pub(super) memo: &'a mut Memo,
    /// The cell the formula stands in.
    pub(super) at: CellAddress,
    pub(super) mode: Mode,
    /// Rows and columns by which relative references shift: those of defined names count from A1.
    pub(super) shift: Option<(u32, u32)>,
    pub(super) scopes: Vec<(String, Operand)>,
    pub(super) frames: usize,
    /// Cells under computation by recursion, outermost first.
    pub(super) path: Vec<CellAddress>,
    /// Cells under computation further out.
    pub(super) waiting: &'a HashSet<CellAddress>,
    pub(super) steps: &'a mut u64,
    pub(super) random: &'a mut u64,
    /// Whether the clock or chance had a part in the cell under computation so far.
    pub(super) unsteady: bool,
}

impl Context<'_> {
    /// The cell the formula stands in.
    pub fn address(&self) -> CellAddress {
        self.at
    }

    /// Whether the book counts dates from 1904.
    pub fn date1904(&self) -> bool {
        self.source.date1904()
    }

    /// Pays for work; fails when the budget is used up.
    pub(super) fn spend(&mut self, steps: u64) -> Outcome<()> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                *self.steps = left;
                Ok(())
            }
            None => {
                *self.steps = 0;
                Err(Refusal::Budget.into())
            }
        }
    }

    /// One level of nesting more, around `work`.
    pub(super) fn nested<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.frames >= MAX_FRAMES {
            return Err(Refusal::TooDeep.into());
        }
        self.frames += 1;
        let result = work(self);
        self.frames -= 1;
        result
    }

    /// Takes arrays value by value around `work`.
    pub(super) fn in_mode<T>(&mut self, mode: Mode, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let outer = std::mem::replace(&mut self.mode, mode);
        let result = work(self);
        self.mode = outer;
        result
    }

    /// A formula's tree, read once per text.
    pub(super) fn tree(&mut self, text: &Arc<str>) -> Outcome<Arc<Node>> {
        if let Some(known) = self.memo.parsed.get(text) {
            return known.clone().map_err(|at| Refusal::Unreadable { at }.into());
        }
        let (node, notices) = parse(text, Dialect::Sheet);
        let tree = match notices.first() {
            None => Ok(Arc::new(node)),
            Some(notice) => Err(notice.at),
        };
        self.memo.parsed.insert(text.clone(), tree.clone());
        tree.map_err(|at| Refusal::Unreadable { at }.into())
    }

    /// The value of a cell, computing it if it holds a formula.
    pub fn read(&mut self, cell: CellAddress) -> Outcome<CellValue> {
        self.spend(1)?;
        if let Some(known) = self.memo.values.get(&cell) {
            self.unsteady |= self.memo.unsteady.contains(&cell);
            return known.clone().map_err(Fail::Refusal);
        }
        let (formula, area) = match self.source.content(cell) {
            CellContent::Value(value) => return Ok(value),
            CellContent::Refused { refusal, .. } => return Err(refusal.into()),
            CellContent::Formula(formula) => (formula, None),
            CellContent::ArrayFormula { formula, area } => (formula, Some(area)),
        };
        let home = area.map_or(cell, |area| CellAddress { sheet: cell.sheet, row: area.top, column: area.left });
        if self.path.contains(&home) || self.waiting.contains(&home) {
            let CellAddress { sheet, row, column } = home;
            let start = self.path.iter().position(|cell| *cell == home).unwrap_or(self.path.len());
            self.source.circle(self.path.get(start..).unwrap_or_default());
            return Err(Refusal::Circular { sheet, row, column }.into());
        }
        self.path.push(home);
        if self.frames >= POSTPONE_FRAMES {
            return Err(Fail::Postponed);
        }
        let result = self.compute(home, &formula, area);
        if matches!(result, Err(Fail::Postponed)) {
            // The path stays: the calculator takes it up from its end.
            return Err(Fail::Postponed);
        }
        self.path.pop();
        result?;
        match self.memo.values.get(&cell) {
            Some(known) => known.clone().map_err(Fail::Refusal),
            None => Ok(CellValue::Error(ErrorKind::NotAvailable)),
        }
    }

    /// Computes a formula cell (or all cells of an array formula) and remembers the result.
    pub(super) fn compute(&mut self, home: CellAddress, formula: &Arc<str>, area: Option<Range>) -> Outcome<()> {
        let mode = if area.is_some() { Mode::Array } else { Mode::Cell };
        let outer = (self.at, self.mode, self.shift.take(), std::mem::take(&mut self.scopes));
        (self.at, self.mode) = (home, mode);
        let unsteady = std::mem::take(&mut self.unsteady);
        let result = self.nested(|context| {
            let tree = context.tree(formula)?;
            let operand = context.formula(&tree)?;
            match area {
                None => context.single(operand).map(Operand::Value),
                Some(_) => context.grid(operand).map(|grid| Operand::Array(Arc::new(grid))),
            }
        });
        (self.at, self.mode, self.shift, self.scopes) = outer;
        let own = std::mem::replace(&mut self.unsteady, unsteady);
        self.unsteady |= own;
        let operand = match result {
            Err(Fail::Postponed) => return Err(Fail::Postponed),
            Err(Fail::Error(kind)) => Operand::Value(CellValue::Error(kind)),
            // The result will be there when it is asked for again.
            Err(Fail::Refusal(refusal @ Refusal::Awaited { .. })) => return Err(refusal.into()),
            Err(Fail::Refusal(refusal)) => {
                self.memo.values.insert(home, Err(refusal.clone()));
                return Err(refusal.into());
            }
            Ok(operand) => operand,
        };
        self.remember(home, area, operand, own)
    }

    fn remember(&mut self, home: CellAddress, area: Option<Range>, operand: Operand, unsteady: bool) -> Outcome<()> {
        let keep = |memo: &mut Memo, cell: CellAddress, value: CellValue| {
            memo.values.insert(cell, Ok(shown(value)));
            if unsteady {
                memo.unsteady.insert(cell);
            }
        };
        match (operand, area) {
            (Operand::Array(grid), Some(area)) => {
                self.spend(u64::from(area.rows()) * u64::from(area.columns()))?;
                for row in area.top..=area.bottom {
                    for column in area.left..=area.right {
                        let value = grid
                            .broadcast((row - area.top) as usize, (column - area.left) as usize)
                            .cloned()
                            .unwrap_or(CellValue::Error(ErrorKind::NotAvailable));
                        let cell = CellAddress { sheet: home.sheet, row, column };
                        keep(self.memo, cell, value);
                    }
                }
            }
            (Operand::Value(value), _) => keep(self.memo, home, value),
            _ => {}
        }
        Ok(())
    }

    /// The range cut down to what its sheet uses; none when nothing is left.
    pub(super) fn used(&self, range: &Range, sheet: usize) -> Option<Range> {
        let (last_row, last_column) = self.source.used_range(sheet)?;
        let mut range = Range { sheet, last_sheet: sheet, ..*range };
        range.bottom = range.bottom.min(last_row);
        range.right = range.right.min(last_column);
        (range.top <= range.bottom && range.left <= range.right).then_some(range)
    }

    /// Visits the cells of ranges that are in use, row by row.
    pub(super) fn each_cell(
        &mut self,
        ranges: &[Range],
        visit: &mut dyn FnMut(&mut Self, CellAddress, CellValue) -> Outcome<()>,
    ) -> Outcome<()> {
        for range in ranges {
            for sheet in range.sheet..=range.last_sheet {
                let Some(used) = self.used(range, sheet) else { continue };
                for row in used.top..=used.bottom {
                    for column in used.left..=used.right {
                        let cell = CellAddress { sheet, row, column };
                        let value = self.read(cell)?;
                        visit(self, cell, value)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// All values of an operand as an array.
    pub(super) fn grid(&mut self, operand: Operand) -> Outcome<Grid> {
        match operand {
            Operand::Omitted => Ok(Grid::new(1, 1, Vec::new())),
            Operand::Value(value) => Ok(Grid::new(1, 1, vec![value])),
            Operand::Array(grid) => Ok(Arc::unwrap_or_clone(grid)),
            Operand::Cells(ranges) => match ranges.as_slice() {
                [range] if range.sheet == range.last_sheet => self.range_grid(range),
                _ => Err(ErrorKind::Value.into()),
            },
        }
    }

    /// The values of one range, empty cells included.
    fn range_grid(&mut self, range: &Range) -> Outcome<Grid> {
        let (rows, columns) = (range.rows() as usize, range.columns() as usize);
        let count = u64::from(range.rows()) * u64::from(range.columns());
        if count > MAX_GRID {
            return Err(Refusal::Budget.into());
        }
        self.spend(count / 8 + 1)?;
        let mut cells = vec![CellValue::Empty; rows * columns];
        let (top, left) = (range.top, range.left);
        self.each_cell(&[*range], &mut |_, cell, value| {
            let place = (cell.row - top) as usize * columns + (cell.column - left) as usize;
            if let Some(slot) = cells.get_mut(place) {
                *slot = value;
            }
            Ok(())
        })?;
        Ok(Grid::new(rows, columns, cells))
    }

    /// One value of an operand: of a range in an ordinary formula the one in the formula's row or column.
    pub(super) fn single(&mut self, operand: Operand) -> Outcome<CellValue> {
        match operand {
            Operand::Omitted => Ok(CellValue::Empty),
            Operand::Value(value) => Ok(value),
            Operand::Array(grid) => Ok(grid.get(0, 0).cloned().unwrap_or_default()),
            Operand::Cells(ranges) => {
                let [range] = ranges.as_slice() else {
                    return Err(ErrorKind::Value.into());
                };
                let cell = self.intersect(range).ok_or(ErrorKind::Value)?;
                self.read(cell)
            }
        }
    }

    /// The cell of a range that an ordinary formula takes; the top left one in array mode.
    pub(super) fn intersect(&self, range: &Range) -> Option<CellAddress> {
        if range.sheet != range.last_sheet {
            return None;
        }
        let (mut row, mut column) = (range.top, range.left);
        if self.mode == Mode::Cell {
            if range.rows() > 1 {
                row = Some(self.at.row).filter(|row| (range.top..=range.bottom).contains(row))?;
            }
            if range.columns() > 1 {
                column = Some(self.at.column).filter(|column| (range.left..=range.right).contains(column))?;
            }
        }
        Some(CellAddress { sheet: range.sheet, row, column })
    }

    /// The moment of the run, as a serial of the 1900 system.
    pub(super) fn now(&mut self) -> f64 {
        self.unsteady = true;
        self.source.now()
    }

    /// The next random number, at least 0 and below 1 (SplitMix64).
    pub(super) fn random(&mut self) -> f64 {
        self.unsteady = true;
        *self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The table of a name, or the one around the formula's cell.
    pub(super) fn table(&self, name: Option<&str>) -> Outcome<TableArea> {
        let table = match name {
            Some(name) => self.source.table(name),
            None => self.source.table_at(self.at),
        };
        table.ok_or(Fail::Error(ErrorKind::Ref))
    }
}

/// A formula that is worth an empty cell shows 0.
fn shown(value: CellValue) -> CellValue {
    if value == CellValue::Empty { CellValue::Number(0.0) } else { value }
}
