//! The content of objects: pieces that are shared, never copied.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use s3s::crypto::{Checksum as _, Md5, Sha256};

/// An object's bytes, in the parts that were uploaded.
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

    /// Length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// All bytes in one piece, copied only if there are several.
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

    /// A range of the bytes, which must be within the content.
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

    /// The content as the body of an answer.
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

/// MD5, the entity tag of an object uploaded in one request.
pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::checksum(bytes)
}

/// Larger objects and parts do not use MD5, which takes a second for 45 MB in builds without optimisation.
const MD5_MOST: usize = 1 << 20;

/// How entity tags are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Naming {
    /// MD5, or half of the SHA-256 for large content. Clients must not rely on MD5: an object encrypted with a KMS key has another tag
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>, `ETag`).
    #[default]
    Quick,
    /// MD5. AWS's older library for Java, used by Hadoop, compares tags with the data it sent.
    Md5,
}

impl Naming {
    pub(crate) fn sum(self, bytes: &[u8]) -> [u8; 16] {
        if self == Self::Md5 || bytes.len() <= MD5_MOST {
            return md5(bytes);
        }
        let sum = Sha256::checksum(bytes);
        *sum.as_ref().first_chunk().expect("32 bytes")
    }
}

/// The entity tag for this sum, without quotes.
pub(crate) fn etag(sum: &[u8; 16]) -> String {
    hex(sum)
}

/// The entity tag of an object with parts: the MD5 of the parts' sums, and the number of parts.
pub(crate) fn etag_of_parts(sums: &[[u8; 16]]) -> String {
    format!("{}-{}", hex(&md5(sums.as_flattened())), sums.len())
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
        let sum = |bytes: &[u8]| Naming::Quick.sum(bytes);
        assert_eq!(etag(&sum(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(etag(&sum(b"hello")), "5d41402abc4b2a76b9719d911017c592");
        // The MD5 of MD5("hello"), and the number of parts: one.
        assert_eq!(etag_of_parts(&[sum(b"hello")]), "62109206880d38a4010a98e11243924a-1");
    }
}
