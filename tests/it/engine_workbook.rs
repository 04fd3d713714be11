//! The in-memory workbook and Excel's object model: scripts of reads and writes with what Excel answers
//! (`tests/data/engine/workbook/*.json`), and properties of the structural operations.

use std::sync::Arc;

use daylight::engine::object::ObjectModel;
use daylight::engine::value::{Arguments, Array, Assign, Fault, HostObject, Object, RunError, Subtype, Value};
use daylight::engine::workbook::area::{AddressStyle, Area, parse_area};
use daylight::engine::workbook::{CellData, CellValue, Excel, SheetData, Workbook, WorkbookData, coverage};
use daylight::lang::formula::{self, Dialect, Node, UnaryOp};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// 2024-03-05, the day the scripts run on.
const NOW: f64 = 45_356.0;

fn open(book: &str) -> Excel {
    let path = crate::support::data("engine").join("workbook/books").join(format!("{book}.json"));
    let text = std::fs::read_to_string(path).expect("the book of a script exists");
    let data: WorkbookData = serde_json::from_str(&text).expect("the book of a script is a WorkbookData");
    let (book, left_out) = Workbook::from_data(&data);
    assert_eq!(left_out, 0);
    Excel::new(book, NOW)
}

/// Evaluates a chain such as `Worksheets("Orders").Range("A1").End(-4121).Row`.
fn eval(excel: &mut Excel, node: &Node) -> Result<Value, Fault> {
    match node {
        Node::Integer(n) => Ok(Value::Long(i32::try_from(*n).expect("script numbers are small"))),
        Node::Number(n) => Ok(Value::Double(*n)),
        Node::Text(text) => Ok(Value::Text(text.as_str().into())),
        Node::Boolean(truth) => Ok(Value::Boolean(*truth)),
        Node::Empty => Ok(Value::Empty),
        Node::Null => Ok(Value::Null),
        Node::Nothing => Ok(Value::Nothing),
        Node::Omitted => Ok(Value::Missing),
        Node::Unary { op: UnaryOp::Minus, operand } => Ok(match eval(excel, operand)? {
            Value::Long(n) => Value::Long(-n),
            Value::Double(n) => Value::Double(-n),
            other => panic!("cannot negate {other:?}"),
        }),
        Node::Name(name) => global(excel, name, &Arguments::default()),
        Node::Call { name, args } if name.eq_ignore_ascii_case("Array") => {
            let elements = args.iter().map(|arg| eval(excel, arg)).collect::<Result<Vec<_>, _>>()?;
            Ok(list(elements))
        }
        Node::Call { name, args } if name.eq_ignore_ascii_case("Currency") => match eval(excel, &args[0])? {
            Value::Long(n) => Ok(Value::Currency(i64::from(n) * 10_000)),
            other => panic!("no currency: {other:?}"),
        },
        Node::Call { name, args } if name.eq_ignore_ascii_case("Date") => match eval(excel, &args[0])? {
            Value::Long(n) => Ok(Value::Date(f64::from(n))),
            Value::Double(n) => Ok(Value::Date(n)),
            other => panic!("no date: {other:?}"),
        },
        Node::Call { name, args } if name.eq_ignore_ascii_case("Error") => match eval(excel, &args[0])? {
            Value::Long(n) => Ok(Value::Error(n)),
            other => panic!("no error: {other:?}"),
        },
        Node::Call { name, args } => {
            let arguments = arguments(excel, args)?;
            global(excel, name, &arguments)
        }
        Node::Member { object, name } => get(excel, object, name, &[]),
        Node::MemberCall { object, name, args } => get(excel, object, name, args),
        Node::Index { object, args } => get(excel, object, "", args),
        other => panic!("not part of the script language: {other:?}"),
    }
}

fn list(elements: Vec<Value>) -> Value {
    let upper = i32::try_from(elements.len()).expect("small") - 1;
    Value::Array(Arc::new(Array { element: Subtype::Variant, bounds: vec![(0, upper)], elements }))
}

fn global(excel: &mut Excel, name: &str, arguments: &Arguments) -> Result<Value, Fault> {
    if let Some(answer) = excel.global(name, arguments) {
        return answer;
    }
    panic!("{name} is no global name")
}

fn get(excel: &mut Excel, object: &Node, name: &str, args: &[Node]) -> Result<Value, Fault> {
    let object = host(eval(excel, object)?)?;
    let arguments = arguments(excel, args)?;
    excel.get(&object, name, &arguments)
}

fn host(value: Value) -> Result<HostObject, Fault> {
    match value {
        Value::Object(Object::Host(object)) => Ok(object),
        _ => Err(Fault::Raised(RunError { number: 424, description: String::new(), source: String::new() })),
    }
}

fn arguments(excel: &mut Excel, args: &[Node]) -> Result<Arguments, Fault> {
    let mut bound = Arguments::default();
    for arg in args {
        match arg {
            Node::Argument { name, value } => {
                let value = eval(excel, value)?;
                bound.named.push((name.as_str().into(), value));
            }
            other => {
                let value = eval(excel, other)?;
                bound.positional.push(value);
            }
        }
    }
    Ok(bound)
}

fn parse(text: &str) -> Node {
    let (node, notices) = formula::parse(text, Dialect::Names);
    assert!(notices.is_empty(), "{text}: {notices:?}");
    node
}

fn read(excel: &mut Excel, text: &str) -> Result<Value, Fault> {
    let value = eval(excel, &parse(text))?;
    match value {
        Value::Object(Object::Host(object)) if &*object.class == "Range" => {
            excel.get(&object, "Value", &Arguments::default())
        }
        other => Ok(other),
    }
}

fn write(excel: &mut Excel, target: &str, value: Value) -> Result<(), Fault> {
    let (object, name, args) = match parse(target) {
        Node::Member { object, name } => (eval(excel, &object)?, name, Vec::new()),
        Node::MemberCall { object, name, args } => (eval(excel, &object)?, name, args),
        other => (eval(excel, &other)?, String::new(), Vec::new()),
    };
    let arguments = arguments(excel, &args)?;
    excel.put(&host(object)?, &name, &arguments, &value, Assign::Let)
}

/// A value as the scripts write it.
fn shown(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Null => json!({"null": true}),
        Value::Nothing => json!("Nothing"),
        Value::Boolean(truth) => json!(truth),
        Value::Integer(n) => json!(n),
        Value::Long(n) => json!(n),
        Value::LongLong(n) => json!(n),
        Value::Double(n) if n.fract() == 0.0 && n.abs() < 1e15 => json!(*n as i64),
        Value::Double(n) => json!(n),
        Value::Date(n) => json!({"date": n}),
        Value::Currency(n) => json!({"currency": *n as f64 / 10_000.0}),
        Value::Error(n) => json!({"error": n}),
        Value::Text(text) => json!(&**text),
        Value::Array(array) => {
            let extents: Vec<i32> = array.bounds.iter().map(|(low, high)| high - low + 1).collect();
            json!({"size": extents, "elements": array.elements.iter().map(shown).collect::<Vec<_>>()})
        }
        Value::Object(Object::Host(object)) => json!({"object": &*object.class}),
        other => panic!("unexpected {other:?}"),
    }
}

fn run_step(excel: &mut Excel, step: &Json) -> Result<Json, Fault> {
    if let Some(target) = step.get("put").and_then(Json::as_str) {
        let value = eval(excel, &parse(step["to"].as_str().expect("`to` is an expression")))?;
        return write(excel, target, value).map(|()| Json::Null);
    }
    if let Some(text) = step.get("each").and_then(Json::as_str) {
        let collection = host(eval(excel, &parse(text))?)?;
        let member = step["member"].as_str().expect("`member` is a name");
        let mut seen = Vec::new();
        for item in excel.items(&collection)? {
            let item = host(item)?;
            seen.push(shown(&excel.get(&item, member, &Arguments::default())?));
        }
        return Ok(Json::Array(seen));
    }
    let text = step.get("get").or(step.get("do")).and_then(Json::as_str).expect("a step has get, do, put or each");
    if step.get("do").is_some() {
        return eval(excel, &parse(text)).map(|_| Json::Null);
    }
    read(excel, text).map(|value| shown(&value))
}

#[test]
fn scripts_give_what_excel_gives() {
    let folder = crate::support::data("engine").join("workbook");
    let mut failures = Vec::new();
    let mut steps = 0;
    for entry in std::fs::read_dir(folder).expect("the scripts are there") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|ext| ext != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("readable");
        let cases: Vec<Json> = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for case in &cases {
            let mut excel = open(case["book"].as_str().unwrap_or("empty"));
            for (at, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
                steps += 1;
                let answer = run_step(&mut excel, step);
                let given = match &answer {
                    Ok(value) => value.clone(),
                    Err(Fault::Raised(error)) => json!({"raises": error.number}),
                    Err(Fault::Refused { capability, .. }) => json!({"refused": capability}),
                };
                let wanted = step.get("is").cloned().or_else(|| Some(json!({"raises": step.get("raises")?})));
                let wanted = wanted.or_else(|| Some(json!({"refused": step.get("refused")?}))).unwrap_or(Json::Null);
                if given != wanted {
                    failures.push(format!("{} step {at} {step}: {given}; {answer:?}", case["name"]));
                }
                if let (Some(text), Err(Fault::Raised(error))) = (step.get("text"), &answer) {
                    assert_eq!(text, &json!(error.description), "{}", case["name"]);
                }
            }
        }
    }
    assert!(steps > 150, "only {steps} steps were run");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_listed_member_answers_to_its_name() {
    let mut excel = open("orders");
    let range = host(eval(&mut excel, &parse("Range(\"A1:B2\")")).expect("a range")).expect("an object");
    for (class, member, _) in coverage().iter().filter(|(class, ..)| *class == "Range") {
        let answer = excel.get(&range, member, &Arguments::default());
        let unknown = matches!(&answer, Err(Fault::Raised(error)) if error.number == 438);
        assert!(!unknown, "{class}.{member}");
        excel = open("orders");
    }
    assert!(coverage().len() > 300);
}

#[test]
fn unknown_members_raise_438_with_the_text_of_vba() {
    let mut excel = open("orders");
    let sheet = host(eval(&mut excel, &parse("ActiveSheet")).expect("a sheet")).expect("an object");
    let Err(Fault::Raised(error)) = excel.get(&sheet, "Frobnicate", &Arguments::default()) else {
        panic!("an unknown member was accepted")
    };
    assert_eq!((error.number, error.description.as_str()), (438, "Object doesn't support this property or method"));
}

#[test]
fn a_range_follows_its_cells() {
    let mut excel = open("orders");
    let range = host(eval(&mut excel, &parse("Range(\"A5\")")).expect("a range")).expect("an object");
    eval(&mut excel, &parse("Rows(2).Insert")).expect("rows can be inserted");
    let address = excel.get(&range, "Address", &Arguments::default()).expect("an address");
    assert_eq!(address, Value::Text("$A$6".into()));
    eval(&mut excel, &parse("Rows(6).Delete")).expect("rows can be deleted");
    let gone = excel.get(&range, "Address", &Arguments::default());
    assert!(matches!(gone, Err(Fault::Raised(error)) if error.number == 424));
}

#[test]
fn writes_are_recorded_for_the_change_event() {
    let mut excel = open("orders");
    write(&mut excel, "Range(\"B2:C3\").Value", Value::Long(1)).expect("cells can be written");
    let changes = excel.take_changes();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].area.address(AddressStyle::RELATIVE), "B2:C3");
    assert!(excel.take_changes().is_empty());
}

#[test]
fn data_survives_the_way_in_and_out() {
    let mut excel = open("orders");
    let data = excel.book.to_data();
    let (mut again, _) = Workbook::from_data(&data);
    assert_eq!(again.to_data(), data);
}

fn filled(cells: &[(u32, u32, i32)]) -> Excel {
    let cells = cells.iter().map(|(row, column, value)| CellData {
        row: *row,
        column: *column,
        value: CellValue::Number(f64::from(*value)),
        ..CellData::default()
    });
    let sheet = SheetData { name: "S".into(), cells: cells.collect(), ..SheetData::default() };
    let (book, _) = Workbook::from_data(&WorkbookData { sheets: vec![sheet], ..WorkbookData::default() });
    Excel::new(book, NOW)
}

fn area() -> impl Strategy<Value = Area> {
    (1u32..=1_048_576, 1u32..=16_384, 1u32..=1_048_576, 1u32..=16_384)
        .prop_filter_map("inside the sheet", |(a, b, c, d)| Area::new(a, b, c, d))
}

proptest! {
    #[test]
    fn an_address_reads_back(area in area(), rows in any::<bool>(), columns in any::<bool>()) {
        let style = AddressStyle { row_absolute: rows, column_absolute: columns, r1c1: None };
        prop_assert_eq!(parse_area(&area.address(style)), Some(area));
    }

    #[test]
    fn deleting_inserted_lines_restores(
        cells in proptest::collection::vec((1u32..40, 1u32..12, 1i32..1000), 0..60),
        at in 1u32..45, count in 1u32..9, rows in any::<bool>(),
    ) {
        let mut excel = filled(&cells);
        let before = excel.book.dump();
        let line = if rows { format!("Rows(\"{at}:{}\")", at + count - 1) } else {
            format!("Range(Columns({at}), Columns({}))", at + count - 1)
        };
        eval(&mut excel, &parse(&format!("{line}.Insert"))).expect("there is room");
        eval(&mut excel, &parse(&format!("{line}.Delete"))).expect("they can go");
        prop_assert_eq!(excel.book.dump(), before);
    }

    #[test]
    fn sorting_is_a_stable_permutation(keys in proptest::collection::vec(0i32..6, 1..40)) {
        let cells: Vec<(u32, u32, i32)> = keys
            .iter()
            .zip(1u32..)
            .flat_map(|(key, row)| [(row, 1, *key), (row, 2, i32::try_from(row).unwrap_or(0))])
            .collect();
        let mut excel = filled(&cells);
        eval(&mut excel, &parse(&format!("Range(\"A1:B{}\").Sort(Range(\"A1\"), 1, Header := 2)", keys.len())))
            .expect("it can be sorted");
        let mut wanted: Vec<(i32, u32)> = keys.iter().copied().zip(1u32..).collect();
        wanted.sort();
        for ((key, old_row), row) in wanted.into_iter().zip(1u32..) {
            let one = read(&mut excel, &format!("Cells({row}, 1)")).expect("a value");
            let two = read(&mut excel, &format!("Cells({row}, 2)")).expect("a value");
            prop_assert_eq!((one, two), (Value::Double(f64::from(key)), Value::Double(f64::from(old_row))));
        }
    }

    #[test]
    fn no_text_makes_range_or_entry_panic(text in "\\PC{0,24}") {
        let mut excel = open("orders");
        let arguments = Arguments { positional: vec![Value::Text(text.as_str().into())], named: Vec::new() };
        let _ = excel.global("Range", &arguments).expect("Range is a global name");
        let _ = excel.global("Evaluate", &arguments).expect("Evaluate is a global name");
        let _ = write(&mut excel, "Range(\"J1\").Value", Value::Text(text.as_str().into()));
        let _ = write(&mut excel, "Range(\"J1\").FormulaR1C1", Value::Text(format!("={text}").into()));
        let _ = read(&mut excel, "Range(\"J1\").Text");
    }
}
