//! A writer that counts and digests what goes through it.

use std::io::{self, Write};

use assay_model::Digest;

/// Passes bytes on. The writer underneath can be taken back when the encoder above is done with it.
#[derive(Debug)]
pub(crate) struct Output<W> {
    inner: Option<W>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner: Some(inner), hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// Bytes that went through.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The BLAKE3 digest of all bytes that went through.
    pub(crate) fn digest(&self) -> Digest {
        Digest(*self.hasher.finalize().as_bytes())
    }

    /// Gives the writer back. Nothing more can be written here.
    pub(crate) fn take(&mut self) -> Option<W> {
        self.inner.take()
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let inner = self.inner.as_mut().ok_or_else(|| io::Error::other("the file is finished"))?;
        let written = tracing::debug_span!("write").in_scope(|| inner.write(buf))?;
        tracing::debug_span!("digest").in_scope(|| self.hasher.update(&buf[..written]));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.as_mut().map_or(Ok(()), Write::flush)
    }
}
