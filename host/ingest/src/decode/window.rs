//! How far back a zstd frame may refer, which determines the memory needed to read it.

/// Maximum window in bytes: the zstd library's default limit, and half of the memory that a run has.
pub(super) const MOST: u64 = 128 << 20;

/// The window stated by the first frame, in bytes. A single-segment frame states only its size.
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
