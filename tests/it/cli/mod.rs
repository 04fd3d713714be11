//! The command line as `docs/cli.md` promises it to scripts. `exit_codes` and `input` hold what bad use and bad input give,
//! `shapes` the exact keys of each JSON document and what they say, `schema` that models fit the printed schema, `macros` runs
//! beside what Excel gives, `replay` the receipts.

mod exit_codes;
mod input;
mod macros;
mod replay;
mod schema;
mod shapes;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::root;

/// A folder of its own for one test, with a store in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("temp"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daylight"));
        command.current_dir(self.0.path()).env_remove("DAYLIGHT_LOG").arg("--data").arg(self.0.path().join("store"));
        command.args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// The exit code and the one JSON document on standard output.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(arguments);
        let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            let said = String::from_utf8_lossy(&output.stderr);
            panic!("{arguments:?}: no single JSON document ({error}): {said}")
        });
        (output.status.code().unwrap_or(-1), document)
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        self.run(arguments).status.code().unwrap_or(-1)
    }

    /// Writes a file and the folders above it.
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, text).expect("the file is written");
        shown(&path)
    }

    /// The first segment of the store's ledger.
    fn ledger(&self) -> std::path::PathBuf {
        self.0.path().join("store/tenants/local/ledger/000001.jsonl")
    }
}

fn shown(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_string()
}

fn sample(path: &str) -> String {
    shown(&root().join("samples").join(path))
}

/// A file of the newest snapshot of the sample estate.
fn estate(path: &str) -> String {
    sample(&format!("estate/2026-11/{path}"))
}

fn workbook() -> String {
    estate("stores/014/stock-count-014.xlsm")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
