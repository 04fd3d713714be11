//! What the cells of tables and of the rest of a sheet hold: card numbers, personal data in free text, passwords.

use super::numbers::{Cards, cards, is_personal};
use super::{Sighting, secrets};
use crate::facts::{CellContent, Scalar, SheetContent, TableContent};
use crate::infer::{Source, rows};
use crate::lang::formula::{column_letters, column_number};
use crate::model::{Application, Field, Region};

/// Share of ungrouped card-shaped numbers of a column whose check digit must fit: one in ten fits by chance, so a column of
/// order numbers stays far below and a column of card numbers far above.
const LEAST_SHARE: f64 = 0.5;
/// Tags of fields that are known to hold personal data; text in them is no surprise.
const PERSONAL_TAGS: [&str; 4] = ["personal", "special", "criminal", "nationalId"];

/// Sightings in all tables of a file and in the cells around them.
pub(super) fn sightings(source: &Source<'_>, application: &Application, regions: &[Region]) -> Vec<Sighting> {
    let mut found = Vec::new();
    for table in rows(source).iter().chain(&source.reading.tables) {
        let model = application.data_models.iter().find(|model| model.name == table.name);
        for (at, name) in table.columns.iter().enumerate() {
            let field = model.and_then(|model| model.fields.iter().find(|field| field.name == *name));
            found.extend(column(table, at, field));
        }
    }
    for sheet in &source.reading.sheets {
        found.extend(around(sheet, regions));
    }
    found
}

/// Counts over the cells of one place.
#[derive(Default)]
struct Tally {
    cards: Cards,
    card_cells: usize,
    personal_cells: usize,
    /// Where the first hit of each kind stands.
    first_card: Option<String>,
    first_personal: Option<String>,
}

impl Tally {
    fn look(&mut self, text: &str, place: &dyn Fn() -> String) {
        let seen = cards(text);
        self.cards.candidates += seen.candidates;
        self.cards.hits += seen.hits;
        self.cards.grouped += seen.grouped;
        self.cards.tests += seen.tests;
        if seen.hits > 0 {
            self.card_cells += 1;
            self.first_card.get_or_insert_with(place);
        }
        if is_personal(text) {
            self.personal_cells += 1;
            self.first_personal.get_or_insert_with(place);
        }
    }

    /// Whether chance is excluded.
    fn has_cards(&self) -> bool {
        let bare = self.cards.hits - self.cards.grouped;
        self.cards.grouped > 0 || (bare > 0 && bare as f64 >= self.cards.candidates as f64 * LEAST_SHARE)
    }
}

fn column(table: &TableContent, at: usize, field: Option<&Field>) -> Vec<Sighting> {
    let name = table.columns.get(at).map_or("", String::as_str);
    let location = format!("{}.{name}", table.name);
    let values: Vec<String> = table.rows.iter().filter_map(|row| row.get(at).and_then(text_of)).collect();
    let mut tally = Tally::default();
    for value in &values {
        tally.look(value, &|| location.clone());
    }
    let semantic = field.and_then(|field| field.semantic_type.clone()).unwrap_or_default();
    let is_known = |field: &Field| field.tags.iter().any(|tag| PERSONAL_TAGS.contains(&tag.as_str()));
    let mut found = Vec::new();
    if tally.has_cards() {
        found.push(Sighting { modelled_as: semantic, ..card_sighting(&tally, location.clone(), &table.name) });
    }
    if tally.personal_cells > 0 && !field.is_some_and(is_known) {
        found.push(Sighting::at("pii_in_free_text", location.clone(), tally.personal_cells));
    }
    let passwords = secrets::in_column(name, &values);
    if passwords > 0 {
        found.push(Sighting::at("hardcoded_secret", location, passwords));
    }
    found
}

fn card_sighting(tally: &Tally, location: String, container: &str) -> Sighting {
    Sighting {
        known_test_range: tally.cards.tests == tally.cards.hits,
        container: container.to_string(),
        ..Sighting::at("luhn_pan", location, tally.card_cells)
    }
}

/// Cells of a sheet that no table claims: titles, notes, forms to fill in.
fn around(sheet: &SheetContent, regions: &[Region]) -> Vec<Sighting> {
    let claimed: Vec<Corners> = regions
        .iter()
        .filter(|region| region.sheet == sheet.name)
        .filter_map(|region| corners(&region.range))
        .collect();
    let outside: Vec<&CellContent> =
        sheet.cells.iter().filter(|cell| !claimed.iter().any(|corners| corners.hold(cell.row, cell.column))).collect();
    let mut tally = Tally::default();
    for cell in &outside {
        let Some(text) = text_of(&cell.value) else { continue };
        tally.look(&text, &|| address(&sheet.name, cell.row, cell.column));
    }
    let mut found = Vec::new();
    if tally.has_cards() {
        let location = tally.first_card.clone().unwrap_or_default();
        found.push(card_sighting(&tally, location, &sheet.name));
    }
    if let Some(location) = tally.first_personal {
        found.push(Sighting::at("pii_in_free_text", location, tally.personal_cells));
    }
    found.extend(passwords_beside_labels(sheet));
    found
}

/// `Password:` in one cell and something that looks like one in the next.
fn passwords_beside_labels(sheet: &SheetContent) -> Vec<Sighting> {
    let labelled = sheet.cells.windows(2).filter_map(|pair| {
        let [label, value] = pair else { return None };
        let (Scalar::Text(word), Scalar::Text(text)) = (&label.value, &value.value) else { return None };
        let beside = label.row == value.row && label.column.checked_add(1) == Some(value.column);
        (beside && secrets::is_label(word) && secrets::is_typed_secret(text))
            .then(|| Sighting::at("hardcoded_secret", address(&sheet.name, value.row, value.column), 1))
    });
    let connections = sheet.cells.iter().filter_map(|cell| match &cell.value {
        Scalar::Text(text) if secrets::in_text(text) => {
            Some(Sighting::at("hardcoded_secret", address(&sheet.name, cell.row, cell.column), 1))
        }
        _ => None,
    });
    labelled.chain(connections).collect()
}

/// The text of a value as a person reads it; none for kinds that hold no digits or words.
fn text_of(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Text(text) | Scalar::Exact(text) => Some(text.clone()),
        // A sheet keeps 15 digits, so a whole number below this is shown exactly.
        Scalar::Number(number) if number.fract() == 0.0 && number.abs() < 1e19 => Some(format!("{number:.0}")),
        _ => None,
    }
}

/// `Sheet1!B7`.
pub(super) fn address(sheet: &str, row: u32, column: u32) -> String {
    format!("{sheet}!{}{row}", column_letters(column))
}

/// First and last row and column of a range, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Corners {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

impl Corners {
    pub fn hold(&self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }
}

/// Reads `B2:D9` or `B2`.
pub(super) fn corners(range: &str) -> Option<Corners> {
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    let (top, left) = cell(first)?;
    let (bottom, right) = cell(last)?;
    Some(Corners { top, left, bottom, right })
}

fn cell(text: &str) -> Option<(u32, u32)> {
    let text = text.trim().trim_start_matches('$');
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at_checked(digits)?;
    Some((row.parse().ok()?, column_number(letters.trim_end_matches('$'))?))
}
