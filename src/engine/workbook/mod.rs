//! Workbooks in memory and Excel's object model over them. `WorkbookData` is the plain description a workbook is built from and
//! read back into; `Excel` implements `engine::object::ObjectModel`. Knows no file format and no WebAssembly.
//! Rows and columns count from 1 throughout, as in Excel.

mod application;
pub mod area;
mod block;
mod book;
mod cone;
pub mod data;
mod entry;
mod events;
mod excel;
mod fault;
mod fidelity;
mod filter;
mod find;
mod formats;
mod functions;
mod grid;
mod items;
mod members;
mod names;
mod notes;
mod paint;
mod palette;
mod pattern;
mod range;
mod range_edit;
mod range_fill;
mod range_ref;
mod range_value;
mod recalc;
mod resolve;
mod rewrite;
mod scalar;
mod sheet;
mod sheets;
mod shift;
mod sort;
mod tables;
mod text_columns;

pub use book::{Change, Name, Workbook};
pub use data::{CellData, CellDump, CellValue, NameData, SheetData, SheetDump, TableData, Visibility, WorkbookData};
pub use excel::{Excel, Scheduled, coverage};
pub use fidelity::{Fidelity, FormulaDifference, STEPS_AT_INGEST};
pub use range_value::is_date_format;
pub use sheet::Sheet;
