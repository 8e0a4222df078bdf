//! `[thresholds]`: when a whole file is refused.

use std::fmt;

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, found};
use crate::name::{parse_fraction, parse_percent};
use crate::tree::{Node, Value};

/// Maximum of quarantined records before the file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quarantined {
    /// Millionths of the records read: exact, unlike a float.
    Share(u32),
    /// Number of records.
    Count(u64),
}

impl fmt::Display for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(most) => write!(f, "{most}"),
            Self::Share(millionths) => {
                let (whole, rest) = (millionths / 10_000, millionths % 10_000);
                let percent = format!("{whole}.{rest:04}");
                write!(f, "{}%", percent.trim_end_matches('0').trim_end_matches('.'))
            }
        }
    }
}

/// When a whole file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Maximum of quarantined records.
    pub quarantined: Quarantined,
    /// Minimum number of records for a share to be judged.
    pub min_records: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            // A file in which most records are quarantined is not what it claims to be.
            quarantined: Quarantined::Share(500_000),
            // In a smaller file one bad record is more than 5 %, so a share is meaningless.
            min_records: 20,
        }
    }
}

impl Thresholds {
    /// Whether a file with `read` records, of which `quarantined` were quarantined, is refused.
    pub fn exceeded(&self, quarantined: u64, read: u64) -> bool {
        match self.quarantined {
            Quarantined::Count(most) => quarantined > most,
            Quarantined::Share(millionths) => {
                read >= self.min_records
                    && u128::from(quarantined) * 1_000_000
                        > u128::from(read) * u128::from(millionths)
            }
        }
    }
}

pub(super) fn read_thresholds(node: &Node, report: &Report) -> Thresholds {
    let mut thresholds = Thresholds::default();
    let Some(mut fields) = Fields::of(node, "`thresholds`", report) else { return thresholds };
    if let Some(node) = fields.get("quarantined") {
        let read = match &node.value {
            Value::Text(text) => parse_percent(text).map(Quarantined::Share),
            Value::Float(number) => parse_fraction(number).map(Quarantined::Share),
            Value::Integer(number) => u64::try_from(*number).ok().map(Quarantined::Count),
            _ => None,
        };
        match read {
            Some(read) => thresholds.quarantined = read,
            None => report.add(
                Mistake::new(&node.place, format!("{} is not a threshold", found(node)))
                    .help("write a share as `\"5%\"` or `0.05`, a number of records as `1000`"),
            ),
        }
    }
    if let Some((count, _)) = fields.count("min_records") {
        thresholds.min_records = count;
    }
    fields.why();
    fields.finish();
    thresholds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_shown_as_it_is_written() {
        let check = |most: Quarantined, expected: &str| assert_eq!(most.to_string(), expected);
        check(Quarantined::Share(20_000), "2%");
        check(Quarantined::Share(1_000_000), "100%");
        check(Quarantined::Share(5_000), "0.5%");
        check(Quarantined::Share(1), "0.0001%");
        check(Quarantined::Count(1_000), "1000");
    }

    #[test]
    fn a_threshold_is_the_most_that_is_allowed() {
        let check = |quarantined, records: (u64, u64), expected| {
            let thresholds = Thresholds { quarantined, ..Thresholds::default() };
            assert_eq!(
                thresholds.exceeded(records.0, records.1),
                expected,
                "{quarantined:?} {records:?}"
            );
        };
        check(Quarantined::Share(50_000), (5, 100), false);
        check(Quarantined::Share(50_000), (6, 100), true);
        check(Quarantined::Share(50_000), (19, 19), false);
        check(Quarantined::Share(50_000), (2, 20), true);
        check(Quarantined::Share(0), (1, 1_000_000_000), true);
        check(Quarantined::Share(1_000_000), (100, 100), false);
        check(Quarantined::Share(500_000), (u64::MAX, u64::MAX), true);
        check(Quarantined::Count(3), (3, 5), false);
        check(Quarantined::Count(3), (4, 5), true);
        check(Quarantined::Count(0), (0, 0), false);
    }
}
