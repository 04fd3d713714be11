//! Overview: are we winning, and what needs me?

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::{Page, PageError, blocking, escape, html, shell, theme};
use crate::pipeline::{ApplicationRow, FindingRow, Indicator, KpiReport, TagRow, Workspace, kpis};
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
}

struct Tile {
    name: String,
    value: String,
    unit: String,
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
/// Decisions listed on the page.
const MOST_NEEDS: usize = 6;

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
        domains: domains(&applications, &findings, &tags),
        needs: needs(&findings, &tags),
        posture: posture(&findings, &tags, workspace)?,
    })
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
    Ok(format!(
        "{} files make up {} applications. {critical} critical findings are open and {open} fields with personal or card data wait for a decision.",
        files.len(),
        applications.len()
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
        .map(|(index, (_, name, class))| Legend {
            name,
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

fn domains(applications: &[ApplicationRow], findings: &[FindingRow], tags: &[TagRow]) -> Vec<Domain> {
    let mut found: BTreeMap<String, Domain> = BTreeMap::new();
    for row in applications {
        let name = if row.domain.is_empty() { String::from("no owner record") } else { row.domain.clone() };
        let domain = found.entry(name.clone()).or_insert_with(|| Domain { name, ..Domain::default() });
        domain.applications += 1;
        domain.files += row.files;
        domain.findings += findings.iter().filter(|finding| finding.application == row.application).count();
        domain.reviews += tags.iter().filter(|tag| tag.application == row.application && tag.answer.is_empty()).count();
    }
    let mut rows: Vec<Domain> = found.into_values().collect();
    rows.sort_by(|a, b| b.findings.cmp(&a.findings).then(a.name.cmp(&b.name)));
    rows
}

fn needs(findings: &[FindingRow], tags: &[TagRow]) -> Vec<Need> {
    let mut all: Vec<Need> = findings
        .iter()
        .filter(|finding| finding.severity == "critical")
        .map(|finding| Need {
            what: format!("{}: {}", finding.object, finding.message),
            severity: finding.severity.clone(),
            context: format!("{} · {}", finding.application, finding.reference),
            href: format!("/apps/{}", escape(&finding.application)),
            action: "Open",
        })
        .collect();
    for tag in tags.iter().filter(|tag| tag.answer.is_empty() && tag.tags.iter().any(|name| name == "special")).take(2)
    {
        all.push(Need {
            what: format!("{} may be special-category data", tag.field),
            severity: String::from("high"),
            context: format!("{} · {}", tag.application, tag.semantic_type),
            href: format!("/review?id={}", escape(&format!("{}:{}", tag.application, tag.field))),
            action: "Review",
        });
    }
    all.truncate(MOST_NEEDS);
    all
}

fn posture(findings: &[FindingRow], tags: &[TagRow], workspace: &Workspace) -> Result<Vec<Posture>, PageError> {
    let regime = |card: bool| {
        let of: Vec<&TagRow> =
            tags.iter().filter(|tag| tag.tags.iter().any(|name| name == "CHD" || name == "SAD") == card).collect();
        (of.iter().filter(|tag| !tag.answer.is_empty()).count(), of.len())
    };
    let bar = |name, (done, all): (usize, usize)| Posture {
        name,
        value: format!("{done} of {all}"),
        has_bar: all > 0,
        share: width(done, all),
    };
    let plain = |name, value: String| Posture { name, value, has_bar: false, share: 0 };
    let decisions = workspace.decisions()?;
    let of = |decision: &str| decisions.iter().filter(|row| row.decision == decision).count();
    Ok(vec![
        bar("GDPR fields reviewed", regime(false)),
        bar("PCI-DSS fields reviewed", regime(true)),
        plain("Policy findings open", findings.len().to_string()),
        plain("Applications denied", of("deny").to_string()),
        plain("Applications to review", of("review").to_string()),
        plain("Applications allowed", of("allow").to_string()),
    ])
}
