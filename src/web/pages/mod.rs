//! One file per page: a template's data and the handler that fills it.

pub mod app;
pub mod apps;
pub mod audit;
pub mod changes;
pub mod decide;
pub mod file;
pub mod files;
pub mod import;
pub mod macro_page;
pub mod macros;
pub mod overview;
pub mod policy;
pub mod review;
pub mod runs;
pub mod search;
mod tags;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Web;
use super::shell::{Shell, theme_of};
use crate::base::Chain;
use crate::pipeline::PipelineError;

/// Why a page is not what was asked for.
pub(super) enum PageError {
    NotFound(String),
    Failed(PipelineError),
    Template(askama::Error),
    Refused(StatusCode, String),
}

impl From<PipelineError> for PageError {
    fn from(error: PipelineError) -> Self {
        PageError::Failed(error)
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        PageError::Template(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            PageError::NotFound(what) => (
                StatusCode::NOT_FOUND,
                format!("There is no {what}. It may belong to an earlier scan; see the Estate page."),
            ),
            PageError::Refused(status, text) => (status, text),
            PageError::Template(error) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("The page could not be written: {error}. Nothing was changed."),
            ),
            PageError::Failed(error) => {
                let remedy = error.remedy().unwrap_or("Nothing was changed.");
                (StatusCode::INTERNAL_SERVER_ERROR, format!("{}. {remedy}", Chain(&error)))
            }
        };
        let body = Plain { title: status.canonical_reason().unwrap_or("Error"), text: &text };
        match body.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => (status, text).into_response(),
        }
    }
}

/// A page that needs no data, for when data is what failed.
#[derive(Template)]
#[template(
    source = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{{ title }} · Daylight</title><link rel=\"stylesheet\" href=\"/assets/app.css\"></head><body><main id=\"main\"><div class=\"head\"><div><h1>{{ title }}</h1><p>{{ text }}</p></div></div><p><a class=\"btn\" href=\"/\">Overview</a></p></main></body></html>",
    ext = "html"
)]
struct Plain<'a> {
    title: &'a str,
    text: &'a str,
}

/// The answer of a page.
pub(super) type Page = Result<Html<String>, PageError>;

/// Builds a page away from the threads that serve connections: the projection and the objects are read synchronously.
pub(super) async fn blocking<T: Send + 'static>(
    web: Web,
    work: impl FnOnce(&Web) -> Result<T, PageError> + Send + 'static,
) -> Result<T, PageError> {
    match tokio::task::spawn_blocking(move || work(&web)).await {
        Ok(done) => done,
        Err(_) => Err(PageError::Failed(PipelineError::Worker)),
    }
}

/// Renders a template.
pub(super) fn html(template: &impl Template) -> Page {
    Ok(Html(template.render()?))
}

/// No such route.
pub(super) async fn not_found(State(_): State<Web>) -> PageError {
    PageError::NotFound(String::from("page at this address"))
}

/// The surroundings of a page.
pub(super) fn shell(web: &Web, theme: &str, title: &str, href: &str) -> Result<Shell, PageError> {
    Ok(Shell::of(web, theme, title, href)?)
}

/// The visitor's theme.
pub(super) fn theme(headers: &HeaderMap) -> String {
    theme_of(headers)
}

/// Whether an unsafe leading character would make a spreadsheet run a cell as a formula; such text is quoted with `'`.
pub(super) fn csv_text(text: &str) -> String {
    const STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(STARTS) && text.parse::<f64>().is_err() { format!("'{text}") } else { text.to_string() }
}

/// A CSV download.
pub(super) fn csv_answer(name: &str, header_row: &[&str], rows: &[Vec<String>]) -> Response {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut failed = writer.write_record(header_row).is_err();
    for row in rows {
        failed |= writer.write_record(row.iter().map(|text| csv_text(text))).is_err();
    }
    let bytes = writer.into_inner().unwrap_or_default();
    if failed {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, String::from("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}

/// `1.2 MB`.
pub(super) fn size_text(bytes: u64) -> String {
    const STEP: f64 = 1024.0;
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < STEP {
            return if unit == "B" { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") };
        }
        value /= STEP;
    }
    format!("{value:.1} TB")
}

/// A count with thousands apart: `48,210`.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A path in two parts: its folder with the last separator, and its name.
pub(super) fn folder_and_name(path: &str) -> (&str, &str) {
    path.rfind(['/', '\\']).map_or(("", path), |at| path.split_at(at + 1))
}

/// `1 file`, `2 files`: a count with its noun.
pub(super) fn counted(n: usize, noun: &str) -> String {
    let end = if n == 1 { "" } else { "s" };
    format!("{} {noun}{end}", grouped(n as u64))
}

/// The pill class of a grade.
pub(super) fn grade_class(grade: &str) -> &'static str {
    match grade {
        "exact" => "ok",
        "approximate" => "warn",
        "manual" => "manual",
        _ => "",
    }
}

/// The pill class of a policy decision.
pub(super) fn decision_class(decision: &str) -> &'static str {
    match decision {
        "allow" => "ok",
        "review" => "warn",
        "deny" => "bad",
        _ => "",
    }
}

/// Text for an address path or query: everything but letters, digits and `-._~` is escaped (RFC 3986).
pub(super) fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
