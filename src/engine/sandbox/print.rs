//! `Debug.Print`: one line from a print list, with print zones and the blanks VBA puts around numbers.

use wasmtime::AsContextMut;

use crate::engine::value::{Object, Value, coerce};

use super::globals::{SPACE_CLASS, TAB_CLASS};
use super::state::{Answer, State, Vm};

/// Width of a print zone (Microsoft, "Print # statement").
const ZONE: usize = 14;
/// A line is not made longer than this by positions; values may be.
const WIDEST: usize = 32_767;

/// One item of a print list.
enum Item {
    Text(String),
    /// Its sign's place and the blank after it are written only between other items, so that a lone number is its digits.
    Number(String),
    Zone,
    Column(usize),
    Spaces(usize),
}

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// Prints the values as one line of output.
    pub(super) fn print(&mut self, words: &[u64]) -> Answer<()> {
        let mut items = Vec::with_capacity(words.len());
        for word in words {
            items.push(self.item(*word)?);
        }
        let line = line(&items);
        self.state().host.dialogs.show("Debug.Print", line);
        Ok(())
    }

    fn item(&mut self, word: u64) -> Answer<Item> {
        if let Value::Object(Object::Host(object)) = self.decode(word) {
            let count = object.words.first().map(|count| *count as usize);
            match (object.class.as_ref(), count) {
                (TAB_CLASS, None) => return Ok(Item::Zone),
                (TAB_CLASS, Some(column)) => return Ok(Item::Column(column.min(WIDEST))),
                (SPACE_CLASS, count) => return Ok(Item::Spaces(count.unwrap_or(0).min(WIDEST))),
                _ => {}
            }
        }
        Ok(match self.plain(word)? {
            Value::Null => Item::Text(String::from("Null")),
            Value::Empty | Value::Missing => Item::Text(String::new()),
            Value::Error(number) => Item::Text(format!("Error {number}")),
            value @ (Value::Text(_) | Value::Boolean(_) | Value::Date(_)) => Item::Text(coerce::to_text(&value)?),
            value => Item::Number(coerce::to_text(&value)?),
        })
    }
}

fn line(items: &[Item]) -> String {
    let mut line = String::new();
    for (place, item) in items.iter().enumerate() {
        let width = line.chars().count();
        let blanks = match item {
            Item::Text(text) => {
                line.push_str(text);
                continue;
            }
            Item::Number(digits) => {
                if place > 0 && !digits.starts_with('-') {
                    line.push(' ');
                }
                line.push_str(digits);
                usize::from(place + 1 < items.len())
            }
            Item::Zone => ZONE - width % ZONE,
            Item::Column(column) if column.saturating_sub(1) < width => {
                line.push('\n');
                column.saturating_sub(1)
            }
            Item::Column(column) => column.saturating_sub(1).saturating_sub(width),
            Item::Spaces(count) => *count,
        };
        line.extend(std::iter::repeat_n(' ', blanks));
    }
    line
}
