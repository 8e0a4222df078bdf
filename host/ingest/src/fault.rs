//! Structural faults of a record, found before its cells are interpreted.

use std::fmt;

/// One kind of structural fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// Fewer or more fields than the header has names.
    Ragged,
    /// A quote where none is allowed, text after a closing quote, or a quote that is never closed.
    Quote,
    /// A NUL byte.
    Nul,
    /// Bytes that are not UTF-8; the cells are read as Windows-1252. The only kind that does not prevent a record from being judged.
    Encoding,
    /// Bytes that are neither UTF-8 nor Windows-1252.
    Undecodable,
    /// The header, repeated among the records.
    RepeatedHeader,
    /// A byte order mark at the start of a record: files were joined, and the second began with one.
    ByteOrderMark,
    /// The input ends in the middle of the record. Replaces the missing fields or the open quote, which are not reported as well.
    Truncated,
    /// What some tools leave after the last record, where nothing is missing: the DOS end-of-file mark, NULs, blanks.
    Debris,
    /// A field longer than [`crate::Limits::field_bytes`].
    FieldTooLong,
    /// A record longer than [`crate::Limits::record_bytes`]. Only its first bytes are kept, and no other fault is reported for it except
    /// NUL bytes in them.
    RecordTooLong,
}

impl FaultKind {
    /// All kinds, in the order in which they are reported.
    pub const ALL: [Self; 11] = [
        Self::Ragged,
        Self::Quote,
        Self::Nul,
        Self::Encoding,
        Self::Undecodable,
        Self::RepeatedHeader,
        Self::ByteOrderMark,
        Self::Truncated,
        Self::Debris,
        Self::FieldTooLong,
        Self::RecordTooLong,
    ];

    /// The code used in findings.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ragged => "csv.ragged",
            Self::Quote => "csv.quote",
            Self::Nul => "csv.nul",
            Self::Encoding => "csv.encoding",
            Self::Undecodable => "csv.undecodable",
            Self::RepeatedHeader => "csv.repeated-header",
            Self::ByteOrderMark => "csv.byte-order-mark",
            Self::Truncated => "csv.truncated",
            Self::Debris => "csv.debris",
            Self::FieldTooLong => "csv.field-too-long",
            Self::RecordTooLong => "csv.record-too-long",
        }
    }

    /// What must be true of a record that does not have this fault.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ragged => "the record has as many fields as the header has names",
            Self::Quote => "quotes enclose whole fields, are doubled inside, and are closed",
            Self::Nul => "the record has no NUL byte",
            Self::Encoding => "the record is UTF-8",
            Self::Undecodable => "the record is UTF-8 or Windows-1252",
            Self::RepeatedHeader => "the header is not repeated among the records",
            Self::ByteOrderMark => "no record begins with a byte order mark",
            Self::Truncated => "the last record is complete",
            Self::Debris => "nothing follows the last record",
            Self::FieldTooLong => "no field is longer than the limit",
            Self::RecordTooLong => "the record is not longer than the limit",
        }
    }

    /// Whether a record with this fault is withheld from the rules.
    pub fn blocks(self) -> bool {
        self != Self::Encoding
    }

    fn bit(self) -> u16 {
        match self {
            Self::Ragged => 1,
            Self::Quote => 1 << 1,
            Self::Nul => 1 << 2,
            Self::Encoding => 1 << 3,
            Self::Undecodable => 1 << 4,
            Self::RepeatedHeader => 1 << 5,
            Self::ByteOrderMark => 1 << 6,
            Self::Truncated => 1 << 7,
            Self::Debris => 1 << 8,
            Self::FieldTooLong => 1 << 9,
            Self::RecordTooLong => 1 << 10,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The faults of one record.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Faults(u16);

impl Faults {
    /// Whether there are no faults.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether any fault withholds the record from the rules.
    pub fn blocking(self) -> bool {
        self.0 & !FaultKind::Encoding.bit() != 0
    }

    /// Whether `kind` is one of the faults.
    pub fn contains(self, kind: FaultKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// The faults, in the order in which they are reported.
    pub fn iter(self) -> impl Iterator<Item = FaultKind> {
        FaultKind::ALL.into_iter().filter(move |&kind| self.contains(kind))
    }

    pub(crate) fn insert(&mut self, kind: FaultKind) {
        self.0 |= kind.bit();
    }
}

impl From<FaultKind> for Faults {
    fn from(kind: FaultKind) -> Self {
        Self(kind.bit())
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A fault of a record, described for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultDetail {
    /// Its kind.
    pub kind: FaultKind,
    /// What was found and expected, lower case, no full stop.
    pub message: String,
    /// Offset within the record of the byte that shows the fault; 0 if it concerns the whole record.
    pub byte: u64,
    /// Index of the header's column that contains it, if there is one.
    pub column: Option<usize>,
}
