//! Ways not to come back, on any record or on those whose first column says `BAD`.

use std::sync::atomic::{AtomicBool, Ordering};

use super::exports::assay::rules::plugin::{Batch, Cells, Fault, Text};

/// Set before a trap. Nobody may ever see it set: an instance that trapped is gone.
pub static DIRTY: AtomicBool = AtomicBool::new(false);

/// Set by the first batch of those who remember what they must not.
pub static JUDGED: AtomicBool = AtomicBool::new(false);

/// Never returns.
pub fn spin() -> ! {
    loop {
        std::hint::black_box(0);
    }
}

/// Traps without a word.
pub fn trap() -> ! {
    DIRTY.store(true, Ordering::Relaxed);
    core::arch::wasm32::unreachable()
}

/// A fault of the plugin's own.
pub fn fault(message: &str, record: Option<u32>) -> Fault {
    Fault { code: 4, message: message.to_owned(), record }
}

/// Takes memory until there is none.
pub fn eat_memory() {
    let mut eaten = Vec::new();
    loop {
        eaten.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&eaten);
    }
}

#[allow(unconditional_recursion, reason = "that is the point")]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(recurse(std::hint::black_box(depth + 1)) + 1)
}

/// Goes as often round a loop as the cell says: `work 1000`. A round takes the same fuel each time.
fn work(cell: &[u8]) {
    let rounds = str::from_utf8(cell).ok().and_then(|cell| cell.strip_prefix("work "));
    for round in 0..rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(0_u32) {
        std::hint::black_box(round);
    }
}

/// Does harm if the behaviour says so.
pub fn maybe(behaviour: &str, batch: &Batch) -> Result<(), Fault> {
    let bad = (0..batch.records).find(|&record| cell(batch, record) == b"BAD");
    JUDGED.store(true, Ordering::Relaxed);
    match (behaviour, bad) {
        ("process-spins", _) | ("spin-on-bad", Some(_)) => spin(),
        ("process-traps", _) | ("trap-on-bad", Some(_)) => trap(),
        ("panic-on-bad", Some(record)) => panic!("record {record} is bad"),
        ("memory", _) | ("memory-on-bad", Some(_)) => eat_memory(),
        ("stack", _) => {
            recurse(0);
        }
        ("fault-on-bad", Some(record)) => return Err(fault("a bad word", Some(record))),
        ("fault-lies", Some(_)) => return Err(fault("somewhere", Some(0))),
        ("fault-beyond", Some(_)) => return Err(fault("beyond", Some(u32::MAX))),
        ("fault-shouts", _) => return Err(fault(&"\u{1b}[31m".repeat(10_000), None)),
        ("trap-on-value" | "trap-on-value-of-two", _) if has_bad_value(batch) => trap(),
        ("spin-unless-alone", _) if batch.records > 1 => spin(),
        ("works", _) => (0..batch.records).for_each(|record| work(cell(batch, record))),
        _ => {}
    }
    Ok(())
}

/// Whether anything that the first column brought is bad, whether or not a record has it: what asks once a value looks at all of them.
fn has_bad_value(batch: &Batch) -> bool {
    let any = |text: &Text| (0..text.offsets.len() - 1).any(|index| of(text, index) == b"BAD");
    match batch.columns.first().map(|column| &column.cells) {
        Some(Cells::Text(text)) => any(text),
        Some(Cells::Constant(cell)) => cell == b"BAD",
        Some(Cells::Dictionary(dictionary)) => any(&dictionary.values),
        Some(Cells::Integer(values)) => values.contains(&666),
        Some(Cells::Decimal(decimals)) => decimals.unscaled.contains(&666),
        Some(Cells::Date(days)) => days.contains(&666),
        _ => false,
    }
}

/// The first column's cell; blank where the column is not text.
pub fn cell(batch: &Batch, record: u32) -> &[u8] {
    match batch.columns.first().map(|column| &column.cells) {
        Some(Cells::Text(text)) => of(text, record as usize),
        Some(Cells::Constant(cell)) => cell,
        Some(Cells::Dictionary(dictionary)) => {
            of(&dictionary.values, usize::from(dictionary.keys[record as usize]))
        }
        _ => b"",
    }
}

fn of(text: &Text, index: usize) -> &[u8] {
    &text.bytes[text.offsets[index] as usize..text.offsets[index + 1] as usize]
}
