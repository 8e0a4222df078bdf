//! Checks that rules do not conflict: that they do not take the same files or publish one kind with two schemas.

use std::collections::BTreeMap;
use std::sync::Arc;

use assay_model::shown;

use crate::dataset::{self, Dataset};
use crate::diagnostic::{Mistake, Report};
use crate::pack::Pack;
use crate::source::Place;

/// Reports what two datasets both declare, since the choice between them would be arbitrary. `place` is in `other`.
pub(crate) fn check_apart(one: &Dataset, other: &Dataset, place: &Place, report: &Report) {
    if one.name() == other.name() {
        let message =
            format!("`{}` also declares a dataset `{}`", shown(one.path().display()), one.name());
        report.add(Mistake::new(place, message));
    }
    for theirs in &other.layouts {
        for ours in one
            .layouts
            .iter()
            .filter(|ours| ours.layout.fingerprint() == theirs.layout.fingerprint())
        {
            report.add(
                Mistake::new(&theirs.place, "a header can belong to one dataset only")
                    .also(&ours.place, "this layout has the same columns")
                    .help("a pack that stands alone may bring a layout of its own"),
            );
        }
    }
}

/// Checks the packs of a dataset against each other.
pub(crate) fn check_packs(packs: &[Arc<Pack>], report: &Report) {
    check_overlaps(packs, report);
    check_schemas(packs, report);
}

/// Reports packs with the same number of pins that can take the same file, since the choice between them would be arbitrary.
fn check_overlaps(packs: &[Arc<Pack>], report: &Report) {
    let mut by_kind: BTreeMap<&str, Vec<&Arc<Pack>>> = BTreeMap::new();
    for pack in packs {
        for other in by_kind.get(pack.kind()).into_iter().flatten() {
            if overlap(pack, other) {
                let elsewhere = shown(other.path().display());
                report.add(
                    Mistake::new(pack.place(), format!("`{elsewhere}` takes the same files"))
                        .help("make the values in `[partition]` differ, or fix one more key in the intended pack"),
                );
            }
        }
        by_kind.entry(pack.kind()).or_default().push(pack);
    }
}

/// If packs define the types, all packs of a kind must define the same ones.
fn check_schemas(packs: &[Arc<Pack>], report: &Report) {
    let mut by_kind: BTreeMap<&str, &Arc<Pack>> = BTreeMap::new();
    for pack in packs {
        let first = *by_kind.entry(pack.kind()).or_insert(pack);
        let pairs = first.schema().columns().iter().zip(pack.schema().columns());
        for (theirs, ours) in pairs.filter(|(theirs, ours)| theirs.kind() != ours.kind()) {
            let message = format!(
                "`{}` is {} here, and {} in `{}`",
                ours.name(),
                ours.kind(),
                theirs.kind(),
                shown(first.path().display())
            );
            report.add(Mistake::new(pack.place(), message).help(format!(
                "all published files of a kind have the same types; declare them once, under `[kinds.{}]` in `{}`",
                pack.kind(),
                dataset::FILE
            )));
        }
    }
}

fn overlap(one: &Pack, other: &Pack) -> bool {
    let shared_layout = one.layouts().iter().any(|layout| other.takes_layout(layout));
    let disjoint = one.pins().iter().any(|pin| {
        let theirs = other.pins().iter().find(|theirs| theirs.key == pin.key);
        theirs.is_some_and(|theirs| !theirs.values.iter().any(|value| pin.values.contains(value)))
    });
    shared_layout && !disjoint && one.pins().len() == other.pins().len()
}
