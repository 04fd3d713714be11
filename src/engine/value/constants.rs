//! The named constants of VBA, Excel, Access, Office, DAO and ADO, by name without case.
//! The numbers stand in CSV tables beside this file (their source is in each header); strings and the few others are here.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::Value;

/// Earlier tables win where libraries share a name, as references of a project are searched in order.
const TABLES: [&str; 5] = [
    include_str!("constants/vba.csv"),
    include_str!("constants/excel.csv"),
    include_str!("constants/access.csv"),
    include_str!("constants/office.csv"),
    include_str!("constants/data.csv"),
];

/// Microsoft Learn, Miscellaneous constants and LanguageConstants (DAO).
const STRINGS: &[(&str, &str)] = &[
    ("vbcrlf", "\r\n"),
    ("vbnewline", "\r\n"),
    ("vbcr", "\r"),
    ("vblf", "\n"),
    ("vbtab", "\t"),
    ("vbback", "\u{8}"),
    ("vbnullchar", "\0"),
    ("vbnullstring", ""),
    ("vbformfeed", "\u{c}"),
    ("vbverticaltab", "\u{b}"),
    ("dblanggeneral", ";LANGID=0x0409;CP=1252;COUNTRY=0"),
    ("acformatxls", "Microsoft Excel (*.xls)"),
    ("acformatxlsx", "Microsoft Excel Workbook (*.xlsx)"),
    ("acformatrtf", "Rich Text Format (*.rtf)"),
    ("acformattxt", "MS-DOS Text (*.txt)"),
    ("acformathtml", "HTML (*.html)"),
    ("acformatpdf", "PDF Format (*.pdf)"),
];

/// The value of a named constant: a Long, or a String. `None`: no such constant.
pub fn constant(name: &str) -> Option<Value> {
    static BY_NAME: OnceLock<HashMap<String, Value>> = OnceLock::new();
    let name = name.to_ascii_lowercase();
    BY_NAME.get_or_init(load).get(&name).cloned()
}

fn load() -> HashMap<String, Value> {
    let mut out: HashMap<String, Value> =
        STRINGS.iter().map(|(name, text)| ((*name).to_owned(), Value::text(text))).collect();
    for table in TABLES {
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, number)) = line.split_once(',') else { continue };
            let Ok(number) = number.trim().parse::<i32>() else { continue };
            out.entry(name.to_ascii_lowercase()).or_insert(Value::Long(number));
        }
    }
    out
}
