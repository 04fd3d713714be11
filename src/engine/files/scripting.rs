//! The FileSystemObject and its files, folders and text streams (Microsoft, "Scripting Runtime Library"). Files and folders
//! are descriptors that hold their path; streams are kept here by number.

use std::collections::BTreeMap;

use super::channel::{bytes_of, text_of};
use super::disk::{Answer, Disk, EXISTS, Entry, NO_PATH, NOT_FOUND, failed, normal, split};
use super::{Files, Given, NO_MEMBER, described, join, path_of};
use crate::engine::value::{HostObject, Object, Value, coerce};

pub(super) const CLASSES: &[&str] = &["FileSystemObject", "TextStream", "File", "Folder", "Files", "Folders"];
const BAD_MODE: i32 = 54;
const PAST_END: i32 = 62;
/// `ForReading`, `ForWriting`, `ForAppending`.
const READING: i32 = 1;
const APPENDING: i32 = 8;
const MOST_STREAMS: usize = 512;
const TOO_MANY: i32 = 67;
const NO_OBJECT: i32 = 91;
/// Special folders of `GetSpecialFolder`.
const TEMPORARY: &str = "/tmp";

#[derive(Debug)]
struct Stream {
    path: String,
    text: Vec<char>,
    at: usize,
    writes: bool,
    changed: bool,
}

/// The open text streams.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: BTreeMap<u32, Stream>,
    next: u32,
}

impl Streams {
    pub fn flush(&mut self, disk: &mut Disk) -> Answer<()> {
        for stream in self.open.values_mut().filter(|stream| stream.changed) {
            disk.write(&stream.path, bytes_of(&stream.text.iter().collect::<String>()))?;
            stream.changed = false;
        }
        Ok(())
    }
}

/// A new FileSystemObject.
pub(super) fn file_system() -> Value {
    described("FileSystemObject", &[], "")
}

/// The parts of a path as text functions of the object see them, without looking at files.
fn parts(path: &str) -> (&str, &str) {
    let path = path.trim_end_matches(['/', '\\']);
    match path.rfind(['/', '\\']) {
        Some(place) => (path.get(..place).unwrap_or_default(), path.get(place + 1..).unwrap_or_default()),
        None => ("", path),
    }
}

fn extension(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or((name, ""))
}

impl Files {
    pub(super) fn member(&mut self, object: &HostObject, name: &str, given: &Given) -> Answer<Value> {
        match object.class.as_ref() {
            "FileSystemObject" => self.system(name, given),
            "TextStream" => self.stream(object.words.first().copied().unwrap_or(0), name, given),
            "File" | "Folder" => self.entry_member(object, name, given),
            _ => match name {
                "count" => Ok(Value::Long(self.entries(object)?.len() as i32)),
                "item" | "" => {
                    let path = join(&path_of(object, 0), &given.text(0)?);
                    self.described_entry(&path)
                }
                _ => failed(NO_MEMBER),
            },
        }
    }

    /// The files or folders of a folder.
    pub(super) fn entries(&mut self, object: &HostObject) -> Answer<Vec<Value>> {
        self.flush()?;
        let folders = match object.class.as_ref() {
            "Folders" => true,
            "Files" => false,
            _ => return failed(NO_MEMBER),
        };
        let folder = path_of(object, 0);
        let all = self.disk.list(&folder)?.into_iter().filter(|entry| entry.folder == folders);
        let class = if folders { "Folder" } else { "File" };
        Ok(all.map(|entry| described(class, &[], &join(&folder, &entry.name))).collect())
    }

    fn described_entry(&mut self, path: &str) -> Answer<Value> {
        match self.disk.entry(path)? {
            Some(Entry { folder: true, .. }) => Ok(described("Folder", &[], path)),
            Some(_) => Ok(described("File", &[], path)),
            None => failed(NOT_FOUND),
        }
    }

    fn system(&mut self, name: &str, given: &Given) -> Answer<Value> {
        let text = |text: &str| Ok(Value::text(text));
        match name {
            "buildpath" => {
                let (folder, name) = (given.text(0)?, given.text(1)?);
                let between = match folder.chars().last() {
                    None | Some('/' | '\\' | ':') => "",
                    _ if folder.contains('/') => "/",
                    _ => "\\",
                };
                return text(&format!("{folder}{between}{name}"));
            }
            "getfilename" => return text(parts(&given.text(0)?).1),
            "getbasename" => return text(extension(parts(&given.text(0)?).1).0),
            "getextensionname" => return text(extension(parts(&given.text(0)?).1).1),
            "getparentfoldername" => return text(parts(&given.text(0)?).0),
            "getdrivename" => return text(given.text(0)?.get(..2).filter(|drive| drive.ends_with(':')).unwrap_or("")),
            "gettempname" => return text("rad00001.tmp"),
            "getspecialfolder" => return Ok(described("Folder", &[], TEMPORARY)),
            _ => {}
        }
        self.flush()?;
        let path = self.disk.normal(&given.text(0)?)?;
        match name {
            "fileexists" => Ok(Value::Boolean(self.disk.is_file(&path)?)),
            "folderexists" => Ok(Value::Boolean(self.disk.is_folder(&path)?)),
            "driveexists" => Ok(Value::Boolean(true)),
            "getabsolutepathname" => Ok(Value::text(Disk::shown(&path))),
            "getfile" if self.disk.is_file(&path)? => Ok(described("File", &[], &path)),
            "getfile" => failed(NOT_FOUND),
            "getfolder" if self.disk.is_folder(&path)? => Ok(described("Folder", &[], &path)),
            "getfolder" => failed(NO_PATH),
            "createtextfile" => {
                let overwrite = given.given(1).map(coerce::to_boolean).transpose()?.unwrap_or(true);
                if !overwrite && self.disk.is_file(&path)? {
                    return failed(EXISTS);
                }
                self.disk.write(&path, Vec::new())?;
                self.opened(path, Vec::new(), 0, true)
            }
            "opentextfile" => {
                let mode = given.given(1).map(coerce::to_long).transpose()?.unwrap_or(READING);
                let create = given.given(2).map(coerce::to_boolean).transpose()?.unwrap_or(false);
                self.open_stream(path, mode, create)
            }
            "createfolder" => {
                if self.disk.entry(&path)?.is_some() {
                    return failed(EXISTS);
                }
                self.disk.make_folder(&path)?;
                Ok(described("Folder", &[], &path))
            }
            "deletefile" => self.kill(&path).map(|()| Value::Empty),
            "deletefolder" => self.delete_folder(&path, 0).map(|()| Value::Empty),
            "copyfile" | "movefile" | "copyfolder" | "movefolder" => {
                let target = given.text(1)?;
                let over = given.given(2).map(coerce::to_boolean).transpose()?.unwrap_or(true);
                self.transfer(name, &path, &target, over).map(|()| Value::Empty)
            }
            _ => failed(NO_MEMBER),
        }
    }

    fn open_stream(&mut self, path: String, mode: i32, create: bool) -> Answer<Value> {
        if !self.disk.is_file(&path)? {
            if !create {
                return failed(if self.disk.is_folder(split(&path).0)? { NOT_FOUND } else { NO_PATH });
            }
            self.disk.write(&path, Vec::new())?;
        }
        let text: Vec<char> = match mode {
            READING | APPENDING => text_of(&self.disk.read(&path)?).chars().collect(),
            _ => Vec::new(),
        };
        let at = if mode == APPENDING { text.len() } else { 0 };
        if mode != READING && mode != APPENDING {
            self.disk.write(&path, Vec::new())?;
        }
        self.opened(path, text, at, mode != READING)
    }

    fn opened(&mut self, path: String, text: Vec<char>, at: usize, writes: bool) -> Answer<Value> {
        if self.streams.open.len() >= MOST_STREAMS {
            return failed(TOO_MANY);
        }
        self.streams.next = self.streams.next.wrapping_add(1);
        let number = self.streams.next;
        self.streams.open.insert(number, Stream { path, text, at, writes, changed: false });
        Ok(Value::Object(Object::Host(HostObject { class: "TextStream".into(), words: vec![number].into() })))
    }

    fn delete_folder(&mut self, path: &str, depth: usize) -> Answer<()> {
        const DEEPEST: usize = 64;
        if depth > DEEPEST || !self.disk.is_folder(path)? {
            return failed(NO_PATH);
        }
        for entry in self.disk.list(path)? {
            let inner = join(path, &entry.name);
            if entry.folder { self.delete_folder(&inner, depth + 1)? } else { self.disk.remove_file(&inner)? }
        }
        self.disk.remove_folder(path)
    }

    fn transfer(&mut self, name: &str, from: &str, target: &str, over: bool) -> Answer<()> {
        let mut to = self.disk.normal(target)?;
        if target.ends_with(['/', '\\']) || (name.ends_with("file") && self.disk.is_folder(&to)?) {
            to = join(&to, split(from).1);
        }
        if name.starts_with("move") {
            return self.disk.rename(from, &to);
        }
        if name.ends_with("folder") {
            return self.copy_folder(from, &to, 0);
        }
        if !over && self.disk.is_file(&to)? {
            return failed(EXISTS);
        }
        let content = self.disk.read(from)?;
        self.disk.write(&to, content)
    }

    fn copy_folder(&mut self, from: &str, to: &str, depth: usize) -> Answer<()> {
        const DEEPEST: usize = 64;
        if depth > DEEPEST || !self.disk.is_folder(from)? {
            return failed(NO_PATH);
        }
        if !self.disk.is_folder(to)? {
            self.disk.make_folder(to)?;
        }
        for entry in self.disk.list(from)? {
            let (inner, copy) = (join(from, &entry.name), join(to, &entry.name));
            if entry.folder {
                self.copy_folder(&inner, &copy, depth + 1)?;
            } else {
                let content = self.disk.read(&inner)?;
                self.disk.write(&copy, content)?;
            }
        }
        Ok(())
    }

    fn entry_member(&mut self, object: &HostObject, name: &str, given: &Given) -> Answer<Value> {
        self.flush()?;
        let path = path_of(object, 0);
        let Some(entry) = self.disk.entry(&path)? else {
            return failed(if object.class.as_ref() == "Folder" { NO_PATH } else { NOT_FOUND });
        };
        match name {
            "name" | "shortname" => Ok(Value::text(&entry.name)),
            "path" | "" | "shortpath" => Ok(Value::text(Disk::shown(&path))),
            "size" => Ok(Value::Long(i32::try_from(entry.bytes).unwrap_or(i32::MAX))),
            "datelastmodified" | "datecreated" | "datelastaccessed" => Ok(Value::Date(entry.changed)),
            "attributes" => Ok(Value::Long(if entry.folder { 16 } else { 32 })),
            "type" => Ok(Value::text(if entry.folder { "File folder" } else { "File" })),
            "parentfolder" => Ok(described("Folder", &[], split(&path).0)),
            "files" | "subfolders" if entry.folder && given.given(0).is_some() => {
                let inner = join(&path, &given.text(0)?);
                self.described_entry(&inner)
            }
            "files" if entry.folder => Ok(described("Files", &[], &path)),
            "subfolders" if entry.folder => Ok(described("Folders", &[], &path)),
            "delete" if entry.folder => self.delete_folder(&path, 0).map(|()| Value::Empty),
            "delete" => self.kill(&path).map(|()| Value::Empty),
            "copy" | "move" => {
                let kind = format!("{name}{}", if entry.folder { "folder" } else { "file" });
                let target = given.text(0)?;
                self.transfer(&kind, &path, &target, true).map(|()| Value::Empty)
            }
            "openastextstream" if !entry.folder => {
                let mode = given.given(0).map(coerce::to_long).transpose()?.unwrap_or(READING);
                self.open_stream(path, mode, false)
            }
            "createtextfile" if entry.folder => {
                let inner = normal(&path, &given.text(0)?)?;
                self.disk.write(&inner, Vec::new())?;
                self.opened(inner, Vec::new(), 0, true)
            }
            _ => failed(NO_MEMBER),
        }
    }

    fn stream(&mut self, number: u32, name: &str, given: &Given) -> Answer<Value> {
        if name == "close" {
            self.flush()?;
            self.streams.open.remove(&number);
            return Ok(Value::Empty);
        }
        let Some(stream) = self.streams.open.get_mut(&number) else { return failed(NO_OBJECT) };
        match name {
            "write" | "writeline" | "writeblanklines" => {
                let text = match (name, given.given(0)) {
                    ("writeblanklines", Some(count)) => {
                        const MOST_LINES: i32 = 1_000_000;
                        "\r\n".repeat(coerce::to_long(count)?.clamp(0, MOST_LINES) as usize)
                    }
                    (_, value) => value.map_or(Ok(String::new()), coerce::to_text)?,
                };
                stream.write(&text, name == "writeline")
            }
            "readline" => stream.line().map(Value::text),
            "skipline" => stream.line().map(|_| Value::Empty),
            "readall" => stream.read(usize::MAX).map(Value::text),
            "read" | "skip" => {
                let count = usize::try_from(given.long(0)?).unwrap_or(0);
                stream.read(count).map(|text| if name == "skip" { Value::Empty } else { Value::text(text) })
            }
            "atendofstream" => Ok(Value::Boolean(stream.at >= stream.text.len())),
            "atendofline" => Ok(Value::Boolean(matches!(stream.text.get(stream.at), None | Some('\r' | '\n')))),
            "line" => {
                let before = stream.text.iter().take(stream.at).filter(|c| **c == '\n').count();
                Ok(Value::Long(before as i32 + 1))
            }
            "column" => {
                let before = stream.text.get(..stream.at).unwrap_or_default();
                let start = before.iter().rposition(|c| *c == '\n').map_or(0, |place| place + 1);
                Ok(Value::Long((stream.at - start) as i32 + 1))
            }
            _ => failed(NO_MEMBER),
        }
    }
}

impl Stream {
    fn write(&mut self, text: &str, ends_line: bool) -> Answer<Value> {
        if !self.writes {
            return failed(BAD_MODE);
        }
        self.text.extend(text.chars());
        if ends_line {
            self.text.extend(['\r', '\n']);
        }
        self.at = self.text.len();
        self.changed = true;
        Ok(Value::Empty)
    }

    fn read(&mut self, count: usize) -> Answer<String> {
        if self.writes {
            return failed(BAD_MODE);
        }
        if self.at >= self.text.len() {
            return failed(PAST_END);
        }
        let end = self.at.saturating_add(count).min(self.text.len());
        let text = self.text.get(self.at..end).unwrap_or_default().iter().collect();
        self.at = end;
        Ok(text)
    }

    /// Up to a line feed; a carriage return before it is left out.
    fn line(&mut self) -> Answer<String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|c| *c == '\n');
        let text = self.read(length.map_or(usize::MAX, |length| length + 1))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).to_string())
    }
}
