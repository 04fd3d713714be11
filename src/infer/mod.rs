//! Facts and contents in, a model with evidence out. One file per rule family; each claim names its rule, how often it held,
//! where, and what speaks against it (masked). What a file declares wins over what its values suggest. Keeps nothing.

mod choices;
mod column;
mod declared;
mod family;
mod formats;
mod keys;
mod likeness;
mod lookups;
mod mask;
mod names;
mod number;
mod region;
mod relations;
mod required;
mod semantic;
mod sheet;
mod sightings;
mod table;
mod types;
mod when;

use crate::facts::{Reading, Scalar, TableContent};
use crate::model::{Application, Evidence, Inference};

pub use family::{Sketch, cluster, sketch};
pub use sightings::{Sighting, secrets_in_steps, sightings};

/// One file to infer from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// File name with its extension.
    pub name: &'a str,
    pub reading: &'a Reading,
}

/// One application model from all sources together.
pub fn infer(sources: &[Source<'_>]) -> Inference {
    let mut tables = Vec::new();
    let mut regions = Vec::new();
    let mut evidence = Vec::new();
    for source in sources {
        let found = sheet::tables(source);
        evidence.extend(not_modelled(source, &found));
        tables.extend(found.tables);
        regions.extend(found.regions);
        tables.extend(declared::tables(source));
    }
    names::make_unique(&mut tables, &mut regions);
    for table in &mut tables {
        table.profile();
        types::decide(table, &mut evidence);
        semantic::recognise(table, &mut evidence);
        choices::find(table, &mut evidence);
    }
    keys::find(&mut tables, &mut evidence);
    let relationships = relations::find(&tables, sources, &mut evidence);
    required::decide(&mut tables, &relationships, &mut evidence);
    let application = Application {
        id: sources.first().map_or_else(|| String::from("application"), |source| names::stem(source.name).to_string()),
        version: String::from("1.0.0"),
        data_models: tables.into_iter().map(|table| table.model).collect(),
        relationships,
        ..Application::default()
    };
    sort(&mut evidence);
    Inference { application, regions, evidence }
}

/// Says how many blocks of a workbook have no model because there are too many.
fn not_modelled(source: &Source<'_>, found: &sheet::Sheets) -> Option<Evidence> {
    (found.left_out > 0).then(|| Evidence {
        subject: String::from("/dataModels"),
        claim: format!("{} further blocks are not modelled", found.left_out),
        rule: String::from("largest tables first"),
        held: found.tables.len() as u64,
        seen: (found.tables.len() + found.left_out) as u64,
        place: source.name.to_string(),
        confidence: 1.0,
        counter_examples: Vec::new(),
    })
}

/// The rows of the tables found on a workbook's sheets, for export; columns are named as the fields of their models.
pub fn rows(source: &Source<'_>) -> Vec<TableContent> {
    let sheet::Sheets { mut tables, mut regions, .. } = sheet::tables(source);
    names::make_unique(&mut tables, &mut regions);
    tables
        .into_iter()
        .map(|table| TableContent {
            rows: (0..table.rows()).map(|row| row_of(&table.columns, row)).collect(),
            columns: table.model.fields.into_iter().map(|field| field.name).collect(),
            name: table.model.name,
            truncated: false,
        })
        .collect()
}

fn row_of(columns: &[Vec<Scalar>], row: usize) -> Vec<Scalar> {
    columns.iter().map(|column| column.get(row).cloned().unwrap_or_default()).collect()
}

/// A number of things in words; none of none.
fn counted_as(n: usize, one: &str, more: &str) -> Option<String> {
    (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { more }))
}

fn sort(evidence: &mut [Evidence]) {
    evidence.sort_by(|a, b| (&a.subject, &a.claim).cmp(&(&b.subject, &b.claim)));
}
