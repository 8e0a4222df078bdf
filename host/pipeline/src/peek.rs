//! The beginning of an input: enough to know what it is, and to refuse what is no table.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_ingest::{DecodeError, Header, HeaderFault, Limits, Slab, SlabReader, Unreadable};

use crate::error::{RunError, chain};
use crate::input::Input;
use crate::report::Reason;

/// What the beginning told.
#[derive(Debug)]
pub(crate) struct Peeked {
    pub(crate) header: Header,
    pub(crate) compression: &'static str,
    /// The name of the archive's entry.
    pub(crate) entry: Option<String>,
    first: Option<Slab>,
}

/// The input is no table.
#[derive(Debug)]
pub(crate) struct NoTable {
    pub(crate) compression: Option<&'static str>,
    pub(crate) reason: Reason,
}

/// Why an input was not looked at.
#[derive(Debug)]
pub(crate) enum Unpeeked {
    NoTable(NoTable),
    Failed(RunError),
}

impl Peeked {
    /// The first sound record's cell under a column of the header.
    pub(crate) fn first_cell(&self, column: &str) -> Option<String> {
        let index = self.header.names.iter().position(|name| name == column)?;
        let slab = self.first.as_ref()?;
        let record = *slab.judged().first()?;
        let cell = slab.field(record as usize, index);
        Some(String::from_utf8_lossy(&cell).into_owned())
    }
}

/// Reads the header and the first records.
pub(crate) fn peek(input: &Input, entry: Option<&str>) -> Result<Peeked, Unpeeked> {
    let source = input.open(Arc::new(AtomicU64::new(0)));
    let no_table = |compression, code: &str, message: String| {
        let reason = Reason { code: code.to_owned(), message };
        Unpeeked::NoTable(NoTable { compression, reason })
    };
    let unreadable = |compression, error: Unreadable| match error {
        Unreadable::Source(error) => Unpeeked::Failed(RunError::input(input, error)),
        Unreadable::Data(fault) => {
            Unpeeked::NoTable(NoTable { compression, reason: blame(&fault) })
        }
    };
    let mut decoded =
        assay_ingest::open(Box::new(source), entry).map_err(|error| unreadable(None, error))?;
    let compression = decoded.compression.as_str();
    let failed = |error: io::Error| unreadable(Some(compression), error.into());
    let mut head = vec![0; assay_ingest::SNIFF_BYTES];
    let mut filled = 0;
    while filled < head.len() {
        match decoded.reader.read(&mut head[filled..]).map_err(failed)? {
            0 => break,
            read => filled += read,
        }
    }
    head.truncate(filled);
    if let Some(found) = assay_ingest::sniff(&head) {
        return Err(no_table(Some(compression), "file.not-csv", found.to_string()));
    }
    let reader = Read::chain(&head[..], decoded.reader);
    // One record is enough, and a wide first line must not be waited for longer than a run would.
    let limits = Limits { slab_records: 1, ..Limits::default() };
    let mut slabs = SlabReader::new(reader, limits);
    let header = match slabs.header() {
        Ok(header) => header,
        Err(HeaderFault::Read(error)) => return Err(failed(error)),
        Err(fault) => return Err(no_table(Some(compression), "file.header", chain(&fault))),
    };
    let first = slabs.next_slab(None).map_err(failed)?;
    Ok(Peeked { header, compression, entry: decoded.entry_name, first })
}

/// Why an input is refused whose compressed data is at fault, and what can be done.
pub(crate) fn blame(fault: &DecodeError) -> Reason {
    let (code, help) = match fault {
        DecodeError::SeveralEntries { .. } => ("file.entry", "\nhelp: name it with `--entry`"),
        DecodeError::NoSuchEntry { .. } | DecodeError::NotAnArchive { .. } => ("file.entry", ""),
        DecodeError::NoEntries | DecodeError::Workbook => ("file.not-csv", ""),
        DecodeError::Window
        | DecodeError::Encrypted { .. }
        | DecodeError::UnsupportedMethod { .. } => ("file.unsupported", ""),
        _ => ("file.damaged", ""),
    };
    Reason { code: code.to_owned(), message: chain(fault) + help }
}
