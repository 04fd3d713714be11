//! `schema.ini` beside delimited texts: the text driver's own description of a file (Microsoft, «Schema.ini File»).

use crate::facts::ColumnFacts;

/// How the fields of a line are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Delimited(u8),
    Fixed,
}

/// What the section of one file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Schema {
    pub(crate) format: Option<Format>,
    pub(crate) header: Option<bool>,
    pub(crate) utf8: Option<bool>,
    pub(crate) columns: Vec<ColumnFacts>,
}

/// Columns of a described file; the driver's own limit is 255.
const COLUMNS: usize = 255;

/// The section of the file `name`; none when there is none.
pub(crate) fn section(text: &str, name: &str) -> Option<Schema> {
    let mut lines = text.lines().map(str::trim);
    let header = format!("[{name}]");
    lines.by_ref().find(|line| line.eq_ignore_ascii_case(&header))?;
    let mut schema = Schema::default();
    for line in lines.take_while(|line| !line.starts_with('[')) {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        match key.as_str() {
            "colnameheader" => schema.header = Some(value.eq_ignore_ascii_case("true")),
            "format" => schema.format = format_of(value),
            "characterset" => schema.utf8 = Some(value == "65001" || value.eq_ignore_ascii_case("unicode")),
            _ if is_column(&key) && schema.columns.len() < COLUMNS => schema.columns.extend(column(value)),
            _ => {}
        }
    }
    Some(schema)
}

fn format_of(value: &str) -> Option<Format> {
    let lower = value.to_ascii_lowercase();
    match lower.as_str() {
        "tabdelimited" => Some(Format::Delimited(b'\t')),
        "csvdelimited" => Some(Format::Delimited(b',')),
        "fixedlength" => Some(Format::Fixed),
        _ => {
            let inside = lower.strip_prefix("delimited(")?.strip_suffix(')')?;
            inside.bytes().next().map(Format::Delimited)
        }
    }
}

fn is_column(key: &str) -> bool {
    key.strip_prefix("col").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `Name Type [Width n]`, the name quoted when it has blanks.
fn column(value: &str) -> Option<ColumnFacts> {
    let (name, rest) = match value.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
    };
    let mut words = rest.split_whitespace();
    let declared_type = words.next().map(str::to_string);
    let width = words.skip_while(|word| !word.eq_ignore_ascii_case("width")).nth(1);
    Some(ColumnFacts {
        name: name.to_string(),
        declared_type,
        length: width.and_then(|width| width.parse().ok()),
        ..ColumnFacts::default()
    })
}
