//! A connection that can be made to end badly.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How a connection will end, and its progress; shared by the connection and its answers.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// Whether it ends with a reset.
    reset: AtomicBool,
    /// Whether all data given to it has been handed to the kernel.
    flushed: AtomicBool,
    after: Mutex<After>,
}

/// What follows an answer.
#[derive(Debug, Default)]
struct After {
    /// Bytes sent so far of an answer that is to be sent twice.
    copy: Option<Vec<u8>>,
    /// Whether the connection is to be closed.
    close: bool,
    /// Whether the answer is complete.
    over: bool,
}

impl Fate {
    pub(super) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
    }

    /// Notes that more data is coming.
    pub(super) fn busy(&self) {
        self.flushed.store(false, Ordering::Release);
    }

    pub(super) fn is_flushed(&self) -> bool {
        self.flushed.load(Ordering::Acquire)
    }

    /// Sends the next answer twice.
    pub(super) fn repeat(&self) {
        *self.after() = After { copy: Some(Vec::new()), ..After::default() };
    }

    /// Closes the connection after the next answer.
    pub(super) fn close(&self) {
        *self.after() = After { close: true, ..After::default() };
    }

    /// Notes that the answer has no more bytes.
    pub(super) fn over(&self) {
        self.after().over = true;
    }

    fn after(&self) -> MutexGuard<'_, After> {
        self.after.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection whose [`Fate`] can be changed.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    fate: Arc<Fate>,
    /// Rest of a copy still to be sent.
    again: Vec<u8>,
}

impl Line {
    pub(super) fn new(stream: TcpStream, fate: Arc<Fate>) -> Self {
        Self { stream, fate, again: Vec::new() }
    }

    /// Does what follows an answer, once it has been written.
    fn follow(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut close = false;
        {
            let mut after = self.fate.after();
            if after.over {
                close = after.close;
                // An answer without a body is complete before its head is written.
                if after.copy.as_ref().is_none_or(|copy| !copy.is_empty()) {
                    self.again.append(&mut after.copy.take().unwrap_or_default());
                    after.over = false;
                }
            }
        }
        while !self.again.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.again))?;
            self.again.drain(..sent);
        }
        if close { Pin::new(&mut self.stream).poll_shutdown(cx) } else { Poll::Ready(Ok(())) }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let sent = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        if let Some(copy) = &mut self.fate.after().copy {
            copy.extend_from_slice(&bytes[..sent]);
        }
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.follow(cx))?;
        self.fate.flushed.store(true, Ordering::Release);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.fate.reset.load(Ordering::Acquire) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.fate.reset.load(Ordering::Acquire) {
            // The kernel sends a reset if a socket with a linger time of zero is closed. If this fails, the socket is gone already.
            let _ = self.stream.set_zero_linger();
        }
    }
}
