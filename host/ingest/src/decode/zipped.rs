//! One entry of a zip archive as a stream that owns its source.
//!
//! The central directory is read with the `zip` crate, including zip64. The crate's readers borrow the archive, so the entry is
//! streamed here: its byte range of the file, inflated if it is deflated. At the end its length and CRC-32 must match the
//! central directory.

use std::io::{self, BufReader, Error, ErrorKind, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::checked::Watched;
use super::compression::Compression;
use super::error::DecodeError;
use super::source::{PIECE, ReadSeek};

/// The file that holds the archive.
type Archive = Watched<Box<dyn ReadSeek + Send>>;

type Range = BufReader<Take<Archive>>;

/// The bytes of one entry, with checks.
pub(super) struct Entry {
    bytes: Bytes,
    crc: Crc,
    expected_crc: u32,
    expected_size: u64,
    size: u64,
}

enum Bytes {
    Stored(Range),
    Deflated(Box<DeflateDecoder<Range>>),
}

/// Opens the entry `wanted`, or the only candidate. Returns its name too.
pub(super) fn open(source: Archive, wanted: Option<&str>) -> Result<(Entry, String), DecodeError> {
    let mut archive = ZipArchive::new(source).map_err(failure)?;
    let (index, name) = choose(&mut archive, wanted)?;
    let entry = archive.by_index_raw(index).map_err(failure)?;
    if entry.encrypted() {
        return Err(DecodeError::Encrypted { entry: name });
    }
    let method = entry.compression();
    let (expected_crc, expected_size) = (entry.crc32(), entry.size());
    let length = entry.compressed_size();
    let Some(start) = entry.data_start() else {
        return Err(DecodeError::Truncated { compression: Compression::Zip });
    };
    drop(entry);
    let mut source = archive.into_inner();
    source.seek(SeekFrom::Start(start)).map_err(|error| failure(error.into()))?;
    let range = BufReader::with_capacity(PIECE, source.take(length));
    let bytes = match method {
        CompressionMethod::Stored => Bytes::Stored(range),
        CompressionMethod::Deflated => Bytes::Deflated(Box::new(DeflateDecoder::new(range))),
        method => {
            return Err(DecodeError::UnsupportedMethod { entry: name, method: method.to_string() });
        }
    };
    Ok((Entry { bytes, crc: Crc::new(), expected_crc, expected_size, size: 0 }, name))
}

/// The entry to read: the one named, the only CSV file, or the only file.
fn choose(
    archive: &mut ZipArchive<Archive>,
    wanted: Option<&str>,
) -> Result<(usize, String), DecodeError> {
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(failure)?;
        let name = entry.name().map_err(failure)?.into_owned();
        // Archives made on a Mac contain a shadow of each file.
        if !entry.is_dir() && !name.starts_with("__MACOSX/") {
            files.push((index, name));
        }
    }
    let all: Vec<String> = files.iter().map(|(_, name)| name.clone()).collect();
    files.retain(|(_, name)| !is_shadow(name, &all));
    let names = |files: &[(usize, String)]| files.iter().map(|(_, name)| name.clone()).collect();
    if let Some(wanted) = wanted {
        let missing =
            || DecodeError::NoSuchEntry { name: wanted.to_owned(), entries: names(&files) };
        return files.iter().find(|(_, name)| name == wanted).cloned().ok_or_else(missing);
    }
    if files.iter().any(|(_, name)| name == "xl/workbook.xml" || name == "xl/workbook.bin") {
        return Err(DecodeError::Workbook);
    }
    let is_csv = |name: &str| name.to_ascii_lowercase().ends_with(".csv");
    let csv: Vec<(usize, String)> =
        files.iter().filter(|(_, name)| is_csv(name)).cloned().collect();
    match (csv.as_slice(), files.as_slice()) {
        ([only], _) | ([], [only]) => Ok(only.clone()),
        ([], []) => Err(DecodeError::NoEntries),
        ([], several) | (several, _) => {
            Err(DecodeError::SeveralEntries { entries: names(several) })
        }
    }
}

/// Whether it is a file that the Mac Finder puts next to another: `a/._b.csv` next to `a/b.csv`.
fn is_shadow(name: &str, all: &[String]) -> bool {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let Some(of) = file.strip_prefix("._") else { return false };
    let of = if folder.is_empty() { of.to_owned() } else { format!("{folder}/{of}") };
    all.contains(&of)
}

fn failure(error: ZipError) -> DecodeError {
    match error {
        // The central directory comes last in an archive: without one, the end is missing.
        ZipError::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            DecodeError::Truncated { compression: Compression::Zip }
        }
        ZipError::InvalidArchive(problem)
            if problem.contains("EOCD") || problem.contains("Unexpected end") =>
        {
            DecodeError::Truncated { compression: Compression::Zip }
        }
        error => DecodeError::Corrupt { compression: Compression::Zip, problem: error.to_string() },
    }
}

impl Read for Entry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.bytes {
            Bytes::Stored(range) => range.read(buffer),
            Bytes::Deflated(inflate) => inflate.read(buffer),
        };
        // The byte range is complete, because the central directory follows it: a stream that needs more is damaged.
        let count = read.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => Error::new(ErrorKind::InvalidData, error.to_string()),
            _ => error,
        })?;
        self.crc.update(&buffer[..count]);
        self.size += count as u64;
        if count > 0 {
            return Ok(count);
        }
        if self.size != self.expected_size || self.crc.sum() != self.expected_crc {
            return Err(Error::new(ErrorKind::InvalidData, "the checksum does not match"));
        }
        Ok(0)
    }
}
