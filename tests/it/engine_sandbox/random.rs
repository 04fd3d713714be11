//! Random programs over arithmetic and comparisons, with numbers from the boundaries of the types on purpose: a wrong
//! comparison shows only where both sides meet.

use daylight::engine::compile::{CompileOptions, compile};
use daylight::engine::sandbox::{Host, Limits, run};
use daylight::engine::services::RandomSource;
use daylight::engine::value::Value;
use daylight::model::{Action, Application, Coercion, Expression, Step, Variable, Workflow};

use super::interpreter::interpret;

const NAMES: [(&str, &str); 10] = [
    ("a", "Integer"),
    ("b", "Integer"),
    ("c", "Long"),
    ("d", "Long"),
    ("e", "Double"),
    ("f", "Double"),
    ("t", "Boolean"),
    ("v", "Variant"),
    ("w", "Variant"),
    ("s", "String"),
];
const BOUNDARIES: [&str; 22] = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "127",
    "255",
    "32767",
    "-32767",
    "32768",
    "65535",
    "2147483647",
    "-2147483647",
    "4294967296",
    "0.5",
    "1.5",
    "2.5",
    "-0.5",
    "1E308",
    "1E-300",
    "TRUE",
    "FALSE",
];
const SYMBOLS: [&str; 11] = ["+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">=", "+"];
const FUNCTIONS: [&str; 5] = ["AND", "OR", "XOR", "MOD", "INTDIV"];

struct Dice(RandomSource);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        (self.0.share() * count as f64) as usize
    }

    fn pick<'x>(&mut self, list: &[&'x str]) -> &'x str {
        list[self.below(list.len())]
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.below(NAMES.len())].0
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 || self.below(4) == 0 {
            return if self.below(3) == 0 { self.pick(&BOUNDARIES).to_string() } else { self.name().to_string() };
        }
        let (left, right) = (self.expression(depth - 1), self.expression(depth - 1));
        match self.below(8) {
            0 => format!("{}({left}, {right})", self.pick(&FUNCTIONS)),
            1 => format!("NOT({left})"),
            2 => format!("(-({left}))"),
            _ => format!("(({left}) {} ({right}))", self.pick(&SYMBOLS)),
        }
    }

    fn step(&mut self, depth: usize) -> Step {
        let action = match self.below(if depth == 0 { 4 } else { 7 }) {
            4 | 5 => Action::If {
                condition: Expression(self.expression(2)),
                then: self.steps(depth - 1, 2),
                otherwise: self.steps(depth - 1, 2),
            },
            6 => {
                let (from, to) = [("1", "3"), ("32766", "32767"), ("-1", "1"), ("2", "1")][self.below(4)];
                Action::For {
                    variable: Expression(format!("i{depth}")),
                    from: Expression(from.to_string()),
                    to: Expression(to.to_string()),
                    by: None,
                    steps: self.steps(depth - 1, 2),
                }
            }
            _ => Action::Set {
                target: Expression(self.name().to_string()),
                value: Expression(self.expression(3)),
                reference: false,
            },
        };
        Step { action, ..Step::default() }
    }

    fn steps(&mut self, depth: usize, count: usize) -> Vec<Step> {
        (0..count).map(|_| self.step(depth)).collect()
    }
}

fn workflow(seed: u64) -> Workflow {
    let mut dice = Dice(RandomSource(seed));
    let mut variables: Vec<Variable> = NAMES
        .iter()
        .map(|(name, kind)| Variable { name: (*name).to_string(), kind: (*kind).to_string(), ..Variable::default() })
        .collect();
    variables.extend([("i1", "Integer"), ("i2", "Long")].map(|(name, kind)| Variable {
        name: name.to_string(),
        kind: kind.to_string(),
        ..Variable::default()
    }));
    let mut steps = Vec::new();
    // Most programs forgive errors, or nearly all would end at their first one.
    if dice.below(4) != 0 {
        let action = Action::OnError { mode: String::from("resumeNext"), label: None };
        steps.push(Step { action, ..Step::default() });
    }
    for (name, _) in NAMES {
        let value = dice.pick(&BOUNDARIES).to_string();
        let action = Action::Set { target: Expression(name.to_string()), value: Expression(value), reference: false };
        steps.push(Step { action, ..Step::default() });
    }
    steps.extend(dice.steps(2, 14));
    let names: Vec<String> = NAMES.iter().map(|(name, _)| (*name).to_string()).collect();
    Workflow {
        name: String::from("w"),
        coercion: Coercion::Vba,
        variables,
        steps,
        outputs: names,
        ..Workflow::default()
    }
}

/// What the sandbox makes of a workflow. Outputs keep variables in the frame; `unboxed` computes in copies that may be unboxed.
fn sandboxed(workflow: &Workflow) -> Result<Vec<(String, Value)>, i32> {
    let application = Application { workflows: vec![unboxed(workflow)], ..Application::default() };
    let program = compile(&application, &CompileOptions::default()).expect("every generated program compiles");
    let outcome = run(&program, "w", Vec::new(), Host::default(), Limits::default()).expect("every program runs");
    match outcome.error {
        Some(error) => Err(error.number),
        None => Ok(outcome
            .outputs
            .into_iter()
            .map(|(name, value)| (name.trim_start_matches("out_").to_string(), value))
            .collect()),
    }
}

/// Variables that are outputs live in memory; here the outputs are copies made at the end, so that the originals may be unboxed.
fn unboxed(workflow: &Workflow) -> Workflow {
    let mut changed = workflow.clone();
    changed.outputs = workflow.outputs.iter().map(|name| format!("out_{name}")).collect();
    for name in &workflow.outputs {
        changed.variables.push(Variable {
            name: format!("out_{name}"),
            kind: String::from("Variant"),
            ..Variable::default()
        });
        let action = Action::Set {
            target: Expression(format!("out_{name}")),
            value: Expression(name.clone()),
            reference: false,
        };
        changed.steps.push(Step { action, ..Step::default() });
    }
    changed
}

fn same(left: &Result<Vec<(String, Value)>, i32>, right: &Result<Vec<(String, Value)>, i32>) -> bool {
    // Values compare by their text of type and content, so that 0 and -0 of a double are the same.
    let text = |value: &Value| match value {
        Value::Double(number) if *number == 0.0 => String::from("Double(0)"),
        other => format!("{other:?}"),
    };
    match (left, right) {
        (Ok(left), Ok(right)) => left.iter().zip(right).all(|(a, b)| a.0 == b.0 && text(&a.1) == text(&b.1)),
        (Err(left), Err(right)) => left == right,
        _ => false,
    }
}

const PROGRAMS: u64 = 200;

#[test]
fn random_programs_agree_with_the_interpreter() {
    let mut differing = Vec::new();
    for seed in 0..PROGRAMS {
        let workflow = workflow(seed);
        let (wanted, got) = (interpret(&workflow), sandboxed(&workflow));
        if !same(&wanted, &got) {
            let steps: Vec<String> = workflow.steps.iter().map(|step| format!("{:?}", step.action)).collect();
            differing.push(format!("seed {seed}\nwanted {wanted:?}\ngot    {got:?}\n{}", steps.join("\n")));
        }
    }
    assert!(differing.is_empty(), "{} of {PROGRAMS} differ; the first:\n{}", differing.len(), differing[0]);
}

/// Replaces one operator by another wherever it stands.
fn mutated(workflow: &Workflow, from: &str, to: &str) -> Workflow {
    let text = serde_json::to_string(workflow).expect("a workflow is JSON");
    serde_json::from_str(&text.replace(from, to)).expect("still a workflow")
}

#[test]
fn a_wrong_operator_is_noticed() {
    const MUTANTS: [(&str, &str); 8] = [
        (") < (", ") <= ("),
        (") <= (", ") < ("),
        (") > (", ") >= ("),
        (") + (", ") - ("),
        (") * (", ") + ("),
        ("MOD(", "INTDIV("),
        ("AND(", "OR("),
        (") = (", ") <> ("),
    ];
    for (from, to) in MUTANTS {
        let noticed = (0..PROGRAMS)
            .map(workflow)
            .any(|original| !same(&interpret(&original), &sandboxed(&mutated(&original, from, to))));
        assert!(noticed, "`{from}` as `{to}` was never noticed");
    }
}
