//! The engine: runs workflows in a sandbox. `compile` turns an application into WebAssembly, `sandbox` runs it with the
//! capabilities that were granted and nothing else, `services` makes outside calls with retries, `value` holds VBA's
//! values and library, `formula` and `workbook` are the spreadsheet and `database` the database that macros talk to through
//! `object`; `files` is the file system and `regexp` the regular expressions they may use.
//! Promises that nothing leaves but through a capability, and that every run ends: by itself, by an error, a refusal or a limit.

pub mod compile;
pub mod database;
pub mod dialogs;
pub mod files;
pub mod formula;
pub mod object;
pub mod print_list;
pub mod regexp;
pub mod sandbox;
pub mod services;
pub mod value;
pub mod workbook;

pub use compile::{Capability, CompileOptions, EngineError, Lenient, Program, UnknownName, compile};
pub use sandbox::{
    DatabaseModel, Host, Limits, RunOutcome, RunStatus, Shared, StepRecord, Tier, UncaughtError, run, tier_of,
};
