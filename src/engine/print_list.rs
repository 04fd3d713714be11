//! Print lists: what `Debug.Print` and `Print #` make of their values, with print zones, positions and the blanks that VBA
//! puts around numbers (MS-VBAL 5.4.5.8). Knows columns, no files and no screen.

use super::value::{Object, RunError, Value, coerce};

/// Class of the pseudo object `Tab`; without a word it is the comma of a list.
pub const TAB_CLASS: &str = "TabPosition";
/// Class of the pseudo object `Spc`. As the last item it leaves the line open.
pub const SPACE_CLASS: &str = "SpacePosition";
/// Width of a print zone (Microsoft, "Print # statement").
const ZONE: usize = 14;
/// A line is not made longer than this by positions; values may be.
const WIDEST: usize = 32_767;

/// Appends the values to the line that has begun; `newline` is put where a position lies behind. Answers whether the line
/// is finished.
pub fn append(line: &mut String, values: &[Value], newline: &str) -> Result<bool, RunError> {
    let mut width = line.chars().count();
    let mut open = false;
    for value in values {
        let before = line.len();
        open = false;
        match value {
            Value::Object(Object::Host(object)) if object.class.as_ref() == TAB_CLASS => {
                let column = object.words.first().map(|column| (*column as usize).clamp(1, WIDEST) - 1);
                if column.is_some_and(|column| column < width) {
                    line.push_str(newline);
                    width = 0;
                }
                let blanks = column.map_or(ZONE - width % ZONE, |column| column - width);
                line.extend(std::iter::repeat_n(' ', blanks));
                width += blanks;
                open = true;
                continue;
            }
            Value::Object(Object::Host(object)) if object.class.as_ref() == SPACE_CLASS => {
                let blanks = object.words.first().map_or(0, |count| (*count as usize).min(WIDEST));
                line.extend(std::iter::repeat_n(' ', blanks));
                open = true;
            }
            value => line.push_str(&shown(value)?),
        }
        width += line.get(before..).map_or(0, |added| added.chars().count());
    }
    Ok(!open)
}

/// A value as a print list shows it: a number has its sign's place before and a blank after.
fn shown(value: &Value) -> Result<String, RunError> {
    Ok(match value {
        Value::Null => String::from("Null"),
        Value::Empty | Value::Missing => String::new(),
        Value::Error(number) => format!("Error {number}"),
        Value::Text(_) | Value::Boolean(_) | Value::Date(_) => coerce::to_text(value)?,
        number => {
            let digits = coerce::to_text(number)?;
            let sign = if digits.starts_with('-') || !number.is_numeric() { "" } else { " " };
            let after = if number.is_numeric() { " " } else { "" };
            format!("{sign}{digits}{after}")
        }
    })
}
