//! Keys: exact unique column sets over all rows, ranked; what the file declares wins. A column that refers to another table
//! is no key of its own: a table that only links others is known by its references together.

use std::collections::HashSet;

use super::column::{Profile, hash_of, key_of};
use super::likeness::{name_score, same_class};
use super::names::{is_key_name, plain, singular, words};
use super::semantic;
use super::table::Table;
use crate::model::{Evidence, Index};

/// Most columns in a composite key found by search (`inference.md`), and when the leading columns are it.
const MOST_COLUMNS: usize = 4;
const MOST_LEADING: usize = 6;
/// Columns considered for composite keys, best first; keeps the number of sets at C(10,2..4) = 375.
const MOST_CANDIDATES: usize = 10;
/// Below this only a column named as a key is taken for one; two rows are unique by chance.
const FEWEST_ROWS: usize = 3;
/// Rows from which a further unique column is reported: fewer are unique by chance.
const FEWEST_FOR_UNIQUE: usize = 10;
/// Score that a single unique column needs to be a primary key.
const LEAST_SCORE: f64 = 0.45;
/// Columns beside its references that a linking table may have.
const MOST_PAYLOAD: usize = 2;
/// What a set gains in rank by being the first columns, and by holding a counter within its first.
const LEADS: f64 = 1.5;
const COUNTS: f64 = 2.5;
/// Rows from which a reference that never repeats belongs to one record by rule and not by chance.
const UNIQUE_FOR_SURE: usize = 100;
/// Rows from which an e-mail address or a bar code that never repeats is taken for unique.
const MANY_ROWS: usize = 50;
/// How alike a name must be to the key it refers to, and the share of values that must be found there.
const LIKE_A_REFERENCE: f64 = 0.75;
const LEAST_COVERAGE: f64 = 0.95;

/// A column that counts within a group: the line of an order.
const COUNTER_WORDS: &[&str] = &[
    "line",
    "line no",
    "line number",
    "lineno",
    "linenumber",
    "line nr",
    "item no",
    "item number",
    "position",
    "pos",
    "sequence",
    "seq",
    "seq no",
    "zeile",
    "positionsnummer",
    "lfd nr",
    "laufende nummer",
    "ligne",
    "linea",
    "regel",
];
/// Names of periods that stand in a key beside references: grades of a student per course and semester.
const PERIODS: &[&str] = &[
    "year", "jahr", "semester", "month", "monat", "quarter", "quartal", "season", "saison", "week", "woche", "annee",
    "ano", "anno", "jaar", "rok",
];
/// Headers of values that belong to one record only, beside those named as keys.
const UNIQUE_WORDS: &[&str] = &[
    "email",
    "e mail",
    "mail address",
    "email address",
    "emailadresse",
    "username",
    "user name",
    "login",
    "benutzername",
    "isbn",
    "vin",
    "barcode",
    "ean",
    "gtin",
    "sku",
    "serial number",
    "seriennummer",
    "iban",
    "ssn",
    "social security number",
    "passport number",
    "national id",
    "tax id",
    "license plate",
    "kennzeichen",
    "slug",
    "hostname",
    "imei",
];
/// Headers that say a value may be shared, however many records it happens to tell apart so far.
const SHARED_WORDS: &[&str] = &[
    "phone",
    "telephone",
    "telefon",
    "fax",
    "mobile",
    "postal code",
    "postcode",
    "zip",
    "plz",
    "postleitzahl",
    "house number",
    "hausnummer",
    "previous",
    "vorherige",
    "parent",
    "rank",
    "rang",
    "version",
    "position",
];

/// Finds the primary key and the unique sets of every table. Tables are judged together: what is a reference shows only
/// beside the others.
pub(super) fn find(tables: &mut [Table], evidence: &mut Vec<Evidence>) {
    for table in tables.iter_mut() {
        declared(table, evidence);
    }
    let homes: Vec<Option<usize>> = tables.iter().map(home).collect();
    let foreign: Vec<Vec<bool>> = (0..tables.len()).map(|at| references(tables, &homes, at)).collect();
    for (table, foreign) in tables.iter_mut().zip(&foreign) {
        if table.model.primary_key.is_empty() && table.indexes.is_empty() && table.rows() > 0 {
            choose(table, foreign, evidence);
        }
    }
}

/// The column that is most likely the single key of a table: declared, or unique and the best named.
fn home(table: &Table) -> Option<usize> {
    if let [only] = table.model.primary_key.as_slice() {
        return table.position(only);
    }
    best_single(table, &[]).filter(|(_, score)| *score >= LEAST_SCORE).map(|(at, _)| at)
}

fn best_single(table: &Table, foreign: &[bool]) -> Option<(usize, f64)> {
    let rank = |at: &usize| (u8::from(!foreign.get(*at).copied().unwrap_or(false)), score(table, *at));
    (0..table.model.fields.len())
        .filter(|at| table.profiles.get(*at).is_some_and(Profile::is_unique))
        .max_by(|a, b| {
            let (left, right) = (rank(a), rank(b));
            // An own key is better than a reference unless it does not look like a key at all.
            let own = |rank: &(u8, f64)| if rank.1 >= LEAST_SCORE { rank.0 } else { 0 };
            own(&left).cmp(&own(&right)).then(left.1.total_cmp(&right.1)).then(b.cmp(a))
        })
        .map(|at| (at, score(table, at)))
}

/// Which columns of a table refer to the key of another table: by name and by value.
fn references(tables: &[Table], homes: &[Option<usize>], child: usize) -> Vec<bool> {
    let Some(table) = tables.get(child) else { return Vec::new() };
    (0..table.model.fields.len()).map(|at| refers(tables, homes, child, at)).collect()
}

fn refers(tables: &[Table], homes: &[Option<usize>], child: usize, at: usize) -> bool {
    let Some(table) = tables.get(child) else { return false };
    let (Some(field), Some(profile)) = (table.field(at), table.profiles.get(at)) else { return false };
    let at_home = homes.get(child) == Some(&Some(at));
    tables.iter().zip(homes).enumerate().any(|(other, (parent, key))| {
        let Some(key) = key.filter(|_| other != child) else { return false };
        let (Some(target), Some(values)) = (parent.field(key), parent.profiles.get(key)) else { return false };
        // A table's own key must name nothing but the other table, and that one must be its home: it holds as many
        // records and has the shorter name (`Territories` beside `EmployeeTerritories`).
        let named = if at_home {
            (plain(&field.name) == plain(&target.name) || names_only(&field.name, &parent.model.name))
                && (parent.rows() > table.rows() || parent.rows() == table.rows() && key == 0 && at != 0)
                && (!named_after(&field.name, &table.model.name)
                    || plain(&parent.model.name).len() < plain(&table.model.name).len())
        } else {
            name_score(&field.name, &target.name, &parent.model.name) >= LIKE_A_REFERENCE
        };
        named
            && same_class(&field.kind, &target.kind)
            && profile.coverage(values).is_some_and(|(held, seen)| held as f64 >= seen as f64 * LEAST_COVERAGE)
    })
}

/// Whether a field's name is the table's noun and a word for keys, and nothing else.
fn names_only(field: &str, table: &str) -> bool {
    let bare: String =
        words(field).into_iter().filter(|word| !super::names::KEY_WORDS.contains(&word.as_str())).collect();
    let noun: String = words(table).concat();
    !bare.is_empty() && singular(&bare) == singular(&noun)
}

fn choose(table: &mut Table, foreign: &[bool], evidence: &mut Vec<Evidence>) {
    let best = best_single(table, foreign);
    let is_foreign = |at: usize| foreign.get(at).copied().unwrap_or(false);
    let links = linking(table, foreign);
    let (key, rule, confidence) = match (best, links) {
        (Some((at, _)), Some(links)) if is_foreign(at) && table.rows() < UNIQUE_FOR_SURE => {
            (links, "references that are unique together", 0.75)
        }
        (Some((at, score)), _) if score >= LEAST_SCORE => (vec![at], "unique and filled in every row", 0.9),
        (None, Some(links)) => (links, "references that are unique together", 0.8),
        (single, _) => match composite(table, foreign) {
            Some(set) if single.is_none_or(|(at, _)| at > 0 && !set.contains(&at)) => {
                (set, "unique together and filled in every row", 0.7)
            }
            _ => (single.map(|(at, _)| vec![at]).unwrap_or_default(), "unique and filled in every row", 0.6),
        },
    };
    let named = matches!(key.as_slice(), [at] if table.field(*at).is_some_and(|field| is_key_name(&field.name)));
    if !key.is_empty() && (table.rows() >= FEWEST_ROWS || named) {
        set_primary(table, &key, rule, confidence, evidence);
        further(table, &key, foreign, evidence);
    }
}

fn set_primary(table: &mut Table, key: &[usize], rule: &str, confidence: f64, evidence: &mut Vec<Evidence>) {
    claim(table, key, "primary key", rule, confidence, evidence);
    table.model.primary_key = names(table, key);
    table.model.indexes.push(Index {
        fields: names(table, key),
        unique: Some(true),
        primary: Some(true),
        ..Index::default()
    });
}

/// Further columns of which each value belongs to one record.
fn further(table: &mut Table, key: &[usize], foreign: &[bool], evidence: &mut Vec<Evidence>) {
    if table.rows() < FEWEST_FOR_UNIQUE {
        return;
    }
    for at in 0..table.model.fields.len() {
        let unique = table.profiles.get(at).is_some_and(Profile::is_unique);
        if unique && key != [at] && !foreign.get(at).copied().unwrap_or(false) && is_identifier(table, at) {
            claim(table, &[at], "unique", "unique and filled in every row", 0.7, evidence);
            table.model.indexes.push(Index { fields: names(table, &[at]), unique: Some(true), ..Index::default() });
        }
    }
}

fn is_identifier(table: &Table, at: usize) -> bool {
    let Some(field) = table.field(at) else { return false };
    let kind = field.kind.split('(').next().unwrap_or("");
    let by_word = semantic::names(&field.name, UNIQUE_WORDS) || field.semantic_type.as_deref() == Some("Email");
    let named = is_key_name(&field.name);
    let told = kind == "UUID" || named || by_word && table.rows() >= MANY_ROWS;
    let fits = matches!(kind, "Integer" | "Text" | "UUID") || named && kind == "Date";
    told && fits && !semantic::names(&field.name, SHARED_WORDS)
}

/// The leading columns of a table that links others: references and what tells apart several links of the same records.
/// Such a key need not be minimal: a reference may be unique so far by chance.
fn linking(table: &Table, foreign: &[bool]) -> Option<Vec<usize>> {
    let is_foreign = |at: usize| foreign.get(at).copied().unwrap_or(false);
    let leads = |at: &usize| {
        let named = table.field(*at).is_some_and(|field| is_key_name(&field.name) || is_period(&field.name));
        (is_foreign(*at) || named) && may_be_part(table, *at)
    };
    let run: Vec<usize> = (0..table.model.fields.len()).take_while(leads).take(MOST_LEADING).collect();
    let references = run.iter().filter(|at| is_foreign(**at)).count();
    let named = |at: &usize| table.field(*at).is_some_and(|field| is_key_name(&field.name));
    let payload = (run.len()..table.model.fields.len()).filter(|at| !is_foreign(*at) && !named(at)).count();
    let weak = references < 2 && run.len() == 2 && payload > 0;
    if run.len() < 2 || references == 0 || weak || payload > MOST_PAYLOAD {
        return None;
    }
    is_unique(table, &run).then_some(run)
}

fn is_period(name: &str) -> bool {
    PERIODS.contains(&plain(name).as_str())
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
    let named = match plain(&field.name).as_str() {
        "id" | "key" | "uuid" | "guid" => 0.45,
        _ if is_key_name(&field.name) => 0.3,
        _ => 0.0,
    };
    let after_table = if named_after(&field.name, &table.model.name) { 0.1 } else { 0.0 };
    let personal = if field.tags.is_empty() { 0.0 } else { 0.1 };
    (kind - text_penalty + position + named + after_table - personal).clamp(0.0, 1.0)
}

/// Whether a field's name holds the table's noun: `CustomerID` in `Customers`.
pub(super) fn named_after(field: &str, table: &str) -> bool {
    let noun = words(table).last().map(|word| singular(word)).unwrap_or_default();
    noun.chars().count() >= 3 && plain(field).contains(&noun)
}

/// The smallest set of key-like columns that is unique together: a reference with its counter first, then the leading
/// columns, then the best named.
fn composite(table: &Table, foreign: &[bool]) -> Option<Vec<usize>> {
    // A column that is unique by itself makes every set with it unique.
    let possible: Vec<usize> = (0..table.model.fields.len())
        .filter(|at| may_be_part(table, *at) && !table.profiles.get(*at).is_some_and(Profile::is_unique))
        .collect();
    let rank = |at: usize| part_score(table, at) + if foreign.get(at).copied().unwrap_or(false) { 0.3 } else { 0.0 };
    let mut candidates = possible.clone();
    candidates.sort_by(|a, b| rank(*b).total_cmp(&rank(*a)).then(a.cmp(b)));
    candidates.truncate(MOST_CANDIDATES);
    for size in 2..=MOST_COLUMNS.min(candidates.len()) {
        let mut sets = combinations(&candidates, size);
        sets.iter_mut().for_each(|set| set.sort_unstable());
        let leading: Vec<usize> = (0..size).collect();
        let value = |set: &[usize]| {
            set.iter().map(|at| rank(*at)).sum::<f64>()
                + if set == leading { LEADS } else { 0.0 }
                + if counts_within(table, set) { COUNTS } else { 0.0 }
        };
        sets.sort_by(|a, b| value(b).total_cmp(&value(a)));
        if let Some(set) = sets.into_iter().find(|set| is_unique(table, set)) {
            return Some(set);
        }
    }
    None
}

/// Whether a set is led by a key-like column and holds a counter within it.
fn counts_within(table: &Table, set: &[usize]) -> bool {
    let name = |at: &usize| table.field(*at).map_or("", |field| field.name.as_str());
    set.first().is_some_and(|at| is_key_name(name(at)))
        && set.iter().skip(1).any(|at| semantic::names(name(at), COUNTER_WORDS))
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
        if table.profiles.get(*at).is_none_or(|profile| profile.is_blank(value)) {
            return None;
        }
        text.push_str(&key_of(value));
        text.push('\u{1f}');
    }
    Some(hash_of(&text))
}
