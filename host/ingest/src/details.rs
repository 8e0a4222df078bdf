//! Descriptions of faults. Made on demand from the record's bytes, because few of them are ever read.

use memchr::memchr;

use crate::cp1252::{self, Encoding};
use crate::debris;
use crate::fault::{FaultDetail, FaultKind};
use crate::grammar::{self, Parsed, QuoteFault};
use crate::slab::Slab;

impl Slab {
    /// Describes what is wrong with record `index`, one detail per fault.
    pub fn fault_details(&self, index: usize) -> Vec<FaultDetail> {
        describe(self, index)
    }
}

/// One detail per fault of a record.
fn describe(slab: &Slab, index: usize) -> Vec<FaultDetail> {
    let record = Described { slab, index, parsed: grammar::parse(slab.raw(index), true) };
    let width = slab.shape.header.names.len();
    let details = slab.faults(index).iter().map(|kind| record.detail(kind));
    // A record with more fields than the header may be broken beyond the last named column.
    let within = |detail: FaultDetail| FaultDetail {
        column: detail.column.filter(|&column| column < width),
        ..detail
    };
    details.map(within).collect()
}

struct Described<'a> {
    slab: &'a Slab,
    index: usize,
    parsed: Parsed,
}

impl Described<'_> {
    fn detail(&self, kind: FaultKind) -> FaultDetail {
        let raw = self.slab.raw(self.index);
        match kind {
            FaultKind::Ragged => whole(kind, self.widths()),
            FaultKind::Quote => self.quote(),
            FaultKind::Nul => {
                let at = memchr(0, raw).unwrap_or_default();
                let count = memchr::memchr_iter(0, raw).count();
                let message = match count {
                    1 => "found a NUL byte, expected text".to_owned(),
                    _ => format!("found {count} NUL bytes, expected text"),
                };
                self.at(kind, at, message)
            }
            FaultKind::Encoding | FaultKind::Undecodable => {
                let (Encoding::Windows1252 { at } | Encoding::Neither { at }) =
                    cp1252::encoding(raw)
                else {
                    return whole(kind, "not UTF-8".to_owned());
                };
                let byte = raw[at];
                let message = match kind {
                    FaultKind::Encoding => {
                        format!("byte 0x{byte:02X} is not UTF-8; read as Windows-1252")
                    }
                    _ => format!("byte 0x{byte:02X} is neither UTF-8 nor Windows-1252"),
                };
                self.at(kind, at, message)
            }
            FaultKind::RepeatedHeader => {
                whole(kind, "found the header again, expected a record".to_owned())
            }
            FaultKind::ByteOrderMark => whole(
                kind,
                "found a byte order mark, expected one only at the beginning of the file: files seem to have been concatenated".to_owned(),
            ),
            FaultKind::Debris => self.debris(),
            FaultKind::Truncated => match self.parsed {
                Parsed::Broken { at, field, .. } => FaultDetail {
                    kind,
                    message: format!("the input ends inside the quoted field {}", self.name(field)),
                    byte: at as u64,
                    column: Some(field),
                },
                _ => whole(kind, format!("the input ends within the record: {}", self.widths())),
            },
            FaultKind::FieldTooLong => self.field_too_long(),
            FaultKind::RecordTooLong => {
                let length = self.slab.position(self.index).length;
                let limit = self.slab.shape.limits.record_bytes;
                let message = format!(
                    "the record takes {length} bytes, expected at most {limit}; the first {} are kept",
                    raw.len()
                );
                whole(kind, message)
            }
        }
    }

    fn widths(&self) -> String {
        let found = match self.parsed {
            Parsed::Record { fields, .. } => fields,
            Parsed::Broken { field, .. } => field + 1,
            Parsed::Partial => 0,
        };
        let expected = self.slab.shape.header.names.len();
        let fields = if found == 1 { "field" } else { "fields" };
        format!("found {found} {fields}, expected {expected}")
    }

    fn debris(&self) -> FaultDetail {
        let content = self.slab.content(self.index);
        let at = debris::without(content);
        let filling = &content[at..];
        let all = |byte: u8| filling.iter().all(|&other| other == byte);
        let found = match filling.len() {
            1 if all(debris::END_MARK) => "the byte 0x1A, the DOS end-of-file mark,".to_owned(),
            1 if all(0) => "a NUL byte".to_owned(),
            count if all(0) => format!("{count} NUL bytes"),
            1 => "a blank".to_owned(),
            count if filling.iter().any(|&byte| byte == 0 || byte == debris::END_MARK) => {
                format!("{count} bytes of end marks, NULs and blanks")
            }
            count => format!("{count} blanks"),
        };
        let message = if at == 0 {
            format!(
                "found {found} after the last record, expected nothing; all records before it are complete"
            )
        } else {
            format!("found {found} at the end of the last record, expected a line ending")
        };
        self.at(FaultKind::Debris, at, message)
    }

    fn quote(&self) -> FaultDetail {
        let Parsed::Broken { how, at, field } = self.parsed else {
            return whole(FaultKind::Quote, "the quotes do not enclose whole fields".to_owned());
        };
        let name = self.name(field);
        let message = match how {
            QuoteFault::Bare => {
                format!(
                    "found a quote inside the unquoted field {name}, expected the field to be quoted and the quote doubled"
                )
            }
            QuoteFault::TextAfter => {
                format!(
                    "found text after the closing quote of the field {name}, expected `,` or a line ending"
                )
            }
            QuoteFault::Unclosed => format!("the quoted field {name} is not closed"),
        };
        FaultDetail { kind: FaultKind::Quote, message, byte: at as u64, column: Some(field) }
    }

    fn field_too_long(&self) -> FaultDetail {
        let limit = self.slab.shape.limits.field_bytes;
        let mut byte = 0;
        for (column, field) in grammar::fields(self.slab.content(self.index)).enumerate() {
            if field.len() > limit {
                let message = format!(
                    "the field {} takes {} bytes, expected at most {limit}",
                    self.name(column),
                    field.len()
                );
                return FaultDetail {
                    kind: FaultKind::FieldTooLong,
                    message,
                    byte,
                    column: Some(column),
                };
            }
            byte += field.len() as u64 + 1;
        }
        whole(FaultKind::FieldTooLong, format!("a field takes more than {limit} bytes"))
    }

    /// A fault at one byte, and the column that contains it.
    fn at(&self, kind: FaultKind, at: usize, message: String) -> FaultDetail {
        let mut end = 0;
        let column = grammar::fields(self.slab.content(self.index)).position(|field| {
            end += field.len() + 1;
            at < end
        });
        FaultDetail { kind, message, byte: at as u64, column }
    }

    fn name(&self, column: usize) -> String {
        match self.slab.shape.header.names.get(column) {
            Some(name) => format!("`{name}`"),
            None => format!("number {}", column + 1),
        }
    }
}

fn whole(kind: FaultKind, message: String) -> FaultDetail {
    FaultDetail { kind, message, byte: 0, column: None }
}
