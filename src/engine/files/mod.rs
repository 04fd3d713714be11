//! Files as VBA code sees them: the file statements and functions by number, `Dir`, and the FileSystemObject. By default they
//! work on a file system in memory that ends with the run; a granted folder is real. What was left open is written at the end.

mod channel;
mod disk;
mod scripting;

use std::collections::BTreeMap;
use std::path::Path;

use super::compile::capability::{Capability, of_global};
use super::object::ObjectModel;
use super::value::{Arguments, Assign, Fault, HostObject, Object, Value, coerce, errors};
use channel::{Channel, Mode};
use disk::{Answer, Disk, Entry, NOT_FOUND, failed, fits, split};

const BAD_NUMBER: i32 = 52;
const ALREADY_OPEN: i32 = 55;
const INVALID_CALL: i32 = 5;
const TOO_MANY: i32 = 67;
const BAD_RECORD: i32 = 63;
const NO_MEMBER: i32 = 438;
/// File numbers (Microsoft, "FreeFile function").
const LAST_NUMBER: i32 = 511;
/// Bytes of a record unless `Len` says otherwise (Microsoft, "Open statement").
const RECORD_BYTES: usize = 128;
/// `vbDirectory` and `vbArchive`.
const FOLDER_BIT: i32 = 16;
const ARCHIVE_BIT: i32 = 32;

/// See the file's head.
#[derive(Debug)]
pub struct Files {
    disk: Disk,
    open: BTreeMap<i32, Channel>,
    /// What `Dir` without arguments goes on with; none when it was never asked or has ended.
    listed: Option<std::vec::IntoIter<String>>,
    streams: scripting::Streams,
}

impl Files {
    /// An empty file system in memory; `now` is the time of the run as a serial.
    pub fn in_memory(now: f64) -> Self {
        Self::on(Disk::memory(now))
    }

    /// A folder of this machine.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn in_folder(folder: &Path, now: f64) -> std::io::Result<Self> {
        if !folder.is_dir() {
            return Err(std::io::Error::new(std::io::ErrorKind::NotADirectory, "not a folder"));
        }
        Ok(Self::on(Disk::folder(folder, now)?))
    }

    fn on(disk: Disk) -> Self {
        Files { disk, open: BTreeMap::new(), listed: None, streams: scripting::Streams::default() }
    }

    // ---- open files ----

    fn channel(&mut self, number: i32) -> Answer<&mut Channel> {
        self.open.get_mut(&number).map_or_else(|| failed(BAD_NUMBER), Ok)
    }

    /// Writes back what was changed, so that other ways to the files see it.
    fn flush(&mut self) -> Answer<()> {
        for channel in self.open.values_mut().filter(|channel| channel.changed) {
            self.disk.write(&channel.path, channel.content.clone())?;
            channel.changed = false;
        }
        self.streams.flush(&mut self.disk)
    }

    fn open(&mut self, arguments: &Given) -> Answer<Value> {
        let mode = match arguments.text(1)?.as_str() {
            "input" => Mode::Input,
            "output" => Mode::Output,
            "append" => Mode::Append,
            "binary" => Mode::Binary,
            _ => Mode::Random,
        };
        let number = arguments.long(2)?;
        if !(1..=LAST_NUMBER).contains(&number) {
            return failed(BAD_NUMBER);
        }
        self.flush()?;
        let path = self.disk.normal(&arguments.text(0)?)?;
        let shared = |channel: &Channel| channel.path.eq_ignore_ascii_case(&path);
        let writes = |mode: Mode| matches!(mode, Mode::Output | Mode::Append);
        if self.open.contains_key(&number)
            || self.open.values().any(|channel| shared(channel) && (writes(mode) || writes(channel.mode)))
        {
            return failed(ALREADY_OPEN);
        }
        let exists = self.disk.is_file(&path)?;
        if mode == Mode::Output || (!exists && mode != Mode::Input) {
            self.disk.write(&path, Vec::new())?;
        }
        let content = self.disk.read(&path)?;
        let record = arguments.given(5).map(coerce::to_long).transpose()?.unwrap_or(0);
        let record = usize::try_from(record).ok().filter(|bytes| *bytes > 0).unwrap_or(RECORD_BYTES);
        let at = if mode == Mode::Append { content.len() } else { 0 };
        self.open.insert(number, Channel { path, mode, content, at, record, changed: false });
        Ok(Value::Empty)
    }

    fn close(&mut self, numbers: &[i32]) -> Answer<Value> {
        self.flush()?;
        match numbers {
            [] => self.open.clear(),
            some => self.open.retain(|number, _| !some.contains(number)),
        }
        Ok(Value::Empty)
    }

    fn free_number(&self, arguments: &Given) -> Answer<Value> {
        const SECOND_RANGE: i32 = 256;
        let first = if arguments.given(0).is_some_and(|range| *range == Value::Integer(1)) { SECOND_RANGE } else { 1 };
        match (first..=LAST_NUMBER).find(|number| !self.open.contains_key(number)) {
            Some(number) => Ok(Value::Integer(number as i16)),
            None => failed(TOO_MANY),
        }
    }

    /// One part of `Get` or `Put`: number, record, which part (`whole`, `first`, `inner`, `last`), value, fixed length.
    fn part(&mut self, arguments: &Given, put: bool) -> Answer<Value> {
        let record = arguments.given(1).map(coerce::to_long).transpose()?;
        let place = arguments.text(2)?;
        let value = arguments.value(3);
        let fixed = arguments.given(4).is_some();
        let channel = self.channel(arguments.long(0)?)?;
        let start = if matches!(place.as_str(), "whole" | "first") { channel.begin(record)? } else { channel.at };
        let answer = match (put, &value) {
            (true, Value::Text(text)) if fixed => channel.put_fixed(text).map(|()| Value::Empty)?,
            (true, value) => channel.put_value(value).map(|()| Value::Empty)?,
            (false, like) => channel.get_value(like, fixed)?,
        };
        if matches!(place.as_str(), "whole" | "last") {
            let size = if channel.record == 0 { 1 } else { channel.record };
            let start = if place == "whole" { start } else { channel.at.saturating_sub(1) / size * size };
            channel.finish(start, put)?;
        }
        Ok(answer)
    }

    fn call(&mut self, name: &str, arguments: &Given) -> Answer<Value> {
        let number = || arguments.long(0);
        let length = |length: usize| Value::Long(i32::try_from(length).unwrap_or(i32::MAX));
        match name {
            "openfile" => self.open(arguments),
            "closefile" | "resetfiles" => {
                let numbers: Vec<i32> = arguments.0.positional.iter().map(coerce::to_long).collect::<Result<_, _>>()?;
                self.close(&numbers)
            }
            "freefile" => self.free_number(arguments),
            "printfile" => {
                let values = arguments.0.positional.get(1..).unwrap_or_default().to_vec();
                self.channel(number()?)?.print(&values).map(|()| Value::Empty)
            }
            "writefile" => {
                let mut values = arguments.0.positional.get(1..).unwrap_or_default().to_vec();
                let open = matches!(values.last(), Some(Value::Object(_)));
                if open {
                    values.pop();
                }
                self.channel(number()?)?.write(&values, open).map(|()| Value::Empty)
            }
            "lineinput" => self.channel(number()?)?.line().map(Value::text),
            "inputfile" => {
                let kind = arguments.given(1).map(coerce::to_long).transpose()?.unwrap_or(0);
                self.channel(number()?)?.field(kind)
            }
            "input" | "input$" => {
                let Ok(count) = usize::try_from(arguments.long(0)?) else { return failed(INVALID_CALL) };
                self.channel(arguments.long(1)?)?.characters(count).map(Value::text)
            }
            "getfile" => self.part(arguments, false),
            "putfile" => self.part(arguments, true),
            "lockfile" | "unlockfile" | "widthfile" => self.channel(number()?).map(|_| Value::Empty),
            "eof" => self.channel(number()?).map(|channel| Value::Boolean(channel.ended())),
            "lof" => self.channel(number()?).map(|channel| length(channel.content.len())),
            "loc" => self.channel(number()?).map(|channel| match channel.mode {
                Mode::Random => length(channel.at / channel.record.max(1)),
                Mode::Binary => length(channel.at),
                _ => length(channel.at / RECORD_BYTES),
            }),
            "seek" => self.seek(arguments),
            "fileattr" => self.channel(number()?).map(|channel| {
                Value::Long(match channel.mode {
                    Mode::Input => 1,
                    Mode::Output => 2,
                    Mode::Random => 4,
                    Mode::Append => 8,
                    Mode::Binary => 32,
                })
            }),
            _ => {
                self.flush()?;
                self.by_path(name, arguments)
            }
        }
    }

    fn seek(&mut self, arguments: &Given) -> Answer<Value> {
        let channel = self.channel(arguments.long(0)?)?;
        let size = if channel.mode == Mode::Random { channel.record.max(1) } else { 1 };
        let Some(position) = arguments.given(1) else {
            return Ok(Value::Long(i32::try_from(channel.at / size + 1).unwrap_or(i32::MAX)));
        };
        let Some(at) = usize::try_from(coerce::to_long(position)?).ok().and_then(|at| at.checked_sub(1)) else {
            return failed(BAD_RECORD);
        };
        channel.at = at.saturating_mul(size);
        Ok(Value::Empty)
    }

    // ---- files by their path ----

    fn by_path(&mut self, name: &str, arguments: &Given) -> Answer<Value> {
        match name {
            "dir" | "dir$" => return self.dir(arguments),
            "curdir" | "curdir$" => return Ok(Value::text(Disk::shown(&self.disk.current))),
            "chdrive" => return Ok(Value::Empty),
            _ => {}
        }
        let path = self.disk.normal(&arguments.text(0)?)?;
        match name {
            "kill" => self.kill(&path)?,
            "mkdir" => self.disk.make_folder(&path)?,
            "rmdir" => self.disk.remove_folder(&path)?,
            "chdir" if self.disk.is_folder(&path)? => self.disk.current = path,
            "chdir" => return failed(disk::NO_PATH),
            "filecopy" => {
                let to = self.disk.normal(&arguments.text(1)?)?;
                let content = self.disk.read(&path)?;
                self.disk.write(&to, content)?;
            }
            "renamefile" => {
                let to = self.disk.normal(&arguments.text(1)?)?;
                self.disk.rename(&path, &to)?;
            }
            "filelen" => return self.found(&path).map(|entry| Value::Long(entry.bytes.min(i32::MAX as u64) as i32)),
            "filedatetime" => return self.found(&path).map(|entry| Value::Date(entry.changed)),
            "getattr" => {
                let bits = |entry: Entry| if entry.folder { FOLDER_BIT } else { ARCHIVE_BIT };
                return self.found(&path).map(|entry| Value::Long(bits(entry)));
            }
            // `SetAttr` finds the file; attributes are not kept.
            _ => drop(self.found(&path)?),
        }
        Ok(Value::Empty)
    }

    fn found(&self, path: &str) -> Answer<Entry> {
        self.disk.entry(path)?.map_or_else(|| failed(NOT_FOUND), Ok)
    }

    fn kill(&mut self, path: &str) -> Answer<()> {
        let (folder, pattern) = split(path);
        if self.open.values().any(|channel| channel.path.eq_ignore_ascii_case(path)) {
            return failed(ALREADY_OPEN);
        }
        if !pattern.contains(['*', '?']) {
            return self.disk.remove_file(path);
        }
        let files = self.disk.list(folder)?;
        let gone: Vec<Entry> = files.into_iter().filter(|entry| !entry.folder && fits(&entry.name, pattern)).collect();
        if gone.is_empty() {
            return failed(NOT_FOUND);
        }
        for entry in gone {
            self.disk.remove_file(&join(folder, &entry.name))?;
        }
        Ok(())
    }

    /// `Dir(pattern, attributes)`, then `Dir` for the next; "" at the end.
    fn dir(&mut self, arguments: &Given) -> Answer<Value> {
        if arguments.given(0).is_none() {
            let Some(rest) = self.listed.as_mut() else { return failed(INVALID_CALL) };
            let next = rest.next();
            if next.is_none() {
                self.listed = None;
            }
            return Ok(Value::text(next.unwrap_or_default()));
        }
        let raw = arguments.text(0)?;
        let raw = if raw.is_empty() || raw.ends_with(['/', '\\', ':']) { format!("{raw}*") } else { raw };
        let folders = arguments.given(1).map(coerce::to_long).transpose()?.unwrap_or(0) & FOLDER_BIT != 0;
        let path = self.disk.normal(&raw)?;
        let (folder, pattern) = split(&path);
        let all = if self.disk.is_folder(folder)? { self.disk.list(folder)? } else { Vec::new() };
        let fitting = all.into_iter().filter(|entry| (folders || !entry.folder) && fits(&entry.name, pattern));
        let names: Vec<String> = fitting.map(|entry| entry.name).collect();
        let mut names = names.into_iter();
        let first = names.next();
        self.listed = first.is_some().then_some(names);
        Ok(Value::text(first.unwrap_or_default()))
    }
}

/// A name in a folder.
fn join(folder: &str, name: &str) -> String {
    if folder.ends_with('/') { format!("{folder}{name}") } else { format!("{folder}/{name}") }
}

/// Arguments by place.
struct Given<'a>(&'a Arguments);

impl Given<'_> {
    fn given(&self, place: usize) -> Option<&Value> {
        self.0.positional.get(place).filter(|value| **value != Value::Missing)
    }

    fn value(&self, place: usize) -> Value {
        self.0.positional.get(place).cloned().unwrap_or(Value::Missing)
    }

    fn text(&self, place: usize) -> Answer<String> {
        match self.given(place) {
            Some(value) => Ok(coerce::to_text(value)?),
            None => Err(errors::argument_missing().into()),
        }
    }

    fn long(&self, place: usize) -> Answer<i32> {
        match self.given(place) {
            Some(value) => Ok(coerce::to_long(value)?),
            None => Err(errors::argument_missing().into()),
        }
    }
}

impl ObjectModel for Files {
    fn global(&mut self, name: &str, arguments: &Arguments) -> Option<Result<Value, Fault>> {
        let name = name.to_ascii_lowercase();
        let given = Given(arguments);
        if name == "createobject" {
            let class = given.text(0).ok()?.to_ascii_lowercase();
            return matches!(class.as_str(), "scripting.filesystemobject" | "filesystemobject")
                .then(|| Ok(scripting::file_system()));
        }
        (of_global(&name) == Some(Capability::Files)).then(|| self.call(&name, &given))
    }

    fn put_global(&mut self, _: &str, _: &Arguments, _: &Value, _: Assign) -> Option<Result<(), Fault>> {
        None
    }

    fn owns(&self, class: &str) -> bool {
        scripting::CLASSES.iter().any(|known| known.eq_ignore_ascii_case(class))
    }

    fn get(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Result<Value, Fault> {
        self.member(object, &member.to_ascii_lowercase(), &Given(arguments))
    }

    fn put(&mut self, _: &HostObject, _: &str, _: &Arguments, _: &Value, _: Assign) -> Result<(), Fault> {
        failed(NO_MEMBER)
    }

    fn items(&mut self, object: &HostObject) -> Result<Vec<Value>, Fault> {
        self.entries(object)
    }
}

impl Drop for Files {
    /// The end of a run closes its files.
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// A descriptor whose words are the characters of a path, after `first` words of its own.
fn described(class: &str, first: &[u32], path: &str) -> Value {
    let words = first.iter().copied().chain(path.chars().map(u32::from)).collect();
    Value::Object(Object::Host(HostObject { class: class.into(), words }))
}

/// The path of such a descriptor.
fn path_of(object: &HostObject, skip: usize) -> String {
    object.words.iter().skip(skip).filter_map(|word| char::from_u32(*word)).collect()
}
