//! Findings of records that passed, and repairs of all records: one row each.

use std::io::Write;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use arrow_schema::{DataType, Field};
use assay_model::Position;

use super::file::{BatchFile, FileSummary, Places, number_field};
use crate::SinkError;

/// A finding that did not quarantine its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingRow<'a> {
    /// Position of the record.
    pub position: Position,
    /// Public code of the rule.
    pub rule: &'a str,
    /// Level of the rule in this run.
    pub level: &'a str,
    /// Name of the column, if it concerns one.
    pub column: Option<&'a str>,
    /// The message, for people.
    pub message: &'a str,
    /// The cell that the rule saw, if any.
    pub value: Option<&'a str>,
}

/// A rewritten cell. A blank cell is an empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepairRow<'a> {
    /// Position of the record.
    pub position: Position,
    /// Name of the column.
    pub column: &'a str,
    /// Code of the rule that rewrote it.
    pub rule: &'a str,
    /// The cell in the file.
    pub before: &'a str,
    /// The cell after rewriting.
    pub after: &'a str,
}

/// Size of a position, in bytes: four numbers.
const PLACE_BYTES: usize = 32;

/// A file of positions and texts.
#[derive(Debug)]
struct Table<W: Write + Send, const TEXTS: usize> {
    file: BatchFile<W>,
    places: Places,
    texts: [StringBuilder; TEXTS],
}

impl<W: Write + Send, const TEXTS: usize> Table<W, TEXTS> {
    fn new(
        texts: [(&str, bool); TEXTS],
        metadata: &[(String, String)],
        out: W,
    ) -> Result<Self, SinkError> {
        let places = ["record", "line", "byte_offset", "byte_length"];
        let fields = places
            .map(number_field)
            .into_iter()
            .chain(texts.map(|(name, nullable)| Field::new(name, DataType::Utf8, nullable)))
            .collect();
        Ok(Self {
            file: BatchFile::new(fields, &places[..3], &[], metadata, out)?,
            places: Places::default(),
            texts: std::array::from_fn(|_| StringBuilder::new()),
        })
    }

    fn push(&mut self, position: &Position, texts: [Option<&str>; TEXTS]) -> Result<(), SinkError> {
        self.places.push(position);
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_option(text);
        }
        let bytes: usize = texts.iter().flatten().map(|text| text.len()).sum();
        // In a row with short texts the position takes about as much memory as they do.
        if self.file.count(bytes + PLACE_BYTES) { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        let texts = self.texts.each_mut().map(|column| Arc::new(column.finish()) as ArrayRef);
        let columns = self.places.take().into_iter().chain(texts).collect();
        self.file.write(columns)
    }

    fn finish(mut self) -> Result<(FileSummary, W), SinkError> {
        self.flush()?;
        self.file.finish()
    }
}

/// Writes a findings file: one row per finding of a record that passed.
#[derive(Debug)]
pub struct FindingsWriter<W: Write + Send>(Table<W, 5>);

impl<W: Write + Send> FindingsWriter<W> {
    /// Begins a file. `metadata` is written unchanged into its footer. Fails if the encoder or `out` fails.
    pub fn new(metadata: &[(String, String)], out: W) -> Result<Self, SinkError> {
        let texts = [
            ("rule", false),
            ("level", false),
            ("column", true),
            ("message", false),
            ("value", true),
        ];
        Ok(Self(Table::new(texts, metadata, out)?))
    }

    /// Returns the memory used, in bytes.
    pub fn memory(&self) -> usize {
        self.0.file.memory()
    }

    /// Returns the number of findings so far.
    pub fn rows(&self) -> u64 {
        self.0.file.rows()
    }

    /// Appends a finding. Fails if the encoder or the output fails.
    pub fn push(&mut self, row: &FindingRow<'_>) -> Result<(), SinkError> {
        let texts = [Some(row.rule), Some(row.level), row.column, Some(row.message), row.value];
        self.0.push(&row.position, texts)
    }

    /// Ends the file and returns its summary and the writer, which the caller must still finish or flush.
    pub fn finish(self) -> Result<(FileSummary, W), SinkError> {
        self.0.finish()
    }
}

/// Writes a repairs file: one row per rewritten cell.
#[derive(Debug)]
pub struct RepairsWriter<W: Write + Send>(Table<W, 4>);

impl<W: Write + Send> RepairsWriter<W> {
    /// Begins a file. `metadata` is written unchanged into its footer. Fails if the encoder or `out` fails.
    pub fn new(metadata: &[(String, String)], out: W) -> Result<Self, SinkError> {
        let texts = [("column", false), ("rule", false), ("before", false), ("after", false)];
        Ok(Self(Table::new(texts, metadata, out)?))
    }

    /// Returns the memory used, in bytes.
    pub fn memory(&self) -> usize {
        self.0.file.memory()
    }

    /// Returns the number of repairs so far.
    pub fn rows(&self) -> u64 {
        self.0.file.rows()
    }

    /// Appends a repair. Fails if the encoder or the output fails.
    pub fn push(&mut self, row: &RepairRow<'_>) -> Result<(), SinkError> {
        let texts = [Some(row.column), Some(row.rule), Some(row.before), Some(row.after)];
        self.0.push(&row.position, texts)
    }

    /// Ends the file and returns its summary and the writer, which the caller must still finish or flush.
    pub fn finish(self) -> Result<(FileSummary, W), SinkError> {
        self.0.finish()
    }
}
