//! Scans a plain file in pieces, on all cores.
//!
//! The work done ahead of its turn is bounded, in bytes and in records. A piece that exceeds the bounds is scanned again when its turn
//! comes, one such piece at a time.
//!
//! Whether a piece begins inside quotes is unknown until the pieces before it have been read. Each piece therefore guesses where its first
//! record begins. Its result counts only if the records of the previous piece end exactly there; otherwise the piece is scanned again from
//! the position that is then known. The result, including faults, is the same as when reading from front to back.

use std::io::{self, Read};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard};

use assay_ingest::{Begin, OUTLINE_RECORDS, Outline, Shape};
use assay_store::blob::Cursor;

use super::gathered::{self, Gathered, Keys, Look, Survey, Unfinished};
use super::tree::{PieceDigest, PieceHasher, Tree};
use crate::duplicates::{Key, KeyHasher};
use crate::error::RunError;
use crate::flow::{Next, Width, in_order};
use crate::observer::go_on;

/// Size of a piece in bytes; a power of two, because of the digest's tree. 1 MiB: a piece and its results fit the L2 cache, and the record
/// or two scanned twice at its border are negligible.
const PIECE: u64 = 1 << 20;

/// Size of a piece of a file with the shortest records, in bytes: half as many records as an outline has, at two bytes per record.
const LEAST_PIECE: u64 = OUTLINE_RECORDS as u64;

/// Maximum number of bytes read beyond a piece, ahead of its turn, to find the end of its last record. 1 MiB: longer than almost any
/// record.
const BEYOND: u64 = 1 << 20;

/// Memory of a piece, in bytes: its content, the bytes beyond it, and the positions of as many records as an outline has.
const PIECE_MEMORY: usize = (2 << 20) + OUTLINE_RECORDS * RECORD_MEMORY;
const _: () = assert!(PIECE + BEYOND == 2 << 20);

/// Memory per record, in bytes: twice what is stored, because of the way vectors grow.
const RECORD_MEMORY: usize = 128;

/// Pieces in progress per thread. Four: no thread waits for a piece that takes longer.
const PIECES_A_THREAD: usize = 4;

/// Result of scanning one piece.
struct Piece {
    digest: PieceDigest,
    outline: Outline,
    keys: Keys,
}

/// Reads a piece's bytes and digests them as they pass; bytes beyond its end are not digested.
struct PieceReader {
    reader: Cursor,
    hasher: PieceHasher,
    left: u64,
    /// Number of bytes that may still be read beyond the piece.
    beyond: u64,
}

impl PieceReader {
    /// Whether everything that may be read ahead of the piece's turn has been read.
    fn is_spent(&self) -> bool {
        self.left == 0 && self.beyond == 0
    }
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_spent() {
            return Err(io::Error::other("the piece is looked at again when it is its turn"));
        }
        let most = usize::try_from(self.left + self.beyond).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let read = self.reader.read(&mut buffer[..most])?;
        let own = usize::try_from(self.left).unwrap_or(usize::MAX).min(read);
        if own > 0 {
            let _span = tracing::debug_span!("digest").entered();
            self.hasher.update(&buffer[..own]);
            self.left -= own as u64;
        }
        self.beyond -= (read - own) as u64;
        Ok(read)
    }
}

/// State shared by the scans of all pieces.
struct Looking<'a> {
    look: Look<'a>,
    shape: Arc<Shape>,
    hashers: Vec<KeyHasher>,
    /// Byte offset of the first record.
    first: u64,
    /// Size of a piece, in bytes.
    length: u64,
    consumed: &'a Arc<AtomicU64>,
    spare: Mutex<Vec<Outline>>,
}

impl Look<'_> {
    /// Scans the whole file. `found` describes its header; `record_bytes` is the average length of its first records.
    pub(super) fn pieces(
        self,
        mut found: Gathered,
        record_bytes: u64,
        consumed: &Arc<AtomicU64>,
    ) -> Result<Survey, Unfinished> {
        let length = piece_bytes(record_bytes);
        let looking = Looking {
            look: self,
            shape: Arc::clone(&found.shape),
            hashers: found.hashers(),
            first: found.next_start().offset,
            length,
            consumed,
            spare: Mutex::default(),
        };
        let bytes = self.request.input.bytes();
        let count = bytes.div_ceil(length);
        let room = self.request.room(found.shape.width());
        let room = room.saturating_sub(self.request.memory.keys());
        let keys = self.plan.unique.len() * OUTLINE_RECORDS * size_of::<Key>();
        let most = (room / (PIECE_MEMORY + keys)).max(1);
        let at_once = (self.request.workers() * PIECES_A_THREAD).min(most);
        let mut tree = Tree::default();
        let (mut numbers, mut settled) = (0..count, 0);
        in_order(
            Width { at_once, together: 1 },
            |_| Ok(numbers.next().map_or(Next::End, Next::Item)),
            |number| looking.piece(number),
            |pieces| {
                for piece in pieces {
                    settled += 1;
                    tree.push(piece.digest);
                    let border = bytes.min(settled * length);
                    looking.settle(&mut found, border, piece.outline, piece.keys)?;
                }
                gathered::progress(self, consumed, found.summary.records);
                Ok::<(), RunError>(())
            },
        )?;
        if found.summary.bytes != bytes {
            return Err(looking.changed().into());
        }
        // Frees the outlines kept for reuse.
        drop(looking);
        Ok(found.finish(tree.finish(), true)?)
    }
}

impl Looking<'_> {
    /// Scans one piece, without knowledge of those before it.
    fn piece(&self, number: u64) -> Result<Piece, RunError> {
        go_on(self.look.observer)?;
        let offset = number * self.length;
        let length = self.length.min(self.look.request.input.bytes() - offset);
        let (hasher, beyond) = (PieceHasher::new(offset), BEYOND);
        let mut reader = PieceReader { reader: self.open(offset), hasher, left: length, beyond };
        let begin = if self.first >= offset { Begin::At(self.first) } else { Begin::Likely };
        // The header and the blank lines before the first record yield no outline.
        let outline = if self.first >= offset + length {
            Outline::default()
        } else {
            let recycled = self.spare().pop();
            match self.outline(&mut reader, offset, length, begin, recycled) {
                Err(_) if reader.is_spent() => Outline::default(),
                outline => outline?,
            }
        };
        // If no record seems to begin in the piece, its bytes have not all been read; the digest needs them.
        let rest = reader.left;
        io::copy(&mut reader.by_ref().take(rest), &mut io::sink()).map_err(|e| self.failed(e))?;
        if reader.left > 0 {
            return Err(self.changed());
        }
        let keys = gathered::keys(&self.look.plan.unique, &self.hashers, &outline);
        Ok(Piece { digest: reader.hasher.finish(), outline, keys })
    }

    /// Adds the piece that ends at `border` if it begins where the previous one ended; otherwise scans it again.
    fn settle(
        &self,
        found: &mut Gathered,
        border: u64,
        mut outline: Outline,
        mut keys: Keys,
    ) -> Result<(), RunError> {
        let mut offset = found.next_start().offset;
        if outline.begins() == Some(offset) {
            found.add(&outline, std::mem::take(&mut keys))?;
            offset = found.next_start().offset;
        }
        // Scans what remains of the piece: all of it if the guess was wrong.
        while offset < border {
            let begin = Begin::At(offset);
            let reader = self.open(offset);
            outline = self.outline(reader, offset, border - offset, begin, Some(outline))?;
            if outline.begins() != Some(offset) || outline.summary().bytes == 0 {
                return Err(self.changed());
            }
            found.add(&outline, gathered::keys(&self.look.plan.unique, &self.hashers, &outline))?;
            offset = found.next_start().offset;
        }
        if outline.memory() <= PIECE_MEMORY {
            self.spare().push(outline);
        }
        Ok(())
    }

    fn outline(
        &self,
        reader: impl Read,
        offset: u64,
        length: u64,
        begin: Begin,
        recycled: Option<Outline>,
    ) -> Result<Outline, RunError> {
        let length = usize::try_from(length).expect("a piece is small");
        let shape = Arc::clone(&self.shape);
        let most = (length, OUTLINE_RECORDS);
        Outline::read(reader, shape, offset, most, begin, recycled).map_err(|e| self.failed(e))
    }

    fn open(&self, offset: u64) -> Cursor {
        self.look.request.input.open_at(offset, Arc::clone(self.consumed))
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Outline>> {
        self.spare.lock().expect("no thread panics while it holds one")
    }

    fn failed(&self, source: io::Error) -> RunError {
        RunError::input(self.look.request.input, source)
    }

    fn changed(&self) -> RunError {
        RunError::changed(self.look.request.input)
    }
}

/// Returns the size of a piece, in bytes, for records of this average length. It is smaller for short records, so that a piece does not
/// have more records than may be scanned ahead of its turn.
fn piece_bytes(record: u64) -> u64 {
    let mut length = PIECE;
    while length > LEAST_PIECE && length / record.max(1) > OUTLINE_RECORDS as u64 / 2 {
        length /= 2;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_short_records_are_short() {
        let check = |record, expected| assert_eq!(piece_bytes(record), expected, "{record} bytes");
        check(0, LEAST_PIECE);
        check(2, LEAST_PIECE);
        check(3, 16 << 10);
        check(100, 512 << 10);
        check(128, PIECE);
        check(700, PIECE);
        check(u64::MAX, PIECE);
    }
}
