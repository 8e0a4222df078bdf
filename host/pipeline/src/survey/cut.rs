//! How a file is cut into slabs: by the places of its records alone, so that the same file is always cut the same way.

use assay_ingest::{Limits, RecordStart};
use assay_model::Position;

/// Blank lines in a row that end a slab, in bytes. 64 KiB: a slab that holds them stays a slab's size, and what lies between slabs is
/// never kept in memory.
const GAP_BYTES: u64 = 64 << 10;

/// A run of whole records that are judged together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlabSpan {
    /// Where the first begins.
    pub(crate) start: RecordStart,
    pub(crate) records: usize,
    /// From the first byte of the first to the last of the last.
    pub(crate) bytes: u64,
    /// Bytes of those with a fault.
    pub(crate) faulty: u64,
}

/// Takes records in file order and gathers slabs.
#[derive(Debug)]
pub(crate) struct Cutter {
    slab_records: usize,
    slab_bytes: u64,
    slabs: Vec<SlabSpan>,
}

impl Cutter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            slab_records: limits.slab_records,
            slab_bytes: limits.slab_bytes as u64,
            slabs: Vec::new(),
        }
    }

    /// Takes the next record, and whether it has a fault.
    pub(crate) fn add(&mut self, position: Position, faulty: bool) {
        let faulty = if faulty { position.length } else { 0 };
        if let Some(slab) = self.slabs.last_mut() {
            let gap = position.offset - (slab.start.offset + slab.bytes);
            let full = slab.records >= self.slab_records || slab.bytes >= self.slab_bytes;
            if !full && gap <= GAP_BYTES {
                slab.records += 1;
                slab.bytes += gap + position.length;
                slab.faulty += faulty;
                return;
            }
        }
        let Position { record, line, offset, length } = position;
        let start = RecordStart { offset, record, line };
        self.slabs.push(SlabSpan { start, records: 1, bytes: length, faulty });
    }

    /// All slabs, in file order.
    pub(crate) fn finish(self) -> Vec<SlabSpan> {
        self.slabs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `records`: bytes of blank lines before each record, and its own. Gives records and bytes of each slab.
    fn check(records: &[(u64, u64)], expected: &[(usize, u64)]) {
        let limits = Limits { slab_records: 3, slab_bytes: 100, ..Limits::default() };
        let mut cutter = Cutter::new(limits);
        let mut offset = 10;
        for (record, &(blank, length)) in (1..).zip(records) {
            offset += blank;
            cutter.add(Position { record, line: record + 1, offset, length }, record % 2 == 0);
            offset += length;
        }
        let slabs = cutter.finish();
        let found: Vec<_> = slabs.iter().map(|slab| (slab.records, slab.bytes)).collect();
        assert_eq!(found, expected);
        let mut next = 1;
        for slab in slabs {
            assert_eq!(slab.start.record, next);
            next += slab.records as u64;
        }
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
