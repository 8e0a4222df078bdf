//! `memset`.

use core::arch::x86_64::_mm_set1_epi8;

use super::lanes::{BLOCK, LANE, store, store_block};

/// Fills `len` bytes.
///
/// # Safety
/// `to` has `len` bytes to write.
#[inline]
pub(crate) unsafe fn fill(to: *mut u8, with: u8, len: usize) {
    // SAFETY: each call is given a length that it accepts, and there are as many bytes.
    unsafe {
        let lane = _mm_set1_epi8(with.cast_signed());
        match len {
            0 => {}
            1 => to.write(with),
            2..=3 => both_ends(to, len, u16::from_ne_bytes([with; 2])),
            4..=7 => both_ends(to, len, u32::from_ne_bytes([with; 4])),
            8..=15 => both_ends(to, len, u64::from_ne_bytes([with; 8])),
            16..=32 => {
                store(to, lane);
                store(to.add(len - LANE), lane);
            }
            33..=64 => {
                store(to, lane);
                store(to.add(LANE), lane);
                store(to.add(len - 2 * LANE), lane);
                store(to.add(len - LANE), lane);
            }
            _ => {
                store(to, lane);
                let mut at = LANE - to.addr() % LANE;
                while at < len - BLOCK {
                    store_block(to.add(at), [lane; 4]);
                    at += BLOCK;
                }
                store_block(to.add(len - BLOCK), [lane; 4]);
            }
        }
    }
}

/// Writes one `T` at each end.
///
/// # Safety
/// `to` has `len` bytes to write, at least the size of a `T` and at most twice that.
#[inline]
unsafe fn both_ends<T: Copy>(to: *mut u8, len: usize, with: T) {
    // SAFETY: a `T` fits at both ends.
    unsafe {
        to.cast::<T>().write_unaligned(with);
        to.add(len - size_of::<T>()).cast::<T>().write_unaligned(with);
    }
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    #[test]
    fn every_length_is_filled_at_any_alignment_and_nothing_beside_it() {
        for len in (0..300).chain([511, 512, 513, 600]) {
            for from in 0..33 {
                let mut expected = vec![0x11; 700];
                expected[from..from + len].fill(0xA5);
                let mut found = vec![0x11; 700];
                // SAFETY: 33 and 600 are less than 700.
                unsafe { fill(found.as_mut_ptr().add(from), 0xA5, len) };
                assert!(found == expected, "{len} bytes from {from} on");
            }
        }
    }
}
