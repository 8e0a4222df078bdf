//! Uniqueness, which the host checks on behalf of rules. A run checks it in the survey of the whole file; a table is small.

use std::collections::BTreeMap;

use assay_model::HostCheck;

use crate::table::Table;

/// Returns the records whose cells in `columns` occur in another record too; depending on `check`, all of them or all but the first. A
/// record with a blank in its key has none; without columns the key is the whole record.
pub(crate) fn repeated(table: &Table, columns: &[&str], check: HostCheck) -> Vec<usize> {
    let places: Option<Vec<usize>> = columns.iter().map(|name| table.position(name)).collect();
    let Some(places) = places else { return Vec::new() };
    let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for (index, record) in table.records.iter().enumerate() {
        let key: Vec<&str> = if places.is_empty() {
            record.iter().map(String::as_str).collect()
        } else {
            places.iter().map(|&at| record[at].as_str()).collect()
        };
        if places.is_empty() || key.iter().all(|part| !part.is_empty()) {
            groups.entry(key).or_default().push(index);
        }
    }
    let kept = match check {
        HostCheck::UniqueKeepFirst => 1,
        HostCheck::UniqueEveryMember => 0,
    };
    let members = groups.into_values().filter(|group| group.len() > 1);
    let mut hit: Vec<usize> = members.flat_map(|group| group.into_iter().skip(kept)).collect();
    hit.sort_unstable();
    hit
}
