//! The command line as `docs/cli.md` promises it to scripts: exit codes, one JSON document on standard output and nothing
//! else, its shapes. Macros against what Excel gives, and receipts that notice one changed operator.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{data, root};

/// Of the 17 macro cases, this many must give what Excel gives.
const LEAST_CASES: usize = 12;
/// Numbers of a case are equal within Excel's 15 digits.
const TOLERANCE: f64 = 1e-9;

/// A folder of its own for one test, with a store in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("temp"))
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daylight"));
        command.current_dir(self.0.path()).env_remove("DAYLIGHT_LOG").arg("--data").arg(self.0.path().join("store"));
        command.args(arguments).output().expect("the program starts")
    }

    /// The exit code and the one JSON document on standard output.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(arguments);
        let text = String::from_utf8(output.stdout).expect("standard output is UTF-8");
        let document = serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!(
                "{arguments:?}: no single JSON document ({error}): {text:.300}\n{}",
                String::from_utf8_lossy(&output.stderr)
            )
        });
        (output.status.code().unwrap_or(-1), document)
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        self.run(arguments).status.code().unwrap_or(-1)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("the file is written");
        shown(&path)
    }
}

fn shown(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_string()
}

fn sample(path: &str) -> String {
    shown(&root().join("samples").join(path))
}

const ESTATE: &str = "estate/2026-11";

fn workbook() -> String {
    sample(&format!("{ESTATE}/stores/014/stock-count-014.xlsm"))
}

/// That an object, or every object of a list, has these members.
fn has(value: &Value, what: &str, members: &[&str]) {
    let objects: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    assert!(!objects.is_empty(), "{what}: the list is empty");
    for object in objects {
        for member in members {
            assert!(object.get(member).is_some(), "{what}: no `{member}` in {object:.200}");
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

// ---- exit codes ----

#[test]
fn a_command_that_is_not_understood_ends_with_2() {
    let place = Place::new();
    for arguments in [
        vec!["fly"],
        vec!["scan"],
        vec!["infer", "--jsn", "x"],
        vec!["import", "weather", "x.csv"],
        vec!["data", "export", "x"],
        vec!["macro", "run", "--workbook", "a", "--database", "b", "--macro", "Main"],
        vec!["kpi", "--as-of", "yesterday"],
    ] {
        let output = place.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    let help = place.run(&["--help"]);
    assert_eq!((help.status.code(), help.stderr.is_empty()), (Some(0), true));
}

#[test]
fn an_unknown_macro_ends_with_2_and_names_the_known_ones() {
    let output = Place::new().run(&["macro", "run", "--workbook", &workbook(), "--macro", "NoSuchMacro", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("ReorderCheck"));
    let place = Place::new();
    assert_eq!(place.code(&["replay", &workbook(), "--macro", "NoSuchMacro"]), 2);
    let article = shown(&data("policy").join("article.json"));
    assert_eq!(place.code(&["run", &article, "--workflow", "NoSuchWorkflow"]), 2);
    assert_eq!(place.code(&["policy", "explain", "NoSuchRule", &article]), 2);
}

#[test]
fn an_input_that_cannot_be_read_ends_with_3_and_says_why() {
    let place = Place::new();
    let garbage = place.write("garbage.xlsx", b"PK\x03\x04 but not a package");
    let letter = place.write("letter.pdf", "%PDF-1.7 not a workbook");
    let model = place.write("model.json", "{\"application\": 7}");
    let missing = shown(&place.0.path().join("missing.xlsm"));
    let encrypted = sample(&format!("{ESTATE}/office/bonus-2026.xlsx"));
    for arguments in [
        vec!["scan", &missing],
        vec!["serve", "--scan", &missing],
        vec!["infer", &missing],
        vec!["infer", &garbage, "--json"],
        vec!["infer", &encrypted, "--json"],
        vec!["convert", &letter],
        vec!["vba", "extract", &letter],
        vec!["vba", "check", &missing],
        vec!["replay", &garbage],
        vec!["access", "show", &garbage],
        vec!["check", &model],
        vec!["check", &missing],
        vec!["diff", &model, &model],
        vec!["macro", "run", "--workbook", &missing, "--macro", "Main"],
        vec!["import", "backlog", &missing],
        vec!["ledger", "verify"],
    ] {
        let output = place.run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty() && said.starts_with("daylight: "), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_file_name_cannot_write_to_the_terminal() {
    let place = Place::new();
    let output = place.run(&["infer", "no\u{1b}[31msuch\rfile.xlsx"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!output.stderr.contains(&0x1b) && !output.stderr.contains(&b'\r'));
}

// ---- shapes ----

#[test]
fn scan_import_kpi_and_ledger_have_their_shapes() {
    let place = Place::new();
    let (code, scanned) = place.json(&["scan", &sample(&format!("{ESTATE}/office")), "--jobs", "2", "--json"]);
    has(&scanned, "scan", &["files", "applications", "snapshot"]);
    let members = [
        "path",
        "sha256",
        "bytes",
        "kind",
        "state",
        "reason",
        "tables",
        "rows",
        "formulas",
        "macros",
        "ms",
        "application",
    ];
    has(&scanned["files"], "scan.files", &members);
    let states: Vec<&str> = items(&scanned["files"]).iter().filter_map(|file| file["state"].as_str()).collect();
    assert!(states.contains(&"encrypted"));
    assert_eq!(code, 1, "one file was not read, so the code says so");
    for file in items(&scanned["files"]) {
        assert_eq!(
            file["state"] == "parsed",
            file["reason"] == "",
            "a reason goes with every other state: {file:.300}"
        );
    }
    let (code, again) = place.json(&["scan", &sample(&format!("{ESTATE}/access/loyalty-csv")), "--json"]);
    assert_eq!((code, again["snapshot"].as_u64()), (0, Some(2)));

    let (code, imported) = place.json(&["import", "backlog", &sample("records/backlog.csv"), "--json"]);
    has(&imported, "import", &["kind", "mapping", "rows", "skipped"]);
    assert_eq!((code, imported["rows"].as_u64()), (0, Some(199)));

    let (code, kpis) = place.json(&["kpi", "--as-of", "2026-11-18", "--json"]);
    assert_eq!(code, 0);
    let members = ["id", "name", "value", "unit", "n", "window", "scope", "measuredShare", "insufficient"];
    has(&kpis["kpis"], "kpi.kpis", &members);
    for kpi in items(&kpis["kpis"]) {
        assert_ne!(kpi["value"].is_null(), kpi["insufficient"].is_null(), "a value or what it needs: {kpi:.300}");
    }

    let (code, verified) = place.json(&["ledger", "verify", "--json"]);
    has(&verified, "ledger verify", &["records", "head", "broken", "tornBytes"]);
    assert_eq!((code, verified["broken"].is_null()), (0, true));
}

#[test]
fn a_changed_ledger_is_named_by_its_first_bad_record() {
    let place = Place::new();
    place.json(&["import", "backlog", &sample("records/backlog.csv"), "--json"]);
    place.json(&["import", "eligible", &sample("records/eligible.csv"), "--json"]);
    let segment = place.0.path().join("store/tenants/local/ledger/000001.jsonl");
    let text = std::fs::read_to_string(&segment).expect("reads");
    std::fs::write(&segment, text.replacen("SITC-1001", "SITC-1002", 1)).expect("writes");
    let (code, verified) = place.json(&["ledger", "verify", "--json"]);
    assert_eq!(code, 1);
    has(&verified["broken"], "broken", &["seq", "file", "reason"]);
    assert_eq!(verified["broken"]["seq"].as_u64(), Some(1), "the record after it names another hash for it");
}

#[test]
fn infer_has_its_shape() {
    let place = Place::new();
    let (code, found) = place.json(&["infer", &sample(&format!("{ESTATE}/office/price-list.xlsx")), "--json"]);
    assert_eq!(code, 0);
    has(&found, "infer", &["application", "regions", "evidence"]);
    has(&found["application"], "application", &["id", "version", "metadata", "dataModels", "workflows"]);
    has(&found["application"]["dataModels"], "dataModels", &["name", "fields"]);
    has(&found["regions"], "regions", &["workbook", "sheet", "range", "headerRows", "dataRange", "table"]);
    let members = ["subject", "claim", "rule", "held", "seen", "where", "confidence", "counterExamples"];
    has(&found["evidence"], "evidence", &members);
    let model = place.write("model.json", json!({ "application": found["application"] }).to_string());
    let (_, verdict) = place.json(&["check", &model, "--json"]);
    has(&verdict, "check", &["decision", "violations"]);
}

#[test]
fn convert_counts_every_statement_once() {
    let place = Place::new();
    let (code, found) = place.json(&["convert", &workbook(), "--json"]);
    assert_eq!(code, 0);
    has(&found, "convert", &["application", "coverage", "modules"]);
    let count = |name: &str| found["coverage"][name].as_u64().expect("a count");
    assert_eq!(count("statements"), count("exact") + count("approximate") + count("manual") + count("noop"));
    assert!(count("statements") > 50 && count("declarations") > 10);
    has(&found["modules"], "modules", &["module", "procedures"]);
    let procedures: Vec<&Value> =
        items(&found["modules"]).iter().flat_map(|module| items(&module["procedures"])).collect();
    for procedure in &procedures {
        has(procedure, "procedure", &["name", "grade", "unmapped"]);
    }
    assert!(
        procedures
            .iter()
            .any(|procedure| procedure["name"].as_str().is_some_and(|name| name.ends_with("ReorderCheck")))
    );
}

#[test]
fn vba_check_points_at_what_is_malformed() {
    let place = Place::new();
    let good = sample("generator/macros/reorder.bas");
    let (code, found) = place.json(&["vba", "check", &good, "--json"]);
    assert_eq!(code, 0);
    has(&found["modules"], "vba check", &["file", "lines", "statements", "errors"]);
    let bad = place.write("bad.bas", "Sub Main()\r\n    x = 1 +\r\nEnd Sub\r\n");
    let (code, found) = place.json(&["vba", "check", &good, &bad, "--json"]);
    assert_eq!((code, items(&found["modules"]).len()), (1, 2));
    has(&found["modules"][1]["errors"], "errors", &["line", "column", "message"]);
    assert_eq!(found["modules"][1]["errors"][0]["line"].as_u64(), Some(2));
}

#[test]
fn access_show_and_data_export_have_their_shapes() {
    let place = Place::new();
    let database = sample(&format!("{ESTATE}/access/warehouse.mdb"));
    let (code, found) = place.json(&["access", "show", &database, "--json"]);
    assert_eq!(code, 0);
    let members = ["version", "tables", "relationships", "queries", "modules", "macros", "forms", "reports", "links"];
    has(&found, "access show", &members);
    has(&found["tables"], "tables", &["name", "rows", "columns", "indexes"]);
    has(&found["tables"][0]["columns"], "columns", &["name", "type", "length", "required"]);
    let indexes: Vec<Value> =
        items(&found["tables"]).iter().flat_map(|table| items(&table["indexes"]).to_vec()).collect();
    has(&Value::Array(indexes), "indexes", &["name", "columns", "unique", "primary"]);
    has(&found["relationships"], "relationships", &["name", "from", "to"]);
    has(&found["relationships"][0]["from"], "from", &["table", "columns"]);
    has(&found["queries"], "queries", &["name", "type", "sql"]);

    let out = place.0.path().join("rows");
    let output = place.run(&["data", "export", &database, "--out", &shown(&out)]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for table in items(&found["tables"]) {
        let name = table["name"].as_str().expect("a name");
        let text = std::fs::read(out.join(format!("{name}.csv"))).unwrap_or_else(|_| panic!("{name}.csv is missing"));
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
        let columns: Vec<&str> = items(&table["columns"]).iter().filter_map(|column| column["name"].as_str()).collect();
        assert_eq!(header, columns, "{name}");
        assert_eq!(Some(reader.records().filter(Result::is_ok).count() as u64), table["rows"].as_u64(), "{name}");
    }
}

#[test]
fn policy_schema_and_settings_answer() {
    let place = Place::new();
    let article = shown(&data("policy").join("article.json"));
    let (code, verdict) = place.json(&["check", &article, "--json"]);
    let decision = verdict["decision"].as_str().expect("a decision");
    assert!(["allow", "review", "deny"].contains(&decision));
    assert_eq!(code, i32::from(decision != "allow"));
    has(&verdict["violations"], "violations", &["id", "ref", "severity", "object", "message", "remedy"]);
    let rule = verdict["violations"][0]["id"].as_str().expect("an id");
    let (code, explained) = place.json(&["policy", "explain", rule, &article, "--json"]);
    assert_eq!((code, explained["fired"].as_bool()), (0, Some(true)));
    has(&explained, "explain", &["id", "ref", "fired", "facts", "flip"]);
    let (code, tested) = place.json(&["policy", "test", "--json"]);
    assert_eq!(code, 0, "{tested:.500}");
    has(&tested, "policy test", &["id", "cases", "passed"]);
    let (code, schema) = place.json(&["schema"]);
    assert_eq!(code, 0);
    assert!(schema.get("$schema").is_some() || schema.get("properties").is_some());
    let settings = place.run(&["config", "show"]);
    assert!(settings.status.success() && String::from_utf8_lossy(&settings.stdout).contains("--data"));
}

#[test]
fn run_reports_a_refusal_as_a_result() {
    let place = Place::new();
    let article = shown(&data("policy").join("article.json"));
    let (code, ran) = place.json(&["run", &article, "--workflow", "processOrder", "--json"]);
    has(&ran, "run", &["run", "status", "steps", "outputs"]);
    assert_eq!((code, ran["status"].as_str()), (1, Some("refused")));
    let said = place.run(&["run", &article, "--workflow", "processOrder", "--json"]).stderr;
    assert!(String::from_utf8_lossy(&said).contains("review"), "standard error says why");
}

#[test]
fn diff_is_empty_for_the_same_model_and_names_a_change() {
    let place = Place::new();
    let article = shown(&data("policy").join("article.json"));
    let (code, same) = place.json(&["diff", &article, &article, "--json"]);
    assert_eq!((code, items(&same["changes"]).len()), (0, 0));
    let text = std::fs::read_to_string(&article).expect("reads");
    let changed = place.write("changed.json", text.replacen("totalAmount", "grandTotal", 1));
    let (code, found) = place.json(&["diff", &article, &changed, "--json"]);
    assert_eq!(code, 1);
    has(&found["changes"], "changes", &["kind", "path", "breaking"]);
}

// ---- VBA by a second reader ----

#[test]
fn extracted_code_is_what_olevba_reads() {
    let place = Place::new();
    let (code, found) = place.json(&["vba", "extract", &workbook(), "--json"]);
    assert_eq!(code, 0);
    has(&found["modules"], "vba extract", &["name", "kind", "code"]);
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
        let path = sample(&format!("{ESTATE}/{file}"));
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

// ---- macros ----

#[test]
fn macro_run_has_its_shape_and_tells_statuses_apart() {
    let place = Place::new();
    let (code, ran) = place.json(&["macro", "run", "--workbook", &workbook(), "--macro", "ReorderCheck", "--json"]);
    has(&ran, "macro run", &["status", "return", "error", "output", "sheets", "capabilities", "grade"]);
    assert_eq!((code, ran["status"].as_str()), (0, Some("ok")), "{:.500}", ran["error"]);
    has(&ran["sheets"], "sheets", &["name", "hiddenRows", "cells"]);
    has(&ran["sheets"][0]["cells"], "cells", &["ref", "value", "formula"]);
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

// ---- receipts ----

#[test]
fn replay_finds_its_own_output_equal() {
    let (code, found) = Place::new().json(&["replay", &workbook(), "--macro", "ReorderCheck", "--json"]);
    let members = [
        "macro",
        "level",
        "equal",
        "cells",
        "differences",
        "statementsReached",
        "inputHash",
        "legacyHash",
        "modelHash",
        "engine",
    ];
    has(&found["receipts"], "receipts", &members);
    let receipt = &found["receipts"][0];
    assert_eq!(
        (code, receipt["equal"].as_bool(), receipt["level"].as_str()),
        (0, Some(true), Some("found")),
        "{receipt:.800}"
    );
    assert!(receipt["cells"].as_u64().is_some_and(|cells| cells > 50));
}

#[test]
fn replay_of_a_pair_is_recorded_evidence() {
    for (pair, after) in [("weekly-report", "weekly-report.xlsm"), ("discount-approval", "discount-approval.xlsm")] {
        let before = sample(&format!("pairs/{pair}/before.xlsm"));
        let after = sample(&format!("{ESTATE}/office/{after}"));
        let (_, found) = Place::new().json(&["replay", &before, "--after", &after, "--json"]);
        let receipts = items(&found["receipts"]);
        assert!(receipts.iter().all(|receipt| receipt["level"] == "recorded") && !receipts.is_empty(), "{pair}");
        assert!(receipts.iter().any(|receipt| receipt["equal"] == true), "{pair}: {:.800}", found);
    }
}

/// Visits every step, blocks within blocks included, until `change` accepts one.
fn change_first(value: &mut Value, change: &mut dyn FnMut(&mut serde_json::Map<String, Value>) -> bool) -> bool {
    match value {
        Value::Object(members) => change(members) || members.values_mut().any(|member| change_first(member, change)),
        Value::Array(list) => list.iter_mut().any(|item| change_first(item, change)),
        _ => false,
    }
}

/// The application with one operator changed: in the n-th assignment of the workflow that holds `from`. None when there is
/// no such step.
fn mutated(application: &Value, workflow: &str, (from, to): (char, &str), n: usize) -> Option<Value> {
    let mut copy = application.clone();
    let found = copy["workflows"]
        .as_array_mut()?
        .iter_mut()
        .find(|flow| flow["name"].as_str().is_some_and(|name| name.ends_with(workflow)))?;
    let mut seen = 0;
    let mut change = |step: &mut serde_json::Map<String, Value>| {
        let kind = step.get("type").and_then(Value::as_str).unwrap_or("");
        let value = step.get("value").and_then(Value::as_str).unwrap_or("");
        if !matches!(kind, "set" | "writeRange") || !value.contains(from) || value.contains('"') {
            return false;
        }
        seen += 1;
        if seen <= n {
            return false;
        }
        let other = value.replacen(from, to, 1);
        step.insert(String::from("value"), Value::String(other));
        true
    };
    change_first(&mut found["steps"], &mut change).then_some(copy)
}

#[test]
fn a_receipt_fails_when_one_operator_of_the_workflow_is_changed() {
    let place = Place::new();
    let (_, converted) = place.json(&["convert", &workbook(), "--json"]);
    let application = &converted["application"];
    let receipt_of = |application: &Value| {
        let model = place.write("model.json", json!({ "application": application }).to_string());
        let (code, found) =
            place.json(&["replay", &workbook(), "--macro", "ReorderCheck", "--model", &model, "--json"]);
        (code, found["receipts"][0]["equal"].clone(), items(&found["receipts"][0]["differences"]).len())
    };
    assert_eq!(receipt_of(application), (0, json!(true), 0), "the unchanged model is equal");
    // The macro's own counters, and the order quantity in the function it calls for every article.
    let changes = [("ReorderCheck", ('+', "-"), 0), ("ReorderCheck", ('+', "-"), 1), ("OrderQuantity", ('*', "+"), 0)];
    for (workflow, (from, to), n) in changes {
        let changed = mutated(application, workflow, (from, to), n);
        let changed = changed.unwrap_or_else(|| panic!("{workflow} holds no {from} number {n} to change"));
        let (code, equal, differences) = receipt_of(&changed);
        assert_eq!((code, equal), (1, json!(false)), "{from} number {n} of {workflow}");
        assert!(differences > 0, "{from} number {n} of {workflow}: the receipt names no cell");
    }
}

// ---- databases ----

/// The table Orders as Access exports it, with these rows of (ID, State, Total).
fn orders_export(rows: &[(u32, &str, &str)]) -> String {
    let row = |(id, state, total): &(u32, &str, &str)| {
        format!("<Orders><ID>{id}</ID><State>{state}</State><Total>{total}</Total></Orders>")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<root xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:od=\"urn:schemas-microsoft-com:officedata\">\
         <xsd:schema><xsd:element name=\"dataroot\"><xsd:complexType><xsd:sequence><xsd:element ref=\"Orders\"/></xsd:sequence></xsd:complexType></xsd:element>\
         <xsd:element name=\"Orders\"><xsd:annotation><xsd:appinfo><od:index index-name=\"PrimaryKey\" index-key=\"ID \" primary=\"yes\" unique=\"yes\"/></xsd:appinfo></xsd:annotation>\
         <xsd:complexType><xsd:sequence><xsd:element name=\"ID\" od:jetType=\"longinteger\"/><xsd:element name=\"State\" od:jetType=\"text\"/>\
         <xsd:element name=\"Total\" od:jetType=\"currency\"/></xsd:sequence></xsd:complexType></xsd:element></xsd:schema>\
         <dataroot xmlns:od=\"urn:schemas-microsoft-com:officedata\">{rows}</dataroot></root>"
    )
}

/// A model whose one workflow doubles what is open.
const DOUBLING: &str = r#"{"application": {"id": "orders", "version": "1.0.0", "dataModels": [{"name": "Orders", "fields": [{"name": "ID", "type": "Integer"}, {"name": "State", "type": "Text"}, {"name": "Total", "type": "Decimal", "precision": 19, "scale": 4}]}], "workflows": [{"name": "Double", "coercion": "vba", "procedure": "sub", "trigger": {"on": "manual"}, "steps": [{"type": "updateRecord", "model": "Orders", "filter": "State = \"open\"", "values": {"Total": "Total * 2"}}]}, {"name": "Show", "coercion": "vba", "inputs": [{"name": "state", "type": "String"}], "outputs": ["rows"], "variables": [{"name": "rows", "type": "Variant"}], "steps": [{"type": "query", "sql": "\"SELECT ID, Total FROM Orders WHERE State = wanted ORDER BY ID\"", "with": {"wanted": "state"}, "into": "rows"}]}]}}"#;

#[test]
fn a_database_receipt_compares_tables_row_by_row() {
    let place = Place::new();
    let model = place.write("model.json", DOUBLING);
    let before = place.write("before.xml", orders_export(&[(1, "open", "10.5"), (2, "done", "4"), (3, "open", "1")]));
    let after = place.write("after.xml", orders_export(&[(3, "open", "2"), (1, "open", "21"), (2, "done", "4")]));
    let wrong = place.write("wrong.xml", orders_export(&[(1, "open", "21"), (2, "done", "5"), (4, "open", "2")]));
    let replay = |after: &str| {
        place.json(&["replay", &before, "--model", &model, "--macro", "Double", "--after", after, "--json"])
    };
    let (code, found) = replay(&after);
    let receipt = &found["receipts"][0];
    assert_eq!((code, text(&receipt["level"]), receipt["equal"].as_bool()), (0, "recorded", Some(true)), "{receipt}");
    assert_eq!(receipt["cells"].as_u64(), Some(9));
    let (code, found) = replay(&wrong);
    let differences: Vec<&str> =
        items(&found["receipts"][0]["differences"]).iter().map(|difference| text(&difference["cell"])).collect();
    assert_eq!((code, differences), (1, vec!["Orders[ID=2].Total", "Orders[ID=3]", "Orders[ID=4]"]));
    let (_, found) = place.json(&["replay", &before, "--model", &model, "--macro", "Double", "--json"]);
    assert_eq!(text(&found["receipts"][0]["level"]), "self");
}

#[test]
fn a_workflow_runs_on_the_tables_of_a_file() {
    let place = Place::new();
    let model = place.write("model.json", DOUBLING);
    let data = place.write("orders.xml", orders_export(&[(1, "open", "10.5"), (2, "done", "4"), (3, "open", "1")]));
    let run = [
        "run",
        &model,
        "--workflow",
        "Show",
        "--input",
        "state=open",
        "--data-in",
        &data,
        "--approve",
        "test",
        "--json",
    ];
    let (code, found) = place.json(&run);
    assert_eq!(code, 0, "{found}");
    assert_eq!(found["outputs"]["rows"], json!([{"ID": 1, "Total": 10.5}, {"ID": 3, "Total": 1}]));
    let sheet = place.write("Orders.csv", "ID,State,Total\n1,open,10.5\n2,done,4\n");
    let run = [
        "run",
        &model,
        "--workflow",
        "Show",
        "--input",
        "state=done",
        "--data-in",
        &sheet,
        "--approve",
        "test",
        "--json",
    ];
    assert_eq!(place.json(&run).1["outputs"]["rows"], json!([{"ID": 2, "Total": 4}]));
}
