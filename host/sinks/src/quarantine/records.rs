//! Quarantined records, with their exact bytes and all findings.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, StringBuilder};
use arrow_schema::{DataType, Field};
use assay_model::Position;

use super::file::{BatchFile, FileSummary, Places, number_field, signed, take_numbers};
use super::lists::Lists;
use crate::SinkError;

/// One hit of a rule on the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding<'a> {
    /// Public code of the rule.
    pub rule: &'a str,
    /// Class of the rule: `validate`, `normalise`, `quarantine`, or the host's own for structural faults.
    pub class: &'a str,
    /// Level of the rule in this run.
    pub level: &'a str,
    /// Name of the column, if it concerns one.
    pub column: Option<&'a str>,
    /// The message, for people.
    pub message: &'a str,
    /// The cell that the rule saw, if any.
    pub value: Option<&'a str>,
}

/// One rewritten cell of the record. A blank cell is an empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair<'a> {
    /// Name of the column.
    pub column: &'a str,
    /// Code of the rule that rewrote it.
    pub rule: &'a str,
    /// The cell in the file.
    pub before: &'a str,
    /// The cell after rewriting.
    pub after: &'a str,
}

/// A quarantined record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantinedRecord<'a> {
    /// Its position; `line` is its first line.
    pub position: Position,
    /// Its last line, which differs from the first if cells contain line breaks.
    pub line_last: u64,
    /// Its bytes as they are in the file, line ending included.
    pub raw: &'a [u8],
    /// Whether `raw` is the whole record. Of an overlong record only the beginning is kept; the position says where the rest is.
    pub raw_complete: bool,
    /// Outcome of the record, such as `quarantined`.
    pub outcome: &'a str,
    /// What a quarantine rule says should be done with it, if anything.
    pub disposition: Option<&'a str>,
    /// All findings, in the order in which they were made.
    pub findings: &'a [Finding<'a>],
    /// All cells rewritten before the record was quarantined.
    pub repairs: &'a [Repair<'a>],
}

/// Memory of a finding in addition to its texts, in bytes: the end offset of each text.
const FINDING_BYTES: usize = 24;

/// Writes a quarantine file: one row per record.
#[derive(Debug)]
pub struct QuarantineWriter<W: Write + Send> {
    file: BatchFile<W>,
    places: Places,
    line_last: Vec<i64>,
    raw: BinaryBuilder,
    raw_complete: BooleanBuilder,
    outcome: StringBuilder,
    disposition: StringBuilder,
    findings: Lists<6>,
    repairs: Lists<4>,
}

impl<W: Write + Send> QuarantineWriter<W> {
    /// Begins a file. `metadata` is written unchanged into its footer. Fails if the encoder or `out` fails.
    pub fn new(metadata: &[(String, String)], out: W) -> Result<Self, SinkError> {
        let findings = Lists::new([
            ("rule", false),
            ("class", false),
            ("level", false),
            ("column", true),
            ("message", false),
            ("value", true),
        ]);
        let repairs =
            Lists::new([("column", false), ("rule", false), ("before", false), ("after", false)]);
        let steady = ["record", "line_first", "line_last", "byte_offset"];
        let fields = vec![
            number_field("record"),
            number_field("line_first"),
            number_field("line_last"),
            number_field("byte_offset"),
            number_field("byte_length"),
            Field::new("raw", DataType::Binary, false),
            Field::new("raw_complete", DataType::Boolean, false),
            Field::new("outcome", DataType::Utf8, false),
            Field::new("disposition", DataType::Utf8, true),
            findings.field("findings"),
            repairs.field("repairs"),
        ];
        Ok(Self {
            file: BatchFile::new(fields, &steady, &["raw"], metadata, out)?,
            places: Places::default(),
            line_last: Vec::new(),
            raw: BinaryBuilder::new(),
            raw_complete: BooleanBuilder::new(),
            outcome: StringBuilder::new(),
            disposition: StringBuilder::new(),
            findings,
            repairs,
        })
    }

    /// Returns the number of records so far.
    pub fn rows(&self) -> u64 {
        self.file.rows()
    }

    /// Returns the memory used, in bytes.
    pub fn memory(&self) -> usize {
        self.file.memory()
    }

    /// Appends a record. Fails if the encoder or the output fails.
    pub fn push(&mut self, record: &QuarantinedRecord<'_>) -> Result<(), SinkError> {
        self.places.push(&record.position);
        self.line_last.push(signed(record.line_last));
        self.raw.append_value(record.raw);
        self.raw_complete.append_value(record.raw_complete);
        self.outcome.append_value(record.outcome);
        self.disposition.append_option(record.disposition);
        let mut bytes = record.raw.len();
        for Finding { rule, class, level, column, message, value } in record.findings {
            self.findings.push([
                Some(rule),
                Some(class),
                Some(level),
                *column,
                Some(message),
                *value,
            ]);
            bytes += rule.len() + class.len() + level.len() + column.map_or(0, str::len);
            bytes += message.len() + value.map_or(0, str::len) + FINDING_BYTES;
        }
        self.findings.end_row();
        for Repair { column, rule, before, after } in record.repairs {
            self.repairs.push([Some(column), Some(rule), Some(before), Some(after)]);
            bytes += before.len() + after.len();
        }
        self.repairs.end_row();
        if self.file.count(bytes) { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        let [record, line_first, offset, length] = self.places.take();
        self.file.write(vec![
            record,
            line_first,
            take_numbers(&mut self.line_last),
            offset,
            length,
            Arc::new(self.raw.finish()),
            Arc::new(self.raw_complete.finish()),
            Arc::new(self.outcome.finish()),
            Arc::new(self.disposition.finish()),
            self.findings.take(),
            self.repairs.take(),
        ])
    }

    /// Ends the file and returns its summary and the writer, which the caller must still finish or flush.
    pub fn finish(mut self) -> Result<(FileSummary, W), SinkError> {
        self.flush()?;
        self.file.finish()
    }
}
