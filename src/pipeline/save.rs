//! Writing a workbook after a run: cells, formulas with their results, number formats, names and hidden rows.
//! What a run cannot change (charts, pictures, code) is not carried over; the command says so.

use std::collections::HashMap;
use std::path::Path;

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet, XlsxError};

use super::PipelineError;
use crate::engine::workbook::data::{CellData, CellValue, SheetData, Visibility, WorkbookData};

/// Saves `data` as .xlsx.
///
/// # Errors
/// `Save` when a cell cannot be written or the disk refuses.
pub(super) fn save_workbook(data: &WorkbookData, path: &Path) -> Result<(), PipelineError> {
    write(data, path).map_err(|error| PipelineError::Save { path: path.to_path_buf(), source: Box::new(error) })
}

fn write(data: &WorkbookData, path: &Path) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let mut formats: HashMap<String, Format> = HashMap::new();
    for sheet in &data.sheets {
        write_sheet(book.add_worksheet(), sheet, &mut formats)?;
    }
    for name in &data.names {
        let scoped = name.sheet.as_ref().map_or_else(|| name.name.clone(), |sheet| format!("'{sheet}'!{}", name.name));
        let refers_to =
            if name.refers_to.starts_with('=') { name.refers_to.clone() } else { format!("={}", name.refers_to) };
        book.define_name(scoped, &refers_to)?;
    }
    book.save(path)
}

fn write_sheet(to: &mut Worksheet, sheet: &SheetData, formats: &mut HashMap<String, Format>) -> Result<(), XlsxError> {
    to.set_name(&sheet.name)?;
    match sheet.visibility {
        Visibility::Visible => {}
        Visibility::Hidden => {
            to.set_hidden(true);
        }
        Visibility::VeryHidden => {
            to.set_very_hidden(true);
        }
    }
    for cell in &sheet.cells {
        write_cell(to, cell, formats)?;
    }
    for row in &sheet.hidden_rows {
        to.set_row_hidden(row.saturating_sub(1))?;
    }
    Ok(())
}

fn write_cell(to: &mut Worksheet, cell: &CellData, formats: &mut HashMap<String, Format>) -> Result<(), XlsxError> {
    let row = cell.row.saturating_sub(1);
    let column = u16::try_from(cell.column.saturating_sub(1)).map_err(|_| XlsxError::RowColumnLimitError)?;
    let code = cell.number_format.as_deref().unwrap_or("General");
    let format = &*formats.entry(code.to_string()).or_insert_with(|| Format::new().set_num_format(code));
    if let Some(text) = &cell.formula {
        let shown = match &cell.value {
            CellValue::Number(number) => number.to_string(),
            CellValue::Text(text) | CellValue::Error(text) => text.clone(),
            CellValue::Boolean(flag) => String::from(if *flag { "TRUE" } else { "FALSE" }),
            CellValue::Blank => String::new(),
        };
        to.write_formula_with_format(row, column, Formula::new(text).set_result(shown), format)?;
        return Ok(());
    }
    match &cell.value {
        CellValue::Blank => to.write_blank(row, column, format)?,
        CellValue::Number(number) => to.write_number_with_format(row, column, *number, format)?,
        CellValue::Text(text) => to.write_string_with_format(row, column, text, format)?,
        CellValue::Boolean(flag) => to.write_boolean_with_format(row, column, *flag, format)?,
        // Excel stores errors as results of formulas; the writer has no error constant.
        CellValue::Error(text) => {
            to.write_formula_with_format(row, column, Formula::new(format!("={text}")).set_result(text), format)?
        }
    };
    Ok(())
}
