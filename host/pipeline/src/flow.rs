//! Works on items on all cores and takes the results in order, with a bounded queue and without a core waiting for the slowest item.
//!
//! An item is under way while it is being worked on, done, or being taken. The number of these items is bounded; if there is no room for
//! the next, it waits. The thread that finishes an item takes the results that are ready, unless another thread is taking; taking makes
//! room for more. There is always room for the first item in order, so there is always progress.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use rayon::Scope;

/// Bounds on the items under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Width {
    /// Maximum number of items under way.
    pub(crate) at_once: usize,
    /// Minimum number of results taken together, as long as more are coming and there is room for them. At most `at_once`.
    pub(crate) together: usize,
}

/// The next item.
#[derive(Debug)]
pub(crate) enum Next<I> {
    Item(I),
    /// There is no room for it until some item under way has been taken.
    Later,
    End,
}

/// Works on the items that `next` returns and hands the results to `take` in the same order. Must be called on a thread of a pool; the
/// first error in that order ends it. The argument of `next` says whether nothing is under way; if so, it must not return [`Next::Later`].
pub(crate) fn in_order<I, R, E>(
    width: Width,
    next: impl FnMut(bool) -> Result<Next<I>, E> + Send,
    work: impl Fn(I) -> Result<R, E> + Sync,
    take: impl FnMut(Vec<R>) -> Result<(), E> + Send,
) -> Result<(), E>
where
    R: Send,
    E: Send,
{
    let flow = Flow {
        width,
        feed: Mutex::new(Feed { next, ended: false }),
        work,
        results: Mutex::new(Results {
            done: VecDeque::new(),
            given: 0,
            taken: 0,
            under_way: 0,
            starved: false,
            total: None,
            taking: false,
            failed: None,
        }),
        take: Mutex::new(take),
    };
    rayon::scope(|scope| flow.go_on(scope, width.at_once));
    let failed = flow.results.into_inner().expect("no thread panicked").failed;
    failed.map_or(Ok(()), Err)
}

struct Flow<N, W, T, R, E> {
    width: Width,
    feed: Mutex<Feed<N>>,
    work: W,
    results: Mutex<Results<R, E>>,
    take: Mutex<T>,
}

/// The source of items.
struct Feed<N> {
    next: N,
    ended: bool,
}

/// The state of items that were handed out.
struct Results<R, E> {
    /// Results from the first that is not yet taken; `None` while the item is worked on.
    done: VecDeque<Option<Result<R, E>>>,
    /// Number of items handed out.
    given: usize,
    /// Number of items taken or being taken.
    taken: usize,
    /// Number of items handed out and not yet taken.
    under_way: usize,
    /// There was no room for an item since results were last taken.
    starved: bool,
    /// Total number of items, once known.
    total: Option<usize>,
    taking: bool,
    failed: Option<E>,
}

impl<I, N, W, T, R, E> Flow<N, W, T, R, E>
where
    N: FnMut(bool) -> Result<Next<I>, E> + Send,
    W: Fn(I) -> Result<R, E> + Sync,
    T: FnMut(Vec<R>) -> Result<(), E> + Send,
    R: Send,
    E: Send,
{
    /// Spawns `steps` steps.
    fn go_on<'scope>(&'scope self, scope: &Scope<'scope>, steps: usize) {
        for _ in 0..steps {
            scope.spawn(|scope| self.step(scope));
        }
    }

    /// Works on one item, and takes the results that are ready.
    fn step<'scope>(&'scope self, scope: &Scope<'scope>) {
        if hold(&self.results).failed.is_some() {
            return;
        }
        if let Some((number, item)) = self.item() {
            let result = item.and_then(&self.work);
            let mut results = hold(&self.results);
            let at = number - results.taken;
            if results.done.len() <= at {
                results.done.resize_with(at + 1, || None);
            }
            results.done[at] = Some(result);
        }
        while let Some(ready) = self.ready() {
            let count = ready.len();
            let outcome = (hold(&self.take))(ready);
            let mut results = hold(&self.results);
            results.taking = false;
            if let Err(error) = outcome {
                results.failed = Some(error);
                return;
            }
            results.under_way -= count;
            let room = self.width.at_once.saturating_sub(results.under_way);
            drop(results);
            self.go_on(scope, room);
        }
    }

    /// The next item with its number, or the error in its place; `None` if there is no room for it.
    fn item(&self) -> Option<(usize, Result<I, E>)> {
        let mut feed = hold(&self.feed);
        let under_way = hold(&self.results).under_way;
        if feed.ended || under_way > 0 && under_way >= self.width.at_once {
            return None;
        }
        let item = (feed.next)(under_way == 0);
        let mut results = hold(&self.results);
        let item = match item {
            Ok(Next::Item(item)) => Some(Ok(item)),
            Ok(Next::Later) => {
                results.starved = true;
                return None;
            }
            Ok(Next::End) => None,
            Err(error) => Some(Err(error)),
        };
        let number = results.given;
        results.given += usize::from(item.is_some());
        results.under_way += usize::from(item.is_some());
        if !matches!(item, Some(Ok(_))) {
            feed.ended = true;
            results.total = Some(results.given);
        }
        Some((number, item?))
    }

    /// Results for the caller to take now. `None` if there are too few, or another thread is taking.
    fn ready(&self) -> Option<Vec<R>> {
        let mut results = hold(&self.results);
        if results.taking || results.failed.is_some() {
            return None;
        }
        let count = results.done.iter().take_while(|done| done.is_some()).count();
        let all = results.given == results.taken + count;
        // No more will come, or none until these are taken.
        let last = all && (results.total.is_some() || results.starved);
        if count == 0 || count < self.width.together && !last {
            return None;
        }
        match results.done.drain(..count).flatten().collect() {
            Ok(ready) => {
                results.taking = true;
                results.starved = false;
                results.taken += count;
                Some(ready)
            }
            Err(error) => {
                results.failed = Some(error);
                None
            }
        }
    }
}

/// Locks a shared mutex. No thread panics while it holds one, so none is poisoned.
pub(crate) fn hold<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().expect("no thread panics while it holds what is shared")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::memory::{Budget, Lease};

    /// Takes items below `count`, of which number `bad` fails, on several threads.
    fn check(threads: usize, at_once: usize, together: usize, count: usize, bad: Option<usize>) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (mut given, mut taken) = (0, Vec::new());
        let under_way = AtomicUsize::new(0);
        let outcome = pool.install(|| {
            in_order(
                Width { at_once, together },
                |_| {
                    let most = under_way.fetch_add(1, Ordering::SeqCst) + 1;
                    assert!(most <= at_once, "{most} under way");
                    given += 1;
                    if given > count {
                        under_way.fetch_sub(1, Ordering::SeqCst);
                    }
                    Ok(if given <= count { Next::Item(given - 1) } else { Next::End })
                },
                |item| {
                    // Later ones are often done first.
                    std::thread::sleep(Duration::from_micros(if item % 3 == 0 { 300 } else { 20 }));
                    if bad.is_some_and(|bad| item >= bad) { Err(item) } else { Ok(item * 10) }
                },
                |results| {
                    assert!(results.len() >= together.min(count - taken.len()) || bad.is_some());
                    under_way.fetch_sub(results.len(), Ordering::SeqCst);
                    // As encoding does, during which other steps may run on this thread.
                    rayon::join(|| (), || std::thread::sleep(Duration::from_micros(50)));
                    taken.extend(results);
                    Ok(())
                },
            )
        });
        assert_eq!(outcome, bad.map_or(Ok(()), Err));
        let expected: Vec<usize> = (0..bad.unwrap_or(count)).map(|item| item * 10).collect();
        if bad.is_some() {
            assert!(expected.starts_with(&taken));
        } else {
            assert_eq!(taken, expected);
        }
    }

    #[test]
    fn results_come_in_order_whatever_the_width() {
        for threads in [1, 2, 5] {
            for (at_once, together) in [(1, 1), (2, 1), (4, 2), (8, 4), (16, 16)] {
                for count in [0, 1, 3, 4, 100] {
                    check(threads, at_once, together, count, None);
                }
            }
        }
    }

    #[test]
    fn the_first_error_in_order_is_reported() {
        for threads in [1, 3] {
            for bad in [0, 1, 17, 99] {
                check(threads, 8, 4, 100, Some(bad));
            }
        }
    }

    #[test]
    fn errors_at_either_end_stop_it() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let width = Width { at_once: 4, together: 2 };
        let mut given = 0;
        let next = |_| {
            given += 1;
            if given < 10 { Ok(Next::Item(given)) } else { Err("no more can be had") }
        };
        let failed = pool.install(|| in_order(width, next, Ok, |_: Vec<i32>| Ok(())));
        assert_eq!(failed, Err("no more can be had"));
        let failed = pool.install(|| {
            in_order(width, |_| Ok(Next::Item(())), Ok, |_: Vec<()>| Err("nobody wants it"))
        });
        assert_eq!(failed, Err("nobody wants it"));
    }

    #[test]
    fn items_wait_for_room_and_the_first_in_order_never_does() {
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for (at_once, together) in [(1, 1), (8, 1), (8, 4), (32, 8)] {
                let budget = Budget::new(100);
                // Some take all of the room, some more than that.
                let costs = [1, 30, 30, 100, 70, 250, 5, 5, 5, 5];
                let (mut given, mut taken) = (0, Vec::new());
                let next = |alone| {
                    if given == 300 {
                        return Ok::<_, ()>(Next::End);
                    }
                    let cost = costs[given % costs.len()];
                    let lease = match budget.lease(cost) {
                        Some(lease) => lease,
                        None if alone => budget.lease_anyway(cost),
                        None => return Ok(Next::Later),
                    };
                    given += 1;
                    Ok(Next::Item((given, lease)))
                };
                let work = |(item, mut lease): (usize, Lease)| {
                    lease.resize(lease.bytes() / 2 + item % 7);
                    Ok((item, lease))
                };
                let take = |results: Vec<(usize, Lease)>| {
                    taken.extend(results.into_iter().map(|(item, _)| item));
                    Ok(())
                };
                let width = Width { at_once, together };
                pool.install(|| in_order(width, next, work, take)).unwrap();
                assert!(taken.into_iter().eq(1..=300), "{threads} threads, {at_once}, {together}");
                assert!(budget.lease(100).is_some(), "all came back");
            }
        }
    }
}
