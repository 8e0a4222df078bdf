//! From compressed bytes to plain ones, whatever the file is called.
//!
//! The compression is told by the first bytes. A stream that ends too early or fails its checksum gives an error while it is read, never
//! just fewer bytes; the error says which compression and what to do, and keeps the cause as its source.

mod checked;
mod zipped;

use std::fmt;
use std::io::{BufReader, Read, Seek, SeekFrom};

use checked::{Checked, Tagged};

/// What a compressed file is read in pieces of. 128 KiB: few calls to the file or the network below.
const PIECE: usize = 128 << 10;

/// Something to read and to seek in: a zip archive keeps its list of contents at the end.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// How an input is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, of one or several members.
    Gzip,
    /// zstd, of one or several frames.
    Zstd,
    /// One entry of a zip archive.
    Zip,
}

impl Compression {
    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
        }
    }

    /// Tells the compression by how a file begins; needs 4 bytes.
    pub fn detect(first: &[u8]) -> Self {
        match first {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            // A frame of zstd, or one that decoders skip.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            // An entry, or the list of contents of an archive that has none.
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            _ => Self::Plain,
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An input opened for reading.
pub struct Decoded {
    /// Gives the decompressed bytes. Its errors carry a [`DecodeError`] inside where the compressed data is at fault
    /// ([`DecodeError::of`] finds it), and are those of the source otherwise.
    pub reader: Box<dyn Read + Send>,
    /// What was found.
    pub compression: Compression,
    /// Name of the entry of the archive.
    pub entry_name: Option<String>,
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("compression", &self.compression)
            .field("entry_name", &self.entry_name)
            .finish_non_exhaustive()
    }
}

/// Why an input cannot be decompressed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The source could not be read.
    #[error("the input could not be read")]
    Read(#[from] std::io::Error),
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
        /// What the decoder says.
        problem: String,
    },
    /// The archive has several entries that could be meant.
    #[error("the zip archive holds several files: {}; name the one to read", quoted(.entries))]
    SeveralEntries {
        /// Their names.
        entries: Vec<String>,
    },
    /// The archive has no entry of that name.
    #[error("the zip archive has no file `{name}`; it holds {}", quoted(.entries))]
    NoSuchEntry {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        entries: Vec<String>,
    },
    /// The archive has no files.
    #[error("the zip archive holds no file")]
    NoEntries,
    /// The archive is a workbook.
    #[error("the input is an Excel workbook; export the sheet as CSV")]
    Workbook,
    /// The entry is encrypted.
    #[error("`{entry}` in the zip archive is encrypted; unpack it first")]
    Encrypted {
        /// Its name.
        entry: String,
    },
    /// The entry is compressed in a way that is not supported.
    #[error(
        "`{entry}` in the zip archive is compressed with {method}; expected stored or deflate: unpack it first"
    )]
    UnsupportedMethod {
        /// Its name.
        entry: String,
        /// The method.
        method: String,
    },
    /// An entry was named, but the input is no archive.
    #[error("the entry `{name}` was asked for, but the input is {compression}, not a zip archive")]
    NotAnArchive {
        /// The name that was asked for.
        name: String,
        /// What the input is.
        compression: Compression,
    },
}

impl DecodeError {
    /// What is wrong with the compressed data, if that is why reading failed.
    pub fn of(error: &std::io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Opens `source`, whatever it is compressed with. `entry` names the file to read from a zip archive; it may be left out if the
/// archive has one CSV file, or one file at all.
pub fn open(
    mut source: Box<dyn ReadSeek + Send>,
    entry: Option<&str>,
) -> Result<Decoded, DecodeError> {
    let mut first = Vec::with_capacity(4);
    source.seek(SeekFrom::Start(0))?;
    source.as_mut().take(4).read_to_end(&mut first)?;
    source.seek(SeekFrom::Start(0))?;
    let compression = Compression::detect(&first);
    if let (Some(name), false) = (entry, compression == Compression::Zip) {
        return Err(DecodeError::NotAnArchive { name: name.to_owned(), compression });
    }
    let mut entry_name = None;
    let reader: Box<dyn Read + Send> = match compression {
        Compression::Plain => source,
        Compression::Gzip => {
            let source = BufReader::with_capacity(PIECE, Tagged(source));
            Box::new(Checked::new(flate2::bufread::MultiGzDecoder::new(source), compression))
        }
        Compression::Zstd => {
            let source = BufReader::with_capacity(PIECE, Tagged(source));
            Box::new(Checked::new(zstd::Decoder::with_buffer(source)?, compression))
        }
        Compression::Zip => {
            let (reader, name) = zipped::open(source, entry)?;
            entry_name = Some(name);
            Box::new(Checked::new(reader, compression))
        }
    };
    Ok(Decoded { reader, compression, entry_name })
}
