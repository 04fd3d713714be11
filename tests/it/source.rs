//! Reading legacy files: every file ends in one shown state, in this process and in a reader of its own; what is read
//! is what the file holds. Hostile files are made here, byte by byte.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use daylight::facts::{FileKind, FileState, Problem, Reading, Scalar};
use daylight::source::{self, Limits, Outcome, ReaderCommand, SourceError, Spend};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const ROOT: &str = r#"<Relationships xmlns="r"><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const ONE_CELL: &str = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;

/// A package of the given parts.
fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part begins");
        zip.write_all(text.as_bytes()).expect("a part is written");
    }
    zip.finish().expect("the package ends").into_inner()
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

/// A workbook of one sheet `S`, with more parts; `book` goes before the sheets, `after` behind them.
fn workbook(sheet: &str, book: &str, after: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let main =
        format!(r#"<workbook>{book}<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>{after}</workbook>"#);
    let relations = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="styles.xml"/><Relationship Id="rId4" Type="x/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>"#;
    let mut parts = vec![
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", main.as_str()),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    parts.extend(more);
    package(&parts)
}

fn read(bytes: Vec<u8>) -> Result<Reading, SourceError> {
    source::read_bytes(bytes, "file.bin", &Limits::default())
}

fn read_text(name: &str, text: &str) -> Reading {
    source::read_bytes(text.as_bytes().to_vec(), name, &Limits::default()).expect("the text is read")
}

fn command() -> ReaderCommand {
    ReaderCommand::of(PathBuf::from(env!("CARGO_BIN_EXE_daylight")))
}

fn isolated(folder: &Path, name: &str, bytes: &[u8], limits: &Limits) -> Outcome {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("the file is written");
    source::read_file(&path, limits, &command())
}

fn limit_of(result: Result<Reading, SourceError>) -> String {
    match result {
        Err(SourceError::Limit { limit, .. }) => limit.to_string(),
        other => format!("{other:?}"),
    }
}

fn values(reading: &Reading) -> Vec<(u32, u32, Scalar)> {
    let cells = reading.sheets.iter().flat_map(|sheet| &sheet.cells);
    cells.map(|cell| (cell.row, cell.column, cell.value.clone())).collect()
}

fn text(value: &str) -> Scalar {
    Scalar::Text(value.to_string())
}

#[test]
fn kinds_are_told_by_content() {
    let cases: [(&[u8], FileKind); 8] = [
        (b"a,b\r\n1,2\r\n3,4\r\n", FileKind::Csv),
        (b"a;b\n1;2\n", FileKind::Csv),
        (b"Attribute VB_Name = \"M\"\r\nSub A()\r\nEnd Sub\r\n", FileKind::VbaText),
        (b"Version =21\r\nVersionRequired =20\r\nBegin Form\r\nEnd\r\n", FileKind::AccessText),
        (b"Operation =1\r\nOption =0\r\nBegin InputTables\r\n    Name =\"A\"\r\nEnd\r\n", FileKind::AccessText),
        (b"<?xml version=\"1.0\"?><dataroot xmlns:od=\"urn:schemas-microsoft-com:officedata\"/>", FileKind::AccessXml),
        (b"%PDF-1.7\n%\xE2\xE3", FileKind::Unknown),
        (b"It was a dark and stormy night, and the rain fell in torrents over the houses.\n", FileKind::Unknown),
    ];
    for (bytes, kind) in cases {
        let content = source::Content::from_bytes(bytes.to_vec());
        let mut spend = Spend::new(Limits::default().budget.into());
        let sniffed = source::sniff(&content, &mut spend).expect("it is sniffed");
        assert_eq!(sniffed.kind, kind, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_workbook_gives_values_formulas_and_surroundings() {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
        <row r="2" hidden="1"><c r="A2" s="1"><v>45322.5</v></c><c r="B2"><v>2</v></c><c r="C2"><f t="shared" ref="C2:C4" si="0">B2*2</f><v>4</v></c></row>
        <row r="3"><c r="A3" t="b"><v>1</v></c><c r="B3" t="e"><v>#N/A</v></c><c r="C3"><f t="shared" si="0"/><v>6</v></c></row>
        <row r="4"><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c><c r="C4"><f t="shared" si="0"/><v>8</v></c></row>"#;
    let sheet = format!(
        r#"<worksheet><sheetPr codeName="Sheet1"/><sheetViews><sheetView><pane ySplit="1" state="frozen"/></sheetView></sheetViews><sheetData>{rows}</sheetData><sheetProtection sheet="1"/><autoFilter ref="A1:C4"/><mergeCells><mergeCell ref="E1:F1"/></mergeCells><dataValidations><dataValidation type="list" sqref="B2:B9"><formula1>"x,y"</formula1></dataValidation></dataValidations></worksheet>"#
    );
    let names = r#"<definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">S!$A$1:$C$4</definedName><definedName name="Rate" hidden="1">0.19</definedName></definedNames>"#;
    let strings = r#"<sst uniqueCount="2"><si><t xml:space="preserve">a &amp; b</t></si><si><r><t>na</t></r><r><t>me_x000D_</t></r><rPh><t>no</t></rPh></si></sst>"#;
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
    let table = r#"<table displayName="T" ref="A1:C4" totalsRowCount="1"><tableColumns><tableColumn name="a_x000a_b"/></tableColumns></table>"#;
    let table_rels =
        r#"<Relationships><Relationship Id="r" Type="x/table" Target="../tables/table1.xml"/></Relationships>"#;
    let link = r#"<Relationships><Relationship Id="r" Type="x/externalLinkPath" Target="file:///C:/prices.xlsx" TargetMode="External"/></Relationships>"#;
    let connections = r#"<connections><connection name="Db"><dbPr connection="Provider=X;User ID=sa;Password=hunter2" command="SELECT 1"/></connection></connections>"#;
    let bytes = workbook(
        &sheet,
        "",
        names,
        &[
            ("xl/sharedStrings.xml", strings),
            ("xl/styles.xml", styles),
            ("xl/tables/table1.xml", table),
            ("xl/worksheets/_rels/sheet1.xml.rels", table_rels),
            ("xl/externalLinks/externalLink1.xml", "<externalLink/>"),
            ("xl/externalLinks/_rels/externalLink1.xml.rels", link),
            ("xl/connections.xml", connections),
        ],
    );
    let reading = read(bytes).expect("the workbook is read");
    let expected = vec![
        (1, 1, text("a & b")),
        (1, 2, text("name\r")),
        (2, 1, Scalar::Moment(String::from("2024-01-31T12:00:00"))),
        (2, 2, Scalar::Number(2.0)),
        (2, 3, Scalar::Number(4.0)),
        (3, 1, Scalar::Boolean(true)),
        (3, 2, Scalar::Error(String::from("#N/A"))),
        (3, 3, Scalar::Number(6.0)),
        (4, 1, text("inline")),
        (4, 3, Scalar::Number(8.0)),
    ];
    assert_eq!(values(&reading), expected);
    let formulas: Vec<_> = reading.sheets[0].cells.iter().filter_map(|cell| cell.formula.clone()).collect();
    assert_eq!(formulas, ["B2*2", "B3*2", "B4*2"]);
    let facts = &reading.facts;
    assert_eq!(facts.formulas.len(), 1);
    assert_eq!(
        (facts.formulas[0].r1c1.as_str(), facts.formulas[0].cells, facts.formulas[0].range.as_str()),
        ("RC[-1]*2", 3, "C2:C4")
    );
    let seen = &facts.sheets[0];
    assert_eq!((seen.used_range.as_deref(), seen.frozen_rows, seen.protected), (Some("A1:C4"), 1, true));
    assert_eq!((seen.print_area.as_deref(), seen.autofilter.as_deref()), (Some("A1:C4"), Some("A1:C4")));
    assert_eq!((seen.merged.as_slice(), seen.hidden_rows.as_slice()), (&[String::from("E1:F1")][..], &[2][..]));
    assert_eq!(
        (facts.validations[0].range.as_str(), facts.validations[0].formula1.as_deref()),
        ("B2:B9", Some("\"x,y\""))
    );
    assert_eq!((facts.list_objects[0].name.as_str(), facts.list_objects[0].totals_rows), ("T", 1));
    assert_eq!(facts.list_objects[0].columns, ["a\nb"]);
    assert_eq!((facts.names[1].name.as_str(), facts.names[1].hidden), ("Rate", true));
    let targets: Vec<_> = facts.links.iter().map(|link| link.target.as_str()).collect();
    assert_eq!(targets, ["file:///C:/prices.xlsx", "Provider=X;User ID=***;Password=*** [SELECT 1]"]);
    assert_eq!(source::state_of(facts).0, FileState::Parsed);
}

#[test]
fn dates_follow_the_workbooks_system() {
    let styles =
        r#"<styleSheet><cellXfs><xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="20"/></cellXfs></styleSheet>"#;
    let cell =
        |reference: &str, style: u32, value: f64| format!(r#"<c r="{reference}" s="{style}"><v>{value}</v></c>"#);
    let rows = [
        ("A1", 0, 0.0),
        ("B1", 0, 1.0),
        ("C1", 0, 60.0),
        ("D1", 0, 61.0),
        ("E1", 1, 1.5),
        ("F1", 2, 0.25),
        ("G1", 0, -1.0),
    ];
    let body: String = rows.iter().map(|(reference, style, value)| cell(reference, *style, *value)).collect();
    let read_with = |book: &str| {
        let bytes = workbook(&sheet(&format!(r#"<row r="1">{body}</row>"#)), book, "", &[("xl/styles.xml", styles)]);
        let reading = read(bytes).expect("the workbook is read");
        values(&reading).into_iter().map(|(_, _, value)| value).collect::<Vec<_>>()
    };
    let moment = |text: &str| Scalar::Moment(text.to_string());
    let from_1900 = read_with("");
    assert_eq!(from_1900[1], moment("1900-01-01"));
    assert_eq!(from_1900[2], Scalar::Number(60.0), "Excel's 29 February 1900 is no date");
    assert_eq!(from_1900[3], moment("1900-03-01"));
    assert_eq!(from_1900[4], Scalar::Number(1.5), "an elapsed time is a quantity");
    assert_eq!(from_1900[5], moment("06:00:00"));
    assert_eq!(from_1900[6], Scalar::Number(-1.0));
    let from_1904 = read_with(r#"<workbookPr date1904="1"/>"#);
    assert_eq!(from_1904[0], moment("1904-01-01"));
    assert_eq!(from_1904[1], moment("1904-01-02"));
}

#[test]
fn far_corners_take_no_memory() {
    let rows = format!(r#"{ONE_CELL}<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#);
    let reading = read(workbook(&sheet(&rows), "", "", &[])).expect("the workbook is read");
    assert_eq!(values(&reading), [(1, 1, Scalar::Number(1.0)), (1_048_576, 16_384, Scalar::Number(2.0))]);
}

#[test]
fn cells_outside_the_sheet_are_told() {
    let rows = r#"<row r="4294967295"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>"#;
    let reading = read(workbook(&sheet(rows), "", "", &[])).expect("the workbook is read");
    assert!(values(&reading).is_empty());
    assert_eq!(source::state_of(&reading.facts).0, FileState::Partial);
}

#[test]
fn a_lie_about_shared_strings_is_not_believed() {
    let strings = r#"<sst count="18446744073709551615" uniqueCount="9223372036854775807"><si><t>a</t></si></sst>"#;
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>7</v></c></row>"#;
    let reading =
        read(workbook(&sheet(rows), "", "", &[("xl/sharedStrings.xml", strings)])).expect("the workbook is read");
    assert_eq!(values(&reading), [(1, 1, text("a"))]);
    assert!(reading.facts.notices.iter().any(|notice| notice.place == "shared strings"));
}

#[test]
fn a_type_definition_in_any_part_is_rejected() {
    let dtd = r#"<!DOCTYPE x [<!ENTITY e "boom">]><x>&e;</x>"#;
    for part in ["xl/worksheets/sheet1.xml", "docProps/app.xml", "xl/theme/theme1.xml", "customXml/item1.xml"] {
        let sound = sheet(ONE_CELL);
        let bytes = match part {
            "xl/worksheets/sheet1.xml" => workbook(dtd, "", "", &[]),
            other => workbook(&sound, "", "", &[(other, dtd)]),
        };
        assert_eq!(limit_of(read(bytes)), "document type definition", "{part}");
    }
}

#[test]
fn names_that_climb_are_only_names() {
    let more = [("../../../tmp/evil.xml", "<x/>"), ("C:\\evil.txt", "x"), ("xl/nul\0.xml", "<x/>")];
    let reading = read(workbook(&sheet(ONE_CELL), "", "", &more)).expect("the workbook is read");
    assert_eq!(source::state_of(&reading.facts).0, FileState::Parsed);
    assert!(reading.facts.notices.iter().any(|notice| notice.problem == Problem::Remark));
}

#[test]
fn parts_that_share_bytes_are_rejected() {
    let mut bytes = workbook(&sheet(ONE_CELL), "", "", &[]);
    // The second entry of the directory is made to begin where the first does.
    let entries: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02").map(|(at, _)| at).collect();
    let (from, to) = (entries[0] + 42, entries[1] + 42);
    let offset: Vec<u8> = bytes[from..from + 4].to_vec();
    bytes[to..to + 4].copy_from_slice(&offset);
    assert_eq!(limit_of(read(bytes)), "zip overlap");
}

#[test]
fn a_part_that_declares_gigabytes_is_rejected() {
    for (size, expected) in [(100_000_000u32, "zip ratio"), (4_000_000_000, "inflated bytes")] {
        let mut bytes = workbook(&sheet(ONE_CELL), "", "", &[]);
        let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
        bytes[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
        assert_eq!(limit_of(read(bytes)), expected);
    }
}

#[test]
fn deep_markup_keeps_what_came_before() {
    let rows = format!(r#"{ONE_CELL}<row r="2"><c r="A2" t="inlineStr"><is>{}"#, "<r>".repeat(1_000));
    let reading = read(workbook(&sheet(&rows), "", "", &[])).expect("the workbook is read");
    assert_eq!(values(&reading), [(1, 1, Scalar::Number(1.0))]);
    assert!(reading.sheets[0].truncated);
    assert!(source::state_of(&reading.facts).1.contains("depth"));
}

#[test]
fn a_budget_cuts_and_says_where() {
    let rows: String =
        (1..=50_000).map(|row| format!(r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>"#)).collect();
    let mut limits = Limits::default();
    limits.budget.rows = 41_207;
    let reading =
        source::read_bytes(workbook(&sheet(&rows), "", "", &[]), "w.xlsx", &limits).expect("the workbook is read");
    assert_eq!(reading.sheets[0].cells.len(), 41_207);
    let (state, reason) = source::state_of(&reading.facts);
    assert_eq!(state, FileState::Partial);
    assert!(reason.contains("limit cells"), "{reason}");
}

#[test]
fn macro_sheets_are_read_like_sheets() {
    let relations = r#"<Relationships><Relationship Id="rId1" Type="x/xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>"#;
    let main =
        r#"<workbook><sheets><sheet name="Macro1" sheetId="1" state="veryHidden" r:id="rId1"/></sheets></workbook>"#;
    let body = r#"<xm:macrosheet xmlns:xm="m"><sheetData><row r="1"><c r="A1"><f>ALERT("hi")</f><v>0</v></c></row></sheetData></xm:macrosheet>"#;
    let bytes = package(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", main),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/macrosheets/sheet1.xml", body),
    ]);
    let reading = read(bytes).expect("the workbook is read");
    let sheet = &reading.facts.sheets[0];
    assert_eq!((sheet.kind.as_str(), sheet.visibility.as_str()), ("macro", "veryHidden"));
    assert_eq!(reading.sheets[0].cells[0].formula.as_deref(), Some("ALERT(\"hi\")"));
}

/// A compound file with the given streams.
fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a compound file begins");
    for (path, bytes) in streams {
        if let Some(folder) = Path::new(path).parent() {
            file.create_storage_all(folder).expect("a storage is made");
        }
        file.create_stream(path).and_then(|mut stream| stream.write_all(bytes)).expect("a stream is written");
    }
    file.into_inner().into_inner()
}

#[test]
fn encrypted_files_say_so() {
    let office = compound(&[("/EncryptionInfo", b"x"), ("/EncryptedPackage", b"x")]);
    assert!(matches!(read(office), Err(SourceError::Encrypted { .. })));
    // BOF, then FILEPASS.
    let old = compound(&[("/Workbook", &[0x09, 0x08, 0x04, 0, 0, 6, 5, 0, 0x2F, 0, 2, 0, 0, 0])]);
    assert!(matches!(read(old), Err(SourceError::Encrypted { .. })));
}

#[test]
fn a_cycle_of_sectors_ends() {
    let mut bytes = compound(&[("/Workbook", &[7; 40_000])]);
    // The allocation table is the sector named first in the header; every chain in it is led back to its start.
    let table = u32::from_le_bytes(bytes[76..80].try_into().expect("four bytes")) as usize;
    let size = 1usize << u16::from_le_bytes([bytes[30], bytes[31]]);
    let start = (table + 1) * size;
    for entry in bytes[start..start + size].chunks_exact_mut(4) {
        entry.copy_from_slice(&2u32.to_le_bytes());
    }
    assert!(matches!(read(bytes), Err(SourceError::Malformed { .. } | SourceError::Limit { .. })));
}

/// The text as a compressed container of plain tokens only.
fn packed(text: &[u8]) -> Vec<u8> {
    let mut out = vec![1];
    for piece in text.chunks(3_600) {
        let tokens: Vec<u8> =
            piece.chunks(8).flat_map(|eight| std::iter::once(0).chain(eight.iter().copied())).collect();
        let header = 0xB000u16 | (tokens.len() as u16 + 2 - 3);
        out.extend(header.to_le_bytes());
        out.extend(tokens);
    }
    out
}

fn record(id: u16, data: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &(data.len() as u32).to_le_bytes(), data].concat()
}

/// A project of one module `M`, whose source begins at `offset` by its own record and at `true_offset` in fact.
fn project(code_page: u16, source: &[u8], offset: u32, true_offset: usize) -> Vec<u8> {
    let dir = [
        record(0x0003, &code_page.to_le_bytes()),
        record(0x7777, b"a record that nobody knows"),
        record(0x0019, b"M"),
        record(0x001A, b"M"),
        record(0x0031, &offset.to_le_bytes()),
        record(0x0021, b""),
        record(0x002B, b""),
        record(0x0010, b""),
    ]
    .concat();
    let stream = [vec![0xEE; true_offset], packed(source)].concat();
    compound(&[("/PROJECT", b"Module=M\r\n"), ("/VBA/dir", &packed(&dir)), ("/VBA/M", &stream)])
}

#[test]
fn modules_are_found_whatever_the_dir_stream_says() {
    let source = "Attribute VB_Name = \"M\"\r\nSub A()\r\nEnd Sub\r\n";
    for (page, offset) in [(1252, 10), (0, 10), (1252, 3), (65_000, 999_999)] {
        let reading = read(project(page, source.as_bytes(), offset, 10)).expect("the project is read");
        assert_eq!(reading.facts.kind, FileKind::OfficeCode);
        let modules: Vec<_> = reading
            .facts
            .code
            .iter()
            .map(|module| (module.name.as_str(), module.kind.as_str(), module.code.as_str()))
            .collect();
        assert_eq!(modules, [("M", "module", source)], "code page {page}, offset {offset}");
    }
}

#[test]
fn a_workbook_whose_cells_cannot_be_read_still_gives_its_code() {
    let types = r#"<Types><Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>"#;
    let code = project(1252, b"Attribute VB_Name = \"M\"\r\nSub A()\r\nEnd Sub\r\n", 0, 0);
    let reading = read(crate::support::hostile::package(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("xl/workbook.bin", b"\x9C\x01\x02\0\0"),
        ("xl/vbaProject.bin", &code),
    ]))
    .expect("the code is read");
    assert_eq!((reading.facts.kind, reading.facts.code.len()), (FileKind::Xlsb, 1));
    assert_eq!(source::state_of(&reading.facts).0, FileState::Partial);
}

#[test]
fn a_modules_code_page_is_used() {
    let source = b"Attribute VB_Name = \"M\"\r\n' \xD4\xE5\r\n";
    let reading = read(project(1251, source, 0, 0)).expect("the project is read");
    assert!(reading.facts.code[0].code.contains("\u{424}\u{435}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn containers_unpack_to_what_was_packed(bytes in prop::collection::vec(any::<u8>(), 1..9_000)) {
        prop_assert_eq!(source::vba::decompress(&packed(&bytes)), Some(bytes));
    }

    #[test]
    fn any_bytes_unpack_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = source::vba::decompress(&[&[1u8][..], &bytes].concat());
    }

    #[test]
    fn any_change_of_a_file_ends_in_a_state(at in 0usize..2_000, value in any::<u8>()) {
        let mut bytes = workbook(&sheet(ONE_CELL), "", "", &[]);
        let at = at % bytes.len();
        bytes[at] = value;
        let _ = read(bytes);
    }

    #[test]
    fn an_exported_table_reads_back(rows in prop::collection::vec(prop::collection::vec(prop::option::of("[a-z ,\"\n]{0,6}"), 3), 1..20)) {
        let columns: Vec<String> = ["one", "two", "three"].map(String::from).to_vec();
        let scalar = |field: &Option<String>| field.clone().map_or(Scalar::Empty, Scalar::Text);
        let mut rows: Vec<Vec<Scalar>> = rows.iter().map(|row| row.iter().map(scalar).collect()).collect();
        // Texts that a spreadsheet would run are shielded on purpose, so they do not read back.
        for cell in rows.iter_mut().flatten() {
            if matches!(cell, Scalar::Text(text) if text.starts_with('\n')) {
                *cell = Scalar::Empty;
            }
        }
        let table = daylight::facts::TableContent { name: String::from("t"), columns, rows, truncated: false };
        let mut out = Vec::new();
        source::write_table_csv(&table, &mut out).expect("memory takes it");
        let reading = source::read_bytes(out, "t.csv", &Limits::default()).expect("it is read");
        prop_assert_eq!(&reading.tables[0].rows, &table.rows);
        prop_assert_eq!(&reading.tables[0].columns, &table.columns);
    }
}

#[test]
fn formulas_in_exported_texts_do_not_run() {
    let texts = ["=1+1", "+a", "-b", "@c", "\td", "＝e", "-5", "plain", "+31 (0)30-12", "-2+3+cmd"];
    let rows = texts.iter().map(|value| vec![text(value)]).collect();
    let table = daylight::facts::TableContent {
        name: String::from("t"),
        columns: vec![String::from("x")],
        rows,
        truncated: false,
    };
    let mut out = Vec::new();
    source::write_table_csv(&table, &mut out).expect("memory takes it");
    let lines = String::from_utf8(out).expect("UTF-8");
    assert_eq!(
        lines,
        "x\r\n'=1+1\r\n'+a\r\n'-b\r\n'@c\r\n'\td\r\n'＝e\r\n-5\r\nplain\r\n+31 (0)30-12\r\n'-2+3+cmd\r\n"
    );
}

#[test]
fn delimited_texts_of_any_encoding() {
    let rows = "Straße;Nr\nÄhre;1\nÖl;\n\"\";\"a\"\"b\"\n";
    let wide: Vec<u8> = rows.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let narrow: Vec<u8> = rows.chars().map(|letter| letter as u8).collect();
    let marked = [b"\xEF\xBB\xBF", rows.as_bytes()].concat();
    let wide_marked = [&[0xFF, 0xFE][..], &wide].concat();
    for bytes in [rows.as_bytes().to_vec(), narrow, marked, wide_marked, wide] {
        let reading = source::read_bytes(bytes, "orte.txt", &Limits::default()).expect("the text is read");
        let table = &reading.tables[0];
        assert_eq!(
            (table.name.as_str(), table.columns.as_slice()),
            ("orte", &[String::from("Straße"), String::from("Nr")][..])
        );
        let expected = [[text("Ähre"), text("1")], [text("Öl"), Scalar::Empty], [text(""), text("a\"b")]];
        assert_eq!(table.rows, expected);
    }
}

#[test]
fn a_first_line_may_name_the_delimiter() {
    let reading = read_text("t.csv", "sep=;\r\nname;note\r\na;1,2,3\r\nb;4,5,6\r\n");
    assert_eq!(reading.tables[0].columns, ["name", "note"]);
    assert_eq!(reading.tables[0].rows, [[text("a"), text("1,2,3")], [text("b"), text("4,5,6")]]);
}

#[test]
fn schema_ini_describes_the_text_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let ini = "[other.txt]\nFormat=CSVDelimited\n[fix.txt]\nColNameHeader=False\nFormat=FixedLength\nCol1=Id Long Width 4\nCol2=\"Full Name\" Text Width 6\n";
    std::fs::write(folder.path().join("schema.ini"), ini).expect("it is written");
    let outcome = isolated(folder.path(), "fix.txt", b"   1Ann   \n  22Bo\n", &Limits::default());
    let reading = outcome.reading.expect("the text is read");
    assert_eq!(reading.tables[0].columns, ["Id", "Full Name"]);
    assert_eq!(reading.tables[0].rows, [[text("1"), text("Ann")], [text("22"), text("Bo")]]);
    assert_eq!(reading.facts.tables[0].columns[0].declared_type.as_deref(), Some("Long"));
}

#[test]
fn an_access_export_with_the_schema_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let xsd = r#"<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:od="urn:schemas-microsoft-com:officedata">
<xsd:element name="dataroot"><xsd:complexType><xsd:sequence><xsd:element ref="Order_x0020_Lines"/></xsd:sequence></xsd:complexType></xsd:element>
<xsd:element name="Order_x0020_Lines"><xsd:annotation><xsd:appinfo><od:index index-name="PrimaryKey" index-key="ID " primary="yes" unique="yes"/></xsd:appinfo></xsd:annotation>
<xsd:complexType><xsd:sequence><xsd:element name="ID" od:jetType="autonumber" od:autoUnique="yes" od:nonNullable="yes"/>
<xsd:element name="Unit_x0020_Price" od:jetType="currency"/><xsd:element name="Note" od:jetType="text"><xsd:simpleType><xsd:restriction><xsd:maxLength value="50"/></xsd:restriction></xsd:simpleType></xsd:element></xsd:sequence></xsd:complexType></xsd:element></xsd:schema>"#;
    std::fs::write(folder.path().join("lines.xsd"), xsd).expect("it is written");
    let xml = r#"<dataroot xmlns:od="urn:schemas-microsoft-com:officedata"><Order_x0020_Lines><ID>1</ID><Unit_x0020_Price>9.50</Unit_x0020_Price></Order_x0020_Lines><Order_x0020_Lines><ID>2</ID><Note>a &lt; b</Note></Order_x0020_Lines></dataroot>"#;
    let outcome = isolated(folder.path(), "lines.xml", xml.as_bytes(), &Limits::default());
    assert_eq!((outcome.state, outcome.kind), (FileState::Parsed, FileKind::AccessXml), "{}", outcome.reason);
    let reading = outcome.reading.expect("the export is read");
    let table = &reading.facts.tables[0];
    assert_eq!((table.name.as_str(), table.rows), ("Order Lines", 2));
    assert_eq!(
        (table.columns[0].auto_number, table.columns[0].required, table.columns[2].length),
        (true, true, Some(50))
    );
    assert_eq!((table.indexes[0].columns.as_slice(), table.indexes[0].primary), (&[String::from("ID")][..], true));
    let exact = Scalar::Exact(String::from("9.50"));
    assert_eq!(reading.tables[0].rows[0], [Scalar::Number(1.0), exact, Scalar::Empty]);
    assert_eq!(reading.tables[0].rows[1], [Scalar::Number(2.0), Scalar::Empty, text("a < b")]);
}

#[test]
fn saved_objects_of_access() {
    let form = read_text(
        "Orders.bas",
        "Version =21\r\nBegin Form\r\n    RecordSource =\"SELECT * FROM Orders WHERE Name=\\042x\\042\"\r\n        \" ORDER BY ID\"\r\nEnd\r\nCodeBehindForm\r\nAttribute VB_Name = \"Form_Orders\"\r\nSub A()\r\nEnd Sub\r\n",
    );
    assert_eq!(form.facts.forms[0].record_source.as_deref(), Some("SELECT * FROM Orders WHERE Name=\"x\" ORDER BY ID"));
    assert_eq!(form.facts.code[0].kind, "form");
    let query = read_text(
        "q.qdef",
        "dbMemo \"SQL\" =\"INSERT INTO A ( x )\\015\\012SELECT y FROM B;\\015\\012\"\r\ndbMemo \"Connect\" =\"\"\r\n",
    );
    assert_eq!((query.facts.queries[0].kind.as_str(), query.facts.queries[0].name.as_str()), ("append", "q"));
    assert!(query.facts.queries[0].sql.contains("\r\nSELECT y"));
    let sql = read_text("u.sql", "SELECT a FROM b\nUNION SELECT a FROM c;\n");
    assert_eq!(sql.facts.queries[0].kind, "union");
    let saved = read_text(
        "AutoExec.macro",
        "Version =196611\r\nColumnsShown =0\r\nBegin\r\n    Action =\"OpenForm\"\r\nEnd\r\n",
    );
    assert_eq!(saved.facts.macros[0].name, "AutoExec");
    let class = read_text("Thing.cls", "VERSION 1.0 CLASS\r\nBEGIN\r\nEND\r\nAttribute VB_Name = \"CThing\"\r\n");
    assert_eq!((class.facts.code[0].name.as_str(), class.facts.code[0].kind.as_str()), ("CThing", "class"));
}

#[test]
fn an_isolated_reading_is_the_same_reading() {
    let rows: String = (1..=10_000).map(|row| format!(r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}" t="str"><f>A{row}&amp;"x"</f><v>ä{row}</v></c></row>"#)).collect();
    let bytes = workbook(&sheet(&rows), "", "", &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = isolated(folder.path(), "book.xlsx", &bytes, &Limits::default());
    assert_eq!((outcome.state, outcome.kind), (FileState::Parsed, FileKind::Xlsx), "{}", outcome.reason);
    assert_eq!(outcome.sha256, daylight::base::sha256_hex(&bytes));
    let reading = outcome.reading.expect("it is read");
    assert_eq!(reading, read(bytes).expect("it is read here too"));
    assert!(reading.facts.notices.is_empty(), "the kernel refuses a protection: {:?}", reading.facts.notices);
}

#[test]
fn a_reader_out_of_memory_costs_only_its_file() {
    let strings = format!("<sst>{}</sst>", "<si><t>0123456789012345678901234567890123456789</t></si>".repeat(200_000));
    let bytes = workbook(&sheet(ONE_CELL), "", "", &[("xl/sharedStrings.xml", strings.as_str())]);
    let folder = tempfile::tempdir().expect("a folder");
    // The program itself takes some of its address space.
    let mut limits = Limits { memory_bytes: 16 << 20, ..Limits::default() };
    let refused = isolated(folder.path(), "big.xlsx", &bytes, &limits);
    assert!(
        matches!(refused.state, FileState::Partial | FileState::Rejected | FileState::Crashed),
        "{:?}",
        refused.state
    );
    limits.memory_bytes = Limits::default().memory_bytes;
    let read = isolated(folder.path(), "big.xlsx", &bytes, &limits);
    assert_eq!(read.state, FileState::Parsed, "{}", read.reason);
}

#[test]
fn a_reader_past_its_time_is_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits { wall: std::time::Duration::ZERO, ..Limits::default() };
    let outcome = isolated(folder.path(), "late.xlsx", &workbook(&sheet(ONE_CELL), "", "", &[]), &limits);
    assert_eq!(outcome.state, FileState::Rejected);
    assert!(outcome.reason.contains("wall clock"), "{}", outcome.reason);
}

#[test]
fn a_reader_that_answers_nonsense_is_a_crash_of_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "a,b\n1,2\n").expect("it is written");
    for program in ["/bin/false", "/bin/echo", "/nowhere/at/all"] {
        let outcome = source::read_file(&path, &Limits::default(), &ReaderCommand::of(PathBuf::from(program)));
        assert_eq!(outcome.state, FileState::Crashed, "{program}");
        assert_eq!(outcome.sha256.len(), 64);
    }
}

/// Compares Access files with what a reference reader says of them; needs the data that are kept apart.
#[test]
fn access_files_hold_what_the_reference_says() {
    let Ok(data) = std::env::var("DAYLIGHT_MEASURE_DATA") else {
        println!("skipped: DAYLIGHT_MEASURE_DATA names no folder of measuring data");
        return;
    };
    let mut compared = 0;
    for entry in std::fs::read_dir(Path::new(&data).join("access")).expect("the folder is there").flatten() {
        let path = entry.path();
        let expected = path.with_file_name(format!("{}.expected.json", entry.file_name().to_string_lossy()));
        let Ok(text) = std::fs::read_to_string(expected) else {
            continue;
        };
        let expected: serde_json::Value = serde_json::from_str(&text).expect("the expectation is JSON");
        let outcome = source::read_file(&path, &Limits::default(), &command());
        let reading = outcome.reading.unwrap_or_else(|| panic!("{}: {}", path.display(), outcome.reason));
        assert_eq!(outcome.state, FileState::Parsed, "{}: {}", path.display(), outcome.reason);
        compared += compare(&reading, &expected, &path);
    }
    println!("{compared} tables, indexes, relationships and queries compared");
    assert!(compared > 0);
}

/// Rows of a CSV text; a field that is the mark stands for null.
fn rows_of(text: &str, null: &str) -> Vec<Vec<Option<String>>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            letter => field.push(letter),
        }
    }
    rows.into_iter().map(|row| row.into_iter().map(|text| (text != null).then_some(text)).collect()).collect()
}

/// Equal as values: numbers as such, a date with or without its midnight.
fn same_value(scalar: &Scalar, reference: Option<&str>) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    match (scalar, reference) {
        (Scalar::Empty | Scalar::Binary(_), None) => true,
        (Scalar::Boolean(flag), Some(text)) => text.eq_ignore_ascii_case(if *flag { "TRUE" } else { "FALSE" }),
        (Scalar::Number(value), Some(text)) => {
            number(text).is_some_and(|other| (other - value).abs() <= 1e-6 * value.abs().max(1.0))
        }
        (Scalar::Exact(digits), Some(text)) => number(digits) == number(text),
        (Scalar::Moment(moment), Some(text)) => text == moment || text.strip_suffix("T00:00:00") == Some(moment),
        // A replication id is written as the hexadecimal digits of its text, which lacks its last dash in mdbtools 1.0.0.
        (Scalar::Text(own), Some(text)) => {
            let digits = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
            own == text || digits(&own.replace('-', "")) == text.replace("2D", "")
        }
        (Scalar::Binary(_), Some(_)) => true,
        _ => false,
    }
}

/// Compares every native database of the samples, and of the data kept apart, with what Debian's mdbtools read.
#[test]
fn databases_hold_what_mdbtools_say() {
    const NULL: &str = "\u{1}null";
    let tool = |name: &str, arguments: &[&str]| {
        let output = std::process::Command::new(name).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    if tool("mdb-export", &["--version"]).is_none() && tool("mdb-ver", &["--version"]).is_none() {
        println!("skipped: mdbtools are not installed");
        return;
    }
    let mut files = vec![crate::support::root().join("samples/estate/2026-11/access/warehouse.mdb")];
    if let Ok(data) = std::env::var("DAYLIGHT_MEASURE_DATA") {
        for name in ["store.mdb", "store.accdb", "test2V1997.mdb", "fixedTextTestV2000.mdb"] {
            files.push(Path::new(&data).join("access").join(name));
        }
    }
    let mut compared = 0;
    for path in files {
        let file = path.to_str().expect("a path in UTF-8");
        let outcome = source::read_file(&path, &Limits::default(), &command());
        let reading = outcome.reading.unwrap_or_else(|| panic!("{file}: {}", outcome.reason));
        for table in &reading.tables {
            let options =
                ["-D", "%Y-%m-%d", "-T", "%Y-%m-%dT%H:%M:%S", "-B", "-b", "hex", "-0", NULL, file, &table.name];
            let text = tool("mdb-export", &options).unwrap_or_else(|| panic!("{file}: {}", table.name));
            let rows = rows_of(&text, NULL);
            assert_eq!(rows.len() - 1, table.rows.len(), "{file}: {}", table.name);
            for (ours, theirs) in table.rows.iter().zip(rows.iter().skip(1)) {
                for ((scalar, reference), column) in ours.iter().zip(theirs).zip(&table.columns) {
                    let same = same_value(scalar, reference.as_deref());
                    // mdbtools write an empty text and Null alike, and bytes in their own way.
                    let alike = matches!((scalar, reference.as_deref()), (Scalar::Text(text), None) if text.is_empty())
                        || reference.as_deref() == Some("");
                    assert!(same || alike, "{file}: {}.{column}: {scalar:?}, {reference:?}", table.name);
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} values compared");
    assert!(compared > 100);
}

fn compare(reading: &Reading, expected: &serde_json::Value, path: &Path) -> usize {
    let empty = Vec::new();
    let list = |value: &'_ serde_json::Value, name: &str| value[name].as_array().unwrap_or(&empty).clone();
    let mut compared = 0;
    for table in list(expected, "tables") {
        let name = table["name"].as_str().unwrap_or_default();
        let place = format!("{} {name}", path.display());
        let facts = reading.facts.tables.iter().find(|facts| facts.name == name).unwrap_or_else(|| panic!("{place}"));
        // The rows themselves: the count beside them is that of the table's header, which may be out of date.
        assert_eq!(facts.rows, list(&table, "rows").len() as u64, "{place}");
        let columns: Vec<String> =
            list(&table, "cols").iter().map(|column| column["name"].as_str().unwrap_or_default().to_string()).collect();
        assert_eq!(facts.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>(), columns, "{place}");
        for index in list(&table, "indexes") {
            let index_name = index["name"].as_str().unwrap_or_default();
            let found = facts
                .indexes
                .iter()
                .find(|found| found.name == index_name)
                .unwrap_or_else(|| panic!("{place}.{index_name}"));
            let columns: Vec<String> = list(&index, "cols")
                .iter()
                .map(|column| column.as_str().unwrap_or_default().trim_end_matches(['+', '-']).to_string())
                .collect();
            assert_eq!(found.columns, columns, "{place}.{index_name}");
            assert_eq!(
                (Some(found.primary), Some(found.unique), Some(found.foreign)),
                (index["pk"].as_bool(), index["unique"].as_bool(), index["fk"].as_bool()),
                "{place}.{index_name}"
            );
            compared += 1;
        }
        compared += 1;
    }
    for query in list(expected, "queries") {
        let name = query["name"].as_str().unwrap_or_default();
        assert!(reading.facts.queries.iter().any(|found| found.name == name), "{} query {name}", path.display());
        compared += 1;
    }
    for relation in list(expected, "relationships") {
        let name = relation["name"].as_str().unwrap_or_default();
        let found = reading
            .facts
            .relationships
            .iter()
            .find(|found| found.name == name)
            .unwrap_or_else(|| panic!("{} relationship {name}", path.display()));
        assert_eq!(
            (Some(found.to_table.as_str()), Some(found.from_table.as_str())),
            (relation["from"].as_str(), relation["to"].as_str()),
            "{name}"
        );
        compared += 1;
    }
    compared
}
