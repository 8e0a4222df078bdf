//! Files whose memory once grew without bound: wide ones, long records, many records, growing cells.

use std::io::{Result, Write};

/// Random numbers, which a compressor cannot shrink.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A cell of `bytes` bytes out of `alphabet`.
    fn cell(&mut self, alphabet: &[u8], bytes: usize) -> Vec<u8> {
        let mut cell = Vec::with_capacity(bytes + 8);
        while cell.len() < bytes {
            for byte in self.next().to_le_bytes() {
                cell.push(alphabet[usize::from(byte) % alphabet.len()]);
            }
        }
        cell.truncate(bytes);
        cell
    }
}

/// Letters and digits, which have no special meaning in CSV.
fn letters() -> Vec<u8> {
    (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z').collect()
}

pub(crate) fn wide(out: &mut dyn Write) -> Result<()> {
    for record in 0..1_500_usize {
        let cells: Vec<String> =
            (0..5_000).map(|column| (record * column % 97).to_string()).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

/// No two cells are equal, so that each column's tables grow with every record.
pub(crate) fn windows_1252(out: &mut dyn Write) -> Result<()> {
    let unused = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
    let high: Vec<u8> = (0x80..=0xff).filter(|byte| !unused.contains(byte)).collect();
    let mut noise = Noise(1);
    for record in 0..25_000 {
        write!(out, "{record},")?;
        out.write_all(&noise.cell(&high, 1_000))?;
        out.write_all(b",z\n")?;
    }
    Ok(())
}

pub(crate) fn huge(out: &mut dyn Write) -> Result<()> {
    let (letters, mut noise) = (letters(), Noise(2));
    for _ in 0..20 {
        let cell = noise.cell(&letters, 520_000);
        let mut record = [cell.as_slice(); 8].join(&b',');
        record.truncate((4 << 20) - 10);
        record.push(b'\n');
        out.write_all(&record)?;
    }
    Ok(())
}

pub(crate) fn commas(out: &mut dyn Write) -> Result<()> {
    let mut record = vec![b','; 1_000_000];
    record.push(b'\n');
    (0..40).try_for_each(|_| out.write_all(&record))
}

pub(crate) fn tiny(out: &mut dyn Write) -> Result<()> {
    let record = |number: u32| [b"0123456789"[number as usize % 10], b'0' + 7, b'\n'];
    (0..2_500_000).try_for_each(|number| out.write_all(&record(number)))
}

pub(crate) fn keys(out: &mut dyn Write) -> Result<()> {
    for n in 0..300_000_u64 {
        writeln!(out, "{n},{},{},{},{},-{n}", n * 7 % 999_983, n / 2, n * 3, n % 500_000)?;
    }
    Ok(())
}

pub(crate) fn one_key(out: &mut dyn Write) -> Result<()> {
    (0..1_500_000).try_for_each(|_| out.write_all(b"A,1\n"))
}

pub(crate) fn words(out: &mut dyn Write) -> Result<()> {
    (0..20_000).try_for_each(|number| writeln!(out, "{number},good"))
}
