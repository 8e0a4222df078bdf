//! From bytes to slabs.

use std::io::{self, Read};
use std::sync::Arc;

use assay_model::Column;

use crate::columns::{ColumnMemory, Gathering, Keep};
use crate::filling::{Filling, Gather, Until};
use crate::header::{BOM, Header, HeaderFault};
use crate::index::{Detail, Kernel};
use crate::outline::{Begin, Outline};
use crate::reading::Reading;
use crate::record_end::{self, RecordEnds};
use crate::record_start::RecordStart;
use crate::slab::{Shape, Slab};
use crate::source::Buffer;
use crate::{Limits, Summary};

/// Maximum number of records in an outline. 16,384: each takes about 60 bytes of metadata, so that short records take no more than the
/// mebibyte of input that they usually come from.
pub const OUTLINE_RECORDS: usize = 16 << 10;

/// Reads an input slab by slab. Call `header` first, then `next_slab` until it returns `None`, and `summary` last.
///
/// The result depends only on the bytes and the limits, not on how the reader delivers the bytes.
#[derive(Debug)]
pub struct SlabReader<R> {
    reading: Reading<R>,
    shape: Arc<Shape>,
    limits: Limits,
    stage: Stage,
    /// Offset of the first byte not yet assigned to anything.
    offset: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Start,
    Records,
    /// The header is at fault or the input could not be read: reading cannot continue.
    Stopped,
}

impl<R: Read> SlabReader<R> {
    /// Reads decompressed bytes from `reader`. Limits out of range are clamped (see [`Limits::clamped`]).
    pub fn new(reader: R, limits: Limits) -> Self {
        let limits = limits.clamped();
        Self {
            reading: Reading::new(reader, &limits),
            shape: Arc::default(),
            limits,
            stage: Stage::Start,
            offset: 0,
        }
    }

    /// Starts in the middle of an input: `reader` begins at `start`, where a record of an input of this shape begins, and about `wanted` of
    /// its bytes will be needed.
    pub fn at(reader: R, shape: Arc<Shape>, start: RecordStart, wanted: u64) -> Self {
        let mut at = Self::new(reader, shape.limits);
        at.reading.source.will_want(wanted);
        at.reading.ends = RecordEnds::new(shape.header.names.len(), shape.limits.record_bytes);
        at.shape = shape;
        at.stage = Stage::Records;
        at.move_to(start);
        at
    }

    fn move_to(&mut self, start: RecordStart) {
        self.offset = start.offset;
        self.reading.summary.records = start.record - 1;
        self.reading.summary.lines = start.line - 1;
    }

    /// For tests: other sizes of the pieces in which the input is read and indexed, and optionally the portable kernel.
    #[doc(hidden)]
    #[must_use]
    pub fn with_pieces(mut self, read: usize, step: usize, portable: bool) -> Self {
        self.reading.tuning.read = read.max(1);
        self.reading.tuning.step = step.max(crate::index::BLOCK);
        if portable {
            self.reading.tuning.kernel = Kernel::Portable;
        }
        self
    }

    /// The header. The header of an empty input has no names; an input of only a header has no records. May be called repeatedly.
    pub fn header(&mut self) -> Result<Header, HeaderFault> {
        match self.stage {
            Stage::Records => return Ok(self.shape.header.clone()),
            Stage::Stopped => return Err(HeaderFault::Read(stopped())),
            Stage::Start => self.stage = Stage::Stopped,
        }
        let header = self.read_header()?;
        self.reading.ends = RecordEnds::new(header.names.len(), self.limits.record_bytes);
        self.shape = Arc::new(Shape { header: header.clone(), limits: self.limits });
        self.stage = Stage::Records;
        Ok(header)
    }

    /// The next slab, or `None` at the end. The memory of `recycled` is reused.
    ///
    /// An error means that the input could not be read any further; faults of the data are in the slab.
    pub fn next_slab(&mut self, recycled: Option<Slab>) -> io::Result<Option<Slab>> {
        match self.stage {
            Stage::Start => {
                self.header().map_err(|fault| match fault {
                    HeaderFault::Read(error) => error,
                    fault => io::Error::new(io::ErrorKind::InvalidData, fault),
                })?;
            }
            Stage::Stopped => return Err(stopped()),
            Stage::Records => {}
        }
        let mut slab = recycled.unwrap_or_default();
        let Limits { slab_records: records, slab_bytes: bytes, .. } = self.limits;
        let until = Until { records, bytes };
        self.stage = Stage::Stopped;
        while !self.at_end() {
            let next = self.reading.summary.records + 1;
            slab.begin(Arc::clone(&self.shape), self.offset, next, Detail::Positions);
            self.offset = Filling::new(&mut self.reading, &mut slab, until).run()?;
            // A slab of blank lines only does not contain a record.
            if !slab.is_empty() {
                self.stage = Stage::Records;
                return Ok(Some(slab));
            }
        }
        self.stage = Stage::Records;
        Ok(None)
    }

    /// The `records` records that begin at `start`; anything before it is skipped. Fewer if the input ends first.
    pub fn slab_at(
        &mut self,
        start: RecordStart,
        records: usize,
        recycled: Option<Slab>,
    ) -> io::Result<Slab> {
        self.read_at(start, records, recycled, None)
    }

    fn read_at<'a>(
        &'a mut self,
        start: RecordStart,
        records: usize,
        recycled: Option<Slab>,
        gather: Option<&'a mut Gather<'a>>,
    ) -> io::Result<Slab> {
        // The records read so far end before `start`, unless the input has changed.
        let before = start.offset.checked_sub(self.offset).ok_or_else(|| {
            io::Error::other(
                "the input changed since its records were counted; run again once it is complete",
            )
        })?;
        self.reading.source.skip(before)?;
        self.move_to(start);
        let mut slab = recycled.unwrap_or_default();
        slab.begin(Arc::clone(&self.shape), self.offset, start.record, Detail::Positions);
        let until = Until { records, bytes: usize::MAX };
        let filling = Filling::new(&mut self.reading, &mut slab, until);
        let filling = match gather {
            Some(gather) => filling.gathering(gather),
            None => filling,
        };
        self.offset = filling.run()?;
        Ok(slab)
    }

    /// Like [`Self::slab_at`], but gathers the cells of `columns` while their bytes are in the cache. They equal those of [`Slab::columns`]
    /// for all judged records.
    pub fn slab_with_columns(
        &mut self,
        start: RecordStart,
        records: usize,
        recycled: Option<Slab>,
        columns: &[usize],
        memory: &mut ColumnMemory,
    ) -> io::Result<(Slab, Vec<Column>)> {
        let mut gathering = Gathering::begin(columns, Keep::Smallest, memory);
        let mut gather = |slab: &Slab, rows: &[u32]| gathering.append(slab, rows);
        let slab = self.read_at(start, records, recycled, Some(&mut gather))?;
        Ok((slab, gathering.finish()))
    }

    /// The outline of the next records: up to the end of the record that reaches `bytes` bytes, or up to [`OUTLINE_RECORDS`] records,
    /// beyond which an outline would take more memory than their bytes; `None` at the end.
    pub fn next_outline(
        &mut self,
        bytes: usize,
        recycled: Option<Outline>,
    ) -> io::Result<Option<Outline>> {
        if self.stage != Stage::Records {
            return Err(stopped());
        }
        if self.at_end() {
            return Ok(None);
        }
        let until = Until { records: OUTLINE_RECORDS, bytes };
        self.outline(until, recycled, Begin::At(self.offset)).map(Some)
    }

    /// The outline of the records that begin in the next bytes, starting where `begin` says.
    pub(crate) fn outline(
        &mut self,
        until: Until,
        recycled: Option<Outline>,
        begin: Begin,
    ) -> io::Result<Outline> {
        let mut slab = recycled.map(Outline::into_slab).unwrap_or_default();
        slab.begin(Arc::clone(&self.shape), self.offset, 1, Detail::Bits);
        let start = match begin {
            Begin::At(offset) => {
                let start = offset.checked_sub(self.offset);
                let start = start.expect("an outline begins in its bytes or behind them");
                usize::try_from(start).map_err(io::Error::other)?
            }
            Begin::Likely => {
                self.reading.source.fill(&mut slab.buffer, self.reading.tuning.read)?;
                let head = &slab.buffer.bytes[..slab.buffer.filled];
                let (width, limit) = (self.shape.header.names.len(), self.limits.record_bytes);
                let Some(start) = record_end::likely_start(head, width, limit) else {
                    return Ok(Outline::nowhere(slab));
                };
                start
            }
        };
        while slab.buffer.filled < start && !self.at_end() {
            self.reading.source.fill(&mut slab.buffer, self.reading.tuning.read)?;
        }
        let begins = self.offset + start as u64;
        let before = std::mem::take(&mut self.reading.summary);
        self.reading.summary.ends_with_line_ending = true;
        let ends = Filling::new(&mut self.reading, &mut slab, until).from(start).run()?;
        self.offset = ends;
        let summary = std::mem::replace(&mut self.reading.summary, before);
        Ok(Outline::new(slab, begins, Summary { bytes: ends - begins, ..summary }))
    }

    /// What is the same for the whole input. Complete once the header has been read.
    pub fn shape(&self) -> Arc<Shape> {
        Arc::clone(&self.shape)
    }

    /// The summary of what has been read so far.
    pub fn summary(&self) -> Summary {
        Summary { bytes: self.offset, ..self.reading.summary.clone() }
    }

    fn at_end(&self) -> bool {
        self.reading.source.at_end()
    }

    fn read_header(&mut self) -> Result<Header, HeaderFault> {
        let mut buffer = Buffer::default();
        self.reading.source.fill(&mut buffer, self.reading.tuning.read.max(BOM.len()))?;
        let bom = buffer.bytes[..buffer.filled].starts_with(BOM);
        self.reading.summary.bom_bytes = if bom { BOM.len() as u64 } else { 0 };
        self.offset = self.reading.summary.bom_bytes;
        let mut start = if bom { BOM.len() } else { 0 };
        loop {
            let ended = self.reading.source.at_end();
            let rest = &buffer.bytes[start..buffer.filled];
            let blank = match rest {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => 0,
            };
            if blank > 0 {
                self.reading.count_blank(blank);
                self.offset += blank;
                start += usize::try_from(blank).expect("one or two");
                continue;
            }
            if rest.is_empty() && ended {
                return Ok(Header { bom, ..Header::default() });
            }
            if start > self.reading.tuning.read {
                // Blank lines are not kept, however many there are.
                self.reading.source.give_back(&mut buffer, start);
                buffer.filled = 0;
                start = 0;
            } else if let Some(read) =
                Header::read(rest, ended, self.offset, self.limits.record_bytes)
            {
                let header = Header { bom, line: self.reading.summary.lines + 1, ..read? };
                let end = start + usize::try_from(header.length).expect("it is in memory");
                self.count_header(&header, &buffer.bytes[start..end]);
                self.reading.source.give_back(&mut buffer, end);
                return Ok(header);
            }
            let want = self.reading.tuning.read.max(buffer.filled);
            self.reading.source.fill(&mut buffer, want)?;
        }
    }

    fn count_header(&mut self, header: &Header, raw: &[u8]) {
        let lfs = memchr::memchr_iter(b'\n', raw).count() as u64;
        let ends = raw.ends_with(b"\n");
        let lone = |&at: &usize| raw.get(at + 1) != Some(&b'\n');
        self.reading.summary.header_bytes = header.length;
        self.reading.summary.lines += lfs + u64::from(!ends);
        self.reading.summary.lone_crs +=
            memchr::memchr_iter(b'\r', raw).filter(lone).count() as u64;
        self.reading.summary.ends_with_line_ending = ends;
        self.offset += header.length;
    }
}

impl Outline {
    /// Reads the records that begin in `length` bytes of an input of this shape. `reader` begins at `offset` and continues beyond `length`.
    ///
    /// Bytes before the first of them are skipped. With [`Begin::Likely`] there may be no records. It stops after `records` of them.
    pub fn read(
        reader: impl Read,
        shape: Arc<Shape>,
        offset: u64,
        (length, records): (usize, usize),
        begin: Begin,
        recycled: Option<Self>,
    ) -> io::Result<Self> {
        let start = RecordStart { offset, record: 1, line: 1 };
        let mut reader = SlabReader::at(reader, shape, start, length as u64);
        reader.outline(Until { records, bytes: length }, recycled, begin)
    }
}

fn stopped() -> io::Error {
    io::Error::other("reading this input has failed before")
}
