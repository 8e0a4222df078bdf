//! The first record: the names of the columns.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::cp1252::{self, Encoding};
use crate::grammar::{self, Parsed, QuoteFault};

/// The byte order mark that some programs write before UTF-8.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The column names and how they were written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// The names in order, unquoted. Empty if all lines of the input are blank.
    pub names: Vec<String>,
    /// The input begins with a byte order mark.
    pub bom: bool,
    /// The names are not UTF-8 and were read as Windows-1252.
    pub windows_1252: bool,
    /// The header ends with CRLF.
    pub crlf: bool,
    /// Offset of its first byte in the input: after the byte order mark and blank lines.
    pub offset: u64,
    /// Number of the physical line it begins on, counting from 1.
    pub line: u64,
    /// Length in bytes, including its line ending.
    pub length: u64,
    /// Names shared by more than one column.
    pub duplicates: Vec<DuplicateName>,
}

/// A name shared by more than one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateName {
    /// The name.
    pub name: String,
    /// Indexes of the columns, ascending.
    pub columns: Vec<usize>,
}

/// Why the first record cannot be the header. Describes the file, except for `Read`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderFault {
    /// A quote breaks the grammar.
    #[error("the header breaks the quoting rules at byte {offset}: {problem}")]
    Quote {
        /// Offset in the input.
        offset: u64,
        /// How it breaks the grammar.
        problem: &'static str,
    },
    /// It does not end within the limit.
    #[error("the header does not end within {limit} bytes; expected a line of column names")]
    TooLong {
        /// The limit on a record, in bytes.
        limit: usize,
    },
    /// It contains a NUL byte.
    #[error("the header has a NUL byte at byte {offset}; expected text")]
    Nul {
        /// Offset in the input.
        offset: u64,
    },
    /// It is neither UTF-8 nor Windows-1252.
    #[error("the header has a byte that is neither UTF-8 nor Windows-1252 at byte {offset}")]
    Undecodable {
        /// Offset in the input.
        offset: u64,
    },
    /// The input could not be read.
    #[error("the header could not be read")]
    Read(#[from] std::io::Error),
}

pub(crate) fn describe(how: QuoteFault) -> &'static str {
    match how {
        QuoteFault::Bare => "a quote inside an unquoted field",
        QuoteFault::TextAfter => "text after a closing quote",
        QuoteFault::Unclosed => "a quoted field is not closed",
    }
}

impl Header {
    /// Parses `bytes`, which start at the header. `None` if more bytes are needed.
    pub(crate) fn read(
        bytes: &[u8],
        at_end: bool,
        offset: u64,
        limit: usize,
    ) -> Option<Result<Self, HeaderFault>> {
        let (window, ends) = match bytes.get(..limit) {
            Some(window) if bytes.len() > limit => (window, false),
            _ => (bytes, at_end),
        };
        let (content, end) = match grammar::parse(window, ends) {
            Parsed::Record { content, end, .. } => (content, end),
            Parsed::Broken { how, at, .. } => {
                let offset = offset + at as u64;
                return Some(Err(HeaderFault::Quote { offset, problem: describe(how) }));
            }
            Parsed::Partial if bytes.len() > limit => {
                return Some(Err(HeaderFault::TooLong { limit }));
            }
            Parsed::Partial => return None,
        };
        Some(Self::decode(&bytes[..content], offset).map(|header| Self {
            crlf: end == content + 2,
            length: end as u64,
            ..header
        }))
    }

    fn decode(content: &[u8], offset: u64) -> Result<Self, HeaderFault> {
        if let Some(at) = memchr::memchr(0, content) {
            return Err(HeaderFault::Nul { offset: offset + at as u64 });
        }
        let encoding = cp1252::encoding(content);
        if let Encoding::Neither { at } = encoding {
            return Err(HeaderFault::Undecodable { offset: offset + at as u64 });
        }
        let name = |field| {
            let mut text = Vec::new();
            cp1252::decode_into(&grammar::unquote(field), &mut text);
            String::from_utf8(text).expect("decoding gives UTF-8")
        };
        let names: Vec<String> = grammar::fields(content).map(name).collect();
        let duplicates = duplicates(&names);
        let windows_1252 = encoding != Encoding::Utf8;
        Ok(Self { names, windows_1252, offset, duplicates, ..Self::default() })
    }

    /// Whether a record's content, without a byte order mark, has the same names as the header, however it is
    /// quoted.
    pub(crate) fn repeated_by(&self, content: &[u8]) -> bool {
        let bare = content.strip_prefix(b"\"").unwrap_or(content);
        // Most records already differ from the header here.
        if self.windows_1252
            || self.names.first().is_none_or(|name| !bare.starts_with(plain_part(name)))
        {
            return false;
        }
        let mut names = self.names.iter();
        grammar::fields(content).all(|field| {
            names.next().is_some_and(|name| *grammar::unquote(field) == *name.as_bytes())
        }) && names.next().is_none()
    }
}

/// The part of a name, from its start, that is written the same in quotes.
fn plain_part(name: &str) -> &[u8] {
    let end = memchr::memchr(b'"', name.as_bytes()).unwrap_or(name.len());
    &name.as_bytes()[..end]
}

fn duplicates(names: &[String]) -> Vec<DuplicateName> {
    // For each name, its first column, and its index in `found` if it occurs again.
    let mut seen: HashMap<&str, (usize, Option<usize>)> = HashMap::new();
    let mut found: Vec<DuplicateName> = Vec::new();
    for (column, name) in names.iter().enumerate() {
        match seen.entry(name) {
            Entry::Vacant(place) => drop(place.insert((column, None))),
            Entry::Occupied(mut held) => match held.get_mut() {
                (_, Some(at)) => found[*at].columns.push(column),
                (first, at) => {
                    *at = Some(found.len());
                    found.push(DuplicateName { name: name.clone(), columns: vec![*first, column] });
                }
            },
        }
    }
    found
}
