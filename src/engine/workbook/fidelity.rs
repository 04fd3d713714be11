//! Fidelity: every formula of a workbook is computed once as the file was read, and compared with the result that Excel saved
//! beside it. What differs, or cannot be computed, is computed once more from the saved results of what it depends on. If it
//! still differs, it is not computed again: Excel's own result stands until something it depends on is written, and from then
//! on reading it ends the run as refused. So no workflow goes on with a value that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::area::{AddressStyle, Area};
use super::book::to_cell_value;
use super::data::CellValue;
use super::excel::Excel;
use super::range_value::is_date_format;
use super::recalc::to_formula_value;
use crate::engine::formula::{CellAddress, CellValue as Computed, FormulaEngine, Refusal};
use crate::engine::value::Value;
use crate::lang::formula::ErrorKind;

/// Steps of calculation that a run spends on it before it begins: about a second of work at most.
pub const STEPS_BEFORE_A_RUN: u64 = 20_000_000;
/// Steps that reading a workbook into the estate spends on it: about ten seconds at most.
pub const STEPS_AT_INGEST: u64 = 200_000_000;
/// Differences listed; further ones are counted.
const MOST_LISTED: usize = 200;
/// Excel shows 15 significant digits and sums in an order of its own.
const TOLERANCE: f64 = 1e-9;
/// Below this a sum that should be 0 is 0.
const NOTHING: f64 = 1e-12;
/// Moments are read to the millisecond: half of one, in days, and a little more.
const MOMENT: f64 = 1e-8;

/// What computing the formulas of a workbook gave. Each formula cell is counted once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fidelity {
    /// Cells that show the result of a formula.
    pub formulas: u64,
    /// Computed to the saved result.
    pub equal: u64,
    /// Computed to something else.
    pub different: u64,
    /// Of these, the ones that compute to the saved result from the saved results of what they depend on: the difference is
    /// that of another formula.
    pub inherited: u64,
    /// The clock or chance has a part in them.
    pub unsteady: u64,
    /// The file holds no result for them.
    pub unsaved: u64,
    /// They need a function of the workbook's macros.
    pub of_macros: u64,
    /// Not computed, because the work granted was used up.
    pub unchecked: u64,
    /// Not computed, by what is not offered.
    pub refused: BTreeMap<String, u64>,
    /// The first differences that are a formula's own.
    pub differences: Vec<FormulaDifference>,
}

impl Fidelity {
    /// Formulas that were compared with a saved result.
    pub fn compared(&self) -> u64 {
        self.equal.saturating_add(self.different)
    }
}

/// A formula whose result here is another than the one Excel saved. Holds cell values: whoever stores or shows it masks them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FormulaDifference {
    pub sheet: String,
    /// `B7`.
    pub cell: String,
    /// Without its `=`.
    pub formula: String,
    pub saved: CellValue,
    pub computed: CellValue,
}

/// Sheet id, row and column.
type Place = (u32, u32, u32);

/// What became of one formula.
enum Checked {
    Equal,
    Different(Computed),
    Unsteady,
    Unsaved,
    OfMacros,
    Refused(String),
}

impl Excel {
    /// Computes every formula of the workbook as it was read, at most `steps` steps of work, and marks what must not be
    /// computed again. Does nothing once something was written.
    pub fn check_formulas(&mut self, steps: u64) -> Fidelity {
        let mut found = Fidelity::default();
        if self.book.touched().is_none_or(|touched| !touched.is_empty()) {
            return found;
        }
        let mut suspects = Vec::new();
        let before = self.recalculation.calculator.taken();
        let cells: BTreeSet<(u32, u32, u32)> = self.formula_cells().into_iter().collect();
        for (sheet, row, column) in cells {
            found.formulas += 1;
            if self.recalculation.calculator.taken() - before >= steps {
                found.unchecked += 1;
                continue;
            }
            match self.check(sheet, row, column) {
                Checked::Equal => found.equal += 1,
                Checked::Unsteady => found.unsteady += 1,
                Checked::Unsaved => found.unsaved += 1,
                Checked::OfMacros => found.of_macros += 1,
                Checked::Different(computed) => {
                    found.different += 1;
                    suspects.push(((sheet, row, column), Some(computed)));
                }
                Checked::Refused(reason) => {
                    *found.refused.entry(reason).or_default() += 1;
                    suspects.push(((sheet, row, column), None));
                }
            }
        }
        self.try_alone(suspects, steps, &mut found);
        found
    }

    /// Computes each suspect from the saved results of what it depends on, at most `steps` steps of work in all. What then gives
    /// the saved result is sound; the others are marked.
    fn try_alone(&mut self, suspects: Vec<(Place, Option<Computed>)>, steps: u64, found: &mut Fidelity) {
        let mut distrusted = Vec::new();
        let before = self.recalculation.calculator.taken();
        for ((sheet, row, column), computed) in suspects {
            self.recalculation.calculator.forget();
            self.recalculation.alone = Some(CellAddress { sheet: self.position(sheet), row, column });
            let granted = self.recalculation.calculator.taken() - before < steps;
            let sound = granted && matches!(self.check(sheet, row, column), Checked::Equal);
            found.inherited += u64::from(sound && computed.is_some());
            if sound {
                continue;
            }
            distrusted.push((sheet, row, column));
            if let Some(computed) = computed
                && found.differences.len() < MOST_LISTED
            {
                found.differences.extend(self.difference((sheet, row, column), &computed));
            }
        }
        self.recalculation.alone = None;
        self.recalculation.forget_calls();
        self.recalculation.calculator.forget();
        for (sheet, row, column) in distrusted {
            self.distrust(sheet, row, column);
        }
    }

    fn check(&mut self, sheet: u32, row: u32, column: u32) -> Checked {
        let address = CellAddress { sheet: self.position(sheet), row, column };
        let outcome = self.tried(|calculator, view| calculator.value(view, address));
        let saved = self.saved(sheet, row, column);
        let moment = self.sheet(sheet).is_ok_and(|sheet| is_date_format(&sheet.number_format(row, column)));
        match outcome {
            Err(Refusal::Awaited { .. }) => Checked::OfMacros,
            Err(refusal) => Checked::Refused(reason(&refusal)),
            Ok(_) if self.recalculation.calculator.is_unsteady(address) => Checked::Unsteady,
            // A result without a text is written like no result at all.
            Ok(Computed::Text(text)) if saved == Value::Empty && text.is_empty() => Checked::Equal,
            Ok(_) if saved == Value::Empty => Checked::Unsaved,
            Ok(computed) if agree(&to_formula_value(&saved), &computed, moment) => Checked::Equal,
            Ok(computed) => Checked::Different(computed),
        }
    }

    fn saved(&self, sheet: u32, row: u32, column: u32) -> Value {
        let cell = self.sheet(sheet).ok().and_then(|sheet| sheet.grid.get(row, column));
        cell.map_or(Value::Empty, |cell| cell.value.clone())
    }

    fn difference(&self, (sheet, row, column): (u32, u32, u32), computed: &Computed) -> Option<FormulaDifference> {
        let home = self.sheet(sheet).ok()?;
        let anchor = home.array_at(row, column).map_or((row, column), |area| (area.top, area.left));
        let formula = home.grid.get(anchor.0, anchor.1)?.formula.as_deref()?.to_owned();
        Some(FormulaDifference {
            sheet: home.name.clone(),
            cell: Area::cell(row, column).address(AddressStyle::RELATIVE),
            formula,
            saved: to_cell_value(&self.saved(sheet, row, column)),
            computed: shown(computed),
        })
    }

    /// Marks a formula; an array formula at its first cell.
    fn distrust(&mut self, sheet: u32, row: u32, column: u32) {
        let Ok(home) = self.sheet_mut(sheet) else { return };
        let (row, column) = home.array_at(row, column).map_or((row, column), |area| (area.top, area.left));
        if let Some(cell) = home.grid.get_mut(row, column) {
            cell.distrusted = true;
        }
    }
}

/// What is not offered, in a word that can be counted: never a name of a sheet or a cell.
fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unsupported { name } => name.clone(),
        Refusal::Unreadable { .. } => String::from("(formula that cannot be read)"),
        Refusal::Circular { .. } => String::from("(circular reference)"),
        Refusal::Budget => String::from("(calculation larger than its budget)"),
        Refusal::TooDeep => String::from("(calculation that nests too deeply)"),
        Refusal::Awaited { name } => name.clone(),
        Refusal::Distrusted { .. } => String::from("(depends on a formula that differs)"),
    }
}

/// Whether a computed result is the saved one.
fn agree(saved: &Computed, computed: &Computed, moment: bool) -> bool {
    match (saved, computed) {
        (Computed::Number(saved), Computed::Number(computed)) => {
            let apart = (saved - computed).abs();
            let floor = if moment { MOMENT } else { NOTHING };
            apart <= (TOLERANCE * saved.abs().max(computed.abs())).max(floor)
        }
        (Computed::Empty, other) | (other, Computed::Empty) => {
            matches!(other, Computed::Empty) || *other == Computed::from(0.0) || *other == Computed::from("")
        }
        (saved, computed) => saved == computed,
    }
}

fn shown(computed: &Computed) -> CellValue {
    match computed {
        Computed::Empty => CellValue::Blank,
        Computed::Number(number) => CellValue::Number(*number),
        Computed::Text(text) => CellValue::Text(text.to_string()),
        Computed::Boolean(truth) => CellValue::Boolean(*truth),
        Computed::Error(kind) => CellValue::Error(ErrorKind::text(*kind).to_owned()),
    }
}
