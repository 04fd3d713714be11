//! Uploaded originals: each encrypted under a key of its own, so that destroying the key erases the file everywhere.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use serde::{Deserialize, Serialize};

use super::LedgerError;
use super::keys::random_key;
use super::segments::sync_folder;

/// A key encrypts exactly one object, so a fixed nonce never repeats under it (RFC 8439, section 4).
const NONCE: [u8; 12] = [0; 12];

/// Name of a sealed original: random, it says nothing of the content.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedId(pub String);

/// The sealed originals of one tenant; content and keys lie in different folders.
pub struct SealedOriginals {
    contents: PathBuf,
    keys: PathBuf,
}

impl SealedOriginals {
    /// Originals under `folder`.
    ///
    /// # Errors
    /// `Object` when the folders cannot be made.
    pub fn open(folder: &Path) -> Result<SealedOriginals, LedgerError> {
        let (contents, keys) = (folder.join("contents"), folder.join("keys"));
        for path in [&contents, &keys] {
            std::fs::create_dir_all(path).map_err(|source| LedgerError::Object { path: path.clone(), source })?;
        }
        Ok(SealedOriginals { contents, keys })
    }

    /// Encrypts and keeps `bytes` durably.
    ///
    /// # Errors
    /// `Object` when the disk refuses, `Random` when no key can be made.
    pub fn seal(&self, bytes: &[u8]) -> Result<SealedId, LedgerError> {
        let key = random_key()?;
        let name: String = random_key()?.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let id = SealedId(name);
        let path = self.contents.join(&id.0);
        let object_error = |source| LedgerError::Object { path: path.clone(), source };
        let cipher = ChaCha20Poly1305::new(&Key::from(key));
        let sealed = cipher
            .encrypt(&Nonce::from(NONCE), bytes)
            .map_err(|_| object_error(io::Error::other("encryption failed")))?;
        durable(&self.keys.join(&id.0), &key).map_err(object_error)?;
        durable(&path, &sealed).map_err(object_error)?;
        Ok(id)
    }

    /// The original, as long as its key exists.
    ///
    /// # Errors
    /// `Missing` after erasure, `Corrupt` when the content was changed.
    pub fn open_original(&self, id: &SealedId) -> Result<Vec<u8>, LedgerError> {
        let missing = || LedgerError::Missing { id: id.0.clone() };
        if !id.0.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(missing());
        }
        let key = std::fs::read(self.keys.join(&id.0)).map_err(|_| missing())?;
        let sealed = std::fs::read(self.contents.join(&id.0)).map_err(|_| missing())?;
        let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| missing())?;
        ChaCha20Poly1305::new(&Key::from(key))
            .decrypt(&Nonce::from(NONCE), sealed.as_slice())
            .map_err(|_| LedgerError::Corrupt { id: id.0.clone() })
    }

    /// Destroys the key: the content can never be read again. Erasing twice is no error.
    ///
    /// # Errors
    /// `Object` when the key file cannot be removed.
    pub fn erase(&self, id: &SealedId) -> Result<(), LedgerError> {
        let path = self.keys.join(&id.0);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(LedgerError::Object { path, source: error }),
            _ => sync_folder(&self.keys).map_err(|source| LedgerError::Object { path, source }),
        }
    }
}

fn durable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    path.parent().map_or(Ok(()), sync_folder)
}
