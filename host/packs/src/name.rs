//! Names used as folders, and numbers with units.

use std::time::Duration;

use assay_model::parse_decimal;

use crate::diagnostic::{Mistake, Report};
use crate::source::Place;

/// 64 bytes, because a path consists of several names and some stores limit paths to 1,024 bytes.
const NAME_BYTES: usize = 64;

/// Whether the text is a valid folder name everywhere: 1 to 64 ASCII letters, digits, `-`, `_` and inner dots.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=NAME_BYTES).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !text.starts_with('.')
        && !text.ends_with('.')
}

/// Returns a column's name as readers compare it: Spark, Athena, Glue, Hive and Redshift ignore case.
pub(crate) fn fold_case(name: &str) -> String {
    name.to_lowercase()
}

/// Reports a text that is not a valid name.
pub(crate) fn check_name(key: &str, (text, place): (&str, &Place), report: &Report) {
    if !is_name(text) {
        report.add(Mistake::new(
            place,
            format!("`{key}` must be 1 to {NAME_BYTES} letters, digits, `-`, `_` or inner `.`, not `{text}`"),
        ));
    }
}

/// Parses a size such as `512KiB`, in bytes.
pub fn parse_bytes(text: &str) -> Option<u64> {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
    let (number, unit) =
        units.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))?;
    parse_whole(number.trim_end())?.checked_mul(unit)
}

/// Parses a duration such as `250ms`, `10s` or `2m`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    let (number, unit) =
        units.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))?;
    parse_whole(number.trim_end())?.checked_mul(unit).map(Duration::from_millis)
}

/// Parses a percentage such as `0.5%`, in millionths.
pub(crate) fn parse_percent(text: &str) -> Option<u32> {
    // One percent is ten thousand millionths, so at most four decimal places are possible.
    as_share(parse_decimal(text.strip_suffix('%')?.trim_end().as_bytes(), 4).ok()?)
}

/// Parses a fraction such as `0.005`, in millionths.
pub(crate) fn parse_fraction(text: &str) -> Option<u32> {
    as_share(parse_decimal(text.as_bytes(), 6).ok()?)
}

fn as_share(millionths: i64) -> Option<u32> {
    u32::try_from(millionths).ok().filter(|m| *m <= 1_000_000)
}

fn parse_whole(digits: &str) -> Option<u64> {
    // `u64::from_str` would accept a plus sign.
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_exactly_or_not_at_all() {
        assert_eq!(parse_bytes("64MiB"), Some(64 << 20));
        assert_eq!(parse_bytes("1 KiB"), Some(1024));
        assert_eq!(parse_bytes("10B"), Some(10));
        assert_eq!(parse_bytes("64MB"), None);
        assert_eq!(parse_bytes("+1KiB"), None);
        assert_eq!(parse_bytes("99999999999999999999GiB"), None);
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse_duration("2m"), Some(Duration::from_mins(2)));
        assert_eq!(parse_duration("2h"), None);
        assert_eq!(parse_percent("5%"), Some(50_000));
        assert_eq!(parse_percent("0.5 %"), Some(5_000));
        assert_eq!(parse_percent("101%"), None);
        assert_eq!(parse_percent("-1%"), None);
        assert_eq!(parse_fraction("0.05"), Some(50_000));
        assert_eq!(parse_fraction("1.0"), Some(1_000_000));
        assert_eq!(parse_fraction("1e-2"), None);
    }

    #[test]
    fn names_are_safe_as_folders() {
        for good in ["2016", "open-payments", "a.b", "A_1"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "..", ".x", "a/b", "a=b", "a b", "é", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
