//! The questions asked with 64-bit words, eight bytes at once. Exact for every byte, on every processor.

use super::{BLOCK, Masks};

const ONES: u64 = u64::MAX / 0xff;
const LOW: u64 = ONES * 0x7f;

pub(super) fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks { quote: 0, comma: 0, lf: 0, cr: 0, nul: 0, high: 0, quoted: 0 };
    for (nth, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        let shift = nth * 8;
        masks.quote |= gather(equal(word, b'"')) << shift;
        masks.comma |= gather(equal(word, b',')) << shift;
        masks.lf |= gather(equal(word, b'\n')) << shift;
        masks.cr |= gather(equal(word, b'\r')) << shift;
        masks.nul |= gather(equal(word, 0)) << shift;
        masks.high |= gather(word & !LOW) << shift;
    }
    masks.quoted = prefix_xor(masks.quote);
    masks
}

/// The top bit of each byte of `word` that equals `byte`, all else 0.
fn equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ (ONES * u64::from(byte));
    !(((differs & LOW) + LOW) | differs | LOW)
}

/// The top bits of eight bytes as the eight low bits of a word.
fn gather(tops: u64) -> u64 {
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
