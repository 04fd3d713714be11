//! The only room that sees file bytes: sniffs what a file is, checks it before a reader may touch it, and reads it
//! in a child process of its own. Promises that every file ends in one shown state and that no loop runs without
//! charging a budget. Must not know what the facts are used for.

mod access;
mod content;
mod excel;
mod export;
mod isolate;
mod lockdown;
mod mask;
mod precheck;
mod sink;
mod sniff;
mod spend;
mod text;
pub mod vba;
mod wire;
mod xml;
mod zipped;

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::Budget;
use crate::facts::{FileKind, FileState, Notice, Problem, Reading, SourceFacts};

pub use content::Content;
pub use export::{ExportError, write_header, write_row, write_table_csv};
pub use isolate::{Outcome, READ_ONE, ReaderCommand, child_main, read_file, read_file_into};
pub use sink::{Collector, Completeness, Delivered, Sink};
pub use sniff::{Sniffed, sniff};
pub use spend::Spend;

/// What one file may cost. The defaults let every file of the public test suites through that Excel and Access open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Largest file that is opened at all, in bytes.
    pub file_bytes: u64,
    /// Inflated bytes, delivered cells and nesting depth; see `Budget`.
    pub budget: Budgeted,
    /// Address space of the reader's process, in bytes.
    pub memory_bytes: u64,
    /// Processor time of the reader's process, in seconds.
    pub cpu_seconds: u64,
    /// Time by the wall after which the parent kills the reader.
    pub wall: Duration,
    /// Bytes of facts as JSON that the parent accepts.
    pub facts_bytes: u64,
    /// Cells that a `Collector` keeps; further ones are counted only.
    pub kept_cells: u64,
}

/// `base::Budget` in a form that crosses to the reader's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budgeted {
    /// Inflated or decoded bytes in all.
    pub bytes: u64,
    /// Cells delivered in all.
    pub rows: u64,
    /// Nesting depth of markup.
    pub depth: u32,
}

impl From<Budgeted> for Budget {
    fn from(part: Budgeted) -> Budget {
        Budget { bytes: part.bytes, rows: part.rows, depth: part.depth }
    }
}

/// One mebibyte.
pub(crate) const MIB: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // An Access file cannot be larger than 2 GiB (Access specifications); workbooks that big do not open in Excel.
            file_bytes: 2048 * MIB,
            // Measured: the largest public workbook inflates to about 300 MB; a cell of XML takes some 30 bytes.
            budget: Budgeted { bytes: 1536 * MIB, rows: 20_000_000, depth: 64 },
            // `security.md`: 1 GiB a reader, two at a time.
            memory_bytes: 1024 * MIB,
            cpu_seconds: 20,
            wall: Duration::from_secs(20),
            facts_bytes: 64 * MIB,
            // A kept cell takes about 100 bytes, so that a reading stays around 200 MB.
            kept_cells: 2_000_000,
        }
    }
}

/// Why a file could not be read, or not to its end.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The content is protected by a password.
    #[error("encrypted: {what}")]
    Encrypted {
        /// How it is encrypted.
        what: String,
    },
    /// The content is no kind that is read.
    #[error("{what}")]
    Unsupported {
        /// What it looks like.
        what: String,
    },
    /// A limit was hit.
    #[error("limit {limit}: {what}")]
    Limit {
        /// The limit's name.
        limit: &'static str,
        /// What went over it.
        what: String,
    },
    /// The content breaks its own format.
    #[error("{part}: {what}")]
    Malformed {
        /// Part, stream or table.
        part: String,
        /// What is wrong.
        what: String,
    },
    /// The bytes could not be fetched.
    #[error("cannot {operation}")]
    Io {
        /// What was tried.
        operation: &'static str,
        /// Why not.
        source: std::io::Error,
    },
}

impl SourceError {
    pub(crate) fn malformed(part: impl Into<String>, what: impl ToString) -> SourceError {
        SourceError::Malformed { part: part.into(), what: what.to_string() }
    }

    /// The state of a file of which nothing could be read for this reason.
    pub fn state(&self) -> FileState {
        match self {
            SourceError::Encrypted { .. } => FileState::Encrypted,
            SourceError::Unsupported { .. } => FileState::Unsupported,
            SourceError::Limit { .. } => FileState::Rejected,
            SourceError::Malformed { .. } | SourceError::Io { .. } => FileState::Unsupported,
        }
    }

    fn problem(&self) -> Problem {
        match self {
            SourceError::Encrypted { .. } => Problem::Encrypted,
            SourceError::Unsupported { .. } => Problem::Unsupported,
            SourceError::Limit { .. } => Problem::OverBudget,
            SourceError::Malformed { .. } | SourceError::Io { .. } => Problem::Malformed,
        }
    }

    /// The same as data, for a file of which something else was read.
    pub(crate) fn notice(&self, place: &str, kept: &str) -> Notice {
        Notice {
            place: place.to_string(),
            problem: self.problem(),
            message: format!("{}; {kept}", crate::base::Chain(self)),
        }
    }
}

/// What surrounds a file's bytes: its stem names the table of a delimited text, its sibling describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Surroundings {
    /// The file's name without folder.
    pub name: String,
    /// The text of `schema.ini` beside a delimited text.
    pub schema_ini: Option<String>,
    /// The text of the `.xsd` beside an exported XML.
    pub xsd: Option<String>,
}

impl Surroundings {
    /// The name without its last extension.
    pub fn stem(&self) -> &str {
        Path::new(&self.name).file_stem().and_then(|stem| stem.to_str()).unwrap_or(&self.name)
    }
}

/// Reads a content in this process and delivers to `sink`: sniff, pre-check, read. The facts come last and once.
/// An error says that nothing of the content could be used.
pub fn read_in_process(
    content: &Content,
    around: &Surroundings,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<SourceFacts, SourceError> {
    if content.len() > limits.file_bytes {
        let what = format!("{} bytes, at most {} are opened", content.len(), limits.file_bytes);
        return Err(SourceError::Limit { limit: "file size", what });
    }
    let mut spend = Spend::new(limits.budget.into());
    let sniffed = sniff(content, &mut spend)?;
    sink.kind(sniffed.kind)?;
    let mut facts = match sniffed.kind {
        FileKind::Xlsx | FileKind::Xlsm => excel::read_open_xml(content, sniffed.kind, &mut spend, sink)?,
        FileKind::Xlsb => excel::read_binary(content, &mut spend, sink)?,
        FileKind::Xls => excel::read_biff(content, &mut spend, sink)?,
        FileKind::Ods => excel::read_open_document(content, &mut spend, sink)?,
        FileKind::Mdb | FileKind::Accdb => access::read(content, &mut spend, sink)?,
        FileKind::Csv => text::read_delimited(content, around, &mut spend, sink)?,
        FileKind::AccessXml => text::read_access_xml(content, around, &mut spend, sink)?,
        FileKind::AccessText => text::read_access_text(content, around, &mut spend)?,
        FileKind::VbaText => text::read_vba_text(content, around, &mut spend)?,
        FileKind::OfficeCode => vba::read_office_code(content, &mut spend)?,
        FileKind::Unknown => return Err(SourceError::Unsupported { what: sniffed.looks_like }),
    };
    facts.kind = sniffed.kind;
    Ok(facts)
}

/// Reads bytes in this process and keeps what they hold; for tests and for contents that are trusted.
pub fn read_bytes(bytes: Vec<u8>, name: &str, limits: &Limits) -> Result<Reading, SourceError> {
    let around = Surroundings { name: name.to_string(), ..Surroundings::default() };
    let mut collector = Collector::new(limits.kept_cells);
    let facts = read_in_process(&Content::from_bytes(bytes), &around, limits, &mut collector)?;
    Ok(collector.finish(facts))
}

/// The state of a file that was read to its end: partial when a notice says that content of a promised kind is missing.
pub fn state_of(facts: &SourceFacts) -> (FileState, String) {
    let lost = |notice: &&Notice| notice.problem != Problem::Remark;
    let Some(first) = facts.notices.iter().find(lost) else {
        return (FileState::Parsed, String::new());
    };
    let more = facts.notices.iter().filter(lost).count() - 1;
    let place = if first.place.is_empty() { String::new() } else { format!("{}: ", first.place) };
    let others = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    (FileState::Partial, format!("{place}{}{others}", first.message))
}
