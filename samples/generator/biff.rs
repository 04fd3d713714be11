//! A small writer of BIFF8 workbooks ([MS-XLS]): shared strings, numbers, dates, one SUM formula with its cached value, and a VBA project.
//! Holds only what the returns log needs.

use crate::build::{Result, Sample, module_truth, outputs};
use crate::calendar::serial;
use crate::catalogue::{articles, person};
use crate::grid::{Grid, Value};
use crate::rng::Rng;
use crate::vba::{self, Kind, Module};
use serde_json::json;
use std::io::Cursor;

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
/// Cell formats written below, after the fifteen style formats every BIFF8 file starts with.
const XF_GENERAL: u16 = 15;
const XF_DATE: u16 = 16;
/// Built-in number format 14: the short date of the locale.
const FORMAT_DATE: u16 = 14;

fn record(out: &mut Vec<u8>, id: u16, data: &[u8]) {
    out.extend(id.to_le_bytes());
    out.extend((data.len() as u16).to_le_bytes());
    out.extend(data);
}

fn bof(out: &mut Vec<u8>, kind: u16) {
    let mut data = Vec::new();
    for word in [0x0600, kind, 0x0DBB, 0x07CC, 0x0041, 0, 0x0006, 0] {
        data.extend(word.to_le_bytes());
    }
    record(out, BOF, &data);
}

/// XLUnicodeString, with a 16-bit or an 8-bit count.
fn unicode(text: &str, short: bool) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = if short { vec![units.len() as u8] } else { (units.len() as u16).to_le_bytes().to_vec() };
    out.push(1);
    out.extend(units.iter().flat_map(|u| u.to_le_bytes()));
    out
}

fn xf(style: bool, format: u16) -> Vec<u8> {
    let mut data = vec![0, 0];
    data.extend(format.to_le_bytes());
    data.extend(if style { 0xFFF5u16 } else { 0x0001 }.to_le_bytes());
    data.extend([0x20, 0, 0, if style { 0xF4 } else { 0xF8 }, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0x20]);
    data
}

/// The SUM of one column range: PtgArea (relative), PtgFuncVar with function 4.
fn sum_tokens(first: u16, last: u16, col: u16) -> Vec<u8> {
    const RELATIVE: u16 = 0xC000;
    let mut t = vec![0x25];
    for word in [first, last, col | RELATIVE, col | RELATIVE] {
        t.extend(word.to_le_bytes());
    }
    t.extend([0x42, 1, 4, 0]);
    t
}

fn sheet_stream(g: &Grid, strings: &mut Vec<String>, code_name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    bof(&mut out, 0x0010);
    let rows = g.cells.keys().map(|k| k.0).max().unwrap_or(0);
    let cols = g.cells.keys().map(|k| k.1).max().unwrap_or(0);
    let mut dimension = Vec::new();
    dimension.extend(0u32.to_le_bytes());
    dimension.extend(rows.to_le_bytes());
    dimension.extend([0, 0]);
    dimension.extend(cols.to_le_bytes());
    dimension.extend([0, 0]);
    record(&mut out, 0x0200, &dimension);
    for (&(row, col), cell) in &g.cells {
        let xf = if matches!(cell.value, Value::Date(_)) { XF_DATE } else { XF_GENERAL };
        let mut data = Vec::new();
        for word in [row as u16 - 1, col - 1, xf] {
            data.extend(word.to_le_bytes());
        }
        match &cell.value {
            Value::Num(n) | Value::Date(n) => {
                data.extend(n.to_le_bytes());
                record(&mut out, 0x0203, &data);
            }
            Value::Text(t) => {
                let at = strings.iter().position(|s| s == t).unwrap_or_else(|| {
                    strings.push(t.clone());
                    strings.len() - 1
                });
                data.extend((at as u32).to_le_bytes());
                record(&mut out, 0x00FD, &data);
            }
            Value::Formula(_, cached) => {
                let Value::Num(n) = **cached else { panic!("only numeric formulas are written") };
                let tokens = sum_tokens(3, row as u16 - 2, col - 1);
                data.extend(n.to_le_bytes());
                data.extend([0; 6]);
                data.extend((tokens.len() as u16).to_le_bytes());
                data.extend(tokens);
                record(&mut out, 0x0006, &data);
            }
            other => panic!("{other:?} is not written to BIFF8"),
        }
    }
    let mut window = Vec::new();
    for word in [0x00B6u16, 0, 0, 0x40, 0, 0, 0, 0, 0] {
        window.extend(word.to_le_bytes());
    }
    record(&mut out, 0x023E, &window);
    record(&mut out, 0x01BA, &unicode(code_name, false));
    record(&mut out, EOF, &[]);
    out
}

fn globals(names: &[&str], offsets: &[u32], strings: &[String], total: u32) -> Vec<u8> {
    let mut out = Vec::new();
    bof(&mut out, 0x0005);
    record(&mut out, 0x0042, &1200u16.to_le_bytes());
    record(&mut out, 0x00D3, &[]); // OBPROJ: there is a VBA project
    record(&mut out, 0x01BA, &unicode("ThisWorkbook", false));
    let mut window = Vec::new();
    for word in [0u16, 0, 0x4000, 0x2000, 0x38, 0, 0, 1, 600] {
        window.extend(word.to_le_bytes());
    }
    record(&mut out, 0x003D, &window);
    record(&mut out, 0x0022, &[0, 0]); // 1900 date system
    let mut font = Vec::new();
    for word in [200u16, 0, 0x7FFF, 400, 0, 0, 0] {
        font.extend(word.to_le_bytes());
    }
    font.extend(unicode("Arial", true));
    for _ in 0..4 {
        record(&mut out, 0x0031, &font);
    }
    for _ in 0..XF_GENERAL {
        record(&mut out, 0x00E0, &xf(true, 0));
    }
    record(&mut out, 0x00E0, &xf(false, 0));
    record(&mut out, 0x00E0, &xf(false, FORMAT_DATE));
    record(&mut out, 0x0293, &[0x00, 0x80, 0x00, 0xFF]);
    for (name, offset) in names.iter().zip(offsets) {
        let mut data = offset.to_le_bytes().to_vec();
        data.extend([0, 0]);
        data.extend(unicode(name, true));
        record(&mut out, 0x0085, &data);
    }
    out.extend(shared_strings(strings, total));
    record(&mut out, EOF, &[]);
    out
}

/// SST, continued in CONTINUE records between strings where it gets too long for one record.
fn shared_strings(strings: &[String], total: u32) -> Vec<u8> {
    const MAX_RECORD: usize = 8224;
    let mut out = Vec::new();
    let mut id = 0x00FC;
    let mut data = total.to_le_bytes().to_vec();
    data.extend((strings.len() as u32).to_le_bytes());
    for text in strings {
        let item = unicode(text, false);
        if data.len() + item.len() > MAX_RECORD {
            record(&mut out, id, &data);
            data = Vec::new();
            id = 0x003C;
        }
        data.extend(item);
    }
    record(&mut out, id, &data);
    out
}

fn workbook(grids: &[&Grid], modules: &[Module]) -> Result<Vec<u8>> {
    let mut strings = Vec::new();
    let sheets: Vec<Vec<u8>> =
        grids.iter().enumerate().map(|(i, g)| sheet_stream(g, &mut strings, &format!("Sheet{}", i + 1))).collect();
    let total =
        grids.iter().flat_map(|g| g.cells.values()).filter(|c| matches!(c.value, Value::Text(_))).count() as u32;
    let names: Vec<&str> = grids.iter().map(|g| g.name.as_str()).collect();
    let start = globals(&names, &vec![0; names.len()], &strings, total).len() as u32;
    let mut offsets = Vec::new();
    let mut at = start;
    for s in &sheets {
        offsets.push(at);
        at += s.len() as u32;
    }
    let mut stream = globals(&names, &offsets, &strings, total);
    stream.extend(sheets.concat());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    vba::put_stream(&mut file, "/Workbook", &stream)?;
    vba::write_project(&mut file, "/_VBA_PROJECT_CUR", modules, 41)?;
    Ok(vba::finish_compound(file)?)
}

/// The returns log, still kept in the format of 2003, with a macro that sums refunds by reason.
pub fn returns_log() -> Result<Sample> {
    const REASONS: [&str; 6] = ["damaged", "Damaged ", "wrong size", "expired", "other", "no receipt"];
    const SUM_ORDER: [&str; 4] = ["damaged", "wrong size", "expired", "other"];
    const ROWS: u32 = 90;
    let list = articles();
    let mut rng = Rng::new(29);
    let mut g = Grid::new("Returns");
    g.put(1, 1, "Returns log store 014 (Umtäusche)");
    for (i, name) in ["Return", "Date", "SKU", "Customer", "Reason", "Refund"].iter().enumerate() {
        g.put(3, 1 + i as u16, *name);
    }
    let mut sums = [0.0; 4];
    let mut total = 0.0;
    for i in 0..ROWS {
        let r = 4 + i;
        let (given, family, mail) = person(i as usize + 9);
        g.put(r, 1, format!("R{:04}", 501 + i));
        g.put(r, 2, Value::Date((serial(2026, 7, 1) + i64::from(i)) as f64));
        g.put(r, 3, rng.pick(&list).sku.as_str());
        g.put(r, 4, if i % 4 == 0 { mail } else { format!("{given} {family}") });
        let reason = *rng.pick(&REASONS);
        g.put(r, 5, reason);
        let refund = rng.between(99, 8900) as f64 / 100.0;
        g.put(r, 6, refund);
        let wanted = reason.trim().to_lowercase();
        sums[SUM_ORDER.iter().position(|s| *s == wanted).unwrap_or(3)] += refund;
        total += refund;
    }
    // Column A of the total row stays empty, so that End(xlUp) ends at the last return.
    g.put(4 + ROWS, 5, "Sum");
    g.put(4 + ROWS, 6, crate::grid::formula(format!("SUM(F4:F{})", 3 + ROWS), total));
    let mut s = Grid::new("Sums");
    s.put(1, 1, "Refunds by reason");
    for (i, reason) in SUM_ORDER.iter().enumerate() {
        s.output(4 + i as u32, 1, *reason);
        s.output(4 + i as u32, 2, sums[i]);
    }
    let modules = vec![
        Module::new("ThisWorkbook", Kind::Workbook, include_str!("macros/empty.cls")),
        Module::new("Sheet1", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("Sheet2", Kind::Sheet, include_str!("macros/empty.cls")),
        Module::new("modRefunds", Kind::Standard, include_str!("macros/refunds.bas")),
    ];
    let truth = json!({
        "kind": "xls", "state": "parsed", "family": null, "modules": module_truth(&modules),
        "tables": [{"sheet": "Returns", "header_row": 3, "first_row": 4, "last_row": 3 + ROWS, "key": "Return", "planted": ["sum row", "customer column holds names and mails", "reasons in mixed case"]}],
        "relationships": [{"from": "Returns.SKU", "to": "price-list.xlsx/Price List.SKU", "evidence": "contained values across files"}],
        "macros": [{"entry": "modRefunds.SumRefunds", "answers": [], "messages": [], "idempotent": true, "outputs": outputs(&[&s])}],
        "sensitive": [{"sheet": "Returns", "column": "Customer", "type": "personName and email", "class": "personal"}]
    });
    Ok(Sample {
        path: "estate/2026-11/stores/014/returns-2026.xls".into(),
        bytes: workbook(&[&g, &s], &modules)?,
        truth,
    })
}

/// A password-protected workbook: the compound file Office writes around an encrypted package ([MS-OFFCRYPTO] 2.3.4, agile). The package is noise:
/// there is nothing to decrypt, only the state to recognise.
pub fn encrypted() -> Result<Sample> {
    let mut rng = Rng::new(31);
    let salt = "UhV2Yk9xT1p3c0RhTmxqUQ==";
    let hash = "q8R0m3nB1ZcVxYtLk2Jh5Gf7DsAa9PoIiUuYyTtRrEeWwQqMmNnBbVvCcXxZz01LlKkJjHhGgFfDdSsAaPpOoIg==";
    let info = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<encryption xmlns=\"http://schemas.microsoft.com/office/2006/encryption\" xmlns:p=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\"><keyData saltSize=\"16\" blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\" saltValue=\"{salt}\"/><dataIntegrity encryptedHmacKey=\"{hash}\" encryptedHmacValue=\"{hash}\"/><keyEncryptors><keyEncryptor uri=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\"><p:encryptedKey spinCount=\"100000\" saltSize=\"16\" blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\" saltValue=\"{salt}\" encryptedVerifierHashInput=\"{salt}\" encryptedVerifierHashValue=\"{hash}\" encryptedKeyValue=\"{salt}\"/></keyEncryptor></keyEncryptors></encryption>"
    );
    let mut info_stream = vec![4, 0, 4, 0, 0x40, 0, 0, 0];
    info_stream.extend(info.as_bytes());
    let mut package = 6_000u64.to_le_bytes().to_vec();
    package.extend(rng.bytes(6_000usize.next_multiple_of(16)));
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    vba::put_stream(&mut file, "/EncryptionInfo", &info_stream)?;
    vba::put_stream(&mut file, "/EncryptedPackage", &package)?;
    let truth = json!({"kind": "xlsx", "state": "encrypted", "family": null, "sensitive": [], "note": "not decryptable: the package is noise"});
    Ok(Sample { path: "estate/2026-11/office/bonus-2026.xlsx".into(), bytes: vba::finish_compound(file)?, truth })
}
