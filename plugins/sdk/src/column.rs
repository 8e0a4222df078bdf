//! A column of a batch as rules see it: a test of all cells gives one bit per record.

use std::cell::OnceCell;

use crate::{Bits, Text};

/// Cells as the host passed them. Rules rarely need these: [`Column`] handles every form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells {
    /// The layout has no such column.
    Absent,
    /// Text.
    Text(Text),
    /// Whole numbers; 0 where the cell is blank or did not parse.
    Integer(Vec<i64>),
    /// Decimals as whole numbers; 0 where the cell is blank or did not parse.
    Decimal {
        /// Digits after the point.
        scale: u16,
        /// The cell's number times ten to the power of `scale`.
        unscaled: Vec<i64>,
    },
    /// Days since 1970-01-01; 0 where the cell is blank or did not parse.
    Date(Vec<i32>),
    /// The same text in every record.
    Constant(Vec<u8>),
    /// Cell `i` is `values[keys[i]]`.
    Dictionary {
        /// One key per record.
        keys: Vec<u16>,
        /// The distinct cells.
        values: Text,
    },
}

/// The cells of one column, and which of them are blank or malformed.
#[derive(Debug, Clone)]
pub struct Column {
    cells: Cells,
    records: usize,
    valid: Option<Bits>,
    malformed: Option<Bits>,
    filled: OnceCell<Bits>,
    readable: OnceCell<Bits>,
}

impl Column {
    /// Creates a column of `records` cells; `None` if the parts contradict each other. Bitmaps are bytes as in the contract.
    pub fn new(
        cells: Cells,
        records: usize,
        valid: Option<&[u8]>,
        malformed: Option<&[u8]>,
    ) -> Option<Self> {
        let fits = match &cells {
            Cells::Absent | Cells::Constant(_) => true,
            Cells::Text(text) => text.len() == records,
            Cells::Integer(values) | Cells::Decimal { unscaled: values, .. } => {
                values.len() == records
            }
            Cells::Date(days) => days.len() == records,
            Cells::Dictionary { keys, values } => {
                keys.len() == records && keys.iter().all(|&key| usize::from(key) < values.len())
            }
        };
        let bytes = records.div_ceil(8);
        let bitmaps = [valid, malformed].into_iter().flatten().all(|map| map.len() == bytes);
        (fits && bitmaps).then(|| Self {
            cells,
            records,
            valid: valid.map(|map| Bits::from_bytes(map, records)),
            malformed: malformed.map(|map| Bits::from_bytes(map, records)),
            filled: OnceCell::new(),
            readable: OnceCell::new(),
        })
    }

    /// A column of text without bitmaps: empty cells are blank.
    pub(crate) fn of_text(text: Text) -> Self {
        let records = text.len();
        Self::new(Cells::Text(text), records, None, None).expect("text of its own length fits")
    }

    /// The cells as the host passed them.
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Whether the layout lacks the column.
    pub fn is_absent(&self) -> bool {
        matches!(self.cells, Cells::Absent)
    }

    /// Set where the cell is not blank, whether or not it parsed. Nothing is set if the column is absent.
    pub fn filled(&self) -> &Bits {
        self.filled.get_or_init(|| match &self.malformed {
            Some(malformed) => self.readable().clone().or(malformed),
            None => self.readable().clone(),
        })
    }

    /// Set where a rule can judge the cell: text that is not blank, or a cell of another form that parsed.
    pub fn readable(&self) -> &Bits {
        self.readable.get_or_init(|| {
            let bits = match &self.cells {
                Cells::Absent => return Bits::zeros(self.records),
                Cells::Constant(value) if value.is_empty() => return Bits::zeros(self.records),
                Cells::Text(text) => {
                    Bits::from_words(text.words(|cell| !cell.is_empty()), self.records)
                }
                Cells::Dictionary { .. } => self.spread(|value| !value.is_empty()),
                _ => Bits::ones(self.records),
            };
            match &self.valid {
                Some(valid) => bits.and(valid),
                None => bits,
            }
        })
    }

    /// Set where the cell is not blank but did not parse.
    pub fn malformed(&self) -> Bits {
        self.malformed.clone().unwrap_or_else(|| Bits::zeros(self.records))
    }

    /// Set where the cell is text that is not blank and `answer` returns true for it. `answer` is called once for each distinct
    /// value of a constant or dictionary column. Nothing is set if the column is absent or not text.
    pub fn where_text(&self, mut answer: impl FnMut(&[u8]) -> bool) -> Bits {
        let bits = match &self.cells {
            Cells::Text(text) => {
                Bits::from_words(text.words(|cell| !cell.is_empty() && answer(cell)), self.records)
            }
            Cells::Constant(value) if !value.is_empty() && answer(value) => {
                Bits::ones(self.records)
            }
            Cells::Dictionary { .. } => self.spread(|value| !value.is_empty() && answer(value)),
            _ => return Bits::zeros(self.records),
        };
        match &self.valid {
            Some(valid) => bits.and(valid),
            None => bits,
        }
    }

    /// Set where the cell is a whole number or a decimal and `answer` returns true for it (decimals are passed unscaled).
    pub fn where_number(&self, mut answer: impl FnMut(i64) -> bool) -> Bits {
        match &self.cells {
            Cells::Integer(values) | Cells::Decimal { unscaled: values, .. } => {
                Bits::from_fn(self.records, |index| answer(values[index])).and(self.readable())
            }
            _ => Bits::zeros(self.records),
        }
    }

    /// Set where the cell is a date and `answer` returns true for its days since 1970-01-01.
    pub fn where_date(&self, mut answer: impl FnMut(i32) -> bool) -> Bits {
        match &self.cells {
            Cells::Date(days) => {
                Bits::from_fn(self.records, |index| answer(days[index])).and(self.readable())
            }
            _ => Bits::zeros(self.records),
        }
    }

    fn spread(&self, mut answer: impl FnMut(&[u8]) -> bool) -> Bits {
        let Cells::Dictionary { keys, values } = &self.cells else {
            return Bits::zeros(self.records);
        };
        let answers: Vec<bool> = values.iter().map(&mut answer).collect();
        if answers.iter().all(|&yes| !yes) {
            return Bits::zeros(self.records);
        }
        Bits::from_fn(self.records, |index| answers[usize::from(keys[index])])
    }

    /// The text of cell `index`; empty if the cell is blank or the column is not text.
    pub fn text(&self, index: usize) -> &[u8] {
        match &self.cells {
            Cells::Text(text) => text.get(index),
            Cells::Constant(value) => value,
            Cells::Dictionary { keys, values } => values.get(usize::from(keys[index])),
            _ => &[],
        }
    }
}

/// A limited number of consecutive records, with the stage's columns in the plan's order.
#[derive(Debug)]
pub struct Batch {
    /// The number of records.
    pub records: usize,
    /// The stage's columns, in the plan's order.
    pub columns: Vec<Column>,
    /// In the quarantine stage, each record's standing so far: 0 passed, 1 repaired, 2 warned, 3 quarantined. Empty in other stages.
    pub standing: Vec<u8>,
}

impl Batch {
    /// The column at an index of the plan.
    #[inline]
    pub fn column(&self, index: u16) -> &Column {
        &self.columns[usize::from(index)]
    }
}
