//! Files that differ from what a manifest says.

use std::fmt;

use assay_store::Key;

/// A file that is missing, or differs from what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its key.
    pub key: Key,
    /// Size that was written, in bytes.
    pub expected: u64,
    /// Size found, in bytes; `None` if the file is missing.
    pub found: Option<u64>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, expected, found } = self;
        match found {
            None => write!(f, "`{key}` ({expected} bytes) is missing"),
            Some(found) if found == expected => {
                write!(f, "`{key}` has other content than was written ({expected} bytes)")
            }
            Some(found) => write!(f, "`{key}` has {found} bytes, expected {expected}"),
        }
    }
}
