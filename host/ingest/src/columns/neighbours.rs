//! Which neighbouring columns are worth looking up together: learnt from the columns of one slab for the following ones.
//!
//! Of all ways to divide the columns into runs, the cheapest is taken, judged by the cost of a lookup and by how often a combination is
//! new. The resulting columns do not depend on it.

use assay_model::{Cells, Column};

use super::tile::Item;
use crate::slab::narrow;

/// Slabs after which this is learnt anew: a quarter of a million records. Learning takes as long as a third of a slab's columns.
const SLABS: u32 = 64;

/// Records examined: enough to see how often a combination is new.
const ROWS: usize = 2_048;

/// Minimum number of columns; with fewer there is nothing to gain.
const FEW: usize = 4;

/// Maximum number of columns looked up as one: more saves hardly anything, and would take long to try in files of thousands of columns.
const WIDEST: usize = 64;

/// A requested column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    pub(super) column: u32,
    /// Its index among the requested columns.
    pub(super) nth: u32,
}

/// The requested columns in file order, and how many of them are looked up as one.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    asked: Vec<Asked>,
    widths: Vec<usize>,
    /// Slabs until the next time it is learnt, and the interval after that.
    left: u32,
    every: u32,
    joiner: Joiner,
}

impl Neighbours {
    /// Prepares for a slab from which these columns are requested.
    pub(super) fn begin(&mut self, columns: &[usize]) {
        let asked = (0..).zip(columns).map(|(nth, &column)| Asked { column: narrow(column), nth });
        let mut asked: Vec<Asked> = asked.collect();
        asked.sort_unstable();
        if asked != self.asked {
            self.widths = vec![1; asked.len()];
            self.asked = asked;
            (self.left, self.every) = (1, 1);
        }
    }

    /// The columns in file order, grouped by lookup, each group with the index of its first column.
    pub(super) fn items(&self) -> impl Iterator<Item = (usize, &[Asked])> {
        let mut at = 0;
        self.widths.iter().map(move |&width| {
            let first = at;
            at += width;
            (first, &self.asked[first..at])
        })
    }

    /// The range of columns that each group covers.
    pub(super) fn reach(&self) -> impl Iterator<Item = Item> {
        self.items().map(|(_, columns)| Item {
            first: columns[0].column,
            last: columns[columns.len() - 1].column,
        })
    }

    /// Splits the groups that are `spent` into single columns.
    pub(super) fn take_apart(&mut self, mut spent: impl FnMut(usize, &[Asked]) -> bool) {
        let mut widths = Vec::with_capacity(self.asked.len());
        for (at, columns) in self.items() {
            match columns.len() {
                width if width > 1 && spent(at, columns) => {
                    widths.extend(std::iter::repeat_n(1, width));
                }
                width => widths.push(width),
            }
        }
        self.widths = widths;
    }

    /// Learns from the slab's columns, given in the requested order.
    pub(super) fn learn(&mut self, rows: usize, columns: &[Column]) {
        self.left = self.left.saturating_sub(1);
        if self.left > 0 || self.asked.len() < FEW || rows == 0 {
            return;
        }
        let rows = rows.min(ROWS);
        // Learns again soon at first: the first slab may not be typical.
        self.every = (self.every * 8).min(SLABS);
        self.left = self.every;
        let parts = self.asked.iter().map(|asked| Part::of(&columns[asked.nth as usize], rows));
        let parts: Vec<Part> = parts.collect();
        // From the last column to the first: the least cost of the rest, and the width of the first group that achieves it.
        let mut best = vec![(0, 1); parts.len() + 1];
        for first in (0..parts.len()).rev() {
            let mut run = parts[first].clone();
            let mut least = (run.cost(rows) + best[first + 1].0, 1);
            for next in first + 1..parts.len().min(first + WIDEST) {
                let follows = self.asked[next - 1].column + 1 == self.asked[next].column;
                if !follows || !run.join(&parts[next], &mut self.joiner) {
                    break;
                }
                let cost = run.cost(rows) + best[next + 1].0;
                if cost < least.0 {
                    least = (cost, run.width);
                }
            }
            best[first] = least;
        }
        self.widths.clear();
        let mut at = 0;
        while at < parts.len() {
            self.widths.push(best[at].1);
            at += best[at].1;
        }
    }
}

/// A run of neighbouring columns so far.
#[derive(Debug, Clone)]
struct Part {
    width: usize,
    /// Columns that are not constant.
    varying: usize,
    /// Bytes of all records, including quotes and commas.
    bytes: usize,
    /// One number per record; empty if all records have the same.
    keys: Vec<u16>,
    /// Number of distinct combinations; the maximum if cells do not repeat.
    distinct: usize,
}

impl Part {
    fn of(column: &Column, rows: usize) -> Self {
        let (keys, distinct, bytes) = match &column.cells {
            Cells::Constant(cell) => (Vec::new(), 1, cell.len() * rows),
            Cells::Dictionary { keys, values } => {
                let keys = &keys[..rows];
                let lengths: Vec<usize> = values.iter().map(<[u8]>::len).collect();
                let bytes = keys.iter().map(|&key| lengths[usize::from(key)]).sum();
                (keys.to_vec(), values.len(), bytes)
            }
            _ => (Vec::new(), usize::MAX, 0),
        };
        Self {
            width: 1,
            varying: usize::from(distinct > 1),
            bytes: bytes + 3 * rows,
            keys,
            distinct,
        }
    }

    /// Adds the next column. False if there are more combinations than can pay off.
    fn join(&mut self, next: &Self, joiner: &mut Joiner) -> bool {
        // Lookups that find a new combination in one record of eight cost more than they save, however many columns they cover.
        let most = self.keys.len().max(next.keys.len()) / 8;
        if self.distinct.max(next.distinct) > most.max(1) {
            return false;
        }
        if self.distinct == 1 {
            self.keys.clone_from(&next.keys);
            self.distinct = next.distinct;
        } else if next.distinct > 1 {
            let Some(distinct) = joiner.join(&mut self.keys, &next.keys, most) else {
                return false;
            };
            self.distinct = distinct;
        }
        self.width += next.width;
        self.varying += next.varying;
        self.bytes += next.bytes;
        true
    }

    /// Approximate cost for `rows` records, in cycles, measured with everything in the L2 cache.
    fn cost(&self, rows: usize) -> usize {
        if self.width == 1 {
            return rows * if self.varying > 0 { 40 } else { 10 };
        }
        let look_ups = rows * (30 + 2 * self.varying) + self.bytes / 4;
        look_ups + self.distinct * (80 + 35 * self.width)
    }
}

/// Assigns numbers to pairs of numbers.
#[derive(Debug, Default)]
struct Joiner {
    /// A pair plus one, with its number; 0 if free.
    slots: Vec<(u32, u16)>,
}

/// Slots for numbering pairs: eight for each allowed pair.
const SLOTS: usize = ROWS;

impl Joiner {
    /// Assigns one number to each pair that occurs; `None` if there are more than can pay off.
    fn join(&mut self, keys: &mut [u16], other: &[u16], most: usize) -> Option<usize> {
        self.slots.clear();
        self.slots.resize(SLOTS, (0, 0));
        let mut count = 0;
        for (key, &right) in keys.iter_mut().zip(other) {
            let pair = (u32::from(*key) << 16 | u32::from(right)) + 1;
            let mut at = (pair.wrapping_mul(0x9e37_79b1) >> 16) as usize % SLOTS;
            while self.slots[at].0 != pair {
                if self.slots[at].0 == 0 {
                    if count == most {
                        return None;
                    }
                    self.slots[at] = (pair, u16::try_from(count).expect("few are allowed"));
                    count += 1;
                } else {
                    at = (at + 1) % SLOTS;
                }
            }
            *key = self.slots[at].1;
        }
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use assay_model::Text;

    use super::*;

    fn keyed(keys: impl Iterator<Item = usize>) -> Column {
        let keys: Vec<u16> = keys.map(|key| u16::try_from(key).unwrap()).collect();
        let mut values = Text::default();
        for key in 0..=keys.iter().max().copied().unwrap_or_default() {
            values.push(format!("cell {key}").as_bytes());
        }
        Column { cells: Cells::Dictionary { keys, values }, valid: None, malformed: None }
    }

    /// `kinds` has one letter per column: `-` is blank, `t` is text, `a` to `c` depend on the record's group of that kind, `1` to `3` are
    /// independent.
    fn check(kinds: &str, asked: &[usize], expected: &[usize]) {
        let rows = 4_096;
        let scattered = |by: usize| (0..rows).map(move |row| (row + 1) * by % 65_537);
        let column = |kind: char| match kind {
            '-' => super::super::builder::blank(rows),
            't' => Column { cells: Cells::Text(Text::default()), valid: None, malformed: None },
            'a'..='c' => keyed(scattered(kind as usize * 31).map(|at| at % 40)),
            _ => keyed(scattered(kind as usize * 7_919).map(|at| at % 300)),
        };
        let kinds: Vec<char> = kinds.chars().collect();
        let columns: Vec<Column> = asked.iter().map(|&at| column(kinds[at])).collect();
        let mut neighbours = Neighbours::default();
        neighbours.begin(asked);
        neighbours.learn(rows, &columns);
        let widths: Vec<usize> = neighbours.items().map(|(_, columns)| columns.len()).collect();
        assert_eq!(widths, expected, "{kinds:?}");
    }

    #[test]
    fn what_comes_together_is_looked_up_together() {
        let all = [0, 1, 2, 3, 4, 5, 6, 7];
        check("aaaabbbb", &all, &[4, 4]);
        check("aaa-----", &all, &[8]);
        check("taaat---", &all, &[1, 3, 1, 1, 1, 1]);
        check("12312312", &all, &[1; 8]);
        check("1aaaa---", &all, &[1, 7]);
        // Other columns lie between the two halves.
        check("aaaaaaaa", &[0, 1, 2, 5, 6, 7], &[3, 3]);
        // In file order, whatever order was requested.
        check("aaat1---", &[4, 2, 1, 0], &[3, 1]);
        check("aaa", &[0, 1, 2], &[1, 1, 1]);
    }
}
