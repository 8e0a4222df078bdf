//! Which ranges are requested, how often, and how failures are reported.

use std::cell::RefCell;
use std::sync::mpsc::channel;
use std::thread;

use super::*;
use crate::address::Address;
use crate::operation::Operation;

/// Reads eighths of ranges, each of which arrives as soon as it is requested. Returns the requested ranges and the maximum number in
/// memory.
fn read(count: u64, most: usize, eighths: impl Iterator<Item = u64>) -> (Vec<u64>, usize) {
    let memory = Memory { ranges: most, range_bytes: 800, ..Memory::default() };
    let ranges = Ranges::new(count * 800, memory);
    let (sent, mut held) = (RefCell::new(Vec::new()), 0);
    thread::scope(|scope| {
        let (sender, wanted) = channel();
        let ranges = &ranges;
        scope.spawn(move || wanted.iter().for_each(|number| ranges.came(number, Ok(vec![1]))));
        for number in eighths.map(|eighth| eighth / 8) {
            let send_for = |number| {
                sent.borrow_mut().push(number);
                sender.send(number).expect("it listens");
            };
            ranges.take(number, 100, send_for).expect("it comes");
            // Wait, so that evictions depend only on what is in memory and not on how busy the machine is.
            while ranges.known().ranges.values().any(|slot| matches!(slot, Slot::Coming)) {
                thread::yield_now();
            }
            held = held.max(ranges.known().ranges.len());
        }
        drop(sender);
    });
    (sent.into_inner(), held)
}

/// Two passes of readers, each `behind` the first by this many eighths.
fn passes(count: u64, behind: &[u64]) -> Vec<u64> {
    let last = behind.iter().max().copied().unwrap_or_default();
    let steps = (0..count * 8 + last)
        .flat_map(|step| behind.iter().filter_map(move |behind| step.checked_sub(*behind)));
    let eighths: Vec<u64> = steps.filter(|step| *step < count * 8).collect();
    [eighths.clone(), eighths].concat()
}

#[test]
fn each_range_is_sent_for_once_a_pass() {
    let check = |count: u64, most: usize, behind: &[u64], passes_sent: u64| {
        let (sent, held) = read(count, most, passes(count, behind).into_iter());
        assert_eq!(
            sent.len() as u64,
            passes_sent * count,
            "{count} of {most}, {behind:?}: {sent:?}"
        );
        assert!(held <= most, "{held} of {most}");
    };
    check(40, 8, &[0], 2);
    check(40, 8, &[0, 0, 0, 0], 2);
    check(40, 8, &[0, 1, 2, 3, 4, 5, 6, 7], 2);
    check(40, 8, &[0, 9, 17], 2);
    check(40, 4, &[0, 3], 2);
    check(40, 16, &[0, 4, 8, 12, 16, 20, 24], 2);
    check(1, 8, &[0, 5], 1);
    // An object that fits into memory is not fetched again.
    check(8, 8, &[0, 3], 1);
}

#[test]
fn what_fails_for_good_is_told_after_a_few_requests() {
    let target =
        Target::new(Operation::GetObject, &Address::new("s3://lake/a").expect("it is one"));
    let check = |most: usize, failing: u64, readers: usize| {
        let memory = Memory { ranges: most, range_bytes: 800, ..Memory::default() };
        let ranges = Ranges::new(40 * 800, memory);
        let sent = std::sync::atomic::AtomicUsize::new(0);
        thread::scope(|scope| {
            let (sender, wanted) = channel();
            let (ranges, target, sent) = (&ranges, &target, &sent);
            scope.spawn(move || {
                for number in wanted {
                    let fault = Fault::body("gone");
                    let gone = S3Error::new(target, fault, 1);
                    ranges.came(number, if number < failing { Ok(vec![1]) } else { Err(gone) });
                }
            });
            for _ in 0..readers {
                let sender = sender.clone();
                scope.spawn(move || {
                    let send_for = |number| {
                        let sent = sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        assert!(sent < 200, "it goes on and on");
                        sender.send(number).expect("it listens");
                    };
                    let read = (0..40).find(|range| ranges.take(*range, 800, send_for).is_err());
                    assert!(read.is_some_and(|range| range >= failing), "{read:?}");
                });
            }
        });
        let sent = sent.into_inner();
        assert!(sent <= 40, "{sent} requests: {most}, {failing}, {readers}");
    };
    for failing in [0, 1, 2, 5] {
        check(3, failing, 1);
        check(4, failing, 1);
        check(8, failing, 1);
        check(4, failing, 3);
    }
}

#[test]
fn what_is_looked_at_once_more_is_still_there() {
    // An eighth, and how many eighths later it is read again.
    let check = |again: &[(u64, u64)]| {
        let of_step = |step: u64| {
            let late = again.iter().filter(move |(eighth, by)| eighth + by == step);
            std::iter::once(step).chain(late.map(|(eighth, _)| *eighth))
        };
        let (sent, held) = read(40, 8, (0..40 * 8).flat_map(of_step));
        assert_eq!(sent.len(), 40, "{again:?}: {sent:?}");
        assert!(held <= 8, "{held}");
    };
    check(&[(87, 8)]);
    check(&[(87, 15)]);
    check(&[(80, 15), (103, 15), (150, 12), (151, 12), (200, 15)]);
}

/// A thread takes a slab, is held up, and reads it when the others are far ahead.
#[test]
fn what_was_not_read_to_its_end_is_still_there() {
    // These eighths are read `by` eighths later than in order.
    let check = |late: std::ops::Range<u64>, by: u64| {
        let (before, after) = (0..late.end + by, late.end + by..40 * 8);
        let in_order = before.filter(|eighth| !late.contains(eighth));
        let (sent, held) = read(40, 8, in_order.chain(late.clone()).chain(after));
        assert_eq!(sent.len(), 40, "{late:?} by {by}: {sent:?}");
        assert!(held <= 8, "{held}");
    };
    check(44..48, 8);
    check(44..48, 40);
    check(80..88, 12);
    check(83..90, 36);
}

#[test]
fn a_look_here_and_there_sends_for_no_more() {
    let looks = [99, 50, 10, 70, 30, 99];
    assert_eq!(read(100, 8, looks.into_iter().map(|range| range * 8)).0, [99, 50, 10, 70, 30]);
}
