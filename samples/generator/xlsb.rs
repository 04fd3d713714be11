//! A small writer of binary workbooks ([MS-XLSB]): shared strings, numbers, dates. Holds only what the key-figure book needs.

use crate::build::{Result, Sample};
use crate::calendar::serial;
use crate::grid::{Grid, Value};
use crate::package;
use crate::rng::Rng;
use serde_json::json;

/// Record numbers of [MS-XLSB] 2.3.
const ROW_HEADER: u16 = 0;
const CELL_REAL: u16 = 5;
const CELL_SHARED: u16 = 7;
const STRING_ITEM: u16 = 19;
const XF: u16 = 47;
const BEGIN_SHEET: u16 = 129;
const END_SHEET: u16 = 130;
const BEGIN_BOOK: u16 = 131;
const END_BOOK: u16 = 132;
const BEGIN_SHEETS: u16 = 143;
const END_SHEETS: u16 = 144;
const BEGIN_DATA: u16 = 145;
const END_DATA: u16 = 146;
const DIMENSION: u16 = 148;
const BOOK_PROPERTIES: u16 = 153;
const SHEET: u16 = 156;
const BEGIN_STRINGS: u16 = 159;
const END_STRINGS: u16 = 160;
const BEGIN_STYLES: u16 = 278;
const END_STYLES: u16 = 279;
const BEGIN_CELL_XFS: u16 = 617;
const END_CELL_XFS: u16 = 618;
/// Cell format 1 below: the built-in short date.
const STYLE_DATE: u32 = 1;
const FORMAT_DATE: u16 = 14;

fn record(out: &mut Vec<u8>, id: u16, data: &[u8]) {
    if id < 0x80 {
        out.push(id as u8);
    } else {
        out.extend([(id & 0x7F) as u8 | 0x80, (id >> 7) as u8]);
    }
    let mut size = data.len();
    while size >= 0x80 {
        out.push((size & 0x7F) as u8 | 0x80);
        size >>= 7;
    }
    out.push(size as u8);
    out.extend(data);
}

fn words(list: &[u32]) -> Vec<u8> {
    list.iter().flat_map(|w| w.to_le_bytes()).collect()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [(units.len() as u32).to_le_bytes().to_vec(), units.iter().flat_map(|u| u.to_le_bytes()).collect()].concat()
}

fn sheet_part(g: &Grid, strings: &mut Vec<String>) -> Vec<u8> {
    let rows = g.cells.keys().map(|k| k.0).max().unwrap_or(1);
    let cols = g.cells.keys().map(|k| u32::from(k.1)).max().unwrap_or(1);
    let mut out = Vec::new();
    record(&mut out, BEGIN_SHEET, &[]);
    record(&mut out, DIMENSION, &words(&[0, rows - 1, 0, cols - 1]));
    record(&mut out, BEGIN_DATA, &[]);
    let mut current = 0;
    for (&(row, col), cell) in &g.cells {
        if row != current {
            let mut header = words(&[row - 1, 0]);
            header.extend([0x2C, 0x01, 0, 0, 0]);
            header.extend(words(&[1, 0, cols - 1]));
            record(&mut out, ROW_HEADER, &header);
            current = row;
        }
        let style = if matches!(cell.value, Value::Date(_)) { STYLE_DATE } else { 0 };
        let mut data = words(&[u32::from(col) - 1, style]);
        match &cell.value {
            Value::Num(n) | Value::Date(n) => {
                data.extend(n.to_le_bytes());
                record(&mut out, CELL_REAL, &data);
            }
            Value::Text(t) => {
                let at = strings.iter().position(|s| s == t).unwrap_or_else(|| {
                    strings.push(t.clone());
                    strings.len() - 1
                });
                data.extend((at as u32).to_le_bytes());
                record(&mut out, CELL_SHARED, &data);
            }
            other => panic!("{other:?} is not written to xlsb"),
        }
    }
    record(&mut out, END_DATA, &[]);
    record(&mut out, END_SHEET, &[]);
    out
}

fn book_part(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, BEGIN_BOOK, &[]);
    record(&mut out, BOOK_PROPERTIES, &[words(&[0, 0]), wide("ThisWorkbook")].concat());
    record(&mut out, BEGIN_SHEETS, &[]);
    record(&mut out, SHEET, &[words(&[0, 1]), wide("rId1"), wide(name)].concat());
    record(&mut out, END_SHEETS, &[]);
    record(&mut out, END_BOOK, &[]);
    out
}

fn styles_part() -> Vec<u8> {
    let xf = |format: u16| {
        let mut data = vec![0, 0];
        data.extend(format.to_le_bytes());
        data.resize(16, 0);
        data
    };
    let mut out = Vec::new();
    record(&mut out, BEGIN_STYLES, &[]);
    record(&mut out, BEGIN_CELL_XFS, &words(&[2]));
    record(&mut out, XF, &xf(0));
    record(&mut out, XF, &xf(FORMAT_DATE));
    record(&mut out, END_CELL_XFS, &[]);
    record(&mut out, END_STYLES, &[]);
    out
}

fn strings_part(strings: &[String]) -> Vec<u8> {
    let count = strings.len() as u32;
    let mut out = Vec::new();
    record(&mut out, BEGIN_STRINGS, &words(&[count, count]));
    for text in strings {
        record(&mut out, STRING_ITEM, &[vec![0], wide(text)].concat());
    }
    record(&mut out, END_STRINGS, &[]);
    out
}

const TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"bin\" ContentType=\"application/vnd.ms-excel.sheet.binary.macroEnabled.main\"/><Override PartName=\"/xl/worksheets/sheet1.bin\" ContentType=\"application/vnd.ms-excel.worksheet\"/><Override PartName=\"/xl/styles.bin\" ContentType=\"application/vnd.ms-excel.styles\"/><Override PartName=\"/xl/sharedStrings.bin\" ContentType=\"application/vnd.ms-excel.sharedStrings\"/></Types>";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn relationships(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    );
    for (i, (kind, target)) in entries.iter().enumerate() {
        out.push_str(&format!("<Relationship Id=\"rId{}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>", i + 1));
    }
    (out + "</Relationships>").into_bytes()
}

/// Daily key figures per store, kept as binary because "the other one got too slow".
pub fn key_figures() -> Result<Sample> {
    const ROWS: u32 = 240;
    let mut rng = Rng::new(83);
    let mut g = Grid::new("Daily");
    g.put(1, 1, "Daily key figures");
    for (i, name) in ["Day", "Store", "Turnover", "Receipts", "Shrinkage", "Manager"].iter().enumerate() {
        g.put(2, 1 + i as u16, *name);
    }
    for i in 0..ROWS {
        let r = 3 + i;
        g.put(r, 1, Value::Date((serial(2026, 9, 1) + i64::from(i / 4)) as f64));
        g.put(r, 2, ["014", "027", "031", "044"][i as usize % 4]);
        g.put(r, 3, rng.between(320_000, 1_900_000) as f64 / 100.0);
        g.put(r, 4, rng.between(150, 900));
        if rng.chance(85) {
            g.put(r, 5, rng.between(0, 9000) as f64 / 100.0);
        } else {
            g.put(r, 5, "n/a");
        }
        g.put(r, 6, crate::catalogue::FAMILY[i as usize % 4]);
    }
    let mut strings = Vec::new();
    let sheet = sheet_part(&g, &mut strings);
    let parts = vec![
        ("[Content_Types].xml".to_string(), TYPES.as_bytes().to_vec()),
        ("_rels/.rels".to_string(), relationships(&[("officeDocument", "xl/workbook.bin")])),
        ("xl/workbook.bin".to_string(), book_part(&g.name)),
        (
            "xl/_rels/workbook.bin.rels".to_string(),
            relationships(&[
                ("worksheet", "worksheets/sheet1.bin"),
                ("styles", "styles.bin"),
                ("sharedStrings", "sharedStrings.bin"),
            ]),
        ),
        ("xl/worksheets/sheet1.bin".to_string(), sheet),
        ("xl/styles.bin".to_string(), styles_part()),
        ("xl/sharedStrings.bin".to_string(), strings_part(&strings)),
    ];
    let truth = json!({
        "kind": "xlsb", "state": "parsed", "family": null,
        "tables": [{"sheet": "Daily", "header_row": 2, "first_row": 3, "last_row": 2 + ROWS, "key": "Day + Store", "planted": ["n/a noise", "store numbers with leading zeros"]}],
        "relationships": [{"from": "Daily.Store", "to": "opening-hours.ods/Hours.Store", "evidence": "contained values across files"}],
        "sensitive": [{"sheet": "Daily", "column": "Manager", "type": "familyName", "class": "personal"}]
    });
    Ok(Sample { path: "estate/2026-11/office/key-figures.xlsb".into(), bytes: package::zip(&parts), truth })
}
