//! Text columns of a part file.
//!
//! A chunk starts with a dictionary. If nearly every cell is new (names of records, free text), the dictionary is dropped before the first
//! page is written. If it grows too large, the existing pages keep it and later pages contain the texts themselves. Minimum and maximum are
//! taken from the dictionary, so that cells need not be compared.

use std::str;

use assay_model::{Bitmap, Cells, Column, Text};
use parquet::basic::Encoding;
use parquet::data_type::ByteArray;
use parquet::errors::Result as ParquetResult;
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::schema::types::ColumnDescPtr;

use super::extremes::Extremes;
use super::intern::{Interner, NotUtf8};
use super::levels::{Levels, encode_keys};
use super::pages::{Chunk, ChunkParts, DataPage, assemble, compress};
use super::plain;
use super::spec::Rows;
use crate::SinkError;

/// A page ends after this many rows, at the end of the slab. Parquet's customary 20,000: readers skip and decode by pages.
const PAGE_ROWS: usize = 20_000;

/// The pages of all columns end after this many cells in total, at the end of the slab. 4 Mi: their keys take 16 MiB, and files of up to
/// 209 columns have pages of [`PAGE_ROWS`].
const PAGE_CELLS: usize = 4 << 20;

/// A page ends after this many bytes of text, at the end of the slab. Parquet's customary 1 MiB.
const PAGE_BYTES: usize = 1 << 20;

/// A larger dictionary, in bytes, is ended: it does not fit the L2 cache, so that look-ups start to go to memory.
const DICTIONARY_BYTES: usize = 1 << 20;

/// Minimum number of cells before deciding whether a dictionary is worth it.
const TRIAL_CELLS: usize = 1_000;

/// Maximum length of minima and maxima, in bytes; longer ones are truncated, since footers hold one of each per column and row group.
/// Parquet's customary 64.
const STATISTICS_BYTES: usize = 64;

/// If at most one cell in this many is not blank, only the cells that are not blank are visited: finding one takes as long as passing two.
const SPARSE: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Dictionary,
    Plain,
}

/// State of one distinct text of the slab.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Its number in the chunk's dictionary, or [`Known::UNSEEN`].
    number: u32,
    len: u32,
}

impl Known {
    /// Not looked up yet. No dictionary reaches this number: row groups have fewer rows.
    const UNSEEN: u32 = u32::MAX;
}

/// Encodes a text column, one row group after another.
#[derive(Debug)]
pub(super) struct TextColumn {
    descr: ColumnDescPtr,
    /// Mode in which row groups begin: without a dictionary once one proved useless in this file.
    first: Mode,
    mode: Mode,
    interner: Interner,
    levels: Levels,
    /// Values of the current page as dictionary keys …
    keys: Vec<u32>,
    /// … or as texts, each preceded by its length.
    plain: Vec<u8>,
    plain_cells: usize,
    /// State of the slab's distinct texts; the memory is reused.
    known: Vec<Known>,
    /// Minimum and maximum of the texts that are not in the dictionary.
    extremes: Option<Extremes>,
    pages: Vec<DataPage>,
    /// Total size of their bodies, in bytes.
    paged: usize,
    /// Number of rows after which a page ends.
    page_rows: usize,
    text_bytes: u64,
    nulls: u64,
    body: Vec<u8>,
}

impl TextColumn {
    /// Creates the encoder of one of the `columns` columns of a file.
    pub(super) fn new(descr: ColumnDescPtr, columns: usize) -> Self {
        Self {
            paged: 0,
            page_rows: PAGE_ROWS.min(PAGE_CELLS / columns).max(1),
            descr,
            first: Mode::Dictionary,
            mode: Mode::Dictionary,
            interner: Interner::new(),
            levels: Levels::default(),
            keys: Vec::new(),
            plain: Vec::new(),
            plain_cells: 0,
            known: Vec::new(),
            extremes: None,
            pages: Vec::new(),
            text_bytes: 0,
            nulls: 0,
            body: Vec::new(),
        }
    }

    /// Appends a slab's cells and returns the number of blank ones.
    pub(super) fn append(&mut self, column: &Column, rows: &Rows) -> Result<u64, SinkError> {
        let before = self.values();
        let filled = match &column.cells {
            Cells::Absent => {
                self.levels.push_run(false, rows.len());
                Ok(0)
            }
            Cells::Text(text) => {
                let filled = self.push_levels(column, rows);
                self.put_texts(text, rows).map(|()| filled)
            }
            Cells::Constant(cell) => self.append_constant(cell, rows.len()),
            Cells::Dictionary { keys, values } => {
                let filled = self.push_levels(column, rows);
                let few = column.valid.as_ref().filter(|_| filled * SPARSE <= rows.len());
                self.append_keys(keys, values, rows, few).map(|()| filled)
            }
            Cells::Integer(_) | Cells::Decimal { .. } | Cells::Date(_) => {
                return Err(self.fault("expected text, found numbers or dates".to_owned()));
            }
        };
        let filled = filled.map_err(|NotUtf8| self.fault("expected UTF-8 text".to_owned()))?;
        let found = self.values() - before;
        if found != filled {
            let problem = format!("expected {filled} cells that are not blank, found {found}");
            return Err(self.fault(problem));
        }
        self.settle().map_err(SinkError::parquet("a text column"))?;
        let blank = (rows.len() - filled) as u64;
        self.nulls += blank;
        Ok(blank)
    }

    fn fault(&self, problem: String) -> SinkError {
        SinkError::Column { column: self.descr.name().to_owned(), problem }
    }

    /// Returns the size of the row group so far, in bytes, computed from its content alone.
    pub(super) fn bytes(&self) -> usize {
        self.paged + self.plain.len() + self.keys.len() * size_of::<u32>() + self.interner.bytes()
    }

    /// Returns the memory allocated, in bytes.
    pub(super) fn memory(&self) -> usize {
        size_of::<Self>()
            + self.paged
            + self.pages.capacity() * size_of::<DataPage>()
            + self.plain.capacity()
            + self.body.capacity()
            + self.keys.capacity() * size_of::<u32>()
            + self.known.capacity() * size_of::<Known>()
            + self.interner.memory()
    }

    /// Returns the number of cells in the current page.
    fn values(&self) -> usize {
        self.keys.len() + self.plain_cells
    }

    /// Appends which rows have a cell that is not blank, and returns their number.
    fn push_levels(&mut self, column: &Column, rows: &Rows) -> usize {
        let before = self.levels.filled();
        match (&column.valid, &column.cells) {
            (Some(valid), _) => {
                for run in rows.runs() {
                    self.levels.extend_bits(valid, run.clone());
                }
            }
            // Without a validity bitmap every cell counts as filled, except blank ones.
            (None, Cells::Text(text)) if has_blanks(text.offsets()) => {
                self.levels.extend(rows.iter().map(|row| !text.get(row).is_empty()));
            }
            (None, Cells::Dictionary { keys, values }) if has_blanks(values.offsets()) => {
                let filled = |row: usize| !values.get(usize::from(keys[row])).is_empty();
                self.levels.extend(rows.iter().map(filled));
            }
            (None, _) => self.levels.push_run(true, rows.len()),
        }
        self.levels.filled() - before
    }

    fn append_constant(&mut self, cell: &[u8], rows: usize) -> Result<usize, NotUtf8> {
        self.levels.push_run(!cell.is_empty(), rows);
        if cell.is_empty() || rows == 0 {
            return Ok(0);
        }
        match self.mode {
            Mode::Dictionary => {
                let key = self.interner.intern(cell)?;
                self.keys.resize(self.keys.len() + rows, key);
                self.text_bytes += (cell.len() * rows) as u64;
            }
            Mode::Plain => self.put_all(std::iter::repeat_n(cell, rows))?,
        }
        Ok(rows)
    }

    /// Looks up each distinct text once, when its first cell is reached: texts of records that are not written must not get into the file.
    /// `few`: which cells are not blank, if it pays to visit only those.
    fn append_keys(
        &mut self,
        keys: &[u16],
        values: &Text,
        rows: &Rows,
        few: Option<&Bitmap>,
    ) -> Result<(), NotUtf8> {
        if self.mode == Mode::Plain {
            return self.put_all(rows.iter().map(|row| values.get(usize::from(keys[row]))));
        }
        let Self { known, interner, keys: out, text_bytes, .. } = self;
        known.clear();
        known.extend(values.offsets().windows(2).map(|pair| match pair[1] - pair[0] {
            0 => Known { number: 0, len: 0 },
            len => Known { number: Known::UNSEEN, len },
        }));
        let mut look_up = |key: u16| {
            let text = &mut known[usize::from(key)];
            if text.number == Known::UNSEEN {
                text.number = interner.intern(values.get(usize::from(key)))?;
            }
            Ok(*text)
        };
        // Added up here rather than in the column, which would access memory for each cell.
        let mut bytes = 0;
        if let Some(filled) = few {
            for row in rows.runs().iter().flat_map(|run| filled.ones_in(run.clone())) {
                let text = look_up(keys[row])?;
                out.push(text.number);
                bytes += u64::from(text.len);
            }
        } else {
            let mut end = out.len();
            // Every cell is written; the next one overwrites it if it is blank. A branch on blankness would be unpredictable.
            out.resize(end + rows.len(), 0);
            for run in rows.runs() {
                for &key in &keys[run.clone()] {
                    let text = look_up(key)?;
                    out[end] = text.number;
                    end += usize::from(text.len > 0);
                    bytes += u64::from(text.len);
                }
            }
            out.truncate(end);
        }
        *text_bytes += bytes;
        Ok(())
    }

    /// Appends the texts of a column that are not blank.
    fn put_texts(&mut self, text: &Text, rows: &Rows) -> Result<(), NotUtf8> {
        // If the whole buffer is ASCII, which is quick to check, the texts need not be checked one by one.
        if self.mode == Mode::Dictionary || !text.bytes().is_ascii() {
            return self.put_all(rows.iter().map(|row| text.get(row)));
        }
        let Self { plain, extremes, text_bytes, .. } = self;
        self.plain_cells += plain::put_rows(plain, text, rows, |cell| {
            widen(extremes, cell);
            *text_bytes += cell.len() as u64;
        });
        Ok(())
    }

    /// Appends the cells that are not blank.
    fn put_all<'a>(&mut self, cells: impl Iterator<Item = &'a [u8]>) -> Result<(), NotUtf8> {
        let cells = cells.filter(|cell| !cell.is_empty());
        match self.mode {
            Mode::Dictionary => {
                for cell in cells {
                    self.keys.push(self.interner.intern(cell)?);
                    self.text_bytes += cell.len() as u64;
                }
            }
            Mode::Plain => {
                for cell in cells {
                    if !cell.is_ascii() {
                        str::from_utf8(cell).map_err(|_| NotUtf8)?;
                    }
                    plain::put(&mut self.plain, cell);
                    self.plain_cells += 1;
                    widen(&mut self.extremes, cell);
                    self.text_bytes += cell.len() as u64;
                }
            }
        }
        Ok(())
    }

    /// After each slab: decides whether to keep the dictionary and whether to end the page.
    fn settle(&mut self) -> ParquetResult<()> {
        if self.mode == Mode::Dictionary {
            let trial = self.pages.is_empty() && self.keys.len() >= TRIAL_CELLS;
            if trial && self.interner.len() * 4 > self.keys.len() * 3 {
                self.drop_dictionary();
            } else if self.interner.page().len() > DICTIONARY_BYTES {
                self.flush_page()?;
                self.mode = Mode::Plain;
            }
        }
        if self.levels.rows() >= self.page_rows || self.plain.len() >= PAGE_BYTES {
            self.flush_page()?;
        }
        Ok(())
    }

    fn drop_dictionary(&mut self) {
        self.first = Mode::Plain;
        self.mode = Mode::Plain;
        for &key in &self.keys {
            plain::put(&mut self.plain, self.interner.get(key));
        }
        self.plain_cells += self.keys.len();
        for text in self.interner.iter() {
            widen(&mut self.extremes, text);
        }
        self.keys.clear();
        self.interner = Interner::new();
    }

    fn flush_page(&mut self) -> ParquetResult<()> {
        let rows = u32::try_from(self.levels.rows()).expect("a page has fewer than 2^32 rows");
        if rows == 0 {
            return Ok(());
        }
        self.body.clear();
        self.levels.encode(&mut self.body);
        // A page without cells must not refer to a dictionary, which may never be written.
        let encoding = if self.keys.is_empty() {
            self.body.append(&mut self.plain);
            self.plain_cells = 0;
            Encoding::PLAIN
        } else {
            encode_keys(&self.keys, self.interner.len(), &mut self.body);
            self.keys.clear();
            Encoding::RLE_DICTIONARY
        };
        let page =
            DataPage { body: compress(&self.body)?, unpacked: self.body.len(), rows, encoding };
        self.paged += page.body.len();
        self.pages.push(page);
        Ok(())
    }

    /// Ends the row group and returns its chunk.
    pub(super) fn close(&mut self) -> ParquetResult<Chunk> {
        self.flush_page()?;
        for text in self.interner.iter() {
            widen(&mut self.extremes, text);
        }
        let (page, texts) = self.interner.take();
        let texts = u32::try_from(texts).expect("a row group has fewer than 2^32 rows");
        let parts = ChunkParts {
            dictionary: (texts > 0).then_some((page, texts)),
            pages: std::mem::take(&mut self.pages),
            statistics: statistics(self.extremes.take(), self.nulls),
            text_bytes: i64::try_from(self.text_bytes).unwrap_or(i64::MAX),
        };
        self.text_bytes = 0;
        self.nulls = 0;
        self.paged = 0;
        self.mode = self.first;
        assemble(self.descr.clone(), parts)
    }
}

fn has_blanks(offsets: &[u32]) -> bool {
    offsets.windows(2).any(|pair| pair[0] == pair[1])
}

fn widen(extremes: &mut Option<Extremes>, text: &[u8]) {
    match extremes {
        None => *extremes = Some(Extremes::of(text)),
        Some(extremes) => extremes.widen(text),
    }
}

fn statistics(extremes: Option<Extremes>, nulls: u64) -> Statistics {
    let (least, greatest) =
        extremes.map_or((None, None), |Extremes { least, greatest, .. }| {
            let cut = least.len() > STATISTICS_BYTES;
            let least = if cut { head(&least).to_vec() } else { least };
            (Some((least, !cut)), upper_bound(greatest))
        });
    let exact = |bound: &Option<(Vec<u8>, bool)>| bound.as_ref().is_none_or(|(_, exact)| *exact);
    let (least_exact, greatest_exact) = (exact(&least), exact(&greatest));
    let bytes = |bound: Option<(Vec<u8>, bool)>| bound.map(|(text, _)| ByteArray::from(text));
    let values = ValueStatistics::new(bytes(least), bytes(greatest), None, Some(nulls), false)
        .with_min_is_exact(least_exact)
        .with_max_is_exact(greatest_exact);
    Statistics::ByteArray(values)
}

/// Returns as much of a long text's beginning as statistics may hold, without splitting a character.
fn head(text: &[u8]) -> &[u8] {
    let cut = &text[..STATISTICS_BYTES];
    match str::from_utf8(cut) {
        Ok(_) => cut,
        Err(error) => &cut[..error.valid_up_to()],
    }
}

/// Returns the text itself or, for a long one, a shorter text that is greater; `None` if there is none.
fn upper_bound(text: Vec<u8>) -> Option<(Vec<u8>, bool)> {
    if text.len() <= STATISTICS_BYTES {
        return Some((text, true));
    }
    let mut bound = String::from_utf8_lossy(head(&text)).into_owned();
    while let Some(last) = bound.pop() {
        // Replaces the last character by its successor if that is ASCII, otherwise drops it; dropping only loosens the bound.
        if let Some(next) = (last..'\u{7f}').nth(1) {
            bound.push(next);
            return Some((bound.into_bytes(), false));
        }
    }
    None
}
