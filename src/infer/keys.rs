//! Keys: exact unique column sets over all rows, ranked; what the file declares wins. Up to four columns together.

use std::collections::HashSet;

use super::column::{hash_of, is_blank, key_of};
use super::names::{is_key_name, plain, singular, words};
use super::table::Table;
use crate::model::{Evidence, Index};

/// Most columns in a composite key (`inference.md`).
const MOST_COLUMNS: usize = 4;
/// Columns considered for composite keys, best first; keeps the number of sets at C(10,2..4) = 375.
const MOST_CANDIDATES: usize = 10;
/// Below this a key is taken for real; two rows are unique by chance.
const FEWEST_ROWS: usize = 3;
/// Score that a single unique column needs to be a primary key.
const LEAST_SCORE: f64 = 0.45;
/// Score that a further unique column needs to be reported as a unique index.
const UNIQUE_SCORE: f64 = 0.6;

/// Finds the primary key and the unique sets of a table.
pub(super) fn find(table: &mut Table, evidence: &mut Vec<Evidence>) {
    declared(table, evidence);
    if !table.model.primary_key.is_empty() || !table.indexes.is_empty() || table.rows() < FEWEST_ROWS {
        return;
    }
    let singles: Vec<(usize, f64)> = (0..table.model.fields.len())
        .filter(|at| table.profiles.get(*at).is_some_and(super::column::Profile::is_unique))
        .map(|at| (at, score(table, at)))
        .collect();
    let best = singles.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    let key = match best {
        Some((at, score)) if score >= LEAST_SCORE => vec![at],
        _ => composite(table).unwrap_or_else(|| best.map(|(at, _)| vec![at]).unwrap_or_default()),
    };
    if key.is_empty() {
        return;
    }
    let confidence = if key.len() == 1 { 0.9 } else { 0.7 };
    claim(table, &key, "primary key", "unique and filled in every row", confidence, evidence);
    table.model.primary_key = names(table, &key);
    table.model.indexes.push(Index {
        fields: names(table, &key),
        unique: Some(true),
        primary: Some(true),
        ..Index::default()
    });
    for (at, score) in singles {
        if key != [at] && score >= UNIQUE_SCORE && table.rows() >= FEWEST_ROWS * 2 {
            claim(table, &[at], "unique", "unique and filled in every row", 0.7, evidence);
            table.model.indexes.push(Index { fields: names(table, &[at]), unique: Some(true), ..Index::default() });
        }
    }
}

fn names(table: &Table, key: &[usize]) -> Vec<String> {
    key.iter().filter_map(|at| table.field(*at).map(|field| field.name.clone())).collect()
}

fn claim(table: &Table, key: &[usize], what: &str, rule: &str, confidence: f64, evidence: &mut Vec<Evidence>) {
    evidence.push(Evidence {
        subject: table.subject(),
        claim: format!("{what} ({})", names(table, key).join(", ")),
        rule: rule.to_string(),
        held: table.rows() as u64,
        seen: table.rows() as u64,
        place: table.place.clone(),
        confidence,
        counter_examples: Vec::new(),
    });
}

fn declared(table: &mut Table, evidence: &mut Vec<Evidence>) {
    let indexes = table.indexes.clone();
    for index in indexes.iter().filter(|index| !index.foreign && !index.columns.is_empty()) {
        let key: Vec<usize> = index.columns.iter().filter_map(|name| table.position(name)).collect();
        if key.len() != index.columns.len() {
            continue;
        }
        if index.primary {
            table.model.primary_key = names(table, &key);
        }
        if index.primary || index.unique {
            let what = if index.primary { "primary key" } else { "unique" };
            claim(table, &key, what, "declared index", 1.0, evidence);
        }
        table.model.indexes.push(Index {
            name: Some(index.name.clone()),
            fields: names(table, &key),
            unique: index.unique.then_some(true),
            primary: index.primary.then_some(true),
            kind: None,
        });
    }
}

/// How much a column looks like a key (0 to 1): named as one, of a key's type, short, far left, named after its table.
fn score(table: &Table, at: usize) -> f64 {
    let (Some(field), Some(profile)) = (table.field(at), table.profiles.get(at)) else { return 0.0 };
    let kind: f64 = match field.kind.split('(').next().unwrap_or("") {
        "Integer" | "UUID" => 0.35,
        "Text" => 0.2,
        "Date" | "DateTime" => 0.05,
        _ => 0.0,
    };
    let text_penalty = match profile.longest {
        0..=16 => 0.0,
        17..=40 => 0.1,
        _ => 0.2,
    };
    let position = 0.25 * (1.0 - at as f64 / table.model.fields.len().max(1) as f64);
    let named = if is_key_name(&field.name) { 0.3 } else { 0.0 };
    let after_table = if named_after(&field.name, &table.model.name) { 0.1 } else { 0.0 };
    let personal = if field.tags.is_empty() { 0.0 } else { 0.1 };
    (kind - text_penalty + position + named + after_table - personal).clamp(0.0, 1.0)
}

/// Whether a field's name holds the table's noun: `CustomerID` in `Customers`.
pub(super) fn named_after(field: &str, table: &str) -> bool {
    let noun = words(table).last().map(|word| singular(word)).unwrap_or_default();
    noun.chars().count() >= 3 && plain(field).contains(&noun)
}

/// The smallest set of key-like columns that is unique together, leftmost first.
fn composite(table: &Table) -> Option<Vec<usize>> {
    let mut candidates: Vec<usize> = (0..table.model.fields.len()).filter(|at| may_be_part(table, *at)).collect();
    candidates.sort_by(|a, b| part_score(table, *b).total_cmp(&part_score(table, *a)).then(a.cmp(b)));
    candidates.truncate(MOST_CANDIDATES);
    for size in 2..=MOST_COLUMNS.min(candidates.len()) {
        let mut sets = combinations(&candidates, size);
        sets.sort_by(|a, b| set_score(table, b).total_cmp(&set_score(table, a)));
        if let Some(mut set) = sets.into_iter().find(|set| is_unique(table, set)) {
            set.sort_unstable();
            return Some(set);
        }
    }
    None
}

fn may_be_part(table: &Table, at: usize) -> bool {
    let (Some(field), Some(profile)) = (table.field(at), table.profiles.get(at)) else { return false };
    let kind = field.kind.split('(').next().unwrap_or("");
    let key_like = matches!(kind, "Integer" | "Text" | "UUID" | "Date" | "DateTime") && profile.longest <= 40;
    key_like && profile.filled() == profile.rows && profile.distinct.len() > 1
}

fn part_score(table: &Table, at: usize) -> f64 {
    let named = table.field(at).is_some_and(|field| is_key_name(&field.name));
    let kind = table.field(at).map_or("", |field| field.kind.as_str());
    let date = matches!(kind, "Date" | "DateTime");
    f64::from(u8::from(named)) + 1.0 - at as f64 / table.model.fields.len().max(1) as f64 - if date { 0.3 } else { 0.0 }
}

fn set_score(table: &Table, set: &[usize]) -> f64 {
    set.iter().map(|at| part_score(table, *at)).sum()
}

fn combinations(items: &[usize], size: usize) -> Vec<Vec<usize>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        for mut rest in combinations(items.get(at + 1..).unwrap_or(&[]), size - 1) {
            rest.insert(0, *item);
            found.push(rest);
        }
    }
    found
}

fn is_unique(table: &Table, set: &[usize]) -> bool {
    // A set cannot be unique when its parts have fewer combinations than the table has rows.
    let combinations: f64 =
        set.iter().filter_map(|at| table.profiles.get(*at)).map(|profile| profile.distinct.len() as f64).product();
    if combinations < table.rows() as f64 {
        return false;
    }
    let mut seen = HashSet::with_capacity(table.rows());
    (0..table.rows()).all(|row| tuple(table, set, row).is_some_and(|key| seen.insert(key)))
}

/// The values of some columns in one row as one hash; none when one is blank.
pub(super) fn tuple(table: &Table, set: &[usize], row: usize) -> Option<u64> {
    let mut text = String::new();
    for at in set {
        let value = table.columns.get(*at)?.get(row)?;
        if is_blank(value) {
            return None;
        }
        text.push_str(&key_of(value));
        text.push('\u{1f}');
    }
    Some(hash_of(&text))
}
