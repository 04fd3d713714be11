//! The program: hands its arguments to `cli` and returns the exit code it gives.

use std::process::ExitCode;

fn main() -> ExitCode {
    daylight::cli::main()
}
