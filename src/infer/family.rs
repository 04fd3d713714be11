//! Families: copies and forks of one logical application, found by content and never by file name. A sketch holds hashed
//! header rows, code lines, formula shapes and query texts; files whose sketches are alike are one application.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::column::hash_of;
use super::names::plain;
use crate::facts::SourceFacts;

/// Likeness from which two files are relatives. Measured on the planted copies of `samples/`; a later issue measures it on
/// a public set.
const ALIKE: f64 = 0.6;
/// A sketch with fewer features says too little to join two files.
const FEWEST_FEATURES: usize = 4;
/// Code, structure and formulas, and their weights; a part that both files lack does not count.
const PARTS: usize = 3;
const WEIGHTS: [f64; PARTS] = [3.0, 2.0, 1.0];

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
    fn parts(&self) -> [&BTreeSet<u64>; PARTS] {
        [&self.code, &self.structure, &self.formulas]
    }

    fn size(&self) -> usize {
        self.parts().iter().map(|part| part.len()).sum()
    }

    /// How alike two files are (0 to 1), by the features they have in common in each part.
    fn likeness(&self, other: &Sketch, common: [u32; PARTS]) -> f64 {
        let (mut likeness, mut weight) = (0.0, 0.0);
        for (((part, a), b), common) in WEIGHTS.into_iter().zip(self.parts()).zip(other.parts()).zip(common) {
            let all = (a.len() + b.len()).saturating_sub(common as usize);
            if all > 0 {
                likeness += part * f64::from(common) / all as f64;
                weight += part;
            }
        }
        if weight > 0.0 { likeness / weight } else { 0.0 }
    }
}

/// Groups files into families; each group lists positions in `sketches`, in order. A file without relatives is alone.
///
/// Files without a common feature are never compared: an index from features to files finds the others. The cost is the sum
/// over features of the square of the files that hold them, not the square of all files.
pub fn cluster(sketches: &[Sketch]) -> Vec<Vec<usize>> {
    let mut families = Families((0..sketches.len()).collect());
    let mut holders: [HashMap<u64, Vec<usize>>; PARTS] = Default::default();
    let mut common = vec![[0u32; PARTS]; sketches.len()];
    for (at, one) in sketches.iter().enumerate().filter(|(_, one)| one.size() >= FEWEST_FEATURES) {
        let mut met: Vec<usize> = Vec::new();
        for (part, (features, holders)) in one.parts().into_iter().zip(&mut holders).enumerate() {
            for feature in features {
                let files = holders.entry(*feature).or_default();
                for other in files.iter() {
                    if let Some(counts) = common.get_mut(*other) {
                        if *counts == [0; PARTS] {
                            met.push(*other);
                        }
                        counts.iter_mut().skip(part).take(1).for_each(|count| *count += 1);
                    }
                }
                files.push(at);
            }
        }
        for other in met {
            let counts = common.get_mut(other).map(std::mem::take).unwrap_or_default();
            if sketches.get(other).is_some_and(|other| one.likeness(other, counts) >= ALIKE) {
                families.join(at, other);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..sketches.len() {
        groups.entry(families.first(at)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// Disjoint sets of files: each file points at an earlier one of its family, the first of a family at itself.
struct Families(Vec<usize>);

impl Families {
    fn first(&mut self, mut at: usize) -> usize {
        while let Some(&above) = self.0.get(at).filter(|above| **above != at) {
            let top = self.0.get(above).copied().unwrap_or(above);
            if let Some(here) = self.0.get_mut(at) {
                *here = top;
            }
            at = top;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        if let Some(later) = self.0.get_mut(one.max(other)) {
            *later = one.min(other);
        }
    }
}
