//! Columns whose values come from a short list.

use super::table::Table;
use crate::model::Evidence;

/// Most values a list may have.
const MOST: usize = 20;
/// Each value must be used this often on average, else a repetition may be chance.
const LEAST_USES: usize = 4;
/// Fewest filled rows to judge by.
const FEWEST_ROWS: usize = 12;

/// Proposes choices for text fields that hold few values often. Personal data is never listed.
pub(super) fn find(table: &mut Table, evidence: &mut Vec<Evidence>) {
    for at in 0..table.model.fields.len() {
        let Some(profile) = table.profiles.get(at) else { continue };
        let Some(choices) = &profile.choices else { continue };
        let filled = profile.filled();
        let few = (2..=MOST).contains(&choices.len()) && filled >= FEWEST_ROWS && filled >= choices.len() * LEAST_USES;
        let Some(field) = table.field(at) else { continue };
        let listable = field.kind.starts_with("Text") && field.tags.is_empty();
        if !few || !listable || profile.text_cells < filled {
            continue;
        }
        let mut values: Vec<String> = choices.keys().cloned().collect();
        values.sort();
        evidence.push(Evidence {
            subject: table.field_subject(at),
            claim: format!("{} choices", values.len()),
            rule: String::from("few values often"),
            held: filled as u64,
            seen: profile.rows as u64,
            place: table.place_of(at),
            confidence: 0.7,
            counter_examples: Vec::new(),
        });
        if let Some(field) = table.model.fields.get_mut(at) {
            field.choices = values;
        }
    }
}
