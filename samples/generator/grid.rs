//! A sheet as a sparse grid of typed cells: the generator fills it, the mirrored macros read and write it, and it is emitted with `rust_xlsxwriter`.
//! Rows and columns are 1-based, as in VBA's `Cells(r, c)`. Writes made through [`Grid::output`] are remembered as planted macro outputs.

use rust_xlsxwriter::{Color, Format, Formula, Worksheet, XlsxError};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Num(f64),
    Text(String),
    Bool(bool),
    /// A sheet serial shown as a date.
    Date(f64),
    /// Formula text without `=`, and the value Excel would cache.
    Formula(String, Box<Value>),
    /// An error literal such as `#N/A` (only as the cached value of a formula).
    Error(&'static str),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_string())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}
impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Num(number)
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Num(number as f64)
    }
}

/// A formula with its cached value.
pub fn formula(text: impl Into<String>, cached: impl Into<Value>) -> Value {
    Value::Formula(text.into(), Box::new(cached.into()))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Style {
    pub bold: bool,
    pub format: &'static str,
    pub fill: Option<u32>,
}

pub const BOLD: Style = Style { bold: true, format: "", fill: None };
pub const HEADER: Style = Style { bold: true, format: "", fill: Some(0xD9E1F2) };
pub const MONEY: Style = Style { bold: false, format: "#,##0.00", fill: None };
pub const PERCENT: Style = Style { bold: false, format: "0.0%", fill: None };
const DATE_FORMAT: &str = "dd.mm.yyyy";

#[derive(Clone)]
pub struct Cell {
    pub value: Value,
    pub style: Style,
}

#[derive(Clone)]
pub struct Grid {
    pub name: String,
    pub cells: BTreeMap<(u32, u16), Cell>,
    pub outputs: BTreeMap<(u32, u16), Value>,
}

impl Grid {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_string(), cells: BTreeMap::new(), outputs: BTreeMap::new() }
    }

    pub fn put(&mut self, row: u32, col: u16, value: impl Into<Value>) {
        self.put_as(row, col, value, Style::default());
    }

    pub fn put_as(&mut self, row: u32, col: u16, value: impl Into<Value>, style: Style) {
        self.cells.insert((row, col), Cell { value: value.into(), style });
    }

    /// One row of values from `col` on; empty texts leave the cell empty.
    pub fn row(&mut self, row: u32, col: u16, values: Vec<Value>) {
        for (i, value) in values.into_iter().enumerate() {
            if value != Value::Text(String::new()) {
                self.put(row, col + i as u16, value);
            }
        }
    }

    pub fn header(&mut self, row: u32, col: u16, names: &[&str]) {
        for (i, name) in names.iter().enumerate() {
            if !name.is_empty() {
                self.put_as(row, col + i as u16, *name, HEADER);
            }
        }
    }

    /// A write of a mirrored macro: keeps the style of the cell and records the value as planted output. An empty text stays a text, as in VBA.
    pub fn output(&mut self, row: u32, col: u16, value: impl Into<Value>) {
        let value = value.into();
        let style = self.cells.get(&(row, col)).map(|c| c.style).unwrap_or_default();
        self.outputs.insert((row, col), value.clone());
        self.cells.insert((row, col), Cell { value, style });
    }

    pub fn fill(&mut self, row: u32, col: u16, color: u32) {
        if let Some(cell) = self.cells.get_mut(&(row, col)) {
            cell.style.fill = Some(color);
        }
    }

    /// `Range(..).ClearContents` of a rectangle.
    pub fn clear(&mut self, rows: (u32, u32), cols: (u16, u16)) {
        let inside = |r: u32, c: u16| (rows.0..=rows.1).contains(&r) && (cols.0..=cols.1).contains(&c);
        self.cells.retain(|&(r, c), _| !inside(r, c));
        self.outputs.retain(|&(r, c), _| !inside(r, c));
    }

    pub fn get(&self, row: u32, col: u16) -> Option<&Value> {
        match self.cells.get(&(row, col)).map(|c| &c.value) {
            Some(Value::Formula(_, cached)) => Some(cached),
            other => other,
        }
    }

    /// `CStr(cell.Value)` for the cells the macros read as text (numbers print as VBA prints them for short decimals).
    pub fn text(&self, row: u32, col: u16) -> String {
        match self.get(row, col) {
            None | Some(Value::Error(_)) | Some(Value::Formula(..)) => String::new(),
            Some(Value::Text(t)) => t.clone(),
            Some(Value::Num(n)) | Some(Value::Date(n)) => format!("{n}"),
            Some(Value::Bool(b)) => if *b { "True" } else { "False" }.to_string(),
        }
    }

    /// The number VBA's `CDbl(cell.Value)` gives where `IsNumeric` holds and the cell is not blank; `None` elsewhere.
    pub fn number(&self, row: u32, col: u16) -> Option<f64> {
        match self.get(row, col)? {
            Value::Num(n) => Some(*n),
            Value::Text(t) => t.trim().parse().ok(),
            _ => None,
        }
    }

    /// `Cells(Rows.Count, col).End(xlUp).Row`.
    pub fn last_row(&self, col: u16) -> u32 {
        self.cells.keys().filter(|k| k.1 == col).map(|k| k.0).max().unwrap_or(1)
    }

    /// Writes all cells to a worksheet that has been named already.
    pub fn emit(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (&(row, col), cell) in &self.cells {
            let (r, c) = (row - 1, col - 1);
            let format = excel_format(&cell.style, &cell.value);
            match &cell.value {
                Value::Num(n) | Value::Date(n) => sheet.write_number_with_format(r, c, *n, &format)?,
                Value::Text(t) if t.is_empty() => sheet.write_blank(r, c, &format)?,
                Value::Text(t) => sheet.write_string_with_format(r, c, t, &format)?,
                Value::Bool(b) => sheet.write_boolean_with_format(r, c, *b, &format)?,
                Value::Formula(text, cached) => {
                    let formula = Formula::new(text).set_result(cached_text(cached));
                    sheet.write_formula_with_format(r, c, formula, &format)?
                }
                Value::Error(text) => sheet.write_string_with_format(r, c, *text, &format)?,
            };
        }
        Ok(())
    }
}

fn cached_text(value: &Value) -> String {
    match value {
        Value::Num(n) | Value::Date(n) => format!("{n}"),
        Value::Text(t) => t.clone(),
        Value::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_string(),
        Value::Error(e) => (*e).to_string(),
        Value::Formula(_, inner) => cached_text(inner),
    }
}

fn excel_format(style: &Style, value: &Value) -> Format {
    let mut format = Format::new();
    if style.bold {
        format = format.set_bold();
    }
    let is_date = matches!(value, Value::Date(_))
        || matches!(value, Value::Formula(_, inner) if matches!(**inner, Value::Date(_)));
    let number_format = if style.format.is_empty() && is_date { DATE_FORMAT } else { style.format };
    if !number_format.is_empty() {
        format = format.set_num_format(number_format);
    }
    match style.fill {
        Some(rgb) => format.set_background_color(Color::RGB(rgb)),
        None => format,
    }
}

/// `C`, 3, `12` → `C12`.
pub fn a1(row: u32, col: u16) -> String {
    let mut letters = String::new();
    let mut rest = col;
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{row}")
}
