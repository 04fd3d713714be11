//! Where files lie: an in-memory file system that ends with the run, or one granted folder of the machine. Paths are written
//! as in Windows or as in Unix and compare without case. A granted folder cannot be left, by `..` or by links.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::value::{Fault, errors};

/// Errors of files (Microsoft, "Trappable errors").
pub(super) const NOT_FOUND: i32 = 53;
pub(super) const EXISTS: i32 = 58;
pub(super) const DISK_FULL: i32 = 61;
pub(super) const ACCESS: i32 = 75;
pub(super) const NO_PATH: i32 = 76;
const OUT_OF_MEMORY: i32 = 7;
const BAD_NAME: i32 = 52;

/// Bytes the in-memory file system holds, and the largest file that is opened.
const MOST_BYTES: usize = 64 << 20;
/// Files and folders the in-memory file system holds.
const MOST_NODES: usize = 20_000;
/// Links followed to find out whether a path leaves the granted folder are those of the machine; names are this long at most.
const LONGEST_PATH: usize = 1_024;
/// The folder in which a run starts, and the other one that exists.
const HOME: &str = "/home";
const TEMPORARY: &str = "/tmp";
/// Serial of 1970-01-01.
const UNIX_DAY: f64 = 25_569.0;
const SECONDS_PER_DAY: f64 = 86_400.0;

pub(super) type Answer<T> = Result<T, Fault>;

pub(super) fn failed<T>(number: i32) -> Answer<T> {
    Err(errors::raise(number).into())
}

/// What a folder lists.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub name: String,
    pub folder: bool,
    pub bytes: u64,
    /// Serial of the last change.
    pub changed: f64,
}

#[derive(Debug, Clone)]
struct Node {
    name: String,
    /// None: a folder.
    content: Option<Vec<u8>>,
    changed: f64,
}

/// See the file's head.
#[derive(Debug)]
pub(super) struct Disk {
    nodes: BTreeMap<String, Node>,
    granted: Option<PathBuf>,
    /// Absolute folder that relative paths start from.
    pub current: String,
    /// The time that changes are marked with.
    pub now: f64,
}

/// A path brought into one form: absolute, `/` between names, no `.` and `..`.
pub(super) fn normal(current: &str, path: &str) -> Answer<String> {
    let path = path.trim().replace('\\', "/");
    if path.is_empty() || path.len() > LONGEST_PATH || path.contains(['\0', '"', '<', '>', '|']) {
        return failed(BAD_NAME);
    }
    let drive = path.as_bytes().get(1) == Some(&b':');
    let full = match (drive, path.starts_with('/')) {
        (true, _) => format!("/{path}"),
        (false, true) => path,
        (false, false) => format!("{current}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Ok(format!("/{}", parts.join("/")))
}

/// The folder and the last name of a path in normal form.
pub(super) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => ("/", path),
    }
}

fn is_drive(path: &str) -> bool {
    path.len() == 3 && path.ends_with(':')
}

impl Disk {
    /// Empty but for `/home` and `/tmp`.
    pub fn memory(now: f64) -> Self {
        let mut disk = Disk { nodes: BTreeMap::new(), granted: None, current: HOME.to_string(), now };
        for folder in [HOME, TEMPORARY] {
            disk.nodes.insert(folder.to_string(), Node { name: folder[1..].to_string(), content: None, changed: now });
        }
        disk
    }

    /// One folder of this machine and nothing else.
    pub fn folder(root: &Path, now: f64) -> std::io::Result<Self> {
        let root = fs::canonicalize(root)?;
        let current = root.to_string_lossy().into_owned();
        Ok(Disk { nodes: BTreeMap::new(), granted: Some(root), current, now })
    }

    pub fn normal(&self, path: &str) -> Answer<String> {
        normal(&self.current, path)
    }

    /// A path as code sees it: with its drive in front.
    pub fn shown(path: &str) -> String {
        let bare = path.strip_prefix('/').unwrap_or(path);
        match bare.as_bytes().get(1) {
            Some(b':') => bare.replace('/', "\\"),
            _ => path.to_string(),
        }
    }

    /// The real path, each name found without regard to case; refused outside the granted folder.
    fn real(&self, root: &Path, path: &str) -> Answer<PathBuf> {
        let outside = || Fault::Refused {
            capability: String::from("file"),
            reason: String::from("the code uses a path outside the granted folder"),
        };
        let inside = Path::new(path).strip_prefix(root).map_err(|_| outside())?;
        let mut found = root.to_path_buf();
        for part in inside.components() {
            let next = found.join(part);
            found = if next.symlink_metadata().is_ok() { next } else { like(&found, part.as_os_str()).unwrap_or(next) };
        }
        let existing = found.ancestors().find(|one| one.symlink_metadata().is_ok()).unwrap_or(root);
        let real = fs::canonicalize(existing).map_err(|_| outside())?;
        if real.starts_with(root) { Ok(found) } else { Err(outside()) }
    }

    fn root(&self) -> Option<PathBuf> {
        self.granted.clone()
    }

    /// What lies at a path in normal form.
    pub fn entry(&self, path: &str) -> Answer<Option<Entry>> {
        let name = split(path).1.to_string();
        if let Some(root) = self.root() {
            let real = self.real(&root, path)?;
            return Ok(fs::metadata(&real).ok().map(|data| entry_of(name, &data)));
        }
        if path == "/" || is_drive(path) {
            return Ok(Some(Entry { name, folder: true, bytes: 0, changed: self.now }));
        }
        Ok(self.nodes.get(&path.to_lowercase()).map(Node::entry))
    }

    pub fn is_folder(&self, path: &str) -> Answer<bool> {
        Ok(self.entry(path)?.is_some_and(|entry| entry.folder))
    }

    pub fn is_file(&self, path: &str) -> Answer<bool> {
        Ok(self.entry(path)?.is_some_and(|entry| !entry.folder))
    }

    /// The entries of a folder by name.
    pub fn list(&self, folder: &str) -> Answer<Vec<Entry>> {
        let mut all = Vec::new();
        if let Some(root) = self.root() {
            let real = self.real(&root, folder)?;
            for entry in fs::read_dir(real).into_iter().flatten().flatten().take(MOST_NODES) {
                if let Ok(data) = entry.metadata() {
                    all.push(entry_of(entry.file_name().to_string_lossy().into_owned(), &data));
                }
            }
        } else {
            let key = folder.to_lowercase();
            all.extend(self.nodes.iter().filter(|(path, _)| split(path).0 == key).map(|(_, node)| node.entry()));
        }
        all.sort_by_key(|entry| entry.name.to_lowercase());
        Ok(all)
    }

    pub fn read(&self, path: &str) -> Answer<Vec<u8>> {
        match self.entry(path)? {
            Some(entry) if entry.folder => return failed(ACCESS),
            Some(entry) if entry.bytes > MOST_BYTES as u64 => return failed(OUT_OF_MEMORY),
            Some(_) => {}
            None if self.is_folder(split(path).0)? => return failed(NOT_FOUND),
            None => return failed(NO_PATH),
        }
        if let Some(root) = self.root() {
            return fs::read(self.real(&root, path)?).or_else(|_| failed(ACCESS));
        }
        Ok(self.nodes.get(&path.to_lowercase()).and_then(|node| node.content.clone()).unwrap_or_default())
    }

    pub fn write(&mut self, path: &str, content: Vec<u8>) -> Answer<()> {
        let (folder, name) = split(path);
        if !self.is_folder(folder)? {
            return failed(NO_PATH);
        }
        if self.is_folder(path)? {
            return failed(ACCESS);
        }
        if content.len() > MOST_BYTES {
            return failed(DISK_FULL);
        }
        if let Some(root) = self.root() {
            return fs::write(self.real(&root, path)?, content).or_else(|_| failed(ACCESS));
        }
        let key = path.to_lowercase();
        let others = self.nodes.iter().filter(|(path, _)| **path != key);
        let used: usize = others.filter_map(|(_, node)| node.content.as_ref().map(Vec::len)).sum();
        if used.saturating_add(content.len()) > MOST_BYTES || self.nodes.len() >= MOST_NODES {
            return failed(DISK_FULL);
        }
        let name = self.nodes.get(&key).map_or_else(|| name.to_string(), |node| node.name.clone());
        self.nodes.insert(key, Node { name, content: Some(content), changed: self.now });
        Ok(())
    }

    pub fn remove_file(&mut self, path: &str) -> Answer<()> {
        if !self.is_file(path)? {
            return failed(NOT_FOUND);
        }
        if let Some(root) = self.root() {
            return fs::remove_file(self.real(&root, path)?).or_else(|_| failed(ACCESS));
        }
        self.nodes.remove(&path.to_lowercase());
        Ok(())
    }

    pub fn make_folder(&mut self, path: &str) -> Answer<()> {
        if self.entry(path)?.is_some() {
            return failed(ACCESS);
        }
        let (folder, name) = split(path);
        // The folders above a drive's first folder need not be made.
        if !self.is_folder(folder)? {
            return failed(NO_PATH);
        }
        if let Some(root) = self.root() {
            return fs::create_dir(self.real(&root, path)?).or_else(|_| failed(ACCESS));
        }
        if self.nodes.len() >= MOST_NODES {
            return failed(DISK_FULL);
        }
        self.nodes.insert(path.to_lowercase(), Node { name: name.to_string(), content: None, changed: self.now });
        Ok(())
    }

    pub fn remove_folder(&mut self, path: &str) -> Answer<()> {
        if !self.is_folder(path)? {
            return failed(NO_PATH);
        }
        if !self.list(path)?.is_empty() {
            return failed(ACCESS);
        }
        if let Some(root) = self.root() {
            return fs::remove_dir(self.real(&root, path)?).or_else(|_| failed(ACCESS));
        }
        self.nodes.remove(&path.to_lowercase());
        Ok(())
    }

    pub fn rename(&mut self, from: &str, to: &str) -> Answer<()> {
        let Some(entry) = self.entry(from)? else { return failed(NOT_FOUND) };
        if self.entry(to)?.is_some() && !from.eq_ignore_ascii_case(to) {
            return failed(EXISTS);
        }
        if !self.is_folder(split(to).0)? {
            return failed(NO_PATH);
        }
        if let Some(root) = self.root() {
            return fs::rename(self.real(&root, from)?, self.real(&root, to)?).or_else(|_| failed(ACCESS));
        }
        let key = from.to_lowercase();
        if let Some(mut node) = self.nodes.remove(&key) {
            node.name = split(to).1.to_string();
            self.nodes.insert(to.to_lowercase(), node);
        }
        if entry.folder {
            let below = format!("{key}/");
            let inner: Vec<String> = self.nodes.keys().filter(|path| path.starts_with(&below)).cloned().collect();
            for path in inner {
                let moved = format!("{}/{}", to.to_lowercase(), path.get(below.len()..).unwrap_or_default());
                if let Some(node) = self.nodes.remove(&path) {
                    self.nodes.insert(moved, node);
                }
            }
        }
        Ok(())
    }
}

impl Node {
    fn entry(&self) -> Entry {
        let bytes = self.content.as_ref().map_or(0, Vec::len) as u64;
        Entry { name: self.name.clone(), folder: self.content.is_none(), bytes, changed: self.changed }
    }
}

fn entry_of(name: String, data: &fs::Metadata) -> Entry {
    let since = data.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let changed = since.map_or(UNIX_DAY, |since| UNIX_DAY + (since.as_secs() as f64) / SECONDS_PER_DAY);
    Entry { name, folder: data.is_dir(), bytes: if data.is_dir() { 0 } else { data.len() }, changed }
}

/// The name in a folder that differs in case only.
fn like(folder: &Path, name: &std::ffi::OsStr) -> Option<PathBuf> {
    let wanted = name.to_string_lossy().to_lowercase();
    let found = fs::read_dir(folder).ok()?.flatten().take(MOST_NODES);
    found
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase() == wanted))
}

/// Whether a name fits a pattern with `*` and `?`; `*.*` fits every name.
pub(super) fn fits(name: &str, pattern: &str) -> bool {
    if pattern == "*.*" {
        return true;
    }
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let (mut at, mut of, mut star) = (0, 0, None);
    while at < name.len() {
        match pattern.get(of) {
            Some('*') => {
                star = Some((of, at));
                of += 1;
            }
            Some('?') => (at, of) = (at + 1, of + 1),
            Some(c) if *c == name[at] => (at, of) = (at + 1, of + 1),
            _ => match star {
                Some((place, from)) => {
                    star = Some((place, from + 1));
                    (at, of) = (from + 1, place + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(of).all(|c| *c == '*')
}
