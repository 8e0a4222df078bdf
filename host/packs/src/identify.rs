//! Finds the pack that judges a file from the file's name, header and first records.

use std::sync::Arc;

use crate::dataset::{Dataset, sorted};
use crate::file_name::NameMatch;
use crate::layout::{Layout, fingerprint};
use crate::nearest::{nearest, quote};
use crate::pack::{Pack, Pin};
use crate::partition::PartitionKey;
use crate::refusal::Refusal;

/// An identified file and the pack that judges it.
#[derive(Debug, Clone)]
pub struct Identified {
    /// Name of the dataset.
    pub dataset: String,
    /// The kind of file.
    pub kind: String,
    /// Layout of the file.
    pub layout: Arc<Layout>,
    /// Partition keys and values, in the dataset's order.
    pub partition: Vec<(String, String)>,
    /// Whether the file's name matches a pattern of the dataset, with a valid value for each key in the pattern.
    pub name_matched: bool,
    /// The last partition key, if it orders versions in time.
    pub newest_by: Option<String>,
    /// The pack that judges the file.
    pub pack: Arc<Pack>,
}

/// Returns the cells of the first intact records in a column, by the column's name in the header; empty if no record is intact.
///
/// There are several, because any one of them may be blank or wrong in just this column.
pub type FirstCells<'a> = dyn Fn(&str) -> Vec<String> + 'a;

/// Finds the layout with this header.
pub(crate) fn find<'a>(
    header: &[String],
    layouts: impl Iterator<Item = &'a Arc<Layout>> + Clone,
) -> Result<&'a Arc<Layout>, Refusal> {
    let wanted = fingerprint(header);
    layouts.clone().find(|layout| layout.fingerprint() == wanted).ok_or_else(|| {
        Refusal::LayoutUnknown {
            columns: header.len(),
            known: layouts.clone().count(),
            nearest: nearest(header, layouts).map(Box::new),
        }
    })
}

/// Chooses one of a dataset's packs.
pub(crate) fn choose(
    dataset: &Dataset,
    packs: &[Arc<Pack>],
    layout: &Arc<Layout>,
    file_name: Option<&str>,
    first_cells: &FirstCells<'_>,
) -> Result<Identified, Refusal> {
    let name = dataset.name_match(file_name);
    check_kind(name.as_ref(), file_name, layout)?;
    let of_kind = || packs.iter().filter(|pack| pack.kind() == layout.kind());
    let candidates: Vec<&Arc<Pack>> = of_kind().filter(|pack| pack.takes_layout(layout)).collect();
    if candidates.is_empty() {
        let taken = sorted(of_kind().flat_map(|pack| pack.layouts()).map(|layout| layout.name()));
        let partition = told(dataset.partition_keys(), layout, name.as_ref(), first_cells);
        return Err(not_taken(layout, &taken, partition));
    }
    let keys = dataset.partition_keys();
    let partition = partition(keys, layout, name.as_ref(), first_cells, &[])?;
    // The pack with the most pins is the one meant; the catalogue guarantees that it is unique.
    let pack = candidates
        .iter()
        .filter(|pack| takes(pack.pins(), &partition))
        .max_by_key(|pack| pack.pins().len())
        .ok_or_else(|| partition_not_taken(layout, &partition, &candidates))?;
    Ok(identified(pack, layout, partition, name_says_all(name.as_ref(), keys)))
}

impl Pack {
    /// Identifies a file for which this pack was named. The pack's own values are used for partition keys that neither the name nor the
    /// records give; a file with other values is refused.
    pub fn identify(
        self: &Arc<Self>,
        file_name: Option<&str>,
        header: &[String],
        first_cells: &FirstCells<'_>,
    ) -> Result<Identified, Refusal> {
        let known: Vec<&Arc<Layout>> =
            self.layouts().iter().chain(self.dataset().layouts()).collect();
        let mut distinct: Vec<&Arc<Layout>> = Vec::new();
        for layout in known {
            if !distinct.iter().any(|other| other.fingerprint() == layout.fingerprint()) {
                distinct.push(layout);
            }
        }
        let layout = find(header, distinct.iter().copied())?;
        let name = self.dataset().name_match(file_name);
        check_kind(name.as_ref(), file_name, layout)?;
        if !self.takes_layout(layout) {
            let taken = sorted(self.layouts().iter().map(|layout| layout.name()));
            let partition = told(self.partition_keys(), layout, name.as_ref(), first_cells);
            return Err(not_taken(layout, &taken, partition));
        }
        let keys = self.partition_keys();
        let partition = partition(keys, layout, name.as_ref(), first_cells, self.pins())?;
        if !takes(self.pins(), &partition) {
            return Err(partition_not_taken(layout, &partition, &[self]));
        }
        Ok(identified(self, layout, partition, name_says_all(name.as_ref(), keys)))
    }
}

fn identified(
    pack: &Arc<Pack>,
    layout: &Arc<Layout>,
    partition: Vec<(String, String)>,
    name_matched: bool,
) -> Identified {
    Identified {
        dataset: pack.dataset().name().to_owned(),
        kind: pack.kind().to_owned(),
        layout: Arc::clone(layout),
        partition,
        name_matched,
        newest_by: pack.dataset().newest_by().map(str::to_owned),
        pack: Arc::clone(pack),
    }
}

fn check_kind(
    name: Option<&NameMatch>,
    file_name: Option<&str>,
    layout: &Arc<Layout>,
) -> Result<(), Refusal> {
    match (name.and_then(|name| name.kind.as_ref()), file_name) {
        (Some(said), Some(file_name)) if said != layout.kind() => Err(Refusal::KindDiffers {
            file_name: file_name.to_owned(),
            said: said.clone(),
            layout: Arc::clone(layout),
        }),
        _ => Ok(()),
    }
}

/// Whether a name that matches a pattern also has a valid value for each key in the pattern: `P13322017` is not a date.
fn name_says_all(name: Option<&NameMatch>, keys: &[PartitionKey]) -> bool {
    name.is_some_and(|name| {
        name.values.iter().all(|(group, text)| {
            keys.iter().find(|key| key.name == *group).is_none_or(|key| key.of_name(text).is_ok())
        })
    })
}

fn not_taken(layout: &Arc<Layout>, taken: &[&str], partition: Vec<(String, String)>) -> Refusal {
    Refusal::LayoutNotTaken {
        layout: Arc::clone(layout),
        taken: taken.iter().map(|name| (*name).to_owned()).collect(),
        partition,
    }
}

fn partition_not_taken(
    layout: &Arc<Layout>,
    partition: &[(String, String)],
    packs: &[&Arc<Pack>],
) -> Refusal {
    let mut taken: Vec<String> = packs
        .iter()
        .map(|pack| {
            let pins =
                pack.pins().iter().map(|pin| format!("{}={}", pin.key, pin.values.join("|")));
            pins.collect::<Vec<_>>().join(", ")
        })
        .collect();
    taken.sort_unstable();
    Refusal::PartitionNotTaken { layout: Arc::clone(layout), partition: partition.to_vec(), taken }
}

fn takes(pins: &[Pin], partition: &[(String, String)]) -> bool {
    pins.iter().all(|pin| {
        partition.iter().any(|(key, value)| *key == pin.key && pin.values.contains(value))
    })
}

/// Determines the value of each key: from the file's name, else from the first intact records, else from the pack that was named.
fn partition(
    keys: &[PartitionKey],
    layout: &Arc<Layout>,
    name: Option<&NameMatch>,
    first_cells: &FirstCells<'_>,
    pins: &[Pin],
) -> Result<Vec<(String, String)>, Refusal> {
    keys.iter()
        .map(|key| {
            let mut looked = Vec::new();
            if let Some(value) = of_name(key, name, &mut looked) {
                return Ok((key.name.clone(), value));
            }
            if let Some(value) = of_record(key, layout, first_cells, &mut looked) {
                return Ok((key.name.clone(), value));
            }
            if let Some(Pin { values, .. }) = pins.iter().find(|pin| pin.key == key.name)
                && let [value] = values.as_slice()
            {
                return Ok((key.name.clone(), value.clone()));
            }
            Err(Refusal::PartitionNotFound {
                layout: Arc::clone(layout),
                key: key.name.clone(),
                looked,
            })
        })
        .collect()
}

/// Returns the values that the name or the first records give, for a file that is refused anyway.
fn told(
    keys: &[PartitionKey],
    layout: &Layout,
    name: Option<&NameMatch>,
    first_cells: &FirstCells<'_>,
) -> Vec<(String, String)> {
    let mut looked = Vec::new();
    let mut value = |key: &PartitionKey| {
        of_name(key, name, &mut looked).or_else(|| of_record(key, layout, first_cells, &mut looked))
    };
    keys.iter().filter_map(|key| Some((key.name.clone(), value(key)?))).collect()
}

fn of_name(
    key: &PartitionKey,
    name: Option<&NameMatch>,
    looked: &mut Vec<String>,
) -> Option<String> {
    let said = name.and_then(|name| name.values.iter().find(|(group, _)| *group == key.name));
    let Some((_, text)) = said else {
        looked.push("the file's name does not contain it".to_owned());
        return None;
    };
    key.of_name(text).map_err(|reason| looked.push(format!("in the file's name {reason}"))).ok()
}

fn of_record(
    key: &PartitionKey,
    layout: &Layout,
    first_cells: &FirstCells<'_>,
    looked: &mut Vec<String>,
) -> Option<String> {
    let column = key.column.as_ref()?;
    let Some(spelling) = layout.spelling(column) else {
        looked.push(format!("the layout has no column `{column}`"));
        return None;
    };
    let cells = first_cells(spelling);
    if let Some(value) = cells.iter().find_map(|cell| key.of_cell(cell).ok()) {
        return Some(value);
    }
    let records = match cells.len() {
        0 => {
            looked.push("no record is intact".to_owned());
            return None;
        }
        1 => "the first intact record".to_owned(),
        count => format!("the first {count} intact records"),
    };
    looked.push(match cells.iter().find(|cell| !cell.trim().is_empty()) {
        None => format!("`{spelling}` of {records} is blank"),
        Some(cell) => {
            format!("`{spelling}` of {records} is {}, which cannot be used", quote(cell))
        }
    });
    None
}
