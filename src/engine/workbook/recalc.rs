//! Formulas: the workbook as the calculation sees it, and when a result is computed. A cell is computed when it is read; in manual
//! mode the last result stands until Calculate. What cannot be computed ends the run as refused rather than showing an old value.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::area::{Area, COLUMNS, ROWS};
use super::book::{Workbook, table_columns};
use super::events::Events;
use super::excel::Excel;
use super::fault::{Answer, Done, mismatch, out_of_memory, refused};
use super::grid::Cell;
use super::range_ref::RangeRef;
use super::range_value::{MOST_CELLS, array};
use super::resolve::resolve_text;
use super::scalar;
use super::sheet::{Sheet, Table};
use crate::engine::formula::{
    Calculator, CellAddress, CellContent, CellValue, FormulaEngine, Grid, Operand, Outcome, Range, Refusal,
    SheetSource, TableArea, number_format,
};
use crate::engine::object::{CallKind, Callback};
use crate::engine::value::{Array, Fault, RunError, Value};
use crate::lang::formula::{self, Dialect, ErrorKind};

/// The calculation's memory between reads.
#[derive(Default)]
pub struct Recalculation {
    pub(super) calculator: Calculator,
    /// Start of the run's random numbers; the caller may set it for a replay.
    pub seed: u64,
    /// Whether any formula calls a function of the macros.
    pub uses_functions: bool,
    /// Revision at which every formula was last computed.
    settled: Option<u64>,
    functions: RefCell<FunctionCalls>,
    circles: Circles,
    /// The one formula cell that is computed while all others show what was saved.
    pub(super) alone: Option<CellAddress>,
}

/// Results of macro functions, and the one that is asked for. Valid for one revision.
#[derive(Default)]
struct FunctionCalls {
    revision: u64,
    results: HashMap<String, Outcome<Operand>>,
    wanted: Option<FunctionCall>,
    /// Key of the call that is being run.
    running: Vec<String>,
}

struct FunctionCall {
    key: String,
    name: String,
    operands: Vec<Operand>,
}

/// Cells that depend on themselves keep their last value, 0 at first (Microsoft, "Remove or allow a circular reference").
/// Valid for one revision.
#[derive(Default)]
struct Circles {
    revision: u64,
    values: HashMap<CellAddress, CellValue>,
}

/// Most circles broken for one reading.
const MOST_CIRCLES: usize = 64;
/// Circles count as further epochs within a revision.
const EPOCHS: u64 = 1 << 24;

impl Recalculation {
    /// Forgets which function the calculation stopped at.
    pub(super) fn forget_calls(&mut self) {
        self.functions.get_mut().wanted = None;
    }
}

/// The workbook as `SheetSource`: sheets by position.
struct View<'a> {
    book: &'a Workbook,
    now: f64,
    seed: u64,
    events: &'a Events,
    functions: &'a RefCell<FunctionCalls>,
    circles: &'a Circles,
    alone: Option<CellAddress>,
    /// Cells of a circle that was just met.
    met: RefCell<Vec<CellAddress>>,
}

impl View<'_> {
    fn sheet(&self, position: usize) -> Option<&Sheet> {
        self.book.sheets.get(position)
    }

    /// A formula that this engine computes otherwise than Excel: Excel's own result stands as long as nothing it depends on
    /// was written.
    fn saved_or_refused(&self, sheet: u32, cell: CellAddress, found: &Cell) -> CellContent {
        if found.value != Value::Empty && super::cone::is_untouched(self.book, sheet, cell.row, cell.column) {
            return CellContent::Value(to_formula_value(&found.value));
        }
        let CellAddress { sheet, row, column } = cell;
        let formula = found.formula.clone().unwrap_or_default();
        CellContent::Refused { formula, refusal: Refusal::Distrusted { sheet, row, column } }
    }

    fn table_area(&self, position: usize, sheet: &Sheet, table: &Table) -> TableArea {
        TableArea {
            range: range_at(position, table.area),
            columns: table_columns(sheet, table),
            header_row: table.header_row,
            totals_row: table.totals_row,
        }
    }
}

/// Whether two cells show the result of the same formula; `sheet` is that of the second.
fn is_one_formula(sheet: &Sheet, one: CellAddress, other: CellAddress) -> bool {
    let together = || {
        one.sheet == other.sheet
            && sheet.array_at(other.row, other.column).is_some_and(|area| area.holds(one.row, one.column))
    };
    one == other || together()
}

fn range_at(sheet: usize, area: Area) -> Range {
    Range { sheet, last_sheet: sheet, top: area.top, left: area.left, bottom: area.bottom, right: area.right }
}

impl SheetSource for View<'_> {
    fn epoch(&self) -> u64 {
        self.book.revision.wrapping_mul(EPOCHS).wrapping_add(self.circles.values.len() as u64)
    }

    fn circle(&self, cells: &[CellAddress]) {
        self.met.borrow_mut().extend_from_slice(cells);
    }

    fn user_function(&self, name: &str, args: &[Operand]) -> Option<Outcome<Operand>> {
        if !self.events.has_function(name) {
            return None;
        }
        let key = format!("{}{args:?}", name.to_lowercase());
        let mut calls = self.functions.borrow_mut();
        if let Some(known) = calls.results.get(&key) {
            return Some(known.clone());
        }
        let call = FunctionCall { key, name: name.to_owned(), operands: args.to_vec() };
        calls.wanted.get_or_insert(call);
        Some(Err(Refusal::Awaited { name: name.to_owned() }.into()))
    }

    fn sheet_index(&self, name: &str) -> Option<usize> {
        self.book.sheets.iter().position(|sheet| super::book::same_text(&sheet.name, name))
    }

    fn sheet_name(&self, sheet: usize) -> Option<Arc<str>> {
        self.sheet(sheet).map(|sheet| Arc::from(sheet.name.as_str()))
    }

    fn content(&self, cell: CellAddress) -> CellContent {
        let blank = CellContent::Value(CellValue::Empty);
        if let Some(kept) = self.circles.values.get(&cell) {
            return CellContent::Value(kept.clone());
        }
        let Some(sheet) = self.sheet(cell.sheet) else { return blank };
        if self.alone.is_some_and(|alone| !is_one_formula(sheet, alone, cell)) {
            let saved = sheet.grid.get(cell.row, cell.column);
            return saved.map_or(blank, |cell| CellContent::Value(to_formula_value(&cell.value)));
        }
        if let Some(area) = sheet.array_at(cell.row, cell.column) {
            let anchor = sheet.grid.get(area.top, area.left);
            if let Some((anchor, formula)) = anchor.and_then(|anchor| Some((anchor, anchor.formula.clone()?))) {
                if anchor.distrusted {
                    let own = sheet.grid.get(cell.row, cell.column).unwrap_or(anchor);
                    return self.saved_or_refused(sheet.id, cell, own);
                }
                return CellContent::ArrayFormula { formula, area: range_at(cell.sheet, area) };
            }
        }
        match sheet.grid.get(cell.row, cell.column) {
            None => blank,
            Some(found) => match &found.formula {
                Some(_) if found.distrusted => self.saved_or_refused(sheet.id, cell, found),
                Some(text) => CellContent::Formula(text.clone()),
                None => CellContent::Value(to_formula_value(&found.value)),
            },
        }
    }

    fn used_range(&self, sheet: usize) -> Option<(u32, u32)> {
        let used = self.sheet(sheet)?.grid.used()?;
        Some((used.bottom, used.right))
    }

    fn defined_name(&self, name: &str, sheet: usize) -> Option<Arc<str>> {
        let home = self.sheet(sheet).map_or(0, |sheet| sheet.id);
        self.book.find_name(name, home).map(|name| Arc::from(name.refers_to.as_str()))
    }

    fn table(&self, name: &str) -> Option<TableArea> {
        let (sheet, table) = self.book.table(name)?;
        let position = self.book.sheets.iter().position(|known| known.id == sheet.id)?;
        Some(self.table_area(position, sheet, table))
    }

    fn table_at(&self, cell: CellAddress) -> Option<TableArea> {
        let sheet = self.sheet(cell.sheet)?;
        let table = sheet.tables.iter().find(|table| table.area.holds(cell.row, cell.column))?;
        Some(self.table_area(cell.sheet, sheet, table))
    }

    fn row_hidden(&self, sheet: usize, row: u32) -> bool {
        self.sheet(sheet).is_some_and(|sheet| sheet.hidden_rows.contains(&row))
    }

    fn row_filtered(&self, sheet: usize, row: u32) -> bool {
        self.sheet(sheet).is_some_and(|sheet| {
            let filter = sheet.filter.as_ref().filter(|filter| !filter.criteria.is_empty());
            let inside = filter.is_some_and(|f| row > f.area.top && row <= f.area.bottom);
            inside && sheet.hidden_rows.contains(&row)
        })
    }

    fn date1904(&self) -> bool {
        self.book.date1904
    }

    fn now(&self) -> f64 {
        self.now
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}

/// A stored or VBA value as the calculation knows it; what a cell cannot hold is `#VALUE!`.
pub fn to_formula_value(value: &Value) -> CellValue {
    match value {
        Value::Empty | Value::Null | Value::Missing => CellValue::Empty,
        Value::Text(text) => CellValue::Text(text.clone()),
        Value::Boolean(truth) => CellValue::Boolean(*truth),
        Value::Error(number) => {
            let text = super::entry::error_text(*number);
            CellValue::Error(ErrorKind::from_text(text).unwrap_or(ErrorKind::NotAvailable))
        }
        other => scalar::number(other).map_or(CellValue::Error(ErrorKind::Value), CellValue::from),
    }
}

/// A computed value as cells hold it.
fn from_formula_value(value: &CellValue) -> Value {
    match value {
        CellValue::Empty => Value::Empty,
        CellValue::Number(number) => Value::Double(*number),
        CellValue::Text(text) => Value::Text(text.clone()),
        CellValue::Boolean(truth) => Value::Boolean(*truth),
        CellValue::Error(kind) => Value::Error(super::entry::error_number(kind.text()).unwrap_or(2042)),
    }
}

/// Number of characters General shows in a cell of standard width.
pub fn narrow_general(number: f64) -> String {
    number_format::render(&CellValue::Number(number), "General", false)
}

fn refusal(refusal: &Refusal) -> Fault {
    let capability = match refusal {
        Refusal::Unsupported { name } => format!("formula:{name}"),
        Refusal::Unreadable { .. } => "formula:unreadable".to_owned(),
        Refusal::Circular { .. } => "formula:circular".to_owned(),
        Refusal::Awaited { name } => format!("formula:{name}"),
        Refusal::Distrusted { .. } => "formula:differs".to_owned(),
        Refusal::TooDeep => "formula:depth".to_owned(),
        Refusal::Budget => "formula:budget".to_owned(),
    };
    refused(&capability, refusal.to_string())
}

/// Whether a formula text calls a function of the macros.
fn mentions_function(events: &Events, text: &str) -> bool {
    let (mut node, _) = formula::parse(text, Dialect::Sheet);
    let mut found = false;
    super::rewrite::visit(&mut node, &mut |node| {
        if let formula::Node::Call { name, .. } = node {
            found |= events.has_function(name);
        }
    });
    found
}

/// A VBA array as a grid; one dimension is a row.
pub fn grid_of_array(excel: &mut Excel, source: &Array) -> Result<Grid, Fault> {
    let extent = |(lower, upper): (i32, i32)| usize::try_from(i64::from(upper) - i64::from(lower) + 1).unwrap_or(0);
    let (height, width) = match source.bounds.as_slice() {
        [columns] => (1, extent(*columns)),
        [rows, columns] => (extent(*rows), extent(*columns)),
        _ => return Err(mismatch()),
    };
    if height.saturating_mul(width) as u64 > MOST_CELLS {
        return Err(out_of_memory());
    }
    let mut cells = Vec::with_capacity(height * width);
    for row in 0..height {
        for column in 0..width {
            let element = source.elements.get(column * height + row).cloned().unwrap_or(Value::Empty);
            cells.push(to_formula_value(&excel.plain(&element)?));
        }
    }
    Ok(Grid::new(height, width, cells))
}

/// A result for VBA: cells become a Range, a grid of one row a one-dimensional array from 1, a larger one two-dimensional.
pub fn from_operand(excel: &mut Excel, operand: Operand) -> Answer {
    match operand {
        Operand::Omitted => Ok(Value::Empty),
        Operand::Value(value) => Ok(from_formula_value(&value)),
        Operand::Cells(ranges) => {
            let first = ranges.first().and_then(|range| excel.book.sheets.get(range.sheet)).map(|sheet| sheet.id);
            let areas = ranges.iter().filter_map(|r| Area::new(r.top, r.left, r.bottom, r.right)).collect();
            Ok(excel.range_or_nothing(first.and_then(|sheet| RangeRef::of(sheet, areas))))
        }
        Operand::Array(grid) => {
            let (height, width) = (grid.rows(), grid.columns());
            if (height as u64).saturating_mul(width as u64) > MOST_CELLS {
                return Err(out_of_memory());
            }
            let mut elements = Vec::with_capacity(height * width);
            for column in 0..width {
                elements.extend((0..height).map(|row| grid.get(row, column).map_or(Value::Empty, from_formula_value)));
            }
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            if height == 1 {
                let upper = i32::try_from(width).unwrap_or(i32::MAX);
                let element = crate::engine::value::Subtype::Variant;
                return Ok(Value::Array(Arc::new(Array { element, bounds: vec![(1, upper)], elements })));
            }
            Ok(array(elements, number(height), number(width)))
        }
    }
}

impl Excel {
    /// The start of the run's random numbers.
    pub fn set_seed(&mut self, seed: u64) {
        self.recalculation.seed = seed;
    }

    pub(super) fn position(&self, sheet: u32) -> usize {
        self.book.sheets.iter().position(|known| known.id == sheet).unwrap_or(usize::MAX)
    }

    /// What a cell is worth now (`Value2`).
    pub(super) fn cell_value(&mut self, sheet: u32, row: u32, column: u32) -> Answer {
        let home = self.sheet(sheet)?;
        let in_array = !home.arrays.is_empty() && home.array_at(row, column).is_some();
        let (known, formula) = match home.grid.get(row, column) {
            None if !in_array => return Ok(Value::Empty),
            None => (Value::Empty, true),
            Some(cell) => (cell.value.clone(), cell.formula.is_some() || in_array),
        };
        let current = known != Value::Empty && (self.book.manual || self.book.revision == 0);
        if !formula || current {
            return Ok(known);
        }
        self.book.flush();
        let value = self.computed(sheet, row, column).or_else(|refused| {
            let untouched = known != Value::Empty && super::cone::is_untouched(&self.book, sheet, row, column);
            if untouched { Ok(known) } else { Err(refused) }
        })?;
        if let Some(cell) = self.sheet_mut(sheet)?.grid.get_mut(row, column) {
            cell.value = value.clone();
        }
        Ok(value)
    }

    fn computed(&mut self, sheet: u32, row: u32, column: u32) -> Answer {
        let address = CellAddress { sheet: self.position(sheet), row, column };
        let value = self.calculated(|calculator, view| calculator.value(view, address))?;
        Ok(match from_formula_value(&value) {
            // A formula never shows blank: a reference to an empty cell is 0.
            Value::Empty => Value::Double(0.0),
            other => other,
        })
    }

    /// Switches between automatic and manual; back to automatic everything is due.
    pub(super) fn set_manual(&mut self, manual: bool) -> Done {
        if manual && !self.book.manual {
            self.settle();
        }
        self.book.manual = manual;
        Ok(())
    }

    /// `Calculate`: in manual mode every formula gets its present result.
    pub(super) fn calculate(&mut self) -> Done {
        let manual = std::mem::replace(&mut self.book.manual, false);
        self.book.revision += 1;
        self.settle();
        self.book.manual = manual;
        Ok(())
    }

    /// Computes every formula; one that cannot be computed is left without a value rather than with an old one.
    pub(super) fn settle(&mut self) {
        self.book.flush();
        if self.book.revision == 0 {
            return;
        }
        for (sheet, row, column) in self.formula_cells() {
            if self.recalculation.functions.get_mut().wanted.is_some() {
                return;
            }
            let Err(_) = self.cell_value(sheet, row, column).map(|value| self.keep(sheet, row, column, value)) else {
                continue;
            };
            if let Ok(home) = self.sheet_mut(sheet)
                && let Some(cell) = home.grid.get_mut(row, column)
            {
                cell.value = Value::Empty;
            }
        }
    }

    /// The cells that show the result of a formula; those of array formulas come twice if they hold one of their own.
    pub(super) fn formula_cells(&self) -> Vec<(u32, u32, u32)> {
        let mut formulas = Vec::new();
        for sheet in &self.book.sheets {
            let cells = sheet.grid.cells(Area { top: 1, left: 1, bottom: ROWS, right: COLUMNS });
            formulas.extend(
                cells.filter(|(_, _, cell)| cell.formula.is_some()).map(|(row, column, _)| (sheet.id, row, column)),
            );
            let covered = sheet.arrays.iter().filter(|area| area.size() <= MOST_CELLS);
            formulas.extend(covered.flat_map(|area| area.cells()).map(|(row, column)| (sheet.id, row, column)));
        }
        formulas
    }

    /// Array formulas fill cells that hold nothing of their own.
    fn keep(&mut self, sheet: u32, row: u32, column: u32, value: Value) {
        let Ok(home) = self.sheet_mut(sheet) else { return };
        match home.grid.get_mut(row, column) {
            Some(cell) => cell.value = value,
            None => home.set_value(row, column, value),
        }
    }

    /// A worksheet function on given arguments.
    pub(super) fn call_function(&mut self, name: &str, operands: &[Operand]) -> Result<Operand, Fault> {
        self.book.flush();
        let at = self.active_address();
        self.calculated(|calculator, view| calculator.call(view, name, operands, at))
    }

    /// Runs the calculation; cells it finds to depend on themselves get their last value, and it runs again.
    fn calculated<T>(
        &mut self,
        job: impl Fn(&mut Calculator, &dyn SheetSource) -> Result<T, Refusal>,
    ) -> Result<T, Fault> {
        self.tried(job).map_err(|fault| refusal(&fault))
    }

    /// As `calculated`, with the reason as the engine gives it.
    pub(super) fn tried<T>(
        &mut self,
        job: impl Fn(&mut Calculator, &dyn SheetSource) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let memory = &mut self.recalculation;
        if memory.circles.revision != self.book.revision {
            memory.circles = Circles { revision: self.book.revision, values: HashMap::new() };
        }
        let calls = memory.functions.get_mut();
        if calls.revision != self.book.revision {
            calls.results.clear();
            calls.revision = self.book.revision;
        }
        let mut broken = 0;
        loop {
            let view = View {
                book: &self.book,
                now: self.now,
                seed: memory.seed,
                events: &self.events,
                functions: &memory.functions,
                circles: &memory.circles,
                alone: memory.alone,
                met: RefCell::default(),
            };
            let outcome = job(&mut memory.calculator, &view);
            let Err(Refusal::Circular { sheet, row, column }) = outcome else {
                return outcome;
            };
            let mut met = view.met.take();
            met.push(CellAddress { sheet, row, column });
            broken += 1;
            if broken > MOST_CIRCLES {
                return Err(Refusal::Circular { sheet, row, column });
            }
            for cell in met {
                let home = self.book.sheets.get(cell.sheet);
                let last = home.and_then(|sheet| sheet.grid.get(cell.row, cell.column)).map(|cell| &cell.value);
                let last = last.filter(|value| **value != Value::Empty).map_or(0.0.into(), to_formula_value);
                memory.circles.values.insert(cell, last);
            }
        }
    }

    /// Notes whether any formula calls a function of the macros.
    pub(super) fn note_user_formulas(&mut self) {
        let mentions = |text: &str| mentions_function(&self.events, text);
        let formulas = |sheet: &Sheet| {
            sheet.grid.cells(Area::SHEET).any(|(_, _, cell)| cell.formula.as_deref().is_some_and(mentions))
        };
        let found = self.events.has_functions() && self.book.sheets.iter().any(formulas);
        self.recalculation.uses_functions = found;
    }

    /// Notes that a formula was written.
    pub(super) fn note_formula(&mut self, text: &str) {
        if !self.recalculation.uses_functions && self.events.has_functions() {
            self.recalculation.uses_functions = mentions_function(&self.events, text);
        }
    }

    /// The function call the last calculation stopped at.
    pub(super) fn function_wanted(&mut self) -> Option<Callback> {
        let call = self.recalculation.functions.get_mut().wanted.take()?;
        let mut arguments = Vec::new();
        for operand in call.operands {
            let omitted = matches!(operand, Operand::Omitted);
            arguments.push(if omitted { Value::Missing } else { from_operand(self, operand).unwrap_or(Value::Empty) });
        }
        self.recalculation.functions.get_mut().running.push(call.key);
        Some(Callback { module: None, procedure: call.name, arguments, kind: CallKind::Function })
    }

    /// Keeps what a function gave; an error in it is `#VALUE!`.
    pub(super) fn function_ended(&mut self, result: Result<Value, RunError>) {
        let outcome = match result {
            Ok(Value::Array(array)) => grid_of_array(self, &array).map(|grid| Operand::Array(Arc::new(grid))),
            Ok(value) => self.plain(&value).map(|plain| Operand::Value(to_formula_value(&plain))),
            Err(_) => Err(mismatch()),
        };
        let calls = self.recalculation.functions.get_mut();
        let Some(key) = calls.running.pop() else { return };
        calls.results.insert(key, outcome.map_err(|_| ErrorKind::Value.into()));
    }

    /// Computes what is due when formulas call functions of macros; the first call that is missing.
    pub(super) fn settle_functions(&mut self) -> Option<Callback> {
        if !self.recalculation.uses_functions || self.recalculation.settled == Some(self.book.revision) {
            return None;
        }
        let calls = self.recalculation.functions.get_mut();
        if !calls.running.is_empty() {
            // What the running function reads is asked for when it is read.
            return None;
        }
        calls.wanted = None;
        self.settle();
        let call = self.function_wanted();
        if call.is_none() {
            self.recalculation.settled = Some(self.book.revision);
        }
        call
    }

    fn active_address(&self) -> CellAddress {
        let (row, column) = self.book.sheet(self.book.active).map_or((1, 1), |sheet| sheet.active);
        CellAddress { sheet: self.position(self.book.active), row, column }
    }

    /// A range as a function's argument.
    pub(super) fn operand_of(&self, range: &RangeRef) -> Result<Operand, Fault> {
        let position = self.position(range.sheet);
        Ok(Operand::Cells(range.areas.iter().map(|area| range_at(position, *area)).collect()))
    }

    /// `Evaluate`, `[A1]`: a reference gives a Range, a formula its value, nonsense an error value.
    pub(super) fn evaluate(&mut self, text: &Value, home: u32) -> Answer {
        let text = scalar::text(&self.plain(text)?)?;
        let body = text.strip_prefix('=').unwrap_or(&text);
        if let Some(range) = resolve_text(&self.book, body, home) {
            return Ok(self.range_value(&range));
        }
        const VALUE_ERROR: i32 = 2015;
        match self.operand_of_text(body, home)? {
            Some(operand) => from_operand(self, operand),
            None => Ok(Value::Error(VALUE_ERROR)),
        }
    }

    /// The worth of a formula text; none when it cannot be read.
    fn operand_of_text(&mut self, text: &str, home: u32) -> Result<Option<Operand>, Fault> {
        let (node, notices) = formula::parse(text, Dialect::Sheet);
        if !notices.is_empty() {
            return Ok(None);
        }
        self.book.flush();
        let at = CellAddress { sheet: self.position(home), row: 1, column: 1 };
        self.calculated(|calculator, view| calculator.evaluate(view, &node, at)).map(Some)
    }

    /// A name or text that only calculation turns into cells: `OFFSET(...)`, `INDEX(...)`.
    pub(super) fn calculated_range(&mut self, text: &str, home: u32) -> Option<RangeRef> {
        match self.operand_of_text(text, home).ok()?? {
            Operand::Cells(ranges) => {
                let sheet = self.book.sheets.get(ranges.first()?.sheet)?.id;
                let areas = ranges.iter().filter_map(|r| Area::new(r.top, r.left, r.bottom, r.right)).collect();
                RangeRef::of(sheet, areas)
            }
            _ => None,
        }
    }
}
