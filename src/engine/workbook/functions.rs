//! Worksheet functions called from VBA: `WorksheetFunction.X` raises 1004 on an error result, `Application.X` answers with the
//! error value (Microsoft, "Using Excel worksheet functions in Visual Basic").

use std::sync::Arc;

use super::excel::Excel;
use super::fault::{Answer, no_member, refused, unable_to_get, wrong_arguments};
use super::range_ref::as_range;
use super::recalc::{from_operand, grid_of_array, to_formula_value};
use super::scalar;
use crate::engine::formula::{Operand, functions};
use crate::engine::value::{Arguments, Fault, Value};

/// `WorksheetFunction.X(...)`.
pub fn strict(excel: &mut Excel, member: &str, arguments: &Arguments) -> Answer {
    match run(excel, member, arguments)? {
        Value::Error(_) => Err(unable_to_get(&shown_name(member), "WorksheetFunction")),
        value => Ok(value),
    }
}

/// `Application.X(...)`; error 438 for what is neither a member nor a function.
pub fn lenient(excel: &mut Excel, member: &str, arguments: &Arguments) -> Answer {
    if !functions::is_supported(&sheet_name(member)) {
        return Err(no_member());
    }
    run(excel, member, arguments)
}

/// Names the object model writes with more than one capital.
const NAMES: [&str; 34] = [
    "AverageIf",
    "AverageIfs",
    "CountA",
    "CountBlank",
    "CountIf",
    "CountIfs",
    "DCount",
    "DGet",
    "DSum",
    "EDate",
    "EoMonth",
    "HLookup",
    "IfError",
    "IfNa",
    "IsNA",
    "MaxIfs",
    "MInverse",
    "MinIfs",
    "MMult",
    "MRound",
    "NetworkDays",
    "RandBetween",
    "RoundDown",
    "RoundUp",
    "StDev",
    "SumIf",
    "SumIfs",
    "SumProduct",
    "SumSq",
    "TextJoin",
    "VLookup",
    "WeekNum",
    "WorkDay",
    "XLookup",
];

/// The name as the object model writes it, which is how errors show it.
fn shown_name(member: &str) -> String {
    if let Some(known) = NAMES.iter().find(|known| known.eq_ignore_ascii_case(member)) {
        return (*known).to_owned();
    }
    let mut letters = member.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// VBA writes `Norm_Dist` for `NORM.DIST`.
fn sheet_name(member: &str) -> String {
    member.replace('_', ".").to_ascii_uppercase()
}

fn run(excel: &mut Excel, member: &str, arguments: &Arguments) -> Answer {
    if arguments.positional.is_empty() && member.eq_ignore_ascii_case("Application") {
        return Ok(super::range_ref::object("Application", &[]));
    }
    let name = sheet_name(member);
    if !functions::is_supported(&name) {
        return Err(refused(&format!("formula:{name}"), format!("the worksheet function {name} is not offered")));
    }
    if arguments.named.iter().any(|(name, _)| !name.to_ascii_lowercase().starts_with("arg")) {
        return Err(super::fault::no_named_argument());
    }
    let mut operands = Vec::new();
    for value in &arguments.positional {
        operands.push(operand(excel, value)?);
    }
    for (label, value) in &arguments.named {
        let digits = label.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let place: usize = digits.parse().map_err(|_| super::fault::no_named_argument())?;
        const MOST: usize = 255;
        if !(1..=MOST).contains(&place) {
            return Err(wrong_arguments());
        }
        if operands.len() < place {
            operands.resize(place, Operand::Omitted);
        }
        let converted = operand(excel, value)?;
        if let Some(slot) = operands.get_mut(place - 1) {
            *slot = converted;
        }
    }
    let result = excel.call_function(&name, &operands)?;
    from_operand(excel, result)
}

/// A VBA value as a function's argument: ranges stay references.
fn operand(excel: &mut Excel, value: &Value) -> Result<Operand, Fault> {
    if let Some(object) = as_range(value) {
        let range = excel.range_of(object)?;
        return excel.operand_of(&range);
    }
    Ok(match value {
        Value::Missing => Operand::Omitted,
        Value::Array(array) => Operand::Array(Arc::new(grid_of_array(excel, array)?)),
        other => {
            let plain = excel.plain(other)?;
            match scalar::number(&plain) {
                Some(number) if scalar::is_numeric(&plain) => Operand::Value(number.into()),
                _ => Operand::Value(to_formula_value(&plain)),
            }
        }
    })
}
