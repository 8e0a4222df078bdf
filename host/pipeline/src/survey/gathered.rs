//! Combines the outlines of a file's records, in file order. The result does not depend on where one outline ends and the next begins.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_ingest::{DecodeError, Limits, Outline, RecordStart, Shape, Summary, Unreadable};
use assay_model::{Digest, Position};

use super::cut::{Cutter, SlabSpan};
use crate::duplicates::{Duplicates, Key, KeyCollector, KeyHasher};
use crate::error::RunError;
use crate::input::Input;
use crate::observer::{Observer, Phase, Progress};
use crate::plan::{Plan, Unique};
use crate::request::Request;

/// Result of the first pass.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) digest: Digest,
    pub(crate) summary: Summary,
    /// Properties shared by the whole input.
    pub(crate) shape: Arc<Shape>,
    /// How the records are cut into slabs.
    pub(crate) slabs: Vec<SlabSpan>,
    /// Whether slabs can be read in any order.
    pub(crate) seekable: bool,
    /// Whether keys of uniqueness rules were spilled to disk.
    pub(crate) spilled: bool,
    /// For each uniqueness rule, the records it hits.
    pub(crate) duplicates: Vec<Duplicates>,
    /// For each uniqueness rule, the number of records that have a key.
    pub(crate) keys: Vec<u64>,
}

/// Why a first pass was not completed.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// The compressed data is damaged, which is a judgement of the file.
    Damaged(DecodeError),
    Failed(RunError),
}

impl Unfinished {
    /// The input cannot be read further.
    pub(super) fn reading(input: &Input, error: impl Into<Unreadable>) -> Self {
        match error.into() {
            Unreadable::Source(error) => Self::Failed(RunError::input(input, error)),
            Unreadable::Data(fault) => Self::Damaged(fault),
        }
    }
}

impl From<RunError> for Unfinished {
    fn from(error: RunError) -> Self {
        Self::Failed(error)
    }
}

/// Parameters of the first pass.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) limits: Limits,
    pub(super) plan: &'a Plan,
    pub(super) observer: &'a dyn Observer,
}

/// What is known after the outlines added so far.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) summary: Summary,
    pub(super) shape: Arc<Shape>,
    cutter: Cutter,
    collectors: Vec<KeyCollector>,
}

/// The keys of an outline's records, for each uniqueness rule. Record numbers count from the beginning of the outline.
pub(super) type Keys = Vec<Vec<Key>>;

impl Gathered {
    /// Starts with the `summary` of the header.
    pub(super) fn new(look: Look<'_>, summary: Summary, shape: Arc<Shape>) -> Self {
        let rules = &look.plan.unique;
        let bytes = look.request.memory.keys() / rules.len().max(1);
        let collectors =
            rules.iter().map(|unique| KeyCollector::new(unique.check, bytes)).collect();
        Self { summary, shape, cutter: Cutter::new(look.limits.clamped()), collectors }
    }

    pub(super) fn hashers(&self) -> Vec<KeyHasher> {
        self.collectors.iter().map(KeyCollector::hasher).collect()
    }

    /// Returns the position at which the next outline must begin.
    pub(super) fn next_start(&self) -> RecordStart {
        RecordStart {
            offset: self.summary.bytes,
            record: self.summary.records + 1,
            line: self.summary.lines + 1,
        }
    }

    /// Adds the next outline.
    pub(super) fn add(&mut self, outline: &Outline, keys: Keys) -> Result<(), RunError> {
        let RecordStart { record, line, .. } = self.next_start();
        for index in 0..outline.len() {
            let position = outline.position(index);
            let position = Position {
                record: record - 1 + position.record,
                line: line - 1 + position.line,
                ..position
            };
            self.cutter.add(position, !outline.faults(index).is_empty());
        }
        for (collector, keys) in self.collectors.iter_mut().zip(keys) {
            collector.add(record - 1, keys).map_err(RunError::temporary)?;
        }
        self.summary.append(outline.summary());
        Ok(())
    }

    pub(super) fn finish(self, digest: Digest, seekable: bool) -> Result<Survey, RunError> {
        let _span = tracing::debug_span!("keys").entered();
        let spilled = self.collectors.iter().any(KeyCollector::spilled);
        let keys = self.collectors.iter().map(KeyCollector::keys).collect();
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
            keys,
        })
    }
}

pub(super) fn progress(look: Look<'_>, consumed: &AtomicU64, records: u64) {
    look.observer.progress(Progress {
        phase: Phase::Survey,
        bytes: consumed.load(Ordering::Relaxed),
        total_bytes: look.request.input.bytes(),
        records,
        total_records: None,
        quarantined: 0,
    });
}

/// Returns the keys of an outline's sound records. A record with a blank in its key has none.
pub(super) fn keys(unique: &[Unique], hashers: &[KeyHasher], outline: &Outline) -> Keys {
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
                hash: hasher.hash(std::iter::once(outline.cells_as_one(index))),
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
