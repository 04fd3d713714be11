//! Every route of the service.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::{Web, assets, guard, pages};

/// Bytes of one upload; larger bodies are refused with 413 while they arrive.
pub(super) const UPLOAD_BYTES: usize = 512 << 20;
/// A body that trickles is given up after this time.
const BODY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(120);

pub(super) fn router(web: Web) -> Router {
    Router::new()
        .route("/", get(pages::overview::page))
        .route("/kpi.json", get(pages::overview::json))
        .route("/files", get(pages::files::page))
        .route("/files.csv", get(pages::files::csv))
        .route("/files.json", get(pages::files::json))
        .route("/files/{asset}", get(pages::file::page))
        .route("/import", get(pages::import::page).post(pages::import::upload))
        .route("/scan", post(pages::import::scan))
        .route("/jobs/fragment", get(pages::import::fragment))
        .route("/jobs/events", get(pages::import::events))
        .route("/jobs/{id}", get(pages::import::job))
        .route("/jobs/{id}/cancel", post(pages::import::cancel))
        .route("/apps", get(pages::apps::page))
        .route("/models", get(pages::apps::models))
        .route("/apps/{id}", get(pages::app::page))
        .route("/macros", get(pages::macros::page))
        .route("/macros/{id}/{workflow}", get(pages::macro_page::page))
        .route("/runs", get(pages::runs::page))
        .route("/review", get(pages::review::page).post(pages::decide::one))
        .route("/review/batch", post(pages::decide::batch))
        .route("/review.csv", get(pages::review::csv))
        .route("/changes", get(pages::changes::page))
        .route("/policy", get(pages::policy::page))
        .route("/audit", get(pages::audit::page))
        .route("/search", get(pages::search::page))
        .route("/healthz", get(|| async { "ok" }))
        .route("/assets/{name}", get(assets::serve))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(middleware::from_fn(guard::guard))
        .with_state(web)
}
