//! A plain file, looked at in pieces on all cores.
//!
//! Nobody knows whether a piece begins inside quotes before the pieces ahead of it were read. So each guesses where its first record
//! begins, and what it finds holds only if the records of the piece before end just there; otherwise it is looked at again from the place
//! that is then known. Faults and all, what comes of it is what reading from front to back gives.

use std::io::{self, Read};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard};

use assay_ingest::{Begin, Outline, Shape};
use assay_store::blob::Cursor;

use super::gathered::{self, Gathered, Keys, Look, Survey, Unfinished};
use super::tree::{PieceDigest, PieceHasher, Tree};
use crate::duplicates::KeyHasher;
use crate::error::RunError;
use crate::flow::{Width, in_order};
use crate::observer::go_on;

/// Bytes of a piece, a power of two because of the digest's tree. 1 MiB: with what is found in it, it stays in the second cache, and
/// the record or two that are looked at twice at its border do not count.
const PIECE: u64 = 1 << 20;

/// Pieces under way for each thread. Four: no thread waits for one that takes longer.
const PIECES_A_THREAD: usize = 4;

/// Pieces under way at most: 40 MB with what is found in them.
const PIECES_AT_ONCE: usize = 32;

/// What one piece gave.
struct Piece {
    digest: PieceDigest,
    outline: Outline,
    keys: Keys,
}

/// A piece's bytes, digested as they pass; bytes beyond its end are not.
struct PieceReader {
    reader: Cursor,
    hasher: PieceHasher,
    left: u64,
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let own = usize::try_from(self.left).unwrap_or(usize::MAX).min(read);
        if own > 0 {
            let _span = tracing::debug_span!("digest").entered();
            self.hasher.update(&buffer[..own]);
            self.left -= own as u64;
        }
        Ok(read)
    }
}

/// What all pieces are looked at with.
struct Looking<'a> {
    look: Look<'a>,
    shape: Arc<Shape>,
    hashers: Vec<KeyHasher>,
    /// Where the first record begins.
    first: u64,
    consumed: &'a Arc<AtomicU64>,
    spare: Mutex<Vec<Outline>>,
}

impl Look<'_> {
    /// Looks at the whole file. `found` is of its header.
    pub(super) fn pieces(
        self,
        mut found: Gathered,
        consumed: &Arc<AtomicU64>,
    ) -> Result<Survey, Unfinished> {
        let looking = Looking {
            look: self,
            shape: Arc::clone(&found.shape),
            hashers: found.hashers(),
            first: found.next_start().offset,
            consumed,
            spare: Mutex::default(),
        };
        let bytes = self.request.input.bytes();
        let count = bytes.div_ceil(PIECE);
        let at_once = (self.request.threads.max(1) * PIECES_A_THREAD).min(PIECES_AT_ONCE);
        let mut tree = Tree::default();
        let (mut numbers, mut settled) = (0..count, 0);
        in_order(
            Width { at_once, together: 1 },
            || Ok(numbers.next()),
            |number| looking.piece(number),
            |pieces| {
                for piece in pieces {
                    settled += 1;
                    tree.push(piece.digest);
                    let border = bytes.min(settled * PIECE);
                    looking.settle(&mut found, border, piece.outline, piece.keys)?;
                }
                gathered::progress(self, consumed, found.summary.records);
                Ok::<(), RunError>(())
            },
        )?;
        if found.summary.bytes != bytes {
            return Err(looking.changed().into());
        }
        Ok(found.finish(tree.finish(), true)?)
    }
}

impl Looking<'_> {
    /// Looks at one piece, whatever lies before it.
    fn piece(&self, number: u64) -> Result<Piece, RunError> {
        go_on(self.look.observer)?;
        let offset = number * PIECE;
        let length = PIECE.min(self.look.request.input.bytes() - offset);
        let mut reader = PieceReader {
            reader: self.open(offset),
            hasher: PieceHasher::new(offset),
            left: length,
        };
        let begin = if self.first >= offset { Begin::At(self.first) } else { Begin::Likely };
        let recycled = self.spare().pop();
        let outline = self.outline(&mut reader, offset, length, begin, recycled)?;
        // Where no record seems to begin, not all was read.
        let rest = reader.left;
        io::copy(&mut reader.by_ref().take(rest), &mut io::sink()).map_err(|e| self.failed(e))?;
        if reader.left > 0 {
            return Err(self.changed());
        }
        let keys = gathered::keys(&self.look.plan.unique, &self.hashers, &outline);
        Ok(Piece { digest: reader.hasher.finish(), outline, keys })
    }

    /// Takes a piece that ends at `border` if it begins where the one before it ends, and looks again if not.
    fn settle(
        &self,
        found: &mut Gathered,
        border: u64,
        mut outline: Outline,
        mut keys: Keys,
    ) -> Result<(), RunError> {
        let offset = found.next_start().offset;
        if outline.begins() != Some(offset) && offset < border {
            let begin = Begin::At(offset);
            let reader = self.open(offset);
            outline = self.outline(reader, offset, border - offset, begin, Some(outline))?;
            keys = gathered::keys(&self.look.plan.unique, &self.hashers, &outline);
        }
        if outline.begins() == Some(offset) {
            found.add(&outline, keys)?;
        }
        self.spare().push(outline);
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
        Outline::read(reader, shape, offset, length, begin, recycled).map_err(|e| self.failed(e))
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
        RunError::InputChanged { location: self.look.request.input.location() }
    }
}
