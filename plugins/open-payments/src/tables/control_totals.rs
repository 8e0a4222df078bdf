//! Records of general payments that CMS publishes for a year, by publication. Those of June 2025 are what its interface
//! counted then; the others are what its dictionary says or the bulk file held.

use assay_sdk::parse;

/// Year, publication, records: one line each.
const TOTALS: &str = include_str!("control_totals.tsv");

/// The total of a year in the publication of a day, where it is known.
pub(crate) fn known(year: u16, publication: i32) -> Option<i64> {
    TOTALS.lines().find_map(|line| {
        let mut cells = line.split('\t');
        let held: u16 = cells.next()?.parse().ok()?;
        let published = parse::date(cells.next()?.as_bytes(), "%Y-%m-%d")?;
        let records: i64 = cells.next()?.parse().ok()?;
        (held == year && published == publication).then_some(records)
    })
}
