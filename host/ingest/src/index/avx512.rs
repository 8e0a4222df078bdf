//! The questions asked with AVX-512, all 64 bytes of a block at once; the answers come as masks.
//!
//! Unsafe for the same reasons as `avx2`, and with the same bounds.
#![allow(unsafe_code, reason = "vector loads from memory, and calls that need a processor feature")]

use std::arch::x86_64::{
    __m512i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
    _mm512_cmpeq_epi8_mask, _mm512_cmplt_epi8_mask, _mm512_loadu_si512, _mm512_movepi8_mask,
    _mm512_set1_epi8,
};

use super::{BLOCK, Index, Masks, RARE, Rare};

/// Whether this processor has what [`run`] needs.
pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
}

/// Runs the index with this kernel, or with the portable one if [`available`] says no.
pub(super) fn run(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    if available() {
        // SAFETY: the processor has every feature that `run_here` is compiled for, as was just asked.
        unsafe { run_here(index, bytes, to, at_end) }
    } else {
        index.run_with(bytes, to, at_end, super::portable::masks, super::portable::rare);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,bmi1,bmi2,popcnt")]
fn run_here(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    index.run_with(bytes, to, at_end, |block| masks(block), |block| rare(block));
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,pclmulqdq")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let block = load(block);
    let quote = equal(block, b'"');
    Masks {
        quote,
        comma: equal(block, b','),
        quoted: prefix_xor(quote),
        // Compared with signs, so bytes beyond ASCII are below too.
        rare: _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(RARE.cast_signed())),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn rare(block: &[u8; BLOCK]) -> Rare {
    let block = load(block);
    Rare {
        lf: equal(block, b'\n'),
        cr: equal(block, b'\r'),
        nul: equal(block, 0),
        high: _mm512_movepi8_mask(block),
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(block: &[u8; BLOCK]) -> __m512i {
    // SAFETY: `block` is 64 readable bytes, and this load needs no alignment.
    unsafe { _mm512_loadu_si512(std::ptr::from_ref(block).cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn equal(block: __m512i, byte: u8) -> u64 {
    _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte.cast_signed()))
}

#[inline]
#[target_feature(enable = "avx512f,pclmulqdq")]
fn prefix_xor(bits: u64) -> u64 {
    let product = _mm_clmulepi64_si128(_mm_set_epi64x(0, bits.cast_signed()), _mm_set1_epi8(-1), 0);
    _mm_cvtsi128_si64(product).cast_unsigned()
}
