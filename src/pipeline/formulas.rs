//! Puts what formulas and data validations say into the inferred model: computed fields, conditions, choices.

use std::collections::BTreeMap;

use crate::convert::Conversion;
use crate::convert::formula::{self, Place, Restriction};
use crate::facts::{Reading, Scalar, SheetContent};
use crate::lang::formula::column_number;
use crate::model::{Application, Evidence, Field, Grade, Inference, Region};

/// Converts the formulas of one workbook into the model inferred from it; answers what is to be counted.
pub(super) fn apply(inference: &mut Inference, workbook: &str, reading: &Reading) -> Conversion {
    if reading.facts.formulas.is_empty() && reading.facts.validations.is_empty() {
        return Conversion::default();
    }
    let own = inference.regions.iter().filter(|region| region.workbook == workbook);
    let places: Vec<Place> = own.filter_map(|region| place(region, &inference.application, reading)).collect();
    for (model, field, restriction) in formula::restrictions(&reading.facts.validations, &places) {
        let Some(field) = field_mut(&mut inference.application, &model, &field) else { continue };
        match restriction {
            // What people may type says more than what they typed so far.
            Restriction::Choices(choices) if field.tags.is_empty() => field.choices = choices,
            Restriction::Condition(condition) if field.validation.is_none() => field.validation = Some(condition),
            _ => {}
        }
    }
    let converted = formula::convert(&reading.facts.formulas, &places);
    for rule in converted.computed {
        let Some(field) = field_mut(&mut inference.application, &rule.model, &rule.field) else { continue };
        field.computed = Some(rule.expression);
        inference.evidence.push(Evidence {
            subject: format!("/dataModels/{}/fields/{}", rule.model, rule.field),
            claim: format!("computed ({})", rule.note),
            rule: String::from("formulas of one shape"),
            held: rule.held,
            seen: rule.seen,
            place: rule.place,
            confidence: if rule.grade == Grade::Exact { 1.0 } else { 0.8 },
            counter_examples: Vec::new(),
        });
    }
    inference.evidence.sort_by(|a, b| (&a.subject, &a.claim).cmp(&(&b.subject, &b.claim)));
    converted.conversion
}

fn field_mut<'a>(application: &'a mut Application, model: &str, field: &str) -> Option<&'a mut Field> {
    let model = application.data_models.iter_mut().find(|known| known.name == model)?;
    model.fields.iter_mut().find(|known| known.name == field)
}

/// A region with the field of each of its columns.
fn place(region: &Region, application: &Application, reading: &Reading) -> Option<Place> {
    let ((_, left), (_, right)) = corners(&region.range)?;
    let ((first_row, _), (last_row, _)) = corners(&region.data_range)?;
    let model = application.data_models.iter().find(|model| model.name == region.table)?;
    let width = usize::try_from(right.saturating_sub(left)).ok()?.saturating_add(1);
    let names: Vec<&str> = model.fields.iter().map(|field| field.name.as_str()).collect();
    let fields = if names.len() == width {
        (left..=right).zip(names).map(|(column, name)| (column, name.to_string())).collect()
    } else {
        // A gap between columns is no field: names find their columns by the header.
        let sheet = reading.sheets.iter().find(|sheet| sheet.name == region.sheet)?;
        by_header(sheet, first_row.checked_sub(1)?, left..=right, &names)
    };
    Some(Place { model: region.table.clone(), sheet: region.sheet.clone(), first_row, last_row, fields })
}

fn by_header(
    sheet: &SheetContent,
    row: u32,
    columns: std::ops::RangeInclusive<u32>,
    names: &[&str],
) -> BTreeMap<u32, String> {
    let header = sheet.cells.iter().filter(|cell| cell.row == row && columns.contains(&cell.column));
    header
        .filter_map(|cell| match &cell.value {
            Scalar::Text(text) => {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                names.iter().find(|name| **name == text).map(|name| (cell.column, (*name).to_string()))
            }
            _ => None,
        })
        .collect()
}

/// Rows and columns of `A1:C9`.
fn corners(range: &str) -> Option<((u32, u32), (u32, u32))> {
    let cell = |text: &str| {
        let digits = text.find(|c: char| c.is_ascii_digit())?;
        Some((text.get(digits..)?.parse::<u32>().ok()?, column_number(text.get(..digits)?)?))
    };
    match range.split_once(':') {
        Some((from, to)) => Some((cell(from)?, cell(to)?)),
        None => cell(range).map(|one| (one, one)),
    }
}
