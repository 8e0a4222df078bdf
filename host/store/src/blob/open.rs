//! What an input is to those who read it.

use std::fmt;
use std::io;

/// How what was opened stands to what is in its place now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is the same, as far as the system tells.
    Same,
    /// The content changed, or something else is in its place.
    Changed,
    /// Nothing is in its place any more.
    Gone,
}

/// An open input. It was opened once, and all who read it read the same thing: a file that stays the one that was opened
/// when another takes its name, an object in one version.
///
/// # What an implementation promises
///
/// - [`read_at`](Blob::read_at) may be called from any number of threads at the same time, and none waits for a place that
///   another has left the blob at: there is no such place.
/// - It fills the buffer, and gives less only where the content ends. Nothing is given from beyond [`len`](Blob::len), even if
///   more is there by now. An end before `len` means that something was cut off, and [`state`](Blob::state) says so.
/// - After an error nothing of the buffer counts. The same call may be made again. It is not [`io::ErrorKind::Interrupted`]: the
///   implementation tries that again itself.
/// - A read that waits for another machine ends soon once whoever opened it asks for the end, with [`crate::Stopped`] among its error's causes.
/// - What is read may be the content of another moment only if `state` says so afterwards, as far as the system tells. So whoever keeps
///   something that was derived from the blob asks when all was read, before anyone else sees it, and reads what must stay the
///   same through a [`super::Steady`]. A read that finds out by itself fails with [`super::Changed`].
pub trait Blob: fmt::Debug + Send + Sync {
    /// Where it is, for reports and messages.
    fn location(&self) -> String;

    /// Bytes, as they were when it was opened.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads from `offset` on, and says how much.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Whether what was read so far is what is there now.
    fn state(&self) -> io::Result<State>;

    /// Bytes of memory that it takes at most for what it has read ahead of its readers.
    fn memory(&self) -> usize {
        0
    }
}
