//! What an object consists of: pieces that are shared, never copied.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use s3s::crypto::{Checksum as _, Md5};

/// An object's bytes, as its parts were uploaded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pieces: Vec<Bytes>,
    length: usize,
}

impl Content {
    pub(crate) fn new(pieces: Vec<Bytes>) -> Self {
        let length = pieces.iter().map(Bytes::len).sum();
        Self { pieces, length }
    }

    /// Bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// All of it in one piece, copied only if there are several.
    pub(crate) fn whole(&self) -> Bytes {
        if let [one] = self.pieces.as_slice() {
            return one.clone();
        }
        let mut all = BytesMut::with_capacity(self.length);
        for piece in &self.pieces {
            all.extend_from_slice(piece);
        }
        all.freeze()
    }

    /// A part of it, which must be within it.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        let mut pieces = Vec::new();
        let mut begin = 0;
        for piece in &self.pieces {
            let end = begin + piece.len();
            let (from, to) = (range.start.max(begin), range.end.min(end));
            if from < to {
                pieces.push(piece.slice(from - begin..to - begin));
            }
            begin = end;
        }
        Self::new(pieces)
    }

    /// It as the body of an answer.
    pub(crate) fn body(&self) -> Pieces {
        Pieces { left: self.length as u64, pieces: self.pieces.iter().cloned().collect() }
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::new(vec![bytes])
    }
}

/// Pieces, one frame each.
#[derive(Debug)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    left: u64,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.pieces.pop_front();
        self.left -= next.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(next.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// MD5, by which S3 names what was put in one request.
pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::checksum(bytes).into()
}

/// The entity tag of an object that was put in one request, without quotes.
pub(crate) fn etag(bytes: &[u8]) -> String {
    hex(&md5(bytes))
}

/// The entity tag of an object of so many parts: the MD5 of their MD5s, and their number.
pub(crate) fn etag_of_parts<'a>(parts: impl ExactSizeIterator<Item = &'a Bytes>) -> String {
    let number = parts.len();
    let sums: Vec<u8> = parts.flat_map(|part| md5(part)).collect();
    format!("{}-{number}", etag(&sums))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").expect("strings grow");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_go_across_pieces() {
        let content = Content::new(["abc", "", "defg", "h"].map(Bytes::from).to_vec());
        assert_eq!(content.len(), 8);
        let check = |range: Range<usize>, expected: &str| {
            assert_eq!(content.slice(range.clone()).whole(), expected, "{range:?}");
        };
        check(0..8, "abcdefgh");
        check(2..4, "cd");
        check(3..7, "defg");
        check(7..8, "h");
        check(5..5, "");
    }

    #[test]
    fn entity_tags_are_those_of_s3() {
        assert_eq!(etag(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(etag(b"hello"), "5d41402abc4b2a76b9719d911017c592");
        // The MD5 of MD5("hello"), and that it was one part.
        let parts = [Bytes::from("hello")];
        assert_eq!(etag_of_parts(parts.iter()), "69a329523ce1ec88bf63061863d9cb14-1");
    }
}
