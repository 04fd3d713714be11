//! Events that what a macro does sets off, and functions of macros that formulas call: which procedures are due, in which order
//! (Microsoft, "Worksheet object events", "Workbook object events", "Application.EnableEvents property").
//! A model cannot run code: it queues calls, and the sandbox runs them as soon as the member is answered.

use std::collections::{HashSet, VecDeque};

use super::area::Area;
use super::book::Change;
use super::cone;
use super::excel::{Excel, sheet_object};
use super::range_ref::RangeRef;
use crate::engine::object::{CallKind, Callback, KnownProcedure, Moment};
use crate::engine::value::{RunError, Value};

/// What is known of the program's procedures, and what is due.
#[derive(Debug, Default)]
pub struct Events {
    /// `module.procedure` of the document modules, in lower case.
    handlers: HashSet<String>,
    /// Functions that formulas may call, in lower case.
    functions: HashSet<String>,
    queue: VecDeque<Callback>,
    /// What is still due further out, while a called procedure runs.
    outer: Vec<VecDeque<Callback>>,
    /// The sheet that was active when events were last looked for.
    active: u32,
}

impl Events {
    /// Whether there is any function that formulas may call.
    pub fn has_functions(&self) -> bool {
        !self.functions.is_empty()
    }

    /// Whether a formula may call a function of that name.
    pub fn has_function(&self, name: &str) -> bool {
        !self.functions.is_empty() && self.functions.contains(&name.to_lowercase())
    }

    fn has_handler(&self, module: &str, procedure: &str) -> bool {
        !self.handlers.is_empty() && self.handlers.contains(&handler(module, procedure))
    }
}

fn handler(module: &str, procedure: &str) -> String {
    format!("{}.{}", module.to_lowercase(), procedure.to_lowercase())
}

/// Procedure of `Workbook_BeforeSave`.
const BEFORE_SAVE: &str = "Workbook_BeforeSave";

impl Excel {
    pub(super) fn meet(&mut self, procedures: &[KnownProcedure]) {
        let document = |module: &str| self.module_object(module).is_some();
        let (handlers, others): (Vec<_>, Vec<_>) = procedures.iter().partition(|one| document(&one.module));
        self.events.handlers = handlers.into_iter().map(|one| handler(&one.module, &one.name)).collect();
        self.events.functions =
            others.into_iter().filter(|one| one.function).map(|one| one.name.to_lowercase()).collect();
        self.events.active = self.book.active;
        self.book.record_changes(!self.events.handlers.is_empty());
        self.note_user_formulas();
        self.check_formulas(super::fidelity::STEPS_BEFORE_A_RUN);
    }

    /// Says which functions the workbook's macros offer to its formulas, where none of them will run.
    pub fn name_functions<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.events.functions = names.into_iter().map(str::to_lowercase).collect();
        self.note_user_formulas();
    }

    fn events_enabled(&self) -> bool {
        !matches!(self.settings.get("enableevents"), Some(Value::Boolean(false)))
    }

    /// Queues a call of an event procedure; false when there is none, or events are switched off.
    pub(super) fn raise_event(&mut self, module: &str, procedure: &str, arguments: Vec<Value>) -> bool {
        if !self.events.has_handler(module, procedure) || !self.events_enabled() {
            return false;
        }
        self.events.queue.push_back(Callback {
            module: Some(module.to_owned()),
            procedure: procedure.to_owned(),
            arguments,
            kind: CallKind::Event,
        });
        true
    }

    /// The sheet's own event, then the workbook's event of the same kind (`Worksheet_Change`, `Workbook_SheetChange`).
    pub(super) fn raise_on_sheet(&mut self, sheet: u32, event: &str, arguments: &[Value]) {
        if self.events.handlers.is_empty() {
            return;
        }
        let Ok(code_name) = self.sheet(sheet).map(|sheet| sheet.code_name.clone()) else { return };
        self.raise_event(&code_name, &format!("Worksheet_{event}"), arguments.to_vec());
        let workbook = self.book.code_name.clone();
        let with_sheet = std::iter::once(sheet_object(sheet)).chain(arguments.iter().cloned()).collect();
        self.raise_event(&workbook, &format!("Workbook_Sheet{event}"), with_sheet);
    }

    /// An event of the workbook.
    pub(super) fn raise_on_book(&mut self, event: &str, arguments: Vec<Value>) -> bool {
        let module = self.book.code_name.clone();
        self.raise_event(&module, &format!("Workbook_{event}"), arguments)
    }

    /// `Workbook.Save`: at once, or after `Workbook_BeforeSave` has not cancelled it.
    pub(super) fn save_book(&mut self) {
        if !self.raise_on_book("BeforeSave", vec![Value::Boolean(false), Value::Boolean(false)]) {
            self.book.saved = true;
            self.book.saves += 1;
        }
    }

    /// The next call. While it runs, only what itself sets off is due.
    pub(super) fn call_due(&mut self, when: Moment) -> Option<Callback> {
        let due = self.next_due(when)?;
        let rest = std::mem::take(&mut self.events.queue);
        self.events.outer.push(rest);
        Some(due)
    }

    fn next_due(&mut self, when: Moment) -> Option<Callback> {
        match when {
            Moment::Refused => self.function_wanted(),
            Moment::Ended => self.settle_functions(),
            Moment::Done => {
                if !self.events.handlers.is_empty() {
                    self.gather();
                    if let Some(due) = self.events.queue.pop_front() {
                        return Some(due);
                    }
                }
                self.settle_functions()
            }
        }
    }

    pub(super) fn call_ended(&mut self, call: &Callback, arguments: &[Value], result: Result<Value, RunError>) {
        self.events.queue = self.events.outer.pop().unwrap_or_default();
        if call.kind == CallKind::Function {
            self.function_ended(result);
            return;
        }
        if call.procedure == BEFORE_SAVE && arguments.get(1) != Some(&Value::Boolean(true)) {
            self.book.saved = true;
            self.book.saves += 1;
        }
    }

    /// Turns what was written and activated since the last look into events.
    fn gather(&mut self) {
        let changes = self.book.take_changes();
        let active = std::mem::replace(&mut self.events.active, self.book.active);
        if !self.events_enabled() {
            return;
        }
        for (sheet, areas) in by_sheet(&changes) {
            let Some(range) = RangeRef::of(sheet, areas) else { continue };
            let target = self.range_value(&range);
            self.raise_on_sheet(sheet, "Change", &[target]);
        }
        if !changes.is_empty() && !self.book.manual {
            self.raise_calculate(&changes);
        }
        if active != self.book.active {
            if self.book.sheet(active).is_some() {
                self.raise_on_sheet(active, "Deactivate", &[]);
            }
            self.raise_on_sheet(self.book.active, "Activate", &[]);
        }
    }

    fn has_formula_reached(&self, id: u32, changes: &[Change]) -> bool {
        let Ok(sheet) = self.sheet(id) else { return false };
        let mut formulas = sheet.grid.cells(Area::SHEET).filter(|(_, _, cell)| cell.formula.is_some());
        formulas.any(|(row, column, _)| cone::reaches(&self.book, changes, id, row, column))
    }

    /// `Worksheet_Calculate` of the sheets that have a formula the changes reach.
    fn raise_calculate(&mut self, changes: &[Change]) {
        let workbook = self.events.has_handler(&self.book.code_name, "Workbook_SheetCalculate");
        let heard =
            |sheet: &&super::sheet::Sheet| workbook || self.events.has_handler(&sheet.code_name, "Worksheet_Calculate");
        let sheets: Vec<u32> = self.book.sheets.iter().filter(heard).map(|sheet| sheet.id).collect();
        if sheets.is_empty() {
            return;
        }
        self.book.flush();
        for id in sheets {
            if self.has_formula_reached(id, changes) {
                self.raise_on_sheet(id, "Calculate", &[]);
            }
        }
    }
}

/// The areas written on each sheet by one member, covered ones left out, in the order of the sheets' first writes.
fn by_sheet(changes: &[Change]) -> Vec<(u32, Vec<Area>)> {
    let mut found: Vec<(u32, Vec<Area>)> = Vec::new();
    for change in changes {
        let at = found.iter().position(|(sheet, _)| *sheet == change.sheet).unwrap_or_else(|| {
            found.push((change.sheet, Vec::new()));
            found.len() - 1
        });
        let Some((_, areas)) = found.get_mut(at) else { continue };
        if areas.iter().any(|known| known.covers(change.area)) {
            continue;
        }
        areas.retain(|known| !change.area.covers(*known));
        areas.push(change.area);
    }
    found
}
