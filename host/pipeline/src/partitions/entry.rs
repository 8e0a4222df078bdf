//! A key as it is stored in memory and on disk.

/// Size of an entry on disk, in bytes.
pub(super) const BYTES: usize = 24;

/// A key's hash and its record number. Ordered by hash, then by record number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// High and low half of the hash. Two `u64` are aligned to 8 bytes where a `u128` is aligned to 16; this saves a third of the memory.
    pub(super) hash: [u64; 2],
    pub(crate) record: u64,
}

impl Entry {
    #[expect(clippy::cast_possible_truncation, reason = "a hash is cut in halves")]
    pub(crate) fn new(hash: u128, record: u64) -> Self {
        Self { hash: [(hash >> 64) as u64, hash as u64], record }
    }

    pub(super) fn partition(self) -> usize {
        usize::from(self.hash[0].to_be_bytes()[0])
    }

    pub(super) fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let words = [self.hash[0], self.hash[1], self.record];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    pub(super) fn of_bytes(bytes: &[u8; BYTES]) -> Self {
        let word = |nth: usize| u64::from_le_bytes(bytes.as_chunks().0[nth]);
        Self { hash: [word(0), word(1)], record: word(2) }
    }
}
