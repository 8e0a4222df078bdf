//! From compressed bytes to plain ones, whatever the file is called.
//!
//! The compression is told by the first bytes. A stream that ends too early or fails its checksum gives an error while it is read, never
//! just fewer bytes; the error says which compression and what to do. What the source below fails with comes out as it was: only what the
//! decoder says of bytes that were read is damage.

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

/// Bytes that tell how an input is compressed, and what its first frame needs.
const FIRST_BYTES: usize = 6;

/// An input opened for reading.
pub struct Decoded {
    /// Gives the decompressed bytes. Its errors carry a [`DecodeError`] inside where the compressed data is at fault,
    /// and are those of the source otherwise: [`Unreadable`] tells which.
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

/// Opens `source`, whatever it is compressed with. `entry` names the file to read from a zip archive; it may be left out if the
/// archive has one CSV file, or one file at all.
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
            // Where the source failed, what was understood of the rest counts for nothing.
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
