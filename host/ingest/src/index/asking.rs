//! The parts that depend on the processor: computing a block's masks, and writing positions.

use super::block::BLOCK;
use super::positions::ROOM;

/// Computes masks of a block.
pub(super) trait Ask<Answer>: Fn(&[u8; BLOCK]) -> Answer {}

impl<Answer, F: Fn(&[u8; BLOCK]) -> Answer> Ask<Answer> for F {}

/// Writes the positions of a block's separators, given their bits and where the block begins.
pub(super) trait Write: Fn(u64, u32, &mut [u32; ROOM]) {}

impl<F: Fn(u64, u32, &mut [u32; ROOM])> Write for F {}

/// The parts that depend on the processor.
pub(super) struct Asking<M, R, W> {
    pub(super) masks: M,
    pub(super) rare: R,
    pub(super) write: W,
}
