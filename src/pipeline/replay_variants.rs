//! Boundary variants of a workbook: the same sheets with other constants, on which two workflows for one macro are run beside
//! each other. One workbook shows few of the ways through a macro; what differs only at a limit, in an empty row or on a text
//! in a column of numbers shows here. The same workbook always gives the same variants.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::PipelineError;
use super::replay::{Compared, Runnable};
use super::replay_cells::{Ran, differences, run_on};
use crate::base::Clock;
use crate::engine::workbook::data::{CellData, CellValue, WorkbookData};
use crate::engine::workbook::is_date_format;
use crate::lang::formula::{Dialect, Node, parse};
use crate::model::{EvidenceLevel, Workflow};

/// Variants of each kind.
const ROUNDS: u64 = 4;
/// No further variant is begun once the runs took so long.
const LONGEST: Duration = Duration::from_secs(20);
/// Limits taken from a workflow's own texts.
const MOST_LIMITS: usize = 64;

/// What is done to the constants of a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Numbers become those at which the workflow decides, one less, and one more.
    Limits,
    /// Numbers move by little, change sign, become zero or large.
    Numbers,
    /// Numbers of a row become equal to each other.
    Ties,
    /// Texts stand in columns of numbers.
    TextsAmongNumbers,
    /// Rows are empty.
    EmptyRows,
    /// Dates at the ends of months, years and of what Excel can show.
    Dates,
    /// Texts change places within their column, change case, get a space or go.
    Texts,
}

impl Kind {
    const ALL: [Kind; 7] =
        [Kind::Limits, Kind::Numbers, Kind::Ties, Kind::TextsAmongNumbers, Kind::EmptyRows, Kind::Dates, Kind::Texts];

    fn words(self) -> &'static str {
        match self {
            Kind::Limits => "numbers at the limits",
            Kind::Numbers => "other numbers",
            Kind::Ties => "equal numbers",
            Kind::TextsAmongNumbers => "texts among numbers",
            Kind::EmptyRows => "empty rows",
            Kind::Dates => "dates at the edges",
            Kind::Texts => "other texts",
        }
    }
}

/// The variants of a workbook for a workflow, each with a name, made one after the other.
pub(super) fn variants<'a>(
    data: &'a WorkbookData,
    workflow: &Workflow,
) -> impl Iterator<Item = (String, WorkbookData)> + use<'a> {
    let limits = limits_of(workflow);
    let kinds = (0..ROUNDS).flat_map(|round| Kind::ALL.map(|kind| (kind, round)));
    kinds.filter_map(move |(kind, round)| {
        let other = varied(data, kind, round, &limits);
        (other != *data).then(|| (format!("{}, {}", kind.words(), round + 1), other))
    })
}

/// Runs two workflows on the variants of a workbook. They are equal when every run ends alike, says the same and leaves the
/// same cells. None when the workbook holds nothing that could be varied.
pub(super) fn compared(
    data: &WorkbookData,
    tried: Runnable<'_>,
    original: Runnable<'_>,
    clock: &dyn Clock,
) -> Result<Option<Compared>, PipelineError> {
    let began = Instant::now();
    let mut found: Option<Compared> = None;
    for (place, varied) in variants(data, original.workflow).take_while(|_| began.elapsed() <= LONGEST) {
        let (legacy, own) = (run_on(original, &varied, clock)?, run_on(tried, &varied, clock)?);
        take(&mut found, &place, &legacy, own);
    }
    Ok(found)
}

/// Adds what one variant showed.
fn take(found: &mut Option<Compared>, place: &str, legacy: &Ran, own: Ran) {
    let all = found.get_or_insert_with(|| Compared {
        level: EvidenceLevel::SelfCompared,
        equal: true,
        cells: 0,
        differences: Vec::new(),
        hits: vec![0; own.outcome.hits.len()],
        cost: own.cost,
    });
    if !legacy.ended_like(&own) {
        all.differ(&format!("run ({place})"), &legacy.ended(), &own.ended());
    }
    for (cell, legacy, own) in differences(legacy, &own) {
        all.differ(&format!("{cell} ({place})"), &legacy, &own);
    }
    all.cells = all.cells.saturating_add(own.compared_cells());
    for (sum, hits) in all.hits.iter_mut().zip(&own.outcome.hits) {
        *sum = sum.saturating_add(*hits);
    }
}

/// The numbers that stand in the texts of a workflow: where it may decide.
fn limits_of(workflow: &Workflow) -> Vec<f64> {
    let mut texts = Vec::new();
    if let Ok(steps) = serde_json::to_value(&workflow.steps) {
        texts_of(&steps, &mut texts);
    }
    let mut found: Vec<f64> = Vec::new();
    for text in texts {
        let (node, notices) = parse(&text, Dialect::Names);
        if notices.is_empty() {
            numbers_of(&node, &mut found);
        }
    }
    found.sort_by(f64::total_cmp);
    found.dedup();
    found.truncate(MOST_LIMITS);
    found
}

fn texts_of(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => into.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| texts_of(item, into)),
        serde_json::Value::Object(members) => members.values().for_each(|member| texts_of(member, into)),
        _ => {}
    }
}

fn numbers_of(node: &Node, into: &mut Vec<f64>) {
    match node {
        Node::Integer(number) => into.push(*number as f64),
        Node::Number(number) => into.push(*number),
        Node::Binary { left, right, .. } => {
            numbers_of(left, into);
            numbers_of(right, into);
        }
        Node::Paren(inner) | Node::Argument { value: inner, .. } | Node::Member { object: inner, .. } => {
            numbers_of(inner, into);
        }
        Node::Unary { operand, .. } => numbers_of(operand, into),
        Node::Call { args, .. } => args.iter().for_each(|argument| numbers_of(argument, into)),
        Node::MemberCall { object, args, .. } | Node::Index { object, args } => {
            numbers_of(object, into);
            args.iter().for_each(|argument| numbers_of(argument, into));
        }
        _ => {}
    }
}

/// One variant. Formulas stay and are computed anew.
fn varied(data: &WorkbookData, kind: Kind, round: u64, limits: &[f64]) -> WorkbookData {
    let mut varied = data.clone();
    let mut changed = false;
    for (number, sheet) in (0u64..).zip(&mut varied.sheets) {
        let dice = Dice { seed: round.wrapping_mul(31).wrapping_add(number).wrapping_mul(7).wrapping_add(kind as u64) };
        let headers = header_cells(&sheet.cells);
        let columns = texts_by_column(&sheet.cells, &headers);
        let numbers = numbers_by_row(&sheet.cells);
        for cell in sheet.cells.iter_mut().filter(|cell| cell.formula.is_none() && cell.array.is_none()) {
            if headers.contains(&(cell.row, cell.column)) {
                continue;
            }
            let neighbours = numbers.get(&cell.row).map_or(&[][..], Vec::as_slice);
            let others = columns.get(&cell.column).map_or(&[][..], Vec::as_slice);
            let value = dice.other_value(kind, cell, limits, neighbours, others);
            changed |= value.as_ref().is_some_and(|value| *value != cell.value);
            cell.value = value.unwrap_or_else(|| cell.value.clone());
        }
    }
    varied.stale_results = data.stale_results || changed;
    varied
}

/// The first text of each column: mostly its header, without which a macro finds nothing.
fn header_cells(cells: &[CellData]) -> BTreeSet<(u32, u32)> {
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| matches!(cell.value, CellValue::Text(_))) {
        let row = first.entry(cell.column).or_insert(cell.row);
        *row = (*row).min(cell.row);
    }
    first.into_iter().map(|(column, row)| (row, column)).collect()
}

fn texts_by_column(cells: &[CellData], headers: &BTreeSet<(u32, u32)>) -> BTreeMap<u32, Vec<String>> {
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| !headers.contains(&(cell.row, cell.column))) {
        if let CellValue::Text(text) = &cell.value {
            found.entry(cell.column).or_default().push(text.clone());
        }
    }
    found
}

fn numbers_by_row(cells: &[CellData]) -> BTreeMap<u32, Vec<f64>> {
    let mut found: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for cell in cells {
        if let CellValue::Number(number) = cell.value {
            found.entry(cell.row).or_default().push(number);
        }
    }
    found
}

/// Chance that is the same for the same cell.
struct Dice {
    seed: u64,
}

impl Dice {
    /// A number below `sides` for a cell (SplitMix64, Steele, Lea and Flood 2014).
    fn roll(&self, cell: &CellData, purpose: u64, sides: usize) -> usize {
        let place = u64::from(cell.row) << 32 | u64::from(cell.column);
        let mut mixed = self.seed.wrapping_add(purpose.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^= place.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }

    fn one_of<T: Copy>(&self, cell: &CellData, values: &[T]) -> Option<T> {
        values.get(self.roll(cell, 2, values.len())).copied()
    }

    /// What a constant becomes; none where it stays.
    fn other_value(
        &self,
        kind: Kind,
        cell: &CellData,
        limits: &[f64],
        neighbours: &[f64],
        others: &[String],
    ) -> Option<CellValue> {
        let hit = |one_in: usize| self.roll(cell, 1, one_in) == 0;
        let is_date = cell.number_format.as_deref().is_some_and(is_date_format);
        match (kind, &cell.value) {
            (Kind::EmptyRows, _) => {
                // The whole row goes, whatever stands in it.
                let row = CellData { row: cell.row, ..CellData::default() };
                (self.roll(&row, 1, 8) == 0).then_some(CellValue::Blank)
            }
            (Kind::Dates, CellValue::Number(number)) if is_date && hit(2) => {
                self.one_of(cell, &dates_around(*number)).map(CellValue::Number)
            }
            (Kind::Limits, CellValue::Number(_)) if !is_date && hit(2) => {
                let step = self.one_of(cell, &[-1.0, 0.0, 1.0, 0.5]).unwrap_or(0.0);
                let limit = limits.get(self.roll(cell, 3, limits.len())).copied();
                limit.map(|limit| CellValue::Number(limit + step))
            }
            (Kind::Numbers, CellValue::Number(number)) if !is_date && hit(2) => {
                let others =
                    [0.0, 1.0, -1.0, number - 1.0, number + 1.0, number / 2.0, -number, number * 10.0, 32_768.0];
                self.one_of(cell, &others).map(CellValue::Number)
            }
            (Kind::Ties, CellValue::Number(_)) if !is_date && hit(2) => {
                self.one_of(cell, neighbours).map(CellValue::Number)
            }
            (Kind::TextsAmongNumbers, CellValue::Number(number)) if hit(6) => {
                let texts = [String::from("n/a"), format!(" {number} "), format!("{number} pcs"), String::new()];
                texts.get(self.roll(cell, 2, texts.len())).map(|text| match text.as_str() {
                    "" => CellValue::Blank,
                    text => CellValue::Text(text.to_string()),
                })
            }
            (Kind::Texts, CellValue::Text(text)) if hit(3) => Some(match self.roll(cell, 2, 5) {
                0 => CellValue::Text(text.to_uppercase()),
                1 => CellValue::Text(format!("{text} ")),
                2 => CellValue::Blank,
                _ => CellValue::Text(others.get(self.roll(cell, 3, others.len())).unwrap_or(text).clone()),
            }),
            _ => None,
        }
    }
}

/// Dates near a date and at the ends of what Excel can show: 1 January and 28 February 1900, 1 March 1900 (serial 60 is a day
/// that never was), 29 February 2024, the last day of 2024 and of 9999.
fn dates_around(number: f64) -> [f64; 10] {
    [number - 1.0, number + 1.0, number + 0.5, number + 365.0, 1.0, 59.0, 61.0, 45_351.0, 45_657.0, 2_958_465.0]
}
