//! DSL text to an application: size, JSON, shape, ids. Every refusal names its place.
//! References to fields or models that are not declared are findings for policy, not errors here.

use crate::model::Application;

use super::check::{Misfit, MisfitKind, check};
use super::ids::{assign_ids, duplicate_step};
use super::json::{Json, MAX_DEPTH, locate, parse};
use super::{DslError, schema};

/// Longest text that is read, in bytes. (Own choice: the largest measured code base, 326,656 lines, makes about a
/// quarter of it.)
pub const MAX_TEXT: usize = 256 << 20;

/// What `infer` and `convert` print beside the application; a report is no part of the model, so it is passed over.
const REPORT_KEYS: [&str; 4] = ["regions", "evidence", "coverage", "modules"];

/// Reads `{"application": {...}}`, or the application alone. Absent step ids are derived from the step's position.
pub fn read(text: &str) -> Result<Application, DslError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_TEXT {
        return Err(DslError::TooLarge { bytes: text.len(), limit: MAX_TEXT });
    }
    let document = parse(text, MAX_DEPTH)?;
    let (body, pointer) = unwrapped(text, &document)?;
    let root = schema::shared();
    let shape = root.pointer("/$defs/Application").unwrap_or(root);
    check(body, shape, root, pointer).map_err(|found| located(text, found))?;
    let mut application: Application = serde_json::from_value(body.to_value()).map_err(|error| {
        let (line, column) = locate(text, pointer);
        DslError::Shape { pointer: pointer.to_string(), line, column, message: error.to_string() }
    })?;
    assign_ids(&mut application);
    match duplicate_step(&application) {
        Some((place, id)) => Err(DslError::DuplicateStep { pointer: format!("{pointer}{place}"), id }),
        None => Ok(application),
    }
}

fn unwrapped<'a>(text: &str, document: &'a Json) -> Result<(&'a Json, &'static str), DslError> {
    let (Json::Object(fields), Some(body)) = (document, document.get("application")) else {
        return Ok((document, ""));
    };
    let stranger = fields.iter().find(|(key, _)| key != "application" && !REPORT_KEYS.contains(&key.as_str()));
    match stranger {
        None => Ok((body, "/application")),
        Some((key, _)) => {
            let pointer = format!("/{}", super::json::pointer_token(key));
            Err(located(text, Misfit { pointer, kind: MisfitKind::UnknownField }))
        }
    }
}

fn located(text: &str, found: Misfit) -> DslError {
    let (line, column) = locate(text, &found.pointer);
    match found.kind {
        MisfitKind::UnknownField => DslError::UnknownField { pointer: found.pointer, line, column },
        MisfitKind::Other(message) => DslError::Shape { pointer: found.pointer, line, column, message },
    }
}
