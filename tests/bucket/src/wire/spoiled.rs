//! The body of an answer, with a fault.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use http_body::{Frame, SizeHint};
use s3s::Body;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::line::Fate;

/// Interval for checking whether the sent data has been handed to the kernel.
const LOOK: Duration = Duration::from_millis(1);

/// Pieces per second of a slow body: enough for a client to see progress in each of its windows.
const BEATS: u32 = 20;

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Normally.
    Own,
    /// It never continues.
    Stalls,
    /// The connection ends.
    Breaks,
    /// The connection is reset.
    Resets,
}

/// A body of an answer.
pub(super) struct Spoiled {
    body: Body,
    fate: Arc<Fate>,
    /// Bytes until the end.
    left: u64,
    end: End,
    /// Bytes per beat, if the body is slow.
    beat: Option<usize>,
    /// Whether hyper is told the size, which it then enforces.
    sized: bool,
    rest: Bytes,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Spoiled {
    /// A body without a fault.
    pub(super) fn new(body: Body, fate: Arc<Fate>) -> Self {
        if http_body::Body::is_end_stream(&body) {
            fate.over();
        }
        let (left, end) = (u64::MAX, End::Own);
        Self { body, fate, left, end, beat: None, sized: true, rest: Bytes::new(), wait: None }
    }

    /// Ends the body after `left` bytes, unless it is shorter.
    pub(super) fn ending(self, left: u64, end: End) -> Self {
        Self { left, end, ..self }
    }

    /// Limits the body to `rate` bytes per second.
    pub(super) fn slow(self, rate: u64) -> Self {
        let beat = usize::try_from((rate / u64::from(BEATS)).max(1)).unwrap_or(usize::MAX);
        Self { beat: Some(beat), ..self }
    }

    /// Leaves the length to the answer's head.
    pub(super) fn of_unknown_length(self) -> Self {
        Self { sized: false, ..self }
    }

    /// Waits before continuing the answer.
    fn rest(&mut self, cx: &mut Context<'_>, time: Duration) -> Poll<()> {
        let wait = self.wait.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(wait.as_mut().poll(cx));
        self.wait = None;
        Poll::Ready(())
    }

    fn body_is_over(&self) -> bool {
        http_body::Body::is_end_stream(&self.body)
    }

    /// Ends a body that ends badly.
    fn finish(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        // The data sent before must arrive.
        while !self.fate.is_flushed() {
            ready!(self.rest(cx, LOOK));
        }
        if self.end == End::Stalls {
            return Poll::Pending;
        }
        if self.end == End::Resets {
            self.fate.reset();
        }
        Poll::Ready(io::Error::other("the script says so"))
    }
}

impl http_body::Body for Spoiled {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.wait.is_some() && self.beat.is_some() {
            ready!(self.rest(cx, LOOK));
        }
        if self.left == 0 && self.end != End::Own {
            let error = ready!(self.finish(cx));
            return Poll::Ready(Some(Err(error.into())));
        }
        if !self.rest.has_remaining() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.fate.over();
                    return Poll::Ready(None);
                }
            }
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = most.min(self.beat.unwrap_or(usize::MAX)).min(self.rest.len());
        let piece = self.rest.split_to(most);
        self.left -= most as u64;
        self.fate.busy();
        if self.beat.is_some() {
            let next = Instant::now() + Duration::from_secs(1) / BEATS;
            self.wait = Some(Box::pin(sleep_until(next)));
        }
        if self.is_end_stream() {
            self.fate.over();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        // A body that is to break never ends normally.
        self.end == End::Own && !self.rest.has_remaining() && self.body_is_over()
    }

    fn size_hint(&self) -> SizeHint {
        let hint = http_body::Body::size_hint(&self.body);
        match hint.exact() {
            Some(exact) if self.sized => SizeHint::with_exact(exact + self.rest.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
