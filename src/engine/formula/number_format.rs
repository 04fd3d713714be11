//! Number formats: what `Range.Text` and TEXT show, by format codes as Excel writes them (ECMA-376 part 1, 18.8.31), in US English.
//! Colours and widths do not show in a text; a star fills nothing. A format that cannot show a number gives `###`.

mod clock;
mod digits;
mod section;

use section::{Section, sections};

use super::general::cell_text;
use super::value::CellValue;

/// Longest format code that is read; Excel allows 255 characters.
const MAX_FORMAT: usize = 2_048;
/// What a cell shows that cannot show its number.
const UNSHOWN: &str = "##########";

/// A value as a cell of this format shows it. Serial numbers count in the book's date system.
pub fn render(value: &CellValue, format: &str, date1904: bool) -> String {
    if format.len() > MAX_FORMAT {
        return UNSHOWN.to_owned();
    }
    match value {
        CellValue::Empty => String::new(),
        CellValue::Boolean(true) => render_text("TRUE", format),
        CellValue::Boolean(false) => render_text("FALSE", format),
        CellValue::Error(kind) => kind.text().to_owned(),
        CellValue::Text(text) => render_text(text, format),
        CellValue::Number(number) => render_number(*number, format, date1904),
    }
}

/// The text section: the fourth, or one with an `@`; without one the text stands as it is.
fn render_text(text: &str, format: &str) -> String {
    let sections = sections(format);
    let own = match sections.as_slice() {
        [_, _, _, fourth, ..] => Some(fourth),
        others => others.iter().rev().find(|section| section.has_text()),
    };
    match own {
        Some(section) => section.text(text),
        None => text.to_owned(),
    }
}

fn render_number(number: f64, format: &str, date1904: bool) -> String {
    if format.is_empty() {
        return String::new();
    }
    if format.eq_ignore_ascii_case("General") {
        return cell_text(number);
    }
    let sections = sections(format);
    // A section of `@` alone is for text; numbers then stand as in General.
    let numeric: Vec<&Section> = sections.iter().take(3).collect();
    let Some((section, signed)) = chosen(number, &numeric) else {
        // A single section whose condition fails leaves the number to General.
        return if numeric.len() == 1 { cell_text(number) } else { UNSHOWN.to_owned() };
    };
    let shown = if signed { number } else { number.abs() };
    section.number(shown, date1904).unwrap_or_else(|| UNSHOWN.to_owned())
}

/// The section for a number, and whether it shows the sign itself: by conditions where sections have them, else positive; negative;
/// zero.
fn chosen<'a>(number: f64, sections: &[&'a Section]) -> Option<(&'a Section, bool)> {
    if sections.iter().any(|section| section.condition.is_some()) {
        return by_condition(number, sections);
    }
    match sections {
        [only] => Some((only, true)),
        [positive, negative] => Some(if number < 0.0 { (negative, false) } else { (positive, true) }),
        [positive, negative, zero, ..] => Some(if number < 0.0 {
            (negative, false)
        } else if number == 0.0 {
            (zero, false)
        } else {
            (positive, true)
        }),
        [] => None,
    }
}

fn by_condition<'a>(number: f64, sections: &[&'a Section]) -> Option<(&'a Section, bool)> {
    for (place, section) in sections.iter().enumerate() {
        let holds = match &section.condition {
            Some(condition) => condition.holds(number),
            // The second section without a condition of its own is for negative numbers, when a third stands for the rest.
            None if place == 1 && sections.len() > 2 => number < 0.0,
            None => place + 1 == sections.len() || place > 0,
        };
        if holds {
            // A sign that the condition already tells is not shown again.
            let told = number < 0.0 && place > 0 && section.condition.is_none() && sections.len() > 2;
            return Some((section, !told));
        }
    }
    None
}
