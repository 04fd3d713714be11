//! Changes: what is new, gone or different since another look at the estate?

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::{Page, PageError, blocking, folder_and_name, grouped, html, shell, theme};
use crate::pipeline::{Change, FileChange, SnapshotRow};
use crate::web::Web;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/changes.html")]
struct ChangesPage {
    shell: Shell,
    sentence: String,
    snapshots: Vec<SnapshotRow>,
    from: u64,
    to: u64,
    groups: Vec<Group>,
    new_applications: Vec<(String, String)>,
    gone_applications: Vec<(String, String)>,
}

struct Group {
    title: &'static str,
    class: &'static str,
    meaning: &'static str,
    open: bool,
    rows: Vec<Row>,
}

struct Row {
    asset: String,
    folder: String,
    name: String,
    application: String,
    what: String,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    from: Option<u64>,
    to: Option<u64>,
}

/// Kinds of change in the order of the page: title, pill class, what it means.
const KINDS: &[(Change, &str, &str, &str)] = &[
    (Change::New, "New", "acc", "Not there at the earlier look."),
    (
        Change::Gone,
        "Gone",
        "warn",
        "Its folder was looked at to the end and it was not there. A moved file looks the same, so it counts as unmanaged.",
    ),
    (Change::Changed, "Changed", "warn", "Another content at the same place."),
    (
        Change::Reread,
        "Read otherwise",
        "acc",
        "The same content, but its state changed: this version reads it better, or not any more.",
    ),
    (Change::Unknown, "Unknown", "bad", "Its folder was not looked at, or not to the end. Nothing is concluded."),
    (Change::Same, "Unchanged", "ok", "The same content; it was not read again."),
];

pub(in crate::web) async fn page(State(web): State<Web>, Query(asked): Query<Asked>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &asked)?)).await
}

fn build(web: &Web, theme: &str, asked: &Asked) -> Result<ChangesPage, PageError> {
    let shell = shell(web, theme, "What changed", "/files")?;
    let snapshots = web.workspace.share_snapshots()?;
    let Some(changes) = web.workspace.changes(asked.from, asked.to)? else {
        let sentence = String::from("Two finished scans of the same folder are needed to say what changed.");
        let (groups, none) = (Vec::new(), Vec::new());
        return Ok(ChangesPage {
            shell,
            sentence,
            snapshots,
            from: 0,
            to: 0,
            groups,
            new_applications: none.clone(),
            gone_applications: none,
        });
    };
    let names = web.workspace.applications()?;
    let named = |ids: &[String]| -> Vec<(String, String)> {
        ids.iter()
            .map(|id| {
                let name = names.iter().find(|row| row.application == *id).map_or(id.as_str(), |row| row.name.as_str());
                (id.clone(), name.to_string())
            })
            .collect()
    };
    let groups: Vec<Group> = KINDS
        .iter()
        .map(|(kind, title, class, meaning)| Group {
            title,
            class,
            meaning,
            open: *kind != Change::Same,
            rows: changes.files.iter().filter(|file| file.change == *kind).map(row).collect(),
        })
        .filter(|group| !group.rows.is_empty())
        .collect();
    Ok(ChangesPage {
        shell,
        sentence: format!(
            "From snapshot {} of {} to snapshot {} of {}. n = {} files seen at either time.",
            changes.from.snapshot,
            changes.from.taken,
            changes.to.snapshot,
            changes.to.taken,
            grouped(changes.files.len() as u64)
        ),
        from: changes.from.snapshot,
        to: changes.to.snapshot,
        new_applications: named(&changes.new_applications),
        gone_applications: named(&changes.gone_applications),
        snapshots,
        groups,
    })
}

fn row(file: &FileChange) -> Row {
    let shown = file.after.as_ref().or(file.before.as_ref());
    let (folder, name) = shown.map_or(("", ""), |file| folder_and_name(&file.path));
    Row {
        asset: shown.map(|file| file.asset.clone()).unwrap_or_default(),
        folder: folder.to_string(),
        name: name.to_string(),
        application: shown.map(|file| file.application.clone()).unwrap_or_default(),
        what: what(file),
    }
}

/// The figures that moved: `rows 120 to 160, formulas 14 to 18`.
fn what(file: &FileChange) -> String {
    let (Some(before), Some(after)) = (&file.before, &file.after) else {
        let only = file.after.as_ref().or(file.before.as_ref());
        return only.map_or_else(String::new, |file| {
            format!(
                "{}; {} rows, {} formulas, {} macros",
                file.state,
                grouped(file.rows),
                grouped(file.formulas),
                file.macros
            )
        });
    };
    let mut parts = Vec::new();
    if before.state != after.state {
        parts.push(format!("{} to {}", before.state, after.state));
    }
    for (name, old, new) in [
        ("rows", before.rows, after.rows),
        ("formulas", before.formulas, after.formulas),
        ("macros", before.macros, after.macros),
    ] {
        if old != new {
            parts.push(format!("{name} {} to {}", grouped(old), grouped(new)));
        }
    }
    if parts.is_empty() && before.sha256 != after.sha256 {
        return String::from("other values or formatting; the same numbers of rows, formulas and macros");
    }
    parts.join(", ")
}
