//! The storage type of each column: what the file declares, else what all its values allow. A column is typed as a number
//! or date only when nothing is lost by it.

use super::column::{BOOLEAN_PAIRS, Profile};
use super::counted_as;
use super::formats::Shown;
use super::names::{is_key_name, words};
use super::semantic::names;
use super::table::Table;
use crate::facts::ColumnFacts;
use crate::model::{Evidence, Field};

/// Share of the values that must agree; the rest are reported as counter-examples (`inference.md`).
const AGREEMENT: f64 = 0.98;
/// Misfits from which they may be a code of their own, and how often each must come on average.
const SYSTEMATIC: usize = 6;
const USES_OF_A_CODE: usize = 3;
/// Decimal precisions that databases use; the smallest that holds all digits is taken.
const PRECISIONS: &[u8] = &[5, 10, 18, 19, 38];
/// Confidence of a type that all values agree with but nobody declared.
const BY_VALUES: f64 = 0.95;
/// Confidence of a type that the header decides where the values allow two.
const BY_NAME: f64 = 0.8;
/// Headers of digit strings that nobody adds up: the next one may begin with a zero or hold a letter.
const CODE_WORDS: &[&str] = &[
    "postal code",
    "postcode",
    "post code",
    "zip",
    "zip code",
    "plz",
    "postleitzahl",
    "code postal",
    "codigo postal",
    "kod pocztowy",
    "ssn",
    "social security number",
    "tax id",
    "tax number",
    "steuernummer",
    "vat id",
    "passport number",
    "iban",
    "routing number",
    "sort code",
    "bankleitzahl",
    "blz",
    "card number",
    "credit card",
    "credit card number",
    "kartennummer",
    "kreditkarte",
    "ean",
    "gtin",
    "upc",
    "barcode",
    "isbn",
    "issn",
];
/// Headers of telephone numbers.
const PHONE_WORDS: &[&str] = &[
    "phone",
    "phone number",
    "telephone",
    "telefon",
    "telefonnummer",
    "fax",
    "mobile",
    "mobile number",
    "handy",
    "cell phone",
    "telephone number",
    "faxnummer",
    "handynummer",
    "telefono",
];
/// Headers of moments; midnight in each of them so far is chance.
const MOMENT_WORDS: &[&str] = &[
    "timestamp",
    "datetime",
    "date time",
    "date and time",
    "zeitstempel",
    "zeitpunkt",
    "datumszeit",
    "datum und uhrzeit",
    "created at",
    "updated at",
    "modified at",
    "deleted at",
    "horodatage",
    "fecha y hora",
    "data e ora",
];

/// Decides the type of every field.
pub(super) fn decide(table: &mut Table, evidence: &mut Vec<Evidence>) {
    for at in 0..table.model.fields.len() {
        let profile = table.profiles.get(at).cloned().unwrap_or_default();
        let shown = table.shown.get(at).copied().unwrap_or_default();
        let declared = table.declared.get(at).cloned();
        let (subject, place) = (table.field_subject(at), table.place_of(at));
        let Some(field) = table.model.fields.get_mut(at) else { continue };
        let claim = match declared.as_ref().and_then(|column| declared_type(field, column)) {
            Some(kind) => {
                field.kind = kind;
                Evidence {
                    rule: String::from("declared type"),
                    held: profile.rows as u64,
                    seen: profile.rows as u64,
                    confidence: 1.0,
                    ..Evidence::default()
                }
            }
            None => by_values(field, &profile, shown),
        };
        let claim_text = format!("type {}", field.kind);
        evidence.push(Evidence { subject, claim: claim_text, place, ..claim });
    }
}

/// The type of an Access or schema.ini column, in the file's own words.
fn declared_type(field: &mut Field, column: &ColumnFacts) -> Option<String> {
    let word = column.declared_type.as_deref()?.to_ascii_lowercase().replace([' ', '_'], "");
    let kind = match word.as_str() {
        "text" | "shorttext" | "char" | "varchar" | "nvarchar" => match column.length.filter(|length| *length > 0) {
            Some(length) => format!("Text({length})"),
            None => String::from("Text"),
        },
        "memo" | "longtext" | "longchar" | "hyperlink" | "complex" | "complextype" => String::from("Text"),
        "byte" | "integer" | "short" | "int" | "long" | "longinteger" | "autonumber" | "counter" | "bigint"
        | "largenumber" => String::from("Integer"),
        "currency" | "money" => {
            field.precision = Some(19);
            field.scale = Some(4);
            String::from("Decimal")
        }
        "decimal" | "numeric" => {
            field.precision = column.precision.or(Some(18));
            field.scale = column.scale.or(Some(0));
            String::from("Decimal")
        }
        "single" | "double" | "float" | "real" => String::from("Float"),
        "boolean" | "yesno" | "bit" => String::from("Boolean"),
        "date" => String::from("Date"),
        "time" => String::from("Time"),
        "datetime" | "datetimeextended" | "dateandtime" | "timestamp" => String::from("DateTime"),
        "guid" | "replicationid" | "uniqueidentifier" => String::from("UUID"),
        "binary" | "ole" | "oleobject" | "longbinary" | "attachment" => String::from("Binary"),
        _ => return None,
    };
    Some(kind)
}

fn by_values(field: &mut Field, profile: &Profile, shown: Shown) -> Evidence {
    let filled = profile.filled();
    let decision = decided(field, profile, shown, filled);
    field.kind = decision.kind;
    let odd = filled.saturating_sub(decision.held);
    let mut counter_examples = decision.remarks;
    let counted = [
        (odd, "value does not fit", "values do not fit"),
        (profile.noise, "cell holds a word for \"nothing\"", "cells hold a word for \"nothing\""),
        (profile.errors, "cell holds an error", "cells hold an error"),
    ];
    counter_examples.extend(counted.into_iter().filter_map(|(n, one, more)| counted_as(n, one, more)));
    let share = if filled == 0 { 0.0 } else { decision.held as f64 / filled as f64 };
    Evidence {
        rule: decision.rule.to_string(),
        held: decision.held as u64,
        seen: filled as u64,
        confidence: (share * decision.confidence * 100.0).round() / 100.0,
        counter_examples,
        ..Evidence::default()
    }
}

/// What the values of a column amount to.
struct Decision {
    kind: String,
    held: usize,
    rule: &'static str,
    confidence: f64,
    remarks: Vec<String>,
}

impl Decision {
    fn of(kind: &str, held: usize) -> Decision {
        Decision { kind: kind.to_string(), held, rule: "all values", confidence: BY_VALUES, remarks: Vec::new() }
    }

    fn because(self, rule: &'static str) -> Decision {
        Decision { rule, ..self }
    }
}

fn decided(field: &mut Field, profile: &Profile, shown: Shown, filled: usize) -> Decision {
    let agrees = |count: usize| filled > 0 && count as f64 >= filled as f64 * AGREEMENT && !is_systematic(profile);
    if profile.binaries > 0 && profile.binaries == filled {
        return Decision::of("Binary", profile.binaries);
    }
    if filled == 0 {
        return Decision::of("Text", 0);
    }
    if agrees(profile.uuids) {
        return Decision::of("UUID", profile.uuids);
    }
    let words = profile.booleans + if is_boolean(profile) { profile.boolean_words } else { 0 };
    if agrees(words) {
        return Decision::of("Boolean", words);
    }
    let numbers = profile.integers + profile.decimals + profile.floats;
    if profile.coded == 0 && agrees(numbers) {
        return number_type(field, profile, shown, numbers);
    }
    let moments = profile.dates + profile.date_times;
    if agrees(moments) {
        return moment_type(field, profile, shown, moments);
    }
    if agrees(profile.times) {
        return Decision::of("Time", profile.times);
    }
    Decision::of("Text", filled)
}

/// Whether the values that fit no type come again and again: a code for "retired" among positions is no slip of the pen.
fn is_systematic(profile: &Profile) -> bool {
    let misfits: u32 = profile.odd.values().sum();
    misfits as usize >= SYSTEMATIC && misfits as usize >= profile.odd.len() * USES_OF_A_CODE
}

/// Words of one pair only; single letters must both occur, for an `F` alone may be anything.
fn is_boolean(profile: &Profile) -> bool {
    let forms = &profile.boolean_forms;
    if forms.is_empty() {
        return false;
    }
    if forms.len() == 1 {
        return forms.iter().all(|form| form.chars().count() > 1);
    }
    BOOLEAN_PAIRS.iter().any(|(yes, no)| {
        let letter = |word: &str| word.chars().next().map(|c| c.to_string()).unwrap_or_default();
        forms.iter().all(|form| form == yes || form == no || *form == letter(yes) || *form == letter(no))
    })
}

/// A date without times, unless the file shows a time: by its number format, or by midnights written out.
fn moment_type(field: &Field, profile: &Profile, shown: Shown, moments: usize) -> Decision {
    if profile.date_times > 0 {
        return Decision::of("DateTime", moments);
    }
    let mut decision = Decision::of("Date", moments);
    // Both orders of day and month in one column: some of its dates are misread, whichever order is taken.
    let turned = profile.day_first.min(profile.month_first);
    if turned > 0 {
        decision.held = moments - turned;
        let (one, more) = ("date has", "dates have");
        decision
            .remarks
            .extend(counted_as(turned, one, more).map(|dates| format!("{dates} day and month the other way round")));
    }
    if shown.times > shown.dates {
        return Decision { kind: String::from("DateTime"), ..decision }.because("number format shows a time");
    }
    if profile.midnights * 2 > moments {
        return Decision { kind: String::from("DateTime"), ..decision }.because("midnight is written out");
    }
    if shown.dates == 0 && names(&field.name, MOMENT_WORDS) {
        return Decision { kind: String::from("DateTime"), confidence: BY_NAME, ..decision }
            .because("header names a point in time");
    }
    decision
}

fn number_type(field: &mut Field, profile: &Profile, shown: Shown, numbers: usize) -> Decision {
    let whole = profile.decimals == 0 && profile.floats == 0;
    if shown.padded * 2 > numbers {
        return Decision::of("Text", numbers).because("number format shows leading zeros");
    }
    if whole && is_code(&field.name, profile.integer_digits) {
        return Decision { confidence: BY_NAME, ..Decision::of("Text", numbers) }
            .because("header names a code, not a quantity");
    }
    if is_dotted_code(field, profile) {
        return Decision { confidence: BY_NAME, ..Decision::of("Text", numbers) }
            .because("header names a key, decimals are part of it");
    }
    if profile.floats > 0 {
        return Decision::of("Float", numbers);
    }
    let formatted = shown.decimals * 2 > numbers;
    if whole && !(formatted && shown.scale > 0) {
        return Decision::of("Integer", numbers);
    }
    let seen = profile.scale.max(if formatted { shown.scale } else { 0 });
    let scale = if seen <= 2 { 2 } else { seen.min(255) as u8 };
    let digits = profile.integer_digits.min(30) as u8 + scale;
    field.scale = Some(scale);
    field.precision = PRECISIONS.iter().copied().find(|precision| *precision >= digits);
    let decision = Decision::of("Decimal", numbers);
    if whole { decision.because("number format shows decimals") } else { decision }
}

/// Whether a header ends in the name of a code; long ones may be the end of a compound word.
fn is_code(name: &str, digits: u32) -> bool {
    const COMPOUND: usize = 7;
    /// Fewer digits are an extension within a house.
    const TELEPHONE_DIGITS: u32 = 6;
    let found = words(&super::semantic::written_out(name)).join(" ");
    let ends = |phrase: &&str| {
        let rest = found.strip_suffix(*phrase);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(' ') || phrase.len() >= COMPOUND)
    };
    CODE_WORDS.iter().any(&ends) || digits >= TELEPHONE_DIGITS && PHONE_WORDS.iter().any(ends)
}

/// `101.10` and `101.20` in a column named as a key: sections of a course, not amounts.
fn is_dotted_code(field: &Field, profile: &Profile) -> bool {
    let one_scale = profile.smallest_scale == Some(profile.scale) && profile.integers == 0 && profile.floats == 0;
    profile.trailing_zeros > 0 && profile.trailing_zeros < profile.decimals && one_scale && is_key_name(&field.name)
}
