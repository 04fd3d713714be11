//! The rules see real facts: what a scanned file holds fires its rule, what nearly does stays quiet, and no value that was
//! seen is kept. The same facts are seen again when a person decides, before deployment and before a run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use daylight::base::FixedClock;
use daylight::pipeline::{
    Answer, ReaderCommand, RecordKind, ScanOptions, Silent, Workspace, check_model, decide, import_records, scan,
};
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::{Value, json};
use tempfile::TempDir;

/// 18 November 2026, 12:00 UTC.
const NOW: u64 = 1_795_003_200_000;
const DAY: &str = "2026-11-18";
/// Passes Luhn and is on no list of test numbers; made up for this test.
const CARD: &str = "4539 1488 0343 6467";
const CARD_DIGITS: &str = "4539148803436467";

struct Estate {
    folder: TempDir,
    workspace: Workspace,
}

impl Estate {
    fn new() -> Estate {
        let folder = tempfile::tempdir().expect("temp");
        let reader = ReaderCommand::of(PathBuf::from(env!("CARGO_BIN_EXE_daylight")));
        let store = folder.path().join("store");
        let workspace = Workspace::open(&store, Arc::new(FixedClock(NOW)), reader).expect("opens");
        std::fs::create_dir_all(folder.path().join("share")).expect("a folder");
        Estate { folder, workspace }
    }

    fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join("share").join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        path
    }

    fn write(&self, name: &str, text: &str) -> &Estate {
        std::fs::write(self.path(name), text).expect("the file is written");
        self
    }

    fn owners(&self, rows: &str) -> &Estate {
        let path = self.folder.path().join("owners.csv");
        std::fs::write(&path, format!("path,owner,state,tags,environment\n{rows}")).expect("written");
        import_records(&self.workspace, RecordKind::Owners, &path, &[]).expect("imported");
        self
    }

    fn scan(&self) -> &Estate {
        let share = self.folder.path().join("share");
        scan(&self.workspace, &[share], &ScanOptions::default(), &Silent).expect("it scans");
        self
    }

    /// The objects a rule fired on.
    fn fired(&self, rule: &str) -> Vec<String> {
        let findings = self.workspace.findings().expect("answers");
        let mut objects: Vec<String> =
            findings.into_iter().filter(|finding| finding.id == rule).map(|finding| finding.object).collect();
        objects.sort();
        objects
    }

    /// Everything in the data folder, packed objects unpacked.
    fn kept(&self) -> Vec<Vec<u8>> {
        let mut open = vec![self.folder.path().join("store")];
        let mut found = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                if entry.path().is_dir() {
                    open.push(entry.path());
                    continue;
                }
                let bytes = std::fs::read(entry.path()).expect("reads");
                found.push(zstd::stream::decode_all(bytes.as_slice()).unwrap_or_default());
                found.push(bytes);
            }
        }
        found
    }

    fn keeps(&self, text: &str) -> bool {
        self.kept().iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    }
}

fn rows(cells: &[&str]) -> String {
    cells.iter().enumerate().map(|(at, cell)| format!("{},\"{cell}\"\n", at + 1)).collect()
}

// ---- P13, P15: card numbers ----

#[test]
fn a_card_number_in_a_remark_fires_p13_and_is_not_kept() {
    let estate = Estate::new();
    let remarks = rows(&["called back", &format!("paid with {CARD} on the phone"), "left a message"]);
    estate.write("orders.csv", &format!("No,Comment\n{remarks}")).scan();
    assert_eq!(estate.fired("P13"), ["orders.Comment"]);
    assert!(!estate.keeps(CARD) && !estate.keeps(CARD_DIGITS));
}

#[test]
fn what_only_looks_like_a_card_number_stays_quiet() {
    let estate = Estate::new();
    // A wrong check digit, an account number, an article number, a telephone number, an amount.
    let near = rows(&[
        "ref 4539 1488 0343 6468",
        "DE44 5001 0517 5407 3249 31",
        "EAN 4006381333931 on stock",
        "+49 1512 3456 7890 1234",
        "total 4539148803436467.50",
        "parcel A4539148803436467",
    ]);
    estate.write("orders.csv", &format!("No,Comment\n{near}"));
    // Order numbers of 16 digits: one in ten passes Luhn by chance.
    let numbers: Vec<String> = (0..40).map(|n| format!("45391488{:08}", 10_000_019 + n * 7)).collect();
    let numbers: String = numbers.iter().enumerate().map(|(at, number)| format!("{at},{number}\n")).collect();
    estate.write("shipments.csv", &format!("No,Parcel\n{numbers}")).scan();
    assert_eq!(estate.fired("P13"), Vec::<String>::new());
}

#[test]
fn a_live_card_number_fires_p15_in_test_data_only() {
    let estate = Estate::new();
    let remark = |card: &str| format!("No,Comment\n{}", rows(&[&format!("charge {card} again"), "ok", "void"]));
    estate.write("live/orders.csv", &remark(CARD));
    estate.write("test data/refunds.csv", &format!("No,Comment,Clerk\n1,charge {CARD} again,a\n2,ok,b\n"));
    estate.write("samples/returns.csv", "Id,Remark,Store\n1,charge 4111 1111 1111 1111,a\n2,ok,b\n");
    estate.scan();
    assert_eq!(estate.fired("P15"), ["refunds.Comment"], "a published test number is no live one");
    assert_eq!(estate.fired("P13").len(), 3);
    // What the owner's record says wins over the folder.
    estate.owners("live/orders.csv,a@example.com,,,test\ntest data/refunds.csv,a@example.com,,,production\n").scan();
    assert_eq!(estate.fired("P15"), ["orders.Comment"]);
}

// ---- G18: personal data in free text ----

#[test]
fn personal_data_in_a_remark_fires_g18_and_near_misses_do_not() {
    let estate = Estate::new();
    let held = rows(&[
        "write to jo.bloggs@example.com",
        "called Tel. 0711 5550 123",
        "IBAN DE89 3704 0044 0532 0130 00",
        "ok",
    ]);
    estate.write("tickets.csv", &format!("No,Note\n{held}"));
    let near = rows(&[
        "room 0711 5550 123 is locked",
        "meet @ the desk",
        "user@localhost",
        "version 1.2.3-45-6789",
        "DE88 3704 0044 0532 0130 00",
        "+1 more",
    ]);
    estate.write("visits.csv", &format!("Id,Remark\n{near}")).scan();
    assert_eq!(estate.fired("G18"), ["tickets.Note"]);
    let findings = estate.workspace.findings().expect("answers");
    let found = findings.iter().find(|finding| finding.id == "G18").expect("it fired");
    assert_eq!(found.message, "3 personal-data hits in free text");
    assert!(!estate.keeps("jo.bloggs"));
}

// ---- P18: credentials ----

#[test]
fn a_credential_in_code_fires_p18_at_its_line() {
    let estate = Estate::new();
    let code = [
        "Attribute VB_Name = \"modLoad\"",
        "Const DB_PASSWORD As String = \"tiger-77\"",
        "Sub Load()",
        "    cn.Open \"Provider=SQLOLEDB;Server=erp;UID=app;PWD=s3cret\"",
        "    cn.Open \"DSN=erp\", \"app\", \"hunter2\"",
        "    Worksheets(1).Unprotect Password:=\"blue42\"",
        "    ' login for the share: password: Sommer2024!",
        "    If txt = strPwd Then",
        "End Sub",
    ];
    estate.write("modLoad.bas", &code.join("\r\n")).scan();
    assert_eq!(estate.fired("P18"), ["modLoad:2", "modLoad:4", "modLoad:5", "modLoad:6", "modLoad:7"]);
    let findings = format!("{:?}", estate.workspace.findings().expect("answers"));
    for value in ["tiger-77", "s3cret", "hunter2", "blue42", "Sommer2024"] {
        assert!(!findings.contains(value), "{value} stands in a finding");
    }
}

#[test]
fn code_that_only_speaks_of_a_credential_stays_quiet() {
    let estate = Estate::new();
    let code = [
        "Attribute VB_Name = \"modAsk\"",
        "Const PASSWORD_PROMPT As String = \"Please enter it\"",
        "Sub Ask()",
        "    strPassword = InputBox(\"Password?\")",
        "    strPassword = \"\"",
        "    txtPassword.PasswordChar = \"*\"",
        "    lblPassword.Caption = \"Password:\"",
        "    MsgBox \"Wrong password, try again\"",
        "    cn.Open \"Server=erp;UID=app;PWD=\" & strPassword",
        "    cn.Open \"Server=erp;Trusted_Connection=yes\"",
        "    ws.Unprotect",
        "    x = Range(\"Password\").Value ' the password is in the vault",
        "    Const KEY_PASSWORD = \"<password>\"",
        "End Sub",
    ];
    estate.write("modAsk.bas", &code.join("\r\n")).scan();
    assert_eq!(estate.fired("P18"), Vec::<String>::new());
}

fn workbook(path: &Path, fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Plan").expect("a name");
    fill(sheet);
    book.save(path).expect("saved");
}

#[test]
fn a_password_in_a_cell_fires_p18_and_a_label_alone_does_not() {
    let estate = Estate::new();
    workbook(&estate.path("setup.xlsx"), |sheet| {
        for (row, (label, value)) in
            [("Server:", "erp01"), ("Password:", "Winter#2025"), ("Site", "https://app:pa55w0rd@erp.example")]
                .iter()
                .enumerate()
        {
            sheet.write_string(row as u32, 0, *label).expect("writes");
            sheet.write_string(row as u32, 1, *value).expect("writes");
        }
    });
    estate.scan();
    assert_eq!(estate.fired("P18"), ["Plan!B2", "Plan!B3"]);
    let estate = Estate::new();
    workbook(&estate.path("rules.xlsx"), |sheet| {
        for (row, (label, value)) in
            [("Password", "mandatory"), ("Password changed on", "2025-01-31"), ("Password policy", "see intranet")]
                .iter()
                .enumerate()
        {
            sheet.write_string(row as u32, 0, *label).expect("writes");
            sheet.write_string(row as u32, 1, *value).expect("writes");
        }
    });
    estate.scan();
    assert_eq!(estate.fired("P18"), Vec::<String>::new());
}

// ---- E11, E12: formulas ----

fn planned(sheet: &mut rust_xlsxwriter::Worksheet, formula: &str, typed: Option<u32>) {
    for (column, header) in ["Article", "Net", "Gross"].iter().enumerate() {
        sheet.write_string(0, column as u16, *header).expect("writes");
    }
    for row in 1..=10u32 {
        sheet.write_string(row, 0, format!("A-{row}")).expect("writes");
        sheet.write_number(row, 1, f64::from(row) * 10.0).expect("writes");
        if typed == Some(row) {
            sheet.write_number(row, 2, 99.0).expect("writes");
        } else {
            let text = formula.replace('#', &(row + 1).to_string());
            sheet.write_formula(row, 2, Formula::new(text).set_result("12")).expect("writes");
        }
    }
}

#[test]
fn a_value_typed_over_a_formula_fires_e12_wherever_it_stands_in_the_column() {
    for row in [1, 5, 10] {
        let estate = Estate::new();
        workbook(&estate.path("plan.xlsx"), |sheet| planned(sheet, "=B#*2", Some(row)));
        estate.scan();
        assert_eq!(estate.fired("E12"), [format!("Plan!C{}", row + 1)]);
    }
    let estate = Estate::new();
    workbook(&estate.path("plan.xlsx"), |sheet| {
        planned(sheet, "=B#*2", None);
        sheet.write_string(5, 2, "n/a").expect("writes");
        sheet.write_number(14, 2, 7.0).expect("writes");
    });
    workbook(&estate.path("typed.xlsx"), |sheet| {
        for row in 1..=10u32 {
            sheet.write_number(row, 1, f64::from(row)).expect("writes");
        }
        sheet.write_formula(11, 1, Formula::new("=SUM(B2:B11)").set_result("55")).expect("writes");
    });
    estate.scan();
    assert_eq!(estate.fired("E12"), Vec::<String>::new(), "a remark, a value below the table, a total");
}

#[test]
fn a_number_in_a_formula_fires_e11_where_an_owner_says_sox() {
    let estate = Estate::new();
    workbook(&estate.path("rates.xlsx"), |sheet| planned(sheet, "=ROUND(B#*1.19,2)", None));
    estate.scan();
    assert_eq!(estate.fired("E11"), Vec::<String>::new(), "nobody says that it is a report in scope");
    estate.owners("rates.xlsx,a@example.com,,SOX BCBS239,\n");
    assert_eq!(estate.fired("E11"), ["Plan!C2"], "owner records are weighed when they are imported");
    estate.scan();
    assert_eq!(estate.fired("E11"), ["Plan!C2"]);
    let units = Estate::new();
    workbook(&units.path("shares.xlsx"), |sheet| planned(sheet, "=ROUND(B#/12*100,2)", None));
    units.owners("shares.xlsx,a@example.com,,SOX,\n").scan();
    assert_eq!(units.fired("E11"), Vec::<String>::new());
}

// ---- inventory ----

const PEOPLE: &str =
    "No,Email\n1,a@example.com\n2,b@example.com\n3,c@example.com\n4,d@example.com\n5,e@example.com\n6,f@example.com\n";

#[test]
fn copies_that_live_on_after_a_migration_fire_g24() {
    let estate = Estate::new();
    let staff: String = (1..=8).map(|n| format!("{n},p{n}@example.com,Ulm,{n}\n")).collect();
    let staff = format!("No,Email,City,Desk\n{staff}");
    estate.write("north/people.csv", &staff).write("south/people.csv", &staff).scan();
    assert_eq!(estate.fired("G24"), Vec::<String>::new());
    estate.owners("people.csv,a@example.com,migrated,,\n").scan();
    let fired = estate.fired("G24");
    assert_eq!(fired.len(), 1);
    let findings = estate.workspace.findings().expect("answers");
    let found = findings.iter().find(|finding| finding.id == "G24").expect("it fired");
    assert!(found.message.starts_with("2 live copies"), "{}", found.message);
    estate.owners("people.csv,a@example.com,controlled,,\n").scan();
    assert_eq!(estate.fired("G24"), Vec::<String>::new());
}

// ---- a person's decision ----

#[test]
fn a_rejected_tag_is_out_of_the_model_at_once_and_after_a_rescan() {
    let estate = Estate::new();
    estate.write("people.csv", PEOPLE).scan();
    assert!(!estate.fired("G15").is_empty(), "personal data without the tag");
    let tag = estate.workspace.tags().expect("answers").remove(0);
    decide(&estate.workspace, "Ada", &tag.application, &tag.field, Answer::Reject, &[], "role mailboxes")
        .expect("decided");
    assert!(estate.fired("G15").is_empty(), "policy decided anew");
    let field = |estate: &Estate| {
        let view = estate.workspace.application(&tag.application).expect("answers").expect("it exists");
        let field = view.model.data_models[0].fields.iter().find(|field| field.name == "Email").cloned();
        field.expect("the field").tags
    };
    assert!(field(&estate).is_empty());
    estate.scan();
    assert!(field(&estate).is_empty() && estate.fired("G15").is_empty(), "the decision survives the rescan");
    let tags = estate.workspace.tags().expect("answers");
    assert_eq!((tags.len(), tags[0].answer.as_str()), (1, "reject"), "the proposal stays visible with its answer");
    decide(&estate.workspace, "Bo", &tag.application, &tag.field, Answer::Accept, &[], "").expect("decided");
    assert_eq!(field(&estate), ["personal"]);
    assert!(!estate.fired("G15").is_empty());
}

// ---- before deployment and before a run ----

#[test]
fn check_sees_what_was_scanned_and_what_the_steps_show() {
    let estate = Estate::new();
    let remarks = rows(&["called back", &format!("paid with {CARD} on the phone")]);
    estate.write("orders.csv", &format!("No,Comment\n{remarks}")).scan();
    let id = estate.workspace.applications().expect("answers").remove(0).application;
    let step = json!({"type": "set", "target": "dbPassword", "value": "\"tiger-77\""});
    let model = |id: &str, steps: Value| {
        let path = estate.folder.path().join("model.json");
        let text = json!({"application": {"id": id, "version": "1.0.0", "workflows": [{"name": "w", "steps": steps}]}});
        std::fs::write(&path, text.to_string()).expect("written");
        path
    };
    let rules = |path: &Path, findings: Option<&Path>| {
        let data = estate.folder.path().join("store");
        let verdict = check_model(path, findings, DAY, &data).expect("it is judged");
        let mut ids: Vec<String> = verdict.violations.into_iter().map(|violation| violation.id).collect();
        ids.retain(|id| ["P13", "P18", "G18"].contains(&id.as_str()));
        ids
    };
    assert_eq!(rules(&model(&id, json!([])), None), ["P13"], "a served store may be asked as well");
    assert_eq!(rules(&model("another", json!([])), None), Vec::<String>::new());
    assert_eq!(rules(&model("another", json!([step])), None), ["P18"]);
    let near = json!({"type": "set", "target": "dbPassword", "value": "InputBox(\"Password?\")"});
    assert_eq!(rules(&model("another", json!([near])), None), Vec::<String>::new());
    let findings = estate.folder.path().join("findings.json");
    std::fs::write(&findings, json!([{"kind": "pii_in_free_text", "hits": 2}]).to_string()).expect("written");
    assert_eq!(rules(&model(&id, json!([])), Some(&findings)), ["P13", "G18"]);
}

#[test]
fn a_run_on_data_with_card_numbers_is_denied_whoever_approves_it() {
    let estate = Estate::new();
    let data = |name: &str, remark: &str| {
        estate.write(name, &format!("No,Comment\n{}", rows(&["called back", remark, "left a message"])));
        estate.path(name).to_str().expect("UTF-8").to_string()
    };
    let held = data("orders.csv", &format!("paid with {CARD}"));
    let clean = data("calls.csv", "paid in cash");
    let model = estate.folder.path().join("model.json");
    let text = json!({"application": {"id": "calls", "version": "1.0.0", "workflows": [{"name": "w", "steps": [{"type": "set", "target": "x", "value": "1"}]}]}});
    std::fs::write(&model, text.to_string()).expect("written");
    let store = estate.folder.path().join("other");
    let run = |file: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_daylight"))
            .arg("--data")
            .arg(&store)
            .arg("run")
            .arg(&model)
            .args(["--workflow", "w", "--approve", "looked at", "--data-in", file, "--json"])
            .output()
            .expect("it starts");
        let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
        (document["status"].as_str().unwrap_or("").to_string(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = run(&held);
    assert_eq!(status, "refused");
    assert!(said.contains("P13") && !said.contains(CARD), "{said}");
    assert_eq!(run(&clean).0, "ok");
}
