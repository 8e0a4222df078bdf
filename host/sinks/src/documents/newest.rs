//! Which of several versions is the newest.

use serde::{Deserialize, Serialize};

/// The newest version that is published of what differs by one partition key only. Who wants "the newest" starts here; who wants a
/// certain version starts at that version's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// [`super::VERSION`].
    pub version: u32,
    /// The partition key by which versions are ordered.
    pub by: String,
    /// Its value for the newest.
    pub value: String,
    /// Key of that version's manifest.
    pub manifest: String,
}
