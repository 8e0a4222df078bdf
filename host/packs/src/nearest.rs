//! The known layout that a strange header resembles most, and what differs.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use assay_model::revealed_to_the_edges;

use crate::layout::Layout;

/// A layout near a header, and every difference between the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// The layout.
    pub layout: Arc<Layout>,
    /// What differs.
    pub differences: Differences,
}

/// How a header differs from a layout. Names are those of files, not canonical ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// The layout has them, the header does not.
    pub missing: Vec<String>,
    /// The header has them, the layout does not.
    pub extra: Vec<String>,
    /// The header has them more than once.
    pub repeated: Vec<String>,
    /// Both have them, in another order: the fewest columns that would have to move.
    pub moved: Vec<String>,
    /// (header, layout): the same but for case and spaces at the edges.
    pub respelled: Vec<(String, String)>,
    /// (header, layout): the header's name is the beginning of the layout's, as databases cut names.
    pub truncated: Vec<(String, String)>,
}

/// Names shorter than that are not taken for truncated ones: databases cut at 30 characters and more.
const TRUNCATED_LEAST: usize = 24;
/// A header that shares less with a layout than this part of their names does not resemble it.
const ALIKE_LEAST: (usize, usize) = (1, 3);
/// Names listed of each difference. A message with 91 of them would not be read.
const NAMES_LISTED: usize = 4;

/// The layout nearest to a header, if any resembles it.
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
            // The share in common decides, then what is written the same way, then the order of the files.
            let exact =
                layout.header().iter().filter(|name| written.contains(name.as_str())).count();
            (2 * common, all, exact, layout)
        })
        .filter(|(twice, all, ..)| twice * ALIKE_LEAST.1 >= all * ALIKE_LEAST.0)
        // Of equals, the first declared: `max_by` would take the last.
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
    // Where in the layout each name of the header stands, in the header's order.
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
    // Those that are left, by how they are written but for case and spaces.
    let mut alike: BTreeSet<(String, &str)> =
        left.keys().map(|known| (fold(known), *known)).collect();
    for name in strange {
        let folded = fold(name);
        // The first that is not less: the same, or one that begins so, if there is one.
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

/// Indexes of a longest ascending run of numbers, others between them allowed. Quadratic, for headers of hundreds.
fn longest_ascending(numbers: &[usize]) -> BTreeSet<usize> {
    // For each number the length of the longest run that ends there, and the index before it in that run.
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

/// The first of a list that a file made, and how many more there are: a text grows with no file.
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

/// Characters shown of a name that a file claims: the rest of a binary file is no use on a terminal.
const NAME_SHOWN: usize = 80;

/// A name from a file, which may hold anything, made fit for a message: its first characters, with what cannot be seen escaped.
pub fn quote(name: &str) -> String {
    match name.char_indices().nth(NAME_SHOWN) {
        Some((end, _)) => format!("`{}…`", revealed_to_the_edges(&name[..end])),
        None => format!("`{}`", revealed_to_the_edges(name)),
    }
}
