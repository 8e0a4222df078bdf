//! Opens a file and reads its slabs in order.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_ingest::{Limits, Slab, SlabReader, Unreadable};

use super::error::ProbeError;
use crate::error::RunError;
use crate::input::Input;
use crate::observer::Silent;
use crate::peek::{Peeked, Unpeeked, blame, peek};

/// Reads the beginning of a file. Fails if it is not a table.
pub(super) fn begin(input: &Input, entry: Option<&str>) -> Result<Peeked, ProbeError> {
    peek(input, entry, &Silent).map_err(|unpeeked| match unpeeked {
        Unpeeked::NoTable(refused) => {
            ProbeError::NoTable { location: input.location(), reason: refused.reason.message }
        }
        Unpeeked::Failed(error) => error.into(),
    })
}

/// The slabs of a file, in file order.
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

    /// Returns the next slab. The memory of `done` is reused.
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

/// How much of a file to examine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Number of sound records still to examine; `None` means all.
    left: Option<u64>,
}

/// The records of a slab to examine.
pub(super) struct Part {
    /// Indices of the sound records, ascending.
    pub(super) rows: Vec<u32>,
    /// Number of records up to the last one examined; all of the slab if more records are wanted.
    pub(super) records: usize,
}

impl Span {
    /// The first `records` sound records; 0 means all.
    pub(super) fn first(records: u64) -> Self {
        Self { left: (records > 0).then_some(records) }
    }

    /// Whether nothing is left to examine.
    pub(super) fn is_done(self) -> bool {
        self.left == Some(0)
    }

    /// Takes the records to examine from the next slab.
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
