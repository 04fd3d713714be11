//! The workbook as a whole: sheets, names, tables, the record of what was written, and the structural changes that reach
//! formulas on every sheet. Built from `WorkbookData`; it knows no VBA.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::area::{AddressStyle, Area, parse_area};
use super::data::{CellData, CellDump, CellValue, NameData, SheetData, SheetDump, TableData, Visibility, WorkbookData};
use super::entry::{error_number, error_text};
use super::grid::Cell;
use super::rewrite::{self, Move};
use super::sheet::{Filter, GENERAL, NUMBER_FORMAT, Sheet, Table};
use super::shift::Shift;
use crate::engine::value::Value;

/// Days between the 1900 and the 1904 date system (Microsoft, "Differences between the 1900 and the 1904 date system").
pub const DATE_1904: f64 = 1462.0;

/// Insertions and deletions that are gathered before formulas follow them.
const MOST_PENDING: usize = 4_096;
/// Writes that are remembered one by one.
const MOST_TOUCHED: usize = 10_000;

/// A workbook in memory.
#[derive(Debug, Clone)]
pub struct Workbook {
    pub name: String,
    pub path: String,
    pub code_name: String,
    pub date1904: bool,
    /// In tab order.
    pub sheets: Vec<Sheet>,
    pub names: Vec<Name>,
    /// Id of the active sheet.
    pub active: u32,
    pub manual: bool,
    /// Whether nothing was changed since the last save.
    pub saved: bool,
    /// How often `Save` was called on the own book.
    pub saves: u32,
    next_id: u32,
    changes: Vec<Change>,
    /// Whether anyone asks for `changes`.
    recording: bool,
    /// Insertions and deletions that formulas have not followed yet, each with the name of its sheet.
    pending: Vec<(String, Shift)>,
    /// Everything written since loading; none once cells moved, or there were too many writes to tell.
    touched: Option<Vec<Change>>,
    /// Content changes since loading, structural ones included: a formula may have another result than the file says.
    pub revision: u64,
}

/// A defined name.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub id: u32,
    pub name: String,
    /// With its `=`.
    pub refers_to: String,
    /// The sheet a local name belongs to.
    pub sheet: Option<u32>,
    pub visible: bool,
    pub comment: String,
}

/// Cells that were written, for `Worksheet_Change`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub sheet: u32,
    pub area: Area,
}

impl Workbook {
    /// A workbook from plain data. Cells outside the sheet and areas that cannot be read are left out; their count is second.
    pub fn from_data(data: &WorkbookData) -> (Self, usize) {
        let mut book = Self {
            name: data.name.clone(),
            path: data.path.clone(),
            code_name: non_empty(&data.code_name, "ThisWorkbook"),
            date1904: data.date1904,
            sheets: Vec::new(),
            names: Vec::new(),
            active: 0,
            manual: data.manual_calculation,
            saved: true,
            saves: 0,
            next_id: 1,
            changes: Vec::new(),
            recording: true,
            pending: Vec::new(),
            touched: Some(Vec::new()),
            revision: 0,
        };
        let mut left_out = 0;
        let mut formats = HashMap::new();
        for sheet in &data.sheets {
            let id = book.new_id();
            let table_ids: Vec<u32> = sheet.tables.iter().map(|_| book.new_id()).collect();
            let position = book.sheets.len() + 1;
            let (mut sheet, lost) = load_sheet(id, position, sheet, &table_ids, &mut formats);
            if data.stale_results {
                sheet.forget_results();
            }
            left_out += lost;
            book.sheets.push(sheet);
        }
        if book.sheets.is_empty() {
            let id = book.new_id();
            book.sheets.push(Sheet::new(id, "Sheet1", "Sheet1"));
        }
        for name in &data.names {
            let sheet = name.sheet.as_ref().and_then(|n| book.sheet_named(n)).map(|s| s.id);
            book.add_name(&name.name, &name.refers_to, sheet, !name.hidden);
        }
        let active = book.sheets.get(data.active_sheet).or(book.sheets.first());
        book.active = active.map_or(0, |sheet| sheet.id);
        // Results that need not be right are as good as results from before a change.
        book.revision = u64::from(data.stale_results);
        (book, left_out)
    }

    /// The workbook as plain data, for writing it to a file.
    pub fn to_data(&mut self) -> WorkbookData {
        self.flush();
        WorkbookData {
            name: self.name.clone(),
            path: self.path.clone(),
            code_name: self.code_name.clone(),
            date1904: self.date1904,
            manual_calculation: self.manual,
            stale_results: false,
            sheets: self.sheets.iter().map(sheet_data).collect(),
            names: self.names.iter().map(|name| self.name_data(name)).collect(),
            active_sheet: self.sheets.iter().position(|s| s.id == self.active).unwrap_or(0),
        }
    }

    fn name_data(&self, name: &Name) -> NameData {
        NameData {
            name: name.name.clone(),
            refers_to: name.refers_to.clone(),
            sheet: name.sheet.and_then(|id| self.sheet(id)).map(|sheet| sheet.name.clone()),
            hidden: !name.visible,
        }
    }

    /// An id no sheet, table or name of this book has had.
    pub fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        id
    }

    pub fn sheet(&self, id: u32) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.id == id)
    }

    pub fn sheet_mut(&mut self, id: u32) -> Option<&mut Sheet> {
        self.sheets.iter_mut().find(|sheet| sheet.id == id)
    }

    /// The sheet of a name, in any case of letters.
    pub fn sheet_named(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| same_text(&sheet.name, name))
    }

    /// The sheet of a code name.
    pub fn sheet_coded(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.code_name.eq_ignore_ascii_case(name))
    }

    /// A name as seen from a sheet: its own local name before the book's.
    pub fn find_name(&self, name: &str, from: u32) -> Option<&Name> {
        let named = || self.names.iter().filter(|n| same_text(&n.name, name));
        named().find(|n| n.sheet == Some(from)).or_else(|| named().find(|n| n.sheet.is_none()))
    }

    /// Adds a name or gives the existing one another meaning; its id.
    pub fn add_name(&mut self, name: &str, refers_to: &str, sheet: Option<u32>, visible: bool) -> u32 {
        let refers_to = if refers_to.starts_with('=') { refers_to.to_owned() } else { format!("={refers_to}") };
        self.revision += 1;
        if let Some(old) = self.names.iter_mut().find(|n| n.sheet == sheet && same_text(&n.name, name)) {
            old.refers_to = refers_to;
            old.visible = visible;
            return old.id;
        }
        let id = self.new_id();
        self.names.push(Name { id, name: name.to_owned(), refers_to, sheet, visible, comment: String::new() });
        id
    }

    /// The table of a name, and its sheet.
    pub fn table(&self, name: &str) -> Option<(&Sheet, &Table)> {
        self.sheets.iter().find_map(|sheet| {
            let table = sheet.tables.iter().find(|table| same_text(&table.name, name))?;
            Some((sheet, table))
        })
    }

    /// Stores a constant, or a formula with its result still unknown.
    pub fn store(&mut self, sheet: u32, row: u32, column: u32, cell: Cell) {
        let Some(sheet) = self.sheet_mut(sheet) else { return };
        let anchor = sheet.merge_at(row, column);
        if (anchor.top, anchor.left) == (row, column) {
            sheet.grid.set(row, column, cell);
        }
    }

    /// Records that an area was written.
    pub fn changed(&mut self, sheet: u32, area: Area) {
        self.revision += 1;
        self.saved = false;
        let change = Change { sheet, area };
        if self.recording && self.changes.last() != Some(&change) {
            self.changes.push(change);
        }
        match &mut self.touched {
            Some(touched) if touched.len() < MOST_TOUCHED => touched.push(change),
            touched => *touched = None,
        }
    }

    /// Everything written since loading; none when that cannot be told any more.
    pub fn touched(&self) -> Option<&[Change]> {
        self.touched.as_deref()
    }

    /// Whether writes are kept for `take_changes`; on at first.
    pub fn record_changes(&mut self, keep: bool) {
        self.recording = keep;
        self.changes.clear();
    }

    /// What was written since the last call, in order.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Inserts or deletes cells of one sheet, moving formulas' references and names on all of them.
    /// False (and nothing done) when filled cells would be pushed off the sheet.
    pub fn shift(&mut self, sheet: u32, shift: Shift) -> bool {
        let Some(target) = self.sheet_mut(sheet) else { return false };
        if !target.shift(shift) {
            return false;
        }
        let name = target.name.clone();
        let change = [(name, shift)];
        self.rewrite_names(|text| rewrite::after_shifts(text, "", &change));
        self.pending.extend(change);
        if self.pending.len() >= MOST_PENDING {
            self.flush();
        }
        let (Shift::Insert { area, .. } | Shift::Delete { area, .. }) = shift;
        self.changed(sheet, area);
        true
    }

    /// Lets references to cells that were cut and pasted follow them.
    pub fn follow_move(&mut self, moved: &Move) {
        self.rewrite_formulas(|text, home| rewrite::after_move(text, home, moved));
    }

    /// Renames a sheet and its mentions.
    pub fn rename_sheet(&mut self, id: u32, name: &str) {
        self.flush();
        let Some(sheet) = self.sheet_mut(id) else { return };
        let old = std::mem::replace(&mut sheet.name, name.to_owned());
        self.rewrite_formulas(|text, _| rewrite::renamed(text, &old, Some(name)));
        self.saved = false;
    }

    /// Removes a sheet; references to it become `#REF!`.
    pub fn remove_sheet(&mut self, id: u32) {
        self.flush();
        let Some(at) = self.sheets.iter().position(|sheet| sheet.id == id) else { return };
        let gone = self.sheets.remove(at);
        self.names.retain(|name| name.sheet != Some(id));
        self.rewrite_formulas(|text, _| rewrite::renamed(text, &gone.name, None));
        if self.active == id {
            let visible = |sheet: &&Sheet| sheet.visibility == Visibility::Visible;
            let after = self.sheets.iter().skip(at).find(visible);
            let next = after.or_else(|| self.sheets.iter().take(at).rfind(visible));
            self.active = next.map_or(0, |sheet| sheet.id);
        }
        self.revision += 1;
        self.saved = false;
    }

    /// Brings the references in formulas up to date with the cells that were inserted and deleted. Whoever reads or stores a
    /// formula's text calls this first; a loop that only deletes rows pays for it once.
    pub fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return;
        }
        for sheet in &mut self.sheets {
            let home = sheet.name.clone();
            for (_, _, cell) in sheet.grid.cells_mut(Area::SHEET) {
                let Some(text) = cell.formula.as_deref() else { continue };
                if let Some(text) = rewrite::after_shifts(text, &home, &pending) {
                    cell.formula = Some(text);
                }
            }
        }
    }

    fn rewrite_names(&mut self, rewritten: impl Fn(&str) -> Option<Arc<str>>) {
        for name in &mut self.names {
            if let Some(text) = rewritten(&name.refers_to) {
                name.refers_to = format!("={text}");
            }
        }
        self.touched = None;
        self.revision += 1;
    }

    fn rewrite_formulas(&mut self, rewritten: impl Fn(&str, &str) -> Option<Arc<str>>) {
        self.flush();
        for sheet in &mut self.sheets {
            let home = sheet.name.clone();
            for (_, _, cell) in sheet.grid.cells_mut(Area::SHEET) {
                if let Some(text) = cell.formula.as_deref().and_then(|text| rewritten(text, &home)) {
                    cell.formula = Some(text);
                }
            }
        }
        self.rewrite_names(|text| rewritten(text, ""));
    }

    /// Starts to note which cells are written.
    pub fn watch(&mut self) {
        self.sheets.iter_mut().for_each(|sheet| sheet.grid.watch());
    }

    /// Names of sheets and addresses of the cells written since `watch`; none when that cannot be said of every sheet,
    /// because one was added or its rows or columns moved.
    pub fn written(&self) -> Option<BTreeSet<(String, String)>> {
        let mut found = BTreeSet::new();
        for sheet in &self.sheets {
            let address = |(row, column): &(u32, u32)| Area::cell(*row, *column).address(AddressStyle::RELATIVE);
            found.extend(sheet.grid.written()?.iter().map(|at| (sheet.name.clone(), address(at))));
        }
        Some(found)
    }

    /// Every sheet's hidden rows and cells that are not blank, results as last known.
    pub fn dump(&mut self) -> Vec<SheetDump> {
        self.flush();
        self.sheets.iter().map(dump_sheet).collect()
    }
}

fn non_empty(text: &str, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

/// Names of sheets, tables and ranges compare without case.
pub fn same_text(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one.to_lowercase() == other.to_lowercase()
}

/// A cell's content as plain data.
pub fn to_cell_value(value: &Value) -> CellValue {
    match value {
        Value::Double(number) => CellValue::Number(*number),
        Value::Text(text) => CellValue::Text(text.to_string()),
        Value::Boolean(truth) => CellValue::Boolean(*truth),
        Value::Error(number) => CellValue::Error(error_text(*number).to_owned()),
        _ => CellValue::Blank,
    }
}

fn from_cell_value(value: &CellValue) -> Value {
    match value {
        CellValue::Blank => Value::Empty,
        CellValue::Number(number) => Value::Double(*number),
        CellValue::Text(text) => Value::Text(Arc::from(text.as_str())),
        CellValue::Boolean(truth) => Value::Boolean(*truth),
        CellValue::Error(text) => Value::Error(error_number(text).unwrap_or(2042)),
    }
}

fn load_sheet(
    id: u32,
    position: usize,
    data: &SheetData,
    table_ids: &[u32],
    formats: &mut HashMap<String, Value>,
) -> (Sheet, usize) {
    let name = non_empty(&data.name, &format!("Sheet{position}"));
    let mut sheet = Sheet::new(id, &name, &non_empty(&data.code_name, &format!("Sheet{position}")));
    sheet.visibility = data.visibility;
    sheet.protected = data.protected;
    sheet.hidden_rows.extend(data.hidden_rows.iter().filter(|row| Area::SHEET.holds(**row, 1)));
    sheet.hidden_columns.extend(data.hidden_columns.iter().filter(|column| Area::SHEET.holds(1, **column)));
    let mut left_out = 0;
    for cell in &data.cells {
        if Area::SHEET.holds(cell.row, cell.column) {
            load_cell(&mut sheet, cell, formats);
        } else {
            left_out += 1;
        }
    }
    for text in &data.merges {
        match parse_area(text) {
            Some(area) => sheet.merges.push(area),
            None => left_out += 1,
        }
    }
    for (table, id) in data.tables.iter().zip(table_ids) {
        match parse_area(&table.range) {
            Some(area) => sheet.tables.push(load_table(*id, table, area)),
            None => left_out += 1,
        }
    }
    let filter = data.auto_filter.as_deref().and_then(parse_area);
    sheet.filter = filter.map(|area| Filter { area, criteria: Default::default() });
    for (column, width) in &data.column_widths {
        if let Some(area) = Area::new(1, *column, 1, *column) {
            sheet.paint.set("columnwidth", Area::whole_columns(area.left, area.left), Value::Double(*width));
        }
    }
    for (row, height) in &data.row_heights {
        if let Some(area) = Area::new(*row, 1, *row, 1) {
            sheet.paint.set("rowheight", Area::whole_rows(area.top, area.top), Value::Double(*height));
        }
    }
    (sheet, left_out)
}

fn load_cell(sheet: &mut Sheet, data: &CellData, formats: &mut HashMap<String, Value>) {
    let formula = data.formula.as_deref().map(|text| Arc::from(text.strip_prefix('=').unwrap_or(text)));
    sheet.grid.set(data.row, data.column, Cell { formula, ..Cell::constant(from_cell_value(&data.value)) });
    let array = data.array.as_deref().and_then(parse_area);
    sheet.arrays.extend(array.filter(|area| (area.top, area.left) == (data.row, data.column)));
    if let Some(code) = data.number_format.as_deref().filter(|code| *code != GENERAL) {
        let value = formats.entry(code.to_owned()).or_insert_with(|| Value::Text(Arc::from(code)));
        sheet.paint.set(NUMBER_FORMAT, Area::cell(data.row, data.column), value.clone());
    }
    if let Some(text) = &data.comment {
        sheet.comments.insert((data.row, data.column), text.clone());
    }
}

fn load_table(id: u32, data: &TableData, area: Area) -> Table {
    Table {
        id,
        name: data.name.clone(),
        area,
        header_row: data.header_row,
        totals_row: data.totals_row,
        style: "TableStyleMedium2".to_owned(),
    }
}

fn sheet_data(sheet: &Sheet) -> SheetData {
    let used = sheet.used_range();
    let relative = |area: &Area| area.address(AddressStyle::RELATIVE);
    let mut cells: Vec<CellData> = Vec::new();
    for (row, column, cell) in sheet.grid.cells(Area::SHEET) {
        let format = sheet.number_format(row, column);
        cells.push(CellData {
            row,
            column,
            value: to_cell_value(&cell.value),
            formula: cell.formula.as_ref().map(|text| format!("={text}")),
            array: sheet.array_at(row, column).filter(|a| (a.top, a.left) == (row, column)).map(|a| relative(&a)),
            number_format: (&*format != GENERAL).then(|| format.to_string()),
            comment: sheet.comments.get(&(row, column)).cloned(),
        });
    }
    SheetData {
        name: sheet.name.clone(),
        code_name: sheet.code_name.clone(),
        visibility: sheet.visibility,
        cells,
        hidden_rows: sheet.hidden_rows.iter().copied().collect(),
        hidden_columns: sheet.hidden_columns.iter().copied().collect(),
        merges: sheet.merges.iter().map(relative).collect(),
        tables: sheet.tables.iter().map(|table| table_data(sheet, table)).collect(),
        auto_filter: sheet.filter.as_ref().map(|filter| relative(&filter.area)),
        protected: sheet.protected,
        column_widths: painted(sheet, "columnwidth", used.left..=used.right, |n| (1, n)),
        row_heights: painted(sheet, "rowheight", used.top..=used.bottom, |n| (n, 1)),
    }
}

fn painted(
    sheet: &Sheet,
    key: &str,
    lines: std::ops::RangeInclusive<u32>,
    at: impl Fn(u32) -> (u32, u32),
) -> Vec<(u32, f64)> {
    let one = |line: u32| match sheet.paint.get(key, at(line).0, at(line).1) {
        Some(Value::Double(size)) => Some((line, *size)),
        _ => None,
    };
    lines.filter_map(one).collect()
}

/// Header texts of a table, `Column<n>` where the header cell is blank or there is none.
pub fn table_columns(sheet: &Sheet, table: &Table) -> Vec<String> {
    let header = |column: u32| match sheet.grid.get(table.area.top, column).map(|cell| &cell.value) {
        Some(Value::Text(text)) if table.header_row => text.to_string(),
        Some(Value::Double(number)) if table.header_row => number.to_string(),
        _ => format!("Column{}", column - table.area.left + 1),
    };
    (table.area.left..=table.area.right).map(header).collect()
}

fn table_data(sheet: &Sheet, table: &Table) -> TableData {
    TableData {
        name: table.name.clone(),
        range: table.area.address(AddressStyle::RELATIVE),
        columns: table_columns(sheet, table),
        header_row: table.header_row,
        totals_row: table.totals_row,
    }
}

fn dump_sheet(sheet: &Sheet) -> SheetDump {
    let cells = sheet.grid.cells(Area::SHEET).map(|(row, column, cell)| CellDump {
        reference: Area::cell(row, column).address(AddressStyle::RELATIVE),
        value: to_cell_value(&cell.value),
        formula: cell.formula.as_ref().map(|text| format!("={text}")),
    });
    SheetDump {
        name: sheet.name.clone(),
        hidden_rows: sheet.hidden_rows.iter().copied().collect(),
        cells: cells.collect(),
    }
}
