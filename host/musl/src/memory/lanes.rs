//! Loads and stores of 16 bytes anywhere, with SSE2, which every x86-64 processor has.

use core::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_storeu_si128};

/// Bytes of one vector.
pub(crate) const LANE: usize = 16;

/// Bytes that loops move at once: four vectors, as many loads as a processor has under way.
pub(crate) const BLOCK: usize = 4 * LANE;

/// Sixteen bytes.
pub(crate) type Lane = __m128i;

/// Loads the bytes at `from`.
///
/// # Safety
/// `from` has 16 bytes to read.
#[inline]
pub(crate) unsafe fn load(from: *const u8) -> Lane {
    // SAFETY: the caller's promise; the load needs no alignment.
    unsafe { _mm_loadu_si128(from.cast()) }
}

/// Stores 16 bytes at `to`.
///
/// # Safety
/// `to` has 16 bytes to write.
#[inline]
pub(crate) unsafe fn store(to: *mut u8, lane: Lane) {
    // SAFETY: the caller's promise; the store needs no alignment.
    unsafe { _mm_storeu_si128(to.cast(), lane) }
}

/// Loads four vectors.
///
/// # Safety
/// `from` has 64 bytes to read.
#[inline]
pub(crate) unsafe fn load_block(from: *const u8) -> [Lane; 4] {
    // SAFETY: the caller's promise.
    unsafe {
        [load(from), load(from.add(LANE)), load(from.add(2 * LANE)), load(from.add(3 * LANE))]
    }
}

/// Stores four vectors.
///
/// # Safety
/// `to` has 64 bytes to write.
#[inline]
pub(crate) unsafe fn store_block(to: *mut u8, block: [Lane; 4]) {
    // SAFETY: the caller's promise.
    unsafe {
        store(to, block[0]);
        store(to.add(LANE), block[1]);
        store(to.add(2 * LANE), block[2]);
        store(to.add(3 * LANE), block[3]);
    }
}
