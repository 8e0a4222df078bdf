//! Digests an input from pieces that are digested separately: BLAKE3 is a tree, and its subtrees can be computed in any order.

use assay_model::Digest;
use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root,
};

/// A piece's contribution to the digest of the whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PieceDigest {
    node: ChainingValue,
    /// The digest of the input, if this is its only piece.
    alone: Option<Digest>,
}

/// Digests a piece. All pieces but the last have the same length, a power of two of at least 1 KiB; a piece begins at `offset`, a multiple
/// of that length.
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

    /// Returns the digest of the piece. It must not be empty unless it is the only one.
    pub(crate) fn finish(self) -> PieceDigest {
        let alone = (self.offset == 0).then(|| Digest(*self.hasher.finalize().as_bytes()));
        PieceDigest { node: self.hasher.finalize_non_root(), alone }
    }
}

/// Combines the digests of pieces, in order.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Nodes that wait for their right neighbours, largest first.
    nodes: Vec<ChainingValue>,
    pieces: u64,
    alone: Option<Digest>,
}

impl Tree {
    /// Adds the next piece.
    pub(crate) fn push(&mut self, piece: PieceDigest) {
        // The number of waiting nodes equals the number of ones in the binary piece count. The last two are merged only when another piece
        // arrives, because they may be the children of the root.
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

    /// Returns the digest of the concatenated pieces.
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
