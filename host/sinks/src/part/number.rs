//! Numbers, dates and lineage of a part file. They go through the parquet crate's own encoders, because they are few and short.

use assay_model::{Bitmap, Cells, Column, ColumnKind};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{DataType, Int32Type, Int64Type};
use parquet::errors::Result as ParquetResult;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::schema::types::ColumnDescPtr;

use super::pages::{Chunk, PageBuffer};
use super::spec::Rows;
use crate::SinkError;

/// Counts and sum of a slab's cells of one column.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) nulls: u64,
    pub(super) malformed: u64,
    pub(super) sum: i128,
}

/// Encodes a fixed-width column, one row group after another.
pub(super) struct NumberColumn<T: DataType> {
    descr: ColumnDescPtr,
    props: WriterPropertiesPtr,
    buffer: PageBuffer,
    writer: Option<ColumnWriterImpl<'static, T>>,
    values: Vec<T::T>,
    levels: Vec<i16>,
    /// Number of rows in the row group.
    rows: usize,
}

/// Size of a number in a row group until it is written, in bytes: a dictionary key, or the difference from the previous number.
const NUMBER_BYTES: usize = 4;

impl<T: DataType> NumberColumn<T> {
    pub(super) fn new(descr: ColumnDescPtr, props: WriterPropertiesPtr) -> Self {
        let (values, levels) = (Vec::new(), Vec::new());
        Self { descr, props, buffer: PageBuffer::default(), writer: None, values, levels, rows: 0 }
    }

    /// Returns the approximate size of the row group so far, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.buffer.bytes().max(self.rows * NUMBER_BYTES)
    }

    /// Writes and clears `values` and `levels`; a column without nulls has no levels.
    fn write(&mut self) -> ParquetResult<()> {
        let writer = self.writer.get_or_insert_with(|| {
            let pages = Box::new(self.buffer.clone());
            ColumnWriterImpl::new(self.descr.clone(), self.props.clone(), pages)
        });
        let levels = (self.descr.max_def_level() > 0).then_some(self.levels.as_slice());
        self.rows += self.values.len().max(self.levels.len());
        writer.write_batch(&self.values, levels, None)?;
        self.values.clear();
        self.levels.clear();
        Ok(())
    }

    /// Appends one null per row.
    fn put_nulls(&mut self, rows: &Rows) -> ParquetResult<Tally> {
        self.levels.resize(self.levels.len() + rows.len(), 0);
        self.write()?;
        Ok(Tally { nulls: rows.len() as u64, ..Tally::default() })
    }

    fn put(&mut self, cell: Option<T::T>) {
        self.levels.push(i16::from(cell.is_some()));
        self.values.extend(cell);
    }

    /// Ends the row group and returns its chunk.
    pub(super) fn close(&mut self) -> ParquetResult<Chunk> {
        if self.writer.is_none() {
            self.write()?;
        }
        let writer = self.writer.take().expect("the line above sees to it");
        let close = writer.close()?;
        self.rows = 0;
        Ok(Chunk { bytes: self.buffer.take()?, close })
    }

    fn fault(&self, problem: String) -> SinkError {
        SinkError::Column { column: self.descr.name().to_owned(), problem }
    }
}

fn is_set(bits: Option<&Bitmap>, row: usize, otherwise: bool) -> bool {
    bits.map_or(otherwise, |bits| bits.get(row))
}

impl NumberColumn<Int64Type> {
    /// Appends integers or decimals.
    pub(super) fn append(
        &mut self,
        kind: ColumnKind,
        column: &Column,
        rows: &Rows,
    ) -> Result<Tally, SinkError> {
        let values = match (&column.cells, kind) {
            (Cells::Absent, _) => {
                return self.put_nulls(rows).map_err(SinkError::parquet("a column of numbers"));
            }
            (Cells::Integer(values), ColumnKind::Integer) => values,
            (Cells::Decimal { scale, unscaled }, ColumnKind::Decimal { scale: expected, .. }) => {
                if *scale != expected {
                    let problem =
                        format!("expected {expected} digits after the point, found {scale}");
                    return Err(self.fault(problem));
                }
                unscaled
            }
            _ => return Err(self.fault(format!("expected cells that were cast to {kind:?}"))),
        };
        let mut tally = Tally::default();
        for row in rows.iter() {
            let cell = is_set(column.valid.as_ref(), row, true).then(|| values[row]);
            match cell {
                Some(value) if kind.fits(value) => tally.sum += i128::from(value),
                Some(value) => {
                    let problem = format!(
                        "expected numbers that fit {kind:?}, found {value}; \
                         quarantine records whose numbers do not fit"
                    );
                    return Err(self.fault(problem));
                }
                None => {
                    tally.nulls += 1;
                    tally.malformed += u64::from(is_set(column.malformed.as_ref(), row, false));
                }
            }
            self.put(cell);
        }
        self.write().map_err(SinkError::parquet("a column of numbers"))?;
        Ok(tally)
    }

    /// Appends one number per record, without nulls.
    pub(super) fn append_lineage(
        &mut self,
        rows: &Rows,
        number: impl Fn(usize) -> u64,
    ) -> Result<(), SinkError> {
        for row in rows.iter() {
            let value = i64::try_from(number(row))
                .map_err(|_| self.fault("expected a position below 2^63".to_owned()))?;
            self.values.push(value);
        }
        self.write().map_err(SinkError::parquet("the lineage"))
    }
}

impl NumberColumn<Int32Type> {
    /// Appends dates.
    pub(super) fn append(&mut self, column: &Column, rows: &Rows) -> Result<Tally, SinkError> {
        let days = match &column.cells {
            Cells::Absent => {
                return self.put_nulls(rows).map_err(SinkError::parquet("a column of dates"));
            }
            Cells::Date(days) => days,
            _ => return Err(self.fault("expected cells that were cast to dates".to_owned())),
        };
        let mut tally = Tally::default();
        for row in rows.iter() {
            let cell = is_set(column.valid.as_ref(), row, true).then(|| days[row]);
            if cell.is_none() {
                tally.nulls += 1;
                tally.malformed += u64::from(is_set(column.malformed.as_ref(), row, false));
            }
            self.put(cell);
        }
        self.write().map_err(SinkError::parquet("a column of dates"))?;
        Ok(tally)
    }
}
