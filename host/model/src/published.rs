//! What is published: the columns of a table, identified by ids that never change.

use std::fmt;

/// The type of a published column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// UTF-8 text. A blank cell is null.
    Text,
    /// A 64-bit integer.
    Integer,
    /// A decimal, stored as a 64-bit integer.
    Decimal {
        /// Total number of digits, 1 to 18.
        precision: u8,
        /// Digits after the point, at most `precision`.
        scale: u8,
    },
    /// Days since 1970-01-01.
    Date,
}

impl ColumnKind {
    /// Whether a number can be stored. A record with one that cannot must be quarantined.
    pub fn fits(self, value: i64) -> bool {
        match self {
            Self::Decimal { precision, .. } => 10_u64
                .checked_pow(u32::from(precision))
                .is_none_or(|limit| value.unsigned_abs() < limit),
            Self::Date => i32::try_from(value).is_ok(),
            Self::Text | Self::Integer => true,
        }
    }
}

impl fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Integer => f.write_str("integer"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision}, {scale})"),
            Self::Date => f.write_str("date"),
        }
    }
}

/// The last columns of every published file: the record's number, line and byte offset in its source. Their ids are
/// [`FieldId::LINEAGE`].
pub const LINEAGE: [&str; 3] = ["_record", "_line", "_offset"];

/// The number by which readers identify a column, whatever its name and position: the field id of Parquet and Iceberg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(i32);

impl FieldId {
    /// In every table, the first three ids belong to the record's number, line and byte offset in its source. They come first so
    /// that they stay the same when a table gets another column, and so that ids have no gap: Iceberg numbers the columns of a new
    /// table from 1.
    pub const LINEAGE: [Self; 3] = [Self(1), Self(2), Self(3)];

    /// The first id that a dataset can assign.
    pub const FIRST: Self = Self(4);

    /// The greatest id: Iceberg reserves those above.
    pub const LAST: Self = Self(i32::MAX - 201);

    /// An id assigned by a dataset; `None` if it is one of [`Self::LINEAGE`] or beyond [`Self::LAST`].
    pub fn new(number: u64) -> Option<Self> {
        let id = Self(i32::try_from(number).ok()?);
        (Self::FIRST..=Self::LAST).contains(&id).then_some(id)
    }

    /// The id of the `nth` column, counting from 0, of a table whose ids follow its column order.
    pub fn of_position(nth: usize) -> Option<Self> {
        Self::new(
            u64::try_from(nth).ok()?.checked_add(u64::from(Self::FIRST.get().unsigned_abs()))?,
        )
    }

    /// The number, always above 0.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_datasets_are_neither_lineage_nor_reserved() {
        let check = |number, expected| {
            assert_eq!(FieldId::new(number).map(FieldId::get), expected, "{number}");
        };
        check(0, None);
        check(3, None);
        check(4, Some(4));
        check(2_147_483_446, Some(2_147_483_446));
        check(2_147_483_447, None);
        check(u64::MAX, None);
        assert_eq!(FieldId::of_position(0), Some(FieldId::FIRST));
    }
}
