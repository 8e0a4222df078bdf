//! `[limits]`: limits of plugins and records.

use std::time::Duration;

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, found};
use crate::name::{parse_bytes, parse_duration};
use crate::source::Place;
use crate::tree::{Node, Value};

/// Limits of plugins and records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of records on which a plugin may crash before the run fails.
    pub max_poison: u64,
    /// Maximum memory of one plugin instance, in bytes.
    pub memory: u64,
    /// Maximum fuel that one plugin may use for one record, judged alone.
    pub fuel_per_record: u64,
    /// Maximum duration of one call into a plugin; after that the run fails, because the plugin hangs. It never decides the verdict on a
    /// record.
    pub deadline: Duration,
    /// Maximum size of a field, in bytes; a longer one is a structural fault.
    pub field_bytes: u64,
    /// Maximum size of a record, in bytes; a longer one is a structural fault. At least `field_bytes`.
    pub record_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Each costs about a dozen calls to isolate; a plugin that crashes more often has a bug, not bad luck.
            max_poison: 100,
            // Several times a slab of 4 MiB as built by the host, its copy in the plugin, and the plugin's answer.
            memory: 64 << 20,
            // A quarter of a second of computing. A record takes 12 thousand in the most expensive known plugin and some hundred thousand
            // in a Python plugin, so only a rule that does not terminate needs more.
            fuel_per_record: 1_000_000_000,
            // A call that uses all its fuel takes a quarter of a second, and no machine is so busy that it takes a thousand times as long.
            deadline: Duration::from_mins(5),
            // The longest texts ever published are a few KiB; a field of 1 MiB is the result of a quote that was never closed.
            field_bytes: 1 << 20,
            // The size of a slab, since a record must fit one.
            record_bytes: 4 << 20,
        }
    }
}

/// Maximum size of a 32-bit WebAssembly memory.
const MEMORY_MOST: u64 = 4 << 30;
/// No plugin starts with less: the stack alone takes 1 MiB.
const MEMORY_LEAST: u64 = 2 << 20;
/// Cells within a batch are addressed with 32 bits, and several records must fit a batch.
const RECORD_MOST: u64 = 256 << 20;
/// A call uses about this much before it examines a record.
const FUEL_LEAST: u64 = 1_000_000;
/// Three days of computing.
const FUEL_MOST: u64 = 1_000_000_000_000_000;
/// Nobody waits longer than this for one call.
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

/// Formats a size in the largest unit that divides it.
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
