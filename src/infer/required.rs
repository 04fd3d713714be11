//! Whether a field must have a value: "the business requires it", which is more than "no gap so far". Keys must; for the
//! rest names, position, type, references and the size of the evidence are weighed. What a file declares wins.

use std::collections::BTreeSet;

use super::column::Profile;
use super::names::is_key_name;
use super::semantic::names;
use super::table::Table;
use crate::model::{Evidence, Relationship};

/// Sum of weights from which a field without a gap is required. The weights are a logistic regression, rounded, on the
/// null-free columns beside the primary keys of 38 databases of the ground truth (910 columns, 237 of them NOT NULL); the
/// sum is the logarithm of the odds. The limit leans to the databases whose schemas declare NOT NULL at all: many of the
/// others declare it for keys only, which says nothing about what their business requires.
const LEAST_SUM: f64 = -2.0;
const START: f64 = -0.9;
const IS_CODE: f64 = 1.9;
const IS_NAME: f64 = 1.7;
const IS_TEXT: f64 = -1.3;
/// For the last column; less for those further left.
const AT_THE_END: f64 = -1.3;
const FEW_RECORDS: f64 = -1.2;
const IS_BOOLEAN: f64 = 1.0;
const IS_MOMENT: f64 = -0.6;
/// No column of the table has a gap: its records are filled in whole.
const NO_GAP_ANYWHERE: f64 = 0.5;
const IS_REFERENCE: f64 = 0.5;
const IS_ADDRESS: f64 = -0.4;
const IS_KEY: f64 = 0.4;
const IS_NUMBER: f64 = 0.2;
const IS_AMOUNT: f64 = 0.3;
const MANY_RECORDS: f64 = 0.5;
/// Records below which a column is full by chance.
const FEW: usize = 15;
/// Records from which a column without a gap says more.
const MANY: usize = 100;
/// Rows below which nothing but a key is claimed.
const FEWEST_ROWS: usize = 3;

const NAME_WORDS: &[&str] =
    &["name", "title", "label", "titel", "bezeichnung", "nom", "nombre", "nome", "naam", "nazwa"];
const CODE_WORDS: &[&str] =
    &["code", "type", "status", "kind", "flag", "typ", "art", "statut", "tipo", "estado", "stato", "soort", "rodzaj"];
const AMOUNT_WORDS: &[&str] = &[
    "amount", "price", "quantity", "qty", "cost", "total", "rate", "balance", "salary", "betrag", "preis", "menge",
    "kosten", "summe", "gehalt", "saldo", "montant", "prix", "importe", "precio", "prezzo", "bedrag", "prijs", "cena",
    "kwota",
];
const ADDRESS_WORDS: &[&str] = &[
    "address",
    "adresse",
    "city",
    "stadt",
    "ort",
    "country",
    "land",
    "phone",
    "telefon",
    "fax",
    "mail",
    "email",
    "postal code",
    "plz",
    "postleitzahl",
    "region",
    "state",
    "street",
    "strasse",
    "url",
    "website",
    "direccion",
    "ciudad",
    "indirizzo",
    "ville",
    "adres",
];

/// Decides requiredness of every field, when keys and relationships are known.
pub(super) fn decide(tables: &mut [Table], links: &[Relationship], evidence: &mut Vec<Evidence>) {
    for table in tables {
        let references: BTreeSet<&String> = links
            .iter()
            .filter(|link| link.from.model == table.model.name)
            .flat_map(|link| &link.from.fields)
            .collect();
        let is_reference: Vec<bool> = table.model.fields.iter().map(|field| references.contains(&field.name)).collect();
        let gapless = table.profiles.iter().all(|profile| profile.given() == profile.rows);
        for (at, is_reference) in is_reference.into_iter().enumerate() {
            if let Some((rule, confidence)) = claim(table, at, is_reference, gapless) {
                let given = table.profiles.get(at).map_or(0, Profile::given);
                evidence.push(Evidence {
                    subject: table.field_subject(at),
                    claim: String::from("required"),
                    rule: rule.to_string(),
                    held: given as u64,
                    seen: table.rows() as u64,
                    place: table.place_of(at),
                    confidence,
                    counter_examples: Vec::new(),
                });
                if let Some(field) = table.model.fields.get_mut(at) {
                    field.required = Some(true);
                }
            }
        }
    }
}

/// The rule by which a field is required and how sure that is; none when it is not.
fn claim(table: &Table, at: usize, is_reference: bool, gapless: bool) -> Option<(&'static str, f64)> {
    let declared = table.declared.get(at);
    if declared.is_some_and(|column| column.required) {
        return Some(("declared required", 1.0));
    }
    // A declared column that is not required may be empty tomorrow, however full it is today.
    if declared.is_some_and(|column| column.declared_type.is_some()) {
        return None;
    }
    let (field, profile) = (table.field(at)?, table.profiles.get(at)?);
    if profile.rows < FEWEST_ROWS && !table.model.primary_key.contains(&field.name)
        || profile.given() < profile.rows
        || profile.rows == 0
    {
        return None;
    }
    if table.model.primary_key.contains(&field.name) {
        return Some(("part of the primary key", 0.95));
    }
    let sum = weigh(table, at, profile, is_reference, gapless);
    (sum >= LEAST_SUM).then(|| ("no gap, and name and place make it likely", share_of(sum)))
}

fn weigh(table: &Table, at: usize, profile: &Profile, is_reference: bool, gapless: bool) -> f64 {
    let Some(field) = table.field(at) else { return f64::NEG_INFINITY };
    let kind = field.kind.split('(').next().unwrap_or("");
    let position = at as f64 / table.model.fields.len().max(1) as f64;
    let terms = [
        (names(&field.name, CODE_WORDS) || ends_with(&field.name, &["code", "typ", "type"]), IS_CODE),
        (names(&field.name, NAME_WORDS) || ends_with(&field.name, &["name", "titel"]), IS_NAME),
        (kind == "Text", IS_TEXT),
        (profile.rows < FEW, FEW_RECORDS),
        (kind == "Boolean", IS_BOOLEAN),
        (matches!(kind, "Date" | "DateTime"), IS_MOMENT),
        (gapless, NO_GAP_ANYWHERE),
        (is_reference, IS_REFERENCE),
        (names(&field.name, ADDRESS_WORDS), IS_ADDRESS),
        (is_key_name(&field.name), IS_KEY),
        (matches!(kind, "Integer" | "Decimal" | "Float"), IS_NUMBER),
        (names(&field.name, AMOUNT_WORDS), IS_AMOUNT),
        (profile.rows >= MANY, MANY_RECORDS),
    ];
    START + AT_THE_END * position + terms.iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum::<f64>()
}

/// Compounds that are written as one word: `Kundenname`, `typecode`.
fn ends_with(name: &str, endings: &[&str]) -> bool {
    let plain = super::names::plain(name);
    endings.iter().any(|ending| plain.ends_with(ending))
}

fn share_of(sum: f64) -> f64 {
    let share = 1.0 / (1.0 + (-sum).exp());
    (share * 100.0).round() / 100.0
}
