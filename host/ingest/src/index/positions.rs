//! The positions of a block's separators, written eight at a time.

use super::block::BLOCK;

/// Room for the positions of a block: one per byte, plus eight for the excess of the last write.
pub(super) const ROOM: usize = BLOCK + 8;

/// Writes the positions of `separators` of the block at `position`, eight at a time, from a table.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "must be compiled with the target features of the kernel that calls it"
)]
pub(super) fn by_table(separators: u64, position: u32, room: &mut [u32; ROOM]) {
    let mut count = 0;
    for (nth, byte) in (0..).zip(separators.to_le_bytes()) {
        // Eight are written however many there are: the excess is overwritten by the next.
        let bits = &BITS[usize::from(byte)];
        let eight: &mut [u32; 8] = room[count..].first_chunk_mut().expect("at most 64 before");
        let first = position.wrapping_add(nth * 8);
        *eight = bits.map(|bit| first.wrapping_add(bit));
        count += byte.count_ones() as usize;
    }
}

/// For each byte, the indexes of its set bits, ascending. As wide as positions, so that eight of them fill
/// one vector.
static BITS: [[u32; 8]; 256] = {
    let mut bits = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                bits[byte][count] = bit;
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    bits
};
