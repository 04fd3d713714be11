//! VBA that works on a database, from its text to its result: every case of `tests/data/engine/database/code.txt` is
//! converted, compiled and run on a fresh copy of the same tables.

use std::collections::BTreeSet;

use daylight::convert::{Context, Host as Program, convert};
use daylight::engine::database::{Database, DatabaseData};
use daylight::engine::value::{Value, coerce};
use daylight::engine::{Capability, CompileOptions, Host, Lenient, Limits, RunStatus, compile, run};
use daylight::facts::CodeFacts;
use daylight::model::Application;

fn shop() -> Database {
    let path = crate::support::data("engine").join("database/shop.json");
    let text = std::fs::read_to_string(path).expect("the file is readable");
    let data: DatabaseData = serde_json::from_str(&text).expect("the description is valid");
    Database::new(data).expect("the data fit their columns")
}

struct Case {
    name: String,
    body: String,
    expected: String,
}

fn cases(text: &str) -> Vec<Case> {
    let mut found = Vec::new();
    for part in text.split("### ").skip(1) {
        let (name, rest) = part.split_once('\n').expect("a name");
        let (body, expected) = rest.rsplit_once("\n=> ").expect("a result");
        found.push(Case { name: name.to_string(), body: body.to_string(), expected: expected.trim_end().to_string() });
    }
    found
}

fn host(database: &Database) -> Host {
    Host {
        models: vec![Box::new(database.clone())],
        database: Some(Box::new(database.clone())),
        clock_serial: 45_000.5,
        grants: BTreeSet::from([Capability::Database, Capability::Clock, Capability::Dialogs]),
        ..Host::default()
    }
}

/// What a function body gives: the text of its result, `error N` or why it was refused.
fn result(body: &str) -> String {
    let code = format!("Option Compare Database\nPublic Function Main()\n{body}\nEnd Function\n");
    let module = CodeFacts { name: "Module1".to_string(), kind: "module".to_string(), code };
    let context = Context { host: Program::Access, ..Context::default() };
    let conversion = convert(&[module], &context);
    if let Some(error) = conversion.syntax_errors.first() {
        return format!("syntax: {}", error.message);
    }
    let application =
        Application { modules: conversion.modules, workflows: conversion.workflows, ..Application::default() };
    let program = compile(&application, &CompileOptions { lenient: Lenient::Refuse }).expect("it compiles");
    let outcome = run(&program, "Main", Vec::new(), host(&shop()), Limits::default()).expect("it runs");
    match (outcome.status, outcome.error, outcome.refusal) {
        (RunStatus::Ok, ..) => match outcome.value {
            Some(Value::Null) => "Null".to_string(),
            Some(value) => coerce::to_text(&value).expect("a plain value"),
            None => String::new(),
        },
        (_, Some(error), _) => format!("error {}", error.number),
        (_, None, refusal) => format!("refused {refusal:?}"),
    }
}

#[test]
fn code_on_a_database_does_what_access_does() {
    let path = crate::support::data("engine").join("database/code.txt");
    let text = std::fs::read_to_string(path).expect("the file is readable");
    let cases = cases(&text);
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = result(&case.body);
            (found != case.expected).then(|| format!("{}: {found}, expected {}", case.name, case.expected))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
