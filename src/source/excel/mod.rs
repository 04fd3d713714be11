//! Workbooks of every family: Open XML, binary, BIFF, OpenDocument. Values, formulas and number formats are streamed;
//! what surrounds them becomes facts. Must not know what a workbook means.

mod biff;
mod biff_mend;
mod biff_records;
mod binary;
mod binary_records;
mod cells;
mod dates;
mod formulas;
mod number_formats;
mod open_document;
mod open_xml;
mod package_parts;
mod sheet;
mod strings;

pub(crate) use biff::read_biff;
pub(crate) use binary::read_binary;
pub(crate) use open_document::read_open_document;
pub(crate) use open_xml::read_open_xml;

pub(crate) use dates::moment_of_days;
