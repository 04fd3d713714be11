//! Every command that lists a JSON shape gives exactly it: no key less, no key more. Beside the keys, what the values promise.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Place, estate, items, sample, shown, text, workbook};
use crate::support::{data, root};

/// That an object, or every object of a list that is not empty, has these keys and no others.
pub(super) fn exactly(value: &Value, what: &str, keys: &[&str]) {
    let objects: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    assert!(!objects.is_empty(), "{what}: the list is empty");
    let wanted: BTreeSet<&str> = keys.iter().copied().collect();
    for object in objects {
        let found: BTreeSet<&str> =
            object.as_object().unwrap_or_else(|| panic!("{what} is no object")).keys().map(String::as_str).collect();
        assert_eq!(found, wanted, "{what}");
    }
}

#[test]
fn scan_gives_exactly_its_keys_for_files_and_folders() {
    let place = Place::new();
    let file = estate("office/price-list.xlsx");
    for path in [file.as_str(), &estate("access/loyalty-csv")] {
        let (code, found) = place.json(&["scan", path, "--json"]);
        assert_eq!(code, 0);
        exactly(&found, "scan", &["files", "applications", "snapshot"]);
        let keys = [
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
        exactly(&found["files"], "files", &keys);
    }
    let (code, found) = place.json(&["scan", "--json", &shown(&empty(&place))]);
    assert_eq!((code, items(&found["files"]).len()), (0, 0), "an empty folder is no error");
}

fn empty(place: &Place) -> PathBuf {
    let folder = place.0.path().join("empty");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn infer_and_convert_give_exactly_their_keys() {
    let place = Place::new();
    for path in [estate("office/price-list.xlsx"), estate("office")] {
        let (_, found) = place.json(&["infer", &path, "--json"]);
        exactly(&found, "infer", &["application", "regions", "evidence"]);
        exactly(&found["regions"], "regions", &["workbook", "sheet", "range", "headerRows", "dataRange", "table"]);
        let keys = ["subject", "claim", "rule", "held", "seen", "where", "confidence", "counterExamples"];
        exactly(&found["evidence"], "evidence", &keys);
    }
    let (code, found) = place.json(&["convert", &estate("stores/014/stock-count-014.xlsm"), "--json"]);
    assert_eq!(code, 0);
    exactly(&found, "convert", &["application", "coverage", "modules"]);
    exactly(&found["coverage"], "coverage", &["statements", "exact", "approximate", "manual", "noop", "declarations"]);
    exactly(&found["modules"], "modules", &["module", "procedures"]);
    let procedures: Vec<Value> =
        items(&found["modules"]).iter().flat_map(|module| items(&module["procedures"]).to_vec()).collect();
    exactly(&Value::Array(procedures), "procedures", &["name", "grade", "unmapped"]);
}

#[test]
fn vba_gives_exactly_its_keys_for_files_and_folders() {
    let place = Place::new();
    for path in [estate("stores/014/stock-count-014.xlsm"), estate("stores/014")] {
        let (_, found) = place.json(&["vba", "extract", &path, "--json"]);
        exactly(&found, "vba extract", &["modules"]);
        exactly(&found["modules"], "modules", &["name", "kind", "code"]);
    }
    place.write("code/good.bas", "Sub Main()\r\nEnd Sub\r\n");
    place.write("code/deep/bad.cls", "Sub Main()\r\n    x = 1 +\r\nEnd Sub\r\n");
    place.write("code/readme.txt", "no code");
    let (code, found) = place.json(&["vba", "check", &shown(&place.0.path().join("code")), "--json"]);
    assert_eq!((code, items(&found["modules"]).len()), (1, 2));
    exactly(&found["modules"], "modules", &["file", "lines", "statements", "errors"]);
    let errors: Vec<Value> = items(&found["modules"]).iter().flat_map(|one| items(&one["errors"]).to_vec()).collect();
    exactly(&Value::Array(errors), "errors", &["line", "column", "message"]);
}

#[test]
fn macro_run_and_replay_give_exactly_their_keys() {
    let place = Place::new();
    let book = estate("stores/014/stock-count-014.xlsm");
    let (_, ran) = place.json(&["macro", "run", "--workbook", &book, "--macro", "ReorderCheck", "--json"]);
    exactly(&ran, "macro run", &["status", "return", "error", "output", "sheets", "capabilities", "grade"]);
    exactly(&ran["sheets"], "sheets", &["name", "hiddenRows", "cells"]);
    exactly(&ran["sheets"][0]["cells"], "cells", &["ref", "value", "formula"]);
    let failing = place.write("m.bas", "Sub Main()\n    MsgBox \"hi\"\n    Err.Raise 1004\nEnd Sub\n");
    let (code, ran) = place.json(&["macro", "run", "--module", &failing, "--macro", "Main", "--json"]);
    assert_eq!(code, 1);
    exactly(&ran["error"], "error", &["number", "description", "module", "line"]);
    exactly(&ran["output"], "output", &["kind", "text"]);
    let (_, found) = place.json(&["replay", &book, "--macro", "ReorderCheck", "--json"]);
    exactly(&found, "replay", &["receipts"]);
    let keys = [
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
    exactly(&found["receipts"], "receipts", &keys);
}

#[test]
fn formula_check_gives_exactly_its_keys_and_counts_each_formula_once() {
    let place = Place::new();
    let books =
        ["office/price-list.xlsx", "office/inventory.xlsx", "office/supplier-orders.xlsm", "office/opening-hours.ods"];
    let books = books.map(estate);
    let (code, found) = place.json(&["formula", "check", &books[0], &books[1], &books[2], &books[3], "--json"]);
    assert_eq!((code, items(&found["workbooks"]).len()), (0, 4));
    exactly(&found, "formula check", &["workbooks"]);
    let keys = [
        "file",
        "formulas",
        "compared",
        "equal",
        "different",
        "inherited",
        "unsteady",
        "unsaved",
        "stale",
        "ofMacros",
        "unchecked",
        "refused",
        "differences",
    ];
    exactly(&found["workbooks"], "workbooks", &keys);
    for book in items(&found["workbooks"]) {
        let count = |key: &str| book[key].as_u64().expect("a count");
        let refused: u64 = book["refused"].as_object().expect("counts").values().filter_map(Value::as_u64).sum();
        assert_eq!(count("compared"), count("equal") + count("different"), "{book}");
        let others = count("unsteady") + count("unsaved") + count("ofMacros") + count("unchecked") + refused;
        assert_eq!(count("formulas"), count("compared") + others, "{book}");
        assert_eq!(count("different"), 0, "the samples hold the results of their formulas: {book}");
    }
}

#[test]
fn access_show_gives_exactly_its_keys() {
    let place = Place::new();
    let keys = ["version", "tables", "relationships", "queries", "modules", "macros", "forms", "reports", "links"];
    let (code, found) = place.json(&["access", "show", &estate("access/warehouse.mdb"), "--json"]);
    assert_eq!(code, 0);
    exactly(&found, "access show", &keys);
    exactly(&found["tables"], "tables", &["name", "rows", "columns", "indexes"]);
    exactly(&found["tables"][0]["columns"], "columns", &["name", "type", "length", "required"]);
    let indexes: Vec<Value> = items(&found["tables"]).iter().flat_map(|one| items(&one["indexes"]).to_vec()).collect();
    exactly(&Value::Array(indexes), "indexes", &["name", "columns", "unique", "primary"]);
    exactly(&found["relationships"], "relationships", &["name", "from", "to"]);
    exactly(&found["relationships"][0]["to"], "to", &["table", "columns"]);
    exactly(&found["queries"], "queries", &["name", "type", "sql"]);
    let (_, folder) = place.json(&["access", "show", &estate("access/deliveries-export"), "--json"]);
    exactly(&folder, "access show of a folder", &keys);
    assert!(items(&folder["tables"]).len() >= 2, "an export's folder is one database");
}

#[test]
fn check_and_explain_give_exactly_their_keys() {
    let place = Place::new();
    let article = shown(&data("policy").join("article.json"));
    let (code, verdict) = place.json(&["check", &article, "--json"]);
    assert_eq!((code, verdict["decision"].as_str()), (1, Some("review")));
    exactly(&verdict, "check", &["decision", "violations"]);
    exactly(&verdict["violations"], "violations", &["id", "ref", "severity", "object", "message", "remedy"]);
    let said = place.run(&["policy", "explain", "G01", &article]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(text.starts_with("G01 [") && text.contains("facts:") && text.contains("no longer fire"), "{text}");
    let quiet = place.run(&["policy", "explain", "P01", &article]);
    assert!(String::from_utf8_lossy(&quiet.stdout).contains("did not fire"));
    let wrong = place.write("findings.json", "[{\"hits\": 1}]");
    for file in [wrong, place.write("no.json", "no JSON")] {
        let output = place.run(&["check", &article, "--findings", &file, "--json"]);
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(3), true));
    }
}

const STEPS: [&str; 4] = ["id", "status", "attempts", "ms"];

#[test]
fn run_needs_an_approval_for_review_and_records_it() {
    let place = Place::new();
    let article = shown(&data("policy").join("article.json"));
    let mock = place.write(
        "mock.json",
        json!({"reserveItems": [{"status": 503}, {"status": 503}, {"status": 200, "body": {"reserved": true}}]})
            .to_string(),
    );
    let service = format!("inventory=mock:{mock}");
    let run = ["run", &article, "--workflow", "processOrder", "--service", &service, "--json"];
    let (code, refused) = place.json(&run);
    exactly(&refused, "run", &["run", "status", "steps", "outputs"]);
    assert_eq!((code, refused["status"].as_str(), items(&refused["steps"]).len()), (1, Some("refused"), 0));
    let said = place.run(&run);
    assert!(String::from_utf8_lossy(&said.stderr).contains("--approve"));
    let blank = [run.as_slice(), &["--approve", "  "]].concat();
    assert_eq!(place.json(&blank).1["status"], "refused", "an empty reason is no approval");
    let approved = [run.as_slice(), &["--approve", "pilot in store 14"]].concat();
    let (code, ran) = place.json(&approved);
    assert_eq!((code, ran["status"].as_str()), (0, Some("ok")), "{ran}");
    exactly(&ran["steps"], "steps", &STEPS);
    assert_eq!(ran["steps"][0]["attempts"], 3, "two failures and a success");
    let ledger = std::fs::read_to_string(place.ledger()).expect("reads");
    let approvals = ledger.lines().filter(|line| line.contains("approval.recorded")).count();
    assert_eq!((approvals, ledger.contains("pilot in store 14")), (1, true));
    assert_eq!(ledger.lines().filter(|line| line.contains("run.finished")).count(), 4);
}

#[test]
fn a_dry_run_calls_nothing_and_records_nothing() {
    let place = Place::new();
    let article = shown(&data("policy").join("article.json"));
    let arguments = ["run", &article, "--workflow", "processOrder", "--approve", "x", "--dry-run"];
    let (code, ran) = place.json(&[arguments.as_slice(), &["--json"]].concat());
    exactly(&ran, "run", &["run", "status", "steps", "outputs"]);
    exactly(&ran["steps"], "steps", &STEPS);
    assert_eq!(
        (code, ran["status"].as_str(), ran["steps"][0]["status"].as_str()),
        (0, Some("dry-run"), Some("planned"))
    );
    let said = place.run(&arguments);
    assert!(String::from_utf8_lossy(&said.stderr).contains("inventory.reserveItems"));
    assert!(!place.0.path().join("store").exists(), "no store was made");
}

#[test]
fn kpi_gives_exactly_its_keys_and_looks_back() {
    let place = Place::new();
    let records = root().join("samples/records");
    for (kind, file) in
        [("backlog", "backlog.csv"), ("usage", "usage.csv"), ("costs", "costs.csv"), ("owners", "owners.csv")]
    {
        let (code, found) = place.json(&["import", kind, &shown(&records.join(file)), "--json"]);
        exactly(&found, "import", &["kind", "mapping", "rows", "skipped"]);
        assert_eq!(code, 0, "{found}");
    }
    let of = |day: &str| {
        let (code, found) = place.json(&["kpi", "--as-of", day, "--json"]);
        assert_eq!(code, 0);
        exactly(&found, "kpi", &["kpis"]);
        let keys = ["id", "name", "value", "unit", "n", "window", "scope", "measuredShare", "insufficient"];
        exactly(&found["kpis"], "kpis", &keys);
        items(&found["kpis"]).iter().find(|kpi| kpi["id"] == "K2").expect("K2")["n"].as_u64()
    };
    assert_eq!(of("2026-10-31"), Some(72));
    assert_ne!(of("2025-10-31"), Some(72));
    let ids: BTreeSet<String> = items(&place.json(&["kpi", "--json"]).1["kpis"])
        .iter()
        .filter_map(|kpi| kpi["id"].as_str().map(|id| id.chars().take(2).collect()))
        .collect();
    assert_eq!(ids, (1..=8).map(|n| format!("K{n}")).collect());
}

#[test]
fn scan_says_why_a_file_was_not_parsed_and_numbers_its_snapshots() {
    let place = Place::new();
    let (code, scanned) = place.json(&["scan", &estate("office"), "--jobs", "2", "--json"]);
    let states: Vec<&str> = items(&scanned["files"]).iter().map(|file| text(&file["state"])).collect();
    assert!(states.contains(&"encrypted"));
    assert_eq!(code, 1, "one file was not read, so the code says so");
    for file in items(&scanned["files"]) {
        let (state, reason) = (text(&file["state"]), text(&file["reason"]));
        assert_eq!(state == "parsed", reason.is_empty(), "a reason goes with every other state: {file:.300}");
    }
    let (code, again) = place.json(&["scan", &estate("access/loyalty-csv"), "--json"]);
    assert_eq!((code, again["snapshot"].as_u64()), (0, Some(2)));
}

#[test]
fn kpi_gives_a_value_or_what_it_needs() {
    let place = Place::new();
    let (code, imported) = place.json(&["import", "backlog", &sample("records/backlog.csv"), "--json"]);
    assert_eq!((code, imported["rows"].as_u64()), (0, Some(199)));
    let (code, kpis) = place.json(&["kpi", "--as-of", "2026-11-18", "--json"]);
    assert_eq!(code, 0);
    for kpi in items(&kpis["kpis"]) {
        assert_ne!(kpi["value"].is_null(), kpi["insufficient"].is_null(), "{kpi:.300}");
    }
}

#[test]
fn convert_counts_every_statement_once() {
    let place = Place::new();
    let (code, found) = place.json(&["convert", &workbook(), "--json"]);
    assert_eq!(code, 0);
    let count = |name: &str| found["coverage"][name].as_u64().expect("a count");
    assert_eq!(count("statements"), count("exact") + count("approximate") + count("manual") + count("noop"));
    assert!(count("statements") > 50 && count("declarations") > 10);
    let procedures: Vec<&Value> =
        items(&found["modules"]).iter().flat_map(|module| items(&module["procedures"])).collect();
    assert!(
        procedures
            .iter()
            .any(|procedure| procedure["name"].as_str().is_some_and(|name| name.ends_with("ReorderCheck")))
    );
}

#[test]
fn data_export_writes_every_table_with_its_columns_and_rows() {
    let place = Place::new();
    let database = estate("access/warehouse.mdb");
    let (_, found) = place.json(&["access", "show", &database, "--json"]);
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
    let rule = verdict["violations"][0]["id"].as_str().expect("an id");
    let (code, explained) = place.json(&["policy", "explain", rule, &article, "--json"]);
    assert_eq!((code, explained["fired"].as_bool()), (0, Some(true)));
    let keys = ["id", "title", "ref", "fired", "hits", "facts", "factsLeftOut", "flip", "remedy"];
    exactly(&explained, "explain", &keys);
    let (code, tested) = place.json(&["policy", "test", "--json"]);
    assert_eq!(code, 0, "{tested:.500}");
    exactly(&tested, "policy test", &["id", "cases", "passed", "failures"]);
    let (code, schema) = place.json(&["schema"]);
    assert_eq!(code, 0);
    assert!(schema.get("$schema").is_some() || schema.get("properties").is_some());
    let settings = place.run(&["config", "show"]);
    assert!(settings.status.success() && String::from_utf8_lossy(&settings.stdout).contains("--data"));
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
    exactly(&found["changes"], "changes", &["kind", "path", "breaking", "detail"]);
}
