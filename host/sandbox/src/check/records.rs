//! Records named by hits and patches.

use assay_model::{Bitmap, RecordSet};

use crate::bindings::wit;
use crate::breach::Breach;

/// Checks that the indexes ascend, without repeats, and are below `records`.
pub(super) fn ascending(
    what: &'static str,
    rule: u16,
    indexes: &[u32],
    records: u32,
) -> Result<(), Breach> {
    // One pass in the usual case; the place of a violation is searched for only if there is one.
    if !indexes.is_sorted_by(|a, b| a < b) {
        let pair = indexes.windows(2).find(|pair| pair[0] >= pair[1]);
        let (record, next) = pair.map_or((0, 0), |pair| (pair[0], pair[1]));
        return Err(Breach::Ascending { what, rule, record, next });
    }
    match indexes.last() {
        Some(&record) if record >= records => Err(Breach::Record { what, rule, record, records }),
        _ => Ok(()),
    }
}

/// The record set of a hit.
pub(super) fn set(rule: u16, set: wit::RecordSet, records: u32) -> Result<RecordSet, Breach> {
    Ok(match set {
        wit::RecordSet::Every => RecordSet::Every,
        wit::RecordSet::Sparse(indexes) => {
            ascending("a hit", rule, &indexes, records)?;
            RecordSet::Sparse(indexes)
        }
        wit::RecordSet::Bitmap(bytes) => {
            let bits = records as usize;
            if bytes.len() != bits.div_ceil(8) {
                let expected = bits.div_ceil(8);
                return Err(Breach::BitmapLength { rule, bytes: bytes.len(), expected });
            }
            let bitmap = Bitmap::from_bytes(bytes, bits).ok_or(Breach::BitmapPadding { rule })?;
            RecordSet::Bitmap(bitmap)
        }
    })
}

/// Whether a checked set contains a record of the batch.
pub(super) fn contains(set: &RecordSet, record: u32) -> bool {
    match set {
        RecordSet::Every => true,
        RecordSet::Sparse(indexes) => indexes.binary_search(&record).is_ok(),
        RecordSet::Bitmap(bits) => bits.get(record as usize),
    }
}
