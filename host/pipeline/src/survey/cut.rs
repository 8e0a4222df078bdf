//! Cuts a file into slabs. Only the positions of its records count, so the same file is always cut the same way.

use assay_ingest::{Limits, RecordStart};
use assay_model::Position;

/// Consecutive blank lines of more than this many bytes end a slab. 64 KiB: a slab that contains blank lines does not grow much, and what
/// lies between slabs is never kept in memory.
const GAP_BYTES: u64 = 64 << 10;

/// A run of whole records that are judged together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlabSpan {
    /// Start of the first record.
    pub(crate) start: RecordStart,
    pub(crate) records: usize,
    /// Bytes from the start of the first record to the end of the last.
    pub(crate) bytes: u64,
    /// The same, without what lies beyond the limit of a record: what a reader keeps.
    pub(crate) kept: u64,
    /// Kept bytes of the records with a fault.
    pub(crate) faulty: u64,
}

/// Groups records into slabs, in file order.
#[derive(Debug)]
pub(crate) struct Cutter {
    slab_records: usize,
    slab_bytes: u64,
    record_bytes: u64,
    slabs: Vec<SlabSpan>,
}

impl Cutter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            slab_records: limits.slab_records,
            slab_bytes: limits.slab_bytes as u64,
            record_bytes: limits.record_bytes as u64,
            slabs: Vec::new(),
        }
    }

    /// Adds the next record; `faulty` says whether it has a fault.
    pub(crate) fn add(&mut self, position: Position, faulty: bool) {
        let kept = position.length.min(self.record_bytes);
        let faulty = if faulty { kept } else { 0 };
        if let Some(slab) = self.slabs.last_mut() {
            let gap = position.offset - (slab.start.offset + slab.bytes);
            let full = slab.records >= self.slab_records || slab.bytes >= self.slab_bytes;
            if !full && gap <= GAP_BYTES {
                slab.records += 1;
                slab.bytes += gap + position.length;
                slab.kept += gap + kept;
                slab.faulty += faulty;
                return;
            }
        }
        let Position { record, line, offset, length } = position;
        let start = RecordStart { offset, record, line };
        self.slabs.push(SlabSpan { start, records: 1, bytes: length, kept, faulty });
    }

    /// Returns all slabs, in file order.
    pub(crate) fn finish(self) -> Vec<SlabSpan> {
        self.slabs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `records`: for each record, the bytes of blank lines before it and its own length. `expected`: number of records and bytes of each
    /// slab.
    fn check(records: &[(u64, u64)], expected: &[(usize, u64)]) {
        let slabs = cut(records);
        let found: Vec<_> = slabs.iter().map(|slab| (slab.records, slab.bytes)).collect();
        assert_eq!(found, expected);
        let mut next = 1;
        for slab in slabs {
            assert_eq!(slab.start.record, next);
            next += slab.records as u64;
        }
    }

    /// Cuts records, of which every second has a fault.
    fn cut(records: &[(u64, u64)]) -> Vec<SlabSpan> {
        let limits =
            Limits { slab_records: 3, slab_bytes: 100, record_bytes: 80, ..Limits::default() };
        let mut cutter = Cutter::new(limits);
        let mut offset = 10;
        for (record, &(blank, length)) in (1..).zip(records) {
            offset += blank;
            cutter.add(Position { record, line: record + 1, offset, length }, record % 2 == 0);
            offset += length;
        }
        cutter.finish()
    }

    #[test]
    fn what_lies_beyond_the_limit_of_a_record_is_not_kept() {
        let sizes = |records: &[(u64, u64)]| {
            let slab = cut(records)[0];
            (slab.bytes, slab.kept, slab.faulty)
        };
        assert_eq!(sizes(&[(0, 10), (0, 10)]), (20, 20, 10));
        assert_eq!(sizes(&[(0, 10), (0, 5000)]), (5010, 90, 80));
        assert_eq!(sizes(&[(0, 10), (5, 5000)]), (5015, 95, 80));
        assert_eq!(sizes(&[(0, 5000)]), (5000, 80, 0));
    }

    #[test]
    fn slabs_end_by_records_bytes_or_a_gap() {
        check(&[(0, 10); 7], &[(3, 30), (3, 30), (1, 10)]);
        check(&[(0, 60), (0, 60), (0, 10)], &[(2, 120), (1, 10)]);
        check(&[(5, 10), (5, 10), (0, 10)], &[(3, 35)]);
        check(&[(0, 10), (GAP_BYTES, 10), (0, 10)], &[(2, 20 + GAP_BYTES), (1, 10)]);
        check(&[(0, 10), (GAP_BYTES + 1, 10), (0, 10)], &[(1, 10), (2, 20)]);
        check(&[], &[]);
    }
}
