//! Style sheet, script and icon, embedded in the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

#[derive(rust_embed::Embed)]
#[folder = "templates/assets"]
struct Assets;

/// Serves one asset; its address carries the build, so it may be kept for a year.
pub(super) async fn serve(Path(name): Path<String>) -> Response {
    let Some(file) = Assets::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.data.into_owned()).into_response()
}

/// A short name of this build's assets.
pub(super) fn build() -> String {
    let hashes: Vec<u8> = ["app.css", "app.js"]
        .iter()
        .filter_map(|name| Assets::get(name))
        .flat_map(|file| file.metadata.sha256_hash())
        .collect();
    crate::base::sha256_hex(&hashes).chars().take(8).collect()
}
