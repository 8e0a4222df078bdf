//! An input while it is read: its bytes, where its records end, and its summary so far.

use std::io::Read;

use crate::index::Kernel;
use crate::record_end::RecordEnds;
use crate::source::Source;
use crate::{Limits, Summary};

/// The sizes of the steps in which the work is done. They affect only the speed, as tests verify.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tuning {
    /// Bytes read from the input in one step. 256 KiB: few calls, and little to give back at the end of a slab.
    pub(crate) read: usize,
    /// Bytes indexed in one step. 32 KiB: they and their separators stay in the L1 and L2 caches, and little work is lost
    /// where a slab ends.
    pub(crate) step: usize,
    pub(crate) kernel: Kernel,
}

/// The state that filling a slab uses and updates.
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
    /// Counts a blank line of `bytes` bytes.
    pub(crate) fn count_blank(&mut self, bytes: u64) {
        self.summary.blank_bytes += bytes;
        self.summary.blank_lines += 1;
        self.summary.lines += 1;
        self.summary.ends_with_line_ending = true;
    }
}
