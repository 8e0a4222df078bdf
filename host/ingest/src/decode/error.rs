//! Why an input cannot be decompressed.

use assay_model::shown;

use super::compression::Compression;

/// What is wrong with compressed data: a property of the file, so another attempt gives the same error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The data ends before it is complete.
    #[error(
        "the {compression} data ends before it is complete; the file was probably cut off while it was copied: get it again"
    )]
    Truncated {
        /// Which compression.
        compression: Compression,
    },
    /// The data is damaged.
    #[error("the {compression} data is damaged: {problem}; get the file again")]
    Corrupt {
        /// Which compression.
        compression: Compression,
        /// The decoder's error text.
        problem: String,
    },
    /// A zstd frame refers further back than the memory limit allows.
    #[error(
        "the zstd data needs a window of {}, expected {} MiB at most; it is not damaged: unpack it with `zstd -d --long=31`, and pack it \
         without `--long` and `--ultra`", window(*.bytes), super::window::MOST >> 20
    )]
    Window {
        /// The window in bytes, if the first frame states one.
        bytes: Option<u64>,
    },
    /// The data expands far beyond its stored size.
    #[error(
        "the first {read} bytes of {compression} data expand to {given} bytes, more than {most} times as many; the data is not damaged: if this is intended, unpack it first"
    )]
    Expands {
        /// Which compression.
        compression: Compression,
        /// Compressed bytes read so far.
        read: u64,
        /// The number of bytes they expanded to.
        given: u64,
        /// The highest ratio allowed.
        most: u64,
    },
    /// The archive has several candidate entries and none was named.
    #[error("the zip archive holds several files: {}; name the one to read", quoted(.entries))]
    SeveralEntries {
        /// Their names.
        entries: Vec<String>,
    },
    /// The archive has no entry of that name.
    #[error("the zip archive has no file `{name}`; it holds {}", quoted(.entries), name = shown(name))]
    NoSuchEntry {
        /// The requested name.
        name: String,
        /// The names in the archive.
        entries: Vec<String>,
    },
    /// The archive has no files.
    #[error("the zip archive holds no file")]
    NoEntries,
    /// The archive is a workbook.
    #[error("the input is an Excel workbook; export the sheet as CSV")]
    Workbook,
    /// The entry is encrypted.
    #[error("`{entry}` in the zip archive is encrypted; unpack it first", entry = shown(entry))]
    Encrypted {
        /// Its name.
        entry: String,
    },
    /// The entry is compressed in a way that is not supported.
    #[error(
        "`{entry}` in the zip archive is compressed with {method}; expected stored or deflate: unpack it first", entry = shown(entry), method = shown(method))]
    UnsupportedMethod {
        /// Its name.
        entry: String,
        /// The method.
        method: String,
    },
    /// An entry was named, but the input is not an archive.
    #[error("the entry `{name}` was asked for, but the input is {compression}, not a zip archive", name = shown(name))]
    NotAnArchive {
        /// The requested name.
        name: String,
        /// The input's compression.
        compression: Compression,
    },
}

fn window(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "more than that".to_owned(), |bytes| format!("{} MiB", bytes >> 20))
}

fn quoted(names: &[String]) -> String {
    let quoted = |name: &String| match name.char_indices().nth(NAME_SHOWN) {
        Some((end, _)) => format!("`{}…`", shown(&name[..end])),
        None => format!("`{}`", shown(name)),
    };
    let listed: Vec<String> = names.iter().take(NAMES_LISTED).map(quoted).collect();
    let more = names.len().saturating_sub(NAMES_LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", listed.join(", "))
}

/// How many names of an archive are listed, and how many characters of each are shown. Eight: with more, it is better to look into
/// the archive; an archive may hold 65,535 names of 65,535 bytes.
const NAMES_LISTED: usize = 8;
const NAME_SHOWN: usize = 80;
