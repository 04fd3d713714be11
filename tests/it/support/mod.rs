//! What the tests of more than one room need: where the project and its optional measuring data lie.

pub mod hostile;
pub mod mutant;
pub mod service;

use std::path::PathBuf;

/// The root of the project, wherever the tests run from.
pub fn root() -> PathBuf {
    PathBuf::from(option_env!("DAYLIGHT_ROOT").unwrap_or(env!("CARGO_MANIFEST_DIR")))
}

/// The folder `tests/data/<room>`.
#[allow(dead_code, reason = "not every room keeps its cases in files")]
pub fn data(room: &str) -> PathBuf {
    root().join("tests/data").join(room)
}
