//! When CMS published general payments in which layout: in June 2022 it changed to covered recipients, for old years too.

use assay_sdk::parse;

/// A year and a month.
type Month = (i32, i32);

/// Layout, first month of its publications and the first after them, and the same in words.
const USED: [(&str, Month, Month, &str); 2] = [
    ("general-75", (2017, 6), (2022, 6), "in publications of June 2017 to January 2022"),
    ("general-91", (2022, 6), (9999, 12), "in publications since June 2022"),
];

/// Whether a layout was used for a day's publication, and for which it was; `None` for other layouts.
pub(crate) fn of_publication(layout: &str, day: i32) -> Option<(bool, String)> {
    let (_, from, to, words) = USED.iter().find(|(name, ..)| *name == layout)?;
    let first =
        |month: &Month| parse::days_of(month.0, month.1, 1).expect("a month has a first day");
    Some(((first(from)..first(to)).contains(&day), format!("{layout} {words}")))
}
