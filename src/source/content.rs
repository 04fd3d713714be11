//! The bytes of one file, read at any place without a shared cursor: an open file or memory.
//! Cloning gives a second, independent cursor over the same bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Where the bytes are.
#[derive(Debug, Clone)]
enum Origin {
    Open(Arc<File>),
    Memory(Arc<Vec<u8>>),
}

/// One cursor over the bytes of a file.
#[derive(Debug, Clone)]
pub struct Content {
    origin: Origin,
    at: u64,
    length: u64,
}

impl Content {
    /// The content of a file that is open for reading.
    pub fn from_file(file: File) -> io::Result<Content> {
        let length = file.metadata()?.len();
        Ok(Content { origin: Origin::Open(Arc::new(file)), at: 0, length })
    }

    /// A content in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Content {
        let length = bytes.len() as u64;
        Content { origin: Origin::Memory(Arc::new(bytes)), at: 0, length }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// A cursor at the start.
    pub fn start(&self) -> Content {
        Content { at: 0, ..self.clone() }
    }

    /// Up to `count` bytes from `offset` on; fewer at the end.
    pub fn slice(&self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut cursor = Content { at: offset.min(self.length), ..self.clone() };
        let mut bytes = Vec::new();
        cursor.by_ref().take(count as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Content {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = match &self.origin {
            Origin::Open(file) => file.read_at(into, self.at)?,
            Origin::Memory(bytes) => {
                let start = usize::try_from(self.at).unwrap_or(usize::MAX).min(bytes.len());
                bytes.get(start..).unwrap_or_default().read(into)?
            }
        };
        self.at = self.at.saturating_add(got as u64);
        Ok(got)
    }
}

impl Seek for Content {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
