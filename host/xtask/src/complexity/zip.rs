//! Writes a zip archive of one CSV file and any number of others by hand: a crate for that is not worth its compile time here.

use std::io::{Result, Seek, SeekFrom, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, CrcWriter};

use super::shape::Shape;

/// The entry that `assay` reads.
const NAME: &str = "input-2023.csv";

/// The most other entries, so that an archive does not need zip64.
const MOST_ENTRIES: u64 = 65_000;

/// An entry, as both of its headers describe it.
struct Entry {
    name: String,
    deflated: bool,
    crc: u32,
    packed: u32,
    bytes: u32,
    at: u32,
}

/// Writes an archive with this shape in it, after `others` entries that are empty texts.
pub(super) fn write<W: Write + Seek>(
    shape: &Shape,
    scale: u64,
    deflated: bool,
    others: u64,
    out: &mut W,
) -> Result<()> {
    let mut entries = Vec::new();
    for nth in 0..others.min(MOST_ENTRIES) {
        let at = place(out)?;
        let name = format!("__MACOSX/._{nth}.txt");
        let entry = Entry { name, deflated: false, crc: 0, packed: 0, bytes: 0, at };
        entry.local(out)?;
        entries.push(entry);
    }
    let name = NAME.to_owned();
    let mut entry = Entry { name, deflated, crc: 0, packed: 0, bytes: 0, at: place(out)? };
    // Its sizes are not known until later.
    entry.local(out)?;
    let begin = place(out)?;
    (entry.crc, entry.bytes) = if deflated {
        let mut content = CrcWriter::new(DeflateEncoder::new(&mut *out, Compression::fast()));
        shape.write(scale, &mut content)?;
        content.get_mut().try_finish()?;
        (content.crc().sum(), content.crc().amount())
    } else {
        let mut content = CrcWriter::new(&mut *out);
        shape.write(scale, &mut content)?;
        (content.crc().sum(), content.crc().amount())
    };
    let directory = place(out)?;
    entry.packed = directory - begin;
    out.seek(SeekFrom::Start(entry.at.into()))?;
    entry.local(out)?;
    out.seek(SeekFrom::Start(directory.into()))?;
    entries.push(entry);
    entries.iter().try_for_each(|entry| entry.central(out))?;
    let length = place(out)? - directory;
    let count = u16::try_from(entries.len()).expect("there are few enough");
    let [low, high] = count.to_le_bytes();
    out.write_all(&[b'P', b'K', 5, 6, 0, 0, 0, 0, low, high, low, high])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&directory.to_le_bytes())?;
    out.write_all(&[0, 0])
}

fn place(out: &mut impl Seek) -> Result<u32> {
    Ok(u32::try_from(out.stream_position()?).expect("archives here are small"))
}

impl Entry {
    /// The part that both headers have in common: version, flags, method, time, checksum, sizes, lengths of name and extra field.
    fn common(&self, out: &mut impl Write) -> Result<()> {
        let method = if self.deflated { 8 } else { 0 };
        out.write_all(&[20, 0, 0, 0, method, 0, 0, 0, 0x21, 0])?;
        for number in [self.crc, self.packed, self.bytes] {
            out.write_all(&number.to_le_bytes())?;
        }
        let length = u16::try_from(self.name.len()).expect("names are short");
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&[0, 0])
    }

    fn local(&self, out: &mut impl Write) -> Result<()> {
        out.write_all(b"PK\x03\x04")?;
        self.common(out)?;
        out.write_all(self.name.as_bytes())
    }

    fn central(&self, out: &mut impl Write) -> Result<()> {
        out.write_all(b"PK\x01\x02\x14\0")?;
        self.common(out)?;
        // No comment, first disk, no attributes.
        out.write_all(&[0; 10])?;
        out.write_all(&self.at.to_le_bytes())?;
        out.write_all(self.name.as_bytes())
    }
}
