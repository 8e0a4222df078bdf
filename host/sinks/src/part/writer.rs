//! Writes one part file.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use assay_model::{ColumnKind, Decimal, Digest, LINEAGE, Position};
use parquet::basic::Encoding;
use parquet::data_type::{Int32Type, Int64Type};
use parquet::errors::Result as ParquetResult;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use super::number::{NumberColumn, Tally};
use super::output::Output;
use super::pages::Chunk;
use super::spec::{CREATED_BY, ColumnSpec, Rows, SlabColumns, compression, key_values, schema};
use super::text::TextColumn;
use crate::SinkError;

/// Tells Spark 3 which calendar dates use. Without it, Spark 3 refuses files with dates before 1582-10-15, for which Spark 2 wrote
/// different numbers. Spark compares the text with `3.0.0` and reads nothing else from it.
const CALENDAR: (&str, &str) = (
    "org.apache.spark.version",
    "3.0.0 (written by assay: dates as of Spark 3, proleptic Gregorian)",
);

fn with_calendar(metadata: &[(String, String)]) -> Vec<(String, String)> {
    let mut all = metadata.to_vec();
    all.push((CALENDAR.0.to_owned(), CALENDAR.1.to_owned()));
    all
}

/// Memory of a number encoder in addition to the numbers, in bytes: the crate's own tables.
const NUMBERS_BYTES: usize = 64 << 10;

/// Memory of the footer's entry for a column chunk, in bytes.
const CHUNK_BYTES: usize = 1 << 10;

/// Summary of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSummary {
    /// Name of the column.
    pub name: String,
    /// Number of null cells.
    pub nulls: u64,
    /// Number of those cells that contained something that could not be parsed. If it is not 0, something was lost.
    pub malformed: u64,
    /// Sum of all cells of a decimal column, computed here independently of any other sum.
    pub sum: Option<Decimal>,
}

/// Summary of a finished part file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartSummary {
    /// Number of records.
    pub rows: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// BLAKE3 digest of the file.
    pub digest: Digest,
    /// Number of row groups.
    pub row_groups: usize,
    /// The columns in order, without lineage.
    pub columns: Vec<ColumnSummary>,
}

/// Writes one part file.
///
/// Encoding is spread over the rayon pool on which it is called. Memory is one compressed row group ([`PartWriter::group_bytes`]). The
/// caller ends row groups with [`PartWriter::end_row_group`].
pub struct PartWriter<W: Write + Send> {
    specs: Vec<ColumnSpec>,
    columns: Vec<Encoder>,
    totals: Vec<Tally>,
    file: SerializedFileWriter<Output<W>>,
    rows: u64,
    group_rows: u64,
    row_groups: usize,
}

enum Encoder {
    Text(TextColumn),
    Number(NumberColumn<Int64Type>, ColumnKind),
    Date(NumberColumn<Int32Type>),
    Lineage(NumberColumn<Int64Type>, fn(&Position) -> u64),
}

impl Encoder {
    fn append(
        &mut self,
        at: usize,
        slab: &SlabColumns<'_>,
        rows: &Rows,
    ) -> Result<Tally, SinkError> {
        match self {
            Self::Text(text) => {
                let nulls = text.append(slab.columns[at], rows)?;
                Ok(Tally { nulls, ..Tally::default() })
            }
            Self::Number(numbers, kind) => numbers.append(*kind, slab.columns[at], rows),
            Self::Date(dates) => dates.append(slab.columns[at], rows),
            Self::Lineage(numbers, number) => {
                numbers.append_lineage(rows, |row| number(&slab.positions[row]))?;
                Ok(Tally::default())
            }
        }
    }

    /// Returns the size of the row group so far, in bytes.
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.bytes(),
            Self::Number(numbers, _) | Self::Lineage(numbers, _) => numbers.bytes(),
            Self::Date(dates) => dates.bytes(),
        }
    }

    /// Returns the memory used, in bytes.
    fn memory(&self) -> usize {
        match self {
            Self::Text(text) => text.memory(),
            numbers => numbers.bytes() + NUMBERS_BYTES,
        }
    }

    fn close(&mut self) -> ParquetResult<Chunk> {
        match self {
            Self::Text(text) => text.close(),
            Self::Number(numbers, _) | Self::Lineage(numbers, _) => numbers.close(),
            Self::Date(dates) => dates.close(),
        }
    }
}

impl<W: Write + Send> PartWriter<W> {
    /// Begins a file with these columns. `metadata` is written unchanged into its footer, together with the entry that tells Spark the
    /// calendar.
    pub fn new(
        specs: Vec<ColumnSpec>,
        metadata: &[(String, String)],
        out: W,
    ) -> Result<Self, SinkError> {
        let root = schema(&specs)?;
        let mut props = WriterProperties::builder()
            .set_compression(compression())
            .set_created_by(CREATED_BY.to_owned())
            .set_key_value_metadata(key_values(&with_calendar(metadata)))
            // Readers of these files skip by row groups; page statistics would double the footer.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
        // Lineage increases steadily: differences take a byte or less, and a dictionary would never find a repeat.
        for name in LINEAGE {
            let path = ColumnPath::from(name);
            props = props
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
        let props = Arc::new(props.build());
        let file = SerializedFileWriter::new(Output::new(out), root, props.clone())
            .map_err(SinkError::parquet("the schema"))?;
        let descrs = file.schema_descr().columns();
        let mut columns: Vec<Encoder> = Vec::with_capacity(descrs.len());
        columns.extend(specs.iter().zip(descrs).map(|(spec, descr)| match spec.kind {
            ColumnKind::Text => Encoder::Text(TextColumn::new(descr.clone(), descrs.len())),
            ColumnKind::Date => Encoder::Date(NumberColumn::new(descr.clone(), props.clone())),
            kind @ (ColumnKind::Integer | ColumnKind::Decimal { .. }) => {
                Encoder::Number(NumberColumn::new(descr.clone(), props.clone()), kind)
            }
        }));
        let numbers: [fn(&Position) -> u64; 3] = [|p| p.record, |p| p.line, |p| p.offset];
        for (descr, number) in descrs[specs.len()..].iter().zip(numbers) {
            let lineage = NumberColumn::new(descr.clone(), props.clone());
            columns.push(Encoder::Lineage(lineage, number));
        }
        let totals = vec![Tally::default(); columns.len()];
        Ok(Self { specs, columns, totals, file, rows: 0, group_rows: 0, row_groups: 0 })
    }

    /// Encodes slabs in the order given. Columns are encoded concurrently, so passing several slabs at once keeps more threads busy for
    /// longer; the file is the same either way.
    pub fn append(&mut self, slabs: &[SlabColumns<'_>]) -> Result<(), SinkError> {
        slabs.iter().try_for_each(|slab| slab.check(&self.specs))?;
        let rows = |slab: &SlabColumns<'_>| Rows::new(slab.selection, slab.positions.len());
        let runs: Vec<Rows> = slabs.iter().map(rows).collect();
        let encode = |(at, (column, total)): (usize, (&mut Encoder, &mut Tally))| {
            let _span = tracing::debug_span!("encode").entered();
            for (slab, rows) in slabs.iter().zip(&runs) {
                let tally = column.append(at, slab, rows)?;
                total.nulls += tally.nulls;
                total.malformed += tally.malformed;
                total.sum += tally.sum;
            }
            Ok(())
        };
        let work = self.columns.par_iter_mut().zip(&mut self.totals).enumerate();
        // All results are collected, so that of several errors the one in the first column is always reported.
        let results: Vec<Result<(), SinkError>> = work.map(encode).collect();
        results.into_iter().collect::<Result<(), SinkError>>()?;
        let rows: usize = slabs.iter().map(SlabColumns::rows).sum();
        self.group_rows += rows as u64;
        self.rows += rows as u64;
        Ok(())
    }

    /// Returns the number of records so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the memory of the current row group, in bytes, computed from its content alone: the same on every machine.
    pub fn group_bytes(&self) -> usize {
        self.columns.iter().map(Encoder::bytes).sum()
    }

    /// Returns the memory used, in bytes, including the footer entries of row groups that have ended.
    pub fn memory(&self) -> usize {
        self.columns.iter().map(Encoder::memory).sum::<usize>()
            + self.row_groups * self.columns.len() * CHUNK_BYTES
    }

    /// Returns the number of columns, including lineage.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Returns the number of row groups ended so far.
    pub fn row_groups(&self) -> usize {
        self.row_groups
    }

    /// Ends the row group and writes it out. Does nothing if there are no records since the last one.
    pub fn end_row_group(&mut self) -> Result<(), SinkError> {
        if self.group_rows == 0 {
            return Ok(());
        }
        let close = |column: &mut Encoder| {
            let _span = tracing::debug_span!("encode").entered();
            column.close()
        };
        let chunks: Vec<ParquetResult<Chunk>> = self.columns.par_iter_mut().map(close).collect();
        self.write_row_group(chunks).map_err(SinkError::parquet("a part file"))?;
        self.group_rows = 0;
        self.row_groups += 1;
        Ok(())
    }

    fn write_row_group(&mut self, chunks: Vec<ParquetResult<Chunk>>) -> ParquetResult<()> {
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            let chunk = chunk?;
            group.append_column(&chunk.bytes, chunk.close)?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file and returns its summary and the writer, which the caller must still finish or flush.
    pub fn finish(mut self) -> Result<(PartSummary, W), SinkError> {
        self.end_row_group()?;
        self.file.finish().map_err(SinkError::parquet("a part file"))?;
        let columns = self
            .specs
            .into_iter()
            .zip(&self.totals)
            .map(|(spec, total)| ColumnSummary {
                sum: match spec.kind {
                    ColumnKind::Decimal { scale, .. } => {
                        Some(Decimal { unscaled: total.sum, scale })
                    }
                    _ => None,
                },
                name: spec.name,
                nulls: total.nulls,
                malformed: total.malformed,
            })
            .collect();
        let output = self.file.inner_mut();
        let summary = PartSummary {
            rows: self.rows,
            bytes: output.bytes(),
            digest: output.digest(),
            row_groups: self.row_groups,
            columns,
        };
        let out = output.take().expect("only this method takes it, and it takes the writer along");
        Ok((summary, out))
    }
}

impl<W: Write + Send> fmt::Debug for PartWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartWriter")
            .field("rows", &self.rows)
            .field("row_groups", &self.row_groups)
            .finish_non_exhaustive()
    }
}
