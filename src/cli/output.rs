//! How answers look on a terminal: tables by columns, one JSON document with `--json`, failures in three sentences.

use serde::Serialize;

use super::Failure;

/// Prints one JSON document on standard output.
pub fn json<T: Serialize>(document: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Failure::usage(error.to_string()))?;
    println!("{text}");
    Ok(())
}

/// Prints rows with their columns aligned; numbers to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) {
    let columns = header.len();
    let mut widths: Vec<usize> = header.iter().map(|text| text.chars().count()).collect();
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    let is_number = |column: usize| {
        !rows.is_empty()
            && rows.iter().all(|row| row.get(column).is_none_or(|text| text.parse::<f64>().is_ok() || text.is_empty()))
    };
    let right: Vec<bool> = (0..columns).map(is_number).collect();
    let line = |cells: Vec<&str>| {
        let parts: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let width = widths.get(at).copied().unwrap_or(0);
                if right.get(at) == Some(&true) { format!("{text:>width$}") } else { format!("{text:<width$}") }
            })
            .collect();
        println!("{}", parts.join("  ").trim_end());
    };
    line(header.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
}

/// What happened and what to do; control characters of file names do not reach the terminal.
pub fn failure_text(failure: &Failure) -> String {
    let remedy = failure.remedy.as_deref().map(|text| format!("\n{text}")).unwrap_or_default();
    plain(&format!("daylight: {}{remedy}", failure.happened))
}

/// A text without control characters but line breaks.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
