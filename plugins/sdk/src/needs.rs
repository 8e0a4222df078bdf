//! What a row-wise rule reads: columns with their forms, alone or as a tuple, and how a record's cells are read from
//! them. If a needed cell is blank, malformed or absent, the rule skips the record; with `.optional()` it gets `None`
//! instead.

use crate::{Batch, Cells, Column, Form, Text, plan::ColumnPlan};

/// The cells that a rule reads. Implemented for [`text`], [`integer`], [`decimal`], [`date`], their `.optional()`,
/// [`standing`], and tuples of two to twelve of these.
pub trait Needs: 'static {
    /// Access to the columns of one batch.
    type Reader<'b>;
    /// The cells of one record, as the rule gets them.
    type Cells<'b>;

    /// Requests the columns; called once, when the plan is made.
    fn bind(&mut self, plan: &mut ColumnPlan, indexes: &mut Vec<u16>);

    /// Access to the batch's columns; `None` if a needed one is absent.
    fn reader<'b>(&self, batch: &'b Batch) -> Option<Self::Reader<'b>>;

    /// A record's cells; `None` if a needed one is blank or malformed.
    fn read<'b>(reader: &Self::Reader<'b>, record: usize) -> Option<Self::Cells<'b>>;

    /// The distinct values of the batch, if they are known, so that each is judged once.
    fn distinct<'b>(_reader: &Self::Reader<'b>) -> Distinct<'b> {
        Distinct::Unknown
    }

    /// The cells of a distinct value; `None` if a needed one is blank.
    fn read_distinct<'b>(_reader: &Self::Reader<'b>, _value: usize) -> Option<Self::Cells<'b>> {
        None
    }
}

/// The distinct values among the cells that a rule reads.
#[derive(Debug, Clone, Copy)]
pub enum Distinct<'b> {
    /// Not known: each record is read.
    Unknown,
    /// All records have the same value, number 0.
    One,
    /// The number of each record's value, and how many values there are.
    Keyed(&'b [u16], usize),
}

/// A text column. Its cells are `&[u8]`, in UTF-8.
pub fn text(name: &str) -> TextNeed {
    TextNeed { name: name.to_owned(), index: 0 }
}

/// A column of whole numbers. Its cells are `i64`.
pub fn integer(name: &str) -> NumberNeed {
    NumberNeed { name: name.to_owned(), form: Form::Integer, index: 0 }
}

/// A column of decimals with `scale` digits after the point. Its cells are `i64`: the number times ten to the power of
/// `scale`, so `12.50` with scale 2 is 1250.
pub fn decimal(name: &str, scale: u16) -> NumberNeed {
    NumberNeed { name: name.to_owned(), form: Form::Decimal(scale), index: 0 }
}

/// A column of dates written as `format` says (`%Y`, `%m`, `%d` and plain characters). Its cells are `i32`, days since
/// 1970-01-01; see [`crate::parse::days_of`] and [`crate::parse::year_of`].
pub fn date(name: &str, format: &str) -> DateNeed {
    DateNeed { name: name.to_owned(), format: format.to_owned(), index: 0 }
}

/// The record's standing so far, in the quarantine stage: 0 passed, 1 repaired, 2 warned, 3 quarantined.
pub fn standing() -> StandingNeed {
    StandingNeed
}

/// See [`text`].
#[derive(Debug, Clone)]
pub struct TextNeed {
    name: String,
    index: u16,
}

impl TextNeed {
    /// Gives the rule `None` if the cell is blank or the column is absent.
    pub fn optional(self) -> Optional<Self> {
        Optional(self)
    }
}

/// A text column of one batch.
#[derive(Debug, Clone, Copy)]
pub enum TextReader<'b> {
    /// One cell per record.
    Flat(&'b Text),
    /// The same cell in every record.
    Constant(&'b [u8]),
    /// One key per record, and the distinct cells.
    Keyed(&'b [u16], &'b Text),
}

impl Needs for TextNeed {
    type Reader<'b> = TextReader<'b>;
    type Cells<'b> = &'b [u8];

    fn bind(&mut self, plan: &mut ColumnPlan, indexes: &mut Vec<u16>) {
        self.index = plan.ask(&self.name, Some(Form::Text));
        indexes.push(self.index);
    }

    fn reader<'b>(&self, batch: &'b Batch) -> Option<TextReader<'b>> {
        match batch.column(self.index).cells() {
            Cells::Text(text) => Some(TextReader::Flat(text)),
            Cells::Constant(value) => Some(TextReader::Constant(value)),
            Cells::Dictionary { keys, values } => Some(TextReader::Keyed(keys, values)),
            _ => None,
        }
    }

    #[inline]
    fn read<'b>(reader: &Self::Reader<'b>, record: usize) -> Option<Self::Cells<'b>> {
        let cell = match reader {
            TextReader::Flat(text) => text.get(record),
            TextReader::Constant(value) => value,
            TextReader::Keyed(keys, values) => values.get(usize::from(keys[record])),
        };
        (!cell.is_empty()).then_some(cell)
    }

    fn distinct<'b>(reader: &Self::Reader<'b>) -> Distinct<'b> {
        match reader {
            TextReader::Flat(_) => Distinct::Unknown,
            TextReader::Constant(_) => Distinct::One,
            TextReader::Keyed(keys, values) => Distinct::Keyed(keys, values.len()),
        }
    }

    fn read_distinct<'b>(reader: &Self::Reader<'b>, value: usize) -> Option<Self::Cells<'b>> {
        let cell = match reader {
            TextReader::Flat(text) | TextReader::Keyed(_, text) => text.get(value),
            TextReader::Constant(cell) => cell,
        };
        (!cell.is_empty()).then_some(cell)
    }
}

/// See [`integer`] and [`decimal`].
#[derive(Debug, Clone)]
pub struct NumberNeed {
    name: String,
    form: Form,
    index: u16,
}

impl NumberNeed {
    /// Gives the rule `None` if the cell is blank or malformed, or the column is absent.
    pub fn optional(self) -> Optional<Self> {
        Optional(self)
    }
}

impl Needs for NumberNeed {
    type Reader<'b> = (&'b [i64], &'b Column);
    type Cells<'b> = i64;

    fn bind(&mut self, plan: &mut ColumnPlan, indexes: &mut Vec<u16>) {
        self.index = plan.ask(&self.name, Some(self.form.clone()));
        indexes.push(self.index);
    }

    fn reader<'b>(&self, batch: &'b Batch) -> Option<Self::Reader<'b>> {
        let column = batch.column(self.index);
        match column.cells() {
            Cells::Integer(values) | Cells::Decimal { unscaled: values, .. } => {
                Some((values, column))
            }
            _ => None,
        }
    }

    #[inline]
    fn read<'b>((values, column): &Self::Reader<'b>, record: usize) -> Option<Self::Cells<'b>> {
        column.readable().get(record).then(|| values[record])
    }
}

/// See [`date`].
#[derive(Debug, Clone)]
pub struct DateNeed {
    name: String,
    format: String,
    index: u16,
}

impl DateNeed {
    /// Gives the rule `None` if the cell is blank or malformed, or the column is absent.
    pub fn optional(self) -> Optional<Self> {
        Optional(self)
    }
}

impl Needs for DateNeed {
    type Reader<'b> = (&'b [i32], &'b Column);
    type Cells<'b> = i32;

    fn bind(&mut self, plan: &mut ColumnPlan, indexes: &mut Vec<u16>) {
        self.index = plan.ask(&self.name, Some(Form::Date(self.format.clone())));
        indexes.push(self.index);
    }

    fn reader<'b>(&self, batch: &'b Batch) -> Option<Self::Reader<'b>> {
        let column = batch.column(self.index);
        match column.cells() {
            Cells::Date(days) => Some((days, column)),
            _ => None,
        }
    }

    #[inline]
    fn read<'b>((days, column): &Self::Reader<'b>, record: usize) -> Option<Self::Cells<'b>> {
        column.readable().get(record).then(|| days[record])
    }
}

/// A column that gives the rule `None` for blank cells instead of skipping the record.
#[derive(Debug, Clone)]
pub struct Optional<N>(N);

impl<N: Needs> Needs for Optional<N> {
    type Reader<'b> = Option<N::Reader<'b>>;
    type Cells<'b> = Option<N::Cells<'b>>;

    fn bind(&mut self, plan: &mut ColumnPlan, indexes: &mut Vec<u16>) {
        self.0.bind(plan, indexes);
    }

    fn reader<'b>(&self, batch: &'b Batch) -> Option<Self::Reader<'b>> {
        Some(self.0.reader(batch))
    }

    #[inline]
    fn read<'b>(reader: &Self::Reader<'b>, record: usize) -> Option<Self::Cells<'b>> {
        Some(reader.as_ref().and_then(|reader| N::read(reader, record)))
    }

    fn distinct<'b>(reader: &Self::Reader<'b>) -> Distinct<'b> {
        reader.as_ref().map_or(Distinct::One, N::distinct)
    }

    fn read_distinct<'b>(reader: &Self::Reader<'b>, value: usize) -> Option<Self::Cells<'b>> {
        Some(reader.as_ref().and_then(|reader| N::read_distinct(reader, value)))
    }
}

/// See [`standing`].
#[derive(Debug, Clone, Copy)]
pub struct StandingNeed;

impl Needs for StandingNeed {
    type Reader<'b> = &'b [u8];
    type Cells<'b> = u8;

    fn bind(&mut self, _plan: &mut ColumnPlan, _indexes: &mut Vec<u16>) {}

    fn reader<'b>(&self, batch: &'b Batch) -> Option<&'b [u8]> {
        (batch.standing.len() == batch.records).then_some(&batch.standing)
    }

    fn read<'b>(standing: &Self::Reader<'b>, record: usize) -> Option<Self::Cells<'b>> {
        Some(standing[record])
    }
}

macro_rules! needs_of_tuples {
    ($($need:ident $at:tt),+) => {
        impl<$($need: Needs),+> Needs for ($($need,)+) {
            type Reader<'b> = ($($need::Reader<'b>,)+);
            type Cells<'b> = ($($need::Cells<'b>,)+);

            fn bind(&mut self, plan: &mut ColumnPlan, indexes: &mut Vec<u16>) {
                $(self.$at.bind(plan, indexes);)+
            }

            fn reader<'b>(&self, batch: &'b Batch) -> Option<Self::Reader<'b>> {
                Some(($(self.$at.reader(batch)?,)+))
            }

            #[inline]
            fn read<'b>(reader: &Self::Reader<'b>, record: usize) -> Option<Self::Cells<'b>> {
                Some(($($need::read(&reader.$at, record)?,)+))
            }
        }
    };
}

needs_of_tuples!(A 0, B 1);
needs_of_tuples!(A 0, B 1, C 2);
needs_of_tuples!(A 0, B 1, C 2, D 3);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
needs_of_tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
