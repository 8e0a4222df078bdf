//! The file: what it is, and its slabs one after the other.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_ingest::{Limits, Slab, SlabReader, Unreadable};

use super::error::ProbeError;
use crate::error::RunError;
use crate::input::Input;
use crate::observer::Silent;
use crate::peek::{Peeked, Unpeeked, blame, peek};

/// The beginning of a file; one that is no table cannot be looked into.
pub(super) fn begin(input: &Input, entry: Option<&str>) -> Result<Peeked, ProbeError> {
    peek(input, entry, &Silent).map_err(|unpeeked| match unpeeked {
        Unpeeked::NoTable(refused) => {
            ProbeError::NoTable { location: input.location(), reason: refused.reason.message }
        }
        Unpeeked::Failed(error) => error.into(),
    })
}

/// A file's slabs, in its order.
pub(super) struct Slabs<'a> {
    input: &'a Input,
    reader: SlabReader<Box<dyn Read + Send>>,
}

impl<'a> Slabs<'a> {
    pub(super) fn open(
        input: &'a Input,
        entry: Option<&str>,
        limits: Limits,
    ) -> Result<Self, ProbeError> {
        let source = input.open(Arc::new(AtomicU64::new(0)));
        let decoded = assay_ingest::open(Box::new(source), entry)
            .map_err(|error| unreadable(input, error))?;
        let mut reader = SlabReader::new(decoded.reader, limits);
        reader.header().map_err(|fault| RunError::header(input, fault))?;
        Ok(Self { input, reader })
    }

    /// The next one. `done` is one whose memory can be used again.
    pub(super) fn next(&mut self, done: Option<Slab>) -> Result<Option<Slab>, ProbeError> {
        let next = self.reader.next_slab(done);
        next.map_err(|error| unreadable(self.input, error.into()))
    }
}

fn unreadable(input: &Input, error: Unreadable) -> ProbeError {
    match error {
        Unreadable::Source(error) => RunError::input(input, error).into(),
        Unreadable::Data(fault) => {
            ProbeError::NoTable { location: input.location(), reason: blame(&fault).message }
        }
    }
}

/// How much of a file is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Sound records that are still wanted; none: all there are.
    left: Option<u64>,
}

/// What of a slab is looked at.
pub(super) struct Part {
    /// The sound records, ascending.
    pub(super) rows: Vec<u32>,
    /// Records before the first that is not looked at.
    pub(super) records: usize,
}

impl Span {
    /// So many sound records from the beginning; 0 means all.
    pub(super) fn first(records: u64) -> Self {
        Self { left: (records > 0).then_some(records) }
    }

    /// Whether all that is wanted was looked at.
    pub(super) fn is_done(self) -> bool {
        self.left == Some(0)
    }

    /// Takes of the next slab what is wanted.
    pub(super) fn take(&mut self, slab: &Slab) -> Part {
        let sound = slab.judged();
        let Some(left) = &mut self.left else {
            return Part { rows: sound.to_vec(), records: slab.len() };
        };
        let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(sound.len());
        *left -= wanted as u64;
        let rows = sound[..wanted].to_vec();
        let last = rows.last().map_or(0, |&last| last as usize + 1);
        Part { rows, records: if *left == 0 { last } else { slab.len() } }
    }
}
