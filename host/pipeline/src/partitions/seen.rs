//! Finds repeated entries in memory.

use std::io;

use super::entry::Entry;

/// Hash table of distinct entries.
#[derive(Debug)]
pub(super) struct Seen {
    /// 0 if free, otherwise the index of an entry plus one, with [`Seen::AGAIN`] set if the entry has occurred again.
    slots: Vec<u32>,
    entries: Vec<Entry>,
}

impl Seen {
    /// Flag of a slot whose entry has occurred again.
    const AGAIN: u32 = 1 << 31;

    /// Allocates a table for `entries` entries; it grows if more are added.
    pub(super) fn new(entries: usize) -> Self {
        Self { slots: vec![0; (entries * 2).next_power_of_two()], entries: Vec::new() }
    }

    /// Adds an entry. If its hash occurred before, calls `hit` with its record number; with `first`, also calls `hit` once for the first
    /// entry of that hash.
    #[inline]
    pub(super) fn add(
        &mut self,
        entry: &Entry,
        first: bool,
        mut hit: impl FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let at = self.place(entry);
        let slot = self.slots[at];
        if slot == 0 {
            self.entries.push(*entry);
            self.slots[at] = u32::try_from(self.entries.len()).expect("memory has fewer");
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

    /// Returns the slot that holds an entry, or the free slot where it belongs.
    #[inline]
    fn place(&self, entry: &Entry) -> usize {
        let mask = self.slots.len() - 1;
        // The other half of the hash chose the partition.
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
