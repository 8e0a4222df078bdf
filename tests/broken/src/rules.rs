//! The rules, each with one mistake that is easily made.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use assay_sdk::{
    Ask, Bits, Cells, FileFinding, FileRule, Judged, Look, Rules, Run, Sums, integer, text,
};

/// Declares a rule under its name.
type Declare = fn(&str, &Run, &mut Rules);

/// All of them.
pub(crate) const ALL: [(&str, Declare); 14] = [
    ("border", border),
    ("order", order),
    ("growing", growing),
    ("swinging", swinging),
    ("counter", counter),
    ("session", session),
    ("forms", forms),
    ("char", char),
    ("blank", blank),
    ("absent", absent),
    ("pairs", pairs),
    ("backtrack", backtrack),
    ("sound", sound),
    ("dearer", dearer),
];

/// The column all of them judge.
const COLUMN: &str = "Code";

fn column() -> [Ask; 1] {
    [Ask::text(COLUMN)]
}

/// No two neighbours may be the same; the last record of a batch is taken for the last of the file.
fn border(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").columnar(column(), |look| {
        let cells = look.column(0);
        let records = look.records();
        let same =
            |record: usize| record + 1 < records && cells.text(record) == cells.text(record + 1);
        Judged::new(Bits::from_fn(records, same), &Bits::ones(records))
    });
}

/// Numbers must rise.
fn order(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").columnar(column(), |look| {
        let cells = look.column(0);
        let mut longest = 0;
        let falls = |record: usize| {
            let length = cells.text(record).len();
            longest = longest.max(length);
            length < longest
        };
        Judged::new(Bits::from_fn(look.records(), falls), &Bits::ones(look.records()))
    });
}

/// Zeros at the end are taken off, one at a time.
fn growing(name: &str, _: &Run, rules: &mut Rules) {
    rules
        .normalise(name)
        .title("it is written so")
        .rewrite([COLUMN], |cell| cell.strip_suffix(b"0").map(Cow::Borrowed));
}

/// One rule writes capitals, the next one small letters.
fn swinging(name: &str, _: &Run, rules: &mut Rules) {
    let changed = |cell: &[u8], new: Vec<u8>| (new != cell).then_some(Cow::Owned(new));
    rules
        .normalise(name)
        .title("it is written so")
        .rewrite([COLUMN], move |cell| changed(cell, cell.to_ascii_uppercase()));
    rules
        .normalise("swinging-back")
        .title("it is written so")
        .rewrite([COLUMN], move |cell| changed(cell, cell.to_ascii_lowercase()));
}

/// A counter that outlives the call.
fn counter(name: &str, _: &Run, rules: &mut Rules) {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    rules
        .validate(name)
        .title("it holds")
        .each(text(COLUMN), |_| !ASKED.fetch_add(1, Ordering::Relaxed).is_multiple_of(7));
}

/// What is of the whole file is counted once a session.
fn session(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").file(column(), Session(Cell::new(false)));
}

struct Session(Cell<bool>);

impl FileRule for Session {
    fn measure(&self, _: Look<'_>, sums: &mut Sums) {
        if !self.0.replace(true) {
            sums.add("files", 1);
        }
    }

    fn judge(&self, sums: &Sums) -> FileFinding {
        let files = sums.get("files");
        FileFinding::new(files <= 1, format!("{files} files"), "one")
    }
}

/// A dictionary is judged by its first value.
fn forms(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").columnar(column(), |look| {
        let column = look.column(0);
        let records = look.records();
        let failed = match column.cells() {
            Cells::Dictionary { .. } | Cells::Constant(_) => {
                let first = column.text(0).len() > 3;
                Bits::from_fn(records, |_| first)
            }
            _ => Bits::from_fn(records, |record| column.text(record).len() > 3),
        };
        Judged::new(failed, &Bits::ones(records))
    });
}

/// The first two bytes of a text are taken for its first two characters.
fn char(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").each(text(COLUMN), |cell: &[u8]| {
        let cell = std::str::from_utf8(cell).expect("the contract says so");
        cell.len() < 2 || &cell[..2] != "XX"
    });
}

/// The mean length of cells, where there are any.
fn blank(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").columnar(column(), |look| {
        let column = look.column(0);
        let bytes: usize = (0..look.records()).map(|record| column.text(record).len()).sum();
        let mean = bytes / column.filled().count();
        let never = column.where_text(|cell| cell.len() > mean + (1 << 20));
        Judged::new(never, column.filled())
    });
}

/// The column is looked up once, in a layout that always has it.
fn absent(name: &str, run: &Run, rules: &mut Rules) {
    let expected = run.columns.iter().position(|name| name == COLUMN);
    rules.validate(name).title("it holds").columnar(column(), move |look: Look<'_>| {
        let at = expected.expect("every layout has it");
        Judged::new(Bits::zeros(look.records()), &Bits::from_fn(look.records(), |_| at < 1000))
    });
}

/// Every record is compared with every other, to no end.
fn pairs(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").columnar(column(), |look| {
        let column = look.column(0);
        let records = look.records();
        let alike = |one: usize| {
            let like = |other: &usize| column.text(one).first() == column.text(*other).first();
            (0..records).filter(like).count() > records
        };
        Judged::new(Bits::from_fn(records, alike), &Bits::ones(records))
    });
}

/// Every part of a cell is looked at.
fn backtrack(name: &str, _: &Run, rules: &mut Rules) {
    rules.validate(name).title("it holds").each(text(COLUMN), |cell: &[u8]| {
        let ends = |start: usize| {
            cell[start..].iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>()
        };
        (0..cell.len()).map(ends).sum::<u64>() < 1_000_000_000
    });
}

/// A rule as it should be. The only one that `describe` names.
pub(crate) fn sound(name: &str, _: &Run, rules: &mut Rules) {
    rules
        .validate(name)
        .title("the digits add up to less than 40")
        .message("the digits of {Code} add up to more")
        .each(integer(COLUMN), |number| digits(number, 1) < 40);
}

/// The same, doing its work three times.
fn dearer(_: &str, _: &Run, rules: &mut Rules) {
    rules
        .validate("sound")
        .title("the digits add up to less than 40")
        .message("the digits of {Code} add up to more")
        .each(integer(COLUMN), |number| digits(number, 3) < 120);
}

/// The sum of a number's digits, so many times.
fn digits(number: i64, times: u32) -> u64 {
    let mut sum = 0;
    for _ in 0..times {
        let mut rest = std::hint::black_box(number).unsigned_abs();
        while rest > 0 {
            sum += rest % 10;
            rest /= 10;
        }
    }
    sum
}
