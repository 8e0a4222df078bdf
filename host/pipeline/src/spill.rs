//! Sorting more than fits in memory: fixed-size entries in runs that spill to temporary files.
//!
//! Entries are compared byte by byte, so numbers go in big-endian.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// Collects entries of `N` bytes and gives them back in order.
#[derive(Debug)]
pub(crate) struct SpillSort<const N: usize> {
    entries: Vec<[u8; N]>,
    /// Entries held in memory before a run is written out.
    capacity: usize,
    runs: Vec<File>,
}

impl<const N: usize> SpillSort<N> {
    /// Keeps at most `budget` bytes in memory (at least one entry).
    pub(crate) fn new(budget: usize) -> Self {
        Self { entries: Vec::new(), capacity: (budget / N).max(1), runs: Vec::new() }
    }

    /// Adds an entry.
    pub(crate) fn push(&mut self, entry: [u8; N]) -> io::Result<()> {
        if self.entries.len() == self.capacity {
            self.spill()?;
        }
        self.entries.push(entry);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        sort(&mut self.entries);
        let mut out = BufWriter::with_capacity(1 << 18, tempfile::tempfile()?);
        for entry in &self.entries {
            out.write_all(entry)?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.runs.push(file);
        self.entries.clear();
        Ok(())
    }

    /// Whether entries went to disk.
    pub(crate) fn spilled(&self) -> bool {
        !self.runs.is_empty()
    }

    /// All entries in order, duplicates included.
    pub(crate) fn into_sorted(mut self) -> io::Result<Sorted<N>> {
        sort(&mut self.entries);
        let mut sources = Vec::with_capacity(self.runs.len() + 1);
        sources.push(Source::Memory(self.entries.into_iter()));
        // 64 KiB of read-ahead a run: a gigabyte of spilled entries is some thirty runs.
        sources.extend(
            self.runs.into_iter().map(|f| Source::Disk(BufReader::with_capacity(1 << 16, f))),
        );
        let mut heap = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(entry) = source.next()? {
                heap.push(Reverse((entry, index)));
            }
        }
        Ok(Sorted { sources, heap })
    }
}

/// Sorts eight bytes at a time, which for whole words is what byte by byte gives.
fn sort<const N: usize>(entries: &mut [[u8; N]]) {
    const { assert!(N.is_multiple_of(8), "entries are whole words") }
    let words = |entry: &[u8; N], at: usize| entry.as_chunks::<8>().0[at];
    entries.sort_unstable_by(|one, other| {
        (0..N / 8)
            .map(|at| u64::from_be_bytes(words(one, at)).cmp(&u64::from_be_bytes(words(other, at))))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
}

#[derive(Debug)]
enum Source<const N: usize> {
    Memory(std::vec::IntoIter<[u8; N]>),
    Disk(BufReader<File>),
}

impl<const N: usize> Source<N> {
    fn next(&mut self) -> io::Result<Option<[u8; N]>> {
        match self {
            Self::Memory(entries) => Ok(entries.next()),
            Self::Disk(file) => {
                let mut entry = [0; N];
                match file.read_exact(&mut entry) {
                    Ok(()) => Ok(Some(entry)),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// Entries in order, merged from all runs.
#[derive(Debug)]
pub(crate) struct Sorted<const N: usize> {
    sources: Vec<Source<N>>,
    heap: BinaryHeap<Reverse<([u8; N], usize)>>,
}

impl<const N: usize> Sorted<N> {
    /// The next entry.
    pub(crate) fn next(&mut self) -> io::Result<Option<[u8; N]>> {
        let Some(mut least) = self.heap.peek_mut() else { return Ok(None) };
        let Reverse((entry, index)) = *least;
        match self.sources[index].next()? {
            Some(following) => *least = Reverse((following, index)),
            None => {
                PeekMut::pop(least);
            }
        }
        Ok(Some(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_the_same_whatever_the_budget() {
        let numbers: Vec<u64> =
            (0..5_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9) % 4_096).collect();
        let mut expected = numbers.clone();
        expected.sort_unstable();
        for budget in [8, 800, 8_000, 1 << 20] {
            let mut sort = SpillSort::<8>::new(budget);
            for number in &numbers {
                sort.push(number.to_be_bytes()).unwrap();
            }
            assert_eq!(sort.spilled(), budget < 40_000, "budget {budget}");
            let mut sorted = sort.into_sorted().unwrap();
            let mut got = Vec::new();
            while let Some(entry) = sorted.next().unwrap() {
                got.push(u64::from_be_bytes(entry));
            }
            assert_eq!(got, expected, "budget {budget}");
        }
    }
}
