//! Overview: are we winning, and what needs me?

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::files::NO_DOMAIN;
use super::{Page, PageError, blocking, counted, escape, grouped, html, shell, theme};
use crate::pipeline::{ApplicationRow, Change, FindingRow, Indicator, KpiReport, TagRow, Workspace, kpis};
use crate::web::Web;
use crate::web::chart::{at, polyline, scale, spark, width};
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct Overview {
    shell: Shell,
    sentence: String,
    empty: bool,
    tiles: Vec<Tile>,
    status_sub: String,
    status: StatusChart,
    burn: Burn,
    domains: Vec<Domain>,
    needs: Vec<Need>,
    posture: Vec<Posture>,
    since: Option<Since>,
}

/// What changed since the look at the estate before the last one.
struct Since {
    from: String,
    to: String,
    /// (count, what)
    counts: Vec<(String, &'static str)>,
}

struct Tile {
    name: String,
    value: String,
    unit: String,
    /// The terms behind the value, in one line.
    because: String,
    change: String,
    n: u64,
    window: String,
    scope: String,
    needs: String,
    definition: String,
    measured: String,
    terms: Vec<(String, String)>,
    line: String,
    area: String,
    trend: String,
}

#[derive(Default)]
struct StatusChart {
    columns: Vec<Column>,
    legend: Vec<Legend>,
    description: String,
}

struct Column {
    label: String,
    x: String,
    width: String,
    middle: String,
    top: String,
    total: usize,
    parts: Vec<Part>,
    counts: Vec<usize>,
}

struct Part {
    class: &'static str,
    y: String,
    height: String,
}

struct Legend {
    name: &'static str,
    /// Of the last snapshot.
    count: usize,
    class: &'static str,
    y: u32,
    text_y: u32,
}

#[derive(Default)]
struct Burn {
    points: Vec<(String, String)>,
    ticks: Vec<Tick>,
    line: String,
    last: String,
    last_x: String,
    last_y: String,
    label_y: String,
    first_day: String,
    last_day: String,
    description: String,
    needs: String,
}

struct Tick {
    y: String,
    text_y: String,
    label: String,
}

#[derive(Default)]
struct Domain {
    name: String,
    href: String,
    denied: usize,
    applications: usize,
    files: u64,
    findings: usize,
    reviews: usize,
}

struct Need {
    what: String,
    severity: String,
    context: String,
    href: String,
    action: &'static str,
}

struct Posture {
    name: &'static str,
    href: &'static str,
    value: String,
    has_bar: bool,
    share: usize,
}

/// The tiles of the page, by id, in order.
const TILES: &[&str] = &["K1a", "K2", "K3", "K4", "K7"];
/// Statuses in the order they are stacked, with their colours.
const STATUSES: &[(&str, &str, &str)] = &[
    ("migrated", "Migrated", "a4"),
    ("retired", "Retired", "a3"),
    ("controlled", "Controlled", "a2"),
    ("unmanaged", "Unmanaged", "a1"),
];

pub(in crate::web) async fn page(State(web): State<Web>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme)?)).await
}

pub(in crate::web) async fn json(State(web): State<Web>) -> Result<Response, PageError> {
    let report: KpiReport = blocking(web, |web| Ok(kpis(&web.workspace, None)?)).await?;
    let text = serde_json::to_string_pretty(&report).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

fn build(web: &Web, theme: &str) -> Result<Overview, PageError> {
    let workspace = &web.workspace;
    let report = kpis(workspace, None)?;
    let applications = workspace.current_applications()?;
    let findings = workspace.findings()?;
    let tags = workspace.tags()?;
    let backlog = report.kpis.iter().find(|kpi| kpi.id == "K2");
    Ok(Overview {
        shell: shell(web, theme, "Overview", "/")?,
        sentence: sentence(workspace, &applications, &findings, &tags)?,
        empty: workspace.snapshots()?.is_empty(),
        tiles: TILES.iter().filter_map(|id| report.kpis.iter().find(|kpi| kpi.id == *id)).map(tile).collect(),
        status_sub: String::from("families of copies count once; per snapshot"),
        status: status_chart(workspace)?,
        burn: backlog.map(burn).unwrap_or_default(),
        domains: domains(&applications, &findings, &tags, workspace)?,
        needs: needs(workspace, &applications, &findings, &tags)?,
        posture: posture(&findings, &tags, workspace)?,
        since: since(workspace)?,
    })
}

fn since(workspace: &Workspace) -> Result<Option<Since>, PageError> {
    Ok(workspace.changes(None, None)?.map(|changes| {
        let of = |kind: Change| grouped(changes.files.iter().filter(|file| file.change == kind).count() as u64);
        let mut counts = vec![
            (of(Change::New), "files new"),
            (of(Change::Changed), "files changed"),
            (of(Change::Gone), "files gone"),
            (of(Change::Same), "files unchanged"),
            (grouped(changes.new_applications.len() as u64), "applications new"),
            (grouped(changes.gone_applications.len() as u64), "applications not seen any more"),
        ];
        if changes.files.iter().any(|file| file.change == Change::Unknown) {
            counts.push((of(Change::Unknown), "files unknown: their root was not read"));
        }
        Since { from: changes.from.taken, to: changes.to.taken, counts }
    }))
}

fn sentence(
    workspace: &Workspace,
    applications: &[ApplicationRow],
    findings: &[FindingRow],
    tags: &[TagRow],
) -> Result<String, PageError> {
    let files = workspace.current_files()?;
    let critical = findings.iter().filter(|finding| finding.severity == "critical").count();
    let open = tags.iter().filter(|tag| tag.answer.is_empty()).count();
    let is = |n: usize| if n == 1 { "is" } else { "are" };
    let wait = if open == 1 { "waits" } else { "wait" };
    Ok(format!(
        "{} make up {}. {} {} open and {} with personal or card data {wait} for a decision.",
        counted(files.len(), "file"),
        counted(applications.len(), "application"),
        counted(critical, "critical finding"),
        is(critical),
        counted(open, "field"),
    ))
}

fn tile(kpi: &Indicator) -> Tile {
    let values: Vec<f64> = kpi.series.iter().map(|(_, value)| *value).collect();
    let (line, area) = spark(&values);
    let trend = match (kpi.series.first(), kpi.series.last()) {
        (Some(first), Some(last)) => format!("Trend: {} on {} to {} on {}", first.1, first.0, last.1, last.0),
        _ => String::new(),
    };
    Tile {
        name: kpi.name.clone(),
        value: kpi.value.map(|value| value.to_string()).unwrap_or_default(),
        unit: kpi.unit.clone(),
        because: because(kpi),
        change: change(kpi),
        n: kpi.n,
        window: kpi.window.clone(),
        scope: kpi.scope.clone(),
        needs: kpi.insufficient.clone().unwrap_or_default(),
        definition: kpi.definition.clone(),
        measured: kpi
            .measured_share
            .map_or_else(String::new, |share| format!("{:.0} % of it is measured.", share * 100.0)),
        terms: kpi.terms.clone(),
        line,
        area,
        trend,
    }
}

/// Terms shown on a tile; its details list all.
const MOST_TERMS: usize = 3;

/// The terms behind a value as one line: `0 migrated or retired · 3 controlled · 5 still unmanaged`.
fn because(kpi: &Indicator) -> String {
    // The first term of a cohort is its size, which the tile already shows as n.
    let terms = kpi.terms.iter().filter(|(_, value)| kpi.id != "K1a" || *value != kpi.n.to_string() || kpi.n == 0);
    let words = terms.take(MOST_TERMS).map(|(name, value)| {
        let name = name.split([',', '(']).next().unwrap_or(name).trim();
        format!("{value} {name}")
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// How the value moved over its series, in words.
fn change(kpi: &Indicator) -> String {
    let (Some(value), Some(first)) = (kpi.value, kpi.series.first()) else { return String::new() };
    if kpi.series.len() < 2 {
        return String::new();
    }
    let moved = value - first.1;
    let day: String = first.0.chars().take(7).collect();
    if moved.abs() < 0.05 {
        return format!("as in {day}");
    }
    format!("{} {:.1} since {day}", if moved > 0.0 { "up" } else { "down" }, moved.abs())
}

fn status_chart(workspace: &Workspace) -> Result<StatusChart, PageError> {
    let history = workspace.status_history()?;
    let most = history.iter().map(|(_, counts)| counts.values().sum::<usize>()).max().unwrap_or(0);
    if most == 0 {
        return Ok(StatusChart::default());
    }
    let room = 480.0 / history.len() as f64;
    let columns = history
        .iter()
        .enumerate()
        .map(|(index, (day, counts))| column(index, day, counts, most as f64, room))
        .collect();
    let legend = STATUSES
        .iter()
        .rev()
        .enumerate()
        .map(|(index, (status, name, class))| Legend {
            name,
            count: history.last().and_then(|(_, counts)| counts.get(*status)).copied().unwrap_or(0),
            class,
            y: 30 + 24 * index as u32,
            text_y: 40 + 24 * index as u32,
        })
        .collect();
    let words: Vec<String> = history
        .iter()
        .map(|(day, counts)| {
            let parts: Vec<String> = counts.iter().map(|(status, n)| format!("{n} {status}")).collect();
            format!("{day}: {}", parts.join(", "))
        })
        .collect();
    Ok(StatusChart { columns, legend, description: words.join(". ") })
}

fn column(index: usize, day: &str, counts: &BTreeMap<String, usize>, most: f64, room: f64) -> Column {
    const BASE: f64 = 190.0;
    const HEIGHT: f64 = 160.0;
    let wide = (room * 0.6).min(120.0);
    let x = 40.0 + room * index as f64 + (room - wide) / 2.0;
    let mut y = BASE;
    let mut parts = Vec::new();
    for (status, _, class) in STATUSES {
        let height = HEIGHT * counts.get(*status).copied().unwrap_or(0) as f64 / most;
        y -= height;
        parts.push(Part { class, y: at(y), height: at(height) });
    }
    Column {
        label: day.to_string(),
        x: at(x),
        width: at(wide),
        middle: at(x + wide / 2.0),
        top: at(y - 6.0),
        total: counts.values().sum(),
        parts,
        counts: STATUSES.iter().rev().map(|(status, _, _)| counts.get(*status).copied().unwrap_or(0)).collect(),
    }
}

fn burn(kpi: &Indicator) -> Burn {
    let values: Vec<f64> = kpi.series.iter().map(|(_, value)| *value).collect();
    if values.len() < 2 {
        return Burn {
            needs: kpi.insufficient.clone().unwrap_or_else(|| String::from("Needs two months of backlog records.")),
            ..Burn::default()
        };
    }
    let high = values.iter().copied().fold(0.0, f64::max);
    let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].into_iter().find(|step| high / step <= 5.0).unwrap_or(100.0);
    let top = (high / step).ceil() * step;
    let y_of = |value: f64| 190.0 - 175.0 * value / top;
    let points: Vec<(f64, f64)> = scale(&values, (28.0, 370.0), (0.0, 1.0))
        .iter()
        .zip(&values)
        .map(|((x, _), value)| (*x, y_of(*value)))
        .collect();
    let (last_x, last_y) = points.last().copied().unwrap_or((0.0, 0.0));
    let ticks = (0..=(top / step) as u32)
        .map(|n| f64::from(n) * step)
        .map(|value| Tick { y: at(y_of(value)), text_y: at(y_of(value) + 4.0), label: at(value) })
        .collect();
    let (first, last) = (&kpi.series[0], &kpi.series[kpi.series.len() - 1]);
    Burn {
        points: kpi.series.iter().map(|(day, value)| (day.clone(), format!("{value:.1}"))).collect(),
        ticks,
        line: polyline(&points),
        last: format!("{:.1}", last.1),
        last_x: at(last_x),
        last_y: at(last_y),
        label_y: at((last_y - 10.0).max(12.0)),
        first_day: first.0.clone(),
        last_day: last.0.clone(),
        description: format!(
            "The backlog went from {:.1} months on {} to {:.1} on {}.",
            first.1, first.0, last.1, last.0
        ),
        needs: String::new(),
    }
}

fn domains(
    applications: &[ApplicationRow],
    findings: &[FindingRow],
    tags: &[TagRow],
    workspace: &Workspace,
) -> Result<Vec<Domain>, PageError> {
    let decisions = workspace.decisions()?;
    let mut found: BTreeMap<String, Domain> = BTreeMap::new();
    for row in applications {
        let name = if row.domain.is_empty() { String::from("no owner record") } else { row.domain.clone() };
        let href = format!("/files?domain={}", escape(if row.domain.is_empty() { NO_DOMAIN } else { &row.domain }));
        let domain = found.entry(name.clone()).or_insert_with(|| Domain { name, href, ..Domain::default() });
        domain.applications += 1;
        domain.files += row.files;
        domain.findings += findings.iter().filter(|finding| finding.application == row.application).count();
        domain.reviews += tags.iter().filter(|tag| tag.application == row.application && tag.answer.is_empty()).count();
        domain.denied +=
            decisions.iter().filter(|made| made.application == row.application && made.decision == "deny").count();
    }
    let mut rows: Vec<Domain> = found.into_values().collect();
    rows.sort_by(|a, b| b.findings.cmp(&a.findings).then(a.name.cmp(&b.name)));
    Ok(rows)
}

/// What a person must do next: what denies first, then what only a person can decide, then what stays unread or undone.
fn needs(
    workspace: &Workspace,
    applications: &[ApplicationRow],
    findings: &[FindingRow],
    tags: &[TagRow],
) -> Result<Vec<Need>, PageError> {
    let name_of = |id: &str| {
        applications.iter().find(|row| row.application == id).map_or_else(|| id.to_string(), |row| row.name.clone())
    };
    let mut all = Vec::new();
    let mut groups: BTreeMap<(&str, &str), Vec<&FindingRow>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.severity == "critical") {
        groups.entry((finding.application.as_str(), finding.id.as_str())).or_default().push(finding);
    }
    for ((application, _), group) in &groups {
        let Some(first) = group.first() else { continue };
        let objects: Vec<&str> =
            group.iter().map(|finding| finding.object.rsplit('.').next().unwrap_or("")).take(4).collect();
        let more = group.len().saturating_sub(objects.len());
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        all.push(Need {
            what: format!("{}: {}", name_of(application), first.message),
            severity: first.severity.clone(),
            context: format!("{}{rest} · {}", objects.join(", "), first.reference),
            href: format!("/apps/{}#policy", escape(application)),
            action: "Open",
        });
    }
    let open: Vec<&TagRow> = tags.iter().filter(|tag| tag.answer.is_empty()).collect();
    if !open.is_empty() {
        let grave = open.iter().filter(|tag| tag.tags.iter().any(|name| name == "special" || name == "SAD")).count();
        all.push(Need {
            what: format!("{} to review as personal or card data", counted(open.len(), "field")),
            severity: String::from("review"),
            context: format!("{grave} of them special-category or sensitive authentication data"),
            href: String::from("/review"),
            action: "Review",
        });
    }
    let manual: u64 = applications.iter().map(|row| row.coverage.manual).sum();
    if manual > 0 {
        let apps = applications.iter().filter(|row| row.coverage.manual > 0).count();
        all.push(Need {
            what: format!("{} left to a person", counted(manual as usize, "macro statement")),
            severity: String::from("migrate"),
            context: format!("in {}", counted(apps, "application")),
            href: String::from("/macros?grade=manual"),
            action: "Convert",
        });
    }
    let unread = workspace.current_files()?.into_iter().filter(|file| file.state != "parsed").count();
    if unread > 0 {
        all.push(Need {
            what: format!("{} not read to the end", counted(unread, "file")),
            severity: String::from("import"),
            context: String::from("partly read, encrypted, unsupported, rejected or crashed"),
            href: String::from("/files?state=problem"),
            action: "See why",
        });
    }
    Ok(all)
}

fn posture(findings: &[FindingRow], tags: &[TagRow], workspace: &Workspace) -> Result<Vec<Posture>, PageError> {
    let regime = |card: bool| {
        let of: Vec<&TagRow> =
            tags.iter().filter(|tag| tag.tags.iter().any(|name| name == "CHD" || name == "SAD") == card).collect();
        (of.iter().filter(|tag| !tag.answer.is_empty()).count(), of.len())
    };
    let bar = |name, href, (done, all): (usize, usize)| Posture {
        name,
        href,
        value: format!("{done} of {all}"),
        has_bar: all > 0,
        share: width(done, all),
    };
    let plain =
        |name, href, value: usize| Posture { name, href, value: grouped(value as u64), has_bar: false, share: 0 };
    let decisions = workspace.decisions()?;
    let of = |decision: &str| decisions.iter().filter(|row| row.decision == decision).count();
    Ok(vec![
        bar("GDPR fields reviewed", "/review?pack=gdpr", regime(false)),
        bar("PCI-DSS fields reviewed", "/review?pack=pci", regime(true)),
        plain("Policy findings open", "/policy", findings.len()),
        plain("Applications denied", "/apps?decision=deny", of("deny")),
        plain("Applications to review", "/apps?decision=review", of("review")),
        plain("Applications allowed", "/apps?decision=allow", of("allow")),
    ])
}
