//! `memcmp` and `bcmp`.

use core::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8};
use core::cmp::Ordering;

use super::lanes::{LANE, load};

/// Compares `len` bytes: below zero, zero or above it, like the first two bytes that differ.
///
/// # Safety
/// Both places have `len` bytes to read.
#[inline]
pub(crate) unsafe fn compare(left: *const u8, right: *const u8, len: usize) -> i32 {
    // SAFETY: each call is given a length that it accepts, and both places have as many bytes.
    unsafe {
        match len {
            0 => 0,
            1 => i32::from(left.read()) - i32::from(right.read()),
            2..=3 => {
                let word = |from: *const u8, at| {
                    u16::from_be_bytes(from.add(at).cast::<[u8; 2]>().read_unaligned())
                };
                ordered(word(left, 0), word(right, 0), || {
                    (word(left, len - 2), word(right, len - 2))
                })
            }
            4..=7 => {
                let word = |from: *const u8, at| {
                    u32::from_be_bytes(from.add(at).cast::<[u8; 4]>().read_unaligned())
                };
                ordered(word(left, 0), word(right, 0), || {
                    (word(left, len - 4), word(right, len - 4))
                })
            }
            8..=15 => {
                let word = |from: *const u8, at| {
                    u64::from_be_bytes(from.add(at).cast::<[u8; 8]>().read_unaligned())
                };
                ordered(word(left, 0), word(right, 0), || {
                    (word(left, len - 8), word(right, len - 8))
                })
            }
            _ => lanes(left, right, len),
        }
    }
}

/// The order of the first words, or of the last if those are equal. What both share was equal in the first.
#[inline]
fn ordered<T: Ord + Copy>(left: T, right: T, last: impl FnOnce() -> (T, T)) -> i32 {
    let order = left.cmp(&right).then_with(|| {
        let (left, right) = last();
        left.cmp(&right)
    });
    match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// Compares 16 bytes at once.
///
/// # Safety
/// As for [`compare`]; `len` is at least 16.
#[inline]
unsafe fn lanes(left: *const u8, right: *const u8, len: usize) -> i32 {
    let mut at = 0;
    loop {
        // The last vector ends where the bytes do, and may compare some of them again.
        let here = if at + LANE < len { at } else { len - LANE };
        // SAFETY: `here` is at most `len - LANE`, and the byte that differs is within the vector.
        unsafe {
            // SSE2's mask has one bit for each of 16 bytes.
            let equal =
                _mm_movemask_epi8(_mm_cmpeq_epi8(load(left.add(here)), load(right.add(here))));
            if equal != 0xFFFF {
                let byte = here + (!equal).trailing_zeros() as usize;
                return i32::from(left.add(byte).read()) - i32::from(right.add(byte).read());
            }
        }
        at += LANE;
        if at >= len {
            return 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    /// Checks the sign of the result in both directions.
    fn check(left: &[u8], right: &[u8]) {
        let expected = left.cmp(right) as i32;
        // SAFETY: both have as many bytes.
        let (found, back) = unsafe {
            (
                compare(left.as_ptr(), right.as_ptr(), left.len()),
                compare(right.as_ptr(), left.as_ptr(), left.len()),
            )
        };
        assert_eq!((found.signum(), back.signum()), (expected, -expected), "{left:?} {right:?}");
    }

    #[test]
    fn every_length_is_compared_wherever_the_difference_lies() {
        let bytes: Vec<u8> = (0..=255).map(|at: u8| at.wrapping_mul(7)).collect();
        for len in 0..130 {
            for from in [0, 1, 15, 16, 17] {
                let left = &bytes[from..from + len];
                let mut right = left.to_vec();
                check(left, &right);
                for at in 0..len {
                    for other in [0x00, 0x7F, 0x80, 0xFF] {
                        right[at] = other;
                        check(left, &right);
                    }
                    // A second difference behind the first does not count.
                    if at + 1 < len {
                        let kept = right[len - 1];
                        right[len - 1] = !kept;
                        check(left, &right);
                        right[len - 1] = kept;
                    }
                    right[at] = left[at];
                }
            }
        }
    }
}
