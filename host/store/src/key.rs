//! Names of objects.

use std::fmt;
use std::str::FromStr;

use assay_model::shown;

/// Prefix reserved by stores for uploads in progress and locks.
pub(crate) const RESERVED: &str = ".assay";

/// S3 allows 1,024 bytes per key.
const KEY_BYTES: usize = 1_024;

/// Linux and macOS allow 255 bytes per file name.
const SEGMENT_BYTES: usize = 255;

/// A text that cannot name an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a key: {problem}", text = shown(text))]
pub struct BadKey {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// A relative path such as `staging/validated/kind=general/manifest.json`: segments joined by `/`, none of them empty,
/// `.` or `..`, so that no key leaves its store's root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Parses a key. The error names the requirement that is not met.
    pub fn new(text: impl Into<String>) -> Result<Self, BadKey> {
        let text = text.into();
        match Self::problem(&text) {
            None => Ok(Self(text)),
            Some(problem) => Err(BadKey { text, problem }),
        }
    }

    fn problem(text: &str) -> Option<&'static str> {
        if text.len() > KEY_BYTES {
            return Some("expected at most 1,024 bytes");
        }
        if text.contains(|c: char| c == '\\' || c.is_control()) {
            return Some("expected no backslash and no control character");
        }
        text.split('/').find_map(|segment| match segment {
            "" => Some("expected no empty segment, and no `/` at either end"),
            "." | ".." => Some("expected no `.` or `..` segment"),
            _ if segment.starts_with(RESERVED) => {
                Some("expected no segment that begins with `.assay`, which is kept for locks and unfinished files")
            }
            _ if segment.len() > SEGMENT_BYTES => Some("expected at most 255 bytes a segment"),
            _ => None,
        })
    }

    /// The key one level deeper. `segment` may hold several, joined by `/`.
    pub fn join(&self, segment: &str) -> Result<Self, BadKey> {
        Self::new(format!("{self}/{segment}"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments in order; there is at least one.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// Whether the key lies below `folder`.
    pub fn is_below(&self, folder: &Self) -> bool {
        self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_below_the_root() {
        let check = |text: &str, good: bool| assert_eq!(Key::new(text).is_ok(), good, "{text:?}");
        check("a", true);
        check("staging/validated/kind=general/run=1/part-00000.parquet", true);
        check("a/..b/c d/ü", true);
        check("", false);
        check("/a", false);
        check("a/", false);
        check("a//b", false);
        check("../a", false);
        check("a/./b", false);
        check("a\\b", false);
        check("a\0b", false);
        check("a/.assay-1.tmp", false);
        check(&"x".repeat(256), false);
        check(&"x/".repeat(600), false);
    }

    #[test]
    fn below_means_a_whole_segment() {
        let check = |key: &str, folder: &str, below| {
            assert_eq!(Key::new(key).unwrap().is_below(&Key::new(folder).unwrap()), below);
        };
        check("a/b", "a", true);
        check("ab/c", "a", false);
        check("a", "a", false);
    }
}
