//! Containers for an input: gzip, zstd and zip, in one piece and in many. Everything is streamed, so that this process stays small: the
//! system counts its memory as that of the programs it starts.

use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{BufWriter, Result, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::shape::Shape;
use super::zip;

/// The largest zstd block, in bytes.
const BLOCK: usize = 128 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapping {
    Plain,
    Gzip,
    /// Members of this many bytes each.
    GzipMembers(usize),
    Zstd,
    /// Frames of this many bytes each, at most [`BLOCK`].
    ZstdFrames(usize),
    /// With this many entries that are not CSV per unit of the scale.
    Zip {
        deflated: bool,
        others: u64,
    },
}

impl Display for Wrapping {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => write!(to, "plain"),
            Self::Gzip => write!(to, "gzip"),
            Self::GzipMembers(bytes) => write!(to, "gzip members of {bytes} bytes"),
            Self::Zstd => write!(to, "zstd"),
            Self::ZstdFrames(bytes) => write!(to, "zstd frames of {bytes} bytes"),
            Self::Zip { deflated, others } => {
                let how = if *deflated { "deflated" } else { "stored" };
                write!(to, "zip, {how}, with {others}n other entries")
            }
        }
    }
}

impl Wrapping {
    /// The extension of the file's name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip | Self::GzipMembers(_) => ".gz",
            Self::Zstd | Self::ZstdFrames(_) => ".zst",
            Self::Zip { .. } => ".zip",
        }
    }

    /// Writes a shape into a file.
    pub(super) fn write(self, shape: &Shape, scale: u64, file: File) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        match self {
            Self::Plain => shape.write(scale, &mut out)?,
            Self::Gzip => {
                let mut encoder = GzEncoder::new(&mut out, Compression::fast());
                shape.write(scale, &mut encoder)?;
                encoder.finish()?;
            }
            Self::GzipMembers(bytes) => in_chunks(shape, scale, bytes, &mut out, |chunk, out| {
                let mut encoder = GzEncoder::new(out, Compression::fast());
                encoder.write_all(chunk)?;
                encoder.finish().map(drop)
            })?,
            Self::Zstd => {
                out.write_all(&ZSTD_HEAD)?;
                in_chunks(shape, scale, BLOCK, &mut out, |chunk, out| block(chunk, false, out))?;
                block(b"", true, &mut out)?;
            }
            Self::ZstdFrames(bytes) => {
                in_chunks(shape, scale, bytes.min(BLOCK), &mut out, |chunk, out| {
                    out.write_all(&ZSTD_HEAD)?;
                    block(chunk, true, out)
                })?;
            }
            Self::Zip { deflated, others } => {
                zip::write(shape, scale, deflated, others * scale, &mut out)?;
            }
        }
        out.flush()
    }
}

/// The magic number, no content size, a window of [`BLOCK`].
const ZSTD_HEAD: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3];

/// Writes a zstd block: run-length encoded if it repeats one byte, otherwise raw.
fn block(content: &[u8], last: bool, out: &mut dyn Write) -> Result<()> {
    let repeats = content.len() > 1 && content.iter().all(|byte| *byte == content[0]);
    let size = u32::try_from(content.len()).expect("a block is small");
    let head = size << 3 | u32::from(repeats) << 1 | u32::from(last);
    out.write_all(&head.to_le_bytes()[..3])?;
    out.write_all(if repeats { &content[..1] } else { content })
}

/// Writes a shape in chunks of this many bytes, each sealed separately.
fn in_chunks(
    shape: &Shape,
    scale: u64,
    bytes: usize,
    out: &mut dyn Write,
    seal: impl FnMut(&[u8], &mut dyn Write) -> Result<()>,
) -> Result<()> {
    let mut chunks = Chunks { bytes, gathered: Vec::with_capacity(bytes), out, seal };
    shape.write(scale, &mut chunks)?;
    chunks.seal()
}

struct Chunks<'o, S> {
    bytes: usize,
    gathered: Vec<u8>,
    out: &'o mut dyn Write,
    seal: S,
}

impl<S: FnMut(&[u8], &mut dyn Write) -> Result<()>> Chunks<'_, S> {
    fn seal(&mut self) -> Result<()> {
        if !self.gathered.is_empty() {
            (self.seal)(&self.gathered, self.out)?;
            self.gathered.clear();
        }
        Ok(())
    }
}

impl<S: FnMut(&[u8], &mut dyn Write) -> Result<()>> Write for Chunks<'_, S> {
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        let taken = buffer.len().min(self.bytes - self.gathered.len());
        self.gathered.extend_from_slice(&buffer[..taken]);
        if self.gathered.len() == self.bytes {
            self.seal()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
