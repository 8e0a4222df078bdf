//! Places on this machine or in a bucket, given as arguments: inputs, roots and reports.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;

use assay_model::shown;
#[cfg(feature = "s3")]
use assay_s3::Address;
use clap::builder::{OsStringValueParser, TryMapValueParser, TypedValueParser, ValueParserFactory};
use serde::{Serialize, Serializer};

#[cfg(not(feature = "s3"))]
use crate::features::lacks;
use crate::location::{Location, NotHere, scheme};

/// What an argument may be.
const EXPECTED: &str = if cfg!(feature = "s3") {
    "a path, a `file://` or an `s3://` address"
} else {
    "a path or a `file://` address"
};

/// A path on this machine, or an address in a bucket: `s3://bucket/key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// On this machine.
    Here(Location),
    /// In a bucket.
    #[cfg(feature = "s3")]
    There(Address),
}

impl Place {
    /// Reads a path or an address.
    pub(crate) fn parse(typed: &OsStr) -> Result<Self, NotHere> {
        let named = scheme(typed);
        let is_of = |name: &str| named.is_some_and(|named| named.eq_ignore_ascii_case(name));
        if is_of("s3") {
            return Self::there(&typed.to_string_lossy());
        }
        if is_of("s3a") || is_of("s3n") {
            return Err(NotHere::new("an address as Hadoop writes it; write `s3://` instead"));
        }
        Location::parse_or(typed, EXPECTED).map(Self::Here)
    }

    #[cfg(feature = "s3")]
    fn there(typed: &str) -> Result<Self, NotHere> {
        let help = format!("to name a file or folder literally, write `./{}`", shown(typed));
        let address = Address::new(typed.trim_start());
        address.map(Self::There).map_err(|error| NotHere::new(format!("{error}\nhelp: {help}")))
    }

    #[cfg(not(feature = "s3"))]
    fn there(_: &str) -> Result<Self, NotHere> {
        Err(NotHere::new(lacks("reading and writing buckets", "s3")))
    }

    /// The place as it would be typed again.
    pub(crate) fn typed(&self) -> Cow<'_, OsStr> {
        match self {
            Self::Here(location) => Cow::Borrowed(location.as_os_str()),
            #[cfg(feature = "s3")]
            Self::There(address) => Cow::Owned(OsString::from(address.to_string())),
        }
    }

    /// Whether this means standard input.
    pub(crate) fn is_standard(&self) -> bool {
        matches!(self, Self::Here(location) if location.as_os_str() == "-")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(location) => shown(location.display()).fmt(f),
            #[cfg(feature = "s3")]
            Self::There(address) => address.fmt(f),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.typed().to_string_lossy().serialize(serializer)
    }
}

impl ValueParserFactory for Place {
    type Parser = TryMapValueParser<OsStringValueParser, fn(OsString) -> Result<Self, NotHere>>;

    fn value_parser() -> Self::Parser {
        OsStringValueParser::new().try_map(|typed| Self::parse(&typed))
    }
}

#[cfg(all(test, feature = "s3"))]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_s3_is_in_a_bucket_and_all_else_is_here() {
        let check = |typed: &str, expected: Result<&str, &str>| match (
            Place::parse(OsStr::new(typed)),
            expected,
        ) {
            (Ok(Place::There(found)), Ok(address)) if address.starts_with("s3:") => {
                assert_eq!(found.to_string(), address);
            }
            (Ok(Place::Here(found)), Ok(path)) => assert_eq!(found.as_os_str(), path),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{typed}: {found:?}"),
        };
        check("s3://lake/raw/a.csv", Ok("s3://lake/raw/a.csv"));
        check("S3://lake/", Ok("s3://lake"));
        check(" s3://lake/a", Ok("s3://lake/a"));
        check("s3://lake/a?versionId=1", Ok("s3://lake/a?versionId=1"));
        check("./s3://lake", Ok("./s3://lake"));
        check("a.csv", Ok("a.csv"));
        check("-", Ok("-"));
        check("file:///a.csv", Ok("/a.csv"));
        check("s3:lake/a", Err("does not begin with `s3://`"));
        check("s3://", Err("names no bucket"));
        check("s3a://lake/a", Err("write `s3://`"));
        check("gs://lake/a", Err("scheme `gs`"));
        check("gs://lake/a", Err("expected a path, a `file://` or an `s3://` address"));
    }
}
