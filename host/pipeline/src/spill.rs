//! Sorts more numbers than fit in memory, in runs that spill to a single temporary file, because the number of open files is limited.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Size of a number in bytes.
const BYTES: usize = size_of::<u64>();

/// Collects numbers and returns them in order.
#[derive(Debug)]
pub(crate) struct SpillSort {
    numbers: Vec<u64>,
    /// Maximum number of numbers in memory before a run is spilled.
    capacity: usize,
    /// Runs are stored one after another, each of `capacity` numbers.
    spilled: Option<Arc<File>>,
    runs: u64,
}

impl SpillSort {
    /// Keeps at most `budget` bytes in memory (at least one number).
    pub(crate) fn new(budget: usize) -> Self {
        Self { numbers: Vec::new(), capacity: (budget / BYTES).max(1), spilled: None, runs: 0 }
    }

    /// Adds a number.
    pub(crate) fn push(&mut self, number: u64) -> io::Result<()> {
        if self.numbers.len() == self.capacity {
            self.spill()?;
        }
        self.numbers.push(number);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.numbers.sort_unstable();
        let file = match &mut self.spilled {
            Some(file) => file,
            none => none.insert(Arc::new(tempfile::tempfile()?)),
        };
        let mut out = BufWriter::with_capacity(1 << 18, file.as_ref());
        for number in &self.numbers {
            out.write_all(&number.to_le_bytes())?;
        }
        out.flush()?;
        self.runs += 1;
        self.numbers.clear();
        Ok(())
    }

    /// All numbers in order, duplicates included.
    pub(crate) fn into_sorted(mut self) -> io::Result<Sorted> {
        self.numbers.sort_unstable();
        // 64 KiB of read-ahead per run, at most the memory that the numbers took: a gigabyte of spilled numbers is 256 runs.
        let runs = usize::try_from(self.runs).unwrap_or(usize::MAX);
        let ahead = (self.capacity / runs.saturating_add(1)).clamp(64, 8 << 10);
        let mut sources = Vec::with_capacity(runs + 1);
        sources.push(Source::Memory(self.numbers.into_iter()));
        let bytes = (self.capacity * BYTES) as u64;
        sources.extend(self.spilled.iter().flat_map(|file| {
            (0..self.runs).map(|run| {
                let (file, offset) = (Arc::clone(file), run * bytes);
                Source::Disk(Run {
                    file,
                    offset,
                    left: self.capacity,
                    ahead,
                    read: Vec::new().into_iter(),
                })
            })
        }));
        let mut heap = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(number) = source.next()? {
                heap.push(Reverse((number, index)));
            }
        }
        Ok(Sorted { sources, heap })
    }
}

#[derive(Debug)]
enum Source {
    Memory(std::vec::IntoIter<u64>),
    Disk(Run),
}

/// The rest of a run.
#[derive(Debug)]
struct Run {
    file: Arc<File>,
    offset: u64,
    /// Numbers not yet read, and the number read at once.
    left: usize,
    ahead: usize,
    read: std::vec::IntoIter<u64>,
}

impl Source {
    fn next(&mut self) -> io::Result<Option<u64>> {
        match self {
            Self::Memory(numbers) => Ok(numbers.next()),
            Self::Disk(run) => run.next(),
        }
    }
}

impl Run {
    fn next(&mut self) -> io::Result<Option<u64>> {
        if let Some(number) = self.read.next() {
            return Ok(Some(number));
        }
        let mut bytes = vec![0; self.left.min(self.ahead) * BYTES];
        self.file.read_exact_at(&mut bytes, self.offset)?;
        self.offset += bytes.len() as u64;
        let numbers: Vec<u64> =
            bytes.as_chunks().0.iter().map(|it| u64::from_le_bytes(*it)).collect();
        self.left -= numbers.len();
        self.read = numbers.into_iter();
        Ok(self.read.next())
    }
}

/// Numbers in order, merged from all runs.
#[derive(Debug)]
pub(crate) struct Sorted {
    sources: Vec<Source>,
    heap: BinaryHeap<Reverse<(u64, usize)>>,
}

impl Sorted {
    /// The next number.
    pub(crate) fn next(&mut self) -> io::Result<Option<u64>> {
        let Some(mut least) = self.heap.peek_mut() else { return Ok(None) };
        let Reverse((number, index)) = *least;
        match self.sources[index].next()? {
            Some(following) => *least = Reverse((following, index)),
            None => {
                PeekMut::pop(least);
            }
        }
        Ok(Some(number))
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
            let mut sort = SpillSort::new(budget);
            for number in &numbers {
                sort.push(*number).unwrap();
            }
            assert_eq!(sort.spilled.is_some(), budget < 40_000, "budget {budget}");
            let mut sorted = sort.into_sorted().unwrap();
            let mut got = Vec::new();
            while let Some(number) = sorted.next().unwrap() {
                got.push(number);
            }
            assert_eq!(got, expected, "budget {budget}");
        }
    }
}
