//! What surrounds every page: menu with counts, freshness, theme.

use std::sync::OnceLock;

use axum::http::{HeaderMap, header};

use super::{Web, assets};
use crate::pipeline::PipelineError;

/// Data of `templates/layout.html`.
pub(super) struct Shell {
    pub title: String,
    pub theme: String,
    pub build: String,
    pub query: String,
    pub freshness: String,
    pub stale: bool,
    pub menu: Vec<MenuGroup>,
}

/// A titled group of the menu.
pub(super) struct MenuGroup {
    pub title: &'static str,
    pub entries: Vec<MenuEntry>,
}

/// One line of the menu.
pub(super) struct MenuEntry {
    pub name: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
    pub count: String,
    pub hot: bool,
    pub current: bool,
}

/// Days after which the last scan is shown as old.
const STALE_DAYS: i64 = 31;

/// The theme that a visitor chose before, from the cookie.
pub(super) fn theme_of(headers: &HeaderMap) -> String {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let chosen = cookies.split(';').filter_map(|pair| pair.trim().strip_prefix("theme=")).next().unwrap_or("");
    if matches!(chosen, "light" | "dark") { chosen.to_string() } else { String::new() }
}

impl Shell {
    /// The surroundings of the page at `href`.
    pub fn of(web: &Web, theme: &str, title: &str, href: &str) -> Result<Shell, PipelineError> {
        static BUILD: OnceLock<String> = OnceLock::new();
        let workspace = &web.workspace;
        let files = workspace.current_files()?;
        let applications = workspace.current_applications()?;
        let open = workspace.tags()?.iter().filter(|tag| tag.answer.is_empty()).count();
        let findings = workspace.findings()?.len();
        let macros: u64 = applications.iter().map(|row| row.workflows).sum();
        let read = files.iter().filter(|file| file.state == "parsed" || file.state == "partial").count();
        let last = workspace.snapshots()?.last().map(|snapshot| snapshot.taken.clone());
        let stale = last.as_ref().is_some_and(|day| is_old(day, &workspace.today()));
        let freshness = match &last {
            Some(day) if stale => format!("Old: as of {day} · {read} of {} files read", files.len()),
            Some(day) => format!("As of {day} · {read} of {} files read", files.len()),
            None => String::from("No scan yet"),
        };
        let count = |n: usize| if n == 0 { String::new() } else { n.to_string() };
        let entry = |name, to: &'static str, icon, count: String, hot| MenuEntry {
            name,
            href: to,
            icon,
            count,
            hot,
            current: to == href,
        };
        let menu = vec![
            MenuGroup {
                title: "",
                entries: vec![
                    entry("Overview", "/", "home", String::new(), false),
                    entry("Estate", "/files", "files", count(files.len()), false),
                    entry("Import", "/import", "imp", String::new(), false),
                ],
            },
            MenuGroup {
                title: "Migrate",
                entries: vec![
                    entry(
                        "Data models",
                        "/models",
                        "model",
                        count(applications.iter().map(|row| row.models as usize).sum()),
                        false,
                    ),
                    entry("Macro conversion", "/macros", "macro", count(macros as usize), false),
                    entry("Workflow runs", "/runs", "run", String::new(), false),
                ],
            },
            MenuGroup {
                title: "Govern",
                entries: vec![
                    entry("Review queue", "/review", "check", count(open), open > 0),
                    entry("Policy", "/policy", "shield", count(findings), false),
                    entry("Audit", "/audit", "line", String::new(), false),
                ],
            },
            MenuGroup {
                title: "Operate",
                entries: vec![entry("Apps", "/apps", "app", count(applications.len()), false)],
            },
        ];
        Ok(Shell {
            title: title.to_string(),
            theme: theme.to_string(),
            build: BUILD.get_or_init(assets::build).clone(),
            query: String::new(),
            freshness,
            stale,
            menu,
        })
    }
}

fn is_old(day: &str, today: &str) -> bool {
    let parse = |text: &str| text.parse::<jiff::civil::Date>().ok();
    match (parse(day), parse(today)) {
        (Some(day), Some(today)) => today.since(day).is_ok_and(|span| i64::from(span.get_days()) > STALE_DAYS),
        _ => false,
    }
}
