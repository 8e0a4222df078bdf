//! Draws random inputs from all constructs of the format.

use fastrand::Rng;

use super::shape::{Piece, Run, Shape, Times};

/// Bytes that mean something to some part of a reader, alone or next to each other.
const ATOMS: [&[u8]; 24] = [
    b"\"",
    b"\"",
    b"\"\"",
    b",",
    b",",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"x",
    b"x\"",
    b"\"x",
    b"\",\"",
    b"1",
    b" ",
    b"\t",
    b";",
    b"\0",
    b"\x1a",
    b"\xff",
    b"\xe9",
    "é".as_bytes(),
    "\u{feff}".as_bytes(),
];

/// Cells that rules and casts treat in different ways; some break their record.
const CELLS: [&[u8]; 32] = [
    b"",
    b"",
    b" ",
    b"x",
    b"0",
    b"-5",
    b"12.34",
    b"12.345",
    b"1e5",
    b"99999999999999999999",
    b"2023-01-05",
    b"01/05/2023",
    b"0000-00-00",
    b"1818867504",
    b"A",
    b"\"\"",
    b"\"a,b\"",
    b"\"a\"\"b\"",
    b"\"a\nb\"",
    b"\"a\r\nb\"",
    b"a\rb",
    b"\"a\"\"\"\"\"\"\"\"b\"",
    b"a\"b",
    b"\"a\"b",
    b"\"a",
    b"\xe9t\xe9",
    b"\xff\xfe",
    b"\0",
    "é".as_bytes(),
    "\u{feff}x".as_bytes(),
    "a\u{202e}\u{200b}b".as_bytes(),
    b"\x1b[31m",
];

/// Bytes that follow the last record in files made by people.
const DEBRIS: [&[u8]; 9] =
    [b"\0", b"\x1a", b" ", b"\n", b"\r\n", b",\n", b"\"\"\n", b"Total\n", "\u{feff}".as_bytes()];

/// Bytes for each run per unit of scale, so that all runs have about the same share of an input.
const SHARE: u64 = 4 << 10;

/// The number of columns, and published records, if any.
pub(super) struct Table<'t> {
    pub(super) width: usize,
    pub(super) published: &'t [Vec<u8>],
}

/// The name of a generated table's column.
pub(super) fn name(column: usize) -> String {
    format!("c{column}")
}

/// What precedes the header.
pub(super) fn before(random: &mut Rng) -> Vec<Run> {
    match random.u32(..16) {
        0 => vec![Run::once("\u{feff}")],
        1 => vec![Run::scaled(one(random, &["\n", "\r\n", " \n", "\n\r\n"]))],
        2 => vec![Run::once("sep=,\n")],
        3 => vec![Run::once("\u{feff}"), Run::scaled("\n")],
        4 => vec![Run::once("\n\r\n")],
        5 => vec![Run::scaled(one(random, &["# a comment\n", "\"\"\n", "\x1a", "\0", "\r"]))],
        _ => vec![],
    }
}

impl Table<'_> {
    /// What stands in place of the expected column names, if not ours.
    pub(super) fn odd_header(random: &mut Rng) -> Vec<Run> {
        let end = Run::once(one(random, &["z\n", "z\r\n", "\"z\"\n", "z", "\"z\n"]));
        let pieces = match random.u32(..6) {
            0 => vec![text("a,")],
            1 => vec![Piece::Few(7), text(",")],
            2 => vec![Piece::Nth, text(",")],
            3 => vec![text("\"a"), Piece::Nth, text("\"\"\",")],
            4 => vec![text("a")],
            _ => {
                return vec![
                    scaled(vec![Piece::Nth, text(",")]),
                    scaled(vec![Piece::Few(1 << 20), text(",")]),
                    end,
                ];
            }
        };
        vec![scaled(pieces), end]
    }

    /// What follows the header.
    pub(super) fn body(&self, random: &mut Rng) -> Vec<Run> {
        let mut runs = match random.u32(..10) {
            0..5 => self.records(random),
            5..8 => self.between(random),
            _ => vec![even(atoms(random, 12))],
        };
        if random.u32(..4) == 0 {
            runs.push(Run::once(one(random, &DEBRIS)));
            runs.push(Run::scaled(one(random, &DEBRIS)));
        }
        runs
    }

    /// Records and similar lines, in one to three repeated sequences.
    fn records(&self, random: &mut Rng) -> Vec<Run> {
        let mut runs = Vec::new();
        for _ in 0..random.u32(1..=3) {
            if random.u32(..4) == 0 {
                runs.extend(self.once(random));
            }
            let mut pieces = Vec::new();
            for _ in 0..few(random, 12) {
                pieces.extend(self.line(random));
            }
            runs.push(even(pieces));
        }
        runs
    }

    /// Parts that grow between parts that do not.
    fn between(&self, random: &mut Rng) -> Vec<Run> {
        let mut runs = self.once(random);
        for _ in 0..random.u32(1..=2) {
            let most = if random.bool() { 1 } else { 3 };
            runs.push(even(atoms(random, most)));
            runs.extend(self.once(random));
        }
        runs
    }

    /// A few lines or atoms, or one record that is too long.
    fn once(&self, random: &mut Rng) -> Vec<Run> {
        let mut pieces = Vec::new();
        match random.u32(..8) {
            0 => {
                let times = Times::Always(random.u64(1..=5) << 20);
                let start = Run::once(one(random, &["\"", "x\"", "1,"]));
                return vec![start, Run { pieces: vec![text("m")], times }];
            }
            1..4 => pieces.extend(atoms(random, 4)),
            _ => {
                for _ in 0..few(random, 3) {
                    pieces.extend(self.line(random));
                }
            }
        }
        vec![Run { pieces, times: Times::Always(1) }]
    }

    /// A record, or something in place of one.
    fn line(&self, random: &mut Rng) -> Vec<Piece> {
        match random.u32(..20) {
            0 => return vec![text("\n")],
            1 => {
                return vec![text(one(random, &["\r\n", " \n", "\t\r\n", "\"\"\n", "\n\n\n"]))];
            }
            2 => return atoms(random, 6),
            3 if self.published.is_empty() => {
                let names: Vec<String> = (0..self.width).map(name).collect();
                return vec![text(names.join(",") + "\n")];
            }
            _ => {}
        }
        if !self.published.is_empty() && random.u32(..4) > 0 {
            return vec![text(one(random, self.published))];
        }
        let width = match random.u32(..10) {
            0 => self.width.saturating_sub(1),
            1 => self.width + 1,
            2 => self.width + random.usize(..200),
            _ => self.width,
        };
        let plain = random.bool();
        let mut pieces = Vec::new();
        for column in 0..width {
            if column > 0 {
                pieces.push(text(","));
            }
            pieces.extend(cell(random, plain));
        }
        pieces.push(text(one(random, &["\n", "\n", "\n", "\r\n", "\r\n", "\r"])));
        pieces
    }
}

/// A cell. `plain`: one that does not break its record.
fn cell(random: &mut Rng, plain: bool) -> Vec<Piece> {
    match random.u32(..10) {
        0 => vec![Piece::Nth],
        1 => vec![Piece::Few(1 << random.u32(..24))],
        2 => vec![Piece::Letters(1 << random.u32(..10))],
        3 => vec![text("\""), Piece::Letters(random.usize(..40)), text("\"")],
        4 => vec![Piece::Few(5000), text("."), Piece::Few(100)],
        5 => vec![text("2023-0"), Piece::Few(9), text("-1"), Piece::Few(9)],
        // The first half does not break its record.
        _ if plain => vec![text(one(random, &CELLS[..CELLS.len() / 2]))],
        _ => vec![text(one(random, &CELLS))],
    }
}

fn atoms(random: &mut Rng, most: u32) -> Vec<Piece> {
    let mut bytes = Vec::new();
    for _ in 0..few(random, most) {
        let times = if random.u32(..6) == 0 { random.usize(1..300) } else { 1 };
        bytes.extend(one(random, &ATOMS).repeat(times));
    }
    vec![text(bytes)]
}

/// A random count; small ones are more frequent.
fn few(random: &mut Rng, most: u32) -> u32 {
    let upper = random.u32(1..=most);
    random.u32(1..=upper)
}

fn text(bytes: impl Into<Vec<u8>>) -> Piece {
    Piece::Text(bytes.into())
}

fn scaled(pieces: Vec<Piece>) -> Run {
    Run { pieces, times: Times::Scaled(1) }
}

/// A run that takes as many bytes as the others.
fn even(pieces: Vec<Piece>) -> Run {
    let one = scaled(pieces);
    Run { times: Times::Scaled((SHARE / one.bytes().max(1)).max(1)), ..one }
}

fn one<T: AsRef<[u8]>>(random: &mut Rng, of: &[T]) -> Vec<u8> {
    of[random.usize(..of.len())].as_ref().to_vec()
}

/// A header of many columns, and records in which few cells or none recur.
pub(super) fn broad(random: &mut Rng) -> Shape {
    let width = [500, 2_000, 5_000, 10_000][random.usize(..4)];
    let names: Vec<String> = (0..width).map(name).collect();
    let lines = (0..random.u32(1..=2)).map(|_| {
        let bits = [8, 16, 36, 64][random.usize(..4)];
        scaled(vec![Piece::Cells { width, bits }, text("\n")])
    });
    Shape { before: vec![], header: vec![Run::once(names.join(",") + "\n")], body: lines.collect() }
}

/// A header and a few records with as many columns as the scale.
pub(super) fn wide(random: &mut Rng) -> Shape {
    let end = |text: &str| Run::once(text);
    let mut body = Vec::new();
    for _ in 0..random.u32(1..=6) {
        let pieces = match random.u32(..5) {
            0 => vec![text(",")],
            1 => vec![Piece::Few(97), text(",")],
            2 => vec![Piece::Nth, text(",")],
            3 => vec![text("\"a\"\"b\",")],
            _ => vec![text(one(random, &CELLS)), text(",")],
        };
        body.extend([scaled(pieces), end("z\n")]);
    }
    let header = vec![scaled(vec![text("c"), Piece::Nth, text(",")]), end("z\n")];
    Shape { before: vec![], header, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_input_and_another_one_another() {
        let table = Table { width: 3, published: &[] };
        let body = |seed| table.body(&mut Rng::with_seed(seed));
        assert_eq!(body(1), body(1));
        let all: Vec<_> = (0..50).map(body).collect();
        let different = all.iter().enumerate().filter(|(nth, one)| !all[..*nth].contains(one));
        assert!(different.count() > 45);
    }

    #[test]
    fn something_of_each_input_grows() {
        let table = Table { width: 3, published: &[] };
        for seed in 0..200 {
            let body = table.body(&mut Rng::with_seed(seed));
            assert!(body.iter().any(|run| matches!(run.times, Times::Scaled(_))), "{seed}");
        }
    }

    #[test]
    fn broad_records_are_as_wide_as_their_header() {
        for seed in 0..20 {
            let mut bytes = Vec::new();
            broad(&mut Rng::with_seed(seed))
                .write(3, &mut bytes)
                .expect("a vector accepts all bytes");
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let widths: Vec<usize> =
                lines.map(|line| line.split(|byte| *byte == b',').count()).collect();
            assert!(
                widths.len() > 3 && widths.iter().all(|width| *width == widths[0]),
                "{widths:?}"
            );
        }
    }

    #[test]
    fn wide_records_are_as_wide_as_their_header() {
        let shape = wide(&mut Rng::with_seed(2));
        let mut bytes = Vec::new();
        shape.write(1_000, &mut bytes).expect("a vector accepts all bytes");
        let commas: Vec<usize> = bytes
            .split(|byte| *byte == b'\n')
            .map(|line| line.split(|byte| *byte == b',').count() - 1)
            .collect();
        assert_eq!(commas[0], 1_000);
        assert_eq!(shape.names(1_000).len(), 1_001);
    }
}
