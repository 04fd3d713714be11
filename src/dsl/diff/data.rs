//! Changes of data models, fields, keys, indexes and relationships. Things are matched by name.

use crate::model::{DataModel, Field, Index, Relationship};

use super::{ChangeKind, Effect, Log, changed, fields_of, json};

pub(super) fn models(log: &mut Log, before: &[DataModel], after: &[DataModel]) {
    let gone: Vec<&DataModel> = before.iter().filter(|one| !after.iter().any(|other| other.name == one.name)).collect();
    let mut new: Vec<&DataModel> =
        after.iter().filter(|one| !before.iter().any(|other| other.name == one.name)).collect();
    for model in before {
        if let Some(other) = after.iter().find(|other| other.name == model.name) {
            one_model(log, model, other);
        }
    }
    for model in gone {
        let path = format!("/dataModels/{}", model.name);
        let twin = new.iter().position(|other| !model.fields.is_empty() && other.fields == model.fields);
        match twin.map(|place| new.remove(place)) {
            Some(twin) => log.add(&path, ChangeKind::ModelRenamed, Effect::Breaking, changed(&model.name, &twin.name)),
            None => {
                log.add(&path, ChangeKind::ModelRemoved, Effect::Breaking, format!("{} fields", model.fields.len()))
            }
        }
    }
    for model in new {
        let path = format!("/dataModels/{}", model.name);
        log.add(&path, ChangeKind::ModelAdded, Effect::Compatible, format!("{} fields", model.fields.len()));
    }
}

fn one_model(log: &mut Log, before: &DataModel, after: &DataModel) {
    let path = format!("/dataModels/{}", before.name);
    fields(log, &path, before, after);
    if before.primary_key != after.primary_key {
        let detail = changed(&key_text(&before.primary_key), &key_text(&after.primary_key));
        log.add(&format!("{path}/primaryKey"), ChangeKind::KeyChanged, Effect::Breaking, detail);
    }
    indexes(log, &path, &before.indexes, &after.indexes);
    let ignored = ["name", "fields", "primaryKey", "indexes"];
    fields_of(log, &path, ChangeKind::ModelChanged, (&json(before), &json(after)), &ignored);
}

fn key_text(key: &[String]) -> String {
    if key.is_empty() { "nothing".to_string() } else { key.join(", ") }
}

fn fields(log: &mut Log, path: &str, before: &DataModel, after: &DataModel) {
    for field in &before.fields {
        if let Some(other) = after.fields.iter().find(|other| other.name == field.name) {
            one_field(log, &format!("{path}/fields/{}", field.name), field, other);
        }
    }
    let mut new: Vec<&Field> =
        after.fields.iter().filter(|one| !before.fields.iter().any(|other| other.name == one.name)).collect();
    for (place, field) in before.fields.iter().enumerate() {
        if after.fields.iter().any(|other| other.name == field.name) {
            continue;
        }
        let path = format!("{path}/fields/{}", field.name);
        // A field of the same type in the same place is taken for the old one under a new name.
        let heir = after.fields.get(place).filter(|heir| heir.kind == field.kind);
        match heir.and_then(|heir| new.iter().position(|one| one.name == heir.name)) {
            Some(found) => {
                let heir = new.remove(found);
                log.add(&path, ChangeKind::FieldRenamed, Effect::Breaking, changed(&field.name, &heir.name));
                one_field(log, &path, field, heir);
            }
            None => log.add(&path, ChangeKind::FieldRemoved, Effect::Breaking, field.kind.clone()),
        }
    }
    for field in new {
        // Existing records have no value for it.
        let effect =
            Effect::breaking_if(field.required == Some(true) && field.default.is_none() && field.computed.is_none());
        log.add(&format!("{path}/fields/{}", field.name), ChangeKind::FieldAdded, effect, field.kind.clone());
    }
}

fn one_field(log: &mut Log, path: &str, before: &Field, after: &Field) {
    type_change(log, path, before, after);
    match (before.required.unwrap_or(false), after.required.unwrap_or(false)) {
        (false, true) => log.add(path, ChangeKind::RequiredAdded, Effect::Breaking, "optional -> required"),
        (true, false) => log.add(path, ChangeKind::RequiredDropped, Effect::Compatible, "required -> optional"),
        _ => {}
    }
    if before.validation != after.validation {
        let detail = changed(text(&before.validation), text(&after.validation));
        log.add(path, ChangeKind::ValidationChanged, Effect::breaking_if(after.validation.is_some()), detail);
    }
    if before.choices != after.choices {
        let kept = after.choices.is_empty()
            || (!before.choices.is_empty() && before.choices.iter().all(|choice| after.choices.contains(choice)));
        let kind = if kept { ChangeKind::TypeWidened } else { ChangeKind::TypeNarrowed };
        let detail = changed(&format!("choices {}", before.choices.join(", ")), &after.choices.join(", "));
        log.add(path, kind, Effect::breaking_if(!kept), detail);
    }
    let ignored = ["name", "type", "precision", "scale", "required", "validation", "choices"];
    fields_of(log, path, ChangeKind::FieldChanged, (&json(before), &json(after)), &ignored);
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("nothing")
}

fn type_change(log: &mut Log, path: &str, before: &Field, after: &Field) {
    let same_form = (&before.kind, before.precision, before.scale) == (&after.kind, after.precision, after.scale);
    if same_form {
        return;
    }
    let detail = changed(&form(before), &form(after));
    match (holds(after, before), holds(before, after)) {
        (true, _) => log.add(path, ChangeKind::TypeWidened, Effect::Compatible, detail),
        (false, true) => log.add(path, ChangeKind::TypeNarrowed, Effect::Breaking, detail),
        (false, false) => log.add(path, ChangeKind::TypeChanged, Effect::Breaking, detail),
    }
}

fn form(field: &Field) -> String {
    match (field.precision, field.scale) {
        (Some(precision), Some(scale)) => format!("{}({precision}, {scale})", field.kind),
        (Some(precision), None) => format!("{}({precision})", field.kind),
        _ => field.kind.clone(),
    }
}

/// Whether every value of `narrow` is a value of `wide`.
fn holds(wide: &Field, narrow: &Field) -> bool {
    let (wide_base, wide_length) = base(&wide.kind);
    let (narrow_base, narrow_length) = base(&narrow.kind);
    match (wide_base, narrow_base) {
        ("Text", "Text") => wide_length.is_none_or(|limit| narrow_length.is_some_and(|length| length <= limit)),
        // Every other type has a text; without a limit it always fits.
        ("Text", _) => wide_length.is_none(),
        ("Decimal", "Decimal") => decimal_holds(wide, narrow),
        ("Decimal", "Integer") => wide.precision.is_none(),
        ("Float", "Integer" | "Decimal") => false,
        ("DateTime", "Date") => true,
        (wide, narrow) => wide == narrow,
    }
}

fn decimal_holds(wide: &Field, narrow: &Field) -> bool {
    let (Some(precision), Some(narrow_precision)) = (wide.precision, narrow.precision) else {
        return wide.precision.is_none();
    };
    let (scale, narrow_scale) = (wide.scale.unwrap_or(0), narrow.scale.unwrap_or(0));
    scale >= narrow_scale && precision.saturating_sub(scale) >= narrow_precision.saturating_sub(narrow_scale)
}

/// `Text(40)` as `Text` and 40.
fn base(kind: &str) -> (&str, Option<u32>) {
    match kind.split_once('(') {
        Some((base, rest)) => (base.trim(), rest.trim_end_matches(')').trim().parse().ok()),
        None => (kind, None),
    }
}

fn indexes(log: &mut Log, path: &str, before: &[Index], after: &[Index]) {
    let words = |index: &Index| {
        let unique = if index.unique == Some(true) { "unique " } else { "" };
        format!("{unique}({})", index.fields.join(", "))
    };
    for index in before.iter().filter(|one| !after.contains(one)) {
        log.add(&format!("{path}/indexes"), ChangeKind::IndexRemoved, Effect::Compatible, words(index));
    }
    for index in after.iter().filter(|one| !before.contains(one)) {
        // Existing records may break a uniqueness that was not asked for before.
        let known = before.iter().any(|one| one.unique == Some(true) && one.fields == index.fields);
        let effect = Effect::breaking_if(index.unique == Some(true) && !known);
        log.add(&format!("{path}/indexes"), ChangeKind::IndexAdded, effect, words(index));
    }
}

pub(super) fn relationships(log: &mut Log, before: &[Relationship], after: &[Relationship]) {
    let same = |a: &Relationship, b: &Relationship| a.from == b.from && a.to == b.to;
    let path = |one: &Relationship| {
        format!("/relationships/{}", if one.name.is_empty() { ends(one) } else { one.name.clone() })
    };
    for one in before {
        match after.iter().find(|other| same(one, other)) {
            None => log.add(&path(one), ChangeKind::RelationshipRemoved, Effect::Breaking, ends(one)),
            Some(other) if other != one => {
                let stricter = other.enforced == Some(true) && one.enforced != Some(true);
                let effect = Effect::breaking_if(stricter || one.cardinality != other.cardinality);
                log.add(&path(one), ChangeKind::RelationshipChanged, effect, changed(&terms(one), &terms(other)));
            }
            Some(_) => {}
        }
    }
    for one in after.iter().filter(|one| !before.iter().any(|other| same(one, other))) {
        let effect = Effect::breaking_if(one.enforced == Some(true));
        log.add(&path(one), ChangeKind::RelationshipAdded, effect, ends(one));
    }
}

fn ends(one: &Relationship) -> String {
    format!("{}({}) -> {}({})", one.from.model, one.from.fields.join(", "), one.to.model, one.to.fields.join(", "))
}

fn terms(one: &Relationship) -> String {
    let enforced = if one.enforced == Some(true) { "enforced" } else { "not enforced" };
    format!("{} {} {enforced}", one.name, text(&one.cardinality)).trim().to_string()
}
