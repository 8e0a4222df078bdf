//! The file: what it is, and its records one after the other.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_ingest::{Limits, Slab, SlabReader};
use assay_packs::{Catalogue, Discovery, Identified, Pack, Refusal};

use super::error::ProbeError;
use crate::input::Input;
use crate::peek::{Peeked, peek};
use crate::survey::input_error;

/// The beginning of a file; one that is no table cannot be looked into.
pub(super) fn begin(input: &Input, entry: Option<&str>) -> Result<Peeked, ProbeError> {
    peek(input, entry).map_err(|refused| ProbeError::NoTable {
        location: input.location(),
        reason: refused.reason.message,
    })
}

/// What the file is: by a pack that was named, or by the one that a run would find.
pub(super) fn identify(
    input: &Input,
    peeked: &Peeked,
    pack: Option<&Path>,
    discovery: &Discovery,
) -> Result<Result<Identified, Refusal>, ProbeError> {
    let name = peeked.entry.as_deref().or_else(|| input.name());
    let header = &peeked.header.names;
    let cell = |column: &str| peeked.first_cell(column);
    Ok(match pack {
        Some(path) => Pack::open(path)?.identify(name, header, &cell),
        None => Catalogue::open(discovery.rules())?.identify(name, header, &cell),
    })
}

/// Gives each record with its slab and its index in it, in the order of the file, until `visit` has seen enough.
pub(super) fn records(
    input: &Input,
    entry: Option<&str>,
    limits: Limits,
    mut visit: impl FnMut(&Slab, usize) -> ControlFlow<()>,
) -> Result<(), ProbeError> {
    let failed = |error| ProbeError::from(input_error(input, error));
    let source = input.open(Arc::new(AtomicU64::new(0)));
    let decoded = assay_ingest::open(Box::new(source), entry)
        .map_err(|error| failed(std::io::Error::other(error)))?;
    let mut reader = SlabReader::new(decoded.reader, limits);
    reader.header().map_err(|error| failed(std::io::Error::other(error)))?;
    let mut spare = None;
    while let Some(slab) = reader.next_slab(spare.take()).map_err(failed)? {
        for index in 0..slab.len() {
            if visit(&slab, index).is_break() {
                return Ok(());
            }
        }
        spare = Some(slab);
    }
    Ok(())
}
