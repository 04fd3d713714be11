//! Programs in the sandbox: DSL documents with their expected outcome under `tests/data/engine/run`, and random programs
//! compared with a plain interpreter of the same DSL.

#[path = "engine_sandbox/interpreter.rs"]
mod interpreter;
#[path = "engine_sandbox/random.rs"]
mod random;

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use daylight::engine::compile::{Capability, CompileOptions, Program, compile};
use daylight::engine::dialogs::Dialogs;
use daylight::engine::sandbox::{Host, Limits, RunOutcome, Tier, json, run, tier_of};
use daylight::engine::value::{Value, coerce};
use daylight::facts::CodeFacts;
use daylight::model::Application;
use serde_json::Value as Json;

fn read(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn application(document: &Json) -> Application {
    serde_json::from_value(document["application"].clone()).expect("the model is an application")
}

fn texts(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|item| item.as_str().unwrap_or_default().to_string()).collect()
}

fn argument(json: &Json) -> Value {
    match json {
        Json::Number(number) => Value::Double(number.as_f64().unwrap_or_default()),
        Json::Bool(value) => Value::Boolean(*value),
        Json::String(text) => Value::text(text),
        _ => Value::Empty,
    }
}

fn host(folder: &Path, expected: &Json) -> Host {
    let mut host = Host {
        grants: texts(&expected["grants"])
            .iter()
            .map(|name| Capability::from_name(name).expect("a capability"))
            .collect(),
        dialogs: Dialogs { answers: VecDeque::from(texts(&expected["answers"])), output: Vec::new() },
        clock_serial: 45_000.5,
        run_id: String::from("run"),
        ..Host::default()
    };
    for entry in std::fs::read_dir(folder).expect("a case folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(service) = name.strip_suffix(".mock.json") {
            let text = std::fs::read_to_string(entry.path()).expect("a mock");
            host.services.add_mock(service, &text).expect("a valid mock");
        }
    }
    host
}

fn start(program: &Program, folder: &Path, expected: &Json) -> RunOutcome {
    let arguments = expected["arguments"].as_array().into_iter().flatten().map(argument).collect();
    let deadline = Duration::from_millis(expected["deadlineMs"].as_u64().unwrap_or(60_000));
    let entry = expected["entry"].as_str().expect("an entry");
    run(program, entry, arguments, host(folder, expected), Limits { deadline, ..Limits::default() })
        .expect("the program runs")
}

/// What differs between the outcome and the expectation, one line each.
fn differences(program: &Program, outcome: &RunOutcome, expected: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: &str, got: String, wanted: String| {
        if got != wanted {
            found.push(format!("{what}: got {got}, expected {wanted}"));
        }
    };
    check("status", outcome.status.name().to_string(), expected["status"].as_str().unwrap_or_default().to_string());
    if let Some(wanted) = expected["value"].as_str() {
        let got = outcome.value.as_ref().and_then(|value| coerce::to_text(value).ok()).unwrap_or_default();
        check("value", got, wanted.to_string());
    }
    if let Some(wanted) = expected["error"].as_object() {
        let error = outcome.error.clone();
        let number = error.as_ref().map(|error| error.number).unwrap_or_default();
        check("error number", number.to_string(), wanted["number"].to_string());
        if let (Some(line), Some(error)) = (wanted.get("line"), &error) {
            check("error line", error.line.to_string(), line.to_string());
            check("error module", error.module.clone(), wanted["module"].as_str().unwrap_or_default().to_string());
            check(
                "error text",
                error.description.clone(),
                wanted["description"].as_str().unwrap_or_default().to_string(),
            );
        }
    } else {
        check("error", format!("{:?}", outcome.error), String::from("None"));
    }
    if let Some(wanted) = expected["refused"].as_str() {
        check(
            "refused",
            outcome.refusal.as_ref().map_or(String::new(), |refusal| refusal.0.clone()),
            wanted.to_string(),
        );
    }
    if let Some(wanted) = expected["output"].as_array() {
        let got: Vec<Json> = outcome.output.iter().map(|shown| serde_json::json!([shown.kind, shown.text])).collect();
        check("output", Json::Array(got).to_string(), Json::Array(wanted.clone()).to_string());
    }
    if let Some(wanted) = expected["steps"].as_array() {
        let got: Vec<Json> =
            outcome.steps.iter().map(|step| serde_json::json!([step.id, step.status, step.attempts])).collect();
        check("steps", Json::Array(got).to_string(), Json::Array(wanted.clone()).to_string());
    }
    for (name, wanted) in expected["outputs"].as_object().into_iter().flatten() {
        let got = outcome.outputs.iter().find(|(given, _)| given == name).map(|(_, value)| json(value));
        check(&format!("output {name}"), format!("{:?}", got), format!("{:?}", Some(wanted.clone())));
    }
    if let Some(wanted) = expected["manifest"].as_array() {
        let got: Vec<Json> = program.manifest().iter().map(|capability| Json::from(capability.name())).collect();
        check("manifest", Json::Array(got).to_string(), Json::Array(wanted.clone()).to_string());
    }
    if let Some(most) = expected["maxMemoryBytes"].as_u64() {
        check("memory within limit", (outcome.memory_bytes as u64 <= most).to_string(), String::from("true"));
    }
    found
}

#[test]
fn documents_run_as_expected() {
    let root = crate::support::root().join("tests/data/engine/run");
    let mut failed = Vec::new();
    let mut cases: Vec<_> = std::fs::read_dir(root).expect("cases").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    assert!(cases.len() > 40, "the cases are there");
    for folder in cases {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let expected = read(&folder.join("expected.json"));
        let application = application(&read(&folder.join("model.json")));
        match compile(&application, &CompileOptions::default()) {
            Err(error) => failed.push(format!("{name}: {error}")),
            Ok(program) => {
                let outcome = start(&program, &folder, &expected);
                for line in differences(&program, &outcome, &expected) {
                    failed.push(format!("{name}: {line} (error {:?})", outcome.error));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn hit_counts_say_how_often_each_step_ran() {
    let document = serde_json::json!({"application": {"id": "hits", "version": "1", "workflows": [{"name": "w", "coercion": "vba", "variables": [{"name": "i", "type": "Long"}],
        "steps": [{"id": "loop", "type": "for", "variable": "i", "from": "1", "to": "3", "steps": [{"id": "body", "type": "noop", "reason": "counts"}]},
                  {"id": "never", "type": "if", "condition": "FALSE", "then": [{"id": "inner", "type": "noop", "reason": "not reached"}]}]}]}});
    let program = compile(&application(&document), &CompileOptions::default()).expect("compiles");
    let outcome = run(&program, "w", Vec::new(), Host::default(), Limits::default()).expect("runs");
    let hits: Vec<(&str, u32)> = program.steps().map(|(_, id)| id).zip(outcome.hits.iter().copied()).collect();
    assert_eq!(hits, [("loop", 1), ("body", 3), ("never", 1), ("inner", 0)]);
}

fn one_step(expression: &str) -> Application {
    let document = serde_json::json!({"application": {"id": "x", "version": "1", "workflows": [
        {"name": "w", "coercion": "vba", "steps": [{"id": "s1", "type": "set", "target": "n", "value": expression}]}]}});
    application(&document)
}

/// A program of many procedures is compiled by the quick tier and must mean the same.
#[test]
fn both_tiers_give_the_same_result() {
    let sum = "Function Main() As String\n    Dim i As Long, s As Double, c As New Collection\n    For i = 1 To 1000\n        s = s + i / 3\n        c.Add i\n    Next\n    Main = CStr(s) & c.Count\nEnd Function\n";
    let filler: String = (0..400)
        .map(|number| {
            format!("Function F{number}(a, b)\n    Dim i\n    For i = 1 To 9\n        If a > b Then F{number} = F{number} & a & b Else F{number} = a + b * i\n    Next\nEnd Function\n")
        })
        .collect();
    let mut results = Vec::new();
    for (text, tier) in [(sum.to_string(), Tier::Optimised), (format!("{sum}{filler}"), Tier::Baseline)] {
        let code = CodeFacts { name: "M".into(), kind: "module".into(), code: text };
        let conversion = daylight::convert::convert(&[code], &daylight::convert::Context::default());
        let application =
            Application { modules: conversion.modules, workflows: conversion.workflows, ..Application::default() };
        let program = compile(&application, &CompileOptions::default()).expect("compiles");
        assert_eq!(tier_of(&program), tier, "{} bytes", program.bytes().len());
        let outcome = run(&program, "M.Main", Vec::new(), Host::default(), Limits::default()).expect("runs");
        results.push((outcome.status, outcome.value));
    }
    assert_eq!(results[0], results[1]);
    let text = match &results[0].1 {
        Some(Value::Text(text)) => text.to_string(),
        other => panic!("no text: {other:?}"),
    };
    assert!(text.starts_with("166833.33333333") && text.ends_with("1000"), "{text}");
}

#[test]
fn a_wrong_expression_names_its_step() {
    let error = compile(&one_step("1 +"), &CompileOptions::default()).expect_err("cannot be read");
    assert!(error.to_string().contains("w#s1"), "{error}");
}

#[test]
fn deep_expressions_compile_or_are_refused() {
    for height in [100, 900, 5000] {
        let chain = vec!["n"; height].join(" + ");
        let _ = compile(&one_step(&chain), &CompileOptions::default());
        let nested = format!("{}1{}", "ABS(".repeat(height), ")".repeat(height));
        let _ = compile(&one_step(&nested), &CompileOptions::default());
    }
    assert!(compile(&one_step(&vec!["n"; 900].join(" + ")), &CompileOptions::default()).is_ok());
}

#[test]
fn constants_that_multiply_are_refused() {
    let constants: Vec<Json> =
        (1..64).map(|n| serde_json::json!({"name": format!("c{n}"), "value": format!("c{0} + c{0}", n - 1)})).collect();
    let mut document = serde_json::json!({"application": {"id": "x", "version": "1", "modules": [{"name": "M", "kind": "module", "constants": constants}],
        "workflows": [{"name": "M.w", "module": "M", "coercion": "vba", "steps": [{"id": "s1", "type": "set", "target": "n", "value": "c63"}]}]}});
    document["application"]["modules"][0]["constants"]
        .as_array_mut()
        .expect("a list")
        .push(serde_json::json!({"name": "c0", "value": "1"}));
    assert!(compile(&application(&document), &CompileOptions::default()).is_err());
}

#[test]
fn unknown_workflows_are_an_error() {
    let program = compile(&one_step("1"), &CompileOptions::default()).expect("compiles");
    assert!(run(&program, "other", Vec::new(), Host::default(), Limits::default()).is_err());
}

#[test]
fn addresses_that_no_step_may_reach() {
    use daylight::engine::services::is_forbidden;
    for address in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
    ] {
        assert!(is_forbidden(address.parse().expect("an address")), "{address}");
    }
    for address in ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"] {
        assert!(!is_forbidden(address.parse().expect("an address")), "{address}");
    }
}

#[test]
fn a_local_address_is_refused_before_anything_is_sent() {
    use daylight::engine::services::{Delivery, PrivateHosts, RandomSource, Request, ServiceRegistry};
    let mut services = ServiceRegistry::default();
    services.add_url("inner", "http://127.0.0.1:9/api", PrivateHosts::Denied).expect("an address");
    let outcome = services.call("inner", &Request::default(), &Default::default(), &mut RandomSource(1));
    assert!(matches!(outcome.delivery, Delivery::Denied { .. }), "{:?}", outcome.delivery);
}

#[test]
fn delays_grow_and_are_capped() {
    use daylight::engine::services::{RandomSource, delay_ms};
    let policy = |backoff: &str| daylight::model::RetryPolicy {
        max_attempts: 5,
        backoff: Some(backoff.to_string()),
        initial_delay_ms: Some(100),
        max_delay_ms: Some(350),
        jitter: Some(false),
    };
    let delays =
        |name: &str| (1..=4).map(|failed| delay_ms(&policy(name), failed, &mut RandomSource(1))).collect::<Vec<_>>();
    assert_eq!(delays("fixed"), [100, 100, 100, 100]);
    assert_eq!(delays("linear"), [100, 200, 300, 350]);
    assert_eq!(delays("exponential"), [100, 200, 350, 350]);
    let jittered = daylight::model::RetryPolicy { jitter: None, ..policy("fixed") };
    let spread: Vec<u64> = (0..50).map(|seed| delay_ms(&jittered, 1, &mut RandomSource(seed))).collect();
    assert!(
        spread.iter().all(|delay| *delay < 100)
            && spread.iter().any(|delay| *delay < 30)
            && spread.iter().any(|delay| *delay > 70)
    );
}
