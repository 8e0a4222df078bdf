//! Filling one slab: index some bytes, take the records they contain, read more.
//!
//! The loop asks four questions, always in this order: is there a record whose end is known, is the current record broken, can
//! more be indexed, can more be read. Good records are taken by the first question; the rest go to [`crate::record_end`].

use std::io::{self, Read};

use memchr::{memchr, memchr_iter};

use crate::columns::TILE;
use crate::debris;
use crate::fault::{FaultKind, Faults};
use crate::grammar::{self, Parsed, QuoteFault};
use crate::header::BOM;
use crate::index::End;
use crate::reading::Reading;
use crate::record_end::{Begins, RecordEnd};
use crate::slab::{Cut, Record, Slab, narrow};
use crate::source::SLACK;

/// Fills one slab.
pub(crate) struct Filling<'a, R> {
    reading: &'a mut Reading<R>,
    slab: &'a mut Slab,
    /// Where the current record begins.
    start: usize,
    /// Index of its first separator.
    first: usize,
    /// Positions of the next entry in the index's ends, quoted LFs and doubled quotes.
    next_end: usize,
    next_inner: usize,
    next_doubled: usize,
    /// Bytes cut from records so far: added to positions in the slab to give positions in the input.
    missing: u64,
    until: Until,
    /// Number of records whose faults are all known, and where the last of them ends.
    complete: usize,
    complete_to: usize,
    lone_crs: u64,
    /// Receives records that can be judged while their bytes are in the cache, always in whole tiles except for the last call.
    gather: Option<&'a mut Gather<'a>>,
    gathered: usize,
}

/// Receives records of a slab, by index.
pub(crate) type Gather<'a> = dyn FnMut(&Slab, &[u32]) + 'a;

/// Minimum number of records gathered in one step: two tiles, 90 KB for records of 700 bytes, plus half as much for their
/// separators.
const GATHERED: usize = 2 * TILE;

/// Where a run of records ends: with the first record that reaches one of these limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    pub(crate) records: usize,
    /// Bytes of the slab, counted from its first byte, without what was cut from records.
    pub(crate) bytes: usize,
}

/// What the separators say about the current record.
struct Seen {
    content: usize,
    end: usize,
    fields: usize,
    /// Index of the first separator after it.
    next_first: usize,
}

impl<'a, R: Read> Filling<'a, R> {
    pub(crate) fn new(reading: &'a mut Reading<R>, slab: &'a mut Slab, until: Until) -> Self {
        Self {
            reading,
            slab,
            start: 0,
            first: 0,
            next_end: 0,
            next_inner: 0,
            next_doubled: 0,
            missing: 0,
            until,
            complete: 0,
            complete_to: 0,
            lone_crs: 0,
            gather: None,
            gathered: 0,
        }
    }

    /// Passes records on as they arrive.
    pub(crate) fn gathering(mut self, gather: &'a mut Gather<'a>) -> Self {
        self.gather = Some(gather);
        self
    }

    /// Skips the first bytes of the slab: a record begins after them.
    pub(crate) fn from(mut self, start: usize) -> Self {
        self.start = start;
        self.complete_to = start;
        self.slab.index.resume(start);
        self
    }

    /// Fills the slab until it is full or the input ends. Returns the offset in the input at which the next slab begins.
    pub(crate) fn run(mut self) -> io::Result<u64> {
        while !self.full() {
            if let Some(&end) = self.slab.index.ends.get(self.next_end) {
                self.next_end += 1;
                self.take_line(end)?;
            } else if self.slab.index.broken || self.slab.index.at > self.start + self.limit() {
                self.take_broken()?;
            } else if self.gather.is_some() && self.slab.records.len() - self.complete >= GATHERED {
                self.complete(self.start);
            } else if self.next_end > 0 {
                // All have been taken. In a slab of short lines they would take many times the memory of its bytes.
                self.slab.index.ends.clear();
                self.next_end = 0;
            } else if self.index_more() {
                // There may be ends now.
            } else if !self.reading.source.at_end() {
                let again = self.reading.source.returned_len() > 0;
                let want = if again { self.reading.tuning.step } else { self.reading.tuning.read };
                self.reading.source.fill(&mut self.slab.buffer, want)?;
            } else if self.open() > 0 {
                self.take_unterminated()?;
            } else {
                break;
            }
        }
        let offset = self.offset();
        self.reading.source.give_back(&mut self.slab.buffer, self.start);
        self.complete(self.slab.buffer.filled);
        if let Some(gather) = &mut self.gather {
            gather(self.slab, &self.slab.judged()[self.gathered..]);
        }
        self.reading.summary.lone_crs += self.lone_crs;
        for record in &self.slab.records {
            self.reading.summary.count(record.faults);
        }
        Ok(offset)
    }

    /// Finds the remaining faults of the records taken, which end before `to`, and passes on those that fill whole tiles.
    fn complete(&mut self, to: usize) {
        let span = tracing::debug_span!("faults").entered();
        self.lone_crs += self.slab.complete(self.complete, self.complete_to..to);
        drop(span);
        self.complete = self.slab.records.len();
        self.complete_to = to;
        if let Some(gather) = &mut self.gather {
            let rows = &self.slab.judged()[self.gathered..];
            let whole = rows.len() / TILE * TILE;
            gather(self.slab, &rows[..whole]);
            self.gathered += whole;
        }
    }

    fn full(&self) -> bool {
        self.slab.records.len() >= self.until.records || self.start >= self.until.bytes
    }

    fn limit(&self) -> usize {
        self.slab.shape.limits.record_bytes
    }

    /// Number of bytes in the buffer from the start of the current record.
    fn open(&self) -> usize {
        self.slab.buffer.filled - self.start
    }

    /// Offset in the input of the start of the current record.
    fn offset(&self) -> u64 {
        self.slab.base + self.missing + self.start as u64
    }

    /// Indexes more of the buffered bytes; false if more have to be read first.
    fn index_more(&mut self) -> bool {
        let Slab { buffer, index, .. } = &mut *self.slab;
        let to = buffer.filled.min(index.at + self.reading.tuning.step);
        let at_end = to == buffer.filled && self.reading.source.at_end();
        let before = (index.at, index.finished);
        let _span = tracing::debug_span!("index").entered();
        if buffer.bytes.len() < buffer.filled + SLACK {
            buffer.bytes.resize(buffer.filled + SLACK, 0);
        }
        if !index.finished {
            self.reading.tuning.kernel.run(index, &buffer.bytes, to, at_end);
        }
        before != (index.at, index.finished)
    }

    /// Takes the line that ends at `end`, usually a record.
    fn take_line(&mut self, end: End) -> io::Result<()> {
        let (nth, lf) = (end.nth as usize, end.at as usize);
        let crlf = lf > self.start && self.slab.buffer.bytes[lf - 1] == b'\r';
        let content = if crlf { lf - 1 } else { lf };
        if content == self.start {
            self.reading.count_blank((lf + 1 - self.start) as u64);
            self.start = lf + 1;
            self.first = nth + 1;
            let Slab { records, index, .. } = &mut *self.slab;
            if self.first == index.count {
                // The separators of blank lines are not needed, and a file may consist almost entirely of them.
                let kept = records.last().map_or(0, |record| record.first + record.fields);
                self.first = kept as usize;
                index.count = self.first;
            }
            return Ok(());
        }
        let seen = Seen { content, end: lf + 1, fields: nth + 1 - self.first, next_first: nth + 1 };
        self.take_seen(&seen)
    }

    /// Takes the last record, which has no line ending but no open quote either.
    fn take_unterminated(&mut self) -> io::Result<()> {
        let end = self.slab.buffer.filled;
        let next_first = self.slab.index.count;
        self.take_seen(&Seen { content: end, end, fields: next_first - self.first + 1, next_first })
    }

    fn take_seen(&mut self, seen: &Seen) -> io::Result<()> {
        let index = &self.slab.index;
        let inner_before = self.next_inner;
        while index.inner_lfs.get(self.next_inner).is_some_and(|&lf| (lf as usize) < seen.end) {
            self.next_inner += 1;
        }
        let doubled_before = self.next_doubled;
        while index.doubled.get(self.next_doubled).is_some_and(|&at| (at as usize) < seen.end) {
            self.next_doubled += 1;
        }
        let inner = self.next_inner - inner_before;
        let width = self.slab.shape.header.names.len();
        let wrong = seen.fields != width;
        let length = seen.end - self.start;
        let too_long = length > self.limit();
        if too_long || wrong && inner > 0 && self.record_end()? != RecordEnd::After(length) {
            self.next_doubled = doubled_before;
            return self.take_broken();
        }
        let unterminated = seen.content == seen.end;
        let mut faults = Faults::default();
        if unterminated && self.is_debris(seen.end) {
            faults.insert(FaultKind::Debris);
        } else if wrong {
            let cut_off = unterminated && seen.fields < width;
            faults.insert(if cut_off { FaultKind::Truncated } else { FaultKind::Ragged });
        }
        let record = Record {
            start: narrow(self.start),
            content: narrow(seen.content),
            end: narrow(seen.end),
            first: narrow(self.first),
            fields: narrow(seen.fields),
            faults,
            first_doubled: narrow(doubled_before),
            doubled: narrow(self.next_doubled - doubled_before),
            line: self.reading.summary.lines + 1,
        };
        self.reading.summary.lines += inner as u64;
        self.push(record, 0);
        self.first = seen.next_first;
        Ok(())
    }

    /// Whether the last bytes of the input, which have no line ending, are debris or end with debris.
    fn is_debris(&self, end: usize) -> bool {
        let width = self.slab.shape.header.names.len();
        debris::is_debris(&self.slab.buffer.bytes[self.start..end], width)
    }

    /// Takes the current record, whose end the separators do not give.
    fn take_broken(&mut self) -> io::Result<()> {
        let line = self.reading.summary.lines + 1;
        let (end, missing, faults) = match self.record_end()? {
            RecordEnd::After(bytes) => (self.start + bytes, 0, self.faults_within(bytes)),
            RecordEnd::TooLong | RecordEnd::Partial => {
                let (missing, lines) = self.skip()?;
                let faults = Faults::from(FaultKind::RecordTooLong);
                self.reading.summary.lines += lines;
                (self.start + self.limit(), missing, faults)
            }
        };
        let bytes = &self.slab.buffer.bytes;
        let raw = &bytes[self.start..end];
        let terminator = match raw {
            _ if missing > 0 => 0,
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        };
        let lfs = memchr_iter(b'\n', &raw[..raw.len() - terminator]).count() as u64;
        let first = narrow(self.first);
        let record = Record {
            start: narrow(self.start),
            content: narrow(end - terminator),
            end: narrow(end),
            first,
            fields: 0,
            faults,
            first_doubled: 0,
            doubled: 0,
            line,
        };
        self.reading.summary.lines += lfs;
        self.push(record, missing);
        self.slab.index.count = self.first;
        self.slab.index.doubled.truncate(self.next_doubled);
        self.slab.index.resume(self.start);
        // The index may have stopped before the end of these bytes, so their contents are unknown.
        self.slab.index.saw_cr = u64::MAX;
        self.slab.index.saw_nul = u64::MAX;
        self.slab.index.skipped = true;
        (self.next_end, self.next_inner) = (0, 0);
        Ok(())
    }

    fn push(&mut self, mut record: Record, missing: u64) {
        let (start, content, end) = (self.start, record.content as usize, record.end as usize);
        let bytes = &self.slab.buffer.bytes[..end];
        let Slab { shape, .. } = &*self.slab;
        if content - start > shape.limits.field_bytes
            && !record.faults.contains(FaultKind::RecordTooLong)
        {
            let fields = grammar::fields(&bytes[start..content]);
            if fields.into_iter().any(|field| field.len() > shape.limits.field_bytes) {
                record.faults.insert(FaultKind::FieldTooLong);
            }
        }
        let (marked, text) = match bytes[start..content].strip_prefix(BOM) {
            Some(text) => (true, text),
            None => (false, &bytes[start..content]),
        };
        if shape.header.repeated_by(text) {
            record.faults.insert(FaultKind::RepeatedHeader);
        }
        if marked {
            record.faults.insert(FaultKind::ByteOrderMark);
        }
        let summary = &mut self.reading.summary;
        summary.lines += 1;
        summary.records += 1;
        summary.record_bytes += (end - start) as u64 + missing;
        summary.crlf_records += u64::from(end == content + 2);
        // Debris alone is not a line.
        let alone = record.faults.contains(FaultKind::Debris)
            && debris::without(&bytes[start..content]) == 0;
        summary.ends_with_line_ending =
            end > content || (missing > 0 || alone) && summary.ends_with_line_ending;
        if missing > 0 {
            self.slab.cuts.push(Cut { record: self.slab.records.len(), missing });
            self.missing += missing;
        }
        self.slab.records.push(record);
        self.start = end;
    }

    /// Where the current record ends, reading as many bytes as that takes.
    fn record_end(&mut self) -> io::Result<RecordEnd> {
        loop {
            let bytes = &self.slab.buffer.bytes[self.start..self.slab.buffer.filled];
            let offset = self.offset();
            match self.reading.ends.of(bytes, offset, self.reading.source.at_end()) {
                RecordEnd::Partial => self.read_ahead()?,
                end => return Ok(end),
            }
        }
    }

    /// Reads at least as many bytes as are already buffered, so that starting over is cheap overall.
    fn read_ahead(&mut self) -> io::Result<()> {
        let want = self.reading.tuning.read.max(self.open());
        self.reading.source.fill(&mut self.slab.buffer, want)
    }

    /// The faults of a broken record that ends after `length` bytes.
    fn faults_within(&mut self, length: usize) -> Faults {
        let offset = self.offset();
        let bytes = &self.slab.buffer.bytes[self.start..self.slab.buffer.filled];
        let width = self.slab.shape.header.names.len();
        let cut_off = !bytes[..length].ends_with(b"\n");
        if cut_off && debris::is_debris(&bytes[..length], width) {
            return FaultKind::Debris.into();
        }
        // Without the byte order mark, its quotes may be correct.
        if let Some(text) = bytes[..length].strip_prefix(BOM)
            && let Parsed::Record { end, fields, .. } = grammar::parse(text, true)
            && (end, fields) == (text.len(), width)
        {
            return FaultKind::ByteOrderMark.into();
        }
        match self.reading.ends.parse(bytes, 0, offset, self.reading.source.at_end()) {
            Some(Parsed::Record { end, fields, .. }) if end == length => {
                let truncated = cut_off && fields < width;
                if truncated { FaultKind::Truncated.into() } else { FaultKind::Ragged.into() }
            }
            Some(Parsed::Broken { how, at, .. }) if how != QuoteFault::Unclosed && at < length => {
                FaultKind::Quote.into()
            }
            // What broke the grammar, if anything did, lies beyond the end: the end is inside a quoted field.
            _ if cut_off => FaultKind::Truncated.into(),
            _ => FaultKind::Quote.into(),
        }
    }

    /// Drops the rest of a record that is too long, up to where a valid record begins. Returns the number of bytes dropped, and
    /// of line ends among them except for the last.
    fn skip(&mut self) -> io::Result<(u64, u64)> {
        let keep = self.start + self.limit();
        let (mut missing, mut lines) = (0, 0);
        let mut at = keep;
        let end = loop {
            let ended = self.reading.source.at_end();
            let filled = self.slab.buffer.filled;
            let Some(found) = memchr(b'\n', &self.slab.buffer.bytes[at..filled]) else {
                if ended {
                    self.reading.summary.ends_with_line_ending = false;
                    break filled;
                }
                missing += (filled - keep) as u64;
                self.slab.buffer.filled = keep;
                at = keep;
                self.reading.source.fill(&mut self.slab.buffer, self.reading.tuning.read)?;
                continue;
            };
            let end = at + found + 1;
            let offset = self.slab.base + self.missing + missing + end as u64;
            let bytes = &self.slab.buffer.bytes[end..filled];
            match self.reading.ends.valid_next(bytes, offset, ended) {
                Begins::Valid => {
                    self.reading.summary.ends_with_line_ending = true;
                    break end;
                }
                Begins::Other => {
                    let (blank, more) = self.reading.ends.blank_like_first(bytes, offset);
                    lines += 1 + more;
                    at = end + blank;
                    if at - keep > self.reading.tuning.read {
                        missing += (at - keep) as u64;
                        self.remove(keep, at);
                        at = keep;
                    }
                }
                Begins::Partial => {
                    let want = self.reading.tuning.read.max(filled - end);
                    self.reading.source.fill(&mut self.slab.buffer, want)?;
                }
            }
        };
        missing += (end - keep) as u64;
        self.remove(keep, end);
        Ok((missing, lines))
    }

    /// Removes the bytes between two positions of the buffer.
    fn remove(&mut self, from: usize, to: usize) {
        let buffer = &mut self.slab.buffer;
        buffer.bytes.copy_within(to..buffer.filled, from);
        buffer.filled -= to - from;
    }
}
