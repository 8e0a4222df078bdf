//! Masks computed with AVX-512, all 64 bytes of a block at a time; the comparisons yield bitmasks directly.
//!
//! Unsafe for the same reasons as `avx2`, and within the same bounds.
#![allow(unsafe_code, reason = "vector loads from memory, and calls that need a processor feature")]

use std::arch::x86_64::{
    __m128i, __m512i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
    _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epi8_mask,
    _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32, _mm512_loadu_si512,
    _mm512_maskz_compress_epi8, _mm512_movepi8_mask, _mm512_set1_epi8, _mm512_set1_epi32,
    _mm512_storeu_si512,
};

use super::asking::Asking;
use super::block::{BLOCK, Masks, RARE, Rare};
use super::portable;
use super::positions::ROOM;
use super::separators::Index;

/// Whether this processor has the features that [`run`] needs.
pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi2")
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

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi2,pclmulqdq,bmi1,bmi2,popcnt")]
fn run_here(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    let (masks, rare) = (|block: &_| masks(block), |block: &_| rare(block));
    let write = |separators, position, room: &mut _| write(separators, position, room);
    index.run_with(bytes, to, at_end, &Asking { masks, rare, write });
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
        // A signed comparison, so bytes beyond ASCII count as below as well.
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

/// Writes the positions of `separators` of the block at `position`. One instruction packs the numbers of the set bits into
/// bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512vbmi2,popcnt")]
fn write(separators: u64, position: u32, room: &mut [u32; ROOM]) {
    let numbers = _mm512_maskz_compress_epi8(separators, load(&NUMBERS));
    let base = _mm512_set1_epi32(position.cast_signed());
    store(room, 0, base, _mm512_castsi512_si128(numbers));
    // A block has eight separators on average, but runs of blank cells are common: a second store costs less than a branch
    // misprediction.
    store(room, 1, base, _mm512_extracti32x4_epi32::<1>(numbers));
    if separators.count_ones() > 32 {
        store(room, 2, base, _mm512_extracti32x4_epi32::<2>(numbers));
        store(room, 3, base, _mm512_extracti32x4_epi32::<3>(numbers));
    }
}

/// Writes the `nth` group of sixteen positions of a block.
#[inline]
#[target_feature(enable = "avx512f")]
fn store(room: &mut [u32; ROOM], nth: usize, base: __m512i, numbers: __m128i) {
    let positions = _mm512_add_epi32(base, _mm512_cvtepu8_epi32(numbers));
    let room: &mut [u32; 16] = room[nth * 16..].first_chunk_mut().expect("four fit");
    // SAFETY: `room` is 64 writable bytes, and this store does not need alignment.
    unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), positions) }
}

/// The indexes of a block's bytes.
static NUMBERS: [u8; BLOCK] = {
    let mut numbers = [0; BLOCK];
    let mut at = 0_u8;
    while (at as usize) < BLOCK {
        numbers[at as usize] = at;
        at += 1;
    }
    numbers
};

#[inline]
#[target_feature(enable = "avx512f")]
fn load(block: &[u8; BLOCK]) -> __m512i {
    // SAFETY: `block` is 64 readable bytes, and this load does not need alignment.
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
