//! The one canonical text of an application, made for line-wise diffs.
//! Keys stand in the order the model declares them, items in their own order; LF, two blanks per level, a newline at the end.
//! One item per line: an object without lists of items below it (a field, an index, a leaf step) is one line; containers
//! (the application, its metadata, models, modules, workflows, and whatever holds a broken list) have one key per line.

use serde::Serialize;

use crate::model::Application;

use super::json::{Json, parse};

/// Keys whose objects always have one key per line, so that a changed line names one thing.
const BROKEN_OBJECTS: [&str; 2] = ["application", "metadata"];
/// Lists whose items always have one key per line.
const BROKEN_ITEMS: [&str; 3] = ["dataModels", "modules", "workflows"];
/// Lists of objects that stay on the line of their owner.
const FLAT_LISTS: [&str; 2] = ["source", "when"];

#[derive(Serialize)]
struct Document<'a> {
    application: &'a Application,
}

/// The canonical text. `read` gives the same application back if every step has an id (`assign_ids`).
pub fn write(application: &Application) -> String {
    write_document(&Document { application })
}

/// Canonical text of anything the model's types describe.
pub(super) fn write_document<T: Serialize>(document: &T) -> String {
    // Serialising plain data to memory has no way to fail; the order of keys is lost in `serde_json::Value`, hence the text.
    let text = serde_json::to_string(document).unwrap_or_default();
    let tree = parse(&text, usize::MAX).unwrap_or(Json::Null);
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    put(&mut out, "", &tree, 0, false);
    out.push('\n');
    out
}

/// Whether a value takes more than one line.
fn breaks(key: &str, value: &Json) -> bool {
    match value {
        Json::Array(items) => !FLAT_LISTS.contains(&key) && items.iter().any(|item| matches!(item, Json::Object(_))),
        Json::Object(fields) => BROKEN_OBJECTS.contains(&key) || fields.iter().any(|(name, field)| breaks(name, field)),
        _ => false,
    }
}

fn put(out: &mut String, key: &str, value: &Json, level: usize, broken_item: bool) {
    match value {
        Json::Object(fields) if !fields.is_empty() && (broken_item || level == 0 || breaks(key, value)) => {
            out.push('{');
            for (place, (name, field)) in fields.iter().enumerate() {
                next_line(out, place, level);
                put_text(out, name);
                out.push_str(": ");
                put(out, name, field, level.saturating_add(1), false);
            }
            close(out, level, '}');
        }
        Json::Array(items) if breaks(key, value) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                next_line(out, place, level);
                put(out, "", item, level.saturating_add(1), BROKEN_ITEMS.contains(&key));
            }
            close(out, level, ']');
        }
        _ => put_flat(out, value),
    }
}

fn put_flat(out: &mut String, value: &Json) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Number(digits) => out.push_str(digits),
        Json::Text(text) => put_text(out, text),
        Json::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                put_flat(out, item);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            for (place, (name, field)) in fields.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                put_text(out, name);
                out.push_str(": ");
                put_flat(out, field);
            }
            out.push('}');
        }
    }
}

fn put_text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn next_line(out: &mut String, place: usize, level: usize) {
    if place > 0 {
        out.push(',');
    }
    indent(out, level.saturating_add(1));
}

fn close(out: &mut String, level: usize, bracket: char) {
    indent(out, level);
    out.push(bracket);
}

fn indent(out: &mut String, level: usize) {
    out.push('\n');
    for _ in 0..level {
        out.push_str("  ");
    }
}
