//! `vba` and `macro run`: code beside what olevba reads, runs beside what Excel gives.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{Place, estate, items, sample, shown, workbook};

/// Of the 17 macro cases, this many must give what Excel gives.
const LEAST_CASES: usize = 12;

/// Numbers of a case are equal within Excel's 15 digits.
const TOLERANCE: f64 = 1e-9;

#[test]
fn vba_check_points_at_what_is_malformed() {
    let place = Place::new();
    let good = sample("generator/macros/reorder.bas");
    assert_eq!(place.json(&["vba", "check", &good, "--json"]).0, 0);
    let bad = place.write("bad.bas", "Sub Main()\r\n    x = 1 +\r\nEnd Sub\r\n");
    let (code, found) = place.json(&["vba", "check", &good, &bad, "--json"]);
    assert_eq!((code, items(&found["modules"]).len()), (1, 2));
    assert_eq!(found["modules"][1]["errors"][0]["line"].as_u64(), Some(2));
}

#[test]
fn extracted_code_is_what_olevba_reads() {
    let place = Place::new();
    let (code, found) = place.json(&["vba", "extract", &workbook(), "--json"]);
    assert_eq!(code, 0);
    for module in items(&found["modules"]) {
        let kind = module["kind"].as_str().unwrap_or("");
        assert!(["module", "class", "document", "form"].contains(&kind), "{kind}");
        assert!(
            module["code"].as_str().is_some_and(|code| code.starts_with("Attribute VB_Name")),
            "Attribute lines are kept"
        );
    }
    let (Ok(python), Ok(script)) = (std::env::var("DAYLIGHT_PYTHON"), std::env::var("DAYLIGHT_OLEVBA")) else {
        println!("skipped: DAYLIGHT_PYTHON and DAYLIGHT_OLEVBA name no second reader; tests/run sets them");
        return;
    };
    let files = ["stores/014/stock-count-014.xlsm", "stores/014/shift-plan-014.xlsm", "stores/014/returns-2026.xls"];
    for file in files {
        let path = estate(file);
        let output = Command::new(&python).arg(&script).arg(&path).output().expect("the second reader starts");
        let theirs: Value = serde_json::from_slice(&output.stdout).expect("it gives JSON");
        let (_, ours) = place.json(&["vba", "extract", &path, "--json"]);
        assert_eq!(codes(&ours), codes(&theirs), "{file}");
    }
}

/// Module name → code, line ends and closing blank lines aside.
fn codes(report: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or("").replace("\r\n", "\n").trim_end().to_string();
    items(&report["modules"]).iter().map(|module| (text(&module["name"]), text(&module["code"]))).collect()
}

#[test]
fn macro_run_tells_statuses_apart() {
    let place = Place::new();
    let (code, ran) = place.json(&["macro", "run", "--workbook", &workbook(), "--macro", "ReorderCheck", "--json"]);
    assert_eq!((code, ran["status"].as_str()), (0, Some("ok")), "{:.500}", ran["error"]);
    let module = |text: &str| place.write("m.bas", text);
    let cases = [
        ("Function Main()\n    Main = Null\nEnd Function\n", 0, "ok", Value::Null),
        ("Sub Main()\nEnd Sub\n", 0, "ok", json!("")),
        ("Function Main()\n    Main = 2.5 * 2\nEnd Function\n", 0, "ok", json!("5")),
        ("Sub Main()\n    Err.Raise 1004\nEnd Sub\n", 1, "runtime-error", json!("")),
        ("Sub Main()\n    x = 1 +\nEnd Sub\n", 1, "compile-error", json!("")),
        ("Sub Main()\n    Shell \"calc\"\nEnd Sub\n", 1, "refused", json!("")),
    ];
    for (text, exit, status, returned) in cases {
        let (code, ran) = place.json(&["macro", "run", "--module", &module(text), "--macro", "Main", "--json"]);
        assert_eq!((code, ran["status"].as_str(), &ran["return"]), (exit, Some(status), &returned), "{text}");
    }
    let asked = "Function Main(n As Long) As String\n    Main = n & InputBox(\"Name?\", , \"none\") & InputBox(\"More?\", , \"x\")\nEnd Function\n";
    let arguments =
        ["macro", "run", "--module", &module(asked), "--macro", "Main", "--arg", "7", "--answer", "Ada", "--json"];
    let (_, ran) = place.json(&arguments);
    assert_eq!(ran["return"], "7Adax", "with no answer left, the default text");
    let said: Vec<&str> = items(&ran["output"]).iter().filter_map(|line| line["text"].as_str()).collect();
    assert_eq!(said, ["Name?", "More?"]);
}

struct Case<'a>(&'a Value);

impl Case<'_> {
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or("(no id)")
    }

    /// Writes the modules as they are exported, with the line that names them.
    fn modules(&self, place: &Place) -> Vec<String> {
        let main = ("Module1", "module", self.0["code"].as_str().unwrap_or(""));
        let more = items(&self.0["mods"]).iter().map(|module| {
            let part = |at: usize| module[at].as_str().unwrap_or("");
            (part(0), part(1), part(2))
        });
        std::iter::once(main)
            .chain(more)
            .map(|(name, kind, code)| {
                let ending = if kind == "class" { "cls" } else { "bas" };
                place.write(&format!("{name}.{ending}"), format!("Attribute VB_Name = \"{name}\"\n{code}"))
            })
            .collect()
    }

    fn run(&self, place: &Place, orders: &str) -> Value {
        let mut arguments = vec![String::from("macro"), String::from("run"), String::from("--json")];
        arguments.extend([String::from("--workbook"), orders.to_string()]);
        for module in self.modules(place) {
            arguments.extend([String::from("--module"), module]);
        }
        arguments.extend([String::from("--macro"), self.0["macro"].as_str().unwrap_or("Main").to_string()]);
        for answer in items(&self.0["answers"]) {
            arguments.extend([String::from("--answer"), answer.as_str().unwrap_or("").to_string()]);
        }
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        place.json(&words).1
    }

    /// What differs from Excel, in words; empty when nothing does.
    fn differences(&self, ran: &Value) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: String, wanted: &Value, got: &Value| {
            if !same(wanted, got) {
                found.push(format!("{what}: {got} instead of {wanted}"));
            }
        };
        let expected_status = if self.0["err"].is_null() { "ok" } else { "runtime-error" };
        compare(String::from("status"), &json!(expected_status), &ran["status"]);
        for (member, got) in
            [("ret", &ran["return"]), ("err", &ran["error"]["number"]), ("line", &ran["error"]["line"])]
        {
            if let Some(wanted) = self.0.get(member) {
                compare(member.to_string(), wanted, got);
            }
        }
        if let Some(wanted) = self.0.get("out") {
            let texts: Vec<&Value> = items(&ran["output"]).iter().map(|line| &line["text"]).collect();
            compare(String::from("out"), wanted, &json!(texts));
        }
        for (place, wanted) in self.0["cells"].as_object().into_iter().flatten() {
            let (sheet, reference) = place.split_once('!').unwrap_or(("", place));
            compare(place.clone(), wanted, cell(ran, sheet, reference));
        }
        for (sheet, wanted) in self.0["hidden"].as_object().into_iter().flatten() {
            let hidden = items(&sheet_of(ran, sheet)["hiddenRows"]).len();
            compare(format!("hidden rows of {sheet}"), wanted, &json!(hidden));
        }
        found
    }
}

fn sheet_of<'a>(ran: &'a Value, name: &str) -> &'a Value {
    items(&ran["sheets"]).iter().find(|sheet| sheet["name"] == name).unwrap_or(&Value::Null)
}

fn cell<'a>(ran: &'a Value, sheet: &str, reference: &str) -> &'a Value {
    let cells = items(&sheet_of(ran, sheet)["cells"]);
    cells.iter().find(|cell| cell["ref"] == reference).map_or(&Value::Null, |cell| &cell["value"])
}

fn same(wanted: &Value, got: &Value) -> bool {
    match (wanted.as_f64(), got.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(1.0),
        _ => wanted == got,
    }
}

#[test]
fn macros_give_what_excel_gives() {
    let Ok(folder) = std::env::var("DAYLIGHT_MEASURE_DATA") else {
        println!("skipped: DAYLIGHT_MEASURE_DATA names no folder with macros/cases.json and macros/orders.xlsx");
        return;
    };
    let folder = PathBuf::from(folder).join("macros");
    let text = std::fs::read_to_string(folder.join("cases.json")).expect("the cases are there");
    let cases: Value = serde_json::from_str(&text).expect("the cases are JSON");
    let orders = shown(&folder.join("orders.xlsx"));
    let mut failing = Vec::new();
    for case in items(&cases).iter().map(Case) {
        let differences = case.differences(&case.run(&Place::new(), &orders));
        if !differences.is_empty() {
            failing.push(format!("{}: {}", case.id(), differences.join("; ")));
        }
    }
    let all = items(&cases).len();
    println!("{} of {all} macro cases give what Excel gives\n{}", all - failing.len(), failing.join("\n"));
    assert!(all - failing.len() >= LEAST_CASES.min(all), "{}", failing.join("\n"));
}

#[test]
fn a_delimited_text_is_a_workbook_of_one_sheet() {
    let place = Place::new();
    let file = place.write("prices.csv", "Article,Price\nA-1,2.50\nA-2,4\n");
    let code = "Sub Main()\n    Worksheets(\"prices\").Range(\"B4\").Value = WorksheetFunction.Sum(Range(\"B2:B3\"))\nEnd Sub\n";
    let module = place.write("m.bas", code);
    let (code, ran) =
        place.json(&["macro", "run", "--workbook", &file, "--module", &module, "--macro", "Main", "--json"]);
    assert_eq!((code, cell(&ran, "prices", "B4")), (0, &json!(6.5)), "{:.600}", ran);
    assert_eq!(cell(&ran, "prices", "A2"), "A-1");
}
