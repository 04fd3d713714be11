//! Records for the KPIs: backlog, usage, costs, owners and head counts from CSV as Jira and ServiceNow export it.
//! The column mapping is guessed from the headers, shown, and can be overruled. Names of people are hashed where first seen.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{PipelineError, Workspace};

/// What kind of records a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    Backlog,
    Usage,
    Costs,
    Owners,
    Eligible,
    /// Openings of legacy files.
    Legacy,
    /// Runs of apps recorded elsewhere.
    Runs,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    pub kind: &'static str,
    /// Field → column of the file.
    pub mapping: BTreeMap<String, String>,
    pub rows: usize,
    /// Rows left out, by reason.
    pub skipped: BTreeMap<String, usize>,
}

/// How a field's text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Text,
    /// Hashed under the tenant's key: who it is stays unknown, that it is the same person shows.
    Person,
    Day,
    Number,
    Flag,
}

/// One field of a kind of record.
struct FieldRule {
    name: &'static str,
    reads: Reads,
    required: bool,
    /// Header words in the order they are tried, lower case, letters and digits only.
    headers: &'static [&'static str],
}

const fn field(name: &'static str, reads: Reads, required: bool, headers: &'static [&'static str]) -> FieldRule {
    FieldRule { name, reads, required, headers }
}

/// Headers as exported by Jira ("Issue key", "Created", "Resolved", "Issue Type", "Status") and ServiceNow
/// ("number", "opened_at", "closed_at", "sys_class_name", "state").
const BACKLOG: &[FieldRule] = &[
    field("item", Reads::Text, true, &["issuekey", "key", "number", "id", "ticket", "item"]),
    field("created", Reads::Day, true, &["created", "openedat", "opened", "createdon", "syscreatedon", "createddate"]),
    field("resolved", Reads::Day, false, &["resolved", "resolutiondate", "closedat", "closed", "resolvedat", "done"]),
    field("kind", Reads::Text, false, &["issuetype", "type", "sysclassname", "category", "kind"]),
    field("status", Reads::Text, false, &["status", "state"]),
];

const USAGE: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "appid", "file", "asset"]),
    field("person", Reads::Person, false, &["userhash", "user", "person", "userid", "usr"]),
    field("day", Reads::Day, true, &["date", "day", "d", "ts", "timestamp"]),
    field("n", Reads::Number, false, &["n", "count", "runs", "sessions", "opens", "events"]),
];

const COSTS: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "cohortapp", "appid"]),
    field("month", Reads::Day, true, &["month", "period", "date"]),
    field("phase", Reads::Text, true, &["phase", "side", "platform", "stage"]),
    field("hours", Reads::Number, false, &["hours", "effort", "maintenancehours"]),
    field("rate", Reads::Number, false, &["rate", "hourlyrate", "ratepereh", "rateeur"]),
    field("licence", Reads::Number, false, &["licence", "license", "licencecost", "licensecost"]),
    field("infra", Reads::Number, false, &["infra", "infrastructure", "infracost", "hosting"]),
    field("measured", Reads::Flag, false, &["measured", "ismeasured"]),
];

const OWNERS: &[FieldRule] = &[
    // A path, or a pattern with `*` for any part of a name.
    field("asset", Reads::Text, true, &["path", "file", "asset", "app", "application"]),
    // The name other records use for the application.
    field("app", Reads::Text, false, &["app", "application", "appid"]),
    field("owner", Reads::Text, false, &["owner", "owneremail", "responsible", "ownerrole"]),
    field("ownerActive", Reads::Flag, false, &["owneractive", "active", "isactive"]),
    field("deputy", Reads::Text, false, &["deputy", "substitute", "backup"]),
    field("domain", Reads::Text, false, &["domain", "businessdomain", "department"]),
    field("criticality", Reads::Text, false, &["criticality", "critical", "impact"]),
    field("attested", Reads::Day, false, &["attested", "attestedday", "lastattested", "lastreview"]),
    field("purpose", Reads::Text, false, &["purpose"]),
    field("state", Reads::Text, false, &["state", "status"]),
];

const RUNS: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "appid"]),
    field("time", Reads::Day, true, &["ts", "time", "timestamp", "date", "day"]),
    field("status", Reads::Text, true, &["outcome", "status", "result"]),
    field("ms", Reads::Number, false, &["ms", "durationms", "duration"]),
];

const ELIGIBLE: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "appid"]),
    field("n", Reads::Number, true, &["n", "eligible", "headcount", "eligibleusers", "users"]),
];

impl RecordKind {
    fn name(self) -> &'static str {
        match self {
            RecordKind::Backlog => "backlog",
            RecordKind::Usage => "usage",
            RecordKind::Costs => "costs",
            RecordKind::Owners => "owners",
            RecordKind::Eligible => "eligible",
            RecordKind::Legacy => "legacy",
            RecordKind::Runs => "runs",
        }
    }

    fn fields(self) -> &'static [FieldRule] {
        match self {
            RecordKind::Backlog => BACKLOG,
            RecordKind::Usage | RecordKind::Legacy => USAGE,
            RecordKind::Runs => RUNS,
            RecordKind::Costs => COSTS,
            RecordKind::Owners => OWNERS,
            RecordKind::Eligible => ELIGIBLE,
        }
    }
}

/// Reads a CSV and records its rows; they replace an earlier import of the same kind. `overrules` are `field=Column`.
///
/// # Errors
/// `ReadFile` and `Argument`; nothing is recorded then.
pub fn import_records(
    workspace: &Workspace,
    kind: RecordKind,
    file: &Path,
    overrules: &[String],
) -> Result<ImportReport, PipelineError> {
    let text = std::fs::read(file).map_err(|source| PipelineError::ReadFile { path: file.to_path_buf(), source })?;
    let text = String::from_utf8_lossy(&text);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers: Vec<String> = reader
        .headers()
        .map_err(|error| argument(file, &error.to_string()))?
        .iter()
        .map(|header| header.trim().to_string())
        .collect();
    let columns = map_columns(kind, &headers, overrules, file)?;
    let mut rows = Vec::new();
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for record in reader.records() {
        let read = record
            .map_err(|_| String::from("not a CSV record"))
            .and_then(|record| read_row(kind, &columns, &record, &|text| workspace.pseudonym(text)));
        match read {
            Ok(row) => rows.push(Value::Object(row)),
            Err(reason) => *skipped.entry(reason).or_default() += 1,
        }
    }
    let mapping: BTreeMap<String, String> = columns
        .iter()
        .map(|(rule, at)| (rule.name.to_string(), headers.get(*at).cloned().unwrap_or_default()))
        .collect();
    let report = ImportReport { kind: kind.name(), mapping: mapping.clone(), rows: rows.len(), skipped };
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let event = json!({ "kind": kind.name(), "file": name, "mapping": mapping, "count": rows.len(), "rows": rows });
    workspace.record(super::workspace::SYSTEM, vec![("records.imported", event)])?;
    Ok(report)
}

fn argument(file: &Path, reason: &str) -> PipelineError {
    PipelineError::Argument { what: format!("`{}`", file.display()), reason: reason.to_string() }
}

type Columns = Vec<(&'static FieldRule, usize)>;

fn map_columns(
    kind: RecordKind,
    headers: &[String],
    overrules: &[String],
    file: &Path,
) -> Result<Columns, PipelineError> {
    let plain: Vec<String> = headers.iter().map(|header| plain(header)).collect();
    let mut chosen = Vec::new();
    for rule in kind.fields() {
        let told = overrules.iter().filter_map(|text| text.split_once('=')).find(|(name, _)| *name == rule.name);
        let at = match told {
            Some((_, column)) => {
                let at = headers.iter().position(|header| header == column);
                Some(at.ok_or_else(|| argument(file, &format!("it has no column `{column}`")))?)
            }
            None => rule.headers.iter().find_map(|word| plain.iter().position(|header| header == word)),
        };
        match at {
            Some(at) => chosen.push((rule, at)),
            None if rule.required => {
                let known = headers.join(", ");
                return Err(argument(
                    file,
                    &format!("no column for `{}` among: {known}; name it with --map {}=COLUMN", rule.name, rule.name),
                ));
            }
            None => {}
        }
    }
    Ok(chosen)
}

fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn read_row(
    kind: RecordKind,
    columns: &Columns,
    record: &csv::StringRecord,
    pseudonym: &dyn Fn(&str) -> String,
) -> Result<Map<String, Value>, String> {
    let mut row = Map::new();
    for (rule, at) in columns {
        let text = record.get(*at).unwrap_or("").trim();
        if text.is_empty() {
            if rule.required {
                return Err(format!("no {}", rule.name));
            }
            continue;
        }
        let value = match rule.reads {
            Reads::Text => json!(text),
            Reads::Person => json!(pseudonym(text)),
            Reads::Day => json!(day(text).ok_or_else(|| format!("{} is not a date", rule.name))?),
            Reads::Number => json!(number(text).ok_or_else(|| format!("{} is not a number", rule.name))?),
            Reads::Flag => json!(matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "y" | "1")),
        };
        row.insert(rule.name.to_string(), value);
    }
    if matches!(kind, RecordKind::Usage | RecordKind::Legacy) {
        let used = if kind == RecordKind::Usage { "run" } else { "legacy" };
        row.insert(String::from("kind"), json!(used));
        row.entry("n").or_insert_with(|| json!(1));
    }
    Ok(row)
}

fn number(text: &str) -> Option<f64> {
    text.replace(',', "").parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Reads `2026-03-01`, `2026-03-01 10:20`, `2026-03`, `01/Mar/26 9:00 AM` (Jira) and `01-Mar-2026`.
fn day(text: &str) -> Option<String> {
    let first = text.split([' ', 'T']).next()?;
    let parts: Vec<&str> = first.split(['-', '/']).collect();
    let (year, month, date) = match parts.as_slice() {
        [year, month] if year.len() == 4 => (year.parse().ok()?, month.parse().ok()?, 1),
        [year, month, date] if year.len() == 4 => (year.parse().ok()?, month.parse().ok()?, date.parse().ok()?),
        [date, month, year] if month.len() == 3 => (full_year(year)?, month_number(month)?, date.parse().ok()?),
        _ => return None,
    };
    let day = jiff::civil::Date::new(year, month, date).ok()?;
    Some(day.to_string())
}

/// Two-digit years are of this century, as Jira writes them.
fn full_year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    Some(if text.len() == 2 { 2000 + year } else { year })
}

fn month_number(name: &str) -> Option<i8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = name.to_ascii_lowercase();
    NAMES.iter().position(|known| *known == lower).map(|at| at as i8 + 1)
}
