//! The beginning of an input: enough to know what it is, and to refuse what is no table.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_ingest::{DecodeError, Header, HeaderFault, Limits, Slab, SlabReader};

use crate::error::chain;
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
pub(crate) fn peek(input: &Input, entry: Option<&str>) -> Result<Peeked, NoTable> {
    let source = input.open(Arc::new(AtomicU64::new(0)));
    let no_table = |compression, code: &str, message: String| {
        Err(NoTable { compression, reason: Reason { code: code.to_owned(), message } })
    };
    let mut decoded = match assay_ingest::open(Box::new(source), entry) {
        Ok(decoded) => decoded,
        Err(error) => {
            let (code, help) = blame(&error);
            return no_table(None, code, chain(&error) + help);
        }
    };
    let compression = decoded.compression.as_str();
    let mut head = vec![0; assay_ingest::SNIFF_BYTES];
    let mut filled = 0;
    while filled < head.len() {
        match std::io::Read::read(&mut decoded.reader, &mut head[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) => return no_table(Some(compression), "file.damaged", chain(&error)),
        }
    }
    head.truncate(filled);
    if let Some(found) = assay_ingest::sniff(&head) {
        return no_table(Some(compression), "file.not-csv", found.to_string());
    }
    let reader = std::io::Read::chain(&head[..], decoded.reader);
    // One record is enough, and a wide first line must not be waited for longer than a run would.
    let limits = Limits { slab_records: 1, ..Limits::default() };
    let mut slabs = SlabReader::new(reader, limits);
    let header = match slabs.header() {
        Ok(header) => header,
        Err(HeaderFault::Read(error)) => {
            return no_table(Some(compression), "file.damaged", chain(&error));
        }
        Err(fault) => return no_table(Some(compression), "file.header", chain(&fault)),
    };
    let first = match slabs.next_slab(None) {
        Ok(first) => first,
        Err(error) => return no_table(Some(compression), "file.damaged", chain(&error)),
    };
    Ok(Peeked { header, compression, entry: decoded.entry_name, first })
}

/// The code under which an input that cannot be opened is refused, and what can be done.
fn blame(error: &DecodeError) -> (&'static str, &'static str) {
    match error {
        DecodeError::SeveralEntries { .. } => ("file.entry", "\nhelp: name it with `--entry`"),
        DecodeError::NoSuchEntry { .. } | DecodeError::NotAnArchive { .. } => ("file.entry", ""),
        DecodeError::NoEntries | DecodeError::Workbook => ("file.not-csv", ""),
        _ => ("file.damaged", ""),
    }
}
