//! Estate: what do we have and what is risky? With its CSV and JSON twins, which hold exactly the rows shown.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::tags::{gravity, regime};
use super::{Page, PageError, blocking, counted, csv_answer, escape, folder_and_name, grouped, html, shell, theme};
use crate::pipeline::FileRow;
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/files.html")]
struct Files {
    shell: Shell,
    sentence: String,
    query: String,
    facets: Vec<Facet>,
    domains: Vec<Facet>,
    filter: Filter,
    filtered: bool,
    heads: Vec<Head>,
    nothing: String,
    rows: Vec<Row>,
}

/// One filter with how many rows it leaves.
pub(super) struct Facet {
    pub name: String,
    pub count: usize,
    pub href: String,
    pub current: bool,
}

/// A column that rows can be sorted by.
struct Head {
    name: &'static str,
    href: String,
    /// What the column's heading says to assistive technology when rows are sorted by it.
    order: &'static str,
    number: bool,
}

struct Row {
    asset: String,
    folder: String,
    name: String,
    state: String,
    reason: String,
    application: String,
    application_name: String,
    domain: String,
    copies: usize,
    kind: String,
    tables: String,
    rows: String,
    formulas: String,
    macros: String,
    personal: usize,
    regime: &'static str,
    regime_class: &'static str,
    risk: String,
    risk_share: usize,
    risk_kind: &'static str,
    seen: String,
    gone: bool,
}

/// What the address says.
#[derive(Debug, Default, Clone, Deserialize)]
pub(in crate::web) struct Filter {
    /// One of the states, `problem` for all but parsed, or `gone` for what is not there any more.
    #[serde(default)]
    state: String,
    #[serde(default)]
    domain: String,
    /// A part of the path.
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
}

/// States in the order of the filters.
const STATES: &[&str] = &["parsed", "partial", "encrypted", "unsupported", "rejected", "crashed"];
/// How the address names the applications without an owner record.
pub(super) const NO_DOMAIN: &str = "none";
/// Columns by their name in the address, their heading, whether they hold numbers.
const COLUMNS: &[(&str, &str, bool)] = &[
    ("name", "File", false),
    ("state", "State", false),
    ("application", "Application", false),
    ("kind", "Kind", false),
    ("tables", "Tables", true),
    ("rows", "Rows", true),
    ("formulas", "Formulas", true),
    ("macros", "Macros", true),
    ("personal", "Personal data", false),
    ("risk", "Error risk", true),
    ("seen", "Last seen", false),
];
/// The highest risk: impact 5 and a certain error.
const HIGHEST_RISK: f64 = 5.0;
/// From here on a risk is shown as high, and as medium.
const HIGH_RISK: f64 = 3.0;
const MEDIUM_RISK: f64 = 1.5;

/// A file with what stands in other tables about it.
struct Listed {
    file: FileRow,
    domain: String,
    name: String,
    tags: Vec<String>,
    fields: usize,
    copies: usize,
    gone: bool,
}

pub(in crate::web) async fn page(State(web): State<Web>, Query(filter): Query<Filter>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &filter)?)).await
}

pub(in crate::web) async fn csv(State(web): State<Web>, Query(filter): Query<Filter>) -> Result<Response, PageError> {
    let rows = blocking(web, move |web| Ok(select(all(web)?, &filter))).await?;
    let lines: Vec<Vec<String>> = rows
        .iter()
        .map(|listed| {
            let row = &listed.file;
            vec![
                row.path.clone(),
                row.state.clone(),
                row.reason.clone(),
                row.application.clone(),
                listed.domain.clone(),
                row.kind.clone(),
                row.tables.to_string(),
                row.rows.to_string(),
                row.formulas.to_string(),
                row.macros.to_string(),
                listed.fields.to_string(),
                row.risk.map(|risk| format!("{risk:.2}")).unwrap_or_default(),
                row.seen.clone().unwrap_or_default(),
                row.sha256.clone(),
            ]
        })
        .collect();
    let header_row = [
        "path",
        "state",
        "reason",
        "application",
        "domain",
        "kind",
        "tables",
        "rows",
        "formulas",
        "macros",
        "personal fields",
        "risk",
        "seen",
        "sha256",
    ];
    Ok(csv_answer("estate.csv", &header_row, &lines))
}

pub(in crate::web) async fn json(State(web): State<Web>, Query(filter): Query<Filter>) -> Result<Response, PageError> {
    let rows: Vec<FileRow> =
        blocking(web, move |web| Ok(select(all(web)?, &filter).into_iter().map(|listed| listed.file).collect()))
            .await?;
    let text = serde_json::to_string_pretty(&serde_json::json!({ "files": rows })).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

fn all(web: &Web) -> Result<Vec<Listed>, PageError> {
    let files = web.workspace.files_ever()?;
    let present: BTreeSet<String> = web.workspace.current_files()?.into_iter().map(|file| file.asset).collect();
    let applications: BTreeMap<String, (String, String)> =
        web.workspace.applications()?.into_iter().map(|row| (row.application, (row.name, row.domain))).collect();
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.application.is_empty() && present.contains(&file.asset)) {
        *copies.entry(file.application.clone()).or_default() += 1;
    }
    let tags = web.workspace.tags()?;
    Ok(files
        .into_iter()
        .map(|file| {
            let of: Vec<_> =
                tags.iter().filter(|tag| !file.application.is_empty() && tag.application == file.application).collect();
            let (name, domain) = applications.get(&file.application).cloned().unwrap_or_default();
            Listed {
                name,
                domain,
                fields: of.len(),
                tags: of.iter().flat_map(|tag| tag.tags.iter().cloned()).collect(),
                copies: copies.get(&file.application).copied().unwrap_or(0),
                gone: !present.contains(&file.asset),
                file,
            }
        })
        .collect())
}

fn in_state(listed: &Listed, state: &str) -> bool {
    match state {
        "" => !listed.gone,
        "gone" => listed.gone,
        "problem" => !listed.gone && listed.file.state != "parsed",
        state => !listed.gone && listed.file.state == state,
    }
}

fn in_domain(listed: &Listed, domain: &str) -> bool {
    domain.is_empty() || listed.domain == domain || (domain == NO_DOMAIN && listed.domain.is_empty())
}

/// The rows that the address asks for: the gravest data first and then the highest risk of error, or by the column it names.
fn select(mut rows: Vec<Listed>, filter: &Filter) -> Vec<Listed> {
    let wanted = filter.q.trim().to_lowercase();
    rows.retain(|row| {
        in_state(row, &filter.state)
            && in_domain(row, &filter.domain)
            && (wanted.is_empty() || row.file.path.to_lowercase().contains(&wanted))
    });
    let risk = |a: &Listed, b: &Listed| b.file.risk.unwrap_or(-1.0).total_cmp(&a.file.risk.unwrap_or(-1.0));
    rows.sort_by(|a, b| {
        let by = match filter.sort.as_str() {
            "name" => folder_and_name(&a.file.path).1.cmp(folder_and_name(&b.file.path).1),
            "state" => a.file.state.cmp(&b.file.state),
            "application" => a.name.cmp(&b.name),
            "kind" => a.file.kind.cmp(&b.file.kind),
            "tables" => b.file.tables.cmp(&a.file.tables),
            "rows" => b.file.rows.cmp(&a.file.rows),
            "formulas" => b.file.formulas.cmp(&a.file.formulas),
            "macros" => b.file.macros.cmp(&a.file.macros),
            "seen" => b.file.seen.cmp(&a.file.seen),
            "risk" => risk(a, b),
            _ => gravity(&b.tags).cmp(&gravity(&a.tags)),
        };
        by.then(risk(a, b)).then(a.file.path.cmp(&b.file.path))
    });
    rows
}

/// The address of this page with some of its parts; parts at their default are left out.
fn address(page: &str, state: &str, domain: &str, q: &str, sort: &str) -> String {
    let parts: Vec<String> = [("state", state), ("domain", domain), ("q", q.trim()), ("sort", sort)]
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    if parts.is_empty() { page.to_string() } else { format!("{page}?{}", parts.join("&")) }
}

fn build(web: &Web, theme: &str, filter: &Filter) -> Result<Files, PageError> {
    let listed = all(web)?;
    let present = listed.iter().filter(|row| !row.gone).count();
    let unread = listed.iter().filter(|row| in_state(row, "problem")).count();
    let facets = state_facets(&listed, filter);
    let domains = domain_facets(&listed, filter);
    let nothing = if listed.is_empty() { "Nothing was scanned yet." } else { "No file fits these filters." };
    let rows: Vec<Row> = select(listed, filter).into_iter().map(row).collect();
    Ok(Files {
        shell: shell(web, theme, "Estate", "/files")?,
        sentence: format!(
            "{}, {}. Files that could not be read to the end ({unread}) are listed, not hidden.",
            counted(present, "file"),
            if filter.sort.is_empty() {
                "the gravest data first, then the highest risk of error"
            } else {
                "sorted by the marked column"
            },
        ),
        query: address("", &filter.state, &filter.domain, &filter.q, &filter.sort),
        facets,
        domains,
        filtered: !(filter.state.is_empty() && filter.domain.is_empty() && filter.q.is_empty()),
        heads: COLUMNS
            .iter()
            .map(|(key, name, number)| Head {
                name,
                href: address(
                    "/files",
                    &filter.state,
                    &filter.domain,
                    &filter.q,
                    if *key == "personal" { "" } else { key },
                ),
                order: match filter.sort == *key || (filter.sort.is_empty() && *key == "personal") {
                    true if *number || matches!(*key, "personal" | "seen") => "descending",
                    true => "ascending",
                    false => "",
                },
                number: *number,
            })
            .collect(),
        filter: filter.clone(),
        nothing: nothing.to_string(),
        rows,
    })
}

fn state_facets(listed: &[Listed], filter: &Filter) -> Vec<Facet> {
    let facet = |name: &str, state: &str| Facet {
        name: name.to_string(),
        count: listed.iter().filter(|row| in_state(row, state) && in_domain(row, &filter.domain)).count(),
        href: address("/files", state, &filter.domain, &filter.q, &filter.sort),
        current: filter.state == state,
    };
    let mut facets = vec![facet("All", "")];
    facets.extend(STATES.iter().map(|state| facet(state, state)));
    facets.push(facet("not read to the end", "problem"));
    facets.push(facet("not there any more", "gone"));
    facets.retain(|facet| facet.count > 0 || facet.current);
    facets
}

fn domain_facets(listed: &[Listed], filter: &Filter) -> Vec<Facet> {
    let names: BTreeSet<&str> = listed
        .iter()
        .filter(|row| !row.gone)
        .map(|row| if row.domain.is_empty() { NO_DOMAIN } else { row.domain.as_str() })
        .collect();
    let facet = |name: &str, domain: &str| Facet {
        name: name.to_string(),
        count: listed.iter().filter(|row| in_state(row, &filter.state) && in_domain(row, domain)).count(),
        href: address("/files", &filter.state, domain, &filter.q, &filter.sort),
        current: filter.domain == domain,
    };
    let mut facets = vec![facet("All domains", "")];
    facets.extend(names.into_iter().map(|name| facet(if name == NO_DOMAIN { "no owner record" } else { name }, name)));
    facets
}

fn row(listed: Listed) -> Row {
    let Listed { file, domain, name, tags, fields, copies, gone } = listed;
    let (folder, last) = folder_and_name(&file.path);
    let (regime, regime_class) = regime(&tags);
    let risk = file.risk.unwrap_or(0.0);
    Row {
        folder: folder.to_string(),
        name: last.to_string(),
        application_name: name,
        domain,
        copies,
        tables: grouped(file.tables),
        rows: grouped(file.rows),
        formulas: grouped(file.formulas),
        macros: grouped(file.macros),
        personal: fields,
        regime,
        regime_class,
        risk: file.risk.map_or(String::from("not read"), |risk| format!("{risk:.1}")),
        risk_share: (risk / HIGHEST_RISK * 100.0).clamp(0.0, 100.0) as usize,
        risk_kind: risk_kind(risk),
        seen: file.seen.unwrap_or_default(),
        gone,
        asset: file.asset,
        state: file.state,
        reason: file.reason,
        application: file.application,
        kind: file.kind,
    }
}

/// The bar's colour class of a risk.
pub(super) fn risk_kind(risk: f64) -> &'static str {
    if risk >= HIGH_RISK {
        "b"
    } else if risk >= MEDIUM_RISK {
        "w"
    } else {
        "g4"
    }
}
