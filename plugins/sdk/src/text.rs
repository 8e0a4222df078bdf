//! The text cells of a column, laid out as in the contract.

use crate::width::wide;

/// Cell `i` is `bytes[offsets[i]..offsets[i + 1]]`. `offsets` starts at 0, never falls, and ends at the length of `bytes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    offsets: Vec<u32>,
    bytes: Vec<u8>,
}

impl Default for Text {
    fn default() -> Self {
        Self::with_capacity(0, 0)
    }
}

impl Text {
    /// Creates an empty text with room for `cells` cells of `bytes` bytes in total.
    pub fn with_capacity(cells: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(cells + 1);
        offsets.push(0);
        Self { offsets, bytes: Vec::with_capacity(bytes) }
    }

    /// Creates a text from its parts; `None` if the offsets are out of order or do not fit the bytes.
    pub fn from_parts(offsets: Vec<u32>, bytes: Vec<u8>) -> Option<Self> {
        let ordered = offsets.first() == Some(&0)
            && offsets.is_sorted()
            && offsets.last().map(|&end| wide(end)) == Some(bytes.len());
        ordered.then_some(Self { offsets, bytes })
    }

    /// The offsets and the bytes.
    pub fn into_parts(self) -> (Vec<u32>, Vec<u8>) {
        (self.offsets, self.bytes)
    }

    /// The number of cells.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a cell.
    pub fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        let end = u32::try_from(self.bytes.len()).expect("a batch is cut far below 4 GiB");
        self.offsets.push(end);
    }

    /// The bytes of cell `index`.
    #[inline]
    pub fn get(&self, index: usize) -> &[u8] {
        &self.bytes[wide(self.offsets[index])..wide(self.offsets[index + 1])]
    }

    /// All cells in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> + '_ {
        self.offsets.windows(2).map(|pair| &self.bytes[wide(pair[0])..wide(pair[1])])
    }

    /// The bytes of all cells, one after the other, for a quick look at the whole column.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The answers for all cells in order, as words of 64 bits.
    pub(crate) fn words(&self, mut answer: impl FnMut(&[u8]) -> bool) -> Vec<u64> {
        let mut start = 0;
        self.offsets[1..]
            .chunks(64)
            .map(|ends| {
                let mut word = 0;
                for (bit, &end) in ends.iter().enumerate() {
                    let end = wide(end);
                    word |= u64::from(answer(&self.bytes[start..end])) << bit;
                    start = end;
                }
                word
            })
            .collect()
    }
}

impl<'t> FromIterator<&'t [u8]> for Text {
    fn from_iter<I: IntoIterator<Item = &'t [u8]>>(cells: I) -> Self {
        let mut text = Self::default();
        cells.into_iter().for_each(|cell| text.push(cell));
        text
    }
}
