//! The digest of an input whose pieces are digested apart: BLAKE3 is a tree, and its subtrees can be made in any order.

use assay_model::Digest;
use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root,
};

/// What a piece adds to the whole's digest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PieceDigest {
    node: ChainingValue,
    /// Its digest if it is all there is.
    alone: Option<Digest>,
}

/// Digests a piece. All but the last are of one length, a power of two from 1 KiB on; it begins at `offset`, a multiple of it.
#[derive(Debug)]
pub(crate) struct PieceHasher {
    hasher: Hasher,
    offset: u64,
}

impl PieceHasher {
    pub(crate) fn new(offset: u64) -> Self {
        let mut hasher = Hasher::new();
        hasher.set_input_offset(offset);
        Self { hasher, offset }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// The piece must have a byte, unless it is the only one.
    pub(crate) fn finish(self) -> PieceDigest {
        let alone = (self.offset == 0).then(|| Digest(*self.hasher.finalize().as_bytes()));
        PieceDigest { node: self.hasher.finalize_non_root(), alone }
    }
}

/// Takes pieces in order.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Nodes that wait for their right neighbours, the largest first.
    nodes: Vec<ChainingValue>,
    pieces: u64,
    alone: Option<Digest>,
}

impl Tree {
    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: PieceDigest) {
        // As many nodes wait as the number of pieces has ones. The last two are never merged before another comes, which may be the root's.
        while self.nodes.len() > self.pieces.count_ones() as usize {
            self.merge();
        }
        self.alone = piece.alone;
        self.nodes.push(piece.node);
        self.pieces += 1;
    }

    fn merge(&mut self) {
        let (right, left) = (self.nodes.pop(), self.nodes.pop());
        if let (Some(left), Some(right)) = (left, right) {
            self.nodes.push(merge_subtrees_non_root(&left, &right, Mode::Hash));
        }
    }

    /// The digest of all pieces in a row.
    pub(crate) fn finish(mut self) -> Digest {
        while self.nodes.len() > 2 {
            self.merge();
        }
        match (self.nodes.as_slice(), self.alone) {
            ([left, right], _) => Digest(*merge_subtrees_root(left, right, Mode::Hash).as_bytes()),
            (_, Some(alone)) => alone,
            _ => Digest(*blake3::hash(b"").as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_digest_to_what_the_whole_does() {
        const PIECE: usize = 4096;
        let bytes: Vec<u8> = (0..PIECE * 19).map(|at| (at % 251).to_le_bytes()[0]).collect();
        for length in (0..=19).flat_map(|n| [n * PIECE, n * PIECE + 1, n * PIECE + 4095]) {
            let Some(bytes) = bytes.get(..length) else { break };
            let mut tree = Tree::default();
            for (number, piece) in (0..).zip(bytes.chunks(PIECE)) {
                let mut hasher = PieceHasher::new(number * PIECE as u64);
                for part in piece.chunks(1000) {
                    hasher.update(part);
                }
                tree.push(hasher.finish());
            }
            assert_eq!(tree.finish().0, *blake3::hash(bytes).as_bytes(), "{length} bytes");
        }
    }
}
