//! One file, one process: the parent opens the file and starts the same program again as a reader, the reader locks
//! itself down and streams frames back. Whatever the file does to the reader, the parent keeps what has arrived and
//! says how it ended. The reader's own error output is never forwarded, only its kind is told.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::base::{Chain, Sha256Hex};
use crate::facts::{CellContent, FileKind, FileState, Notice, Problem, Reading, Scalar, SourceFacts};

use super::content::Content;
use super::lockdown::lock_down;
use super::sink::{Collector, Completeness, Delivered, Sink};
use super::wire::{pack_cells, pack_rows, read_frame, tag, unpack_cells, unpack_rows, write_frame};
use super::{Limits, MIB, SourceError, Surroundings, read_in_process, state_of};

/// The hidden subcommand that the program must answer with `child_main`.
pub const READ_ONE: &str = "read-one";

/// Largest sibling text (`schema.ini`, `.xsd`) that is passed to a reader.
const SIBLING_BYTES: u64 = 256 * 1024;
/// Error output kept to tell how a reader ended.
const STDERR_BYTES: u64 = 16 * 1024;
/// Frames in flight between the reader of the pipe and the sink.
const FRAMES_IN_FLIGHT: usize = 4;
/// Bytes of a file hashed at a time.
const HASH_BLOCK: usize = 1 << 20;

/// How a reader's process is started.
#[derive(Debug, Clone)]
pub struct ReaderCommand {
    /// The program, normally this one.
    pub program: PathBuf,
    /// Arguments before the request.
    pub arguments: Vec<OsString>,
}

impl ReaderCommand {
    /// This program with its hidden subcommand.
    pub fn this_program() -> io::Result<ReaderCommand> {
        Ok(ReaderCommand::of(std::env::current_exe()?))
    }

    /// Another program that answers the hidden subcommand.
    pub fn of(program: PathBuf) -> ReaderCommand {
        ReaderCommand { program, arguments: vec![OsString::from(READ_ONE)] }
    }
}

/// How reading a file ended, and what arrived.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The one state of the file.
    pub state: FileState,
    /// Empty for `parsed`; else what is missing and why.
    pub reason: String,
    /// What arrived; none when nothing could be used.
    pub reading: Option<Reading>,
    /// SHA-256 of the bytes; empty when they could not be read.
    pub sha256: String,
    /// Length of the file.
    pub bytes: u64,
    /// The kind by content, as far as it was told.
    pub kind: FileKind,
    /// Milliseconds by the wall, the process start included.
    pub ms: u64,
}

/// What the parent asks of the reader.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    limits: Limits,
    around: Surroundings,
}

/// How the reader refused a file.
#[derive(Debug, Serialize, Deserialize)]
struct Failed {
    state: FileState,
    reason: String,
}

/// Reads one file in a process of its own and keeps what it delivers. Never fails: a failure is a state.
pub fn read_file(path: &Path, limits: &Limits, command: &ReaderCommand) -> Outcome {
    let mut collector = Collector::new(limits.kept_cells);
    let mut outcome = read_file_into(path, limits, command, &mut collector);
    outcome.reading = outcome.reading.map(|reading| collector.finish(reading.facts));
    outcome
}

/// The same with a sink that takes the content as it arrives; the outcome's reading then holds facts only.
pub fn read_file_into(path: &Path, limits: &Limits, command: &ReaderCommand, sink: &mut dyn Sink) -> Outcome {
    let started = Instant::now();
    let mut outcome = match Opened::open(path, limits) {
        Ok(opened) => opened.read(limits, command, sink, started),
        Err(error) => ended(error.state(), Chain(&error).to_string()),
    };
    outcome.ms = started.elapsed().as_millis() as u64;
    outcome
}

fn ended(state: FileState, reason: String) -> Outcome {
    Outcome { state, reason, reading: None, sha256: String::new(), bytes: 0, kind: FileKind::Unknown, ms: 0 }
}

/// A file that is open, hashed and no larger than allowed.
struct Opened {
    file: File,
    around: Surroundings,
    sha256: String,
    bytes: u64,
}

fn failed(operation: &'static str) -> impl Fn(io::Error) -> SourceError {
    move |source| SourceError::Io { operation, source }
}

impl Opened {
    fn open(path: &Path, limits: &Limits) -> Result<Opened, SourceError> {
        let file = File::open(path).map_err(failed("open the file"))?;
        let bytes = file.metadata().map_err(failed("ask for the file's size"))?.len();
        if bytes > limits.file_bytes {
            let what = format!("{bytes} bytes, at most {} are opened", limits.file_bytes);
            return Err(SourceError::Limit { limit: "file size", what });
        }
        let sha256 = hash(&file).map_err(failed("read the file"))?;
        Ok(Opened { file, around: surroundings(path), sha256, bytes })
    }

    fn read(self, limits: &Limits, command: &ReaderCommand, sink: &mut dyn Sink, started: Instant) -> Outcome {
        let request = Request { limits: limits.clone(), around: self.around };
        let mut outcome = match start(command, &request, self.file) {
            Ok(mut running) => running.finish(limits, sink, started),
            Err(error) => ended(FileState::Crashed, format!("the reader could not be started: {error}")),
        };
        outcome.sha256 = self.sha256;
        outcome.bytes = self.bytes;
        outcome
    }
}

fn hash(file: &File) -> io::Result<String> {
    let mut content = Content::from_file(file.try_clone()?)?;
    let mut hasher = Sha256Hex::default();
    let mut block = vec![0; HASH_BLOCK];
    loop {
        match content.read(&mut block)? {
            0 => return Ok(hasher.finish()),
            got => hasher.update(block.get(..got).unwrap_or_default()),
        }
    }
}

/// The name and the sibling texts that describe a delimited text or an exported XML.
fn surroundings(path: &Path) -> Surroundings {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = |names: &[PathBuf]| names.iter().find_map(|sibling| sibling_text(sibling));
    let ini = ["schema.ini", "Schema.ini", "SCHEMA.INI"].map(|sibling| path.with_file_name(sibling));
    let xsd = [path.with_extension("xsd"), path.with_extension("XSD")];
    Surroundings { name, schema_ini: beside(&ini), xsd: beside(&xsd) }
}

fn sibling_text(path: &Path) -> Option<String> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(SIBLING_BYTES).read_to_end(&mut bytes).ok()?;
    Some(super::text::decoded(&bytes))
}

/// A reader at work.
struct Running {
    child: Child,
    frames: Receiver<io::Result<(u8, Vec<u8>)>>,
    errors: JoinHandle<Vec<u8>>,
}

/// The request goes through the standard input's twin: the file is descriptor 0, the request the last argument unless it is long.
fn start(command: &ReaderCommand, request: &Request, file: File) -> io::Result<Running> {
    let request = serde_json::to_string(request).map_err(io::Error::other)?;
    let mut child = Command::new(&command.program)
        .args(&command.arguments)
        .env_clear()
        .env("RUST_BACKTRACE", "0")
        .current_dir("/")
        .stdin(Stdio::from(file))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .args(pieces(&request))
        .spawn()?;
    let stdout = child.stdout.take().ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
    let stderr = child.stderr.take().ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
    let facts_bytes = request_limit(&request);
    let (send, frames) = sync_channel(FRAMES_IN_FLIGHT);
    std::thread::spawn(move || forward(BufReader::new(stdout), facts_bytes, &send));
    let errors = std::thread::spawn(move || capped(stderr));
    Ok(Running { child, frames, errors })
}

/// One argument holds at most 128 KiB (MAX_ARG_STRLEN of Linux), so a request with a long sibling takes several.
const ARGUMENT_BYTES: usize = 100 * 1024;

fn pieces(request: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in request.chars() {
        if pieces.last().is_some_and(|piece| piece.len() + letter.len_utf8() > ARGUMENT_BYTES) {
            pieces.push(String::new());
        }
        if let Some(last) = pieces.last_mut() {
            last.push(letter);
        }
    }
    pieces
}

fn request_limit(request: &str) -> u64 {
    serde_json::from_str::<Request>(request).map_or(MIB, |request| request.limits.facts_bytes)
}

fn forward(mut stdout: impl Read, facts_bytes: u64, send: &SyncSender<io::Result<(u8, Vec<u8>)>>) {
    loop {
        let frame = match read_frame(&mut stdout, facts_bytes) {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let broken = frame.is_err();
        if send.send(frame).is_err() || broken {
            return;
        }
    }
}

fn capped(mut stderr: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    // The rest is drained so that the reader never blocks on a full pipe.
    let _ = stderr.by_ref().take(STDERR_BYTES).read_to_end(&mut kept);
    let _ = io::copy(&mut stderr, &mut io::sink());
    kept
}

/// Why the parent stopped listening.
enum Stop {
    /// The reader closed its output.
    Ended,
    /// The time by the wall is over.
    Late,
    /// What came is not the protocol, or the sink refused it.
    Refused(String),
}

/// What the frames told so far.
#[derive(Default)]
struct Heard {
    kind: FileKind,
    early: Option<SourceFacts>,
    facts: Option<SourceFacts>,
    failed: Option<Failed>,
    delivered: Delivered,
}

impl Running {
    fn finish(&mut self, limits: &Limits, sink: &mut dyn Sink, started: Instant) -> Outcome {
        let mut heard = Heard::default();
        let stop = self.listen(limits.wall, sink, started, &mut heard);
        if !matches!(stop, Stop::Ended) {
            let _ = self.child.kill();
        }
        let status = self.child.wait();
        let errors = std::mem::replace(&mut self.errors, std::thread::spawn(Vec::new)).join().unwrap_or_default();
        let mut outcome = conclude(&mut heard, &stop, status, &String::from_utf8_lossy(&errors), limits);
        outcome.kind = heard.kind;
        outcome
    }

    fn listen(&mut self, wall: Duration, sink: &mut dyn Sink, started: Instant, heard: &mut Heard) -> Stop {
        loop {
            let left = wall.saturating_sub(started.elapsed());
            match self.frames.recv_timeout(left) {
                Ok(Ok((tag, payload))) => {
                    if let Err(error) = heard.take(tag, &payload, sink) {
                        return Stop::Refused(Chain(&error).to_string());
                    }
                }
                Ok(Err(error)) => return Stop::Refused(format!("its output is not readable ({})", error.kind())),
                Err(RecvTimeoutError::Timeout) => return Stop::Late,
                Err(RecvTimeoutError::Disconnected) => return Stop::Ended,
            }
        }
    }
}

impl Heard {
    fn take(&mut self, tag: u8, payload: &[u8], sink: &mut dyn Sink) -> Result<(), SourceError> {
        match tag {
            tag::KIND => {
                self.kind = json(payload)?;
                sink.kind(self.kind)
            }
            tag::SHEET => {
                let name: String = json(payload)?;
                self.begin(format!("sheet {name}"));
                sink.sheet(&name)
            }
            tag::CELLS => {
                let cells = unpack_cells(payload).ok_or_else(garbled)?;
                self.delivered.last_row = cells.last().map_or(self.delivered.last_row, |cell| u64::from(cell.row));
                sink.cells(cells)
            }
            tag::SHEET_END => {
                let (formats, cut): (Vec<String>, bool) = json(payload)?;
                self.delivered.finished += 1;
                sink.sheet_end(&formats, completeness(cut))
            }
            tag::TABLE => {
                let (name, columns): (String, Vec<String>) = json(payload)?;
                self.begin(format!("table {name}"));
                sink.table(&name, &columns)
            }
            tag::ROWS => {
                let rows = unpack_rows(payload).ok_or_else(garbled)?;
                self.delivered.last_row = self.delivered.last_row.saturating_add(rows.len() as u64);
                sink.rows(rows)
            }
            tag::TABLE_END => {
                self.delivered.finished += 1;
                sink.table_end(completeness(json(payload)?))
            }
            tag::EARLY => {
                self.early = Some(json(payload)?);
                Ok(())
            }
            tag::FACTS => {
                self.facts = Some(json(payload)?);
                Ok(())
            }
            tag::FAILED => {
                self.failed = Some(json(payload)?);
                Ok(())
            }
            _ => Err(garbled()),
        }
    }

    fn begin(&mut self, place: String) {
        self.delivered.place = place;
        self.delivered.last_row = 0;
    }
}

fn completeness(cut: bool) -> Completeness {
    if cut { Completeness::Cut } else { Completeness::Whole }
}

fn garbled() -> SourceError {
    SourceError::malformed("reader's output", "it is not the protocol")
}

fn json<T: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<T, SourceError> {
    serde_json::from_slice(payload).map_err(|_| garbled())
}

fn conclude(heard: &mut Heard, stop: &Stop, status: io::Result<ExitStatus>, errors: &str, limits: &Limits) -> Outcome {
    if let Some(facts) = heard.facts.take() {
        let (state, reason) = state_of(&facts);
        let reading = Some(Reading { facts, ..Reading::default() });
        return Outcome { reading, ..ended(state, reason) };
    }
    if let Some(Failed { state, reason }) = heard.failed.take() {
        return ended(state, reason);
    }
    let (state, cause) = cause_of(stop, status, errors, limits);
    let nothing = heard.delivered.place.is_empty() && heard.early.is_none();
    if nothing {
        return ended(state, cause);
    }
    let mut facts = heard.early.take().unwrap_or_default();
    facts.kind = heard.kind;
    let message = match heard.delivered.place.as_str() {
        "" => format!("{cause}; no cells or rows are in, only what surrounds them"),
        _ => format!("{cause}; {}", heard.delivered.in_words()),
    };
    // A limit would be hit again, a crash may have been chance: only a crashed file is read again by the next scan.
    let (state, remedy) = match state {
        FileState::Crashed => (FileState::Crashed, "scan again"),
        state if heard.delivered.place.is_empty() => (state, "split the file or raise the limit, then scan again"),
        _ => (FileState::Partial, "split the file or raise the limit, then scan again"),
    };
    facts.notices.push(Notice {
        place: heard.delivered.place.clone(),
        problem: Problem::Truncated,
        message: format!("{message}; {remedy}"),
    });
    let reading = Some(Reading { facts, ..Reading::default() });
    Outcome { reading, ..ended(state, message) }
}

/// The state and the words for a reader that did not come to its end.
fn cause_of(stop: &Stop, status: io::Result<ExitStatus>, errors: &str, limits: &Limits) -> (FileState, String) {
    if let Stop::Late = stop {
        let what = format!("limit wall clock: reading took longer than {} s and was stopped", limits.wall.as_secs());
        return (FileState::Rejected, what);
    }
    if let Stop::Refused(why) = stop {
        return (FileState::Crashed, format!("the reader was stopped: {why}"));
    }
    let signal = status.as_ref().ok().and_then(ExitStatusExt::signal);
    if errors.contains("memory allocation of") || errors.contains("out of memory") {
        let what = format!("limit memory: the reader needed more than {} MiB", limits.memory_bytes / MIB);
        return (FileState::Rejected, what);
    }
    if signal == Some(libc::SIGXCPU) {
        let what = format!("limit processor time: reading took longer than {} s", limits.cpu_seconds);
        return (FileState::Rejected, what);
    }
    let place = errors.lines().find_map(|line| line.strip_prefix(PANIC_MARK));
    match (place, signal, status) {
        (Some(place), _, _) => {
            (FileState::Crashed, format!("the reader stopped on an internal error at {}", visible(place)))
        }
        (None, Some(signal), _) => (FileState::Crashed, format!("the reader was ended by signal {signal}")),
        (None, None, Ok(status)) => (FileState::Crashed, format!("the reader ended without an answer ({status})")),
        (None, None, Err(error)) => (FileState::Crashed, format!("the reader's end is not known: {error}")),
    }
}

/// Only what a source position is written with, since the reader may have been taken over.
fn visible(place: &str) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || "/._:-".contains(*letter);
    place.chars().filter(plain).take(120).collect()
}

/// In front of the position of a panic on the reader's error output.
const PANIC_MARK: &str = "panicked at ";

/// What the hidden subcommand runs: reads the file on descriptor 0 and writes frames to descriptor 1.
pub fn child_main() -> ExitCode {
    // A panic's message may quote the content, so only its place is written.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        eprintln!("{PANIC_MARK}{place}");
    }));
    match serve_one() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve_one() -> io::Result<()> {
    let after = std::env::args().skip_while(|argument| argument != READ_ONE).skip(1);
    let request: Request = serde_json::from_str(&after.collect::<String>()).map_err(io::Error::other)?;
    let notices = lock_down(&request.limits);
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let content = Content::from_file(file)?;
    let mut frames =
        Frames { out: BufWriter::with_capacity(1 << 16, io::stdout().lock()), facts_bytes: request.limits.facts_bytes };
    match read_in_process(&content, &request.around, &request.limits, &mut frames) {
        Ok(mut facts) => {
            facts.notices.extend(notices);
            frames.facts(tag::FACTS, facts)?;
        }
        Err(error) => frames.json(tag::FAILED, &Failed { state: error.state(), reason: Chain(&error).to_string() })?,
    }
    frames.out.flush()
}

/// The sink that writes frames.
struct Frames<W: Write> {
    out: W,
    facts_bytes: u64,
}

impl<W: Write> Frames<W> {
    fn json(&mut self, tag: u8, value: &impl Serialize) -> io::Result<()> {
        let payload = serde_json::to_vec(value).map_err(io::Error::other)?;
        write_frame(&mut self.out, tag, &payload)
    }

    /// Facts over the limit lose their longest lists, and a notice says so.
    fn facts(&mut self, tag: u8, mut facts: SourceFacts) -> io::Result<()> {
        let mut payload = serde_json::to_vec(&facts).map_err(io::Error::other)?;
        if payload.len() as u64 > self.facts_bytes {
            facts.formulas.clear();
            facts.code.clear();
            facts.properties.clear();
            facts.notices.truncate(100);
            facts.notices.push(Notice {
                place: String::new(),
                problem: Problem::OverBudget,
                message: format!(
                    "the facts take {} bytes; formula shapes, code and properties were left out",
                    payload.len()
                ),
            });
            payload = serde_json::to_vec(&facts).map_err(io::Error::other)?;
        }
        write_frame(&mut self.out, tag, &payload)
    }
}

fn sent(result: io::Result<()>) -> Result<(), SourceError> {
    result.map_err(failed("write to the parent process"))
}

impl<W: Write> Sink for Frames<W> {
    fn kind(&mut self, kind: FileKind) -> Result<(), SourceError> {
        sent(self.json(tag::KIND, &kind))
    }

    fn sheet(&mut self, name: &str) -> Result<(), SourceError> {
        sent(self.json(tag::SHEET, &name))
    }

    fn cells(&mut self, cells: Vec<CellContent>) -> Result<(), SourceError> {
        sent(write_frame(&mut self.out, tag::CELLS, &pack_cells(&cells)).and_then(|()| self.out.flush()))
    }

    fn sheet_end(&mut self, formats: &[String], truncated: Completeness) -> Result<(), SourceError> {
        sent(self.json(tag::SHEET_END, &(formats, truncated.is_cut())))
    }

    fn table(&mut self, name: &str, columns: &[String]) -> Result<(), SourceError> {
        sent(self.json(tag::TABLE, &(name, columns)))
    }

    fn rows(&mut self, rows: Vec<Vec<Scalar>>) -> Result<(), SourceError> {
        sent(write_frame(&mut self.out, tag::ROWS, &pack_rows(&rows)).and_then(|()| self.out.flush()))
    }

    fn table_end(&mut self, truncated: Completeness) -> Result<(), SourceError> {
        sent(self.json(tag::TABLE_END, &truncated.is_cut()))
    }

    fn early_facts(&mut self, facts: &SourceFacts) -> Result<(), SourceError> {
        sent(self.facts(tag::EARLY, facts.clone()).and_then(|()| self.out.flush()))
    }
}
