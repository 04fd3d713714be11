//! Tables that a database or an export declares: names, types, keys and indexes are taken as written.

use super::Source;
use super::table::Table;
use crate::facts::{Scalar, TableContent, TableFacts};
use crate::model::{DataModel, Field, ModelSource};

/// All declared tables of one file with the rows that were read.
pub(super) fn tables(source: &Source<'_>) -> Vec<Table> {
    let contents = &source.reading.tables;
    source.reading.facts.tables.iter().map(|facts| make(source, facts, contents)).collect()
}

fn make(source: &Source<'_>, facts: &TableFacts, contents: &[TableContent]) -> Table {
    let content = contents.iter().find(|content| content.name == facts.name);
    let columns = facts
        .columns
        .iter()
        .map(|column| {
            let Some(content) = content else { return Vec::new() };
            let at = content.columns.iter().position(|name| *name == column.name);
            let value = |row: &Vec<Scalar>| at.and_then(|at| row.get(at)).cloned().unwrap_or_default();
            content.rows.iter().map(value).collect()
        })
        .collect();
    let fields = facts
        .columns
        .iter()
        .map(|column| Field {
            name: column.name.clone(),
            label: column.caption.clone().filter(|caption| *caption != column.name),
            default: column.default.clone(),
            validation: column.validation_rule.clone(),
            computed: column.expression.clone(),
            ..Field::default()
        })
        .collect();
    Table {
        model: DataModel {
            name: facts.name.clone(),
            source: Some(ModelSource {
                file: source.name.to_string(),
                table: Some(facts.name.clone()),
                ..ModelSource::default()
            }),
            fields,
            ..DataModel::default()
        },
        columns,
        declared: facts.columns.clone(),
        indexes: facts.indexes.clone(),
        shown: Vec::new(),
        sheet_columns: Vec::new(),
        place: format!("table {}", facts.name),
        profiles: Vec::new(),
    }
}
