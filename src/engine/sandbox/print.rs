//! `Debug.Print`: lines of output from print lists. A list that ends in `;` or `,` leaves its line open for the next one.

use wasmtime::AsContextMut;

use crate::engine::print_list::{SPACE_CLASS, TAB_CLASS, append};
use crate::engine::value::{Object, Value};

use super::state::{Answer, State, Vm};

/// Stands for a line end that a position made; no text of VBA holds this noncharacter.
const LINE_END: &str = "\u{FFFF}";

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// Prints the values after what the open line holds.
    pub(super) fn print(&mut self, words: &[u64]) -> Answer<()> {
        let mut values = Vec::with_capacity(words.len());
        for word in words {
            let value = match self.decode(*word) {
                Value::Object(Object::Host(object)) if [TAB_CLASS, SPACE_CLASS].contains(&object.class.as_ref()) => {
                    Value::Object(Object::Host(object))
                }
                _ => self.plain(*word)?,
            };
            values.push(value);
        }
        let mut text = self.state().printed.clone();
        let done = append(&mut text, &values, LINE_END)?;
        let mut lines: Vec<&str> = text.split(LINE_END).collect();
        let open = if done { None } else { lines.pop() };
        let state = self.state();
        for line in lines {
            state.host.dialogs.show("Debug.Print", line);
        }
        state.printed = open.unwrap_or_default().to_string();
        Ok(())
    }

    /// The end of a run ends its open line.
    pub(super) fn end_line(&mut self) {
        let state = self.state();
        let line = std::mem::take(&mut state.printed);
        if !line.is_empty() {
            state.host.dialogs.show("Debug.Print", line);
        }
    }
}
