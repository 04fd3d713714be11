//! Every command that lists a JSON shape gives exactly it: no key less, no key more, one document on standard output. Errors
//! say what happened and what to do; paths may be files and folders; nothing hangs on a pipe.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{data, root};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("temp"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daylight"));
        command.current_dir(self.0.path()).env_remove("DAYLIGHT_LOG").arg("--data").arg(self.0.path().join("store"));
        command.args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(arguments);
        let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{arguments:?}: no single document ({error}): {}", String::from_utf8_lossy(&output.stderr))
        });
        (output.status.code().unwrap_or(-1), document)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, text).expect("written");
        shown(&path)
    }
}

fn shown(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_string()
}

fn sample(path: &str) -> String {
    shown(&root().join("samples/estate/2026-11").join(path))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// That an object, or every object of a list that is not empty, has these keys and no others.
fn exactly(value: &Value, what: &str, keys: &[&str]) {
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
    let file = sample("office/price-list.xlsx");
    for path in [file.as_str(), &sample("access/loyalty-csv")] {
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
    for path in [sample("office/price-list.xlsx"), sample("office")] {
        let (_, found) = place.json(&["infer", &path, "--json"]);
        exactly(&found, "infer", &["application", "regions", "evidence"]);
        exactly(&found["regions"], "regions", &["workbook", "sheet", "range", "headerRows", "dataRange", "table"]);
        let keys = ["subject", "claim", "rule", "held", "seen", "where", "confidence", "counterExamples"];
        exactly(&found["evidence"], "evidence", &keys);
    }
    let (code, found) = place.json(&["convert", &sample("stores/014/stock-count-014.xlsm"), "--json"]);
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
    for path in [sample("stores/014/stock-count-014.xlsm"), sample("stores/014")] {
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
    let book = sample("stores/014/stock-count-014.xlsm");
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
fn a_process_or_the_registry_is_never_granted_to_a_macro() {
    let place = Place::new();
    let module = place.write("m.bas", "Sub Main()\n    Shell \"calc\"\nEnd Sub\n");
    for grant in ["process", "registry", "everything"] {
        let output = place.run(&["macro", "run", "--module", &module, "--macro", "Main", "--grant", grant, "--json"]);
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true), "{grant}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be granted"), "{grant}");
    }
}

#[test]
fn access_show_gives_exactly_its_keys() {
    let place = Place::new();
    let keys = ["version", "tables", "relationships", "queries", "modules", "macros", "forms", "reports", "links"];
    let (code, found) = place.json(&["access", "show", &sample("access/warehouse.mdb"), "--json"]);
    assert_eq!(code, 0);
    exactly(&found, "access show", &keys);
    exactly(&found["tables"], "tables", &["name", "rows", "columns", "indexes"]);
    exactly(&found["tables"][0]["columns"], "columns", &["name", "type", "length", "required"]);
    let indexes: Vec<Value> = items(&found["tables"]).iter().flat_map(|one| items(&one["indexes"]).to_vec()).collect();
    exactly(&Value::Array(indexes), "indexes", &["name", "columns", "unique", "primary"]);
    exactly(&found["relationships"], "relationships", &["name", "from", "to"]);
    exactly(&found["relationships"][0]["to"], "to", &["table", "columns"]);
    exactly(&found["queries"], "queries", &["name", "type", "sql"]);
    let (_, folder) = place.json(&["access", "show", &sample("access/deliveries-export"), "--json"]);
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
    let segment = place.0.path().join("store/tenants/local/ledger/000001.jsonl");
    let ledger = std::fs::read_to_string(segment).expect("reads");
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
fn an_import_shows_its_mapping_and_takes_another() {
    let place = Place::new();
    let german =
        place.write("vorgaenge.csv", "Vorgang;Angelegt;Erledigt\nA-1;31.12.2025;\nA-2;01.02.2026;15.03.2026\n");
    let refused = place.run(&["import", "backlog", &german]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("--map item=COLUMN") && said.contains("Vorgang"), "{said}");
    let map = ["--map", "item=Vorgang", "--map", "created=Angelegt", "--map", "resolved=Erledigt"];
    let (code, found) = place.json(&[["import", "backlog", &german, "--json"].as_slice(), &map].concat());
    assert_eq!((code, found["rows"].as_u64(), &found["mapping"]["created"]), (0, Some(2), &json!("Angelegt")));
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("number\topened_at\nINC1\t2026-03-01 08:00:00\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let (code, found) = place.json(&["import", "backlog", &place.write("incidents.txt", utf16), "--json"]);
    assert_eq!((code, found["rows"].as_u64()), (0, Some(1)));
    let american = place.write("us.csv", "key,created\nA-1,3/25/2026\nA-2,4/5/2026\n");
    assert_eq!(place.json(&["import", "backlog", &american, "--json"]).1["rows"], 2);
    let unclear = place.write("unclear.csv", "key,created\nA-1,3/4/2026\nA-2,2026-04-05\n");
    let (code, found) = place.json(&["import", "backlog", &unclear, "--json"]);
    assert_eq!((code, found["rows"].as_u64()), (1, Some(1)));
    assert!(found["skipped"].to_string().contains("day or month"), "{found}");
    assert_eq!(place.run(&["import", "backlog", &american, "--map", "nonsense"]).status.code(), Some(2));
}

#[test]
fn settings_name_their_source_and_mask_secrets() {
    let place = Place::new();
    let output =
        place.command(&["config", "show", "--json"]).env("DAYLIGHT_API_TOKEN", "abc-123").output().expect("starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let settings: Value = serde_json::from_str(&text).expect("one document");
    exactly(&settings, "settings", &["setting", "value", "from"]);
    assert!(!text.contains("abc-123") && text.contains("DAYLIGHT_API_TOKEN"));
    assert!(items(&settings).iter().any(|one| one["setting"] == "data" && one["from"] == "--data"));
}

#[test]
fn data_export_loses_no_table_to_another_of_its_name_and_writes_typed_parquet() {
    let place = Place::new();
    let rows = "Id,Name,Price,Day\n1,a,1.50,2026-01-31\n2,,2.25,2026-02-28\n3,\"\",,\n";
    place.write("north/list.csv", rows);
    place.write("south/list.csv", "Id,Name,Price,Day\n9,z,9.00,2026-03-31\n");
    let (north, south) = (shown(&place.0.path().join("north")), shown(&place.0.path().join("south")));
    for format in ["csv", "parquet"] {
        let out = shown(&place.0.path().join(format));
        let output = place.run(&["data", "export", &north, &south, "--out", &out, "--format", format]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let listed: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect();
        assert_eq!(listed.len(), 2, "{listed:?}");
        assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), 2);
        assert!(place.0.path().join(format).join(format!("list.{format}")).exists());
    }
    let path = place.0.path().join("parquet/list.parquet");
    let bytes = std::fs::read(&path).expect("reads");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let connection = duckdb::Connection::open_in_memory().expect("opens");
    let ask = |sql: &str| -> String {
        let text = sql.replace("FILE", &format!("read_parquet('{}')", path.display()));
        connection.query_row(&text, duckdb::params![], |row| row.get::<_, String>(0)).expect("answers")
    };
    assert_eq!(ask("SELECT string_agg(column_name, ',') FROM (DESCRIBE SELECT * FROM FILE)"), "Id,Name,Price,Day");
    assert_eq!(
        ask("SELECT (count(*) || '/' || count(\"Name\") || '/' || count(\"Price\"))::VARCHAR FROM FILE"),
        "3/2/2"
    );
}

#[test]
fn what_is_neither_file_nor_folder_is_refused_at_once() {
    let place = Place::new();
    let pipe = place.0.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts");
    assert!(made.success());
    let pipe = shown(&pipe);
    for arguments in [
        vec!["scan", &pipe],
        vec!["infer", &pipe, "--json"],
        vec!["vba", "check", &pipe],
        vec!["check", &pipe],
        vec!["import", "backlog", &pipe],
        vec!["macro", "run", "--workbook", &pipe, "--macro", "Main"],
        vec!["data", "export", &pipe, "--out", "out"],
    ] {
        let output = place.run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(3), true), "{arguments:?}: {said}");
        assert!(said.contains("neither a file nor a folder") && said.contains("Nothing was"), "{said}");
    }
}

#[test]
fn a_link_given_as_a_path_is_followed() {
    let place = Place::new();
    place.write("real/stores.csv", "StoreID,City\n14,Ulm\n27,Kiel\n");
    let link = place.0.path().join("link");
    std::os::unix::fs::symlink(place.0.path().join("real"), &link).expect("a link");
    let (_, found) = place.json(&["scan", &shown(&link), "--json"]);
    assert_eq!(items(&found["files"]).len(), 1);
}

#[test]
fn a_reader_that_stops_early_ends_the_command_quietly() {
    let place = Place::new();
    let mut child = place
        .command(&["infer", &sample("office"), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked") && !said.contains("Broken pipe"), "{said}");
}

#[test]
fn the_ledger_names_the_record_that_was_changed() {
    let place = Place::new();
    for _ in 0..4 {
        let file = shown(&root().join("samples/records/eligible.csv"));
        place.json(&["import", "eligible", &file, "--json"]);
    }
    let segment = place.0.path().join("store/tenants/local/ledger/000001.jsonl");
    let whole = std::fs::read_to_string(&segment).expect("reads");
    let lines: Vec<&str> = whole.lines().collect();
    for changed in 0..lines.len() - 1 {
        let mut copy: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
        copy[changed] = copy[changed].replacen("eligible.csv", "eligible.CSV", 1);
        std::fs::write(&segment, copy.join("\n") + "\n").expect("writes");
        let (code, found) = place.json(&["ledger", "verify", "--json"]);
        assert_eq!((code, found["broken"]["seq"].as_u64()), (1, Some(changed as u64 + 1)));
        assert_eq!(found["records"].as_u64(), Some(changed as u64), "those before it hold");
        let output = place.run(&["kpi", "--json"]);
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(3), true), "a broken store is not used");
    }
    std::fs::write(&segment, &whole).expect("writes");
    assert_eq!(place.json(&["ledger", "verify", "--json"]).0, 0);
}

// ---- schema ----

/// Checks a document against a JSON Schema of draft 2020-12, as far as the generated one goes: types, properties, required
/// and further members, alternatives, references, enumerations. An independent reading beside the program's own.
struct Schema<'a>(&'a Value);

impl Schema<'_> {
    fn misfit(&self, value: &Value, schema: &Value, place: &str) -> Option<String> {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.0.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere");
            if let Some(found) = self.misfit(value, target, place) {
                return Some(found);
            }
        }
        if schema == &json!(false) {
            return Some(format!("{place}: nothing is allowed here"));
        }
        if let Some(types) = schema.get("type") {
            let named: Vec<&str> =
                types.as_str().into_iter().chain(items(types).iter().filter_map(Value::as_str)).collect();
            if !named.iter().any(|name| is_of(value, name)) {
                return Some(format!("{place}: not {named:?}"));
            }
        }
        if schema.get("const").is_some_and(|only| only != value) {
            return Some(format!("{place}: not the constant"));
        }
        if schema.get("enum").is_some_and(|all| !items(all).contains(value)) {
            return Some(format!("{place}: not one of the enumerated"));
        }
        for part in items(&schema["allOf"]) {
            if let Some(found) = self.misfit(value, part, place) {
                return Some(found);
            }
        }
        for key in ["anyOf", "oneOf"] {
            let parts = items(&schema[key]);
            let fitting = parts.iter().filter(|part| self.misfit(value, part, place).is_none()).count();
            if !parts.is_empty() && (fitting == 0 || (key == "oneOf" && fitting > 1)) {
                return Some(format!("{place}: {fitting} alternatives of {key} fit"));
            }
        }
        self.members(value, schema, place)
    }

    fn members(&self, value: &Value, schema: &Value, place: &str) -> Option<String> {
        if let Some(object) = value.as_object() {
            if let Some(missing) =
                items(&schema["required"]).iter().filter_map(Value::as_str).find(|name| !object.contains_key(*name))
            {
                return Some(format!("{place}: no {missing}"));
            }
            for (name, member) in object {
                let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
                let found = known.filter(|known| known.is_object() || known.is_boolean());
                if let Some(found) = found.and_then(|known| self.misfit(member, known, &format!("{place}/{name}"))) {
                    return Some(found);
                }
            }
        }
        let each = schema.get("items")?;
        items(value).iter().enumerate().find_map(|(at, item)| self.misfit(item, each, &format!("{place}/{at}")))
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("a type the test does not know: {other}"),
    }
}

#[test]
fn every_model_the_program_writes_fits_the_schema_it_prints() {
    let place = Place::new();
    let (_, schema) = place.json(&["schema"]);
    let check = Schema(&schema);
    let mut documents = vec![
        serde_json::from_slice(&std::fs::read(data("policy").join("article.json")).expect("reads")).expect("JSON"),
        json!({"application": place.json(&["infer", &sample("office"), "--json"]).1["application"]}),
        json!({"application": place.json(&["infer", &sample("access"), "--json"]).1["application"]}),
    ];
    for path in ["stores", "office", "access"] {
        documents.push(json!({"application": place.json(&["convert", &sample(path), "--json"]).1["application"]}));
    }
    for document in &documents {
        assert_eq!(check.misfit(document, &schema, ""), None);
        let path = place.write("model.json", document.to_string());
        assert!(matches!(place.json(&["check", &path, "--json"]).0, 0 | 1), "its own reader takes it as well");
    }
    for wrong in [
        json!({"application": {"id": 7, "version": "1"}}),
        json!({"application": {"version": "1"}}),
        json!({"application": {"id": "a", "version": "1", "dataModels": {}}}),
        json!({"application": {"id": "a", "version": "1", "workflows": [{"name": "w", "steps": [{"type": "noSuchStep"}]}]}}),
    ] {
        assert!(check.misfit(&wrong, &schema, "").is_some(), "{wrong}");
    }
}
