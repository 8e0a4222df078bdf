//! The fuel of a call: all budgets are derived from that of a record.
//!
//! The result for a record must not depend on its neighbours, however many of them one call judges. So calls do not get more
//! fuel for more records. A call with several records gets *less* than a record alone, and is divided if it runs out. Only a
//! record that runs out alone, in a fresh instance, is poison.

/// A call that judges no records has this many times the fuel of a record. 64: the start of an interpreter, or totals over a
/// million keys, still use a fraction of it, and a call that does not end takes a few seconds.
const OTHER_CALLS: u64 = 64;

/// A call with several records has the fuel of a record divided by this. 2: the cost of a record alone in a fresh instance may
/// be up to twice what it adds to a batch (tables that are built in the first call), and a record that is too expensive alone is
/// still detected in company.
const TOGETHER: u64 = 2;

/// The budget of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    /// One record, judged alone in a fresh instance: the result is final.
    Alone,
    /// Any number of records. Running out says nothing about any of them.
    Together,
    /// A call that judges no records.
    Other,
}

impl Budget {
    /// Units of fuel, given a record's budget `per_record`.
    pub(crate) fn units(self, per_record: u64) -> u64 {
        match self {
            Self::Alone => per_record,
            Self::Together => per_record / TOGETHER,
            Self::Other => per_record.saturating_mul(OTHER_CALLS),
        }
    }
}

/// Formats a number with separators: `1,000,000`.
pub(crate) fn grouped(units: u64) -> String {
    let digits = units.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn company_never_has_more_than_a_record_alone() {
        for per_record in [1, 2, 1_000_000, u64::MAX] {
            let units = |budget: Budget| budget.units(per_record);
            assert!(units(Budget::Together) <= units(Budget::Alone));
            assert!(units(Budget::Alone) <= units(Budget::Other));
        }
    }

    #[test]
    fn numbers_are_grouped() {
        let check = |units, expected| assert_eq!(grouped(units), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
    }
}
