//! Answers that are kept until a record is applied: the projection changes by records only, so until then they are the same.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::TenantId;

/// Bytes of answers that are kept; beyond, all are forgotten and asked anew.
const MOST_BYTES: usize = 64 << 20;

/// Whose question, its SQL, and its argument.
pub(super) type Key = (TenantId, &'static str, String);

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Answers {
    kept: HashMap<Key, Arc<[String]>>,
    bytes: usize,
}

impl Answers {
    pub fn get(&self, key: &Key) -> Option<Arc<[String]>> {
        self.kept.get(key).cloned()
    }

    pub fn keep(&mut self, key: Key, rows: Arc<[String]>) {
        let bytes: usize = rows.iter().map(String::len).sum();
        if self.bytes + bytes > MOST_BYTES {
            self.forget();
        }
        if bytes <= MOST_BYTES {
            self.bytes += bytes;
            self.kept.insert(key, rows);
        }
    }

    pub fn forget(&mut self) {
        *self = Answers::default();
    }
}
