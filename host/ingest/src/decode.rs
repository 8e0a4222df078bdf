//! Decompression, whatever the file is called.
//!
//! The compression is detected from the first bytes. A stream that ends too early or fails its checksum gives an error while it is read,
//! never just fewer bytes; the error names the compression and says what to do. Errors of the underlying source are passed on unchanged:
//! only what the decoder reports about bytes that were read counts as damage.

mod checked;
mod compression;
mod error;
mod frames;
mod members;
mod padding;
mod source;
mod unreadable;
mod window;
mod zipped;

use std::fmt;
use std::io::{Read, SeekFrom};

use checked::{Checked, Watched};
pub use compression::Compression;
pub use error::DecodeError;
use frames::Frames;
use members::Members;
pub use source::ReadSeek;
pub use unreadable::Unreadable;

/// Number of bytes needed to detect the compression and the window of the first frame.
const FIRST_BYTES: usize = 6;

/// An input opened for reading.
pub struct Decoded {
    /// Yields the decompressed bytes. Its errors contain a [`DecodeError`] if the compressed data is at fault, and are those of the
    /// source otherwise: [`Unreadable`] distinguishes the two.
    pub reader: Box<dyn Read + Send>,
    /// The detected compression.
    pub compression: Compression,
    /// Name of the archive's entry, if the input is an archive.
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

/// Opens `source`, whatever its compression. `entry` names the file to read from a zip archive; it may be omitted if the archive has
/// exactly one CSV file or exactly one file.
pub fn open(
    mut source: Box<dyn ReadSeek + Send>,
    entry: Option<&str>,
) -> Result<Decoded, Unreadable> {
    let mut first = Vec::with_capacity(FIRST_BYTES);
    source.seek(SeekFrom::Start(0))?;
    source.as_mut().take(FIRST_BYTES as u64).read_to_end(&mut first)?;
    source.seek(SeekFrom::Start(0))?;
    let compression = Compression::detect(&first);
    if let (Some(name), false) = (entry, compression == Compression::Zip) {
        return Err(DecodeError::NotAnArchive { name: name.to_owned(), compression }.into());
    }
    let mut entry_name = None;
    let reader: Box<dyn Read + Send> = match compression {
        Compression::Plain => source,
        Compression::Gzip => {
            let source = Watched::new(source);
            let failure = source.failure();
            Box::new(Checked::new(Members::new(source), compression, failure))
        }
        Compression::Zstd => {
            if let Some(bytes) = window::stated(&first).filter(|bytes| *bytes > window::MOST) {
                return Err(DecodeError::Window { bytes: Some(bytes) }.into());
            }
            let source = Watched::new(source);
            let failure = source.failure();
            Box::new(Checked::new(Frames::new(source)?, compression, failure))
        }
        Compression::Zip => {
            let source = Watched::new(source);
            let failure = source.failure();
            let opened = zipped::open(source, entry);
            // If the source failed, conclusions drawn from the rest are worthless.
            if let Some(failure) = failure.take() {
                return Err(failure.into());
            }
            let (reader, name) = opened?;
            entry_name = Some(name);
            Box::new(Checked::new(reader, compression, failure))
        }
    };
    Ok(Decoded { reader, compression, entry_name })
}
