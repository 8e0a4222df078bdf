//! Scans an input that can only be read from front to back. With more than one thread, one decompresses and digests while another scans.

use std::io::{self, Read};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use assay_ingest::{HeaderFault, Outline, SlabReader};
use assay_model::Digest;

use super::gathered::{self, Gathered, Look, Survey, Unfinished};
use crate::ahead::ReadAhead;
use crate::error::RunError;
use crate::observer::go_on;

/// Size of an outline, in bytes. 1 MiB: progress reports are at most a millisecond or two old.
const OUTLINE: usize = 1 << 20;

/// A reader that digests the bytes that pass through it.
#[derive(Debug)]
struct DigestingReader<R> {
    reader: R,
    hasher: Arc<Mutex<blake3::Hasher>>,
}

impl<R: Read> Read for DigestingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let _span = tracing::debug_span!("digest").entered();
        self.hasher.lock().expect("only this reader holds it").update(&buffer[..read]);
        Ok(read)
    }
}

impl Look<'_> {
    /// Scans everything that `reader` returns.
    pub(super) fn stream(
        self,
        reader: Box<dyn Read + Send>,
        consumed: &AtomicU64,
    ) -> Result<Survey, Unfinished> {
        let hasher = Arc::new(Mutex::new(blake3::Hasher::new()));
        let mut reader = DigestingReader { reader, hasher: Arc::clone(&hasher) };
        let found = if self.request.threads > 1 {
            std::thread::scope(|scope| {
                self.outlines(&mut ReadAhead::spawn(scope, reader), consumed)
            })
        } else {
            self.outlines(&mut reader, consumed)
        }?;
        let digest = Digest(*hasher.lock().expect("the reader is done").finalize().as_bytes());
        Ok(found.finish(digest, false)?)
    }

    fn outlines(self, reader: &mut dyn Read, consumed: &AtomicU64) -> Result<Gathered, Unfinished> {
        let mut reader = SlabReader::new(reader, self.limits);
        let input = self.request.input;
        reader.header().map_err(|fault| match fault {
            HeaderFault::Read(error) => Unfinished::reading(input, error),
            fault => RunError::header(input, fault).into(),
        })?;
        let mut found = Gathered::new(self, reader.summary(), reader.shape());
        let hashers = found.hashers();
        let mut recycled: Option<Outline> = None;
        while let Some(outline) = reader
            .next_outline(OUTLINE, recycled.take())
            .map_err(|error| Unfinished::reading(input, error))?
        {
            go_on(self.observer)?;
            found.add(&outline, gathered::keys(&self.plan.unique, &hashers, &outline))?;
            gathered::progress(self, consumed, found.summary.records);
            recycled = Some(outline);
        }
        Ok(found)
    }
}
