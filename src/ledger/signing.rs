//! Signatures of what is shown to others: Ed25519 (RFC 8032) with one key per tenant. Whoever has noted the public key can check
//! without this installation that a receipt is the one it issued.

use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::LedgerError;
use super::keys::kept_or_made;

/// Name of the key's file (PKCS #8, RFC 8410).
const FILE: &str = "signing.key";

/// The key by which one tenant signs. Never logged, never serialised.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

/// A signature and the public key that proves it, both in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    pub signature: String,
    pub signed_by: String,
}

impl SigningKey {
    /// Reads the key in `folder`, or makes it on first use (file mode 0600).
    ///
    /// # Errors
    /// `Keys` when the file cannot be read or written or holds no key, `Random` when the system gives no random bytes.
    pub fn open(folder: &Path) -> Result<SigningKey, LedgerError> {
        let path = folder.join(FILE);
        let bytes = kept_or_made(&path, || {
            let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
            let made = made.map_err(|error| LedgerError::Random { reason: error.to_string() })?;
            Ok(made.as_ref().to_vec())
        })?;
        let pair = Ed25519KeyPair::from_pkcs8(&bytes)
            .map_err(|error| LedgerError::Keys { path, source: std::io::Error::other(error.to_string()) })?;
        Ok(SigningKey { pair })
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature {
            signature: hexadecimal(self.pair.sign(bytes).as_ref()),
            signed_by: hexadecimal(self.pair.public_key().as_ref()),
        }
    }
}

impl Signature {
    /// Whether it was made of exactly these bytes by the owner of the key it names.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let (Some(signature), Some(key)) = (bytes_of(&self.signature), bytes_of(&self.signed_by)) else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key).verify(bytes, &signature).is_ok()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|two| {
        let two = std::str::from_utf8(two).ok().filter(|two| two.len() == 2)?;
        u8::from_str_radix(two, 16).ok()
    });
    digits.collect()
}
