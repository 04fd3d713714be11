//! Inference on readings made by hand: types that lose nothing, keys that are exact, data classes by checksum with their
//! near-misses, declarations that win, tables found without their titles and totals. Evidence never shows a value.

use daylight::facts::{
    CellContent, CodeFacts, ColumnFacts, DeclaredRelationship, FileKind, FormulaFacts, IndexFacts, ListObjectFacts,
    Reading, Scalar, SheetContent, SheetFacts, SourceFacts, TableContent, TableFacts,
};
use daylight::infer::{Source, cluster, infer, rows, sketch};
use daylight::model::{DataModel, Evidence, Field, Inference};
use proptest::prelude::*;

fn text(value: &str) -> Scalar {
    if value.is_empty() { Scalar::Empty } else { Scalar::Text(value.to_string()) }
}

fn texts(values: &[&str]) -> Vec<Scalar> {
    values.iter().map(|value| text(value)).collect()
}

fn joined(first: &[&str], more: &[&str]) -> Vec<Scalar> {
    [texts(first), texts(more)].concat()
}

fn numbers(values: &[f64]) -> Vec<Scalar> {
    values.iter().map(|value| Scalar::Number(*value)).collect()
}

fn moments(values: &[&str]) -> Vec<Scalar> {
    values.iter().map(|value| Scalar::Moment((*value).to_string())).collect()
}

/// A sheet whose first row begins at `top` in column `left`; empty scalars are no cells.
fn sheet_at(name: &str, (top, left): (u32, u32), lines: &[Vec<Scalar>]) -> SheetContent {
    let mut cells = Vec::new();
    for (row, line) in (top..).zip(lines) {
        for (column, value) in (left..).zip(line) {
            if *value != Scalar::Empty {
                cells.push(CellContent { row, column, value: value.clone(), formula: None, array: None, format: None });
            }
        }
    }
    SheetContent { name: name.to_string(), cells, formats: Vec::new(), truncated: false }
}

/// Columns with their headers as lines.
fn lines(columns: &[(&str, Vec<Scalar>)]) -> Vec<Vec<Scalar>> {
    let height = columns.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let mut found = vec![columns.iter().map(|(header, _)| text(header)).collect::<Vec<_>>()];
    for row in 0..height {
        found.push(columns.iter().map(|(_, values)| values.get(row).cloned().unwrap_or_default()).collect());
    }
    found
}

fn workbook(sheets: Vec<SheetContent>) -> Reading {
    let facts = SourceFacts { kind: FileKind::Xlsx, ..SourceFacts::default() };
    Reading { facts, sheets, tables: Vec::new() }
}

fn infer_one(reading: &Reading) -> Inference {
    infer(&[Source { name: "book.xlsx", reading }])
}

/// One column beside a row number, so that it is a table whatever it holds.
fn column(header: &str, values: Vec<Scalar>) -> (Field, Vec<Evidence>) {
    let row: Vec<Scalar> = (1..=values.len()).map(|n| Scalar::Number(n as f64)).collect();
    let inference = infer_one(&workbook(vec![sheet_at("Sheet", (1, 1), &lines(&[("Row", row), (header, values)]))]));
    let model = inference.application.data_models.first().expect("a table is found").clone();
    let field = model.fields.into_iter().find(|field| field.name == header).expect("the field exists");
    (field, inference.evidence)
}

fn kind_of(values: Vec<Scalar>) -> String {
    column("Value", values).0.kind
}

fn model<'a>(inference: &'a Inference, name: &str) -> &'a DataModel {
    let found = inference.application.data_models.iter().find(|model| model.name == name);
    found.unwrap_or_else(|| panic!("no table {name} among {:?}", names(inference)))
}

fn names(inference: &Inference) -> Vec<&str> {
    inference.application.data_models.iter().map(|model| model.name.as_str()).collect()
}

fn links(inference: &Inference) -> Vec<String> {
    let link = |link: &daylight::model::Relationship| {
        let (from, to) = (&link.from, &link.to);
        format!("{}({}) -> {}({})", from.model, from.fields.join(","), to.model, to.fields.join(","))
    };
    inference.application.relationships.iter().map(link).collect()
}

// ---- types ----

#[test]
fn digit_texts_with_a_leading_zero_stay_text() {
    assert_eq!(kind_of(texts(&["01067", "10115", "20095", "04103"])), "Text");
    let mut many: Vec<Scalar> = (10_000..10_400).map(|n| text(&n.to_string())).collect();
    assert_eq!(kind_of(many.clone()), "Integer");
    many.push(text("01067"));
    assert_eq!(kind_of(many), "Text", "one code among 400 numbers makes it a code");
    assert_eq!(kind_of(texts(&["+4930123", "+4930124"])), "Text");
    assert_eq!(kind_of(texts(&["1234567890123456789", "1234567890123456788"])), "Text", "more digits than 18");
    assert_eq!(kind_of(numbers(&[0.0, 7.0, 12.0])), "Integer");
    assert_eq!(kind_of(texts(&["0", "7", "12"])), "Integer");
}

#[test]
fn decimals_keep_their_scale_and_get_a_precision_databases_use() {
    /// Values, then the type, precision and scale they must give.
    type NumberCase<'a> = (&'a [f64], &'a str, Option<u8>, Option<u8>);
    let cases: [NumberCase<'_>; 5] = [
        (&[12.5, 3.25, 100.0], "Decimal", Some(5), Some(2)),
        (&[12.5, 3.0], "Decimal", Some(5), Some(2)),
        (&[1.2345, 2.5], "Decimal", Some(5), Some(4)),
        (&[1_234_567.89, 2.5], "Decimal", Some(10), Some(2)),
        (&[0.123_456_789, 2.5], "Float", None, None),
    ];
    for (values, kind, precision, scale) in cases {
        let (field, _) = column("Value", numbers(values));
        assert_eq!((field.kind.as_str(), field.precision, field.scale), (kind, precision, scale), "{values:?}");
    }
    let (money, _) = column("Value", texts(&["1,234.50", "$ 12.00", "-3.25"]));
    assert_eq!((money.kind.as_str(), money.scale), ("Decimal", Some(2)));
}

#[test]
fn further_types_are_told_by_all_values() {
    let cases = [
        (texts(&["123e4567-e89b-12d3-a456-426614174000", "{123E4567-E89B-12D3-A456-426614174001}"]), "UUID"),
        (texts(&["123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-426614174001"]), "Text"),
        (moments(&["2024-01-31", "2024-02-29"]), "Date"),
        (moments(&["2024-01-31T00:00:00", "2024-02-29T00:00:00"]), "Date"),
        (moments(&["2024-01-31T07:30:00", "2024-02-29"]), "DateTime"),
        (moments(&["07:30:00", "14:07:09"]), "Time"),
        (texts(&["31/01/2024", "28/02/2024", "01/03/2024"]), "Date"),
        (texts(&["31 Jan 2024", "January 5, 2024"]), "Date"),
        (texts(&["32/01/2024", "40/02/2024"]), "Text"),
        (texts(&["yes", "no", "yes"]), "Boolean"),
        (vec![Scalar::Boolean(true), Scalar::Boolean(false)], "Boolean"),
        (vec![Scalar::Binary(10), Scalar::Binary(12)], "Binary"),
        (texts(&["Berlin", "Hamburg"]), "Text"),
    ];
    for (values, kind) in cases {
        assert_eq!(kind_of(values.clone()), kind, "{values:?}");
    }
}

/// One column whose cells all have this number format.
fn formatted(header: &str, values: Vec<Scalar>, format: &str) -> Field {
    let row: Vec<Scalar> = (1..=values.len()).map(|n| Scalar::Number(n as f64)).collect();
    let mut sheet = sheet_at("Sheet", (1, 1), &lines(&[("Row", row), (header, values)]));
    sheet.formats = vec![format.to_string()];
    for cell in sheet.cells.iter_mut().filter(|cell| cell.row > 1 && cell.column == 2) {
        cell.format = Some(0);
    }
    let inference = infer_one(&workbook(vec![sheet]));
    inference.application.data_models[0].fields[1].clone()
}

#[test]
fn a_number_format_says_what_the_values_leave_open() {
    let midnights = moments(&["2024-01-31", "2024-02-29", "2024-03-01"]);
    let times = moments(&["2024-01-31T07:30:00", "2024-02-29", "2024-03-01"]);
    let whole = numbers(&[1200.0, 80_000.0, 5.0]);
    let cases = [
        (midnights.clone(), "yyyy-mm-dd", "Date", None),
        (midnights.clone(), "dd.mm.yyyy;@", "Date", None),
        (midnights.clone(), "yyyy-mm-dd hh:mm:ss", "DateTime", None),
        (midnights.clone(), "[$-409]d/m/yy h:mm AM/PM;@", "DateTime", None),
        // A quoted word is no time.
        (midnights, "dd.mm.yyyy \"shift\"", "Date", None),
        // What the values hold is kept, however it is shown.
        (times, "yyyy-mm-dd", "DateTime", None),
        (whole.clone(), "#,##0.00 \"€\"", "Decimal", Some(2)),
        (whole.clone(), "_(\"$\"* #,##0.0000_)", "Decimal", Some(4)),
        (whole.clone(), "#,##0", "Integer", None),
        (whole.clone(), "0", "Integer", None),
        (whole.clone(), "00", "Integer", None),
        (whole, "00000", "Text", None),
        (numbers(&[0.125, 0.5]), "0.0", "Decimal", Some(3)),
        (numbers(&[0.0, 1.0]), "0%", "Decimal", Some(2)),
    ];
    for (values, format, kind, scale) in cases {
        let field = formatted("Value", values, format);
        assert_eq!((field.kind.as_str(), field.scale), (kind, scale), "{format}");
    }
}

#[test]
fn midnight_written_out_and_headers_of_moments_are_date_times() {
    assert_eq!(kind_of(texts(&["1996-07-04 00:00:00", "1996-07-05 00:00:00"])), "DateTime");
    assert_eq!(kind_of(texts(&["1996-07-04", "1996-07-05"])), "Date");
    assert_eq!(column("created_at", texts(&["1996-07-04", "1996-07-05"])).0.kind, "DateTime");
    assert_eq!(column("Created", texts(&["1996-07-04", "1996-07-05"])).0.kind, "Date");
}

#[test]
fn words_for_yes_and_no_are_boolean_in_any_case_and_language() {
    let cases: [(&[&str], &str); 10] = [
        (&["Yes", "yes", "no", "NO"], "Boolean"),
        (&["Ja", "nein", "JA"], "Boolean"),
        (&["oui", "non"], "Boolean"),
        (&["Y", "N", "y"], "Boolean"),
        (&["yes", "n", "no"], "Boolean"),
        (&["tak", "nie"], "Boolean"),
        (&["F", "F", "F"], "Text"),
        (&["yes", "no", "maybe"], "Text"),
        (&["yes", "nein", "no"], "Text"),
        (&["N", "O", "S"], "Text"),
    ];
    for (values, kind) in cases {
        assert_eq!(kind_of(texts(values)), kind, "{values:?}");
    }
}

#[test]
fn the_decimal_sign_is_decided_by_the_column() {
    let cases: [(&[&str], &str, Option<u8>); 8] = [
        (&["10,00 €", "1.234,50 €", "7,25 €"], "Decimal", Some(2)),
        (&["1.234", "2.500,75", "0,5"], "Decimal", Some(2)),
        (&["1,234", "2,500.75"], "Decimal", Some(2)),
        (&["1.234", "2.5"], "Decimal", Some(3)),
        (&["1'234.50", "12.00"], "Decimal", Some(2)),
        (&["(12.50)", "3.25", "-1.00"], "Decimal", Some(2)),
        (&["12.5%", "3.0%"], "Decimal", Some(3)),
        (&["1,2,3", "4,5"], "Text", None),
    ];
    for (values, kind, scale) in cases {
        let (field, _) = column("Value", texts(values));
        assert_eq!((field.kind.as_str(), field.scale), (kind, scale), "{values:?}");
    }
}

#[test]
fn a_header_of_a_code_keeps_its_digits_as_text() {
    let digits = || texts(&["10115", "20095", "80331"]);
    for header in ["Postal Code", "PLZ", "zip_code", "Kundenpostleitzahl"] {
        assert_eq!(column(header, digits()).0.kind, "Text", "{header}");
    }
    for header in ["Population", "Zip code count", "Zipper", "Order No"] {
        assert_eq!(column(header, digits()).0.kind, "Integer", "{header}");
    }
    assert_eq!(column("Phone", texts(&["5551234", "5559876"])).0.kind, "Text");
    assert_eq!(column("Phone", texts(&["51", "98"])).0.kind, "Integer", "too short for a telephone number");
    assert_eq!(column("Course ID", texts(&["101.10", "101.20", "101.25"])).0.kind, "Text");
    assert_eq!(column("Price", texts(&["101.10", "101.20", "101.25"])).0.kind, "Decimal");
}

#[test]
fn a_misfit_that_comes_again_and_again_is_a_code() {
    let positions = |odd: &dyn Fn(usize) -> String| -> Vec<Scalar> {
        (0..1000).map(|n| if n % 100 == 7 { text(&odd(n)) } else { Scalar::Number(n as f64) }).collect()
    };
    assert_eq!(kind_of(positions(&|_| String::from("R"))), "Text", "ten times the same letter is no slip");
    assert_eq!(kind_of(positions(&|n| format!("see {n}"))), "Integer");
}

#[test]
fn binary_noise_of_a_native_number_is_no_decimal() {
    let (field, _) = column("Value", numbers(&[0.1 + 0.2, 1.15, 2.675 * 100.0]));
    assert_eq!((field.kind.as_str(), field.scale), ("Decimal", Some(2)));
}

#[test]
fn a_capital_code_that_reads_as_nothing_is_a_value_among_codes() {
    let (field, _) = column("Code", texts(&["NA", "DE", "FR", "PL", "ES", "IT"]));
    assert_eq!(field.required, Some(true));
    let inference = infer_one(&book(&[(
        "Countries",
        vec![
            ("Code", texts(&["NA", "DE", "FR", "PL", "ES", "IT"])),
            ("Country", texts(&["Namibia", "Germany", "France", "Poland", "Spain", "Italy"])),
        ],
    )]));
    assert_eq!(model(&inference, "Countries").primary_key, ["Code"]);
}

#[test]
fn a_word_for_nothing_does_not_change_the_type_but_is_reported() {
    let (field, evidence) = column("Count", texts(&["12", "n/a", "7", "?", "", "9"]));
    assert_eq!((field.kind.as_str(), field.required), ("Integer", None));
    let about = evidence.iter().find(|one| one.subject.ends_with("/fields/Count") && one.claim.starts_with("type"));
    let about = about.expect("the type has evidence");
    assert_eq!((about.held, about.seen), (3, 3));
    assert!(about.counter_examples.iter().any(|text| text.starts_with("2 cells")), "{:?}", about.counter_examples);
}

#[test]
fn a_type_holds_for_98_of_100_values_and_the_rest_is_counted() {
    let values = |odd: usize| -> Vec<Scalar> {
        (0..100).map(|n| if n < odd { text("see note") } else { Scalar::Number(f64::from(n as u32)) }).collect()
    };
    assert_eq!(kind_of(values(3)), "Text");
    let (field, evidence) = column("Value", values(2));
    assert_eq!(field.kind, "Integer");
    assert!(
        evidence.iter().any(|one| one.held == 98 && one.seen == 100 && one.counter_examples == ["2 values do not fit"])
    );
}

/// A table of `rows` records: a number, a name, and one column more with the given header and values.
fn with_column(header: &str, values: Vec<Scalar>) -> Inference {
    let rows = values.len();
    let number = (1..=rows).map(|n| Scalar::Number(n as f64)).collect();
    let name = (1..=rows).map(|n| text(&format!("name {n}"))).collect();
    let columns = [("CustomerID", number), ("Name", name), (header, values)];
    infer_one(&workbook(vec![sheet_at("Customers", (1, 1), &lines(&columns))]))
}

fn required(inference: &Inference, field: &str) -> Option<bool> {
    let fields = &inference.application.data_models[0].fields;
    fields.iter().find(|one| one.name == field).and_then(|one| one.required)
}

#[test]
fn required_needs_more_than_a_column_without_gaps() {
    let full: Vec<Scalar> = (0..200).map(|n| text(if n % 2 == 0 { "Open" } else { "Closed" })).collect();
    let inference = with_column("Status", full.clone());
    assert_eq!(required(&inference, "CustomerID"), Some(true), "a key is required");
    assert_eq!(required(&inference, "Name"), Some(true));
    assert_eq!(required(&inference, "Status"), Some(true));
    let proof = inference.evidence.iter().find(|one| one.subject.ends_with("/Status") && one.claim == "required");
    let proof = proof.expect("it has evidence");
    assert_eq!((proof.held, proof.seen), (200, 200));
    assert!(proof.confidence < 0.95, "nobody declared it");

    for gap in ["", "n/a", "?"] {
        let mut with_gap = full.clone();
        with_gap[17] = text(gap);
        assert_eq!(required(&with_column("Status", with_gap), "Status"), None, "a gap: {gap:?}");
    }
    let few = with_column("Fax", texts(&["1-2", "3-4", "5-6", "7-8"]));
    assert_eq!(required(&few, "Fax"), None, "four records without a gap prove nothing");
    assert_eq!(required(&few, "CustomerID"), Some(true));
}

#[test]
fn choices_are_few_values_used_often_and_never_personal() {
    let repeated = |values: &[&str]| -> Vec<Scalar> { (0..24).map(|n| text(values[n % values.len()])).collect() };
    assert_eq!(column("Status", repeated(&["Open", "Closed", "Held"])).0.choices, ["Closed", "Held", "Open"]);
    assert!(column("Status", texts(&["Open", "Closed", "Open"])).0.choices.is_empty(), "three rows prove nothing");
    let (field, _) = column("Religion", repeated(&["a", "b"]));
    assert!(field.choices.is_empty() && !field.tags.is_empty());
}

// ---- keys and relationships ----

fn order_lines() -> Vec<(&'static str, Vec<Scalar>)> {
    vec![
        ("OrderID", numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0])),
        ("LineNo", numbers(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0])),
        ("Article", texts(&["pen", "ink", "pen", "pen", "ink", "pen"])),
    ]
}

fn customers() -> Vec<(&'static str, Vec<Scalar>)> {
    vec![
        ("CustomerID", numbers(&[1001.0, 1002.0, 1003.0, 1004.0, 1005.0])),
        ("City", texts(&["Ulm", "Kiel", "Ulm", "Bonn", "Kiel"])),
    ]
}

fn orders(count: usize) -> Vec<(&'static str, Vec<Scalar>)> {
    let numbered =
        |from: usize, modulus: usize| (0..count).map(|n| Scalar::Number((from + n % modulus) as f64)).collect();
    vec![("OrderID", numbered(1, usize::MAX)), ("CustomerID", numbered(1001, 5))]
}

/// A table by name and columns, each by name and values.
type NamedTable<'a> = (&'a str, Vec<(&'a str, Vec<Scalar>)>);

fn book(tables: &[NamedTable<'_>]) -> Reading {
    workbook(tables.iter().map(|(name, columns)| sheet_at(name, (1, 1), &lines(columns))).collect())
}

#[test]
fn a_unique_key_column_is_the_primary_key() {
    let inference = infer_one(&book(&[("Customers", customers())]));
    let found = model(&inference, "Customers");
    assert_eq!(found.primary_key, ["CustomerID"]);
    assert!(found.indexes.iter().any(|index| index.primary == Some(true) && index.fields == ["CustomerID"]));
}

#[test]
fn two_columns_that_are_unique_together_are_the_primary_key() {
    let inference = infer_one(&book(&[("OrderLines", order_lines())]));
    assert_eq!(model(&inference, "OrderLines").primary_key, ["OrderID", "LineNo"]);
}

fn counted(from: usize, count: usize) -> Vec<Scalar> {
    (from..from + count).map(|n| Scalar::Number(n as f64)).collect()
}

fn cycled(values: &[f64], count: usize) -> Vec<Scalar> {
    (0..count).map(|n| Scalar::Number(values[n % values.len()])).collect()
}

#[test]
fn a_table_that_only_links_others_is_known_by_its_references() {
    let territories = ("Territories", vec![("TerritoryID", counted(501, 30)), ("Region", cycled(&[1.0, 2.0], 30))]);
    let employees = ("Employees", vec![("EmployeeID", counted(1, 9)), ("Age", cycled(&[30.0, 41.0], 9))]);
    // Each territory has one employee so far: unique by chance.
    let links = (
        "EmployeeTerritories",
        vec![("EmployeeID", cycled(&[1.0, 2.0, 3.0, 9.0], 20)), ("TerritoryID", counted(501, 20))],
    );
    let inference = infer_one(&book(&[territories, employees, links]));
    assert_eq!(model(&inference, "EmployeeTerritories").primary_key, ["EmployeeID", "TerritoryID"]);
    assert_eq!(model(&inference, "Territories").primary_key, ["TerritoryID"]);
}

#[test]
fn a_table_with_a_key_of_its_own_keeps_it_beside_references() {
    let customers = ("Customers", customers());
    let mut columns = orders(12);
    columns.push(("Total", cycled(&[3.5, 7.25, 9.5], 12)));
    let inference = infer_one(&book(&[customers, ("Orders", columns)]));
    assert_eq!(model(&inference, "Orders").primary_key, ["OrderID"]);
}

#[test]
fn the_counter_of_a_group_is_part_of_its_key() {
    let columns = vec![
        ("OrderID", cycled(&[1.0, 2.0, 3.0, 4.0], 16)),
        ("ProductID", (0..16).map(|n| Scalar::Number(f64::from((n / 4 + n % 4) % 5))).collect()),
        ("LineNumber", (0..16).map(|n| Scalar::Number(f64::from(n / 4 + 1))).collect()),
    ];
    assert_eq!(
        model(&infer_one(&book(&[("OrderLines", columns)])), "OrderLines").primary_key,
        ["OrderID", "LineNumber"]
    );
}

#[test]
fn further_unique_columns_need_a_name_and_enough_rows() {
    let book = |header: &str, rows: usize| {
        let values = (0..rows).map(|n| text(&format!("v{n}"))).collect();
        let inference = infer_one(&book(&[("Articles", vec![("ArticleID", counted(1, rows)), (header, values)])]));
        model(&inference, "Articles").indexes.iter().any(|index| index.unique == Some(true) && index.fields == [header])
    };
    for header in ["Article Number", "Barcode", "SKU", "serial_number", "Alternate Key"] {
        assert!(book(header, 60), "{header}");
    }
    for header in ["Remark", "Phone", "Postal Code", "Shelf", "Fax", "Weight"] {
        assert!(!book(header, 60), "{header}");
    }
    assert!(!book("Article Number", 8), "eight rows are unique by chance");
}

#[test]
fn a_column_with_a_duplicate_or_a_gap_is_no_key() {
    let mut columns = customers();
    columns[0].1[4] = Scalar::Number(1001.0);
    assert!(model(&infer_one(&book(&[("Customers", columns.clone())])), "Customers").primary_key != ["CustomerID"]);
    columns[0].1[4] = Scalar::Empty;
    assert!(model(&infer_one(&book(&[("Customers", columns)])), "Customers").primary_key != ["CustomerID"]);
}

#[test]
fn a_child_references_its_parent_by_values_and_name() {
    let inference = infer_one(&book(&[("Customers", customers()), ("Orders", orders(30))]));
    assert_eq!(links(&inference), ["Orders(CustomerID) -> Customers(CustomerID)"]);
}

#[test]
fn orphans_are_reported_and_too_many_are_no_relationship() {
    let with_orphans = |count: usize| {
        let mut columns = orders(40);
        for at in 0..count {
            columns[1].1[at] = Scalar::Number(9999.0);
        }
        infer_one(&book(&[("Customers", customers()), ("Orders", columns)]))
    };
    let few = with_orphans(2);
    assert_eq!(links(&few).len(), 1);
    let proof = few.evidence.iter().find(|one| one.subject.starts_with("/relationships/")).expect("it has evidence");
    assert_eq!((proof.held, proof.seen), (38, 40));
    assert_eq!(proof.counter_examples, ["2 rows without a parent"]);
    assert!(links(&with_orphans(3)).is_empty(), "3 of 40 are more than 5 %");
}

#[test]
fn a_role_of_a_person_references_the_table_of_persons() {
    let staff = || {
        let mut manager = cycled(&[1.0, 1.0, 2.0], 9);
        manager[0] = Scalar::Empty;
        ("Employees", vec![("EmployeeID", counted(1, 9)), ("ReportsTo", manager)])
    };
    let clients = |header| ("Clients", vec![("ClientID", counted(1, 20)), (header, cycled(&[3.0, 4.0, 5.0], 20))]);
    let hierarchy = "Employees(ReportsTo) -> Employees(EmployeeID)";
    let found = links(&infer_one(&book(&[staff(), clients("SupportRepId")])));
    assert_eq!(found, ["Clients(SupportRepId) -> Employees(EmployeeID)", hierarchy]);
    assert_eq!(links(&infer_one(&book(&[staff(), clients("Children")]))), [hierarchy]);
    assert_eq!(links(&infer_one(&book(&[staff(), clients("Visits")]))), [hierarchy]);
}

#[test]
fn a_second_key_of_a_table_is_no_reference_to_its_first() {
    let inference = infer_one(&book(&[(
        "Categories",
        vec![("CategoryKey", counted(1, 20)), ("CategoryAlternateKey", counted(1, 20))],
    )]));
    assert!(links(&inference).is_empty(), "{:?}", links(&inference));
}

#[test]
fn a_composite_reference_carries_on_those_of_its_parts() {
    let articles = ("Articles", vec![("ArticleID", counted(101, 4)), ("Weight", cycled(&[2.5, 3.5], 4))]);
    let stores = ("Stores", vec![("StoreID", counted(14, 3)), ("Area", cycled(&[250.5, 310.5], 3))]);
    let pairs: Vec<(f64, f64)> = (0..12).map(|n| (f64::from(101 + n / 3), f64::from(14 + n % 3))).collect();
    let column = |pick: &dyn Fn(&(f64, f64)) -> f64, times: usize| -> Vec<Scalar> {
        pairs.iter().cycle().take(pairs.len() * times).map(|pair| Scalar::Number(pick(pair))).collect()
    };
    let stock = (
        "Stock",
        vec![
            ("ArticleID", column(&|pair| pair.0, 1)),
            ("StoreID", column(&|pair| pair.1, 1)),
            ("Count", cycled(&[5.0, 9.0, 9.0], 12)),
        ],
    );
    let counts = (
        "Movements",
        vec![
            ("MovementID", counted(9001, 24)),
            ("ArticleID", column(&|pair| pair.0, 2)),
            ("StoreID", column(&|pair| pair.1, 2)),
            ("Moved", cycled(&[-1.0, 4.0], 24)),
        ],
    );
    assert_eq!(
        links(&infer_one(&book(&[articles, stores, stock, counts]))),
        [
            "Movements(ArticleID,StoreID) -> Stock(ArticleID,StoreID)",
            "Stock(ArticleID) -> Articles(ArticleID)",
            "Stock(StoreID) -> Stores(StoreID)",
        ]
    );
}

#[test]
fn small_numbers_of_two_unrelated_tables_are_no_relationship() {
    let counted: Vec<Scalar> = (1..=20).map(|n| Scalar::Number(f64::from(n))).collect();
    let name = |prefix: &str| (1..=20).map(|n| text(&format!("{prefix}{n}"))).collect::<Vec<_>>();
    let inference = infer_one(&book(&[
        ("Products", vec![("ProductID", counted.clone()), ("Label", name("p"))]),
        ("Shelves", vec![("ShelfID", counted.clone()), ("Boxes", counted)]),
    ]));
    assert!(links(&inference).is_empty(), "{:?}", links(&inference));
}

#[test]
fn an_exact_look_up_formula_is_a_relationship() {
    let mut reading = book(&[
        ("Prices", vec![("Art", texts(&["A-1", "A-2", "A-3"])), ("Price", numbers(&[1.5, 2.5, 3.5]))]),
        ("Sales", vec![("Sold", texts(&["A-1", "A-3", "A-1", "A-2"])), ("Cost", numbers(&[1.5, 3.5, 1.5, 2.5]))]),
    ]);
    let formula = |mode: &str| FormulaFacts {
        sheet: String::from("Sales"),
        cell: String::from("B2"),
        formula: format!("VLOOKUP(A2,Prices!$A$2:$B$4,2,{mode})"),
        r1c1: String::from("VLOOKUP(RC[-1],Prices!R2C1:R4C2,2)"),
        cells: 4,
        range: String::from("B2:B5"),
    };
    reading.facts.formulas = vec![formula("TRUE")];
    assert!(links(&infer_one(&reading)).is_empty(), "a range look-up is no reference");
    reading.facts.formulas = vec![formula("FALSE")];
    assert_eq!(links(&infer_one(&reading)), ["Sales(Sold) -> Prices(Art)"]);
}

// ---- data classes ----

const EMAILS: &[&str] =
    &["a@example.com", "b.c@example.com", "d+e@mail.example.com", "f@example.org", "g_h@example.net", "i@example.com"];
const IBANS: &[&str] = &[
    "DE89370400440532013000",
    "GB82WEST12345698765432",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "AT611904300234573201",
    "BE68539007547034",
    "CH9300762011623852957",
];
/// Public test numbers of the card schemes.
const PANS: &[&str] = &[
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "4012888888881881",
    "5105 1051 0510 5100",
];

/// Every text with its last digit one higher: the form stays, the checksum breaks.
fn broken(values: &[&str]) -> Vec<Scalar> {
    let raise = |value: &&str| {
        let (body, last) = value.split_at(value.len() - 1);
        let digit = last.parse::<u32>().map_or(0, |digit| (digit + 1) % 10);
        text(&format!("{body}{digit}"))
    };
    values.iter().map(raise).collect()
}

fn class(header: &str, values: Vec<Scalar>) -> (Option<String>, Vec<String>) {
    let (field, _) = column(header, values);
    (field.semantic_type, field.tags)
}

fn is_class(header: &str, values: Vec<Scalar>, name: &str, tags: &[&str]) {
    assert_eq!(
        class(header, values),
        (Some(name.to_string()), tags.iter().map(|tag| (*tag).to_string()).collect()),
        "{header}"
    );
}

fn is_no_class(header: &str, values: Vec<Scalar>) {
    assert_eq!(class(header, values), (None, Vec::new()), "{header}");
}

#[test]
fn values_with_a_checksum_or_form_show_themselves_without_a_header() {
    is_class("Reference", texts(EMAILS), "Email", &["personal"]);
    is_class("Reference", texts(IBANS), "IBAN", &["personal"]);
    is_class("Reference", texts(PANS), "PAN", &["CHD"]);
}

#[test]
fn near_misses_are_no_class() {
    is_no_class(
        "Reference",
        texts(&["a@example", "b@@example.com", "@example.com", "c.example.com", ".d@example.com", "e@-x.com"]),
    );
    is_no_class("Reference", broken(IBANS));
    is_no_class("Reference", broken(PANS));
    // Luhn holds for the next, but no scheme issues them.
    is_no_class(
        "Reference",
        texts(&["0000000000000000", "9999999999999995", "1111111111111117", "1000000000000008", "0000000000000018"]),
    );
    is_no_class("Reference", texts(&EMAILS[..4]));
    // A third of other values is too many.
    is_no_class("Reference", joined(EMAILS, &["phone", "ask Bo", "none yet"]));
}

#[test]
fn a_telephone_number_needs_its_header() {
    let numbers = texts(&["+49 170 1234567", "(030) 123-4567", "0170/7654321"]);
    is_class("Mobile", numbers.clone(), "Phone", &["personal"]);
    is_no_class("Reference", numbers);
    is_no_class("Amount", texts(&["1234567", "7654321", "2345678"]));
    is_no_class("Microphone", texts(&["1234567", "7654321", "2345678"]));
    is_no_class("Mobile", texts(&["yes", "no", "yes"]));
}

#[test]
fn classes_that_only_a_header_tells() {
    is_class("Date of birth", moments(&["1980-01-31", "1991-05-02", "1975-12-24"]), "DateOfBirth", &["personal"]);
    is_class("Religion", texts(&["rk", "ev", "-"]), "Religion", &["special"]);
    is_class("Krankheit", texts(&["x", "", ""]), "HealthData", &["special"]);
    is_class("trade_union", texts(&["yes", "no", "yes"]), "UnionMembership", &["special"]);
    is_class("CVV", texts(&["123", "456", "0789"]), "CVV", &["SAD"]);
    is_class("LastName", texts(&["Muster", "Vorlage", "Beispiel"]), "PersonName", &["personal"]);
    is_class("Geburtstag", texts(&["31.01.1980", "02.05.1991", "24.12.1975"]), "DateOfBirth", &["personal"]);
}

#[test]
fn words_inside_other_words_and_other_types_are_no_class() {
    is_no_class("Shipping", texts(&["DHL", "UPS", "DPD"]));
    is_no_class("Panel", texts(&["left", "right", "top"]));
    is_no_class("Race", numbers(&[1.0, 2.0, 3.0]));
    is_no_class("CVV", texts(&["first", "second", "third"]));
    is_no_class("Birthday party budget", numbers(&[100.0, 250.5, 90.0]));
}

#[test]
fn a_pin_is_authentication_data_only_beside_a_card() {
    let pins = texts(&["1234", "4321", "1111", "2222", "3333", "4444"]);
    is_no_class("PIN", pins.clone());
    let inference = infer_one(&book(&[("Payments", vec![("Card", texts(PANS)), ("PIN", pins)])]));
    let tags: Vec<String> = model(&inference, "Payments").fields.iter().flat_map(|field| field.tags.clone()).collect();
    assert_eq!(tags, ["CHD", "SAD"]);
}

#[test]
fn evidence_and_model_show_no_value() {
    let canary = "canary.person@example.com";
    let columns = vec![
        ("Contact", joined(EMAILS, &[canary])),
        ("Card", joined(PANS, &["4000056655665556"])),
        ("Note", texts(&["a", "b", "c", "d", "e", "f", "canary-note"])),
        ("IBAN", texts(IBANS)),
    ];
    let inference = infer_one(&book(&[("People", columns)]));
    let written = serde_json::to_string(&inference).expect("it is written");
    for value in ["canary", "4000056655665556", "4111111111111111", "DE8937"] {
        assert!(!written.contains(value), "{value} shows");
    }
}

#[test]
fn counter_examples_show_only_shapes() {
    let mut values: Vec<Scalar> = (0..19).map(|n| text(&format!("person{n}@example.com"))).collect();
    values.push(text("Call Ann 555"));
    let (field, evidence) = column("Email", values);
    assert_eq!(field.semantic_type.as_deref(), Some("Email"));
    let against: Vec<&String> = evidence.iter().flat_map(|one| &one.counter_examples).collect();
    assert_eq!(against, ["xxxx xxx 999"]);
}

// ---- declarations ----

fn declared(name: &str, kind: &str) -> ColumnFacts {
    ColumnFacts { name: name.into(), declared_type: Some(kind.into()), ..ColumnFacts::default() }
}

fn access() -> Reading {
    let stock = TableFacts {
        name: String::from("Stock"),
        rows: 4,
        columns: vec![
            ColumnFacts { length: Some(10), ..declared("Article", "Text") },
            ColumnFacts { required: true, ..declared("Store", "Long") },
            declared("Price", "Currency"),
            declared("Seen", "DateTime"),
        ],
        indexes: vec![IndexFacts {
            name: String::from("PrimaryKey"),
            columns: vec![String::from("Article"), String::from("Store")],
            unique: true,
            primary: true,
            foreign: false,
        }],
        linked_to: None,
    };
    let store = TableFacts {
        name: String::from("Store"),
        rows: 2,
        columns: vec![declared("Number", "Long"), declared("City", "Text")],
        indexes: vec![IndexFacts {
            name: String::from("PrimaryKey"),
            columns: vec![String::from("Number")],
            unique: true,
            primary: true,
            foreign: false,
        }],
        linked_to: None,
    };
    let row = |article: &str, store: f64| {
        vec![text(article), Scalar::Number(store), Scalar::Exact(String::from("2")), Scalar::Empty]
    };
    let content = TableContent {
        name: String::from("Stock"),
        columns: ["Article", "Store", "Price", "Seen"].map(String::from).to_vec(),
        // Every article is a number and unique: values alone would say Integer and a key of one column.
        rows: vec![row("1", 14.0), row("2", 14.0), row("3", 27.0), row("4", 99.0)],
        truncated: false,
    };
    let facts = SourceFacts {
        kind: FileKind::Mdb,
        tables: vec![stock, store],
        relationships: vec![DeclaredRelationship {
            name: String::from("StoreStock"),
            from_table: String::from("Stock"),
            from_columns: vec![String::from("Store")],
            to_table: String::from("Store"),
            to_columns: vec![String::from("Number")],
            enforced: true,
            one_to_one: false,
        }],
        ..SourceFacts::default()
    };
    Reading { facts, sheets: Vec::new(), tables: vec![content] }
}

#[test]
fn what_a_database_declares_wins_over_its_values() {
    let reading = access();
    let inference = infer(&[Source { name: "stock.mdb", reading: &reading }]);
    let stock = model(&inference, "Stock");
    let kinds: Vec<&str> = stock.fields.iter().map(|field| field.kind.as_str()).collect();
    assert_eq!(kinds, ["Text(10)", "Integer", "Decimal", "DateTime"]);
    assert_eq!((stock.fields[2].precision, stock.fields[2].scale), (Some(19), Some(4)), "Currency has four decimals");
    assert_eq!(stock.primary_key, ["Article", "Store"]);
    let required: Vec<bool> = stock.fields.iter().map(|field| field.required == Some(true)).collect();
    assert_eq!(required, [false, true, false, false], "full today does not mean required");
    assert_eq!(links(&inference), ["Stock(Store) -> Store(Number)"]);
    assert_eq!(inference.application.relationships[0].enforced, Some(true));
    let sure = inference.evidence.iter().filter(|one| one.rule.starts_with("declared"));
    assert!(sure.clone().count() >= 7 && sure.clone().all(|one| one.confidence == 1.0));
}

// ---- regions ----

fn stock_lines() -> Vec<Vec<Scalar>> {
    lines(&[
        ("Article", texts(&["pen", "ink", "pad", "cap"])),
        ("Shelf", texts(&["A1", "B2", "B3", "C4"])),
        ("Count", numbers(&[4.0, 8.0, 15.0, 16.0])),
    ])
}

fn ranges(reading: &Reading) -> Vec<(String, String, u32)> {
    let inference = infer_one(reading);
    inference.regions.into_iter().map(|region| (region.range, region.data_range, region.header_rows)).collect()
}

fn region(range: &str, data: &str) -> (String, String, u32) {
    (range.to_string(), data.to_string(), 1)
}

#[test]
fn title_totals_and_note_are_left_out_of_the_table() {
    let title = texts(&["Weekly stock count", "", ""]);
    let total = vec![text("Total"), Scalar::Empty, Scalar::Number(43.0)];
    let note = texts(&["Counted before opening hours by the early shift", "", ""]);
    for below in [total, note] {
        let glued = [vec![title.clone()], stock_lines(), vec![below]].concat();
        assert_eq!(ranges(&workbook(vec![sheet_at("Count", (1, 1), &glued)])), [region("A2:C6", "A3:C6")]);
    }

    let mut apart = vec![texts(&["Weekly stock count", "", ""]), texts(&["Store 14", "", ""]), texts(&["", "", ""])];
    apart.extend(stock_lines());
    apart.push(texts(&["", "", ""]));
    apart.push(vec![text("Summe"), Scalar::Empty, Scalar::Number(43.0)]);
    assert_eq!(ranges(&workbook(vec![sheet_at("Count", (3, 2), &apart)])), [region("B6:D10", "B7:D10")]);
}

#[test]
fn notes_under_a_totals_row_and_two_title_rows_are_left_out() {
    let total = vec![text("Total"), Scalar::Empty, Scalar::Number(43.0)];
    let notes = [
        vec![texts(&["* figures provisional", "", ""])],
        vec![texts(&["Note: see shelf plan", "", ""]), texts(&["Source: scanner", "", ""])],
    ];
    for note in notes {
        let glued = [stock_lines(), vec![total.clone()], note].concat();
        assert_eq!(ranges(&workbook(vec![sheet_at("Count", (1, 1), &glued)])), [region("A1:C5", "A2:C5")]);
    }
    let narrow = lines(&[("Shelf", texts(&["A1", "B2", "B3", "C4"])), ("Count", numbers(&[4.0, 8.0, 15.0, 16.0]))]);
    let titled = [vec![texts(&["Shelf report", ""]), texts(&["Prepared by: store 14", ""])], narrow].concat();
    assert_eq!(ranges(&workbook(vec![sheet_at("Count", (1, 1), &titled)])), [region("A3:B7", "A4:B7")]);
    // A last record with one short value is a record.
    let open = [stock_lines(), vec![texts(&["cup", "", ""])]].concat();
    assert_eq!(ranges(&workbook(vec![sheet_at("Count", (1, 1), &open)])), [region("A1:C6", "A2:C6")]);
}

#[test]
fn a_merged_group_header_holds_both_sides_of_a_blank_column_together() {
    let mut below = stock_lines();
    for line in &mut below {
        line.insert(2, Scalar::Empty);
    }
    let groups = texts(&["Article data", "", "", "Stock"]);
    let sheet = sheet_at("Count", (1, 1), &[vec![groups], below].concat());
    let mut reading = workbook(vec![sheet]);
    reading.facts.sheets =
        vec![SheetFacts { name: String::from("Count"), merged: vec![String::from("A1:C1")], ..SheetFacts::default() }];
    assert_eq!(ranges(&reading), [(String::from("A1:D6"), String::from("A3:D6"), 2)]);
    let inference = infer_one(&reading);
    let fields: Vec<&str> =
        inference.application.data_models[0].fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["Article", "Shelf", "Count"]);
}

#[test]
fn a_declared_range_to_the_end_of_the_sheet_and_far_cells_use_no_memory() {
    let mut reading = workbook(vec![sheet_at("Count", (1, 1), &stock_lines())]);
    reading.facts.list_objects = vec![ListObjectFacts {
        name: String::from("All"),
        sheet: String::from("Count"),
        range: String::from("A1:XFD1048576"),
        header_rows: 1,
        ..ListObjectFacts::default()
    }];
    assert_eq!(infer_one(&reading).regions[0].data_range, "A2:XFD5");
    // One column of 200,000 and one row of 16,000 cells that meet: their box has three thousand million cells.
    let cell = |row, column| CellContent { row, column, value: text("x"), formula: None, array: None, format: None };
    let mut cells: Vec<CellContent> = (1..=16_000).map(|column| cell(1, column)).collect();
    cells.extend((2..=200_000).map(|row| cell(row, 1)));
    let sheet = SheetContent { name: String::from("Far"), cells, ..SheetContent::default() };
    assert!(infer_one(&workbook(vec![sheet])).regions.is_empty());
}

#[test]
fn two_tables_on_a_sheet_are_two_models() {
    let stores =
        lines(&[("StoreID", numbers(&[14.0, 27.0, 31.0, 44.0])), ("City", texts(&["Ulm", "Kiel", "Bonn", "Ulm"]))]);
    let mut beside = stock_lines();
    for (line, more) in beside.iter_mut().zip(&stores) {
        line.push(Scalar::Empty);
        line.extend(more.clone());
    }
    assert_eq!(
        ranges(&workbook(vec![sheet_at("Lists", (1, 1), &beside)])),
        [region("A1:C5", "A2:C5"), region("E1:F5", "E2:F5")]
    );
    let mut below = stock_lines();
    below.push(Vec::new());
    below.extend(stores);
    let reading = workbook(vec![sheet_at("Lists", (1, 1), &below)]);
    assert_eq!(ranges(&reading), [region("A1:C5", "A2:C5"), region("A7:B11", "A8:B11")]);
    let inference = infer_one(&reading);
    assert_eq!(inference.application.data_models.len(), 2);
    let tables: Vec<&str> = inference.regions.iter().map(|region| region.table.as_str()).collect();
    assert_eq!(tables, names(&inference), "each region names its own model");
}

#[test]
fn a_list_object_is_taken_as_declared() {
    let mut listed = stock_lines();
    listed.push(vec![text("All"), Scalar::Empty, Scalar::Number(43.0)]);
    listed.push(texts(&["a remark right below the table", "", ""]));
    let mut reading = workbook(vec![sheet_at("Count", (1, 1), &listed)]);
    reading.facts.list_objects = vec![ListObjectFacts {
        name: String::from("StockTable"),
        sheet: String::from("Count"),
        range: String::from("A1:C6"),
        header_rows: 1,
        totals_rows: 1,
        columns: ["Article", "Shelf", "Count"].map(String::from).to_vec(),
    }];
    let inference = infer_one(&reading);
    assert_eq!(names(&inference), ["StockTable"]);
    assert_eq!(inference.regions[0].range, "A1:C5");
}

#[test]
fn two_files_with_a_sheet_of_the_same_name_keep_their_tables_apart() {
    let reading = workbook(vec![sheet_at("Count", (1, 1), &stock_lines())]);
    let inference =
        infer(&[Source { name: "a.xlsx", reading: &reading }, Source { name: "b.xlsx", reading: &reading }]);
    assert_eq!(names(&inference), ["Count", "Count (2)"]);
    let places: Vec<(&str, &str)> =
        inference.regions.iter().map(|region| (region.workbook.as_str(), region.table.as_str())).collect();
    assert_eq!(places, [("a.xlsx", "Count"), ("b.xlsx", "Count (2)")]);
}

#[test]
fn exported_rows_are_those_of_the_region() {
    let mut glued = vec![texts(&["Weekly stock count", "", ""])];
    glued.extend(stock_lines());
    glued.push(vec![text("Total"), Scalar::Empty, Scalar::Number(43.0)]);
    let reading = workbook(vec![sheet_at("Count", (1, 1), &glued)]);
    let tables = rows(&Source { name: "book.xlsx", reading: &reading });
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].columns, ["Article", "Shelf", "Count"]);
    assert_eq!(tables[0].rows, stock_lines()[1..].to_vec());
}

// ---- families ----

fn book_facts(code: &[&str], sheets: &[&str]) -> SourceFacts {
    SourceFacts {
        code: vec![CodeFacts { name: String::from("Main"), kind: String::from("module"), code: code.join("\r\n") }],
        sheets: sheets.iter().map(|name| SheetFacts { name: (*name).to_string(), ..SheetFacts::default() }).collect(),
        ..SourceFacts::default()
    }
}

#[test]
fn forks_are_one_family_and_strangers_are_not() {
    let code = [
        "Sub Reorder()",
        "    total = total + count",
        "    Cells(1, 2) = total",
        "    Call Report(total)",
        "End Sub ' reorder",
    ];
    let mut edited = code;
    edited[1] = "    total = total + count + 2";
    let original = sketch(&book_facts(&code, &["Count", "Articles"]));
    let fork = sketch(&book_facts(&edited, &["Count", "Articles"]));
    let stranger = sketch(&book_facts(
        &["Sub Plan()", "    hours = hours + shift", "    Range(\"A1\") = hours", "End Sub ' plan"],
        &["Plan", "Codes"],
    ));
    let nearly_empty = sketch(&book_facts(&[], &["Sheet1"]));
    let families = cluster(&[original, stranger, nearly_empty.clone(), fork, nearly_empty]);
    assert_eq!(families, [vec![0, 3], vec![1], vec![2], vec![4]], "two nearly empty files are no relatives");
}

// ---- any input ----

fn any_scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Empty),
        any::<f64>().prop_map(Scalar::Number),
        (0..50i32).prop_map(|n| Scalar::Number(f64::from(n))),
        "[0-9]{1,20}".prop_map(Scalar::Text),
        "[A-Za-z@.:/ -]{0,12}".prop_map(Scalar::Text),
        "\\PC{0,8}".prop_map(Scalar::Text),
        Just(Scalar::Text(String::from("n/a"))),
        any::<bool>().prop_map(Scalar::Boolean),
        "\\PC{0,12}".prop_map(Scalar::Moment),
        "\\PC{0,12}".prop_map(Scalar::Exact),
        Just(Scalar::Error(String::from("#N/A"))),
        any::<u64>().prop_map(Scalar::Binary),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_sheet_gives_an_answer_and_the_same_twice(cells in prop::collection::vec((1..30u32, 1..8u32, any_scalar()), 0..120)) {
        let mut sheet = SheetContent { name: String::from("Any"), ..SheetContent::default() };
        let mut ordered: std::collections::BTreeMap<(u32, u32), Scalar> = std::collections::BTreeMap::new();
        for (row, column, value) in cells {
            ordered.insert((row, column), value);
        }
        for ((row, column), value) in ordered {
            sheet.cells.push(CellContent { row, column, value, formula: None, array: None, format: None });
        }
        let reading = workbook(vec![sheet]);
        let inference = infer_one(&reading);
        prop_assert_eq!(&inference, &infer_one(&reading));
        for model in &inference.application.data_models {
            for name in &model.primary_key {
                prop_assert!(model.fields.iter().any(|field| field.name == *name));
            }
        }
        for one in &inference.evidence {
            prop_assert!(one.held <= one.seen, "{:?}", one);
            prop_assert!((0.0..=1.0).contains(&one.confidence), "{:?}", one);
        }
    }
}

// ---- sheets made to cost much ----

#[test]
fn of_thousands_of_blocks_the_largest_are_modelled_and_the_rest_is_counted() {
    const ACROSS: u32 = 40;
    const DOWN: u32 = 40;
    let mut sheet = sheet_at("Blocks", (1, 1), &[]);
    for (down, across) in (0..DOWN).flat_map(|down| (0..ACROSS).map(move |across| (down, across))) {
        let height = if (down, across) == (DOWN - 1, ACROSS - 1) { 9 } else { 3 };
        let ids = (1..height).map(f64::from).collect::<Vec<_>>();
        let block = lines(&[("Id", numbers(&ids)), ("Count", numbers(&ids))]);
        sheet.cells.extend(sheet_at("Blocks", (1 + down * 6, 1 + across * 5), &block).cells);
    }
    let inference = infer_one(&workbook(vec![sheet]));
    let modelled = inference.application.data_models.len();
    assert_eq!(modelled, inference.regions.len());
    let said: Vec<&Evidence> = inference.evidence.iter().filter(|one| one.subject == "/dataModels").collect();
    let [said] = said.as_slice() else { panic!("one claim about what was left out: {said:?}") };
    assert_eq!((said.held, said.seen), (modelled as u64, u64::from(ACROSS * DOWN)));
    assert!(modelled < (ACROSS * DOWN) as usize && modelled >= 100);
    assert!(
        inference.regions.iter().any(|region| region.header_rows == 1 && region.range.ends_with("243")),
        "the largest"
    );
}

#[test]
fn headers_that_are_all_the_same_are_told_apart() {
    const COLUMNS: usize = 16_384;
    let rows = vec![texts(&["Value"; COLUMNS]), numbers(&[1.0; COLUMNS]), numbers(&[2.0; COLUMNS])];
    let inference = infer_one(&workbook(vec![sheet_at("Wide", (1, 1), &rows)]));
    let fields = &model(&inference, "Wide").fields;
    assert_eq!((fields.len(), fields[0].name.as_str()), (COLUMNS, "Value"));
    assert_eq!(fields[COLUMNS - 1].name, format!("Value ({COLUMNS})"));
}
