//! The terminal: turns arguments into calls of `pipeline` and answers into text, JSON and exit codes. Decides nothing.
//! With `--json` standard output carries one JSON document and nothing else; messages and progress go to standard error.

mod arguments;
mod commands;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;

/// Done, nothing to say.
const OK: u8 = 0;
/// Done, but with findings or failures.
const FINDINGS: u8 = 1;
/// The command was not understood.
const USAGE: u8 = 2;
/// Something that had to be read could not be.
const UNREADABLE: u8 = 3;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // Before anything else: a reader's process must not start threads or open files of the program's.
    if std::env::args().nth(1).as_deref() == Some(crate::pipeline::READ_ONE) {
        return crate::pipeline::read_one();
    }
    crate::base::report_places_only();
    restore_broken_pipe();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { OK });
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("DAYLIGHT_LOG"))
        .with_writer(std::io::stderr)
        .init();
    match commands::execute(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("{}", output::failure_text(&failure));
            ExitCode::from(failure.code)
        }
    }
}

/// `daylight … | head` ends quietly instead of with an error about its output.
fn restore_broken_pipe() {
    #[cfg(unix)]
    // SAFETY: setting a signal's default disposition before any thread is started.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// A failure on its way to the terminal: what happened, what was kept, what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    happened: String,
    remedy: Option<String>,
}

impl Failure {
    fn usage(happened: impl Into<String>) -> Failure {
        Failure { code: USAGE, happened: happened.into(), remedy: None }
    }

    fn unreadable(happened: impl Into<String>) -> Failure {
        Failure { code: UNREADABLE, happened: happened.into(), remedy: None }
    }

    fn with_remedy(mut self, remedy: impl Into<String>) -> Failure {
        self.remedy = Some(remedy.into());
        self
    }
}
