//! What policy must know beside the model and only contents show: card numbers and personal data where no field is modelled
//! for them, credentials in code, connections and cells, numbers hidden in formulas, values typed over formulas.
//! A sighting holds a place and a count, never a value: what is seen is counted here and forgotten here.

mod cells;
mod formulas;
mod numbers;
mod secrets;

use serde::{Deserialize, Serialize};

use super::Source;
use crate::model::Application;

/// Something seen at a place. `kind` and the members are those of `docs/policy.md`, section Observations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sighting {
    /// `luhn_pan`, `pii_in_free_text`, `hardcoded_secret`, `hardcoded_constant` or `formula_overwritten`.
    pub kind: String,
    /// `Orders.Comment`, `Sheet1!B7`, `Module1:12`.
    pub location: String,
    /// Cells (or places) that showed it.
    pub hits: u64,
    /// The semantic type of the field the hits stand in; empty when it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub modelled_as: String,
    /// Whether every card number seen here is one that card schemes and payment providers publish for tests.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub known_test_range: bool,
    /// Sheet or table; its name may say that the data are a sample.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub container: String,
}

impl Sighting {
    fn at(kind: &str, location: String, hits: usize) -> Sighting {
        Sighting { kind: kind.to_string(), location, hits: hits as u64, ..Sighting::default() }
    }
}

/// Everything seen in one file beside `application`, the model inferred from it.
pub fn sightings(source: &Source<'_>, application: &Application, regions: &[crate::model::Region]) -> Vec<Sighting> {
    let facts = &source.reading.facts;
    let mut found = cells::sightings(source, application, regions);
    found.extend(secrets::in_facts(facts));
    found.extend(formulas::constants(facts));
    found.extend(formulas::overwritten(source.reading, regions));
    found.sort_by(|a, b| (&a.kind, &a.location).cmp(&(&b.kind, &b.location)));
    found.dedup();
    found
}

/// Credentials in the steps of an application, for models that are judged without their sources.
pub fn secrets_in_steps(application: &Application) -> Vec<Sighting> {
    secrets::in_steps(application)
}
