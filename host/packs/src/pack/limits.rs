//! `[limits]`: what plugins and records may use.

use std::time::Duration;

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, found};
use crate::name::{parse_bytes, parse_duration};
use crate::source::Place;
use crate::tree::{Node, Value};

/// What plugins and records may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Records that a plugin may crash on before the run gives up.
    pub max_poison: u64,
    /// Bytes of memory of one plugin instance.
    pub memory: u64,
    /// Units of fuel that one record may use in one plugin, judged alone.
    pub fuel_per_record: u64,
    /// How long one call into a plugin may take before the run is ended as hanging. No record is judged by it.
    pub deadline: Duration,
    /// Bytes of the longest field that is not a structural fault.
    pub field_bytes: u64,
    /// Bytes of the longest record that is not a structural fault; at least `field_bytes`.
    pub record_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Each costs about a dozen calls to isolate; a plugin that crashes more often has a bug, not bad luck.
            max_poison: 100,
            // A slab of 4 MiB as the host built it, as the plugin copied it, and its answer, several times over.
            memory: 64 << 20,
            // A quarter of a second of computing. A record of the dearest plugin known takes 12 thousand, one of a plugin in Python
            // some hundred thousand, so that only a rule that does not end needs more.
            fuel_per_record: 1_000_000_000,
            // A call that uses all its fuel takes a quarter of a second, and no machine is so busy that it takes a thousand times
            // as long.
            deadline: Duration::from_mins(5),
            // The longest texts ever published are a few KiB; a field of a MiB is a quote that was never closed.
            field_bytes: 1 << 20,
            // A slab's size: a record must fit one.
            record_bytes: 4 << 20,
        }
    }
}

/// What a WebAssembly memory of 32 bits can have.
const MEMORY_MOST: u64 = 4 << 30;
/// Below it no plugin starts: the stack alone takes a MiB.
const MEMORY_LEAST: u64 = 2 << 20;
/// Cells are addressed by 32 bits within a batch, and several records must fit one.
const RECORD_MOST: u64 = 256 << 20;
/// Less is no more than what a call costs before it looks at a record.
const FUEL_LEAST: u64 = 1_000_000;
/// Three days of computing.
const FUEL_MOST: u64 = 1_000_000_000_000_000;
/// Longer than that nobody waits for one call.
const DEADLINE_MOST: Duration = Duration::from_hours(1);

pub(super) fn read_limits(node: &Node, report: &Report) -> Limits {
    let mut limits = Limits::default();
    let Some(mut fields) = Fields::of(node, "`limits`", report) else { return limits };
    if let Some((count, _)) = fields.count("max_poison") {
        limits.max_poison = count;
    }
    if let Some((bytes, _)) = bytes(fields.get("memory"), MEMORY_LEAST..=MEMORY_MOST, report) {
        limits.memory = bytes;
    }
    if let Some((fuel, place)) = fields.count("fuel_per_record") {
        if (FUEL_LEAST..=FUEL_MOST).contains(&fuel) {
            limits.fuel_per_record = fuel;
        } else {
            let message = format!("{fuel} units of fuel is out of bounds");
            report.add(
                Mistake::new(place, message)
                    .help("expected 1_000_000 to 1_000_000_000_000_000 (default: 1_000_000_000)"),
            );
        }
    }
    if let Some(node) = fields.get("deadline") {
        let read = match &node.value {
            Value::Text(text) => parse_duration(text),
            _ => None,
        };
        match read {
            Some(read) if (Duration::from_millis(1)..=DEADLINE_MOST).contains(&read) => {
                limits.deadline = read;
            }
            _ => report.add(
                Mistake::new(&node.place, format!("{} is not a deadline", found(node)))
                    .help("write `\"250ms\"`, `\"10s\"` or `\"2m\"`, up to `\"60m\"`"),
            ),
        }
    }
    let field = bytes(fields.get("field_bytes"), 1..=RECORD_MOST, report);
    let record = bytes(fields.get("record_bytes"), 1..=RECORD_MOST, report);
    fields.why();
    fields.finish();

    limits.field_bytes = field.map_or(limits.field_bytes, |(bytes, _)| bytes);
    limits.record_bytes = record.map_or(limits.record_bytes, |(bytes, _)| bytes);
    if let Some((_, place)) = record.or(field)
        && limits.field_bytes > limits.record_bytes
    {
        let message = format!(
            "a field of {} bytes does not fit a record of {}",
            limits.field_bytes, limits.record_bytes
        );
        report.add(
            Mistake::new(place, message).help("`record_bytes` must be at least `field_bytes`"),
        );
    }
    limits
}

fn bytes<'a>(
    node: Option<&'a Node>,
    range: std::ops::RangeInclusive<u64>,
    report: &Report,
) -> Option<(u64, &'a Place)> {
    let node = node?;
    let read = match &node.value {
        Value::Text(text) => parse_bytes(text),
        Value::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    };
    match read {
        Some(read) if range.contains(&read) => Some((read, &node.place)),
        Some(read) => {
            let message = format!("{read} bytes is out of bounds");
            report.add(Mistake::new(&node.place, message).help(format!(
                "{} to {}",
                in_units(*range.start()),
                in_units(*range.end())
            )));
            None
        }
        None => {
            let message = format!("{} is not a number of bytes", found(node));
            report.add(
                Mistake::new(&node.place, message)
                    .help("write `4096`, `\"64KiB\"`, `\"64MiB\"` or `\"1GiB\"`"),
            );
            None
        }
    }
}

/// In the largest unit that divides it.
fn in_units(bytes: u64) -> String {
    let units = [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    if bytes == 1 {
        return "1 byte".to_owned();
    }
    match units.into_iter().find(|(_, unit)| bytes.is_multiple_of(*unit)) {
        Some((name, unit)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}
