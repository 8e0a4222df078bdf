//! Column names that are not available because something else already has them.

use assay_model::LINEAGE;

use crate::diagnostic::{Mistake, Report};
use crate::name::fold_case;
use crate::partition::{PartitionKey, RESERVED};
use crate::source::Place;

/// Reports a column with the name, ignoring case, of a folder in its files' path or of a column that every file has.
pub(crate) fn check_free(column: &str, keys: &[PartitionKey], place: &Place, report: &Report) {
    let folded = fold_case(column);
    let alias = format!("under `[layout.aliases]`: `other_name = \"{column}\"`");
    if LINEAGE.contains(&folded.as_str()) {
        let message = format!("the column `{column}` has a reserved name");
        report.add(Mistake::new(place, message).help(format!(
            "every published file has `_record`, `_line` and `_offset`, which locate a record in its source; give this column another name {alias}"
        )));
    }
    let own = keys.iter().map(PartitionKey::name);
    let Some(key) = RESERVED.into_iter().chain(own).find(|key| fold_case(key) == folded) else {
        return;
    };
    let message =
        format!("the column `{column}` has the same name as the partition folder `{key}=…`");
    let help = if RESERVED.contains(&key) {
        format!("give it another name {alias}")
    } else {
        format!("give the partition key `{key}` another name, or the column {alias}")
    };
    report.add(Mistake::new(place, message).help(format!(
        "Athena and Glue refuse such a table, and Spark and DuckDB confuse the two; {help}"
    )));
}
