//! Whether costs grow as the input does.

/// How many times the cost of n the cost of 2n may be. A sort and a tree come to 2.1 at the sizes that are looked at; a part that grows with the
/// square is seen where it is more than a tenth of the whole.
const MOST: f64 = 2.2;

/// The same of 4n beside n, by a clock: 5.2 is what a part makes that is a tenth at n, and busy neighbours make 4.3 of 4.
const MOST_BY_CLOCK: f64 = 4.6;

/// Seconds below which a clock says nothing.
const LEAST_SECONDS: f64 = 0.03;

/// What was found of the costs of n, 2n and 4n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Growth {
    /// As the input, or less.
    Even,
    /// More than the input, once: something began that was not needed for less.
    Step,
    /// More than the input, and again.
    Faster {
        /// Cost of 2n beside n, and of 4n beside 2n.
        ratios: [f64; 2],
    },
}

/// Whether costs that were counted grow faster. `start`: what the smallest input costs, which is in all of them. `negligible`: a cost that is not
/// worth a look, whatever becomes of it. The cost of 4n is only asked for where it matters.
pub(super) fn judge<E>(
    start: u64,
    negligible: u64,
    [once, twice]: [u64; 2],
    fourfold: impl FnOnce() -> Result<u64, E>,
) -> Result<Growth, E> {
    let net = |cost: u64| cost.saturating_sub(start);
    if net(twice) <= negligible || ratio(net(once), net(twice)) <= MOST {
        return Ok(Growth::Even);
    }
    let fourfold = fourfold()?;
    let ratios = [ratio(net(once), net(twice)), ratio(net(twice), net(fourfold))];
    Ok(if ratios[1] > MOST { Growth::Faster { ratios } } else { Growth::Step })
}

/// Whether the seconds of 4n beside those of n are worth counting.
pub(super) fn worth_counting(start: f64, once: f64, fourfold: f64) -> bool {
    let net = |seconds: f64| (seconds - start).max(0.0);
    net(fourfold) > net(once).max(LEAST_SECONDS) * MOST_BY_CLOCK
}

fn ratio(less: u64, more: u64) -> f64 {
    // Beyond 2^53 a ratio is as good.
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs three digits")]
    let float = |number: u64| number.max(1) as f64;
    float(more) / float(less)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Costs of n, 2n and 4n by what a unit of 1,000 costs.
    fn costs(cost: impl Fn(f64) -> f64) -> [u64; 3] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small and positive"
        )]
        [1_000.0, 2_000.0, 4_000.0].map(|n| 50_000 + cost(n) as u64)
    }

    #[test]
    fn growth_is_told_from_more_of_the_same() {
        let check = |what: &str, cost: &dyn Fn(f64) -> f64, expected: &str| {
            let [once, twice, fourfold] = costs(cost);
            let found = judge(50_000, 1_000, [once, twice], || Ok::<_, ()>(fourfold));
            let said = match found.expect("nothing fails") {
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
        check(
            "something that begins at 2n",
            &|n| if n > 1_500.0 { 60.0 * n } else { 30.0 * n },
            "step",
        );
        check("a square of next to nothing", &|n| n * n / 1e5, "even");
    }

    #[test]
    fn four_times_is_not_asked_for_in_vain() {
        let asked = judge(0, 0, [100, 200], || Err("asked"));
        assert_eq!(asked, Ok(Growth::Even));
        assert_eq!(judge(0, 0, [100, 400], || Err("asked")), Err("asked"));
    }

    #[test]
    fn a_clock_only_says_what_to_count() {
        let check = |once, fourfold, expected| {
            assert_eq!(worth_counting(0.02, once, fourfold), expected, "{once} {fourfold}");
        };
        check(0.12, 0.42, false);
        check(0.12, 0.45, false);
        check(0.12, 0.92, true);
        // Hardly more than what the clock can tell, and much more.
        check(0.02, 0.10, false);
        check(0.02, 1.62, true);
    }
}
