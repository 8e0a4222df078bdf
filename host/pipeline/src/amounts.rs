//! Amounts of a column: their sum, and the number of records without one.

use assay_model::{Cells, Column};

/// A sum of amounts, and the number of records it covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// In units of the column's scale.
    pub(crate) unscaled: i128,
    pub(crate) records: u64,
}

impl Sum {
    pub(crate) fn count(&mut self, value: i64) {
        self.unscaled += i128::from(value);
        self.records += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.unscaled += other.unscaled;
        self.records += other.records;
    }
}

/// The cells of one amount column, over the records that could be split into cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AmountRead {
    pub(crate) sum: Sum,
    /// Records whose cell is blank.
    pub(crate) blank: u64,
    /// Records whose cell is not a valid amount.
    pub(crate) malformed: u64,
}

impl AmountRead {
    /// Counts a column of decimals.
    pub(crate) fn of(column: &Column) -> Self {
        let mut read = Self::default();
        let Cells::Decimal { unscaled, .. } = &column.cells else { return read };
        for (row, &value) in unscaled.iter().enumerate() {
            if column.valid.as_ref().is_none_or(|valid| valid.get(row)) {
                read.sum.count(value);
            } else if column.malformed.as_ref().is_some_and(|malformed| malformed.get(row)) {
                read.malformed += 1;
            } else {
                read.blank += 1;
            }
        }
        read
    }

    /// Adds the counts of another part of the file.
    pub(crate) fn add(&mut self, other: Self) {
        self.sum.add(other.sum);
        self.blank += other.blank;
        self.malformed += other.malformed;
    }
}
