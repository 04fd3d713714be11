//! Recalculation: a table of formulas with what Excel answers and where that is written, number formats, laziness, and hostile books.

use std::collections::HashMap;
use std::sync::Arc;

use daylight::engine::formula::{
    Calculator, CellAddress, CellContent, CellValue, ErrorKind, FormulaEngine, Operand, Outcome, Range, Refusal,
    SheetSource, TableArea, functions, general_text, number_format::render, text_to_number,
};
use daylight::lang::formula::{Area, Dialect, Node, parse};

/// A workbook over maps.
#[derive(Default)]
struct Book {
    epoch: u64,
    sheets: Vec<Arc<str>>,
    cells: HashMap<CellAddress, CellContent>,
    used: (u32, u32),
    date1904: bool,
}

impl SheetSource for Book {
    fn epoch(&self) -> u64 {
        self.epoch
    }
    fn sheet_index(&self, name: &str) -> Option<usize> {
        self.sheets.iter().position(|sheet| sheet.eq_ignore_ascii_case(name))
    }
    fn sheet_name(&self, sheet: usize) -> Option<Arc<str>> {
        self.sheets.get(sheet).cloned()
    }
    fn content(&self, cell: CellAddress) -> CellContent {
        self.cells.get(&cell).cloned().unwrap_or(CellContent::Value(CellValue::Empty))
    }
    fn used_range(&self, _: usize) -> Option<(u32, u32)> {
        Some(self.used)
    }
    fn defined_name(&self, name: &str, _: usize) -> Option<Arc<str>> {
        match name.to_ascii_lowercase().as_str() {
            "rate" => Some("=0.25".into()),
            "above" => Some("A1048576".into()),
            "loop" => Some("Loop+1".into()),
            _ => None,
        }
    }
    fn table(&self, name: &str) -> Option<TableArea> {
        let sheet = self.sheet_index("Table")?;
        let range = Range { sheet, last_sheet: sheet, top: 1, left: 1, bottom: 3, right: 2 };
        let columns = vec!["Item".to_owned(), "Amount".to_owned()];
        let table = TableArea { range, columns, header_row: true, totals_row: false };
        name.eq_ignore_ascii_case("Sales").then_some(table)
    }
    fn table_at(&self, cell: CellAddress) -> Option<TableArea> {
        self.table("Sales").filter(|table| table.range.sheet == cell.sheet)
    }
    fn row_hidden(&self, _: usize, row: u32) -> bool {
        row == 2
    }
    fn row_filtered(&self, _: usize, _: u32) -> bool {
        false
    }
    fn date1904(&self) -> bool {
        self.date1904
    }
    fn now(&self) -> f64 {
        45_322.5
    }
    fn seed(&self) -> u64 {
        7
    }
    fn user_function(&self, name: &str, args: &[Operand]) -> Option<Outcome<Operand>> {
        (name == "TWICE").then(|| match args {
            [Operand::Value(CellValue::Number(number))] => Ok((number * 2.0).into()),
            _ => Err(ErrorKind::Value.into()),
        })
    }
}

fn at(row: u32, column: u32) -> CellAddress {
    CellAddress { sheet: 0, row, column }
}

fn address(book: &Book, text: &str) -> CellAddress {
    let (node, _) = parse(text, Dialect::Sheet);
    let Node::Reference(reference) = node else { panic!("{text} is a cell") };
    let Area::Cell(cell) = reference.area else { panic!("{text} is one cell") };
    let sheet = reference.prefix.map_or(0, |prefix| book.sheet_index(&prefix.sheet).expect("a known sheet"));
    CellAddress { sheet, row: cell.row.number, column: cell.column.number }
}

fn value(text: &str) -> CellValue {
    if let Some(text) = text.strip_prefix('\'') {
        return text.into();
    }
    if let Some(text) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return text.into();
    }
    match (ErrorKind::from_text(text), text) {
        (Some(kind), _) => CellValue::Error(kind),
        (_, "TRUE") => true.into(),
        (_, "FALSE") => false.into(),
        (_, "") => CellValue::Empty,
        _ => text_to_number(text, false).map_or(text.into(), CellValue::Number),
    }
}

impl Book {
    fn set(&mut self, cell: CellAddress, content: &str) {
        let content = match content.strip_prefix('=') {
            Some(formula) => CellContent::Formula(formula.into()),
            None => CellContent::Value(value(content)),
        };
        self.used = (self.used.0.max(cell.row), self.used.1.max(cell.column));
        self.cells.insert(cell, content);
        self.epoch += 1;
    }

    fn set_array(&mut self, content: &str) {
        let (formula, area) = content.rsplit_once("}:").expect("formula and area");
        let formula: Arc<str> = formula.trim_start_matches("{=").into();
        let (first, last) = area.split_once(':').expect("an area");
        let (first, last) = (address(self, first), address(self, last));
        let area =
            Range { sheet: 0, last_sheet: 0, top: first.row, left: first.column, bottom: last.row, right: last.column };
        for row in area.top..=area.bottom {
            for column in area.left..=area.right {
                let content = CellContent::ArrayFormula { formula: formula.clone(), area };
                self.cells.insert(at(row, column), content);
            }
        }
    }
}

fn lines(file: &str) -> Vec<Vec<String>> {
    let path = crate::support::root().join("tests/data/engine/formula").join(file);
    let text = std::fs::read_to_string(path).expect("the case file is readable");
    text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

fn book() -> Book {
    let mut book = Book { sheets: ["Main", "Data", "More", "Table"].map(Arc::from).to_vec(), ..Book::default() };
    for line in lines("sheet.psv") {
        let cell = address(&book, &line[0]);
        if line[1].starts_with('{') { book.set_array(&line[1]) } else { book.set(cell, &line[1]) }
    }
    for (row, column, text) in [(1, 1, "Item"), (1, 2, "Amount"), (2, 1, "a"), (2, 2, "10"), (3, 1, "b"), (3, 2, "20")]
    {
        book.set(CellAddress { sheet: 3, row, column }, text);
    }
    book
}

fn computed(book: &mut Book, formula: &str) -> Result<CellValue, Refusal> {
    let cell = at(40, 40);
    book.cells.insert(cell, CellContent::Formula(formula.into()));
    book.epoch += 1;
    Calculator::default().value(book, cell)
}

fn close(found: &CellValue, expected: &CellValue) -> bool {
    /// The references print ten digits.
    const PRINTED: f64 = 5e-8;
    match (found, expected) {
        (CellValue::Number(found), CellValue::Number(expected)) => {
            (found - expected).abs() <= PRINTED * expected.abs().max(if *expected == 0.0 { 0.0 } else { 1e-300 })
        }
        _ => found == expected,
    }
}

#[test]
fn formulas_are_worth_what_excel_says() {
    let mut book = book();
    let mut wrong = Vec::new();
    for case in lines("cases.psv").iter().skip(1) {
        let found = computed(&mut book, &case[0]);
        let right = match (&found, case[1].as_str()) {
            (Err(Refusal::Unsupported { .. }), "unsupported") => true,
            (Err(Refusal::Circular { .. }), "circular") => true,
            (Err(Refusal::Unreadable { .. }), "unreadable") => true,
            (Ok(found), expected) => close(found, &value(expected)),
            _ => false,
        };
        if !right {
            wrong.push(format!("{} = {found:?}, not {} ({})", case[0], case[1], case[2]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn number_formats_show_what_excel_shows() {
    let mut wrong = Vec::new();
    for case in lines("formats.psv").iter().skip(1) {
        let shown = render(&value(&case[0]), &case[1], false);
        if shown != case[2] {
            wrong.push(format!("{} as {} is {shown:?}, not {:?}", case[0], case[1], case[2]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(render(&CellValue::Number(0.0), "yyyy-mm-dd", true), "1904-01-01");
}

/// Source: Apache POI's record of Excel's conversions.
#[test]
fn numbers_become_general_text() {
    let cases = [
        (0.0, "0"),
        (123.456_789_012_345_68, "123.456789012346"),
        (0.000_123_456_789_012_345_67, "0.000123456789012346"),
        (1.234_567_890_123_456_8e-5, "1.23456789012346E-05"),
        (5.678_902e-8, "0.00000005678902"),
        (2e-50, "2E-50"),
        (1e15, "1000000000000000"),
        (-1e300, "-1E+300"),
    ];
    for (number, text) in cases {
        assert_eq!(general_text(number), text);
    }
}

#[test]
fn a_long_chain_of_cells_neither_overflows_nor_repeats_work() {
    let mut book = Book { sheets: vec!["Main".into()], ..Book::default() };
    let length = 20_000;
    book.set(at(1, 1), "1");
    for row in 2..=length {
        book.set(at(row, 1), &format!("=A{}+1", row - 1));
    }
    let found = Calculator::default().value(&book, at(length, 1));
    assert_eq!(found, Ok(CellValue::Number(f64::from(length))));
}

#[test]
fn a_long_circle_is_reported() {
    let mut book = Book { sheets: vec!["Main".into()], ..Book::default() };
    for row in 1..=2_000 {
        book.set(at(row, 1), &format!("=A{}+1", row % 2_000 + 1));
    }
    let found = Calculator::default().value(&book, at(1, 1));
    assert!(matches!(found, Err(Refusal::Circular { .. })), "{found:?}");
}

#[test]
fn only_the_cone_is_computed_and_writes_make_it_stale() {
    let mut book = book();
    let mut calculator = Calculator::default();
    book.set(at(30, 1), "=IF(A1=1,A2,NOSUCH())");
    assert_eq!(calculator.value(&book, at(30, 1)), Ok(CellValue::Number(2.0)));
    book.set(at(2, 1), "22");
    assert_eq!(calculator.value(&book, at(30, 1)), Ok(CellValue::Number(22.0)));
    book.set(at(1, 1), "0");
    let refused = Err(Refusal::Unsupported { name: "NOSUCH".to_owned() });
    assert_eq!(calculator.value(&book, at(30, 1)), refused);
}

#[test]
fn ordinary_formulas_take_the_value_in_their_row() {
    let mut book = book();
    book.set(at(3, 20), "=A1:A5*10");
    assert_eq!(Calculator::default().value(&book, at(3, 20)), Ok(CellValue::Number(30.0)));
    book.set(at(9, 20), "=A1:A5*10");
    assert_eq!(Calculator::default().value(&book, at(9, 20)), Ok(CellValue::Error(ErrorKind::Value)));
    book.set(at(4, 20), "=Above");
    let relative = Calculator::default().value(&book, at(4, 20));
    assert_eq!(
        relative,
        Ok(CellValue::Number(30.0)),
        "a relative name counts from its cell, around the end of the sheet"
    );
}

#[test]
fn hostile_formulas_end() {
    let mut book = book();
    let hostile = [
        "SUMPRODUCT((A:Z=1)*(A:Z=2)*(A:Z=3))",
        "REPT(REPT(\"ab\",16000),9)",
        "SUM(SEQUENCE(1000000,1000000))",
        "COUNTIF(A:XFD,\"*a*b*c*d\")",
        "SEARCH(\"*a*b*c*d*e\",REPT(\"ab\",16000))",
        "MMULT(SEQUENCE(2000,2000),SEQUENCE(2000,2000))",
        "COMBIN(1E15,5E14)",
        "FACT(1E300)",
        "DATE(1E300,1E300,1E300)",
        "WORKDAY(1,1E18)",
        "TEXT(1,REPT(\"0\",9999))",
        "TEXT(1E300,\"#,##0.00\")",
        "ROUND(1E308,-308)",
        "ROMAN(-1E18)",
        "OFFSET(A1,1E300,-1E300,1E300,1)",
        "Loop",
        "BASE(1E300,2,255)",
        "INDEX(A1:A3,1E300,1E300)",
        "VDB(1,1,1E18,0,1E18)",
        "CUMIPMT(0.1,1E18,1,1,1E18,0)",
    ];
    for formula in hostile {
        // Ending at all is the point: with any value, or with a refusal.
        let found = computed(&mut book, formula);
        assert!(!matches!(found, Ok(CellValue::Empty)), "{formula}");
    }
    let deep = format!("{}1{}", "-(".repeat(60), ")".repeat(60));
    assert_eq!(computed(&mut book, &deep), Ok(CellValue::Number(1.0)));
    let small = Calculator::new(1_000).value(&book, at(4, 4));
    assert_eq!(small, Ok(CellValue::Number(15.0)));
    book.set(at(30, 2), "=SUMPRODUCT(A1:A1000*1)");
    assert_eq!(Calculator::new(1_000).value(&book, at(30, 2)), Err(Refusal::Budget));
}

#[test]
fn the_library_serves_callers_without_a_formula() {
    let book = book();
    let mut calculator = Calculator::default();
    let range = Operand::from_range(Range { sheet: 0, last_sheet: 0, top: 1, left: 1, bottom: 5, right: 1 });
    let sum = calculator.call(&book, "Sum", std::slice::from_ref(&range), at(1, 1));
    assert_eq!(sum, Ok(15.0.into()));
    let found = calculator.call(&book, "VLOOKUP", &[9.0.into(), range, 1.0.into(), false.into()], at(1, 1));
    assert_eq!(found, Ok(ErrorKind::NotAvailable.into()));
    assert_eq!(calculator.call(&book, "TWICE", &[4.0.into()], at(1, 1)), Ok(8.0.into()));
    assert!(functions::names().len() >= 300, "{}", functions::names().len());
    assert!(functions::is_supported("_xlfn.XLOOKUP") && !functions::is_supported("CUBEVALUE"));
}

#[test]
fn evaluate_answers_arrays_and_references() {
    let book = book();
    let mut calculator = Calculator::default();
    let mut evaluate = |text: &str| calculator.evaluate(&book, &parse(text, Dialect::Sheet).0, at(1, 1));
    assert!(matches!(evaluate("A1:A3"), Ok(Operand::Cells(ranges)) if ranges[0].rows() == 3));
    let Ok(Operand::Array(doubled)) = evaluate("A1:A3*2") else { panic!("an array") };
    assert_eq!(doubled.cells(), [2.0, 4.0, 6.0].map(CellValue::Number));
}

#[test]
fn dates_count_from_1904_where_the_book_says_so() {
    let mut book = Book { date1904: true, ..book() };
    assert_eq!(computed(&mut book, "DATE(1904,1,2)"), Ok(CellValue::Number(1.0)));
    assert_eq!(computed(&mut book, "YEAR(0)"), Ok(CellValue::Number(1904.0)));
    assert_eq!(computed(&mut book, "TEXT(1,\"yyyy-mm-dd\")"), Ok("1904-01-02".into()));
    assert_eq!(computed(&mut book, "NOW()"), Ok(CellValue::Number(45_322.5 - 1_462.0)));
}
