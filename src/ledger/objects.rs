//! Objects: models, facts, receipts and compiled workflows, filed by their content and compressed with zstd.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::segments::sync_folder;
use super::{LedgerError, TenantKeys};

/// zstd level: 3 is the library's default and, measured on facts JSON, within 10 % of level 9's size.
const LEVEL: i32 = 3;
/// Largest object that is read back, against a damaged frame that claims more.
const LARGEST: usize = 1 << 30;

/// Name of an object: a keyed hash of its content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObjectId(pub String);

/// The objects of one tenant.
#[derive(Clone)]
pub struct Objects {
    folder: PathBuf,
    keys: TenantKeys,
}

impl Objects {
    /// Objects in `folder`, named under the tenant's key.
    ///
    /// # Errors
    /// `Object` when the folder cannot be made.
    pub fn open(folder: &Path, keys: TenantKeys) -> Result<Objects, LedgerError> {
        std::fs::create_dir_all(folder).map_err(|source| LedgerError::Object { path: folder.to_path_buf(), source })?;
        Ok(Objects { folder: folder.to_path_buf(), keys })
    }

    /// Keeps `bytes` durably (file and folder synced) and returns their name; the same content is kept once.
    ///
    /// # Errors
    /// `Object` when the disk refuses.
    pub fn put(&self, bytes: &[u8]) -> Result<ObjectId, LedgerError> {
        let id = ObjectId(self.keys.name_of(bytes));
        let path = self.path_of(&id);
        if path.exists() {
            return Ok(id);
        }
        self.write(&path, bytes).map_err(|source| LedgerError::Object { path, source })?;
        Ok(id)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        let packed = zstd::bulk::compress(bytes, LEVEL)?;
        // Two readers may deliver the same content at the same moment: each writes a file of its own, the last one stays.
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let unfinished = path.with_extension(format!("{}-{number}.part", std::process::id()));
        let mut file = File::create(&unfinished)?;
        file.write_all(&packed)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
        sync_folder(folder)?;
        sync_folder(&self.folder)
    }

    /// Reads an object and checks that its content fits its name.
    ///
    /// # Errors
    /// `Missing` when it is not here, `Corrupt` when it does not unpack to what its name says.
    pub fn get(&self, id: &ObjectId) -> Result<Vec<u8>, LedgerError> {
        let missing = || LedgerError::Missing { id: id.0.clone() };
        if id.0.len() < 3 || !id.0.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(missing());
        }
        let packed = std::fs::read(self.path_of(id)).map_err(|_| missing())?;
        let bytes = zstd::stream::decode_all(packed.as_slice())
            .ok()
            .filter(|bytes| bytes.len() <= LARGEST && self.keys.name_of(bytes) == id.0);
        bytes.ok_or_else(|| LedgerError::Corrupt { id: id.0.clone() })
    }

    fn path_of(&self, id: &ObjectId) -> PathBuf {
        let shelf = id.0.get(..2).unwrap_or("00");
        self.folder.join(shelf).join(&id.0)
    }
}
