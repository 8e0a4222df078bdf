//! Decides whether costs grow faster than the input.

/// The highest allowed ratio of the cost of 2n to that of n. Sorts and trees reach 2.1 at the sizes tried; a quadratic part is detected if
/// it is more than a tenth of the whole.
const MOST: f64 = 2.2;

/// The same for 4n and n, by the clock: a quadratic part that is a tenth at n gives 5.2, and busy neighbours raise 4 to 4.3.
const MOST_BY_CLOCK: f64 = 4.6;

/// Seconds below which the clock is unreliable.
const LEAST_SECONDS: f64 = 0.03;

/// How the costs of n, 2n, 4n and so on grow.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Growth {
    /// As fast as the input, or more slowly.
    Even,
    /// Faster than the input, but not at every doubling: something began that smaller inputs do not need.
    Step,
    /// Faster than the input, at every doubling.
    Faster {
        /// Ratio of the costs of 2n and n, of 4n and 2n, and so on.
        ratios: Vec<f64>,
    },
}

/// Whether counted costs grow faster at each of `doublings`. `start`: the cost of the smallest input, which is part of all others, unless
/// it is higher: then the smallest input meets another end, and its cost says nothing about the others. `negligible`: a cost too small to matter, however it grows. `cost` counts at a multiple of n, and is called only if needed.
pub(super) fn judge<E>(
    start: u64,
    negligible: u64,
    doublings: u32,
    mut cost: impl FnMut(u64) -> Result<u64, E>,
) -> Result<Growth, E> {
    let once = cost(1)?;
    let start = if start < once { start } else { 0 };
    let mut net = |multiple| cost(multiple).map(|cost| cost.saturating_sub(start));
    let mut before = once - start;
    let mut ratios = Vec::new();
    for doubling in 1..=doublings {
        let cost = net(1 << doubling)?;
        let grown = ratio(before, cost);
        if cost <= negligible || grown <= MOST {
            return Ok(if ratios.is_empty() { Growth::Even } else { Growth::Step });
        }
        ratios.push(grown);
        before = cost;
    }
    Ok(Growth::Faster { ratios })
}

/// Formats ratios for people.
pub(super) fn listed(ratios: &[f64]) -> String {
    let ratios: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    ratios.join(", ")
}

/// Whether the seconds at 4n, compared with those at n, make counting worthwhile.
pub(super) fn worth_counting(start: f64, once: f64, fourfold: f64) -> bool {
    let net = |seconds: f64| (seconds - start).max(0.0);
    net(fourfold) > net(once).max(LEAST_SECONDS) * MOST_BY_CLOCK
}

fn ratio(less: u64, more: u64) -> f64 {
    // The precision lost beyond 2^53 does not affect a ratio.
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs three digits")]
    let float = |number: u64| number.max(1) as f64;
    float(more) / float(less)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_told_from_more_of_the_same() {
        let check = |what: &str, cost: &dyn Fn(f64) -> f64, expected: &str| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "small and positive"
            )]
            let count =
                |multiple: u64| Ok::<_, ()>(50_000 + cost(1_000.0 * multiple as f64) as u64);
            let said = match judge(50_000, 1_000, 3, count).expect("nothing fails") {
                Growth::Even => "even",
                Growth::Step => "step",
                Growth::Faster { .. } => "faster",
            };
            assert_eq!(said, expected, "{what}");
        };
        check("nothing", &|_| 0.0, "even");
        check("a constant", &|_| 70_000.0, "even");
        check("linear", &|n| 30.0 * n, "even");
        check("a sort of some thousand times as many", &|n| n * (1_000.0 * n).log2(), "even");
        check("a square", &|n| n * n, "faster");
        check("a square that is a third of it", &|n| 30.0 * n + 0.01 * n * n, "faster");
        check("a square that is a hundredth of it", &|n| 30.0 * n + 0.0003 * n * n, "even");
        check("the power of 1.5", &|n| n * n.sqrt(), "faster");
        let from = |begin: f64| move |n: f64| if n > begin { 60.0 * n } else { 30.0 * n };
        check("something that begins at 2n", &from(1_500.0), "step");
        let by_and_by =
            |n: f64| [30.0, 45.0, 75.0][usize::from(n > 1_500.0) + usize::from(n > 3_000.0)] * n;
        check("something that begins between n and 4n", &by_and_by, "step");
        check("a square of next to nothing", &|n| n * n / 1e5, "even");
        // All others are judged, and the smallest is refused, which costs more.
        check("less than the smallest", &|n| 15.0 * n - 20_000.0, "even");
    }

    #[test]
    fn larger_sizes_are_not_asked_for_in_vain() {
        let check = |costs: &[u64], expected| {
            let mut costs = costs.iter();
            let found = judge(0, 0, 2, |_| costs.next().copied().ok_or("asked"));
            assert_eq!(found, expected);
        };
        check(&[100, 200], Ok(Growth::Even));
        check(&[100, 400], Err("asked"));
        check(&[100, 400, 800], Ok(Growth::Step));
        check(&[100, 400, 1600], Ok(Growth::Faster { ratios: vec![4.0, 4.0] }));
    }

    #[test]
    fn a_clock_only_says_what_to_count() {
        let check = |once, fourfold, expected| {
            assert_eq!(worth_counting(0.02, once, fourfold), expected, "{once} {fourfold}");
        };
        check(0.12, 0.42, false);
        check(0.12, 0.45, false);
        check(0.12, 0.92, true);
        // Hardly more than the clock can resolve, and much more.
        check(0.02, 0.10, false);
        check(0.02, 1.62, true);
    }
}
