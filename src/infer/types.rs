//! The storage type of each column: what the file declares, else what all its values allow. A column is typed as a number
//! or date only when nothing is lost by it.

use super::column::Profile;
use super::table::Table;
use crate::facts::ColumnFacts;
use crate::model::{Evidence, Field};

/// Share of the values that must agree; the rest are reported as counter-examples (`inference.md`).
const AGREEMENT: f64 = 0.98;
/// Decimal precisions that databases use; the smallest that holds all digits is taken.
const PRECISIONS: &[u8] = &[5, 10, 18, 19, 38];
/// Confidence of a type that all values agree with but nobody declared.
const BY_VALUES: f64 = 0.95;

/// Decides type and requiredness of every field.
pub(super) fn decide(table: &mut Table, evidence: &mut Vec<Evidence>) {
    for at in 0..table.model.fields.len() {
        let profile = table.profiles.get(at).cloned().unwrap_or_default();
        let declared = table.declared.get(at).cloned();
        let (subject, place) = (table.field_subject(at), table.place_of(at));
        let Some(field) = table.model.fields.get_mut(at) else { continue };
        let declared_type = declared.as_ref().and_then(|column| declared_type(field, column));
        let claim = match declared_type {
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
            None => by_values(field, &profile),
        };
        let claim_text = format!("type {}", field.kind);
        evidence.push(Evidence { subject: subject.clone(), claim: claim_text, place: place.clone(), ..claim });
        require(field, &profile, declared.as_ref(), (&subject, &place), evidence);
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

fn by_values(field: &mut Field, profile: &Profile) -> Evidence {
    let filled = profile.filled();
    let (kind, held) = decided(field, profile, filled);
    field.kind = kind;
    let odd = filled.saturating_sub(held);
    let mut counter_examples = Vec::new();
    if odd > 0 {
        counter_examples.push(format!("{odd} values do not fit"));
    }
    if profile.noise > 0 {
        counter_examples.push(format!("{} cells hold a word for \"nothing\"", profile.noise));
    }
    if profile.errors > 0 {
        counter_examples.push(format!("{} cells hold an error", profile.errors));
    }
    let share = if filled == 0 { 0.0 } else { held as f64 / filled as f64 };
    Evidence {
        rule: String::from("all values"),
        held: held as u64,
        seen: filled as u64,
        confidence: (share * BY_VALUES * 100.0).round() / 100.0,
        counter_examples,
        ..Evidence::default()
    }
}

fn decided(field: &mut Field, profile: &Profile, filled: usize) -> (String, usize) {
    let agrees = |count: usize| filled > 0 && count as f64 >= filled as f64 * AGREEMENT;
    let whole = |name: &str, held: usize| (name.to_string(), held);
    if profile.binaries > 0 && profile.binaries == filled {
        return whole("Binary", profile.binaries);
    }
    if filled == 0 {
        return whole("Text", 0);
    }
    if agrees(profile.uuids) {
        return whole("UUID", profile.uuids);
    }
    let words = profile.booleans + if profile.distinct.len() <= 2 { profile.boolean_words } else { 0 };
    if agrees(words) {
        return whole("Boolean", words);
    }
    let numbers = profile.integers + profile.decimals + profile.floats;
    if profile.coded == 0 && agrees(numbers) {
        return (number_type(field, profile), numbers);
    }
    let moments = profile.dates + profile.date_times;
    if agrees(moments) {
        return whole(if profile.date_times > 0 { "DateTime" } else { "Date" }, moments);
    }
    if agrees(profile.times) {
        return whole("Time", profile.times);
    }
    whole("Text", filled)
}

fn number_type(field: &mut Field, profile: &Profile) -> String {
    if profile.floats > 0 {
        return String::from("Float");
    }
    if profile.decimals == 0 {
        return String::from("Integer");
    }
    let scale = if profile.scale <= 2 { 2 } else { profile.scale.min(255) as u8 };
    let digits = profile.integer_digits.min(30) as u8 + scale;
    field.scale = Some(scale);
    field.precision = PRECISIONS.iter().copied().find(|precision| *precision >= digits);
    String::from("Decimal")
}

fn require(
    field: &mut Field,
    profile: &Profile,
    declared: Option<&ColumnFacts>,
    (subject, place): (&str, &str),
    evidence: &mut Vec<Evidence>,
) {
    let filled = profile.rows - profile.empty - profile.noise;
    let said = declared.is_some_and(|column| column.required);
    // A declared column that is not required may be empty tomorrow, however full it is today.
    let seen_full =
        declared.is_none_or(|column| column.declared_type.is_none()) && profile.rows > 0 && filled == profile.rows;
    if !said && !seen_full {
        return;
    }
    field.required = Some(true);
    let rule = if said { "declared required" } else { "no empty value" };
    evidence.push(Evidence {
        subject: subject.to_string(),
        claim: String::from("required"),
        rule: rule.to_string(),
        held: filled as u64,
        seen: profile.rows as u64,
        place: place.to_string(),
        // Being full so far proves little: 235 of the null-free columns of the ground truth are nullable (`inference.md`).
        confidence: if said { 1.0 } else { 0.79 },
        counter_examples: Vec::new(),
    });
}
