//! A table on its way to a model: its columns of values, what the file declared, and the model being built.

use super::column::Profile;
use super::formats::Shown;
use crate::facts::{ColumnFacts, IndexFacts, Scalar};
use crate::model::{DataModel, Field};

/// One table with its values; it is forgotten when the model is made.
pub(super) struct Table {
    pub model: DataModel,
    /// Values per column, all of the same length.
    pub columns: Vec<Vec<Scalar>>,
    /// What the file declared per column; empty for a sheet.
    pub declared: Vec<ColumnFacts>,
    pub indexes: Vec<IndexFacts>,
    /// How the cells of each column are shown; empty where nothing has a format.
    pub shown: Vec<Shown>,
    /// The sheet column of each field, from 1; empty for a table of a database.
    pub sheet_columns: Vec<u32>,
    /// `Orders!A2:G9` or `table Orders`.
    pub place: String,
    pub profiles: Vec<Profile>,
}

impl Table {
    /// Profiles every column over all rows.
    pub fn profile(&mut self) {
        self.profiles = self.columns.iter().map(|values| Profile::of(values)).collect();
    }

    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    pub fn subject(&self) -> String {
        format!("/dataModels/{}", self.model.name)
    }

    pub fn field_subject(&self, at: usize) -> String {
        format!("{}/fields/{}", self.subject(), self.field(at).map_or("", |field| field.name.as_str()))
    }

    pub fn field(&self, at: usize) -> Option<&Field> {
        self.model.fields.get(at)
    }

    /// Position of a field by name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.model.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// Where a column's values stand.
    pub fn place_of(&self, at: usize) -> String {
        let name = self.field(at).map_or("", |field| field.name.as_str());
        format!("{}, column {name}", self.place)
    }
}
