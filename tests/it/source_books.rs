//! What workbooks hold beside plain cells, by format: formulas that many cells share, formats, filters, validations, links,
//! hidden sheets. What is there and not read is told.

use daylight::facts::{FileState, Problem, Reading, Scalar, SourceFacts};
use daylight::source::{self, Limits};

use crate::support::hostile::{book, number, old_book, package, record, sheet};

fn read(bytes: Vec<u8>) -> Reading {
    source::read_bytes(bytes, "file.bin", &Limits::default()).expect("the workbook is read")
}

/// Row, column, value and formula of each cell.
fn cells(reading: &Reading) -> Vec<(u32, u32, Scalar, Option<&str>)> {
    let all = reading.sheets.iter().flat_map(|sheet| &sheet.cells);
    all.map(|cell| (cell.row, cell.column, cell.value.clone(), cell.formula.as_deref())).collect()
}

fn format_of(reading: &Reading, at: usize) -> Option<&str> {
    let sheet = &reading.sheets[0];
    sheet.cells[at].format.map(|format| sheet.formats[format as usize].as_str())
}

fn remarks(facts: &SourceFacts) -> Vec<&str> {
    let remarks = facts.notices.iter().filter(|notice| notice.problem == Problem::Remark);
    remarks.map(|notice| notice.message.as_str()).collect()
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

// ---- the old format ----

/// A formula cell with these tokens.
fn formula(row: u16, column: u16, value: f64, tokens: &[u8]) -> Vec<u8> {
    let mut data = words(&[row, column, 0]);
    data.extend(value.to_le_bytes());
    data.extend([0; 6]);
    data.extend((tokens.len() as u16).to_le_bytes());
    data.extend(tokens);
    record(0x0006, &data)
}

/// The token of a cell whose formula is kept with another cell.
fn pointer(row: u16, column: u16) -> Vec<u8> {
    [vec![1], words(&[row, column])].concat()
}

#[test]
fn shared_and_array_formulas_of_the_old_format_are_written_out() {
    // The column to the left in the same row, times two: a relative reference, a whole number, a product.
    let shared = [vec![0x4C], words(&[0, 0xC0FF]), vec![0x1E, 2, 0, 0x05]].concat();
    let group = [words(&[0, 2]), vec![1, 1, 0, 3], words(&[shared.len() as u16]), shared].concat();
    let array = [vec![0x25], words(&[0, 2, 0xC000, 0xC000])].concat();
    let field = [words(&[0, 1]), vec![2, 2], words(&[0, 0, 0, array.len() as u16]), array].concat();
    let sheet = [
        number(0, 0, 0, 1.0),
        formula(0, 1, 2.0, &pointer(0, 1)),
        record(0x04BC, &group),
        formula(0, 2, 1.0, &pointer(0, 2)),
        record(0x0221, &field),
        number(1, 0, 0, 2.0),
        formula(1, 1, 4.0, &pointer(0, 1)),
        formula(1, 2, 2.0, &pointer(0, 2)),
        formula(2, 1, 6.0, &pointer(0, 1)),
    ]
    .concat();
    let reading = read(old_book(&[], &sheet));
    let found: Vec<_> = cells(&reading).into_iter().map(|(row, column, _, text)| (row, column, text)).collect();
    let expected = [
        (1, 1, None),
        (1, 2, Some("A1*2")),
        (1, 3, Some("A1:A3")),
        (2, 1, None),
        (2, 2, Some("A2*2")),
        (2, 3, None),
        (3, 2, Some("A3*2")),
    ];
    assert_eq!(found, expected);
    assert_eq!(reading.facts.formulas[0].cells, 3, "one shape");
    assert_eq!(source::state_of(&reading.facts), (FileState::Parsed, String::new()));
}

#[test]
fn a_lie_about_the_size_of_an_old_sheet_costs_nothing() {
    let size = record(0x0200, &[words(&[0, 0, 0xFFFF, 0xFFFF]), words(&[0, 0xFFFF, 0])].concat());
    let reading = read(old_book(&[], &[size, number(0, 0, 0, 7.0)].concat()));
    assert_eq!(cells(&reading), [(1, 1, Scalar::Number(7.0), None)]);
}

#[test]
fn a_short_record_of_the_old_format_costs_its_cell_only() {
    let reading = read(old_book(&[], &[record(0x0203, b"\0\0"), number(1, 0, 0, 7.0)].concat()));
    assert_eq!(cells(&reading), [(2, 1, Scalar::Number(7.0), None)]);
    assert_eq!(source::state_of(&reading.facts).0, FileState::Partial);
}

/// The code of the date is Excel's own, where the standard has another ([MS-OI29500] 2.1.704).
#[test]
fn formats_of_the_old_format_come_with_the_cells() {
    let code = b"0.00\" EUR\"";
    let format = record(0x041E, &[words(&[164, code.len() as u16]), vec![0], code.to_vec()].concat());
    let style = |format: u16| record(0x00E0, &[words(&[0, format]), vec![0; 16]].concat());
    let globals = [format, style(0), style(164), style(14)].concat();
    let reading =
        read(old_book(&globals, &[number(0, 0, 0, 1.0), number(0, 1, 1, 2.5), number(0, 2, 2, 45_322.0)].concat()));
    let formats: Vec<_> = (0..3).map(|at| format_of(&reading, at)).collect();
    assert_eq!(formats, [None, Some("0.00\" EUR\""), Some("m/d/yyyy")]);
    assert_eq!(reading.sheets[0].cells[2].value, Scalar::Moment(String::from("2024-01-31")));
}

#[test]
fn validations_and_links_of_the_old_format() {
    let list = b"a\0b";
    let mut rule = 3u32.to_le_bytes().to_vec();
    rule.extend([1, 0, 0, 0].repeat(4));
    rule.extend([words(&[list.len() as u16 + 3, 0]), vec![0x17, list.len() as u8, 0], list.to_vec()].concat());
    rule.extend(words(&[0, 0, 1, 1, 9, 2, 2]));
    let path = "\u{1}\u{1}Cprices\u{3}list.xls";
    let other = record(0x01AE, &[words(&[1, path.len() as u16]), vec![0], path.bytes().collect()].concat());
    let itself = record(0x01AE, &words(&[1, 0x0401]));
    let sheet = [number(0, 0, 0, 1.0), record(0x01BE, &rule), record(0x001C, &[0; 12])].concat();
    let facts = read(old_book(&[itself, other].concat(), &sheet)).facts;
    let rule = &facts.validations[0];
    assert_eq!(
        (rule.sheet.as_str(), rule.range.as_str(), rule.kind.as_str(), rule.formula1.as_deref()),
        ("S1", "C2:C10", "list", Some("\"a,b\""))
    );
    let targets: Vec<_> = facts.links.iter().map(|link| link.target.as_str()).collect();
    assert_eq!(targets, ["C:\\prices\\list.xls"]);
    assert!(remarks(&facts).iter().any(|text| text.contains("1 comments")), "{:?}", facts.notices);
}

// ---- Open XML ----

#[test]
fn what_a_workbook_holds_and_is_not_read_is_told() {
    let main = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><conditionalFormatting sqref="A1"/><hyperlinks><hyperlink ref="A1"/></hyperlinks></worksheet>"#;
    let more: [(&str, &[u8]); 3] =
        [("xl/comments1.xml", b"<comments/>"), ("xl/charts/chart1.xml", b"<c/>"), ("customUI/customUI.xml", b"<c/>")];
    let facts = read(book(main.as_bytes(), &more)).facts;
    let told = remarks(&facts).join("; ");
    for words in ["1 parts of comments", "1 charts", "1 ribbon extensions", "1 conditional formats", "1 hyperlinks"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(source::state_of(&facts).0, FileState::Parsed, "it is a remark");
    assert!(read(book(&sheet(""), &[])).facts.notices.is_empty(), "a plain workbook needs no words");
}

#[test]
fn a_text_that_is_not_in_the_file_is_told() {
    let facts = read(book(&sheet(r#"<row r="1"><c r="A1" t="s"><v>7</v></c></row>"#), &[])).facts;
    assert_eq!(source::state_of(&facts).0, FileState::Partial);
}

// ---- OpenDocument ----

fn document(styles: &str, before: &str, tables: &str, after: &str) -> Reading {
    let content = format!(
        "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{before}{tables}{after}</office:spreadsheet></office:body></office:document-content>"
    );
    read(package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
    ]))
}

fn table(rows: &str) -> String {
    format!(r#"<table:table table:name="S">{rows}</table:table>"#)
}

#[test]
fn hidden_sheets_merged_cells_filters_and_names_of_a_document() {
    let styles = r#"<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>"#;
    let tables = r#"<table:table table:name="Seen"><table:table-row><table:table-cell table:number-columns-spanned="3" table:number-rows-spanned="2" office:value-type="string"><text:p>Title</text:p></table:table-cell></table:table-row></table:table>
        <table:table table:name="Unseen" table:style-name="ta2"><table:named-expressions><table:named-range table:name="Own" table:cell-range-address="$Unseen.$A$1"/></table:named-expressions></table:table>"#;
    let after = r#"<table:database-ranges><table:database-range table:display-filter-buttons="true" table:target-range-address="Seen.A1:Seen.C9"/></table:database-ranges>"#;
    let facts = document(styles, "", tables, after).facts;
    let seen: Vec<_> = facts.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.visibility.as_str())).collect();
    assert_eq!(seen, [("Seen", "visible"), ("Unseen", "hidden")]);
    assert_eq!(
        (facts.sheets[0].merged.as_slice(), facts.sheets[0].autofilter.as_deref()),
        (&[String::from("A1:C2")][..], Some("A1:C9"))
    );
    assert_eq!((facts.names[0].name.as_str(), facts.names[0].sheet.as_deref()), ("Own", Some("Unseen")));
}

#[test]
fn validations_of_a_document_hold_for_their_cells() {
    let before = r#"<table:content-validations><table:content-validation table:name="val1" table:condition="of:cell-content-is-in-list(&quot;x&quot;;&quot;y&quot;)"/><table:content-validation table:name="val2" table:condition="of:cell-content-is-whole-number() and cell-content()&gt;=5"/></table:content-validations>"#;
    let rows = r#"<table:table-row table:number-rows-repeated="4"><table:table-cell table:content-validation-name="val1"/><table:table-cell table:content-validation-name="val2" office:value-type="float" office:value="7"/></table:table-row>"#;
    let facts = document("", before, &table(rows), "").facts;
    let rules: Vec<_> = facts
        .validations
        .iter()
        .map(|rule| (rule.range.as_str(), rule.kind.as_str(), rule.operator.as_deref(), rule.formula1.as_deref()))
        .collect();
    assert_eq!(
        rules,
        [("A1:A4", "list", None, Some("\"x,y\"")), ("B1:B4", "whole", Some("greaterThanOrEqual"), Some("5"))]
    );
}

#[test]
fn texts_errors_and_formats_of_a_document() {
    let rows = r##"<table:table-row>
        <table:table-cell office:value-type="string"><text:p>one<text:tab/>two<text:line-break/>three</text:p><text:p/><text:p>four</text:p><office:annotation><text:p>said</text:p></office:annotation></table:table-cell>
        <table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error" office:string-value=""><text:p>#DIV/0!</text:p></table:table-cell>
        <table:table-cell office:value-type="currency" office:currency="EUR" office:value="2.5"/>
        <table:table-cell office:value-type="percentage" office:value="0.19"/>
    </table:table-row>"##;
    let reading = document("", "", &table(rows), "");
    let values: Vec<Scalar> = cells(&reading).into_iter().map(|(_, _, value, _)| value).collect();
    let expected = [
        Scalar::Text(String::from("one\ttwo\nthree\n\nfour")),
        Scalar::Error(String::from("#DIV/0!")),
        Scalar::Number(2.5),
        Scalar::Number(0.19),
    ];
    assert_eq!(values, expected);
    assert_eq!((format_of(&reading, 2), format_of(&reading, 3)), (Some("#,##0.00 [$EUR]"), Some("0.00%")));
    assert!(remarks(&reading.facts).iter().any(|text| text.contains("1 comments")));
}

#[test]
fn a_long_run_of_equal_rows_is_all_there() {
    let rows = r#"<table:table-row table:number-rows-repeated="30000"><table:table-cell office:value-type="float" office:value="0"/></table:table-row>"#;
    let reading = document("", "", &table(rows), "");
    assert_eq!(reading.sheets[0].cells.len(), 30_000);
}

#[test]
fn another_documents_copy_is_a_link_and_no_sheet() {
    let copy = r##"<table:table table:name="'file:///C:/prices.ods'#$Sheet1"><table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table>"##;
    let reading = document("", "", &format!("{}{copy}", table("")), "");
    assert_eq!(reading.facts.sheets.len(), 1);
    assert_eq!(reading.facts.links[0].target, "file:///C:/prices.ods");
    assert!(reading.sheets.iter().all(|sheet| sheet.cells.is_empty()));
}

// ---- binary workbooks ----

/// A record of a binary workbook; the lengths here stay below 128.
fn binary(id: u16, data: &[u8]) -> Vec<u8> {
    let kind = if id < 128 { vec![id as u8] } else { vec![(id & 0x7F) as u8 | 0x80, (id >> 7) as u8] };
    [kind, vec![data.len() as u8], data.to_vec()].concat()
}

fn wide(text: &str) -> Vec<u8> {
    let letters: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [(letters.len() as u32 / 2).to_le_bytes().to_vec(), letters].concat()
}

fn longs(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

#[test]
fn a_binary_workbook_gives_errors_rich_texts_formats_and_surroundings() {
    let types = r#"<Types><Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>"#;
    let root = r#"<Relationships><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.bin"/></Relationships>"#;
    let relations = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
    let listed = binary(156, &[longs(&[0, 1]), wide("rId1"), wide("S")].concat());
    let main = [binary(131, &[]), binary(143, &[]), listed, binary(144, &[]), binary(132, &[])].concat();
    let styled = |format: u16| binary(47, &[words(&[0, format]), vec![0; 12]].concat());
    let code = binary(44, &[words(&[164]), wide("0.0 \"kg\"")].concat());
    let styles = [
        binary(278, &[]),
        binary(615, &longs(&[1])),
        code,
        binary(616, &[]),
        binary(617, &longs(&[2])),
        styled(0),
        styled(164),
        binary(618, &[]),
        binary(279, &[]),
    ]
    .concat();
    let row =
        |number: u32, hidden: u8| binary(0, &[longs(&[number, 0]), vec![0, 0, 0, hidden, 0], longs(&[0])].concat());
    let real = binary(5, &[longs(&[0, 1]), 2.5f64.to_le_bytes().to_vec()].concat());
    let error = binary(11, &[longs(&[1, 0]), vec![0x07, 0, 0], longs(&[0, 0])].concat());
    let rich = binary(62, &[longs(&[2, 0]), vec![0], wide("rich")].concat());
    let sheet = [
        binary(129, &[]),
        binary(148, &longs(&[0, 1, 0, 2])),
        binary(145, &[]),
        row(0, 0),
        real,
        error,
        row(1, 0x10),
        rich,
        binary(146, &[]),
        binary(176, &longs(&[3, 4, 0, 1])),
        binary(161, &longs(&[0, 1, 0, 2])),
        binary(130, &[]),
    ]
    .concat();
    let reading = read(package(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.bin", &main),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/styles.bin", &styles),
        ("xl/worksheets/sheet1.bin", &sheet),
    ]));
    let values: Vec<_> = cells(&reading).into_iter().map(|(row, column, value, _)| (row, column, value)).collect();
    let expected = [
        (1, 1, Scalar::Number(2.5)),
        (1, 2, Scalar::Error(String::from("#DIV/0!"))),
        (2, 3, Scalar::Text(String::from("rich"))),
    ];
    assert_eq!(values, expected);
    assert_eq!(format_of(&reading, 0), Some("0.0 \"kg\""));
    let seen = &reading.facts.sheets[0];
    assert_eq!((seen.merged.as_slice(), seen.autofilter.as_deref()), (&[String::from("A4:B5")][..], Some("A1:C2")));
    assert_eq!(seen.hidden_rows, [2]);
}

// ---- budgets ----

#[test]
fn a_piece_of_markup_that_does_not_end_is_cut() {
    let rows = format!(
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>{}</t></is></c></row>"#,
        "A".repeat(17 << 20)
    );
    let reading = read(book(&sheet(&rows), &[]));
    assert_eq!(cells(&reading), [(1, 1, Scalar::Number(1.0), None)]);
    assert!(source::state_of(&reading.facts).1.contains("limit token bytes"));
}

#[test]
fn a_sheet_that_cannot_be_unpacked_costs_itself_only() {
    let mut bytes = book(&sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#), &[("docProps/app.xml", b"<p/>")]);
    let name = b"xl/worksheets/sheet1.xml";
    let at = bytes.windows(name.len()).position(|part| part == name).expect("the part is there") + name.len();
    bytes[at..at + 20].fill(0xFF);
    let facts = read(bytes).facts;
    assert_eq!((facts.sheets.len(), source::state_of(&facts).0), (1, FileState::Partial));
}
