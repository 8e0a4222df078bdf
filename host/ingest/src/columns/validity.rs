//! Which cells of a column are valid.

use assay_model::Bitmap;

/// One bit per cell: whether it is filled.
pub(super) fn bitmap<T>(cells: &[T], filled: impl Fn(&T) -> bool) -> Bitmap {
    // The top byte of the product collects the lowest bits of eight bytes, and no two of its terms
    // overlap.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let byte_of = |cells: &[T; 8]| {
        let bits = cells.each_ref().map(|cell| u8::from(filled(cell)));
        (u64::from_le_bytes(bits).wrapping_mul(GATHER) >> 56) as u8
    };
    let (groups, rest) = cells.as_chunks();
    let mut bytes = Vec::with_capacity(cells.len().div_ceil(8));
    bytes.extend(groups.iter().map(byte_of));
    if !rest.is_empty() {
        bytes.push((0..).zip(rest).fold(0, |byte, (at, cell)| byte | u8::from(filled(cell)) << at));
    }
    Bitmap::from_bytes(bytes, cells.len()).expect("one bit was set a cell")
}
