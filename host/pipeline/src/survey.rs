//! The first pass: every record found, the content digested, keys compared. Nothing is written.
//!
//! A plain file is looked at in pieces on all cores (`pieces`), anything else as it is decompressed (`stream`). Both give outlines
//! in file order; what is gathered from them does not depend on where one ends and the next begins.

mod cut;
mod pieces;
mod stream;
mod tree;

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_ingest::{Compression, Limits, Outline, Place, Shape, SlabReader, Summary};
use assay_model::{Digest, Position};

pub(crate) use cut::SlabPlace;

use crate::duplicates::{Duplicates, Key, KeyCollector, KeyHasher};
use crate::error::RunError;
use crate::input::Input;
use crate::observer::{Observer, Phase, Progress};
use crate::plan::{Plan, Unique};
use crate::run::Request;
use cut::Cutter;

/// What the first pass found.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) digest: Digest,
    pub(crate) summary: Summary,
    /// What is the same for all of the input.
    pub(crate) shape: Arc<Shape>,
    /// How the records are cut into slabs.
    pub(crate) slabs: Vec<SlabPlace>,
    /// Slabs can be read in any order.
    pub(crate) seekable: bool,
    /// Whether keys of uniqueness rules went to disk.
    pub(crate) spilled: bool,
    /// For each uniqueness rule the records it hits.
    pub(crate) duplicates: Vec<Duplicates>,
}

/// Why a first pass was not carried to its end.
#[derive(Debug)]
enum Stop {
    /// The input cannot be read to its end, which is a judgement of the file.
    Damaged(io::Error),
    Failed(RunError),
}

impl From<RunError> for Stop {
    fn from(error: RunError) -> Self {
        Self::Failed(error)
    }
}

/// What the first pass looks at, and how.
#[derive(Clone, Copy)]
struct Look<'a> {
    request: &'a Request<'a>,
    limits: Limits,
    plan: &'a Plan,
    observer: &'a dyn Observer,
}

/// Reads the whole input. An error of the input's own (a bad checksum, a short archive) comes back as `Ok(Err)`: it is a
/// judgement of the file. Called on the run's pool of threads.
pub(crate) fn survey(
    request: &Request<'_>,
    limits: Limits,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<Result<Survey, io::Error>, RunError> {
    match (Look { request, limits, plan, observer }).whole() {
        Ok(survey) => Ok(Ok(survey)),
        Err(Stop::Damaged(error)) => Ok(Err(error)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

impl Look<'_> {
    fn whole(self) -> Result<Survey, Stop> {
        let input = self.request.input;
        let consumed = Arc::new(AtomicU64::new(0));
        let source = input.open(Arc::clone(&consumed));
        let decoded = assay_ingest::open(Box::new(source), self.request.entry)
            .map_err(|error| Stop::Damaged(io::Error::other(error)))?;
        if decoded.compression != Compression::Plain {
            return self.stream(decoded.reader, &consumed);
        }
        let mut reader = SlabReader::new(decoded.reader, self.limits);
        reader.header().map_err(|fault| Stop::Damaged(io::Error::other(fault)))?;
        let found = Gathered::new(self, reader.summary(), reader.shape());
        drop(reader);
        consumed.store(0, std::sync::atomic::Ordering::Relaxed);
        self.pieces(found, &consumed)
    }
}

/// What outlines in file order add up to.
#[derive(Debug)]
struct Gathered {
    summary: Summary,
    shape: Arc<Shape>,
    cutter: Cutter,
    collectors: Vec<KeyCollector>,
}

/// The keys of an outline's records, for each uniqueness rule. Records are numbered from the outline's beginning.
type Keys = Vec<Vec<Key>>;

impl Gathered {
    /// `summary`: what the header came to.
    fn new(look: Look<'_>, summary: Summary, shape: Arc<Shape>) -> Self {
        let collectors =
            look.plan.unique.iter().map(|unique| KeyCollector::new(unique.check)).collect();
        Self { summary, shape, cutter: Cutter::new(look.limits.clamped()), collectors }
    }

    fn hashers(&self) -> Vec<KeyHasher> {
        self.collectors.iter().map(KeyCollector::hasher).collect()
    }

    /// Where the next outline must begin.
    fn place(&self) -> Place {
        Place {
            offset: self.summary.bytes,
            record: self.summary.records + 1,
            line: self.summary.lines + 1,
        }
    }

    /// Takes the next outline.
    fn add(&mut self, outline: &Outline, keys: Keys) -> Result<(), RunError> {
        let Place { record, line, .. } = self.place();
        for index in 0..outline.len() {
            let position = outline.position(index);
            self.cutter.add(Position {
                record: record - 1 + position.record,
                line: line - 1 + position.line,
                ..position
            });
        }
        for (collector, keys) in self.collectors.iter_mut().zip(keys) {
            collector.add(record - 1, keys).map_err(RunError::temporary)?;
        }
        self.summary.append(outline.summary());
        Ok(())
    }

    fn finish(self, digest: Digest, seekable: bool) -> Result<Survey, RunError> {
        let _span = tracing::debug_span!("keys").entered();
        let spilled = self.collectors.iter().any(KeyCollector::spilled);
        let duplicates = self
            .collectors
            .into_iter()
            .map(KeyCollector::finish)
            .collect::<io::Result<_>>()
            .map_err(RunError::temporary)?;
        Ok(Survey {
            digest,
            summary: self.summary,
            shape: self.shape,
            slabs: self.cutter.finish(),
            seekable,
            spilled,
            duplicates,
        })
    }
}

fn progress(look: Look<'_>, consumed: &AtomicU64, records: u64) {
    look.observer.progress(Progress {
        phase: Phase::Survey,
        bytes: consumed.load(std::sync::atomic::Ordering::Relaxed),
        total_bytes: look.request.input.bytes(),
        records,
        total_records: None,
        quarantined: 0,
    });
}

pub(crate) fn input_error(input: &Input, source: io::Error) -> RunError {
    RunError::Input { location: input.location(), source }
}

/// The keys of an outline's sound records. A record with a blank in its key has none.
fn keys(unique: &[Unique], hashers: &[KeyHasher], outline: &Outline) -> Keys {
    let _span = tracing::debug_span!("keys").entered();
    unique.iter().zip(hashers).map(|(unique, hasher)| keys_of(unique, *hasher, outline)).collect()
}

fn keys_of(unique: &Unique, hasher: KeyHasher, outline: &Outline) -> Vec<Key> {
    let mut keys = Vec::with_capacity(outline.judged().len());
    // Records are numbered from 1.
    let number = |record: u32| record + 1;
    for &record in outline.judged() {
        let index = record as usize;
        if unique.columns.is_empty() {
            keys.push(Key {
                hash: hasher.hash(std::iter::once(outline.content(index))),
                record: number(record),
            });
            continue;
        }
        let parts = || unique.columns.iter().map(|&column| outline.cell(index, column));
        if let [column] = unique.columns.as_slice() {
            let part = outline.cell(index, *column);
            if !part.is_empty() {
                keys.push(Key {
                    hash: hasher.hash(std::iter::once(part.as_ref())),
                    record: number(record),
                });
            }
        } else if parts().all(|part| !part.is_empty()) {
            keys.push(Key { hash: hasher.hash(parts()), record: number(record) });
        }
    }
    keys
}
