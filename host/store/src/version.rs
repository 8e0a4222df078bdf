//! Versions of an object's content.

use std::fmt;

/// Identifies the content of an object when it was read: a digest on a local disk, an entity tag in a bucket. Only meaningful when
/// compared with versions from the same store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// Wraps the tag by which the store distinguishes contents.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
