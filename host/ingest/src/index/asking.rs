//! What depends on the processor: how a block is asked, and how positions are written.

use super::block::BLOCK;
use super::positions::ROOM;

/// Asks a block.
pub(super) trait Ask<Answer>: Fn(&[u8; BLOCK]) -> Answer {}

impl<Answer, F: Fn(&[u8; BLOCK]) -> Answer> Ask<Answer> for F {}

/// Writes the positions of a block's separators, given where it begins.
pub(super) trait Write: Fn(u64, u32, &mut [u32; ROOM]) {}

impl<F: Fn(u64, u32, &mut [u32; ROOM])> Write for F {}

/// What depends on the processor.
pub(super) struct Asking<M, R, W> {
    pub(super) masks: M,
    pub(super) rare: R,
    pub(super) write: W,
}
