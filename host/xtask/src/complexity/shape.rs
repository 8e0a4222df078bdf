//! An input that can be made at any size: runs of bytes, some of which are repeated in proportion to the size.

use std::fmt::{self, Display, Formatter, Write as _};
use std::io::{Result, Write};

/// Bytes that are written at once. If repetitions are identical, as many as fit are made only once.
const BLOCK: usize = 64 << 10;

/// The most bytes of a run that are shown to people.
const SHOWN: usize = 120;

/// A part of a repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(Vec<u8>),
    /// The number of repetitions written before, of all runs: a text that never recurs.
    Nth,
    /// One of this many numbers, in no order.
    Few(u64),
    /// This many letters, which a compressor hardly shortens.
    Letters(usize),
    /// This many cells with commas between them: hexadecimal numbers of so many bits, all of them different if 64.
    Cells {
        width: usize,
        bits: u32,
    },
}

/// How often a run's pieces are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    Always(u64),
    /// This many times the scale.
    Scaled(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) pieces: Vec<Piece>,
    pub(super) times: Times,
}

/// What precedes the column names, the names, and what follows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) before: Vec<Run>,
    pub(super) header: Vec<Run>,
    pub(super) body: Vec<Run>,
}

impl Run {
    pub(super) fn once(text: impl Into<Vec<u8>>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())], times: Times::Always(1) }
    }

    pub(super) fn scaled(text: impl Into<Vec<u8>>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())], times: Times::Scaled(1) }
    }

    fn times(&self, scale: u64) -> u64 {
        match self.times {
            Times::Always(times) => times,
            Times::Scaled(weight) => weight * scale,
        }
    }

    /// Approximate bytes of one repetition.
    pub(super) fn bytes(&self) -> u64 {
        let mut one = Vec::new();
        self.pieces.iter().for_each(|piece| piece.add(&mut one, 1_000_000));
        one.len() as u64
    }

    fn write(&self, scale: u64, written: &mut u64, out: &mut dyn Write) -> Result<()> {
        let times = self.times(scale);
        let mut block = Vec::with_capacity(BLOCK);
        let same = self.pieces.iter().all(|piece| matches!(piece, Piece::Text(_)));
        if same {
            let mut one = Vec::new();
            self.pieces.iter().for_each(|piece| piece.add(&mut one, 0));
            let fit = (BLOCK / one.len().max(1)).max(1);
            block = one.repeat(fit);
            let fit = fit as u64;
            (0..times / fit).try_for_each(|_| out.write_all(&block))?;
            let rest = usize::try_from(times % fit).expect("less than a block") * one.len();
            block.truncate(rest);
        } else {
            for nth in *written..*written + times {
                self.pieces.iter().for_each(|piece| piece.add(&mut block, nth));
                if block.len() >= BLOCK {
                    out.write_all(&block)?;
                    block.clear();
                }
            }
        }
        *written += times;
        out.write_all(&block)
    }
}

impl Piece {
    fn add(&self, bytes: &mut Vec<u8>, nth: u64) {
        match self {
            Self::Text(text) => bytes.extend_from_slice(text),
            Self::Nth => bytes.extend_from_slice(nth.to_string().as_bytes()),
            Self::Few(most) => {
                bytes.extend_from_slice((mixed(nth) % most).to_string().as_bytes());
            }
            Self::Letters(count) => {
                let words = (0_u64..).flat_map(|word| mixed(nth << 20 | word).to_le_bytes());
                bytes.extend(words.take(*count).map(|byte| b'a' + byte % 26));
            }
            Self::Cells { width, bits } => {
                let first = nth * *width as u64;
                for cell in first..first + *width as u64 {
                    let comma = if cell > first { "," } else { "" };
                    let number = mixed(cell) >> (u64::BITS - bits);
                    write!(bytes, "{comma}{number:x}").expect("a vector accepts all bytes");
                }
            }
        }
    }
}

/// Makes a number from another without any recognisable relation (`SplitMix64`).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Shape {
    fn runs(&self) -> impl Iterator<Item = &Run> {
        self.before.iter().chain(&self.header).chain(&self.body)
    }

    /// Writes the input.
    pub(super) fn write(&self, scale: u64, out: &mut dyn Write) -> Result<()> {
        let mut written = 0;
        self.runs().try_for_each(|run| run.write(scale, &mut written, out))
    }

    /// The scale at which the growing part has about this many bytes, at least 1.
    pub(super) fn scale(&self, bytes: u64) -> u64 {
        let one: u64 = self.runs().map(|run| run.bytes() * (run.times(2) - run.times(1))).sum();
        (bytes / one.max(1)).max(1)
    }

    /// The column names, as a pack lists them.
    pub(super) fn names(&self, scale: u64) -> Vec<String> {
        let mut line = Vec::new();
        // Names are numbered as in the file.
        let mut written = self.before.iter().map(|run| run.times(scale)).sum();
        for run in &self.header {
            run.write(scale, &mut written, &mut line).expect("a vector accepts all bytes");
        }
        let line = String::from_utf8_lossy(&line);
        line.trim_end().split(',').map(|name| name.trim_matches('"').to_owned()).collect()
    }
}

impl Display for Shape {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        for (nth, run) in self.runs().enumerate() {
            let then = if nth == 0 { "" } else { " · " };
            match run.times {
                Times::Always(1) => write!(to, "{then}{run}")?,
                Times::Always(times) => write!(to, "{then}{times} × {run}")?,
                Times::Scaled(1) => write!(to, "{then}n × {run}")?,
                Times::Scaled(weight) => write!(to, "{then}{weight}n × {run}")?,
            }
        }
        Ok(())
    }
}

impl Display for Run {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(bytes) => text.extend(bytes.escape_ascii().map(char::from)),
                Piece::Nth => text.push_str("{nth}"),
                Piece::Few(most) => {
                    let _ = write!(text, "{{one of {most}}}");
                }
                Piece::Letters(count) => {
                    let _ = write!(text, "{{{count} letters}}");
                }
                Piece::Cells { width, bits } => {
                    let _ = write!(text, "{{{width} cells of {bits} bits}}");
                }
            }
        }
        // The text is all ASCII.
        match text.get(..SHOWN) {
            Some(start) => write!(to, "`{start}…`"),
            None => write!(to, "`{text}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        let record = vec![
            Piece::Nth,
            Piece::Text(b",".to_vec()),
            Piece::Few(3),
            Piece::Text(b"\n".to_vec()),
        ];
        Shape {
            before: vec![Run::scaled("\n")],
            header: vec![Run::once("a,\"b\"\n")],
            body: vec![Run { pieces: record, times: Times::Scaled(2) }, Run::once("end")],
        }
    }

    #[test]
    fn runs_are_repeated_as_the_scale_says() {
        let mut bytes = Vec::new();
        shape().write(2, &mut bytes).expect("a vector accepts all bytes");
        let text = String::from_utf8(bytes).expect("it is ASCII");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["", "", "a,\"b\""]);
        // Two blank lines and the header were written before.
        let first: Vec<&str> = lines[3..7].iter().map(|line| &line[..2]).collect();
        assert_eq!(first, ["3,", "4,", "5,", "6,"]);
        assert_eq!(lines[7..], ["end"]);
        assert_eq!(shape().names(2), ["a", "b"]);
    }

    #[test]
    fn a_size_becomes_a_scale() {
        let check = |bytes: u64| {
            let mut written = Vec::new();
            shape().write(shape().scale(bytes), &mut written).expect("a vector accepts all bytes");
            let off = (written.len() as u64).abs_diff(bytes);
            // Small numbers have fewer digits.
            assert!(off < bytes / 2, "{bytes}: {}", written.len());
        };
        check(10_000);
        check(1 << 20);
        assert_eq!(shape().scale(0), 1);
    }

    #[test]
    fn cells_of_a_wide_record_are_all_different() {
        let (mut bytes, cells) = (Vec::new(), Piece::Cells { width: 300, bits: 64 });
        for nth in 0..3 {
            cells.add(&mut bytes, nth);
            bytes.push(b'\n');
        }
        let text = String::from_utf8(bytes).expect("it is ASCII");
        assert!(text.lines().all(|line| line.split(',').count() == 300));
        let different: std::collections::HashSet<&str> = text.split([',', '\n']).collect();
        // The last line ends with a line break.
        assert_eq!(different.len(), 900 + 1);
    }

    #[test]
    fn what_is_in_it_is_told() {
        let said = "n × `\\n` · `a,\\\"b\\\"\\n` · 2n × `{nth},{one of 3}\\n` · `end`";
        assert_eq!(shape().to_string(), said);
    }
}
