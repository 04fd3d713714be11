//! Dialogs that belong to the application object: `Application.InputBox` with its types, and the choice of a file
//! (Microsoft, "Application.InputBox method", "Application.GetOpenFilename method"). They take scripted answers like MsgBox.

use wasmtime::AsContextMut;

use crate::engine::compile::Capability;
use crate::engine::value::{Arguments, Fault, Value, coerce};

use super::state::{Answer, State, Vm};

/// Types of `Application.InputBox`; they may be added.
const NUMBER: i32 = 1;
const TEXT: i32 = 2;
const LOGICAL: i32 = 4;
const CELLS: i32 = 8;
/// Place of `Type` among the parameters.
const TYPE_AT: usize = 7;
/// Place of `Default`.
const DEFAULT_AT: usize = 2;

impl<C: AsContextMut<Data = State>> Vm<C> {
    /// `Application.InputBox(Prompt, Title, Default, Left, Top, HelpFile, HelpContextID, Type)`: False when it is cancelled, which
    /// is also what no answer and no default give.
    pub(super) fn application_input(&mut self, arguments: &Arguments) -> Answer<u64> {
        self.need_dialogs("Application.InputBox")?;
        let kind = match given(arguments, TYPE_AT, "type") {
            Some(value) => coerce::to_long(&value)?,
            None => TEXT,
        };
        let dialogs = &mut self.state().host.dialogs;
        let silent = dialogs.answers.is_empty() && given(arguments, DEFAULT_AT, "default").is_none();
        let answer = dialogs.input_box(arguments)?;
        if silent {
            return self.encode(&Value::Boolean(false));
        }
        let text = coerce::to_text(&answer)?;
        let typed = self.typed_answer(kind, &text)?;
        self.encode(&typed)
    }

    /// The answer as the type asks; one that does not fit counts as cancelled, because nobody is there to be asked again.
    fn typed_answer(&mut self, kind: i32, text: &str) -> Answer<Value> {
        if kind & CELLS != 0 {
            let address = Arguments { positional: vec![Value::text(text)], named: Vec::new() };
            let models = &mut self.state().host.models;
            let found = models.iter_mut().find_map(|model| model.global("Range", &address));
            return found.unwrap_or(Ok(Value::Boolean(false)));
        }
        if kind & NUMBER != 0
            && let Ok(number) = coerce::to_double(&Value::text(text))
        {
            return Ok(Value::Double(number));
        }
        if kind & LOGICAL != 0
            && let Ok(truth) = coerce::to_boolean(&Value::text(text))
        {
            return Ok(Value::Boolean(truth));
        }
        let as_text = kind & TEXT != 0 || kind == 0;
        Ok(if as_text { Value::text(text) } else { Value::Boolean(false) })
    }

    /// The next answer as the file chosen; False when there is none, as after Cancel.
    pub(super) fn chosen_file(&mut self) -> Answer<u64> {
        self.need_dialogs("the choice of a file")?;
        let answer = self.state().host.dialogs.next_answer();
        self.encode(&answer.map_or(Value::Boolean(false), Value::text))
    }

    fn need_dialogs(&mut self, what: &str) -> Answer<()> {
        if self.state().host.grants.contains(&Capability::Dialogs) {
            self.state().used.insert(Capability::Dialogs);
            return Ok(());
        }
        Err(Fault::Refused {
            capability: Capability::Dialogs.name().to_string(),
            reason: format!("the code uses {what}"),
        })
    }
}

fn given(arguments: &Arguments, place: usize, name: &str) -> Option<Value> {
    let named = arguments.named.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    named.or_else(|| arguments.positional.get(place)).filter(|value| **value != Value::Missing).cloned()
}
