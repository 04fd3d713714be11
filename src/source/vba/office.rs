//! VBA of files that are read for nothing else: Word and PowerPoint, old and new, bare projects; and of old workbooks.

use std::io::Read;

use crate::facts::{FileKind, Notice, Problem, SourceFacts};

use super::super::SourceError;
use super::super::content::Content;
use super::super::precheck::{compound, u16_at, u32_at};
use super::super::spend::{Charged, Spend};
use super::super::zipped::Package;
use super::project::{Rooted, roots};
use super::{PROJECT_BYTES, Project, modules_of, read_project};

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
        let found = modules_of(&mut Rooted { file: &mut file, root }, spend)?;
        project.modules.extend(found.modules);
        project.notices.extend(found.notices);
    }
    if file.exists("/PowerPoint Document") {
        let (storages, packed) = slide_storages(&mut file, spend)?;
        for bytes in storages {
            let found = read_project(bytes, spend);
            match found {
                Ok(found) => {
                    project.modules.extend(found.modules);
                    project.notices.extend(found.notices);
                }
                // Most embedded storages are charts and sheets, which are told by their own names elsewhere.
                Err(SourceError::Limit { limit, what }) => return Err(SourceError::Limit { limit, what }),
                Err(_) => {}
            }
        }
        if project.modules.is_empty() && packed > 0 {
            let message = format!(
                "{packed} embedded storages are packed and were not read, one may hold code; save as .pptm and scan again"
            );
            project.notices.push(Notice { place: String::new(), problem: Problem::Unsupported, message });
        }
    }
    Ok(project)
}

/// PowerPoint keeps its project as a storage record within the document stream. Answers the plain ones and how many are packed.
fn slide_storages(file: &mut cfb::CompoundFile<Content>, spend: &Spend) -> Result<(Vec<Vec<u8>>, usize), SourceError> {
    let mut stream = Vec::new();
    let read = file
        .open_stream("/PowerPoint Document")
        .and_then(|found| Charged::new(found.take(PROJECT_BYTES), spend).read_to_end(&mut stream));
    if let Err(source) = read {
        return Err(super::super::spend::limit_of(&source)
            .unwrap_or(SourceError::Io { operation: "read the presentation", source }));
    }
    let mut found = Vec::new();
    let mut packed = 0;
    let mut rest = stream.as_slice();
    while let (Some(version), Some(kind), Some(size)) = (u16_at(rest, 0), u16_at(rest, 2), u32_at(rest, 4)) {
        let data = rest.get(8..).unwrap_or_default();
        let data = data.get(..size as usize).unwrap_or(data);
        let instance = version >> 4;
        match (kind, instance) {
            (STORAGE_RECORD, 0) => found.push(data.to_vec()),
            (STORAGE_RECORD, _) => packed += 1,
            _ => {}
        }
        rest = rest.get(8usize.saturating_add(size as usize)..).unwrap_or_default();
    }
    Ok((found, packed))
}
