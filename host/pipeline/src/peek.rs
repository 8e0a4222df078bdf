//! Peeks at the beginning of an input: enough to identify it, and to refuse what is not a table.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_ingest::{
    Beginning, DecodeError, Header, HeaderFault, Limits, Slab, SlabReader, Unreadable,
};
use assay_packs::quote;

use crate::error::{RunError, chain};
use crate::input::Input;
use crate::observer::{Observer, go_on};
use crate::report::Reason;

/// Number of records read at once. 64: normally the first identifies the file, and a later one does where the first has a blank or wrong
/// cell; a column that is blank in 64 sound records carries no information. As in a run's slabs, bytes are limited too, so a wide first
/// record causes no long wait.
const RECORDS: usize = 64;

/// What the beginning of the input shows.
#[derive(Debug)]
pub(crate) struct Peeked {
    pub(crate) header: Header,
    pub(crate) compression: &'static str,
    /// The name of the archive's entry.
    pub(crate) entry: Option<String>,
    /// The content of the beginning, for explaining why the file is not recognised.
    pub(crate) beginning: Beginning,
    /// The first slab with a sound record.
    first: Option<Slab>,
}

/// The input is not a table.
#[derive(Debug)]
pub(crate) struct NoTable {
    pub(crate) compression: Option<&'static str>,
    pub(crate) reason: Reason,
}

/// Why peeking failed.
#[derive(Debug)]
pub(crate) enum Unpeeked {
    NoTable(NoTable),
    Failed(RunError),
}

impl Peeked {
    /// The cells under a column of the header in the first sound records, in file order. Empty if no record is sound.
    pub(crate) fn first_cells(&self, column: &str) -> Vec<String> {
        let index = self.header.names.iter().position(|name| name == column);
        let Some((index, slab)) = index.zip(self.first.as_ref()) else { return Vec::new() };
        let cell = |&record: &u32| {
            String::from_utf8_lossy(&slab.field(record as usize, index)).into_owned()
        };
        slab.judged().iter().map(cell).collect()
    }
}

/// Reads the header, and records until one has no fault: to the end of the file if need be, because a file is not refused for records that
/// a run would hold back.
pub(crate) fn peek(
    input: &Input,
    entry: Option<&str>,
    observer: &dyn Observer,
) -> Result<Peeked, Unpeeked> {
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
    let beginning = Beginning::of(&head);
    let reader = Read::chain(&head[..], decoded.reader);
    let limits = Limits { slab_records: RECORDS, ..Limits::default() };
    let mut slabs = SlabReader::new(reader, limits);
    let header = match slabs.header() {
        Ok(header) => header,
        Err(HeaderFault::Read(error)) => return Err(failed(error)),
        Err(fault) => {
            let message = chain(&fault) + &told(&beginning);
            return Err(no_table(Some(compression), "file.header", message));
        }
    };
    let mut first = None;
    loop {
        go_on(observer).map_err(Unpeeked::Failed)?;
        first = slabs.next_slab(first).map_err(failed)?;
        if first.as_ref().is_none_or(|slab| !slab.judged().is_empty()) {
            break;
        }
    }
    Ok(Peeked { header, compression, entry: decoded.entry_name, beginning, first })
}

/// Describes the beginning of an unrecognised file: its first line, and what may explain it.
pub(crate) fn told(beginning: &Beginning) -> String {
    let mut text = format!("; the first line is {}", quote(&beginning.first_line));
    for oddity in &beginning.oddities {
        text.push_str("\nhelp: ");
        text.push_str(&oddity.to_string());
    }
    text
}

/// Why an input with faulty compressed data is refused, and what can be done about it.
pub(crate) fn blame(fault: &DecodeError) -> Reason {
    let (code, help) = match fault {
        DecodeError::SeveralEntries { .. } => ("file.entry", "\nhelp: name it with `--entry`"),
        DecodeError::NoSuchEntry { .. } | DecodeError::NotAnArchive { .. } => ("file.entry", ""),
        DecodeError::NoEntries | DecodeError::Workbook => ("file.not-csv", ""),
        DecodeError::Expands { .. }
        | DecodeError::Window { .. }
        | DecodeError::Encrypted { .. }
        | DecodeError::UnsupportedMethod { .. } => ("file.unsupported", ""),
        _ => ("file.damaged", ""),
    };
    Reason { code: code.to_owned(), message: chain(fault) + help }
}
