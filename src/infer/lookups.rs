//! Relationships that formulas state: an exact look-up says which column references which, whatever they are called.

use super::Source;
use super::region::parse_a1;
use super::relations::Candidate;
use super::table::Table;

/// What a stated relationship weighs; more than any guess.
const STATED: f64 = 2.0;
/// Name of the rule.
pub(super) const RULE: &str = "exact look-up formula";

/// Look-up formulas: `VLOOKUP(key, Sheet!A:D, n, FALSE)` says that the key's column references the first column of the area.
pub(super) fn by_formula(tables: &[Table], sources: &[Source<'_>]) -> Vec<Candidate> {
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
                score: STATED,
                held: shape.cells,
                seen: shape.cells,
                rule: RULE,
                confidence: 0.95,
            });
        }
    }
    found
}

fn column_at(tables: &[Table], wanted: &dyn Fn(&Table) -> bool, column: u32) -> Option<(usize, usize)> {
    tables.iter().enumerate().filter(|(_, table)| wanted(table)).find_map(|(index, table)| {
        let at = table.sheet_columns.iter().position(|place| *place == column)?;
        Some((index, at))
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
