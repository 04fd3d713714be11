//! Dialogs without a screen: MsgBox and InputBox take scripted answers in order and leave their prompts as output.
//! With no answer left they give the default button or the default text (`docs/cli.md`).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::value::{Arguments, RunError, Value, coerce, constants};

/// One thing the code showed or printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// `MsgBox`, `InputBox`, `Debug.Print`; `Emit` and `Notify` for workflows written by hand.
    pub kind: String,
    pub text: String,
}

/// Scripted answers and what was shown so far.
#[derive(Debug, Clone, Default)]
pub struct Dialogs {
    pub answers: VecDeque<String>,
    pub output: Vec<Output>,
}

/// Button sets of MsgBox: the results its buttons give, first to last (Microsoft, "MsgBox function").
const BUTTON_SETS: [&[i32]; 6] = [&[1], &[1, 2], &[3, 4, 5], &[6, 7, 2], &[6, 7], &[4, 2]];
/// `vbDefaultButton2` is 256, `vbDefaultButton3` 512, ...
const DEFAULT_BUTTON_STEP: i32 = 256;
const BUTTON_SET_MASK: i32 = 7;
const DEFAULT_BUTTON_MASK: i32 = 3;

impl Dialogs {
    /// Dialogs that will be answered like this.
    pub fn with_answers(answers: impl IntoIterator<Item = String>) -> Self {
        Dialogs { answers: answers.into_iter().collect(), output: Vec::new() }
    }

    /// Adds to the output.
    pub fn show(&mut self, kind: &str, text: impl Into<String>) {
        self.output.push(Output { kind: kind.to_string(), text: text.into() });
    }

    /// `MsgBox(Prompt, Buttons, Title, ...)`.
    pub fn message_box(&mut self, arguments: &Arguments) -> Result<Value, RunError> {
        let prompt = coerce::to_text(&argument(arguments, 0, "prompt"))?;
        let buttons = match argument(arguments, 1, "buttons") {
            Value::Missing => 0,
            value => coerce::to_long(&value)?,
        };
        self.show("MsgBox", prompt);
        if buttons & BUTTON_SET_MASK == 0 {
            // One button can only be pressed: no answer is used up.
            return Ok(Value::Long(1));
        }
        let set = BUTTON_SETS.get((buttons & BUTTON_SET_MASK) as usize).copied().unwrap_or(BUTTON_SETS[0]);
        let default = ((buttons / DEFAULT_BUTTON_STEP) & DEFAULT_BUTTON_MASK) as usize;
        let default = set.get(default).or(set.first()).copied().unwrap_or(1);
        let answer = self.answers.pop_front().and_then(|answer| button(&answer));
        Ok(Value::Long(answer.unwrap_or(default)))
    }

    /// `InputBox(Prompt, Title, Default, ...)`.
    pub fn input_box(&mut self, arguments: &Arguments) -> Result<Value, RunError> {
        let prompt = coerce::to_text(&argument(arguments, 0, "prompt"))?;
        let default = match argument(arguments, 2, "default") {
            Value::Missing => String::new(),
            value => coerce::to_text(&value)?,
        };
        self.show("InputBox", prompt);
        Ok(Value::text(self.answers.pop_front().unwrap_or(default)))
    }

    /// The next answer as text, for steps that ask a person.
    pub fn next_answer(&mut self) -> Option<String> {
        self.answers.pop_front()
    }

    /// The next answer as yes or no; with none left the answer is no, so that nothing is approved by silence.
    pub fn next_approval(&mut self) -> bool {
        const YES: [i32; 2] = [1, 6];
        self.answers.pop_front().is_some_and(|answer| match button(&answer) {
            Some(number) => YES.contains(&number),
            None => matches!(answer.to_ascii_lowercase().as_str(), "yes" | "true" | "approve" | "approved"),
        })
    }
}

/// A button by its number or its constant.
fn button(answer: &str) -> Option<i32> {
    let answer = answer.trim();
    answer.parse().ok().or_else(|| match constants::constant(answer) {
        Some(Value::Long(number)) => Some(number),
        _ => None,
    })
}

fn argument(arguments: &Arguments, place: usize, name: &str) -> Value {
    let named = arguments.named.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    named.or_else(|| arguments.positional.get(place)).cloned().unwrap_or(Value::Missing)
}
