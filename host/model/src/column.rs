//! Cells of one column of a batch, in the layout the contract with plugins promises.

use crate::{Bitmap, DateFormat};

/// Text cells: cell `i` is `bytes[offsets[i]..offsets[i + 1]]`. `offsets` starts at 0 and never falls.
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
    /// No cells yet, with room for `cells` cells of `bytes` bytes in all.
    pub fn with_capacity(cells: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(cells + 1);
        offsets.push(0);
        Self { offsets, bytes: Vec::with_capacity(bytes) }
    }

    /// Takes over parts that must already be in order; `None` if they are not.
    pub fn from_parts(offsets: Vec<u32>, bytes: Vec<u8>) -> Option<Self> {
        let ordered = offsets.first() == Some(&0)
            && offsets.is_sorted()
            && offsets.last().map(|&end| end as usize) == Some(bytes.len());
        ordered.then_some(Self { offsets, bytes })
    }

    /// The parts, for handing on.
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

    /// The bytes, to append part of a cell to; `end_cell` completes it.
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

    /// Where cells end and begin.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// All cells' bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of memory it takes, room for more cells included.
    pub fn memory(&self) -> usize {
        self.offsets.capacity() * size_of::<u32>() + self.bytes.capacity()
    }

    /// Removes all cells and keeps the memory.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.bytes.clear();
    }
}

/// How a column crosses to a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Bytes as in the file, unquoted, UTF-8.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A decimal with this many digits after the point, as a whole number that fits in 64 bits.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// Days since 1970-01-01.
    Date {
        /// How it is written.
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
    /// Whole numbers; 0 where not valid.
    Integer(Vec<i64>),
    /// Decimals as whole numbers; 0 where not valid.
    Decimal {
        /// Digits after the point.
        scale: u8,
        /// Cell times ten to the power of `scale`.
        unscaled: Vec<i64>,
    },
    /// Days since 1970-01-01; 0 where not valid.
    Date(Vec<i32>),
    /// The same text in each record.
    Constant(Vec<u8>),
    /// Cell `i` is `values[keys[i]]`.
    Dictionary {
        /// One key a record.
        keys: Vec<u16>,
        /// The distinct cells.
        values: Text,
    },
}

/// Cells with what is known of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The cells.
    pub cells: Cells,
    /// Set where the cell holds something that parsed; a blank is not valid. `None`: all are.
    pub valid: Option<Bitmap>,
    /// Set where the cell holds something that did not parse. `None`: none does.
    pub malformed: Option<Bitmap>,
}

impl Column {
    /// Bytes of memory it takes, room for more cells included.
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
