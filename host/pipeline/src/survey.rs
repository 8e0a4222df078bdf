//! The first pass: finds every record, digests the content, compares keys. Writes nothing.
//!
//! A plain file is scanned in pieces on all cores (`pieces`), anything else while it is decompressed (`stream`). Both produce outlines in
//! file order, which `gathered` adds up.

mod cut;
mod gathered;
mod pieces;
mod stream;
mod tree;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_ingest::{Compression, DecodeError, Limits, SlabReader};

pub(crate) use cut::SlabSpan;
pub(crate) use gathered::Survey;

use crate::error::RunError;
use crate::observer::Observer;
use crate::plan::Plan;
use crate::request::Request;
use gathered::{Gathered, Look, Unfinished};

/// Size of the sample at the beginning of the file from which the record length is estimated, in bytes. 16 KiB: some twenty ordinary
/// records.
const SAMPLE: usize = 16 << 10;

/// Reads the whole input. A fault of compressed data (a bad checksum, a short archive) is returned as `Ok(Err)`: it is a judgement of the
/// file. Must be called on the run's thread pool.
pub(crate) fn survey(
    request: &Request<'_>,
    limits: Limits,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<Result<Survey, DecodeError>, RunError> {
    match whole(Look { request, limits, plan, observer }) {
        Ok(survey) => Ok(Ok(survey)),
        Err(Unfinished::Damaged(fault)) => Ok(Err(fault)),
        Err(Unfinished::Failed(error)) => Err(error),
    }
}

fn whole(look: Look<'_>) -> Result<Survey, Unfinished> {
    let input = look.request.input;
    let consumed = Arc::new(AtomicU64::new(0));
    let source = input.open(Arc::clone(&consumed));
    let decoded = assay_ingest::open(Box::new(source), look.request.entry)
        .map_err(|error| Unfinished::reading(input, error))?;
    if decoded.compression != Compression::Plain {
        return look.stream(decoded.reader, &consumed);
    }
    let mut reader = SlabReader::new(decoded.reader, look.limits);
    reader.header().map_err(|fault| RunError::header(input, fault))?;
    let found = Gathered::new(look, reader.summary(), reader.shape());
    let first =
        reader.next_outline(SAMPLE, None).map_err(|error| Unfinished::reading(input, error))?;
    let record_bytes = first.map_or(0, |first| first.summary().bytes / (first.len().max(1) as u64));
    drop(reader);
    consumed.store(0, Ordering::Relaxed);
    look.pieces(found, record_bytes, &consumed)
}
