//! Keys gathered by their hash in partitions, so that those that occur again are found without sorting all of them.
//!
//! A partition's keys fit the first caches as long as all fit in memory. Beyond that they go to one temporary file, partition by
//! partition, and come back as many at a time as is allowed.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

/// Partitions: as many as the top byte of a hash has values.
pub(crate) const PARTITIONS: usize = 256;

/// A share from disk holds so many times what a partition may hold in memory: few enough shares that a partition of a terabyte's keys is
/// read some hundred times and not a thousand.
const SHARE: usize = 8;

/// Entries of a share from disk at most: 0.8 MB, which a second cache takes.
const SHARE_ENTRIES: usize = 32_000;

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
            // Where a key comes again and again, as in a sorted file, its partition has all the room, and the next one's as well.
            entries.shrink_to(2 * self.most / PARTITIONS);
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
        let room = (self.most / PARTITIONS).clamp(1, SHARE_ENTRIES / SHARE) * SHARE;
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

    /// Calls `hit` for each entry of a share whose hash came before, and with `first` for the one before it too, once. Memory is that of
    /// the share's distinct entries, however often one comes.
    pub(crate) fn repeated(
        &self,
        share: Share,
        first: bool,
        mut hit: impl FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let held = self.memory[share.partition].as_slice();
        let Some(disk) = &self.disk else {
            let mut seen = Seen::new(held.len());
            return held.iter().try_for_each(|entry| seen.add(entry, first, &mut hit));
        };
        // The low bits of the hash's half whose high ones chose the partition.
        let own = |entry: &Entry| entry.hash[0] & (share.of - 1) == share.nth;
        let extents = &disk.extents[share.partition];
        let spilled: usize = extents.iter().map(|extent| extent.entries).sum();
        let entries = spilled + held.len();
        let of = usize::try_from(share.of).unwrap_or(usize::MAX);
        let mut seen = Seen::new(entries / of);
        let mut bytes = vec![0; entries.min(READ) * BYTES];
        for extent in extents {
            let (mut offset, mut left) = (extent.offset, extent.entries);
            while left > 0 {
                let bytes = &mut bytes[..left.min(READ) * BYTES];
                disk.file.read_exact_at(bytes, offset)?;
                let read = bytes.as_chunks().0.iter().map(Entry::of_bytes);
                read.filter(own).try_for_each(|entry| seen.add(&entry, first, &mut hit))?;
                offset += bytes.len() as u64;
                left -= bytes.len() / BYTES;
            }
        }
        held.iter().filter(|entry| own(entry)).try_for_each(|it| seen.add(it, first, &mut hit))
    }
}

/// Entries read at once: 96 KiB.
const READ: usize = 4_096;

/// Distinct entries, found by their hashes.
#[derive(Debug)]
struct Seen {
    /// 0 where free, else the number of an entry plus one, with [`Seen::AGAIN`] if it has come again.
    slots: Vec<u32>,
    entries: Vec<Entry>,
}

impl Seen {
    /// Set in a slot whose entry has come again.
    const AGAIN: u32 = 1 << 31;

    /// Room for so many, and for more when they come.
    fn new(entries: usize) -> Self {
        Self { slots: vec![0; (entries * 2).next_power_of_two()], entries: Vec::new() }
    }

    /// Takes the next entry, and calls `hit` if it was there before.
    #[inline]
    fn add(
        &mut self,
        entry: &Entry,
        first: bool,
        mut hit: impl FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let at = self.place(entry);
        let slot = self.slots[at];
        if slot == 0 {
            self.entries.push(*entry);
            self.slots[at] = u32::try_from(self.entries.len()).expect("a share is small");
            if self.entries.len() * 2 > self.slots.len() {
                self.grow();
            }
            return Ok(());
        }
        self.slots[at] = slot | Self::AGAIN;
        if first && slot & Self::AGAIN == 0 {
            hit(self.entries[(slot & !Self::AGAIN) as usize - 1].record)?;
        }
        hit(entry.record)
    }

    /// The slot of an entry, or the one where it belongs.
    #[inline]
    fn place(&self, entry: &Entry) -> usize {
        let mask = self.slots.len() - 1;
        // What chose the partition and the share is in the other half.
        #[expect(clippy::cast_possible_truncation, reason = "a table needs few bits")]
        let mut at = entry.hash[1] as usize & mask;
        loop {
            let slot = self.slots[at] & !Self::AGAIN;
            if slot == 0 || self.entries[slot as usize - 1].hash == entry.hash {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    /// Doubles the table.
    #[cold]
    fn grow(&mut self) {
        let slots = vec![0; self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, slots) {
            if slot != 0 {
                let entry = self.entries[(slot & !Self::AGAIN) as usize - 1];
                let at = self.place(&entry);
                self.slots[at] = slot;
            }
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
                    let hit = |hit| {
                        found.push(hit);
                        Ok(())
                    };
                    partitions.repeated(share, first, hit).unwrap();
                }
                found.sort_unstable();
                assert_eq!(found, expected(&entries, first), "room for {most}");
            }
        }
    }
}
