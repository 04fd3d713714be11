//! The keys of one tenant, each made once and kept beside the tenant's data; here the one that names objects and fingerprints values.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::LedgerError;

/// Bytes of a key: the output size of SHA-256, as RFC 2104 section 3 recommends.
const KEY_BYTES: usize = 32;

/// Keys of one tenant. Never logged, never serialised.
#[derive(Clone)]
pub struct TenantKeys {
    naming: [u8; KEY_BYTES],
}

impl TenantKeys {
    /// Reads the keys in `folder`, or makes them on first use (file mode 0600).
    ///
    /// # Errors
    /// `Keys` when the file cannot be read or written, `Random` when the system gives no random bytes.
    pub fn open(folder: &Path) -> Result<TenantKeys, LedgerError> {
        let path = folder.join("naming.key");
        let bytes = kept_or_made(&path, || Ok(random_key()?.to_vec()))?;
        let naming = <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
            .map_err(|_| LedgerError::Keys { path, source: io::Error::other("the key file does not hold 32 bytes") })?;
        Ok(TenantKeys { naming })
    }

    /// HMAC-SHA-256 (RFC 2104) of `bytes` in hexadecimal: equal contents of two tenants do not show.
    pub fn name_of(&self, bytes: &[u8]) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.naming) else {
            return String::new();
        };
        mac.update(bytes);
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The bytes of a key file, which is made on first use (file mode 0600).
pub(super) fn kept_or_made(
    path: &Path,
    make: impl FnOnce() -> Result<Vec<u8>, LedgerError>,
) -> Result<Vec<u8>, LedgerError> {
    let keys_error = |source| LedgerError::Keys { path: path.to_path_buf(), source };
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(Path::new(""));
            std::fs::create_dir_all(folder).map_err(keys_error)?;
            let bytes = make()?;
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(keys_error)?;
            file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(keys_error)?;
            super::segments::sync_folder(folder).map_err(keys_error)?;
            Ok(bytes)
        }
        Err(error) => Err(keys_error(error)),
    }
}

pub(super) fn random_key() -> Result<[u8; KEY_BYTES], LedgerError> {
    let mut key = [0u8; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|error| LedgerError::Random { reason: error.to_string() })?;
    Ok(key)
}
