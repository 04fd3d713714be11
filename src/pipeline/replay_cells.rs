//! Receipts for macros of a workbook: what the run leaves in the cells against the workbook as saved after the macro ran, or
//! against the output that the workbook still holds. Without either, it is compared with a run of the macro's own conversion.
//!
//! Output found in a file proves something only when the run cannot simply leave it there. So the cells that the macro writes
//! are cleared first, and must come back. That needs a macro that does not read what it writes: its run on the cleared
//! workbook must write the same as its run on the workbook as found.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

use super::PipelineError;
use super::contents::ReadPath;
use super::excel_data::{excel_of, serial_now, shown, take_excel, workbook_of};
use super::macros::{host_for, inside};
use super::replay::{Compared, RunCost, Runnable};
use crate::base::Clock;
use crate::engine::workbook::Excel;
use crate::engine::workbook::data::{CellValue, SheetDump, WorkbookData};
use crate::engine::{RunOutcome, RunStatus};
use crate::model::EvidenceLevel;

/// Relative tolerance for numbers: Excel keeps 15 significant digits.
const TOLERANCE: f64 = 1e-12;
/// Share of the steps that a run must reach before output found in the file is evidence for the workflow.
const LEAST_REACHED: f64 = 0.8;

/// A cell by sheet and address.
type Place = (String, String);
type Cells = BTreeMap<Place, CellValue>;

/// What one run left.
pub(super) struct Ran {
    cells: Cells,
    /// The cells it wrote; none when rows, columns or sheets were inserted or deleted.
    written: Option<BTreeSet<Place>>,
    pub outcome: RunOutcome,
    pub cost: RunCost,
}

impl Ran {
    fn ended_well(&self) -> bool {
        matches!(self.outcome.status, RunStatus::Ok | RunStatus::Stopped)
    }

    /// Whether both ended alike and said the same.
    pub fn ended_like(&self, other: &Ran) -> bool {
        let (one, two) = (&self.outcome, &other.outcome);
        let error = |outcome: &RunOutcome| outcome.error.as_ref().map(|error| error.number);
        let refusal = |outcome: &RunOutcome| outcome.refusal.as_ref().map(|(capability, _)| capability.clone());
        let same_words =
            one.output.iter().map(|line| &line.text).eq(other.outcome.output.iter().map(|line| &line.text));
        one.status == two.status && error(one) == error(two) && refusal(one) == refusal(two) && same_words
    }

    /// Whether both ended alike, said the same and left the same cells.
    pub fn is_like(&self, other: &Ran) -> bool {
        self.ended_like(other)
            && places(&self.cells, &other.cells).all(|place| same_at(&self.cells, &other.cells, place))
    }

    /// How it ended and what it said; texts as their shape.
    pub fn ended(&self) -> String {
        let outcome = &self.outcome;
        let said: Vec<String> = outcome.output.iter().map(|line| shown(&CellValue::Text(line.text.clone()))).collect();
        let error = outcome.error.as_ref().map(|error| format!("error {}", error.number));
        let refusal = outcome.refusal.as_ref().map(|(capability, _)| capability.clone());
        let why = error.or(refusal).unwrap_or_default();
        format!("{} {why} {}", outcome.status.name(), said.join(" | ")).trim().to_string()
    }

    /// Cells that it wrote and that are not blank.
    pub fn compared_cells(&self) -> u64 {
        self.written.iter().flatten().filter(|place| self.cells.contains_key(*place)).count() as u64
    }
}

/// The cells in which two runs differ: address, and what each left, as receipts show it.
pub(super) fn differences(legacy: &Ran, own: &Ran) -> Vec<(String, String, String)> {
    let value = |cells: &Cells, place: &Place| shown(cells.get(place).unwrap_or(&CellValue::Blank));
    places(&legacy.cells, &own.cells)
        .filter(|place| !same_at(&legacy.cells, &own.cells, place))
        .map(|place| (format!("{}!{}", place.0, place.1), value(&legacy.cells, place), value(&own.cells, place)))
        .collect()
}

/// Runs a workflow on a workbook and compares what it leaves. `original` is the conversion of the macro itself.
pub(super) fn compared(
    data: &WorkbookData,
    tried: Runnable<'_>,
    original: Runnable<'_>,
    after: Option<&ReadPath>,
    clock: &dyn Clock,
) -> Result<Compared, PipelineError> {
    let now = serial_now(clock.now_ms());
    let before = cells_of(data, now);
    if let Some(after) = after {
        let saved = cells_of(&workbook_of(after), now);
        let ran = run_on(tried, data, clock)?;
        let changed = places(&before, &saved).filter(|place| !same_at(&before, &saved, place)).cloned().collect();
        return Ok(judged(EvidenceLevel::Recorded, &saved, ran, changed));
    }
    let is_original = std::ptr::eq(tried.workflow, original.workflow);
    let first = run_on(original, data, clock)?;
    if let Some(written) = outputs(original, &first, &before) {
        let cleared = data.without(&written);
        let again = run_on(original, &cleared, clock)?;
        let apart = again.ended_well()
            && written.iter().all(|place| same_at(&first.cells, &again.cells, place))
            && again.written.as_ref().is_some_and(|cells| cells.is_subset(&written));
        if apart {
            let ran = if is_original { again } else { run_on(tried, &cleared, clock)? };
            return Ok(judged(EvidenceLevel::Found, &before, ran, written));
        }
    }
    let ran = run_on(tried, data, clock)?;
    Ok(judged(EvidenceLevel::SelfCompared, &first.cells, ran, BTreeSet::new()))
}

/// The cells a macro writes, when its run reached enough of it and the workbook holds something in one of them.
fn outputs(original: Runnable<'_>, ran: &Ran, found: &Cells) -> Option<BTreeSet<Place>> {
    let written = ran.written.as_ref()?;
    let holds = |place: &Place| found.get(place).is_some_and(|value| *value != CellValue::Blank);
    let enough = ran.ended_well() && original.reached(&ran.outcome.hits) >= LEAST_REACHED;
    (enough && written.iter().any(holds)).then(|| written.clone())
}

/// Compares all cells; the receipt counts those that the legacy side or the workflow wrote and that are not blank on both.
fn judged(level: EvidenceLevel, legacy: &Cells, ran: Ran, mut concerned: BTreeSet<Place>) -> Compared {
    let mut found = Compared::by(level, &ran.outcome, ran.cost);
    for place in places(legacy, &ran.cells) {
        if !same_at(legacy, &ran.cells, place) {
            concerned.insert(place.clone());
            let value = |cells: &Cells| shown(cells.get(place).unwrap_or(&CellValue::Blank));
            found.differ(&format!("{}!{}", place.0, place.1), &value(legacy), &value(&ran.cells));
        }
    }
    concerned.extend(ran.written.into_iter().flatten());
    let filled = |place: &&Place| legacy.contains_key(*place) || ran.cells.contains_key(*place);
    found.cells = concerned.iter().filter(filled).count() as u64;
    found
}

/// Runs a workflow on a workbook.
pub(super) fn run_on(runnable: Runnable<'_>, data: &WorkbookData, clock: &dyn Clock) -> Result<Ran, PipelineError> {
    let mut host = host_for(data, clock.now_ms(), Vec::new(), inside()?);
    for model in &mut host.models {
        let any: &mut dyn Any = model.as_mut();
        if let Some(excel) = any.downcast_mut::<Excel>() {
            excel.watch();
        }
    }
    let (mut outcome, cost) = runnable.run(host)?;
    let excel = take_excel(std::mem::take(&mut outcome.host.models));
    let (cells, written) = match excel {
        Some(mut excel) => (cells_of_dump(excel.dump()), excel.written()),
        None => (Cells::new(), None),
    };
    Ok(Ran { cells, written, outcome, cost })
}

fn places<'a>(one: &'a Cells, other: &'a Cells) -> impl Iterator<Item = &'a Place> {
    one.keys().chain(other.keys().filter(|place| !one.contains_key(*place)))
}

fn cells_of(data: &WorkbookData, now: f64) -> Cells {
    cells_of_dump(excel_of(data, now).dump())
}

fn cells_of_dump(sheets: Vec<SheetDump>) -> Cells {
    let mut cells = Cells::new();
    for sheet in sheets {
        for cell in sheet.cells {
            cells.insert((sheet.name.clone(), cell.reference), cell.value);
        }
    }
    cells
}

fn same_at(one: &Cells, other: &Cells, place: &Place) -> bool {
    let value = |cells: &Cells| cells.get(place).cloned().unwrap_or(CellValue::Blank);
    same(&value(one), &value(other))
}

/// Equal as a person would say: numbers within Excel's 15 digits, texts exactly, blank and empty text alike.
fn same(a: &CellValue, b: &CellValue) -> bool {
    match (a, b) {
        (CellValue::Number(a), CellValue::Number(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0),
        (CellValue::Blank, CellValue::Text(text)) | (CellValue::Text(text), CellValue::Blank) => text.is_empty(),
        _ => a == b,
    }
}
