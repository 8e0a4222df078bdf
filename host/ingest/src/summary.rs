//! What a whole input came to.

use crate::{FaultKind, Faults};

/// Sums over everything read so far; complete once `next_slab` gave `None`.
///
/// `bom_bytes + header_bytes + record_bytes + blank_bytes == bytes`: every byte of the input belongs to exactly one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Bytes of the decompressed input.
    pub bytes: u64,
    /// Bytes of the byte order mark: 0 or 3.
    pub bom_bytes: u64,
    /// Bytes of the header with its line ending.
    pub header_bytes: u64,
    /// Bytes of all records with their line endings.
    pub record_bytes: u64,
    /// Bytes of blank lines.
    pub blank_bytes: u64,
    /// Lines of nothing between records.
    pub blank_lines: u64,
    /// Physical lines, the header's and blank ones included.
    pub lines: u64,
    /// Records, faulty ones included.
    pub records: u64,
    /// Records whose faults keep them from the rules.
    pub blocked: u64,
    /// Records that end with CRLF.
    pub crlf_records: u64,
    /// CRs that no LF follows. They are data. Those in the cut part of a record that is too long are not counted.
    pub lone_crs: u64,
    /// The last line of the input has a line ending. True of an empty input.
    pub ends_with_line_ending: bool,
    pub(crate) by_kind: [u64; FaultKind::ALL.len()],
}

impl Summary {
    /// Records with a fault of `kind`.
    pub fn faults(&self, kind: FaultKind) -> u64 {
        FaultKind::ALL
            .iter()
            .zip(self.by_kind)
            .find(|(each, _)| **each == kind)
            .map_or(0, |(_, count)| count)
    }

    /// Whether the ranges of byte order mark, header, records and blank lines add up to the input.
    pub fn tiles(&self) -> bool {
        self.bom_bytes + self.header_bytes + self.record_bytes + self.blank_bytes == self.bytes
    }

    /// Adds what was read after it. The end is that of `next`, if it has any bytes.
    pub fn append(&mut self, next: &Self) {
        let Self { by_kind, .. } = self;
        for (count, more) in by_kind.iter_mut().zip(next.by_kind) {
            *count += more;
        }
        self.bytes += next.bytes;
        self.bom_bytes += next.bom_bytes;
        self.header_bytes += next.header_bytes;
        self.record_bytes += next.record_bytes;
        self.blank_bytes += next.blank_bytes;
        self.blank_lines += next.blank_lines;
        self.lines += next.lines;
        self.records += next.records;
        self.blocked += next.blocked;
        self.crlf_records += next.crlf_records;
        self.lone_crs += next.lone_crs;
        if next.bytes > 0 {
            self.ends_with_line_ending = next.ends_with_line_ending;
        }
    }

    pub(crate) fn count(&mut self, faults: Faults) {
        if faults.is_empty() {
            return;
        }
        self.blocked += u64::from(faults.blocking());
        for (kind, count) in FaultKind::ALL.iter().zip(&mut self.by_kind) {
            *count += u64::from(faults.contains(*kind));
        }
    }
}
