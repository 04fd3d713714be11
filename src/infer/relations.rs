//! Relationships, from child to parent: declared ones first, then look-up formulas, then inclusion of values ranked by names.
//! Raw inclusion is useless without ranking (precision 0.02 to 0.24, `inference.md`), so names must agree or values must be telling.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::column::Profile;
use super::keys::{named_after, tuple};
use super::names::{is_key_name, plain};
use super::table::Table;
use super::{Source, counted_as};
use super::{likeness, lookups};
use crate::model::{End, Evidence, Field, Relationship};

/// Share of the child's values that must be found in the parent; the rest are orphans and reported.
const LEAST_COVERAGE: f64 = 0.95;
/// Score below which a pair is no relationship.
const LEAST_SCORE: f64 = 0.5;
/// Names that say as much as a table's own noun.
const NAMES_ITS_TABLE: f64 = 0.7;
/// What two columns called `id` say by that, when one of them repeats.
const GENERAL_NAMES: f64 = 0.7;
/// What is added for a key named after its table.
const AT_HOME: f64 = 0.03;
/// What is added for a key in the first column; it only breaks ties.
const FIRST_COLUMN: f64 = 0.01;
/// Score of a composite reference: more than that of its parts.
const COMPOSITE: f64 = 1.5;
/// How telling values must be to do without names, and how many there must be.
const EXCLUDES_CHANCE: f64 = 0.95;
const ENOUGH_VALUES: usize = 5;

/// One possible relationship.
pub(super) struct Candidate {
    pub child: usize,
    pub child_columns: Vec<usize>,
    pub parent: usize,
    pub parent_columns: Vec<usize>,
    pub score: f64,
    pub held: u64,
    pub seen: u64,
    pub rule: &'static str,
    pub confidence: f64,
}

/// All relationships between the tables.
pub(super) fn find(tables: &[Table], sources: &[Source<'_>], evidence: &mut Vec<Evidence>) -> Vec<Relationship> {
    let mut found = declared(tables, sources, evidence);
    let mut candidates = lookups::by_formula(tables, sources);
    candidates.extend(by_values(tables));
    candidates.extend(composite(tables));
    candidates.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then((a.child, &a.child_columns, a.parent).cmp(&(
            b.child,
            &b.child_columns,
            b.parent,
        )))
    });
    let candidates = without_implied(candidates);
    let mut used: BTreeSet<(String, Vec<String>)> = found.iter().map(|link| key_of(&link.from)).collect();
    let mut pairs: BTreeSet<(String, Vec<String>, String, Vec<String>)> = BTreeSet::new();
    for candidate in candidates {
        let Some(link) = relationship(tables, &candidate) else { continue };
        let reversed =
            (link.to.model.clone(), link.to.fields.clone(), link.from.model.clone(), link.from.fields.clone());
        if used.contains(&key_of(&link.from)) || pairs.contains(&reversed) {
            continue;
        }
        used.insert(key_of(&link.from));
        pairs.insert((
            link.from.model.clone(),
            link.from.fields.clone(),
            link.to.model.clone(),
            link.to.fields.clone(),
        ));
        evidence.push(proof(tables, &candidate, &link));
        found.push(link);
    }
    found.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
    name_apart(&mut found);
    found
}

/// Leaves out references that a composite one carries on: order lines refer to a stock item, and the stock item to the
/// article.
fn without_implied(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let singles: BTreeSet<(usize, usize, usize)> = candidates
        .iter()
        .filter_map(|one| match one.child_columns.as_slice() {
            [at] => Some((one.child, *at, one.parent)),
            _ => None,
        })
        .collect();
    let mut composites: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
    for one in candidates.iter().filter(|one| one.child_columns.len() > 1) {
        for (at, target) in one.child_columns.iter().zip(&one.parent_columns) {
            composites.entry((one.child, *at)).or_default().push((one.parent, *target));
        }
    }
    let carried_on = |one: &Candidate, at: usize| {
        composites.get(&(one.child, at)).is_some_and(|through| {
            through.iter().any(|(parent, target)| singles.contains(&(*parent, *target, one.parent)))
        })
    };
    candidates
        .into_iter()
        .filter(|one| match one.child_columns.as_slice() {
            [at] => one.rule == lookups::RULE || !carried_on(one, *at),
            _ => true,
        })
        .collect()
}

fn key_of(end: &End) -> (String, Vec<String>) {
    (end.model.clone(), end.fields.clone())
}

fn name_apart(found: &mut [Relationship]) {
    let mut seen = BTreeMap::new();
    for link in found {
        let times = seen.entry(link.name.clone()).or_insert(0);
        *times += 1;
        if *times > 1 {
            link.name = format!("{}_{times}", link.name);
        }
    }
}

fn relationship(tables: &[Table], candidate: &Candidate) -> Option<Relationship> {
    let end = |table: usize, columns: &[usize]| -> Option<End> {
        let table = tables.get(table)?;
        let fields =
            columns.iter().map(|at| table.field(*at).map(|field| field.name.clone())).collect::<Option<_>>()?;
        Some(End { model: table.model.name.clone(), fields })
    };
    let from = end(candidate.child, &candidate.child_columns)?;
    let to = end(candidate.parent, &candidate.parent_columns)?;
    let child = tables.get(candidate.child)?;
    let one_to_one = child.model.primary_key == from.fields;
    Some(Relationship {
        name: format!("{}_{}", plain(&from.model), plain(&to.model)),
        cardinality: Some(String::from(if one_to_one { "one-to-one" } else { "many-to-one" })),
        enforced: Some(false),
        from,
        to,
    })
}

fn proof(tables: &[Table], candidate: &Candidate, link: &Relationship) -> Evidence {
    let orphans = candidate.seen.saturating_sub(candidate.held);
    Evidence {
        subject: format!("/relationships/{}", link.name),
        claim: format!(
            "{}({}) references {}({})",
            link.from.model,
            link.from.fields.join(", "),
            link.to.model,
            link.to.fields.join(", ")
        ),
        rule: candidate.rule.to_string(),
        held: candidate.held,
        seen: candidate.seen,
        place: tables.get(candidate.child).map_or(String::new(), |table| table.place.clone()),
        confidence: candidate.confidence,
        counter_examples: counted_as(orphans as usize, "row without a parent", "rows without a parent")
            .into_iter()
            .collect(),
    }
}

fn declared(tables: &[Table], sources: &[Source<'_>], evidence: &mut Vec<Evidence>) -> Vec<Relationship> {
    let mut found = Vec::new();
    for link in sources.iter().flat_map(|source| &source.reading.facts.relationships) {
        let known = |name: &str| tables.iter().find(|table| !table.declared.is_empty() && table.model.name == name);
        let (Some(child), Some(parent)) = (known(&link.from_table), known(&link.to_table)) else { continue };
        found.push(Relationship {
            name: link.name.clone(),
            from: End { model: child.model.name.clone(), fields: link.from_columns.clone() },
            to: End { model: parent.model.name.clone(), fields: link.to_columns.clone() },
            cardinality: Some(String::from(if link.one_to_one { "one-to-one" } else { "many-to-one" })),
            enforced: Some(link.enforced),
        });
        evidence.push(Evidence {
            subject: format!("/relationships/{}", link.name),
            claim: format!(
                "{}({}) references {}({})",
                link.from_table,
                link.from_columns.join(", "),
                link.to_table,
                link.to_columns.join(", ")
            ),
            rule: String::from("declared relationship"),
            held: child.rows() as u64,
            seen: child.rows() as u64,
            place: child.place.clone(),
            confidence: 1.0,
            counter_examples: Vec::new(),
        });
    }
    found
}

/// Single columns: the child's values are among the parent's key values, and names or values make it likely.
fn by_values(tables: &[Table]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut weak: BTreeMap<(usize, usize), Vec<Candidate>> = BTreeMap::new();
    let shorts: Vec<Vec<String>> = tables.iter().map(short_names).collect();
    for (parent, parent_table) in tables.iter().enumerate() {
        for target in unique_columns(parent_table) {
            for (child, child_table) in tables.iter().enumerate() {
                for at in (0..child_table.model.fields.len()).filter(|at| (child, *at) != (parent, target)) {
                    let Some(pair) = Pair::of(tables, (child, at), (parent, target)) else { continue };
                    match pair.judge(&shorts) {
                        Some(candidate) if candidate.score >= LEAST_SCORE => found.push(candidate),
                        Some(candidate) => weak.entry((child, at)).or_default().push(candidate),
                        None => {}
                    }
                }
            }
        }
    }
    found.extend(only_choices(weak, &found));
    found
}

/// A column named as a key that fits one parent only, by values that chance excludes.
fn only_choices(weak: BTreeMap<(usize, usize), Vec<Candidate>>, strong: &[Candidate]) -> Vec<Candidate> {
    let taken: BTreeSet<(usize, usize)> =
        strong.iter().filter_map(|one| Some((one.child, *one.child_columns.first()?))).collect();
    weak.into_iter()
        .filter(|(column, fits)| fits.len() == 1 && !taken.contains(column))
        .flat_map(|(_, fits)| fits)
        .map(|one| Candidate { score: LEAST_SCORE, rule: "values included in one key only", confidence: 0.5, ..one })
        .collect()
}

/// Field names without what all of a table share.
fn short_names(table: &Table) -> Vec<String> {
    let names: Vec<&str> = table.model.fields.iter().map(|field| field.name.as_str()).collect();
    let prefix = likeness::common_prefix(&names);
    names.iter().map(|name| name.get(prefix..).unwrap_or(name).to_string()).collect()
}

fn unique_columns(table: &Table) -> Vec<usize> {
    let primary: Vec<usize> = table.model.primary_key.iter().filter_map(|name| table.position(name)).collect();
    if let [at] = primary.as_slice() {
        return vec![*at];
    }
    (0..table.model.fields.len())
        .filter(|at| table.profiles.get(*at).is_some_and(Profile::is_unique))
        .filter(|at| table.field(*at).is_some_and(|field| is_key_name(&field.name)))
        .collect()
}

/// A column and the key it may refer to.
struct Pair<'a> {
    child: (usize, usize),
    parent: (usize, usize),
    child_table: &'a Table,
    parent_table: &'a Table,
    field: &'a Field,
    key: &'a Field,
    profile: &'a Profile,
    values: &'a Profile,
    held: u64,
    seen: u64,
}

impl<'a> Pair<'a> {
    /// The pair when their types agree and nearly all of the child's values are the parent's.
    fn of(tables: &'a [Table], child: (usize, usize), parent: (usize, usize)) -> Option<Pair<'a>> {
        let (child_table, parent_table) = (tables.get(child.0)?, tables.get(parent.0)?);
        let (field, key) = (child_table.field(child.1)?, parent_table.field(parent.1)?);
        let (profile, values) = (child_table.profiles.get(child.1)?, parent_table.profiles.get(parent.1)?);
        if !likeness::same_class(&field.kind, &key.kind) {
            return None;
        }
        let (held, seen) = profile.coverage(values)?;
        Some(Pair { child, parent, child_table, parent_table, field, key, profile, values, held, seen })
    }

    fn judge(&self, shorts: &[Vec<String>]) -> Option<Candidate> {
        let names = self.names(shorts);
        if self.field.kind == "Integer" && likeness::counts_things(&self.field.name) {
            return None;
        }
        let telling = likeness::is_telling(&self.field.kind, self.profile, self.values);
        let own_key = self.child_table.model.primary_key == [self.field.name.clone()];
        let to_itself = self.child.0 == self.parent.0;
        let mut score = 0.65 * names + 0.25 * telling + 0.1 * self.held as f64 / self.seen as f64;
        if to_itself {
            score += self.to_itself(names)?;
        } else if own_key {
            score -= self.one_to_one(names)?;
        }
        // Of several tables with the same key, the one named after it is the one meant.
        if named_after(&self.key.name, &self.parent_table.model.name) {
            score += AT_HOME;
        }
        if self.parent.1 == 0 {
            score += FIRST_COLUMN;
        }
        let orphan = names == 0.0
            && telling >= EXCLUDES_CHANCE
            && !to_itself
            && !own_key
            && is_key_name(&self.field.name)
            && !self.profile.is_unique()
            && self.profile.distinct.len() >= ENOUGH_VALUES;
        (score >= LEAST_SCORE || orphan).then(|| Candidate {
            child: self.child.0,
            child_columns: vec![self.child.1],
            parent: self.parent.0,
            parent_columns: vec![self.parent.1],
            score: if names == 0.0 { 0.0 } else { score },
            held: self.held,
            seen: self.seen,
            rule: "values included, names agree",
            confidence: ((score * 0.9).clamp(0.0, 0.95) * 100.0).round() / 100.0,
        })
    }

    fn names(&self, shorts: &[Vec<String>]) -> f64 {
        let short =
            |(table, at): (usize, usize)| shorts.get(table).and_then(|names| names.get(at)).map_or("", String::as_str);
        let parent = &self.parent_table.model.name;
        let as_written = likeness::name_score(&self.field.name, &self.key.name, parent);
        let shortened = likeness::name_score(short(self.child), short(self.parent), parent);
        let repeats = likeness::both_general(&self.field.name, &self.key.name) && !self.profile.is_unique();
        as_written.max(shortened).max(if repeats { GENERAL_NAMES } else { 0.0 })
    }

    /// A hierarchy within a table: some record has no parent or shares it, and the name says so.
    fn to_itself(&self, names: f64) -> Option<f64> {
        let named = likeness::refers_to_self(&self.field.name);
        (!self.profile.is_unique() && (named || names >= NAMES_ITS_TABLE)).then_some(if named { 0.45 } else { 0.0 })
    }

    /// A key that is also a reference is a subtype or a split in two: it bears the parent's name and holds no more records.
    fn one_to_one(&self, names: f64) -> Option<f64> {
        let same = plain(&self.field.name) == plain(&self.key.name);
        let at_home = named_after(&self.field.name, &self.child_table.model.name);
        let (own, others) = (self.child_table.rows(), self.parent_table.rows());
        let fits = names >= NAMES_ITS_TABLE && (same || !at_home) && (own < others || own == others && !at_home);
        fits.then_some(0.15)
    }
}

/// Composite keys: the child holds columns of the same names, and its tuples are among the parent's.
fn composite(tables: &[Table]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (parent, parent_table) in tables.iter().enumerate() {
        let target: Vec<usize> =
            parent_table.model.primary_key.iter().filter_map(|name| parent_table.position(name)).collect();
        if target.len() < 2 || target.len() != parent_table.model.primary_key.len() {
            continue;
        }
        let keys = short_names(parent_table);
        let values: HashSet<u64> =
            (0..parent_table.rows()).filter_map(|row| tuple(parent_table, &target, row)).collect();
        for (child, child_table) in tables.iter().enumerate().filter(|(child, _)| *child != parent) {
            let shorts = short_names(child_table);
            let columns: Option<Vec<usize>> =
                target.iter().map(|at| same_named(child_table, &shorts, keys.get(*at)?)).collect();
            let Some(columns) = columns else { continue };
            let same_key = child_table.model.primary_key.len() == columns.len()
                && columns.iter().all(|at| {
                    child_table.field(*at).is_some_and(|field| child_table.model.primary_key.contains(&field.name))
                });
            if same_key && child_table.rows() >= parent_table.rows() {
                continue;
            }
            let tuples: Vec<u64> =
                (0..child_table.rows()).filter_map(|row| tuple(child_table, &columns, row)).collect();
            let held = tuples.iter().filter(|value| values.contains(value)).count();
            if tuples.is_empty() || (held as f64) < tuples.len() as f64 * LEAST_COVERAGE {
                continue;
            }
            found.push(Candidate {
                child,
                child_columns: columns,
                parent,
                parent_columns: target.clone(),
                score: COMPOSITE,
                held: held as u64,
                seen: tuples.len() as u64,
                rule: "tuples included, names equal",
                confidence: 0.85,
            });
        }
    }
    found
}

fn same_named(table: &Table, shorts: &[String], name: &str) -> Option<usize> {
    let wanted = plain(name);
    let by_name = table.model.fields.iter().position(|field| plain(&field.name) == wanted);
    by_name.or_else(|| shorts.iter().position(|short| plain(short) == wanted))
}
