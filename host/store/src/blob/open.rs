//! An input as its readers see it.

use std::fmt;
use std::io;

/// How the open input compares with what is in its place now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is the same, as far as the system can tell.
    Same,
    /// The content changed, or something else is in its place.
    Changed,
    /// Nothing is in its place any more.
    Gone,
}

/// An open input. It is opened once, and all readers see the same thing: the file that was opened, even if another takes
/// its name, or one version of an object.
///
/// # What an implementation promises
///
/// - [`read_at`](Blob::read_at) may be called from any number of threads at the same time; there is no shared position.
/// - It fills the buffer, and gives less only where the content ends. Nothing beyond [`len`](Blob::len) is returned, even if
///   the content has grown. An end before `len` means that something was cut off, and [`state`](Blob::state) says so.
/// - After an error the content of the buffer is undefined, and the call may be repeated. The error is never
///   [`io::ErrorKind::Interrupted`]: the implementation retries that itself.
/// - A read that waits for another machine ends soon after a stop request, with [`crate::Stopped`] among the causes of its error.
/// - If a read returns content of another moment, `state` reports it afterwards, as far as the system can tell. So call `state`
///   after the last read, before anything derived from the blob becomes visible, and read what must not change
///   through a [`super::Steady`]. A read that notices a change itself fails with [`super::Changed`].
pub trait Blob: fmt::Debug + Send + Sync {
    /// Where it is, for reports and messages.
    fn location(&self) -> String;

    /// Size in bytes when it was opened.
    fn len(&self) -> u64;

    /// Whether it has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads from byte `offset` on; returns the number of bytes read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Whether what was read so far is still there unchanged.
    fn state(&self) -> io::Result<State>;

    /// Maximum memory for read-ahead, in bytes.
    fn memory(&self) -> usize {
        0
    }
}
