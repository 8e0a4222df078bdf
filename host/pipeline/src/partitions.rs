//! Keys gathered by their hash in partitions, so that those that occur again are found without sorting all of them.
//!
//! A partition's keys fit the first caches as long as all fit in memory. Beyond that they go to one temporary file, partition by
//! partition, and come back as many at a time as is allowed.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

/// Partitions: as many as the top byte of a hash has values.
const PARTITIONS: usize = 256;

/// A share from disk holds so many times what a partition may hold in memory: 0.7 MB, which a second cache takes, and few enough shares
/// that a partition of a terabyte's keys is read some hundred times and not a thousand.
const SHARE: usize = 8;

/// Bytes of an entry on disk.
const BYTES: usize = 24;

/// A key's hash and the number of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The hash's high and low half: 128 bits that are aligned as 64 are, for a third less memory.
    hash: [u64; 2],
    pub(crate) record: u64,
}

impl Entry {
    #[expect(clippy::cast_possible_truncation, reason = "a hash is cut in halves")]
    pub(crate) fn new(hash: u128, record: u64) -> Self {
        Self { hash: [(hash >> 64) as u64, hash as u64], record }
    }

    fn partition(self) -> usize {
        usize::from(self.hash[0].to_be_bytes()[0])
    }

    fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let words = [self.hash[0], self.hash[1], self.record];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    fn of_bytes(bytes: &[u8; BYTES]) -> Self {
        let word = |nth: usize| u64::from_le_bytes(bytes.as_chunks().0[nth]);
        Self { hash: [word(0), word(1)], record: word(2) }
    }
}

/// Entries in the order they came, by partition.
#[derive(Debug)]
pub(crate) struct Partitions {
    memory: Vec<Vec<Entry>>,
    /// How many are in memory, and how many may be.
    held: usize,
    most: usize,
    disk: Option<Disk>,
}

#[derive(Debug)]
struct Disk {
    file: File,
    end: u64,
    /// For each partition where its entries lie, in order.
    extents: Vec<Vec<Extent>>,
}

#[derive(Debug, Clone, Copy)]
struct Extent {
    offset: u64,
    entries: usize,
}

/// Entries among which all those lie that have the same hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    partition: usize,
    /// Of a partition that is too large to be had at once, the `nth` of `of`, a power of two.
    nth: u64,
    of: u64,
}

impl Partitions {
    /// Keeps at most so many entries in memory (at least one).
    pub(crate) fn new(most: usize) -> Self {
        Self { memory: vec![Vec::new(); PARTITIONS], held: 0, most: most.max(1), disk: None }
    }

    /// Adds an entry.
    pub(crate) fn push(&mut self, entry: Entry) -> io::Result<()> {
        if self.held == self.most {
            self.spill()?;
        }
        self.memory[entry.partition()].push(entry);
        self.held += 1;
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        let disk = match &mut self.disk {
            Some(disk) => disk,
            empty => empty.insert(Disk {
                file: tempfile::tempfile()?,
                end: 0,
                extents: vec![Vec::new(); PARTITIONS],
            }),
        };
        let mut out = io::BufWriter::with_capacity(1 << 18, &disk.file);
        for (entries, extents) in self.memory.iter_mut().zip(&mut disk.extents) {
            for entry in &*entries {
                out.write_all(&entry.to_bytes())?;
            }
            extents.push(Extent { offset: disk.end, entries: entries.len() });
            disk.end += (entries.len() * BYTES) as u64;
            entries.clear();
        }
        self.held = 0;
        out.flush()
    }

    /// Whether entries went to disk.
    pub(crate) fn spilled(&self) -> bool {
        self.disk.is_some()
    }

    /// All entries, in shares that are small enough to be had at once.
    pub(crate) fn shares(&self) -> Vec<Share> {
        let room = (self.most / PARTITIONS).max(1) * SHARE;
        let shares = (0..PARTITIONS).flat_map(|partition| {
            let extents = self.disk.as_ref().map(|disk| disk.extents[partition].as_slice());
            let spilled: usize =
                extents.unwrap_or_default().iter().map(|extent| extent.entries).sum();
            let entries = spilled + self.memory[partition].len();
            let of =
                if spilled > 0 { entries.div_ceil(room).next_power_of_two() as u64 } else { 1 };
            (0..of).map(move |nth| Share { partition, nth, of })
        });
        shares.collect()
    }

    /// Calls `take` with a share's entries, in the order they came.
    pub(crate) fn with<T>(&self, share: Share, take: impl FnOnce(&[Entry]) -> T) -> io::Result<T> {
        let held = self.memory[share.partition].as_slice();
        let Some(disk) = &self.disk else { return Ok(take(held)) };
        // The low bits of the hash's half whose high ones chose the partition.
        let own = |entry: &Entry| entry.hash[0] & (share.of - 1) == share.nth;
        let mut entries: Vec<Entry> = Vec::new();
        let mut bytes = Vec::new();
        for extent in &disk.extents[share.partition] {
            bytes.resize(extent.entries * BYTES, 0);
            disk.file.read_exact_at(&mut bytes, extent.offset)?;
            let read = bytes.as_chunks().0.iter().map(Entry::of_bytes);
            entries.extend(read.filter(own));
        }
        entries.extend(held.iter().filter(|entry| own(entry)));
        Ok(take(&entries))
    }
}

/// Calls `hit` for each entry whose hash came before, and with `first` for the one before it too, once.
pub(crate) fn repeated(entries: &[Entry], first: bool, mut hit: impl FnMut(u64)) {
    /// Set in a slot whose entry has come again.
    const AGAIN: u32 = 1 << 31;
    let mut slots = vec![0_u32; (entries.len() * 2).next_power_of_two()];
    let mask = slots.len() - 1;
    for (number, entry) in (1..).zip(entries) {
        // What chose the partition and the share is in the other half.
        #[expect(clippy::cast_possible_truncation, reason = "a table needs few bits")]
        let mut at = entry.hash[1] as usize & mask;
        loop {
            let slot = slots[at];
            if slot == 0 {
                slots[at] = number;
                break;
            }
            let before = &entries[(slot & !AGAIN) as usize - 1];
            if before.hash == entry.hash {
                if first && slot & AGAIN == 0 {
                    hit(before.record);
                }
                slots[at] = slot | AGAIN;
                hit(entry.record);
                break;
            }
            at = (at + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of records whose key occurs again, by looking at each pair.
    fn expected(entries: &[Entry], first: bool) -> Vec<u64> {
        let again = |(at, entry): &(usize, &Entry)| {
            let same = |other: &Entry| other.hash == entry.hash;
            entries[..*at].iter().any(same) || first && entries[at + 1..].iter().any(same)
        };
        entries.iter().enumerate().filter(again).map(|(_, entry)| entry.record).collect()
    }

    #[test]
    fn repeated_keys_are_found_whatever_the_room() {
        let mut state = 7_u128;
        let entries: Vec<Entry> = (1..=2_000)
            .map(|record| {
                state =
                    state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
                // A third of the keys occur more than once, and two partitions have far more than others.
                let key = (state >> 100) % 1_500;
                let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
                let top = if record % 3 > 0 { key % 2 } else { hash >> 120 };
                Entry::new(hash << 8 >> 8 | top << 120, record)
            })
            .collect();
        for most in [1, 10, 300, 1_999, 2_000, 10_000] {
            for first in [false, true] {
                let mut partitions = Partitions::new(most);
                for entry in &entries {
                    partitions.push(*entry).unwrap();
                }
                assert_eq!(partitions.spilled(), most < entries.len(), "room for {most}");
                let mut found = Vec::new();
                for share in partitions.shares() {
                    partitions
                        .with(share, |entries| repeated(entries, first, |hit| found.push(hit)))
                        .unwrap();
                }
                found.sort_unstable();
                assert_eq!(found, expected(&entries, first), "room for {most}");
            }
        }
    }
}
