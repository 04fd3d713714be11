//! Progress of a scan on standard error: a bar on a terminal, nothing elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::plain;
use crate::pipeline::{Progress, ScannedFile};

/// A bar that counts files and names the ones that were not read completely.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar, hidden when standard error is no terminal.
    pub fn new() -> Bar {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{msg:12} {wide_bar} {pos}/{len} files, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn stage(&self, stage: &str, total: usize) {
        self.bar.set_message(stage.to_string());
        self.bar.set_length(total as u64);
    }

    fn file(&self, file: &ScannedFile) {
        if file.state != "parsed" {
            self.bar.println(plain(&format!("{:<11} {}: {}", file.state, file.path, file.reason)));
        }
        self.bar.inc(1);
    }

    fn cancelled(&self) -> bool {
        false
    }
}
