//! Maximum sizes of a field, a record and a slab.

/// The highest value of any limit: positions within a slab are 32 bits, and a slab may contain a slab's bytes, the
/// record that crosses its end, and as much again for lookahead.
const CEILING: usize = 256 << 20;

/// The maximum sizes of slabs and records. They are counted in bytes of the decompressed input from the start of a
/// record or a slab, so that the same input is always cut the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest field as written, including quotes. 1 MiB: two hundred times the longest cell that any data
    /// dictionary we know allows, and still small enough to show to a person.
    pub field_bytes: usize,
    /// The longest record, including its line ending. 4 MiB: several fields at their limit, and the bound on how far an
    /// unclosed quote is followed.
    pub record_bytes: usize,
    /// Records after which a slab is closed. 4,096: passing a batch to a plugin is fastest with 1,000 to 4,000 records.
    pub slab_records: usize,
    /// Bytes after which a slab is closed. 4 MiB: 4,096 records of 1 KB, and small enough for a worker to hold several.
    pub slab_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            field_bytes: 1 << 20,
            record_bytes: 4 << 20,
            slab_records: 4096,
            slab_bytes: 4 << 20,
        }
    }
}

impl Limits {
    /// The same limits, each clamped to between 1 and 256 MiB: a reader cannot work outside that range.
    #[must_use]
    pub fn clamped(self) -> Self {
        let clamp = |limit: usize| limit.clamp(1, CEILING);
        Self {
            field_bytes: clamp(self.field_bytes),
            record_bytes: clamp(self.record_bytes),
            slab_records: clamp(self.slab_records),
            slab_bytes: clamp(self.slab_bytes),
        }
    }
}
