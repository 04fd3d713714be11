//! VBA of files that are read for nothing else: Word and PowerPoint, old and new, bare projects; and of old workbooks.

use std::io::Read;

use crate::facts::{FileKind, SourceFacts};

use super::super::SourceError;
use super::super::content::Content;
use super::super::precheck::{compound, u16_at, u32_at};
use super::super::spend::Spend;
use super::super::zipped::{Package, inflated};
use super::project::{Rooted, roots};
use super::{PROJECT_BYTES, Project, modules_of, read_project};

/// Largest document stream of a presentation that is looked through.
const PRESENTATION_BYTES: u64 = 256 * super::super::MIB;
/// Record types of PowerPoint's document stream (MS-PPT 2.13.24): an embedded storage, 16 = packed with zlib.
const STORAGE_RECORD: u16 = 0x1011;

/// Reads the code of a file that is no workbook and no database.
pub(crate) fn read_office_code(content: &Content, spend: &mut Spend) -> Result<SourceFacts, SourceError> {
    let mut facts = SourceFacts { kind: FileKind::OfficeCode, ..SourceFacts::default() };
    if content.slice(0, 2).is_ok_and(|start| start == b"PK") {
        let mut package = Package::open(content, spend)?;
        for part in package.named("", "vbaproject.bin") {
            if let Some(bytes) = package.bytes(&part, PROJECT_BYTES)? {
                add(&mut facts, read_project(bytes, spend)?);
            }
        }
        return Ok(facts);
    }
    add(&mut facts, read_legacy(content, spend)?);
    Ok(facts)
}

fn add(facts: &mut SourceFacts, project: Project) {
    facts.code.extend(project.modules);
    facts.notices.extend(project.notices);
}

/// Reads every project of a compound file, wherever its storage is.
pub(crate) fn read_legacy(content: &Content, spend: &Spend) -> Result<Project, SourceError> {
    let mut file = compound(content)?;
    let mut project = Project::default();
    for root in roots(&file) {
        project.add(modules_of(&mut Rooted { file: &mut file, root }, spend))?;
    }
    if file.exists("/PowerPoint Document") {
        for bytes in slide_storages(&mut file, spend)? {
            match read_project(bytes, spend) {
                // Most embedded storages are charts and sheets, which are told by their own names elsewhere.
                Err(error) if !matches!(error, SourceError::Limit { .. }) => {}
                found => project.add(found)?,
            }
        }
    }
    Ok(project)
}

/// PowerPoint keeps its project as a storage record within the document stream, plain or packed.
fn slide_storages(file: &mut cfb::CompoundFile<Content>, spend: &Spend) -> Result<Vec<Vec<u8>>, SourceError> {
    let stream = document_stream(file, spend)?;
    let mut found = Vec::new();
    let mut rest = stream.as_slice();
    while let (Some(version), Some(kind), Some(size)) = (u16_at(rest, 0), u16_at(rest, 2), u32_at(rest, 4)) {
        let data = rest.get(8..).unwrap_or_default();
        let data = data.get(..size as usize).unwrap_or(data);
        let packed = version >> 4 != 0;
        if kind == STORAGE_RECORD && !packed {
            spend.bytes(data.len())?;
            found.push(data.to_vec());
        }
        if kind == STORAGE_RECORD && packed {
            found.extend(unpacked(data, spend)?);
        }
        rest = rest.get(8usize.saturating_add(size as usize)..).unwrap_or_default();
    }
    Ok(found)
}

fn document_stream(file: &mut cfb::CompoundFile<Content>, spend: &Spend) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    let opened = file.open_stream("/PowerPoint Document");
    let read = opened.and_then(|found| found.take(PRESENTATION_BYTES).read_to_end(&mut bytes));
    read.map_err(|source| SourceError::Io { operation: "read the presentation", source })?;
    spend.bytes(bytes.len())?;
    Ok(bytes)
}

/// A packed storage: its size, a zlib header of two bytes, the packed bytes (MS-PPT 2.10.34).
fn unpacked(data: &[u8], spend: &Spend) -> Result<Option<Vec<u8>>, SourceError> {
    const HEADER: usize = 6;
    let (Some(size), Some(packed)) = (u32_at(data, 0), data.get(HEADER..)) else {
        return Ok(None);
    };
    if u64::from(size) > PROJECT_BYTES {
        return Ok(None);
    }
    spend.bytes(size as usize)?;
    Ok(inflated(packed, size))
}
