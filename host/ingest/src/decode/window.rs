//! How far back a zstd frame may refer, which is memory that reading it takes.

/// Bytes of a window at most: what the zstd library takes unless it is told otherwise, and half of the memory that a run has.
pub(super) const MOST: u64 = 128 << 20;

/// The window that the first frame states, in bytes. A frame of a single segment has none but its size.
pub(super) fn stated(first: &[u8]) -> Option<u64> {
    let &[0x28, 0xb5, 0x2f, 0xfd, descriptor, window, ..] = first else { return None };
    let single = descriptor & 0x20 != 0;
    let base = 1_u64 << (10 + (window >> 3));
    (!single).then(|| base + base / 8 * u64::from(window & 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_the_format_has_them() {
        let check = |descriptor, window, expected| {
            assert_eq!(stated(&[0x28, 0xb5, 0x2f, 0xfd, descriptor, window]), expected);
        };
        check(0x04, 0, Some(1 << 10));
        check(0x04, 19 << 3, Some(512 << 20));
        check(0x00, (17 << 3) + 1, Some((128 << 20) + (16 << 20)));
        check(0x24, 19 << 3, None);
        assert_eq!(stated(b"(\xb5/\xfd\0"), None);
    }
}
