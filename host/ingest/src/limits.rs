//! How large a field, a record and a slab may become.

/// The largest value a limit may have: positions within a slab are 32 bits, and a slab can hold a slab's bytes, the
/// record that crosses its end, and as much again to look ahead.
const CEILING: usize = 256 << 20;

/// What one slab may hold and what a record may measure. All are counted in bytes of the decompressed input, from the
/// start of a record or a slab, so that the same input is always cut the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest field as written, quotes included. 1 MiB: two hundred times the longest cell any data dictionary we
    /// know allows, and still small enough to show to a person.
    pub field_bytes: usize,
    /// The longest record, its line ending included. 4 MiB: several fields at their limit, and the bound on how far an
    /// unclosed quote is followed.
    pub record_bytes: usize,
    /// Records after which a slab is closed. 4,096: what crosses to a plugin at once is fastest between 1,000 and 4,000.
    pub slab_records: usize,
    /// Bytes at which a slab is closed. 4 MiB: 4,096 records of 1 KB, and what one worker can hold several of.
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
    /// The same, with each limit brought between 1 and 256 MiB: a reader cannot work outside.
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
