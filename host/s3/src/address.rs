//! Addresses of objects and prefixes, as typed by users.

use std::fmt;
use std::str::FromStr;

use assay_model::shown;

/// Address of an object or a key prefix: `s3://bucket/key`, with `?versionId=…` for a specific version.
///
/// The key is taken literally, as by the AWS CLI: `%20` is three characters. Only `?versionId=` ends it, so a key may contain other `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    bucket: String,
    key: String,
    version: Option<String>,
}

/// Maximum length of a key in bytes, set by S3.
const KEY_BYTES: usize = 1_024;

/// Maximum length of a root's key in bytes, which leaves half of a key for the paths below it.
const ROOT_BYTES: usize = 512;

/// A text that is not the address of an object or prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {problem}; expected `s3://bucket/key`", text = shown(text))]
pub struct BadAddress {
    text: String,
    problem: &'static str,
}

impl Address {
    /// Parses an address. Fails if the bucket name breaks S3's rules, or if the key is not a plain path: an empty, `.` or `..` segment
    /// would be normalised away by other tools.
    pub fn new(text: &str) -> Result<Self, BadAddress> {
        Self::parse(text).map_err(|problem| BadAddress { text: text.to_owned(), problem })
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let scheme = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("s3://"));
        let rest = &text[scheme.ok_or("does not begin with `s3://`")?.len()..];
        let (path, version) = match rest.split_once("?versionId=") {
            None => (rest, None),
            Some((_, "")) => return Err("has an empty version"),
            Some((path, version)) => (path, Some(version.to_owned())),
        };
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        // Folders are often typed with a trailing slash.
        let key = key.strip_suffix('/').unwrap_or(key);
        if let Some(problem) = bad_bucket(bucket).or_else(|| bad_key(key)) {
            return Err(problem);
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), version })
    }

    /// Checks that this is the address of an object: it has a key.
    pub fn object(self) -> Result<Self, BadAddress> {
        let problem = "names a bucket and no object in it";
        if self.key.is_empty() {
            Err(BadAddress { text: self.to_string(), problem })
        } else {
            Ok(self)
        }
    }

    /// Checks that this can be the address of a root: it has no version and is short enough.
    pub fn root(self) -> Result<Self, BadAddress> {
        let problem = match self.version {
            Some(_) => "names a version, which a prefix does not have",
            None if self.key.len() > ROOT_BYTES => {
                "leaves too little of a key's 1,024 bytes for what lies below it"
            }
            None => return Ok(self),
        };
        Err(BadAddress { text: self.to_string(), problem })
    }

    /// Returns the address of `path` below this one.
    pub(crate) fn below(&self, path: &str) -> Self {
        let key =
            if self.key.is_empty() { path.to_owned() } else { format!("{}/{path}", self.key) };
        Self { bucket: self.bucket.clone(), key, version: None }
    }

    /// Returns the part of a key in the same bucket that follows this address, or `None` if the key is not below it.
    pub(crate) fn relative<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.key.is_empty() { Some(key) } else { key.strip_prefix(&self.key)?.strip_prefix('/') }
    }

    /// Name of the bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Key of the object, or the key prefix without a trailing slash; empty for a whole bucket.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The version, if one was given.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Last segment of the key: the name the object was published under.
    pub fn name(&self) -> &str {
        self.key.rsplit_once('/').map_or(&self.key, |(_, name)| name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if !self.key.is_empty() {
            write!(f, "/{}", self.key)?;
        }
        match &self.version {
            Some(version) => write!(f, "?versionId={version}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        Self::new(text)
    }
}

fn bad_bucket(bucket: &str) -> Option<&'static str> {
    if bucket.is_empty() {
        return Some("names no bucket");
    }
    // Access points are named by ARNs, which contain colons.
    if bucket.contains(':') {
        return Some("has a colon in its bucket; an access point goes by its alias");
    }
    // Old buckets may have capitals and underscores.
    let known = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if !(3..=255).contains(&bucket.len()) || !bucket.chars().all(known) {
        return Some(
            "has a bucket's name that S3 does not take (3 to 63 of a-z, 0-9, `.` and `-`)",
        );
    }
    None
}

fn bad_key(key: &str) -> Option<&'static str> {
    if key.len() > KEY_BYTES {
        return Some("has a key of more than 1,024 bytes");
    }
    if key.contains(char::is_control) {
        return Some("has a control character in its key");
    }
    let tidied = |segment: &str| matches!(segment, "" | "." | "..");
    (!key.is_empty() && key.split('/').any(tidied))
        .then_some("has an empty, `.` or `..` segment in its key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_stand() {
        let check = |text: &str, expected: Result<(&str, &str, Option<&str>), &str>| match (
            Address::new(text),
            expected,
        ) {
            (Ok(found), Ok(expected)) => {
                assert_eq!((found.bucket(), found.key(), found.version()), expected, "{text}");
                assert_eq!(
                    Address::new(&found.to_string()),
                    Ok(found),
                    "{text}: it is told as it is read"
                );
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, expected) => panic!("{text}: {found:?}, expected {expected:?}"),
        };
        check("s3://lake/raw/year=2023/a.csv", Ok(("lake", "raw/year=2023/a.csv", None)));
        check("S3://lake/a b+%20é.csv", Ok(("lake", "a b+%20é.csv", None)));
        check("s3://lake", Ok(("lake", "", None)));
        check("s3://lake/", Ok(("lake", "", None)));
        check("s3://lake/dev/", Ok(("lake", "dev", None)));
        check("s3://lake/a.csv?versionId=3/L4.x", Ok(("lake", "a.csv", Some("3/L4.x"))));
        check("s3://lake/what?.csv", Ok(("lake", "what?.csv", None)));
        check("s3://my.old_Bucket/a", Ok(("my.old_Bucket", "a", None)));
        check("s3://", Err("names no bucket"));
        check("s3:///a", Err("names no bucket"));
        check("s3://ab/a", Err("S3 does not take"));
        check("s3://la ke/a", Err("S3 does not take"));
        check("s3://arn:aws:s3:us-east-1:1:accesspoint/x/a", Err("its alias"));
        check("s3://lake//a", Err("empty"));
        check("s3://lake/a//b", Err("empty"));
        check("s3://lake/../b", Err("`..`"));
        check("s3://lake/a\nb", Err("control"));
        check("s3://lake/a?versionId=", Err("empty version"));
        check("gs://lake/a", Err("does not begin"));
        check("é3://", Err("does not begin"));
        check(&format!("s3://lake/{}", "a".repeat(1_025)), Err("more than 1,024"));
    }

    #[test]
    fn an_object_has_a_key_and_a_root_none_but_a_short_one() {
        let address = |text: &str| Address::new(text).expect(text);
        assert!(address("s3://lake").object().is_err());
        assert!(address("s3://lake/a").object().is_ok_and(|object| object.name() == "a"));
        assert!(address("s3://lake/a/b.csv").object().is_ok_and(|object| object.name() == "b.csv"));
        assert!(address("s3://lake").root().is_ok());
        assert!(address("s3://lake/a?versionId=1").root().is_err());
        assert!(address(&format!("s3://lake/{}", "a/".repeat(257))).root().is_err());
    }
}
