//! One function per command: calls the pipeline, prints, chooses the exit code.

mod estate;
mod models;
mod records;
mod running;

use std::path::Path;
use std::sync::Arc;

use super::arguments::{
    AccessCommand, Arguments, Command, ConfigCommand, DataCommand, FormulaCommand, LedgerCommand, MacroCommand,
    PolicyCommand, VbaCommand,
};
use super::{FINDINGS, Failure, OK, UNREADABLE, USAGE};
use crate::base::{Chain, Clock, SystemClock, date_of_unix_ms};
use crate::pipeline::{PipelineError, ReaderCommand, Workspace};

/// Everything a command may need of its surroundings.
struct Context {
    data: std::path::PathBuf,
    data_from: &'static str,
    clock: Arc<dyn Clock>,
    reader: ReaderCommand,
}

/// Executes a command and gives its exit code.
pub(super) fn execute(arguments: Arguments) -> Result<u8, Failure> {
    let reader = ReaderCommand::this_program().map_err(|error| {
        Failure::unreadable(format!("cannot find this program on disk to start its readers: {error}"))
    })?;
    let data_from = if arguments.data.is_some() { "--data" } else { "default" };
    let data = arguments.data.unwrap_or_else(|| std::path::PathBuf::from(super::arguments::DEFAULT_DATA));
    let context = Context { data, data_from, clock: Arc::new(SystemClock), reader };
    match arguments.command {
        None => estate::main_job(&context),
        Some(Command::Scan(scan)) => estate::scan(&context, &scan),
        Some(Command::Serve { listen, scan }) => estate::serve(&context, listen, &scan),
        Some(Command::Infer(paths)) => models::infer(&context, &paths),
        Some(Command::Convert(paths)) => models::convert(&context, &paths),
        Some(Command::Vba(VbaCommand::Extract { file, json })) => models::vba_extract(&context, &file, json),
        Some(Command::Vba(VbaCommand::Check { files, json })) => models::vba_check(&files, json),
        Some(Command::Formula(FormulaCommand::Check(paths))) => models::formula_check(&context, &paths),
        Some(Command::Macro(MacroCommand::Run(run))) => running::macro_run(&context, run),
        Some(Command::Macro(MacroCommand::Survey(paths))) => running::survey(&context, &paths),
        Some(Command::Replay(replay)) => running::replay(&context, replay),
        Some(Command::Access(AccessCommand::Show { file, json })) => models::access_show(&context, &file, json),
        Some(Command::Data(DataCommand::Export { paths, out, format })) => {
            models::export(&context, &paths, &out, format)
        }
        Some(Command::Check { model, findings, json }) => models::check(&context, &model, findings.as_deref(), json),
        Some(Command::Policy(PolicyCommand::Test { json })) => models::policy_test(json),
        Some(Command::Policy(PolicyCommand::Explain { rule, model, json })) => {
            models::policy_explain(&context, &rule, &model, json)
        }
        Some(Command::Run(run)) => running::run(&context, run),
        Some(Command::Import(import)) => records::import(&context, &import),
        Some(Command::Kpi { as_of, json }) => records::kpi(&context, as_of.as_deref(), json),
        Some(Command::Diff { a, b, json }) => models::diff(&a, &b, json),
        Some(Command::Ledger(LedgerCommand::Verify { json })) => records::ledger_verify(&context, json),
        Some(Command::Schema) => models::schema(),
        Some(Command::Config(ConfigCommand::Show { json })) => records::config_show(&context, json),
    }
}

impl Context {
    fn open(&self) -> Result<Workspace, Failure> {
        let workspace = Workspace::open(&self.data, Arc::clone(&self.clock), self.reader.clone())?;
        for line in workspace.mended() {
            eprintln!("{line}");
        }
        Ok(workspace)
    }

    fn today(&self) -> String {
        date_of_unix_ms(self.clock.now_ms())
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Failure {
        let happened = Chain(&error).to_string();
        let code = match &error {
            error if error.input_unreadable() => UNREADABLE,
            PipelineError::Unknown { .. } | PipelineError::Argument { .. } => USAGE,
            _ => FINDINGS,
        };
        let failure = Failure { code, happened, remedy: None };
        match error.remedy() {
            Some(remedy) => failure.with_remedy(remedy),
            None => failure,
        }
    }
}

/// Lists on standard error what could not be read; the exit code tells as well.
fn report_failed(failed: &[String]) -> u8 {
    for line in failed {
        eprintln!("{}", super::output::plain(line));
    }
    if failed.is_empty() { OK } else { FINDINGS }
}

/// A path must lead to a file or a folder before anything is started: a pipe or a device would be read without an end.
fn must_exist(path: &Path) -> Result<(), Failure> {
    let happened = match std::fs::metadata(path) {
        Ok(about) if about.is_file() || about.is_dir() => return Ok(()),
        Ok(_) => format!("`{}` is neither a file nor a folder", path.display()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => format!("`{}` does not exist", path.display()),
        Err(error) => format!("`{}` cannot be looked at: {error}", path.display()),
    };
    Err(Failure::unreadable(happened).with_remedy("Nothing was read and nothing was changed. Check the path."))
}

/// As `must_exist`, for what has to be a file.
fn must_be_file(path: &Path) -> Result<(), Failure> {
    must_exist(path)?;
    if path.is_file() {
        return Ok(());
    }
    Err(Failure::unreadable(format!("`{}` is a folder; a file is needed", path.display()))
        .with_remedy("Nothing was read and nothing was changed. Name the file."))
}
