//! Import: is my data in, and what failed? Uploads and scans with live progress.

use std::path::PathBuf;

use askama::Template;
use axum::extract::{Form, Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Page, PageError, blocking, escape, html, shell, size_text, theme};
use crate::pipeline::{Job, JobState, Upload};
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
    jobs: Vec<JobView>,
}

#[derive(Template)]
#[template(path = "parts/jobs.html")]
struct Fragment {
    jobs: Vec<JobView>,
}

struct JobView {
    id: u64,
    roots: String,
    started: String,
    running: bool,
    done: usize,
    total: usize,
    rate: String,
    stage: String,
    good_width: usize,
    bad_width: usize,
    error: String,
    files: Vec<FileLine>,
}

struct FileLine {
    path: String,
    state: String,
    class: &'static str,
    what: String,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    message: String,
}

/// The form of a scan.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Folder {
    path: String,
}

/// Jobs shown.
const MOST_JOBS: usize = 5;

pub(in crate::web) async fn page(State(web): State<Web>, Query(asked): Query<Asked>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, None, asked.message)?)).await
}

pub(in crate::web) async fn job(State(web): State<Web>, Path(id): Path<u64>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, Some(id), String::new())?)).await
}

pub(in crate::web) async fn fragment(State(web): State<Web>) -> Result<Response, PageError> {
    let jobs: Vec<Job> = web.jobs.list().into_iter().take(MOST_JOBS).collect();
    let running = jobs.iter().any(|job| job.state == JobState::Running);
    let text = Fragment { jobs: jobs.iter().map(view).collect() }.render()?;
    Ok(([("x-running", if running { "yes" } else { "no" })], Html(text)).into_response())
}

fn build(web: &Web, theme: &str, only: Option<u64>, message: String) -> Result<Import, PageError> {
    let jobs: Vec<Job> = match only {
        Some(id) => vec![
            web.jobs
                .get(id)
                .ok_or_else(|| PageError::NotFound(String::from("job of this number since the service began")))?,
        ],
        None => web.jobs.list().into_iter().take(MOST_JOBS).collect(),
    };
    Ok(Import {
        shell: shell(web, theme, "Import", "/import")?,
        message,
        running: jobs.iter().any(|job| job.state == JobState::Running),
        limit: size_text(UPLOAD_BYTES as u64),
        jobs: jobs.iter().map(view).collect(),
    })
}

fn view(job: &Job) -> JobView {
    let failed = job.files.iter().filter(|file| file.state != "parsed").count();
    let seconds = (job.updated_ms.saturating_sub(job.started_ms)) as f64 / 1000.0;
    let per_second = if seconds > 0.0 { job.done as f64 / seconds } else { 0.0 };
    let rate = match job.state {
        JobState::Running if per_second > 0.0 => {
            let left = job.total.saturating_sub(job.done) as f64 / per_second;
            format!("about {left:.0} seconds left, {:.0} files a minute", per_second * 60.0)
        }
        JobState::Running => String::from("starting"),
        JobState::Finished => format!("finished in {seconds:.1} s"),
        JobState::Cancelled => String::from("cancelled; what was read is kept"),
        JobState::Failed => String::from("stopped"),
    };
    JobView {
        id: job.id,
        roots: job.roots.join(", "),
        started: job.started.chars().take(19).collect::<String>().replace('T', " "),
        running: job.state == JobState::Running,
        done: job.done,
        total: job.total,
        rate,
        stage: format!("Stage: {}", job.stage),
        good_width: width(job.done.saturating_sub(failed), job.total.max(1)),
        bad_width: width(failed, job.total.max(1)),
        error: job.error.clone().unwrap_or_default(),
        files: job
            .files
            .iter()
            .rev()
            .map(|file| FileLine {
                path: file.path.rsplit('/').next().unwrap_or("").to_string(),
                class: match file.state.as_str() {
                    "parsed" => "ok",
                    "partial" | "encrypted" => "warn",
                    _ => "bad",
                },
                what: if file.reason.is_empty() {
                    format!(
                        "{} tables, {} rows, {} formulas, {} macro modules",
                        file.tables, file.rows, file.formulas, file.macros
                    )
                } else {
                    file.reason.clone()
                },
                state: file.state.clone(),
            })
            .collect(),
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
    if web.jobs.cancel(id) {
        return Ok(Redirect::to(&format!("/jobs/{id}")));
    }
    Err(PageError::NotFound(String::from("job of this number since the service began")))
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
        return Err(PageError::Refused(StatusCode::BAD_REQUEST, String::from("No file was chosen; nothing was kept.")));
    }
    let folder = {
        let workspace = web.workspace.clone();
        blocking(web.clone(), move |_| Ok(upload.seal(&workspace)?)).await?
    };
    let id = web.jobs.start_upload(web.workspace.clone(), folder);
    let to = format!("/jobs/{id}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
}
