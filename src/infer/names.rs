//! Names: of files, of tables that would collide, and how alike two names are.

use std::collections::{BTreeMap, BTreeSet};

use super::table::Table;
use crate::model::Region;

/// A file name without its extension.
pub(super) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Gives each name out once, whatever its case: a further one of the same name is `name (2)`.
#[derive(Default)]
pub(super) struct Apart {
    given: BTreeSet<String>,
    /// The number to try next for a name.
    next: BTreeMap<String, usize>,
}

impl Apart {
    pub fn name(&mut self, plain: &str) -> String {
        let number = self.next.entry(plain.to_lowercase()).or_insert(1);
        loop {
            let name = if *number == 1 { plain.to_string() } else { format!("{plain} ({number})") };
            *number += 1;
            if self.given.insert(name.to_lowercase()) {
                return name;
            }
        }
    }
}

/// Gives tables of equal name a suffix, so that references are unambiguous; regions follow.
pub(super) fn make_unique(tables: &mut [Table], regions: &mut [Region]) {
    let mut apart = Apart::default();
    for table in tables {
        let name = apart.name(&table.model.name);
        if name != table.model.name {
            let source = table.model.source.clone().unwrap_or_default();
            for region in regions.iter_mut() {
                let same = region.workbook == source.file
                    && Some(&region.sheet) == source.sheet.as_ref()
                    && Some(&region.range) == source.range.as_ref();
                if same {
                    region.table.clone_from(&name);
                }
            }
            table.model.name = name;
        }
    }
}

/// The words of a name: split at case changes, digits, blanks and punctuation; lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut previous = ' ';
    for c in name.chars() {
        let breaks = !c.is_alphanumeric() || (c.is_uppercase() && previous.is_lowercase());
        if breaks && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// All letters and digits of a name in lower case.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A noun without a plural ending of English or German, for comparison only: both sides are cut the same way.
pub(super) fn singular(word: &str) -> String {
    const ENDINGS: &[(&str, &str)] = &[
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("en", ""),
        ("es", "e"),
        ("s", ""),
        ("n", ""),
    ];
    let found = ENDINGS.iter().find_map(|(ending, instead)| {
        let rest = word.strip_suffix(ending)?;
        (rest.chars().count() >= 3).then(|| format!("{rest}{instead}"))
    });
    found.unwrap_or_else(|| word.to_string())
}

/// Words that mark a key.
pub(super) const KEY_WORDS: &[&str] = &[
    "id",
    "key",
    "code",
    "no",
    "nr",
    "num",
    "number",
    "nummer",
    "kennung",
    "pk",
    "sku",
    "uuid",
    "guid",
    "kuerzel",
    "schluessel",
];

/// Whether a field's name says it is a key.
pub(super) fn is_key_name(name: &str) -> bool {
    let found = words(name);
    let last = found.last().map_or("", String::as_str);
    /// Ends of compounds that are written as one word: `Kundennummer`, `countrycode`.
    const ENDS: &[&str] = &["code", "nummer", "kennung", "schluessel", "schlüssel"];
    /// Letters that a compound has beside its end.
    const BEFORE: usize = 3;
    let compound = |end: &&str| last.strip_suffix(*end).is_some_and(|rest| rest.chars().count() >= BEFORE);
    KEY_WORDS.contains(&last) || plain(name).ends_with("id") && last.len() <= 24 || ENDS.iter().any(compound)
}
