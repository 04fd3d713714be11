//! From grids, extras and modules to the bytes of one workbook, and the list of files a run writes.

use crate::grid::Grid;
use crate::package::{self, ExternalBook};
use crate::vba::{self, Module};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// One file of the samples and what is planted in it.
pub struct Sample {
    /// Path below `samples/`, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
    /// The entry of `truth.json`.
    pub truth: Json,
}

type Extra<'a> = Box<dyn Fn(&mut Worksheet) -> std::result::Result<(), XlsxError> + 'a>;

/// A workbook to be: sheets in order, each with what a grid cannot say.
pub struct Book<'a> {
    pub author: &'a str,
    /// Year, month, day of the last save.
    pub saved: (i64, i64, i64),
    pub sheets: Vec<(&'a Grid, Extra<'a>)>,
    pub names: Vec<(&'a str, &'a str)>,
    pub modules: Vec<Module>,
    pub links: Vec<ExternalBook>,
    /// Distinguishes the project ids of the samples.
    pub project: u64,
}

impl<'a> Book<'a> {
    pub fn new(author: &'a str, saved: (i64, i64, i64)) -> Self {
        Self {
            author,
            saved,
            sheets: Vec::new(),
            names: Vec::new(),
            modules: Vec::new(),
            links: Vec::new(),
            project: 1,
        }
    }

    pub fn sheet(mut self, grid: &'a Grid) -> Self {
        self.sheets.push((grid, Box::new(|_| Ok(()))));
        self
    }

    pub fn sheet_with(
        mut self,
        grid: &'a Grid,
        extra: impl Fn(&mut Worksheet) -> std::result::Result<(), XlsxError> + 'a,
    ) -> Self {
        self.sheets.push((grid, Box::new(extra)));
        self
    }

    /// The bytes of the `.xlsx`, or of the `.xlsm` where modules were given.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut book = Workbook::new();
        let saved =
            ExcelDateTime::from_ymd(self.saved.0 as u16, self.saved.1 as u8, self.saved.2 as u8)?.and_hms(16, 30, 0)?;
        book.set_properties(
            &DocProperties::new().set_author(self.author).set_company("Example Retail").set_creation_datetime(&saved),
        );
        if !self.modules.is_empty() {
            book.set_vba_name("ThisWorkbook")?;
        }
        for (i, (grid, extra)) in self.sheets.iter().enumerate() {
            let sheet = book.add_worksheet();
            sheet.set_name(&grid.name)?;
            if !self.modules.is_empty() {
                sheet.set_vba_name(format!("Sheet{}", i + 1))?;
            }
            grid.emit(sheet)?;
            extra(sheet)?;
        }
        for (name, refers_to) in &self.names {
            book.define_name(*name, refers_to)?;
        }
        let mut parts = package::unzip(book.save_to_buffer()?)?;
        package::trust_results(&mut parts);
        if !self.links.is_empty() {
            package::add_external_links(&mut parts, &self.links);
        }
        if !self.modules.is_empty() {
            package::add_vba(&mut parts, vba::project_bin(&self.modules, self.project)?);
        }
        Ok(package::zip(&parts))
    }
}

/// Planted outputs of a mirrored macro as `[{"sheet","cell","value"}]`.
pub fn outputs(grids: &[&Grid]) -> Json {
    let mut list = Vec::new();
    for grid in grids {
        for (&(row, col), value) in &grid.outputs {
            let value = match value {
                crate::grid::Value::Num(n) => serde_json::json!(n),
                crate::grid::Value::Text(t) => serde_json::json!(t),
                crate::grid::Value::Bool(b) => serde_json::json!(b),
                other => panic!("{other:?} is not written by any mirrored macro"),
            };
            list.push(serde_json::json!({"sheet": grid.name, "cell": crate::grid::a1(row, col), "value": value}));
        }
    }
    Json::Array(list)
}

/// Module names and kinds for the truth file.
pub fn module_truth(modules: &[Module]) -> Json {
    let kind = |m: &Module| match m.kind {
        vba::Kind::Standard => "standard",
        vba::Kind::Class => "class",
        vba::Kind::Workbook | vba::Kind::Sheet => "document",
    };
    let entry = |m: &Module| serde_json::json!({"name": m.name, "kind": kind(m), "sha256": crate::records::sha256_hex(m.stored_text().as_bytes())});
    Json::Array(modules.iter().map(entry).collect())
}
