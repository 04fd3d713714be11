//! A VBA project: its `dir` stream names the modules, the `PROJECT` stream their kinds, a stream each holds the source.
//! Unknown records are passed over; a module whose offset is wrong is searched for.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use crate::facts::{CodeFacts, Notice, Problem};

use super::super::SourceError;
use super::super::precheck::{u16_at, u32_at};
use super::super::spend::Spend;
use super::{PROJECT_BYTES, Project, container_at, find_container};

/// Records of the `dir` stream that are used (MS-OVBA 2.3.4.2).
mod record {
    pub(super) const CODE_PAGE: u16 = 0x0003;
    /// Its size field is a constant and its data longer by two bytes (2.3.4.2.1.10).
    pub(super) const VERSION: u16 = 0x0009;
    pub(super) const MODULE_NAME: u16 = 0x0019;
    pub(super) const STREAM_NAME: u16 = 0x001A;
    pub(super) const CLASS_MODULE: u16 = 0x0022;
    pub(super) const END_OF_MODULE: u16 = 0x002B;
    pub(super) const SOURCE_OFFSET: u16 = 0x0031;
    pub(super) const STREAM_NAME_UNICODE: u16 = 0x0032;
    pub(super) const MODULE_NAME_UNICODE: u16 = 0x0047;
}

/// Modules of one project; the largest public project has some 500.
const MODULES: usize = 10_000;

/// Streams of a project by path.
pub(crate) trait Streams {
    /// The bytes of a stream, compared without regard to case; none when there is no such stream.
    fn stream(&mut self, name: &str) -> Option<Vec<u8>>;
}

/// One module as the `dir` stream lists it.
#[derive(Default)]
struct Listed {
    name: String,
    stream: String,
    offset: usize,
    class: bool,
}

/// Reads a bare `vbaProject.bin`.
pub(crate) fn read_project(bytes: Vec<u8>, spend: &Spend) -> Result<Project, SourceError> {
    let content = super::super::Content::from_bytes(bytes);
    let mut file = super::super::precheck::compound(&content)?;
    let mut project = Project::default();
    for root in roots(&file) {
        project.add(modules_of(&mut Rooted { file: &mut file, root }, spend))?;
    }
    Ok(project)
}

/// The storages that hold a project: those with a `VBA` folder that has a `dir` stream.
pub(super) fn roots<F>(file: &cfb::CompoundFile<F>) -> Vec<PathBuf>
where
    F: Read + std::io::Seek,
{
    let is_dir = |entry: &cfb::Entry| entry.is_stream() && entry.name().eq_ignore_ascii_case("dir");
    let folders = file.walk().filter(is_dir).filter_map(|entry| entry.path().parent().map(Path::to_path_buf));
    // Other storages have streams of that name too, such as the folder of compiled code.
    let is_project = |folder: &PathBuf| folder.file_name().is_some_and(|name| name.eq_ignore_ascii_case("VBA"));
    folders.filter(is_project).filter_map(|folder| folder.parent().map(Path::to_path_buf)).collect()
}

/// The streams below one storage of a compound file.
pub(super) struct Rooted<'a, F> {
    pub(super) file: &'a mut cfb::CompoundFile<F>,
    pub(super) root: PathBuf,
}

impl<F: Read + std::io::Seek> Streams for Rooted<'_, F> {
    fn stream(&mut self, name: &str) -> Option<Vec<u8>> {
        let wanted = self.root.join(name).to_string_lossy().to_lowercase();
        let same = |entry: &cfb::Entry| entry.is_stream() && entry.path().to_string_lossy().to_lowercase() == wanted;
        let path = self.file.walk().find(same)?.path().to_path_buf();
        let mut bytes = Vec::new();
        self.file.open_stream(path).ok()?.take(PROJECT_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// Reads the modules of a project from its streams `VBA/dir`, `PROJECT`, `VBA/<module>`.
pub(crate) fn modules_of(streams: &mut dyn Streams, spend: &Spend) -> Result<Project, SourceError> {
    let packed = streams.stream("VBA/dir").ok_or_else(|| SourceError::malformed("VBA", "no dir stream"))?;
    let (dir, _) = container_at(&packed, spend)?;
    let (page, listed) = listed_modules(&dir);
    let kinds = kinds_of(&streams.stream("PROJECT").unwrap_or_default(), page);
    let mut project = Project::default();
    for module in listed {
        let stream = streams.stream(&format!("VBA/{}", module.stream));
        match stream {
            None => project.notices.push(lost(&module.name, "its stream is not in the file")),
            Some(bytes) => add_module(&mut project, &module, &bytes, page, &kinds, spend)?,
        }
    }
    Ok(project)
}

fn add_module(
    project: &mut Project,
    module: &Listed,
    bytes: &[u8],
    page: &'static Encoding,
    kinds: &HashMap<String, &'static str>,
    spend: &Spend,
) -> Result<(), SourceError> {
    let at_offset = bytes.get(module.offset..).unwrap_or_default();
    let (mut source, mut whole) = container_at(at_offset, spend)?;
    if source.is_empty()
        && let Some(found) = find_container(bytes)
    {
        (source, whole) = container_at(found, spend)?;
    }
    if source.is_empty() && !at_offset.is_empty() && !whole {
        project.notices.push(lost(&module.name, "its packed source is damaged"));
        return Ok(());
    }
    if !whole {
        let message = String::from(
            "the end of the packed source is damaged; the part before it was kept; compare with the editor",
        );
        project.notices.push(Notice { place: module.name.clone(), problem: Problem::Truncated, message });
    }
    let code = page.decode_without_bom_handling(&source).0.into_owned();
    let kind = kinds.get(&module.name.to_lowercase()).copied();
    let kind = kind.unwrap_or(if module.class { "class" } else { "module" });
    project.modules.push(CodeFacts { name: module.name.clone(), kind: kind.to_string(), code });
    Ok(())
}

fn lost(module: &str, why: &str) -> Notice {
    let message = format!("{why}; the other modules were read; export this one from the editor");
    Notice { place: module.to_string(), problem: Problem::Malformed, message }
}

/// Walks the records of a `dir` stream.
fn listed_modules(dir: &[u8]) -> (&'static Encoding, Vec<Listed>) {
    let mut page = encoding_rs::WINDOWS_1252;
    let mut modules = Vec::new();
    let mut current = Listed::default();
    let mut rest = dir;
    while let (Some(id), Some(size)) = (u16_at(rest, 0), u32_at(rest, 2)) {
        let size = if id == record::VERSION { 6 } else { size as usize };
        let data = rest.get(6..).unwrap_or_default();
        let data = data.get(..size).unwrap_or(data);
        match id {
            record::CODE_PAGE => page = u16_at(data, 0).map_or(page, |number| code_page(number).unwrap_or(page)),
            record::MODULE_NAME => current.name = page.decode_without_bom_handling(data).0.into_owned(),
            record::MODULE_NAME_UNICODE => current.name = wide(data),
            record::STREAM_NAME => current.stream = page.decode_without_bom_handling(data).0.into_owned(),
            record::STREAM_NAME_UNICODE => current.stream = wide(data),
            record::SOURCE_OFFSET => current.offset = u32_at(data, 0).unwrap_or(0) as usize,
            record::CLASS_MODULE => current.class = true,
            record::END_OF_MODULE if modules.len() < MODULES => modules.push(std::mem::take(&mut current)),
            _ => {}
        }
        rest = rest.get(6usize.saturating_add(size)..).unwrap_or_default();
    }
    (page, modules)
}

fn wide(data: &[u8]) -> String {
    encoding_rs::UTF_16LE.decode_without_bom_handling(data).0.into_owned()
}

/// The encoding of a Windows code page; none for 0, which some writers record.
pub(crate) fn code_page(number: u16) -> Option<&'static Encoding> {
    let label = match number {
        437 | 850 | 1252 => return Some(encoding_rs::WINDOWS_1252),
        874 | 1250 | 1251 | 1253..=1258 => format!("windows-{number}"),
        932 => String::from("shift_jis"),
        936 => String::from("gbk"),
        949 => String::from("euc-kr"),
        950 => String::from("big5"),
        866 => String::from("ibm866"),
        10000 => String::from("macintosh"),
        10007 => String::from("x-mac-cyrillic"),
        20866 => String::from("koi8-r"),
        28591..=28605 => format!("iso-8859-{}", number - 28590),
        65001 => String::from("utf-8"),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// Kinds by lower-case module name from the `PROJECT` stream (MS-OVBA 2.3.1).
fn kinds_of(project: &[u8], page: &'static Encoding) -> HashMap<String, &'static str> {
    let text = page.decode_without_bom_handling(project).0;
    let mut kinds = HashMap::new();
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let kind = match key.trim() {
            "Module" => "module",
            "Class" => "class",
            "BaseClass" => "form",
            "Document" => "document",
            _ => continue,
        };
        // `Document=ThisWorkbook/&H00000000`.
        let name = value.split('/').next().unwrap_or(value).trim().to_lowercase();
        kinds.insert(name, kind);
    }
    kinds
}
