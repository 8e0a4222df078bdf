//! Masks computed with AVX2, 32 bytes at a time, and the prefix XOR as one carry-less multiplication.
//!
//! The vector kernels are the only unsafe code of the crate. They are worth it: `benches/ingest.rs` compares them with the
//! portable kernel.
#![allow(unsafe_code, reason = "vector loads from memory, and calls that need a processor feature")]

use std::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
    _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
    _mm256_set1_epi8,
};

use super::asking::Asking;
use super::block::{BLOCK, Masks, RARE, Rare};
use super::portable;
use super::positions::by_table;
use super::separators::Index;

/// Whether this processor has the features that [`run`] needs.
pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
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

#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,popcnt")]
fn run_here(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    let (masks, rare) = (|block: &_| masks(block), |block: &_| rare(block));
    index.run_with(bytes, to, at_end, &Asking { masks, rare, write: by_table });
}

#[inline]
#[target_feature(enable = "avx2,pclmulqdq")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let (low, high) = (load(&block[..32]), load(&block[32..]));
    let quote = equal(low, high, b'"');
    // A signed comparison, so bytes beyond ASCII count as below as well.
    let below = _mm256_set1_epi8(RARE.cast_signed());
    Masks {
        quote,
        comma: equal(low, high, b','),
        quoted: prefix_xor(quote),
        rare: top_bits(_mm256_cmpgt_epi8(below, low), _mm256_cmpgt_epi8(below, high)),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn rare(block: &[u8; BLOCK]) -> Rare {
    let (low, high) = (load(&block[..32]), load(&block[32..]));
    Rare {
        lf: equal(low, high, b'\n'),
        cr: equal(low, high, b'\r'),
        nul: equal(low, high, 0),
        high: top_bits(low, high),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(half: &[u8]) -> __m256i {
    let half: &[u8; 32] = half.try_into().expect("half a block");
    // SAFETY: `half` is 32 readable bytes, and this load does not need alignment.
    unsafe { _mm256_loadu_si256(std::ptr::from_ref(half).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal(low: __m256i, high: __m256i, byte: u8) -> u64 {
    let all = _mm256_set1_epi8(byte.cast_signed());
    top_bits(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all))
}

#[inline]
#[target_feature(enable = "avx2")]
fn top_bits(low: __m256i, high: __m256i) -> u64 {
    let half = |bytes| u64::from(_mm256_movemask_epi8(bytes).cast_unsigned());
    half(low) | half(high) << 32
}

#[inline]
#[target_feature(enable = "avx2,pclmulqdq")]
fn prefix_xor(bits: u64) -> u64 {
    let product = _mm_clmulepi64_si128(_mm_set_epi64x(0, bits.cast_signed()), _mm_set1_epi8(-1), 0);
    _mm_cvtsi128_si64(product).cast_unsigned()
}
