//! Masks computed with 64-bit words, eight bytes at a time. Exact for every byte, on every processor.

use super::asking::Asking;
use super::block::{BLOCK, Masks, RARE, Rare};
use super::positions::by_table;
use super::separators::Index;

const ONES: u64 = u64::MAX / 0xff;
const LOW: u64 = ONES * 0x7f;

/// Runs the index with operations that every processor has.
pub(super) fn run(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    index.run_with(bytes, to, at_end, &Asking { masks, rare, write: by_table });
}

fn masks(block: &[u8; BLOCK]) -> Masks {
    let quote = ask(block, |word| equal(word, b'"'));
    Masks {
        quote,
        comma: ask(block, |word| equal(word, b',')),
        quoted: prefix_xor(quote),
        rare: ask(block, |word| below(word, RARE) | word),
    }
}

fn rare(block: &[u8; BLOCK]) -> Rare {
    Rare {
        lf: ask(block, |word| equal(word, b'\n')),
        cr: ask(block, |word| equal(word, b'\r')),
        nul: ask(block, |word| equal(word, 0)),
        high: ask(block, |word| word),
    }
}

/// Evaluates `question` for each group of eight bytes; the top bit of each byte of a result counts.
fn ask(block: &[u8; BLOCK], question: impl Fn(u64) -> u64) -> u64 {
    let words = block.as_chunks::<8>().0.iter().map(|eight| u64::from_le_bytes(*eight));
    (0..).zip(words).fold(0, |mask, (nth, word)| mask | gather(question(word)) << (nth * 8))
}

/// Sets the top bit of each ASCII byte of `word` that is below `bound`, and clears it for other ASCII
/// bytes.
fn below(word: u64, bound: u8) -> u64 {
    !((word & LOW) + ONES * u64::from(0x80 - bound))
}

/// Sets the top bit of each byte of `word` that equals `byte`; all other bits are 0.
fn equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ (ONES * u64::from(byte));
    !(((differs & LOW) + LOW) | differs | LOW)
}

/// Packs the top bits of eight bytes into the low eight bits of a word.
fn gather(tops: u64) -> u64 {
    (tops >> 7 & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
