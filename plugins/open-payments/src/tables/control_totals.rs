//! The number of general payments that CMS publishes for a year, by publication. Those of June 2025 are the counts of its
//! interface at that time; the others are from its dictionary or counted in the bulk file.

use assay_sdk::parse;

/// One line each: year, publication, records.
const TOTALS: &str = include_str!("control_totals.tsv");

/// The total of a program year in the publication of a day (days since 1970-01-01), if it is known.
pub(crate) fn known(year: u16, publication: i32) -> Option<i64> {
    TOTALS.lines().find_map(|line| {
        let mut cells = line.split('\t');
        let held: u16 = cells.next()?.parse().ok()?;
        let published = parse::date(cells.next()?.as_bytes(), "%Y-%m-%d")?;
        let records: i64 = cells.next()?.parse().ok()?;
        (held == year && published == publication).then_some(records)
    })
}
