//! The records that were held back, with their exact bytes and everything that was found.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, StringBuilder};
use arrow_schema::{DataType, Field};
use assay_model::Position;

use super::file::{BatchFile, FileSummary, Places, number_field, signed, take_numbers};
use super::lists::Lists;
use crate::SinkError;

/// A rule hit the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The rule's public code.
    pub rule: &'a str,
    /// Its class: `validate`, `normalise`, `quarantine`, or the host's own for structural faults.
    pub class: &'a str,
    /// Its level in this run.
    pub level: &'a str,
    /// The column it is about, if it is about one.
    pub column: Option<&'a str>,
    /// What a person reads.
    pub message: &'a str,
    /// The cell it saw, if any.
    pub value: Option<&'a str>,
}

/// A cell of the record was rewritten. A blank cell is the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair<'a> {
    /// The column.
    pub column: &'a str,
    /// The rule that did it.
    pub rule: &'a str,
    /// The cell in the file.
    pub before: &'a str,
    /// The cell afterwards.
    pub after: &'a str,
}

/// A record that was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantinedRecord<'a> {
    /// Where it lies; `line` is its first.
    pub position: Position,
    /// Its last line: not its first, where cells hold line ends.
    pub line_last: u64,
    /// Its bytes as they are in the file, line ending included.
    pub raw: &'a [u8],
    /// Whether `raw` is the whole record. Beyond a limit only its beginning is kept; the position still says where the rest is.
    pub raw_complete: bool,
    /// What became of it, such as `quarantined`.
    pub outcome: &'a str,
    /// What a quarantine rule wants done, if any says.
    pub disposition: Option<&'a str>,
    /// All that was found, in the order it was found.
    pub findings: &'a [Finding<'a>],
    /// All that was rewritten before it was held back.
    pub repairs: &'a [Repair<'a>],
}

/// Bytes that a finding takes besides its texts: where each of them ends.
const FINDING_BYTES: usize = 24;

/// Writes a quarantine file: one row for each record.
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
    /// Begins a file. `metadata` goes into its footer as it is.
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

    /// Records so far.
    pub fn rows(&self) -> u64 {
        self.file.rows()
    }

    /// Bytes of memory it takes.
    pub fn memory(&self) -> usize {
        self.file.memory()
    }

    /// Appends a record.
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

    /// Ends the file and gives its summary and the writer, which the caller still has to finish or to flush.
    pub fn finish(mut self) -> Result<(FileSummary, W), SinkError> {
        self.flush()?;
        self.file.finish()
    }
}
