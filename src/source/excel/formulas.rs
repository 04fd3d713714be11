//! Formula shapes of one sheet: a filled-down column is one fact with a count. Expansion of shared formulas.

use std::collections::HashMap;

use crate::facts::{FormulaFacts, Notice, Problem};
use crate::lang::formula::to_r1c1;

use super::super::SourceError;
use super::super::spend::Spend;
use super::cells::{Extent, a1};

/// Most shapes kept for a sheet. Models have tens to hundreds; more is a generated sheet.
const SHAPES: usize = 20_000;
/// Bytes of shared formulas written out for a sheet. 300,000 cells of a 13 KB formula are 4 GB (measured hostile file).
const EXPANDED_BYTES: u64 = 64 * super::super::MIB;
/// Longest formula that is put into R1C1 form; Excel allows 8,192 characters (Excel specifications).
const FORMULA_BYTES: usize = 32 * 1024;

/// The template of a shared formula.
struct Template {
    formula: String,
    row: u32,
    column: u32,
    shape: Option<usize>,
}

/// The shapes of one sheet as its cells come.
pub(crate) struct Shapes {
    sheet: String,
    found: Vec<(FormulaFacts, Extent)>,
    by_text: HashMap<String, usize>,
    shared: HashMap<u32, Template>,
    room: u64,
    dropped: u64,
    unexpanded: u64,
}

impl Shapes {
    pub(crate) fn new(sheet: &str) -> Shapes {
        Shapes {
            sheet: sheet.to_string(),
            found: Vec::new(),
            by_text: HashMap::new(),
            shared: HashMap::new(),
            room: EXPANDED_BYTES,
            dropped: 0,
            unexpanded: 0,
        }
    }

    /// Counts a formula that the file writes out.
    pub(crate) fn written(
        &mut self,
        formula: &str,
        row: u32,
        column: u32,
        spend: &Spend,
    ) -> Result<Option<usize>, SourceError> {
        spend.bytes(formula.len())?;
        if formula.len() > FORMULA_BYTES {
            self.dropped += 1;
            return Ok(None);
        }
        let (shape, _) = to_r1c1(formula, row, column);
        if let Some(&index) = self.by_text.get(&shape) {
            self.count(index, row, column);
            return Ok(Some(index));
        }
        if self.found.len() >= SHAPES {
            self.dropped += 1;
            return Ok(None);
        }
        let index = self.found.len();
        self.by_text.insert(shape.clone(), index);
        let facts = FormulaFacts {
            sheet: self.sheet.clone(),
            cell: a1(row, column),
            formula: formula.to_string(),
            r1c1: shape,
            cells: 1,
            range: String::new(),
        };
        self.found.push((facts, Extent::at(row, column)));
        Ok(Some(index))
    }

    /// The first cell of a shared formula.
    pub(crate) fn template(
        &mut self,
        number: u32,
        formula: &str,
        row: u32,
        column: u32,
        spend: &Spend,
    ) -> Result<(), SourceError> {
        let shape = self.written(formula, row, column, spend)?;
        self.shared.insert(number, Template { formula: formula.to_string(), row, column, shape });
        Ok(())
    }

    /// A later cell of a shared formula: its text, none when the template is missing or the room is used up.
    pub(crate) fn derived(&mut self, number: u32, row: u32, column: u32) -> Option<String> {
        let template = self.shared.get(&number)?;
        let shape = template.shape;
        let room = self.room.checked_sub(template.formula.len() as u64);
        let zero_based = |row: u32, column: u32| (row.saturating_sub(1), column.saturating_sub(1));
        let text = room.and_then(|left| {
            self.room = left;
            let from = zero_based(template.row, template.column);
            calamine::expand_shared_formula(&template.formula, from, zero_based(row, column)).ok()
        });
        self.unexpanded += u64::from(text.is_none());
        match shape {
            Some(index) => self.count(index, row, column),
            None => self.dropped += 1,
        }
        text
    }

    fn count(&mut self, index: usize, row: u32, column: u32) {
        if let Some((facts, extent)) = self.found.get_mut(index) {
            facts.cells += 1;
            extent.include(row, column);
        }
    }

    /// The facts, and what is missing from them.
    pub(crate) fn finish(self) -> (Vec<FormulaFacts>, Vec<Notice>) {
        let mut notices = Vec::new();
        let mut tell = |count: u64, what: &str| {
            if count > 0 {
                notices.push(Notice {
                    place: self.sheet.clone(),
                    problem: Problem::OverBudget,
                    message: format!("{count} formulas {what}; their values were kept; split the sheet to see them"),
                });
            }
        };
        tell(self.dropped, "of more shapes than are counted were left out of the formula facts");
        tell(self.unexpanded, "of a shared formula were not written out");
        let ranged = |(facts, extent): (FormulaFacts, Extent)| FormulaFacts { range: extent.a1(), ..facts };
        (self.found.into_iter().map(ranged).collect(), notices)
    }
}
