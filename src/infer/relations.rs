//! Relationships, from child to parent: declared ones first, then look-up formulas, then inclusion of values ranked by names.
//! Raw inclusion is useless without ranking (precision 0.02 to 0.24, `inference.md`), so names must agree or values must be telling.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Source;
use super::keys::tuple;
use super::names::{is_key_name, plain, singular, words};
use super::region::parse_a1;
use super::table::Table;
use crate::model::{End, Evidence, Relationship};

/// Share of the child's values that must be found in the parent; the rest are orphans and reported.
const LEAST_COVERAGE: f64 = 0.95;
/// Score below which a pair is no relationship.
const LEAST_SCORE: f64 = 0.5;
/// Parents with fewer distinct values prove nothing by inclusion alone.
const FEW_VALUES: usize = 3;

/// One possible relationship.
struct Candidate {
    child: usize,
    child_columns: Vec<usize>,
    parent: usize,
    parent_columns: Vec<usize>,
    score: f64,
    held: u64,
    seen: u64,
    rule: &'static str,
    confidence: f64,
}

/// All relationships between the tables.
pub(super) fn find(tables: &[Table], sources: &[Source<'_>], evidence: &mut Vec<Evidence>) -> Vec<Relationship> {
    let mut found = declared(tables, sources, evidence);
    let mut candidates = by_formula(tables, sources);
    candidates.extend(by_values(tables));
    candidates.extend(composite(tables));
    candidates.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then((a.child, &a.child_columns, a.parent).cmp(&(
            b.child,
            &b.child_columns,
            b.parent,
        )))
    });
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
        counter_examples: if orphans > 0 { vec![format!("{orphans} rows without a parent")] } else { Vec::new() },
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
    for (parent, parent_table) in tables.iter().enumerate() {
        for target in unique_columns(parent_table) {
            let values = parent_table.profiles.get(target).map(super::column::Profile::hashes).unwrap_or_default();
            for (child, child_table) in tables.iter().enumerate() {
                for at in 0..child_table.model.fields.len() {
                    if (child, at) != (parent, target) {
                        found.extend(judge(tables, (child, at), (parent, target), &values));
                    }
                }
            }
        }
    }
    found
}

fn unique_columns(table: &Table) -> Vec<usize> {
    let primary: Vec<usize> = table.model.primary_key.iter().filter_map(|name| table.position(name)).collect();
    if let [at] = primary.as_slice() {
        return vec![*at];
    }
    let unique = |at: &usize| table.profiles.get(*at).is_some_and(super::column::Profile::is_unique);
    (0..table.model.fields.len())
        .filter(unique)
        .filter(|at| table.field(*at).is_some_and(|field| is_key_name(&field.name)))
        .collect()
}

fn judge(
    tables: &[Table],
    (child, at): (usize, usize),
    (parent, target): (usize, usize),
    values: &HashSet<u64>,
) -> Option<Candidate> {
    let (child_table, parent_table) = (tables.get(child)?, tables.get(parent)?);
    let (field, key) = (child_table.field(at)?, parent_table.field(target)?);
    let profile = child_table.profiles.get(at)?;
    if !same_class(&field.kind, &key.kind) || profile.filled() == 0 || values.is_empty() {
        return None;
    }
    let seen: u64 = profile.distinct.values().map(|count| u64::from(*count)).sum();
    let held: u64 =
        profile.distinct.iter().filter(|(hash, _)| values.contains(hash)).map(|(_, count)| u64::from(*count)).sum();
    let coverage = held as f64 / seen as f64;
    if coverage < LEAST_COVERAGE {
        return None;
    }
    let own_key = child_table.model.primary_key == [field.name.clone()];
    let names = name_score(&field.name, &key.name, &parent_table.model.name);
    let telling = is_telling(&field.kind, profile.distinct.len(), profile, values.len());
    let mut score = 0.65 * names + 0.25 * telling + 0.1 * coverage;
    if own_key {
        // A key that is also a reference is a subtype or a 1:1 split: both keys must bear the same name.
        let same = plain(&field.name) == plain(&key.name);
        score = if same && child_table.rows() <= parent_table.rows() && child != parent { score - 0.15 } else { 0.0 };
    }
    if child == parent && names < 0.3 && !refers_to_self(&field.name) {
        score = 0.0;
    } else if child == parent && refers_to_self(&field.name) {
        score += 0.3;
    }
    (score >= LEAST_SCORE).then(|| Candidate {
        child,
        child_columns: vec![at],
        parent,
        parent_columns: vec![target],
        score,
        held,
        seen,
        rule: "values included, names agree",
        confidence: ((score * 0.9).min(0.95) * 100.0).round() / 100.0,
    })
}

/// Words that say a column points into its own table: a manager is an employee.
fn refers_to_self(name: &str) -> bool {
    const WORDS: &[&str] =
        &["parent", "manager", "reportsto", "supervisor", "boss", "vorgesetzter", "mgr", "head", "previous", "leiter"];
    let name = plain(name);
    WORDS.iter().any(|word| name.contains(word))
}

fn same_class(a: &str, b: &str) -> bool {
    let class = |kind: &str| match kind.split('(').next().unwrap_or("") {
        "Integer" => 1,
        "Text" => 2,
        "UUID" => 3,
        "Date" => 4,
        _ => 0,
    };
    class(a) != 0 && class(a) == class(b)
}

/// How alike the names are (0 to 1): the child's name equals the parent key's, or names the parent table.
fn name_score(child: &str, key: &str, parent: &str) -> f64 {
    let (child_plain, key_plain) = (plain(child), plain(key));
    let noun = words(parent).iter().map(|word| singular(word)).collect::<Vec<_>>();
    let noun_named = noun.iter().any(|word| word.chars().count() >= 3 && child_plain.contains(word.as_str()));
    let key_is_general = matches!(key_plain.as_str(), "id" | "code" | "key" | "no" | "nr" | "number" | "name");
    if child_plain == key_plain && !key_is_general {
        return 1.0;
    }
    if noun_named {
        return if is_key_name(child) { 0.95 } else { 0.75 };
    }
    if !key_is_general && key_plain.chars().count() >= 4 && child_plain.ends_with(&key_plain) {
        return 0.8;
    }
    let child_words: BTreeSet<String> = words(child).iter().map(|word| singular(word)).collect();
    let other_words: BTreeSet<String> = words(key).iter().chain(&words(parent)).map(|word| singular(word)).collect();
    let general = |word: &&String| super::names::KEY_WORDS.contains(&word.as_str());
    let shared = child_words.intersection(&other_words).filter(|word| !general(word)).count();
    if shared > 0 { 0.6 } else { 0.0 }
}

/// How telling the inclusion itself is: long texts and wide numbers say more than 1, 2, 3.
fn is_telling(kind: &str, distinct: usize, profile: &super::column::Profile, parent_values: usize) -> f64 {
    if distinct < FEW_VALUES || parent_values < FEW_VALUES {
        return 0.1;
    }
    match kind.split('(').next().unwrap_or("") {
        "UUID" => 1.0,
        "Text" if profile.longest >= 3 => 0.9,
        "Text" => 0.4,
        "Integer" if profile.smallest > 1000.0 => 0.8,
        "Integer" => 0.2,
        _ => 0.1,
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
        let values: HashSet<u64> =
            (0..parent_table.rows()).filter_map(|row| tuple(parent_table, &target, row)).collect();
        for (child, child_table) in tables.iter().enumerate().filter(|(child, _)| *child != parent) {
            let columns: Option<Vec<usize>> =
                target.iter().map(|at| same_named(child_table, &parent_table.field(*at)?.name)).collect();
            let Some(columns) = columns else { continue };
            if child_table.model.primary_key.len() == columns.len() && child_table.rows() > parent_table.rows() {
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
                score: 0.9,
                held: held as u64,
                seen: tuples.len() as u64,
                rule: "tuples included, names equal",
                confidence: 0.85,
            });
        }
    }
    found
}

fn same_named(table: &Table, name: &str) -> Option<usize> {
    table.model.fields.iter().position(|field| plain(&field.name) == plain(name))
}

/// Look-up formulas: `VLOOKUP(key, Sheet!A:D, n, FALSE)` says that the key's column references the first column of the area.
fn by_formula(tables: &[Table], sources: &[Source<'_>]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for source in sources {
        for shape in &source.reading.facts.formulas {
            let Some((key, sheet, column)) = exact_lookup(&shape.formula) else { continue };
            let sheet = sheet.unwrap_or_else(|| shape.sheet.clone());
            let here = |table: &Table, name: &str| {
                table
                    .model
                    .source
                    .as_ref()
                    .is_some_and(|place| place.file == source.name && place.sheet.as_deref() == Some(name))
            };
            let child = column_at(tables, &|table| here(table, &shape.sheet), key);
            let parent = column_at(tables, &|table| here(table, &sheet), column);
            let (Some((child, at)), Some((parent, target))) = (child, parent) else { continue };
            if child == parent {
                continue;
            }
            found.push(Candidate {
                child,
                child_columns: vec![at],
                parent,
                parent_columns: vec![target],
                score: 2.0,
                held: shape.cells,
                seen: shape.cells,
                rule: "exact look-up formula",
                confidence: 0.95,
            });
        }
    }
    found
}

fn column_at(tables: &[Table], wanted: &dyn Fn(&Table) -> bool, column: u32) -> Option<(usize, usize)> {
    tables.iter().enumerate().filter(|(_, table)| wanted(table)).find_map(|(index, table)| {
        let area = parse_a1(table.model.source.as_ref()?.range.as_deref()?)?;
        let at = column.checked_sub(area.left)? as usize;
        (column <= area.right && at < table.model.fields.len()).then_some((index, at))
    })
}

/// The key's column, the sheet and the first column of an exact VLOOKUP or XLOOKUP, or of MATCH(…, 0).
fn exact_lookup(formula: &str) -> Option<(u32, Option<String>, u32)> {
    let upper = formula.to_ascii_uppercase();
    let (start, name) =
        ["VLOOKUP(", "XLOOKUP(", "MATCH("].into_iter().find_map(|name| Some((upper.find(name)? + name.len(), name)))?;
    let arguments = arguments_of(formula.get(start..)?);
    let exact = match name {
        "VLOOKUP(" => {
            arguments.get(3).is_some_and(|mode| matches!(mode.trim().to_ascii_uppercase().as_str(), "FALSE" | "0"))
        }
        "MATCH(" => arguments.get(2).is_some_and(|mode| mode.trim() == "0"),
        _ => true,
    };
    if !exact {
        return None;
    }
    let key = parse_reference(arguments.first()?)?;
    let area = parse_reference(arguments.get(1)?)?;
    Some((key.1, area.0, area.1))
}

/// Sheet (if any) and first column of a reference such as `'Price List'!$A$2:$D$9`, `A:D` or `B2`.
fn parse_reference(text: &str) -> Option<(Option<String>, u32)> {
    let text = text.trim();
    let (sheet, cells) = match text.rsplit_once('!') {
        Some((sheet, cells)) => (Some(sheet.trim_matches('\'').replace("''", "'")), cells),
        None => (None, text),
    };
    let first = cells.split(':').next()?.replace('$', "");
    let letters: String = first.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = first.get(letters.len()..)?;
    if letters.is_empty() || letters.len() > 3 || !rest.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let column = parse_a1(&format!("{letters}1"))?.left;
    Some((sheet.filter(|sheet| !sheet.contains('[')), column))
}

/// The arguments of a call whose opening parenthesis was consumed.
fn arguments_of(text: &str) -> Vec<String> {
    let (mut depth, mut quoted) = (0usize, false);
    let mut found = vec![String::new()];
    for c in text.chars() {
        match c {
            '"' | '\'' => quoted = !quoted,
            '(' | '{' if !quoted => depth += 1,
            ')' | '}' if !quoted && depth == 0 => break,
            ')' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found
}
