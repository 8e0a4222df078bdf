//! Assembles encoded values into a finished column chunk.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::{Encoding, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::segments::Segments;
use super::spec::{ZSTD_LEVEL, compression};

thread_local! {
    /// One per thread rather than one per column: it takes more than half a megabyte.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses the body of a page. The result depends on `body` alone.
pub(super) fn compress(body: &[u8]) -> io::Result<Vec<u8>> {
    let _span = tracing::debug_span!("compress").entered();
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(zstd::bulk::Compressor::new(ZSTD_LEVEL)?),
        };
        let mut packed = compressor.compress(body)?;
        packed.shrink_to_fit();
        Ok(packed)
    })
}

/// A column chunk, ready to be appended to its row group.
pub(super) struct Chunk {
    pub(super) bytes: Segments,
    pub(super) close: ColumnCloseResult,
}

/// A data page whose position in the file is not known yet.
#[derive(Debug)]
pub(super) struct DataPage {
    pub(super) body: Vec<u8>,
    /// Size of the body before compression, in bytes.
    pub(super) unpacked: usize,
    /// Number of rows, including nulls.
    pub(super) rows: u32,
    pub(super) encoding: Encoding,
}

/// Parts of a chunk, known after its last page.
pub(super) struct ChunkParts {
    /// The dictionary page in plain encoding, and its number of texts.
    pub(super) dictionary: Option<(Vec<u8>, u32)>,
    pub(super) pages: Vec<DataPage>,
    pub(super) statistics: Statistics,
    /// Total size of all texts, in bytes.
    pub(super) text_bytes: i64,
}

/// Writes the pages with their headers and describes the chunk.
pub(super) fn assemble(descr: ColumnDescPtr, parts: ChunkParts) -> Result<Chunk> {
    let mut sink = TrackedWrite::new(Segments::default());
    let mut encodings = vec![Encoding::RLE];
    let mut stats: Vec<PageEncodingStats> = Vec::new();
    let (mut packed, mut unpacked, mut rows) = (0_usize, 0_usize, 0_u64);
    let mut writer = SerializedPageWriter::new(&mut sink);
    let has_dictionary = parts.dictionary.is_some();
    if let Some((plain, texts)) = parts.dictionary {
        let page = Page::DictionaryPage {
            buf: compress(&plain)?.into(),
            num_values: texts,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let spec = writer.write_page(CompressedPage::new(page, plain.len()))?;
        packed += spec.compressed_size;
        unpacked += spec.uncompressed_size;
        encodings.push(Encoding::PLAIN);
        stats.push(PageEncodingStats {
            page_type: PageType::DICTIONARY_PAGE,
            encoding: Encoding::PLAIN,
            count: 1,
        });
    }
    let data_page_offset = packed;
    for page in parts.pages {
        rows += u64::from(page.rows);
        let encoding = page.encoding;
        if !encodings.contains(&encoding) {
            encodings.push(encoding);
        }
        let page_type = PageType::DATA_PAGE;
        match stats.iter_mut().find(|s| s.page_type == page_type && s.encoding == encoding) {
            Some(stat) => stat.count += 1,
            None => stats.push(PageEncodingStats { page_type, encoding, count: 1 }),
        }
        let data = Page::DataPage {
            buf: page.body.into(),
            num_values: page.rows,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let spec = writer.write_page(CompressedPage::new(data, page.unpacked))?;
        packed += spec.compressed_size;
        unpacked += spec.uncompressed_size;
    }
    let metadata = ColumnChunkMetaData::builder(descr)
        .set_compression(compression())
        .set_encodings(encodings)
        .set_page_encoding_stats(stats)
        .set_total_compressed_size(signed(packed)?)
        .set_total_uncompressed_size(signed(unpacked)?)
        .set_num_values(signed(rows)?)
        .set_data_page_offset(signed(data_page_offset)?)
        .set_dictionary_page_offset(has_dictionary.then_some(0))
        .set_statistics(parts.statistics)
        .set_unencoded_byte_array_data_bytes(Some(parts.text_bytes))
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: packed as u64,
        rows_written: rows,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Chunk { bytes: sink.into_inner()?, close })
}

fn signed<N: TryInto<i64>>(number: N) -> Result<i64> {
    number
        .try_into()
        .map_err(|_| ParquetError::General("a column chunk exceeds 2^63 bytes".to_owned()))
}

/// Collects the pages of one of the parquet crate's column writers in memory, so that columns can be encoded concurrently.
#[derive(Clone, Default)]
pub(super) struct PageBuffer(Arc<Mutex<Option<TrackedWrite<Segments>>>>);

impl PageBuffer {
    /// Takes the collected pages, leaving the buffer empty.
    pub(super) fn take(&self) -> Result<Segments> {
        let sink = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        sink.map_or_else(|| Ok(Segments::default()), TrackedWrite::into_inner)
    }

    /// Returns the size of the collected pages, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let sink = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sink.as_ref().map_or(0, TrackedWrite::bytes_written)
    }
}

impl PageWriter for PageBuffer {
    fn write_page(&mut self, page: CompressedPage) -> Result<PageWriteSpec> {
        let mut sink = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sink = sink.get_or_insert_with(|| TrackedWrite::new(Segments::default()));
        SerializedPageWriter::new(sink).write_page(page)
    }

    fn close(&mut self) -> Result<()> {
        Ok(())
    }
}
