//! The macro sheet as SaveAsText writes it: a `Begin` ... `End` block per row with `MacroName`, `Condition`, `Action`,
//! `Comment` and `Argument` lines. A condition `...` goes on with the one above.

use super::{Argument, Branch, Statement};

/// Begins a comment that carries a piece of markup.
const PACKED: &str = "_AXL:";

/// One row of the sheet.
#[derive(Debug, Default)]
struct Row {
    name: Option<String>,
    condition: Option<String>,
    action: Option<String>,
    comments: Vec<String>,
    arguments: Vec<String>,
}

/// The markup that newer versions keep in comments beside the sheet.
pub(super) fn packed_markup(text: &str) -> Option<String> {
    let mut whole = String::new();
    for row in rows(text) {
        let pieces = row.comments.iter().filter_map(|comment| comment.strip_prefix(PACKED));
        pieces.for_each(|piece| whole.push_str(piece));
    }
    (!whole.is_empty()).then_some(whole)
}

/// The statements of a sheet. A row with a name begins a macro of that name.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let mut top = Vec::new();
    let mut named: Option<(String, Vec<Statement>)> = None;
    for row in rows(text) {
        if let Some(name) = row.name.clone().filter(|name| !name.is_empty()) {
            finish(&mut named, &mut top);
            named = Some((name, Vec::new()));
        }
        let list = named.as_mut().map_or(&mut top, |(_, list)| list);
        for comment in row.comments.iter().filter(|comment| !comment.is_empty()) {
            list.push(Statement::Comment(comment.clone()));
        }
        let Some(action) = row.action else { continue };
        let arguments = row.arguments.into_iter().map(|value| Argument { name: None, value }).collect();
        place(list, row.condition, Statement::Action { name: action, arguments });
    }
    finish(&mut named, &mut top);
    top
}

fn finish(named: &mut Option<(String, Vec<Statement>)>, top: &mut Vec<Statement>) {
    if let Some((name, statements)) = named.take() {
        top.push(Statement::SubMacro { name, statements });
    }
}

fn place(list: &mut Vec<Statement>, condition: Option<String>, action: Statement) {
    match condition.filter(|condition| !condition.trim().is_empty()) {
        None => list.push(action),
        Some(condition) if condition.trim() == "..." => match list.last_mut() {
            Some(Statement::If(branches)) => {
                branches.last_mut().into_iter().for_each(|branch| branch.statements.push(action.clone()));
            }
            _ => list.push(action),
        },
        Some(condition) => {
            list.push(Statement::If(vec![Branch { condition: Some(condition), statements: vec![action] }]));
        }
    }
}

fn rows(text: &str) -> Vec<Row> {
    let mut found = Vec::new();
    let mut row: Option<Row> = None;
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        match line {
            "Begin" => row = Some(Row::default()),
            "End" => found.extend(row.take()),
            _ => {
                let (Some(row), Some((key, value))) = (row.as_mut(), line.split_once('=')) else { continue };
                let mut value = unquoted(value.trim());
                while let Some(more) = lines.next_if(|next| next.starts_with('"')) {
                    value.push_str(&unquoted(more));
                }
                match key.trim() {
                    "MacroName" => row.name = Some(value),
                    "Condition" => row.condition = Some(value),
                    "Action" => row.action = Some(value),
                    "Comment" => row.comments.push(value),
                    "Argument" => row.arguments.push(value),
                    _ => {}
                }
            }
        }
    }
    found
}

/// A value as SaveAsText writes it, without its quotation marks; `\"`, `\\` and octal codes are escapes.
pub fn unquoted(text: &str) -> String {
    const OCTAL: u32 = 8;
    const DIGITS: usize = 3;
    let inner = text.strip_prefix('"').map_or(text, |rest| rest.strip_suffix('"').unwrap_or(rest));
    let mut value = String::with_capacity(inner.len());
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        let mut digits = String::new();
        while digits.len() < DIGITS && letters.peek().is_some_and(|next| next.is_digit(OCTAL)) {
            digits.extend(letters.next());
        }
        match u8::from_str_radix(&digits, OCTAL) {
            Ok(code) => value.push(char::from(code)),
            Err(_) => value.extend(letters.next()),
        }
    }
    value
}
