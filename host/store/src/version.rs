//! What tells one content of an object from another.

use std::fmt;

/// Names what an object held when it was read: a digest on a local disk, an entity tag in a bucket. Only good for
/// comparing with itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// Wraps what the store uses to tell contents apart.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
