//! A run of whole records with their positions and faults.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use assay_model::Position;
use memchr::memchr;

use crate::cp1252::{self, Encoding};
use crate::fault::{FaultKind, Faults};
use crate::header::Header;
use crate::index::{BLOCK_BYTES, Detail, Index};
use crate::source::Buffer;
use crate::{Limits, grammar};

/// Whole records in file order: their bytes, positions and faults. Their cells are built into columns in `columns`, and their faults are
/// described in `details`.
///
/// Records are addressed by their index in the slab, `0..len()`. Pass a finished slab back to [`crate::SlabReader::next_slab`] to reuse
/// its memory.
#[derive(Debug, Default)]
pub struct Slab {
    pub(crate) buffer: Buffer,
    pub(crate) index: Index,
    pub(crate) records: Vec<Record>,
    pub(crate) cuts: Vec<Cut>,
    /// Offset in the input of the slab's first byte.
    pub(crate) base: u64,
    /// Number of the first record.
    pub(crate) first_record: u64,
    pub(crate) shape: Arc<Shape>,
    judged: Vec<u32>,
}

/// What is the same for the whole input: its header and the limits with which it is read.
#[derive(Debug, Default)]
pub struct Shape {
    pub(crate) header: Header,
    pub(crate) limits: Limits,
}

impl Shape {
    /// Number of columns in the header.
    pub fn width(&self) -> usize {
        self.header.names.len()
    }
}

/// One record. Positions are relative to the slab.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    pub(crate) start: u32,
    /// Where its line ending begins.
    pub(crate) content: u32,
    /// Where its line ending ends.
    pub(crate) end: u32,
    /// Index of its first separator.
    pub(crate) first: u32,
    /// Number of fields found by the index; 0 if the index does not cover the record.
    pub(crate) fields: u32,
    pub(crate) faults: Faults,
    /// Index of its first doubled quote.
    pub(crate) first_doubled: u32,
    /// Number of its doubled quotes.
    pub(crate) doubled: u32,
    /// Physical line of its first byte.
    pub(crate) line: u64,
}

/// A record of which only the first bytes are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) record: usize,
    /// Number of bytes that are not kept.
    pub(crate) missing: u64,
}

impl Slab {
    /// Number of records; at least 1 in a slab from [`crate::SlabReader::next_slab`].
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has no records.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Number of its first record in the file, counting from 1.
    pub fn first_record(&self) -> u64 {
        self.first_record
    }

    /// Bytes of its records as kept in memory, and of the blank lines between them.
    pub fn bytes_len(&self) -> usize {
        self.buffer.filled
    }

    /// Memory used, in bytes, including the metadata of its records.
    pub fn memory(&self) -> usize {
        self.buffer.bytes.capacity()
            + self.index.memory()
            + self.records.capacity() * size_of::<Record>()
            + self.cuts.capacity() * size_of::<Cut>()
            + self.judged.capacity() * size_of::<u32>()
    }

    /// The position of record `index` in the input.
    pub fn position(&self, index: usize) -> Position {
        let record = &self.records[index];
        let before: u64 =
            self.cuts.iter().take_while(|cut| cut.record < index).map(|cut| cut.missing).sum();
        Position {
            record: self.first_record + index as u64,
            line: record.line,
            offset: self.base + before + u64::from(record.start),
            length: u64::from(record.end - record.start) + self.missing(index),
        }
    }

    /// The bytes of record `index`, including its line ending. For a record that is too long, only the first bytes.
    pub fn raw(&self, index: usize) -> &[u8] {
        let record = &self.records[index];
        &self.buffer.bytes[record.start as usize..record.end as usize]
    }

    /// Whether `raw` is only part of the record.
    pub fn raw_is_cut(&self, index: usize) -> bool {
        self.missing(index) > 0
    }

    /// The faults of record `index`.
    pub fn faults(&self, index: usize) -> Faults {
        self.records[index].faults
    }

    /// The cell of record `index` in `column`: unquoted, UTF-8. Empty if the record does not have that field. For a record with broken
    /// quotes, as far as its fields can be distinguished.
    pub fn field(&self, index: usize, column: usize) -> Cow<'_, [u8]> {
        let record = &self.records[index];
        let field = if column < record.fields as usize {
            let (start, end) = self.span(record, column);
            &self.buffer.bytes[start..end]
        } else {
            grammar::fields(self.content(index)).nth(column).unwrap_or_default()
        };
        text_of(field)
    }

    /// Indexes of the records that rules may judge, ascending: those without a blocking fault.
    pub fn judged(&self) -> &[u32] {
        &self.judged
    }

    /// The record's bytes without its line ending.
    pub(crate) fn content(&self, index: usize) -> &[u8] {
        let record = &self.records[index];
        &self.buffer.bytes[record.start as usize..record.content as usize]
    }

    /// Where a field found by the index begins and ends, including its quotes.
    #[inline]
    pub(crate) fn span(&self, record: &Record, column: usize) -> (usize, usize) {
        let first = record.first as usize;
        let start = match column {
            0 => record.start as usize,
            _ => self.index.separators[first + column - 1] as usize + 1,
        };
        let end = if column + 1 < record.fields as usize {
            self.index.separators[first + column] as usize
        } else {
            record.content as usize
        };
        (start, end)
    }

    pub(crate) fn missing(&self, index: usize) -> u64 {
        self.cuts.iter().find(|cut| cut.record == index).map_or(0, |cut| cut.missing)
    }

    /// Prepares the slab to be filled from offset `base`.
    pub(crate) fn begin(
        &mut self,
        shape: Arc<Shape>,
        base: u64,
        first_record: u64,
        detail: Detail,
    ) {
        self.buffer.filled = 0;
        self.index.clear(0, detail);
        self.records.clear();
        self.cuts.clear();
        self.judged.clear();
        self.base = base;
        self.first_record = first_record;
        self.shape = shape;
    }

    /// Finds the faults of individual bytes in the records from `first`, which occupy `range`, and which of these records can be judged.
    /// Returns the number of CRs in `range` without a following LF. What follows the last kept byte of a record that is too long is unknown.
    pub(crate) fn complete(&mut self, first: usize, range: Range<usize>) -> u64 {
        let bytes = &self.buffer.bytes[..self.buffer.filled];
        let mut lone_crs = 0;
        if self.index.saw_cr != 0 {
            let lone = |&at: &usize| bytes.get(at + 1) != Some(&b'\n');
            let crs = memchr::memchr_iter(b'\r', &bytes[range.clone()]).map(|at| range.start + at);
            lone_crs = (crs.filter(lone).count() - self.crs_at_cuts(first)) as u64;
        }
        if self.index.saw_nul != 0 {
            for record in &mut self.records[first..] {
                // NULs are part of debris.
                if !record.faults.contains(FaultKind::Debris)
                    && memchr(0, &bytes[record.start as usize..record.end as usize]).is_some()
                {
                    record.faults.insert(FaultKind::Nul);
                }
            }
        }
        if self.index.skipped {
            self.records[first..].iter_mut().for_each(|record| check_encoding(record, bytes));
        } else {
            self.check_characters(first, range);
        }
        let judged = (0..).zip(&self.records).skip(first);
        let judged = judged.filter(|(_, record)| !record.faults.blocking());
        self.judged.extend(judged.map(|(index, _)| index));
        lone_crs
    }

    /// Number of records from `first` whose last kept byte is a CR, with other bytes than an LF after it in the buffer.
    fn crs_at_cuts(&self, first: usize) -> usize {
        let bytes = &self.buffer.bytes[..self.buffer.filled];
        let cuts = self.cuts.iter().filter(|cut| cut.record >= first);
        let ends = cuts.map(|cut| self.records[cut.record].end as usize);
        ends.filter(|&end| bytes[..end].ends_with(b"\r") && bytes.get(end) != Some(&b'\n')).count()
    }

    /// Checks the bytes beyond ASCII in `range`, which begins and ends at character boundaries.
    fn check_characters(&mut self, first: usize, range: Range<usize>) {
        let (from, to) = (narrow(range.start), narrow(range.end));
        let bytes = &self.buffer.bytes[..self.buffer.filled];
        let high = &self.index.high;
        let begun = high.partition_point(|block| block + BLOCK_BYTES <= from);
        let high = &high[begun..];
        let high = &high[..high.partition_point(|&block| block < to)];
        // A record is checked as a whole, so once is enough: a long one has many such blocks.
        let mut unchecked = first;
        for blocks in high.chunk_by(|one, next| one + BLOCK_BYTES == *next) {
            // Characters are never split: the bytes around these blocks are ASCII.
            let (start, end) =
                (blocks[0].max(from), (blocks[blocks.len() - 1] + BLOCK_BYTES).min(to));
            let text = &bytes[start as usize..end as usize];
            if simdutf8::basic::from_utf8(text).is_ok() {
                continue;
            }
            let within = self.records[unchecked..].partition_point(|record| record.end <= start);
            unchecked += within;
            for record in
                self.records[unchecked..].iter_mut().take_while(|record| record.start < end)
            {
                check_encoding(record, bytes);
                unchecked += 1;
            }
        }
    }
}

/// A field as text: unquoted, UTF-8.
pub(crate) fn text_of(field: &[u8]) -> Cow<'_, [u8]> {
    let plain = grammar::unquote(field);
    if std::str::from_utf8(&plain).is_ok() {
        return plain;
    }
    let mut text = Vec::with_capacity(plain.len() * 2);
    cp1252::decode_into(&plain, &mut text);
    text.into()
}

/// Records a fault if a record is not UTF-8. `bytes` are those of the slab.
fn check_encoding(record: &mut Record, bytes: &[u8]) {
    // The cut may have split a character.
    if record.faults.contains(FaultKind::RecordTooLong) {
        return;
    }
    match cp1252::encoding(&bytes[record.start as usize..record.end as usize]) {
        Encoding::Utf8 => {}
        Encoding::Windows1252 { .. } => record.faults.insert(FaultKind::Encoding),
        Encoding::Neither { .. } => record.faults.insert(FaultKind::Undecodable),
    }
}

/// Converts a position in a slab to 32 bits.
#[inline]
pub(crate) fn narrow(position: usize) -> u32 {
    u32::try_from(position).expect("limits keep a slab below 2^32 bytes")
}
