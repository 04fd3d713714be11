//! The id of one customer organisation, checked where it enters.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest id: what fits a DNS label (RFC 1035), so that an id can name a host or a database schema.
const LONGEST: usize = 63;

/// One customer organisation. Its only constructor checks it, so it is safe in a file name and a schema name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

/// A text that cannot be a tenant id.
#[derive(Debug, Error)]
#[error("not a tenant id: {text:?} (1 to 63 of a-z, 0-9 and '-')")]
pub struct BadTenantId {
    /// The refused text.
    pub text: String,
}

impl TenantId {
    /// The tenant of an installation that has only one.
    pub fn local() -> TenantId {
        TenantId(String::from("local"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TenantId {
    type Error = BadTenantId;

    fn try_from(text: String) -> Result<Self, BadTenantId> {
        let fits = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(TenantId(text)) } else { Err(BadTenantId { text }) }
    }
}

impl From<TenantId> for String {
    fn from(id: TenantId) -> String {
        id.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
