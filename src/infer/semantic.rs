//! Semantic types and data classes: by checksum and form of the values where there is one, by header words where only
//! these tell. Every proposal names what speaks against it; a person decides.

mod checks;
mod words;

pub(super) use words::{names, written_out};

use super::column::is_blank;
use super::mask::shape;
use super::table::Table;
use crate::facts::Scalar;
use crate::model::Evidence;

/// Share of distinct values that must pass (`inference.md`: one digit string in ten passes Luhn by chance).
const LEAST_SHARE: f64 = 0.9;
/// Distinct values needed to trust a form without a checksum or header.
const FEWEST_DISTINCT: usize = 5;
/// Distinct values enough when a telling header agrees.
const FEWEST_WITH_HEADER: usize = 1;
/// Distinct values that are checked per column.
const MOST_CHECKED: usize = 10_000;
/// Counter-examples shown.
const MOST_SHOWN: usize = 3;

/// A kind of data that values show by themselves.
pub(super) struct Kind {
    pub name: &'static str,
    pub tags: &'static [&'static str],
    pub passes: fn(&str) -> bool,
    /// Whether chance is excluded without a header: checksums and unmistakable forms.
    pub certain: bool,
    /// Header words that make it likely.
    pub headers: &'static [&'static str],
}

/// Recognises the semantic type of every field and proposes tags.
pub(super) fn recognise(table: &mut Table, evidence: &mut Vec<Evidence>) {
    let mut has_card = false;
    for at in 0..table.model.fields.len() {
        if let Some(found) = by_values(table, at) {
            has_card |= found.kind.name == "PAN";
            apply(table, at, found, evidence);
        }
    }
    for at in 0..table.model.fields.len() {
        by_header(table, at, has_card, evidence);
    }
}

struct Recognised {
    kind: &'static Kind,
    held: usize,
    seen: usize,
    against: Vec<String>,
    confidence: f64,
}

fn by_values(table: &Table, at: usize) -> Option<Recognised> {
    let field = table.field(at)?;
    let values = distinct_texts(table.columns.get(at)?);
    if values.is_empty() {
        return None;
    }
    checks::KINDS
        .iter()
        .filter_map(|kind| {
            let named = words::names(&field.name, kind.headers);
            let enough = if kind.certain && !named { FEWEST_DISTINCT } else { FEWEST_WITH_HEADER };
            if values.len() < enough || (!kind.certain && !named) {
                return None;
            }
            let held = values.iter().filter(|value| (kind.passes)(value)).count();
            let share = held as f64 / values.len() as f64;
            let against: Vec<String> = values
                .iter()
                .filter(|value| !(kind.passes)(value))
                .take(MOST_SHOWN)
                .map(|value| shape(value))
                .collect();
            let confidence = share
                * if kind.certain && named {
                    0.99
                } else if kind.certain {
                    0.95
                } else {
                    0.85
                };
            (share >= LEAST_SHARE).then_some(Recognised { kind, held, seen: values.len(), against, confidence })
        })
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
}

fn distinct_texts(column: &[Scalar]) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    for value in column.iter().filter(|value| !is_blank(value)) {
        if seen.len() >= MOST_CHECKED {
            break;
        }
        match value {
            Scalar::Text(text) => seen.insert(text.trim().to_string()),
            Scalar::Number(number) if number.fract() == 0.0 => seen.insert(format!("{number:.0}")),
            Scalar::Exact(text) => seen.insert(text.clone()),
            _ => continue,
        };
    }
    seen.into_iter().collect()
}

fn apply(table: &mut Table, at: usize, found: Recognised, evidence: &mut Vec<Evidence>) {
    let claim = Evidence {
        subject: table.field_subject(at),
        claim: format!("semantic type {}", found.kind.name),
        rule: String::from(if found.kind.certain {
            "form and checksum of distinct values"
        } else {
            "header and form of distinct values"
        }),
        held: found.held as u64,
        seen: found.seen as u64,
        place: table.place_of(at),
        confidence: (found.confidence * 100.0).round() / 100.0,
        counter_examples: found.against,
    };
    if let Some(field) = table.model.fields.get_mut(at) {
        field.semantic_type = Some(found.kind.name.to_string());
        field.tags = found.kind.tags.iter().map(|tag| (*tag).to_string()).collect();
        evidence.push(claim);
    }
}

/// Data classes that only a header tells: names, birth dates, health, religion, card verification codes beside a card number.
fn by_header(table: &mut Table, at: usize, has_card: bool, evidence: &mut Vec<Evidence>) {
    let Some(field) = table.field(at) else { return };
    if !field.tags.is_empty() {
        return;
    }
    let Some(class) = words::class_of(&field.name, &field.kind, has_card) else { return };
    let values = distinct_texts(table.columns.get(at).map_or(&[], Vec::as_slice));
    let filled = table.profiles.get(at).map_or(0, super::column::Profile::filled);
    if let Some(fits) = class.fits {
        let held = values.iter().filter(|value| fits(value)).count();
        if values.is_empty() || (held as f64) < values.len() as f64 * LEAST_SHARE {
            return;
        }
    }
    let claim = Evidence {
        subject: table.field_subject(at),
        claim: format!("semantic type {}", class.name),
        rule: String::from("header words"),
        held: filled as u64,
        seen: table.rows() as u64,
        place: table.place_of(at),
        confidence: class.confidence,
        counter_examples: if filled == 0 { vec![String::from("no values to look at")] } else { Vec::new() },
    };
    if let Some(field) = table.model.fields.get_mut(at) {
        field.semantic_type = Some(class.name.to_string());
        field.tags = class.tags.iter().map(|tag| (*tag).to_string()).collect();
        evidence.push(claim);
    }
}
