//! A plugin's measures, merged over the batches of a file. The order does not matter: sums are exact.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use assay_model::{Measure, Merge};

use crate::breach::Breach;

/// Measures of a plugin in one stage, merged by code and key.
///
/// Sums over a file are wider than what a batch contributes: no file has enough batches to overflow them, so nothing is lost on the way,
/// and contributions that cancel each other out leave the right total. The final value must fit a measure again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measures(BTreeMap<(u16, String), (Merge, i128)>);

/// A total that does not fit a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beyond {
    pub(crate) code: u16,
    pub(crate) key: String,
    pub(crate) value: i128,
}

impl Measures {
    /// Merges one measure; returns whether it is the first with its code and key. If an earlier one has another merge method, that is a
    /// breach of the contract, whichever of the two comes first.
    pub fn merge(&mut self, measure: Measure) -> Result<bool, Breach> {
        let Measure { code, key, merge, value } = measure;
        let value = i128::from(value);
        match self.0.entry((code, key)) {
            Entry::Vacant(place) => {
                place.insert((merge, value));
                Ok(true)
            }
            Entry::Occupied(mut held) => {
                let (how, total) = held.get_mut();
                if *how != merge {
                    return Err(Breach::Merge { code });
                }
                *total = merge.of(*total, value);
                Ok(false)
            }
        }
    }

    /// Number of measures, by code and key.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no measures.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Code, key and value of each, in order of code and key.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &str, i128)> {
        self.0.iter().map(|((code, key), (_, value))| (*code, key.as_str(), *value))
    }

    /// The totals, as they are passed to the plugin.
    pub(crate) fn totals(&self) -> Result<Vec<Measure>, Beyond> {
        let total = |(key, (merge, value)): (&(u16, String), &(Merge, i128))| {
            let (code, key) = key.clone();
            match i64::try_from(*value) {
                Ok(value) => Ok(Measure { code, key, merge: *merge, value }),
                Err(_) => Err(Beyond { code, key, value: *value }),
            }
        };
        self.0.iter().map(total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(key: &str, merge: Merge, value: i64) -> Measure {
        Measure { code: 1, key: key.to_owned(), merge, value }
    }

    /// Merges the values in every rotation, in both directions.
    fn check(merge: Merge, values: &[i64], expected: Option<i64>) {
        let mut values = values.to_vec();
        for _ in 0..values.len() {
            values.rotate_left(1);
            for _ in 0..2 {
                values.reverse();
                let mut measures = Measures::default();
                for &value in &values {
                    measures.merge(measure("k", merge, value)).unwrap();
                }
                let totals = measures.totals().ok().map(|totals| totals[0].value);
                assert_eq!(totals, expected, "{merge:?} of {values:?}");
            }
        }
    }

    #[test]
    fn sums_are_exact_in_any_order_and_beyond_the_type_there_is_none() {
        check(Merge::Sum, &[1, 2, -4], Some(-1));
        check(Merge::Sum, &[i64::MAX, 1, -1], Some(i64::MAX));
        check(Merge::Sum, &[i64::MAX, i64::MAX, -i64::MAX, 5, -i64::MAX], Some(5));
        check(Merge::Sum, &[i64::MIN, -1, 2], Some(i64::MIN + 1));
        check(Merge::Sum, &[i64::MAX, 1], None);
        check(Merge::Sum, &[i64::MIN, -1], None);
        check(Merge::Least, &[i64::MAX, i64::MIN, 0], Some(i64::MIN));
        check(Merge::Greatest, &[i64::MAX, i64::MIN, 0], Some(i64::MAX));
    }

    #[test]
    fn two_ways_to_merge_are_refused_whichever_comes_first() {
        for [one, other] in [[Merge::Sum, Merge::Least], [Merge::Least, Merge::Sum]] {
            let mut measures = Measures::default();
            assert_eq!(measures.merge(measure("k", one, 1)), Ok(true));
            assert_eq!(measures.merge(measure("k", one, 1)), Ok(false));
            assert_eq!(measures.merge(measure("k", other, 1)), Err(Breach::Merge { code: 1 }));
            assert_eq!(measures.len(), 1);
        }
    }
}
