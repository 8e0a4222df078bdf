//! Merges sorted runs on disk into one sequence.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::entry::{BYTES, Entry};

/// Minimum and maximum number of entries read at once from a run: at least a page, however many runs there are, and at most 96 KiB.
const READ: (usize, usize) = (170, 4_096);

/// Location of a sorted run of entries on disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) offset: u64,
    pub(super) entries: usize,
}

/// The entries of several runs, in sorted order.
#[derive(Debug)]
pub(super) struct Merged<'a> {
    sources: Vec<Source<'a>>,
    /// The next entry of each run that has one.
    next: BinaryHeap<Reverse<(Entry, usize)>>,
}

/// The unread rest of a run.
#[derive(Debug)]
struct Source<'a> {
    file: &'a File,
    run: Run,
    bytes: Vec<u8>,
    /// Number of those bytes already consumed.
    taken: usize,
    /// Number of entries read at once.
    ahead: usize,
}

impl<'a> Merged<'a> {
    /// Merges runs, keeping about `room` entries in memory.
    pub(super) fn of(file: &'a File, runs: &[Run], room: usize) -> io::Result<Self> {
        let ahead = (room / runs.len().max(1)).clamp(READ.0, READ.1);
        let source = |&run: &Run| Source { file, run, bytes: Vec::new(), taken: 0, ahead };
        let mut sources: Vec<Source<'_>> = runs.iter().map(source).collect();
        let mut next = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(entry) = source.next()? {
                next.push(Reverse((entry, index)));
            }
        }
        Ok(Self { sources, next })
    }

    /// Returns the next entry.
    pub(super) fn next(&mut self) -> io::Result<Option<Entry>> {
        let Some(mut least) = self.next.peek_mut() else { return Ok(None) };
        let Reverse((entry, index)) = *least;
        match self.sources[index].next()? {
            Some(following) => *least = Reverse((following, index)),
            None => drop(PeekMut::pop(least)),
        }
        Ok(Some(entry))
    }
}

impl Source<'_> {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        if self.taken == self.bytes.len() {
            let entries = self.run.entries.min(self.ahead);
            if entries == 0 {
                return Ok(None);
            }
            self.bytes.resize(entries * BYTES, 0);
            self.file.read_exact_at(&mut self.bytes, self.run.offset)?;
            #[cfg(test)]
            READ_BYTES.with(|read| read.set(read.get() + self.bytes.len() as u64));
            self.run.offset += self.bytes.len() as u64;
            self.run.entries -= entries;
            self.taken = 0;
        }
        let (entry, _) =
            self.bytes[self.taken..].split_first_chunk().expect("whole entries are read");
        self.taken += BYTES;
        Ok(Some(Entry::of_bytes(entry)))
    }
}

#[cfg(test)]
thread_local! {
    static READ_BYTES: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Number of bytes this thread has read so far.
#[cfg(test)]
pub(super) fn bytes_read() -> u64 {
    READ_BYTES.with(std::cell::Cell::get)
}
