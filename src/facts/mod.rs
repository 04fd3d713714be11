//! What was *seen* in a source file before anyone concludes anything: counts, shapes, names, formula and code texts.
//! Never a cell value: facts can be stored and compared without copying personal data. Never logged.

use serde::{Deserialize, Serialize};

/// Everything one file showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceFacts {
    /// What the content is, whatever the name says.
    pub kind: FileKind,
    /// The producing program or format version, where the file says it (`Jet4`, `ACE14`, `Microsoft Excel 16`).
    pub version: Option<String>,
    pub sheets: Vec<SheetFacts>,
    /// Tables of databases and exports (sheet tables are found by inference).
    pub tables: Vec<TableFacts>,
    pub relationships: Vec<DeclaredRelationship>,
    pub queries: Vec<QueryFacts>,
    pub forms: Vec<ObjectFacts>,
    pub reports: Vec<ObjectFacts>,
    pub macros: Vec<ObjectFacts>,
    pub names: Vec<NameFacts>,
    pub list_objects: Vec<ListObjectFacts>,
    pub validations: Vec<ValidationFacts>,
    pub links: Vec<LinkFacts>,
    pub code: Vec<CodeFacts>,
    pub formulas: Vec<FormulaFacts>,
    pub properties: Vec<(String, String)>,
    pub date_1904: bool,
    /// Formulas are recalculated on demand only.
    pub manual_calculation: bool,
    /// The file asks to be recalculated when it is opened: the results saved in it need not be those of its formulas.
    pub stale_results: bool,
    pub notices: Vec<Notice>,
}

/// File formats by content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Xlsx,
    Xlsm,
    Xlsb,
    Xls,
    Ods,
    Csv,
    Mdb,
    Accdb,
    /// Access ExportXML data with or without its schema.
    AccessXml,
    /// A text written by Access' SaveAsText or a version-control add-in.
    AccessText,
    /// VBA source text on its own.
    VbaText,
    /// Word and PowerPoint files, bare `vbaProject.bin`: read for their code.
    OfficeCode,
    #[default]
    Unknown,
}

/// How reading a file ended; every file ends in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Everything of the kinds promised was read.
    Parsed,
    /// Some content of a kind promised was not read; the reason says what.
    Partial,
    Encrypted,
    Unsupported,
    /// A limit was hit before or while reading; the reason names it.
    Rejected,
    /// The reader's process died; only this file is lost.
    Crashed,
}

/// One worksheet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SheetFacts {
    pub name: String,
    pub code_name: Option<String>,
    /// `visible`, `hidden` or `veryHidden`.
    pub visibility: String,
    /// `worksheet`, `chart`, `macro`, `dialog`.
    pub kind: String,
    /// A1 of the used cells; none for an empty sheet.
    pub used_range: Option<String>,
    pub cells: u64,
    pub formulas: u64,
    pub merged: Vec<String>,
    pub autofilter: Option<String>,
    pub print_area: Option<String>,
    /// Rows above the frozen pane.
    pub frozen_rows: u32,
    pub protected: bool,
    /// 1-based.
    pub hidden_rows: Vec<u32>,
}

/// One table of a database, or a delimited text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TableFacts {
    pub name: String,
    pub rows: u64,
    pub columns: Vec<ColumnFacts>,
    pub indexes: Vec<IndexFacts>,
    /// The file and table a linked table points to.
    pub linked_to: Option<String>,
}

/// One declared column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ColumnFacts {
    pub name: String,
    /// In the file's own words: `Text`, `Long`, `Currency`, `DateTime`, `Memo`, `GUID`...; none for a delimited text without schema.
    pub declared_type: Option<String>,
    /// In characters for text, bytes else.
    pub length: Option<u32>,
    pub precision: Option<u8>,
    pub scale: Option<u8>,
    pub required: bool,
    pub auto_number: bool,
    pub default: Option<String>,
    pub validation_rule: Option<String>,
    pub validation_text: Option<String>,
    pub caption: Option<String>,
    pub description: Option<String>,
    /// SQL or value list of a lookup column.
    pub row_source: Option<String>,
    pub expression: Option<String>,
}

/// One declared index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IndexFacts {
    pub name: String,
    pub columns: Vec<String>,
    pub unique: bool,
    pub primary: bool,
    pub foreign: bool,
}

/// A relationship the file declares, from the referencing to the referenced table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeclaredRelationship {
    pub name: String,
    pub from_table: String,
    pub from_columns: Vec<String>,
    pub to_table: String,
    pub to_columns: Vec<String>,
    pub enforced: bool,
    pub one_to_one: bool,
}

/// A saved query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueryFacts {
    pub name: String,
    /// `select`, `append`, `update`, `delete`, `makeTable`, `crosstab`, `union`, `passThrough`, `dataDefinition`.
    #[serde(rename = "type")]
    pub kind: String,
    pub sql: String,
}

/// A form, report or macro: its name and, where readable, its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectFacts {
    pub name: String,
    pub record_source: Option<String>,
    pub text: Option<String>,
}

/// A defined name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NameFacts {
    pub name: String,
    pub refers_to: String,
    pub sheet: Option<String>,
    pub hidden: bool,
}

/// A ListObject (Excel table): exact region and headers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListObjectFacts {
    pub name: String,
    pub sheet: String,
    pub range: String,
    pub header_rows: u32,
    pub totals_rows: u32,
    pub columns: Vec<String>,
}

/// A data validation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ValidationFacts {
    pub sheet: String,
    pub range: String,
    /// `list`, `whole`, `decimal`, `date`, `textLength`, `custom`...
    #[serde(rename = "type")]
    pub kind: String,
    pub operator: Option<String>,
    pub formula1: Option<String>,
    pub formula2: Option<String>,
}

/// A reference to something outside the file: another workbook, a database, a web address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkFacts {
    /// `workbook`, `connection`, `table`, `query`.
    pub kind: String,
    /// As written in the file, credentials masked.
    pub target: String,
    /// Where it is used.
    pub place: String,
}

/// Source text of one code module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CodeFacts {
    pub name: String,
    /// `module`, `class`, `document` or `form`.
    pub kind: String,
    /// Attribute lines kept.
    pub code: String,
}

/// One formula shape on one sheet: R1C1 text, so that a filled-down column is one fact with a count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FormulaFacts {
    pub sheet: String,
    /// First cell, `D2`.
    pub cell: String,
    /// The text in that cell, A1 style, without the leading `=`.
    pub formula: String,
    pub r1c1: String,
    /// Cells with this shape.
    pub cells: u64,
    /// A1 range around them.
    pub range: String,
}

/// Something that could not be read, or should be looked at. Holds no cell value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Notice {
    /// Sheet, table, module or part; empty for the whole file.
    pub place: String,
    pub problem: Problem,
    /// What happened, what was kept, what to do.
    pub message: String,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Problem {
    Encrypted,
    Truncated,
    OverBudget,
    Unsupported,
    #[default]
    Malformed,
    /// Worth knowing, nothing lost.
    Remark,
}

/// One cell as read: it crosses from the reader's process and is never stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Scalar {
    #[default]
    Empty,
    Number(f64),
    /// An exact decimal or 64-bit number in its own digits (Access Decimal, Currency, large numbers).
    Exact(String),
    Text(String),
    Boolean(bool),
    /// ISO 8601: `2024-01-31`, `2024-01-31T14:07:09`, `14:07:09`.
    Moment(String),
    /// `#N/A`, `#DIV/0!`...
    Error(String),
    Binary(u64),
}

/// One cell of a sheet with what surrounds its value. Rows and columns count from 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CellContent {
    pub row: u32,
    pub column: u32,
    pub value: Scalar,
    /// Without the leading `=`.
    pub formula: Option<String>,
    /// The area that an array formula fills, `B2:B9`; told at its first cell.
    pub array: Option<String>,
    /// Index into `SheetContent::formats`; none for General.
    pub format: Option<u32>,
}

/// The non-empty cells of one sheet in row order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SheetContent {
    pub name: String,
    pub cells: Vec<CellContent>,
    /// Number formats that cells refer to.
    pub formats: Vec<String>,
    /// Whether reading stopped early; the facts' notices say where.
    pub truncated: bool,
}

/// The rows of one table, columns as in its `TableFacts`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableContent {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Scalar>>,
    pub truncated: bool,
}

/// What a reader delivers: facts to keep, contents to infer from and then forget.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub facts: SourceFacts,
    pub sheets: Vec<SheetContent>,
    pub tables: Vec<TableContent>,
}
