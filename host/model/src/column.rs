//! The cells of one column of a batch, in the layout that the contract with plugins promises.

use crate::{Bitmap, DateFormat};

/// Text cells: cell `i` is `bytes[offsets[i]..offsets[i + 1]]`. `offsets` starts at 0 and never
/// decreases.
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
    /// An empty text with room for `cells` cells of `bytes` bytes in total.
    pub fn with_capacity(cells: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(cells + 1);
        offsets.push(0);
        Self { offsets, bytes: Vec::with_capacity(bytes) }
    }

    /// Takes over parts that must already be consistent; `None` if they are not.
    pub fn from_parts(offsets: Vec<u32>, bytes: Vec<u8>) -> Option<Self> {
        let ordered = offsets.first() == Some(&0)
            && offsets.is_sorted()
            && offsets.last().map(|&end| end as usize) == Some(bytes.len());
        ordered.then_some(Self { offsets, bytes })
    }

    /// The offsets and the bytes.
    pub fn into_parts(self) -> (Vec<u32>, Vec<u8>) {
        (self.offsets, self.bytes)
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a cell. Batches are cut far below 4 GiB, so offsets always fit.
    pub fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.end_cell();
    }

    /// The bytes, for appending part of a cell; `end_cell` completes the cell.
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Ends a cell whose bytes were appended through `bytes_mut`.
    pub fn end_cell(&mut self) {
        let end = u32::try_from(self.bytes.len()).expect("a batch is cut far below 4 GiB");
        self.offsets.push(end);
    }

    /// Cell `index`.
    #[inline]
    pub fn get(&self, index: usize) -> &[u8] {
        &self.bytes[self.offsets[index] as usize..self.offsets[index + 1] as usize]
    }

    /// All cells in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> + '_ {
        self.offsets.windows(2).map(|pair| &self.bytes[pair[0] as usize..pair[1] as usize])
    }

    /// The cell boundaries: one more offset than there are cells.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// The bytes of all cells.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Memory used, in bytes, including spare capacity.
    pub fn memory(&self) -> usize {
        self.offsets.capacity() * size_of::<u32>() + self.bytes.capacity()
    }

    /// Removes all cells and keeps the memory.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.bytes.clear();
    }
}

/// The form in which a column is passed to a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Bytes as in the file, unquoted, UTF-8.
    Text,
    /// A 64-bit integer.
    Integer,
    /// A decimal with this many digits after the point, as a scaled 64-bit integer.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// Days since 1970-01-01.
    Date {
        /// How the dates are written in the file.
        format: DateFormat,
    },
}

/// The cells of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells {
    /// The layout has no such column.
    Absent,
    /// Text.
    Text(Text),
    /// Integers; 0 where not valid.
    Integer(Vec<i64>),
    /// Decimals as scaled integers; 0 where not valid.
    Decimal {
        /// Digits after the point.
        scale: u8,
        /// Cell times ten to the power of `scale`.
        unscaled: Vec<i64>,
    },
    /// Days since 1970-01-01; 0 where not valid.
    Date(Vec<i32>),
    /// The same text in every record.
    Constant(Vec<u8>),
    /// Cell `i` is `values[keys[i]]`.
    Dictionary {
        /// One key per record.
        keys: Vec<u16>,
        /// The distinct values.
        values: Text,
    },
}

/// Cells with their validity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The cells.
    pub cells: Cells,
    /// Set where the cell holds something that parsed; a blank is not valid. `None` if all cells are
    /// valid.
    pub valid: Option<Bitmap>,
    /// Set where the cell holds something that did not parse. `None` if there is no such cell.
    pub malformed: Option<Bitmap>,
}

impl Column {
    /// Memory used, in bytes, including spare capacity.
    pub fn memory(&self) -> usize {
        let cells = match &self.cells {
            Cells::Absent => 0,
            Cells::Text(text) => text.memory(),
            Cells::Integer(values) | Cells::Decimal { unscaled: values, .. } => {
                values.capacity() * size_of::<i64>()
            }
            Cells::Date(days) => days.capacity() * size_of::<i32>(),
            Cells::Constant(cell) => cell.capacity(),
            Cells::Dictionary { keys, values } => {
                keys.capacity() * size_of::<u16>() + values.memory()
            }
        };
        let bits = |bits: &Option<Bitmap>| bits.as_ref().map_or(0, Bitmap::memory);
        cells + bits(&self.valid) + bits(&self.malformed)
    }
}
