//! Files that were made to hurt their reader: bombs, lies, cycles, cut ends, wrong names. Each is made here byte by byte, each
//! says in which states it may end. Nothing here depends on a file from elsewhere but the sample database.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::root;

/// A file with the states it may end in; none of them is `crashed`.
pub struct Hostile {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub states: &'static [&'static str],
}

const PARSED: &[&str] = &["parsed"];
const PARTIAL: &[&str] = &["partial"];
const REJECTED: &[&str] = &["rejected"];
const UNSUPPORTED: &[&str] = &["unsupported"];
const ENCRYPTED: &[&str] = &["encrypted"];
/// Cut at a limit: whether something had arrived before is chance of the order of parts.
const CUT: &[&str] = &["partial", "rejected"];
/// Damage: how much of it is still readable is not what these tests are about.
const DAMAGED: &[&str] = &["parsed", "partial", "rejected", "unsupported"];

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const ROOT_RELATIONS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const SHEET_PART: &str = "xl/worksheets/sheet1.xml";
const ONE: &str = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;

/// A package of the given parts.
pub fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part begins");
        zip.write_all(bytes).expect("a part is written");
    }
    zip.finish().expect("the package ends").into_inner()
}

/// A workbook of one sheet part, with further parts.
pub fn book(sheet: &[u8], more: &[(&str, &[u8])]) -> Vec<u8> {
    book_of(BOOK, sheet, more)
}

fn book_of(main: &str, sheet: &[u8], more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT_RELATIONS.as_bytes()),
        ("xl/workbook.xml", main.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        (SHEET_PART, sheet),
    ];
    parts.extend(more);
    package(&parts)
}

/// A sheet part of these rows.
pub fn sheet(rows: &str) -> Vec<u8> {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()
}

fn inline(text: &str) -> String {
    format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>"#)
}

fn column(number: u32) -> String {
    let mut letters = String::new();
    let mut rest = number;
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters
}

/// Everything.
pub fn files() -> Vec<Hostile> {
    let mut all = sheets();
    all.extend(markup());
    all.extend(archives());
    all.extend(open_documents());
    all.extend(compounds());
    all.extend(records());
    all.extend(databases());
    all.extend(texts());
    all.extend(beginnings());
    all
}

fn made(name: &'static str, bytes: Vec<u8>, states: &'static [&'static str]) -> Hostile {
    Hostile { name, bytes, states }
}

/// Sheets that claim or span more than they hold.
fn sheets() -> Vec<Hostile> {
    let corners = format!(r#"{ONE}<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#);
    let claimed = format!(r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{ONE}</sheetData></worksheet>"#);
    let beyond = r#"<row r="4294967295"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>"#;
    let diagonal: String = (1..=16_000u32)
        .map(|at| format!(r#"<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>"#, at * 60, column(at)))
        .collect();
    let board: String = (1..=400u32)
        .map(|row| {
            let cells = (1..=200u32).map(|at| format!(r#"<c r="{}{row}"><v>1</v></c>"#, column(at * 2 + row % 2)));
            format!(r#"<row r="{row}">{}</row>"#, cells.collect::<String>())
        })
        .collect();
    let tall: String = (1..=60_000).map(|row| format!(r#"<row r="{row}"><c r="A{row}"><v>1</v></c></row>"#)).collect();
    let formula = format!("SUM({})", vec!["A1"; 2_600].join("+"));
    let mut shared =
        format!(r#"<row r="1"><c r="B1"><f t="shared" ref="B1:B30000" si="0">{formula}</f><v>1</v></c></row>"#);
    shared.extend(
        (2..=30_000).map(|row| format!(r#"<row r="{row}"><c r="B{row}"><f t="shared" si="0"/><v>1</v></c></row>"#)),
    );
    let nested =
        format!(r#"<row r="1"><c r="A1"><f>{}1{}</f><v>1</v></c></row>"#, "(".repeat(4_000), ")".repeat(4_000));
    let listed: String =
        (1..=65_000).map(|at| format!(r#"<sheet name="S{at}" sheetId="{at}" r:id="rId1"/>"#)).collect();
    let many = format!("<workbook><sheets>{listed}</sheets></workbook>");
    vec![
        made("corners.xlsx", book(&sheet(&corners), &[]), PARSED),
        made("claimed-dimension.xlsx", book(claimed.as_bytes(), &[]), PARSED),
        made("cell-beyond.xlsx", book(&sheet(beyond), &[]), PARTIAL),
        made("diagonal.xlsx", book(&sheet(&diagonal), &[]), PARSED),
        made("chess-board.xlsx", book(&sheet(&board), &[]), PARSED),
        made("tall.xlsx", book(&sheet(&tall), &[]), PARSED),
        made("shared-formulas.xlsx", book(&sheet(&shared), &[]), PARTIAL),
        made("nested-formula.xlsx", book(&sheet(&nested), &[]), PARSED),
        made("many-sheets.xlsx", book_of(&many, &sheet(ONE), &[]), PARTIAL),
    ]
}

/// Markup that nests, repeats, expands or does not end.
fn markup() -> Vec<Hostile> {
    let entities: String = (b'b'..=b'j')
        .map(|name| format!(r#"<!ENTITY {} "{}">"#, char::from(name), format!("&{};", char::from(name - 1)).repeat(10)))
        .collect();
    let laughs = format!(r#"<!DOCTYPE x [<!ENTITY a "{}">{entities}]>"#, "A".repeat(1_000));
    let outside = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#;
    let with = |prologue: &str, text: &str| {
        format!("{prologue}<worksheet><sheetData>{}</sheetData></worksheet>", inline(text)).into_bytes()
    };
    let deep =
        format!(r#"<worksheet><sheetData>{ONE}<row r="2"><c r="A2" t="inlineStr"><is>{}"#, "<r>".repeat(300_000));
    let attributes: String = (0..60_000).map(|at| format!(r#" a{at}="1""#)).collect();
    let strings = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(400_000));
    let lying = r#"<sst count="18446744073709551615" uniqueCount="9223372036854775807"><si><t>a</t></si></sst>"#;
    let cut = sheet(ONE).len() - 20;
    let plain = sheet(ONE);
    let not_text = [
        &b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>"[..],
        b"\xff\xfe\xc3\x28\xed\xa0\x80\x00",
        b"</t></is></c></row></sheetData></worksheet>",
    ]
    .concat();
    vec![
        made("laughs.xlsx", book(&with(&laughs, "&j;"), &[]), REJECTED),
        made("outside-entity.xlsx", book(&with(outside, "&e;"), &[]), REJECTED),
        made(
            "entity-in-types.xlsx",
            package(&[("[Content_Types].xml", format!("{outside}{TYPES}").as_bytes())]),
            REJECTED,
        ),
        made("deep-markup.xlsx", book(deep.as_bytes(), &[]), PARTIAL),
        made(
            "attributes.xlsx",
            book(&sheet(&format!(r#"<row r="1"><c r="A1"{attributes}><v>1</v></c></row>"#)), &[]),
            PARSED,
        ),
        made("many-strings.xlsx", book(&sheet(ONE), &[("xl/sharedStrings.xml", strings.as_bytes())]), PARSED),
        made("lying-strings.xlsx", book(&sheet(ONE), &[("xl/sharedStrings.xml", lying.as_bytes())]), PARSED),
        made("one-long-text.xlsx", book(&sheet(&inline(&"A".repeat(40 << 20))), &[]), CUT),
        made("not-text.xlsx", book(&not_text, &[]), DAMAGED),
        made("cut-markup.xlsx", book(&plain[..cut], &[]), DAMAGED),
    ]
}

/// The archive around the parts.
fn archives() -> Vec<Hostile> {
    let blank = [&b"<worksheet><sheetData>"[..], &vec![b' '; 80 << 20], b"</sheetData></worksheet>"].concat();
    let bomb = book(&blank, &[]);
    let lying = declaring(bomb.clone(), SHEET_PART, 1_000);
    let plain = book(&sheet(ONE), &[]);
    let names: Vec<String> = (0..21_000).map(|at| format!("x{at}")).collect();
    let mut parts: Vec<(&str, &[u8])> = vec![("xl/workbook.xml", BOOK.as_bytes())];
    parts.extend(names.iter().map(|name| (name.as_str(), &b""[..])));
    let climbing: [(&str, &[u8]); 4] = [
        ("../../../../tmp/evil.xml", b"x"),
        ("/etc/evil", b"x"),
        ("xl\\..\\..\\evil.xml", b"x"),
        ("C:\\evil.txt", b"x"),
    ];
    let flags = entry_of(&plain, SHEET_PART) + 8;
    let mut locked = plain.clone();
    locked[flags] |= 1;
    vec![
        made("bomb.xlsx", bomb, REJECTED),
        made("lying-bomb.xlsx", lying, DAMAGED),
        made("declared-terabytes.xlsx", declaring(plain.clone(), SHEET_PART, u32::MAX - 1), REJECTED),
        made("overlap.xlsx", overlapping(plain.clone()), REJECTED),
        made("many-parts.xlsx", package(&parts), REJECTED),
        made("climbing-names.xlsx", book(&sheet(ONE), &climbing), PARSED),
        made("locked-part.xlsx", locked, ENCRYPTED),
        made("cut-archive.xlsx", plain[..plain.len() - 40].to_vec(), UNSUPPORTED),
        made("archive-of-archives.zip", package(&[("inner.zip", &plain), ("again.zip", &plain)]), UNSUPPORTED),
        made("two-archives.xlsx", [plain.clone(), plain].concat(), DAMAGED),
    ]
}

/// Where the directory's entry of a part begins.
fn entry_of(zip: &[u8], part: &str) -> usize {
    let named = |at: &usize| zip[at + 46..].starts_with(part.as_bytes());
    let entries = zip.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x01\x02").map(|(at, _)| at);
    entries.filter(|at| at + 46 <= zip.len()).find(named).expect("the part is listed")
}

/// The archive with another declared size of a part.
fn declaring(mut zip: Vec<u8>, part: &str, size: u32) -> Vec<u8> {
    let at = entry_of(&zip, part) + 24;
    zip[at..at + 4].copy_from_slice(&size.to_le_bytes());
    zip
}

/// The archive with all parts at the place of the first one.
fn overlapping(mut zip: Vec<u8>) -> Vec<u8> {
    let entries: Vec<usize> =
        zip.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x01\x02").map(|(at, _)| at + 42).collect();
    for at in entries {
        zip[at..at + 4].copy_from_slice(&0u32.to_le_bytes());
    }
    zip
}

fn open_documents() -> Vec<Hostile> {
    let cell = |times: &str| {
        format!(
            r#"<table:table-cell table:number-columns-repeated="{times}" office:value-type="float" office:value="1"/>"#
        )
    };
    let row = |times: &str, cell: &str| {
        format!(r#"<table:table-row table:number-rows-repeated="{times}">{cell}</table:table-row>"#)
    };
    let document = |rows: String| {
        let content = format!(
            r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
        );
        package(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())])
    };
    vec![
        made("whole-grid.ods", document(row("1048576", &cell("16384"))), CUT),
        made("rows-of-4-billion.ods", document(row("4294967295", &cell("4294967295"))), CUT),
        made("columns-of-2-billion.ods", document(row("1", &cell("2000000000"))), PARTIAL),
        made("nested-tables.ods", document("<table:table-row><table:table-cell><table:table>".repeat(20_000)), CUT),
    ]
}

// ---- compound files ----

const FREE: u32 = 0xFFFF_FFFF;
const END: u32 = 0xFFFF_FFFE;
const TABLE: u32 = 0xFFFF_FFFD;

/// What a compound file says of itself; sector 0 is its allocation table, sector 1 its directory.
#[derive(Clone)]
struct Header {
    tables: u32,
    mini_start: u32,
    minis: u32,
    more_start: u32,
    mores: u32,
}

const SOUND: Header = Header { tables: 1, mini_start: END, minis: 0, more_start: END, mores: 0 };

fn compound(header: &Header, table: &[u32], entries: &[Vec<u8>], data: &[u8]) -> Vec<u8> {
    let mut out = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    out.extend([0; 16]);
    for field in [0x3Eu16, 3, 0xFFFE, 9, 6, 0, 0, 0] {
        out.extend(field.to_le_bytes());
    }
    let Header { tables, mini_start, minis, more_start, mores } = header.clone();
    for field in [0, tables, 1, 0, 4096, mini_start, minis, more_start, mores, 0] {
        out.extend(field.to_le_bytes());
    }
    out.resize(512, 0xFF);
    let table: Vec<u8> =
        table.iter().chain(std::iter::repeat(&FREE)).take(128).flat_map(|entry| entry.to_le_bytes()).collect();
    out.extend(table);
    let directory = entries.concat();
    out.extend(&directory);
    out.resize(1_536.max(1_024 + directory.len()), 0);
    out.extend(data);
    out
}

/// A directory entry with its left, right and child neighbours.
fn entry(name: &str, kind: u8, tree: [u32; 3], start: u32, size: u64) -> Vec<u8> {
    let letters: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let mut out = letters.clone();
    out.resize(64, 0);
    out.extend((letters.len() as u16).to_le_bytes());
    out.extend([kind, 1]);
    tree.iter().for_each(|side| out.extend(side.to_le_bytes()));
    out.extend([0; 36]);
    out.extend(start.to_le_bytes());
    out.extend(size.to_le_bytes());
    out
}

fn compounds() -> Vec<Hostile> {
    let top = || entry("Root Entry", 5, [FREE, FREE, 1], END, 0);
    let stream = |tree, start, size| entry("Workbook", 2, tree, start, size);
    let free = [FREE; 3];
    let lie = |header: Header, table: &[u32], entries: &[Vec<u8>]| compound(&header, table, entries, &[0; 1_024]);
    let looping = [top(), stream([2, 2, FREE], 2, 100), entry("A", 1, [1, 1, 0], END, 0)];
    vec![
        made(
            "table-count.xls",
            lie(Header { tables: FREE, ..SOUND }, &[TABLE, END], &[top(), stream(free, 2, 4_096)]),
            DAMAGED,
        ),
        made("table-list.xls", lie(Header { more_start: 2, mores: FREE, ..SOUND }, &[TABLE, END], &[top()]), DAMAGED),
        made("sector-cycle.xls", lie(SOUND, &[TABLE, END, 3, 2], &[top(), stream(free, 2, 0x7FFF_FFFF)]), DAMAGED),
        made("directory-cycle.xls", lie(SOUND, &[TABLE, 1], &[top(), stream(free, 2, 100)]), DAMAGED),
        made("sibling-loop.xls", lie(SOUND, &[TABLE, END], &looping), DAMAGED),
        made(
            "mini-table.xls",
            lie(Header { mini_start: 1, minis: FREE, ..SOUND }, &[TABLE, END], &[top(), stream(free, 0, 100)]),
            DAMAGED,
        ),
    ]
}

/// A workbook of the old format: records of the workbook, then those of its one sheet `S1`.
pub fn old_book(globals: &[u8], cells: &[u8]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[&[0x00, 0x06][..], &kind.to_le_bytes(), &[0; 12]].concat());
    let end = record(0x000A, &[]);
    // The place of the sheet is known once the part before it is.
    let before = begin(5).len() + 4 + 10 + globals.len() + end.len();
    let listed = record(0x0085, &[&(before as u32).to_le_bytes()[..], &[0, 0, 2, 0], b"S1"].concat());
    let mut stream =
        [begin(5), listed, globals.to_vec(), end.clone(), begin(0x10), cells.to_vec(), end.clone()].concat();
    stream.resize(stream.len().max(4_096).next_multiple_of(512), 0);
    let sectors = stream.len() as u32 / 512;
    let chain = (0..sectors).map(|at| if at + 1 == sectors { END } else { at + 3 });
    let table: Vec<u32> = [TABLE, END].into_iter().chain(chain).collect();
    let top = entry("Root Entry", 5, [FREE, FREE, 1], END, 0);
    let entries = [top, entry("Workbook", 2, [FREE; 3], 2, stream.len() as u64)];
    compound(&SOUND, &table, &entries, &stream)
}

/// A cell with a number; row and column from 0.
pub fn number(row: u16, column: u16, style: u16, value: f64) -> Vec<u8> {
    let head = [row, column, style].map(u16::to_le_bytes).concat();
    record(0x0203, &[head, value.to_le_bytes().to_vec()].concat())
}

/// Workbook streams whose records lie.
fn records() -> Vec<Hostile> {
    let old = old_book;
    let number = |row, column| number(row, column, 15, 1.0);
    let corners = [number(0, 0), number(65_535, 255)].concat();
    let outside = [number(0, 0), number(65_535, 65_535)].concat();
    let sized = record(0x0200, &[&0u32.to_le_bytes()[..], &u32::MAX.to_le_bytes(), &[0, 0, 0xFF, 0xFF, 0, 0]].concat());
    let strings = record(0x00FC, b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x00\x00a");
    let shared = record(0x00FD, &[&[0, 0, 0, 0, 15, 0][..], &0xFFFF_FFF0u32.to_le_bytes()].concat());
    let many = [
        record(0x00BD, b"\x00\x00\xFF\xFF\0\0\0\0\0\0\x01\x00"),
        record(0x027E, b"\0"),
        record(0x0203, b""),
        record(0x0006, &[0; 10]),
    ]
    .concat();
    let page = [record(0x0042, &[0xFF, 0xFF]), record(0x00FC, b"\x01\0\0\0\x01\0\0\0\x60\xEA\x09\xFF\xFF\xFF\xFF\xFF")]
        .concat();
    let label = record(0x0204, b"\0\0\0\0\x0F\0\xF4\x01\xFF\xFE");
    let password = record(0x002F, &[0, 0]);
    vec![
        made("dimensions.xls", old(&[], &[sized, number(0, 0)].concat()), DAMAGED),
        made("corners.xls", old(&[], &corners), DAMAGED),
        made("outside.xls", old(&[], &outside), DAMAGED),
        made("string-count.xls", old(&strings, &shared), DAMAGED),
        made("short-records.xls", old(&[], &many), DAMAGED),
        made("code-page.xls", old(&page, &label), DAMAGED),
        made("password.xls", old(&password, &number(0, 0)), ENCRYPTED),
    ]
}

/// A record of the old format.
pub fn record(id: u16, data: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

// ---- databases ----

/// Bytes of a page since Jet 4, and the byte that begins a table's definition (mdbtools, HACKING).
const PAGE: usize = 4_096;
const DEFINITION: u8 = 2;
const DATA: u8 = 1;

/// The sample database with its pointers turned against the reader.
fn databases() -> Vec<Hostile> {
    let sound = std::fs::read(root().join("samples/estate/2026-11/access/warehouse.mdb")).expect("the sample is there");
    let pages =
        |kind: u8| -> Vec<usize> { (1..sound.len() / PAGE).filter(|page| sound[page * PAGE] == kind).collect() };
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = sound.clone();
        change(&mut bytes);
        bytes
    };
    // The next page of a definition is at byte 4 of its page.
    let point = |bytes: &mut Vec<u8>, page: usize, to: u32| {
        bytes[page * PAGE + 4..page * PAGE + 8].copy_from_slice(&to.to_le_bytes())
    };
    let to_themselves = changed(&|bytes| pages(DEFINITION).iter().for_each(|page| point(bytes, *page, *page as u32)));
    let in_a_ring = changed(&|bytes| {
        let ring = pages(DEFINITION);
        ring.iter().zip(ring.iter().cycle().skip(1)).for_each(|(page, next)| point(bytes, *page, *next as u32));
    });
    let outside = changed(&|bytes| pages(DEFINITION).iter().for_each(|page| point(bytes, *page, u32::MAX - 1)));
    // The number of rows of a data page is at byte 12, their offsets behind it.
    let rows =
        changed(&|bytes| pages(DATA).iter().for_each(|page| bytes[page * PAGE + 12..page * PAGE + 64].fill(0xFF)));
    let turned = changed(&|bytes| pages(DATA).iter().for_each(|page| bytes[page * PAGE] = DEFINITION));
    let columns = changed(&|bytes| {
        pages(DEFINITION).iter().skip(1).for_each(|page| bytes[page * PAGE + 40..page * PAGE + 60].fill(0xFF))
    });
    vec![
        made("pages-to-themselves.mdb", to_themselves, DAMAGED),
        made("pages-in-a-ring.mdb", in_a_ring, DAMAGED),
        made("pages-outside.mdb", outside, DAMAGED),
        made("row-count.mdb", rows, DAMAGED),
        made("data-as-definition.mdb", turned, DAMAGED),
        made("column-count.mdb", columns, DAMAGED),
        made("half.accdb", sound[..sound.len() / 2 + 100].to_vec(), DAMAGED),
        made("one-page.mdb", sound[..PAGE].to_vec(), DAMAGED),
        made("signature-only.accdb", b"\0\x01\0\0Standard ACE DB\0".to_vec(), DAMAGED),
    ]
}

// ---- texts ----

fn texts() -> Vec<Hostile> {
    let unclosed = format!("a,b\n1,\"{}", "x".repeat(9 << 20));
    let wide = format!("{}\n{}\n", vec!["a"; 20_000].join(","), vec!["1"; 20_000].join(","));
    let odd: Vec<u8> =
        [&[0xFF, 0xFE][..], &"a;b\n1;2\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), &[0x31]]
            .concat();
    let parentheses = format!("Sub A()\n x = {}1{}\nEnd Sub\n", "(".repeat(30_000), ")".repeat(30_000));
    let blocks = format!("Sub A()\n{}{}End Sub\n", "If a Then\n".repeat(20_000), "End If\n".repeat(20_000));
    let joined = format!("Sub A()\n x = \"\"{}\nEnd Sub\n", " & \"a\" _\n".repeat(20_000));
    let query = format!("SELECT {}1{} FROM t;\n", "(".repeat(20_000), ")".repeat(20_000));
    let form = format!("Version =21\nVersionRequired =20\nBegin Form\n{}", "Begin\n".repeat(100_000));
    let export = format!(r#"<dataroot xmlns:od="urn:schemas-microsoft-com:officedata">{}"#, "<T><a>".repeat(100_000));
    let bare = ["a,b\n", &"1,2\n".repeat(200_000)].concat();
    vec![
        made("unclosed-quote.csv", unclosed.into_bytes(), CUT),
        made("too-wide.csv", wide.into_bytes(), DAMAGED),
        made("odd-bytes.csv", odd, PARSED),
        made("many-rows.csv", bare.into_bytes(), PARSED),
        made("parentheses.bas", parentheses.into_bytes(), PARSED),
        made("blocks.bas", blocks.into_bytes(), PARSED),
        made("joined-lines.bas", joined.into_bytes(), PARSED),
        made("nested-query.sql", query.into_bytes(), PARSED),
        made("nested-form.form", form.into_bytes(), DAMAGED),
        made("nested-export.xml", export.into_bytes(), DAMAGED),
    ]
}

/// Files that are only a beginning, or that lie by their name.
fn beginnings() -> Vec<Hostile> {
    let plain = book(&sheet(ONE), &[]);
    vec![
        made("empty.xlsx", Vec::new(), UNSUPPORTED),
        made("zeros.xls", vec![0; 4_096], UNSUPPORTED),
        made("pk-only.xlsx", b"PK\x03\x04".to_vec(), UNSUPPORTED),
        made("ole-only.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), UNSUPPORTED),
        made("workbook-as.mdb", plain.clone(), PARSED),
        made("workbook-as.csv", plain, PARSED),
        made("table-as.xlsx", b"a,b\n1,2\n3,4\n".to_vec(), PARSED),
        made("program-as.xlsx", [&b"MZ\x90\0"[..], &[7; 4_000]].concat(), UNSUPPORTED),
        made("page-as.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>".to_vec(), UNSUPPORTED),
        made(
            "noise.accdb",
            (0..20_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect(),
            UNSUPPORTED,
        ),
    ]
}
