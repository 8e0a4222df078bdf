//! A writer that counts and digests the bytes that pass through it.

use std::io::{self, Write};

use assay_model::Digest;

/// Forwards bytes. The inner writer can be taken back when the encoder has finished.
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

    /// Returns the number of bytes written.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the BLAKE3 digest of all bytes written.
    pub(crate) fn digest(&self) -> Digest {
        Digest(*self.hasher.finalize().as_bytes())
    }

    /// Returns the inner writer. Nothing can be written afterwards.
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
