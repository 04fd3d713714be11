//! Exit codes: 2 for an order that is not understood, 3 for an input that cannot be read, with the reason on standard error.

use super::{Place, estate, shown, workbook};
use crate::support::data;

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
    let encrypted = estate("office/bonus-2026.xlsx");
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
