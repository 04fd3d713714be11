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
    /// Deployments, of legacy projects and of apps here.
    Deploys,
    /// Service-level objectives of apps.
    Slo,
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
    /// Whole and not below zero.
    Count,
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
    field("n", Reads::Count, false, &["n", "count", "runs", "sessions", "opens", "events"]),
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
    field("tags", Reads::Text, false, &["tags", "compliancetags", "regulations"]),
    field("environment", Reads::Text, false, &["environment", "env"]),
];

const DEPLOYS: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "appid"]),
    field("phase", Reads::Text, true, &["phase", "side", "platform"]),
    field("day", Reads::Day, true, &["date", "day", "deployed", "deployedat", "ts"]),
    field("requested", Reads::Day, true, &["requested", "requestedat", "created"]),
    field("failed", Reads::Flag, false, &["failed", "isfailed", "rollback"]),
    field("restored", Reads::Number, false, &["restoredh", "restorehours", "restored"]),
];

const SLO: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "appid"]),
    field("success", Reads::Number, true, &["success", "slo", "successrate", "target"]),
    field("p95", Reads::Number, false, &["p95ms", "p95", "latencyms"]),
];

const RUNS: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "appid"]),
    field("time", Reads::Day, true, &["ts", "time", "timestamp", "date", "day"]),
    field("status", Reads::Text, true, &["outcome", "status", "result"]),
    field("ms", Reads::Number, false, &["ms", "durationms", "duration"]),
];

const ELIGIBLE: &[FieldRule] = &[
    field("app", Reads::Text, true, &["app", "application", "appid"]),
    field("n", Reads::Count, true, &["n", "eligible", "headcount", "eligibleusers", "users"]),
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
            RecordKind::Deploys => "deploys",
            RecordKind::Slo => "slo",
        }
    }

    fn fields(self) -> &'static [FieldRule] {
        match self {
            RecordKind::Backlog => BACKLOG,
            RecordKind::Usage | RecordKind::Legacy => USAGE,
            RecordKind::Runs => RUNS,
            RecordKind::Deploys => DEPLOYS,
            RecordKind::Slo => SLO,
            RecordKind::Costs => COSTS,
            RecordKind::Owners => OWNERS,
            RecordKind::Eligible => ELIGIBLE,
        }
    }
}

/// Reads a CSV and records its rows; they replace an earlier import of the same kind. `overrules` are `field=Column`. Owner
/// records say what became of applications: that counts from today, and policy decides anew.
///
/// # Errors
/// `ReadFile` and `Argument`; nothing is recorded then.
pub fn import_records(
    workspace: &Workspace,
    kind: RecordKind,
    file: &Path,
    overrules: &[String],
) -> Result<ImportReport, PipelineError> {
    import_on(workspace, kind, file, overrules, &workspace.today())
}

/// As `import_records`, for records that tell how things stood on `day`.
pub(super) fn import_on(
    workspace: &Workspace,
    kind: RecordKind,
    file: &Path,
    overrules: &[String],
    day: &str,
) -> Result<ImportReport, PipelineError> {
    let bytes = std::fs::read(file).map_err(|source| PipelineError::ReadFile { path: file.to_path_buf(), source })?;
    let text = csv_text(&bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter(&text)).from_reader(text.as_bytes());
    let headers: Vec<String> = reader
        .headers()
        .map_err(|error| argument(file, &error.to_string()))?
        .iter()
        .map(|header| header.trim().to_string())
        .collect();
    let columns = map_columns(kind, &headers, overrules, file)?;
    let (records, mut skipped) = whole_records(&mut reader);
    let orders = day_orders(&columns, &records);
    let mut rows = Vec::new();
    for record in &records {
        match read_row(kind, (&columns, &orders), record, &|text| workspace.pseudonym(text)) {
            Ok(mut row) => {
                // The first record that fits counts, so their order is part of what they say.
                row.insert(String::from("line"), json!(rows.len() + 1));
                rows.push(Value::Object(row));
            }
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
    if kind == RecordKind::Owners {
        let states = super::owners::states(workspace, day)?;
        if !states.is_empty() {
            workspace.record(super::workspace::SYSTEM, states)?;
        }
        super::review::judge_estate(workspace, "owners")?;
    }
    Ok(report)
}

/// The records of a file, and how many could not be read as such.
fn whole_records(reader: &mut csv::Reader<&[u8]>) -> (Vec<csv::StringRecord>, BTreeMap<String, usize>) {
    let (mut records, mut skipped) = (Vec::new(), BTreeMap::new());
    for record in reader.records() {
        match record {
            Ok(record) => records.push(record),
            Err(_) => *skipped.entry(String::from("not a CSV record")).or_default() += 1,
        }
    }
    (records, skipped)
}

/// A text file as exports write it: UTF-8 or UTF-16 with their marks, else Windows-1252.
fn csv_text(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or(&[])).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Comma, semicolon (where the comma is the decimal sign) or tab: whichever the first line holds most of.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or("");
    let count = |mark: u8| first.bytes().filter(|byte| *byte == mark).count();
    let others = [b';', b'\t'].into_iter().filter(|mark| count(*mark) > count(b',')).max_by_key(|mark| count(*mark));
    others.unwrap_or(b',')
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
    for text in overrules {
        let field = text.split_once('=').map_or(text.as_str(), |(field, _)| field);
        if !text.contains('=') || !kind.fields().iter().any(|rule| rule.name == field) {
            let known: Vec<&str> = kind.fields().iter().map(|rule| rule.name).collect();
            let reason = format!("`--map {text}` is not FIELD=COLUMN; the fields are: {}", known.join(", "));
            return Err(argument(file, &reason));
        }
    }
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
    (columns, orders): (&Columns, &[DayOrder]),
    record: &csv::StringRecord,
    pseudonym: &dyn Fn(&str) -> String,
) -> Result<Map<String, Value>, String> {
    let mut row = Map::new();
    for ((rule, at), order) in columns.iter().zip(orders) {
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
            Reads::Day => match day(text, *order) {
                Some(day) => json!(day),
                None if *order == DayOrder::Unclear && day(text, DayOrder::DayFirst).is_some() => {
                    return Err(format!("{}: no row tells whether day or month comes first", rule.name));
                }
                None => return Err(format!("{} is not a date", rule.name)),
            },
            Reads::Number => json!(number(text).ok_or_else(|| format!("{} is not a number", rule.name))?),
            Reads::Count => {
                let count = number(text).filter(|value| (0.0..=f64::from(u32::MAX)).contains(value));
                json!(count.ok_or_else(|| format!("{} is not a count", rule.name))?)
            }
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

/// `1234.5`, `1,234.5`, `1.234,5` and `12,5`: the last of comma and point is the decimal sign, unless a single comma is
/// followed by three digits.
fn number(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\'')).collect();
    let grouped = |tail: &str| tail.len() == 3 && tail.bytes().all(|byte| byte.is_ascii_digit());
    let decimal = match (plain.rfind(','), plain.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => plain.replace('.', "").replace(',', "."),
        (Some(comma), None) if !plain.get(comma + 1..).is_some_and(grouped) => plain.replace(',', "."),
        _ => plain.replace(',', ""),
    };
    decimal.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Which of two numbers before a year is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOrder {
    DayFirst,
    MonthFirst,
    /// No row of the column tells.
    Unclear,
}

/// The order of every column's dates, by the rows in which one of the numbers cannot be a month. Dates with points are always
/// day first (DIN 5008 and its neighbours).
fn day_orders(columns: &Columns, records: &[csv::StringRecord]) -> Vec<DayOrder> {
    let order = |at: usize| {
        let (mut day_first, mut month_first) = (false, false);
        for record in records {
            let Some((first, second)) = record.get(at).and_then(leading_numbers) else { continue };
            day_first |= first > 12;
            month_first |= second > 12;
        }
        match (day_first, month_first) {
            (true, false) => DayOrder::DayFirst,
            (false, true) => DayOrder::MonthFirst,
            _ => DayOrder::Unclear,
        }
    };
    columns.iter().map(|(rule, at)| if rule.reads == Reads::Day { order(*at) } else { DayOrder::Unclear }).collect()
}

/// The two numbers of `3/4/2026`.
fn leading_numbers(text: &str) -> Option<(u32, u32)> {
    let first = text.trim().split([' ', 'T']).next()?;
    let parts: Vec<&str> = first.split(['/', '-']).collect();
    let [one, two, year] = parts.as_slice() else { return None };
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    (year.len() == 4).then_some(())?;
    Some((number(one)?, number(two)?))
}

/// Reads `2026-03-01`, `2026-03-01 10:20`, `2026-03`, `01/Mar/26 9:00 AM` (Jira), `01-Mar-2026`, `31.12.2026`, and
/// `3/25/2026` where the column tells the order.
fn day(text: &str, order: DayOrder) -> Option<String> {
    let first = text.split([' ', 'T']).next()?;
    let parts: Vec<&str> = first.split(['-', '/']).collect();
    let points: Vec<&str> = first.split('.').collect();
    let (year, month, date) = match (parts.as_slice(), points.as_slice()) {
        (_, [date, month, year]) => (full_year(year)?, month.parse().ok()?, date.parse().ok()?),
        ([year, month], _) if year.len() == 4 => (year.parse().ok()?, month.parse().ok()?, 1),
        ([year, month, date], _) if year.len() == 4 => (year.parse().ok()?, month.parse().ok()?, date.parse().ok()?),
        ([date, month, year], _) if month.len() == 3 => (full_year(year)?, month_number(month)?, date.parse().ok()?),
        ([one, two, year], _) if year.len() == 4 => match order {
            DayOrder::DayFirst => (year.parse().ok()?, two.parse().ok()?, one.parse().ok()?),
            DayOrder::MonthFirst => (year.parse().ok()?, one.parse().ok()?, two.parse().ok()?),
            DayOrder::Unclear => return None,
        },
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
