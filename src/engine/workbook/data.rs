//! The plain description a workbook is built from and can be read back into: whoever opens files fills it, the engine
//! does not know which reader did. Rows and columns count from 1.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::area::{AddressStyle, Area};

/// One workbook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WorkbookData {
    /// File name with extension, `orders.xlsx`.
    pub name: String,
    /// Folder, without the name; empty for a book that was never saved.
    pub path: String,
    /// Code name of the workbook module; `ThisWorkbook` when empty.
    pub code_name: String,
    /// Dates count from 1904-01-01 (Excel for Macintosh's old default).
    pub date1904: bool,
    /// Formulas recalculate only on demand.
    pub manual_calculation: bool,
    /// The saved results of formulas need not be right: each is computed before it is shown.
    pub stale_results: bool,
    pub sheets: Vec<SheetData>,
    pub names: Vec<NameData>,
    /// Position of the active sheet, from 0.
    pub active_sheet: usize,
}

impl WorkbookData {
    /// The same workbook without the content of some cells, by (sheet name, address without `$`); their formats stay.
    pub fn without(&self, cells: &BTreeSet<(String, String)>) -> WorkbookData {
        let mut cleared = self.clone();
        for sheet in &mut cleared.sheets {
            for cell in &mut sheet.cells {
                let address = Area::cell(cell.row, cell.column).address(AddressStyle::RELATIVE);
                if cells.contains(&(sheet.name.clone(), address)) {
                    (cell.value, cell.formula, cell.array) = (CellValue::Blank, None, None);
                }
            }
        }
        cleared
    }
}

/// One worksheet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SheetData {
    pub name: String,
    /// Name of its code module; `Sheet<n>` when empty.
    pub code_name: String,
    pub visibility: Visibility,
    pub cells: Vec<CellData>,
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<u32>,
    /// Merged areas, `A1:B2`.
    pub merges: Vec<String>,
    pub tables: Vec<TableData>,
    /// Address of the filtered list, `A1:G9`.
    pub auto_filter: Option<String>,
    pub protected: bool,
    /// (column, width in characters).
    pub column_widths: Vec<(u32, f64)>,
    /// (row, height in points).
    pub row_heights: Vec<(u32, f64)>,
}

/// Whether the user sees a sheet (`xlSheetVisible`, `xlSheetHidden`, `xlSheetVeryHidden`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Visibility {
    #[default]
    Visible,
    Hidden,
    VeryHidden,
}

/// One cell that is not blank or carries a number format.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CellData {
    pub row: u32,
    pub column: u32,
    /// The constant, or the cached result of the formula.
    pub value: CellValue,
    /// A1 text of the formula, with or without its `=`.
    pub formula: Option<String>,
    /// The formula is an array formula over this area (`{=...}`), anchored here.
    pub array: Option<String>,
    /// Format code; none is General.
    pub number_format: Option<String>,
    pub comment: Option<String>,
}

/// What a cell holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CellValue {
    #[default]
    Blank,
    Number(f64),
    Text(String),
    Boolean(bool),
    /// `#N/A`, `#DIV/0!`...
    Error(String),
}

/// A defined name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NameData {
    pub name: String,
    /// `=Sheet1!$A$1:$B$2`, with or without its `=`.
    pub refers_to: String,
    /// Name of the sheet a local name belongs to.
    pub sheet: Option<String>,
    pub hidden: bool,
}

/// A table (ListObject).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TableData {
    pub name: String,
    /// The whole table with its header and totals, `A1:D9`.
    pub range: String,
    pub columns: Vec<String>,
    pub header_row: bool,
    pub totals_row: bool,
}

/// What is left of a sheet after a run, for the command line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SheetDump {
    pub name: String,
    pub hidden_rows: Vec<u32>,
    pub cells: Vec<CellDump>,
}

/// A cell that is not blank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellDump {
    /// `B7`, without `$`.
    #[serde(rename = "ref")]
    pub reference: String,
    pub value: CellValue,
    /// The formula with its `=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
}
