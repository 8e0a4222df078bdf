//! A Parquet file written in batches of rows.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use assay_model::{Digest, Position};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Encoding;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::SinkError;
use crate::part::{CREATED_BY, Output, compression, key_values};

/// Maximum number of rows per batch before it is encoded: about what fits the L2 cache.
const BATCH_ROWS: usize = 4_096;

/// Size at which a batch is encoded, in bytes, for files with huge records. 1 MiB: the bytes are held three times, in a builder, an array
/// and a page.
const BATCH_BYTES: usize = 1 << 20;

/// Number of rows after which a row group ends, as in part files.
const GROUP_ROWS: usize = 131_072;

/// Size after which a row group ends, before compression, in bytes. A row group is held in memory, compressed, until it ends, and random
/// bytes do not compress. 16 MiB, because up to three such files are open in addition to the part.
const GROUP_BYTES: usize = 16 << 20;

/// Maximum size of a dictionary, in bytes. Those of rules, levels, columns and messages are tiny; a large dictionary saves nothing.
const DICTIONARY_BYTES: usize = 128 * 1024;

/// Summary of a finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSummary {
    /// Number of rows.
    pub rows: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// BLAKE3 digest of the file.
    pub digest: Digest,
}

/// Rows and bytes of the current batch or row group.
#[derive(Debug, Default)]
struct Fill {
    rows: usize,
    bytes: usize,
}

/// The file, and the state that decides when batches and row groups end.
pub(super) struct BatchFile<W: Write + Send> {
    writer: ArrowWriter<Output<W>>,
    schema: SchemaRef,
    rows: u64,
    batch: Fill,
    group: Fill,
}

impl<W: Write + Send> BatchFile<W> {
    /// Begins a file. `steady` names numeric columns that increase steadily, `large` names columns whose cells are long and never repeat.
    pub(super) fn new(
        fields: Vec<Field>,
        steady: &[&str],
        large: &[&str],
        metadata: &[(String, String)],
        out: W,
    ) -> Result<Self, SinkError> {
        let mut props = WriterProperties::builder()
            .set_compression(compression())
            .set_created_by(CREATED_BY.to_owned())
            .set_key_value_metadata(key_values(metadata))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_dictionary_page_size_limit(DICTIONARY_BYTES)
            .set_max_row_group_row_count(None);
        for name in steady {
            let path = ColumnPath::from(*name);
            props = props
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
        for name in large {
            let path = ColumnPath::from(*name);
            props = props
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_statistics_enabled(path, EnabledStatistics::None);
        }
        let schema = Arc::new(Schema::new(fields));
        // The Arrow schema in the footer would only repeat the Parquet schema.
        let options =
            ArrowWriterOptions::new().with_properties(props.build()).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Output::new(out), schema.clone(), options)
            .map_err(SinkError::parquet("the schema"))?;
        Ok(Self { writer, schema, rows: 0, batch: Fill::default(), group: Fill::default() })
    }

    /// Returns the number of rows so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the memory used, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.writer.memory_size() + 2 * self.batch.bytes
    }

    /// Counts a row of `bytes` bytes and returns whether the batch is full.
    pub(super) fn count(&mut self, bytes: usize) -> bool {
        self.rows += 1;
        self.batch.rows += 1;
        self.batch.bytes += bytes;
        self.batch.rows >= BATCH_ROWS || self.batch.bytes >= BATCH_BYTES
    }

    /// Encodes a batch.
    pub(super) fn write(&mut self, columns: Vec<ArrayRef>) -> Result<(), SinkError> {
        let batch = RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(|error| SinkError::parquet("a batch of rows")(error.into()))?;
        self.writer.write(&batch).map_err(SinkError::parquet("a batch of rows"))?;
        let Fill { rows, bytes } = std::mem::take(&mut self.batch);
        self.group.rows += rows;
        self.group.bytes += bytes;
        if self.group.rows >= GROUP_ROWS || self.group.bytes >= GROUP_BYTES {
            self.group = Fill::default();
            self.writer.flush().map_err(SinkError::parquet("a row group"))?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(FileSummary, W), SinkError> {
        self.writer.finish().map_err(SinkError::parquet("the footer"))?;
        let output = self.writer.inner_mut();
        let summary =
            FileSummary { rows: self.rows, bytes: output.bytes(), digest: output.digest() };
        let out = output.take().expect("only this method takes it, and it takes the file along");
        Ok((summary, out))
    }
}

impl<W: Write + Send> fmt::Debug for BatchFile<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchFile").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Columns with the positions of records.
#[derive(Debug, Default)]
pub(super) struct Places {
    record: Vec<i64>,
    line: Vec<i64>,
    offset: Vec<i64>,
    length: Vec<i64>,
}

/// Converts a position to Parquet's signed 64 bits. No file is long enough to overflow them.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Returns the field of an integer column without nulls.
pub(super) fn number_field(name: &str) -> Field {
    Field::new(name, DataType::Int64, false)
}

impl Places {
    pub(super) fn push(&mut self, position: &Position) {
        self.record.push(signed(position.record));
        self.line.push(signed(position.line));
        self.offset.push(signed(position.offset));
        self.length.push(signed(position.length));
    }

    /// Takes record, line, offset and length as arrays, leaving them empty.
    pub(super) fn take(&mut self) -> [ArrayRef; 4] {
        [&mut self.record, &mut self.line, &mut self.offset, &mut self.length].map(take_numbers)
    }
}

/// Takes the numbers as an array, leaving the vector empty.
pub(super) fn take_numbers(numbers: &mut Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(std::mem::take(numbers)))
}
