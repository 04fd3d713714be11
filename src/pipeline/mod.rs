//! The product as a few short functions over the rooms: scan, infer, convert, check, run, replay, import, report.
//! The rooms do not know each other; they meet here. Owns jobs and the workspace; decides no rule of its own.

mod access_data;
mod applications;
mod changes;
mod contents;
mod convert;
mod discover;
mod error;
mod excel_data;
mod infer;
mod estate;
mod export;
mod fidelity;
mod formulas;
mod jobs;
mod judge;
mod kpi;
mod macros;
mod mutants;
mod owners;
mod places;
mod queries;
mod receipts;
mod records;
mod replay;
mod replay_cells;
mod replay_tables;
mod replay_variants;
mod report;
mod review;
mod run;
mod save;
mod scan;
mod survey;
mod uploads;
mod views;
mod workspace;

use std::process::ExitCode;

pub use crate::facts::SheetFacts;
pub use crate::insight::Indicator;
pub use crate::source::{READ_ONE, ReaderCommand};
pub use changes::{Change, Changes, FileChange, SnapshotFile};
pub use convert::{access_show, convert, vba_check, vba_extract};
pub use error::PipelineError;
pub use estate::{Summary, main_job, summary};
pub use export::{Exported, RowFormat, export_rows};
pub use fidelity::check_formulas;
pub use infer::infer;
pub use jobs::{Job, JobState, Jobs};
pub use judge::{check_model, diff_models, explain_rule, load_model, rule_pages, test_rules};
pub use kpi::{KpiReport, kpis};
pub use macros::{MacroRequest, run_macro};
pub use mutants::mutants;
pub use receipts::{LedgerVerification, ReceiptVerification, record_receipts, verify_ledger};
pub use records::{ImportReport, RecordKind, import_records};
pub use replay::{ReplayRequest, Replayed, replay};
pub use report::*;
pub use review::{Answer, TAGS, decide};
pub use run::{Ran, RunRequest, record_run, run_workflow};
pub use scan::{Progress, ScanOptions, Silent, scan};
pub use survey::survey;
pub use uploads::Upload;
pub use views::*;
pub use workspace::Workspace;

/// What the hidden subcommand of a reader's process does.
pub fn read_one() -> ExitCode {
    crate::source::child_main()
}
