//! VBA to workflows: whole modules against their canonical DSL text, expressions one by one, and the proof that every line of
//! every module ended as something. `UPDATE_EXPECT=1` rewrites the expected texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use daylight::convert::{Context, Conversion, Coverage, Host, LineKind, convert, line_map};
use daylight::dsl::{branches, read, write};
use daylight::facts::CodeFacts;
use daylight::lang::formula::{Dialect, parse as parse_expression};
use daylight::lang::vba::{ModuleKind, parse};
use daylight::model::{Action, Application, Grade, Step, Trigger, Workflow};

fn code(name: &str, kind: &str, text: &str) -> CodeFacts {
    CodeFacts { name: name.into(), kind: kind.into(), code: text.into() }
}

fn module(text: &str) -> Vec<CodeFacts> {
    vec![code("Module1", "module", text)]
}

fn converted(text: &str) -> Conversion {
    convert(&module(text), &Context::default())
}

/// The steps of `Main`, whose body is `body`.
fn steps(body: &str) -> Vec<Step> {
    let conversion = converted(&format!("Sub Main()\n{body}\nEnd Sub\n"));
    conversion.workflows.into_iter().next().expect("one workflow").steps
}

fn actions(body: &str) -> Vec<Action> {
    steps(body).into_iter().map(|step| step.action).collect()
}

// --- cases in folders ---

fn cases() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(crate::support::data("convert"))
        .expect("the cases are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 9);
    folders
}

fn modules_of(folder: &Path) -> Vec<CodeFacts> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a case")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "bas" || ending == "cls" || ending == "frm"))
        .collect();
    files.sort();
    let kind = |path: &Path, text: &str| match path.extension().and_then(|ending| ending.to_str()) {
        Some("bas") => "module",
        Some("frm") => "form",
        _ if text.contains("VB_Base") => "document",
        _ => "class",
    };
    files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a module");
            code(path.file_stem().and_then(|stem| stem.to_str()).expect("a name"), kind(path, &text), &text)
        })
        .collect()
}

fn context_of(folder: &Path) -> Context {
    let Ok(text) = std::fs::read_to_string(folder.join("context.json")) else {
        return Context::default();
    };
    let value: serde_json::Value = serde_json::from_str(&text).expect("a context");
    let host = if value["host"] == "access" { Host::Access } else { Host::Excel };
    let sheets: BTreeMap<String, String> = serde_json::from_value(value["sheets"].clone()).expect("sheets");
    Context { host, sheets }
}

fn application(name: &str, conversion: &Conversion) -> Application {
    Application {
        id: name.into(),
        version: "1.0.0".into(),
        modules: conversion.modules.clone(),
        workflows: conversion.workflows.clone(),
        ..Application::default()
    }
}

#[test]
fn modules_convert_to_the_expected_text() {
    for folder in cases() {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_string();
        let conversion = convert(&modules_of(&folder), &context_of(&folder));
        let text = write(&application(&name, &conversion));
        let expected = folder.join("expected.json");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expected, &text).expect("the expectation is written");
        }
        assert_eq!(text, std::fs::read_to_string(&expected).unwrap_or_default(), "{name}");
        assert_eq!(read(&text).map(|back| write(&back)), Ok(text), "{name}");
    }
}

#[test]
fn every_line_ends_as_something_and_every_statement_is_counted_once() {
    for folder in cases() {
        let modules = modules_of(&folder);
        let conversion = convert(&modules, &context_of(&folder));
        check_nothing_lost(&modules, &conversion);
    }
}

fn check_nothing_lost(modules: &[CodeFacts], conversion: &Conversion) {
    let mut counted = Coverage::default();
    for code in modules {
        let kind = match code.kind.as_str() {
            "class" => ModuleKind::Class,
            "document" => ModuleKind::Document,
            "form" => ModuleKind::Form,
            _ => ModuleKind::Standard,
        };
        let counts = parse(&code.name, &code.code, kind).module.counts;
        counted.statements += counts.executable;
        counted.declarations += counts.declarations;
        for (place, line) in line_map(code, &conversion.workflows).iter().enumerate() {
            assert_ne!(line.kind, LineKind::Lost, "{} line {}", code.name, place + 1);
        }
    }
    let found = conversion.coverage;
    assert_eq!((found.statements, found.declarations), (counted.statements, counted.declarations));
    assert_eq!(found.statements, found.exact + found.approximate + found.manual + found.noop);
}

/// Every expression of every step reads back without a fault.
#[test]
fn every_expression_can_be_read_back() {
    for folder in cases() {
        let conversion = convert(&modules_of(&folder), &context_of(&folder));
        let text = serde_json::to_value(&conversion.workflows).expect("plain data");
        let mut expressions = Vec::new();
        collect_expressions(&text, &mut expressions);
        assert!(!expressions.is_empty());
        for expression in expressions {
            let (_, notices) = parse_expression(&expression, Dialect::Names);
            assert_eq!(notices, vec![], "{}: {expression}", folder.display());
        }
    }
}

fn collect_expressions(value: &serde_json::Value, found: &mut Vec<String>) {
    const KEYS: [&str; 12] =
        ["expression", "value", "target", "condition", "variable", "items", "from", "to", "by", "message", "sql", "on"];
    match value {
        serde_json::Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    serde_json::Value::String(text)
                        if KEYS.contains(&key.as_str()) && !fields.contains_key("model") =>
                    {
                        found.push(text.clone());
                    }
                    _ => collect_expressions(field, found),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect_expressions(item, found)),
        _ => {}
    }
}

// --- expressions, by hand ---

#[test]
fn expressions_become_formulas_over_names() {
    let table = std::fs::read_to_string(crate::support::data("convert").join("expressions.txt")).expect("the table");
    let mut seen = 0;
    for line in table.lines() {
        let (statement, expected) = line.split_once(" => ").expect("two sides");
        let found = actions(&format!("Dim x, a, b, c\n{statement}"));
        match found.as_slice() {
            [Action::Set { target, value, reference: false }] => {
                assert_eq!((target.0.as_str(), value.0.as_str()), ("x", expected), "{statement}");
            }
            other => panic!("{statement}: {other:?}"),
        }
        seen += 1;
    }
    assert!(seen > 40);
}

// --- rules that need a word of their own ---

#[test]
fn until_a_number_is_not_negated_bitwise() {
    let found = actions("Dim s\nDo Until InStr(s, \"x\")\nLoop");
    let [Action::While { condition, test, .. }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((condition.0.as_str(), test.as_deref()), ("IF(InStr(s, \"x\"), FALSE, TRUE)", Some("head")));
}

#[test]
fn a_call_of_the_operating_system_is_manual_with_its_text() {
    let conversion = converted(
        "Declare Function GetTickCount Lib \"kernel32\" () As Long\nSub Main()\nDim x\nIf GetTickCount() > 5 Then\nx = 1\nEnd If\nEnd Sub\n",
    );
    let main = &conversion.workflows[0];
    assert_eq!(main.grade, Some(Grade::Manual));
    assert_eq!(main.unmapped.len(), 1);
    assert!(main.unmapped[0].reason.contains("GetTickCount of kernel32"));
    assert_eq!((conversion.coverage.statements, conversion.coverage.manual), (2, 2));
}

#[test]
fn the_weakest_callee_grades_its_callers_even_in_a_circle() {
    let conversion = converted(
        "Sub A()\nB\nEnd Sub\nSub B()\nC\nEnd Sub\nSub C()\nA\nD\nEnd Sub\nSub D()\nSendKeys \"x\"\nEnd Sub\nSub E()\nBeep\nEnd Sub\n",
    );
    let grades: Vec<Option<Grade>> = conversion.workflows.iter().map(|one| one.grade).collect();
    assert_eq!(
        grades,
        [Some(Grade::Manual), Some(Grade::Manual), Some(Grade::Manual), Some(Grade::Manual), Some(Grade::Exact)]
    );
}

#[test]
fn capabilities_come_from_callees_too() {
    let conversion = converted(
        "Sub A()\nB\nEnd Sub\nSub B()\nDim o\nSet o = CreateObject(\"Outlook.Application\")\nMsgBox Now\nRange(\"A1\") = Rnd\nEnd Sub\n",
    );
    assert_eq!(conversion.workflows[0].capabilities, ["clock", "dialogs", "mail", "random", "workbook"]);
}

#[test]
fn names_of_property_procedures_say_which() {
    let text = "Property Get P()\nEnd Property\nProperty Let P(v)\nEnd Property\nProperty Set P(v)\nEnd Property\n";
    let names: Vec<String> = converted(text).workflows.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Module1.P [get]", "Module1.P [let]", "Module1.P [set]"]);
}

#[test]
fn without_option_explicit_assigned_names_are_variables() {
    let names = |text: &str| -> Vec<String> {
        converted(text).workflows[0].variables.iter().map(|one| one.name.clone()).collect()
    };
    assert_eq!(names("Sub Main()\nx = 1\nFor i = 1 To 2\nNext\nActiveSheet.Name = y\nEnd Sub\n"), ["x", "i"]);
    assert_eq!(names("Option Explicit\nSub Main()\nReDim a(3)\nEnd Sub\n"), ["a"]);
}

#[test]
fn events_start_workflows() {
    let context =
        Context { sheets: BTreeMap::from([("Sheet1".to_string(), "Orders".to_string())]), ..Context::default() };
    let text = "Private Sub Worksheet_Change(ByVal Target As Range)\nEnd Sub\nPrivate Sub Button1_Click()\nEnd Sub\nPrivate Sub helper()\nEnd Sub\n";
    let triggers: Vec<Option<Trigger>> =
        convert(&[code("Sheet1", "document", text)], &context).workflows.into_iter().map(|one| one.trigger).collect();
    let expected = [
        Some(Trigger::OnUpdate { model: "Orders".into(), fields: vec![] }),
        Some(Trigger::OnControl { control: "Sheet1.Button1_Click".into() }),
        None,
    ];
    assert_eq!(triggers, expected);
}

#[test]
fn loose_cells_in_a_qualified_range_are_remarked() {
    let conversion =
        converted("Sub Main()\nWorksheets(\"x\").Range(Cells(1, 1), Cells(2, 2)).ClearContents\nEnd Sub\n");
    assert_eq!(conversion.notices.len(), 1);
    let step = &conversion.workflows[0].steps[0];
    assert!(
        matches!(&step.action, Action::ClearRange(method) if method.expression.0 == "Worksheets(\"x\").Range(Cells(1, 1), Cells(2, 2)).ClearContents()")
    );
    assert_eq!(step.grade, Some(Grade::Exact));
}

#[test]
fn damaged_modules_keep_their_statements() {
    let modules = module("Sub Main()\nx = = 2\ny = 1\nIf y Then\nz = 2\n");
    let conversion = convert(&modules, &Context::default());
    assert!(!conversion.syntax_errors.is_empty());
    assert!(conversion.coverage.manual >= 1);
    check_nothing_lost(&modules, &conversion);
}

fn depth(flow: &Workflow) -> usize {
    fn below(steps: &[Step]) -> usize {
        let inner = |step: &Step| branches(&step.action).into_iter().map(|branch| below(branch)).max().unwrap_or(0);
        steps.iter().map(|step| inner(step) + 1).max().unwrap_or(0)
    }
    below(&flow.steps)
}

#[test]
fn the_deepest_module_the_parser_reads_is_converted_and_read_back() {
    let deep = 60;
    let text = format!(
        "Sub Main()\n{}x = 1\n{}End Sub\n",
        "Select Case x\nCase 1\n".repeat(deep),
        "End Select\n".repeat(deep)
    );
    let conversion = converted(&text);
    assert_eq!(depth(&conversion.workflows[0]), deep + 1);
    let model = application("deep", &conversion);
    assert_eq!(read(&write(&model)), Ok(model));
}

/// A statement form of a call that an expression would have rewritten: both take the same road.
#[test]
fn call_by_name_with_a_literal_name_is_the_call() {
    let found = actions("Dim o\nCallByName o, \"Go\", VbMethod, 1\nCallByName o, n, VbMethod");
    let [Action::Invoke(method), Action::Manual { .. }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(method.expression.0, "o.Go(1)");
}

#[test]
fn arguments_of_a_call_stand_in_the_order_of_the_parameters() {
    let text = "Sub Main()\nMany third:=3, first:=1\nMany 1, , 3\nMany nothing:=1\nEnd Sub\nSub Many(first, Optional second, Optional third)\nEnd Sub\n";
    let conversion = converted(text);
    let found: Vec<&Action> = conversion.workflows[0].steps.iter().map(|step| &step.action).collect();
    let [Action::Call { arguments: named, .. }, Action::Call { arguments: gap, .. }, Action::Invoke(_)] =
        found.as_slice()
    else {
        panic!("{found:?}");
    };
    let texts = |list: &[daylight::model::Expression]| list.iter().map(|one| one.0.clone()).collect::<Vec<_>>();
    assert_eq!(
        (texts(named), texts(gap)),
        (vec!["1".into(), String::new(), "3".into()], vec!["1".into(), String::new(), "3".into()])
    );
}

/// A stray `End If` belongs to no statement; its syntax error answers for the line.
#[test]
fn a_stray_block_end_is_answered_for() {
    let modules = module("Sub Main()\nx = 1\nEnd If\nEnd Sub\n");
    let conversion = convert(&modules, &Context::default());
    assert_eq!(conversion.syntax_errors.len(), 1);
    check_nothing_lost(&modules, &conversion);
}

/// Members called through `With` count as calls like any other.
#[test]
fn callees_are_found_inside_with() {
    let class = code("Account", "class", "Sub Send()\nSendKeys \"x\"\nEnd Sub\n");
    let main = code("Module1", "module", "Sub Main()\nWith New Account\n.Send\nEnd With\nEnd Sub\n");
    let conversion = convert(&[class, main], &Context::default());
    assert_eq!(conversion.workflows[1].grade, Some(Grade::Manual));
}
