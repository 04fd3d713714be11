//! The rules of VBA against a second opinion: an interpreter written from MS-VBAL and the documentation alone runs the same
//! random programs as the converted, compiled and sandboxed product, and everything a program can see must be equal.

mod coerce;
mod compare;
mod interpreter;
mod library;
mod operators;
mod programs;
mod text;
mod value;

use daylight::convert::{Context, convert};
use daylight::engine::compile::{CompileOptions, compile};
use daylight::engine::sandbox::{Host, Limits, run};
use daylight::engine::value::Value as Product;
use daylight::facts::CodeFacts;
use daylight::model::Application;

use programs::{Program, answer, program};
use value::Value;

const PROGRAMS: u64 = 32;
/// Every fourth program is short, so that the optimising tier of the sandbox compiles it; the others are for the baseline tier,
/// which compiles many statements in little time.
const SHORT: usize = 15;
const LONG: usize = 150;

fn programs() -> Vec<Program> {
    (0..PROGRAMS).map(|seed| program(seed, if seed % 4 == 0 { SHORT } else { LONG })).collect()
}

/// What the product makes of a module: the elements of the array that `Main` returns.
fn produced(text: &str) -> Result<Vec<Value>, String> {
    let code = CodeFacts { name: "Module1".into(), kind: "module".into(), code: text.into() };
    let conversion = convert(&[code], &Context::default());
    if !conversion.syntax_errors.is_empty() || !conversion.compile_errors.is_empty() {
        return Err(format!("{:?} {:?}", conversion.syntax_errors, conversion.compile_errors));
    }
    let application =
        Application { modules: conversion.modules, workflows: conversion.workflows, ..Application::default() };
    let program = compile(&application, &CompileOptions::default()).map_err(|error| error.to_string())?;
    let entry = application.workflows.first().map(|workflow| workflow.name.clone()).unwrap_or_default();
    let outcome =
        run(&program, &entry, Vec::new(), Host::default(), Limits::default()).map_err(|error| error.to_string())?;
    match outcome.value {
        Some(Product::Array(array)) => array
            .elements
            .iter()
            .map(|element| value::read(element).ok_or_else(|| format!("{element:?} is no value the judge knows")))
            .collect(),
        other => Err(format!("{other:?} {:?} {:?}", outcome.error, outcome.refusal)),
    }
}

/// The first difference, in words.
fn difference(program: &Program, produced: &Result<Vec<Value>, String>) -> Option<String> {
    let produced = match produced {
        Ok(produced) => produced,
        Err(reason) => return Some(reason.clone()),
    };
    let record = |values: &[Value]| match values.first() {
        Some(Value::Text(record)) => record.lines().map(String::from).collect::<Vec<String>>(),
        _ => Vec::new(),
    };
    let (wanted, got) = (record(&program.expected), record(produced));
    for (at, statement) in program.statements.iter().enumerate() {
        let values = (program.expected.get(at + 1), produced.get(at + 1));
        let same = matches!(values, (Some(a), Some(b)) if a.same(b));
        if !same || wanted.get(at) != got.get(at) {
            let state = state_before(program, at);
            return Some(format!(
                "statement {at}: {statement}\nbefore: {state}\njudge   {:?} {:?}\nproduct {:?} {:?}",
                wanted.get(at),
                values.0,
                got.get(at),
                values.1
            ));
        }
    }
    (wanted != got).then(|| format!("the records differ: {wanted:?} {got:?}"))
}

/// The last record of each variable before a statement, as far as statements named it.
fn state_before(program: &Program, at: usize) -> String {
    let mut known: Vec<(String, String)> = Vec::new();
    for (statement, value) in program.statements.iter().zip(program.expected.iter().skip(1)).take(at) {
        let target = statement.lines().find_map(|line| line.split_once(" = ")).map_or("", |(target, _)| target);
        known.retain(|(name, _)| name != target);
        known.push((target.to_string(), format!("{value:?}")));
    }
    known.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<String>>().join(" ")
}

#[test]
fn random_programs_agree_with_the_judge() {
    let differing: Vec<String> = programs()
        .iter()
        .enumerate()
        .filter_map(|(seed, program)| {
            let found = difference(program, &produced(&program.text))?;
            Some(format!("seed {seed}, {found}"))
        })
        .collect();
    assert!(differing.is_empty(), "{} of {PROGRAMS} programs differ:\n{}", differing.len(), differing.join("\n\n"));
}

#[test]
fn every_rule_is_asked_for() {
    const ASKED: [&str; 60] = [
        " + ",
        " - ",
        " * ",
        " / ",
        " \\ ",
        " Mod ",
        " ^ ",
        " & ",
        "(-(",
        "(Not ",
        " And ",
        " Or ",
        " Xor ",
        " Eqv ",
        " Imp ",
        ") = (",
        " <> ",
        " < ",
        " <= ",
        " > ",
        " >= ",
        "CInt(",
        "CLng(",
        "CDbl(",
        "CSng(",
        "CByte(",
        "CBool(",
        "CCur(",
        "CDate(",
        "CStr(",
        "CVar(",
        "CLngLng(",
        "Val(",
        "Str(",
        "Hex(",
        "Oct(",
        "Int(",
        "Fix(",
        "Abs(",
        "Sgn(",
        "Round(",
        "Sqr(",
        "Len(",
        "Left(",
        "Right(",
        "Mid(",
        "InStr(",
        "InStrRev(",
        "UCase(",
        "Trim(",
        "Space(",
        "String(",
        "Replace(",
        "StrComp(",
        "StrReverse(",
        "Asc(",
        "Chr(",
        "Select Case",
        "Loop",
        "For ",
    ];
    let texts: Vec<String> = programs().into_iter().flat_map(|program| program.statements).collect();
    let rare: Vec<&str> =
        ASKED.into_iter().filter(|asked| texts.iter().filter(|text| text.contains(asked)).count() < 5).collect();
    assert!(rare.is_empty(), "asked for less than five times: {rare:?}");
}

#[test]
fn a_wrong_operator_is_noticed_by_the_judge() {
    const MUTANTS: [(&str, &str); 8] = [
        (") + (", ") - ("),
        (") Mod (", ") \\ ("),
        (") And (", ") Or ("),
        (") Imp (", ") Eqv ("),
        (") < (", ") <= ("),
        ("CInt(", "CLng("),
        ("Fix(", "Int("),
        ("InStrRev(", "InStr("),
    ];
    let programs = programs();
    for (from, to) in MUTANTS {
        let noticed = programs
            .iter()
            .filter(|program| program.text.contains(from))
            .any(|program| difference(program, &produced(&program.text.replace(from, to))).is_some());
        assert!(noticed, "`{from}` as `{to}` was never noticed");
    }
}

/// Answers that the documentation spells out, so that the judge is itself judged.
#[test]
fn the_judge_gives_the_documented_answers() {
    const ANSWERS: [(&str, &str); 40] = [
        // Microsoft, the page of each operator or function.
        ("2 ^ 2", "0 Double 4"),
        ("3 ^ 3 ^ 3", "0 Double 19683"),
        ("(-5) ^ 3", "0 Double -125"),
        ("11 \\ 4", "0 Integer 2"),
        ("100 \\ 3", "0 Integer 33"),
        ("19 Mod 6.7", "Unsettled(\"an Integer divided by a fraction is Integer at run time but declared Long\")"),
        ("19# Mod 6.7", "0 Long 5"),
        ("10 / 4", "0 Double 2.5"),
        ("4257.04 + 98112", "0 Double 102369.04"),
        ("Int(-8.4)", "0 Double -9"),
        ("Fix(-8.4)", "0 Double -8"),
        ("Abs(-50.3)", "0 Double 50.3"),
        ("Sgn(-2.4)", "0 Integer -1"),
        ("Sqr(23)", "0 Double 4.79583152331272"),
        ("Sqr(-4)", "5 Empty "),
        ("Hex(459)", "0 String 1CB"),
        ("Oct(459)", "0 String 713"),
        ("Str(-459.65)", "0 String -459.65"),
        ("Str(459)", "0 String  459"),
        ("Val(\" 2 45 7\")", "0 Double 2457"),
        ("Val(\"24 and 57\")", "0 Double 24"),
        ("Val(\"&HFFFF\")", "0 Double -1"),
        ("Chr(65)", "0 String A"),
        ("Asc(\"Apple\")", "0 Integer 65"),
        ("True And Null", "0 Null "),
        ("False And Null", "0 Boolean False"),
        ("True Or Null", "0 Boolean True"),
        ("False Imp Null", "0 Boolean True"),
        ("10 And 8", "0 Integer 8"),
        ("Not 0", "0 Integer -1"),
        // Microsoft, Overflow (Error 6), and MS-VBAL 5.6.9.3.5.
        ("2000 * 365", "6 Empty "),
        ("CLng(2000) * 365", "0 Long 730000"),
        ("1 / 0", "11 Empty "),
        ("0 / 0", "6 Empty "),
        // MS-VBAL 5.5.1.2.1.1 and Microsoft, Type conversion functions.
        ("CInt(0.5)", "0 Integer 0"),
        ("CInt(1.5)", "0 Integer 2"),
        ("CLng(25427.55)", "0 Long 25428"),
        ("CByte(125.5678)", "0 Byte 126"),
        ("CCur(543.214588 * 2)", "0 Currency 1086.4292"),
        ("CSng(75.3421115)", "0 Single 75.34211"),
    ];
    for (expression, wanted) in ANSWERS {
        assert_eq!(answer(expression), wanted, "{expression}");
    }
}
