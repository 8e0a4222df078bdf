//! Keys partitioned by their hash, so that repeated keys are found without sorting all of them.
//!
//! As long as all keys are in memory, a partition fits the first-level caches. Beyond that, keys go to one temporary file in sorted runs,
//! each of them partition by partition; at the end the runs of a partition are merged, so that each key is written once and read once,
//! however many keys there are and however often one repeats.

mod entry;
mod merged;
mod seen;

use std::fs::File;
use std::io::{self, Write};

use rayon::prelude::*;

use entry::BYTES;
pub(crate) use entry::Entry;
use merged::{Merged, Run};
use seen::Seen;

/// Number of partitions: one for each value of the top byte of a hash.
pub(crate) const PARTITIONS: usize = 256;

/// Entries by partition, in order of arrival.
#[derive(Debug)]
pub(crate) struct Partitions {
    memory: Vec<Vec<Entry>>,
    /// Number of entries in memory, and their maximum.
    held: usize,
    most: usize,
    disk: Option<Disk>,
}

#[derive(Debug)]
struct Disk {
    file: File,
    end: u64,
    /// The locations of its runs, for each partition.
    runs: Vec<Vec<Run>>,
}

/// All entries, to be examined partition by partition.
#[derive(Debug)]
pub(crate) struct Gathered {
    memory: Vec<Vec<Entry>>,
    disk: Option<Disk>,
    /// Maximum number of entries in memory.
    most: usize,
}

impl Partitions {
    /// Keeps at most `most` entries in memory (at least one).
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
                runs: vec![Vec::new(); PARTITIONS],
            }),
        };
        self.memory.par_iter_mut().for_each(|entries| entries.sort_unstable());
        let mut out = io::BufWriter::with_capacity(1 << 18, &disk.file);
        for (entries, runs) in self.memory.iter_mut().zip(&mut disk.runs) {
            if entries.is_empty() {
                continue;
            }
            for entry in &*entries {
                out.write_all(&entry.to_bytes())?;
            }
            runs.push(Run { offset: disk.end, entries: entries.len() });
            disk.end += (entries.len() * BYTES) as u64;
            entries.clear();
            // When the same key repeats in succession, as in a sorted file, its partition grows to use all the room, and then so does the
            // next one.
            entries.shrink_to(2 * self.most / PARTITIONS);
        }
        self.held = 0;
        out.flush()
    }

    /// Whether entries were spilled to disk.
    pub(crate) fn spilled(&self) -> bool {
        self.disk.is_some()
    }

    /// Finishes collecting. If any entries are on disk, those in memory are written to disk too.
    pub(crate) fn gathered(mut self) -> io::Result<Gathered> {
        if self.spilled() {
            self.spill()?;
            self.memory = Vec::new();
        }
        Ok(Gathered { memory: self.memory, disk: self.disk, most: self.most })
    }
}

impl Gathered {
    /// Calls `hit` for each entry of a partition whose hash came before, and if `first`, once for the first entry with that hash too.
    /// Memory is that of the partition's distinct entries if all are in memory, otherwise the limit divided by `at_once`, the number of
    /// partitions examined concurrently.
    pub(crate) fn repeated(
        &self,
        partition: usize,
        first: bool,
        at_once: usize,
        mut hit: impl FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(disk) = &self.disk else {
            let held = self.memory[partition].as_slice();
            // In a partition far larger than others most entries are equal.
            let mut seen = Seen::new(held.len().min(2 * self.most / PARTITIONS));
            return held.iter().try_for_each(|entry| seen.add(entry, first, &mut hit));
        };
        let mut merged = Merged::of(&disk.file, &disk.runs[partition], self.most / at_once.max(1))?;
        let mut before: Option<(Entry, bool)> = None;
        while let Some(entry) = merged.next()? {
            let again = match before {
                Some((other, again)) if other.hash == entry.hash => {
                    if first && !again {
                        hit(other.record)?;
                    }
                    hit(entry.record)?;
                    true
                }
                _ => false,
            };
            before = Some((entry, again));
        }
        Ok(())
    }

    /// Total size of the entries on disk, in bytes.
    #[cfg(test)]
    fn on_disk(&self) -> u64 {
        self.disk.as_ref().map_or(0, |disk| disk.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of records whose key repeats, by comparing all pairs.
    fn expected(entries: &[Entry], first: bool) -> Vec<u64> {
        let again = |(at, entry): &(usize, &Entry)| {
            let same = |other: &Entry| other.hash == entry.hash;
            entries[..*at].iter().any(same) || first && entries[at + 1..].iter().any(same)
        };
        entries.iter().enumerate().filter(again).map(|(_, entry)| entry.record).collect()
    }

    fn gathered(entries: &[Entry], most: usize) -> Gathered {
        let mut partitions = Partitions::new(most);
        for entry in entries {
            partitions.push(*entry).unwrap();
        }
        assert_eq!(partitions.spilled(), most < entries.len(), "room for {most}");
        partitions.gathered().unwrap()
    }

    fn repeated(gathered: &Gathered, first: bool) -> Vec<u64> {
        let mut found = Vec::new();
        for partition in 0..PARTITIONS {
            let hit = |hit| {
                found.push(hit);
                Ok(())
            };
            gathered.repeated(partition, first, 2, hit).unwrap();
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn repeated_keys_are_found_whatever_the_room() {
        let mut state = 7_u128;
        let entries: Vec<Entry> = (1..=2_000)
            .map(|record| {
                state =
                    state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
                // A third of the keys repeat, and two partitions are far larger than others.
                let key = (state >> 100) % 1_500;
                let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
                let top = if record % 3 > 0 { key % 2 } else { hash >> 120 };
                Entry::new(hash << 8 >> 8 | top << 120, record)
            })
            .collect();
        for most in [1, 10, 300, 1_999, 2_000, 10_000] {
            let gathered = gathered(&entries, most);
            for first in [false, true] {
                assert_eq!(
                    repeated(&gathered, first),
                    expected(&entries, first),
                    "room for {most}"
                );
            }
        }
    }

    /// For any number of entries, of one key or of many, each is written once and read once.
    #[test]
    fn what_went_to_disk_is_read_once_whatever_the_keys() {
        let check = |keys: u128| {
            for count in [10_000_u64, 20_000, 40_000] {
                let key =
                    |record: u64| (u128::from(record) % keys).wrapping_mul(u128::MAX / 0x9e37);
                let entries: Vec<Entry> =
                    (1..=count).map(|record| Entry::new(key(record), record)).collect();
                let gathered = gathered(&entries, 500);
                assert_eq!(gathered.on_disk(), count * BYTES as u64);
                let before = merged::bytes_read();
                let found = repeated(&gathered, false).len() as u64;
                assert_eq!(found, count - count.min(keys.try_into().unwrap()), "{keys} keys");
                assert_eq!(merged::bytes_read() - before, count * BYTES as u64, "{keys} keys");
            }
        };
        check(1);
        check(7);
        check(1 << 40);
    }
}
