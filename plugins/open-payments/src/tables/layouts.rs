//! When CMS used which layout for general payments: in June 2022 it changed to covered recipients, for earlier years too.

use assay_sdk::parse;

/// A year and a month.
type Month = (i32, i32);

/// Layout, first month of its publications, first month after them, and the period in words.
const USED: [(&str, Month, Month, &str); 2] = [
    ("general-75", (2017, 6), (2022, 6), "in publications of June 2017 to January 2022"),
    ("general-91", (2022, 6), (9999, 12), "in publications since June 2022"),
];

/// Whether a layout was used for the publication of a day, and when it was used, in words; `None` for other layouts.
pub(crate) fn of_publication(layout: &str, day: i32) -> Option<(bool, String)> {
    let (_, from, to, words) = USED.iter().find(|(name, ..)| *name == layout)?;
    let first =
        |month: &Month| parse::days_of(month.0, month.1, 1).expect("a month has a first day");
    Some(((first(from)..first(to)).contains(&day), format!("{layout} {words}")))
}
