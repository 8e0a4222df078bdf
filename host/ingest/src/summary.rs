//! Totals for a whole input.

use crate::{FaultKind, Faults};

/// Totals of everything read so far; complete once `next_slab` has returned `None`.
///
/// `bom_bytes + header_bytes + record_bytes + blank_bytes == bytes`: every byte of the input belongs to exactly one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Bytes of the decompressed input.
    pub bytes: u64,
    /// Bytes of the byte order mark: 0 or 3.
    pub bom_bytes: u64,
    /// Bytes of the header, including its line ending.
    pub header_bytes: u64,
    /// Bytes of all records, including their line endings.
    pub record_bytes: u64,
    /// Bytes of blank lines.
    pub blank_bytes: u64,
    /// Empty lines between records.
    pub blank_lines: u64,
    /// Physical lines, including the header's and blank ones.
    pub lines: u64,
    /// Records, including faulty ones.
    pub records: u64,
    /// Records whose faults withhold them from the rules.
    pub blocked: u64,
    /// Records that end with CRLF.
    pub crlf_records: u64,
    /// CRs without a following LF. They are data. Those in the dropped part of a record that is too long are not counted.
    pub lone_crs: u64,
    /// Whether the last line of the input has a line ending. True for an empty input.
    pub ends_with_line_ending: bool,
    pub(crate) by_kind: [u64; FaultKind::ALL.len()],
}

impl Summary {
    /// Number of records with a fault of `kind`.
    pub fn faults(&self, kind: FaultKind) -> u64 {
        FaultKind::ALL
            .iter()
            .zip(self.by_kind)
            .find(|(each, _)| **each == kind)
            .map_or(0, |(_, count)| count)
    }

    /// Whether the byte order mark, header, records and blank lines add up to the whole input.
    pub fn tiles(&self) -> bool {
        self.bom_bytes + self.header_bytes + self.record_bytes + self.blank_bytes == self.bytes
    }

    /// Adds the totals of the part that follows. `ends_with_line_ending` is taken from `next`, unless that is empty.
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
