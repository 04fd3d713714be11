//! Macros on a workbook, from VBA text to cells: `tests/data/engine/macros/*.txt`. Each case names the rule it rests on; the
//! expectations are Excel's as Microsoft documents them.
//!
//! A case: `#### name -- rule`, VBA (the body of `Function Main() As String` when it holds no procedure), `++++ Name kind` before
//! further modules, `----`, then expectations: `= "return"`, `! error-number`, `hidden Sheet rows`, `answers ...`, `out [...]`,
//! `refused capability`, `Sheet!A1 = value [=formula]`.

use std::collections::BTreeMap;

use daylight::convert::{Context, convert};
use daylight::engine::dialogs::Dialogs;
use daylight::engine::value::{Value, coerce};
use daylight::engine::workbook::{CellValue, Excel, SheetDump, Workbook, WorkbookData};
use daylight::engine::{Capability, CompileOptions, Host, Lenient, Limits, RunOutcome, compile, run};
use daylight::facts::CodeFacts;
use daylight::model::Application;
use serde_json::{Value as Json, json};

/// 2024-03-05 12:00, when the macros run.
const NOW: f64 = 45_356.5;
/// Relative difference at which numbers count as equal: Excel shows 15 digits.
const TOLERANCE: f64 = 1e-9;

#[derive(Default)]
struct Case {
    name: String,
    modules: Vec<CodeFacts>,
    expected: Vec<String>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    let mut expecting = false;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("#### ") {
            let (name, rule) = head.split_once(" -- ").unwrap_or((head, ""));
            assert!(!rule.is_empty(), "{name} names no rule");
            all.push(Case { name: name.to_string(), modules: vec![module("Module1", "module")], ..Case::default() });
            expecting = false;
            continue;
        }
        let Some(case) = all.last_mut() else { continue };
        if let Some(head) = line.strip_prefix("++++ ") {
            let (name, kind) = head.split_once(' ').expect("name and kind");
            let kind = if name.starts_with("Sheet") || name == "ThisWorkbook" { "document" } else { kind };
            case.modules.push(module(name, kind));
        } else if line == "----" {
            expecting = true;
        } else if expecting {
            case.expected.extend((!line.trim().is_empty()).then(|| line.to_string()));
        } else if let Some(last) = case.modules.last_mut() {
            last.code.push_str(line);
            last.code.push('\n');
        }
    }
    for case in &mut all {
        let main = &mut case.modules[0].code;
        let whole = main.lines().any(|line| {
            let line = line.trim_start_matches("Public ").trim_start_matches("Private ");
            line.starts_with("Sub ") || line.starts_with("Function ")
        });
        if !whole {
            *main = format!("Function Main() As String\n{main}End Function\n");
        }
    }
    all
}

fn module(name: &str, kind: &str) -> CodeFacts {
    CodeFacts { name: name.to_string(), kind: kind.to_string(), code: String::new() }
}

fn book() -> Excel {
    let path = crate::support::data("engine").join("workbook/books/orders.json");
    let text = std::fs::read_to_string(path).expect("the book is there");
    let data: WorkbookData = serde_json::from_str(&text).expect("the book is a WorkbookData");
    Excel::new(Workbook::from_data(&data).0, NOW)
}

fn answers(case: &Case) -> Vec<String> {
    let lines = case.expected.iter().filter_map(|line| line.strip_prefix("answers "));
    lines
        .flat_map(|line| serde_json::from_str::<Vec<String>>(&format!("[{line}]")).expect("answers are texts"))
        .collect()
}

fn run_case(case: &Case) -> (RunOutcome, Vec<SheetDump>) {
    let conversion = convert(&case.modules, &Context::default());
    assert_eq!(conversion.syntax_errors, [], "{}", case.name);
    let application = Application {
        id: String::from("macro"),
        version: String::from("1.0.0"),
        modules: conversion.modules,
        workflows: conversion.workflows,
        ..Application::default()
    };
    let program = compile(&application, &CompileOptions { lenient: Lenient::Refuse }).expect("it compiles");
    let host = Host {
        models: vec![Box::new(book())],
        dialogs: Dialogs::with_answers(answers(case)),
        clock_serial: NOW,
        grants: [Capability::Workbook, Capability::Dialogs, Capability::Clock, Capability::Random].into(),
        ..Host::default()
    };
    let mut outcome = run(&program, "Module1.Main", Vec::new(), host, Limits::default()).expect("Main runs");
    let model = outcome.host.models.remove(0);
    let any: Box<dyn std::any::Any> = model;
    let mut excel = any.downcast::<Excel>().expect("the workbook comes back");
    (outcome, excel.dump())
}

fn json_of(value: &CellValue) -> Json {
    match value {
        CellValue::Blank => Json::Null,
        CellValue::Number(number) => json!(number),
        CellValue::Text(text) | CellValue::Error(text) => json!(text),
        CellValue::Boolean(flag) => json!(flag),
    }
}

fn same(wanted: &Json, got: &Json) -> bool {
    match (wanted.as_f64(), got.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(1.0),
        _ => wanted == got,
    }
}

/// `12 =A1*2`: a JSON value and, after it, the formula.
fn cell_wanted(text: &str) -> (Json, Option<&str>) {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    let value = values.next().and_then(Result::ok).unwrap_or_else(|| panic!("{text} is no value"));
    let rest = text[values.byte_offset()..].trim();
    (value, (!rest.is_empty()).then_some(rest))
}

fn differences(case: &Case, outcome: &RunOutcome, sheets: &[SheetDump]) -> Vec<String> {
    let mut found = Vec::new();
    let mut status = "ok";
    let cells: BTreeMap<String, (Json, Option<String>)> = sheets
        .iter()
        .flat_map(|sheet| {
            let name = sheet.name.clone();
            sheet
                .cells
                .iter()
                .map(move |cell| (format!("{name}!{}", cell.reference), (json_of(&cell.value), cell.formula.clone())))
        })
        .collect();
    for line in &case.expected {
        if let Some(wanted) = line.strip_prefix("= ") {
            let wanted: String = serde_json::from_str(wanted).expect("the return is a text");
            let got = outcome.value.as_ref().map(|value| coerce::to_text(value).unwrap_or_default());
            if got.as_deref() != Some(wanted.as_str()) {
                found.push(format!("returns {got:?}, not {wanted:?}"));
            }
        } else if let Some(number) = line.strip_prefix("! ") {
            status = "runtime-error";
            let got = outcome.error.as_ref().map(|error| error.number.to_string());
            if got.as_deref() != Some(number.trim()) {
                found.push(format!("error {got:?}, not {number}"));
            }
        } else if let Some(capability) = line.strip_prefix("refused ") {
            status = "refused";
            let got = outcome.refusal.as_ref().map(|(capability, _)| capability.as_str());
            if got != Some(capability.trim()) {
                found.push(format!("refused {got:?}, not {capability}"));
            }
        } else if let Some(rest) = line.strip_prefix("hidden ") {
            let mut words = rest.split_whitespace();
            let name = words.next().unwrap_or_default();
            let rows: Vec<u32> = words.map(|word| word.parse().expect("row numbers")).collect();
            let got = sheets.iter().find(|sheet| sheet.name == name).map(|sheet| sheet.hidden_rows.clone());
            if got.as_ref() != Some(&rows) {
                found.push(format!("hidden rows {got:?}, not {rows:?}"));
            }
        } else if let Some(wanted) = line.strip_prefix("out ") {
            let wanted: Vec<String> = serde_json::from_str(wanted).expect("output is a list of texts");
            let got: Vec<&str> = outcome.output.iter().map(|line| line.text.as_str()).collect();
            if got != wanted {
                found.push(format!("output {got:?}, not {wanted:?}"));
            }
        } else if !line.starts_with("answers ") {
            let (place, wanted) = line.split_once(" = ").unwrap_or_else(|| panic!("{line} is no expectation"));
            let (value, formula) = cell_wanted(wanted);
            let (got, got_formula) = cells.get(place).cloned().unwrap_or_default();
            if !same(&value, &got) {
                found.push(format!("{place} is {got}, not {value}"));
            }
            if formula.is_some() && got_formula.as_deref() != formula {
                found.push(format!("{place} holds {got_formula:?}, not {formula:?}"));
            }
        }
    }
    if outcome.status.name() != status {
        found.insert(0, format!("{}: {:?} {:?}", outcome.status.name(), outcome.error, outcome.refusal));
    }
    found
}

#[test]
fn macros_do_on_a_workbook_what_excel_does() {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> = std::fs::read_dir(crate::support::data("engine").join("macros"))
        .expect("the cases are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("readable");
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for case in cases(&text) {
            count += 1;
            let (outcome, sheets) = run_case(&case);
            let found = differences(&case, &outcome, &sheets);
            failures.extend((!found.is_empty()).then(|| format!("{file} {}: {}", case.name, found.join("; "))));
        }
    }
    println!("{} of {count} macros do what Excel does", count - failures.len());
    assert!(count > 250, "only {count} cases were run");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn an_event_that_always_fires_itself_ends_with_error_28() {
    let mut handler = module("Sheet1", "document");
    handler.code =
        "Private Sub Worksheet_Change(ByVal Target As Range)\nTarget.Value = Target.Value + 1\nEnd Sub\n".to_string();
    let mut main = module("Module1", "module");
    main.code = "Sub Main()\nRange(\"J1\").Value = 1\nEnd Sub\n".to_string();
    let case = Case { name: "endless".to_string(), modules: vec![main, handler], expected: Vec::new() };
    let (outcome, _) = run_case(&case);
    assert_eq!(outcome.error.map(|error| error.number), Some(28));
}

#[test]
fn a_function_in_a_formula_that_fails_is_a_value_error() {
    let mut main = module("Module1", "module");
    main.code = "Function Bad(x)\nBad = 1 / (x - x)\nEnd Function\nFunction Main() As String\nRange(\"J1\").Formula = \"=Bad(1)\"\nMain = Range(\"J1\").Text\nEnd Function\n".to_string();
    let case = Case { name: "bad".to_string(), modules: vec![main], expected: Vec::new() };
    let (outcome, _) = run_case(&case);
    assert_eq!(outcome.value, Some(Value::text("#VALUE!")));
}
