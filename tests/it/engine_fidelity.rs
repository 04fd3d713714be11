//! Recalculation against the results that a file holds: what is counted, and that a run never goes on with a result that the
//! engine computes otherwise than Excel did.

use daylight::engine::object::ObjectModel;
use daylight::engine::value::{Arguments, Assign, Fault, HostObject, Object, Value};
use daylight::engine::workbook::{CellData, CellValue, Excel, Fidelity, SheetData, Workbook, WorkbookData};

/// 2024-03-05.
const NOW: f64 = 45_356.0;
const PLENTY: u64 = 1_000_000;

fn cell(address: &str, value: CellValue, formula: Option<&str>) -> CellData {
    let column = u32::from(address.as_bytes()[0] - b'A') + 1;
    let row = address[1..].parse().expect("a row");
    CellData { row, column, value, formula: formula.map(String::from), ..CellData::default() }
}

fn number(address: &str, value: f64) -> CellData {
    cell(address, CellValue::Number(value), None)
}

fn formula(address: &str, text: &str, saved: f64) -> CellData {
    cell(address, CellValue::Number(saved), Some(text))
}

fn book(cells: Vec<CellData>) -> WorkbookData {
    let sheet = SheetData { name: String::from("S"), cells, ..SheetData::default() };
    WorkbookData { name: String::from("book.xlsx"), sheets: vec![sheet], ..WorkbookData::default() }
}

fn excel(data: &WorkbookData) -> Excel {
    Excel::new(Workbook::from_data(data).0, NOW)
}

fn checked(data: &WorkbookData) -> Fidelity {
    excel(data).check_formulas(PLENTY)
}

fn range(excel: &mut Excel, address: &str) -> HostObject {
    let arguments = Arguments { positional: vec![Value::text(address)], ..Arguments::default() };
    match excel.global("Range", &arguments) {
        Some(Ok(Value::Object(Object::Host(object)))) => object,
        other => panic!("{address} is no range: {other:?}"),
    }
}

fn read(excel: &mut Excel, address: &str) -> Result<f64, String> {
    let object = range(excel, address);
    match excel.get(&object, "Value", &Arguments::default()) {
        Ok(Value::Double(number)) => Ok(number),
        Ok(other) => panic!("{address} holds {other:?}"),
        Err(Fault::Refused { capability, .. }) => Err(capability),
        Err(other) => panic!("{address}: {other:?}"),
    }
}

fn write(excel: &mut Excel, address: &str, value: f64) {
    let object = range(excel, address);
    excel.put(&object, "Value", &Arguments::default(), &Value::Double(value), Assign::Let).expect("is written");
}

#[test]
fn each_formula_is_counted_once_by_what_became_of_it() {
    let found = checked(&book(vec![
        number("A1", 2.0),
        formula("B1", "A1*3", 6.0),
        formula("B2", "A1*3", 7.0),
        formula("B3", "NOW()", 40_000.0),
        formula("B4", "B3+1", 40_001.0),
        formula("B5", "IF(A1>0,1,NOW())", 1.0),
        cell("B6", CellValue::Blank, Some("A1+1")),
        formula("B7", "CUBEVALUE(\"x\")", 1.0),
        formula("B8", "CUBEVALUE(\"x\")+A1", 3.0),
        cell("B9", CellValue::Blank, Some("\"\"")),
        cell("C1", CellValue::Text(String::from("2 pieces")), Some("A1&\" pieces\"")),
        cell("C2", CellValue::Error(String::from("#DIV/0!")), Some("A1/0")),
    ]));
    assert_eq!((found.formulas, found.equal, found.different), (11, 5, 1), "{found:?}");
    assert_eq!((found.unsteady, found.unsaved, found.unchecked), (2, 1, 0), "{found:?}");
    assert_eq!(found.refused.get("CUBEVALUE"), Some(&2));
    let difference = &found.differences[0];
    assert_eq!((difference.cell.as_str(), &difference.computed), ("B2", &CellValue::Number(6.0)));
}

#[test]
fn the_last_digits_of_a_sum_and_the_milliseconds_of_a_moment_are_no_difference() {
    let mut moment = formula("B2", "A1/86400", 1.0 / 86_400.0 + 4e-9);
    moment.number_format = Some(String::from("hh:mm:ss"));
    let found = checked(&book(vec![
        number("A1", 1.0),
        formula("B1", "0.1+0.2-0.3", 0.0),
        moment,
        formula("B3", "A1/86400", 1.0 / 86_400.0 + 4e-9),
    ]));
    assert_eq!((found.equal, found.different), (2, 1), "{found:?}");
}

#[test]
fn a_differing_result_stands_until_something_it_depends_on_is_written() {
    let data = book(vec![
        number("A1", 2.0),
        number("A2", 5.0),
        formula("B1", "A1*3", 7.0),
        formula("B2", "A2+1", 6.0),
        formula("B3", "SUM(B1:B2)", 13.0),
    ]);
    let mut excel = excel(&data);
    excel.introduce(&[]);
    assert_eq!(read(&mut excel, "B1"), Ok(7.0));
    write(&mut excel, "A2", 10.0);
    assert_eq!(read(&mut excel, "B1"), Ok(7.0), "nothing it depends on was written");
    assert_eq!(read(&mut excel, "B3"), Ok(18.0), "the saved 7 and the computed 11");
    write(&mut excel, "A1", 3.0);
    assert_eq!(read(&mut excel, "B1"), Err(String::from("formula:differs")));
    assert_eq!(read(&mut excel, "B3"), Err(String::from("formula:differs")));
    assert_eq!(read(&mut excel, "B2"), Ok(11.0), "the others go on");
}

#[test]
fn a_difference_is_told_where_it_arises() {
    let found = checked(&book(vec![
        number("A1", 2.0),
        formula("B1", "A1*3", 7.0),
        formula("B2", "B1+1", 8.0),
        formula("B3", "B2+B1", 15.0),
    ]));
    assert_eq!((found.different, found.inherited, found.differences.len()), (3, 2, 1), "{found:?}");
    assert_eq!(found.differences[0].cell, "B1");
}

#[test]
fn what_is_not_offered_keeps_its_saved_result_inside_another_formula() {
    let data = book(vec![number("A1", 1.0), formula("B1", "CUBEVALUE(\"x\")", 40.0), formula("B2", "B1+A1", 41.0)]);
    let mut excel = excel(&data);
    excel.introduce(&[]);
    write(&mut excel, "A1", 2.0);
    assert_eq!(read(&mut excel, "B2"), Ok(42.0));
}

#[test]
fn an_array_formula_is_computed_over_its_area() {
    let mut anchor = formula("C1", "A1:A2*B1:B2", 8.0);
    anchor.array = Some(String::from("C1:C2"));
    let mut sum = formula("D1", "SUM(A1:A2*B1:B2)", 23.0);
    sum.array = Some(String::from("D1"));
    let found = checked(&book(vec![
        number("A1", 2.0),
        number("A2", 3.0),
        number("B1", 4.0),
        number("B2", 5.0),
        anchor,
        number("C2", 15.0),
        sum,
    ]));
    assert_eq!((found.formulas, found.equal), (3, 3), "{found:?}");
}

#[test]
fn a_formula_that_calls_a_macro_is_not_judged() {
    let mut excel = excel(&book(vec![number("A1", 2.0), formula("B1", "Twice(A1)", 4.0), formula("B2", "B1+1", 5.0)]));
    excel.name_functions(["Twice"]);
    let found = excel.check_formulas(PLENTY);
    assert_eq!((found.of_macros, found.refused.len()), (2, 0), "{found:?}");
}

#[test]
fn results_of_a_file_that_asks_to_be_recalculated_are_not_used() {
    let data = WorkbookData { stale_results: true, ..book(vec![number("A1", 2.0), formula("B1", "A1*3", 0.0)]) };
    let mut excel = excel(&data);
    assert_eq!(excel.check_formulas(PLENTY).unsaved, 1);
    assert_eq!(read(&mut excel, "B1"), Ok(6.0));
}

#[test]
fn the_work_is_bounded_and_what_is_left_over_is_counted() {
    let rows = 1..=2_000u32;
    let cells = rows.flat_map(|row| {
        let number = CellData { row, column: 1, value: CellValue::Number(1.0), ..CellData::default() };
        let sum = CellData {
            row,
            column: 2,
            value: CellValue::Number(2_000.0),
            formula: Some(String::from("SUM($A$1:$A$2000)")),
            ..CellData::default()
        };
        [number, sum]
    });
    let found = excel(&book(cells.collect())).check_formulas(100_000);
    assert_eq!(found.formulas, 2_000);
    assert!(found.unchecked > 1_900 && found.equal > 0, "{found:?}");
    assert_eq!(found.equal + found.unchecked, 2_000);
}
