//! An input that is being read: its bytes, where its records end, and what they add up to so far.

use std::io::Read;

use crate::index::Kernel;
use crate::record_end::RecordEnds;
use crate::source::Source;
use crate::{Limits, Summary};

/// How the work is cut up. It changes the speed and nothing else, which tests make sure of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tuning {
    /// Bytes asked of the input at once. 256 KiB: few calls, and little to give back at the end of a slab.
    pub(crate) read: usize,
    /// Bytes indexed at once. 32 KiB: they and their separators stay in the first caches, and little work is lost where a
    /// slab ends.
    pub(crate) step: usize,
    pub(crate) kernel: Kernel,
}

/// What filling a slab takes from and adds to.
#[derive(Debug)]
pub(crate) struct Reading<R> {
    pub(crate) source: Source<R>,
    pub(crate) ends: RecordEnds,
    pub(crate) summary: Summary,
    pub(crate) tuning: Tuning,
}

impl<R: Read> Reading<R> {
    pub(crate) fn new(reader: R, limits: &Limits) -> Self {
        Self {
            source: Source::new(reader),
            ends: RecordEnds::new(0, limits.record_bytes),
            summary: Summary { ends_with_line_ending: true, ..Summary::default() },
            tuning: Tuning { read: 256 << 10, step: 32 << 10, kernel: Kernel::chosen() },
        }
    }
}

impl<R> Reading<R> {
    /// Counts a blank line of so many bytes.
    pub(crate) fn count_blank(&mut self, bytes: u64) {
        self.summary.blank_bytes += bytes;
        self.summary.blank_lines += 1;
        self.summary.lines += 1;
        self.summary.ends_with_line_ending = true;
    }
}
