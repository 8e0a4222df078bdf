//! Places on this machine, given as arguments.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::ops::Deref;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use assay_model::shown;
use clap::builder::{PathBufValueParser, TryMapValueParser, TypedValueParser, ValueParserFactory};
use percent_encoding::percent_decode;
use serde::{Serialize, Serializer};

/// Schemes recognised even without `//`. With any other, `name:rest` is a file name, such as `report:final.csv`.
const KNOWN: [&str; 21] = [
    "abfs", "abfss", "adl", "az", "azure", "dbfs", "file", "ftp", "gcs", "gs", "hdfs", "http",
    "https", "oci", "oss", "s3", "s3a", "s3n", "sftp", "wasb", "wasbs",
];

/// Path of a file or folder. An address is refused: `s3://bucket/lake` would become a folder named `s3:` here, and its content would vanish
/// with the container. A `file://` address is converted to its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location(PathBuf);

/// Why an argument is not a place on this machine, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotHere(String);

impl NotHere {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for NotHere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NotHere {}

impl Location {
    /// Reads a path or a `file://` address.
    pub(crate) fn parse(typed: &OsStr) -> Result<Self, NotHere> {
        Self::parse_or(typed, "a path or a `file://` address")
    }

    /// Reads a path or a `file://` address where other values are allowed too; `expected` describes all that are allowed.
    pub(crate) fn parse_or(typed: &OsStr, expected: &str) -> Result<Self, NotHere> {
        let bytes = typed.as_bytes();
        let Some((scheme, rest)) = address(bytes.trim_ascii_start()) else {
            return Ok(Self(PathBuf::from(typed)));
        };
        if scheme.eq_ignore_ascii_case("file") {
            return file(rest).map(Self);
        }
        let typed = shown(typed.to_string_lossy());
        let help = if scheme.eq_ignore_ascii_case("oci") {
            "`assay pull` fetches a plugin from a registry, `assay push` puts one there".to_owned()
        } else if scheme.eq_ignore_ascii_case("s3") {
            "files to judge, roots and reports may be in a bucket; this may not: copy it to this machine".to_owned()
        } else {
            format!(
                "copy it to this machine or mount it, and give the path; to name a file or folder literally, write `./{typed}`"
            )
        };
        Err(NotHere(format!(
            "an address with the scheme `{scheme}`, which is not supported; expected {expected}\nhelp: {help}"
        )))
    }
}

impl Deref for Location {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for Location {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl ValueParserFactory for Location {
    type Parser = TryMapValueParser<PathBufValueParser, fn(PathBuf) -> Result<Self, NotHere>>;

    fn value_parser() -> Self::Parser {
        PathBufValueParser::new().try_map(|typed| Self::parse(typed.as_os_str()))
    }
}

/// The scheme of an argument, if it is an address.
pub(crate) fn scheme(typed: &OsStr) -> Option<&str> {
    address(typed.as_bytes().trim_ascii_start()).map(|(scheme, _)| scheme)
}

/// Splits an address into its scheme and what follows the colon; `None` if it is a path.
fn address(typed: &[u8]) -> Option<(&str, &[u8])> {
    let colon = typed.iter().position(|&byte| byte == b':')?;
    let (scheme, rest) = (str::from_utf8(&typed[..colon]).ok()?, &typed[colon + 1..]);
    let follows = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    // A single letter is a Windows drive.
    let named = scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(follows);
    let known = || KNOWN.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (named && (rest.starts_with(b"/") || known())).then_some((scheme, rest))
}

/// The path of a `file:` address; `rest` is the part after the colon.
fn file(rest: &[u8]) -> Result<PathBuf, NotHere> {
    let wrong = |found: &str, help: &str| {
        NotHere(format!("{found}; expected `file:///` and an absolute path\nhelp: {help}"))
    };
    let path = match rest.strip_prefix(b"//") {
        None => rest,
        Some(rest) => {
            let slash = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
            let (host, path) = rest.split_at(slash);
            if !host.is_empty() && !host.eq_ignore_ascii_case(b"localhost") {
                let host = shown(String::from_utf8_lossy(host));
                let found = format!("an address on the machine `{host}`");
                return Err(wrong(&found, "with two slashes the first name is a machine's"));
            }
            path
        }
    };
    if !path.starts_with(b"/") {
        return Err(wrong("an address without an absolute path", "leave `file:` out of a path"));
    }
    if path.iter().any(|byte| b"?#".contains(byte)) {
        let help = "in a name, `?` is written `%3F`, and `#` is written `%23`";
        return Err(wrong("an address with a query or a fragment, which no file has", help));
    }
    if let Some(escape) = bad_escape(path) {
        let found = format!("an address with `{escape}`");
        let help = "in a name, `%` is written `%25`; a name holds neither a slash nor a NUL";
        return Err(wrong(&found, help));
    }
    Ok(PathBuf::from(OsString::from_vec(percent_decode(path).collect())))
}

/// The first `%` that does not encode a byte allowed in a name.
fn bad_escape(path: &[u8]) -> Option<String> {
    let places = (0..path.len()).filter(|&at| path[at] == b'%');
    let mut escapes = places.map(|at| &path[at..path.len().min(at + 3)]);
    let bad = escapes.find(|escape| {
        let digits = escape.len() == 3 && escape[1..].iter().all(u8::is_ascii_hexdigit);
        !digits || matches!(*escape, b"%00" | b"%2f" | b"%2F")
    });
    bad.map(|escape| String::from_utf8_lossy(escape).into_owned())
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn an_address_is_never_a_path() {
        let check = |typed: &str, expected: Result<&str, &str>| {
            let found = Location::parse(OsStr::new(typed));
            match expected {
                Ok(path) => assert_eq!(found, Ok(Location(PathBuf::from(path))), "{typed}"),
                Err(part) => {
                    let NotHere(text) = found.expect_err(typed);
                    assert!(text.contains(part) && text.contains("\nhelp: "), "{typed}: {text}");
                }
            }
        };
        for scheme in ["s3", "gs", "abfss", "https", "S3", "hdfs", "ssh+git", "x-y.z"] {
            let named = format!("scheme `{scheme}`");
            check(&format!("{scheme}://bucket/lake"), Err(&named));
            check(&format!("{scheme}:/bucket/lake"), Err(&named));
            check(&format!("  {scheme}://bucket"), Err(&named));
        }
        check("s3:bucket/lake", Err("scheme `s3`"));
        check("s3:", Err("scheme `s3`"));
        check("gs://lake/x", Err("`./gs://lake/x`"));
        check("s3://lake/x", Err("may be in a bucket; this may not"));
        check("oci://ghcr.io/me/rules:1", Err("assay pull"));
        let paths = [
            "-",
            ".",
            "lake",
            "/lake",
            "./s3:",
            "./s3://bucket",
            "lake/s3://bucket",
            "C:\\lake",
            "c:/lake",
            "c://lake",
            "report:final.csv",
            "12:30/x.csv",
            "12://x",
            ":/x",
            "a b://x",
            "s3",
            " lake",
        ];
        for path in paths {
            check(path, Ok(path));
        }
    }

    #[test]
    fn a_file_address_is_the_path_that_it_means() {
        let check = |typed: &str, expected: Result<&str, &str>| {
            let found = Location::parse(OsStr::new(typed)).map_err(|NotHere(text)| text);
            match (found, expected) {
                (Ok(found), Ok(path)) => assert_eq!(&*found, Path::new(path), "{typed}"),
                (Err(text), Err(part)) => assert!(text.contains(part), "{typed}: {text}"),
                (found, _) => panic!("{typed}: {found:?}"),
            }
        };
        check("file:///lake/a.csv", Ok("/lake/a.csv"));
        check("file:/lake", Ok("/lake"));
        check("FILE://LocalHost/lake/", Ok("/lake/"));
        check("file:///a%20b/%C3%A9+%25.csv", Ok("/a b/\u{e9}+%.csv"));
        check("file:///", Ok("/"));
        check("file://lake/a.csv", Err("on the machine `lake`"));
        check("file://", Err("without an absolute path"));
        check("file:lake", Err("without an absolute path"));
        check("file:", Err("without an absolute path"));
        check("file:///a?b", Err("`%3F`"));
        check("file:///a#b", Err("`%23`"));
        check("file:///a%2", Err("with `%2`"));
        check("file:///a%zz", Err("with `%zz`"));
        check("file:///a%2Fb", Err("with `%2F`"));
        check("file:///a%00", Err("with `%00`"));
        let odd = Location::parse(OsStr::new("file:///%ff")).expect("names are bytes");
        assert_eq!(odd.as_os_str().as_bytes(), b"/\xff");
    }

    /// All text arguments are listed here, so that nobody adds a path as text.
    #[test]
    fn every_path_that_can_be_typed_is_a_location() {
        fn texts(command: &clap::Command, found: &mut Vec<String>) {
            for argument in command.get_arguments() {
                let kind = argument.get_value_parser().type_id();
                let named = format!("{} {}", command.get_name(), argument.get_id());
                for path in [TypeId::of::<PathBuf>(), TypeId::of::<OsString>()] {
                    assert!(kind != path, "`{named}` is a path; expected a `Location`");
                }
                if kind == TypeId::of::<String>() {
                    found.push(named);
                }
            }
            command.get_subcommands().for_each(|command| texts(command, found));
        }
        let mut found = Vec::new();
        texts(&Cli::command(), &mut found);
        let words = "run entry, run name, run kernel, run expect_run, check entry, check name, check kernel, sample dataset, sample kind, \
                     sample layout, new name, new lang, try rule, try settings, try entry, try name, explain entry, \
                     explain name, rules code, diff entry, diff name, test rule, package revision, push place, pull place, \
                     run endpoint_url, run sse_kms_key_id, check endpoint_url, check sse_kms_key_id, try endpoint_url, try sse_kms_key_id, \
                     explain endpoint_url, explain sse_kms_key_id, diff endpoint_url, diff sse_kms_key_id, gc endpoint_url, gc sse_kms_key_id";
        let words: Vec<&str> = words.split(", ").collect();
        for named in found {
            assert!(words.contains(&named.as_str()), "is `{named}` a path?");
        }
    }
}
