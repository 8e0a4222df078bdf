//! Finds the known layout that an unknown header resembles most, and their differences.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use assay_model::revealed_to_the_edges;

use crate::layout::Layout;

/// A layout near a header, and every difference between the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// The layout nearest to the header.
    pub layout: Arc<Layout>,
    /// Its differences from the header.
    pub differences: Differences,
}

/// How a header differs from a layout. Names are those of files, not canonical ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// Names in the layout but not in the header.
    pub missing: Vec<String>,
    /// Names in the header but not in the layout.
    pub extra: Vec<String>,
    /// Names that occur more than once in the header.
    pub repeated: Vec<String>,
    /// Names that both have, in another order: the fewest columns that would have to move.
    pub moved: Vec<String>,
    /// Pairs of header and layout names that differ only in case and surrounding spaces.
    pub respelled: Vec<(String, String)>,
    /// Pairs of header and layout names in which the header's name is the beginning of the layout's, as truncated by databases.
    pub truncated: Vec<(String, String)>,
}

/// Minimum length of a name that may be a truncated one: databases truncate at 30 characters or more.
const TRUNCATED_LEAST: usize = 24;
/// Minimum share of names in common, as a fraction, for a header to resemble a layout.
const ALIKE_LEAST: (usize, usize) = (1, 3);
/// Maximum number of names listed per difference. Nobody would read a message with 91.
const NAMES_LISTED: usize = 4;

/// Returns the layout nearest to a header, if any resembles it.
pub(crate) fn nearest<'a>(
    header: &[String],
    layouts: impl Iterator<Item = &'a Arc<Layout>>,
) -> Option<Nearest> {
    let folded: BTreeSet<String> = header.iter().map(|name| fold(name)).collect();
    let written: HashSet<&str> = header.iter().map(String::as_str).collect();
    layouts
        .map(|layout| {
            let names: BTreeSet<String> = layout.header().iter().map(|name| fold(name)).collect();
            let common = names.intersection(&folded).count();
            let all = names.len() + folded.len();
            // The share in common decides, then the number of names spelled the same, then the order of the files.
            let exact =
                layout.header().iter().filter(|name| written.contains(name.as_str())).count();
            (2 * common, all, exact, layout)
        })
        .filter(|(twice, all, ..)| twice * ALIKE_LEAST.1 >= all * ALIKE_LEAST.0)
        // If several are equal, takes the first declared; `max_by` would return the last.
        .reduce(|best, next| {
            let (left, right) = (next.0 * best.1, best.0 * next.1);
            if (left, next.2) > (right, best.2) { next } else { best }
        })
        .map(|(_, _, _, layout)| Nearest {
            layout: Arc::clone(layout),
            differences: compare(header, layout.header()),
        })
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

fn compare(header: &[String], layout: &[String]) -> Differences {
    let mut differences = Differences::default();
    let mut left: BTreeMap<&str, usize> =
        layout.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    // The names of the header with their positions in the layout, in the header's order.
    let mut matched: Vec<(&str, usize)> = Vec::new();
    let mut strange: Vec<&str> = Vec::new();
    let mut met = HashSet::new();
    let mut repeated = HashSet::new();
    for name in header {
        if !met.insert(name) {
            if repeated.insert(name) {
                differences.repeated.push(name.clone());
            }
        } else if let Some(position) = left.remove(name.as_str()) {
            matched.push((name, position));
        } else {
            strange.push(name);
        }
    }
    // The remaining names, ignoring case and surrounding spaces.
    let mut alike: BTreeSet<(String, &str)> =
        left.keys().map(|known| (fold(known), *known)).collect();
    for name in strange {
        let folded = fold(name);
        // The first name that is not less: the same name, or one that begins with it, if any does.
        let next = alike.range((folded.clone(), "")..).next().cloned();
        let respelled = next.clone().filter(|(known, _)| *known == folded);
        let truncated = || {
            let long_enough = name.trim().len() >= TRUNCATED_LEAST;
            next.filter(|(known, _)| long_enough && known.starts_with(&folded))
        };
        if let Some((folded, known)) = respelled {
            alike.remove(&(folded, known));
            left.remove(known);
            differences.respelled.push((name.to_owned(), known.to_owned()));
        } else if let Some((folded, known)) = truncated() {
            alike.remove(&(folded, known));
            left.remove(known);
            differences.truncated.push((name.to_owned(), known.to_owned()));
        } else {
            differences.extra.push(name.to_owned());
        }
    }
    let mut missing: Vec<(usize, &str)> = left.into_iter().map(|(name, at)| (at, name)).collect();
    missing.sort_unstable();
    differences.missing = missing.into_iter().map(|(_, name)| name.to_owned()).collect();
    let stay =
        longest_ascending(&matched.iter().map(|(_, position)| *position).collect::<Vec<_>>());
    differences.moved = matched
        .iter()
        .enumerate()
        .filter(|(at, _)| !stay.contains(at))
        .map(|(_, (name, _))| (*name).to_owned())
        .collect();
    differences
}

/// Returns the indices of a longest ascending subsequence. Quadratic; headers have hundreds of columns.
fn longest_ascending(numbers: &[usize]) -> BTreeSet<usize> {
    // For each number, the length of the longest subsequence that ends there, and the previous index in it.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let before = (0..at)
            .filter(|&earlier| numbers[earlier] < *number)
            .max_by_key(|&earlier| runs[earlier].0);
        runs.push((before.map_or(1, |before| runs[before].0 + 1), before));
    }
    let end = (0..runs.len()).max_by_key(|&at| runs[at].0);
    std::iter::successors(end, |&at| runs[at].1).collect()
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pair =
            |(found, known): &(String, String)| format!("{} for {}", quote(found), quote(known));
        let single = |name: &String| quote(name);
        let kinds = [
            ("missing", self.missing.iter().map(single).collect::<Vec<_>>()),
            ("unexpected", self.extra.iter().map(single).collect()),
            ("more than once", self.repeated.iter().map(single).collect()),
            ("out of order", self.moved.iter().map(single).collect()),
            ("spelled differently", self.respelled.iter().map(pair).collect()),
            ("cut off", self.truncated.iter().map(pair).collect()),
        ];
        let mut first = true;
        for (what, names) in kinds.iter().filter(|(_, names)| !names.is_empty()) {
            if !first {
                f.write_str("; ")?;
            }
            first = false;
            write!(f, "{what}: {}", few(names))?;
        }
        Ok(())
    }
}

/// Lists the first few items of a list taken from a file, and the number of others, so that the text does not grow with the file.
pub fn few(items: &[impl AsRef<str>]) -> String {
    let mut text = String::new();
    for (at, item) in items.iter().take(NAMES_LISTED).enumerate() {
        text.push_str(if at > 0 { ", " } else { "" });
        text.push_str(item.as_ref());
    }
    match items.len().saturating_sub(NAMES_LISTED) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// Maximum number of characters shown of a name from a file: the rest of a binary file is useless on a terminal.
const NAME_SHOWN: usize = 80;

/// Quotes a name from a file, which may contain anything, for a message: its first characters, with invisible ones escaped.
pub fn quote(name: &str) -> String {
    match name.char_indices().nth(NAME_SHOWN) {
        Some((end, _)) => format!("`{}…`", revealed_to_the_edges(&name[..end])),
        None => format!("`{}`", revealed_to_the_edges(name)),
    }
}
