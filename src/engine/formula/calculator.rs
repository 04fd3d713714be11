//! The engine itself: computed cells of one workbook, kept until its epoch changes, and the loop that computes postponed cells.
//! Behind the `FormulaEngine` seam, so that another engine can stand here.

use std::collections::HashSet;

use super::context::{Context, Memo, Mode};
use super::functions::{self, Arg};
use super::grid::Operand;
use super::source::{CellAddress, CellContent, SheetSource};
use super::value::{CellValue, Fail, Outcome, Refusal};
use crate::lang::formula::Node;

/// Steps one reading may take by default: about a second of work.
pub const DEFAULT_STEPS: u64 = 20_000_000;
/// Formula texts kept parsed.
const MAX_PARSED: usize = 200_000;

/// What recalculates a workbook.
pub trait FormulaEngine {
    /// The value of a cell, computed from constants; its cone only.
    fn value(&mut self, source: &dyn SheetSource, cell: CellAddress) -> Result<CellValue, Refusal>;

    /// The worth of a formula as if it stood in a cell, arrays and references kept: VBA's `Evaluate`.
    fn evaluate(&mut self, source: &dyn SheetSource, formula: &Node, at: CellAddress) -> Result<Operand, Refusal>;

    /// A function on given arguments: VBA's `WorksheetFunction`, the DSL.
    fn call(&mut self, source: &dyn SheetSource, name: &str, args: &[Arg], at: CellAddress)
    -> Result<Operand, Refusal>;
}

/// The product's own engine.
#[derive(Debug)]
pub struct Calculator {
    memo: Memo,
    epoch: Option<u64>,
    random: Option<u64>,
    steps: u64,
    /// Steps taken in all readings so far.
    taken: u64,
}

impl Default for Calculator {
    fn default() -> Self {
        Self::new(DEFAULT_STEPS)
    }
}

type Job<'a> = dyn FnMut(&mut Context) -> Outcome<Operand> + 'a;

impl Calculator {
    /// An engine that spends at most `steps` on each reading.
    pub fn new(steps: u64) -> Self {
        Self { memo: Memo::default(), epoch: None, random: None, steps, taken: 0 }
    }

    /// Steps taken in all readings so far.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether the clock or chance had a part in a computed cell.
    pub fn is_unsteady(&self, cell: CellAddress) -> bool {
        self.memo.unsteady.contains(&cell)
    }

    /// Forgets every computed value and where chance stood.
    pub fn forget(&mut self) {
        (self.epoch, self.random) = (None, None);
    }

    /// All values of an operand, ranges read.
    pub fn values(
        &mut self,
        source: &dyn SheetSource,
        operand: &Operand,
        at: CellAddress,
    ) -> Result<super::Grid, Refusal> {
        let answer = self.drive(source, at, &mut |context| {
            context.grid(operand.clone()).map(|grid| Operand::Array(std::sync::Arc::new(grid)))
        })?;
        Ok(match answer {
            Operand::Array(grid) => std::sync::Arc::unwrap_or_clone(grid),
            Operand::Value(value) => super::Grid::new(1, 1, vec![value]),
            _ => super::Grid::new(1, 1, Vec::new()),
        })
    }

    /// Forgets what a write has made stale.
    fn refresh(&mut self, source: &dyn SheetSource) {
        if self.epoch != Some(source.epoch()) {
            self.memo.values.clear();
            self.memo.unsteady.clear();
            self.epoch = Some(source.epoch());
        }
        if self.memo.parsed.len() > MAX_PARSED {
            self.memo.parsed.clear();
        }
    }

    /// Runs a job until no cell it reads is postponed. Each round either ends, or computes one postponed cell from an empty stack;
    /// the cells that led to it wait, and reading a waiting cell is a circle.
    fn drive(&mut self, source: &dyn SheetSource, at: CellAddress, job: &mut Job) -> Result<Operand, Refusal> {
        self.refresh(source);
        let mut steps = self.steps;
        let mut random = self.random.unwrap_or_else(|| source.seed());
        let mut stack: Vec<CellAddress> = Vec::new();
        let mut waiting: HashSet<CellAddress> = HashSet::new();
        let answer = loop {
            let mut context = Context {
                source,
                memo: &mut self.memo,
                at,
                mode: Mode::Array,
                shift: None,
                scopes: Vec::new(),
                frames: 0,
                path: Vec::new(),
                waiting: &waiting,
                steps: &mut steps,
                random: &mut random,
                unsteady: false,
            };
            let outcome = match stack.last() {
                None => job(&mut context),
                Some(cell) => recompute(&mut context, *cell),
            };
            let path = std::mem::take(&mut context.path);
            match outcome {
                Err(Fail::Postponed) => {
                    waiting.extend(&path);
                    stack.extend(path);
                }
                // Whatever became of a postponed cell is remembered, but for an empty budget, which ends everything.
                Err(Fail::Refusal(Refusal::Budget)) => break Err(Refusal::Budget),
                Err(Fail::Refusal(refusal @ Refusal::Awaited { .. })) => break Err(refusal),
                other => match stack.pop() {
                    Some(cell) => {
                        waiting.remove(&cell);
                    }
                    None => break answer_of(other),
                },
            }
        };
        self.random = Some(random);
        self.taken = self.taken.saturating_add(self.steps - steps);
        if matches!(answer, Err(Refusal::Budget)) {
            self.memo.values.retain(|_, value| !matches!(value, Err(Refusal::Budget)));
        }
        answer
    }
}

fn answer_of(outcome: Outcome<Operand>) -> Result<Operand, Refusal> {
    match outcome {
        Ok(operand) => Ok(operand),
        Err(Fail::Error(kind)) => Ok(kind.into()),
        Err(Fail::Refusal(refusal)) => Err(refusal),
        Err(Fail::Postponed) => Err(Refusal::TooDeep),
    }
}

/// Computes a postponed cell from an empty stack.
fn recompute(context: &mut Context, cell: CellAddress) -> Outcome<Operand> {
    if context.memo.values.contains_key(&cell) {
        return Ok(Operand::Omitted);
    }
    let (formula, area) = match context.source.content(cell) {
        CellContent::Value(value) => return Ok(value.into()),
        CellContent::Refused { refusal, .. } => return Err(refusal.into()),
        CellContent::Formula(formula) => (formula, None),
        CellContent::ArrayFormula { formula, area } => (formula, Some(area)),
    };
    context.compute(cell, &formula, area).map(|()| Operand::Omitted)
}

impl FormulaEngine for Calculator {
    fn value(&mut self, source: &dyn SheetSource, cell: CellAddress) -> Result<CellValue, Refusal> {
        match self.drive(source, cell, &mut |context| context.read(cell).map(Operand::Value))? {
            Operand::Value(value) => Ok(value),
            _ => Ok(CellValue::Empty),
        }
    }

    fn evaluate(&mut self, source: &dyn SheetSource, formula: &Node, at: CellAddress) -> Result<Operand, Refusal> {
        self.drive(source, at, &mut |context| context.formula(formula))
    }

    fn call(
        &mut self,
        source: &dyn SheetSource,
        name: &str,
        args: &[Arg],
        at: CellAddress,
    ) -> Result<Operand, Refusal> {
        self.drive(source, at, &mut |context| functions::call(name, args.to_vec(), context))
    }
}
