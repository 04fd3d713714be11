//! Import: is my data in, and what failed? Uploads and scans with live progress, and what was scanned before.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use askama::Template;
use axum::extract::{Form, Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Page, PageError, blocking, counted, escape, folder_and_name, grouped, html, shell, size_text, theme};
use crate::pipeline::{Job, JobState, PipelineError, ScannedFile, Upload};
use crate::web::Web;
use crate::web::chart::width;
use crate::web::router::UPLOAD_BYTES;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/import.html")]
struct Import {
    shell: Shell,
    message: String,
    running: bool,
    limit: String,
    /// Where news of the jobs below come from.
    events: String,
    fragment: String,
    jobs: Vec<JobView>,
    earlier: Vec<Earlier>,
}

#[derive(Template)]
#[template(path = "parts/jobs.html")]
struct Fragment {
    jobs: Vec<JobView>,
}

struct JobView {
    id: u64,
    title: String,
    started: String,
    running: bool,
    state: &'static str,
    state_class: &'static str,
    done: usize,
    total: usize,
    progress: String,
    rate: String,
    stage: String,
    good_width: usize,
    bad_width: usize,
    counts: Vec<(String, &'static str)>,
    reading: Vec<String>,
    more_reading: usize,
    error: String,
    files: Vec<FileLine>,
    left_out: usize,
    new_snapshot: bool,
}

struct FileLine {
    folder: String,
    name: String,
    state: String,
    class: &'static str,
    what: String,
    remedy: &'static str,
    /// The file's page; empty while the file is not recorded.
    href: String,
    application: String,
}

struct Earlier {
    snapshot: u64,
    day: String,
    roots: String,
    files: String,
    applications: String,
    changes: String,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    message: String,
}

/// Which jobs are watched, and which change was seen last.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Watched {
    job: Option<u64>,
    #[serde(default)]
    seen: u64,
}

/// The form of a scan.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Folder {
    path: String,
}

/// Jobs shown.
const MOST_JOBS: usize = 5;
/// Files listed of one job; the Estate page lists all.
const MOST_FILES: usize = 200;
/// Files shown as being read.
const MOST_READING: usize = 4;
/// Longest time that an answer waits for news; proxies and browsers give up later than that.
const HOLD: Duration = Duration::from_secs(15);
/// Between two looks for news.
const LOOK: Duration = Duration::from_millis(120);
/// Milliseconds after which the browser asks for the next news.
const RETRY_MS: u32 = 150;

pub(in crate::web) async fn page(State(web): State<Web>, Query(asked): Query<Asked>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, None, asked.message)?)).await
}

pub(in crate::web) async fn job(State(web): State<Web>, Path(id): Path<u64>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, Some(id), String::new())?)).await
}

/// The jobs as they stand, for pages without server-sent events.
pub(in crate::web) async fn fragment(
    State(web): State<Web>,
    Query(watched): Query<Watched>,
) -> Result<Response, PageError> {
    let (text, running) = blocking(web, move |web| standing(web, watched.job)).await?;
    Ok(([("x-running", if running { "yes" } else { "no" })], Html(text)).into_response())
}

/// News of the jobs as server-sent events. Each answer holds the next change and ends; the browser comes back by itself
/// with the number of what it saw last, so nothing is lost over a reload, a sleep or a restart of the service.
pub(in crate::web) async fn events(
    State(web): State<Web>,
    Query(watched): Query<Watched>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let resumed = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let seen: u64 = resumed.unwrap_or(watched.seen);
    let until = tokio::time::Instant::now() + HOLD;
    while web.jobs.version() == seen && tokio::time::Instant::now() < until && !web.closing.load(Ordering::Relaxed) {
        tokio::time::sleep(LOOK).await;
    }
    let version = web.jobs.version();
    let body = if version == seen {
        format!("retry: {RETRY_MS}\n: nothing new\n\n")
    } else {
        let (text, running) = blocking(web, move |web| standing(web, watched.job)).await?;
        let event = if running { "jobs" } else { "done" };
        let data: String = text.lines().map(|line| format!("data: {line}\n")).collect();
        format!("retry: {RETRY_MS}\nid: {version}\nevent: {event}\n{data}\n")
    };
    let headers = [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

/// The list of jobs as a piece of a page, and whether one runs.
fn standing(web: &Web, only: Option<u64>) -> Result<(String, bool), PageError> {
    let jobs = chosen(web, only)?;
    let running = jobs.iter().any(|job| job.state == JobState::Running);
    let pages = file_pages(web)?;
    Ok((Fragment { jobs: jobs.iter().map(|job| view(job, &pages)).collect() }.render()?, running))
}

fn chosen(web: &Web, only: Option<u64>) -> Result<Vec<Job>, PageError> {
    match only {
        Some(id) => Ok(vec![web.jobs.get(id).ok_or_else(unknown_job)?]),
        None => Ok(web.jobs.list().into_iter().take(MOST_JOBS).collect()),
    }
}

fn unknown_job() -> PageError {
    PageError::NotFound(String::from("job of this number since the service began"))
}

/// The page of every recorded file, by path.
fn file_pages(web: &Web) -> Result<BTreeMap<String, String>, PipelineError> {
    Ok(web.workspace.files()?.into_iter().map(|file| (file.path, file.asset)).collect())
}

fn build(web: &Web, theme: &str, only: Option<u64>, message: String) -> Result<Import, PageError> {
    // Asked first: what changes while the page is built is news, not lost.
    let version = web.jobs.version();
    let jobs = chosen(web, only)?;
    let pages = file_pages(web)?;
    let job = only.map(|id| format!("job={id}&")).unwrap_or_default();
    Ok(Import {
        shell: shell(web, theme, "Import", "/import")?,
        message,
        running: jobs.iter().any(|job| job.state == JobState::Running),
        limit: size_text(UPLOAD_BYTES as u64),
        events: format!("/jobs/events?{job}seen={version}"),
        fragment: format!("/jobs/fragment?{job}"),
        jobs: jobs.iter().map(|job| view(job, &pages)).collect(),
        earlier: earlier(web)?,
    })
}

fn earlier(web: &Web) -> Result<Vec<Earlier>, PageError> {
    let roots = web.workspace.roots()?;
    let shares = web.workspace.share_snapshots()?;
    let before = |snapshot: u64| shares.iter().rfind(|row| row.snapshot < snapshot);
    let is_share = |snapshot: u64| shares.iter().any(|row| row.snapshot == snapshot);
    let mut rows: Vec<Earlier> = web
        .workspace
        .snapshots()?
        .into_iter()
        .map(|row| Earlier {
            snapshot: row.snapshot,
            roots: roots
                .iter()
                .filter(|root| root.snapshot == row.snapshot)
                .map(|root| if root.readable { root.root.clone() } else { format!("{} (not to the end)", root.root) })
                .collect::<Vec<_>>()
                .join(", "),
            files: grouped(row.files),
            applications: grouped(row.applications),
            changes: match before(row.snapshot) {
                Some(earlier) if is_share(row.snapshot) => {
                    format!("/changes?from={}&to={}", earlier.snapshot, row.snapshot)
                }
                _ => String::new(),
            },
            day: row.taken,
        })
        .collect();
    rows.reverse();
    Ok(rows)
}

fn view(job: &Job, pages: &BTreeMap<String, String>) -> JobView {
    let failed = job.files.iter().filter(|file| file.state != "parsed").count();
    let (state, state_class) = match job.state {
        JobState::Running => ("running", "acc"),
        JobState::Finished => ("finished", "ok"),
        JobState::Cancelled => ("cancelled", "warn"),
        JobState::Failed => ("stopped", "bad"),
    };
    let running = job.state == JobState::Running;
    let done = job.done.min(job.total.max(job.done));
    JobView {
        id: job.id,
        title: if job.roots == ["uploads"] {
            String::from("Upload")
        } else {
            format!("Scan of {}", job.roots.join(", "))
        },
        started: job.started.chars().take(19).collect::<String>().replace('T', " "),
        running,
        state,
        state_class,
        done,
        total: job.total.max(done),
        progress: format!("{} of {}", grouped(done as u64), counted(job.total.max(done), "file")),
        rate: rate(job),
        stage: stage(job),
        good_width: width(done.saturating_sub(failed), job.total.max(1)),
        bad_width: width(failed, job.total.max(1)),
        counts: counts(job, failed),
        reading: job.reading.iter().take(MOST_READING).cloned().collect(),
        more_reading: job.reading.len().saturating_sub(MOST_READING),
        error: job.error.clone().unwrap_or_default(),
        left_out: job.files.len().saturating_sub(MOST_FILES),
        files: listed(job).into_iter().take(MOST_FILES).map(|file| line(file, pages)).collect(),
        new_snapshot: !running && job.snapshot.is_some(),
    }
}

/// While files come in the newest stand first; afterwards what needs a person does.
fn listed(job: &Job) -> Vec<&ScannedFile> {
    let mut files: Vec<&ScannedFile> = job.files.iter().rev().collect();
    if job.state != JobState::Running {
        files.sort_by(|a, b| (a.state == "parsed", &a.path).cmp(&(b.state == "parsed", &b.path)));
    }
    files
}

fn rate(job: &Job) -> String {
    let seconds = job.updated_ms.saturating_sub(job.started_ms) as f64 / 1000.0;
    let per_second = if seconds > 0.0 { job.done as f64 / seconds } else { 0.0 };
    match job.state {
        JobState::Running if job.total > 0 && job.done >= job.total => {
            String::from("all read; models and findings are being made")
        }
        JobState::Running if per_second > 0.0 => {
            let left = job.total.saturating_sub(job.done) as f64 / per_second;
            format!("about {left:.0} s left, {:.0} files a minute", per_second * 60.0)
        }
        JobState::Running => String::from("starting"),
        JobState::Finished => format!("in {seconds:.1} s"),
        JobState::Cancelled => String::from("cancelled; what was read is kept"),
        JobState::Failed => String::from("stopped; what is listed is kept"),
    }
}

fn stage(job: &Job) -> String {
    match (job.state, job.stage.as_str()) {
        (JobState::Running, "discovering") => String::from("Stage 1 of 3: find files"),
        (JobState::Running, "reading") => String::from("Stage 2 of 3: read, infer, convert"),
        (JobState::Running, _) => String::from("Stage 3 of 3: applications and policy"),
        _ => String::new(),
    }
}

fn counts(job: &Job, failed: usize) -> Vec<(String, &'static str)> {
    let sum = |part: fn(&ScannedFile) -> u64| grouped(job.files.iter().map(part).sum());
    let unchanged = job.files.iter().filter(|file| file.ms == 0 && file.state == "parsed").count();
    vec![
        (grouped(job.files.len().saturating_sub(failed) as u64), "read"),
        (grouped(failed as u64), "need a look"),
        (grouped(unchanged as u64), "unchanged since the last scan"),
        (sum(|file| file.tables), "tables"),
        (sum(|file| file.rows), "rows"),
        (sum(|file| file.formulas), "formulas"),
        (sum(|file| file.macros), "macro modules"),
    ]
}

fn line(file: &ScannedFile, pages: &BTreeMap<String, String>) -> FileLine {
    let (folder, name) = folder_and_name(&file.path);
    FileLine {
        folder: folder.to_string(),
        name: name.to_string(),
        class: match file.state.as_str() {
            "parsed" => "ok",
            "partial" | "encrypted" => "warn",
            _ => "bad",
        },
        what: if file.reason.is_empty() { contents(file) } else { file.reason.clone() },
        remedy: remedy(&file.state),
        href: pages.get(&file.path).map(|asset| format!("/files/{asset}")).unwrap_or_default(),
        application: file.application.clone(),
        state: file.state.clone(),
    }
}

fn contents(file: &ScannedFile) -> String {
    let parts = [(file.tables, "table"), (file.rows, "row"), (file.formulas, "formula"), (file.macros, "macro module")];
    let words: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| counted(*n as usize, noun)).collect();
    if words.is_empty() { String::from("no table, formula or macro found") } else { words.join(", ") }
}

/// What a person can do about a state.
pub(super) fn remedy(state: &str) -> &'static str {
    match state {
        "partial" => "What could be read is in; the file's page says what was left out.",
        "encrypted" => "Save a copy without its password and import that; nothing was read.",
        "unsupported" => "No workbook or database by its content; leave it, or save it as one.",
        "rejected" => {
            "Its content breaks the limits or the format; open and save it in its own program, then import it again."
        }
        "crashed" => "Its reader was stopped; no other file was harmed. Import it again, or report it.",
        _ => "",
    }
}

pub(in crate::web) async fn scan(State(web): State<Web>, Form(folder): Form<Folder>) -> Redirect {
    let path = PathBuf::from(folder.path.trim());
    if !path.exists() {
        let message = format!("`{}` does not exist on this machine; nothing was read.", path.display());
        return Redirect::to(&format!("/import?message={}", escape(&message)));
    }
    let id = web.jobs.start_scan(web.workspace.clone(), vec![path]);
    Redirect::to(&format!("/jobs/{id}"))
}

pub(in crate::web) async fn cancel(State(web): State<Web>, Path(id): Path<u64>) -> Result<Redirect, PageError> {
    if web.jobs.cancel(id) { Ok(Redirect::to(&format!("/jobs/{id}"))) } else { Err(unknown_job()) }
}

pub(in crate::web) async fn upload(State(web): State<Web>, mut form: Multipart) -> Result<Response, PageError> {
    let refused = |error: axum::extract::multipart::MultipartError| {
        PageError::Refused(error.status(), format!("{}; nothing was kept.", error.body_text()))
    };
    let mut upload = Upload::begin(&web.workspace)?;
    while let Some(mut field) = form.next_field().await.map_err(refused)? {
        let name = field.file_name().unwrap_or("").to_string();
        if name.is_empty() {
            continue;
        }
        upload.next_file(&name)?;
        while let Some(chunk) = field.chunk().await.map_err(refused)? {
            upload.write(&chunk)?;
        }
    }
    if upload.is_empty() {
        let message = escape("No file was chosen; nothing was read.");
        return Ok(Redirect::to(&format!("/import?message={message}")).into_response());
    }
    let folder = {
        let workspace = web.workspace.clone();
        blocking(web.clone(), move |_| Ok(upload.seal(&workspace)?)).await?
    };
    let id = web.jobs.start_upload(web.workspace.clone(), folder);
    let to = format!("/jobs/{id}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
}
