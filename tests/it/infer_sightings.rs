//! What policy must know beside the model, seen in contents: each kind on a reading that holds it and on one that nearly
//! does. (The way from a file to a fired rule is in `pipeline_facts`.)

use daylight::facts::{
    CellContent, CodeFacts, FormulaFacts, LinkFacts, NameFacts, Reading, Scalar, SheetContent, SheetFacts, SourceFacts,
    TableContent, TableFacts,
};
use daylight::infer::{Sighting, Source, infer, secrets_in_steps, sightings};
use daylight::model::Application;

fn seen(reading: &Reading) -> Vec<Sighting> {
    let source = Source { name: "file.xlsx", reading };
    let inferred = infer(&[source]);
    sightings(&source, &inferred.application, &inferred.regions)
}

fn places(found: &[Sighting], kind: &str) -> Vec<(String, u64)> {
    found.iter().filter(|one| one.kind == kind).map(|one| (one.location.clone(), one.hits)).collect()
}

/// A database table `notes(Id, Text)` with these texts.
fn table(texts: &[&str]) -> Reading {
    let columns = vec![String::from("Id"), String::from("Text")];
    let row = |(at, text): (usize, &&str)| vec![Scalar::Number(at as f64 + 1.0), Scalar::Text((*text).to_string())];
    let declared = |name: &String| daylight::facts::ColumnFacts { name: name.clone(), ..Default::default() };
    Reading {
        facts: SourceFacts {
            tables: vec![TableFacts {
                name: String::from("notes"),
                rows: texts.len() as u64,
                columns: columns.iter().map(declared).collect(),
                ..TableFacts::default()
            }],
            ..SourceFacts::default()
        },
        tables: vec![TableContent {
            name: String::from("notes"),
            columns,
            rows: texts.iter().enumerate().map(row).collect(),
            truncated: false,
        }],
        sheets: Vec::new(),
    }
}

fn code(lines: &[&str]) -> Reading {
    let code = CodeFacts { name: String::from("m"), kind: String::from("module"), code: lines.join("\r\n") };
    Reading { facts: SourceFacts { code: vec![code], ..SourceFacts::default() }, ..Reading::default() }
}

#[test]
fn card_numbers_are_counted_in_every_spelling() {
    let held = [
        "4111 1111 1111 1111",
        "card 4539-1488-0343-6467, thanks",
        "amex 3782 822463 10005",
        "4539148803436467 12/27",
        "3 x 4012 8888 8888 1881.",
        "diners 3056 930902 5904",
    ];
    let found = seen(&table(&held));
    assert_eq!(places(&found, "luhn_pan"), [(String::from("notes.Text"), 6)]);
    let one = found.iter().find(|one| one.kind == "luhn_pan").expect("it is seen");
    assert!(!one.known_test_range, "one of them is on no list of test numbers");
    let tests = seen(&table(&["4111111111111111", "x 5555 5555 5555 4444"]));
    assert!(tests.iter().any(|one| one.kind == "luhn_pan" && one.known_test_range));
}

#[test]
fn digits_that_are_no_card_numbers_are_not_counted() {
    let near = [
        "4539 1488 0343 6468",
        "0000 0000 0000 0000",
        "DE44 5001 0517 5407 3249 31",
        "+4539148803436467",
        "4539148803436467.25",
        "A4539148803436467",
        "4539148803436467_b",
        "9999 9999 9999 9995",
        "2026-01-01 4539 1488",
    ];
    assert_eq!(places(&seen(&table(&near)), "luhn_pan"), []);
    let numbers: Vec<String> = (0..100).map(|n| format!("45391488{:08}", 20_000_003 + n * 11)).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    assert_eq!(places(&seen(&table(&numbers)), "luhn_pan"), [], "one in ten fits by chance");
}

#[test]
fn personal_data_in_text_is_counted_by_cell() {
    let held = [
        "write to jo.bloggs@example.com or jo@example.org",
        "call +49 711 5550 1234",
        "Mobil: 0151 55501234",
        "pay to GB82 WEST 1234 5698 7654 32 please",
        "ssn 123-45-6789",
    ];
    assert_eq!(places(&seen(&table(&held)), "pii_in_free_text"), [(String::from("notes.Text"), 5)]);
    let near = [
        "jo@localhost",
        "a @ b.c",
        "GB83 WEST 1234 5698 7654 32",
        "order 0151 55501234",
        "123-45-67890",
        "666-45-6789",
        "+5 points",
        "hotel 7 5550123",
        "++4971155501234 lines",
    ];
    assert_eq!(places(&seen(&table(&near)), "pii_in_free_text"), []);
}

#[test]
fn credentials_are_seen_where_they_are_given() {
    let held = [
        "Const API_KEY = \"k-93812\"",
        "    strPassword$ = \"hunter2\"",
        "    If pwd <> \"letmein1\" Then",
        "    x = \"https://app:pa55@erp.example/data\"",
        "    h = \"Authorization: Basic dXNlcjpwYXNzd29yZA==\"",
        "    k = \"AKIAIOSFODNN7EXAMPLE\"",
        "    ActiveSheet.Unprotect \"blue42\"",
        "    s = \"ODBC;DSN=erp;UID=u;PWD=abc1;\"",
    ];
    let lines: Vec<String> = places(&seen(&code(&held)), "hardcoded_secret").into_iter().map(|(at, _)| at).collect();
    assert_eq!(lines, (1..=8).map(|line| format!("m:{line}")).collect::<Vec<_>>());
    let near = [
        "Const API_KEY_HEADER = \"X-Api-Key\"",
        "    strPassword = \"\"",
        "    strPassword = InputBox(\"Password:\")",
        "    x = \"https://erp.example/data?user=app\"",
        "    h = \"Authorization: Basic \" & token",
        "    k = \"AKIA\"",
        "    ActiveSheet.Unprotect",
        "    s = \"ODBC;DSN=erp;UID=u;PWD=\" & p",
        "    MsgBox \"Your password is wrong\"",
        "    s = \"ODBC;DSN=erp;PWD=***\"",
        "    passwordHash = \"$2b$12$abcdef\"",
        "    ' the password is kept by the help desk",
        "    open \"a\", \"b\"",
    ];
    assert_eq!(places(&seen(&code(&near)), "hardcoded_secret"), []);
}

#[test]
fn connections_and_names_carry_credentials_too() {
    let mut reading = Reading::default();
    let link = |target: &str, place: &str| LinkFacts {
        kind: String::from("connection"),
        target: target.to_string(),
        place: place.to_string(),
    };
    // Readers mask what they find; the mask behind the key says that it was there.
    reading.facts.links = vec![
        link("Server=erp;PWD=***", "conn1"),
        link("Server=erp;UID=***", "conn2"),
        link("Server=erp;PWD=", "conn3"),
    ];
    let name = |name: &str, refers_to: &str| NameFacts {
        name: name.to_string(),
        refers_to: refers_to.to_string(),
        ..NameFacts::default()
    };
    reading.facts.names =
        vec![name("SheetPassword", "=\"green7\""), name("Rate", "=\"green7\""), name("Pwd", "=Sheet1!$A$1")];
    let found: Vec<String> = places(&seen(&reading), "hardcoded_secret").into_iter().map(|(at, _)| at).collect();
    assert_eq!(found, ["conn1", "name SheetPassword"]);
}

fn shape(formula: &str, range: &str, cells: u64) -> FormulaFacts {
    FormulaFacts {
        sheet: String::from("S"),
        cell: range.split(':').next().unwrap_or("").to_string(),
        formula: formula.to_string(),
        r1c1: formula.to_string(),
        cells,
        range: range.to_string(),
    }
}

#[test]
fn numbers_are_assumptions_where_they_are_calculated_with() {
    let kept = |formula: &str| {
        let facts = SourceFacts { formulas: vec![shape(formula, "C2:C9", 8)], ..SourceFacts::default() };
        !places(&seen(&Reading { facts, ..Reading::default() }), "hardcoded_constant").is_empty()
    };
    for formula in
        ["B2*1.19", "B2*19%", "ROUND(B2+4.5,2)", "IF(B2>5000,1,0)", "IF(A2=\"x\",0.07,B2)", "-(3.5)*B2", "B2^-0.5"]
    {
        assert!(kept(formula), "{formula}");
    }
    for formula in [
        "B2*2",
        "B2/12",
        "B2*100",
        "ROUND(B2,3)",
        "VLOOKUP(A2,Prices!A:D,4,FALSE)",
        "B2-1",
        "SUM(B2:B9)",
        "\"Q\"&3",
        "DATE(2026,1,31)",
        "B2&\"-\"&17",
        "IF(B2>0,B2,0)",
        "INDEX(B:B,7)",
    ] {
        assert!(!kept(formula), "{formula}");
    }
}

/// A sheet with a column of formulas C2:C9, of which some are typed over.
fn sheet(typed: &[(u32, Scalar)]) -> Reading {
    let mut cells = Vec::new();
    for row in 2..=9u32 {
        let number = |column: u32| CellContent {
            row,
            column,
            value: Scalar::Number(f64::from(row * column)),
            ..CellContent::default()
        };
        cells.push(number(2));
        let over = typed.iter().find(|(at, _)| *at == row);
        cells.push(match over {
            Some((_, value)) => CellContent { value: value.clone(), ..number(3) },
            None => CellContent { formula: Some(format!("B{row}*2")), ..number(3) },
        });
    }
    let formulas = vec![shape("B2*2", "C2:C9", 8 - typed.len() as u64)];
    let about = SheetFacts { name: String::from("S"), kind: String::from("worksheet"), ..SheetFacts::default() };
    Reading {
        facts: SourceFacts { sheets: vec![about], formulas, ..SourceFacts::default() },
        sheets: vec![SheetContent { name: String::from("S"), cells, ..SheetContent::default() }],
        tables: Vec::new(),
    }
}

#[test]
fn a_number_among_formulas_is_typed_over_and_a_remark_is_not() {
    let number = Scalar::Number(99.0);
    assert_eq!(places(&seen(&sheet(&[(5, number.clone())])), "formula_overwritten"), [(String::from("S!C5"), 1)]);
    assert_eq!(places(&seen(&sheet(&[(5, Scalar::Text(String::from("n/a")))])), "formula_overwritten"), []);
    let many: Vec<(u32, Scalar)> = (3..=8).map(|row| (row, number.clone())).collect();
    assert_eq!(places(&seen(&sheet(&many)), "formula_overwritten"), [], "a column of numbers with a few formulas");
    assert_eq!(places(&seen(&sheet(&[])), "formula_overwritten"), []);
}

#[test]
fn results_whose_formulas_a_reader_left_out_are_not_taken_for_typed() {
    let mut cut = sheet(&[]);
    cut.sheets[0].cells.iter_mut().skip(10).for_each(|cell| cell.formula = None);
    assert_eq!(places(&seen(&cut), "formula_overwritten"), []);
}

#[test]
fn many_values_among_the_formulas_of_one_column_are_one_area() {
    const LAST: u32 = 1_001;
    let mut long = sheet(&[]);
    let cell = |row: u32, formula: Option<&str>| CellContent {
        row,
        column: 3,
        value: Scalar::Number(1.0),
        formula: formula.map(String::from),
        ..CellContent::default()
    };
    long.sheets[0].cells = (2..=LAST).map(|row| cell(row, (row % 10 != 0).then_some("B2*2"))).collect();
    long.facts.formulas = vec![shape("B2*2", "C2:C1001", 900)];
    assert_eq!(places(&seen(&long), "formula_overwritten"), [(String::from("S!C10:C1000"), 100)]);
}

#[test]
fn steps_of_a_model_show_credentials_by_their_place() {
    let read = |steps: serde_json::Value| -> Application {
        let text = serde_json::json!({"id": "a", "version": "1", "workflows": [{"name": "w", "steps": steps}]});
        daylight::dsl::read(&text.to_string()).expect("a model")
    };
    let held = read(serde_json::json!([
        {"id": "s1", "type": "set", "target": "apiKey", "value": "\"k-93812\""},
        {"id": "s2", "type": "if", "condition": "TRUE", "then": [
            {"id": "s3", "type": "set", "target": "c", "value": "Connect(\"Server=erp;PWD=abc1\")"}]},
        {"id": "s4", "type": "set", "target": "apiKey", "value": "InputBox(\"Key?\")"}
    ]));
    let found: Vec<String> = secrets_in_steps(&held).into_iter().map(|one| one.location).collect();
    assert_eq!(found, ["w/s1", "w/s3"]);
}
