//! The body of an answer, on its way and not as it should be.

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

/// How long to wait for what was sent to be handed to the kernel, before another look.
const LOOK: Duration = Duration::from_millis(1);

/// Pieces of a slow body a second: enough for a client to see progress in each of its windows.
const BEATS: u32 = 20;

/// What comes after so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The body's own.
    Own,
    /// Nothing more, for ever.
    Stalls,
    /// The end of the connection.
    Breaks,
    /// The end of the connection, by a reset.
    Resets,
}

/// A body of an answer.
pub(super) struct Spoiled {
    body: Body,
    fate: Arc<Fate>,
    /// Bytes until the end.
    left: u64,
    end: End,
    /// Bytes of one beat, if they are counted.
    beat: Option<usize>,
    /// Whether its size is told to hyper, which then insists on it.
    sized: bool,
    rest: Bytes,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Spoiled {
    /// A body as it is.
    pub(super) fn new(body: Body, fate: Arc<Fate>) -> Self {
        if http_body::Body::is_end_stream(&body) {
            fate.over();
        }
        let (left, end) = (u64::MAX, End::Own);
        Self { body, fate, left, end, beat: None, sized: true, rest: Bytes::new(), wait: None }
    }

    /// It ends after so many bytes, unless it is shorter.
    pub(super) fn ending(self, left: u64, end: End) -> Self {
        Self { left, end, ..self }
    }

    /// It comes at so many bytes a second.
    pub(super) fn slow(self, rate: u64) -> Self {
        let beat = usize::try_from((rate / u64::from(BEATS)).max(1)).unwrap_or(usize::MAX);
        Self { beat: Some(beat), ..self }
    }

    /// Its length is what the answer's head says.
    pub(super) fn of_unknown_length(self) -> Self {
        Self { sized: false, ..self }
    }

    /// The answer goes on after a while.
    fn rest(&mut self, cx: &mut Context<'_>, time: Duration) -> Poll<()> {
        let wait = self.wait.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(wait.as_mut().poll(cx));
        self.wait = None;
        Poll::Ready(())
    }

    fn body_is_over(&self) -> bool {
        http_body::Body::is_end_stream(&self.body)
    }

    /// The end of a body that ends badly.
    fn finish(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        // What was sent before is to arrive.
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
        // One that is to break is never at its end by itself.
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
