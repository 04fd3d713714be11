//! VBA source out of compound files: MS-OVBA containers and project streams, tolerant of what writers get wrong.
//! Used for workbooks, Word and PowerPoint files, Access storages. It must not understand VBA itself.

mod container;
mod office;
mod project;

pub(crate) use container::{container_at, find_container};
pub(crate) use office::{read_legacy, read_office_code};
pub(crate) use project::{Streams, code_page, modules_of, read_project};

pub use container::decompress;

use crate::facts::{CodeFacts, Notice};

/// Largest VBA project that is read; projects of several megabytes exist, of tens do not.
pub(crate) const PROJECT_BYTES: u64 = 64 * super::MIB;

/// The modules of one project.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Project {
    pub(crate) modules: Vec<CodeFacts>,
    pub(crate) notices: Vec<Notice>,
}

impl Project {
    /// Adds what another place of the same file holds. A place that is damaged is told and the others are read; a limit ends
    /// the reading.
    pub(crate) fn add(&mut self, found: Result<Project, super::SourceError>) -> Result<(), super::SourceError> {
        match found {
            Ok(found) => {
                self.modules.extend(found.modules);
                self.notices.extend(found.notices);
            }
            Err(error @ super::SourceError::Limit { .. }) => return Err(error),
            Err(error) => self.notices.push(error.notice("VBA", "other projects of the file were read")),
        }
        Ok(())
    }
}
