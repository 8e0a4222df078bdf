//! From compressed bytes to plain ones, whatever the file is called.
//!
//! The compression is told by the first bytes. A stream that ends too early or fails its checksum gives an error while it is read, never
//! just fewer bytes; the error says which compression and what to do, and keeps the cause as its source.

mod checked;
mod compression;
mod error;
mod source;
mod zipped;

use std::fmt;
use std::io::{BufReader, Read, SeekFrom};

use checked::{Checked, Tagged};
pub use compression::Compression;
pub use error::DecodeError;
use source::PIECE;
pub use source::ReadSeek;

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
