//! What kind of text a file holds, from its first lines.

use super::delimited::best_delimiter;

/// Kinds of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    Delimited,
    AccessXml,
    AccessText,
    Vba,
    Other(&'static str),
}

/// Lines looked at.
const LINES: usize = 60;
/// Namespace of Access exports, data and schema alike.
const OFFICE_DATA: &str = "urn:schemas-microsoft-com:officedata";
/// First words of a saved query's SQL.
const SQL_WORDS: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRANSFORM", "PARAMETERS", "CREATE"];
/// Longest line of a one-column table, and most words in it: more is prose.
const COLUMN_LINE: usize = 120;
const COLUMN_WORDS: usize = 4;

/// Tells the kind.
pub(crate) fn guess(text: &str) -> Guess {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).collect();
    let Some(first) = lines.first() else {
        return Guess::Other("an empty text");
    };
    if first.starts_with('<') {
        return markup(text);
    }
    if is_saved_object(&lines) {
        return Guess::AccessText;
    }
    if is_vba(&lines) {
        return Guess::Vba;
    }
    if first.starts_with('{') || is_list_or_section(first) {
        return Guess::Other("JSON or a settings file");
    }
    let word = first.split([' ', '\t', '\r', '\n', '*']).next().unwrap_or_default().to_ascii_uppercase();
    if SQL_WORDS.contains(&word.as_str()) && is_sql(&lines) {
        return Guess::AccessText;
    }
    if best_delimiter(text).is_some() || is_one_column(&lines) {
        return Guess::Delimited;
    }
    Guess::Other("plain text")
}

fn markup(text: &str) -> Guess {
    let start: String = text.chars().take(4_000).collect();
    let lower = start.to_ascii_lowercase();
    if lower.contains(OFFICE_DATA) || lower.contains("<dataroot") {
        Guess::AccessXml
    } else if lower.contains("<html") || lower.contains("<!doctype html") {
        Guess::Other("an HTML page; open it in Excel and save it as .xlsx")
    } else if lower.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        Guess::Other("an XML spreadsheet of Excel 2003; save it as .xlsx in a newer Excel")
    } else {
        Guess::Other("an XML file of no known vocabulary")
    }
}

/// Texts of Access' SaveAsText: forms and reports, queries, macros.
fn is_saved_object(lines: &[&str]) -> bool {
    let any = |fits: fn(&str) -> bool| lines.iter().any(|line| fits(line));
    let version =
        lines.iter().take(3).any(|line| is_assignment(line, "Version") || is_assignment(line, "VersionRequired"));
    let design = any(|line| matches!(line, "Begin Form" | "Begin Report"));
    let query =
        lines.first().is_some_and(|line| is_assignment(line, "Operation") || is_assignment(line, "dbMemo \"SQL\""))
            || lines.iter().take(5).any(|line| line.starts_with("dbMemo \"SQL\""));
    let macro_text =
        any(|line| is_assignment(line, "ColumnsShown")) || any(|line| is_assignment(line, "PublishOption"));
    query || version && (design || macro_text)
}

fn is_assignment(line: &str, name: &str) -> bool {
    line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
}

fn is_vba(lines: &[&str]) -> bool {
    let starts = |line: &&&str, words: &[&str]| {
        let lower = line.to_ascii_lowercase();
        words.iter().any(|word| lower.starts_with(word))
    };
    if lines.iter().take(12).any(|line| starts(&line, &["attribute vb_", "version 1.0 class", "version 5.00"])) {
        return true;
    }
    if lines
        .first()
        .is_some_and(|line| starts(&line, &["option explicit", "option compare", "option base", "option private"]))
    {
        return true;
    }
    let heads = [
        "sub ",
        "function ",
        "public sub ",
        "private sub ",
        "public function ",
        "private function ",
        "property get ",
        "friend ",
    ];
    lines.iter().any(|line| starts(&line, &heads) && line.contains('('))
}

/// `[1, 2`, `[{`, `[Section]`; not the headers `[Name],[Age]`.
fn is_list_or_section(first: &str) -> bool {
    let Some(rest) = first.strip_prefix('[') else {
        return false;
    };
    let opens = rest.trim_start().chars().next().is_none_or(|next| "{[\"-0123456789".contains(next));
    opens || rest.find(']').is_some_and(|close| close + 1 == rest.len())
}

/// A query's SQL, not a table whose first header is `SELECT`.
fn is_sql(lines: &[&str]) -> bool {
    let joined = lines.join(" ").to_ascii_uppercase();
    [" FROM ", " INTO ", " SET ", " VALUES", " TABLE ", " INDEX "].iter().any(|word| joined.contains(word))
}

fn is_one_column(lines: &[&str]) -> bool {
    let short = |line: &&&str| line.len() <= COLUMN_LINE && line.split_whitespace().count() <= COLUMN_WORDS;
    lines.len() >= 2 && lines.iter().filter(short).count() * 10 >= lines.len() * 9
}
