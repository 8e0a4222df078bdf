//! Calendar dates as row-wise rules see them.

use std::fmt;
use std::ops::{Add, Sub};

use crate::parse;

/// A calendar date. Dates can be compared; subtracting one from another gives the number of days between them.
///
/// ```
/// use assay_sdk::Date;
///
/// let due = Date::of(2024, 2, 28).unwrap() + 2;
/// assert_eq!((due.year(), due.month(), due.day()), (2024, 3, 1));
/// assert_eq!(due - Date::of(2024, 2, 28).unwrap(), 2);
/// assert_eq!(due.to_string(), "2024-03-01");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// The date with this year, month and day; `None` if there is no such date.
    pub fn of(year: i32, month: i32, day: i32) -> Option<Self> {
        parse::days_of(year, month, day).map(Self)
    }

    /// The days since 1970-01-01, as in the contract.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        parse::year_of(self.0)
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i32 {
        self.month_and_day().0
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i32 {
        self.month_and_day().1
    }

    fn month_and_day(self) -> (i32, i32) {
        // Years begin in March here, so that the leap day is the last day of the year.
        let year =
            if self.0 >= first_of_march(self.year()) { self.year() } else { self.year() - 1 };
        let day_of_year = self.0 - first_of_march(year);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        ((month + 2) % 12 + 1, day)
    }
}

fn first_of_march(year: i32) -> i32 {
    parse::days_of(year, 3, 1).expect("each year has a first of March")
}

impl From<i32> for Date {
    /// The date that is `days` days after 1970-01-01.
    fn from(days: i32) -> Self {
        Self(days)
    }
}

impl Sub for Date {
    type Output = i32;

    /// The number of days from `other` to `self`; negative if `other` is later.
    fn sub(self, other: Self) -> i32 {
        self.0 - other.0
    }
}

impl Add<i32> for Date {
    type Output = Self;

    fn add(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

impl Sub<i32> for Date {
    type Output = Self;

    fn sub(self, days: i32) -> Self {
        Self(self.0 - days)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_has_its_numbers() {
        let first = Date::of(1970, 1, 1).expect("a day").days();
        for days in first..first + 146_097 {
            let date = Date::from(days);
            assert_eq!(Date::of(date.year(), date.month(), date.day()), Some(date), "{days}");
        }
    }
}
