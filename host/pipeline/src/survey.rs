//! The first pass: every record found, the content digested, keys compared. Nothing is written.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_ingest::{ColumnMemory, Limits, Slab, SlabReader, Summary};
use assay_model::Digest;

use crate::duplicates::{Duplicates, KeyCollector};
use crate::error::RunError;
use crate::input::Input;
use crate::observer::{Observer, Phase, Progress};
use crate::plan::{Plan, Unique};
use crate::rewriting::cell;

/// What the first pass found.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) digest: Digest,
    pub(crate) summary: Summary,
    /// Whether keys of uniqueness rules went to disk.
    pub(crate) spilled: bool,
    /// For each uniqueness rule the records it hits.
    pub(crate) duplicates: Vec<Duplicates>,
}

/// A reader that digests what passes through it.
#[derive(Debug)]
pub(crate) struct Digesting<R> {
    reader: R,
    hasher: Arc<std::sync::Mutex<blake3::Hasher>>,
}

impl<R> Digesting<R> {
    pub(crate) fn new(reader: R) -> (Self, Arc<std::sync::Mutex<blake3::Hasher>>) {
        let hasher = Arc::new(std::sync::Mutex::new(blake3::Hasher::new()));
        (Self { reader, hasher: Arc::clone(&hasher) }, hasher)
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let _span = tracing::debug_span!("digest").entered();
        self.hasher.lock().expect("only this reader holds it").update(&buffer[..read]);
        Ok(read)
    }
}

/// Reads the whole input. An error of the input's own (a bad checksum, a short archive) comes back as `Ok(Err)`: it is a
/// judgement of the file.
pub(crate) fn survey(
    input: &Input,
    entry: Option<&str>,
    limits: Limits,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<Result<Survey, io::Error>, RunError> {
    let consumed = Arc::new(AtomicU64::new(0));
    let source = input.open(Arc::clone(&consumed)).map_err(|source| input_error(input, source))?;
    let decoded = match assay_ingest::open(Box::new(source), entry) {
        Ok(decoded) => decoded,
        Err(error) => return Ok(Err(io::Error::other(error))),
    };
    let (reader, hasher) = Digesting::new(decoded.reader);
    let mut slabs = SlabReader::new(reader, limits);
    if let Err(fault) = slabs.header() {
        return Ok(Err(io::Error::other(fault)));
    }
    let mut collectors: Vec<_> =
        plan.unique.iter().map(|unique| KeyCollector::new(unique.check)).collect();
    let mut recycled = None;
    let mut memory = ColumnMemory::default();
    let mut records = 0;
    loop {
        let slab = match slabs.next_slab(recycled.take()) {
            Ok(Some(slab)) => slab,
            Ok(None) => break,
            Err(error) => return Ok(Err(error)),
        };
        records += slab.len() as u64;
        let _span = tracing::debug_span!("keys").entered();
        for (unique, collector) in plan.unique.iter().zip(&mut collectors) {
            collect(unique, collector, &slab, &mut memory).map_err(RunError::temporary)?;
        }
        observer.progress(Progress {
            phase: Phase::Survey,
            bytes: consumed.load(Ordering::Relaxed),
            total_bytes: input.bytes(),
            records,
            total_records: None,
            quarantined: 0,
        });
        recycled = Some(slab);
    }
    let _span = tracing::debug_span!("keys").entered();
    let spilled = collectors.iter().any(KeyCollector::spilled);
    let duplicates = collectors
        .into_iter()
        .map(KeyCollector::finish)
        .collect::<io::Result<_>>()
        .map_err(RunError::temporary)?;
    let digest = Digest(*hasher.lock().expect("the reader is done").finalize().as_bytes());
    Ok(Ok(Survey { digest, summary: slabs.summary(), spilled, duplicates }))
}

pub(crate) fn input_error(input: &Input, source: io::Error) -> RunError {
    RunError::Input { location: input.location(), source }
}

/// Adds the keys of a slab's sound records. A record with a blank in its key has none.
fn collect(
    unique: &Unique,
    collector: &mut KeyCollector,
    slab: &Slab,
    memory: &mut ColumnMemory,
) -> io::Result<()> {
    let rows = slab.judged();
    let number = |record: u32| slab.position(record as usize).record;
    if unique.columns.is_empty() {
        for &record in rows {
            let raw = slab.raw(record as usize);
            let content = raw.strip_suffix(b"\n").unwrap_or(raw);
            let content = content.strip_suffix(b"\r").unwrap_or(content);
            collector.add(number(record), std::iter::once(content))?;
        }
        return Ok(());
    }
    let columns: Vec<_> =
        unique.columns.iter().map(|&column| slab.text_column(rows, column, memory)).collect();
    for (row, &record) in rows.iter().enumerate() {
        let parts = || columns.iter().map(|column| cell(&column.cells, row));
        if parts().all(|part| !part.is_empty()) {
            collector.add(number(record), parts())?;
        }
    }
    memory.recycle(columns);
    Ok(())
}
