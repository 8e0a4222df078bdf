//! Finds the records that cannot be judged, by judging parts of the batch.

use std::ops::Range;

use crate::failure::Failure;
use crate::reason::PoisonReason;

/// The result for a batch that cannot be judged as a whole.
#[derive(Debug)]
pub(crate) struct Isolated<V> {
    /// Parts that were judged, in order.
    pub(crate) parts: Vec<(Range<u32>, V)>,
    /// Records that could not be judged, in order, each with its own reason.
    pub(crate) poison: Vec<(u32, PoisonReason)>,
}

/// Judges `ranges`, which are consecutive, and parts of those that fail. Records that fail alone are poison. If `first` is given,
/// the first range has already been judged and failed with it.
///
/// `attempt` judges a range; it must judge a single record in a fresh instance, so that the result is final. `found` is called for
/// each poison record. An error of either ends the search. A record named by a failure is tried alone first; once a plugin has
/// named a wrong record, its hints are ignored, so that a lying plugin costs no more than one that gives no hints.
pub(crate) fn isolate<V, E>(
    ranges: impl DoubleEndedIterator<Item = Range<u32>>,
    first: Option<Failure>,
    mut attempt: impl FnMut(Range<u32>) -> Result<Result<V, Failure>, E>,
    mut found: impl FnMut(u32, &PoisonReason) -> Result<(), E>,
) -> Result<Isolated<V>, E> {
    let mut isolated = Isolated { parts: Vec::new(), poison: Vec::new() };
    let mut trusted = true;
    // Ranges still to be judged, the first on top; one with a failure has already been judged.
    let mut open: Vec<(Range<u32>, Option<Failure>, bool)> =
        ranges.rev().map(|range| (range, None, false)).collect();
    if let Some((_, failure, _)) = open.last_mut() {
        *failure = first;
    }
    while let Some((range, failure, named)) = open.pop() {
        let failure = match failure {
            Some(failure) => failure,
            None => match attempt(range.clone())? {
                Ok(verdict) => {
                    trusted &= !named;
                    isolated.parts.push((range, verdict));
                    continue;
                }
                Err(failure) => failure,
            },
        };
        let length = range.end - range.start;
        if length == 1 {
            found(range.start, &failure.reason)?;
            isolated.poison.push((range.start, failure.reason));
            continue;
        }
        let hint = failure.record.and_then(|record| range.start.checked_add(record));
        match hint {
            Some(record) if trusted && range.contains(&record) => {
                let after = record + 1..range.end;
                let before = range.start..record;
                open.extend((!after.is_empty()).then_some((after, None, false)));
                open.push((record..record + 1, None, true));
                open.extend((!before.is_empty()).then_some((before, None, false)));
            }
            _ => {
                let middle = range.start + length / 2;
                open.push((middle..range.end, None, false));
                open.push((range.start..middle, None, false));
            }
        }
    }
    Ok(isolated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(record: Option<u32>) -> Failure {
        Failure { reason: PoisonReason::Utf8, record }
    }

    /// Isolates `poison` among `records`; `hint` gives the hint for a failing range. At most `at_most` ranges may be tried.
    fn check(
        records: u32,
        poison: &[u32],
        hint: impl Fn(&Range<u32>) -> Option<u32>,
        at_most: u32,
    ) {
        let mut tried = 0;
        let judge = |range: Range<u32>| {
            let fails = poison.iter().any(|record| range.contains(record));
            if fails { Err(failure(hint(&range))) } else { Ok(range) }
        };
        let first = judge(0..records).expect_err("there is poison");
        let isolated = isolate(
            std::iter::once(0..records),
            Some(first),
            |range| {
                tried += 1;
                Ok::<_, ()>(judge(range))
            },
            |_, _| Ok(()),
        )
        .unwrap();
        let found: Vec<u32> = isolated.poison.iter().map(|(record, _)| *record).collect();
        assert_eq!(found, poison);
        let mut all: Vec<u32> =
            isolated.parts.iter().flat_map(|(range, _)| range.clone()).collect();
        assert!(all.is_sorted(), "parts come in order");
        all.extend(found);
        all.sort_unstable();
        assert_eq!(all, (0..records).collect::<Vec<_>>(), "each record once");
        assert!(tried <= at_most, "{tried} attempts for {poison:?} of {records}");
    }

    #[test]
    fn poison_is_found_and_nothing_else() {
        let silent = |_: &Range<u32>| None;
        check(1, &[0], silent, 0);
        check(2, &[1], silent, 2);
        check(3, &[0, 1, 2], silent, 4);
        check(4096, &[0], silent, 24);
        check(4096, &[4095], silent, 24);
        check(1000, &[3, 500, 501, 999], silent, 80);
        check(7, &[0, 1, 2, 3, 4, 5, 6], silent, 12);
    }

    #[test]
    fn a_true_word_saves_attempts_and_a_lie_costs_few() {
        let poison = [17, 900, 901];
        let honest = |range: &Range<u32>| {
            poison.iter().find(|record| range.contains(record)).map(|record| record - range.start)
        };
        check(4096, &poison, honest, 9);
        let lies = |range: &Range<u32>| Some((range.end - range.start) / 3);
        check(4096, &[4000], lies, 30);
        check(4096, &[4000], |_| Some(u32::MAX), 24);
    }

    #[test]
    fn a_batch_that_only_fails_as_a_whole_has_no_poison() {
        let judge = |range| Ok::<_, ()>(Ok(range));
        let whole = std::iter::once(0..8);
        let isolated = isolate(whole, Some(failure(None)), judge, |_, _| Ok(())).unwrap();
        assert_eq!(isolated.poison, []);
        assert_eq!(isolated.parts, [(0..4, 0..4), (4..8, 4..8)]);
        let isolated = isolate([0..3, 3..6, 6..8].into_iter(), None, judge, |_, _| Ok(())).unwrap();
        assert_eq!(isolated.parts, [(0..3, 0..3), (3..6, 3..6), (6..8, 6..8)]);
    }
}
