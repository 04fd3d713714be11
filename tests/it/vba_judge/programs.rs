//! Random programs as VBA text: locals of every declared type, values from the boundaries of the types on purpose, and after
//! each statement a record of `Err.Number`, `TypeName`, text and value of what it assigned. The judge walks each statement as it
//! is made; a statement it has no verdict on is left out, so that a program depends on settled rules only.

use daylight::lang::vba::ast::Stmt;
use daylight::lang::vba::{ModuleKind, parse};

use super::compare::Mode;
use super::interpreter::State;
use super::value::{Judged, Kind, Value};
use crate::support::mutant::Dice;

/// The variables of every program; `R` gathers the record.
const VARIABLES: [(&str, Kind); 17] = [
    ("b1", Kind::Byte),
    ("i1", Kind::Integer),
    ("i2", Kind::Integer),
    ("l1", Kind::Long),
    ("l2", Kind::Long),
    ("g1", Kind::LongLong),
    ("s1", Kind::Single),
    ("d1", Kind::Double),
    ("d2", Kind::Double),
    ("c1", Kind::Currency),
    ("t1", Kind::Date),
    ("o1", Kind::Boolean),
    ("z1", Kind::Text),
    ("z2", Kind::Text),
    ("v1", Kind::Variant),
    ("v2", Kind::Variant),
    ("v3", Kind::Variant),
];
const LITERALS: [&str; 56] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "127",
    "128",
    "255",
    "256",
    "32767",
    "-32767",
    "32768",
    "-32768",
    "65535",
    "65536",
    "2147483647",
    "-2147483647",
    "2147483648",
    "-2147483648",
    "0.5",
    "1.5",
    "2.5",
    "-2.5",
    "-0.5",
    "0.1",
    "3.25",
    "255.5",
    "32767.5",
    "1E+15",
    "1E308",
    "-1E308",
    "1E-300",
    "123456.789",
    "1.5!",
    "0.1!",
    "16777217!",
    "3E+38!",
    "3&",
    "0.0001@",
    "2.5@",
    "-1.2345@",
    "922337203685477@",
    "True",
    "False",
    "True",
    "Null",
    "Empty",
    "#1/1/2000#",
    "#12/31/1899 6:00:00 AM#",
    "#2/28/1900 12:00:00 PM#",
    "CByte(255)",
    "CByte(1)",
    "CInt(-32768)",
    "CLngLng(3)",
    "&H10",
];
const TEXTS: [&str; 18] = [
    "\"\"",
    "\"abc\"",
    "\"ABC\"",
    "\"12\"",
    "\"1e3\"",
    "\" 7 \"",
    "\"&H10\"",
    "\"-0\"",
    "\"2.5\"",
    "\"-1.5\"",
    "\"True\"",
    "\"b\"",
    "\"32768\"",
    "\"3.5\"",
    "\"a1b1\"",
    "\"  x y \"",
    "\"0\"",
    "\"1E308\"",
];
const ARITHMETIC: [&str; 8] = ["+", "-", "*", "/", "\\", "Mod", "^", "+"];
const RELATIONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];
const LOGIC: [&str; 5] = ["And", "Or", "Xor", "Eqv", "Imp"];
const NUMERIC: [&str; 20] = [
    "CInt",
    "CLng",
    "CDbl",
    "CSng",
    "CByte",
    "CBool",
    "CCur",
    "CDate",
    "CVar",
    "CLngLng",
    "Int",
    "Fix",
    "Abs",
    "Sgn",
    "Round",
    "Sqr",
    "IsNumeric",
    "IsNull",
    "IsEmpty",
    "TypeName",
];
const TO_TEXT: [&str; 5] = ["CStr", "Str", "Hex", "Oct", "Chr"];
const OF_TEXT: [&str; 12] =
    ["UCase", "LCase", "Trim", "LTrim", "RTrim", "StrReverse", "Len", "Val", "Asc", "UCase$", "Trim$", "LTrim$"];

/// A program and what the judge makes of it.
pub struct Program {
    /// The text of its module.
    pub text: String,
    /// What `Main` returns by the judge: the record, then the value after each statement.
    pub expected: Vec<Value>,
    /// The statements, in the order of the values.
    pub statements: Vec<String>,
}

struct Writer {
    dice: Dice,
}

impl Writer {
    fn pick(&mut self, list: &[&'static str]) -> &'static str {
        list[self.dice.below(list.len())]
    }

    fn name(&mut self) -> &'static str {
        VARIABLES[self.dice.below(VARIABLES.len())].0
    }

    fn leaf(&mut self) -> String {
        match self.dice.below(8) {
            0..=3 => self.name().to_string(),
            4 => self.pick(&TEXTS).to_string(),
            _ => self.pick(&LITERALS).to_string(),
        }
    }

    fn text_leaf(&mut self) -> String {
        match self.dice.below(4) {
            0 => self.pick(&["z1", "z2", "v1", "v2"]).to_string(),
            1 => self.leaf(),
            _ => self.pick(&TEXTS).to_string(),
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 || self.dice.below(6) == 0 {
            return self.leaf();
        }
        match self.dice.below(16) {
            0..=5 => self.operation(&ARITHMETIC, depth),
            6 | 7 => self.operation(&RELATIONS, depth),
            8 => self.operation(&LOGIC, depth),
            9 => format!("({} & {})", self.expression(depth - 1), self.expression(depth - 1)),
            10 => match self.dice.below(2) {
                0 => format!("(-({}))", self.expression(depth - 1)),
                _ => format!("(Not ({}))", self.expression(depth - 1)),
            },
            11 | 12 => format!("{}({})", self.pick(&NUMERIC), self.expression(depth - 1)),
            13 => format!("{}({})", self.pick(&TO_TEXT), self.expression(depth - 1)),
            14 => format!("{}({})", self.pick(&OF_TEXT), self.text_leaf()),
            _ if self.dice.below(10) == 0 => format!("CStr(VarType({}))", self.expression(depth - 1)),
            _ if self.dice.below(4) == 0 => self.rounding(),
            _ => self.function(depth),
        }
    }

    fn operation(&mut self, list: &[&'static str], depth: usize) -> String {
        let (left, right) = (self.expression(depth - 1), self.expression(depth - 1));
        format!("(({left}) {} ({right}))", self.pick(list))
    }

    /// The functions that differ at halves and below zero only.
    fn rounding(&mut self) -> String {
        let function = self.pick(&["Int", "Fix", "Round", "CInt", "CLng", "CByte", "Hex"]);
        let number =
            self.pick(&["-2.5", "-0.5", "2.5", "3.5", "-1.2345@", "-1.5!", "\"-1.5\"", "d1", "s1", "c1", "v1"]);
        format!("{function}({number})")
    }

    fn function(&mut self, depth: usize) -> String {
        let number = self.pick(&["0", "1", "2", "3", "-1", "i1", "v3", "2.5", "\"2\""]);
        let (a, b, c) = (self.text_leaf(), self.text_leaf(), self.text_leaf());
        match self.dice.below(13) {
            0 => format!("Left({a}, {number})"),
            1 => format!("Right({a}, {number})"),
            2 => format!("Mid({a}, {number}, 2)"),
            3 => format!("Mid$({a}, {number})"),
            4 => format!("InStr({a}, {b})"),
            5 => format!("InStr({number}, {a}, {b})"),
            6 => match self.dice.below(2) {
                0 => format!("InStrRev({a}, {b})"),
                _ => String::from("InStrRev(\"a1b1\", \"1\")"),
            },
            7 => format!("Replace({a}, {b}, {c})"),
            8 => format!("StrComp({a}, {b})"),
            9 => format!("Space({number})"),
            10 => format!("String({number}, {a})"),
            11 => format!("Round({}, {number})", self.expression(depth - 1)),
            _ => format!("IIf({}, {a}, {b})", self.expression(depth - 1)),
        }
    }

    /// A statement over some lines, and the variable it is about.
    fn statement(&mut self) -> (String, &'static str) {
        let target = self.name();
        let text = match self.dice.below(14) {
            0 => format!(
                "If {} Then\n{target} = {}\nElse\n{target} = {}\nEnd If",
                self.expression(2),
                self.expression(1),
                self.expression(1)
            ),
            1 => self.select(target),
            2 => {
                let counter = self.pick(&["i2", "l2", "d2", "b1", "c1"]);
                let bounds =
                    self.pick(&["1 To 3", "3 To 1 Step -1", "0 To 2 Step 0.5", "250 To 254 Step 2", "32764 To 32766"]);
                format!("For {counter} = {bounds}\n{target} = {}\nNext", self.expression(2))
            }
            3 => format!(
                "i2 = 0\nDo {} i2 {} 3\ni2 = i2 + 1\n{target} = {}\nLoop",
                if self.dice.below(2) == 0 { "While" } else { "Until" },
                if self.dice.below(2) == 0 { "<" } else { ">=" },
                self.expression(2)
            ),
            4..=6 => format!("{target} = {}", self.leaf()),
            7..=10 => format!("{target} = {}", self.expression(1)),
            _ => format!("{target} = {}", self.expression(3)),
        };
        (text, target)
    }

    fn select(&mut self, target: &'static str) -> String {
        let (low, high) = (self.leaf(), self.leaf());
        format!(
            "Select Case {}\nCase {}, {}\n{target} = {}\nCase {low} To {high}\n{target} = 1\nCase Is {} {}\n{target} = 2\n\
             Case Else\n{target} = 3\nEnd Select",
            self.expression(1),
            self.leaf(),
            self.leaf(),
            self.expression(1),
            self.pick(&RELATIONS),
            self.leaf()
        )
    }
}

fn statements(text: &str) -> Option<Vec<Stmt>> {
    let parsed = parse("Module1", &format!("Sub Main()\n{text}\nEnd Sub\n"), ModuleKind::Standard);
    if !parsed.notices.is_empty() {
        return None;
    }
    parsed.module.procedures.into_iter().next().map(|procedure| procedure.body)
}

/// A statement with its record.
fn recorded(statement: &str, target: &str, place: usize) -> String {
    format!(
        "{statement}\nR = R & Err.Number & \" \" & TypeName({target}) & \" \" & {target} & vbLf\nErr.Clear\n\
         O({place}) = {target}\n"
    )
}

/// Walks a statement on a copy of the state, so that one without a verdict leaves no trace.
fn walked(state: &State, text: &str) -> Judged<State> {
    let unread = super::value::Halt::Unsettled("a statement that cannot be read");
    let statements = statements(text).ok_or(unread)?;
    let mut next = state.clone();
    next.run(&statements)?;
    Ok(next)
}

/// The program of a seed, with so many statements.
pub fn program(seed: u64, count: usize) -> Program {
    let mode = if seed % 4 == 3 { Mode::Text } else { Mode::Binary };
    let mut known = VARIABLES.to_vec();
    known.push(("r", Kind::Text));
    let mut state = State::new(&known, mode);
    let mut writer = Writer { dice: Dice::new(seed) };
    let (mut body, mut kept) = (String::new(), Vec::new());
    while kept.len() < count {
        let (statement, target) = writer.statement();
        let text = recorded(&statement, target, kept.len() + 1);
        if let Ok(next) = walked(&state, &text) {
            state = next;
            body.push_str(&text);
            kept.push(statement);
        }
    }
    let record = state.value("r").cloned().unwrap_or(Value::Empty);
    let expected = std::iter::once(record).chain(state.kept).collect();
    Program { text: module(&body, mode, count), expected, statements: kept }
}

fn module(body: &str, mode: Mode, count: usize) -> String {
    let option = if mode == Mode::Text { "Option Compare Text\n" } else { "" };
    let locals: Vec<String> = VARIABLES.iter().map(|(name, kind)| format!("Dim {name} As {}\n", kind.name())).collect();
    format!(
        "{option}Function Main() As Variant\n{}Dim R As String, O(0 To {count}) As Variant\nOn Error Resume Next\n{body}\
         O(0) = R\nMain = O\nEnd Function\n",
        locals.concat()
    )
}

/// The type and text the judge gives an expression, or its error; for known answers.
pub fn answer(expression: &str) -> String {
    let known = [("x", Kind::Variant), ("r", Kind::Text)];
    match walked(&State::new(&known, Mode::Binary), &recorded(&format!("x = {expression}"), "x", 1)) {
        Ok(state) => match state.value("r") {
            Some(Value::Text(record)) => record.trim_end_matches('\n').to_string(),
            other => format!("{other:?}"),
        },
        Err(halt) => format!("{halt:?}"),
    }
}
