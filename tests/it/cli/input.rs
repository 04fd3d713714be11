//! Paths, pipes, settings and records as people give them: links, things that are no files, other tongues and encodings.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::shapes::exactly;
use super::{Place, estate, items, sample, shown};

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
        .command(&["infer", &estate("office"), "--json"])
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
        let file = sample("records/eligible.csv");
        place.json(&["import", "eligible", &file, "--json"]);
    }
    let segment = place.ledger();
    let whole = std::fs::read_to_string(&segment).expect("reads");
    let lines: Vec<&str> = whole.lines().collect();
    for changed in 0..lines.len() - 1 {
        let mut copy: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
        copy[changed] = copy[changed].replacen("eligible.csv", "eligible.CSV", 1);
        std::fs::write(&segment, copy.join("\n") + "\n").expect("writes");
        let (code, found) = place.json(&["ledger", "verify", "--json"]);
        assert_eq!((code, found["broken"]["seq"].as_u64()), (1, Some(changed as u64 + 1)));
        assert_eq!(found["records"].as_u64(), Some(changed as u64), "those before it hold");
        exactly(&found, "ledger verify", &["records", "head", "broken", "tornBytes", "receipts"]);
        exactly(&found["broken"], "broken", &["seq", "file", "reason"]);
        let output = place.run(&["kpi", "--json"]);
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(3), true), "a broken store is not used");
    }
    std::fs::write(&segment, &whole).expect("writes");
    assert_eq!(place.json(&["ledger", "verify", "--json"]).0, 0);
}
