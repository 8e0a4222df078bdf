//! Masks computed with NEON, 16 bytes at a time. Four results are folded into one word by pairwise addition, after each byte was
//! reduced to the bit of its position.
//!
//! Unsafe for the same reasons as `avx2` on x86, and within the same bounds.
#![allow(unsafe_code, reason = "vector loads from memory, and calls that need a processor feature")]

use std::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcltq_s8, vdupq_n_s8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8,
    vmull_p64, vpaddq_u8, vreinterpretq_s8_u8, vreinterpretq_u64_u8,
};

use super::asking::Asking;
use super::block::{BLOCK, Masks, RARE, Rare};
use super::portable;
use super::positions::by_table;
use super::separators::Index;

/// Whether this processor has the features that [`run`] needs.
pub(super) fn available() -> bool {
    std::arch::is_aarch64_feature_detected!("neon")
        && std::arch::is_aarch64_feature_detected!("aes")
}

/// Runs the index with this kernel, or with the portable one if it is not [`available`].
pub(super) fn run(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    if available() {
        // SAFETY: the processor has every feature that `run_here` is compiled for, as was just checked.
        unsafe { run_here(index, bytes, to, at_end) }
    } else {
        portable::run(index, bytes, to, at_end);
    }
}

#[target_feature(enable = "neon,aes")]
fn run_here(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    let (masks, rare) = (|block: &_| masks(block), |block: &_| rare(block));
    index.run_with(bytes, to, at_end, &Asking { masks, rare, write: by_table });
}

#[inline]
#[target_feature(enable = "neon,aes")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let parts = load(block);
    let quote = equal(parts, b'"');
    // A signed comparison, so bytes beyond ASCII count as below as well.
    let below = vdupq_n_s8(RARE.cast_signed());
    Masks {
        quote,
        comma: equal(parts, b','),
        quoted: prefix_xor(quote),
        rare: gather(parts.map(|part| vcltq_s8(vreinterpretq_s8_u8(part), below))),
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn rare(block: &[u8; BLOCK]) -> Rare {
    let parts = load(block);
    let zero = vdupq_n_s8(0);
    Rare {
        lf: equal(parts, b'\n'),
        cr: equal(parts, b'\r'),
        nul: equal(parts, 0),
        high: gather(parts.map(|part| vcltq_s8(vreinterpretq_s8_u8(part), zero))),
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn load(block: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    let part = |at: usize| {
        // SAFETY: `at + 16` is at most 64 for all four calls below, and `block` is 64 readable bytes.
        unsafe { vld1q_u8(block.as_ptr().add(at)) }
    };
    [part(0), part(16), part(32), part(48)]
}

#[inline]
#[target_feature(enable = "neon")]
fn equal(parts: [uint8x16_t; 4], byte: u8) -> u64 {
    let all = vdupq_n_u8(byte);
    gather(parts.map(|part| vceqq_u8(part, all)))
}

/// One bit for each byte; every byte must be all ones or all zeros.
#[inline]
#[target_feature(enable = "neon")]
fn gather(answers: [uint8x16_t; 4]) -> u64 {
    const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: `PLACES` is 16 readable bytes.
    let places = unsafe { vld1q_u8(PLACES.as_ptr()) };
    let [a, b, c, d] = answers.map(|answer| vandq_u8(answer, places));
    let halves = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(halves, halves)))
}

#[inline]
#[target_feature(enable = "neon,aes")]
#[expect(clippy::cast_possible_truncation, reason = "only the low half of the product is wanted")]
fn prefix_xor(bits: u64) -> u64 {
    vmull_p64(bits, u64::MAX) as u64
}
