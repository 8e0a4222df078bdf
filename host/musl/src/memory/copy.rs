//! `memcpy` and `memmove`: one function, as the check for overlap is a single comparison.

use super::lanes::{BLOCK, LANE, load, load_block, store, store_block};

/// Copies `len` bytes, also between places that overlap.
///
/// Up to 128 bytes everything is read before anything is written, from both ends, so neither the exact length nor an overlap needs a loop.
///
/// # Safety
/// `from` has `len` bytes to read and `to` as many to write.
#[inline]
pub(crate) unsafe fn copy(to: *mut u8, from: *const u8, len: usize) {
    // SAFETY: each call is given a length that it accepts, and both places have as many bytes.
    unsafe {
        match len {
            0 => {}
            1 => to.write(from.read()),
            2..=3 => both_ends::<u16>(to, from, len),
            4..=7 => both_ends::<u32>(to, from, len),
            8..=15 => both_ends::<u64>(to, from, len),
            16..=32 => {
                let (first, last) = (load(from), load(from.add(len - LANE)));
                store(to, first);
                store(to.add(len - LANE), last);
            }
            33..=64 => {
                let (first, second) = (load(from), load(from.add(LANE)));
                let (third, last) = (load(from.add(len - 2 * LANE)), load(from.add(len - LANE)));
                store(to, first);
                store(to.add(LANE), second);
                store(to.add(len - 2 * LANE), third);
                store(to.add(len - LANE), last);
            }
            65..=128 => {
                let (first, last) = (load_block(from), load_block(from.add(len - BLOCK)));
                store_block(to, first);
                store_block(to.add(len - BLOCK), last);
            }
            // Below zero wraps around, so this is whether `to` is within what is read.
            _ if to.addr().wrapping_sub(from.addr()) < len => backward(to, from, len),
            _ => forward(to, from, len),
        }
    }
}

/// Copies one `T` from each end.
///
/// # Safety
/// As for [`copy`]; `len` is at least the size of a `T`, and at most twice that.
#[inline]
unsafe fn both_ends<T>(to: *mut u8, from: *const u8, len: usize) {
    let rest = len - size_of::<T>();
    // SAFETY: a `T` fits at both ends.
    unsafe {
        let first = from.cast::<T>().read_unaligned();
        let last = from.add(rest).cast::<T>().read_unaligned();
        to.cast::<T>().write_unaligned(first);
        to.add(rest).cast::<T>().write_unaligned(last);
    }
}

/// Copies from the beginning, in aligned blocks.
///
/// # Safety
/// As for [`copy`]; `len` is more than 128, and `to` is not within the bytes that are read.
unsafe fn forward(to: *mut u8, from: *const u8, len: usize) {
    // SAFETY: `at` is at most `len - BLOCK` where a block is read. What a block overwrites was read: it lies before the next one.
    unsafe {
        let (first, last) = (load(from), load_block(from.add(len - BLOCK)));
        let mut at = LANE - to.addr() % LANE;
        while at < len - BLOCK {
            store_block(to.add(at), load_block(from.add(at)));
            at += BLOCK;
        }
        store(to, first);
        store_block(to.add(len - BLOCK), last);
    }
}

/// Copies from the end, in aligned blocks.
///
/// # Safety
/// As for [`copy`]; `len` is more than 128.
unsafe fn backward(to: *mut u8, from: *const u8, len: usize) {
    // SAFETY: `end` is more than `BLOCK` where a block is read. What a block overwrites was read: it lies behind the next one.
    unsafe {
        let (first, last) = (load_block(from), load(from.add(len - LANE)));
        let mut end = len - (to.addr() + len) % LANE;
        while end > BLOCK {
            store_block(to.add(end - BLOCK), load_block(from.add(end - BLOCK)));
            end -= BLOCK;
        }
        store_block(to, first);
        store(to.add(len - LANE), last);
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn every_length_is_copied_between_any_alignments_and_overlaps() {
        const ROOM: usize = 1400;
        // Neighbours differ, as do bytes 256 apart.
        let bytes: Vec<u8> = (0..ROOM).map(|at| (at * 7 + at / 251).to_le_bytes()[0]).collect();
        let places = [0, 1, 7, 15, 16, 17, 31, 33, 64, 65, 127, 129, 299, 700];
        for len in (0..=200).chain([255, 256, 257, 511, 512, 513, 600]) {
            for (from, to) in places.into_iter().flat_map(|from| places.map(|to| (from, to))) {
                let (mut expected, mut found) = (bytes.clone(), bytes.clone());
                expected.copy_within(from..from + len, to);
                let base = found.as_mut_ptr();
                // SAFETY: 700 and 600 are less than there is room for.
                unsafe { copy(base.add(to), base.add(from), len) };
                assert!(found == expected, "{len} bytes from {from} to {to}");
            }
        }
    }
}
