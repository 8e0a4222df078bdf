//! Sorting more numbers than fit in memory, in runs that spill to temporary files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// Bytes of a number.
const BYTES: usize = size_of::<u64>();

/// Collects numbers and gives them back in order.
#[derive(Debug)]
pub(crate) struct SpillSort {
    numbers: Vec<u64>,
    /// Numbers held in memory before a run is written out.
    capacity: usize,
    runs: Vec<File>,
}

impl SpillSort {
    /// Keeps at most `budget` bytes in memory (at least one number).
    pub(crate) fn new(budget: usize) -> Self {
        Self { numbers: Vec::new(), capacity: (budget / BYTES).max(1), runs: Vec::new() }
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
        let mut out = BufWriter::with_capacity(1 << 18, tempfile::tempfile()?);
        for number in &self.numbers {
            out.write_all(&number.to_le_bytes())?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.runs.push(file);
        self.numbers.clear();
        Ok(())
    }

    /// All numbers in order, duplicates included.
    pub(crate) fn into_sorted(mut self) -> io::Result<Sorted> {
        self.numbers.sort_unstable();
        let mut sources = Vec::with_capacity(self.runs.len() + 1);
        sources.push(Source::Memory(self.numbers.into_iter()));
        // 64 KiB of read-ahead a run, and as much as the numbers took if there are many: a gigabyte of spilled ones is 256 runs.
        let ahead = (self.capacity * BYTES / (self.runs.len() + 1)).clamp(512, 1 << 16);
        sources.extend(
            self.runs.into_iter().map(|f| Source::Disk(BufReader::with_capacity(ahead, f))),
        );
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
    Disk(BufReader<File>),
}

impl Source {
    fn next(&mut self) -> io::Result<Option<u64>> {
        match self {
            Self::Memory(numbers) => Ok(numbers.next()),
            Self::Disk(file) => {
                let mut number = [0; BYTES];
                match file.read_exact(&mut number) {
                    Ok(()) => Ok(Some(u64::from_le_bytes(number))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
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
            assert_eq!(!sort.runs.is_empty(), budget < 40_000, "budget {budget}");
            let mut sorted = sort.into_sorted().unwrap();
            let mut got = Vec::new();
            while let Some(number) = sorted.next().unwrap() {
                got.push(number);
            }
            assert_eq!(got, expected, "budget {budget}");
        }
    }
}
