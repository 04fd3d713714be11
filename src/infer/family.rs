//! Families: copies and forks of one logical application, found by content and never by file name. A sketch holds hashed
//! header rows, code lines, formula shapes and query texts; files whose sketches are alike are one application.

use std::collections::BTreeSet;

use super::column::hash_of;
use super::names::plain;
use crate::facts::SourceFacts;

/// Likeness from which two files are relatives. Measured on the planted copies of `samples/`; a later issue measures it on
/// a public set.
const ALIKE: f64 = 0.6;
/// A sketch with fewer features says too little to join two files.
const FEWEST_FEATURES: usize = 4;
/// Weights of code, structure and formulas; parts that both files lack do not count.
const CODE: f64 = 3.0;
const STRUCTURE: f64 = 2.0;
const FORMULAS: f64 = 1.0;

/// The content of one file as comparable hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    structure: BTreeSet<u64>,
    code: BTreeSet<u64>,
    formulas: BTreeSet<u64>,
}

/// The sketch of one file's facts.
pub fn sketch(facts: &SourceFacts) -> Sketch {
    let mut made = Sketch::default();
    for table in &facts.tables {
        made.structure.extend(
            table.columns.iter().map(|column| hash_of(&format!("{}.{}", plain(&table.name), plain(&column.name)))),
        );
    }
    for object in &facts.list_objects {
        made.structure.extend(object.columns.iter().map(|column| hash_of(&plain(column))));
    }
    made.structure.extend(facts.sheets.iter().map(|sheet| hash_of(&format!("sheet {}", plain(&sheet.name)))));
    made.structure.extend(facts.names.iter().map(|name| hash_of(&format!("name {}", plain(&name.name)))));
    for line in facts.code.iter().flat_map(|module| module.code.lines()) {
        let text: String = line.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if text.len() > 8 && !text.starts_with('\'') && !text.starts_with("attribute ") && !text.starts_with("option ")
        {
            made.code.insert(hash_of(&text));
        }
    }
    made.code.extend(facts.queries.iter().map(|query| hash_of(&plain(&query.sql))));
    made.formulas.extend(facts.formulas.iter().map(|shape| hash_of(&shape.r1c1)));
    made
}

impl Sketch {
    fn size(&self) -> usize {
        self.structure.len() + self.code.len() + self.formulas.len()
    }
}

/// Groups files into families; each group lists positions in `sketches`, in order. A file without relatives is alone.
pub fn cluster(sketches: &[Sketch]) -> Vec<Vec<usize>> {
    let mut family: Vec<usize> = (0..sketches.len()).collect();
    for (at, one) in sketches.iter().enumerate() {
        for (other_at, other) in sketches.iter().enumerate().skip(at + 1) {
            if alike(one, other) {
                let (keep, drop) = (family.get(at).copied(), family.get(other_at).copied());
                if let (Some(keep), Some(drop)) = (keep, drop) {
                    family.iter_mut().filter(|id| **id == drop).for_each(|id| *id = keep);
                }
            }
        }
    }
    let mut groups: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
    for (at, id) in family.iter().enumerate() {
        groups.entry(*id).or_default().push(at);
    }
    groups.into_values().collect()
}

fn alike(one: &Sketch, other: &Sketch) -> bool {
    if one.size() < FEWEST_FEATURES || other.size() < FEWEST_FEATURES {
        return false;
    }
    let parts = [
        (CODE, &one.code, &other.code),
        (STRUCTURE, &one.structure, &other.structure),
        (FORMULAS, &one.formulas, &other.formulas),
    ];
    let (mut likeness, mut weight) = (0.0, 0.0);
    for (part, a, b) in parts {
        let all = a.union(b).count();
        if all > 0 {
            likeness += part * a.intersection(b).count() as f64 / all as f64;
            weight += part;
        }
    }
    weight > 0.0 && likeness / weight >= ALIKE
}
