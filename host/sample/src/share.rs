//! A share of a whole, written in profiles and by callers as `0.5%` or `0.005`.
//!
//! Kept in billionths: no float affects a file's content, and the same request gives the same bytes on every machine.

use std::fmt;
use std::str::FromStr;

use assay_model::{parse_decimal, shown};

/// Billionths, from none to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u64);

/// The text is not a valid share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a share, expected 0% to 100%, such as `0.5%` or `0.005`", text = shown(text))]
pub struct ShareError {
    text: String,
}

/// Billionths in the whole: nine decimal places are finer than one record in the largest published file.
const WHOLE: u64 = 1_000_000_000;

impl Share {
    /// Nothing of it.
    pub const NONE: Self = Self(0);

    /// Billionths, from 0 to 1,000,000,000.
    pub fn billionths(self) -> u64 {
        self.0
    }

    /// The whole, in billionths.
    pub(crate) const fn whole() -> u64 {
        WHOLE
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        // A percentage has two decimal places fewer than the share.
        let parsed = match text.strip_suffix('%') {
            Some(percent) => parse_decimal(percent.trim_end().as_bytes(), 7),
            None => parse_decimal(text.as_bytes(), 9),
        };
        match parsed.map(u64::try_from) {
            Ok(Ok(parts)) if parts <= WHOLE => Ok(Self(parts)),
            _ => Err(ShareError { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = format!("{}.{:07}", self.0 / 10_000_000, self.0 % 10_000_000);
        write!(f, "{}%", percent.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percents_or_fractions() {
        let check = |text: &str, parts: Option<u64>| {
            assert_eq!(text.parse::<Share>().ok().map(Share::billionths), parts, "{text}");
        };
        check("0.5%", Some(5_000_000));
        check("0.005", Some(5_000_000));
        check("100%", Some(WHOLE));
        check("1", Some(WHOLE));
        check("0", Some(0));
        check("71.5 %", Some(715_000_000));
        check("101%", None);
        check("-1%", None);
        check("", None);
        check("%", None);
        check("half", None);
    }

    #[test]
    fn shares_print_as_percents() {
        let check = |text: &str| assert_eq!(text.parse::<Share>().unwrap().to_string(), text);
        check("0.5%");
        check("100%");
        check("0%");
        check("71.5%");
    }
}
